//! Lines of a JSON file: where the value of a JSON pointer stands.

use std::collections::BTreeMap;

use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::document::Source;
use super::finding::{Findings, Place};

/// Where each value of a file stands, by JSON pointer (RFC 6901).
pub(super) struct JsonLines {
    offsets: BTreeMap<String, usize>,
}

impl JsonLines {
    /// Of a file that is JSON already; a key that stands twice in an object is a finding, because all but the last
    /// would be passed over in silence.
    pub(super) fn of(source: &Source, findings: &Findings) -> JsonLines {
        let mut lines = JsonLines {
            offsets: BTreeMap::new(),
        };
        let parsed = parse_to_ast(&source.text, &CollectOptions::default(), &ParseOptions::default());
        if let Ok(parsed) = parsed
            && let Some(value) = &parsed.value
        {
            lines.walk(value, &mut String::new(), source, findings);
        }
        lines
    }

    /// The line of a value; where there is none (a field that is missing), that of the nearest value around it.
    pub(super) fn place(&self, pointer: &str, source: &Source) -> Place {
        let mut pointer = pointer;
        loop {
            match (self.offsets.get(pointer), pointer.rfind('/')) {
                (Some(offset), _) => return source.place(*offset),
                (None, Some(end)) => pointer = &pointer[..end],
                (None, None) => return source.line(1),
            }
        }
    }

    fn walk(&mut self, value: &Value<'_>, pointer: &mut String, source: &Source, findings: &Findings) {
        match value {
            Value::Object(object) => self.object(object, pointer, source, findings),
            Value::Array(array) => {
                for (index, element) in array.elements.iter().enumerate() {
                    let length = pointer.len();
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    self.offsets.insert(pointer.clone(), element.range().start);
                    self.walk(element, pointer, source, findings);
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, object: &Object<'_>, pointer: &mut String, source: &Source, findings: &Findings) {
        for property in &object.properties {
            let length = pointer.len();
            pointer.push('/');
            pointer.push_str(&property.name.as_str().replace('~', "~0").replace('/', "~1"));
            let start = property.range().start;
            if self.offsets.insert(pointer.clone(), start).is_some() {
                let reason = format!("the key `{}` stands twice in this object", property.name.as_str());
                findings.add(&source.place(start), reason);
            }
            self.walk(&property.value, pointer, source, findings);
            pointer.truncate(length);
        }
    }
}
