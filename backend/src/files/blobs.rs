//! Where the bytes of files are.

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use onehall_protocol::FileId;
use tokio::fs::{self, File};
use tokio::io::{AsyncRead, AsyncWriteExt};

/// The bytes of files, by file id. A file's bytes never change.
#[async_trait]
pub trait Blobs: Send + Sync + std::fmt::Debug {
    /// Begins a file: what is written becomes the file when it is kept, and nothing where it is dropped.
    ///
    /// # Errors
    /// What the medium says.
    async fn stage(&self, id: FileId) -> io::Result<Staged>;

    /// Keeps a staged file: it is on the medium when this returns.
    ///
    /// # Errors
    /// What the medium says.
    async fn keep(&self, staged: Staged) -> io::Result<()>;

    /// Opens a file to read.
    ///
    /// # Errors
    /// `NotFound`, or what the medium says.
    async fn open(&self, id: FileId) -> io::Result<Box<dyn AsyncRead + Send + Unpin>>;

    /// Keeps the bytes of a file under another id, too: each goes by itself. A medium that can do so without moving them
    /// through here does it in its own way.
    ///
    /// # Errors
    /// `NotFound`, or what the medium says.
    async fn copy(&self, from: FileId, to: FileId) -> io::Result<()> {
        copy_through(self, from, to).await
    }

    /// Takes a file's bytes away; nothing where there are none.
    ///
    /// # Errors
    /// What the medium says.
    async fn remove(&self, id: FileId) -> io::Result<()>;
}

/// Copies the bytes by reading and writing them.
async fn copy_through<B: Blobs + ?Sized>(blobs: &B, from: FileId, to: FileId) -> io::Result<()> {
    let mut bytes = blobs.open(from).await?;
    let mut staged = blobs.stage(to).await?;
    tokio::io::copy(&mut bytes, &mut staged.file).await?;
    blobs.keep(staged).await
}

/// A file that is being written.
#[derive(Debug)]
pub struct Staged {
    id: FileId,
    path: PathBuf,
    file: File,
    kept: bool,
}

impl Staged {
    /// Adds bytes.
    ///
    /// # Errors
    /// What the medium says.
    pub async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes).await
    }

    /// Ends the writing, so that the bytes can be read to check them.
    ///
    /// # Errors
    /// What the medium says.
    pub async fn reader(&mut self) -> io::Result<File> {
        self.file.flush().await?;
        File::open(&self.path).await
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Files in a folder: `<folder>/<two digits of the id>/<id>`.
#[derive(Debug)]
pub struct DiskBlobs {
    folder: PathBuf,
}

impl DiskBlobs {
    /// Files below `folder`, which is made where it is missing. What an earlier run left half written goes away.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn open(folder: &Path) -> io::Result<DiskBlobs> {
        let staging = folder.join("staging");
        std::fs::create_dir_all(&staging)?;
        for left in std::fs::read_dir(&staging)? {
            std::fs::remove_file(left?.path())?;
        }
        Ok(DiskBlobs {
            folder: folder.to_owned(),
        })
    }

    fn place(&self, id: FileId) -> (PathBuf, PathBuf) {
        let name = id.0.simple().to_string();
        // The first digits of a UUIDv7 are the time; the last ones spread.
        let folder = self.folder.join(&name[name.len() - 2..]);
        let path = folder.join(name);
        (folder, path)
    }
}

#[async_trait]
impl Blobs for DiskBlobs {
    async fn stage(&self, id: FileId) -> io::Result<Staged> {
        let path = self.folder.join("staging").join(id.0.simple().to_string());
        let file = File::create_new(&path).await?;
        Ok(Staged {
            id,
            path,
            file,
            kept: false,
        })
    }

    async fn keep(&self, mut staged: Staged) -> io::Result<()> {
        staged.file.flush().await?;
        staged.file.sync_all().await?;
        let (folder, path) = self.place(staged.id);
        if fs::create_dir(&folder).await.is_ok() {
            File::open(&self.folder).await?.sync_all().await?;
        }
        fs::rename(&staged.path, &path).await?;
        staged.kept = true;
        // The name is durable only once its folder is.
        File::open(&folder).await?.sync_all().await
    }

    async fn open(&self, id: FileId) -> io::Result<Box<dyn AsyncRead + Send + Unpin>> {
        Ok(Box::new(File::open(self.place(id).1).await?))
    }

    async fn copy(&self, from: FileId, to: FileId) -> io::Result<()> {
        let (folder, path) = self.place(to);
        if fs::create_dir(&folder).await.is_ok() {
            File::open(&self.folder).await?.sync_all().await?;
        }
        // A file's bytes never change, so two names may share them; the medium counts who is left.
        match fs::hard_link(self.place(from).1, path).await {
            Ok(()) => File::open(&folder).await?.sync_all().await,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
            // Some file systems know no second name.
            Err(_) => copy_through(self, from, to).await,
        }
    }

    async fn remove(&self, id: FileId) -> io::Result<()> {
        match fs::remove_file(self.place(id).1).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;
    use uuid::Uuid;

    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn folder() -> io::Result<PathBuf> {
        let folder = std::env::temp_dir().join(format!("onehall-blobs-{}", Uuid::now_v7()));
        std::fs::create_dir(&folder)?;
        Ok(folder)
    }

    #[tokio::test]
    async fn a_file_is_read_back_as_it_was_kept() -> Outcome {
        let folder = folder()?;
        let blobs = DiskBlobs::open(&folder)?;
        let id = FileId(Uuid::now_v7());
        let mut staged = blobs.stage(id).await?;
        staged.write(b"one ").await?;
        staged.write(b"two").await?;
        blobs.keep(staged).await?;
        let mut text = String::new();
        blobs.open(id).await?.read_to_string(&mut text).await?;
        assert_eq!(text, "one two");
        blobs.remove(id).await?;
        blobs.remove(id).await?;
        assert_eq!(
            blobs.open(id).await.err().map(|error| error.kind()),
            Some(io::ErrorKind::NotFound)
        );
        Ok(std::fs::remove_dir_all(folder)?)
    }

    #[tokio::test]
    async fn a_copy_stays_when_what_it_was_made_of_goes() -> Outcome {
        let folder = folder()?;
        let blobs = DiskBlobs::open(&folder)?;
        let (from, to) = (FileId(Uuid::now_v7()), FileId(Uuid::now_v7()));
        let nothing = blobs.copy(from, to).await;
        assert_eq!(nothing.err().map(|error| error.kind()), Some(io::ErrorKind::NotFound));
        let mut staged = blobs.stage(from).await?;
        staged.write(b"bytes").await?;
        blobs.keep(staged).await?;
        blobs.copy(from, to).await?;
        blobs.remove(from).await?;
        let mut text = String::new();
        blobs.open(to).await?.read_to_string(&mut text).await?;
        assert_eq!(text, "bytes");
        Ok(std::fs::remove_dir_all(folder)?)
    }

    #[tokio::test]
    async fn a_file_that_was_not_kept_leaves_nothing() -> Outcome {
        let folder = folder()?;
        let blobs = DiskBlobs::open(&folder)?;
        let mut staged = blobs.stage(FileId(Uuid::now_v7())).await?;
        staged.write(b"half").await?;
        drop(staged);
        assert_eq!(std::fs::read_dir(folder.join("staging"))?.count(), 0);

        // Nor does one whose process was killed.
        std::fs::write(folder.join("staging/left"), b"half")?;
        DiskBlobs::open(&folder)?;
        assert_eq!(std::fs::read_dir(folder.join("staging"))?.count(), 0);
        Ok(std::fs::remove_dir_all(folder)?)
    }
}
