//! What nobody wants any more goes by itself: uploads that were never finished, and blobs that are nobody's. Of an upload that
//! became a file it is known for as long as of any other attempt: a terminal that lost the last answer finds its file, and
//! sends it no second time.
//!
//! Every replica sweeps. What is taken away is decided in the database, taking it away twice does no harm, and a blob is
//! nobody's only a day after it was noted: whoever was writing it has long ended.

use std::time::Duration;

use crate::cases::KEPT_DAYS;
use crate::clock;
use crate::error::Result;
use crate::state::AppState;

/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(600);
/// For how long an upload may be unfinished, and a blob in doubt, in seconds: a day.
const DAY: i64 = 24 * 3600;

/// Sweeps again and again, until the task is dropped.
pub async fn watch(state: AppState) {
    clock::every(EVERY, || async {
        if let Err(error) = sweep(&state).await {
            tracing::error!(%error, "could not sweep unfinished uploads");
        }
    })
    .await;
}

/// Takes away what nobody wants. Gives how many blobs that were.
///
/// # Errors
/// What the engine says. What a medium says is for the log: the next sweep tries again.
pub async fn sweep(state: &AppState) -> Result<usize> {
    let now = state.clock.now();
    let yesterday = now.plus_seconds(-DAY);
    // Their parts are noted as useless in the same command.
    let finished_before = now.plus_seconds(-KEPT_DAYS * DAY);
    state.storage.sweep_uploads(yesterday, finished_before).await?;
    let mut gone = 0;
    loop {
        let mut removed = Vec::new();
        for blob in state.storage.useless_blobs(yesterday).await? {
            match state.files.blobs.remove(blob).await {
                Ok(()) => removed.push(blob),
                Err(error) => tracing::warn!(%error, %blob, "the bytes of a removed file are still there"),
            }
        }
        if removed.is_empty() {
            return Ok(gone);
        }
        gone += removed.len();
        state.storage.blobs_gone(removed).await?;
    }
}
