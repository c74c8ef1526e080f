//! Blobs as files in a folder.

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use onehall_protocol::FileId;
use tokio::fs::{self, File};

use super::{Blobs, Content, Reader};

/// Where blobs are while they are written.
const STAGING: &str = "staging";

/// Files in a folder: `<folder>/<two digits of the id>/<id>`. Several replicas may share it.
#[derive(Debug)]
pub struct DiskBlobs {
    folder: PathBuf,
}

/// A file that is being written: gone where it is not kept.
struct Staged {
    path: PathBuf,
    kept: bool,
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl DiskBlobs {
    /// Files below `folder`, which is made where it is missing.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn open(folder: &Path) -> io::Result<DiskBlobs> {
        std::fs::create_dir_all(folder.join(STAGING))?;
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

    fn staged(&self, id: FileId) -> PathBuf {
        self.folder.join(STAGING).join(id.0.simple().to_string())
    }

    /// The folder of a blob, made where it is missing.
    async fn shelf(&self, folder: &Path) -> io::Result<()> {
        if fs::create_dir(folder).await.is_ok() {
            File::open(&self.folder).await?.sync_all().await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Blobs for DiskBlobs {
    async fn put(&self, id: FileId, mut content: Content) -> io::Result<()> {
        let path = self.staged(id);
        let mut file = File::create_new(&path).await?;
        let mut staged = Staged { path, kept: false };
        tokio::io::copy(&mut content.bytes, &mut file).await?;
        file.sync_all().await?;
        let (folder, path) = self.place(id);
        self.shelf(&folder).await?;
        fs::rename(&staged.path, &path).await?;
        staged.kept = true;
        // The name is durable only once its folder is.
        File::open(&folder).await?.sync_all().await
    }

    async fn open(&self, id: FileId) -> io::Result<Reader> {
        Ok(Box::new(File::open(self.place(id).1).await?))
    }

    async fn copy(&self, from: FileId, to: FileId) -> io::Result<()> {
        let (folder, path) = self.place(to);
        self.shelf(&folder).await?;
        // A blob's bytes never change, so two names may share them; the medium counts who is left.
        match fs::hard_link(self.place(from).1, &path).await {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
            // Some file systems know no second name.
            Err(_) => {
                let mut staged = Staged {
                    path: self.staged(to),
                    kept: false,
                };
                fs::copy(self.place(from).1, &staged.path).await?;
                File::open(&staged.path).await?.sync_all().await?;
                fs::rename(&staged.path, &path).await?;
                staged.kept = true;
            }
        }
        File::open(&folder).await?.sync_all().await
    }

    async fn remove(&self, id: FileId) -> io::Result<()> {
        for path in [self.place(id).1, self.staged(id)] {
            match fs::remove_file(path).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}
