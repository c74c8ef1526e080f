//! Drafts: what a citizen has filled in so far, shared by all terminals.
//!
//! Each answer is a register with the revision at which it was last set. A save names the revision that its terminal
//! has seen; an answer that another terminal changed since, to another value, makes the save a conflict that the citizen
//! decides. Nothing is overwritten silently.

mod migration;
mod model;
mod past;
mod prefill;
mod reuse;
mod routes;
mod store;

pub use model::{FirstAnswer, MoveDraft, OpenDraft, Opened, SaveOutcome, StoredDraft};
pub use past::{Past, offers};
pub use prefill::{Knowledge, first_answers};
pub use routes::routes;
pub use store::{DraftStore, MOST_ANSWERS, SaveCommand};

#[cfg(test)]
mod http_tests;
#[cfg(test)]
mod migration_tests;
#[cfg(test)]
mod reuse_tests;
#[cfg(test)]
mod tests;
