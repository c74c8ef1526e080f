//! What nobody should send, and what somebody will: each is refused with its own code, and nothing of it stays.

use onehall_protocol::cases::CaseView;
use onehall_protocol::drafts::AnswerChange;
use onehall_protocol::{ErrorCode, Problem};
use onehall_tests::citizen::{Citizen, new_key, read, today};
use onehall_tests::hall::{Hall, Limits, refusal};
use onehall_tests::staff::Clerk;
use onehall_tests::{Outcome, samples};
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};

const ZHANG_MIN: &str = "13800000001";
const WANG_LEI: &str = "13800000003";

/// As many bytes of JSON as the hall takes: 256 KiB.
const MAX_JSON_BYTES: usize = 256 * 1024;

/// Sends what has to be refused.
async fn refused(request: RequestBuilder) -> Outcome<Problem> {
    refusal(request.send().await?).await
}

fn change(path: &str, value: Value) -> AnswerChange {
    AnswerChange {
        path: path.to_owned(),
        value,
    }
}

#[tokio::test]
async fn numbers_whose_checksum_is_wrong_are_refused_with_their_place() -> Outcome {
    let hall = Hall::open().await?;
    let citizen = Citizen::login(&hall, ZHANG_MIN).await?;
    let sample = samples::complete("identity-card-renewal", today()?)?;
    let right = sample
        .answers
        .get("citizen_id")
        .and_then(Value::as_str)
        .ok_or("the form asks for the number")?;
    // Another last character than the one that the seventeen before it give.
    let wrong = format!("{}{}", &right[..17], if right.ends_with('1') { '2' } else { '1' });
    let ready = citizen.fill(&hall, &sample).await?;

    let draft = citizen.start(&hall, &sample.item).await?;
    let saved = citizen
        .save(&hall, &draft, vec![change("citizen_id", json!(wrong))])
        .await?;
    let mut submission = ready.clone();
    submission.submission.revision = saved.revision;
    let problem = refused(citizen.submission(&hall, &submission, new_key())).await?;
    assert_eq!(problem.code, ErrorCode::InvalidAnswers);
    let field = problem
        .fields
        .iter()
        .find(|field| field.path == "citizen_id")
        .ok_or("the place is not named")?;
    assert_eq!(field.code, "invalid_checksum");

    // A phone number that is none does not get as far as a code.
    for phone in ["", "12345678901", "1380000000", "+86138", "13800000001x"] {
        let problem = refused(
            hall.request(Method::POST, "/identity/codes")
                .json(&json!({ "phone": phone })),
        )
        .await?;
        assert_eq!(problem.code, ErrorCode::InvalidPhone, "{phone}");
    }
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_not_what_it_says_is_refused() -> Outcome {
    let hall = Hall::open().await?;
    let citizen = Citizen::login(&hall, ZHANG_MIN).await?;
    let draft = citizen.start(&hall, "identity-card-renewal").await?;
    let script = b"<html><script>alert(1)</script></html>".to_vec();
    let program = [b"MZ".to_vec(), vec![0; 200]].concat();
    for (name, media_type, bytes, code) in [
        ("card.png", "image/png", script.clone(), ErrorCode::FileContentMismatch),
        ("card.pdf", "application/pdf", program, ErrorCode::FileContentMismatch),
        ("card.html", "text/html", script, ErrorCode::FileTypeNotAllowed),
        ("card.png", "image/png", Vec::new(), ErrorCode::FileEmpty),
        (
            "card.png",
            "image/png",
            vec![0x89; 10 * 1024 * 1024 + 1],
            ErrorCode::FileTooLarge,
        ),
    ] {
        let sent = citizen
            .send_file(&hall, draft.summary.id, "old_card", (name, media_type), &bytes)
            .await?;
        assert_eq!(refusal(sent).await?.code, code, "{name} as {media_type}");
    }
    let draft = citizen.start(&hall, "identity-card-renewal").await?;
    assert!(!draft.answers.contains_key("old_card"), "nothing of it is kept");
    Ok(())
}

#[tokio::test]
async fn ten_megabytes_of_json_and_bodies_of_another_shape_are_refused() -> Outcome {
    let hall = Hall::open().await?;
    let codes = || hall.request(Method::POST, "/identity/codes");

    let large = |bytes: usize| {
        let body = format!("{{\"phone\":\"{}\"}}", "1".repeat(bytes - r#"{"phone":""}"#.len()));
        codes().header(header::CONTENT_TYPE, "application/json").body(body)
    };
    assert_eq!(refused(large(MAX_JSON_BYTES)).await?.code, ErrorCode::InvalidPhone);
    // A byte too many is read like the others, so the answer always arrives.
    let problem = refused(large(MAX_JSON_BYTES + 1)).await?;
    assert_eq!((problem.status, problem.code), (413, ErrorCode::BodyTooLarge));
    // Of ten megabytes the hall reads as much as it would take, answers and hangs up, and whether a client that is still
    // sending then reads the answer is a race. Where it does, it is this one; it is never a success.
    if let Ok(answer) = large(10 * 1024 * 1024).send().await {
        let problem = refusal(answer).await?;
        assert_eq!((problem.status, problem.code), (413, ErrorCode::BodyTooLarge));
    }
    let json = |body: &str| {
        codes()
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_owned())
    };
    for (name, request, code) in [
        ("no JSON", json("{"), ErrorCode::InvalidBody),
        (
            "an unknown field",
            json(r#"{"phone": "13800000001", "admin": true}"#),
            ErrorCode::InvalidBody,
        ),
        ("a field missing", json("{}"), ErrorCode::InvalidBody),
        (
            "another type",
            json(r#"{"phone": 13800000001}"#),
            ErrorCode::InvalidBody,
        ),
        ("deep nesting", json(&"[".repeat(20_000)), ErrorCode::InvalidBody),
        (
            "a form",
            codes().header(header::CONTENT_TYPE, "text/plain").body("phone=1"),
            ErrorCode::UnsupportedMediaType,
        ),
    ] {
        assert_eq!(refused(request).await?.code, code, "{name}");
    }
    // And it is there for everybody else.
    let answer = hall.request(Method::GET, "/catalog").send().await?;
    assert_eq!(answer.status(), StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn a_page_of_another_site_can_change_nothing() -> Outcome {
    let hall = Hall::open().await?;
    let body = json!({ "phone": ZHANG_MIN });
    let bare = reqwest::Client::builder().no_proxy().build()?;
    let problem = refused(bare.post(hall.url("/api/v1/identity/codes")).json(&body)).await?;
    assert_eq!(problem.code, ErrorCode::CrossSite, "without the terminal's header");
    let foreign = hall
        .request(Method::POST, "/identity/codes")
        .header(header::ORIGIN, "https://elsewhere.example");
    assert_eq!(refused(foreign.json(&body)).await?.code, ErrorCode::CrossSite);
    Ok(())
}

#[tokio::test]
async fn what_belongs_to_another_citizen_does_not_exist_for_me() -> Outcome {
    let hall = Hall::open().await?;
    let owner = Citizen::login(&hall, ZHANG_MIN).await?;
    let ready = owner
        .fill(&hall, &samples::complete("identity-card-renewal", today()?)?)
        .await?;
    let other = Citizen::login(&hall, WANG_LEI).await?;
    let (draft, nowhere) = (ready.draft, uuid::Uuid::nil());

    let get = |path: String| other.request(&hall, Method::GET, &path);
    assert_eq!(
        not_there(get(format!("/drafts/{draft}"))).await?,
        not_there(get(format!("/drafts/{nowhere}"))).await?
    );
    not_there(other.request(&hall, Method::DELETE, &format!("/drafts/{draft}"))).await?;
    not_there(other.submission(&hall, &ready, new_key())).await?;
    let view = owner.start(&hall, "identity-card-renewal").await?;
    let files: Vec<&Value> = view
        .answers
        .values()
        .filter(|value| samples::is_material(value))
        .collect();
    let file = files
        .first()
        .and_then(|files| files[0]["id"].as_str())
        .ok_or("the sample has a file")?;
    not_there(get(format!("/files/{file}"))).await?;

    let (status, receipt) = owner.submit(&hall, &ready, new_key()).await?;
    assert_eq!(status, StatusCode::CREATED);
    let case = receipt.case_id;
    assert_eq!(
        not_there(get(format!("/cases/{case}"))).await?,
        not_there(get(format!("/cases/{nowhere}"))).await?
    );
    let view: CaseView = read(owner.request(&hall, Method::GET, &format!("/cases/{case}"))).await?;
    let withdrawal = json!({ "version": view.summary.version });
    not_there(
        other
            .request(&hall, Method::POST, &format!("/cases/{case}/withdrawal"))
            .json(&withdrawal),
    )
    .await?;
    assert!(other.cases(&hall).await?.is_empty());

    // Who is nobody is asked to log in, whatever the address.
    for path in [
        format!("/cases/{case}"),
        format!("/cases/{nowhere}"),
        "/cases".to_owned(),
        "/drafts".to_owned(),
    ] {
        let problem = refused(hall.request(Method::GET, &path)).await?;
        assert_eq!((problem.status, problem.code), (401, ErrorCode::NotLoggedIn), "{path}");
    }
    Ok(())
}

/// The body of a 404 that says no more than that, without what differs between any two requests.
async fn not_there(request: RequestBuilder) -> Outcome<Problem> {
    let mut problem = refused(request).await?;
    assert_eq!(
        (problem.status, problem.code),
        (404, ErrorCode::NotFound),
        "404, and never 403"
    );
    problem.request_id = None;
    Ok(problem)
}

#[tokio::test]
async fn staff_act_only_in_their_role_and_in_the_state_that_a_case_is_in() -> Outcome {
    let hall = Hall::open().await?;
    let citizen = Citizen::login(&hall, ZHANG_MIN).await?;
    let ready = citizen
        .fill(&hall, &samples::complete("identity-card-renewal", today()?)?)
        .await?;
    let (_, receipt) = citizen.submit(&hall, &ready, new_key()).await?;
    let case = format!("/staff/cases/{}", receipt.case_id);
    let act = |clerk: &Clerk, action: &str, version: u64| {
        clerk
            .request(&hall, Method::POST, &format!("{case}/actions"))
            .json(&json!({ "action": action, "version": version, "reason": "…" }))
    };

    let window = Clerk::login(&hall, "ps-window").await?;
    let view: Value = read(window.request(&hall, Method::GET, &case)).await?;
    let version = view["version"].as_u64().ok_or("the case has a version")?;
    let actions: Vec<&str> = view["actions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| one["code"].as_str())
        .collect();
    assert!(!actions.is_empty(), "the window can act on a new case: {view}");

    // Not in this state: nothing is approved that nobody has accepted.
    let approver = Clerk::login(&hall, "ps-approver").await?;
    let problem = refused(act(&approver, "approve", version)).await?;
    assert_eq!(problem.code, ErrorCode::ActionOutOfState);
    // Not in this role.
    let problem = refused(act(&approver, actions[0], version)).await?;
    assert_eq!(problem.code, ErrorCode::Forbidden);
    // Not of this authority: the case is not there.
    let stranger = Clerk::login(&hall, "hf-window").await?;
    not_there(act(&stranger, actions[0], version)).await?;
    // Not at all.
    let problem = refused(act(&window, "no-such-action", version)).await?;
    assert_eq!(problem.code, ErrorCode::ActionOutOfState);
    // A citizen is no clerk.
    assert_eq!(
        refused(citizen.request(&hall, Method::GET, &case)).await?.code,
        ErrorCode::NotLoggedIn
    );
    let after: Value = read(window.request(&hall, Method::GET, &case)).await?;
    assert_eq!(after["version"], view["version"], "none of it moved the case");
    Ok(())
}

#[tokio::test]
async fn answers_that_skip_a_required_page_make_no_case() -> Outcome {
    let hall = Hall::open().await?;
    let citizen = Citizen::login(&hall, ZHANG_MIN).await?;
    let sample = samples::complete("marriage-registration-appointment", today()?)?;
    let ready = citizen.fill(&hall, &sample).await?;
    let draft = citizen.start(&hall, &sample.item).await?;
    let partner = sample.answers.keys().filter(|path| path.starts_with("partner_"));
    let saved = citizen
        .save(&hall, &draft, partner.map(|path| change(path, Value::Null)).collect())
        .await?;

    // The terminal claims what it claimed when the page was still filled.
    let mut skipped = ready;
    skipped.submission.revision = saved.revision;
    let problem = refused(citizen.submission(&hall, &skipped, new_key())).await?;
    assert_eq!(problem.code, ErrorCode::InvalidAnswers);
    assert!(
        problem
            .fields
            .iter()
            .any(|field| field.path == "partner_name" && field.code == "required"),
        "{problem:?}"
    );
    assert!(citizen.cases(&hall).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn codes_are_limited_by_phone_and_by_tries() -> Outcome {
    let hall = Hall::open_with(Limits::Default).await?;
    let codes = || {
        hall.request(Method::POST, "/identity/codes")
            .json(&json!({ "phone": ZHANG_MIN }))
    };
    assert_eq!(codes().send().await?.status(), StatusCode::ACCEPTED);
    let problem = refused(codes()).await?;
    assert_eq!(problem.code, ErrorCode::TooManyRequests);
    assert!(
        problem.details["retry_after"]
            .as_u64()
            .is_some_and(|seconds| seconds > 0),
        "{problem:?}"
    );

    let right = hall.code_for(ZHANG_MIN).await?;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    let login = |code: &str| {
        hall.request(Method::POST, "/identity/session")
            .json(&json!({ "phone": ZHANG_MIN, "code": code }))
    };
    for _ in 0..5 {
        assert_eq!(refused(login(wrong)).await?.code, ErrorCode::WrongCode);
    }
    assert_eq!(
        refused(login(&right)).await?.code,
        ErrorCode::WrongCode,
        "who guesses has used the code up"
    );
    Ok(())
}
