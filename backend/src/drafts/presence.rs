//! Who has the same draft open.
//!
//! The hall keeps nothing of it: it hands on what one terminal says to those that listen, over the way that pokes take. So any
//! replica can be asked, and nothing is left behind by a terminal that is switched off: the others forget it by themselves.

use axum::extract::State;
use axum::http::StatusCode;
use onehall_protocol::cases::Poke;
use onehall_protocol::drafts::SayPresence;
use onehall_protocol::{DraftId, ErrorCode, Problem};

use crate::error::{Error, Result};
use crate::events::Channel;
use crate::http::extract::{Json, Path, Terminal};
use crate::identity::Citizen;
use crate::state::AppState;

/// Says that one has a draft open, or has it no more. To be said again within 40 seconds.
#[utoipa::path(post, path = "/drafts/{id}/presence", tag = "drafts", params(("id" = DraftId, Path)),
    request_body = SayPresence, responses(
        (status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "drafts/submitted"),
    ))]
pub(super) async fn say(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Path(id): Path<DraftId>,
    Json(SayPresence { writer, here }): Json<SayPresence>,
) -> Result<StatusCode> {
    let terminal = citizen.terminal;
    let head = state.storage.draft_head(id, citizen.reach()).await?;
    if head.submitted_case.is_some() {
        return Err(Error::new(ErrorCode::DraftSubmitted));
    }
    let poke = Poke::Present {
        id,
        writer,
        terminal,
        here,
    };
    state.events.poke(&Channel::Person(head.principal), &poke);
    Ok(StatusCode::NO_CONTENT)
}
