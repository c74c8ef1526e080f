//! Values of a native terminal in a folder, which one process at a time has open.
//!
//! After a failure what is in the database's memory may be more than what is on the disk: it is opened anew with the next
//! use, and what is on the disk counts.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::runtime::Handle;

use super::database::{Open, guarded, of_io, of_sled, patiently};
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
    /// None after a failure, until it is needed again.
    open: Mutex<Option<Open>>,
    /// Held as long as the store.
    _lock: File,
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
                open: Mutex::new(Some(open)),
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
        let mut place = lock(&self.open);
        if place.is_none() {
            *place = Some(Open::at(&self.place)?);
        }
        let Some(open) = place.as_mut() else {
            return Err(StoreError::Broken);
        };
        match guarded(|| work(open)) {
            Ok(value) => {
                if open.written > rebuild::LOOK_AFTER
                    && let Some(old) = place.take()
                {
                    // Where it fails it is tried again with the next use.
                    *place = rebuild::where_too_large(&self.place, old).ok();
                }
                Ok(value)
            }
            Err(error) => {
                tracing::error!(%error, "the store failed");
                let broken = place.take();
                let _ = guarded(|| {
                    drop(broken);
                    Ok(())
                });
                Err(of_sled(&error))
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
