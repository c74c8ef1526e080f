//! JSON whose names keep their order, and a place in it that knows its pointer.
//!
//! The order of a JSON Schema's properties is the order of the questions; `serde_json` sorts them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// A JSON value in the order in which it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

impl Json {
    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Map(fields) => fields.iter().find(|(field, _)| field == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// As `serde_json` has it.
    pub(crate) fn to_value(&self) -> Value {
        match self {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => Value::Number(number.clone()),
            Json::Text(text) => Value::String(text.clone()),
            Json::List(items) => Value::Array(items.iter().map(Json::to_value).collect()),
            Json::Map(fields) => {
                let mut map = serde_json::Map::new();
                for (name, value) in fields {
                    map.insert(name.clone(), value.to_value());
                }
                Value::Object(map)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// How the error begins that tells of a name which stands twice in an object.
pub(crate) const TWICE: &str = "there are two values of ";

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Bool(flag))
    }
    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }
    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }
    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut fields: Vec<(String, Json)> = Vec::new();
        let mut places: BTreeSet<String> = BTreeSet::new();
        while let Some((name, value)) = map.next_entry::<String, Json>()? {
            match places.get(&name) {
                // One of the two would be lost, and nobody could say which one was meant.
                Some(_) => return Err(serde::de::Error::custom(format_args!("{TWICE}`{name}`"))),
                None => {
                    places.insert(name.clone());
                    fields.push((name, value));
                }
            }
        }
        Ok(Json::Map(fields))
    }
}

static NOTHING: Json = Json::Null;

/// A place in the source: a value, and the JSON pointer to it. What is not there is null.
#[derive(Debug, Clone)]
pub(crate) struct At<'a> {
    pub(crate) value: &'a Json,
    pub(crate) path: String,
}

impl<'a> At<'a> {
    pub(crate) fn root(value: &'a Json) -> At<'a> {
        At {
            value,
            path: String::new(),
        }
    }

    /// The value of a name.
    pub(crate) fn get(&self, name: &str) -> At<'a> {
        At {
            value: self.value.get(name).unwrap_or(&NOTHING),
            path: format!("{}/{}", self.path, escaped(name)),
        }
    }

    /// The first of these names that is there.
    pub(crate) fn any(&self, names: &[&str]) -> At<'a> {
        let name = names.iter().find(|name| self.has(name)).or(names.first());
        self.get(name.unwrap_or(&""))
    }

    /// What stands at a path of names: `meta.name`, also where one name is written so.
    pub(crate) fn follow(&self, path: &str) -> At<'a> {
        match path.split_once('.') {
            Some((first, rest)) if !self.has(path) => self.get(first).follow(rest),
            _ => self.get(path),
        }
    }

    /// Whether there is something other than null at a name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.value.get(name).is_some_and(|value| *value != Json::Null)
    }

    pub(crate) fn is_there(&self) -> bool {
        *self.value != Json::Null
    }

    /// The elements of a list; none for anything else.
    pub(crate) fn items(&self) -> Vec<At<'a>> {
        match self.value {
            Json::List(items) => items
                .iter()
                .enumerate()
                .map(|(at, value)| At {
                    value,
                    path: format!("{}/{at}", self.path),
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The names and values of an object; none for anything else.
    pub(crate) fn fields(&self) -> Vec<(&'a str, At<'a>)> {
        match self.value {
            Json::Map(fields) => fields
                .iter()
                .map(|(name, value)| {
                    let path = format!("{}/{}", self.path, escaped(name));
                    (name.as_str(), At { value, path })
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self.value, Json::Map(_))
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.value, Json::List(_))
    }

    pub(crate) fn text(&self) -> Option<&'a str> {
        match self.value {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text that is not blank, without the spaces around it.
    pub(crate) fn word(&self) -> Option<&'a str> {
        self.text().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The text of a text, a number or a truth value: what other systems take for the same.
    pub(crate) fn scalar(&self) -> Option<String> {
        match self.value {
            Json::Text(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            Json::Bool(flag) => Some(flag.to_string()),
            _ => None,
        }
    }

    /// What stands there as JSON inside of a text, as builders keep what an author typed into a box. None where there is
    /// nothing of the sort.
    pub(crate) fn written(&self) -> Option<Json> {
        let written: Json = serde_json::from_str(self.word()?).ok()?;
        matches!(written, Json::List(_) | Json::Map(_)).then_some(written)
    }

    /// A truth value, also as it is written in a text.
    pub(crate) fn flag(&self) -> Option<bool> {
        match self.value {
            Json::Bool(flag) => Some(*flag),
            Json::Text(text) => match text.trim() {
                "true" | "1" | "yes" => Some(true),
                "false" | "0" | "no" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn is_true(&self) -> bool {
        self.flag() == Some(true)
    }

    /// A number, also as it is written in a text.
    pub(crate) fn number(&self) -> Option<f64> {
        match self.value {
            Json::Number(number) => number.as_f64(),
            Json::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        }
    }

    /// A whole number from 0 that fits, also as it is written in a text.
    pub(crate) fn count(&self) -> Option<u32> {
        let number = self.number()?;
        (number >= 0.0 && number.fract() == 0.0).then(|| number.min(f64::from(u32::MAX)) as u32)
    }
}

/// The text with whole numbers as texts that no number of ours holds: as numbers they would change.
pub(crate) fn with_long_numbers(text: &str) -> Cow<'_, str> {
    const LONG: usize = 19;
    let mut made = String::new();
    let (mut copied, mut at, mut in_text) = (0, 0, false);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if in_text => at += 1,
            b'"' => in_text = !in_text,
            b'-' | b'0'..=b'9' if !in_text => {
                let part = |byte: &&u8| matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let length = bytes.iter().skip(at).take_while(part).count();
                let number = text.get(at..at + length).unwrap_or_default();
                let digits = number.strip_prefix('-').unwrap_or(number);
                let whole = digits.len() >= LONG
                    && !digits.starts_with('0')
                    && digits.bytes().all(|byte| byte.is_ascii_digit());
                if whole && number.parse::<i64>().is_err() && number.parse::<u64>().is_err() {
                    made.push_str(text.get(copied..at).unwrap_or_default());
                    made.push('"');
                    made.push_str(number);
                    made.push('"');
                    copied = at + length;
                }
                at += length - 1;
            }
            _ => {}
        }
        at += 1;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    made.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(made)
}

/// A name as a step of a JSON pointer.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
