//! Promises of the outbox over whole cores: a journal that goes from one to the next, a clock that stands, and a hall whose
//! answers get lost.

#[cfg(feature = "native")]
mod killed;
mod promises;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::channel::oneshot;
use futures::future::FutureExt;
use onehall_client::citizen::Reply;
use onehall_client::{Event, Queued};
use onehall_protocol::CoreError;
use onehall_protocol::identity::TerminalKind;
use serde_json::{Value, json};

use crate::platform::memory::MemoryJournal;
use crate::ports::{Host, Http, HttpRequest, HttpResponse, Journal, Method, NoAnswer, NotKept};
use crate::testing::{AT, CASE, DRAFT, Machine, answer, case, command, problem, session, text, told_by};
use crate::{Core, lock};

/// A hall of one citizen's drafts, as far as these tests need one.
#[derive(Default)]
struct Hall {
    /// What had an effect, under its key: the body, and the reply.
    taken: BTreeMap<String, (Vec<u8>, Value)>,
    /// Every key that came, in order.
    came: Vec<String>,
    /// Attempts that were ended.
    ended: Vec<String>,
    /// The revision of the draft.
    revision: u64,
    /// Whether a draft that is submitted takes no answers any more.
    closes: bool,
    /// What is answered to the question as whom the citizen was known before.
    was: Option<(u16, Value)>,
    /// What is answered instead of taking anything.
    refuses: Option<(u16, Value)>,
}

/// How the network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Network {
    #[default]
    Well,
    /// It is known that nothing leaves the terminal.
    Off,
    /// Nothing arrives, and nobody knows that.
    Gone,
    /// Everything arrives, and no answer comes back.
    Deaf,
}

/// Everything around the cores; shared by those that start on it one after the other.
#[derive(Default)]
struct World {
    hall: Mutex<Hall>,
    network: Mutex<Network>,
    /// Who is logged in, by the last digit of their id; nobody.
    person: Mutex<Option<u8>>,
    machine: Arc<Machine>,
}

fn person_id(person: u8) -> String {
    format!("01935a00-0000-7000-8000-00000000000{person}")
}

impl World {
    fn answer(&self, request: &HttpRequest) -> (u16, Value) {
        let Some(person) = *lock(&self.person) else {
            return problem(401, "identity/not_logged_in");
        };
        let meant = request.headers.iter().find(|(name, _)| *name == "onehall-citizen");
        if meant.is_some_and(|(_, meant)| *meant != person_id(person)) {
            return problem(401, "identity/not_logged_in");
        }
        let path = request.url.trim_start_matches("/api/v1");
        let mut hall = lock(&self.hall);
        match (request.method, path) {
            (Method::Get, "/identity/session") => (200, session(&person_id(person))),
            (Method::Delete, "/identity/session") => (204, Value::Null),
            (Method::Get, "/account/merging") if hall.was.is_some() => hall.was.clone().unwrap_or_default(),
            (Method::Patch, _) if hall.closes && !hall.taken.is_empty() => problem(409, "drafts/submitted"),
            (Method::Patch, _) => {
                hall.revision += 1;
                hall.came.push("draft".to_owned());
                (200, json!({"revision": hall.revision, "saved_at": AT}))
            }
            (Method::Delete, _) if path.starts_with("/attempts/") => {
                let key = path.trim_start_matches("/attempts/");
                match hall.taken.get(key) {
                    Some((_, reply)) => (200, json!({ "case_id": reply.get("case_id").unwrap_or(&reply["id"]) })),
                    None => {
                        hall.ended.push(key.to_owned());
                        (200, json!({}))
                    }
                }
            }
            (Method::Post, _) => {
                let header = |name: &str| request.headers.iter().find(|(other, _)| *other == name);
                let key = header("idempotency-key")
                    .map(|(_, key)| key.clone())
                    .unwrap_or_default();
                let body = request.body.clone().unwrap_or_default();
                hall.came.push(key.clone());
                if let Some((before, reply)) = hall.taken.get(&key) {
                    return if *before == body {
                        (200, reply.clone())
                    } else {
                        problem(409, "request/idempotency_conflict")
                    };
                }
                if let Some(refusal) = &hall.refuses {
                    return refusal.clone();
                }
                let sent: Value = serde_json::from_slice(&body).unwrap_or_default();
                let reply = if path.ends_with("/submission") {
                    if sent["revision"] != hall.revision {
                        return problem(409, "drafts/moved");
                    }
                    let case = format!("01935a00-0000-7000-8000-{:012x}", 0xe000 + hall.taken.len());
                    json!({"case_id": case, "number": "LC-1", "item": "passport", "item_name": text(), "submitted_at": AT,
                        "key": key, "transcript": sent["transcript"]})
                } else {
                    case("withdrawn", 2)
                };
                hall.taken.insert(key, (body, reply.clone()));
                (201, reply)
            }
            _ => problem(404, "request/not_found"),
        }
    }

    /// Lets time pass.
    fn pass(&self, millis: i64) {
        self.machine.pass(millis);
    }

    fn network(&self, network: Network) {
        *lock(&self.network) = network;
    }

    /// The effects that the hall has: the keys.
    fn taken(&self) -> Vec<String> {
        lock(&self.hall).taken.keys().cloned().collect()
    }
}

#[async_trait]
impl Http for World {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let network = *lock(&self.network);
        if matches!(network, Network::Off | Network::Gone) {
            return Err(NoAnswer);
        }
        let given = self.answer(&request);
        if network == Network::Deaf {
            return Err(NoAnswer);
        }
        Ok(answer(given))
    }

    fn may_leave(&self) -> bool {
        *lock(&self.network) != Network::Off
    }
}

/// A disk that is full.
struct Full;

#[async_trait]
impl Journal for Full {
    async fn keep(&self, _: &str, _: Vec<u8>) -> Result<(), NotKept> {
        Err(NotKept)
    }
    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept> {
        Ok(Vec::new())
    }
    async fn forget(&self, _: &str) {}
    async fn erase(&self) {}
}

/// A disk that takes its time to say what is on it.
struct Slow {
    journal: Arc<MemoryJournal>,
    until: Mutex<Option<oneshot::Receiver<()>>>,
}

#[async_trait]
impl Journal for Slow {
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept> {
        self.journal.keep(key, value).await
    }
    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept> {
        let until = lock(&self.until).take();
        if let Some(until) = until {
            let _ = until.await;
        }
        self.journal.kept().await
    }
    async fn forget(&self, key: &str) {
        self.journal.forget(key).await;
    }
    async fn erase(&self) {
        self.journal.erase().await;
    }
}

/// A terminal whose journal outlives the cores that run on it.
struct Place {
    world: Arc<World>,
    journal: Arc<MemoryJournal>,
    kind: TerminalKind,
}

/// A core, and what it told.
struct Running {
    core: Core,
    world: Arc<World>,
    told: Arc<Mutex<Vec<Event>>>,
}

impl Place {
    fn new(kind: TerminalKind) -> Place {
        let world = Arc::new(World::default());
        *lock(&world.person) = Some(1);
        lock(&world.hall).revision = 3;
        Place {
            world,
            journal: Arc::default(),
            kind,
        }
    }

    /// Starts a core, as a page that is opened by who is logged in.
    fn start(&self) -> Running {
        self.start_over(self.journal.clone())
    }

    fn start_over(&self, journal: Arc<dyn Journal>) -> Running {
        let running = self.open(journal);
        let _ = running.ask(json!({"restore_session": {}}));
        running
    }

    /// Starts a core that does not know yet who is logged in.
    fn open(&self, journal: Arc<dyn Journal>) -> Running {
        let host = Host {
            journal: Some(journal),
            ..self.world.machine.host(self.world.clone())
        };
        let core = Core::new(host, "", self.kind);
        let told = told_by(&core);
        Running {
            core,
            world: self.world.clone(),
            told,
        }
    }

    /// The terminal dies: what ran on it does not go on.
    fn die(&self, running: Running) {
        self.world.machine.die();
        drop(running);
    }

    /// The keys of what is kept.
    fn kept(&self) -> Vec<String> {
        let kept = self.journal.kept().now_or_never().unwrap_or_else(|| panic!("it waits"));
        kept.into_iter().flatten().map(|(key, _)| key).collect()
    }
}

impl Running {
    /// Asks, as over a bridge: the command as JSON.
    fn ask(&self, asked: Value) -> Result<Reply, CoreError> {
        self.world.machine.wait(self.core.dispatch(command(asked)), 500)
    }

    /// The reply as it goes over a bridge.
    fn told(&self, command: Value) -> Value {
        match self.ask(command) {
            Ok(reply) => {
                let reply = serde_json::to_value(reply).unwrap_or_default();
                reply
                    .as_object()
                    .and_then(|reply| reply.values().next().cloned())
                    .unwrap_or_default()
            }
            Err(error) => json!({ "error": error.code.as_str() }),
        }
    }

    fn submit(&self, key: u8) -> Value {
        let submission = json!({"revision": 3, "as_of": "2026-11-26", "engine": 1, "transcript": "00"});
        self.told(
            json!({"submit": {"id": DRAFT, "submission": submission, "key": key_text(key),
            "wait_as": {"zh-CN": "护照", "en": "Passport"}}}),
        )
    }

    fn withdraw(&self) -> Value {
        self.told(
            json!({"withdraw": {"id": CASE, "withdrawal": {"version": 1, "reason": "r"},
            "wait_as": {"zh-CN": "护照", "en": "Passport"}}}),
        )
    }

    fn list(&self) -> Vec<Queued> {
        match self.ask(json!({"list_queued": {}})) {
            Ok(Reply::ListQueued(list)) => list,
            other => panic!("{other:?}"),
        }
    }

    /// What was told to have arrived.
    fn sent(&self) -> usize {
        let told = lock(&self.told);
        told.iter()
            .filter(|event| matches!(event, Event::OutboxSent { .. }))
            .count()
    }
}

fn key_text(key: u8) -> String {
    format!("01935a00-0000-7000-8000-0000000001{key:02}")
}
