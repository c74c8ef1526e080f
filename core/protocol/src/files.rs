//! Uploaded files.

use serde::{Deserialize, Serialize};

use crate::{FileId, Timestamp};

/// The largest file that is taken, in bytes: 10 MiB.
pub const MAX_FILE_BYTES: u64 = 10 * 1024 * 1024;

/// The media types that a material may be.
pub const FILE_TYPES: [&str; 4] = ["application/pdf", "image/jpeg", "image/png", "image/webp"];

/// What is known of an uploaded file; also the value that a question of kind `material` holds, in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileView {
    /// Its id.
    pub id: FileId,
    /// Its name, without a path, at most 120 characters.
    pub name: String,
    /// Its media type, found in its content.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: String,
    /// When it came.
    pub uploaded_at: Timestamp,
}
