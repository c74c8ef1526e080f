//! JSON Schema with `uiSchema`: what is carried, and what is told.

mod conditions;
mod limits;
mod shapes;
mod shared;
#[path = "../support/mod.rs"]
mod support;
mod words;

use serde_json::{Value, json};
use support::{
    filled, ids, imported, imported_text, is_shown, kind, outline, page, pages, path, question, refused, told,
    told_sorted,
};

fn schema(properties: Value) -> Value {
    json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Permit", "type": "object", "properties": properties})
}

fn with(mut schema: Value, name: &str, value: Value) -> Value {
    schema[name] = value;
    schema
}

#[test]
fn a_bound_that_no_json_number_keeps_is_told() {
    let all = imported(&schema(
        json!({ "a": { "type": "number", "minimum": 0.5, "maximum": 9_934_445_533.572_273 } }),
    ));
    assert_eq!(kind(question(&all, "a"))["max"], Value::Null);
    assert_eq!(kind(question(&all, "a"))["min"], json!(0.5));
    assert_eq!(told_sorted(&all), [("/properties/a", "rule_not_carried")]);
}

/// A question that hangs on more conditions than a rule takes keeps the first ones, and it is told.
#[test]
fn a_question_hangs_on_no_more_conditions_than_a_rule_takes() {
    let on = |value: usize| json!({"if": {"properties": {"a": {"const": value.to_string()}}, "required": ["a"]}, "then": {"required": ["b"]}});
    let of = |count: usize| {
        let two = schema(json!({"a": {"type": "string"}, "b": {"type": "string"}}));
        imported(&with(two, "allOf", (0..count).map(on).collect()))
    };
    assert_eq!(told_sorted(&of(500)), []);
    assert_eq!(told_sorted(&of(600)), [("", "condition_too_deep")]);
}

#[test]
fn every_type_and_format_becomes_the_nearest_kind() {
    let all = imported(&schema(json!({
        "a": {"type": "string", "minLength": 2, "maxLength": 9, "pattern": "^[a-z]+$"},
        "b": {"type": "integer", "exclusiveMinimum": 0, "maximum": 10},
        "c": {"type": "number", "multipleOf": 0.01, "exclusiveMaximum": 5},
        "d": {"type": "boolean"},
        "e": {"type": "boolean", "const": true, "title": "I agree"},
        "f": {"type": "string", "format": "date"},
        "g": {"type": "string", "format": "date-time"},
        "h": {"type": "string", "format": "email"},
        "i": {"type": "string", "format": "uri"},
        "j": {"type": "string", "format": "data-url"},
        "k": {"type": "string", "enum": ["red", "blue"], "enumNames": ["Red!", "Blue!"]},
        "l": {"oneOf": [{"const": 1, "title": "One", "description": "The first"}, {"const": 2, "title": "Two"}]},
        "m": {"type": ["string", "null"]},
        "n": {"anyOf": [{"type": "integer"}, {"type": "null"}], "title": "Maybe"},
        "o": {"type": "array", "items": {"type": "string", "enum": ["x", "y"]}, "uniqueItems": true, "minItems": 1},
        "p": {"type": ["string", "number"]},
        "q": {},
        "r": {"type": "null", "title": "Read this"},
        "s": {"type": "string", "format": "ipv6"},
        "t": {"type": "string", "const": "fixed"},
        "u": {"type": "integer", "multipleOf": 5},
        "v": {"minimum": 3}
    })));
    let of = |id: &str| kind(question(&all, id));
    assert_eq!(
        of("a"),
        json!({"kind": "text", "max_length": 9, "min_length": 2, "pattern": "[a-z]+"})
    );
    assert_eq!(
        of("b"),
        json!({"kind": "number", "min": 1.0, "max": 10.0, "decimals": 0})
    );
    assert_eq!(of("c"), json!({"kind": "number", "decimals": 2}));
    assert_eq!(question(&all, "c").valid_when[0].rule, json!({"<": [{"var": "c"}, 5]}));
    assert_eq!(
        of("k")["options"][0],
        json!({"value": "red", "label": {"zh-CN": "Red!", "en": "Red!"}})
    );
    assert_eq!(of("l")["options"][0]["help"]["en"], "The first");
    assert_eq!(of("n"), json!({"kind": "number", "decimals": 0}));
    assert_eq!(question(&all, "n").label.en, "Maybe");
    assert_eq!(of("u")["kind"], "number");
    assert_eq!(
        question(&all, "u").valid_when[0].rule,
        json!({"==": [{"%": [{"var": "u"}, 5]}, 0]})
    );
    let named: Vec<Value> = "defghijmopqrstv"
        .chars()
        .map(|id| of(&id.to_string())["kind"].clone())
        .collect();
    assert_eq!(
        named,
        [
            "yes_no",
            "declaration",
            "date",
            "text",
            "email",
            "text",
            "material",
            "text",
            "choices",
            "text",
            "text",
            "note",
            "text",
            "computed",
            "number"
        ]
    );
    assert!(!question(&all, "o").required, "one at least, where there is any");
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/g", "date_time_as_text"),
            ("/properties/i", "website_as_text"),
            ("/properties/p", "several_types"),
            ("/properties/q", "no_type"),
            ("/properties/s/format", "format_not_checked"),
            ("/properties/t", "fixed_value")
        ]
    );
}

#[test]
fn days_and_times_have_the_bounds_of_their_format() {
    let all = imported(&schema(json!({
        "a": {"type": "string", "format": "time", "formatMinimum": "08:00:00Z", "formatMaximum": "17:30"},
        "b": {"type": "string", "format": "date", "formatMinimum": "2026-01-01", "formatMaximum": "soon"},
        "c": {"type": "string", "format": "time", "formatMinimum": "18:00", "formatMaximum": "17:30"},
        "d": {"type": "string", "format": "signature"}
    })));
    let of = |id: &str| kind(question(&all, id));
    assert_eq!(of("a"), json!({"kind": "time", "min": "08:00", "max": "17:30"}));
    assert_eq!(of("b"), json!({"kind": "date", "min": "2026-01-01"}));
    assert_eq!(of("c"), json!({"kind": "time"}));
    assert_eq!(of("d"), json!({"kind": "signature"}));
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/a", "time_to_the_minute"),
            ("/properties/b/formatMaximum", "odd_bound"),
            ("/properties/c", "no_time_fits"),
            ("/properties/c", "time_to_the_minute")
        ]
    );
}

#[test]
fn properties_come_in_their_own_order_or_in_that_of_the_ui_schema() {
    let text = r#"{"schema": {"type": "object", "title": "T", "properties": {
        "zebra": {"type": "string"}, "apple": {"type": "string"}, "mango": {"type": "string"}, "kiwi": {"type": "string"}}},
        "uiSchema": {"ui:order": ["kiwi", "*", "apple"]}}"#;
    let all = imported_text(text, &Default::default());
    assert_eq!(
        ids(&all.definition.pages[0].questions),
        ["kiwi", "zebra", "mango", "apple"]
    );
    let text = text.replace("ui:order", "ui:other");
    let all = imported_text(&text, &Default::default());
    assert_eq!(
        ids(&all.definition.pages[0].questions),
        ["zebra", "apple", "mango", "kiwi"]
    );
}

#[test]
fn the_ui_schema_says_how_things_are_called_and_asked() {
    let all = imported(&json!({
        "schema": schema(json!({
            "bio": {"type": "string", "title": "Bio", "minLength": 10}, "secret": {"type": "string"}, "born": {"type": "string"},
            "kind": {"type": "string", "default": "dog"}, "nothing": {"type": "string"}, "age": {"type": "integer", "default": 3}
        })),
        "uiSchema": {
            "bio": {"ui:widget": "textarea", "ui:title": "About you", "ui:description": "In <b>short</b>", "ui:help": "Two lines"},
            "secret": {"ui:widget": "password"},
            "born": {"ui:options": {"widget": "date", "title": "Birthday"}},
            "kind": {"ui:widget": "hidden"}, "nothing": {"ui:widget": "hidden"},
            "age": {"ui:readonly": true, "ui:field": "AgeField"}
        }
    }));
    let bio = question(&all, "bio");
    // The source shows both, one under the other; once the first was lost.
    assert_eq!(
        (bio.label.en.as_str(), bio.help.as_ref().map(|help| help.en.as_str())),
        ("About you", Some("In short\nTwo lines"))
    );
    assert_eq!(kind(bio), json!({"kind": "long_text", "max_length": 20_000}));
    assert_eq!(bio.valid_when.len(), 1);
    assert_eq!(
        (
            kind(question(&all, "born"))["kind"].as_str(),
            question(&all, "born").label.en.as_str()
        ),
        (Some("date"), "Birthday")
    );
    assert_eq!(kind(question(&all, "kind"))["value"], "dog");
    assert_eq!(
        told_sorted(&all),
        [
            ("/schema/properties/age/default", "default_value"),
            ("/schema/properties/kind", "fixed_value"),
            ("/schema/properties/nothing", "hidden_field"),
            ("/schema/properties/secret", "secret_as_text"),
            ("/uiSchema/age/ui:field", "own_field"),
            ("/uiSchema/age/ui:readonly", "disabled")
        ]
    );
}

#[test]
fn objects_are_pages_and_further_in_parts_of_them() {
    let all = imported(&with(
        schema(json!({
            "called": {"type": "string"},
            "home": {"type": "object", "title": "Home", "required": ["avenue"], "properties": {
                "avenue": {"type": "string"},
                "owner": {"type": "object", "title": "Owner", "description": "Who owns it", "properties": {"name": {"type": "string"}}}}},
            "more": {"type": "string"}
        })),
        "required",
        json!(["home"]),
    ));
    assert_eq!(pages(&all), ["main", "home", "main_2"]);
    let home = &page(&all, "home").questions;
    assert_eq!(outline(home), "avenue Owner(owner_name)");
    assert_eq!(home[1].help.as_ref().map(|help| help.en.as_str()), Some("Who owns it"));
    assert!(question(&all, "avenue").required);
}

#[test]
fn objects_in_objects_are_sections_that_are_hidden_with_what_hides_them() {
    let yes = json!({"properties": {"owned": {"const": true}}, "required": ["owned"]});
    let deed = json!({"type": "object", "properties": {"number": {"type": "string"}, "seal": {"type": "object", "properties": {
        "colour": {"enum": ["red", "blue"]}, "ring": {"type": "object", "properties": {"size": {"type": "integer"}}}}}}});
    let all = imported(&schema(json!({
        "home": {"type": "object", "title": "Home", "properties": {"owned": {"type": "boolean"}},
            "if": yes, "then": {"properties": {"deedOfIt": deed}},
            "allOf": [{"if": {"properties": {"owned": {"const": false}}, "required": ["owned"]}, "then": {"properties": {"rent": {"type": "integer"}}}}]},
        "people": {"type": "array", "items": {"type": "object", "properties": {
            "name": {"type": "string"}, "work": {"type": "object", "title": "Work", "properties": {"name": {"type": "string"}}}}}}
    })));
    assert_eq!(
        outline(&page(&all, "home").questions),
        "owned Deed of it(deed_of_it_number Seal(deed_of_it_seal_colour Ring(deed_of_it_seal_ring_size))) rent"
    );
    assert!(
        question(&all, "deed_of_it_number").visible_when.is_none(),
        "what stands in it needs no rule of its own"
    );
    for (owned, shown) in [(true, true), (false, false)] {
        let answers = [("owned", json!(owned))];
        assert_eq!(is_shown(&all, "deed_of_it_seal_ring_size", &answers), shown);
        assert_eq!(is_shown(&all, "rent", &answers), !shown);
    }
    let onehall_forms::Kind::Group { questions, .. } = &question(&all, "people").kind else {
        panic!("rows");
    };
    assert_eq!(outline(questions), "name Work(work_name)");
    assert_eq!(told(&all), []);
}

#[test]
fn a_row_has_names_and_sections_of_its_own_however_deep_it_stands() {
    let people = json!({"type": "array", "items": {"type": "object", "properties": {
        "name": {"type": "string"}, "work": {"type": "object", "title": "Work", "properties": {"place": {"type": "string"}}}}}});
    let mut deep = people;
    for level in ["people", "c", "b", "a"] {
        deep = json!({"type": "object", "title": level, "properties": {level: deep}});
    }
    let all = imported(&schema(json!({"name": {"type": "string"}, "home": deep})));
    let mut groups = all.definition.asked().filter_map(|question| match &question.kind {
        onehall_forms::Kind::Group { questions, .. } => Some(outline(questions)),
        _ => None,
    });
    assert_eq!(question(&all, "name").id, "name", "the row takes no name from the form");
    assert_eq!(groups.next().as_deref(), Some("name Work(work_place)"));
    assert_eq!(groups.next(), None);
    assert_eq!(told(&all), []);
}

#[test]
fn objects_that_nest_deeper_than_sections_are_read_and_told() {
    let mut deep = json!({"type": "string"});
    for level in (1..=5).rev() {
        deep = json!({"type": "object", "title": format!("O{level}"), "properties": {"x": deep}});
    }
    let all = imported(&schema(json!({"home": deep})));
    assert_eq!(outline(&page(&all, "home").questions), "O2(O3(O4(note x_x_x_x_x)))");
    assert_eq!(question(&all, "note").label.en, "O5");
    let told: Vec<&str> = told(&all).into_iter().map(|(_, code)| code).collect();
    assert_eq!(told, ["sections_too_deep"]);
}

#[test]
fn lists_are_groups_choices_files_or_rows_of_one_answer() {
    let lists = schema(json!({
        "people": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "object", "required": ["name"], "title": "Person",
            "properties": {"name": {"type": "string"}, "pets": {"type": "array", "items": {"type": "object", "properties": {"pet": {"type": "string"}}}}},
            "if": {"properties": {"name": {"const": "Bob"}}, "required": ["name"]}, "then": {"properties": {"bob": {"type": "string"}}}}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "files": {"type": "array", "maxItems": 2, "items": {"type": "string", "format": "data-url"}},
        "scan": {"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"},
        "pair": {"type": "array", "prefixItems": [{"type": "integer", "title": "Width"}, {"type": "integer"}]},
        "odd": {"type": "array"}
    }));
    let all = imported(&with(lists, "required", json!(["people"])));
    let people = kind(question(&all, "people"));
    assert_eq!((&people["min_rows"], &people["max_rows"]), (&json!(1), &json!(3)));
    assert_eq!(people["row_label"]["en"], "Person");
    assert_eq!(people["questions"][1]["kind"], "group");
    assert_eq!(kind(question(&all, "tags"))["questions"][0]["id"], "value");
    assert_eq!(kind(question(&all, "files"))["max_files"], 2);
    assert_eq!(kind(question(&all, "scan"))["accept"], json!(["image/png"]));
    assert_eq!(question(&all, "pair_1").label.en, "Width");
    let mut filling = filled(&all, &[("people", json!(["r", "s"]))]);
    filling.set("people/r/name", json!("Bob"));
    filling.set("people/s/name", json!("Eve"));
    assert!(filling.question("people/r/bob").is_some() && filling.question("people/s/bob").is_none());
    assert_eq!(
        told_sorted(&all),
        [("/properties/odd", "no_items"), ("/properties/pair", "tuple")]
    );
}

#[test]
fn references_are_followed_and_all_of_is_merged() {
    let all = imported(&json!({
        "$id": "https://example.org/permit.schema.json", "title": "T", "type": "object",
        "properties": {
            "a": {"$ref": "#/$defs/name", "title": "Own title"}, "b": {"$ref": "#anchored"}, "c": {"$ref": "https://example.org/permit.schema.json#/$defs/name"},
            "d": {"$ref": "other.json#/x"}, "e": {"$ref": "#/$defs/with%20space~1slash"},
            "f": {"allOf": [{"$ref": "#/$defs/name"}, {"maxLength": 3}]}
        },
        "allOf": [{"required": ["a"]}, {"properties": {"g": {"type": "boolean"}}}],
        "$defs": {"name": {"type": "string", "title": "Name", "minLength": 1}, "x": {"$anchor": "anchored", "type": "integer"}, "with space/slash": {"type": "boolean"}}
    }));
    assert_eq!(
        (question(&all, "a").label.en.as_str(), question(&all, "a").required),
        ("Own title", true)
    );
    assert_eq!(kind(question(&all, "b"))["kind"], "number");
    assert_eq!(question(&all, "c").label.en, "Name");
    assert_eq!(kind(question(&all, "e"))["kind"], "yes_no");
    assert_eq!(
        kind(question(&all, "f")),
        json!({"kind": "text", "max_length": 3, "min_length": 1})
    );
    assert_eq!(kind(question(&all, "g"))["kind"], "yes_no");
    assert_eq!(
        told_sorted(&all),
        [("/properties/d", "no_type"), ("/properties/d/$ref", "remote_ref")]
    );
}

#[test]
fn what_leads_to_itself_is_refused_and_what_is_used_twice_is_not() {
    let tree = json!({"type": "object", "properties": {"root": {"$ref": "#/$defs/node"}}, "$defs": {
        "node": {"type": "object", "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}}});
    assert_eq!(
        refused(&tree.to_string()).last(),
        Some(&("/$defs/node/properties/children/items/$ref".to_owned(), "ref_cycle"))
    );
    let own = json!({"type": "object", "properties": {"a": {"$ref": "#"}}});
    assert_eq!(
        refused(&own.to_string()).last().map(|(_, code)| *code),
        Some("ref_cycle")
    );
    let alias = json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}});
    assert_eq!(
        refused(&alias.to_string()).last().map(|(_, code)| *code),
        Some("ref_cycle")
    );
    let twice = imported(
        &json!({"type": "object", "allOf": [{"$ref": "#/$defs/a"}], "properties": {"x": {"$ref": "#/$defs/a"}},
        "$defs": {"a": {"type": "object", "properties": {"n": {"type": "string"}}}}}),
    );
    assert_eq!(ids(&page(&twice, "x").questions).len(), 1);
    // Each level names the next one twice: a short file, a form without end.
    let mut defs = serde_json::Map::new();
    for at in 0..30 {
        let next = json!({"$ref": format!("#/$defs/d{}", at + 1)});
        defs.insert(
            format!("d{at}"),
            json!({"type": "object", "properties": {"a": next, "b": next}}),
        );
    }
    defs.insert("d30".to_owned(), json!({"type": "string"}));
    let bomb = json!({"type": "object", "properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": defs});
    assert!(matches!(
        refused(&bomb.to_string()).last().map(|(_, code)| *code),
        Some("too_large" | "too_many_questions")
    ));
}

#[test]
fn dependencies_show_and_demand() {
    let all = imported(&with(
        with(
            with(
                schema(
                    json!({"card": {"type": "string"}, "address": {"type": "string"}, "colour": {"enum": ["red", "blue"]}}),
                ),
                "dependentRequired",
                json!({"card": ["address"]}),
            ),
            "dependentSchemas",
            json!({"card": {"properties": {"cvc": {"type": "string"}}, "required": ["cvc"]}}),
        ),
        "dependencies",
        json!({"colour": {"oneOf": [
            {"properties": {"colour": {"enum": ["red"]}, "shade": {"type": "string"}}, "required": ["shade"]},
            {"properties": {"colour": {"enum": ["blue"]}, "depth": {"type": "integer"}}}]}}),
    ));
    let without = filled(&all, &[]);
    assert!(without.is_complete() && without.question("cvc").is_none());
    let with_card = filled(&all, &[("card", json!("1234"))]);
    let missing: Vec<String> = with_card.errors().iter().map(|error| error.path.clone()).collect();
    assert_eq!(missing, ["address", "cvc"]);
    let red = [("colour", json!("red"))];
    let blue = [("colour", json!("blue"))];
    assert!(is_shown(&all, "shade", &red) && !is_shown(&all, "depth", &red));
    assert!(!is_shown(&all, "shade", &blue) && is_shown(&all, "depth", &blue));
    assert!(!is_shown(&all, "shade", &[]) && !is_shown(&all, "depth", &[]));
    assert_eq!(told_sorted(&all), []);
}

#[test]
fn if_then_else_means_what_a_validator_makes_of_it() {
    let base =
        schema(json!({"country": {"enum": ["cn", "de"]}, "age": {"type": "integer"}, "note": {"type": "string"}}));
    let all = imported(&with(
        base.clone(),
        "allOf",
        json!([
            {"if": {"properties": {"country": {"const": "cn"}}, "required": ["country"]},
             "then": {"properties": {"province": {"type": "string"}}, "required": ["province", "note"]},
             "else": {"properties": {"region": {"type": "string"}, "age": {"minimum": 18}}}},
            {"if": {"properties": {"age": {"minimum": 65}}}, "then": {"properties": {"pension": {"type": "boolean"}}}},
            {"if": {"not": {"properties": {"country": {"enum": ["de"]}}, "required": ["country"]}}, "then": {"properties": {"visa": {"type": "boolean"}}}}
        ]),
    ));
    let cn = [("country", json!("cn"))];
    let de = [("country", json!("de"))];
    assert!(is_shown(&all, "province", &cn) && !is_shown(&all, "region", &cn));
    assert!(!is_shown(&all, "province", &de) && is_shown(&all, "region", &de));
    assert!(
        !is_shown(&all, "province", &[]) && is_shown(&all, "region", &[]),
        "`required` in `if` asks for an answer"
    );
    assert!(
        is_shown(&all, "pension", &[]),
        "without `required` what is not there is valid"
    );
    assert!(is_shown(&all, "pension", &[("age", json!(65))]) && !is_shown(&all, "pension", &[("age", json!(64))]));
    assert!(is_shown(&all, "visa", &cn) && !is_shown(&all, "visa", &de));
    let errors = |answers: &[(&str, Value)]| -> Vec<String> {
        filled(&all, answers)
            .errors()
            .iter()
            .map(|error| format!("{} {}", error.path, error.code))
            .collect()
    };
    assert_eq!(errors(&cn), ["note required", "province required"]);
    assert_eq!(
        errors(&[("country", json!("de")), ("age", json!(17))]),
        ["age check_failed"]
    );
    assert_eq!(
        errors(&[("country", json!("de")), ("age", json!(18))]),
        Vec::<String>::new()
    );
    let all = imported(&with(
        with(base, "if", json!({"properties": {"note": {"pattern": "x"}}})),
        "then",
        json!({"properties": {"extra": {"type": "string"}}}),
    ));
    assert_eq!(told_sorted(&all), [("/if", "condition_not_carried")]);
}

#[test]
fn alternatives_are_told_apart_by_a_value_or_by_a_question() {
    let all = imported(&with(
        schema(json!({"name": {"type": "string"}})),
        "oneOf",
        json!([
            {"title": "By card", "properties": {"pay": {"const": "card"}, "number": {"type": "string"}}, "required": ["number"]},
            {"title": "By bill", "properties": {"pay": {"const": "bill"}, "address": {"type": "string"}}}
        ]),
    ));
    assert_eq!(kind(question(&all, "pay"))["options"][1]["label"]["en"], "By bill");
    let card = [("pay", json!("card"))];
    assert!(is_shown(&all, "number", &card) && !is_shown(&all, "address", &card));
    let all = imported(&schema(json!({
        "vehicle": {"title": "Vehicle", "anyOf": [
            {"title": "Car", "type": "object", "properties": {"doors": {"type": "integer"}}},
            {"title": "Ship", "type": "object", "properties": {"masts": {"type": "integer"}}}]}
    })));
    assert_eq!(pages(&all), ["vehicle"]);
    assert_eq!(ids(&page(&all, "vehicle").questions), ["option", "doors", "masts"]);
    assert_eq!(kind(question(&all, "option"))["options"][1]["label"]["en"], "Ship");
    let ship = [("option", json!("2"))];
    assert!(is_shown(&all, "masts", &ship) && !is_shown(&all, "doors", &ship));
    let all = imported(&with(
        schema(json!({"a": {"type": "string"}, "b": {"type": "string"}})),
        "anyOf",
        json!([{"required": ["a"]}, {"required": ["b"]}]),
    ));
    assert_eq!(told_sorted(&all), [("/anyOf", "alternatives")]);
}

#[test]
fn what_cannot_be_checked_is_told() {
    let mut odd = schema(json!({
        "a": {"type": "object", "additionalProperties": {"type": "string"}, "properties": {"x": {"type": "string"}}},
        "b": {"type": "string", "pattern": "\\p{L}+(?<!x)"},
        "c": {"enum": [{"x": 1}, "y"]},
        "d": {"oneOf": [{"type": "integer"}, {"type": "string", "pattern": "x"}]},
        "e": true
    }));
    odd["minProperties"] = json!(2);
    odd["not"] = json!({"required": ["b"]});
    odd["uiSchema"] = json!({"type": "VerticalLayout", "elements": []});
    let all = imported(&odd);
    assert_eq!(
        told_sorted(&all),
        [
            ("/minProperties", "keyword"),
            ("/not", "forbidden"),
            ("/properties/a/additionalProperties", "open_properties"),
            ("/properties/b/pattern", "pattern_not_carried"),
            ("/properties/c/enum/0", "no_option"),
            ("/properties/d/oneOf", "alternatives"),
            ("/properties/e", "no_type"),
            ("/uiSchema", "layout")
        ]
    );
}

#[test]
fn nothing_to_ask_and_absurd_depth_are_refused() {
    for schema in [
        json!({"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {"a": {"type": "string"}}}),
        json!({"type": "object"}),
    ] {
        assert_eq!(
            refused(&schema.to_string()).last().map(|(_, code)| *code),
            Some("no_questions")
        );
    }
    let mut deep = json!({"type": "string"});
    for _ in 0..55 {
        deep = json!({"type": "object", "properties": {"a": deep}});
    }
    assert_eq!(
        refused(&deep.to_string()).last().map(|(_, code)| *code),
        Some("too_deep")
    );
    assert_eq!(
        path(
            &imported(&json!({"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}})),
            &[]
        ),
        ["main"]
    );
    assert_eq!(
        kind(question(
            &imported(&json!({"type": "string", "title": "Name"})),
            "value"
        ))["kind"],
        "text"
    );
}
