//! Drafts of applications, and their submission.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::FormReference;
use crate::identity::{PersonView, TerminalKind};
use crate::{CaseId, CaseNumber, Date, DraftId, IdempotencyKey, ItemCode, PersonId, Text, Timestamp, WriterId};

/// Answers by path. `name` for a question, `shareholders/r1/name` for a question in row `r1` of a repeating group;
/// the group's own path holds the list of its row ids. The values' shapes are those of the question's kind
/// (onehall-forms).
pub type Answers = BTreeMap<String, Value>;

/// Starts a draft, or gives back the one that is open for this item and principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartDraft {
    /// The service item.
    pub item: ItemCode,
    /// Whose matter it is; the actor's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal: Option<PersonId>,
}

/// A draft as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftSummary {
    /// The draft.
    pub id: DraftId,
    /// The service item.
    pub item: ItemCode,
    /// Its name.
    pub item_name: Text,
    /// Whose matter it is.
    pub principal: PersonView,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// On which kind of terminal it was last changed.
    pub terminal: TerminalKind,
    /// The page on which the citizen was last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The form version that it is pinned to.
    pub form: FormReference,
    /// Counts up with each change.
    pub revision: u64,
}

/// A draft with its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftView {
    /// What lists know of it.
    #[serde(flatten)]
    pub summary: DraftSummary,
    /// The answers.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub answers: Answers,
    /// The paths whose value was taken from the profile and not yet touched by the citizen.
    #[serde(default)]
    pub prefilled: Vec<String>,
}

/// One changed answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerChange {
    /// The answer.
    pub path: String,
    /// Its new value; null takes it away.
    #[cfg_attr(feature = "openapi", schema(value_type = Object, nullable))]
    pub value: Value,
}

/// Saves changed answers. Either all are taken or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveDraft {
    /// The revision that the terminal has seen. An answer that another terminal changed since, to another value, makes
    /// the request fail with `drafts/conflict`.
    pub base_revision: u64,
    /// Who saves: what this writer wrote itself since `base_revision` (an answer to it was lost) is no conflict.
    pub writer: WriterId,
    /// The changes.
    pub changes: Vec<AnswerChange>,
    /// The page on which the citizen is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

/// The draft after a save.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftSaved {
    /// The new revision.
    pub revision: u64,
    /// When the backend took it.
    pub saved_at: Timestamp,
    /// Answers that other terminals changed since `base_revision` and that this save did not touch.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub others: Answers,
}

/// What `drafts/conflict` carries in `details.conflicts`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerConflict {
    /// The answer.
    pub path: String,
    /// What the backend holds.
    #[cfg_attr(feature = "openapi", schema(value_type = Object, nullable))]
    pub value: Value,
    /// The revision at which it was set.
    pub revision: u64,
    /// From which kind of terminal.
    pub terminal: TerminalKind,
    /// When.
    pub at: Timestamp,
}

/// Submits a draft. Header `Idempotency-Key` names the attempt: however often it is sent, one case comes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubmitDraft {
    /// The exact revision that the citizen checked.
    pub revision: u64,
    /// The day as of which the terminal evaluated the form.
    pub as_of: Date,
    /// The version of the engine's semantics.
    pub engine: u32,
    /// The transcript hash of the terminal's evaluation, lower-case hex.
    pub transcript: String,
}

/// The receipt of a submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Receipt {
    /// The case.
    pub case_id: CaseId,
    /// Its number.
    pub number: CaseNumber,
    /// The service item.
    pub item: ItemCode,
    /// Its name.
    pub item_name: Text,
    /// When the backend took it: this is the legal time.
    pub submitted_at: Timestamp,
    /// The attempt that made it.
    pub key: IdempotencyKey,
    /// SHA-256 over the answers as submitted (the transcript), lower-case hex.
    pub transcript: String,
}
