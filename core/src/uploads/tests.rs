//! Promises of uploads over whole cores: a terminal that dies, a network that comes and goes, and a hall that holds what came.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::FutureExt;
use onehall_client::citizen::Reply;
use onehall_client::{Event, UploadUnderWay};
use onehall_protocol::CoreError;
use onehall_protocol::files::FileView;
use onehall_protocol::identity::TerminalKind;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::hex;
use crate::platform::memory::{MemoryJournal, MemoryStore};
use crate::ports::{BoxFuture, Host, Http, HttpRequest, HttpResponse, Journal, Method, NoAnswer, Store, StoreError};
use crate::testing::{
    AT, DRAFT, FailingStore, Fails, Machine, PERSON, answer, command, draft, problem, session, told_by,
};
use crate::{Core, lock};

const CHUNK: usize = 100;

/// An upload in the hall.
struct Coming {
    begin: Value,
    held: Vec<u8>,
}

#[derive(Default)]
struct Hall {
    /// By key.
    uploads: BTreeMap<String, Coming>,
    /// What was answered to the material's question.
    answers: serde_json::Map<String, Value>,
    revision: u64,
    /// What is answered instead of a file.
    refuses: Option<(u16, &'static str)>,
    ended: usize,
}

#[derive(Default)]
struct World {
    hall: Mutex<Hall>,
    /// Requests that still arrive whole; then one whose answer is lost, and nothing after it. None: all arrive.
    arrive: Mutex<Option<usize>>,
    machine: Arc<Machine>,
    journal: Arc<MemoryJournal>,
    store: Arc<MemoryStore>,
}

impl Hall {
    fn view(&self, key: &str) -> (u16, Value) {
        let coming = &self.uploads[key];
        let size = coming.begin["size"].as_u64().unwrap_or_default();
        let mut view = json!({"id": key, "offset": coming.held.len(), "size": size, "chunk": CHUNK});
        if coming.held.len() as u64 == size {
            if let Some((status, code)) = self.refuses {
                return problem(status, code);
            }
            if hex(&Sha256::digest(&coming.held)) != coming.begin["sha256"].as_str().unwrap_or_default() {
                return problem(422, "files/damaged");
            }
            view["file"] = json!({"id": key, "name": coming.begin["name"], "media_type": "application/pdf", "size": size,
                "sha256": coming.begin["sha256"], "uploaded_at": AT});
        }
        (200, view)
    }

    fn answer(&mut self, request: &HttpRequest) -> (u16, Value) {
        let path = request.url.trim_start_matches("/api/v1");
        let header = |name: &str| {
            let found = request.headers.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let body = request.body.clone().unwrap_or_default();
        match (request.method, path) {
            (Method::Get, "/identity/session") => (200, session(PERSON)),
            (Method::Delete, "/identity/session") => (204, Value::Null),
            (Method::Post, "/uploads") => {
                let key = header("idempotency-key");
                let begin = serde_json::from_slice(&body).unwrap_or_default();
                let coming = Coming {
                    begin,
                    held: Vec::new(),
                };
                self.uploads.entry(key.clone()).or_insert(coming);
                self.view(&key)
            }
            (Method::Patch, _) if path.starts_with("/uploads/") => {
                let key = path.trim_start_matches("/uploads/").to_owned();
                let Some(coming) = self.uploads.get_mut(&key) else {
                    return problem(404, "request/not_found");
                };
                let at: usize = header("upload-offset").parse().unwrap_or(usize::MAX);
                if at != coming.held.len() {
                    let (status, mut elsewhere) = problem(409, "files/upload_offset");
                    elsewhere["details"] = json!({"offset": coming.held.len()});
                    return (status, elsewhere);
                }
                coming.held.extend_from_slice(&body);
                self.view(&key)
            }
            (Method::Delete, _) if path.starts_with("/uploads/") => {
                self.ended += 1;
                self.uploads.remove(path.trim_start_matches("/uploads/"));
                (204, Value::Null)
            }
            (Method::Get, _) if path.starts_with("/drafts/") => (200, draft(self.revision, &json!(self.answers))),
            (Method::Patch, _) => {
                self.revision += 1;
                let save: Value = serde_json::from_slice(&body).unwrap_or_default();
                for change in save["changes"].as_array().into_iter().flatten() {
                    let path = change["path"].as_str().unwrap_or_default().to_owned();
                    self.answers.insert(path, change["value"].clone());
                }
                (
                    200,
                    json!({"revision": self.revision, "saved_at": AT, "clock": 1, "others": [], "lost": []}),
                )
            }
            _ => problem(404, "request/not_found"),
        }
    }
}

impl World {
    fn pass(&self, millis: i64) {
        self.machine.pass(millis);
    }

    fn arrive(&self, requests: Option<usize>) {
        *lock(&self.arrive) = requests;
    }

    fn in_store(&self) -> usize {
        let kept = self.store.scan("uploads").now_or_never();
        kept.and_then(Result::ok).map_or(0, |kept| kept.len())
    }

    fn start(self: &Arc<World>) -> Running {
        self.start_as(TerminalKind::Browser)
    }

    fn start_as(self: &Arc<World>, kind: TerminalKind) -> Running {
        self.start_over(kind, self.store.clone())
    }

    fn start_over(self: &Arc<World>, kind: TerminalKind, store: Arc<dyn Store>) -> Running {
        let host = Host {
            store,
            journal: Some(self.journal.clone()),
            ..self.machine.host(self.clone())
        };
        let core = Core::new(host, "", kind);
        let told = told_by(&core);
        let running = Running {
            core,
            world: self.clone(),
            told,
        };
        let _ = running.ask(json!({"restore_session": {}}));
        running
    }
}

#[async_trait]
impl Http for World {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let left = *lock(&self.arrive);
        let upload = request.url.contains("/uploads");
        if left == Some(0) {
            return Err(NoAnswer);
        }
        let given = lock(&self.hall).answer(&request);
        if let (Some(left), true) = (left, upload) {
            self.arrive(Some(left - 1));
            if left == 1 {
                return Err(NoAnswer);
            }
        }
        Ok(answer(given))
    }
}

struct Running {
    core: Core,
    world: Arc<World>,
    told: Arc<Mutex<Vec<Event>>>,
}

type Asked = BoxFuture<'static, Result<Reply, CoreError>>;

impl Running {
    fn begin(&self, asked: Value) -> Asked {
        let (core, command) = (self.core.clone(), command(asked));
        Box::pin(async move { core.dispatch(command).await })
    }

    fn look(asked: &mut Asked) -> Option<Result<Reply, CoreError>> {
        asked.now_or_never()
    }

    fn ask(&self, asked: Value) -> Result<Reply, CoreError> {
        self.world.machine.wait(self.begin(asked), 0)
    }

    fn upload(&self, bytes: &[u8], transfer: u32) -> Asked {
        let file = json!({"name": "a.pdf", "media_type": "application/pdf", "bytes": content(bytes)});
        let to = json!({"kind": "draft", "id": DRAFT});
        let mut asked =
            self.begin(json!({"upload_file": {"to": to, "path": "photo", "file": file, "transfer": transfer}}));
        assert!(Running::look(&mut asked).is_none());
        self.world.machine.run();
        asked
    }

    fn waiting(&self) -> bool {
        let told = lock(&self.told);
        let last = told.iter().rev().find_map(|event| match event {
            Event::Upload { waiting, .. } => Some(*waiting),
            _ => None,
        });
        last == Some(true)
    }

    fn under_way(&self) -> Vec<UploadUnderWay> {
        match self.ask(json!({"list_uploads": {"to": {"kind": "draft", "id": DRAFT}}})) {
            Ok(Reply::ListUploads(all)) => all,
            other => panic!("{other:?}"),
        }
    }
}

/// Bytes as the bridge writes them.
fn content(bytes: &[u8]) -> Value {
    let file = onehall_client::FileContent {
        name: String::new(),
        media_type: String::new(),
        bytes: bytes.to_vec(),
    };
    serde_json::to_value(&file).unwrap_or_default()["bytes"].clone()
}

fn file(outcome: Option<Result<Reply, CoreError>>) -> FileView {
    match outcome {
        Some(Ok(Reply::UploadFile(file))) => file,
        other => panic!("no file: {other:?}"),
    }
}

fn bytes() -> Vec<u8> {
    (0..950u32).map(|n| (n * 7 % 251) as u8).collect()
}

/// Lets an upload go on until it answers, for at most this many minutes.
fn until_done(running: &Running, asked: &mut Asked, minutes: i64) -> Option<Result<Reply, CoreError>> {
    for _ in 0..minutes * 60 {
        if let Some(outcome) = Running::look(asked) {
            return Some(outcome);
        }
        running.world.pass(1_000);
    }
    None
}

#[test]
fn a_file_arrives_whole_wherever_the_connection_breaks_and_goes_on_by_itself() {
    // One request begins, ten bring bytes: broken after each of them, and each time for a while.
    for breaks_at in 1..=11 {
        let world = Arc::new(World::default());
        let running = world.start();
        world.arrive(Some(breaks_at));
        let mut upload = running.upload(&bytes(), 1);
        for _ in 0..300 {
            assert!(
                Running::look(&mut upload).is_none(),
                "nothing is called done before the hall says so"
            );
            world.pass(1_000);
        }
        assert!(running.waiting());
        world.arrive(None);
        let view = file(until_done(&running, &mut upload, 1));
        assert_eq!(view.sha256, hex(&Sha256::digest(bytes())));
        let hall = lock(&world.hall);
        assert_eq!(hall.uploads.len(), 1, "broken at {breaks_at}: one upload");
        assert!(hall.uploads.values().all(|coming| coming.held == bytes()));
        drop(hall);
        assert_eq!(world.in_store(), 0, "what has arrived is not kept");
    }
}

#[test]
fn the_hall_tells_that_it_can_be_reached_and_nobody_waits_for_the_clock() {
    let world = Arc::new(World::default());
    let running = world.start();
    world.arrive(Some(3));
    let mut upload = running.upload(&bytes(), 1);
    for _ in 0..600 {
        assert!(Running::look(&mut upload).is_none());
        world.pass(1_000);
    }
    world.arrive(None);
    // Something else reaches the hall: the connection is back.
    let _ = running.ask(json!({"get_draft": {"id": DRAFT}}));
    let mut done = None;
    for _ in 0..50 {
        done = done.or_else(|| Running::look(&mut upload));
        world.machine.run();
    }
    file(done);
}

#[test]
fn a_terminal_that_dies_goes_on_with_what_was_chosen_and_puts_it_into_the_answer() {
    for breaks_at in [1, 4, 10, 11] {
        let world = Arc::new(World::default());
        lock(&world.hall)
            .answers
            .insert("photo".to_owned(), json!([{"id": "other"}]));
        let running = world.start();
        world.arrive(Some(breaks_at));
        let mut upload = running.upload(&bytes(), 1);
        for _ in 0..20 {
            assert!(Running::look(&mut upload).is_none());
            world.pass(1_000);
        }
        drop((upload, running));
        world.machine.die();
        assert_eq!(world.in_store(), 1);

        world.arrive(None);
        let again = world.start();
        for _ in 0..60 {
            world.pass(1_000);
        }
        let told = lock(&again.told).clone();
        let ended = told
            .iter()
            .filter(|event| matches!(event, Event::UploadEnded { taken: true, .. }))
            .count();
        assert_eq!(ended, 1, "{told:?}");
        // A page that has the draft open reads it, and is not told that somebody else changed it.
        assert!(
            told.iter().any(|event| matches!(event, Event::DraftChanged { .. })),
            "{told:?}"
        );
        assert!(
            !told.iter().any(|event| matches!(event, Event::DraftMerged { .. })),
            "{told:?}"
        );
        let hall = lock(&world.hall);
        assert_eq!(hall.uploads.len(), 1);
        let photos = hall.answers["photo"].as_array().cloned().unwrap_or_default();
        assert_eq!(photos.len(), 2, "beside what was there: {photos:?}");
        assert_eq!(photos[1]["name"], "a.pdf");
        drop(hall);
        assert_eq!((world.in_store(), again.under_way()), (0, Vec::new()));
    }
}

/// A terminal that died with a file on its way.
fn one_is_left() -> Arc<World> {
    let world = Arc::new(World::default());
    let running = world.start();
    world.arrive(Some(4));
    let mut upload = running.upload(&bytes(), 1);
    for _ in 0..20 {
        assert!(Running::look(&mut upload).is_none());
        world.pass(1_000);
    }
    drop((upload, running));
    world.machine.die();
    world.arrive(None);
    world
}

/// The store of this world, whose disk fails so many times when bytes are read.
fn failing(world: &World, times: usize) -> FailingStore {
    FailingStore {
        store: world.store.clone(),
        of: "uploads/",
        fails: Fails::times(times),
    }
}

#[test]
fn a_file_whose_bytes_cannot_be_read_for_a_while_arrives_all_the_same() {
    let world = one_is_left();
    let store = failing(&world, 4);
    let again = world.start_over(TerminalKind::Browser, Arc::new(store));
    assert_eq!(again.under_way().len(), 1);
    assert!(again.waiting(), "and its draft is not submitted without it");
    for _ in 0..90 {
        world.pass(1_000);
    }
    assert_eq!(lock(&world.hall).answers["photo"][0]["name"], "a.pdf");
    assert_eq!((world.in_store(), again.under_way()), (0, Vec::new()));
}

#[test]
fn a_file_whose_bytes_cannot_be_read_at_all_stays_for_the_next_start_and_its_citizen_hears_so() {
    let world = one_is_left();
    let store = failing(&world, 100);
    let again = world.start_over(TerminalKind::Browser, Arc::new(store));
    for _ in 0..90 {
        world.pass(1_000);
    }
    let failed = |event: &Event| {
        matches!(event, Event::UploadEnded { taken: false, error: Some(error), .. }
            if error.code.as_str() == "client/store_unavailable" && error.retryable)
    };
    assert!(lock(&again.told).iter().any(failed));
    assert_eq!((world.in_store(), again.under_way()), (1, Vec::new()));
    // In place of the disk there is memory: that says nothing of what is on it.
    drop(again);
    world.machine.die();
    let memory = MemoryStore::instead(StoreError::Broken);
    let without = world.start_over(TerminalKind::Browser, Arc::new(memory));
    world.pass(60_000);
    assert_eq!(without.under_way(), Vec::new());
    drop(without);
    world.machine.die();
    let _last = world.start();
    for _ in 0..90 {
        world.pass(1_000);
    }
    assert_eq!(lock(&world.hall).answers["photo"][0]["name"], "a.pdf");
    assert_eq!(world.in_store(), 0);
}

#[test]
fn what_a_later_version_knows_of_a_file_stays_for_it() {
    let world = Arc::new(World::default());
    let key = format!("{PERSON}/upload/one/two");
    let entry = (key.clone(), b"{\"of\": \"a later version\"}".to_vec());
    assert_eq!(world.journal.keep(&key, entry.1.clone()).now_or_never(), Some(Ok(())));
    let running = world.start();
    world.pass(60_000);
    assert_eq!(running.under_way(), Vec::new());
    assert_eq!(world.journal.kept().now_or_never(), Some(Ok(vec![entry])));
}

#[test]
fn what_goes_on_after_a_start_is_shown_and_can_be_ended() {
    let world = Arc::new(World::default());
    let running = world.start();
    world.arrive(Some(5));
    let mut upload = running.upload(&bytes(), 1);
    assert!(Running::look(&mut upload).is_none());
    drop((upload, running));
    world.machine.die();
    // The session can be asked for; no bytes come through.
    world.arrive(None);
    lock(&world.hall).refuses = Some((503, "files/scanner_unavailable"));
    let again = world.start();
    world.machine.run();
    let shown = again.under_way();
    assert_eq!(shown.len(), 1);
    assert_eq!(
        (shown[0].path.as_str(), shown[0].name.as_str(), shown[0].size),
        ("photo", "a.pdf", 950)
    );
    assert!(shown[0].waiting);
    // A page that is loaded anew has what was left looked for again: this one is on its way already.
    let _ = again.ask(json!({"restore_session": {}}));
    world.machine.run();
    assert_eq!(again.under_way().len(), 1);
    let _ = again.ask(json!({"cancel_upload": {"transfer": shown[0].transfer}}));
    world.pass(1_000);
    assert_eq!(
        (again.under_way().len(), world.in_store(), lock(&world.hall).ended),
        (0, 0, 1)
    );
    assert!(lock(&world.hall).answers.is_empty());
}

#[test]
fn who_leaves_takes_their_files_along_and_is_asked_before() {
    let world = Arc::new(World::default());
    let running = world.start();
    world.arrive(Some(5));
    let mut upload = running.upload(&bytes(), 1);
    let _ = Running::look(&mut upload);
    assert_eq!(world.in_store(), 1);
    let mut leaving = running.begin(json!({"log_out": {}}));
    let refused = until_done(&running, &mut leaving, 1);
    let details = refused
        .and_then(Result::err)
        .map(|error| (error.code.as_str(), error.details["files"].clone()));
    assert_eq!(details, Some(("drafts/unsent", json!(1))));
    world.arrive(None);
    let mut leaving = running.begin(json!({"log_out": {"discard_unsent": true}}));
    assert!(until_done(&running, &mut leaving, 1).is_some());
    world.machine.run();
    let ended = Running::look(&mut upload)
        .and_then(Result::err)
        .map(|error| error.code.as_str());
    assert_eq!(ended, Some("client/cancelled"));
    assert_eq!(world.in_store(), 0);
    let again = world.start();
    assert!(again.under_way().is_empty());
}

#[test]
fn a_kiosk_keeps_no_file() {
    let world = Arc::new(World::default());
    let running = world.start_as(TerminalKind::Kiosk);
    world.arrive(Some(5));
    let mut upload = running.upload(&bytes(), 1);
    let _ = Running::look(&mut upload);
    assert_eq!(world.in_store(), 0);
    world.arrive(None);
    file(until_done(&running, &mut upload, 2));
}

#[test]
fn what_the_hall_refuses_is_said_and_not_kept() {
    let world = Arc::new(World::default());
    let running = world.start();
    lock(&world.hall).refuses = Some((422, "files/infected"));
    let mut upload = running.upload(&bytes(), 1);
    let refused = until_done(&running, &mut upload, 1).and_then(Result::err);
    assert_eq!(refused.map(|error| error.code.as_str()), Some("files/infected"));
    assert_eq!(world.in_store(), 0);
}

#[test]
fn a_file_for_which_nobody_waits_any_longer_arrives_and_goes_into_the_answer() {
    let world = Arc::new(World::default());
    let running = world.start();
    world.arrive(Some(4));
    let upload = running.upload(&bytes(), 1);
    world.pass(1_000);
    drop(upload);
    assert_eq!((running.under_way().len(), world.in_store()), (1, 1));
    world.arrive(None);
    for _ in 0..60 {
        world.pass(1_000);
    }
    assert_eq!(lock(&world.hall).answers["photo"][0]["name"], "a.pdf");
    assert_eq!((running.under_way().len(), world.in_store()), (0, 0));
    let kept = world.journal.kept().now_or_never();
    assert_eq!(kept, Some(Ok(Vec::new())));
    let told = lock(&running.told).clone();
    let arrived = |event: &&Event| matches!(event, Event::UploadEnded { taken: true, .. });
    assert_eq!(told.iter().filter(arrived).count(), 1, "{told:?}");
    assert!(
        running.ask(json!({"log_out": {}})).is_ok(),
        "nothing keeps its citizen from leaving"
    );
}
