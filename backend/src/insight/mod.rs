//! Insight: how the hall is used. Terminals count with their citizens' consent, and send what they counted in batches.
//!
//! Every event is judged by itself (`judge`): by the table of what is declared, by the catalog, by its age. What is
//! taken is kept as a row for a while, so that an event that is sent twice counts once, and for good as a number by day,
//! terminal, item, event and detail. `docs/analytics.md` says to people what is counted, and for how long it is kept.

mod judge;
mod model;
mod routes;
mod store;
#[cfg(test)]
mod tests;

use std::time::Duration;

use onehall_protocol::Date;
use onehall_protocol::analytics::KEPT_DAYS;

pub use model::{Count, CountedEvent, Question, TakeEvents, Taken};
pub use routes::routes;
pub use store::InsightStore;

use crate::clock;
use crate::error::Result;
use crate::state::AppState;

/// How often old rows are looked for.
const EVERY: Duration = Duration::from_secs(3600);

/// Forgets what is older than it may be, again and again, until the task is dropped.
pub async fn watch(state: AppState) {
    clock::every(EVERY, || async {
        if let Err(error) = forget_old(&state).await {
            tracing::error!(%error, "could not forget old events");
        }
    })
    .await;
}

/// Forgets the rows of days that are not taken any more. Gives how many.
///
/// # Errors
/// What the engine says.
pub async fn forget_old(state: &AppState) -> Result<u64> {
    let (oldest, now) = (first_day(today(state)), state.clock.now());
    state.storage.forget_events(oldest, now).await
}

/// The day, on the city's clock.
fn today(state: &AppState) -> Date {
    let offset = state.city.catalog.city.utc_offset_minutes;
    state.clock.now().at_offset(offset).0
}

/// The oldest day whose events are taken.
fn first_day(today: Date) -> Date {
    today.plus_days(-KEPT_DAYS)
}
