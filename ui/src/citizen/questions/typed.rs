//! Between the parts of a control and the answer that they are. One line of text is [`onehall_forms::normalise`]'s.

use serde_json::Value;

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

/// An address of two parts; null where both are empty.
#[must_use]
pub fn address_answer(region: &str, detail: &str) -> Value {
    if region.trim().is_empty() && detail.trim().is_empty() {
        return Value::Null;
    }
    serde_json::json!({ "region": region, "detail": detail })
}

/// A part of an address.
#[must_use]
pub fn address_part(answer: Option<&Value>, part: &str) -> String {
    answer
        .and_then(|answer| answer.get(part))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
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
    fn an_address_without_anything_is_no_answer() {
        assert_eq!(address_answer(" ", ""), Value::Null);
        let half = address_answer("兰川市", "");
        assert_eq!(half, json!({"region": "兰川市", "detail": ""}));
        assert_eq!(address_part(Some(&half), "region"), "兰川市");
    }

    #[test]
    fn nothing_chosen_is_no_answer() {
        assert_eq!(choices_answer(vec![]), Value::Null);
        assert_eq!(chosen(Some(&choices_answer(vec!["a".into(), "b".into()]))), ["a", "b"]);
    }
}
