//! Promises of the terminals of the hall itself, which log in as clients of the login do and use its API.

use super::dpop::proof_with;
use super::*;
use crate::oidc::{Scope, Scopes};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const SESSION: &str = "/api/v1/identity/session";

pub(super) fn text(of: &Value, name: &str) -> String {
    let text = of[name].as_str();
    text.unwrap_or_else(|| panic!("no {name} in {of}")).to_owned()
}

pub(super) async fn with_key(provider: &Provider, client: &str, key: &str, path: &str, pairs: Pairs<'_>) -> Reply {
    let at = (client == OWN_KIOSK).then_some(AT_CENTRAL);
    with_key_at(provider, client, key, at, path, pairs).await
}

/// As [`with_key`], at a kiosk that shows this.
async fn with_key_at(
    provider: &Provider,
    client: &str,
    key: &str,
    kiosk: Option<&str>,
    path: &str,
    pairs: Pairs<'_>,
) -> Reply {
    let proof = proof_with(provider, key, "POST", &format!("{ISSUER}{path}"), |_| {});
    let mut headers = vec![("dpop", proof.as_str())];
    headers.extend(kiosk.map(|kiosk| ("onehall-kiosk", kiosk)));
    provider.as_client(client, path, pairs, &headers).await
}

/// A terminal that was let in: its tokens, bound to the key of that name.
pub(crate) async fn let_in(provider: &Provider, client: &str, key: &str, phone: &mut TestTerminal) -> Value {
    let asked = with_key(provider, client, key, "/oauth/device", &[("scope", "openid")]).await;
    assert_eq!(asked.status, 200, "{}", asked.json());
    let device = asked.json();
    let place = format!("/api/v1/devices/{}", text(&device, "user_code"));
    let scopes = phone.get(&place).await.json()["scopes"].clone();
    // The phone says what it lets the terminal do.
    assert_eq!(scopes[1]["scope"], "hall");
    let body = json!({ "number": device["confirmation"], "scopes": ["openid"] });
    assert_eq!(phone.post(&format!("{place}/grant"), body).await.status, 204);
    let code = text(&device, "device_code");
    let pairs = [("grant_type", GRANT), ("device_code", code.as_str())];
    let reply = with_key(provider, client, key, "/oauth/token", &pairs).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()
}

/// A request to the API with a token, and a proof by a key.
pub(super) struct Shown<'a> {
    pub token: &'a str,
    pub key: &'a str,
    pub method: &'a str,
    pub path: &'a str,
}

impl Shown<'_> {
    fn proof(&self, provider: &Provider, change: impl FnOnce(&mut Value)) -> String {
        let url = format!("{ISSUER}{}", self.path);
        proof_with(provider, self.key, self.method, &url, |claims| {
            claims["ath"] = json!(sha256_base64url(self.token));
            change(claims);
        })
    }

    pub async fn send(&self, provider: &Provider, scheme: &str, proof: Option<&str>) -> Reply {
        let shown = format!("{scheme} {}", self.token);
        let mut headers = vec![("authorization", shown.as_str()), ("onehall-terminal", "desktop")];
        headers.extend(proof.map(|proof| ("dpop", proof)));
        let method = must(self.method.parse());
        provider
            .wire
            .clone()
            .send(method, self.path, &headers, Vec::new())
            .await
    }

    pub async fn ask(&self, provider: &Provider) -> Reply {
        let proof = self.proof(provider, |_| {});
        self.send(provider, "DPoP", Some(&proof)).await
    }
}

pub(super) fn session<'a>(token: &'a str, key: &'a str) -> Shown<'a> {
    Shown {
        token,
        key,
        method: "GET",
        path: SESSION,
    }
}

#[tokio::test]
async fn a_terminal_of_the_hall_uses_its_api_with_a_bound_token_as_whoever_let_it_in() {
    let provider = Provider::open().await;
    let mut phone = provider.citizen(ZHANG).await;
    let tokens = let_in(&provider, OWN_DESKTOP, "terminal", &mut phone).await;
    assert_eq!(
        (&tokens["token_type"], &tokens["scope"]),
        (&json!("DPoP"), &json!("openid hall"))
    );
    let token = text(&tokens, "access_token");
    let reply = session(&token, "terminal").ask(&provider).await;
    assert_eq!((reply.status, &reply.json()["actor"]["name"]), (200, &json!("张敏")));
    // Its session is its own: the phone may be put away.
    assert_eq!(phone.delete(SESSION).await.status, 204);
    assert_eq!(session(&token, "terminal").ask(&provider).await.status, 200);
    // It goes on with the next token, as long as the session is used.
    provider.hall.clock.advance(700);
    let reply = session(&token, "terminal").ask(&provider).await;
    assert_eq!(reply.code(), "identity/not_logged_in");
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap_or_default()),
    ];
    let next = with_key(&provider, OWN_DESKTOP, "terminal", "/oauth/token", &refresh)
        .await
        .json();
    let token = text(&next, "access_token");
    assert_eq!(session(&token, "terminal").ask(&provider).await.status, 200);
    // And logs out like every other: nothing of it is left.
    let farewell = Shown {
        method: "DELETE",
        ..session(&token, "terminal")
    };
    assert_eq!(farewell.ask(&provider).await.status, 204);
    assert_eq!(session(&token, "terminal").ask(&provider).await.status, 401);
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", next["refresh_token"].as_str().unwrap_or_default()),
    ];
    let after = with_key(&provider, OWN_DESKTOP, "terminal", "/oauth/token", &refresh).await;
    assert_eq!(after.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_token_of_a_terminal_is_worth_nothing_on_another_or_for_another_request() {
    let provider = Provider::open().await;
    let mut phone = provider.citizen(ZHANG).await;
    let tokens = let_in(&provider, OWN_DESKTOP, "terminal", &mut phone).await;
    let token = text(&tokens, "access_token");
    let mine = session(&token, "terminal");
    let good = mine.proof(&provider, |_| {});
    assert_eq!(mine.send(&provider, "dpop", Some(&good)).await.status, 200);
    let challenged = async |scheme: &str, proof: Option<String>, error: &str| {
        let reply = mine.send(&provider, scheme, proof.as_deref()).await;
        assert_eq!(reply.code(), "identity/not_logged_in", "{error}");
        let told = reply.header("www-authenticate");
        assert!(
            error.is_empty() || told.starts_with(&format!("DPoP error=\"{error}\"")),
            "{told}"
        );
        reply
    };
    let with = |change: &dyn Fn(&mut Value)| Some(mine.proof(&provider, change));
    // Copied from the wire, also to another replica.
    challenged("DPoP", Some(good.clone()), "invalid_dpop_proof").await;
    let second = mine.proof(&provider, |_| {});
    let replica = provider.hall.replica();
    let mut there = replica.reached_by(&provider.wire);
    let shown = format!("DPoP {token}");
    let headers = [("authorization", shown.as_str()), ("dpop", &second)];
    let reply = there.send(Method::GET, SESSION, &headers, Vec::new()).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    challenged("DPoP", Some(second.clone()), "invalid_dpop_proof").await;
    challenged("Bearer", None, "").await;
    challenged("Bearer", with(&|_| {}), "").await;
    challenged("DPoP", None, "invalid_token").await;
    let stolen = Shown {
        key: "another",
        ..session(&token, "another")
    };
    challenged("DPoP", Some(stolen.proof(&provider, |_| {})), "invalid_token").await;
    for (name, value) in [
        ("htm", json!("DELETE")),
        ("htu", json!(format!("{ISSUER}/api/v1/drafts"))),
        ("htu", json!(format!("https://evil.example{SESSION}"))),
        ("ath", json!(sha256_base64url("other"))),
        ("ath", Value::Null),
    ] {
        challenged(
            "DPoP",
            with(&|claims| claims[name] = value.clone()),
            "invalid_dpop_proof",
        )
        .await;
    }
    let stale = with(&|claims| claims["nonce"] = json!("stale"));
    let reply = challenged("DPoP", stale, "use_dpop_nonce").await;
    assert_eq!(
        reply.header("dpop-nonce"),
        crate::oidc::dpop::nonce(&provider.hall.state)
    );
}

#[tokio::test]
async fn what_a_stranger_was_given_does_not_count_at_the_halls_own_api() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    // Bound to a key, of every scope that it may have: still a stranger's.
    for (client, back) in [(BUS, BUS_BACK), (CLINIC, CLINIC_BACK)] {
        let code = provider
            .code(&mut browser, client, back, "openid profile offline_access")
            .await;
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", back),
            ("code_verifier", VERIFIER),
        ];
        let tokens = with_key(&provider, client, "terminal", "/oauth/token", &pairs)
            .await
            .json();
        let token = text(&tokens, "access_token");
        let reply = session(&token, "terminal").ask(&provider).await;
        assert_eq!(reply.code(), "identity/not_logged_in", "{client}");
        // Neither as if it were a session.
        assert_eq!(
            session(&token, "terminal").send(&provider, "Bearer", None).await.status,
            401
        );
    }
    // No stranger asks for the scope of the hall's terminals.
    let request = provider.ask(BUS, BUS_BACK, &[("scope", "openid hall")]).await;
    let view = provider.view(&mut browser, &request).await;
    assert_eq!(view["scopes"].as_array().map(Vec::len), Some(1));
    let refused = provider.try_allow(&mut browser, &request, "openid hall").await;
    assert_eq!(refused.code(), "request/invalid_body");
    // Nor does a terminal of the hall with a token that it asked less for.
    let tokens = let_in(&provider, OWN_DESKTOP, "terminal", &mut browser).await;
    let less = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap_or_default()),
        ("scope", "openid"),
    ];
    let less = with_key(&provider, OWN_DESKTOP, "terminal", "/oauth/token", &less)
        .await
        .json();
    assert_eq!(less["scope"], "openid");
    let reply = session(&text(&less, "access_token"), "terminal").ask(&provider).await;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn the_session_of_a_kiosk_is_one_of_a_kiosk_and_ends_when_nobody_uses_it() {
    let provider = Provider::open().await;
    let mut phone = provider.citizen(ZHANG).await;
    let tokens = let_in(&provider, OWN_KIOSK, "terminal", &mut phone).await;
    let token = text(&tokens, "access_token");
    assert_eq!(session(&token, "terminal").ask(&provider).await.status, 200);
    let access = provider
        .hall
        .state
        .storage
        .access(crate::secrets::TokenHash::of(&token), provider.hall.clock.now());
    let held = must(access.await).unwrap_or_else(|| panic!("no token"));
    let now = provider.hall.clock.now();
    let citizen = must(provider.hall.state.storage.citizen(held.login.session, now).await);
    let citizen = citizen.unwrap_or_else(|| panic!("no session"));
    // Whatever the request says of itself: by that it may not change who somebody is.
    assert_eq!(citizen.terminal, onehall_protocol::identity::TerminalKind::Kiosk);
    assert!(citizen.ends_at <= now.plus_seconds(3600));
    // It neither lets another machine in, nor outlives a quarter of an hour that nobody was there, lost answers or not.
    for lost in [false, true] {
        let tokens = let_in(&provider, OWN_KIOSK, "terminal", &mut phone).await;
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens["refresh_token"].as_str().unwrap_or_default()),
        ];
        if lost {
            let unheard = with_key(&provider, OWN_KIOSK, "terminal", "/oauth/token", &refresh).await;
            assert_eq!(unheard.status, 200, "{}", unheard.json());
        }
        provider.hall.clock.advance(16 * 60);
        let reply = with_key(&provider, OWN_KIOSK, "terminal", "/oauth/token", &refresh).await;
        assert_eq!(reply.json()["error"], "invalid_grant", "{lost}");
    }
}

async fn begin(provider: &Provider, client: &str, kiosk: Option<&str>) -> Reply {
    let pairs = [("scope", "openid")];
    with_key_at(provider, client, "terminal", kiosk, "/oauth/device", &pairs).await
}

async fn looked_at(phone: &mut TestTerminal, device: &Value) -> Reply {
    let place = format!("/api/v1/devices/{}", text(device, "user_code"));
    phone.get(&place).await
}

#[tokio::test]
async fn a_kiosk_says_where_it_stands_by_its_key_and_nobody_else_does() {
    let provider = Provider::open().await;
    let mut phone = provider.citizen(ZHANG).await;
    for wrong in [
        None,
        Some("central/3/lanchuan-central-kiosk-4"),
        Some("central/4/lanchuan-central-kiosk-3"),
        Some("qinghe/7/lanchuan-central-kiosk-3"),
        Some("central/3"),
    ] {
        let refused = begin(&provider, OWN_KIOSK, wrong).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]),
            (401, &json!("invalid_client")),
            "{wrong:?}"
        );
    }
    // One and the same client: what the phone shows is of the key.
    for (kiosk, hall, name) in [
        (AT_CENTRAL, "central", "3 号自助终端"),
        (AT_QINGHE, "qinghe", "7 号自助终端"),
    ] {
        let device = begin(&provider, OWN_KIOSK, Some(kiosk)).await.json();
        let view = looked_at(&mut phone, &device).await.json();
        assert_eq!((&view["hall"], &view["place"]["zh-CN"]), (&json!(hall), &json!(name)));
    }
    // A program of anybody stands nowhere, whatever key it shows.
    let device = begin(&provider, OWN_DESKTOP, Some(AT_CENTRAL)).await.json();
    let view = looked_at(&mut phone, &device).await.json();
    assert_eq!((&view["hall"], &view["place"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn what_a_kiosk_was_let_in_for_only_that_kiosk_gets() {
    let provider = Provider::open().await;
    let mut phone = provider.citizen(ZHANG).await;
    let device = begin(&provider, OWN_KIOSK, Some(AT_QINGHE)).await.json();
    let place = format!("/api/v1/devices/{}", text(&device, "user_code"));
    let body = json!({ "number": device["confirmation"], "scopes": ["openid"] });
    assert_eq!(phone.post(&format!("{place}/grant"), body).await.status, 204);
    let code = text(&device, "device_code");
    let pairs = [("grant_type", GRANT), ("device_code", code.as_str())];
    let ask = async |kiosk| with_key_at(&provider, OWN_KIOSK, "terminal", kiosk, "/oauth/token", &pairs).await;
    for other in [None, Some(AT_CENTRAL)] {
        assert_eq!(ask(other).await.json()["error"], "invalid_grant", "{other:?}");
    }
    assert_eq!(ask(Some(AT_QINGHE)).await.status, 200);
}

#[tokio::test]
async fn a_kiosk_that_its_hall_took_away_is_let_in_by_nobody() {
    let mut provider = Provider::open().await;
    let mut phone = provider.citizen(ZHANG).await;
    let device = begin(&provider, OWN_KIOSK, Some(AT_QINGHE)).await.json();
    assert_eq!(looked_at(&mut phone, &device).await.status, 200);
    // The demo city as it is has no kiosk there.
    provider.hall.restart_with(crate::testing::demo_city());
    provider.wire = provider.hall.again(&provider.wire);
    let mut phone = provider.hall.again(&phone);
    assert_eq!(looked_at(&mut phone, &device).await.status, 404);
    let refused = begin(&provider, OWN_KIOSK, Some(AT_QINGHE)).await;
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (401, &json!("invalid_client"))
    );
    let other = begin(&provider, OWN_KIOSK, Some(AT_CENTRAL)).await.json();
    assert_eq!(looked_at(&mut phone, &other).await.status, 200);
}

#[tokio::test]
async fn a_theft_ends_the_session_of_the_terminal_and_so_does_its_citizen() {
    let provider = Provider::open().await;
    let mut phone = provider.citizen(ZHANG).await;
    let sessions = async |token: &str| {
        let now = provider.hall.clock.now();
        let access = must(
            provider
                .hall
                .state
                .storage
                .access(crate::secrets::TokenHash::of(token), now)
                .await,
        );
        access.map(|access| access.login.session)
    };
    let lives = async |session| {
        let now = provider.hall.clock.now();
        must(provider.hall.state.storage.citizen(session, now).await).is_some()
    };
    let tokens = let_in(&provider, OWN_DESKTOP, "terminal", &mut phone).await;
    let held = sessions(&text(&tokens, "access_token"))
        .await
        .unwrap_or_else(|| panic!("no session"));
    let refresh = async |token: &str| {
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
        with_key(&provider, OWN_DESKTOP, "terminal", "/oauth/token", &pairs)
            .await
            .json()
    };
    let first = text(&tokens, "refresh_token");
    let next = refresh(&first).await;
    provider.hall.clock.advance(60);
    // Nobody has gone on: it is the terminal, which did not hear the answer.
    assert_eq!(refresh(&first).await["refresh_token"], next["refresh_token"]);
    let next = refresh(&text(&next, "refresh_token")).await;
    provider.hall.clock.advance(60);
    assert!(lives(held).await);
    assert_eq!(refresh(&first).await["error"], "invalid_grant");
    assert!(!lives(held).await, "the session outlived its tokens");
    assert_eq!(refresh(&text(&next, "refresh_token")).await["error"], "invalid_grant");

    let tokens = let_in(&provider, OWN_DESKTOP, "terminal", &mut phone).await;
    let token = text(&tokens, "access_token");
    let held = sessions(&token).await.unwrap_or_else(|| panic!("no session"));
    let path = format!("/api/v1/identity/consents/{OWN_DESKTOP}");
    assert_eq!(phone.delete(&path).await.status, 204);
    assert!(!lives(held).await && sessions(&token).await.is_none());

    let tokens = let_in(&provider, OWN_DESKTOP, "terminal", &mut phone).await;
    let held = sessions(&text(&tokens, "access_token"))
        .await
        .unwrap_or_else(|| panic!("no session"));
    let revoke = [("token", tokens["refresh_token"].as_str().unwrap_or_default())];
    provider.as_client(OWN_DESKTOP, "/oauth/revoke", &revoke, &[]).await;
    assert!(!lives(held).await);
}

#[tokio::test]
async fn a_terminal_whose_session_its_citizen_ended_elsewhere_is_told_why_by_whatever_it_holds() {
    let provider = Provider::open().await;
    let mut phone = provider.citizen(ZHANG).await;
    let tokens = let_in(&provider, OWN_DESKTOP, "terminal", &mut phone).await;
    let first = text(&tokens, "refresh_token");
    provider.hall.clock.advance(60);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", first.as_str())];
    let next = with_key(&provider, OWN_DESKTOP, "terminal", "/oauth/token", &refresh)
        .await
        .json();
    assert_eq!(phone.delete("/api/v1/account/sessions").await.status, 204);
    let why = json!({ "why": "elsewhere", "by": "browser", "at": provider.hall.clock.now().to_string() });
    // What it shows, what it renews that with, and what it still holds where the last answer was lost; its key may be gone.
    for token in [text(&next, "access_token"), text(&next, "refresh_token"), first] {
        let shown = session(&token, "terminal");
        for reply in [shown.ask(&provider).await, shown.send(&provider, "DPoP", None).await] {
            assert_eq!(reply.code(), "identity/not_logged_in");
            assert_eq!(reply.json()["details"], json!({ "ended": why }));
            assert_eq!(reply.header("www-authenticate"), "OneHall-Session");
        }
    }
    // One that logged itself out is told no such thing.
    let tokens = let_in(&provider, OWN_DESKTOP, "terminal", &mut phone).await;
    let token = text(&tokens, "access_token");
    let farewell = Shown {
        method: "DELETE",
        ..session(&token, "terminal")
    };
    assert_eq!(farewell.ask(&provider).await.status, 204);
    let reply = session(&token, "terminal").ask(&provider).await;
    assert_eq!(reply.json()["details"]["ended"], Value::Null);
}

#[test]
fn the_scope_of_the_halls_terminals_is_read_and_written() {
    let scopes: Scopes = must("openid hall".parse());
    assert!(scopes.has(Scope::Hall));
    assert_eq!(scopes.to_string(), "openid hall");
}
