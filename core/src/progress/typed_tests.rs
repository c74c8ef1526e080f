//! What was typed for a supplement is there again, for who typed it and for nobody else.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::FutureExt as _;
use onehall_client::{TypedSupplement, citizen};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CaseId, ErrorCode, Timestamp};
use serde_json::{Value, json};

use crate::platform::memory::MemoryStore;
use crate::ports::{Host, Http, HttpRequest, HttpResponse, NoAnswer, Store, StoreError};
use crate::testing::{AT, CASE, FailingStore, Fails, Machine, PERSON, answer, problem, session};
use crate::{Core, lock};

const OTHER: &str = "01935a00-0000-7000-8000-000000000002";

/// A hall that knows who is logged in, and nothing else.
#[derive(Default)]
struct Hall {
    person: Mutex<Option<&'static str>>,
    /// As whom they were known before.
    was: Mutex<Vec<&'static str>>,
    machine: Arc<Machine>,
}

#[async_trait]
impl Http for Hall {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let here = *lock(&self.person);
        let person = here.unwrap_or(PERSON);
        Ok(answer(match request.url.trim_start_matches("/api/v1") {
            "/identity/session" if here.is_some() => (200, session(person)),
            "/identity/session" => problem(401, "identity/not_logged_in"),
            "/account/merging" => (200, json!(*lock(&self.was))),
            path if path.starts_with("/sync") => (
                200,
                json!({ "changes": [], "cursor": "c", "more": false, "principals": [person] }),
            ),
            _ => (204, Value::Null),
        }))
    }
}

struct Terminal {
    hall: Arc<Hall>,
    core: Core,
}

impl Terminal {
    fn start(person: &'static str, kind: TerminalKind, store: &Arc<MemoryStore>) -> Terminal {
        Terminal::start_over(person, kind, store.clone())
    }

    fn start_over(person: &'static str, kind: TerminalKind, store: Arc<dyn Store>) -> Terminal {
        let hall = Arc::new(Hall {
            person: Mutex::new(Some(person)),
            ..Hall::default()
        });
        let host = Host {
            store,
            ..hall.machine.host(hall.clone())
        };
        let core = Core::new(host, "", kind);
        let terminal = Terminal { hall, core };
        let restore = citizen::Command::RestoreSession(citizen::RestoreSession {});
        let _ = terminal.ask(restore);
        terminal
    }

    fn ask(&self, command: citizen::Command) -> Result<citizen::Reply, ErrorCode> {
        let reply = self.hall.machine.wait(self.core.dispatch(command), 0);
        self.hall.machine.run();
        reply.map_err(|error| error.code)
    }

    fn log_out(&self, discard_unsent: bool) -> Result<citizen::Reply, ErrorCode> {
        self.ask(citizen::Command::LogOut(citizen::LogOut { discard_unsent }))
    }

    /// For how many supplements a log-out asks; none where it just logs out.
    fn asked_first(&self) -> Option<Value> {
        let out = citizen::Command::LogOut(citizen::LogOut { discard_unsent: false });
        let outcome = self.hall.machine.wait(self.core.dispatch(out), 0);
        self.hall.machine.run();
        match outcome {
            Ok(_) => None,
            Err(error) => {
                assert_eq!(error.code, ErrorCode::UnsentAnswers);
                Some(error.details["supplements"].clone())
            }
        }
    }

    fn keep(&self, typed: Option<TypedSupplement>) -> Result<citizen::Reply, ErrorCode> {
        self.ask(citizen::Command::KeepSupplement(citizen::KeepSupplement {
            id: case(),
            typed,
        }))
    }

    fn typed(&self, at: &str) -> Option<TypedSupplement> {
        let asked = citizen::GetTypedSupplement {
            id: case(),
            requested_at: moment(at),
        };
        match self.ask(citizen::Command::GetTypedSupplement(asked)) {
            Ok(citizen::Reply::GetTypedSupplement(typed)) => typed,
            other => panic!("{other:?}"),
        }
    }

    /// With what it fails to read what was typed, and whether another try may go well.
    fn unread(&self) -> Option<(ErrorCode, bool)> {
        let asked = citizen::Command::GetTypedSupplement(citizen::GetTypedSupplement {
            id: case(),
            requested_at: moment(AT),
        });
        let error = self.hall.machine.wait(self.core.dispatch(asked), 0).err();
        error.map(|error| (error.code, error.retryable))
    }
}

fn case() -> CaseId {
    CASE.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn moment(at: &str) -> Timestamp {
    at.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn typed() -> TypedSupplement {
    TypedSupplement {
        requested_at: moment(AT),
        answers: [
            ("phone".to_owned(), json!("13800000012")),
            ("note".to_owned(), Value::Null),
        ]
        .into(),
        confirmed: ["photo".to_owned()].into(),
    }
}

const KEPT: Result<citizen::Reply, ErrorCode> = Ok(citizen::Reply::KeepSupplement(true));
const NOT_KEPT: Result<citizen::Reply, ErrorCode> = Ok(citizen::Reply::KeepSupplement(false));

#[test]
fn what_was_typed_is_there_after_the_next_start_until_it_is_handed_in() {
    let store = Arc::new(MemoryStore::default());
    let terminal = Terminal::start(PERSON, TerminalKind::Desktop, &store);
    assert_eq!(terminal.typed(AT), None);
    assert_eq!(terminal.keep(Some(typed())), KEPT);
    let again = Terminal::start(PERSON, TerminalKind::Desktop, &store);
    assert_eq!(again.typed(AT), Some(typed()));
    assert_eq!(again.keep(None), KEPT);
    assert_eq!(Terminal::start(PERSON, TerminalKind::Desktop, &store).typed(AT), None);
}

#[test]
fn what_cannot_be_read_now_is_no_empty_form_and_can_be_asked_for_again() {
    let store = Arc::new(MemoryStore::default());
    let terminal = Terminal::start(PERSON, TerminalKind::Desktop, &store);
    assert_eq!(terminal.keep(Some(typed())), KEPT);
    let failing = FailingStore {
        store,
        of: "supplement/",
        fails: Fails::times(2),
    };
    let again = Terminal::start_over(PERSON, TerminalKind::Desktop, Arc::new(failing));
    for _ in 0..2 {
        assert_eq!(again.unread(), Some((ErrorCode::StoreUnavailable, true)));
    }
    assert_eq!(again.typed(AT), Some(typed()));
}

#[test]
fn what_a_later_version_kept_is_no_empty_form_and_goes_only_where_its_citizen_begins_anew() {
    let store = Arc::new(MemoryStore::default());
    let terminal = Terminal::start(PERSON, TerminalKind::Desktop, &store);
    assert_eq!(terminal.keep(Some(typed())), KEPT);
    let kept = store.scan("supplement").now_or_never().and_then(Result::ok);
    let (key, _) = kept.unwrap_or_default().remove(0);
    let later = br#"{"of":"a later version"}"#.to_vec();
    assert_eq!(store.put(&key, later.clone()).now_or_never(), Some(Ok(())));
    let again = Terminal::start(PERSON, TerminalKind::Desktop, &store);
    assert_eq!(again.unread(), Some((ErrorCode::StoreUnavailable, true)));
    assert_eq!(store.get(&key).now_or_never(), Some(Ok(Some(later))));
    assert_eq!(again.keep(Some(typed())), KEPT);
    assert_eq!(again.typed(AT), Some(typed()));
}

#[test]
fn what_was_typed_for_an_earlier_request_is_forgotten() {
    let store = Arc::new(MemoryStore::default());
    let terminal = Terminal::start(PERSON, TerminalKind::Desktop, &store);
    assert_eq!(terminal.keep(Some(typed())), KEPT);
    assert_eq!(terminal.typed("2026-12-01T01:00:00.000Z"), None);
    assert_eq!(terminal.typed(AT), None, "and not kept any longer");
}

#[test]
fn nobody_else_sees_it_and_a_log_out_destroys_it() {
    let store = Arc::new(MemoryStore::default());
    let terminal = Terminal::start(PERSON, TerminalKind::Desktop, &store);
    assert_eq!(terminal.keep(Some(typed())), KEPT);
    assert_eq!(Terminal::start(OTHER, TerminalKind::Desktop, &store).typed(AT), None);
    assert_eq!(terminal.typed(AT), Some(typed()));
    assert_eq!(terminal.log_out(true), Ok(citizen::Reply::LogOut(())));
    assert_eq!(terminal.keep(Some(typed())), Err(ErrorCode::NotLoggedIn));
    assert_eq!(Terminal::start(PERSON, TerminalKind::Desktop, &store).typed(AT), None);
}

#[test]
fn what_was_typed_goes_on_for_the_account_that_its_citizens_became_part_of() {
    let store = Arc::new(MemoryStore::default());
    let terminal = Terminal::start(PERSON, TerminalKind::Desktop, &store);
    assert_eq!(terminal.keep(Some(typed())), KEPT);
    let other = Terminal::start(OTHER, TerminalKind::Desktop, &store);
    assert_eq!(other.typed(AT), None);
    lock(&other.hall.was).push(PERSON);
    let again = citizen::Command::RestoreSession(citizen::RestoreSession {});
    assert!(other.ask(again).is_ok());
    assert_eq!(other.typed(AT), Some(typed()));
    assert_eq!(terminal.typed(AT), None, "it is there once");
    assert_eq!(other.asked_first(), Some(json!(1)));
}

#[test]
fn a_log_out_that_would_destroy_what_was_typed_asks_its_citizen_first() {
    for kind in [TerminalKind::Desktop, TerminalKind::Browser, TerminalKind::Kiosk] {
        let store = Arc::new(MemoryStore::default());
        let terminal = Terminal::start(PERSON, kind, &store);
        assert!(terminal.keep(Some(typed())).is_ok());
        assert_eq!(terminal.asked_first(), Some(json!(1)), "{kind:?}");
        assert_eq!(
            terminal.typed(AT),
            Some(typed()),
            "{kind:?}: and nothing is lost by asking"
        );
        assert!(terminal.keep(None).is_ok());
        assert_eq!(
            terminal.asked_first(),
            None,
            "{kind:?}: handed in, there is nothing to ask"
        );
    }
}

#[test]
fn nobody_is_asked_for_what_somebody_else_typed() {
    let store = Arc::new(MemoryStore::default());
    let terminal = Terminal::start(PERSON, TerminalKind::Desktop, &store);
    assert_eq!(terminal.keep(Some(typed())), KEPT);
    assert_eq!(
        Terminal::start(OTHER, TerminalKind::Desktop, &store).asked_first(),
        None
    );
}

#[test]
fn a_public_machine_keeps_nothing_and_one_without_a_disk_says_so() {
    let store = Arc::new(MemoryStore::default());
    let kiosk = Terminal::start(PERSON, TerminalKind::Kiosk, &store);
    assert_eq!(kiosk.keep(Some(typed())), NOT_KEPT);
    assert_eq!(kiosk.typed(AT), Some(typed()), "until its citizen leaves");
    assert_eq!(kiosk.typed("2026-12-01T01:00:00.000Z"), None);
    assert_eq!(Terminal::start(PERSON, TerminalKind::Kiosk, &store).typed(AT), None);
    assert_eq!(kiosk.log_out(true), Ok(citizen::Reply::LogOut(())));
    *lock(&kiosk.hall.person) = Some(PERSON);
    let _ = kiosk.ask(citizen::Command::RestoreSession(citizen::RestoreSession {}));
    assert_eq!(kiosk.typed(AT), None, "nothing of a visit is left for the next");
    let memory = Arc::new(MemoryStore::instead(StoreError::Forbidden));
    let terminal = Terminal::start(PERSON, TerminalKind::Desktop, &memory);
    assert_eq!(terminal.keep(Some(typed())), NOT_KEPT);
    assert_eq!(terminal.typed(AT), Some(typed()), "as long as the program runs");
}
