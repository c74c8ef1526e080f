//! What a form of JSON Schema says beside its questions: labels, helps, names of options, layouts.

use onehall_form_importers::Imported;
use serde_json::json;

use crate::support::{imported, page};
use crate::{schema, with};

#[test]
fn the_description_of_the_form_takes_no_page_its_own() {
    let person = |says: &str| json!({"type": "object", "title": "A person", "description": says, "properties": {"name": {"type": "string"}}});
    let two = schema(json!({"a": person("Who will hold it"), "b": person("Who pays")}));
    let of = |all: &Imported, id: &str| page(all, id).help.clone().map(|help| help.en);
    let all = imported(&two);
    assert_eq!(of(&all, "a").as_deref(), Some("Who will hold it"));
    assert_eq!(of(&all, "b").as_deref(), Some("Who pays"));
    let all = imported(&with(two, "description", json!("For boats")));
    assert_eq!(of(&all, "a").as_deref(), Some("For boats\nWho will hold it"));
    // A page on which nothing is asked falls away, and takes nothing with it.
    let empty = schema(json!({"a": {"type": "object"}, "b": person("Who pays")}));
    let all = imported(&with(empty, "description", json!("For boats")));
    assert_eq!(of(&all, "b").as_deref(), Some("For boats\nWho pays"));
}
