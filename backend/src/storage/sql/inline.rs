//! The engine without threads: commands run where they are asked for. For simulations.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use futures::future::BoxFuture;
use onehall_protocol::ErrorCode;

use super::Connection;
use crate::error::{Error, Result};

/// What is awaited before a command, and before its outcome is told.
pub(super) type Pause = Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// A connection, and its pauses.
pub(super) struct Inline {
    connection: Mutex<Connection>,
    pause: Pause,
}

impl Inline {
    pub(super) fn new(connection: Connection, pause: Pause) -> Inline {
        Inline {
            connection: Mutex::new(connection),
            pause,
        }
    }

    /// Runs one command, as a transaction of its own.
    pub(super) async fn write<T: Send>(&self, work: impl FnOnce(&Connection) -> Result<T> + Send) -> Result<T> {
        (self.pause)().await;
        let outcome = {
            let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
            transaction(&connection, work)
        };
        (self.pause)().await;
        outcome
    }

    /// Asks one question.
    pub(super) async fn read<T: Send>(&self, work: impl FnOnce(&Connection) -> Result<T> + Send) -> Result<T> {
        (self.pause)().await;
        let outcome = {
            let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&connection)
        };
        (self.pause)().await;
        outcome
    }
}

fn transaction<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    let say = |sql: &str| {
        let done = connection.prepare_cached(sql).and_then(|mut said| said.execute([]));
        done.map_err(|cause| Error::new(ErrorCode::Unavailable).caused_by("commit a command", cause.to_string()))
    };
    say("BEGIN IMMEDIATE")?;
    let outcome = catch_unwind(AssertUnwindSafe(|| work(connection)))
        .unwrap_or_else(|_| Err(Error::broken("run a command: it panicked")));
    say(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    outcome
}
