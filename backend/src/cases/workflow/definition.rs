//! A workflow as a city writes it, after it has been checked.

use onehall_protocol::cases::{ActionInput, CaseState, CitizenAction, ResultKind, WaitsFor};
use onehall_protocol::staff::Role;
use onehall_protocol::{ActionCode, StateCode, Text};
use serde::Deserialize;

/// What is wrong with a workflow file, and on which line (from 1).
pub type Finding = (usize, String);

/// A checked workflow. Made by [`Workflow::parse`] only, so every code in it leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workflow {
    /// Its name for people.
    pub name: Text,
    pub(super) start: StateCode,
    pub(super) states: Vec<State>,
    pub(super) actions: Vec<Action>,
}

/// A state of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Its code, unique in the workflow.
    pub code: StateCode,
    /// Its name for people.
    pub name: Text,
    /// The common state that it is a case of.
    pub is: CaseState,
    /// Who has to act; nobody where the matter has ended.
    pub waits_for: WaitsFor,
    /// What the promised days do meanwhile.
    pub clock: ClockMode,
    /// Working days that this step may take, from the day after it was entered.
    pub due_days: Option<u16>,
    /// What has to happen next, one sentence to the citizen.
    pub next: Text,
    /// How the matter has ended, in a state in which it has.
    pub end: Option<End>,
}

/// The end of a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The result.
    pub result: ResultKind,
    /// Title of the notice that the hall makes where no file with the result is given; none where none is due.
    pub notice: Option<Text>,
}

/// What the promised days do in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockMode {
    /// They pass: the authority must act.
    Running,
    /// They stand: somebody else must act.
    Paused,
    /// They have not begun, or the matter has ended.
    Stopped,
}

/// An action that leads from one state to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its code, unique in the workflow.
    pub code: ActionCode,
    /// Its name on a button and in the history.
    pub name: Text,
    /// The states in which it is possible.
    pub from: Vec<StateCode>,
    /// Where it leads.
    pub to: StateCode,
    /// Who takes it.
    pub by: By,
    /// What it needs.
    pub required: Vec<ActionInput>,
    /// What it may be given.
    pub optional: Vec<ActionInput>,
    /// Whether it refuses or ends the matter against the citizen's wish.
    pub adverse: bool,
}

/// Who takes an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A clerk of the authority with one of these roles.
    Staff(Vec<Role>),
    /// The citizen.
    Citizen(CitizenAction),
    /// The hall itself, once the last day of the state has passed.
    Overdue,
}

impl Workflow {
    /// The state in which a submitted case begins.
    #[must_use]
    pub fn start(&self) -> &StateCode {
        &self.start
    }

    /// The states, in the order of the file.
    #[must_use]
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// The actions, in the order of the file: the order of the buttons.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// The state of this code; none where a case stands in a state that the file no longer has.
    #[must_use]
    pub fn state(&self, code: &StateCode) -> Option<&State> {
        self.states.iter().find(|state| state.code == *code)
    }

    /// The action of this code.
    #[must_use]
    pub fn action(&self, code: &ActionCode) -> Option<&Action> {
        self.actions.iter().find(|action| action.code == *code)
    }

    /// The actions that lead out of a state.
    pub fn actions_from<'a>(&'a self, state: &StateCode) -> impl Iterator<Item = &'a Action> {
        self.actions.iter().filter(|action| action.from.contains(state))
    }

    /// The citizen's action of this kind in a state.
    #[must_use]
    pub fn citizen_action(&self, state: &StateCode, kind: CitizenAction) -> Option<&Action> {
        self.actions_from(state).find(|action| action.by == By::Citizen(kind))
    }

    /// What the hall does by itself when the last day of a state has passed.
    #[must_use]
    pub fn overdue_action(&self, state: &StateCode) -> Option<&Action> {
        self.actions_from(state).find(|action| action.by == By::Overdue)
    }

    /// Whether an action cannot be undone, or gives the citizen a decision: it approves, goes against them, or ends the matter.
    #[must_use]
    pub fn is_final(&self, action: &Action) -> bool {
        let decides = |there: &State| there.ended() || there.is == CaseState::Approved;
        action.adverse || self.state(&action.to).is_some_and(decides)
    }

    /// The states that wait for a clerk with one of `roles`: what stands in their queue.
    #[must_use]
    pub fn states_for(&self, roles: &[Role]) -> Vec<&StateCode> {
        self.states
            .iter()
            .filter(|state| self.actions_from(&state.code).any(|action| action.is_for(roles)))
            .map(|state| &state.code)
            .collect()
    }
}

impl Action {
    /// Whether a clerk with one of `roles` takes it.
    #[must_use]
    pub fn is_for(&self, roles: &[Role]) -> bool {
        matches!(&self.by, By::Staff(wanted) if wanted.iter().any(|role| roles.contains(role)))
    }
}

impl State {
    /// Whether the matter has ended.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.end.is_some()
    }
}
