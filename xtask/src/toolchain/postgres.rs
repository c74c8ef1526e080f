//! A PostgreSQL of our own for tests: a fresh cluster in a temporary folder, reached by a Unix socket (and, by who tests
//! that, by TLS), gone at the end.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::debian;
use super::postgres_tls::Tls;
use crate::process;

/// The variable with the address of a server to use instead: `postgres://user:password@host:port/database`, of a user who
/// may create databases.
pub const GIVEN: &str = "ONEHALL_TEST_POSTGRES";

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server for tests.
pub struct Server {
    url: String,
    private: Option<Private>,
    tls: Option<Tls>,
}

struct Private {
    folder: PathBuf,
    programs: PathBuf,
    server: Child,
    port: u16,
}

/// Whether what was committed outlives a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Commit {
    /// What a power cut would take matters to nobody in a test: half of its time would be waiting for a disk.
    Quick,
    /// As PostgreSQL is run.
    Durable,
}

impl Server {
    /// The server that `ONEHALL_TEST_POSTGRES` names, or a private one of Debian's package.
    ///
    /// # Errors
    /// There is none, and none can be installed or started.
    pub fn start() -> Result<Server> {
        if let Ok(url) = std::env::var(GIVEN) {
            return Ok(Server {
                url,
                private: None,
                tls: None,
            });
        }
        Server::private(Commit::Quick)
    }

    /// A private server that keeps what it commits, as those of a city do: to be measured.
    ///
    /// # Errors
    /// None can be installed or started.
    pub fn durable() -> Result<Server> {
        Server::private(Commit::Durable)
    }

    fn private(commit: Commit) -> Result<Server> {
        let programs = programs()?;
        let folder = std::env::temp_dir().join(format!("onehall-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
        let data = folder.join("data");
        let account = Account::choose()?;
        account.own(&folder)?;
        process::output(
            account
                .run(&programs.join("initdb"))
                .args([
                    "--username=onehall",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--no-sync",
                    "--pgdata",
                ])
                .arg(&data),
        )?;
        // What is measured is measured as it is.
        let tls = match commit {
            Commit::Quick => Some(Tls::prepare(&account, &folder)?),
            Commit::Durable => None,
        };
        let port = tls.as_ref().map_or(5432, Tls::port);
        let log = std::fs::File::create(folder.join("log"))?;
        let mut command = account.run(&programs.join("postgres"));
        if commit == Commit::Quick {
            command.args(["-c", "fsync=off", "-c", "full_page_writes=off"]);
        }
        let server = command
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            .args(["-c", "listen_addresses=", "-c", "max_connections=300"])
            .args(tls.iter().flat_map(Tls::settings))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("could not start postgres")?;
        let socket = folder.display().to_string().replace('/', "%2F");
        let mut server = Server {
            url: format!("postgres://onehall@/postgres?host={socket}&port={port}"),
            private: Some(Private {
                folder,
                programs,
                server,
                port,
            }),
            tls: None,
        };
        server.wait()?;
        if let Some(tls) = tls {
            process::output(&mut server.program("psql", &["--command", &tls.statement(), "postgres"])?)?;
            server.tls = Some(tls);
        }
        Ok(server)
    }

    /// The address, of a user who may create databases.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it speaks TLS: a private one that is not measured.
    pub fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }

    /// The folder of a private server, in which its data lie.
    pub fn folder(&self) -> Option<&Path> {
        Some(&self.private.as_ref()?.folder)
    }

    /// A new database of a private server, and its address.
    ///
    /// # Errors
    /// It is there already.
    pub fn database(&self, name: &str) -> Result<String> {
        process::output(&mut self.program("createdb", &[name])?)?;
        Ok(self.url.replace("@/postgres?", &format!("@/{name}?")))
    }

    /// A program of PostgreSQL on a private server; `arguments` end with what it takes besides its options.
    ///
    /// # Errors
    /// The server is somebody else's.
    pub fn program(&self, name: &str, arguments: &[&str]) -> Result<Command> {
        let private = self.private.as_ref().context("the server is not a private one")?;
        let mut command = Command::new(private.programs.join(name));
        command.arg("--host").arg(&private.folder).arg("--username=onehall");
        command.arg(format!("--port={}", private.port));
        command.args(arguments);
        Ok(command)
    }

    fn wait(&mut self) -> Result<()> {
        let Some(Private { folder, server, .. }) = &mut self.private else {
            return Ok(());
        };
        let began = Instant::now();
        // The last line of its file says whether it takes connections; a socket alone does not.
        let ready = |folder: &Path| {
            std::fs::read_to_string(folder.join("data/postmaster.pid"))
                .is_ok_and(|text| text.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
        };
        while !ready(folder) {
            let ended = server.try_wait()?.is_some();
            if ended || began.elapsed() > PATIENCE {
                let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
                bail!("PostgreSQL did not start: {}", log.trim());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        let stopped = std::fs::read_to_string(self.folder.join("data/postmaster.pid"))
            .ok()
            .and_then(|text| text.lines().next().map(str::to_owned));
        if let Some(process) = stopped {
            // At once: the folder goes as well.
            let _ = Command::new("kill").args(["-QUIT", &process]).status();
        }
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Who runs the server: PostgreSQL refuses to be run by root.
pub(super) enum Account {
    Ourselves,
    Postgres,
}

impl Account {
    fn choose() -> Result<Account> {
        let user = process::output(Command::new("id").arg("-u"))?;
        Ok(if user.trim() == "0" {
            Account::Postgres
        } else {
            Account::Ourselves
        })
    }

    fn own(&self, folder: &Path) -> Result<()> {
        match self {
            Account::Ourselves => Ok(()),
            Account::Postgres => process::run(Command::new("chown").arg("postgres:postgres").arg(folder)),
        }
    }

    pub(super) fn run(&self, program: &Path) -> Command {
        let mut command = match self {
            Account::Ourselves => Command::new(program),
            Account::Postgres => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]);
                command.arg(program);
                command
            }
        };
        // The folder of whoever called may be closed to this account.
        command.current_dir("/");
        command
    }
}

/// The folder of Debian's programs: the newest version that is here, installed where there is none.
fn programs() -> Result<PathBuf> {
    if let Some(found) = newest()? {
        return Ok(found);
    }
    debian::install("the tests on PostgreSQL", &["postgresql"])?;
    newest()?.context("PostgreSQL was installed, and its programs are not in /usr/lib/postgresql")
}

fn newest() -> Result<Option<PathBuf>> {
    let entries = match std::fs::read_dir("/usr/lib/postgresql") {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(cause.into()),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path().join("bin");
        let version = path
            .parent()
            .and_then(|folder| folder.file_name()?.to_str()?.parse::<u32>().ok());
        if let Some(version) = version
            && path.join("initdb").is_file()
            && path.join("postgres").is_file()
        {
            found.push((version, path));
        }
    }
    Ok(found.into_iter().max().map(|(_, path)| path))
}
