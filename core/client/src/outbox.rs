//! What waits on this terminal until the hall can be reached.

use onehall_protocol::{CaseId, CoreError, DraftId, IdempotencyKey, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// What became of a command that may wait for the network. On the wire it is the reply itself, or `{"queued": …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Outcome<T> {
    /// The hall could not be asked, or did not answer: it waits on this terminal and is sent by itself.
    Queued {
        /// What waits.
        queued: Queued,
    },
    /// The hall took it.
    Done(T),
}

/// Something that waits on this terminal. It is not submitted: the time that counts is the one when the hall takes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Queued {
    /// Names it: the key of its attempt, the same on every try.
    pub id: IdempotencyKey,
    /// What it is.
    pub about: QueuedAbout,
    /// What it is called: the name of the service.
    pub title: Text,
    /// When it was left to this terminal.
    pub queued_at: Timestamp,
    /// Where it stands.
    pub state: QueuedState,
    /// Whether it is on the terminal's disk, so that it outlives a closed window and an empty battery.
    pub kept: bool,
    /// Whether it has left this terminal before: then nobody knows whether it arrived, until the hall answers.
    pub left: bool,
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum QueuedAbout {
    /// A draft that is submitted.
    Submission(DraftId),
    /// A supplement of a case.
    Supplement(CaseId),
    /// A case that is taken back.
    Withdrawal(CaseId),
    /// The rating of a case.
    Rating(CaseId),
}

/// Where something stands that waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QueuedState {
    /// It is sent by itself, when the hall can be reached.
    Waiting,
    /// It is on its way.
    Sending,
    /// Another window of the same browser has it, sends it and says what becomes of it: here it is only shown.
    Elsewhere,
    /// The hall refused it.
    Refused {
        /// Why.
        error: CoreError,
    },
    /// Something changed since it was checked: it is not sent before the citizen has looked at it again.
    Conflict {
        /// What changed.
        error: CoreError,
    },
}

impl QueuedState {
    /// Whether nothing goes on without the citizen.
    #[must_use]
    pub fn needs_a_decision(&self) -> bool {
        matches!(self, QueuedState::Refused { .. } | QueuedState::Conflict { .. })
    }
}

/// What became of taking back something that waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TakenBack {
    /// It was not submitted, and will not be.
    TakenBack,
    /// It was too late: the hall has it.
    Arrived {
        /// The case.
        case: CaseId,
    },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reply_looks_as_ever_where_the_hall_was_there_and_says_so_where_it_was_not() {
        let id = "01935a00-0000-7000-8000-000000000001";
        let done = json!({ "number": 1 });
        let read: Outcome<serde_json::Value> = serde_json::from_value(done.clone()).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(read, Outcome::Done(done.clone()));
        assert_eq!(serde_json::to_value(&read).ok(), Some(done));
        let queued = json!({ "queued": {
            "id": id, "about": { "kind": "submission", "id": id }, "title": { "zh-CN": "护照", "en": "Passport" },
            "queued_at": "2026-11-26T01:00:00.000Z", "state": { "kind": "waiting" }, "kept": true, "left": false,
        } });
        let read: Outcome<serde_json::Value> = serde_json::from_value(queued.clone()).unwrap_or_else(|e| panic!("{e}"));
        assert!(matches!(&read, Outcome::Queued { queued } if queued.kept && !queued.left));
        assert_eq!(serde_json::to_value(&read).ok(), Some(queued));
    }
}
