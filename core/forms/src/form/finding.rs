//! What is wrong with a definition.

use onehall_protocol::Language;

use super::wrong::Wrong;

/// Something that an agency has to change in a definition before it can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where: a JSON pointer into the definition (`/pages/0/questions/3/visible_when`).
    pub path: String,
    /// What: a stable code.
    pub code: &'static str,
    wrong: Wrong,
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
        findings.push(Finding::new("", Wrong::TooMany));
    }
    findings
}

impl Finding {
    pub(crate) fn new(path: impl Into<String>, wrong: Wrong) -> Finding {
        Finding {
            path: path.into(),
            code: wrong.code(),
            wrong,
        }
    }

    /// What to change. What a regular expression or JSON lacks is said in English in every language: it comes from those
    /// who read them.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        self.wrong.say(language)
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        write!(f, "{path}: {} ({})", self.message(Language::En), self.code)
    }
}
