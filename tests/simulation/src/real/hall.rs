//! A real hall: the city's files, a database with its accounts, and as many processes as serve it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use async_trait::async_trait;
use onehall_backend::city;
use onehall_backend::secrets::ServerKey;
use onehall_backend::storage::Storage;
use onehall_backend::storage::sql::{Connections, Database, OpenError, Place, PostgresUrl, connect_server};
use onehall_protocol::identity::SentMessage;
use onehall_protocol::{PersonId, Timestamp};
use uuid::Uuid;

use super::nats::Nats;
use super::process::{Process, Site};
use super::{Engine, Failure, Trial};
use crate::hall::{Accounts, code_in, found, write_city, write_key};
use crate::machines::{Reception, Replica};
use crate::witness::{self, Kept, Saw};

/// Limits that so much in so little time would run into.
const CONFIGURATION: &str = "\
[codes]
resend_after = 0
tries = 1000000
per_phone_hour = 1000000
per_phone_day = 1000000
per_client_hour = 1000000
per_client_day = 1000000
wrong_per_client_hour = 1000000
";

/// The hall.
pub(super) struct Hall {
    accounts: Accounts,
    place: Place,
    sites: Vec<Site>,
    database: OnServer,
}

/// The database of a trial on a server; nothing where it is a file.
#[derive(Clone)]
pub(super) struct OnServer(Option<(String, String)>);

impl OnServer {
    /// Takes it off the server. A server that is gone has taken it along.
    pub(super) async fn drop_it(self) {
        if let Some((server, name)) = self.0 {
            let _ = tell(server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

/// Writes the city, makes the database by `onehall migrate`, imports the accounts, and puts the replicas up, not started.
pub(super) async fn open(
    trial: &Trial,
    folder: &Path,
    now: Timestamp,
    pokes: Option<&Nats>,
) -> Result<(Hall, Vec<Box<dyn Replica>>), Failure> {
    let files = folder.join("city");
    write_city(&files)?;
    let content = city::load(&files).map_err(|findings| format!("the city does not load: {findings:?}"))?;
    std::fs::write(folder.join("onehall.toml"), CONFIGURATION)?;
    let (url, database, count) = match &trial.engine {
        Engine::Sqlite => (None, OnServer(None), 1),
        Engine::Postgres(server) => {
            let name = format!(
                "onehall_history_{}",
                Uuid::from_u128(u128::from(std::process::id()) << 64 | u128::from(now.unix_millis().unsigned_abs()))
                    .simple()
            );
            tell(server.clone(), format!("CREATE DATABASE {name}")).await?;
            (Some(beside(server, &name)?), OnServer(Some((server.clone(), name))), 2)
        }
    };
    let mut replicas: Vec<Box<dyn Replica>> = Vec::new();
    let mut sites = Vec::new();
    for index in 0..count {
        let data = folder.join(format!("replica-{index}"));
        std::fs::create_dir_all(&data)?;
        write_key(&data)?;
        let command = OneHall {
            binary: trial.backend.clone(),
            folder: folder.to_owned(),
            data,
            url: url.clone(),
            pokes: pokes.map(Nats::url),
        };
        if index == 0 {
            command.migrate()?;
        }
        let process = Process::new(index, command)?;
        sites.push(process.site());
        replicas.push(Box::new(process));
    }
    let first = folder.join("replica-0");
    let key = ServerKey::load(&first.join("secret.key"))?;
    let place = match &url {
        Some(url) => Place::Server(url.parse::<PostgresUrl>()?),
        None => Place::File(first.join("onehall.sqlite")),
    };
    let accounts = {
        let database = open_database(&place, now)?;
        let accounts = found(&database, &content, &key, now).await;
        database.close().await;
        accounts
    };
    let hall = Hall {
        accounts,
        place,
        sites,
        database,
    };
    Ok((hall, replicas))
}

fn open_database(place: &Place, now: Timestamp) -> Result<Database, OpenError> {
    let few = Connections { readers: 1, writers: 1 };
    match place {
        Place::Server(url) => Database::postgres(url, few, now),
        Place::File(file) => Database::sqlite(file, few.readers, now),
    }
}

impl Hall {
    pub(super) fn database(&self) -> OnServer {
        self.database.clone()
    }
}

#[async_trait]
impl Reception for Hall {
    fn phone(&self) -> &str {
        &self.accounts.phone
    }

    fn principals(&self) -> &[PersonId] {
        &self.accounts.principals
    }

    async fn last_code(&self) -> String {
        // Each replica knows what it has sent itself.
        let mut newest: Option<SentMessage> = None;
        for site in &self.sites {
            let sent: Vec<SentMessage> = site.get("/api/v1/dev/messages").await.unwrap_or_default();
            newest = newest.into_iter().chain(sent).max_by_key(|message| message.at);
        }
        newest.map_or_else(String::new, |message| code_in(&message.text))
    }

    async fn log(&self) -> (Vec<Saw>, Vec<Kept>) {
        // Nothing was trimmed yet: the log itself says all.
        let read = async {
            let database = open_database(&self.place, Timestamp::from_unix_millis(0))?;
            let read = (witness::logged(&database).await?, witness::logs(&database).await?);
            database.close().await;
            Ok::<_, Failure>(read)
        };
        read.await.unwrap_or_else(|why| panic!("the log cannot be read: {why}"))
    }
}

/// How `onehall` is called for one replica.
pub(super) struct OneHall {
    binary: PathBuf,
    folder: PathBuf,
    data: PathBuf,
    url: Option<String>,
    pokes: Option<String>,
}

impl OneHall {
    /// The command with these words, and its output in a file beside the data.
    pub(super) fn command(&self, words: &[&str]) -> std::io::Result<Command> {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.data.with_extension("log"))?;
        let mut command = Command::new(&self.binary);
        // A setting of whoever tries this is none of the hall's.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ONEHALL_")) {
            command.env_remove(name);
        }
        if let Some(url) = &self.url {
            command.env("ONEHALL_STORAGE_URL", url);
        }
        if let Some(url) = &self.pokes {
            command.env("ONEHALL_NATS_URL", url);
        }
        command
            .args(words)
            .args(["--mode", "development", "--log-filter", "warn"])
            .arg("--config")
            .arg(self.folder.join("onehall.toml"))
            .arg("--data")
            .arg(&self.data)
            .arg("--city")
            .arg(self.folder.join("city"))
            .env("ONEHALL_FILES_STORE", "database")
            // Under one name whichever replica answers: proofs of a terminal's key are made for it.
            .env("ONEHALL_PUBLIC_URL", "http://hall.test")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Ok(command)
    }

    /// What it has printed.
    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.data.with_extension("log")).unwrap_or_default()
    }

    fn migrate(&self) -> Result<(), Failure> {
        let status = self.command(&["migrate"])?.status();
        match status.map_err(|cause| format!("cannot start {}: {cause}", self.binary.display()))? {
            status if status.success() => Ok(()),
            status => Err(format!("`onehall migrate` ended with {status}: {}", self.log()).into()),
        }
    }
}

/// The address of another database of the same server.
fn beside(server: &str, name: &str) -> Result<String, Failure> {
    let (address, parameters) = server.split_once('?').map_or((server, None), |(a, b)| (a, Some(b)));
    let (host, _) = address.rsplit_once('/').ok_or("the address names no database")?;
    let parameters = parameters.map(|text| format!("?{text}")).unwrap_or_default();
    Ok(format!("{host}/{name}{parameters}"))
}

/// Says something to a server, on a thread on which its client may block.
async fn tell(server: String, statement: String) -> Result<(), Failure> {
    let say = move || {
        let url: PostgresUrl = server.parse().map_err(|cause| format!("{cause}"))?;
        let connection = connect_server(&url).map_err(|cause| format!("{cause}"))?;
        connection.execute_batch(&statement).map_err(|cause| format!("{cause}"))
    };
    let said = std::thread::spawn(say).join();
    said.unwrap_or_else(|_| Err("the server could not be told something".to_owned()))
        .map_err(Failure::from)
}
