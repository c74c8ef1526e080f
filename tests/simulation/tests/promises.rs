//! A few seeds of the simulation, and the mistakes that it must find.

use onehall_simulation::{Bug, Plan, Report, run};

/// How many seeds may pass before a mistake is found.
const WITHIN: u64 = 6;

fn holds(report: &Report) {
    assert!(
        report.findings.is_empty(),
        "seed {}: {:#?}\n{:#?}",
        report.seed,
        report.findings,
        report.operations
    );
}

#[test]
fn nothing_is_lost_and_nothing_doubled_on_a_network_that_fails() {
    for seed in 1..=4 {
        holds(&run(&Plan::new(seed, 400)));
    }
}

#[test]
fn a_seed_repeats_bit_for_bit() {
    let plan = Plan::new(77, 150);
    let (one, other) = (run(&plan), run(&plan));
    assert_eq!((one.hash, one.lines), (other.hash, other.lines));
    assert_ne!(one.hash, run(&Plan::new(78, 150)).hash);
}

/// The promise that is broken first where a mistake is put in; with its seed.
fn found(bug: Bug, operations: u64) -> Option<(u64, &'static str)> {
    (1..=WITHIN).find_map(|seed| {
        let report = run(&Plan {
            bug: Some(bug),
            ..Plan::new(seed, operations)
        });
        report.findings.first().map(|finding| (seed, finding.promise))
    })
}

#[test]
fn a_hall_that_forgets_attempts_is_found() {
    assert_eq!(
        found(Bug::IdempotencyOff, 400).map(|(_, promise)| promise),
        Some("an attempt that made a case is not refused")
    );
}

#[test]
fn a_terminal_that_forgets_before_it_is_answered_is_found() {
    assert_eq!(
        found(Bug::JournalForgottenBeforeTheAnswer, 600).map(|(_, promise)| promise),
        Some("no acknowledged edit is lost")
    );
}
