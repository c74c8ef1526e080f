//! How much is taken, and how much is told.

use serde_json::{Value, json};

use crate::{findings, form, found, question, text};

/// Of a table that many questions use, what is wrong is told once.
#[test]
fn a_fault_in_a_code_table_is_told_once() {
    let mut value = form(vec![
        question("a", "choice", json!({"code_table": "t"})),
        question("b", "choice", json!({"code_table": "t"})),
        question(
            "c",
            "text",
            json!({"visible_when": {"var": "nobody"}, "required_when": {"var": "nobody"}}),
        ),
    ]);
    value["code_tables"] = json!({"t": [{"value": "x", "label": text("x"), "visible_when": {"var": "nobody"}}]});
    let places: Vec<String> = findings(&value).into_iter().map(|finding| finding.path).collect();
    assert_eq!(
        places,
        [
            "/code_tables/t/0/visible_when/var",
            "/pages/0/questions/2/visible_when/var",
            "/pages/0/questions/2/required_when/var"
        ]
    );
}

#[test]
fn what_no_memory_holds_is_refused_before_it_is_made() {
    let options: Vec<Value> = (0..1_000)
        .map(|at| json!({"value": format!("v{at}"), "label": text("v"), "visible_when": true}))
        .collect();
    let questions = |count: usize| {
        let mut questions = vec![question("first", "text", json!({"visible_when": {"==": [1, 1]}}))];
        questions.extend((1..count).map(|at| question(&format!("q{at}"), "choice", json!({"code_table": "t"}))));
        let mut value = form(questions);
        value["code_tables"] = json!({"t": options});
        value
    };
    assert_eq!(found(&questions(500)), []);
    assert_eq!(found(&questions(502)), [(String::new(), "too_many_rules")]);
}

/// The first thousand findings are told, and that there are more.
#[test]
fn nobody_is_told_more_than_a_thousand_things() {
    let value = |wrong: usize| {
        form(
            (0..wrong)
                .map(|at| question(&format!("q{at}"), "text", json!({"visible_when": {"var": "nobody"}})))
                .collect(),
        )
    };
    assert_eq!(findings(&value(1_000)).len(), 1_000);
    let many = findings(&value(5_000));
    assert_eq!(
        (many.len(), many.last().map(|last| last.code)),
        (1_001, Some("too_many_findings"))
    );
    let mut shape = form(vec![json!(0); 5_000]);
    assert_eq!(findings(&shape).last().map(|last| last.code), Some("too_many_findings"));
    for at in 0..5_000 {
        shape[format!("x{at}")] = json!(1);
    }
    assert_eq!(findings(&shape).len(), 1_001);
    let mut named = form(vec![question("a", "text", json!({}))]);
    for (length, sound) in [(64, true), (65, false)] {
        named["code_tables"] = json!({"名".repeat(length): [{"value": "x", "label": text("x")}]});
        assert_eq!(found(&named).is_empty(), sound, "{length}");
    }
}
