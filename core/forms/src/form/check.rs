//! What must hold of a definition beyond its shape: of texts, bounds, options and names.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::Text;
use onehall_protocol::catalog::TrustGrade;
use onehall_protocol::files::MAX_FILE_BYTES;
use regex_lite::{Regex, RegexBuilder};

use super::finding::Finding;
use super::nodes::pointer;
use super::shape::escaped;
use super::wrong::Wrong;
use crate::decimal::Decimal;
use crate::definition::{Choice, DateBound, Definition, Kind, MaterialSource, Options, Question, SCHEMA, asked};
use crate::mask;

/// The most rows that a group may allow.
const MOST_ROWS: u32 = 1_000;
/// The most kilobytes that a file may have: as many as the hall takes.
pub(super) const MOST_KILOBYTES: u64 = MAX_FILE_BYTES / 1024;
/// The most characters that a text may allow.
const MOST_CHARACTERS: u32 = 20_000;

/// Checks the definition as a whole; the questions are checked one by one with [`question`].
pub(super) fn definition(definition: &Definition, findings: &mut Vec<Finding>) {
    if definition.schema != SCHEMA {
        findings.push(Finding::new("/schema", Wrong::UnknownSchema { schema: SCHEMA }));
    }
    if definition.version == 0 {
        findings.push(Finding::new("/version", Wrong::BadVersion));
    }
    text(&definition.title, "/title", findings);
    if definition.pages.is_empty() {
        findings.push(Finding::new("/pages", Wrong::NoPages));
    }
    for (at, page) in definition.pages.iter().enumerate() {
        let path = pointer(&[at as u32]);
        text(&page.title, &format!("{path}/title"), findings);
        optional_text(page.help.as_ref(), &format!("{path}/help"), findings);
        if page.questions.is_empty() {
            findings.push(Finding::new(format!("{path}/questions"), Wrong::NoQuestions));
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
        findings.push(Finding::new(path, Wrong::NeverAnswered));
    }
    let mut find = |field: &str, wrong: Wrong| findings.push(Finding::new(format!("{path}{field}"), wrong));
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
                find("/min", Wrong::NumbersReversed);
            }
            for (field, bound) in [("/min", min), ("/max", max)] {
                let number = bound.and_then(serde_json::Number::from_f64);
                if number.as_ref().is_some_and(|bound| Decimal::from_json(bound).is_none()) {
                    find(field, Wrong::NumberTooLarge);
                } else if number.is_some_and(|bound| !Decimal::survives(&bound)) {
                    find(field, Wrong::TooManyDigitsOfBound);
                }
            }
            if *decimals > 10 {
                find("/decimals", Wrong::TooManyDecimals);
            }
            optional_text(unit.as_ref(), &format!("{path}/unit"), findings);
        }
        Kind::Money {
            min: Some(min),
            max: Some(max),
        } if min > max => {
            find("/min", Wrong::NumbersReversed);
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
                find("/max_days", Wrong::NoDays);
            } else if matches!((min_days, max_days), (Some(min), Some(max)) if min > max) {
                find("/min_days", Wrong::TooManyDaysNeeded);
            }
        }
        Kind::Time { min, max, step_minutes } => {
            if matches!((min, max), (Some(min), Some(max)) if min > max) {
                find("/min", Wrong::TimesReversed);
            }
            if step_minutes.is_some_and(|step| step == 0 || step > 720) {
                find("/step_minutes", Wrong::BadStep);
            }
        }
        Kind::Region { depth: Some(depth), .. } if !(1..=5).contains(depth) => {
            find("/depth", Wrong::BadDepth);
        }
        Kind::Person { id_types, .. } if id_types.is_empty() => {
            find("/id_types", Wrong::NoDocument);
        }
        Kind::Material {
            max_files,
            max_kilobytes,
            sources,
            trust_grade,
            ..
        } => {
            if sources.is_empty() {
                find("/sources", Wrong::NoSource);
            }
            if *max_files == Some(0) {
                find("/max_files", Wrong::NoFiles);
            }
            if max_kilobytes.is_some_and(|most| !(1..=MOST_KILOBYTES).contains(&u64::from(most))) {
                find("/max_kilobytes", Wrong::BadFileSize { most: MOST_KILOBYTES });
            }
            let grades_c = |source: &MaterialSource| matches!(source, MaterialSource::Upload | MaterialSource::Case);
            if *trust_grade == Some(TrustGrade::A) && sources.iter().any(grades_c) {
                find("/trust_grade", Wrong::GradeOutOfReach);
            }
        }
        Kind::Choice { options } => source(form, options, path, findings),
        Kind::Choices { options, min, max } => {
            if matches!((min, max), (Some(min), Some(max)) if min > max) || *max == Some(0) {
                find("/max", Wrong::NothingToChoose);
            }
            source(form, options, path, findings);
        }
        Kind::Section { questions } => {
            if questions.is_empty() {
                find("/questions", Wrong::NoQuestionsInSection);
            }
            for (field, is_there) in [
                ("valid_when", !question.valid_when.is_empty()),
                ("sensitive", question.sensitive),
                ("prefill", question.prefill.is_some()),
            ] {
                if is_there {
                    find(&format!("/{field}"), Wrong::SectionAsks { field });
                }
            }
        }
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
                find("/max_rows", Wrong::BadRows);
            }
            if *min_rows > most {
                find("/min_rows", Wrong::TooManyRowsNeeded);
            }
            if questions.is_empty() {
                find("/questions", Wrong::NoQuestionsInGroup);
            }
            if let Some(title) = row_title {
                let named = asked(questions).find(|question| question.id == *title);
                let names = named.is_some_and(|named| !matches!(named.kind, Kind::Note { .. } | Kind::Group { .. }));
                if !names {
                    find("/row_title", Wrong::NoRowTitle { id: title.clone() });
                }
            }
            text(row_label, &format!("{path}/row_label"), findings);
        }
        _ => {}
    }
}

fn characters(max: Option<u32>, min: Option<u32>, find: &mut impl FnMut(&str, Wrong)) {
    if matches!((min, max), (Some(min), max) if min > max.unwrap_or(100)) {
        find("/min_length", Wrong::TooManyCharactersNeeded);
    }
    if max.is_some_and(|max| max == 0 || max > MOST_CHARACTERS) {
        find("/max_length", Wrong::BadLength);
    }
}

fn check_mask(mask: &str, most: u32, least: u32, find: &mut impl FnMut(&str, Wrong)) {
    match mask::size(mask) {
        None => find("/mask", Wrong::EmptyMask),
        Some(size) if size > most as usize || size < least as usize => {
            find("/mask", Wrong::MaskOutOfLength);
        }
        Some(_) => {}
    }
}

fn days(min: Option<DateBound>, max: Option<DateBound>, find: &mut impl FnMut(&str, Wrong)) {
    let reversed = match (min, max) {
        (Some(DateBound::Day(min)), Some(DateBound::Day(max))) => min > max,
        (Some(DateBound::FromToday { today_plus_days: min }), Some(DateBound::FromToday { today_plus_days: max })) => {
            min > max
        }
        _ => false,
    };
    if reversed {
        find("/min", Wrong::DaysReversed);
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
                let wrong = Wrong::NoCodeTable { table: table.clone() };
                findings.push(Finding::new(format!("{path}/code_table"), wrong));
            }
        }
        (Some(_), false) => {
            findings.push(Finding::new(path, Wrong::TwoSources));
        }
        (None, _) => options(&given.options, &format!("{path}/options"), findings),
    }
}

fn options(choices: &[Choice], path: &str, findings: &mut Vec<Finding>) {
    if choices.is_empty() {
        findings.push(Finding::new(path, Wrong::NoOptions));
    }
    let mut seen = BTreeSet::new();
    for (at, choice) in choices.iter().enumerate() {
        let path = format!("{path}/{at}");
        if choice.value.trim().is_empty() {
            findings.push(Finding::new(format!("{path}/value"), Wrong::NoValue));
        }
        if !seen.insert(choice.value.as_str()) {
            let wrong = Wrong::OptionTwice {
                value: choice.value.clone(),
            };
            findings.push(Finding::new(format!("{path}/value"), wrong));
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
        let language = language.tag();
        let wrong = Wrong::MissingText { language };
        findings.push(Finding::new(format!("{path}/{language}"), wrong));
    }
}

fn optional_text(given: Option<&Text>, path: &str, findings: &mut Vec<Finding>) {
    if let Some(given) = given {
        text(given, path, findings);
    }
}
