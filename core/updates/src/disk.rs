//! The few things that an update asks of a file system, so that a test can be one that loses power at each of them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// A folder on a file system. Paths are ours, `folder/name` with one slash at most: nothing that came from a network is one.
///
/// What was written lasts once [`Disk::sync`] has returned, and a name once [`Disk::sync_folder`] has; before that, after a
/// crash, each may be there, half there or not at all.
pub trait Disk: Send + Sync {
    /// The content of a file; none where there is no such file.
    ///
    /// # Errors
    /// It cannot be read, or is longer than `most`.
    fn read(&self, path: &str, most: u64) -> io::Result<Option<Vec<u8>>>;

    /// Makes the file have this content.
    ///
    /// # Errors
    /// It cannot be written; the file may then have any content.
    fn write(&self, path: &str, content: &[u8]) -> io::Result<()>;

    /// Adds to the end of a file, which is made where it is not there.
    ///
    /// # Errors
    /// It cannot be written; some of it may then be.
    fn append(&self, path: &str, content: &[u8]) -> io::Result<()>;

    /// Has the content of a file last.
    ///
    /// # Errors
    /// It may not.
    fn sync(&self, path: &str) -> io::Result<()>;

    /// Gives a file another name; a file that had it is gone.
    ///
    /// # Errors
    /// It keeps its name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Has the names in a folder last; the empty path is the folder of all.
    ///
    /// # Errors
    /// They may not.
    fn sync_folder(&self, folder: &str) -> io::Result<()>;

    /// Removes a file that may be there.
    ///
    /// # Errors
    /// It is still there.
    fn remove(&self, path: &str) -> io::Result<()>;

    /// The names and sizes of the files in a folder; none where there is no such folder.
    ///
    /// # Errors
    /// It cannot be read.
    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>>;
}

impl<D: Disk + ?Sized> Disk for std::sync::Arc<D> {
    fn read(&self, path: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        (**self).read(path, most)
    }
    fn write(&self, path: &str, content: &[u8]) -> io::Result<()> {
        (**self).write(path, content)
    }
    fn append(&self, path: &str, content: &[u8]) -> io::Result<()> {
        (**self).append(path, content)
    }
    fn sync(&self, path: &str) -> io::Result<()> {
        (**self).sync(path)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        (**self).rename(from, to)
    }
    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        (**self).sync_folder(folder)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        (**self).remove(path)
    }
    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        (**self).list(folder)
    }
}

/// Writes a file so that after a crash it is there as a whole, with the old content or the new one.
///
/// # Errors
/// The new content may not last; the file is still whole.
pub fn replace(disk: &dyn Disk, path: &str, content: &[u8]) -> io::Result<()> {
    let aside = format!("{path}.new");
    disk.write(&aside, content)?;
    disk.sync(&aside)?;
    disk.rename(&aside, path)?;
    disk.sync_folder(path.rsplit_once('/').map_or("", |(folder, _)| folder))
}

/// A folder on a real disk.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`, which is made when something is written.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Folder {
        Folder { root: root.into() }
    }

    fn place(&self, path: &str) -> PathBuf {
        debug_assert!(!path.contains("..") || !path.contains('/'), "{path}");
        self.root.join(path)
    }

    fn made(&self, path: &str) -> io::Result<PathBuf> {
        let place = self.place(path);
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(place)
    }
}

/// Nothing where there is no such file.
fn missing<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

impl Disk for Folder {
    fn read(&self, path: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = missing(File::open(self.place(path)))? else {
            return Ok(None);
        };
        let mut content = Vec::new();
        file.take(most.saturating_add(1)).read_to_end(&mut content)?;
        if content.len() as u64 > most {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a file is longer than it may be",
            ));
        }
        Ok(Some(content))
    }

    fn write(&self, path: &str, content: &[u8]) -> io::Result<()> {
        fs::write(self.made(path)?, content)
    }

    fn append(&self, path: &str, content: &[u8]) -> io::Result<()> {
        let place = self.made(path)?;
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(place)?
            .write_all(content)
    }

    fn sync(&self, path: &str) -> io::Result<()> {
        OpenOptions::new().append(true).open(self.place(path))?.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.place(from), self.made(to)?)
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        sync_names(&self.place(folder))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        missing(fs::remove_file(self.place(path))).map(drop)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        let Some(entries) = missing(fs::read_dir(self.place(folder)))? else {
            return Ok(Vec::new());
        };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry?;
            let meta = entry.metadata()?;
            if let (true, Ok(name)) = (meta.is_file(), entry.file_name().into_string()) {
                files.push((name, meta.len()));
            }
        }
        files.sort();
        Ok(files)
    }
}

/// A folder that cannot be opened as a file (Windows) has names that last by themselves.
fn sync_names(folder: &Path) -> io::Result<()> {
    match File::open(folder) {
        Ok(folder) => folder.sync_all(),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        Err(error) => Err(error),
    }
}
