//! Objects that come in several shapes: which one it is, and what the citizen reads of them.

use onehall_form_importers::Imported;
use serde_json::{Value, json};

use crate::support::{filled, imported, is_shown, kind, question, told_sorted};
use crate::words::labels;
use crate::{schema, with};

fn missing(all: &Imported, answers: &[(&str, Value)]) -> Vec<String> {
    let filling = filled(all, answers);
    filling.errors().iter().map(|error| error.path.clone()).collect()
}

/// An object with a text that it demands.
fn shape(title: &str, name: &str) -> Value {
    json!({"type": "object", "title": title, "properties": {name: {"type": "string"}}, "required": [name]})
}

/// Once it was no answer that could be given, though the source takes it.
#[test]
fn a_shape_that_is_null_is_chosen_or_left_open() {
    let none = json!({"type": "null", "title": "Not at all"});
    let pay = |shapes: Value| with(schema(json!({"pay": {"oneOf": shapes}})), "required", json!(["pay"]));
    let all = imported(&pay(json!([shape("Bank", "iban"), shape("Card", "number"), none])));
    assert_eq!(labels(&all, "option"), ["Bank", "Card", "Not at all"]);
    assert_eq!(missing(&all, &[]), Vec::<String>::new());
    assert_eq!(missing(&all, &[("option", json!("1"))]), ["iban"]);
    assert_eq!(missing(&all, &[("option", json!("3"))]), Vec::<String>::new());
    assert!(!is_shown(&all, "iban", &[("option", json!("3"))]));
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/pay", "optional_object"),
            ("/properties/pay/oneOf", "which_shape")
        ]
    );
    // Where a property tells them apart, and where there is one alone, there is no option to put it to.
    let by = |way: &str, name: &str| json!({"properties": {"by": {"const": way}, name: {"type": "string"}}, "required": ["by", name]});
    let all = imported(&pay(json!([by("bank", "iban"), by("card", "number"), none])));
    assert_eq!(missing(&all, &[]), Vec::<String>::new());
    assert_eq!(missing(&all, &[("by", json!("card"))]), ["number"]);
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/pay", "optional_object"),
            ("/properties/pay/oneOf/2", "no_option")
        ]
    );
    let all = imported(&pay(json!([shape("Bank", "iban"), none])));
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/pay", "optional_object"),
            ("/properties/pay/oneOf/1", "no_option")
        ]
    );
}

/// Once the owner, the tenant and the agent were all called “Person”.
#[test]
fn no_two_values_that_tell_shapes_apart_have_one_name() {
    let shape = |title: &str, kind: Value, name: &str| json!({"title": title, "properties": {"kind": kind, name: {"type": "string"}}, "required": ["kind"]});
    let of = |shapes: Value| imported(&with(schema(json!({})), "oneOf", shapes));
    let all = of(json!([
        shape("Person", json!({"enum": ["owner", "tenant"]}), "name"),
        shape(
            "Body",
            json!({"enum": ["company", "charity"], "enumNames": ["A company", "A charity"]}),
            "number"
        ),
        shape("The city", json!({"const": "city"}), "office")
    ]));
    let expected = ["owner", "tenant", "A company", "A charity", "The city"];
    assert_eq!(labels(&all, "kind"), expected);
    assert!(is_shown(&all, "name", &[("kind", json!("tenant"))]));
    let all = of(json!([
        shape("Form", json!({"const": "e-mail"}), "address"),
        shape("Form", json!({"const": "phone"}), "number")
    ]));
    assert_eq!(labels(&all, "kind"), ["e-mail", "phone"]);
    assert_eq!(told_sorted(&all), []);
}

/// Once the citizen chose between “1” and “2”.
#[test]
fn a_shape_without_a_name_is_called_by_what_it_demands() {
    let text = |title: &str| json!({"type": "string", "title": title});
    let base =
        schema(json!({"mail": text("E-mail"), "phone": text("Phone"), "byPost": {"type": "boolean"}, "a": text("A")}));
    let of = |shapes: Value| imported(&with(base.clone(), "anyOf", shapes));
    let all = of(json!([
        {"required": ["mail"]},
        {"required": ["phone"]},
        {"properties": {"byPost": {"const": true}}, "required": ["byPost"]},
        {"properties": {"a": {"maxLength": 5}, "x": text("X")}, "required": ["a", "x"]},
        {"properties": {"y": text("Y")}},
        {"required": ["a", "phone", "mail", "byPost"]},
        {}
    ]));
    let expected = ["E-mail", "Phone", "By post", "A, X", "Y", "A, Phone, E-mail, …", "7"];
    assert_eq!(labels(&all, "option"), expected);
    assert_eq!(kind(question(&all, "option"))["options"][3]["label"]["zh-CN"], "A、X");
    assert_eq!(missing(&all, &[("option", json!("2"))]), ["phone"]);
    assert_eq!(told_sorted(&all), [("/anyOf", "which_shape")]);
    let form = |name: &str| json!({"title": "Form", "properties": {name: text(name)}});
    let all = of(json!([form("x"), form("y"), {"title": "Other", "properties": {"z": text("Z")}}]));
    assert_eq!(labels(&all, "option"), ["1. Form", "2. Form", "Other"]);
}
