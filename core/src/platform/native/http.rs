//! Requests and the poke stream by reqwest.

use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use tokio::runtime::Handle;

use super::Task;
use super::events::Events;
use crate::ports::{
    Http, HttpRequest, HttpResponse, Method, NoAnswer, PokeListener, PokeSignal, Pokes, ProgressListener, StreamHandle,
};

/// How long an answer may take; an upload has more, by its size.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A body goes out in pieces of this size, so that its progress can be told.
const PIECE: usize = 64 * 1024;

/// The backend sends a heartbeat every 15 seconds: a stream that is silent for longer is dead.
const SILENCE: Duration = Duration::from_secs(40);

/// The first and the longest wait before a broken stream is opened again.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// One client for every request: connections are reused.
pub(super) struct Client {
    client: Option<reqwest::Client>,
    runtime: Handle,
}

impl Client {
    pub(super) fn new(kiosk: Option<&str>, runtime: Handle) -> Client {
        super::choose_tls();
        let _inside = runtime.enter();
        let client = reqwest::Client::builder()
            // The system, so that a citizen knows this terminal again among those on which they are logged in.
            .user_agent(format!(
                "OneHall/{} ({})",
                env!("CARGO_PKG_VERSION"),
                std::env::consts::OS
            ))
            .default_headers(headers_of(kiosk))
            .connect_timeout(Duration::from_secs(10))
            // An address that we did not ask must not see a token.
            .redirect(reqwest::redirect::Policy::none())
            .build();
        if let Err(error) = &client {
            tracing::error!(%error, "there is no HTTP client: this terminal stays offline");
        }
        Client {
            client: client.ok(),
            runtime,
        }
    }
}

/// Shows with each request the key of a kiosk.
fn headers_of(kiosk: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(mut key) = kiosk.and_then(|kiosk| HeaderValue::from_str(kiosk).ok()) {
        // So that no log of requests shows it.
        key.set_sensitive(true);
        headers.insert("onehall-kiosk", key);
    }
    headers
}

#[async_trait]
impl Http for Client {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let client = self.client.clone().ok_or(NoAnswer)?;
        let work = self.runtime.spawn(async move { send(&client, request).await });
        // Dropping the future of the caller must end the request.
        let end = work.abort_handle();
        let _end = EndOnDrop(end);
        match work.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                // Without the address: an error of reqwest names it, and a path may name a case.
                tracing::debug!(error = %error.without_url(), "no answer");
                Err(NoAnswer)
            }
            Err(_) => Err(NoAnswer),
        }
    }
}

struct EndOnDrop(tokio::task::AbortHandle);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn send(client: &reqwest::Client, request: HttpRequest) -> reqwest::Result<HttpResponse> {
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    };
    let length = request.body.as_ref().map_or(0, Vec::len);
    // At least 20 KB/s: a weak signal on a bus is no reason to give a photograph up.
    let timeout = TIMEOUT + Duration::from_millis(u64::try_from(length / 20).unwrap_or(u64::MAX));
    let mut sending = client
        .request(method, &request.url)
        .headers(headers(&request.headers))
        .timeout(timeout);
    if let Some(body) = request.body {
        sending = match request.progress {
            None => sending.body(body),
            Some(listener) => sending.header("content-length", length).body(told(body, listener)),
        };
    }
    let answer = sending.send().await?;
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let body = answer.bytes().await?.to_vec();
    Ok(HttpResponse { status, headers, body })
}

fn headers(given: &[(&'static str, String)]) -> HeaderMap {
    given
        .iter()
        .filter_map(|(name, value)| Some((HeaderName::from_static(name), HeaderValue::from_str(value).ok()?)))
        .collect()
}

/// A body that tells how much of it was taken by the connection.
fn told(body: Vec<u8>, listener: Box<ProgressListener>) -> reqwest::Body {
    let total = body.len();
    let pieces = stream::unfold((body, 0, listener), move |(body, from, listener)| async move {
        if from > 0 {
            listener(from as u64, total as u64);
        }
        if from == total {
            return None;
        }
        let to = (from + PIECE).min(total);
        let piece = body[from..to].to_vec();
        Some((Ok::<_, std::convert::Infallible>(piece), (body, to, listener)))
    });
    reqwest::Body::wrap_stream(pieces)
}

impl StreamHandle for Task {}

impl Pokes for Client {
    fn listen(
        &self,
        url: &str,
        given: Vec<(&'static str, String)>,
        listener: Box<PokeListener>,
    ) -> Box<dyn StreamHandle> {
        let (client, url) = (self.client.clone(), url.to_owned());
        Box::new(Task(self.runtime.spawn(async move {
            let Some(client) = client else { return };
            let mut wait = RECONNECT.0;
            loop {
                let opened = listen_once(&client, &url, &given, &listener).await;
                listener(PokeSignal::Broken);
                if opened {
                    wait = RECONNECT.0;
                }
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(RECONNECT.1);
            }
        })))
    }
}

/// Listens until the stream breaks; whether it was open.
async fn listen_once(
    client: &reqwest::Client,
    url: &str,
    given: &[(&'static str, String)],
    listener: &PokeListener,
) -> bool {
    let request = client
        .get(url)
        .headers(headers(given))
        .header(ACCEPT, "text/event-stream");
    let Ok(Ok(answer)) = tokio::time::timeout(TIMEOUT, request.send()).await else {
        return false;
    };
    if !answer.status().is_success() {
        // Of a session that has ended the next request tells; the stream only waits.
        return false;
    }
    listener(PokeSignal::Open);
    let mut events = Events::default();
    let mut body = answer.bytes_stream();
    while let Ok(Some(Ok(bytes))) = tokio::time::timeout(SILENCE, body.next()).await {
        for event in events.read(&bytes) {
            if event.name == "poke" {
                listener(PokeSignal::Poke(event.data));
            }
        }
    }
    true
}
