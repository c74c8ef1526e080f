//! What is wrong with a definition.

use serde::Serialize;

/// Something that an agency has to change in a definition before it can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where: a JSON pointer into the definition (`/pages/0/questions/3/visible_when`).
    pub path: String,
    /// What: a stable code.
    pub code: &'static str,
    /// What to change, in English.
    pub message: String,
}

impl Finding {
    pub(crate) fn new(path: impl Into<String>, code: &'static str, message: impl Into<String>) -> Finding {
        Finding {
            path: path.into(),
            code,
            message: message.into(),
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        write!(f, "{path}: {} ({})", self.message, self.code)
    }
}
