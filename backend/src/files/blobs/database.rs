//! Blobs in the database: in pieces, for replicas without a shared disk.

use std::io;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Bytes;
use futures::stream;
use onehall_protocol::{ErrorCode, FileId};
use tokio::io::AsyncReadExt;
use tokio_util::io::StreamReader;

use super::{Blobs, Content, Reader};
use crate::error::Error;
use crate::files::BlobStore;

/// Bytes of a piece: one row, and one command of the writer, hold no more.
const PIECE: usize = 256 * 1024;

/// Blobs in the tables of a [`BlobStore`].
#[derive(Debug)]
pub struct DatabaseBlobs {
    store: Arc<dyn BlobStore>,
}

impl DatabaseBlobs {
    /// Blobs in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn BlobStore>) -> DatabaseBlobs {
        DatabaseBlobs { store }
    }

    async fn write(&self, id: FileId, mut content: Content) -> io::Result<()> {
        for number in 0.. {
            let mut piece = Vec::new();
            (&mut content.bytes).take(PIECE as u64).read_to_end(&mut piece).await?;
            let last = piece.len() < PIECE;
            if !piece.is_empty() {
                self.store.put_piece(id, number, piece).await.map_err(medium)?;
            } else {
                return self.store.complete_blob(id, number).await.map_err(medium);
            }
            if last {
                return self.store.complete_blob(id, number + 1).await.map_err(medium);
            }
        }
        Ok(())
    }
}

fn medium(error: Error) -> io::Error {
    let kind = match error.code() {
        ErrorCode::NotFound => io::ErrorKind::NotFound,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error.to_string())
}

#[async_trait]
impl Blobs for DatabaseBlobs {
    async fn put(&self, id: FileId, content: Content) -> io::Result<()> {
        let written = self.write(id, content).await;
        if written.is_err() {
            // What is left of it cannot be read, and goes at the latest when unknown blobs are swept.
            let _ = self.store.remove_blob(id).await;
        }
        written
    }

    async fn open(&self, id: FileId) -> io::Result<Reader> {
        let pieces = self.store.pieces(id).await.map_err(medium)?;
        let store = Arc::clone(&self.store);
        let pieces = stream::try_unfold(0, move |number| {
            let store = Arc::clone(&store);
            async move {
                if number == pieces {
                    return Ok::<_, io::Error>(None);
                }
                let piece = store.piece(id, number).await.map_err(medium)?;
                Ok(Some((Bytes::from(piece), number + 1)))
            }
        });
        Ok(Box::new(StreamReader::new(Box::pin(pieces))))
    }

    async fn copy(&self, from: FileId, to: FileId) -> io::Result<()> {
        self.store.copy_blob(from, to).await.map_err(medium)
    }

    async fn remove(&self, id: FileId) -> io::Result<()> {
        self.store.remove_blob(id).await.map_err(medium)
    }
}
