//! What is typed for a supplement before it is handed in.

use std::collections::BTreeSet;

use onehall_protocol::Timestamp;
use onehall_protocol::drafts::Answers;
use serde::{Deserialize, Serialize};

/// What a citizen typed for a supplement and has not handed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypedSupplement {
    /// When the supplement was asked for to which it belongs.
    pub requested_at: Timestamp,
    /// The answers that are other than those of the case; null for one that was taken away.
    pub answers: Answers,
    /// What was asked for and, the citizen says, is right as it stands.
    pub confirmed: BTreeSet<String>,
}
