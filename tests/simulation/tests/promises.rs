//! A few seeds of the simulation, and the mistakes that it must find.

use onehall_simulation::{Bug, Plan, Report, Weather, run};

/// How many seeds may pass before a mistake is found.
const WITHIN: u64 = 40;

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

/// Whether the oracle tells within a few seeds that each of these promises is broken where a mistake is put in.
fn finds(bug: Bug, promises: &[&str]) {
    let mut unnoticed = promises.to_vec();
    for seed in 1..=WITHIN {
        let report = run(&Plan {
            bug: Some(bug),
            weather: Weather::storm(),
            ..Plan::new(seed, 150)
        });
        unnoticed.retain(|promise| report.findings.iter().all(|finding| finding.promise != *promise));
        if unnoticed.is_empty() {
            return;
        }
    }
    panic!("{bug:?}: {unnoticed:?} is not told of in {WITHIN} seeds");
}

#[test]
fn a_hall_that_forgets_attempts_is_found() {
    finds(Bug::IdempotencyOff, &["an attempt that made a case is not refused"]);
}

#[test]
fn a_hall_that_takes_the_answer_that_arrives_last_is_found() {
    finds(Bug::MergeByArrival, &["the last answer stands"]);
}

#[test]
fn a_terminal_that_forgets_before_it_is_answered_is_found() {
    finds(Bug::JournalForgottenBeforeTheAnswer, &["no acknowledged edit is lost"]);
}

#[test]
fn a_cursor_that_goes_past_what_is_not_there_yet_is_found() {
    finds(Bug::GlobalCursor, &["all copies are equal", "a pull tells all"]);
}

#[test]
fn a_number_of_the_log_without_a_change_is_found() {
    finds(Bug::GapInTheLog, &["the log has no gaps"]);
}

#[test]
fn a_change_that_is_not_logged_is_found() {
    finds(Bug::ChangeUnlogged, &["each change is logged"]);
}

#[test]
fn a_hall_that_forgets_what_did_not_stand_is_found() {
    finds(Bug::LosersForgotten, &["what did not stand is kept"]);
}

#[test]
fn a_hall_that_takes_the_list_of_rows_that_comes_last_is_found() {
    finds(Bug::RowsByTheLastList, &["a row that was added stays"]);
}

#[test]
fn a_hall_that_takes_no_row_away_is_found() {
    finds(Bug::RowsForEver, &["a row that was taken away goes"]);
}
