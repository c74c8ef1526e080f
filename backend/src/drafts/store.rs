//! What drafts need of a storage engine.

use std::collections::BTreeSet;

use async_trait::async_trait;
use onehall_protocol::drafts::{DraftSaved, GivenAnswer, SaveDraft, StampedChange};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{DraftId, FileId, Timestamp};

use super::model::{MoveDraft, OpenDraft, Opened, StoredDraft, Swept};
use crate::error::Result;
use crate::identity::Reach;

/// The most answers that one draft may hold: twice those of the largest form.
pub const MOST_ANSWERS: u32 = 20_000;

/// The most characters that they may have in all: a draft is read whole, by whoever has it open.
pub const MOST_CHARACTERS: u64 = 2_000_000;

/// The most rows of a group, with those that were taken away within the days in which they can come back.
pub const MOST_ROWS: usize = 2_000;

/// The most writers of a draft: each start of a terminal is one.
pub const MOST_WRITERS: u32 = 2_000;

/// The most answers that one draft keeps of those that did not stand.
pub const MOST_LOST: usize = 50;

/// The most characters of these in all: they come with each view and each save. The last one is kept however long it is.
pub const MOST_LOST_CHARACTERS: u64 = 200_000;

/// How many days they are kept.
pub const LOST_DAYS: i64 = 30;

/// The most changes that are told where a draft moved.
pub const MOST_CHANGES_TOLD: usize = 100;

/// A save with who makes it.
#[derive(Debug, Clone)]
pub struct SaveCommand {
    /// The draft.
    pub id: DraftId,
    /// Whose matters the actor may handle: the draft must be of one of them.
    pub reach: Reach,
    /// The changes.
    pub save: SaveDraft,
    /// Those of its paths that are repeating groups: their rows are merged, not their lists.
    pub groups: BTreeSet<String>,
    /// Decides between two answers.
    pub merge: onehall_sync::Merge,
    /// From where.
    pub terminal: TerminalKind,
    /// When.
    pub now: Timestamp,
}

/// Answers that came too late: their questions went with a version of the form.
#[derive(Debug, Clone, PartialEq)]
pub struct LateAnswers {
    /// The draft.
    pub id: DraftId,
    /// Whose matters the actor may handle: the draft must be of one of them.
    pub reach: Reach,
    /// The answers.
    pub changes: Vec<StampedChange>,
    /// From where.
    pub terminal: TerminalKind,
    /// When.
    pub now: Timestamp,
}

/// Drafts in storage. A draft that is out of `reach` is not found, or `identity/delegation_ended`.
#[async_trait]
pub trait DraftStore {
    /// Starts a draft, or gives the open one. Of one that a terminal began: what came of it the first time, open or submitted.
    ///
    /// # Errors
    /// `request/not_found`: what came of one that a terminal began is gone, or its id is another draft's.
    async fn open_draft(&self, open: OpenDraft) -> Result<Opened>;

    /// The open drafts within reach, without their answers, the last changed first.
    ///
    /// # Errors
    /// What the engine says.
    async fn list_drafts(&self, reach: Reach) -> Result<Vec<StoredDraft>>;

    /// A draft without its answers, open or submitted.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn draft_head(&self, id: DraftId, reach: Reach) -> Result<StoredDraft>;

    /// A draft with its answers, open or submitted.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn draft(&self, id: DraftId, reach: Reach) -> Result<StoredDraft>;

    /// Merges changes in, as one step. Where two terminals differ the later answer stands, and the other one is kept.
    ///
    /// # Errors
    /// `request/not_found`, `drafts/submitted`; `drafts/full` beyond [`MOST_ANSWERS`], [`MOST_CHARACTERS`],
    /// [`MOST_ROWS`] or [`MOST_WRITERS`].
    async fn save_draft(&self, command: SaveCommand) -> Result<DraftSaved>;

    /// Keeps answers to questions that the draft's form asks no longer with those that did not stand: nobody brings them back,
    /// but whoever gave them is told.
    ///
    /// # Errors
    /// `request/not_found`, `drafts/submitted`.
    async fn keep_late(&self, late: LateAnswers) -> Result<()>;

    /// What changed since a revision, the latest first, [`MOST_CHANGES_TOLD`] at most.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn changed_since(&self, id: DraftId, reach: Reach, revision: u64) -> Result<Vec<GivenAnswer>>;

    /// Forgets an answer that did not stand. One that is gone already is forgotten.
    ///
    /// # Errors
    /// `request/not_found`, `drafts/submitted`.
    async fn dismiss_lost(&self, id: DraftId, reach: Reach, n: u32, now: Timestamp) -> Result<()>;

    /// Deletes answers that did not stand and rows that were taken away, both since before a time; `most` of each.
    ///
    /// # Errors
    /// What the engine says.
    async fn sweep_drafts(&self, before: Timestamp, most: u32) -> Result<Swept>;

    /// Deletes that terminals had begun drafts before a moment, of drafts that are gone: at most `most` of them. Gives how many.
    ///
    /// # Errors
    /// What the engine says.
    async fn sweep_begun(&self, before: Timestamp, most: u32) -> Result<usize>;

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
    async fn discard_draft(&self, id: DraftId, reach: Reach, now: Timestamp) -> Result<Vec<FileId>>;
}
