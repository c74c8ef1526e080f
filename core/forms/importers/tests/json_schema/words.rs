//! What a form of JSON Schema says beside its questions: labels, helps, names of options, layouts.

use onehall_form_importers::Imported;
use serde_json::{Value, json};

use crate::support::{imported, kind, page, question};
use crate::{schema, with};

fn labels(all: &Imported, id: &str) -> Vec<String> {
    let kind = kind(question(all, id));
    let options = kind["options"].as_array().cloned().unwrap_or_default();
    let label = |option: &Value| option["label"]["en"].as_str().unwrap_or_default().to_owned();
    options.iter().map(label).collect()
}

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

#[test]
fn options_have_the_names_that_the_layout_gives_them() {
    let all = imported(&json!({
        "schema": schema(json!({
            "a": {"type": "array", "uniqueItems": true, "items": {"type": "string", "enum": ["1", "2"]}},
            "b": {"type": "string", "oneOf": [{"const": "x", "title": "X"}, {"const": "y", "title": "Y", "description": "The other"}]},
            "c": {"type": "array", "uniqueItems": true, "items": {"anyOf": [{"const": "x"}, {"const": "y"}]}},
            "d": {"type": "array", "uniqueItems": true, "items": {"type": "string", "enum": ["1", "2"]}},
            "e": {"oneOf": [{"title": "A car", "properties": {"doors": {"type": "integer"}}}, {"title": "A ship", "description": "Or a boat", "properties": {"masts": {"type": "integer"}}}]}
        })),
        "uiSchema": {
            "a": {"ui:enumNames": ["Weekdays", "Weekend"]},
            "b": {"oneOf": [{"ui:title": "Allotment"}, {"ui:title": false}]},
            "c": {"anyOf": [{"ui:title": "First"}, {"ui:options": {"title": "Second"}}]},
            "d": {"items": {"ui:enumNames": ["One", "Two"]}},
            "e": {"oneOf": [{"ui:title": "Motor car"}]}
        }
    }));
    assert_eq!(labels(&all, "a"), ["Weekdays", "Weekend"]);
    assert_eq!(labels(&all, "b"), ["Allotment", "Y"]);
    assert_eq!(kind(question(&all, "b"))["options"][1]["help"]["en"], "The other");
    assert_eq!(labels(&all, "c"), ["First", "Second"]);
    assert_eq!(labels(&all, "d"), ["One", "Two"]);
    assert_eq!(labels(&all, "option"), ["Motor car", "A ship"]);
    assert_eq!(kind(question(&all, "option"))["options"][1]["help"]["en"], "Or a boat");
}
