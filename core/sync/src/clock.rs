//! A hybrid logical clock: what is given after something was seen is stamped later than it, whatever the clocks of the
//! terminals say; else the time decides.
//!
//! ```
//! # use onehall_sync::Clock;
//! # use onehall_protocol::WriterId;
//! let mut slow = Clock::new(WriterId(uuid::Uuid::from_u128(1)));
//! let mut fast = Clock::new(WriterId(uuid::Uuid::from_u128(2)));
//! let first = fast.tick(9_000);
//! slow.receive(first.at);
//! assert!(slow.tick(1_000) > first);
//! ```

use onehall_protocol::WriterId;
use onehall_protocol::sync::Stamp;

/// How far a stamp may be ahead of the hall's clock, in milliseconds. What is further ahead is put right.
pub const MOST_AHEAD_MS: u64 = 60_000;

/// From how far on a terminal's own clock is called wrong, in milliseconds: less may be the way of the answer.
const NOTICED_MS: u64 = 2_000;

/// The clock of one writer. Its stamps only grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    writer: WriterId,
    at: u64,
    count: u32,
    /// How far the terminal's own clock is known to be ahead of the hall's.
    ahead: u64,
}

impl Clock {
    /// The clock of a writer that has given nothing yet.
    #[must_use]
    pub fn new(writer: WriterId) -> Clock {
        Clock {
            writer,
            at: 0,
            count: 0,
            ahead: 0,
        }
    }

    /// A stamp for what is given now. `now` is the terminal's own time, in milliseconds since 1970.
    pub fn tick(&mut self, now: u64) -> Stamp {
        let now = now.saturating_sub(self.ahead);
        if now > self.at {
            (self.at, self.count) = (now, 0);
        } else {
            (self.at, self.count) = next(self.at, self.count);
        }
        Stamp {
            at: self.at,
            count: self.count,
            writer: self.writer,
        }
    }

    /// Something stamped `at` was seen: what is given from now on is later.
    pub fn receive(&mut self, at: u64) {
        // Of what was seen within that millisecond the count is not known: the next one is later than all of it.
        let at = at.saturating_add(1);
        if at > self.at {
            (self.at, self.count) = (at, 0);
        }
    }

    /// The hall's clock was read as `hall` while the terminal's own said `now`. A terminal that runs ahead is put right from
    /// here on, so that the hall need not do it with each stamp.
    pub fn hear(&mut self, hall: u64, now: u64) {
        let ahead = now.saturating_sub(hall);
        self.ahead = if ahead > NOTICED_MS { ahead } else { 0 };
    }
}

/// The stamp as the hall takes it at `now`: one that is further ahead than any honest clock counts as given now.
#[must_use]
pub fn clamped(stamp: Stamp, now: u64) -> Stamp {
    if stamp.at <= now.saturating_add(MOST_AHEAD_MS) {
        return stamp;
    }
    Stamp { at: now, ..stamp }
}

/// The stamp, or the first one of its writer after `seen`: who had that in sight answered after it, whatever the clock said.
#[must_use]
pub fn after(stamp: Stamp, seen: Stamp) -> Stamp {
    if stamp > seen {
        return stamp;
    }
    let (at, count) = next(seen.at, seen.count);
    Stamp { at, count, ..stamp }
}

fn next(at: u64, count: u32) -> (u64, u32) {
    match count.checked_add(1) {
        Some(count) => (at, count),
        None => (at.saturating_add(1), 0),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn writer(number: u128) -> WriterId {
        WriterId(Uuid::from_u128(number))
    }

    #[test]
    fn a_clock_that_is_set_back_gives_no_earlier_stamp() {
        let mut clock = Clock::new(writer(1));
        let first = clock.tick(5_000);
        let second = clock.tick(1_000);
        assert!(second > first);
        assert_eq!((second.at, second.count), (5_000, 1));
    }

    #[test]
    fn what_was_given_with_another_answer_in_sight_is_later_than_it() {
        let (mut fast, mut slow) = (Clock::new(writer(9)), Clock::new(writer(1)));
        fast.tick(7_000);
        let theirs = fast.tick(7_000);
        assert_eq!(theirs.count, 1);
        slow.receive(theirs.at);
        assert!(
            slow.tick(10) > theirs,
            "the count within a millisecond does not decide, either"
        );
    }

    #[test]
    fn a_terminal_that_is_an_hour_ahead_is_put_right_once_the_hall_was_heard() {
        const HOUR: u64 = 3_600_000;
        let mut clock = Clock::new(writer(1));
        clock.hear(10_000, 10_000 + HOUR);
        assert_eq!(clock.tick(10_500 + HOUR).at, 10_500);
        // Set right by its owner, it is not put right twice.
        clock.hear(20_000, 20_400);
        assert_eq!(clock.tick(21_000).at, 21_000);
    }

    #[test]
    fn a_stamp_far_ahead_counts_as_given_now_and_one_within_a_minute_as_it_says() {
        let stamp = |at| Stamp {
            at,
            count: 3,
            writer: writer(1),
        };
        assert_eq!(clamped(stamp(60_000 + 7), 7).at, 60_007);
        assert_eq!(clamped(stamp(60_000 + 8), 7), stamp(7));
        assert_eq!(clamped(stamp(u64::MAX), u64::MAX).at, u64::MAX);
    }

    #[test]
    fn what_had_another_answer_in_sight_comes_after_it_even_where_the_count_is_full() {
        let seen = Stamp {
            at: 5,
            count: u32::MAX,
            writer: writer(9),
        };
        let given = Stamp {
            at: 1,
            count: 0,
            writer: writer(1),
        };
        let put = after(given, seen);
        assert!(put > seen);
        assert_eq!((put.at, put.count, put.writer), (6, 0, writer(1)));
        assert_eq!(after(seen, given), seen);
    }

    proptest! {
        /// Whatever the terminal's clock does and whatever comes in, one writer's stamps only grow.
        #[test]
        fn stamps_of_a_writer_only_grow(events in prop::collection::vec((0u8..4, 0u64..200_000), 1..80)) {
            let mut clock = Clock::new(writer(1));
            let mut last: Option<Stamp> = None;
            for (event, time) in events {
                match event {
                    0 => clock.receive(time),
                    1 => clock.hear(time, 100_000),
                    _ => {
                        let stamp = clock.tick(time);
                        prop_assert!(last.is_none_or(|last| stamp > last));
                        last = Some(stamp);
                    }
                }
            }
        }
    }
}
