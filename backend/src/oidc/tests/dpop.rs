//! Promises of tokens that are bound to a key.

use super::*;

const TOKEN: &str = "https://hall.test/oauth/token";
const USERINFO: &str = "https://hall.test/oauth/userinfo";

/// A proof of the key of these tests that is called `key`, with changed claims.
pub(super) fn proof_with(
    provider: &Provider,
    key: &str,
    method: &str,
    url: &str,
    change: impl FnOnce(&mut Value),
) -> String {
    let key = key_of(key);
    let mut claims = json!({
        "htm": method, "htu": url, "jti": uuid::Uuid::now_v7(), "iat": in_seconds(provider.hall.clock.now()),
        "nonce": crate::oidc::dpop::nonce(&provider.hall.state),
    });
    change(&mut claims);
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.public().jwk() });
    must(key.sign_with(&header, &claims))
}

fn proof(provider: &Provider, key: &str) -> String {
    proof_with(provider, key, "POST", TOKEN, |_| {})
}

async fn redeem(provider: &Provider, client: &str, code: &str, back: &str, proof: &str) -> Reply {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", back),
        ("code_verifier", VERIFIER),
    ];
    provider
        .as_client(client, "/oauth/token", &pairs, &[("dpop", proof)])
        .await
}

async fn refresh(provider: &Provider, client: &str, token: &str, headers: Pairs<'_>) -> Reply {
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
    provider.as_client(client, "/oauth/token", &pairs, headers).await
}

/// Tokens of the bus's page, bound to the key of the terminal.
async fn bound(provider: &Provider) -> Value {
    let mut browser = provider.citizen(ZHANG).await;
    let code = provider
        .code(&mut browser, BUS, BUS_BACK, "openid offline_access")
        .await;
    let reply = redeem(provider, BUS, &code, BUS_BACK, &proof(provider, "terminal")).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    assert_eq!(reply.json()["token_type"], "DPoP");
    assert!(!reply.header("dpop-nonce").is_empty());
    reply.json()
}

fn error(reply: &Reply) -> (u16, String) {
    (
        reply.status,
        reply.json()["error"].as_str().unwrap_or_default().to_owned(),
    )
}

async fn ask(provider: &Provider, token: &str, scheme: &str, proof: Option<&str>) -> Reply {
    let shown = format!("{scheme} {token}");
    let mut headers = vec![("authorization", shown.as_str())];
    headers.extend(proof.map(|proof| ("dpop", proof)));
    provider.get("/oauth/userinfo", &headers).await
}

#[tokio::test]
async fn a_bound_token_is_worth_nothing_without_its_key() {
    let provider = Provider::open().await;
    let tokens = bound(&provider).await;
    let token = tokens["access_token"].as_str().unwrap_or_default();
    let ath = sha256_base64url(token);
    let with = |key: &str, ath: &str| proof_with(&provider, key, "GET", USERINFO, |claims| claims["ath"] = json!(ath));
    let reply = ask(&provider, token, "DPoP", Some(&with("terminal", &ath))).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    assert!(!reply.header("dpop-nonce").is_empty());

    for (scheme, proof, what) in [
        ("Bearer", None, "as if it were not bound"),
        (
            "Bearer",
            Some(with("terminal", &ath)),
            "as if it were not bound, with a proof",
        ),
        ("DPoP", None, "without a proof"),
        ("DPoP", Some(with("another", &ath)), "with another key"),
        (
            "DPoP",
            Some(with("terminal", &sha256_base64url("other"))),
            "with the proof for another token",
        ),
        (
            "DPoP",
            Some(proof_with(&provider, "terminal", "GET", USERINFO, |_| {})),
            "with the proof for no token",
        ),
    ] {
        let reply = ask(&provider, token, scheme, proof.as_deref()).await;
        assert_eq!(reply.status, 401, "{what}");
        assert!(reply.header("www-authenticate").starts_with(scheme), "{what}");
    }
    let worth = provider
        .as_client(CLINIC, "/oauth/introspect", &[("token", token)], &[])
        .await
        .json();
    assert_eq!(worth, json!({ "active": false }), "of another sector");
    // One that is not bound cannot be dressed up.
    provider.hall.clock.advance(61);
    let plain = provider.tokens("openid").await;
    let plain = plain["access_token"].as_str().unwrap_or_default();
    let dressed = with("terminal", &sha256_base64url(plain));
    assert_eq!(ask(&provider, plain, "DPoP", Some(&dressed)).await.status, 401);
}

#[tokio::test]
async fn a_proof_is_for_one_request() {
    let provider = Provider::open().await;
    let public = [
        ("client_id", BUS),
        ("grant_type", "refresh_token"),
        ("refresh_token", "x"),
    ];
    // What is refused for the token was taken as a proof.
    let taken = async |proof: &str| {
        let reply = provider.post("/oauth/token", &public, &[("dpop", proof)]).await;
        match error(&reply).1.as_str() {
            "invalid_grant" => true,
            "invalid_dpop_proof" => false,
            other => panic!("{other}"),
        }
    };
    let good = proof(&provider, "terminal");
    assert!(taken(&good).await);
    assert!(!taken(&good).await, "a copy of it was taken");
    let with = |change: &dyn Fn(&mut Value)| proof_with(&provider, "terminal", "POST", TOKEN, change);
    let query = with(&|claims| claims["htu"] = json!(format!("{TOKEN}?x=1#y")));
    assert!(taken(&query).await, "what is asked there is not part of the address");
    let changed: [(&str, Value); 9] = [
        ("htm", json!("GET")),
        ("htm", json!("post")),
        ("htu", json!("https://hall.test/oauth/par")),
        ("htu", json!("https://evil.example/oauth/token")),
        ("htu", json!("http://hall.test/oauth/token")),
        ("htu", json!("/oauth/token")),
        ("jti", Value::Null),
        ("jti", json!("")),
        ("iat", Value::Null),
    ];
    for (name, value) in changed {
        let proof = with(&|claims| claims[name] = value.clone());
        assert!(!taken(&proof).await, "{name} = {value}");
    }
}

#[tokio::test]
async fn a_proof_brings_a_public_key_that_signed_it() {
    let provider = Provider::open().await;
    let claims = json!({
        "htm": "POST", "htu": TOKEN, "jti": "one", "iat": 1, "nonce": crate::oidc::dpop::nonce(&provider.hall.state),
    });
    let (own, other) = (key_of("terminal"), key_of("another"));
    let mut private = own.public().jwk();
    private.insert("d".to_owned(), json!("AAAA"));
    for header in [
        json!({ "typ": "JWT", "alg": "ES256", "jwk": own.public().jwk() }),
        json!({ "alg": "ES256", "jwk": own.public().jwk() }),
        json!({ "typ": "dpop+jwt", "alg": "none", "jwk": own.public().jwk() }),
        json!({ "typ": "dpop+jwt", "alg": "HS256", "jwk": own.public().jwk() }),
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": other.public().jwk() }),
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": private }),
        json!({ "typ": "dpop+jwt", "alg": "ES256", "kid": own.id() }),
    ] {
        let proof = must(own.sign_with(&header, &claims));
        let reply = redeem(&provider, BUS, "x", BUS_BACK, &proof).await;
        assert_eq!(error(&reply), (400, "invalid_dpop_proof".to_owned()), "{header}");
    }
    // Neither is an RSA key a terminal's, whatever it signed.
    let rsa = json!({ "kty": "RSA", "n": crate::oidc::jose::base64url(&[0x81; 256]), "e": "AQAB" });
    let proof_of_rsa = must(own.sign_with(&json!({ "typ": "dpop+jwt", "alg": "RS256", "jwk": rsa }), &claims));
    let reply = redeem(&provider, BUS, "x", BUS_BACK, &proof_of_rsa).await;
    assert_eq!(reply.json()["error_description"], "a proof is signed with ES256");
    // Two good ones are none.
    let (one, two) = (proof(&provider, "terminal"), proof(&provider, "another"));
    let reply = refresh(&provider, BUS, "x", &[("dpop", &one), ("dpop", &two)]).await;
    assert_eq!(error(&reply), (400, "invalid_dpop_proof".to_owned()));
}

#[tokio::test]
async fn a_proof_was_made_just_now_whatever_the_clock_of_the_terminal_says() {
    let provider = Provider::open().await;
    let asked = async |nonce: Value| {
        let proof = proof_with(&provider, "terminal", "POST", TOKEN, |claims| {
            claims["nonce"] = nonce;
            claims["iat"] = json!(7);
        });
        redeem(&provider, BUS, "x", BUS_BACK, &proof).await
    };
    let reply = asked(Value::Null).await;
    assert_eq!(error(&reply), (400, "use_dpop_nonce".to_owned()));
    let nonce = reply.header("dpop-nonce");
    assert_eq!(error(&asked(json!(nonce)).await).1, "invalid_grant", "it was not taken");
    provider.hall.clock.advance(300);
    assert_eq!(
        error(&asked(json!(nonce)).await).1,
        "invalid_grant",
        "it counts for as long again"
    );
    provider.hall.clock.advance(300);
    let reply = asked(json!(nonce)).await;
    assert_eq!(error(&reply), (400, "use_dpop_nonce".to_owned()));
    assert_ne!(reply.header("dpop-nonce"), nonce);
    // Whoever shows a token is told in the header.
    let tokens = bound(&provider).await;
    let token = tokens["access_token"].as_str().unwrap_or_default();
    let stale = proof_with(&provider, "terminal", "GET", USERINFO, |claims| {
        claims["ath"] = json!(sha256_base64url(token));
        claims["nonce"] = json!("stale");
    });
    let reply = ask(&provider, token, "DPoP", Some(&stale)).await;
    assert_eq!(reply.status, 401);
    assert!(
        reply
            .header("www-authenticate")
            .starts_with("DPoP error=\"use_dpop_nonce\"")
    );
    assert!(!reply.header("dpop-nonce").is_empty());
}

#[tokio::test]
async fn an_assertion_is_not_used_up_by_a_proof_that_has_to_be_made_again() {
    let provider = Provider::open().await;
    let assertion = provider.assertion(CLINIC, |_| {});
    let shown = asserting(&assertion);
    let mut pairs: Vec<(&str, &str)> = shown
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    pairs.extend([("grant_type", "refresh_token"), ("refresh_token", "x")]);
    let stale = proof_with(&provider, "terminal", "POST", TOKEN, |claims| {
        claims["nonce"] = json!("stale")
    });
    let reply = provider.post("/oauth/token", &pairs, &[("dpop", &stale)]).await;
    assert_eq!(error(&reply).1, "use_dpop_nonce");
    let reply = provider
        .post("/oauth/token", &pairs, &[("dpop", &proof(&provider, "terminal"))])
        .await;
    assert_eq!(error(&reply).1, "invalid_grant");
}

#[tokio::test]
async fn the_refresh_tokens_of_a_program_are_bound_to_its_key() {
    let provider = Provider::open().await;
    let token = bound(&provider).await["refresh_token"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let invalid = (400, "invalid_grant".to_owned());
    assert_eq!(
        error(&refresh(&provider, BUS, &token, &[]).await),
        invalid,
        "without its key"
    );
    let other = proof(&provider, "another");
    assert_eq!(
        error(&refresh(&provider, BUS, &token, &[("dpop", &other)]).await),
        invalid,
        "with another key"
    );
    // Whoever stole it and has no key has not ended the login either.
    let own = proof(&provider, "terminal");
    let reply = refresh(&provider, BUS, &token, &[("dpop", &own)]).await;
    assert_eq!((reply.status, &reply.json()["token_type"]), (200, &json!("DPoP")));
    // A lost answer is given again to the same key alone.
    let other = proof(&provider, "another");
    assert_eq!(
        error(&refresh(&provider, BUS, &token, &[("dpop", &other)]).await),
        invalid
    );
    let again = refresh(&provider, BUS, &token, &[("dpop", &proof(&provider, "terminal"))]).await;
    assert_eq!(again.json()["refresh_token"], reply.json()["refresh_token"]);
}

#[tokio::test]
async fn whoever_holds_the_key_gets_a_lost_answer_until_the_next_token_was_used() {
    const DAY: i64 = 86_400;
    let provider = Provider::open().await;
    let text = |tokens: &Value, name: &str| tokens[name].as_str().unwrap_or_default().to_owned();
    let show = async |token: &str, key: &str| {
        let proof = proof(&provider, key);
        refresh(&provider, BUS, token, &[("dpop", &proof)]).await
    };
    let invalid = (400, "invalid_grant".to_owned());
    let first = text(&bound(&provider).await, "refresh_token");
    let given = show(&first, "terminal").await.json();
    // After the ten seconds, after the access token, on a laptop that slept for weeks.
    for later in [10, 700, 20 * DAY] {
        provider.hall.clock.advance(later);
        assert_eq!(error(&show(&first, "another").await), invalid, "{later}");
        let reply = show(&first, "terminal").await;
        assert_eq!(reply.status, 200, "{later}: {}", reply.json());
        let again = reply.json();
        for name in ["access_token", "refresh_token"] {
            assert_eq!(again[name], given[name], "{later}: two families");
        }
        assert_eq!(again["expires_in"], 600);
        let access = text(&again, "access_token");
        let shown = proof_with(&provider, "terminal", "GET", USERINFO, |claims| {
            claims["ath"] = json!(sha256_base64url(&access));
        });
        assert_eq!(ask(&provider, &access, "DPoP", Some(&shown)).await.status, 200);
    }
    // Once it has gone on, what was under way for long still harms nobody; after that two hold the token.
    let next = show(&text(&given, "refresh_token"), "terminal").await.json();
    let late = show(&first, "terminal").await.json();
    assert_eq!(late["refresh_token"], given["refresh_token"]);
    provider.hall.clock.advance(10);
    assert_eq!(error(&show(&first, "terminal").await), invalid);
    assert_eq!(error(&show(&text(&next, "refresh_token"), "terminal").await), invalid);
    // Nor does it outlive the month for which the token counted.
    let first = text(&bound(&provider).await, "refresh_token");
    provider.hall.clock.advance(DAY);
    assert_eq!(show(&first, "terminal").await.status, 200);
    provider.hall.clock.advance(29 * DAY);
    assert_eq!(error(&show(&first, "terminal").await), invalid);
}

#[tokio::test]
async fn a_server_that_signs_for_itself_may_change_its_key() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let code = provider
        .code(&mut browser, CLINIC, CLINIC_BACK, "openid offline_access")
        .await;
    let first = redeem(&provider, CLINIC, &code, CLINIC_BACK, &proof(&provider, "terminal"))
        .await
        .json();
    let token = first["refresh_token"].as_str().unwrap_or_default();
    let reply = refresh(&provider, CLINIC, token, &[("dpop", &proof(&provider, "another"))]).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let access = reply.json()["access_token"].as_str().unwrap_or_default().to_owned();
    let worth = provider
        .as_client(CLINIC, "/oauth/introspect", &[("token", &access)], &[])
        .await
        .json();
    assert_eq!(worth["cnf"]["jkt"], key_of("another").public().thumbprint());
    assert_eq!(worth["token_type"], "DPoP");
    // A lost answer is given again to the key that asked, and to no other: then two hold the token.
    let again = refresh(&provider, CLINIC, token, &[("dpop", &proof(&provider, "another"))]).await;
    assert_eq!(again.json()["access_token"], reply.json()["access_token"]);
    let other = refresh(&provider, CLINIC, token, &[("dpop", &proof(&provider, "terminal"))]).await;
    assert_eq!(error(&other), (400, "invalid_grant".to_owned()));
    let next = reply.json()["refresh_token"].as_str().unwrap_or_default().to_owned();
    let next = refresh(&provider, CLINIC, &next, &[("dpop", &proof(&provider, "another"))]).await;
    assert_eq!(error(&next), (400, "invalid_grant".to_owned()), "the login goes on");
}

#[tokio::test]
async fn a_code_that_was_asked_for_with_a_key_is_given_to_that_key() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let bound_to = key_of("terminal").public().thumbprint();
    for key in ["another", ""] {
        let request = provider.ask(BUS, BUS_BACK, &[("dpop_jkt", &bound_to)]).await;
        let code = provider.allow(&mut browser, &request, "openid").await["code"].clone();
        let reply = if key.is_empty() {
            provider.redeem(BUS, &code, BUS_BACK).await
        } else {
            redeem(&provider, BUS, &code, BUS_BACK, &proof(&provider, key)).await
        };
        assert_eq!(error(&reply), (400, "invalid_grant".to_owned()), "{key}");
    }
    let request = provider.ask(BUS, BUS_BACK, &[("dpop_jkt", &bound_to)]).await;
    let code = provider.allow(&mut browser, &request, "openid").await["code"].clone();
    let reply = redeem(&provider, BUS, &code, BUS_BACK, &proof(&provider, "terminal")).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
}

#[tokio::test]
async fn a_client_that_has_to_bind_its_tokens_gets_no_others() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let pushing = proof_with(&provider, "terminal", "POST", "https://hall.test/oauth/par", |_| {});
    let asked = asking(BANK, BANK_BACK, &[]);
    let pushed = provider
        .as_client(BANK, "/oauth/par", &asked, &[("dpop", &pushing)])
        .await
        .json();
    let request_uri = pushed["request_uri"].as_str().unwrap_or_default().to_owned();
    let reply = provider.go(&[("client_id", BANK), ("request_uri", &request_uri)]).await;
    let code = provider.allow(&mut browser, &waiting(&reply), "openid").await["code"].clone();
    let plain = provider.redeem(BANK, &code, BANK_BACK).await;
    assert_eq!(error(&plain), (400, "invalid_dpop_proof".to_owned()));
    let reply = redeem(&provider, BANK, &code, BANK_BACK, &proof(&provider, "terminal")).await;
    assert_eq!((reply.status, &reply.json()["token_type"]), (200, &json!("DPoP")));
}
