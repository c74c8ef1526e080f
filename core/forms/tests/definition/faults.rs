//! One fault each, and where it is found.

use onehall_forms::Form;
use onehall_protocol::Language;
use serde_json::{Value, json};

use crate::{findings, form, found, question, text};

#[test]
fn each_fault_is_found_with_its_place() {
    let check = |rule: Value| json!([{"rule": rule, "message": text("no")}]);
    let q = "/pages/0/questions/0";
    let cases = [
        (question("Name", "text", json!({})), "/id", "bad_id"),
        (question("row", "text", json!({})), "/id", "reserved_id"),
        (question("name", "txt", json!({})), "/kind", "unknown_kind"),
        (
            question("name", "text", json!({"pattern": "(a"})),
            "/pattern",
            "bad_pattern",
        ),
        (
            question("name", "text", json!({"pattern": "a)|(b"})),
            "/pattern",
            "bad_pattern",
        ),
        (
            question("name", "text", json!({"pattern": "(a{1000}){1000}"})),
            "/pattern",
            "bad_pattern",
        ),
        (
            question("name", "text", json!({"min_length": 5, "max_length": 4})),
            "/min_length",
            "min_above_max",
        ),
        (
            question("n", "number", json!({"min": 2, "max": 1})),
            "/min",
            "min_above_max",
        ),
        (question("n", "number", json!({"max": 1e30})), "/max", "out_of_bounds"),
        (
            question("m", "money", json!({"min": "2.00", "max": "1.00"})),
            "/min",
            "min_above_max",
        ),
        (question("m", "money", json!({"min": 2})), "/min", "wrong_type"),
        (
            question("d", "date", json!({"min": "2026-02-30"})),
            "/min",
            "wrong_type",
        ),
        (
            question(
                "d",
                "date",
                json!({"min": {"today_plus_days": 1}, "max": {"today_plus_days": 0}}),
            ),
            "/min",
            "min_above_max",
        ),
        (question("c", "choice", json!({})), "/options", "empty"),
        (
            question("c", "choice", json!({"code_table": "none"})),
            "/code_table",
            "dangling_reference",
        ),
        (
            question(
                "c",
                "choice",
                json!({"options": [{"value": "a", "label": text("a")}, {"value": "a", "label": text("b")}]}),
            ),
            "/options/1/value",
            "duplicate_option",
        ),
        (
            question(
                "c",
                "choice",
                json!({"options": [{"value": "a", "label": {"zh-CN": "甲", "en": " "}}]}),
            ),
            "/options/0/label/en",
            "missing_text",
        ),
        (
            question("f", "material", json!({"material": "Photo"})),
            "/material",
            "wrong_type",
        ),
        (
            question("x", "computed", json!({"value": 1, "required": true})),
            "",
            "never_answered",
        ),
        (
            question("x", "computed", json!({"value": {"var": "y"}})),
            "/value/var",
            "dangling_reference",
        ),
        (
            question("x", "text", json!({"visible_when": {"var": "row.y"}})),
            "/visible_when/var",
            "row_outside_group",
        ),
        (
            question("x", "text", json!({"valid_when": check(json!({"sum": [1, 2, 3]}))})),
            "/valid_when/0/rule/sum",
            "wrong_arguments",
        ),
        (
            question("x", "text", json!({"valid_when": check(json!({"matches": ["a"]}))})),
            "/valid_when/0/rule/matches",
            "unknown_operator",
        ),
        (
            question(
                "x",
                "text",
                json!({"valid_when": check(json!({"==": [{"var": "x"}, null]}))}),
            ),
            "/valid_when/0/rule/==",
            "compares_with_null",
        ),
        (
            question("x", "text", json!({"valid_when": check(json!({"!": [], "==": []}))})),
            "/valid_when/0/rule",
            "not_an_operation",
        ),
        (
            question(
                "x",
                "text",
                json!({"valid_when": check(json!({"var": {"cat": ["x"]}}))}),
            ),
            "/valid_when/0/rule/var",
            "bad_reference",
        ),
        (
            question(
                "x",
                "number",
                json!({"valid_when": check(json!({"<": [{"var": "x"}, 9_934_445_533.572_273]}))}),
            ),
            "/valid_when/0/rule/</1",
            "too_many_digits",
        ),
        (
            question(
                "x",
                "number",
                json!({"valid_when": check(json!({"<": [{"var": "x"}, 1e20]}))}),
            ),
            "/valid_when/0/rule/</1",
            "too_many_digits",
        ),
        (
            question("x", "number", json!({"max": 9_934_445_533.572_273})),
            "/max",
            "too_many_digits",
        ),
        (
            question("x", "text", json!({"visible_when": false})),
            "/visible_when",
            "unreachable_question",
        ),
        (
            question(
                "c",
                "choice",
                json!({"options": [{"value": "a", "label": text("a")}], "valid_when": check(json!({"in": [{"var": "c"}, ["a", "z"]]}))}),
            ),
            "/valid_when/0/rule/in",
            "unknown_option",
        ),
        (
            question(
                "y",
                "yes_no",
                json!({"valid_when": check(json!({"==": [{"var": "y"}, "yes"]}))}),
            ),
            "/valid_when/0/rule/==",
            "incomparable",
        ),
        (
            question(
                "c",
                "choices",
                json!({"options": [{"value": "a", "label": text("a")}], "valid_when": check(json!({"==": [{"var": "c"}, "a"]}))}),
            ),
            "/valid_when/0/rule/==",
            "incomparable",
        ),
        (
            question(
                "n",
                "number",
                json!({"valid_when": check(json!({"<": [1, {"var": "n"}, "many"]}))}),
            ),
            "/valid_when/0/rule/<",
            "incomparable",
        ),
        (
            question(
                "m",
                "money",
                json!({"valid_when": check(json!({"!=": [{"var": "m"}, true]}))}),
            ),
            "/valid_when/0/rule/!=",
            "incomparable",
        ),
        (
            question(
                "d",
                "date",
                json!({"valid_when": check(json!({">=": ["2026-02-30", {"var": "d"}]}))}),
            ),
            "/valid_when/0/rule/>=",
            "incomparable",
        ),
        (
            question(
                "t",
                "time",
                json!({"valid_when": check(json!({">": [{"var": "t"}, 9]}))}),
            ),
            "/valid_when/0/rule/>",
            "incomparable",
        ),
        (
            question("x", "text", json!({"visible_when": "kind == 'person'"})),
            "/visible_when",
            "not_an_operation",
        ),
        (
            question("x", "text", json!({"required_when": 1})),
            "/required_when",
            "not_an_operation",
        ),
        (
            question("g", "group", json!({"questions": [], "row_label": text("r")})),
            "/questions",
            "empty",
        ),
        (
            question(
                "g",
                "group",
                json!({"questions": [question("a", "text", json!({}))], "row_label": text("r"), "row_title": "b"}),
            ),
            "/row_title",
            "dangling_reference",
        ),
        (
            question(
                "g",
                "group",
                json!({"questions": [question("a", "text", json!({}))], "row_label": text("r"), "min_rows": 9, "max_rows": 3}),
            ),
            "/min_rows",
            "min_above_max",
        ),
        (
            question(
                "g",
                "group",
                json!({"questions": [question("a", "text", json!({"visible_when": {"var": "g.a"}}))], "row_label": text("r")}),
            ),
            "/questions/0/visible_when/var",
            "reads_into_group",
        ),
        (
            question(
                "g",
                "group",
                json!({"questions": [question("a", "text", json!({"valid_when": check(json!({"sum": [{"var": "g"}, {"var": "b"}]}))}))], "row_label": text("r")}),
            ),
            "/questions/0/valid_when/0/rule/sum/1/var",
            "dangling_reference",
        ),
    ];
    for (question, place, code) in cases {
        let told = findings(&form(vec![question.clone()]));
        let there = format!("{q}{place}");
        let finding = told
            .iter()
            .find(|finding| finding.path == there && finding.code == code);
        let finding = finding.unwrap_or_else(|| panic!("{code} in {question}: {told:?}"));
        // An author who reads Chinese is told in Chinese.
        let said = Language::ALL.map(|language| finding.message(language));
        let chinese = |text: &str| text.chars().any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign));
        assert_eq!(said.each_ref().map(|text| chinese(text)), [true, false], "{said:?}");
    }
}

#[test]
fn faults_of_the_whole_are_found() {
    let good = form(vec![question("a", "text", json!({}))]);
    let cases = [
        ("/schema", json!("onehall-form/2"), "/schema", "unknown_schema"),
        ("/version", json!(0), "/version", "bad_version"),
        ("/code", json!("De mo"), "/code", "wrong_type"),
        ("/pages", json!([]), "/pages", "empty"),
        (
            "/pages/0/visible_when",
            json!({"==": [1, 2]}),
            "/pages/0/visible_when",
            "unreachable_page",
        ),
        (
            "/pages/0/questions/1",
            question("a", "text", json!({})),
            "/pages/0/questions/1/id",
            "duplicate_id",
        ),
    ];
    for (place, value, path, code) in cases {
        let mut wrong = good.clone();
        let (parent, field) = place.rsplit_once('/').unwrap_or_default();
        match wrong.pointer_mut(parent) {
            Some(Value::Object(fields)) => drop(fields.insert(field.to_owned(), value)),
            Some(Value::Array(items)) => items.push(value),
            _ => panic!("{place}"),
        }
        assert!(
            found(&wrong).contains(&(path.to_owned(), code)),
            "{code}: {:?}",
            found(&wrong)
        );
    }
    assert_eq!(found(&json!("{")), [(String::new(), "wrong_type")]);
    assert_eq!(Form::parse("{").err().map(|findings| findings[0].code), Some("no_json"));
}

#[test]
fn an_id_is_of_its_shape_and_of_no_other() {
    let longest = "a".repeat(64);
    for (id, sound) in [
        ("a", true),
        ("a_9", true),
        (longest.as_str(), true),
        ("9a", false),
        ("_a", false),
        ("a-b", false),
        ("aB", false),
        ("é", false),
        (&format!("{longest}a"), false),
    ] {
        let expected: &[&str] = if sound { &[] } else { &["bad_id"] };
        let found: Vec<_> = findings(&form(vec![question(id, "text", json!({}))]))
            .iter()
            .map(|finding| finding.code)
            .collect();
        assert_eq!(found, expected, "{id}");
    }
}

#[test]
fn a_note_has_no_answer_that_a_rule_could_read() {
    let value = form(vec![
        question("n", "note", json!({})),
        question("a", "text", json!({"visible_when": {"answered": {"var": "n"}}})),
    ]);
    assert_eq!(
        found(&value),
        [(
            "/pages/0/questions/1/visible_when/answered/var".to_owned(),
            "dangling_reference"
        )]
    );
}

#[test]
fn a_part_of_a_row_that_is_taken_whole_is_there_or_told() {
    let rows = question(
        "rows",
        "group",
        json!({"row_label": text("r"), "questions": [question("n", "number", json!({}))]}),
    );
    let of = |path: &str| {
        let sum = json!({"value": {"reduce": [{"var": "rows"}, {"var": path}, 0]}});
        findings(&form(vec![rows.clone(), question("sum", "computed", sum)]))
            .iter()
            .map(|finding| finding.code)
            .collect::<Vec<_>>()
    };
    assert_eq!((of("current"), of("current.n")), (vec![], vec![]));
    assert_eq!(
        (of("current.m"), of("n")),
        (vec!["dangling_reference"], vec!["bad_reference"])
    );
}
