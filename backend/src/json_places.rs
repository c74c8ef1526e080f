//! Where in a JSON text the value of a JSON pointer stands.

use std::collections::BTreeSet;

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// Where each value of a text stands, by JSON pointer (RFC 6901).
///
/// A pointer is walked when it is asked for: written down for each value they may be many times the text.
#[derive(Debug, Default)]
pub struct JsonPlaces<'a> {
    root: Option<Value<'a>>,
    twice: Vec<(String, String, usize)>,
}

/// The most keys that stand twice of which one is told.
const MOST_TWICE: usize = 1_000;

impl<'a> JsonPlaces<'a> {
    /// Of a text that is JSON already. Of any other one nothing is known.
    #[must_use]
    pub fn of(text: &'a str) -> JsonPlaces<'a> {
        let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
        let root = parsed.ok().and_then(|parsed| parsed.value);
        let mut twice = Vec::new();
        if let Some(root) = &root {
            find_twice(root, &mut String::new(), &mut twice);
        }
        JsonPlaces { root, twice }
    }

    /// The byte at which a value stands, an object's with its key; where there is no such value (a field that is missing),
    /// that of the nearest one around it.
    #[must_use]
    pub fn offset(&self, pointer: &str) -> usize {
        let mut offset = 0;
        let Some(root) = &self.root else { return offset };
        let mut here = root;
        for step in pointer.split('/').skip(1) {
            let inside = match here {
                Value::Object(object) => {
                    let key = step.replace("~1", "/").replace("~0", "~");
                    // Of a key that stands twice the last counts.
                    let property = object.properties.iter().rev().find(|one| one.name.as_str() == key);
                    property.map(|property| (property.range().start, &property.value))
                }
                Value::Array(array) => {
                    let element = step.parse().ok().and_then(|at: usize| array.elements.get(at));
                    element.map(|element| (element.range().start, element))
                }
                _ => None,
            };
            let Some(inside) = inside else { break };
            (offset, here) = inside;
        }
        offset
    }

    /// Keys that stand twice in an object, of which all but the last would be passed over in silence: pointer, key, byte.
    pub fn twice(&self) -> impl Iterator<Item = (&str, &str, usize)> {
        self.twice
            .iter()
            .map(|(pointer, key, offset)| (pointer.as_str(), key.as_str(), *offset))
    }
}

fn find_twice(value: &Value<'_>, pointer: &mut String, twice: &mut Vec<(String, String, usize)>) {
    let length = pointer.len();
    match value {
        Value::Object(object) => {
            let mut seen = BTreeSet::new();
            for property in &object.properties {
                let key = property.name.as_str();
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                if !seen.insert(key) && twice.len() < MOST_TWICE {
                    twice.push((pointer.clone(), key.to_owned(), property.range().start));
                }
                find_twice(&property.value, pointer, twice);
                pointer.truncate(length);
            }
        }
        Value::Array(array) => {
            for (index, element) in array.elements.iter().enumerate() {
                if matches!(element, Value::Object(_) | Value::Array(_)) {
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    find_twice(element, pointer, twice);
                    pointer.truncate(length);
                }
            }
        }
        _ => {}
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
