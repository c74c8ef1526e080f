//! The complete answers of the demo city's forms, as its people would give them.

use std::path::{Path, PathBuf};

use onehall_protocol::Date;
use onehall_protocol::drafts::Answers;
use serde::Deserialize;
use serde_json::Value;

use crate::Outcome;

/// Complete answers to the form of a service item.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The item, which in the demo city has the code of its form.
    pub item: String,
    /// Who gives them: a key of people.toml.
    pub citizen: String,
    /// For which legal person, where it is one: a key of people.toml.
    pub principal: Option<String>,
    /// The answers; those to materials hold files that still have to be uploaded.
    pub answers: Answers,
}

/// The first complete answers to the form `item`, as of `today`.
///
/// # Errors
/// There are none.
pub fn complete(item: &str, today: Date) -> Outcome<Sample> {
    of_file(&folder().join(format!("{item}.json")), today)?
        .into_iter()
        .next()
        .ok_or_else(|| "no complete answers".into())
}

/// Complete answers to the form `item` by the demo citizen of this key.
///
/// # Errors
/// There are none.
pub fn complete_by(citizen: &str, item: &str, today: Date) -> Outcome<Sample> {
    let all = of_file(&folder().join(format!("{item}.json")), today)?;
    let theirs = all.into_iter().find(|sample| sample.citizen == citizen);
    theirs.ok_or_else(|| format!("no complete answers of {citizen} to {item}").into())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../backend/tests/demo-answers")
}

fn of_file(path: &Path, today: Date) -> Outcome<Vec<Sample>> {
    #[derive(Deserialize)]
    struct File {
        form: String,
        complete: Vec<Complete>,
    }
    #[derive(Deserialize)]
    struct Complete {
        citizen: String,
        principal: Option<String>,
        answers: Answers,
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file: File = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let sample = |complete: Complete| Sample {
        item: file.form.clone(),
        citizen: complete.citizen,
        principal: complete.principal,
        answers: complete
            .answers
            .iter()
            .map(|(path, value)| (path.clone(), on_day(value, today)))
            .collect(),
    };
    Ok(file.complete.into_iter().map(sample).collect())
}

/// Days are written from today on (`{"$day": -12}`, `{"$weekday": 6}`), so that the answers never grow old.
fn on_day(value: &Value, today: Date) -> Value {
    if let Some(days) = value.get("$day").and_then(Value::as_i64) {
        return today.plus_days(days).to_string().into();
    }
    if let Some(weekday) = value.get("$weekday").and_then(Value::as_i64) {
        let is_it = |day: &Date| i64::from(day.calendar().weekday().number_from_monday()) == weekday;
        return (1..=7)
            .map(|days| today.plus_days(days))
            .find(is_it)
            .map_or(Value::Null, |day| day.to_string().into());
    }
    value.clone()
}

/// Whether an answer holds files.
#[must_use]
pub fn is_material(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|files| !files.is_empty() && files.iter().all(|file| file.get("sha256").is_some()))
}
