//! What a person typed, as the answer that it means.

use onehall_protocol::{Date, Money, PhoneNumber};
use serde_json::Value;

use crate::decimal::Decimal;
use crate::definition::Kind;
use crate::mask;
use crate::time_of_day::TimeOfDay;

/// The answer that a text typed into a field means: full-width digits become ASCII, spaces in numbers and ids are
/// dropped, amounts get two decimals, days the form `2026-01-31`. Nothing typed is null. What cannot be read stays as it
/// was typed, so that the engine can say what is wrong with it.
///
/// Kinds whose answers are no single text (several choices, materials) are not for this; nor are those of parts (addresses,
/// spans of days, persons): each part is read as the kind that it is.
///
/// ```
/// use onehall_forms::{Kind, normalise};
/// use serde_json::json;
/// assert_eq!(normalise(&Kind::CitizenId {}, " １１０１０５ 19491231 002x "), json!("11010519491231002X"));
/// assert_eq!(normalise(&Kind::Money { min: None, max: None }, "￥1,200"), json!("1200.00"));
/// ```
#[must_use]
pub fn normalise(kind: &Kind, typed: &str) -> Value {
    let trimmed = typed.trim();
    if trimmed.is_empty() {
        return Value::Null;
    }
    match meant(kind, typed, trimmed) {
        // Nothing but signs that are dropped: no number, but something was typed.
        Value::String(text) if text.is_empty() => trimmed.into(),
        answer => answer,
    }
}

fn meant(kind: &Kind, typed: &str, trimmed: &str) -> Value {
    match kind {
        Kind::Text { mask: Some(mask), .. } => mask::put_in(mask, &narrow(trimmed))
            .unwrap_or_else(|| trimmed.to_owned())
            .into(),
        Kind::Text { .. } => trimmed.into(),
        Kind::Time { .. } => time(trimmed)
            .map_or_else(|| trimmed.to_owned(), |time| time.to_string())
            .into(),
        Kind::LongText { .. } => typed.trim_end().into(),
        Kind::Number { .. } => match without(&narrow(trimmed), &[',', ' ']).parse::<Decimal>() {
            Ok(number) => number.to_json(),
            Err(_) => trimmed.into(),
        },
        Kind::Money { .. } => money(trimmed).into(),
        Kind::Date { .. } => date(trimmed)
            .map_or_else(|| trimmed.to_owned(), |date| date.to_string())
            .into(),
        Kind::Phone {} => {
            let plain = without(&narrow(trimmed), &[' ', '-']);
            plain
                .parse::<PhoneNumber>()
                .map_or(plain, |phone| phone.as_str().to_owned())
                .into()
        }
        Kind::CitizenId {} | Kind::OrganisationCode {} => {
            without(&narrow(trimmed), &[' ', '-']).to_ascii_uppercase().into()
        }
        Kind::BankCard {} => without(&narrow(trimmed), &[' ', '-']).into(),
        Kind::Email {} => without(&narrow(trimmed), &[' ']).into(),
        Kind::YesNo {} | Kind::Declaration { .. } => match trimmed {
            "true" => true.into(),
            "false" => false.into(),
            other => other.into(),
        },
        _ => trimmed.into(),
    }
}

/// Full-width letters, digits and signs as ASCII.
fn narrow(text: &str) -> String {
    let narrow = |character: char| match character {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(character as u32 - 0xFEE0).unwrap_or(character),
        '\u{3000}' | '\u{A0}' => ' ',
        '。' => '.',
        other => other,
    };
    text.chars().map(narrow).collect()
}

fn without(text: &str, dropped: &[char]) -> String {
    let kept: String = text.chars().filter(|character| !dropped.contains(character)).collect();
    kept.trim().to_owned()
}

fn money(typed: &str) -> String {
    let plain = without(&narrow(typed), &[',', ' ', '¥', '￥', '元']);
    match plain.parse::<Money>() {
        Ok(amount) => amount.to_string(),
        // `.5`, `5.` and `5.00000` are amounts as well; what has more decimals is told so.
        Err(_) => match plain.parse::<Decimal>() {
            Ok(number) if number.decimals() <= 2 => number.to_fixed(2),
            Ok(number) => number.to_string(),
            Err(_) => typed.to_owned(),
        },
    }
}

/// `2026-1-31`, `2026/01/31`, `2026.1.31`, `2026年1月31日`, `20260131`.
fn date(typed: &str) -> Option<Date> {
    let plain = narrow(typed);
    let parts: Vec<&str> = plain
        .split(['-', '/', '.', '年', '月', '日', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] => (*year, *month, *day),
        [all] if all.len() == 8 && all.is_ascii() => (&all[..4], &all[4..6], &all[6..]),
        _ => return None,
    };
    let digits = |part: &str, most: usize| part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `14:30`, `14：30`, `14.30`, `1430`, `14点30分`, `14时`, `下午2:30`, `2:30 pm`; `9:5` is none.
fn time(typed: &str) -> Option<TimeOfDay> {
    let plain = narrow(typed).to_ascii_lowercase();
    let mut rest = plain.trim();
    let mut half = None;
    for (sign, is_afternoon) in [
        ("上午", false),
        ("凌晨", false),
        ("早上", false),
        ("下午", true),
        ("晚上", true),
    ] {
        if let Some(after) = rest.strip_prefix(sign) {
            (rest, half) = (after.trim(), Some(is_afternoon));
        }
    }
    for (sign, is_afternoon) in [("am", false), ("a.m.", false), ("pm", true), ("p.m.", true)] {
        if let Some(before) = rest.strip_suffix(sign) {
            (rest, half) = (before.trim(), Some(is_afternoon));
        }
    }
    let parts: Vec<&str> = rest
        .split([':', '.', '点', '时', '分', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let digits =
        |part: &str, least: usize| (least..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let (hour, minute) = match parts.as_slice() {
        [hour, minute] => (*hour, *minute),
        [all] if all.len() == 4 && all.is_ascii() => all.split_at(2),
        [hour] if half.is_some() || rest.contains(['点', '时']) => (*hour, "00"),
        _ => return None,
    };
    if !digits(hour, 1) || !digits(minute, 2) {
        return None;
    }
    let hour: u8 = hour.parse().ok()?;
    let hour = match half {
        None => hour,
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(is_afternoon) => hour % 12 + if is_afternoon { 12 } else { 0 },
    };
    TimeOfDay::new(hour, minute.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const DATE: Kind = Kind::Date { min: None, max: None };
    const TIME: Kind = Kind::Time {
        min: None,
        max: None,
        step_minutes: None,
    };
    const MONEY: Kind = Kind::Money { min: None, max: None };
    const NUMBER: Kind = Kind::Number {
        min: None,
        max: None,
        decimals: 2,
        unit: None,
    };

    #[test]
    fn what_people_type_is_understood() {
        let cases = [
            (&DATE, "2026年1月5日", json!("2026-01-05")),
            (&DATE, "20260105", json!("2026-01-05")),
            (&DATE, "２０２６／１／５", json!("2026-01-05")),
            (&DATE, "2026-02-30", json!("2026-02-30")),
            (&DATE, "26-1-5", json!("26-1-5")),
            (&MONEY, "1,200.5元", json!("1200.50")),
            (&MONEY, ".5", json!("0.50")),
            (&MONEY, "1.005", json!("1.005")),
            (&MONEY, "many", json!("many")),
            (&NUMBER, "１，２００", json!(1200)),
            (&NUMBER, "1.25", json!(1.25)),
            (&NUMBER, "ten", json!("ten")),
            (&TIME, "９：０５", json!("09:05")),
            (&TIME, "0905", json!("09:05")),
            (&TIME, "9.05", json!("09:05")),
            (&TIME, "14点30分", json!("14:30")),
            (&TIME, "14时", json!("14:00")),
            (&TIME, "下午 2:30", json!("14:30")),
            (&TIME, "上午12:30", json!("00:30")),
            (&TIME, "12:30 PM", json!("12:30")),
            (&TIME, "2 p.m.", json!("14:00")),
            (&TIME, "9:5", json!("9:5")),
            (&TIME, "9", json!("9")),
            (&TIME, "13 pm", json!("13 pm")),
            (&TIME, "25:00", json!("25:00")),
            (&TIME, "noon", json!("noon")),
            (&Kind::Phone {}, "+86 138-0000-0001", json!("13800000001")),
            (&Kind::BankCard {}, "6222 0202 0011 2230", json!("6222020200112230")),
            (&Kind::Email {}, "ａ＠example.com", json!("a@example.com")),
            (&Kind::YesNo {}, "true", json!(true)),
            (&Kind::Phone {}, "   ", Value::Null),
            (&Kind::Phone {}, "-", json!("-")),
        ];
        for (kind, typed, answer) in cases {
            assert_eq!(normalise(kind, typed), answer, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn what_is_normalised_stays_as_it_is(typed in ".{0,24}", digits in "[0-9.,￥ 年月日/:点时分apm-]{0,14}") {
            for kind in [DATE, TIME, MONEY, NUMBER, Kind::Phone {}, Kind::CitizenId {}, Kind::Email {}, Kind::BankCard {}] {
                for typed in [&typed, &digits] {
                    let once = normalise(&kind, typed);
                    if let Some(text) = once.as_str() {
                        prop_assert_eq!(normalise(&kind, text), once.clone());
                    }
                }
            }
        }
    }
}
