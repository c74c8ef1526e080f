//! What holds of every case in every workflow that ships, however its life goes.

use std::collections::BTreeSet;

use onehall_forms::calendar::WorkingCalendar;
use onehall_protocol::cases::{ResultKind, WaitsFor};
use onehall_protocol::staff::Role;
use onehall_protocol::{Date, StateCode};
use proptest::prelude::*;

use super::parse::Places;
use super::{Act, Action, By, CaseClock, ClockMode, Given, Refusal, Standing, Workflow, check, decide, status};

pub(super) const PROMISED: u16 = 10;

pub(super) fn shipped() -> Vec<(&'static str, Workflow)> {
    let files = [
        ("simple", include_str!("../../../demo-city/workflows/simple.toml")),
        (
            "three-step",
            include_str!("../../../demo-city/workflows/three-step.toml"),
        ),
    ];
    files
        .into_iter()
        .map(|(name, text)| {
            (
                name,
                Workflow::parse(text).unwrap_or_else(|findings| panic!("{name}: {findings:#?}")),
            )
        })
        .collect()
}

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A year with a week of holidays and two weekends that are worked in turn.
pub(super) fn calendar() -> WorkingCalendar {
    let days = |texts: &[&str]| texts.iter().map(|text| day(text)).collect::<Vec<_>>();
    WorkingCalendar::new(
        days(&[
            "2026-10-01",
            "2026-10-02",
            "2026-10-05",
            "2026-10-06",
            "2026-10-07",
            "2026-10-08",
        ]),
        days(&["2026-09-27", "2026-10-10"]),
        day("2026-01-01"),
        day("2027-12-31"),
    )
}

/// Takes one action with exactly what it needs.
pub(super) fn take(
    workflow: &Workflow,
    standing: &Standing,
    action: &Action,
    today: Date,
) -> Result<super::Transition, Refusal> {
    let given = action
        .required
        .iter()
        .fold(Given::default(), |given, input| given.with(*input, true));
    let act = match &action.by {
        By::Staff(_) => Act::Staff {
            action: &action.code,
            roles: &Role::ALL,
        },
        By::Citizen(kind) => Act::Citizen(*kind),
        By::Overdue => Act::Overdue,
    };
    decide(workflow, standing, act, &given, today, &calendar())
}

/// The states that real decisions reach from `start`, each case waiting until it is overdue before the next step.
fn reached(workflow: &Workflow, start: &StateCode) -> BTreeSet<StateCode> {
    let mut open = vec![start.clone()];
    let mut seen = BTreeSet::new();
    while let Some(step) = open.pop() {
        if !seen.insert(step.clone()) {
            continue;
        }
        let today = day("2026-06-01");
        let standing = Standing {
            step,
            due: Some(day("2026-05-29")),
            clock: CaseClock::new(PROMISED),
        };
        let next = workflow
            .actions()
            .iter()
            .filter_map(|action| take(workflow, &standing, action, today).ok());
        open.extend(next.map(|transition| transition.to.step));
    }
    seen
}

#[test]
fn every_end_can_be_reached_in_each_shipped_workflow() {
    for (name, workflow) in shipped() {
        let seen = reached(&workflow, workflow.start());
        let ends = workflow.states().iter().filter(|state| state.ended());
        assert!(ends.clone().count() >= 5, "{name}");
        for state in ends {
            assert!(seen.contains(&state.code), "{name}: {} cannot be reached", state.code);
        }
        let results: BTreeSet<ResultKind> = workflow
            .states()
            .iter()
            .filter_map(|state| state.end.as_ref().map(|end| end.result))
            .collect();
        for wanted in [
            ResultKind::Issued,
            ResultKind::Rejected,
            ResultKind::NotAccepted,
            ResultKind::Withdrawn,
        ] {
            assert!(results.contains(&wanted), "{name}: never ends with {wanted:?}");
        }
    }
}

#[test]
fn every_step_of_a_shipped_workflow_belongs_to_a_role_of_the_staff() {
    for (name, workflow) in shipped() {
        for state in workflow
            .states()
            .iter()
            .filter(|state| state.waits_for == WaitsFor::Authority)
        {
            let whose: Vec<Role> = Role::ALL
                .into_iter()
                .filter(|role| workflow.states_for(&[*role]).contains(&&state.code))
                .collect();
            assert!(!whose.is_empty(), "{name}: nobody has {} in the queue", state.code);
            assert!(
                !whose.contains(&Role::Administrator),
                "{name}: an administrator decides no cases"
            );
        }
    }
}

/// One life of a case, and a second, plainer account of it to compare with.
struct Life<'a> {
    workflow: &'a Workflow,
    calendar: WorkingCalendar,
    standing: Standing,
    today: Date,
    results: Vec<ResultKind>,
    /// Working days at whose beginning the authority had to act, counted one by one.
    authority_days: u32,
    accepted: bool,
}

impl<'a> Life<'a> {
    fn new(workflow: &'a Workflow) -> Life<'a> {
        let (calendar, today) = (calendar(), day("2026-09-21"));
        let standing = Standing::submitted(workflow, PROMISED, today, &calendar);
        Life {
            workflow,
            calendar,
            standing,
            today,
            results: Vec::new(),
            authority_days: 0,
            accepted: false,
        }
    }

    fn state(&self) -> &super::State {
        self.workflow
            .state(&self.standing.step)
            .unwrap_or_else(|| panic!("undefined: {}", self.standing.step))
    }

    fn next_day(&mut self) {
        self.today = self.today.plus_days(1);
        let works = self.calendar.is_working_day(self.today);
        if works && self.accepted && self.state().waits_for == WaitsFor::Authority {
            self.authority_days += 1;
        }
    }

    fn attempt(&mut self, action: &Action) {
        let before = self.standing.clone();
        match take(self.workflow, &self.standing, action, self.today) {
            Ok(transition) => {
                // The citizen's actions go by their kind: "hand in" is another one in another state.
                let taken = self
                    .workflow
                    .action(&transition.action)
                    .unwrap_or_else(|| panic!("undefined action"));
                assert!(taken.from.contains(&before.step) && taken.to == transition.to.step);
                assert!(taken.code == action.code || !matches!(action.by, By::Staff(_)));
                self.results.extend(transition.ending.map(|end| end.result));
                self.standing = transition.to;
                self.accepted |= self.state().clock == ClockMode::Running;
            }
            Err(refusal) => {
                assert!(
                    matches!(refusal, Refusal::OutOfState | Refusal::NotOverdue),
                    "{refusal:?}"
                );
            }
        }
    }

    fn check(&self) {
        let (state, clock) = (self.state(), self.standing.clock);
        // The clock runs only where the authority must act, and always there once the case is accepted.
        assert_eq!(clock.since.is_some(), state.clock == ClockMode::Running);
        assert!(clock.since.is_none() || state.waits_for == WaitsFor::Authority);
        assert_eq!(
            clock.since.is_some(),
            self.accepted && state.waits_for == WaitsFor::Authority
        );
        // What has ended has one result, and what has not has none.
        assert_eq!(self.results.len(), usize::from(state.ended()), "{:?}", self.results);
        assert_eq!(state.end.as_ref().map(|end| end.result), self.results.first().copied());
        // No day of the authority's is lost or won.
        assert_eq!(clock.used(self.today, &self.calendar), self.authority_days);
        assert_eq!(clock.promised, PROMISED);
        let status = status(self.workflow, &self.standing, self.today, &self.calendar);
        let status = status.unwrap_or_else(|| panic!("no status"));
        if let Some(until) = status.promised_until {
            let left = i32::from(PROMISED) - i32::try_from(self.authority_days).unwrap_or(i32::MAX);
            assert_eq!(self.calendar.working_days_between(self.today, until), left);
            assert!(status.due.is_some_and(|due| due <= until));
        }
        if let (Some(due), Some(left)) = (status.due, status.days_left) {
            assert_eq!(
                left < 0,
                self.today > due && self.calendar.working_days_between(due, self.today) > 0
            );
        }
        assert_eq!(status.clock_paused, state.clock == ClockMode::Paused);
        assert_eq!(state.ended(), status.waits_for == WaitsFor::Nobody);
        assert!(!state.ended() || status.due.is_none());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn however_a_case_lives_its_clock_and_its_result_stay_right(
        which in 0usize..2,
        steps in prop::collection::vec((any::<prop::sample::Index>(), 0u8..4), 1..80),
    ) {
        let workflows = shipped();
        let workflow = &workflows[which].1;
        let mut life = Life::new(workflow);
        life.check();
        for (choice, days) in steps {
            for _ in 0..days {
                life.next_day();
                life.check();
            }
            // Mostly what is possible, so that lives get long; now and then what is not.
            let all: Vec<&Action> = workflow.actions().iter().collect();
            let here: Vec<&Action> = workflow.actions_from(&life.standing.step).collect();
            let action = if days == 3 || here.is_empty() { choice.get(&all) } else { choice.get(&here) };
            life.attempt(action);
            life.check();
        }
    }

    #[test]
    fn stopping_and_starting_within_a_day_costs_nothing(
        pauses in prop::collection::vec((0u8..6, 1u8..5), 0..20),
        promised in 0u16..40,
    ) {
        let calendar = calendar();
        let mut today = day("2026-09-21");
        let plain = CaseClock::new(promised).enter(ClockMode::Running, today, &calendar);
        let mut paused = plain;
        for (days, times) in pauses {
            today = today.plus_days(i64::from(days));
            for _ in 0..times {
                paused = paused.enter(ClockMode::Paused, today, &calendar);
                prop_assert_eq!(paused.until(&calendar), None);
                paused = paused.enter(ClockMode::Running, today, &calendar);
            }
            prop_assert_eq!(paused.used(today, &calendar), plain.used(today, &calendar));
        }
        if paused.left(today, &calendar) > 0 {
            prop_assert_eq!(paused.until(&calendar), plain.until(&calendar));
        }
    }

    #[test]
    fn a_workflow_that_is_taken_leaves_no_case_stuck(
        which in 0usize..2,
        dropped in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        moved in any::<prop::sample::Index>(),
        target in any::<prop::sample::Index>(),
        redirect in any::<bool>(),
    ) {
        let mut workflow = shipped().swap_remove(which).1;
        for index in dropped {
            let at = index.index(workflow.actions.len());
            workflow.actions.remove(at);
        }
        if redirect {
            let (at, to) = (moved.index(workflow.actions.len()), target.index(workflow.states.len()));
            workflow.actions[at].to = workflow.states[to].code.clone();
        }
        // States that nothing reaches any more are a finding of their own; take them out to get at the others.
        let seen = reached(&workflow, &workflow.start);
        workflow.states.retain(|state| seen.contains(&state.code));
        for action in &mut workflow.actions {
            action.from.retain(|code| seen.contains(code));
        }
        workflow.actions.retain(|action| !action.from.is_empty());
        let places = Places { start: 1, states: vec![1; workflow.states.len()], actions: vec![1; workflow.actions.len()] };
        if check::check(&workflow, &places).is_empty() {
            for state in &workflow.states {
                let ahead = reached(&workflow, &state.code);
                let ends = ahead.iter().any(|code| workflow.state(code).is_some_and(super::State::ended));
                prop_assert!(ends, "{} never ends", state.code);
            }
        }
    }
}
