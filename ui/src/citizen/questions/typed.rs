//! Between the parts of a control and the answer that they are. One line of text is [`onehall_forms::normalise`]'s.

use onehall_protocol::Text;
use serde::Deserialize;
use serde_json::Value;

use crate::design::signature::Strokes;

/// What stands in a field for an answer.
#[must_use]
pub fn typed_of(answer: Option<&Value>) -> String {
    match answer {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => plain(number),
        _ => String::new(),
    }
}

/// A number without an exponent, and without a fraction that is none.
fn plain(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) if number.as_i64().is_none() && value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
        _ => number.to_string(),
    }
}

/// Whether all three parts of a day hold something: only then it is worth saying what is wrong with it.
#[must_use]
pub fn is_whole_day(answer: Option<&Value>) -> bool {
    let text = typed_of(answer);
    text.split('-').count() == 3 && text.split('-').all(|part| !part.is_empty())
}

/// Whether hour and minute both hold something.
#[must_use]
pub fn is_whole_time(answer: Option<&Value>) -> bool {
    let text = typed_of(answer);
    text.split(':').count() == 2 && text.split(':').all(|part| !part.is_empty())
}

/// An answer of named parts; null where all of them are empty.
#[must_use]
pub fn parts_answer(parts: &[(&str, String)]) -> Value {
    if parts.iter().all(|(_, part)| part.trim().is_empty()) {
        return Value::Null;
    }
    let mut answer = serde_json::Map::new();
    for (name, part) in parts {
        answer.insert((*name).to_owned(), part.as_str().into());
    }
    answer.into()
}

/// A part of an answer.
#[must_use]
pub fn part(answer: Option<&Value>, name: &str) -> String {
    answer
        .and_then(|answer| answer.get(name))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// An entry of a list as an answer: its code, and what one reads.
#[must_use]
pub fn entry_answer(code: &str, label: &Text) -> Value {
    serde_json::json!({ "code": code, "label": label })
}

/// What one reads of an entry that was chosen.
#[must_use]
pub fn entry_label(answer: Option<&Value>) -> Option<Text> {
    Text::deserialize(answer?.get("label")?).ok()
}

/// The lines of a signature.
#[must_use]
pub fn strokes(answer: Option<&Value>) -> Strokes {
    let strokes = answer.and_then(|answer| answer.get("strokes"));
    strokes
        .and_then(|strokes| Strokes::deserialize(strokes).ok())
        .unwrap_or_default()
}

/// The values that are chosen of several.
#[must_use]
pub fn chosen(answer: Option<&Value>) -> Vec<String> {
    let values = answer.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The answer of several chosen values; null where there is none.
#[must_use]
pub fn choices_answer(values: Vec<String>) -> Value {
    if values.is_empty() {
        Value::Null
    } else {
        Value::from(values)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_stands_in_its_field_as_people_write_it() {
        for (answer, text) in [
            (json!(3), "3"),
            (json!(3.0), "3"),
            (json!(88.5), "88.5"),
            (json!(-4), "-4"),
        ] {
            assert_eq!(typed_of(Some(&answer)), text);
        }
        assert_eq!(typed_of(Some(&json!("many"))), "many");
        assert_eq!(typed_of(None), "");
    }

    #[test]
    fn half_a_day_is_not_called_wrong_yet() {
        for (text, whole) in [
            ("2026-3-9", true),
            ("2026--", false),
            ("2026-02-30", true),
            ("2026", false),
        ] {
            assert_eq!(is_whole_day(Some(&json!(text))), whole, "{text}");
        }
    }

    #[test]
    fn half_a_time_is_not_called_wrong_yet() {
        for (text, whole) in [
            ("14:30", true),
            ("25:00", true),
            ("14:", false),
            (":30", false),
            ("", false),
        ] {
            assert_eq!(is_whole_time(Some(&json!(text))), whole, "{text}");
        }
    }

    #[test]
    fn an_answer_of_parts_without_anything_is_none() {
        let address =
            |region: &str, detail: &str| parts_answer(&[("region", region.to_owned()), ("detail", detail.to_owned())]);
        assert_eq!(address(" ", ""), Value::Null);
        let half = address("兰川市", "");
        assert_eq!(half, json!({"region": "兰川市", "detail": ""}));
        assert_eq!(part(Some(&half), "region"), "兰川市");
        assert_eq!(part(Some(&half), "street"), "");
    }

    #[test]
    fn an_entry_is_kept_with_what_one_reads() {
        let label = Text::new("教学人员", "Teachers");
        let answer = entry_answer("2-08", &label);
        assert_eq!(
            answer,
            json!({"code": "2-08", "label": {"zh-CN": "教学人员", "en": "Teachers"}})
        );
        assert_eq!(entry_label(Some(&answer)), Some(label));
        assert_eq!(entry_label(Some(&json!({"code": "2-08"}))), None);
    }

    #[test]
    fn a_typed_name_has_no_strokes() {
        assert_eq!(strokes(Some(&json!({"strokes": [[1, 2, 3, 4]]}))), [[1, 2, 3, 4]]);
        assert!(strokes(Some(&json!({"typed": "李雷"}))).is_empty());
    }

    #[test]
    fn nothing_chosen_is_no_answer() {
        assert_eq!(choices_answer(vec![]), Value::Null);
        assert_eq!(chosen(Some(&choices_answer(vec!["a".into(), "b".into()]))), ["a", "b"]);
    }
}
