//! Drafts as they are kept.

use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{AnswerChange, AnswerOrigin, Answers, LostAnswer, PrefillSource, Prefilled};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CaseId, DraftId, ItemCode, PersonId, Timestamp};
use serde_json::Value;

use crate::identity::Reach;

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
    /// The version of the form that it came from, where it moved and nobody was told of it yet.
    pub moved_from: Option<u32>,
    /// The answers; empty where only a list was asked for.
    pub answers: Answers,
    /// The answers that the hall filled in and that nobody changed or confirmed since.
    pub prefilled: Vec<Prefilled>,
    /// The latest stamp of an answer, in milliseconds since 1970.
    pub clock: u64,
    /// The answers that did not stand.
    pub lost: Vec<LostAnswer>,
    /// Where the answers came from that were given last.
    pub latest: Vec<AnswerOrigin>,
}

/// Starts a draft, or finds the open one of the same principal and item.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenDraft {
    /// The id, if it is a new one.
    pub id: DraftId,
    /// Whether a terminal began it already and gave it this id: it is begun once, and what came of that is known for good.
    pub begun: bool,
    /// Who starts it.
    pub actor: PersonId,
    /// Whose matter it is.
    pub principal: PersonId,
    /// For which service item.
    pub item: ItemCode,
    /// The form version that a new draft is pinned to.
    pub form: FormReference,
    /// First answers of a new draft.
    pub prefilled: Vec<FirstAnswer>,
    /// From where.
    pub terminal: TerminalKind,
    /// When.
    pub now: Timestamp,
}

/// An answer that a new draft begins with: the hall knew it.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstAnswer {
    /// Where it stands.
    pub path: String,
    /// The answer.
    pub value: Value,
    /// From where.
    pub source: PrefillSource,
}

/// What came of [`OpenDraft`].
#[derive(Debug, Clone, PartialEq)]
pub enum Opened {
    /// A new draft.
    New(StoredDraft),
    /// The one that was open.
    Existing(StoredDraft),
}

/// Moves an open draft to a newer version of its form, exactly as it was decided for.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveDraft {
    /// The draft.
    pub id: DraftId,
    /// Whose matters the actor may handle, and which: the draft must be among them.
    pub reach: Reach,
    /// The version that it has.
    pub from: FormReference,
    /// The version that it gets.
    pub to: FormReference,
    /// The revision that it must still have.
    pub revision: u64,
    /// The answers that the new version takes in another form; null where a blank has no question any more.
    pub changes: Vec<AnswerChange>,
    /// First answers to what the new version asks besides, as a new draft has them.
    pub prefilled: Vec<FirstAnswer>,
    /// When.
    pub now: Timestamp,
}

/// How much was deleted because it had been kept long enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Answers that did not stand.
    pub answers: usize,
    /// Rows that were taken away, with their answers.
    pub rows: usize,
}

/// What a terminal is told of the hall's clock: the time, and later than every stamp in the draft.
#[must_use]
pub fn clock_of(latest_stamp: u64, now: Timestamp) -> u64 {
    u64::try_from(now.unix_millis())
        .unwrap_or(0)
        .max(latest_stamp.saturating_add(1))
}
