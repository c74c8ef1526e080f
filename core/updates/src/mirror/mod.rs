//! Where an update comes from. A mirror is trusted with nothing: whatever it gives is bounded, and checked by whoever asked.

mod folder;
mod http;
pub use folder::FolderMirror;
pub use http::{HttpLimits, HttpMirror, NotAMirror, Plain, TooFew};

use async_trait::async_trait;
use onehall_bundle::{Blob, Hash};

/// Why something did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Nobody answered, or the connection broke.
    #[error("the server cannot be reached")]
    Unreachable,
    /// Nothing came for too long, or too little.
    #[error("the server is too slow")]
    TooSlow,
    /// There is no such file.
    #[error("the server does not have it")]
    Missing,
    /// The server failed, or sent us elsewhere.
    #[error("the server failed: {0}")]
    Refused(u16),
    /// More came than was signed, or was said to come.
    #[error("the server sends more than it may")]
    TooLong,
    /// Less came than was said to come.
    #[error("the server ended before the end")]
    TooShort,
    /// What came is not what was signed.
    #[error("what came is not what was signed")]
    WrongContent,
    /// There is no room on this disk, or as much as this terminal gives.
    #[error("there is no room for it")]
    NoRoom,
    /// This disk failed.
    #[error("this disk failed")]
    Disk,
    /// Whoever waited for it no longer does.
    #[error("it was given up")]
    GivenUp,
}

/// What comes of a blob.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'b> {
    /// The server begins at the beginning, whatever it was asked for: what came before does not count.
    FromTheStart,
    /// Bytes.
    Bytes(&'b [u8]),
}

/// Who takes the pieces of a blob; an error ends the fetch.
pub type Take<'t> = dyn FnMut(Piece<'_>) -> Result<(), FetchError> + Send + 't;

/// A copy of a repository: metadata and targets as The Update Framework has them, and blobs by their hashes.
#[async_trait]
pub trait Mirror: Send + Sync {
    /// A metadata file by its name, such as `3.root.json`; none where there is none.
    ///
    /// # Errors
    /// It did not come, or is longer than `most`.
    async fn metadata(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, FetchError>;

    /// A target by its path, such as `0123.ui-kiosk.rollout.json`.
    ///
    /// # Errors
    /// It did not come, or is longer than `most`.
    async fn target(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, FetchError>;

    /// A blob from an offset on, piece by piece.
    ///
    /// # Errors
    /// It did not come, or not all of it; what was taken before counts.
    async fn blob(&self, blob: Blob, from: u64, take: &mut Take<'_>) -> Result<(), FetchError>;
}

/// Where a blob lies below the address of a mirror.
pub(crate) fn blob_path(hash: Hash) -> String {
    format!("blobs/{hash}")
}

/// The name of a role or target as one part of an address or a file's name: all but letters, digits, `-`, `_`, `.` and `~`
/// is written with `%`, and so is a name of dots alone, so that no name leads anywhere.
#[must_use]
pub fn one_part(name: &str) -> String {
    let dots = name.bytes().all(|byte| byte == b'.');
    let mut part = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') || (byte == b'.' && !dots) {
            part.push(char::from(byte));
        } else {
            part.push_str(&format!("%{byte:02X}"));
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::one_part;

    #[test]
    fn a_name_is_one_part_wherever_it_would_like_to_lead() {
        for (name, part) in [
            ("ui-kiosk.rollout.json", "ui-kiosk.rollout.json"),
            ("path/to/a", "path%2Fto%2Fa"),
            ("..", "%2E%2E"),
            (".", "%2E"),
            ("../x", "..%2Fx"),
            ("..file.ext", "..file.ext"),
            ("C:\\x", "C%3A%5Cx"),
            ("å?#%", "%C3%A5%3F%23%25"),
            ("a\0b", "a%00b"),
        ] {
            assert_eq!(one_part(name), part);
        }
    }
}
