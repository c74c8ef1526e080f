//! Answers that did not stand, over HTTP. To bring one back is an ordinary change: whatever is given as the answer to its
//! question again stands again, and is told of no more.

use axum::extract::State;
use axum::http::StatusCode;
use onehall_protocol::cases::Poke;
use onehall_protocol::{DraftId, Problem};

use crate::error::Result;
use crate::events::Channel;
use crate::http::extract::{Path, Terminal};
use crate::identity::Citizen;
use crate::state::AppState;

/// Dismisses an answer that did not stand. One that is gone already is dismissed.
#[utoipa::path(delete, path = "/drafts/{id}/lost/{n}", tag = "drafts",
    params(("id" = DraftId, Path), ("n" = u32, Path, description = "its number, as the draft names it")),
    responses(
        (status = 204), (status = 401, body = Problem), (status = 404, body = Problem, description = "no such draft"),
        (status = 409, body = Problem, description = "drafts/submitted"),
    ))]
pub(super) async fn dismiss(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Path((id, n)): Path<(DraftId, u32)>,
) -> Result<StatusCode> {
    let head = state.storage.draft_head(id, citizen.reach()).await?;
    let now = state.clock.now();
    state.storage.dismiss_lost(id, citizen.reach(), n, now).await?;
    state.events.poke(&Channel::Person(head.principal), &Poke::Draft { id });
    Ok(StatusCode::NO_CONTENT)
}
