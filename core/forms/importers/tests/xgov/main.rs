//! XGov and DEFRA forms: what is carried, and what is told.

mod conditions;
mod kinds;
mod routing;
#[path = "../support/mod.rs"]
mod support;

use serde_json::{Value, json};

/// A form of these pages, lists and conditions, with a summary at `/summary`.
fn form(pages: Value, lists: Value, conditions: Value) -> Value {
    let mut all = pages.as_array().cloned().unwrap_or_default();
    all.push(json!({"path": "/summary", "title": "Summary", "controller": "./pages/summary.js", "components": []}));
    let start = all[0]["path"].clone();
    json!({"name": "Boats", "startPage": start, "pages": all, "lists": lists, "conditions": conditions, "sections": [], "version": 2})
}

fn one_page(components: Value) -> Value {
    form(
        json!([{"path": "/first", "title": "First", "components": components, "next": [{"path": "/summary"}]}]),
        json!([]),
        json!([]),
    )
}

fn list(name: &str, values: &[&str]) -> Value {
    let items: Vec<Value> = values
        .iter()
        .map(|value| json!({"text": format!("The {value}"), "value": value}))
        .collect();
    json!({"name": name, "title": name, "type": "string", "items": items})
}

fn yes_no(name: &str) -> Value {
    json!({"type": "YesNoField", "name": name, "title": name, "options": {}, "schema": {}})
}

fn text(name: &str) -> Value {
    json!({"type": "TextField", "name": name, "title": name, "options": {}, "schema": {}})
}

fn structured(name: &str, conditions: Value) -> Value {
    json!({"name": name, "displayName": name, "value": {"name": name, "conditions": conditions}})
}
