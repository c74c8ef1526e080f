//! The readers: a few connections that read beside the writer, each on a blocking thread while it works.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::Connection;
use crate::error::{Error, Result};

/// A pool of connections that only read.
#[derive(Debug)]
pub(super) struct Readers {
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    /// A pool of these connections.
    pub(super) fn of(idle: Vec<Connection>) -> Readers {
        Readers {
            permits: Arc::new(Semaphore::new(idle.len())),
            idle: Arc::new(Mutex::new(idle)),
        }
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
            let Some(connection) = taken else {
                return Err(Error::broken("find a free reader"));
            };
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                connection.prepare_cached("BEGIN")?.execute([])?;
                work(&connection)
            }))
            .unwrap_or_else(|_| Err(Error::broken("read: it panicked")));
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
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
