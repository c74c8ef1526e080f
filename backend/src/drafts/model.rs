//! Drafts as they are kept.

use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{AnswerConflict, Answers, DraftSaved};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CaseId, DraftId, ItemCode, PersonId, Timestamp};

/// A draft as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredDraft {
    /// Its id.
    pub id: DraftId,
    /// Who started it.
    pub actor: PersonId,
    /// Whose matter it is.
    pub principal: PersonId,
    /// For which service item.
    pub item: ItemCode,
    /// The form version that it is pinned to.
    pub form: FormReference,
    /// Counts up with each change.
    pub revision: u64,
    /// The page on which the citizen was last.
    pub page: Option<String>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// From which kind of terminal.
    pub terminal: TerminalKind,
    /// The case that it became.
    pub submitted_case: Option<CaseId>,
    /// The answers; empty where only a list was asked for.
    pub answers: Answers,
    /// Paths whose value came from the profile and was not touched since.
    pub prefilled: Vec<String>,
}

/// Starts a draft, or finds the open one of the same principal and item.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenDraft {
    /// The id, if it is a new one.
    pub id: DraftId,
    /// Who starts it.
    pub actor: PersonId,
    /// Whose matter it is.
    pub principal: PersonId,
    /// For which service item.
    pub item: ItemCode,
    /// The form version that a new draft is pinned to.
    pub form: FormReference,
    /// First answers of a new draft, from the profile.
    pub prefilled: Answers,
    /// From where.
    pub terminal: TerminalKind,
    /// When.
    pub now: Timestamp,
}

/// What came of [`OpenDraft`].
#[derive(Debug, Clone, PartialEq)]
pub enum Opened {
    /// A new draft.
    New(StoredDraft),
    /// The one that was open.
    Existing(StoredDraft),
}

/// What came of a save.
#[derive(Debug, Clone, PartialEq)]
pub enum SaveOutcome {
    /// All changes are kept.
    Saved(DraftSaved),
    /// Nothing was kept: another writer changed these answers.
    Conflict(Vec<AnswerConflict>),
}
