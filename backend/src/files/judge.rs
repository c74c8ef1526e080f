//! Whether a file is taken: it is what was announced, of a type that is taken, and harmless. The one way to judge a file,
//! whoever sends it.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures::stream::{self, StreamExt, TryStreamExt};
use onehall_protocol::files::FileType;
use onehall_protocol::{ErrorCode, FileId};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};
use tokio::sync::Semaphore;
use tokio_util::io::{ReaderStream, StreamReader};
use uuid::Uuid;

use super::blobs::{Blobs, Checked, Content, Reader};
use super::model::{NewUpload, Part, StoredFile};
use super::sniff::{HEAD, media_type_of};
use super::{FileName, Scanner, Verdict};
use crate::error::{Error, Result};

/// How many files are looked through at the same time.
const SCANS_AT_ONCE: usize = 8;

/// How many requests one sender sends at the same time.
const AT_ONCE: usize = 6;

/// All that files need of the machine.
#[derive(Debug, Clone)]
pub struct Files {
    /// The bytes.
    pub blobs: Arc<dyn Blobs>,
    scanner: Arc<dyn Scanner>,
    scans: Arc<Semaphore>,
    senders: Arc<Mutex<HashMap<Uuid, usize>>>,
}

/// One request that brings bytes of a sender.
#[derive(Debug)]
pub(super) struct Sending {
    senders: Arc<Mutex<HashMap<Uuid, usize>>>,
    sender: Uuid,
}

impl Drop for Sending {
    fn drop(&mut self) {
        let mut all = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(mine) = all.get_mut(&self.sender) {
            *mine -= 1;
            if *mine == 0 {
                all.remove(&self.sender);
            }
        }
    }
}

impl Files {
    /// Files over these.
    #[must_use]
    pub fn new(blobs: Arc<dyn Blobs>, scanner: Arc<dyn Scanner>) -> Files {
        Files {
            blobs,
            scanner,
            scans: Arc::new(Semaphore::new(SCANS_AT_ONCE)),
            senders: Arc::default(),
        }
    }

    /// Lets `sender` send; on this replica, so that nobody holds all of its connections.
    ///
    /// # Errors
    /// `request/too_many` where too many of their requests are under way.
    pub(super) fn sending(&self, sender: Uuid) -> Result<Sending> {
        let mut all = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = all.entry(sender).or_default();
        if *mine >= AT_ONCE {
            return Err(Error::too_many(5));
        }
        *mine += 1;
        Ok(Sending {
            senders: Arc::clone(&self.senders),
            sender,
        })
    }

    /// Judges a file whose parts are here. Gives its type.
    ///
    /// # Errors
    /// `files/damaged`, `files/empty`, `files/type_not_allowed`, `files/content_mismatch`, `files/infected`; without a verdict:
    /// `files/scanner_unavailable`, `backend/unavailable`.
    pub(super) async fn judge(&self, upload: &NewUpload, parts: &[Part]) -> Result<FileType> {
        let name = FileName::parse(&upload.name)?;
        let mut head = Vec::new();
        self.reader(parts)
            .take(HEAD as u64)
            .read_to_end(&mut head)
            .await
            .map_err(medium)?;
        let media_type = media_type_of(&head, &name, upload.media_type.as_deref())?;
        let turn = self.scans.acquire().await;
        let _turn = turn.map_err(|_| Error::new(ErrorCode::Unavailable))?;
        let mut bytes = Hashing {
            inner: self.reader(parts),
            hash: Sha256::new(),
        };
        let verdict = self.scanner.scan(&mut bytes).await;
        // A scanner need not read to the end, the hash must.
        tokio::io::copy(&mut bytes, &mut tokio::io::sink())
            .await
            .map_err(medium)?;
        let found: [u8; 32] = bytes.hash.finalize().into();
        if hash_of(&upload.sha256) != Some(found) {
            return Err(ErrorCode::FileDamaged.into());
        }
        match verdict {
            Ok(Verdict::Clean) => Ok(media_type),
            Ok(Verdict::Infected(found)) => {
                tracing::warn!(found, "a file was refused by the scanner");
                Err(ErrorCode::FileInfected.into())
            }
            Err(cause) => Err(Error::new(ErrorCode::ScannerUnavailable).caused_by("scan a file", cause)),
        }
    }

    /// The content that an upload announced, of its parts.
    pub(super) fn content(&self, upload: &NewUpload, parts: &[Part]) -> Result<Content> {
        let hash = hash_of(&upload.sha256).ok_or_else(|| Error::broken("read a hash"))?;
        Ok(Content::new(self.reader(parts), upload.size, hash))
    }

    /// The bytes of parts, one behind the other.
    fn reader(&self, parts: &[Part]) -> Reader {
        let blobs = Arc::clone(&self.blobs);
        let ids: Vec<FileId> = parts.iter().map(|part| part.blob).collect();
        let bytes = stream::iter(ids)
            .then(move |id| {
                let blobs = Arc::clone(&blobs);
                async move { blobs.open(id).await.map(ReaderStream::new) }
            })
            .try_flatten();
        Box::new(StreamReader::new(Box::pin(bytes)))
    }

    /// Opens a file. Its last bytes come only where all of them are those that were kept.
    ///
    /// # Errors
    /// `backend/internal` where the bytes are gone.
    pub async fn open(&self, file: &StoredFile) -> Result<Checked<Reader>> {
        let opened = self.blobs.open(file.view.id).await;
        let bytes = opened.map_err(|cause| Error::internal("open the bytes of a file", cause))?;
        let hash = hash_of(&file.view.sha256).ok_or_else(|| Error::broken("read a hash"))?;
        Ok(Checked::new(bytes, file.view.size, hash))
    }

    /// Takes blobs away that nothing names any more. A failure is for the log: they are noted, and swept later.
    pub async fn remove(&self, blobs: &[FileId]) {
        for blob in blobs {
            if let Err(error) = self.blobs.remove(*blob).await {
                tracing::warn!(%error, %blob, "the bytes of a removed file are still there");
            }
        }
    }
}

/// A hash as it is written: 64 digits of lower-case hex.
pub(super) fn hash_of(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(hash)
}

/// A full disk is no fault of ours, and passes once somebody made room.
pub(super) fn medium(cause: io::Error) -> Error {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::new(ErrorCode::Unavailable).caused_by("write a file", cause)
        }
        _ => Error::internal("write or read a file", cause),
    }
}

/// Hashes what is read.
struct Hashing {
    inner: Reader,
    hash: Sha256,
}

impl AsyncRead for Hashing {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(context, into))?;
        this.hash.update(&into.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}
