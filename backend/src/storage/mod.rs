//! Where everything is kept.
//!
//! Each centre owns a store trait of whole domain commands (`identity::IdentityStore`, ...); [`Storage`] is all of
//! them. An engine implements every trait: `sqlite/<centre>.rs` has `impl XStore for Database`. A command is one unit:
//! all of it is kept, or nothing.

mod folder;
pub mod sql;

pub use folder::{DataFolder, FolderError};

use async_trait::async_trait;
use onehall_protocol::Timestamp;

use crate::account::AccountStore;
use crate::cases::{CaseStore, EarlierCases};
use crate::catalog::CatalogStore;
use crate::drafts::DraftStore;
use crate::error::Result;
use crate::files::{BlobStore, FileStore, UploadStore};
use crate::founding::{Founding, FoundingState};
use crate::halls::HallStore;
use crate::identity::passkeys::PasskeyStore;
use crate::identity::{ContactStore, IdentityStore, LevelStore};
use crate::insight::InsightStore;
use crate::oidc::OidcStore;
use crate::oidc::notices::NoticeStore;
use crate::staff::{AuditStore, StaffStore};
use crate::sync::SyncStore;
use crate::updates::UpdateStore;

/// The whole store: a supertrait of every centre's.
#[async_trait]
pub trait Storage:
    CaseStore
    + EarlierCases
    + IdentityStore
    + AccountStore
    + LevelStore
    + PasskeyStore
    + ContactStore
    + StaffStore
    + AuditStore
    + DraftStore
    + FileStore
    + UploadStore
    + BlobStore
    + InsightStore
    + UpdateStore
    + SyncStore
    + CatalogStore
    + OidcStore
    + NoticeStore
    + HallStore
    + Send
    + Sync
    + std::fmt::Debug
    + 'static
{
    /// Whether the store answers: reads and writes one thing.
    ///
    /// # Errors
    /// What the engine says.
    async fn check(&self) -> Result<()>;

    /// What is counted for the metrics.
    ///
    /// # Errors
    /// What the engine says.
    async fn counts(&self, now: Timestamp) -> Result<Counts>;

    /// Whether the city's accounts were imported.
    ///
    /// # Errors
    /// What the engine says.
    async fn founding_state(&self) -> Result<FoundingState>;

    /// Whether the key with this mark is the one that the database was begun with. The first that is asked about is it.
    ///
    /// # Errors
    /// What the engine says.
    async fn is_key(&self, mark: [u8; 32]) -> Result<bool>;

    /// Imports the city's accounts: all of them, and the mark that it was done, or nothing.
    ///
    /// # Errors
    /// `backend/internal` if the database is not empty.
    async fn found(&self, founding: Founding, now: Timestamp) -> Result<()>;

    /// Finishes what was taken and closes. Afterwards every command fails with `backend/unavailable`.
    async fn close(&self);
}

/// What the store counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Commands that wait for the writer.
    pub commands_waiting: u64,
    /// Sessions of citizens that have not ended.
    pub citizen_sessions: u64,
    /// Sessions of staff that have not ended.
    pub staff_sessions: u64,
}
