//! The kinds of questions.

use onehall_protocol::catalog::{MaterialSource, TrustGrade};
use onehall_protocol::files::{FileLimits, FileType};
use onehall_protocol::{ListCode, MaterialCode, Money, Text};
use serde::{Deserialize, Serialize};

use super::parts::{ComputedFormat, DateBound, IdType, NoteTone, Options};
use super::{Question, Rule};
use crate::time_of_day::TimeOfDay;

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
        /// The types of files that are taken; all that the hall takes where absent.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        accept: Vec<FileType>,
        /// The most kilobytes (of 1,024 bytes) of a file; as many as the hall takes where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_kilobytes: Option<u32>,
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
    /// Questions that stand together under a heading, the label. Never answered, and no step of an answer path: a question
    /// keeps its answers where it moves into a section or out of one. Where a section is hidden, all in it is.
    Section {
        /// What stands in it. Sections nest, at most three deep on a page or in a row.
        #[cfg_attr(feature = "openapi", schema(no_recursion))]
        questions: Vec<Question>,
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

    /// What a file may be that answers it, where it asks for files.
    ///
    /// ```
    /// use onehall_forms::Question;
    /// let photo: Question = serde_json::from_str(r#"{"id": "photo", "kind": "material", "material": "photo",
    ///     "accept": ["image/jpeg"], "max_kilobytes": 200, "label": {"zh-CN": "照片", "en": "Photo"}}"#)?;
    /// assert_eq!(photo.kind.file_limits().map(|limits| limits.bytes), Some(200 * 1024));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn file_limits(&self) -> Option<FileLimits> {
        let Kind::Material {
            accept, max_kilobytes, ..
        } = self
        else {
            return None;
        };
        let all = FileLimits::default();
        Some(FileLimits {
            types: match accept.as_slice() {
                [] => all.types,
                some => all.types.into_iter().filter(|one| some.contains(one)).collect(),
            },
            bytes: max_kilobytes.map_or(all.bytes, |most| u64::from(most) * 1024),
        })
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
        !matches!(self, Kind::Computed { .. } | Kind::Note { .. } | Kind::Section { .. })
    }
}
