//! A draft as a UI sees it that does not link the form engine: pages, questions, what is wrong, in plain data.

use onehall_forms::{Choice, Question};
use onehall_protocol::drafts::PrefillSource;
use onehall_protocol::form_change::FormChange;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{DraftId, ItemCode, Text, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A draft that is being filled: its path of pages, and one of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftForm {
    /// The draft.
    pub id: DraftId,
    /// The service item.
    pub item: ItemCode,
    /// The form's title.
    pub title: Text,
    /// The pages on the path, in order.
    pub pages: Vec<PageStep>,
    /// The page that was asked for.
    pub page: PageShown,
    /// How far it is.
    pub progress: FillingProgress,
    /// Whether nothing is wrong any more: it can be checked and submitted.
    pub complete: bool,
    /// What became of the draft since its form has a newer version, until something is answered here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form_change: Option<FormChange>,
}

/// A page on the path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageStep {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Whether nothing on it is wrong.
    pub complete: bool,
}

/// A page with its questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageShown {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// What helps to fill it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// The questions that are shown now, in order.
    pub questions: Vec<QuestionShown>,
}

/// A question that is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuestionShown {
    /// Its answer path: `shareholders/r1/name`.
    pub path: String,
    /// The question, as the form defines it.
    pub definition: Question,
    /// Its answer as it was given; null where there is none.
    pub value: Value,
    /// What the engine computed, for a question of kind `computed`; null where it is not known.
    pub computed: Value,
    /// Value or computed value as a person reads it, in the language of the preferences; empty where there is none.
    pub display: String,
    /// Whether an answer is required now.
    pub required: bool,
    /// What is wrong: at most one thing at a time.
    pub errors: Vec<QuestionFault>,
    /// The options that are offered now.
    pub options: Vec<Choice>,
    /// The rows of a repeating group.
    pub rows: Vec<RowShown>,
    /// What is shown in a section.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<QuestionShown>,
    /// Where the answer comes from, while it is one that the hall filled in and nobody changed or confirmed: to change the
    /// answer to what it is confirms it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefilled: Option<PrefillSource>,
    /// Other answers to it that did not stand against a later one: changed to one of them, it is back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<LostShown>,
}

/// An answer that did not stand against a later one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LostShown {
    /// Its number, by which it is dismissed.
    pub n: u32,
    /// The answer.
    pub value: Value,
    /// As a person reads it, in the language of the preferences.
    pub display: String,
    /// On which kind of terminal it was given.
    pub terminal: TerminalKind,
    /// When.
    pub at: Timestamp,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuestionFault {
    /// A stable code: `required`, `invalid_checksum`.
    pub code: String,
    /// What to do about it, in the language of the preferences.
    pub message: String,
}

/// A row of a repeating group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowShown {
    /// Its id.
    pub id: String,
    /// Its path: `shareholders/r1`.
    pub path: String,
    /// What names it in lists; empty where nothing does yet.
    pub title: String,
    /// Its questions that are shown.
    pub questions: Vec<QuestionShown>,
}

/// How far a filling is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillingProgress {
    /// Pages on the path.
    pub pages: usize,
    /// Pages on the path where nothing is wrong.
    pub complete_pages: usize,
    /// Shown questions that need an answer.
    pub required: usize,
    /// Those of them that have a sound one.
    pub answered: usize,
}
