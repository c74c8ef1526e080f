//! What a citizen sees and does until the matter has ended.

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

#[tokio::test]
async fn one_citizen_one_case_end_to_end() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let mut window = clerk(&hall, "ps-window").await;
    done(&mut window, &id, "pass-pre-review", json!({})).await;
    done(&mut window, &id, "accept", json!({ "reason": "材料齐全。" })).await;
    let case = look(&mut browser, &id).await;
    assert_eq!(case["status"]["state"], "in_review");
    // Ten working days from the day after Monday, 23 November.
    assert_eq!(case["status"]["promised_until"], "2026-12-07");
    let accepted = &case["history"][2];
    assert_eq!(accepted["reason"], "材料齐全。");
    assert_eq!(
        accepted["actor"],
        json!({ "kind": "staff", "authority": "public-security" }),
        "no clerk by name"
    );
    assert_eq!(accepted["terminal"], "console");

    // Two working days pass; the reviewer wants a better photo; the citizen takes two weeks.
    hall.clock.advance(2 * 86_400);
    browser.log_in(CITIZEN).await;
    let mut reviewer = clerk(&hall, "ps-reviewer").await;
    let items = json!([{ "path": "photo", "reason": "照片背景应为白色。" }]);
    done(
        &mut reviewer,
        &id,
        "ask-supplement-in-review",
        json!({ "items": items, "reason": "请重新上传。" }),
    )
    .await;
    let case = look(&mut browser, &id).await;
    assert_eq!(case["can"], json!(["supplement", "withdraw"]));
    assert_eq!(
        (&case["status"]["clock_paused"], &case["status"]["promised_until"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(case["supplement"]["items"], items);
    assert_eq!(
        (&case["supplement"]["due"], &case["supplement"]["note"]),
        (&json!("2026-12-09"), &json!("请重新上传。"))
    );

    hall.clock.advance(13 * 86_400);
    browser.log_in(CITIZEN).await;
    let photo = upload(&mut browser, &format!("/api/v1/cases/{id}"), "photo", "new.pdf").await;
    assert_eq!(photo.status, 201, "{}", photo.json());
    let answers = json!({ "photo": [photo.json()] });
    let reply = hand_in(&mut browser, &id, &case["version"], answers, Uuid::now_v7()).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let case = reply.json();
    assert_eq!(case["answers"]["photo"][0]["name"], "new.pdf");
    assert_eq!(case["supplement"], Value::Null);
    // Two of ten days were used; eight are left from Tuesday, 8 December.
    assert_eq!(
        (&case["status"]["promised_until"], &case["status"]["days_left"]),
        (&json!("2026-12-18"), &json!(8))
    );

    let mut approver = clerk(&hall, "ps-approver").await;
    done(&mut approver, &id, "approve", json!({})).await;
    let mut issuer = clerk(&hall, "ps-issuer").await;
    done(
        &mut issuer,
        &id,
        "issue",
        json!({ "document_number": "兰公户证〔2026〕0001号" }),
    )
    .await;
    let case = look(&mut browser, &id).await;
    assert_eq!(
        (&case["status"]["state"], &case["can"]),
        (&json!("closed"), &json!(["rate"]))
    );
    let result = &case["result"];
    assert_eq!(
        (&result["kind"], &result["document_number"]),
        (&json!("issued"), &json!("兰公户证〔2026〕0001号"))
    );
    let file = result["file"]["id"].as_str().unwrap_or_default();
    let download = browser.get(&format!("/api/v1/files/{file}")).await;
    assert_eq!(download.status, 200);
    assert_eq!(download.header("content-type"), "application/pdf");
    assert!(
        download.body.starts_with(b"%PDF-")
            && download.body.len() as u64 == result["file"]["size"].as_u64().unwrap_or(0)
    );

    let rating = json!({ "stars": 5, "tags": ["efficiency"], "comment": "  很快。 " });
    let reply = browser.post(&format!("/api/v1/cases/{id}/rating"), rating).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let case = reply.json();
    assert_eq!(
        (&case["status"]["state"], &case["rating"]["comment"]),
        (&json!("rated"), &json!("很快。"))
    );
    assert_eq!(case["can"], json!([]));
    let states: Vec<_> = case["history"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|event| event["state"].clone())
        .collect();
    let wanted = [
        "submitted",
        "pre_review_passed",
        "in_review",
        "supplement_required",
        "in_review",
        "approved",
        "closed",
        "rated",
    ];
    assert_eq!(states, wanted.map(|state| json!(state)));
    assert_eq!(
        count(&hall, "SELECT count(*) FROM case_answers"),
        2,
        "the old answers are kept"
    );
}

#[tokio::test]
async fn a_case_goes_through_three_steps_and_an_inspection_and_is_sent_back_on_the_way() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let session = browser.log_in(AGENT).await;
    let id = apply_for_company(&hall, &mut browser, &session).await;
    let mut window = clerk(&hall, "mr-window").await;
    let mut reviewer = clerk(&hall, "mr-reviewer").await;
    let mut approver = clerk(&hall, "mr-approver").await;
    let mut issuer = clerk(&hall, "mr-issuer").await;
    let why = || json!({ "reason": "请补充说明。" });
    done(&mut window, &id, "pass-pre-review", json!({})).await;
    done(&mut window, &id, "accept", json!({})).await;
    done(&mut window, &id, "forward-to-review", json!({})).await;
    done(&mut reviewer, &id, "send-back-to-window", why()).await;
    done(&mut window, &id, "forward-to-review", json!({})).await;
    done(&mut reviewer, &id, "begin-inspection", why()).await;
    let case = look(&mut browser, &id).await;
    assert_eq!(
        (&case["status"]["state"], &case["status"]["waits_for"]),
        (&json!("special_procedure"), &json!("third_party"))
    );
    assert_eq!(case["status"]["clock_paused"], true);
    done(&mut reviewer, &id, "end-inspection", why()).await;
    done(&mut reviewer, &id, "forward-to-decision", json!({})).await;
    done(&mut approver, &id, "send-back-to-review", why()).await;
    done(&mut reviewer, &id, "forward-to-decision", json!({})).await;
    done(&mut approver, &id, "approve", json!({})).await;
    let closed = done(
        &mut issuer,
        &id,
        "issue",
        json!({ "document_number": "JY26201020001234" }),
    )
    .await;
    assert_eq!(closed["status"]["state"], "closed");
    assert_eq!(
        closed["history"][1]["actor"]["name"], "许慧",
        "the console knows the clerk"
    );
    assert_eq!(count(&hall, "SELECT count(*) FROM case_result"), 1);
}

#[tokio::test]
async fn a_case_is_rated_once_and_only_after_it_has_ended() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let path = format!("/api/v1/cases/{id}/rating");
    let early = browser.post(&path, json!({ "stars": 5 })).await;
    assert_eq!((early.status, early.code().as_str()), (409, "cases/out_of_state"));
    let mut window = clerk(&hall, "ps-window").await;
    done(
        &mut window,
        &id,
        "refuse-acceptance",
        json!({ "reason": "不属于本机关职权范围。" }),
    )
    .await;
    for (rating, at) in [
        (json!({ "stars": 0 }), "stars"),
        (json!({ "stars": 6 }), "stars"),
        (json!({ "stars": 3, "tags": ["rude"] }), "tags[0]"),
        (json!({ "stars": 3, "tags": ["guide", "guide"] }), "tags[1]"),
        (json!({ "stars": 3, "comment": "长".repeat(501) }), "comment"),
    ] {
        let reply = browser.post(&path, rating).await;
        assert_eq!((reply.status, fields(&reply)[0].0.as_str()), (400, at));
    }
    let mut both = Vec::new();
    for stars in [1, 5] {
        let (mut browser, path) = (browser.clone(), path.clone());
        both.push(tokio::spawn(async move {
            browser.post(&path, json!({ "stars": stars })).await
        }));
    }
    let mut statuses = Vec::new();
    for rating in both {
        statuses.push(rating.await.unwrap_or_else(|error| panic!("{error}")).status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let late = browser.post(&path, json!({ "stars": 5 })).await;
    assert_eq!((late.status, late.code().as_str()), (409, "cases/already_rated"));
    let case = look(&mut browser, &id).await;
    assert_eq!(case["result"]["kind"], "not_accepted", "a rating leaves the result");
    assert_eq!(count(&hall, "SELECT count(*) FROM case_rating"), 1);
}

#[tokio::test]
async fn what_was_taken_back_is_over() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let path = format!("/api/v1/cases/{id}/withdrawal");
    let stale = browser.post(&path, json!({ "version": 7 })).await;
    assert_eq!((stale.status, stale.code().as_str()), (409, "cases/moved"));
    let reply = browser
        .post(&path, json!({ "version": 1, "reason": "办错了事项" }))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let case = reply.json();
    assert_eq!(
        (&case["status"]["state"], &case["status"]["waits_for"]),
        (&json!("withdrawn"), &json!("nobody"))
    );
    assert_eq!(
        (&case["result"]["kind"], &case["result"]["file"]),
        (&json!("withdrawn"), &Value::Null)
    );
    let again = browser.post(&path, json!({ "version": 2 })).await;
    assert_eq!((again.status, again.code().as_str()), (409, "cases/out_of_state"));
    let mut window = clerk(&hall, "ps-window").await;
    let late = act(&mut window, &id, "pass-pre-review", json!({})).await;
    assert_eq!((late.status, late.code().as_str()), (409, "cases/out_of_state"));
}

#[tokio::test]
async fn a_supplement_changes_what_was_asked_for_and_nothing_else() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let none = hand_in(&mut browser, &id, &json!(1), json!({ "name": "张三" }), Uuid::now_v7()).await;
    assert_eq!(
        (none.status, none.code().as_str()),
        (409, "cases/out_of_state"),
        "nothing was asked for"
    );
    let none = upload(&mut browser, &format!("/api/v1/cases/{id}"), "photo", "a.pdf").await;
    assert_eq!((none.status, none.code().as_str()), (409, "cases/out_of_state"));

    let before = look(&mut browser, &id).await;
    let mut window = clerk(&hall, "ps-window").await;
    let first = window.get(&format!("/api/v1/staff/cases/{id}")).await.json();
    assert_eq!(first.get("earlier"), None, "nothing was supplemented yet");
    let items = json!([{ "path": "delivery", "reason": "邮寄地址不在服务范围，请改选领取方式。" }]);
    done(
        &mut window,
        &id,
        "return",
        json!({ "items": items, "reason": "请修改领取方式。" }),
    )
    .await;
    let version = look(&mut browser, &id).await["version"].clone();
    let refused = |reply: &Reply, code: &str, wanted: (String, String)| {
        assert_eq!((reply.status, reply.code().as_str()), (422, code), "{}", reply.json());
        assert_eq!(fields(reply), [wanted]);
    };
    let other = json!({ "delivery": "window", "pickup_hall": "central", "name": "张三" });
    let reply = hand_in(&mut browser, &id, &version, other, Uuid::now_v7()).await;
    refused(&reply, "forms/invalid_answers", field("name", "not_asked"));
    let reply = hand_in(
        &mut browser,
        &id,
        &version,
        json!({ "delivery": "window" }),
        Uuid::now_v7(),
    )
    .await;
    refused(&reply, "forms/invalid_answers", field("pickup_hall", "required"));
    let reply = hand_in(&mut browser, &id, &version, json!({}), Uuid::now_v7()).await;
    refused(&reply, "cases/incomplete", field("delivery", "required"));
    let foreign = upload(&mut browser, &format!("/api/v1/cases/{id}"), "name", "a.pdf").await;
    assert_eq!(
        (foreign.status, foreign.code().as_str()),
        (400, "request/invalid_parameter")
    );

    let (key, answers) = (
        Uuid::now_v7(),
        json!({ "delivery": "window", "pickup_hall": "central" }),
    );
    let first = hand_in(&mut browser, &id, &version, answers.clone(), key).await;
    assert_eq!(first.status, 200, "{}", first.json());
    assert_eq!(
        first.json()["status"]["state"],
        "submitted",
        "it goes back to the pre-review"
    );
    assert_eq!(
        first.json()["answers"].get("post_address"),
        None,
        "what is no longer asked is no longer submitted"
    );
    let again = hand_in(&mut browser, &id, &version, answers, key).await;
    assert_eq!(
        (again.status, &again.json()["version"]),
        (200, &first.json()["version"]),
        "a retry has no second effect"
    );
    let other = hand_in(&mut browser, &id, &version, json!({ "delivery": "kiosk" }), key).await;
    assert_eq!(
        (other.status, other.code().as_str()),
        (409, "request/idempotency_conflict")
    );
    assert_eq!(count(&hall, "SELECT count(*) FROM case_answers"), 2);
    assert_eq!(count(&hall, "SELECT count(*) FROM case_event"), 3);

    let seen = window.get(&format!("/api/v1/staff/cases/{id}")).await.json();
    let earlier = seen["earlier"].as_array().cloned().unwrap_or_default();
    assert_eq!(earlier.len(), 1, "a clerk reads what the supplement changed");
    assert_eq!(
        (&earlier[0]["revision"], &earlier[0]["answers"]["delivery"]),
        (&json!(1), &before["answers"]["delivery"])
    );
    assert_ne!(earlier[0]["answers"]["delivery"], seen["answers"]["delivery"]);
    assert_eq!(look(&mut browser, &id).await.get("earlier"), None);
}

#[tokio::test]
async fn another_citizens_case_does_not_exist() {
    let hall = TestHall::open().await;
    let (mut browser, mut stranger) = (hall.browser(), hall.browser());
    browser.log_in(CITIZEN).await;
    stranger.log_in(STRANGER).await;
    let id = apply(&hall, &mut browser).await;
    let mut window = clerk(&hall, "ps-window").await;
    let items = json!([{ "path": "photo", "reason": "模糊" }]);
    done(
        &mut window,
        &id,
        "return",
        json!({ "items": items, "reason": "请修改。" }),
    )
    .await;
    let path = format!("/api/v1/cases/{id}");
    let mut replies = vec![stranger.get(&path).await];
    replies.push(
        stranger
            .post(&format!("{path}/withdrawal"), json!({ "version": 2 }))
            .await,
    );
    replies.push(stranger.post(&format!("{path}/rating"), json!({ "stars": 1 })).await);
    replies.push(hand_in(&mut stranger, &id, &json!(2), json!({ "photo": [] }), Uuid::now_v7()).await);
    replies.push(upload(&mut stranger, &path, "photo", "a.pdf").await);
    replies.push(stranger.get(&format!("/api/v1/cases/{}", Uuid::now_v7())).await);
    replies.push(stranger.get("/api/v1/cases/none").await);
    for reply in replies {
        assert_eq!((reply.status, reply.code().as_str()), (404, "request/not_found"));
    }
    assert_eq!(stranger.get("/api/v1/cases").await.json(), json!([]));
    assert_eq!(hall.browser().get(&path).await.status, 401);
}
