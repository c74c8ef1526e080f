//! What stays on the terminal.

use async_trait::async_trait;

use super::{BoxFuture, NoSecret, SendOutsideWasm, SyncOutsideWasm};

/// The name with which the terminal's own segments begin: `terminal`, `terminal-catalog`. They hold nothing personal and
/// outlive a log-out; every other segment is a person's.
pub const TERMINAL: &str = "terminal";

/// Why something is not kept, or cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no room. Nothing of what was to be kept is.
    #[error("keep more on this terminal: there is no room")]
    Full,
    /// This terminal lets nothing be kept, or has no place for the key.
    #[error("keep anything on this terminal: it is forbidden here")]
    Forbidden,
    /// What is kept is damaged, or the device fails.
    #[error("read what is kept on this terminal: it is damaged")]
    Broken,
    /// Its key cannot be read now. Nothing is changed, and another try may go well.
    #[error("use what is kept on this terminal: its key cannot be read now")]
    NoKey,
    /// Another process has it open.
    #[error("use what is kept on this terminal: another process does")]
    Locked,
    /// A newer version of the program wrote it.
    #[error("read what is kept on this terminal: a newer version wrote it")]
    Newer,
}

impl From<NoSecret> for StoreError {
    fn from(_: NoSecret) -> StoreError {
        StoreError::NoKey
    }
}

/// One of the changes of a [`Store::batch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Keeps a value at a key, in place of the one before.
    Put {
        /// The key.
        key: String,
        /// The value.
        value: Vec<u8>,
    },
    /// Forgets the value at a key.
    Delete {
        /// The key.
        key: String,
    },
}

impl Write {
    /// The key that is changed.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Write::Put { key, .. } | Write::Delete { key } => key,
        }
    }
}

/// Values that stay on the terminal, each at a key `segment/rest`. What changes is on the disk once a method returns.
///
/// A host's store is encrypted where anything of it reaches a disk, so that personal data may be kept in it. On a public
/// machine it is memory.
#[cfg_attr(target_family = "wasm", async_trait(?Send))]
#[cfg_attr(not(target_family = "wasm"), async_trait)]
pub trait Store: SendOutsideWasm + SyncOutsideWasm {
    /// The value at a key.
    ///
    /// # Errors
    /// It cannot be read. What is not there is no error.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// All of a segment, in the order of the keys' bytes: `cases`, `cases/`; or the part of it whose keys begin so: `cases/a`.
    ///
    /// # Errors
    /// It cannot be read, or some of it is damaged; what is damaged is gone the next time.
    async fn scan(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError>;

    /// Makes all these changes or none, in their order.
    ///
    /// # Errors
    /// None was made.
    async fn batch(&self, writes: Vec<Write>) -> Result<(), StoreError>;

    /// Forgets, beyond recovery, everything that is not the terminal's own. A key is destroyed before what it hides.
    ///
    /// # Errors
    /// Something may still be there that can be read.
    async fn erase(&self) -> Result<(), StoreError>;

    /// Whether what is kept outlives the process; why it does not, where it should.
    fn lasting(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Keeps a value at a key, in place of the one before.
    ///
    /// # Errors
    /// It is not kept; what was there before is.
    fn put(&self, key: &str, value: Vec<u8>) -> BoxFuture<'_, Result<(), StoreError>> {
        let key = key.to_owned();
        self.batch(vec![Write::Put { key, value }])
    }

    /// Forgets the value at a key, where there is one.
    ///
    /// # Errors
    /// It is still there.
    fn delete(&self, key: &str) -> BoxFuture<'_, Result<(), StoreError>> {
        self.batch(vec![Write::Delete { key: key.to_owned() }])
    }

    /// Comes back when all that was kept would outlive a power cut. The engines that we ship acknowledge nothing before.
    ///
    /// # Errors
    /// It would not.
    fn sync(&self) -> BoxFuture<'_, Result<(), StoreError>> {
        self.batch(Vec::new())
    }
}

/// The segment in which a key or a prefix lies.
#[must_use]
pub fn segment(key: &str) -> &str {
    key.split_once('/').map_or(key, |(segment, _)| segment)
}

/// Whether a key is in one of the terminal's own segments.
#[must_use]
pub fn is_terminals(key: &str) -> bool {
    segment(key)
        .strip_prefix(TERMINAL)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// With what the keys begin that a scan asks for.
#[must_use]
pub fn scanned(prefix: &str) -> String {
    match prefix.contains('/') {
        true => prefix.to_owned(),
        false => format!("{prefix}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_the_terminals_own_by_its_whole_first_word() {
        for own in ["terminal/preferences", "terminal-catalog/current", "terminal"] {
            assert!(is_terminals(own), "{own}");
        }
        for personal in ["terminals/a", "cases/terminal/a", "person-sealed/a", "", "/terminal"] {
            assert!(!is_terminals(personal), "{personal}");
        }
    }

    #[test]
    fn a_scan_of_a_segment_is_none_of_those_that_begin_alike() {
        assert_eq!(
            (scanned("cases").as_str(), scanned("cases/a").as_str()),
            ("cases/", "cases/a")
        );
        assert_eq!((segment("cases/a/b"), segment("cases")), ("cases", "cases"));
    }
}
