//! What updates need of a storage engine.

use async_trait::async_trait;
use onehall_protocol::Timestamp;

use super::model::{ReleaseCount, TakeReports};
use crate::error::Result;

/// What terminals tell of releases.
#[async_trait]
pub trait UpdateStore: Send + Sync {
    /// Counts each report that was not counted before; how many were new. Of each network only `per_network` decide on whether a
    /// release is stopped. All of it or nothing.
    ///
    /// # Errors
    /// `request/too_many` beyond the limit of the address.
    async fn take_update_reports(&self, reports: TakeReports) -> Result<u32>;

    /// What became of every release, by app and the newest first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn update_counts(&self) -> Result<Vec<ReleaseCount>>;

    /// Forgets the reports (not the counts) from before `oldest`: one that is sent so late counts twice. Forgets the networks of
    /// releases of which nothing was told since.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn forget_update_reports(&self, oldest: Timestamp) -> Result<u64>;
}
