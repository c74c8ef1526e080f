//! A terminal whose session is ended from elsewhere, and one whose citizen acts for others.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::FutureExt;
use onehall_client::{Event, citizen};
use onehall_protocol::account::{SessionEnd, SessionEndReason};
use onehall_protocol::identity::TerminalKind;
use serde_json::{Value, json};

use crate::platform::memory::{MemoryJournal, MemorySecrets, MemoryStore};
use crate::ports::{
    Host, Http, HttpRequest, HttpResponse, Journal, NoAnswer, PokeListener, PokeSignal, Pokes, SecretStore, Store,
    StreamHandle,
};
use crate::testing::{AT, Machine, PERSON, Quiet, answer, problem, session, told_by};
use crate::{Core, lock};

const OTHER: &str = "01935a00-0000-7000-8000-000000000002";

/// A hall that knows one session.
#[derive(Default)]
struct Hall {
    /// Why the session is over, as the hall says it; null where it ran out.
    over: Mutex<Option<Value>>,
    /// Whether there is a network.
    off: Mutex<bool>,
    /// For whom the citizen acts besides.
    others: Mutex<Vec<&'static str>>,
    /// Whose session it is meanwhile.
    became: Mutex<Option<&'static str>>,
    poke: Mutex<Option<Box<PokeListener>>>,
    machine: Arc<Machine>,
}

struct Streams(Arc<Hall>);

impl Hall {
    fn answer(&self, path: &str) -> (u16, Value) {
        if let Some(ended) = &*lock(&self.over) {
            let (status, mut refused) = problem(401, "identity/not_logged_in");
            refused["details"] = json!({ "ended": ended });
            return (status, refused);
        }
        let others = lock(&self.others);
        let principals = || std::iter::once(PERSON).chain(others.iter().copied());
        let page =
            json!({ "changes": [], "cursor": "c", "more": false, "principals": principals().collect::<Vec<_>>() });
        match path.split('?').next().unwrap_or_default() {
            "/identity/session" => {
                let mut session = session(lock(&self.became).unwrap_or(PERSON));
                let all = principals().map(|id| json!({ "id": id, "kind": "citizen", "name": id }));
                session["principals"] = all.collect();
                (200, session)
            }
            "/sync" | "/sync/snapshot" => (200, page),
            _ => (204, Value::Null),
        }
    }

    fn poked(&self, poke: &str) {
        let listener = lock(&self.poke).take();
        let listener = listener.unwrap_or_else(|| panic!("nobody listens"));
        listener(PokeSignal::Poke(json!({ "kind": poke }).to_string()));
        let mut again = lock(&self.poke);
        // A core that listens anew has put another one there.
        if again.is_none() {
            *again = Some(listener);
        }
        drop(again);
        self.machine.run();
    }
}

#[async_trait]
impl Http for Hall {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        if *lock(&self.off) {
            return Err(NoAnswer);
        }
        Ok(answer(self.answer(request.url.trim_start_matches("/api/v1"))))
    }
}

impl Pokes for Streams {
    fn listen(&self, _: &str, _: Vec<(&'static str, String)>, on: Box<PokeListener>) -> Box<dyn StreamHandle> {
        *lock(&self.0.poke) = Some(on);
        Box::new(Quiet)
    }
}

/// A terminal with something of its citizen's on its disk.
struct Terminal {
    hall: Arc<Hall>,
    core: Core,
    heard: Arc<Mutex<Vec<Event>>>,
    store: Arc<MemoryStore>,
    journal: Arc<MemoryJournal>,
    secrets: Arc<MemorySecrets>,
}

impl Terminal {
    fn start() -> Terminal {
        let terminal = Terminal::new();
        terminal.restore();
        terminal
    }

    fn new() -> Terminal {
        let hall = Arc::new(Hall::default());
        let (store, journal): (Arc<MemoryStore>, Arc<MemoryJournal>) = (Arc::default(), Arc::default());
        let secrets: Arc<MemorySecrets> = Arc::default();
        secrets.put("session-token", "a token".to_owned()).now_or_never();
        let _ = store.put("upload/1", b"a picture".to_vec()).now_or_never();
        let unsent = format!("{PERSON}/queue/1");
        let _ = journal.keep(&unsent, b"what waits".to_vec()).now_or_never();
        let host = Host {
            pokes: Arc::new(Streams(hall.clone())),
            store: store.clone(),
            journal: Some(journal.clone()),
            secrets: Some(secrets.clone()),
            ..hall.machine.host(hall.clone())
        };
        let core = Core::new(host, "", TerminalKind::Desktop);
        let heard = told_by(&core);
        Terminal {
            hall,
            core,
            heard,
            store,
            journal,
            secrets,
        }
    }

    fn restore(&self) {
        let restore = citizen::Command::RestoreSession(citizen::RestoreSession {});
        let _ = self.hall.machine.wait(self.core.dispatch(restore), 0);
        self.hall.machine.run();
    }

    /// Whether anything of the citizen's is left here: on the disk, in the journal, among the secrets.
    fn left(&self) -> [bool; 3] {
        let stored = self.store.get("upload/1").now_or_never().and_then(Result::ok).flatten();
        let waits = self
            .journal
            .kept()
            .now_or_never()
            .and_then(Result::ok)
            .unwrap_or_default();
        let token = self.secrets.get("session-token").now_or_never();
        let token = token.and_then(Result::ok).flatten();
        [stored.is_some(), !waits.is_empty(), token.is_some()]
    }

    fn logged_out(&self) -> bool {
        let heard = lock(&self.heard);
        heard
            .iter()
            .any(|event| matches!(event, Event::SessionChanged { session: None }))
    }
}

fn elsewhere() -> (Value, SessionEnd) {
    let at = AT.parse().unwrap_or_else(|error| panic!("{error}"));
    let end = SessionEnd {
        why: SessionEndReason::Elsewhere,
        by: TerminalKind::Mobile,
        at,
    };
    (json!({ "why": "elsewhere", "by": "mobile", "at": AT }), end)
}

#[test]
fn a_session_that_its_citizen_ended_elsewhere_leaves_nothing_here_and_says_why() {
    let terminal = Terminal::start();
    assert_eq!(terminal.left(), [true; 3]);
    let (said, end) = elsewhere();
    *lock(&terminal.hall.over) = Some(said);
    terminal.hall.poked("session_ended");
    assert!(terminal.logged_out());
    assert_eq!(terminal.left(), [false; 3]);
    assert_eq!(terminal.core.why_session_ended(), Some(end));
}

#[test]
fn a_terminal_that_was_off_learns_at_its_start_that_its_session_was_ended() {
    let terminal = Terminal::new();
    let (said, end) = elsewhere();
    *lock(&terminal.hall.over) = Some(said);
    terminal.restore();
    assert_eq!(terminal.left(), [false; 3]);
    assert_eq!(terminal.core.why_session_ended(), Some(end));
}

#[test]
fn a_session_that_ran_out_keeps_what_was_not_sent() {
    let terminal = Terminal::start();
    *lock(&terminal.hall.over) = Some(Value::Null);
    terminal.hall.poked("session_ended");
    assert!(terminal.logged_out());
    assert_eq!(terminal.left(), [true, true, false]);
    assert_eq!(terminal.core.why_session_ended(), None);
}

#[test]
fn a_session_that_became_another_citizens_goes_on_for_nobody_here_and_keeps_what_was_not_sent() {
    let terminal = Terminal::start();
    lock(&terminal.hall.others).push(OTHER);
    *lock(&terminal.hall.became) = Some(OTHER);
    terminal.hall.poked("delegations");
    assert!(terminal.logged_out());
    assert!(!terminal.core.has_session());
    assert_eq!(terminal.left(), [true, true, false]);
}

#[test]
fn a_session_ends_also_where_the_hall_cannot_be_asked_why() {
    let terminal = Terminal::start();
    *lock(&terminal.hall.off) = true;
    terminal.hall.poked("session_ended");
    assert!(terminal.logged_out());
    assert_eq!(terminal.left(), [true, true, false]);
}

#[test]
fn for_whom_one_may_act_is_known_as_soon_as_the_hall_says_so() {
    let terminal = Terminal::start();
    let principals = || {
        let heard = lock(&terminal.heard);
        let last = heard.iter().rev().find_map(|event| match event {
            Event::SessionChanged { session } => Some(session.clone()),
            _ => None,
        });
        last.flatten().map_or(0, |session| session.principals.len())
    };
    assert_eq!(principals(), 1);
    lock(&terminal.hall.others).push(OTHER);
    terminal.hall.poked("delegations");
    assert_eq!(principals(), 2, "who has agreed is there at once");
    lock(&terminal.hall.others).clear();
    terminal.hall.poked("delegations");
    assert_eq!(principals(), 1, "and who has revoked is gone");
}
