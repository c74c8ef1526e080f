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

    /// A file; none where there is none. A link is none: it could lead to a file of this terminal.
    fn open(&self, path: &Path) -> Result<Option<File>, FetchError> {
        let mut place = self.root.clone();
        for part in path.components() {
            let std::path::Component::Normal(part) = part else {
                return Err(FetchError::Missing);
            };
            place.push(part);
            match place.symlink_metadata() {
                Ok(meta) if meta.file_type().is_symlink() => return Err(FetchError::Missing),
                Ok(_) => {}
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
