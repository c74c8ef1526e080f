//! The complete answers of the demo city's forms, as its people would give them.

use std::path::Path;

use onehall_protocol::Date;
use onehall_protocol::drafts::Answers;
use serde_json::Value;

use crate::Outcome;

/// Complete answers to the form of a service item.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The item, which in the demo city has the code of its form.
    pub item: String,
    /// The answers; those to materials hold files that still have to be uploaded.
    pub answers: Answers,
}

/// The first complete answers to the form `item`, as of `today`.
///
/// # Errors
/// There are none.
pub fn complete(item: &str, today: Date) -> Outcome<Sample> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../backend/tests/demo-answers/{item}.json"));
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file: Value = serde_json::from_str(&text)?;
    let answers = file["complete"][0]["answers"]
        .as_object()
        .ok_or("no complete answers")?;
    let answers = answers
        .iter()
        .map(|(path, value)| (path.clone(), on_day(value, today)))
        .collect();
    Ok(Sample {
        item: item.to_owned(),
        answers,
    })
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
