//! The file, looked at again and again.
//!
//! By its content, not by what the system says of changes: editors save in many ways (in place, by a new file under the
//! old name), folders are on all kinds of disks, and a form is a small file.

use std::path::{Path, PathBuf};

use super::seen::{Content, Seen};
use crate::form_file;

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
    form_file::read(path, form_file::MOST_BYTES)
}
