//! A whole core that is killed while its citizen types: before a hall that takes what it is sent, one that cannot be reached,
//! and one whose answers do not come back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use onehall_protocol::identity::TerminalKind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::stores::copy;
use super::{Folder, runtime};
use crate::platform::native::{Keep, native};
use crate::ports::{Host, Http, HttpRequest, HttpResponse, Method, NoAnswer};
use crate::testing::killed::{When, folder_of_child, killed, rounds, say_kept, this};
use crate::testing::{AT, DRAFT, PERSON, Quiet, answer, command, draft, problem, session};
use crate::{Core, lock};

/// Tells a child how its hall is reached, and the first number that it types.
const NETWORK: &str = "ONEHALL_TEST_NETWORK";
const FIRST: &str = "ONEHALL_TEST_FIRST";
const WELL: &str = "well";
const GONE: &str = "gone";
const DEAF: &str = "deaf";
/// So many questions are answered in turn.
const QUESTIONS: u64 = 20;

/// A hall with one draft, which it keeps in a file: it outlives the core that asks it.
struct Hall {
    place: PathBuf,
    network: String,
    turn: Mutex<()>,
}

#[derive(Default, Serialize, Deserialize)]
struct Held {
    revision: u64,
    answers: BTreeMap<String, Value>,
}

impl Hall {
    fn new(folder: &Path, network: &str) -> Hall {
        Hall {
            place: folder.join("hall"),
            network: network.to_owned(),
            turn: Mutex::default(),
        }
    }

    fn held(&self) -> Held {
        match fs::read(&self.place) {
            Ok(held) => serde_json::from_slice(&held).unwrap_or_else(|error| panic!("{error}")),
            Err(_) => Held::default(),
        }
    }

    fn take(&self, save: &Value) -> Held {
        let _turn = lock(&self.turn);
        let mut held = self.held();
        held.revision += 1;
        for change in save["changes"].as_array().into_iter().flatten() {
            let path = change["path"].as_str().unwrap_or_default();
            held.answers.insert(path.to_owned(), change["value"].clone());
        }
        // Whole or not at all, whenever it is killed.
        let fresh = self.place.with_extension("new");
        let written = fs::write(&fresh, json!(held).to_string()).and_then(|()| fs::rename(&fresh, &self.place));
        written.unwrap_or_else(|error| panic!("{error}"));
        held
    }
}

#[async_trait]
impl Http for Hall {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        if self.network == GONE {
            return Err(NoAnswer);
        }
        let path = request.url.trim_start_matches("/api/v1");
        let body = request.body.as_deref().unwrap_or_default();
        let said = match (request.method, path) {
            (Method::Get, "/identity/session") => {
                let mut session = session(PERSON);
                // The clock is the machine's.
                session["expires_at"] = json!("2999-01-01T00:00:00.000Z");
                (200, session)
            }
            (Method::Get, _) if path.ends_with(DRAFT) => {
                let held = self.held();
                (200, draft(held.revision + 1, &json!(held.answers)))
            }
            (Method::Patch, _) if path.ends_with(DRAFT) => {
                let held = self.take(&serde_json::from_slice(body).unwrap_or_default());
                if self.network == DEAF {
                    return Err(NoAnswer);
                }
                (200, json!({"revision": held.revision + 1, "saved_at": AT}))
            }
            _ => problem(404, "request/not_found"),
        };
        Ok(answer(said))
    }
}

/// A core on a terminal in this folder, whose hall is there, too.
fn core(folder: &Path, network: &str, runtime: &Runtime) -> Core {
    let host = native(Keep::Folder(folder.join("terminal")), runtime.handle().clone());
    let host = Host {
        http: Arc::new(Hall::new(folder, network)),
        pokes: Arc::new(Quiet),
        secrets: None,
        ..host.unwrap_or_else(|error| panic!("could not {error}"))
    };
    Core::new(host, "", TerminalKind::Desktop)
}

/// Whether it was done.
async fn ask(core: &Core, asked: Value) -> bool {
    core.dispatch(command(asked)).await.is_ok()
}

async fn answers(core: &Core, path: &str, value: u64) -> bool {
    let changes = json!([{"path": path, "value": value.to_string()}]);
    ask(core, json!({"change_answers": {"id": DRAFT, "changes": changes}})).await
}

/// The child of the test below.
#[test]
fn answers_until_it_is_killed() {
    let Some(folder) = folder_of_child() else {
        return;
    };
    let said = |name| std::env::var(name).unwrap_or_default();
    let first: u64 = said(FIRST).parse().unwrap_or(0);
    let runtime = runtime();
    let core = core(&folder, &said(NETWORK), &runtime);
    runtime.block_on(async {
        ask(&core, json!({"restore_session": {}})).await;
        for number in first.. {
            if !answers(&core, &format!("q{:02}", number % QUESTIONS), number).await {
                return;
            }
            say_kept(number);
            if number.is_multiple_of(7) {
                // What is typed next comes while this is sent.
                let core = core.clone();
                tokio::spawn(async move { ask(&core, json!({"flush_draft": {"id": DRAFT}})).await });
            }
        }
    });
}

/// A core that starts on what is left brings all that was called kept to the hall.
fn nothing_is_lost(folder: &Path, last: u64, round: u64) {
    let copied = Folder::new();
    copy(folder, &copied.0);
    let runtime = runtime();
    let core = core(&copied.0, WELL, &runtime);
    runtime.block_on(async {
        assert!(ask(&core, json!({"restore_session": {}})).await, "round {round}");
        // It is taken once all that was left here is found.
        assert!(answers(&core, "last", round).await, "round {round}");
        assert!(ask(&core, json!({"flush_draft": {"id": DRAFT}})).await, "round {round}");
    });
    let held = Hall::new(&copied.0, WELL).held();
    for number in (last + 1).saturating_sub(QUESTIONS)..=last {
        let found = held.answers.get(&format!("q{:02}", number % QUESTIONS));
        let is = |number: u64| found == Some(&json!(number.to_string()));
        // One more may have been kept than could be said.
        let well = is(number) || number + QUESTIONS == last + 1 && is(last + 1);
        assert!(well, "round {round}: {found:?}, not {number}; {last} was called kept");
    }
}

#[test]
fn a_core_killed_while_its_citizen_types_has_every_answer_that_it_acknowledged() {
    let folder = Folder::new();
    let networks = [WELL, GONE, DEAF];
    let mut typed = [0; 3];
    let mut last: Option<u64> = None;
    for round in 0..rounds(36) {
        // Three rounds on each: killed while it opens, and while it types.
        let at = (round / 3 % 3) as usize;
        let mut child = this();
        child
            .env(NETWORK, networks[at])
            .env(FIRST, last.map_or(0, |last| last + 1).to_string());
        let said = killed(&mut child, "answers_until_it_is_killed", &folder.0, When::of(round));
        typed[at] += said.kept().count();
        last = said.kept().next_back().and_then(|number| number.parse().ok()).or(last);
        if let Some(last) = last {
            nothing_is_lost(&folder.0, last, round);
        }
    }
    assert!(
        typed.iter().all(|typed| *typed > 0),
        "on {networks:?} it typed {typed:?}"
    );
}
