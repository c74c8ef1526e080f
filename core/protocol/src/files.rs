//! Uploaded files.

use serde::{Deserialize, Serialize};

use crate::catalog::TrustGrade;
use crate::{CaseId, CaseNumber, DraftId, ErrorCode, FileId, Text, Timestamp, UploadId};

/// The largest file that is taken, in bytes: 10 MiB.
pub const MAX_FILE_BYTES: u64 = 10 * 1024 * 1024;

/// The media types that a material may be.
pub const FILE_TYPES: [&str; 4] = [
    FileType::Pdf.media_type(),
    FileType::Jpeg.media_type(),
    FileType::Png.media_type(),
    FileType::Webp.media_type(),
];

/// A type of file that the hall takes, written as its media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FileType {
    /// A document.
    #[serde(rename = "application/pdf")]
    Pdf,
    /// A photograph.
    #[serde(rename = "image/jpeg")]
    Jpeg,
    /// A picture.
    #[serde(rename = "image/png")]
    Png,
    /// A picture.
    #[serde(rename = "image/webp")]
    Webp,
}

impl FileType {
    /// All of them, in the order in which people read of them.
    pub const ALL: [FileType; 4] = [FileType::Pdf, FileType::Jpeg, FileType::Png, FileType::Webp];

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            FileType::Pdf => "application/pdf",
            FileType::Jpeg => "image/jpeg",
            FileType::Png => "image/png",
            FileType::Webp => "image/webp",
        }
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            FileType::Pdf => "PDF",
            FileType::Jpeg => "JPG",
            FileType::Png => "PNG",
            FileType::Webp => "WEBP",
        }
    }

    /// The endings that its names have.
    #[must_use]
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            FileType::Pdf => &["pdf"],
            FileType::Jpeg => &["jpg", "jpeg"],
            FileType::Png => &["png"],
            FileType::Webp => &["webp"],
        }
    }

    /// The type of a media type, parameters and an old name of JPEG aside.
    #[must_use]
    pub fn of_media_type(text: &str) -> Option<FileType> {
        let essence = text.split(';').next().unwrap_or_default().trim();
        Some(match essence.to_ascii_lowercase().as_str() {
            "application/pdf" => FileType::Pdf,
            "image/jpeg" | "image/jpg" => FileType::Jpeg,
            "image/png" => FileType::Png,
            "image/webp" => FileType::Webp,
            _ => return None,
        })
    }

    /// The type that the ending of a name says.
    #[must_use]
    pub fn of_name(name: &str) -> Option<FileType> {
        let (_, ending) = name.rsplit_once('.')?;
        Some(match ending.to_ascii_lowercase().as_str() {
            "pdf" => FileType::Pdf,
            "jpg" | "jpeg" => FileType::Jpeg,
            "png" => FileType::Png,
            "webp" => FileType::Webp,
            _ => return None,
        })
    }
}

/// What a file may be that a question asks for: what the hall takes, or less.
///
/// ```
/// use onehall_protocol::ErrorCode;
/// use onehall_protocol::files::{FileLimits, FileType};
/// let photo = FileLimits { types: vec![FileType::Jpeg], bytes: 200 * 1024 };
/// assert_eq!(photo.refuses("me.JPG", "", 100 * 1024), None);
/// assert_eq!(photo.refuses("me.jpg", "image/jpeg", 300 * 1024), Some(ErrorCode::FileTooLarge));
/// assert_eq!(photo.refuses("me.png", "image/png", 100 * 1024), Some(ErrorCode::FileTypeNotAllowed));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLimits {
    /// The types, in the order in which people read of them.
    pub types: Vec<FileType>,
    /// The most bytes.
    pub bytes: u64,
}

impl Default for FileLimits {
    /// What the hall takes.
    fn default() -> FileLimits {
        FileLimits {
            types: FileType::ALL.to_vec(),
            bytes: MAX_FILE_BYTES,
        }
    }
}

impl FileLimits {
    /// Why a file is not taken, by what is known of it before its content is: its name, its media type where the terminal
    /// knows it (else blank), its size in bytes.
    #[must_use]
    pub fn refuses(&self, name: &str, media_type: &str, size: u64) -> Option<ErrorCode> {
        if size == 0 {
            return Some(ErrorCode::FileEmpty);
        }
        let takes = |of: Option<FileType>| of.is_some_and(|of| self.types.contains(&of));
        // Some systems know no type of a file.
        let said = !matches!(media_type.trim(), "" | "application/octet-stream");
        if !takes(FileType::of_name(name)) || (said && !takes(FileType::of_media_type(media_type))) {
            return Some(ErrorCode::FileTypeNotAllowed);
        }
        (size > self.bytes).then_some(ErrorCode::FileTooLarge)
    }
}

/// As many bytes as one request of an upload carries: 1 MiB. A connection that breaks costs at most these.
pub const UPLOAD_CHUNK_BYTES: u64 = 1024 * 1024;

/// The fewest bytes that a request of an upload carries, but for its last one: 64 KiB.
pub const MIN_CHUNK_BYTES: u64 = 64 * 1024;

/// The header that says at which byte a request of an upload goes on, and in answers how many bytes the backend holds. The
/// name and the meaning are those of the IETF's resumable uploads for HTTP.
pub const UPLOAD_OFFSET: &str = "upload-offset";

/// To what an uploaded file belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum UploadTo {
    /// A draft.
    Draft(DraftId),
    /// A case that waits for a supplement (a citizen), or for its result (a member of staff).
    Case(CaseId),
}

/// Begins an upload: `POST /uploads`, with an `Idempotency-Key`. The same key gives the same upload, however often it is
/// asked, and says how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeginUpload {
    /// To what the file belongs.
    pub to: UploadTo,
    /// The question that it answers; none for a result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its name.
    pub name: String,
    /// Its media type as the terminal knows it; the backend looks at the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: String,
}

/// Where an upload stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadView {
    /// Its id.
    pub id: UploadId,
    /// Bytes that the backend holds: the next ones go on here.
    pub offset: u64,
    /// Bytes in all.
    pub size: u64,
    /// The most bytes that one request may carry.
    pub chunk: u64,
    /// The file, once all of it is there and was found good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileView>,
}

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

/// A file that a material can be instead of an upload: `GET /drafts/{id}/materials/{material}/offers`, and of a supplement
/// `GET /cases/{id}/materials/{material}/offers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileOffer {
    /// The file, with its source.
    #[serde(flatten)]
    pub file: FileView,
    /// How far it can be trusted.
    pub trust_grade: TrustGrade,
}

/// Takes an offered file over: into a draft by `POST /drafts/{id}/files/reuse`, into a supplement by
/// `POST /cases/{id}/files/reuse`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReuseFile {
    /// The file that was offered.
    pub file: FileId,
    /// The question that it answers.
    pub path: String,
}
