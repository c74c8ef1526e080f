//! Values of a native terminal in a folder, which one process at a time has open.
//!
//! After a failure what is in the database's memory may be more than what is on the disk: it is opened anew with the next
//! use, and what is on the disk counts. sled may wait for ever while it closes a database that it could not write: that is
//! left to a thread of its own, and until it has ended nothing is kept or read.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::runtime::Handle;

use super::database::{Open, guarded, of_io, of_sled, patiently};
use super::rebuild;
use super::secrets::private_folder;
use crate::lock;
use crate::ports::{Store, StoreError, Write, scanned};

/// How long the next use of a database that failed waits until it is closed.
const CLOSES_WITHIN: Duration = Duration::from_secs(5);

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error(transparent)]
    InUse(#[from] InUse),
    /// The folder cannot be used.
    #[error("could not {0}")]
    Store(StoreError),
}

/// A folder that another process has open.
#[derive(Debug, thiserror::Error)]
#[error("use the folder {}: another OneHall has it open", .0.display())]
pub struct InUse(pub PathBuf);

/// A store in a folder. One process at a time has it open. Nothing is encrypted: [`super::SealedStore`] does that.
pub struct SledStore {
    shared: Arc<Shared>,
    runtime: Handle,
}

struct Shared {
    place: PathBuf,
    now: Mutex<Now>,
    /// Held as long as the store.
    _lock: File,
}

/// What became of the database.
struct Now {
    /// None after a failure, until it is needed again.
    open: Option<Open>,
    failed: Option<Failed>,
}

/// A database that failed and is being closed.
struct Failed {
    error: StoreError,
    closed: Receiver<()>,
    /// How long it is worth to wait for that.
    patience: Duration,
}

impl SledStore {
    /// Opens the store in `folder`, which is made where it is missing, readable by its owner only. A database that does
    /// not open is put aside (`store.broken-1` and so on) and begun anew; so is one that a newer version wrote
    /// (`store.newer-1`).
    ///
    /// # Errors
    /// Another process has it open, or the folder cannot be used.
    pub fn open(folder: &Path, runtime: Handle) -> Result<SledStore, OpenError> {
        let lock = locked(folder)?;
        let place = folder.join("store");
        let open = Open::at(&place).map_err(OpenError::Store)?;
        Ok(SledStore {
            shared: Arc::new(Shared {
                place,
                now: Mutex::new(Now {
                    open: Some(open),
                    failed: None,
                }),
                _lock: lock,
            }),
            runtime,
        })
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Open) -> sled::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = self.shared.clone();
        let done = self.runtime.spawn_blocking(move || shared.work(work)).await;
        done.unwrap_or(Err(StoreError::Broken))
    }
}

/// Holds the folder for this process.
fn locked(folder: &Path) -> Result<File, OpenError> {
    let failed = |error: io::Error| {
        tracing::error!(%error, folder = %folder.display(), "the folder cannot be used");
        OpenError::Store(of_io(error.kind()))
    };
    private_folder(folder).map_err(failed)?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("lock"))
        .map_err(failed)?;
    match patiently(|| lock.try_lock(), |error| matches!(error, TryLockError::WouldBlock)) {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(InUse(folder.to_owned()).into()),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

impl Shared {
    fn work<T>(&self, work: impl FnOnce(&mut Open) -> sled::Result<T>) -> Result<T, StoreError> {
        let mut now = lock(&self.now);
        now.is_closed()?;
        if now.open.is_none() {
            now.open = Some(Open::at(&self.place)?);
        }
        let Some(open) = now.open.as_mut() else {
            return Err(StoreError::Broken);
        };
        match guarded(|| work(open)) {
            Ok(value) => {
                if open.written > rebuild::LOOK_AFTER
                    && let Some(old) = now.open.take()
                {
                    // Where it fails it is tried again with the next use.
                    now.open = rebuild::where_too_large(&self.place, old).ok();
                }
                Ok(value)
            }
            Err(error) => {
                tracing::error!(%error, "the store failed");
                let error = of_sled(&error);
                now.failed = now.open.take().map(|open| Failed::of(open, error));
                Err(error)
            }
        }
    }
}

impl Now {
    /// Waits until a database that failed is closed.
    ///
    /// # Errors
    /// It is not; that with which it failed.
    fn is_closed(&mut self) -> Result<(), StoreError> {
        if let Some(failed) = &mut self.failed {
            if failed.closed.recv_timeout(failed.patience) == Err(RecvTimeoutError::Timeout) {
                // Nobody waits twice for what may never come.
                failed.patience = Duration::ZERO;
                return Err(failed.error);
            }
            self.failed = None;
        }
        Ok(())
    }
}

impl Failed {
    fn of(open: Open, error: StoreError) -> Failed {
        let (closes, closed): (Sender<()>, _) = channel();
        std::thread::spawn(move || {
            let _ = guarded(|| {
                drop(open);
                Ok(())
            });
            drop(closes);
        });
        Failed {
            error,
            closed,
            patience: CLOSES_WITHIN,
        }
    }
}

#[async_trait]
impl Store for SledStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let key = key.to_owned();
        self.work(move |open| open.get(&key)).await
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let prefix = scanned(prefix);
        self.work(move |open| open.scan(&prefix)).await
    }

    async fn batch(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.work(move |open| open.batch(&writes)).await
    }

    async fn erase(&self) -> Result<(), StoreError> {
        self.work(Open::erase).await
    }
}
