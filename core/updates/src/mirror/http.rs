//! A repository at a server.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use onehall_bundle::Blob;
use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{Response, StatusCode, Url};

use super::{FetchError, Mirror, Piece, Take, blob_path};

/// Whether an address without TLS may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plain {
    /// Never.
    Never,
    /// On this machine alone.
    Loopback,
}

/// The least that downloads can be held to, in bytes a second. With less, a server that rests for a while would count as one
/// that is too slow.
const LEAST: u64 = 16 * 1024;

/// How long a server may take, and how much it may send.
#[derive(Debug, Clone, Copy)]
pub struct HttpLimits {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the next piece comes.
    pub stall: Duration,
    /// The bytes in a second below which a server is too slow. A server that sends one byte before each stall would otherwise
    /// hold an update for ever.
    pub slowest: u64,
    /// The bytes in a second that are taken at most; none: as many as come.
    pub fastest: Option<u64>,
}

impl Default for HttpLimits {
    fn default() -> HttpLimits {
        HttpLimits {
            connect: Duration::from_secs(15),
            stall: Duration::from_secs(30),
            slowest: 1024,
            fastest: None,
        }
    }
}

/// Fewer bytes in a second than downloads can be held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("at least {} are needed", LEAST)]
pub struct TooFew;

impl HttpLimits {
    /// The usual ones, and so many bytes in a second at most, if given.
    ///
    /// # Errors
    /// [`TooFew`].
    pub fn held_to(bytes_per_second: Option<u64>) -> Result<HttpLimits, TooFew> {
        if bytes_per_second.is_some_and(|most| most < LEAST) {
            return Err(TooFew);
        }
        Ok(HttpLimits {
            fastest: bytes_per_second,
            ..HttpLimits::default()
        })
    }
}

/// An address at which there can be no repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the address of a repository: https, without a name or a password in it")]
pub struct NotAMirror(String);

/// A repository at a server. Nothing that says who asks is sent: no cookie, no number, no name of this terminal.
#[derive(Debug, Clone)]
pub struct HttpMirror {
    client: reqwest::Client,
    metadata: Url,
    targets: Url,
    blobs: Url,
    limits: HttpLimits,
}

impl HttpMirror {
    /// The repository at `base`: `metadata/`, `targets/` and `blobs/` are below it.
    ///
    /// # Errors
    /// The address is none, or none that may be asked.
    pub fn new(base: &str, plain: Plain, limits: HttpLimits) -> Result<HttpMirror, NotAMirror> {
        let base = address(base, plain)?;
        let below = |folder: &str| base.join(folder).map_err(|_| NotAMirror(base.to_string()));
        HttpMirror::at(below("metadata/")?, below("targets/")?, base.clone(), limits)
    }

    /// A repository whose metadata and targets are at addresses of their own.
    ///
    /// # Errors
    /// An address is none, or none that may be asked.
    pub fn split(metadata: &str, targets: &str, plain: Plain, limits: HttpLimits) -> Result<HttpMirror, NotAMirror> {
        let (metadata, targets) = (address(metadata, plain)?, address(targets, plain)?);
        HttpMirror::at(metadata, targets.clone(), targets, limits)
    }

    fn at(metadata: Url, targets: Url, blobs: Url, limits: HttpLimits) -> Result<HttpMirror, NotAMirror> {
        // Once in a process; whoever was first chose the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent("OneHall")
            .connect_timeout(limits.connect)
            .read_timeout(limits.stall)
            // Who signed is asked, not where a server points.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| NotAMirror(error.to_string()))?;
        Ok(HttpMirror {
            client,
            metadata,
            targets,
            blobs,
            limits,
        })
    }

    /// Asks for an address below one of ours.
    async fn ask(&self, base: &Url, path: &str, from: u64) -> Result<Response, FetchError> {
        // What would end the path is part of a name here.
        let path = path.replace('?', "%3F").replace('#', "%23");
        let address = base.join(&path).map_err(|_| FetchError::Missing)?;
        // A name such as `https://elsewhere/x` or `../x` would be asked somewhere else.
        if !address.as_str().starts_with(base.as_str()) {
            return Err(FetchError::Missing);
        }
        let mut request = self.client.get(address);
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let answer = tokio::time::timeout(self.limits.stall + self.limits.connect, request.send()).await;
        let answer = answer
            .map_err(|_| FetchError::TooSlow)?
            .map_err(|error| failure(&error))?;
        match answer.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(answer),
            // Object stores say the one or the other of what they do not have.
            StatusCode::NOT_FOUND | StatusCode::FORBIDDEN | StatusCode::GONE => Err(FetchError::Missing),
            status => Err(FetchError::Refused(status.as_u16())),
        }
    }

    async fn small(&self, base: &Url, path: &str, most: u64) -> Result<Option<Vec<u8>>, FetchError> {
        let answer = match self.ask(base, path, 0).await {
            Err(FetchError::Missing) => return Ok(None),
            answer => answer?,
        };
        let mut content = Vec::new();
        self.pour(answer, most, &mut |piece| {
            if let Piece::Bytes(bytes) = piece {
                content.extend_from_slice(bytes);
            }
            Ok(())
        })
        .await?;
        Ok(Some(content))
    }

    /// Takes the body of an answer, at most `most` bytes.
    async fn pour(&self, mut answer: Response, most: u64, take: &mut Take<'_>) -> Result<(), FetchError> {
        let said = answer.content_length();
        if said.is_some_and(|said| said > most) {
            return Err(FetchError::TooLong);
        }
        let (mut came, began) = (0_u64, Instant::now());
        loop {
            let piece = tokio::time::timeout(self.limits.stall, answer.chunk()).await;
            let piece = piece
                .map_err(|_| FetchError::TooSlow)?
                .map_err(|error| failure(&error))?;
            let Some(piece) = piece else { break };
            came += piece.len() as u64;
            if came > most {
                return Err(FetchError::TooLong);
            }
            take(Piece::Bytes(&piece))?;
            self.pace(came, began).await?;
        }
        // The connection of an answer that names its length and ends before it is broken; this is for the others.
        if said.is_some_and(|said| came < said) {
            return Err(FetchError::TooShort);
        }
        Ok(())
    }

    /// Waits where more came than should in this time, and ends where it is too little.
    async fn pace(&self, came: u64, began: Instant) -> Result<(), FetchError> {
        let took = began.elapsed();
        let grace = self.limits.stall.saturating_mul(2);
        if took > grace && came / took.as_secs().max(1) < self.limits.slowest {
            return Err(FetchError::TooSlow);
        }
        if let Some(fastest) = self.limits.fastest.filter(|fastest| *fastest > 0) {
            let should = Duration::from_millis(came.saturating_mul(1000) / fastest);
            tokio::time::sleep(should.saturating_sub(took)).await;
        }
        Ok(())
    }
}

#[async_trait]
impl Mirror for HttpMirror {
    async fn metadata(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, FetchError> {
        self.small(&self.metadata, name, most).await
    }

    async fn target(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, FetchError> {
        self.small(&self.targets, path, most).await
    }

    async fn blob(&self, blob: Blob, from: u64, take: &mut Take<'_>) -> Result<(), FetchError> {
        let answer = self.ask(&self.blobs, &blob_path(blob.sha256), from).await?;
        let mut most = blob.size.saturating_sub(from);
        if from > 0 && !begins_at(&answer, from) {
            take(Piece::FromTheStart)?;
            most = blob.size;
        }
        self.pour(answer, most, take).await
    }
}

/// Whether a server gave what it was asked for and not the whole.
fn begins_at(answer: &Response, from: u64) -> bool {
    let range = answer
        .headers()
        .get(CONTENT_RANGE)
        .and_then(|range| range.to_str().ok());
    let first = range.and_then(|range| range.strip_prefix("bytes ")?.split('-').next()?.parse().ok());
    answer.status() == StatusCode::PARTIAL_CONTENT && first == Some(from)
}

fn failure(error: &reqwest::Error) -> FetchError {
    if error.is_timeout() {
        FetchError::TooSlow
    } else {
        FetchError::Unreachable
    }
}

fn address(text: &str, plain: Plain) -> Result<Url, NotAMirror> {
    let wrong = || NotAMirror(text.to_owned());
    let mut url = Url::parse(text).map_err(|_| wrong())?;
    let allowed = url.scheme() == "https" || (url.scheme() == "http" && plain == Plain::Loopback && is_loopback(&url));
    if !allowed || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong());
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}
