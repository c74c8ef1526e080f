//! What the tests of whole cores share: a machine whose clock stands, a citizen's matters as a hall tells them, and
//! terminals that are killed.

#[cfg(feature = "native")]
pub(crate) mod killed;

use std::pin::pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::channel::oneshot;
use futures::future::FutureExt;
use onehall_client::Event;
use onehall_client::citizen::Command;
use onehall_protocol::Timestamp;
use serde_json::{Value, json};

use crate::platform::memory::{MemoryJournal, MemoryStore};
use crate::ports::{
    BoxFuture, Clock, Host, Http, HttpRequest, HttpResponse, Journal, NoAnswer, NotKept, PokeListener, Pokes, Rng,
    Spawner, Store, StoreError, StreamHandle, Timer, Write,
};
use crate::{Core, lock};

pub(crate) const PERSON: &str = "01935a00-0000-7000-8000-000000000001";
pub(crate) const DRAFT: &str = "01935a00-0000-7000-8000-0000000000d1";
pub(crate) const CASE: &str = "01935a00-0000-7000-8000-0000000000c1";
/// A moment that a hall says.
pub(crate) const AT: &str = "2026-11-26T01:00:00.000Z";
/// When a machine begins.
pub(crate) const NOW: i64 = 1_795_750_265_123;

/// A machine below cores that start on it one after the other, or side by side: its time passes and its work goes on when
/// a test says so.
pub(crate) struct Machine {
    tasks: Mutex<Vec<BoxFuture<'static, ()>>>,
    sleepers: Mutex<Vec<(i64, oneshot::Sender<()>)>>,
    now: Mutex<i64>,
    random: Mutex<u64>,
}

impl Default for Machine {
    fn default() -> Machine {
        Machine {
            tasks: Mutex::default(),
            sleepers: Mutex::default(),
            now: Mutex::new(NOW),
            random: Mutex::default(),
        }
    }
}

impl Machine {
    /// A host on this machine, whose hall is `http`: nobody pokes, nothing was kept before.
    pub(crate) fn host(self: &Arc<Machine>, http: Arc<dyn Http>) -> Host {
        Host {
            http,
            pokes: Arc::new(Quiet),
            store: Arc::new(MemoryStore::default()),
            journal: None,
            clock: self.clone(),
            timer: self.clone(),
            spawner: self.clone(),
            rng: self.clone(),
            secrets: None,
            later: None,
        }
    }

    /// Milliseconds of the epoch.
    pub(crate) fn millis(&self) -> i64 {
        *lock(&self.now)
    }

    /// Runs what was spawned until everything waits.
    pub(crate) fn run(&self) {
        let mut context = std::task::Context::from_waker(futures::task::noop_waker_ref());
        // Tasks that are not woken are polled all the same: some rounds let what one does reach the others.
        for _ in 0..12 {
            let tasks = std::mem::take(&mut *lock(&self.tasks));
            let left: Vec<_> = tasks
                .into_iter()
                .filter_map(|mut task| task.poll_unpin(&mut context).is_pending().then_some(task))
                .collect();
            lock(&self.tasks).extend(left);
        }
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, millis: i64) {
        self.run();
        *lock(&self.now) += millis;
        let now = self.millis();
        lock(&self.sleepers).retain(|(at, _)| *at > now);
        self.run();
    }

    /// What a future comes to, while everything else goes on and so much time passes between two looks at it.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>, millis: i64) -> T {
        let mut future = pin!(future);
        for _ in 0..50 {
            if let Some(outcome) = future.as_mut().now_or_never() {
                self.run();
                return outcome;
            }
            self.pass(millis);
        }
        panic!("it waits for ever")
    }

    /// It is turned off: what ran on it does not go on.
    pub(crate) fn die(&self) {
        lock(&self.tasks).clear();
        lock(&self.sleepers).clear();
    }
}

impl Clock for Machine {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.millis())
    }
}

impl Timer for Machine {
    fn sleep(&self, millis: u32) -> BoxFuture<'static, ()> {
        let (sender, receiver) = oneshot::channel();
        lock(&self.sleepers).push((self.millis() + i64::from(millis), sender));
        Box::pin(receiver.map(drop))
    }
}

impl Spawner for Machine {
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        lock(&self.tasks).push(work);
    }
}

impl Rng for Machine {
    /// Counts, so that no two are alike and a test is the same each time.
    fn fill(&self, bytes: &mut [u8]) {
        let mut random = lock(&self.random);
        *random += 1;
        bytes.fill(0);
        for (byte, count) in bytes.iter_mut().rev().zip(random.to_le_bytes()) {
            *byte = count;
        }
    }
}

/// A journal on a disk that takes seconds to read.
pub(crate) struct SlowJournal(pub(crate) Arc<MemoryJournal>, pub(crate) Arc<Machine>);

#[async_trait]
impl Journal for SlowJournal {
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept> {
        self.0.keep(key, value).await
    }

    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept> {
        self.1.sleep(5_000).await;
        self.0.kept().await
    }

    async fn forget(&self, key: &str) {
        self.0.forget(key).await;
    }

    async fn erase(&self) {
        self.0.erase().await;
    }
}

/// A journal on a disk that takes a second to let go of something.
pub(crate) struct UnhurriedJournal(pub(crate) Arc<MemoryJournal>, pub(crate) Arc<Machine>);

#[async_trait]
impl Journal for UnhurriedJournal {
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept> {
        self.0.keep(key, value).await
    }

    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept> {
        self.0.kept().await
    }

    async fn forget(&self, key: &str) {
        self.1.sleep(1_000).await;
        self.0.forget(key).await;
    }

    async fn erase(&self) {
        self.0.erase().await;
    }
}

/// How often something still fails.
pub(crate) struct Fails(Mutex<usize>);

impl Fails {
    pub(crate) fn times(times: usize) -> Fails {
        Fails(Mutex::new(times))
    }

    /// Whether it fails this time.
    pub(crate) fn now(&self) -> bool {
        let mut left = lock(&self.0);
        let fails = *left > 0;
        *left = left.saturating_sub(1);
        fails
    }
}

/// A journal that cannot be read some times.
pub(crate) struct FailingJournal(pub(crate) Arc<MemoryJournal>, pub(crate) Fails);

#[async_trait]
impl Journal for FailingJournal {
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept> {
        self.0.keep(key, value).await
    }

    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept> {
        if self.1.now() {
            return Err(NotKept);
        }
        self.0.kept().await
    }

    async fn forget(&self, key: &str) {
        self.0.forget(key).await;
    }

    async fn erase(&self) {
        self.0.erase().await;
    }
}

/// A journal in which damage is found some times.
pub(crate) struct DamagedJournal(pub(crate) Arc<MemoryJournal>, pub(crate) Fails);

#[async_trait]
impl Journal for DamagedJournal {
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept> {
        self.0.keep(key, value).await
    }

    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept> {
        self.0.kept().await
    }

    async fn forget(&self, key: &str) {
        self.0.forget(key).await;
    }

    async fn erase(&self) {
        self.0.erase().await;
    }

    fn was_damaged(&self) -> bool {
        self.1.now()
    }
}

/// A store some of whose values cannot be read some times: those whose keys begin so.
pub(crate) struct FailingStore {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) of: &'static str,
    pub(crate) fails: Fails,
}

#[async_trait]
impl Store for FailingStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        if key.starts_with(self.of) && self.fails.now() {
            return Err(StoreError::Broken);
        }
        self.store.get(key).await
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.store.scan(prefix).await
    }

    async fn batch(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.store.batch(writes).await
    }

    async fn erase(&self) -> Result<(), StoreError> {
        self.store.erase().await
    }
}

/// Secrets that cannot be read some times: the next time each of these names is asked for.
#[cfg(feature = "native")]
#[derive(Default)]
pub(crate) struct FailingSecrets {
    pub(crate) kept: Arc<crate::platform::memory::MemorySecrets>,
    pub(crate) fails: Mutex<Vec<&'static str>>,
}

#[cfg(feature = "native")]
#[async_trait]
impl crate::ports::SecretStore for FailingSecrets {
    async fn get(&self, name: &str) -> Result<Option<String>, crate::ports::NoSecret> {
        {
            let mut fails = lock(&self.fails);
            if let Some(at) = fails.iter().position(|failing| *failing == name) {
                fails.remove(at);
                return Err(crate::ports::NoSecret);
            }
        }
        self.kept.get(name).await
    }

    async fn put(&self, name: &str, secret: String) {
        self.kept.put(name, secret).await;
    }

    async fn delete(&self, name: &str) {
        self.kept.delete(name).await;
    }
}

/// A hall that cannot be reached.
pub(crate) struct Away;

#[async_trait]
impl Http for Away {
    async fn send(&self, _: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        Err(NoAnswer)
    }
}

/// Pokes that never come.
pub(crate) struct Quiet;

impl Pokes for Quiet {
    fn listen(&self, _: &str, _: Vec<(&'static str, String)>, _: Box<PokeListener>) -> Box<dyn StreamHandle> {
        Box::new(Quiet)
    }
}

impl StreamHandle for Quiet {}

/// All that a core tells from now on.
pub(crate) fn told_by(core: &Core) -> Arc<Mutex<Vec<Event>>> {
    let told: Arc<Mutex<Vec<Event>>> = Arc::default();
    let heard = told.clone();
    core.subscribe(Box::new(move |event| lock(&heard).push(event.clone())));
    told
}

/// A command as it comes over a bridge.
pub(crate) fn command(command: Value) -> Command {
    serde_json::from_value(command).unwrap_or_else(|error| panic!("no command: {error}"))
}

/// An answer of a hall.
pub(crate) fn answer((status, body): (u16, Value)) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
    }
}

/// A refusal of a hall.
pub(crate) fn problem(status: u16, code: &str) -> (u16, Value) {
    let retryable = matches!(status, 429 | 503);
    let problem = json!({"type": "", "title": code, "status": status, "code": code, "retryable": retryable});
    (status, problem)
}

/// A short text in both languages.
pub(crate) fn text() -> Value {
    json!({"zh-CN": "一", "en": "one"})
}

fn citizen(id: &str) -> Value {
    json!({"id": id, "kind": "citizen", "name": "张敏"})
}

/// The session of a citizen, some weeks long.
pub(crate) fn session(person: &str) -> Value {
    let me = citizen(person);
    json!({"actor": me, "principals": [me], "phone": "138", "assurance": "L2", "expires_at": "2027-01-01T00:00:00.000Z"})
}

/// A draft of [`PERSON`], as another terminal left it.
pub(crate) fn draft(revision: u64, answers: &Value) -> Value {
    json!({"id": DRAFT, "item": "passport", "item_name": text(), "principal": citizen(PERSON), "updated_at": AT,
        "terminal": "kiosk", "form": {"code": "passport", "version": 1}, "revision": revision, "answers": answers,
        "prefilled": [], "clock": 1})
}

/// A case of [`PERSON`].
pub(crate) fn case(state: &str, version: u64) -> Value {
    let status = json!({"state": state, "step": "a", "step_name": text(), "waits_for": "nobody", "next": text(),
        "clock_paused": false});
    json!({"id": CASE, "number": "LC-1", "item": "passport", "item_name": text(), "authority": "police",
        "status": status, "principal": citizen(PERSON), "submitted_at": AT, "updated_at": AT, "version": version,
        "form": {"code": "passport", "version": 1}, "answers": {}, "history": [], "can": []})
}
