//! Single decisions and days, written out so that a person can follow them on a calendar.

use onehall_protocol::cases::{ActionInput, CitizenAction, ResultKind, WaitsFor};
use onehall_protocol::staff::Role;

use super::properties::{PROMISED, calendar, day, shipped, take};
use super::{Act, By, CaseClock, Given, Refusal, Standing, Workflow, decide, status};

fn all_given() -> Given {
    let inputs = [
        ActionInput::Reason,
        ActionInput::SupplementItems,
        ActionInput::DocumentNumber,
        ActionInput::ResultFile,
    ];
    inputs
        .into_iter()
        .fold(Given::default(), |given, input| given.with(input, true))
}

#[test]
fn a_clerk_without_the_role_is_told_so_and_one_out_of_turn_too() {
    let workflow = shipped().swap_remove(1).1;
    let (calendar, today) = (calendar(), day("2026-09-21"));
    let standing = Standing::submitted(&workflow, PROMISED, today, &calendar);
    let act = |code: &str, roles: &[Role], given: &Given| {
        let code = code.parse().unwrap_or_else(|error| panic!("{error}"));
        decide(
            &workflow,
            &standing,
            Act::Staff { action: &code, roles },
            given,
            today,
            &calendar,
        )
    };
    let nothing = Given::default();
    assert!(act("pass-pre-review", &[Role::WindowClerk], &nothing).is_ok());
    assert_eq!(
        act("pass-pre-review", &[Role::Approver, Role::Administrator], &nothing),
        Err(Refusal::Role)
    );
    assert_eq!(act("approve", &[Role::Approver], &nothing), Err(Refusal::OutOfState));
    assert_eq!(act("no-such-action", &Role::ALL, &nothing), Err(Refusal::OutOfState));
    assert_eq!(
        act("withdraw", &Role::ALL, &nothing),
        Err(Refusal::OutOfState),
        "that is the citizen's"
    );
    let missing = Refusal::Missing(vec![ActionInput::Reason, ActionInput::SupplementItems]);
    assert_eq!(act("return", &[Role::WindowClerk], &nothing), Err(missing));
    let unexpected = Refusal::Unexpected(vec![
        ActionInput::SupplementItems,
        ActionInput::DocumentNumber,
        ActionInput::ResultFile,
    ]);
    assert_eq!(
        act("pass-pre-review", &[Role::WindowClerk], &all_given()),
        Err(unexpected)
    );
}

#[test]
fn the_promised_days_begin_with_the_acceptance_and_stand_still_for_a_supplement() {
    let workflow = shipped().swap_remove(0).1;
    let calendar = calendar();
    let step = |standing: &Standing, code: &str, today: &str| -> Standing {
        let action = workflow.actions().iter().find(|action| action.code.as_str() == code);
        let action = action.unwrap_or_else(|| panic!("{code}"));
        take(&workflow, standing, action, day(today))
            .unwrap_or_else(|refusal| panic!("{code}: {refusal:?}"))
            .to
    };
    let see = |standing: &Standing, today: &str| {
        status(&workflow, standing, day(today), &calendar).unwrap_or_else(|| panic!("no status"))
    };
    // Monday, 21 September 2026. The 27th is worked; 1 to 8 October is not; 10 October is.
    let submitted = Standing::submitted(&workflow, PROMISED, day("2026-09-21"), &calendar);
    assert_eq!(
        see(&submitted, "2026-09-21").due,
        Some(day("2026-09-22")),
        "pre-review within one working day"
    );
    assert_eq!(see(&submitted, "2026-09-21").promised_until, None);
    assert_eq!(see(&submitted, "2026-09-24").days_left, Some(-2));
    let passed = step(&submitted, "pass-pre-review", "2026-09-22");
    let review = step(&passed, "accept", "2026-09-22");
    // 23 24 25 (27) 28 29 30, then 9 10 and 12 October.
    assert_eq!(see(&review, "2026-09-22").promised_until, Some(day("2026-10-12")));
    assert_eq!(see(&review, "2026-09-22").days_left, Some(10));
    let waiting = step(&review, "ask-supplement-in-review", "2026-09-25");
    let seen = see(&waiting, "2026-10-09");
    assert_eq!(
        (seen.promised_until, seen.clock_paused, seen.waits_for),
        (None, true, WaitsFor::Citizen)
    );
    // Handed in on 9 October: three days were used, seven are left: 10 12 13 14 15 16 19.
    let again = step(&waiting, "supplement-in-review", "2026-10-09");
    assert_eq!(see(&again, "2026-10-09").promised_until, Some(day("2026-10-19")));
    assert_eq!(see(&again, "2026-10-20").days_left, Some(-1));
    assert_eq!(
        decide(
            &workflow,
            &again,
            Act::Citizen(CitizenAction::Rate),
            &Given::default(),
            day("2026-10-09"),
            &calendar
        ),
        Err(Refusal::OutOfState)
    );
}

#[test]
fn what_waits_for_the_citizen_lapses_after_its_last_day_and_not_on_it() {
    let workflow = shipped().swap_remove(0).1;
    let calendar = calendar();
    let code = "supplement-required".parse().unwrap_or_else(|error| panic!("{error}"));
    let standing = Standing {
        step: code,
        due: Some(day("2026-09-25")),
        clock: CaseClock::new(PROMISED),
    };
    let lapse = |today: &str| {
        decide(
            &workflow,
            &standing,
            Act::Overdue,
            &Given::default(),
            day(today),
            &calendar,
        )
    };
    assert_eq!(lapse("2026-09-25"), Err(Refusal::NotOverdue));
    let lapsed = lapse("2026-09-26").unwrap_or_else(|refusal| panic!("{refusal:?}"));
    assert_eq!(lapsed.ending.map(|end| end.result), Some(ResultKind::SupplementLapsed));
}

#[test]
fn what_decides_or_ends_a_matter_is_final_and_what_sends_it_on_is_not() {
    let finals = |workflow: &Workflow| -> Vec<String> {
        let by_staff = workflow
            .actions()
            .iter()
            .filter(|action| matches!(action.by, By::Staff(_)));
        let finals = by_staff.filter(|action| workflow.is_final(action));
        finals.map(|action| action.code.to_string()).collect()
    };
    let shipped: Vec<_> = shipped()
        .into_iter()
        .map(|(name, workflow)| (name, finals(&workflow)))
        .collect();
    let of = |codes: &[&str]| codes.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        shipped,
        [
            ("simple", of(&["refuse-acceptance", "approve", "reject", "issue"])),
            (
                "three-step",
                of(&[
                    "refuse-acceptance",
                    "approve",
                    "reject",
                    "terminate",
                    "transfer",
                    "issue"
                ])
            ),
        ]
    );
}
