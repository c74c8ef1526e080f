//! What waits on this device until the hall can be reached, and what the hall refused of it.

mod page;
mod section;

use onehall_client::{Queued, QueuedAbout, QueuedState};
use onehall_protocol::Text;

pub use page::QueuedPage;
pub use section::queued_section;

use super::routes;
use crate::design::notice::Tone;
use crate::texts::{Phrase, Words, outbox as words};

/// What something is called that waits.
fn name(about: QueuedAbout, title: &Text) -> Words {
    let phrase = match about {
        QueuedAbout::Submission(_) => words::SUBMISSION,
        QueuedAbout::Supplement(_) => words::SUPPLEMENT,
        QueuedAbout::Withdrawal(_) => words::WITHDRAWAL,
        QueuedAbout::Rating(_) => words::RATING,
    };
    phrase.with([Words::from(title)])
}

/// What is said when it has arrived.
#[must_use]
pub fn sent_words(about: QueuedAbout, title: &Text) -> Words {
    let phrase = match about {
        QueuedAbout::Submission(_) => words::SENT_SUBMISSION,
        QueuedAbout::Supplement(_) => words::SENT_SUPPLEMENT,
        QueuedAbout::Withdrawal(_) => words::SENT_WITHDRAWAL,
        QueuedAbout::Rating(_) => words::SENT_RATING,
    };
    phrase.with([Words::from(title)])
}

/// Where it stands, in a word or two: with a colour and a sign. What has left before may have arrived: of that it is not said
/// that it is not submitted.
fn tag(state: &QueuedState, left: bool) -> (Phrase, Tone, &'static str) {
    match state {
        QueuedState::Waiting if left => (words::TAG_LEFT, Tone::Attention, "hourglass"),
        QueuedState::Waiting => (words::TAG_WAITING, Tone::Attention, "hourglass"),
        QueuedState::Sending => (words::TAG_SENDING, Tone::Info, "send"),
        QueuedState::Elsewhere => (words::TAG_ELSEWHERE, Tone::Info, "app-window"),
        QueuedState::Refused { .. } => (words::TAG_REFUSED, Tone::Bad, "circle-x"),
        QueuedState::Conflict { .. } => (words::TAG_CONFLICT, Tone::Attention, "triangle-alert"),
    }
}

/// Where its citizen goes to look at it again: the draft, or the case.
fn place(queued: &Queued) -> (String, Phrase) {
    match (queued.about, &queued.state) {
        (QueuedAbout::Submission(draft), QueuedState::Conflict { .. }) => (routes::draft(draft), words::CHECK_AGAIN),
        (QueuedAbout::Submission(draft), _) => (routes::draft(draft), words::OPEN_DRAFT),
        (QueuedAbout::Supplement(case) | QueuedAbout::Withdrawal(case) | QueuedAbout::Rating(case), _) => {
            (routes::case(case), words::OPEN_CASE)
        }
    }
}

/// Why nothing goes on without the citizen.
fn conflict_words(about: QueuedAbout) -> Phrase {
    match about {
        QueuedAbout::Submission(_) => words::LINE_CONFLICT,
        _ => words::LINE_CONFLICT_CASE,
    }
}
