//! The readers: a few connections that read beside the writers, each on a blocking thread while it works. One that was lost
//! is replaced when the next question comes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::{Connection, Result as Outcome};
use crate::error::{Error, Result};

type Open = dyn Fn() -> Outcome<Connection> + Send + Sync;

/// A pool of connections that only read.
pub(super) struct Readers {
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
    open: Arc<Open>,
}

impl Readers {
    /// A pool of at most `most` connections, each opened when it is needed; one is opened now.
    pub(super) fn new(most: usize, open: impl Fn() -> Outcome<Connection> + Send + Sync + 'static) -> Outcome<Readers> {
        Ok(Readers {
            permits: Arc::new(Semaphore::new(most.max(1))),
            idle: Arc::new(Mutex::new(vec![open()?])),
            open: Arc::new(open),
        })
    }

    /// No reader at all: who asks is told that the store is closed.
    pub(super) fn none() -> Readers {
        Readers {
            permits: Arc::new(Semaphore::new(0)),
            idle: Arc::default(),
            open: Arc::new(|| Err(super::Error::Lost)),
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
        let (idle, open) = (Arc::clone(&self.idle), Arc::clone(&self.open));
        // Not cancelled when the caller goes away: the connection comes back first, and the permit after it.
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let connection = begun(&idle, open.as_ref())?;
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&connection)))
                .unwrap_or_else(|_| Err(Error::broken("read: it panicked")));
            let ended = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
            if ended && !connection.noticed().lost && !connection.is_closed() {
                idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            }
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

/// A connection with an open transaction: an idle one, or, where all of those were lost, a new one.
fn begun(idle: &Mutex<Vec<Connection>>, open: &Open) -> Outcome<Connection> {
    loop {
        let taken = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (connection, new) = match taken {
            Some(connection) => (connection, false),
            None => (open()?, true),
        };
        match connection.begin_read() {
            Ok(()) => return Ok(connection),
            Err(cause) if new => return Err(cause),
            // Lost while it was idle.
            Err(_) => {}
        }
    }
}

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readers")
            .field("free", &self.permits.available_permits())
            .finish_non_exhaustive()
    }
}
