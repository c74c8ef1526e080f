//! Promises of a client that wants its citizen logged out here, too.

use super::*;

/// What the page shows that a browser is led to.
async fn page(provider: &Provider, browser: &mut TestTerminal, pairs: Pairs<'_>) -> Value {
    let reply = provider.get(&format!("/oauth/logout?{}", encoded(pairs)), &[]).await;
    shown(browser, &reply).await
}

pub(super) async fn shown(browser: &mut TestTerminal, reply: &Reply) -> Value {
    let location = reply.header("location");
    assert_eq!(reply.status, 303, "{location}");
    let request = location.strip_prefix("/logout?request=");
    let request = request.unwrap_or_else(|| panic!("{location}"));
    let reply = browser.get(&format!("/api/v1/logouts/{request}")).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()
}

/// A citizen who is logged in at the bus's page, and the id token that this got.
async fn at_the_bus(provider: &Provider) -> (TestTerminal, String) {
    let mut browser = provider.citizen(ZHANG).await;
    let code = provider.code(&mut browser, BUS, BUS_BACK, "openid").await;
    let tokens = provider.redeem(BUS, &code, BUS_BACK).await.json();
    let id_token = tokens["id_token"].as_str().unwrap_or_default().to_owned();
    (browser, id_token)
}

#[tokio::test]
async fn whoever_brings_the_id_token_of_this_session_is_not_asked_about_it() {
    let provider = Provider::open().await;
    let (mut browser, hint) = at_the_bus(&provider).await;
    let wish = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BUS_OUT),
        ("state", "a b"),
    ];
    let view = page(&provider, &mut browser, &wish).await;
    assert_eq!((&view["next"], &view["client"]["id"]), (&json!("go_on"), &json!(BUS)));
    assert_eq!(view["location"], format!("{BUS_OUT}?state=a+b"));
    // The address alone has ended nothing: the page does, as every other.
    assert_eq!(browser.get("/api/v1/identity/session").await.status, 200);
    assert_eq!(browser.delete("/api/v1/identity/session").await.status, 204);
    assert_eq!(page(&provider, &mut browser, &wish).await["next"], "go_back");
    // The same by a form, long after the id token expired, into an address with a query of its own.
    provider.hall.clock.advance(20 * 86_400);
    let with_query = format!("{BUS_OUT}?from=hall");
    let form = [
        ("id_token_hint", hint.as_str()),
        ("client_id", BUS),
        ("post_logout_redirect_uri", &with_query),
        ("state", "x"),
    ];
    let reply = provider.post("/oauth/logout", &form, &[]).await;
    let view = shown(&mut browser, &reply).await;
    assert_eq!(view["location"], format!("{BUS_OUT}?from=hall&state=x"));
}

#[tokio::test]
async fn another_site_cannot_log_a_citizen_out_unasked() {
    let provider = Provider::open().await;
    let (mut browser, hint) = at_the_bus(&provider).await;
    let mut another = provider.citizen("13800000002").await;
    let out = ("post_logout_redirect_uri", BUS_OUT);
    assert_eq!(page(&provider, &mut browser, &[]).await, json!({ "next": "ask" }));
    let named = page(&provider, &mut browser, &[("client_id", BUS), out]).await;
    assert_eq!((&named["next"], &named["location"]), (&json!("ask"), &json!(BUS_OUT)));
    // With the id token of somebody else, of another session of the same citizen, of a forger.
    let view = page(&provider, &mut another, &[("id_token_hint", &hint), out]).await;
    assert_eq!((&view["next"], &view["location"]), (&json!("ask"), &json!(BUS_OUT)));
    provider.hall.clock.advance(61);
    let (mut later, _) = at_the_bus(&provider).await;
    assert_eq!(
        page(&provider, &mut later, &[("id_token_hint", &hint), out]).await["next"],
        "ask"
    );
    let says = provider.verified(&hint).await;
    let payload = crate::oidc::jose::base64url(&must(serde_json::to_vec(&says)));
    let unsigned = format!(
        "{}.{payload}.",
        crate::oidc::jose::base64url(br#"{"alg":"none","typ":"JWT"}"#)
    );
    let own = must(key_of("another").sign("JWT", &says));
    // What the hall signed as something else is no id token.
    let signing = must(crate::oidc::keys::signing(&provider.hall.state).await);
    let other = must(signing.sign("logout+jwt", &says));
    let mut foreign = says.clone();
    foreign.insert("iss".to_owned(), json!("https://other.example"));
    let foreign = must(signing.sign("JWT", &foreign));
    for forged in [&unsigned, &own, &other, &foreign] {
        let view = page(&provider, &mut browser, &[("id_token_hint", forged), out]).await;
        assert_eq!(view, json!({ "next": "ask" }), "{forged}");
    }
    assert_eq!(browser.get("/api/v1/identity/session").await.status, 200);
}

#[tokio::test]
async fn nobody_is_sent_on_to_an_address_that_is_not_registered_for_that() {
    let provider = Provider::open().await;
    let (mut browser, hint) = at_the_bus(&provider).await;
    for address in [
        "https://evil.example/out",
        "https://bus.example/out/",
        "https://bus.example/out?x=1",
        "https://bus.example@evil.example/out",
        "javascript:alert(1)",
        "//evil.example",
        BUS_BACK,
    ] {
        let wish = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", address)];
        let view = page(&provider, &mut browser, &wish).await;
        // Logging out itself works: it is the client's mistake, not the citizen's.
        assert_eq!(
            (&view["next"], &view["location"]),
            (&json!("go_on"), &Value::Null),
            "{address}"
        );
    }
    let out = ("post_logout_redirect_uri", BUS_OUT);
    for wish in [
        &[out][..],
        &[("client_id", CLINIC), out],
        &[("client_id", "nobody"), out],
        &[("client_id", CLINIC), ("id_token_hint", &hint), out],
    ] {
        let view = page(&provider, &mut browser, wish).await;
        assert_eq!(
            (&view["next"], &view["location"]),
            (&json!("ask"), &Value::Null),
            "{wish:?}"
        );
    }
    // Nor where one stands in it twice.
    let twice = format!(
        "{}&post_logout_redirect_uri=https%3A%2F%2Fevil.example",
        encoded(&[out, ("client_id", BUS)])
    );
    let reply = provider.get(&format!("/oauth/logout?{twice}"), &[]).await;
    assert_eq!(shown(&mut browser, &reply).await, json!({ "next": "ask" }));
}

#[tokio::test]
async fn a_wish_counts_for_ten_minutes_and_nobody_else_writes_one() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let reply = provider.get("/oauth/logout?client_id=bus", &[]).await;
    let location = reply.header("location");
    let request = location.rsplit('=').next().unwrap_or_default().to_owned();
    let asked = async |request: &str, browser: &mut TestTerminal| {
        browser.get(&format!("/api/v1/logouts/{request}")).await.code()
    };
    let mut changed = request.clone().into_bytes();
    let last = changed.len() - 3;
    changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
    for forged in ["x", "eyJ9", &must(String::from_utf8(changed))] {
        assert_eq!(asked(forged, &mut browser).await, "request/not_found");
    }
    provider.hall.clock.advance(599);
    assert_eq!(asked(&request, &mut browser).await, "");
    provider.hall.clock.advance(1);
    assert_eq!(asked(&request, &mut browser).await, "request/not_found");
}
