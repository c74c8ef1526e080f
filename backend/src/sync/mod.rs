//! What keeps a citizen's terminals alike: a log of changes for each principal, from which a terminal reads what it has
//! not seen.
//!
//! The log says only what changed; how it is now is looked up when it is read, so that however often a thing changed, it
//! comes once. Each command that changes a draft or a case logs it within itself (`storage`'s `log_change`), under the
//! next number of the principal. The number is taken from a row of the principal's own, which the command holds until
//! its commit: what is read up to a number is all that has a lower one, without gaps, and nobody waits for another
//! principal.
//!
//! A terminal reads by a cursor: for each principal whose matters the citizen handles, a place in its log
//! ([`onehall_sync::Positions`]), signed by the hall for this citizen. A cursor that is older than what is kept of the log
//! is answered 410; the terminal then reads a snapshot, which ends with the cursor of the moment at which it began.
//! Whatever is lost on the way is found by a checksum, and mended by a snapshot.
//!
//! No request of these is somebody's deed: they do not prolong a session, or a kiosk that was left alone would never log
//! out.

mod cursor;
mod model;
mod routes;
mod store;
#[cfg(test)]
mod tests;

use std::time::Duration;

pub use model::{Logged, Place, PullQuestion, Pulled, SnapshotPage, SnapshotQuestion, StoredChange, StoredThing};
pub use routes::routes;
pub use store::SyncStore;

use crate::clock;
use crate::error::Result;
use crate::state::AppState;

/// How often old changes are looked for.
const EVERY: Duration = Duration::from_secs(3600);

/// The most principals whose logs one command trims: others want to write, too.
const AT_ONCE: usize = 500;

/// Trims the logs, again and again, until the task is dropped.
pub async fn watch(state: AppState) {
    clock::every(EVERY, || async {
        if let Err(error) = trim_logs(&state).await {
            tracing::error!(%error, "could not trim the logs of changes");
        }
    })
    .await;
}

/// Takes what is older than it need be out of the logs. A terminal that has not read it by now reads a snapshot. Gives of
/// how many principals.
///
/// # Errors
/// What the engine says.
pub async fn trim_logs(state: &AppState) -> Result<usize> {
    let seconds = i64::from(state.config.sync.keep_days) * 86_400;
    let before = state.clock.now().plus_seconds(-seconds);
    let mut principals = 0;
    loop {
        let trimmed = state.storage.trim_changes(before, AT_ONCE).await?;
        principals += trimmed;
        if trimmed < AT_ONCE {
            return Ok(principals);
        }
    }
}
