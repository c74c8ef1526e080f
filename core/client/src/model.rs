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
}

impl Default for Preferences {
    fn default() -> Preferences {
        Preferences {
            language: None,
            elder: false,
            theme: ThemeChoice::Auto,
            text_percent: 100,
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
    /// Its bytes.
    pub bytes: Vec<u8>,
}
