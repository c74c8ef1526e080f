//! Promises of the staff's login and of its administration.

use serde_json::{Value, json};

use super::{AuditAction, AuditEntry, password, totp};
use crate::clock::Clock;
use crate::testing::{Reply, TestHall, TestTerminal};

const SESSION: &str = "/api/v1/staff/session";
const SECOND: &str = "/api/v1/staff/session/second-factor";
const ACCOUNTS: &str = "/api/v1/staff/accounts";
const CLERK: &str = "ps-window";

async fn first(console: &mut TestTerminal, account: &str, password: &str) -> Reply {
    console
        .post(SESSION, json!({ "account": account, "password": password }))
        .await
}

async fn second(console: &mut TestTerminal, ticket: &Value, code: &str) -> Reply {
    console.post(SECOND, json!({ "ticket": ticket, "code": code })).await
}

async fn audit(hall: &TestHall) -> Vec<AuditEntry> {
    hall.state
        .storage
        .audit(100)
        .await
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Creates an account by the first administrator; its id and its first password.
async fn create(admin: &mut TestTerminal, account: &str, roles: Value, authority: Value) -> (String, String) {
    let body = json!({ "account": account, "name": "新人", "roles": roles, "authority": authority });
    let reply = admin.post(ACCOUNTS, body).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    let text = |key: &str| reply.json()[key].as_str().unwrap_or_default().to_owned();
    (text("id"), text("first_password"))
}

fn code_of(challenge: &Value, hall: &TestHall) -> String {
    let secret = challenge["enrol"]["secret"].as_str().unwrap_or_default();
    let secret = totp::parse_secret(secret).unwrap_or_else(|error| panic!("{error}"));
    totp::usable_code(&secret, None, hall.clock.now()).unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn a_clerk_logs_in_with_password_and_code_and_out_again() {
    let hall = TestHall::open().await;
    let mut console = hall.console();
    let session = console.staff_log_in(CLERK).await;
    assert_eq!(
        (&session["account"], &session["authority"]),
        (&json!(CLERK), &json!("public-security"))
    );
    assert_eq!(console.get(SESSION).await.json()["name"], session["name"]);
    let mut copy = console.clone();
    assert_eq!(console.delete(SESSION).await.status, 204);
    assert_eq!(copy.get(SESSION).await.code(), "identity/not_logged_in");
    let actions: Vec<_> = audit(&hall).await.iter().map(|entry| entry.action).collect();
    assert_eq!(
        actions,
        [
            AuditAction::LoggedOut,
            AuditAction::LoggedIn,
            AuditAction::PasswordTaken
        ]
    );
}

#[tokio::test]
async fn the_password_alone_opens_nothing() {
    let hall = TestHall::open().await;
    let mut console = hall.console();
    let (password, _) = console.demo_staff(CLERK).await;
    let challenge = first(&mut console, CLERK, &password).await;
    assert!(challenge.header("set-cookie").is_empty());
    assert!(challenge.json()["enrol"].is_null(), "an enrolled secret is shown again");
    assert_eq!(console.get(SESSION).await.status, 401);
    let ticket = challenge.json()["ticket"].clone();
    assert_eq!(
        second(&mut console, &ticket, "000000").await.code(),
        "identity/wrong_code"
    );
    assert_eq!(
        second(&mut console, &json!("made-up"), "000000").await.code(),
        "identity/wrong_code"
    );
}

#[tokio::test]
async fn a_citizens_session_is_none_of_staff_and_the_other_way_round() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in("13800000001").await;
    assert_eq!(browser.get(SESSION).await.status, 401);
    let token = browser.cookies.values().next().cloned().unwrap_or_default();
    browser.cookies.insert("onehall_staff".to_owned(), token);
    assert_eq!(browser.get(SESSION).await.status, 401);
}

#[tokio::test]
async fn a_one_time_password_and_a_ticket_count_once() {
    let hall = TestHall::open().await;
    let mut console = hall.console();
    let (password, code) = console.demo_staff(CLERK).await;
    let ticket = first(&mut console, CLERK, &password).await.json()["ticket"].clone();
    assert_eq!(second(&mut console, &ticket, &code).await.status, 200);
    assert_eq!(second(&mut console, &ticket, &code).await.code(), "identity/wrong_code");
    let ticket = first(&mut console, CLERK, &password).await.json()["ticket"].clone();
    assert_eq!(second(&mut console, &ticket, &code).await.code(), "identity/wrong_code");
    hall.clock.advance(30);
    let (_, code) = console.demo_staff(CLERK).await;
    assert_eq!(second(&mut console, &ticket, &code).await.status, 200);
}

#[tokio::test]
async fn a_ticket_counts_for_five_minutes_and_five_tries() {
    let hall = TestHall::open().await;
    let mut console = hall.console();
    let (password, _) = console.demo_staff(CLERK).await;
    let ticket = first(&mut console, CLERK, &password).await.json()["ticket"].clone();
    hall.clock.advance(300);
    let (_, code) = console.demo_staff(CLERK).await;
    assert_eq!(second(&mut console, &ticket, &code).await.code(), "identity/wrong_code");

    let ticket = first(&mut console, CLERK, &password).await.json()["ticket"].clone();
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(second(&mut console, &ticket, wrong).await.code(), "identity/wrong_code");
    }
    assert_eq!(second(&mut console, &ticket, &code).await.code(), "identity/wrong_code");
    // Wrong codes lock the account as wrong passwords do: new tickets are no way round.
    assert_eq!(first(&mut console, CLERK, &password).await.code(), "request/too_many");
}

#[tokio::test]
async fn whether_an_account_exists_cannot_be_told_from_answers_or_lock_outs() {
    let hall = TestHall::open().await;
    let mut answers = Vec::new();
    for account in [CLERK, "nobody-at-all"] {
        let mut console = hall.console();
        let mut own = Vec::new();
        for _ in 0..7 {
            let reply = first(&mut console, account, "wrong-horse-battery").await;
            own.push((reply.status, reply.code(), reply.header("retry-after")));
        }
        answers.push(own);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0][4].0, 422);
    assert_eq!((answers[0][5].0, answers[0][5].2.as_str()), (429, "30"));
}

#[tokio::test]
async fn a_login_at_an_account_that_is_not_there_costs_as_much_as_at_one_that_is() {
    let hall = TestHall::open().await;
    let (known, unknown) = ("wrong-horse-known-account", "wrong-horse-no-account");
    assert_eq!(first(&mut hall.console(), CLERK, known).await.status, 422);
    assert_eq!(first(&mut hall.console(), "nobody-at-all", unknown).await.status, 422);
    let cost = password::watched::cost_of(known);
    assert_eq!(cost.len(), 1, "{cost:?}");
    assert_eq!(password::watched::cost_of(unknown), cost);
}

#[tokio::test]
async fn many_tries_at_the_same_moment_get_no_further_than_one_after_the_other() {
    let hall = TestHall::open().await;
    let tries = (0..20).map(|_| {
        let mut console = hall.console();
        tokio::spawn(async move { first(&mut console, CLERK, "wrong-horse-battery").await.status })
    });
    let mut statuses = Vec::new();
    for one in tries.collect::<Vec<_>>() {
        statuses.push(one.await.unwrap_or_default());
    }
    assert_eq!(
        statuses.iter().filter(|status| **status == 422).count(),
        5,
        "{statuses:?}"
    );
}

#[tokio::test]
async fn a_lock_out_grows_with_each_wrong_try_and_ends_with_a_login() {
    let hall = TestHall::open().await;
    let mut console = hall.console();
    let (password, _) = console.demo_staff(CLERK).await;
    for _ in 0..5 {
        first(&mut console, CLERK, "wrong-horse-battery").await;
    }
    for seconds in [30, 60, 120] {
        let locked = first(&mut console, CLERK, &password).await;
        assert_eq!(
            (locked.status, locked.header("retry-after")),
            (429, seconds.to_string()),
            "the right password helps"
        );
        hall.clock.advance(seconds);
        assert_eq!(first(&mut console, CLERK, "wrong-horse-battery").await.status, 422);
    }
    hall.clock.advance(240);
    console.staff_log_in(CLERK).await;
    assert_eq!(first(&mut console, CLERK, "wrong-horse-battery").await.status, 422);
    assert_eq!(
        first(&mut console, CLERK, &password).await.status,
        200,
        "the login did not clear the count"
    );
}

#[tokio::test]
async fn who_only_knows_a_name_keeps_nobody_out_from_elsewhere() {
    let hall = TestHall::open().await;
    let mut stranger = hall.console();
    stranger.address = "203.0.113.5:1".to_owned();
    for _ in 0..8 {
        first(&mut stranger, CLERK, "wrong-horse-battery").await;
    }
    assert_eq!(first(&mut stranger, CLERK, "wrong-horse-battery").await.status, 429);
    let mut console = hall.console();
    console.staff_log_in(CLERK).await;
    // The clerk's log-in opens nothing for the stranger.
    assert_eq!(first(&mut stranger, CLERK, "wrong-horse-battery").await.status, 429);
}

#[tokio::test]
async fn wrong_second_factors_lock_an_account_wherever_they_are_tried() {
    let hall = TestHall::open().await;
    let mut thief = hall.console();
    thief.address = "203.0.113.5:1".to_owned();
    let (password, _) = thief.demo_staff(CLERK).await;
    let ticket = first(&mut thief, CLERK, &password).await.json()["ticket"].clone();
    for _ in 0..5 {
        second(&mut thief, &ticket, "000000").await;
    }
    thief.address = "198.51.100.7:1".to_owned();
    assert_eq!(first(&mut thief, CLERK, &password).await.status, 429);
}

#[tokio::test]
async fn one_address_cannot_try_the_passwords_of_everybody() {
    let hall = TestHall::open_with(|config| config.staff_wrong_per_client_hour = 3).await;
    let mut console = hall.console();
    for account in ["one", "two", "three"] {
        assert_eq!(first(&mut console, account, "wrong-horse-battery").await.status, 422);
    }
    let (password, _) = console.demo_staff(CLERK).await;
    assert_eq!(first(&mut console, CLERK, &password).await.status, 429);
    console.address = "192.0.2.9:1".to_owned();
    assert_eq!(first(&mut console, CLERK, &password).await.status, 200);
}

#[tokio::test]
async fn a_session_ends_after_half_an_hour_unused_and_after_a_working_day_in_any_case() {
    let hall = TestHall::open().await;
    let mut console = hall.console();
    console.staff_log_in(CLERK).await;
    for _ in 0..16 {
        hall.clock.advance(29 * 60);
        assert_eq!(console.get(SESSION).await.status, 200);
    }
    hall.clock.advance(16 * 60);
    assert_eq!(console.get(SESSION).await.status, 401, "eight hours are over");
    console.staff_log_in(CLERK).await;
    hall.clock.advance(30 * 60);
    assert_eq!(console.get(SESSION).await.status, 401);
}

#[tokio::test]
async fn a_new_clerk_enrols_a_second_factor_and_changes_the_first_password() {
    let hall = TestHall::open().await;
    let mut admin = hall.console();
    admin.staff_log_in("admin").await;
    let (_, first_password) = create(
        &mut admin,
        "new-clerk",
        json!(["window_clerk"]),
        json!("public-security"),
    )
    .await;

    let mut console = hall.console();
    let challenge = first(&mut console, "New-Clerk ", &first_password).await.json();
    assert_eq!(challenge["change_password"], true);
    assert!(
        challenge["enrol"]["uri"]
            .as_str()
            .is_some_and(|uri| uri.starts_with("otpauth://totp/"))
    );
    let code = code_of(&challenge, &hall);
    let mut enter = async |password: Value| {
        let mut body = json!({ "ticket": challenge["ticket"], "code": code });
        if !password.is_null() {
            body["new_password"] = password;
        }
        console.post(SECOND, body).await
    };
    for (password, fault) in [
        (Value::Null, "required"),
        (json!("short"), "too_short"),
        (json!("new-clerk-new-clerk"), "easy_to_guess"),
        (json!(first_password), "same_as_before"),
    ] {
        let reply = enter(password).await;
        assert_eq!(reply.code(), "identity/weak_password");
        assert_eq!(
            reply.json()["fields"],
            json!([{ "path": "new_password", "code": fault }])
        );
    }
    // The code was not used up by any of that.
    let reply = enter(json!("maple-river-stone-99")).await;
    assert_eq!(reply.status, 200, "{}", reply.json());

    let mut again = hall.console();
    assert_eq!(
        first(&mut again, "new-clerk", &first_password).await.code(),
        "identity/wrong_credentials"
    );
    let challenge = first(&mut again, "new-clerk", "maple-river-stone-99").await.json();
    assert_eq!(
        (&challenge["change_password"], &challenge["enrol"]),
        (&json!(false), &Value::Null)
    );
    let listed = admin.get(ACCOUNTS).await.json();
    let found = listed
        .as_array()
        .into_iter()
        .flatten()
        .find(|one| one["account"] == "new-clerk")
        .cloned();
    assert_eq!(found.map(|one| one["second_factor"].clone()), Some(json!(true)));
}

#[tokio::test]
async fn a_secret_that_was_shown_and_not_enrolled_opens_nothing_later() {
    let hall = TestHall::open().await;
    let mut admin = hall.console();
    admin.staff_log_in("admin").await;
    let (_, password) = create(&mut admin, "new-clerk", json!(["issuer"]), json!("public-security")).await;
    let mut console = hall.console();
    let one = first(&mut console, "new-clerk", &password).await.json();
    let two = first(&mut console, "new-clerk", &password).await.json();
    let enter = |challenge: &Value| json!({ "ticket": challenge["ticket"], "code": code_of(challenge, &hall), "new_password": "maple-river-stone-99" });
    assert_eq!(console.post(SECOND, enter(&two)).await.status, 200);
    assert_eq!(console.post(SECOND, enter(&one)).await.code(), "identity/wrong_code");
}

#[tokio::test]
async fn only_administrators_administer() {
    let hall = TestHall::open().await;
    let mut clerk = hall.console();
    assert_eq!(clerk.get(ACCOUNTS).await.code(), "identity/not_logged_in");
    clerk.staff_log_in(CLERK).await;
    assert_eq!(clerk.get(ACCOUNTS).await.code(), "identity/forbidden");
    let body = json!({ "account": "mine", "name": "我", "roles": ["administrator"] });
    assert_eq!(clerk.post(ACCOUNTS, body).await.code(), "identity/forbidden");
    let own = clerk.get(SESSION).await.json()["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let reply = clerk
        .patch(&format!("{ACCOUNTS}/{own}"), json!({ "roles": ["administrator"] }))
        .await;
    assert_eq!(reply.code(), "identity/forbidden");
}

#[tokio::test]
async fn what_is_wrong_with_a_new_account_is_said_field_by_field() {
    let hall = TestHall::open().await;
    let mut admin = hall.console();
    admin.staff_log_in("admin").await;
    for (body, path, code) in [
        (
            json!({ "account": "Not A Name", "name": "人", "roles": ["administrator"] }),
            "account",
            "invalid",
        ),
        (
            json!({ "account": "fine", "name": " ", "roles": ["administrator"] }),
            "name",
            "required",
        ),
        (
            json!({ "account": "fine", "name": "人", "roles": [] }),
            "roles",
            "required",
        ),
        (
            json!({ "account": "fine", "name": "人", "roles": ["reviewer"] }),
            "authority",
            "authority_required",
        ),
        (
            json!({ "account": "fine", "name": "人", "roles": ["reviewer"], "authority": "moon" }),
            "authority",
            "unknown",
        ),
        (
            json!({ "account": "fine", "name": "人", "roles": ["administrator"], "hall": "moon" }),
            "hall",
            "unknown",
        ),
    ] {
        let reply = admin.post(ACCOUNTS, body).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "request/invalid_body"));
        assert_eq!(reply.json()["fields"], json!([{ "path": path, "code": code }]));
    }
    let taken = json!({ "account": CLERK, "name": "人", "roles": ["administrator"] });
    assert_eq!(admin.post(ACCOUNTS, taken).await.code(), "identity/account_taken");
}

#[tokio::test]
async fn switching_an_account_off_ends_its_sessions_at_once() {
    let hall = TestHall::open().await;
    let (mut admin, mut clerk) = (hall.console(), hall.console());
    admin.staff_log_in("admin").await;
    let id = clerk.staff_log_in(CLERK).await["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let (password, _) = clerk.demo_staff(CLERK).await;
    let path = format!("{ACCOUNTS}/{id}");
    assert_eq!(
        admin.patch(&path, json!({ "active": false })).await.json()["active"],
        false
    );
    assert_eq!(clerk.get(SESSION).await.status, 401);
    assert_eq!(
        first(&mut clerk, CLERK, &password).await.code(),
        "identity/wrong_credentials"
    );
    admin.patch(&path, json!({ "active": true })).await;
    assert_eq!(clerk.get(SESSION).await.status, 401, "the old session came back");
    hall.clock.advance(30);
    clerk.staff_log_in(CLERK).await;
}

#[tokio::test]
async fn a_reset_takes_password_second_factor_and_sessions_away() {
    let hall = TestHall::open().await;
    let (mut admin, mut clerk) = (hall.console(), hall.console());
    admin.staff_log_in("admin").await;
    let id = clerk.staff_log_in(CLERK).await["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let (old, _) = clerk.demo_staff(CLERK).await;
    let change = json!({ "reset_password": true, "reset_second_factor": true });
    let saved = admin.patch(&format!("{ACCOUNTS}/{id}"), change).await.json();
    assert_eq!(saved["second_factor"], false);
    assert_eq!(clerk.get(SESSION).await.status, 401);
    assert_eq!(
        first(&mut clerk, CLERK, &old).await.code(),
        "identity/wrong_credentials"
    );
    let new = saved["first_password"].as_str().unwrap_or_default();
    let challenge = first(&mut clerk, CLERK, new).await.json();
    assert!(
        challenge["enrol"].is_object() && challenge["change_password"] == true,
        "{challenge}"
    );
}

#[tokio::test]
async fn changed_roles_count_from_the_next_request_on() {
    let hall = TestHall::open().await;
    let (mut admin, mut clerk) = (hall.console(), hall.console());
    admin.staff_log_in("admin").await;
    let id = clerk.staff_log_in(CLERK).await["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let path = format!("{ACCOUNTS}/{id}");
    admin
        .patch(&path, json!({ "roles": ["issuer", "administrator", "issuer"] }))
        .await;
    assert_eq!(
        clerk.get(SESSION).await.json()["roles"],
        json!(["issuer", "administrator"])
    );
    // An administrator of one authority sees and changes that authority's accounts only.
    let listed = clerk.get(ACCOUNTS).await.json();
    let accounts = listed.as_array().cloned().unwrap_or_default();
    assert!(
        accounts.len() > 1 && accounts.iter().all(|one| one["authority"] == "public-security"),
        "{listed}"
    );
    let admin_id = admin.get(SESSION).await.json()["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let reply = clerk
        .patch(&format!("{ACCOUNTS}/{admin_id}"), json!({ "active": false }))
        .await;
    assert_eq!((reply.status, reply.code().as_str()), (404, "request/not_found"));
    let body = json!({ "account": "boss", "name": "人", "roles": ["administrator"] });
    assert_eq!(clerk.post(ACCOUNTS, body).await.code(), "identity/forbidden");
}

#[tokio::test]
async fn the_last_administrator_of_the_hall_cannot_be_locked_out() {
    let hall = TestHall::open().await;
    let mut admin = hall.console();
    let id = admin.staff_log_in("admin").await["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let path = format!("{ACCOUNTS}/{id}");
    assert_eq!(
        admin.patch(&path, json!({ "active": false })).await.code(),
        "identity/last_administrator"
    );
    assert_eq!(admin.get(SESSION).await.status, 200);
    create(&mut admin, "second-admin", json!(["administrator"]), Value::Null).await;
    assert_eq!(admin.patch(&path, json!({ "active": false })).await.status, 200);
    assert_eq!(admin.get(SESSION).await.status, 401);
}

#[tokio::test]
async fn the_audit_knows_who_did_what_and_cannot_be_changed() {
    let hall = TestHall::open().await;
    let mut admin = hall.console();
    let admin_id = admin.staff_log_in("admin").await["id"].clone();
    let (id, password) = create(&mut admin, "new-clerk", json!(["issuer"]), json!("public-security")).await;
    admin
        .patch(&format!("{ACCOUNTS}/{id}"), json!({ "name": "改名", "active": false }))
        .await;
    first(&mut hall.console(), "nobody-at-all", "my-real-password-by-mistake").await;
    let entries = audit(&hall).await;
    let known = |id: Option<onehall_protocol::StaffId>| id.map(|id| json!(id));
    assert_eq!(entries[0].action, AuditAction::PasswordRefused);
    assert_eq!((entries[0].actor, entries[0].subject), (None, None));
    assert_eq!(
        (entries[1].action, entries[2].action),
        (AuditAction::AccountChanged, AuditAction::AccountCreated)
    );
    for entry in &entries[1..3] {
        assert_eq!(
            (known(entry.actor), known(entry.subject)),
            (Some(admin_id.clone()), Some(json!(id)))
        );
    }
    assert_eq!(entries[1].details["active"], false);
    let text = format!("{entries:?}");
    for secret in ["改名", "nobody-at-all", "my-real-password-by-mistake", &password] {
        assert!(!text.contains(secret), "{secret} stands in the audit");
    }
    hall.state.storage.close().await;
    for sql in ["DELETE FROM staff_audit", "UPDATE staff_audit SET actor = NULL"] {
        let refused = hall
            .database
            .look(|db| db.execute(sql, []))
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(refused.contains("append-only"), "{sql}: {refused}");
    }
}

#[tokio::test]
async fn neither_password_nor_second_factor_stands_readable_in_the_database() {
    let hall = TestHall::open().await;
    let mut console = hall.console();
    console.staff_log_in(CLERK).await;
    let member = hall.state.city.staff.iter().find(|member| member.account == CLERK);
    let member = member.unwrap_or_else(|| panic!("the demo city has {CLERK}"));
    let secret = totp::parse_secret(&member.totp_secret).unwrap_or_else(|error| panic!("{error}"));
    hall.state.storage.close().await;
    let stored = |what: &[u8]| hall.database.holds(what);
    assert!(
        stored(CLERK.as_bytes()) && stored(b"$argon2id$"),
        "the test reads the wrong file"
    );
    assert!(!stored(&secret) && !stored(member.totp_secret.as_bytes()) && !stored(member.password.as_bytes()));
}
