//! How long one waits, from how long serving took lately. Pure.
//!
//! The counters that work now are taken through the line as it stands: whoever counts as having come first goes to the counter
//! of theirs that is free first. Counters that call from several queues are so accounted for as they are. Where too little
//! was measured, or no counter calls from the queue, nothing is said.

use std::collections::BTreeMap;

use onehall_protocol::{QueueCode, Timestamp};

use super::floor::{Counter, Floor};
use super::model::{Line, Measured, Ticket};

/// Of how few measured tickets nothing is concluded.
const LEAST_MEASURED: u32 = 5;

const MINUTE: i64 = 60_000;

/// How many of its queue are called before somebody at `place`.
#[must_use]
pub fn before(line: &Line, queue: &QueueCode, place: i64) -> u32 {
    let ahead = line
        .waiting
        .iter()
        .filter(|ticket| ticket.queue == *queue && ticket.place < place);
    u32::try_from(ahead.count()).unwrap_or(u32::MAX)
}

/// How many wait in a queue.
#[must_use]
pub fn waiting(line: &Line, queue: &QueueCode) -> u32 {
    before(line, queue, i64::MAX)
}

/// The counters at which somebody works now.
pub fn staffed<'a>(floor: &'a Floor, line: &'a Line) -> impl Iterator<Item = &'a Counter> {
    floor
        .counters
        .iter()
        .filter(|counter| line.seats.iter().any(|seat| seat.counter == counter.number))
}

/// How long somebody in `queue` waits who counts as having come at `place`, in minutes, rounded up.
#[must_use]
pub fn wait_minutes(floor: &Floor, line: &Line, queue: &QueueCode, place: i64, now: Timestamp) -> Option<u32> {
    let own = known(&line.measured, queue)?;
    let mean = |queue: &QueueCode| known(&line.measured, queue).unwrap_or(own);
    let mut counters: Vec<(&Counter, i64)> = staffed(floor, line)
        .map(|counter| (counter, busy_for(line, counter, mean, now)))
        .collect();
    let mut next = |queue: &QueueCode| {
        let of_queue = counters
            .iter_mut()
            .filter(|(counter, _)| counter.queues.contains(queue));
        of_queue.min_by_key(|(_, free)| *free).map(|(_, free)| {
            let begins = *free;
            *free += mean(queue);
            begins
        })
    };
    for ticket in line.waiting.iter().take_while(|ticket| ticket.place < place) {
        // A queue from which nobody calls takes no counter's time.
        next(&ticket.queue);
    }
    let millis = next(queue)?;
    u32::try_from(millis.saturating_add(MINUTE - 1) / MINUTE).ok()
}

fn known(measured: &BTreeMap<QueueCode, Measured>, queue: &QueueCode) -> Option<i64> {
    let measured = measured
        .get(queue)
        .filter(|measured| measured.count >= LEAST_MEASURED)?;
    Some(measured.mean_millis.max(1))
}

/// How long a counter is still taken by whoever it has called.
fn busy_for(line: &Line, counter: &Counter, mean: impl Fn(&QueueCode) -> i64, now: Timestamp) -> i64 {
    let at_it = |ticket: &&Ticket| ticket.counter == Some(counter.number);
    line.at_counters.iter().find(at_it).map_or(0, |ticket| {
        let since = ticket
            .called_at
            .map_or(0, |called| now.unix_millis() - called.unix_millis());
        (mean(&ticket.queue) - since).max(0)
    })
}

#[cfg(test)]
mod tests {
    use onehall_protocol::halls::{Priority, TicketState};
    use onehall_protocol::{StaffId, TicketId};
    use uuid::Uuid;

    use super::super::floor::Hours;
    use super::super::model::Seat;
    use super::*;

    fn code(text: &str) -> QueueCode {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn floor(counters: &[(u16, &[&str])]) -> Floor {
        let counters = counters.iter().map(|(number, queues)| Counter {
            number: *number,
            authorities: Vec::new(),
            queues: queues.iter().map(|queue| code(queue)).collect(),
            hours: Vec::new(),
        });
        Floor {
            kiosks: Vec::new(),
            code: "central".parse().unwrap_or_else(|error| panic!("{error}")),
            hours: Hours::default(),
            from_home: true,
            queues: Vec::new(),
            counters: counters.collect(),
        }
    }

    fn ticket(queue: &str, place: i64) -> Ticket {
        Ticket {
            id: TicketId(Uuid::now_v7()),
            hall: "central".parse().unwrap_or_else(|error| panic!("{error}")),
            day: "2026-11-23".parse().unwrap_or_else(|error| panic!("{error}")),
            queue: code(queue),
            number: format!("A{place:03}"),
            state: TicketState::Waiting,
            priority: Priority::None,
            place,
            counter: None,
            item: None,
            taken_at: Timestamp::from_unix_millis(place),
            called_at: None,
            calls: 0,
        }
    }

    /// A line: who waits, at which counters somebody works, how many minutes a queue takes.
    fn line(waiting: &[(&str, i64)], counters: &[u16], minutes: &[(&str, i64)]) -> Line {
        let seat = |counter: &u16| Seat {
            hall: "central".parse().unwrap_or_else(|error| panic!("{error}")),
            counter: *counter,
            staff: StaffId(Uuid::now_v7()),
            name: String::new(),
        };
        let mean = |minutes: i64| Measured {
            count: LEAST_MEASURED,
            mean_millis: minutes * MINUTE,
        };
        Line {
            waiting: waiting.iter().map(|(queue, place)| ticket(queue, *place)).collect(),
            seats: counters.iter().map(seat).collect(),
            measured: minutes
                .iter()
                .map(|(queue, minutes)| (code(queue), mean(*minutes)))
                .collect(),
            ..Line::default()
        }
    }

    fn wait(floor: &Floor, line: &Line, queue: &str, place: i64) -> Option<u32> {
        wait_minutes(floor, line, &code(queue), place, Timestamp::from_unix_millis(0))
    }

    #[test]
    fn two_counters_take_a_line_twice_as_fast() {
        let floor = floor(&[(1, &["a"]), (2, &["a"])]);
        let four = [("a", 1), ("a", 2), ("a", 3), ("a", 4)];
        assert_eq!(wait(&floor, &line(&four, &[1], &[("a", 10)]), "a", 9), Some(40));
        assert_eq!(wait(&floor, &line(&four, &[1, 2], &[("a", 10)]), "a", 9), Some(20));
        assert_eq!(wait(&floor, &line(&four, &[1, 2], &[("a", 10)]), "a", 2), Some(0));
    }

    #[test]
    fn a_counter_that_calls_from_two_queues_has_time_for_both() {
        let floor = floor(&[(1, &["a", "b"])]);
        let line = line(&[("b", 1), ("a", 2)], &[1], &[("a", 10), ("b", 25)]);
        assert_eq!(wait(&floor, &line, "a", 9), Some(35));
        assert_eq!(before(&line, &code("a"), 9), 1, "of its own queue");
    }

    #[test]
    fn who_is_served_takes_what_is_left_of_the_usual_time() {
        let floor = floor(&[(1, &["a"])]);
        let mut line = line(&[], &[1], &[("a", 10)]);
        let mut served = ticket("a", 0);
        (served.counter, served.called_at) = (Some(1), Some(Timestamp::from_unix_millis(-4 * MINUTE)));
        line.at_counters = vec![served];
        assert_eq!(wait(&floor, &line, "a", 9), Some(6));
        line.at_counters[0].called_at = Some(Timestamp::from_unix_millis(-40 * MINUTE));
        assert_eq!(wait(&floor, &line, "a", 9), Some(0));
    }

    #[test]
    fn nothing_is_said_where_too_little_was_measured_or_nobody_calls() {
        let floor = floor(&[(1, &["a"]), (2, &["b"])]);
        assert_eq!(wait(&floor, &line(&[], &[1], &[("b", 10)]), "a", 9), None);
        assert_eq!(wait(&floor, &line(&[], &[2], &[("a", 10)]), "a", 9), None);
        let mut few = line(&[], &[1], &[("a", 10)]);
        if let Some(measured) = few.measured.get_mut(&code("a")) {
            measured.count -= 1;
        }
        assert_eq!(wait(&floor, &few, "a", 9), None);
    }
}
