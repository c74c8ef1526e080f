//! The migration of drafts: from a form to one that is nearly the same, no answer is lost and none turns.

use std::sync::Arc;

use onehall_forms::{Filling, Form, Migration, diff, migrate};
use onehall_forms_conformance::pair;
use serde_json::{Value, json};

use crate::evaluations::same;
use crate::{Reaction, Target, definition};

/// A document is `{"form": number of a generated form, "new": definition}`; the answers are those of the generated form.
pub(crate) const TARGET: Target = Target {
    name: "migration",
    seed,
    vocabulary: definition::VOCABULARY,
    holds,
};

/// To begin with, the new form is the old one: as it is, with its sections dissolved, or with a section around the last
/// question of each page.
fn seed(number: u32) -> Value {
    let mut new = pair(number).definition;
    for page in new["pages"].as_array_mut().into_iter().flatten() {
        let id = format!("around_{}", page["id"].as_str().unwrap_or_default());
        let Some(questions) = page["questions"].as_array_mut() else {
            continue;
        };
        match number % 3 {
            1 => dissolve(questions),
            2 => {
                if let Some(last) = questions.pop_if(|question| question["kind"] != "section") {
                    let label = json!({ "zh-CN": "小节", "en": "Section" });
                    questions.push(json!({ "id": id, "kind": "section", "label": label, "questions": [last] }));
                }
            }
            _ => {}
        }
    }
    json!({ "form": number, "new": new })
}

/// Puts what stands in sections in their place.
fn dissolve(questions: &mut Vec<Value>) {
    while let Some(at) = questions.iter().position(|question| question["kind"] == "section") {
        let mut section = questions.remove(at);
        let inner = section["questions"]
            .as_array_mut()
            .map(std::mem::take)
            .unwrap_or_default();
        questions.splice(at..at, inner);
    }
}

fn holds(text: &str) -> Result<Reaction, String> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let number = document["form"].as_u64().unwrap_or(0) % 10_000;
    let pair = pair(u32::try_from(number).unwrap_or(0));
    let old = Form::from_value(&pair.definition).map_err(|findings| format!("{findings:?}"))?;
    let Ok(new) = Form::from_value(&document["new"]) else {
        return Ok(Reaction::refused([]));
    };
    let (old, new, context) = (Arc::new(old), Arc::new(new), pair.inputs.context(pair.as_of));
    let mut said: Vec<String> = diff(&old, &new)
        .iter()
        .map(|difference| difference.change.code().to_owned())
        .collect();
    match migrate(&old, &new, &pair.answers, &context) {
        Migration::Pinned { reasons } => {
            if reasons.is_empty() {
                return Err("pinned without a reason".to_owned());
            }
            said.extend(reasons.iter().map(|reason| reason.why.code().to_owned()));
        }
        Migration::Moves { answers } => {
            let before = Filling::new(Arc::clone(&old), pair.answers.clone(), context.clone());
            let after = Filling::new(Arc::clone(&new), answers.clone(), context.clone());
            let wrong = |filling: &Filling, path: &str| filling.errors().iter().any(|error| error.path == path);
            for (path, value) in &pair.answers {
                let answered = old.question(path).is_some_and(|question| question.kind.is_answered());
                let (was, is) = (before.question(path), after.question(path));
                let blank = value.as_str().is_some_and(|text| text.trim().is_empty())
                    || matches!(value, Value::Null)
                    || matches!(value, Value::Array(items) if items.is_empty())
                    || matches!(value, Value::Object(fields) if fields.is_empty());
                if !answered || blank {
                    continue;
                }
                if !answers.contains_key(path) {
                    return Err(format!("the answer at {path} is lost"));
                }
                same(&format!("whether {path} is shown"), &is.is_some(), &was.is_some())?;
                if wrong(&after, path) && !wrong(&before, path) {
                    return Err(format!("{path} is wrong and was not"));
                }
            }
            said.push("moves".to_owned());
        }
    }
    Ok(Reaction::taken(said))
}
