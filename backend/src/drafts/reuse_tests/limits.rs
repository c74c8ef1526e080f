//! A question says what its files may be: what does not fit is neither taken nor offered.

use super::*;

/// A photo is a picture of at most 4 KB.
fn picture() -> Value {
    let mut photo = material("photo", "photo", &["upload", "case"]);
    photo["accept"] = json!(["image/jpeg", "image/png"]);
    photo["max_kilobytes"] = json!(4);
    photo
}

fn png(length: usize) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.resize(length, 7);
    bytes
}

fn refusal(reply: &Reply) -> (u16, String, Value, Value) {
    let told = reply.json();
    (
        reply.status,
        reply.code(),
        told["fields"].clone(),
        told["details"].clone(),
    )
}

async fn begin(terminal: &mut TestTerminal, draft: &Value, (name, media_type): (&str, &str), bytes: &[u8]) -> Reply {
    let key = Uuid::now_v7().to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
    let hash = crate::files::sha256_of(bytes);
    let sha256: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let begin = json!({ "to": { "kind": "draft", "id": draft["id"] }, "path": "photo", "name": name,
        "media_type": media_type, "size": bytes.len(), "sha256": sha256 });
    let body = begin.to_string().into_bytes();
    terminal.send(Method::POST, "/api/v1/uploads", &headers, body).await
}

#[tokio::test]
async fn a_file_that_its_question_does_not_take_is_refused_before_a_byte_of_it_is_sent() {
    let mut hall = TestHall::open().await;
    hall.restart_with(city_with(picture()));
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let draft = open(&mut citizen, SECOND, None).await;
    // What a terminal says that it is counts for nothing.
    let document = begin(&mut citizen, &draft, ("photo.pdf", "image/png"), b"%PDF-1.7").await;
    assert_eq!(
        refusal(&document),
        (
            415,
            "files/type_not_allowed".to_owned(),
            json!([{ "path": "photo", "code": "file_type_not_accepted" }]),
            json!({ "types": ["image/jpeg", "image/png"] }),
        )
    );
    let large = begin(&mut citizen, &draft, ("photo.png", "image/png"), &png(4097)).await;
    assert_eq!(
        refusal(&large),
        (
            413,
            "files/too_large".to_owned(),
            json!([{ "path": "photo", "code": "file_too_large" }]),
            json!({ "max_bytes": 4096 }),
        )
    );
    let place = at(&draft, "");
    let fits = citizen
        .upload(&place, Some("photo"), "photo.png", "image/png", &png(4096))
        .await;
    assert_eq!(fits.status, 201, "{}", fits.json());
    let elsewhere = upload(&mut citizen, &draft, "school_proof", "a document").await;
    assert_eq!(
        elsewhere.status, 201,
        "a question that says nothing takes what the hall takes"
    );
}

#[tokio::test]
async fn a_file_is_judged_by_what_its_question_takes_when_it_is_whole() {
    let mut hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let draft = open(&mut citizen, SECOND, None).await;
    let bytes = b"%PDF-1.7 a document";
    let begun = begin(&mut citizen, &draft, ("photo.pdf", "application/pdf"), bytes).await;
    assert_eq!(begun.status, 201, "{}", begun.json());
    hall.restart_with(city_with(picture()));
    let mut citizen = hall.again(&citizen);
    let upload = format!("/api/v1/uploads/{}", begun.json()["id"].as_str().unwrap_or_default());
    let headers = [("content-type", "application/partial-upload"), ("upload-offset", "0")];
    let last = citizen.send(Method::PATCH, &upload, &headers, bytes.to_vec()).await;
    assert_eq!(refusal(&last).1, "files/type_not_allowed");
    assert_eq!(
        refusal(&last).2,
        json!([{ "path": "photo", "code": "file_type_not_accepted" }])
    );
    assert_eq!(citizen.get(&upload).await.code(), "files/type_not_allowed", "for good");
}

#[tokio::test]
async fn what_the_hall_has_and_the_question_does_not_take_is_not_offered() {
    let mut hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let case = apply(&hall, &mut citizen, None).await;
    issue(&hall, &case, "K-7").await;
    let draft = open(&mut citizen, SECOND, None).await;
    let file = offers(&mut citizen, &draft, "photo").await.json()[0]["id"].clone();
    assert!(file.is_string(), "a document of before");
    hall.restart_with(city_with(picture()));
    let mut citizen = hall.again(&citizen);
    assert_eq!(offers(&mut citizen, &draft, "photo").await.json(), json!([]));
    let reuse = json!({ "file": file, "path": "photo" });
    let taken = citizen.post(&at(&draft, "/files/reuse"), reuse).await;
    assert_eq!((taken.status, taken.code().as_str()), (404, "request/not_found"));
}
