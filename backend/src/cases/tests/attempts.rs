//! Attempts of which the terminal does not know what became of them.

use super::*;
use crate::cases::model::AttemptPlace;

/// Asks for something of a case under a key.
async fn keyed(terminal: &mut TestTerminal, path: &str, body: &Value, key: Uuid) -> Reply {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", &key.to_string()),
    ];
    let body = body.to_string().into_bytes();
    terminal.send(Method::POST, path, &headers, body).await
}

async fn end(terminal: &mut TestTerminal, key: Uuid) -> Value {
    let reply = terminal.delete(&format!("/api/v1/attempts/{key}")).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()
}

#[tokio::test]
async fn a_withdrawal_sent_twice_is_taken_once() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let (path, key) = (format!("/api/v1/cases/{id}/withdrawal"), Uuid::now_v7());
    let withdrawal = json!({ "version": look(&mut browser, &id).await["version"], "reason": "不办了" });
    let first = keyed(&mut browser, &path, &withdrawal, key).await;
    assert_eq!(first.status, 200, "{}", first.json());
    let again = keyed(&mut browser, &path, &withdrawal, key).await;
    assert_eq!((again.status, again.json()), (200, first.json()));
    let other = json!({ "version": 1, "reason": "别的原因" });
    let other = keyed(&mut browser, &path, &other, key).await;
    assert_eq!(other.code(), "request/idempotency_conflict");
    assert_eq!(
        look(&mut browser, &id).await["history"].as_array().map(Vec::len),
        Some(2)
    );
    // Without a key it is as it was: the case is not what it was decided on.
    assert_eq!(browser.post(&path, withdrawal).await.code(), "cases/moved");
}

#[tokio::test]
async fn a_rating_sent_twice_is_taken_once_and_another_one_refused() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let mut window = clerk(&hall, "ps-window").await;
    let why = json!({ "reason": "不属于本机关职权范围。" });
    done(&mut window, &id, "refuse-acceptance", why).await;
    let (path, key) = (format!("/api/v1/cases/{id}/rating"), Uuid::now_v7());
    let rating = json!({ "stars": 4 });
    let first = keyed(&mut browser, &path, &rating, key).await;
    assert_eq!(first.status, 200, "{}", first.json());
    let again = keyed(&mut browser, &path, &rating, key).await;
    assert_eq!((again.status, again.json()), (200, first.json()));
    let other = keyed(&mut browser, &path, &rating, Uuid::now_v7()).await;
    assert_eq!(other.code(), "cases/already_rated");
}

#[tokio::test]
async fn an_attempt_that_was_ended_has_no_effect_however_late_it_comes() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let ready = fill(&hall, &mut browser, IDENTITY_CARD).await;
    let key = Uuid::now_v7();
    assert_eq!(end(&mut browser, key).await, json!({}));
    assert_eq!(end(&mut browser, key).await, json!({}), "asked again it is the same");
    let late = ready.submit(&mut browser, key).await;
    assert_eq!(late.code(), "request/idempotency_conflict");
    assert_eq!(browser.get("/api/v1/cases").await.json(), json!([]));

    // Another attempt is free, and its end comes too late.
    let key = Uuid::now_v7();
    let receipt = ready.submit(&mut browser, key).await.json();
    assert_eq!(end(&mut browser, key).await, json!({ "case_id": receipt["case_id"] }));
    let again = ready.submit(&mut browser, key).await;
    assert_eq!((again.status, again.json()), (200, receipt));

    // A key is its citizen's own.
    let mut stranger = hall.browser();
    stranger.log_in(STRANGER).await;
    assert_eq!(end(&mut stranger, key).await, json!({}));
    assert_eq!(
        hall.browser().delete(&format!("/api/v1/attempts/{key}")).await.status,
        401
    );
}

#[tokio::test]
async fn what_attempts_came_to_is_known_for_more_than_a_year_and_not_for_ever() {
    let hall = TestHall::open().await;
    let (mut browser, mut stranger) = (hall.browser(), hall.browser());
    browser.log_in(CITIZEN).await;
    stranger.log_in(STRANGER).await;
    let ready = fill(&hall, &mut browser, IDENTITY_CARD).await;
    let old = Uuid::now_v7();
    let receipt = ready.submit(&mut browser, old).await;
    assert_eq!(receipt.status, 201, "{}", receipt.json());
    end(&mut stranger, Uuid::now_v7()).await;
    hall.clock.advance(399 * 86_400);
    browser.log_in(CITIZEN).await;
    end(&mut browser, Uuid::now_v7()).await;
    let sweep = async || {
        let swept = crate::cases::attempts::sweep(&hall.state, AttemptPlace::default()).await;
        swept.unwrap_or_else(|error| panic!("{error}"))
    };
    assert_eq!(sweep().await, (AttemptPlace::default(), 0));
    assert_eq!(ready.submit(&mut browser, old).await.json(), receipt.json());

    // One after the other, whoever they are of.
    let (mut behind, mut looked_at) = (AttemptPlace::default(), 0);
    loop {
        let never = onehall_protocol::Timestamp::from_unix_millis(0);
        let swept = hall.state.storage.sweep_attempts(behind, never, 1).await;
        let Some(next) = swept.unwrap_or_else(|error| panic!("{error}")).next else {
            break;
        };
        (behind, looked_at) = (next, looked_at + 1);
    }
    assert_eq!(looked_at, 3);

    hall.clock.advance(2 * 86_400);
    assert_eq!(
        sweep().await,
        (AttemptPlace::default(), 2),
        "the one of two days ago stays"
    );
    browser.log_in(CITIZEN).await;
    let late = ready.submit(&mut browser, old).await;
    assert_eq!(late.code(), "drafts/submitted", "nothing is done a second time");
}
