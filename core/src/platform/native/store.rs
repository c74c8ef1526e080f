//! The store of a native terminal: sled, made to keep what it acknowledged.
//!
//! sled 0.34.7 keeps writes in memory for up to half a second, and its `flush` hands them to the operating system without
//! an fsync on Linux. So a write here is: into the tree, `flush`, then `sync_data` on the database file; it is
//! acknowledged after that.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::runtime::Handle;

use crate::ports::Store;

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has it open.
    #[error("use the folder {}: another OneHall has it open", .0.display())]
    InUse(PathBuf),
    /// The folder or a file in it cannot be used.
    #[error("open the store in {}: {error}", folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the operating system says.
        #[source]
        error: io::Error,
    },
    /// The database does not open, and a new one neither.
    #[error("open the database in {}: {error}", folder.display())]
    Database {
        /// The folder.
        folder: PathBuf,
        /// What the engine says.
        #[source]
        error: sled::Error,
    },
}

/// A store in a folder. One process at a time has it open.
pub struct SledStore {
    open: Arc<Open>,
    runtime: Handle,
}

struct Open {
    database: sled::Db,
    /// sled's own file, to be synced after it was flushed.
    file: File,
    /// Held as long as the store.
    _lock: File,
}

impl SledStore {
    /// Opens the store in `folder`, which is made where it is missing, readable by its owner only. A database that does
    /// not open is put aside (`store.broken-1` and so on) and begun anew.
    ///
    /// # Errors
    /// Another process has it open, or the folder cannot be used.
    pub fn open(folder: &Path, runtime: Handle) -> Result<SledStore, StoreError> {
        let failed = |error| StoreError::Io {
            folder: folder.to_owned(),
            error,
        };
        super::secrets::private_folder(folder).map_err(failed)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(folder.to_owned())),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let place = folder.join("store");
        let database = match open_database(&place) {
            Ok(database) => database,
            // The disk's fault, not the database's: putting it aside would lose what may be read again tomorrow.
            Err(sled::Error::Io(error)) if error.kind() != io::ErrorKind::Other => return Err(failed(error)),
            Err(error) => {
                let aside = put_aside(&place).map_err(failed)?;
                tracing::error!(%error, aside = %aside.display(), "the store did not open: it was put aside and begun anew");
                open_database(&place).map_err(|error| StoreError::Database {
                    folder: folder.to_owned(),
                    error,
                })?
            }
        };
        let file = File::options().write(true).open(place.join("db")).map_err(failed)?;
        Ok(SledStore {
            open: Arc::new(Open {
                database,
                file,
                _lock: lock,
            }),
            runtime,
        })
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce(&Open) -> sled::Result<T> + Send + 'static) -> Option<T> {
        let open = self.open.clone();
        let done = self.runtime.spawn_blocking(move || work(&open)).await;
        match done {
            Ok(Ok(value)) => Some(value),
            Ok(Err(error)) => {
                tracing::error!(%error, "the store failed");
                None
            }
            Err(_) => None,
        }
    }
}

fn open_database(place: &Path) -> sled::Result<sled::Db> {
    // Small values of one person: a cache of a gigabyte, which is the default, has no use.
    sled::Config::new()
        .path(place)
        .cache_capacity(8 * 1024 * 1024)
        .flush_every_ms(None)
        .open()
}

fn put_aside(place: &Path) -> io::Result<PathBuf> {
    let mut number = 1;
    loop {
        let aside = place.with_extension(format!("broken-{number}"));
        if !aside.exists() {
            fs::rename(place, &aside)?;
            return Ok(aside);
        }
        number += 1;
    }
}

impl Open {
    fn keep(&self) -> sled::Result<()> {
        self.database.flush()?;
        self.file.sync_data()?;
        Ok(())
    }
}

#[async_trait]
impl Store for SledStore {
    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        let key = key.to_owned();
        let value = self.work(move |open| open.database.get(key)).await.flatten();
        value.map(|value| value.to_vec())
    }

    async fn put(&self, key: &str, value: Vec<u8>) {
        let key = key.to_owned();
        self.work(move |open| {
            open.database.insert(key, value)?;
            open.keep()
        })
        .await;
    }

    async fn delete(&self, key: &str) {
        let key = key.to_owned();
        self.work(move |open| {
            open.database.remove(key)?;
            open.keep()
        })
        .await;
    }
}
