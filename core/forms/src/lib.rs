//! The form engine: definitions, rules, validation and answers, the same on every target.
//!
//! Pure: no I/O, no clock, no machine time zone. The backend, the native core and the UI in the browser link this very
//! crate, so that a form decides alike everywhere.
//!
//! - [`Definition`] is a form as an agency writes it: JSON, checked when it is loaded.

pub mod calendar;
mod decimal;
mod definition;
mod display;
mod filling;
mod form;
mod message;
mod normalise;
pub mod rules;

pub use decimal::{Decimal, InvalidDecimal};
pub use definition::*;
pub use display::{display, display_date, display_money};
pub use filling::{
    AnswerCode, AnswerFault, Changed, Context, Evaluation, Filling, PageView, Progress, QuestionView, RowView, evaluate,
};
pub use form::{Finding, Form, is_row_id};
pub use message::message;
pub use normalise::normalise;
