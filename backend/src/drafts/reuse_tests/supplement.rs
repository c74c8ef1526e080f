//! Files that the hall has, for what a clerk asks for again: as for a draft, and no longer than it is asked for.

use axum::http::Method;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::files::MOST_OF_CASE;

/// Applies with these files and no other answers than those of `first`; gives the case's id.
async fn apply_with(hall: &TestHall, citizen: &mut TestTerminal, item: &str, files: &[(&str, &str)]) -> String {
    let draft = open(citizen, item, None).await;
    let mut answers = if item == FIRST { said() } else { Map::new() };
    for (path, content) in files {
        let file = upload(citizen, &draft, path, content).await;
        assert_eq!(file.status, 201, "{}", file.json());
        answers.insert((*path).to_owned(), json!([file.json()]));
    }
    let reply = submit(hall, citizen, item, &draft, answers).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    reply.json()["case_id"].as_str().unwrap_or_default().to_owned()
}

/// A clerk gives a case back and asks for these again.
async fn ask_again(hall: &TestHall, case: &str, paths: &[&str]) {
    let items: Vec<Value> = paths
        .iter()
        .map(|path| json!({ "path": path, "reason": "看不清。" }))
        .collect();
    let with = json!({ "reason": "请修改。", "items": items });
    // A code with which a clerk logs in counts once.
    hall.clock.advance(60);
    done(&mut clerk(hall, "ps-window").await, case, "return", with).await;
}

async fn offered(citizen: &mut TestTerminal, case: &str, material: &str) -> Reply {
    let path = format!("/api/v1/cases/{case}/materials/{material}/offers");
    citizen.get(&path).await
}

async fn taken(citizen: &mut TestTerminal, case: &str, path: &str, file: &Value) -> Reply {
    let body = json!({ "path": path, "file": file });
    citizen.post(&format!("/api/v1/cases/{case}/files/reuse"), body).await
}

async fn hand_in(citizen: &mut TestTerminal, case: &str, answers: Value) -> Reply {
    let version = citizen.get(&format!("/api/v1/cases/{case}")).await.json()["version"].clone();
    let key = Uuid::now_v7().to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
    let body = json!({ "version": version, "answers": answers }).to_string();
    let path = format!("/api/v1/cases/{case}/supplement");
    citizen.send(Method::POST, &path, &headers, body.into_bytes()).await
}

/// An identity card that was issued, and a residence permit that was applied for with a photo of its own: asked for again.
async fn waiting(hall: &TestHall, citizen: &mut TestTerminal, asked: &[&str]) -> (String, String) {
    let earlier = apply(hall, citizen, None).await;
    issue(hall, &earlier, "K-7").await;
    let files = [("photo", "dark"), ("id_card", "blurred")];
    let case = apply_with(hall, citizen, SECOND, &files).await;
    ask_again(hall, &case, asked).await;
    (earlier, case)
}

fn gone(reply: &Reply) {
    assert_eq!((reply.status, reply.code().as_str()), (404, "request/not_found"));
}

#[tokio::test]
async fn what_is_asked_for_again_is_taken_from_what_the_hall_has() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let (earlier, case) = waiting(&hall, &mut citizen, &["photo", "id_card"]).await;
    let photos = offered(&mut citizen, &case, "photo").await.json();
    assert_eq!(photos.as_array().map(Vec::len), Some(1), "{photos}");
    assert_eq!(
        (&photos[0]["source"]["case"], &photos[0]["trust_grade"]),
        (&json!(earlier), &json!("C"))
    );
    let cards = offered(&mut citizen, &case, "id-card").await.json();
    assert_eq!(cards.as_array().map(Vec::len), Some(1), "{cards}");
    assert_eq!(
        (&cards[0]["source"]["kind"], &cards[0]["source"]["number"]),
        (&json!("e_certificate"), &json!("K-7"))
    );
    // A draft is offered the same.
    let draft = open(&mut citizen, SECOND, None).await;
    assert_eq!(offers(&mut citizen, &draft, "id-card").await.json(), cards);

    let photo = taken(&mut citizen, &case, "photo", &photos[0]["id"]).await;
    assert_eq!(photo.status, 201, "{}", photo.json());
    let photo = photo.json();
    assert_ne!(photo["id"], photos[0]["id"], "a copy of its own");
    let again = taken(&mut citizen, &case, "photo", &photos[0]["id"]).await;
    assert_eq!((again.status, &again.json()["id"]), (200, &photo["id"]));
    let card = taken(&mut citizen, &case, "id_card", &cards[0]["id"]).await.json();
    let bytes = citizen
        .get(&format!("/api/v1/files/{}", photo["id"].as_str().unwrap_or_default()))
        .await;
    assert_eq!(bytes.body, b"%PDF-1.7\nphoto");

    // It is a file of the case, for this question, with where it comes from.
    let swapped = hand_in(&mut citizen, &case, json!({ "photo": [card], "id_card": [photo] })).await;
    assert_eq!(swapped.code(), "forms/invalid_answers");
    let mut stripped = card.clone();
    stripped.as_object_mut().map(|file| file.remove("source"));
    let bare = hand_in(&mut citizen, &case, json!({ "photo": [photo], "id_card": [stripped] })).await;
    assert_eq!(bare.code(), "forms/invalid_answers");
    let handed_in = hand_in(&mut citizen, &case, json!({ "photo": [photo], "id_card": [card] })).await;
    assert_eq!(handed_in.status, 200, "{}", handed_in.json());
    assert_eq!(handed_in.json()["answers"]["id_card"][0]["source"]["number"], "K-7");

    // Asked for once more, it is not the copy of then.
    ask_again(&hall, &case, &["photo"]).await;
    gone(&taken(&mut citizen, &case, "photo", &photos[0]["id"]).await);
}

#[tokio::test]
async fn the_very_file_that_is_asked_for_again_is_not_offered_from_another_case() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    apply(&hall, &mut citizen, None).await;
    // Both questions of the first form were answered with the bytes of the earlier case, and others are there besides.
    let case = apply_with(
        &hall,
        &mut citizen,
        FIRST,
        &[("old_card", "old_card"), ("photo", "photo")],
    )
    .await;
    ask_again(&hall, &case, &["old_card"]).await;
    assert_eq!(offered(&mut citizen, &case, "old-card").await.json(), json!([]));
    apply_with(&hall, &mut citizen, FIRST, &[("old_card", "sharp"), ("photo", "photo")]).await;
    let left = offered(&mut citizen, &case, "old-card").await.json();
    assert_eq!(left.as_array().map(Vec::len), Some(1), "{left}");
}

#[tokio::test]
async fn a_case_is_no_earlier_case_of_itself() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    // Two questions for the same material; one of them is asked for again.
    let case = apply_with(
        &hall,
        &mut citizen,
        SECOND,
        &[("id_card", "one"), ("id_card_copy", "two")],
    )
    .await;
    ask_again(&hall, &case, &["id_card_copy"]).await;
    assert_eq!(offered(&mut citizen, &case, "id-card").await.json(), json!([]));
    // To another matter it is one.
    let draft = open(&mut citizen, SECOND, None).await;
    let file = citizen.get(&format!("/api/v1/cases/{case}")).await.json()["answers"]["id_card"][0]["id"].clone();
    let copy = take_over(&mut citizen, &draft, "id_card_copy", &file).await;
    assert_eq!(copy.status, 201, "{}", copy.json());
}

#[tokio::test]
async fn nobody_supplements_with_files_of_somebody_else() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let (_, case) = waiting(&hall, &mut citizen, &["photo", "id_card"]).await;
    let photo = offered(&mut citizen, &case, "photo").await.json()[0]["id"].clone();
    assert!(photo.is_string());
    let mut stranger = hall.browser();
    stranger.log_in(STRANGER).await;
    gone(&offered(&mut stranger, &case, "photo").await);
    gone(&taken(&mut stranger, &case, "photo", &photo).await);
    // Nor into a case of their own.
    let theirs = apply_with(&hall, &mut stranger, SECOND, &[("photo", "theirs")]).await;
    ask_again(&hall, &theirs, &["photo"]).await;
    assert_eq!(offered(&mut stranger, &theirs, "photo").await.json(), json!([]));
    gone(&taken(&mut stranger, &theirs, "photo", &photo).await);
    let nobody = hall
        .browser()
        .get(&format!("/api/v1/cases/{case}/materials/photo/offers"))
        .await;
    assert_eq!(nobody.status, 401);
}

#[tokio::test]
async fn only_a_case_that_waits_for_a_supplement_takes_files_over() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let (_, case) = waiting(&hall, &mut citizen, &["photo"]).await;
    let photo = offered(&mut citizen, &case, "photo").await.json()[0]["id"].clone();
    let copy = taken(&mut citizen, &case, "photo", &photo).await;
    assert_eq!(copy.status, 201, "{}", copy.json());
    let handed_in = hand_in(&mut citizen, &case, json!({ "photo": [copy.json()] })).await;
    assert_eq!(handed_in.status, 200, "{}", handed_in.json());
    // It was handed in; and one was taken back while it was asked for.
    let other = apply_with(&hall, &mut citizen, SECOND, &[("photo", "blurred")]).await;
    ask_again(&hall, &other, &["photo"]).await;
    let version = citizen.get(&format!("/api/v1/cases/{other}")).await.json()["version"].clone();
    let path = format!("/api/v1/cases/{other}/withdrawal");
    assert_eq!(citizen.post(&path, json!({ "version": version })).await.status, 200);
    for case in [&case, &other] {
        for reply in [
            offered(&mut citizen, case, "photo").await,
            taken(&mut citizen, case, "photo", &photo).await,
        ] {
            assert_eq!((reply.status, reply.code().as_str()), (409, "cases/out_of_state"));
        }
    }
}

#[tokio::test]
async fn only_what_is_asked_for_is_offered_and_taken_over() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let (_, case) = waiting(&hall, &mut citizen, &["id_card", "works_at"]).await;
    let card = offered(&mut citizen, &case, "id-card").await.json()[0]["id"].clone();
    gone(&offered(&mut citizen, &case, "photo").await);
    gone(&offered(&mut citizen, &case, "no-such").await);
    let draft = open(&mut citizen, SECOND, None).await;
    let photo = offers(&mut citizen, &draft, "photo").await.json()[0]["id"].clone();
    assert!(photo.is_string() && card.is_string());
    for (path, code) in [
        ("photo", "not_asked"),
        ("id_card_copy", "not_asked"),
        ("works_at", "unknown"),
        ("id", "unknown"),
    ] {
        let refused = taken(&mut citizen, &case, path, &photo).await;
        assert_eq!(
            (refused.status, &refused.json()["fields"]),
            (400, &json!([{ "path": "path", "code": code }])),
            "{path}"
        );
    }
    // What is asked for takes only what is offered for it.
    gone(&taken(&mut citizen, &case, "id_card", &photo).await);
}

#[tokio::test]
async fn a_supplement_is_as_strict_about_sources_and_grades_as_a_draft() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    apply(&hall, &mut citizen, None).await;
    let files = [("photo", "a"), ("old_card", "b"), ("household_register", "c")];
    let case = apply_with(&hall, &mut citizen, FIRST, &files).await;
    ask_again(&hall, &case, &["photo", "old_card", "household_register"]).await;
    let old = offered(&mut citizen, &case, "old-card").await.json();
    assert_eq!(old.as_array().map(Vec::len), Some(1), "{old}");
    // One is to be uploaded; an upload of another case is grade C, and this is to be B.
    for material in ["photo", "household-register"] {
        assert_eq!(
            offered(&mut citizen, &case, material).await.json(),
            json!([]),
            "{material}"
        );
    }
    let earlier = old[0]["source"]["case"].as_str().unwrap_or_default().to_owned();
    let answers = citizen.get(&format!("/api/v1/cases/{earlier}")).await.json()["answers"].clone();
    for path in ["photo", "household_register"] {
        let file = &answers[path][0]["id"];
        assert!(file.is_string(), "{path}");
        gone(&taken(&mut citizen, &case, path, file).await);
    }
    // What comes from certificates alone is not uploaded here either.
    let only = apply_with(&hall, &mut citizen, SECOND, &[("photo", "d")]).await;
    ask_again(&hall, &only, &["employment_proof"]).await;
    let place = format!("/api/v1/cases/{only}");
    let refused = citizen
        .upload(
            &place,
            Some("employment_proof"),
            "x.pdf",
            "application/pdf",
            b"%PDF-1.7\nx",
        )
        .await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "request/invalid_parameter")
    );
}

#[tokio::test]
async fn a_certificate_that_ran_out_is_no_supplement() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let (_, case) = waiting(&hall, &mut citizen, &["id_card"]).await;
    let card = offered(&mut citizen, &case, "id-card").await.json()[0]["id"].clone();
    assert!(card.is_string());
    // It is valid for 240 months. Nobody has let the case lapse: that is another clock's.
    hall.clock.advance(86_400 * 366 * 20);
    citizen.log_in(CITIZEN).await;
    assert_eq!(offered(&mut citizen, &case, "id-card").await.json(), json!([]));
    gone(&taken(&mut citizen, &case, "id_card", &card).await);
}

#[tokio::test]
async fn a_case_gathers_no_more_files_than_it_may_by_taking_them_over() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let (_, case) = waiting(&hall, &mut citizen, &["photo"]).await;
    let photo = offered(&mut citizen, &case, "photo").await.json()[0]["id"].clone();
    let place = format!("/api/v1/cases/{case}");
    for number in 0..MOST_OF_CASE {
        let bytes = format!("%PDF-1.7\n{number}").into_bytes();
        let file = citizen
            .upload(&place, Some("photo"), "new.pdf", "application/pdf", &bytes)
            .await;
        assert_eq!(file.status, 201, "{}", file.json());
    }
    let refused = taken(&mut citizen, &case, "photo", &photo).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "files/too_many"));
}
