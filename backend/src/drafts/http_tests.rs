//! Promises of drafts and files over HTTP.

use onehall_protocol::files::MAX_FILE_BYTES;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::testing::{Reply, TestHall, TestTerminal, save_body};

const CITIZEN: &str = "13800000001";
const STRANGER: &str = "13800000002";

async fn draft(terminal: &mut TestTerminal, item: &str) -> Value {
    let reply = terminal.post("/api/v1/drafts", json!({ "item": item })).await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.json());
    reply.json()
}

fn at(draft: &Value, rest: &str) -> String {
    format!("/api/v1/drafts/{}{rest}", draft["id"].as_str().unwrap_or_default())
}

fn change(base: &Value, path: &str, value: Value) -> Value {
    save_body(&base["revision"], &[json!({ "path": path, "value": value })])
}

async fn upload(terminal: &mut TestTerminal, draft: &Value, name: &str, bytes: &[u8]) -> Reply {
    let media_type = "application/octet-stream";
    terminal
        .upload(&at(draft, ""), Some("photo"), name, media_type, bytes)
        .await
}

fn png(length: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.resize(length.max(bytes.len()), 0);
    bytes
}

#[tokio::test]
async fn a_draft_of_the_kiosk_goes_on_in_the_browser_with_what_the_hall_knows_already() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    kiosk.log_in(CITIZEN).await;
    let begun = kiosk
        .post("/api/v1/drafts", json!({ "item": "residence-permit" }))
        .await;
    assert_eq!(begun.status, 201);
    let begun = begun.json();
    assert!(begun["prefilled"].as_array().is_some_and(|all| {
        all.iter()
            .any(|one| one["path"] == "name" && one["source"]["kind"] == "profile")
    }));

    hall.clock.advance(61);
    let mut browser = hall.browser();
    browser.log_in(CITIZEN).await;
    let found = browser
        .post("/api/v1/drafts", json!({ "item": "residence-permit" }))
        .await;
    assert_eq!((found.status, &found.json()["id"]), (200, &begun["id"]));
    let saved = browser
        .patch(&at(&begun, ""), change(&begun, "name", json!("work")))
        .await;
    assert_eq!(saved.status, 200, "{}", saved.json());
    let read = kiosk.get(&at(&begun, "")).await.json();
    assert_eq!(
        (&read["answers"]["name"], &read["terminal"]),
        (&json!("work"), &json!("browser"))
    );
}

#[tokio::test]
async fn two_terminals_that_change_one_answer_are_both_taken_and_the_earlier_one_is_kept() {
    let hall = TestHall::open().await;
    let mut one = hall.browser();
    one.log_in(CITIZEN).await;
    let mut two = one.clone();
    let draft = draft(&mut one, "residence-permit").await;
    let clock = draft["clock"].as_u64().unwrap_or_default();
    let change = |value: &str, after: u64| {
        let stamp = format!("{}.0.{}", clock + after, Uuid::now_v7());
        let change = json!({ "path": "name", "value": value, "stamp": stamp, "seen": draft["revision"] });
        json!({ "base_revision": draft["revision"], "changes": [change] })
    };
    let later = two.patch(&at(&draft, ""), change("study", 2)).await;
    assert_eq!((later.status, later.json()["lost"].clone()), (200, json!([])));
    let earlier = one.patch(&at(&draft, ""), change("work", 1)).await.json();
    assert_eq!(earlier["others"][0]["value"], "study", "{earlier}");
    let n = &earlier["lost"][0]["n"];
    let read = two.get(&at(&draft, "")).await.json();
    assert_eq!(
        (
            &read["answers"]["name"],
            &read["lost"][0]["value"],
            &read["lost"][0]["terminal"]
        ),
        (&json!("study"), &json!("work"), &json!("browser"))
    );
    assert_eq!(read["latest"][0]["path"], "name");
    let dismissed = one.delete(&at(&draft, &format!("/lost/{n}"))).await;
    assert_eq!(dismissed.status, 204);
    assert_eq!(one.get(&at(&draft, "")).await.json().get("lost"), None);
}

#[tokio::test]
async fn a_list_of_rows_names_each_by_an_id_and_not_without_end() {
    let hall = TestHall::open().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let draft = draft(&mut citizen, "school-enrolment").await;
    let rows = |from: usize, to: usize| (from..to).map(|row| format!("r{row}")).collect::<Vec<_>>();
    for wrong in [
        json!("r1"),
        json!({ "a": 1 }),
        json!([1]),
        json!(["a/b"]),
        json!([""]),
        json!(["r1", "r1"]),
        json!(["r".repeat(65)]),
        json!(rows(0, 2_001)),
    ] {
        let refused = citizen.patch(&at(&draft, ""), change(&draft, "guardians", wrong)).await;
        assert_eq!(refused.code(), "request/invalid_body");
        assert_eq!(refused.json()["fields"][0]["path"], "changes[0].value");
    }
    // Rows that went are kept for a while, so that they can come back: they count.
    for (from, taken) in [(0, true), (900, true), (1_800, false)] {
        let saved = citizen
            .patch(
                &at(&draft, ""),
                change(&draft, "guardians", json!(rows(from, from + 900))),
            )
            .await;
        match taken {
            true => assert_eq!(saved.status, 200, "{}", saved.json()),
            false => assert_eq!(saved.code(), "drafts/full"),
        }
    }
    let read = citizen.get(&at(&draft, "")).await.json();
    assert_eq!(read["answers"]["guardians"][0], "r900", "what was there stays");
}

#[tokio::test]
async fn a_draft_holds_no_more_than_can_be_read_at_once() {
    let hall = TestHall::open().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let draft = draft(&mut citizen, "school-enrolment").await;
    let mut taken = 0;
    for row in 0..12 {
        let path = format!("guardians/r{row}/guardian_name");
        let saved = citizen
            .patch(&at(&draft, ""), change(&draft, &path, json!("x".repeat(200_000))))
            .await;
        if saved.status != 200 {
            assert_eq!(saved.code(), "drafts/full");
            break;
        }
        taken += 1;
    }
    assert_eq!(taken, 9, "two million characters");
}

#[tokio::test]
async fn a_stamp_beyond_all_clocks_is_refused() {
    let hall = TestHall::open().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let draft = draft(&mut citizen, "residence-permit").await;
    for stamp in [
        "x".to_owned(),
        "1.0".to_owned(),
        format!("{}.0.{}", u64::MAX, Uuid::now_v7()),
    ] {
        let change = json!({ "path": "name", "value": "x", "stamp": stamp, "seen": 1 });
        let body = json!({ "base_revision": 1, "changes": [change] });
        let refused = citizen.patch(&at(&draft, ""), body).await;
        assert_eq!(refused.code(), "request/invalid_body", "{stamp}");
    }
}

#[tokio::test]
async fn somebody_elses_draft_and_files_are_not_there() {
    let hall = TestHall::open().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let draft = draft(&mut citizen, "identity-card-renewal").await;
    let file = upload(&mut citizen, &draft, "a.png", &png(100)).await.json();
    let file = file["id"].as_str().unwrap_or_default().to_owned();

    let mut stranger = hall.browser();
    stranger.log_in(STRANGER).await;
    let mut replies = vec![
        stranger.get(&at(&draft, "")).await,
        stranger
            .patch(&at(&draft, ""), change(&draft, "name", json!("x")))
            .await,
        stranger.delete(&at(&draft, "")).await,
        stranger.get(&format!("/api/v1/files/{file}")).await,
        stranger.delete(&at(&draft, &format!("/files/{file}"))).await,
        upload(&mut stranger, &draft, "a.png", &png(100)).await,
    ];
    // What was never there looks the same.
    let nothing = Uuid::now_v7();
    replies.push(stranger.get(&format!("/api/v1/drafts/{nothing}")).await);
    replies.push(stranger.get(&format!("/api/v1/files/{nothing}")).await);
    replies.push(stranger.get("/api/v1/drafts/not-an-id").await);
    for reply in replies {
        assert_eq!((reply.status, reply.code().as_str()), (404, "request/not_found"));
    }
    let mut nobody = hall.browser();
    for path in [at(&draft, ""), format!("/api/v1/files/{file}")] {
        assert_eq!(nobody.get(&path).await.code(), "identity/not_logged_in");
    }
}

#[tokio::test]
async fn a_file_is_taken_read_back_and_taken_away() {
    let hall = TestHall::open().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let draft = draft(&mut citizen, "identity-card-renewal").await;
    let taken = upload(&mut citizen, &draft, "照片.png", &png(5000)).await;
    assert_eq!(taken.status, 201, "{}", taken.json());
    let view = taken.json();
    assert_eq!(
        (&view["name"], &view["media_type"], &view["size"]),
        (&json!("照片.png"), &json!("image/png"), &json!(5000))
    );
    let path = format!("/api/v1/files/{}", view["id"].as_str().unwrap_or_default());
    let read = citizen.get(&path).await;
    assert_eq!((read.status, &read.body), (200, &png(5000)));
    assert!(read.header("content-disposition").starts_with("attachment; "));
    assert_eq!(read.header("x-content-type-options"), "nosniff");
    assert!(read.header("cache-control").contains("no-store"));
    let place = at(&draft, &format!("/files/{}", view["id"].as_str().unwrap_or_default()));
    assert_eq!(citizen.delete(&place).await.status, 204);
    assert_eq!(citizen.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_file_that_is_not_what_it_says_too_large_or_empty_is_refused_with_its_code() {
    let hall = TestHall::open().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let draft = draft(&mut citizen, "identity-card-renewal").await;
    let large = png(MAX_FILE_BYTES as usize + 1);
    for (name, bytes, status, code) in [
        (
            "a.png",
            b"MZ this is a program".as_slice(),
            422,
            "files/content_mismatch",
        ),
        ("a.pdf", &png(100), 422, "files/content_mismatch"),
        ("a.exe", b"MZ this is a program", 415, "files/type_not_allowed"),
        ("a.png", b"", 422, "files/empty"),
        ("a.png", &large, 413, "files/too_large"),
        ("..", &png(100), 400, "request/invalid_parameter"),
    ] {
        let reply = upload(&mut citizen, &draft, name, bytes).await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{name}");
    }
    assert_eq!(citizen.get(&at(&draft, "")).await.status, 200);
}

#[tokio::test]
async fn what_a_draft_cannot_be_is_refused_with_its_place() {
    let hall = TestHall::open().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let unknown = citizen
        .post("/api/v1/drafts", json!({ "item": "flying-carpet-licence" }))
        .await;
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "request/not_found"));
    let offline = hall
        .state
        .city
        .items()
        .find(|item| !item.summary.online)
        .map(|item| item.summary.code.to_string());
    let offline = citizen.post("/api/v1/drafts", json!({ "item": offline })).await;
    assert_eq!((offline.status, offline.code().as_str()), (422, "catalog/not_online"));
    let other = citizen
        .post(
            "/api/v1/drafts",
            json!({ "item": "residence-permit", "principal": Uuid::now_v7() }),
        )
        .await;
    assert_eq!(other.code(), "request/not_found");

    let draft = draft(&mut citizen, "residence-permit").await;
    let bad_path = citizen
        .patch(&at(&draft, ""), change(&draft, "../name", json!("x")))
        .await;
    assert_eq!(
        (bad_path.status, &bad_path.json()["fields"][0]["path"]),
        (400, &json!("changes[0].path"))
    );
    let large = citizen
        .patch(&at(&draft, ""), change(&draft, "name", json!("x".repeat(300_000))))
        .await;
    assert_eq!((large.status, large.code().as_str()), (413, "request/body_too_large"));
    let unknown = citizen
        .patch(
            &at(&draft, ""),
            json!({ "base_revision": 1, "changes": [], "owner": "me" }),
        )
        .await;
    assert_eq!(unknown.code(), "request/invalid_body");
}

#[tokio::test]
async fn a_character_that_no_text_can_keep_is_refused_whichever_engine_keeps_it() {
    let hall = TestHall::open().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let draft = draft(&mut citizen, "identity-card-renewal").await;
    for (page, change) in [
        ("one\0", json!({ "path": "name", "value": "a" })),
        ("one", json!({ "path": "name\0", "value": "a" })),
    ] {
        let mut save = save_body(&json!(1), &[change]);
        save["page"] = json!(page);
        let refused = citizen.patch(&at(&draft, ""), save).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (400, "request/invalid_body"),
            "{page:?}"
        );
    }
    // What an answer holds is its form's to judge: it is kept as JSON.
    let save = save_body(&json!(1), &[json!({ "path": "name", "value": "a\0b" })]);
    let saved = citizen.patch(&at(&draft, ""), save).await;
    assert_eq!(saved.status, 200, "{}", saved.json());
    let read = citizen.get(&at(&draft, "")).await;
    assert_eq!(read.json()["answers"]["name"], "a\0b");
}
