//! What is kept of levels, as whole commands.

use async_trait::async_trait;
use onehall_protocol::assurance::{LevelRaised, LevelWay};
use onehall_protocol::identity::AssuranceLevel;
use onehall_protocol::{CitizenId, HallCode, PersonId, StaffId, Timestamp};

use super::model::Person;
use crate::error::Result;

/// Something that is counted, and how often it may be within a time.
#[derive(Debug, Clone, Copy)]
pub struct Counter {
    /// What is counted.
    pub kind: &'static str,
    /// Of whom: a keyed hash.
    pub who: [u8; 32],
    /// Seconds.
    pub period: i64,
    /// How often within them.
    pub most: u32,
}

/// Raises the level of an account.
#[derive(Clone)]
pub struct RaiseLevel {
    /// Whose.
    pub person: PersonId,
    /// To which. A level never sinks.
    pub level: AssuranceLevel,
    /// By what.
    pub way: LevelWay,
    /// Name and number that were matched; none where those of the account were.
    pub matched: Option<(String, CitizenId)>,
    /// The clerk, the hall in which they sit, and the code that the citizen showed; it is used up.
    pub by: Option<(StaffId, Option<HallCode>, [u8; 32])>,
    /// Now.
    pub now: Timestamp,
}

/// A code to show at a window; it takes the place of the one before.
#[derive(Debug, Clone, Copy)]
pub struct NewVisit {
    /// Whose.
    pub person: PersonId,
    /// Keyed hash of the code.
    pub code: [u8; 32],
    /// Until when it counts.
    pub expires_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// The store of levels.
#[async_trait]
pub trait LevelStore: Send + Sync {
    /// Counts a try before it is made, so that however many come at once, no more are made than one after the other would be.
    ///
    /// # Errors
    /// `request/too_many` beyond one of the counters; then nothing was counted.
    async fn count_try(&self, counters: Vec<Counter>, now: Timestamp) -> Result<()>;

    /// Takes a try back that was counted at `now`: nobody could make it.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn take_try_back(&self, counters: Vec<Counter>, now: Timestamp) -> Result<()>;

    /// Raises a level, with the trace of who did it; what the hall says of the person to others' applications follows.
    ///
    /// # Errors
    /// `identity/number_in_use` (another account has the number), `identity/other_person` (the account has another number),
    /// `identity/wrong_code` (the clerk's code was used meanwhile).
    async fn raise_level(&self, raise: RaiseLevel) -> Result<()>;

    /// The last time that the level of an account was raised.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn last_raise(&self, person: PersonId) -> Result<Option<LevelRaised>>;

    /// Keeps a code to show at a window.
    ///
    /// # Errors
    /// `identity/wrong_code` where another account has the same code at this moment: the caller makes another one.
    async fn keep_visit(&self, visit: NewVisit) -> Result<()>;

    /// Whose code it is; none where it expired or is nobody's.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn visitor(&self, code: [u8; 32], now: Timestamp) -> Result<Option<Person>>;
}
