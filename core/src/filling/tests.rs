//! Submitting by a UI that does not link the form engine, with and without a network.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::FutureExt;
use onehall_protocol::identity::TerminalKind;
use serde_json::{Value, json};

use crate::platform::memory::MemoryJournal;
use crate::ports::{Host, Http, HttpRequest, HttpResponse, Journal, Method, NoAnswer, NotKept, Timer};
use crate::testing::{AT, CASE, DRAFT, Machine, PERSON, answer, command, draft, problem, session, text};
use crate::{Core, lock};

const KEY: &str = "01935a00-0000-7000-8000-000000000101";

/// A hall with one form, which has one question.
#[derive(Default)]
struct Hall {
    machine: Arc<Machine>,
    away: Mutex<bool>,
    answers: Mutex<Value>,
    revision: Mutex<u64>,
    /// What was submitted.
    submitted: Mutex<Vec<Value>>,
}

#[async_trait]
impl Http for Hall {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        if *lock(&self.away) {
            return Err(NoAnswer);
        }
        let path = request.url.trim_start_matches("/api/v1");
        let body: Value = serde_json::from_slice(request.body.as_deref().unwrap_or_default()).unwrap_or_default();
        let mut revision = lock(&self.revision);
        Ok(answer(match (request.method, path) {
            (Method::Get, "/identity/session") => (200, session(PERSON)),
            (Method::Get, "/forms/passport/1") => {
                let name = json!({"id": "name", "kind": "text", "label": text(), "required": true});
                let page = json!({"id": "one", "title": text(), "questions": [name]});
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
                    lock(&self.answers)[change["path"].as_str().unwrap_or_default()] = change["value"].clone();
                }
                (200, json!({"revision": *revision, "saved_at": AT}))
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

/// A journal on a disk that takes seconds to read.
struct Slow(MemoryJournal, Arc<Machine>);

#[async_trait]
impl Journal for Slow {
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept> {
        self.0.keep(key, value).await
    }

    async fn kept(&self) -> Vec<(String, Vec<u8>)> {
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
    let journal = Arc::new(Slow(MemoryJournal::default(), hall.machine.clone()));
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
