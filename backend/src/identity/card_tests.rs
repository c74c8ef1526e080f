//! Promises of the login with an identity card at a kiosk.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::Method;
use onehall_protocol::PhoneNumber;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::error::Result;
use crate::messages::MessageSender;
use crate::testing::{Reply, TestHall, TestTerminal};

const CODES: &str = "/api/v1/identity/card/codes";
const TOKENS: &str = "/api/v1/identity/card/tokens";
const SESSION: &str = "/api/v1/identity/session";
const KEY: &str = "central/3/lanchuan-central-kiosk-3";
/// Of 张敏, whose phone is [`PHONE`].
pub(crate) const CARD: &str = "620102198805143827";
const PHONE: &str = "13800000001";
/// Of somebody else of the demo city.
const OTHER_CARD: &str = "510104194003120614";
/// Of somebody whom the hall has never seen.
const STRANGERS_CARD: &str = "11010519491231002X";
/// How long a test waits before it fails.
const SOON: Duration = Duration::from_secs(5);

async fn at_kiosk(kiosk: &mut TestTerminal, path: &str, proof: &str, body: Value) -> Reply {
    let headers = [("content-type", "application/json"), ("onehall-kiosk", proof)];
    kiosk
        .send(Method::POST, path, &headers, body.to_string().into_bytes())
        .await
}

async fn ask(kiosk: &mut TestTerminal, card: &str) -> Reply {
    at_kiosk(kiosk, CODES, KEY, json!({ "citizen_id": card })).await
}

async fn enter(kiosk: &mut TestTerminal, card: &str, code: &str) -> Reply {
    at_kiosk(kiosk, TOKENS, KEY, json!({ "citizen_id": card, "code": code })).await
}

/// The code of the message that came after `before` others, and to whom it went. The answer does not wait for it.
async fn code_after(hall: &TestHall, before: usize) -> (String, String) {
    for _ in 0..10_000 {
        let sent = hall.messages.sent();
        if let Some(message) = sent.first().filter(|_| sent.len() > before) {
            let mut digits = message.text.split(|character: char| !character.is_ascii_digit());
            let code = digits.find(|part| part.len() == 6).unwrap_or_default();
            return (message.to.clone(), code.to_owned());
        }
        tokio::task::yield_now().await;
    }
    panic!("no message came")
}

/// The code that the owner of a card got for it.
pub(crate) async fn asked(hall: &TestHall, kiosk: &mut TestTerminal, card: &str) -> String {
    let before = hall.messages.sent().len();
    let reply = ask(kiosk, card).await;
    assert_eq!(reply.status, 202, "{}", reply.json());
    code_after(hall, before).await.1
}

#[tokio::test]
async fn a_card_and_the_code_of_its_owners_phone_log_in_at_a_kiosk() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let reply = ask(&mut kiosk, CARD).await;
    assert_eq!(reply.json(), json!({ "resend_after": 60, "expires_in": 300 }));
    let (to, code) = code_after(&hall, 0).await;
    assert_eq!(to, PHONE);
    let text = hall.messages.sent()[0].text.clone();
    assert!(text.contains("3 号自助终端"), "it says where: {text}");
    let granted = enter(&mut kiosk, CARD, &code).await;
    assert_eq!(granted.status, 200, "{}", granted.json());
    assert_eq!(granted.json()["session"]["actor"]["name"], "张敏");
    assert_eq!(granted.json()["session"]["assurance"], "L2", "as before");
    let token = granted.json()["token"].as_str().unwrap_or_default().to_owned();
    kiosk
        .headers
        .push(("authorization".to_owned(), format!("Bearer {token}")));
    assert_eq!(kiosk.get(SESSION).await.json()["actor"]["name"], "张敏");
    assert_eq!(
        enter(&mut kiosk, CARD, &code).await.code(),
        "identity/wrong_code",
        "a code is used once"
    );
}

#[tokio::test]
async fn the_session_is_a_kiosks_whatever_the_request_says_of_itself() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("desktop");
    let code = asked(&hall, &mut kiosk, CARD).await;
    let granted = enter(&mut kiosk, CARD, &code).await.json();
    let token = granted["token"].as_str().unwrap_or_default().to_owned();
    kiosk
        .headers
        .push(("authorization".to_owned(), format!("Bearer {token}")));
    // What changes an account is for a terminal of one's own.
    let reply = kiosk
        .post("/api/v1/identity/contacts/codes", json!({ "to": "13912345678" }))
        .await;
    assert_eq!(reply.code(), "identity/other_terminal", "{}", reply.json());
}

#[tokio::test]
async fn a_card_that_nobody_here_has_is_answered_as_one_that_somebody_has() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let mut answers = Vec::new();
    for card in [CARD, STRANGERS_CARD] {
        let sent = ask(&mut kiosk, card).await;
        let again = ask(&mut kiosk, card).await;
        let wrong = enter(&mut kiosk, card, "x").await;
        let problem = |reply: &Reply| {
            let mut problem = reply.json();
            problem["request_id"] = json!(null);
            (reply.status, problem)
        };
        answers.push((
            (sent.status, sent.json()),
            problem(&again),
            again.header("retry-after"),
            problem(&wrong),
        ));
    }
    assert_eq!(answers[0], answers[1]);
    // The one message is that of who has an account.
    code_after(&hall, 0).await;
    assert_eq!(hall.messages.sent().len(), 1);
}

/// A carrier that never says whether it took a message, only that one came.
#[derive(Debug, Default)]
struct SilentCarrier {
    came: Notify,
}

#[async_trait]
impl MessageSender for SilentCarrier {
    async fn send(&self, _: &PhoneNumber, _: &str) -> Result<()> {
        self.came.notify_one();
        std::future::pending().await
    }
}

#[tokio::test]
async fn no_answer_to_a_card_waits_for_the_message() {
    let mut hall = TestHall::open().await;
    let carrier = Arc::new(SilentCarrier::default());
    hall.restart_sending_by(carrier.clone());
    let mut kiosk = hall.terminal("kiosk");
    for card in [CARD, STRANGERS_CARD] {
        let Ok(reply) = tokio::time::timeout(SOON, ask(&mut kiosk, card)).await else {
            panic!("{card}: no answer before the message was taken")
        };
        assert_eq!(reply.status, 202, "{}", reply.json());
    }
    // There was one that an answer could have waited for.
    let came = tokio::time::timeout(SOON, carrier.came.notified()).await;
    assert!(came.is_ok(), "no message came");
}

#[tokio::test]
async fn a_code_counts_for_its_card_alone_and_not_for_a_phone_number() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let code = asked(&hall, &mut kiosk, CARD).await;
    assert_eq!(enter(&mut kiosk, OTHER_CARD, &code).await.code(), "identity/wrong_code");
    assert_eq!(
        enter(&mut kiosk, STRANGERS_CARD, &code).await.code(),
        "identity/wrong_code"
    );
    let by_phone = json!({ "phone": PHONE, "code": code });
    let reply = hall.browser().post(SESSION, by_phone).await;
    assert_eq!(reply.code(), "identity/wrong_code");
    // Nor the other way round.
    let of_phone = hall.browser().ask_code(PHONE).await;
    if of_phone != code {
        assert_eq!(enter(&mut kiosk, CARD, &of_phone).await.code(), "identity/wrong_code");
    }
    assert_eq!(enter(&mut kiosk, CARD, &code).await.status, 200);
}

#[tokio::test]
async fn a_code_has_five_tries_and_five_minutes_at_a_kiosk_too() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let code = asked(&hall, &mut kiosk, CARD).await;
    for _ in 0..5 {
        assert_eq!(enter(&mut kiosk, CARD, "x").await.code(), "identity/wrong_code");
    }
    assert_eq!(enter(&mut kiosk, CARD, &code).await.code(), "identity/wrong_code");
    hall.clock.advance(61);
    let code = asked(&hall, &mut kiosk, CARD).await;
    hall.clock.advance(300);
    assert_eq!(enter(&mut kiosk, CARD, &code).await.code(), "identity/wrong_code");
}

#[tokio::test]
async fn who_knows_a_number_and_no_kiosks_key_has_no_code_sent_and_tries_none() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    let code = asked(&hall, &mut kiosk, CARD).await;
    hall.clock.advance(61);
    for proof in ["", "central/3/another-key", "central/4/lanchuan-central-kiosk-3"] {
        for (path, body) in [
            (CODES, json!({ "citizen_id": CARD })),
            (TOKENS, json!({ "citizen_id": CARD, "code": code })),
        ] {
            let reply = at_kiosk(&mut kiosk, path, proof, body).await;
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (403, "identity/forbidden"),
                "{path} {proof}"
            );
        }
    }
    assert_eq!(hall.messages.sent().len(), 1);
    assert_eq!(enter(&mut kiosk, CARD, &code).await.status, 200);
}

#[tokio::test]
async fn one_kiosk_cannot_ask_for_the_codes_of_everybody() {
    let hall = TestHall::open_with(|config| config.codes.per_client_hour = 2).await;
    let mut kiosk = hall.terminal("kiosk");
    for card in [CARD, STRANGERS_CARD] {
        assert_eq!(ask(&mut kiosk, card).await.status, 202);
    }
    assert_eq!(ask(&mut kiosk, OTHER_CARD).await.code(), "request/too_many");
    // People at home behind the same address have theirs.
    hall.browser().ask_code(PHONE).await;
}
