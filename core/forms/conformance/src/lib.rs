//! The form engine, asked the same questions on every target.
//!
//! [`evaluate`] is the engine as another language sees it: JSON in, JSON out. [`generated`] makes forms and answers out of
//! numbers, one pair a number, and gives the hash of each evaluation; [`rules`] applies rules to data. The same call must
//! give the same text natively, in Node.js and in a browser: `cargo xtask test --only conformance` compares them.
//!
//! [`Typing`] keeps a filling, so that a change costs what it reaches; [`typed_form`] makes forms of any size to type in.
//! `cargo xtask bench forms` measures a key in them on each target.

mod entry;
mod forms;
mod generate;
mod typing;

mod web;

use std::fmt::Write as _;
use std::sync::Arc;

use onehall_forms::{Filling, Form};
use onehall_protocol::drafts::Answers;
use serde_json::{Value, json};

pub use entry::evaluate;
pub use forms::{SIZES, Shape, TypedForm, typed_form};
pub use generate::{Pair, pair};
pub use typing::Typing;

/// The hashes of the pairs `from` to `from + count`, a line each: the number, the transcript hash, how many errors, how
/// many pages.
///
/// Each pair is evaluated in three ways, which must agree: at once, answer by answer, and as JSON through [`evaluate`]. Where
/// they do not, the line says so instead.
#[must_use]
pub fn generated(from: u32, count: u32) -> String {
    let mut lines = String::new();
    for number in from..from.saturating_add(count) {
        let _ = writeln!(lines, "{}", line(number));
    }
    lines
}

fn line(number: u32) -> String {
    let Pair {
        definition,
        answers,
        as_of,
        inputs,
    } = pair(number);
    let form = match Form::from_value(&definition) {
        Ok(form) => Arc::new(form),
        Err(findings) => return format!("{number} no form: {findings:?}"),
    };
    let context = inputs.context(as_of);
    let at_once = Filling::new(Arc::clone(&form), answers.clone(), context.clone()).evaluation();
    let mut by_answer = Filling::new(form, Answers::new(), context);
    for (path, value) in &answers {
        by_answer.set(path, value.clone());
    }
    let by_answer = by_answer.evaluation();
    if by_answer != at_once {
        return format!(
            "{number} differs answer by answer: {} {}",
            by_answer.transcript, at_once.transcript
        );
    }
    let request = json!({ "definition": definition, "answers": answers, "as_of": as_of, "inputs": inputs });
    let reply: Value = serde_json::from_str(&evaluate(&request.to_string())).unwrap_or_default();
    if reply["transcript"] != at_once.transcript {
        return format!(
            "{number} differs as JSON: {} {}",
            reply["transcript"], at_once.transcript
        );
    }
    format!(
        "{number} {} {} {}",
        at_once.transcript,
        at_once.errors.len(),
        at_once.pages.len()
    )
}

/// Applies rules to data, in plain JsonLogic: `[[rule, data], …]` as JSON; the results as JSON, a line each.
#[must_use]
pub fn rules(cases: &str) -> String {
    let cases: Vec<(Value, Value)> = match serde_json::from_str(cases) {
        Ok(cases) => cases,
        Err(error) => return format!("these are no cases: {error}"),
    };
    let mut lines = String::new();
    for (rule, data) in cases {
        let _ = match onehall_forms::rules::apply(&rule, &data) {
            Ok(value) => writeln!(lines, "{value}"),
            Err(error) => writeln!(lines, "error: {error}"),
        };
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn pairs_are_forms_that_differ_and_are_decided_alike_in_each_way() {
        let lines = generated(0, 400);
        let mut hashes = BTreeSet::new();
        let (mut with_errors, mut without) = (0, 0);
        for line in lines.lines() {
            let words: Vec<&str> = line.split(' ').collect();
            assert!(words.len() == 4 && words[1].len() == 64, "{line}");
            hashes.insert(words[1]);
            if words[2] == "0" {
                without += 1
            } else {
                with_errors += 1
            }
        }
        assert!(hashes.len() > 380, "{} forms differ", hashes.len());
        assert!(
            with_errors > 50 && without > 20,
            "{with_errors} with errors, {without} without"
        );
    }

    #[test]
    fn every_kind_of_question_is_among_them() {
        let mut kinds = BTreeSet::new();
        for number in 0..400 {
            collect(&pair(number).definition, &mut kinds);
        }
        for kind in generate::KINDS {
            assert!(kinds.contains(kind), "{kind}");
        }
    }

    fn collect(value: &Value, kinds: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(kind) = fields.get("kind").and_then(Value::as_str) {
                    kinds.insert(kind.to_owned());
                }
                fields.values().for_each(|value| collect(value, kinds));
            }
            Value::Array(items) => items.iter().for_each(|value| collect(value, kinds)),
            _ => {}
        }
    }

    #[test]
    fn rules_are_applied_one_by_one() {
        let text = rules(r#"[[{"+":[{"var":"a"},0.2]},{"a":0.1}],[{"nonsense":[]},null]]"#);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "0.3");
        assert!(lines[1].starts_with("error:"), "{text}");
        assert!(rules("7").starts_with("these are no cases"));
    }
}
