//! The operators that look at their arguments only.

use std::cmp::Ordering;

use onehall_protocol::Date;

use super::ast::{Expr, Op};
use super::eval::Evaluator;
use super::value::{Val, loosely_equal, order, same};
use crate::decimal::Decimal;

/// The furthest that working days are added: about 38 years.
const MOST_WORKING_DAYS: usize = 10_000;

/// The value of an operation.
pub(crate) fn call(run: &Evaluator<'_>, op: Op, arguments: &[Expr], element: &Val) -> Val {
    match op {
        Op::And => and_or(run, arguments, element, false),
        Op::Or => and_or(run, arguments, element, true),
        Op::If => branch(run, arguments, element),
        Op::OrElse => arguments
            .iter()
            .map(|argument| run.eval(argument, element))
            .find(|value| !matches!(value, Val::Unknown | Val::Null))
            .unwrap_or_else(|| run.nothing()),
        Op::Answered => {
            let value = arguments
                .first()
                .map_or(Val::Unknown, |argument| run.eval(argument, element));
            Val::Bool(run.is_answered(&value))
        }
        Op::Today => run
            .context
            .map_or_else(|| run.nothing(), |context| Val::text(&context.as_of.to_string())),
        _ => {
            let values: Vec<Val> = arguments.iter().map(|argument| run.eval(argument, element)).collect();
            if run.three_valued() && op != Op::Merge && values.iter().any(Val::is_unknown) {
                return Val::Unknown;
            }
            // Who only asks whether there is something, or how long a list is, does not walk it.
            let walks = |value: &Val| match op {
                Op::Not | Op::Truth | Op::Merge => false,
                Op::Length => !matches!(value, Val::List(_)),
                _ => true,
            };
            if !values.iter().all(|value| !walks(value) || run.pays_for(value)) {
                return run.nothing();
            }
            strict(run, op, &values)
        }
    }
}

/// The operators that are unknown as soon as one argument is.
fn strict(run: &Evaluator<'_>, op: Op, values: &[Val]) -> Val {
    let null = Val::Null;
    let at = |index: usize| values.get(index).unwrap_or(&null);
    let truth = |truth: Option<bool>| truth.map_or(Val::Unknown, Val::Bool);
    match op {
        Op::Equal => truth(loosely_equal(at(0), at(1))),
        Op::NotEqual => truth(loosely_equal(at(0), at(1)).map(|equal| !equal)),
        Op::Same => truth(same(at(0), at(1))),
        Op::NotSame => truth(same(at(0), at(1)).map(|equal| !equal)),
        Op::Greater => chain(values, |order| order == Ordering::Greater),
        Op::GreaterOrEqual => chain(values, |order| order != Ordering::Less),
        Op::Less => chain(values, |order| order == Ordering::Less),
        Op::LessOrEqual => chain(values, |order| order != Ordering::Greater),
        Op::Not => truth(at(0).truth().map(|truth| !truth)),
        Op::Truth => truth(at(0).truth()),
        Op::In => contains(at(0), at(1)),
        Op::Cat => {
            let mut text = String::new();
            for value in values {
                let part = value.item_text();
                if !run.burn(part.len()) {
                    return run.nothing();
                }
                text.push_str(&part);
            }
            Val::text(&text)
        }
        Op::Merge => {
            let mut merged = Vec::new();
            for value in values {
                match value {
                    Val::List(items) if run.affords(merged.len() + items.len()) => {
                        merged.extend(items.iter().cloned());
                    }
                    Val::List(_) => return run.nothing(),
                    other => merged.push(other.clone()),
                }
            }
            run.made(Val::list(merged))
        }
        Op::Add => fold(run, values.iter().cloned(), Decimal::ZERO, Decimal::plus),
        Op::Multiply => fold(run, values.iter().cloned(), 1.into(), Decimal::times),
        Op::Subtract if values.len() == 1 => numeric(run, at(0).to_number().map(Decimal::negated)),
        Op::Subtract => pair(run, values, Decimal::minus),
        Op::Divide => pair(run, values, Decimal::divided_by),
        Op::Modulo => pair(run, values, Decimal::modulo),
        Op::Max | Op::Min => {
            let numbers: Option<Vec<Decimal>> = values.iter().map(Val::to_number).collect();
            let best = numbers.and_then(|numbers| {
                if op == Op::Max {
                    numbers.into_iter().max()
                } else {
                    numbers.into_iter().min()
                }
            });
            numeric(run, best)
        }
        Op::Substring => substring(at(0), at(1), values.get(2)).unwrap_or_else(|| run.nothing()),
        Op::Length => match at(0) {
            Val::List(items) => Val::Number((items.len() as i64).into()),
            other => Val::Number((other.item_text().chars().count() as i64).into()),
        },
        Op::Round => {
            let places = values.get(1).map_or(Some(0), |places| places.to_number()?.to_i64());
            let rounded = places.and_then(|places| Some(at(0).to_number()?.rounded(u32::try_from(places).ok()?)));
            numeric(run, rounded)
        }
        Op::Floor => numeric(run, at(0).to_number().map(Decimal::floor)),
        Op::Ceil => numeric(run, at(0).to_number().map(Decimal::ceil)),
        Op::YearsBetween => dates(run, at(0), at(1), |a, b| i64::from(a.years_until(b))),
        Op::DaysBetween => dates(run, at(0), at(1), |a, b| (b.calendar() - a.calendar()).whole_days()),
        Op::AddDays => {
            let day = date(at(0));
            let days = at(1)
                .to_number()
                .and_then(Decimal::to_i64)
                .filter(|days| days.abs() < 4_000_000);
            match (day, days) {
                (Some(day), Some(days)) => Val::text(&day.plus_days(days).to_string()),
                _ => run.nothing(),
            }
        }
        Op::AddWorkingDays | Op::WorkingDaysBetween | Op::IsWorkingDay => {
            working_days(run, op, values).unwrap_or_else(|| run.nothing())
        }
        _ => run.nothing(),
    }
}

/// The operators that read the city's calendar; none without one, and where an argument is no day or no number of days.
fn working_days(run: &Evaluator<'_>, op: Op, values: &[Val]) -> Option<Val> {
    let calendar = &run.context?.calendar.as_ref()?.days;
    let day = date(values.first()?)?;
    Some(match op {
        Op::IsWorkingDay => Val::Bool(calendar.is_working_day(day)),
        Op::WorkingDaysBetween => {
            let to = date(values.get(1)?)?;
            Val::Number(i64::from(calendar.working_days_between(day, to)).into())
        }
        _ => {
            let count = i32::try_from(values.get(1)?.to_number()?.to_i64()?).ok()?;
            // Day by day: what goes far has to be paid for, and there is an end.
            let steps = usize::try_from(count.unsigned_abs()).ok()?;
            if steps > MOST_WORKING_DAYS || !run.burn(steps) {
                return None;
            }
            Val::text(&calendar.plus_working_days(day, count).to_string())
        }
    })
}

/// `and` gives the first that is not true, `or` the first that is; else the last. In a form one that decides wins over
/// an unknown one, wherever it stands.
fn and_or(run: &Evaluator<'_>, arguments: &[Expr], element: &Val, decides: bool) -> Val {
    let mut last = run.nothing();
    let mut unknown = false;
    for argument in arguments {
        last = run.eval(argument, element);
        match last.truth() {
            Some(truth) if truth == decides => return last,
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown { Val::Unknown } else { last }
}

/// `if`: pairs of condition and value, then what holds otherwise. An unknown condition leaves all unknown.
fn branch(run: &Evaluator<'_>, arguments: &[Expr], element: &Val) -> Val {
    let mut rest = arguments;
    while let [condition, then, after @ ..] = rest {
        match run.eval(condition, element).truth() {
            Some(true) => return run.eval(then, element),
            Some(false) => rest = after,
            None => return Val::Unknown,
        }
    }
    rest.first().map_or(Val::Null, |otherwise| run.eval(otherwise, element))
}

fn chain(values: &[Val], holds: impl Fn(Ordering) -> bool) -> Val {
    let in_order = |pair: &[Val]| match pair {
        [a, b] => order(a, b).is_some_and(&holds),
        _ => false,
    };
    Val::Bool(values.len() >= 2 && values.windows(2).all(in_order))
}

fn contains(needle: &Val, heap: &Val) -> Val {
    match heap {
        Val::Text(text) => Val::Bool(text.contains(&needle.to_text())),
        Val::List(items) => {
            let mut unknown = false;
            for item in items.iter() {
                match same(needle, item) {
                    Some(true) => return Val::Bool(true),
                    Some(false) => {}
                    None => unknown = true,
                }
            }
            if unknown { Val::Unknown } else { Val::Bool(false) }
        }
        _ => Val::Bool(false),
    }
}

/// Numbers folded into one; unknown where one is unknown.
pub(crate) fn fold(
    run: &Evaluator<'_>,
    values: impl Iterator<Item = Val>,
    start: Decimal,
    step: impl Fn(Decimal, Decimal) -> Option<Decimal>,
) -> Val {
    let mut total = Some(start);
    for value in values {
        if value.is_unknown() {
            return Val::Unknown;
        }
        total = total
            .zip(value.to_number())
            .and_then(|(total, number)| step(total, number));
    }
    numeric(run, total)
}

fn numeric(run: &Evaluator<'_>, number: Option<Decimal>) -> Val {
    number.map_or_else(|| run.nothing(), Val::Number)
}

fn pair(run: &Evaluator<'_>, values: &[Val], step: impl Fn(Decimal, Decimal) -> Option<Decimal>) -> Val {
    let number = |at: usize| values.get(at).and_then(Val::to_number);
    numeric(run, number(0).zip(number(1)).and_then(|(a, b)| step(a, b)))
}

fn substring(text: &Val, from: &Val, length: Option<&Val>) -> Option<Val> {
    let characters: Vec<char> = text.item_text().chars().collect();
    let total = i64::try_from(characters.len()).ok()?;
    let place = |at: i64| if at < 0 { (total + at).max(0) } else { at.min(total) };
    let from = place(from.to_number()?.to_i64()?);
    let to = match length {
        None => total,
        Some(length) => match length.to_number()?.to_i64()? {
            length if length < 0 => (total + length).max(from),
            length => from.saturating_add(length).min(total),
        },
    };
    let part = characters.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?)?;
    Some(Val::text(&part.iter().collect::<String>()))
}

fn date(value: &Val) -> Option<Date> {
    match value {
        Val::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn dates(run: &Evaluator<'_>, a: &Val, b: &Val, between: impl Fn(Date, Date) -> i64) -> Val {
    match (date(a), date(b)) {
        (Some(a), Some(b)) => Val::Number(between(a, b).into()),
        _ => run.nothing(),
    }
}
