//! Synchronisation over HTTP.

use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use onehall_protocol::cases::Poke;
use onehall_protocol::sync::{Change, Pull, Snapshot, Waited};
use onehall_protocol::{ErrorCode, PersonId, Problem};
use onehall_sync::Positions;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::cursor;
use super::model::{PullQuestion, Pulled, SnapshotQuestion, StoredChange, StoredThing};
use crate::error::{Error, Result};
use crate::events::Channel;
use crate::http::extract::{Json, Query};
use crate::identity::{Citizen, Looking, no_session};
use crate::state::AppState;
use crate::{cases, drafts};

/// How many things come where nobody says how many, and the most that do.
const USUAL: usize = 50;
const MOST: usize = 200;

/// How long nothing may happen until whoever waits is answered: less than terminals, proxies and the hall itself let a
/// request last.
const PATIENCE: Duration = Duration::from_secs(15);

/// The most that one person listens at once: terminals and tabs.
const MOST_WAITING: usize = 40;

/// The routes of synchronisation.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(pull))
        .routes(routes!(snapshot))
        .routes(routes!(wait))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Since {
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
    #[serde(default)]
    checksums: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PageOf {
    #[serde(default)]
    page: Option<String>,
    #[serde(default)]
    limit: Option<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitFrom {
    cursor: String,
}

/// What changed since a cursor
///
/// Drafts and cases of the citizen and of the companies whose agent they are, each as it is now. Without a cursor from the
/// beginning of the logs, which only a citizen who is new here can read: others begin with a snapshot.
#[utoipa::path(get, path = "/sync", tag = "sync",
    params(
        ("cursor" = Option<String>, Query, description = "The cursor of the pull or snapshot before"),
        ("limit" = Option<usize>, Query, description = "Most changes, 1 to 200; 50 where absent"),
        ("checksums" = Option<bool>, Query, description = "Whether checksums come with the last page"),
    ),
    responses(
        (status = 200, body = Pull),
        (status = 400, body = Problem, description = "sync/invalid_cursor; request/invalid_parameter"),
        (status = 401, body = Problem),
        (status = 410, body = Problem, description = "sync/snapshot_required: the cursor is older than what is kept"),
    ))]
async fn pull(
    State(state): State<AppState>,
    Looking(citizen): Looking,
    Query(since): Query<Since>,
) -> Result<Response> {
    let question = PullQuestion {
        reach: citizen.reach(),
        principals: in_order(&citizen),
        positions: positions(&state, &citizen, since.cursor.as_deref())?,
        limit: limit(since.limit)?,
        checksums: since.checksums,
    };
    let Pulled::Page {
        changes,
        positions,
        more,
        checksums,
    } = state.storage.pull(question).await?
    else {
        return Err(ErrorCode::SnapshotRequired.into());
    };
    let sums = |sums: std::collections::BTreeMap<PersonId, onehall_sync::Checksum>| {
        let sums = sums.into_iter().map(|(principal, sum)| (principal, sum.to_string()));
        sums.collect()
    };
    let pull = Pull {
        changes: views(&state, &citizen, changes).await,
        cursor: cursor::cursor(&state.key, citizen.actor.id, &positions),
        more,
        principals: in_order(&citizen),
        checksums: checksums.map(sums),
    };
    Ok(unstored(pull))
}

/// All that a terminal should hold
///
/// Page by page: every open draft and every case, whatever changes meanwhile. The last page brings the cursor of the
/// moment at which the snapshot began; a pull from there brings the rest.
#[utoipa::path(get, path = "/sync/snapshot", tag = "sync",
    params(
        ("page" = Option<String>, Query, description = "`next` of the page before; absent for the first"),
        ("limit" = Option<usize>, Query, description = "Most things, 1 to 200; 50 where absent"),
    ),
    responses(
        (status = 200, body = Snapshot),
        (status = 400, body = Problem, description = "sync/invalid_cursor; request/invalid_parameter"),
        (status = 401, body = Problem),
    ))]
async fn snapshot(
    State(state): State<AppState>,
    Looking(citizen): Looking,
    Query(asked): Query<PageOf>,
) -> Result<Response> {
    let actor = citizen.actor.id;
    let begin = match &asked.page {
        Some(page) => Some(cursor::page_begin(&state.key, actor, page)?),
        None => None,
    };
    let (after, begun) = begin.unzip();
    let question = SnapshotQuestion {
        reach: citizen.reach(),
        principals: in_order(&citizen),
        after,
        limit: limit(asked.limit)?,
    };
    let page = state.storage.snapshot(question).await?;
    let begun: Positions = begun.unwrap_or(page.positions);
    let snapshot = Snapshot {
        changes: views(&state, &citizen, page.changes).await,
        next: page.next.map(|place| cursor::page(&state.key, actor, place, &begun)),
        cursor: page.next.is_none().then(|| cursor::cursor(&state.key, actor, &begun)),
        principals: in_order(&citizen),
    };
    Ok(unstored(snapshot))
}

/// Wait until something changes
///
/// For hosts that cannot listen to server-sent events: answers at once where something changed since the cursor, else when
/// something does, at the latest after 15 seconds. It says nothing of what changed: a pull does. Who may handle only some of
/// a person's matters does not hear that others changed.
#[utoipa::path(get, path = "/sync/wait", tag = "sync",
    params(("cursor" = String, Query, description = "The cursor of the last pull")),
    responses(
        (status = 200, body = Waited),
        (status = 400, body = Problem, description = "sync/invalid_cursor"),
        (status = 401, body = Problem, description = "Nobody is logged in, or the session ended meanwhile"),
        (status = 429, body = Problem),
    ))]
async fn wait(
    State(state): State<AppState>,
    Looking(citizen): Looking,
    Query(from): Query<WaitFrom>,
) -> Result<Response> {
    let positions = positions(&state, &citizen, Some(&from.cursor))?;
    // Listening begins before the look, so that nothing falls between the two.
    let channels = citizen.principal_ids().into_iter().map(Channel::Person).collect();
    let own = Channel::Person(citizen.actor.id);
    let listener = state.events.listen_for(&own, MOST_WAITING, channels);
    let mut listener = listener.ok_or_else(|| Error::too_many(60))?;
    let (principals, reach) = (in_order(&citizen), citizen.reach());
    let hears_all = principals.iter().all(|principal| reach.covers_all(*principal));
    let look = || {
        state
            .storage
            .has_changed(principals.clone(), positions.clone(), reach.clone())
    };
    let mut changed = look().await?;
    let patience = tokio::time::sleep(PATIENCE);
    tokio::pin!(patience);
    while !changed {
        let pokes = tokio::select! {
            pokes = listener.next() => pokes,
            () = &mut patience => None,
        };
        let Some(pokes) = pokes else { break };
        // A session of this person ended: perhaps another terminal's.
        if pokes.contains(&Poke::SessionEnded) && !lives(&state, &citizen).await? {
            return Err(no_session(&state, citizen.session, state.clock.now()).await?);
        }
        changed = pokes.iter().any(|poke| *poke != Poke::SessionEnded);
        if changed && !hears_all {
            changed = look().await?;
        }
    }
    Ok(unstored(Waited { changed }))
}

async fn lives(state: &AppState, citizen: &Citizen) -> Result<bool> {
    let found = state.storage.citizen(citizen.session, state.clock.now()).await?;
    Ok(found.is_some())
}

fn in_order(citizen: &Citizen) -> Vec<PersonId> {
    let mut principals = citizen.principal_ids();
    principals.sort_unstable();
    principals.dedup();
    principals
}

fn positions(state: &AppState, citizen: &Citizen, cursor: Option<&str>) -> Result<Positions> {
    match cursor {
        Some(cursor) => cursor::positions(&state.key, citizen.actor.id, cursor),
        None => Ok(Positions::default()),
    }
}

fn limit(asked: Option<usize>) -> Result<usize> {
    let limit = asked.unwrap_or(USUAL);
    if (1..=MOST).contains(&limit) {
        Ok(limit)
    } else {
        Err(Error::new(ErrorCode::InvalidParameter).with_field("limit", "out_of_range"))
    }
}

/// No cache keeps what is somebody's.
fn unstored(body: impl Serialize) -> Response {
    let mut response = Json(body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Things as their citizen sees them. One that cannot be shown (its service item is no longer the city's) comes as gone:
/// a terminal that got stuck over it would be told of nothing any more.
async fn views(state: &AppState, citizen: &Citizen, changes: Vec<StoredChange>) -> Vec<Change> {
    let mut views = Vec::with_capacity(changes.len());
    for StoredChange { principal, thing } in changes {
        views.push(match thing {
            StoredThing::Draft(id, draft) => {
                let put = match draft {
                    Some(draft) => shown(drafts::view(state, citizen, *draft).await, "a draft"),
                    None => None,
                };
                Change::Draft { principal, id, put }
            }
            StoredThing::Case(id, case) => {
                let put = case.and_then(|case| shown(cases::view_for_citizen(state, *case), "a case"));
                Change::Case { principal, id, put }
            }
        });
    }
    views
}

fn shown<T>(view: Result<T>, what: &str) -> Option<Box<T>> {
    match view {
        Ok(view) => Some(Box::new(view)),
        Err(error) => {
            tracing::error!(%error, what, "it cannot be shown to a terminal");
            None
        }
    }
}
