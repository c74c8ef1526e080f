//! What is sent when a draft is submitted.

use onehall_forms::{ENGINE, Filling};
use onehall_protocol::drafts::SubmitDraft;

/// What is submitted: these answers at this revision, and with what they were evaluated.
///
/// The versions of the calendar and of the lists are those that the form needs and that were at hand; where one was not,
/// it is not named, and the backend evaluates anew.
#[must_use]
pub fn submission(filling: &Filling, revision: u64) -> SubmitDraft {
    let with = filling.evaluated_with();
    SubmitDraft {
        revision,
        as_of: with.as_of,
        engine: ENGINE,
        transcript: filling.transcript(),
        calendar: with.calendar,
        lists: with.lists,
        marks: filling.marks(),
        confirmed: None,
    }
}
