//! Promises of the second factor that is asked for again before what cannot be undone.

use serde_json::{Value, json};

use super::AuditAction;
use crate::testing::{Reply, TestHall, TestTerminal};

const PROOF: &str = "/api/v1/staff/session/proof";
const ACCOUNTS: &str = "/api/v1/staff/accounts";
const CLERK: &str = "ps-window";

async fn prove(console: &mut TestTerminal, account: &str) -> Reply {
    let (_, code) = console.demo_staff(account).await;
    console.post(PROOF, json!({ "code": code })).await
}

fn somebody(account: &str) -> Value {
    json!({ "account": account, "name": "新人", "roles": ["administrator"] })
}

#[tokio::test]
async fn accounts_are_administered_by_who_has_shown_a_moment_ago_that_they_are_there() {
    let hall = TestHall::open().await;
    let mut admin = hall.console();
    admin.staff_log_in("admin").await;
    // The login itself counts.
    let created = admin.post(ACCOUNTS, somebody("new-admin")).await;
    assert_eq!(created.status, 201, "{}", created.json());
    let path = format!("{ACCOUNTS}/{}", created.json()["id"].as_str().unwrap_or_default());
    hall.clock.advance(600);
    assert_eq!(admin.get(ACCOUNTS).await.status, 200, "looking asks for nothing");
    let refused = admin.post(ACCOUNTS, somebody("other-admin")).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "identity/step_up_required")
    );
    let off = json!({ "active": false });
    assert_eq!(
        admin.patch(&path, off.clone()).await.code(),
        "identity/step_up_required"
    );
    // The same person at another console shows it for that one alone.
    hall.clock.advance(60);
    let mut other = hall.console();
    other.staff_log_in("admin").await;
    assert_eq!(
        admin.patch(&path, off.clone()).await.code(),
        "identity/step_up_required"
    );
    hall.clock.advance(60);
    assert_eq!(prove(&mut admin, "admin").await.status, 204);
    assert_eq!(admin.patch(&path, off).await.status, 200);
    hall.clock.advance(599);
    assert_eq!(admin.post(ACCOUNTS, somebody("other-admin")).await.status, 201);
    hall.clock.advance(1);
    assert_eq!(
        admin.post(ACCOUNTS, somebody("third-admin")).await.code(),
        "identity/step_up_required"
    );
    let audit = hall
        .state
        .storage
        .audit(50)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        audit
            .iter()
            .filter(|line| line.action == AuditAction::SteppedUp)
            .count(),
        1
    );
}

#[tokio::test]
async fn a_code_shows_it_once_and_wrong_ones_lock_the_account() {
    let hall = TestHall::open().await;
    let mut console = hall.console();
    console.staff_log_in(CLERK).await;
    hall.clock.advance(700);
    let (_, code) = console.demo_staff(CLERK).await;
    assert_eq!(console.post(PROOF, json!({ "code": code })).await.status, 204);
    let again = console.post(PROOF, json!({ "code": code })).await;
    assert_eq!(again.code(), "identity/wrong_code", "a code counts once");
    hall.clock.advance(60);
    let (_, right) = console.demo_staff(CLERK).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..4 {
        assert_eq!(
            console.post(PROOF, json!({ "code": wrong })).await.code(),
            "identity/wrong_code"
        );
    }
    assert_eq!(
        console.post(PROOF, json!({ "code": right })).await.code(),
        "request/too_many"
    );
    let audit = hall
        .state
        .storage
        .audit(50)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let refused = audit
        .iter()
        .filter(|line| line.action == AuditAction::SecondFactorRefused);
    assert_eq!(refused.count(), 5);
    // Nobody shows it for a session that is none.
    let mut nobody = hall.console();
    assert_eq!(nobody.post(PROOF, json!({ "code": right })).await.status, 401);
}
