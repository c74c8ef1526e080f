//! `/updates/` for the repository, `/api/v1/updates/reports` for terminals, `/api/v1/staff/updates` for administrators.

use axum::extract::State;
use onehall_protocol::ErrorCode;
use onehall_protocol::updates::{MOST_REPORTS, ReleaseHealth, ReportsTaken, UpdateReport, UpdateReports};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::keeping;
use super::model::{NewReport, TakeReports, together};
use crate::error::{Error, Result};
use crate::http::extract::{ClientAddress, Json};
use crate::staff::{Scope, Staff};
use crate::state::AppState;

/// The kinds of terminals that tell: what anybody makes up would only fill the table.
const APPS: [&str; 3] = ["ui-desktop", "ui-kiosk", "ui-mobile"];

/// The highest number of a release.
const HIGHEST: u64 = 1_000_000;

/// The routes of updates below the API.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(take)).routes(routes!(health))
}

/// Count what a terminal tells of releases
///
/// Nobody has to be logged in, and a login is not looked at: a report says which release and what became of it, and nothing of
/// who tells it. One that was counted before is not counted again, and no network decides alone on whether a release is stopped.
#[utoipa::path(post, path = "/updates/reports", tag = "operations", request_body = UpdateReports,
    responses((status = 200, description = "How many were new", body = ReportsTaken)))]
async fn take(
    State(state): State<AppState>,
    client: ClientAddress,
    Json(told): Json<UpdateReports>,
) -> Result<Json<ReportsTaken>> {
    if !APPS.contains(&told.app.as_str()) {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("app", "unknown"));
    }
    if told.reports.len() > MOST_REPORTS {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("reports", "too_many"));
    }
    if told.reports.iter().any(|report| report.release > HIGHEST) {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("reports", "out_of_range"));
    }
    let network = client.network();
    let new_report = |report: UpdateReport| NewReport {
        network: state
            .key
            .keyed_hash("update", &[&told.app, &report.release.to_string(), &network]),
        report,
    };
    let new = state
        .storage
        .take_update_reports(TakeReports {
            client: state.key.keyed_hash("client", &[&network]),
            per_client_hour: state.config.updates.reports_per_client_hour,
            per_network: state.config.updates.per_network(),
            reports: told.reports.into_iter().map(new_report).collect(),
            app: told.app,
            now: state.clock.now(),
        })
        .await?;
    metrics::counter!("onehall_updates_reports_total").increment(new.into());
    Ok(Json(ReportsTaken { new }))
}

/// Each release: whom it is for, and what became of it on the terminals that told of it
///
/// For administrators of the whole hall.
#[utoipa::path(get, path = "/staff/updates", tag = "operations",
    responses((status = 200, description = "By app, the newest release first", body = [ReleaseHealth])),
    security(("staff" = [])))]
async fn health(State(state): State<AppState>, staff: Staff) -> Result<Json<Vec<ReleaseHealth>>> {
    if staff.administers()? != Scope::Hall {
        return Err(Error::new(ErrorCode::Forbidden));
    }
    let counts = state.storage.update_counts().await?;
    let published = keeping::offered(&state).await;
    Ok(Json(together(counts, published, &state.config.updates)))
}
