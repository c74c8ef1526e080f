//! What a person fills, and what follows from it.

mod answers;
mod changes;
mod rows;
mod rules;
mod transcript;

use std::sync::Arc;

use onehall_forms::{Context, Filling, Form, Progress};
use onehall_protocol::Language;
use onehall_protocol::drafts::Answers;
use serde_json::{Value, json};

fn text(text: &str) -> Value {
    json!({"zh-CN": text, "en": text})
}

fn context() -> Context {
    Context::on("2026-11-23".parse().unwrap_or_else(|error| panic!("{error}")))
}

fn form(pages: Value, code_tables: Value) -> Arc<Form> {
    let mut value = json!({
        "schema": "onehall-form/1", "code": "company", "version": 3, "title": text("Company"), "pages": pages,
    });
    if !code_tables.is_null() {
        value["code_tables"] = code_tables;
    }
    Arc::new(Form::from_value(&value).unwrap_or_else(|findings| panic!("{findings:#?}")))
}

fn question(id: &str, kind: &str, more: Value) -> Value {
    let mut question = json!({"id": id, "kind": kind, "label": text(id)});
    for (name, value) in more.as_object().into_iter().flatten() {
        question[name] = value.clone();
    }
    question
}

fn single(questions: Vec<Value>) -> Arc<Form> {
    form(
        json!([{"id": "only", "title": text("Only"), "questions": questions}]),
        Value::Null,
    )
}

fn filling(form: &Arc<Form>, answers: Value) -> Filling {
    let answers: Answers = answers
        .as_object()
        .into_iter()
        .flatten()
        .map(|(path, value)| (path.clone(), value.clone()))
        .collect();
    Filling::new(Arc::clone(form), answers, context())
}

fn errors(filling: &Filling) -> Vec<(String, String)> {
    filling
        .errors()
        .into_iter()
        .map(|error| (error.path, error.code))
        .collect()
}

fn error(path: &str, code: &str) -> (String, String) {
    (path.to_owned(), code.to_owned())
}

/// Starting a small business: shareholders with shares and phones, and a premises page that only some see.
fn company() -> Arc<Form> {
    let share = question(
        "share",
        "number",
        json!({"required": true, "min": 0, "max": 100, "decimals": 2}),
    );
    let adult = json!([{"rule": {">=": [{"years_between": [{"var": "row.born"}, {"today": []}]}, 18]}, "message": {"zh-CN": "须年满 18 岁。", "en": "Must be 18 or older."}}]);
    let shareholder = json!([
        question("name", "text", json!({"required": true})),
        question("born", "date", json!({"valid_when": adult})),
        share,
        question(
            "amount",
            "computed",
            json!({"value": {"round": [{"/": [{"*": [{"var": "capital"}, {"var": "row.share"}]}, 100]}, 2]}, "format": "money"})
        ),
        question(
            "major",
            "note",
            json!({"visible_when": {">": [{"var": "row.share"}, 50]}})
        ),
        question(
            "phones",
            "group",
            json!({"row_label": text("phone"), "questions": [
                question("number", "phone", json!({"required_when": {">": [{"var": "outer_row.share"}, 50]}})),
            ]})
        ),
    ]);
    let sum = json!([{"rule": {"==": [{"var": "total"}, 100]}, "message": {"zh-CN": "股份合计须为 100。", "en": "Shares must add up to 100."}}]);
    form(
        json!([
            {"id": "basics", "title": text("Basics"), "questions": [
                question("kind", "choice", json!({"code_table": "kinds", "required": true})),
                question("capital", "money", json!({"min": "1.00", "required": true})),
            ]},
            {"id": "owners", "title": text("Owners"), "visible_when": {"==": [{"var": "kind"}, "company"]}, "questions": [
                question("shareholders", "group", json!({"row_label": text("shareholder"), "row_title": "name", "min_rows": 1, "max_rows": 5, "questions": shareholder, "valid_when": sum})),
                question("total", "computed", json!({"value": {"sum": [{"var": "shareholders"}, {"var": "share"}]}, "format": "hidden"})),
            ]},
            {"id": "place", "title": text("Place"), "questions": [
                question("premises", "yes_no", json!({"visible_when": {"==": [{"var": "kind"}, "company"]}})),
                question("home", "address", json!({"visible_when": {"!": {"var": "premises"}}, "required": true})),
            ]},
        ]),
        json!({"kinds": [
            {"value": "company", "label": {"zh-CN": "公司", "en": "Company"}},
            {"value": "trader", "label": {"zh-CN": "个体户", "en": "Sole trader"}},
            {"value": "branch", "label": text("Branch"), "visible_when": {">=": [{"var": "capital"}, 1000]}},
        ]}),
    )
}

#[test]
fn nothing_is_shown_for_what_is_not_known_yet() {
    let filling = filling(&company(), json!({}));
    assert_eq!(
        filling.pages(),
        ["basics"],
        "the page of the owners hangs on the kind, the place on both"
    );
    assert_eq!(
        errors(&filling),
        [error("kind", "required"), error("capital", "required")]
    );
    assert_eq!(
        filling.progress(),
        Progress {
            pages: 1,
            complete_pages: 0,
            required: 2,
            answered: 0
        }
    );
    assert_eq!(filling.first_incomplete_page(), Some("basics"));
}

fn filled() -> Filling {
    let mut filling = filling(&company(), json!({}));
    filling.set("kind", json!("company"));
    filling.set("capital", json!("1000.00"));
    filling.add_row("shareholders", "r1");
    filling.set("shareholders/r1/name", json!("李雷"));
    filling.set("shareholders/r1/share", json!(33.33));
    filling.add_row("shareholders", "r2");
    filling.set("shareholders/r2/name", json!("韩梅梅"));
    filling.set("shareholders/r2/share", json!(66.67));
    filling.set("premises", json!(true));
    filling
}

#[test]
fn a_filled_form_has_its_path_its_values_and_no_errors() {
    let filling = filled();
    assert_eq!(errors(&filling), []);
    assert!(filling.is_complete());
    assert_eq!(filling.pages(), ["basics", "owners", "place"]);
    let computed = filling.computed_values();
    assert_eq!(computed["shareholders/r1/amount"], "333.30");
    assert_eq!(computed["total"], 100);
    let page = filling
        .page("owners")
        .unwrap_or_else(|| panic!("the page is on the path"));
    let rows = &page.questions[0].rows;
    let ids: Vec<&str> = rows[1].questions.iter().map(|view| view.question.id.as_str()).collect();
    assert_eq!(
        ids,
        ["name", "born", "share", "amount", "major", "phones"],
        "more than half: the note is shown"
    );
    assert_eq!(rows[0].questions.len(), 5);
    assert_eq!(
        rows[1]
            .title
            .as_ref()
            .map(|title| title.display(Language::ZhCn))
            .as_deref(),
        Some("韩梅梅")
    );
    assert_eq!(page.questions.len(), 1, "a hidden computed value is not seen");
}

#[test]
fn a_check_over_all_rows_sees_the_change_of_one() {
    let mut filling = filled();
    let changed = filling.set("shareholders/r1/share", json!(40));
    assert_eq!(errors(&filling), [error("shareholders", "check_failed")]);
    assert!(changed.paths.contains(&"shareholders".to_owned()));
    assert!(
        !changed.paths.iter().any(|path| path.starts_with("shareholders/r2")),
        "{:?}",
        changed.paths
    );
    let sentence = filling.message(&filling.errors()[0], Language::En);
    assert_eq!(sentence, "Shares must add up to 100.");
    filling.set("shareholders/r1/share", Value::Null);
    assert_eq!(
        errors(&filling),
        [error("shareholders/r1/share", "required")],
        "an unknown sum fails no check"
    );
    filling.remove_row("shareholders", "r1");
    filling.set("shareholders/r2/share", json!(100));
    assert_eq!(errors(&filling), []);
}

#[test]
fn a_rule_reaches_the_row_around_and_only_its_own() {
    let mut filling = filled();
    filling.add_row("shareholders/r1/phones", "p");
    filling.add_row("shareholders/r2/phones", "p");
    assert_eq!(errors(&filling), [error("shareholders/r2/phones/p/number", "required")]);
    filling.set("shareholders/r2/phones/p/number", json!("13800000001"));
    assert!(filling.is_complete());
    filling.set("shareholders/r2/born", json!("2010-01-01"));
    assert_eq!(errors(&filling), [error("shareholders/r2/born", "check_failed")]);
}

#[test]
fn answers_of_hidden_questions_are_kept_and_never_submitted() {
    let mut filling = filled();
    let before = filling.transcript();
    let changed = filling.set("kind", json!("trader"));
    assert!(changed.pages);
    assert_eq!(
        filling.pages(),
        ["basics"],
        "without an answer about premises nobody is asked for an address"
    );
    assert_eq!(
        filling.submitted_answers().into_keys().collect::<Vec<_>>(),
        ["capital", "kind"]
    );
    assert!(filling.answers().contains_key("shareholders/r2/share"));
    assert!(filling.question("shareholders/r2/share").is_none());
    filling.set("kind", json!("company"));
    assert_eq!(filling.transcript(), before, "as if it had never been hidden");
}

#[test]
fn an_option_is_offered_only_where_its_rule_holds() {
    let mut filling = filled();
    filling.set("kind", json!("branch"));
    assert!(!errors(&filling).contains(&error("kind", "unknown_option")));
    let changed = filling.set("capital", json!("999.99"));
    assert!(errors(&filling).contains(&error("kind", "unknown_option")));
    assert!(changed.paths.contains(&"kind".to_owned()));
    let offered = |filling: &Filling| filling.question("kind").map_or(0, |view| view.options.len());
    assert_eq!(offered(&filling), 2);
    filling.set("capital", json!("1000.00"));
    assert_eq!(offered(&filling), 3);
}

#[test]
fn a_path_that_the_form_does_not_have_is_an_error() {
    let mut filling = filled();
    for path in [
        "hobby",
        "shareholders/r1/hobby",
        "shareholders/r1",
        "total",
        "shareholders/r1/amount",
        "",
        "a//b",
        "kind/r1/x",
    ] {
        filling.set(path, json!("x"));
        assert_eq!(errors(&filling), [error(path, "unknown_path")]);
        assert!(!filling.is_complete());
        assert!(!filling.submitted_answers().contains_key(path));
        filling.set(path, Value::Null);
        assert!(filling.is_complete());
    }
}

#[test]
fn a_change_evaluates_what_it_reaches_and_no_more() {
    let questions = |count: usize| {
        (0..count)
            .map(|at| {
                question(
                    &format!("q{at}"),
                    "number",
                    if at % 10 == 0 {
                        json!({})
                    } else {
                        json!({"visible_when": {">": [{"var": format!("q{}", at - at % 10)}, 3]}})
                    },
                )
            })
            .collect()
    };
    let cost = |count| {
        let mut filling = filling(&single(questions(count)), json!({}));
        let before = filling.evaluations();
        filling.set("q0", json!(5));
        filling.evaluations() - before
    };
    assert_eq!(cost(100), cost(10_000), "the same, however large the form");
    assert!((20..40).contains(&cost(10_000)), "{}", cost(10_000));
}

#[test]
fn an_answer_is_shown_with_its_label_and_masked_where_it_is_sensitive() {
    let form = single(vec![
        question(
            "kind",
            "choices",
            json!({"options": [{"value": "a", "label": {"zh-CN": "甲", "en": "A"}}, {"value": "b", "label": {"zh-CN": "乙", "en": "B"}}]}),
        ),
        question("citizen", "citizen_id", json!({"sensitive": true})),
    ]);
    let filling = filling(&form, json!({"kind": ["b"], "citizen": "11010519491231002X"}));
    let view = |path| filling.question(path).unwrap_or_else(|| panic!("{path} is shown"));
    assert_eq!(view("kind").display(Language::ZhCn), "乙");
    assert_eq!(
        view("kind").with_option("a", true),
        json!(["a", "b"]),
        "in the order of the options"
    );
    assert_eq!(view("kind").with_option("b", false), json!([]));
    assert_eq!(view("citizen").display_masked(Language::En), "110***********002X");
    assert_eq!(view("citizen").display(Language::En), "11010519491231002X");
}
