//! What a finding says, and what is not said because it only follows from what is.

use onehall_protocol::Language;
use serde_json::{Value, json};

use crate::{findings, form, found, question, text};

#[test]
fn a_finding_says_what_is_there_instead() {
    let told = |questions: Vec<Value>| -> Vec<String> {
        let findings = findings(&form(questions));
        findings.iter().map(|finding| finding.message(Language::En)).collect()
    };
    let length = question("length", "number", json!({}));
    let group = |id: &str, questions: Vec<Value>| {
        question(id, "group", json!({"questions": questions, "row_label": text("r")}))
    };
    let computed = |value: Value| question("area", "computed", json!({ "value": value }));
    let area = |path: &str| computed(json!({ "var": path }));
    let in_row = |path: &str| vec![group("rows", vec![length.clone(), area(path)])];
    let in_inner_row = |path: &str| {
        let inner = group("inner", vec![area(path)]);
        vec![
            length.clone(),
            group("rows", vec![question("width", "number", json!({})), inner]),
        ]
    };
    let over_rows = |path: &str| {
        let width = question("width", "number", json!({}));
        vec![
            length.clone(),
            group("rows", vec![width]),
            computed(json!({"sum": [{"var": "rows"}, {"var": path}]})),
        ]
    };
    let cases = [
        (in_row("length"), "there is no question `length`, but `row.length`"),
        (in_row("lenght"), "there is no question `lenght`"),
        (
            in_inner_row("row.width"),
            "there is no question `row.width`, but `outer_row.width`",
        ),
        (
            in_inner_row("row.length"),
            "there is no question `row.length`, but `length`",
        ),
        (
            over_rows("length"),
            "there is no question `length`, but `{\"answer\": \"length\"}` outside of these rows",
        ),
        (
            vec![computed(json!({"days_between": ["2026-01-01"]}))],
            "`days_between` takes 2 arguments, not 1",
        ),
        (
            vec![computed(json!({ "or": [] }))],
            "`or` takes 1 or more arguments, not 0",
        ),
        (
            vec![computed(json!({ "or": vec![true; 1_000] }))],
            "`or` takes 1 to 999 arguments, not 1000",
        ),
        (
            vec![computed(json!({"round": [1, 2, 3]}))],
            "`round` takes 1 to 2 arguments, not 3",
        ),
        (
            vec![question("n", "note", json!({"tone": "info", "colour": "red"}))],
            "there is no field `colour` here, only id, label, kind, help, required, required_when, visible_when, \
             valid_when, sensitive, prefill, tone",
        ),
    ];
    for (questions, message) in cases {
        assert_eq!(told(questions), [message]);
    }
    let mut plain = length.clone();
    plain["label"] = json!("长度");
    assert_eq!(
        told(vec![plain]),
        ["should be the text in each language, {\"zh-CN\": \"…\", \"en\": \"…\"}"]
    );
    let unknown = told(vec![question("a", "telephone", json!({}))]);
    assert!(
        unknown[0].starts_with("there is no kind of question `telephone`, only text, long_text, "),
        "{unknown:?}"
    );
}

#[test]
fn a_finding_speaks_chinese_with_the_same_names_in_it() {
    let told = |value: &Value| -> Vec<String> {
        let findings = findings(value);
        findings.iter().map(|finding| finding.message(Language::ZhCn)).collect()
    };
    let unknown = form(vec![question("a", "text", json!({"visible_when": {"var": "nobody"}}))]);
    assert_eq!(told(&unknown), ["没有问题 `nobody`"]);
    let circle = form(vec![
        question("a", "computed", json!({"value": {"var": "b"}})),
        question("b", "computed", json!({"value": {"var": "a"}})),
    ]);
    let [said] = told(&circle).try_into().unwrap_or_else(|told| panic!("{told:?}"));
    assert!(said.contains("a (值)") && said.contains("b (值)"), "{said}");
    assert_eq!(
        findings(&unknown)[0].to_string(),
        "/pages/0/questions/0/visible_when/var: there is no question `nobody` (dangling_reference)"
    );
    let mut zero = form(vec![question("a", "text", json!({}))]);
    zero["version"] = json!(0);
    assert_eq!(told(&zero), ["版本号从 1 开始"]);
}

#[test]
fn a_version_is_said_to_count_from_one_whatever_stands_there() {
    for version in [json!(0), json!(-1), json!("1"), json!(1.5)] {
        let mut value = form(vec![question("a", "text", json!({}))]);
        value["version"] = version.clone();
        let told = findings(&value);
        let [finding] = told.as_slice() else {
            panic!("{version}: {told:?}")
        };
        let said = finding.message(Language::En);
        assert!(said.ends_with("from 1"), "{version}: {said}");
    }
}

#[test]
fn an_id_in_doubt_is_told_once_and_not_at_every_rule_that_names_it() {
    let options = json!([{"value": "b", "label": text("B")}]);
    let twice = form(vec![
        question("q", "choice", json!({"options": options})),
        // The second of this name: read as this one, the rules around would be wrong in four ways.
        question("q", "number", json!({"visible_when": {"==": [{"var": "q"}, "b"]}})),
        question("c", "text", json!({"visible_when": {"==": [{"var": "q"}, "b"]}})),
        question("d", "text", json!({"visible_when": {"var": "q.region"}})),
        question("e", "computed", json!({"value": {"sum": [{"var": "q"}, {"var": "n"}]}})),
    ]);
    assert_eq!(found(&twice), [("/pages/0/questions/1/id".to_owned(), "duplicate_id")]);
    for id in ["First", "first-name", "a.b", "row"] {
        let rows = question(
            "rows",
            "group",
            json!({"row_label": text("r"), "questions": [
                question(id, "number", json!({})),
                question("own", "text", json!({"required_when": {">": [{"var": format!("row.{id}")}, 1]}})),
            ]}),
        );
        let bad = form(vec![
            question(id, "yes_no", json!({})),
            question("n", "text", json!({"visible_when": {"var": id}})),
            question("m", "text", json!({"visible_when": {"missing": [id]}})),
            rows,
            question(
                "sum",
                "computed",
                json!({"value": {"sum": [{"var": "rows"}, {"var": id}]}}),
            ),
        ]);
        let code = if id == "row" { "reserved_id" } else { "bad_id" };
        let expected = ["/pages/0/questions/0/id", "/pages/0/questions/3/questions/0/id"];
        assert_eq!(found(&bad), expected.map(|path| (path.to_owned(), code)), "{id}");
    }
    // What has nothing to do with it is told as ever.
    let both = form(vec![
        question("Bad", "text", json!({})),
        question("a", "text", json!({"visible_when": {"var": "nobody"}})),
    ]);
    assert_eq!(
        found(&both).iter().map(|(_, code)| *code).collect::<Vec<_>>(),
        ["bad_id", "dangling_reference"]
    );
}

#[test]
fn a_page_in_doubt_takes_no_other_page_with_it() {
    let page = |id: &str, next: Value| json!({"id": id, "title": text(id), "questions": [question(&format!("of_{id}"), "text", json!({}))], "next": next});
    let mut value = form(Vec::new());
    value["pages"] = json!([
        page("a", json!([])),
        page("b", json!([{"page": "a"}])),
        {"id": "a", "title": text("again"), "questions": [question("again", "text", json!({}))]},
    ]);
    assert_eq!(found(&value), [("/pages/2/id".to_owned(), "duplicate_id")]);
    // A jump whose rule is wrong leads where it says all the same.
    value["pages"] = json!([
        page("a", json!([{"when": {"var": "nobody"}, "page": "c"}, {"page": "d"}])),
        page("b", json!([])),
        page("c", json!([])),
        page("d", json!([])),
    ]);
    assert_eq!(
        found(&value),
        [
            ("/pages/0/next/0/when/var".to_owned(), "dangling_reference"),
            ("/pages/1".to_owned(), "unreachable_page"),
        ]
    );
}

/// Other systems ask so whether there is an answer; a value of the wrong sort is another matter.
#[test]
fn whether_an_answer_is_an_empty_text_may_be_asked_of_every_kind() {
    for kind in ["date", "time", "number", "yes_no"] {
        let compared = |value: Value| {
            let rule = json!({"!=": [{"var": "a"}, value]});
            let b = question("b", "text", json!({ "visible_when": rule }));
            found(&form(vec![question("a", kind, json!({})), b]))
        };
        assert_eq!(compared(json!("")), [], "{kind}");
        assert_eq!(compared(json!("soon"))[0].1, "incomparable", "{kind}");
    }
}
