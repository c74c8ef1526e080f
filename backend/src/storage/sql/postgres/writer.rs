//! The writers: each takes what waits as one group into one transaction, each command in a savepoint of its own.
//!
//! A caller hears its outcome only after the commit. Where another transaction came first (of another writer, or of
//! another replica), the whole group is done anew, alone. Every group passes a gate before it begins: a row that it may
//! share for a moment. One that came second locks that row, on a connection beside its own, until it is committed: those
//! that had passed before it come to their end, and whoever begins after it waits. A group that reads what others change
//! again and again would otherwise always come second. Where the gate cannot be had, the group is tried all the same.
//!
//! Where the connection is lost before the commit was sent, nothing is kept, and the group is done anew on a new one; where
//! it is lost after that, nobody knows, so the callers hear `backend/unavailable` and ask again with their keys.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use super::{Noticed, PostgresUrl};
use crate::storage::sql::Connection;
use crate::storage::sql::fault::{Error, Result};
use crate::storage::sql::writer::{Job, Watch};

/// The most commands that one commit carries: more would hold what they read and wrote against others for too long.
const MAX_GROUP: usize = 64;
/// Tries of a group. Alone it meets nobody but what is no writer of a hall's: a person at the database.
const TRIES: u32 = 10;
/// The longest pause before another try.
const MOST_PAUSE: Duration = Duration::from_millis(50);

/// Begins a transaction next to others: through the gate, in a transaction of its own, so that what follows sees all that was
/// committed while it waited there. The gate is the first step of the schema, a row that is always there and that nobody
/// changes. Nothing was written that the disk would have to be waited for.
const BESIDE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off; \
     SELECT 1 FROM schema_version WHERE number = 1 FOR SHARE; COMMIT; BEGIN ISOLATION LEVEL SERIALIZABLE";
/// Begins a transaction while the gate is closed.
const ALONE: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";
/// Closes the gate. A process that stands still meanwhile keeps the others waiting for some seconds only.
const CLOSE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '5s'; \
     SELECT 1 FROM schema_version WHERE number = 1 FOR UPDATE";

type Queue = Arc<Mutex<mpsc::Receiver<Box<dyn Job>>>>;

/// Why a transaction came to nothing.
enum Undone {
    /// Another came first.
    Conflict,
    /// The connection was lost before the commit was sent.
    Lost,
    /// The commit was sent, and no answer came.
    Unknown,
    /// Something else.
    Other(Error),
}

/// Runs until the queue is closed and empty.
pub(in crate::storage::sql) fn run(url: &PostgresUrl, connection: Connection, queue: &Queue, watch: &Arc<dyn Watch>) {
    let mut writer = Writer {
        url,
        connection: Some(connection),
        gate: None,
        watch: watch.as_ref(),
    };
    let mut group = Vec::with_capacity(MAX_GROUP);
    while take(queue, &mut group) {
        let outcome = writer.commit(&mut group);
        writer.answer(&mut group, outcome);
    }
}

/// Takes what waits; false where nothing comes any more. One writer waits at the queue at a time.
fn take(queue: &Queue, group: &mut Vec<Box<dyn Job>>) -> bool {
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(first) = queue.blocking_recv() else {
        return false;
    };
    group.push(first);
    while group.len() < MAX_GROUP
        && let Ok(job) = queue.try_recv()
    {
        group.push(job);
    }
    true
}

struct Writer<'w> {
    url: &'w PostgresUrl,
    connection: Option<Connection>,
    /// The connection on which the gate is closed, once that was needed.
    gate: Option<Connection>,
    watch: &'w dyn Watch,
}

impl Writer<'_> {
    fn answer(&self, group: &mut Vec<Box<dyn Job>>, outcome: std::result::Result<(), Undone>) {
        let failure = match outcome {
            Ok(()) => None,
            Err(Undone::Conflict) => Some("others always came first".to_owned()),
            Err(Undone::Lost) => Some("the connection was lost".to_owned()),
            Err(Undone::Unknown) => Some("the connection was lost while a commit was under way".to_owned()),
            Err(Undone::Other(error)) => Some(error.to_string()),
        };
        if let Some(text) = &failure {
            tracing::error!(commands = group.len(), error = %text, "a group of commands was not committed");
        }
        self.watch.group(group.len(), failure.is_none());
        for job in group.drain(..) {
            job.answer(failure.as_deref());
        }
    }

    /// Tries until the group is committed, or there is no point in it.
    fn commit(&mut self, group: &mut [Box<dyn Job>]) -> std::result::Result<(), Undone> {
        let (mut alone, mut reconnected, mut tried) = (false, false, 0);
        let outcome = loop {
            let connection = match self.connection.take().filter(|connection| !connection.is_closed()) {
                Some(connection) => Ok(connection),
                None => super::connect(self.url).map_err(Undone::Other),
            };
            let connection = match connection {
                Ok(connection) => connection,
                Err(undone) => break Err(undone),
            };
            let outcome = transact(&connection, group, if alone { ALONE } else { BESIDE }, tried == 0);
            if outcome.is_err() && !connection.is_closed() {
                // Nothing of a group that failed may stay open into the next one.
                let _ = connection.execute_batch("ROLLBACK");
                connection.noticed();
            }
            if !connection.is_closed() && connection.is_autocommit() {
                self.connection = Some(connection);
            }
            match outcome {
                Err(Undone::Conflict) if tried + 1 < TRIES => {
                    tried += 1;
                    self.watch.again(group.len());
                    std::thread::sleep(pause(tried));
                    alone = alone || self.close_gate();
                }
                Err(Undone::Lost) if !reconnected => reconnected = true,
                other => break other,
            }
        };
        if alone {
            self.open_gate();
        }
        outcome
    }

    /// Closes the gate, behind whoever has it closed; whether that was to be had.
    fn close_gate(&mut self) -> bool {
        let known = self.gate.take().filter(|gate| !gate.is_closed());
        let closed = known.map_or_else(|| super::connect(self.url), Ok).and_then(|gate| {
            gate.execute_batch(CLOSE)?;
            Ok(gate)
        });
        match closed {
            Ok(gate) => self.gate = Some(gate),
            Err(error) => tracing::warn!(%error, "a group of commands that came second could not be tried alone"),
        }
        self.gate.is_some()
    }

    fn open_gate(&mut self) {
        // A connection that cannot say it is dropped, and its lock goes with it.
        self.gate = self
            .gate
            .take()
            .filter(|gate| !gate.is_closed() && gate.execute_batch("ROLLBACK").is_ok());
    }
}

/// Longer with each try, and never the same for two who meet again and again.
fn pause(tried: u32) -> Duration {
    let most = Duration::from_millis(1 << tried.min(6)).min(MOST_PAUSE);
    let mut random = [0; 1];
    let _ = getrandom::fill(&mut random);
    most.mul_f64(f64::from(random[0]) / 255.0)
}

fn transact(
    connection: &Connection,
    group: &mut [Box<dyn Job>],
    begin: &str,
    first: bool,
) -> std::result::Result<(), Undone> {
    connection.noticed();
    let step = |outcome: Result<()>| {
        outcome.map_err(|error| match connection.noticed() {
            Noticed { lost: true, .. } => Undone::Lost,
            Noticed { conflict: true, .. } => Undone::Conflict,
            _ => Undone::Other(error),
        })
    };
    step(connection.execute_batch(begin))?;
    let several = group.len() > 1;
    let mut savepoint = "SAVEPOINT command";
    for job in group.iter_mut() {
        if several {
            step(connection.execute_batch(savepoint))?;
        }
        let keep = job.run(connection);
        let noticed = connection.noticed();
        if noticed.lost {
            return Err(Undone::Lost);
        }
        // A row that is there already may be one that this transaction has not seen: in the next one it sees it.
        if noticed.conflict || (noticed.collision && first) {
            return Err(Undone::Conflict);
        }
        if connection.is_autocommit() {
            return Err(Undone::Other(Error::Lost));
        }
        let keep = if keep && noticed.failed {
            job.fail();
            false
        } else {
            keep
        };
        savepoint = if keep {
            "RELEASE command; SAVEPOINT command"
        } else {
            "ROLLBACK TO command; RELEASE command; SAVEPOINT command"
        };
        if !several && !keep {
            step(connection.execute_batch("ROLLBACK"))?;
            return Ok(());
        }
    }
    if several && savepoint.starts_with("ROLLBACK") {
        step(connection.execute_batch("ROLLBACK TO command"))?;
    }
    connection
        .execute_batch("COMMIT")
        .map_err(|error| match connection.noticed() {
            Noticed { lost: true, .. } => Undone::Unknown,
            Noticed { conflict: true, .. } => Undone::Conflict,
            _ => Undone::Other(error),
        })
}
