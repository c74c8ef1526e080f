//! Who acts for whom: asked, answered, ended.

use axum::extract::State;
use axum::http::StatusCode;
use onehall_protocol::account::{
    ActorInvited, AnswerDelegation, AskToAct, DelegationScope, DelegationView, Delegations, InvitationCode,
    InviteActor, Side,
};
use onehall_protocol::cases::Poke;
use onehall_protocol::contacts::Contact;
use onehall_protocol::identity::AssuranceLevel;
use onehall_protocol::{DelegationId, ErrorCode, PhoneNumber, Problem, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{AnswerTo, AskFor, EndDelegation, LookForCode, StoredDelegation, Waits};
use crate::clock::begin_of;
use crate::error::{Error, Result};
use crate::http::extract::{Json, Path};
use crate::identity::{Citizen, OwnTerminal, Person};
use crate::secrets::random_below;
use crate::state::AppState;

/// How long who was asked by a phone number may take to answer, and who was handed a code; in seconds.
const ANSWER_WITHIN: i64 = 7 * 86_400;
const CODE_WITHIN: i64 = 86_400;

/// The longest time for which somebody can be appointed, in days.
const LONGEST_DAYS: i64 = 3 * 366;

/// The most service items that one delegation names.
const MOST_ITEMS: usize = 100;

/// The most that one person asks in a day, and the most wrong codes that they try in an hour.
const MOST_ASKED: u32 = 20;
const MOST_WRONG: u32 = 10;

/// Letters and digits of a code: those that nobody mistakes for another. 32 of them, so 8 are 40 bits.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const CODE_LENGTH: usize = 8;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, invite))
        .routes(routes!(ask_to_act))
        .routes(routes!(look_up))
        .routes(routes!(answer))
        .routes(routes!(end))
}

/// Who acts for me, and for whom I act
///
/// Also for the companies whose agent one is by the register, and what waits for one's answer.
#[utoipa::path(get, path = "/account/delegations", tag = "account", responses(
    (status = 200, body = Delegations), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal"),
), security(("citizen" = [])))]
async fn list(State(state): State<AppState>, OwnTerminal(citizen): OwnTerminal) -> Result<Json<Delegations>> {
    let (companies, now) = (companies(&citizen), state.clock.now());
    let phones = phone_hashes(&state, &citizen).await?;
    let kept = state
        .storage
        .delegations(citizen.actor.id, companies.clone(), phones)
        .await?;
    let mut all: Vec<DelegationView> = kept
        .iter()
        .map(|delegation| delegation.view(citizen.actor.id, &companies, now))
        .collect();
    // What waits for somebody stands first; the order is kept otherwise.
    all.sort_by_key(|view| (!view.to_answer, view.answer_until.is_none()));
    let may_appoint_for = std::iter::once(&citizen.actor).chain(&citizen.companies);
    Ok(Json(Delegations {
        all,
        may_appoint_for: may_appoint_for.map(Person::view).collect(),
    }))
}

/// Let somebody act for oneself, or for one's company
///
/// By their phone number, or by a code that one hands to them. Nothing is allowed before they have agreed.
#[utoipa::path(post, path = "/account/delegations", tag = "account", request_body = InviteActor, responses(
    (status = 201, body = ActorInvited), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/level_too_low"),
    (status = 422, body = Problem, description = "request/invalid_body with `fields`, identity/invalid_phone"),
    (status = 429, body = Problem),
), security(("citizen" = [])))]
async fn invite(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    Json(request): Json<InviteActor>,
) -> Result<(StatusCode, Json<ActorInvited>)> {
    let principal = appointing(&citizen, &request)?;
    known_well(&citizen)?;
    let now = state.clock.now();
    let until = sound(&state, &request.scope, now)?;
    let (waits, code, answer_within) = match &request.phone {
        Some(phone) => (by_phone(&state, &citizen, phone).await?, None, ANSWER_WITHIN),
        None => {
            let code = new_code(&state);
            (Waits::Code(code_hash(&state, &code)), Some(code), CODE_WITHIN)
        }
    };
    let ask = AskFor {
        id: DelegationId(state.new_id()),
        asked_by: Side::Principal,
        known: principal.id,
        by: citizen.actor.id,
        waits,
        scope: in_order(request.scope),
        until,
        answer_until: now.plus_seconds(answer_within),
        counted: (counted(&state, &citizen), MOST_ASKED),
        terminal: citizen.terminal,
        now,
    };
    let kept = state.storage.ask_for_delegation(ask).await?;
    let invited = ActorInvited {
        delegation: view(&state, &citizen, &kept),
        code: code.map(|code| format!("{}-{}", &code[..CODE_LENGTH / 2], &code[CODE_LENGTH / 2..])),
    };
    Ok((StatusCode::CREATED, Json(invited)))
}

/// Ask somebody whether one may act for them
///
/// They find the question in their account. Whether the number has one is not told.
#[utoipa::path(post, path = "/account/delegations/requests", tag = "account", request_body = AskToAct, responses(
    (status = 201, body = DelegationView), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/level_too_low"),
    (status = 422, body = Problem, description = "request/invalid_body with `fields`, identity/invalid_phone"),
    (status = 429, body = Problem),
), security(("citizen" = [])))]
async fn ask_to_act(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    Json(request): Json<AskToAct>,
) -> Result<(StatusCode, Json<DelegationView>)> {
    known_well(&citizen)?;
    let now = state.clock.now();
    let until = sound(&state, &request.scope, now)?;
    let ask = AskFor {
        id: DelegationId(state.new_id()),
        asked_by: Side::Actor,
        known: citizen.actor.id,
        by: citizen.actor.id,
        waits: by_phone(&state, &citizen, &request.phone).await?,
        scope: in_order(request.scope),
        until,
        answer_until: now.plus_seconds(ANSWER_WITHIN),
        counted: (counted(&state, &citizen), MOST_ASKED),
        terminal: citizen.terminal,
        now,
    };
    let kept = state.storage.ask_for_delegation(ask).await?;
    Ok((StatusCode::CREATED, Json(view(&state, &citizen, &kept))))
}

/// Look an invitation up by its code
///
/// Whoever holds the code sees who invites and to what, and answers then.
#[utoipa::path(post, path = "/account/delegations/codes", tag = "account", request_body = InvitationCode, responses(
    (status = 200, body = DelegationView), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal"),
    (status = 422, body = Problem, description = "identity/wrong_code: wrong, used or out of time"),
    (status = 429, body = Problem),
), security(("citizen" = [])))]
async fn look_up(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    Json(request): Json<InvitationCode>,
) -> Result<Json<DelegationView>> {
    let look = LookForCode {
        code: code_hash(&state, &typed_code(&request.code)),
        counted: (counted(&state, &citizen), MOST_WRONG),
        now: state.clock.now(),
    };
    let found = state.storage.delegation_by_code(look).await?;
    let found = found.ok_or_else(|| Error::new(ErrorCode::WrongCode).with_field("code", "unknown"))?;
    Ok(Json(view(&state, &citizen, &found)))
}

/// Answer an open delegation
///
/// The one of the two who did not ask: for whom it waits by their phone number, or who shows its code.
#[utoipa::path(post, path = "/account/delegations/{id}/answer", tag = "account", params(("id" = DelegationId, Path)),
    request_body = AnswerDelegation, responses(
    (status = 200, body = DelegationView), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal, identity/level_too_low"),
    (status = 404, body = Problem, description = "It is not open, or not for you to answer"),
), security(("citizen" = [])))]
async fn answer(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    Path(id): Path<DelegationId>,
    Json(request): Json<AnswerDelegation>,
) -> Result<Json<DelegationView>> {
    if request.agree {
        known_well(&citizen)?;
    }
    let answer = AnswerTo {
        id,
        person: citizen.actor.id,
        phones: phone_hashes(&state, &citizen).await?,
        code: request.code.as_deref().map(|code| code_hash(&state, &typed_code(code))),
        agree: request.agree,
        terminal: citizen.terminal,
        now: state.clock.now(),
    };
    let kept = state.storage.answer_delegation(answer).await?;
    tell(&state, &kept);
    Ok(Json(view(&state, &citizen, &kept)))
}

/// End a delegation
///
/// Either of the two, at once; or take back what one asked. What was saved stays with the principal.
#[utoipa::path(delete, path = "/account/delegations/{id}", tag = "account", params(("id" = DelegationId, Path)), responses(
    (status = 204, description = "It has ended"), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/other_terminal"),
    (status = 404, body = Problem, description = "No such delegation, or nothing is left to end"),
), security(("citizen" = [])))]
async fn end(
    State(state): State<AppState>,
    OwnTerminal(citizen): OwnTerminal,
    Path(id): Path<DelegationId>,
) -> Result<StatusCode> {
    let end = EndDelegation {
        id,
        person: citizen.actor.id,
        companies: companies(&citizen),
        terminal: citizen.terminal,
        now: state.clock.now(),
    };
    let kept = state.storage.end_delegation(end).await?;
    tell(&state, &kept);
    Ok(StatusCode::NO_CONTENT)
}

/// Tells both, on every terminal, that who acts for whom is not as it was.
fn tell(state: &AppState, delegation: &StoredDelegation) {
    for person in [delegation.principal, delegation.actor].into_iter().flatten() {
        state.events.poke_person(person, Poke::Delegations);
    }
}

fn companies(citizen: &Citizen) -> Vec<onehall_protocol::PersonId> {
    citizen.companies.iter().map(|company| company.id).collect()
}

fn view(state: &AppState, citizen: &Citizen, delegation: &StoredDelegation) -> DelegationView {
    delegation.view(citizen.actor.id, &companies(citizen), state.clock.now())
}

/// For whom somebody is appointed: oneself, or a company whose agent one is by the register. Not for whom one was appointed.
fn appointing<'a>(citizen: &'a Citizen, request: &InviteActor) -> Result<&'a Person> {
    let wanted = request.principal.unwrap_or(citizen.actor.id);
    let mut own = std::iter::once(&citizen.actor).chain(&citizen.companies);
    own.find(|person| person.id == wanted).ok_or_else(Error::not_found)
}

/// Who acts for others, and for whom others act, is known by more than a phone number: the name stands in each case's history.
pub(super) fn known_well(citizen: &Citizen) -> Result<()> {
    if citizen.actor.assurance >= AssuranceLevel::L2 {
        return Ok(());
    }
    let details = serde_json::json!({ "required": AssuranceLevel::L2, "has": citizen.actor.assurance });
    Err(Error::new(ErrorCode::LevelTooLow).with_details(details))
}

/// Whether a scope can be meant. Gives the moment at which its last day is over.
fn sound(state: &AppState, scope: &DelegationScope, now: Timestamp) -> Result<Timestamp> {
    let refused = |field: &str, code: &str| Err(Error::new(ErrorCode::InvalidBody).with_field(field, code));
    let offset = state.city.catalog.city.utc_offset_minutes;
    let today = now.at_offset(offset).0;
    if scope.until < today {
        return refused("scope.until", "too_early");
    }
    if scope.until > today.plus_days(LONGEST_DAYS) {
        return refused("scope.until", "too_late");
    }
    match &scope.items {
        Some(items) if items.is_empty() => return refused("scope.items", "required"),
        Some(items) if items.len() > MOST_ITEMS => return refused("scope.items", "too_many"),
        Some(items) if items.iter().any(|item| state.city.item(item).is_none()) => {
            return refused("scope.items", "unknown");
        }
        _ => {}
    }
    Ok(begin_of(scope.until.plus_days(1), offset))
}

fn in_order(mut scope: DelegationScope) -> DelegationScope {
    if let Some(items) = &mut scope.items {
        items.sort_unstable();
        items.dedup();
    }
    scope
}

async fn by_phone(state: &AppState, citizen: &Citizen, typed: &str) -> Result<Waits> {
    let phone: PhoneNumber = typed
        .parse()
        .map_err(|_| Error::new(ErrorCode::InvalidPhone).with_field("phone", "invalid"))?;
    let hash = phone_hash(state, &phone);
    if phone_hashes(state, citizen).await?.contains(&hash) {
        return Err(Error::new(ErrorCode::InvalidPhone).with_field("phone", "own"));
    }
    Ok(Waits::Phone(hash, phone.masked()))
}

fn phone_hash(state: &AppState, phone: &PhoneNumber) -> [u8; 32] {
    state.key.keyed_hash("delegation-phone", &[phone.as_str()])
}

/// All numbers of a citizen: by whichever somebody asked them, it waits for them.
async fn phone_hashes(state: &AppState, citizen: &Citizen) -> Result<Vec<[u8; 32]>> {
    let known = state.storage.contacts(citizen.actor.id).await?;
    let hashes = known.iter().filter_map(|one| match &one.contact {
        Contact::Phone(phone) => Some(phone_hash(state, phone)),
        Contact::Email(_) => None,
    });
    Ok(hashes.collect())
}

fn code_hash(state: &AppState, code: &str) -> [u8; 32] {
    state.key.keyed_hash("delegation-code", &[code])
}

fn counted(state: &AppState, citizen: &Citizen) -> [u8; 32] {
    state
        .key
        .keyed_hash("delegation-person", &[&citizen.actor.id.to_string()])
}

fn new_code(state: &AppState) -> String {
    let letter = |_| {
        let place = random_below(&*state.rng, 32) as usize;
        char::from(LETTERS.get(place).copied().unwrap_or(b'2'))
    };
    (0..CODE_LENGTH).map(letter).collect()
}

/// A code as it was made: without the hyphen, in capitals, whatever somebody typed.
fn typed_code(typed: &str) -> String {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric).take(CODE_LENGTH + 1);
    letters.map(|letter| letter.to_ascii_uppercase()).collect()
}
