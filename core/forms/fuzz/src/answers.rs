//! Answers: whatever they are and whatever is done to them, an evaluation after each change is that of the whole.

use std::sync::Arc;

use onehall_forms::{Changed, Filling, Form};
use onehall_forms_conformance::pair;
use onehall_protocol::drafts::Answers;
use serde_json::{Map, Value, json};

use crate::definition::question_paths;
use crate::evaluations::{filled, hold, same};
use crate::mutate::Vocabulary;
use crate::{Reaction, Target};

/// A document is `{"form": number of a generated form, "answers": {path: value}, "steps": [{"set": [path, value]}, …]}`.
pub(crate) const TARGET: Target = Target {
    name: "answers",
    seed,
    vocabulary: VOCABULARY,
    holds,
};

/// The most steps that are taken.
const MOST_STEPS: usize = 12;

fn seed(number: u32) -> Value {
    let pair = pair(number);
    let steps: Vec<Value> = pair
        .answers
        .iter()
        .flat_map(|(path, value)| [json!({ "set": [path, null] }), json!({ "set": [path, value] })])
        .chain([
            json!({ "add": ["q1", "r1"] }),
            json!({ "add": ["q2", "r2"] }),
            json!({ "move": ["q2", "r2", 0] }),
            json!({ "remove": ["q2", "r2"] }),
            json!({ "set_all": pair.answers }),
        ])
        .collect();
    json!({ "form": number, "answers": pair.answers, "steps": steps })
}

fn holds(text: &str) -> Result<Reaction, String> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let number = document["form"].as_u64().unwrap_or(0) % 10_000;
    let pair = pair(u32::try_from(number).unwrap_or(0));
    let form = Form::from_value(&pair.definition).map_err(|findings| format!("{findings:?}"))?;
    let (form, context) = (Arc::new(form), pair.inputs.context(pair.as_of));
    let Some(answers) = document["answers"].as_object() else {
        return Ok(Reaction::refused([]));
    };
    let mut filling = filled(&form, all(answers), &context)?;
    let mut copy = filling.answers();
    let mut said = hold(&filling)?;
    let steps = document["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    for step in steps.iter().take(MOST_STEPS) {
        let before = looks(&filling);
        let changed = take(&mut filling, step);
        said.extend(hold(&filling)?);
        // What is told for saving keeps a copy the same.
        for change in &changed.answers {
            if change.value.is_null() {
                copy.remove(&change.path);
            } else {
                copy.insert(change.path.clone(), change.value.clone());
            }
        }
        same("what was told for saving", &copy, &filling.answers())?;
        told(&before, &filling, &changed)?;
    }
    Ok(Reaction::taken(said))
}

fn all(answers: &Map<String, Value>) -> Answers {
    answers
        .iter()
        .map(|(path, value)| (path.clone(), value.clone()))
        .collect()
}

/// What a person does.
fn take(filling: &mut Filling, step: &Value) -> Changed {
    let Some((name, given)) = step.as_object().and_then(|step| step.iter().next()) else {
        return Changed::default();
    };
    let text = |at: usize| given[at].as_str().unwrap_or_default();
    match name.as_str() {
        "set" => filling.set(text(0), given[1].clone()),
        "add" => filling.add_row(text(0), text(1)),
        "remove" => filling.remove_row(text(0), text(1)),
        "move" => filling.move_row(
            text(0),
            text(1),
            usize::try_from(given[2].as_u64().unwrap_or(0)).unwrap_or(0),
        ),
        "set_all" => filling.set_all(given.as_object().map(all).unwrap_or_default()),
        _ => Changed::default(),
    }
}

/// Each question of the form in a first row, as a person sees it.
fn looks(filling: &Filling) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    for page in &filling.form().definition().pages {
        question_paths(&page.questions, "", &mut paths);
    }
    let look = |path: String| {
        let view = filling.question(&path);
        let look = view.map_or_else(String::new, |view| {
            let options: Vec<&str> = view.options.iter().map(|option| option.value.as_str()).collect();
            let rows: Vec<&str> = view.rows.iter().map(|row| row.id.as_str()).collect();
            format!(
                "{:?} {:?} {} {:?} {options:?} {rows:?}",
                view.value, view.computed, view.required, view.errors
            )
        });
        (path, look)
    };
    paths.into_iter().map(look).collect()
}

/// What a person sees differently is told, unless a page comes or goes with it.
fn told(before: &[(String, String)], filling: &Filling, changed: &Changed) -> Result<(), String> {
    if changed.pages {
        return Ok(());
    }
    for ((path, was), (_, is)) in before.iter().zip(looks(filling)) {
        // The questions of a row that is gone are told with their group.
        let with_its_row = is.is_empty() && changed.paths.iter().any(|group| path.starts_with(&format!("{group}/")));
        if *was != is && !changed.paths.contains(path) && !with_its_row {
            return Err(format!("{path} looks different and is not told: {was:?}, now {is:?}"));
        }
    }
    Ok(())
}

/// What means something among the answers of generated forms.
const VOCABULARY: Vocabulary = Vocabulary {
    words: &[
        "q1",
        "q2",
        "q3",
        "q4",
        "q5",
        "q6",
        "q1/r1/q2",
        "q2/r0/q3",
        "q2/r1/q3",
        "q3/r0/q4",
        "q3/r0/q4/r0/q5",
        "r0",
        "r1",
        "r2",
        "a",
        "b",
        "z",
        "2026-02-28",
        "2024-02-29",
        "14:30",
        "24:00",
        "1.50",
        "-0.00",
        "11010519491231002X",
        "91350100M000100Y43",
        "6228480123456789015",
        "13800000001",
        "a@example.com",
        "citizen_id",
        "passport",
        "620102",
        "2-02",
        "一",
    ],
    names: &[
        "q1",
        "q2",
        "q3",
        "q4",
        "q1/r1/q2",
        "q2/r0/q3",
        "set",
        "add",
        "remove",
        "move",
        "set_all",
        "region",
        "detail",
        "from",
        "to",
        "code",
        "label",
        "zh-CN",
        "en",
        "name",
        "id_type",
        "id_number",
        "phone",
        "strokes",
        "typed",
        "id",
        "size",
        "source",
        "kind",
        "case",
    ],
};
