//! What a file is, by its content, and what it may be called.

use onehall_protocol::ErrorCode;
use onehall_protocol::files::FileType;

use crate::error::{Error, Result};

/// How many bytes from the start are enough to know a type.
pub const HEAD: usize = 8 * 1024;

/// The type of a file, found in its first bytes, where it agrees with what it says that it is.
///
/// # Errors
/// `files/empty`; `files/type_not_allowed` where name or content are of a type that is not taken;
/// `files/content_mismatch` where they are of two types.
pub fn media_type_of(head: &[u8], name: &FileName, claimed: Option<&str>) -> Result<FileType> {
    if head.is_empty() {
        return Err(ErrorCode::FileEmpty.into());
    }
    let Some(by_name) = FileType::of_name(name.as_str()) else {
        return Err(ErrorCode::FileTypeNotAllowed.into());
    };
    let found = infer::get(head).map(|kind| kind.mime_type());
    // A page of a browser may have a PDF behind it: what is a PDF begins as one, but for a mark and white space.
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let found = found.filter(|found| *found != "application/pdf" || text.starts_with(b"%PDF-"));
    let Some(found) = found.and_then(FileType::of_media_type) else {
        // A text file that is called .pdf is a lie; a Word file that is called .docx was refused by its name above.
        return Err(ErrorCode::FileContentMismatch.into());
    };
    let agrees = |claimed: &str| {
        let essence = claimed.split(';').next().unwrap_or_default().trim();
        let says_nothing = essence.is_empty() || essence.eq_ignore_ascii_case("application/octet-stream");
        says_nothing || FileType::of_media_type(claimed) == Some(found)
    };
    if found != by_name || !claimed.is_none_or(agrees) {
        return Err(ErrorCode::FileContentMismatch.into());
    }
    Ok(found)
}

/// A name that can stand in a list, in a header and in a folder: no path, no control characters, at most 120 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    const MOST: usize = 120;

    /// The name as it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a name as a terminal sends it: the last part of a path, cleaned. A long name loses its middle, not its
    /// ending.
    ///
    /// # Errors
    /// `request/invalid_parameter` where nothing is left.
    pub fn parse(text: &str) -> Result<FileName> {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let clean: String = last
            .chars()
            // Marks that turn the writing direction could make "fdp.exe" look like "exe.pdf".
            .filter(|c| !c.is_control() && !matches!(*c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
            .map(|c| if matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?') { '_' } else { c })
            .collect();
        let clean = clean.trim().trim_start_matches('.').trim();
        let (stem, ending) = clean.rsplit_once('.').unwrap_or((clean, ""));
        if stem.is_empty() {
            return Err(Error::new(ErrorCode::InvalidParameter).with_field("name", "required"));
        }
        let ending: String = ending.chars().take(10).collect();
        let room = Self::MOST - ending.chars().count() - 1;
        let stem: String = stem.chars().take(room).collect();
        Ok(FileName(if ending.is_empty() {
            stem
        } else {
            format!("{stem}.{ending}")
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n1 0 obj";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0";

    fn judged(head: &[u8], name: &str, claimed: Option<&str>) -> std::result::Result<FileType, ErrorCode> {
        let name = FileName::parse(name).unwrap_or_else(|error| panic!("{error}"));
        media_type_of(head, &name, claimed).map_err(|error| error.code())
    }

    #[test]
    fn a_file_is_what_its_content_says() {
        assert_eq!(judged(PDF, "a.pdf", Some("application/pdf")), Ok(FileType::Pdf));
        assert_eq!(judged(PNG, "照片.PNG", None), Ok(FileType::Png));
        assert_eq!(
            judged(PNG, "照片.png", Some("application/octet-stream")),
            Ok(FileType::Png)
        );
    }

    #[test]
    fn a_file_that_is_not_what_it_says_is_refused() {
        assert_eq!(judged(EXE, "a.pdf", None), Err(ErrorCode::FileContentMismatch));
        assert_eq!(judged(b"hello", "a.jpg", None), Err(ErrorCode::FileContentMismatch));
        assert_eq!(judged(PNG, "a.pdf", None), Err(ErrorCode::FileContentMismatch));
        assert_eq!(
            judged(PNG, "a.png", Some("application/pdf")),
            Err(ErrorCode::FileContentMismatch)
        );
        assert_eq!(
            judged(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", None),
            Err(ErrorCode::FileTypeNotAllowed)
        );
        let both = b"<html><script>alert(1)</script>\n%PDF-1.7\n1 0 obj";
        assert_eq!(judged(both, "a.pdf", None), Err(ErrorCode::FileContentMismatch));
        assert_eq!(judged(EXE, "a.exe", None), Err(ErrorCode::FileTypeNotAllowed));
        assert_eq!(judged(b"", "a.pdf", None), Err(ErrorCode::FileEmpty));
    }

    #[test]
    fn a_name_cannot_be_a_path_or_hide_its_ending() {
        let name = |text: &str| FileName::parse(text).map(|name| name.0).ok();
        assert_eq!(name("../../etc/passwd.pdf").as_deref(), Some("passwd.pdf"));
        assert_eq!(name("C:\\scans\\身份证 正面.jpg").as_deref(), Some("身份证 正面.jpg"));
        assert_eq!(name("a\u{202e}fdp.exe").as_deref(), Some("afdp.exe"));
        assert_eq!(name("a\"b\r\n.pdf").as_deref(), Some("a_b.pdf"));
        assert_eq!(name(""), None);
        assert_eq!(name("..."), None);
        let long = name(&format!("{}.pdf", "很".repeat(300))).unwrap_or_default();
        assert!(long.ends_with(".pdf") && long.chars().count() == 120);
    }
}
