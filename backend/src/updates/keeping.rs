//! What the hall does by itself: signing before what is signed ends, and stopping what terminals go back from.

use std::sync::Arc;
use std::time::Duration;

use onehall_protocol::Timestamp;
use onehall_publisher::{Failure, Keeper, Published, endings, published};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::model::{ReleaseCount, fails};
use crate::clock;
use crate::error::{Error, Result};
use crate::state::AppState;

/// How often it is looked. A timestamp counts for a day and is signed anew after half of that.
const EVERY: Duration = Duration::from_secs(10);

/// For how many days a report that is sent again is known.
const KNOWN_DAYS: i64 = 30;

/// Looks after the office, where one lies on this machine, and after what was counted, until the task is dropped.
pub async fn watch(state: AppState) {
    let keeper = open(&state).await;
    let mut forgot = None;
    clock::every(EVERY, || {
        let now = state.clock.now();
        let due = forgot.is_none_or(|at: Timestamp| at.plus_seconds(3600) <= now);
        if due {
            forgot = Some(now);
        }
        let (state, keeper) = (state.clone(), keeper.clone());
        async move {
            if let Some(keeper) = &keeper {
                keep(&state, keeper).await;
            }
            let oldest = now.plus_seconds(-KNOWN_DAYS * 86_400);
            if due && let Err(error) = state.storage.forget_update_reports(oldest).await {
                tracing::error!(%error, "could not forget old reports of updates");
            }
        }
    })
    .await;
}

pub(super) async fn open(state: &AppState) -> Option<Arc<Keeper>> {
    let settings = state.config.updates.clone();
    let office = settings.office?;
    let opened = blocking(move || Keeper::open(&office, &settings.keys, &settings.passphrase.0)).await;
    // The hall serves all the same: what is signed counts until it ends, and `/ready` says when.
    opened
        .inspect_err(|error| tracing::error!(%error, "the office of updates cannot be kept"))
        .ok()
        .map(Arc::new)
}

pub(super) async fn keep(state: &AppState, keeper: &Arc<Keeper>) {
    let (now, at_work) = (instant(state), keeper.clone());
    match blocking(move || at_work.keep(now)).await {
        Ok(true) => tracing::info!("the timestamp of updates was signed anew"),
        Ok(false) => {}
        Err(error) => tracing::error!(%error, "the timestamp of updates was not signed"),
    }
    if let Err(error) = stop_what_fails(state, keeper).await {
        tracing::error!(%error, "a release that fails was not stopped");
    }
}

/// Stops every release that too many of those that tried it went back from.
async fn stop_what_fails(state: &AppState, keeper: &Arc<Keeper>) -> Result<()> {
    let settings = &state.config.updates;
    for count in state.storage.update_counts().await? {
        if !fails(&count, settings) {
            continue;
        }
        let (now, keeper, halted) = (instant(state), keeper.clone(), count.clone());
        match blocking(move || keeper.halt(&halted.app, halted.release, now)).await {
            Ok(true) => {
                let ReleaseCount { app, release, .. } = &count;
                tracing::warn!(
                    app,
                    release,
                    "too many terminals went back from this release: it is stopped"
                );
                metrics::counter!("onehall_updates_halted_total").increment(1);
            }
            Ok(false) => {}
            // A release that was never published here is one that somebody made up.
            Err(Failure::NoRelease(..) | Failure::NoRole(..)) => {}
            Err(error) => return Err(internal(&error)),
        }
    }
    Ok(())
}

/// How the signatures of updates stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Signing {
    /// All of them count for a while.
    Signed,
    /// One of them ends soon: `onehall update status` says which.
    EndsSoon,
    /// One of them has ended: terminals take nothing more. What runs on them goes on.
    Ended,
    /// The office cannot be read.
    Unreadable,
}

/// How the signatures stand; none where no office lies on this machine.
pub async fn standing(state: &AppState) -> Option<Signing> {
    let office = state.config.updates.office.clone()?;
    let now = instant(state);
    let endings = match blocking(move || endings(&office, now)).await {
        Ok(endings) => endings,
        Err(error) => {
            tracing::error!(%error, "the office of updates cannot be read");
            return Some(Signing::Unreadable);
        }
    };
    let mut standing = Signing::Signed;
    for ending in endings {
        let left = ending.at - now.unix_timestamp();
        metrics::gauge!("onehall_updates_ends_seconds", "role" => ending.role).set(left as f64);
        standing = match standing {
            _ if left <= 0 => Signing::Ended,
            Signing::Signed if ending.soon => Signing::EndsSoon,
            standing => standing,
        };
    }
    Some(standing)
}

/// What the repository here offers and stops; nothing where none is here, or none that can be read.
pub(super) async fn offered(state: &AppState) -> Vec<Published> {
    let Some(repository) = state.config.updates.served() else {
        return Vec::new();
    };
    // What was counted is shown all the same.
    let read = blocking(move || published(&repository)).await;
    read.inspect_err(|error| tracing::error!(%error, "the repository of updates cannot be read"))
        .unwrap_or_default()
}

fn instant(state: &AppState) -> OffsetDateTime {
    let millis = i128::from(state.clock.now().unix_millis());
    OffsetDateTime::from_unix_timestamp_nanos(millis * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// An office is files, and a key takes a while to open.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, Failure> + Send + 'static,
) -> std::result::Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or(Err(Failure::Nothing("the work in the office of updates broke off")))
}

fn internal(error: &Failure) -> Error {
    Error::internal("look after updates", error.to_string())
}
