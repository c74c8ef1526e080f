//! What a rule reads: what it may wait for where it is unknown.

use super::ast::{Expr, Place};

/// Something that a rule reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waits<'a> {
    /// The answer of a question (a node), seen from the row of the rule.
    Answer(u32),
    /// The answers of a question in the rows of its group.
    Field(u32),
    /// The answers of a question, by its id, in the rows of the group that was told last.
    Named(&'a str),
    /// The city's calendar.
    Calendar,
}

impl Expr {
    /// Tells everything that the rule reads, in the order in which it is written.
    pub(crate) fn waits<'a>(&'a self, tell: &mut dyn FnMut(Waits<'a>)) {
        let inner = match self {
            Expr::Const(_) | Expr::Missing { .. } => &[][..],
            Expr::Var(place, default) => {
                match place {
                    Place::Answer(node, _) => tell(Waits::Answer(*node)),
                    Place::Field(node, _) => tell(Waits::Field(*node)),
                    Place::Element(path) => path.last().into_iter().for_each(|id| tell(Waits::Named(id))),
                }
                default.as_deref().map_or(&[][..], std::slice::from_ref)
            }
            Expr::Call(op, arguments) => {
                if op.reads_calendar() {
                    tell(Waits::Calendar);
                }
                arguments
            }
            Expr::List(items) | Expr::DynamicVar(items) => items,
            Expr::DynamicMissing { arguments, .. } => arguments,
        };
        for expr in inner {
            expr.waits(tell);
        }
    }
}
