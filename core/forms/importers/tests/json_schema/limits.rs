//! What a schema says beside its type: bounds from several places, patterns, `not`, and all that is told because it is
//! not checked.

use serde_json::{Value, json};

use crate::support::{filled, imported, kind, question, told_sorted};
use crate::words::labels;
use crate::{schema, with};

#[test]
fn of_several_bounds_the_tightest_counts() {
    let properties = schema(json!({
        "a": {"minimum": 1, "allOf": [{"type": "integer", "minimum": 5}, {"maximum": 9}, {"maximum": 12}]},
        "b": {"allOf": [{"type": "string", "maxLength": 9}, {"maxLength": 4}, {"minLength": 2}, {"minLength": 1}]},
        "c": {"$ref": "#/$defs/share", "exclusiveMaximum": 50},
        "d": {"minItems": 1, "allOf": [{"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}, "minItems": 2}]}
    }));
    let properties = with(properties, "required", json!(["d"]));
    let share = json!({"share": {"type": "number", "exclusiveMaximum": 100}});
    let all = imported(&with(properties, "$defs", share));
    let of = |id: &str| kind(question(&all, id));
    assert_eq!(
        of("a"),
        json!({"kind": "number", "min": 5.0, "max": 9.0, "decimals": 0})
    );
    assert_eq!(of("b"), json!({"kind": "text", "max_length": 4, "min_length": 2}));
    assert_eq!(question(&all, "c").valid_when[0].rule, json!({"<": [{"var": "c"}, 50]}));
    assert_eq!(of("d")["min_rows"], 2);
    assert_eq!(told_sorted(&all), []);
}

/// Once the first list counted alone, and of several steps the first.
#[test]
fn of_several_lists_of_options_those_in_all_are_offered_and_every_step_is_checked() {
    let is = |value: &str, title: &str| json!({"const": value, "title": title});
    let (two, other) = (
        json!([is("a", "A"), is("b", "B")]),
        json!([is("b", "Bee"), is("c", "C")]),
    );
    let properties = schema(json!({
        "a": {"allOf": [{"$ref": "#/$defs/country"}, {"enum": ["GB"]}]},
        "b": {"allOf": [{"enum": ["a", "b", "c"], "enumNames": ["A", "B", "C"]}, {"enum": ["b", "c", "d"]}]},
        "c": {"allOf": [{"oneOf": two}, {"oneOf": other}]},
        "d": {"type": "array", "uniqueItems": true, "items": {"allOf": [{"$ref": "#/$defs/country"}, {"enum": ["FR", "DE"]}]}},
        "e": {"enum": ["a", "b"], "allOf": [{"enum": ["c"]}]},
        "f": {"type": "integer", "allOf": [{"multipleOf": 2}, {"multipleOf": 3}, {"multipleOf": 2}]},
        "g": {"type": "number", "allOf": [{"multipleOf": 0.01}, {"multipleOf": 0.5}]}
    }));
    let country = json!({"country": {"type": "string", "enum": ["GB", "FR", "DE"]}});
    let all = imported(&with(properties, "$defs", country));
    for (id, expected) in [
        ("a", vec!["GB"]),
        ("b", vec!["B", "C"]),
        ("c", vec!["B"]),
        ("d", vec!["FR", "DE"]),
        ("e", vec!["a", "b"]),
    ] {
        assert_eq!(labels(&all, id), expected, "{id}");
    }
    assert_eq!(question(&all, "f").valid_when.len(), 2);
    let is_wrong = |id: &str, number: Value| {
        let filling = filled(&all, &[(id, number)]);
        filling.errors().iter().any(|error| error.path == id)
    };
    assert!(is_wrong("f", json!(4)) && is_wrong("f", json!(3)) && !is_wrong("f", json!(6)));
    assert!(is_wrong("g", json!(0.1)) && !is_wrong("g", json!(1.5)));
    assert_eq!(told_sorted(&all), [("/properties/e", "no_option")]);
}

/// Once “or other” could not be given, and of two lists the second was lost.
#[test]
fn of_several_sorts_of_values_that_is_asked_which_takes_all() {
    let many = json!({"enum": ["b", "c"], "enumNames": ["Bee", "Cee"], "title": "The others"});
    let all = imported(&schema(json!({
        "a": {"anyOf": [{"type": "string", "enum": ["Mr", "Professor"]}, {"type": "string", "minLength": 3, "maxLength": 5}]},
        "b": {"anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["c"]}]},
        "c": {"oneOf": [{"const": "a", "title": "A"}, many]},
        "d": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "const": "unknown"}]},
        "e": {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        "f": {"type": "string", "anyOf": [{"maxLength": 5}, {"pattern": "^x"}]},
        "g": {"anyOf": [{"maxLength": 5}, {"pattern": "^x"}]}
    })));
    let of = |id: &str| kind(question(&all, id));
    assert_eq!(of("a"), json!({"kind": "text", "max_length": 9, "min_length": 2}));
    assert_eq!(labels(&all, "b"), ["a", "b", "c"]);
    assert_eq!(labels(&all, "c"), ["A", "Bee", "Cee"]);
    let kinds = ["d", "e", "f", "g"].map(|id| of(id)["kind"].clone());
    assert_eq!(kinds, ["number", "text", "text", "text"].map(|kind| json!(kind)));
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/a/anyOf", "alternatives"),
            ("/properties/c/oneOf/1/title", "alternatives"),
            ("/properties/d/anyOf", "alternatives"),
            ("/properties/e/anyOf", "alternatives"),
            ("/properties/f/anyOf", "alternatives"),
            ("/properties/g/anyOf", "alternatives"),
        ]
    );
    let said = |path: &str| {
        let mut findings = all.findings.iter();
        let found = findings.find(|finding| finding.path == path);
        found.map(|finding| finding.message.clone()).unwrap_or_default()
    };
    assert!(said("/properties/d/anyOf").contains("cannot be given"));
}

/// Once the length of the text held for the number and for the options of a definition too, though the message said that
/// all of them could be written.
#[test]
fn what_can_be_written_in_a_text_is_no_shorter_or_longer_than_each_sort_of_value() {
    let all = imported(&with(
        schema(json!({
            "a": {"anyOf": [{"type": "integer"}, {"type": "string", "minLength": 5, "maxLength": 8}]},
            "b": {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "string", "minLength": 5}]},
            "c": {"anyOf": [{"$ref": "#/$defs/title"}, {"type": "string", "maxLength": 5}, {"type": "null"}]}
        })),
        "$defs",
        json!({"title": {"type": "string", "enum": ["Mr", "Professor"]}}),
    ));
    for (id, value) in [("a", "7"), ("a", "1234567890"), ("b", "longer"), ("c", "Professor")] {
        let filling = filled(&all, &[(id, json!(value))]);
        assert!(filling.errors().iter().all(|error| error.path != id), "{id}: {value}");
    }
    assert_eq!(kind(question(&all, "c"))["max_length"], 9);
}

/// Once null in the first of the lists was enough to leave the question open.
#[test]
fn null_is_taken_where_every_list_has_it() {
    let names = json!([{"const": "x", "title": "X"}, {"const": "y", "title": "Y"}, {"type": "null"}]);
    let all = imported(&with(
        schema(json!({
            "a": {"allOf": [{"enum": ["x", "y", null]}, {"enum": ["x", "y"]}]},
            "b": {"enum": ["x", "y"], "oneOf": names},
            "c": {"allOf": [{"enum": ["x", "y", null]}, {"enum": ["x", null]}]}
        })),
        "required",
        json!(["a", "b", "c"]),
    ));
    let required = ["a", "b", "c"].map(|id| question(&all, id).required);
    assert_eq!(required, [true, true, false]);
}

#[test]
fn an_empty_option_and_a_length_of_nothing_are_told() {
    let all = imported(&schema(json!({
        "a": {"type": "string", "maxLength": 0},
        "b": {"type": "string", "enum": ["", "x"]},
        "c": {"oneOf": [{"const": " ", "title": "None"}, {"const": "x", "title": "X"}]}
    })));
    assert_eq!(kind(question(&all, "a"))["kind"], "text");
    assert_eq!(
        (labels(&all, "b"), labels(&all, "c")),
        (vec!["x".to_owned()], vec!["X".to_owned()])
    );
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/a/maxLength", "keyword"),
            ("/properties/b/enum/0", "no_option"),
            ("/properties/c/oneOf/0/const", "no_option"),
        ]
    );
}

#[test]
fn one_pattern_is_checked_and_each_other_one_is_told() {
    let all = imported(&schema(json!({
        "a": {"type": "string", "allOf": [{"pattern": "^a$"}, {"pattern": "b"}, {"pattern": "^a$"}]},
        "b": {"type": "string", "format": "email", "pattern": "gov", "minLength": 9, "maxLength": 30},
        "c": {"type": "string", "format": "date", "pattern": "^2026", "maxLength": 10},
        "d": {"type": "string", "pattern": "(?=x)y"}
    })));
    assert_eq!(kind(question(&all, "a"))["pattern"], "a");
    let mail = |text: &str| {
        let filling = filled(&all, &[("b", json!(text))]);
        filling.errors().iter().any(|error| error.path == "b")
    };
    assert!(mail("a@b.uk") && !mail("somebody@city.gov.uk"));
    assert!(mail("somebody.with.a.long.name@city.gov.uk"));
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/a/allOf/1/pattern", "pattern_not_carried"),
            ("/properties/b/pattern", "pattern_not_carried"),
            ("/properties/c/maxLength", "keyword"),
            ("/properties/c/pattern", "pattern_not_carried"),
            ("/properties/d/pattern", "pattern_not_carried"),
        ]
    );
}

#[test]
fn what_an_answer_must_not_be_is_checked() {
    let all = imported(&schema(json!({
        "a": {"type": "string", "not": {"enum": ["root", "admin"]}},
        "b": {"type": "integer", "not": {"const": 13}},
        "c": {"type": "string", "enum": ["x", "y"], "not": {"const": "y"}},
        "d": {"type": "string", "not": {"pattern": "^x"}},
        "e": {"type": "string", "not": {}},
        "f": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer", "not": {"minimum": 5, "maximum": 6}}}}}
    })));
    let wrong = |answers: &[(&str, Value)]| {
        let filling = filled(&all, answers);
        let errors = filling.errors();
        errors.into_iter().map(|error| error.path).collect::<Vec<_>>()
    };
    assert_eq!(wrong(&[("a", json!("root"))]), ["a"]);
    assert_eq!(wrong(&[("a", json!("somebody")), ("b", json!(12))]), [""; 0]);
    assert_eq!(wrong(&[("b", json!(13)), ("c", json!("y"))]), ["b", "c"]);
    let rows = |n: i32| wrong(&[("f", json!(["r"])), ("f/r/n", json!(n))]);
    assert_eq!((rows(5), rows(7)), (vec!["f/r/n".to_owned()], vec![]));
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/d/not", "condition_not_carried"),
            ("/properties/e/not", "forbidden"),
        ]
    );
}

#[test]
fn yes_and_no_keep_words_of_their_own() {
    let all = imported(&schema(json!({
        "a": {"type": "boolean", "enumNames": ["Renewal", "New"]},
        "b": {"type": "boolean", "oneOf": [{"const": true, "title": "I agree"}, {"const": false, "title": "I do not"}]},
        "c": {"type": "boolean", "enum": [true, false], "enumNames": ["Ja", "Nein"]},
        "d": {"type": "boolean"},
        "e": {"type": "string"}
    })));
    let asked = |id: &str| kind(question(&all, id));
    assert_eq!(
        asked("a")["options"][1],
        json!({"value": "false", "label": {"zh-CN": "New", "en": "New"}})
    );
    assert_eq!(asked("b")["options"][0]["label"]["en"], "I agree");
    assert_eq!(
        (&asked("c")["kind"], &asked("d")["kind"]),
        (&json!("yes_no"), &json!("yes_no"))
    );
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/a", "yes_no_as_choice"),
            ("/properties/b", "yes_no_as_choice")
        ]
    );
    // What hangs on it goes on hanging on it.
    let on = with(
        schema(json!({"a": {"type": "boolean", "enumNames": ["Renewal", "New"]}})),
        "if",
        json!({"properties": {"a": {"const": true}}, "required": ["a"]}),
    );
    let on = imported(&with(on, "then", json!({"properties": {"number": {"type": "string"}}})));
    let is_shown = |answer: &str| filled(&on, &[("a", json!(answer))]).question("number").is_some();
    assert!(is_shown("true") && !is_shown("false"));
}

/// Each of these was once passed over without a word.
#[test]
fn nothing_that_is_not_checked_is_passed_over() {
    let all = imported(&with(
        schema(json!({
            "known": {"type": "string"},
            "a": {"type": "string", "if": {"minLength": 3}, "then": {"pattern": "^A"}},
            "b": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": {"type": "boolean"}, "minItems": 1, "maxItems": 2},
            "c": {"type": "array", "items": [{"type": "string"}], "additionalItems": {"type": "boolean"}, "minItems": 1},
            "d": {"type": "array", "items": {"type": "string"}, "uniqueItems": true, "contains": {"const": "x"}, "minContains": 1},
            "e": {"type": "object"},
            "f": {"const": null},
            "g": {"type": "integer", "minimum": 1e25},
            "h": {"type": "string", "minLength": 5, "maxLength": 2},
            "i": {"type": "array", "items": {"type": "string", "format": "data-url"}, "minItems": 3}
        })),
        "required",
        json!(["known", "ghost"]),
    ));
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/a/if", "condition_not_carried"),
            ("/properties/b", "tuple"),
            // That the first place is filled where the second one is, is checked.
            ("/properties/b/items", "open_list"),
            ("/properties/c", "tuple"),
            ("/properties/c/additionalItems", "open_list"),
            ("/properties/d/contains", "keyword"),
            ("/properties/d/minContains", "keyword"),
            ("/properties/d/uniqueItems", "keyword"),
            ("/properties/e", "no_properties"),
            ("/properties/f", "no_question"),
            ("/properties/g", "odd_bound"),
            ("/properties/h", "no_text_fits"),
            ("/properties/i/minItems", "keyword"),
            ("/required/1", "unknown_field"),
        ]
    );
}

/// What the source takes, and the engine would cut without a word.
#[test]
fn how_many_there_may_be_is_carried_or_told() {
    let item = json!({"type": "object", "properties": {"x": {"type": "string"}}});
    let rows = |more: Value| list(&item, more);
    let chosen = |more: Value| list(&json!({"enum": ["a", "b", "c"]}), more);
    let files = |more: Value| list(&json!({"type": "string", "format": "data-url"}), more);
    let all = imported(&with(
        schema(json!({
            "a": rows(json!({"minItems": 60})), "b": rows(json!({"maxItems": 5000})), "c": rows(json!({"maxItems": 0})),
            "d": rows(json!({"minItems": 5, "maxItems": 2})), "e": rows(json!({"minItems": 2000})), "f": rows(json!({"minItems": 60})),
            "g": chosen(json!({"minItems": 5})), "h": chosen(json!({"maxItems": 0})), "i": chosen(json!({"minItems": 3, "maxItems": 2})),
            "j": chosen(json!({"minItems": 3})),
            "k": files(json!({})), "l": files(json!({"maxItems": 500})), "m": files(json!({"maxItems": 3}))
        })),
        "required",
        json!(["a", "d", "e", "g", "i"]),
    ));
    let of = |id: &str, name: &str| kind(question(&all, id))[name].clone();
    let bounds = |id: &str| (of(id, "min_rows"), of(id, "max_rows"));
    assert_eq!(bounds("a"), (json!(60), json!(1000)));
    assert_eq!(of("b", "max_rows"), 1000);
    assert_eq!(bounds("d"), (json!(1), json!(2)));
    assert_eq!(bounds("e"), (json!(1000), json!(1000)));
    assert_eq!(of("f", "max_rows"), 1000);
    assert_eq!(of("j", "min"), 3);
    let most = ["k", "l", "m"].map(|id| of(id, "max_files"));
    assert_eq!(most, [100, 100, 3].map(|most| json!(most)));
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/b/maxItems", "length_cut"),
            ("/properties/c/maxItems", "keyword"),
            ("/properties/d/minItems", "keyword"),
            ("/properties/e/minItems", "length_cut"),
            ("/properties/g/minItems", "keyword"),
            ("/properties/h/maxItems", "keyword"),
            ("/properties/i/minItems", "keyword"),
            ("/properties/l/maxItems", "length_cut"),
        ]
    );
}

fn list(items: &Value, more: Value) -> Value {
    let mut list = json!({"type": "array", "items": items, "uniqueItems": items.get("enum").is_some()});
    for (name, value) in more.as_object().into_iter().flatten() {
        list[name] = value.clone();
    }
    list
}

/// Bounds that another answer sets, and those of days and times.
#[test]
fn no_bound_is_passed_over() {
    let data = |of: &str| json!({"$data": of});
    let all = imported(&schema(json!({
        "a": {"type": "number"},
        "b": {"type": "number", "minimum": data("1/a")},
        "c": {"type": "string", "minLength": data("1/a"), "maxLength": 9},
        "d": {"type": "string", "format": "date", "formatMinimum": "2020-01-01", "formatExclusiveMaximum": "2030-01-01"},
        "e": {"type": "string", "format": "date", "formatExclusiveMinimum": "2020-01-01"},
        "f": {"type": "string", "format": "date-time", "formatMaximum": "2030-01-01T00:00:00Z"},
        "g": {"type": "string", "format": "time", "formatMinimum": "09:00:00", "formatExclusiveMaximum": "17:00:00"},
        "h": {"type": "string", "format": "date", "formatMinimum": data("1/d")}
    })));
    let of = |id: &str| kind(question(&all, id));
    assert_eq!(
        of("d"),
        json!({"kind": "date", "min": "2020-01-01", "max": "2029-12-31"})
    );
    assert_eq!(of("e"), json!({"kind": "date", "min": "2020-01-02"}));
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/b/minimum", "keyword"),
            ("/properties/c/minLength", "keyword"),
            ("/properties/f", "date_time_as_text"),
            ("/properties/f/formatMaximum", "odd_bound"),
            ("/properties/g", "time_to_the_minute"),
            ("/properties/g/formatExclusiveMaximum", "odd_bound"),
            ("/properties/h/formatMinimum", "keyword"),
        ]
    );
}

#[test]
fn whole_numbers_and_steps_are_those_of_the_source() {
    let all = imported(&schema(json!({
        "a": {"type": "integer", "exclusiveMinimum": 0.5, "exclusiveMaximum": 2.5},
        "b": {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 9},
        "c": {"type": "number", "multipleOf": 1e-12},
        "d": {"type": "number", "multipleOf": 0},
        "e": {"type": "number", "multipleOf": -2},
        "f": {"type": "number", "multipleOf": 0.5}
    })));
    let of = |id: &str| kind(question(&all, id));
    assert_eq!(
        of("a"),
        json!({"kind": "number", "min": 1.0, "max": 2.0, "decimals": 0})
    );
    assert_eq!(
        of("b"),
        json!({"kind": "number", "min": 1.0, "max": 8.0, "decimals": 0})
    );
    for id in ["c", "d", "e"] {
        assert_eq!(of(id)["decimals"], 10, "{id}");
        assert!(question(&all, id).valid_when.is_empty(), "{id}");
    }
    assert_eq!(question(&all, "f").valid_when.len(), 1);
    assert_eq!(told_sorted(&all), [("/properties/c/multipleOf", "keyword")]);
}

#[test]
fn what_stands_at_the_root_is_read_or_told() {
    let all = imported(&with(schema(json!({"a": {"type": "string"}})), "required", json!("a")));
    assert!(!question(&all, "a").required);
    assert_eq!(told_sorted(&all), [("/required", "keyword")]);
    let form = with(
        schema(json!({"a": {"type": "string"}})),
        "description",
        json!("Of the schema"),
    );
    let all = imported(&json!({"schema": form, "uiSchema": {"ui:description": "Of the layout"}}));
    let help = all.definition.pages[0].help.as_ref().map(|help| help.en.as_str());
    assert_eq!(help, Some("Of the layout"));
}
