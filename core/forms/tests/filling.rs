//! What a person fills, and what follows from it.

use std::sync::Arc;

use onehall_forms::{Context, Evaluation, Filling, Form, Progress, evaluate};
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
fn every_kind_says_what_is_wrong() {
    let options = json!([{"value": "a", "label": text("A")}, {"value": "b", "label": text("B")}, {"value": "c", "label": text("C")}]);
    let file = json!({"id": "018f3c5e-7a1b-7c2d-8e3f-4a5b6c7d8e9f", "name": "a.pdf", "media_type": "application/pdf", "size": 1, "sha256": "00", "uploaded_at": "2026-11-23T00:00:00.000Z"});
    let cases = [
        (
            "text",
            json!({"max_length": 3, "min_length": 2, "pattern": "[a-z]+"}),
            vec![
                (json!("ab"), None),
                (json!("a"), Some("too_short")),
                (json!("abcd"), Some("too_long")),
                (json!("a1"), Some("pattern")),
                (json!("ab\u{0}"), Some("wrong_type")),
                (json!(1), Some("wrong_type")),
            ],
        ),
        (
            "text",
            json!({"max_length": 2}),
            vec![(json!("李雷"), None), (json!("李雷😀"), Some("too_long"))],
        ),
        (
            "long_text",
            json!({}),
            vec![(json!("a\nb"), None), (json!("x".repeat(1001)), Some("too_long"))],
        ),
        (
            "number",
            json!({"min": 0.5, "max": 3, "decimals": 1}),
            vec![
                (json!(0.5), None),
                (json!(3), None),
                (json!(3.1), Some("out_of_range")),
                (json!(0.4), Some("out_of_range")),
                (json!(1.25), Some("too_many_decimals")),
                (json!("1"), Some("wrong_type")),
                (json!(1e300), Some("out_of_range")),
            ],
        ),
        (
            "number",
            json!({}),
            vec![(json!(2.0), None), (json!(2.5), Some("too_many_decimals"))],
        ),
        (
            "number",
            json!({"decimals": 10}),
            vec![
                (json!(99_344_455.335_722_7), None),
                (json!(9_934_445_533.572_273), Some("too_many_digits")),
                (json!(9_007_199_254_740_993_i64), None),
                (json!(1e-30), Some("too_many_digits")),
                (json!(1e21), Some("out_of_range")),
            ],
        ),
        (
            "money",
            json!({"min": "0.10", "max": "9.99"}),
            vec![
                (json!("0.10"), None),
                (json!("9.99"), None),
                (json!("10.00"), Some("out_of_range")),
                (json!("1"), Some("wrong_type")),
                (json!("1.005"), Some("too_many_decimals")),
                (json!(1), Some("wrong_type")),
                (json!("ten"), Some("wrong_type")),
            ],
        ),
        (
            "date",
            json!({"min": "2026-01-01", "max": {"today_plus_days": -1}}),
            vec![
                (json!("2026-01-01"), None),
                (json!("2026-11-22"), None),
                (json!("2026-11-23"), Some("too_late")),
                (json!("2025-12-31"), Some("too_early")),
                (json!("2026-02-30"), Some("invalid_date")),
                (json!(20260101), Some("wrong_type")),
            ],
        ),
        (
            "phone",
            json!({}),
            vec![
                (json!("13800000001"), None),
                (json!("138 0000 0001"), Some("invalid_phone")),
                (json!("12800000001"), Some("invalid_phone")),
            ],
        ),
        (
            "email",
            json!({}),
            vec![
                (json!("a.b+c@mail.example.com"), None),
                (json!("a@b"), Some("invalid_email")),
                (json!("a@@b.cn"), Some("invalid_email")),
                (json!("a@-b.cn"), Some("invalid_email")),
                (json!(".a@b.cn"), Some("invalid_email")),
                (json!("a b@c.cn"), Some("invalid_email")),
            ],
        ),
        (
            "citizen_id",
            json!({}),
            vec![
                (json!("11010519491231002X"), None),
                (json!("11010519491231002x"), Some("invalid_citizen_id")),
                (json!("110105194912310021"), Some("invalid_checksum")),
                (json!("123"), Some("invalid_citizen_id")),
            ],
        ),
        (
            "organisation_code",
            json!({}),
            vec![
                (json!("91350100M000100Y43"), None),
                (json!("91350100M000100Y44"), Some("invalid_checksum")),
                (json!("9135"), Some("invalid_organisation_code")),
            ],
        ),
        (
            "bank_card",
            json!({}),
            vec![
                (json!("6222020200112230"), None),
                (json!("6222020200112231"), Some("invalid_checksum")),
                (json!("6222"), Some("invalid_bank_card")),
            ],
        ),
        (
            "yes_no",
            json!({}),
            vec![(json!(false), None), (json!("true"), Some("wrong_type"))],
        ),
        (
            "choice",
            json!({"options": options}),
            vec![
                (json!("a"), None),
                (json!("z"), Some("unknown_option")),
                (json!(["a"]), Some("wrong_type")),
            ],
        ),
        (
            "choices",
            json!({"options": options, "min": 2, "max": 2}),
            vec![
                (json!(["a", "b"]), None),
                (json!(["a"]), Some("too_few_options")),
                (json!(["a", "b", "c"]), Some("too_many_options")),
                (json!(["a", "z"]), Some("unknown_option")),
                (json!(["a", "a"]), Some("wrong_type")),
                (json!([1]), Some("wrong_type")),
                (json!("a"), Some("wrong_type")),
            ],
        ),
        (
            "address",
            json!({}),
            vec![
                (json!({"region": "兰川市", "detail": "河西路1号"}), None),
                (json!({"region": "兰川市"}), Some("incomplete_address")),
                (
                    json!({"region": "兰川市", "detail": "x", "note": "y"}),
                    Some("wrong_type"),
                ),
                (json!("兰川市"), Some("wrong_type")),
            ],
        ),
        (
            "material",
            json!({"material": "photo", "max_files": 1}),
            vec![
                (json!([file]), None),
                (json!([file, file]), Some("too_many_files")),
                (json!(["a.pdf"]), Some("wrong_type")),
                (json!("a.pdf"), Some("wrong_type")),
            ],
        ),
        (
            "declaration",
            json!({"statement": text("true")}),
            vec![
                (json!(true), None),
                (json!(false), Some("not_agreed")),
                (json!("yes"), Some("wrong_type")),
            ],
        ),
    ];
    for (kind, more, answers) in cases {
        let mut with = more.clone();
        with["required"] = json!(true);
        let form = single(vec![question("q", kind, with)]);
        assert_eq!(errors(&filling(&form, json!({}))), [error("q", "required")], "{kind}");
        for (answer, code) in answers {
            let mut filling = filling(&form, json!({}));
            filling.set("q", answer.clone());
            let expected: Vec<_> = code.into_iter().map(|code| error("q", code)).collect();
            assert_eq!(errors(&filling), expected, "{kind} {answer}");
            for error in filling.errors() {
                for language in Language::ALL {
                    assert!(filling.message(&error, language).len() > 5);
                }
            }
        }
    }
}

#[test]
fn blank_is_unanswered_whatever_its_type() {
    let form = single(vec![
        question("a", "text", json!({})),
        question("b", "choices", json!({"options": [{"value": "x", "label": text("x")}]})),
        question("c", "address", json!({})),
        question("seen", "computed", json!({"value": {"missing": ["a", "b", "c"]}})),
    ]);
    let filling = filling(&form, json!({"a": "  ", "b": [], "c": {"region": "", "detail": " "}}));
    assert_eq!(filling.computed_values()["seen"], json!(["a", "b", "c"]));
    assert!(filling.submitted_answers().is_empty());
    assert!(filling.is_complete());
}

/// The value of a rule in a form with three questions of which `no` is unanswered.
fn value_of(rule: &Value) -> Value {
    let form = single(vec![
        question("yes", "yes_no", json!({})),
        question("no", "yes_no", json!({})),
        question("five", "number", json!({})),
        question(
            "rows",
            "group",
            json!({"row_label": text("r"), "questions": [question("n", "number", json!({}))]}),
        ),
        question(
            "it",
            "computed",
            json!({"value": {"or_else": [{"cat": ["known ", rule]}, "unknown"]}}),
        ),
    ]);
    let filling = filling(
        &form,
        json!({"yes": true, "five": 5, "rows": ["a", "b"], "rows/a/n": 1}),
    );
    filling.computed_values()["it"].clone()
}

#[test]
fn unknown_is_neither_true_nor_false() {
    let (yes, no, five) = (json!({"var": "yes"}), json!({"var": "no"}), json!({"var": "five"}));
    let cases = [
        (json!({"and": [no, false]}), "known false"),
        (json!({"and": [false, no]}), "known false"),
        (json!({"and": [no, yes]}), "unknown"),
        (json!({"or": [no, yes]}), "known true"),
        (json!({"or": [no, false]}), "unknown"),
        (json!({"!": no}), "unknown"),
        (json!({"!!": no}), "unknown"),
        (json!({"==": [no, no]}), "unknown"),
        (json!({"!=": [no, true]}), "unknown"),
        (json!({"<": [{"var": "no"}, five]}), "unknown"),
        (json!({"if": [no, 1, 1]}), "unknown"),
        (json!({"+": [five, no]}), "unknown"),
        (json!({"/": [five, 0]}), "unknown"),
        (json!({"cat": ["a", no]}), "unknown"),
        (json!({"in": [five, [1, no]]}), "unknown"),
        (json!({"in": [five, [5, no]]}), "known true"),
        (json!({"var": ["no", 7]}), "known 7"),
        (json!({"or_else": [no, five]}), "known 5"),
        (json!({"answered": no}), "known false"),
        (json!({"answered": {"var": "rows"}}), "known true"),
        (json!({"missing": ["yes", "no"]}), "known no"),
        (json!({"missing_some": [1, ["yes", "no"]]}), "known "),
        (json!({"sum": [{"var": "rows"}, {"var": "n"}]}), "unknown"),
        (json!({"sum": [{"var": "rows"}, {"var": ["n", 0]}]}), "known 1"),
        (json!({"count": {"var": "rows"}}), "known 2"),
        (json!({"count": [{"var": "rows"}, {">": [{"var": "n"}, 0]}]}), "known 1"),
        (json!({"count": [{"var": "rows"}, {">": [{"var": "n"}, 1]}]}), "known 0"),
        (json!({"count": no}), "unknown"),
        (json!({"map": [no, 1]}), "unknown"),
        (json!({"none": [no, true]}), "unknown"),
        (
            json!({"some": [{"var": "rows"}, {">": [{"var": "n"}, 0]}]}),
            "known true",
        ),
        (json!({"all": [{"var": "rows"}, {">": [{"var": "n"}, 0]}]}), "unknown"),
        (
            json!({"all": [{"var": "rows"}, {">": [{"var": "n"}, 1]}]}),
            "known false",
        ),
        (json!({"none": [{"var": "rows"}, {">": [{"var": "n"}, 1]}]}), "unknown"),
        (
            json!({"length": {"filter": [{"var": "rows"}, {"answered": {"var": "n"}}]}}),
            "known 1",
        ),
        (
            json!({"sum": [{"filter": [{"var": "rows"}, {"answered": {"var": "n"}}]}, {"+": [{"var": "n"}, {"answer": "five"}]}]}),
            "known 6",
        ),
        (
            json!({"reduce": [{"var": "rows"}, {"+": [{"var": "accumulator"}, {"var": ["current.n", 0]}]}, 10]}),
            "known 11",
        ),
        (json!({"map": [{"var": "rows"}, {"missing": ["n"]}]}), "known ,n"),
        (json!({"today": []}), "known 2026-11-23"),
        (json!({"years_between": ["2000-11-24", {"today": []}]}), "known 25"),
        (json!({"days_between": [{"today": []}, "2026-12-01"]}), "known 8"),
        (json!({"add_days": ["2026-02-28", 1]}), "known 2026-03-01"),
        (json!({"add_days": ["soon", 1]}), "unknown"),
        (json!({"round": [2.345, 2]}), "known 2.35"),
        (json!({"length": "李雷"}), "known 2"),
    ];
    for (rule, expected) in cases {
        assert_eq!(value_of(&rule), expected, "{rule}");
    }
}

/// What follows from a group of two rows, and from one without any.
#[test]
fn a_group_is_answered_where_it_has_a_row_and_its_rows_are_a_computed_value_too() {
    let row = json!([
        question("n", "number", json!({})),
        question(
            "kids",
            "group",
            json!({"row_label": text("k"), "questions": [question("age", "number", json!({}))]})
        ),
    ]);
    let form = single(vec![
        question("rows", "group", json!({"row_label": text("r"), "questions": row})),
        question("any", "computed", json!({"value": {"answered": {"var": "rows"}}})),
        question("none", "computed", json!({"value": {"missing": ["rows"]}})),
        question("all", "computed", json!({"value": {"var": "rows"}})),
        question(
            "within",
            "computed",
            json!({"value": [{"filter": [{"var": "rows"}, {">": [{"var": "n"}, 1]}]}, "end"]}),
        ),
    ]);
    let computed = |answers| filling(&form, answers).computed_values();
    let with = computed(
        json!({"rows": ["a", "b"], "rows/a/n": 1, "rows/b/n": 2, "rows/b/kids": ["k"], "rows/b/kids/k/age": 7}),
    );
    let (a, b) = (json!({"n": 1, "kids": []}), json!({"n": 2, "kids": [{"age": 7}]}));
    assert_eq!((&with["any"], &with["none"]), (&json!(true), &json!([])));
    assert_eq!((&with["all"], &with["within"]), (&json!([a, b]), &json!([[b], "end"])));
    let without = computed(json!({}));
    assert_eq!((&without["any"], &without["none"]), (&json!(false), &json!(["rows"])));
    assert_eq!(without["all"], json!([]));
}

#[test]
fn a_computed_value_that_no_memory_holds_is_unknown() {
    let form = single(vec![
        question(
            "rows",
            "group",
            json!({"row_label": text("r"), "max_rows": 200, "questions": [question("n", "number", json!({}))]}),
        ),
        question(
            "each",
            "computed",
            json!({"value": {"map": [{"var": "rows"}, {"var": "n"}]}}),
        ),
        question(
            "all_for_each",
            "computed",
            json!({"value": {"map": [{"var": "rows"}, {"answer": "rows"}]}}),
        ),
    ]);
    let mut filling = filling(&form, json!({}));
    filling.set("rows", (0..200).map(|at| format!("r{at}")).collect());
    let computed = filling.computed_values();
    assert_eq!(computed["each"].as_array().map(Vec::len), Some(200));
    assert_eq!(computed["all_for_each"], Value::Null);
}

#[test]
fn money_in_rules_is_exact() {
    let form = single(vec![
        question("a", "money", json!({})),
        question("b", "money", json!({})),
        question(
            "sum",
            "computed",
            json!({"value": {"+": [{"var": "a"}, {"var": "b"}]}, "format": "money"}),
        ),
        question("right", "computed", json!({"value": {"==": [{"var": "sum"}, 0.3]}})),
    ]);
    let computed = filling(&form, json!({"a": "0.10", "b": "0.20"})).computed_values();
    assert_eq!(
        (computed["sum"].clone(), computed["right"].clone()),
        (json!("0.30"), json!(true))
    );
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
