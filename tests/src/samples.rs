//! The complete answers of the demo city's forms, as its people would give them.

use std::path::{Path, PathBuf};

use onehall_forms::calendar::WorkingCalendar;
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
    let sample = |complete: Complete| {
        let answers = complete.answers.iter();
        let answers = answers.map(|(path, value)| Ok((path.clone(), on_day(value, today)?)));
        Ok(Sample {
            item: file.form.clone(),
            citizen: complete.citizen,
            principal: complete.principal,
            answers: answers.collect::<Outcome<_>>()?,
        })
    };
    file.complete.into_iter().map(sample).collect()
}

/// Days are written from today on (`{"$day": -12}`, `{"$weekday": 6}`, `{"$working": 9}`), so that the answers never grow
/// old.
fn on_day(value: &Value, today: Date) -> Outcome<Value> {
    if let Some(days) = value.get("$day").and_then(Value::as_i64) {
        return Ok(today.plus_days(days).to_string().into());
    }
    if let Some(weekday) = value.get("$weekday").and_then(Value::as_i64) {
        let is_it = |day: &Date| i64::from(day.calendar().weekday().number_from_monday()) == weekday;
        let mut days = (1..=7).map(|days| today.plus_days(days));
        return Ok(days.find(is_it).map_or(Value::Null, |day| day.to_string().into()));
    }
    if let Some(count) = value.get("$working").and_then(Value::as_i64) {
        let day = calendar()?.plus_working_days(today, i32::try_from(count)?);
        return Ok(day.to_string().into());
    }
    match value {
        Value::Object(parts) => {
            let parts = parts
                .iter()
                .map(|(name, part)| Ok((name.clone(), on_day(part, today)?)));
            parts.collect()
        }
        other => Ok(other.clone()),
    }
}

/// The working days of the demo city.
fn calendar() -> Outcome<WorkingCalendar> {
    let path = folder().join("../../demo-city/calendar.toml");
    Ok(toml::from_str(&std::fs::read_to_string(path)?)?)
}

/// Whether an answer holds files.
#[must_use]
pub fn is_material(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|files| !files.is_empty() && files.iter().all(|file| file.get("sha256").is_some()))
}
