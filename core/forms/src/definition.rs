//! A form as an agency writes it.
//!
//! The JSON of these types is the documented format `onehall-form/1`. Unknown fields are refused, so that a misspelt
//! `requird` is a finding and not a silent gap.

use onehall_protocol::catalog::TrustGrade;
use onehall_protocol::{Date, FormCode, MaterialCode, Money, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The format that this crate reads.
pub const SCHEMA: &str = "onehall-form/1";

/// The version of the engine's semantics. It changes when the same definition and answers may give another evaluation.
pub const ENGINE: u32 = 1;

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
    /// The questions.
    pub questions: Vec<Question>,
}

/// A question.
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
    /// Key of the profile from which a new draft takes a first value: `person.name`.
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

/// The kinds of questions, and the JSON value that answers each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Kind {
    /// One line of text. Answer: string.
    Text {
        /// Most characters; 100 where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_length: Option<u32>,
        /// Fewest characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_length: Option<u32>,
        /// A regular expression that the whole answer matches (linear time; no look-around, no back-references).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// Several lines of text. Answer: string.
    LongText {
        /// Most characters; 1,000 where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_length: Option<u32>,
    },
    /// A number. Answer: JSON number.
    Number {
        /// Smallest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<f64>,
        /// Largest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<f64>,
        /// Most digits after the point; 0 (whole numbers) where absent.
        #[serde(default)]
        decimals: u8,
        /// The unit behind the field.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<Text>,
    },
    /// An amount in yuan. Answer: string with two decimals, `"1200.00"`; in rules its exact decimal value.
    Money {
        /// Smallest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<Money>,
        /// Largest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<Money>,
    },
    /// A day. Answer: `"2026-11-23"`.
    Date {
        /// First day allowed; `"today"` is the day of the evaluation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<DateBound>,
        /// Last day allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<DateBound>,
    },
    /// A mobile phone number. Answer: string, 11 digits.
    Phone {},
    /// An e-mail address. Answer: string.
    Email {},
    /// A citizen's identity number (GB 11643). Answer: string of 18.
    CitizenId {},
    /// A unified social credit code (GB 32100). Answer: string of 18.
    OrganisationCode {},
    /// A bank card number (Luhn). Answer: string of 12 to 19 digits.
    BankCard {},
    /// Yes or no. Answer: boolean.
    YesNo {},
    /// One of several. Answer: the option's value, a string.
    Choice {
        /// The options.
        #[serde(flatten)]
        options: Options,
    },
    /// Any number of several. Answer: array of the options' values, in the order of the options.
    Choices {
        /// The options.
        #[serde(flatten)]
        options: Options,
        /// Fewest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<u32>,
        /// Most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u32>,
    },
    /// A postal address. Answer: `{"region": "…", "detail": "…"}`, both strings.
    Address {},
    /// A material to hand in. Answer: array of files (`FileView` of the protocol).
    Material {
        /// The material of the service item.
        material: MaterialCode,
        /// Most files; 5 where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_files: Option<u32>,
        /// The lowest trust grade that is accepted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trust_grade: Option<TrustGrade>,
    },
    /// A statement that one agrees to. Answer: `true`; anything else is no agreement.
    Declaration {
        /// The statement.
        statement: Text,
    },
    /// A value that the engine computes. Never answered; read by rules like an answer, shown to the citizen.
    Computed {
        /// How.
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        value: Rule,
        /// How it is shown.
        #[serde(default)]
        format: ComputedFormat,
    },
    /// A text to read. Never answered.
    Note {
        /// How it is drawn.
        #[serde(default)]
        tone: NoteTone,
    },
    /// Rows of the same questions. Answer at the group's path: array of row ids (strings of 1 to 32 letters, digits and
    /// hyphens) in the order of the rows; a row's answers stand at `group/row/question`.
    Group {
        /// The questions of a row. Groups may nest.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        questions: Vec<Question>,
        /// Fewest rows.
        #[serde(default)]
        min_rows: u32,
        /// Most rows; 50 where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_rows: Option<u32>,
        /// What one row is: "shareholder".
        row_label: Text,
        /// The row's question whose answer names the row in lists.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        row_title: Option<String>,
    },
}

/// Where options come from: exactly one of the two.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Options {
    /// Written here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// A code table of the form, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_table: Option<String>,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    /// What the answer holds.
    pub value: String,
    /// What the citizen reads.
    pub label: Text,
    /// What helps to choose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// The option is offered only where this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub visible_when: Option<Rule>,
}

/// A bound of a date: a day, or the day of the evaluation and an offset from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DateBound {
    /// A day.
    Day(Date),
    /// The day of the evaluation, moved by days: `{"today_plus_days": -30}`.
    FromToday {
        /// How many days later; negative for earlier.
        today_plus_days: i32,
    },
}

/// How a computed value is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ComputedFormat {
    /// As it is.
    #[default]
    Plain,
    /// As an amount in yuan.
    Money,
    /// As a percentage: 25 is "25 %".
    Percent,
    /// Not at all: only rules read it.
    Hidden,
}

/// How a note is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum NoteTone {
    /// Plain text.
    #[default]
    Plain,
    /// Something to know.
    Info,
    /// Something to take care of.
    Warning,
}
