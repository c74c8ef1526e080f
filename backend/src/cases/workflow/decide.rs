//! What an action does to a case: a pure decision, the same in a test, a route and the lapse clock.

use onehall_forms::calendar::WorkingCalendar;
use onehall_protocol::cases::{ActionInput, CitizenAction};
use onehall_protocol::staff::Role;
use onehall_protocol::{ActionCode, Date, StateCode};

use super::clock::CaseClock;
use super::definition::{Action, By, End, State, Workflow};

/// Where one case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The workflow's state.
    pub step: StateCode,
    /// The last day of this step, where it has one. Set when the step was entered: a promise that stands.
    pub due: Option<Date>,
    /// The promised days.
    pub clock: CaseClock,
}

/// Who wants to act, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'a> {
    /// A clerk takes an action by its code.
    Staff {
        /// The action.
        action: &'a ActionCode,
        /// The clerk's roles.
        roles: &'a [Role],
    },
    /// The citizen hands in, withdraws or rates.
    Citizen(CitizenAction),
    /// The hall itself, for what is overdue.
    Overdue,
}

/// What was given along with an action.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Given(Vec<ActionInput>);

impl Given {
    /// With this input, where `present`.
    #[must_use]
    pub fn with(mut self, input: ActionInput, present: bool) -> Given {
        if present {
            self.0.push(input);
        }
        self
    }

    /// Whether it was given.
    #[must_use]
    pub fn has(&self, input: ActionInput) -> bool {
        self.0.contains(&input)
    }
}

/// Where an action leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// The action.
    pub action: ActionCode,
    /// Where the case stands then.
    pub to: Standing,
    /// The end of the matter, where this action ends it: recorded once, never again.
    pub ending: Option<End>,
}

/// Why an action is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The case stands in a state (or the file holds no action) that does not allow it.
    #[error("not possible in this state")]
    OutOfState,
    /// The clerk's roles do not take this action.
    #[error("not with these roles")]
    Role,
    /// These inputs are missing.
    #[error("inputs are missing")]
    Missing(Vec<ActionInput>),
    /// These inputs do not belong to the action.
    #[error("inputs that do not belong to the action")]
    Unexpected(Vec<ActionInput>),
    /// The last day has not passed yet.
    #[error("the last day has not passed")]
    NotOverdue,
}

impl Standing {
    /// Where a case stands when it has just been submitted.
    #[must_use]
    pub fn submitted(workflow: &Workflow, promised_days: u16, today: Date, calendar: &WorkingCalendar) -> Standing {
        let start = workflow
            .state(workflow.start())
            .unwrap_or_else(|| unreachable!("checked when parsed"));
        Standing::entering(start, CaseClock::new(promised_days), today, calendar)
    }

    fn entering(state: &State, clock: CaseClock, today: Date, calendar: &WorkingCalendar) -> Standing {
        let clock = clock.enter(state.clock, today, calendar);
        let of_step = state
            .due_days
            .map(|days| calendar.plus_working_days(today, i32::from(days)));
        let due = of_step.into_iter().chain(clock.until(calendar)).min();
        Standing {
            step: state.code.clone(),
            due,
            clock,
        }
    }

    /// Whether the last day of the step has passed.
    #[must_use]
    pub fn overdue(&self, today: Date) -> bool {
        self.due.is_some_and(|due| today > due)
    }
}

/// Decides an action.
///
/// # Errors
/// A [`Refusal`] that says why it is not possible; the case stays where it stands.
pub fn decide(
    workflow: &Workflow,
    standing: &Standing,
    act: Act<'_>,
    given: &Given,
    today: Date,
    calendar: &WorkingCalendar,
) -> Result<Transition, Refusal> {
    let here = workflow.state(&standing.step).ok_or(Refusal::OutOfState)?;
    let action = match act {
        Act::Staff { action, roles } => {
            let action = workflow.action(action).ok_or(Refusal::OutOfState)?;
            match action.by {
                By::Staff(_) if action.is_for(roles) => action,
                By::Staff(_) => return Err(Refusal::Role),
                By::Citizen(_) | By::Overdue => return Err(Refusal::OutOfState),
            }
        }
        Act::Citizen(kind) => workflow.citizen_action(&here.code, kind).ok_or(Refusal::OutOfState)?,
        Act::Overdue if !standing.overdue(today) => return Err(Refusal::NotOverdue),
        Act::Overdue => workflow.overdue_action(&here.code).ok_or(Refusal::OutOfState)?,
    };
    if !action.from.contains(&here.code) {
        return Err(Refusal::OutOfState);
    }
    inputs(action, given)?;
    let there = workflow
        .state(&action.to)
        .unwrap_or_else(|| unreachable!("checked when parsed"));
    let ending = match (&here.end, &there.end) {
        (None, Some(end)) => Some(end.clone()),
        _ => None,
    };
    let to = Standing::entering(there, standing.clock, today, calendar);
    Ok(Transition {
        action: action.code.clone(),
        to,
        ending,
    })
}

fn inputs(action: &Action, given: &Given) -> Result<(), Refusal> {
    let missing: Vec<_> = action
        .required
        .iter()
        .copied()
        .filter(|input| !given.has(*input))
        .collect();
    if !missing.is_empty() {
        return Err(Refusal::Missing(missing));
    }
    let takes = |input: &ActionInput| action.required.contains(input) || action.optional.contains(input);
    let free = !matches!(action.by, By::Staff(_));
    let unexpected: Vec<_> = given.0.iter().copied().filter(|input| !free && !takes(input)).collect();
    if unexpected.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Unexpected(unexpected))
    }
}
