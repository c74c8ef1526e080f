//! Promises of what a client finds out, and of the keys.

use super::*;
use crate::config::Mode;
use crate::oidc::keys::{KEEP, LEAD};
use crate::oidc::store::KeptKey;

const DAY: i64 = 86_400;

async fn key_ids(provider: &Provider) -> Vec<String> {
    let keys = provider.get("/oauth/jwks", &[]).await.json();
    let keys = keys["keys"].as_array().cloned().unwrap_or_default();
    let id = |key: &Value| key["kid"].as_str().unwrap_or_default().to_owned();
    keys.iter().map(id).collect()
}

async fn signer(provider: &Provider) -> String {
    let key = must(crate::oidc::keys::signing(&provider.hall.state).await);
    key.id().to_owned()
}

#[tokio::test]
async fn a_client_finds_every_endpoint_and_each_is_there() {
    let provider = Provider::open().await;
    let reply = provider.get("/.well-known/openid-configuration", &[]).await;
    let found = reply.json();
    assert_eq!(found["issuer"], ISSUER);
    assert_eq!(reply.header("cache-control"), "public, max-age=3600");
    let again = provider
        .get("/.well-known/oauth-authorization-server", &[])
        .await
        .json();
    assert_eq!(again, found);
    let mut endpoints = 0;
    for (name, address) in found.as_object().into_iter().flatten() {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            endpoints += 1;
            let path = address.as_str().and_then(|address| address.strip_prefix(ISSUER));
            let path = path.unwrap_or_else(|| panic!("{name}: {address}"));
            let statuses = [
                provider.get(path, &[]).await.status,
                provider.post(path, &[], &[]).await.status,
            ];
            assert!(!statuses.contains(&404), "{name}: {statuses:?}");
        }
    }
    assert_eq!(endpoints, 9);
    let scopes = found["scopes_supported"].as_array().cloned().unwrap_or_default();
    assert!(
        scopes.contains(&json!("phone")) && !scopes.contains(&json!("hall")),
        "{scopes:?}"
    );
    assert_eq!(found["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(found["subject_types_supported"], json!(["pairwise"]));
}

#[tokio::test]
async fn who_sends_a_request_does_not_say_who_the_provider_is() {
    let unnamed = Provider::open_with(|config| {
        config.public_url = None;
        config.mode = Mode::Production;
    })
    .await;
    for path in ["/.well-known/openid-configuration", "/oauth/jwks"] {
        assert_eq!(unnamed.get(path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(unnamed.post("/oauth/token", &[], &[]).await.status, 404);
    // Whoever tries it on their own machine has no name to configure.
    let tried = Provider::open_with(|config| config.public_url = None).await;
    let found = tried.get("/.well-known/openid-configuration", &[]).await.json();
    assert_eq!(found["issuer"], "http://hall.test");
}

#[tokio::test]
async fn scripts_of_any_site_read_what_a_client_that_is_a_page_needs_and_nothing_else() {
    let provider = Provider::open().await;
    let origin = [("origin", "https://bus.example")];
    let allowed = async |path: &str, method: Method| {
        let mut wire = provider.wire.clone();
        let reply = wire.send(method, path, &origin, Vec::new()).await;
        assert_eq!(reply.header("access-control-allow-credentials"), "", "{path}");
        reply.header("access-control-allow-origin")
    };
    for path in ["/.well-known/openid-configuration", "/oauth/jwks", "/oauth/userinfo"] {
        assert_eq!(allowed(path, Method::GET).await, "https://bus.example", "{path}");
    }
    let posted = ["/oauth/par", "/oauth/token", "/oauth/revoke"];
    for path in posted {
        assert_eq!(allowed(path, Method::POST).await, "https://bus.example", "{path}");
    }
    for path in ["/oauth/device", "/oauth/introspect"] {
        assert_eq!(allowed(path, Method::POST).await, "", "{path}");
    }
    for path in [
        "/oauth/authorize",
        "/api/v1/identity/session",
        "/api/v1/authorizations/x",
    ] {
        assert_eq!(allowed(path, Method::GET).await, "", "{path}");
    }
    let preflight = [
        ("origin", "https://bus.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "dpop,content-type"),
    ];
    for path in posted {
        let mut wire = provider.wire.clone();
        let reply = wire.send(Method::OPTIONS, path, &preflight, Vec::new()).await;
        assert_eq!(
            reply.header("access-control-allow-origin"),
            "https://bus.example",
            "{path}"
        );
        assert!(reply.header("access-control-allow-headers").contains("dpop"), "{path}");
        assert_eq!(reply.header("access-control-allow-credentials"), "", "{path}");
    }
    // What a page does with them.
    let pushed = provider.post("/oauth/par", &asking(BUS, BUS_BACK, &[]), &origin).await;
    assert_eq!(pushed.status, 201, "{}", pushed.json());
    let revoked = provider
        .post("/oauth/revoke", &[("client_id", BUS), ("token", "x")], &origin)
        .await;
    assert_eq!(revoked.status, 200, "{}", revoked.json());
}

#[tokio::test]
async fn a_key_is_known_for_a_day_before_it_signs_and_for_two_after_it_ended() {
    let provider = Provider::open().await;
    let clock = &provider.hall.clock;
    let first = signer(&provider).await;
    assert_eq!(key_ids(&provider).await, std::slice::from_ref(&first));
    clock.advance(30 * DAY - 1);
    assert_eq!(key_ids(&provider).await.len(), 1);
    clock.advance(1);
    let both = key_ids(&provider).await;
    assert_eq!((both.len(), &both[0]), (2, &first));
    clock.advance(LEAD - 1);
    assert_eq!(
        signer(&provider).await,
        first,
        "nobody who keeps the keys for a day knows the new one"
    );
    clock.advance(1);
    assert_eq!(signer(&provider).await, both[1]);
    clock.advance(KEEP - 1);
    assert_eq!(
        key_ids(&provider).await,
        both,
        "what the first one signed could not be verified"
    );
    clock.advance(1);
    assert_eq!(key_ids(&provider).await, &both[1..]);
    assert_eq!(signer(&provider).await, both[1]);
}

#[tokio::test]
async fn replicas_that_need_a_key_at_the_same_time_come_to_the_same_one() {
    let provider = Provider::open().await;
    let now = provider.hall.clock.now();
    let key = |id: &str| KeptKey {
        id: id.to_owned(),
        sealed: vec![1],
        jwk: "{}".to_owned(),
        created_at: now,
    };
    let storage = &provider.hall.state.storage;
    let since = now.plus_seconds(-30 * DAY);
    let (one, two) = tokio::join!(
        storage.turn_signing_keys(key("one"), since, since),
        storage.turn_signing_keys(key("two"), since, since)
    );
    let (one, two) = (must(one), must(two));
    assert_eq!(one.len(), 1);
    assert_eq!(one, two);
}

#[tokio::test]
async fn the_pair_that_signs_lies_sealed() {
    let provider = Provider::open().await;
    let id = signer(&provider).await;
    let kept = must(provider.hall.state.storage.signing_keys().await);
    let pair = must(provider.hall.state.key.open(&kept[0].sealed));
    assert_eq!(must(SigningKey::of(&pair)).id(), id);
    provider.hall.state.storage.close().await;
    assert!(
        provider.hall.database.holds(id.as_bytes()),
        "the test reads the wrong files"
    );
    // The private number of a pair stands near the beginning of its bytes.
    assert!(!provider.hall.database.holds(&pair[36..68]));
}
