//! The shape of a definition's JSON: which fields stand where, and what each holds.
//!
//! serde would tell of one fault at a time and not where it stands; this check tells of all, each with its path.

use onehall_protocol::files::FILE_TYPES;
use onehall_protocol::{Date, FormCode, ListCode, MaterialCode, Money};
use serde_json::{Map, Value};

use super::finding::{Finding, is_full};
use super::wrong::Wrong;
use crate::time_of_day::TimeOfDay;

/// What a field holds.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Text,
    Name,
    Flag,
    Count,
    /// A count from 1.
    Version,
    Level,
    Number,
    Amount,
    DateBound,
    Time,
    Rule,
    /// A rule that holds or not.
    Decision,
    Code,
    FormCode,
    ListCode,
    OneOf(&'static [&'static str]),
    SomeOf(&'static [&'static str]),
    Nexts,
    Pages,
    Questions,
    Choices,
    Checks,
    CodeTables,
}

pub(super) struct Field(
    pub(super) &'static str,
    pub(super) Shape,
    /// Whether it has to be there.
    pub(super) bool,
);

const fn needed(name: &'static str, shape: Shape) -> Field {
    Field(name, shape, true)
}

const fn optional(name: &'static str, shape: Shape) -> Field {
    Field(name, shape, false)
}

pub(super) const DEFINITION: &[Field] = &[
    needed("schema", Shape::Name),
    needed("code", Shape::FormCode),
    needed("version", Shape::Version),
    needed("title", Shape::Text),
    needed("pages", Shape::Pages),
    optional("code_tables", Shape::CodeTables),
];
pub(super) const PAGE: &[Field] = &[
    needed("id", Shape::Name),
    needed("title", Shape::Text),
    optional("help", Shape::Text),
    optional("visible_when", Shape::Decision),
    needed("questions", Shape::Questions),
    optional("next", Shape::Nexts),
];
pub(super) const NEXT: &[Field] = &[optional("when", Shape::Decision), needed("page", Shape::Name)];
pub(super) const QUESTION: &[Field] = &[
    needed("id", Shape::Name),
    needed("label", Shape::Text),
    needed("kind", Shape::Name),
    optional("help", Shape::Text),
    optional("required", Shape::Flag),
    optional("required_when", Shape::Decision),
    optional("visible_when", Shape::Decision),
    optional("valid_when", Shape::Checks),
    optional("sensitive", Shape::Flag),
    optional("prefill", Shape::Name),
];
/// What a section has of that: it is a heading, and asks nothing itself.
const SECTION: &[Field] = &[
    needed("id", Shape::Name),
    needed("label", Shape::Text),
    needed("kind", Shape::Name),
    optional("help", Shape::Text),
    optional("visible_when", Shape::Decision),
];
pub(super) const CHOICE: &[Field] = &[
    needed("value", Shape::Name),
    needed("label", Shape::Text),
    optional("help", Shape::Text),
    optional("visible_when", Shape::Decision),
];
pub(super) const CHECK: &[Field] = &[needed("rule", Shape::Decision), needed("message", Shape::Text)];
const ID_TYPES: &[&str] = &[
    "citizen_id",
    "passport",
    "hk_macao_permit",
    "taiwan_permit",
    "foreign_permanent",
];
const SOURCES: &[&str] = &["upload", "e_certificate", "case", "derived"];
pub(super) const TEXT: &[Field] = &[needed("zh-CN", Shape::Name), needed("en", Shape::Name)];

/// The kinds of questions, and the fields that belong to each.
pub(super) const KINDS: &[(&str, &[Field])] = &[
    (
        "text",
        &[
            optional("max_length", Shape::Count),
            optional("min_length", Shape::Count),
            optional("pattern", Shape::Name),
            optional("mask", Shape::Name),
        ],
    ),
    ("long_text", &[optional("max_length", Shape::Count)]),
    (
        "number",
        &[
            optional("min", Shape::Number),
            optional("max", Shape::Number),
            optional("decimals", Shape::Count),
            optional("unit", Shape::Text),
        ],
    ),
    (
        "money",
        &[optional("min", Shape::Amount), optional("max", Shape::Amount)],
    ),
    (
        "date",
        &[optional("min", Shape::DateBound), optional("max", Shape::DateBound)],
    ),
    (
        "time",
        &[
            optional("min", Shape::Time),
            optional("max", Shape::Time),
            optional("step_minutes", Shape::Count),
        ],
    ),
    (
        "date_range",
        &[
            optional("min", Shape::DateBound),
            optional("max", Shape::DateBound),
            optional("min_days", Shape::Count),
            optional("max_days", Shape::Count),
        ],
    ),
    ("phone", &[]),
    ("email", &[]),
    ("citizen_id", &[]),
    ("organisation_code", &[]),
    ("bank_card", &[]),
    ("yes_no", &[]),
    ("choice", OPTIONS),
    (
        "choices",
        &[
            optional("options", Shape::Choices),
            optional("code_table", Shape::Name),
            optional("min", Shape::Count),
            optional("max", Shape::Count),
        ],
    ),
    ("list_choice", &[needed("list", Shape::ListCode)]),
    (
        "region",
        &[optional("list", Shape::ListCode), optional("depth", Shape::Level)],
    ),
    (
        "person",
        &[
            optional("id_types", Shape::SomeOf(ID_TYPES)),
            optional("phone", Shape::Flag),
        ],
    ),
    ("address", &[]),
    (
        "material",
        &[
            needed("material", Shape::Code),
            optional("max_files", Shape::Count),
            optional("accept", Shape::SomeOf(&FILE_TYPES)),
            optional("max_kilobytes", Shape::Count),
            optional("trust_grade", Shape::OneOf(&["A", "B", "C", "D"])),
            optional("sources", Shape::SomeOf(SOURCES)),
        ],
    ),
    ("signature", &[]),
    ("declaration", &[needed("statement", Shape::Text)]),
    (
        "computed",
        &[
            needed("value", Shape::Rule),
            optional("format", Shape::OneOf(&["plain", "money", "percent", "date", "hidden"])),
        ],
    ),
    ("note", &[optional("tone", Shape::OneOf(&["plain", "info", "warning"]))]),
    ("section", &[needed("questions", Shape::Questions)]),
    (
        "group",
        &[
            needed("questions", Shape::Questions),
            optional("min_rows", Shape::Count),
            optional("max_rows", Shape::Count),
            needed("row_label", Shape::Text),
            optional("row_title", Shape::Name),
        ],
    ),
];
const OPTIONS: &[Field] = &[optional("options", Shape::Choices), optional("code_table", Shape::Name)];

/// The fields that belong to a kind; none for a kind that there is not.
fn kind(name: &str) -> Option<&'static [Field]> {
    KINDS.iter().find(|(kind, _)| *kind == name).map(|(_, fields)| *fields)
}

/// The fields that a question of a kind has besides its own.
pub(super) fn common(kind: &str) -> &'static [Field] {
    match kind {
        "section" => SECTION,
        _ => QUESTION,
    }
}

/// The longest name of a code table, in characters.
pub(super) const LONGEST_NAME: usize = 64;

/// Every fault of the shape, as many as are told.
pub(super) fn check(definition: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    object(definition, &[DEFINITION], "", &mut findings);
    findings
}

fn object(value: &Value, fields: &[&[Field]], path: &str, findings: &mut Vec<Finding>) {
    let Value::Object(given) = value else {
        findings.push(Finding::new(path, Wrong::NoObject));
        return;
    };
    for name in given.keys() {
        if is_full(findings) {
            return;
        }
        if !fields.iter().any(|fields| fields.iter().any(|field| field.0 == name)) {
            let known: Vec<&str> = fields.iter().copied().flatten().map(|field| field.0).collect();
            let wrong = Wrong::UnknownField {
                field: name.clone(),
                known: known.join(", "),
            };
            findings.push(Finding::new(format!("{path}/{}", escaped(name)), wrong));
        }
    }
    for Field(name, shape, needed) in fields.iter().flat_map(|fields| fields.iter()) {
        match given.get(*name) {
            None if *needed => {
                findings.push(Finding::new(path, Wrong::MissingField { field: name }));
            }
            None => {}
            Some(value) => field(value, *shape, &format!("{path}/{}", escaped(name)), findings),
        }
    }
}

fn field(value: &Value, shape: Shape, path: &str, findings: &mut Vec<Finding>) {
    let wrong = |wrong: Wrong| Some(Finding::new(path, wrong));
    let text = value.as_str();
    let is_count = value.as_u64().is_some_and(|count| count <= u64::from(u32::MAX));
    let found = match shape {
        Shape::Text if !value.is_object() => wrong(Wrong::NoTexts),
        Shape::Text => {
            object(value, &[TEXT], path, findings);
            None
        }
        Shape::Name if text.is_none() => wrong(Wrong::NoText),
        Shape::Flag if !value.is_boolean() => wrong(Wrong::NoFlag),
        Shape::Count if !is_count => wrong(Wrong::NoCount),
        Shape::Version if !is_count => wrong(Wrong::NoVersion),
        Shape::Level if !value.as_u64().is_some_and(|level| (1..=5).contains(&level)) => wrong(Wrong::NoLevel),
        Shape::Number if !value.is_number() => wrong(Wrong::NoNumber),
        Shape::Amount if text.and_then(|text| text.parse::<Money>().ok()).is_none() => wrong(Wrong::NoAmount),
        Shape::Time if text.and_then(|text| text.parse::<TimeOfDay>().ok()).is_none() => wrong(Wrong::NoTime),
        Shape::Rule | Shape::Decision if value.is_null() => wrong(Wrong::NoRule),
        Shape::Code if text.and_then(|text| text.parse::<MaterialCode>().ok()).is_none() => wrong(Wrong::NoCode),
        Shape::FormCode if text.and_then(|text| text.parse::<FormCode>().ok()).is_none() => wrong(Wrong::NoCode),
        Shape::ListCode if text.and_then(|text| text.parse::<ListCode>().ok()).is_none() => wrong(Wrong::NoCode),
        Shape::SomeOf(names) if !some_of(value, names) => wrong(Wrong::NotSomeOf {
            names: names.join(", "),
        }),
        Shape::OneOf(names) if !text.is_some_and(|text| names.contains(&text)) => wrong(Wrong::NoneOf {
            names: names.join(", "),
        }),
        Shape::DateBound if !is_date_bound(value) => wrong(Wrong::NoDay),
        Shape::Nexts => {
            each(value, path, findings, |next, path, findings| {
                object(next, &[NEXT], path, findings)
            });
            None
        }
        Shape::Pages => {
            each(value, path, findings, |page, path, findings| {
                object(page, &[PAGE], path, findings)
            });
            None
        }
        Shape::Questions => {
            each(value, path, findings, question);
            None
        }
        Shape::Choices => {
            each(value, path, findings, |choice, path, findings| {
                object(choice, &[CHOICE], path, findings)
            });
            None
        }
        Shape::Checks => {
            each(value, path, findings, |check, path, findings| {
                object(check, &[CHECK], path, findings)
            });
            None
        }
        Shape::CodeTables => match value {
            Value::Object(tables) => {
                for (name, table) in tables {
                    if name.chars().count() > LONGEST_NAME {
                        findings.push(Finding::new(path, Wrong::LongName { most: LONGEST_NAME }));
                        continue;
                    }
                    field(table, Shape::Choices, &format!("{path}/{}", escaped(name)), findings);
                }
                None
            }
            _ => wrong(Wrong::NoCodeTables),
        },
        _ => None,
    };
    findings.extend(found);
}

fn each(value: &Value, path: &str, findings: &mut Vec<Finding>, check: fn(&Value, &str, &mut Vec<Finding>)) {
    match value {
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                if is_full(findings) {
                    return;
                }
                check(item, &format!("{path}/{at}"), findings);
            }
        }
        _ => findings.push(Finding::new(path, Wrong::NoList)),
    }
}

fn question(value: &Value, path: &str, findings: &mut Vec<Finding>) {
    let name = value.get("kind").and_then(Value::as_str);
    match name.map(kind) {
        Some(Some(own)) => object(value, &[common(name.unwrap_or_default()), own], path, findings),
        Some(None) => {
            let kinds: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
            let wrong = Wrong::UnknownKind {
                kind: name.unwrap_or_default().to_owned(),
                known: kinds.join(", "),
            };
            findings.push(Finding::new(format!("{path}/kind"), wrong));
        }
        // Without a kind nothing can be said about the other fields.
        None => findings.push(Finding::new(path, Wrong::MissingKind)),
    }
}

/// Whether it is a list of at least one of these names and no other, each at most once.
fn some_of(value: &Value, names: &[&str]) -> bool {
    let Some(items) = value.as_array() else { return false };
    let sound = |(at, item): (usize, &Value)| {
        item.as_str().is_some_and(|item| names.contains(&item)) && !items[..at].contains(item)
    };
    !items.is_empty() && items.iter().enumerate().all(sound)
}

fn is_date_bound(value: &Value) -> bool {
    let days = |fields: &Map<String, Value>| {
        fields.len() == 1
            && fields
                .get("today_plus_days")
                .and_then(Value::as_i64)
                .is_some_and(|days| i32::try_from(days).is_ok())
    };
    match value {
        Value::String(text) => text.parse::<Date>().is_ok(),
        Value::Object(fields) => days(fields),
        _ => false,
    }
}

/// A name as a step of a JSON pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
