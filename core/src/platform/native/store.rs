//! Values of a native terminal in a folder, which one process at a time has open.
//!
//! After a failure what is in the database's memory may be more than what is on the disk: it is opened anew with the next
//! use, and what is on the disk counts. sled may wait for ever while it closes a database that it could not write: until that
//! has ended nothing is kept or read, and each use is told at once why it failed.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::runtime::Handle;

use super::database::{Failed, Open, guarded, of_io, patiently};
use super::rebuild;
use super::secrets::private_folder;
use crate::lock;
use crate::ports::{Store, StoreError, Write, scanned};

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
    /// What failed last, where nothing is open.
    failed: Option<Failed>,
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
        let open = Open::at(&place).map_err(|failed| OpenError::Store(failed.reason()))?;
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
        let mut open = now.take(&self.place)?;
        let (open, done) = match guarded(|| work(&mut open)) {
            // Where that fails it is tried again with the next use.
            Ok(value) if open.written > rebuild::LOOK_AFTER => (rebuild::where_too_large(&self.place, open), Ok(value)),
            Ok(value) => (Ok(open), Ok(value)),
            Err(error) => {
                let failed = Failed::of(error, open);
                let reason = failed.reason();
                (Err(failed), Err(reason))
            }
        };
        now.put(open);
        done
    }
}

impl Now {
    /// The database, which is opened where it is not.
    fn take(&mut self, place: &Path) -> Result<Open, StoreError> {
        if self.open.is_none() {
            if let Some(failed) = &mut self.failed
                && !failed.is_closed()
            {
                return Err(failed.reason());
            }
            self.failed = None;
            self.put(Open::at(place));
        }
        let reason = self.failed.as_ref().map_or(StoreError::Broken, Failed::reason);
        self.open.take().ok_or(reason)
    }

    fn put(&mut self, open: Result<Open, Failed>) {
        match open {
            Ok(open) => self.open = Some(open),
            Err(failed) => {
                tracing::error!(error = %failed.error, "the store failed");
                self.failed = Some(failed);
            }
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
