//! Promises of passkeys and of proofs, with an authenticator in software.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::require_proof;
use crate::clock::Clock;
use crate::identity::SESSION_COOKIE;
use crate::secrets::TokenHash;
use crate::testing::{Reply, TestHall, TestTerminal};

const PASSKEYS: &str = "/api/v1/identity/passkeys";
const OPTIONS: &str = "/api/v1/identity/passkeys/options";
const LOG_IN_OPTIONS: &str = "/api/v1/identity/passkeys/log-in-options";
const LOG_IN: &str = "/api/v1/identity/passkeys/session";
const PROVE_OPTIONS: &str = "/api/v1/identity/proof/passkey-options";
const PROVE: &str = "/api/v1/identity/proof/passkey";
const PROOF_CODES: &str = "/api/v1/identity/proof/codes";
const PROOF_CODE: &str = "/api/v1/identity/proof/code";
const SESSION: &str = "/api/v1/identity/session";
const PHONE: &str = "13800000001";
/// Where these passkeys are used.
pub(crate) const ORIGIN: &str = "http://localhost:8080";

fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A device with one passkey, which signs whatever it is told to.
pub(crate) struct Device {
    key: EcdsaKeyPair,
    credential: Vec<u8>,
    pub(crate) count: u32,
    origin: String,
    rp: String,
    flags: u8,
    cross_origin: bool,
}

impl Device {
    pub(crate) fn new() -> Device {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random);
        let pkcs8 = pkcs8.unwrap_or_else(|error| panic!("{error}"));
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random);
        Device {
            key: key.unwrap_or_else(|error| panic!("{error}")),
            credential: crate::secrets::random::<24>().to_vec(),
            count: 0,
            origin: ORIGIN.to_owned(),
            rp: "localhost".to_owned(),
            flags: 0x05,
            cross_origin: false,
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin,
            "crossOrigin": self.cross_origin });
        data.to_string().into_bytes()
    }

    fn authenticator_data(&self, flags: u8) -> Vec<u8> {
        [&Sha256::digest(&self.rp)[..], &[flags], &self.count.to_be_bytes()].concat()
    }

    /// As it was: nothing about it is wrong any more.
    pub(crate) fn put_right(&mut self) {
        let right = Device::new();
        (self.origin, self.rp, self.flags, self.cross_origin) =
            (right.origin, right.rp, right.flags, right.cross_origin);
    }

    /// What a browser says of a passkey that was made.
    pub(crate) fn made(&self, options: &Value) -> Value {
        let point = self.key.public_key().as_ref();
        let mut data = self.authenticator_data(self.flags | 0x40);
        data.extend([0; 16]);
        data.extend((self.credential.len() as u16).to_be_bytes());
        data.extend(&self.credential);
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..65]);
        let client_data = self.client_data("webauthn.create", options);
        json!({ "id": encoded(&self.credential), "rawId": encoded(&self.credential), "type": "public-key",
            "clientExtensionResults": {}, "response": {
                "clientDataJSON": encoded(&client_data), "authenticatorData": encoded(&data),
                "attestationObject": "", "transports": ["internal"], "publicKeyAlgorithm": -7 } })
    }

    /// What a browser says of a passkey that signed.
    pub(crate) fn signed(&self, options: &Value) -> Value {
        let data = self.authenticator_data(self.flags);
        let client_data = self.client_data("webauthn.get", options);
        let message = [&data[..], &Sha256::digest(&client_data)[..]].concat();
        let signature = self.key.sign(&SystemRandom::new(), &message);
        let signature = signature.unwrap_or_else(|error| panic!("{error}"));
        json!({ "id": encoded(&self.credential), "rawId": encoded(&self.credential), "type": "public-key",
            "authenticatorAttachment": "platform", "clientExtensionResults": {}, "response": {
                "clientDataJSON": encoded(&client_data), "authenticatorData": encoded(&data),
                "signature": encoded(signature.as_ref()), "userHandle": null } })
    }
}

/// What is not as it should be with a device.
type Change = fn(&mut Device);

/// Whatever may be wrong with what signs, while its key is right.
pub(crate) const WRONG: [(&str, Change); 6] = [
    ("another origin", |device| {
        device.origin = "https://evil.example".to_owned()
    }),
    ("another port", |device| {
        device.origin = "http://localhost:8081".to_owned()
    }),
    ("another site's key", |device| device.rp = "evil.example".to_owned()),
    ("in a frame of another site", |device| device.cross_origin = true),
    ("nobody there", |device| device.flags = 0x04),
    ("nobody verified", |device| device.flags = 0x01),
];

async fn options(terminal: &mut TestTerminal, path: &str) -> Value {
    let reply = terminal.post(path, json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()
}

async fn proof_code(terminal: &mut TestTerminal, hall: &TestHall) -> String {
    let reply = terminal.post(PROOF_CODES, json!({})).await;
    assert_eq!(reply.status, 202, "{}", reply.json());
    let text = hall
        .messages
        .sent()
        .first()
        .map(|message| message.text.clone())
        .unwrap_or_default();
    let mut digits = text.split(|character: char| !character.is_ascii_digit());
    digits.find(|part| part.len() == 6).unwrap_or_default().to_owned()
}

/// Shows by a code that its citizen is there.
pub(crate) async fn prove(terminal: &mut TestTerminal, hall: &TestHall) {
    let code = proof_code(terminal, hall).await;
    let reply = terminal.post(PROOF_CODE, json!({ "code": code })).await;
    assert_eq!(reply.status, 204, "{}", reply.json());
}

pub(crate) async fn add(terminal: &mut TestTerminal, device: &Device) -> Reply {
    let options = options(terminal, OPTIONS).await;
    terminal
        .post(PASSKEYS, json!({ "name": "手机", "credential": device.made(&options) }))
        .await
}

/// A citizen's browser with a passkey of theirs.
async fn with_passkey(hall: &TestHall) -> (TestTerminal, Device) {
    let (mut browser, device) = (hall.browser(), Device::new());
    browser.log_in(PHONE).await;
    prove(&mut browser, hall).await;
    let added = add(&mut browser, &device).await;
    assert_eq!(added.status, 201, "{}", added.json());
    (browser, device)
}

pub(crate) async fn log_in(terminal: &mut TestTerminal, device: &Device) -> Reply {
    let options = options(terminal, LOG_IN_OPTIONS).await;
    terminal
        .post(LOG_IN, json!({ "credential": device.signed(&options) }))
        .await
}

#[tokio::test]
async fn a_passkey_is_added_by_who_shows_that_they_are_there_and_logs_in_without_a_number() {
    let hall = TestHall::open().await;
    let (mut browser, device) = (hall.browser(), Device::new());
    let session = browser.log_in(PHONE).await;
    let refused = browser.post(OPTIONS, json!({})).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "identity/step_up_required")
    );
    assert_eq!(refused.json()["details"], json!({ "ways": ["code"] }));
    prove(&mut browser, &hall).await;
    let asked = options(&mut browser, OPTIONS).await;
    assert_eq!(
        asked["rp"],
        json!({ "id": "localhost", "name": hall.state.hall_name().zh_cn })
    );
    assert_eq!(asked["user"]["name"], "张敏");
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(add(&mut browser, &device).await.status, 201);
    let listed = browser.get(PASSKEYS).await.json();
    assert_eq!(
        (listed[0]["name"].as_str(), listed[0]["synced"].as_bool()),
        (Some("手机"), Some(false))
    );

    let mut elsewhere = hall.browser();
    let asked = options(&mut elsewhere, LOG_IN_OPTIONS).await;
    assert_eq!(asked["allowCredentials"], json!([]), "what is asked names no account");
    let entered = log_in(&mut elsewhere, &device).await;
    assert_eq!(entered.status, 200, "{}", entered.json());
    assert_eq!(entered.json()["actor"], session["actor"]);
    assert_eq!(elsewhere.get(SESSION).await.status, 200);
    // Who came with a passkey has shown that they are there.
    assert_eq!(elsewhere.post(OPTIONS, json!({})).await.status, 200);
    assert!(browser.get(PASSKEYS).await.json()[0]["used_at"].is_string());
}

#[tokio::test]
async fn a_login_by_passkey_ends_the_session_that_it_replaces() {
    let hall = TestHall::open().await;
    let (_, device) = with_passkey(&hall).await;
    // Somebody who has been at this browser before left their own session in it.
    let mut planted = hall.browser();
    planted.log_in("13800000002").await;
    let mut browser = planted.clone();
    assert_eq!(log_in(&mut browser, &device).await.status, 200);
    assert_ne!(browser.cookies, planted.cookies);
    assert_eq!(planted.get("/api/v1/identity/session").await.status, 401);
    assert_eq!(
        browser.get("/api/v1/identity/session").await.json()["actor"]["name"],
        "张敏"
    );
}

#[tokio::test]
async fn an_answer_counts_once() {
    let hall = TestHall::open().await;
    let (mut browser, device) = with_passkey(&hall).await;
    let asked = options(&mut browser, LOG_IN_OPTIONS).await;
    let answer = json!({ "credential": device.signed(&asked) });
    assert_eq!(hall.browser().post(LOG_IN, answer.clone()).await.status, 200);
    let again = hall.replica().reached_by(&hall.browser()).post(LOG_IN, answer).await;
    assert_eq!(again.code(), "identity/passkey_refused");

    let asked = options(&mut browser, OPTIONS).await;
    let (one, two) = (Device::new(), Device::new());
    let body = |device: &Device| json!({ "name": "x", "credential": device.made(&asked) });
    assert_eq!(browser.post(PASSKEYS, body(&one)).await.status, 201);
    assert_eq!(
        browser.post(PASSKEYS, body(&two)).await.code(),
        "identity/passkey_refused"
    );
    // One credential is of one account, once.
    assert_eq!(add(&mut browser, &one).await.code(), "identity/passkey_refused");
}

#[tokio::test]
async fn an_answer_counts_for_the_site_the_purpose_and_the_session_that_asked() {
    let hall = TestHall::open_with(|config| config.public_url = Some(ORIGIN.to_owned())).await;
    let (mut browser, device) = with_passkey(&hall).await;
    let mut device = device;
    for (what, change) in WRONG {
        change(&mut device);
        let refused = log_in(&mut hall.browser(), &device).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (422, "identity/passkey_refused"),
            "{what}"
        );
        device.put_right();
    }
    // What was asked to prove that somebody is there logs nobody in, and the other way round.
    let to_prove = options(&mut browser, PROVE_OPTIONS).await;
    let refused = hall
        .browser()
        .post(LOG_IN, json!({ "credential": device.signed(&to_prove) }))
        .await;
    assert_eq!(refused.code(), "identity/passkey_refused");
    let to_log_in = options(&mut browser, LOG_IN_OPTIONS).await;
    let refused = browser
        .post(PROVE, json!({ "credential": device.signed(&to_log_in) }))
        .await;
    assert_eq!(refused.code(), "identity/passkey_refused");
    // What one session asked for proves nothing to another.
    let mut other = hall.browser();
    assert_eq!(log_in(&mut other, &device).await.status, 200);
    let theirs = options(&mut other, PROVE_OPTIONS).await;
    let refused = browser
        .post(PROVE, json!({ "credential": device.signed(&theirs) }))
        .await;
    assert_eq!(refused.code(), "identity/passkey_refused");
    // Too late.
    let late = options(&mut browser, LOG_IN_OPTIONS).await;
    hall.clock.advance(300);
    let refused = hall
        .browser()
        .post(LOG_IN, json!({ "credential": device.signed(&late) }))
        .await;
    assert_eq!(refused.code(), "identity/passkey_refused");
    assert_eq!(
        log_in(&mut hall.browser(), &device).await.status,
        200,
        "none of it spoiled the passkey"
    );
}

#[tokio::test]
async fn an_unknown_passkey_and_a_wrong_signature_look_alike() {
    let hall = TestHall::open().await;
    let (_, device) = with_passkey(&hall).await;
    let mut forged = Device::new();
    let unknown = log_in(&mut hall.browser(), &forged).await;
    forged.credential.clone_from(&device.credential);
    let wrong = log_in(&mut hall.browser(), &forged).await;
    let told = |reply: &Reply| {
        let mut problem = reply.json();
        problem["request_id"] = Value::Null;
        (reply.status, problem)
    };
    assert_eq!(told(&unknown), told(&wrong));
    let mut browser = hall.browser();
    let asked = options(&mut browser, LOG_IN_OPTIONS).await;
    let good = device.signed(&asked);
    for part in ["clientDataJSON", "authenticatorData", "signature"] {
        let mut changed = good.clone();
        changed["response"][part] = json!("AAAA");
        let refused = browser.post(LOG_IN, json!({ "credential": changed })).await;
        assert_eq!(refused.code(), "identity/passkey_refused", "{part}");
    }
    assert_eq!(browser.post(LOG_IN, json!({ "credential": good })).await.status, 200);
}

#[tokio::test]
async fn a_passkey_that_counts_and_does_not_count_on_is_a_copy() {
    let hall = TestHall::open().await;
    let (_, mut device) = with_passkey(&hall).await;
    for (count, status) in [(0, 200), (7, 200), (7, 422), (3, 422), (0, 422), (8, 200)] {
        device.count = count;
        assert_eq!(
            log_in(&mut hall.browser(), &device).await.status,
            status,
            "after {count}"
        );
    }
}

#[tokio::test]
async fn a_passkey_that_was_removed_is_none() {
    let hall = TestHall::open().await;
    let (mut browser, device) = with_passkey(&hall).await;
    let id = browser.get(PASSKEYS).await.json()[0]["id"].clone();
    let path = format!("{PASSKEYS}/{}", id.as_str().unwrap_or_default());
    let mut stranger = hall.browser();
    stranger.log_in("13800000003").await;
    prove(&mut stranger, &hall).await;
    assert_eq!(stranger.delete(&path).await.code(), "request/not_found");
    assert_eq!(browser.delete(&path).await.status, 204);
    assert_eq!(
        log_in(&mut hall.browser(), &device).await.code(),
        "identity/passkey_refused"
    );
    assert_eq!(browser.get(PASSKEYS).await.json(), json!([]));
}

#[tokio::test]
async fn a_proof_counts_for_ten_minutes_and_in_its_session_alone() {
    let hall = TestHall::open().await;
    let (mut browser, device) = with_passkey(&hall).await;
    let mut other = hall.browser();
    hall.clock.advance(61);
    other.log_in(PHONE).await;
    assert_eq!(
        other.post(OPTIONS, json!({})).await.json()["details"],
        json!({ "ways": ["passkey", "code"] })
    );
    hall.clock.advance(538);
    assert_eq!(browser.post(OPTIONS, json!({})).await.status, 200);
    hall.clock.advance(2);
    assert_eq!(
        browser.post(OPTIONS, json!({})).await.code(),
        "identity/step_up_required"
    );
    let asked = options(&mut browser, PROVE_OPTIONS).await;
    assert_eq!(asked["allowCredentials"][0]["id"], encoded(&device.credential));
    let proved = browser
        .post(PROVE, json!({ "credential": device.signed(&asked) }))
        .await;
    assert_eq!(proved.status, 204, "{}", proved.json());
    assert_eq!(browser.post(OPTIONS, json!({})).await.status, 200);
    // Somebody else's passkey proves nothing about this account.
    let mut stranger = hall.browser();
    stranger.log_in("13800000003").await;
    let asked = options(&mut stranger, PROVE_OPTIONS).await;
    let refused = stranger
        .post(PROVE, json!({ "credential": device.signed(&asked) }))
        .await;
    assert_eq!(refused.code(), "identity/passkey_refused");
}

#[tokio::test]
async fn a_code_that_logs_in_proves_nothing_and_one_that_proves_logs_nobody_in() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(PHONE).await;
    let proving = proof_code(&mut browser, &hall).await;
    let mut stranger = hall.browser();
    let refused = stranger.post(SESSION, json!({ "phone": PHONE, "code": proving })).await;
    assert_eq!(refused.code(), "identity/wrong_code");
    hall.clock.advance(61);
    let logging_in = stranger.ask_code(PHONE).await;
    if logging_in != proving {
        let refused = browser.post(PROOF_CODE, json!({ "code": logging_in })).await;
        assert_eq!(refused.code(), "identity/wrong_code");
    }
    assert_eq!(browser.post(PROOF_CODE, json!({ "code": proving })).await.status, 204);
    assert_eq!(
        browser.post(PROOF_CODE, json!({ "code": proving })).await.code(),
        "identity/wrong_code",
        "once"
    );
}

#[tokio::test]
async fn a_page_of_another_site_is_told_of_no_passkey() {
    let hall = TestHall::open().await;
    let (browser, _) = with_passkey(&hall).await;
    let session = TokenHash::of(&browser.cookies[SESSION_COOKIE]);
    hall.clock.advance(600);
    let citizen = hall.state.storage.citizen(session, hall.clock.now()).await;
    let mut citizen = citizen
        .unwrap_or_else(|error| panic!("{error}"))
        .unwrap_or_else(|| panic!("nobody"));
    for (site, ways) in [
        (None, json!(["passkey", "code"])),
        (Some("https://bank.example".to_owned()), json!(["code"])),
    ] {
        citizen.site = site;
        let refusal = require_proof(&hall.state, &citizen, true).await;
        let refusal = refusal.err().unwrap_or_else(|| panic!("a proof is needed"));
        assert_eq!(refusal.details(), &json!({ "ways": ways }));
    }
}

#[tokio::test]
async fn a_public_machine_makes_no_passkey() {
    let hall = TestHall::open().await;
    let mut kiosk = hall.terminal("kiosk");
    kiosk.log_in(PHONE).await;
    prove(&mut kiosk, &hall).await;
    assert_eq!(kiosk.post(OPTIONS, json!({})).await.code(), "identity/other_terminal");
}
