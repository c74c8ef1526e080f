//! What a question does not take is not sent, whether a page shows the form or only read it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CoreError, ErrorCode};
use serde_json::{Value, json};

use crate::ports::{Http, HttpRequest, HttpResponse, Method, NoAnswer};
use crate::testing::{AT, CASE, DRAFT, Machine, PERSON, answer, case, command, draft, problem, session, text};
use crate::{Core, lock};

/// A hall with one draft and one case, whose form asks for pictures of at most 1 KB in the rows of a group.
#[derive(Default)]
struct Hall {
    machine: Arc<Machine>,
    begun: Mutex<usize>,
}

fn form() -> Value {
    let picture = json!({"id": "picture", "kind": "material", "material": "photo", "label": text(),
        "accept": ["image/jpeg", "image/png"], "max_kilobytes": 1});
    let rows = json!({"id": "rows", "kind": "group", "label": text(), "row_label": text(), "questions": [picture]});
    let any = json!({"id": "any", "kind": "material", "material": "any", "label": text()});
    let page = json!({"id": "one", "title": text(), "questions": [rows, any]});
    json!({"schema": "onehall-form/1", "code": "passport", "version": 1, "title": text(), "pages": [page]})
}

#[async_trait]
impl Http for Hall {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let path = request.url.trim_start_matches("/api/v1");
        let entry =
            |kind: &str, id: &str, put: Value| json!({"entity": kind, "principal": PERSON, "id": id, "put": put});
        let answers = json!({"rows": ["r1"]});
        Ok(answer(
            match (request.method, path.split('?').next().unwrap_or_default()) {
                (Method::Get, "/identity/session") => (200, session(PERSON)),
                (Method::Get, "/forms/passport/1") => (200, form()),
                (Method::Get, "/forms/passport/1/inputs") => (200, json!({})),
                (Method::Get, "/catalog") => {
                    let city = json!({"utc_offset_minutes": 480});
                    (
                        200,
                        json!({"version": "1", "city": city, "authorities": [], "items": []}),
                    )
                }
                (Method::Get, "/sync/snapshot") => {
                    let all = [
                        entry("draft", DRAFT, draft(1, &answers)),
                        entry("case", CASE, case("supplement_required", 2)),
                    ];
                    (200, json!({"changes": all, "cursor": "1", "principals": [PERSON]}))
                }
                (Method::Get, "/sync") => (
                    200,
                    json!({"changes": [], "cursor": "1", "more": false, "principals": [PERSON]}),
                ),
                (Method::Get, path) if path.ends_with(DRAFT) => (200, draft(1, &answers)),
                (Method::Post, "/uploads") => {
                    *lock(&self.begun) += 1;
                    let file = json!({"id": DRAFT, "name": "a.pdf", "media_type": "application/pdf", "size": 1, "sha256": "00",
                    "uploaded_at": AT});
                    (
                        201,
                        json!({"id": DRAFT, "offset": 1, "size": 1, "chunk": 100, "file": file}),
                    )
                }
                _ => problem(404, "request/not_found"),
            },
        ))
    }
}

struct Terminal {
    hall: Arc<Hall>,
    core: Core,
}

impl Terminal {
    fn start() -> Terminal {
        let hall = Arc::new(Hall::default());
        let core = Core::new(hall.machine.host(hall.clone()), "", TerminalKind::Desktop);
        let terminal = Terminal { hall, core };
        terminal.ask(json!({"restore_session": {}}));
        terminal.hall.machine.run();
        terminal
    }

    fn ask(&self, asked: Value) {
        let reply = self.hall.machine.wait(self.core.dispatch(command(asked)), 500);
        assert!(reply.is_ok(), "{reply:?}");
    }

    fn upload(&self, to: (&str, &str), path: &str, (name, media_type, size): (&str, &str, usize)) -> Option<CoreError> {
        let file = onehall_client::FileContent {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            bytes: vec![7; size],
        };
        let upload =
            json!({"upload_file": {"to": {"kind": to.0, "id": to.1}, "path": path, "file": file, "transfer": 1}});
        self.hall.machine.wait(self.core.dispatch(command(upload)), 500).err()
    }
}

/// All that the question refuses, each with its code and its place, and nothing of it begun.
fn refuses(terminal: &Terminal, to: (&str, &str)) {
    for (file, code, fault, details) in [
        (
            ("a.pdf", "application/pdf", 10),
            ErrorCode::FileTypeNotAllowed,
            "file_type_not_accepted",
            json!({"types": ["image/jpeg", "image/png"]}),
        ),
        (
            ("a.png", "application/pdf", 10),
            ErrorCode::FileTypeNotAllowed,
            "file_type_not_accepted",
            json!({"types": ["image/jpeg", "image/png"]}),
        ),
        (
            ("a.jpg", "", 1025),
            ErrorCode::FileTooLarge,
            "file_too_large",
            json!({"max_bytes": 1024}),
        ),
    ] {
        let Some(error) = terminal.upload(to, "rows/r1/picture", file) else {
            panic!("{file:?} was taken")
        };
        assert_eq!((error.code, &error.details), (code, &details), "{file:?}");
        assert_eq!(error.fields.len(), 1);
        assert_eq!(
            (error.fields[0].path.as_str(), error.fields[0].code.as_str()),
            ("rows/r1/picture", fault)
        );
        assert!(!error.message.is_empty());
    }
    assert_eq!(*lock(&terminal.hall.begun), 0, "nothing was begun");
    assert_eq!(
        terminal.upload(to, "rows/r1/picture", ("a.JPG", "image/jpeg", 1024)),
        None
    );
    assert_eq!(terminal.upload(to, "any", ("a.pdf", "", 5000)), None);
    assert_eq!(*lock(&terminal.hall.begun), 2);
}

#[test]
fn a_file_that_the_question_of_a_page_does_not_take_is_not_sent() {
    let terminal = Terminal::start();
    terminal.ask(json!({"view_draft": {"id": DRAFT, "page": null}}));
    refuses(&terminal, ("draft", DRAFT));
}

#[test]
fn nor_one_of_a_page_that_links_the_engine_itself() {
    let terminal = Terminal::start();
    terminal.ask(json!({"get_form": {"form": {"code": "passport", "version": 1}}}));
    refuses(&terminal, ("draft", DRAFT));
}

#[test]
fn nor_one_for_a_supplement() {
    let terminal = Terminal::start();
    terminal.ask(json!({"get_form": {"form": {"code": "passport", "version": 1}}}));
    refuses(&terminal, ("case", CASE));
}

#[test]
fn what_no_form_says_here_the_hall_decides() {
    let terminal = Terminal::start();
    let file = ("a.pdf", "application/pdf", 10);
    assert_eq!(terminal.upload(("draft", DRAFT), "rows/r1/picture", file), None);
    assert_eq!(*lock(&terminal.hall.begun), 1);
}
