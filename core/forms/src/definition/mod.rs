//! A form as an agency writes it.
//!
//! The JSON of these types is the documented format `onehall-form/1`. Unknown fields are refused, so that a misspelt
//! `requird` is a finding and not a silent gap.

mod asked;
mod kind;
mod parts;

use onehall_protocol::{FormCode, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use asked::asked;
pub use kind::Kind;
pub use onehall_protocol::catalog::MaterialSource;
pub use parts::{Choice, ComputedFormat, DateBound, IdType, NoteTone, Options};

/// The format that this crate reads.
pub const SCHEMA: &str = "onehall-form/1";

/// The version of the engine's semantics. It changes when the same definition and answers may give another evaluation.
pub const ENGINE: u32 = 2;

/// A JsonLogic expression. `var` names an answer path (`{"var": "marital_status"}`); inside a repeating group,
/// `{"var": "row.share"}` is the answer in the same row. A computed value is read like an answer.
pub type Rule = Value;

/// One version of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Definition {
    /// [`SCHEMA`].
    pub schema: String,
    /// The form.
    pub code: FormCode,
    /// Its version, from 1. A published version never changes.
    pub version: u32,
    /// Its title.
    pub title: Text,
    /// The pages, in order. A page is one thing to do.
    pub pages: Vec<Page>,
    /// Options that several questions share, by name.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub code_tables: std::collections::BTreeMap<String, Vec<Choice>>,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page {
    /// Its id: lower-case letters, digits and underscores, unique in the form.
    pub id: String,
    /// Its title: the one thing that it asks.
    pub title: Text,
    /// What helps to fill it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// The page is on the path only where this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub visible_when: Option<Rule>,
    /// The questions, in sections or not.
    pub questions: Vec<Question>,
    /// Where it goes on after this page, if not with the next one: the first whose rule is true decides. The pages in
    /// between are not on the path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<Next>,
}

/// A jump to a page further down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Next {
    /// It is taken where this is true; always, where absent. Unknown is not true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub when: Option<Rule>,
    /// The id of the page; it stands further down.
    pub page: String,
}

/// A question, or a section of questions ([`Kind::Section`]), which has its id, label, help, rule and what stands in it alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// Its id: lower-case letters, digits and underscores; unique in the form (in its group, for a group's question).
    pub id: String,
    /// What is asked.
    pub label: Text,
    /// What helps to answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// Whether an answer is needed wherever the question is visible.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// An answer is needed where this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub required_when: Option<Rule>,
    /// The question is asked only where this is true. Unknown (it hangs on an unanswered question) is not true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub visible_when: Option<Rule>,
    /// What must hold of the answer, beyond its kind. Unknown is no error.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub valid_when: Vec<Check>,
    /// Whether the answer is personal data beyond the ordinary: masked in lists, never in a log.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// The piece of data that it asks for, by name: `person.name`. A new draft takes its first answer from who has it: the
    /// profile, an e-certificate, an earlier case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefill: Option<String>,
    /// The kind, with what belongs to it.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What must hold of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Check {
    /// The rule.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub rule: Rule,
    /// What the citizen reads where it does not hold.
    pub message: Text,
}
