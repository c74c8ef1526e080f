use std::path::PathBuf;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use futures::StreamExt;
use onehall_forms::Inputs;
use onehall_protocol::{Language, Text};
use serde_json::{Value, json};
use tokio::sync::watch;
use tower::ServiceExt;

use super::seen::{Seen, SeenFinding, Surroundings};
use super::watched::Watched;
use super::{pages, report, server};
use crate::form_file::{self, FileFinding};

const FORM: &str = r#"{"schema": "onehall-form/1", "code": "leave", "version": 1,
 "title": {"zh-CN": "请假", "en": "Leave"},
 "pages": [
  {"id": "you", "title": {"zh-CN": "您", "en": "You"}, "questions": [
   {"id": "name", "kind": "text", "label": {"zh-CN": "姓名", "en": "Name"}}]}]}"#;

struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("onehall-preview-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&path).unwrap_or_else(|error| panic!("{error}"));
        Folder(path)
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).unwrap_or_else(|error| panic!("{error}"));
        }
        std::fs::write(&path, content).unwrap_or_else(|error| panic!("{error}"));
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn taken(text: &str) -> Seen {
    let mut seen = Seen::nothing("leave.v1.json".to_owned());
    seen.take(&Ok(text.to_owned()));
    seen
}

fn only_finding(seen: &Seen) -> &FileFinding {
    &only_seen(seen).finding
}

fn only_seen(seen: &Seen) -> &SeenFinding {
    assert_eq!(seen.findings.len(), 1, "{:?}", seen.findings);
    &seen.findings[0]
}

#[test]
fn a_finding_names_its_line_and_shows_it() {
    let seen = taken(&FORM.replace("\"kind\"", "\"requird\": true, \"kind\""));
    let finding = only_finding(&seen);
    assert_eq!(
        (finding.path.as_str(), finding.code, finding.place),
        ("/pages/0/questions/0/requird", "unknown_field", Some((5, 19)))
    );
    assert!(
        only_seen(&seen).excerpt.starts_with("{\"id\": \"name\", \"requird\""),
        "{finding:?}"
    );
    assert_eq!(seen.form, None);
}

#[test]
fn what_is_no_json_names_the_place_and_does_not_say_it_twice() {
    let seen = taken(&FORM.replace("\"version\": 1,", "\"version\": 1"));
    let finding = only_finding(&seen);
    assert_eq!((finding.code, finding.place), ("no_json", Some((2, 2))));
    let (zh, en) = (&finding.message.zh_cn, &finding.message.en);
    assert!(zh.contains("应为 `,`") && en.contains("expected `,`"), "{finding:?}");
    assert!(!en.contains("line"), "{finding:?}");
    assert_eq!(only_finding(&taken(&format!("\u{feff}{FORM}"))).code, "byte_order_mark");
    let twice = taken(&FORM.replace("\"version\": 1,", "\"version\": 1, \"version\": 2,"));
    assert_eq!(only_finding(&twice).code, "duplicate_field");
}

#[test]
fn the_last_sound_form_stays_while_there_are_findings() {
    let mut seen = taken(FORM);
    let sound = seen.form.clone();
    assert!(sound.is_some() && seen.findings.is_empty());
    seen.take(&Ok("{".to_owned()));
    assert_eq!((seen.revision, &seen.form), (2, &sound));
    assert_eq!(only_finding(&seen).code, "no_json");
    seen.take(&Ok(FORM.replace("\"version\": 1", "\"version\": 2")));
    assert!(seen.findings.is_empty() && seen.form != sound);
}

#[test]
fn a_save_counts_when_two_looks_agree_on_it() {
    let folder = Folder::new();
    let path = folder.write("leave.v1.json", FORM);
    let mut watched = Watched::open(path.clone());
    assert_eq!(
        (watched.seen().revision, watched.seen().file.as_str()),
        (1, "leave.v1.json")
    );
    assert!(!watched.look() && !watched.look(), "nothing changed");
    folder.write("leave.v1.json", "{\"half");
    assert!(!watched.look(), "it may be half written");
    folder.write("leave.v1.json", &FORM.replace("请假", "休假"));
    assert!(!watched.look(), "and it was");
    assert!(watched.look());
    assert!(watched.seen().findings.is_empty());
    assert!(!watched.look());
    // As editors save: a new file under the old name, with nothing there for a moment.
    std::fs::remove_file(&path).unwrap_or_else(|error| panic!("{error}"));
    assert!(!watched.look());
    folder.write("leave.v1.json", &FORM.replace("请假", "休假"));
    assert!(!watched.look() && !watched.look(), "the same content as before");
    std::fs::remove_file(&path).unwrap_or_else(|error| panic!("{error}"));
    assert!(!watched.look() && watched.look());
    assert_eq!(only_finding(watched.seen()).code, "no_file");
    assert!(watched.seen().form.is_some(), "the last sound form stays");
}

/// What is said of a file that is not there.
fn no_file() -> FileFinding {
    let nowhere = std::env::temp_dir().join("onehall-preview-nowhere.json");
    let read = form_file::read(&nowhere, form_file::MOST_BYTES);
    read.err().unwrap_or_else(|| panic!("{} is there", nowhere.display()))
}

#[test]
fn what_the_page_is_told_has_the_frozen_shape() {
    let frozen: Value = serde_json::from_str(include_str!("seen.json")).unwrap_or_else(|error| panic!("{error}"));
    let finding = |path: &str, code, message: Text, place, excerpt: &str| SeenFinding {
        finding: FileFinding {
            path: path.to_owned(),
            code,
            message,
            place,
        },
        excerpt: excerpt.to_owned(),
    };
    let seen = Seen {
        file: "leave.v1.json".to_owned(),
        revision: 2,
        findings: vec![
            finding(
                "/pages/0/questions/0/requird",
                "unknown_field",
                Text::new("这里没有字段 `requird`", "there is no field `requird` here"),
                Some((7, 80)),
                "{\"id\": \"name\", …}",
            ),
            finding("", "no_file", no_file().message, None, ""),
        ],
        form: Some(json!({"schema": "onehall-form/1"})),
    };
    let told: Value = serde_json::from_str(&seen.to_json()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(told, frozen);
}

#[test]
fn the_terminal_says_it_as_compilers_do() {
    let mut seen = taken(&FORM.replace("\"kind\"", "\"requird\": true, \"kind\""));
    let said = report(&seen, "forms/leave.v1.json".as_ref(), Language::En);
    assert!(said.starts_with("forms/leave.v1.json:5:19: "), "{said}");
    assert!(
        said.ends_with("(unknown_field at /pages/0/questions/0/requird)\n1 finding\n"),
        "{said}"
    );
    seen.take(&Err(no_file()));
    let said = Language::ALL.map(|language| report(&seen, "leave.v1.json".as_ref(), language));
    assert_eq!(
        said,
        [
            "leave.v1.json: 没有这个文件 (no_file at /)\n1 个问题\n",
            "leave.v1.json: there is no such file (no_file at /)\n1 finding\n",
        ]
    );
    assert_eq!(
        report(&taken(FORM), "leave.v1.json".as_ref(), Language::En),
        "no findings\n"
    );
}

#[test]
fn the_pages_are_in_the_bundle_or_in_one_beside_it_and_else_it_is_said_how_to_get_them() {
    let folder = Folder::new();
    let bundle = folder.0.join("bundle");
    let wanting = pages(Some(&bundle)).map_err(|error| error.to_string());
    assert!(
        wanting
            .as_ref()
            .is_err_and(|said| said.contains("cargo xtask bundle --flavour preview")),
        "{wanting:?}"
    );
    assert!(pages(None).is_err_and(|said| said.to_string().contains("--ui")));
    for page in ["index.html", "form.html"] {
        folder.write(&format!("bundle-preview/preview/{page}"), "<!doctype html>");
    }
    assert!(pages(Some(&bundle)).is_ok_and(|pages| pages == folder.0.join("bundle-preview/preview")));
    for page in ["index.html", "form.html"] {
        folder.write(&format!("bundle/preview/{page}"), "<!doctype html>");
    }
    assert!(pages(Some(&bundle)).is_ok_and(|pages| pages == bundle.join("preview")));
}

/// A server on port 80 of a test, its pages and what it tells.
struct Shown {
    _folder: Folder,
    router: axum::Router,
    tell: watch::Sender<Arc<str>>,
}

fn shown() -> Shown {
    let folder = Folder::new();
    folder.write("index.html", "the author's page");
    folder.write("form.html", "the citizen's page");
    folder.write("assets/preview.0123.js", "export {}");
    let (tell, told) = watch::channel(taken(FORM).to_json());
    Shown {
        router: server::router(&folder.0, 8090, Arc::new(Surroundings::of(Inputs::none())), told),
        tell,
        _folder: folder,
    }
}

impl Shown {
    async fn ask(&self, path: &str, host: &str, accept: &str) -> Response {
        let request = Request::builder()
            .uri(path)
            .header(header::HOST, host)
            .header(header::ACCEPT, accept)
            .body(Body::empty())
            .unwrap_or_else(|error| panic!("{error}"));
        self.router
            .clone()
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {})
    }

    async fn text(&self, path: &str) -> (StatusCode, String) {
        let response = self.ask(path, "127.0.0.1:8090", "text/html").await;
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap_or_default();
        (status, String::from_utf8_lossy(&body).into_owned())
    }
}

#[tokio::test]
async fn the_author_gets_a_page_and_the_frame_the_citizens() {
    let shown = shown();
    assert_eq!(shown.text("/").await, (StatusCode::OK, "the author's page".to_owned()));
    for path in ["/form", "/drafts/1/you"] {
        assert_eq!(
            shown.text(path).await,
            (StatusCode::OK, "the citizen's page".to_owned())
        );
    }
    assert_eq!(shown.text("/assets/preview.0123.js").await.0, StatusCode::OK);
    assert_eq!(shown.text("/assets/none.js").await.0, StatusCode::NOT_FOUND);
    let script = shown.ask("/drafts/none.js", "127.0.0.1:8090", "*/*").await;
    assert_eq!(
        script.status(),
        StatusCode::NOT_FOUND,
        "a missing script is a missing script"
    );
}

#[tokio::test]
async fn only_this_machine_is_answered_and_under_a_strict_policy() {
    let shown = shown();
    for host in ["hall.example", "hall.example:8090", "127.0.0.1", "127.0.0.1:8091"] {
        for path in ["/", "/preview/events", "/assets/preview.0123.js"] {
            let response = shown.ask(path, host, "text/html").await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{host}{path}");
        }
    }
    let response = shown.ask("/", "localhost:8090", "text/html").await;
    assert_eq!(response.status(), StatusCode::OK);
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY]
        .to_str()
        .unwrap_or_default();
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
    assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
}

#[test]
fn names_in_lists_come_with_their_pinyin() {
    let inputs = json!({
        "calendar": {"version": "1", "days": {"covers": ["2026-01-01", "2026-12-31"], "holidays": [], "working_weekends": []}},
        "lists": [{"code": "regions", "version": "1", "entries": [{"code": "990405", "label": {"zh-CN": "河东区", "en": "Hedong District"}}]}],
    });
    let inputs: Inputs = serde_json::from_value(inputs).unwrap_or_else(|error| panic!("{error}"));
    let frozen: Value = serde_json::from_str(include_str!("inputs.json")).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(json!(Surroundings::of(inputs)), frozen);
}

#[tokio::test]
async fn a_page_is_told_the_inputs_once_and_then_every_content() {
    let shown = shown();
    let response = shown
        .ask("/preview/events", "127.0.0.1:8090", "text/event-stream")
        .await;
    let mut body = response.into_body().into_data_stream();
    let mut next = async || {
        let bytes = body.next().await.unwrap_or_else(|| panic!("the stream ended"));
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    };
    assert!(next().await.starts_with("event: inputs\n"));
    let first = next().await;
    assert!(
        first.starts_with("event: seen\ndata: {") && first.contains("\"findings\":[]"),
        "{first}"
    );
    shown.tell.send_replace(taken("{").to_json());
    assert!(next().await.contains("no_json"));
}
