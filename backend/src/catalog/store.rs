//! What the catalog needs of a storage engine: a memory of the versions that were served.

use async_trait::async_trait;
use onehall_protocol::Timestamp;
use onehall_sync::Pieces;

use crate::error::Result;

/// A version of the catalog, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogVersion {
    /// Its version: a hash of its content.
    pub version: String,
    /// What it is made of.
    pub pieces: Pieces,
    /// When it was served.
    pub at: Timestamp,
}

/// The memory of versions.
#[async_trait]
pub trait CatalogStore {
    /// Remembers that a version is served, and no more than the last `most` of all.
    ///
    /// # Errors
    /// What the engine says.
    async fn remember_catalog(&self, version: CatalogVersion, most: usize) -> Result<()>;

    /// What a version was made of; none where it is not remembered.
    ///
    /// # Errors
    /// What the engine says.
    async fn catalog_pieces(&self, version: String) -> Result<Option<Pieces>>;
}
