//! Taking a file: counted while it comes, judged by its content, scanned, then kept.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;
use onehall_protocol::files::{FileView, MAX_FILE_BYTES};
use onehall_protocol::{ErrorCode, FileId, Timestamp};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::sniff::{HEAD, media_type_of};
use super::{Blobs, FileName, Scanner, Staged, Verdict};
use crate::error::{Error, Result};

/// How many files are looked through at the same time.
const SCANS_AT_ONCE: usize = 8;

/// How many files one sender sends at the same time.
const AT_ONCE: usize = 6;

/// How long a sender may send nothing: somebody on a bus with a weak signal, not somebody who holds the line.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// All that files need of the machine.
#[derive(Debug, Clone)]
pub struct Files {
    /// The bytes.
    pub blobs: Arc<dyn Blobs>,
    scanner: Arc<dyn Scanner>,
    scans: Arc<Semaphore>,
    senders: Arc<Mutex<HashMap<Uuid, usize>>>,
}

/// One file that a sender is sending.
struct Sending {
    senders: Arc<Mutex<HashMap<Uuid, usize>>>,
    sender: Uuid,
}

impl Sending {
    fn begin(senders: &Arc<Mutex<HashMap<Uuid, usize>>>, sender: Uuid) -> Result<Sending> {
        let mut all = senders.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = all.entry(sender).or_default();
        if *mine >= AT_ONCE {
            return Err(Error::too_many(5));
        }
        *mine += 1;
        Ok(Sending {
            senders: Arc::clone(senders),
            sender,
        })
    }
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

/// A file that was found good, and is not kept yet: [`Files::keep`] does that.
#[derive(Debug)]
pub struct Received {
    /// What is known of it.
    pub view: FileView,
    staged: Staged,
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

    /// Takes a file of `sender` (a person or a member of staff) in and judges it. Nothing of a file that is refused stays.
    ///
    /// # Errors
    /// `files/empty`, `files/too_large`, `files/type_not_allowed`, `files/content_mismatch`, `files/infected`,
    /// `files/scanner_unavailable`; `request/too_many` where the sender sends too many at the same time;
    /// `backend/timed_out` where nothing came for too long.
    pub async fn receive(
        &self,
        sender: Uuid,
        name: &FileName,
        claimed: Option<&str>,
        body: Body,
        now: Timestamp,
    ) -> Result<Received> {
        let _sending = Sending::begin(&self.senders, sender)?;
        let id = FileId(Uuid::now_v7());
        let mut staged = self.blobs.stage(id).await.map_err(medium)?;
        let mut content = body.into_data_stream();
        let (mut head, mut size, mut hash) = (Vec::new(), 0u64, Sha256::new());
        loop {
            let next = tokio::time::timeout(LONGEST_PAUSE, content.next()).await;
            let Some(chunk) = next.map_err(|_| Error::new(ErrorCode::TimedOut))? else {
                break;
            };
            // The citizen's connection broke, or what comes is longer than what was announced.
            let chunk = chunk.map_err(|_| Error::new(ErrorCode::InvalidBody))?;
            size += chunk.len() as u64;
            if size > MAX_FILE_BYTES {
                return Err(too_large());
            }
            if head.len() < HEAD {
                head.extend_from_slice(&chunk[..chunk.len().min(HEAD - head.len())]);
            }
            hash.update(&chunk);
            staged.write(&chunk).await.map_err(medium)?;
        }
        let media_type = media_type_of(&head, name, claimed)?;
        let _scan = self
            .scans
            .acquire()
            .await
            .map_err(|_| Error::new(ErrorCode::Unavailable))?;
        let mut reader = staged.reader().await.map_err(medium)?;
        match self.scanner.scan(&mut reader).await {
            Ok(Verdict::Clean) => {}
            Ok(Verdict::Infected(found)) => {
                tracing::warn!(found, "a file was refused by the scanner");
                return Err(ErrorCode::FileInfected.into());
            }
            Err(cause) => return Err(Error::new(ErrorCode::ScannerUnavailable).caused_by("scan a file", cause)),
        }
        let view = FileView {
            id,
            name: name.as_str().to_owned(),
            media_type: media_type.to_owned(),
            size,
            sha256: hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
            uploaded_at: now,
            source: None,
        };
        Ok(Received { view, staged })
    }

    /// Keeps a file that was received: its bytes are on the medium when this returns.
    ///
    /// # Errors
    /// `backend/internal` where the medium fails.
    pub async fn keep(&self, received: Received) -> Result<FileView> {
        self.blobs.keep(received.staged).await.map_err(medium)?;
        Ok(received.view)
    }

    /// Makes a file of its own of the bytes of another one. They were looked through when they came.
    ///
    /// # Errors
    /// `request/not_found` where the bytes are gone; `backend/internal` where the medium fails.
    pub async fn copy(&self, from: FileId, to: FileId) -> Result<()> {
        match self.blobs.copy(from, to).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Error::not_found()),
            copied => copied.map_err(medium),
        }
    }

    /// Takes the bytes of files away. A failure is for the log: what is known of them is gone already.
    pub async fn remove(&self, files: &[FileId]) {
        for file in files {
            if let Err(error) = self.blobs.remove(*file).await {
                tracing::error!(%error, %file, "the bytes of a removed file are still there");
            }
        }
    }
}

/// The refusal of a file that is too large, with what is allowed.
pub(super) fn too_large() -> Error {
    Error::new(ErrorCode::FileTooLarge).with_details(serde_json::json!({ "max_bytes": MAX_FILE_BYTES }))
}

/// A full disk is no fault of ours, and passes once somebody made room.
fn medium(cause: io::Error) -> Error {
    match cause.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Error::new(ErrorCode::Unavailable).caused_by("write a file", cause)
        }
        _ => Error::internal("write or read a file", cause),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use tokio::io::{AsyncRead, AsyncReadExt};

    use super::super::DiskBlobs;
    use super::*;

    type Outcome = std::result::Result<(), Box<dyn std::error::Error>>;

    /// Finds the word "bad"; is away where told to.
    #[derive(Debug, Default)]
    struct Watchdog {
        away: Mutex<bool>,
    }

    #[async_trait]
    impl Scanner for Watchdog {
        async fn scan(&self, content: &mut (dyn AsyncRead + Send + Unpin)) -> io::Result<Verdict> {
            if *self.away.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
                return Err(io::ErrorKind::ConnectionRefused.into());
            }
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).await?;
            let bad = bytes.windows(3).any(|window| window == b"bad");
            Ok(if bad {
                Verdict::Infected("Bad".to_owned())
            } else {
                Verdict::Clean
            })
        }
    }

    struct Setting {
        folder: std::path::PathBuf,
        files: Files,
        watchdog: Arc<Watchdog>,
    }

    fn setting() -> io::Result<Setting> {
        let folder = std::env::temp_dir().join(format!("onehall-files-{}", Uuid::now_v7()));
        let watchdog = Arc::new(Watchdog::default());
        let files = Files::new(Arc::new(DiskBlobs::open(&folder)?), watchdog.clone());
        Ok(Setting {
            folder,
            files,
            watchdog,
        })
    }

    impl Setting {
        async fn judged(&self, bytes: Vec<u8>) -> std::result::Result<u64, ErrorCode> {
            let name = FileName::parse("a.pdf").map_err(|error| error.code())?;
            let now = Timestamp::from_unix_millis(0);
            let received = self
                .files
                .receive(Uuid::nil(), &name, None, Body::from(bytes), now)
                .await
                .map_err(|error| error.code())?;
            Ok(self.files.keep(received).await.map_err(|error| error.code())?.size)
        }

        fn kept(&self) -> io::Result<usize> {
            let mut files = 0;
            for folder in std::fs::read_dir(&self.folder)? {
                files += std::fs::read_dir(folder?.path())?.count();
            }
            Ok(files)
        }
    }

    fn pdf(length: usize) -> Vec<u8> {
        let mut bytes = b"%PDF-1.7\n".to_vec();
        bytes.resize(length, b' ');
        bytes
    }

    #[tokio::test]
    async fn a_good_file_is_kept_and_a_bad_one_leaves_nothing() -> Outcome {
        let setting = setting()?;
        assert_eq!(
            setting.judged([pdf(100), b"bad".to_vec()].concat()).await,
            Err(ErrorCode::FileInfected)
        );
        assert_eq!(
            setting.judged(b"MZ no pdf".to_vec()).await,
            Err(ErrorCode::FileContentMismatch)
        );
        assert_eq!(setting.judged(Vec::new()).await, Err(ErrorCode::FileEmpty));
        assert_eq!(
            setting.judged(pdf(MAX_FILE_BYTES as usize + 1)).await,
            Err(ErrorCode::FileTooLarge)
        );
        assert_eq!(setting.kept()?, 0);
        assert_eq!(setting.judged(pdf(MAX_FILE_BYTES as usize)).await, Ok(MAX_FILE_BYTES));
        assert_eq!(setting.kept()?, 1);
        Ok(std::fs::remove_dir_all(&setting.folder)?)
    }

    #[tokio::test]
    async fn without_a_verdict_no_file_is_taken() -> Outcome {
        let setting = setting()?;
        *setting
            .watchdog
            .away
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = true;
        assert_eq!(setting.judged(pdf(100)).await, Err(ErrorCode::ScannerUnavailable));
        assert_eq!(setting.kept()?, 0);
        Ok(std::fs::remove_dir_all(&setting.folder)?)
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_nothing_holds_the_line_for_nobody() -> Outcome {
        let setting = setting()?;
        let stalled = || Body::from_stream(futures::stream::pending::<io::Result<Vec<u8>>>());
        let name = FileName::parse("a.pdf")?;
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let now = Timestamp::from_unix_millis(0);
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            let (files, name) = (setting.files.clone(), name.clone());
            held.push(tokio::spawn(async move {
                files.receive(one, &name, None, stalled(), now).await.map(drop)
            }));
            tokio::task::yield_now().await;
        }
        let code = |outcome: Result<Received>| outcome.err().map(|error| error.code());
        let more = setting.files.receive(one, &name, None, stalled(), now).await;
        assert_eq!(code(more), Some(ErrorCode::TooManyRequests));
        assert!(
            setting
                .files
                .receive(other, &name, None, Body::from(pdf(100)), now)
                .await
                .is_ok()
        );
        for one in held {
            assert_eq!(one.await?.err().map(|error| error.code()), Some(ErrorCode::TimedOut));
        }
        // Once they are gone there is room again.
        assert!(
            setting
                .files
                .receive(one, &name, None, Body::from(pdf(100)), now)
                .await
                .is_ok()
        );
        assert_eq!(setting.kept()?, 0);
        Ok(std::fs::remove_dir_all(&setting.folder)?)
    }
}
