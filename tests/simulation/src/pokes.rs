//! The stream of pokes of a terminal: opened at a replica, broken with it or with the network, opened again.

use std::time::Duration;

use futures::StreamExt;
use onehall_core::ports::{Method, PokeListener, PokeSignal, Pokes, StreamHandle};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use crate::host::{BASE_URL, Life, Ports};
use crate::replica::Parcel;

/// Between two looks at the network while nothing comes.
const LOOK: Duration = Duration::from_secs(1);

/// After how long a broken stream is opened again.
const AGAIN: Duration = Duration::from_secs(2);

struct Handle(Option<AbortHandle>);

impl StreamHandle for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.abort();
        }
    }
}

impl Pokes for Ports {
    fn listen(
        &self,
        url: &str,
        headers: Vec<(&'static str, String)>,
        listener: Box<PokeListener>,
    ) -> Box<dyn StreamHandle> {
        let cookies = self.cookies();
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value));
        let parcel = Parcel {
            method: Method::Get,
            path: url.strip_prefix(BASE_URL).unwrap_or(url).to_owned(),
            headers: headers.chain(cookies).collect(),
            body: Vec::new(),
        };
        let ports = self.clone();
        Box::new(Handle(self.0.run(async move {
            loop {
                follow(&ports.0, &parcel, &listener).await;
                listener(PokeSignal::Broken);
                sleep(AGAIN).await;
            }
        })))
    }
}

/// Listens until the stream breaks.
async fn follow(life: &Life, parcel: &Parcel, listener: &PokeListener) {
    let world = &life.world;
    let (replica, delay) = world.network.route();
    sleep(Duration::from_millis(delay)).await;
    if world.network.is_cut(life.terminal, replica) {
        return;
    }
    let Some(mut stream) = world.replicas[replica].stream(parcel.clone()).await else {
        return;
    };
    world.tell(format_args!("t{} listens at r{replica}", life.terminal));
    listener(PokeSignal::Open);
    let mut text = String::new();
    loop {
        match timeout(LOOK, stream.next()).await {
            Ok(Some(bytes)) => text.push_str(&String::from_utf8_lossy(&bytes)),
            Ok(None) => return,
            Err(_) => {}
        }
        if world.network.is_cut(life.terminal, replica) {
            return;
        }
        while let Some(end) = text.find("\n\n") {
            let frame: String = text.drain(..end + 2).collect();
            if let Some(poke) = frame.lines().find_map(|line| line.strip_prefix("data: ")) {
                let delays = world.network.pokes();
                match delays.len() {
                    0 => world.count("pokes lost"),
                    1 => {}
                    _ => world.count("pokes doubled"),
                }
                for delay in delays {
                    sleep(Duration::from_millis(delay)).await;
                    world.tell(format_args!("t{} is poked: {poke}", life.terminal));
                    listener(PokeSignal::Poke(poke.to_owned()));
                }
            }
        }
    }
}
