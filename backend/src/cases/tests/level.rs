//! What a service asks of who applies.

use serde_json::json;
use uuid::Uuid;

use super::{AGENT, RESTAURANT, STARTUP, fill};
use crate::identity::passkeys::tests::prove;
use crate::testing::TestHall;

#[tokio::test]
async fn who_is_not_known_well_enough_is_sent_to_raise_the_level_and_goes_on_where_they_were() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in("13912340001").await;
    let ready = fill(&hall, &mut browser, RESTAURANT).await;
    let draft = browser.get(&ready.draft).await.json();
    let key = Uuid::now_v7();
    let refused = ready.submit(&mut browser, key).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "identity/level_too_low")
    );
    assert_eq!(refused.json()["details"], json!({ "required": "L2", "has": "L1" }));
    assert_eq!(browser.get("/api/v1/cases").await.json(), json!([]));
    assert_eq!(
        browser.get(&ready.draft).await.json()["answers"],
        draft["answers"],
        "the draft is as it was"
    );

    let document = json!({ "name": "郑晓梅", "citizen_id": "620102199506142044" });
    let raised = browser.post("/api/v1/identity/level/document", document).await;
    assert_eq!(raised.status, 200, "{}", raised.json());
    let taken = ready.submit(&mut browser, key).await;
    assert_eq!(taken.status, 201, "{}", taken.json());
}

#[tokio::test]
async fn a_service_that_asks_who_submits_to_be_there_takes_nothing_without_it() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(AGENT).await;
    let ready = fill(&hall, &mut browser, STARTUP).await;
    let key = Uuid::now_v7();
    let refused = ready.submit(&mut browser, key).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "identity/step_up_required")
    );
    assert_eq!(refused.json()["details"], json!({ "ways": ["code"] }));
    prove(&mut browser, &hall).await;
    hall.clock.advance(601);
    assert_eq!(
        ready.submit(&mut browser, key).await.code(),
        "identity/step_up_required",
        "that was long ago"
    );
    prove(&mut browser, &hall).await;
    let taken = ready.submit(&mut browser, key).await;
    assert_eq!(taken.status, 201, "{}", taken.json());
}
