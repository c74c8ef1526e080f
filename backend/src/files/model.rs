//! Files as they are kept.

use onehall_protocol::files::FileView;
use onehall_protocol::{CaseId, DraftId, ErrorCode, FileId, IdempotencyKey, PersonId, StaffId, Timestamp, UploadId};
use uuid::Uuid;

/// A file that was checked and whose bytes are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// What everybody may know of it.
    pub view: FileView,
    /// Whose matter it belongs to.
    pub principal: PersonId,
    /// The draft that it was uploaded for.
    pub draft: Option<DraftId>,
    /// The case that it was uploaded for.
    pub case: Option<CaseId>,
    /// The question that it answers; none for a result.
    pub path: Option<String>,
    /// Whether its citizen may read it already: a result only once the case says so.
    pub released: bool,
    /// The file that it was taken over from, instead of an upload.
    pub origin: Option<FileId>,
}

/// A file in storage.
pub type StoredFile = NewFile;

/// Who sends a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// A citizen.
    Citizen(PersonId),
    /// A member of staff.
    Staff(StaffId),
}

impl Sender {
    /// The id, whichever it is.
    #[must_use]
    pub fn id(self) -> Uuid {
        match self {
            Sender::Citizen(person) => person.0,
            Sender::Staff(staff) => staff.0,
        }
    }
}

/// An upload to begin. Its place was judged by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpload {
    /// Its id, where it is a new one.
    pub id: UploadId,
    /// Who sends it.
    pub sender: Sender,
    /// Names the attempt.
    pub key: IdempotencyKey,
    /// A hash of all that was asked: the same key with another one is a conflict.
    pub payload: [u8; 32],
    /// Whose matter it belongs to.
    pub principal: PersonId,
    /// The draft that it goes to.
    pub draft: Option<DraftId>,
    /// The case that it goes to.
    pub case: Option<CaseId>,
    /// The question that it answers; none for a result.
    pub path: Option<String>,
    /// The file's name.
    pub name: String,
    /// What its sender says that it is.
    pub media_type: Option<String>,
    /// Its size.
    pub size: u64,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: String,
    /// Since when.
    pub begun_at: Timestamp,
}

/// An upload as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUpload {
    /// What it began with.
    pub new: NewUpload,
    /// Bytes that are here.
    pub received: u64,
    /// What it became.
    pub file: Option<FileView>,
    /// Why it was refused, for good.
    pub refused: Option<ErrorCode>,
}

/// A piece of an upload: its bytes are a blob of their own until the file is made of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// The first byte's place in the file.
    pub start: u64,
    /// Bytes.
    pub length: u64,
    /// Where they are.
    pub blob: FileId,
}

/// What came of adding a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is kept; so many bytes are here now.
    Kept(u64),
    /// The upload goes on at another byte: somebody else was quicker, or this part was here.
    Elsewhere(u64),
}

/// What came of making the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// The file: this one, or that of another request that was quicker.
    pub view: FileView,
    /// The blobs that are of no use any more.
    pub useless: Vec<FileId>,
}
