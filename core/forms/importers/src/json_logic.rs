//! JsonLogic of another system as a rule of ours: names become ids, and what JavaScript makes of nothing becomes explicit.

use serde_json::{Value, json};

use crate::json::Json;
use crate::known::{Answer, Compare, Known, compare};
use crate::rules::{DEPTH, Unable, all, any, fails, holds, or_else, var};

/// What the source's names mean.
pub(crate) trait Questions {
    /// The question that a path means (`data.income`), seen from where the rule stands; several where one name stands in
    /// places of which a citizen sees only one.
    fn at(&self, path: &str) -> Vec<Known>;
    /// The questions and the option that a path means (`data.toppings.cheese`): true where it is chosen.
    fn option(&self, path: &str) -> Option<(Vec<Known>, String)>;
    /// The question of this name in the rows of a group.
    fn in_rows(&self, group: &Known, name: &str) -> Option<Known>;
    /// What the source keeps of an answer to this question.
    fn kept(&self, known: &Known) -> Kept;
}

/// What the source keeps of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The same.
    Same,
    /// The truth value or number as which an option reads: `true`, `0`.
    Typed,
    /// A text of a day: `05/17/1990`, or `17/05/1990`.
    Day { day_first: bool },
    /// A text of a month, written in one way or another.
    Month,
    /// Something that is there before anything in it is answered: boxes of which none is ticked, rows of which the first is
    /// there at once.
    Always,
}

/// What is read of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// The answer as it is here.
    Answer,
    /// The value that the source keeps of it.
    Value,
    /// The same where its signs count: those of a day.
    Signs,
    /// Whether that value is true in the source.
    Truth,
}

/// What `var` reads.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Form,
    /// A row of this group.
    Row(&'a Known),
    /// The pair of `reduce` over the rows of this group.
    Pair(&'a Known),
}

/// A rule that stands in the groups `from`.
pub(crate) fn translate(rule: &Json, questions: &dyn Questions, from: &[String]) -> Result<Value, Unable> {
    let translator = Translator { questions, from };
    translator.value(rule, Scope::Form, 0)
}

/// As [`translate`], where the rule is taken for true or false: what is unknown is false.
pub(crate) fn condition(rule: &Json, questions: &dyn Questions, from: &[String]) -> Result<Value, Unable> {
    let translator = Translator { questions, from };
    translator.truth(rule, Scope::Form, 0).map(holds)
}

/// Whether a rule gives `true` or `false` whatever is answered, where `is_flag` says so of what it reads.
pub(crate) fn gives_flag(rule: &Json, is_flag: &dyn Fn(&str) -> bool) -> bool {
    gives(rule, 0, &|rule| match rule {
        Json::Bool(_) => true,
        rule => operation(rule).is_some_and(|(name, given)| match name {
            "==" | "===" | "!=" | "!==" | "<" | "<=" | ">" | ">=" | "!" | "!!" | "in" | "some" | "all" | "none" => true,
            "var" => matches!(given.as_slice(), [Json::Text(path)] if is_flag(path)),
            _ => false,
        }),
    })
}

/// Whether a rule takes something for true or false that is always there in the source, and so always true.
pub(crate) fn takes_for_true(rule: &Json, questions: &dyn Questions) -> bool {
    let is_always = |rule: &Json| match operation(rule) {
        Some(("var", given)) => {
            let [Json::Text(path)] = given.as_slice() else {
                return false;
            };
            let known = questions.at(path);
            known.iter().any(|known| questions.kept(known) == Kept::Always)
        }
        _ => false,
    };
    is_always(rule) || takes_within(rule, 0, &is_always)
}

/// Whether any part of a rule that is taken for true or false is what `is` says.
fn takes_within(rule: &Json, depth: usize, is: &dyn Fn(&Json) -> bool) -> bool {
    if let Json::List(items) = rule {
        return depth <= DEPTH && items.iter().any(|item| takes_within(item, depth + 1, is));
    }
    let Some((name, given)) = operation(rule).filter(|_| depth <= DEPTH) else {
        return false;
    };
    let last = given.len().saturating_sub(1);
    given.iter().enumerate().any(|(at, part)| {
        let is_asked = match name {
            "!" | "!!" | "and" | "or" => true,
            "if" | "?:" => at % 2 == 0 && at != last,
            _ => false,
        };
        (is_asked && is(part)) || takes_within(part, depth + 1, is)
    })
}

/// Whether a rule gives a number, where it gives anything.
pub(crate) fn gives_number(rule: &Json) -> bool {
    gives(rule, 0, &|rule| match rule {
        Json::Number(_) => true,
        rule => operation(rule).is_some_and(|(name, given)| match (name, given.as_slice()) {
            ("+" | "-" | "*" | "/" | "%" | "max" | "min" | "_sum", _) => true,
            ("reduce", [_, each, Json::Number(_)]) => {
                operation(each).is_some_and(|(name, _)| matches!(name, "+" | "-" | "*" | "max" | "min"))
            }
            _ => false,
        }),
    })
}

/// Whether what a rule gives is of a sort, by what `is` says of the values that it may give.
fn gives(rule: &Json, depth: usize, is: &dyn Fn(&Json) -> bool) -> bool {
    if is(rule) {
        return true;
    }
    let inner = |rule: &&Json| gives(rule, depth + 1, is);
    match operation(rule).filter(|_| depth <= DEPTH) {
        Some(("and" | "or", given)) => !given.is_empty() && given.iter().all(inner),
        // What comes first in a pair is a condition; without a last part that stands alone it may give nothing.
        Some(("if" | "?:", given)) => {
            let last = given.len().saturating_sub(1);
            let mut values = given.iter().enumerate().filter(|(at, _)| at % 2 == 1 || *at == last);
            last % 2 == 0 && values.all(|(_, value)| inner(value))
        }
        _ => false,
    }
}

/// The value that the source makes of an option, where it is another one than a text and that changes what it is worth.
fn typed(option: &str) -> Option<Value> {
    match option {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        "0" => Some(json!(0)),
        _ => None,
    }
}

/// A number, and 0 where it is not there.
fn or_zero(number: Value) -> Value {
    if number.is_number() {
        number
    } else {
        json!({"or_else": [number, 0]})
    }
}

fn no_numbers() -> Unable {
    Unable::new("odd_list", "it adds up something that is no list of numbers")
}

struct Translator<'a> {
    questions: &'a dyn Questions,
    from: &'a [String],
}

/// A comparison with the one of these questions that is there: one name may stand in places of which a citizen sees only
/// one.
pub(crate) fn compare_each(known: &[Known], from: &[String], how: Compare, value: &Value) -> Result<Value, Unable> {
    let compared: Result<Vec<Value>, Unable> = known.iter().map(|known| compare_one(known, from, how, value)).collect();
    let of_nothing = value.is_null() || value.as_str().is_some_and(str::is_empty);
    // That there is no answer holds of all of them, that it is another one too.
    let of_all = match how {
        Compare::Is => of_nothing,
        Compare::IsNot => !of_nothing,
        _ => false,
    };
    Ok(if of_all { all(compared?) } else { any(compared?) })
}

/// A comparison with one question. What is computed may be a truth value or its text: both are the same to the source.
pub(crate) fn compare_one(known: &Known, from: &[String], how: Compare, value: &Value) -> Result<Value, Unable> {
    let flag = match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => typed(text).and_then(|value| value.as_bool()),
        _ => None,
    };
    match (flag, how) {
        (Some(flag), Compare::Is | Compare::IsNot) if known.answer == Answer::Text => {
            let is = json!({"in": [var(&known.reference(from)?), [flag, flag.to_string()]]});
            Ok(if how == Compare::Is {
                is
            } else {
                or_else(json!({"!": [is]}), true)
            })
        }
        _ => compare(known, from, how, value),
    }
}

/// A value that these questions are compared with, where it is a day as the source writes theirs: as it is written here.
pub(crate) fn as_day(questions: &dyn Questions, known: &[Known], value: Value) -> Value {
    let mut kept = known.iter().map(|known| questions.kept(known));
    let Some(first @ Kept::Day { day_first }) = kept.next() else {
        return value;
    };
    if kept.any(|kept| kept != first) {
        return value;
    }
    let day = value.as_str().and_then(|text| {
        let parts: Vec<&str> = text.trim().split('/').collect();
        let [first, second, year] = parts.as_slice() else {
            return None;
        };
        let [day, month] = if day_first { [first, second] } else { [second, first] };
        format!("{year}-{month}-{day}").parse::<onehall_protocol::Date>().ok()
    });
    day.map_or(value, |day| Value::String(day.to_string()))
}

/// The only operator of an object, and its arguments.
fn operation(rule: &Json) -> Option<(&str, Vec<&Json>)> {
    let Json::Map(fields) = rule else { return None };
    let [(name, arguments)] = fields.as_slice() else {
        return None;
    };
    let arguments = match arguments {
        Json::List(items) => items.iter().collect(),
        one => vec![one],
    };
    Some((name, arguments))
}

/// How an operation compares, and what.
fn compares<'r>(name: &str, given: &[&'r Json]) -> Option<(Compare, &'r Json, &'r Json)> {
    let &[a, b] = given else { return None };
    let how = match name {
        "==" | "===" => Compare::Is,
        "!=" | "!==" => Compare::IsNot,
        "<" => Compare::Less,
        "<=" => Compare::AtMost,
        ">" => Compare::More,
        ">=" => Compare::AtLeast,
        _ => return None,
    };
    Some((how, a, b))
}

impl Translator<'_> {
    fn value(&self, rule: &Json, scope: Scope<'_>, depth: usize) -> Result<Value, Unable> {
        if depth > DEPTH {
            return Err(Unable::new("condition_too_deep", "the rule nests too deep"));
        }
        match rule {
            Json::List(items) => {
                let items: Result<Vec<Value>, Unable> =
                    items.iter().map(|item| self.value(item, scope, depth + 1)).collect();
                return items.map(Value::from);
            }
            Json::Map(_) => {}
            plain => return Ok(plain.to_value()),
        }
        let Some((name, given)) = operation(rule) else {
            return Err(Unable::new("unreadable_rule", "an operation has exactly one operator"));
        };
        let every = || {
            given
                .iter()
                .map(|rule| self.value(rule, scope, depth + 1))
                .collect::<Result<Vec<Value>, Unable>>()
        };
        if let Some((how, a, b)) = compares(name, &given) {
            // In the source a comparison is true or false, also of what is not there.
            return self.comparison(how, a, b, scope, depth).map(holds);
        }
        match (name, given.as_slice()) {
            ("var", _) => self.var(&given, scope, depth, Reading::Value),
            ("!", [a]) => Ok(fails(self.truth(a, scope, depth + 1)?)),
            ("!!", [a]) => Ok(json!({"!!": [holds(self.truth(a, scope, depth + 1)?)]})),
            ("and", [_, ..]) => Ok(json!({name: every()?})),
            ("or", [_, ..]) => {
                // What is not answered is no truth: the part behind it is taken, also where that is 0.
                let mut parts = every()?;
                let last = parts.pop();
                Ok(json!({"or": parts.into_iter().map(holds).chain(last).collect::<Vec<_>>()}))
            }
            ("if" | "?:", [_, _, ..]) => self.branches(&given, scope, depth, Reading::Value),
            ("in", [needle, heap]) => self.contained(needle, heap, scope, depth).map(holds),
            ("missing", [_, ..]) => self.missing(&given, scope),
            ("cat", _) | ("substr", [_, _] | [_, _, _]) => {
                let signs = |rule: &&Json| self.read(rule, scope, depth + 1, Reading::Signs);
                let every: Result<Vec<Value>, Unable> = given.iter().map(signs).collect();
                let mut every = every?;
                if name == "cat" {
                    // A part of a text that is not there is nothing.
                    let there = |part: Value| match part {
                        Value::String(_) => part,
                        _ => json!({"or_else": [part, ""]}),
                    };
                    every = every.into_iter().map(there).collect();
                }
                Ok(json!({name: every}))
            }
            ("<" | "<=", [_, _, _]) => Ok(holds(json!({name: every()?}))),
            ("merge", _) | ("+" | "*" | "max" | "min", [_, ..]) | ("-", [_] | [_, _]) | ("/" | "%", [_, _]) => {
                Ok(json!({name: every()?}))
            }
            ("filter" | "map" | "all" | "some" | "none", [list, each]) => {
                let group = self.rows(list, scope)?;
                let list = self.value(list, scope, depth + 1)?;
                let reading = if name == "map" { Reading::Value } else { Reading::Truth };
                let each = self.read(each, Scope::Row(&group), depth + 1, reading)?;
                // A row of which it is unknown is none of which it holds.
                let each = if name == "none" { holds(each) } else { each };
                let rule = json!({name: [list, each]});
                Ok(match name {
                    "filter" | "map" => rule,
                    _ => or_else(rule, name == "none"),
                })
            }
            ("reduce", [list, each, start]) => {
                let group = self.rows(list, scope)?;
                let list = self.value(list, scope, depth + 1)?;
                let each = self.value(each, Scope::Pair(&group), depth + 1)?;
                Ok(json!({"reduce": [list, each, self.value(start, scope, depth + 1)?]}))
            }
            ("_sum", [list]) => self.sum(list, scope, depth + 1),
            _ => Err(Unable::new(
                "unknown_operator",
                format!("there is nothing like the operator `{name}`"),
            )),
        }
    }

    /// The sum of a list. What is not answered adds nothing in the source, and a list that is not there makes 0.
    fn sum(&self, list: &Json, scope: Scope<'_>, depth: usize) -> Result<Value, Unable> {
        let parts: Vec<&Json> = match (list, operation(list)) {
            (Json::List(items), _) => items.iter().collect(),
            (_, Some(("merge", given))) => given,
            (_, Some(("map", given))) => {
                let [rows, each] = given.as_slice() else {
                    return Err(no_numbers());
                };
                let group = self.rows(rows, scope)?;
                let rows = self.value(rows, scope, depth + 1)?;
                let each = or_zero(self.value(each, Scope::Row(&group), depth + 1)?);
                return Ok(json!({"if": [{"answered": [rows]}, {"sum": [rows, each]}, 0]}));
            }
            _ => return Err(no_numbers()),
        };
        let part = |rule: &Json| match operation(rule) {
            Some(("map" | "merge", _)) if depth <= DEPTH => self.sum(rule, scope, depth + 1),
            _ => {
                let is_list = |known: &Known| matches!(known.answer, Answer::Rows | Answer::Choices(_));
                if matches!(rule, Json::List(_)) || self.known(rule, scope).iter().any(is_list) {
                    return Err(no_numbers());
                }
                self.value(rule, scope, depth + 1).map(or_zero)
            }
        };
        let mut made = Vec::new();
        for rule in parts {
            made.push(part(rule)?);
        }
        Ok(if made.is_empty() {
            json!(0)
        } else {
            json!({ "+": made })
        })
    }

    /// As [`Translator::value`], where only its truth counts.
    fn truth(&self, rule: &Json, scope: Scope<'_>, depth: usize) -> Result<Value, Unable> {
        let asked = operation(rule).filter(|_| depth <= DEPTH);
        if let Some((name, given)) = &asked
            && let Some((how, a, b)) = compares(name, given)
        {
            return self.comparison(how, a, b, scope, depth);
        }
        match asked {
            Some(("var", given)) => self.var(&given, scope, depth, Reading::Truth),
            Some((name @ ("and" | "or"), given)) if !given.is_empty() => {
                let every: Result<Vec<Value>, Unable> =
                    given.iter().map(|rule| self.truth(rule, scope, depth + 1)).collect();
                Ok(json!({name: every?}))
            }
            Some(("if" | "?:", given)) if given.len() > 1 => self.branches(&given, scope, depth, Reading::Truth),
            _ => self.value(rule, scope, depth),
        }
    }

    fn read(&self, rule: &Json, scope: Scope<'_>, depth: usize, reading: Reading) -> Result<Value, Unable> {
        match (reading, operation(rule)) {
            (Reading::Truth, _) => self.truth(rule, scope, depth),
            (Reading::Answer | Reading::Signs, Some(("var", given))) => self.var(&given, scope, depth, reading),
            _ => self.value(rule, scope, depth),
        }
    }

    /// The arguments of `if`, of which what is given is read so.
    fn branches(&self, given: &[&Json], scope: Scope<'_>, depth: usize, reading: Reading) -> Result<Value, Unable> {
        let mut branches = Vec::with_capacity(given.len());
        let last = given.len() - 1;
        for (at, part) in given.iter().enumerate() {
            // What comes first in a pair is a condition; the last one alone is what holds otherwise.
            branches.push(if at % 2 == 0 && at != last {
                holds(self.truth(part, scope, depth + 1)?)
            } else {
                self.read(part, scope, depth + 1, reading)?
            });
        }
        Ok(json!({"if": branches}))
    }

    /// What is read of the answer that `reference` names.
    fn answer(&self, known: &Known, reference: &str, reading: Reading) -> Result<Value, Unable> {
        let answer = var(reference);
        let options = match (&known.answer, self.questions.kept(known), reading) {
            (_, _, Reading::Answer) => return Ok(answer),
            (Answer::Choice(options), Kept::Typed, _) => options.as_slice(),
            // What is computed, or chosen from options that are not in the file.
            (Answer::Text, Kept::Typed, Reading::Truth) => {
                return Ok(json!({"and": [answer, {"!": [{"in": [answer, ["false", "0"]]}]}]}));
            }
            (Answer::Bool, _, Reading::Value | Reading::Signs) if known.starts_false => {
                return Ok(or_else(answer, false));
            }
            (Answer::Date, Kept::Day { day_first }, Reading::Signs) => {
                let part = |from: u8, length: u8| json!({"substr": [answer, from, length]});
                let (year, month, day) = (part(0, 4), part(5, 2), part(8, 2));
                let [first, second] = if day_first { [day, month] } else { [month, day] };
                return Ok(json!({"cat": [first, "/", second, "/", year]}));
            }
            (_, Kept::Month, Reading::Signs) => {
                let message = format!(
                    "it takes `{}` apart, a month that the source writes in another way",
                    known.id
                );
                return Err(Unable::new("odd_comparison", message));
            }
            _ => return Ok(answer),
        };
        let typed = options.iter().filter_map(|option| Some((option, typed(option)?)));
        if reading == Reading::Truth {
            let not_true = typed.filter(|(_, value)| *value != Value::Bool(true));
            let rules: Vec<Value> = not_true.map(|(option, _)| json!({"!=": [answer, option]})).collect();
            return Ok(if rules.is_empty() { answer } else { all(rules) });
        }
        let mut branches: Vec<Value> = typed
            .flat_map(|(option, value)| [json!({"==": [answer, option]}), value])
            .collect();
        if branches.is_empty() {
            return Ok(answer);
        }
        branches.push(answer);
        Ok(json!({"if": branches}))
    }

    fn known(&self, rule: &Json, scope: Scope<'_>) -> Vec<Known> {
        let Some(("var", given)) = operation(rule) else {
            return Vec::new();
        };
        let [Json::Text(path)] = given.as_slice() else {
            return Vec::new();
        };
        match scope {
            Scope::Form => self.questions.at(path),
            Scope::Row(group) => self.questions.in_rows(group, path).into_iter().collect(),
            Scope::Pair(_) => Vec::new(),
        }
    }

    fn rows(&self, list: &Json, scope: Scope<'_>) -> Result<Known, Unable> {
        match self.known(list, scope).as_slice() {
            [known] if known.answer == Answer::Rows => Ok(known.clone()),
            _ => Err(Unable::new(
                "odd_list",
                "it goes through something that is no repeated part of the form, or several of one name",
            )),
        }
    }

    fn var(&self, given: &[&Json], scope: Scope<'_>, depth: usize, reading: Reading) -> Result<Value, Unable> {
        let Some(Json::Text(path)) = given.first() else {
            return Err(Unable::new("unknown_field", "it reads something without a name"));
        };
        let unknown = || {
            Unable::new(
                "unknown_field",
                format!("it reads `{path}`, which is no question of the form"),
            )
        };
        if let (Scope::Form, Some((known, option))) = (scope, self.questions.option(path)) {
            let chosen = |known: &Known| Ok(json!({"in": [option, var(&known.reference(self.from)?)]}));
            let chosen: Result<Vec<Value>, Unable> = known.iter().map(chosen).collect();
            return Ok(holds(any(chosen?)));
        }
        let mut read = Vec::new();
        match scope {
            Scope::Form => {
                for known in self.questions.at(path) {
                    read.push(self.answer(&known, &known.reference(self.from)?, reading)?);
                }
            }
            Scope::Row(group) => {
                let known = self.questions.in_rows(group, path).ok_or_else(unknown)?;
                read.push(self.answer(&known, &known.id, reading)?);
            }
            Scope::Pair(_) if path == "accumulator" => read.push(var(path)),
            Scope::Pair(group) => {
                let name = path.strip_prefix("current.").ok_or_else(unknown)?;
                let known = self.questions.in_rows(group, name).ok_or_else(unknown)?;
                read.push(self.answer(&known, &format!("current.{}", known.id), reading)?);
            }
        }
        if read.is_empty() {
            return Err(unknown());
        }
        if let Some(default) = given.get(1) {
            read.push(self.read(default, scope, depth + 1, reading)?);
        }
        // Of several the one that is there.
        Ok(match read.len() {
            1 => read.remove(0),
            _ => json!({"or_else": read}),
        })
    }

    fn comparison(&self, how: Compare, a: &Json, b: &Json, scope: Scope<'_>, depth: usize) -> Result<Value, Unable> {
        let (a_known, b_known) = (self.known(a, scope), self.known(b, scope));
        let both_asked = !a_known.is_empty() && !b_known.is_empty();
        let (mut known, value, how) = match (a_known.is_empty(), b_known.is_empty()) {
            (false, true) => (a_known, b, how),
            (true, false) => (b_known, a, how.turned()),
            _ => (Vec::new(), b, how),
        };
        let is_single = matches!(value, Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_));
        if !known.is_empty() && is_single {
            let asked = known.clone();
            // Inside of an iteration names are those of the row in hand.
            let from = match scope {
                Scope::Form => self.from,
                _ => {
                    known.iter_mut().for_each(|known| known.groups.clear());
                    &[]
                }
            };
            let value = value.to_value();
            let value = match how {
                Compare::Is | Compare::IsNot => as_day(self.questions, &asked, value),
                // The source goes by the order of the signs, which is not that of the days.
                _ => value,
            };
            return compare_each(&known, from, how, &value);
        }
        let sides = [self.value(a, scope, depth + 1)?, self.value(b, scope, depth + 1)?];
        if sides.iter().any(Value::is_null) {
            return Err(Unable::new(
                "odd_comparison",
                "it compares something that is calculated with nothing",
            ));
        }
        let sign = match how {
            Compare::Is => "==",
            Compare::IsNot => "!=",
            Compare::Less => "<",
            Compare::AtMost => "<=",
            Compare::More => ">",
            Compare::AtLeast => ">=",
        };
        if both_asked && how == Compare::IsNot {
            // An answer that is there differs from one that is not.
            let there = sides.iter().map(|side| json!({"answered": [side]}));
            return Ok(json!({"or_else": [{"!=": sides}, any(there)]}));
        }
        let rule = json!({sign: sides});
        // What is calculated from an answer that is not there differs from everything.
        Ok(if how == Compare::IsNot {
            or_else(rule, true)
        } else {
            rule
        })
    }

    fn contained(&self, needle: &Json, heap: &Json, scope: Scope<'_>, depth: usize) -> Result<Value, Unable> {
        let every =
            |known: &[Known], is: fn(&Answer) -> bool| !known.is_empty() && known.iter().all(|known| is(&known.answer));
        if matches!(needle, Json::Text(_) | Json::Number(_) | Json::Bool(_))
            && every(&self.known(heap, scope), |answer| matches!(answer, Answer::Choices(_)))
        {
            return self.comparison(Compare::Is, heap, needle, scope, depth);
        }
        if let Json::List(items) = heap
            && every(&self.known(needle, scope), |answer| matches!(answer, Answer::Choice(_)))
        {
            let found: Result<Vec<Value>, Unable> = items
                .iter()
                .map(|item| self.comparison(Compare::Is, needle, item, scope, depth))
                .collect();
            return Ok(any(found?));
        }
        // Options that were chosen are texts here, and so is the one that is looked for among them.
        let reading = if every(&self.known(heap, scope), |answer| matches!(answer, Answer::Choices(_))) {
            Reading::Answer
        } else {
            Reading::Signs
        };
        let [needle, heap] = [needle, heap].map(|side| self.read(side, scope, depth + 1, reading));
        Ok(json!({"in": [needle?, heap?]}))
    }

    fn missing(&self, given: &[&Json], scope: Scope<'_>) -> Result<Value, Unable> {
        let names: Vec<&Json> = match given {
            [Json::List(items)] => items.iter().collect(),
            given => given.to_vec(),
        };
        let mut ids = Vec::new();
        for name in names {
            let Json::Text(_) = name else {
                return Err(Unable::new("unreadable_rule", "`missing` takes names"));
            };
            let read = self.var(&[name], scope, 0, Reading::Answer)?;
            let Some(id) = read.get("var") else {
                return Err(Unable::new(
                    "unreadable_rule",
                    "`missing` takes the name of one question",
                ));
            };
            ids.push(id.clone());
        }
        Ok(json!({"missing": ids}))
    }
}
