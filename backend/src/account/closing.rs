//! The end of an account: what goes and what stays is shown, a code confirms it.
//!
//! The cases that have ended stay, with their answers, files and history: their authorities' records, which the law has them
//! keep. They are then reachable for these alone. All else of the citizen is deleted, and the same phone number begins a new
//! account that knows nothing of this one.

use axum::extract::State;
use axum::http::StatusCode;
use onehall_protocol::Problem;
use onehall_protocol::account::{self as wire, ClosingView, DelegationState, KeptCase};
use onehall_protocol::cases::Poke;
use onehall_protocol::contacts::Contact;
use onehall_protocol::identity::CodeSent;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::CloseAccount;
use crate::cases::model::Viewer;
use crate::cases::{item_name, kept_until, summary};
use crate::error::Result;
use crate::http::extract::{AcceptLanguage, ClientAddress, Json};
use crate::identity::{CodeToSend, OwnTerminal, Person, Reach, first_contact};
use crate::messages;
use crate::secrets::random_below;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(look, close))
        .routes(routes!(send_code))
}

/// What the end of the account takes away, and what stays
#[utoipa::path(get, path = "/account/closing", tag = "account", responses(
    (status = 200, body = ClosingView), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal"),
), security(("citizen" = [])))]
async fn look(State(state): State<AppState>, OwnTerminal(citizen): OwnTerminal) -> Result<Json<ClosingView>> {
    let (me, now) = (citizen.actor.id, state.clock.now());
    let own = Reach::all_of(&[me]);
    let (mut open_cases, mut kept_cases) = (Vec::new(), Vec::new());
    for case in state.storage.cases(own.clone()).await? {
        let file = state.storage.case(case.id, Viewer::Citizen(own.clone())).await?;
        match file.result {
            None => open_cases.push(summary(&state, &file.case)?),
            Some(result) => kept_cases.push(KeptCase {
                number: file.case.number.clone(),
                item_name: item_name(&state, &file.case),
                ended_at: result.at,
                until: kept_until(result.at.at_offset(state.city.catalog.city.utc_offset_minutes).0),
            }),
        }
    }
    let delegations = state.storage.delegations(me, Vec::new(), Vec::new()).await?;
    let under_way = delegations
        .iter()
        .filter(|one| matches!(one.state_at(now), DelegationState::Open | DelegationState::Active));
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(Json(ClosingView {
        open_cases,
        kept_cases,
        drafts: count(state.storage.list_drafts(own).await?.len()),
        sessions: count(state.storage.sessions(me, now).await?.len()),
        delegations: count(under_way.count()),
        consents: count(state.storage.consents(me, None).await?.len()),
        companies: citizen.companies.iter().map(Person::view).collect(),
        phone: first_contact(&state, &citizen).await?.masked(),
    }))
}

/// Send the code by which closing the account is confirmed
///
/// To the phone number of the account that comes first. It is no login code, and a login code does not close an account.
#[utoipa::path(post, path = "/account/closing/code", tag = "account", responses(
    (status = 202, description = "A code is on its way", body = CodeSent), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal"), (status = 429, body = Problem),
), security(("citizen" = [])))]
async fn send_code(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    AcceptLanguage(language): AcceptLanguage,
    client: ClientAddress,
) -> Result<(StatusCode, Json<CodeSent>)> {
    let (to, limits) = (first_contact(&state, &citizen).await?, state.config.codes);
    let code = format!("{:06}", random_below(&*state.rng, 1_000_000));
    let command = CodeToSend {
        phone: to_hash(&state, &to),
        client: client_hash(&state, client),
        code: code_hash(&state, &to, &code),
        limits,
        now: state.clock.now(),
    };
    state.storage.take_code(command).await?;
    let text = messages::proof_code(&state.hall_name(), &code, limits.expires_after / 60, language);
    messages::send(&state, &to, &text, language).await?;
    Ok((StatusCode::ACCEPTED, Json(limits.sent_to(&to))))
}

/// Close the account
///
/// Not as long as a case has not ended. Every terminal is logged out and told why.
#[utoipa::path(post, path = "/account/closing", tag = "account", request_body = wire::CloseAccount, responses(
    (status = 204, description = "The account is closed"), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal"),
    (status = 409, body = Problem, description = "identity/open_cases"),
    (status = 422, body = Problem, description = "identity/wrong_code"), (status = 429, body = Problem),
), security(("citizen" = [])))]
async fn close(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    client: ClientAddress,
    Json(request): Json<wire::CloseAccount>,
) -> Result<StatusCode> {
    let to = first_contact(&state, &citizen).await?;
    let command = CloseAccount {
        person: citizen.actor.id,
        phone: to_hash(&state, &to),
        client: client_hash(&state, client),
        code: code_hash(&state, &to, request.code.trim()),
        limits: state.config.codes,
        terminal: citizen.terminal,
        now: state.clock.now(),
    };
    let closed = state.storage.close_account(command).await?;
    state.events.poke_person(citizen.actor.id, Poke::SessionEnded);
    for other in closed.others {
        state.events.poke_person(other, Poke::Delegations);
    }
    state.files.remove(&closed.blobs).await;
    metrics::counter!("onehall_accounts_closed_total").increment(1);
    Ok(StatusCode::NO_CONTENT)
}

fn to_hash(state: &AppState, to: &Contact) -> [u8; 32] {
    state.key.keyed_hash("closing-phone", &[to.as_str()])
}

fn code_hash(state: &AppState, to: &Contact, code: &str) -> [u8; 32] {
    state.key.keyed_hash("closing-code", &[to.as_str(), code])
}

fn client_hash(state: &AppState, client: ClientAddress) -> [u8; 32] {
    state.key.keyed_hash("client", &[&client.network()])
}
