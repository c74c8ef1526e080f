//! What clerks see and do, and what they may not.

use onehall_protocol::ErrorCode;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::staff::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::cases::act::{self, Acting, Inputs};
use crate::cases::model::{Viewer, Who};
use crate::cases::workflow::Act;

#[tokio::test]
async fn a_case_stands_in_the_queue_of_whoever_has_to_act() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let (mut window, mut reviewer) = (clerk(&hall, "ps-window").await, clerk(&hall, "ps-reviewer").await);
    async fn queue(console: &mut TestTerminal, query: &str) -> (u64, Vec<Value>) {
        let page = console.get(&format!("/api/v1/staff/cases{query}")).await;
        assert_eq!(page.status, 200, "{}", page.json());
        let cases = page.json()["cases"].as_array().cloned().unwrap_or_default();
        (
            page.json()["total"].as_u64().unwrap_or_default(),
            cases.into_iter().map(|case| case["id"].clone()).collect(),
        )
    }
    assert_eq!(queue(&mut window, "").await, (1, vec![json!(id)]));
    assert_eq!(queue(&mut reviewer, "").await, (0, vec![]));
    assert_eq!(queue(&mut reviewer, "?scope=authority").await, (1, vec![json!(id)]));
    done(&mut window, &id, "pass-pre-review", json!({})).await;
    done(&mut window, &id, "accept", json!({})).await;
    assert_eq!(queue(&mut window, "").await.0, 0);
    assert_eq!(queue(&mut reviewer, "").await, (1, vec![json!(id)]));
    assert_eq!(queue(&mut reviewer, "?state=submitted").await.0, 0);
    assert_eq!(queue(&mut reviewer, "?state=in_review").await.0, 1);
    for (search, found) in [
        ("身份证", 1),
        ("Identity", 1),
        ("20261123", 1),
        ("lc-2026", 1),
        ("营业执照", 0),
        ("9999", 0),
    ] {
        let search: String = search.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(
            queue(&mut reviewer, &format!("?search={search}")).await.0,
            found,
            "{search}"
        );
    }
    done(&mut reviewer, &id, "reject", json!({ "reason": "不符合规定。" })).await;
    assert_eq!(queue(&mut reviewer, "").await.0, 0);
    assert_eq!(queue(&mut reviewer, "?scope=ended").await, (1, vec![json!(id)]));
    let unknown = reviewer.get("/api/v1/staff/cases?sort=up").await;
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (400, "request/invalid_parameter")
    );
}

#[tokio::test]
async fn another_authoritys_case_does_not_exist() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let file = look(&mut browser, &id).await["answers"]["photo"][0]["id"].clone();
    let file = file.as_str().unwrap_or_default();
    let (mut own, mut other) = (clerk(&hall, "ps-window").await, clerk(&hall, "mr-window").await);
    let path = format!("/api/v1/staff/cases/{id}");
    let mut replies = vec![
        other.get(&path).await,
        other.get(&format!("/api/v1/staff/files/{file}")).await,
    ];
    replies.push(
        other
            .post(&format!("{path}/actions"), json!({ "action": "accept", "version": 1 }))
            .await,
    );
    replies.push(other.upload(&path, None, "a.pdf", "application/pdf", PDF).await);
    for reply in replies {
        assert_eq!((reply.status, reply.code().as_str()), (404, "request/not_found"));
    }
    assert_eq!(
        other.get("/api/v1/staff/cases?scope=authority").await.json()["total"],
        0
    );
    let material = own.get(&format!("/api/v1/staff/files/{file}")).await;
    assert_eq!((material.status, material.body.as_slice()), (200, PDF));
    assert_eq!(
        own.get(&path).await.json()["files"].as_array().map(Vec::len),
        Some(2),
        "photo and old card"
    );
    assert_eq!(
        count(&hall, "SELECT count(*) FROM case_access WHERE file IS NULL"),
        1,
        "who looked is recorded"
    );
    assert_eq!(
        count(&hall, "SELECT count(*) FROM case_access WHERE file IS NOT NULL"),
        1
    );
}

#[tokio::test]
async fn who_handles_no_cases_sees_none() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let mut administrator = clerk(&hall, "admin").await;
    for path in ["/api/v1/staff/cases".to_owned(), format!("/api/v1/staff/cases/{id}")] {
        let reply = administrator.get(&path).await;
        assert_eq!((reply.status, reply.code().as_str()), (403, "identity/forbidden"));
        assert_eq!(
            browser.get(&path).await.status,
            401,
            "a citizen's session is none of staff"
        );
    }
}

#[tokio::test]
async fn an_action_out_of_role_or_state_or_without_what_it_needs_is_refused() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let (mut window, mut reviewer) = (clerk(&hall, "ps-window").await, clerk(&hall, "ps-reviewer").await);
    let refused = |reply: Reply, status: u16, code: &str, wanted: &[(&str, &str)]| {
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (status, code),
            "{}",
            reply.json()
        );
        let wanted: Vec<_> = wanted.iter().map(|(path, code)| field(path, code)).collect();
        assert_eq!(fields(&reply), wanted);
    };
    refused(
        act(&mut reviewer, &id, "pass-pre-review", json!({})).await,
        403,
        "identity/forbidden",
        &[],
    );
    refused(
        act(&mut reviewer, &id, "approve", json!({})).await,
        409,
        "cases/out_of_state",
        &[],
    );
    refused(
        act(&mut window, &id, "withdraw", json!({})).await,
        409,
        "cases/out_of_state",
        &[],
    );
    refused(
        act(&mut window, &id, "lapse", json!({})).await,
        409,
        "cases/out_of_state",
        &[],
    );
    refused(
        act(&mut window, &id, "fly", json!({})).await,
        409,
        "cases/out_of_state",
        &[],
    );
    let incomplete = "cases/incomplete";
    refused(
        act(&mut window, &id, "refuse-acceptance", json!({})).await,
        422,
        incomplete,
        &[("reason", "required")],
    );
    let blank = json!({ "reason": "  \n " });
    refused(
        act(&mut window, &id, "refuse-acceptance", blank).await,
        422,
        incomplete,
        &[("reason", "required")],
    );
    let long = json!({ "reason": "长".repeat(1001) });
    refused(
        act(&mut window, &id, "refuse-acceptance", long).await,
        422,
        incomplete,
        &[("reason", "too_long")],
    );
    let number = json!({ "document_number": "1" });
    refused(
        act(&mut window, &id, "pass-pre-review", number).await,
        422,
        incomplete,
        &[("document_number", "not_taken")],
    );
    for no_number in ["见附件", "0001！", "1\n2"] {
        refused(
            act(
                &mut window,
                &id,
                "pass-pre-review",
                json!({ "document_number": no_number }),
            )
            .await,
            422,
            incomplete,
            &[("document_number", "no_number")],
        );
    }
    for (items, at, code) in [
        (
            json!([{ "path": "shoe_size", "reason": "x" }]),
            "items[0].path",
            "unknown",
        ),
        // A question that these answers do not bring up cannot be answered again.
        (
            json!([{ "path": "ward_name", "reason": "x" }]),
            "items[0].path",
            "unknown",
        ),
        (
            json!([{ "path": "photo", "reason": " " }]),
            "items[0].reason",
            "required",
        ),
        (
            json!([{ "path": "photo", "reason": "x" }, { "path": "photo", "reason": "y" }]),
            "items[1].path",
            "twice",
        ),
    ] {
        let reply = act(
            &mut window,
            &id,
            "return",
            json!({ "reason": "请修改。", "items": items }),
        )
        .await;
        refused(reply, 422, incomplete, &[(at, code)]);
    }
    assert_eq!(
        count(&hall, "SELECT count(*) FROM case_event"),
        1,
        "nothing of it left a trace in the case"
    );
}

#[tokio::test]
async fn of_two_clerks_who_act_at_once_one_wins_and_the_other_is_told() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let consoles = [clerk(&hall, "ps-window").await, clerk(&hall, "ps-window-2").await];
    let mut actions = Vec::new();
    for (mut console, action) in consoles.into_iter().zip(["pass-pre-review", "refuse-acceptance"]) {
        let path = format!("/api/v1/staff/cases/{id}/actions");
        let reason = (action == "refuse-acceptance").then_some("不属于本机关。");
        let body = json!({ "action": action, "version": 1, "reason": reason });
        actions.push(tokio::spawn(async move { console.post(&path, body).await }));
    }
    let mut replies = Vec::new();
    for action in actions {
        replies.push(action.await.unwrap_or_else(|error| panic!("{error}")));
    }
    replies.sort_by_key(|reply| reply.status);
    assert_eq!(replies[0].status, 200, "{}", replies[0].json());
    assert_eq!((replies[1].status, replies[1].code().as_str()), (409, "cases/moved"));
    assert_eq!(count(&hall, "SELECT count(*) FROM case_event"), 2);
    let results = count(&hall, "SELECT count(*) FROM case_result");
    let notices = count(&hall, "SELECT count(*) FROM file WHERE path IS NULL");
    assert_eq!(results, notices, "who lost leaves no notice behind");
}

#[tokio::test]
async fn who_decided_on_an_older_version_leaves_no_notice_behind() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let case = id.parse().unwrap_or_else(|error| panic!("{error}"));
    let older = hall
        .state
        .storage
        .case(case, Viewer::System)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let mut window = clerk(&hall, "ps-window").await;
    done(&mut window, &id, "pass-pre-review", json!({})).await;
    let kept = blobs(&hall);
    // Between the look at the case and the storage command, somebody else acted.
    let action = "refuse-acceptance".parse().unwrap_or_else(|error| panic!("{error}"));
    let act = Act::Staff {
        action: &action,
        roles: &Role::ALL,
    };
    let acting = Acting {
        who: Who::System,
        viewer: Viewer::System,
        terminal: TerminalKind::Console,
    };
    let inputs = Inputs {
        reason: Some("不属于本机关。".to_owned()),
        ..Inputs::default()
    };
    let moved = act::take(&hall.state, &older, 1, act, acting, inputs).await;
    assert_eq!(moved.err().map(|error| error.code()), Some(ErrorCode::CaseMoved));
    assert_eq!(blobs(&hall), kept);
    done(
        &mut window,
        &id,
        "refuse-acceptance",
        json!({ "reason": "不属于本机关。" }),
    )
    .await;
    assert_eq!(blobs(&hall), kept + 1, "who won has one");
}

/// How many files have their bytes kept.
fn blobs(hall: &TestHall) -> usize {
    let entries = |path: std::path::PathBuf| std::fs::read_dir(path).into_iter().flatten().flatten();
    let folders = entries(hall.folder.join("files")).filter(|entry| entry.path().is_dir());
    folders.map(|folder| entries(folder.path()).count()).sum()
}

#[tokio::test]
async fn a_result_is_the_citizens_to_read_only_once_the_case_says_so() {
    let hall = TestHall::open().await;
    let (mut browser, mut stranger) = (hall.browser(), hall.browser());
    browser.log_in(CITIZEN).await;
    stranger.log_in(STRANGER).await;
    let id = apply(&hall, &mut browser).await;
    let mut window = clerk(&hall, "ps-window").await;
    let mut approver = clerk(&hall, "ps-approver").await;
    let mut issuer = clerk(&hall, "ps-issuer").await;
    let to = format!("/api/v1/staff/cases/{id}");
    let early = issuer.upload(&to, None, "证.pdf", "application/pdf", PDF).await;
    assert_eq!((early.status, early.code().as_str()), (409, "cases/out_of_state"));
    done(&mut window, &id, "pass-pre-review", json!({})).await;
    done(&mut window, &id, "accept", json!({})).await;
    done(&mut approver, &id, "approve", json!({})).await;
    let fake = issuer.upload(&to, None, "证.pdf", "application/pdf", b"MZ").await;
    assert_eq!(fake.code(), "files/content_mismatch");
    let file = issuer.upload(&to, None, "证.pdf", "application/pdf", PDF).await;
    assert_eq!(file.status, 201, "{}", file.json());
    let file = file.json()["id"].clone();
    let download = format!("/api/v1/files/{}", file.as_str().unwrap_or_default());
    assert_eq!(browser.get(&download).await.status, 404, "not yet");
    let invented = json!({ "document_number": "1号", "file": Uuid::now_v7() });
    let reply = act(&mut issuer, &id, "issue", invented).await;
    assert_eq!(
        (reply.status, fields(&reply)),
        (422, vec![field("file", "unknown_file")])
    );
    let closed = done(
        &mut issuer,
        &id,
        "issue",
        json!({ "document_number": "1号", "file": file }),
    )
    .await;
    assert_eq!(closed["result"]["file"]["name"], "证.pdf");
    assert_eq!(browser.get(&download).await.body, PDF);
    assert_eq!(stranger.get(&download).await.status, 404);
}

#[tokio::test]
async fn the_history_of_a_case_is_only_added_to() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    apply(&hall, &mut browser).await;
    for sql in ["UPDATE case_event SET reason = 'x'", "DELETE FROM case_event"] {
        let refused = hall
            .database
            .look(|db| db.execute(sql, []))
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(refused.contains("only added to"), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn what_decides_or_ends_a_matter_asks_for_the_second_factor_of_a_moment_ago() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let id = apply(&hall, &mut browser).await;
    let (mut window, mut reviewer) = (clerk(&hall, "ps-window").await, clerk(&hall, "ps-reviewer").await);
    hall.clock.advance(600);
    // What leads on to the next step can be put right there.
    done(&mut window, &id, "pass-pre-review", json!({})).await;
    done(&mut window, &id, "accept", json!({})).await;
    let reject = json!({ "reason": "不符合规定。" });
    let refused = act(&mut reviewer, &id, "reject", reject.clone()).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "identity/step_up_required")
    );
    // Who may not do it is told that, and asked for nothing.
    assert_eq!(
        act(&mut window, &id, "reject", reject.clone()).await.code(),
        "identity/forbidden"
    );
    let (_, code) = reviewer.demo_staff("ps-reviewer").await;
    let proof = reviewer
        .post("/api/v1/staff/session/proof", json!({ "code": code }))
        .await;
    assert_eq!(proof.status, 204, "{}", proof.json());
    done(&mut reviewer, &id, "reject", reject).await;
}
