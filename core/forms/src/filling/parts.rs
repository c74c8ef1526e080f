//! Answers of several parts: a span of days, an entry of a list, a person, a signature, files.

use onehall_protocol::files::{FileSource, FileType, FileView};
use onehall_protocol::{CitizenId, Date, InvalidIdentifier, ListCode, PhoneNumber, Text};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::answer::{bound, length};
use super::fault::AnswerCode;
use crate::context::{Context, Entries, whole_label};
use crate::definition::{DateBound, IdType, Kind, MaterialSource};
use crate::rules::Val;

/// The width of the field that is signed in.
pub(crate) const SIGNATURE_WIDTH: u64 = 600;
/// Its height.
pub(crate) const SIGNATURE_HEIGHT: u64 = 200;
/// The most bytes that the strokes of a signature take as JSON without spaces.
const SIGNATURE_BYTES: usize = 16 * 1024;
/// The most characters of a name.
const NAME: u32 = 100;
/// The most characters of an entry's label in one language.
const LABEL: usize = 500;

/// The parts of an answer of this kind that rules may read: `stay.from`.
pub(crate) fn parts(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::Address {} => &["region", "detail"],
        Kind::DateRange { .. } => &["from", "to"],
        Kind::ListChoice { .. } | Kind::Region { .. } => &["code"],
        Kind::Person { .. } => &["name", "id_type", "id_number", "phone"],
        _ => &[],
    }
}

/// What rules read of an answer that is not blank: the parts that are sound. A signature is true.
pub(super) fn read(kind: &Kind, value: &Value) -> Val {
    let Value::Object(fields) = value else {
        return Val::Unknown;
    };
    if matches!(kind, Kind::Signature {}) {
        return Val::Bool(true);
    }
    let sound = |text: &str| match kind {
        Kind::DateRange { .. } => text.parse::<Date>().is_ok(),
        _ => !text.trim().is_empty(),
    };
    let known = parts(kind).iter().filter_map(|part| {
        let text = fields.get(*part)?.as_str().filter(|text| sound(text))?;
        Some(((*part).to_owned(), Val::text(text)))
    });
    match Val::map(known) {
        Val::Map(known) if known.is_empty() => Val::Unknown,
        known => known,
    }
}

/// What is wrong with an answer of several parts that is not blank.
pub(super) fn check(kind: &Kind, fields: &Map<String, Value>, context: &Context) -> Option<AnswerCode> {
    match kind {
        Kind::DateRange {
            min,
            max,
            min_days,
            max_days,
        } => range(fields, [*min, *max], [*min_days, *max_days], context.as_of),
        Kind::ListChoice { list } => entry(fields, list, context, |entries, code| {
            entries.get(code).map(|entry| entry.label.clone())
        }),
        Kind::Region { list, depth } => entry(fields, list, context, |entries, code| region(entries, code, *depth)),
        Kind::Person { id_types, phone } => person(fields, id_types, *phone),
        Kind::Signature {} => signature(fields),
        _ => Some(AnswerCode::WrongType),
    }
}

/// The texts of these parts, trimmed of nothing; blank where a part is missing. None where there are others, or where one
/// is no text.
fn texts<'a, const N: usize>(fields: &'a Map<String, Value>, names: [&str; N]) -> Option<[&'a str; N]> {
    let known = fields
        .iter()
        .all(|(name, part)| names.contains(&name.as_str()) && (part.is_string() || part.is_null()));
    known.then(|| names.map(|name| fields.get(name).and_then(Value::as_str).unwrap_or_default()))
}

fn range(
    fields: &Map<String, Value>,
    [min, max]: [Option<DateBound>; 2],
    [min_days, max_days]: [Option<u32>; 2],
    today: Date,
) -> Option<AnswerCode> {
    let Some([from, to]) = texts(fields, ["from", "to"]) else {
        return Some(AnswerCode::WrongType);
    };
    if from.trim().is_empty() || to.trim().is_empty() {
        return Some(AnswerCode::IncompleteRange);
    }
    let (Ok(from), Ok(to)) = (from.parse::<Date>(), to.parse::<Date>()) else {
        return Some(AnswerCode::InvalidDate);
    };
    let days = (to.calendar() - from.calendar()).whole_days() + 1;
    if days < 1 {
        Some(AnswerCode::ReversedRange)
    } else if min.is_some_and(|min| from < bound(min, today)) {
        Some(AnswerCode::TooEarly)
    } else if max.is_some_and(|max| to > bound(max, today)) {
        Some(AnswerCode::TooLate)
    } else if min_days.is_some_and(|least| days < i64::from(least)) {
        Some(AnswerCode::TooShort)
    } else {
        max_days
            .is_some_and(|most| days > i64::from(most))
            .then_some(AnswerCode::TooLong)
    }
}

/// An entry of a list: checked against the list where its entries are at hand. `label` is the one that it must have; none
/// where it cannot be chosen.
fn entry(
    fields: &Map<String, Value>,
    list: &ListCode,
    context: &Context,
    label: impl Fn(&Entries, &str) -> Option<Text>,
) -> Option<AnswerCode> {
    let code = fields.get("code").and_then(Value::as_str);
    let given = fields.get("label").and_then(|label| Text::deserialize(label).ok());
    let (Some(code), Some(given), 2) = (code, given, fields.len()) else {
        return Some(AnswerCode::WrongType);
    };
    let sound = |text: &str| !text.trim().is_empty() && text.chars().count() <= LABEL;
    if !sound(code) || !sound(&given.zh_cn) || !sound(&given.en) {
        return Some(AnswerCode::WrongType);
    }
    let entries = context.lists.get(list.as_str())?.entries.as_ref()?;
    (label(entries, code) != Some(given)).then_some(AnswerCode::UnknownOption)
}

fn region(entries: &Entries, code: &str, depth: Option<u8>) -> Option<Text> {
    let way = entries.way(code);
    let level = way.len();
    let here = match depth.map(usize::from) {
        Some(depth) if level == depth => true,
        Some(depth) if level > depth => false,
        _ => entries.is_leaf(code),
    };
    here.then(|| whole_label(way.into_iter().map(|entry| &entry.label)))
}

fn person(fields: &Map<String, Value>, id_types: &[IdType], with_phone: bool) -> Option<AnswerCode> {
    let Some([name, id_type, id_number, phone]) = texts(fields, ["name", "id_type", "id_number", "phone"]) else {
        return Some(AnswerCode::WrongType);
    };
    if [name, id_type, id_number].iter().any(|part| part.trim().is_empty()) || (with_phone && phone.trim().is_empty()) {
        return Some(AnswerCode::IncompletePerson);
    }
    let Some(id_type) = IdType::named(id_type).filter(|given| id_types.contains(given)) else {
        return Some(AnswerCode::UnknownOption);
    };
    if !with_phone && !phone.is_empty() {
        return Some(AnswerCode::WrongType);
    }
    let is_phone = |text: &str| text.parse::<PhoneNumber>().is_ok_and(|phone| phone.as_str() == text);
    length(name, NAME, 0, false)
        .or_else(|| id_number_fault(id_type, id_number))
        .or_else(|| (with_phone && !is_phone(phone)).then_some(AnswerCode::InvalidPhone))
}

/// What is wrong with the number of an identity document, written without spaces and in capitals.
fn id_number_fault(id_type: IdType, number: &str) -> Option<AnswerCode> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let capitals = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase());
    if id_type == IdType::CitizenId {
        return match number.parse::<CitizenId>() {
            Ok(id) if id.as_str() == number => None,
            Err(InvalidIdentifier::Checksum) => Some(AnswerCode::InvalidChecksum),
            _ => Some(AnswerCode::InvalidCitizenId),
        };
    }
    if !number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    {
        return Some(AnswerCode::InvalidIdNumber);
    }
    let sound = match id_type {
        // Of any country: ICAO 9303 has nine signs, some countries have more.
        IdType::Passport => (5..=15).contains(&number.len()) && number.bytes().any(|byte| byte.is_ascii_digit()),
        // H or M and eight digits, with two more for which card it is on older ones; of foreigners a letter and seven.
        IdType::HkMacaoPermit => {
            let rest = number.strip_prefix(['H', 'M']);
            rest.is_some_and(|rest| match rest.len() {
                8 => digits(&rest[1..]),
                10 => digits(rest),
                _ => false,
            })
        }
        // Eight digits; on older cards ten, and a letter for which card it is.
        IdType::TaiwanPermit => match number.len() {
            8 | 10 => digits(number),
            11 => digits(&number[..10]) && capitals(&number[10..]),
            _ => false,
        },
        // Three letters and twelve digits; since 2023 eighteen signs from a 9 on, with the check character of GB 11643.
        IdType::ForeignPermanent => match number.len() {
            15 => capitals(&number[..3]) && digits(&number[3..]),
            18 if number.starts_with('9') && digits(&number[..17]) => {
                if CitizenId::check_character(&number[..17]) != number.chars().last() {
                    return Some(AnswerCode::InvalidChecksum);
                }
                true
            }
            _ => false,
        },
        IdType::CitizenId => false,
    };
    (!sound).then_some(AnswerCode::InvalidIdNumber)
}

fn signature(fields: &Map<String, Value>) -> Option<AnswerCode> {
    let mut entries = fields.iter();
    match (entries.next(), entries.next()) {
        (Some((name, Value::String(typed))), None) if name == "typed" => length(typed, NAME, 0, false),
        (Some((name, strokes @ Value::Array(_))), None) if name == "strokes" => strokes_fault(strokes),
        _ => Some(AnswerCode::WrongType),
    }
}

fn strokes_fault(strokes: &Value) -> Option<AnswerCode> {
    let mut points = 0;
    for stroke in strokes.as_array().into_iter().flatten() {
        let Some(numbers) = stroke.as_array().filter(|numbers| numbers.len().is_multiple_of(2)) else {
            return Some(AnswerCode::WrongType);
        };
        for (at, number) in numbers.iter().enumerate() {
            let most = if at % 2 == 0 { SIGNATURE_WIDTH } else { SIGNATURE_HEIGHT };
            if number.as_u64().is_none_or(|number| number > most) {
                return Some(AnswerCode::WrongType);
            }
        }
        points += numbers.len() / 2;
    }
    if strokes.to_string().len() > SIGNATURE_BYTES {
        Some(AnswerCode::TooLong)
    } else {
        // A single point is a slip of the finger.
        (points < 2).then_some(AnswerCode::IncompleteSignature)
    }
}

/// What is wrong with the files of a material. Whoever may upload may hand in anything that the hall has already.
pub(super) fn files(
    files: &[Value],
    most: Option<u32>,
    (accept, max_kilobytes): (&[FileType], Option<u32>),
    sources: &[MaterialSource],
) -> Option<AnswerCode> {
    let mut fault = None;
    for file in files {
        let Ok(file) = FileView::deserialize(file) else {
            return Some(AnswerCode::WrongType);
        };
        let source = match file.source {
            None => MaterialSource::Upload,
            Some(FileSource::Case { .. }) => MaterialSource::Case,
            Some(FileSource::ECertificate { .. }) => MaterialSource::ECertificate,
        };
        let of_type = accept.is_empty() || accept.iter().any(|one| one.media_type() == file.media_type);
        let too_large = max_kilobytes.is_some_and(|most| file.size > u64::from(most) * 1024);
        let found = if !sources.contains(&MaterialSource::Upload) && !sources.contains(&source) {
            Some(AnswerCode::SourceNotAccepted)
        } else if !of_type {
            Some(AnswerCode::FileTypeNotAccepted)
        } else {
            too_large.then_some(AnswerCode::FileTooLarge)
        };
        fault = fault.or(found);
    }
    let too_many = files.len() > most.unwrap_or(5) as usize;
    too_many.then_some(AnswerCode::TooManyFiles).or(fault)
}
