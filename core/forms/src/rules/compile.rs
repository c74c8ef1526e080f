//! From JSON to a compiled rule: operators, numbers of arguments, scopes and references are settled here, once.

use serde_json::Value;

use super::ast::{Expr, Op, Place};
use super::value::Val;
use crate::decimal::Decimal;
use crate::form::Wrong;

/// How deep a rule may nest.
const DEPTH: usize = 40;

/// As many arguments as an operator takes that takes any number.
const MANY: usize = 999;

/// Something wrong in a rule: where (JSON pointer from the rule), and what; nothing where that is said elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) pointer: String,
    pub(crate) wrong: Option<Wrong>,
}

/// What a path names in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The question.
    pub(crate) node: u32,
    /// In how many groups it stands.
    pub(crate) depth: u8,
    /// A part of its answer: `["region"]` of an address.
    pub(crate) rest: Vec<Box<str>>,
    /// Whether it is a group.
    pub(crate) group: bool,
}

/// The questions that a rule may name. A path that names none is an error; one without words where the id that it names
/// is at fault itself, which is said there.
pub(crate) trait Names {
    /// A path as it is written in a rule that stands at a question: `city`, `row.share`.
    fn answer(&self, path: &str) -> Result<Target, Option<Wrong>>;
    /// A path inside a row of `group`.
    fn field(&self, group: u32, path: &str) -> Result<Target, Option<Wrong>>;
    /// Every question in the rows of `group`, at any depth.
    fn fields(&self, group: u32) -> Vec<u32>;
    /// Whether the question has options and `value` is none of them.
    fn lacks_option(&self, node: u32, value: &str) -> bool;
    /// What is wrong with it, where no answer of the question can ever be compared with `value`.
    fn incomparable(&self, node: u32, value: &Val) -> Option<Wrong>;
}

/// A question that a rule reads. A change of the question reaches the rule wherever both stand in the same row of the
/// first `shared` groups around the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Read {
    pub(crate) node: u32,
    pub(crate) shared: u8,
}

/// A compiled rule and what it reads.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    pub(crate) expr: Expr,
    pub(crate) reads: Vec<Read>,
    /// Whether it reads the city's calendar.
    pub(crate) calendar: bool,
}

/// Compiles a rule of a form.
pub(crate) fn compile(rule: &Value, names: &dyn Names) -> Result<Compiled, Vec<Fault>> {
    let mut compiler = Compiler {
        names: Some(names),
        reads: Vec::new(),
        whole: Vec::new(),
        calendar: false,
        faults: Vec::new(),
    };
    let expr = compiler.expr(rule, Scope::Top, &mut String::new(), 0);
    if compiler.faults.is_empty() {
        let mut reads = Vec::new();
        let calendar = compiler.calendar;
        for read in compiler.reads {
            if let Err(at) = reads.binary_search(&read) {
                reads.insert(at, read);
            }
        }
        Ok(Compiled { expr, reads, calendar })
    } else {
        Err(as_written(compiler.faults, rule))
    }
}

/// Compiles plain JsonLogic.
pub(crate) fn compile_plain(rule: &Value) -> Result<Expr, Vec<Fault>> {
    let mut compiler = Compiler {
        names: None,
        reads: Vec::new(),
        whole: Vec::new(),
        calendar: false,
        faults: Vec::new(),
    };
    let expr = compiler.expr(rule, Scope::Top, &mut String::new(), 0);
    if compiler.faults.is_empty() {
        Ok(expr)
    } else {
        Err(as_written(compiler.faults, rule))
    }
}

/// An operator's only argument need not stand in a list; then it is no step of a pointer either.
fn as_written(mut faults: Vec<Fault>, rule: &Value) -> Vec<Fault> {
    for fault in &mut faults {
        let (mut here, mut written, mut of_operator) = (rule, String::new(), false);
        for step in fault.pointer.split('/').skip(1) {
            if of_operator && step == "0" && !here.is_array() {
                of_operator = false;
                continue;
            }
            of_operator = here.is_object();
            written.push('/');
            written.push_str(step);
            let inner = match here {
                Value::Array(items) => step.parse().ok().and_then(|at: usize| items.get(at)),
                other => other.get(step.replace("~1", "/").replace("~0", "~")),
            };
            here = inner.unwrap_or(&Value::Null);
        }
        fault.pointer = written;
    }
    faults
}

/// A group whose rows are iterated, and how many groups its own rule shares with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) group: u32,
    pub(super) shared: u8,
}

/// What `var` means at a place of a rule.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope {
    /// The form; in plain mode the data.
    Top,
    /// An element of a list: a row of a group where it is one.
    Element(Option<Rows>),
    /// The pair that `reduce` hands on.
    Pair(Option<Rows>),
}

pub(super) struct Compiler<'a> {
    pub(super) names: Option<&'a dyn Names>,
    pub(super) reads: Vec<Read>,
    /// The groups whose rows are read with all their answers, noted already.
    whole: Vec<Rows>,
    calendar: bool,
    faults: Vec<Fault>,
}

/// What stands for an expression that has a fault; never evaluated.
pub(super) const BROKEN: Expr = Expr::Const(Val::Unknown);

impl Compiler<'_> {
    pub(super) fn fault(&mut self, pointer: &str, wrong: impl Into<Option<Wrong>>) -> Expr {
        self.faults.push(Fault {
            pointer: pointer.to_owned(),
            wrong: wrong.into(),
        });
        BROKEN
    }

    /// An expression whose value is used whole: rows in it are read with all their answers.
    pub(super) fn expr(&mut self, rule: &Value, scope: Scope, pointer: &mut String, depth: usize) -> Expr {
        let (expr, rows) = self.listed(rule, scope, pointer, depth);
        if let (Some(rows), Some(names)) = (rows, self.names) {
            self.read_whole(names, rows);
        }
        expr
    }

    /// Notes that rows are read with all their answers; once, however often a rule names them.
    pub(super) fn read_whole(&mut self, names: &dyn Names, rows: Rows) {
        if self.whole.contains(&rows) {
            return;
        }
        self.whole.push(rows);
        self.reads.extend(names.fields(rows.group).into_iter().map(|node| Read {
            node,
            shared: rows.shared,
        }));
    }

    /// An expression, and the group whose rows it lists if it does; nothing of the rows is read yet.
    fn listed(&mut self, rule: &Value, scope: Scope, pointer: &mut String, depth: usize) -> (Expr, Option<Rows>) {
        if depth > DEPTH {
            return (self.fault(pointer, Wrong::TooDeep { most: DEPTH }), None);
        }
        match rule {
            Value::Array(items) => {
                let items: Vec<Expr> = items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| {
                        self.inside(pointer, &at.to_string(), |this, pointer| {
                            this.expr(item, scope, pointer, depth + 1)
                        })
                    })
                    .collect();
                (folded(items), None)
            }
            Value::Object(fields) => {
                let mut entries = fields.iter();
                match (entries.next(), entries.next()) {
                    (Some((name, arguments)), None) => self.operation(name, arguments, scope, pointer, depth),
                    _ if self.names.is_none() => (Expr::Const(Val::from_json(rule)), None),
                    _ => (self.fault(pointer, Wrong::NoOperation), None),
                }
            }
            Value::Number(number) if self.names.is_some() && !Decimal::survives(number) => {
                (self.fault(pointer, Wrong::TooManyDigits), None)
            }
            value => (Expr::Const(Val::from_json(value)), None),
        }
    }

    pub(super) fn inside<T>(
        &mut self,
        pointer: &mut String,
        step: &str,
        work: impl FnOnce(&mut Self, &mut String) -> T,
    ) -> T {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let result = work(self, pointer);
        pointer.truncate(length);
        result
    }

    fn operation(
        &mut self,
        name: &str,
        arguments: &Value,
        scope: Scope,
        pointer: &mut String,
        depth: usize,
    ) -> (Expr, Option<Rows>) {
        self.inside(pointer, name, |this, pointer| {
            let given: &[Value] = match arguments {
                Value::Array(items) => items,
                one => std::slice::from_ref(one),
            };
            match (name, this.names) {
                ("var", Some(names)) => this.var(names, given, scope, pointer, depth),
                ("var", None) => (this.plain_var(given, scope, pointer, depth), None),
                ("answer", Some(names)) => match given {
                    [Value::String(path)] => this.answer(names, path, None, pointer),
                    _ => (this.fault(pointer, Wrong::AnswerTakes), None),
                },
                ("missing" | "missing_some", Some(names)) => (this.missing(names, name, given, scope, pointer), None),
                ("missing" | "missing_some", None) => {
                    let arguments = this.all(given, scope, pointer, depth);
                    (
                        Expr::DynamicMissing {
                            some: name == "missing_some",
                            arguments,
                        },
                        None,
                    )
                }
                _ => match Op::named(name).filter(|op| this.names.is_some() || !op.is_ours()) {
                    Some(op) => this.call(op, name, given, scope, pointer, depth),
                    None => {
                        let name = name.to_owned();
                        (this.fault(pointer, Wrong::UnknownOperator { name }), None)
                    }
                },
            }
        })
    }

    pub(super) fn all(&mut self, given: &[Value], scope: Scope, pointer: &mut String, depth: usize) -> Vec<Expr> {
        let mut compiled = Vec::with_capacity(given.len());
        for (at, argument) in given.iter().enumerate() {
            let step = at.to_string();
            compiled.push(self.inside(pointer, &step, |this, pointer| {
                this.expr(argument, scope, pointer, depth + 1)
            }));
        }
        compiled
    }

    fn call(
        &mut self,
        op: Op,
        name: &str,
        given: &[Value],
        scope: Scope,
        pointer: &mut String,
        depth: usize,
    ) -> (Expr, Option<Rows>) {
        if self.names.is_some() {
            let (least, most) = op.arguments();
            let given = if op == Op::Today { &[] } else { given };
            if given.len() < least || given.len() > most {
                let (name, given) = (name.to_owned(), given.len());
                let wrong = match (least, most) {
                    (1, 1) => Wrong::TakesOne { name, given },
                    (count, most) if count == most => Wrong::Takes { name, count, given },
                    (least, MANY) if given < least => Wrong::TakesAtLeast { name, least, given },
                    (least, most) => Wrong::TakesBetween {
                        name,
                        least,
                        most,
                        given,
                    },
                };
                return (self.fault(pointer, wrong), None);
            }
            let compares = matches!(op, Op::Equal | Op::Same | Op::NotEqual | Op::NotSame);
            if compares && given.iter().any(Value::is_null) {
                return (self.fault(pointer, Wrong::NullCompared), None);
            }
        }
        self.calendar |= op.reads_calendar();
        let given = if op == Op::Today { &[] } else { given };
        let counts = matches!(op, Op::Truth | Op::Not | Op::Length | Op::Answered);
        if !op.iterates() && !counts {
            let arguments = self.all(given, scope, pointer, depth);
            self.check_options(op, &arguments, pointer);
            self.check_kinds(op, &arguments, pointer);
            return (Expr::Call(op, arguments), None);
        }
        let mut arguments = Vec::with_capacity(given.len());
        let mut rows = None;
        for (at, argument) in given.iter().enumerate() {
            let step = at.to_string();
            let compiled = self.inside(pointer, &step, |this, pointer| match at {
                0 => {
                    let (list, found) = this.listed(argument, scope, pointer, depth + 1);
                    rows = found;
                    list
                }
                1 if op == Op::Reduce => this.expr(argument, Scope::Pair(rows), pointer, depth + 1),
                1 if op.iterates() => this.expr(argument, Scope::Element(rows), pointer, depth + 1),
                _ => this.expr(argument, scope, pointer, depth + 1),
            });
            arguments.push(compiled);
        }
        (Expr::Call(op, arguments), rows.filter(|_| op == Op::Filter))
    }

    /// A comparison with a value that is no option can never hold: a slip of the pen, or an option that was renamed.
    fn check_options(&mut self, op: Op, arguments: &[Expr], pointer: &str) {
        let ([a, b], Some(names)) = (arguments, self.names) else {
            return;
        };
        let compares = matches!(op, Op::Equal | Op::Same | Op::NotEqual | Op::NotSame | Op::In);
        let (place, values) = match (a, b) {
            (Expr::Var(place, _), Expr::Const(values)) | (Expr::Const(values), Expr::Var(place, _)) if compares => {
                (place, values)
            }
            _ => return,
        };
        let (Place::Answer(node, _) | Place::Field(node, _)) = place else {
            return;
        };
        let texts: Vec<&Val> = match values {
            Val::List(items) => items.iter().collect(),
            one => vec![one],
        };
        for value in texts {
            if let Val::Text(text) = value
                && names.lacks_option(*node, text)
            {
                let value = text.to_string();
                self.fault(pointer, Wrong::UnknownOption { value });
            }
        }
    }

    /// A comparison of an answer with what no answer of its kind can be like says nothing about anybody's answer.
    fn check_kinds(&mut self, op: Op, arguments: &[Expr], pointer: &str) {
        let Some(names) = self.names else { return };
        let equals = matches!(op, Op::Equal | Op::Same | Op::NotEqual | Op::NotSame);
        let orders = matches!(op, Op::Greater | Op::GreaterOrEqual | Op::Less | Op::LessOrEqual);
        if !equals && !orders {
            return;
        }
        for pair in arguments.windows(2) {
            let (place, value) = match pair {
                [Expr::Var(place, _), Expr::Const(value)] | [Expr::Const(value), Expr::Var(place, _)] => (place, value),
                _ => continue,
            };
            let (Place::Answer(node, part) | Place::Field(node, part)) = place else {
                continue;
            };
            // Who asks for an empty text asks whether there is an answer.
            let blank = matches!(value, Val::Text(text) if text.is_empty());
            if part.is_empty()
                && !blank
                && let Some(wrong) = names.incomparable(*node, value)
            {
                self.fault(pointer, wrong);
            }
        }
    }
}

/// A list that is already a value where nothing in it has to be evaluated.
fn folded(items: Vec<Expr>) -> Expr {
    if items.iter().all(|item| matches!(item, Expr::Const(_))) {
        let values = items.into_iter().map(|item| {
            if let Expr::Const(value) = item {
                value
            } else {
                Val::Null
            }
        });
        Expr::Const(Val::list(values.collect()))
    } else {
        Expr::List(items)
    }
}
