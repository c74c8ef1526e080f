//! An account is got back by who can no longer log in to it.

use serde_json::{Value, json};

use super::{WANG_LEI, ZHANG_MIN, good, text};
use crate::identity::passkeys::tests::prove;
use crate::staff::AuditAction;
use crate::testing::{TestHall, TestTerminal};

const CLAIMS: &str = "/api/v1/account/claims";
const CONTACTS: &str = "/api/v1/identity/contacts";
const CHECKS: &str = "/api/v1/staff/identity/checks";
const AT_WINDOW: &str = "/api/v1/staff/identity/claims";
const PROOF: &str = "/api/v1/staff/session/proof";
const MERGE: &str = "/api/v1/account/merging";
/// A number that nobody has used.
const NEW: &str = "13912340001";
/// A picture of the smallest kind.
const PICTURE: &str = "/9j/4AAQSkZJRgABAQEAYABgAAD/2Q==";
const DAY: i64 = 86_400;

async fn citizen(hall: &TestHall, phone: &str) -> TestTerminal {
    let mut browser = hall.browser();
    browser.log_in(phone).await;
    prove(&mut browser, hall).await;
    browser
}

fn zhang() -> Value {
    json!({ "name": "张敏", "citizen_id": "620102198805143827", "picture": PICTURE })
}

#[tokio::test]
async fn after_three_days_in_which_nobody_stopped_it_the_two_are_one() {
    let hall = TestHall::open().await;
    let mut owner = hall.browser();
    let me = owner.log_in(ZHANG_MIN).await["actor"]["id"].clone();
    let mut heard = hall.state.events.listen(vec![crate::events::Channel::Person(
        serde_json::from_value(me).unwrap_or_else(|error| panic!("{error}")),
    )]);
    let mut browser = citizen(&hall, NEW).await;
    let asked = browser.post(CLAIMS, zhang()).await;
    assert_eq!(asked.status, 202, "{}", asked.json());
    let claim = text(&asked.json()["id"]);
    // Every terminal and everything that logs the account in are told at once.
    assert_eq!(heard.next().await, Some(vec![onehall_protocol::cases::Poke::Account]));
    let told = hall.messages.sent().into_iter().find(|message| message.to == ZHANG_MIN);
    assert!(told.is_some_and(|message| message.text.contains("找回")));
    let seen = good(owner.get(CONTACTS).await);
    assert_eq!(
        (&seen["claims"][0]["mine"], &seen["events"][0]["what"]),
        (&json!(false), &json!("claimed"))
    );
    assert_eq!(good(browser.get(CONTACTS).await)["claims"][0]["mine"], json!(true));
    // Asked again, it is the same, and it comes no sooner.
    let again = good(browser.post(CLAIMS, zhang()).await);
    assert_eq!(again["id"], json!(claim));
    let take = format!("{CLAIMS}/{claim}/ticket");
    let early = browser.post(&take, json!({})).await;
    assert_eq!(
        (early.code().as_str(), &early.json()["details"]["retry_after"]),
        ("request/too_many", &json!(3 * DAY))
    );
    assert_eq!(owner.post(&take, json!({})).await.code(), "identity/step_up_required");
    hall.clock.advance(3 * DAY);
    let mut browser = citizen(&hall, NEW).await;
    let ticket = good(browser.post(&take, json!({})).await);
    let session = good(browser.post(MERGE, ticket).await);
    assert_eq!(
        (&session["actor"]["name"], &session["assurance"]),
        (&json!("张敏"), &json!("L2"))
    );
    assert_eq!(good(browser.get(CONTACTS).await)["claims"], json!([]));
}

#[tokio::test]
async fn any_terminal_of_the_account_stops_it_and_it_is_not_asked_anew_for_a_week() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, NEW).await;
    let claim = text(&good(browser.post(CLAIMS, zhang()).await)["id"]);
    let mut stranger = hall.browser();
    stranger.log_in(WANG_LEI).await;
    assert_eq!(stranger.delete(&format!("{CLAIMS}/{claim}")).await.status, 404);
    let mut kiosk = hall.terminal("kiosk");
    kiosk.log_in(ZHANG_MIN).await;
    assert_eq!(kiosk.delete(&format!("{CLAIMS}/{claim}")).await.status, 204);
    assert_eq!(browser.post(CLAIMS, zhang()).await.code(), "request/too_many");
    hall.clock.advance(3 * DAY);
    let mut browser = citizen(&hall, NEW).await;
    let take = format!("{CLAIMS}/{claim}/ticket");
    assert_eq!(
        browser.post(&take, json!({})).await.status,
        404,
        "what was stopped stays so"
    );
    let seen = good(browser.get(CONTACTS).await);
    assert_eq!(seen["claims"], json!([]));
    hall.clock.advance(4 * DAY);
    let mut browser = citizen(&hall, NEW).await;
    assert_eq!(browser.post(CLAIMS, zhang()).await.status, 202);
}

#[tokio::test]
async fn nobody_gets_an_account_without_document_face_and_proof() {
    let hall = TestHall::open().await;
    let mut unproved = hall.browser();
    unproved.log_in(NEW).await;
    assert_eq!(unproved.post(CLAIMS, zhang()).await.code(), "identity/step_up_required");
    hall.clock.advance(61);
    let mut browser = citizen(&hall, NEW).await;
    for (name, number) in [
        // Not the name of this number; a number that nobody has; a face that does not match.
        ("张三", "620102198805143827"),
        ("张敏", "620105197612157442"),
        ("钱丽华", "620104198702193314"),
    ] {
        let ask = json!({ "name": name, "citizen_id": number, "picture": PICTURE });
        assert_eq!(browser.post(CLAIMS, ask).await.code(), "identity/not_matched", "{name}");
    }
    let blank = json!({ "name": "张敏", "citizen_id": "620102198805143827", "picture": "AAAA" });
    assert_eq!(browser.post(CLAIMS, blank).await.code(), "request/invalid_body");
    // Of the register, and without an account: nothing to get back.
    let none = json!({ "name": "郑晓梅", "citizen_id": "620102199506142044", "picture": PICTURE });
    assert_eq!(browser.post(CLAIMS, none).await.code(), "request/not_found");
    // Five tries a day, whatever became of them.
    assert_eq!(browser.post(CLAIMS, zhang()).await.status, 202);
    assert_eq!(browser.post(CLAIMS, zhang()).await.code(), "request/too_many");
    // Who is somebody already gets nobody else's.
    let mut other = citizen(&hall, WANG_LEI).await;
    assert_eq!(other.post(CLAIMS, zhang()).await.code(), "identity/other_person");
}

/// Logs a number in that is new, and asks for the code to show at a window.
async fn visitor(hall: &TestHall, phone: &str) -> (TestTerminal, Value) {
    let mut phone_of_theirs = hall.browser();
    phone_of_theirs.log_in(phone).await;
    let visit = good(phone_of_theirs.post("/api/v1/identity/level/visit", json!({})).await);
    let check = json!({
        "code": visit["code"], "name": "张敏", "citizen_id": "620102198805143827", "compared": true,
    });
    (phone_of_theirs, check)
}

async fn window(hall: &TestHall) -> TestTerminal {
    let mut window = hall.console();
    window.staff_log_in("ps-window").await;
    window
}

#[tokio::test]
async fn a_clerk_asks_for_the_account_of_who_stands_at_a_window_with_the_same_waiting_and_telling() {
    let hall = TestHall::open().await;
    let mut owner = hall.browser();
    let me = owner.log_in(ZHANG_MIN).await["actor"]["id"].clone();
    let (mut theirs, check) = visitor(&hall, NEW).await;
    let mut window = window(&hall).await;
    // Their level cannot be raised, because the number is the other account's; the code stays good for the way back.
    let raised = window.post(CHECKS, check.clone()).await;
    assert_eq!(raised.code(), "identity/number_in_use");
    let asked = window.post(AT_WINDOW, check.clone()).await;
    assert_eq!(asked.status, 202, "{}", asked.json());
    assert_eq!(
        window.post(AT_WINDOW, check).await.code(),
        "identity/wrong_code",
        "it is good once"
    );
    let told = hall.messages.sent().into_iter().find(|message| message.to == ZHANG_MIN);
    assert!(told.is_some_and(|message| message.text.contains("找回")));
    let seen = good(owner.get(CONTACTS).await);
    assert_eq!(
        (&seen["claims"][0]["at_window"], &seen["events"][0]["what"]),
        (&json!(true), &json!("claimed_at_window"))
    );
    // The audit says who did it where, for which accounts, and nothing of whom.
    let audit = hall
        .state
        .storage
        .audit(5)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let line = audit.iter().find(|line| line.action == AuditAction::RecoveryBegun);
    let line = line.unwrap_or_else(|| panic!("the audit says nothing of it"));
    assert_eq!(
        (&line.details["hall"], &line.details["person"]),
        (&json!("central"), &me)
    );
    assert!(line.actor.is_some());
    let written = format!("{line:?}");
    assert!(
        !written.contains("张敏") && !written.contains("620102198805143827"),
        "{written}"
    );
    // They take it up at home, and not before the three days are over.
    let take = format!("{CLAIMS}/{}/ticket", text(&asked.json()["id"]));
    prove(&mut theirs, &hall).await;
    assert_eq!(theirs.post(&take, json!({})).await.code(), "request/too_many");
    hall.clock.advance(3 * DAY);
    let mut theirs = citizen(&hall, NEW).await;
    let ticket = good(theirs.post(&take, json!({})).await);
    assert_eq!(good(theirs.post(MERGE, ticket).await)["actor"]["name"], "张敏");
}

#[tokio::test]
async fn a_recovery_at_a_window_is_stopped_like_any_other_and_a_window_asks_again() {
    let hall = TestHall::open().await;
    let mut owner = hall.browser();
    owner.log_in(ZHANG_MIN).await;
    let (_, check) = visitor(&hall, NEW).await;
    let mut window = window(&hall).await;
    let claim = text(&good(window.post(AT_WINDOW, check).await)["id"]);
    assert_eq!(owner.delete(&format!("{CLAIMS}/{claim}")).await.status, 204);
    // By themselves they would have to wait for a week; whoever was seen by a clerk does not.
    let mut theirs = citizen(&hall, "13912340002").await;
    assert_eq!(theirs.post(CLAIMS, zhang()).await.code(), "request/too_many");
    hall.clock.advance(61);
    let (_, check) = visitor(&hall, NEW).await;
    let again = good(window.post(AT_WINDOW, check).await);
    assert_ne!(text(&again["id"]), claim);
}

#[tokio::test]
async fn a_clerk_asks_for_nobodys_account_without_code_document_and_proof() {
    let hall = TestHall::open().await;
    let (_, check) = visitor(&hall, NEW).await;
    let with = |key: &str, value: Value| {
        let mut check = check.clone();
        check[key] = value;
        check
    };
    let mut reviewer = hall.console();
    reviewer.staff_log_in("ps-reviewer").await;
    assert_eq!(
        reviewer.post(AT_WINDOW, check.clone()).await.code(),
        "identity/forbidden"
    );
    let mut window = window(&hall).await;
    let unseen = window.post(AT_WINDOW, with("compared", json!(false))).await;
    assert_eq!(unseen.json()["fields"][0]["path"], "compared");
    let other = if check["code"] == "00000000" {
        "00000001"
    } else {
        "00000000"
    };
    for (key, value, code) in [
        ("code", json!(other), "identity/wrong_code"),
        ("name", json!("张三"), "identity/not_matched"),
    ] {
        assert_eq!(window.post(AT_WINDOW, with(key, value)).await.code(), code);
    }
    // Of the register, and without an account: nothing to get back.
    let mut none = with("name", json!("郑晓梅"));
    none["citizen_id"] = json!("620102199506142044");
    assert_eq!(window.post(AT_WINDOW, none).await.status, 404);
    // Whoever finds the console open has no authenticator.
    hall.clock.advance(600);
    assert_eq!(
        window.post(AT_WINDOW, check.clone()).await.code(),
        "identity/step_up_required"
    );
    let (_, code) = window.demo_staff("ps-window").await;
    assert_eq!(window.post(PROOF, json!({ "code": code })).await.status, 204);
    assert_eq!(window.post(AT_WINDOW, check).await.status, 202);
    // Who is somebody already gets nobody else's.
    let mut other = hall.browser();
    other.log_in(WANG_LEI).await;
    let visit = good(other.post("/api/v1/identity/level/visit", json!({})).await);
    let theirs = json!({
        "code": visit["code"], "name": "张敏", "citizen_id": "620102198805143827", "compared": true,
    });
    assert_eq!(window.post(AT_WINDOW, theirs).await.code(), "identity/other_person");
}
