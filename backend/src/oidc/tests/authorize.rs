//! Promises of the question that a client asks a citizen.

use super::*;

pub(super) async fn refused(provider: &Provider, more: Pairs<'_>) -> BTreeMap<String, String> {
    let reply = provider.go(&asking(BUS, BUS_BACK, more)).await;
    let location = reply.header("location");
    assert_eq!(reply.status, 303);
    assert!(location.starts_with(&format!("{BUS_BACK}?")), "{location}");
    answer(&location)
}

#[tokio::test]
async fn a_citizen_reads_who_asks_for_what_and_allows_it() {
    let provider = Provider::open().await;
    let request = provider.ask(BUS, BUS_BACK, &[("scope", "openid profile phone")]).await;
    // Also before logging in: the page says for whom.
    let view = provider.view(&mut provider.hall.browser(), &request).await;
    assert_eq!(
        (&view["next"], &view["client"]["name"]["en"]),
        (&json!("log_in"), &json!(BUS))
    );
    let mut browser = provider.citizen(ZHANG).await;
    let view = provider.view(&mut browser, &request).await;
    assert_eq!(view["next"], "ask");
    assert_eq!(view["scopes"][2]["name"]["zh-CN"], "您的手机号码");
    assert_eq!(view["scopes"][2]["why"]["en"], "To send you reminders.");
    let back = provider.allow(&mut browser, &request, "openid profile phone").await;
    assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("s-1", ISSUER));
    assert_eq!(back["code"].len(), 43);
    // It was answered: nobody answers it again.
    assert_eq!(provider.try_allow(&mut browser, &request, "openid").await.status, 404);
}

#[tokio::test]
async fn what_was_allowed_before_is_not_asked_again_and_what_is_new_is() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    provider.code(&mut browser, BUS, BUS_BACK, "openid profile").await;
    let next = async |scopes: &str, more: Pairs<'_>, browser: &mut TestTerminal| {
        let mut all = vec![("scope", scopes)];
        all.extend(more);
        let request = provider.ask(BUS, BUS_BACK, &all).await;
        provider.view(browser, &request).await["next"].clone()
    };
    assert_eq!(next("openid profile", &[], &mut browser).await, "go_on");
    assert_eq!(next("openid", &[], &mut browser).await, "go_on");
    assert_eq!(next("openid profile phone", &[], &mut browser).await, "ask");
    assert_eq!(next("openid", &[("prompt", "consent")], &mut browser).await, "ask");
    let mut another = provider.citizen("13800000002").await;
    assert_eq!(next("openid", &[], &mut another).await, "ask");
    // It is theirs to see, and to take back.
    let consents = browser.get("/api/v1/identity/consents").await.json();
    assert_eq!(consents[0]["client"]["id"], BUS);
    assert_eq!(consents[0]["scopes"].as_array().map(Vec::len), Some(2));
    assert_eq!(another.delete("/api/v1/identity/consents/bus").await.status, 404);
    assert_eq!(browser.delete("/api/v1/identity/consents/bus").await.status, 204);
    assert_eq!(next("openid", &[], &mut browser).await, "ask");
}

#[tokio::test]
async fn a_program_that_another_could_stand_in_for_is_asked_for_each_time() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let port = "http://127.0.0.1:50123/back";
    provider.code(&mut browser, BUS_APP, port, "openid").await;
    let request = provider.ask(BUS_APP, port, &[]).await;
    assert_eq!(provider.view(&mut browser, &request).await["next"], "ask");
    // One that signs for itself is nobody else.
    provider.code(&mut browser, CLINIC, CLINIC_BACK, "openid").await;
    let request = provider.ask(CLINIC, CLINIC_BACK, &[]).await;
    assert_eq!(provider.view(&mut browser, &request).await["next"], "go_on");
}

#[tokio::test]
async fn a_refusal_goes_back_and_gives_nothing() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let request = provider.ask(CLINIC, CLINIC_BACK, &[]).await;
    let path = format!("/api/v1/authorizations/{request}/refusal");
    let location = browser.post(&path, json!({})).await.json()["location"].clone();
    let location = location.as_str().unwrap_or_default().to_owned();
    // The address was registered with a query of its own.
    assert!(
        location.starts_with(&format!("{CLINIC_BACK}&error=access_denied&")),
        "{location}"
    );
    let back = answer(&location);
    assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("s-1", ISSUER));
    assert_eq!(provider.try_allow(&mut browser, &request, "openid").await.status, 404);
    assert_eq!(browser.get("/api/v1/identity/consents").await.json(), json!([]));
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let provider = Provider::open().await;
    for back in [
        "https://evil.example/back",
        "https://bus.example/back/../other",
        "https://bus.example/back?next=https://evil.example",
        "https://bus.example.evil.example/back",
        "https://bus.example@evil.example/back",
        "//evil.example",
        "javascript:alert(1)",
        CLINIC_BACK,
    ] {
        let reply = provider.go(&asking(BUS, back, &[])).await;
        assert_eq!((reply.status, reply.header("location").as_str()), (400, ""), "{back}");
        let page = String::from_utf8_lossy(&reply.body).into_owned();
        assert!(page.contains("无法登录") && !page.contains("evil"), "{page}");
    }
    for (client, back) in [("nobody", BUS_BACK), ("", BUS_BACK), (BUS, "")] {
        let reply = provider.go(&asking(client, back, &[])).await;
        assert_eq!(
            (reply.status, reply.header("location").as_str()),
            (400, ""),
            "{client} {back}"
        );
    }
    // Neither where one parameter hides behind another of the same name.
    let twice = format!(
        "{}&redirect_uri=https%3A%2F%2Fevil.example",
        encoded(&asking(BUS, BUS_BACK, &[]))
    );
    assert_eq!(
        provider.get(&format!("/oauth/authorize?{twice}"), &[]).await.status,
        400
    );
}

#[tokio::test]
async fn pkce_is_asked_of_everybody_and_cannot_be_weakened() {
    let provider = Provider::open().await;
    for more in [
        &[("code_challenge", "")][..],
        &[("code_challenge_method", "plain")],
        &[("code_challenge_method", "")],
        &[("code_challenge", "short")],
        &[("code_challenge", VERIFIER), ("code_challenge_method", "plain")],
    ] {
        let back = refused(&provider, more).await;
        assert_eq!(back["error"], "invalid_request", "{more:?}");
        assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("s-1", ISSUER));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_in_the_protocols_words() {
    let provider = Provider::open().await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "code id_token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("response_mode", "fragment", "invalid_request"),
        ("scope", "profile", "invalid_scope"),
        ("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported"),
        (
            "request_uri",
            "https://evil.example/request",
            "request_uri_not_supported",
        ),
        ("prompt", "none login", "invalid_request"),
        ("prompt", "whatever", "invalid_request"),
        ("max_age", "soon", "invalid_request"),
        ("dpop_jkt", "x", "invalid_request"),
    ] {
        assert_eq!(
            refused(&provider, &[(name, value)]).await["error"],
            error,
            "{name}={value}"
        );
    }
}

#[tokio::test]
async fn a_client_gets_what_it_is_registered_for_and_what_it_asked_for() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    // Of what others may have and what nobody knows it hears nothing.
    let request = provider
        .ask(BUS, BUS_BACK, &[("scope", "openid citizen_id phone email")])
        .await;
    let view = provider.view(&mut browser, &request).await;
    let asked: Vec<&str> = view["scopes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|scope| scope["scope"].as_str())
        .collect();
    assert_eq!(asked, ["openid", "phone"]);
    // Nor does anybody allow more than was asked for, or nothing at all.
    for scopes in ["openid citizen_id", "openid profile", "phone", "openid admin"] {
        let reply = provider.try_allow(&mut browser, &request, scopes).await;
        assert_eq!(reply.code(), "request/invalid_body", "{scopes}");
    }
    // Less they may.
    let back = provider.allow(&mut browser, &request, "openid").await;
    let reply = provider.redeem(BUS, &back["code"], BUS_BACK).await.json();
    assert_eq!(reply["scope"], "openid");
}

#[tokio::test]
async fn other_sites_cannot_answer_for_a_citizen() {
    let provider = Provider::open().await;
    let request = provider.ask(BUS, BUS_BACK, &[]).await;
    let path = format!("/api/v1/authorizations/{request}/grant");
    let body = || json!({ "scopes": ["openid"] }).to_string().into_bytes();
    let mut browser = provider.citizen(ZHANG).await;
    let json = ("content-type", "application/json");
    let evil = browser
        .send(Method::POST, &path, &[json, ("origin", "https://evil.example")], body())
        .await;
    assert_eq!(evil.code(), "request/cross_site");
    let fetched = [json, ("sec-fetch-site", "cross-site")];
    assert_eq!(
        browser.send(Method::POST, &path, &fetched, body()).await.code(),
        "request/cross_site"
    );
    let mut form = browser.clone();
    form.headers.clear();
    assert_eq!(
        form.send(Method::POST, &path, &[json], body()).await.code(),
        "request/cross_site"
    );
    let mut nobody = provider.hall.browser();
    assert_eq!(
        nobody.send(Method::POST, &path, &[json], body()).await.code(),
        "identity/not_logged_in"
    );
    assert_eq!(browser.send(Method::POST, &path, &[json], body()).await.status, 200);
}

#[tokio::test]
async fn a_client_that_wants_nobody_asked_is_told_what_would_have_been() {
    let provider = Provider::open().await;
    let quiet = [("prompt", "none"), ("scope", "openid profile")];
    let outcome = async |browser: &mut TestTerminal| {
        let request = provider.ask(BUS, BUS_BACK, &quiet).await;
        let next = provider.view(browser, &request).await["next"].clone();
        if next == "go_on" {
            return provider.allow(browser, &request, "openid profile").await;
        }
        assert_eq!(next, "go_back");
        assert_ne!(provider.try_allow(browser, &request, "openid").await.status, 200);
        let path = format!("/api/v1/authorizations/{request}/refusal");
        let reply = browser.post(&path, json!({})).await;
        answer(reply.json()["location"].as_str().unwrap_or_default())
    };
    assert_eq!(outcome(&mut provider.hall.browser()).await["error"], "login_required");
    let mut browser = provider.citizen(ZHANG).await;
    assert_eq!(outcome(&mut browser).await["error"], "consent_required");
    provider.code(&mut browser, BUS, BUS_BACK, "openid profile").await;
    assert!(outcome(&mut browser).await.contains_key("code"));
}

#[tokio::test]
async fn a_client_that_wants_a_fresh_login_gets_one() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    provider.code(&mut browser, BUS, BUS_BACK, "openid").await;
    provider.hall.clock.advance(600);
    for (name, value) in [
        ("prompt", "login"),
        ("prompt", "select_account"),
        ("max_age", "599"),
        ("max_age", "0"),
    ] {
        let request = provider.ask(BUS, BUS_BACK, &[(name, value)]).await;
        assert_eq!(
            provider.view(&mut browser, &request).await["next"],
            "log_in",
            "{name}={value}"
        );
        let refused = provider.try_allow(&mut browser, &request, "openid").await;
        assert_eq!(refused.code(), "identity/not_logged_in", "{name}={value}");
    }
    let request = provider.ask(BUS, BUS_BACK, &[("max_age", "600")]).await;
    assert_eq!(provider.view(&mut browser, &request).await["next"], "go_on");
    // Who logs in then may answer.
    let request = provider.ask(BUS, BUS_BACK, &[("prompt", "login")]).await;
    provider.hall.clock.advance(5);
    browser.log_in(ZHANG).await;
    assert_eq!(provider.view(&mut browser, &request).await["next"], "go_on");
    provider.allow(&mut browser, &request, "openid").await;
}

#[tokio::test]
async fn a_client_for_citizens_who_were_identified_takes_no_others() {
    let provider = Provider::open().await;
    let request = pushed_by_the_bank(&provider).await;
    let reply = provider.go(&[("client_id", BANK), ("request_uri", &request)]).await;
    let waiting = waiting(&reply);
    let mut unknown = provider.citizen("13912345678").await;
    let view = provider.view(&mut unknown, &waiting).await;
    assert_eq!(
        (&view["next"], &view["assurance"]),
        (&json!("raise_level"), &json!("L2"))
    );
    assert_eq!(
        provider.try_allow(&mut unknown, &waiting, "openid").await.code(),
        "identity/forbidden"
    );
    let mut known = provider.citizen(ZHANG).await;
    assert_eq!(provider.view(&mut known, &waiting).await["next"], "ask");
}

async fn pushed_by_the_bank(provider: &Provider) -> String {
    let reply = provider
        .as_client(BANK, "/oauth/par", &asking(BANK, BANK_BACK, &[]), &[])
        .await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    assert_eq!(reply.header("cache-control"), "no-store");
    assert_eq!(reply.json()["expires_in"], 60);
    reply.json()["request_uri"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_pushed_request_is_opened_once_by_the_browser_of_its_client_within_a_minute() {
    let provider = Provider::open().await;
    let open = async |client: &str, request: &str| {
        let reply = provider.go(&[("client_id", client), ("request_uri", request)]).await;
        (reply.status, reply.header("location"))
    };
    let request = pushed_by_the_bank(&provider).await;
    assert_eq!(open(CLINIC, &request).await, (400, String::new()));
    let (status, location) = open(BANK, &request).await;
    assert!(
        status == 303 && location.starts_with("/authorize?request="),
        "{location}"
    );
    assert_eq!(open(BANK, &request).await.0, 400, "it was opened twice");
    // What is pushed cannot be answered before a browser came with it.
    let unopened = pushed_by_the_bank(&provider).await;
    let name = unopened.rsplit(':').next().unwrap_or_default();
    let mut browser = provider.citizen(ZHANG).await;
    assert_eq!(browser.get(&format!("/api/v1/authorizations/{name}")).await.status, 404);
    provider.hall.clock.advance(60);
    assert_eq!(open(BANK, &unopened).await.0, 400);
}

#[tokio::test]
async fn a_client_that_has_to_push_cannot_send_its_request_by_a_browser() {
    let provider = Provider::open().await;
    let reply = provider.go(&asking(BANK, BANK_BACK, &[])).await;
    assert_eq!(answer(&reply.header("location"))["error"], "invalid_request");
    // Nor does anybody push for it.
    let reply = provider.post("/oauth/par", &asking(BANK, BANK_BACK, &[]), &[]).await;
    assert_eq!((reply.status, &reply.json()["error"]), (401, &json!("invalid_client")));
    let wrong = provider
        .as_client(CLINIC, "/oauth/par", &asking(CLINIC, BANK_BACK, &[]), &[])
        .await;
    assert_eq!((wrong.status, &wrong.json()["error"]), (400, &json!("invalid_request")));
}

#[tokio::test]
async fn a_question_waits_for_ten_minutes() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let request = provider.ask(BUS, BUS_BACK, &[]).await;
    provider.hall.clock.advance(599);
    provider.view(&mut browser, &request).await;
    provider.hall.clock.advance(1);
    let path = format!("/api/v1/authorizations/{request}");
    assert_eq!(browser.get(&path).await.code(), "request/not_found");
    assert_eq!(provider.try_allow(&mut browser, &request, "openid").await.status, 404);
}

#[tokio::test]
async fn one_address_cannot_fill_the_hall_with_questions() {
    let provider = Provider::open_with(|config| config.oidc.requests_per_client_hour = 2).await;
    for _ in 0..2 {
        provider.ask(BUS, BUS_BACK, &[]).await;
    }
    assert_eq!(
        provider.go(&asking(BUS, BUS_BACK, &[])).await.code(),
        "request/too_many"
    );
    let pushed = provider.post("/oauth/par", &asking(BUS, BUS_BACK, &[]), &[]).await;
    assert_eq!(pushed.code(), "request/too_many");
    // A server that signs for itself asks for all its citizens from one address.
    pushed_by_the_bank(&provider).await;
    provider.hall.clock.advance(3600);
    provider.ask(BUS, BUS_BACK, &[]).await;
}

#[tokio::test]
async fn a_kiosk_gives_nobody_anything_that_lasts() {
    let provider = Provider::open().await;
    let mut kiosk = provider.hall.terminal("kiosk");
    kiosk.log_in(ZHANG).await;
    let code = provider.code(&mut kiosk, BUS, BUS_BACK, "openid offline_access").await;
    let tokens = provider.redeem(BUS, &code, BUS_BACK).await.json();
    assert_eq!(
        (&tokens["scope"], &tokens["refresh_token"]),
        (&json!("openid"), &Value::Null)
    );
}
