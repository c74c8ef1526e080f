//! Which metadata counts: The Update Framework, behind a face of our own, so that nothing else here knows who verifies.

mod crypto;
mod metadata_folder;
mod sigstore;

pub use metadata_folder::MetadataFolder;
pub use sigstore::SigstoreTrust;

use std::collections::BTreeMap;

use async_trait::async_trait;
use onehall_bundle::Hash;
use sha2::{Digest as _, Sha512};
use time::OffsetDateTime;

use crate::mirror::FetchError;

/// Why metadata does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// It did not come.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It is missing from the repository.
    #[error("the repository does not have {0}")]
    Missing(String),
    /// Too few of the keys that count have signed it.
    #[error("{0} is not signed by enough of its keys")]
    NotSigned(String),
    /// It is over.
    #[error("{0} has expired: the repository is kept from us, or nobody signs it any more")]
    Expired(String),
    /// It is older than what was seen before.
    #[error("{0} is older than what was seen before")]
    Rollback(String),
    /// It is not the one that another role names.
    #[error("what came is not what is named: {0}")]
    Mismatch(String),
    /// It is none.
    #[error("the metadata is damaged: {0}")]
    Malformed(String),
    /// What is kept of it on this terminal cannot be read.
    #[error("there is no root to trust on this terminal")]
    NoRoot,
}

impl TrustError {
    /// The stable name of the reason, for counting.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            TrustError::Fetch(_) => "unreachable",
            TrustError::Missing(_) => "missing",
            TrustError::NotSigned(_) => "not_signed",
            TrustError::Expired(_) => "expired",
            TrustError::Rollback(_) => "rollback",
            TrustError::Mismatch(_) => "mismatch",
            TrustError::Malformed(_) => "malformed",
            TrustError::NoRoot => "no_root",
        }
    }
}

/// A target that signed metadata names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Where it lies below `targets/`.
    pub path: String,
    /// Its bytes.
    pub length: u64,
    /// Its hashes, by the name of the algorithm.
    pub hashes: BTreeMap<String, String>,
}

impl Target {
    /// Whether this is the content: its length and every hash that we can calculate, and one of those at least.
    #[must_use]
    pub fn is(&self, content: &[u8]) -> bool {
        let mut calculated = 0;
        let right = self.hashes.iter().all(|(algorithm, hash)| {
            let found = match algorithm.as_str() {
                "sha256" => Hash::of(content).to_string(),
                "sha512" => hexadecimal(&Sha512::digest(content)),
                _ => return true,
            };
            calculated += 1;
            hash.eq_ignore_ascii_case(&found)
        });
        content.len() as u64 == self.length && right && calculated > 0
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A verifier of metadata, with a repository and a place where it keeps what it verified.
#[async_trait]
pub trait Trust: Send {
    /// Brings root, timestamp, snapshot and targets up to date.
    ///
    /// # Errors
    /// One of them did not come or does not count. What was verified before stays.
    async fn refresh(&mut self, now: OffsetDateTime) -> Result<(), TrustError>;

    /// Whether the repository still has the very timestamp that was verified last, and that is not over: then nothing else
    /// below the same root has changed. One request; whatever it meets, no is always an answer.
    async fn unchanged(&mut self, now: OffsetDateTime) -> bool;

    /// The target of a name, through all roles that it was handed to; none where no role names it.
    ///
    /// # Errors
    /// A role on the way did not come or does not count.
    async fn find(&mut self, name: &str, now: OffsetDateTime) -> Result<Option<Target>, TrustError>;
}

#[cfg(test)]
mod tests {
    use super::Target;

    fn target(hashes: &[(&str, &str)], length: u64) -> Target {
        Target {
            path: String::new(),
            length,
            hashes: hashes
                .iter()
                .map(|(name, hash)| ((*name).to_owned(), (*hash).to_owned()))
                .collect(),
        }
    }

    #[test]
    fn every_hash_that_is_known_has_to_fit_and_one_has_to_be_known() {
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let sha512 = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                      2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        assert!(target(&[("sha256", sha256)], 3).is(b"abc"));
        assert!(target(&[("sha512", sha512)], 3).is(b"abc"));
        assert!(target(&[("blake3", "?"), ("sha256", sha256)], 3).is(b"abc"));
        assert!(!target(&[("sha256", sha256), ("sha512", sha256)], 3).is(b"abc"));
        assert!(!target(&[("blake3", "?")], 3).is(b"abc"));
        assert!(!target(&[], 3).is(b"abc"));
        assert!(!target(&[("sha256", sha256)], 4).is(b"abc"));
    }
}
