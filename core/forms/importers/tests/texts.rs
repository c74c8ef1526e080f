//! Texts of forms in every format: what stands in them, what is cut, and what falls away.

mod support;

use onehall_form_importers::Imported;
use serde_json::{Value, json};
use support::{imported, kind, question};

fn schema(properties: Value, layout: Value) -> Imported {
    let schema = json!({"type": "object", "title": "Permit", "properties": properties});
    imported(&json!({"schema": schema, "uiSchema": layout}))
}

fn formio(components: Value) -> Imported {
    imported(&json!({"title": "Permit", "display": "form", "components": components}))
}

fn xgov(components: Value) -> Imported {
    imported(&json!({
        "startPage": "/a", "name": "Permit", "lists": [], "sections": [], "conditions": [],
        "pages": [{"path": "/a", "title": "A", "components": components, "next": []}]
    }))
}

fn help(all: &Imported, id: &str) -> Option<String> {
    question(all, id).help.as_ref().map(|help| help.en.clone())
}

/// RJSF hides a label by `false`: it is then read elsewhere, and by us where the schema has it.
#[test]
fn a_truth_value_is_no_text() {
    let all = schema(
        json!({
            "a": {"type": "string", "title": "Which noise?", "enum": ["music", "dog"]},
            "b": {"type": "boolean", "title": "I agree", "const": true},
            "c": {"type": "string", "title": "Since when?", "description": "A day"},
            "d": {"type": "boolean", "enum": [true, false], "enumNames": [true, false]}
        }),
        json!({
            "a": {"ui:options": {"label": false}}, "b": {"ui:options": {"label": false}},
            "c": {"ui:title": false, "ui:help": false}
        }),
    );
    assert_eq!(question(&all, "a").label.en, "Which noise?");
    assert_eq!(question(&all, "b").label.en, "I agree");
    assert_eq!(kind(question(&all, "b"))["statement"]["en"], "I agree");
    assert_eq!(question(&all, "c").label.en, "Since when?");
    assert_eq!(help(&all, "c").as_deref(), Some("A day"));
    assert_eq!(kind(question(&all, "d"))["kind"], "yes_no");
    let all =
        xgov(json!([{"type": "TextField", "name": "x", "title": "X", "hint": false, "options": {}, "schema": {}}]));
    assert_eq!(help(&all, "x"), None);
    let all = formio(json!([
        {"type": "textfield", "key": "x", "label": false, "placeholder": "Your name", "description": false, "input": true}
    ]));
    assert_eq!(question(&all, "x").label.en, "Your name");
    assert_eq!(help(&all, "x"), None);
}
