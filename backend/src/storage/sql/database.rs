//! A database as the whole store: who writes, who reads, and what the engine counts.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use onehall_protocol::{ErrorCode, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::readers::Readers;
use super::{Connection, MigrationError, founding, migrations, sqlite, writer};
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
    thread: Mutex<Option<JoinHandle<()>>>,
    counters: Arc<Counters>,
    path: PathBuf,
}

#[derive(Debug, Default)]
struct Counters {
    groups: AtomicU64,
    commands: AtomicU64,
    failed_groups: AtomicU64,
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
}

impl Database {
    /// Opens (or makes) the SQLite database at `path`, brings its schema up to date, and starts its writer.
    ///
    /// # Errors
    /// [`OpenError`]: it cannot be opened, or it belongs to a newer version.
    pub fn sqlite(path: &Path, readers: usize, now: Timestamp) -> std::result::Result<Database, OpenError> {
        let connection = Connection::from(sqlite::writer(path)?);
        migrations::migrate(&connection, migrations::ALL, now.unix_millis())?;
        let readers = (0..readers.max(1)).map(|_| Ok(sqlite::reader(path)?.into()));
        let readers = Readers::of(readers.collect::<super::Result<_>>()?);
        let (queue, waiting) = mpsc::channel(writer::QUEUE);
        let counters = Arc::new(Counters::default());
        let watch: Arc<dyn writer::Watch> = counters.clone();
        let thread = std::thread::Builder::new()
            .name("onehall-writer".to_owned())
            .spawn(move || writer::run(&connection, waiting, &watch))?;
        Ok(Database {
            queue: Mutex::new(Some(queue)),
            readers,
            thread: Mutex::new(Some(thread)),
            counters,
            path: path.to_owned(),
        })
    }

    /// Runs one command on the writer. The outcome comes after the commit that holds it: `Ok` means that it is on disk.
    ///
    /// # Errors
    /// What `work` returned (then nothing of it is kept); `backend/unavailable` where the commit failed or the database
    /// is closed; `backend/internal` where `work` panicked.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Result<T> + Send + 'static,
    {
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

    async fn found(&self, founding: Founding, now: Timestamp) -> Result<()> {
        self.write(move |tx| founding::found(tx, &founding, now)).await
    }

    async fn close(&self) {
        // The writer ends once the last sender is gone and the queue is empty.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
        self.readers.close();
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
