//! The rows of a group: added, taken away, moved, and what a change of one reaches.

use onehall_forms::Changed;
use onehall_protocol::Language;
use serde_json::json;

use super::{error, errors, filled, filling, question, single, text};

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
fn the_rows_of_a_hidden_group_are_hidden_with_it() {
    let group = question(
        "cars",
        "group",
        json!({"row_label": text("car"), "visible_when": {"var": "drives"}, "questions": [
            question("plate", "text", json!({"required": true})), question("seats", "number", json!({"required": true}))]}),
    );
    let form = single(vec![question("drives", "yes_no", json!({})), group]);
    let answers = json!({"drives": false, "cars": ["c1"], "cars/c1/seats": 5});
    let mut filling = filling(&form, answers);
    assert!(filling.question("cars/c1/seats").is_none());
    assert_eq!(errors(&filling), [], "nothing is asked in it");
    assert_eq!(filling.submitted_answers().into_keys().collect::<Vec<_>>(), ["drives"]);
    filling.set("drives", json!(true));
    assert_eq!(
        filling.question("cars/c1/seats").and_then(|view| view.value),
        Some(&json!(5))
    );
    assert_eq!(errors(&filling), [error("cars/c1/plate", "required")]);
    filling.set("drives", json!(false));
    assert_eq!(errors(&filling), []);
    assert_eq!(filling.submitted_answers().into_keys().collect::<Vec<_>>(), ["drives"]);
}
