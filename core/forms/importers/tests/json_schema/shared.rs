//! What several conditional schemas say of one property.

use onehall_form_importers::Imported;
use serde_json::{Value, json};

use crate::support::{filled, imported, is_shown, kind, outline, page, question, told_sorted};
use crate::{schema, with};

fn is(name: &str, value: &str) -> Value {
    json!({"properties": {name: {"const": value}}, "required": [name]})
}

fn on_a(branches: Value) -> Imported {
    let base = with(
        schema(json!({"a": {"enum": ["x", "y", "z"]}})),
        "required",
        json!(["a"]),
    );
    imported(&with(base, "allOf", branches))
}

fn missing(all: &Imported, answers: &[(&str, Value)]) -> Vec<String> {
    let filling = filled(all, answers);
    filling.errors().iter().map(|error| error.path.clone()).collect()
}

#[test]
fn a_property_that_alternatives_share_is_shown_in_each_and_demanded_where_it_is_demanded() {
    let all = imported(&with(
        schema(json!({})),
        "oneOf",
        json!([
            {"properties": {"t": {"const": "x"}, "name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["t", "name"]},
            {"properties": {"t": {"const": "y"}, "name": {"type": "string"}, "reg": {"type": "string"}}, "required": ["t", "reg"]},
            {"properties": {"t": {"const": "z"}}, "required": ["t"]}
        ]),
    ));
    let t = |value: &str| [("t", json!(value))];
    assert_eq!(missing(&all, &t("x")), ["name"]);
    assert_eq!(missing(&all, &t("y")), ["reg"]);
    for (value, shown) in [("x", true), ("y", true), ("z", false)] {
        assert_eq!(is_shown(&all, "name", &t(value)), shown, "{value}");
    }
    assert_eq!(told_sorted(&all), []);
}

#[test]
fn a_property_of_two_ifs_of_then_and_else_and_of_dependencies_is_in_none_lost() {
    let then = |value: &str, needed: bool| {
        let required = if needed { json!(["p"]) } else { json!([]) };
        json!({"if": is("a", value), "then": {"properties": {"p": {"type": "string"}}, "required": required}})
    };
    let all = on_a(json!([then("x", false), then("y", true)]));
    assert!(is_shown(&all, "p", &[("a", json!("x"))]) && is_shown(&all, "p", &[("a", json!("y"))]));
    assert!(!is_shown(&all, "p", &[("a", json!("z"))]));
    assert_eq!(missing(&all, &[("a", json!("x"))]), Vec::<String>::new());
    assert_eq!(missing(&all, &[("a", json!("y"))]), ["p"]);

    let both = json!({"properties": {"p": {"type": "string"}}});
    let all = on_a(json!([{"if": is("a", "x"), "then": both, "else": both}]));
    assert!(question(&all, "p").visible_when.is_none(), "in every case");

    let all = imported(&with(
        schema(json!({"a": {"enum": ["1", "2", "3"]}})),
        "dependencies",
        json!({"a": {"oneOf": [
            {"properties": {"a": {"enum": ["1"]}, "sp": {"enum": ["p", "q"]}}},
            {"properties": {"a": {"enum": ["2"]}, "sp": {"enum": ["r", "s"]}}, "required": ["sp"]},
            {"properties": {"a": {"enum": ["3"]}}}]}}),
    ));
    assert_eq!(missing(&all, &[("a", json!("2"))]), ["sp_2"]);
    assert_eq!(kind(question(&all, "sp_2"))["options"][0]["value"], "r");
    assert!(is_shown(&all, "sp", &[("a", json!("1"))]) && !is_shown(&all, "sp", &[("a", json!("2"))]));
    assert_eq!(
        told_sorted(&all),
        [("/dependencies/a/oneOf/1/properties/sp", "asked_again")]
    );
}

#[test]
fn what_differs_is_asked_twice_and_conditions_read_both() {
    let shown = json!({"if": is("p", "k"), "then": {"properties": {"more": {"type": "string"}}}});
    let all = on_a(json!([
        {"if": is("a", "x"), "then": {"properties": {"p": {"type": "string", "title": "For x"}}, "required": ["p"]}},
        {"if": is("a", "y"), "then": {"properties": {"p": {"type": "string", "title": "For y"}}}},
        shown
    ]));
    assert_eq!(missing(&all, &[("a", json!("x"))]), ["p"]);
    assert_eq!(missing(&all, &[("a", json!("y"))]), Vec::<String>::new());
    assert_eq!(question(&all, "p_2").label.en, "For y");
    for (a, p) in [("x", "p"), ("y", "p_2")] {
        assert!(is_shown(&all, "more", &[("a", json!(a)), (p, json!("k"))]), "{a}");
        assert!(!is_shown(&all, "more", &[("a", json!(a)), (p, json!("l"))]), "{a}");
    }
    assert_eq!(told_sorted(&all), [("/allOf/1/then/properties/p", "asked_again")]);
}

#[test]
fn an_object_and_a_list_that_branches_share_are_there_in_each() {
    let home = json!({"type": "object", "title": "Home", "properties": {"road": {"type": "string"}}});
    let pets = json!({"type": "array", "items": {"type": "string"}});
    let branch = |value: &str| json!({"if": is("a", value), "then": {"properties": {"home": home, "pets": pets}}});
    let inner = with(
        schema(json!({"a": {"enum": ["x", "y", "z"]}})),
        "allOf",
        json!([branch("x"), branch("y")]),
    );
    let all = imported(&schema(json!({"all": inner})));
    assert_eq!(outline(&page(&all, "all").questions), "a Home(home_road) pets");
    for (value, shown) in [("x", true), ("y", true), ("z", false)] {
        let answers = [("a", json!(value))];
        assert_eq!(is_shown(&all, "home_road", &answers), shown, "{value}");
        assert_eq!(is_shown(&all, "pets", &answers), shown, "{value}");
    }
    // At the top an object is a page.
    let top = with(
        schema(json!({"a": {"enum": ["x", "y", "z"]}})),
        "allOf",
        json!([branch("x"), branch("y")]),
    );
    let all = imported(&top);
    for (value, shown) in [("x", true), ("y", true), ("z", false)] {
        assert_eq!(is_shown(&all, "road", &[("a", json!(value))]), shown, "{value}");
    }
}

#[test]
fn what_a_branch_further_in_says_narrows_only_there() {
    let all = on_a(json!([
        {"if": is("a", "x"), "then": {"properties": {"p": {"enum": ["1", "2"]}}, "allOf": [
            {"if": is("p", "1"), "then": {"properties": {"q": {"type": "string"}}, "required": ["q"]}}]}},
        {"if": is("a", "y"), "then": {"properties": {"p": {"enum": ["1", "2"]}}}}
    ]));
    assert_eq!(missing(&all, &[("a", json!("x")), ("p", json!("1"))]), ["q"]);
    assert_eq!(
        missing(&all, &[("a", json!("y")), ("p", json!("1"))]),
        Vec::<String>::new()
    );
    assert!(!is_shown(&all, "q", &[("a", json!("y")), ("p", json!("1"))]));
}

/// Once it became a second question, by its name and without its bounds.
#[test]
fn what_narrows_a_question_before_it_is_asked_narrows_that_one() {
    let payment = json!({"type": "object", "required": ["method"], "properties": {"method": {"enum": ["card", "bank"]}},
        "oneOf": [
            {"properties": {"method": {"const": "card"}, "number": {"type": "string"}}, "required": ["number"]},
            {"properties": {"method": {"const": "bank"}, "iban": {"type": "string", "title": "IBAN"}}, "required": ["iban"]}],
        "if": {"properties": {"method": {"const": "bank"}}}, "then": {"properties": {"iban": {"minLength": 15}}}});
    let all = imported(&with(
        schema(json!({"payment": payment})),
        "required",
        json!(["payment"]),
    ));
    assert_eq!(outline(&page(&all, "payment").questions), "method number iban");
    let bank = |iban: &str| missing(&all, &[("method", json!("bank")), ("iban", json!(iban))]);
    assert_eq!(
        (bank("GB1"), bank("GB29NWBK60161331")),
        (vec!["iban".to_owned()], vec![])
    );
    assert_eq!(missing(&all, &[("method", json!("bank"))]), ["iban"]);
    assert!(!is_shown(&all, "iban", &[]) && !is_shown(&all, "iban", &[("method", json!("card"))]));
    assert_eq!(told_sorted(&all), []);
    let dogs = json!({"if": {"properties": {"a": {"enum": ["y", "z"]}}, "required": ["a"]},
        "then": {"properties": {"p": {"type": "integer", "title": "Dogs"}}, "required": ["p"]}});
    let all = on_a(json!([{"if": is("a", "z"), "then": {"properties": {"p": {"maximum": 5}}}}, dogs]));
    let wrong = |a: &str| missing(&all, &[("a", json!(a)), ("p", json!(6))]);
    assert_eq!((wrong("z"), wrong("y")), (vec!["p".to_owned()], vec![]));
    assert_eq!(told_sorted(&all), []);
    // One that nothing asks otherwise is asked by its bound, and conditions wait for it.
    let all = on_a(json!([
        {"if": {"properties": {"p": {"minimum": 5}}, "required": ["p"]}, "then": {"properties": {"q": {"type": "string"}}}},
        {"if": is("a", "x"), "then": {"properties": {"p": {"minimum": 3}}}}
    ]));
    assert!(is_shown(&all, "q", &[("a", json!("x")), ("p", json!(6))]));
    assert!(!is_shown(&all, "q", &[("a", json!("x")), ("p", json!(4))]));
    assert_eq!(told_sorted(&all), []);
}

#[test]
fn what_is_demanded_or_forbidden_before_it_is_asked_is_so_where_it_is_asked() {
    let asked = json!({"if": {"properties": {"a": {"enum": ["y", "z"]}}, "required": ["a"]}, "then": {"properties": {"p": {"type": "integer"}}}});
    let base = with(
        schema(json!({"a": {"enum": ["x", "y", "z"]}, "u": {"type": "boolean"}})),
        "required",
        json!(["a"]),
    );
    let given = json!({"properties": {"u": {"const": true}}, "required": ["u"]});
    let demanded = json!([{"if": given, "then": {"required": ["p"]}}, asked]);
    for all in [
        imported(&with(base.clone(), "allOf", demanded)),
        imported(&with(
            with(base, "allOf", json!([asked])),
            "dependentRequired",
            json!({"u": ["p"]}),
        )),
    ] {
        assert_eq!(missing(&all, &[("a", json!("y"))]), Vec::<String>::new());
        assert_eq!(missing(&all, &[("a", json!("y")), ("u", json!(true))]), ["p"]);
        assert_eq!(told_sorted(&all), []);
    }
    let all = on_a(json!([{"if": is("a", "z"), "then": {"properties": {"p": false}}}, asked]));
    assert!(is_shown(&all, "p", &[("a", json!("y"))]) && !is_shown(&all, "p", &[("a", json!("z"))]));
    assert_eq!(told_sorted(&all), []);
}

/// A definition that hundreds of branches refer to is one question, and is looked at once.
#[test]
fn a_definition_that_many_branches_refer_to_is_one_question() {
    let branch = |at: usize| json!({"if": is("a", &at.to_string()), "then": {"$ref": "#/$defs/more"}});
    let options: Vec<String> = (0..2_000).map(|at| format!("option {at}")).collect();
    let base = with(
        schema(json!({"a": {"type": "string"}})),
        "$defs",
        json!({"more": {"properties": {"p": {"enum": options}}}}),
    );
    let of = |count: usize| imported(&with(base.clone(), "allOf", (0..count).map(branch).collect()));
    let few = of(100);
    assert!(is_shown(&few, "p", &[("a", json!("99"))]) && !is_shown(&few, "p", &[("a", json!("100"))]));
    assert_eq!(told_sorted(&few), []);
    // More than a rule takes: it is shown to everybody.
    let many = of(600);
    assert!(is_shown(&many, "p", &[]));
    assert_eq!(told_sorted(&many), [("/$defs/more/properties/p", "condition_too_deep")]);
}
