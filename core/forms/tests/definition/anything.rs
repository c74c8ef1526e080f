//! A sound definition in which anything is changed, and what is no definition at all.

use onehall_forms::Form;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{complete, findings, found};

/// Every object of the definition, by JSON pointer.
fn objects(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let is_rule = ["_when", "/when", "/rule", "/value"]
                .iter()
                .any(|name| path.ends_with(name));
            if is_rule {
                return;
            }
            found.push(path.to_owned());
            for (name, value) in fields {
                objects(value, &format!("{path}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                objects(item, &format!("{path}/{at}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn a_misspelt_field_is_found_wherever_it_stands() {
    let value = complete();
    let mut places = Vec::new();
    objects(&value, "", &mut places);
    assert!(places.len() > 60);
    for place in places.iter().filter(|place| *place != "/code_tables") {
        let mut wrong = value.clone();
        let object = wrong.pointer_mut(place).unwrap_or_else(|| panic!("{place}"));
        object["requird"] = json!(true);
        let found = found(&wrong);
        if place.ends_with("/min") || place.ends_with("/max") {
            assert_eq!(found, [(place.clone(), "wrong_type")]);
        } else {
            assert_eq!(found, [(format!("{place}/requird"), "unknown_field")]);
        }
    }
}

#[test]
fn whatever_is_left_out_or_of_another_type_never_passes_by_chance() {
    let value = complete();
    let mut places = Vec::new();
    objects(&value, "", &mut places);
    for place in places {
        let fields: Vec<String> = value
            .pointer(&place)
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|object| object.keys().cloned())
            .collect();
        for field in fields {
            let mut wrong = value.clone();
            wrong.pointer_mut(&place).unwrap_or_else(|| panic!("{place}"))[&field] = Value::Null;
            assert!(!findings(&wrong).is_empty(), "{place}/{field} is null");
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z_/~.]{0,8}".prop_map(Value::from),
    ];
    let names = prop_oneof![
        Just("id".to_owned()),
        Just("kind".to_owned()),
        Just("questions".to_owned()),
        Just("options".to_owned()),
        Just("visible_when".to_owned()),
        Just("var".to_owned()),
        Just("and".to_owned()),
        "[a-z_]{0,6}",
    ];
    leaf.prop_recursive(4, 48, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(names.clone(), inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_the_loader_panic(value in any_json()) {
        let _ = Form::from_value(&value);
    }

    /// Any part of a sound definition replaced by anything: refused or loaded, never a panic; and what loads can be
    /// written and read again.
    #[test]
    fn no_change_of_a_definition_makes_the_loader_panic(part in any_json(), at in any::<prop::sample::Index>()) {
        let mut value = complete();
        let mut places = Vec::new();
        all(&value, String::new(), &mut places);
        let place = &places[at.index(places.len())];
        if let Some(spot) = value.pointer_mut(place) {
            *spot = part;
        }
        if let Ok(form) = Form::from_value(&value) {
            let again = serde_json::to_value(form.definition()).unwrap_or_default();
            prop_assert_eq!(findings(&again), vec![]);
        }
    }
}

fn all(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| all(value, format!("{path}/{name}"), found)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, value)| all(value, format!("{path}/{at}"), found)),
        _ => {}
    }
    found.push(path);
}
