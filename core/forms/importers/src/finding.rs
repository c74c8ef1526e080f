//! What an import says about its source.

use std::fmt;

use serde::Serialize;

/// Something of a source that the definition holds in another way, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportFinding {
    /// Where in the source: a JSON pointer (`/pages/3/components/0/schema/regex`), empty for the whole of it.
    pub path: String,
    /// What: a stable code.
    pub code: &'static str,
    /// What it means for the form, in English.
    pub message: String,
    /// How much is lost.
    pub severity: Severity,
}

/// How much of the source a finding costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It is in the definition, in another way.
    CarriedDifferently,
    /// It is not in the definition.
    NotCarried,
    /// There is no definition because of it.
    Refused,
}

impl fmt::Display for ImportFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        write!(f, "{path}: {}: {}", self.code, self.message)
    }
}

/// How many findings are told one by one.
const MOST: usize = 5_000;

/// The findings of one import.
#[derive(Debug, Default)]
pub(crate) struct Report {
    findings: Vec<ImportFinding>,
    seen: std::collections::BTreeSet<(String, &'static str)>,
    more: usize,
}

impl Report {
    /// Something that the definition holds in another way.
    pub(crate) fn differs(&mut self, path: &str, code: &'static str, message: impl Into<String>) {
        self.add(path, code, message.into(), Severity::CarriedDifferently);
    }

    /// Something that the definition does not hold.
    pub(crate) fn lost(&mut self, path: &str, code: &'static str, message: impl Into<String>) {
        self.add(path, code, message.into(), Severity::NotCarried);
    }

    /// The same thing at the same place is told once: a condition may be used by many pages.
    fn add(&mut self, path: &str, code: &'static str, message: String, severity: Severity) {
        if self.seen.len() >= MOST {
            self.more += usize::from(!self.seen.contains(&(path.to_owned(), code)));
        } else if self.seen.insert((path.to_owned(), code)) {
            self.findings.push(ImportFinding {
                path: path.to_owned(),
                code,
                message,
                severity,
            });
        }
    }

    /// Tells what another report tells.
    pub(crate) fn take_over(&mut self, other: Report) {
        for finding in other.findings {
            self.add(&finding.path, finding.code, finding.message, finding.severity);
        }
        self.more += other.more;
    }

    pub(crate) fn into_findings(mut self) -> Vec<ImportFinding> {
        if self.more > 0 {
            self.findings.push(ImportFinding {
                path: String::new(),
                code: "more_findings",
                message: format!("{} more findings are not listed", self.more),
                severity: Severity::NotCarried,
            });
        }
        self.findings
    }
}

/// A refusal: there is no definition, and why.
pub(crate) fn refused(path: &str, code: &'static str, message: impl Into<String>) -> ImportFinding {
    ImportFinding {
        path: path.to_owned(),
        code,
        message: message.into(),
        severity: Severity::Refused,
    }
}
