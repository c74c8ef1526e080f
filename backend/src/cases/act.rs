//! Taking a case one step on, whoever does it: a clerk, the citizen, or a clock.

use onehall_protocol::cases::{ActionInput, Poke, Rating, SupplementItem};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{ErrorCode, FileId, Text, Timestamp};

use super::model::{
    Asked, Attempt, CaseFile, HandedIn, NewResult, ResultDocument, Step, StepWith, StoredCase, StoredEvent, Viewer, Who,
};
use super::results;
use super::view;
use super::workflow::{Act, End, Given, Refusal, Transition, Workflow, decide};
use crate::error::{Error, Result};
use crate::state::AppState;

/// Who acts, and from where.
#[derive(Debug, Clone)]
pub(super) struct Acting {
    /// Who.
    pub(super) who: Who,
    /// As whom they see cases.
    pub(super) viewer: Viewer,
    /// From where.
    pub(super) terminal: TerminalKind,
}

/// What is given along.
#[derive(Debug, Clone, Default)]
pub(super) struct Inputs {
    /// A reason or note.
    pub(super) reason: Option<String>,
    /// What is missing.
    pub(super) items: Vec<SupplementItem>,
    /// The number of the certificate or decision.
    pub(super) document_number: Option<String>,
    /// A file with the result.
    pub(super) file: Option<FileId>,
    /// What the citizen hands in.
    pub(super) handed_in: Option<HandedIn>,
    /// The citizen's rating.
    pub(super) rating: Option<Rating>,
    /// Names the citizen's attempt.
    pub(super) attempt: Option<Attempt>,
}

/// Takes the case one step on and tells who looks at it. `version` is the one that was decided on.
///
/// # Errors
/// `cases/moved`, `cases/out_of_state`, `identity/forbidden`, `cases/incomplete`; what [`super::CaseStore::step`] says.
pub(super) async fn take(
    state: &AppState,
    file: &CaseFile,
    version: u64,
    act: Act<'_>,
    acting: Acting,
    inputs: Inputs,
) -> Result<CaseFile> {
    let case = &file.case;
    if case.version != version {
        return Err(ErrorCode::CaseMoved.into());
    }
    let now = state.clock.now();
    let workflow = view::workflow(state, case)?;
    let given = Given::default()
        .with(ActionInput::Reason, inputs.reason.is_some())
        .with(ActionInput::SupplementItems, !inputs.items.is_empty())
        .with(ActionInput::DocumentNumber, inputs.document_number.is_some())
        .with(ActionInput::ResultFile, inputs.file.is_some());
    let today = view::today(state, now);
    let transition = decide(workflow, &case.standing, act, &given, today, &state.city.calendar.days)
        .map_err(|refusal| refused(&refusal))?;
    let event = event(workflow, &transition, &acting, inputs.reason.clone(), now)?;
    let action = transition.action.clone();
    let asked = match transition.to.due {
        Some(due) if !inputs.items.is_empty() => Some(Asked {
            items: inputs.items,
            note: inputs.reason.clone(),
            due,
        }),
        _ => None,
    };
    let there = workflow.state(&transition.to.step);
    let (result, made) = match (&transition.ending, there) {
        (Some(end), Some(there)) => {
            let result = NewResult {
                kind: end.result,
                document_number: inputs.document_number,
                reason: inputs.reason,
                document: None,
            };
            let result = with_document(state, case, (end, &there.next), result, inputs.file, now).await?;
            let made = match &result.document {
                Some(ResultDocument::Made(file)) => Some(file.view.id),
                _ => None,
            };
            (Some(result), made)
        }
        _ => (None, None),
    };
    let step = Step {
        case: case.id,
        viewer: acting.viewer,
        version,
        attempt: inputs.attempt,
        standing: transition.to,
        event,
        with: StepWith {
            asked,
            handed_in: inputs.handed_in,
            result,
            rating: inputs.rating,
        },
    };
    let stepped = state.storage.step(step).await;
    match &stepped {
        Ok(file) => {
            tracing::info!(case = %case.id, %action, version = file.case.version, "a case moved on");
            tell(state, &file.case);
        }
        // Nothing names the notice that was made: it goes, unless nobody knows whether the step was kept.
        Err(error) if error.code() != ErrorCode::Unavailable => state.files.remove(made.as_slice()).await,
        Err(_) => {}
    }
    stepped
}

/// Tells who looks at a case, or at the queue in which it stands.
pub(super) fn tell(state: &AppState, case: &StoredCase) {
    state.events.poke_person(case.principal.id, Poke::Case { id: case.id });
    state.events.poke_authority(&case.authority, Poke::Case { id: case.id });
    state.events.poke_authority(&case.authority, Poke::Queue);
}

fn event(
    workflow: &Workflow,
    transition: &Transition,
    acting: &Acting,
    reason: Option<String>,
    at: Timestamp,
) -> Result<StoredEvent> {
    let (Some(action), Some(to)) = (workflow.action(&transition.action), workflow.state(&transition.to.step)) else {
        return Err(Error::broken("find an action of a workflow that was checked"));
    };
    Ok(StoredEvent {
        sequence: 0,
        at,
        action: action.code.clone(),
        action_name: action.name.clone(),
        step: to.code.clone(),
        step_name: to.name.clone(),
        state: to.is,
        who: acting.who.clone(),
        terminal: acting.terminal,
        reason,
    })
}

async fn with_document(
    state: &AppState,
    case: &StoredCase,
    (end, next): (&End, &Text),
    mut result: NewResult,
    file: Option<FileId>,
    now: Timestamp,
) -> Result<NewResult> {
    result.document = match (file, &end.notice) {
        (Some(file), _) => Some(ResultDocument::Uploaded(file)),
        (None, Some(title)) => {
            let notice = results::notice_of(state, case, title, next, &result, now);
            let made = results::keep(state, case, &notice, now).await?;
            Some(ResultDocument::Made(Box::new(made)))
        }
        (None, None) => None,
    };
    Ok(result)
}

fn refused(refusal: &Refusal) -> Error {
    let fields = |inputs: &[ActionInput], code: &str| {
        inputs
            .iter()
            .fold(Error::new(ErrorCode::ActionIncomplete), |error, input| {
                error.with_field(name(*input), code)
            })
    };
    match refusal {
        Refusal::OutOfState | Refusal::NotOverdue => ErrorCode::ActionOutOfState.into(),
        Refusal::Role => ErrorCode::Forbidden.into(),
        Refusal::Missing(inputs) => fields(inputs, "required"),
        Refusal::Unexpected(inputs) => fields(inputs, "not_taken"),
    }
}

/// The field of a request that an input stands in.
fn name(input: ActionInput) -> &'static str {
    match input {
        ActionInput::Reason => "reason",
        ActionInput::SupplementItems => "items",
        ActionInput::DocumentNumber => "document_number",
        ActionInput::ResultFile => "file",
    }
}
