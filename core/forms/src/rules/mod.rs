//! Rules: JsonLogic, compiled once, evaluated without recursion bombs, clocks or binary drift.
//!
//! # Plain mode
//! [`apply`] is JsonLogic as its public compatibility suite has it.
//!
//! # In a form
//! A form's rules differ only where a question is **unanswered**: it is *unknown*, neither true nor false. A question that
//! is hidden, or whose answer is of the wrong type, is unanswered as well.
//!
//! | expression | where something in it is unknown |
//! |---|---|
//! | `==` `!=` `===` `!==` `<` `<=` `>` `>=` `!` `!!` `in` | unknown |
//! | `and` | false if one is false, else unknown |
//! | `or` | true if one is true, else unknown |
//! | `if` with an unknown condition | unknown |
//! | arithmetic, `cat`, `substr`, `min`, `max`, `sum`, dates | unknown |
//! | `all` `some` `none` | as `and` and `or` over the elements |
//! | `filter`, `count` with a condition | elements for which the condition is true |
//! | `{"var": ["x", 0]}` | the default, here 0 |
//! | `answered`, `missing`, `missing_some` | always known |
//!
//! A question is shown, required or offered where its rule is true; a check fails where it is false. Unknown is neither.
//! A calculation that has no result (a division by zero, a text that is no number) is unknown too, and so is what counts
//! working days where the city's calendar is not at hand.
//!
//! # Names
//! `{"var": "city"}` is the answer of a question of the form; `{"var": "row.share"}`, in a repeating group, the answer in
//! the same row; `{"var": "outer_row.name"}` the one in the row around it. `{"var": "home.region"}` is a part of an answer.
//! A group is the list of its rows: `{"sum": [{"var": "shareholders"}, {"var": "share"}]}`; inside an iteration `var`
//! reads the element, and `{"answer": "city"}` still reads the form (`{"answer": "row.share"}` the row of the rule). Amounts are exact decimals, days are texts
//! (`"2026-11-23"`), so are times (`"14:30"`), and compare as such.
//!
//! # Operators beyond JsonLogic
//! | operator | value |
//! |---|---|
//! | `{"answered": a}` | whether `a` is known; a group is where it has a row |
//! | `{"or_else": [a, b, …]}` | the first that is known |
//! | `{"today": []}` | the day of the evaluation |
//! | `{"years_between": [a, b]}` | whole years from day `a` to day `b`: an age |
//! | `{"days_between": [a, b]}` | days from `a` to `b`; negative if `b` is earlier |
//! | `{"add_days": [a, n]}` | the day `n` days later |
//! | `{"add_working_days": [a, n]}` | the day on which `n` working days after `a` have passed; unknown beyond 10,000 |
//! | `{"working_days_between": [a, b]}` | working days after `a`, up to and with `b`; negative if `b` is earlier |
//! | `{"is_working_day": a}` | whether the city's authorities work on day `a` |
//! | `{"sum": [list, each]}` | the sum, over each element where `each` is given |
//! | `{"count": [list, condition]}` | how many elements, those for which the condition is true where given |
//! | `{"length": a}` | elements of a list, characters of a text |
//! | `{"round": [a, places]}` | rounded, a half away from zero (四舍五入); to whole numbers without `places` |
//! | `{"floor": a}`, `{"ceil": a}` | the next whole number below, above |
//!
//! # Limits
//! A rule nests at most 40 deep. An evaluation takes at most 2,000,000 steps: an operator, an element, 16 bytes of a text
//! that is looked at and each byte of one that is made are one each. Lists stand at most 64 deep in lists, and a computed
//! value holds at most 20,000 values. What needs more is unknown; so no rule runs for ever or takes all memory.
//!
//! Numbers are [`Decimal`](crate::Decimal)s. Texts compare by their characters, lists are equal where their elements are.

mod ast;
mod compile;
mod eval;
mod operators;
mod references;
mod value;
mod waits;

use onehall_protocol::Language;
use serde_json::Value;

pub(crate) use ast::Expr;
pub(crate) use compile::{Compiled, Fault, Names, Read, Target, compile};
pub(crate) use eval::{Evaluator, Source};
pub(crate) use value::Val;
pub(crate) use waits::Waits;

/// The name of every operator that a form's rule may use.
pub(crate) fn operators() -> impl Iterator<Item = &'static str> {
    let read = ["var", "answer", "missing", "missing_some", "?:"];
    ast::Op::NAMES.iter().copied().chain(read)
}

/// Why plain JsonLogic could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The rule itself is wrong: where (a JSON pointer), and what.
    #[error("{message} at {pointer:?}")]
    Rule {
        /// Where in the rule.
        pointer: String,
        /// What is wrong.
        message: String,
    },
    /// The rule does more than an evaluation may.
    #[error("the rule does more than it may")]
    TooMuch,
}

/// Evaluates plain JsonLogic.
///
/// ```
/// use serde_json::json;
/// let rule = json!({"if": [{">=": [{"var": "age"}, 18]}, "adult", "child"]});
/// assert_eq!(onehall_forms::rules::apply(&rule, &json!({"age": 20}))?, json!("adult"));
/// # Ok::<(), onehall_forms::rules::RuleError>(())
/// ```
///
/// # Errors
/// An operator that JsonLogic does not have, a rule that nests too deep or does too much.
pub fn apply(rule: &Value, data: &Value) -> Result<Value, RuleError> {
    let expr = compile::compile_plain(rule).map_err(|faults| {
        let fault = faults.into_iter().next();
        let (pointer, wrong) = fault.map(|fault| (fault.pointer, fault.wrong)).unwrap_or_default();
        let message = wrong.map(|wrong| wrong.say(Language::En)).unwrap_or_default();
        RuleError::Rule { pointer, message }
    })?;
    let run = Evaluator::new(None, None);
    let value = run.eval(&expr, &Val::from_json(data));
    if run.fuel.get() == 0 {
        Err(RuleError::TooMuch)
    } else {
        Ok(value.to_json())
    }
}

#[cfg(test)]
mod tests;
