use onehall_protocol::{ErrorCode, Language, WriterId};
use onehall_sync::Clock;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn start() -> (Autosave, Clock) {
    let clock = Clock::new(WriterId(uuid::Uuid::from_u128(1)));
    (Autosave::new(1, Timestamp::from_unix_millis(0)), clock)
}

fn change(path: &str, value: Value) -> Vec<AnswerChange> {
    vec![AnswerChange {
        path: path.to_owned(),
        value,
    }]
}

/// The citizen answers.
fn answer(autosave: &mut Autosave, clock: &mut Clock, path: &str, value: Value) {
    let seen = autosave.in_sight();
    autosave.change(change(path, value), None, seen, || clock.tick(7));
}

fn sent(autosave: &mut Autosave) -> SaveDraft {
    match autosave.next_step() {
        Step::Send(save) => save,
        other => panic!("nothing sent: {other:?}"),
    }
}

fn pairs(save: &SaveDraft) -> Vec<(&str, &Value)> {
    let pairs = save.changes.iter();
    pairs.map(|change| (change.path.as_str(), &change.value)).collect()
}

fn saved(revision: u64) -> DraftSaved {
    DraftSaved {
        revision,
        saved_at: Timestamp::from_unix_millis(5),
        clock: 5,
        others: Vec::new(),
        lost: Vec::new(),
    }
}

fn error(code: ErrorCode) -> CoreError {
    CoreError::new(code, Language::En)
}

#[test]
fn changes_made_while_a_save_is_under_way_are_sent_after_it() {
    let (mut autosave, mut clock) = start();
    answer(&mut autosave, &mut clock, "name", json!("a"));
    let first = sent(&mut autosave);
    answer(&mut autosave, &mut clock, "name", json!("b"));
    assert_eq!(autosave.next_step(), Step::Rest);
    autosave.saved(&saved(2));
    assert_eq!(autosave.state(), SaveState::Saving);
    let second = sent(&mut autosave);
    assert_eq!((second.base_revision, pairs(&second)), (2, vec![("name", &json!("b"))]));
    assert!(second.changes[0].stamp > first.changes[0].stamp);
}

#[test]
fn a_draft_read_anew_shows_what_waits_here() {
    let (mut autosave, mut clock) = start();
    answer(&mut autosave, &mut clock, "name", json!("sent"));
    answer(&mut autosave, &mut clock, "old", Value::Null);
    autosave.next_step();
    answer(&mut autosave, &mut clock, "phone", json!("pending"));
    let mut answers: Answers = [("name", "stored"), ("old", "stored"), ("other", "stored")]
        .map(|(path, value)| (path.to_owned(), json!(value)))
        .into();
    autosave.lay_over(&mut answers);
    let expected = [("name", "sent"), ("other", "stored"), ("phone", "pending")];
    assert_eq!(
        answers,
        expected.map(|(path, value)| (path.to_owned(), json!(value))).into()
    );
}

#[test]
fn without_a_network_nothing_is_called_saved() {
    let (mut autosave, mut clock) = start();
    answer(&mut autosave, &mut clock, "name", json!("a"));
    let first = sent(&mut autosave);
    autosave.failed(error(ErrorCode::Offline));
    assert_eq!(autosave.state(), SaveState::Waiting { kept: false });
    autosave.kept(true);
    assert_eq!(autosave.state(), SaveState::Waiting { kept: true });
    assert_eq!(autosave.backoff(0), Some(1000));
    // It is sent again as it was given: the hall knows it by its stamp.
    assert_eq!(sent(&mut autosave).changes, first.changes);
}

#[test]
fn terminals_that_failed_together_try_again_apart_and_not_before_the_hall_wants_them_to() {
    let (mut autosave, mut clock) = start();
    answer(&mut autosave, &mut clock, "name", json!("a"));
    let mut fails = |error: CoreError| {
        sent(&mut autosave);
        autosave.failed(error);
        [0, 250, u32::MAX].map(|chance| autosave.backoff(chance).unwrap_or(0))
    };
    for _ in 0..40 {
        let waits = fails(error(ErrorCode::Offline));
        assert!(waits.iter().all(|wait| (500..=30_000).contains(wait)), "{waits:?}");
        assert_ne!(waits[0], waits[1]);
    }
    let mut busy = error(ErrorCode::TooManyRequests);
    busy.details = json!({"retry_after": 90});
    let waits = fails(busy);
    assert!(waits.iter().all(|wait| (90_000..=120_000).contains(wait)), "{waits:?}");
    assert_ne!(waits[0], waits[1]);
    assert_eq!(fails(error(ErrorCode::Unavailable))[0], 30_000, "it said so once");
}

#[test]
fn what_another_terminal_gave_does_not_overwrite_what_is_being_typed_and_is_not_called_seen() {
    let (mut autosave, mut clock) = start();
    answer(&mut autosave, &mut clock, "phone", json!("1"));
    sent(&mut autosave);
    answer(&mut autosave, &mut clock, "name", json!("a"));
    let other = |path: &str| GivenAnswer {
        path: path.to_owned(),
        value: json!("theirs"),
        terminal: onehall_protocol::identity::TerminalKind::Kiosk,
        at: Timestamp::from_unix_millis(4),
    };
    let merged = autosave.saved(&DraftSaved {
        others: vec![other("name"), other("city")],
        ..saved(4)
    });
    assert_eq!(merged, [other("city")]);
    answer(&mut autosave, &mut clock, "name", json!("ab"));
    answer(&mut autosave, &mut clock, "city", json!("c"));
    let save = sent(&mut autosave);
    let seen: Vec<_> = save
        .changes
        .iter()
        .map(|change| (change.path.as_str(), change.seen))
        .collect();
    assert_eq!(seen, [("name", 1), ("city", 4)]);
}

#[test]
fn what_did_not_stand_is_known_from_each_save() {
    let (mut autosave, mut clock) = start();
    let lost = LostAnswer {
        n: 1,
        path: "name".to_owned(),
        value: json!("a"),
        terminal: onehall_protocol::identity::TerminalKind::Kiosk,
        at: Timestamp::from_unix_millis(4),
    };
    answer(&mut autosave, &mut clock, "name", json!("b"));
    sent(&mut autosave);
    autosave.saved(&DraftSaved {
        lost: vec![lost.clone()],
        ..saved(2)
    });
    assert_eq!(autosave.lost(), [lost]);
    autosave.heard_lost(&[]);
    assert!(autosave.lost().is_empty());
}

#[test]
fn more_than_goes_at_once_is_sent_in_the_order_in_which_it_was_given() {
    let (mut autosave, mut clock) = start();
    for number in 0..1200 {
        // The paths sort otherwise than the stamps.
        answer(&mut autosave, &mut clock, &format!("q{}", 5000 - number), json!(number));
    }
    let mut got = Vec::new();
    for (turn, count) in [500, 500, 200].into_iter().enumerate() {
        let save = sent(&mut autosave);
        assert_eq!(save.changes.len(), count);
        got.extend(save.changes.iter().map(|change| change.value.clone()));
        autosave.saved(&saved(u64::try_from(turn).unwrap_or(0) + 2));
    }
    assert_eq!(got, (0..1200).map(|number| json!(number)).collect::<Vec<_>>());
    assert_eq!(autosave.next_step(), Step::Rest);
}

#[test]
fn what_a_core_that_is_gone_left_waiting_is_sent_by_the_next_one_as_it_was_given() {
    let (mut first, mut clock) = start();
    first.change(change("name", json!("sent")), Some("page".to_owned()), 1, || {
        clock.tick(7)
    });
    let under_way = sent(&mut first);
    answer(&mut first, &mut clock, "phone", json!("pending"));
    let unsent = first.unsent().unwrap_or_else(|| panic!("nothing waits"));
    let mut second = Autosave::resumed(unsent.clone());
    let all = sent(&mut second);
    assert_eq!((all.base_revision, all.changes.len()), (1, 2));
    assert_eq!(all.changes[0], under_way.changes[0]);
    assert_eq!(all.page.as_deref(), Some("page"));
    second.saved(&saved(2));
    assert_eq!(second.unsent(), None);

    // Who has answered anew meanwhile keeps the newer answer.
    let (mut third, _) = start();
    let mut later = Clock::new(WriterId(uuid::Uuid::from_u128(2)));
    later.receive(100);
    answer(&mut third, &mut later, "name", json!("newer"));
    third.take_up(unsent);
    assert_eq!(
        pairs(&sent(&mut third)),
        [("phone", &json!("pending")), ("name", &json!("newer"))]
    );
}

#[test]
fn of_what_several_cores_left_the_latest_answer_counts_in_whatever_order_it_is_found() {
    let left = |writer: u128, now: u64, value: Value| {
        let (mut autosave, mut clock) = (start().0, Clock::new(WriterId(uuid::Uuid::from_u128(writer))));
        autosave.change(change("name", value), None, 1, || clock.tick(now));
        autosave.unsent().unwrap_or_else(|| panic!("nothing waits"))
    };
    let (first, second) = (left(2, 7, json!("earlier")), left(1, 9, json!("later")));
    for found in [[first.clone(), second.clone()], [second, first]] {
        let mut third = start().0;
        for unsent in found {
            third.take_up(unsent);
        }
        assert_eq!(pairs(&sent(&mut third)), [("name", &json!("later"))]);
    }
}

#[test]
fn nothing_of_the_draft_that_one_begun_here_became_part_of_is_in_sight_until_it_is_read() {
    let (mut autosave, mut clock) = start();
    autosave.unread();
    for revision in [5, 6] {
        answer(&mut autosave, &mut clock, "children", json!(["a"]));
        let save = sent(&mut autosave);
        assert_eq!((save.base_revision, save.changes[0].seen), (0, 0));
        autosave.saved(&saved(revision));
    }
    autosave.read_anew(6);
    answer(&mut autosave, &mut clock, "children", json!(["a", "b"]));
    assert_eq!(sent(&mut autosave).changes[0].seen, 6);
}

#[test]
fn what_was_refused_is_kept_and_tried_again_with_the_next_change() {
    let (mut autosave, mut clock) = start();
    answer(&mut autosave, &mut clock, "name", json!("a"));
    autosave.next_step();
    autosave.failed(error(ErrorCode::NotLoggedIn));
    assert!(matches!(autosave.state(), SaveState::Refused { .. }));
    assert_eq!(autosave.next_step(), Step::Rest);
    answer(&mut autosave, &mut clock, "phone", json!("b"));
    assert_eq!(sent(&mut autosave).changes.len(), 2);
}

proptest! {
    /// Whatever happens on the way, the last answer to each question arrives.
    #[test]
    fn no_answer_is_lost_on_the_way(events in prop::collection::vec((0u8..4, 0u8..3, 0u32..100), 1..60)) {
        let (mut autosave, mut clock) = start();
        let mut backend = Answers::new();
        let mut wanted = Answers::new();
        let mut revision = 1;
        let mut way: Option<SaveDraft> = None;
        let mut run = |autosave: &mut Autosave, way: &mut Option<SaveDraft>, arrives: bool, backend: &mut Answers| {
            let Some(sent) = way.take() else { return };
            if arrives {
                revision += 1;
                backend.extend(sent.changes.into_iter().map(|change| (change.path, change.value)));
                autosave.saved(&saved(revision));
            } else {
                autosave.failed(error(ErrorCode::Offline));
            }
        };
        for (event, path, value) in events {
            match event {
                0 | 1 => {
                    let path = format!("q{path}");
                    wanted.insert(path.clone(), json!(value));
                    answer(&mut autosave, &mut clock, &path, json!(value));
                }
                2 => run(&mut autosave, &mut way, value % 2 == 0, &mut backend),
                _ => if let Step::Send(sent) = autosave.next_step() { way = Some(sent) },
            }
        }
        for _ in 0..4 {
            run(&mut autosave, &mut way, true, &mut backend);
            if let Step::Send(sent) = autosave.next_step() { way = Some(sent) }
        }
        run(&mut autosave, &mut way, true, &mut backend);
        prop_assert_eq!(backend, wanted);
        prop_assert!(!autosave.unsaved());
    }
}

#[test]
fn whoever_is_shown_an_older_copy_has_no_more_in_sight_than_that() {
    let (mut autosave, mut clock) = start();
    autosave.read_anew(5);
    assert_eq!(autosave.revision(), 5);
    // Without a network the copy is shown.
    autosave.read_anew(3);
    answer(&mut autosave, &mut clock, "children", json!(["a"]));
    let save = sent(&mut autosave);
    assert_eq!((save.base_revision, save.changes[0].seen), (3, 3));
}

#[test]
fn an_older_copy_shown_while_a_save_is_under_way_counts_when_it_has_ended() {
    for arrives in [true, false] {
        let (mut autosave, mut clock) = start();
        autosave.read_anew(5);
        answer(&mut autosave, &mut clock, "name", json!("a"));
        sent(&mut autosave);
        autosave.read_anew(3);
        answer(&mut autosave, &mut clock, "rows", json!(["a"]));
        if arrives {
            autosave.saved(&saved(6));
        } else {
            autosave.failed(error(ErrorCode::Offline));
        }
        answer(&mut autosave, &mut clock, "children", json!(["a"]));
        let save = sent(&mut autosave);
        assert_eq!(save.base_revision, 3);
        assert!(
            save.changes
                .iter()
                .all(|change| change.path == "name" || change.seen == 3)
        );
        // Once all is read anew, all is in sight again.
        autosave.saved(&saved(7));
        autosave.read_anew(7);
        assert_eq!(autosave.revision(), 7);
    }
}

#[test]
fn a_copy_from_before_a_save_is_shown_with_what_was_saved_and_one_that_lacks_more_as_it_is() {
    let (mut autosave, mut clock) = start();
    let copy = |autosave: &Autosave, revision: u64| {
        let mut answers: Answers = [("name".to_owned(), json!("old")), ("gone".to_owned(), json!(1))].into();
        let prefilled = |path: &str| Prefilled {
            path: path.to_owned(),
            source: onehall_protocol::drafts::PrefillSource::Profile,
        };
        let mut known = vec![prefilled("name"), prefilled("else")];
        let revision = autosave.catch_up(revision, &mut answers, &mut known);
        (revision, json!(answers), known.len())
    };
    answer(&mut autosave, &mut clock, "name", json!("a"));
    answer(&mut autosave, &mut clock, "gone", Value::Null);
    sent(&mut autosave);
    autosave.saved(&saved(2));
    answer(&mut autosave, &mut clock, "more", json!("b"));
    sent(&mut autosave);
    let theirs = GivenAnswer {
        path: "name".to_owned(),
        value: json!("theirs"),
        terminal: TerminalKind::Kiosk,
        at: Timestamp::from_unix_millis(5),
    };
    autosave.saved(&DraftSaved {
        others: vec![theirs],
        ..saved(4)
    });
    let now = json!({"name": "theirs", "more": "b"});
    // The copy of revision 2 has some of it already.
    assert_eq!(copy(&autosave, 1), (4, now.clone(), 1));
    assert_eq!(copy(&autosave, 2), (4, now, 1));
    let as_it_is = json!({"name": "old", "gone": 1});
    assert_eq!(
        copy(&autosave, 0),
        (0, as_it_is.clone(), 2),
        "more is missing in it than is known"
    );
    assert_eq!(copy(&autosave, 4), (4, as_it_is.clone(), 2), "nothing is missing in it");
    // Read at the hall in between: what lies before that is not known of a later save.
    autosave.read_anew(7);
    answer(&mut autosave, &mut clock, "more", json!("c"));
    sent(&mut autosave);
    autosave.saved(&saved(8));
    assert_eq!(copy(&autosave, 4), (4, as_it_is, 2));
    assert_eq!(copy(&autosave, 7).0, 8);
}
