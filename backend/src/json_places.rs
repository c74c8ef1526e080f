//! Where in a JSON text the value of a JSON pointer stands.

use std::collections::BTreeMap;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// Where each value of a text stands, by JSON pointer (RFC 6901).
#[derive(Debug, Default)]
pub struct JsonPlaces {
    offsets: BTreeMap<String, usize>,
    twice: Vec<(String, String, usize)>,
}

impl JsonPlaces {
    /// Of a text that is JSON already. Of any other one nothing is known.
    #[must_use]
    pub fn of(text: &str) -> JsonPlaces {
        let mut places = JsonPlaces::default();
        let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
        if let Ok(parsed) = parsed
            && let Some(value) = &parsed.value
        {
            places.walk(value, &mut String::new());
        }
        places
    }

    /// The byte at which a value stands, an object's with its key; where there is no such value (a field that is missing),
    /// that of the nearest one around it.
    #[must_use]
    pub fn offset(&self, pointer: &str) -> usize {
        let mut pointer = pointer;
        loop {
            match (self.offsets.get(pointer), pointer.rfind('/')) {
                (Some(offset), _) => return *offset,
                (None, Some(end)) => pointer = &pointer[..end],
                (None, None) => return 0,
            }
        }
    }

    /// Keys that stand twice in an object, of which all but the last would be passed over in silence: pointer, key, byte.
    pub fn twice(&self) -> impl Iterator<Item = (&str, &str, usize)> {
        self.twice
            .iter()
            .map(|(pointer, key, offset)| (pointer.as_str(), key.as_str(), *offset))
    }

    fn walk(&mut self, value: &Value<'_>, pointer: &mut String) {
        let length = pointer.len();
        match value {
            Value::Object(object) => {
                for property in &object.properties {
                    let key = property.name.as_str();
                    pointer.push('/');
                    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    let start = property.range().start;
                    if self.offsets.insert(pointer.clone(), start).is_some() {
                        self.twice.push((pointer.clone(), key.to_owned(), start));
                    }
                    self.walk(&property.value, pointer);
                    pointer.truncate(length);
                }
            }
            Value::Array(array) => {
                for (index, element) in array.elements.iter().enumerate() {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    self.offsets.insert(pointer.clone(), element.range().start);
                    self.walk(element, pointer);
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }
}

/// Line and column of a byte, both from 1; a column counts characters.
#[must_use]
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\n  \"a/b\": [1, {\"名\": 2, \"x\": 3}],\n  \"c\": {}\n}\n";

    #[test]
    fn a_pointer_leads_to_its_line_and_column() {
        let places = JsonPlaces::of(TEXT);
        let at = |pointer| line_and_column(TEXT, places.offset(pointer));
        assert_eq!(at("/a~1b"), (2, 3));
        assert_eq!(at("/a~1b/1/名"), (2, 15));
        assert_eq!(at("/a~1b/1/x"), (2, 23), "a column counts characters");
        assert_eq!(
            at("/c/missing/deep"),
            (3, 3),
            "the nearest value around what is missing"
        );
        assert_eq!(at(""), (1, 1));
    }

    #[test]
    fn a_key_that_stands_twice_is_told() {
        let places = JsonPlaces::of("{\"a\": {\"b\": 1,\n \"b\": 2}}");
        let twice: Vec<_> = places.twice().collect();
        assert_eq!(twice, [("/a/b", "b", 16)]);
    }

    #[test]
    fn of_what_is_no_json_nothing_is_known() {
        assert_eq!(JsonPlaces::of("{").offset("/a"), 0);
        assert_eq!(line_and_column("名", 1), (1, 1));
    }
}
