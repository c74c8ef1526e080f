//! What `var`, `answer` and `missing` name: in a form questions, in plain mode paths of the data.

use serde_json::Value;

use super::ast::{Expr, Place};
use super::compile::{BROKEN, Compiler, Names, Read, Rows, Scope};
use super::eval::steps;
use crate::form::Wrong;

impl Compiler<'_> {
    pub(super) fn plain_var(&mut self, given: &[Value], scope: Scope, pointer: &mut String, depth: usize) -> Expr {
        let path = match given.first() {
            None | Some(Value::Null) => Some(String::new()),
            Some(Value::String(path)) => Some(path.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            Some(_) => None,
        };
        let mut compiled = self.all(given, scope, pointer, depth);
        match path {
            Some(path) => {
                let default = (compiled.len() > 1).then(|| Box::new(compiled.swap_remove(1)));
                Expr::Var(Place::Element(steps(&path)), default)
            }
            None => Expr::DynamicVar(compiled),
        }
    }

    pub(super) fn var(
        &mut self,
        names: &dyn Names,
        given: &[Value],
        scope: Scope,
        pointer: &mut String,
        depth: usize,
    ) -> (Expr, Option<Rows>) {
        let (path, default) = match given {
            [Value::String(path)] => (path.as_str(), None),
            [Value::String(path), default] => (path.as_str(), Some(default)),
            _ => {
                return (self.fault(pointer, Wrong::VarTakes), None);
            }
        };
        let default = default
            .map(|default| {
                self.inside(pointer, "1", |this, pointer| {
                    this.expr(default, scope, pointer, depth + 1)
                })
            })
            .map(Box::new);
        match scope {
            Scope::Top => self.answer(names, path, default, pointer),
            Scope::Element(rows) => self.element(names, path, rows, default, pointer),
            Scope::Pair(rows) => self.pair(names, path, rows, default, pointer),
        }
    }

    pub(super) fn answer(
        &mut self,
        names: &dyn Names,
        path: &str,
        default: Option<Box<Expr>>,
        pointer: &str,
    ) -> (Expr, Option<Rows>) {
        match names.answer(path) {
            Ok(target) => {
                self.reads.push(Read {
                    node: target.node,
                    shared: target.depth,
                });
                let rows = target.group.then_some(Rows {
                    group: target.node,
                    shared: target.depth,
                });
                (Expr::Var(Place::Answer(target.node, target.rest), default), rows)
            }
            Err(wrong) => (self.fault(pointer, wrong), None),
        }
    }

    fn element(
        &mut self,
        names: &dyn Names,
        path: &str,
        rows: Option<Rows>,
        default: Option<Box<Expr>>,
        pointer: &str,
    ) -> (Expr, Option<Rows>) {
        match rows {
            Some(rows) if !path.is_empty() => match self.field(names, path, rows, pointer) {
                Some((place, inner)) => (Expr::Var(place, default), inner),
                None => (BROKEN, None),
            },
            Some(rows) => {
                self.read_whole(names, rows);
                (Expr::Var(Place::Element(Vec::new()), default), None)
            }
            None => (Expr::Var(Place::Element(steps(path)), default), None),
        }
    }

    fn field(&mut self, names: &dyn Names, path: &str, rows: Rows, pointer: &str) -> Option<(Place, Option<Rows>)> {
        match names.field(rows.group, path) {
            Ok(target) => {
                self.reads.push(Read {
                    node: target.node,
                    shared: rows.shared,
                });
                let inner = target.group.then_some(Rows {
                    group: target.node,
                    shared: rows.shared,
                });
                Some((Place::Field(target.node, target.rest), inner))
            }
            Err(wrong) => {
                self.fault(pointer, wrong);
                None
            }
        }
    }

    fn pair(
        &mut self,
        names: &dyn Names,
        path: &str,
        rows: Option<Rows>,
        default: Option<Box<Expr>>,
        pointer: &str,
    ) -> (Expr, Option<Rows>) {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        match (first, rows) {
            ("accumulator", _) => {}
            ("current", Some(rows)) if rest.is_empty() => self.read_whole(names, rows),
            ("current", Some(rows)) => {
                if self.field(names, rest, rows, pointer).is_none() {
                    return (BROKEN, None);
                }
            }
            ("current", None) => {}
            _ => {
                return (self.fault(pointer, Wrong::NotInReduce), None);
            }
        }
        (Expr::Var(Place::Element(steps(path)), default), None)
    }

    pub(super) fn missing(
        &mut self,
        names: &dyn Names,
        name: &str,
        given: &[Value],
        scope: Scope,
        pointer: &str,
    ) -> Expr {
        let (needed, listed) = match (name, given) {
            ("missing_some", [Value::Number(needed), Value::Array(listed)]) => (
                Some(
                    needed
                        .as_u64()
                        .and_then(|needed| usize::try_from(needed).ok())
                        .unwrap_or(0),
                ),
                listed.as_slice(),
            ),
            ("missing", [Value::Array(listed)]) => (None, listed.as_slice()),
            ("missing", listed) => (None, listed),
            _ => {
                return self.fault(pointer, Wrong::MissingSomeTakes);
            }
        };
        let mut places = Vec::with_capacity(listed.len());
        for item in listed {
            let Value::String(path) = item else {
                let name = name.to_owned();
                return self.fault(pointer, Wrong::MissingTakesIds { name });
            };
            let (expr, _) = match scope {
                Scope::Top => self.answer(names, path, None, pointer),
                Scope::Element(rows) => self.element(names, path, rows, None, pointer),
                Scope::Pair(rows) => self.pair(names, path, rows, None, pointer),
            };
            if let Expr::Var(place, _) = expr {
                places.push((path.as_str().into(), place));
            }
        }
        Expr::Missing { needed, names: places }
    }
}
