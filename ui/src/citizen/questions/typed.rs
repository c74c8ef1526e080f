//! Between what a citizen types and the answer that it is.
//!
//! What cannot be read as an answer of its kind stays the text that was typed: the form engine says what is wrong with
//! it, and nothing that somebody typed is thrown away.

use onehall_forms::Kind;
use onehall_protocol::{CitizenId, Money, PhoneNumber};
use serde_json::{Number, Value};

use crate::design::date_field::DateParts;

/// The answer to a question of `kind` that was answered with the keyboard; null where nothing was typed.
#[must_use]
pub fn answer_of(kind: &Kind, typed: &str) -> Value {
    let text = match kind {
        Kind::LongText { .. } => return text_or_null(typed.trim_end().to_owned()),
        Kind::Text { .. } => typed.trim().to_owned(),
        _ => narrow(typed.trim()),
    };
    if text.is_empty() {
        return Value::Null;
    }
    match kind {
        Kind::Number { .. } => number(&text).map_or(Value::String(text), Value::Number),
        Kind::Money { .. } => match without_grouping(&text).parse::<Money>() {
            Ok(amount) => Value::String(amount.to_string()),
            Err(_) => Value::String(text),
        },
        Kind::Phone {} => match text.parse::<PhoneNumber>() {
            Ok(phone) => Value::String(phone.as_str().to_owned()),
            Err(_) => Value::String(text),
        },
        Kind::CitizenId {} => {
            let together = joined(&text);
            match together.parse::<CitizenId>() {
                Ok(id) => Value::String(id.as_str().to_owned()),
                Err(_) => Value::String(together.to_ascii_uppercase()),
            }
        }
        Kind::OrganisationCode {} => Value::String(joined(&text).to_ascii_uppercase()),
        Kind::BankCard {} => Value::String(joined(&text)),
        _ => Value::String(text),
    }
}

/// What stands in the field for an answer.
#[must_use]
pub fn typed_of(answer: Option<&Value>) -> String {
    match answer {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => plain(number),
        _ => String::new(),
    }
}

/// A day as its three fields say it: digits of a Chinese input method count, nothing typed is no answer.
#[must_use]
pub fn day_answer(typed: &str) -> Value {
    let parts = DateParts::from_wire(&narrow(typed));
    text_or_null(parts.to_wire())
}

/// An address in two fields; null where both are empty.
#[must_use]
pub fn address_answer(region: &str, detail: &str) -> Value {
    let (region, detail) = (region.trim(), detail.trim());
    if region.is_empty() && detail.is_empty() {
        return Value::Null;
    }
    serde_json::json!({ "region": region, "detail": detail })
}

/// A part of an address answer.
#[must_use]
pub fn address_part(answer: Option<&Value>, part: &str) -> String {
    answer
        .and_then(|answer| answer.get(part))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The chosen values of a question that takes several.
#[must_use]
pub fn chosen(answer: Option<&Value>) -> Vec<String> {
    let values = answer.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The answer of several chosen values; null where there is none.
#[must_use]
pub fn choices_answer(values: Vec<String>) -> Value {
    if values.is_empty() { Value::Null } else { Value::from(values) }
}

fn text_or_null(text: String) -> Value {
    if text.trim().is_empty() { Value::Null } else { Value::String(text) }
}

/// A number as people write it: with separators of thousands, in decimal notation only.
fn number(text: &str) -> Option<Number> {
    let text = without_grouping(text);
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let shape = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.starts_with(|first: char| first.is_ascii_digit())
        && !digits.ends_with('.');
    if !shape {
        return None;
    }
    // Whole numbers stay whole: 3 must not become 3.0 on the wire.
    match text.parse::<i64>() {
        Ok(whole) => Some(Number::from(whole)),
        Err(_) => text.parse::<f64>().ok().and_then(Number::from_f64),
    }
}

fn plain(number: &Number) -> String {
    match number.as_f64() {
        Some(value) if number.as_i64().is_none() && value.fract() == 0.0 && value.abs() < 1e15 => format!("{value:.0}"),
        _ => number.to_string(),
    }
}

fn without_grouping(text: &str) -> String {
    text.chars()
        .filter(|character| !matches!(character, ',' | ' ' | '¥'))
        .collect()
}

fn joined(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_whitespace() && *character != '-')
        .collect()
}

/// Full-width letters, digits and signs, as Chinese input methods write them, in their ordinary form.
fn narrow(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
            }
            '\u{3000}' => ' ',
            '￥' => '¥',
            _ => character,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn number_kind() -> Kind {
        Kind::Number {
            min: None,
            max: None,
            decimals: 2,
            unit: None,
        }
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (typed, answer) in [
            ("3", json!(3)),
            (" 1,200 ", json!(1200)),
            ("１２．５", json!(12.5)),
            ("-4", json!(-4)),
            ("", Value::Null),
        ] {
            assert_eq!(answer_of(&number_kind(), typed), answer, "{typed}");
        }
    }

    #[test]
    fn what_is_no_number_stays_as_it_was_typed() {
        for typed in ["three", "1e9", "1.", ".5", "1.2.3", "-", "0x10"] {
            assert_eq!(answer_of(&number_kind(), typed), json!(typed));
            assert_eq!(typed_of(Some(&answer_of(&number_kind(), typed))), typed);
        }
    }

    #[test]
    fn amounts_have_two_decimals_on_the_wire() {
        let kind = Kind::Money { min: None, max: None };
        assert_eq!(answer_of(&kind, "1,200"), json!("1200.00"));
        assert_eq!(answer_of(&kind, "￥８0.5"), json!("80.50"));
        assert_eq!(answer_of(&kind, "12.345"), json!("12.345"));
    }

    #[test]
    fn numbers_of_people_and_companies_lose_their_spaces_and_gain_capitals() {
        assert_eq!(answer_of(&Kind::Phone {}, "+86 138-0000 0001"), json!("13800000001"));
        assert_eq!(
            answer_of(&Kind::CitizenId {}, "110105 19491231 002x"),
            json!("11010519491231002X")
        );
        assert_eq!(
            answer_of(&Kind::OrganisationCode {}, "91350100m000100y43"),
            json!("91350100M000100Y43")
        );
        assert_eq!(answer_of(&Kind::BankCard {}, "6222 0000 1111"), json!("622200001111"));
    }

    #[test]
    fn a_day_is_read_in_any_digits_and_half_a_day_is_kept() {
        assert_eq!(day_answer("２０２６-３-９"), json!("2026-03-09"));
        assert_eq!(day_answer("2026-2-30"), json!("2026-2-30"));
        assert_eq!(day_answer("2026--"), json!("2026--"));
        assert_eq!(day_answer(""), Value::Null);
    }

    #[test]
    fn nothing_chosen_is_no_answer() {
        assert_eq!(choices_answer(vec![]), Value::Null);
        assert_eq!(chosen(Some(&choices_answer(vec!["a".into(), "b".into()]))), ["a", "b"]);
    }

    #[test]
    fn an_address_without_anything_is_no_answer() {
        assert_eq!(address_answer(" ", ""), Value::Null);
        assert_eq!(address_answer("兰川市", ""), json!({"region": "兰川市", "detail": ""}));
    }
}
