//! Kiosks that say how they are: heard by their key alone, shown to who runs the hall, missed when they fall silent.

use axum::http::Method;
use serde_json::{Value, json};

use super::{STAFF, clerk_at, good};
use crate::testing::{Reply, TestHall, TestTerminal};

const SIGN: &str = "/api/v1/halls/central/kiosk";
const KEY: &str = "central/3/lanchuan-central-kiosk-3";

async fn signed(kiosk: &mut TestTerminal, path: &str, proof: &str, body: Value) -> Reply {
    let headers = [("content-type", "application/json"), ("onehall-kiosk", proof)];
    kiosk
        .send(Method::POST, path, &headers, body.to_string().into_bytes())
        .await
}

fn sign(slips: &str, unclean: u64) -> Value {
    json!({ "version": "1.2.3", "visits": 7, "unclean": unclean, "devices": { "id_card": "ready", "slips": slips } })
}

/// Kiosk 3 as who runs the whole hall sees it.
async fn seen(desk: &mut TestTerminal) -> Value {
    let floor = good(desk.get(STAFF).await);
    let kiosks = floor["kiosks"].as_array().cloned().unwrap_or_default();
    let third = kiosks.into_iter().find(|kiosk| kiosk["number"] == 3);
    third.unwrap_or_else(|| panic!("no kiosk 3 in {floor}"))
}

#[tokio::test]
async fn who_runs_the_hall_sees_how_each_kiosk_is_and_which_fell_silent() {
    let hall = TestHall::open().await;
    let (mut kiosk, mut desk) = (hall.terminal("kiosk"), hall.console());
    desk.staff_log_in("admin").await;
    assert_eq!(
        seen(&mut desk).await,
        json!({ "number": 3, "silent": true }),
        "never heard of"
    );
    assert_eq!(signed(&mut kiosk, SIGN, KEY, sign("ready", 0)).await.status, 204);
    hall.clock.advance(60);
    assert_eq!(signed(&mut kiosk, SIGN, KEY, sign("out_of_paper", 1)).await.status, 204);
    let now = seen(&mut desk).await;
    assert_eq!(
        (&now["silent"], &now["sign"]),
        (&json!(false), &sign("out_of_paper", 1))
    );
    hall.clock.advance(179);
    assert_eq!(seen(&mut desk).await["silent"], json!(false));
    hall.clock.advance(2);
    assert_eq!(seen(&mut desk).await["silent"], json!(true));
}

#[tokio::test]
async fn a_clerk_at_a_counter_is_shown_no_kiosks() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    assert_eq!(signed(&mut kiosk, SIGN, KEY, sign("ready", 0)).await.status, 204);
    let mut desk = clerk_at(&hall, 1).await;
    assert!(good(desk.get(STAFF).await)["kiosks"].is_null());
}

#[tokio::test]
async fn only_a_kiosk_of_the_hall_says_how_it_is_and_only_what_there_is_to_say() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    for (path, proof) in [
        (SIGN, ""),
        (SIGN, "central/3/another-key"),
        ("/api/v1/halls/qinghe/kiosk", KEY),
    ] {
        let reply = signed(&mut kiosk, path, proof, sign("ready", 0)).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (403, "identity/forbidden"),
            "{path} {proof}"
        );
    }
    let mut more = sign("ready", 0);
    more["citizen"] = json!("张敏");
    let mut long = sign("ready", 0);
    long["version"] = json!("1".repeat(41));
    for body in [sign("on_fire", 0), more, long] {
        let reply = signed(&mut kiosk, SIGN, KEY, body).await;
        assert_eq!(reply.code(), "request/invalid_body", "{}", reply.json());
    }
}
