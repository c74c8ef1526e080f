//! What is kept of a draft for a while only: answers that did not stand, rows that were taken away, and of one that a terminal
//! began and that was thrown away since, that it was begun.

use std::time::Duration;

use super::{LOST_DAYS, Swept};
use crate::clock;
use crate::error::Result;
use crate::state::AppState;

/// How often the hall looks for what has been kept long enough.
const EVERY: Duration = Duration::from_secs(3600);

/// The most that one command deletes: others want to write, too.
const AT_ONCE: u32 = 500;

/// How many days it is known of a draft that was thrown away that a terminal had begun it: one that tells of it again later than
/// that begins it anew.
const BEGUN_DAYS: i64 = 400;

/// Deletes what has been kept long enough, again and again, until the task is dropped.
pub async fn watch(state: AppState) {
    clock::every(EVERY, || async {
        match sweep_begun(&state).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "deleted that drafts had been begun that are long gone"),
            Err(error) => tracing::error!(%error, "could not delete that drafts had been begun"),
        }
        match sweep(&state).await {
            Ok(Swept { answers: 0, rows: 0 }) => {}
            Ok(Swept { answers, rows }) => {
                tracing::info!(answers, rows, "deleted what had not stood in drafts for 30 days")
            }
            Err(error) => tracing::error!(%error, "could not delete what had been kept of drafts"),
        }
    })
    .await;
}

/// Deletes what has been kept long enough. Gives how much.
///
/// # Errors
/// What the engine says.
pub async fn sweep(state: &AppState) -> Result<Swept> {
    let before = state.clock.now().plus_seconds(-LOST_DAYS * 86_400);
    let mut all = Swept { answers: 0, rows: 0 };
    loop {
        let swept = state.storage.sweep_drafts(before, AT_ONCE).await?;
        all.answers += swept.answers;
        all.rows += swept.rows;
        if swept.answers + swept.rows == 0 {
            return Ok(all);
        }
    }
}

/// Deletes that drafts had been begun which are gone for long. Gives of how many.
///
/// # Errors
/// What the engine says.
pub async fn sweep_begun(state: &AppState) -> Result<usize> {
    let before = state.clock.now().plus_seconds(-BEGUN_DAYS * 86_400);
    let mut all = 0;
    loop {
        let swept = state.storage.sweep_begun(before, AT_ONCE).await?;
        all += swept;
        if swept == 0 {
            return Ok(all);
        }
    }
}
