//! What people read of a case's standing: derived from the workflow, never typed.

use onehall_forms::calendar::WorkingCalendar;
use onehall_protocol::Date;
use onehall_protocol::cases::{CaseStatus, CitizenAction, StaffAction};
use onehall_protocol::staff::Role;

use super::decide::Standing;
use super::definition::{By, ClockMode, Workflow};

/// Who waits, for what, until when. None where the case stands in a state that the workflow does not have.
#[must_use]
pub fn status(workflow: &Workflow, standing: &Standing, today: Date, calendar: &WorkingCalendar) -> Option<CaseStatus> {
    let state = workflow.state(&standing.step)?;
    let promised_until = standing.clock.until(calendar);
    // Where the promise is what falls due, count what is left of it: paused days are not in it. For a step, count days.
    let days_left = standing.due.map(|due| {
        if Some(due) == promised_until {
            standing.clock.left(today, calendar)
        } else {
            calendar.working_days_between(today, due)
        }
    });
    Some(CaseStatus {
        state: state.is,
        step: state.code.clone(),
        step_name: state.name.clone(),
        waits_for: state.waits_for,
        next: state.next.clone(),
        due: standing.due,
        promised_until,
        days_left,
        clock_paused: state.clock == ClockMode::Paused,
    })
}

/// What the citizen can do now.
#[must_use]
pub fn citizen_actions(workflow: &Workflow, standing: &Standing) -> Vec<CitizenAction> {
    [CitizenAction::Supplement, CitizenAction::Withdraw, CitizenAction::Rate]
        .into_iter()
        .filter(|kind| workflow.citizen_action(&standing.step, *kind).is_some())
        .collect()
}

/// What a clerk with these roles can do now.
#[must_use]
pub fn staff_actions(workflow: &Workflow, standing: &Standing, roles: &[Role]) -> Vec<StaffAction> {
    workflow
        .actions_from(&standing.step)
        .filter(|action| matches!(action.by, By::Staff(_)) && action.is_for(roles))
        .map(|action| StaffAction {
            code: action.code.clone(),
            name: action.name.clone(),
            required: action.required.clone(),
            optional: action.optional.clone(),
            adverse: action.adverse,
        })
        .collect()
}
