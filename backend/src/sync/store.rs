//! What synchronisation needs of a storage engine.

use async_trait::async_trait;
use onehall_protocol::{PersonId, Timestamp};
use onehall_sync::Positions;

use super::model::{PullQuestion, Pulled, SnapshotPage, SnapshotQuestion};
use crate::error::Result;
use crate::identity::Reach;

/// The logs of changes in storage. That a change is logged is part of the command that makes it, and no command here.
#[async_trait]
pub trait SyncStore {
    /// What changed since a cursor, as it is now.
    ///
    /// # Errors
    /// What the engine says.
    async fn pull(&self, question: PullQuestion) -> Result<Pulled>;

    /// Whether a pull from these places would bring anything that is within reach.
    ///
    /// # Errors
    /// What the engine says.
    async fn has_changed(&self, principals: Vec<PersonId>, positions: Positions, reach: Reach) -> Result<bool>;

    /// A page of all that is there.
    ///
    /// # Errors
    /// What the engine says.
    async fn snapshot(&self, question: SnapshotQuestion) -> Result<SnapshotPage>;

    /// Takes changes from before a moment out of the logs of at most so many principals. Gives of how many it did.
    ///
    /// # Errors
    /// What the engine says.
    async fn trim_changes(&self, before: Timestamp, most: usize) -> Result<usize>;
}
