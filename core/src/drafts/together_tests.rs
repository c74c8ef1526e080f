//! Two cores on one draft, over a hall that merges as the real one does: what each sees of the other, and that nothing goes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::FutureExt;
use onehall_client::Event;
use onehall_protocol::Timestamp;
use onehall_protocol::drafts::SaveDraft;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::sync::Stamp;
use onehall_sync::{Stands, after, clamped, later};
use serde_json::{Value, json};

use crate::platform::memory::MemoryJournal;
use crate::ports::{
    Clock, Host, Http, HttpRequest, HttpResponse, Journal, Method, NoAnswer, PokeListener, PokeSignal, Pokes,
    StreamHandle,
};
use crate::testing::{
    DRAFT, DamagedJournal, FailingJournal, Fails, Machine, PERSON, Quiet, UnhurriedJournal, answer, command, draft,
    problem, session, told_by,
};
use crate::{Core, lock};

const HOUR: i64 = 3_600_000;

struct Register {
    value: Value,
    stamp: Stamp,
    revision: u64,
    terminal: Value,
}

/// The hall and the time, shared by both terminals.
#[derive(Default)]
struct World {
    answers: Mutex<BTreeMap<String, Register>>,
    lost: Mutex<Vec<Value>>,
    revision: Mutex<u64>,
    listeners: Mutex<Vec<Arc<PokeListener>>>,
    machine: Arc<Machine>,
}

/// A terminal around a core: its clock may be off, and its network gone.
struct Hosted {
    world: Arc<World>,
    off: i64,
    kind: TerminalKind,
    offline: Mutex<bool>,
}

fn moment(at: u64) -> Value {
    let at = Timestamp::from_unix_millis(i64::try_from(at).unwrap_or(0));
    serde_json::to_value(at).unwrap_or_default()
}

impl World {
    fn clock(&self) -> u64 {
        u64::try_from(self.machine.millis()).unwrap_or(0)
    }

    fn draft(&self) -> Value {
        let answers = lock(&self.answers);
        let values: BTreeMap<_, _> = answers.iter().map(|(path, held)| (path, &held.value)).collect();
        let mut draft = draft(*lock(&self.revision), &json!(values));
        draft["updated_at"] = moment(self.clock());
        draft["clock"] = json!(
            answers
                .values()
                .map(|held| held.stamp.at + 1)
                .fold(self.clock(), u64::max)
        );
        draft["lost"] = json!(*lock(&self.lost));
        let latest = answers.iter().map(|(path, held)| {
            json!({"path": path, "terminal": held.terminal, "at": moment(held.stamp.at), "writer": held.stamp.writer})
        });
        draft["latest"] = latest.collect();
        draft
    }

    fn save(&self, save: &SaveDraft, terminal: &Value) -> Value {
        let mut answers = lock(&self.answers);
        let mut lost = lock(&self.lost);
        let revision = *lock(&self.revision) + 1;
        for change in &save.changes {
            let stamp = clamped(change.stamp, self.clock());
            let given = |stamp| Register {
                value: change.value.clone(),
                stamp,
                revision,
                terminal: terminal.clone(),
            };
            let Some(held) = answers.get_mut(&change.path) else {
                answers.insert(change.path.clone(), given(stamp));
                continue;
            };
            let seen = held.revision <= change.seen || held.stamp.writer == stamp.writer;
            let stamp = if seen { after(stamp, held.stamp) } else { stamp };
            let mut losing = given(stamp);
            if later(&held.stamp, &stamp) == Stands::Given {
                std::mem::swap(held, &mut losing);
            }
            if !seen {
                let n = lost.len() + 1;
                lost.push(
                    json!({"n": n, "path": change.path, "value": losing.value, "terminal": losing.terminal,
                    "at": moment(losing.stamp.at)}),
                );
            }
        }
        *lock(&self.revision) = revision;
        let sent = |path: &String, value: &Value| {
            let mut changes = save.changes.iter();
            changes.any(|change| change.path == *path && change.value == *value)
        };
        let news = answers.iter().filter(|(path, held)| {
            let asked = save.changes.iter().any(|change| change.path == **path);
            (held.revision > save.base_revision || asked) && !sent(path, &held.value)
        });
        let others: Vec<_> = news
            .map(|(path, held)| {
                json!({"path": path, "value": held.value, "terminal": held.terminal, "at": moment(held.stamp.at)})
            })
            .collect();
        json!({"revision": revision, "saved_at": moment(self.clock()), "clock": self.clock(), "others": others, "lost": *lost})
    }

    fn poke(&self, poke: &Value) {
        let listeners = lock(&self.listeners).clone();
        for listener in listeners {
            listener(PokeSignal::Poke(poke.to_string()));
        }
    }

    fn pass(&self, millis: i64) {
        self.machine.pass(millis);
    }
}

#[async_trait]
impl Http for Hosted {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        if *lock(&self.offline) {
            return Err(NoAnswer);
        }
        let path = request.url.trim_start_matches("/api/v1");
        let body = request.body.clone().unwrap_or_default();
        let terminal = serde_json::to_value(self.kind).unwrap_or_default();
        let poke = json!({"kind": "draft", "id": DRAFT});
        Ok(answer(match (request.method, path) {
            (Method::Get, "/identity/session") => (200, session(PERSON)),
            (Method::Get, _) if path.ends_with(DRAFT) => (200, self.world.draft()),
            (Method::Patch, _) => {
                let save = serde_json::from_slice(&body).unwrap_or_else(|error| panic!("no save: {error}"));
                let saved = self.world.save(&save, &terminal);
                self.world.poke(&poke);
                (200, saved)
            }
            (Method::Delete, _) if path.contains("/lost/") => {
                lock(&self.world.lost).retain(|lost| !path.ends_with(&format!("/{}", lost["n"])));
                (204, Value::Null)
            }
            (Method::Post, _) if path.ends_with("/presence") => {
                let said: Value = serde_json::from_slice(&body).unwrap_or_default();
                self.world.poke(
                    &json!({"kind": "present", "id": DRAFT, "writer": said["writer"], "terminal": terminal,
                    "here": said["here"]}),
                );
                (204, Value::Null)
            }
            _ => problem(404, "request/not_found"),
        }))
    }
}

impl Pokes for Hosted {
    fn listen(&self, _: &str, _: Vec<(&'static str, String)>, listener: Box<PokeListener>) -> Box<dyn StreamHandle> {
        lock(&self.world.listeners).push(Arc::from(listener));
        Box::new(Quiet)
    }
}

impl Clock for Hosted {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.world.machine.millis() + self.off)
    }
}

/// A core on a terminal, and what it told.
struct Terminal {
    core: Core,
    hosted: Arc<Hosted>,
    told: Arc<Mutex<Vec<Event>>>,
}

fn world() -> Arc<World> {
    let world = Arc::new(World::default());
    *lock(&world.revision) = 1;
    world
}

/// Two terminals of one citizen.
fn two() -> (Arc<World>, Terminal, Terminal) {
    let world = world();
    let kiosk = Terminal::start(&world, TerminalKind::Kiosk, 0);
    let phone = Terminal::start(&world, TerminalKind::Mobile, 0);
    (world, kiosk, phone)
}

impl Terminal {
    fn start(world: &Arc<World>, kind: TerminalKind, off: i64) -> Terminal {
        Terminal::start_over(world, kind, off, Arc::new(MemoryJournal::default()))
    }

    fn start_over(world: &Arc<World>, kind: TerminalKind, off: i64, journal: Arc<dyn Journal>) -> Terminal {
        let hosted = Arc::new(Hosted {
            world: world.clone(),
            off,
            kind,
            offline: Mutex::new(false),
        });
        let host = Host {
            pokes: hosted.clone(),
            journal: Some(journal),
            clock: hosted.clone(),
            ..world.machine.host(hosted.clone())
        };
        let core = Core::new(host, "", kind);
        let told = told_by(&core);
        let terminal = Terminal { core, hosted, told };
        terminal.ask(json!({"restore_session": {}}));
        terminal
    }

    fn ask(&self, asked: Value) -> Value {
        let reply = self.hosted.world.machine.wait(self.core.dispatch(command(asked)), 100);
        let reply = serde_json::to_value(reply.unwrap_or_else(|error| panic!("{error:?}"))).unwrap_or_default();
        let content = reply.as_object().and_then(|reply| reply.values().next().cloned());
        content.unwrap_or_default()
    }

    fn look(&self) -> Value {
        self.ask(json!({"get_draft": {"id": DRAFT}}))
    }

    fn answer(&self, path: &str, value: &str) {
        self.ask(json!({"change_answers": {"id": DRAFT, "changes": [{"path": path, "value": value}]}}));
    }

    fn flush(&self) -> Value {
        self.ask(json!({"flush_draft": {"id": DRAFT}}))
    }

    /// What came in from other terminals, in order.
    fn came(&self) -> Vec<(String, Value)> {
        let told = lock(&self.told);
        let came = told.iter().filter_map(|event| match event {
            Event::DraftMerged { answers, .. } => Some(answers.clone()),
            _ => None,
        });
        came.flatten().map(|one| (one.path, one.value)).collect()
    }

    /// Who else has the draft open, as it was told last.
    fn others(&self) -> Option<Vec<TerminalKind>> {
        let told = lock(&self.told);
        told.iter().rev().find_map(|event| match event {
            Event::DraftPresence { others, .. } => Some(others.clone()),
            _ => None,
        })
    }
}

fn answer_of(world: &World, path: &str) -> Value {
    lock(&world.answers)
        .get(path)
        .map(|held| held.value.clone())
        .unwrap_or_default()
}

#[test]
fn each_brings_its_answers_and_gets_those_of_the_other() {
    let (world, kiosk, phone) = two();
    kiosk.look();
    phone.look();
    kiosk.answer("name", "a");
    phone.answer("city", "b");
    kiosk.flush();
    phone.flush();
    assert_eq!(phone.came(), [("name".to_owned(), json!("a"))]);
    let (one, other) = (kiosk.look(), phone.look());
    assert_eq!(one["answers"], json!({"name": "a", "city": "b"}));
    assert_eq!(one["answers"], other["answers"]);
    assert!(lock(&world.lost).is_empty());
}

#[test]
fn of_two_answers_the_later_stands_and_both_terminals_know_the_other_one() {
    let (world, kiosk, phone) = two();
    kiosk.look();
    phone.look();
    // The phone answers first, without a network; the kiosk later, and is saved first.
    *lock(&phone.hosted.offline) = true;
    phone.answer("name", "phone");
    world.pass(5_000);
    kiosk.answer("name", "kiosk");
    kiosk.flush();
    *lock(&phone.hosted.offline) = false;
    world.pass(60_000);
    assert_eq!(answer_of(&world, "name"), "kiosk");
    assert_eq!(phone.came(), [("name".to_owned(), json!("kiosk"))]);
    let told = lock(&phone.told)
        .iter()
        .any(|event| matches!(event, Event::DraftLost { lost, .. } if lost.len() == 1 && lost[0].value == "phone"));
    assert!(told, "{:?}", lock(&phone.told));
    let read = kiosk.look();
    assert_eq!(
        (&read["lost"][0]["value"], &read["lost"][0]["terminal"]),
        (&json!("phone"), &json!("mobile"))
    );
    // Dismissed on one it is gone.
    kiosk.ask(json!({"dismiss_lost": {"id": DRAFT, "n": 1}}));
    assert_eq!(phone.look()["lost"], Value::Null);
}

#[test]
fn who_read_an_answer_and_gives_another_one_is_right_whatever_its_clock_says() {
    for off in [-HOUR, HOUR] {
        let world = world();
        let (right, wrong) = (
            Terminal::start(&world, TerminalKind::Kiosk, 0),
            Terminal::start(&world, TerminalKind::Mobile, off),
        );
        right.look();
        right.answer("name", "first");
        right.flush();
        wrong.look();
        wrong.answer("name", "second");
        wrong.flush();
        assert_eq!(answer_of(&world, "name"), "second", "{off}");
        // And it does not win by that against what is given after it.
        world.pass(1_000);
        right.look();
        right.answer("name", "third");
        right.flush();
        assert_eq!(answer_of(&world, "name"), "third", "{off}");
        assert!(lock(&world.lost).is_empty(), "{off}: {:?}", lock(&world.lost));
        let held = lock(&world.answers)["name"].stamp.at;
        assert!(held.abs_diff(world.clock()) < 60_000, "{off}: {held}");
    }
}

#[test]
fn an_answer_that_waited_through_a_restart_is_merged_as_what_it_was() {
    let world = world();
    let journal = Arc::new(MemoryJournal::default());
    let phone = Terminal::start_over(&world, TerminalKind::Mobile, 0, journal.clone());
    let kiosk = Terminal::start(&world, TerminalKind::Kiosk, 0);
    phone.look();
    kiosk.look();
    *lock(&phone.hosted.offline) = true;
    phone.answer("name", "old");
    phone.answer("city", "only here");
    world.machine.die();
    drop(phone);
    world.pass(10_000);
    kiosk.answer("name", "new");
    kiosk.flush();
    let again = Terminal::start_over(&world, TerminalKind::Mobile, 0, journal.clone());
    world.pass(5_000);
    assert_eq!(
        answer_of(&world, "name"),
        "new",
        "it was given later, though it arrived first"
    );
    assert_eq!(answer_of(&world, "city"), "only here");
    assert_eq!(lock(&world.lost)[0]["value"], "old");
    // What is given now is later than what waited.
    again.look();
    again.answer("name", "newest");
    again.flush();
    assert_eq!(answer_of(&world, "name"), "newest");
    assert_eq!(journal.kept().now_or_never(), Some(Ok(Vec::new())));
}

/// The answers of which a terminal says that it gave them itself.
fn own(draft: &Value) -> Vec<&str> {
    let latest = draft["latest"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut own: Vec<_> = latest.iter().filter(|origin| origin["own"] == true).collect();
    own.sort_by_key(|origin| origin["path"].as_str());
    own.iter().filter_map(|origin| origin["path"].as_str()).collect()
}

#[test]
fn what_this_terminal_gave_is_its_own_before_and_after_it_is_saved_and_after_a_restart() {
    let world = world();
    let journal = Arc::new(MemoryJournal::default());
    let phone = Terminal::start_over(&world, TerminalKind::Mobile, 0, journal.clone());
    let kiosk = Terminal::start(&world, TerminalKind::Kiosk, 0);
    phone.look();
    kiosk.look();
    phone.answer("name", "saved");
    phone.flush();
    assert_eq!(own(&phone.look()), ["name"]);
    assert!(own(&kiosk.look()).is_empty(), "it is another one's");
    *lock(&phone.hosted.offline) = true;
    phone.answer("city", "left");
    world.machine.die();
    drop(phone);

    // The page is opened again, and reads the draft before what was left is taken up.
    let again = Terminal::start_over(&world, TerminalKind::Mobile, 0, journal);
    let told = || {
        let told = lock(&again.told);
        told.iter().any(|event| matches!(event, Event::DraftChanged { .. }))
    };
    assert!(told(), "whoever has it open reads what was left");
    assert_eq!(own(&again.look())[0], "city");
    again.flush();
    world.pass(5_000);
    kiosk.answer("street", "elsewhere");
    kiosk.flush();
    let read = again.look();
    assert_eq!(
        (answer_of(&world, "city"), answer_of(&world, "street")),
        (json!("left"), json!("elsewhere"))
    );
    // In it is the name, too: it came from the same writer.
    assert_eq!(own(&read), ["city", "name"]);
    assert_eq!(own(&kiosk.look()), ["street"]);
}

#[test]
fn an_entry_of_a_later_version_stays_for_the_one_that_can_read_it() {
    let world = world();
    let journal = Arc::new(MemoryJournal::default());
    let later = json!({"revision": 1, "page": null, "changes": {}, "of": "a later version"});
    let key = format!("{PERSON}/draft/{DRAFT}/01935a00-0000-7000-8000-0000000000aa");
    let entry = (key.clone(), later.to_string().into_bytes());
    assert_eq!(journal.keep(&key, entry.1.clone()).now_or_never(), Some(Ok(())));
    let phone = Terminal::start_over(&world, TerminalKind::Mobile, 0, journal.clone());
    phone.look();
    phone.answer("name", "a");
    phone.flush();
    world.pass(5_000);
    assert_eq!(answer_of(&world, "name"), "a");
    assert_eq!(journal.kept().now_or_never(), Some(Ok(vec![entry])));
}

#[test]
fn what_is_left_on_a_disk_that_cannot_be_read_for_a_moment_is_sent_all_the_same() {
    let world = world();
    let journal = Arc::new(MemoryJournal::default());
    let phone = Terminal::start_over(&world, TerminalKind::Mobile, 0, journal.clone());
    phone.look();
    *lock(&phone.hosted.offline) = true;
    phone.answer("city", "left");
    world.machine.die();
    drop(phone);
    let failing = FailingJournal(journal.clone(), Fails::times(2));
    let again = Terminal::start_over(&world, TerminalKind::Mobile, 0, Arc::new(failing));
    again.look();
    for _ in 0..30 {
        world.pass(1_000);
    }
    again.flush();
    assert_eq!(answer_of(&world, "city"), "left");
    assert_eq!(journal.kept().now_or_never(), Some(Ok(Vec::new())));
}

#[test]
fn whoever_comes_to_a_damaged_journal_is_told_once_that_something_may_be_lost() {
    let world = world();
    let damaged = Arc::new(DamagedJournal(Arc::default(), Fails::times(1)));
    let told = |terminal: &Terminal| {
        world.pass(1_000);
        let told = lock(&terminal.told);
        told.iter().filter(|event| **event == Event::MayHaveLost).count()
    };
    let phone = Terminal::start_over(&world, TerminalKind::Mobile, 0, damaged.clone());
    assert_eq!(told(&phone), 1);
    drop(phone);
    let again = Terminal::start_over(&world, TerminalKind::Mobile, 0, damaged);
    assert_eq!(told(&again), 0);
}

#[test]
fn an_entry_of_the_time_before_stamps_is_sent_in_the_name_of_its_writer() {
    let writer = "01935a00-0000-7000-8000-0000000000aa";
    let entry = json!({"writer": writer, "revision": 7, "page": "one", "changes": {"name": "a", "city": null}});
    let unsent = super::Unsent::read(entry.to_string().as_bytes(), 5).unwrap_or_else(|| panic!("it is not read"));
    assert_eq!((unsent.revision, unsent.page.as_deref()), (7, Some("one")));
    let name = &unsent.changes["name"];
    assert_eq!(
        (name.value.clone(), name.seen, name.stamp.writer.to_string()),
        (json!("a"), 7, writer.to_owned())
    );
    assert_ne!(name.stamp, unsent.changes["city"].stamp);
    let again = serde_json::to_vec(&unsent).unwrap_or_default();
    assert_eq!(super::Unsent::read(&again, 9), Some(unsent));
    assert_eq!(super::Unsent::read(b"{\"revision\":1}", 5), None);
}

#[test]
fn who_has_the_draft_open_is_known_until_they_leave_or_are_not_heard_any_more() {
    let (world, kiosk, phone) = two();
    let here = |here: bool| json!({"attend_draft": {"id": DRAFT, "here": here}});
    kiosk.ask(here(true));
    assert_eq!(kiosk.others(), None, "nobody hears of themselves");
    phone.ask(here(true));
    world.pass(10);
    assert_eq!(kiosk.others(), Some(vec![TerminalKind::Mobile]));
    assert_eq!(
        phone.others(),
        Some(vec![TerminalKind::Kiosk]),
        "who comes is answered at once"
    );
    // It stays so for as long as it is said.
    for _ in 0..20 {
        world.pass(8_000);
    }
    assert_eq!(kiosk.others(), Some(vec![TerminalKind::Mobile]));
    phone.ask(here(false));
    world.pass(10);
    assert_eq!(kiosk.others(), Some(Vec::new()));

    phone.ask(here(true));
    world.pass(10);
    assert_eq!(kiosk.others(), Some(vec![TerminalKind::Mobile]));
    *lock(&phone.hosted.offline) = true;
    for _ in 0..8 {
        world.pass(8_000);
    }
    assert_eq!(kiosk.others(), Some(Vec::new()), "it was not heard for a minute");
}

#[test]
fn what_a_save_brought_from_another_terminal_is_shown_before_it_counts_as_seen() {
    let world = world();
    let disk = Arc::new(UnhurriedJournal(Arc::default(), world.machine.clone()));
    let phone = Terminal::start_over(&world, TerminalKind::Mobile, 0, disk);
    let kiosk = Terminal::start(&world, TerminalKind::Kiosk, 0);
    kiosk.look();
    phone.look();
    kiosk.answer("city", "theirs");
    kiosk.flush();
    phone.answer("name", "a");
    // The hall has answered, and the disk is still at it.
    world.pass(500);
    assert_eq!(*lock(&world.revision), 3);
    assert_eq!(phone.came(), [("city".to_owned(), json!("theirs"))]);
}
