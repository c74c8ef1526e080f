//! Blobs in an S3-compatible object store: one object each, `<prefix><id>`.
//!
//! Path-style addresses (`https://store.example/bucket/key`), which every such store answers. Requests are signed here
//! ([`sign`]) and sent by reqwest; a signed hash of the body lets the store refuse what was damaged on the way. An object is
//! written only where there is none (`If-None-Match: *`): what is there under its id is the same bytes.

pub mod sign;

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use futures::TryStreamExt;
use onehall_protocol::FileId;
use reqwest::{Method, Response, StatusCode};
use time::OffsetDateTime;
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;
use tokio_util::io::StreamReader;

use self::sign::{Signed, Signer, hex};
use super::{Blobs, Content, Reader, sha256_of};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long the store may say nothing.
const SILENCE: Duration = Duration::from_secs(20);
/// How often a request is tried that the store could not answer just now.
const TRIES: u32 = 4;
/// The first wait before another try; each further one is twice as long.
const WAIT: Duration = Duration::from_millis(100);
/// How many objects are held in memory at the same time while they are written, so that a write can be tried again.
const WRITES_AT_ONCE: usize = 4;

/// Where the objects are.
#[derive(Clone)]
pub struct S3Place {
    /// `https://store.example` or `http://127.0.0.1:9000`.
    pub endpoint: String,
    /// The bucket; it exists.
    pub bucket: String,
    /// What every key begins with: `hall/files/`, or nothing.
    pub prefix: String,
    /// Whose key signs.
    pub signer: Signer,
}

/// Blobs in a bucket.
pub struct S3Blobs {
    client: reqwest::Client,
    place: S3Place,
    writes: Semaphore,
}

impl std::fmt::Debug for S3Blobs {
    /// Says nothing of keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Blobs")
            .field("endpoint", &self.place.endpoint)
            .field("bucket", &self.place.bucket)
            .finish_non_exhaustive()
    }
}

/// A request before it is signed.
struct Ask<'a> {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: &'a [u8],
}

impl S3Blobs {
    /// Blobs in a bucket. Nothing is asked of the store yet.
    ///
    /// # Errors
    /// Where there can be no HTTP client, or the endpoint is no address.
    pub fn new(mut place: S3Place) -> io::Result<S3Blobs> {
        // The one provider of the whole program; a second call changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        place.endpoint = place.endpoint.trim_end_matches('/').to_owned();
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            // A signature is for one host.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(io::Error::other)?;
        Ok(S3Blobs {
            client,
            place,
            writes: Semaphore::new(WRITES_AT_ONCE),
        })
    }

    fn key(&self, id: FileId) -> String {
        format!("{}{}", self.place.prefix, id.0.simple())
    }

    fn object(&self, id: FileId) -> String {
        format!("/{}/{}", self.place.bucket, self.key(id))
    }

    fn host(&self) -> &str {
        let endpoint = &self.place.endpoint;
        endpoint.split_once("://").map_or(endpoint.as_str(), |(_, host)| host)
    }

    /// Sends a request until the store answers it; an answer is given whatever its status, but for those that say "later".
    async fn ask(&self, ask: Ask<'_>) -> io::Result<Response> {
        let payload = hex(&sha256_of(ask.body));
        let mut wait = WAIT;
        for attempt in 1.. {
            let signed = Signed {
                method: ask.method.as_str(),
                host: self.host(),
                path: &ask.path,
                query: "",
                headers: &ask.headers,
                payload: &payload,
            };
            let address = format!("{}{}", self.place.endpoint, ask.path);
            let mut request = self.client.request(ask.method.clone(), address);
            let signature = self.place.signer.headers(&signed, OffsetDateTime::now_utc());
            for (name, value) in ask.headers.iter().chain(&signature) {
                request = request.header(*name, value);
            }
            if ask.method == Method::PUT {
                request = request.body(ask.body.to_vec());
            }
            let last = attempt >= TRIES;
            match request.send().await {
                Ok(answer) if last || !comes_later(answer.status()) => return Ok(answer),
                Err(error) if last => return Err(io::Error::other(error.without_url())),
                Ok(_) | Err(_) => {}
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    async fn write(&self, id: FileId, bytes: &[u8], conditional: bool) -> io::Result<StatusCode> {
        let condition = conditional.then(|| ("if-none-match", "*".to_owned()));
        let answer = self
            .ask(Ask {
                method: Method::PUT,
                path: self.object(id),
                headers: condition.into_iter().collect(),
                body: bytes,
            })
            .await?;
        Ok(answer.status())
    }
}

/// Whether the store asks to come again: it is busy, or two wrote the same at the same time.
fn comes_later(status: StatusCode) -> bool {
    matches!(status.as_u16(), 409 | 429 | 500 | 502 | 503 | 504)
}

/// What an answer says that is no success.
fn refused(status: StatusCode) -> io::Error {
    let kind = match status {
        StatusCode::NOT_FOUND => io::ErrorKind::NotFound,
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => io::ErrorKind::PermissionDenied,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, format!("the object store answered {status}"))
}

#[async_trait]
impl Blobs for S3Blobs {
    async fn put(&self, id: FileId, mut content: Content) -> io::Result<()> {
        let _turn = self.writes.acquire().await.map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        content.bytes.read_to_end(&mut bytes).await?;
        let mut status = self.write(id, &bytes, true).await?;
        if status == StatusCode::NOT_IMPLEMENTED {
            // An older store knows no conditions; ids are never used twice.
            status = self.write(id, &bytes, false).await?;
        }
        // It is there: an answer of ours was lost.
        if status.is_success() || status == StatusCode::PRECONDITION_FAILED {
            Ok(())
        } else {
            Err(refused(status))
        }
    }

    async fn open(&self, id: FileId) -> io::Result<Reader> {
        let answer = self
            .ask(Ask {
                method: Method::GET,
                path: self.object(id),
                headers: Vec::new(),
                body: &[],
            })
            .await?;
        if !answer.status().is_success() {
            return Err(refused(answer.status()));
        }
        let bytes = answer
            .bytes_stream()
            .map_err(|error| io::Error::other(error.without_url()));
        Ok(Box::new(StreamReader::new(Box::pin(bytes))))
    }

    async fn copy(&self, from: FileId, to: FileId) -> io::Result<()> {
        let answer = self
            .ask(Ask {
                method: Method::PUT,
                path: self.object(to),
                headers: vec![("x-amz-copy-source", self.object(from))],
                body: &[],
            })
            .await?;
        let status = answer.status();
        if !status.is_success() {
            return Err(refused(status));
        }
        // A copy that fails after it began is told in the body of a success.
        let body = answer
            .text()
            .await
            .map_err(|error| io::Error::other(error.without_url()))?;
        if body.contains("<Error>") {
            return Err(io::Error::other("the object store could not copy an object"));
        }
        Ok(())
    }

    async fn remove(&self, id: FileId) -> io::Result<()> {
        let answer = self
            .ask(Ask {
                method: Method::DELETE,
                path: self.object(id),
                headers: Vec::new(),
                body: &[],
            })
            .await?;
        match answer.status() {
            status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            status => Err(refused(status)),
        }
    }
}

#[cfg(test)]
mod tests;
