//! What only terminals know: search hits, preferences, files in hand.

use onehall_protocol::Language;
use onehall_protocol::catalog::ItemSummary;
use serde::{Deserialize, Serialize};

/// A service item that a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    /// The item.
    pub item: ItemSummary,
    /// Where the words stand in the name, in the language asked for: ranges of characters, to mark them.
    pub marks: Vec<(usize, usize)>,
    /// Whether it only comes close to the words: nothing has all of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub near: bool,
}

/// How the citizen wants to see things on this terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// The language; none until chosen (then the host's).
    pub language: Option<Language>,
    /// Elder mode.
    pub elder: bool,
    /// Light, dark, or as the host.
    pub theme: ThemeChoice,
    /// Text size in percent, 100 to 200.
    pub text_percent: u16,
    /// Whether this terminal may count what is done on it; none until the citizen was asked.
    pub analytics: Option<bool>,
}

impl Preferences {
    /// Whether the citizen said that this terminal may count.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.analytics == Some(true)
    }
}

impl Default for Preferences {
    fn default() -> Preferences {
        Preferences {
            language: None,
            elder: false,
            theme: ThemeChoice::Auto,
            text_percent: 100,
            analytics: None,
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// As the host.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// A file with its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileContent {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes; Base64 where they cross a bridge as JSON.
    #[serde(with = "base64_bytes")]
    pub bytes: Vec<u8>,
}

/// Bytes as standard Base64: a third more than they are, where a list of numbers is three times as much.
mod base64_bytes {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        BASE64_STANDARD
            .decode(text.as_bytes())
            .map_err(|_| D::Error::custom("invalid Base64"))
    }
}
