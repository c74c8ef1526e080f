//! Two replicas on one database, at the same moment: what holds for one holds for both.

use std::collections::BTreeSet;
use std::sync::Arc;

use onehall_protocol::halls::Priority;
use onehall_protocol::{AppointmentId, Date, ErrorCode, IdempotencyKey, PersonId, StaffId, TicketId, Timestamp};
use uuid::Uuid;

use super::ZHANG_MIN;
use crate::error::Error;
use crate::halls::{Attempt, Book, Call, CheckIn, Moved, Sit, Take, Ticket};
use crate::storage::Storage;
use crate::testing::{TestHall, TestReplica};

fn must<T, E: std::fmt::Display>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> T {
    must(text.parse())
}

fn today() -> Date {
    parsed("2026-11-23")
}

fn attempt() -> Attempt {
    Attempt {
        key: IdempotencyKey(Uuid::now_v7()),
        payload: [7; 32],
    }
}

/// Why it was refused; empty where it was not.
fn why<T>(outcome: &Result<T, Error>) -> String {
    let why = |error: &Error| error.details()["why"].as_str().unwrap_or_default().to_owned();
    outcome.as_ref().err().map(why).unwrap_or_default()
}

struct Two {
    hall: TestHall,
    other: TestReplica,
    now: Timestamp,
}

impl Two {
    async fn open() -> Two {
        let hall = TestHall::open().await;
        let (other, now) = (hall.replica(), hall.state.clock.now());
        Two { hall, other, now }
    }

    fn stores(&self) -> [Arc<dyn Storage>; 2] {
        [&self.hall.state, &self.other.state].map(|state| Arc::clone(&state.storage))
    }

    fn take(&self, person: Option<PersonId>) -> Take {
        Take {
            id: TicketId(Uuid::now_v7()),
            attempt: attempt(),
            hall: parsed("central"),
            day: today(),
            queue: parsed("household"),
            letter: 'A',
            most_waiting: Some(80),
            person,
            priority: Priority::None,
            place: self.now.unix_millis(),
            item: None,
            client: None,
            now: self.now,
        }
    }

    async fn person(&self) -> PersonId {
        let session = self.hall.browser().log_in(ZHANG_MIN).await;
        parsed(session["actor"]["id"].as_str().unwrap_or_default())
    }

    /// Clerks at counters 1 and 2.
    async fn clerks(&self) -> [StaffId; 2] {
        let mut clerks = Vec::new();
        for (counter, account) in [(1, "ps-window"), (2, "ps-window-2")] {
            let session = self.hall.console().staff_log_in(account).await;
            let staff = parsed(session["id"].as_str().unwrap_or_default());
            let sit = Sit {
                hall: parsed("central"),
                counter: Some(counter),
                staff,
                day: today(),
                now: self.now,
            };
            must(self.hall.state.storage.sit(sit).await);
            clerks.push(staff);
        }
        [clerks[0], clerks[1]]
    }

    fn call(&self, counter: u16, staff: StaffId) -> Call {
        Call {
            attempt: attempt(),
            hall: parsed("central"),
            day: today(),
            staff,
            counter,
            queues: vec![parsed("household")],
            now: self.now,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_counters_that_call_at_once_never_call_the_same_number() {
    const ROUNDS: usize = 12;
    let two = Two::open().await;
    let (stores, clerks) = (two.stores(), two.clerks().await);
    for _ in 0..2 * ROUNDS {
        must(stores[0].take_ticket(two.take(None)).await);
    }
    let mut called = Vec::new();
    for _ in 0..ROUNDS {
        let (one, other) = tokio::join!(
            stores[0].call_next(two.call(1, clerks[0])),
            stores[1].call_next(two.call(2, clerks[1]))
        );
        let pair: [Ticket; 2] = [one, other].map(|called| must(called).unwrap_or_else(|| panic!("nobody was called")));
        for (ticket, (counter, staff)) in pair.iter().zip([(1, clerks[0]), (2, clerks[1])]) {
            let handle = crate::halls::Handle {
                call: two.call(counter, staff),
                ticket: ticket.id,
                doing: crate::halls::Doing::Finish,
            };
            must(stores[0].handle_ticket(handle).await);
            called.push(ticket.number.clone());
        }
    }
    let each: BTreeSet<_> = called.iter().cloned().collect();
    assert_eq!((called.len(), each.len()), (2 * ROUNDS, 2 * ROUNDS), "{called:?}");
    let mut in_order = called.clone();
    in_order.sort();
    // Of a pair either may be first, and no pair is called before the one before it.
    for (pair, sorted) in called.chunks(2).zip(in_order.chunks(2)) {
        assert_eq!(
            pair.iter().collect::<BTreeSet<_>>(),
            sorted.iter().collect::<BTreeSet<_>>()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_call_that_reaches_two_replicas_calls_one_person() {
    let two = Two::open().await;
    let (stores, clerks) = (two.stores(), two.clerks().await);
    for _ in 0..4 {
        must(stores[0].take_ticket(two.take(None)).await);
    }
    let call = two.call(1, clerks[0]);
    let (one, other) = tokio::join!(stores[0].call_next(call.clone()), stores[1].call_next(call));
    let numbers = [one, other].map(|called| must(called).map(|ticket| ticket.number));
    assert_eq!(numbers[0], numbers[1]);
    let line = must(stores[0].hall_line(parsed("central"), today()).await);
    assert_eq!((line.waiting.len(), line.at_counters.len()), (3, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_drawn_once_and_none_is_left_out() {
    let two = Two::open().await;
    let stores = two.stores();
    let mut drawing = Vec::new();
    for turn in 0..30 {
        let (store, take) = (Arc::clone(&stores[turn % 2]), two.take(None));
        drawing.push(tokio::spawn(async move { store.take_ticket(take).await }));
    }
    let mut numbers = BTreeSet::new();
    for task in drawing {
        numbers.insert(must(must(task.await)).number);
    }
    assert_eq!(numbers.len(), 30);
    assert_eq!(numbers.last().map(String::as_str), Some("A030"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_tries_of_one_person_at_once_one_has_the_number() {
    let two = Two::open().await;
    let (stores, person) = (two.stores(), two.person().await);
    let (one, other) = tokio::join!(
        stores[0].take_ticket(two.take(Some(person))),
        stores[1].take_ticket(two.take(Some(person)))
    );
    let mut outcomes = [why(&one), why(&other)];
    outcomes.sort();
    assert_eq!(outcomes, ["", "has_ticket"]);
    assert_eq!(must(stores[0].tickets_of(person, today()).await).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_place_of_a_time_is_given_once() {
    let two = Two::open().await;
    let stores = two.stores();
    let people = {
        let mut people = Vec::new();
        for phone in 0..6 {
            let session = two.hall.browser().log_in(&format!("1390000000{phone}")).await;
            people.push(parsed::<PersonId>(session["actor"]["id"].as_str().unwrap_or_default()));
        }
        people
    };
    let starts: Timestamp = parsed("2026-11-24T01:00:00.000Z");
    let book = |person: PersonId| Book {
        id: AppointmentId(Uuid::now_v7()),
        attempt: attempt(),
        person,
        hall: parsed("central"),
        queue: parsed("household"),
        item: None,
        at: Moved {
            day: parsed("2026-11-24"),
            starts,
            ends: starts.plus_seconds(1800),
            capacity: 3,
        },
        code: [0; 32],
        now: two.now,
    };
    let mut booking = Vec::new();
    for (turn, person) in people.into_iter().enumerate() {
        let (store, book) = (Arc::clone(&stores[turn % 2]), book(person));
        booking.push(tokio::spawn(async move { store.book(book).await }));
    }
    let mut outcomes = Vec::new();
    for task in booking {
        outcomes.push(why(&must(task.await)));
    }
    outcomes.sort();
    assert_eq!(outcomes, ["", "", "", "slot_full", "slot_full", "slot_full"]);
    let taken = stores[1]
        .booked(parsed("central"), parsed("household"), starts, starts.plus_seconds(1))
        .await;
    assert_eq!(must(taken), [(starts, 3)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_checks_in_by_phone_and_at_the_kiosk_at_once_has_one_number() {
    let two = Two::open().await;
    let (stores, person) = (two.stores(), two.person().await);
    let starts = two.now.plus_seconds(600);
    let book = Book {
        id: AppointmentId(Uuid::now_v7()),
        attempt: attempt(),
        person,
        hall: parsed("central"),
        queue: parsed("household"),
        item: None,
        at: Moved {
            day: today(),
            starts,
            ends: starts.plus_seconds(1800),
            capacity: 3,
        },
        code: [0; 32],
        now: two.now,
    };
    let appointment = must(stores[0].book(book).await);
    let check_in = || CheckIn {
        appointment: appointment.id,
        starts,
        take: two.take(Some(person)),
    };
    let (one, other) = tokio::join!(stores[0].check_in(check_in()), stores[1].check_in(check_in()));
    let numbers = [one, other].map(|ticket| must(ticket).number);
    assert_eq!(numbers, ["A001", "A001"]);
}

#[tokio::test]
async fn kiosks_of_one_network_draw_no_endless_numbers() {
    let two = Two::open().await;
    let stores = two.stores();
    let mut outcomes = Vec::new();
    for turn in 0..4 {
        let take = Take {
            client: Some(([1; 32], 3)),
            ..two.take(None)
        };
        outcomes.push(stores[turn % 2].take_ticket(take).await.err().map(|error| error.code()));
    }
    assert_eq!(outcomes, [None, None, None, Some(ErrorCode::TooManyRequests)]);
    must(stores[0].take_ticket(two.take(None)).await);
}
