//! Rules over the answers of a form, where some are unknown.

use serde_json::{Value, json};

use super::{filling, question, single, text};

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
        (json!({"round": 2.5}), "known 3"),
        (json!({"floor": -2.5}), "known -3"),
        (json!({"ceil": 2.1}), "known 3"),
        (json!({"length": {"merge": [no, [1]]}}), "known 2"),
        (json!({"missing": [["yes", "no"]]}), "known no"),
        (json!({"==": [[1, no], [1, no]]}), "unknown"),
        (json!({"==": [[1, no], [2, no]]}), "known false"),
        (json!({"in": [[1, 2], [[1, 2]]]}), "known true"),
        (
            json!({"some": [{"var": "rows"}, {"==": [{"var": ""}, {"var": ""}]}]}),
            "known true",
        ),
        (
            json!({"reduce": [[1, 2], {"+": [{"var": "current"}, {"var": "accumulator"}]}, 0]}),
            "known 3",
        ),
        (json!({"length": {"map": [{"var": "rows"}, {"var": ""}]}}), "known 2"),
        (
            json!({"reduce": [{"var": "rows"}, {"+": [{"var": "accumulator"}, {"count": {"merge": [[], {"var": "current"}]}}]}, 0]}),
            "known 2",
        ),
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
fn a_default_nests_no_deeper_than_other_arguments() {
    let of = |levels: usize| {
        let rule = (0..levels).fold(json!(true), |inner, _| json!({"var": ["no", inner]}));
        onehall_forms::Form::from_value(&json!({
            "schema": "onehall-form/1", "code": "deep", "version": 1, "title": text("deep"),
            "pages": [{"id": "only", "title": text("Only"), "questions": [
                question("no", "yes_no", json!({})), question("it", "computed", json!({"value": rule}))]}],
        }))
        .err()
        .map(|findings| findings[0].code)
    };
    assert_eq!(
        (of(40), of(41), of(90)),
        (None, Some("rule_too_deep"), Some("rule_too_deep"))
    );
}

/// Whoever reads a whole row reads every answer in it, now and after each change.
#[test]
fn a_rule_that_takes_rows_whole_hangs_on_all_that_stands_in_them() {
    for rule in [
        json!({"map": [{"var": "rows"}, {"var": ""}]}),
        json!({"reduce": [{"var": "rows"}, {"merge": [{"var": "accumulator"}, [{"var": "current"}]]}, []]}),
        json!({"filter": [{"var": "rows"}, true]}),
    ] {
        let form = single(vec![
            question(
                "rows",
                "group",
                json!({"row_label": text("r"), "questions": [question("n", "number", json!({}))]}),
            ),
            question("whole", "computed", json!({"value": rule})),
        ]);
        let mut filling = filling(&form, json!({"rows": ["a"], "rows/a/n": 1}));
        assert_eq!(filling.computed_values()["whole"], json!([{"n": 1}]), "{rule}");
        filling.set("rows/a/n", json!(2));
        assert_eq!(filling.computed_values()["whole"], json!([{"n": 2}]), "{rule}");
    }
}

#[test]
fn a_long_text_costs_more_than_to_ask_how_long_a_list_is() {
    let many: Vec<u32> = (0..1_000).collect();
    let (list, text) = (many.repeat(10), "a".repeat(200_000));
    let counted = |inner: Value| value_of(&json!({"count": [many, {">": [inner, 0]}]}));
    assert_eq!(counted(json!({"length": [list]})), "known 1000");
    assert_eq!(counted(json!({"length": "a".repeat(2_000)})), "known 1000");
    assert_eq!(
        counted(json!({"length": text})),
        Value::Null,
        "without fuel nothing is known"
    );
}
