//! Uploaded files.

use serde::{Deserialize, Serialize};

use crate::catalog::TrustGrade;
use crate::{CaseId, CaseNumber, FileId, Text, Timestamp};

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
    /// Where it comes from, where nobody uploaded it for this application: the hall had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<FileSource>,
}

/// Where the hall had a file from that was taken over instead of an upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FileSource {
    /// It was handed in with an earlier case of the same principal.
    Case {
        /// The case.
        case: CaseId,
        /// Its number.
        number: CaseNumber,
        /// The name of its service item.
        item_name: Text,
        /// When it was submitted.
        at: Timestamp,
    },
    /// It is the result of an earlier case: an e-certificate (电子证照).
    ECertificate {
        /// The case.
        case: CaseId,
        /// What it is: the name of the item's result.
        name: Text,
        /// The number of the certificate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
        /// When it was issued.
        at: Timestamp,
    },
}

impl FileSource {
    /// How far it can be trusted: a certificate comes from who issued it, what was uploaded once stays an upload.
    #[must_use]
    pub fn trust_grade(&self) -> TrustGrade {
        match self {
            FileSource::Case { .. } => TrustGrade::C,
            FileSource::ECertificate { .. } => TrustGrade::A,
        }
    }
}

/// A file that a material of a draft can be instead of an upload: `GET /drafts/{id}/materials/{material}/offers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileOffer {
    /// The file, with its source.
    #[serde(flatten)]
    pub file: FileView,
    /// How far it can be trusted.
    pub trust_grade: TrustGrade,
}

/// Takes an offered file over into a draft: `POST /drafts/{id}/files/reuse`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReuseFile {
    /// The file that was offered.
    pub file: FileId,
    /// The question that it answers.
    pub path: String,
}
