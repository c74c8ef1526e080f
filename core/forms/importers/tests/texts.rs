//! Texts of forms in every format: what stands in them, what is cut, and what falls away.

mod support;

use onehall_form_importers::Imported;
use serde_json::{Value, json};
use support::{imported, kind, question, told_sorted};

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

fn govuk(data: Value) -> Imported {
    let step = json!({"id": 1, "position": 1, "next_step_id": null, "type": "question", "data": data, "routing_conditions": []});
    imported(&json!({"form_id": "7", "name": "Permit", "start_page": 1, "language": "en", "steps": [step]}))
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

/// Who agrees to a statement has to be able to read it to its end.
#[test]
fn a_statement_is_whole_and_what_is_cut_is_told() {
    let clauses: Vec<String> = (1..=40)
        .map(|at| format!("({at}) The hall may use what is in this form for purpose {at}."))
        .collect();
    let long = format!("I consent. {} I may withdraw this at any time.", clauses.join(" "));
    assert!(long.chars().count() > 1_500);
    let all = formio(json!([
        {"type": "checkbox", "key": "a", "label": long, "input": true, "validate": {"required": true}},
        {"type": "checkbox", "key": "b", "label": long, "input": true}
    ]));
    assert_eq!(kind(question(&all, "a"))["statement"]["en"], long);
    assert!(question(&all, "b").label.en.ends_with('…'));
    assert_eq!(told_sorted(&all), [("/components/1/label", "text_cut")]);
    let all = schema(
        json!({"a": {"type": "boolean", "const": true, "title": long}, "b": {"type": "string", "title": long}}),
        json!({}),
    );
    assert_eq!(kind(question(&all, "a"))["statement"]["en"], long);
    assert_eq!(told_sorted(&all), [("/schema/properties/b/title", "text_cut")]);
    let endless = long.repeat(10);
    let all = xgov(json!([
        {"type": "TextField", "name": "x", "title": long, "hint": endless, "options": {}, "schema": {}},
        {"type": "Para", "name": "p", "content": long, "options": {}, "schema": {}}
    ]));
    assert_eq!(
        told_sorted(&all),
        [
            ("/pages/0/components/0/hint", "text_cut"),
            ("/pages/0/components/0/title", "text_cut"),
        ]
    );
    let all = govuk(json!({"question_text": long, "answer_type": "number", "hint_text": "Short"}));
    assert_eq!(told_sorted(&all), [("/steps/0/data/question_text", "text_cut")]);
}

#[test]
fn links_keep_their_addresses_and_pictures_their_words() {
    let html = "<p>Send <a href=\"https://council.gov/medical.pdf\">the medical form</a> to <a href=\"mailto:a@b.gov\">us</a>.</p>\
                <img src=\"https://council.gov/zones.png\" alt=\"Zone A is in the north\">";
    let all = formio(json!([
        {"type": "content", "key": "a", "html": html, "input": false},
        {"type": "htmlelement", "key": "b", "tag": "a", "content": "Terms", "attrs": [{"attr": "href", "value": "https://council.gov/terms"}], "input": false},
        {"type": "htmlelement", "key": "c", "tag": "img", "content": "", "attrs": [{"attr": "alt", "value": "A map"}], "input": false},
        {"type": "checkbox", "key": "d", "label": "I accept the <a href='https://council.gov/terms'>terms</a>", "input": true}
    ]));
    let said: Vec<&str> = all
        .definition
        .asked()
        .map(|question| question.label.en.as_str())
        .collect();
    assert_eq!(
        said,
        [
            "Send the medical form (https://council.gov/medical.pdf) to us (a@b.gov).\nZone A is in the north",
            "Terms (https://council.gov/terms)",
            "A map",
            "I accept the terms (https://council.gov/terms)",
        ]
    );
    assert_eq!(
        told_sorted(&all),
        [("/components/0/html", "picture"), ("/components/2", "picture")]
    );
    let all = xgov(json!([
        {"type": "Html", "name": "h", "content": "<p>Read <a href='/rules'>the rules</a> first.</p>", "options": {}, "schema": {}},
        {"type": "TextField", "name": "x", "title": "X", "hint": "See <a href='https://gov.uk/x'>guidance</a>", "options": {}, "schema": {}}
    ]));
    assert_eq!(help(&all, "x").as_deref(), Some("See guidance (https://gov.uk/x)"));
    assert_eq!(told_sorted(&all), [("/pages/0/components/0/content", "link_address")]);
}
