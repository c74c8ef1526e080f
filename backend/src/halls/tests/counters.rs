//! Counters: who works where, whom they call, and what the screen says of it.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{CENTRAL, STAFF, call, clerk_at, drawn, good, handle, once, seen, take, why};
use crate::testing::TestHall;

#[tokio::test]
async fn a_clerk_calls_the_next_and_the_screen_and_the_ticket_say_where_to_go() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let (first, second) = (
        drawn(&mut kiosk, "household").await,
        drawn(&mut kiosk, "household").await,
    );
    let mut desk = clerk_at(&hall, 2).await;
    let floor = good(call(&mut desk).await);
    assert_eq!(floor["at_counter"]["number"], "A001");
    let ticket = seen(&mut kiosk, &first).await;
    assert_eq!((&ticket["state"], &ticket["counter"]), (&json!("called"), &json!(2)));
    let screen = good(kiosk.get(&format!("{CENTRAL}/display")).await);
    assert_eq!(screen["called"][0]["number"], "A001");
    assert_eq!(
        (&screen["called"][0]["counter"], &screen["called"][0]["calls"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(why(&call(&mut desk).await), "counter_busy");

    let id = &floor["at_counter"]["id"];
    hall.clock.advance(30);
    let again = good(handle(&mut desk, id, json!({ "kind": "recall" })).await);
    assert_eq!(again["at_counter"]["calls"], 2);
    good(handle(&mut desk, id, json!({ "kind": "serve" })).await);
    assert_eq!(seen(&mut kiosk, &first).await["state"], "serving");
    let follow = first["follow"].as_str().unwrap_or_default();
    assert_eq!(
        why(&kiosk.delete(&format!("/api/v1/tickets/{follow}")).await),
        "ticket_moved"
    );
    let done = good(handle(&mut desk, id, json!({ "kind": "finish" })).await);
    assert_eq!((&done["served"], &done["at_counter"]), (&json!(1), &Value::Null));
    assert_eq!(seen(&mut kiosk, &first).await["state"], "served");
    assert_eq!(seen(&mut kiosk, &second).await["before"], 0);
    assert_eq!(
        why(&handle(&mut desk, id, json!({ "kind": "recall" })).await),
        "ticket_moved"
    );
}

#[tokio::test]
async fn a_call_that_is_sent_twice_calls_one_person() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    drawn(&mut kiosk, "household").await;
    drawn(&mut kiosk, "household").await;
    let mut desk = clerk_at(&hall, 1).await;
    let (key, path) = (Uuid::now_v7(), format!("{STAFF}/calls"));
    for _ in 0..2 {
        let floor = good(once(&mut desk, &path, json!(null), key).await);
        assert_eq!(floor["at_counter"]["number"], "A001");
        assert_eq!(floor["waiting"].as_array().map(Vec::len), Some(1));
    }
    // A call of before, after which that person was served, calls nobody else either.
    let id = good(desk.get(STAFF).await)["at_counter"]["id"].clone();
    good(handle(&mut desk, &id, json!({ "kind": "finish" })).await);
    let floor = good(once(&mut desk, &path, json!(null), key).await);
    assert!(floor["at_counter"].is_null());
}

#[tokio::test]
async fn who_does_not_come_is_missed_and_called_again_and_who_is_not_ready_is_put_back() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let first = drawn(&mut kiosk, "household").await;
    hall.clock.advance(1);
    let second = drawn(&mut kiosk, "household").await;
    let mut desk = clerk_at(&hall, 1).await;
    let id = good(call(&mut desk).await)["at_counter"]["id"].clone();
    let floor = good(handle(&mut desk, &id, json!({ "kind": "missed" })).await);
    assert_eq!(floor["missed"][0]["number"], "A001");
    assert_eq!(seen(&mut kiosk, &first).await["state"], "missed");
    let floor = good(handle(&mut desk, &id, json!({ "kind": "recall" })).await);
    assert_eq!(floor["at_counter"]["number"], "A001");
    hall.clock.advance(1);
    let floor = good(handle(&mut desk, &id, json!({ "kind": "skip" })).await);
    assert!(floor["at_counter"].is_null());
    assert_eq!(seen(&mut kiosk, &first).await["before"], 1);
    assert_eq!(seen(&mut kiosk, &second).await["before"], 0);
}

#[tokio::test]
async fn a_number_that_is_handed_over_keeps_its_place() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let early = drawn(&mut kiosk, "household").await;
    hall.clock.advance(60);
    let late = drawn(&mut kiosk, "social").await;
    let mut desk = clerk_at(&hall, 1).await;
    let id = good(call(&mut desk).await)["at_counter"]["id"].clone();
    good(handle(&mut desk, &id, json!({ "kind": "transfer", "queue": "social" })).await);
    let moved = seen(&mut kiosk, &early).await;
    assert_eq!(
        (&moved["queue"], &moved["number"], &moved["before"]),
        (&json!("social"), &json!("A001"), &json!(0))
    );
    assert_eq!(seen(&mut kiosk, &late).await["before"], 1);
    let unknown = handle(&mut desk, &id, json!({ "kind": "transfer", "queue": "nowhere" })).await;
    assert_eq!(unknown.code(), "request/invalid_body");
}

#[tokio::test]
async fn a_clerk_works_at_a_counter_of_their_own_authority_and_hall_and_at_no_taken_one() {
    let hall = TestHall::open().await;
    let mut desk = clerk_at(&hall, 1).await;
    // Another authority's counter, and another hall's.
    let other = desk.post(&format!("{STAFF}/counters/5"), json!(null)).await;
    assert_eq!(other.code(), "identity/forbidden");
    let elsewhere = desk.post("/api/v1/staff/halls/qinghe/counters/1", json!(null)).await;
    assert_eq!(elsewhere.code(), "identity/forbidden");
    assert_eq!(
        desk.post(&format!("{STAFF}/counters/77"), json!(null)).await.status,
        404
    );
    let mut stranger = hall.console();
    stranger.staff_log_in("ps-reviewer").await;
    assert_eq!(stranger.get(STAFF).await.code(), "identity/forbidden");
    // Who works there is told; whose session has ended makes room.
    let mut admin = hall.console();
    admin.staff_log_in("admin").await;
    let floor = good(admin.get(STAFF).await);
    assert_eq!(floor["counters"][0]["clerk"], "韩梅");
    assert_eq!(why(&call(&mut admin).await), "no_counter");
    let nobody = hall.browser().get(STAFF).await;
    assert_eq!(nobody.code(), "identity/not_logged_in");
}

#[tokio::test]
async fn a_counter_that_somebody_is_at_is_not_left() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    drawn(&mut kiosk, "household").await;
    let mut desk = clerk_at(&hall, 1).await;
    let id = good(call(&mut desk).await)["at_counter"]["id"].clone();
    let stop = format!("{STAFF}/counters");
    assert_eq!(why(&desk.delete(&stop).await), "counter_busy");
    assert_eq!(
        why(&desk.post(&format!("{STAFF}/counters/2"), json!(null)).await),
        "counter_busy"
    );
    good(handle(&mut desk, &id, json!({ "kind": "finish" })).await);
    let floor = good(desk.post(&format!("{STAFF}/counters/2"), json!(null)).await);
    assert_eq!(floor["mine"], 2);
    assert!(good(desk.delete(&stop).await)["mine"].is_null());
}

#[tokio::test]
async fn a_counter_with_hours_of_its_own_calls_within_them() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    drawn(&mut kiosk, "household").await;
    // Half past twelve.
    hall.clock.advance(3 * 3600 + 1800);
    let mut desk = clerk_at(&hall, 3).await;
    assert_eq!(why(&call(&mut desk).await), "counter_closed");
    good(desk.post(&format!("{STAFF}/counters/1"), json!(null)).await);
    assert_eq!(good(call(&mut desk).await)["at_counter"]["number"], "A001");
}

#[tokio::test]
async fn clerks_see_the_queues_of_their_authority_and_nobody_learns_a_name() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(super::ZHANG_MIN).await;
    good(take(&mut browser, "social", "elder").await);
    let mut kiosk = hall.terminal("kiosk");
    drawn(&mut kiosk, "household").await;
    let mut desk = clerk_at(&hall, 1).await;
    let floor = good(desk.get(STAFF).await);
    let numbers: Vec<&Value> = floor["waiting"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|ticket| &ticket["number"])
        .collect();
    assert_eq!(numbers, ["A001"]);
    let mut other = hall.console();
    other.staff_log_in("hr-window").await;
    let floor = other.get(STAFF).await;
    let screen = kiosk.get(&format!("{CENTRAL}/display")).await;
    for reply in [floor, screen] {
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        assert!(!text.contains("张敏") && !text.contains(super::ZHANG_MIN), "{text}");
    }
}

#[tokio::test]
async fn whoever_looks_at_a_hall_hears_that_something_moved_there_and_not_elsewhere() {
    use crate::events::Channel;
    let hall = TestHall::open().await;
    let code = |code: &str| {
        code.parse()
            .map(Channel::Hall)
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let mut here = hall.state.events.listen(vec![code("central")]);
    let mut elsewhere = hall.state.events.listen(vec![code("qinghe")]);
    let mut kiosk = hall.terminal("kiosk");
    drawn(&mut kiosk, "household").await;
    assert!(here.next().await.is_some_and(|pokes| pokes.len() == 1));
    let heard = futures::FutureExt::now_or_never(elsewhere.next());
    assert_eq!(heard, None);
    // Refused, nothing moved.
    take(&mut kiosk, "nowhere", "none").await;
    assert_eq!(futures::FutureExt::now_or_never(here.next()), None);
    let stream = kiosk
        .send(Method::GET, "/api/v1/halls/nowhere/events", &[], Vec::new())
        .await;
    assert_eq!(stream.status, 404);
}
