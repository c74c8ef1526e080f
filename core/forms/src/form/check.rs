//! What must hold of a definition beyond its shape: of texts, bounds, options and names.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::Text;
use onehall_protocol::catalog::TrustGrade;
use regex_lite::{Regex, RegexBuilder};

use super::finding::Finding;
use super::nodes::pointer;
use super::shape::escaped;
use crate::decimal::Decimal;
use crate::definition::{Choice, DateBound, Definition, Kind, MaterialSource, Options, Question, SCHEMA};
use crate::mask;

/// The most rows that a group may allow.
const MOST_ROWS: u32 = 1_000;
/// The most characters that a text may allow.
const MOST_CHARACTERS: u32 = 20_000;

/// Checks the definition as a whole; the questions are checked one by one with [`question`].
pub(super) fn definition(definition: &Definition, findings: &mut Vec<Finding>) {
    if definition.schema != SCHEMA {
        findings.push(Finding::new(
            "/schema",
            "unknown_schema",
            format!("should be \"{SCHEMA}\""),
        ));
    }
    if definition.version == 0 {
        findings.push(Finding::new("/version", "bad_version", "versions count from 1"));
    }
    text(&definition.title, "/title", findings);
    if definition.pages.is_empty() {
        findings.push(Finding::new("/pages", "empty", "a form has at least one page"));
    }
    for (at, page) in definition.pages.iter().enumerate() {
        let path = pointer(&[at as u32]);
        text(&page.title, &format!("{path}/title"), findings);
        optional_text(page.help.as_ref(), &format!("{path}/help"), findings);
        if page.questions.is_empty() {
            findings.push(Finding::new(
                format!("{path}/questions"),
                "empty",
                "a page has at least one question",
            ));
        }
    }
    for (name, table) in &definition.code_tables {
        options(table, &format!("/code_tables/{}", escaped(name)), findings);
    }
}

/// Checks one question at `path`; the questions of a group are checked on their own.
pub(super) fn question(form: &Definition, question: &Question, path: &str, findings: &mut Vec<Finding>) {
    text(&question.label, &format!("{path}/label"), findings);
    optional_text(question.help.as_ref(), &format!("{path}/help"), findings);
    for (at, check) in question.valid_when.iter().enumerate() {
        text(&check.message, &format!("{path}/valid_when/{at}/message"), findings);
    }
    if !question.kind.is_answered() && (question.required || question.required_when.is_some()) {
        findings.push(Finding::new(
            path,
            "never_answered",
            "this kind is never answered, so it cannot be required",
        ));
    }
    let mut find = |field: &str, code: &'static str, message: &str| {
        findings.push(Finding::new(format!("{path}{field}"), code, message));
    };
    match &question.kind {
        Kind::Text {
            max_length,
            min_length,
            mask,
            ..
        } => {
            characters(*max_length, *min_length, &mut find);
            if let Some(mask) = mask {
                check_mask(mask, max_length.unwrap_or(100), min_length.unwrap_or(0), &mut find);
            }
        }
        Kind::LongText { max_length } => characters(*max_length, None, &mut find),
        Kind::Number {
            min,
            max,
            decimals,
            unit,
        } => {
            if matches!((min, max), (Some(min), Some(max)) if min > max) {
                find("/min", "min_above_max", "the smallest is above the largest");
            }
            for (field, bound) in [("/min", min), ("/max", max)] {
                let number = bound.and_then(serde_json::Number::from_f64);
                if number.as_ref().is_some_and(|bound| Decimal::from_json(bound).is_none()) {
                    find(field, "out_of_bounds", "numbers are below 10^20");
                } else if number.is_some_and(|bound| !Decimal::survives(&bound)) {
                    find(
                        field,
                        "too_many_digits",
                        "a number with a fraction has at most 15 digits",
                    );
                }
            }
            if *decimals > 10 {
                find("/decimals", "out_of_bounds", "at most 10 digits after the point");
            }
            optional_text(unit.as_ref(), &format!("{path}/unit"), findings);
        }
        Kind::Money {
            min: Some(min),
            max: Some(max),
        } if min > max => {
            find("/min", "min_above_max", "the smallest is above the largest");
        }
        Kind::Date { min, max } => days(*min, *max, &mut find),
        Kind::DateRange {
            min,
            max,
            min_days,
            max_days,
        } => {
            days(*min, *max, &mut find);
            if *max_days == Some(0) {
                find("/max_days", "out_of_bounds", "at least one day");
            } else if matches!((min_days, max_days), (Some(min), Some(max)) if min > max) {
                find("/min_days", "min_above_max", "more days are needed than allowed");
            }
        }
        Kind::Time { min, max, step_minutes } => {
            if matches!((min, max), (Some(min), Some(max)) if min > max) {
                find("/min", "min_above_max", "the earliest time is after the latest");
            }
            if step_minutes.is_some_and(|step| step == 0 || step > 720) {
                find("/step_minutes", "out_of_bounds", "a step takes 1 to 720 minutes");
            }
        }
        Kind::Region { depth: Some(depth), .. } if !(1..=5).contains(depth) => {
            find("/depth", "out_of_bounds", "regions have the levels 1 to 5");
        }
        Kind::Person { id_types, .. } if id_types.is_empty() => {
            find("/id_types", "empty", "a person shows at least one document");
        }
        Kind::Material { sources, .. } if sources.is_empty() => {
            find("/sources", "empty", "a material comes from somewhere");
        }
        Kind::Material {
            trust_grade: Some(TrustGrade::A),
            sources,
            ..
        } if sources
            .iter()
            .any(|source| matches!(source, MaterialSource::Upload | MaterialSource::Case)) =>
        {
            let message = "only what comes from its issuing authority is of grade A: `e_certificate` or `derived`";
            find("/trust_grade", "grade_out_of_reach", message);
        }
        Kind::Choice { options } => source(form, options, path, findings),
        Kind::Choices { options, min, max } => {
            if matches!((min, max), (Some(min), Some(max)) if min > max) || *max == Some(0) {
                find("/max", "min_above_max", "no number of options can be chosen");
            }
            source(form, options, path, findings);
        }
        Kind::Material { max_files: Some(0), .. } => find("/max_files", "out_of_bounds", "at least one file"),
        Kind::Declaration { statement } => text(statement, &format!("{path}/statement"), findings),
        Kind::Group {
            questions,
            min_rows,
            max_rows,
            row_label,
            row_title,
        } => {
            let most = max_rows.unwrap_or(50);
            if most == 0 || most > MOST_ROWS {
                find("/max_rows", "out_of_bounds", "a group allows 1 to 1,000 rows");
            }
            if *min_rows > most {
                find("/min_rows", "min_above_max", "more rows are needed than allowed");
            }
            if questions.is_empty() {
                find("/questions", "empty", "a group has at least one question");
            }
            if let Some(title) = row_title {
                let named = questions.iter().find(|question| question.id == *title);
                let names = named.is_some_and(|named| !matches!(named.kind, Kind::Note { .. } | Kind::Group { .. }));
                if !names {
                    let message = format!("there is no question `{title}` in the group that has an answer of its own");
                    find("/row_title", "dangling_reference", &message);
                }
            }
            text(row_label, &format!("{path}/row_label"), findings);
        }
        _ => {}
    }
}

fn characters(max: Option<u32>, min: Option<u32>, find: &mut impl FnMut(&str, &'static str, &str)) {
    if matches!((min, max), (Some(min), max) if min > max.unwrap_or(100)) {
        find(
            "/min_length",
            "min_above_max",
            "more characters are needed than allowed",
        );
    }
    if max.is_some_and(|max| max == 0 || max > MOST_CHARACTERS) {
        find("/max_length", "out_of_bounds", "a text allows 1 to 20,000 characters");
    }
}

fn check_mask(mask: &str, most: u32, least: u32, find: &mut impl FnMut(&str, &'static str, &str)) {
    match mask::size(mask) {
        None => find("/mask", "bad_mask", "a mask asks for a sign at least: `9`, `A` or `*`"),
        Some(size) if size > most as usize || size < least as usize => {
            find("/mask", "bad_mask", "no answer of this length is allowed");
        }
        Some(_) => {}
    }
}

fn days(min: Option<DateBound>, max: Option<DateBound>, find: &mut impl FnMut(&str, &'static str, &str)) {
    let reversed = match (min, max) {
        (Some(DateBound::Day(min)), Some(DateBound::Day(max))) => min > max,
        (Some(DateBound::FromToday { today_plus_days: min }), Some(DateBound::FromToday { today_plus_days: max })) => {
            min > max
        }
        _ => false,
    };
    if reversed {
        find("/min", "min_above_max", "the first day is after the last");
    }
}

/// The pattern, made to match the whole answer.
pub(super) fn pattern(pattern: &str) -> Result<Regex, String> {
    // On its own first: `a)|(b` must not become sound by what is put around it.
    let build = |pattern: &str| {
        RegexBuilder::new(pattern)
            .size_limit(256 * 1024)
            .build()
            .map_err(|error| error.to_string())
    };
    build(pattern)?;
    build(&format!("^(?:{pattern})$"))
}

fn source(form: &Definition, given: &Options, path: &str, findings: &mut Vec<Finding>) {
    match (&given.code_table, given.options.is_empty()) {
        (Some(table), true) => {
            if !form.code_tables.contains_key(table) {
                let message = format!("there is no code table `{table}`");
                findings.push(Finding::new(
                    format!("{path}/code_table"),
                    "dangling_reference",
                    message,
                ));
            }
        }
        (Some(_), false) => {
            findings.push(Finding::new(
                path,
                "two_sources",
                "options stand here or in a code table, not in both",
            ));
        }
        (None, _) => options(&given.options, &format!("{path}/options"), findings),
    }
}

fn options(choices: &[Choice], path: &str, findings: &mut Vec<Finding>) {
    if choices.is_empty() {
        findings.push(Finding::new(path, "empty", "there are no options"));
    }
    let mut seen = BTreeSet::new();
    for (at, choice) in choices.iter().enumerate() {
        let path = format!("{path}/{at}");
        if choice.value.trim().is_empty() {
            findings.push(Finding::new(format!("{path}/value"), "empty", "an option has a value"));
        }
        if !seen.insert(choice.value.as_str()) {
            let message = format!("an option `{}` exists already", choice.value);
            findings.push(Finding::new(format!("{path}/value"), "duplicate_option", message));
        }
        text(&choice.label, &format!("{path}/label"), findings);
        optional_text(choice.help.as_ref(), &format!("{path}/help"), findings);
    }
}

/// The places of options by value.
pub(super) fn index(choices: &[Choice]) -> BTreeMap<Box<str>, u32> {
    let mut index = BTreeMap::new();
    for (at, choice) in choices.iter().enumerate() {
        index.insert(choice.value.as_str().into(), at as u32);
    }
    index
}

fn text(text: &Text, path: &str, findings: &mut Vec<Finding>) {
    for language in text.missing() {
        let message = format!("the text is missing in {}", language.tag());
        findings.push(Finding::new(
            format!("{path}/{}", language.tag()),
            "missing_text",
            message,
        ));
    }
}

fn optional_text(given: Option<&Text>, path: &str, findings: &mut Vec<Finding>) {
    if let Some(given) = given {
        text(given, path, findings);
    }
}
