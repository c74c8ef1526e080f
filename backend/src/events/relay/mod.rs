//! Pokes between replicas, over NATS core.
//!
//! What a replica pokes its own listeners with after a commit, it says to the others, and pokes its own with what they say.
//! Each hears everything and looks for itself who listens: a subject for each person would be thousands of subscriptions
//! for a replica, and would tell whoever watches the servers of NATS whose matter moves. So there is one subject for a
//! hall, and what is said there is sealed with the hall's key (`said.rs`): a stranger on the same servers reads nothing, and
//! says nothing that is believed. The subject is named by a mark of that key, so two halls on the same servers do not hear
//! each other.
//!
//! Nothing depends on it. A hall starts, serves and is ready without its NATS; terminals then see what changed when they
//! next read, at the latest after a minute. A replica takes itself for connected only once it has heard itself. After each
//! gap it has its own listeners read anew, and asks the others to do the same, because what it said may have been lost.

mod line;
mod place;
mod said;
#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use place::{NatsPlace, PlaceError};

use super::hub::Reach;
use crate::state::AppState;
use line::Line;

/// How long a stop waits until what was poked is said.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long to wait where no connection can even be tried.
const PAUSE: Duration = Duration::from_secs(5);

/// What carries pokes to and from other replicas.
#[derive(Debug)]
pub struct Relay {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Relay {
    /// Begins to carry pokes where the configuration names servers of NATS; never waits for them.
    #[must_use]
    pub fn begin(state: &AppState) -> Option<Relay> {
        let place = match state.config.nats.place() {
            Ok(place) => place?,
            Err(error) => {
                // A start would have refused it.
                tracing::error!(%error, "pokes reach this replica only");
                return None;
            }
        };
        // The one provider of the whole program; a second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        state.events.reaches(Reach::Degraded);
        let stop = CancellationToken::new();
        let mut line = Line::new(state, place);
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            while !stopped.is_cancelled() {
                if let Err(cause) = line.carry(&stopped).await {
                    tracing::error!(cause, "pokes reach this replica only; trying again");
                    tokio::select! {
                        () = tokio::time::sleep(PAUSE) => {}
                        () = stopped.cancelled() => {}
                    }
                }
            }
        });
        Some(Relay { task, stop })
    }

    /// Says what still waits to be said, and ends.
    pub async fn end(mut self) {
        self.stop.cancel();
        if tokio::time::timeout(PATIENCE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
