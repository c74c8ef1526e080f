//! Evaluation of a compiled rule.

use std::cell::Cell;
use std::sync::Arc;

use super::ast::{Expr, Op, Place};
use super::operators;
use super::value::Val;
use crate::context::Context;

/// Where a rule reads answers.
pub(crate) trait Source {
    /// The answer of question `node`, seen from the row in which the rule stands.
    fn answer(&self, node: u32) -> Val;
    /// The answer of question `node` in row `row`.
    fn field(&self, row: u32, node: u32) -> Val;
    /// The answer of the question with this id in row `row`.
    fn field_named(&self, row: u32, name: &str) -> Val;
}

/// How much one evaluation may do: elements visited plus sizes of texts and lists made. A rule that needs more is
/// unknown. Far above any honest rule; it ends what nests iterations to run for ever.
pub(crate) const FUEL: u32 = 2_000_000;

/// How deep lists may stand in lists. Values are walked, compared and dropped level by level.
const DEEPEST: u32 = 64;

/// So many bytes of a text cost as much as one step.
const BYTES_PER_STEP: usize = 16;

/// One evaluation.
pub(crate) struct Evaluator<'a> {
    /// The answers; none in plain mode.
    pub(crate) source: Option<&'a dyn Source>,
    /// The day of the evaluation and what else it hangs on.
    pub(crate) context: Option<&'a Context>,
    /// What is left to do.
    pub(crate) fuel: Cell<u32>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(source: Option<&'a dyn Source>, context: Option<&'a Context>) -> Evaluator<'a> {
        Evaluator {
            source,
            context,
            fuel: Cell::new(FUEL),
        }
    }

    /// Whether unanswered is unknown (a form) rather than null (plain JsonLogic).
    pub(crate) fn three_valued(&self) -> bool {
        self.source.is_some()
    }

    /// What an evaluation gives that cannot give a value: unknown in a form, null in plain mode.
    pub(crate) fn nothing(&self) -> Val {
        if self.three_valued() { Val::Unknown } else { Val::Null }
    }

    /// Takes fuel; false when there is none left.
    pub(crate) fn burn(&self, amount: usize) -> bool {
        let left = self
            .fuel
            .get()
            .saturating_sub(u32::try_from(amount).unwrap_or(u32::MAX));
        self.fuel.set(left);
        left > 0
    }

    /// Whether there is fuel for so much, before something large is made and paid for; where there is not, none is left.
    pub(crate) fn affords(&self, amount: usize) -> bool {
        let enough = self.fuel.get() as usize > amount;
        enough || self.burn(usize::MAX)
    }

    /// A list or object that was just made; no value where it holds more than an evaluation may do, or nests too deep.
    ///
    /// Lists share what they hold: forty times a list of the last one twice is forty steps to make, and no end to walk.
    /// So whoever makes one pays for all that is in it.
    pub(crate) fn made(&self, value: Val) -> Val {
        if self.pays_for(&value) { value } else { self.nothing() }
    }

    /// Takes the fuel for a walk through all of the value.
    pub(crate) fn pays_for(&self, value: &Val) -> bool {
        self.pays_within(value, 0)
    }

    fn pays_within(&self, value: &Val, depth: u32) -> bool {
        let inside = |value: &Val| self.pays_within(value, depth + 1);
        match value {
            Val::List(_) | Val::Map(_) if depth >= DEEPEST => false,
            Val::List(items) => self.burn(items.len()) && items.iter().all(inside),
            Val::Map(fields) => self.burn(fields.len()) && fields.values().all(inside),
            Val::Text(text) => text.len() < BYTES_PER_STEP || self.burn(text.len() / BYTES_PER_STEP),
            _ => true,
        }
    }

    /// The value of `expr` with `element` in hand.
    pub(crate) fn eval(&self, expr: &Expr, element: &Val) -> Val {
        if !self.burn(1) {
            return self.nothing();
        }
        match expr {
            Expr::Const(value) => value.clone(),
            Expr::List(items) => self.made(Val::list(items.iter().map(|item| self.eval(item, element)).collect())),
            Expr::Var(place, default) => {
                let value = self.read(place, element);
                match default {
                    Some(default) if matches!(value, Val::Null | Val::Unknown) => self.eval(default, element),
                    _ => value,
                }
            }
            Expr::DynamicVar(arguments) => self.dynamic_var(arguments, element),
            Expr::Missing { needed, names } => {
                let missing: Vec<Val> = names
                    .iter()
                    .filter(|(_, place)| !self.is_answered(&self.read(place, element)))
                    .map(|(name, _)| Val::text(name))
                    .collect();
                enough_or_missing(*needed, names.len(), missing)
            }
            Expr::DynamicMissing { some, arguments } => self.dynamic_missing(*some, arguments, element),
            Expr::Call(op, arguments) if op.iterates() => self.iterate(*op, arguments, element),
            Expr::Call(op, arguments) => operators::call(self, *op, arguments, element),
        }
    }

    /// Whether there is a value: in plain mode as `missing` has it; in a form a group without rows has none.
    pub(crate) fn is_answered(&self, value: &Val) -> bool {
        match value {
            Val::Unknown | Val::Null => false,
            Val::Text(text) => !text.is_empty(),
            Val::List(items) => !self.three_valued() || !items.is_empty(),
            _ => true,
        }
    }

    fn read(&self, place: &Place, element: &Val) -> Val {
        match (place, self.source) {
            (Place::Answer(node, rest), Some(source)) => self.walk(source.answer(*node), rest),
            (Place::Field(node, rest), Some(source)) => match element {
                Val::Row(row) => self.walk(source.field(*row, *node), rest),
                _ => Val::Unknown,
            },
            (Place::Element(path), _) => self.walk(element.clone(), path),
            _ => self.nothing(),
        }
    }

    fn walk(&self, mut value: Val, path: &[Box<str>]) -> Val {
        for step in path {
            value = match (&value, self.source) {
                (Val::Row(row), Some(source)) => source.field_named(*row, step),
                (Val::Map(fields), _) => fields.get(&**step).cloned().unwrap_or_else(|| self.nothing()),
                (Val::List(items), _) => {
                    let at: Option<usize> = step.parse().ok();
                    at.and_then(|at| items.get(at).cloned())
                        .unwrap_or_else(|| self.nothing())
                }
                _ => return self.nothing(),
            };
        }
        value
    }

    fn dynamic_var(&self, arguments: &[Expr], element: &Val) -> Val {
        let path = arguments.first().map_or(Val::Null, |path| self.eval(path, element));
        let value = match path {
            Val::Null => element.clone(),
            path => self.walk(element.clone(), &steps(&path.to_text())),
        };
        match arguments.get(1) {
            Some(default) if value == Val::Null => self.eval(default, element),
            _ => value,
        }
    }

    fn dynamic_missing(&self, some: bool, arguments: &[Expr], element: &Val) -> Val {
        let mut values: Vec<Val> = arguments.iter().map(|argument| self.eval(argument, element)).collect();
        let needed = if some && !values.is_empty() {
            let needed = values
                .remove(0)
                .to_number()
                .and_then(|number| number.to_i64())
                .unwrap_or(0);
            Some(usize::try_from(needed).unwrap_or(0))
        } else {
            None
        };
        let names = match values.first() {
            Some(Val::List(names)) => names.as_ref().clone(),
            _ => values,
        };
        let total = names.len();
        if !self.burn(total) {
            return self.nothing();
        }
        let absent = |name: &Val| !self.is_answered(&self.walk(element.clone(), &steps(&name.to_text())));
        let missing = names.into_iter().filter(absent).collect();
        enough_or_missing(needed, total, missing)
    }

    fn iterate(&self, op: Op, arguments: &[Expr], element: &Val) -> Val {
        let list = arguments.first().map_or(Val::Null, |list| self.eval(list, element));
        let items = match list {
            Val::List(items) => items,
            Val::Unknown => return Val::Unknown,
            _ => Arc::default(),
        };
        if !self.burn(items.len()) {
            return self.nothing();
        }
        let body = arguments.get(1);
        let each = |item: &Val| body.map_or_else(|| item.clone(), |body| self.eval(body, item));
        match op {
            Op::Filter => {
                let kept = items.iter().filter(|item| each(item).truth() == Some(true));
                Val::list(kept.cloned().collect())
            }
            Op::Map => self.made(Val::list(items.iter().map(each).collect())),
            Op::Count => {
                let counted = match body {
                    Some(_) => items.iter().filter(|item| each(item).truth() == Some(true)).count(),
                    None => items.len(),
                };
                Val::Number((counted as i64).into())
            }
            Op::Sum => {
                // A text that is no number is read to its end all the same.
                let paid = |item: &Val| Some(each(item)).filter(|value| self.pays_for(value));
                let summands = items.iter().map(|item| paid(item).unwrap_or(Val::Unknown));
                operators::fold(self, summands, 0.into(), crate::Decimal::plus)
            }
            Op::All if items.is_empty() => Val::Bool(false),
            Op::All => kleene(items.iter().map(|item| each(item).truth().map(|truth| !truth)), true),
            Op::Some => kleene(items.iter().map(|item| each(item).truth()), false),
            Op::NoneOf => kleene(items.iter().map(|item| each(item).truth()), true),
            Op::Reduce => {
                let mut accumulator = arguments.get(2).map_or(Val::Null, |start| self.eval(start, element));
                for item in items.iter() {
                    let pair = [
                        ("current".to_owned(), item.clone()),
                        ("accumulator".to_owned(), accumulator),
                    ];
                    accumulator = each(&Val::map(pair.into_iter()));
                    // In plain mode the pair itself may be handed on, with the one before in it.
                    if matches!(accumulator, Val::Map(_)) {
                        accumulator = self.made(accumulator);
                    }
                }
                accumulator
            }
            _ => self.nothing(),
        }
    }
}

/// Whether any is true, turned round where `negate`: a true one decides, else an unknown one leaves it unknown.
fn kleene(truths: impl Iterator<Item = Option<bool>>, negate: bool) -> Val {
    let mut unknown = false;
    for truth in truths {
        match truth {
            Some(true) => return Val::Bool(!negate),
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown { Val::Unknown } else { Val::Bool(negate) }
}

fn enough_or_missing(needed: Option<usize>, total: usize, missing: Vec<Val>) -> Val {
    match needed {
        Some(needed) if total - missing.len() >= needed => Val::list(Vec::new()),
        _ => Val::list(missing),
    }
}

/// The steps of a path with points.
pub(crate) fn steps(path: &str) -> Vec<Box<str>> {
    if path.is_empty() {
        Vec::new()
    } else {
        path.split('.').map(Into::into).collect()
    }
}
