//! The server: takes connections until it is told to stop, then finishes what it took.

use std::convert::Infallible;
use std::net::SocketAddr;
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
use tower::ServiceExt;

use crate::cases;
use crate::state::AppState;

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
    let by_itself = tokio::spawn(cases::watch(state.clone()));
    tokio::pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => take(stream, peer, &router, &connections),
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
    by_itself.abort();
    state.stopping.cancel();
    state.events.close();
    let patience = Duration::from_secs(state.config.stop_within);
    let finished = tokio::time::timeout(patience, connections.shutdown()).await.is_ok();
    if !finished {
        tracing::warn!("some requests were not finished in time");
    }
    state.storage.close().await;
    finished
}

fn take(stream: TcpStream, peer: SocketAddr, router: &Router, connections: &GracefulShutdown) {
    // A poke is a few bytes: it must not wait for more.
    let _ = stream.set_nodelay(true);
    let router = router.clone();
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(128);
    let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
    let watched = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = watched.await {
            // A client that went away in the middle: its business.
            tracing::debug!(%error, "a connection ended early");
        }
    });
}
