//! Cases as people see them: a citizen, or a clerk.

use onehall_forms::{Context, Form};
use onehall_protocol::cases::{Actor, CaseEvent, CaseResult, CaseSummary, CaseView, CitizenAction, StaffCaseView};
use onehall_protocol::staff::Role;
use onehall_protocol::{Date, Text, Timestamp};

use super::model::{CaseFile, StoredCase, StoredEvent, Who};
use super::workflow::{Workflow, citizen_actions, staff_actions, status};
use crate::error::{Error, Result};
use crate::state::AppState;

/// The day in the city.
pub(super) fn today(state: &AppState, now: Timestamp) -> Date {
    now.at_offset(state.city.catalog.city.utc_offset_minutes).0
}

/// With what the answers of a case are evaluated: as of the day as of which they were submitted, with the city's calendar
/// and lists as they are now.
pub(super) fn context(state: &AppState, file: &CaseFile, form: &Form) -> Context {
    let submitted = today(state, file.case.submitted_at);
    let as_of = file.evaluated.as_ref().map_or(submitted, |with| with.as_of);
    state.city.context(form, as_of)
}

/// The workflow that a case follows.
pub(super) fn workflow<'a>(state: &'a AppState, case: &StoredCase) -> Result<&'a Workflow> {
    match state.city.workflow(&case.workflow) {
        Some(workflow) => Ok(workflow),
        None => Err(Error::broken("find the workflow of a case")),
    }
}

/// The name of a case's service item; its code where the city no longer offers it.
pub(crate) fn item_name(state: &AppState, case: &StoredCase) -> Text {
    match state.city.item(&case.item) {
        Some(item) => item.summary.name.clone(),
        None => Text::new(case.item.as_str(), case.item.as_str()),
    }
}

/// A case as lists show it.
pub(crate) fn summary(state: &AppState, case: &StoredCase) -> Result<CaseSummary> {
    let today = today(state, state.clock.now());
    let status = status(workflow(state, case)?, &case.standing, today, &state.city.calendar.days)
        .ok_or_else(|| Error::broken("find the step of a case in its workflow"))?;
    Ok(CaseSummary {
        id: case.id,
        number: case.number.clone(),
        item: case.item.clone(),
        item_name: item_name(state, case),
        authority: case.authority.clone(),
        principal: case.principal.clone(),
        status,
        submitted_at: case.submitted_at,
        updated_at: case.updated_at,
        version: case.version,
    })
}

/// A case as its citizen sees it: an authority acts, not a clerk by name.
pub(crate) fn for_citizen(state: &AppState, file: CaseFile) -> Result<CaseView> {
    view(state, file, false)
}

/// A case as a clerk with these roles sees it.
pub(super) fn for_staff(state: &AppState, file: CaseFile, roles: &[Role]) -> Result<StaffCaseView> {
    let actions = staff_actions(workflow(state, &file.case)?, &file.case.standing, roles);
    let (files, earlier) = (file.files.clone(), file.earlier.clone());
    Ok(StaffCaseView {
        case: view(state, file, true)?,
        actions,
        files,
        earlier,
    })
}

fn view(state: &AppState, file: CaseFile, names: bool) -> Result<CaseView> {
    let can = citizen_actions(workflow(state, &file.case)?, &file.case.standing);
    let summary = summary(state, &file.case)?;
    let event = |event: StoredEvent| CaseEvent {
        sequence: event.sequence,
        at: event.at,
        action: event.action,
        action_name: event.action_name,
        state: event.state,
        step_name: event.step_name,
        actor: match event.who {
            Who::Person { id, name } => Actor::Person {
                name,
                acts_for: (id != file.case.principal.id).then(|| file.case.principal.name.clone()),
            },
            Who::Staff { name, .. } => Actor::Staff {
                authority: Some(file.case.authority.clone()),
                name: names.then_some(name),
            },
            Who::System => Actor::System,
        },
        terminal: event.terminal,
        reason: event.reason,
    };
    Ok(CaseView {
        summary,
        form: file.case.form.clone(),
        evaluated: file.evaluated,
        answers: file.answers,
        history: file.history.into_iter().map(event).collect(),
        supplement: file.supplement.filter(|_| can.contains(&CitizenAction::Supplement)),
        result: file.result.map(|result| CaseResult {
            kind: result.kind,
            at: result.at,
            document_number: result.document_number,
            reason: result.reason,
            file: result.file,
        }),
        rating: file.rating,
        can,
    })
}
