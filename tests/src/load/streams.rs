//! Streams of events that are open: HTTP by hand, so that fifteen thousand of them cost the load next to nothing.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::stream::{self, StreamExt, TryStreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::crowd;
use crate::{Failure, Outcome};

/// Streams that are opened side by side.
const SIDE_BY_SIDE: usize = 64;

/// What is read at once. A poke is some 80 bytes.
const BUFFER: usize = 512;

/// Open streams. They end with this.
#[derive(Debug, Default)]
pub struct Streams {
    reading: JoinSet<()>,
    ended: Arc<AtomicUsize>,
}

impl Streams {
    /// How many were open and are not any more.
    #[must_use]
    pub fn ended(&self) -> usize {
        self.ended.load(Ordering::Relaxed)
    }

    /// Opens one more stream for each of these cookies. Gives for each of the first `watched` where its pokes arrive.
    ///
    /// # Errors
    /// One is not opened.
    pub async fn open(
        &mut self,
        port: u16,
        path: &str,
        cookies: &[String],
        watched: usize,
    ) -> Outcome<Vec<mpsc::UnboundedReceiver<()>>> {
        let mut opened = stream::iter(cookies.iter().enumerate())
            .map(|(number, cookie)| open(crowd::address(number), port, path, cookie))
            .buffered(SIDE_BY_SIDE);
        let mut pokes = Vec::new();
        while let Some(stream) = opened.try_next().await? {
            let tell = (pokes.len() < watched).then(|| {
                let (tell, told) = mpsc::unbounded_channel();
                pokes.push(told);
                tell
            });
            let ended = Arc::clone(&self.ended);
            self.reading.spawn(async move {
                read(stream, tell).await;
                ended.fetch_add(1, Ordering::Relaxed);
            });
        }
        Ok(pokes)
    }
}

/// Opens a stream and waits for the beginning of its answer.
async fn open(from: Ipv4Addr, port: u16, path: &str, cookie: &str) -> Outcome<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((from, 0)))?;
    let mut stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let ask = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\nAccept-Language: zh-CN\r\n\
         OneHall-Terminal: browser\r\nCookie: {cookie}\r\n\r\n"
    );
    stream.write_all(ask.as_bytes()).await?;
    let mut answer = Vec::new();
    while !contains(&answer, b": connected") {
        let mut some = [0; BUFFER];
        let read = stream.read(&mut some).await?;
        if read == 0 || (answer.len() > 12 && !answer.starts_with(b"HTTP/1.1 200")) {
            return Err(Failure::from(format!(
                "no stream: {}",
                String::from_utf8_lossy(&answer)
            )));
        }
        answer.extend_from_slice(&some[..read]);
    }
    Ok(stream)
}

/// Reads until the stream ends; tells of each poke.
async fn read(stream: TcpStream, tell: Option<mpsc::UnboundedSender<()>>) {
    loop {
        // Waiting holds no buffer.
        if stream.readable().await.is_err() {
            return;
        }
        let mut some = [0; BUFFER];
        match stream.try_read(&mut some) {
            Ok(0) => return,
            Ok(read) => {
                if let Some(tell) = &tell
                    && contains(&some[..read], b"event: poke")
                {
                    let _ = tell.send(());
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
