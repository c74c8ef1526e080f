//! The time, as a port: what expires, locks or falls due is tested without waiting for it.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use onehall_protocol::{Date, Timestamp};
use tokio::time::MissedTickBehavior;

/// Tells the time.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Now, to the millisecond, in UTC.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_unix_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The first moment of a day of a city, which is so many minutes ahead of UTC.
#[must_use]
pub fn begin_of(day: Date, offset_minutes: i32) -> Timestamp {
    let midnight = day.calendar().midnight().assume_utc().unix_timestamp();
    Timestamp::from_unix_millis((midnight - i64::from(offset_minutes) * 60) * 1000)
}

/// Does some work now, and again and again, until the task is dropped. Work that took long is not made up for.
pub async fn every<Done: Future<Output = ()>>(period: Duration, mut work: impl FnMut() -> Done) {
    let mut tick = tokio::time::interval(period);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        work().await;
    }
}

/// A clock for tests: it stands until it is moved.
///
/// ```
/// use onehall_backend::clock::{Clock, ManualClock};
/// let clock = ManualClock::at("2026-11-23T01:00:00.000Z");
/// clock.advance(60);
/// assert_eq!(clock.now().to_string(), "2026-11-23T01:01:00.000Z");
/// ```
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `moment` (RFC 3339).
    ///
    /// # Panics
    /// If `moment` is no point in time.
    #[must_use]
    pub fn at(moment: &str) -> ManualClock {
        let moment: Timestamp = moment.parse().unwrap_or_else(|error| panic!("{moment}: {error}"));
        ManualClock(AtomicI64::new(moment.unix_millis()))
    }

    /// Moves the clock `seconds` on (back where negative).
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Moves the clock to `moment`.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.unix_millis(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0.load(Ordering::SeqCst))
    }
}
