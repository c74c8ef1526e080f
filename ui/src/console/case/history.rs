//! What happened to a case, the last first.

use onehall_protocol::cases::{Actor, CaseEvent, CaseState};

use crate::citizen::apply::terminal_words;
use crate::console::desk::Desk;
use crate::design::navigation::{StepRow, StepState};
use crate::texts::{Words, console, format};

/// The history as steps, the last first.
pub(super) fn steps(desk: Desk, history: &[CaseEvent], ended: bool, utc_offset: i32) -> Vec<StepRow> {
    let last = history.len();
    let row = |(at, event): (usize, &CaseEvent)| {
        let who = format::moment_words(event.at, utc_offset);
        let mut notes =
            vec![console::HISTORY_BY.with([who, actor(desk, &event.actor), terminal_words(event.terminal)])];
        notes.extend(
            event
                .reason
                .as_deref()
                .filter(|reason| !reason.is_empty())
                .map(Words::from),
        );
        let state = match event.state {
            CaseState::Rejected | CaseState::NotAccepted | CaseState::Terminated | CaseState::SupplementLapsed => {
                StepState::Failed
            }
            _ if at + 1 == last && !ended => StepState::Current,
            _ => StepState::Done,
        };
        let name = console::HISTORY_STEP.with([Words::from(&event.action_name), Words::from(&event.step_name)]);
        StepRow { name, notes, state }
    };
    history.iter().enumerate().rev().map(row).collect()
}

/// Who did it: the console knows clerks by name.
pub(super) fn actor(desk: Desk, actor: &Actor) -> Words {
    match actor {
        Actor::Person { name, acts_for } => match acts_for {
            Some(principal) => console::HISTORY_ACTED_FOR.with([name.as_str().into(), principal.as_str().into()]),
            None => console::HISTORY_APPLICANT.with([name.as_str().into()]),
        },
        Actor::Staff { name: Some(name), .. } => name.as_str().into(),
        Actor::Staff {
            authority: Some(authority),
            ..
        } => desk.authority(authority.clone()),
        Actor::Staff { .. } => console::HISTORY_STAFF.into(),
        Actor::System => console::HISTORY_SYSTEM.into(),
    }
}
