use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::Language;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn id(number: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([number; 16])
}

fn key(number: u8) -> IdempotencyKey {
    IdempotencyKey(id(number))
}

fn submission() -> SubmitDraft {
    let content = json!({"revision": 0, "as_of": "2026-11-26", "engine": 1, "transcript": "00"});
    serde_json::from_value(content).unwrap_or_else(|error| panic!("{error}"))
}

/// The submission of a draft, or a withdrawal of the case of the same number.
fn entry(number: u8, subject: u8, submits: bool, at: i64) -> Entry {
    let content = if submits {
        Content::Submission {
            draft: DraftId(id(subject)),
            submission: submission(),
        }
    } else {
        Content::Withdrawal {
            case: CaseId(id(subject)),
            withdrawal: WithdrawCase {
                version: u64::from(number),
                reason: None,
            },
        }
    };
    Entry {
        key: key(number),
        content,
        title: Text::new("护照", "Passport"),
        queued_at: Timestamp::from_unix_millis(at),
        unsettled: false,
        tries: 0,
        verdict: None,
    }
}

fn left(number: u8, subject: u8) -> Happened {
    Happened::Left(Box::new(entry(number, subject, true, i64::from(number))))
}

fn failed(number: u8, code: ErrorCode) -> Happened {
    Happened::Answered(key(number), Err(CoreError::new(code, Language::En)))
}

fn state(queue: &Queue, number: u8) -> Option<QueuedState> {
    queue.shown(key(number)).map(|queued| queued.state)
}

#[test]
fn what_fails_is_tried_again_later_under_the_same_key_and_nothing_waits_for_it() {
    let mut queue = Queue::default();
    assert_eq!(queue.step(left(1, 1), 0, 0), [Task::Send(key(1))]);
    assert_eq!(queue.step(failed(1, ErrorCode::Offline), 0, 0), [Task::Keep(key(1))]);
    assert_eq!(state(&queue, 1), Some(QueuedState::Waiting));
    assert_eq!(queue.next(0), Some(500));
    assert_eq!(queue.step(left(2, 2), 0, 0), [Task::Send(key(2))]);
    assert_eq!(queue.step(Happened::Time, 499, 0), []);
    assert_eq!(queue.step(Happened::Time, 500, 0), [Task::Send(key(1))]);
    assert_eq!(queue.entry(key(1)).map(|entry| entry.tries), Some(2));
    assert_eq!(
        queue.step(Happened::Answered(key(1), Ok(())), 500, 0),
        [Task::Forget(key(1))]
    );
    assert_eq!(queue.len(), 1);
}

#[test]
fn a_network_that_is_back_and_a_press_try_at_once() {
    for (again, at) in [(Happened::Online, 250), (Happened::Pressed(key(1)), 1), (left(1, 1), 1)] {
        let mut queue = Queue::default();
        queue.step(left(1, 1), 0, 0);
        queue.step(failed(1, ErrorCode::Unavailable), 0, u32::MAX);
        assert_eq!(queue.step(again, at, 0), [Task::Send(key(1))]);
    }
}

#[test]
fn a_network_that_comes_and_goes_with_each_request_makes_no_storm_of_tries() {
    let mut queue = Queue::default();
    let mut tries = queue.step(left(1, 1), 0, 0).len();
    for now in 0..60_000 {
        if queue.goes_on(key(1)) {
            queue.step(failed(1, ErrorCode::Offline), now, 0);
        }
        tries += queue.step(Happened::Online, now, 0).len();
    }
    assert!((10..25).contains(&tries), "{tries}");
}

#[test]
fn a_hall_that_says_when_is_not_asked_before() {
    let mut queue = Queue::default();
    queue.step(left(1, 1), 0, 0);
    let mut error = CoreError::new(ErrorCode::TooManyRequests, Language::En);
    error.details = json!({"retry_after": 90});
    queue.step(Happened::Answered(key(1), Err(error)), 0, 0);
    assert_eq!(queue.next(0), Some(90_000));
    assert_eq!(queue.step(Happened::Online, 60_000, 0), []);
    assert_eq!(queue.next(60_000), Some(90_000));
}

#[test]
fn the_wait_grows_and_is_never_long() {
    for chance in [0, u32::MAX / 2, u32::MAX] {
        let waits: Vec<_> = (1..40).map(|failures| backoff(failures, chance)).collect();
        assert!(waits.is_sorted(), "{waits:?}");
        assert!(waits.iter().all(|wait| (500..=30_000).contains(wait)), "{waits:?}");
        assert!(waits.last() >= Some(&15_000));
    }
}

#[test]
fn what_the_hall_refused_waits_for_the_citizen_and_can_be_tried_again() {
    let mut queue = Queue::default();
    queue.step(left(1, 1), 0, 0);
    queue.step(failed(1, ErrorCode::InvalidAnswers), 0, 0);
    assert!(matches!(state(&queue, 1), Some(QueuedState::Refused { .. })));
    assert_eq!(queue.step(Happened::Online, 99_000, 0), []);
    assert_eq!(queue.open(), 0);
    assert_eq!(queue.step(Happened::Pressed(key(1)), 99_000, 0), [Task::Send(key(1))]);
}

#[test]
fn what_is_not_what_was_checked_is_never_sent_as_it_was() {
    for code in [
        ErrorCode::DraftMoved,
        ErrorCode::TranscriptDiffers,
        ErrorCode::ConfirmChanges,
        ErrorCode::CaseMoved,
    ] {
        let mut queue = Queue::default();
        queue.step(left(1, 1), 0, 0);
        queue.step(failed(1, code), 0, 0);
        assert!(matches!(state(&queue, 1), Some(QueuedState::Conflict { .. })), "{code}");
        for happened in [Happened::Pressed(key(1)), Happened::Online, Happened::Time, left(1, 1)] {
            assert_eq!(queue.step(happened, 99_000, 0), [], "{code}");
        }
    }
}

#[test]
fn where_the_session_has_ended_nothing_is_sent() {
    let mut queue = Queue::default();
    queue.step(left(1, 1), 0, 0);
    queue.step(failed(1, ErrorCode::NotLoggedIn), 0, 0);
    for happened in [Happened::Pressed(key(1)), Happened::Online, Happened::Time] {
        assert_eq!(queue.step(happened, 99_000, 0), []);
    }
    // The same person is there again: it is taken up as it was kept.
    let kept = queue.entry(key(1)).cloned().unwrap_or_else(|| panic!("it is gone"));
    let mut next = Queue::default();
    assert_eq!(
        next.step(Happened::Found(Box::new(kept)), 99_000, 0),
        [Task::Send(key(1))]
    );
}

#[test]
fn of_what_is_about_one_case_the_next_waits_until_the_one_before_is_decided() {
    let mut queue = Queue::default();
    queue.step(left(1, 1), 0, 0);
    let withdrawal = Happened::Left(Box::new(entry(2, 1, false, 2)));
    assert_eq!(queue.step(withdrawal, 0, 0), []);
    queue.step(failed(1, ErrorCode::Offline), 0, 0);
    assert_eq!(
        queue.step(Happened::Pressed(key(2)), 0, 0),
        [],
        "the one before is not decided"
    );
    queue.step(Happened::Time, 60_000, 0);
    let decided = queue.step(failed(1, ErrorCode::NotFound), 60_000, 0);
    assert_eq!(decided, [Task::Keep(key(1)), Task::Send(key(2))]);
}

#[test]
fn a_draft_with_unsent_answers_goes_first_and_the_submission_then_stays_as_it_is() {
    let mut queue = Queue::default();
    let unsettled = Entry {
        unsettled: true,
        ..entry(1, 1, true, 1)
    };
    let settle = [Task::Settle(key(1), DraftId(id(1)))];
    assert_eq!(queue.step(Happened::Left(Box::new(unsettled)), 0, 0), settle);
    assert_eq!(queue.step(Happened::Online, 0, 0), []);
    assert_eq!(queue.step(Happened::Settled(key(1), Ok(7)), 0, 0), [Task::Send(key(1))]);
    let revision = |queue: &Queue| match queue.entry(key(1)).map(|entry| entry.content.clone()) {
        Some(Content::Submission { submission, .. }) => submission.revision,
        other => panic!("{other:?}"),
    };
    assert_eq!(revision(&queue), 7);
    queue.step(failed(1, ErrorCode::Offline), 0, 0);
    queue.step(Happened::Settled(key(1), Ok(9)), 0, 0);
    assert_eq!(queue.step(Happened::Online, 60_000, 0), [Task::Send(key(1))]);
    assert_eq!(revision(&queue), 7, "what left once is sent again as it was");
}

#[test]
fn a_draft_that_cannot_be_brought_to_the_hall_is_for_the_citizen_to_look_at() {
    let mut queue = Queue::default();
    let unsettled = Entry {
        unsettled: true,
        ..entry(1, 1, true, 1)
    };
    queue.step(Happened::Left(Box::new(unsettled)), 0, 0);
    let full = CoreError::new(ErrorCode::DraftFull, Language::En);
    queue.step(Happened::Settled(key(1), Err(full)), 0, 0);
    assert!(matches!(state(&queue, 1), Some(QueuedState::Conflict { .. })));
}

#[test]
fn what_is_left_anew_replaces_what_surely_did_not_arrive_and_nothing_else() {
    let mut queue = Queue::default();
    for number in 1..=4 {
        queue.step(left(number, number), 0, 0);
    }
    // Four are under way: this one has not left.
    assert_eq!(queue.step(left(5, 5), 0, 0), []);
    assert_eq!(queue.step(left(6, 5), 0, 0), [Task::Forget(key(5))]);
    // This one has left and may have arrived: the new one is sent after it is decided.
    assert_eq!(queue.step(left(7, 1), 0, 0), []);
    assert!(queue.entry(key(1)).is_some());
}

#[test]
fn where_nothing_can_leave_nothing_is_tried_so_that_it_surely_did_not_arrive() {
    let mut queue = Queue::default();
    queue.shut(true);
    assert_eq!(queue.step(left(1, 1), 0, 0), []);
    assert!(!queue.goes_on(key(1)));
    assert_eq!(queue.entry(key(1)).map(|entry| entry.tries), Some(0));
    let again = queue.next(0).unwrap_or_else(|| panic!("it is forgotten"));
    assert_eq!(queue.step(Happened::Time, again, 0), []);
    queue.shut(false);
    assert_eq!(queue.step(Happened::Time, 2 * again, 0), [Task::Send(key(1))]);
}

/// What happens to a terminal.
#[derive(Debug, Clone)]
enum Act {
    Leave {
        subject: u8,
        submits: bool,
        unsettled: bool,
    },
    /// The hall answers one of what is under way.
    Answer(prop::sample::Index, Option<ErrorCode>),
    Settle(prop::sample::Index, Option<ErrorCode>),
    Online,
    Shut(bool),
    Press(prop::sample::Index),
    TakeBack(prop::sample::Index),
    Pass(i64),
    /// The terminal dies and starts again with what its journal holds.
    Die,
}

fn act() -> impl Strategy<Value = Act> {
    let code = prop::option::of(prop::sample::select(vec![
        ErrorCode::Offline,
        ErrorCode::Unavailable,
        ErrorCode::InvalidAnswers,
        ErrorCode::DraftMoved,
        ErrorCode::NotLoggedIn,
    ]));
    prop_oneof![
        3 => (0..4_u8, any::<bool>(), any::<bool>())
            .prop_map(|(subject, submits, unsettled)| Act::Leave { subject, submits, unsettled }),
        4 => (any::<prop::sample::Index>(), code.clone()).prop_map(|(at, code)| Act::Answer(at, code)),
        2 => (any::<prop::sample::Index>(), code).prop_map(|(at, code)| Act::Settle(at, code)),
        1 => Just(Act::Online),
        1 => any::<bool>().prop_map(Act::Shut),
        1 => any::<prop::sample::Index>().prop_map(Act::Press),
        1 => any::<prop::sample::Index>().prop_map(Act::TakeBack),
        2 => (0..60_000_i64).prop_map(Act::Pass),
        1 => Just(Act::Die),
    ]
}

/// A terminal and what it knows to be true of it.
#[derive(Default)]
struct Terminal {
    queue: Queue,
    now: i64,
    next: u8,
    journal: BTreeMap<IdempotencyKey, Entry>,
    under_way: Vec<IdempotencyKey>,
    settling: Vec<IdempotencyKey>,
    /// What first left under a key.
    sent: BTreeMap<IdempotencyKey, Content>,
    /// What the citizen left and that is neither taken nor taken back.
    owed: BTreeSet<IdempotencyKey>,
}

impl Terminal {
    fn step(&mut self, happened: Happened) {
        let may_go = match &happened {
            Happened::Answered(key, Ok(())) | Happened::TakenBack(key) => vec![*key],
            Happened::Left(entry) => {
                let about = entry.content.about();
                let replaced = self.queue.places.iter().filter(|place| {
                    let left = place.entry.tries > 0 && place.open();
                    place.entry.content.about() == about && !left
                });
                replaced.map(|place| place.entry.key).collect()
            }
            _ => Vec::new(),
        };
        for task in self.queue.step(happened, self.now, 7) {
            match task {
                Task::Settle(key, _) => self.settling.push(key),
                Task::Send(key) => {
                    let entry = self
                        .queue
                        .sending(key)
                        .unwrap_or_else(|| panic!("sends what is not there"));
                    self.journal.insert(key, entry.clone());
                    let first = self.sent.entry(key).or_insert_with(|| entry.content.clone());
                    assert_eq!(*first, entry.content, "sent again as something else");
                    self.under_way.push(key);
                }
                Task::Keep(key) => {
                    if let Some(entry) = self.queue.entry(key) {
                        self.journal.insert(key, entry.clone());
                    }
                }
                Task::Forget(key) => {
                    assert!(may_go.contains(&key), "lost");
                    self.journal.remove(&key);
                    self.owed.remove(&key);
                }
            }
        }
        for key in &self.owed {
            assert!(self.queue.entry(*key).is_some(), "what was left is not there");
            assert!(self.journal.contains_key(key), "what was left is not kept");
        }
        self.in_order();
    }

    /// No two about the same are under way, and never too many.
    fn in_order(&self) {
        let mut about = BTreeSet::new();
        for key in self.under_way.iter().chain(&self.settling) {
            if let Some(entry) = self.queue.entry(*key) {
                assert!(about.insert(subject(entry.content.about())), "two about the same");
            }
        }
        assert!(self.under_way.len() <= AT_ONCE);
    }

    fn act(&mut self, act: Act) {
        let error = |code| CoreError::new(code, Language::En);
        let any = |all: &[IdempotencyKey], at: &prop::sample::Index| (!all.is_empty()).then(|| *at.get(all));
        let all: Vec<_> = self.queue.places.iter().map(|place| place.entry.key).collect();
        match act {
            Act::Leave {
                subject,
                submits,
                unsettled,
            } => {
                self.next += 1;
                let entry = Entry {
                    unsettled: submits && unsettled,
                    ..entry(self.next, subject, submits, self.now)
                };
                self.owed.insert(entry.key);
                self.journal.insert(entry.key, entry.clone());
                self.step(Happened::Left(Box::new(entry)));
            }
            Act::Answer(at, code) => {
                if let Some(key) = any(&self.under_way, &at) {
                    self.under_way.retain(|other| *other != key);
                    self.step(Happened::Answered(key, code.map_or(Ok(()), |code| Err(error(code)))));
                }
            }
            Act::Settle(at, code) => {
                if let Some(key) = any(&self.settling, &at) {
                    self.settling.retain(|other| *other != key);
                    let revision = u64::try_from(self.now).unwrap_or(0);
                    self.step(Happened::Settled(
                        key,
                        code.map_or(Ok(revision), |code| Err(error(code))),
                    ));
                }
            }
            Act::Online => self.step(Happened::Online),
            Act::Shut(shut) => self.queue.shut(shut),
            Act::Press(at) => {
                if let Some(key) = any(&all, &at) {
                    self.step(Happened::Pressed(key));
                }
            }
            // As the driver does: what may have arrived is only taken back once it is known.
            Act::TakeBack(at) => {
                if let Some(key) = any(&all, &at).filter(|key| !self.under_way.contains(key)) {
                    self.settling.retain(|other| *other != key);
                    self.step(Happened::TakenBack(key));
                }
            }
            Act::Pass(millis) => {
                self.now += millis;
                self.step(Happened::Time);
            }
            Act::Die => {
                self.under_way.clear();
                self.settling.clear();
                self.queue = Queue::default();
                let owed = std::mem::take(&mut self.owed);
                for entry in self.journal.clone().into_values() {
                    self.step(Happened::Found(Box::new(entry)));
                }
                self.owed = owed;
                self.step(Happened::Time);
            }
        }
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_goes_out_as_two_things(acts in prop::collection::vec(act(), 1..120)) {
        let mut terminal = Terminal::default();
        for act in acts {
            terminal.act(act);
        }
        // Everything heals: whoever was logged out is there again, and the hall takes all.
        terminal.act(Act::Die);
        for _ in 0..200 {
            if let Some(key) = terminal.settling.pop() {
                terminal.step(Happened::Settled(key, Ok(1)));
            } else if let Some(key) = terminal.under_way.pop() {
                terminal.step(Happened::Answered(key, Ok(())));
            } else {
                break;
            }
        }
        prop_assert_eq!(terminal.queue.open(), 0, "something is stuck");
        prop_assert!(terminal.queue.places.iter().all(|place| place.entry.verdict.is_some()));
    }
}
