//! What the tests of every importer share.
#![allow(dead_code)]

use std::sync::Arc;

use onehall_form_importers::{Imported, Options, import};
use onehall_forms::{Context, Filling, Form, Kind, Page, Question};
use serde_json::Value;

/// Imports a form that is expected to come out. What comes out is written, read again and loaded on the way.
pub fn imported(form: &Value) -> Imported {
    imported_text(&form.to_string(), &Options::default())
}

pub fn imported_text(text: &str, options: &Options) -> Imported {
    let imported = import(text, options).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let written = serde_json::to_string(&imported.definition).unwrap_or_else(|error| panic!("{error}"));
    let form = Form::parse(&written).unwrap_or_else(|findings| panic!("{findings:#?}\n{written}"));
    assert_eq!(
        *form.definition(),
        imported.definition,
        "what is written is what is read"
    );
    imported
}

/// The codes of a form that is expected to be refused, with their paths.
pub fn refused(text: &str) -> Vec<(String, &'static str)> {
    let findings = import(text, &Options::default()).err().unwrap_or_default();
    findings
        .into_iter()
        .map(|finding| (finding.path, finding.code))
        .collect()
}

/// What was told, but for the one finding that every form has.
pub fn told(imported: &Imported) -> Vec<(&str, &str)> {
    imported
        .findings
        .iter()
        .filter(|finding| finding.code != "untranslated")
        .map(|finding| (finding.path.as_str(), finding.code))
        .collect()
}

/// As [`told`], in the order of the paths: forms that the tests write by `json!` have their names sorted.
pub fn told_sorted(imported: &Imported) -> Vec<(&str, &str)> {
    let mut told = told(imported);
    told.sort_unstable();
    told
}

pub fn pages(imported: &Imported) -> Vec<&str> {
    imported.definition.pages.iter().map(|page| page.id.as_str()).collect()
}

pub fn page<'a>(imported: &'a Imported, id: &str) -> &'a Page {
    let found = imported.definition.pages.iter().find(|page| page.id == id);
    found.unwrap_or_else(|| panic!("no page {id} in {:?}", pages(imported)))
}

pub fn ids(questions: &[Question]) -> Vec<&str> {
    questions.iter().map(|question| question.id.as_str()).collect()
}

/// The question of this id, wherever it stands outside of groups.
pub fn question<'a>(imported: &'a Imported, id: &str) -> &'a Question {
    let mut all = imported.definition.asked();
    all.find(|question| question.id == id)
        .unwrap_or_else(|| panic!("no question {id}"))
}

/// What stands in a page, a row or a section: `name`, `heading(name other)`.
pub fn outline(questions: &[Question]) -> String {
    let one = |question: &Question| match &question.kind {
        Kind::Section { questions } => format!("{}({})", question.label.en, outline(questions)),
        _ => question.id.clone(),
    };
    questions.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// A question's kind as JSON: `{"kind": "text", "max_length": 10}`.
pub fn kind(question: &Question) -> Value {
    serde_json::to_value(&question.kind).unwrap_or_else(|error| panic!("{error}"))
}

/// A filling of the definition, with these answers, on 23 November 2026.
pub fn filled(imported: &Imported, answers: &[(&str, Value)]) -> Filling {
    let form = Form::load(imported.definition.clone()).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let as_of = "2026-11-23".parse().unwrap_or_else(|error| panic!("{error}"));
    let mut filling = Filling::new(Arc::new(form), Default::default(), Context::on(as_of));
    for (path, value) in answers {
        filling.set(path, value.clone());
    }
    filling
}

/// The pages on the path with these answers.
pub fn path(imported: &Imported, answers: &[(&str, Value)]) -> Vec<String> {
    filled(imported, answers)
        .pages()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Whether the question is shown with these answers.
pub fn is_shown(imported: &Imported, id: &str, answers: &[(&str, Value)]) -> bool {
    filled(imported, answers).question(id).is_some()
}
