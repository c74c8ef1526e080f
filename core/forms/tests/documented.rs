//! What `docs/form-definition.md` says of the format holds: its examples load, its answers answer, and nothing is left out.

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use onehall_forms::{Context, Filling, Form, json_schema};
use onehall_protocol::drafts::Answers;
use serde_json::{Value, json};
use support::{PAGE, examples};

fn load(value: &Value) -> Arc<Form> {
    Arc::new(Form::from_value(value).unwrap_or_else(|findings| panic!("{findings:#?}\n{value:#}")))
}

/// A form of one question.
fn asking(question: &Value) -> Arc<Form> {
    let title = json!({"zh-CN": "示例", "en": "Example"});
    load(&json!({
        "schema": "onehall-form/1", "code": "example", "version": 1, "title": title,
        "pages": [{"id": "page", "title": title, "questions": [question]}],
    }))
}

#[test]
fn each_example_loads_and_each_answer_is_one() {
    let context = Context::on("2026-11-23".parse().unwrap_or_else(|error| panic!("{error}")));
    let mut asked: Option<Value> = None;
    let mut answered = 0;
    for (sort, value) in examples() {
        match sort {
            "form" => drop(load(&value)),
            "question" => {
                asking(&value);
                asked = Some(value);
            }
            "answer" | "answers" => {
                let question = asked.take().unwrap_or_else(|| panic!("an answer to nothing: {value}"));
                let path = question["id"].as_str().unwrap_or_default().to_owned();
                let answers: Answers = match sort {
                    "answer" => [(path, value)].into(),
                    _ => serde_json::from_value(value).unwrap_or_else(|error| panic!("{error}")),
                };
                let filling = Filling::new(asking(&question), answers.clone(), context.clone());
                assert_eq!(filling.errors(), [], "{answers:?} to {question}");
                assert_eq!(filling.submitted_answers(), answers);
                answered += 1;
            }
            other => panic!("what is `{other}`?"),
        }
    }
    assert!(answered > 20, "{answered}");
}

#[test]
fn no_kind_and_no_field_is_left_out() {
    let schema = json_schema();
    let names = |value: &Value| -> Vec<String> {
        let names = value.as_array().map_or(&[][..], Vec::as_slice);
        names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let kinds = names(&schema["$defs"]["question"]["properties"]["kind"]["enum"]);
    let shown: BTreeSet<String> = examples()
        .iter()
        .filter(|(sort, _)| *sort == "question")
        .filter_map(|(_, question)| question["kind"].as_str().map(str::to_owned))
        .collect();
    let headings: Vec<&str> = PAGE.lines().filter(|line| line.starts_with("### ")).collect();
    for kind in &kinds {
        let named = format!("`{kind}`");
        assert!(
            headings.iter().any(|heading| heading.contains(&named)),
            "no heading for {kind}"
        );
        assert!(shown.contains(kind), "no example of {kind}");
        for field in schema["$defs"][kind]["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
        {
            let named = [format!("`{field}`"), format!("\"{field}\"")];
            assert!(
                named.iter().any(|name| PAGE.contains(name)),
                "{kind}: nothing of {field}"
            );
        }
    }
    for operator in names(&schema["$defs"]["rule"]["anyOf"][2]["propertyNames"]["enum"]) {
        // `?:` is another way to write `if`.
        let named =
            operator == "?:" || PAGE.contains(&format!("`{operator}`")) || PAGE.contains(&format!("\"{operator}\""));
        assert!(named, "nothing of the operator {operator}");
    }
}
