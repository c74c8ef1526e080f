//! Promises of insight, over HTTP.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::testing::{Reply, TestHall, TestTerminal};

const EVENTS: &str = "/api/v1/insight/events";
/// The clock of the tests' hall stands at 09:00 of 2026-11-23 there.
const NOW: &str = "2026-11-23T01:00:00.000Z";

fn viewed(item: &str) -> Value {
    json!({ "id": Uuid::now_v7(), "at": NOW, "event": "item_viewed", "item": item })
}

fn several(count: usize, item: &str) -> Vec<Value> {
    (0..count).map(|_| viewed(item)).collect()
}

async fn send(terminal: &mut TestTerminal, events: &[Value]) -> Reply {
    terminal.post(EVENTS, json!({ "events": events })).await
}

/// The counts as an administrator sees them: `key event count`.
async fn counts(admin: &mut TestTerminal, query: &str) -> Vec<String> {
    let reply = admin.get(&format!("/api/v1/staff/insight?{query}")).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let rows = reply.json()["rows"].as_array().cloned().unwrap_or_default();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    rows.iter()
        .map(|row| format!("{} {} {}", text(row, "key"), text(row, "event"), row["count"]))
        .collect()
}

async fn admin(hall: &TestHall) -> TestTerminal {
    let mut admin = hall.console();
    admin.staff_log_in("admin").await;
    admin
}

const TODAY: &str = "from=2026-11-23&to=2026-11-23";

#[tokio::test]
async fn a_batch_that_is_sent_twice_counts_once() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let batch = several(6, "passport");
    let first = send(&mut browser, &batch).await;
    assert_eq!(
        (first.status, first.json()),
        (200, json!({ "taken": 6, "known": 0, "refused": [] }))
    );
    let again = send(&mut browser, &batch).await;
    assert_eq!(again.json(), json!({ "taken": 0, "known": 6, "refused": [] }));
    // Also one by one, and from another terminal.
    let other = send(&mut hall.terminal("kiosk"), &batch[..1]).await;
    assert_eq!(other.json()["known"], 1);
    let mut admin = admin(&hall).await;
    assert_eq!(counts(&mut admin, TODAY).await, ["2026-11-23 item_viewed 6"]);
}

#[tokio::test]
async fn an_event_that_is_twice_in_one_batch_counts_once() {
    let hall = TestHall::open().await;
    let mut batch = several(5, "passport");
    batch.push(batch[0].clone());
    let reply = send(&mut hall.browser(), &batch).await;
    assert_eq!(
        (reply.json()["taken"].clone(), reply.json()["known"].clone()),
        (json!(5), json!(1))
    );
}

#[tokio::test]
async fn a_batch_that_arrives_several_times_at_once_counts_once() {
    let hall = TestHall::open().await;
    let batch = several(20, "passport");
    let sendings = (0..8).map(|_| {
        let (mut browser, batch) = (hall.browser(), batch.clone());
        async move { send(&mut browser, &batch).await.json()["taken"].as_u64() }
    });
    let taken = futures::future::join_all(sendings).await;
    assert_eq!(taken.into_iter().flatten().sum::<u64>(), 20);
    let mut admin = admin(&hall).await;
    assert_eq!(counts(&mut admin, TODAY).await, ["2026-11-23 item_viewed 20"]);
}

#[tokio::test]
async fn counts_are_put_together_by_day_terminal_item_and_detail() {
    let hall = TestHall::open().await;
    let search = |detail: &str| json!({ "id": Uuid::now_v7(), "at": NOW, "event": "search_made", "detail": detail });
    let mut yesterday = several(5, "passport");
    for event in &mut yesterday {
        event["at"] = json!("2026-11-22T15:59:00.000Z");
    }
    let mut browser = hall.browser();
    send(&mut browser, &several(7, "passport")).await;
    send(&mut browser, &several(5, "residence-permit")).await;
    send(&mut browser, &yesterday).await;
    let nothing: Vec<Value> = (0..8).map(|_| search("none")).collect();
    send(&mut hall.terminal("kiosk"), &nothing).await;
    let mut admin = admin(&hall).await;
    let range = "from=2026-11-01&to=2026-11-30";
    assert_eq!(
        counts(&mut admin, range).await,
        [
            "2026-11-22 item_viewed 5",
            "2026-11-23 item_viewed 12",
            "2026-11-23 search_made 8"
        ]
    );
    assert_eq!(
        counts(&mut admin, &format!("{range}&by=terminal")).await,
        ["browser item_viewed 17", "kiosk search_made 8"]
    );
    assert_eq!(
        counts(&mut admin, &format!("{range}&by=item")).await,
        ["passport item_viewed 12", "residence-permit item_viewed 5"]
    );
    assert_eq!(
        counts(&mut admin, &format!("{range}&by=detail")).await,
        ["none search_made 8"]
    );
    assert!(counts(&mut admin, "from=2026-11-24&to=2026-11-30").await.is_empty());
}

#[tokio::test]
async fn small_counts_are_not_told() {
    let hall = TestHall::open().await;
    send(&mut hall.browser(), &several(4, "passport")).await;
    let mut admin = admin(&hall).await;
    assert_eq!(counts(&mut admin, TODAY).await, ["2026-11-23 item_viewed null"]);
    send(&mut hall.browser(), &several(1, "passport")).await;
    assert_eq!(counts(&mut admin, TODAY).await, ["2026-11-23 item_viewed 5"]);
}

#[tokio::test]
async fn a_wrong_event_does_not_spoil_its_batch_and_a_wrong_shape_does() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let mut unknown = viewed("passport");
    unknown["event"] = json!("person_seen");
    let reply = send(
        &mut browser,
        &[viewed("passport"), unknown.clone(), viewed("no-such-item")],
    )
    .await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["taken"], 1);
    let refused = reply.json()["refused"].clone();
    assert_eq!(refused[0], json!({ "id": unknown["id"], "why": "unknown_event" }));
    assert_eq!(refused[1]["why"], "unknown_item");

    let mut with_more = viewed("passport");
    with_more["person"] = json!("13800000001");
    let reply = send(&mut browser, &[with_more]).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "request/invalid_body"));
    assert!(!reply.json().to_string().contains("13800000001"));
    let reply = send(&mut browser, &several(51, "passport")).await;
    assert_eq!(reply.code(), "request/invalid_body");
    let long = "x".repeat(40_000);
    let reply = browser.post(EVENTS, json!({ "events": [], "padding": long })).await;
    assert_eq!(reply.code(), "request/body_too_large");
}

#[tokio::test]
async fn a_console_is_not_counted() {
    let hall = TestHall::open().await;
    let reply = send(&mut hall.console(), &[viewed("passport")]).await;
    assert_eq!(reply.code(), "request/invalid_parameter");
}

#[tokio::test]
async fn one_address_cannot_flood_the_counts() {
    let hall = TestHall::open_with(|config| config.insight.batches_per_client_hour = 2).await;
    let mut browser = hall.browser();
    for _ in 0..2 {
        assert_eq!(send(&mut browser, &[viewed("passport")]).await.status, 200);
    }
    let reply = send(&mut browser, &[viewed("passport")]).await;
    assert_eq!((reply.status, reply.code().as_str()), (429, "request/too_many"));
    assert_eq!(reply.json()["details"]["retry_after"], 3600);
    browser.address = "10.9.8.7:40000".to_owned();
    assert_eq!(send(&mut browser, &[viewed("passport")]).await.status, 200);
    browser.address = "127.0.0.1:40000".to_owned();
    hall.clock.advance(3601);
    assert_eq!(send(&mut browser, &[viewed("passport")]).await.status, 200);
}

#[tokio::test]
async fn only_administrators_see_counts_and_those_of_an_authority_its_own() {
    let hall = TestHall::open().await;
    let path = format!("/api/v1/staff/insight?{TODAY}&by=item");
    assert_eq!(hall.console().get(&path).await.code(), "identity/not_logged_in");
    let mut clerk = hall.console();
    clerk.staff_log_in("ps-window").await;
    assert_eq!(clerk.get(&path).await.code(), "identity/forbidden");

    let mut browser = hall.browser();
    send(&mut browser, &several(5, "passport")).await;
    send(&mut browser, &several(5, "elder-allowance")).await;
    let mut admin = admin(&hall).await;
    assert_eq!(counts(&mut admin, &format!("{TODAY}&by=item")).await.len(), 2);

    // The clerk becomes an administrator of the authority that the passport belongs to.
    let accounts = admin.get("/api/v1/staff/accounts").await.json();
    let accounts = accounts.as_array().cloned().unwrap_or_default();
    let own = accounts.iter().find(|account| account["account"] == "ps-window");
    let id = own.and_then(|own| own["id"].as_str()).unwrap_or_default();
    let change = json!({ "roles": ["window_clerk", "administrator"] });
    let changed = admin.patch(&format!("/api/v1/staff/accounts/{id}"), change).await;
    assert_eq!(changed.status, 200, "{}", changed.json());
    let by_item = counts(&mut clerk, &format!("{TODAY}&by=item")).await;
    assert_eq!(by_item, ["passport item_viewed 5"]);
    assert_eq!(counts(&mut clerk, TODAY).await, ["2026-11-23 item_viewed 5"]);
}

#[tokio::test]
async fn a_range_that_is_none_or_too_long_is_refused() {
    let hall = TestHall::open().await;
    let mut admin = admin(&hall).await;
    for range in [
        "from=2026-11-23&to=2026-11-22",
        "from=2024-01-01&to=2026-11-22",
        "from=yesterday&to=2026-11-22",
        "from=2026-11-23&to=2026-11-23&by=person",
        "from=2026-11-23",
    ] {
        let reply = admin.get(&format!("/api/v1/staff/insight?{range}")).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (400, "request/invalid_parameter"),
            "{range}"
        );
    }
}

#[tokio::test]
async fn old_events_are_forgotten_when_they_are_not_taken_any_more_and_their_counts_stay() {
    let hall = TestHall::open().await;
    let batch = several(5, "passport");
    let mut browser = hall.browser();
    send(&mut browser, &batch).await;
    hall.clock.advance(30 * 86_400);
    assert_eq!(
        super::forget_old(&hall.state).await.ok(),
        Some(0),
        "its day is still taken"
    );
    assert_eq!(send(&mut browser, &batch).await.json()["known"], 5);
    hall.clock.advance(86_400);
    assert_eq!(super::forget_old(&hall.state).await.ok(), Some(5));
    let late = send(&mut browser, &batch).await.json();
    assert_eq!(
        (&late["taken"], &late["refused"][0]["why"]),
        (&json!(0), &json!("too_old"))
    );
    let mut admin = admin(&hall).await;
    assert_eq!(counts(&mut admin, TODAY).await, ["2026-11-23 item_viewed 5"]);
}
