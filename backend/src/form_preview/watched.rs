//! The file, looked at again and again.
//!
//! By its content, not by what the system says of changes: editors save in many ways (in place, by a new file under the
//! old name), folders are on all kinds of disks, and a form is a small file.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::seen::{Content, Seen, Unreadable};
use crate::form_command::MOST_FORM_BYTES;

/// The largest file that is read, in bytes.
const MOST_BYTES: u64 = MOST_FORM_BYTES as u64;

/// A file that is looked at.
pub struct Watched {
    path: PathBuf,
    /// What counts.
    taken: Content,
    /// What the last look saw, where that was something else.
    fresh: Option<Content>,
    seen: Seen,
}

impl Watched {
    /// Takes a first look, which counts at once.
    pub fn open(path: PathBuf) -> Watched {
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        let taken = read(&path);
        let mut seen = Seen::nothing(name);
        seen.take(&taken);
        Watched {
            path,
            taken,
            fresh: None,
            seen,
        }
    }

    /// What is known of it.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Takes a look; whether something new is known. A content counts when two looks agree on it: in between a save may be
    /// half written, or the file away for a moment.
    pub fn look(&mut self) -> bool {
        let content = read(&self.path);
        if content == self.taken {
            self.fresh = None;
            return false;
        }
        if self.fresh.as_ref() != Some(&content) {
            self.fresh = Some(content);
            return false;
        }
        self.fresh = None;
        self.seen.take(&content);
        self.taken = content;
        true
    }
}

fn read(path: &Path) -> Content {
    let refused = |code, message: String| Err(Unreadable { code, message });
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes));
    match read {
        Err(error) if error.kind() == ErrorKind::NotFound => refused("no_file", "there is no such file".to_owned()),
        Err(error) => refused("unreadable", format!("the file cannot be read: {error}")),
        Ok(_) if bytes.len() as u64 > MOST_BYTES => refused(
            "too_large",
            format!("a form has at most {} MiB", MOST_BYTES / 1024 / 1024),
        ),
        Ok(_) => String::from_utf8(bytes).or_else(|_| refused("no_text", "the file is no text in UTF-8".to_owned())),
    }
}
