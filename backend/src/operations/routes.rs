//! `/health`, `/ready`, `/metrics`: outside `/api/v1`, for the machine's neighbours. A proxy that faces citizens does not
//! pass them on.

use axum::extract::State;
use axum::http::{HeaderName, header};
use onehall_protocol::ErrorCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::metrics_text::render;
use crate::error::{Error, Result};
use crate::events::Reach;
use crate::http::extract::Json;
use crate::state::AppState;
use crate::updates;

/// The routes of operations.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(health))
        .routes(routes!(ready))
        .routes(routes!(metrics_text))
}

/// That it lives, or can serve.
#[derive(Debug, Serialize, ToSchema)]
struct Standing {
    /// `ok`
    status: &'static str,
    /// The version of the backend.
    version: &'static str,
    /// How far pokes reach, where it can serve. `degraded` is no reason to send nobody here: terminals hear of changes made
    /// at other replicas when they next read, within a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pokes: Option<Reach>,
    /// How the signatures of hot updates stand, where this machine signs them. Whatever it says, the hall can serve.
    #[serde(skip_serializing_if = "Option::is_none")]
    updates: Option<updates::Signing>,
}

const OK: Standing = Standing {
    status: "ok",
    version: env!("CARGO_PKG_VERSION"),
    pokes: None,
    updates: None,
};

/// The process lives
#[utoipa::path(get, path = "/health", tag = "operations",
    responses((status = 200, description = "It lives", body = Standing)))]
async fn health() -> Json<Standing> {
    Json(OK)
}

/// Requests can be served: the store reads and writes, and the backend is not stopping
#[utoipa::path(get, path = "/ready", tag = "operations",
    responses((status = 200, description = "It can serve", body = Standing)))]
async fn ready(State(state): State<AppState>) -> Result<Json<Standing>> {
    if state.stopping.is_cancelled() {
        return Err(Error::new(ErrorCode::Unavailable));
    }
    let unavailable = |cause: Error| Error::new(ErrorCode::Unavailable).caused_by("reach the store", cause);
    state.storage.check().await.map_err(unavailable)?;
    Ok(Json(Standing {
        pokes: Some(state.events.reach()),
        updates: updates::standing(&state).await,
        ..OK
    }))
}

/// Metrics in the text format of Prometheus
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "The metrics", body = String, content_type = "text/plain")))]
async fn metrics_text(State(state): State<AppState>) -> Result<([(HeaderName, &'static str); 1], String)> {
    let counts = state.storage.counts(state.clock.now()).await?;
    metrics::gauge!("onehall_storage_commands_waiting").set(counts.commands_waiting as f64);
    metrics::gauge!("onehall_sessions", "kind" => "citizen").set(counts.citizen_sessions as f64);
    metrics::gauge!("onehall_sessions", "kind" => "staff").set(counts.staff_sessions as f64);
    metrics::gauge!("onehall_event_streams").set(state.events.streams() as f64);
    // Sets a gauge for each role.
    updates::standing(&state).await;
    let degraded = state.events.reach() == Reach::Degraded;
    metrics::gauge!("onehall_pokes_degraded").set(f64::from(u8::from(degraded)));
    Ok((
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")],
        render(),
    ))
}
