//! What files need of a storage engine.

use async_trait::async_trait;
use onehall_protocol::{CaseId, DraftId, FileId, PersonId};

use super::model::{NewFile, StoredFile};
use crate::error::Result;

/// The most files that one draft may hold.
pub const MOST_FILES: u32 = 100;

/// The most bytes that the files of one draft may have: 200 MiB.
pub const MOST_BYTES: u64 = 200 * 1024 * 1024;

/// What is known of files.
#[async_trait]
pub trait FileStore {
    /// Keeps what is known of a new file.
    ///
    /// # Errors
    /// `request/not_found`, `drafts/submitted` where its draft is not open any more; `files/too_many` where the draft
    /// has [`MOST_FILES`] or [`MOST_BYTES`] already.
    async fn add_file(&self, file: NewFile) -> Result<()>;

    /// A file that one of `principals` may read.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn file(&self, id: FileId, principals: Vec<PersonId>) -> Result<StoredFile>;

    /// A file, whoever it belongs to: for staff, whose right to the case is checked by the caller.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn any_file(&self, id: FileId) -> Result<StoredFile>;

    /// The files of a case: those of the draft that it came from, of its supplements, and results.
    ///
    /// # Errors
    /// What the engine says.
    async fn files_of_case(&self, case: CaseId) -> Result<Vec<StoredFile>>;

    /// The file of a draft that was taken over from another one for a question, if it was.
    ///
    /// # Errors
    /// What the engine says.
    async fn taken_over(&self, draft: DraftId, path: String, origin: FileId) -> Result<Option<StoredFile>>;

    /// Takes a file out of an open draft.
    ///
    /// # Errors
    /// `request/not_found`, `drafts/submitted`.
    async fn remove_file(&self, draft: DraftId, file: FileId, principals: Vec<PersonId>) -> Result<()>;
}
