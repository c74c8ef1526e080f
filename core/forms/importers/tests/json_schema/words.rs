//! What a form of JSON Schema says beside its questions: labels, helps, names of options, layouts.

use onehall_form_importers::Imported;
use serde_json::{Value, json};

use crate::support::{filled, imported, is_shown, kind, outline, page, question, told_sorted};
use crate::{schema, with};

fn help(all: &Imported, id: &str) -> String {
    let help = question(all, id).help.as_ref();
    help.map(|help| help.en.clone()).unwrap_or_default()
}

/// What the options of a question are called.
pub(crate) fn labels(all: &Imported, id: &str) -> Vec<String> {
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

#[test]
fn an_enumeration_has_the_names_of_the_alternatives_beside_it() {
    let is = |value: &str, title: &str| json!({"const": value, "title": title, "description": format!("{title}!")});
    let all = imported(&schema(json!({
        "a": {"type": "string", "enum": ["x", "y"], "oneOf": [is("x", "Ex"), is("y", "Why")]},
        "b": {"enum": ["x", "y"], "enumNames": ["One"], "anyOf": [is("y", "Why"), is("x", "Ex")]}
    })));
    assert_eq!(labels(&all, "a"), ["Ex", "Why"]);
    assert_eq!(kind(question(&all, "a"))["options"][1]["help"]["en"], "Why!");
    assert_eq!(labels(&all, "b"), ["One", "Why"]);
    assert_eq!(told_sorted(&all), []);
}

#[test]
fn what_helps_with_a_question_stands_under_what_it_is() {
    let word = |says: &str| json!({"type": "string", "description": says});
    let row = json!({"type": "object", "description": "One for each", "properties": {"x": word("Its name")}});
    let form = schema(json!({
        "a": word("Nine digits"),
        "b": {"type": "array", "description": "All dogs", "items": row},
        "c": {"type": "array", "items": {"type": "string", "enum": ["1", "2"], "description": "Not Mondays"}},
        "d": {"type": "array", "description": "All names", "items": word("A name")}
    }));
    let on = json!({"properties": {"a": {"const": "1"}}, "required": ["a"]});
    let then = json!({"title": "More", "description": "As you said 1", "properties": {"e": word("Why")}});
    let all = imported(&json!({
        "schema": with(with(form, "if", on), "then", then),
        "uiSchema": {"a": {"ui:help": "Ask your clerk", "ui:placeholder": "123456789"}}
    }));
    assert_eq!(help(&all, "a"), "Nine digits\nAsk your clerk");
    assert_eq!(help(&all, "b"), "All dogs\nOne for each");
    assert_eq!(help(&all, "c"), "Not Mondays");
    assert_eq!(help(&all, "d"), "All names");
    assert_eq!(
        told_sorted(&all),
        [
            ("/schema/properties/c", "chosen_once"),
            ("/schema/then/description", "keyword"),
            ("/schema/then/title", "keyword"),
            ("/uiSchema/a/ui:placeholder", "placeholder"),
        ]
    );
}

/// Of a layout of JSON Forms the labels are carried, and the rules that ask for values; all else is told one by one.
#[test]
fn a_layout_names_questions_and_shows_them() {
    let control = |name: &str, more: Value| {
        let mut control = json!({"type": "Control", "scope": format!("#/properties/{name}")});
        for (name, value) in more.as_object().into_iter().flatten() {
            control[name] = value.clone();
        }
        control
    };
    let rule = |effect: &str, says: Value| json!({"effect": effect, "condition": {"scope": "#/properties/uk", "schema": says}});
    let group = json!({"type": "Group", "label": "Travel", "elements": [
        control("visa", json!({"label": "Number of your visa", "rule": rule("HIDE", json!({"const": true}))})),
        {"type": "Label", "text": "Bring it with you"}]});
    let home = json!({"type": "Group", "rule": rule("SHOW", json!({"enum": [true]})), "elements": [
        control("home/properties/street", json!({})), control("home/properties/town", json!({}))]});
    let all = imported(&json!({
        "schema": with(
            schema(json!({
                "uk": {"type": "boolean", "title": "UK?"}, "visa": {"type": "string", "title": "Visa"},
                "home": {"type": "object", "properties": {"street": {"type": "string"}, "town": {"type": "string"}}}
            })),
            "required",
            json!(["visa"])
        ),
        "uischema": {"type": "VerticalLayout", "elements": [
            control("uk", json!({"label": false, "rule": rule("DISABLE", json!({"const": true}))})), group, home]}
    }));
    assert_eq!(question(&all, "uk").label.en, "UK?");
    assert_eq!(question(&all, "visa").label.en, "Number of your visa");
    for (answers, visa) in [
        (vec![], true),
        (vec![("uk", json!(false))], true),
        (vec![("uk", json!(true))], false),
    ] {
        assert_eq!(is_shown(&all, "visa", &answers), visa, "{answers:?}");
        assert_eq!(is_shown(&all, "street", &answers), !visa, "{answers:?}");
        assert_eq!(filled(&all, &answers).is_complete(), !visa, "{answers:?}");
    }
    assert_eq!(
        told_sorted(&all),
        [
            ("/uischema", "layout"),
            ("/uischema/elements/0/rule", "condition_not_carried"),
            ("/uischema/elements/1/elements/1/text", "layout"),
            ("/uischema/elements/1/label", "layout"),
        ]
    );
}

#[test]
fn a_widget_of_own_code_is_told_and_files_are_handed_in() {
    let text = json!({"type": "string"});
    let all = imported(&json!({
        "schema": schema(json!({"a": text, "b": {"type": "array", "items": text}, "c": text, "d": {"type": "array", "items": {"enum": ["x", "y"]}}, "e": text})),
        "uiSchema": {
            "a": {"ui:widget": "MyMap"}, "b": {"ui:widget": "files"}, "c": {"ui:options": {"widget": "TextareaWidget"}},
            "d": {"ui:widget": "checkboxes"}, "e": {"ui:widget": "radio"}
        }
    }));
    let of = |id: &str| kind(question(&all, id));
    assert_eq!(of("a")["kind"], "text");
    assert_eq!(of("b")["kind"], "material");
    assert_eq!(of("c")["kind"], "long_text");
    assert_eq!(
        told_sorted(&all),
        [
            ("/schema/properties/d", "chosen_once"),
            ("/uiSchema/a/ui:widget", "own_field"),
        ]
    );
}

#[test]
fn a_text_with_marks_is_typed_and_a_file_is_handed_in() {
    let all = imported(&schema(json!({
        "a": {"type": "string", "contentMediaType": "text/html", "minLength": 5, "maxLength": 5000},
        "b": {"type": "string", "contentMediaType": "text/plain"},
        "c": {"type": "string", "contentMediaType": "application/pdf"},
        "d": {"type": "string", "contentMediaType": "text/csv", "contentEncoding": "base64"}
    })));
    let of = |id: &str| kind(question(&all, id));
    assert_eq!(of("a"), json!({"kind": "long_text", "max_length": 5000}));
    assert_eq!(question(&all, "a").valid_when.len(), 1);
    assert_eq!(of("b")["kind"], "long_text");
    assert_eq!(
        (&of("c")["kind"], &of("d")["kind"]),
        (&json!("material"), &json!("material"))
    );
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/a/contentMediaType", "kind_as_text"),
            ("/properties/d/contentMediaType", "file_rule"),
        ]
    );
}

/// Nobody says by a computed value that they are not bankrupt, and who is cannot go on.
#[test]
fn a_no_that_is_demanded_is_asked_for_and_checked() {
    let all = imported(&with(
        schema(json!({
            "a": {"type": "boolean", "enum": [false]},
            "b": {"type": "boolean", "title": "Are you bankrupt?", "const": false},
            "c": {"type": "boolean", "enum": [false], "enumNames": ["I am not bankrupt"]},
            "d": {"type": "boolean", "const": false},
            "e": {"type": "boolean", "const": false, "title": "Bankrupt?", "enumNames": ["I am", "I am not"]}
        })),
        "required",
        json!(["a", "b", "c", "e"]),
    ));
    let of = |id: &str| kind(question(&all, id));
    assert_eq!(
        (&of("a"), &of("b")),
        (&json!({"kind": "yes_no"}), &json!({"kind": "yes_no"}))
    );
    assert_eq!(labels(&all, "c"), ["I am not bankrupt"]);
    assert_eq!(of("d")["kind"], "computed", "without a title it is a sign for machines");
    assert_eq!(labels(&all, "e"), ["I am", "I am not"]);
    let wrong = |a: bool, b: bool, e: &str| {
        let answers = [("a", json!(a)), ("b", json!(b)), ("c", json!("false")), ("e", json!(e))];
        let filling = filled(&all, &answers);
        let errors = filling.errors();
        errors.into_iter().map(|error| error.path).collect::<Vec<_>>()
    };
    assert_eq!(wrong(true, true, "true"), ["a", "b", "e"]);
    assert_eq!(wrong(false, false, "false"), [""; 0]);
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/c", "yes_no_as_choice"),
            ("/properties/d", "fixed_value"),
            ("/properties/e", "yes_no_as_choice"),
        ]
    );
}

/// Nobody confirms anything by a value that is recorded whatever they do.
#[test]
fn a_yes_that_is_the_only_answer_is_asked_for_where_it_has_a_title() {
    let base = with(
        schema(json!({
            "a": {"type": "string", "const": "Yes", "title": "I confirm that all of this is true"},
            "b": {"type": "string", "const": "v2", "title": "Version"},
            "c": {"type": "string", "const": "Yes"}
        })),
        "required",
        json!(["a", "b", "c"]),
    );
    let given = json!({"properties": {"a": {"const": "Yes"}}, "required": ["a"]});
    let then = json!({"properties": {"name": {"type": "string"}}});
    let all = imported(&with(with(base, "if", given), "then", then));
    assert_eq!(labels(&all, "a"), ["Yes"]);
    let computed = ["b", "c"].map(|id| kind(question(&all, id))["kind"].clone());
    assert_eq!(computed, [json!("computed"), json!("computed")]);
    let yes = [("a", json!("Yes"))];
    assert!(!filled(&all, &[]).is_complete() && filled(&all, &yes).is_complete());
    assert!(!is_shown(&all, "name", &[]) && is_shown(&all, "name", &yes));
    assert_eq!(
        told_sorted(&all),
        [("/properties/b", "fixed_value"), ("/properties/c", "fixed_value")]
    );
}

#[test]
fn of_two_coordinates_that_may_be_left_out_none_stands_alone() {
    let pair = |least: u32| {
        let places = json!([{"type": "number", "title": "Latitude"}, {"type": "number", "title": "Longitude"}]);
        json!({"type": "array", "prefixItems": places, "minItems": least, "maxItems": 2})
    };
    let named = with(pair(2), "title", json!("Where is it?"));
    let all = imported(&schema(json!({"a": named, "b": pair(1), "c": pair(3)})));
    let asked = outline(&page(&all, "main").questions);
    assert_eq!(
        asked, "Where is it?(a_1 a_2) b_1 b_2 c_1 c_2",
        "the pair keeps its name"
    );
    let wrong = |answers: &[(&str, Value)]| {
        let filling = filled(&all, answers);
        let errors = filling.errors();
        errors
            .into_iter()
            .map(|error| format!("{} {}", error.path, error.code))
            .collect::<Vec<_>>()
    };
    assert_eq!(wrong(&[]), [""; 0]);
    assert_eq!(wrong(&[("a_1", json!(51.5))]), ["a_2 required"]);
    assert_eq!(wrong(&[("a_2", json!(0.1))]), ["a_1 required"]);
    assert_eq!(wrong(&[("a_1", json!(51.5)), ("a_2", json!(0.1))]), [""; 0]);
    assert_eq!(wrong(&[("b_1", json!(51.5))]), [""; 0]);
    assert_eq!(wrong(&[("b_2", json!(0.1))]), ["b_1 required"]);
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/a", "tuple"),
            ("/properties/b", "tuple"),
            ("/properties/c", "tuple"),
            ("/properties/c/minItems", "keyword"),
        ]
    );
}

/// Once such a list became a free text, and what was demanded of it could not be null.
#[test]
fn an_option_that_is_null_is_left_open_and_the_others_are_offered() {
    let is = |value: Value, title: &str| json!({"const": value, "title": title});
    let groups = json!([
        is(json!("w"), "White"),
        is(json!("b"), "Black"),
        is(json!(null), "Prefer not to say")
    ]);
    let faiths = json!([is(json!("c"), "Christian"), is(json!(null), "Prefer not to say")]);
    let sure = json!([
        is(json!(true), "Yes"),
        is(json!(false), "No"),
        is(json!(null), "Not sure")
    ]);
    let all = imported(&with(
        schema(json!({
            "a": {"oneOf": groups},
            "b": {"type": ["string", "null"], "oneOf": faiths},
            "c": {"type": ["string", "null"], "enum": ["w", "b", null], "enumNames": ["White", "Black", "Other"]},
            "d": {"enum": ["w", null]},
            "e": {"anyOf": [{"const": "w"}, {"type": "null"}]},
            "f": {"type": "string", "oneOf": faiths},
            "g": {"type": ["boolean", "null"], "oneOf": sure},
            "h": {"anyOf": [{"const": "w", "title": "White"}, {"const": "b"}, {"type": "null"}]}
        })),
        "required",
        json!(["a", "b", "c", "d", "e", "f", "g", "h"]),
    ));
    assert_eq!(labels(&all, "a"), ["White", "Black"]);
    assert_eq!(labels(&all, "b"), ["Christian"]);
    assert_eq!(labels(&all, "c"), ["White", "Black"]);
    assert_eq!(labels(&all, "e"), ["w"]);
    assert_eq!(labels(&all, "h"), ["White", "b"]);
    assert_eq!(kind(question(&all, "g"))["kind"], "yes_no");
    let filling = filled(&all, &[]);
    let needed: Vec<String> = filling.errors().into_iter().map(|error| error.path).collect();
    assert_eq!(needed, ["f"], "which has a type that null is not of");
    assert_eq!(
        told_sorted(&all),
        [
            ("/properties/a/oneOf/2", "no_option"),
            ("/properties/b/oneOf/1", "no_option"),
            ("/properties/c/enum/2", "no_option"),
            ("/properties/f/oneOf/1", "no_option"),
            ("/properties/g/oneOf/2", "no_option"),
        ]
    );
}
