//! The ports of a terminal. What they keep outlives the core; everything else ends with it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use onehall_core::Core;
use onehall_core::ports::{
    BoxFuture, Clock, EventListener, Host, Http, HttpRequest, HttpResponse, Journal, Method, NoAnswer, NoSecret,
    NotKept, SecretStore, Spawner, Store, StoreError, Timer, Write, is_terminals, scanned,
};
use onehall_protocol::Timestamp;
use onehall_protocol::identity::TerminalKind;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::bugs::Bug;
use crate::chance::{Chance, Numbers};
use crate::machines::{Client, Machine, On};
use crate::network::carry;
use crate::replica::Parcel;
use crate::world::{World, lock};

/// Where the hall is.
pub(crate) const BASE_URL: &str = "http://hall.test";

/// A browser keeps a cookie, a mini-app a token, the others tokens that are bound to a key of theirs.
const KINDS: [TerminalKind; 4] = [
    TerminalKind::Browser,
    TerminalKind::Desktop,
    TerminalKind::Mobile,
    TerminalKind::MiniApp,
];

/// A terminal in this process.
pub(crate) struct Simulated {
    index: usize,
    kind: TerminalKind,
    disk: Arc<Disk>,
}

impl Simulated {
    pub(crate) fn new(index: usize) -> Simulated {
        Simulated {
            index,
            kind: KINDS[index % KINDS.len()],
            disk: Arc::default(),
        }
    }
}

#[async_trait]
impl Machine for Simulated {
    fn switch_on(&self, world: &Arc<World>, number: u64, listener: Box<EventListener>) -> On {
        let life = Life::new(world, self.index, &self.disk, number);
        let ports = Arc::new(Ports(Arc::clone(&life)));
        let name = format!("terminal {} numbers {number}", self.index);
        let host = Host {
            http: ports.clone(),
            pokes: ports.clone(),
            store: ports.clone(),
            journal: Some(ports.clone()),
            clock: ports.clone(),
            timer: ports.clone(),
            spawner: ports.clone(),
            rng: Arc::new(Numbers::new(Chance::new(world.plan.seed, &name))),
            secrets: match self.kind {
                TerminalKind::Browser => None,
                _ => Some(ports),
            },
            later: None,
        };
        let core = Core::new(host, BASE_URL, self.kind);
        core.subscribe(listener);
        On {
            core: Client::Here(core),
            off: Box::new(move || life.end()),
        }
    }

    async fn unsent(&self, _core: Option<Client>) -> Vec<String> {
        lock(&self.disk.journal).keys().cloned().collect()
    }
}

/// What stays on a terminal whatever becomes of its core.
#[derive(Default)]
pub(crate) struct Disk {
    store: Mutex<BTreeMap<String, Vec<u8>>>,
    journal: Mutex<BTreeMap<String, Vec<u8>>>,
    secrets: Mutex<BTreeMap<String, String>>,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// One life of a core, from its start to its death.
pub(crate) struct Life {
    pub(crate) world: Arc<World>,
    pub(crate) terminal: usize,
    pub(crate) disk: Arc<Disk>,
    /// How far the clock is off, and how far it drifts, in milliseconds for each second.
    clock: (i64, i64),
    chance: Mutex<Chance>,
    alive: AtomicBool,
    tasks: Mutex<Vec<AbortHandle>>,
}

impl Life {
    pub(crate) fn new(world: &Arc<World>, terminal: usize, disk: &Arc<Disk>, number: u64) -> Arc<Life> {
        let mut chance = Chance::new(world.plan.seed, &format!("terminal {terminal} life {number}"));
        let hour = 3_600_000;
        let clock = (
            chance.below(2 * hour + 1) as i64 - hour as i64,
            chance.below(5) as i64 - 2,
        );
        Arc::new(Life {
            world: Arc::clone(world),
            terminal,
            disk: Arc::clone(disk),
            clock,
            chance: Mutex::new(chance),
            alive: AtomicBool::new(true),
            tasks: Mutex::default(),
        })
    }

    /// Runs something that ends with this life.
    pub(crate) fn run(&self, work: impl Future<Output = ()> + Send + 'static) -> Option<AbortHandle> {
        if !self.is_alive() {
            return None;
        }
        let task = tokio::spawn(work).abort_handle();
        let mut tasks = lock(&self.tasks);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task.clone());
        Some(task)
    }

    pub(crate) fn end(&self) {
        self.alive.store(false, Ordering::Relaxed);
        lock(&self.tasks).drain(..).for_each(|task| task.abort());
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Relaxed)
    }

    /// The disk takes its time, before or after it did what it was asked. Who is dead does nothing any more.
    async fn disk_turns(&self) {
        let millis = {
            let mut chance = lock(&self.chance);
            if chance.happens(500) { chance.spread(1, 30) } else { 0 }
        };
        if millis > 0 {
            sleep(Duration::from_millis(millis)).await;
        }
        if !self.is_alive() {
            std::future::pending::<()>().await;
        }
    }
}

/// The ports, all over one life.
#[derive(Clone)]
pub(crate) struct Ports(pub(crate) Arc<Life>);

impl Ports {
    /// What a browser adds to a request.
    pub(crate) fn cookies(&self) -> Option<(String, String)> {
        let cookies = lock(&self.0.disk.cookies);
        let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| ("cookie".to_owned(), pairs.join("; ")))
    }
}

#[async_trait]
impl Http for Ports {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let life = &self.0;
        let path = request.url.strip_prefix(BASE_URL).unwrap_or(&request.url).to_owned();
        let mut headers: Vec<(String, String)> = request
            .headers
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        headers.extend(self.cookies());
        if life.world.plan.bug == Some(Bug::JournalForgottenBeforeTheAnswer) && request.method == Method::Patch {
            let about = path.rsplit('/').next().unwrap_or_default();
            lock(&life.disk.journal).retain(|key, _| !key.contains(about));
        }
        let parcel = Parcel {
            method: request.method,
            path,
            headers,
            body: request.body.unwrap_or_default(),
        };
        let answer = carry(&life.world, life.terminal, parcel).await.map_err(|_| NoAnswer)?;
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = cookie.split(';').next().and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = pair {
                let mut cookies = lock(&life.disk.cookies);
                if value.is_empty() {
                    cookies.remove(name);
                } else {
                    cookies.insert(name.to_owned(), value.to_owned());
                }
            }
        }
        Ok(answer)
    }
}

#[async_trait]
impl Store for Ports {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.disk_turns().await;
        Ok(lock(&self.0.disk.store).get(key).cloned())
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.0.disk_turns().await;
        let begins = scanned(prefix);
        let store = lock(&self.0.disk.store);
        let found = store
            .range(begins.clone()..)
            .take_while(|(key, _)| key.starts_with(&begins));
        Ok(found.map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    async fn batch(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.0.disk_turns().await;
        {
            let mut store = lock(&self.0.disk.store);
            for write in writes {
                match write {
                    Write::Put { key, value } => store.insert(key, value),
                    Write::Delete { key } => store.remove(&key),
                };
            }
        }
        self.0.disk_turns().await;
        Ok(())
    }

    async fn erase(&self) -> Result<(), StoreError> {
        self.0.disk_turns().await;
        lock(&self.0.disk.store).retain(|key, _| is_terminals(key));
        Ok(())
    }
}

#[async_trait]
impl Journal for Ports {
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept> {
        self.0.disk_turns().await;
        lock(&self.0.disk.journal).insert(key.to_owned(), value);
        self.0.disk_turns().await;
        Ok(())
    }

    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept> {
        self.0.disk_turns().await;
        let kept = lock(&self.0.disk.journal);
        Ok(kept.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    async fn forget(&self, key: &str) {
        self.0.disk_turns().await;
        lock(&self.0.disk.journal).remove(key);
        self.0.disk_turns().await;
    }

    async fn erase(&self) {
        self.0.disk_turns().await;
        lock(&self.0.disk.journal).clear();
    }
}

#[async_trait]
impl SecretStore for Ports {
    async fn get(&self, name: &str) -> Result<Option<String>, NoSecret> {
        self.0.disk_turns().await;
        Ok(lock(&self.0.disk.secrets).get(name).cloned())
    }

    async fn put(&self, name: &str, secret: String) {
        self.0.disk_turns().await;
        lock(&self.0.disk.secrets).insert(name.to_owned(), secret);
    }

    async fn delete(&self, name: &str) {
        self.0.disk_turns().await;
        lock(&self.0.disk.secrets).remove(name);
    }
}

impl Clock for Ports {
    fn now(&self) -> Timestamp {
        let (offset, drift) = self.0.clock;
        let drifted = i64::try_from(self.0.world.now()).unwrap_or(0) * drift / 1000;
        Timestamp::from_unix_millis(self.0.world.moment().unix_millis() + offset + drifted)
    }
}

impl Timer for Ports {
    fn sleep(&self, millis: u32) -> BoxFuture<'static, ()> {
        Box::pin(sleep(Duration::from_millis(u64::from(millis))))
    }
}

impl Spawner for Ports {
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        self.0.run(work);
    }
}
