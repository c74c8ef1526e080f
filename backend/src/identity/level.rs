//! How sure the hall is of who somebody is: what services ask for, and how a citizen comes to it.
//!
//! A level is of the account, not of the session: it holds on every terminal at once, and never sinks. A check is counted
//! before it is made, by account, number and network, and every refusal of it reads alike: whether a number is somebody's, and
//! whose name goes with it, cannot be asked here.

use axum::extract::State;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use onehall_protocol::account::OpenForChild;
use onehall_protocol::assurance::{
    AssuredAt, CheckDocument, CheckFace, CheckInPerson, CheckedInPerson, HallVisit, LevelView, LevelWay,
};
use onehall_protocol::catalog::ServiceItem;
use onehall_protocol::contacts::ClaimAccount;
use onehall_protocol::identity::{AssuranceLevel, Session};
use onehall_protocol::staff::Role;
use onehall_protocol::{CitizenId, ErrorCode, FieldError, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::level_store::{Counter, NewVisit, RaiseLevel};
use super::model::{Citizen, OwnPages, Person};
use super::verifier::{Verdict, comparable};
use crate::error::{Error, Result};
use crate::http::extract::{ClientAddress, Json};
use crate::secrets::random_below;
use crate::staff::Staff;
use crate::state::AppState;

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;
/// Checks of one account in a day.
const CHECKS_A_DAY: u32 = 5;
/// Checks of one number in a day: more, or whoever knows it could keep its owner from being checked with one account.
const CHECKS_OF_A_NUMBER: u32 = 10;
/// Checks from one network in an hour: many citizens may share one.
const CHECKS_PER_CLIENT: u32 = 60;
/// Wrong codes of one clerk in an hour.
const WRONG_CODES: u32 = 20;
/// Seconds for which a code for the window counts.
const VISIT_SECONDS: i64 = HOUR;
/// The longest name, in characters.
const LONGEST_NAME: usize = 60;
/// The largest picture, in bytes.
const LARGEST_PICTURE: usize = 180 * 1024;

/// The routes of levels.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(level))
        .routes(routes!(check_document))
        .routes(routes!(check_face))
        .routes(routes!(visit))
        .routes(routes!(check_in_person))
}

/// Refuses a citizen of whom the hall is less sure than an item asks for at this step of an application.
///
/// # Errors
/// `identity/level_too_low`, with the level that is required and the one that the citizen has.
pub fn require_level(citizen: &Citizen, item: &ServiceItem, at: AssuredAt) -> Result<()> {
    let has = citizen.actor.assurance;
    let asked = item
        .assurance
        .filter(|asked| at == AssuredAt::Submission || asked.at == at);
    match asked {
        Some(asked) if has < asked.level => {
            let details = serde_json::json!({ "required": asked.level, "has": has });
            Err(Error::new(ErrorCode::LevelTooLow).with_details(details))
        }
        _ => Ok(()),
    }
}

/// One's level, and the ways to a higher one
#[utoipa::path(get, path = "/identity/level", tag = "identity",
    responses((status = 200, description = "The level of the account", body = LevelView)), security(("citizen" = [])))]
async fn level(State(state): State<AppState>, citizen: Citizen) -> Result<Json<LevelView>> {
    let level = citizen.actor.assurance;
    let ways: &[LevelWay] = match level {
        AssuranceLevel::L1 => &[LevelWay::Document, LevelWay::Hall],
        AssuranceLevel::L2 => &[LevelWay::Face, LevelWay::Hall],
        AssuranceLevel::L3 => &[],
    };
    let has = |way: &&LevelWay| **way == LevelWay::Hall || state.verifier.is_there();
    Ok(Json(LevelView {
        level,
        raised: state.storage.last_raise(citizen.actor.id).await?,
        ways: ways.iter().filter(has).copied().collect(),
    }))
}

/// Raise one's level to L2: name and number
///
/// Both are matched with the register. What does not match is not told apart.
#[utoipa::path(post, path = "/identity/level/document", tag = "identity", request_body = CheckDocument,
    responses((status = 200, description = "Matched; the session with the new level", body = Session)),
    security(("citizen" = [])))]
async fn check_document(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    client: ClientAddress,
    Json(check): Json<CheckDocument>,
) -> Result<Json<Session>> {
    let (name, number) = document(&check.name, &check.citizen_id)?;
    if citizen.actor.citizen_id.as_ref().is_some_and(|own| *own != number) {
        return Err(ErrorCode::OtherPerson.into());
    }
    let counters = counters(&state, &citizen.actor, &number, client);
    matched(&state, counters, "document", state.verifier.document(&name, &number)).await?;
    let raise = RaiseLevel {
        person: citizen.actor.id,
        level: AssuranceLevel::L2,
        way: LevelWay::Document,
        matched: Some((name, number)),
        by: None,
        now: state.clock.now(),
    };
    raised(&state, &citizen, raise).await
}

/// Raise one's level to L3: a picture
///
/// It is matched with the one on the identity document whose number was matched before.
#[utoipa::path(post, path = "/identity/level/face", tag = "identity", request_body = CheckFace,
    responses((status = 200, description = "Matched; the session with the new level", body = Session)),
    security(("citizen" = [])))]
async fn check_face(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    client: ClientAddress,
    Json(check): Json<CheckFace>,
) -> Result<Json<Session>> {
    let picture = picture(&check.picture)?;
    let (level, number) = (citizen.actor.assurance, citizen.actor.citizen_id.clone());
    let Some(number) = number.filter(|_| level >= AssuranceLevel::L2) else {
        let details = serde_json::json!({ "required": AssuranceLevel::L2, "has": level });
        return Err(Error::new(ErrorCode::LevelTooLow).with_details(details));
    };
    let counters = counters(&state, &citizen.actor, &number, client);
    let asking = state.verifier.face(&citizen.actor.name, &number, &picture);
    matched(&state, counters, "face", asking).await?;
    let raise = RaiseLevel {
        person: citizen.actor.id,
        level: AssuranceLevel::L3,
        way: LevelWay::Face,
        matched: None,
        by: None,
        now: state.clock.now(),
    };
    raised(&state, &citizen, raise).await
}

/// A code to show at a window
///
/// With it and the identity document a clerk raises the level of this account to L3.
#[utoipa::path(post, path = "/identity/level/visit", tag = "identity",
    responses((status = 200, description = "The code; one asked for before counts no more", body = HallVisit)),
    security(("citizen" = [])))]
async fn visit(State(state): State<AppState>, OwnPages(citizen): OwnPages) -> Result<Json<HallVisit>> {
    let now = state.clock.now();
    let expires_at = now.plus_seconds(VISIT_SECONDS);
    loop {
        let code = format!("{:08}", random_below(&*state.rng, 100_000_000));
        let visit = NewVisit {
            person: citizen.actor.id,
            code: visit_hash(&state, &code),
            expires_at,
            now,
        };
        match state.storage.keep_visit(visit).await {
            // Another citizen waits with the same one.
            Err(error) if error.code() == ErrorCode::WrongCode => {}
            kept => return kept.map(|()| Json(HallVisit { code, expires_at })),
        }
    }
}

/// Raise a citizen's level in person (window clerks)
///
/// The citizen stands there, the document is in the clerk's hand, and the citizen's code names the account. Name and number
/// are matched with the register, too.
#[utoipa::path(post, path = "/staff/identity/checks", tag = "staff", request_body = CheckInPerson,
    responses((status = 200, description = "The level is L3 now", body = CheckedInPerson)), security(("staff" = [])))]
async fn check_in_person(
    State(state): State<AppState>,
    staff: Staff,
    Json(check): Json<CheckInPerson>,
) -> Result<Json<CheckedInPerson>> {
    staff.require(Role::WindowClerk)?;
    staff.require_proof(state.clock.now())?;
    let shown = shown_at_window(&state, &staff, &check).await?;
    let (visitor, number, now) = (shown.visitor, shown.number, state.clock.now());
    let raise = RaiseLevel {
        person: visitor.id,
        level: AssuranceLevel::L3,
        way: LevelWay::Hall,
        matched: Some((shown.name, number.clone())),
        by: Some((staff.id, staff.hall.clone(), shown.code)),
        now,
    };
    state.storage.raise_level(raise).await?;
    tracing::info!(person = %visitor.id, staff = %staff.id, "a level was raised in person");
    Ok(Json(CheckedInPerson {
        level: AssuranceLevel::L3,
        number: number.masked(),
        hall: staff.hall.clone(),
    }))
}

/// Who stands at a window, by their code and the document in the clerk's hand.
pub struct ShownAtWindow {
    /// The account whose code it is.
    pub visitor: Person,
    /// Keyed hash of the code, to be used up.
    pub code: [u8; 32],
    /// The name on the document.
    pub name: String,
    /// Its number.
    pub number: CitizenId,
}

/// What a clerk has compared, with the code looked up, and name and number matched with the register.
///
/// # Errors
/// `identity/wrong_code`, `identity/not_matched`, `identity/verifier_unavailable`, `request/invalid_body`, `request/too_many`.
pub async fn shown_at_window(state: &AppState, staff: &Staff, check: &CheckInPerson) -> Result<ShownAtWindow> {
    if !check.compared {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("compared", "required"));
    }
    let (name, number) = document(&check.name, &check.citizen_id)?;
    let typed: String = check.code.chars().filter(char::is_ascii_digit).collect();
    let code = visit_hash(state, &typed);
    let now = state.clock.now();
    let tries = vec![Counter {
        kind: "visit-staff",
        who: state.key.keyed_hash("staff", &[&staff.id.to_string()]),
        period: HOUR,
        most: WRONG_CODES,
    }];
    state.storage.count_try(tries.clone(), now).await?;
    let visitor = state.storage.visitor(code, now).await?;
    let visitor = visitor.ok_or_else(|| Error::new(ErrorCode::WrongCode))?;
    state.storage.take_try_back(tries, now).await?;
    let verdict = state.verifier.document(&name, &number).await;
    told("window", &verdict);
    if verdict? != Verdict::Match {
        return Err(ErrorCode::NotMatched.into());
    }
    Ok(ShownAtWindow {
        visitor,
        code,
        name,
        number,
    })
}

/// The bytes of a picture.
fn picture(base64: &str) -> Result<Vec<u8>> {
    let invalid = |code| Error::new(ErrorCode::InvalidBody).with_field("picture", code);
    let picture = BASE64_STANDARD.decode(base64).map_err(|_| invalid("invalid"))?;
    if picture.len() > LARGEST_PICTURE {
        return Err(invalid("too_large"));
    }
    if !(picture.starts_with(&[0xFF, 0xD8, 0xFF]) || picture.starts_with(b"\x89PNG\r\n\x1a\n")) {
        return Err(invalid("no_picture"));
    }
    Ok(picture)
}

/// Whose number it is that somebody shows by name and picture to be theirs, without any level of their account changing.
///
/// # Errors
/// `identity/not_matched`, `identity/verifier_unavailable`, `request/invalid_body`, `request/too_many`.
pub async fn seen_in_person(
    state: &AppState,
    citizen: &Citizen,
    client: ClientAddress,
    claim: &ClaimAccount,
) -> Result<CitizenId> {
    let (name, number) = document(&claim.name, &claim.citizen_id)?;
    let picture = picture(&claim.picture)?;
    let counters = counters(state, &citizen.actor, &number, client);
    let asking = async {
        match state.verifier.document(&name, &number).await? {
            Verdict::Match => state.verifier.face(&name, &number, &picture).await,
            other => Ok(other),
        }
    };
    matched(state, counters, "claim", asking).await?;
    Ok(number)
}

/// A child, as named, whose guardian a citizen is.
///
/// # Errors
/// As [`seen_in_person`]; `identity/level_too_low` for who has no number of their own.
pub async fn guardian_of(
    state: &AppState,
    citizen: &Citizen,
    client: ClientAddress,
    child: &OpenForChild,
) -> Result<(String, CitizenId)> {
    let (name, number) = document(&child.name, &child.citizen_id)?;
    let own = citizen.actor.citizen_id.as_ref();
    let own = own.ok_or_else(|| Error::new(ErrorCode::LevelTooLow))?;
    let counters = counters(state, &citizen.actor, &number, client);
    let asking = state.verifier.guardian((&name, &number), (&citizen.actor.name, own));
    matched(state, counters, "guardian", asking).await?;
    Ok((name, number))
}

/// Name and number as typed, parsed.
fn document(name: &str, number: &str) -> Result<(String, CitizenId)> {
    let name = comparable(name);
    let fault = match name.chars().count() {
        0 => Some("required"),
        length if length > LONGEST_NAME || name.chars().any(char::is_control) => Some("invalid"),
        _ => None,
    };
    let number = number.parse::<CitizenId>();
    match (fault, number) {
        (None, Ok(number)) => Ok((name, number)),
        (fault, number) => {
            let wrong = [("name", fault), ("citizen_id", number.is_err().then_some("invalid"))];
            let wrong = wrong.into_iter().filter_map(|(path, code)| {
                Some(FieldError {
                    path: path.to_owned(),
                    code: code?.to_owned(),
                })
            });
            Err(Error::new(ErrorCode::InvalidBody).with_fields(wrong.collect()))
        }
    }
}

fn counters(state: &AppState, person: &Person, number: &CitizenId, client: ClientAddress) -> Vec<Counter> {
    let hash = |what, text: &str| state.key.keyed_hash(what, &[text]);
    let counter = |kind, who, period, most| Counter {
        kind,
        who,
        period,
        most,
    };
    vec![
        counter(
            "check-person",
            hash("person", &person.id.to_string()),
            DAY,
            CHECKS_A_DAY,
        ),
        counter(
            "check-number",
            hash("citizen-id", number.as_str()),
            DAY,
            CHECKS_OF_A_NUMBER,
        ),
        counter(
            "check-client",
            hash("client", &client.network()),
            HOUR,
            CHECKS_PER_CLIENT,
        ),
    ]
}

/// Whether it matched. Counted before, so that nobody tries numbers out; a try that nobody could make is no try.
async fn matched(
    state: &AppState,
    counters: Vec<Counter>,
    what: &'static str,
    asking: impl Future<Output = Result<Verdict>>,
) -> Result<()> {
    let now = state.clock.now();
    state.storage.count_try(counters.clone(), now).await?;
    let verdict = asking.await;
    told(what, &verdict);
    match verdict {
        Ok(Verdict::Match) => Ok(()),
        // Not told apart: whether somebody has a number is nobody's to ask.
        Ok(Verdict::Mismatch | Verdict::NotFound) => Err(ErrorCode::NotMatched.into()),
        Err(error) => {
            state.storage.take_try_back(counters, now).await?;
            Err(error)
        }
    }
}

/// Counts what a verifier said, without of whom.
fn told(what: &'static str, verdict: &Result<Verdict>) {
    let said = match verdict {
        Ok(verdict) => verdict.as_str(),
        Err(error) => error.code().as_str(),
    };
    metrics::counter!("onehall_identity_checks_total", "check" => what, "said" => said).increment(1);
}

async fn raised(state: &AppState, citizen: &Citizen, raise: RaiseLevel) -> Result<Json<Session>> {
    let (now, level): (Timestamp, AssuranceLevel) = (raise.now, raise.level);
    state.storage.raise_level(raise).await?;
    tracing::info!(person = %citizen.actor.id, ?level, "a level was raised");
    let citizen = state.storage.citizen(citizen.session, now).await?;
    let citizen = citizen.ok_or_else(|| Error::new(ErrorCode::NotLoggedIn))?;
    Ok(Json(citizen.view()))
}

fn visit_hash(state: &AppState, code: &str) -> [u8; 32] {
    state.key.keyed_hash("hall-visit", &[code])
}
