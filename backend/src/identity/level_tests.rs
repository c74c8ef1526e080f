//! Promises of assurance levels.

use onehall_protocol::assurance::AssuredAt;
use onehall_protocol::identity::AssuranceLevel;
use serde_json::{Value, json};

use crate::staff::AuditAction;
use crate::testing::{Reply, TestHall, TestTerminal};

const LEVEL: &str = "/api/v1/identity/level";
const DOCUMENT: &str = "/api/v1/identity/level/document";
const FACE: &str = "/api/v1/identity/level/face";
const VISIT: &str = "/api/v1/identity/level/visit";
const CHECKS: &str = "/api/v1/staff/identity/checks";
const SESSION: &str = "/api/v1/identity/session";

/// A phone that nobody has used.
const NEW: &str = "13912340001";
/// Somebody of the register who has no account, and whose face matches.
const ZHENG: (&str, &str) = ("郑晓梅", "620102199506142044");
/// As before; the picture on her card is too old.
const QIAN: (&str, &str) = ("钱丽华", "620104198702193314");
/// Whose records cannot be reached.
const FENG: (&str, &str) = ("冯志强", "620121199908275623");
/// Whose name was changed.
const GAO: (&str, &str) = ("高建国", "620102196803030512");
/// Has an account, of level L2.
const ZHANG: (&str, &str) = ("张敏", "620102198805143827");
/// A number that nobody has.
const NOBODY: &str = "620105197612157442";
/// A picture of the smallest kind.
const PICTURE: &str = "/9j/4AAQSkZJRgABAQEAYABgAAD/2Q==";

async fn check(terminal: &mut TestTerminal, (name, number): (&str, &str)) -> Reply {
    terminal
        .post(DOCUMENT, json!({ "name": name, "citizen_id": number }))
        .await
}

async fn citizen(hall: &TestHall, phone: &str) -> TestTerminal {
    let mut browser = hall.browser();
    browser.log_in(phone).await;
    browser
}

/// What may be compared of a refusal: all but what names the request.
fn told(reply: &Reply) -> (u16, Value) {
    let mut problem = reply.json();
    problem["request_id"] = Value::Null;
    (reply.status, problem)
}

#[tokio::test]
async fn name_and_number_raise_an_account_to_l2_on_every_terminal() {
    let hall = TestHall::open().await;
    let (mut browser, mut elsewhere) = (citizen(&hall, NEW).await, hall.browser());
    hall.clock.advance(61);
    elsewhere.log_in(NEW).await;
    let before = browser.get(LEVEL).await.json();
    assert_eq!(before, json!({ "level": "L1", "ways": ["document", "hall"] }));
    let raised = check(&mut browser, (" 郑晓梅 ", ZHENG.1)).await;
    assert_eq!(raised.status, 200, "{}", raised.json());
    assert_eq!(raised.json()["assurance"], "L2");
    let seen = elsewhere.get(SESSION).await.json();
    assert_eq!(seen["assurance"], "L2");
    assert_eq!(seen["actor"]["name"], "郑晓梅");
    assert_eq!(seen["actor"]["number"], "620***********2044");
    let after = elsewhere.get(LEVEL).await.json();
    assert_eq!(after["ways"], json!(["face", "hall"]));
    assert_eq!(after["raised"]["way"], "document");
}

#[tokio::test]
async fn who_is_not_who_they_say_is_told_no_more_than_that() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, NEW).await;
    let wrong_name = check(&mut browser, ("郑晓", ZHENG.1)).await;
    let nobody = check(&mut browser, ("郑晓梅", NOBODY)).await;
    let old_name = check(&mut browser, GAO).await;
    // The number of somebody with an account, under a name that is not theirs.
    let with_account = check(&mut browser, ("李敏", ZHANG.1)).await;
    assert_eq!(
        (wrong_name.status, wrong_name.code().as_str()),
        (422, "identity/not_matched")
    );
    for reply in [nobody, old_name, with_account] {
        assert_eq!(told(&reply), told(&wrong_name));
    }
    let session = browser.get(SESSION).await.json();
    assert_eq!(
        (&session["assurance"], &session["actor"]["name"]),
        (&json!("L1"), &json!(""))
    );
    assert!(session["actor"].get("number").is_none(), "nothing of a try is kept");
}

#[tokio::test]
async fn what_is_no_name_or_number_is_told_by_field_and_asks_nobody() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, NEW).await;
    for _ in 0..7 {
        let refused = check(&mut browser, (" ", "620102199506142045")).await;
        assert_eq!(refused.code(), "request/invalid_body");
        let fields = refused.json()["fields"].clone();
        assert_eq!(fields[0], json!({ "path": "name", "code": "required" }));
        assert_eq!(fields[1], json!({ "path": "citizen_id", "code": "invalid" }));
    }
    assert_eq!(check(&mut browser, ZHENG).await.status, 200, "none of it was a try");
}

#[tokio::test]
async fn an_account_has_five_tries_a_day_and_one_that_nobody_could_make_is_none() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, NEW).await;
    for _ in 0..8 {
        let unavailable = check(&mut browser, FENG).await;
        assert_eq!(
            (unavailable.status, unavailable.code().as_str()),
            (503, "identity/verifier_unavailable")
        );
    }
    for _ in 0..5 {
        assert_eq!(
            check(&mut browser, ("郑晓", ZHENG.1)).await.code(),
            "identity/not_matched"
        );
        hall.clock.advance(60);
    }
    let sixth = check(&mut browser, ZHENG).await;
    assert_eq!((sixth.status, sixth.code().as_str()), (429, "request/too_many"));
    hall.clock.advance(86_400);
    let mut browser = citizen(&hall, NEW).await;
    assert_eq!(check(&mut browser, ZHENG).await.status, 200);
}

#[tokio::test]
async fn a_check_that_nobody_could_make_takes_no_other_try_back() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, NEW).await;
    // All of it in one moment.
    let wrong = ("郑晓", ZHENG.1);
    for _ in 0..2 {
        assert_eq!(check(&mut browser, wrong).await.code(), "identity/not_matched");
    }
    assert_eq!(check(&mut browser, FENG).await.status, 503);
    for _ in 0..3 {
        assert_eq!(check(&mut browser, wrong).await.code(), "identity/not_matched");
    }
    assert_eq!(check(&mut browser, wrong).await.code(), "request/too_many");
}

#[tokio::test]
async fn a_number_cannot_be_tried_from_one_account_after_the_other() {
    let hall = TestHall::open().await;
    for account in 0..10 {
        let mut browser = citizen(&hall, &format!("1391235000{account}")).await;
        assert_eq!(
            check(&mut browser, ("郑晓", ZHENG.1)).await.code(),
            "identity/not_matched"
        );
    }
    let mut browser = citizen(&hall, NEW).await;
    assert_eq!(check(&mut browser, ZHENG).await.code(), "request/too_many");
}

#[tokio::test]
async fn a_number_is_of_one_account_and_an_account_of_one_number() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, NEW).await;
    let taken = check(&mut browser, ZHANG).await;
    assert_eq!((taken.status, taken.code().as_str()), (409, "identity/number_in_use"));
    assert_eq!(browser.get(SESSION).await.json()["assurance"], "L1");
    assert_eq!(check(&mut browser, ZHENG).await.status, 200);
    assert_eq!(check(&mut browser, QIAN).await.code(), "identity/other_person");
}

#[tokio::test]
async fn a_picture_raises_to_l3_who_is_known_by_document() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, NEW).await;
    let early = browser.post(FACE, json!({ "picture": PICTURE })).await;
    assert_eq!(early.code(), "identity/level_too_low");
    assert_eq!(early.json()["details"], json!({ "required": "L2", "has": "L1" }));
    assert_eq!(check(&mut browser, ZHENG).await.status, 200);
    for no_picture in ["", "%%%", "R0lGODlhAQABAAAAACw="] {
        let refused = browser.post(FACE, json!({ "picture": no_picture })).await;
        assert_eq!(refused.code(), "request/invalid_body", "{no_picture}");
    }
    let raised = browser.post(FACE, json!({ "picture": PICTURE })).await;
    assert_eq!(raised.json()["assurance"], "L3", "{}", raised.json());
    let view = browser.get(LEVEL).await.json();
    assert_eq!((&view["ways"], &view["raised"]["way"]), (&json!([]), &json!("face")));

    let mut old_picture = citizen(&hall, "13912340002").await;
    assert_eq!(check(&mut old_picture, QIAN).await.status, 200);
    let refused = old_picture.post(FACE, json!({ "picture": PICTURE })).await;
    assert_eq!(refused.code(), "identity/not_matched");
    assert_eq!(old_picture.get(SESSION).await.json()["assurance"], "L2");
}

#[tokio::test]
async fn a_clerk_raises_to_l3_who_stands_there_and_the_audit_knows_it() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, NEW).await;
    let code = browser.post(VISIT, json!({})).await.json()["code"].clone();
    let body = |compared: bool| json!({ "code": code, "name": QIAN.0, "citizen_id": QIAN.1, "compared": compared });

    let mut stranger = citizen(&hall, "13912340002").await;
    assert_eq!(stranger.post(CHECKS, body(true)).await.code(), "identity/not_logged_in");
    let mut reviewer = hall.console();
    reviewer.staff_log_in("ps-reviewer").await;
    assert_eq!(reviewer.post(CHECKS, body(true)).await.code(), "identity/forbidden");

    let mut window = hall.console();
    window.staff_log_in("ps-window").await;
    let unseen = window.post(CHECKS, body(false)).await;
    assert_eq!(
        unseen.json()["fields"][0],
        json!({ "path": "compared", "code": "required" })
    );
    let mut wrong = body(true);
    wrong["code"] = "00000000".into();
    if wrong["code"] != code {
        assert_eq!(window.post(CHECKS, wrong).await.code(), "identity/wrong_code");
    }
    let mut other_name = body(true);
    other_name["name"] = "钱丽".into();
    assert_eq!(window.post(CHECKS, other_name).await.code(), "identity/not_matched");
    let raised = window.post(CHECKS, body(true)).await;
    assert_eq!(raised.status, 200, "{}", raised.json());
    assert_eq!(
        raised.json(),
        json!({ "level": "L3", "number": "620***********3314", "hall": "central" })
    );
    assert_eq!(
        window.post(CHECKS, body(true)).await.code(),
        "identity/wrong_code",
        "it is good once"
    );

    let session = browser.get(SESSION).await.json();
    assert_eq!(
        (&session["assurance"], &session["actor"]["name"]),
        (&json!("L3"), &json!(QIAN.0))
    );
    let audit = hall
        .state
        .storage
        .audit(10)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    let line = audit.iter().find(|line| line.action == AuditAction::IdentityChecked);
    let line = line.unwrap_or_else(|| panic!("the audit says nothing of it"));
    assert_eq!(line.details["hall"], "central");
    assert_eq!(line.details["person"], session["actor"]["id"]);
    let text = format!("{:?}", line);
    assert!(!text.contains(QIAN.0) && !text.contains(QIAN.1), "{text}");
}

#[tokio::test]
async fn a_code_for_the_window_counts_for_an_hour_and_the_newest_alone() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, NEW).await;
    let first = browser.post(VISIT, json!({})).await.json()["code"].clone();
    let second = browser.post(VISIT, json!({})).await.json()["code"].clone();
    let body = |code: &Value| json!({ "code": code, "name": ZHENG.0, "citizen_id": ZHENG.1, "compared": true });
    let mut window = hall.console();
    window.staff_log_in("ps-window").await;
    if first != second {
        assert_eq!(window.post(CHECKS, body(&first)).await.code(), "identity/wrong_code");
    }
    hall.clock.advance(1795);
    assert_eq!(window.get("/api/v1/staff/session").await.status, 200);
    hall.clock.advance(1795);
    let mut late = hall.console();
    late.staff_log_in("ps-window-2").await;
    hall.clock.advance(11);
    assert_eq!(late.post(CHECKS, body(&second)).await.code(), "identity/wrong_code");
    let third = browser.post(VISIT, json!({})).await.json()["code"].clone();
    assert_eq!(late.post(CHECKS, body(&third)).await.status, 200);
}

#[tokio::test]
async fn a_service_that_asks_for_it_at_the_start_opens_no_draft_below_its_level() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, NEW).await;
    let start = json!({ "item": "disability-certificate" });
    let refused = browser.post("/api/v1/drafts", start.clone()).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "identity/level_too_low")
    );
    assert_eq!(refused.json()["details"], json!({ "required": "L2", "has": "L1" }));
    // One that asks for it at the end lets its form be filled before.
    let later = browser
        .post("/api/v1/drafts", json!({ "item": "housing-fund-withdrawal" }))
        .await;
    assert_eq!(later.status, 201, "{}", later.json());
    assert_eq!(check(&mut browser, ZHENG).await.status, 200);
    assert_eq!(browser.post("/api/v1/drafts", start).await.status, 201);
}

#[tokio::test]
async fn the_demo_city_asks_for_each_level_somewhere_and_its_guides_say_so() {
    let hall = TestHall::open().await;
    let asked: Vec<_> = hall.state.city.items().filter_map(|item| item.assurance).collect();
    let has = |level, at| asked.iter().any(|asked| (asked.level, asked.at) == (level, at));
    assert!(has(AssuranceLevel::L2, AssuredAt::Submission) && has(AssuranceLevel::L2, AssuredAt::Start));
    assert!(has(AssuranceLevel::L3, AssuredAt::Submission));
    let guide = hall
        .browser()
        .get("/api/v1/catalog/items/small-business-start")
        .await
        .json();
    assert_eq!(
        guide["assurance"],
        json!({ "level": "L3", "at": "submission", "proof": true })
    );
}
