//! A replica of the hall: the real router over the common store. It can crash at any moment between two steps of a request.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use futures::StreamExt;
use futures::stream::BoxStream;
use onehall_backend::http;
use onehall_backend::state::AppState;
use onehall_core::ports::{HttpResponse, Method};
use tokio::task::AbortHandle;
use tower::ServiceExt;

use crate::chance::Chance;
use crate::hall::Hall;
use crate::machines::{Answered, Replica};
use crate::world::{World, lock};

/// How far the clock of a replica may be off, in milliseconds: they are kept right, but not exactly.
const MOST_SKEW: u64 = 1_500;

/// A request on its way.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub(crate) method: Method,
    /// Path and query.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Parcel {
    /// The value of a header by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    fn request(self) -> Option<Request<Body>> {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(&self.path)
            .header("host", "hall.test");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::from(self.body)).ok()?;
        let peer = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 40_000);
        request.extensions_mut().insert(ConnectInfo(peer));
        Some(request)
    }
}

/// A replica in this process.
pub(crate) struct Simulated {
    hall: Arc<Hall>,
    index: usize,
    skew_ms: i64,
    running: Mutex<Option<Running>>,
}

struct Running {
    router: Router,
    state: AppState,
    tasks: Vec<AbortHandle>,
}

impl Simulated {
    pub(crate) fn new(seed: u64, index: usize, hall: &Arc<Hall>) -> Simulated {
        let mut chance = Chance::new(seed, &format!("replica {index}"));
        Simulated {
            hall: Arc::clone(hall),
            index,
            skew_ms: chance.below(2 * MOST_SKEW + 1) as i64 - MOST_SKEW as i64,
            running: Mutex::default(),
        }
    }
}

#[async_trait]
impl Replica for Simulated {
    fn start(&self, world: &World) {
        let mut running = lock(&self.running);
        if running.is_some() {
            return;
        }
        world.tell(format_args!("r{} starts", self.index));
        let state = self.hall.state(self.skew_ms);
        let router = http::router(state.clone()).unwrap_or_else(|error| panic!("no router: {error:?}"));
        *running = Some(Running {
            router,
            state,
            tasks: Vec::new(),
        });
    }

    fn crash(&self, world: &World) {
        if let Some(running) = lock(&self.running).take() {
            world.tell(format_args!("r{} crashes", self.index));
            if !world.is_calm() {
                world.count("crashes of a replica");
            }
            running.tasks.iter().for_each(AbortHandle::abort);
            running.state.events.close();
        }
    }

    async fn answer(&self, parcel: Parcel) -> Answered {
        let task = {
            let mut running = lock(&self.running);
            let Some(running) = running.as_mut() else {
                return Answered::Unheard;
            };
            let task = tokio::spawn(answer(running.router.clone(), parcel));
            running.tasks.retain(|task| !task.is_finished());
            running.tasks.push(task.abort_handle());
            task
        };
        task.await.ok().flatten().map_or(Answered::Unsaid, Answered::Said)
    }

    async fn stream(&self, parcel: Parcel) -> Option<BoxStream<'static, Vec<u8>>> {
        let router = lock(&self.running).as_ref()?.router.clone();
        let response = router.oneshot(parcel.request()?).await.ok()?;
        let stream = response
            .status()
            .is_success()
            .then(|| response.into_body().into_data_stream())?;
        let whole = |piece: Result<axum::body::Bytes, _>| std::future::ready(piece.ok().map(|bytes| bytes.to_vec()));
        Some(stream.scan((), move |(), piece| whole(piece)).boxed())
    }
}

/// Has a replica answer (nothing where it does not run, or crashes before it could), and writes down what it was asked and said.
pub(crate) async fn serve(world: &World, replica: usize, mut parcel: Parcel) -> Option<HttpResponse> {
    let (asked, arrived) = (parcel.clone(), world.moment());
    if let Some(bug) = world.plan.bug {
        bug.on_arrival(world, &mut parcel);
    }
    let mut answer = match world.replicas[replica].answer(parcel).await {
        Answered::Unheard => return None,
        Answered::Unsaid => None,
        Answered::Said(answer) => Some(answer),
    };
    if answer.is_none() {
        world.count("requests that a crash broke off");
    }
    if let (Some(bug), Some(answer)) = (world.plan.bug, &mut answer) {
        bug.on_answer(&asked, answer);
    }
    world
        .history()
        .answered(&asked, answer.as_ref(), (arrived, world.moment()));
    answer
}

async fn answer(router: Router, parcel: Parcel) -> Option<HttpResponse> {
    let response = router.oneshot(parcel.request()?).await.ok()?;
    let (parts, body) = response.into_parts();
    let headers = parts.headers.iter().filter_map(|(name, value)| {
        // A number of the machine's own, which says nothing.
        let said = name.as_str() != "x-request-id";
        said.then(|| (name.as_str().to_owned(), value.to_str().unwrap_or_default().to_owned()))
    });
    Some(HttpResponse {
        status: parts.status.as_u16(),
        headers: headers.collect(),
        body: axum::body::to_bytes(body, usize::MAX).await.ok()?.to_vec(),
    })
}
