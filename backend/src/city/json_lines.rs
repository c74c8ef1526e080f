//! Lines of a JSON file: where the value of a JSON pointer stands.

use super::document::Source;
use super::finding::{Findings, Place};
use crate::json_places::JsonPlaces;

/// Where each value of a file stands, by JSON pointer (RFC 6901).
pub(super) struct JsonLines<'a>(JsonPlaces<'a>);

impl<'a> JsonLines<'a> {
    /// Of a file that is JSON already; a key that stands twice in an object is a finding, because all but the last
    /// would be passed over in silence.
    pub(super) fn of(source: &'a Source, findings: &Findings) -> JsonLines<'a> {
        let places = JsonPlaces::of(&source.text);
        for (_, key, offset) in places.twice() {
            let reason = format!("the key `{key}` stands twice in this object");
            findings.add(&source.place(offset), reason);
        }
        JsonLines(places)
    }

    /// The line of a value; where there is none (a field that is missing), that of the nearest value around it.
    pub(super) fn place(&self, pointer: &str, source: &Source) -> Place {
        source.place(self.0.offset(pointer))
    }
}
