//! Files as they are kept.

use onehall_protocol::files::FileView;
use onehall_protocol::{CaseId, DraftId, FileId, PersonId};

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
