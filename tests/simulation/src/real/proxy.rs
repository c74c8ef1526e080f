//! What stands between a terminal and the replicas: takes its connections, hands each request to one of them as the weather lets
//! it, and cuts the connection where the weather does not: before an answer, or in the middle of one.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use futures::stream::{self, BoxStream, StreamExt};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use onehall_core::ports::{HttpResponse, Method};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

use super::process::is_handed_on;
use crate::network::{Lost, carry};
use crate::replica::Parcel;
use crate::world::World;

/// Between two looks at the network while nothing comes.
const LOOK: Duration = Duration::from_millis(100);

/// The longest body that anybody sends.
const MOST_BYTES: usize = 64 << 20;

/// The connection is cut.
type Cut = std::io::Error;

fn cut() -> Cut {
    std::io::Error::from(std::io::ErrorKind::ConnectionReset)
}

/// Takes the connections of a terminal at `door` from now on.
pub(super) fn open(world: &Arc<World>, terminal: usize, door: std::net::TcpListener) -> std::io::Result<()> {
    door.set_nonblocking(true)?;
    let door = TcpListener::from_std(door)?;
    let world = Arc::clone(world);
    tokio::spawn(async move {
        loop {
            if let Ok((connection, _)) = door.accept().await {
                tokio::spawn(serve(Arc::clone(&world), terminal, connection));
            }
        }
    });
    Ok(())
}

async fn serve(world: Arc<World>, terminal: usize, connection: TcpStream) {
    let _ = connection.set_nodelay(true);
    let service = hyper::service::service_fn(move |request| answer(Arc::clone(&world), terminal, request));
    // Where the service has no answer, hyper closes the connection without one.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(connection), service)
        .await;
}

async fn answer(world: Arc<World>, terminal: usize, request: Request<Incoming>) -> Result<Response<Body>, Cut> {
    let parcel = parcel(request).await?;
    let streams = parcel
        .header("accept")
        .is_some_and(|accept| accept.starts_with("text/event-stream"));
    if streams {
        return follow(world, terminal, parcel).await;
    }
    match carry(&world, terminal, parcel).await {
        Ok(said) => {
            let body = Body::from(said.body.clone());
            response(&said, body)
        }
        Err(Lost::OnItsWay(said)) if said.body.len() > 1 => {
            world.count("connections cut in the middle of an answer");
            let half = said.body[..said.body.len() / 2].to_vec();
            let torn = stream::iter([Ok(half), Err(cut())]).then(|piece| async {
                // What came before the cut is on its way already.
                tokio::task::yield_now().await;
                piece
            });
            let mut response = response(&said, Body::from_stream(torn))?;
            response.headers_mut().insert("content-length", said.body.len().into());
            Ok(response)
        }
        Err(_) => {
            world.count("connections cut before an answer");
            Err(cut())
        }
    }
}

async fn parcel(request: Request<Incoming>) -> Result<Parcel, Cut> {
    let (parts, body) = request.into_parts();
    let method = match parts.method.as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => return Err(cut()),
    };
    let headers = parts.headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let body = axum::body::to_bytes(Body::new(body), MOST_BYTES)
        .await
        .map_err(|_| cut())?;
    Ok(Parcel {
        method,
        path: parts
            .uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string),
        headers: headers.filter(|(name, _)| is_handed_on(name)).collect(),
        body: body.to_vec(),
    })
}

fn response(said: &HttpResponse, body: Body) -> Result<Response<Body>, Cut> {
    let mut response = Response::builder().status(said.status);
    for (name, value) in &said.headers {
        response = response.header(name, value);
    }
    response.body(body).map_err(|_| cut())
}

/// Hands a stream of pokes on, until the weather breaks it or the replica does. Of its frames some get lost.
async fn follow(world: Arc<World>, terminal: usize, parcel: Parcel) -> Result<Response<Body>, Cut> {
    let (replica, delay) = world.network.route();
    sleep(world.span(delay)).await;
    if world.network.is_cut(terminal, replica) {
        return Err(cut());
    }
    let Some(stream) = world.replicas[replica].stream(parcel).await else {
        return Err(cut());
    };
    world.tell(format_args!("t{terminal} listens at r{replica}"));
    let follower = Follower {
        world,
        terminal,
        replica,
        stream,
        text: String::new(),
    };
    let frames = stream::unfold(follower, |mut follower| async {
        let frame = follower.next().await?;
        Some((Ok::<_, Cut>(frame), follower))
    });
    Response::builder()
        .header("content-type", "text/event-stream")
        .body(Body::from_stream(frames))
        .map_err(|_| cut())
}

struct Follower {
    world: Arc<World>,
    terminal: usize,
    replica: usize,
    stream: BoxStream<'static, Vec<u8>>,
    text: String,
}

impl Follower {
    /// What comes next: a frame, or what is no poke.
    async fn next(&mut self) -> Option<String> {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let frame: String = self.text.drain(..end + 2).collect();
                if !frame.contains("data: ") {
                    return Some(frame);
                }
                let pokes = self.world.network.pokes();
                if pokes.is_empty() {
                    self.world.count("pokes lost");
                    continue;
                }
                for delay in &pokes {
                    sleep(self.world.span(*delay)).await;
                }
                return Some(frame.repeat(pokes.len()));
            }
            match timeout(LOOK, self.stream.next()).await {
                Ok(Some(bytes)) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                Ok(None) => return None,
                Err(_) => {}
            }
            if self.world.network.is_cut(self.terminal, self.replica) {
                return None;
            }
        }
    }
}
