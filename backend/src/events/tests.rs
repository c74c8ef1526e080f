//! Promises of the poke streams, asked of whole routes.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, header};
use futures::StreamExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::Channel;
use crate::cases::tests::{CITIZEN, STRANGER, apply, clerk, done};
use crate::http;
use crate::state::AppState;
use crate::testing::{TestHall, TestTerminal};

/// Longer than anything here takes, and far shorter than a heartbeat: a poke that does not come fails the test.
const SOON: Duration = Duration::from_secs(5);

/// An open stream of events.
pub(super) struct Listening {
    stream: BodyDataStream,
    text: String,
}

/// Opens a stream at a replica, and waits until it is there.
pub(super) async fn open(replica: &AppState, terminal: &TestTerminal, path: &str) -> Listening {
    let cookies: Vec<_> = terminal
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = Request::builder()
        .uri(path)
        .header(header::COOKIE, cookies.join("; "))
        .body(Body::empty());
    let request = request.unwrap_or_else(|error| panic!("{error}"));
    let router = http::router(replica.clone()).unwrap_or_else(|error| panic!("{error}"));
    let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    assert_eq!(response.status(), 200);
    let value = |name: &str| response.headers()[name].to_str().unwrap_or_default().to_owned();
    assert_eq!(
        (value("content-type").as_str(), value("cache-control").as_str()),
        ("text/event-stream", "no-store")
    );
    let mut listening = Listening {
        stream: response.into_body().into_data_stream(),
        text: String::new(),
    };
    assert_eq!(
        listening.part().await.as_deref(),
        Some(": connected"),
        "it says at once that it is there"
    );
    listening
}

impl Listening {
    /// The next part of the stream; none where it has ended.
    async fn part(&mut self) -> Option<String> {
        loop {
            if let Some((part, rest)) = self.text.split_once("\n\n") {
                let (part, rest) = (part.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(part);
            }
            let chunk = tokio::time::timeout(SOON, self.stream.next())
                .await
                .unwrap_or_else(|_| panic!("nothing came"));
            self.text.push_str(&String::from_utf8_lossy(
                &chunk?.unwrap_or_else(|error| panic!("{error}")),
            ));
        }
    }

    /// The next poke; none where the stream has ended.
    pub(super) async fn poke(&mut self) -> Option<Value> {
        let part = self.part().await?;
        let data = part
            .strip_prefix("event: poke\ndata: ")
            .unwrap_or_else(|| panic!("no poke: {part}"));
        Some(serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}")))
    }
}

pub(super) const EVENTS: &str = "/api/v1/events";
pub(super) const STAFF_EVENTS: &str = "/api/v1/staff/events";

#[tokio::test]
async fn the_citizen_is_poked_by_a_clerks_step_and_the_clerk_by_the_citizens() {
    let hall = TestHall::open().await;
    let (mut browser, mut stranger) = (hall.browser(), hall.browser());
    browser.log_in(CITIZEN).await;
    stranger.log_in(STRANGER).await;
    let mut window = clerk(&hall, "ps-window").await;
    let elsewhere = clerk(&hall, "mr-window").await;
    let mut console = open(&hall.state, &window, STAFF_EVENTS).await;
    let mut other_console = open(&hall.state, &elsewhere, STAFF_EVENTS).await;
    let case = apply(&hall, &mut browser).await;
    assert_eq!(console.poke().await, Some(json!({ "kind": "queue" })));

    let mut citizen = open(&hall.state, &browser, EVENTS).await;
    let mut nosy = open(&hall.state, &stranger, EVENTS).await;
    done(&mut window, &case, "pass-pre-review", json!({})).await;
    assert_eq!(citizen.poke().await, Some(json!({ "kind": "case", "id": case })));
    assert_eq!(console.poke().await, Some(json!({ "kind": "case", "id": case })));
    assert_eq!(console.poke().await, Some(json!({ "kind": "queue" })));

    // Nobody else heard of it: the first thing that they hear is the end.
    hall.state.events.close();
    for stream in [&mut citizen, &mut nosy, &mut console, &mut other_console] {
        assert_eq!(stream.poke().await, None, "a stop ends every stream");
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_leaves_the_others() {
    let hall = TestHall::open().await;
    let (mut kiosk, mut phone) = (hall.terminal("kiosk"), hall.terminal("mobile"));
    kiosk.log_in(CITIZEN).await;
    hall.clock.advance(61);
    let session = phone.log_in(CITIZEN).await;
    let mut at_kiosk = open(&hall.state, &kiosk, EVENTS).await;
    let mut on_phone = open(&hall.state, &phone, EVENTS).await;
    assert_eq!(kiosk.delete("/api/v1/identity/session").await.status, 204);
    assert_eq!(at_kiosk.poke().await, Some(json!({ "kind": "session_ended" })));
    assert_eq!(at_kiosk.poke().await, None);

    let id = session["actor"]["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .unwrap_or_else(|| panic!("no id"));
    hall.state.events.poke_person(id, onehall_protocol::cases::Poke::Again);
    assert_eq!(
        on_phone.poke().await,
        Some(json!({ "kind": "again" })),
        "the phone is still listening"
    );
    drop(on_phone);
    assert_eq!(
        hall.state.events.listeners(&Channel::Person(id)),
        0,
        "who leaves leaves nothing behind"
    );
}

#[tokio::test]
async fn nobody_listens_without_a_session_and_nobody_opens_streams_without_end() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    for path in [EVENTS, STAFF_EVENTS] {
        assert_eq!(browser.get(path).await.code(), "identity/not_logged_in");
    }
    browser.log_in(CITIZEN).await;
    let mut streams = Vec::new();
    for _ in 0..40 {
        streams.push(open(&hall.state, &browser, EVENTS).await);
    }
    assert_eq!(browser.get(EVENTS).await.code(), "request/too_many");
    streams.pop();
    streams.push(open(&hall.state, &browser, EVENTS).await);
}
