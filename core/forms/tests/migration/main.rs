//! Promises of what differs between two versions of a form, and of a draft that moves from one to the other.

mod drafts;
mod properties;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use onehall_forms::{Context, Evaluation, Form, Migration, diff, evaluate, migrate};
use onehall_protocol::drafts::Answers;
use proptest::prelude::*;
use serde_json::{Value, json};

fn text(text: &str) -> Value {
    json!({"zh-CN": text, "en": text})
}

fn context() -> Context {
    Context::on("2026-11-23".parse().unwrap_or_else(|error| panic!("{error}")))
}

fn load(value: &Value) -> Arc<Form> {
    Arc::new(Form::from_value(value).unwrap_or_else(|findings| panic!("{findings:#?}\n{value:#}")))
}

fn question(id: &str, kind: &str, more: Value) -> Value {
    let mut question = json!({"id": id, "kind": kind, "label": text(id)});
    for (name, value) in more.as_object().into_iter().flatten() {
        question[name] = value.clone();
    }
    question
}

fn option(value: &str) -> Value {
    json!({"value": value, "label": text(value)})
}

/// A form with something of each sort that may change.
fn form() -> Value {
    json!({
        "schema": "onehall-form/1", "code": "demo", "version": 1, "title": text("Demo"),
        "code_tables": {"letters": [option("a"), option("b"), option("c")]},
        "pages": [
            {"id": "one", "title": text("One"), "questions": [
                question("name", "text", json!({"max_length": 20, "required": true, "help": text("help")})),
                question("married", "yes_no", json!({})),
                question("spouse", "text", json!({"visible_when": {"var": "married"}})),
                question("letter", "choice", json!({"code_table": "letters"})),
            ]},
            {"id": "two", "title": text("Two"), "questions": [
                question("size", "choice", json!({"options": [option("s"), option("m"), option("l")]})),
                question("share", "number", json!({"min": 0, "max": 100,
                    "valid_when": [{"rule": {"!=": [{"var": "share"}, 13]}, "message": text("not 13")}]})),
                question("truthful", "declaration", json!({"statement": text("All of it is true.")})),
                question("people", "group", json!({"row_label": text("person"), "questions": [
                    question("age", "number", json!({})),
                    question("note", "text", json!({"visible_when": {">": [{"var": "row.age"}, 17]}})),
                ]})),
            ]},
            {"id": "three", "title": text("Three"), "questions": [
                question("photo", "material", json!({"material": "photo"})),
                question("twice", "computed", json!({"value": {"*": [{"var": "share"}, 2]}})),
            ]},
        ],
    })
}

/// The form with one place changed; null takes the field away.
fn with(place: &str, value: Value) -> Value {
    let mut form = form();
    let (parent, field) = place.rsplit_once('/').unwrap_or_default();
    match form.pointer_mut(parent) {
        Some(Value::Object(fields)) if value.is_null() => drop(fields.remove(field)),
        Some(Value::Object(fields)) => drop(fields.insert(field.to_owned(), value)),
        Some(Value::Array(items)) => {
            let at: usize = field.parse().unwrap_or_else(|_| panic!("{place}"));
            if value.is_null() {
                items.remove(at);
            } else {
                items.insert(at, value);
            }
        }
        _ => panic!("{place}"),
    }
    form
}

fn told(old: &Value, new: &Value) -> Vec<String> {
    diff(&load(old), &load(new)).iter().map(ToString::to_string).collect()
}

const Q: &str = "/pages/0/questions";
const P: &str = "/pages/1/questions";

#[test]
fn a_form_does_not_differ_from_itself_in_another_version() {
    assert_eq!(told(&form(), &with("/version", json!(2))), [""; 0]);
}

#[test]
fn each_sort_of_change_has_its_name_and_place() {
    let cases = [
        ("/title", text("Other"), "/: text_changed (title)"),
        ("/code", json!("other"), "/: setting_changed (code)"),
        ("/pages/0/title", text("Other"), "#one: text_changed (title)"),
        (
            "/pages/1/visible_when",
            json!({"var": "married"}),
            "#two: rule_changed (visible_when)",
        ),
        (
            "/pages/0/next",
            json!([{"when": {"var": "married"}, "page": "three"}]),
            "#one: rule_changed (next)",
        ),
        (&format!("{Q}/0/label"), text("Other"), "name: text_changed (label)"),
        (&format!("{Q}/0/help"), Value::Null, "name: text_changed (help)"),
        (&format!("{Q}/0/required"), Value::Null, "name: rule_changed (required)"),
        (
            &format!("{Q}/0/max_length"),
            json!(30),
            "name: bounds_changed (max_length: 20 -> 30)",
        ),
        (
            &format!("{Q}/0/max_length"),
            Value::Null,
            "name: bounds_changed (max_length: 20 -> null)",
        ),
        (
            &format!("{Q}/0/pattern"),
            json!("[a-z]*"),
            "name: bounds_changed (pattern: null -> \"[a-z]*\")",
        ),
        (
            &format!("{Q}/0/sensitive"),
            json!(true),
            "name: setting_changed (sensitive)",
        ),
        (
            &format!("{Q}/0/kind"),
            json!("long_text"),
            "name: retyped (text -> long_text)",
        ),
        (
            &format!("{Q}/2/visible_when"),
            json!({"!": [{"var": "married"}]}),
            "spouse: rule_changed (visible_when)",
        ),
        (&format!("{Q}/4"), question("new", "text", json!({})), "new: added"),
        ("/code_tables/letters/3", option("d"), "letter: option_added (d)"),
        ("/code_tables/letters/2", Value::Null, "letter: option_removed (c)"),
        (
            "/code_tables/letters/0/label",
            text("A"),
            "letter: text_changed (options.a.label)",
        ),
        (
            "/code_tables/unused",
            json!([option("x")]),
            "/: setting_changed (code_tables.unused)",
        ),
        (
            &format!("{P}/0/options/1/visible_when"),
            json!({"var": "married"}),
            "size: rule_changed (options.m.visible_when)",
        ),
        (
            &format!("{P}/0/options/1/help"),
            text("middle"),
            "size: text_changed (options.m.help)",
        ),
        (
            &format!("{P}/0/options"),
            json!([option("m"), option("s"), option("l")]),
            "size: setting_changed (options)",
        ),
        (
            &format!("{P}/1/max"),
            json!(50.0),
            "share: bounds_changed (max: 100 -> 50)",
        ),
        (
            &format!("{P}/1/valid_when/0/rule"),
            json!({"!=": [{"var": "share"}, 14]}),
            "share: rule_changed (valid_when)",
        ),
        (
            &format!("{P}/1/valid_when/0/message"),
            text("never 13"),
            "share: text_changed (valid_when)",
        ),
        (
            &format!("{P}/2/statement"),
            text("Nothing is true."),
            "truthful: text_changed (statement)",
        ),
        (&format!("{P}/3/questions/1"), Value::Null, "people/note: removed"),
        (
            &format!("{P}/3/questions/0/max"),
            json!(150.0),
            "people/age: bounds_changed (max: null -> 150)",
        ),
        (
            &format!("{P}/3/min_rows"),
            json!(1),
            "people: bounds_changed (min_rows: 0 -> 1)",
        ),
        (
            "/pages/2/questions/0/material",
            json!("passport-photo"),
            "photo: setting_changed (material)",
        ),
        (
            "/pages/2/questions/0/trust_grade",
            json!("B"),
            "photo: bounds_changed (trust_grade: null -> \"B\")",
        ),
        (
            "/pages/2/questions/1/value",
            json!({"*": [{"var": "share"}, 3]}),
            "twice: rule_changed (value)",
        ),
    ];
    for (place, value, expected) in cases {
        assert_eq!(
            told(&form(), &with(place, value.clone())),
            [expected],
            "{place} = {value}"
        );
    }
}

/// The options of a question that is of another kind now are no news of their own.
#[test]
fn a_question_of_another_kind_is_told_as_that_alone() {
    let choice = with(
        &format!("{Q}/0"),
        question("colour", "choice", json!({"options": [option("red"), option("blue")]})),
    );
    let choices = with(
        &format!("{Q}/0"),
        question("colour", "choices", json!({"options": [option("red")]})),
    );
    assert_eq!(told(&choice, &choices), ["colour: retyped (choice -> choices)"]);
}

#[test]
fn what_moved_is_told_once_and_not_what_it_passed() {
    let mut new = form();
    let last = new["pages"][0]["questions"].as_array_mut().and_then(Vec::pop);
    if let Some(list) = new["pages"][2]["questions"].as_array_mut() {
        list.insert(0, last.clone().unwrap_or_default())
    }
    assert_eq!(told(&form(), &new), ["letter: moved (one -> three)"]);

    let mut new = form();
    if let Some(list) = new["pages"][1]["questions"].as_array_mut() {
        list.rotate_left(1)
    }
    assert_eq!(told(&form(), &new), ["size: moved (on page two)"]);

    let mut new = form();
    if let Some(pages) = new["pages"].as_array_mut() {
        pages.rotate_right(1)
    }
    assert_eq!(told(&form(), &new), ["#three: page_moved"]);

    let mut new = form();
    if let Some(list) = new["pages"][1]["questions"][3]["questions"].as_array_mut() {
        list.swap(0, 1)
    }
    assert_eq!(told(&form(), &new), ["people/note: moved (on page two)"]);
}

#[test]
fn a_group_and_a_page_come_and_go_with_all_that_stands_in_them() {
    let without = {
        let mut without = form();
        if let Some(pages) = without["pages"].as_array_mut() {
            pages.truncate(1)
        }
        without
    };
    let questions = [
        "size",
        "share",
        "truthful",
        "people",
        "people/age",
        "people/note",
        "photo",
        "twice",
    ];
    let expected = |page: &str, question: &str| -> BTreeSet<String> {
        let pages = ["two", "three"].iter().map(|id| format!("#{id}: {page}"));
        pages
            .chain(questions.iter().map(|path| format!("{path}: {question}")))
            .collect()
    };
    let set = |old: &Value, new: &Value| told(old, new).into_iter().collect::<BTreeSet<_>>();
    assert_eq!(set(&form(), &without), expected("page_removed", "removed"));
    assert_eq!(set(&without, &form()), expected("page_added", "added"));
}

#[test]
fn differences_are_written_with_their_names() -> Result<(), serde_json::Error> {
    let differences = diff(&load(&form()), &load(&with(&format!("{Q}/0/max_length"), json!(30))));
    assert_eq!(
        serde_json::to_value(&differences)?,
        json!([{"path": "name", "label": text("name"), "change": "bounds_changed", "bound": "max_length", "from": 20, "to": 30}])
    );
    Ok(())
}
