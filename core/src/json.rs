//! JSON of the backend, read into the types of the protocol.
//!
//! The types are read out of a tree by one small deserializer, not out of the text by that of `serde_json`: the code of
//! every type that crosses the wire is made for it once more, and all of it is in the bundle that a browser loads. This one
//! takes what the types themselves write and nothing else (a struct is an object, never an array), and it does not say
//! what was wrong: whoever asks only learns that a reply cannot be read.

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Number, Value};

/// Why something could not be read: not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

/// Reads JSON text.
///
/// # Errors
/// It is no JSON, or not of this type.
pub fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Unreadable> {
    tree(text).and_then(read_value)
}

/// Reads JSON that was parsed already.
///
/// # Errors
/// It is not of this type.
pub fn read_value<T: DeserializeOwned>(value: Value) -> Result<T, Unreadable> {
    T::deserialize(Tree(value))
}

/// An object of these entries. Unlike `json!` it cannot fail, and brings nothing for the case that it did.
pub fn object<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let mut object = Map::new();
    // Not collected: that would bring a sort.
    for (name, value) in entries {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

fn tree(text: &[u8]) -> Result<Value, Unreadable> {
    serde_json::from_slice(text).map_err(|_| Unreadable)
}

struct Tree(Value);

impl<'de> Deserializer<'de> for Tree {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => visit_number(&number, visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(entries) => visitor.visit_map(Entries::of(entries)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Number(number) => visit_number(&number, visitor),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_i8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_string(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Object(entries) => visitor.visit_map(Entries::of(entries)),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        let (name, content) = match self.0 {
            Value::String(name) => (name, None),
            Value::Object(entries) if entries.len() == 1 => {
                let (name, content) = entries.into_iter().next().ok_or(Unreadable)?;
                (name, Some(content))
            }
            _ => return Err(Unreadable),
        };
        visitor.visit_enum(Variant { name, content })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 bytes byte_buf unit_struct tuple_struct }
}

fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Unreadable> {
    if let Some(whole) = number.as_u64() {
        visitor.visit_u64(whole)
    } else if let Some(whole) = number.as_i64() {
        visitor.visit_i64(whole)
    } else {
        visitor.visit_f64(number.as_f64().ok_or(Unreadable)?)
    }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        match self.0.next() {
            Some(item) => seed.deserialize(Tree(item)).map(Some),
            None => Ok(None),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Entries {
    rest: serde_json::map::IntoIter,
    value: Option<Value>,
}

impl Entries {
    fn of(entries: Map<String, Value>) -> Entries {
        Entries {
            rest: entries.into_iter(),
            value: None,
        }
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        let Some((key, value)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(Tree(Value::String(key))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(Tree(self.value.take().ok_or(Unreadable)?))
    }
}

struct Variant {
    name: String,
    content: Option<Value>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unreadable;
    type Variant = Content;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Content), Unreadable> {
        let name = seed.deserialize(Tree(Value::String(self.name)))?;
        Ok((name, Content(self.content)))
    }
}

struct Content(Option<Value>);

impl<'de> VariantAccess<'de> for Content {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        match self.0 {
            None | Some(Value::Null) => Ok(()),
            Some(_) => Err(Unreadable),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(Tree(self.0.ok_or(Unreadable)?))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        Tree(self.0.ok_or(Unreadable)?).deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Unreadable> {
        Tree(self.0.ok_or(Unreadable)?).deserialize_map(visitor)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("read the JSON")
    }
}

impl std::error::Error for Unreadable {}

/// Each says the same: none of the texts that the types bring for their errors is needed.
impl Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Unreadable {
        Unreadable
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn serde::de::Expected) -> Unreadable {
        Unreadable
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn serde::de::Expected) -> Unreadable {
        Unreadable
    }

    fn invalid_length(_: usize, _: &dyn serde::de::Expected) -> Unreadable {
        Unreadable
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Unreadable {
        Unreadable
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Unreadable {
        Unreadable
    }

    fn missing_field(_: &'static str) -> Unreadable {
        Unreadable
    }

    fn duplicate_field(_: &'static str) -> Unreadable {
        Unreadable
    }
}

#[cfg(test)]
mod tests {
    use onehall_client::{Event, Preferences, citizen};
    use onehall_forms::Definition;
    use onehall_protocol::cases::{CaseView, Poke};
    use onehall_protocol::catalog::Catalog;
    use serde::Serialize;
    use serde_json::json;

    use super::*;

    /// What `serde_json` reads, this reads, and as the same.
    fn same<T: DeserializeOwned + Serialize + PartialEq + fmt::Debug>(value: &Value) {
        let theirs: Result<T, _> = serde_json::from_value(value.clone());
        let theirs = theirs.unwrap_or_else(|error| panic!("{value} is no example: {error}"));
        assert_eq!(read_value::<T>(value.clone()).as_ref(), Ok(&theirs), "{value}");
        assert_eq!(read::<T>(value.to_string().as_bytes()).as_ref(), Ok(&theirs), "{value}");
    }

    #[test]
    fn numbers_texts_options_and_lists_are_read_as_by_serde_json() {
        same::<(u8, i64, f64, f64)>(&json!([255, -3, 0.5, 7]));
        same::<Option<Vec<Option<String>>>>(&json!([null, "a"]));
        same::<Option<bool>>(&json!(null));
        same::<std::collections::BTreeMap<String, Value>>(&json!({"a": {"b": [1, null, "x", 1.5, true]}}));
        same::<u64>(&json!(u64::MAX));
    }

    #[test]
    fn enums_of_every_form_are_read_as_by_serde_json() {
        same::<Poke>(&json!({"kind": "queue"}));
        same::<Poke>(&json!({"kind": "again", "more": 1}));
        same::<Event>(&json!({"kind": "upload", "transfer": 1, "sent": 2, "total": 3}));
        same::<onehall_client::ThemeChoice>(&json!("dark"));
        same::<citizen::Command>(&json!({"request_code": {"phone": "1"}}));
        same::<Result<u8, String>>(&json!({"Ok": 1}));
        same::<Preferences>(&serde_json::to_value(Preferences::default()).unwrap_or_default());
    }

    #[test]
    fn a_form_with_every_kind_of_nesting_is_read_as_by_serde_json() {
        let text = |text| json!({"zh-CN": text, "en": text});
        same::<Definition>(&json!({
            "schema": "onehall-form/1", "code": "f-1", "version": 2, "title": text("t"),
            "pages": [{"id": "p", "title": text("p"), "questions": [
                {"id": "a", "label": text("a"), "kind": "number", "min": 1, "max": 2.5, "unit": text("u")},
                {"id": "d", "label": text("d"), "kind": "date", "min": "2026-01-01", "max": {"today_plus_days": -3}},
                {"id": "g", "label": text("g"), "kind": "group", "row_label": text("r"), "questions": [
                    {"id": "c", "label": text("c"), "kind": "choices", "min": 1,
                     "options": [{"value": "x", "label": text("x"), "visible_when": {"==": [1, 1]}}]}
                ]}
            ]}]
        }));
    }

    #[test]
    fn what_is_of_another_type_cannot_be_read() {
        assert_eq!(read::<u8>(b"256"), Err(Unreadable));
        assert_eq!(read::<u8>(b"-1"), Err(Unreadable));
        assert_eq!(read::<String>(b"1"), Err(Unreadable));
        assert_eq!(read::<Vec<u8>>(b"{}"), Err(Unreadable));
        assert_eq!(read::<(u8, u8)>(b"[1]"), Err(Unreadable));
        assert_eq!(read::<Poke>(br#"{"kind": "unheard_of"}"#), Err(Unreadable));
        assert_eq!(read::<onehall_client::ThemeChoice>(br#""both""#), Err(Unreadable));
        assert!(read::<Catalog>(b"{}").is_err() && read::<CaseView>(b"[]").is_err());
        assert_eq!(
            read::<bool>(b"true false"),
            Err(Unreadable),
            "nothing may stand behind it"
        );
    }
}
