//! Drafts of applications, and their submission.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::FormReference;
use crate::identity::{PersonView, TerminalKind};
use crate::{
    CaseId, CaseNumber, Date, DraftId, IdempotencyKey, ItemCode, ListCode, PersonId, Text, Timestamp, WriterId,
};

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
    /// The answers that the hall filled in from what it knows already, and that the citizen has neither changed nor
    /// confirmed. An answer that is saved again as it is is confirmed.
    #[serde(default)]
    pub prefilled: Vec<Prefilled>,
    /// What became of the draft since its form has a newer version; absent where it is filled in the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form_change: Option<crate::form_change::FormChange>,
}

/// An answer that the hall filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Prefilled {
    /// The answer.
    pub path: String,
    /// From where.
    pub source: PrefillSource,
}

/// Where an answer comes from that the hall filled in. Everything is the principal's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PrefillSource {
    /// The principal's profile.
    Profile,
    /// An e-certificate: what an earlier case of the principal ended with.
    Certificate {
        /// The case.
        case: CaseId,
        /// What it is: the name of the item's result.
        name: Text,
        /// The number of the certificate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
        /// When it was issued.
        at: Timestamp,
    },
    /// What was answered in an earlier case of the principal.
    Case {
        /// The case.
        case: CaseId,
        /// Its number.
        number: CaseNumber,
        /// The name of its service item.
        item_name: Text,
        /// When it was submitted.
        at: Timestamp,
    },
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
    /// The version of the city's calendar that it was evaluated with; absent where the form counts no working days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// The versions of the lists that it was evaluated with, of each list that the form lets choose from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, String>))]
    pub lists: BTreeMap<ListCode, String>,
    /// What the terminal made of each question and page (`#id`): a path for each that is shown, and a short hash. By them
    /// the backend can say what differs from its own evaluation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, String>))]
    pub marks: BTreeMap<String, String>,
    /// The transcript that `forms/confirm_changes` named: the citizen has seen what changed, and agrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<String>,
}

/// What `forms/confirm_changes` carries in `details`: the backend evaluated by another version of the rules, the calendar
/// or a list than the terminal, and came to something else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangesToConfirm {
    /// The transcript of the backend's evaluation: sent again as [`SubmitDraft::confirmed`], it is taken.
    pub transcript: String,
    /// What is other than the terminal showed. Empty where the terminal did not say what it showed.
    pub changes: Vec<EvaluationChange>,
}

/// One thing that two evaluations see differently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvaluationChange {
    /// The question, by its answer path; a page by `#` and its id.
    pub path: String,
    /// What became of it.
    pub what: ChangeKind,
    /// The value that the backend computed, of a question that is computed; null where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object, nullable))]
    pub value: Option<Value>,
}

/// What became of a question or page under another version of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ChangeKind {
    /// It is asked now.
    Shown,
    /// It is not asked any more; its answer is not submitted.
    Hidden,
    /// Another value is computed.
    Value,
    /// Something was wrong with it, and is not any more.
    Error,
}

/// With what answers were evaluated: who has the same comes to the same result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvaluatedWith {
    /// The version of the engine's semantics.
    pub engine: u32,
    /// The day that was today.
    pub as_of: Date,
    /// The version of the city's calendar; absent where the form counts no working days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// The versions of the lists that the form lets choose from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = std::collections::HashMap<String, String>))]
    pub lists: BTreeMap<ListCode, String>,
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
