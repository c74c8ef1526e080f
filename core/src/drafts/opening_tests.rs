//! A draft that is opened while answers in it are saved.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::channel::oneshot;
use futures::future::FutureExt;
use onehall_client::citizen::Reply;
use onehall_protocol::identity::TerminalKind;
use serde_json::{Value, json};

use crate::ports::{Http, HttpRequest, HttpResponse, Method, NoAnswer};
use crate::testing::{AT, DRAFT, Machine, PERSON, answer, command, draft, problem, session};
use crate::{Core, lock};

/// A hall of one draft. What it says of it when it is opened may take long.
struct Hall {
    revision: Mutex<u64>,
    until: Mutex<Option<oneshot::Receiver<()>>>,
}

#[async_trait]
impl Http for Hall {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let said = {
            let mut revision = lock(&self.revision);
            match (request.method, request.url.trim_start_matches("/api/v1")) {
                (Method::Get, "/identity/session") => (200, session(PERSON)),
                (Method::Patch, _) => {
                    *revision += 1;
                    (200, json!({"revision": *revision, "saved_at": AT}))
                }
                (Method::Post, "/drafts") | (Method::Get, "/drafts/01935a00-0000-7000-8000-0000000000d1") => {
                    (200, draft(*revision, &json!({})))
                }
                _ => problem(404, "request/not_found"),
            }
        };
        let until = lock(&self.until).take_if(|_| request.method == Method::Post);
        if let Some(until) = until {
            let _ = until.await;
        }
        Ok(answer(said))
    }
}

fn revision(reply: Result<Reply, onehall_protocol::CoreError>) -> Option<u64> {
    match reply {
        Ok(Reply::OpenDraft(draft)) => Some(draft.summary.revision),
        _ => None,
    }
}

#[test]
fn a_draft_is_never_shown_older_than_what_was_saved_from_here() {
    let machine = Arc::new(Machine::default());
    let hall = Arc::new(Hall {
        revision: Mutex::new(3),
        until: Mutex::default(),
    });
    let core = Core::new(machine.host(hall.clone()), "", TerminalKind::Desktop);
    let ask = |asked: Value| machine.wait(core.dispatch(command(asked)), 0);
    assert!(ask(json!({"restore_session": {}})).is_ok());
    let open = json!({"open_draft": {"start": {"item": "passport"}}});
    assert_eq!(revision(ask(open.clone())), Some(3));
    let (arrives, until) = oneshot::channel();
    *lock(&hall.until) = Some(until);
    let mut opening = Box::pin(core.dispatch(command(open)));
    assert!((&mut opening).now_or_never().is_none(), "it is on its way");
    let change = json!({"path": "name", "value": "1"});
    assert!(ask(json!({"change_answers": {"id": DRAFT, "changes": [change], "page": null}})).is_ok());
    machine.pass(5_000);
    assert_eq!(*lock(&hall.revision), 4, "it is saved");
    assert!(arrives.send(()).is_ok());
    assert_eq!(revision(machine.wait(opening, 0)), Some(4));
}
