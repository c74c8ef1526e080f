//! `cargo xtask run`: from a fresh machine to a hall that can be visited, with one command.

mod trial;

use std::fmt::Write as _;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::arguments::Arguments;
use crate::say::say;
use crate::{bundle, loopback, process, test, workspace};

pub use trial::try_run;

/// Where the hall listens unless `--port` says otherwise.
const PORT: u16 = 8080;

/// How long a start may take; a large database is checked and migrated in it.
const START: Duration = Duration::from_secs(60);

/// How long the backend may take to finish what it took, after Ctrl-C.
const STOP: Duration = Duration::from_secs(30);

/// Where a hall listens and keeps its data.
pub struct Place {
    /// The port.
    pub port: u16,
    /// The folder of its data.
    pub data: PathBuf,
}

impl Place {
    /// What `--port` and `--data` say.
    ///
    /// # Errors
    /// The port is taken. Known before anything is built, so not told after minutes.
    pub fn from(arguments: &Arguments) -> Result<Place> {
        let port = arguments.value("port")?.unwrap_or(PORT);
        let data = std::path::absolute(match arguments.text("data") {
            Some(folder) => PathBuf::from(folder),
            None => workspace::root().join("data"),
        })?;
        if !loopback::is_free(port) {
            bail!("port {port} is taken by another program: end that one, or choose another with `--port`");
        }
        Ok(Place { port, data })
    }
}

/// Prepares, builds and starts the hall, and waits until it ends.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Place { port, data } = Place::from(arguments)?;
    let release = arguments.has("release");

    if !arguments.has("as-built") {
        build(release)?;
    }
    say("starting the hall");
    let mut hall = start(&workspace::backend(release), port, &data, None)?;
    let signals = forward_signals(Some(hall.id()))?;
    if let Some(ended) = wait_until_ready(&mut hall, port, signals)? {
        return Ok(exit_code(ended));
    }
    print!("{}", welcome(port, &data));
    let ended = wait_until_ended(&mut hall, signals)?;
    let asked = signals.load(Ordering::SeqCst) > 0;
    if asked && ended.success() {
        say("the hall is closed; its data stays");
    } else if !asked {
        say(format!(
            "the hall has ended by itself ({ended}); its data stays, the next start goes on with it"
        ));
    }
    Ok(exit_code(ended))
}

/// Builds pages and backend beside each other: the linker of the one uses a single core for a long while.
///
/// # Errors
/// One of them does not build.
pub fn build(release: bool) -> Result<()> {
    let profile = if release {
        bundle::Profile::Release
    } else {
        bundle::Profile::Dev
    };
    crate::toolchain::c_compiler()?;
    if !workspace::backend(release).is_file() {
        let minutes = if release { "fifteen" } else { "nine" };
        say(format!(
            "building everything for the first time: up to {minutes} minutes on two cores, later a few seconds"
        ));
    }
    let began = Instant::now();
    process::beside(|| test::build_backend(release), || bundle::build(profile))?;
    if began.elapsed() > Duration::from_secs(5) {
        say("everything is built");
    }
    Ok(())
}

/// Starts a built backend on the demo city; pages of the site `embedder` may embed its services.
///
/// # Errors
/// It cannot be started.
pub fn start(binary: &Path, port: u16, data: &Path, embedder: Option<&str>) -> Result<Child> {
    // Made readable by us only: citizens' data will be in it. What is there stays as it is.
    if !data.exists() {
        let made = fs::create_dir_all(data);
        // The backend says what is wrong with a folder that cannot be written.
        if made.is_ok() {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(data, fs::Permissions::from_mode(0o700))?;
        }
    }
    let mut command = Command::new(binary);
    if std::env::var_os("ONEHALL_LOG_FILTER").is_none() {
        // A line for each request is for operators, not for somebody who looks around.
        command.args(["--log-filter", "warn"]);
    }
    if let Some(origin) = embedder {
        command.env("ONEHALL_EMBED_ORIGINS", origin);
    }
    command
        .args(["serve", "--mode", "development", "--port", &port.to_string()])
        .arg("--data")
        .arg(data)
        .arg("--city")
        .arg(workspace::demo_city())
        .arg("--ui")
        .arg(workspace::bundle())
        // What it greets with is said below, with the demo accounts; its log goes on as it is.
        .stdout(Stdio::null())
        // Its own process group: Ctrl-C reaches it once, from us, and not a second time from the terminal.
        .process_group(0)
        .spawn()
        .with_context(|| format!("could not start {}", binary.display()))
}

/// Passes Ctrl-C and a termination on to the hall, where it is ours; counts them.
///
/// # Errors
/// Signals cannot be heard.
pub fn forward_signals(hall: Option<u32>) -> Result<&'static AtomicUsize> {
    static SIGNALS: AtomicUsize = AtomicUsize::new(0);
    ctrlc::set_handler(move || {
        // A person who asks twice does not want to wait.
        let signal = if SIGNALS.fetch_add(1, Ordering::SeqCst) == 0 {
            "-TERM"
        } else {
            "-KILL"
        };
        if let Some(hall) = hall {
            process::succeeds(Command::new("kill").args([signal, &hall.to_string()]));
        }
    })
    .context("could not listen for Ctrl-C")?;
    Ok(&SIGNALS)
}

/// Waits until the hall answers that it is ready; how it ended, if it did before that.
///
/// # Errors
/// It does not become ready in time.
pub fn wait_until_ready(hall: &mut Child, port: u16, signals: &AtomicUsize) -> Result<Option<ExitStatus>> {
    let deadline = Instant::now() + START;
    loop {
        if let Some(ended) = hall.try_wait()? {
            return Ok(Some(ended));
        }
        if signals.load(Ordering::SeqCst) > 0 {
            return wait_until_ended(hall, signals).map(Some);
        }
        if loopback::get(port, "/ready").is_ok_and(|answer| answer.status == 200) {
            return Ok(None);
        }
        if Instant::now() > deadline {
            hall.kill()?;
            hall.wait()?;
            bail!("the hall did not become ready within {} seconds", START.as_secs());
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until the hall ends; one that was asked to and does not is killed.
///
/// # Errors
/// The system does not say.
pub fn wait_until_ended(hall: &mut Child, signals: &AtomicUsize) -> Result<ExitStatus> {
    let mut asked: Option<Instant> = None;
    loop {
        if let Some(ended) = hall.try_wait()? {
            return Ok(ended);
        }
        if signals.load(Ordering::SeqCst) > 0 {
            let since = *asked.get_or_insert_with(|| {
                println!();
                say("closing the hall: it finishes what it took");
                Instant::now()
            });
            if since.elapsed() > STOP {
                hall.kill()?;
            }
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// As what a program ended with we end, too.
pub fn exit_code(ended: ExitStatus) -> ExitCode {
    ExitCode::from(ended.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Where to go and as whom.
pub fn welcome(port: u16, data: &Path) -> String {
    let here = format!("http://127.0.0.1:{port}");
    let mut text = format!(
        "
The hall of Lanchuan is open (an invented city; {}).

  For citizens         {here}/
  The staff console    {here}/console/
  Codes and messages   {here}/dev
  The API, to browse   {here}/api/docs

",
        data.display()
    );
    text.push_str(&citizens(port).unwrap_or_default());
    text.push_str(&staff(port).unwrap_or_default());
    text.push_str("\nEnd it with Ctrl-C. The data stays for the next time.\n");
    text
}

fn citizens(port: u16) -> Option<String> {
    let answer = loopback::get(port, "/api/v1/dev/citizens").ok()?;
    let citizens: Value = serde_json::from_str(&answer.body).ok()?;
    let mut text = String::from("  Citizens (phone number; the code is on the page of codes)\n");
    for citizen in citizens.as_array()? {
        let word = |key: &str| citizen[key].as_str().unwrap_or_default();
        let _ = writeln!(text, "    {:<14} {}", word("phone"), word("name"));
    }
    Some(text)
}

fn staff(port: u16) -> Option<String> {
    let answer = loopback::get(port, "/api/v1/dev/staff-codes").ok()?;
    let accounts: Value = serde_json::from_str(&answer.body).ok()?;
    let mut text = String::from("  Staff (password; the second factor is on the page of codes)\n");
    for account in accounts.as_array()? {
        let word = |key: &str| account[key].as_str().unwrap_or_default().to_owned();
        let roles: Vec<&str> = account["roles"].as_array()?.iter().filter_map(Value::as_str).collect();
        text.push_str(&format!(
            "    {:<14} {:<24} {}\n",
            word("account"),
            word("password"),
            roles.join(", ")
        ));
    }
    Some(text)
}
