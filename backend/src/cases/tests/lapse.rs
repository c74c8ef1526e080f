//! What happens by itself.

use serde_json::json;

use super::*;
use crate::cases::lapse_overdue;

async fn waiting_for_citizen(hall: &TestHall) -> (TestTerminal, String) {
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(hall, &mut browser).await;
    let mut window = clerk(hall, "ps-window").await;
    done(&mut window, &id, "pass-pre-review", json!({})).await;
    let items = json!([{ "path": "photo", "reason": "照片模糊。" }]);
    done(&mut window, &id, "ask-supplement", json!({ "items": items })).await;
    (browser, id)
}

#[tokio::test]
async fn a_supplement_that_does_not_come_ends_the_matter_once_and_not_a_day_too_early() {
    let hall = TestHall::open().await;
    let (mut browser, id) = waiting_for_citizen(&hall).await;
    let due = look(&mut browser, &id).await["supplement"]["due"].clone();
    assert_eq!(due, "2026-12-07");
    // Until the end of the last day, in the city's time.
    hall.clock.set(
        "2026-12-07T15:59:59.999Z"
            .parse()
            .unwrap_or_else(|error| panic!("{error}")),
    );
    assert_eq!(lapse_overdue(&hall.state).await.ok(), Some(0));
    hall.clock.advance(1);
    let both = tokio::join!(lapse_overdue(&hall.state), lapse_overdue(&hall.state));
    assert_eq!(
        both.0.unwrap_or(9) + both.1.unwrap_or(9),
        1,
        "two that look at once take it on once"
    );
    assert_eq!(lapse_overdue(&hall.state).await.ok(), Some(0));
    browser.log_in(CITIZEN).await;
    let case = look(&mut browser, &id).await;
    assert_eq!(case["status"]["state"], "supplement_lapsed");
    assert_eq!(
        (&case["result"]["kind"], &case["can"]),
        (&json!("supplement_lapsed"), &json!([]))
    );
    let last = case["history"]
        .as_array()
        .and_then(|history| history.last().cloned())
        .unwrap_or_default();
    assert_eq!(
        (&last["actor"], &last["terminal"]),
        (&json!({ "kind": "system" }), &json!("system"))
    );
    let notice = case["result"]["file"]["id"].as_str().unwrap_or_default().to_owned();
    assert!(
        browser
            .get(&format!("/api/v1/files/{notice}"))
            .await
            .body
            .starts_with(b"%PDF-")
    );
    assert_eq!(count(&hall, "SELECT count(*) FROM case_result"), 1);
}

#[tokio::test]
async fn an_authority_that_is_late_is_shown_as_late_and_nothing_lapses() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    hall.clock.advance(4 * 86_400);
    browser.log_in(CITIZEN).await;
    assert_eq!(lapse_overdue(&hall.state).await.ok(), Some(0));
    let status = look(&mut browser, &id).await["status"].clone();
    assert_eq!(
        (&status["state"], &status["days_left"]),
        (&json!("submitted"), &json!(-3))
    );
    let mut window = clerk(&hall, "ps-window").await;
    assert_eq!(window.get("/api/v1/staff/cases").await.json()["overdue"], 1);
}
