//! How long it is known what an attempt came to: its receipt, its case, or that it was ended.
//!
//! Who asks again after that is told how things stand instead: that the draft is submitted, that the case moved. Nothing can be
//! done a second time by then.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::model::AttemptPlace;
use crate::clock;
use crate::error::Result;
use crate::state::AppState;

/// How many days attempts are kept: longer than a terminal lies about with something in it that is still to be sent.
pub(crate) const KEPT_DAYS: i64 = 400;

/// How often the hall goes on looking for what has been kept long enough.
const EVERY: Duration = Duration::from_secs(3600);

/// How many attempts one command looks at, and how many commands one look makes: a table of millions is gone through in days,
/// and nobody waits for that.
const AT_ONCE: u32 = 500;
const MOST_LOOKS: usize = 100;

/// Deletes what has been kept long enough, again and again, until the task is dropped.
pub async fn watch(state: AppState) {
    let place = Mutex::new(AttemptPlace::default());
    let behind = || *place.lock().unwrap_or_else(PoisonError::into_inner);
    clock::every(EVERY, || async {
        match sweep(&state, behind()).await {
            Ok((next, count)) => {
                *place.lock().unwrap_or_else(PoisonError::into_inner) = next;
                if count > 0 {
                    tracing::info!(count, "deleted what attempts came to that were kept long enough");
                }
            }
            Err(error) => tracing::error!(%error, "could not delete what attempts came to"),
        }
    })
    .await;
}

/// Deletes what has been kept long enough, from behind a place on. Gives where to go on, and how many went.
///
/// # Errors
/// What the engine says.
pub async fn sweep(state: &AppState, mut behind: AttemptPlace) -> Result<(AttemptPlace, usize)> {
    let before = state.clock.now().plus_seconds(-KEPT_DAYS * 86_400);
    let mut all = 0;
    for _ in 0..MOST_LOOKS {
        let swept = state.storage.sweep_attempts(behind, before, AT_ONCE).await?;
        all += swept.count;
        let Some(next) = swept.next else {
            return Ok((AttemptPlace::default(), all));
        };
        behind = next;
    }
    Ok((behind, all))
}
