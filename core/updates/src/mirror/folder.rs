//! A copy of a repository in a folder: a stick, a disk that was carried here, what `export` wrote.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use onehall_bundle::Blob;

use super::{FetchError, Mirror, Piece, Take, blob_path};

/// A repository in a folder, as it lies at a server: `metadata/`, `targets/`, `blobs/`.
#[derive(Debug, Clone)]
pub struct FolderMirror {
    root: PathBuf,
}

impl FolderMirror {
    /// The repository in a folder.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> FolderMirror {
        FolderMirror { root: root.into() }
    }

    /// A file; none where there is none. A link is none: it could lead to a file of this terminal. Nor is a pipe, which would be
    /// waited for until somebody writes, or a device.
    fn open(&self, path: &Path) -> Result<Option<File>, FetchError> {
        let mut place = self.root.clone();
        let parts = path.components().count();
        for (index, part) in path.components().enumerate() {
            let std::path::Component::Normal(part) = part else {
                return Err(FetchError::Missing);
            };
            place.push(part);
            let last = index + 1 == parts;
            match place.symlink_metadata() {
                Ok(meta) if (last && meta.is_file()) || (!last && meta.is_dir()) => {}
                Ok(_) => return Err(FetchError::Missing),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
                Err(_) => return Err(FetchError::Unreachable),
            }
        }
        File::open(place).map(Some).map_err(|_| FetchError::Unreachable)
    }

    fn small(&self, folder: &str, name: &str, most: u64) -> Result<Option<Vec<u8>>, FetchError> {
        let Some(file) = self.open(&Path::new(folder).join(name))? else {
            return Ok(None);
        };
        let mut content = Vec::new();
        let read = file.take(most.saturating_add(1)).read_to_end(&mut content);
        read.map_err(|_| FetchError::Unreachable)?;
        if content.len() as u64 > most {
            return Err(FetchError::TooLong);
        }
        Ok(Some(content))
    }
}

#[async_trait]
impl Mirror for FolderMirror {
    async fn metadata(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, FetchError> {
        self.small("metadata", name, most)
    }

    async fn target(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, FetchError> {
        self.small("targets", path, most)
    }

    async fn blob(&self, blob: Blob, from: u64, take: &mut Take<'_>) -> Result<(), FetchError> {
        let path = blob_path(blob.sha256);
        let mut file = self.open(Path::new(&path))?.ok_or(FetchError::Missing)?;
        file.seek(SeekFrom::Start(from)).map_err(|_| FetchError::Unreachable)?;
        let mut piece = [0; 64 * 1024];
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(read) => take(Piece::Bytes(&piece[..read]))?,
                Err(_) => return Err(FetchError::Unreachable),
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;
    use std::process::Command;
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::{FetchError, FolderMirror, Mirror as _};
    use crate::testing::wait;

    struct Stick(PathBuf);

    impl Drop for Stick {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_is_no_file_on_a_stick_is_neither_waited_for_nor_read() {
        let stick = Stick(std::env::temp_dir().join(format!("onehall-stick-{}", std::process::id())));
        let metadata = stick.0.join("metadata");
        fs::create_dir_all(metadata.join("folder.json")).unwrap_or_else(|error| panic!("{error}"));
        fs::write(metadata.join("file.json"), b"content").unwrap_or_else(|error| panic!("{error}"));
        fs::write(stick.0.join("secret"), b"secret").unwrap_or_else(|error| panic!("{error}"));
        symlink(stick.0.join("secret"), metadata.join("link.json")).unwrap_or_else(|error| panic!("{error}"));
        symlink(&metadata, stick.0.join("targets")).unwrap_or_else(|error| panic!("{error}"));
        let made = Command::new("mkfifo").arg(metadata.join("pipe.json")).status();
        assert!(made.is_ok_and(|made| made.success()), "a pipe");
        let mirror = FolderMirror::new(&stick.0);
        let (sender, heard) = mpsc::channel();
        // A pipe would hold whoever opens it, for ever.
        thread::spawn(move || {
            let read = |name: &str| wait(mirror.metadata(name, 100));
            let read = ["file.json", "folder.json", "link.json", "pipe.json", "gone.json"].map(read);
            let below_a_link = wait(mirror.target("file.json", 100));
            sender.send((read, below_a_link))
        });
        let (read, below_a_link) = heard
            .recv_timeout(Duration::from_secs(60))
            .unwrap_or_else(|error| panic!("it waits: {error}"));
        let missing = Err(FetchError::Missing);
        assert_eq!(
            read,
            [
                Ok(Some(b"content".to_vec())),
                missing.clone(),
                missing.clone(),
                missing.clone(),
                Ok(None)
            ]
        );
        assert_eq!(below_a_link, missing);
    }
}
