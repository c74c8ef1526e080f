//! Files that the hall has: offered, taken over, and held to what is known of them.

use axum::http::Method;
use serde_json::{Map, json};
use uuid::Uuid;

use super::*;

#[tokio::test]
async fn a_file_that_the_hall_has_is_taken_over_and_not_uploaded_again() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let case = apply(&hall, &mut citizen, None).await;
    issue(&hall, &case, "K-7").await;
    let draft = open(&mut citizen, SECOND, None).await;
    let photos = offers(&mut citizen, &draft, "photo").await.json();
    assert_eq!(
        (
            photos.as_array().map(Vec::len),
            &photos[0]["name"],
            &photos[0]["trust_grade"]
        ),
        (Some(1), &json!("photo.pdf"), &json!("C"))
    );
    assert_eq!(
        (&photos[0]["source"]["kind"], &photos[0]["source"]["case"]),
        (&json!("case"), &json!(case))
    );
    let cards = offers(&mut citizen, &draft, "id-card").await.json();
    assert_eq!(
        (
            &cards[0]["trust_grade"],
            &cards[0]["source"]["kind"],
            &cards[0]["source"]["number"]
        ),
        (&json!("A"), &json!("e_certificate"), &json!("K-7"))
    );

    let photo = take_over(&mut citizen, &draft, "photo", &photos[0]["id"]).await;
    assert_eq!(photo.status, 201, "{}", photo.json());
    let photo = photo.json();
    assert_ne!(photo["id"], photos[0]["id"], "a copy of its own");
    assert_eq!(
        (&photo["sha256"], &photo["source"]),
        (&photos[0]["sha256"], &photos[0]["source"])
    );
    // The answer was lost: asked again, it is the same copy.
    let again = take_over(&mut citizen, &draft, "photo", &photos[0]["id"]).await;
    assert_eq!((again.status, &again.json()["id"]), (200, &photo["id"]));
    let card = take_over(&mut citizen, &draft, "id_card", &cards[0]["id"]).await.json();
    let bytes = citizen
        .get(&format!("/api/v1/files/{}", photo["id"].as_str().unwrap_or_default()))
        .await;
    assert_eq!(bytes.body, b"%PDF-1.7\nphoto");

    // A file that says to be a certificate and was uploaded is none.
    let uploaded = upload(&mut citizen, &draft, "id_card", "forged").await.json();
    let mut forged = uploaded.clone();
    forged["source"] = card["source"].clone();
    let mut stripped = card.clone();
    stripped.as_object_mut().map(|file| file.remove("source"));
    for wrong in [forged, stripped] {
        let draft = citizen.get(&at(&draft, "")).await.json();
        let answers = object(json!({ "id_card": [wrong] }));
        let refused = submit(&hall, &mut citizen, SECOND, &draft, answers).await;
        assert_eq!(
            (refused.code().as_str(), &refused.json()["fields"][0]["path"]),
            ("forms/invalid_answers", &json!("id_card"))
        );
    }
    let draft = citizen.get(&at(&draft, "")).await.json();
    let answers = object(json!({ "id_card": [card], "photo": [photo] }));
    let taken = submit(&hall, &mut citizen, SECOND, &draft, answers).await;
    assert_eq!(taken.status, 201, "{}", taken.json());
    // The first case has its file still, and its clerk reads it.
    let id = photos[0]["id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(citizen.get(&format!("/api/v1/files/{id}")).await.status, 200);

    // The next time both cases have the photo, which is offered once; the copy of the certificate is offered by none: the
    // certificate itself is.
    let next = open(&mut citizen, SECOND, None).await;
    assert_eq!(
        offers(&mut citizen, &next, "photo")
            .await
            .json()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    let copy = take_over(&mut citizen, &next, "id_card_copy", &card["id"]).await;
    assert_eq!(copy.status, 404, "{}", copy.json());
}

#[tokio::test]
async fn only_what_the_question_takes_is_offered_to_it_and_taken_over() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let case = apply(&hall, &mut citizen, None).await;
    issue(&hall, &case, "K-7").await;
    // The same materials, by a form that takes nothing but uploads.
    let first = open(&mut citizen, FIRST, None).await;
    let second = open(&mut citizen, SECOND, None).await;
    assert_eq!(offers(&mut citizen, &first, "photo").await.json(), json!([]));
    assert_eq!(offers(&mut citizen, &first, "no-such").await.status, 404);
    // A file that somebody uploaded is trusted as an upload, from whatever case it comes.
    assert_eq!(
        offers(&mut citizen, &first, "household-register").await.json(),
        json!([])
    );
    assert_eq!(
        offers(&mut citizen, &first, "old-card")
            .await
            .json()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    let photo = offers(&mut citizen, &second, "photo").await.json()[0]["id"].clone();
    let card = offers(&mut citizen, &second, "id-card").await.json()[0]["id"].clone();
    for (draft, path, file) in [
        (&first, "photo", &photo),
        (&second, "id_card", &photo),
        (&second, "photo", &card),
        (&second, "id_card_copy", &card),
    ] {
        assert_eq!(take_over(&mut citizen, draft, path, file).await.status, 404, "{path}");
    }
    let unknown = take_over(&mut citizen, &second, "works_at", &photo).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (400, "request/invalid_body"));
    // What comes from certificates alone is not uploaded.
    let refused = upload(&mut citizen, &second, "employment_proof", "x").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "request/invalid_parameter")
    );
    // A certificate that has run out is none: 240 months after it was issued.
    hall.clock.advance(86_400 * 366 * 20);
    citizen.log_in(CITIZEN).await;
    let late = open(&mut citizen, SECOND, None).await;
    assert_eq!(offers(&mut citizen, &late, "id-card").await.json(), json!([]));
}

#[tokio::test]
async fn nor_does_an_upload_to_a_supplement_pass_for_a_certificate() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let case = apply(&hall, &mut citizen, None).await;
    let mut window = clerk(&hall, "ps-window").await;
    let items = json!([{ "path": "photo", "reason": "反光。" }]);
    done(
        &mut window,
        &case,
        "return",
        json!({ "reason": "请修改。", "items": items }),
    )
    .await;
    let place = format!("/api/v1/cases/{case}");
    let file = citizen
        .upload(&place, Some("photo"), "new.pdf", "application/pdf", b"%PDF-1.7\nnew")
        .await;
    assert_eq!(file.status, 201, "{}", file.json());
    let honest = file.json();
    let mut forged = honest.clone();
    forged["source"] = json!({ "kind": "e_certificate", "case": case, "at": "2026-11-23T01:00:00.000Z",
        "name": { "zh-CN": "证", "en": "Card" } });
    let version = citizen.get(&format!("/api/v1/cases/{case}")).await.json()["version"].clone();
    for (file, status) in [(forged, 422), (honest, 200)] {
        let key = Uuid::now_v7().to_string();
        let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
        let body = json!({ "version": version, "answers": { "photo": [file] } }).to_string();
        let place = format!("/api/v1/cases/{case}/supplement");
        let reply = citizen.send(Method::POST, &place, &headers, body.into_bytes()).await;
        assert_eq!(reply.status, status, "{}", reply.json());
    }
}

#[tokio::test]
async fn a_draft_that_was_submitted_takes_nothing_over() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    apply(&hall, &mut citizen, None).await;
    let draft = open(&mut citizen, SECOND, None).await;
    let photo = offers(&mut citizen, &draft, "photo").await.json()[0]["id"].clone();
    let taken = submit(&hall, &mut citizen, SECOND, &draft, Map::new()).await;
    assert_eq!(taken.status, 201, "{}", taken.json());
    for reply in [
        offers(&mut citizen, &draft, "photo").await,
        take_over(&mut citizen, &draft, "photo", &photo).await,
    ] {
        assert_eq!((reply.status, reply.code().as_str()), (409, "drafts/submitted"));
    }
}
