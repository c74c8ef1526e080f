//! `/api/v1/insight/events` for terminals, `/api/v1/staff/insight` for administrators.

use axum::extract::{DefaultBodyLimit, State};
use onehall_protocol::analytics::{
    BatchTaken, EventBatch, EventRefused, InsightBy, InsightQuery, InsightRow, InsightView, MOST_EVENTS, SMALLEST_SHOWN,
};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{Date, ErrorCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::judge::Judge;
use super::model::{Count, Question, TakeEvents};
use super::today;
use crate::error::{Error, Result};
use crate::http::extract::{ClientAddress, Json, Query, Terminal};
use crate::staff::{Scope, Staff};
use crate::state::AppState;

/// The largest batch, in bytes: fifty events with the longest codes are less than half of it.
const MOST_BYTES: usize = 32 * 1024;

/// The longest range of days that is answered at once.
const MOST_DAYS: i64 = 366;

/// The routes of insight.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(take))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .routes(routes!(counts))
}

/// Take what a terminal counted with its citizen's consent
///
/// Nobody has to be logged in, and a login is not looked at. The kind of terminal is that of the request. Each event is
/// judged by itself; all of a batch is decided by the answer. An event that was counted before is not counted again, for
/// as long as its day is taken at all (30 days).
#[utoipa::path(post, path = "/insight/events", tag = "insight", request_body = EventBatch,
    responses((status = 200, description = "What became of the events", body = BatchTaken)))]
async fn take(
    State(state): State<AppState>,
    Terminal(terminal): Terminal,
    client: ClientAddress,
    Json(batch): Json<EventBatch>,
) -> Result<Json<BatchTaken>> {
    if terminal == TerminalKind::Console {
        return Err(Error::new(ErrorCode::InvalidParameter).with_field("OneHall-Terminal", "not_counted"));
    }
    if batch.events.len() > MOST_EVENTS {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("events", "too_many"));
    }
    let now = state.clock.now();
    let judge = Judge {
        items: state.city.catalog.items.iter().map(|item| &item.code).collect(),
        offset: state.city.catalog.city.utc_offset_minutes,
        today: today(&state),
        now,
    };
    let (mut events, mut refused) = (Vec::new(), Vec::new());
    for record in batch.events {
        let id = record.id;
        match judge.judge(record) {
            Ok(event) => events.push(event),
            Err(why) => refused.push(EventRefused { id, why }),
        }
    }
    let taken = state
        .storage
        .take_events(TakeEvents {
            client: state.key.keyed_hash("client", &[&client.network()]),
            batches_per_client_hour: state.config.insight.batches_per_client_hour,
            terminal,
            events,
            now,
        })
        .await?;
    metrics::counter!("onehall_insight_events_total", "outcome" => "taken").increment(taken.new.into());
    metrics::counter!("onehall_insight_events_total", "outcome" => "known").increment(taken.known.into());
    metrics::counter!("onehall_insight_events_total", "outcome" => "refused").increment(refused.len() as u64);
    metrics::counter!("onehall_insight_events_total", "outcome" => "dropped").increment(batch.dropped.into());
    Ok(Json(BatchTaken {
        taken: taken.new,
        known: taken.known,
        refused,
    }))
}

/// How the hall is used
///
/// Counts by event and day, kind of terminal, service item or value of the event's detail. Administrators of an
/// authority see what is about its items. Counts from 1 to 4 are not given: `count` is null.
#[utoipa::path(get, path = "/staff/insight", tag = "insight",
    params(
        ("from" = Date, Query, description = "The first day"),
        ("to" = Date, Query, description = "The last day, at most a year later"),
        ("by" = Option<InsightBy>, Query, description = "By what counts are put together; by day where it is missing"),
    ),
    responses((status = 200, description = "The counts", body = InsightView)), security(("staff" = [])))]
async fn counts(
    State(state): State<AppState>,
    staff: Staff,
    Query(query): Query<InsightQuery>,
) -> Result<Json<InsightView>> {
    let items = match staff.administers()? {
        Scope::Hall => None,
        Scope::Authority(authority) => {
            let items = state
                .city
                .catalog
                .items
                .iter()
                .filter(|item| item.authority == authority);
            Some(items.map(|item| item.code.clone()).collect())
        }
    };
    let InsightQuery { from, to, by } = query;
    if to < from || to > from.plus_days(MOST_DAYS) {
        return Err(Error::new(ErrorCode::InvalidParameter).with_field("to", "out_of_range"));
    }
    let counts = state.storage.insight(Question { from, to, by, items }).await?;
    Ok(Json(InsightView {
        from,
        to,
        by,
        rows: counts.into_iter().map(row).collect(),
    }))
}

/// A count as it may be seen: nobody is found by being the only one.
fn row(count: Count) -> InsightRow {
    InsightRow {
        key: count.key,
        event: count.event,
        count: Some(count.count).filter(|count| *count >= SMALLEST_SHOWN),
    }
}
