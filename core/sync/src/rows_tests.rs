use proptest::prelude::*;

use super::*;

/// A hall as it merges: counts revisions in the order of arrival.
#[derive(Debug, Clone)]
struct Hall {
    rows: Rows,
    revision: u64,
}

/// What a terminal sends, with what it had in sight.
#[derive(Debug, Clone)]
enum Sent {
    List(Vec<String>),
    Answer(String),
}

fn writer(number: u128) -> WriterId {
    WriterId(Uuid::from_u128(number))
}

fn stamp(at: u64, by: u128) -> Stamp {
    Stamp {
        at,
        count: 0,
        writer: writer(by),
    }
}

fn list(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

impl Hall {
    fn with(ids: &[&str]) -> Hall {
        Hall {
            rows: Rows::kept(&list(ids), stamp(1, 99), 1),
            revision: 1,
        }
    }

    fn take(&mut self, sent: &Sent, stamp: Stamp, seen: u64) {
        self.revision += 1;
        let by = Giving {
            stamp,
            seen,
            revision: self.revision,
        };
        match sent {
            Sent::List(list) => self.rows.give(list, by),
            Sent::Answer(row) => {
                self.rows.touch(row, by);
            }
        }
    }
}

#[test]
fn two_terminals_that_each_add_a_row_keep_both() {
    let mut hall = Hall::with(&["r"]);
    hall.take(&Sent::List(list(&["r", "a"])), stamp(5, 1), 1);
    hall.take(&Sent::List(list(&["r", "b"])), stamp(6, 2), 1);
    assert_eq!(hall.rows.present(), ["r", "b", "a"]);
}

#[test]
fn a_row_that_another_goes_on_filling_is_not_taken_away() {
    for answered_first in [true, false] {
        let mut hall = Hall::with(&["r", "s"]);
        let answer = (Sent::Answer("r".to_owned()), stamp(8, 2), 1);
        let removal = (Sent::List(list(&["s"])), stamp(9, 1), 1);
        let both = if answered_first {
            [answer, removal]
        } else {
            [removal, answer]
        };
        for (sent, stamp, seen) in both {
            hall.take(&sent, stamp, seen);
        }
        // By its latest list the remover put it behind: it named only the other.
        assert_eq!(hall.rows.present(), ["s", "r"], "{answered_first}");
    }
}

#[test]
fn a_row_whose_answers_were_all_in_sight_goes_and_another_terminals_old_list_does_not_bring_it_back() {
    let mut hall = Hall::with(&["r", "s"]);
    hall.take(&Sent::Answer("r".to_owned()), stamp(4, 2), 1);
    hall.take(&Sent::List(list(&["s"])), stamp(5, 1), 2);
    assert_eq!(hall.rows.present(), ["s"]);
    // The other one adds a row without knowing of the removal.
    hall.take(&Sent::List(list(&["r", "s", "t"])), stamp(6, 2), 2);
    assert_eq!(hall.rows.present(), ["s", "t"]);
    assert_eq!(hall.rows.gone().collect::<Vec<_>>(), ["r"]);
    // Who knows of it can have it back.
    hall.take(&Sent::List(list(&["r", "s", "t"])), stamp(7, 2), 4);
    assert_eq!(hall.rows.present(), ["r", "s", "t"]);
}

#[test]
fn what_one_did_itself_hides_nothing_that_another_did_before() {
    let mut hall = Hall::with(&["r"]);
    hall.take(&Sent::Answer("r".to_owned()), stamp(4, 2), 1);
    hall.take(&Sent::Answer("r".to_owned()), stamp(5, 1), 1);
    hall.take(&Sent::List(list(&[])), stamp(6, 1), 1);
    assert_eq!(hall.rows.present(), ["r"], "the answer of 2 was not in sight");
    hall.take(&Sent::List(list(&[])), stamp(7, 1), 4);
    assert!(hall.rows.present().is_empty());
}

#[test]
fn rows_that_went_long_ago_are_forgotten_and_named() {
    let mut hall = Hall::with(&["r", "s"]);
    hall.take(&Sent::List(list(&["s"])), stamp(50, 1), 1);
    assert_eq!(hall.rows.first_gone(), Some(50));
    assert!(hall.rows.forget_gone(50).is_empty());
    assert_eq!(hall.rows.forget_gone(51), ["r"]);
    assert_eq!((hall.rows.present(), hall.rows.first_gone()), (list(&["s"]), None));
}

#[test]
fn a_path_says_in_which_rows_it_stands() {
    let around = |path| {
        rows_around(path)
            .map(|(group, row)| format!("{group} {row}"))
            .collect::<Vec<_>>()
    };
    assert!(around("name").is_empty() && around("a/r1").is_empty());
    assert_eq!(around("a/r1/name"), ["a r1"]);
    assert_eq!(around("a/r1/b/r2/c"), ["a r1", "a/r1/b r2"]);
}

/// What each of three terminals does to the rows `r` and `s` that all of them saw, in its own order.
fn doings() -> impl Strategy<Value = Vec<(u128, Vec<(Sent, u64)>)>> {
    let one = |by: u128| {
        let ids = ["r".to_owned(), "s".to_owned(), format!("n{by}"), format!("m{by}")];
        let answers = prop::sample::select(ids[..2].to_vec()).prop_map(Sent::Answer);
        let lists = prop::sample::subsequence(ids.to_vec(), 0..=4)
            .prop_shuffle()
            .prop_map(Sent::List);
        let sent = prop_oneof![answers, lists];
        prop::collection::vec((sent, 0u64..3), 0..4).prop_map(move |sent| (by, sent))
    };
    (one(1), one(2), one(3)).prop_map(|(a, b, c)| vec![a, b, c])
}

proptest! {
    /// Whatever three terminals do that do not see each other, and in whatever order the hall gets it: the same rows in the
    /// same order.
    #[test]
    fn the_order_of_arrival_decides_nothing(
        doings in doings(),
        ways in prop::collection::vec(prop::collection::vec(0usize..3, 12), 2..4),
    ) {
        let mut ends = Vec::new();
        for way in ways {
            let mut hall = Hall::with(&["r", "s"]);
            let mut queues: Vec<_> = doings.iter().map(|(by, sent)| (*by, sent.iter())).collect();
            let turns = way.into_iter().chain([0; 4]).chain([1; 4]).chain([2; 4]);
            let mut times = [10u64; 3];
            for turn in turns {
                let (by, queue) = &mut queues[turn];
                let Some((sent, later)) = queue.next() else { continue };
                times[turn] += 1 + later;
                hall.take(sent, stamp(times[turn], *by), 1);
            }
            ends.push(hall.rows.present());
        }
        prop_assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");
    }

    /// An answer that somebody gave in a row is never lost with it, unless whoever took it away had seen the answer.
    #[test]
    fn no_row_goes_with_an_answer_that_was_not_seen(doings in doings()) {
        let mut hall = Hall::with(&["r", "s"]);
        let mut answered_by: Vec<(u128, String)> = Vec::new();
        for (by, sent) in &doings {
            for (at, (sent, _)) in sent.iter().enumerate() {
                hall.take(sent, stamp(10 + u64::try_from(at).unwrap_or(0), *by), 1);
                match sent {
                    Sent::Answer(row) => answered_by.push((*by, row.clone())),
                    // Who answered may take their own away.
                    Sent::List(list) => answered_by.retain(|(other, row)| other != by || list.contains(row)),
                }
            }
        }
        let present = hall.rows.present();
        for (_, row) in answered_by {
            prop_assert!(present.contains(&row), "{row} of {present:?}");
        }
    }
}
