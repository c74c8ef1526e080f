//! What the kinds of questions are made of.

use onehall_protocol::{Date, Language, Text};
use serde::{Deserialize, Serialize};

use super::Rule;

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
