//! What a person fills, and what follows from it.

mod answers;
mod changes;
mod rules;

use std::sync::Arc;

use onehall_forms::{Changed, Context, Evaluation, Filling, Form, Progress, evaluate};
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
fn removing_a_row_takes_its_answers_and_no_others() {
    let mut filling = filled();
    filling.add_row("shareholders/r1/phones", "p1");
    filling.set("shareholders/r1/phones/p1/number", json!("13800000001"));
    let changed = filling.remove_row("shareholders", "r1");
    let saved: Vec<(&str, bool)> = changed
        .answers
        .iter()
        .map(|change| (change.path.as_str(), change.value.is_null()))
        .collect();
    assert_eq!(
        saved,
        [
            ("shareholders", false),
            ("shareholders/r1/name", true),
            ("shareholders/r1/phones", true),
            ("shareholders/r1/phones/p1/number", true),
            ("shareholders/r1/share", true),
        ]
    );
    assert_eq!(filling.answer("shareholders"), Some(&json!(["r2"])));
    assert_eq!(filling.answer("shareholders/r2/name"), Some(&json!("韩梅梅")));
    filling.add_row("shareholders", "r1");
    assert_eq!(
        filling.answer("shareholders/r1/name"),
        None,
        "who comes back by the same id starts empty"
    );
}

#[test]
fn rows_keep_their_answers_whatever_their_order_and_whoever_listed_them() {
    let mut filling = filled();
    filling.move_row("shareholders", "r2", 0);
    assert_eq!(filling.answer("shareholders"), Some(&json!(["r2", "r1"])));
    assert_eq!(filling.answer("shareholders/r1/share"), Some(&json!(33.33)));
    // Another terminal removed r1 and added r3; the answers of r3 came before its row.
    filling.set("shareholders/r3/name", json!("王芳"));
    filling.set("shareholders", json!(["r3", "r2"]));
    assert_eq!(
        filling
            .question("shareholders/r3/name")
            .map(|view| view.display(Language::En))
            .as_deref(),
        Some("王芳")
    );
    assert!(!filling.submitted_answers().contains_key("shareholders/r1/name"));
    assert!(
        !errors(&filling).iter().any(|(path, _)| path.contains("r1")),
        "the row is gone: nothing about it is wrong"
    );
    filling.set("shareholders", json!(["r1", "r2"]));
    assert_eq!(filling.answer("shareholders/r1/name"), Some(&json!("李雷")));
}

#[test]
fn a_row_is_added_only_to_a_group_and_only_once() {
    let mut filling = filled();
    let before = filling.answers();
    for (group, id) in [
        ("shareholders", "r1"),
        ("shareholders", "r 3"),
        ("shareholders", ""),
        ("nowhere", "r3"),
        ("kind", "r3"),
    ] {
        assert_eq!(filling.add_row(group, id), Changed::default(), "{group} {id}");
        assert_eq!(filling.answers(), before);
    }
    assert_eq!(filling.remove_row("shareholders", "r9"), Changed::default());
    assert_eq!(filling.move_row("shareholders", "r9", 0), Changed::default());
    assert_eq!(filling.answers(), before);
}

#[test]
fn what_is_no_list_of_rows_is_an_error_and_no_panic() {
    let mut filling = filled();
    for (list, code) in [
        (json!("r1"), "wrong_type"),
        (json!(["r1", "r1"]), "wrong_type"),
        (json!(["r1", 7]), "wrong_type"),
        (json!(["r1", "a/b"]), "wrong_type"),
        (json!([]), "too_few_rows"),
        (json!(["a", "b", "c", "d", "e", "f"]), "too_many_rows"),
    ] {
        filling.set("shareholders", list.clone());
        assert!(
            errors(&filling).contains(&error("shareholders", code)),
            "{list}: {:?}",
            errors(&filling)
        );
    }
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
fn a_change_in_one_row_leaves_the_other_rows_alone() {
    let row = json!([
        question("a", "number", json!({})),
        question("b", "computed", json!({"value": {"*": [{"var": "row.a"}, 2]}}))
    ]);
    let form = single(vec![
        question(
            "rows",
            "group",
            json!({"row_label": text("r"), "max_rows": 500, "questions": row}),
        ),
        question(
            "sum",
            "computed",
            json!({"value": {"sum": [{"var": "rows"}, {"var": "b"}]}}),
        ),
    ]);
    let cost = |rows: usize| {
        let mut filling = filling(&form, json!({}));
        filling.set("rows", (0..rows).map(|at| format!("r{at}")).collect());
        for at in 0..rows {
            filling.set(&format!("rows/r{at}/a"), json!(1));
        }
        let before = filling.evaluations();
        filling.set("rows/r3/a", json!(5));
        assert_eq!(filling.computed_values()["sum"], json!((rows - 1) * 2 + 10));
        filling.evaluations() - before
    };
    assert_eq!(cost(10), cost(400));
    assert!((4..12).contains(&cost(10)), "{}", cost(10));
}

#[test]
fn a_new_row_gets_an_id_that_nobody_had() {
    let row = json!([question("a", "number", json!({}))]);
    let form = single(vec![question(
        "rows",
        "group",
        json!({"row_label": text("r"), "questions": row}),
    )]);
    // The second row is listed no more; its answer waits for it.
    let filling = filling(
        &form,
        json!({"rows": ["r0000000000000007"], "rows/r0000000000000008/a": 1}),
    );
    assert_eq!(filling.new_row_id("rows", 6), "r0000000000000006");
    assert_eq!(filling.new_row_id("rows", 7), "r0000000000000009");
    assert_eq!(filling.new_row_id("rows", u64::MAX), "rffffffffffffffff");
}

/// Who listed too many rows can choose which to remove; a list without end takes no more room than that.
#[test]
fn of_rows_beyond_the_allowed_ones_only_some_are_held() {
    let row = json!([question("a", "number", json!({}))]);
    let form = single(vec![question(
        "rows",
        "group",
        json!({"row_label": text("r"), "max_rows": 2, "questions": row}),
    )]);
    let mut filling = filling(&form, json!({}));
    for (listed, held) in [(2, 2), (3, 3), (52, 52), (60, 52), (1_000, 52)] {
        filling.set("rows", (0..listed).map(|at| format!("r{at}")).collect());
        let view = filling.question("rows").unwrap_or_else(|| panic!("is shown"));
        assert_eq!(view.rows.len(), held, "of {listed}");
        assert_eq!(filling.is_complete(), listed <= 2);
    }
}

#[test]
fn the_backend_finds_the_very_same() {
    let filling = filled();
    let found = evaluate(&company(), filling.answers(), context());
    assert_eq!(found, filling.evaluation());
    let Evaluation {
        errors,
        submitted,
        transcript,
        pages,
        ..
    } = found;
    assert!(errors.is_empty());
    assert_eq!(pages, ["basics", "owners", "place"]);
    // The submitted answers alone are enough to come to the same result.
    assert_eq!(evaluate(&company(), submitted, context()).transcript, transcript);
}

/// Frozen: a change here means that terminals and backends of two versions no longer understand each other, and that
/// `ENGINE` has to count up.
#[test]
fn the_canonical_document_is_what_the_documentation_says() {
    let mut filling = filled();
    filling.set("capital", json!("0.50"));
    assert_eq!(
        filling.canonical(),
        concat!(
            r#"{"as_of":"2026-11-23","calendar":null,"computed":{"shareholders/r1/amount":"0.17","shareholders/r2/amount":"0.33","total":100},"#,
            r#""engine":2,"errors":[["capital","out_of_range"]],"form":"company","lists":{},"pages":["basics","owners","place"],"#,
            r#""values":{"capital":"0.50","kind":"company","premises":true,"shareholders":["r1","r2"],"#,
            r#""shareholders/r1/born":null,"shareholders/r1/name":"李雷","shareholders/r1/phones":null,"shareholders/r1/share":33.33,"#,
            r#""shareholders/r2/born":null,"shareholders/r2/name":"韩梅梅","shareholders/r2/phones":null,"shareholders/r2/share":66.67},"#,
            r#""version":3}"#
        )
    );
    assert_eq!(filling.transcript().len(), 64);
}

#[test]
fn the_transcript_hangs_on_all_that_decides() {
    let base = filled();
    let mut other = filled();
    other.set("shareholders/r1/name", json!("李磊"));
    assert_ne!(base.transcript(), other.transcript());
    let later = Context::on("2026-11-24".parse().unwrap_or_else(|error| panic!("{error}")));
    assert_ne!(
        evaluate(&company(), base.answers(), later).transcript,
        base.transcript()
    );
    assert_eq!(
        evaluate(&company(), base.answers(), context()).transcript,
        base.transcript()
    );
}

#[test]
fn the_same_number_written_in_two_ways_gives_one_transcript() {
    let form = single(vec![question("n", "number", json!({"decimals": 2}))]);
    let of = |json: &str| {
        let value: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}"));
        filling(&form, json!({"n": value})).transcript()
    };
    assert_eq!(of("2"), of("2.00"));
    assert_eq!(of("2.5"), of("25e-1"));
    assert_ne!(of("2.5"), of("2.51"));
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
