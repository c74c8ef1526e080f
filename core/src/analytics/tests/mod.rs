//! Promises of the analytics over a whole core: a host in memory, a clock that stands, a network that does as it is told.

mod watched;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::FutureExt;
use onehall_client::citizen::{Command, GetItem, GetPreferences, LogOut, SetPreferences};
use onehall_client::{Preferences, Profile};
use onehall_protocol::analytics::EventBatch;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{ErrorCode, Language};
use serde_json::{Value, json};

use crate::platform::memory::MemoryStore;
use crate::ports::{Host, Http, HttpRequest, HttpResponse, NoAnswer, SecretStore, Store, Timer};
use crate::testing::{Machine, answer};
use crate::{Bridge, Core, lock};

/// Everything around the core; shared by the cores that start on it one after the other.
#[derive(Default)]
struct World {
    /// Batches that arrived.
    arrived: Mutex<Vec<EventBatch>>,
    /// Where requests went, and whether they carried a login.
    named: Mutex<Vec<(String, bool)>>,
    /// Whether answers to batches are lost.
    deaf: Mutex<bool>,
    /// Milliseconds that a batch takes to arrive.
    way: Mutex<u32>,
    machine: Arc<Machine>,
}

#[async_trait]
impl Http for World {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let named = request.headers.iter().any(|(name, _)| *name == "authorization");
        lock(&self.named).push((request.url.clone(), named));
        if request.url.ends_with("/insight/events") {
            let way = *lock(&self.way);
            if way > 0 {
                self.machine.sleep(way).await;
            }
            let batch: EventBatch = serde_json::from_slice(&request.body.unwrap_or_default())
                .unwrap_or_else(|error| panic!("no batch: {error}"));
            let taken = batch.events.len();
            lock(&self.arrived).push(batch);
            if *lock(&self.deaf) {
                return Err(NoAnswer);
            }
            return Ok(answer((200, json!({ "taken": taken, "known": 0, "refused": [] }))));
        }
        Ok(answer(match request.url.rsplit_once("/catalog/items/") {
            Some((_, code)) => (200, item(code)),
            None => (204, Value::Null),
        }))
    }
}

impl World {
    fn run(&self) {
        self.machine.run();
    }

    fn pass(&self, millis: i64) {
        self.machine.pass(millis);
    }

    fn arrived(&self) -> Vec<String> {
        let events = |batch: &EventBatch| batch.events.clone();
        let all = lock(&self.arrived).iter().flat_map(events).collect::<Vec<_>>();
        all.iter()
            .map(|event| {
                format!(
                    "{} {}",
                    event.event,
                    event.item.as_ref().map_or("", |item| item.as_str())
                )
            })
            .collect()
    }
}

/// A terminal whose store outlives the cores that run on it.
struct Place {
    world: Arc<World>,
    store: Arc<MemoryStore>,
    kind: TerminalKind,
}

impl Place {
    fn new(kind: TerminalKind) -> Place {
        Place {
            world: Arc::default(),
            store: Arc::default(),
            kind,
        }
    }

    /// Starts a core, as a page that is opened.
    fn start(&self) -> Core {
        self.start_with(None)
    }

    fn start_with(&self, secrets: Option<Arc<dyn SecretStore>>) -> Core {
        let core = self.unasked(secrets);
        ask(&core, Command::GetPreferences(GetPreferences {}));
        core
    }

    /// Starts a core in a program that never asks for the preferences.
    fn unasked(&self, secrets: Option<Arc<dyn SecretStore>>) -> Core {
        let host = Host {
            store: self.store.clone(),
            secrets,
            ..self.world.machine.host(self.world.clone())
        };
        Core::new(host, "", self.kind)
    }

    /// Whether anything is kept to be sent.
    fn keeps(&self) -> bool {
        now(self.store.get(super::KEY)).is_ok_and(|kept| kept.is_some())
    }

    fn view(&self, core: &Core, code: &str) {
        let code = code.parse().unwrap_or_else(|_| panic!("no code"));
        ask(core, Command::GetItem(GetItem { code }));
        self.world.run();
    }
}

/// What a future gives that waits for nothing.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap_or_else(|| panic!("it waits"))
}

fn ask(core: &Core, command: Command) {
    now(core.dispatch(command)).unwrap_or_else(|error| panic!("{error}"));
}

fn consent(core: &Core, analytics: Option<bool>) {
    let preferences = Preferences {
        analytics,
        ..Preferences::default()
    };
    ask(core, Command::SetPreferences(SetPreferences { preferences }));
}

fn item(code: &str) -> Value {
    let text = json!({ "zh-CN": "事项", "en": "Item" });
    json!({
        "code": code, "name": text, "summary": text, "kind": "01", "authority": "public-security", "themes": [],
        "audience": [], "channels": [], "promptness": "2", "promised_days": 5, "online": true, "keywords": [],
        "pinyin": "", "catalog_code": "", "task_code": "", "level": "3", "legal_days": 10, "onsite_visits": 0,
        "area": text, "conditions": [], "materials": [], "fees": [], "steps": [], "halls": [], "legal_basis": [],
        "output": { "name": text, "delivery": text }, "updated": "2026-11-01"
    })
}

#[test]
fn nothing_is_kept_or_sent_before_the_citizen_said_yes() {
    let place = Place::new(TerminalKind::Browser);
    let core = place.start();
    for answer in [None, Some(false)] {
        consent(&core, answer);
        place.view(&core, "passport");
        place.view(&core, "residence-permit");
        place.world.pass(600_000);
        assert!(!place.keeps() && place.world.arrived().is_empty(), "{answer:?}");
    }
    consent(&core, Some(true));
    place.view(&core, "passport");
    assert!(place.keeps());
    place.world.pass(15_000);
    assert_eq!(place.world.arrived(), ["item_viewed passport"]);
    assert!(!place.keeps());
}

#[test]
fn a_yes_that_is_taken_back_empties_the_queue_and_holds_for_every_tab() {
    let place = Place::new(TerminalKind::Browser);
    let core = place.start();
    consent(&core, Some(true));
    let other = place.start();
    place.view(&core, "passport");
    assert!(place.keeps());
    consent(&core, Some(false));
    assert!(!place.keeps());
    // The other tab still believes in the yes: neither what it sees nor what it sets brings it back.
    place.view(&other, "passport");
    assert!(!place.keeps());
    consent(&other, Some(true));
    place.view(&other, "residence-permit");
    place.world.pass(600_000);
    assert!(!place.keeps() && place.world.arrived().is_empty());
}

#[test]
fn an_event_tells_its_minute_and_nothing_finer() {
    let place = Place::new(TerminalKind::Browser);
    let core = place.start();
    consent(&core, Some(true));
    place.view(&core, "passport");
    place.world.pass(15_000);
    let event = lock(&place.world.arrived)[0].events[0].clone();
    assert_eq!(event.at.to_string(), "2026-11-27T03:31:00.000Z");
    let (seconds, nanos) = event.id.0.get_timestamp().map_or((0, 1), |at| at.to_unix());
    assert_eq!(
        (i64::try_from(seconds).unwrap_or(0) * 1000, nanos),
        (event.at.unix_millis(), 0)
    );
}

#[test]
fn what_was_not_answered_is_sent_again_as_it_was_also_by_the_next_start() {
    let place = Place::new(TerminalKind::Desktop);
    let core = place.start();
    consent(&core, Some(true));
    *lock(&place.world.deaf) = true;
    place.view(&core, "passport");
    place.world.pass(15_000);
    place.world.pass(5_000);
    assert_eq!(place.world.arrived().len(), 2);
    assert!(place.keeps());
    // The terminal is turned off: its core is gone, its store stays.
    place.world.machine.die();
    *lock(&place.world.deaf) = false;
    let next = place.start();
    place.world.pass(2_000);
    let batches = lock(&place.world.arrived).clone();
    assert_eq!(batches.len(), 3);
    assert!(batches.iter().all(|batch| batch.events == batches[0].events));
    assert!(!place.keeps());
    place.view(&next, "residence-permit");
    place.world.pass(15_000);
    assert_eq!(
        place.world.arrived().last().map(String::as_str),
        Some("item_viewed residence-permit")
    );
}

#[test]
fn a_yes_and_a_language_hold_from_the_first_command_on_whoever_asks_for_them() {
    let place = Place::new(TerminalKind::Mobile);
    let core = place.start();
    let preferences = Preferences {
        analytics: Some(true),
        language: Some(Language::En),
        ..Preferences::default()
    };
    ask(&core, Command::SetPreferences(SetPreferences { preferences }));
    *lock(&place.world.deaf) = true;
    place.view(&core, "passport");
    place.world.pass(15_000);
    place.world.machine.die();
    *lock(&place.world.deaf) = false;

    let (next, tried) = (place.unasked(None), place.world.arrived().len());
    place.view(&next, "residence-permit");
    place.world.pass(2_000);
    assert_eq!(
        place.world.arrived().get(tried).map(String::as_str),
        Some("item_viewed passport")
    );
    place.world.pass(15_000);
    assert_eq!(
        place.world.arrived().last().map(String::as_str),
        Some("item_viewed residence-permit")
    );
    // The same for who speaks JSON, in the language that was chosen.
    let third = Bridge::new(place.unasked(None), Profile::Mobile, []);
    let refused = now(third.call(r#"{"protocol":1,"id":1,"call":{"ask":{"no_such_command":{}}}}"#));
    let [_, english] = ErrorCode::InvalidEnvelope.texts();
    assert!(refused.contains(english), "{refused}");
    now(third.call(r#"{"protocol":1,"id":2,"call":{"ask":{"get_item":{"code":"elder-allowance"}}}}"#));
    place.world.pass(15_000);
    assert_eq!(
        place.world.arrived().last().map(String::as_str),
        Some("item_viewed elder-allowance")
    );
}

#[test]
fn what_was_counted_a_moment_before_the_end_is_kept_for_the_next_start() {
    let place = Place::new(TerminalKind::Mobile);
    let core = place.start();
    consent(&core, Some(true));
    for code in ["passport", "residence-permit"] {
        let code = code.parse().unwrap_or_else(|_| panic!("no code"));
        ask(&core, Command::GetItem(GetItem { code }));
    }
    assert!(!place.keeps(), "counting goes on by itself");
    place.world.machine.wait(core.keep_counted(), 1);
    place.world.machine.die();
    place.start();
    place.world.pass(2_000);
    assert_eq!(
        place.world.arrived(),
        ["item_viewed passport", "item_viewed residence-permit"]
    );
}

#[test]
fn many_events_do_not_wait_for_the_time() {
    let place = Place::new(TerminalKind::Browser);
    let core = place.start();
    consent(&core, Some(true));
    for number in 0..super::queue::ENOUGH {
        place.view(&core, &format!("item-{number}"));
    }
    place.world.run();
    assert_eq!(place.world.arrived().len(), super::queue::ENOUGH);
}

#[test]
fn the_same_guide_shown_again_is_the_same_reading() {
    let place = Place::new(TerminalKind::Browser);
    let core = place.start();
    consent(&core, Some(true));
    for code in ["passport", "passport", "residence-permit", "passport"] {
        place.view(&core, code);
    }
    place.world.pass(15_000);
    let expected = ["passport", "residence-permit", "passport"].map(|code| format!("item_viewed {code}"));
    assert_eq!(place.world.arrived(), expected);
}

#[test]
fn on_a_kiosk_a_yes_ends_with_the_visit_and_what_waits_is_sent() {
    let place = Place::new(TerminalKind::Kiosk);
    let core = place.start();
    consent(&core, Some(true));
    place.view(&core, "passport");
    ask(&core, Command::LogOut(LogOut { discard_unsent: false }));
    place.world.run();
    assert_eq!(place.world.arrived(), ["item_viewed passport"]);
    assert!(!place.keeps());
    // The next person was not asked yet.
    place.view(&core, "residence-permit");
    place.world.pass(600_000);
    assert_eq!(place.world.arrived().len(), 1);
    assert_eq!(lock(&core.inner.preferences).analytics, None);
}

#[test]
fn the_end_of_a_visit_waits_for_what_was_counted_in_it_but_not_for_ever() {
    for (way, waits) in [(1_000, 1_000), (30_000, 2_000)] {
        let place = Place::new(TerminalKind::Kiosk);
        let core = place.start();
        consent(&core, Some(true));
        *lock(&place.world.way) = way;
        place.view(&core, "passport");
        let before = place.world.machine.millis();
        let leave = core.dispatch(Command::LogOut(LogOut { discard_unsent: false }));
        place
            .world
            .machine
            .wait(leave, 250)
            .unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(place.world.machine.millis() - before, waits);
        assert_eq!(place.world.arrived().is_empty(), way > 2_000);
        place.world.pass(60_000);
        assert_eq!(place.world.arrived(), ["item_viewed passport"], "it goes on by itself");
    }
}

#[test]
fn on_a_kiosk_without_a_network_nothing_of_a_visit_is_left() {
    let place = Place::new(TerminalKind::Kiosk);
    let core = place.start();
    consent(&core, Some(true));
    *lock(&place.world.deaf) = true;
    place.view(&core, "passport");
    ask(&core, Command::LogOut(LogOut { discard_unsent: false }));
    place.world.run();
    *lock(&place.world.deaf) = false;
    place.world.pass(600_000);
    assert!(!place.keeps());
    assert_eq!(place.world.arrived().len(), 1, "one try, and no more");
}

#[test]
fn elsewhere_a_yes_outlives_the_log_out() {
    let place = Place::new(TerminalKind::Browser);
    let core = place.start();
    consent(&core, Some(true));
    ask(&core, Command::LogOut(LogOut { discard_unsent: false }));
    place.view(&core, "passport");
    place.world.pass(15_000);
    assert_eq!(place.world.arrived(), ["item_viewed passport"]);
}
