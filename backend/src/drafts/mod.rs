//! Drafts: what a citizen has filled in so far, shared by all terminals.
//!
//! Each answer is a register with the stamp of a hybrid logical clock. A save is merged in field by field: the later stamp
//! stands, whatever the order of arrival, and a save is never refused for a conflict. An answer that did not stand, and that
//! whoever gave the later one had not seen, is kept for 30 days; the citizen is told, and brings it back by one press. The
//! rows of a repeating group are merged row by row. Nothing is overwritten silently.

mod keeping;
mod lost;
mod migration;
mod model;
mod past;
mod prefill;
mod presence;
pub(crate) mod reuse;
mod routes;
mod store;

pub use keeping::{sweep, watch};
pub use model::{FirstAnswer, MoveDraft, OpenDraft, Opened, StoredDraft, Swept, clock_of};
pub use past::{Past, offers};
pub use prefill::{Knowledge, first_answers};
pub use routes::routes;
pub(crate) use routes::view;
pub use store::{
    DraftStore, LOST_DAYS, LateAnswers, MOST_ANSWERS, MOST_CHANGES_TOLD, MOST_CHARACTERS, MOST_LOST,
    MOST_LOST_CHARACTERS, MOST_ROWS, MOST_WRITERS, SaveCommand,
};

#[cfg(test)]
mod begun_tests;
#[cfg(test)]
mod http_tests;
#[cfg(test)]
mod known_on_a_move_tests;
#[cfg(test)]
mod merge_tests;
#[cfg(test)]
mod migration_tests;
#[cfg(test)]
mod reuse_tests;
#[cfg(test)]
mod tests;
