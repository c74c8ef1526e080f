//! The readers: a few connections that read beside the writer, each on a blocking thread while it works.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};

/// A pool of connections that only read.
#[derive(Debug)]
pub(super) struct Readers {
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    /// Opens `count` connections to the database at `path`.
    pub(super) fn open(path: &Path, count: usize) -> rusqlite::Result<Readers> {
        let mut idle = Vec::with_capacity(count);
        for _ in 0..count {
            let connection = super::connect(path)?;
            connection.pragma_update(None, "query_only", true)?;
            idle.push(connection);
        }
        Ok(Readers {
            permits: Arc::new(Semaphore::new(count)),
            idle: Arc::new(Mutex::new(idle)),
        })
    }

    /// Runs `work` on a free connection, inside one transaction: it sees one state of the database throughout.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| onehall_protocol::ErrorCode::Unavailable)?;
        let idle = Arc::clone(&self.idle);
        // Not cancelled when the caller goes away: the connection comes back first, and the permit after it.
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut connection) = taken else {
                return Err(Error::broken("find a free reader"));
            };
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
                work(&transaction)
            }))
            .unwrap_or_else(|_| Err(Error::broken("read: it panicked")));
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            outcome
        })
        .await
        .map_err(|cause| Error::internal("wait for a reader", cause))?
    }

    /// Closes every connection; a read that comes later fails with `backend/unavailable`.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
