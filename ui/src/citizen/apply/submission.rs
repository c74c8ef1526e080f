//! One attempt to submit a draft: what is sent, under which key, and what an error means for it.

use onehall_protocol::drafts::SubmitDraft;
use onehall_protocol::{CoreError, ErrorCode, IdempotencyKey};

/// An attempt to submit. It keeps its key until it is known how it went: pressed again, or sent again after a broken
/// connection, it is the same attempt and makes the same case.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// What is sent.
    pub submission: SubmitDraft,
    /// Names it.
    pub key: IdempotencyKey,
}

/// What a failed attempt means for the citizen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It did not leave this terminal.
    NotSent,
    /// Nobody knows whether it arrived: the same attempt is made again.
    NotSure,
    /// The draft is another one now, or the rules are: it is shown anew, to be checked again.
    Changed,
    /// The hall goes by another version of the rules, the calendar or a list: what changes is shown, to be confirmed.
    Confirm,
    /// The backend found answers that need a change.
    Answers,
    /// It was submitted before.
    Done,
    /// The service asks for a higher assurance level.
    Level,
    /// The service asks who submits to show that they are there.
    Proof,
    /// The session has ended.
    LoggedOut,
    /// It was refused for another reason.
    Refused,
}

impl Failure {
    /// What an error means. `sent` says whether the submission itself had left: without an answer to it, nobody knows.
    #[must_use]
    pub fn of(error: &CoreError, sent: bool) -> Failure {
        match error.code {
            ErrorCode::DraftMoved | ErrorCode::TranscriptDiffers => Failure::Changed,
            ErrorCode::ConfirmChanges => Failure::Confirm,
            ErrorCode::InvalidAnswers => Failure::Answers,
            ErrorCode::DraftSubmitted => Failure::Done,
            ErrorCode::NotLoggedIn => Failure::LoggedOut,
            ErrorCode::LevelTooLow => Failure::Level,
            ErrorCode::StepUpRequired => Failure::Proof,
            _ if error.retryable && sent => Failure::NotSure,
            _ if error.retryable => Failure::NotSent,
            _ => Failure::Refused,
        }
    }

    /// Whether the next press makes the same attempt again. An attempt that the backend judged is over: what is sent
    /// next is another submission, with a key of its own.
    #[must_use]
    pub fn keeps_the_key(self) -> bool {
        matches!(self, Failure::NotSent | Failure::NotSure | Failure::LoggedOut)
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;

    use super::*;

    #[test]
    fn not_sent_is_said_only_of_what_surely_was_not() {
        let error = CoreError::new(ErrorCode::Offline, Language::En);
        assert_eq!(Failure::of(&error, false), Failure::NotSent);
        assert_eq!(Failure::of(&error, true), Failure::NotSure);
    }

    #[test]
    fn an_attempt_that_may_have_arrived_is_made_again_and_one_that_was_judged_is_not() {
        let failure = |code| Failure::of(&CoreError::new(code, Language::En), true);
        for code in [
            ErrorCode::Offline,
            ErrorCode::TimedOut,
            ErrorCode::Unavailable,
            ErrorCode::Internal,
        ] {
            assert!(failure(code).keeps_the_key(), "{code}");
        }
        for code in [
            ErrorCode::DraftMoved,
            ErrorCode::TranscriptDiffers,
            ErrorCode::ConfirmChanges,
            ErrorCode::InvalidAnswers,
            ErrorCode::NotFound,
        ] {
            assert!(!failure(code).keeps_the_key(), "{code}");
        }
    }
}
