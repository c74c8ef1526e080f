//! Promises of the citizens' login.

use onehall_protocol::cases::Poke;
use onehall_protocol::{PersonId, Timestamp};
use serde_json::json;

use crate::clock::Clock;
use crate::events::Channel;
use crate::testing::{Reply, TestHall, TestTerminal};

const PHONE: &str = "13800000001";
const CODES: &str = "/api/v1/identity/codes";
const SESSION: &str = "/api/v1/identity/session";

async fn try_code(terminal: &mut TestTerminal, phone: &str, code: &str) -> Reply {
    terminal.post(SESSION, json!({ "phone": phone, "code": code })).await
}

fn another(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap_or(0) + 1) % 1_000_000)
}

#[tokio::test]
async fn a_citizen_logs_in_with_a_code_and_out_again() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    assert_eq!(browser.get(SESSION).await.code(), "identity/not_logged_in");
    let session = browser.log_in(PHONE).await;
    assert_eq!(session["actor"]["name"], "张敏");
    assert_eq!(session["phone"], "138****0001");
    assert_eq!(session["assurance"], "L2");
    assert_eq!(browser.get(SESSION).await.json()["actor"], session["actor"]);

    let mut stolen = browser.clone();
    assert_eq!(browser.delete(SESSION).await.status, 204);
    assert!(browser.cookies.is_empty());
    assert_eq!(
        stolen.get(SESSION).await.code(),
        "identity/not_logged_in",
        "a copy of the cookie outlives the logout"
    );
}

#[tokio::test]
async fn a_logout_is_told_to_the_streams_of_the_citizen() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let id: Option<PersonId> = browser.log_in(PHONE).await["actor"]["id"]
        .as_str()
        .and_then(|id| id.parse().ok());
    let id = id.unwrap_or_else(|| panic!("a session names its actor"));
    let mut stream = hall.state.events.listen(vec![Channel::Person(id)]);
    browser.delete(SESSION).await;
    assert_eq!(stream.next().await, Some(vec![Poke::SessionEnded]));
}

#[tokio::test]
async fn a_page_that_asks_for_one_citizen_does_nothing_in_the_name_of_another() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let first = browser.log_in(PHONE).await["actor"]["id"].clone();
    // In another tab, with the same cookie.
    let second = browser.log_in("13800000002").await["actor"]["id"].clone();
    let asks_for = |id: &str| {
        let mut page = browser.clone();
        page.headers.push(("onehall-citizen".to_owned(), id.to_owned()));
        page
    };
    let start = json!({ "item": "residence-permit" });
    for id in [first.as_str().unwrap_or_default(), "nobody"] {
        let mut slept = asks_for(id);
        let refused = slept.get(SESSION).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (401, "identity/not_logged_in")
        );
        assert!(
            refused.json()["details"]["ended"].is_null(),
            "what was not sent is kept"
        );
        assert_eq!(slept.post("/api/v1/drafts", start.clone()).await.status, 401);
    }
    let mut awake = asks_for(second.as_str().unwrap_or_default());
    let drafts = awake.get("/api/v1/drafts").await;
    assert_eq!((drafts.status, drafts.json()), (200, json!([])));
    let started = awake.post("/api/v1/drafts", start).await;
    assert_eq!(started.status, 201, "{}", started.json());
}

#[tokio::test]
async fn a_code_is_used_once() {
    let hall = TestHall::open().await;
    let code = hall.browser().ask_code(PHONE).await;
    assert_eq!(try_code(&mut hall.browser(), PHONE, &code).await.status, 200);
    assert_eq!(
        try_code(&mut hall.browser(), PHONE, &code).await.code(),
        "identity/wrong_code"
    );
}

#[tokio::test]
async fn a_code_counts_for_five_minutes() {
    let hall = TestHall::open().await;
    let code = hall.browser().ask_code(PHONE).await;
    hall.clock.advance(299);
    assert_eq!(try_code(&mut hall.browser(), PHONE, &code).await.status, 200);
    hall.clock.advance(60);
    let code = hall.browser().ask_code(PHONE).await;
    hall.clock.advance(300);
    assert_eq!(
        try_code(&mut hall.browser(), PHONE, &code).await.code(),
        "identity/wrong_code"
    );
}

#[tokio::test]
async fn a_code_has_five_tries_and_then_the_right_one_is_wrong() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let code = browser.ask_code(PHONE).await;
    for _ in 0..5 {
        assert_eq!(
            try_code(&mut browser, PHONE, &another(&code)).await.code(),
            "identity/wrong_code"
        );
    }
    assert_eq!(try_code(&mut browser, PHONE, &code).await.code(), "identity/wrong_code");
}

#[tokio::test]
async fn a_code_is_for_the_phone_that_it_went_to() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let code = browser.ask_code(PHONE).await;
    browser.ask_code("13800000002").await;
    let other = try_code(&mut browser, "13800000002", &code).await;
    assert_eq!(other.code(), "identity/wrong_code");
    assert_eq!(try_code(&mut browser, PHONE, &code).await.status, 200);
}

#[tokio::test]
async fn a_new_code_comes_after_a_minute_and_replaces_the_one_before() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let first = browser.ask_code(PHONE).await;
    hall.clock.advance(59);
    let refused = browser.post(CODES, json!({ "phone": PHONE })).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "request/too_many"));
    assert_eq!(refused.header("retry-after"), "1");
    hall.clock.advance(1);
    let second = browser.ask_code(PHONE).await;
    if first != second {
        assert_eq!(
            try_code(&mut browser, PHONE, &first).await.code(),
            "identity/wrong_code"
        );
    }
    assert_eq!(try_code(&mut browser, PHONE, &second).await.status, 200);
}

#[tokio::test]
async fn a_used_code_is_no_way_round_the_wait() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(PHONE).await;
    assert_eq!(browser.post(CODES, json!({ "phone": PHONE })).await.status, 429);
}

#[tokio::test]
async fn a_phone_gets_five_codes_an_hour_and_ten_a_day() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    for round in 0..2 {
        for _ in 0..5 {
            browser.ask_code(PHONE).await;
            hall.clock.advance(61);
        }
        let refused = browser.post(CODES, json!({ "phone": PHONE })).await;
        assert_eq!(refused.status, 429, "round {round}");
        hall.clock.advance(3600);
    }
    // The hour is over, the day is not.
    assert_eq!(browser.post(CODES, json!({ "phone": PHONE })).await.status, 429);
    hall.clock.advance(86_400);
    browser.ask_code(PHONE).await;
}

#[tokio::test]
async fn one_address_cannot_ask_for_the_codes_of_everybody() {
    let hall = TestHall::open_with(|config| config.codes.per_client_hour = 3).await;
    let mut browser = hall.browser();
    for number in 1..=3 {
        browser.ask_code(&format!("1390000000{number}")).await;
    }
    let refused = browser.post(CODES, json!({ "phone": "13900000004" })).await;
    assert_eq!(refused.code(), "request/too_many");
    let mut elsewhere = hall.browser();
    elsewhere.address = "192.0.2.7:40000".to_owned();
    elsewhere.ask_code("13900000004").await;
    hall.clock.advance(3600);
    browser.ask_code("13900000005").await;
}

#[tokio::test]
async fn one_address_cannot_guess_on_and_on() {
    let hall = TestHall::open_with(|config| config.codes.wrong_per_client_hour = 3).await;
    let mut browser = hall.browser();
    for number in 1..=3 {
        let phone = format!("1390000000{number}");
        assert_eq!(
            try_code(&mut browser, &phone, "000000").await.code(),
            "identity/wrong_code"
        );
    }
    let code = browser.ask_code(PHONE).await;
    assert_eq!(try_code(&mut browser, PHONE, &code).await.code(), "request/too_many");
    hall.clock.advance(3600);
    let code = browser.ask_code(PHONE).await;
    assert_eq!(try_code(&mut browser, PHONE, &code).await.status, 200);
}

#[tokio::test]
async fn whether_an_account_exists_cannot_be_told_from_any_answer() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let mut answers = Vec::new();
    for phone in [PHONE, "13912345678"] {
        let asked = browser.post(CODES, json!({ "phone": phone })).await;
        let wrong = try_code(&mut browser, phone, "x").await;
        let mut sent = asked.json();
        sent["phone"] = json!("masked");
        let mut problem = wrong.json();
        problem["request_id"] = json!(null);
        answers.push((asked.status, sent, wrong.status, problem));
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn an_unknown_phone_gets_an_account_of_the_lowest_assurance_and_keeps_it() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let session = browser.log_in("13912345678").await;
    assert_eq!(
        (&session["actor"]["name"], &session["assurance"]),
        (&json!(""), &json!("L1"))
    );
    hall.clock.advance(61);
    let again = hall.browser().log_in("13912345678").await;
    assert_eq!(again["actor"]["id"], session["actor"]["id"]);
}

#[tokio::test]
async fn what_is_no_phone_number_is_told_so() {
    let hall = TestHall::open().await;
    for phone in ["", "12345", "23800000001", "138000000011", "张敏"] {
        let reply = hall.browser().post(CODES, json!({ "phone": phone })).await;
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (422, "identity/invalid_phone"),
            "{phone}"
        );
    }
    assert!(hall.messages.sent().is_empty());
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_unused_and_after_a_week_in_any_case() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(PHONE).await;
    hall.clock.advance(12 * 3600 - 1);
    assert_eq!(browser.get(SESSION).await.status, 200);
    hall.clock.advance(12 * 3600);
    assert_eq!(browser.get(SESSION).await.status, 401);

    let mut busy = hall.browser();
    let until = busy.log_in(PHONE).await["expires_at"].clone();
    let began = hall.clock.now();
    while hall.clock.now() < began.plus_seconds(7 * 86_400 - 6 * 3600) {
        hall.clock.advance(6 * 3600);
        assert_eq!(busy.get(SESSION).await.status, 200);
    }
    assert_ne!(
        busy.get(SESSION).await.json()["expires_at"],
        until,
        "its use did not prolong it"
    );
    hall.clock.advance(6 * 3600);
    assert_eq!(busy.get(SESSION).await.status, 401);
}

#[tokio::test]
async fn a_session_on_a_kiosk_ends_after_a_quarter_of_an_hour() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let session = kiosk.log_in(PHONE).await;
    let expires: Option<Timestamp> = session["expires_at"].as_str().and_then(|text| text.parse().ok());
    assert_eq!(expires, Some(hall.clock.now().plus_seconds(15 * 60)));
    hall.clock.advance(15 * 60);
    assert_eq!(kiosk.get(SESSION).await.status, 401);
}

#[tokio::test]
async fn a_kiosk_in_use_ends_within_an_hour_all_the_same() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    kiosk.log_in(PHONE).await;
    for _ in 0..5 {
        hall.clock.advance(10 * 60);
        assert_eq!(kiosk.get(SESSION).await.status, 200);
    }
    hall.clock.advance(10 * 60);
    assert_eq!(kiosk.get(SESSION).await.status, 401);
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites() {
    for (url, secure) in [(None, false), (Some("https://hall.test".to_owned()), true)] {
        let hall = TestHall::open_with(|config| config.public_url = url).await;
        let mut browser = hall.browser();
        let code = browser.ask_code(PHONE).await;
        let cookie = try_code(&mut browser, PHONE, &code).await.header("set-cookie");
        for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=604800"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
        assert_eq!(cookie.starts_with("__Host-onehall_session="), secure, "{cookie}");
        assert_eq!(browser.get("/api/v1/identity/session").await.status, 200);
        if secure {
            // What a neighbour of the same domain could have set.
            let value = browser.cookies.values().next().cloned().unwrap_or_default();
            browser.cookies = [("onehall_session".to_owned(), value)].into();
            assert_eq!(browser.get("/api/v1/identity/session").await.status, 401);
        }
    }
}

#[tokio::test]
async fn a_login_ends_the_session_that_it_replaces() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(PHONE).await;
    let mut copied = browser.clone();
    browser.log_in("13912345678").await;
    assert_eq!(browser.get("/api/v1/identity/session").await.status, 200);
    assert_eq!(
        copied.get("/api/v1/identity/session").await.code(),
        "identity/not_logged_in"
    );
}

#[tokio::test]
async fn neither_code_nor_token_nor_phone_of_a_stranger_stands_in_the_database() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    // Six digits stand in some telephone number of the city by chance: another code, then.
    let untouched = TestHall::open().await;
    untouched.state.storage.close().await;
    let mut code = browser.ask_code("13912345678").await;
    while untouched.database.holds(code.as_bytes()) {
        hall.clock.advance(61);
        code = browser.ask_code("13912345678").await;
    }
    let mut tokens = hall.browser();
    tokens.log_in(PHONE).await;
    let token = tokens.cookies.values().next().cloned().unwrap_or_default();
    assert_eq!(token.len(), 43);
    hall.state.storage.close().await;
    let stored = |what: &str| hall.database.holds(what.as_bytes());
    assert!(stored(PHONE), "the test reads the wrong files");
    assert!(!stored(&code) && !stored(&token) && !stored("13912345678"));
}

#[tokio::test]
async fn an_agent_may_act_for_their_company_and_nobody_else_may() {
    let hall = TestHall::open().await;
    let company = &hall.state.city.people.legal_persons[0];
    let agent = hall
        .state
        .city
        .people
        .citizens
        .iter()
        .find(|citizen| company.agents.contains(&citizen.key));
    let agent = agent.unwrap_or_else(|| panic!("the demo city has an agent"));
    let mut browser = hall.browser();
    let session = browser.log_in(agent.phone.as_str()).await;
    let principals = session["principals"].as_array().cloned().unwrap_or_default();
    assert_eq!(principals[0]["id"], session["actor"]["id"]);
    let found = principals
        .iter()
        .find(|principal| principal["name"] == company.name.as_str());
    let id = found
        .and_then(|principal| principal["id"].as_str())
        .unwrap_or_else(|| panic!("{session}"));

    let profile = browser
        .get(&format!("/api/v1/identity/profile?principal={id}"))
        .await
        .json();
    assert_eq!(
        profile["values"]["organisation.code"],
        company.organisation_code.as_str()
    );
    assert_eq!(profile["values"]["person.name"], agent.name.as_str());
    let own = browser.get("/api/v1/identity/profile").await.json();
    assert!(own["values"].get("organisation.code").is_none());

    let mut stranger = hall.browser();
    stranger.log_in("13912345678").await;
    let refused = stranger.get(&format!("/api/v1/identity/profile?principal={id}")).await;
    assert_eq!((refused.status, refused.code().as_str()), (404, "request/not_found"));
}

#[tokio::test]
async fn whoever_tries_codes_of_a_number_elsewhere_leaves_its_owner_their_own_tries() {
    let hall = TestHall::open().await;
    let mut owner = hall.browser();
    let code = owner.ask_code(PHONE).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let login = |code: &str| json!({ "phone": PHONE, "code": code });
    let mut stranger = hall.browser();
    stranger.address = "203.0.113.9:4000".to_owned();
    for _ in 0..5 {
        assert_eq!(stranger.post(SESSION, login(wrong)).await.code(), "identity/wrong_code");
    }
    // From there the right one counts no more, nor from any third network: ten tries are all that a code has.
    assert_eq!(stranger.post(SESSION, login(&code)).await.code(), "identity/wrong_code");
    let mut third = hall.browser();
    third.address = "198.51.100.7:4000".to_owned();
    assert_eq!(third.post(SESSION, login(&code)).await.code(), "identity/wrong_code");
    for _ in 0..4 {
        assert_eq!(owner.post(SESSION, login(wrong)).await.code(), "identity/wrong_code");
    }
    assert_eq!(owner.post(SESSION, login(&code)).await.status, 200);
    assert_eq!(
        owner.post(SESSION, login(&code)).await.code(),
        "identity/wrong_code",
        "it is used up"
    );
}
