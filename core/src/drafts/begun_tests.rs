//! Drafts that are begun without the hall, over whole cores: a journal and a store that go from one to the next, and a hall that
//! begins each draft once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::FutureExt;
use onehall_client::{Event, SaveState};
use onehall_protocol::identity::TerminalKind;
use serde_json::{Value, json};

use crate::platform::memory::{MemoryJournal, MemoryStore};
use crate::ports::{Host, Http, HttpRequest, HttpResponse, Journal, Method, NoAnswer};
use crate::testing::{
    AT, CASE, DRAFT, Machine, PERSON, SlowJournal, answer, command, draft, problem, session, text, told_by,
};
use crate::{Core, lock};

#[path = "begun_over_tests.rs"]
mod over;

const KEY: &str = "01935a00-0000-7000-8000-000000000101";

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

/// A draft of the hall.
#[derive(Default)]
struct Held {
    revision: u64,
    answers: BTreeMap<String, Value>,
    /// The stamps of what was given.
    stamps: Vec<String>,
    submitted: Option<Value>,
}

/// A hall with one service, whose form has two questions.
#[derive(Default)]
struct Hall {
    machine: Arc<Machine>,
    network: Mutex<Network>,
    drafts: Mutex<BTreeMap<String, Held>>,
    /// What each draft that a terminal began came to.
    begun: Mutex<BTreeMap<String, String>>,
    /// How often it was told of one.
    told: Mutex<Vec<Value>>,
}

impl Hall {
    fn shown(&self, id: &str) -> (u16, Value) {
        match lock(&self.drafts).get(id) {
            Some(held) if held.submitted.is_some() => problem(409, "drafts/submitted"),
            Some(held) => {
                let mut shown = draft(held.revision, &json!(held.answers));
                shown["id"] = json!(id);
                (200, shown)
            }
            None => problem(404, "request/not_found"),
        }
    }

    fn open(&self, start: &Value) -> (u16, Value) {
        lock(&self.told).push(start.clone());
        let own = start["begun"]["id"].as_str().unwrap_or(DRAFT).to_owned();
        let known = lock(&self.begun).get(&own).cloned();
        let id = known.unwrap_or_else(|| {
            let mut drafts = lock(&self.drafts);
            let open = drafts.iter().find(|(_, held)| held.submitted.is_none());
            let id = open.map_or(own.clone(), |(id, _)| id.clone());
            drafts.entry(id.clone()).or_insert_with(|| Held {
                revision: 1,
                ..Held::default()
            });
            lock(&self.begun).insert(own, id.clone());
            id
        });
        self.shown(&id)
    }

    fn of_draft(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let (id, rest) = path.split_once('/').unwrap_or((path, ""));
        if (method, rest) == (Method::Get, "") {
            return self.shown(id);
        }
        let mut drafts = lock(&self.drafts);
        let Some(held) = drafts.get_mut(id) else {
            return problem(404, "request/not_found");
        };
        match (method, rest) {
            (Method::Patch, "") => {
                held.revision += 1;
                for change in body["changes"].as_array().into_iter().flatten() {
                    let path = change["path"].as_str().unwrap_or_default();
                    held.answers.insert(path.to_owned(), change["value"].clone());
                    held.stamps.push(change["stamp"].to_string());
                }
                (200, json!({"revision": held.revision, "saved_at": AT}))
            }
            (Method::Post, "submission") if body["revision"] == held.revision => {
                held.submitted = Some(body.clone());
                let receipt = json!({"case_id": CASE, "number": "LC-1", "item": "passport", "item_name": text(),
                    "submitted_at": AT, "key": KEY, "transcript": body["transcript"]});
                (201, receipt)
            }
            (Method::Post, "submission") => problem(409, "drafts/moved"),
            (Method::Delete, "") => {
                drafts.remove(id);
                (204, Value::Null)
            }
            _ => problem(404, "request/not_found"),
        }
    }
}

#[async_trait]
impl Http for Hall {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let network = *lock(&self.network);
        if matches!(network, Network::Off | Network::Gone) {
            return Err(NoAnswer);
        }
        let path = request.url.trim_start_matches("/api/v1");
        let body: Value = serde_json::from_slice(request.body.as_deref().unwrap_or_default()).unwrap_or_default();
        let question = |id: &str| json!({"id": id, "kind": "text", "label": text(), "required": id == "name"});
        let said = match (request.method, path) {
            (Method::Get, "/identity/session") => (200, session(PERSON)),
            (Method::Get, "/catalog/items/passport") => (
                200,
                json!({"code": "passport", "name": text(), "online": true, "form": {"code": "passport", "version": 1}}),
            ),
            (Method::Get, "/forms/passport/1") => {
                let page = json!({"id": "one", "title": text(), "questions": [question("name"), question("more")]});
                let form = json!({"schema": "onehall-form/1", "code": "passport", "version": 1, "title": text(),
                    "pages": [page]});
                (200, form)
            }
            (Method::Get, "/forms/passport/1/inputs") => (200, json!({})),
            (Method::Get, "/catalog") => {
                let city = json!({"utc_offset_minutes": 480});
                (
                    200,
                    json!({"version": "1", "city": city, "authorities": [], "items": []}),
                )
            }
            (Method::Post, "/drafts") => self.open(&body),
            (Method::Post, "/uploads") => problem(503, "backend/unavailable"),
            (method, path) => match path.strip_prefix("/drafts/") {
                Some(path) => self.of_draft(method, path, &body),
                None => problem(404, "request/not_found"),
            },
        };
        match network {
            Network::Deaf => Err(NoAnswer),
            _ => Ok(answer(said)),
        }
    }

    fn may_leave(&self) -> bool {
        *lock(&self.network) != Network::Off
    }
}

/// A terminal: what is on its disk outlives the cores that run on it.
struct Place {
    hall: Arc<Hall>,
    store: Arc<MemoryStore>,
    journal: Arc<MemoryJournal>,
}

struct Running {
    core: Core,
    hall: Arc<Hall>,
    told: Arc<Mutex<Vec<Event>>>,
}

impl Place {
    fn new() -> Place {
        Place {
            hall: Arc::default(),
            store: Arc::default(),
            journal: Arc::default(),
        }
    }

    /// A core of who was logged in here before.
    fn start(&self, kind: TerminalKind) -> Running {
        self.start_over(kind, self.journal.clone())
    }

    fn start_over(&self, kind: TerminalKind, journal: Arc<dyn Journal>) -> Running {
        let host = Host {
            store: self.store.clone(),
            journal: Some(journal),
            ..self.hall.machine.host(self.hall.clone())
        };
        let core = Core::new(host, "", kind);
        let told = told_by(&core);
        let running = Running {
            core,
            hall: self.hall.clone(),
            told,
        };
        running.ask(json!({"restore_session": {}}));
        running
    }

    /// A terminal on which the service was looked at; then the network goes.
    fn visited(network: Network) -> (Place, Running) {
        let place = Place::new();
        let running = place.start(TerminalKind::Desktop);
        running.look_at_all();
        running.network(network);
        (place, running)
    }

    fn kept(&self) -> Vec<String> {
        let kept = self.journal.kept().now_or_never().unwrap_or_else(|| panic!("it waits"));
        kept.into_iter().flatten().map(|(key, _)| key).collect()
    }
}

impl Running {
    fn ask(&self, asked: Value) -> Value {
        let reply = self.hall.machine.wait(self.core.dispatch(command(asked)), 500);
        match reply {
            Ok(reply) => {
                let reply = serde_json::to_value(reply).unwrap_or_default();
                let content = reply.as_object().and_then(|reply| reply.values().next().cloned());
                content.unwrap_or_default()
            }
            Err(error) => json!({ "error": error.code.as_str() }),
        }
    }

    fn look_at_all(&self) {
        let form = json!({"code": "passport", "version": 1});
        for asked in [
            json!({"get_catalog": {}}),
            json!({"get_form": {"form": form}}),
            json!({"get_form_inputs": {"form": form}}),
        ] {
            self.ask(asked);
        }
        // A bridge hands a guide on as it is, and so does this one.
        let item = self.hall.machine.wait(
            self.core
                .item::<Value>(&"passport".parse().unwrap_or_else(|error| panic!("{error}"))),
            0,
        );
        assert!(item.is_ok());
    }

    fn network(&self, network: Network) {
        *lock(&self.hall.network) = network;
    }

    fn open(&self) -> Value {
        self.ask(json!({"open_draft": {"start": {"item": "passport"}}}))
    }

    fn opened(&self) -> String {
        let opened = self.open();
        opened["id"].as_str().unwrap_or_else(|| panic!("{opened}")).to_owned()
    }

    fn change(&self, id: &str, path: &str, value: &str) {
        let change = json!({"path": path, "value": value});
        self.ask(json!({"change_answers": {"id": id, "changes": [change], "page": null}}));
    }

    /// The network is back, and all that waited has its time.
    fn heal(&self) {
        self.network(Network::Well);
        self.core.connection(true);
        for _ in 0..40 {
            self.hall.machine.pass(1_000);
        }
    }

    fn submit(&self, id: &str) -> Value {
        let submission = self.ask(json!({"prepare_submission": {"id": id, "may_wait": true}}));
        self.ask(json!({"submit": {"id": id, "submission": submission, "key": KEY, "wait_as": text()}}))
    }

    /// How the saving of a draft was last told to stand.
    fn saving(&self, draft: &str) -> Option<SaveState> {
        let told = lock(&self.told);
        told.iter().rev().find_map(|event| match event {
            Event::DraftSaving { id, state } if id.to_string() == draft => Some(state.clone()),
            _ => None,
        })
    }

    /// What the hall holds of a draft.
    fn answers(&self, id: &str) -> BTreeMap<String, Value> {
        let drafts = lock(&self.hall.drafts);
        drafts.get(id).map(|held| held.answers.clone()).unwrap_or_default()
    }

    fn drafts(&self) -> Vec<String> {
        lock(&self.hall.drafts).keys().cloned().collect()
    }
}

#[test]
fn a_draft_that_is_begun_without_the_hall_is_kept_and_begun_there_once() {
    let (place, running) = Place::visited(Network::Gone);
    let id = running.opened();
    assert_eq!(running.saving(&id), Some(SaveState::Waiting { kept: true }));
    running.change(&id, "name", "张敏");
    assert_eq!(running.saving(&id), Some(SaveState::Waiting { kept: true }));
    assert_eq!(running.opened(), id, "it is the one that is open");
    let form = running.ask(json!({"view_draft": {"id": id}}));
    assert_eq!(form["page"]["questions"][0]["value"], "张敏");
    place.hall.machine.die();
    drop(running);

    // A core that starts, still without a network: its page asks for the draft before what was left is found.
    let slow = Arc::new(SlowJournal(place.journal.clone(), place.hall.machine.clone()));
    let running = place.start_over(TerminalKind::Desktop, slow);
    assert_eq!(
        running.ask(json!({"get_draft": {"id": id}}))["answers"],
        json!({"name": "张敏"})
    );
    assert_eq!(running.opened(), id);
    running.change(&id, "more", "二");
    // It arrives, and the answer is lost, again and again: from a terminal that is killed in between, too.
    running.network(Network::Deaf);
    place.hall.machine.pass(40_000);
    place.hall.machine.die();
    drop(running);
    let running = place.start(TerminalKind::Desktop);
    place.hall.machine.pass(40_000);
    assert!(lock(&place.hall.told).len() > 1, "it was told again");
    running.heal();
    assert_eq!(running.drafts(), std::slice::from_ref(&id));
    let answers = running.answers(&id);
    assert_eq!((&answers["name"], &answers["more"]), (&json!("张敏"), &json!("二")));
    assert!(matches!(running.saving(&id), Some(SaveState::Saved { .. })));
    assert_eq!(place.kept(), Vec::<String>::new());
}

#[test]
fn answers_go_into_the_draft_that_was_begun_elsewhere_meanwhile_and_so_does_whatever_is_about_it() {
    let (place, running) = Place::visited(Network::Off);
    let id = running.opened();
    running.change(&id, "name", "张敏");
    assert!(running.submit(&id)["queued"].is_object());
    let elsewhere = Held {
        revision: 4,
        answers: [("more".to_owned(), json!("别处"))].into(),
        ..Held::default()
    };
    lock(&place.hall.drafts).insert(DRAFT.to_owned(), elsewhere);
    running.heal();
    assert_eq!(running.drafts(), [DRAFT]);
    let stamps = lock(&place.hall.drafts)[DRAFT].stamps.clone();
    assert!(
        !stamps.is_empty() && stamps.iter().all(|stamp| stamp.contains(&id)),
        "given by a writer of their own, of whom the hall has nothing later: {stamps:?}"
    );
    let answers = running.answers(DRAFT);
    assert_eq!((&answers["name"], &answers["more"]), (&json!("张敏"), &json!("别处")));
    assert_eq!(
        lock(&place.hall.told)[0]["begun"]["fill_in"],
        false,
        "what was checked stays as it was"
    );
    let submitted = lock(&place.hall.drafts)[DRAFT].submitted.clone();
    assert!(
        submitted.is_some(),
        "the submission went to that draft, under its revision"
    );
    drop(running);

    // A page that was opened under the first id finds the draft, also in a core that starts later.
    lock(&place.hall.drafts).insert(
        DRAFT.to_owned(),
        Held {
            revision: 9,
            ..Held::default()
        },
    );
    let running = place.start(TerminalKind::Desktop);
    assert_eq!(running.ask(json!({"get_draft": {"id": id}}))["id"], DRAFT);
    running.change(&id, "more", "后来");
    place.hall.machine.pass(5_000);
    assert_eq!(running.answers(DRAFT)["more"], "后来");
    let heard = running.saving(&id);
    assert!(
        matches!(heard, Some(SaveState::Saved { .. })),
        "the page hears of it under the id that it knows: {heard:?}"
    );
    // Not for ever.
    place.hall.machine.pass(31 * 24 * 3_600_000);
    drop(running);
    let running = place.start(TerminalKind::Desktop);
    running.heal();
    assert_eq!(place.kept(), Vec::<String>::new());
}

#[test]
fn what_is_submitted_waits_until_the_hall_has_the_draft() {
    let (place, running) = Place::visited(Network::Gone);
    let id = running.opened();
    running.change(&id, "name", "张敏");
    assert!(running.submit(&id)["queued"].is_object());
    running.heal();
    let submitted = lock(&place.hall.drafts)
        .get(&id)
        .and_then(|held| held.submitted.clone());
    assert!(submitted.is_some());
    assert_eq!(place.kept(), Vec::<String>::new());
}

#[test]
fn what_the_hall_never_heard_of_is_thrown_away_here_and_what_it_may_have_heard_of_there() {
    let (place, running) = Place::visited(Network::Off);
    let id = running.opened();
    running.change(&id, "name", "张敏");
    assert_eq!(running.ask(json!({"discard_draft": {"id": id}})), Value::Null);
    assert_eq!(place.kept(), Vec::<String>::new());
    running.heal();
    assert_eq!((running.drafts().len(), lock(&place.hall.told).len()), (0, 0));

    running.network(Network::Deaf);
    // It was opened at the hall, which nobody here heard of: this terminal's own one becomes part of that.
    let id = running.opened();
    place.hall.machine.pass(3_000);
    running.network(Network::Gone);
    assert_eq!(
        running.ask(json!({"discard_draft": {"id": id}}))["error"],
        "network/offline"
    );
    running.network(Network::Well);
    assert_eq!(
        running.ask(json!({"discard_draft": {"id": id}}))["error"],
        "drafts/moved"
    );
    assert_eq!(running.ask(json!({"discard_draft": {"id": id}})), Value::Null);
    assert_eq!(running.drafts().len(), 0);
}

#[test]
fn nothing_is_begun_of_what_is_not_here_nor_on_a_public_machine() {
    let place = Place::new();
    let running = place.start(TerminalKind::Desktop);
    running.network(Network::Gone);
    assert_eq!(running.open()["error"], "network/offline");
    drop(running);
    *lock(&place.hall.network) = Network::Well;
    let running = place.start(TerminalKind::Kiosk);
    running.look_at_all();
    running.network(Network::Gone);
    assert_eq!(running.open()["error"], "network/offline");
    assert_eq!(place.kept(), Vec::<String>::new());
}

#[test]
fn what_became_a_case_meanwhile_is_not_begun_again() {
    let (place, running) = Place::visited(Network::Off);
    let id = running.opened();
    running.network(Network::Deaf);
    place.hall.machine.pass(5_000);
    assert_eq!(running.drafts(), std::slice::from_ref(&id));
    if let Some(held) = lock(&place.hall.drafts).get_mut(&id) {
        held.submitted = Some(json!({}));
    }
    running.heal();
    assert_eq!(running.drafts(), std::slice::from_ref(&id));
    assert_eq!(
        running.ask(json!({"get_draft": {"id": id}}))["error"],
        "drafts/submitted"
    );
    assert_eq!(place.kept(), Vec::<String>::new());
}
