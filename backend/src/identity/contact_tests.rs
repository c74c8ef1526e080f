//! Promises of phone numbers and e-mail addresses that log in.

use serde_json::{Value, json};

use super::passkeys::tests::prove;
use crate::testing::{Reply, TestHall, TestTerminal};

const CONTACTS: &str = "/api/v1/identity/contacts";
const CODES: &str = "/api/v1/identity/contacts/codes";
pub(super) const LOG_IN_CODES: &str = "/api/v1/identity/codes";
const PROOF_CODES: &str = "/api/v1/identity/proof/codes";
const PROOF_CODE: &str = "/api/v1/identity/proof/code";
pub(super) const SESSION: &str = "/api/v1/identity/session";
pub(super) const PHONE: &str = "13800000001";
const STRANGER: &str = "13800000003";
pub(super) const MAIL: &str = "zhang.min@mail.example";
const SECOND: &str = "13912350001";

/// The texts that were sent there, the newest first.
pub(super) fn sent_to(hall: &TestHall, to: &str) -> Vec<String> {
    let sent = hall.messages.sent().into_iter();
    sent.filter(|message| message.to == to)
        .map(|message| message.text)
        .collect()
}

/// The newest code that was sent there.
pub(super) fn code_for(hall: &TestHall, to: &str) -> String {
    let texts = sent_to(hall, to);
    let codes = texts.iter().filter_map(|text| {
        let mut digits = text.split(|character: char| !character.is_ascii_digit());
        digits.find(|part| part.len() == 6)
    });
    codes.map(str::to_owned).next().unwrap_or_default()
}

/// A browser in which somebody has shown that they are there.
pub(super) async fn citizen(hall: &TestHall, phone: &str) -> TestTerminal {
    let mut browser = hall.browser();
    browser.log_in(phone).await;
    prove(&mut browser, hall).await;
    browser
}

pub(super) async fn add(browser: &mut TestTerminal, hall: &TestHall, to: &str) -> Reply {
    let sent = browser.post(CODES, json!({ "to": to })).await;
    assert_eq!(sent.status, 202, "{}", sent.json());
    let code = code_for(hall, &to.to_lowercase());
    browser.post(CONTACTS, json!({ "to": to, "code": code })).await
}

pub(super) async fn added(browser: &mut TestTerminal, hall: &TestHall, to: &str) -> Value {
    let reply = add(browser, hall, to).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    reply.json()
}

pub(super) async fn log_in(hall: &TestHall, with: &str) -> Reply {
    let mut browser = hall.browser();
    let asked = browser.post(LOG_IN_CODES, json!({ "phone": with })).await;
    assert_eq!(asked.status, 202, "{}", asked.json());
    browser
        .post(SESSION, json!({ "phone": with, "code": code_for(hall, with) }))
        .await
}

fn shown(view: &Value) -> Vec<String> {
    let contacts = view["contacts"].as_array().into_iter().flatten();
    contacts
        .map(|one| one["shown"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn id_of(view: &Value, shown: &str) -> String {
    let mut contacts = view["contacts"].as_array().into_iter().flatten();
    let found = contacts
        .find(|one| one["shown"] == shown)
        .unwrap_or_else(|| panic!("{shown} in {view}"));
    found["id"].as_str().unwrap_or_default().to_owned()
}

fn told(reply: &Reply) -> (u16, Value) {
    let mut problem = reply.json();
    problem["request_id"] = Value::Null;
    (reply.status, problem)
}

#[tokio::test]
async fn an_address_and_a_second_number_log_the_same_person_in_and_what_was_there_is_told() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, PHONE).await;
    let view = added(&mut browser, &hall, "Zhang.Min@Mail.example").await;
    assert_eq!(shown(&view), ["138****0001", "z***@mail.example"]);
    assert_eq!(
        (&view["contacts"][0]["first"], &view["contacts"][1]["first"]),
        (&json!(true), &json!(false))
    );
    assert!(
        sent_to(&hall, PHONE)[0].contains("z***@mail.example"),
        "the phone learns of it"
    );
    let entered = log_in(&hall, MAIL).await;
    assert_eq!(entered.status, 200, "{}", entered.json());
    assert_eq!(entered.json()["actor"]["name"], "张敏");
    hall.clock.advance(1);
    let view = added(&mut browser, &hall, SECOND).await;
    assert_eq!(shown(&view), ["138****0001", "z***@mail.example", "139****0001"]);
    assert!(sent_to(&hall, MAIL)[0].contains("139****0001"));
    assert_eq!(log_in(&hall, SECOND).await.json()["actor"]["name"], "张敏");
    let events = &view["events"];
    assert_eq!(
        (&events[0]["what"], &events[0]["shown"]),
        (&json!("contact_added"), &json!("139****0001"))
    );
    assert_eq!(
        (&events[1]["shown"], &events[1]["terminal"]),
        (&json!("z***@mail.example"), &json!("browser"))
    );
    // Once more it is nothing new.
    hall.clock.advance(61);
    assert_eq!(add(&mut browser, &hall, SECOND).await.code(), "identity/contact_in_use");
}

#[tokio::test]
async fn nothing_is_added_without_a_proof_and_without_its_code() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(PHONE).await;
    for (path, body) in [
        (CODES, json!({ "to": MAIL })),
        (CONTACTS, json!({ "to": MAIL, "code": "000000" })),
    ] {
        assert_eq!(
            browser.post(path, body).await.code(),
            "identity/step_up_required",
            "{path}"
        );
    }
    prove(&mut browser, &hall).await;
    for nothing in ["", "zhang", "zhang@mail", "123", "@mail.example"] {
        let refused = browser.post(CODES, json!({ "to": nothing })).await;
        assert_eq!(refused.code(), "identity/invalid_phone", "{nothing}");
    }
    assert_eq!(browser.post(CODES, json!({ "to": MAIL })).await.status, 202);
    let code = code_for(&hall, MAIL);
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap_or(0) + 1) % 1_000_000);
    let refused = browser.post(CONTACTS, json!({ "to": MAIL, "code": wrong })).await;
    assert_eq!(refused.code(), "identity/wrong_code");
    // A code is of the account that asked for it, and of the address to which it went.
    let mut other = citizen(&hall, STRANGER).await;
    assert_eq!(
        other.post(CONTACTS, json!({ "to": MAIL, "code": code })).await.code(),
        "identity/wrong_code"
    );
    let refused = browser.post(CONTACTS, json!({ "to": SECOND, "code": code })).await;
    assert_eq!(refused.code(), "identity/wrong_code");
    assert_eq!(
        browser.post(CONTACTS, json!({ "to": MAIL, "code": code })).await.status,
        201
    );
    // It is used up, and logs nobody in.
    assert_eq!(
        browser
            .post(SESSION, json!({ "phone": MAIL, "code": code }))
            .await
            .code(),
        "identity/wrong_code"
    );
}

#[tokio::test]
async fn what_logs_one_in_is_changed_on_a_terminal_of_ones_own_alone() {
    let hall = TestHall::open().await;
    let mut own = citizen(&hall, PHONE).await;
    let view = added(&mut own, &hall, SECOND).await;
    let id = id_of(&view, "139****0001");
    for kind in ["kiosk", "mini_app"] {
        hall.clock.advance(61);
        let mut terminal = hall.terminal(kind);
        terminal.log_in(PHONE).await;
        prove(&mut terminal, &hall).await;
        let replies = [
            terminal.get(CONTACTS).await,
            terminal.post(CODES, json!({ "to": MAIL })).await,
            terminal.post(CONTACTS, json!({ "to": MAIL, "code": "000000" })).await,
            terminal.delete(&format!("{CONTACTS}/{id}")).await,
            terminal.post(&format!("{CONTACTS}/{id}/first"), json!({})).await,
        ];
        for reply in replies {
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (403, "identity/other_terminal"),
                "{kind}"
            );
        }
    }
    // What needs a proof needs it anew after a while.
    hall.clock.advance(601);
    for refused in [
        own.delete(&format!("{CONTACTS}/{id}")).await,
        own.post(&format!("{CONTACTS}/{id}/first"), json!({})).await,
    ] {
        assert_eq!(refused.code(), "identity/step_up_required");
    }
}

#[tokio::test]
async fn what_logs_somebody_else_in_is_told_only_to_who_has_it() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, PHONE).await;
    let taken = browser.post(CODES, json!({ "to": STRANGER })).await;
    let free = browser.post(CODES, json!({ "to": SECOND })).await;
    let shape = |reply: &Reply| {
        let mut sent = reply.json();
        sent["phone"] = Value::Null;
        (reply.status, sent)
    };
    assert_eq!(shape(&taken), shape(&free));
    for to in [STRANGER, SECOND] {
        let refused = browser.post(CONTACTS, json!({ "to": to, "code": "x" })).await;
        assert_eq!(refused.code(), "identity/wrong_code", "{to}");
    }
    let code = code_for(&hall, STRANGER);
    let refused = browser.post(CONTACTS, json!({ "to": STRANGER, "code": code })).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "identity/contact_in_use")
    );
    assert_eq!(log_in(&hall, STRANGER).await.json()["actor"]["name"], "王磊");
}

#[tokio::test]
async fn whether_an_address_logs_anybody_in_cannot_be_told_from_any_answer() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, PHONE).await;
    added(&mut browser, &hall, MAIL).await;
    let mut stranger = hall.browser();
    let mut answers = Vec::new();
    for address in [MAIL, "nobody@mail.example"] {
        let asked = stranger.post(LOG_IN_CODES, json!({ "phone": address })).await;
        let mut sent = asked.json();
        sent["phone"] = Value::Null;
        let wrong = stranger.post(SESSION, json!({ "phone": address, "code": "x" })).await;
        answers.push((asked.status, sent, told(&wrong)));
    }
    assert_eq!(answers[0], answers[1]);
    // Who has that address learns that it logs nobody in; no code goes there.
    assert_eq!(sent_to(&hall, "nobody@mail.example").len(), 1);
    assert_eq!(code_for(&hall, "nobody@mail.example"), "");
}

#[tokio::test]
async fn another_number_comes_first_and_the_last_one_stays() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, PHONE).await;
    let view = browser.get(CONTACTS).await.json();
    let first = id_of(&view, "138****0001");
    let refused = browser.delete(&format!("{CONTACTS}/{first}")).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "identity/last_contact")
    );
    let second = id_of(&added(&mut browser, &hall, SECOND).await, "139****0001");
    // Neither is a stranger's to touch.
    let mut stranger = citizen(&hall, STRANGER).await;
    assert_eq!(
        stranger.delete(&format!("{CONTACTS}/{second}")).await.code(),
        "request/not_found"
    );
    let refused = stranger.post(&format!("{CONTACTS}/{second}/first"), json!({})).await;
    assert_eq!(refused.code(), "request/not_found");
    let view = browser
        .post(&format!("{CONTACTS}/{second}/first"), json!({}))
        .await
        .json();
    assert_eq!(shown(&view), ["139****0001", "138****0001"], "{view}");
    assert_eq!(browser.get(SESSION).await.json()["phone"], "139****0001");
    let view = browser.delete(&format!("{CONTACTS}/{first}")).await.json();
    assert_eq!(shown(&view), ["139****0001"]);
    assert!(sent_to(&hall, PHONE)[0].contains("移除"), "the old number is told");
    assert!(sent_to(&hall, SECOND)[0].contains("138****0001"));
    let done: Vec<_> = view["events"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|event| &event["what"])
        .collect();
    assert_eq!(
        done,
        [
            &json!("contact_removed"),
            &json!("contact_first"),
            &json!("contact_added")
        ]
    );
    hall.clock.advance(61);
    assert_eq!(log_in(&hall, SECOND).await.json()["actor"]["name"], "张敏");
    let anew = log_in(&hall, PHONE).await.json();
    assert_eq!(
        anew["actor"]["name"], "",
        "the old number is nobody's, and begins an account of its own"
    );
}

#[tokio::test]
async fn who_has_lost_their_phone_removes_it_by_mail() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, PHONE).await;
    let view = added(&mut browser, &hall, MAIL).await;
    let (phone, address) = (id_of(&view, "138****0001"), id_of(&view, "z***@mail.example"));
    // An address does not come first as long as there is a number.
    assert_eq!(
        browser
            .post(&format!("{CONTACTS}/{address}/first"), json!({}))
            .await
            .code(),
        "request/not_found"
    );
    hall.clock.advance(61);
    let mut later = hall.browser();
    later.post(LOG_IN_CODES, json!({ "phone": MAIL })).await;
    let entered = later
        .post(SESSION, json!({ "phone": MAIL, "code": code_for(&hall, MAIL) }))
        .await;
    assert_eq!(entered.status, 200);
    let refused = later.delete(&format!("{CONTACTS}/{phone}")).await;
    assert_eq!(refused.json()["details"]["ways"], json!(["code", "email"]));
    assert_eq!(
        later.post(&format!("{PROOF_CODES}?by=email"), json!({})).await.json()["phone"],
        "z***@mail.example"
    );
    let code = code_for(&hall, MAIL);
    assert_eq!(
        later.post(PROOF_CODE, json!({ "code": code })).await.code(),
        "identity/wrong_code",
        "not of the phone"
    );
    assert_eq!(
        later
            .post(PROOF_CODE, json!({ "code": code, "by": "email" }))
            .await
            .status,
        204
    );
    let view = later.delete(&format!("{CONTACTS}/{phone}")).await.json();
    assert_eq!(shown(&view), ["z***@mail.example"]);
    assert_eq!(view["contacts"][0]["first"], json!(true));
    // The address is all there is now: what confirms goes there, and it stays.
    hall.clock.advance(61);
    assert_eq!(
        later.post(PROOF_CODES, json!({})).await.json()["phone"],
        "z***@mail.example"
    );
    assert_eq!(
        later.delete(&format!("{CONTACTS}/{address}")).await.code(),
        "identity/last_contact"
    );
    assert_eq!(
        later.get("/api/v1/account/closing").await.json()["phone"],
        "z***@mail.example"
    );
    // A new number comes first at once.
    hall.clock.advance(61);
    let view = added(&mut later, &hall, SECOND).await;
    assert_eq!(shown(&view), ["139****0001", "z***@mail.example"]);
}

#[tokio::test]
async fn codes_are_capped_wherever_they_go_and_a_mail_that_was_refused_is_not_said_to_be_sent() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, PHONE).await;
    let refused = browser.post(CODES, json!({ "to": "zhang@no-mailbox.example" })).await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "backend/unavailable"));
    let most = hall.state.config.codes.per_phone_hour;
    for sent in 0..most {
        let reply = browser.post(CODES, json!({ "to": MAIL })).await;
        assert_eq!(reply.status, 202, "{sent}");
        hall.clock.advance(61);
    }
    // However many accounts ask: an address gets no more.
    let mut other = citizen(&hall, STRANGER).await;
    assert_eq!(
        other.post(CODES, json!({ "to": MAIL })).await.code(),
        "request/too_many"
    );
    assert_eq!(sent_to(&hall, MAIL).len(), usize::try_from(most).unwrap_or(0));
}

#[tokio::test]
async fn all_terminals_hear_of_it_and_own_data_names_it() {
    let hall = TestHall::open().await;
    let mut browser = citizen(&hall, PHONE).await;
    let me = browser.get(SESSION).await.json()["actor"]["id"].clone();
    let person = serde_json::from_value(me).unwrap_or_else(|error| panic!("{error}"));
    let channel = crate::events::Channel::Person(person);
    let mut heard = hall.state.events.listen(vec![channel]);
    added(&mut browser, &hall, MAIL).await;
    let poke = heard.next().await;
    assert_eq!(poke, Some(vec![onehall_protocol::cases::Poke::Account]));
    let archive = browser.get("/api/v1/account/data").await.body;
    let text = String::from_utf8_lossy(&archive);
    assert!(text.contains(MAIL) && text.contains("contact_added"));
}
