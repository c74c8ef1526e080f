//! `POST /drafts/{id}/submission`: a draft becomes a case, once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use onehall_protocol::assurance::AssuredAt;
use onehall_protocol::cases::Poke;
use onehall_protocol::drafts::{DraftMoved, Receipt, SubmitDraft};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{ActionCode, CaseId, DraftId, ErrorCode, IdempotencyKey, Problem, Text};

use crate::beside;
use crate::cases::model::{Attempt, StoredEvent, Submit, Submitted, Who};
use crate::cases::workflow::Standing;
use crate::cases::{submission, supplement, view};
use crate::drafts::StoredDraft;
use crate::error::{Error, Result};
use crate::http::extract::{IdempotencyKeyHeader, Json, Path, Terminal};
use crate::identity::passkeys::{asks_for_proof, require_proof};
use crate::identity::{Citizen, require_level};
use crate::state::AppState;

/// Submit a draft
///
/// The header `Idempotency-Key` names the attempt: however often it is sent, one case comes of it and the same receipt
/// comes back. The time of the receipt is the legal time of the submission.
#[utoipa::path(post, path = "/drafts/{id}/submission", tag = "cases",
    params(("id" = DraftId, Path), ("Idempotency-Key" = IdempotencyKey, Header, description = "names this attempt")),
    request_body = SubmitDraft,
    responses(
        (status = 201, body = Receipt, description = "A case was made"),
        (status = 200, body = Receipt, description = "This attempt had made it before"),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 403, body = Problem, description = "identity/level_too_low: `details` says which level is `required` and which the citizen `has`; identity/step_up_required: `details.ways` says how to show that one is there"),
        (status = 409, body = Problem, description = "request/idempotency_conflict, drafts/moved (`details` is `DraftMoved`), drafts/submitted \
            (`details.case_id`), forms/transcript_differs with the `fields` that \
            differ; forms/confirm_changes (`details` is `ChangesToConfirm`): send it again, with another key and \
            `confirmed`, once the citizen has seen what changed"),
        (status = 422, body = Problem, description = "forms/invalid_answers with `fields`; catalog/not_online"),
    ))]
pub(super) async fn submit(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    Path(id): Path<DraftId>,
    Json(submit): Json<SubmitDraft>,
) -> Result<Response> {
    let terminal = citizen.terminal;
    let payload = submission::payload("submission", id, &submit)?;
    let attempt = Attempt {
        actor: citizen.actor.id,
        key,
        payload,
    };
    if let Some(receipt) = state.storage.receipt(attempt).await? {
        return Ok((StatusCode::OK, Json(receipt)).into_response());
    }
    let outcome = make_case(&state, &citizen, attempt, terminal, id, submit).await;
    let submitted = match outcome {
        // The same attempt may have been faster on another connection.
        Err(error) if error.code() == ErrorCode::DraftSubmitted => match state.storage.receipt(attempt).await? {
            Some(receipt) => Submitted::Again(receipt),
            None => return Err(error),
        },
        outcome => outcome?,
    };
    Ok(match submitted {
        Submitted::New(receipt) => (StatusCode::CREATED, Json(receipt)).into_response(),
        Submitted::Again(receipt) => (StatusCode::OK, Json(receipt)).into_response(),
    })
}

async fn make_case(
    state: &AppState,
    citizen: &Citizen,
    attempt: Attempt,
    terminal: TerminalKind,
    id: DraftId,
    submit: SubmitDraft,
) -> Result<Submitted> {
    let draft = state.storage.draft(id, citizen.reach()).await?;
    citizen.reach().admit_to_submit(draft.principal, &draft.item)?;
    if let Some(case) = draft.submitted_case {
        let details = serde_json::json!({ "case_id": case });
        return Err(Error::new(ErrorCode::DraftSubmitted).with_details(details));
    }
    let revision = submit.revision;
    if draft.revision != revision {
        return Err(moved(state, citizen, id, revision).await);
    }
    let command = command(state, citizen, attempt, terminal, draft, submit).await?;
    let (principal, authority) = (command.principal.id, command.authority.clone());
    let submitted = match state.storage.submit(command).await {
        Err(error) if error.code() == ErrorCode::DraftMoved => return Err(moved(state, citizen, id, revision).await),
        submitted => submitted?,
    };
    if let Submitted::New(receipt) = &submitted {
        tracing::info!(case = %receipt.case_id, "a case was made");
        metrics::counter!("onehall_cases_submitted_total").increment(1);
        state.events.poke_person(principal, Poke::Draft { id });
        state.events.poke_person(principal, Poke::Case { id: receipt.case_id });
        state.events.poke_authority(&authority, Poke::Queue);
    }
    Ok(submitted)
}

/// The draft is not what was checked any more: what changed since, for the citizen to see.
async fn moved(state: &AppState, citizen: &Citizen, id: DraftId, revision: u64) -> Error {
    let now = state.storage.draft_head(id, citizen.reach()).await;
    let changes = state.storage.changed_since(id, citizen.reach(), revision).await;
    let told = now.and_then(|head| {
        let details = DraftMoved {
            revision: head.revision,
            changes: changes?,
        };
        serde_json::to_value(details).map_err(|cause| Error::internal("write what changed in a draft", cause))
    });
    match told {
        Ok(details) => Error::new(ErrorCode::DraftMoved).with_details(details),
        Err(error) => error,
    }
}

async fn command(
    state: &AppState,
    citizen: &Citizen,
    attempt: Attempt,
    terminal: TerminalKind,
    draft: StoredDraft,
    submit: SubmitDraft,
) -> Result<Submit> {
    let now = state.clock.now();
    let today = view::today(state, now);
    let city = &state.city;
    let item = city
        .item(&draft.item)
        .filter(|item| item.summary.online)
        .ok_or(ErrorCode::NotApplicable)?;
    require_level(citizen, item, AssuredAt::Submission)?;
    require_proof(state, citizen, asks_for_proof(item)).await?;
    let code = item.workflow.clone().ok_or(ErrorCode::NotApplicable)?;
    let workflow = city
        .workflow(&code)
        .ok_or_else(|| Error::broken("find the workflow of a service item"))?;
    let content = city
        .form(&draft.form.code, draft.form.version)
        .ok_or_else(|| Error::broken("find the form of a draft"))?;
    let form = Arc::clone(&content.form);
    let revision = submit.revision;
    // A large form takes a while: not on a thread that serves others.
    let context = city.context(&form, today);
    let (checked, files) = beside::run("evaluate a form", move || {
        let checked = submission::check(&form, draft.answers, &submit, context)?;
        let files = supplement::named_files(&form, &checked.evaluation.submitted)?;
        Ok::<_, Error>((checked, files))
    })
    .await??;
    let standing = Standing::submitted(workflow, item.summary.promised_days, today, &city.calendar.days);
    let first = workflow
        .state(&standing.step)
        .ok_or_else(|| Error::broken("find the first step of a workflow"))?;
    Ok(Submit {
        attempt,
        draft: draft.id,
        revision,
        id: CaseId(state.new_id()),
        number: (city.catalog.city.case_prefix.clone(), today),
        principal: citizen.principal(Some(draft.principal))?.view(),
        item: draft.item,
        item_name: item.summary.name.clone(),
        authority: item.summary.authority.clone(),
        form: draft.form,
        workflow: code,
        event: StoredEvent {
            sequence: 0,
            at: now,
            action: submitted_code()?,
            action_name: Text::new("提交申请", "Submitted"),
            step: first.code.clone(),
            step_name: first.name.clone(),
            state: first.is,
            who: Who::Person {
                id: citizen.actor.id,
                name: citizen.actor.name.clone(),
            },
            terminal,
            reason: None,
        },
        standing,
        answers: checked.evaluation.submitted,
        transcript: checked.evaluation.transcript,
        evaluated: checked.with,
        files,
    })
}

/// The first entry of every history. Not an action of a workflow: before it there is no case.
fn submitted_code() -> Result<ActionCode> {
    "submit"
        .parse()
        .map_err(|cause| Error::internal("name the first event of a case", cause))
}
