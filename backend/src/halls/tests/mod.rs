//! Promises of halls.

mod appointments;
mod cards;
mod counters;
mod kiosks;
mod races;
mod tickets;

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::testing::{Reply, TestHall, TestTerminal};

/// Citizens of the demo city.
const ZHANG_MIN: &str = "13800000001";
const WANG_LEI: &str = "13800000002";

const CENTRAL: &str = "/api/v1/halls/central";
const STAFF: &str = "/api/v1/staff/halls/central";

/// What came back, where it went well.
#[track_caller]
fn good(reply: Reply) -> Value {
    assert!(reply.status < 300, "{} {}", reply.status, reply.json());
    reply.json()
}

/// Why it was refused.
#[track_caller]
fn why(reply: &Reply) -> String {
    assert_eq!(reply.code(), "halls/not_possible", "{} {}", reply.status, reply.json());
    reply.json()["details"]["why"].as_str().unwrap_or_default().to_owned()
}

/// Sends something that is one attempt.
async fn once(terminal: &mut TestTerminal, path: &str, body: Value, key: Uuid) -> Reply {
    let key = key.to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
    terminal
        .send(Method::POST, path, &headers, body.to_string().into_bytes())
        .await
}

/// Draws a number, without a second try.
async fn take(terminal: &mut TestTerminal, queue: &str, priority: &str) -> Reply {
    let body = json!({ "queue": queue, "priority": priority });
    once(terminal, &format!("{CENTRAL}/tickets"), body, Uuid::now_v7()).await
}

/// Draws a number at a kiosk, and gives its view.
async fn drawn(kiosk: &mut TestTerminal, queue: &str) -> Value {
    good(take(kiosk, queue, "none").await)
}

async fn call(desk: &mut TestTerminal) -> Reply {
    once(desk, &format!("{STAFF}/calls"), json!(null), Uuid::now_v7()).await
}

async fn handle(desk: &mut TestTerminal, ticket: &Value, doing: Value) -> Reply {
    let path = format!("{STAFF}/tickets/{}", ticket.as_str().unwrap_or_default());
    once(desk, &path, doing, Uuid::now_v7()).await
}

/// A clerk of the public security bureau at a counter of the central hall.
async fn clerk_at(hall: &TestHall, counter: u16) -> TestTerminal {
    let mut desk = hall.console();
    desk.staff_log_in("ps-window").await;
    good(desk.post(&format!("{STAFF}/counters/{counter}"), json!(null)).await);
    desk
}

async fn seen(terminal: &mut TestTerminal, ticket: &Value) -> Value {
    let follow = ticket["follow"].as_str().unwrap_or_default();
    good(terminal.get(&format!("/api/v1/tickets/{follow}")).await)
}
