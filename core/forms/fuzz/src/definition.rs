//! Definitions: a form, or findings with their places; and what is a form can be written, read again and filled.

use std::collections::BTreeSet;
use std::sync::Arc;

use onehall_forms::{Context, Filling, Finding, Form, Kind, Question, diff};
use onehall_forms_conformance::pair;
use onehall_protocol::{Date, Language};
use serde_json::{Value, json};

use crate::evaluations::{hold, same, same_definition};
use crate::mutate::Vocabulary;
use crate::{Reaction, Target};

pub(crate) const TARGET: Target = Target {
    name: "definition",
    seed: |number| pair(number).definition,
    vocabulary: VOCABULARY,
    holds,
};

/// Answers of every type, for whatever question.
const ANSWERS: [fn() -> Value; 14] = [
    || json!("a"),
    || json!(3),
    || json!(true),
    || json!("2026-02-28"),
    || json!("12.50"),
    || json!(["a"]),
    || json!(["r1", "r2"]),
    || json!({ "region": "兰川市", "detail": "1" }),
    || json!({ "from": "2026-01-01", "to": "2026-01-31" }),
    || json!({ "code": "1", "label": { "zh-CN": "一", "en": "One" } }),
    || json!("14:30"),
    || json!({ "typed": "李雷" }),
    || json!({ "name": "李雷", "id_type": "passport", "id_number": "E1" }),
    || json!(0.1),
];

/// The most questions that are answered.
const MOST_ANSWERED: usize = 25;

fn holds(text: &str) -> Result<Reaction, String> {
    let form = match Form::parse(text) {
        Ok(form) => Arc::new(form),
        Err(findings) => return refused(text, &findings),
    };
    let written = serde_json::to_string(form.definition()).map_err(|error| error.to_string())?;
    let again = Form::parse(&written).map_err(|findings| format!("what was written does not load: {findings:?}"))?;
    same_definition(again.definition(), form.definition())?;
    if let Some(difference) = diff(&form, &again).first() {
        return Err(format!("the same form differs from itself: {difference}"));
    }
    let today = Date::new(2026, 11, 26).map_err(|error| error.to_string())?;
    let mut filling = Filling::new(Arc::clone(&form), Default::default(), Context::on(today));
    let mut said: BTreeSet<String> = hold(&filling)?.into_iter().collect();
    let mut paths = Vec::new();
    for page in &form.definition().pages {
        question_paths(&page.questions, "", &mut paths);
    }
    for (at, path) in paths.iter().take(MOST_ANSWERED).enumerate() {
        for step in 0..3 {
            filling.set(path, ANSWERS[(at + step * 5) % ANSWERS.len()]());
        }
    }
    said.extend(hold(&filling)?);
    Ok(Reaction::taken(said))
}

/// A refusal says what is wrong and where.
fn refused(text: &str, findings: &[Finding]) -> Result<Reaction, String> {
    if findings.is_empty() {
        return Err("refused without a finding".to_owned());
    }
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    for finding in findings {
        let silent = Language::ALL
            .iter()
            .any(|language| finding.message(*language).is_empty());
        if silent || finding.code.is_empty() {
            return Err(format!("a finding that says nothing: {finding:?}"));
        }
        // What is missing has its place in something that is there.
        let around = finding.path.rsplit_once('/').map_or("", |(around, _)| around);
        if document.pointer(&finding.path).is_none() && document.pointer(around).is_none() {
            return Err(format!("a finding at a place that is not there: {finding:?}"));
        }
    }
    let again = Form::parse(text).err().unwrap_or_default();
    same("the findings, told again", &again.as_slice(), &findings)?;
    Ok(Reaction::refused(
        findings.iter().map(|finding| finding.code.to_owned()),
    ))
}

/// The paths of questions, in row `r1` of each group.
pub(crate) fn question_paths(questions: &[Question], prefix: &str, paths: &mut Vec<String>) {
    for question in questions {
        let path = format!("{prefix}{}", question.id);
        match &question.kind {
            Kind::Group { questions, .. } => {
                paths.push(path.clone());
                question_paths(questions, &format!("{path}/r1/"), paths);
            }
            Kind::Section { questions } => question_paths(questions, prefix, paths),
            _ => paths.push(path),
        }
    }
}

/// What means something in a definition.
pub(crate) const VOCABULARY: Vocabulary = Vocabulary {
    words: &[
        "onehall-form/1",
        "text",
        "long_text",
        "number",
        "money",
        "date",
        "date_range",
        "time",
        "phone",
        "email",
        "citizen_id",
        "organisation_code",
        "bank_card",
        "yes_no",
        "choice",
        "choices",
        "list_choice",
        "region",
        "address",
        "person",
        "signature",
        "material",
        "declaration",
        "computed",
        "note",
        "section",
        "group",
        "plain",
        "hidden",
        "percent",
        "upload",
        "derived",
        "e_certificate",
        "case",
        "passport",
        "page0",
        "page1",
        "page3",
        "q1",
        "q2",
        "q3",
        "row",
        "row.q2",
        "outer_row.q3",
        "q1.from",
        "q2.code",
        "current.q2",
        "accumulator",
        "letters",
        "regions",
        "jobs",
        "A9*",
        "\\9\\",
        "9999-AA",
        "[a-z]+",
        "(a*)*b",
        "a)|(b",
        "(?=x)",
        "2026-01-01",
        "12:30",
        "24:00",
        "0.10",
    ],
    names: &[
        "schema",
        "code",
        "version",
        "title",
        "pages",
        "code_tables",
        "id",
        "help",
        "visible_when",
        "required_when",
        "valid_when",
        "required",
        "questions",
        "next",
        "page",
        "when",
        "kind",
        "label",
        "zh-CN",
        "en",
        "rule",
        "message",
        "min",
        "max",
        "min_length",
        "max_length",
        "pattern",
        "mask",
        "decimals",
        "unit",
        "options",
        "code_table",
        "value",
        "format",
        "tone",
        "material",
        "sources",
        "max_files",
        "accept",
        "image/jpeg",
        "max_kilobytes",
        "statement",
        "min_rows",
        "max_rows",
        "row_label",
        "row_title",
        "list",
        "depth",
        "id_types",
        "phone",
        "step_minutes",
        "min_days",
        "max_days",
        "today_plus_days",
        "sensitive",
        "prefill",
        "var",
        "answer",
        "and",
        "or",
        "!",
        "if",
        "==",
        "<",
        "in",
        "+",
        "/",
        "sum",
        "count",
        "map",
        "filter",
        "reduce",
        "answered",
        "missing",
        "or_else",
        "today",
        "add_days",
        "add_working_days",
        "length",
        "round",
    ],
};
