//! Promises between two replicas of one hall, with a real server of NATS: the program that `ONEHALL_TEST_NATS` names
//! (`cargo xtask test` sets it). Without it these tests say that they skip.

use std::future::Future;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use onehall_protocol::cases::Poke;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::line::Line;
use super::said::{Said, Wire, mark};
use super::{NatsPlace, Relay};
use crate::cases::tests::{CITIZEN, clerk};
use crate::config::{Nats, Secret};
use crate::events::tests::{EVENTS, Listening, STAFF_EVENTS, open};
use crate::events::{Channel, Reach};
use crate::secrets::ServerKey;
use crate::state::AppState;
use crate::testing::{TestHall, TestReplica, TestTerminal, save_body};

/// Far longer than anything here takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server of NATS of our own, which can be stopped and started.
struct Server {
    program: String,
    port: u16,
    running: Option<Child>,
}

impl Server {
    /// None where no program is named.
    async fn start() -> Option<Server> {
        let Ok(program) = std::env::var("ONEHALL_TEST_NATS") else {
            eprintln!("ONEHALL_TEST_NATS is not set: skipped");
            return None;
        };
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let mut server = Server {
            program,
            port: free.unwrap_or_else(|error| panic!("{error}")).port(),
            running: None,
        };
        server.again().await;
        Some(server)
    }

    fn nats(&self) -> Nats {
        Nats {
            url: Secret(format!("nats://hall:s3cr%40t@127.0.0.1:{}", self.port)),
            ..Nats::default()
        }
    }

    fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.kill();
            let _ = running.wait();
        }
    }

    /// Starts it where it was, and waits until it answers.
    async fn again(&mut self) {
        let port = self.port.to_string();
        let answers = async {
            loop {
                let running = self.running.get_or_insert_with(|| {
                    let mut command = Command::new(&self.program);
                    command.args(["--addr", "127.0.0.1", "--port", &port]);
                    command.args(["--user", "hall", "--pass", "s3cr@t"]);
                    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                    silent.spawn().unwrap_or_else(|error| panic!("{error}"))
                });
                let mut first = [0; 4];
                if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)).await
                    && stream.read_exact(&mut first).await.is_ok()
                    && &first == b"INFO"
                {
                    return;
                }
                // The port was somebody else's for a moment.
                if running.try_wait().is_ok_and(|ended| ended.is_some()) {
                    self.running = None;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        if tokio::time::timeout(PATIENCE, answers).await.is_err() {
            panic!("the server of NATS does not answer");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Waits for a state; never for a time.
async fn until<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        panic!("{what} did not come about");
    }
}

async fn reaches(replica: &AppState, reach: Reach) {
    until(&format!("{reach:?}"), || async { replica.events.reach() == reach }).await;
}

fn place(replica: &AppState) -> NatsPlace {
    let place = replica.config.nats.place().unwrap_or_else(|error| panic!("{error}"));
    place.unwrap_or_else(|| panic!("there is NATS"))
}

/// A hall of two replicas, and what carries pokes between them.
struct Both {
    one: TestHall,
    two: TestReplica,
    relays: Vec<Relay>,
}

impl Both {
    async fn open(nats: Nats) -> Both {
        let one = TestHall::open_with(|config| config.nats = nats).await;
        let two = one.replica();
        let relays = [&one.state, &two.state].into_iter().filter_map(Relay::begin).collect();
        Both { one, two, relays }
    }

    async fn reach(&self, reach: Reach) {
        for replica in [&self.one.state, &self.two.state] {
            reaches(replica, reach).await;
        }
    }

    async fn close(self) {
        for relay in self.relays {
            relay.end().await;
        }
    }
}

async fn draft(terminal: &mut TestTerminal) -> Value {
    let reply = terminal
        .post("/api/v1/drafts", json!({ "item": "residence-permit" }))
        .await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.json());
    reply.json()
}

/// Changes an answer of a draft, with its newest revision in sight.
async fn edit(terminal: &mut TestTerminal, draft: &Value, value: &str) {
    let place = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap_or_default());
    let revision = terminal.get(&place).await.json()["revision"].clone();
    let body = save_body(&revision, &[json!({ "path": "name", "value": value })]);
    let saved = terminal.patch(&place, body).await;
    assert_eq!(saved.status, 200, "{}", saved.json());
}

async fn say_presence(terminal: &mut TestTerminal, draft: &Value, writer: Uuid) -> Value {
    let place = format!("/api/v1/drafts/{}/presence", draft["id"].as_str().unwrap_or_default());
    let said = terminal.post(&place, json!({ "writer": writer, "here": true })).await;
    assert_eq!(said.status, 204, "{}", said.json());
    json!({ "kind": "present", "id": draft["id"], "writer": writer, "terminal": "browser", "here": true })
}

fn draft_poke(draft: &Value) -> Option<Value> {
    Some(json!({ "kind": "draft", "id": draft["id"] }))
}

/// The next poke that is not "read everything anew".
async fn poke_after_again(stream: &mut Listening) -> Option<Value> {
    loop {
        let poke = stream.poke().await;
        if poke != Some(json!({ "kind": "again" })) {
            return poke;
        }
    }
}

async fn ready(terminal: &mut TestTerminal) -> (u16, Value) {
    let reply = terminal.get("/ready").await;
    (reply.status, reply.json()["pokes"].clone())
}

#[tokio::test]
async fn an_edit_and_a_presence_at_one_replica_reach_who_listens_at_any_and_nobody_twice() {
    let Some(server) = Server::start().await else { return };
    let both = Both::open(server.nats()).await;
    both.reach(Reach::EveryReplica).await;
    let mut here = both.one.browser();
    here.log_in(CITIZEN).await;
    let mut there = both.two.reached_by(&here);
    assert_eq!(ready(&mut there).await, (200, json!("every_replica")));
    let draft = draft(&mut here).await;
    let mut streams = [
        open(&both.one.state, &here, EVENTS).await,
        open(&both.two.state, &here, EVENTS).await,
    ];
    for (terminal, value) in [(&mut here, "work"), (&mut there, "study")] {
        edit(terminal, &draft, value).await;
        let present = say_presence(terminal, &draft, Uuid::now_v7()).await;
        for stream in &mut streams {
            assert_eq!(stream.poke().await, draft_poke(&draft));
            assert_eq!(stream.poke().await, Some(present.clone()), "the edit was told once");
        }
    }
    both.close().await;
}

#[tokio::test]
async fn who_logs_out_at_one_replica_or_is_switched_off_there_is_told_at_another() {
    let Some(server) = Server::start().await else { return };
    let both = Both::open(server.nats()).await;
    let mut browser = both.one.browser();
    browser.log_in(CITIZEN).await;
    let mut window = clerk(&both.one, "ps-window").await;
    both.reach(Reach::EveryReplica).await;
    let mut citizen = open(&both.two.state, &browser, EVENTS).await;
    let mut console = open(&both.two.state, &window, STAFF_EVENTS).await;
    assert_eq!(browser.delete("/api/v1/identity/session").await.status, 204);
    assert_eq!(window.delete("/api/v1/staff/session").await.status, 204);
    for stream in [&mut citizen, &mut console] {
        assert_eq!(stream.poke().await, Some(json!({ "kind": "session_ended" })));
        assert_eq!(stream.poke().await, None, "and the stream ends");
    }
    both.close().await;
}

#[tokio::test]
async fn without_nats_a_hall_serves_and_is_ready_and_afterwards_everybody_reads_anew() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    server.stop();
    let both = Both::open(server.nats()).await;
    let mut browser = both.one.browser();
    browser.log_in(CITIZEN).await;
    let draft = draft(&mut browser).await;
    let mut there = both.two.reached_by(&browser);
    for terminal in [&mut browser, &mut there] {
        assert_eq!(ready(terminal).await, (200, json!("degraded")));
    }
    let mut at_two = open(&both.two.state, &browser, EVENTS).await;

    for round in ["one", "two"] {
        // Nobody is told, and what changed is there for whoever asks.
        edit(&mut browser, &draft, round).await;
        let place = format!("/api/v1/drafts/{}", draft["id"].as_str().unwrap_or_default());
        assert_eq!(there.get(&place).await.json()["answers"]["name"], round);
        assert_eq!(ready(&mut browser).await, (200, json!("degraded")));

        server.again().await;
        both.reach(Reach::EveryReplica).await;
        assert_eq!(
            at_two.poke().await,
            Some(json!({ "kind": "again" })),
            "the first after the gap"
        );
        edit(&mut browser, &draft, "after").await;
        assert_eq!(poke_after_again(&mut at_two).await, draft_poke(&draft));

        server.stop();
        both.reach(Reach::Degraded).await;
        at_two = open(&both.two.state, &browser, EVENTS).await;
    }
    both.close().await;
}

#[tokio::test]
async fn what_one_replica_could_not_say_others_read_anew_for_though_their_own_line_was_never_broken() {
    let Some(server) = Server::start().await else { return };
    let one = TestHall::open_with(|config| config.nats = server.nats()).await;
    let two = one.replica();
    let mut browser = one.browser();
    browser.log_in(CITIZEN).await;
    let line_of_two = Relay::begin(&two.state).unwrap_or_else(|| panic!("there is NATS"));
    reaches(&two.state, Reach::EveryReplica).await;
    let mut at_two = open(&two.state, &browser, EVENTS).await;
    let mut line = Line::new(&one.state, place(&one.state));
    let draft = draft(&mut browser).await;
    edit(&mut browser, &draft, "work").await;
    let stop = CancellationToken::new();
    tokio::select! {
        poke = at_two.poke() => assert_eq!(poke, Some(json!({ "kind": "again" }))),
        ended = line.carry(&stop) => panic!("{ended:?}"),
    }
    line_of_two.end().await;
}

#[tokio::test]
async fn what_was_poked_before_a_stop_is_said_before_the_end() {
    let Some(server) = Server::start().await else { return };
    let mut both = Both::open(server.nats()).await;
    both.reach(Reach::EveryReplica).await;
    let mut browser = both.one.browser();
    let session = browser.log_in(CITIZEN).await;
    let me = session["actor"]["id"].as_str().and_then(|id| id.parse().ok());
    let me = me.unwrap_or_else(|| panic!("no id"));
    let mut at_two = open(&both.two.state, &browser, EVENTS).await;
    both.one.state.events.poke_person(me, Poke::Queue);
    both.relays.remove(0).end().await;
    assert_eq!(at_two.poke().await, Some(json!({ "kind": "queue" })));
    both.close().await;
}

#[tokio::test]
async fn halls_that_share_servers_do_not_hear_each_other_and_nobody_believes_a_stranger() {
    let Some(server) = Server::start().await else { return };
    let both = Both::open(server.nats()).await;
    let mut browser = both.one.browser();
    let session = browser.log_in(CITIZEN).await;
    both.reach(Reach::EveryReplica).await;
    let mut at_two = open(&both.two.state, &browser, EVENTS).await;

    let place = place(&both.one.state);
    let stranger = place.options().connect(place.servers()).await;
    let stranger = stranger.unwrap_or_else(|error| panic!("{error}"));
    let mut everything = stranger.subscribe(">").await.unwrap_or_else(|error| panic!("{error}"));
    let me = session["actor"]["id"].as_str().and_then(|id| id.parse().ok());
    let said = Said::Poke {
        to: Channel::Person(me.unwrap_or_else(|| panic!("no id"))),
        poke: Poke::Again,
    };
    let (own, other) = (&both.one.state.key, ServerKey::ephemeral());
    // Another hall, and somebody who knows our subject and not our key.
    for (subject, key) in [(mark(&other), &other), (mark(own), &other)] {
        let message = Wire::new(key).write(&said).unwrap_or_default();
        let sent = stranger
            .publish(format!("onehall.pokes.{subject}.x"), message.into())
            .await;
        assert!(sent.is_ok());
    }
    let plain = serde_json::to_vec(&said).unwrap_or_default();
    let sent = stranger
        .publish(format!("onehall.pokes.{}.x", mark(own)), plain.into())
        .await;
    assert!(sent.is_ok() && stranger.flush().await.is_ok());

    let draft = draft(&mut browser).await;
    edit(&mut browser, &draft, "work").await;
    assert_eq!(
        at_two.poke().await,
        draft_poke(&draft),
        "the first that is heard is our own"
    );
    // And who listens to everything on these servers learns of nobody.
    let id = draft["id"].as_str().unwrap_or_default().to_owned();
    let ids = [id, session["actor"]["id"].as_str().unwrap_or_default().to_owned()];
    let heard = async {
        let mut count = 0;
        while count < 4 {
            let Some(message) = futures::StreamExt::next(&mut everything).await else {
                break;
            };
            let text = String::from_utf8_lossy(&message.payload).into_owned();
            let ours = message.subject.ends_with(".x");
            assert!(ours || !ids.iter().any(|id| text.contains(id.as_str())), "{text}");
            count += 1;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, heard).await.is_ok());
    both.close().await;
}
