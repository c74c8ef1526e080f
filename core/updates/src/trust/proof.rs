//! What shows later, without a repository, that something was signed.

use std::collections::BTreeMap;

/// Signed metadata as it was verified: a chain of roots, and one document of each role under its name without a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof(BTreeMap<String, String>);

impl Proof {
    /// The most bytes of one.
    pub const LONGEST: u64 = 8 << 20;

    /// What was written; none where it is damaged.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Proof> {
        serde_json::from_slice(bytes).ok().map(Proof)
    }

    /// As it is written to the disk.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).unwrap_or_default()
    }

    /// Adds a document; none where it is no text.
    pub(super) fn add(&mut self, name: String, document: Vec<u8>) -> Option<()> {
        self.0.insert(name, String::from_utf8(document).ok()?);
        Some(())
    }

    /// The document that a repository would have under this name, such as `7.snapshot.json`.
    pub(super) fn document(&self, name: &str) -> Option<Vec<u8>> {
        let without_version = || {
            let (version, rest) = name.split_once('.')?;
            let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
            is_version.then_some(rest)
        };
        let found = self.0.get(name).or_else(|| self.0.get(without_version()?));
        found.map(|document| document.clone().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::Proof;

    #[test]
    fn a_document_is_found_by_the_name_that_a_repository_has_it_under() {
        let mut proof = Proof::default();
        for name in ["2.root.json", "timestamp.json", "snapshot.json", "ui-desktop.json"] {
            assert_eq!(proof.add(name.to_owned(), name.as_bytes().to_vec()), Some(()));
        }
        assert_eq!(proof.add("targets.json".to_owned(), vec![0xff]), None, "no text");
        let proof = Proof::read(&proof.to_bytes()).unwrap_or_default();
        for (asked, found) in [
            ("2.root.json", Some("2.root.json")),
            ("3.root.json", None),
            ("timestamp.json", Some("timestamp.json")),
            ("7.snapshot.json", Some("snapshot.json")),
            ("7.ui-desktop.json", Some("ui-desktop.json")),
            ("x.snapshot.json", None),
            (".snapshot.json", None),
            ("1.targets.json", None),
        ] {
            assert_eq!(proof.document(asked).as_deref(), found.map(str::as_bytes), "{asked}");
        }
        assert_eq!(Proof::read(b"{\"timestamp.json\":1}"), None);
    }
}
