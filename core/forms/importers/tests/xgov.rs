//! XGov and DEFRA forms: what is carried, and what is told.

mod support;

use serde_json::{Value, json};
use support::{filled, ids, imported, is_shown, kind, page, pages, path, question, refused, told};

/// A form of these pages, lists and conditions, with a summary at `/summary`.
fn form(pages: Value, lists: Value, conditions: Value) -> Value {
    let mut all = pages.as_array().cloned().unwrap_or_default();
    all.push(json!({"path": "/summary", "title": "Summary", "controller": "./pages/summary.js", "components": []}));
    let start = all[0]["path"].clone();
    json!({"name": "Boats", "startPage": start, "pages": all, "lists": lists, "conditions": conditions, "sections": [], "version": 2})
}

fn one_page(components: Value) -> Value {
    form(
        json!([{"path": "/first", "title": "First", "components": components, "next": [{"path": "/summary"}]}]),
        json!([]),
        json!([]),
    )
}

fn list(name: &str, values: &[&str]) -> Value {
    let items: Vec<Value> = values
        .iter()
        .map(|value| json!({"text": format!("The {value}"), "value": value}))
        .collect();
    json!({"name": name, "title": name, "type": "string", "items": items})
}

fn yes_no(name: &str) -> Value {
    json!({"type": "YesNoField", "name": name, "title": name, "options": {}, "schema": {}})
}

fn text(name: &str) -> Value {
    json!({"type": "TextField", "name": name, "title": name, "options": {}, "schema": {}})
}

fn structured(name: &str, conditions: Value) -> Value {
    json!({"name": name, "displayName": name, "value": {"name": name, "conditions": conditions}})
}

#[test]
fn every_field_becomes_the_nearest_kind() {
    let all = imported(&one_page(json!([
        {"type": "TextField", "name": "a", "title": "A", "schema": {"min": 2, "max": 9, "regex": "^[A-Z]+$"}},
        {"type": "TextField", "name": "b", "title": "B", "schema": {"length": 4}},
        {"type": "MultilineTextField", "name": "c", "title": "C", "schema": {"max": 300}},
        {"type": "FreeTextField", "name": "c2", "title": "C2"},
        {"type": "NumberField", "name": "d", "title": "D", "schema": {"min": 1, "max": 5.5, "precision": 2}, "options": {"suffix": "kg"}},
        {"type": "NumberField", "name": "d2", "title": "D2", "schema": {"integer": true}},
        {"type": "DatePartsField", "name": "e", "title": "E", "options": {"maxDaysInPast": 30, "maxDaysInFuture": "0"}},
        {"type": "EmailAddressField", "name": "f", "title": "F"},
        {"type": "YesNoField", "name": "g", "title": "G"},
        {"type": "UkAddressField", "name": "h", "title": "H"},
        {"type": "FileUploadField", "name": "i", "title": "I", "options": {"multiple": true}},
        {"type": "TimeField", "name": "j", "title": "J"},
        {"type": "MonthYearField", "name": "k", "title": "K"},
        {"type": "TelephoneNumberField", "name": "l", "title": "L"},
        {"type": "WebsiteField", "name": "m", "title": "M", "options": {"required": false}},
        {"type": "TimeWarpField", "name": "n", "title": "N"}
    ])));
    let kinds: Vec<Value> = page(&all, "first").questions.iter().map(kind).collect();
    assert_eq!(
        kinds[0],
        json!({"kind": "text", "max_length": 9, "min_length": 2, "pattern": "[A-Z]+"})
    );
    assert_eq!(kinds[1], json!({"kind": "text", "max_length": 4, "min_length": 4}));
    assert_eq!(kinds[2], json!({"kind": "long_text", "max_length": 300}));
    assert_eq!(kinds[3], json!({"kind": "long_text", "max_length": 20_000}));
    assert_eq!(
        kinds[4],
        json!({"kind": "number", "min": 1.0, "max": 5.5, "decimals": 2, "unit": {"zh-CN": "kg", "en": "kg"}})
    );
    assert_eq!(kinds[5], json!({"kind": "number", "decimals": 0}));
    assert_eq!(
        kinds[6],
        json!({"kind": "date", "min": {"today_plus_days": -30}, "max": {"today_plus_days": 0}})
    );
    let named: Vec<&str> = kinds
        .iter()
        .map(|kind| kind["kind"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(
        named[7..],
        [
            "email", "yes_no", "address", "material", "time", "text", "text", "text", "text"
        ]
    );
    assert!(question(&all, "a").required && !question(&all, "m").required);
    let codes: Vec<&str> = told(&all).iter().map(|(_, code)| *code).collect();
    assert_eq!(
        codes,
        [
            "address_parts",
            "month_as_text",
            "phone_as_text",
            "website_as_text",
            "kind_as_text",
            "summary_page"
        ]
    );
    let mut filling = filled(&all, &[("j", json!("24:00"))]);
    assert!(
        filling
            .errors()
            .iter()
            .any(|error| error.path == "j" && error.code == "invalid_time")
    );
    filling.set("j", json!("23:59"));
    assert!(filling.errors().iter().all(|error| error.path != "j"));
}

#[test]
fn lists_of_each_version_become_options() {
    let countries: Vec<String> = (0..12).map(|at| format!("country {at}")).collect();
    let countries: Vec<&str> = countries.iter().map(String::as_str).collect();
    let all = imported(&form(
        json!([{"path": "/a", "title": "A", "next": [{"path": "/summary"}], "components": [
            {"type": "RadiosField", "name": "shared", "title": "Shared", "list": "colours"},
            {"type": "SelectField", "name": "listref", "title": "List", "values": {"type": "listRef", "list": "colours"}},
            {"type": "SelectField", "name": "options", "title": "Options", "options": {"list": "colours"}},
            {"type": "CheckboxesField", "name": "several", "title": "Several", "list": "colours", "schema": {"min": 2}},
            {"type": "RadiosField", "name": "inline", "title": "Inline", "values": {"type": "static", "valueType": "number", "items": [
                {"label": "One", "value": 1, "hint": "Only one", "condition": null, "children": []}, {"label": "Two", "value": 2}]}},
            {"type": "AutocompleteField", "name": "born", "title": "Born", "list": "countries"},
            {"type": "AutocompleteField", "name": "lives", "title": "Lives", "list": "countries"},
            {"type": "RadiosField", "name": "lost", "title": "Lost", "list": "no such list"}
        ]}]),
        json!([list("colours", &["red", "blue", "red"]), list("countries", &countries)]),
        json!([]),
    ));
    for id in ["shared", "listref", "options"] {
        assert_eq!(
            kind(question(&all, id)),
            json!({"kind": "choice", "options": [
                {"value": "red", "label": {"zh-CN": "The red", "en": "The red"}},
                {"value": "blue", "label": {"zh-CN": "The blue", "en": "The blue"}}]}),
            "{id}"
        );
    }
    assert_eq!(kind(question(&all, "several"))["kind"], "choices");
    assert_eq!(kind(question(&all, "several"))["min"], 2);
    let inline = kind(question(&all, "inline"));
    assert_eq!(
        inline["options"][0],
        json!({"value": "1", "label": {"zh-CN": "One", "en": "One"}, "help": {"zh-CN": "Only one", "en": "Only one"}})
    );
    assert_eq!(
        kind(question(&all, "born")),
        json!({"kind": "choice", "code_table": "born"}),
        "a long list is written once"
    );
    assert_eq!(
        kind(question(&all, "lives")),
        json!({"kind": "choice", "code_table": "born"})
    );
    assert_eq!(all.definition.code_tables["born"].len(), 12);
    assert_eq!(kind(question(&all, "lost"))["kind"], "text");
    assert!(told(&all).contains(&("/pages/0/components/7", "no_options")));
    assert!(told(&all).contains(&("/pages/0/components/0", "duplicate_option")));
}

#[test]
fn content_becomes_notes_in_plain_text() {
    let all = imported(&form(
        json!([{"path": "/a", "title": "A", "next": [{"path": "/summary"}], "components": [
            {"type": "Para", "content": "<p>Read <b>this</b>.</p><script>alert(1)</script>"},
            {"type": "Details", "title": "More", "content": "Details"},
            {"type": "InsetText", "content": "Mind {{ name }}"},
            {"type": "WarningText", "content": "Careful"},
            {"type": "List", "title": "You need", "list": "things"},
            {"type": "Html", "content": "<br>"},
            yes_no("ok")
        ]}]),
        json!([list("things", &["pen", "paper"])]),
        json!([]),
    ));
    let questions = &page(&all, "a").questions;
    let texts: Vec<&str> = questions.iter().map(|question| question.label.en.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Read this.",
            "More\nDetails",
            "Mind {{ name }}",
            "Careful",
            "You need\n• The pen\n• The paper",
            "ok"
        ]
    );
    assert_eq!(kind(&questions[3]), json!({"kind": "note", "tone": "warning"}));
    assert_eq!(
        told(&all),
        [
            ("/pages/0/components/2/content", "template"),
            ("/pages/0/components/5", "empty_content"),
            ("/pages/1", "summary_page")
        ]
    );
}

#[test]
fn a_link_with_a_condition_shows_its_page_and_the_rest_otherwise() {
    let all = imported(&form(
        json!([
            {"path": "/age", "title": "Age", "components": [{"type": "NumberField", "name": "age", "title": "Age"}],
             "next": [{"path": "/adult"}, {"path": "/child", "condition": "isChild"}, {"path": "/baby", "condition": "isBaby"}]},
            {"path": "/adult", "title": "Adult", "components": [text("job")], "next": [{"path": "/all"}]},
            {"path": "/child", "title": "Child", "components": [text("school")], "next": [{"path": "/all"}]},
            {"path": "/baby", "title": "Baby", "components": [text("nursery")], "next": [{"path": "/all"}]},
            {"path": "/all", "title": "All", "components": [text("more")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([
            {"name": "isChild", "value": "age < 18 and age >= 3"},
            structured("isBaby", json!([{"field": {"name": "age", "type": "NumberField", "display": "Age"}, "operator": "is less than",
                "value": {"type": "Value", "value": "3", "display": "3"}}]))
        ]),
    ));
    assert_eq!(pages(&all), ["age", "adult", "child", "baby", "all"]);
    for (age, expected) in [(40, "adult"), (3, "child"), (17, "child"), (2, "baby")] {
        assert_eq!(path(&all, &[("age", json!(age))]), ["age", expected, "all"], "{age}");
    }
    assert_eq!(
        page(&all, "all").visible_when,
        None,
        "where the ways meet again, everybody is"
    );
}

#[test]
fn conditions_of_every_operator_mean_what_they_say() {
    let condition = |field: &str, kind: &str, operator: &str, value: Value| json!({"field": {"name": format!("s.{field}"), "type": kind, "display": field}, "operator": operator, "value": value});
    let value = |value: &str| json!({"type": "Value", "value": value, "display": value});
    let ago = |period: &str, unit: &str| json!({"type": "RelativeTime", "timePeriod": period, "timeUnit": unit, "direction": "in the past", "timeOnly": false});
    let cases = [
        (
            "t",
            "TextField",
            "is longer than",
            value("3"),
            json!("abcd"),
            json!("abc"),
        ),
        (
            "t",
            "TextField",
            "is shorter than",
            value("3"),
            json!("ab"),
            json!("abc"),
        ),
        ("t", "TextField", "has length", value("3"), json!("abc"), json!("ab")),
        ("t", "TextField", "is not", value("x"), json!("y"), json!("x")),
        ("n", "NumberField", "is at least", value("5"), json!(5), json!(4)),
        ("n", "NumberField", "is more than", value("5"), json!(5.5), json!(5)),
        ("y", "YesNoField", "is", value("false"), json!(false), json!(true)),
        ("y", "YesNoField", "is not", value("true"), json!(false), json!(true)),
        (
            "c",
            "CheckboxesField",
            "contains",
            value("b"),
            json!(["a", "b"]),
            json!(["a"]),
        ),
        (
            "c",
            "CheckboxesField",
            "does not contain",
            value("b"),
            json!(["a"]),
            json!(["b"]),
        ),
        ("r", "RadiosField", "is", value("a"), json!("a"), json!("b")),
        (
            "d",
            "DatePartsField",
            "is before",
            value("2020-01-01"),
            json!("2019-12-31"),
            json!("2020-01-01"),
        ),
        (
            "u",
            "TimeField",
            "is before",
            value("9:30"),
            json!("09:29"),
            json!("09:30"),
        ),
        (
            "u",
            "TimeField",
            "is",
            value("09:30:00"),
            json!("09:30"),
            json!("09:31"),
        ),
        // As of 23 November 2026.
        (
            "d",
            "DatePartsField",
            "is at least",
            ago("18", "years"),
            json!("2008-11-23"),
            json!("2008-11-24"),
        ),
        (
            "d",
            "DatePartsField",
            "is more than",
            ago("18", "years"),
            json!("2008-11-22"),
            json!("2008-11-23"),
        ),
        (
            "d",
            "DatePartsField",
            "is less than",
            ago("2", "months"),
            json!("2026-09-24"),
            json!("2026-09-23"),
        ),
        (
            "d",
            "DatePartsField",
            "is at most",
            ago("10", "days"),
            json!("2026-11-13"),
            json!("2026-11-12"),
        ),
    ];
    for (field, kind, operator, given, yes, no) in cases {
        let all = imported(&form(
            json!([
                {"path": "/a", "title": "A", "section": "s", "components": [
                    text("t"), {"type": "NumberField", "name": "n", "title": "n"}, yes_no("y"),
                    {"type": "CheckboxesField", "name": "c", "title": "c", "list": "l"},
                    {"type": "RadiosField", "name": "r", "title": "r", "list": "l"},
                    {"type": "DatePartsField", "name": "d", "title": "d"}, {"type": "TimeField", "name": "u", "title": "u"}],
                 "next": [{"path": "/summary"}, {"path": "/b", "condition": "c"}]},
                {"path": "/b", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]}
            ]),
            json!([list("l", &["a", "b"])]),
            json!([structured(
                "c",
                json!([condition(field, kind, operator, given.clone())])
            )]),
        ));
        let at = |answer: &Value| path(&all, &[(field, answer.clone())]).len();
        assert_eq!(
            (at(&yes), at(&no)),
            (2, 1),
            "{field} {operator} {given}: {:?}",
            told(&all)
        );
    }
}

#[test]
fn conditions_join_nest_and_name_each_other() {
    let is = |name: &str, coordinator: Option<&str>| {
        let mut part = json!({"field": {"name": name, "type": "YesNoField", "display": name}, "operator": "is",
            "value": {"type": "Value", "value": "true", "display": "Yes"}});
        if let Some(coordinator) = coordinator {
            part["coordinator"] = json!(coordinator);
        }
        part
    };
    let all = imported(&form(
        json!([
            {"path": "/a", "title": "A", "components": [yes_no("a"), yes_no("b"), yes_no("c")],
             "next": [{"path": "/summary"}, {"path": "/x", "condition": "x"}]},
            {"path": "/x", "title": "X", "components": [text("x")], "next": [{"path": "/summary"}, {"path": "/z", "condition": "z"}]},
            {"path": "/z", "title": "Z", "components": [text("z")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([
            // `and` binds closer: a or (b and c).
            structured("x", json!([is("a", None), is("b", Some("or")), is("c", Some("and"))])),
            structured(
                "z",
                json!([{"conditionName": "x", "conditionDisplayName": "x"},
                {"coordinator": "and", "conditions": [is("b", None), is("c", Some("or"))]}])
            )
        ]),
    ));
    for (a, b, c, expected) in [
        (true, false, false, 2),
        (false, true, false, 1),
        (false, true, true, 3),
        (true, false, true, 3),
        (false, false, false, 1),
    ] {
        let answers = [("a", json!(a)), ("b", json!(b)), ("c", json!(c))];
        assert_eq!(path(&all, &answers).len(), expected, "{a} {b} {c}");
    }
}

#[test]
fn expressions_are_read_as_the_source_evaluates_them() {
    for (expression, yes, no) in [
        (
            "a == 'x' or (n > 2 and not (y == true))",
            vec![("n", json!(3)), ("y", json!(false))],
            vec![("n", json!(3)), ("y", json!(true))],
        ),
        ("'q' in c", vec![("c", json!(["p", "q"]))], vec![("c", json!(["p"]))]),
        ("not ('q' in c)", vec![("c", json!(["p"]))], vec![("c", json!(["q"]))]),
        ("length(a) > 2", vec![("a", json!("abc"))], vec![("a", json!("ab"))]),
        (
            "d <= dateForComparison(-18, 'years')",
            vec![("d", json!("2008-11-23"))],
            vec![("d", json!("2008-11-24"))],
        ),
        ("n * 2 + 1 == 7", vec![("n", json!(3))], vec![("n", json!(4))]),
        ("y", vec![("y", json!(true))], vec![("y", json!(false))]),
        (
            "n > 2 ? y == true : y == false",
            vec![("n", json!(1)), ("y", json!(false))],
            vec![("n", json!(3)), ("y", json!(false))],
        ),
    ] {
        let all = imported(&form(
            json!([
                {"path": "/a", "title": "A", "components": [text("a"), {"type": "NumberField", "name": "n", "title": "n"}, yes_no("y"),
                    {"type": "CheckboxesField", "name": "c", "title": "c", "list": "l"}, {"type": "DateField", "name": "d", "title": "d"}],
                 "next": [{"path": "/summary"}, {"path": "/b", "condition": "e"}]},
                {"path": "/b", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]}
            ]),
            json!([list("l", &["p", "q"])]),
            json!([{"name": "e", "value": expression}]),
        ));
        assert_eq!(
            (path(&all, &yes).len(), path(&all, &no).len()),
            (2, 1),
            "{expression}: {:?}",
            told(&all)
        );
    }
}

#[test]
fn a_condition_that_cannot_be_said_shows_its_page_and_says_so() {
    for expression in ["a ==", "myOwnFunction(a) == 1", "a > timeForComparison(2, 'hours')"] {
        let all = imported(&form(
            json!([
                {"path": "/a", "title": "A", "components": [text("a")], "next": [{"path": "/b", "condition": "e"}, {"path": "/c"}]},
                {"path": "/b", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]},
                {"path": "/c", "title": "C", "components": [text("c")], "next": [{"path": "/summary"}]}
            ]),
            json!([]),
            json!([{"name": "e", "value": expression}]),
        ));
        assert_eq!(path(&all, &[]), ["a", "b", "c"], "{expression}");
        assert!(
            told(&all).contains(&("/conditions/0", "condition_not_carried")),
            "{:?}",
            told(&all)
        );
    }
}

#[test]
fn what_a_condition_asks_too_early_or_in_vain_never_holds() {
    let all = imported(&form(
        json!([
            {"path": "/a", "title": "A", "components": [{"type": "RadiosField", "name": "a", "title": "a", "list": "l"}],
             "next": [{"path": "/b"}, {"path": "/x", "condition": "later"}, {"path": "/x", "condition": "nobody"},
                      {"path": "/x", "condition": "noOption"}, {"path": "/x", "condition": "missing"}]},
            {"path": "/b", "title": "B", "next": [{"path": "/summary"}], "components": [text("b"),
                {"type": "Para", "content": "Shown", "options": {"condition": "nobody"}},
                {"type": "Para", "content": "Hidden", "options": {"condition": "noOption"}}]},
            {"path": "/x", "title": "X", "components": [text("x")], "next": [{"path": "/summary"}]}
        ]),
        json!([list("l", &["p"])]),
        json!([{"name": "later", "value": "b == 'x'"}, {"name": "nobody", "value": "zz == 1"}, {"name": "noOption", "value": "a == 'q'"}]),
    ));
    assert_eq!(pages(&all), ["a", "b"]);
    assert_eq!(
        ids(&page(&all, "b").questions),
        ["b", "note"],
        "a slip of the pen hides nothing"
    );
    let told = told(&all);
    for finding in [
        ("/conditions/0/value", "asked_later"),
        ("/conditions/1/value", "unknown_field"),
        ("/conditions/2/value", "unknown_option"),
        ("/pages/0/next/4/condition", "unknown_condition"),
        ("/pages/2", "never_shown"),
        ("/pages/1/components/1/options/condition", "dangling_condition"),
        ("/pages/1/components/2", "never_shown"),
    ] {
        assert!(told.contains(&finding), "{finding:?} in {told:?}");
    }
}

#[test]
fn loops_and_what_nothing_leads_to_are_told() {
    let mut form = form(
        json!([
            {"path": "/a", "title": "A", "components": [text("a")], "next": [{"path": "/b"}, {"path": "/gone"}]},
            {"path": "/b", "title": "B", "components": [yes_no("again")], "next": [{"path": "/a", "condition": "again"}, {"path": "/summary"}]},
            {"path": "/orphan", "title": "Orphan", "components": [text("o")], "next": [{"path": "/summary"}]},
            {"path": "/other", "title": "Other", "controller": "./pages/start.js", "components": [text("p")], "next": [{"path": "/b"}]}
        ]),
        json!([]),
        json!([{"name": "again", "value": "again == true"}]),
    );
    form["fees"] = json!([{"description": "Fee", "amount": 10}]);
    form["outputs"] = json!([{"name": "x", "type": "email"}]);
    let all = imported(&form);
    assert_eq!(path(&all, &[("again", json!(true))]), ["a", "b"]);
    assert_eq!(
        told(&all),
        [
            ("/pages/0/next/1", "unknown_page"),
            ("/pages/1/next/0", "loop"),
            ("/pages/2", "unreachable_page"),
            ("/pages/3", "other_start_page"),
            ("/pages/4", "summary_page"),
            ("/fees", "fees"),
            ("/outputs", "output")
        ]
    );
}

#[test]
fn who_is_turned_away_cannot_submit() {
    let all = imported(&form(
        json!([
            {"path": "/a", "title": "A", "components": [yes_no("resident")], "next": [{"path": "/b"}, {"path": "/no", "condition": "no"}]},
            {"path": "/no", "title": "You cannot apply", "components": [{"type": "Para", "content": "Sorry."}], "next": []},
            {"path": "/b", "title": "B", "components": [yes_no("more")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([{"name": "no", "value": "resident == false"}]),
    ));
    let turned_away = filled(&all, &[("resident", json!(false))]);
    assert_eq!(turned_away.pages(), ["a", "no"]);
    assert!(!turned_away.is_complete());
    let mut welcome = filled(&all, &[("resident", json!(true)), ("more", json!(true))]);
    assert!(welcome.is_complete() && welcome.pages() == ["a", "b"]);
    welcome.set("resident", json!(false));
    let messages: Vec<String> = welcome
        .errors()
        .iter()
        .map(|error| welcome.message(error, onehall_protocol::Language::En))
        .collect();
    assert_eq!(messages, ["You cannot apply"]);
    assert!(told(&all).contains(&("/pages/1", "exit_page")));
}

#[test]
fn an_option_uncovers_fields_and_may_have_a_condition() {
    let mut colours = list("colours", &["red", "blue"]);
    colours["items"][0]["conditional"] = json!({"components": [text("shade")]});
    colours["items"][1]["condition"] = json!("likesBlue");
    let all = imported(&form(
        json!([{"path": "/a", "title": "A", "next": [{"path": "/summary"}], "components": [
            yes_no("blue"), {"type": "RadiosField", "name": "colour", "title": "Colour", "list": "colours"},
            {"type": "Para", "content": "So red!", "options": {"condition": "isRed"}}]}]),
        json!([colours]),
        json!([{"name": "likesBlue", "value": "blue == true"}, {"name": "isRed", "value": "colour == 'red'"}]),
    ));
    assert_eq!(ids(&page(&all, "a").questions), ["blue", "colour", "shade", "note"]);
    for (colour, expected) in [("red", true), ("blue", false)] {
        let answers = [("blue", json!(true)), ("colour", json!(colour))];
        assert_eq!(is_shown(&all, "shade", &answers), expected);
        assert_eq!(is_shown(&all, "note", &answers), expected);
    }
    let refused = filled(&all, &[("blue", json!(false)), ("colour", json!("blue"))]);
    assert!(
        refused.errors().iter().any(|error| error.path == "colour"),
        "it is not offered"
    );
}

#[test]
fn pages_that_repeat_become_groups() {
    let all = imported(&form(
        json!([
            {"path": "/count", "title": "Count", "section": "main", "components": [{"type": "NumberField", "name": "many", "title": "How many"}], "next": [{"path": "/person"}]},
            {"path": "/person", "title": "Person", "section": "people", "repeatField": "main.many", "components": [
                {"type": "Para", "content": "One by one."}, text("name")], "next": [{"path": "/boat"}]},
            {"path": "/boat", "title": "Boat", "controller": "RepeatPageController",
             "repeat": {"options": {"name": "boats", "title": "Boat"}, "schema": {"min": 1, "max": 3}},
             "components": [text("name"), yes_no("sails"), {"type": "TextField", "name": "mast", "title": "Mast", "options": {"condition": "sailing"}}],
             "next": [{"path": "/language"}]},
            {"path": "/language", "title": "Languages", "controller": "RepeatingFieldPageController", "components": [text("language")], "next": [{"path": "/inputs"}]},
            {"path": "/inputs", "title": "Costs", "components": [{"type": "MultiInputField", "name": "costs", "title": "Costs",
                "children": [text("what"), {"type": "NumberField", "name": "price", "title": "Price"}]}], "next": [{"path": "/rows"}]},
            {"path": "/rows", "title": "Rows", "controller": "RepeatingSectionSummaryPageController", "components": [text("container")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([{"name": "sailing", "value": "sails == true"}]),
    ));
    assert_eq!(pages(&all), ["count", "person", "boat", "language", "inputs"]);
    assert_eq!(ids(&page(&all, "person").questions), ["note", "people"]);
    let boats = kind(question(&all, "boats"));
    assert_eq!((&boats["min_rows"], &boats["max_rows"]), (&json!(1), &json!(3)));
    assert_eq!(kind(question(&all, "costs"))["questions"][1]["id"], "price");
    let mut filling = filled(
        &all,
        &[("many", json!(2)), ("people", json!(["p"])), ("boats", json!(["r"]))],
    );
    filling.set("boats/r/sails", json!(true));
    assert!(
        filling.question("boats/r/mast").is_some(),
        "a condition in a row asks the row"
    );
    filling.set("boats/r/sails", json!(false));
    assert!(filling.question("boats/r/mast").is_none());
    assert!(
        filling
            .errors()
            .iter()
            .any(|error| error.path == "people" && error.code == "check_failed")
    );
    filling.set("people", json!(["p", "q"]));
    assert!(filling.errors().iter().all(|error| error.path != "people"));
    assert!(told(&all).contains(&("/pages/1/repeatField", "count_checked")));
    assert!(told(&all).contains(&("/pages/5", "rows_page")));
}

#[test]
fn a_condition_that_asks_a_row_from_outside_is_told() {
    let all = imported(&form(
        json!([
            {"path": "/a", "title": "A", "controller": "RepeatPageController", "repeat": {"options": {"name": "rows", "title": "Row"}, "schema": {"min": 1, "max": 2}},
             "components": [yes_no("x")], "next": [{"path": "/b", "condition": "c"}, {"path": "/summary"}]},
            {"path": "/b", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([{"name": "c", "value": "x == true"}]),
    ));
    assert!(told(&all).contains(&("/conditions/0", "condition_not_carried")));
    assert_eq!(path(&all, &[]), ["a", "b"], "nobody loses a page by it");
}

#[test]
fn a_declaration_is_agreed_to_on_its_own_page() {
    let mut form = form(
        json!([{"path": "/a", "title": "A", "components": [text("a")], "next": [{"path": "/summary"}]}]),
        json!([]),
        json!([]),
    );
    form["declaration"] = json!("<p>All of it is true.</p>");
    let all = imported(&form);
    assert_eq!(pages(&all), ["a", "declaration"]);
    assert_eq!(
        kind(question(&all, "declaration"))["statement"]["en"],
        "All of it is true."
    );
    let without = filled(&all, &[("a", json!("x"))]);
    assert!(!without.is_complete());
}

#[test]
fn the_second_engine_has_pages_in_a_row_with_a_condition_each() {
    let all = imported(&json!({
        "engine": "V2", "schema": 2, "name": "Licence", "startPage": "/summary",
        "pages": [
            {"id": "p1", "title": "", "path": "/kind", "components": [{"id": "c1", "type": "RadiosField", "name": "abcdef", "title": "Kind", "list": "l1"}], "next": []},
            {"id": "p2", "title": "Born", "path": "/born", "condition": "k1", "components": [{"id": "c2", "type": "DatePartsField", "name": "ghijkl", "title": "Born"}]},
            {"id": "p3", "title": "Too young", "path": "/young", "condition": "k2", "controller": "TerminalPageController", "components": [{"type": "Markdown", "content": "## Sorry\n* no"}]},
            {"id": "p4", "title": "Name", "path": "/name", "components": [{"id": "c3", "type": "TextField", "name": "mnopqr", "title": "Name"}]},
            {"id": "p5", "title": "Check", "path": "/summary", "controller": "SummaryPageController"}
        ],
        "lists": [{"id": "l1", "name": "kinds", "title": "Kinds", "type": "string", "items": [
            {"id": "i1", "text": "Person", "value": "person"}, {"id": "i2", "text": "Company", "value": "company"}]}],
        "conditions": [
            {"id": "k1", "displayName": "is a person", "items": [{"id": "x", "componentId": "c1", "operator": "is", "type": "ListItemRef", "value": {"listId": "l1", "itemId": "i1"}}]},
            {"id": "k2", "displayName": "too young", "coordinator": "and", "items": [
                {"id": "y", "conditionId": "k1"},
                {"id": "z", "componentId": "c2", "operator": "is less than", "type": "RelativeDate", "value": {"period": 18, "unit": "years", "direction": "in the past"}}]}
        ],
        "sections": []
    }));
    assert_eq!(
        page(&all, "kind").title.en,
        "Kind",
        "a page without a title is called what it asks"
    );
    assert_eq!(path(&all, &[("abcdef", json!("company"))]), ["kind", "name"]);
    let person = |born: &str| path(&all, &[("abcdef", json!("person")), ("ghijkl", json!(born))]);
    assert_eq!(person("2000-01-01"), ["kind", "born", "name"]);
    assert_eq!(person("2020-01-01"), ["kind", "born", "young"]);
    assert_eq!(page(&all, "young").questions[0].label.en, "Sorry\n• no");
}

#[test]
fn texts_in_several_languages_keep_ours() {
    let mut form = one_page(json!([
        {"type": "YesNoField", "name": "a", "title": {"en": "Yes?", "cy": "Ie?"}},
        {"type": "YesNoField", "name": "b", "title": {"zh-CN": "是否？", "en": "Whether?"}}
    ]));
    form["name"] = json!({"en": "Boats", "cy": "Cychod"});
    let all = imported(&form);
    assert_eq!(question(&all, "a").label.zh_cn, "Yes?");
    assert_eq!(
        (
            question(&all, "b").label.zh_cn.as_str(),
            question(&all, "b").label.en.as_str()
        ),
        ("是否？", "Whether?")
    );
    let options = onehall_form_importers::Options {
        language: Some("cy".to_owned()),
        code: Some("cychod-1".to_owned()),
        ..Default::default()
    };
    let welsh = support::imported_text(&form.to_string(), &options);
    assert_eq!(question(&welsh, "a").label.en, "Ie?");
    assert_eq!(
        (welsh.definition.title.en.as_str(), welsh.definition.code.as_str()),
        ("Cychod", "cychod-1")
    );
    let untranslated: Vec<&str> = welsh
        .findings
        .iter()
        .filter(|finding| finding.code == "untranslated")
        .map(|finding| finding.message.as_str())
        .collect();
    assert_eq!(
        untranslated,
        ["3 texts stand in one language (cy): they fill both and wait for a translation"]
    );
}

#[test]
fn a_form_without_anything_to_ask_is_refused() {
    for (form, code) in [
        (json!({"startPage": "/", "pages": []}), "no_pages"),
        (json!({"pages": [{"path": "/a", "components": []}]}), "no_questions"),
        (
            json!({"pages": (0..2_001).map(|at| json!({"path": format!("/{at}")})).collect::<Vec<_>>()}),
            "too_many_pages",
        ),
    ] {
        let codes: Vec<&str> = refused(&form.to_string()).iter().map(|(_, code)| *code).collect();
        assert_eq!(codes.last(), Some(&code), "{form:.80}");
    }
}

#[test]
fn what_the_runner_adds_by_itself_is_no_fault() {
    let all = imported(
        &json!({"startPage": "/a", "lists": [], "conditions": [{"name": "no", "value": "a == 'no'"}], "pages": [
        {"path": "/a", "title": "Your name", "components": [{"type": "TextField", "name": "a", "title": ""}],
         "next": [{"path": "/summary"}, {"path": "/told", "condition": "no"}]},
        {"path": "/told", "title": "Told", "components": [{"type": "Para", "content": "Good bye"}], "next": []}]}),
    );
    assert_eq!(
        question(&all, "a").label.en,
        "Your name",
        "a field without a title is called as its page"
    );
    assert_eq!(told(&all), []);
    // Without a summary that is left out by it, a last page of content turns nobody away; nor one after the summary.
    assert!(filled(&all, &[("a", json!("no"))]).is_complete());
    let mut all = form(
        json!([{"path": "/a", "title": "A", "components": [text("a")], "next": [{"path": "/summary"}]},
            {"path": "/thanks", "title": "Thanks", "components": [{"type": "Para", "content": "Good bye"}]}]),
        json!([]),
        json!([]),
    );
    all["pages"][2]["next"] = json!([{"path": "/thanks"}]);
    let all = imported(&all);
    assert!(filled(&all, &[("a", json!("x"))]).is_complete());
    assert_eq!(told(&all), [("/pages/2", "summary_page")]);
    assert_eq!(
        refused(r#"{"pages": [], "lists": [], "conditions": []}"#),
        [("/pages".to_owned(), "no_pages")]
    );
}

#[test]
fn of_several_links_whose_conditions_hold_the_first_is_taken() {
    let all = imported(&form(
        json!([
            {"path": "/a", "title": "A", "components": [{"type": "NumberField", "name": "n", "title": "N"}],
             "next": [{"path": "/small", "condition": "small"}, {"path": "/tiny", "condition": "tiny"}, {"path": "/big"}]},
            {"path": "/small", "title": "S", "components": [text("s")], "next": [{"path": "/summary"}]},
            {"path": "/tiny", "title": "T", "components": [text("t")], "next": [{"path": "/summary"}]},
            {"path": "/big", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]}
        ]),
        json!([]),
        json!([{"name": "small", "value": "n < 100 and n > 1"}, {"name": "tiny", "value": "n < 10"}]),
    ));
    for (n, expected) in [(5, "small"), (1, "tiny"), (500, "big")] {
        assert_eq!(path(&all, &[("n", json!(n))]), ["a", expected]);
    }
}

#[test]
fn who_left_an_optional_question_out_has_not_chosen_the_answer_either() {
    let pages = |required: bool| {
        let options = json!({"required": required});
        let all = imported(&form(
            json!([
                {"path": "/a", "title": "A", "next": [{"path": "/summary"}, {"path": "/b", "condition": "c"}], "components": [
                    {"type": "TextField", "name": "t", "title": "T", "options": options},
                    {"type": "YesNoField", "name": "y", "title": "Y", "options": options},
                    {"type": "CheckboxesField", "name": "c", "title": "C", "options": options, "list": "l"}]},
                {"path": "/b", "title": "B", "components": [text("b")], "next": [{"path": "/summary"}]}
            ]),
            json!([list("l", &["a", "b"])]),
            json!([{"name": "c", "value": "t != 'x' and y != true and not ('a' in c)"}]),
        ));
        let x = [("t", json!("x")), ("y", json!(false)), ("c", json!(["b"]))];
        let z = [("t", json!("z")), ("y", json!(false)), ("c", json!(["b"]))];
        (path(&all, &[]).len(), path(&all, &x).len(), path(&all, &z).len())
    };
    assert_eq!(pages(false), (2, 1, 2));
    assert_eq!(
        pages(true),
        (1, 1, 2),
        "a question that has to be answered is waited for"
    );
}
