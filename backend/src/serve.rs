//! The server: takes connections until it is told to stop, then finishes what it took.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::events::relay::Relay;
use crate::state::AppState;
use crate::{cases, drafts, files, halls, insight, oidc, sync, updates};

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(10);
/// How long a client may take none of what it is sent: an answer is held for it all the while.
const UNREAD: Duration = Duration::from_secs(30);
/// How long to wait when the machine has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until `stop` resolves. Then no connection is taken any more, streams of events end,
/// requests that were begun are finished (for as long as the configuration allows), and the store is closed: what was
/// acknowledged is kept, and what was not is not half done.
///
/// True if everything was finished in time.
pub async fn serve(listener: TcpListener, router: Router, state: AppState, stop: impl Future<Output = ()>) -> bool {
    let connections = TaskTracker::new();
    let relay = Relay::begin(&state);
    let by_itself = [
        tokio::spawn(cases::watch(state.clone())),
        tokio::spawn(cases::watch_terms(state.clone())),
        tokio::spawn(cases::watch_attempts(state.clone())),
        tokio::spawn(drafts::watch(state.clone())),
        tokio::spawn(insight::watch(state.clone())),
        tokio::spawn(halls::watch(state.clone())),
        tokio::spawn(files::sweep::watch(state.clone())),
        tokio::spawn(sync::watch(state.clone())),
        tokio::spawn(updates::watch(state.clone())),
        tokio::spawn(oidc::notices::watch(state.clone(), listener.local_addr().ok())),
    ];
    tokio::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => take(stream, peer, &router, &connections, &state.stopping, HEAD),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(NO_ROOM).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    tracing::info!(connections = connections.len(), "stopping");
    by_itself.iter().for_each(tokio::task::JoinHandle::abort);
    state.stopping.cancel();
    state.events.close();
    let patience = Duration::from_secs(state.config.stop_within);
    connections.close();
    let finished = tokio::time::timeout(patience, connections.wait()).await.is_ok();
    if !finished {
        tracing::warn!("some requests were not finished in time");
    }
    // After the last request: what it changed is said to the other replicas.
    if let Some(relay) = relay {
        relay.end().await;
    }
    state.storage.close().await;
    finished
}

/// With what a client begins that speaks HTTP/2.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How long until it is looked again what a client says that has begun as one of HTTP/2 does.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Whether a client speaks HTTP/2. What it said stays to be read.
async fn speaks_http2(stream: &TcpStream) -> std::io::Result<bool> {
    let mut said = [0; PREFACE.len()];
    loop {
        let count = stream.peek(&mut said).await?;
        if count == 0 || said[..count] != PREFACE[..count] {
            return Ok(false);
        }
        if count == said.len() {
            return Ok(true);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// A connection as it is served, to its end.
type Served = Pin<Box<dyn Future<Output = hyper::Result<()>> + Send>>;

/// The connection of a client that has to read what it is sent.
fn reading(stream: TcpStream) -> Pin<Box<TimeoutStream<TcpStream>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(UNREAD));
    Box::pin(stream)
}

/// Serves a connection; when the hall stops, `finish` tells it to take nothing more.
fn to_its_end<C>(connection: C, finish: fn(Pin<&mut C>), stopping: CancellationToken) -> Served
where
    C: Future<Output = hyper::Result<()>> + Send + 'static,
{
    Box::pin(async move {
        let mut connection = pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => return ended,
            () = stopping.cancelled() => finish(connection.as_mut()),
        }
        connection.await
    })
}

/// Serves one connection. `head` is how long its client may take to ask.
fn take(
    stream: TcpStream,
    peer: SocketAddr,
    router: &Router,
    connections: &TaskTracker,
    stopping: &CancellationToken,
    head: Duration,
) {
    // A poke is a few bytes: it must not wait for more.
    let _ = stream.set_nodelay(true);
    let (router, stopping) = (router.clone(), stopping.clone());
    let asked = Arc::new(Notify::new());
    let first = Arc::clone(&asked);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        first.notify_one();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        // By itself on the heap: its room is given back with the answer, while a stream of events goes on for hours.
        Box::pin(
            async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) },
        )
    });
    // The version is found out here, and not by a connection that could be of either: one of HTTP/1 that waits for events
    // would have room for all that HTTP/2 needs. What is on the heap is not in the task, which has room for all that it ever
    // holds as long as it lives.
    let begin = Box::pin(async move {
        let told = tokio::select! {
            told = speaks_http2(&stream) => told.ok(),
            () = tokio::time::sleep(head) => None,
            () = stopping.cancelled() => None,
        };
        let Some(http2) = told else {
            // What was looked at is read: a connection that is closed over it would be broken for its client.
            let _ = stream.try_read(&mut [0; PREFACE.len()]);
            return None;
        };
        let served: Served = if http2 {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder
                .timer(TokioTimer::new())
                .max_concurrent_streams(128)
                .keep_alive_interval(head)
                .keep_alive_timeout(head);
            let connection = builder.serve_connection(TokioIo::new(reading(stream)), service);
            to_its_end(connection, http2::Connection::graceful_shutdown, stopping)
        } else {
            let mut builder = http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(head);
            // A host that has sockets alone turns its connection into one.
            let connection = builder
                .serve_connection(TokioIo::new(reading(stream)), service)
                .with_upgrades();
            to_its_end(connection, http1::UpgradeableConnection::graceful_shutdown, stopping)
        };
        Some(served)
    });
    connections.spawn(async move {
        let Some(mut served) = begin.await else { return };
        // Also who begins a request, or a connection of HTTP/2, and never asks, goes.
        let early = tokio::select! {
            ended = &mut served => Some(ended),
            () = asked.notified() => None,
            () = tokio::time::sleep(head) => return,
        };
        let ended = match early {
            Some(ended) => ended,
            None => served.await,
        };
        if let Err(error) = ended {
            // A client that went away in the middle: its business.
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const SHORT: Duration = Duration::from_millis(40);

    /// What comes back to somebody who sends `said` and nothing more, until the connection ends.
    async fn answer_to(said: &[u8]) -> std::io::Result<Vec<u8>> {
        let slow = async || {
            tokio::time::sleep(SHORT * 3).await;
            "done"
        };
        let router = Router::new().route("/slow", get(slow));
        let connections = TaskTracker::new();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut client = TcpStream::connect(listener.local_addr()?).await?;
        client.write_all(said).await?;
        let (stream, peer) = listener.accept().await?;
        take(stream, peer, &router, &connections, &CancellationToken::new(), SHORT);
        let mut answer = Vec::new();
        tokio::time::timeout(HEAD, client.read_to_end(&mut answer)).await??;
        Ok(answer)
    }

    #[tokio::test]
    async fn who_never_asks_is_let_go() -> std::io::Result<()> {
        for said in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n", b"GET /slow HTTP/1.1\r\n"] {
            assert_eq!(answer_to(said).await?, b"");
        }
        // This one gets the settings of the protocol, and then nothing.
        assert!(
            answer_to(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
                .await?
                .len()
                < 200
        );
        Ok(())
    }

    #[tokio::test]
    async fn who_asked_gets_an_answer_however_long_it_takes() -> std::io::Result<()> {
        let answer = answer_to(b"GET /slow HTTP/1.1\r\nHost: hall\r\nConnection: close\r\n\r\n").await?;
        assert!(answer.ends_with(b"done"), "{}", String::from_utf8_lossy(&answer));
        Ok(())
    }

    /// What a hall that stops does about who has connected and said nothing, or the beginning of something.
    #[tokio::test]
    async fn who_has_not_asked_when_the_hall_stops_does_not_hold_it_up() -> std::io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (connections, stopping) = (TaskTracker::new(), CancellationToken::new());
        let mut clients = Vec::new();
        for said in [&b""[..], b"PRI * HT"] {
            let mut client = TcpStream::connect(listener.local_addr()?).await?;
            client.write_all(said).await?;
            let (stream, peer) = listener.accept().await?;
            take(stream, peer, &Router::new(), &connections, &stopping, HEAD * 600);
            clients.push(client);
        }
        stopping.cancel();
        connections.close();
        tokio::time::timeout(HEAD, connections.wait()).await?;
        Ok(())
    }

    #[tokio::test]
    async fn each_version_is_told_by_its_first_bytes_however_they_come() -> std::io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        for (parts, is_http2) in [
            (&[&b"GET / HTTP/1.1\r\n"[..]][..], false),
            (&[b"P", b"OST / HTTP/1.1\r\n"], false),
            (&[b"PRI", b" * HTTP/1.1\r\n"], false),
            (&[&PREFACE[..]], true),
            (&[b"P", b"RI * HTTP/2.0\r\n\r\nS", b"M\r\n\r\n"], true),
        ] {
            let mut client = TcpStream::connect(listener.local_addr()?).await?;
            let (mut stream, _) = listener.accept().await?;
            let says = async {
                for part in parts {
                    client.write_all(part).await?;
                    tokio::time::sleep(LOOK_AGAIN * 2).await;
                }
                Ok::<_, std::io::Error>(client)
            };
            let (told, client) = tokio::join!(speaks_http2(&stream), says);
            assert_eq!(told?, is_http2, "{parts:?}");
            drop(client?);
            let mut read = Vec::new();
            stream.read_to_end(&mut read).await?;
            assert_eq!(read, parts.concat(), "all of it is still to be read");
        }
        Ok(())
    }
}
