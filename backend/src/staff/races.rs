//! Promises of the staff's login where many try at the same moment, at several replicas.

use serde_json::{Value, json};

use super::AuditAction;
use crate::testing::{Reply, TestHall, TestReplica, TestTerminal};

const CLERK: &str = "ps-window";
const WRONG: &str = "wrong-horse-battery";

/// Twenty requests at the same moment, half of them at another replica.
async fn at_once(hall: &TestHall, other: &TestReplica, path: &'static str, body: &Value) -> Vec<Reply> {
    let requests = (0..20).map(|count| {
        let here = hall.console();
        let mut console: TestTerminal = if count % 2 == 0 { here } else { other.reached_by(&here) };
        let body = body.clone();
        tokio::spawn(async move { console.post(path, body).await })
    });
    let mut replies = Vec::new();
    for request in requests.collect::<Vec<_>>() {
        replies.push(request.await.unwrap_or_else(|error| panic!("{error}")));
    }
    replies
}

async fn noted(hall: &TestHall, what: AuditAction) -> usize {
    let audit = hall.state.storage.audit(200).await;
    let audit = audit.unwrap_or_else(|error| panic!("{error}"));
    audit.iter().filter(|entry| entry.action == what).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passwords_that_are_tried_at_all_replicas_at_once_get_no_further_than_one_after_the_other() {
    let hall = TestHall::open().await;
    let other = hall.replica();
    let mut console = hall.console();
    let (password, _) = console.demo_staff(CLERK).await;
    let body = json!({ "account": CLERK, "password": WRONG });
    let replies = at_once(&hall, &other, "/api/v1/staff/session", &body).await;
    let checked = replies.iter().filter(|reply| reply.status == 422).count();
    let refused = replies.iter().filter(|reply| reply.status == 429).count();
    assert_eq!((checked, refused), (5, 15));
    assert_eq!(noted(&hall, AuditAction::PasswordRefused).await, 5);
    let right = json!({ "account": CLERK, "password": password });
    let locked = console.post("/api/v1/staff/session", right).await;
    assert_eq!((locked.status, locked.header("retry-after").as_str()), (429, "30"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_are_tried_at_all_replicas_at_once_get_no_further_than_one_after_the_other() {
    let hall = TestHall::open().await;
    let other = hall.replica();
    let mut console = hall.console();
    let (password, code) = console.demo_staff(CLERK).await;
    let right = json!({ "account": CLERK, "password": password });
    let begun = console.post("/api/v1/staff/session", right).await.json();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let body = json!({ "ticket": begun["ticket"], "code": wrong });
    let replies = at_once(&hall, &other, "/api/v1/staff/session/second-factor", &body).await;
    assert!(replies.iter().all(|reply| reply.code() == "identity/wrong_code"));
    assert_eq!(noted(&hall, AuditAction::SecondFactorRefused).await, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_names_that_are_tried_from_one_network_at_once_get_no_further_than_one_after_the_other() {
    let hall = TestHall::open_with(|config| config.staff_wrong_per_client_hour = 6).await;
    let other = hall.replica();
    let requests = (0..20).map(|count| {
        let here = hall.console();
        let mut console = if count % 2 == 0 { here } else { other.reached_by(&here) };
        let body = json!({ "account": format!("nobody-{count}"), "password": WRONG });
        tokio::spawn(async move { console.post("/api/v1/staff/session", body).await })
    });
    let mut checked = 0;
    for request in requests.collect::<Vec<_>>() {
        let reply = request.await.unwrap_or_else(|error| panic!("{error}"));
        checked += usize::from(reply.status == 422);
    }
    assert_eq!(checked, 6);
    // Somebody elsewhere logs in all the same, and their right ones do not count.
    let mut elsewhere = hall.console();
    elsewhere.address = "203.0.113.9:4000".to_owned();
    let (password, _) = elsewhere.demo_staff(CLERK).await;
    for _ in 0..8 {
        let right = json!({ "account": CLERK, "password": password });
        assert_eq!(elsewhere.post("/api/v1/staff/session", right).await.status, 200);
    }
}

#[tokio::test]
async fn a_try_that_was_right_is_taken_back_and_brings_no_lock_about() {
    let hall = TestHall::open().await;
    let mut console = hall.console();
    let (password, code) = console.demo_staff(CLERK).await;
    let mut first = async |password: &str| {
        let body = json!({ "account": CLERK, "password": password });
        console.post("/api/v1/staff/session", body).await
    };
    for _ in 0..4 {
        assert_eq!(first(WRONG).await.status, 422);
    }
    let mut ticket = Value::Null;
    for _ in 0..8 {
        let reply = first(&password).await;
        assert_eq!(reply.status, 200, "the fifth wrong one has not been yet");
        ticket = reply.json()["ticket"].clone();
    }
    // Beyond the free tries as well: the lock is over, and the right one leaves none behind.
    assert_eq!(first(WRONG).await.status, 422);
    assert_eq!(first(&password).await.status, 429);
    hall.clock.advance(30);
    assert_eq!(first(&password).await.status, 200);
    assert_eq!(first(&password).await.status, 200);
    let body = json!({ "ticket": ticket, "code": code });
    let entered = console.post("/api/v1/staff/session/second-factor", body).await;
    assert_eq!(entered.status, 200, "{}", entered.json());
}
