//! Files as they are kept.

use onehall_protocol::files::FileView;
use onehall_protocol::{CaseId, DraftId, PersonId};

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
}

/// A file in storage.
pub type StoredFile = NewFile;
