//! The terminals on which a citizen is logged in: seen, and ended.

use axum::extract::State;
use axum::http::StatusCode;
use onehall_protocol::account::SessionView;
use onehall_protocol::cases::Poke;
use onehall_protocol::{Problem, SessionId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{EndSessions, WhichSessions};
use crate::error::{Error, Result};
use crate::http::extract::{AcceptLanguage, Json, Path};
use crate::identity::{Citizen, OwnTerminal};
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, end_others))
        .routes(routes!(end_one))
}

/// The terminals on which one is logged in
///
/// The last used first; one of them is the one that asks.
#[utoipa::path(get, path = "/account/sessions", tag = "account", responses(
    (status = 200, body = Vec<SessionView>), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal"),
), security(("citizen" = [])))]
async fn list(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    OwnTerminal(citizen): OwnTerminal,
) -> Result<Json<Vec<SessionView>>> {
    let sessions = state.storage.sessions(citizen.actor.id, state.clock.now()).await?;
    let views = sessions
        .into_iter()
        .map(|session| session.view(citizen.session, &state.city, language));
    Ok(Json(views.collect()))
}

/// Log all other terminals out
///
/// At once: their streams end, and a terminal that keeps something of the citizen's erases it.
#[utoipa::path(delete, path = "/account/sessions", tag = "account", responses(
    (status = 204, description = "None but this one is left"), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal"),
), security(("citizen" = [])))]
async fn end_others(State(state): State<AppState>, OwnTerminal(citizen): OwnTerminal) -> Result<StatusCode> {
    end(&state, &citizen, WhichSessions::AllBut(citizen.session)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Log one terminal out
///
/// As all of them.
#[utoipa::path(delete, path = "/account/sessions/{id}", tag = "account", params(("id" = SessionId, Path)), responses(
    (status = 204, description = "It has ended"), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal"),
    (status = 404, body = Problem, description = "No such session of one's own"),
), security(("citizen" = [])))]
async fn end_one(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    Path(id): Path<SessionId>,
) -> Result<StatusCode> {
    match end(&state, &citizen, WhichSessions::One(id)).await? {
        0 => Err(Error::not_found()),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

async fn end(state: &AppState, citizen: &Citizen, which: WhichSessions) -> Result<usize> {
    let command = EndSessions {
        person: citizen.actor.id,
        which,
        by: citizen.terminal,
        now: state.clock.now(),
    };
    let ended = state.storage.end_sessions(command).await?;
    if ended > 0 {
        // Every stream of the person looks whether its session is still one.
        state.events.poke_person(citizen.actor.id, Poke::SessionEnded);
    }
    Ok(ended)
}
