//! Promises of codes and tokens.

use super::*;
use crate::oidc::claims::half_hash;
use crate::secrets::TokenHash;
use crate::testing::TestReplica;

/// How often two requests are made at the same moment.
const ROUNDS: usize = 8;

fn error(reply: &Reply) -> (u16, String) {
    (
        reply.status,
        reply.json()["error"].as_str().unwrap_or_default().to_owned(),
    )
}

fn bad(code: &str) -> (u16, String) {
    (400, code.to_owned())
}

fn text(tokens: &Value, name: &str) -> String {
    let text = tokens[name].as_str();
    text.unwrap_or_else(|| panic!("no {name} in {tokens}")).to_owned()
}

#[tokio::test]
async fn a_code_gives_tokens_and_says_who_logged_in() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let began = in_seconds(provider.hall.clock.now());
    provider.hall.clock.advance(100);
    let code = provider.code(&mut browser, BUS, BUS_BACK, "openid profile").await;
    let reply = provider.redeem(BUS, &code, BUS_BACK).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.header("pragma"), "no-cache");
    assert_eq!(reply.header("content-type"), "application/json");
    let tokens = reply.json();
    assert_eq!(
        (&tokens["token_type"], &tokens["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    assert_eq!(tokens["scope"], "openid profile");
    assert_eq!(tokens["refresh_token"], Value::Null, "nobody asked for one");
    let claims = provider.verified(&text(&tokens, "id_token")).await;
    for (name, value) in [
        ("iss", json!(ISSUER)),
        ("aud", json!(BUS)),
        ("nonce", json!("n-1")),
        ("acr", json!("L2")),
        ("auth_time", json!(began)),
        ("iat", json!(began + 100)),
        ("exp", json!(began + 700)),
        ("at_hash", json!(half_hash(&text(&tokens, "access_token")))),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    let says = provider.userinfo(&text(&tokens, "access_token")).await;
    assert_eq!(says.header("cache-control"), "no-store");
    assert_eq!(says.json(), json!({ "sub": claims["sub"], "name": "张敏" }));
}

/// The example of OpenID Connect Core 1.0, appendix A.3.
#[test]
fn an_access_token_is_tied_to_an_id_token_as_the_standard_says() {
    let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
    assert_eq!(half_hash(token), "77QmUPtjPfzWtF2AnpK9RQ");
}

#[tokio::test]
async fn a_client_knows_of_a_citizen_what_was_allowed() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let all = "openid profile phone address citizen_id";
    let code = provider.code(&mut browser, CLINIC, CLINIC_BACK, all).await;
    let tokens = provider.redeem(CLINIC, &code, CLINIC_BACK).await.json();
    let says = provider.userinfo(&text(&tokens, "access_token")).await.json();
    assert_eq!(
        (&says["name"], &says["phone_number"]),
        (&json!("张敏"), &json!("+8613800000001"))
    );
    assert_eq!(says["phone_number_verified"], true);
    assert_eq!(says["citizen_id"].as_str().map(str::len), Some(18));
    let region = says["address"]["region"].as_str().unwrap_or_default();
    assert!(
        !region.is_empty()
            && says["address"]["formatted"]
                .as_str()
                .is_some_and(|all| all.starts_with(region))
    );
    // Of somebody of whom the hall knows a phone number alone it says no more than that.
    let mut unknown = provider.citizen("13912345678").await;
    let code = provider.code(&mut unknown, CLINIC, CLINIC_BACK, all).await;
    let tokens = provider.redeem(CLINIC, &code, CLINIC_BACK).await.json();
    let says = provider.userinfo(&text(&tokens, "access_token")).await.json();
    let names: Vec<&String> = says.as_object().into_iter().flat_map(Map::keys).collect();
    assert_eq!(names, ["phone_number", "phone_number_verified", "sub"]);
}

#[tokio::test]
async fn two_operators_cannot_find_out_that_a_citizen_is_the_same() {
    let provider = Provider::open().await;
    let mut subjects = Vec::new();
    for (client, back) in [
        (BUS, BUS_BACK),
        (BUS_APP, BUS_APP_BACK),
        (CLINIC, CLINIC_BACK),
        (BUS, BUS_BACK),
    ] {
        let mut browser = provider.citizen(ZHANG).await;
        provider.hall.clock.advance(61);
        let code = provider.code(&mut browser, client, back, "openid").await;
        let tokens = provider.redeem(client, &code, back).await.json();
        let claims = provider.verified(&text(&tokens, "id_token")).await;
        subjects.push((claims["sub"].clone(), claims["sid"].clone()));
    }
    assert_eq!(subjects[0].0, subjects[3].0, "the same client, another login");
    assert_ne!(subjects[0].1, subjects[3].1);
    assert_eq!(subjects[0].0, subjects[1].0, "the same operator");
    assert_ne!(subjects[0].0, subjects[2].0, "another operator");
    let mut another = provider.citizen("13800000002").await;
    let code = provider.code(&mut another, BUS, BUS_BACK, "openid").await;
    let tokens = provider.redeem(BUS, &code, BUS_BACK).await.json();
    assert_ne!(
        provider.verified(&text(&tokens, "id_token")).await["sub"],
        subjects[0].0
    );
}

#[tokio::test]
async fn a_code_that_comes_again_ends_what_it_gave() {
    // While it would still count, and long after it expired.
    for later in [0, 120] {
        let provider = Provider::open().await;
        let mut browser = provider.citizen(ZHANG).await;
        let code = provider
            .code(&mut browser, BUS, BUS_BACK, "openid offline_access")
            .await;
        let tokens = provider.redeem(BUS, &code, BUS_BACK).await.json();
        let access = text(&tokens, "access_token");
        assert_eq!(provider.userinfo(&access).await.status, 200);
        // Another client cannot end it so.
        assert_eq!(
            error(&provider.redeem(CLINIC, &code, BUS_BACK).await),
            bad("invalid_grant")
        );
        assert_eq!(provider.userinfo(&access).await.status, 200);
        provider.hall.clock.advance(later);
        assert_eq!(
            error(&provider.redeem(BUS, &code, BUS_BACK).await),
            bad("invalid_grant"),
            "{later}"
        );
        assert_eq!(provider.userinfo(&access).await.status, 401);
        assert_eq!(
            error(&provider.refresh(BUS, &text(&tokens, "refresh_token")).await),
            bad("invalid_grant")
        );
    }
}

#[tokio::test]
async fn a_code_counts_for_a_minute_and_for_whoever_asked_for_it() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let redeem = async |client: &str, code: &str, back: &str, verifier: &str| {
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            ("code_verifier", verifier),
        ];
        let reply = provider.as_client(client, "/oauth/token", &pairs, &[]).await;
        error(&reply)
    };
    let good = (200, String::new());
    // Whoever stole a code and has not what belongs to it gets nothing, and cannot go on trying.
    let code = provider.code(&mut browser, BUS, BUS_BACK, "openid").await;
    assert_eq!(
        redeem(BUS, &code, BUS_BACK, "a".repeat(43).as_str()).await,
        bad("invalid_grant")
    );
    assert_eq!(redeem(BUS, &code, BUS_BACK, VERIFIER).await, bad("invalid_grant"));
    let code = provider
        .code(&mut browser, BUS_APP, "http://127.0.0.1:5000/back", "openid")
        .await;
    assert_eq!(
        redeem(BUS_APP, &code, "http://127.0.0.1:5001/back", VERIFIER).await,
        bad("invalid_grant")
    );
    // Another client does not take it away from the one that it is for.
    let code = provider.code(&mut browser, BUS, BUS_BACK, "openid").await;
    assert_eq!(redeem(BUS_APP, &code, BUS_BACK, VERIFIER).await, bad("invalid_grant"));
    assert_eq!(redeem(BUS, &code, BUS_BACK, "").await, bad("invalid_request"));
    provider.hall.clock.advance(59);
    assert_eq!(redeem(BUS, &code, BUS_BACK, VERIFIER).await, good);
    let code = provider.code(&mut browser, BUS, BUS_BACK, "openid").await;
    provider.hall.clock.advance(60);
    assert_eq!(redeem(BUS, &code, BUS_BACK, VERIFIER).await, bad("invalid_grant"));
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_the_next_and_its_nonce_is_not_said_again() {
    let provider = Provider::open().await;
    let first = provider.tokens("openid profile offline_access").await;
    let before = provider.verified(&text(&first, "id_token")).await;
    provider.hall.clock.advance(3600);
    assert_eq!(provider.userinfo(&text(&first, "access_token")).await.status, 401);
    let reply = provider.refresh(BUS, &text(&first, "refresh_token")).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let second = reply.json();
    for name in ["access_token", "refresh_token"] {
        assert_ne!(first[name], second[name]);
    }
    let after = provider.verified(&text(&second, "id_token")).await;
    for name in ["iss", "sub", "aud", "auth_time", "sid"] {
        assert_eq!(before[name], after[name], "{name}");
    }
    assert_eq!(after.get("nonce"), None);
    assert_eq!(provider.userinfo(&text(&second, "access_token")).await.status, 200);
}

#[tokio::test]
async fn a_client_that_did_not_hear_the_answer_gets_the_same_one() {
    let provider = Provider::open().await;
    let first = text(&provider.tokens("openid offline_access").await, "refresh_token");
    let answered = provider.refresh(BUS, &first).await.json();
    provider.hall.clock.advance(9);
    let again = provider.refresh(BUS, &first).await.json();
    for name in ["access_token", "refresh_token"] {
        assert_eq!(answered[name], again[name]);
    }
    assert_eq!(again["expires_in"], 591);
    // A request that was under way for long arrives after the client has gone on: nobody is logged out for that.
    let next = provider.refresh(BUS, &text(&answered, "refresh_token")).await.json();
    assert_eq!(
        provider.refresh(BUS, &first).await.json()["refresh_token"],
        answered["refresh_token"]
    );
    assert_eq!(provider.refresh(BUS, &text(&next, "refresh_token")).await.status, 200);
}

#[tokio::test]
async fn a_refresh_token_that_comes_again_later_ends_the_login() {
    let provider = Provider::open().await;
    let first = text(&provider.tokens("openid offline_access").await, "refresh_token");
    let next = provider.refresh(BUS, &first).await.json();
    provider.hall.clock.advance(10);
    assert_eq!(error(&provider.refresh(BUS, &first).await), bad("invalid_grant"));
    // Neither of the two who hold it has anything any more.
    assert_eq!(provider.userinfo(&text(&next, "access_token")).await.status, 401);
    assert_eq!(
        error(&provider.refresh(BUS, &text(&next, "refresh_token")).await),
        bad("invalid_grant")
    );
}

#[tokio::test]
async fn a_thief_and_the_client_never_both_go_on() {
    let provider = Provider::open().await;
    let stolen = text(&provider.tokens("openid offline_access").await, "refresh_token");
    // The thief is first, and goes on; the client comes later with what it still holds.
    let thief = text(&provider.refresh(BUS, &stolen).await.json(), "refresh_token");
    let thief = text(&provider.refresh(BUS, &thief).await.json(), "refresh_token");
    provider.hall.clock.advance(60);
    assert_eq!(error(&provider.refresh(BUS, &stolen).await), bad("invalid_grant"));
    assert_eq!(error(&provider.refresh(BUS, &thief).await), bad("invalid_grant"));
}

/// A request of the bus for tokens, at both replicas at the same moment.
async fn at_once(provider: &Provider, other: &TestReplica, pairs: Pairs<'_>) -> Vec<Reply> {
    let body = encoded(&[&[("client_id", BUS)][..], pairs].concat()).into_bytes();
    let requests = [provider.wire.clone(), other.reached_by(&provider.wire)].map(|mut wire| {
        let body = body.clone();
        tokio::spawn(async move {
            let headers = [("content-type", "application/x-www-form-urlencoded")];
            wire.send(Method::POST, "/oauth/token", &headers, body).await
        })
    });
    let mut replies = Vec::new();
    for request in requests {
        replies.push(must(request.await));
    }
    replies
}

/// How many of these refresh tokens count.
async fn counting(provider: &Provider, tokens: &[&str]) -> usize {
    let (storage, now) = (&provider.hall.state.storage, provider.hall.clock.now());
    let mut counting = 0;
    for token in tokens {
        let found = storage.refresh_token(TokenHash::of(token), now).await;
        counting += usize::from(must(found).is_some());
    }
    counting
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_that_comes_to_two_replicas_at_once_leads_to_one_family() {
    let provider = Provider::open().await;
    let other = provider.hall.replica();
    let mut token = text(&provider.tokens("openid offline_access").await, "refresh_token");
    for round in 0..ROUNDS {
        let pairs = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
        let replies = at_once(&provider, &other, &pairs).await;
        let given: Vec<Value> = replies.iter().map(Reply::json).collect();
        for name in ["access_token", "refresh_token"] {
            assert_eq!(text(&given[0], name), text(&given[1], name), "{round}: two families");
        }
        let next = text(&given[0], "refresh_token");
        assert_eq!(counting(&provider, &[&token, &next]).await, 1, "{round}");
        let access = text(&given[0], "access_token");
        assert_eq!(provider.userinfo(&access).await.status, 200, "{round}");
        token = next;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_comes_to_two_replicas_at_once_is_given_tokens_once_and_they_end() {
    let provider = Provider::open().await;
    let other = provider.hall.replica();
    let mut browser = provider.citizen(ZHANG).await;
    let before = provider
        .code(&mut browser, BUS, BUS_BACK, "openid offline_access")
        .await;
    let before = text(&provider.redeem(BUS, &before, BUS_BACK).await.json(), "refresh_token");
    for round in 0..ROUNDS {
        let code = provider
            .code(&mut browser, BUS, BUS_BACK, "openid offline_access")
            .await;
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", BUS_BACK),
            ("code_verifier", VERIFIER),
        ];
        let replies = at_once(&provider, &other, &pairs).await;
        let (given, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
        assert_eq!((given.len(), refused.len()), (1, 1), "{round}");
        assert_eq!(error(refused[0]), bad("invalid_grant"), "{round}");
        let given = given[0].json();
        // Whoever was second has a copy of the code: what the first one got has ended with it, and nothing else.
        let refresh = text(&given, "refresh_token");
        assert_eq!(counting(&provider, &[&refresh, &before]).await, 1, "{round}");
        assert_eq!(
            provider.userinfo(&text(&given, "access_token")).await.status,
            401,
            "{round}"
        );
        assert_eq!(counting(&provider, &[&before]).await, 1, "{round}");
    }
}

#[tokio::test]
async fn a_refresh_token_is_of_its_client_and_for_what_was_allowed() {
    let provider = Provider::open().await;
    let token = text(&provider.tokens("openid profile offline_access").await, "refresh_token");
    for client in [BUS_APP, CLINIC] {
        assert_eq!(
            error(&provider.refresh(client, &token).await),
            bad("invalid_grant"),
            "{client}"
        );
    }
    let narrowed = async |token: &str, scope: &str| {
        let pairs = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("scope", scope),
        ];
        provider.as_client(BUS, "/oauth/token", &pairs, &[]).await
    };
    assert_eq!(error(&narrowed(&token, "openid phone").await), bad("invalid_scope"));
    assert_eq!(
        error(&narrowed(&token, "openid everything").await),
        bad("invalid_scope")
    );
    let less = narrowed(&token, "openid").await.json();
    assert_eq!(less["scope"], "openid");
    let says = provider.userinfo(&text(&less, "access_token")).await.json();
    assert!(says.get("sub").is_some() && says.get("name").is_none(), "{says}");
    // What was allowed stays: the next may ask for all of it again.
    let all = provider.refresh(BUS, &text(&less, "refresh_token")).await.json();
    assert_eq!(all["scope"], "openid profile offline_access");
}

#[tokio::test]
async fn a_login_that_is_not_used_for_a_month_ends() {
    const DAY: i64 = 86_400;
    let provider = Provider::open().await;
    let mut token = text(&provider.tokens("openid offline_access").await, "refresh_token");
    for _ in 0..5 {
        provider.hall.clock.advance(30 * DAY - 1);
        token = text(&provider.refresh(BUS, &token).await.json(), "refresh_token");
    }
    provider.hall.clock.advance(30 * DAY);
    assert_eq!(error(&provider.refresh(BUS, &token).await), bad("invalid_grant"));
    // And one that is used, after half a year.
    let mut token = text(&provider.tokens("openid offline_access").await, "refresh_token");
    for _ in 0..9 {
        provider.hall.clock.advance(20 * DAY - 1);
        token = text(&provider.refresh(BUS, &token).await.json(), "refresh_token");
    }
    provider.hall.clock.advance(9);
    assert_eq!(error(&provider.refresh(BUS, &token).await), bad("invalid_grant"));
}

#[tokio::test]
async fn what_is_taken_back_ends_at_once() {
    let provider = Provider::open().await;
    let tokens = provider.tokens("openid offline_access").await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let revoke = async |client: &str, token: &str| {
        provider
            .as_client(client, "/oauth/revoke", &[("token", token)], &[])
            .await
            .status
    };
    // Another client ends nothing, and is not told so.
    assert_eq!(revoke(CLINIC, &access).await, 200);
    assert_eq!(provider.userinfo(&access).await.status, 200);
    assert_eq!(revoke(BUS, &access).await, 200);
    assert_eq!(provider.userinfo(&access).await.status, 401);
    let next = provider.refresh(BUS, &refresh).await.json();
    assert_eq!(revoke(BUS, &text(&next, "refresh_token")).await, 200);
    assert_eq!(provider.userinfo(&text(&next, "access_token")).await.status, 401);
    assert_eq!(revoke(BUS, "no token").await, 200);
    // By the citizen.
    let mut browser = provider.citizen("13800000002").await;
    let code = provider
        .code(&mut browser, BUS, BUS_BACK, "openid offline_access")
        .await;
    let tokens = provider.redeem(BUS, &code, BUS_BACK).await.json();
    assert_eq!(browser.delete("/api/v1/identity/consents/bus").await.status, 204);
    assert_eq!(provider.userinfo(&text(&tokens, "access_token")).await.status, 401);
    assert_eq!(
        error(&provider.refresh(BUS, &text(&tokens, "refresh_token")).await),
        bad("invalid_grant")
    );
}

#[tokio::test]
async fn who_logs_out_of_the_hall_leaves_elsewhere_what_was_to_last_and_nothing_else() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let code = provider.code(&mut browser, BUS, BUS_BACK, "openid").await;
    let passing = provider.redeem(BUS, &code, BUS_BACK).await.json();
    let code = provider
        .code(&mut browser, BUS, BUS_BACK, "openid offline_access")
        .await;
    let lasting = provider.redeem(BUS, &code, BUS_BACK).await.json();
    let mut elsewhere = provider.citizen("13800000002").await;
    let code = provider.code(&mut elsewhere, BUS, BUS_BACK, "openid").await;
    let others = provider.redeem(BUS, &code, BUS_BACK).await.json();
    assert_eq!(browser.delete("/api/v1/identity/session").await.status, 204);
    assert_eq!(provider.userinfo(&text(&passing, "access_token")).await.status, 401);
    assert_eq!(provider.userinfo(&text(&lasting, "access_token")).await.status, 200);
    assert_eq!(provider.userinfo(&text(&others, "access_token")).await.status, 200);
}

#[tokio::test]
async fn whoever_signs_for_itself_may_ask_what_a_token_of_its_sector_is_worth() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let code = provider
        .code(&mut browser, CLINIC, CLINIC_BACK, "openid offline_access")
        .await;
    let tokens = provider.redeem(CLINIC, &code, CLINIC_BACK).await.json();
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    let worth = async |client: &str, token: &str| {
        provider
            .as_client(client, "/oauth/introspect", &[("token", token)], &[])
            .await
    };
    let claims = provider.verified(&text(&tokens, "id_token")).await;
    let now = in_seconds(provider.hall.clock.now());
    let expected = json!({
        "active": true, "iss": ISSUER, "client_id": CLINIC, "sub": claims["sub"], "scope": "openid offline_access",
        "iat": now, "exp": now + 600, "auth_time": now, "acr": "L2", "token_type": "Bearer"
    });
    assert_eq!(worth(CLINIC, &access).await.json(), expected);
    assert_eq!(worth(CLINIC, &refresh).await.json()["active"], true);
    let nothing = json!({ "active": false });
    assert_eq!(worth(BANK, &access).await.json(), nothing, "of another sector");
    assert_eq!(worth(CLINIC, "no token").await.json(), nothing);
    assert_eq!(error(&worth(BUS, &access).await), (401, "invalid_client".to_owned()));
    provider.refresh(CLINIC, &refresh).await;
    assert_eq!(worth(CLINIC, &refresh).await.json(), nothing, "it was used");
    provider.hall.clock.advance(600);
    assert_eq!(worth(CLINIC, &access).await.json(), nothing);
}

#[tokio::test]
async fn a_client_shows_that_it_is_itself_with_its_key_and_nothing_else() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let refresh = {
        let code = provider
            .code(&mut browser, CLINIC, CLINIC_BACK, "openid offline_access")
            .await;
        let tokens = provider.redeem(CLINIC, &code, CLINIC_BACK).await.json();
        text(&tokens, "refresh_token")
    };
    let show = async |proof: Vec<(String, String)>, headers: Pairs<'_>| {
        let mut all: Vec<(&str, &str)> = proof
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        all.extend([("token", refresh.as_str())]);
        provider.post("/oauth/introspect", &all, headers).await
    };
    let good = async |assertion: String| show(asserting(&assertion), &[]).await.status;
    assert_eq!(good(provider.assertion(CLINIC, |_| {})).await, 200);
    assert_eq!(
        good(provider.assertion(CLINIC, |claims| claims["aud"] = json!([ISSUER]))).await,
        200
    );
    let endpoint = format!("{ISSUER}/oauth/token");
    assert_eq!(
        good(provider.assertion(CLINIC, |claims| claims["aud"] = json!(endpoint))).await,
        200
    );

    let now = in_seconds(provider.hall.clock.now());
    let changed: [(&str, Value); 12] = [
        ("aud", json!("https://other.example")),
        ("aud", json!([ISSUER, "https://other.example"])),
        ("aud", json!(["https://hall.test/"])),
        ("aud", Value::Null),
        ("iss", json!(BANK)),
        ("sub", json!(BANK)),
        ("exp", Value::Null),
        ("exp", json!(now - 60)),
        ("exp", json!(now + 3700)),
        ("nbf", json!(now + 120)),
        ("jti", Value::Null),
        ("jti", json!("x".repeat(257))),
    ];
    for (name, value) in changed {
        let assertion = provider.assertion(CLINIC, |claims| claims[name] = value.clone());
        assert_eq!(good(assertion).await, 401, "{name} = {value}");
    }
    // With the key of another, without a signature, with the public key as a secret, under another algorithm.
    let claims = |client: &str| json!({ "iss": client, "sub": client, "aud": ISSUER, "jti": uuid::Uuid::now_v7(), "exp": now + 60 });
    let others = must(key_of("another").sign("JWT", &claims(CLINIC)));
    assert_eq!(good(others).await, 401);
    let payload = crate::oidc::jose::base64url(claims(CLINIC).to_string().as_bytes());
    let none = format!("{}.{payload}.", crate::oidc::jose::base64url(br#"{"alg":"none"}"#));
    assert_eq!(good(none).await, 401);
    let secret = {
        use hmac::{Hmac, KeyInit, Mac};
        let signed = format!("{}.{payload}", crate::oidc::jose::base64url(br#"{"alg":"HS256"}"#));
        let jwk = Value::Object(key_of(CLINIC).public().jwk()).to_string();
        let mut mac = must(Hmac::<sha2::Sha256>::new_from_slice(jwk.as_bytes()));
        mac.update(signed.as_bytes());
        format!(
            "{signed}.{}",
            crate::oidc::jose::base64url(&mac.finalize().into_bytes())
        )
    };
    assert_eq!(good(secret).await, 401);
    for algorithm in ["RS256", "ES384", "none"] {
        let named = must(key_of(CLINIC).sign_with(&json!({ "alg": algorithm }), &claims(CLINIC)));
        assert_eq!(good(named).await, 401, "{algorithm}");
    }
    let named = must(key_of(CLINIC).sign_with(&json!({ "alg": "ES256", "kid": "clinic-2" }), &claims(CLINIC)));
    assert_eq!(good(named).await, 401, "a key that it does not have");

    // It is shown once.
    let assertion = provider.assertion(CLINIC, |_| {});
    assert_eq!(good(assertion.clone()).await, 200);
    assert_eq!(good(assertion.clone()).await, 401);

    // Nor is it enough to know its name, or to bring a password.
    let name = vec![("client_id".to_owned(), CLINIC.to_owned())];
    assert_eq!(
        error(&show(name.clone(), &[]).await),
        (401, "invalid_client".to_owned())
    );
    let mut secret = name.clone();
    secret.push(("client_secret".to_owned(), "secret".to_owned()));
    assert_eq!(error(&show(secret, &[]).await), (401, "invalid_client".to_owned()));
    let basic = show(name.clone(), &[("authorization", "Basic Y2xpbmljOnNlY3JldA==")]).await;
    assert_eq!(error(&basic), (401, "invalid_client".to_owned()));
    assert!(basic.header("www-authenticate").starts_with("Basic "));
    let mut mixed = asserting(&provider.assertion(CLINIC, |_| {}));
    mixed.push(("client_id".to_owned(), BANK.to_owned()));
    assert_eq!(error(&show(mixed, &[]).await), (401, "invalid_client".to_owned()));
}

#[tokio::test]
async fn requests_that_are_none_are_told_so() {
    let provider = Provider::open().await;
    let public = ("client_id", BUS);
    for (pairs, code) in [
        (&[public][..], "invalid_request"),
        (
            &[public, ("grant_type", "password"), ("username", "x"), ("password", "y")],
            "unsupported_grant_type",
        ),
        (
            &[public, ("grant_type", "client_credentials")],
            "unsupported_grant_type",
        ),
        (&[public, ("grant_type", "authorization_code")], "invalid_request"),
        (&[public, ("grant_type", "refresh_token")], "invalid_request"),
        (
            &[public, ("grant_type", "refresh_token"), ("refresh_token", "x")],
            "invalid_grant",
        ),
        (&[public, public], "invalid_request"),
    ] {
        let reply = provider.post("/oauth/token", pairs, &[]).await;
        assert_eq!(error(&reply), bad(code), "{pairs:?}");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let reply = provider
        .post("/oauth/token", &[("grant_type", "refresh_token")], &[])
        .await;
    assert_eq!(error(&reply), (401, "invalid_client".to_owned()));
    let json = [("content-type", "application/json")];
    let reply = provider
        .wire
        .clone()
        .send(Method::POST, "/oauth/token", &json, b"{}".to_vec())
        .await;
    assert_eq!(error(&reply), bad("invalid_request"));
    // A token that is none, and none at all.
    let reply = provider.userinfo("nothing").await;
    assert_eq!(error(&reply), (401, "invalid_token".to_owned()));
    assert!(
        reply
            .header("www-authenticate")
            .starts_with("Bearer error=\"invalid_token\"")
    );
    assert!(
        provider
            .get("/oauth/userinfo", &[])
            .await
            .header("www-authenticate")
            .starts_with("Bearer")
    );
}

#[tokio::test]
async fn nothing_that_a_client_holds_stands_in_the_database() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let request = provider
        .ask(
            BUS,
            BUS_BACK,
            &[("scope", "openid offline_access"), ("nonce", "the-nonce")],
        )
        .await;
    let code = provider.allow(&mut browser, &request, "openid offline_access").await["code"].clone();
    let first = provider.redeem(BUS, &code, BUS_BACK).await.json();
    let second = provider.refresh(BUS, &text(&first, "refresh_token")).await.json();
    provider.hall.state.storage.close().await;
    let stored = |what: &str| provider.hall.database.holds(what.as_bytes());
    assert!(stored("the-nonce"), "the test reads the wrong files");
    for held in [&request, &code] {
        assert!(!stored(held));
    }
    for tokens in [first, second] {
        for name in ["access_token", "refresh_token", "id_token"] {
            assert!(!stored(&text(&tokens, name)), "{name}");
        }
    }
}
