//! What somebody may try who means harm, or whose file is not what it should be.

use super::*;

#[tokio::test]
async fn a_good_file_is_kept_and_a_bad_one_leaves_nothing() {
    let (hall, _) = watched().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let bad = [pdf(100), b"bad".to_vec()].concat();
    let long = [pdf(1500 * KIB), b"bad".to_vec()].concat();
    for (bytes, code) in [
        (bad, "files/infected"),
        (long, "files/infected"),
        (b"MZ no pdf".to_vec(), "files/content_mismatch"),
        (Vec::new(), "files/empty"),
    ] {
        assert_eq!(uploader.send(&bytes).await.code(), code);
        assert_eq!(kept(&hall), 0, "{code}");
    }
    let most = usize::try_from(onehall_protocol::files::MAX_FILE_BYTES).unwrap_or_default();
    assert_eq!(uploader.send(&pdf(most)).await.status, 201);
    assert_eq!(kept(&hall), 1);
}

#[tokio::test]
async fn what_was_refused_stays_refused_and_says_so_again() {
    let (hall, _) = watched().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let bytes = [pdf(100), b"bad".to_vec()].concat();
    let (key, wanted) = (Uuid::now_v7(), uploader.wanted(&bytes));
    let begun = uploader.begin_as(key, &wanted).await.json();
    let upload = format!("/api/v1/uploads/{}", begun["id"].as_str().unwrap_or_default());
    assert_eq!(
        uploader.append(&upload, 0, bytes.clone()).await.code(),
        "files/infected"
    );
    for again in [
        uploader.terminal.get(&upload).await,
        uploader.append(&upload, 103, Vec::new()).await,
        uploader.begin_as(key, &wanted).await,
    ] {
        assert_eq!(again.code(), "files/infected");
    }
    assert_eq!(
        uploader.begin_as(Uuid::now_v7(), &wanted).await.status,
        201,
        "a new attempt may be made"
    );
}

#[tokio::test]
async fn without_a_verdict_no_file_is_taken_and_with_one_it_is_without_sending_it_again() {
    let (hall, watchdog) = watched().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let bytes = pdf(300 * KIB);
    let upload = uploader.begin(&bytes).await;
    watchdog.is_away(true);
    let none = uploader.append(&upload, 0, bytes.clone()).await;
    assert_eq!((none.status, none.code().as_str()), (503, "files/scanner_unavailable"));
    let stands = uploader.terminal.get(&upload).await.json();
    assert_eq!(
        (&stands["offset"], &stands["file"]),
        (&json!(bytes.len()), &Value::Null)
    );
    watchdog.is_away(false);
    let done = uploader.append(&upload, bytes.len(), Vec::new()).await;
    assert_eq!((done.status, &done.json()["file"]["size"]), (200, &json!(bytes.len())));
}

#[tokio::test]
async fn bytes_that_are_not_those_that_were_announced_are_refused() {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let bytes = pdf(1100 * KIB);
    let mut other = bytes.clone();
    other[1_050_000] ^= 1;
    let upload = uploader.begin(&bytes).await;
    uploader.append(&upload, 0, other[..1024 * KIB].to_vec()).await;
    let refused = uploader.append(&upload, 1024 * KIB, other[1024 * KIB..].to_vec()).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "files/damaged"));
    assert_eq!(kept(&hall), 0);
    // More bytes than announced come to nothing, and no fewer are taken for all.
    let upload = uploader.begin(&bytes[..100 * KIB]).await;
    let more = uploader.append(&upload, 0, bytes[..100 * KIB + 1].to_vec()).await;
    assert_eq!(more.code(), "request/body_too_large");
    let fewer = uploader.append(&upload, 0, bytes[..80 * KIB].to_vec()).await;
    assert_eq!(
        (&fewer.json()["offset"], &fewer.json()["file"]),
        (&json!(80 * KIB), &Value::Null)
    );
}

#[tokio::test]
async fn nobody_sees_touches_or_ends_the_upload_of_another() {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let mut stranger = Uploader::at(&hall, STRANGER).await;
    let bytes = pdf(300 * KIB);
    let upload = uploader.begin(&bytes).await;
    uploader.append(&upload, 0, bytes[..100 * KIB].to_vec()).await;
    let (staff, window) = (upload.replace("/uploads", "/staff/uploads"), &mut hall.console());
    window.staff_log_in("ps-window").await;
    let mut replies = vec![
        stranger.terminal.get(&upload).await,
        stranger.append(&upload, 100 * KIB, bytes[100 * KIB..].to_vec()).await,
        stranger.terminal.delete(&upload).await,
        window.get(&staff).await,
        window.delete(&staff).await,
        uploader
            .terminal
            .get(&format!("/api/v1/uploads/{}", Uuid::now_v7()))
            .await,
        uploader.terminal.get("/api/v1/uploads/..%2f..%2fetc").await,
    ];
    // Nor does a file come into a draft that is not theirs, whatever they say.
    let mut wanted = stranger.wanted(&bytes);
    wanted["to"]["id"] = uploader.draft.clone();
    replies.push(stranger.begin_as(Uuid::now_v7(), &wanted).await);
    for reply in replies {
        assert_eq!((reply.status, reply.code().as_str()), (404, "request/not_found"));
    }
    assert_eq!(hall.browser().get(&upload).await.status, 401);
    let done = uploader.append(&upload, 100 * KIB, bytes[100 * KIB..].to_vec()).await;
    assert_eq!(
        done.json()["file"]["sha256"],
        hex(&bytes),
        "all of that changed nothing"
    );
}

#[tokio::test]
async fn what_cannot_become_a_file_is_refused_before_a_byte_of_it_comes() {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let bytes = pdf(1000);
    for (field, value, code) in [
        ("size", json!(u64::MAX), "files/too_large"),
        ("size", json!(10 * 1024 * 1024 + 1), "files/too_large"),
        ("size", json!(0), "files/empty"),
        ("size", json!(-1), "request/invalid_body"),
        ("name", json!("a.exe"), "files/type_not_allowed"),
        ("name", json!("a.pdf\u{202e}exe."), "files/type_not_allowed"),
        ("name", json!("../../"), "request/invalid_parameter"),
        ("sha256", json!("00"), "request/invalid_body"),
        ("sha256", json!("Z".repeat(64)), "request/invalid_body"),
        ("path", json!("name"), "request/invalid_parameter"),
        ("path", json!("../photo"), "request/invalid_parameter"),
        ("path", Value::Null, "request/invalid_parameter"),
        ("media_type", json!("a".repeat(10_000)), "request/invalid_body"),
        ("surprise", json!(1), "request/invalid_body"),
    ] {
        let mut wanted = uploader.wanted(&bytes);
        wanted[field] = value.clone();
        let reply = uploader.begin_as(Uuid::now_v7(), &wanted).await;
        assert_eq!(reply.code(), code, "{field} {value}");
    }
    let mut wanted = uploader.wanted(&bytes);
    wanted["name"] = json!("..\\..\\windows/../../身份证.pdf");
    let begun = uploader.begin_as(Uuid::now_v7(), &wanted).await.json();
    let upload = format!("/api/v1/uploads/{}", begun["id"].as_str().unwrap_or_default());
    let done = uploader.append(&upload, 0, bytes).await.json();
    assert_eq!(done["file"]["name"], "身份证.pdf");
    assert_eq!(kept(&hall), 1);
    // A huge description is no description.
    let mut wanted = uploader.wanted(b"x");
    wanted["name"] = json!("a".repeat(300_000));
    assert_eq!(uploader.begin_as(Uuid::now_v7(), &wanted).await.status, 413);
    for offset in ["", "-1", "x", "18446744073709551616"] {
        let upload = uploader.begin(&pdf(10)).await;
        let headers = [("upload-offset", offset)];
        let reply = uploader.terminal.send(Method::PATCH, &upload, &headers, pdf(10)).await;
        assert_eq!(reply.code(), "request/invalid_parameter", "{offset}");
        uploader.terminal.delete(&upload).await;
    }
}

#[tokio::test]
async fn many_unfinished_uploads_count_as_what_they_would_be() {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    // 20 of the largest fill the draft, though not a byte has come.
    let mut wanted = uploader.wanted(&pdf(10));
    wanted["size"] = json!(10 * 1024 * 1024);
    let mut begun = Vec::new();
    for _ in 0..20 {
        let reply = uploader.begin_as(Uuid::now_v7(), &wanted).await;
        assert_eq!(reply.status, 201);
        begun.push(format!(
            "/api/v1/uploads/{}",
            reply.json()["id"].as_str().unwrap_or_default()
        ));
    }
    let full = uploader.begin_as(Uuid::now_v7(), &wanted).await;
    assert_eq!((full.status, full.code().as_str()), (409, "files/too_many"));
    for upload in begun {
        uploader.terminal.delete(&upload).await;
    }
    // Of small ones a person has 30 on the way.
    let small = pdf(10);
    for _ in 0..30 {
        uploader.begin(&small).await;
    }
    let wanted = uploader.wanted(&small);
    let many = uploader.begin_as(Uuid::now_v7(), &wanted).await;
    assert_eq!((many.status, many.code().as_str()), (429, "request/too_many"));
    assert_eq!(kept(&hall), 0);
}

#[tokio::test]
async fn a_file_of_a_draft_that_was_submitted_meanwhile_is_not_taken() -> Outcome {
    let hall = TestHall::open().await;
    let mut uploader = Uploader::at(&hall, CITIZEN).await;
    let bytes = pdf(300 * KIB);
    let upload = uploader.begin(&bytes).await;
    uploader.append(&upload, 0, bytes[..100 * KIB].to_vec()).await;
    let draft = format!("/api/v1/drafts/{}", uploader.draft.as_str().unwrap_or_default());
    assert_eq!(uploader.terminal.delete(&draft).await.status, 204);
    let late = uploader.append(&upload, 100 * KIB, bytes[100 * KIB..].to_vec()).await;
    assert_eq!((late.status, late.code().as_str()), (404, "request/not_found"));
    super::super::sweep::sweep(&hall.state).await?;
    assert_eq!(kept(&hall), 0);
    Ok(())
}
