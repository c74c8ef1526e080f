//! A few seeds of the simulation, and the mistakes that it must find.

use onehall_simulation::{Bug, Plan, Report, Weather, run};

/// How many seeds may pass before a mistake is found.
const WITHIN: u64 = 10;

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
    for seed in 1..=3 {
        holds(&run(&Plan::new(seed, 250)));
    }
}

#[test]
fn nor_in_a_storm() {
    holds(&run(&Plan {
        weather: Weather::storm(),
        ..Plan::new(11, 250)
    }));
}

#[test]
fn a_seed_repeats_bit_for_bit() {
    let plan = Plan::new(77, 100);
    let (one, other) = (run(&plan), run(&plan));
    assert_eq!((one.hash, one.lines), (other.hash, other.lines));
    assert_ne!(one.hash, run(&Plan::new(78, 100)).hash);
}

/// Whether the oracle tells within a few seeds that a promise is broken where a mistake is put in.
fn finds(bug: Bug, promise: &str) {
    let found = (1..=WITHIN).any(|seed| {
        let report = run(&Plan {
            bug: Some(bug),
            weather: Weather::storm(),
            ..Plan::new(seed, 150)
        });
        report.findings.iter().any(|finding| finding.promise == promise)
    });
    assert!(found, "{bug:?} goes unnoticed for {WITHIN} seeds");
}

#[test]
fn a_hall_that_forgets_attempts_is_found() {
    finds(Bug::IdempotencyOff, "an attempt that made a case is not refused");
}

#[test]
fn a_hall_that_takes_the_answer_that_arrives_last_is_found() {
    finds(Bug::MergeByArrival, "the last answer stands");
}

#[test]
fn a_terminal_that_forgets_before_it_is_answered_is_found() {
    finds(Bug::JournalForgottenBeforeTheAnswer, "no acknowledged edit is lost");
}

#[test]
fn a_cursor_that_goes_past_what_is_not_there_yet_is_found() {
    finds(Bug::GlobalCursor, "all copies are equal");
}
