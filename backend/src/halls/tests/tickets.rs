//! Numbers: drawn, followed, given up, closed with their day.

use serde_json::json;
use uuid::Uuid;

use super::{CENTRAL, ZHANG_MIN, call, clerk_at, drawn, good, handle, once, seen, take, why};
use crate::halls::close_days;
use crate::testing::TestHall;

#[tokio::test]
async fn a_kiosk_gives_numbers_to_nobody_in_particular_and_each_says_how_many_come_before() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let first = drawn(&mut kiosk, "household").await;
    let second = drawn(&mut kiosk, "household").await;
    let other = drawn(&mut kiosk, "social").await;
    assert_eq!(
        [&first, &second, &other].map(|ticket| ticket["number"].clone()),
        ["A001", "A002", "B001"]
    );
    assert_eq!(
        [&first, &second, &other].map(|ticket| ticket["before"].clone()),
        [0, 1, 0]
    );
    assert!(first["wait_minutes"].is_null(), "nothing was measured yet");
    // Whoever knows the address sees it from any terminal, and nobody else.
    let mut phone = hall.browser();
    assert_eq!(seen(&mut phone, &second).await["number"], "A002");
    let mut guess = second["follow"].as_str().unwrap_or_default().to_owned();
    guess.replace_range(40.., "00000000");
    assert_eq!(phone.get(&format!("/api/v1/tickets/{guess}")).await.status, 404);
    let now = good(phone.get(CENTRAL).await);
    assert_eq!((&now["open"], &now["queues"][0]["waiting"]), (&json!(true), &json!(2)));
}

#[tokio::test]
async fn the_same_attempt_draws_one_number_and_another_content_under_its_key_is_refused() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let (key, path) = (Uuid::now_v7(), format!("{CENTRAL}/tickets"));
    let ask = json!({ "queue": "household", "priority": "none" });
    let first = good(once(&mut kiosk, &path, ask.clone(), key).await);
    assert_eq!(good(once(&mut kiosk, &path, ask, key).await), first);
    let other = once(&mut kiosk, &path, json!({ "queue": "social", "priority": "none" }), key).await;
    assert_eq!(other.code(), "request/idempotency_conflict");
    assert_eq!(drawn(&mut kiosk, "household").await["number"], "A002");
}

#[tokio::test]
async fn from_home_one_logs_in_has_one_number_of_a_queue_and_only_where_the_hall_allows_it() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    assert_eq!(
        take(&mut browser, "household", "none").await.code(),
        "identity/not_logged_in"
    );
    browser.log_in(ZHANG_MIN).await;
    let mine = good(take(&mut browser, "household", "none").await);
    assert_eq!(why(&take(&mut browser, "household", "none").await), "has_ticket");
    good(take(&mut browser, "social", "none").await);
    let listed = good(browser.get("/api/v1/tickets").await);
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    // Given up, it makes room for another.
    let follow = mine["follow"].as_str().unwrap_or_default();
    let left = good(browser.delete(&format!("/api/v1/tickets/{follow}")).await);
    assert_eq!(left["state"], "left");
    assert_eq!(good(take(&mut browser, "household", "none").await)["number"], "A002");

    let body = json!({ "queue": "general", "priority": "none" });
    let away = once(
        &mut browser,
        "/api/v1/halls/qinghe/tickets",
        body.clone(),
        Uuid::now_v7(),
    )
    .await;
    assert_eq!(why(&away), "only_at_hall");
    let mut kiosk = hall.terminal("kiosk");
    good(once(&mut kiosk, "/api/v1/halls/qinghe/tickets", body, Uuid::now_v7()).await);
}

#[tokio::test]
async fn nobody_claims_the_precedence_of_an_appointment() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    assert_eq!(
        take(&mut kiosk, "household", "appointment").await.code(),
        "request/invalid_body"
    );
}

#[tokio::test]
async fn whoever_has_precedence_is_called_earlier_but_overtakes_nobody_who_waits_long() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let patient = drawn(&mut kiosk, "household").await;
    hall.clock.advance(31 * 60);
    let ordinary = drawn(&mut kiosk, "household").await;
    let elder = good(take(&mut kiosk, "household", "elder").await);
    assert_eq!(elder["before"], 1, "behind who has waited for more than half an hour");
    assert_eq!(seen(&mut kiosk, &ordinary).await["before"], 2);
    assert_eq!(seen(&mut kiosk, &patient).await["before"], 0);
}

#[tokio::test]
async fn a_full_queue_and_a_closed_hall_give_no_numbers_and_say_so() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    for _ in 0..30 {
        drawn(&mut kiosk, "marriage").await;
    }
    assert_eq!(why(&take(&mut kiosk, "marriage", "none").await), "queue_full");
    let now = good(kiosk.get(CENTRAL).await);
    assert_eq!(now["queues"][3]["refuses"], "queue_full");
    // Five o'clock: half an hour before the end the last are given.
    hall.clock.advance(8 * 3600);
    assert_eq!(why(&take(&mut kiosk, "household", "none").await), "closed");
    let now = good(kiosk.get(CENTRAL).await);
    assert_eq!(
        (&now["open"], &now["queues"][0]["refuses"]),
        (&json!(true), &json!("closed"))
    );
}

#[tokio::test]
async fn the_day_ends_what_is_open_and_numbers_begin_anew() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let mut browser = hall.browser();
    browser.log_in(ZHANG_MIN).await;
    let mine = good(take(&mut browser, "household", "none").await);
    let mut desk = clerk_at(&hall, 1).await;
    let waits = drawn(&mut kiosk, "household").await;
    good(call(&mut desk).await);
    hall.clock.advance(24 * 3600);
    // Also before anybody has closed the day.
    assert_eq!(seen(&mut browser, &waits).await["state"], "expired");
    browser.log_in(ZHANG_MIN).await;
    assert_eq!(good(browser.get("/api/v1/tickets").await), json!([]));
    assert_eq!(drawn(&mut kiosk, "household").await["number"], "A001");
    let closed = close_days(&hall.state).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(closed, 2);
    assert_eq!(close_days(&hall.state).await.ok(), Some(0), "and only once");
    assert_eq!(seen(&mut browser, &mine).await["state"], "expired");
    // The counter of yesterday is free, and its clerk works nowhere yet.
    let mut desk = hall.console();
    desk.staff_log_in("ps-window").await;
    assert_eq!(why(&call(&mut desk).await), "no_counter");
}

#[tokio::test]
async fn how_long_one_waits_is_told_once_enough_was_measured_while_a_counter_calls() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let mut desk = clerk_at(&hall, 1).await;
    for _ in 0..5 {
        drawn(&mut kiosk, "household").await;
        let floor = good(call(&mut desk).await);
        hall.clock.advance(6 * 60);
        good(handle(&mut desk, &floor["at_counter"]["id"], json!({ "kind": "finish" })).await);
    }
    let first = drawn(&mut kiosk, "household").await;
    let second = drawn(&mut kiosk, "household").await;
    assert_eq!(
        (&first["wait_minutes"], &second["wait_minutes"]),
        (&json!(0), &json!(6))
    );
    let now = good(kiosk.get(CENTRAL).await);
    assert_eq!(now["queues"][0]["wait_minutes"], 12);
    assert!(
        now["queues"][1]["wait_minutes"].is_null(),
        "nobody calls from the other queue"
    );
    good(desk.delete(&format!("{}/counters", super::STAFF)).await);
    assert!(
        seen(&mut kiosk, &second).await["wait_minutes"].is_null(),
        "nobody calls any more"
    );
}
