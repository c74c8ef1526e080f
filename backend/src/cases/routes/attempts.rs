//! `DELETE /attempts/{key}`: an attempt of which its terminal does not know what became of it.

use axum::extract::State;
use onehall_protocol::cases::AttemptEnded;
use onehall_protocol::{IdempotencyKey, Problem};

use crate::error::Result;
use crate::http::extract::{Json, Path};
use crate::identity::Citizen;
use crate::state::AppState;

/// End an attempt
///
/// Says on which case an attempt (of a submission, a supplement, a withdrawal, a rating) had its effect. Where it had none, it
/// has none from now on, also where it is still on its way: what comes under its key later is refused with
/// `request/idempotency_conflict`.
#[utoipa::path(delete, path = "/attempts/{key}", tag = "cases", params(("key" = IdempotencyKey, Path)), responses(
    (status = 200, body = AttemptEnded), (status = 401, body = Problem),
))]
pub(super) async fn end(
    State(state): State<AppState>,
    citizen: Citizen,
    Path(key): Path<IdempotencyKey>,
) -> Result<Json<AttemptEnded>> {
    let now = state.clock.now();
    let case_id = state.storage.end_attempt(citizen.actor.id, key, now).await?;
    Ok(Json(AttemptEnded { case_id }))
}
