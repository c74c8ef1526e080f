//! Applying online: for whom, page by page, the check, the submission.

mod application;
mod changes;
mod check;
mod fill;
mod form_change;
mod moved;
mod saving;
mod start;
mod submission;
mod submitting;
mod together;
mod unsaved;
mod way;

pub use crate::citizen::questions::elsewhere::terminal_words;
pub use application::{Application, LoadedForm, load_form, today};
pub use fill::FillPage;
pub use start::StartPage;
pub use way::CHECK;
