//! Two accounts that are one person's become one.
//!
//! Somebody adds a phone number or an e-mail address, and shows by its code that it is theirs; where it logs another account in,
//! they get a ticket for that one (`identity::contacts`). So both are proved: this one by the proof that each change asks for,
//! the other by what logs it in. They see what would happen, and then it does, at once and as a whole.
//!
//! The account that asks stays. All that is the other's moves to it; the other's terminals are logged out, and its id is told to
//! be this one wherever a history names it. Others' applications knew it by a subject of its own: they ask anew, and know the
//! citizen as this account.

use axum::extract::State;
use onehall_protocol::account::{MergeTicket, MergeView};
use onehall_protocol::cases::Poke;
use onehall_protocol::identity::Session;
use onehall_protocol::{ErrorCode, ItemCode, PersonId, Problem, Text};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::Merge;
use crate::error::{Error, Result};
use crate::http::extract::{AcceptLanguage, Json};
use crate::identity::passkeys::require_proof;
use crate::identity::{Citizen, OwnPages, OwnTerminal, other_account};
use crate::messages::{self, ContactNotice};
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(look))
        .routes(routes!(known_as, merge))
}

/// Which account a ticket is for.
fn other(state: &AppState, citizen: &Citizen, ticket: &MergeTicket) -> Result<PersonId> {
    other_account(state, citizen, &ticket.ticket).ok_or_else(|| Error::new(ErrorCode::WrongCode))
}

/// What becomes of another account of one's own
#[utoipa::path(post, path = "/account/merging/look", tag = "account", request_body = MergeTicket, responses(
    (status = 200, body = MergeView), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/step_up_required"),
    (status = 409, body = Problem, description = "identity/other_person"),
    (status = 422, body = Problem, description = "identity/wrong_code: the ticket is none, or out of time"),
), security(("citizen" = [])))]
async fn look(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    Json(ticket): Json<MergeTicket>,
) -> Result<Json<MergeView>> {
    require_proof(&state, &citizen, true).await?;
    let from = other(&state, &citizen, &ticket)?;
    let seen = state
        .storage
        .look_at_merge(citizen.actor.id, from, state.clock.now())
        .await?;
    let name_of = |code: ItemCode| match state.city.item(&code) {
        Some(item) => item.summary.name.clone(),
        None => Text::new(code.as_str(), code.as_str()),
    };
    Ok(Json(MergeView {
        other: seen.from.view(),
        contacts: seen.contacts.iter().map(|contact| contact.masked()).collect(),
        takes_identity: seen.takes_identity,
        drafts: seen.drafts,
        cases: seen.cases,
        passkeys: seen.passkeys,
        delegations: seen.delegations,
        sessions: seen.sessions,
        consents: seen.consents,
        in_both: seen.in_both.into_iter().map(name_of).collect(),
    }))
}

/// As whom the citizen was known
///
/// What a terminal kept for one of these accounts, and has not sent, is this one's.
#[utoipa::path(get, path = "/account/merging", tag = "account", responses(
    (status = 200, description = "The ids of the accounts that became part of this one", body = Vec<PersonId>),
    (status = 401, body = Problem), (status = 403, body = Problem, description = "identity/other_terminal"),
), security(("citizen" = [])))]
async fn known_as(State(state): State<AppState>, OwnPages(citizen): OwnPages) -> Result<Json<Vec<PersonId>>> {
    Ok(Json(state.storage.merged_into(citizen.actor.id).await?))
}

/// Have another account of one's own become part of this one
///
/// What logged the other in is told, and logs in here then.
#[utoipa::path(post, path = "/account/merging", tag = "account", request_body = MergeTicket, responses(
    (status = 200, description = "The session, of what is one account now", body = Session), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/step_up_required"),
    (status = 404, body = Problem, description = "It is no account any more"),
    (status = 409, body = Problem, description = "identity/other_person, identity/merge_blocked"),
    (status = 422, body = Problem, description = "identity/wrong_code: the ticket is none, or out of time"),
), security(("citizen" = [])))]
async fn merge(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    OwnTerminal(citizen): OwnTerminal,
    Json(ticket): Json<MergeTicket>,
) -> Result<Json<Session>> {
    require_proof(&state, &citizen, true).await?;
    let from = other(&state, &citizen, &ticket)?;
    let (into, now) = (citizen.actor.id, state.clock.now());
    let known = state.storage.contacts(into).await?;
    let command = Merge {
        into,
        from,
        terminal: citizen.terminal,
        now,
    };
    let merged = state.storage.merge_accounts(command).await?;
    metrics::counter!("onehall_accounts_merged_total").increment(1);
    state.events.poke_person(from, Poke::SessionEnded);
    state.events.poke_person(into, Poke::Again);
    for person in merged.others {
        state.events.poke_person(person, Poke::Delegations);
    }
    let shown = merged
        .contacts
        .first()
        .map(|contact| contact.masked())
        .unwrap_or_default();
    for to in known.iter().map(|one| &one.contact).chain(&merged.contacts) {
        let text = messages::contact_notice(&state.hall_name(), ContactNotice::Merged, &shown, language);
        if let Err(error) = messages::send(&state, to, &text, language).await {
            tracing::warn!(%error, "a notice of two accounts that became one was not sent");
        }
    }
    let citizen = state.storage.citizen(citizen.session, now).await?;
    let citizen = citizen.ok_or_else(|| Error::new(ErrorCode::NotLoggedIn))?;
    Ok(Json(citizen.view()))
}
