//! What the tests make forms and fillings with.

#![allow(dead_code, reason = "each file of tests uses a part of it")]

use std::sync::Arc;

use onehall_forms::{Context, Filling, Form};
use onehall_protocol::Language;
use serde_json::{Value, json};

/// A text that reads alike in both languages.
pub fn text(text: &str) -> Value {
    json!({"zh-CN": text, "en": text})
}

/// The day of the tests, a Monday.
pub fn context() -> Context {
    Context::on("2026-11-23".parse().unwrap_or_else(|error| panic!("{error}")))
}

/// A definition with these pages.
pub fn definition(pages: &Value) -> Value {
    json!({"schema": "onehall-form/1", "code": "any", "version": 3, "title": text("Any"), "pages": pages})
}

/// A form with these pages.
pub fn form(pages: &Value) -> Arc<Form> {
    Arc::new(Form::from_value(&definition(pages)).unwrap_or_else(|findings| panic!("{findings:#?}")))
}

/// What is wrong with a form of these pages: path and code.
pub fn findings(pages: &Value) -> Vec<(String, &'static str)> {
    let findings = Form::from_value(&definition(pages)).err().unwrap_or_default();
    findings
        .into_iter()
        .map(|finding| (finding.path, finding.code))
        .collect()
}

/// A question.
pub fn question(id: &str, kind: &str, more: Value) -> Value {
    let mut question = json!({"id": id, "kind": kind, "label": text(id)});
    for (name, value) in more.as_object().into_iter().flatten() {
        question[name] = value.clone();
    }
    question
}

/// One page of these questions.
pub fn single(questions: &[Value]) -> Value {
    json!([{"id": "only", "title": text("Only"), "questions": questions}])
}

/// A filling of a form with these answers.
pub fn filling(form: &Arc<Form>, answers: &Value, context: &Context) -> Filling {
    let answers = answers.as_object().cloned().unwrap_or_default();
    Filling::new(Arc::clone(form), answers.into_iter().collect(), context.clone())
}

/// What is wrong with the answer of the only question of a kind, as code and sentences; nothing where it is sound.
pub fn fault(kind: &str, more: Value, answer: &Value, context: &Context) -> Option<(String, [String; 2])> {
    let form = form(&single(&[question("q", kind, more)]));
    let filling = filling(&form, &json!({"q": answer}), context);
    let errors = filling.errors();
    let error = errors.first()?;
    let said = Language::ALL.map(|language| filling.message(error, language));
    Some((error.code.clone(), said))
}
