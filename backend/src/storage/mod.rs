//! Where everything is kept.
//!
//! Each centre owns a store trait of whole domain commands (`identity::IdentityStore`, ...); [`Storage`] is all of
//! them. An engine implements every trait: `sqlite/<centre>.rs` has `impl XStore for Sqlite`. A command is one unit:
//! all of it is kept, or nothing.

pub mod sqlite;

use async_trait::async_trait;

use crate::cases::CaseStore;
use crate::drafts::DraftStore;
use crate::error::Result;
use crate::files::FileStore;
use crate::identity::IdentityStore;
use crate::staff::StaffStore;

/// The whole store: a supertrait of every centre's.
#[async_trait]
pub trait Storage: CaseStore + IdentityStore + StaffStore + DraftStore + FileStore + Send + Sync + std::fmt::Debug + 'static {
    /// Whether the store answers: reads and writes one thing.
    ///
    /// # Errors
    /// What the engine says.
    async fn check(&self) -> Result<()>;

    /// Finishes what was taken and closes. Afterwards every command fails with `backend/unavailable`.
    async fn close(&self);
}
