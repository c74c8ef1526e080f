//! Sections: what stands together under a heading, is shown and hidden together, and keeps its answers wherever it moves.

mod changes;
#[path = "../made/mod.rs"]
mod made;

use std::sync::Arc;

use made::{context, definition, filling, findings, form, question, single, text};
use onehall_forms::{Filling, Form, QuestionView};
use onehall_protocol::Language;
use serde_json::{Value, json};

fn section(id: &str, questions: &[Value], more: Value) -> Value {
    let mut section = question(id, "section", more);
    section["questions"] = questions.into();
    section
}

/// A question, and a section with two others that it shows.
fn household() -> Value {
    single(&[
        question("married", "yes_no", json!({})),
        section(
            "spouse",
            &[
                question("name", "text", json!({"required": true})),
                question("born", "date", json!({})),
            ],
            json!({"visible_when": {"var": "married"}, "help": text("Your husband or wife")}),
        ),
        question("rooms", "number", json!({})),
    ])
}

/// What is seen on the only page, a section with what stands in it.
fn seen(filling: &Filling) -> String {
    fn said(views: &[QuestionView<'_>]) -> String {
        let one = |view: &QuestionView<'_>| match view.questions.as_slice() {
            [] => view.path.clone(),
            inner => format!("{}({})", view.path, said(inner)),
        };
        views.iter().map(one).collect::<Vec<_>>().join(" ")
    }
    filling
        .page("only")
        .map(|page| said(&page.questions))
        .unwrap_or_default()
}

#[test]
fn a_hidden_section_hides_its_questions_and_keeps_their_answers_apart() {
    let form = form(&household());
    let mut filling = filling(&form, &json!({"name": "李雷", "rooms": 3}), &context());
    assert_eq!(seen(&filling), "married rooms");
    assert_eq!(filling.submitted_answers().into_keys().collect::<Vec<_>>(), ["rooms"]);
    assert!(filling.is_complete(), "what is hidden is not required");

    let changed = filling.set("married", json!(true));
    assert_eq!(changed.paths, ["married", "spouse", "name", "born"]);
    assert_eq!(seen(&filling), "married spouse(name born) rooms");
    let page = filling.page("only").unwrap_or_else(|| panic!("on the path"));
    let asked: Vec<&str> = page.asked().map(|view| view.path.as_str()).collect();
    assert_eq!(
        asked,
        ["married", "name", "born", "rooms"],
        "what follows a section, too"
    );
    assert_eq!(
        filling.submitted_answers().into_keys().collect::<Vec<_>>(),
        ["married", "name", "rooms"]
    );
    filling.set("name", Value::Null);
    let errors = filling.errors();
    assert_eq!((errors[0].path.as_str(), errors[0].code.as_str()), ("name", "required"));
    filling.set("name", json!("韩梅梅"));
    filling.set("married", json!(false));
    assert_eq!(filling.answers()["name"], "韩梅梅", "kept");
    assert!(!filling.submitted_answers().contains_key("name"), "and not submitted");
}

#[test]
fn a_change_evaluates_the_section_that_it_reaches_and_nothing_else() {
    let mut questions: Vec<Value> = (0..200)
        .map(|at| {
            let inner = question(&format!("in{at}"), "number", json!({}));
            section(&format!("s{at}"), &[inner], json!({"visible_when": {"var": "open"}}))
        })
        .collect();
    questions.insert(0, question("open", "yes_no", json!({})));
    questions.insert(1, question("own", "yes_no", json!({})));
    let own = section(
        "mine",
        &[question("inner", "number", json!({}))],
        json!({"visible_when": {"var": "own"}}),
    );
    questions.insert(2, own);
    let mut filling = filling(&form(&single(&questions)), &json!({}), &context());
    let before = filling.evaluations();
    let changed = filling.set("own", json!(true));
    assert_eq!(changed.paths, ["own", "mine", "inner"]);
    assert!(
        filling.evaluations() - before < 12,
        "{} evaluations for three things of six hundred",
        filling.evaluations() - before
    );
}

#[test]
fn a_heading_over_nothing_is_not_seen_and_puts_no_page_on_the_path() {
    let pages = json!([
        {"id": "only", "title": text("Only"), "questions": [
            question("more", "yes_no", json!({})),
            section("outer", &[
                section("inner", &[question("detail", "text", json!({"visible_when": {"var": "more"}}))], json!({})),
            ], json!({})),
        ]},
        {"id": "next", "title": text("Next"), "questions": [
            section("alone", &[question("last", "text", json!({"visible_when": {"var": "more"}}))], json!({})),
        ]},
    ]);
    let mut filling = filling(&form(&pages), &json!({}), &context());
    assert_eq!((seen(&filling).as_str(), filling.pages()), ("more", vec!["only"]));
    assert!(filling.question("outer").is_none());
    filling.set("more", json!(true));
    assert_eq!(seen(&filling), "more outer(inner(detail))");
    assert_eq!(filling.pages(), ["only", "next"]);
    let page = filling.page("only").unwrap_or_else(|| panic!("on the path"));
    let asked: Vec<&str> = page.asked().map(|view| view.path.as_str()).collect();
    assert_eq!(asked, ["more", "detail"]);
}

#[test]
fn in_a_row_a_section_hangs_on_its_own_row() {
    let people = question(
        "people",
        "group",
        json!({"row_label": text("person"), "row_title": "name", "questions": [
            question("works", "yes_no", json!({})),
            section("job", &[
                question("name", "text", json!({})),
                section("pay", &[
                    question("wage", "number", json!({"required": true})),
                    question("cars", "group", json!({"row_label": text("car"), "questions": [
                        section("papers", &[question("plate", "text", json!({"visible_when": {">": [{"var": "outer_row.wage"}, 5]}}))], json!({})),
                    ]})),
                ], json!({})),
            ], json!({"visible_when": {"var": "row.works"}})),
            question("double", "computed", json!({"value": {"*": [{"var": "row.wage"}, 2]}})),
        ]}),
    );
    let sum = question(
        "sum",
        "computed",
        json!({"value": {"sum": [{"var": "people"}, {"var": ["wage", 0]}]}}),
    );
    let rows = question(
        "rows",
        "computed",
        json!({"value": {"map": [{"var": "people"}, {"var": ""}]}}),
    );
    let form = form(&single(&[people, sum, rows]));
    let answers = json!({
        "people": ["r1", "r2"], "people/r1/works": true, "people/r1/wage": 10, "people/r1/name": "李雷",
        "people/r2/wage": 7, "people/r1/cars": ["c1"], "people/r1/cars/c1/plate": "云A12345",
    });
    let mut filling = filling(&form, &answers, &context());
    assert_eq!(filling.errors(), []);
    let submitted: Vec<String> = filling.submitted_answers().into_keys().collect();
    let expected = [
        "people",
        "people/r1/cars",
        "people/r1/cars/c1/plate",
        "people/r1/name",
        "people/r1/wage",
        "people/r1/works",
    ];
    assert_eq!(submitted, expected, "what stands in the second row's section is hidden");
    assert_eq!(filling.computed_values()["sum"], json!(10));
    let written = filling.computed_values()["rows"][0].clone();
    let names: Vec<&String> = written
        .as_object()
        .map(|fields| fields.keys().collect())
        .unwrap_or_default();
    assert_eq!(
        names,
        ["cars", "double", "name", "wage", "works"],
        "a section is no field of its row"
    );

    let changed = filling.set("people/r2/works", json!(true));
    assert!(
        changed.paths.contains(&"people/r2/wage".to_owned()),
        "{:?}",
        changed.paths
    );
    assert!(
        !changed.paths.iter().any(|path| path.starts_with("people/r1")),
        "{:?}",
        changed.paths
    );
    assert_eq!(filling.computed_values()["sum"], json!(17));
    let group = filling.question("people").unwrap_or_else(|| panic!("shown"));
    let titles: Vec<String> = group
        .rows
        .iter()
        .map(|row| {
            row.title
                .as_ref()
                .map(|title| title.display(Language::En))
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(titles, ["李雷", ""], "a question in a section may name the row");

    // A row that goes and comes back has all of it again, whatever section it stands in.
    filling.set("people", json!(["r2"]));
    filling.set("people", json!(["r2", "r1"]));
    assert_eq!(filling.answer("people/r1/cars/c1/plate"), Some(&json!("云A12345")));
    let full = Filling::new(Arc::clone(&form), filling.answers(), context());
    assert_eq!(filling.evaluation(), full.evaluation());
}

#[test]
fn sections_are_in_no_transcript_and_in_no_path() {
    let flat = single(&[
        question("a", "number", json!({"required": true})),
        question("b", "number", json!({})),
    ]);
    let grouped = single(&[section(
        "outer",
        &[
            section(
                "inner",
                &[question("a", "number", json!({"required": true}))],
                json!({}),
            ),
            question("b", "number", json!({})),
        ],
        json!({}),
    )]);
    for answers in [json!({}), json!({"a": 1, "b": "x"}), json!({"a": 1, "b": 2, "c": 3})] {
        let (one, other) = (
            filling(&form(&flat), &answers, &context()),
            filling(&form(&grouped), &answers, &context()),
        );
        assert_eq!(one.canonical(), other.canonical());
        assert_eq!(one.evaluation(), other.evaluation());
        assert_eq!(one.progress(), other.progress());
    }
    let mut answered = filling(&form(&grouped), &json!({"a": 1}), &context());
    answered.set("outer", json!("an answer to a heading"));
    let errors: Vec<(String, String)> = answered
        .errors()
        .into_iter()
        .map(|error| (error.path, error.code))
        .collect();
    assert_eq!(errors, [("outer".to_owned(), "unknown_path".to_owned())]);
    assert!(
        answered.marks().contains_key("outer"),
        "as of any path that the form does not have"
    );
    // Nor where it was there from the start.
    let loaded = filling(
        &form(&grouped),
        &json!({"outer": "an answer to a heading", "a": 1}),
        &context(),
    );
    assert_eq!(loaded.errors(), answered.errors());
    assert_eq!(loaded.canonical(), answered.canonical());
    let clean = filling(&form(&grouped), &json!({"a": 1}), &context());
    assert_eq!(clean.marks().into_keys().collect::<Vec<_>>(), ["#only", "a", "b"]);
}

#[test]
fn what_is_wrong_with_a_section_is_told_at_its_place() {
    let plain = || question("x", "number", json!({}));
    let cases = [
        (section("s", &[], json!({})), "/pages/0/questions/0/questions", "empty"),
        (
            section("s", &[plain()], json!({"required": true})),
            "/pages/0/questions/0/required",
            "unknown_field",
        ),
        (
            section("s", &[plain()], json!({"prefill": "person.name"})),
            "/pages/0/questions/0/prefill",
            "unknown_field",
        ),
        (
            section("x", &[plain()], json!({})),
            "/pages/0/questions/0/questions/0/id",
            "duplicate_id",
        ),
        (section("S", &[plain()], json!({})), "/pages/0/questions/0/id", "bad_id"),
        (
            section("s", &[plain()], json!({"label": {"zh-CN": "节", "en": ""}})),
            "/pages/0/questions/0/label/en",
            "missing_text",
        ),
        (
            section("s", &[plain()], json!({"help": {"zh-CN": " ", "en": "h"}})),
            "/pages/0/questions/0/help/zh-CN",
            "missing_text",
        ),
        (
            section("s", &[plain()], json!({"visible_when": {"==": [1, 2]}})),
            "/pages/0/questions/0/visible_when",
            "unreachable_question",
        ),
        (
            section("s", &[plain()], json!({"visible_when": {"var": "y"}})),
            "/pages/0/questions/0/visible_when/var",
            "dangling_reference",
        ),
        (
            section("s", &[plain()], json!({"visible_when": {"var": "s"}})),
            "/pages/0/questions/0/visible_when/var",
            "dangling_reference",
        ),
        (
            section("s", &[plain()], json!({"visible_when": {"var": "x"}})),
            "/pages/0/questions/0/questions/0",
            "cycle",
        ),
        (
            section("s", &[question("x", "number", json!({"min": 3, "max": 1}))], json!({})),
            "/pages/0/questions/0/questions/0/min",
            "min_above_max",
        ),
        (
            section(
                "a",
                &[section(
                    "b",
                    &[section("c", &[section("d", &[plain()], json!({}))], json!({}))],
                    json!({}),
                )],
                json!({}),
            ),
            "/pages/0/questions/0/questions/0/questions/0/questions/0",
            "sections_too_deep",
        ),
    ];
    for (section, path, code) in cases {
        let found = findings(&single(&[section]));
        assert_eq!(found, [(path.to_owned(), code)]);
    }
    // An id that stands twice is told by where: in a group, or in the form.
    let twice = || [section("s", &[plain()], json!({})), plain()];
    let rows = question("g", "group", json!({"row_label": text("r"), "questions": twice()}));
    for (pages, words) in [
        (single(&twice()), "a question `x` exists already"),
        (single(&[rows]), "a question `x` exists already in the group"),
    ] {
        let found = Form::from_value(&definition(&pages)).err().unwrap_or_default();
        let said: Vec<String> = found.iter().map(|finding| finding.message(Language::En)).collect();
        assert_eq!(said, [words]);
    }
    // Three deep is as deep as it goes, and a row counts anew.
    let inner = section("c", &[plain()], json!({}));
    let group = question(
        "g",
        "group",
        json!({"row_label": text("r"), "questions": [
        section("a", &[section("b", &[inner], json!({}))], json!({}))]}),
    );
    form(&single(&[section(
        "a",
        &[section("b", &[section("c", &[group], json!({}))], json!({}))],
        json!({}),
    )]));
}

#[test]
fn a_section_that_was_built_without_its_json_asks_nothing_either() {
    let read = |value: &Value| serde_json::from_value(definition(value)).unwrap_or_else(|error| panic!("{error}"));
    let mut built: onehall_forms::Definition = read(&household());
    let section = &mut built.pages[0].questions[1];
    (section.required, section.sensitive, section.prefill) = (true, true, Some("person.name".to_owned()));
    let check = json!([{"rule": {"answered": [{"var": "rooms"}]}, "message": text("How many?")}]);
    section.valid_when = serde_json::from_value(check).unwrap_or_else(|error| panic!("{error}"));
    let found = Form::load(built).err().unwrap_or_default();
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|finding| (finding.path.as_str(), finding.code))
        .collect();
    assert_eq!(
        found,
        [
            ("/pages/0/questions/1", "never_answered"),
            ("/pages/0/questions/1/valid_when", "never_answered"),
            ("/pages/0/questions/1/sensitive", "never_answered"),
            ("/pages/0/questions/1/prefill", "never_answered"),
        ]
    );
}

#[test]
fn a_rule_that_is_unknown_is_told_of_a_section_and_not_of_what_it_hides() {
    let pages = single(&[
        question("married", "yes_no", json!({})),
        section(
            "spouse",
            &[
                question("name", "text", json!({"required_when": {"var": "married"}})),
                question("job", "text", json!({"visible_when": {"var": "married"}})),
            ],
            json!({"visible_when": {"var": "married"}}),
        ),
    ]);
    let filling = filling(&form(&pages), &json!({}), &context());
    let told: Vec<(String, String, Vec<String>)> = filling
        .unknown_rules()
        .into_iter()
        .map(|told| (told.path, told.rule, told.waits_for))
        .collect();
    assert_eq!(
        told,
        [(
            "spouse".to_owned(),
            "visible_when".to_owned(),
            vec!["married".to_owned()]
        )]
    );
}

#[test]
fn a_form_with_sections_survives_the_round_trip() {
    let form = form(&household());
    let written = serde_json::to_value(form.definition()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(written["pages"][0]["questions"][1]["kind"], "section");
    let again = Form::from_value(&written).unwrap_or_else(|findings| panic!("{findings:?}"));
    assert_eq!(again.definition(), form.definition());
    let ids: Vec<&str> = again
        .definition()
        .asked()
        .map(|question| question.id.as_str())
        .collect();
    assert_eq!(ids, ["married", "name", "born", "rooms"]);
}

#[test]
fn headings_are_counted_through_sections_and_rows() {
    let inner = section("c", &[question("x", "number", json!({}))], json!({}));
    let group = question(
        "g",
        "group",
        json!({"row_label": text("r"), "questions": [inner, question("y", "number", json!({}))]}),
    );
    let form = form(&single(&[
        section(
            "a",
            &[section("b", &[group], json!({})), question("z", "number", json!({}))],
            json!({}),
        ),
        question("w", "number", json!({})),
    ]));
    let expected = [
        ("w", 0),
        ("a", 0),
        ("z", 1),
        ("b", 1),
        ("g", 2),
        ("g/r1/y", 3),
        ("g/r1/c", 3),
        ("g/r1/x", 4),
        ("nowhere", 0),
    ];
    for (path, headings) in expected {
        assert_eq!(form.headings_around(path), headings, "{path}");
    }
}
