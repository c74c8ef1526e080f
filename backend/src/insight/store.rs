//! What insight needs of a storage engine.

use async_trait::async_trait;
use onehall_protocol::{Date, Timestamp};

use super::model::{Count, Question, TakeEvents, Taken};
use crate::error::Result;

/// Events and their counts.
#[async_trait]
pub trait InsightStore: Send + Sync {
    /// Keeps the events that are not kept yet, and counts them. All of it or nothing: a batch that was taken and is sent
    /// again counts nothing more.
    ///
    /// # Errors
    /// `request/too_many` beyond the limit of the address.
    async fn take_events(&self, batch: TakeEvents) -> Result<Taken>;

    /// Counts by key and event.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn insight(&self, question: Question) -> Result<Vec<Count>>;

    /// Forgets the rows (not the counts) of days before `oldest`, and the limits' own records. Gives how many rows.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn forget_events(&self, oldest: Date, now: Timestamp) -> Result<u64>;
}
