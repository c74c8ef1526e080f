//! A whole core and its copy, over a hall that a test plays, with a network that goes and comes.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::FutureExt;
use futures::channel::oneshot;
use onehall_client::{Event, citizen};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CoreError, ErrorCode};
use serde_json::{Value, json};

use crate::platform::memory::{MemorySecrets, MemoryStore};
use crate::ports::{
    BoxFuture, Host, Http, HttpRequest, HttpResponse, Method, NoAnswer, Others, PokeListener, PokeSignal, Pokes,
    SecretStore, Store, StreamHandle, ToldListener,
};
use crate::testing::{CASE, DRAFT, Machine, NOW, PERSON, Quiet, answer, case, problem, session, told_by};
use crate::{Core, lock};

/// A hall, a network and the machine below.
#[derive(Default)]
struct World {
    /// What the hall has: kind, id, view. Its log is as long as its changes were.
    things: Mutex<Vec<(&'static str, &'static str, Value)>>,
    log: Mutex<Vec<(&'static str, &'static str)>>,
    off: Mutex<bool>,
    session_over: Mutex<bool>,
    streams: Mutex<bool>,
    asked: Mutex<Vec<String>>,
    poke: Mutex<Option<Box<PokeListener>>>,
    /// Who joined, and whether the first of them still leads.
    tabs: Mutex<Vec<(u32, Box<ToldListener>)>>,
    waits_to_lead: Mutex<Vec<(u32, oneshot::Sender<()>)>>,
    joined: Mutex<u32>,
    machine: Arc<Machine>,
}

/// What a world tells by itself.
struct Streams(Arc<World>);

fn draft(revision: u64, name: &str) -> Value {
    crate::testing::draft(revision, &json!({ "name": name }))
}

impl World {
    fn change(&self, kind: &'static str, id: &'static str, view: Option<Value>) {
        let mut things = lock(&self.things);
        things.retain(|(_, other, _)| *other != id);
        things.extend(view.map(|view| (kind, id, view)));
        lock(&self.log).push((kind, id));
    }

    fn answer(&self, path: &str) -> (u16, Value) {
        if *lock(&self.session_over) {
            return problem(401, "identity/not_logged_in");
        }
        let (things, log) = (lock(&self.things), lock(&self.log));
        let entry = |kind: &str, id: &str| {
            let put = things
                .iter()
                .find(|(_, other, _)| *other == id)
                .map(|(_, _, view)| view);
            json!({ "entity": kind, "principal": PERSON, "id": id, "put": put })
        };
        let asked = |name: &str| {
            path.split(['?', '&'])
                .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
        };
        let reply = match path.split('?').next().unwrap_or_default() {
            "/identity/session" => session(PERSON),
            "/sync/snapshot" => {
                let all: Vec<_> = things.iter().map(|(kind, id, _)| entry(kind, id)).collect();
                json!({ "changes": all, "cursor": log.len().to_string(), "principals": [PERSON] })
            }
            "/sync" => {
                let from = asked("cursor").and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
                let news: Vec<_> = log[from..].iter().map(|(kind, id)| entry(kind, id)).collect();
                json!({ "changes": news, "cursor": log.len().to_string(), "more": false, "principals": [PERSON] })
            }
            "/sync/wait" => json!({ "changed": asked("cursor") != Some(&log.len().to_string()) }),
            _ => return (204, Value::Null),
        };
        (200, reply)
    }

    /// Answers are saved, and nobody has pulled yet.
    fn save(&self, body: &[u8]) -> (u16, Value) {
        let save: Value = serde_json::from_slice(body).unwrap_or_default();
        let revision = save["base_revision"].as_u64().unwrap_or_default() + 1;
        (200, json!({"revision": revision, "saved_at": crate::testing::AT}))
    }

    fn pass(&self, millis: i64) {
        self.machine.pass(millis);
    }

    fn poked(&self, signal: PokeSignal) {
        let listener = lock(&self.poke).take();
        let listener = listener.unwrap_or_else(|| panic!("nobody listens"));
        listener(signal);
        *lock(&self.poke) = Some(listener);
        self.machine.run();
    }

    fn pulls(&self) -> usize {
        lock(&self.asked)
            .iter()
            .filter(|path| path.starts_with("/sync"))
            .count()
    }
}

#[async_trait]
impl Http for World {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let path = request.url.trim_start_matches("/api/v1").to_owned();
        lock(&self.asked).push(path.clone());
        if *lock(&self.off) {
            return Err(NoAnswer);
        }
        if request.method == Method::Patch {
            return Ok(answer(self.save(request.body.as_deref().unwrap_or_default())));
        }
        Ok(answer(self.answer(&path)))
    }
}

impl Pokes for Streams {
    fn listen(&self, _: &str, _: Vec<(&'static str, String)>, on: Box<PokeListener>) -> Box<dyn StreamHandle> {
        *lock(&self.0.poke) = Some(on);
        Box::new(Quiet)
    }

    fn streams(&self) -> bool {
        *lock(&self.0.streams)
    }

    fn others(&self, told: Box<ToldListener>) -> Option<Box<dyn Others>> {
        let mut joined = lock(&self.0.joined);
        *joined += 1;
        lock(&self.0.tabs).push((*joined, told));
        Some(Box::new(Tab(self.0.clone(), *joined)))
    }
}

struct Tab(Arc<World>, u32);

impl Others for Tab {
    fn lead(&self) -> BoxFuture<'static, ()> {
        let (sender, receiver) = oneshot::channel();
        let first = lock(&self.0.tabs).first().is_some_and(|(number, _)| *number == self.1);
        match first {
            true => drop(sender.send(())),
            false => lock(&self.0.waits_to_lead).push((self.1, sender)),
        }
        Box::pin(receiver.map(drop))
    }

    fn tell(&self) {
        for (_, told) in lock(&self.0.tabs).iter().filter(|(number, _)| *number != self.1) {
            told();
        }
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        lock(&self.0.tabs).retain(|(number, _)| *number != self.1);
        let mut waits = lock(&self.0.waits_to_lead);
        if !waits.is_empty() {
            let _ = waits.remove(0).1.send(());
        }
    }
}

/// A terminal: what stays of it from one start to the next.
struct Place {
    world: Arc<World>,
    store: Arc<MemoryStore>,
    secrets: Arc<MemorySecrets>,
}

struct Running {
    core: Core,
    heard: Arc<Mutex<Vec<Event>>>,
}

impl Place {
    fn new() -> Place {
        let world = Arc::new(World::default());
        *lock(&world.streams) = true;
        let place = Place {
            world,
            store: Arc::default(),
            secrets: Arc::default(),
        };
        place.secrets.put("session-token", "a token".to_owned()).now_or_never();
        place
    }

    /// Starts a core, which finds its session.
    fn start(&self) -> Running {
        let host = Host {
            pokes: Arc::new(Streams(self.world.clone())),
            store: self.store.clone(),
            secrets: Some(self.secrets.clone()),
            ..self.world.machine.host(self.world.clone())
        };
        let core = Core::new(host, "", TerminalKind::Browser);
        let heard = told_by(&core);
        let running = Running { core, heard };
        let _ = running.ask(
            &self.world,
            citizen::Command::RestoreSession(citizen::RestoreSession {}),
        );
        running
    }

    fn kept(&self) -> Vec<String> {
        let kept = self
            .store
            .scan("mirror")
            .now_or_never()
            .and_then(Result::ok)
            .unwrap_or_default();
        kept.into_iter().map(|(key, _)| key).collect()
    }
}

impl Running {
    fn ask(&self, world: &World, command: citizen::Command) -> Result<citizen::Reply, CoreError> {
        world.machine.wait(self.core.dispatch(command), 0)
    }

    /// The names in the drafts, or what it fails with.
    fn name(&self, world: &World) -> Result<Value, ErrorCode> {
        let id = DRAFT.parse().unwrap_or_else(|error| panic!("{error}"));
        match self.ask(world, citizen::Command::GetDraft(citizen::GetDraft { id })) {
            Ok(citizen::Reply::GetDraft(draft)) => Ok(draft.answers.get("name").cloned().unwrap_or_default()),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.code),
        }
    }

    fn as_of(&self) -> Option<i64> {
        let heard = lock(&self.heard);
        heard.iter().rev().find_map(|event| match event {
            Event::ShownAsOf { at } => Some(at.unix_millis()),
            _ => None,
        })
    }
}

#[test]
fn what_is_the_citizens_is_read_without_a_network_with_the_time_of_the_copy() {
    let place = Place::new();
    let world = &place.world;
    world.change("draft", DRAFT, Some(draft(1, "work")));
    world.change("case", CASE, Some(case("submitted", 1)));
    let running = place.start();
    world.change("draft", DRAFT, Some(draft(2, "study")));
    world.pass(1_000);
    world.poked(PokeSignal::Poke(json!({ "kind": "draft", "id": DRAFT }).to_string()));
    let synced = world.machine.millis();
    *lock(&world.off) = true;
    world.pass(30_000);
    assert_eq!(running.name(world), Ok(json!("study")), "a poke brought it");
    assert_eq!(running.as_of(), Some(synced));
    let drafts = running.ask(world, citizen::Command::ListDrafts(citizen::ListDrafts {}));
    assert!(matches!(drafts, Ok(citizen::Reply::ListDrafts(drafts)) if drafts.len() == 1 && drafts[0].revision == 2));
    let cases = running.ask(world, citizen::Command::ListCases(citizen::ListCases {}));
    assert!(matches!(cases, Ok(citizen::Reply::ListCases(cases)) if cases.len() == 1));
    let id = CASE.parse().unwrap_or_else(|error| panic!("{error}"));
    let one = running.ask(world, citizen::Command::GetCase(citizen::GetCase { id }));
    assert!(matches!(one, Ok(citizen::Reply::GetCase(case)) if case.summary.version == 1));
    let start = |item: &str| {
        let item = item.parse().unwrap_or_else(|error| panic!("{error}"));
        citizen::Command::OpenDraft(citizen::OpenDraft {
            start: onehall_protocol::drafts::StartDraft {
                item,
                principal: None,
                begun: None,
            },
        })
    };
    assert!(
        running.ask(world, start("passport")).is_ok(),
        "a draft that is open already opens"
    );
    let new = running.ask(world, start("tax-record")).map_err(|error| error.code);
    assert_eq!(new.err(), Some(ErrorCode::Offline), "a new one needs the hall");
}

#[test]
fn what_was_saved_a_moment_ago_is_shown_without_a_network_though_the_copy_is_older() {
    let place = Place::new();
    let world = &place.world;
    world.change("draft", DRAFT, Some(draft(3, "work")));
    let running = place.start();
    *lock(&world.off) = true;
    assert_eq!(running.name(world), Ok(json!("work")));
    *lock(&world.off) = false;
    let change = json!({"path": "name", "value": "study"});
    let change = json!({"change_answers": {"id": DRAFT, "changes": [change], "page": null}});
    assert!(running.ask(world, crate::testing::command(change)).is_ok());
    world.pass(60_000);
    *lock(&world.off) = true;
    assert_eq!(running.name(world), Ok(json!("study")), "it is not taken back");
    let id = DRAFT.parse().unwrap_or_else(|error| panic!("{error}"));
    let shown = running.ask(world, citizen::Command::GetDraft(citizen::GetDraft { id }));
    assert!(matches!(shown, Ok(citizen::Reply::GetDraft(draft)) if draft.summary.revision == 4));
}

#[test]
fn a_start_without_a_network_goes_on_with_what_was_kept_and_catches_up_when_it_is_back() {
    let place = Place::new();
    let world = &place.world;
    world.change("draft", DRAFT, Some(draft(1, "work")));
    drop(place.start());
    *lock(&world.off) = true;
    world.pass(20 * 86_400_000);
    let running = place.start();
    assert_eq!(running.name(world), Ok(json!("work")), "three weeks later, offline");
    assert_eq!(running.as_of(), Some(NOW));

    world.change("draft", DRAFT, None);
    world.change("case", CASE, Some(case("submitted", 1)));
    *lock(&world.off) = false;
    world.poked(PokeSignal::Broken);
    world.poked(PokeSignal::Open);
    *lock(&world.off) = true;
    assert_eq!(
        running.name(world),
        Err(ErrorCode::Offline),
        "it became a case meanwhile"
    );
    assert!(place.kept().iter().any(|key| key.ends_with(CASE)) && !place.kept().iter().any(|key| key.ends_with(DRAFT)));

    world.pass(40 * 86_400_000);
    let late = place.start();
    assert_eq!(
        late.name(world),
        Err(ErrorCode::Offline),
        "the session that was kept has ended"
    );
}

#[test]
fn nothing_of_the_copy_stays_when_its_citizen_leaves_or_the_session_ends() {
    for by_hand in [true, false] {
        let place = Place::new();
        let world = &place.world;
        world.change("draft", DRAFT, Some(draft(1, "work")));
        let running = place.start();
        assert_eq!(place.kept().len(), 3, "{:?}", place.kept());
        if by_hand {
            let _ = running.ask(
                world,
                citizen::Command::LogOut(citizen::LogOut { discard_unsent: true }),
            );
        } else {
            *lock(&world.session_over) = true;
            world.pass(100_000);
        }
        assert_eq!(place.kept(), Vec::<String>::new());
        *lock(&world.off) = true;
        assert_eq!(running.name(world), Err(ErrorCode::Offline));
        let pulls = world.pulls();
        world.pass(3_600_000);
        assert_eq!(world.pulls(), pulls, "nor is anything asked for any more");
    }
}

#[test]
fn a_lost_poke_is_made_up_for_within_some_time_and_a_host_without_streams_asks_the_hall_to_wait() {
    for streams in [true, false] {
        let place = Place::new();
        let world = &place.world;
        *lock(&world.streams) = streams;
        world.change("draft", DRAFT, Some(draft(1, "work")));
        let running = place.start();
        world.change("draft", DRAFT, Some(draft(2, "study")));
        // The fallback comes after a minute, and at most a third of it later.
        world.pass(80_001);
        let waited = lock(&world.asked).iter().any(|path| path.starts_with("/sync/wait"));
        assert_eq!(waited, !streams);
        let told = lock(&running.heard)
            .iter()
            .any(|event| matches!(event, Event::DraftChanged { .. }));
        assert_eq!(told, !streams, "where no pokes come, the copy tells what changed");
        *lock(&world.off) = true;
        assert_eq!(running.name(world), Ok(json!("study")));
    }
}

#[test]
fn of_several_tabs_one_asks_and_the_others_know() {
    let place = Place::new();
    let world = &place.world;
    world.change("draft", DRAFT, Some(draft(1, "work")));
    let (first, second) = (place.start(), place.start());
    let before = world.pulls();
    world.change("draft", DRAFT, Some(draft(2, "study")));
    world.pass(80_001);
    assert_eq!(world.pulls(), before + 1, "one asked");
    *lock(&world.off) = true;
    assert_eq!(second.name(world), Ok(json!("study")), "and the other knows");
    *lock(&world.off) = false;

    // The one that asks is closed: another goes on.
    first.core.close();
    drop(first);
    world.pass(80_001);
    world.change("draft", DRAFT, Some(draft(3, "family")));
    world.pass(80_001);
    *lock(&world.off) = true;
    assert_eq!(second.name(world), Ok(json!("family")));
}
