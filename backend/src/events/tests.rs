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

#[tokio::test]
async fn a_stream_hears_of_a_principal_from_the_moment_that_both_agree_until_one_ends_it() {
    let hall = TestHall::open().await;
    let (mut principal, mut actor) = (hall.browser(), hall.browser());
    let me = principal.log_in(CITIZEN).await["actor"]["id"].clone();
    actor.log_in(STRANGER).await;
    let mut stream = open(&hall.state, &actor, EVENTS).await;
    let scope = json!({ "role": "helper", "submits": true, "until": "2026-12-31" });
    let asked = principal
        .post(
            "/api/v1/account/delegations",
            json!({ "phone": STRANGER, "scope": scope }),
        )
        .await;
    let id = asked.json()["delegation"]["id"].as_str().unwrap_or_default().to_owned();
    let answer = format!("/api/v1/account/delegations/{id}/answer");
    assert_eq!(actor.post(&answer, json!({ "agree": true })).await.status, 200);
    assert_eq!(stream.poke().await, Some(json!({ "kind": "delegations" })));
    let start = json!({ "item": "residence-permit", "principal": me });
    let draft = actor.post("/api/v1/drafts", start).await.json()["id"].clone();
    let place = format!("/api/v1/drafts/{}", draft.as_str().unwrap_or_default());
    let save = crate::testing::save_body(&json!(1), &[json!({ "path": "phone", "value": "13900000001" })]);
    assert_eq!(principal.patch(&place, save.clone()).await.status, 200);
    assert_eq!(stream.poke().await, Some(json!({ "kind": "draft", "id": draft })));
    let ended = principal.delete(&format!("/api/v1/account/delegations/{id}")).await;
    assert_eq!(ended.status, 204);
    assert_eq!(stream.poke().await, Some(json!({ "kind": "delegations" })));
    // What the principal does now is theirs alone: the next that is heard is one's own.
    assert_eq!(principal.patch(&place, save).await.status, 200);
    let own = actor
        .post("/api/v1/drafts", json!({ "item": "residence-permit" }))
        .await
        .json()["id"]
        .clone();
    let place = format!("/api/v1/drafts/{}", own.as_str().unwrap_or_default());
    assert_eq!(actor.delete(&place).await.status, 204);
    assert_eq!(stream.poke().await, Some(json!({ "kind": "draft", "id": own })));
}

#[tokio::test]
async fn who_may_handle_some_matters_hears_nothing_of_the_others() {
    let hall = TestHall::open().await;
    let (mut principal, mut actor) = (hall.browser(), hall.browser());
    principal.log_in(CITIZEN).await;
    actor.log_in(STRANGER).await;
    let scope = json!({ "role": "helper", "items": ["residence-permit"], "submits": true, "until": "2026-12-31" });
    let request = json!({ "phone": STRANGER, "scope": scope });
    let asked = principal.post("/api/v1/account/delegations", request).await;
    let id = asked.json()["delegation"]["id"].as_str().unwrap_or_default().to_owned();
    let answer = format!("/api/v1/account/delegations/{id}/answer");
    assert_eq!(actor.post(&answer, json!({ "agree": true })).await.status, 200);
    let cursor = actor.get("/api/v1/sync").await.json()["cursor"].clone();
    let mut stream = open(&hall.state, &actor, EVENTS).await;

    let mut begin = async |item: &str| {
        let begun = principal.post("/api/v1/drafts", json!({ "item": item })).await.json();
        let place = format!("/api/v1/drafts/{}", begun["id"].as_str().unwrap_or_default());
        let change = crate::testing::save_body(&json!(1), &[json!({ "path": "phone", "value": "13900000001" })]);
        assert_eq!(principal.patch(&place, change).await.status, 200);
        begun["id"].clone()
    };
    let theirs_alone = begin("identity-card-renewal").await;
    let within = begin("residence-permit").await;
    assert_eq!(stream.poke().await, Some(json!({ "kind": "draft", "id": within })));

    let path = format!("/api/v1/sync?cursor={}", cursor.as_str().unwrap_or_default());
    let pulled = actor.get(&path).await.json().to_string();
    let named = |id: &Value| pulled.contains(id.as_str().unwrap_or_default());
    assert!(named(&within) && !named(&theirs_alone), "{pulled}");
}

#[tokio::test]
async fn the_stream_of_a_session_that_was_ended_elsewhere_ends_and_the_others_go_on() {
    let hall = TestHall::open().await;
    let (mut browser, mut other) = (hall.browser(), hall.terminal("mobile"));
    browser.log_in(CITIZEN).await;
    hall.clock.advance(61);
    other.log_in(CITIZEN).await;
    let mut here = open(&hall.state, &browser, EVENTS).await;
    let mut there = open(&hall.state, &other, EVENTS).await;
    assert_eq!(browser.delete("/api/v1/account/sessions").await.status, 204);
    assert_eq!(there.poke().await, Some(json!({ "kind": "session_ended" })));
    assert_eq!(there.poke().await, None);
    let draft = browser
        .post("/api/v1/drafts", json!({ "item": "residence-permit" }))
        .await
        .json()["id"]
        .clone();
    let place = format!("/api/v1/drafts/{}", draft.as_str().unwrap_or_default());
    assert_eq!(browser.delete(&place).await.status, 204);
    assert_eq!(here.poke().await, Some(json!({ "kind": "draft", "id": draft })));
}

/// The other end of a socket, and the program that serves it.
struct Socket {
    stream: tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>,
}

impl Socket {
    /// The next text; none where the socket has ended.
    async fn text(&mut self) -> Option<String> {
        let next = tokio::time::timeout(SOON, self.stream.next()).await;
        match next.unwrap_or_else(|_| panic!("nothing came"))? {
            Ok(tokio_tungstenite::tungstenite::Message::Text(text)) => Some(text.as_str().to_owned()),
            _ => None,
        }
    }

    async fn poke(&mut self) -> Option<Value> {
        let text = self.text().await?;
        Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}")))
    }
}

/// Serves a hall for real, since a socket is a connection; where it is, and what stops it.
async fn served(hall: &TestHall) -> (std::net::SocketAddr, tokio::sync::oneshot::Sender<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.unwrap_or_else(|error| panic!("{error}"));
    let at = listener.local_addr().unwrap_or_else(|error| panic!("{error}"));
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let router = http::router(hall.state.clone()).unwrap_or_else(|error| panic!("{error}"));
    let state = hall.state.clone();
    tokio::spawn(crate::serve::serve(listener, router, state, async {
        let _ = stopped.await;
    }));
    (at, stop)
}

/// Asks for a socket with these headers: it, or the status of the refusal.
async fn connect(at: std::net::SocketAddr, headers: &[(&str, String)]) -> Result<Socket, u16> {
    use tokio_tungstenite::tungstenite::Error;
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;
    let request = format!("ws://{at}{EVENTS}").into_client_request();
    let mut request = request.unwrap_or_else(|error| panic!("{error}"));
    for (name, value) in headers {
        let name: axum::http::HeaderName = name.parse().unwrap_or_else(|error| panic!("{error}"));
        let value = value.parse().unwrap_or_else(|error| panic!("{error}"));
        request.headers_mut().insert(name, value);
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok((stream, _)) => Ok(Socket { stream }),
        Err(Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_socket_tells_what_a_stream_does_and_ends_with_the_session() {
    let hall = TestHall::open().await;
    let (at, stop) = served(&hall).await;
    let mut program = hall.terminal("mini_app");
    let code = program.ask_code(CITIZEN).await;
    let granted = program
        .post("/api/v1/identity/tokens", json!({ "phone": CITIZEN, "code": code }))
        .await;
    let token = format!("Bearer {}", granted.json()["token"].as_str().unwrap_or_default());
    let headers = [
        ("authorization", token.clone()),
        ("onehall-terminal", "mini_app".to_owned()),
    ];
    let mut socket = connect(at, &headers).await.unwrap_or_else(|status| panic!("{status}"));
    assert_eq!(
        socket.text().await.as_deref(),
        Some(""),
        "it says at once that it is there"
    );

    // What a client says is no reason to end, and takes nothing away from what it is told.
    let chatter = tokio_tungstenite::tungstenite::Message::text("well?");
    futures::SinkExt::send(&mut socket.stream, chatter)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    program.headers.push(("authorization".to_owned(), token.clone()));
    let draft = program
        .post("/api/v1/drafts", json!({ "item": "residence-permit" }))
        .await
        .json()["id"]
        .clone();
    let place = format!("/api/v1/drafts/{}", draft.as_str().unwrap_or_default());
    assert_eq!(program.delete(&place).await.status, 204);
    assert_eq!(socket.poke().await, Some(json!({ "kind": "draft", "id": draft })));

    assert_eq!(program.delete("/api/v1/identity/session").await.status, 204);
    assert_eq!(socket.poke().await, Some(json!({ "kind": "session_ended" })));
    assert_eq!(socket.text().await, None, "and ends");
    assert_eq!(connect(at, &headers).await.err(), Some(401));
    drop(stop);
}

#[tokio::test]
async fn a_socket_ends_when_its_hall_stops_and_leaves_nothing_when_its_client_goes() {
    let hall = TestHall::open().await;
    let (at, stop) = served(&hall).await;
    let mut browser = hall.browser();
    let session = browser.log_in(CITIZEN).await;
    let id = session["actor"]["id"].as_str().and_then(|id| id.parse().ok());
    let own = Channel::Person(id.unwrap_or_else(|| panic!("no id")));
    let cookies: Vec<_> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let cookie = ("cookie", cookies.join("; "));
    let terminal = ("onehall-terminal", "browser".to_owned());

    // A browser lends its cookie to the page of any site: such a page gets no socket.
    let elsewhere = ("origin", "https://evil.example".to_owned());
    assert_eq!(connect(at, &[cookie.clone(), elsewhere.clone()]).await.err(), Some(403));
    assert_eq!(
        connect(at, &[cookie.clone(), terminal.clone(), elsewhere]).await.err(),
        Some(403)
    );
    assert_eq!(connect(at, std::slice::from_ref(&cookie)).await.err(), Some(403));

    let mut sockets = Vec::new();
    for _ in 0..2 {
        let mut socket = connect(at, &[cookie.clone(), terminal.clone()])
            .await
            .unwrap_or_else(|status| panic!("{status}"));
        assert_eq!(socket.text().await.as_deref(), Some(""));
        sockets.push(socket);
    }
    assert_eq!(hall.state.events.listeners(&own), 2);
    sockets.pop();
    while hall.state.events.listeners(&own) == 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(stop);
    let mut left = sockets.pop().unwrap_or_else(|| panic!("none is left"));
    assert_eq!(left.text().await, None);
}
