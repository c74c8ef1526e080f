//! The data folder: made if missing, writable, and used by one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Why a data folder cannot be used. Each is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It is not there and cannot be made.
    #[error("cannot create the data folder {0}: {1}; choose another with --data")]
    Create(PathBuf, io::Error),
    /// It cannot be written.
    #[error(
        "the data folder {0} cannot be written: {1}; give this user the right to write there, or choose another with --data"
    )]
    ReadOnly(PathBuf, io::Error),
    /// Another process uses it.
    #[error("the data folder {0} is in use by another onehall; stop that one, or choose another folder with --data")]
    InUse(PathBuf),
}

/// Makes the folder where it is missing, for this user alone: what is in it are people's matters. One that is there keeps the
/// rights that its operator gave it.
fn make(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// A data folder that this process holds. The hold ends with the value (or the process, however it ends).
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Takes hold of the folder at `path`, making it if it is missing.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn open(path: &Path) -> Result<DataFolder, FolderError> {
        make(path).map_err(|cause| FolderError::Create(path.to_owned(), cause))?;
        let read_only = |cause| FolderError::ReadOnly(path.to_owned(), cause);
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join("onehall.lock"))
            .map_err(read_only)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FolderError::InUse(path.to_owned())),
            Err(TryLockError::Error(cause)) => return Err(read_only(cause)),
        }
        // An existing lock file can be opened for writing where a new file cannot be made: try that too.
        let probe = path.join(".write-test");
        fs::write(&probe, b"")
            .and_then(|()| fs::remove_file(&probe))
            .map_err(read_only)?;
        Ok(DataFolder {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database file in it.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.path.join("onehall.sqlite")
    }
}
