//! Promises of a machine that a phone lets in.

use super::*;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn error(reply: &Reply) -> (u16, String) {
    (
        reply.status,
        reply.json()["error"].as_str().unwrap_or_default().to_owned(),
    )
}

fn bad(code: &str) -> (u16, String) {
    (400, code.to_owned())
}

fn text(of: &Value, name: &str) -> String {
    let text = of[name].as_str();
    text.unwrap_or_else(|| panic!("no {name} in {of}")).to_owned()
}

async fn begin(provider: &Provider, client: &str, scope: &str) -> Value {
    let reply = provider
        .as_client(client, "/oauth/device", &[("scope", scope)], &[])
        .await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    assert_eq!(reply.header("cache-control"), "no-store");
    reply.json()
}

async fn ask(provider: &Provider, client: &str, device: &Value) -> Reply {
    let code = text(device, "device_code");
    let pairs = [("grant_type", GRANT), ("device_code", code.as_str())];
    provider.as_client(client, "/oauth/token", &pairs, &[]).await
}

fn place(device: &Value) -> String {
    format!("/api/v1/devices/{}", text(device, "user_code"))
}

async fn confirm(phone: &mut TestTerminal, device: &Value, number: &str, scopes: &[&str]) -> Reply {
    let body = json!({ "number": number, "scopes": scopes });
    phone.post(&format!("{}/grant", place(device)), body).await
}

#[tokio::test]
async fn a_kiosk_goes_on_as_whoever_confirmed_it_with_their_phone() {
    let provider = Provider::open().await;
    let device = begin(&provider, KIOSK, "openid profile offline_access").await;
    assert_eq!((&device["expires_in"], &device["interval"]), (&json!(120), &json!(5)));
    let shown = text(&device, "user_code");
    assert!(shown.len() == 9 && shown.as_bytes()[4] == b'-', "{shown}");
    assert_eq!(text(&device, "verification_uri"), format!("{ISSUER}/device"));
    assert_eq!(
        text(&device, "verification_uri_complete"),
        format!("{ISSUER}/device?code={shown}")
    );
    assert_eq!(
        error(&ask(&provider, KIOSK, &device).await),
        bad("authorization_pending")
    );

    // The phone says which machine it is, where it stands, and lets the citizen say what is on its screen.
    let mut phone = provider.citizen(ZHANG).await;
    let view = phone.get(&place(&device)).await.json();
    assert_eq!(view["place"]["zh-CN"], "一层大厅东侧");
    assert_eq!(view["client"]["id"], KIOSK);
    let number = text(&device, "confirmation");
    let choices: Vec<&str> = view["choices"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        choices.len() == 3 && choices.contains(&number.as_str()),
        "{choices:?} {number}"
    );
    assert_eq!(
        phone.get(&place(&device)).await.json()["choices"],
        view["choices"],
        "the others could be told apart"
    );
    // What lasts is nothing for a machine that others use.
    assert_eq!(view["scopes"].as_array().map(Vec::len), Some(2));
    // However it is typed.
    let typed = shown.to_lowercase().replace('-', "%20");
    assert_eq!(phone.get(&format!("/api/v1/devices/{typed}")).await.status, 200);

    assert_eq!(
        confirm(&mut phone, &device, &number, &["openid", "profile"])
            .await
            .status,
        204
    );
    // Whoever comes second does not take its place.
    let mut second = provider.citizen("13800000002").await;
    assert_eq!(second.get(&place(&device)).await.status, 404);
    assert_eq!(confirm(&mut second, &device, &number, &["openid"]).await.status, 404);
    provider.hall.clock.advance(5);
    let reply = ask(&provider, KIOSK, &device).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let tokens = reply.json();
    assert_eq!(tokens["refresh_token"], Value::Null);
    assert_eq!(
        provider.userinfo(&text(&tokens, "access_token")).await.json()["name"],
        "张敏"
    );
    let claims = provider.verified(&text(&tokens, "id_token")).await;
    assert_eq!((&claims["aud"], &claims["acr"]), (&json!(KIOSK), &json!("L2")));
    // It is given once.
    provider.hall.clock.advance(5);
    assert_eq!(error(&ask(&provider, KIOSK, &device).await), bad("invalid_grant"));
    assert_eq!(confirm(&mut phone, &device, &number, &["openid"]).await.status, 404);
    // And taken back like any other.
    assert_eq!(phone.delete("/api/v1/identity/consents/kiosk").await.status, 204);
    assert_eq!(provider.userinfo(&text(&tokens, "access_token")).await.status, 401);
}

#[tokio::test]
async fn whoever_is_not_in_front_of_the_machine_does_not_let_it_in() {
    let provider = Provider::open().await;
    let device = begin(&provider, KIOSK, "openid").await;
    let mut phone = provider.citizen(ZHANG).await;
    let view = phone.get(&place(&device)).await.json();
    let right = text(&device, "confirmation");
    let wrong = view["choices"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let wrong = wrong
        .into_iter()
        .find(|choice| *choice != right)
        .unwrap_or_default()
        .to_owned();
    assert_eq!(
        confirm(&mut phone, &device, &wrong, &["openid"]).await.code(),
        "identity/wrong_code"
    );
    // There is no second try, not even with the right one.
    assert_eq!(confirm(&mut phone, &device, &right, &["openid"]).await.status, 404);
    assert_eq!(error(&ask(&provider, KIOSK, &device).await), bad("access_denied"));
}

#[tokio::test]
async fn a_refusal_reaches_the_machine() {
    let provider = Provider::open().await;
    let device = begin(&provider, DESKTOP, "openid").await;
    let mut phone = provider.citizen(ZHANG).await;
    // Nobody knows where a program of anybody stands.
    assert_eq!(phone.get(&place(&device)).await.json()["place"], Value::Null);
    assert_eq!(
        phone
            .post(&format!("{}/refusal", place(&device)), json!({}))
            .await
            .status,
        204
    );
    assert_eq!(error(&ask(&provider, DESKTOP, &device).await), bad("access_denied"));
    let number = text(&device, "confirmation");
    assert_eq!(confirm(&mut phone, &device, &number, &["openid"]).await.status, 404);
}

#[tokio::test]
async fn a_question_of_a_machine_counts_for_two_minutes() {
    let provider = Provider::open().await;
    let device = begin(&provider, KIOSK, "openid").await;
    let mut phone = provider.citizen(ZHANG).await;
    provider.hall.clock.advance(119);
    assert_eq!(phone.get(&place(&device)).await.status, 200);
    provider.hall.clock.advance(1);
    assert_eq!(phone.get(&place(&device)).await.status, 404);
    let number = text(&device, "confirmation");
    assert_eq!(confirm(&mut phone, &device, &number, &["openid"]).await.status, 404);
    assert_eq!(error(&ask(&provider, KIOSK, &device).await), bad("expired_token"));
}

#[tokio::test]
async fn a_machine_that_asks_too_often_waits_longer() {
    let provider = Provider::open().await;
    let device = begin(&provider, KIOSK, "openid").await;
    let after = async |seconds: i64| {
        provider.hall.clock.advance(seconds);
        error(&ask(&provider, KIOSK, &device).await)
    };
    assert_eq!(after(0).await, bad("authorization_pending"));
    assert_eq!(after(4).await, bad("slow_down"));
    assert_eq!(after(9).await, bad("slow_down"));
    assert_eq!(after(15).await, bad("authorization_pending"));
    assert_eq!(after(14).await, bad("slow_down"));
    assert_eq!(after(20).await, bad("authorization_pending"));
}

#[tokio::test]
async fn a_code_of_a_machine_is_of_its_client_and_its_key() {
    let provider = Provider::open().await;
    let device = begin(&provider, KIOSK, "openid").await;
    for client in [DESKTOP, CLINIC] {
        assert_eq!(
            error(&ask(&provider, client, &device).await),
            bad("invalid_grant"),
            "{client}"
        );
    }
    let unable = provider
        .as_client(BUS, "/oauth/device", &[("scope", "openid")], &[])
        .await;
    assert_eq!(error(&unable), bad("unauthorized_client"));
    let unknown = provider
        .post("/oauth/device", &[("client_id", KIOSK), ("scope", "openid")], &[])
        .await;
    assert_eq!(error(&unknown), (401, "invalid_client".to_owned()));
    let scopeless = provider.as_client(KIOSK, "/oauth/device", &[], &[]).await;
    assert_eq!(error(&scopeless), bad("invalid_scope"));

    // One that showed a key when it asked has to show it again.
    let shown =
        |key: &str, path: &str| super::dpop::proof_with(&provider, key, "POST", &format!("{ISSUER}{path}"), |_| {});
    let proof = shown("terminal", "/oauth/device");
    let reply = provider
        .as_client(
            DESKTOP,
            "/oauth/device",
            &[("scope", "openid offline_access")],
            &[("dpop", &proof)],
        )
        .await;
    let device = reply.json();
    let mut phone = provider.citizen(ZHANG).await;
    let number = text(&device, "confirmation");
    assert_eq!(
        confirm(&mut phone, &device, &number, &["openid", "offline_access"])
            .await
            .status,
        204
    );
    let code = text(&device, "device_code");
    let pairs = [("grant_type", GRANT), ("device_code", code.as_str())];
    let proof = shown("another", "/oauth/token");
    let reply = provider
        .as_client(DESKTOP, "/oauth/token", &pairs, &[("dpop", &proof)])
        .await;
    assert_eq!(error(&reply), bad("invalid_grant"));
    assert_eq!(
        error(&ask(&provider, DESKTOP, &device).await),
        bad("invalid_grant"),
        "without a key"
    );
    let proof = shown("terminal", "/oauth/token");
    let reply = provider
        .as_client(DESKTOP, "/oauth/token", &pairs, &[("dpop", &proof)])
        .await;
    assert_eq!((reply.status, &reply.json()["token_type"]), (200, &json!("DPoP")));
    // What lasts on the citizen's own machine is bound to it.
    let kept = text(&reply.json(), "refresh_token");
    assert_eq!(error(&provider.refresh(DESKTOP, &kept).await), bad("invalid_grant"));
}

#[tokio::test]
async fn who_may_confirm_and_what_is_as_with_a_browser() {
    let provider = Provider::open().await;
    let device = begin(&provider, KIOSK, "openid profile").await;
    let number = text(&device, "confirmation");
    let mut nobody = provider.hall.browser();
    assert_eq!(nobody.get(&place(&device)).await.code(), "identity/not_logged_in");
    assert_eq!(
        confirm(&mut nobody, &device, &number, &["openid"]).await.code(),
        "identity/not_logged_in"
    );
    let mut phone = provider.citizen(ZHANG).await;
    for scopes in [&["openid", "phone"][..], &["profile"], &[]] {
        assert_eq!(
            confirm(&mut phone, &device, &number, scopes).await.code(),
            "request/invalid_body",
            "{scopes:?}"
        );
    }
    let body = json!({ "number": number, "scopes": ["openid"] })
        .to_string()
        .into_bytes();
    let elsewhere = [("content-type", "application/json"), ("origin", "https://evil.example")];
    let reply = phone
        .send(Method::POST, &format!("{}/grant", place(&device)), &elsewhere, body)
        .await;
    assert_eq!(reply.code(), "request/cross_site");
    // A public machine does not let in another.
    let mut kiosk = provider.hall.terminal("kiosk");
    provider.hall.clock.advance(61);
    kiosk.log_in(ZHANG).await;
    assert_eq!(kiosk.get(&place(&device)).await.code(), "identity/forbidden");
    assert_eq!(
        confirm(&mut kiosk, &device, &number, &["openid"]).await.code(),
        "identity/forbidden"
    );
}

#[tokio::test]
async fn who_is_not_known_well_enough_lets_no_machine_in() {
    let provider = Provider::open().await;
    let device = begin(&provider, PAD, "openid").await;
    let number = text(&device, "confirmation");
    let mut unknown = provider.citizen("13900000001").await;
    assert_eq!(unknown.get(&place(&device)).await.json()["assurance"], "L2");
    assert_eq!(
        confirm(&mut unknown, &device, &number, &["openid"]).await.code(),
        "identity/forbidden"
    );
    assert_eq!(error(&ask(&provider, PAD, &device).await), bad("authorization_pending"));
    let mut phone = provider.citizen(ZHANG).await;
    assert_eq!(confirm(&mut phone, &device, &number, &["openid"]).await.status, 204);
}

#[tokio::test]
async fn nobody_tries_all_codes() {
    let provider = Provider::open().await;
    let mut phone = provider.citizen(ZHANG).await;
    for letter in "BCDFGHJKLM".chars() {
        let code = letter.to_string().repeat(8);
        assert_eq!(
            phone.get(&format!("/api/v1/devices/{code}")).await.status,
            404,
            "{code}"
        );
    }
    let device = begin(&provider, KIOSK, "openid").await;
    assert_eq!(
        phone.get(&place(&device)).await.code(),
        "request/too_many",
        "the right one after ten wrong ones"
    );
    // Others who share the address go on.
    let mut other = provider.citizen("13800000002").await;
    assert_eq!(other.get(&place(&device)).await.status, 200);
    // Nor does anybody go round that by answering without looking.
    let number = text(&device, "confirmation");
    assert_eq!(
        confirm(&mut phone, &device, &number, &["openid"]).await.code(),
        "request/too_many"
    );
}

#[tokio::test]
async fn one_address_cannot_try_all_codes_with_many_accounts() {
    let provider = Provider::open_with(|config| config.codes.wrong_per_client_hour = 4).await;
    let device = begin(&provider, KIOSK, "openid").await;
    // Logged in before: who tries on is kept from logging in there as well.
    let mut here = provider.citizen(ZHANG).await;
    let guessers = [
        provider.citizen("13800000002").await,
        provider.citizen("13900000001").await,
    ];
    for (mut phone, letters) in guessers.into_iter().zip(["BC", "DF"]) {
        for letter in letters.chars() {
            let code = letter.to_string().repeat(8);
            let none = phone.get(&format!("/api/v1/devices/{code}")).await;
            assert_eq!(none.status, 404, "{code}");
        }
    }
    assert_eq!(here.get(&place(&device)).await.code(), "request/too_many");
    here.address = "192.0.2.7:40000".to_owned();
    assert_eq!(here.get(&place(&device)).await.status, 200);
}

#[tokio::test]
async fn what_a_screen_shows_and_a_machine_holds_does_not_stand_in_the_database() {
    let provider = Provider::open().await;
    let device = begin(&provider, KIOSK, "openid profile").await;
    provider.hall.state.storage.close().await;
    let stored = |what: &str| provider.hall.database.holds(what.as_bytes());
    assert!(stored("openid profile"), "the test reads the wrong files");
    let code = text(&device, "user_code");
    assert!(!stored(&code) && !stored(&code.replace('-', "")) && !stored(&text(&device, "device_code")));
}
