//! What the token of another site's page reaches, route by route of the API as its document says it.

use axum::http::Method;
use onehall_protocol::API;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{BANK, ZHANG_MIN, begin, good, text, with_token};
use crate::cases::tests::{PDF, apply};
use crate::config::Mode;
use crate::http;
use crate::testing::{Reply, TestHall, TestTerminal, save_body};

const NOBODYS: &str = "01935a00-0000-7000-8000-000000000001";

/// What a site's token reaches besides the drafts, cases and files of its services, and why.
const REACHED: [(&str, &str); 11] = [
    ("GET /identity/session", "for whom it fills something in"),
    ("GET /identity/level", "what stands between them and handing in"),
    ("POST /identity/proof/codes", "a service may ask for a proof"),
    ("POST /identity/proof/code", "a service may ask for a proof"),
    ("GET /drafts", "those of its services"),
    ("GET /cases", "those of its services"),
    ("GET /sync", "changes of its services"),
    ("GET /sync/snapshot", "what is kept of its services"),
    ("GET /sync/wait", "whether something of its services changed"),
    ("GET /events", "pokes of its services"),
    ("DELETE /attempts/{key}", "named by a key that its terminal alone knows"),
];

/// Those that end when something happens, and not before; the last is for anybody.
const ENDLESS: [&str; 3] = ["GET /sync/wait", "GET /events", "GET /halls/{hall}/events"];

/// A draft, a case, a file and an upload of a service for which the site is not registered.
struct Others {
    draft: String,
    case: String,
    file: String,
    upload: String,
}

async fn others(hall: &TestHall, browser: &mut TestTerminal) -> Others {
    let case = apply(hall, browser).await;
    let draft = text(&good(begin(browser, "identity-card-renewal", None).await)["id"]);
    let place = format!("{API}/drafts/{draft}");
    let file = browser
        .upload(&place, Some("old_card"), "card.pdf", "application/pdf", PDF)
        .await;
    let file = good(file);
    let begun = good(send(browser, Method::POST, &format!("{API}/uploads"), upload(&draft)).await);
    Others {
        draft,
        case,
        file: text(&file["id"]),
        upload: text(&begun["id"]),
    }
}

/// An upload to a draft that begins.
fn upload(draft: &str) -> Value {
    json!({ "to": { "kind": "draft", "id": draft }, "path": "old_card", "name": "back.pdf", "size": PDF.len(),
        "sha256": "00".repeat(32) })
}

async fn send(terminal: &mut TestTerminal, method: Method, path: &str, body: Value) -> Reply {
    let key = Uuid::now_v7().to_string();
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key.as_str()),
        ("upload-offset", "0"),
    ];
    terminal
        .send(method, path, &headers, body.to_string().into_bytes())
        .await
}

impl Others {
    /// The address of a route, of what is theirs where it names something.
    fn place(&self, path: &str) -> String {
        let id = match path.split('/').nth(1) {
            Some("drafts") => &self.draft,
            Some("cases") => &self.case,
            Some("files") => &self.file,
            Some("uploads") => &self.upload,
            _ => NOBODYS,
        };
        let named = [
            ("{id}", id),
            ("{file}", &self.file),
            ("{key}", NOBODYS),
            ("{n}", "1"),
            ("{material}", "old-card"),
            ("{hall}", "central"),
            ("{queue}", "household"),
        ];
        let path = named
            .iter()
            .fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
        // Whatever else a path names is nobody's.
        let path = path.replace(['{', '}'], "");
        format!("{API}{path}")
    }

    /// What is sent: whole enough to be looked at.
    fn body(&self, route: &str) -> Value {
        match route {
            "POST /drafts" => json!({ "item": "identity-card-renewal" }),
            "PATCH /drafts/{id}" => save_body(&json!(1), &[json!({ "path": "reason", "value": "lost" })]),
            "POST /drafts/{id}/presence" => json!({ "writer": NOBODYS, "here": true }),
            "POST /drafts/{id}/submission" => {
                json!({ "revision": 1, "as_of": "2026-11-23", "engine": 1, "transcript": "00".repeat(32) })
            }
            "POST /drafts/{id}/files/reuse" | "POST /cases/{id}/files/reuse" => {
                json!({ "path": "old_card", "file": self.file })
            }
            "POST /cases/{id}/supplement" => json!({ "version": 1, "answers": {} }),
            "POST /cases/{id}/withdrawal" => json!({ "version": 1 }),
            "POST /cases/{id}/rating" => json!({ "stars": 5 }),
            "POST /uploads" => upload(&self.draft),
            "POST /identity/proof/code" => json!({ "code": "000000" }),
            "POST /halls/{hall}/tickets" => json!({ "queue": "household" }),
            _ => json!({}),
        }
    }
}

/// Every route of the API that is for citizens: a method and a path.
fn routes() -> Vec<(Method, String)> {
    let document = http::document(Mode::Development).unwrap_or_else(|error| panic!("{error}"));
    let document: Value = serde_json::from_str(&document).unwrap_or_else(|error| panic!("{error}"));
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    let mut routes = Vec::new();
    for (path, item) in paths {
        let Some(path) = path.strip_prefix(API) else { continue };
        // What clerks and developers ask knows no citizen's token.
        if ["/staff", "/dev"].iter().any(|root| path.starts_with(root)) {
            continue;
        }
        for method in [Method::GET, Method::POST, Method::PATCH, Method::PUT, Method::DELETE] {
            if item.get(method.as_str().to_lowercase()).is_some() {
                routes.push((method, path.to_owned()));
            }
        }
    }
    routes
}

#[tokio::test]
async fn a_sites_token_is_refused_by_every_route_of_ones_own_that_is_not_of_its_services() {
    let hall = TestHall::open_with(|config| {
        config.embed_origins = vec![BANK.to_owned()];
        config.embed_services = vec![format!("{BANK} residence-permit")];
    })
    .await;
    let mut browser = hall.browser();
    browser.log_in(ZHANG_MIN).await;
    let others = others(&hall, &mut browser).await;
    hall.clock.advance(61);
    let (embedded, _) = with_token(&hall, "browser", Some(BANK), ZHANG_MIN).await;
    let mut anybody = embedded.clone();
    anybody.headers.retain(|(name, _)| name != "authorization");

    let (mut shut, mut reached) = (0, Vec::new());
    for (method, path) in routes() {
        let route = format!("{method} {path}");
        if ENDLESS.contains(&route.as_str()) {
            reached.push(route);
            continue;
        }
        let (place, body) = (others.place(&path), others.body(&route));
        let without = send(&mut anybody.clone(), method.clone(), &place, body.clone()).await;
        if without.status != 401 && without.code() != "request/cross_site" {
            // It asks nobody who they are.
            continue;
        }
        let reply = send(&mut embedded.clone(), method, &place, body).await;
        let said = String::from_utf8_lossy(&reply.body).into_owned();
        if REACHED.iter().any(|(known, _)| *known == route) {
            assert!(
                ![400, 401, 403, 404].contains(&reply.status),
                "{route}: {} {said}",
                reply.status
            );
            for id in [&others.draft, &others.case, &others.file] {
                assert!(!said.contains(id.as_str()), "{route} tells of another service: {said}");
            }
            reached.push(route);
            continue;
        }
        let refusals = ["identity/other_terminal", "request/cross_site"];
        assert!(
            reply.status == 403 && refusals.contains(&reply.code().as_str()),
            "{route}: {} {said}",
            reply.status
        );
        shut += 1;
    }
    // Neither list is out of date, and the test did look.
    for (known, why) in REACHED {
        assert!(
            reached.iter().any(|route| route == known),
            "no such route: {known} ({why})"
        );
    }
    assert!(shut > 40, "{shut}");
}
