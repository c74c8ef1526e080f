//! Promises of passkeys at the console, with an authenticator in software.

use serde_json::{Value, json};

use super::{AuditAction, AuditEntry};
use crate::identity::passkeys::tests::{self as citizens, Device, ORIGIN, WRONG};
use crate::testing::{Reply, TestHall, TestTerminal};

const LOG_IN: &str = "/api/v1/staff/session";
const SECOND: &str = "/api/v1/staff/session/passkey";
const PROOF_CODE: &str = "/api/v1/staff/session/proof";
const PROVE_OPTIONS: &str = "/api/v1/staff/session/proof/passkey-options";
const PROVE: &str = "/api/v1/staff/session/proof/passkey";
const PASSKEYS: &str = "/api/v1/staff/passkeys";
const OPTIONS: &str = "/api/v1/staff/passkeys/options";
const ACCOUNTS: &str = "/api/v1/staff/accounts";
const CITIZENS_LOG_IN_OPTIONS: &str = "/api/v1/identity/passkeys/log-in-options";
const CITIZENS_LOG_IN: &str = "/api/v1/identity/passkeys/session";
const CLERK: &str = "ps-window";
const OTHER: &str = "ps-reviewer";
const PHONE: &str = "13800000001";

async fn open() -> TestHall {
    TestHall::open_with(|config| config.public_url = Some(ORIGIN.to_owned())).await
}

fn refused(reply: &Reply, what: &str) {
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (422, "identity/passkey_refused"),
        "{what}"
    );
}

async fn options(console: &mut TestTerminal, path: &str) -> Value {
    let reply = console.post(path, json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()
}

async fn add(console: &mut TestTerminal, device: &Device) -> Reply {
    let asked = options(console, OPTIONS).await;
    let new = json!({ "name": "安全钥匙", "credential": device.made(&asked) });
    console.post(PASSKEYS, new).await
}

/// A console of who has made themselves a passkey.
async fn with_passkey(hall: &TestHall, account: &str) -> (TestTerminal, Device) {
    let (mut console, device) = (hall.console(), Device::new());
    console.staff_log_in(account).await;
    let added = add(&mut console, &device).await;
    assert_eq!(added.status, 201, "{}", added.json());
    (console, device)
}

/// The first step of a login: a ticket, and what is asked of a passkey.
async fn password(console: &mut TestTerminal, account: &str) -> Value {
    let (password, _) = console.demo_staff(account).await;
    let reply = console
        .post(LOG_IN, json!({ "account": account, "password": password }))
        .await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()
}

fn answer(challenge: &Value, device: &Device) -> Value {
    json!({ "ticket": challenge["ticket"], "credential": device.signed(&challenge["passkey"]) })
}

async fn log_in(console: &mut TestTerminal, account: &str, device: &Device) -> Reply {
    let challenge = password(console, account).await;
    console.post(SECOND, answer(&challenge, device)).await
}

async fn prove(console: &mut TestTerminal, device: &Device) -> Reply {
    let asked = options(console, PROVE_OPTIONS).await;
    console
        .post(PROVE, json!({ "credential": device.signed(&asked) }))
        .await
}

async fn audited(hall: &TestHall, action: AuditAction) -> Vec<AuditEntry> {
    let audit = hall.state.storage.audit(200).await;
    let mut lines = audit.unwrap_or_else(|error| panic!("{error}"));
    lines.retain(|line| line.action == action);
    lines
}

#[tokio::test]
async fn a_passkey_is_made_after_a_step_up_and_does_in_place_of_the_code() {
    let hall = open().await;
    let (mut console, device) = (hall.console(), Device::new());
    let session = console.staff_log_in(CLERK).await;
    assert_eq!(password(&mut hall.console(), CLERK).await["passkey"], Value::Null);
    hall.clock.advance(600);
    let late = console.post(OPTIONS, json!({})).await;
    assert_eq!((late.status, late.code().as_str()), (403, "identity/step_up_required"));
    assert_eq!(late.json()["details"], json!({ "ways": ["code"] }));
    let (_, code) = console.demo_staff(CLERK).await;
    assert_eq!(console.post(PROOF_CODE, json!({ "code": code })).await.status, 204);
    let asked = options(&mut console, OPTIONS).await;
    assert_eq!(asked["user"]["name"], CLERK);
    // It is not offered where nobody has said yet who they are: on the pages of citizens.
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "discouraged");
    assert_eq!(add(&mut console, &device).await.status, 201);
    let listed = console.get(PASSKEYS).await.json();
    assert_eq!(
        (&listed[0]["name"], &listed[0]["used_at"]),
        (&json!("安全钥匙"), &Value::Null)
    );
    assert_eq!(audited(&hall, AuditAction::PasskeyAdded).await.len(), 1);

    let mut elsewhere = hall.console();
    let challenge = password(&mut elsewhere, CLERK).await;
    assert_eq!(
        challenge["passkey"]["allowCredentials"].as_array().map(Vec::len),
        Some(1)
    );
    let entered = elsewhere.post(SECOND, answer(&challenge, &device)).await;
    assert_eq!(entered.status, 200, "{}", entered.json());
    assert_eq!(entered.json()["id"], session["id"]);
    assert_eq!(elsewhere.get(LOG_IN).await.status, 200);
    assert!(console.get(PASSKEYS).await.json()[0]["used_at"].is_string());
    let logins = audited(&hall, AuditAction::LoggedIn).await;
    assert_eq!(logins[0].details, json!({ "passkey": true }));
    // The login is a step-up, and so is the passkey later.
    assert_eq!(elsewhere.post(OPTIONS, json!({})).await.status, 200);
    hall.clock.advance(600);
    let late = elsewhere.post(OPTIONS, json!({})).await;
    assert_eq!(late.json()["details"], json!({ "ways": ["passkey", "code"] }));
    assert_eq!(prove(&mut elsewhere, &device).await.status, 204);
    assert_eq!(elsewhere.post(OPTIONS, json!({})).await.status, 200);
    assert_eq!(
        console.post(OPTIONS, json!({})).await.code(),
        "identity/step_up_required",
        "in its session alone"
    );
    assert_eq!(
        audited(&hall, AuditAction::SteppedUp).await[0].details,
        json!({ "passkey": true })
    );
    // The authenticator app goes on to do.
    hall.clock.advance(60);
    hall.console().staff_log_in(CLERK).await;
}

#[tokio::test]
async fn what_was_asked_for_in_time_is_not_kept_for_later() {
    let hall = open().await;
    let (mut console, device) = (hall.console(), Device::new());
    console.staff_log_in(CLERK).await;
    hall.clock.advance(500);
    let asked = options(&mut console, OPTIONS).await;
    hall.clock.advance(101);
    let new = json!({ "name": "安全钥匙", "credential": device.made(&asked) });
    let late = console.post(PASSKEYS, new).await;
    assert_eq!((late.status, late.code().as_str()), (403, "identity/step_up_required"));
    assert_eq!(console.get(PASSKEYS).await.json(), json!([]));
}

#[tokio::test]
async fn a_passkey_of_another_account_logs_nobody_in_and_shows_nothing() {
    let hall = open().await;
    let (mut console, device) = with_passkey(&hall, CLERK).await;
    let (_, theirs) = with_passkey(&hall, OTHER).await;
    let refusal = log_in(&mut hall.console(), CLERK, &theirs).await;
    refused(&refusal, "another's at the login");
    refused(&prove(&mut console, &theirs).await, "another's to step up");
    // Nor one that only says that it is the right one.
    let challenge = password(&mut hall.console(), CLERK).await;
    let mut forged = answer(&challenge, &theirs);
    let right = device.signed(&challenge["passkey"]);
    forged["credential"]["rawId"].clone_from(&right["rawId"]);
    refused(&hall.console().post(SECOND, forged).await, "another's key");
    assert_eq!(log_in(&mut hall.console(), CLERK, &device).await.status, 200);
    assert_eq!(log_in(&mut hall.console(), OTHER, &theirs).await.status, 200);
    // One credential is of one account.
    refused(&add(&mut console, &theirs).await, "made a second time");
}

#[tokio::test]
async fn an_answer_counts_once_for_the_login_or_the_session_that_asked() {
    let hall = open().await;
    let (mut console, device) = with_passkey(&hall, CLERK).await;
    let challenge = password(&mut hall.console(), CLERK).await;
    let used = answer(&challenge, &device);
    assert_eq!(hall.console().post(SECOND, used.clone()).await.status, 200);
    let replica = hall.replica();
    let mut thief = replica.reached_by(&hall.console());
    refused(&thief.post(SECOND, used.clone()).await, "again");
    // Who knows the password and saw an answer has no use for it.
    let other = password(&mut thief, CLERK).await;
    let replayed = json!({ "ticket": other["ticket"], "credential": used["credential"] });
    refused(&thief.post(SECOND, replayed).await, "of another login");
    let asked = options(&mut console, PROVE_OPTIONS).await;
    let shown = json!({ "credential": device.signed(&asked) });
    let as_login = json!({ "ticket": other["ticket"], "credential": shown["credential"] });
    refused(&thief.post(SECOND, as_login).await, "of a step-up");
    assert_eq!(console.post(PROVE, shown.clone()).await.status, 204);
    refused(
        &replica.reached_by(&console).post(PROVE, shown).await,
        "again, to step up",
    );
    // What one session asked for shows nothing to another, nor does what a login asked for.
    let mut second = hall.console();
    assert_eq!(log_in(&mut second, CLERK, &device).await.status, 200);
    let asked = options(&mut second, PROVE_OPTIONS).await;
    let shown = json!({ "credential": device.signed(&asked) });
    refused(&console.post(PROVE, shown).await, "of another session");
    let shown = json!({ "credential": device.signed(&other["passkey"]) });
    refused(&console.post(PROVE, shown).await, "of a login");
    // Too late.
    let late = password(&mut hall.console(), CLERK).await;
    hall.clock.advance(300);
    refused(&hall.console().post(SECOND, answer(&late, &device)).await, "late");
}

#[tokio::test]
async fn what_another_site_or_an_unverified_device_signed_does_not_count() {
    let hall = open().await;
    let (_, mut device) = with_passkey(&hall, CLERK).await;
    for (what, change) in WRONG {
        change(&mut device);
        refused(&log_in(&mut hall.console(), CLERK, &device).await, what);
        device.put_right();
        // So that the account is not locked by what is tried here.
        assert_eq!(log_in(&mut hall.console(), CLERK, &device).await.status, 200, "{what}");
    }
    for (count, status) in [(7, 200), (7, 422), (3, 422), (8, 200)] {
        device.count = count;
        let reply = log_in(&mut hall.console(), CLERK, &device).await;
        assert_eq!(reply.status, status, "a copy after {count}");
    }
}

#[tokio::test]
async fn a_citizens_passkey_is_none_at_the_console_and_the_other_way_round() {
    let hall = open().await;
    let (_, device) = with_passkey(&hall, CLERK).await;
    let mut browser = hall.browser();
    browser.log_in(PHONE).await;
    citizens::prove(&mut browser, &hall).await;
    let citizens_own = Device::new();
    assert_eq!(citizens::add(&mut browser, &citizens_own).await.status, 201);

    let refusal = log_in(&mut hall.console(), CLERK, &citizens_own).await;
    refused(&refusal, "a citizen's passkey");
    // Their challenge neither, even where the passkey is the clerk's.
    let challenge = password(&mut hall.console(), CLERK).await;
    let theirs = options(&mut browser, CITIZENS_LOG_IN_OPTIONS).await;
    let mixed = json!({ "ticket": challenge["ticket"], "credential": device.signed(&theirs) });
    refused(&hall.console().post(SECOND, mixed).await, "a citizen's challenge");
    // The clerk's passkey is nobody's on the pages of citizens, and what the console asked for nothing.
    let refusal = citizens::log_in(&mut hall.browser(), &device).await;
    refused(&refusal, "a clerk's passkey");
    let mixed = json!({ "credential": citizens_own.signed(&challenge["passkey"]) });
    refused(
        &hall.browser().post(CITIZENS_LOG_IN, mixed).await,
        "the console's challenge",
    );
    // Nor does a citizen's session reach the console's routes.
    for path in [OPTIONS, PROVE_OPTIONS] {
        assert_eq!(browser.post(path, json!({})).await.status, 401, "{path}");
    }
    assert_eq!(browser.get(PASSKEYS).await.status, 401);
}

#[tokio::test]
async fn wrong_passkeys_are_told_in_the_audit_and_lock_the_account_as_wrong_codes_do() {
    let hall = open().await;
    let (mut console, device) = with_passkey(&hall, CLERK).await;
    let stranger = Device::new();
    let challenge = password(&mut hall.console(), CLERK).await;
    for _ in 0..5 {
        refused(
            &hall.console().post(SECOND, answer(&challenge, &stranger)).await,
            "unknown",
        );
    }
    // The ticket has had its tries, and the account is locked for the right one, too, at the login and at a console.
    refused(
        &hall.console().post(SECOND, answer(&challenge, &device)).await,
        "a ticket that is used up",
    );
    assert_eq!(prove(&mut console, &device).await.code(), "request/too_many");
    assert_eq!(audited(&hall, AuditAction::SecondFactorRefused).await.len(), 5);
    hall.clock.advance(60);
    assert_eq!(prove(&mut console, &device).await.status, 204);
}

#[tokio::test]
async fn a_passkey_that_was_removed_is_none() {
    let hall = open().await;
    let (mut console, device) = with_passkey(&hall, CLERK).await;
    let id = console.get(PASSKEYS).await.json()[0]["id"].clone();
    let path = format!("{PASSKEYS}/{}", id.as_str().unwrap_or_default());
    let mut other = hall.console();
    other.staff_log_in(OTHER).await;
    assert_eq!(other.delete(&path).await.code(), "request/not_found");
    hall.clock.advance(600);
    assert_eq!(console.delete(&path).await.code(), "identity/step_up_required");
    assert_eq!(prove(&mut console, &device).await.status, 204);
    let challenge = password(&mut hall.console(), CLERK).await;
    assert_eq!(console.delete(&path).await.status, 204);
    assert_eq!(audited(&hall, AuditAction::PasskeyRemoved).await.len(), 1);
    refused(
        &hall.console().post(SECOND, answer(&challenge, &device)).await,
        "removed",
    );
    assert_eq!(password(&mut hall.console(), CLERK).await["passkey"], Value::Null);
    assert_eq!(console.get(PASSKEYS).await.json(), json!([]));
}

#[tokio::test]
async fn an_administrator_takes_anothers_passkeys_away_and_the_audit_says_so() {
    let hall = open().await;
    let (mut console, _) = with_passkey(&hall, CLERK).await;
    let mut admin = hall.console();
    admin.staff_log_in("admin").await;
    let find = |accounts: Value| {
        let accounts = accounts.as_array().cloned().unwrap_or_default();
        let found = accounts.into_iter().find(|one| one["account"] == CLERK);
        found.unwrap_or_else(|| panic!("no account {CLERK}"))
    };
    let seen = find(admin.get(ACCOUNTS).await.json());
    assert_eq!(seen["passkeys"], 1);
    let path = format!("{ACCOUNTS}/{}", seen["id"].as_str().unwrap_or_default());
    let take = json!({ "remove_passkeys": true });
    // Who is no administrator does not.
    let clerks = console.patch(&path, take.clone()).await;
    assert_eq!((clerks.status, clerks.code().as_str()), (403, "identity/forbidden"));
    hall.clock.advance(600);
    let late = admin.patch(&path, take.clone()).await;
    assert_eq!(late.code(), "identity/step_up_required");
    let (_, code) = admin.demo_staff("admin").await;
    assert_eq!(admin.post(PROOF_CODE, json!({ "code": code })).await.status, 204);
    let changed = admin.patch(&path, take).await;
    assert_eq!(changed.status, 200, "{}", changed.json());
    assert_eq!(
        (&changed.json()["passkeys"], &changed.json()["second_factor"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(console.get(LOG_IN).await.status, 401, "the sessions end");
    let line = audited(&hall, AuditAction::AccountChanged).await.remove(0);
    assert_eq!(
        (&line.details["passkeys"], &line.details["second_factor"]),
        (&json!(true), &json!(false))
    );
    assert!(line.actor.is_some() && line.subject.is_some() && line.actor != line.subject);

    // Who loses the second factor as a whole loses the passkeys with it.
    hall.clock.advance(60);
    console.staff_log_in(CLERK).await;
    assert_eq!(add(&mut console, &Device::new()).await.status, 201);
    let reset = admin.patch(&path, json!({ "reset_second_factor": true })).await;
    assert_eq!((reset.status, &reset.json()["passkeys"]), (200, &json!(0)));
    let anew = password(&mut hall.console(), CLERK).await;
    assert!(anew["passkey"].is_null() && anew["enrol"].is_object());
    refused(
        &hall
            .console()
            .post(SECOND, json!({ "ticket": anew["ticket"], "credential": {} }))
            .await,
        "nothing",
    );
}
