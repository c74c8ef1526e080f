//! Promises of phone numbers whose account was not used for long.

use serde_json::{Value, json};

use super::contact_tests::{LOG_IN_CODES, MAIL, PHONE, SESSION, add, added, citizen, code_for, log_in, sent_to};
use crate::testing::{TestHall, TestTerminal};

const ASLEEP: i64 = 91 * 86_400;
const CONFIRMED: &str = "/api/v1/identity/session/confirmed";
const ZHANG_MINS_NUMBER: &str = "620102198805143827";

/// A browser in which somebody has asked for a code to this number, with that code.
async fn asked(hall: &TestHall, phone: &str) -> (TestTerminal, String) {
    let mut browser = hall.browser();
    let asked = browser.post(LOG_IN_CODES, json!({ "phone": phone })).await;
    assert_eq!(asked.status, 202, "{}", asked.json());
    (browser, code_for(hall, phone))
}

#[tokio::test]
async fn a_number_that_was_not_used_for_long_opens_no_checked_identity_by_itself() {
    let hall = TestHall::open().await;
    let (mut owner, code) = asked(&hall, PHONE).await;
    assert_eq!(
        owner
            .post(SESSION, json!({ "phone": PHONE, "code": code }))
            .await
            .status,
        200
    );
    hall.clock.advance(ASLEEP);
    let (mut browser, code) = asked(&hall, PHONE).await;
    let wrong = browser.post(SESSION, json!({ "phone": PHONE, "code": "x" })).await;
    assert_eq!(
        wrong.code(),
        "identity/wrong_code",
        "who has not the code learns nothing"
    );
    let refused = browser.post(SESSION, json!({ "phone": PHONE, "code": code })).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "identity/confirm_identity")
    );
    assert!(!refused.json().to_string().contains("张敏"));
    assert_eq!(browser.get(SESSION).await.status, 401);
    let confirm = |number: &str| json!({ "phone": PHONE, "code": code, "citizen_id": number });
    let other = browser.post(CONFIRMED, confirm("620102199209034178")).await;
    assert_eq!((other.status, other.code().as_str()), (422, "identity/not_matched"));
    assert_eq!(
        browser.post(CONFIRMED, confirm("123")).await.code(),
        "request/invalid_body"
    );
    let entered = browser.post(CONFIRMED, confirm(ZHANG_MINS_NUMBER)).await;
    assert_eq!(entered.json()["actor"]["name"], "张敏", "{}", entered.json());
    // The code is used up, and the account is in use again.
    assert_eq!(
        browser.post(CONFIRMED, confirm(ZHANG_MINS_NUMBER)).await.code(),
        "identity/wrong_code"
    );
    hall.clock.advance(61);
    let (mut again, code) = asked(&hall, PHONE).await;
    assert_eq!(
        again
            .post(SESSION, json!({ "phone": PHONE, "code": code }))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn identity_numbers_are_not_tried_out_with_a_number_that_was_not_used_for_long() {
    let hall = TestHall::open().await;
    hall.clock.advance(ASLEEP);
    let (mut browser, code) = asked(&hall, PHONE).await;
    for number in [
        "620102199209034178",
        "370102199311202244",
        "422801200504180268",
        "650102199007073262",
        "510104194003120614",
    ] {
        let ask = json!({ "phone": PHONE, "code": code, "citizen_id": number });
        assert_eq!(browser.post(CONFIRMED, ask).await.code(), "identity/not_matched");
    }
    let ask = json!({ "phone": PHONE, "code": code, "citizen_id": ZHANG_MINS_NUMBER });
    assert_eq!(browser.post(CONFIRMED, ask).await.code(), "request/too_many");
}

#[tokio::test]
async fn who_is_new_to_a_number_begins_an_account_and_the_one_before_keeps_its_other_ways_in() {
    let hall = TestHall::open().await;
    let mut owner = citizen(&hall, PHONE).await;
    added(&mut owner, &hall, MAIL).await;
    hall.clock.advance(ASLEEP);
    let (mut browser, code) = asked(&hall, PHONE).await;
    let entered = browser.post(CONFIRMED, json!({ "phone": PHONE, "code": code })).await;
    assert_eq!((entered.status, &entered.json()["actor"]["name"]), (200, &json!("")));
    assert_eq!(browser.get("/api/v1/cases").await.json(), json!([]));
    assert!(
        sent_to(&hall, MAIL)[0].contains("138****0001"),
        "its owner is told by mail"
    );
    // By mail the owner is in at once: an address does not change hands.
    assert_eq!(log_in(&hall, MAIL).await.json()["actor"]["name"], "张敏");
    hall.clock.advance(61);
    assert_eq!(log_in(&hall, PHONE).await.json()["actor"]["name"], "");
}

#[tokio::test]
async fn who_is_new_to_a_number_is_not_led_to_the_account_of_who_had_it_before() {
    let hall = TestHall::open().await;
    hall.clock.advance(ASLEEP);
    // Of an account without a checked identity the number alone is asked, however long it slept.
    let mut browser = citizen(&hall, "13800000013").await;
    let refused = add(&mut browser, &hall, PHONE).await;
    assert_eq!(
        (refused.code().as_str(), &refused.json()["details"]),
        ("identity/contact_in_use", &Value::Null)
    );
}
