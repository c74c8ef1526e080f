//! Attacks on the login that are tried nowhere else. Which attack is tried where, and what guards against it, stands in
//! `docs/login.md`.

use super::*;
use crate::storage::sql::watched;

#[tokio::test]
async fn a_session_that_somebody_planted_is_nobodys_after_a_login() {
    let provider = Provider::open().await;
    // Somebody who has been at this browser before left their own session in it, and one that is none.
    let mut attacker = provider.citizen("13800000002").await;
    for planted in [attacker.cookies.clone(), {
        let mut made_up = attacker.cookies.clone();
        made_up.values_mut().for_each(|value| *value = "x".repeat(43));
        made_up
    }] {
        let mut browser = provider.hall.browser();
        browser.cookies = planted.clone();
        provider.hall.clock.advance(61);
        browser.log_in(ZHANG).await;
        assert_ne!(
            browser.cookies, planted,
            "the session that was planted is the citizen's now"
        );
        let mut holder = provider.hall.browser();
        holder.cookies = planted;
        assert_eq!(holder.get("/api/v1/identity/session").await.status, 401);
    }
    // Nor does the code that the attacker's own question gives log the citizen in as somebody else: it is theirs.
    provider.hall.clock.advance(61);
    attacker.log_in("13800000002").await;
    let own = provider.code(&mut attacker, BUS, BUS_BACK, "openid profile").await;
    let tokens = provider.redeem(BUS, &own, BUS_BACK).await.json();
    let says = provider
        .userinfo(tokens["access_token"].as_str().unwrap_or_default())
        .await
        .json();
    assert_ne!(says["name"], "张敏");
}

#[tokio::test]
async fn a_client_of_several_providers_always_knows_who_answered() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    // Allowed, refused, and wrong from the start.
    let request = provider.ask(BUS, BUS_BACK, &[]).await;
    let allowed = provider.allow(&mut browser, &request, "openid").await;
    let request = provider.ask(BUS, BUS_BACK, &[]).await;
    let path = format!("/api/v1/authorizations/{request}/refusal");
    let refused = browser.post(&path, json!({})).await.json();
    let refused = answer(refused["location"].as_str().unwrap_or_default());
    let wrong = provider.go(&asking(BUS, BUS_BACK, &[("scope", "profile")])).await;
    let wrong = answer(&wrong.header("location"));
    for back in [allowed, refused, wrong] {
        assert_eq!(
            (back["iss"].as_str(), back["state"].as_str()),
            (ISSUER, "s-1"),
            "{back:?}"
        );
    }
    // A code that was sent to one address is given for no other, though both are the client's own.
    let mut elsewhere = provider.citizen("13800000002").await;
    let code = provider.code(&mut elsewhere, CLINIC, CLINIC_BACK, "openid").await;
    let reply = provider.redeem(CLINIC, &code, "https://clinic.example/back").await;
    assert_eq!(reply.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn what_stands_beside_a_pushed_request_in_the_browsers_address_changes_nothing_of_it() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let pushed = provider
        .as_client(CLINIC, "/oauth/par", &asking(CLINIC, CLINIC_BACK, &[]), &[])
        .await
        .json();
    let request_uri = pushed["request_uri"].as_str().unwrap_or_default();
    let attackers = sha256_base64url("what the attacker knows and nobody else does, 43 letters");
    let reply = provider
        .go(&[
            ("client_id", CLINIC),
            ("request_uri", request_uri),
            ("redirect_uri", "https://evil.example/back"),
            ("code_challenge", &attackers),
            ("code_challenge_method", "S256"),
            ("scope", "openid citizen_id"),
            ("state", "evil"),
        ])
        .await;
    let request = waiting(&reply);
    let view = provider.view(&mut browser, &request).await;
    assert_eq!(view["scopes"].as_array().map(Vec::len), Some(1), "{view}");
    let back = provider.allow(&mut browser, &request, "openid").await;
    assert_eq!(back["state"], "s-1");
    // The challenge is the one that was pushed.
    assert_eq!(provider.redeem(CLINIC, &back["code"], CLINIC_BACK).await.status, 200);
}

#[tokio::test]
async fn an_answer_does_not_say_what_there_is() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    // Whether it was the name of the client or the address that was wrong.
    let nobody = provider.go(&asking("nobody", BUS_BACK, &[])).await;
    let elsewhere = provider.go(&asking(BUS, "https://evil.example/back", &[])).await;
    assert_eq!((nobody.status, nobody.body), (elsewhere.status, elsewhere.body));
    // Whether a code, a refresh token or a machine's code is none at all or somebody else's.
    let code = provider
        .code(&mut browser, BUS, BUS_BACK, "openid offline_access")
        .await;
    let tokens = provider.redeem(BUS, &code, BUS_BACK).await.json();
    let refresh = tokens["refresh_token"].as_str().unwrap_or_default();
    let code = provider.code(&mut browser, BUS, BUS_BACK, "openid").await;
    let same = async |one: Reply, other: Reply| {
        assert_eq!((one.status, one.json()), (other.status, other.json()));
        assert_eq!(one.status, 400);
    };
    same(
        provider.redeem(BUS_APP, &code, BUS_BACK).await,
        provider.redeem(BUS_APP, "none", BUS_BACK).await,
    )
    .await;
    same(
        provider.refresh(BUS_APP, refresh).await,
        provider.refresh(BUS_APP, "none").await,
    )
    .await;
    let device = provider
        .as_client(KIOSK, "/oauth/device", &[("scope", "openid")], &[])
        .await
        .json();
    let ask = async |code: &str| {
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        let pairs = [("grant_type", grant), ("device_code", code)];
        provider.as_client(DESKTOP, "/oauth/token", &pairs, &[]).await
    };
    same(
        ask(device["device_code"].as_str().unwrap_or_default()).await,
        ask("none").await,
    )
    .await;
    // Whether a client keeps a key, to whoever does not have it.
    let unproven = async |client: &str| {
        let pairs = [
            ("client_id", client),
            ("grant_type", "refresh_token"),
            ("refresh_token", "x"),
        ];
        let reply = provider.post("/oauth/token", &pairs, &[]).await;
        (reply.status, reply.json())
    };
    assert_eq!(unproven(CLINIC).await, unproven("nobody").await);
}

#[tokio::test]
async fn what_the_hall_does_does_not_depend_on_who_has_an_account() {
    let hall = TestHall::open_on_this_thread().await;
    let done = async |phone: &str| {
        let mut browser = hall.browser();
        watched::statements();
        let asked = browser.post("/api/v1/identity/codes", json!({ "phone": phone })).await;
        let asking = watched::statements();
        let wrong = json!({ "phone": phone, "code": "wrong" });
        let tried = browser.post("/api/v1/identity/session", wrong).await;
        (asked.status, asking, tried.status, watched::statements())
    };
    let (known, unknown) = (done(ZHANG).await, done("13900000000").await);
    assert_eq!((known.0, known.2), (202, 422));
    assert!(!known.1.is_empty() && !known.3.is_empty(), "nothing was watched");
    assert_eq!(known, unknown);
    // Nor, in the login, on whether a code was ever asked for.
    let mut browser = hall.browser();
    watched::statements();
    let tried = browser
        .post(
            "/api/v1/identity/session",
            json!({ "phone": "13900000009", "code": "wrong" }),
        )
        .await;
    assert_eq!((tried.status, watched::statements()), (known.2, known.3));
}

/// Paths and names in the last two columns of the table are what is there.
#[test]
fn each_guard_and_each_test_that_is_told_of_is_there() {
    let told = include_str!("../../../../docs/login.md");
    let (_, table) = must(told.split_once("## What is tried against it").ok_or("no table"));
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read = |path: &str| std::fs::read_to_string(source.join(path)).unwrap_or_default();
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| attack"))
        .map(|line| line.trim_matches('|').split(" | ").collect())
        .collect();
    assert!(rows.len() > 15, "{}", rows.len());
    for row in rows {
        let [attack, guard, tests] = row[..] else {
            panic!("{row:?}")
        };
        let spans = |cell: &str| {
            cell.split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        for path in spans(guard).iter().filter(|span| span.ends_with(".rs")) {
            assert!(!read(path).is_empty(), "{attack}: {path}");
        }
        let tests = spans(tests);
        assert!(!tests.is_empty(), "{attack}");
        for test in tests {
            let (module, name) = must(test.rsplit_once("::").ok_or(&test));
            let path = module.replace("::", "/");
            // A module of tests may also stand at the end of what it tests.
            let inside = path.rsplit_once('/').map_or("", |(outer, _)| outer);
            let places = [format!("{path}.rs"), format!("{path}/mod.rs"), format!("{inside}.rs")];
            let found = places.iter().any(|place| read(place).contains(&format!("fn {name}(")));
            assert!(found, "{attack}: {test}");
        }
    }
}
