use serde_json::{Value, json};

use super::{RuleError, apply};

/// The public suite of JsonLogic, where the folder with other projects' data is.
#[test]
fn plain_mode_is_jsonlogic_by_its_public_suite() {
    let Some(folder) = std::env::var_os("ONEHALL_TEST_DATA") else {
        println!("skipped: ONEHALL_TEST_DATA is not set");
        return;
    };
    let file = std::path::Path::new(&folder).join("jsonlogic/compatible.json");
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let cases: Vec<Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let mut run = 0;
    for case in cases.iter().filter(|case| case.is_object()) {
        let data = case.get("data").unwrap_or(&Value::Null);
        let found = apply(&case["rule"], data).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert!(same(&found, &case["result"]), "{case} gave {found}");
        run += 1;
    }
    assert!(run >= 278, "the suite has shrunk to {run}");
}

/// Each operator, also where the suite of others is not at hand.
#[test]
fn plain_mode_has_each_operator_of_jsonlogic() {
    let data =
        json!({"a": 3, "b": "", "c": null, "d": [1, 2, 3], "e": {"f": ["x", {"g": 7}]}, "rows": [{"n": 2}, {"n": 5}]});
    for (rule, expected) in [
        (json!({"var": "a"}), json!(3)),
        (json!({"var": ["a", 9]}), json!(3)),
        (json!({"var": ["c", 9]}), json!(9)),
        (json!({"var": ["nowhere", 9]}), json!(9)),
        (json!({"var": "e.f.1.g"}), json!(7)),
        (json!({"var": "d.9"}), json!(null)),
        (json!({"var": {"cat": ["e.f.", "0"]}}), json!("x")),
        (json!({"var": [{"cat": ["e.f.", "0"]}, 9]}), json!("x")),
        (json!({"var": [{"cat": ["e.f.", "7"]}, 9]}), json!(9)),
        (json!({"substr": ["jsonlogic", 1, 0]}), json!("")),
        (json!({"missing": ["a", "b", "c", "d"]}), json!(["b", "c"])),
        (json!({"missing_some": [1, ["a", "b"]]}), json!([])),
        (json!({"missing_some": [2, ["a", "b", "c"]]}), json!(["b", "c"])),
        (json!({"missing_some": [2, ["a", "b"]]}), json!(["b"])),
        (json!({"missing_some": [2, ["a", "d"]]}), json!([])),
        (json!({"==": [1, "1"]}), json!(true)),
        (json!({"==": [null, null]}), json!(true)),
        (json!({"==": [null, 0]}), json!(false)),
        (json!({"==": [0, ""]}), json!(true)),
        (json!({"==": [true, "1"]}), json!(true)),
        (json!({"==": [[1, 2], "1,2"]}), json!(true)),
        (json!({"==": ["1,3", [1, 2]]}), json!(false)),
        (json!({"==": [[1], [1]]}), json!(true)),
        (json!({"==": [[1], [2]]}), json!(false)),
        (json!({"==": [[1], [1, 1]]}), json!(false)),
        (json!({"!=": [1, 2]}), json!(true)),
        (json!({"===": [1, "1"]}), json!(false)),
        (json!({"!==": [1, "1"]}), json!(true)),
        (json!({"<": [1, 2]}), json!(true)),
        (json!({"<": [2, 2]}), json!(false)),
        (json!({"<": ["b", "a"]}), json!(false)),
        (json!({"<": [1, 2, 3]}), json!(true)),
        (json!({"<": [1, 3, 3]}), json!(false)),
        (json!({"<=": [2, 2]}), json!(true)),
        (json!({"<=": [1, 4, 3]}), json!(false)),
        (json!({">": [2, 2]}), json!(false)),
        (json!({">": ["10", 9]}), json!(true)),
        (json!({">=": [2, 2]}), json!(true)),
        (json!({">=": [1, 2]}), json!(false)),
        (json!({"!": [[]]}), json!(true)),
        (json!({"!": [[0]]}), json!(false)),
        (json!({"!!": ["0"]}), json!(true)),
        (json!({"!!": [""]}), json!(false)),
        (json!({"!!": [{"var": "e"}]}), json!(true)),
        (json!({"and": [1, 0, 2]}), json!(0)),
        (json!({"and": [1, 2]}), json!(2)),
        (json!({"or": [0, "", 5]}), json!(5)),
        (json!({"or": [0, ""]}), json!("")),
        (json!({"if": [false, 1, true, 2, 3]}), json!(2)),
        (json!({"if": [0, 1, "", 2, 3]}), json!(3)),
        (json!({"if": [false, 1]}), json!(null)),
        (json!({"?:": [true, 1, 2]}), json!(1)),
        (json!({"in": ["el", "hello"]}), json!(true)),
        (json!({"in": [4, [1, 2, 3]]}), json!(false)),
        (json!({"cat": ["a", 1, true, null]}), json!("a1true")),
        (json!({"cat": [[1, null, 2]]}), json!("1,,2")),
        (json!({"+": ["3", 4]}), json!(7)),
        (json!({"+": "3"}), json!(3)),
        (json!({"-": [5, 2]}), json!(3)),
        (json!({"-": [5]}), json!(-5)),
        (json!({"*": [2, 3, 4]}), json!(24)),
        (json!({"/": [9, 2]}), json!(4.5)),
        (json!({"%": [9, 4]}), json!(1)),
        (json!({"%": [-9, 4]}), json!(-1)),
        (json!({"max": [3, 9, 4]}), json!(9)),
        (json!({"min": [3, 9, 2]}), json!(2)),
        (json!({"substr": ["jsonlogic", 4]}), json!("logic")),
        (json!({"substr": ["jsonlogic", -5, 2]}), json!("lo")),
        (json!({"substr": ["jsonlogic", 1, -5]}), json!("son")),
        (json!({"merge": [[1], 2, [3, [4]]]}), json!([1, 2, 3, [4]])),
        (
            json!({"map": [{"var": "d"}, {"*": [{"var": ""}, 2]}]}),
            json!([2, 4, 6]),
        ),
        (
            json!({"filter": [{"var": "d"}, {"%": [{"var": ""}, 2]}]}),
            json!([1, 3]),
        ),
        (
            json!({"reduce": [{"var": "rows"}, {"+": [{"var": "current.n"}, {"var": "accumulator"}]}, 1]}),
            json!(8),
        ),
        (json!({"all": [{"var": "rows"}, {">": [{"var": "n"}, 1]}]}), json!(true)),
        (
            json!({"all": [{"var": "rows"}, {">": [{"var": "n"}, 2]}]}),
            json!(false),
        ),
        (json!({"all": [[], true]}), json!(false)),
        (
            json!({"some": [{"var": "rows"}, {">": [{"var": "n"}, 4]}]}),
            json!(true),
        ),
        (
            json!({"some": [{"var": "rows"}, {">": [{"var": "n"}, 5]}]}),
            json!(false),
        ),
        (
            json!({"none": [{"var": "rows"}, {">": [{"var": "n"}, 5]}]}),
            json!(true),
        ),
        (
            json!({"none": [{"var": "rows"}, {">": [{"var": "n"}, 4]}]}),
            json!(false),
        ),
    ] {
        let found = apply(&rule, &data).unwrap_or_else(|error| panic!("{rule}: {error}"));
        assert!(same(&found, &expected), "{rule} gave {found}, not {expected}");
    }
}

/// Equal as JSON, where 3 and 3.0 are one number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => a == b,
    }
}

#[test]
fn sums_of_decimals_are_exact() {
    assert_eq!(
        apply(&json!({"==": [{"+": [0.1, 0.2]}, 0.3]}), &Value::Null),
        Ok(json!(true))
    );
}

#[test]
fn what_is_no_number_is_null_and_in_no_order() {
    assert_eq!(apply(&json!({"+": ["a", 1]}), &Value::Null), Ok(Value::Null));
    assert_eq!(apply(&json!({">": ["a", 1]}), &Value::Null), Ok(json!(false)));
    assert_eq!(apply(&json!({"/": [1, 0]}), &Value::Null), Ok(Value::Null));
}

#[test]
fn an_operator_that_there_is_not_is_refused_with_its_place() {
    let error = apply(&json!({"and": [true, {"launch": []}]}), &Value::Null)
        .err()
        .map(|error| error.to_string());
    assert_eq!(
        error.as_deref(),
        Some("there is no operator `launch` at \"/and/1/launch\"")
    );
    assert!(
        apply(&json!({"today": []}), &Value::Null).is_err(),
        "plain mode has no operators of ours"
    );
}

#[test]
fn an_argument_without_a_list_is_no_step_of_a_pointer() {
    for (rule, place) in [
        (json!({"!": {"launch": []}}), "/!/launch"),
        (json!({"!": [{"launch": []}]}), "/!/0/launch"),
        (json!({"!": {"!": [[{"a/b": {"launch": 1}}]]}}), "/!/!/0/0/a~1b"),
        (json!({"!": {"0": []}}), "/!/0"),
    ] {
        let pointer = match apply(&rule, &Value::Null) {
            Err(RuleError::Rule { pointer, .. }) => pointer,
            other => panic!("{other:?}"),
        };
        assert_eq!(pointer, place);
        assert!(rule.pointer(&pointer).is_some());
    }
}

#[test]
fn no_rule_runs_for_ever_or_digs_too_deep() {
    let list: Vec<u32> = (0..100).collect();
    let mut rule = json!({"var": "n"});
    for _ in 0..8 {
        rule = json!({"map": [list, rule]});
    }
    assert!(apply(&rule, &Value::Null).is_err());
    let doubling = json!({"reduce": [list, {"cat": [{"var": "accumulator"}, {"var": "accumulator"}]}, "abcdefgh"]});
    assert!(apply(&doubling, &Value::Null).is_err());
}

/// By whatever way it nests: forty levels are taken, one more is not.
#[test]
fn a_rule_nests_forty_deep_and_no_deeper() {
    let ways: [fn(Value) -> Value; 7] = [
        |inner| json!({"!": [inner]}),
        |inner| json!({"+": [inner, 1]}),
        |inner| json!([inner]),
        |inner| json!({"map": [inner, 1]}),
        |inner| json!({"map": [1, inner]}),
        |inner| json!({"reduce": [1, 1, inner]}),
        |inner| json!({"reduce": [1, inner, 1]}),
    ];
    for way in ways {
        for (levels, taken) in [(39, true), (40, true), (41, false), (100, false)] {
            let rule = (0..levels).fold(json!(true), |inner, _| way(inner));
            assert_eq!(
                apply(&rule, &Value::Null).is_ok(),
                taken,
                "{levels} of {}",
                way(json!(0))
            );
        }
    }
}

#[test]
fn in_plain_mode_an_object_with_several_names_is_itself() {
    assert_eq!(
        apply(&json!({"a": 1, "b": {"c": 2}}), &Value::Null),
        Ok(json!({"a": 1, "b": {"c": 2}}))
    );
    assert_eq!(apply(&json!({}), &Value::Null), Ok(json!({})));
}

/// Lists share what they hold, so that a few steps make what no walk comes to the end of.
#[test]
fn what_a_few_steps_make_is_paid_for_by_its_size() {
    let accumulator = json!({"var": "accumulator"});
    let list = |most: u32| (0..most).collect::<Vec<_>>();
    let twice = json!([accumulator, accumulator]);
    let doubling = json!({"reduce": [list(100), twice, 1]});
    assert_eq!(apply(&doubling, &Value::Null), Err(RuleError::TooMuch));
    let shared = json!({"map": [list(2_000), list(2_000)]});
    assert_eq!(apply(&shared, &Value::Null), Err(RuleError::TooMuch));
    let pairs = json!({"reduce": [list(100), [{"var": ""}, {"var": ""}], 1]});
    assert_eq!(apply(&pairs, &Value::Null), Err(RuleError::TooMuch));
    let many = vec![accumulator.clone(); 999];
    for op in ["merge", "cat"] {
        let growing = json!({"reduce": [list(16), {op: [accumulator, accumulator]}, [1, 1]]});
        let all_at_once = json!({"reduce": [[1, 2], {op: many}, growing]});
        assert_eq!(apply(&all_at_once, &Value::Null), Err(RuleError::TooMuch), "{op}");
    }
}

#[test]
fn no_list_nests_so_deep_that_a_walk_overflows() {
    let list: Vec<u32> = (0..50_000).collect();
    let nested = json!({"reduce": [list, [{"var": "accumulator"}], 1]});
    let value = apply(&nested, &Value::Null).unwrap_or_else(|error| panic!("{error}"));
    let depth = std::iter::successors(Some(&value), |value| value.get(0)).count();
    assert!(depth <= 65, "{depth}");
    let handed_on = json!({"reduce": [list[..5_000], {"var": ""}, 1]});
    assert!(apply(&handed_on, &Value::Null).is_ok());
}

#[test]
fn a_long_text_or_list_costs_more_than_a_short_one() {
    let list: Vec<u32> = (0..1_000).collect();
    let long = "a".repeat(200_000);
    for (costly, cheap) in [
        (json!({"substr": [long, 1]}), json!({"substr": ["aa", 1]})),
        (json!({"==": [long, long]}), json!({"==": ["aa", "aa"]})),
        (json!({"in": ["b", long]}), json!({"in": ["b", "aa"]})),
        (json!({"in": [7.5, list.repeat(10)]}), json!({"in": [7.5, [1, 2]]})),
    ] {
        // What asks only whether there is something does not look at it.
        assert!(apply(&json!({"map": [list, {"!": [list.repeat(10)]}]}), &Value::Null).is_ok());
        let each = |rule: &Value| apply(&json!({"map": [list, rule]}), &Value::Null);
        assert_eq!(each(&costly), Err(RuleError::TooMuch), "{}", &costly.to_string()[..20]);
        assert!(each(&cheap).is_ok(), "{cheap}");
    }
}

mod no_rule_panics {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn any_rule() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "[a-z.0-9-]{0,6}".prop_map(Value::from),
            Just(json!("2026-02-28")),
            Just(json!({"var": ""})),
        ];
        let names = prop_oneof![
            Just("=="),
            Just("==="),
            Just("<"),
            Just("and"),
            Just("or"),
            Just("!"),
            Just("if"),
            Just("in"),
            Just("cat"),
            Just("%"),
            Just("max"),
            Just("+"),
            Just("*"),
            Just("-"),
            Just("/"),
            Just("substr"),
            Just("merge"),
            Just("filter"),
            Just("map"),
            Just("reduce"),
            Just("all"),
            Just("none"),
            Just("some"),
            Just("var"),
            Just("missing"),
            Just("missing_some"),
            Just("nonsense"),
        ];
        leaf.prop_recursive(5, 60, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                (names.clone(), prop::collection::vec(inner.clone(), 0..4))
                    .prop_map(|(name, given)| json!({name: given})),
                (names.clone(), inner).prop_map(|(name, given)| json!({name: given})),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_it_and_the_data_are(rule in any_rule(), data in any_rule()) {
            let _ = super::apply(&rule, &data);
        }
    }
}
