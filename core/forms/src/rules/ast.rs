//! A rule after it was read: what an evaluation walks.

use super::value::Val;

/// A compiled expression.
#[derive(Debug, Clone)]
pub(crate) enum Expr {
    /// A value.
    Const(Val),
    /// A list with something to evaluate in it.
    List(Vec<Expr>),
    /// A read of an answer or of the data.
    Var(Place, Option<Box<Expr>>),
    /// A read whose path is computed; plain mode only.
    DynamicVar(Vec<Expr>),
    /// Which of these are unanswered, if fewer than `needed` are answered (`missing`: always).
    Missing {
        needed: Option<usize>,
        names: Vec<(Box<str>, Place)>,
    },
    /// `missing` and `missing_some` with computed names; plain mode only.
    DynamicMissing { some: bool, arguments: Vec<Expr> },
    /// An operation.
    Call(Op, Vec<Expr>),
}

/// What a read names.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// The answer of a question (a node of the form) in the row of the rule or around it, and a part of it.
    Answer(u32, Vec<Box<str>>),
    /// The answer of a question in the row that an iteration stands at, and a part of it.
    Field(u32, Vec<Box<str>>),
    /// A path in the element that an iteration stands at; in plain mode outside one: in the data.
    Element(Vec<Box<str>>),
}

macro_rules! operators {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $least:literal ..= $most:literal, $mode:ident;)+) => {
        /// The operators that are evaluated from their arguments.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Op { $($(#[$doc])* $name,)+ }

        impl Op {
            /// The name of each.
            pub(crate) const NAMES: &[&str] = &[$($text,)+];

            /// The operator of a name.
            pub(crate) fn named(name: &str) -> Option<Op> {
                match name { $($text => Some(Op::$name),)+ "?:" => Some(Op::If), _ => None }
            }

            /// Fewest and most arguments in a form's rule.
            pub(crate) fn arguments(self) -> (usize, usize) {
                match self { $(Op::$name => ($least, $most),)+ }
            }

            /// Whether plain JsonLogic lacks it.
            pub(crate) fn is_ours(self) -> bool {
                match self { $(Op::$name => operators!(@ours $mode),)+ }
            }
        }
    };
    (@ours json_logic) => { false };
    (@ours ours) => { true };
}

operators! {
    Equal = "==", 2..=2, json_logic;
    Same = "===", 2..=2, json_logic;
    NotEqual = "!=", 2..=2, json_logic;
    NotSame = "!==", 2..=2, json_logic;
    Greater = ">", 2..=2, json_logic;
    GreaterOrEqual = ">=", 2..=2, json_logic;
    Less = "<", 2..=3, json_logic;
    LessOrEqual = "<=", 2..=3, json_logic;
    Not = "!", 1..=1, json_logic;
    Truth = "!!", 1..=1, json_logic;
    Or = "or", 1..=999, json_logic;
    And = "and", 1..=999, json_logic;
    If = "if", 2..=999, json_logic;
    In = "in", 2..=2, json_logic;
    Cat = "cat", 0..=999, json_logic;
    Modulo = "%", 2..=2, json_logic;
    Max = "max", 1..=999, json_logic;
    Min = "min", 1..=999, json_logic;
    Add = "+", 1..=999, json_logic;
    Multiply = "*", 1..=999, json_logic;
    Subtract = "-", 1..=2, json_logic;
    Divide = "/", 2..=2, json_logic;
    Substring = "substr", 2..=3, json_logic;
    Merge = "merge", 0..=999, json_logic;
    Filter = "filter", 2..=2, json_logic;
    Map = "map", 2..=2, json_logic;
    Reduce = "reduce", 3..=3, json_logic;
    All = "all", 2..=2, json_logic;
    NoneOf = "none", 2..=2, json_logic;
    Some = "some", 2..=2, json_logic;
    Today = "today", 0..=0, ours;
    YearsBetween = "years_between", 2..=2, ours;
    DaysBetween = "days_between", 2..=2, ours;
    AddDays = "add_days", 2..=2, ours;
    AddWorkingDays = "add_working_days", 2..=2, ours;
    WorkingDaysBetween = "working_days_between", 2..=2, ours;
    IsWorkingDay = "is_working_day", 1..=1, ours;
    Answered = "answered", 1..=1, ours;
    OrElse = "or_else", 2..=999, ours;
    Count = "count", 1..=2, ours;
    Sum = "sum", 1..=2, ours;
    Length = "length", 1..=1, ours;
    Round = "round", 1..=2, ours;
    Floor = "floor", 1..=1, ours;
    Ceil = "ceil", 1..=1, ours;
}

impl Op {
    /// Whether it reads the city's calendar.
    pub(crate) fn reads_calendar(self) -> bool {
        matches!(self, Op::AddWorkingDays | Op::WorkingDaysBetween | Op::IsWorkingDay)
    }

    /// Whether the second argument is evaluated for each element of the first.
    pub(crate) fn iterates(self) -> bool {
        matches!(
            self,
            Op::Filter | Op::Map | Op::Reduce | Op::All | Op::NoneOf | Op::Some | Op::Count | Op::Sum
        )
    }
}
