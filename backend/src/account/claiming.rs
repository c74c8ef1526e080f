//! An account to which its citizen can no longer log in: the phone is lost, and nothing else logs in (账号找回).
//!
//! They begin an account with the number that they have now, and show by identity document and face whose the other one is. The
//! other one is told at once, by everything that logs it in and on each terminal, and any of its terminals stops it. If nobody
//! does for three days, the asking account gets a ticket for it, and the two become one (`account::merging`). What was stopped by
//! the account itself is not asked anew for a week: who goes on is led to the windows. There a clerk compares document and person
//! and asks for them, with the same three days and the same telling. Of a child's account that guardians act for nobody gets hold.

use axum::extract::State;
use axum::http::StatusCode;
use onehall_protocol::account::MergeTicket;
use onehall_protocol::assurance::CheckInPerson;
use onehall_protocol::cases::Poke;
use onehall_protocol::contacts::{ClaimAccount, ClaimView};
use onehall_protocol::staff::Role;
use onehall_protocol::{ClaimId, Language, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{NewClaim, StopClaim, StoredClaim};
use crate::error::Result;
use crate::http::extract::{AcceptLanguage, ClientAddress, Json, Path, Terminal};
use crate::identity::passkeys::require_proof;
use crate::identity::{OwnPages, OwnTerminal, seen_in_person, shown_at_window, ticket};
use crate::messages;
use crate::staff::Staff;
use crate::state::AppState;

/// Seconds for which it can be stopped.
const STOPPABLE_SECONDS: i64 = 3 * 86_400;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(claim))
        .routes(routes!(claim_at_window))
        .routes(routes!(stop))
        .routes(routes!(take_up))
}

/// Ask for an account to which one can no longer log in
///
/// By name, number and picture, each matched with the register. A try is counted before it is made, and what does not match is
/// not told apart.
#[utoipa::path(post, path = "/account/claims", tag = "account", request_body = ClaimAccount, responses(
    (status = 202, description = "Its citizen is told, and can stop it until it is ripe", body = ClaimView),
    (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/step_up_required, identity/forbidden: guardians act for this account"),
    (status = 404, body = Problem, description = "No account has this number: one's own level can be raised"),
    (status = 409, body = Problem, description = "identity/other_person: this account has an identity of its own"),
    (status = 422, body = Problem, description = "identity/not_matched"), (status = 429, body = Problem),
    (status = 503, body = Problem, description = "identity/verifier_unavailable"),
), security(("citizen" = [])))]
async fn claim(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    OwnTerminal(citizen): OwnTerminal,
    client: ClientAddress,
    Json(request): Json<ClaimAccount>,
) -> Result<(StatusCode, Json<ClaimView>)> {
    require_proof(&state, &citizen, true).await?;
    let number = seen_in_person(&state, &citizen, client, &request).await?;
    let now = state.clock.now();
    let new = NewClaim {
        id: ClaimId(state.new_id()),
        by: citizen.actor.id,
        number,
        ripe_at: now.plus_seconds(STOPPABLE_SECONDS),
        terminal: citizen.terminal,
        by_clerk: None,
        now,
    };
    let claim = begin(&state, new, language).await?;
    Ok((StatusCode::ACCEPTED, Json(claim.view(citizen.actor.id))))
}

/// Asks for an account, and tells everybody whom it is to be told.
async fn begin(state: &AppState, new: NewClaim, language: Language) -> Result<StoredClaim> {
    let asked = state.storage.claim_account(new).await?;
    metrics::counter!("onehall_accounts_claimed_total").increment(1);
    for person in [asked.claim.person, asked.claim.by] {
        state.events.poke_person(person, Poke::Account);
    }
    let hall = state.hall_name();
    let owner = asked
        .contacts
        .iter()
        .map(|to| (to, messages::claim_notice(&hall, language)));
    let guardians = asked.guardians.iter();
    let guardians = guardians.map(|to| (to, messages::child_claim_notice(&hall, language)));
    for (to, text) in owner.chain(guardians) {
        if let Err(error) = messages::send(state, to, &text, language).await {
            tracing::warn!(%error, "a notice of an account that is asked for was not sent");
        }
    }
    Ok(asked.claim)
}

/// Ask for the account of who stands at the window (window clerks)
///
/// For who can no longer log in to it: they have begun an account with the number that they have now, whose code they show, and
/// the clerk has their identity document in hand. Name and number are matched with the register. The account that is asked for is
/// told and can stop it for three days, as where its citizen asks by themselves; they take it up at home.
#[utoipa::path(post, path = "/staff/identity/claims", tag = "staff", request_body = CheckInPerson, responses(
    (status = 202, description = "Its citizen is told, and can stop it until it is ripe", body = ClaimView),
    (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/forbidden (also of a child's account that guardians act for), identity/step_up_required"),
    (status = 404, body = Problem, description = "No other account has this number"),
    (status = 409, body = Problem, description = "identity/other_person: the account of the code has an identity of its own"),
    (status = 422, body = Problem, description = "identity/wrong_code, identity/not_matched, request/invalid_body"),
    (status = 429, body = Problem), (status = 503, body = Problem, description = "identity/verifier_unavailable"),
), security(("staff" = [])))]
async fn claim_at_window(
    State(state): State<AppState>,
    AcceptLanguage(language): AcceptLanguage,
    Terminal(terminal): Terminal,
    staff: Staff,
    Json(check): Json<CheckInPerson>,
) -> Result<(StatusCode, Json<ClaimView>)> {
    staff.require(Role::WindowClerk)?;
    staff.require_proof(state.clock.now())?;
    let shown = shown_at_window(&state, &staff, &check).await?;
    let now = state.clock.now();
    let new = NewClaim {
        id: ClaimId(state.new_id()),
        by: shown.visitor.id,
        number: shown.number,
        ripe_at: now.plus_seconds(STOPPABLE_SECONDS),
        terminal,
        by_clerk: Some((staff.id, staff.hall.clone(), shown.code)),
        now,
    };
    let claim = begin(&state, new, language).await?;
    tracing::info!(claim = %claim.id, staff = %staff.id, "an account is asked for at a window");
    Ok((StatusCode::ACCEPTED, Json(claim.view(shown.visitor.id))))
}

/// Stop that somebody gets an account
///
/// From any terminal of the account, or of who asked; not in the page of another site.
#[utoipa::path(delete, path = "/account/claims/{id}", tag = "account", params(("id" = ClaimId, Path)), responses(
    (status = 204, description = "Stopped"), (status = 401, body = Problem), (status = 404, body = Problem),
), security(("citizen" = [])))]
async fn stop(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    Path(id): Path<ClaimId>,
) -> Result<StatusCode> {
    let stop = StopClaim {
        id,
        person: citizen.actor.id,
        terminal: citizen.terminal,
        now: state.clock.now(),
    };
    let stopped = state.storage.stop_claim(stop).await?;
    for person in [stopped.person, stopped.by] {
        state.events.poke_person(person, Poke::Account);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Take up an account that nobody has stopped one from getting
///
/// Gives the ticket with which the two become one.
#[utoipa::path(post, path = "/account/claims/{id}/ticket", tag = "account", params(("id" = ClaimId, Path)), responses(
    (status = 200, description = "A ticket for `/account/merging`", body = MergeTicket), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/step_up_required"),
    (status = 404, body = Problem, description = "None is open of this account"),
    (status = 429, body = Problem, description = "Its time has not come: `details.retry_after` says when"),
), security(("citizen" = [])))]
async fn take_up(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    Path(id): Path<ClaimId>,
) -> Result<Json<MergeTicket>> {
    require_proof(&state, &citizen, true).await?;
    let other = state
        .storage
        .ripe_claim(citizen.actor.id, id, state.clock.now())
        .await?;
    let ticket = ticket(&state, &citizen, other)?;
    Ok(Json(MergeTicket { ticket }))
}
