//! Expressions as rules.

use serde_json::{Value, json};

use super::conditions::{Conditions, Place, any_of, from_today, never};
use super::expression::Expression;
use crate::finding::Report;
use crate::known::{Answer, Compare};
use crate::rules::{self, DEPTH, Unable, all, any, fails};

impl Conditions<'_> {
    /// Whether an expression is true.
    pub(super) fn truth(
        &self,
        it: &Expression,
        path: &str,
        place: Place<'_>,
        report: &mut Report,
        depth: usize,
    ) -> Result<Value, Unable> {
        if depth > DEPTH {
            return Err(Unable::new("condition_too_deep", "the condition nests too deep"));
        }
        let deeper = depth + 1;
        match it {
            Expression::Bool(flag) => Ok(Value::Bool(*flag)),
            Expression::Not(inner) => Ok(fails(self.truth(inner, path, place, report, deeper)?)),
            Expression::Two(sign @ ("and" | "or"), a, b) => {
                let parts = [
                    self.truth(a, path, place, report, deeper)?,
                    self.truth(b, path, place, report, deeper)?,
                ];
                Ok(if *sign == "and" { all(parts) } else { any(parts) })
            }
            Expression::Call(name, parts) if name == "and" || name == "or" => {
                let parts: Result<Vec<Value>, Unable> = parts
                    .iter()
                    .map(|part| self.truth(part, path, place, report, deeper))
                    .collect();
                Ok(if name == "and" { all(parts?) } else { any(parts?) })
            }
            Expression::If(condition, then, otherwise) => {
                let condition = self.truth(condition, path, place, report, deeper)?;
                let then = self.truth(then, path, place, report, deeper)?;
                let otherwise = self.truth(otherwise, path, place, report, deeper)?;
                Ok(any([
                    all([condition.clone(), then]),
                    all([fails(condition), otherwise]),
                ]))
            }
            Expression::Two("in", needle, heap) => self.contained(needle, heap, path, place, report),
            Expression::Two(sign, a, b) => {
                let how = match *sign {
                    "==" => Compare::Is,
                    "!=" => Compare::IsNot,
                    "<" => Compare::Less,
                    "<=" => Compare::AtMost,
                    ">" => Compare::More,
                    ">=" => Compare::AtLeast,
                    _ => {
                        return Err(Unable::new(
                            "odd_condition",
                            "it calculates something that is neither true nor false",
                        ));
                    }
                };
                match (&**a, &**b) {
                    (Expression::Name(name), other) => self.comparison(name, how, other, path, place, report),
                    (other, Expression::Name(name)) => self.comparison(name, how.turned(), other, path, place, report),
                    (a, b) => self.calculated(how, a, b, path, place, report),
                }
            }
            Expression::Name(name) => match self.fields(name, place) {
                Err(unable) => Ok(never(&unable, path, report)),
                Ok(fields) => any_of(&fields, place.groups, |known, reference| {
                    let is = |value: &str| json!({"==": [rules::var(reference), value]});
                    Ok(match &known.answer {
                        Answer::Bool => json!({"==": [rules::var(reference), true]}),
                        Answer::Number => json!({"!=": [rules::var(reference), 0]}),
                        // Of a list whose values are no texts, `false` and 0 are not true.
                        Answer::Choice(options) if options.iter().any(|option| is_false(option)) => any(options
                            .iter()
                            .filter(|option| !is_false(option))
                            .map(|option| is(option))),
                        _ => rules::answered(reference),
                    })
                }),
            },
            _ => Err(Unable::new("odd_condition", "it is neither true nor false")),
        }
    }

    fn contained(
        &self,
        needle: &Expression,
        heap: &Expression,
        path: &str,
        place: Place<'_>,
        report: &mut Report,
    ) -> Result<Value, Unable> {
        match (needle, heap) {
            (literal, Expression::Name(name)) if constant(literal).is_some() => {
                self.comparison(name, Compare::Is, literal, path, place, report)
            }
            (Expression::Name(name), Expression::List(items)) => {
                let found: Result<Vec<Value>, Unable> = items
                    .iter()
                    .map(|item| self.comparison(name, Compare::Is, item, path, place, report))
                    .collect();
                Ok(any(found?))
            }
            _ => Err(Unable::new(
                "odd_condition",
                "it looks for something in what is no list",
            )),
        }
    }

    fn comparison(
        &self,
        name: &str,
        how: Compare,
        other: &Expression,
        path: &str,
        place: Place<'_>,
        report: &mut Report,
    ) -> Result<Value, Unable> {
        let fields = match self.fields(name, place) {
            Ok(fields) => fields,
            Err(unable) => return Ok(never(&unable, path, report)),
        };
        if let Some(value) = constant(other) {
            let rule = self.compare(name, &fields, place, how, &value)?;
            if rule.is_boolean() {
                let message =
                    format!("`{name}` is compared with {value}, which is no option, so it always gives the same");
                report.differs(path, "unknown_option", message);
            }
            return Ok(rule);
        }
        if let Expression::Call(function, given) = other
            && matches!(function.as_str(), "dateForComparison" | "timeForComparison")
        {
            let (Some(Value::Number(amount)), Some(Value::String(unit))) =
                (given.first().and_then(constant), given.get(1).and_then(constant))
            else {
                return Err(Unable::new(
                    "odd_condition",
                    format!("`{function}` takes a number and a unit"),
                ));
            };
            let amount = amount.as_f64().unwrap_or(0.0) as i64;
            return any_of(&fields, place.groups, |known, reference| {
                from_today(known, reference, how, amount, &unit)
            });
        }
        self.calculated(how, &Expression::Name(name.to_owned()), other, path, place, report)
    }

    fn calculated(
        &self,
        how: Compare,
        a: &Expression,
        b: &Expression,
        path: &str,
        place: Place<'_>,
        report: &mut Report,
    ) -> Result<Value, Unable> {
        let sides = [a, b].map(|side| self.number(side, place, 0));
        match sides {
            [Ok(a), Ok(b)] => {
                let sign = match how {
                    Compare::Is => "==",
                    Compare::IsNot => "!=",
                    Compare::Less => "<",
                    Compare::AtMost => "<=",
                    Compare::More => ">",
                    Compare::AtLeast => ">=",
                };
                Ok(json!({sign: [a, b]}))
            }
            [Err(unable), _] | [_, Err(unable)] if matches!(unable.code, "unknown_field" | "asked_later") => {
                Ok(never(&unable, path, report))
            }
            [Err(unable), _] | [_, Err(unable)] => Err(unable),
        }
    }

    fn number(&self, it: &Expression, place: Place<'_>, depth: usize) -> Result<Value, Unable> {
        if depth > DEPTH {
            return Err(Unable::new("condition_too_deep", "the condition nests too deep"));
        }
        if let Some(value) = constant(it) {
            return Ok(value);
        }
        match it {
            Expression::Name(name) => {
                let fields = self.fields(name, place)?;
                let mut read = Vec::new();
                // Where several are answered the last one counts.
                for known in fields.iter().rev() {
                    if matches!(known.answer, Answer::Whole | Answer::Rows | Answer::Nothing) {
                        return Err(Unable::new(
                            "odd_comparison",
                            format!("`{name}` has no single value to compare"),
                        ));
                    }
                    read.push(rules::var(&known.reference(place.groups)?));
                }
                let first = read.first().cloned();
                match (read.len(), first) {
                    (1, Some(one)) => Ok(one),
                    _ => Ok(json!({"or_else": read})),
                }
            }
            Expression::Negative(inner) => Ok(json!({"-": [self.number(inner, place, depth + 1)?]})),
            Expression::Two(sign @ ("+" | "-" | "*" | "/" | "%"), a, b) => {
                Ok(json!({*sign: [self.number(a, place, depth + 1)?, self.number(b, place, depth + 1)?]}))
            }
            Expression::Call(function, given) => {
                let function = match function.as_str() {
                    "length" | "round" | "floor" | "ceil" if given.len() == 1 => function.as_str(),
                    "min" | "max" if !given.is_empty() => function.as_str(),
                    other => {
                        return Err(Unable::new(
                            "unknown_function",
                            format!("there is nothing like `{other}(…)`"),
                        ));
                    }
                };
                let given: Result<Vec<Value>, Unable> =
                    given.iter().map(|part| self.number(part, place, depth + 1)).collect();
                Ok(json!({function: given?}))
            }
            _ => Err(Unable::new("odd_condition", "it compares something that has no value")),
        }
    }
}

/// Whether an option is the text of a value that is not true.
fn is_false(option: &str) -> bool {
    matches!(option, "false" | "0")
}

fn constant(it: &Expression) -> Option<Value> {
    match it {
        Expression::Number(number) => Some(rules::number(*number)),
        Expression::Text(text) => Some(Value::String(text.clone())),
        Expression::Bool(flag) => Some(Value::Bool(*flag)),
        Expression::Negative(inner) => match &**inner {
            Expression::Number(number) => Some(rules::number(-number)),
            _ => None,
        },
        _ => None,
    }
}
