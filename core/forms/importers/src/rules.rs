//! Rules of the form engine, as importers make them.
//!
//! Other systems know two truth values: what hangs on an unanswered question is false, or whatever JavaScript makes of it.
//! The engine knows a third, unknown. [`holds`] is where one becomes the other.

use serde_json::{Value, json};

/// How deep a foreign condition may nest before it is given up: the engine takes 40.
pub(crate) const DEPTH: usize = 30;

/// Why something could not become a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unable {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Unable {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Unable {
        Unable {
            code,
            message: message.into(),
        }
    }
}

/// Every one of these; true where there is none.
pub(crate) fn all(rules: impl IntoIterator<Item = Value>) -> Value {
    joined("and", rules, true)
}

/// One of these; false where there is none.
pub(crate) fn any(rules: impl IntoIterator<Item = Value>) -> Value {
    joined("or", rules, false)
}

fn joined(operator: &str, rules: impl IntoIterator<Item = Value>, neutral: bool) -> Value {
    let mut terms: Vec<Value> = Vec::new();
    for rule in rules {
        match rule {
            Value::Bool(value) if value == neutral => {}
            Value::Bool(_) => return rule,
            rule => {
                // One operation inside the same operation is one with more arguments.
                match inner(&rule, operator) {
                    Some(inner) => terms.extend(
                        inner
                            .iter()
                            .filter(|term| !terms.contains(term))
                            .cloned()
                            .collect::<Vec<_>>(),
                    ),
                    None if !terms.contains(&rule) => terms.push(rule),
                    None => {}
                }
            }
        }
    }
    match terms.len() {
        0 => Value::Bool(neutral),
        1 => terms.pop().unwrap_or(Value::Bool(neutral)),
        // The engine takes 999 arguments of one operation.
        2..=900 => json!({ operator: terms }),
        _ => {
            let parts: Vec<Value> = terms.chunks(900).map(|part| json!({ operator: part })).collect();
            json!({ operator: parts })
        }
    }
}

fn inner<'a>(rule: &'a Value, operator: &str) -> Option<&'a Vec<Value>> {
    rule.as_object()
        .filter(|fields| fields.len() == 1)
        .and_then(|fields| fields.get(operator))
        .and_then(Value::as_array)
}

/// Whether the rule is surely true: unknown is false here.
pub(crate) fn holds(rule: Value) -> Value {
    or_else(rule, false)
}

/// The rule, and what it is where it is unknown.
pub(crate) fn or_else(rule: Value, otherwise: bool) -> Value {
    if is_known(&rule) {
        rule
    } else {
        json!({"or_else": [rule, otherwise]})
    }
}

/// The opposite, where what is unknown counts as false: so its opposite is true.
pub(crate) fn fails(rule: Value) -> Value {
    match rule {
        Value::Bool(value) => Value::Bool(!value),
        rule => match single(&rule, "!") {
            Some(inner) if is_known(inner) => inner.clone(),
            _ => json!({"!": [holds(rule)]}),
        },
    }
}

fn single<'a>(rule: &'a Value, operator: &str) -> Option<&'a Value> {
    match inner(rule, operator)?.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// Whether the rule is true or false whatever is answered.
fn is_known(rule: &Value) -> bool {
    let Some((operator, arguments)) = rule.as_object().and_then(|fields| fields.iter().next()) else {
        return !rule.is_null();
    };
    let all_known = || arguments.as_array().is_some_and(|items| items.iter().all(is_known));
    match operator.as_str() {
        "answered" => true,
        "or_else" => arguments
            .as_array()
            .and_then(|items| items.last())
            .is_some_and(is_known),
        "and" | "or" | "!" | "!!" => all_known(),
        _ => false,
    }
}

/// The answer of a question.
pub(crate) fn var(reference: &str) -> Value {
    json!({"var": reference})
}

/// Whether the question is answered.
pub(crate) fn answered(reference: &str) -> Value {
    json!({"answered": var(reference)})
}

/// How many values a rule is made of.
pub(crate) fn size(rule: &Value) -> usize {
    match rule {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => 1 + fields.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// How deep a rule nests.
pub(crate) fn depth(rule: &Value) -> usize {
    match rule {
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// A number as JSON, whole where it is whole.
pub(crate) fn number(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        json!(number as i64)
    } else {
        json!(number)
    }
}

/// Whole months from day `a` to day `b`, which the engine has no operator for: by the parts of the texts.
pub(crate) fn months_between(a: &Value, b: &Value) -> Value {
    let part = |day: &Value, from: u8, length: u8| json!({"substr": [day, from, length]});
    let years = json!({"*": [{"-": [part(b, 0, 4), part(a, 0, 4)]}, 12]});
    let months = json!({"-": [part(b, 5, 2), part(a, 5, 2)]});
    json!({"-": [{"+": [years, months]}, {"if": [{"<": [part(b, 8, 2), part(a, 8, 2)]}, 1, 0]}]})
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{all, any, fails, holds};

    #[test]
    fn joined_rules_are_as_small_as_they_can_be() {
        let (a, b) = (json!({"==": [{"var": "a"}, 1]}), json!({"var": "b"}));
        assert_eq!(all([json!(true), a.clone()]), a);
        assert_eq!(all([a.clone(), json!(false), b.clone()]), json!(false));
        assert_eq!(any([]), json!(false));
        assert_eq!(
            all([all([a.clone(), b.clone()]), a.clone(), b.clone()]),
            json!({"and": [a, b]}),
            "nothing stands twice"
        );
    }

    #[test]
    fn an_opposite_is_known_where_the_rule_is_unknown() {
        let a = json!({"==": [{"var": "a"}, 1]});
        assert_eq!(fails(a.clone()), json!({"!": [{"or_else": [a, false]}]}));
        assert_eq!(fails(fails(a.clone())), holds(a));
        assert_eq!(
            fails(json!({"answered": {"var": "a"}})),
            json!({"!": [{"answered": {"var": "a"}}]})
        );
    }
}
