//! Submitting by a UI that does not link the form engine, with and without a network.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::channel::oneshot;
use futures::future::FutureExt;
use onehall_protocol::identity::TerminalKind;
use serde_json::{Value, json};

use crate::platform::memory::MemoryJournal;
use crate::ports::{Host, Http, HttpRequest, HttpResponse, Journal, Method, NoAnswer};
use crate::testing::{AT, CASE, DRAFT, Machine, PERSON, SlowJournal, answer, command, draft, problem, session, text};
use crate::{Core, lock};

const KEY: &str = "01935a00-0000-7000-8000-000000000101";

/// A hall with one form, which has one question.
#[derive(Default)]
struct Hall {
    machine: Arc<Machine>,
    away: Mutex<bool>,
    answers: Mutex<Value>,
    revision: Mutex<u64>,
    /// What other terminals changed, as the next save is told.
    others: Mutex<Vec<Value>>,
    /// Each change that came: to which question, and what its giver had in sight.
    changes: Mutex<Vec<(String, u64)>>,
    /// What the form is evaluated with comes only then.
    inputs: Mutex<Option<oneshot::Receiver<()>>>,
    /// What was submitted.
    submitted: Mutex<Vec<Value>>,
}

impl Hall {
    /// Another terminal answers.
    fn elsewhere(&self, path: &str, value: &str) {
        lock(&self.answers)[path] = json!(value);
        *lock(&self.revision) += 1;
        let other = json!({"path": path, "value": value, "terminal": "kiosk", "at": AT});
        lock(&self.others).push(other);
    }
}

#[async_trait]
impl Http for Hall {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        if *lock(&self.away) {
            return Err(NoAnswer);
        }
        let path = request.url.trim_start_matches("/api/v1");
        let body: Value = serde_json::from_slice(request.body.as_deref().unwrap_or_default()).unwrap_or_default();
        if path.ends_with("/inputs")
            && let Some(until) = { lock(&self.inputs).take() }
        {
            let _ = until.await;
        }
        let mut revision = lock(&self.revision);
        Ok(answer(match (request.method, path) {
            (Method::Get, "/identity/session") => (200, session(PERSON)),
            (Method::Get, "/forms/passport/1") => {
                let name = json!({"id": "name", "kind": "text", "label": text(), "required": true});
                let reach = json!({"id": "reach", "kind": "section", "label": text(), "visible_when": {"answered": {"var": "name"}},
                    "questions": [{"id": "phone", "kind": "phone", "label": text()}]});
                let page = json!({"id": "one", "title": text(), "questions": [name, reach]});
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
            (Method::Get, path) if path.ends_with(DRAFT) => (200, draft(*revision, &lock(&self.answers))),
            (Method::Patch, _) => {
                *revision += 1;
                for change in body["changes"].as_array().into_iter().flatten() {
                    let path = change["path"].as_str().unwrap_or_default();
                    lock(&self.answers)[path] = change["value"].clone();
                    lock(&self.changes).push((path.to_owned(), change["seen"].as_u64().unwrap_or_default()));
                }
                let others = std::mem::take(&mut *lock(&self.others));
                (200, json!({"revision": *revision, "saved_at": AT, "others": others}))
            }
            (Method::Post, path) if path.ends_with("/submission") => {
                if body["revision"] != *revision {
                    return Ok(answer(problem(409, "drafts/moved")));
                }
                let receipt = json!({"case_id": CASE, "number": "LC-1", "item": "passport", "item_name": text(),
                    "submitted_at": AT, "key": KEY, "transcript": body["transcript"]});
                lock(&self.submitted).push(body);
                (201, receipt)
            }
            _ => problem(404, "request/not_found"),
        }))
    }
}

struct Running {
    core: Core,
    hall: Arc<Hall>,
}

/// A page on which the form was just opened.
fn opened() -> Running {
    let hall = Arc::new(Hall::default());
    *lock(&hall.answers) = json!({});
    *lock(&hall.revision) = 3;
    let running = started(&hall, Arc::new(MemoryJournal::default()));
    running.ask(json!({"view_draft": {"id": DRAFT}}));
    running
}

fn started(hall: &Arc<Hall>, journal: Arc<dyn Journal>) -> Running {
    let host = Host {
        journal: Some(journal),
        ..hall.machine.host(hall.clone())
    };
    let running = Running {
        core: Core::new(host, "", TerminalKind::MiniApp),
        hall: hall.clone(),
    };
    running.ask(json!({"restore_session": {}}));
    running
}

impl Running {
    fn ask(&self, asked: Value) -> Value {
        let reply = self.hall.machine.wait(self.core.dispatch(command(asked)), 500);
        let reply = reply.unwrap_or_else(|error| panic!("{error:?}"));
        let reply = serde_json::to_value(reply).unwrap_or_default();
        let content = reply.as_object().and_then(|reply| reply.values().next().cloned());
        content.unwrap_or_default()
    }

    fn submit(&self, submission: &Value) -> Value {
        self.ask(json!({"submit": {"id": DRAFT, "submission": submission, "key": KEY, "wait_as": text()}}))
    }
}

#[test]
fn what_is_answered_and_submitted_without_a_network_arrives_as_it_was_when_there_is_one() {
    let page = opened();
    *lock(&page.hall.away) = true;
    page.ask(json!({"type_answer": {"id": DRAFT, "path": "name", "text": "张敏"}}));
    let submission = page.ask(json!({"prepare_submission": {"id": DRAFT, "may_wait": true}}));
    assert!(page.submit(&submission)["queued"]["kept"] == true);

    *lock(&page.hall.away) = false;
    page.hall.machine.pass(60_000);
    page.hall.machine.pass(60_000);
    let submitted = lock(&page.hall.submitted).clone();
    assert_eq!(submitted.len(), 1, "{submitted:?}");
    assert_eq!(submitted[0]["transcript"], submission["transcript"]);
    assert_eq!(lock(&page.hall.answers)["name"], "张敏", "the answers went before it");
}

#[test]
fn a_section_is_shown_with_what_stands_in_it() {
    let it = opened();
    let paths = |shown: &Value| -> Vec<String> {
        let questions = shown["page"]["questions"].as_array().cloned().unwrap_or_default();
        let path = |question: &Value| question["path"].as_str().unwrap_or_default().to_owned();
        questions.iter().map(path).collect()
    };
    let before = it.ask(json!({"view_draft": {"id": DRAFT}}));
    assert_eq!(paths(&before), ["name"]);
    assert!(
        before["page"]["questions"][0].get("questions").is_none(),
        "only sections have any: {before}"
    );
    it.ask(json!({"change_answers": {"id": DRAFT, "changes": [{"path": "name", "value": "李雷"}]}}));
    it.ask(json!({"change_answers": {"id": DRAFT, "changes": [{"path": "phone", "value": "138"}]}}));
    let after = it.ask(json!({"view_draft": {"id": DRAFT}}));
    assert_eq!(paths(&after), ["name", "reach"]);
    let inside = &after["page"]["questions"][1]["questions"];
    assert_eq!(inside[0]["path"], "phone");
    assert_eq!(inside[0]["errors"][0]["code"], "invalid_phone");
}

#[test]
fn what_may_not_wait_is_prepared_only_of_answers_that_the_hall_has() {
    let page = opened();
    *lock(&page.hall.away) = true;
    page.ask(json!({"type_answer": {"id": DRAFT, "path": "name", "text": "张敏"}}));
    let mut preparing = Box::pin(
        page.core
            .dispatch(command(json!({"prepare_submission": {"id": DRAFT}}))),
    );
    for _ in 0..60 {
        assert!(preparing.as_mut().now_or_never().is_none());
        page.hall.machine.pass(1_000);
    }
    *lock(&page.hall.away) = false;
    let prepared = page.hall.machine.wait(preparing, 1_000);
    let prepared = serde_json::to_value(prepared.unwrap_or_else(|error| panic!("{error:?}"))).unwrap_or_default();
    assert_eq!(prepared["prepare_submission"]["revision"], 4, "{prepared}");
}

#[test]
fn what_is_incomplete_is_not_submitted_without_a_network_either() {
    let page = opened();
    *lock(&page.hall.away) = true;
    page.ask(json!({"type_answer": {"id": DRAFT, "path": "name", "text": ""}}));
    let prepared = command(json!({"prepare_submission": {"id": DRAFT, "may_wait": true}}));
    let refused = page.hall.machine.wait(page.core.dispatch(prepared), 500);
    assert_eq!(
        refused.map_err(|error| error.code.as_str()).err(),
        Some("forms/invalid_answers")
    );
}

#[test]
fn what_an_earlier_core_left_is_in_what_is_submitted_however_long_it_takes_to_find() {
    let hall = opened().hall;
    let journal = Arc::new(SlowJournal(Arc::default(), hall.machine.clone()));
    *lock(&hall.away) = false;
    let before = started(&hall, journal.clone());
    before.ask(json!({"view_draft": {"id": DRAFT}}));
    *lock(&hall.away) = true;
    before.ask(json!({"type_answer": {"id": DRAFT, "path": "name", "text": "张敏"}}));
    hall.machine.die();

    *lock(&hall.away) = false;
    let after = started(&hall, journal);
    after.ask(json!({"prepare_submission": {"id": DRAFT}}));
    assert_eq!(lock(&hall.answers)["name"], "张敏");
}

/// What the citizen had in sight with each change to a question.
fn seen(page: &Running, path: &str) -> Vec<u64> {
    page.hall.machine.pass(1_000);
    let changes = lock(&page.hall.changes);
    let of_path = changes.iter().filter(|(of, _)| of == path);
    of_path.map(|(_, seen)| *seen).collect()
}

fn value(shown: &Value, path: &str) -> Value {
    let questions = shown["page"]["questions"].as_array().cloned().unwrap_or_default();
    let question = questions.into_iter().find(|question| question["path"] == path);
    question.map(|question| question["value"].clone()).unwrap_or_default()
}

#[test]
fn what_was_read_only_to_be_submitted_is_not_in_sight_until_it_is_shown() {
    let page = opened();
    page.hall.elsewhere("name", "theirs");
    let prepared = page.ask(json!({"prepare_submission": {"id": DRAFT}}));
    assert_eq!(prepared["revision"], 4, "what is submitted is as the hall has it");
    page.ask(json!({"change_answers": {"id": DRAFT, "changes": [{"path": "phone", "value": "13800000001"}]}}));
    assert_eq!(seen(&page, "phone"), [3], "nobody was shown more");
    // What is shown next is no older than what was read.
    page.hall.elsewhere("name", "theirs again");
    page.ask(json!({"prepare_submission": {"id": DRAFT}}));
    let shown = page.ask(json!({"view_draft": {"id": DRAFT}}));
    assert_eq!(value(&shown, "name"), "theirs again");
    page.ask(json!({"change_answers": {"id": DRAFT, "changes": [{"path": "phone", "value": "13800000002"}]}}));
    assert_eq!(seen(&page, "phone"), [3, 6]);
}

#[test]
fn a_file_that_goes_into_an_answer_by_itself_brings_nothing_into_sight() {
    let page = opened();
    page.hall.elsewhere("name", "theirs");
    let file = json!({"id": KEY, "name": "a.pdf", "media_type": "application/pdf", "size": 1, "sha256": "00",
        "uploaded_at": AT});
    page.ask(json!({"attach_file": {"draft": DRAFT, "path": "photo", "file": file}}));
    page.ask(json!({"change_answers": {"id": DRAFT, "changes": [{"path": "rows", "value": ["a"]}]}}));
    assert_eq!((seen(&page, "photo"), seen(&page, "rows")), (vec![4], vec![3]));
}

#[test]
fn what_a_save_brings_while_a_page_is_opened_is_on_that_page() {
    let hall = Arc::new(Hall::default());
    *lock(&hall.answers) = json!({});
    *lock(&hall.revision) = 3;
    let page = started(&hall, Arc::new(MemoryJournal::default()));
    page.ask(json!({"get_draft": {"id": DRAFT}}));
    let (come, until) = oneshot::channel();
    *lock(&hall.inputs) = Some(until);
    let view = command(json!({"view_draft": {"id": DRAFT}}));
    let mut viewing = Box::pin(page.core.dispatch(view));
    for _ in 0..3 {
        assert!(viewing.as_mut().now_or_never().is_none());
        hall.machine.run();
    }
    hall.elsewhere("name", "theirs");
    page.ask(json!({"change_answers": {"id": DRAFT, "changes": [{"path": "phone", "value": "1"}]}}));
    assert_eq!(seen(&page, "phone"), [3]);
    assert!(come.send(()).is_ok(), "the page was still being opened");
    let shown = hall
        .machine
        .wait(viewing, 100)
        .unwrap_or_else(|error| panic!("{error:?}"));
    let shown = serde_json::to_value(shown).unwrap_or_default();
    assert_eq!(value(&shown["view_draft"], "name"), "theirs");
}
