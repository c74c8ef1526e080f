//! The command line of `onehall`.

use std::io::{self, IsTerminal, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use onehall_protocol::StaffId;
use onehall_protocol::staff::Role;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::clock::{Clock, SystemClock};
use crate::config::flags::Flags;
use crate::config::sources::{ConfigError, Loaded};
use crate::config::{Config, LogFormat, Mode};
use crate::database_command::{DatabaseCommand, DatabaseFailure};
use crate::form_command::FormCommand;
use crate::form_preview::PreviewError;
use crate::staff::{CreateAccount, is_account_name, password};
use crate::start::{self, StartError};
use crate::{city, http, operations, serve};

/// One government service hall on every terminal: the backend.
#[derive(Debug, Parser)]
#[command(
    name = "onehall",
    version,
    after_help = "Configuration: a TOML file (--config), then the environment (ONEHALL_PORT, ONEHALL_CODES_TRIES, ...), then \
                  flags; a later one beats an earlier one. `onehall config` shows every setting, what is in force, and \
                  where it comes from.\n\nTo try it: onehall serve --mode development --city backend/demo-city --data /tmp/hall"
)]
pub struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Open the hall: serve citizens, staff and the API until Ctrl-C
    Serve {
        #[command(flatten)]
        flags: Flags,
    },
    #[command(flatten)]
    Database(DatabaseCommand),
    /// Work on a city's files
    #[command(subcommand)]
    City(CityCommand),
    /// Work on forms
    #[command(subcommand)]
    Form(FormCommand),
    /// Publish hot updates of the pages: keys, releases, who gets them
    Update(onehall_publisher::UpdateCommand),
    /// Create an administrator of the whole hall (the first one of a new installation), while the hall is closed
    Administrator {
        /// The account name: lower-case letters, digits, hyphens
        account: String,
        /// The name of the person
        #[arg(long)]
        name: String,
        #[command(flatten)]
        flags: Flags,
    },
    /// Print the configuration in force, and where each value comes from
    Config {
        #[command(flatten)]
        flags: Flags,
    },
    /// Print the OpenAPI document
    Openapi {
        #[command(flatten)]
        flags: Flags,
    },
    /// Ask a running hall whether it is ready; exit code 0 if so
    Health {
        #[command(flatten)]
        flags: Flags,
    },
}

#[derive(Debug, Subcommand)]
enum CityCommand {
    /// Check a city's files and say what they hold, or everything that is wrong with them
    Check {
        /// The folder
        dir: PathBuf,
    },
    /// Write a city's catalog, guides and forms into a file that hot updates carry to terminals without a network
    Snapshot {
        /// The folder
        dir: PathBuf,
        /// The file
        to: PathBuf,
    },
}

/// Why a command failed: one sentence.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Database(#[from] DatabaseFailure),
    #[error(transparent)]
    Preview(#[from] PreviewError),
    #[error(transparent)]
    Update(#[from] onehall_publisher::Failure),
    #[error("{file}: {1}", file = .0.display())]
    Snapshot(PathBuf, io::Error),
    #[error("port {0} of {1} is taken by another program: stop that one, or choose another with --port")]
    PortTaken(u16, IpAddr),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error("not ready: {0}")]
    NotReady(String),
    #[error("{0}")]
    Other(String),
}

impl From<crate::error::Error> for Failure {
    fn from(error: crate::error::Error) -> Failure {
        Failure::Other(error.to_string())
    }
}

/// Runs the command line; the exit code is 0 if all went well, 1 if not, 2 if the arguments make no sense.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match cli.run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("onehall: {failure}");
            ExitCode::FAILURE
        }
    }
}

impl Cli {
    fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            Command::City(CityCommand::Check { ref dir }) => {
                let checked = city::check(dir);
                print!("{checked}");
                Ok(if checked.sound {
                    ExitCode::SUCCESS
                } else {
                    ExitCode::FAILURE
                })
            }
            Command::City(CityCommand::Snapshot { ref dir, ref to }) => {
                let Ok(city) = city::load(dir) else {
                    print!("{}", city::check(dir));
                    return Ok(ExitCode::FAILURE);
                };
                let written = crate::catalog::snapshot(&city).map_err(io::Error::other);
                let written = written.and_then(|snapshot| std::fs::write(to, snapshot));
                written.map_err(|error| Failure::Snapshot(to.clone(), error))?;
                println!("{}", to.display());
                Ok(ExitCode::SUCCESS)
            }
            Command::Form(ref command) => Ok(command.run(&self.flags)?),
            Command::Update(command) => {
                command.run(&mut onehall_publisher::Terminal)?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Database(ref command) => {
                command.run(&self.load()?.config)?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Config { .. } => {
                print!("{}", self.load()?.show());
                Ok(ExitCode::SUCCESS)
            }
            Command::Openapi { .. } => {
                println!("{}", http::document(self.load()?.config.mode)?);
                Ok(ExitCode::SUCCESS)
            }
            Command::Health { .. } => ask_health(&self.load()?.config).map(|()| ExitCode::SUCCESS),
            Command::Administrator {
                ref account, ref name, ..
            } => {
                let config = self.load()?.config;
                runtime()?.block_on(create_administrator(config, account, name))?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Serve { .. } => {
                let loaded = self.load()?;
                begin_log(&loaded.config);
                for variable in &loaded.unknown_variables {
                    tracing::warn!(variable, "this variable of the environment is no setting of onehall");
                }
                runtime()?.block_on(serve_until_stopped(loaded.config))
            }
        }
    }

    /// The flags of the command, and those before it.
    fn flags(&self) -> Flags {
        let own = match &self.command {
            Command::Serve { flags }
            | Command::Administrator { flags, .. }
            | Command::Config { flags }
            | Command::Openapi { flags }
            | Command::Health { flags } => flags.clone(),
            Command::Database(command) => command.flags(),
            Command::City(_) | Command::Form(_) | Command::Update(_) => Flags::default(),
        };
        own.over(self.flags.clone())
    }

    fn load(&self) -> Result<Loaded, ConfigError> {
        self.flags().load()
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| Failure::Other(format!("cannot start: {cause}")))
}

async fn serve_until_stopped(config: Config) -> Result<ExitCode, Failure> {
    operations::install()?;
    let hall = start::open(config, Arc::new(SystemClock)).await?;
    let state = hall.state.clone();
    let listen = state.config.listen();
    let listener = TcpListener::bind(listen).await.map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AddrInUse => Failure::PortTaken(listen.port(), listen.ip()),
        _ => Failure::Listen(listen, cause),
    })?;
    let at = listener.local_addr().map_err(|cause| Failure::Listen(listen, cause))?;
    warn_of_what_is_open(&state.config);
    let router = http::router(state.clone())?;
    let stop = stop_signal().map_err(|cause| Failure::Other(format!("cannot listen for signals: {cause}")))?;
    greet(&state, at, hall.founded);
    let in_time = serve::serve(listener, router, state, stop).await;
    drop(hall);
    println!("OneHall has stopped.");
    Ok(if in_time { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Says where the hall is, on standard output (the log is on standard error).
fn greet(state: &crate::state::AppState, at: SocketAddr, founded: bool) {
    let address = state.config.public_url.clone().unwrap_or_else(|| {
        let host = if at.ip().is_unspecified() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            at.ip()
        };
        format!("http://{}", SocketAddr::from((host, at.port())))
    });
    let address = address.trim_end_matches('/');
    let name = state.hall_name();
    let catalog = &state.city.catalog;
    println!("{} · {}", name.zh_cn, name.en);
    println!(
        "  {} service items, {} authorities, {} halls",
        catalog.items.len(),
        catalog.authorities.len(),
        catalog.halls.len()
    );
    if founded {
        println!("  first start: the city's accounts were loaded");
    }
    println!("  citizens  {address}/");
    println!("  staff     {address}/console/");
    println!("  API       {address}/api/docs");
    if state.config.mode == Mode::Development {
        println!("  demo      {address}/dev  (messages and demo accounts; development mode only)");
    }
    println!("Ctrl-C stops it.");
    let _ = std::io::stdout().flush();
}

fn warn_of_what_is_open(config: &Config) {
    if let Ok(Some(server)) = config.storage.server()
        && server.is_unchecked()
    {
        tracing::warn!(
            "storage.url has sslmode=require: the database's certificate is not checked, verify-full does that"
        );
    }
    if config.mode == Mode::Development {
        if !config.address.is_loopback() {
            tracing::warn!(
                "development mode on an address that others can reach: demo passwords and messages are public"
            );
        }
        return;
    }
    if !config.secure_cookies() {
        tracing::warn!("public_url is no https address: session cookies travel without TLS");
    }
    if config.files.scanner == "none" {
        tracing::warn!("files.scanner is none: uploaded files are not looked through");
    }
}

/// Listens for what tells the process to stop: Ctrl-C, or what a service supervisor sends. It listens from this call on,
/// not only once the future is awaited: a signal in between must not end the process in the middle of something.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(async move {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        })
    }
    #[cfg(not(unix))]
    {
        let mut interrupt = tokio::signal::windows::ctrl_c()?;
        Ok(async move {
            interrupt.recv().await;
        })
    }
}

async fn create_administrator(config: Config, account: &str, name: &str) -> Result<(), Failure> {
    if !is_account_name(account) {
        return Err(Failure::Other(format!(
            "{account:?} is no account name: 2 to 64 lower-case letters, digits, hyphens"
        )));
    }
    let clock = SystemClock;
    let hall = start::open(config, Arc::new(clock)).await?;
    let first_password = password::first_password();
    let create = CreateAccount {
        id: StaffId(Uuid::now_v7()),
        account: account.to_owned(),
        name: name.to_owned(),
        roles: vec![Role::Administrator],
        authority: None,
        hall: None,
        password_hash: password::hash(first_password.clone()).await?,
        by: None,
        now: clock.now(),
    };
    let created = hall.state.storage.create_staff(create).await;
    hall.state.storage.close().await;
    created?;
    println!(
        "The administrator {account} can log in at /console/ with this first password, which must be changed then:"
    );
    println!("{first_password}");
    Ok(())
}

/// Asks `/ready` of the hall that this configuration describes.
fn ask_health(config: &Config) -> Result<(), Failure> {
    let mut address = config.listen();
    if address.ip().is_unspecified() {
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let not_ready = |cause: std::io::Error| Failure::NotReady(format!("{address}: {cause}"));
    let patience = Duration::from_secs(5);
    let mut stream = TcpStream::connect_timeout(&address, patience).map_err(not_ready)?;
    stream.set_read_timeout(Some(patience)).map_err(not_ready)?;
    let request = format!("GET /ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(not_ready)?;
    let mut answer = Vec::new();
    stream.take(64 * 1024).read_to_end(&mut answer).map_err(not_ready)?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        println!("ready");
        Ok(())
    } else {
        Err(Failure::NotReady(format!("{address} answered {status:?}")))
    }
}

/// Begins the log: on standard error, JSON unless somebody watches.
fn begin_log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let pretty = match config.log.format {
        LogFormat::Json => false,
        LogFormat::Pretty => true,
        LogFormat::Auto => std::io::stderr().is_terminal(),
    };
    // A second begin (there is none but in tests) is no reason to fail.
    let _ = if pretty {
        builder.compact().try_init()
    } else {
        builder.json().flatten_event(true).try_init()
    };
    // A panic's message may quote what it panicked about: the log gets its place, development also its words.
    let words = config.mode == Mode::Development;
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = words.then(|| panic.payload_as_str().unwrap_or_default().to_owned());
        tracing::error!(place, message, "a panic");
    }));
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_makes_sense() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_may_stand_before_and_after_the_command() -> Result<(), Box<dyn std::error::Error>> {
        for arguments in [["onehall", "--port", "7", "serve"], ["onehall", "serve", "--port", "7"]] {
            let cli = Cli::try_parse_from(arguments)?;
            assert_eq!(cli.load()?.config.port, 7);
        }
        let both = Cli::try_parse_from([
            "onehall",
            "--port",
            "7",
            "--mode",
            "development",
            "serve",
            "--port",
            "8",
        ])?;
        let config = both.load()?.config;
        assert_eq!((config.port, config.mode), (8, Mode::Development));
        Ok(())
    }

    /// What a command does not take is not listed, and refused.
    #[test]
    fn a_command_takes_what_is_its_own() {
        let options = |path: &[&str]| -> Vec<String> {
            let mut command = Cli::command();
            command.build();
            let found = path
                .iter()
                .try_fold(&command, |command, name| command.find_subcommand(name));
            let found = found.unwrap_or_else(|| panic!("no command {path:?}"));
            found
                .get_arguments()
                .filter_map(|argument| argument.get_long())
                .filter(|name| *name != "help")
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(options(&["form", "check"]), ["language"]);
        assert_eq!(options(&["form", "diff"]), ["json", "language"]);
        assert_eq!(options(&["form", "import"]), ["format", "language", "code"]);
        assert_eq!(
            options(&["form", "preview"]),
            ["no-open", "inputs", "port", "ui", "config", "language"]
        );
        assert!(options(&["city", "check"]).is_empty());
        assert!(options(&["serve"]).contains(&"storage-url".to_owned()));
        let mut command = Cli::command();
        command.build();
        let about = |name| {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about);
            about.map(ToString::to_string).unwrap_or_default()
        };
        assert!(about("serve").starts_with("Open the hall"), "{}", about("serve"));
        assert!(about("backup").starts_with("Write everything"), "{}", about("backup"));
        for words in [
            ["onehall", "form", "check", "a.json", "--port", "1"],
            ["onehall", "city", "check", "city", "--mode", "development"],
        ] {
            assert!(Cli::try_parse_from(words).is_err(), "{words:?}");
        }
    }
}
