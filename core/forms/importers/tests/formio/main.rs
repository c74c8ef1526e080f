//! Form.io: what is carried, and what is told.

mod calculated;
mod conditions;
mod parts;
#[path = "../support/mod.rs"]
mod support;
mod told;

use onehall_form_importers::{Format, Options, import};
use serde_json::{Value, json};
use support::{
    filled, ids, imported, is_shown, kind, outline, page, pages, path, question, refused, told, told_sorted,
};

fn form(components: Value) -> Value {
    json!({"title": "Permit", "name": "permit", "path": "permit", "display": "form", "components": components})
}

fn text(key: &str) -> Value {
    json!({"type": "textfield", "key": key, "label": key, "input": true})
}

fn checkbox(key: &str) -> Value {
    json!({"type": "checkbox", "key": key, "label": key, "input": true, "defaultValue": false})
}

fn radio(key: &str) -> Value {
    json!({"type": "radio", "key": key, "label": key, "input": true, "values": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]})
}

fn with(mut component: Value, name: &str, value: Value) -> Value {
    component[name] = value;
    component
}

#[test]
fn every_input_becomes_the_nearest_kind() {
    let all = imported(&form(json!([
        {"type": "textfield", "key": "a", "label": "A", "validate": {"required": true, "minLength": "2", "maxLength": 9, "pattern": "[a-z]+"}},
        {"type": "textarea", "key": "b", "label": "B", "validate": {"maxLength": "", "minLength": 5}},
        {"type": "number", "key": "c", "label": "C", "validate": {"min": 0, "max": "10", "integer": true}},
        {"type": "currency", "key": "d", "label": "D", "currency": "EUR"},
        {"type": "checkbox", "key": "e", "label": "E"},
        {"type": "checkbox", "key": "f", "label": "I agree", "validate": {"required": true}},
        {"type": "selectboxes", "key": "g", "label": "G", "values": [{"label": "X", "value": "x"}, {"label": "Y", "value": "y"}, {"label": "", "value": ""}],
         "validate": {"minSelectedCount": 2}},
        {"type": "select", "key": "h", "label": "H", "data": {"values": [{"label": "One", "value": 1}]}},
        {"type": "select", "key": "i", "label": "I", "multiple": true, "dataSrc": "json", "data": {"json": ["p", "q"]}},
        {"type": "select", "key": "j", "label": "J", "dataSrc": "url", "data": {"url": "https://example.org"}},
        {"type": "email", "key": "k", "label": "K"},
        {"type": "phoneNumber", "key": "l", "label": "L"},
        {"type": "datetime", "key": "m", "label": "M", "format": "yyyy-MM-dd", "enableTime": false, "datePicker": {"minDate": "2020-01-01T00:00:00", "maxDate": "moment()"}},
        {"type": "datetime", "key": "n", "label": "N"},
        {"type": "day", "key": "o", "label": "O", "maxDate": "2030-12-31"},
        {"type": "day", "key": "p", "label": "P", "fields": {"day": {"hide": true}}},
        {"type": "time", "key": "q", "label": "Q"},
        {"type": "file", "key": "r", "label": "R"},
        {"type": "signature", "key": "s", "label": "S"},
        {"type": "address", "key": "t", "label": "T"},
        {"type": "url", "key": "u", "label": "U"},
        {"type": "password", "key": "v", "label": "V"},
        {"type": "orgchart", "key": "w", "label": "W", "input": true},
        {"type": "button", "key": "submit", "label": "Submit"}
    ])));
    let of = |id: &str| kind(question(&all, id));
    assert_eq!(
        of("a"),
        json!({"kind": "text", "max_length": 9, "min_length": 2, "pattern": "[a-z]+"})
    );
    assert_eq!(of("b"), json!({"kind": "long_text", "max_length": 20_000}));
    assert_eq!(
        question(&all, "b").valid_when[0].rule,
        json!({">=": [{"length": {"var": "b"}}, 5]})
    );
    assert_eq!(
        of("c"),
        json!({"kind": "number", "min": 0.0, "max": 10.0, "decimals": 0})
    );
    assert_eq!(
        of("d"),
        json!({"kind": "number", "decimals": 2, "unit": {"zh-CN": "EUR", "en": "EUR"}})
    );
    assert_eq!(of("f")["kind"], "declaration");
    assert_eq!(
        (&of("g")["kind"], of("g")["options"].as_array().map(Vec::len)),
        (&json!("choices"), Some(2))
    );
    assert_eq!(of("h")["options"][0]["value"], "1");
    assert_eq!(of("i")["options"][1]["value"], "q");
    assert_eq!(of("m"), json!({"kind": "date", "min": "2020-01-01"}));
    assert_eq!(of("o"), json!({"kind": "date", "max": "2030-12-31"}));
    let named: Vec<Value> = ["e", "j", "k", "l", "n", "p", "q", "r", "s", "t", "u", "v", "w"]
        .iter()
        .map(|id| of(id)["kind"].clone())
        .collect();
    assert_eq!(
        named,
        [
            "yes_no",
            "text",
            "email",
            "text",
            "text",
            "text",
            "time",
            "material",
            "signature",
            "address",
            "text",
            "text",
            "text"
        ]
    );
    let codes: Vec<&str> = told(&all).iter().map(|(_, code)| *code).collect();
    assert_eq!(
        codes,
        [
            "remote_options",
            "no_options",
            "phone_as_text",
            "odd_bound",
            "date_time_as_text",
            "month_as_text",
            "file_rule",
            "address_parts",
            "website_as_text",
            "secret_as_text",
            "kind_as_text"
        ]
    );
    assert!(question(&all, "a").required && question(&all, "f").required && !question(&all, "e").required);
}

#[test]
fn layout_without_a_title_is_flattened_and_its_conditions_are_handed_on() {
    let all = imported(&form(json!([
        checkbox("more"),
        {"type": "columns", "key": "cols", "columns": [{"components": [text("left")]}, {"components": [text("right")]}]},
        {"type": "table", "key": "t", "rows": [[{"components": [text("cell")]}], [{"components": [text("cell2")]}]]},
        {"type": "tabs", "key": "tabs", "components": [{"label": "Tab 1", "components": [text("tab")]}]},
        {"type": "well", "key": "w", "conditional": {"show": true, "when": "more", "eq": "true"}, "components": [
            {"type": "fieldset", "key": "fs", "legend": "Fieldset", "components": [text("inner")]},
            {"type": "panel", "key": "p", "title": "Hidden", "hideLabel": true, "components": [text("plain")]},
            {"type": "panel", "key": "e", "title": "Empty", "components": []}]},
        {"type": "content", "key": "c", "html": "<p>Hello <b>you</b></p>"},
        {"type": "htmlelement", "key": "h", "content": "Careful", "className": "alert alert-warning"}
    ])));
    assert_eq!(
        ids(&page(&all, "form").questions),
        [
            "more", "left", "right", "cell", "cell2", "tab", "inner", "plain", "note", "note_2"
        ]
    );
    assert_eq!(kind(question(&all, "note_2"))["tone"], "warning");
    for (more, shown) in [(true, true), (false, false)] {
        assert_eq!(is_shown(&all, "inner", &[("more", json!(more))]), shown);
        assert_eq!(is_shown(&all, "plain", &[("more", json!(more))]), shown);
    }
    assert!(!is_shown(&all, "inner", &[]));
}

#[test]
fn panels_field_sets_and_tabs_with_a_title_are_sections() {
    let hidden = json!({"type": "hidden", "key": "fixed", "defaultValue": "x"});
    let all = imported(&form(json!([
        checkbox("more"),
        {"type": "well", "key": "w", "conditional": {"show": true, "when": "more", "eq": "true"}, "components": [
            {"type": "fieldset", "key": "more", "legend": "Only then", "tooltip": "Why", "conditional": {"show": false, "when": "kind", "eq": "b"},
             "components": [text("inner"), {"type": "panel", "key": "p", "title": "Deeper", "components": [radio("deep"), hidden]}]}]},
        radio("kind"),
        {"type": "tabs", "key": "tabs", "components": [
            {"label": "Home", "key": "home", "components": [text("road")]}, {"label": "Work", "key": "work", "components": [text("firm")]}]},
        {"type": "datagrid", "key": "people", "label": "People", "components": [
            {"type": "fieldset", "key": "who", "legend": "Who", "components": [
                text("name"), {"type": "number", "key": "age", "label": "Age", "conditional": {"show": true, "when": "people.name", "eq": "Ada"}}]}]}
    ])));
    let form = &page(&all, "form").questions;
    assert_eq!(
        outline(form),
        "more Only then(inner Deeper(deep fixed)) kind Home(road) Work(firm) people"
    );
    assert_eq!(form[1].id, "more_section", "the question keeps its name");
    assert_eq!(form[1].help.as_ref().map(|help| help.en.as_str()), Some("Why"));
    let [inner, ..] = &form[1..2] else {
        panic!("the section")
    };
    let onehall_forms::Kind::Section { questions } = &inner.kind else {
        panic!("{inner:?}")
    };
    assert!(
        questions.iter().all(|question| question.visible_when.is_none()),
        "the section hides them"
    );
    for (more, kind, shown) in [(true, "a", true), (true, "b", false), (false, "a", false)] {
        let answers = [("more", json!(more)), ("kind", json!(kind))];
        assert_eq!(is_shown(&all, "inner", &answers), shown);
        assert_eq!(is_shown(&all, "deep", &answers), shown);
    }
    let row = [("people", json!(["r1"])), ("people/r1/name", json!("Ada"))];
    assert!(
        is_shown(&all, "people/r1/age", &row),
        "a condition in a row's section reads the row"
    );
    assert_eq!(told(&all), [], "nothing is lost by it");
}

#[test]
fn titles_that_nest_deeper_than_sections_are_read_and_told() {
    let mut deep = text("inmost");
    for level in (1..=5).rev() {
        deep = json!({"type": "panel", "key": format!("p{level}"), "title": format!("P{level}"), "components": [deep]});
    }
    let all = imported(&form(json!([text("first"), deep])));
    assert_eq!(
        outline(&page(&all, "form").questions),
        "first P1(P2(P3(note note_2 inmost)))"
    );
    let told = told_sorted(&all);
    let expected = "/components/1/components/0/components/0/components/0";
    assert_eq!(
        told,
        [
            (expected, "sections_too_deep"),
            (&format!("{expected}/components/0"), "sections_too_deep")
        ]
    );
}

#[test]
fn panels_of_a_wizard_are_pages() {
    let mut wizard = form(json!([
        {"type": "panel", "key": "one", "title": "One", "components": [radio("kind")]},
        {"type": "panel", "key": "two", "title": "Two", "conditional": {"show": false, "when": "kind", "eq": "a"}, "components": [text("x")]},
        {"type": "panel", "key": "three", "title": "Three", "customConditional": "show = data.kind == 'a';", "components": [text("y")]}
    ]));
    wizard["display"] = json!("wizard");
    let all = imported(&wizard);
    assert_eq!(pages(&all), ["one", "two", "three"]);
    assert_eq!(path(&all, &[("kind", json!("a"))]), ["one", "three"]);
    assert_eq!(path(&all, &[("kind", json!("b"))]), ["one", "two", "three"]);
    assert_eq!(path(&all, &[]), ["one", "two", "three"], "what is not `a` is shown");
    assert_eq!(told(&all), [("/components/2/customConditional", "javascript")]);
}

#[test]
fn conditions_of_both_versions_mean_what_they_say() {
    let boxes = json!({"type": "selectboxes", "key": "boxes", "label": "B", "values": [{"label": "X", "value": "x"}, {"label": "Y", "value": "y"}]});
    let number = json!({"type": "number", "key": "n", "label": "N"});
    let day = json!({"type": "day", "key": "d", "label": "D"});
    let new = |operator: &str, component: &str, value: Value| json!({"show": true, "conjunction": "all", "conditions": [{"component": component, "operator": operator, "value": value}]});
    for (conditional, yes, no) in [
        (
            json!({"show": "true", "when": "t", "eq": "go"}),
            ("t", json!("go")),
            ("t", json!("stop")),
        ),
        (
            json!({"show": false, "when": "t", "eq": "go"}),
            ("t", json!("stop")),
            ("t", json!("go")),
        ),
        (
            json!({"show": true, "when": "boxes", "eq": "y"}),
            ("boxes", json!(["x", "y"])),
            ("boxes", json!(["x"])),
        ),
        (
            json!({"show": true, "when": "ok", "eq": "false"}),
            ("t", json!("not ticked")),
            ("ok", json!(true)),
        ),
        (
            json!({"show": true, "when": "n", "eq": "5"}),
            ("n", json!(5)),
            ("n", json!(6)),
        ),
        (new("isEqual", "r", json!("a")), ("r", json!("a")), ("r", json!("b"))),
        (new("isNotEqual", "r", json!("a")), ("r", json!("b")), ("r", json!("a"))),
        (new("isEmpty", "t", Value::Null), ("r", json!("a")), ("t", json!("x"))),
        (
            new("isNotEmpty", "t", Value::Null),
            ("t", json!("x")),
            ("r", json!("a")),
        ),
        (new("greaterThan", "n", json!(5)), ("n", json!(6)), ("n", json!(5))),
        (
            new("lessThanOrEqual", "n", json!("5")),
            ("n", json!(5)),
            ("n", json!(6)),
        ),
        (
            new("includes", "t", json!("b")),
            ("t", json!("abc")),
            ("t", json!("ac")),
        ),
        (
            new("startsWith", "t", json!("ab")),
            ("t", json!("abc")),
            ("t", json!("cab")),
        ),
        (
            new("endsWith", "t", json!("bc")),
            ("t", json!("abc")),
            ("t", json!("bca")),
        ),
        (
            new("includes", "boxes", json!("x")),
            ("boxes", json!(["x"])),
            ("boxes", json!(["y"])),
        ),
        (
            new("dateGreaterThan", "d", json!("2020-06-01T00:00:00.000Z")),
            ("d", json!("2020-06-02")),
            ("d", json!("2020-06-01")),
        ),
        (
            json!({"json": {"and": [{"==": [{"var": "data.r"}, "a"]}, {"!": [{"var": "data.ok"}]}]}}),
            ("r", json!("a")),
            ("r", json!("b")),
        ),
        (
            json!({"json": {"in": ["x", {"var": "data.boxes"}]}}),
            ("boxes", json!(["x"])),
            ("boxes", json!(["y"])),
        ),
        (
            json!({"json": {"==": [{"var": "data.boxes.x"}, true]}}),
            ("boxes", json!(["x"])),
            ("boxes", json!(["y"])),
        ),
        (
            json!({"json": {">": [{"+": [{"var": "data.n"}, 1]}, 5]}}),
            ("n", json!(5)),
            ("n", json!(4)),
        ),
    ] {
        let all = imported(&form(json!([
            text("t"),
            checkbox("ok"),
            radio("r"),
            boxes,
            number,
            day,
            with(text("then"), "conditional", conditional.clone())
        ])));
        let shown = |answer: &(&str, Value)| is_shown(&all, "then", std::slice::from_ref(answer));
        assert_eq!(
            (shown(&yes), shown(&no)),
            (true, false),
            "{conditional}: {:?}",
            told(&all)
        );
    }
    let either = json!({"show": true, "conjunction": "any", "conditions": [
        {"component": "r", "operator": "isEqual", "value": "a"}, {"component": "t", "operator": "isEqual", "value": "x"}]});
    let all = imported(&form(json!([
        text("t"),
        radio("r"),
        with(text("then"), "conditional", either)
    ])));
    assert!(is_shown(&all, "then", &[("t", json!("x"))]) && !is_shown(&all, "then", &[("r", json!("b"))]));
}

#[test]
fn conditions_that_cannot_be_said_show_their_component_and_are_told() {
    for conditional in [
        json!({"show": true, "when": "nobody", "eq": "x"}),
        json!({"json": {"launch": [{"var": "data.t"}]}}),
        json!({"show": true, "conjunction": "all", "conditions": [{"component": "t", "operator": "isRhyme", "value": "x"}]}),
    ] {
        let all = imported(&form(json!([
            text("t"),
            with(text("then"), "conditional", conditional.clone())
        ])));
        assert!(is_shown(&all, "then", &[]), "{conditional}");
        let codes: Vec<&str> = told(&all).iter().map(|(_, code)| *code).collect();
        assert_eq!(codes, ["condition_not_carried"], "{conditional}");
    }
    let all = imported(&form(json!([
        radio("r"),
        with(
            text("then"),
            "conditional",
            json!({"show": true, "when": "r", "eq": "z"})
        ),
        text("more")
    ])));
    assert_eq!(
        told(&all),
        [
            ("/components/1/conditional", "unknown_option"),
            ("/components/1", "never_shown")
        ]
    );
}

#[test]
fn grids_and_several_answers_are_groups_with_conditions_inside_of_rows() {
    let all = imported(&form(json!([
        {"type": "datagrid", "key": "people", "label": "People", "validate": {"minLength": 1, "maxLength": 4}, "components": [
            text("name"), checkbox("boss"), with(text("staff"), "conditional", json!({"show": true, "when": "people.boss", "eq": "true"}))]},
        {"type": "editgrid", "key": "costs", "label": "Costs", "components": [{"type": "number", "key": "price", "label": "Price"}]},
        {"type": "textfield", "key": "nick", "label": "Nicknames", "multiple": true},
        {"type": "number", "key": "total", "label": "Total", "calculateValue":
            {"reduce": [{"var": "data.costs"}, {"+": [{"var": "current.price"}, {"var": "accumulator"}]}, 0]}},
        {"type": "container", "key": "home", "components": [text("street")]},
        with(text("then"), "conditional", json!({"show": true, "when": "home.street", "eq": "High Street"})),
        {"type": "datagrid", "key": "empty", "label": "Empty", "components": []}
    ])));
    let people = kind(question(&all, "people"));
    assert_eq!(
        (&people["min_rows"], &people["max_rows"], &people["row_title"]),
        (&json!(1), &json!(4), &json!("name"))
    );
    let mut filling = filled(&all, &[("people", json!(["r"])), ("costs", json!(["s", "t"]))]);
    assert!(filling.question("people/r/staff").is_none());
    filling.set("people/r/boss", json!(true));
    assert!(filling.question("people/r/staff").is_some());
    filling.set("costs/s/price", json!(2.5));
    filling.set("costs/t/price", json!(4));
    assert_eq!(filling.computed_values().get("total"), Some(&json!(6.5)));
    assert!(is_shown(&all, "then", &[("street", json!("High Street"))]) && !is_shown(&all, "then", &[]));
    assert_eq!(kind(question(&all, "nick"))["kind"], "group");
    assert_eq!(
        told(&all),
        [("/components/2", "several_answers"), ("/components/6", "empty_group")]
    );
}

#[test]
fn javascript_and_what_only_the_source_does_is_told() {
    let all = imported(&form(json!([
        {"type": "textfield", "key": "a", "label": "A", "customConditional": "show = true", "customDefaultValue": "value = 1",
         "calculateValue": "value = 2", "logic": [{"name": "x"}], "inputMask": "99/99", "disabled": true, "defaultValue": "old",
         "validate": {"custom": "valid = true", "customMessage": "No", "pattern": "(?=x)"}},
        {"type": "textarea", "key": "b", "label": "B", "validate": {"maxWords": 5, "pattern": "x"}},
        {"type": "hidden", "key": "c", "label": "C"},
        {"type": "hidden", "key": "d", "label": "D", "defaultValue": "fixed"},
        {"type": "textfield", "key": "e", "label": "E", "hidden": true},
        {"type": "recaptcha", "key": "f"},
        {"type": "form", "key": "g", "form": "5f1"}
    ])));
    let mut codes: Vec<&str> = told(&all).iter().map(|(path, _)| *path).collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            "/components/0/calculateValue",
            "/components/0/customConditional",
            "/components/0/customDefaultValue",
            "/components/0/defaultValue",
            "/components/0/disabled",
            "/components/0/logic",
            "/components/0/validate/custom",
            "/components/0/validate/customMessage",
            "/components/0/validate/pattern",
            "/components/1/validate/maxWords",
            "/components/1/validate/pattern",
            "/components/2",
            "/components/4/hidden",
            "/components/5",
            "/components/6"
        ]
    );
    assert_eq!(
        kind(question(&all, "d")),
        json!({"kind": "computed", "value": "fixed", "format": "hidden"})
    );
}

#[test]
fn an_input_mask_is_a_mask_here_where_it_asks_for_something() {
    let all = imported(&form(json!([
        {"type": "textfield", "key": "a", "label": "A", "inputMask": "#9-aa*", "validate": {"maxLength": 3}},
        {"type": "textfield", "key": "b", "label": "B", "inputMask": "--"},
        {"type": "textfield", "key": "c", "label": "C", "inputMask": "99", "allowMultipleMasks": true},
        {"type": "number", "key": "d", "label": "D", "inputMask": "99"},
        {"type": "time", "key": "e", "label": "E", "format": "HH:mm:ss"},
        {"type": "textfield", "key": "f", "label": "F", "inputMask": "A9A 9A9", "validate": {"required": true}}
    ])));
    assert_eq!(kind(question(&all, "a")), json!({"kind": "text", "mask": "#9-AA*"}));
    assert_eq!(kind(question(&all, "b"))["mask"], Value::Null);
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/0/inputMask", "letter_case"),
            ("/components/1/inputMask", "mask"),
            ("/components/2/inputMask", "mask"),
            ("/components/3/inputMask", "mask"),
            ("/components/4", "time_to_the_minute")
        ]
    );
    let code = ("f", json!("K1A 0B1"));
    let wrong = filled(&all, &[code.clone(), ("a", json!("#1bcd"))]);
    assert!(
        wrong
            .errors()
            .iter()
            .any(|error| error.path == "a" && error.code == "pattern")
    );
    let right = filled(&all, &[code, ("a", json!("#1-bcd"))]);
    assert!(right.errors().is_empty(), "a postal code is written as it is");
    assert_eq!(filled(&all, &[("f", json!("A9A 9A9"))]).errors().len(), 0);
    assert_eq!(filled(&all, &[("f", json!("11A 9A9"))]).errors().len(), 1);
}

#[test]
fn a_check_in_json_logic_is_a_check_here() {
    let all = imported(&form(json!([
        {"type": "number", "key": "from", "label": "From"},
        {"type": "number", "key": "to", "label": "To", "validate": {
            "json": {"if": [{">": [{"var": "data.to"}, {"var": "data.from"}]}, true, "Too small"]}, "customMessage": "More, please"}}
    ])));
    let wrong = filled(&all, &[("from", json!(5)), ("to", json!(4))]);
    let messages: Vec<String> = wrong
        .errors()
        .iter()
        .map(|error| wrong.message(error, onehall_protocol::Language::En))
        .collect();
    assert_eq!(messages, ["More, please"]);
    assert!(
        filled(&all, &[("from", json!(5)), ("to", json!(6))])
            .errors()
            .is_empty()
    );
}

#[test]
fn wrappers_are_opened_and_several_forms_are_refused() {
    let components = json!([text("a")]);
    for wrapped in [
        components.clone(),
        json!({"form": form(components.clone())}),
        json!({"title": "Project", "forms": {"permit": form(components.clone())}}),
    ] {
        assert_eq!(
            ids(&imported(&wrapped).definition.pages[0].questions),
            ["a"],
            "{wrapped}"
        );
    }
    let exported = with(form(components.clone()), "type", json!("form"));
    let only = imported(&json!([exported]));
    assert_eq!(
        only.definition.title.en, "Permit",
        "the only one of a list is the form, with its title"
    );
    let panels = json!([{"type": "panel", "title": "One", "components": components}, {"type": "panel", "title": "Two", "components": [text("b")]}]);
    assert_eq!(
        pages(&imported(&panels)).len(),
        2,
        "components without keys are no forms"
    );
    for several in [
        json!({"forms": {"a": form(components.clone()), "b": form(components.clone())}}),
        json!([exported, exported]),
        json!([form(components.clone()), form(components)]),
    ] {
        let several = several.to_string();
        assert_eq!(refused(&several), [(String::new(), "several_forms")], "{several}");
        let options = Options {
            format: Some(Format::Formio),
            ..Options::default()
        };
        let told = import(&several, &options).err().unwrap_or_default();
        assert_eq!(
            told.last().map(|finding| finding.code),
            Some("several_forms"),
            "{several}"
        );
    }
    let nothing = refused(&form(json!([{"type": "button", "key": "submit", "input": true}])).to_string());
    assert_eq!(nothing.last().map(|(_, code)| *code), Some("no_questions"));
    let mut deep = text("a");
    for _ in 0..50 {
        deep = json!({"type": "well", "key": "w", "components": [deep]});
    }
    assert_eq!(
        refused(&form(json!([deep])).to_string()).last().map(|(_, code)| *code),
        Some("too_deep")
    );
}

#[test]
fn other_builders_names_for_the_same_things_are_known() {
    let all = imported(&form(json!([
        {"type": "simplecols2", "columns": [{"components": [{"type": "simpletextfield", "key": "a", "label": "A"}]}]},
        {"type": "simplecheckboxes", "key": "b", "label": "B", "values": [{"label": "X", "value": "x"}]},
        {"type": "simpleradioadvanced", "key": "c", "label": "C", "values": [{"label": "X", "value": "x"}]},
        {"type": "simpleparagraph", "key": "d", "html": "Read"},
        {"type": "select", "key": "e", "label": "E", "dataSrc": "json", "valueProperty": "abbr",
         "data": {"json": [{"name": "Ohio", "abbr": "OH"}, {"name": "Iowa", "abbr": "IA"}]}},
        {"type": "datamap", "key": "f", "label": "F", "valueComponent": {"type": "number", "key": "v", "label": "V"}},
        {"type": "stripe", "key": "g", "label": "G"},
        {"type": "resource", "key": "h", "label": "H"},
        {"type": "simplebuttonsubmit", "key": "i"}
    ])));
    let of = |id: &str| kind(question(&all, id));
    assert_eq!(
        ids(&page(&all, "form").questions),
        ["a", "b", "c", "note", "e", "f", "h"]
    );
    assert_eq!(
        (
            of("a")["kind"].as_str(),
            of("b")["kind"].as_str(),
            of("c")["kind"].as_str()
        ),
        (Some("text"), Some("choices"), Some("choice"))
    );
    assert_eq!(
        of("e")["options"][1],
        json!({"value": "IA", "label": {"zh-CN": "Iowa", "en": "Iowa"}})
    );
    assert_eq!(
        (&of("f")["questions"][0]["id"], &of("f")["questions"][1]["kind"]),
        (&json!("key"), &json!("number"))
    );
    assert_eq!(
        told(&all),
        [
            ("/components/5", "named_values"),
            ("/components/6", "payment"),
            ("/components/7", "remote_options"),
            ("/components/7", "no_options")
        ]
    );
}

#[test]
fn what_the_engine_finds_out_to_be_hidden_for_ever_is_left_out_and_told() {
    let never = json!({"json": {"==": [1, 2]}});
    let all = imported(&form(json!([
        with(text("a"), "conditional", never.clone()),
        text("b"),
        with(text("c"), "conditional", json!({"json": {"==": [{"var": "data.a"}, "x"]}})),
        {"type": "datagrid", "key": "d", "label": "D", "components": [with(text("e"), "conditional", never), text("f")]}
    ])));
    assert_eq!(ids(&page(&all, "form").questions), ["b", "c", "d"]);
    assert_eq!(kind(question(&all, "d"))["questions"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        told(&all),
        [
            ("/components/0", "never_shown"),
            ("/components/3/components/0", "never_shown"),
            ("/components/2", "rule_not_carried")
        ]
    );
}

#[test]
fn a_day_with_a_time_is_one_by_every_name() {
    let all = imported(&form(json!([
        {"type": "simpledatetime", "key": "a", "label": "A", "format": "yyyy-MM-dd hh:mm a", "enableTime": true},
        {"type": "simpledatetimeadvanced", "key": "b", "label": "B", "format": "yyyy-MM-dd hh:mm a", "enableTime": true},
        {"type": "simpledatetime", "key": "c", "label": "C", "format": "yyyy-MM-dd", "enableTime": false}
    ])));
    assert_eq!(
        told_sorted(&all),
        [
            ("/components/0", "date_time_as_text"),
            ("/components/1", "date_time_as_text")
        ]
    );
    assert_eq!(kind(question(&all, "c"))["kind"], "date");
}
