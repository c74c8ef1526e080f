//! Events that were judged, and counts.

use onehall_protocol::analytics::InsightBy;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{Date, EventId, ItemCode, Timestamp};

/// An event that is to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedEvent {
    /// Names it.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// The day of that, on the city's clock.
    pub day: Date,
    /// Its declared name.
    pub event: &'static str,
    /// The service item, for events that have one.
    pub item: Option<ItemCode>,
    /// The value of its detail, for events that have one.
    pub detail: Option<&'static str>,
}

/// Takes a batch: every event that is new is kept and counted.
#[derive(Debug, Clone)]
pub struct TakeEvents {
    /// Keyed hash of the client's address, for the limit alone: it is not kept with the events.
    pub client: [u8; 32],
    /// How many batches one address may send in an hour.
    pub batches_per_client_hour: u32,
    /// The kind of terminal.
    pub terminal: TerminalKind,
    /// The events.
    pub events: Vec<CountedEvent>,
    /// Now.
    pub now: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// Counted now.
    pub new: u32,
    /// Had been counted before.
    pub known: u32,
}

/// Which counts are asked for.
#[derive(Debug, Clone)]
pub struct Question {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// By what they are put together.
    pub by: InsightBy,
    /// Only events about these items; all events where there is none.
    pub items: Option<Vec<ItemCode>>,
}

/// An answer's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// A day, a terminal, an item or a value.
    pub key: String,
    /// The event.
    pub event: String,
    /// How many.
    pub count: u64,
}
