//! The server: takes connections until it is told to stop, then finishes what it took.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::events::relay::Relay;
use crate::state::AppState;
use crate::{cases, drafts, files, insight, sync};

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(10);
/// How long to wait when the machine has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// Serves `router` on `listener` until `stop` resolves. Then no connection is taken any more, streams of events end,
/// requests that were begun are finished (for as long as the configuration allows), and the store is closed: what was
/// acknowledged is kept, and what was not is not half done.
///
/// True if everything was finished in time.
pub async fn serve(listener: TcpListener, router: Router, state: AppState, stop: impl Future<Output = ()>) -> bool {
    let connections = GracefulShutdown::new();
    let relay = Relay::begin(&state);
    let by_itself = [
        tokio::spawn(cases::watch(state.clone())),
        tokio::spawn(drafts::watch(state.clone())),
        tokio::spawn(insight::watch(state.clone())),
        tokio::spawn(files::sweep::watch(state.clone())),
        tokio::spawn(sync::watch(state.clone())),
    ];
    tokio::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => take(stream, peer, &router, &connections, HEAD),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(NO_ROOM).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    tracing::info!(connections = connections.count(), "stopping");
    by_itself.iter().for_each(tokio::task::JoinHandle::abort);
    state.stopping.cancel();
    state.events.close();
    let patience = Duration::from_secs(state.config.stop_within);
    let finished = tokio::time::timeout(patience, connections.shutdown()).await.is_ok();
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

/// Serves one connection. `head` is how long its client may take to ask.
fn take(stream: TcpStream, peer: SocketAddr, router: &Router, connections: &GracefulShutdown, head: Duration) {
    // A poke is a few bytes: it must not wait for more.
    let _ = stream.set_nodelay(true);
    let router = router.clone();
    let asked = Arc::new(Notify::new());
    let first = Arc::clone(&asked);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        first.notify_one();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(128)
        .keep_alive_interval(head)
        .keep_alive_timeout(head);
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    // On the heap by itself: a task that pins what it was given has room for it twice, for as long as a stream is open.
    let mut watched = Box::pin(connections.watch(connection));
    tokio::spawn(async move {
        // The limits on heads begin when the version of HTTP is known: who never says it, or never asks, goes here.
        let early = tokio::select! {
            ended = &mut watched => Some(ended),
            () = asked.notified() => None,
            () = tokio::time::sleep(head) => return,
        };
        let ended = match early {
            Some(ended) => ended,
            None => watched.await,
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
        let connections = GracefulShutdown::new();
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut client = TcpStream::connect(listener.local_addr()?).await?;
        client.write_all(said).await?;
        let (stream, peer) = listener.accept().await?;
        take(stream, peer, &router, &connections, SHORT);
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
}
