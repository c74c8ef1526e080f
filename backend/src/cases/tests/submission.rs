//! A draft becomes a case, once.

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

#[tokio::test]
async fn an_application_becomes_a_case_that_says_who_waits_for_what_until_when() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let ready = fill(&hall, &mut browser, IDENTITY_CARD).await;
    let key = Uuid::now_v7();
    let reply = ready.submit(&mut browser, key).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    let receipt = reply.json();
    let number = receipt["number"].as_str().unwrap_or_default();
    assert!(
        number.starts_with("LC-20261123-000001-") && number.len() == 20,
        "{number}"
    );
    assert_eq!(receipt["submitted_at"], "2026-11-23T01:00:00.000Z");
    assert_eq!(receipt["key"], key.to_string());
    assert_eq!(receipt["transcript"], ready.submission["transcript"]);

    assert_eq!(
        browser.get("/api/v1/drafts").await.json(),
        json!([]),
        "the draft is no draft any more"
    );
    let cases = browser.get("/api/v1/cases").await.json();
    assert_eq!(cases.as_array().map(Vec::len), Some(1));
    let status = &cases[0]["status"];
    assert_eq!(
        (&status["state"], &status["waits_for"]),
        (&json!("submitted"), &json!("authority"))
    );
    assert_eq!(
        (&status["due"], &status["days_left"]),
        (&json!("2026-11-24"), &json!(1))
    );
    let case = look(&mut browser, receipt["case_id"].as_str().unwrap_or_default()).await;
    assert_eq!(case["answers"]["name"], "张敏");
    assert_eq!(case["can"], json!(["withdraw"]));
    let first = &case["history"][0];
    assert_eq!((&first["sequence"], &first["terminal"]), (&json!(1), &json!("browser")));
    assert_eq!(first["actor"], json!({ "kind": "person", "name": "张敏" }));
}

#[tokio::test]
async fn a_submission_sent_twice_is_taken_once() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let ready = fill(&hall, &mut browser, IDENTITY_CARD).await;
    let key = Uuid::now_v7();
    let first = ready.submit(&mut browser, key).await;
    hall.clock.advance(3600);
    let second = ready.submit(&mut browser, key).await;
    assert_eq!((first.status, second.status), (201, 200));
    assert_eq!(first.json(), second.json());
    assert_eq!(count(&hall, "SELECT count(*) FROM case_record"), 1);
}

#[tokio::test]
async fn ten_retries_at_once_make_one_case_and_one_receipt() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let ready = fill(&hall, &mut browser, IDENTITY_CARD).await;
    let key = Uuid::now_v7();
    let mut retries = Vec::new();
    for _ in 0..10 {
        let (mut browser, draft, submission) = (browser.clone(), ready.draft.clone(), ready.submission.clone());
        retries.push(tokio::spawn(async move {
            submit(&mut browser, &draft, &submission, key).await
        }));
    }
    let mut replies = Vec::new();
    for retry in retries {
        replies.push(retry.await.unwrap_or_else(|error| panic!("{error}")));
    }
    let made = replies.iter().filter(|reply| reply.status == 201).count();
    let again = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(
        (made, again),
        (1, 9),
        "{:?}",
        replies.iter().map(Reply::json).collect::<Vec<_>>()
    );
    assert!(replies.iter().all(|reply| reply.json() == replies[0].json()));
    for table in ["case_record", "case_answers", "case_event", "attempt"] {
        assert_eq!(count(&hall, &format!("SELECT count(*) FROM {table}")), 1, "{table}");
    }
}

#[tokio::test]
async fn the_same_key_with_other_content_is_a_conflict_and_another_key_finds_the_draft_gone() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let ready = fill(&hall, &mut browser, IDENTITY_CARD).await;
    let key = Uuid::now_v7();
    let receipt = ready.submit(&mut browser, key).await.json();
    let mut other = ready.submission.clone();
    other["as_of"] = "2026-11-22".into();
    let reply = submit(&mut browser, &ready.draft, &other, key).await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (409, "request/idempotency_conflict")
    );
    let reply = ready.submit(&mut browser, Uuid::now_v7()).await;
    assert_eq!((reply.status, reply.code().as_str()), (409, "drafts/submitted"));
    assert_eq!(reply.json()["details"]["case_id"], receipt["case_id"]);
    // A key is its owner's: the same one in another's hands names nothing.
    let mut stranger = hall.browser();
    stranger.log_in(STRANGER).await;
    let reply = ready.submit(&mut stranger, key).await;
    assert_eq!((reply.status, reply.code().as_str()), (404, "request/not_found"));
    let reply = browser
        .post(&format!("{}/submission", ready.draft), ready.submission.clone())
        .await;
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (400, "request/invalid_parameter"),
        "without a key"
    );
}

#[tokio::test]
async fn a_draft_that_moved_since_it_was_checked_is_not_submitted() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let ready = fill(&hall, &mut browser, IDENTITY_CARD).await;
    let revision = ready.submission["revision"].as_u64().unwrap_or_default();
    let change = json!({ "recipient": "张明" }).as_object().cloned().unwrap_or_default();
    let newer = save(&mut browser, &ready.draft, revision, &change).await;
    let reply = ready.submit(&mut browser, Uuid::now_v7()).await;
    assert_eq!((reply.status, reply.code().as_str()), (409, "drafts/moved"));
    assert_eq!(reply.json()["details"]["revision"], newer);
    assert_eq!(count(&hall, "SELECT count(*) FROM case_record"), 0);
}

#[tokio::test]
async fn answers_that_skip_a_required_page_are_refused_field_by_field() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let without = |answers: &mut serde_json::Map<String, Value>| {
        for path in ["delivery", "recipient", "recipient_phone", "post_address"] {
            answers.insert(path.to_owned(), Value::Null);
        }
    };
    let ready = fill_with(&hall, &mut browser, IDENTITY_CARD, None, without).await;
    let reply = ready.submit(&mut browser, Uuid::now_v7()).await;
    assert_eq!((reply.status, reply.code().as_str()), (422, "forms/invalid_answers"));
    assert_eq!(fields(&reply), [field("delivery", "required")]);
}

#[tokio::test]
async fn a_file_that_was_never_uploaded_here_is_no_material() {
    let hall = TestHall::open().await;
    let (mut browser, mut stranger) = (hall.browser(), hall.browser());
    browser.log_in(CITIZEN).await;
    stranger.log_in(STRANGER).await;
    let theirs = stranger
        .post("/api/v1/drafts", json!({ "item": IDENTITY_CARD }))
        .await
        .json();
    let theirs = upload(&mut stranger, &path_of(&theirs), "photo", "a.pdf").await.json();
    let mut larger = Value::Null;
    for forge in ["another's", "invented", "of another name", "larger than it is"] {
        let change = |answers: &mut serde_json::Map<String, Value>| {
            let own = answers["photo"].clone();
            answers["photo"] = match forge {
                "another's" => json!([theirs]),
                "invented" => {
                    let mut file = own[0].clone();
                    file["id"] = json!(Uuid::now_v7());
                    json!([file])
                }
                "of another name" => {
                    let mut file = own[0].clone();
                    file["name"] = json!("evil.exe");
                    json!([file])
                }
                _ => {
                    larger = own[0].clone();
                    larger["size"] = json!(1_000_000);
                    json!([larger])
                }
            };
        };
        let ready = fill_with(&hall, &mut browser, IDENTITY_CARD, None, change).await;
        let reply = ready.submit(&mut browser, Uuid::now_v7()).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (422, "forms/invalid_answers"),
            "{forge}"
        );
        assert_eq!(fields(&reply), [field("photo", "unknown_file")], "{forge}");
    }
    assert_eq!(count(&hall, "SELECT count(*) FROM case_record"), 0);
}

#[tokio::test]
async fn a_terminal_whose_rules_gave_another_result_is_told() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let ready = fill(&hall, &mut browser, IDENTITY_CARD).await;
    let mut other = ready.submission.clone();
    other["transcript"] = "0".repeat(64).into();
    let reply = submit(&mut browser, &ready.draft, &other, Uuid::now_v7()).await;
    assert_eq!((reply.status, reply.code().as_str()), (409, "forms/transcript_differs"));
    assert_eq!(reply.json()["details"]["transcript"], ready.submission["transcript"]);
}

#[tokio::test]
async fn an_agent_applies_for_the_company_and_both_stand_in_the_case() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let session = browser.log_in(AGENT).await;
    let id = apply_for_company(&hall, &mut browser, &session).await;
    let case = look(&mut browser, &id).await;
    assert_eq!(case["principal"], session["principals"][1]);
    assert_eq!(case["history"][0]["actor"]["name"], session["actor"]["name"]);
    assert_ne!(case["principal"]["name"], session["actor"]["name"]);
}
