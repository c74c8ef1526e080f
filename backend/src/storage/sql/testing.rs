//! For tests: an empty database with the schema, of the engine on which they run.
//!
//! That is SQLite in the folder of the test, or, where `ONEHALL_TEST_DATABASE` has the address of a server (`cargo xtask
//! test --db postgres` sets it), a database of PostgreSQL for each test, copied from a template that each process makes
//! once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use onehall_protocol::Timestamp;
use uuid::Uuid;

use super::{Connection, Connections, Database, PostgresUrl, Value, migrations, postgres};
use crate::storage::sql;

/// The variable with the address of a server, of a user who may create databases.
const SERVER: &str = "ONEHALL_TEST_DATABASE";

const FEW: Connections = Connections { readers: 2, writers: 1 };

/// A database that is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct TestDatabase {
    database: Arc<Database>,
    place: Where,
}

#[derive(Debug)]
enum Where {
    File(PathBuf),
    Server(OnServer),
}

/// A database on a server, dropped with this.
#[derive(Debug)]
pub(crate) struct OnServer {
    server: String,
    name: String,
    /// Its address.
    pub url: PostgresUrl,
}

/// The server on which the tests run, where they do not run on SQLite.
pub(crate) fn server() -> Option<String> {
    std::env::var(SERVER).ok().filter(|url| !url.is_empty())
}

fn must<T, E: std::fmt::Display>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

/// Says something to a server, from a thread on which its client may block.
fn tell(url: &str, statements: &[&str]) {
    let url: PostgresUrl = must(url.parse());
    std::thread::scope(|scope| {
        let said = scope.spawn(|| {
            let connection = must(postgres::connect(&url));
            for statement in statements {
                must(connection.execute_batch(statement));
            }
        });
        must(said.join().map_err(|_| "the server could not be told something"));
    });
}

/// The address of another database of the same server.
fn beside(server: &str, name: &str) -> String {
    let (address, parameters) = server.split_once('?').map_or((server, None), |(a, b)| (a, Some(b)));
    let (host, _) = must(address.rsplit_once('/').ok_or("the address names no database"));
    let parameters = parameters.map(|text| format!("?{text}")).unwrap_or_default();
    format!("{host}/{name}{parameters}")
}

impl OnServer {
    /// A new database with the schema.
    pub fn new(server: &str) -> OnServer {
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let name = format!("onehall_template_{}", Uuid::now_v7().simple());
            tell(server, &[&format!("CREATE DATABASE {name}")]);
            let url: PostgresUrl = must(beside(server, &name).parse());
            std::thread::scope(|scope| {
                let made = scope.spawn(|| {
                    let connection = must(postgres::connect(&url));
                    must(migrations::migrate(&connection, migrations::ALL, 0));
                });
                must(made.join().map_err(|_| "the template could not be made"));
            });
            name
        });
        let name = format!("onehall_test_{}", Uuid::now_v7().simple());
        tell(server, &[&format!("CREATE DATABASE {name} TEMPLATE {template}")]);
        OnServer {
            url: must(beside(server, &name).parse()),
            server: server.to_owned(),
            name,
        }
    }

    /// Its address as a text, with the password.
    pub fn address(&self) -> String {
        beside(&self.server, &self.name)
    }

    /// A connected store on it: one replica.
    pub fn open(&self) -> Database {
        must(Database::postgres(&self.url, FEW, Timestamp::from_unix_millis(0)))
    }

    /// Ends every connection to it, as a server that is restarted does.
    pub fn cut(&self) {
        tell(
            &self.server,
            &[&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
                self.name
            )],
        );
    }
}

impl Drop for OnServer {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            tell(&self.server, &[&format!("DROP DATABASE {} WITH (FORCE)", self.name)]);
        }
    }
}

impl TestDatabase {
    /// A new one; SQLite keeps it in this folder.
    pub fn new(folder: &Path, now: Timestamp) -> TestDatabase {
        match server() {
            None => {
                let file = folder.join("onehall.sqlite");
                TestDatabase {
                    database: Arc::new(must(Database::sqlite(&file, 2, now))),
                    place: Where::File(file),
                }
            }
            Some(server) => {
                let on_server = OnServer::new(&server);
                TestDatabase {
                    database: Arc::new(on_server.open()),
                    place: Where::Server(on_server),
                }
            }
        }
    }

    /// The store.
    pub fn store(&self) -> Arc<Database> {
        Arc::clone(&self.database)
    }

    /// Where it is on a server; none of one in a folder.
    pub fn address(&self) -> Option<String> {
        match &self.place {
            Where::File(_) => None,
            Where::Server(on_server) => Some(on_server.address()),
        }
    }

    /// Another process on the same database.
    pub fn again(&self) -> Database {
        match &self.place {
            Where::File(file) => must(Database::sqlite(file, 2, Timestamp::from_unix_millis(0))),
            Where::Server(on_server) => on_server.open(),
        }
    }

    /// Ends every connection to a server. SQLite has none to end.
    pub fn cut(&self) {
        if let Where::Server(on_server) = &self.place {
            on_server.cut();
        }
    }

    /// Looks into the database past the store, on a connection of its own.
    pub fn look<T: Send>(&self, work: impl FnOnce(&Connection) -> sql::Result<T> + Send) -> sql::Result<T> {
        std::thread::scope(|scope| {
            let looking = scope.spawn(|| {
                work(&match &self.place {
                    Where::File(file) => rusqlite::Connection::open(file)?.into(),
                    Where::Server(on_server) => postgres::connect(&on_server.url)?,
                })
            });
            looking.join().unwrap_or(Err(sql::Error::Lost))
        })
    }

    /// Whether these bytes stand anywhere in it: in the files, or in any column of any row.
    pub fn holds(&self, what: &[u8]) -> bool {
        let bytes = match &self.place {
            Where::File(file) => ["", "-wal"]
                .map(|end| {
                    let mut name = file.clone().into_os_string();
                    name.push(end);
                    std::fs::read(name).unwrap_or_default()
                })
                .concat(),
            Where::Server(_) => must(self.look(|db| {
                let mut bytes = Vec::new();
                for table in db.tables()? {
                    let mut rows = db.prepare_cached(&format!("SELECT * FROM \"{table}\""))?;
                    let rows =
                        rows.query_map([], |row| (0..row.column_count()).map(|place| row.get(place)).collect())?;
                    for row in rows {
                        let row: Vec<Value> = row?;
                        for value in row {
                            match value {
                                Value::Text(text) => bytes.extend(text.into_bytes()),
                                Value::Blob(blob) => bytes.extend(blob),
                                Value::Integer(_) | Value::Null => {}
                            }
                            bytes.push(0);
                        }
                    }
                }
                Ok(bytes)
            })),
        };
        bytes.windows(what.len()).any(|window| window == what)
    }
}

impl std::ops::Deref for TestDatabase {
    type Target = Database;
    fn deref(&self) -> &Database {
        &self.database
    }
}
