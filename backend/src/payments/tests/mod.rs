//! Promises of payments, asked over HTTP of a whole hall: real routes, a real database, and a provider that fails as one does.

mod attacks;
mod citizen;
mod faults;
mod staff;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::simulator::Deed;
use crate::cases::tests::{CITIZEN, apply};
use crate::city::{self, CityContent};
use crate::testing::{Reply, TestHall, TestTerminal, copy_folder};

/// The demo city, where a new identity card is issued only once it is paid.
fn paid_before() -> Arc<CityContent> {
    static CITY: OnceLock<Arc<CityContent>> = OnceLock::new();
    let load = || {
        let folder = std::env::temp_dir().join(format!("onehall-paid-before-{}", Uuid::now_v7()));
        copy_folder(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("demo-city"), &folder);
        let item = folder.join("items/identity-card-renewal.toml");
        let text = std::fs::read_to_string(&item).unwrap_or_else(|error| panic!("{error}"));
        let changed = text.replace("computed = \"fee\"\n", "computed = \"fee\"\nbefore_result = true\n");
        assert_ne!(changed, text);
        std::fs::write(&item, changed).unwrap_or_else(|error| panic!("{error}"));
        let city = city::load(&folder).unwrap_or_else(|findings| panic!("{findings:#?}"));
        let _ = std::fs::remove_dir_all(&folder);
        Arc::new(city)
    };
    Arc::clone(CITY.get_or_init(load))
}

/// A hall, a citizen's browser, and a case of theirs that owes 20 yuan.
async fn owing() -> (TestHall, TestTerminal, String) {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let case = apply(&hall, &mut browser).await;
    (hall, browser, case)
}

fn place(case: &str) -> String {
    format!("/api/v1/cases/{case}/payment")
}

/// What a case owes, and how that stands.
async fn look(terminal: &mut TestTerminal, case: &str) -> Value {
    let reply = terminal.get(&place(case)).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()
}

async fn state(terminal: &mut TestTerminal, case: &str) -> Value {
    look(terminal, case).await["charge"]["state"].clone()
}

/// Begins a payment of 20 yuan under a key.
async fn begin_as(terminal: &mut TestTerminal, case: &str, way: &str, amount: &str, key: Uuid) -> Reply {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", &key.to_string()),
    ];
    let body = json!({ "way": way, "amount": amount }).to_string().into_bytes();
    terminal.send(Method::POST, &place(case), &headers, body).await
}

async fn begin(terminal: &mut TestTerminal, case: &str) -> Reply {
    begin_as(terminal, case, "code", "20.00", Uuid::now_v7()).await
}

/// Begins, and is sure that it went well; gives the payment's id.
async fn begun(terminal: &mut TestTerminal, case: &str) -> String {
    let reply = begin(terminal, case).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let charge = reply.json()["charge"].clone();
    assert_eq!(charge["state"], "begun", "{charge}");
    charge["payment"]["id"].as_str().unwrap_or_default().to_owned()
}

async fn confirm(terminal: &mut TestTerminal, case: &str, payment: &str) -> Reply {
    let path = format!("{}/confirmation", place(case));
    terminal.post(&path, json!({ "payment": payment })).await
}

async fn cancel(terminal: &mut TestTerminal, case: &str, payment: &str) -> Reply {
    let path = format!("{}/cancellation", place(case));
    terminal.post(&path, json!({ "payment": payment })).await
}

/// What somebody with a phone does.
fn pays(hall: &TestHall, payment: &str, deed: Deed) {
    let id = payment.parse().unwrap_or_else(|error| panic!("{error}"));
    hall.provider.act(id, deed).unwrap_or_else(|error| panic!("{error}"));
}

/// Looks into the database past the port.
fn count(hall: &TestHall, sql: &'static str) -> i64 {
    hall.database
        .look(move |db| db.query_row(sql, [], |row| row.get(0)))
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

async fn follow_up(hall: &TestHall) -> usize {
    super::follow_up(&hall.state)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

#[track_caller]
fn refused(reply: &Reply, why: &str) {
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "payments/not_possible"),
        "{}",
        reply.json()
    );
    assert_eq!(reply.json()["details"]["why"], why);
}
