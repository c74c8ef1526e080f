//! A form as an agency writes it.
//!
//! The JSON of these types is the documented format `onehall-form/1`. Unknown fields are refused, so that a misspelt
//! `requird` is a finding and not a silent gap.

use onehall_protocol::catalog::TrustGrade;
use onehall_protocol::{Date, FormCode, Language, ListCode, MaterialCode, Money, Text};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::time_of_day::TimeOfDay;

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
    /// The questions.
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
        /// How the answer is written: `9` is a digit, `A` a letter from A to Z in either case, `*` one of both, all else
        /// stands for itself and is put in where it was not typed; `\` before a sign takes its meaning away.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mask: Option<String>,
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
    /// A time of day. Answer: `"14:30"`, of 24 hours.
    Time {
        /// Earliest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<TimeOfDay>,
        /// Latest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<TimeOfDay>,
        /// How many minutes lie between two times that can be chosen, counted from the earliest; 1 where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        step_minutes: Option<u32>,
    },
    /// Days from one to another, both included. Answer: `{"from": "2026-01-01", "to": "2026-01-31"}`; rules read
    /// `stay.from` and `stay.to`.
    DateRange {
        /// First day allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<DateBound>,
        /// Last day allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<DateBound>,
        /// Fewest days.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min_days: Option<u32>,
        /// Most days.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_days: Option<u32>,
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
    /// One entry of a list of the hall, too long or too often changed to stand in the form. Answer:
    /// `{"code": "2-02-10", "label": {"zh-CN": "…", "en": "…"}}`; rules read `job.code`.
    ListChoice {
        /// The list.
        list: ListCode,
    },
    /// A region (GB/T 2260), chosen level by level. Answer: as of a choice from a list, the label is the whole way:
    /// `云岭省兰川市河东区`.
    Region {
        /// The list; `regions` where absent.
        #[serde(default = "Kind::regions", skip_serializing_if = "Kind::is_regions")]
        list: ListCode,
        /// The level that is chosen, 1 the highest; the lowest there is where absent, or where a branch ends before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        depth: Option<u8>,
    },
    /// A person. Answer: `{"name": "李雷", "id_type": "citizen_id", "id_number": "…", "phone": "…"}`, the phone only where
    /// it is asked for; rules read `spouse.id_number`.
    Person {
        /// The kinds of identity document that are taken; a citizen's identity number where absent.
        #[serde(default = "Kind::citizens", skip_serializing_if = "Kind::is_citizens")]
        id_types: Vec<IdType>,
        /// Whether a mobile phone number belongs to it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        phone: bool,
    },
    /// A signature. Answer: `{"strokes": [[x, y, x, y, …], …]}`, whole numbers in a field of 600 by 200, at most 16 KB; or
    /// `{"typed": "李雷"}` of who cannot draw.
    Signature {},
    /// A postal address. Answer: `{"region": "…", "detail": "…"}`, both strings.
    Address {},
    /// A material to hand in. Answer: array of files (`FileView` of the protocol, and `source` beside its
    /// fields where a file was not uploaded for this form).
    Material {
        /// The material of the service item.
        material: MaterialCode,
        /// Most files; 5 where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_files: Option<u32>,
        /// The lowest trust grade that is accepted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trust_grade: Option<TrustGrade>,
        /// Where it may come from; an upload where absent.
        #[serde(default = "Kind::uploaded", skip_serializing_if = "Kind::is_uploaded")]
        sources: Vec<MaterialSource>,
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

impl Kind {
    fn regions() -> ListCode {
        match "regions".parse() {
            Ok(code) => code,
            Err(_) => unreachable!("a code of letters"),
        }
    }

    fn is_regions(list: &ListCode) -> bool {
        list.as_str() == "regions"
    }

    fn citizens() -> Vec<IdType> {
        vec![IdType::CitizenId]
    }

    fn is_citizens(types: &[IdType]) -> bool {
        types == [IdType::CitizenId]
    }

    fn uploaded() -> Vec<MaterialSource> {
        vec![MaterialSource::Upload]
    }

    fn is_uploaded(sources: &[MaterialSource]) -> bool {
        sources == [MaterialSource::Upload]
    }

    /// The list of the hall from which it is chosen, if it is.
    #[must_use]
    pub fn list(&self) -> Option<&ListCode> {
        match self {
            Kind::ListChoice { list } | Kind::Region { list, .. } => Some(list),
            _ => None,
        }
    }

    /// Whether the citizen can answer it at all.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        !matches!(self, Kind::Computed { .. } | Kind::Note { .. })
    }
}

/// An identity document of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum IdType {
    /// A citizen's identity number, 居民身份证 (GB 11643); residence permits of people from Hong Kong, Macao and Taiwan
    /// have one too.
    CitizenId,
    /// A passport of any country, 护照.
    Passport,
    /// The mainland travel permit of residents of Hong Kong and Macao, 港澳居民来往内地通行证.
    HkMacaoPermit,
    /// The mainland travel permit of residents of Taiwan, 台湾居民来往大陆通行证.
    TaiwanPermit,
    /// The permanent residence card of a foreigner, 外国人永久居留身份证.
    ForeignPermanent,
}

impl IdType {
    /// Every type.
    pub const ALL: [IdType; 5] = [
        IdType::CitizenId,
        IdType::Passport,
        IdType::HkMacaoPermit,
        IdType::TaiwanPermit,
        IdType::ForeignPermanent,
    ];

    /// What the document is called.
    #[must_use]
    pub const fn label(self, language: Language) -> &'static str {
        match (self, language) {
            (IdType::CitizenId, Language::ZhCn) => "居民身份证",
            (IdType::CitizenId, Language::En) => "identity card",
            (IdType::Passport, Language::ZhCn) => "护照",
            (IdType::Passport, Language::En) => "passport",
            (IdType::HkMacaoPermit, Language::ZhCn) => "港澳居民来往内地通行证",
            (IdType::HkMacaoPermit, Language::En) => "mainland travel permit for Hong Kong and Macao residents",
            (IdType::TaiwanPermit, Language::ZhCn) => "台湾居民来往大陆通行证",
            (IdType::TaiwanPermit, Language::En) => "mainland travel permit for Taiwan residents",
            (IdType::ForeignPermanent, Language::ZhCn) => "外国人永久居留身份证",
            (IdType::ForeignPermanent, Language::En) => "foreign permanent resident identity card",
        }
    }

    /// The type in an answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            IdType::CitizenId => "citizen_id",
            IdType::Passport => "passport",
            IdType::HkMacaoPermit => "hk_macao_permit",
            IdType::TaiwanPermit => "taiwan_permit",
            IdType::ForeignPermanent => "foreign_permanent",
        }
    }

    /// The type of a text.
    #[must_use]
    pub fn named(text: &str) -> Option<IdType> {
        IdType::ALL.into_iter().find(|id_type| id_type.as_str() == text)
    }
}

/// Where a material may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MaterialSource {
    /// The citizen uploads it.
    Upload,
    /// An e-certificate of the citizen.
    ECertificate,
    /// A file of an earlier case of the citizen.
    Case,
    /// The hall gets it itself: there is nothing to hand in, so it is never required.
    Derived,
}

impl MaterialSource {
    /// Every source.
    pub const ALL: [MaterialSource; 4] = [
        MaterialSource::Upload,
        MaterialSource::ECertificate,
        MaterialSource::Case,
        MaterialSource::Derived,
    ];

    /// The source of a text.
    #[must_use]
    pub fn named(text: &str) -> Option<MaterialSource> {
        MaterialSource::ALL.into_iter().find(|source| source.as_str() == text)
    }

    /// The source as the answer of a material names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            MaterialSource::Upload => "upload",
            MaterialSource::ECertificate => "e_certificate",
            MaterialSource::Case => "case",
            MaterialSource::Derived => "derived",
        }
    }
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
    /// As a day: `"2026-11-23"` is "23 November 2026".
    Date,
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
