//! The one writer of SQLite: a thread with a queue in front of it and group commit behind it.
//!
//! What waits in the queue is taken as one group into one transaction, each command in a savepoint of its own, and one
//! `COMMIT` (one fsync) carries them all. A caller hears `Ok` only after that commit. A command that fails, or panics,
//! loses its savepoint and nothing else. Where the commit itself fails, every command of the group fails: also one that
//! had refused, since it may have refused because of a row that is now gone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use onehall_protocol::ErrorCode;
use tokio::sync::{mpsc, oneshot};

use super::Connection;
use crate::error::{Error, Result};

/// The most commands that one commit carries.
pub(super) const MAX_GROUP: usize = 256;
/// The most commands that wait; beyond that a caller waits for a place.
pub(super) const QUEUE: usize = 4096;

/// A command on its way to the writer.
pub(super) trait Job: Send {
    /// Does the work and keeps the outcome; true where its effects are to be kept. It may be run again, after what it did
    /// was undone.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Makes the outcome a failure: a statement failed, and the command went on as if it had not.
    fn fail(&mut self);
    /// Tells the caller: the outcome, or `failure` where the group was not committed.
    fn answer(self: Box<Self>, failure: Option<&str>);
}

struct Pending<T, F> {
    work: F,
    outcome: Option<Result<T>>,
    caller: oneshot::Sender<Result<T>>,
}

impl<T, F> Job for Pending<T, F>
where
    T: Send,
    F: Fn(&Connection) -> Result<T> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        let work = &self.work;
        let outcome = catch_unwind(AssertUnwindSafe(|| work(connection)))
            .unwrap_or_else(|_| Err(Error::broken("run a command: it panicked")));
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn fail(&mut self) {
        self.outcome = Some(Err(Error::broken("run a command: one of its statements failed")));
    }

    fn answer(mut self: Box<Self>, failure: Option<&str>) {
        let outcome = match failure {
            Some(failure) => {
                Err(Error::new(ErrorCode::Unavailable).caused_by("commit a group of commands", failure.to_owned()))
            }
            None => self
                .outcome
                .take()
                .unwrap_or_else(|| Err(Error::broken("run a command"))),
        };
        // A caller that no longer waits (its request timed out) is no reason to undo what is committed.
        let _ = self.caller.send(outcome);
    }
}

/// Makes a job of `work`, and the end on which its outcome arrives.
pub(super) fn job<T, F>(work: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T>>)
where
    T: Send + 'static,
    F: Fn(&Connection) -> Result<T> + Send + 'static,
{
    let (caller, outcome) = oneshot::channel();
    (
        Box::new(Pending {
            work,
            outcome: None,
            caller,
        }),
        outcome,
    )
}

/// What the writer tells the world about itself.
pub(super) trait Watch: Send + Sync {
    /// A group of `size` commands was committed (or not).
    fn group(&self, size: usize, committed: bool);
    /// A group of `size` commands is done anew, since another transaction came first.
    fn again(&self, size: usize);
}

/// Runs until the queue is closed and empty. `connection` is the only one that writes.
pub(super) fn run(connection: &Connection, mut queue: mpsc::Receiver<Box<dyn Job>>, watch: &Arc<dyn Watch>) {
    let mut group: Vec<Box<dyn Job>> = Vec::with_capacity(MAX_GROUP);
    while let Some(first) = queue.blocking_recv() {
        group.push(first);
        let failure = commit_group(connection, &mut queue, &mut group).err();
        if failure.is_some() && !connection.is_autocommit() {
            // Nothing of a group that failed may stay open into the next one.
            let _ = connection.execute_batch("ROLLBACK");
        }
        let text = failure.map(|error| error.to_string());
        if let Some(text) = &text {
            tracing::error!(commands = group.len(), error = %text, "a group of commands was not committed");
        }
        watch.group(group.len(), text.is_none());
        for job in group.drain(..) {
            job.answer(text.as_deref());
        }
    }
}

fn commit_group(
    connection: &Connection,
    queue: &mut mpsc::Receiver<Box<dyn Job>>,
    group: &mut Vec<Box<dyn Job>>,
) -> super::Result<()> {
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let mut next = 0;
    loop {
        while next < group.len() {
            run_in_savepoint(connection, group[next].as_mut())?;
            next += 1;
        }
        if group.len() == MAX_GROUP {
            break;
        }
        match queue.try_recv() {
            Ok(job) => group.push(job),
            Err(_) => break,
        }
    }
    connection.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

fn run_in_savepoint(connection: &Connection, job: &mut dyn Job) -> super::Result<()> {
    connection.prepare_cached("SAVEPOINT command")?.execute([])?;
    let keep = job.run(connection);
    if connection.is_autocommit() {
        // The engine gave up the whole transaction (disk full, I/O error), or the command ended it itself.
        return Err(super::Error::Lost);
    }
    if !keep {
        connection.prepare_cached("ROLLBACK TO command")?.execute([])?;
    }
    connection.prepare_cached("RELEASE command")?.execute([])?;
    Ok(())
}
