//! A replica as a process: started, killed so that it can finish nothing, started again.

use std::net::{Ipv4Addr, TcpListener};
use std::process::Child;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use onehall_core::ports::HttpResponse;
use reqwest::{Body, Client, RequestBuilder};
use serde::de::DeserializeOwned;

use super::Failure;
use super::hall::OneHall;
use crate::machines::{Answered, Replica};
use crate::replica::Parcel;
use crate::world::{World, lock};

/// After how long without an answer nobody waits for it any more.
const PATIENCE: Duration = Duration::from_secs(30);

/// What must not happen to a replica.
pub(super) const ENDED_BY_ITSELF: &str = "times a replica ended by itself";

/// What a proxy does not hand on: it is about one connection.
const OF_A_CONNECTION: [&str; 6] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    // What is handed on is read here as well.
    "accept-encoding",
    "keep-alive",
];

/// Whether a header is about what is asked or said, not about the connection.
pub(super) fn is_handed_on(name: &str) -> bool {
    !OF_A_CONNECTION.contains(&name)
}

/// Where a replica listens.
#[derive(Clone)]
pub(super) struct Site {
    address: String,
    client: Client,
}

impl Site {
    /// What it answers to a question, where it does.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        let asked = self.client.get(format!("{}{path}", self.address));
        let answer = asked.header("onehall-terminal", "browser").send().await.ok()?;
        serde_json::from_slice(&answer.bytes().await.ok()?).ok()
    }
}

/// A replica.
pub(super) struct Process {
    index: usize,
    port: u16,
    site: Site,
    command: OneHall,
    running: Mutex<Option<Child>>,
}

impl Process {
    pub(super) fn new(index: usize, command: OneHall) -> Result<Process, Failure> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let site = Site {
            address: format!("http://127.0.0.1:{port}"),
            client: Client::builder().no_proxy().timeout(PATIENCE).build()?,
        };
        Ok(Process {
            index,
            port,
            site,
            command,
            running: Mutex::default(),
        })
    }

    pub(super) fn site(&self) -> Site {
        self.site.clone()
    }

    fn request(&self, parcel: &Parcel) -> RequestBuilder {
        let method = match reqwest::Method::from_bytes(parcel.method.as_str().as_bytes()) {
            Ok(method) => method,
            Err(never) => panic!("a method without a name: {never}"),
        };
        let mut request = self
            .site
            .client
            .request(method, format!("{}{}", self.site.address, parcel.path));
        for (name, value) in parcel.headers.iter().filter(|(name, _)| is_handed_on(name)) {
            request = request.header(name, value);
        }
        request
    }
}

#[async_trait]
impl Replica for Process {
    fn start(&self, world: &World) {
        let mut running = lock(&self.running);
        if let Some(process) = &mut *running
            && matches!(process.try_wait(), Ok(None))
        {
            return;
        }
        world.tell(format_args!("r{} starts", self.index));
        let port = self.port.to_string();
        let started = self
            .command
            .command(&["serve", "--port", &port])
            .and_then(|mut command| command.spawn());
        match started {
            Ok(process) => *running = Some(process),
            Err(why) => world.tell(format_args!("r{} does not start: {why}", self.index)),
        }
    }

    fn crash(&self, world: &World) {
        if let Some(mut process) = lock(&self.running).take() {
            if let Ok(Some(status)) = process.try_wait() {
                world.tell(format_args!("r{} had ended: {status}", self.index));
                world.count(ENDED_BY_ITSELF);
                return;
            }
            world.tell(format_args!("r{} is killed", self.index));
            if !world.is_calm() {
                world.count("crashes of a replica");
            }
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    async fn answer(&self, parcel: Parcel) -> Answered {
        let asked = self.request(&parcel).body(parcel.body).send().await;
        let answer = match asked {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Answered::Unheard,
            Err(_) => return Answered::Unsaid,
        };
        let status = answer.status().as_u16();
        let headers = answer.headers().iter().filter_map(|(name, value)| {
            let handed_on = is_handed_on(name.as_str());
            handed_on.then(|| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
        });
        let headers = headers.collect();
        match answer.bytes().await {
            Ok(body) => Answered::Said(HttpResponse {
                status,
                headers,
                body: body.to_vec(),
            }),
            Err(_) => Answered::Unsaid,
        }
    }

    async fn stream(&self, parcel: Parcel) -> Option<BoxStream<'static, Vec<u8>>> {
        // As long as it is open.
        let asked = self.request(&parcel).timeout(Duration::from_secs(24 * 3600));
        let answer = asked.send().await.ok()?;
        let stream = answer.status().is_success().then(|| answer.bytes_stream())?;
        Some(
            stream
                .scan((), |(), piece| {
                    std::future::ready(piece.ok().map(|bytes| bytes.to_vec()))
                })
                .boxed(),
        )
    }

    async fn hear_half(&self, parcel: &Parcel) {
        if parcel.body.is_empty() {
            return;
        }
        let half = parcel.body[..parcel.body.len() / 2].to_vec();
        let torn = stream::iter([Ok(half), Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))]);
        let asked = self.request(parcel).header("content-length", parcel.body.len());
        let _ = asked.body(Body::wrap_stream(torn)).send().await;
    }

    async fn serves(&self) -> bool {
        let asked = self
            .site
            .client
            .get(format!("{}/ready", self.site.address))
            .send()
            .await;
        asked.is_ok_and(|answer| answer.status().is_success())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut process) = lock(&self.running).take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
