//! One answer against the kind of its question: what rules read of it, and what is wrong with it.

use onehall_protocol::{CitizenId, Date, InvalidIdentifier, Money, OrganisationCode, PhoneNumber};
use serde_json::{Number, Value};

use super::fault::AnswerCode;
use super::parts;
use crate::context::Context;
use crate::decimal::Decimal;
use crate::definition::{DateBound, Kind};
use crate::form::Node;
use crate::mask;
use crate::rules::Val;
use crate::time_of_day::TimeOfDay;

/// Whether the value is no answer at all: null, a blank text, an empty list, an object of nothing else. The type of an
/// identity document is chosen before anything is said of a person, so it alone is none.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.iter().all(|(name, field)| name == "id_type" || is_blank(field)),
        _ => false,
    }
}

/// What rules read of an answer: unknown where it is blank or not of the type that the kind takes.
pub(crate) fn read(kind: &Kind, value: &Value) -> Val {
    if is_blank(value) {
        return Val::Unknown;
    }
    let text = || value.as_str().map_or(Val::Unknown, Val::text);
    match kind {
        Kind::Number { .. } => match value {
            Value::Number(number) => Decimal::from_json(number).map_or(Val::Unknown, Val::Number),
            _ => Val::Unknown,
        },
        Kind::Money { .. } => {
            let amount = value.as_str().and_then(|text| text.parse::<Money>().ok());
            amount.map_or(Val::Unknown, |amount| Val::Number(amount.into()))
        }
        Kind::Date { .. } => {
            let day = value.as_str().and_then(|text| text.parse::<Date>().ok());
            day.map_or(Val::Unknown, |day| Val::text(&day.to_string()))
        }
        Kind::Time { .. } => {
            let time = value.as_str().and_then(|text| text.parse::<TimeOfDay>().ok());
            time.map_or(Val::Unknown, |time| Val::text(&time.to_string()))
        }
        Kind::YesNo {} | Kind::Declaration { .. } => value.as_bool().map_or(Val::Unknown, Val::Bool),
        Kind::Choices { .. } => match value {
            Value::Array(items) if items.iter().all(Value::is_string) => Val::from_json(value),
            _ => Val::Unknown,
        },
        Kind::Material { .. } if value.is_array() => Val::from_json(value),
        Kind::Address {} if value.is_object() => Val::from_json(value),
        Kind::DateRange { .. }
        | Kind::ListChoice { .. }
        | Kind::Region { .. }
        | Kind::Person { .. }
        | Kind::Signature {} => parts::read(kind, value),
        Kind::Material { .. }
        | Kind::Address {}
        | Kind::Computed { .. }
        | Kind::Note { .. }
        | Kind::Section { .. }
        | Kind::Group { .. } => Val::Unknown,
        Kind::Text { .. }
        | Kind::LongText { .. }
        | Kind::Phone {}
        | Kind::Email {}
        | Kind::CitizenId {}
        | Kind::OrganisationCode {}
        | Kind::BankCard {}
        | Kind::Choice { .. } => text(),
    }
}

/// What is wrong with an answer that is not blank. `offered` says whether an option is offered here and now.
pub(crate) fn check(
    node: &Node,
    kind: &Kind,
    value: &Value,
    context: &Context,
    offered: &dyn Fn(&str) -> bool,
) -> Option<AnswerCode> {
    let Some(text) = value.as_str() else {
        return check_structure(kind, value, context, offered);
    };
    match kind {
        Kind::Text {
            max_length,
            min_length,
            mask,
            ..
        } => length(text, max_length.unwrap_or(100), min_length.unwrap_or(0), false).or_else(|| {
            let fits = mask.as_ref().is_none_or(|mask| mask::fits(mask, text));
            let matches = node.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
            (!matches || !fits).then_some(AnswerCode::Pattern)
        }),
        Kind::LongText { max_length } => length(text, max_length.unwrap_or(1_000), 0, true),
        Kind::Money { min, max } => match text.parse::<Money>() {
            // The text has to be the canonical one: the same amount is never written in two ways.
            Ok(amount) if amount.to_string() == text => {
                let outside = min.is_some_and(|min| amount < min) || max.is_some_and(|max| amount > max);
                outside.then_some(AnswerCode::OutOfRange)
            }
            Ok(_) => Some(AnswerCode::WrongType),
            Err(_) => match text.parse::<Decimal>() {
                Ok(number) if number.decimals() > 2 => Some(AnswerCode::TooManyDecimals),
                Ok(_) => Some(AnswerCode::OutOfRange),
                Err(_) => Some(AnswerCode::WrongType),
            },
        },
        Kind::Date { min, max } => match text.parse::<Date>() {
            Err(_) => Some(AnswerCode::InvalidDate),
            Ok(day) if min.is_some_and(|min| day < bound(min, context.as_of)) => Some(AnswerCode::TooEarly),
            Ok(day) if max.is_some_and(|max| day > bound(max, context.as_of)) => Some(AnswerCode::TooLate),
            Ok(_) => None,
        },
        Kind::Time { min, max, step_minutes } => match text.parse::<TimeOfDay>() {
            Err(_) => Some(AnswerCode::InvalidTime),
            Ok(time) if min.is_some_and(|min| time < min) => Some(AnswerCode::TooEarly),
            Ok(time) if max.is_some_and(|max| time > max) => Some(AnswerCode::TooLate),
            Ok(time) => {
                let since = time.minutes() - min.map_or(0, TimeOfDay::minutes);
                (!since.is_multiple_of(step_minutes.unwrap_or(1).max(1))).then_some(AnswerCode::WrongStep)
            }
        },
        Kind::Phone {} => match text.parse::<PhoneNumber>() {
            Ok(phone) if phone.as_str() == text => None,
            _ => Some(AnswerCode::InvalidPhone),
        },
        Kind::Email {} => (!is_email(text)).then_some(AnswerCode::InvalidEmail),
        Kind::CitizenId {} => match text.parse::<CitizenId>() {
            Ok(id) if id.as_str() == text => None,
            Err(InvalidIdentifier::Checksum) => Some(AnswerCode::InvalidChecksum),
            _ => Some(AnswerCode::InvalidCitizenId),
        },
        Kind::OrganisationCode {} => match text.parse::<OrganisationCode>() {
            Ok(code) if code.as_str() == text => None,
            Err(InvalidIdentifier::Checksum) => Some(AnswerCode::InvalidChecksum),
            _ => Some(AnswerCode::InvalidOrganisationCode),
        },
        Kind::BankCard {} => bank_card(text),
        Kind::Choice { .. } => (!offered(text)).then_some(AnswerCode::UnknownOption),
        _ => Some(AnswerCode::WrongType),
    }
}

/// As [`check`], for values that are no texts.
fn check_structure(
    kind: &Kind,
    value: &Value,
    context: &Context,
    offered: &dyn Fn(&str) -> bool,
) -> Option<AnswerCode> {
    match (kind, value) {
        (Kind::Number { min, max, decimals, .. }, Value::Number(given)) => {
            let Some(number) = Decimal::from_json(given) else {
                return Some(AnswerCode::OutOfRange);
            };
            let limit = |bound: &Option<f64>| {
                bound
                    .and_then(Number::from_f64)
                    .and_then(|bound| Decimal::from_json(&bound))
            };
            if limit(min).is_some_and(|min| number < min) || limit(max).is_some_and(|max| number > max) {
                Some(AnswerCode::OutOfRange)
            } else {
                let many = (number.decimals() > u32::from(*decimals)).then_some(AnswerCode::TooManyDecimals);
                many.or_else(|| (!Decimal::survives(given)).then_some(AnswerCode::TooManyDigits))
            }
        }
        (Kind::YesNo {}, Value::Bool(_)) => None,
        (Kind::Declaration { .. }, Value::Bool(agreed)) => (!agreed).then_some(AnswerCode::NotAgreed),
        (Kind::Choices { min, max, .. }, Value::Array(items)) => {
            let mut seen = std::collections::BTreeSet::new();
            for item in items {
                let Some(text) = item.as_str() else {
                    return Some(AnswerCode::WrongType);
                };
                if !seen.insert(text) {
                    return Some(AnswerCode::WrongType);
                }
                if !offered(text) {
                    return Some(AnswerCode::UnknownOption);
                }
            }
            let chosen = items.len();
            if min.is_some_and(|min| chosen < min as usize) {
                Some(AnswerCode::TooFewOptions)
            } else {
                max.is_some_and(|max| chosen > max as usize)
                    .then_some(AnswerCode::TooManyOptions)
            }
        }
        (Kind::Address {}, Value::Object(fields)) => {
            if fields
                .iter()
                .any(|(name, part)| !matches!(name.as_str(), "region" | "detail") || !part.is_string())
            {
                return Some(AnswerCode::WrongType);
            }
            let part = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().trim();
            if part("region").is_empty() || part("detail").is_empty() {
                return Some(AnswerCode::IncompleteAddress);
            }
            length(part("region"), 100, 0, false).or_else(|| length(part("detail"), 200, 0, false))
        }
        (
            Kind::Material {
                max_files,
                accept,
                max_kilobytes,
                sources,
                ..
            },
            Value::Array(files),
        ) => parts::files(files, *max_files, (accept, *max_kilobytes), sources),
        (_, Value::Object(fields)) => parts::check(kind, fields, context),
        _ => Some(AnswerCode::WrongType),
    }
}

pub(crate) fn bound(bound: DateBound, today: Date) -> Date {
    match bound {
        DateBound::Day(day) => day,
        DateBound::FromToday { today_plus_days } => today.plus_days(i64::from(today_plus_days)),
    }
}

pub(super) fn length(text: &str, max: u32, min: u32, lines: bool) -> Option<AnswerCode> {
    if text
        .chars()
        .any(|character| character.is_control() && !(lines && matches!(character, '\n' | '\r' | '\t')))
    {
        return Some(AnswerCode::WrongType);
    }
    let count = text.chars().count();
    if count > max as usize {
        Some(AnswerCode::TooLong)
    } else {
        (count < min as usize).then_some(AnswerCode::TooShort)
    }
}

/// One `@`, a name of up to 64 characters, a domain of at least two labels. More only a letter sent there can tell.
fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else {
        return false;
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let sound = |name: &str| {
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~.-".contains(&byte))
            && !name.starts_with('.')
            && !name.ends_with('.')
            && !name.contains("..")
    };
    (1..=64).contains(&name.len())
        && sound(name)
        && text.len() <= 254
        && domain.split('.').count() >= 2
        && domain.split('.').all(label)
        && !domain
            .rsplit('.')
            .next()
            .is_some_and(|top| top.bytes().all(|byte| byte.is_ascii_digit()))
}

/// 12 to 19 digits, the last one by Luhn (ISO/IEC 7812).
fn bank_card(text: &str) -> Option<AnswerCode> {
    if !(12..=19).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(AnswerCode::InvalidBankCard);
    }
    let sum: u32 = text
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte - b'0');
            match (at % 2 == 1, digit * 2) {
                (true, double) if double > 9 => double - 9,
                (true, double) => double,
                (false, _) => digit,
            }
        })
        .sum();
    (!sum.is_multiple_of(10)).then_some(AnswerCode::InvalidChecksum)
}
