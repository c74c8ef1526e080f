//! The citizen's side: their cases, a supplement, a withdrawal, a rating.

use std::sync::Arc;

use axum::extract::State;
use onehall_protocol::cases::{
    AnswerSupplement, CaseSummary, CaseView, CitizenAction, RATING_TAGS, Rating, WithdrawCase,
};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CaseId, ErrorCode, IdempotencyKey, Problem};
use serde::Serialize;

use super::typed;
use crate::beside;
use crate::cases::act::{self, Acting, Inputs};
use crate::cases::model::{Attempt, CaseFile, HandedIn, Viewer, Who};
use crate::cases::workflow::Act;
use crate::cases::{submission, supplement as supplements, view};
use crate::error::{Error, Result};
use crate::http::extract::{IdempotencyKeyHeader, Json, Path, Terminal};
use crate::identity::Citizen;
use crate::state::AppState;

const LONGEST_REASON: usize = 1000;
const LONGEST_COMMENT: usize = 500;

fn acting(citizen: &Citizen, terminal: TerminalKind) -> Acting {
    Acting {
        who: Who::Person {
            id: citizen.actor.id,
            name: citizen.actor.name.clone(),
        },
        viewer: Viewer::Citizen(citizen.reach()),
        terminal,
    }
}

/// What an attempt came to: the effect that it had before, or the one that `act` has now.
async fn once(
    state: &AppState,
    citizen: &Citizen,
    attempt: Option<Attempt>,
    act: impl Future<Output = Result<CaseFile>>,
) -> Result<CaseFile> {
    let Some(attempt) = attempt else {
        return act.await;
    };
    if let Some(case) = state.storage.attempted(attempt).await? {
        return find(state, citizen, case).await;
    }
    match act.await {
        // The same attempt may have been faster on another connection.
        Err(error)
            if matches!(
                error.code(),
                ErrorCode::CaseMoved | ErrorCode::ActionOutOfState | ErrorCode::AlreadyRated
            ) =>
        {
            match state.storage.attempted(attempt).await? {
                Some(case) => find(state, citizen, case).await,
                None => Err(error),
            }
        }
        outcome => outcome,
    }
}

async fn find(state: &AppState, citizen: &Citizen, id: CaseId) -> Result<CaseFile> {
    state.storage.case(id, Viewer::Citizen(citizen.reach())).await
}

/// A case on which the citizen may act, and not only look at.
async fn find_to_act(state: &AppState, citizen: &Citizen, id: CaseId) -> Result<CaseFile> {
    let file = find(state, citizen, id).await?;
    citizen
        .reach()
        .admit_to_submit(file.case.principal.id, &file.case.item)?;
    Ok(file)
}

/// The citizen's cases
///
/// Their own and those of the companies whose agent they are, the last changed first.
#[utoipa::path(get, path = "/cases", tag = "cases", responses(
    (status = 200, body = Vec<CaseSummary>), (status = 401, body = Problem),
))]
pub(super) async fn list(State(state): State<AppState>, citizen: Citizen) -> Result<Json<Vec<CaseSummary>>> {
    let cases = state.storage.cases(citizen.reach()).await?;
    cases
        .iter()
        .map(|case| view::summary(&state, case))
        .collect::<Result<_>>()
        .map(Json)
}

/// One case
///
/// Where it stands, who waits for what until when, its answers, its history and its result.
#[utoipa::path(get, path = "/cases/{id}", tag = "cases", params(("id" = CaseId, Path)), responses(
    (status = 200, body = CaseView), (status = 401, body = Problem),
    (status = 404, body = Problem, description = "No such case, or another's"),
))]
pub(super) async fn one(
    State(state): State<AppState>,
    citizen: Citizen,
    Path(id): Path<CaseId>,
) -> Result<Json<CaseView>> {
    let file = find(&state, &citizen, id).await?;
    view::for_citizen(&state, file).map(Json)
}

/// Hand in a supplement
///
/// New answers to what was asked for, and to what hangs on that; the whole form is checked again. The header
/// `Idempotency-Key` names the attempt: sent again, it has no second effect.
#[utoipa::path(post, path = "/cases/{id}/supplement", tag = "cases",
    params(("id" = CaseId, Path), ("Idempotency-Key" = IdempotencyKey, Header, description = "names this attempt")),
    request_body = AnswerSupplement,
    responses(
        (status = 200, body = CaseView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "cases/out_of_state, cases/moved, request/idempotency_conflict"),
        (status = 422, body = Problem, description = "cases/incomplete, forms/invalid_answers, with `fields`"),
    ))]
pub(super) async fn supplement(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    Path(id): Path<CaseId>,
    Json(answer): Json<AnswerSupplement>,
) -> Result<Json<CaseView>> {
    let terminal = citizen.terminal;
    let payload = submission::payload("supplement", id, &answer)?;
    let attempt = Attempt {
        actor: citizen.actor.id,
        key,
        payload,
    };
    let act = hand_in(&state, &citizen, terminal, attempt, id, answer);
    let file = once(&state, &citizen, Some(attempt), act).await?;
    view::for_citizen(&state, file).map(Json)
}

async fn hand_in(
    state: &AppState,
    citizen: &Citizen,
    terminal: TerminalKind,
    attempt: Attempt,
    id: CaseId,
    answer: AnswerSupplement,
) -> Result<CaseFile> {
    let file = find_to_act(state, citizen, id).await?;
    if file.case.version != answer.version {
        return Err(ErrorCode::CaseMoved.into());
    }
    let Some(asked) = &file.supplement else {
        return Err(ErrorCode::ActionOutOfState.into());
    };
    let reference = &file.case.form;
    let content = state
        .city
        .form(&reference.code, reference.version)
        .ok_or_else(|| Error::broken("find the form of a case"))?;
    let form = Arc::clone(&content.form);
    let (old, items) = (file.answers.clone(), asked.items.clone());
    let context = view::context(state, &file, &form);
    let handed_in = beside::run("evaluate a supplement", move || {
        let checked = supplements::merge(&form, old, &items, answer.answers, context)?;
        let files = supplements::named_files(&form, &checked.evaluation.submitted)?;
        Ok::<_, Error>(HandedIn {
            answers: checked.evaluation.submitted,
            transcript: checked.evaluation.transcript,
            evaluated: checked.with,
            files,
        })
    })
    .await??;
    let inputs = Inputs {
        handed_in: Some(handed_in),
        attempt: Some(attempt),
        ..Inputs::default()
    };
    let act = Act::Citizen(CitizenAction::Supplement);
    act::take(state, &file, answer.version, act, acting(citizen, terminal), inputs).await
}

/// Take an application back
///
/// The header `Idempotency-Key`, where it is sent, names the attempt: sent again, it has no second effect.
#[utoipa::path(post, path = "/cases/{id}/withdrawal", tag = "cases",
    params(("id" = CaseId, Path), ("Idempotency-Key" = Option<IdempotencyKey>, Header, description = "names this attempt")),
    request_body = WithdrawCase, responses(
        (status = 200, body = CaseView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "cases/out_of_state, cases/moved, request/idempotency_conflict"),
    ))]
pub(super) async fn withdraw(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    key: Option<IdempotencyKeyHeader>,
    Path(id): Path<CaseId>,
    Json(withdrawal): Json<WithdrawCase>,
) -> Result<Json<CaseView>> {
    let terminal = citizen.terminal;
    let attempt = attempt_of(&citizen, key, "withdrawal", id, &withdrawal)?;
    let reason = typed(withdrawal.reason, "reason", LONGEST_REASON, || {
        ErrorCode::InvalidBody.into()
    })?;
    let inputs = Inputs {
        reason,
        attempt,
        ..Inputs::default()
    };
    let file = once(&state, &citizen, attempt, async {
        let file = find_to_act(&state, &citizen, id).await?;
        let act = Act::Citizen(CitizenAction::Withdraw);
        let acting = acting(&citizen, terminal);
        act::take(&state, &file, withdrawal.version, act, acting, inputs).await
    })
    .await?;
    view::for_citizen(&state, file).map(Json)
}

/// Rate the service (好差评)
///
/// Once for each case, after it has ended. The header `Idempotency-Key`, where it is sent, names the attempt.
#[utoipa::path(post, path = "/cases/{id}/rating", tag = "cases",
    params(("id" = CaseId, Path), ("Idempotency-Key" = Option<IdempotencyKey>, Header, description = "names this attempt")),
    request_body = Rating, responses(
        (status = 200, body = CaseView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 400, body = Problem, description = "request/invalid_body with `fields`: stars are 1 to 5"),
        (status = 409, body = Problem, description = "cases/already_rated, cases/out_of_state, \
            request/idempotency_conflict"),
    ))]
pub(super) async fn rate(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    key: Option<IdempotencyKeyHeader>,
    Path(id): Path<CaseId>,
    Json(rating): Json<Rating>,
) -> Result<Json<CaseView>> {
    let terminal = citizen.terminal;
    let attempt = attempt_of(&citizen, key, "rating", id, &rating)?;
    let inputs = Inputs {
        rating: Some(sound(rating)?),
        attempt,
        ..Inputs::default()
    };
    let rated = || Error::new(ErrorCode::AlreadyRated);
    let file = once(&state, &citizen, attempt, async {
        let file = find_to_act(&state, &citizen, id).await?;
        if file.rating.is_some() {
            return Err(rated());
        }
        let version = file.case.version;
        let act = Act::Citizen(CitizenAction::Rate);
        match act::take(&state, &file, version, act, acting(&citizen, terminal), inputs).await {
            // Nothing but a rating moves a case that has ended: somebody rated it in between.
            Err(error) if error.code() == ErrorCode::CaseMoved => Err(rated()),
            outcome => outcome,
        }
    })
    .await?;
    view::for_citizen(&state, file).map(Json)
}

/// The attempt that a key names, where one was sent.
fn attempt_of(
    citizen: &Citizen,
    key: Option<IdempotencyKeyHeader>,
    what: &str,
    case: CaseId,
    body: &impl Serialize,
) -> Result<Option<Attempt>> {
    let Some(IdempotencyKeyHeader(key)) = key else {
        return Ok(None);
    };
    let payload = submission::payload(what, case, body)?;
    Ok(Some(Attempt {
        actor: citizen.actor.id,
        key,
        payload,
    }))
}

fn sound(mut rating: Rating) -> Result<Rating> {
    let refusal = || Error::new(ErrorCode::InvalidBody);
    if !(1..=5).contains(&rating.stars) {
        return Err(refusal().with_field("stars", "out_of_range"));
    }
    for (place, tag) in rating.tags.iter().enumerate() {
        if !RATING_TAGS.contains(&tag.as_str()) || rating.tags[..place].contains(tag) {
            return Err(refusal().with_field(format!("tags[{place}]"), "unknown"));
        }
    }
    rating.comment = typed(rating.comment, "comment", LONGEST_COMMENT, refusal)?;
    Ok(rating)
}
