//! Identity cards at a kiosk: only its key lets it say what it read; the card finds the appointment or draws a number.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{CENTRAL, WANG_LEI, ZHANG_MIN, good, once, seen, why};
use crate::testing::{Reply, TestHall, TestTerminal};

const CARD: &str = "/api/v1/halls/central/card";
const KEY: &str = "central/3/lanchuan-central-kiosk-3";
/// Of people of the demo city.
const ZHANG_MINS_CARD: &str = "620102198805143827";
const WANG_LEIS_CARD: &str = "510104194003120614";
/// Of somebody whom the hall has never seen, born in 1949.
const STRANGERS_CARD: &str = "11010519491231002X";

async fn shown(kiosk: &mut TestTerminal, path: &str, proof: &str, body: Value, key: Uuid) -> Reply {
    let key = key.to_string();
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key.as_str()),
        ("onehall-kiosk", proof),
    ];
    kiosk
        .send(Method::POST, path, &headers, body.to_string().into_bytes())
        .await
}

async fn card(kiosk: &mut TestTerminal, number: &str, queue: Option<&str>) -> Reply {
    let body = match queue {
        Some(queue) => json!({ "citizen_id": number, "queue": queue }),
        None => json!({ "citizen_id": number }),
    };
    shown(kiosk, CARD, KEY, body, Uuid::now_v7()).await
}

async fn booked(terminal: &mut TestTerminal, starts: &str) {
    let body = json!({ "hall": "central", "queue": "household", "starts": starts });
    good(once(terminal, "/api/v1/appointments", body, Uuid::now_v7()).await);
}

#[tokio::test]
async fn a_card_checks_in_for_the_appointment_of_today_and_again_gives_the_same_number() {
    let hall = TestHall::open().await;
    let (mut browser, mut kiosk) = (hall.browser(), hall.terminal("kiosk"));
    browser.log_in(ZHANG_MIN).await;
    booked(&mut browser, "2026-11-23T02:30:00.000Z").await;
    // It is nine; one may check in from ten on.
    let early = good(card(&mut kiosk, ZHANG_MINS_CARD, None).await);
    assert_eq!(early["from"], "2026-11-23T02:00:00.000Z");
    assert!(early["ticket"].is_null(), "{early}");
    hall.clock.advance(65 * 60);
    let first = good(card(&mut kiosk, ZHANG_MINS_CARD, None).await);
    assert_eq!(first["ticket"]["priority"], "appointment");
    assert_eq!(
        good(card(&mut kiosk, ZHANG_MINS_CARD, None).await)["ticket"]["number"],
        first["ticket"]["number"]
    );
    // It is the citizen's own: they see it at home, too.
    let mine = good(browser.get("/api/v1/tickets").await);
    assert_eq!(mine[0]["number"], first["ticket"]["number"]);
}

#[tokio::test]
async fn a_card_without_an_appointment_draws_one_number_and_age_has_precedence_unasked() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    assert_eq!(good(card(&mut kiosk, ZHANG_MINS_CARD, None).await), json!({}));
    let young = good(card(&mut kiosk, ZHANG_MINS_CARD, Some("household")).await)["ticket"].clone();
    assert_eq!((&young["number"], &young["priority"]), (&json!("A001"), &json!("none")));
    let again = good(card(&mut kiosk, ZHANG_MINS_CARD, Some("household")).await);
    assert_eq!(again["ticket"]["number"], "A001", "the slip was lost, not the place");
    let old = good(card(&mut kiosk, WANG_LEIS_CARD, Some("household")).await)["ticket"].clone();
    assert_eq!((&old["priority"], &old["before"]), (&json!("elder"), &json!(0)));
    // Somebody whom the hall does not know gets a number like everybody, and the answer does not tell the difference.
    assert_eq!(good(card(&mut kiosk, STRANGERS_CARD, None).await), json!({}));
    let stranger = good(card(&mut kiosk, STRANGERS_CARD, Some("social")).await)["ticket"].clone();
    assert_eq!(stranger["priority"], "elder");
    assert_eq!(seen(&mut kiosk, &stranger).await["number"], "B001");
}

#[tokio::test]
async fn the_same_attempt_of_a_stranger_draws_one_number() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let (key, body) = (
        Uuid::now_v7(),
        json!({ "citizen_id": STRANGERS_CARD, "queue": "social" }),
    );
    let first = good(shown(&mut kiosk, CARD, KEY, body.clone(), key).await);
    assert_eq!(good(shown(&mut kiosk, CARD, KEY, body, key).await), first);
}

#[tokio::test]
async fn who_knows_a_number_and_no_kiosks_key_learns_and_draws_nothing() {
    let hall = TestHall::open().await;
    let (mut browser, mut stranger) = (hall.browser(), hall.terminal("kiosk"));
    browser.log_in(WANG_LEI).await;
    booked(&mut browser, "2026-11-23T02:30:00.000Z").await;
    let body = json!({ "citizen_id": WANG_LEIS_CARD, "queue": "household" });
    for proof in [
        "",
        "central/3/",
        "central/3/another-key",
        "central/4/lanchuan-central-kiosk-3",
        "qinghe/3/lanchuan-central-kiosk-3",
        "central/3/lanchuan-central-kiosk-3 ",
        "lanchuan-central-kiosk-3",
    ] {
        let reply = shown(&mut stranger, CARD, proof, body.clone(), Uuid::now_v7()).await;
        // A header ends where its spaces begin.
        if proof.trim_end() != KEY {
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (403, "identity/forbidden"),
                "{proof}"
            );
        }
    }
    // A kiosk of one hall is none of another.
    let reply = shown(&mut stranger, "/api/v1/halls/qinghe/card", KEY, body, Uuid::now_v7()).await;
    assert_eq!(reply.code(), "identity/forbidden");
}

#[tokio::test]
async fn a_closed_hall_gives_no_number_for_a_card_and_what_is_no_card_is_refused() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    assert_eq!(
        card(&mut kiosk, "620102198805143828", None).await.code(),
        "request/invalid_body"
    );
    assert_eq!(
        card(&mut kiosk, ZHANG_MINS_CARD, Some("nowhere")).await.code(),
        "request/not_found"
    );
    hall.clock.advance(10 * 3600);
    assert_eq!(
        why(&card(&mut kiosk, ZHANG_MINS_CARD, Some("household")).await),
        "closed"
    );
}

#[tokio::test]
async fn a_kiosk_that_proves_itself_is_not_held_up_by_what_others_of_its_network_drew() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let take = json!({ "queue": "household", "priority": "none" });
    let path = format!("{CENTRAL}/tickets");
    let reply = shown(&mut kiosk, &path, KEY, take.clone(), Uuid::now_v7()).await;
    assert_eq!(good(reply)["number"], "A001");
    let reply = shown(&mut kiosk, &path, "central/3/guess", take, Uuid::now_v7()).await;
    assert_eq!(good(reply)["number"], "A002", "a wrong key is as none here");
}
