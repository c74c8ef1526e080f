//! Which files a source takes, as far as the hall takes them.

use onehall_protocol::files::{FileType, MAX_FILE_BYTES};

use crate::finding::Report;
use crate::json::At;

/// What a file may be, beside what the hall takes.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileRules {
    /// Its types; all of the hall's where there is none.
    pub(crate) accept: Vec<FileType>,
    pub(crate) max_kilobytes: Option<u32>,
}

impl FileRules {
    /// The types that stand at a place: a list, or a text as a browser's dialog takes it, stars too: `image/*,.pdf`,
    /// `*.pdf;*.jpg`.
    pub(crate) fn taking(mut self, at: &At<'_>, report: &mut Report) -> FileRules {
        let given: Vec<&str> = match at.is_list() {
            true => at.items().iter().filter_map(At::word).collect(),
            false => at.word().unwrap_or_default().split([',', ';']).collect(),
        };
        let given = given.into_iter().map(str::trim).filter(|one| !one.is_empty());
        let (mut types, mut others) = (Vec::new(), false);
        for one in given {
            match one {
                "*" | "*/*" | "*.*" => return self,
                _ => {
                    let found = types_of(one);
                    others |= found.is_empty();
                    types.extend(found);
                }
            }
        }
        let accept: Vec<FileType> = FileType::ALL.into_iter().filter(|one| types.contains(one)).collect();
        let names: Vec<&str> = accept.iter().map(|one| one.name()).collect();
        match (others, names.is_empty()) {
            (true, true) => report.lost(
                &at.path,
                "file_rule",
                "the hall takes none of these types: it is asked for a PDF or a picture",
            ),
            (true, false) => {
                let message = format!("of these types the hall takes {}", names.join(", "));
                report.differs(&at.path, "file_rule", message);
            }
            (false, _) => {}
        }
        if accept.len() < FileType::ALL.len() {
            self.accept = accept;
        }
        self
    }

    /// The largest file, a number with its unit: `2MB`, `500 KB`.
    pub(crate) fn at_most(mut self, at: &At<'_>, report: &mut Report) -> FileRules {
        let Some(given) = at.word() else { return self };
        let Some(bytes) = bytes_of(given) else {
            report.lost(
                &at.path,
                "file_rule",
                "this is no size that can be read: a file has at most 10 MB",
            );
            return self;
        };
        if bytes < MAX_FILE_BYTES {
            self.max_kilobytes = u32::try_from((bytes / 1024).max(1)).ok();
        } else if bytes > MAX_FILE_BYTES && given != UNBOUNDED {
            report.differs(&at.path, "file_rule", "the hall takes files of at most 10 MB");
        }
        self
    }
}

/// What is told where a source names no types.
pub(crate) const ANY_FILE: &str =
    "the source takes files of more types, such as documents and tables; the hall takes a PDF or a picture";

/// What Form.io writes where nobody chose a size.
const UNBOUNDED: &str = "1GB";

/// The types of a media type, one with a star, or an ending; none where the hall takes no such files.
fn types_of(one: &str) -> Vec<FileType> {
    // What is left out says nothing of what is taken.
    if one.starts_with('!') {
        return Vec::new();
    }
    if one.eq_ignore_ascii_case("image/*") {
        return vec![FileType::Jpeg, FileType::Png, FileType::Webp];
    }
    let found = match one.contains('/') {
        true => FileType::of_media_type(one),
        false => FileType::of_name(&format!(".{}", one.trim_start_matches(['*', '.']))),
    };
    found.into_iter().collect()
}

fn bytes_of(size: &str) -> Option<u64> {
    let unit_at = size.find(|sign: char| !sign.is_ascii_digit() && sign != '.')?;
    let (number, unit) = size.split_at(unit_at);
    let number: f64 = number.parse().ok()?;
    let unit: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "b" => 1,
        "kb" => 1024,
        "mb" => 1024 * 1024,
        "gb" => 1024 * 1024 * 1024,
        _ => return None,
    };
    let bytes = number * unit as f64;
    (1.0..1e15).contains(&bytes).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_sizes_are_read_as_people_write_them() {
        use FileType::{Jpeg, Pdf, Png, Webp};
        for (given, expected) in [
            ("image/*", vec![Jpeg, Png, Webp]),
            (".PDF", vec![Pdf]),
            ("*.jpeg", vec![Jpeg]),
            ("jpg", vec![Jpeg]),
            ("application/pdf", vec![Pdf]),
            ("image/jpg", vec![Jpeg]),
            ("image/gif", vec![]),
            (".docx", vec![]),
            ("!*.pdf", vec![]),
            ("/", vec![]),
            (".", vec![]),
        ] {
            assert_eq!(types_of(given), expected, "{given}");
        }
        for (given, expected) in [
            ("2MB", Some(2 * 1024 * 1024)),
            ("1.5 kb", Some(1536)),
            ("700B", Some(700)),
            ("5", None),
            ("MB", None),
            ("-1MB", None),
            ("9e9GB", None),
            ("1..2MB", None),
        ] {
            assert_eq!(bytes_of(given), expected, "{given}");
        }
    }
}
