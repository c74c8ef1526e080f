//! Promises of uploads, asked over HTTP of a whole hall.

mod attacks;
mod protocol;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use axum::body::{Body, Bytes};
use axum::http::Method;
use futures::stream;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt};
use uuid::Uuid;

use super::{DatabaseBlobs, DiskBlobs, Files, NoScanner, Scanner, Verdict, sha256_of};
use crate::storage::Storage;
use crate::testing::{Reply, TestHall, TestTerminal, files_below};

const CITIZEN: &str = "13800000001";
const STRANGER: &str = "13800000003";
const KIB: usize = 1024;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// Finds the word "bad"; is away where told to.
#[derive(Debug, Default)]
struct Watchdog {
    away: Mutex<bool>,
}

impl Watchdog {
    fn is_away(&self, away: bool) {
        *self.away.lock().unwrap_or_else(PoisonError::into_inner) = away;
    }
}

#[async_trait]
impl Scanner for Watchdog {
    async fn scan(&self, content: &mut (dyn AsyncRead + Send + Unpin)) -> io::Result<Verdict> {
        if *self.away.lock().unwrap_or_else(PoisonError::into_inner) {
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

/// A PDF as far as its first bytes say, every byte of it another.
fn pdf(length: usize) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    bytes.extend((bytes.len()..length).map(|n| (n.wrapping_mul(31) ^ (n >> 8)) as u8 | 0x80));
    bytes
}

fn hex(bytes: &[u8]) -> String {
    sha256_of(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A body that breaks off after `bytes`.
fn torn(bytes: &[u8]) -> Body {
    let came = bytes.chunks(1000).map(|piece| Ok(Bytes::copy_from_slice(piece)));
    let broken = [Err(io::Error::from(io::ErrorKind::ConnectionReset))];
    Body::from_stream(stream::iter(came.chain(broken).collect::<Vec<_>>()))
}

/// Somebody who uploads to a draft of theirs.
struct Uploader {
    terminal: TestTerminal,
    draft: Value,
}

impl Uploader {
    async fn at(hall: &TestHall, phone: &str) -> Uploader {
        let mut terminal = hall.browser();
        terminal.log_in(phone).await;
        let draft = terminal
            .post("/api/v1/drafts", json!({ "item": "residence-permit" }))
            .await;
        assert!(matches!(draft.status, 200 | 201), "{}", draft.json());
        let draft = draft.json()["id"].clone();
        Uploader { terminal, draft }
    }

    fn wanted(&self, bytes: &[u8]) -> Value {
        json!({ "to": { "kind": "draft", "id": self.draft }, "path": "photo", "name": "a.pdf",
            "media_type": "application/pdf", "size": bytes.len(), "sha256": hex(bytes) })
    }

    async fn begin_as(&mut self, key: Uuid, wanted: &Value) -> Reply {
        let key = key.to_string();
        let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
        let body = wanted.to_string().into_bytes();
        self.terminal
            .send(Method::POST, "/api/v1/uploads", &headers, body)
            .await
    }

    /// Begins; gives the address of the upload.
    async fn begin(&mut self, bytes: &[u8]) -> String {
        let wanted = self.wanted(bytes);
        let reply = self.begin_as(Uuid::now_v7(), &wanted).await;
        assert_eq!(reply.status, 201, "{}", reply.json());
        format!("/api/v1/uploads/{}", reply.json()["id"].as_str().unwrap_or_default())
    }

    async fn append(&mut self, upload: &str, offset: usize, body: impl Into<Body>) -> Reply {
        let offset = offset.to_string();
        let headers = [
            ("content-type", "application/partial-upload"),
            ("upload-offset", offset.as_str()),
        ];
        self.terminal
            .send_body(Method::PATCH, upload, &headers, body.into())
            .await
    }

    /// Sends all of it, whole.
    async fn send(&mut self, bytes: &[u8]) -> Reply {
        let to = format!("/api/v1/drafts/{}", self.draft.as_str().unwrap_or_default());
        self.terminal
            .upload(&to, Some("photo"), "a.pdf", "application/pdf", bytes)
            .await
    }
}

/// What stands on the disk.
fn kept(hall: &TestHall) -> usize {
    files_below(&hall.folder.join("files")).unwrap_or_else(|error| panic!("{error}"))
}

/// The hall with a scanner that finds something.
async fn watched() -> (TestHall, Arc<Watchdog>) {
    let mut hall = TestHall::open().await;
    let watchdog = Arc::new(Watchdog::default());
    hall.restart_over(Files::new(Arc::clone(&hall.state.files.blobs), watchdog.clone()));
    (hall, watchdog)
}

/// Another replica: the same database and medium, and nothing of what the first one has in its memory.
fn replica(hall: &mut TestHall, blobs: Arc<dyn super::Blobs>) {
    hall.restart_over(Files::new(blobs, Arc::new(NoScanner)));
}

fn in_database(hall: &TestHall) -> Arc<dyn super::Blobs> {
    let storage: Arc<dyn Storage> = Arc::clone(&hall.state.storage);
    Arc::new(DatabaseBlobs::new(storage))
}

fn on_disk(hall: &TestHall) -> Arc<dyn super::Blobs> {
    let opened = DiskBlobs::open(&hall.folder.join("files"));
    Arc::new(opened.unwrap_or_else(|error| panic!("{error}")))
}
