//! The bridge: how a UI, a foreign language or a page of somebody else speaks to a core that is not of its own making.
//!
//! One coarse call: an [`Envelope`] in, a [`Reply`] out, both as JSON; and [`EventMessage`]s that come by themselves. The
//! envelope names the protocol that the caller speaks; [`Hello`] agrees on one. Whoever carries the JSON (a Tauri
//! command, UniFFI, wasm-bindgen) knows nothing of what is in it.
//!
//! ```
//! use onehall_client::bridge::{Call, Envelope, Hello, PROTOCOLS};
//! # fn main() -> Result<(), serde_json::Error> {
//! let text = r#"{"protocol":1,"id":7,"call":{"hello":{"protocols":{"min":1,"max":2},"version":"0.1.0"}}}"#;
//! let envelope: Envelope = serde_json::from_str(text)?;
//! let Call::Hello(Hello { protocols, .. }) = envelope.call else { unreachable!() };
//! assert_eq!(PROTOCOLS.agree(protocols), Some(1));
//! # Ok(()) }
//! ```

use onehall_protocol::CoreError;
use onehall_protocol::identity::TerminalKind;
use serde::{Deserialize, Serialize};

use crate::{Event, Profile, citizen};

/// The protocols that this build speaks. A change that an older side would misread raises `max`; `min` follows when the
/// last release that needs the older one is gone.
pub const PROTOCOLS: ProtocolRange = ProtocolRange { min: 1, max: 1 };

/// The forms of what lies on a terminal that this build reads and writes. A page that does not understand them is not shown.
pub const DATA: ProtocolRange = ProtocolRange { min: 1, max: 1 };

/// The protocols that a side speaks, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtocolRange {
    /// The oldest.
    pub min: u32,
    /// The newest.
    pub max: u32,
}

impl ProtocolRange {
    /// The newest protocol that both sides speak.
    #[must_use]
    pub fn agree(self, other: ProtocolRange) -> Option<u32> {
        let newest = self.max.min(other.max);
        (newest >= self.min.max(other.min)).then_some(newest)
    }

    /// Whether a protocol is one of these.
    #[must_use]
    pub fn contains(self, protocol: u32) -> bool {
        (self.min..=self.max).contains(&protocol)
    }
}

/// A call over the bridge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The protocol in which `call` is written.
    pub protocol: u32,
    /// The caller's number of this call: the reply carries it, and [`Cancel`] names it. One number, one call at a time.
    pub id: u64,
    /// What is called.
    pub call: Call,
}

/// What an envelope asks for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// The first call of a UI that comes up.
    Hello(Hello),
    /// A command for the core.
    Ask(Box<citizen::Command>),
    /// Ends a call that is under way; it replies `client/cancelled`.
    Cancel(Cancel),
}

/// A UI comes up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// The protocols that the UI speaks.
    pub protocols: ProtocolRange,
    /// The UI's version, for people.
    pub version: String,
}

/// Ends a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// The number of the call.
    pub id: u64,
}

/// The core's answer to [`Hello`]. The terminal and what it may do are said by the shell, out of reach of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The protocol that both sides speak from now on.
    pub protocol: u32,
    /// The core's version, for people.
    pub version: String,
    /// On which kind of terminal the UI runs.
    pub terminal: TerminalKind,
    /// In which layout it is drawn.
    pub profile: Profile,
    /// What the host can do besides, by name.
    pub capabilities: Vec<String>,
}

/// The answer to an [`Envelope`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The protocol in which the outcome is written.
    pub protocol: u32,
    /// The number of the call; 0 where the envelope could not be read at all.
    pub id: u64,
    /// How the call ended.
    pub outcome: Outcome,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It went well.
    Ok(Answer),
    /// It did not.
    Error(CoreError),
}

/// What answers a [`Call`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Answers [`Call::Hello`].
    Hello(Welcome),
    /// Answers [`Call::Ask`].
    Ask(Box<citizen::Reply>),
    /// Answers [`Call::Cancel`]: whether such a call was under way.
    Cancel(bool),
}

/// What the core tells by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventMessage {
    /// The protocol in which the event is written.
    pub protocol: u32,
    /// The event.
    pub event: Event,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sides_agree_on_the_newest_protocol_that_both_speak() {
        let range = |min, max| ProtocolRange { min, max };
        assert_eq!(range(1, 3).agree(range(2, 5)), Some(3));
        assert_eq!(range(2, 5).agree(range(1, 3)), Some(3));
        assert_eq!(range(1, 1).agree(range(2, 2)), None);
        assert_eq!(range(3, 4).agree(range(1, 2)), None);
    }
}
