//! Appointments: made within what a hall offers, moved, taken back, and turned into a number at the hall.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{CENTRAL, WANG_LEI, ZHANG_MIN, drawn, good, once, seen, take, why};
use crate::halls::close_days;
use crate::testing::{Reply, TestHall, TestTerminal};

const APPOINTMENTS: &str = "/api/v1/appointments";
/// Half past ten on the day on which the tests begin at nine.
const HALF_PAST_TEN: &str = "2026-11-23T02:30:00.000Z";
const ELEVEN: &str = "2026-11-23T03:00:00.000Z";

async fn book_at(terminal: &mut TestTerminal, queue: &str, starts: &str) -> Reply {
    let body = json!({ "hall": "central", "queue": queue, "starts": starts });
    once(terminal, APPOINTMENTS, body, Uuid::now_v7()).await
}

async fn booked(terminal: &mut TestTerminal, queue: &str, starts: &str) -> Value {
    good(book_at(terminal, queue, starts).await)
}

fn path(appointment: &Value) -> String {
    format!("{APPOINTMENTS}/{}", appointment["id"].as_str().unwrap_or_default())
}

async fn check_in(terminal: &mut TestTerminal, appointment: &Value) -> Reply {
    once(
        terminal,
        &format!("{}/check-in", path(appointment)),
        json!(null),
        Uuid::now_v7(),
    )
    .await
}

async fn by_code(terminal: &mut TestTerminal, code: &Value) -> Reply {
    once(
        terminal,
        &format!("{CENTRAL}/check-in"),
        json!({ "code": code }),
        Uuid::now_v7(),
    )
    .await
}

/// How many may still come at a time; none where it cannot be booked.
async fn left(terminal: &mut TestTerminal, queue: &str, starts: &str) -> Option<u64> {
    let days = good(terminal.get(&format!("{CENTRAL}/queues/{queue}/slots")).await);
    let slots = days
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|day| day["slots"].as_array().cloned());
    slots
        .flatten()
        .find(|slot| slot["starts"] == starts)
        .and_then(|slot| slot["left"].as_u64())
}

#[tokio::test]
async fn times_are_offered_within_the_hours_not_too_near_and_not_too_far() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    assert_eq!(
        left(&mut browser, "household", "2026-11-23T01:30:00.000Z").await,
        None,
        "too near"
    );
    assert_eq!(
        left(&mut browser, "household", "2026-11-23T02:00:00.000Z").await,
        Some(4)
    );
    assert_eq!(
        left(&mut browser, "household", "2026-11-28T06:00:00.000Z").await,
        None,
        "Saturday afternoon"
    );
    assert_eq!(
        left(&mut browser, "household", "2026-12-07T01:00:00.000Z").await,
        Some(4)
    );
    assert_eq!(
        left(&mut browser, "household", "2026-12-08T01:00:00.000Z").await,
        None,
        "too far"
    );
    browser.log_in(ZHANG_MIN).await;
    for starts in [
        "2026-11-23T01:30:00.000Z",
        "2026-12-08T01:00:00.000Z",
        "2026-11-24T01:10:00.000Z",
    ] {
        assert_eq!(
            why(&book_at(&mut browser, "household", starts).await),
            "no_such_slot",
            "{starts}"
        );
    }
}

#[tokio::test]
async fn an_appointment_is_made_moved_and_taken_back_and_its_time_is_free_again() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    assert_eq!(
        book_at(&mut browser, "household", HALF_PAST_TEN).await.code(),
        "identity/not_logged_in"
    );
    browser.log_in(ZHANG_MIN).await;
    let (key, body) = (
        Uuid::now_v7(),
        json!({ "hall": "central", "queue": "household", "item": "passport", "starts": HALF_PAST_TEN }),
    );
    let made = good(once(&mut browser, APPOINTMENTS, body.clone(), key).await);
    assert_eq!(
        good(once(&mut browser, APPOINTMENTS, body, key).await),
        made,
        "made once"
    );
    assert_eq!(left(&mut browser, "household", HALF_PAST_TEN).await, Some(3));
    assert_eq!(
        why(&book_at(&mut browser, "household", ELEVEN).await),
        "has_appointment"
    );

    let moved = good(once(&mut browser, &path(&made), json!({ "starts": ELEVEN }), Uuid::now_v7()).await);
    assert_eq!((&moved["starts"], &moved["code"]), (&json!(ELEVEN), &made["code"]));
    assert_eq!(left(&mut browser, "household", HALF_PAST_TEN).await, Some(4));
    let mut stranger = hall.browser();
    stranger.log_in(WANG_LEI).await;
    assert_eq!(stranger.delete(&path(&made)).await.status, 404, "it is not theirs");
    assert_eq!(good(browser.delete(&path(&made)).await)["state"], "cancelled");
    assert_eq!(good(browser.delete(&path(&made)).await)["state"], "cancelled");
    assert_eq!(left(&mut browser, "household", ELEVEN).await, Some(4));
    assert_eq!(good(browser.get(APPOINTMENTS).await), json!([]));
    assert_eq!(why(&check_in(&mut browser, &made).await), "appointment_over");
}

#[tokio::test]
async fn shortly_before_its_time_an_appointment_is_not_changed_any_more() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(ZHANG_MIN).await;
    let made = booked(&mut browser, "household", HALF_PAST_TEN).await;
    hall.clock.advance(31 * 60);
    assert_eq!(why(&browser.delete(&path(&made)).await), "appointment_over");
    let moved = once(&mut browser, &path(&made), json!({ "starts": ELEVEN }), Uuid::now_v7()).await;
    assert_eq!(why(&moved), "appointment_over");
}

#[tokio::test]
async fn nobody_keeps_times_from_others() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(ZHANG_MIN).await;
    for queue in ["household", "social", "business"] {
        booked(&mut browser, queue, "2026-11-24T01:00:00.000Z").await;
    }
    let fourth = book_at(&mut browser, "marriage", "2026-11-24T01:00:00.000Z").await;
    assert_eq!(why(&fourth), "too_many_appointments");
    // Making and taking back again and again is no way around it.
    let all = good(browser.get(APPOINTMENTS).await);
    let household = all
        .as_array()
        .into_iter()
        .flatten()
        .find(|one| one["queue"] == "household");
    good(browser.delete(&path(household.unwrap_or(&Value::Null))).await);
    for _ in 0..3 {
        let made = booked(&mut browser, "household", "2026-11-24T01:00:00.000Z").await;
        good(browser.delete(&path(&made)).await);
    }
    let again = book_at(&mut browser, "household", "2026-11-24T01:00:00.000Z").await;
    assert_eq!(why(&again), "too_many_appointments");
}

#[tokio::test]
async fn who_missed_several_appointments_takes_a_number_instead() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    for day in 23..26 {
        browser.log_in(ZHANG_MIN).await;
        booked(&mut browser, "household", &format!("2026-11-{day}T05:30:00.000Z")).await;
        hall.clock.advance(24 * 3600);
        close_days(&hall.state).await.unwrap_or_else(|error| panic!("{error}"));
    }
    browser.log_in(ZHANG_MIN).await;
    let refused = book_at(&mut browser, "household", "2026-11-26T05:30:00.000Z").await;
    assert_eq!(why(&refused), "missed_appointments");
    good(take(&mut browser, "household", "none").await);
}

#[tokio::test]
async fn checking_in_makes_one_number_before_those_who_just_came() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let mut browser = hall.browser();
    browser.log_in(ZHANG_MIN).await;
    let made = booked(&mut browser, "household", HALF_PAST_TEN).await;
    let early = check_in(&mut browser, &made).await;
    assert_eq!(why(&early), "too_early");
    assert_eq!(early.json()["details"]["from"], "2026-11-23T02:00:00.000Z");
    hall.clock.advance(65 * 60);
    let ordinary = drawn(&mut kiosk, "household").await;
    let ticket = good(check_in(&mut browser, &made).await);
    assert_eq!(
        (&ticket["priority"], &ticket["before"]),
        (&json!("appointment"), &json!(0))
    );
    assert_eq!(seen(&mut kiosk, &ordinary).await["before"], 1);
    // By whatever way, however often: it stays one number.
    assert_eq!(good(check_in(&mut browser, &made).await)["number"], ticket["number"]);
    assert_eq!(
        good(by_code(&mut kiosk, &made["code"]).await)["number"],
        ticket["number"]
    );
    let mine = good(browser.get(APPOINTMENTS).await);
    assert_eq!(
        (&mine[0]["state"], &mine[0]["ticket"]),
        (&json!("checked_in"), &ticket["follow"])
    );
}

#[tokio::test]
async fn at_the_hall_the_code_is_enough_and_a_wrong_one_is_not() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let mut browser = hall.browser();
    browser.log_in(ZHANG_MIN).await;
    let made = booked(&mut browser, "household", HALF_PAST_TEN).await;
    hall.clock.advance(65 * 60);
    let code = made["code"].as_str().unwrap_or_default();
    let wrong = if code == "00000000" { "00000001" } else { "00000000" };
    assert_eq!(by_code(&mut kiosk, &json!(wrong)).await.code(), "identity/wrong_code");
    let elsewhere = json!({ "code": code });
    let elsewhere = once(&mut kiosk, "/api/v1/halls/qinghe/check-in", elsewhere, Uuid::now_v7()).await;
    assert_eq!(elsewhere.code(), "identity/wrong_code");
    let (first, rest) = code.split_at(4);
    let ticket = good(by_code(&mut kiosk, &json!(format!("{first} {rest}"))).await);
    assert_eq!(ticket["number"], "A001");
    let text = ticket.to_string();
    assert!(!text.contains("张敏") && !text.contains(ZHANG_MIN), "{text}");
}

#[tokio::test]
async fn who_comes_too_late_takes_a_number() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(ZHANG_MIN).await;
    let made = booked(&mut browser, "household", HALF_PAST_TEN).await;
    hall.clock.advance(106 * 60);
    assert_eq!(why(&check_in(&mut browser, &made).await), "too_late");
    good(take(&mut browser, "household", "none").await);
}

#[tokio::test]
async fn codes_are_not_tried_without_end() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let mut last = 0;
    for guess in 0..301 {
        last = by_code(&mut kiosk, &json!(format!("{guess:08}"))).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn what_is_kept_of_a_citizen_goes_along_with_their_data_and_ends_with_their_account() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(ZHANG_MIN).await;
    booked(&mut browser, "household", HALF_PAST_TEN).await;
    good(take(&mut browser, "social", "none").await);
    let data = browser.get("/api/v1/account/data").await;
    let text = String::from_utf8_lossy(&data.body).into_owned();
    let visits = text.split("\"hall_visits\"").nth(1).unwrap_or_default();
    assert!(
        visits.contains("\"number\": \"B001\"") && visits.contains(HALF_PAST_TEN),
        "{visits}"
    );

    good(browser.post("/api/v1/account/closing/code", json!({})).await);
    let message = hall
        .messages
        .sent()
        .first()
        .map(|message| message.text.clone())
        .unwrap_or_default();
    let mut digits = message.split(|character: char| !character.is_ascii_digit());
    let code = digits.find(|part| part.len() == 6).unwrap_or_default();
    let closed = browser.post("/api/v1/account/closing", json!({ "code": code })).await;
    assert_eq!(closed.status, 204, "{}", closed.json());
    let kept = hall.database.look(|db| {
        db.query_row(
            "SELECT (SELECT count(*) FROM hall_ticket) + (SELECT count(*) FROM hall_appointment)",
            [],
            |row| row.get::<_, i64>(0),
        )
    });
    assert_eq!(kept.ok(), Some(0));
    assert_eq!(left(&mut hall.browser(), "household", HALF_PAST_TEN).await, Some(4));
}
