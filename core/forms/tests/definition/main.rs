//! A definition that is wrong is refused, with the place and the reason.

mod anything;
mod bounds;
mod circles;
mod faults;
mod sentences;

use onehall_forms::{Definition, Finding, Form};
use serde_json::{Value, json};

fn text(text: &str) -> Value {
    json!({"zh-CN": text, "en": text})
}

fn question(id: &str, kind: &str, more: Value) -> Value {
    let mut question = json!({"id": id, "kind": kind, "label": text(id)});
    for (name, value) in more.as_object().into_iter().flatten() {
        question[name] = value.clone();
    }
    question
}

fn form(questions: Vec<Value>) -> Value {
    json!({
        "schema": "onehall-form/1", "code": "demo", "version": 1, "title": text("Demo"),
        "pages": [{"id": "page", "title": text("Page"), "questions": questions}],
    })
}

fn findings(value: &Value) -> Vec<Finding> {
    Form::from_value(value).err().unwrap_or_default()
}

fn found(value: &Value) -> Vec<(String, &'static str)> {
    findings(value)
        .into_iter()
        .map(|finding| (finding.path, finding.code))
        .collect()
}

/// One kind each, with every field that it has.
fn complete() -> Value {
    let options = json!([{"value": "a", "label": text("A"), "help": text("a")}, {"value": "b", "label": text("B"), "visible_when": {"var": "agree"}}]);
    let mut value = form(vec![
        question(
            "name",
            "text",
            json!({"max_length": 20, "min_length": 2, "pattern": "[a-z]+", "mask": "AAA", "prefill": "person.name", "sensitive": true, "help": text("help")}),
        ),
        question("story", "long_text", json!({"max_length": 500})),
        question(
            "count",
            "number",
            json!({"min": 1, "max": 10.5, "decimals": 1, "unit": text("m")}),
        ),
        question("amount", "money", json!({"min": "0.00", "max": "100.00"})),
        question(
            "day",
            "date",
            json!({"min": "2020-01-01", "max": {"today_plus_days": 0}}),
        ),
        question(
            "at",
            "time",
            json!({"min": "08:00", "max": "17:00", "step_minutes": 15}),
        ),
        question(
            "stay",
            "date_range",
            json!({"min": {"today_plus_days": -3}, "max": "2030-01-01", "min_days": 2, "max_days": 30}),
        ),
        question("job", "list_choice", json!({"list": "occupations"})),
        question("place", "region", json!({"list": "streets", "depth": 4})),
        question(
            "spouse",
            "person",
            json!({"id_types": ["passport", "citizen_id"], "phone": true}),
        ),
        question("sign", "signature", json!({})),
        question("phone", "phone", json!({})),
        question("mail", "email", json!({})),
        question("citizen", "citizen_id", json!({})),
        question("company", "organisation_code", json!({})),
        question("card", "bank_card", json!({})),
        question("agree", "yes_no", json!({"required": true})),
        question("one", "choice", json!({"options": options})),
        question("coded", "choice", json!({"code_table": "letters"})),
        question("many", "choices", json!({"options": options, "min": 1, "max": 2})),
        question("home", "address", json!({"required_when": {"var": "agree"}})),
        question(
            "photo",
            "material",
            json!({"material": "photo", "max_files": 2, "accept": ["image/jpeg", "image/png"], "max_kilobytes": 200, "trust_grade": "C",
                "sources": ["e_certificate", "case", "derived"]}),
        ),
        question(
            "declared",
            "declaration",
            json!({"statement": text("It is true."), "required": true}),
        ),
        question(
            "double",
            "computed",
            json!({"value": {"*": [{"var": "amount"}, 2]}, "format": "money"}),
        ),
        question(
            "hint",
            "note",
            json!({"tone": "warning", "visible_when": {"var": "agree"}}),
        ),
        question(
            "together",
            "section",
            json!({
                "help": text("help"), "visible_when": {"var": "agree"},
                "questions": [question("inner", "section", json!({"questions": [question("inmost", "text", json!({}))]}))],
            }),
        ),
        question(
            "people",
            "group",
            json!({
                "questions": [
                    question("share", "number", json!({"valid_when": [{"rule": {"<=": [{"var": "row.share"}, 100]}, "message": text("at most 100")}]})),
                    question("cars", "group", json!({"questions": [question("plate", "text", json!({"visible_when": {">": [{"var": "outer_row.share"}, 1]}}))], "row_label": text("car")})),
                ],
                "min_rows": 1, "max_rows": 9, "row_label": text("person"), "row_title": "share",
            }),
        ),
    ]);
    value["pages"][0]["next"] = json!([{"when": {"is_working_day": {"var": "day"}}, "page": "end"}, {"page": "other"}]);
    for id in ["other", "end"] {
        let more =
            json!({"id": id, "title": text(id), "help": text(id), "questions": [question(id, "note", json!({}))]});
        value["pages"]
            .as_array_mut()
            .unwrap_or_else(|| panic!("pages"))
            .push(more);
    }
    value["code_tables"] = json!({"letters": [{"value": "a", "label": text("A")}]});
    value
}

#[test]
fn every_kind_loads_and_survives_the_round_trip() -> Result<(), Box<dyn std::error::Error>> {
    let value = complete();
    assert_eq!(findings(&value), []);
    let schema = onehall_forms::json_schema();
    let kinds = schema["$defs"]["question"]["properties"]["kind"]["enum"].as_array();
    let kinds = kinds.ok_or("the schema lists the kinds")?;
    assert!(kinds.len() >= 26);
    for kind in kinds {
        assert!(
            value.to_string().contains(&format!("\"kind\":{kind}")),
            "{kind} is not among them"
        );
    }
    let definition: Definition = serde_json::from_value(value.clone())?;
    let again = serde_json::to_value(&definition)?;
    assert_eq!(serde_json::from_value::<Definition>(again.clone())?, definition);
    assert_eq!(findings(&again), []);
    assert!(Form::load(definition).is_ok());
    Ok(())
}
