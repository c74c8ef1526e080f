//! What drafts need of a storage engine.

use async_trait::async_trait;
use onehall_protocol::drafts::SaveDraft;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{DraftId, FileId, PersonId, Timestamp};

use super::model::{MoveDraft, OpenDraft, Opened, SaveOutcome, StoredDraft};
use crate::error::Result;

/// The most answers that one draft may hold: twice those of the largest form.
pub const MOST_ANSWERS: u32 = 20_000;

/// A save with who makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct SaveCommand {
    /// The draft.
    pub id: DraftId,
    /// Whose matters the actor may handle: the draft must be of one of them.
    pub principals: Vec<PersonId>,
    /// The changes.
    pub save: SaveDraft,
    /// From where.
    pub terminal: TerminalKind,
    /// When.
    pub now: Timestamp,
}

/// Drafts in storage. A draft of somebody who is not among `principals` is not found.
#[async_trait]
pub trait DraftStore {
    /// Starts a draft, or gives the open one.
    ///
    /// # Errors
    /// What the engine says.
    async fn open_draft(&self, open: OpenDraft) -> Result<Opened>;

    /// The open drafts of these principals without their answers, the last changed first.
    ///
    /// # Errors
    /// What the engine says.
    async fn list_drafts(&self, principals: Vec<PersonId>) -> Result<Vec<StoredDraft>>;

    /// A draft without its answers, open or submitted.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn draft_head(&self, id: DraftId, principals: Vec<PersonId>) -> Result<StoredDraft>;

    /// A draft with its answers, open or submitted.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn draft(&self, id: DraftId, principals: Vec<PersonId>) -> Result<StoredDraft>;

    /// Saves changes: all of them, or none.
    ///
    /// # Errors
    /// `request/not_found`, `drafts/submitted`; `drafts/full` beyond [`MOST_ANSWERS`].
    async fn save_draft(&self, command: SaveCommand) -> Result<SaveOutcome>;

    /// Moves an open draft to another version of its form, as one step. Nothing where the draft changed since it was
    /// decided: the next reading decides anew.
    ///
    /// # Errors
    /// `request/not_found`, `drafts/submitted`.
    async fn move_draft(&self, command: MoveDraft) -> Result<Option<StoredDraft>>;

    /// Throws an open draft away. Gives the files whose bytes may go now.
    ///
    /// # Errors
    /// `request/not_found`, `drafts/submitted`.
    async fn discard_draft(&self, id: DraftId, principals: Vec<PersonId>) -> Result<Vec<FileId>>;
}
