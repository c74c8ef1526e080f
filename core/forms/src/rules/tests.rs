use serde_json::{Value, json};

use super::apply;

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
            Err(super::RuleError::Rule { pointer, .. }) => pointer,
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
    let mut deep = json!(true);
    for _ in 0..100 {
        deep = json!({"!": [deep]});
    }
    assert!(apply(&deep, &Value::Null).is_err());
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
