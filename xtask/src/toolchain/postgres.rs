//! A PostgreSQL of our own for tests: a fresh cluster in a temporary folder, reached by a Unix socket only, gone at the end.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::debian;
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
}

struct Private {
    folder: PathBuf,
    server: Child,
}

impl Server {
    /// The server that `ONEHALL_TEST_POSTGRES` names, or a private one of Debian's package.
    ///
    /// # Errors
    /// There is none, and none can be installed or started.
    pub fn start() -> Result<Server> {
        if let Ok(url) = std::env::var(GIVEN) {
            return Ok(Server { url, private: None });
        }
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
        let log = std::fs::File::create(folder.join("log"))?;
        let server = account
            .run(&programs.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            // What a power cut would take matters to nobody here: half of the time of a test would be waiting for a disk.
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "fsync=off",
                "-c",
                "full_page_writes=off",
            ])
            .args(["-c", "max_connections=300"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("could not start postgres")?;
        let socket = folder.display().to_string().replace('/', "%2F");
        let mut server = Server {
            url: format!("postgres://onehall@/postgres?host={socket}"),
            private: Some(Private { folder, server }),
        };
        server.wait()?;
        Ok(server)
    }

    /// The address, of a user who may create databases.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn wait(&mut self) -> Result<()> {
        let Some(Private { folder, server }) = &mut self.private else {
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
enum Account {
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

    fn run(&self, program: &Path) -> Command {
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
