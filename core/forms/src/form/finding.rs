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

/// The most findings that are told: who has more mends these first.
pub(crate) const MOST_FINDINGS: usize = 1_000;

/// Whether no more findings are told.
pub(crate) fn is_full(findings: &[Finding]) -> bool {
    findings.len() > MOST_FINDINGS
}

/// As many findings as are told, and that there are more.
pub(crate) fn told(mut findings: Vec<Finding>) -> Vec<Finding> {
    if is_full(&findings) {
        findings.truncate(MOST_FINDINGS);
        let message = "there is more to find: mend these first";
        findings.push(Finding::new("", "too_many_findings", message));
    }
    findings
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
