//! Rules: in plain JsonLogic over whatever data, and at every place of a form.

use std::sync::Arc;

use onehall_forms::{Context, Filling, Form, rules};
use onehall_protocol::Date;
use onehall_protocol::drafts::Answers;
use serde_json::{Value, json};

use crate::definition;
use crate::evaluations::{hold, same};
use crate::mutate::Vocabulary;
use crate::{Reaction, Target};

/// A document is `{"rule": …, "data": …}`.
pub(crate) const TARGET: Target = Target {
    name: "rules",
    seed,
    vocabulary: Vocabulary {
        words: &[
            "a",
            "b",
            "c",
            "d",
            "e",
            "y",
            "t",
            "s.from",
            "s",
            "g",
            "x",
            "z",
            "h",
            "u",
            "row.x",
            "row.h",
            "outer_row.x",
            "current",
            "current.x",
            "accumulator",
            "x.y",
            "1",
            "0",
            "2026-02-28",
            "2024-02-29",
            "9999-12-31",
            "12:30",
            "0.10",
            "-1.50",
        ],
        names: &[
            "var",
            "answer",
            "==",
            "!=",
            "===",
            "!==",
            "<",
            "<=",
            ">",
            ">=",
            "!",
            "!!",
            "and",
            "or",
            "if",
            "?:",
            "in",
            "cat",
            "+",
            "-",
            "*",
            "/",
            "%",
            "max",
            "min",
            "substr",
            "merge",
            "map",
            "filter",
            "reduce",
            "all",
            "some",
            "none",
            "missing",
            "missing_some",
            "answered",
            "or_else",
            "today",
            "years_between",
            "days_between",
            "add_days",
            "sum",
            "count",
            "length",
            "round",
            "floor",
            "ceil",
            "add_working_days",
            "working_days_between",
            "is_working_day",
            "log",
            "nonsense",
            "a",
            "x",
        ],
    },
    holds,
};

fn seed(number: u32) -> Value {
    let var = |path: &str| json!({ "var": path });
    let rules = [
        json!({ "and": [{ ">": [var("a"), 2] }, { "==": [var("c"), "x"] }, var("y")] }),
        json!({ "or": [{ "!": [{ "answered": var("d") }] }, { "in": ["a", var("e")] }] }),
        json!({ "if": [{ "<": [var("a"), 3] }, { "+": [var("a"), 0.1, "2"] }, var("y"), { "cat": [var("c"), var("a")] }, 7] }),
        json!({ "<": [1, { "%": [var("a"), 3] }, { "/": [var("a"), 2] }] }),
        json!({ "sum": [var("g"), { "*": [var("x"), 2] }] }),
        json!({ "sum": [var("g"), { "sum": [var("h"), { "var": ["u", 1] }] }] }),
        json!({ "count": [var("g"), { ">": [var("x"), { "answer": "a" }] }] }),
        json!({ "reduce": [var("g"), { "max": [var("current.x"), var("accumulator")] }, 0] }),
        json!({ "all": [{ "filter": [var("g"), { "!!": [var("x")] }] }, { "<": [var("x"), 9] }] }),
        json!({ "some": [{ "map": [var("g"), { "+": [var("x"), 1] }] }, { "==": [var(""), 3] }] }),
        json!({ "none": [[1, 2, 3], { "===": [var(""), 4] }] }),
        json!({ ">=": [{ "days_between": [var("d"), { "today": [] }] }, { "years_between": [var("d"), "2026-01-01"] }] }),
        json!({ "is_working_day": [{ "add_working_days": [{ "add_days": [var("d"), -3] }, 5] }] }),
        json!({ "working_days_between": [var("s.from"), var("s.to")] }),
        json!({ "missing_some": [1, ["a", "c", "d"]] }),
        json!({ "length": { "merge": [{ "missing": ["a", "c"] }, var("e")] } }),
        json!({ "or_else": [var("b"), { "round": [{ "/": [var("a"), 3] }, 2] }, { "floor": 1.5 }, { "ceil": -1.5 }] }),
        json!({ "substr": [{ "cat": [var("c"), "abc"] }, -2, 1] }),
        json!({ "!==": [{ "-": [var("a")] }, { "min": [var("a"), var("b"), 1] }] }),
        json!({ "*": [var("row.u"), { "var": ["outer_row.x", 2] }] }),
        json!({ "==": [{ "+": [var("row.x"), var("a")] }, { "sum": [var("row.h"), var("u")] }] }),
    ];
    let at = usize::try_from(number).unwrap_or(0) % rules.len();
    json!({ "rule": rules[at], "data": data() })
}

/// The answers that one rule sees: in a form, and as JsonLogic's data.
fn data() -> Value {
    json!({ "a": 4, "c": "x", "y": true, "e": ["a", "b"], "t": "12:30" })
}

fn holds(text: &str) -> Result<Reaction, String> {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let (rule, data) = (&document["rule"], &document["data"]);
    let plain = rules::apply(rule, data);
    same("plain JsonLogic, once more", &rules::apply(rule, data), &plain)?;
    let mut said = vec![match &plain {
        Ok(value) => format!("plain {}", kind(value)),
        Err(error) => format!("plain {}", error.to_string().split(" at ").next().unwrap_or_default()),
    }];
    let mut taken = plain.is_ok();
    for (place, definition) in [
        ("form", at_the_top(rule)),
        ("row", in_a_row(rule)),
        ("inner row", in_an_inner_row(rule)),
    ] {
        match Form::from_value(&definition) {
            Ok(form) => {
                taken = true;
                said.push(format!("{place} {}", walk(&Arc::new(form))?));
            }
            Err(_) => {
                // A refusal says where and what, as any of a definition.
                let reaction = (definition::TARGET.holds)(&definition.to_string())?;
                said.extend(reaction.said.into_iter().map(|code| format!("{place} {code}")));
            }
        }
    }
    as_plain(rule)?;
    Ok(if taken {
        Reaction::taken(said)
    } else {
        Reaction::refused(said)
    })
}

/// Answers one question after the other and takes some away again; what the rule comes to at the end.
fn walk(form: &Arc<Form>) -> Result<&'static str, String> {
    let today = Date::new(2026, 11, 26).map_err(|error| error.to_string())?;
    let calendar = json!({ "calendar": { "version": "1", "days": { "covers": ["2024-01-01", "2027-12-31"], "holidays": ["2026-10-01"], "working_weekends": ["2026-10-10"] } } });
    let inputs: onehall_forms::Inputs = serde_json::from_value(calendar).map_err(|error| error.to_string())?;
    let mut filling = Filling::new(Arc::clone(form), Answers::new(), inputs.context(today));
    let answers = [
        ("a", json!(4)),
        ("c", json!("x")),
        ("g", json!(["r1", "r2"])),
        ("g/r1/x", json!(2)),
        ("g/r1/h", json!(["r1"])),
        ("g/r1/h/r1/u", json!(3)),
        ("b", json!("0.10")),
        ("d", json!("2024-02-29")),
        ("y", json!(true)),
        ("e", json!(["a", "b"])),
        ("s", json!({ "from": "2026-01-01", "to": "2026-01-31" })),
        ("w", json!("w")),
        ("v", json!(1)),
        ("o", json!("1")),
        ("g/r2/x", json!(7)),
        ("g", json!(["r2"])),
        ("a", Value::Null),
        ("y", json!(false)),
        ("g", json!([])),
    ];
    let count = answers.len();
    for (at, (path, value)) in answers.into_iter().enumerate() {
        filling.set(path, value);
        if at % 4 == 0 || at + 1 == count {
            hold(&filling)?;
        }
    }
    let found = filling.computed_values();
    Ok(kind(found.get("k").unwrap_or(&Value::Null)))
}

/// Where every part of a rule has a value in JsonLogic, a form in which all is answered gives the same value.
fn as_plain(rule: &Value) -> Result<(), String> {
    let mut parts = Vec::new();
    if !collect(rule, &mut parts) {
        return Ok(());
    }
    let data = data();
    let known = |part: &&Value| rules::apply(part, &data).is_ok_and(|value| !value.is_null());
    let Ok(expected) = rules::apply(rule, &data) else {
        return Ok(());
    };
    if !parts.iter().all(known) {
        return Ok(());
    }
    let Ok(form) = Form::from_value(&at_the_top(rule)) else {
        return Ok(());
    };
    let answers = data
        .as_object()
        .into_iter()
        .flatten()
        .map(|(path, value)| (path.clone(), value.clone()));
    let today = Date::new(2026, 11, 26).map_err(|error| error.to_string())?;
    let filling = Filling::new(Arc::new(form), answers.collect(), Context::on(today));
    let found = filling.computed_values().get("k").cloned().unwrap_or_default();
    same(
        "a rule over what is answered, in a form and in JsonLogic",
        &found,
        &expected,
    )
}

/// The rule and its parts, where they are JsonLogic without iterations; false where something else is among them.
fn collect<'a>(rule: &'a Value, parts: &mut Vec<&'a Value>) -> bool {
    const PLAIN: [&str; 20] = [
        "==", "!=", "===", "!==", "<", "<=", ">", ">=", "!", "!!", "and", "or", "if", "+", "-", "*", "max", "min",
        "cat", "in",
    ];
    parts.push(rule);
    match rule {
        Value::Object(fields) if fields.len() == 1 => fields.iter().all(|(name, given)| match name.as_str() {
            "var" => given.is_string(),
            name if PLAIN.contains(&name) => match given {
                Value::Array(given) => given.iter().all(|part| collect(part, parts)),
                given => collect(given, parts),
            },
            _ => false,
        }),
        Value::Object(_) => false,
        Value::Array(items) => items.iter().all(|part| collect(part, parts)),
        _ => true,
    }
}

/// What a value is, as a word.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "unknown",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

fn at_the_top(rule: &Value) -> Value {
    form(rule, &other(), &other())
}

fn in_a_row(rule: &Value) -> Value {
    form(&other(), rule, &other())
}

fn in_an_inner_row(rule: &Value) -> Value {
    form(&other(), &other(), rule)
}

/// What stands where the rule does not.
fn other() -> Value {
    json!({ "==": [{ "var": "a" }, 4] })
}

/// A form with a rule at every place outside of rows, one in the rows, and one in the rows within.
fn form(top: &Value, row: &Value, inner: &Value) -> Value {
    let text = || json!({ "zh-CN": "问", "en": "q" });
    let question = |id: &str, kind: &str, more: Value| {
        let mut question = json!({ "id": id, "kind": kind, "label": text() });
        for (name, value) in more.as_object().into_iter().flatten() {
            question[name] = value.clone();
        }
        question
    };
    let none = || json!({});
    let check = |rule: &Value| json!({ "valid_when": [{ "rule": rule, "message": text() }] });
    let option = |value: &str| json!({ "value": value, "label": text() });
    let mut depending = option("1");
    depending["visible_when"] = top.clone();
    let inner = json!([
        question("u", "number", none()),
        question("n", "text", json!({ "visible_when": inner })),
        question("j", "computed", json!({ "value": inner })),
    ]);
    let rows = json!([
        question("x", "number", json!({ "max": 6 })),
        question("z", "text", json!({ "required_when": row })),
        question("m", "computed", json!({ "value": row })),
        question("h", "group", json!({ "row_label": text(), "questions": inner })),
    ]);
    json!({
        "schema": "onehall-form/1", "code": "rules", "version": 1, "title": text(),
        "pages": [
            { "id": "one", "title": text(), "questions": [
                question("a", "number", json!({ "max": 9, "decimals": 2 })),
                question("b", "money", none()),
                question("c", "text", none()),
                question("d", "date", none()),
                question("e", "choices", json!({ "options": [option("a"), option("b"), option("c")] })),
                question("y", "yes_no", none()),
                question("t", "time", none()),
                question("s", "date_range", none()),
                question("g", "group", json!({ "row_label": text(), "questions": rows })),
            ] },
            { "id": "two", "title": text(), "questions": [
                question("k", "computed", json!({ "value": top })),
                question("w", "text", json!({ "required_when": top })),
                question("v", "number", check(top)),
                question("o", "choice", json!({ "options": [depending, option("2")] })),
                question("p", "note", json!({ "visible_when": top })),
            ], "next": [{ "when": top, "page": "four" }] },
            { "id": "three", "title": text(), "questions": [question("i", "text", json!({ "required": true }))] },
            { "id": "four", "title": text(), "visible_when": top, "questions": [question("l", "text", json!({ "required": true }))] },
        ],
    })
}
