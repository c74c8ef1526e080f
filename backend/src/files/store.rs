//! What files need of a storage engine.

use async_trait::async_trait;
use onehall_protocol::files::UploadTo;
use onehall_protocol::{CaseId, DraftId, ErrorCode, FileId, Timestamp, UploadId};

use super::model::{Added, Finished, NewFile, NewUpload, Part, Sender, StoredFile, StoredUpload};
use crate::error::Result;
use crate::identity::Reach;

/// The most files that one draft may hold.
pub const MOST_FILES: u32 = 100;

/// The most bytes that the files of one draft may have: 200 MiB.
pub const MOST_BYTES: u64 = 200 * 1024 * 1024;

/// The most uploads that one sender may have unfinished.
pub const MOST_UNFINISHED: u32 = 30;

/// The most uploads that one sender may begin in a day, whatever becomes of them.
pub const MOST_A_DAY: u32 = 1000;

/// The most files that one case may gather, so that nobody fills the disk through it.
pub const MOST_OF_CASE: u32 = 200;

/// What is known of files.
#[async_trait]
pub trait FileStore {
    /// Keeps what is known of a new file.
    ///
    /// # Errors
    /// `request/not_found`, `drafts/submitted` where its draft is not open any more; `files/too_many` where the draft
    /// has [`MOST_FILES`] or [`MOST_BYTES`] already, or the case [`MOST_OF_CASE`].
    async fn add_file(&self, file: NewFile) -> Result<()>;

    /// A file of a matter within reach.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn file(&self, id: FileId, reach: Reach) -> Result<StoredFile>;

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

    /// The file of a draft or a case that was taken over from another one for a question, if it was.
    ///
    /// # Errors
    /// What the engine says.
    async fn taken_over(&self, to: UploadTo, path: String, origin: FileId) -> Result<Option<StoredFile>>;

    /// Takes a file out of an open draft.
    ///
    /// # Errors
    /// `request/not_found`, `drafts/submitted`.
    async fn remove_file(&self, draft: DraftId, file: FileId, reach: Reach) -> Result<()>;
}

/// Uploads on their way. Their bytes are in `Blobs`, so that the next request may come to another replica.
#[async_trait]
pub trait UploadStore {
    /// Begins an upload, or gives the one that was begun with the same key.
    ///
    /// # Errors
    /// `request/idempotency_conflict` where the key came with another payload; `request/not_found`, `drafts/submitted` where
    /// its draft is not open any more; `files/too_many` where draft or case would hold more than it may, with all that is
    /// on its way; `request/too_many` where the sender has [`MOST_UNFINISHED`] on the way, or began [`MOST_A_DAY`] today.
    async fn begin_upload(&self, upload: NewUpload) -> Result<StoredUpload>;

    /// An upload of `sender`.
    ///
    /// # Errors
    /// `request/not_found`, also where it is another's.
    async fn upload(&self, id: UploadId, sender: Sender) -> Result<StoredUpload>;

    /// Adds a part, where the upload goes on with it.
    ///
    /// # Errors
    /// `request/not_found` where the upload is gone.
    async fn add_part(&self, id: UploadId, part: Part) -> Result<Added>;

    /// The parts of an upload, in order.
    ///
    /// # Errors
    /// What the engine says.
    async fn parts(&self, id: UploadId) -> Result<Vec<Part>>;

    /// Makes the file of an upload: what is known of it is kept and the parts are forgotten, or nothing is. Where another
    /// request was quicker, its file stands.
    ///
    /// # Errors
    /// `request/not_found` where the upload is gone; those of [`FileStore::add_file`].
    async fn finish_upload(&self, id: UploadId, file: NewFile) -> Result<Finished>;

    /// Notes that an upload is refused for good and forgets its parts; gives their blobs.
    ///
    /// # Errors
    /// What the engine says.
    async fn refuse_upload(&self, id: UploadId, why: ErrorCode) -> Result<Vec<FileId>>;

    /// Ends an upload of `sender`; gives the blobs of its parts.
    ///
    /// # Errors
    /// `request/not_found`, also where it is another's.
    async fn end_upload(&self, id: UploadId, sender: Sender) -> Result<Vec<FileId>>;

    /// Forgets unfinished uploads that were begun before `before` or whose draft is not open any more, and finished ones that
    /// were begun before `finished_before`; gives the blobs of their parts.
    ///
    /// # Errors
    /// What the engine says.
    async fn sweep_uploads(&self, before: Timestamp, finished_before: Timestamp) -> Result<Vec<FileId>>;

    /// Notes that a blob is about to be written. Once something names it, it is noted no more.
    ///
    /// # Errors
    /// What the engine says.
    async fn expect_blob(&self, blob: FileId, now: Timestamp) -> Result<()>;

    /// Blobs that are nobody's: those that nothing names and that were noted before `before`, or are noted as useless.
    ///
    /// # Errors
    /// What the engine says.
    async fn useless_blobs(&self, before: Timestamp) -> Result<Vec<FileId>>;

    /// Notes that blobs are gone from their medium.
    ///
    /// # Errors
    /// What the engine says.
    async fn blobs_gone(&self, blobs: Vec<FileId>) -> Result<()>;
}

/// The bytes of files, where they are kept in the database: in pieces, for who runs replicas without a shared disk.
#[async_trait]
pub trait BlobStore: Send + Sync + std::fmt::Debug {
    /// Keeps a piece of a blob that is not whole yet; the first one has the number 0.
    ///
    /// # Errors
    /// What the engine says.
    async fn put_piece(&self, blob: FileId, number: u32, bytes: Vec<u8>) -> Result<()>;

    /// Says that a blob is whole: only now can it be read.
    ///
    /// # Errors
    /// What the engine says.
    async fn complete_blob(&self, blob: FileId, pieces: u32) -> Result<()>;

    /// How many pieces a whole blob has.
    ///
    /// # Errors
    /// `request/not_found` where there is none.
    async fn pieces(&self, blob: FileId) -> Result<u32>;

    /// A piece of a blob.
    ///
    /// # Errors
    /// `request/not_found` where there is none.
    async fn piece(&self, blob: FileId, number: u32) -> Result<Vec<u8>>;

    /// Copies a whole blob.
    ///
    /// # Errors
    /// `request/not_found` where there is none.
    async fn copy_blob(&self, from: FileId, to: FileId) -> Result<()>;

    /// Takes a blob away, whole or not.
    ///
    /// # Errors
    /// What the engine says.
    async fn remove_blob(&self, blob: FileId) -> Result<()>;
}
