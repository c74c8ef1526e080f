//! The values that rules compute with, and how one kind is read as another.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::decimal::Decimal;

/// A value inside a rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Val {
    /// An unanswered question, and whatever hangs on one. Neither true nor false.
    Unknown,
    /// JSON's null, and what is no number.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Decimal),
    /// A text, a date, a time.
    Text(Arc<str>),
    /// A list.
    List(Arc<Vec<Val>>),
    /// An object.
    Map(Arc<BTreeMap<String, Val>>),
    /// A row of a repeating group: read field by field, never copied.
    Row(u32),
}

impl Val {
    pub(crate) fn text(text: &str) -> Val {
        Val::Text(text.into())
    }

    pub(crate) fn list(items: Vec<Val>) -> Val {
        Val::List(Arc::new(items))
    }

    /// An object. One insertion after the other: collecting sorts, and a sort for each kind of map makes wasm big.
    pub(crate) fn map(fields: impl Iterator<Item = (String, Val)>) -> Val {
        let mut map = BTreeMap::new();
        for (name, value) in fields {
            map.insert(name, value);
        }
        Val::Map(Arc::new(map))
    }

    /// A number, or null where the calculation left what numbers can say.
    pub(crate) fn number(number: Option<Decimal>) -> Val {
        number.map_or(Val::Null, Val::Number)
    }

    pub(crate) fn from_json(value: &Value) -> Val {
        match value {
            Value::Null => Val::Null,
            Value::Bool(flag) => Val::Bool(*flag),
            Value::Number(number) => Val::number(Decimal::from_json(number)),
            Value::String(text) => Val::text(text),
            Value::Array(items) => Val::list(items.iter().map(Val::from_json).collect()),
            Value::Object(fields) => Val::map(fields.iter().map(|(name, value)| (name.clone(), Val::from_json(value)))),
        }
    }

    /// The JSON of the value; null for what is unknown, and for a row (rows are written out before).
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Val::Unknown | Val::Null | Val::Row(_) => Value::Null,
            Val::Bool(flag) => Value::Bool(*flag),
            Val::Number(number) => number.to_json(),
            Val::Text(text) => Value::String(text.to_string()),
            Val::List(items) => Value::Array(items.iter().map(Val::to_json).collect()),
            Val::Map(fields) => {
                let mut object = serde_json::Map::new();
                for (name, value) in fields.iter() {
                    object.insert(name.clone(), value.to_json());
                }
                Value::Object(object)
            }
        }
    }

    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self, Val::Unknown)
    }

    /// JsonLogic's truth: empty text, zero, null and the empty list are not true. None where unknown.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Val::Unknown => None,
            Val::Null => Some(false),
            Val::Bool(flag) => Some(*flag),
            Val::Number(number) => Some(*number != Decimal::ZERO),
            Val::Text(text) => Some(!text.is_empty()),
            Val::List(items) => Some(!items.is_empty()),
            Val::Map(_) | Val::Row(_) => Some(true),
        }
    }

    /// The number that JavaScript reads in it.
    pub(crate) fn to_number(&self) -> Option<Decimal> {
        match self {
            Val::Null => Some(Decimal::ZERO),
            Val::Bool(flag) => Some(Decimal::from(i64::from(*flag))),
            Val::Number(number) => Some(*number),
            Val::Text(text) => number_in(text),
            Val::List(_) => number_in(&self.to_text()),
            Val::Unknown | Val::Map(_) | Val::Row(_) => None,
        }
    }

    /// The text that JavaScript makes of it.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Val::Unknown | Val::Null => "null".to_owned(),
            Val::Bool(flag) => flag.to_string(),
            Val::Number(number) => number.to_string(),
            Val::Text(text) => text.to_string(),
            Val::List(items) => items.iter().map(Val::item_text).collect::<Vec<_>>().join(","),
            Val::Map(_) | Val::Row(_) => "[object Object]".to_owned(),
        }
    }

    /// The text inside a list: nothing for null.
    pub(crate) fn item_text(&self) -> String {
        if matches!(self, Val::Null | Val::Unknown) {
            String::new()
        } else {
            self.to_text()
        }
    }
}

fn number_in(text: &str) -> Option<Decimal> {
    let text = text.trim();
    if text.is_empty() {
        Some(Decimal::ZERO)
    } else {
        text.parse().ok()
    }
}

/// `===`: same kind, same content. None where it hangs on something unknown.
pub(crate) fn same(a: &Val, b: &Val) -> Option<bool> {
    match (a, b) {
        (Val::Unknown, _) | (_, Val::Unknown) => None,
        (Val::List(a), Val::List(b)) => {
            if a.len() != b.len() {
                return Some(false);
            }
            let mut known = Some(true);
            for (a, b) in a.iter().zip(b.iter()) {
                match same(a, b) {
                    Some(false) => return Some(false),
                    Some(true) => {}
                    None => known = None,
                }
            }
            known
        }
        _ => Some(a == b),
    }
}

/// `==`: JavaScript's, but lists are equal where their items are.
pub(crate) fn loosely_equal(a: &Val, b: &Val) -> Option<bool> {
    match (a, b) {
        (Val::Unknown, _) | (_, Val::Unknown) => None,
        (Val::Null, Val::Null) => Some(true),
        (Val::Null, _) | (_, Val::Null) => Some(false),
        (Val::Text(_), Val::Text(_)) | (Val::List(_), Val::List(_)) => same(a, b),
        (Val::Map(_) | Val::Row(_), _) | (_, Val::Map(_) | Val::Row(_)) => Some(a == b),
        (Val::List(_), Val::Text(text)) | (Val::Text(text), Val::List(_)) => {
            let list = if matches!(a, Val::List(_)) { a } else { b };
            Some(list.to_text() == **text)
        }
        _ => Some(matches!((a.to_number(), b.to_number()), (Some(a), Some(b)) if a == b)),
    }
}

/// The order of two known values: texts by their characters, all else as numbers. None where there is none.
pub(crate) fn order(a: &Val, b: &Val) -> Option<Ordering> {
    match (a, b) {
        (Val::Text(a), Val::Text(b)) => Some(a.cmp(b)),
        _ => Some(a.to_number()?.cmp(&b.to_number()?)),
    }
}
