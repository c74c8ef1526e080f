//! Drafts: what a citizen has filled in so far, shared by all terminals.
//!
//! Each answer is a register with the revision at which it was last set. A save names the revision that its terminal
//! has seen; an answer that another terminal changed since, to another value, makes the save a conflict that the citizen
//! decides. Nothing is overwritten silently.

mod model;
mod prefill;
mod routes;
mod store;

pub use model::{OpenDraft, Opened, SaveOutcome, StoredDraft};
pub use prefill::prefilled_answers;
pub use routes::routes;
pub use store::{DraftStore, MOST_ANSWERS, SaveCommand};

#[cfg(test)]
mod http_tests;
#[cfg(test)]
mod tests;
