//! Where the bytes of files are.
//!
//! | kind | for whom |
//! |---|---|
//! | [`DiskBlobs`] | one replica, or several over a folder that they share |
//! | [`DatabaseBlobs`] | replicas without a shared disk, and cities that back one thing up |
//! | [`S3Blobs`] | replicas beside an object store |
//!
//! All three pass one suite (`suite`). A blob's id is made when its writing begins and never used twice. It is noted in the
//! database before a byte is written, and again when what names it is forgotten, so that a blob that is nobody's is found
//! there, whatever was killed in between: no folder is searched for it, and nothing is taken away that this database never
//! knew ([`super::sweep`]).

mod checked;
mod database;
mod disk;
pub mod s3;
#[cfg(test)]
mod suite;

use std::io;

use async_trait::async_trait;
use onehall_protocol::FileId;
use tokio::io::AsyncRead;

pub use checked::{Checked, sha256_of};
pub use database::DatabaseBlobs;
pub use disk::DiskBlobs;

/// Bytes to read.
pub type Reader = Box<dyn AsyncRead + Send + Unpin>;

/// What a blob is to hold.
pub struct Content {
    /// The bytes. Where they are not what is said of them, reading them ends with `InvalidData`.
    pub bytes: Checked<Reader>,
    /// How many there are.
    pub size: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

impl Content {
    /// Bytes that are read from elsewhere.
    #[must_use]
    pub fn new(bytes: Reader, size: u64, sha256: [u8; 32]) -> Content {
        Content {
            bytes: Checked::new(bytes, size, sha256),
            size,
            sha256,
        }
    }

    /// Bytes that are here.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Content {
        let (size, sha256) = (bytes.len() as u64, sha256_of(&bytes));
        Content::new(Box::new(io::Cursor::new(bytes)), size, sha256)
    }
}

/// The bytes of files, by file id. A blob's bytes never change.
#[async_trait]
pub trait Blobs: Send + Sync + std::fmt::Debug {
    /// Keeps a blob: all of it is on the medium when this returns. Where it fails, nothing can be read under this id.
    ///
    /// # Errors
    /// `InvalidData` where the content is not what it says of itself; what the medium says.
    async fn put(&self, id: FileId, content: Content) -> io::Result<()>;

    /// Opens a blob to read.
    ///
    /// # Errors
    /// `NotFound`, or what the medium says.
    async fn open(&self, id: FileId) -> io::Result<Reader>;

    /// Keeps the bytes of a blob under another id, too: each goes by itself.
    ///
    /// # Errors
    /// `NotFound`, or what the medium says.
    async fn copy(&self, from: FileId, to: FileId) -> io::Result<()>;

    /// Takes a blob away; nothing where there is none.
    ///
    /// # Errors
    /// What the medium says.
    async fn remove(&self, id: FileId) -> io::Result<()>;

    /// Whether the medium can be reached, written and read.
    ///
    /// # Errors
    /// What it says.
    async fn check(&self) -> io::Result<()> {
        let id = FileId(uuid::Uuid::now_v7());
        self.put(id, Content::of(b"onehall".to_vec())).await?;
        let opened = self.open(id).await;
        self.remove(id).await?;
        opened.map(drop)
    }
}
