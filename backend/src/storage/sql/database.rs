//! A database as the whole store: who writes, who reads, and what the engine counts.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use futures::future::BoxFuture;
use onehall_protocol::{ErrorCode, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::inline::Inline;
use super::readers::Readers;
use super::{Connection, MigrationError, PostgresUrl, founding, migrations, postgres, sqlite, writer};
use crate::error::{Error, Result};
use crate::founding::{Founding, FoundingState};
use crate::storage::{Counts, Storage};

/// Why a database could not be opened. Each reads as one sentence after "cannot open the database ...: ".
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The schema does not fit.
    #[error(transparent)]
    Schema(#[from] MigrationError),
    /// The engine says no.
    #[error("{0}")]
    Engine(#[from] super::Error),
    /// The writer's thread could not be started.
    #[error("cannot start the writer: {0}")]
    Thread(#[from] std::io::Error),
}

/// A database, whichever engine keeps it.
pub struct Database {
    queue: Mutex<Option<mpsc::Sender<Box<dyn writer::Job>>>>,
    readers: Readers,
    threads: Mutex<Vec<JoinHandle<()>>>,
    counters: Arc<Counters>,
    place: Place,
    inline: Option<Inline>,
}

/// Where a database is.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a file, of SQLite.
    File(PathBuf),
    /// On a server of PostgreSQL.
    Server(PostgresUrl),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::File(path) => path.display().fmt(f),
            Place::Server(url) => url.fmt(f),
        }
    }
}

/// How many connections a database gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// That read.
    pub readers: usize,
    /// That write. SQLite has one, whatever stands here.
    pub writers: usize,
}

#[derive(Debug, Default)]
struct Counters {
    groups: AtomicU64,
    commands: AtomicU64,
    failed_groups: AtomicU64,
    again: AtomicU64,
}

impl writer::Watch for Counters {
    fn group(&self, size: usize, committed: bool) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.commands.fetch_add(size as u64, Ordering::Relaxed);
        if !committed {
            self.failed_groups.fetch_add(1, Ordering::Relaxed);
        }
        metrics::histogram!("onehall_storage_group_size").record(size as f64);
    }

    fn again(&self, size: usize) {
        self.again.fetch_add(size as u64, Ordering::Relaxed);
        metrics::counter!("onehall_storage_commands_again_total").increment(size as u64);
    }
}

impl Database {
    /// Opens (or makes) the SQLite database at `path`, brings its schema up to date, and starts its writer.
    ///
    /// # Errors
    /// [`OpenError`]: it cannot be opened, or it belongs to a newer version.
    pub fn sqlite(path: &Path, readers: usize, now: Timestamp) -> std::result::Result<Database, OpenError> {
        let connection = Connection::from(sqlite::writer(path)?);
        migrations::migrate(&connection, migrations::ALL, now.unix_millis())?;
        let place = path.to_owned();
        let readers = Readers::new(readers, move || Ok(sqlite::reader(&place)?.into()))?;
        let (queue, waiting) = mpsc::channel(writer::QUEUE);
        let counters = Arc::new(Counters::default());
        let watch: Arc<dyn writer::Watch> = counters.clone();
        let thread = std::thread::Builder::new()
            .name("onehall-writer".to_owned())
            .spawn(move || writer::run(&connection, waiting, &watch))?;
        Ok(Database {
            queue: Mutex::new(Some(queue)),
            readers,
            threads: Mutex::new(vec![thread]),
            counters,
            place: Place::File(path.to_owned()),
            inline: None,
        })
    }

    /// A SQLite database in memory whose commands run on the thread that asks, one after another: for simulations, which have
    /// to repeat. `pause` is awaited before each command or question and again before its outcome is told, as one waits for a
    /// writer and for a disk; who gives up while it waits after a command has its effect all the same.
    ///
    /// # Errors
    /// [`OpenError`]: the engine says no.
    pub fn inline(
        now: Timestamp,
        pause: impl Fn() -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> std::result::Result<Database, OpenError> {
        let connection = Connection::from(sqlite::in_memory()?);
        migrations::migrate(&connection, migrations::ALL, now.unix_millis())?;
        Ok(Database {
            queue: Mutex::default(),
            readers: Readers::none(),
            threads: Mutex::default(),
            counters: Arc::default(),
            place: Place::File(PathBuf::new()),
            inline: Some(Inline::new(connection, Box::new(pause))),
        })
    }

    /// Connects to a database of PostgreSQL, brings its schema up to date, and starts its writers. Blocks until the server
    /// has answered.
    ///
    /// # Errors
    /// [`OpenError`]: it cannot be reached, or it belongs to a newer version.
    pub fn postgres(
        url: &PostgresUrl,
        connections: Connections,
        now: Timestamp,
    ) -> std::result::Result<Database, OpenError> {
        // The client runs a small runtime of its own, which must not begin on a thread of ours.
        let opened = std::thread::scope(|scope| {
            let open = || {
                let first = postgres::connect(url)?;
                migrations::migrate(&first, migrations::ALL, now.unix_millis())?;
                let mut writers = vec![first];
                while writers.len() < connections.writers {
                    writers.push(postgres::connect(url)?);
                }
                let reader = url.clone();
                let readers = Readers::new(connections.readers, move || postgres::connect(&reader))?;
                Ok::<_, OpenError>((writers, readers))
            };
            scope.spawn(open).join()
        });
        let (writers, readers) = opened.map_err(|_| super::Error::Lost)??;
        let (queue, waiting) = mpsc::channel(writer::QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        let counters = Arc::new(Counters::default());
        let mut threads = Vec::new();
        for connection in writers {
            let (url, waiting) = (url.clone(), Arc::clone(&waiting));
            let watch: Arc<dyn writer::Watch> = counters.clone();
            let writer = std::thread::Builder::new().name("onehall-writer".to_owned());
            threads.push(writer.spawn(move || postgres::writer::run(&url, connection, &waiting, &watch))?);
        }
        Ok(Database {
            queue: Mutex::new(Some(queue)),
            readers,
            threads: Mutex::new(threads),
            counters,
            place: Place::Server(url.clone()),
            inline: None,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Runs one command on a writer. The outcome comes after the commit that holds it: `Ok` means that it is on disk.
    ///
    /// # Errors
    /// What `work` returned (then nothing of it is kept); `backend/unavailable` where the commit failed or the database
    /// is closed; `backend/internal` where `work` panicked.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T> + Send + 'static,
    {
        if let Some(inline) = &self.inline {
            return inline.write(work).await;
        }
        let (job, outcome) = writer::job(work);
        self.enqueue(job).await?;
        answer(outcome).await
    }

    /// Asks one question. It sees one state of the database throughout, and all that was acknowledged before.
    ///
    /// # Errors
    /// What `work` returned; `backend/unavailable` where the database is closed.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        if let Some(inline) = &self.inline {
            return inline.read(work).await;
        }
        self.readers.read(work).await
    }

    /// How many commands wait for the writer.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue
            .as_ref()
            .map_or(0, |queue| queue.max_capacity() - queue.capacity())
    }

    /// How many groups were committed, and how many commands were in them.
    #[must_use]
    pub fn committed(&self) -> (u64, u64) {
        (
            self.counters.groups.load(Ordering::Relaxed),
            self.counters.commands.load(Ordering::Relaxed),
        )
    }

    /// How many commands were done anew because another transaction came first.
    #[must_use]
    pub fn done_anew(&self) -> u64 {
        self.counters.again.load(Ordering::Relaxed)
    }

    async fn enqueue(&self, job: Box<dyn writer::Job>) -> Result<()> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(queue) = queue else {
            return Err(Error::new(ErrorCode::Unavailable));
        };
        queue.send(job).await.map_err(|_| Error::new(ErrorCode::Unavailable))
    }
}

async fn answer<T>(outcome: oneshot::Receiver<Result<T>>) -> Result<T> {
    outcome
        .await
        .unwrap_or_else(|_| Err(Error::new(ErrorCode::Unavailable)))
}

#[async_trait]
impl Storage for Database {
    async fn check(&self) -> Result<()> {
        self.read(|db| Ok(db.query_row("SELECT count(*) FROM fact", [], |row| row.get::<_, i64>(0))?))
            .await?;
        self.write(|tx| {
            tx.prepare_cached("INSERT INTO fact (name, value) VALUES ('checked', '1') ON CONFLICT DO NOTHING")?
                .execute([])?;
            Ok(())
        })
        .await
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts> {
        let commands_waiting = self.waiting() as u64;
        self.read(move |db| {
            let count = |table: &str| {
                let sql = format!("SELECT count(*) FROM {table} WHERE idle_ends_at > ?1 AND ends_at > ?1");
                db.prepare_cached(&sql)?
                    .query_row([now.unix_millis()], |row| row.get::<_, u64>(0))
            };
            Ok(Counts {
                commands_waiting,
                citizen_sessions: count("citizen_session")?,
                staff_sessions: count("staff_session")?,
            })
        })
        .await
    }

    async fn founding_state(&self) -> Result<FoundingState> {
        self.read(founding::state).await
    }

    async fn is_key(&self, mark: [u8; 32]) -> Result<bool> {
        let mark: String = mark.iter().map(|byte| format!("{byte:02x}")).collect();
        self.write(move |tx| {
            tx.prepare_cached("INSERT INTO fact (name, value) VALUES ('key', ?1) ON CONFLICT (name) DO NOTHING")?
                .execute([&mark])?;
            let known: String = tx
                .prepare_cached("SELECT value FROM fact WHERE name = 'key'")?
                .query_row([], |row| row.get(0))?;
            Ok(known == mark)
        })
        .await
    }

    async fn found(&self, founding: Founding, now: Timestamp) -> Result<()> {
        self.write(move |tx| founding::found(tx, &founding, now)).await
    }

    async fn close(&self) {
        // The writer ends once the last sender is gone and the queue is empty.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let ended = move || threads.into_iter().for_each(|thread| drop(thread.join()));
        let _ = tokio::task::spawn_blocking(ended).await;
        self.readers.close();
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}
