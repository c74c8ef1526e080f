//! Conditions that ask more than a value, and what is checked under one.

use onehall_form_importers::Imported;
use serde_json::{Value, json};

use crate::support::{filled, imported, is_shown, kind, question, told_sorted};
use crate::{schema, with};

fn when(given: Value) -> Imported {
    let base = schema(json!({
        "n": {"type": "integer"}, "a": {"type": "string"}, "b": {"type": "string"}, "q": {"type": "string"},
        "l": {"type": "array", "items": {"type": "object", "properties": {"z": {"type": "string"}}}}
    }));
    let then = json!({"required": ["q"], "properties": {"extra": {"type": "string"}}});
    imported(&with(with(base, "if", given), "then", then))
}

fn missing(all: &Imported, answers: &[(&str, Value)]) -> Vec<String> {
    let filling = filled(all, answers);
    let mut paths: Vec<String> = filling.errors().iter().map(|error| error.path.clone()).collect();
    paths.sort();
    paths
}

#[test]
fn what_cannot_be_asked_is_asked_of_everybody_and_demanded_of_nobody() {
    for given in [
        json!({"minProperties": 2}),
        json!({"properties": {"a": {"format": "email"}}, "required": ["a"]}),
        json!({"properties": {"a": {"pattern": "x"}}, "required": ["a"]}),
        json!({"properties": {"l": {"items": {"required": ["z"]}}}, "required": ["l"]}),
        json!({"properties": {"a": {"$ref": "other.json#/a"}}, "required": ["a"]}),
        json!({"properties": {"a": {"frobs": 3}}}),
        json!({"patternProperties": {"^a": {"const": "x"}}}),
        json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}}),
    ] {
        let all = when(given.clone());
        assert!(is_shown(&all, "extra", &[]), "{given}");
        assert_eq!(missing(&all, &[("a", json!("x"))]), Vec::<String>::new(), "{given}");
        assert!(told_sorted(&all).contains(&("/if", "condition_not_carried")), "{given}");
    }
}

#[test]
fn multiples_and_dependencies_are_asked() {
    let all = when(json!({"properties": {"n": {"multipleOf": 2}}, "required": ["n"]}));
    assert_eq!(missing(&all, &[("n", json!(4))]), ["q"]);
    assert_eq!(missing(&all, &[("n", json!(3))]), Vec::<String>::new());
    let all = when(json!({"dependentRequired": {"a": ["b"]}}));
    assert_eq!(missing(&all, &[]), ["q"]);
    assert_eq!(missing(&all, &[("a", json!("x"))]), Vec::<String>::new());
    assert_eq!(missing(&all, &[("a", json!("x")), ("b", json!("y"))]), ["q"]);
    assert_eq!(told_sorted(&all), []);
}

#[test]
fn null_is_no_answer() {
    let base = schema(json!({"a": {"type": ["string", "null"]}, "b": {"type": "string"}}));
    let given = |schema: Value| json!({"properties": {"a": schema}, "required": ["a"]});
    let all = |given: Value| {
        imported(&with(
            with(base.clone(), "if", given),
            "then",
            json!({"required": ["b"]}),
        ))
    };
    for null in [json!({"type": "null"}), json!({"const": null}), json!({"enum": [null]})] {
        let all = all(given(null.clone()));
        assert_eq!(missing(&all, &[]), ["b"], "{null}");
        assert_eq!(missing(&all, &[("a", json!("x"))]), Vec::<String>::new(), "{null}");
    }
    let all = all(given(json!({"type": "string"})));
    assert_eq!(missing(&all, &[]), Vec::<String>::new());
    assert_eq!(missing(&all, &[("a", json!("x"))]), ["b"]);
}

#[test]
fn what_is_said_under_a_condition_is_checked_then_or_told() {
    let base = schema(json!({
        "c": {"enum": ["US", "UK"]}, "zip": {"type": "string"}, "n": {"type": "number"}, "d": {"type": "string", "format": "date"},
        "l": {"type": "array", "items": {"type": "object", "properties": {"z": {"type": "string"}}}}
    }));
    let then = json!({"minProperties": 3, "properties": {
        "zip": {"pattern": "^[0-9]{5}$", "format": "zip"}, "n": {"multipleOf": 5},
        "d": {"type": "string", "format": "date", "formatMinimum": "2026-01-01"}, "l": {"items": {"required": ["z"]}}}});
    let given = json!({"properties": {"c": {"const": "US"}}, "required": ["c"]});
    let all = imported(&with(with(base, "if", given), "then", then));
    let wrong = |country: &str| {
        let answers = [("c", json!(country)), ("n", json!(3)), ("d", json!("2025-12-31"))];
        missing(&all, &answers)
    };
    assert_eq!(wrong("US"), ["d", "n"]);
    assert_eq!(wrong("UK"), Vec::<String>::new());
    assert_eq!(
        told_sorted(&all),
        [
            ("/then/minProperties", "keyword"),
            ("/then/properties/l/items", "keyword"),
            ("/then/properties/zip/format", "format_not_checked"),
            ("/then/properties/zip/pattern", "pattern_not_carried"),
        ]
    );
}

#[test]
fn what_may_be_left_out_is_not_demanded() {
    let text = json!({"type": "string"});
    let all = imported(&with(
        schema(json!({
            "t": {"type": "array", "items": text, "minItems": 2},
            "c": {"type": "array", "uniqueItems": true, "minItems": 2, "items": {"enum": ["1", "2", "3"]}},
            "s": {"type": "array", "items": text, "minItems": 2},
            "o": {"type": "object", "required": ["r", "g"], "properties": {"r": text, "m": text,
                "g": {"type": "array", "items": text, "minItems": 2}}},
            "p": {"type": "object", "required": ["u"], "properties": {"u": text}}
        })),
        "required",
        json!(["s", "p"]),
    ));
    assert_eq!(missing(&all, &[]), ["s", "u"]);
    assert_eq!(kind(question(&all, "t"))["min_rows"], 0);
    let mut filling = filled(&all, &[("t", json!(["x"])), ("c", json!(["1"])), ("m", json!("x"))]);
    filling.set("t/x/value", json!("one"));
    let mut wrong: Vec<String> = filling.errors().iter().map(|error| error.path.clone()).collect();
    wrong.sort();
    assert_eq!(wrong, ["c", "g", "r", "s", "t", "u"]);
    assert_eq!(told_sorted(&all), [("/properties/o", "optional_object")]);
}

#[test]
fn what_a_condition_demands_in_an_object_that_may_be_left_out_waits_for_an_answer_in_it() {
    let all = imported(&schema(json!({"o": {"type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}},
        "if": {"properties": {"a": {"const": "x"}}, "required": ["a"]}, "then": {}, "else": {"required": ["b"]}}})));
    assert_eq!(missing(&all, &[]), Vec::<String>::new());
    assert_eq!(missing(&all, &[("c", json!("y"))]), ["b"]);
}

#[test]
fn a_default_list_rows_that_are_fixed_and_answers_beside_the_form_are_told() {
    let all = imported(&json!({
        "schema": schema(json!({"a": {"type": "string"}, "r": {"type": "array", "default": ["x"], "items": {"type": "string"}}})),
        "uiSchema": {"r": {"ui:options": {"addable": false}}}, "formData": {"a": "pre"}
    }));
    assert_eq!(
        told_sorted(&all),
        [
            ("/formData", "default_value"),
            ("/schema/properties/r/default", "default_value"),
            ("/uiSchema/r/ui:options/addable", "rows_fixed"),
        ]
    );
}

#[test]
fn a_condition_may_ask_about_what_a_later_one_adds() {
    let is = |name: &str, value: &str| json!({"properties": {name: {"const": value}}, "required": [name]});
    let all = imported(&with(
        schema(json!({"a": {"enum": ["x", "y"]}})),
        "allOf",
        json!([
            {"if": is("b", "1"), "then": {"properties": {"c": {"type": "string"}}}},
            {"if": is("a", "x"), "then": {"properties": {"b": {"enum": ["1", "2"]}}}}
        ]),
    ));
    assert!(is_shown(&all, "c", &[("a", json!("x")), ("b", json!("1"))]));
    assert!(!is_shown(&all, "c", &[("a", json!("x")), ("b", json!("2"))]));
    assert_eq!(told_sorted(&all), []);
}

/// What an object demands itself is demanded where the object is, and told where that is nothing.
#[test]
fn an_object_that_is_demanded_under_a_condition_is_demanded_then() {
    let agent = json!({"type": "object", "required": ["name", "tel"], "properties": {
        "name": {"type": "string"}, "tel": {"type": "string"}, "fax": {"type": "string"},
        "home": {"type": "object", "properties": {"road": {"type": "string"}}, "required": ["road"]}}});
    let note = json!({"type": "object", "properties": {"text": {"type": "string"}}});
    let base = schema(json!({"has": {"type": "boolean"}, "agent": agent, "note": note}));
    let is = json!({"properties": {"has": {"const": true}}, "required": ["has"]});
    let on = with(
        with(base.clone(), "if", is),
        "then",
        json!({"required": ["agent", "note"]}),
    );
    let all = imported(&on);
    assert_eq!(missing(&all, &[("has", json!(true))]), ["name", "tel"]);
    assert_eq!(missing(&all, &[("has", json!(false))]), Vec::<String>::new());
    assert_eq!(missing(&all, &[("fax", json!("1"))]), ["name", "tel"]);
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/agent", "optional_object"),
            ("/properties/agent/properties/home", "optional_object"),
            ("/then", "object_needed"),
        ]
    );
    let all = imported(&with(base, "dependentRequired", json!({"has": ["agent"]})));
    assert_eq!(missing(&all, &[("has", json!(false))]), ["name", "tel"]);
    assert_eq!(missing(&all, &[]), Vec::<String>::new());
    // What hangs on an answer in the object goes on hanging on it.
    let pets = json!({"type": "object", "properties": {"kind": {"type": "string"}, "name": {"type": "string"}},
        "required": ["kind"], "if": {"properties": {"kind": {"const": "dog"}}, "required": ["kind"]}, "then": {"required": ["name"]}});
    let base = schema(json!({"has": {"type": "boolean"}, "pet": pets}));
    let all = imported(&with(base, "dependentRequired", json!({"has": ["pet"]})));
    assert_eq!(missing(&all, &[("has", json!(true))]), ["kind"]);
    let dog = [("has", json!(true)), ("kind", json!("dog"))];
    assert_eq!(missing(&all, &dog), ["name"]);
    assert_eq!(
        missing(&all, &[("has", json!(true)), ("kind", json!("cat"))]),
        Vec::<String>::new()
    );
}

/// Whether one of the chosen options is valid is asked of each option by itself, also where a negation stands inside.
#[test]
fn what_a_list_contains_is_asked_of_its_options() {
    let on = |contains: Value| {
        let tags =
            json!({"type": "array", "uniqueItems": true, "items": {"type": "string", "enum": ["a", "b", "none"]}});
        let base = schema(json!({"tags": tags, "why": {"type": "string"}}));
        let given = json!({"properties": {"tags": contains}, "required": ["tags"]});
        imported(&with(with(base, "if", given), "then", json!({"required": ["why"]})))
    };
    let needs = |all: &Imported, chosen: &[&str]| !missing(all, &[("tags", json!(chosen))]).is_empty();
    let other = on(json!({"contains": {"not": {"const": "none"}}}));
    assert!(needs(&other, &["a", "none"]) && needs(&other, &["b"]) && !needs(&other, &["none"]));
    let none = on(json!({"not": {"contains": {"const": "a"}}}));
    assert!(needs(&none, &["b", "none"]) && !needs(&none, &["a", "b"]));
    let both = on(json!({"contains": {"enum": ["a", "b"], "not": {"const": "a"}}}));
    assert!(needs(&both, &["b"]) && !needs(&both, &["a", "none"]));
    let one = on(json!({"contains": {"oneOf": [{"enum": ["a", "b"]}, {"enum": ["b", "none"]}]}}));
    assert!(needs(&one, &["none"]) && !needs(&one, &["b"]));
    let anything = on(json!({"contains": {}}));
    assert!(needs(&anything, &["none"]) && missing(&anything, &[]).is_empty());
    for all in [other, none, both, one, anything] {
        assert_eq!(told_sorted(&all), []);
    }
    let odd = on(json!({"contains": {"pattern": "^n"}}));
    assert_eq!(told_sorted(&odd), [("/if", "condition_not_carried")]);
}

/// Of `oneOf` a second alternative that holds as well makes it fail, unless that cannot be.
#[test]
fn of_several_alternatives_in_a_condition_exactly_one_holds() {
    let on = |one_of: Value| {
        let base =
            schema(json!({"c": {"enum": ["a", "b", "c", "d"]}, "n": {"type": "integer"}, "q": {"type": "string"}}));
        let base = with(base, "required", json!(["c"]));
        imported(&with(with(base, "if", one_of), "then", json!({"required": ["q"]})))
    };
    let needs = |all: &Imported, c: &str, n: i32| missing(all, &[("c", json!(c)), ("n", json!(n))]) == ["q"];
    let is = |values: Value| json!({"properties": {"c": {"enum": values}}});
    let both = on(json!({"oneOf": [is(json!(["a", "c"])), is(json!(["c", "d"]))]}));
    assert!(needs(&both, "a", 1) && needs(&both, "d", 1) && !needs(&both, "c", 1) && !needs(&both, "b", 1));
    let value = on(json!({"properties": {"n": {"oneOf": [{"minimum": 5}, {"maximum": 9}]}}, "required": ["n"]}));
    assert!(needs(&value, "a", 4) && needs(&value, "a", 10) && !needs(&value, "a", 7));
    assert_eq!(missing(&value, &[("c", json!("a"))]), Vec::<String>::new());
    let three = on(
        json!({"oneOf": [is(json!(["a"])), is(json!(["b"])), {"properties": {"n": {"const": 3}}, "required": ["n"]}]}),
    );
    assert!(needs(&three, "a", 1) && !needs(&three, "a", 3) && needs(&three, "c", 3));
    // What cannot hold at once is a plain choice of one.
    let apart = on(json!({"oneOf": [is(json!(["a"])), is(json!(["b", "c"]))]}));
    assert!(needs(&apart, "a", 1) && needs(&apart, "c", 1) && !needs(&apart, "d", 1));
    for all in [both, value, three, apart] {
        assert_eq!(told_sorted(&all), []);
    }
    let many: Vec<Value> = (0..20)
        .map(|least| json!({"properties": {"n": {"minimum": least}}, "required": ["n"]}))
        .collect();
    assert_eq!(
        told_sorted(&on(json!({"oneOf": many}))),
        [("/if/oneOf", "alternatives")]
    );
}

/// To the source a list that has to be there may be empty: only a least number demands an answer.
#[test]
fn a_list_that_has_to_be_there_may_be_empty() {
    let chosen =
        |min: u32| json!({"type": "array", "uniqueItems": true, "minItems": min, "items": {"enum": ["x", "y"]}});
    let files = |min: u32| json!({"type": "array", "minItems": min, "items": {"type": "string", "format": "data-url"}});
    let rows = |min: u32| json!({"type": "array", "minItems": min, "items": {"type": "object", "properties": {"n": {"type": "string"}}}});
    let base = schema(
        json!({"a": {"type": "boolean"}, "c0": chosen(0), "c1": chosen(1), "f0": files(0), "f1": files(1),
        "r0": rows(0), "r1": rows(1)}),
    );
    let lists = json!(["c0", "c1", "f0", "f1", "r0", "r1"]);
    let all = imported(&with(base.clone(), "required", lists.clone()));
    assert_eq!(missing(&all, &[]), ["c1", "f1", "r1"]);
    let all = imported(&with(base.clone(), "dependentRequired", json!({"a": lists})));
    assert_eq!(missing(&all, &[("a", json!(true))]), ["c1", "f1", "r1"]);
    assert_eq!(missing(&all, &[]), Vec::<String>::new());
    let given = json!({"properties": {"a": {"const": true}}, "required": ["a"]});
    let then = |required: Value| json!({"required": required, "properties": {"c0": {"minItems": 1}}});
    let on = with(base.clone(), "if", given);
    let all = imported(&with(on.clone(), "then", then(json!(["c0", "r0"]))));
    assert_eq!(missing(&all, &[("a", json!(true))]), ["c0"]);
    let all = imported(&with(with(on, "then", then(json!([]))), "required", json!(["c0"])));
    assert_eq!(missing(&all, &[("a", json!(true))]), ["c0"]);
    assert_eq!(missing(&all, &[]), Vec::<String>::new());
    // A condition reads it as empty.
    let asks = |of: Value| {
        let given = json!({"properties": {"c0": of}, "required": ["c0"]});
        let on = with(with(base.clone(), "required", json!(["c0"])), "if", given);
        let all = imported(&with(on, "then", json!({"required": ["a"]})));
        [
            missing(&all, &[]).is_empty(),
            missing(&all, &[("c0", json!(["x"]))]).is_empty(),
        ]
    };
    assert_eq!(asks(json!({"contains": {"const": "x"}})), [true, false]);
    assert_eq!(asks(json!({"not": {"contains": {"const": "x"}}})), [false, true]);
    assert_eq!(asks(json!({"maxItems": 0})), [false, true]);
    assert_eq!(asks(json!({})), [false, false]);
}
