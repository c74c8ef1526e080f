//! Promises of what a client says of whom it means and how sure the hall must be.

use super::authorize::refused;
use super::*;

#[tokio::test]
async fn a_client_that_names_a_level_gets_it_or_a_refusal() {
    let provider = Provider::open().await;
    let mut low = provider.citizen("13912345678").await;
    let mut high = provider.citizen(ZHANG).await;
    let view = async |values: &str, browser: &mut TestTerminal| {
        let request = provider.ask(BUS, BUS_BACK, &[("acr_values", values)]).await;
        let view = provider.view(browser, &request).await;
        (view["next"].clone(), view["assurance"].clone())
    };
    // The least of those that would do; what another provider calls its levels is passed over.
    for (values, next, level) in [
        ("L2", "raise_level", "L2"),
        ("L3 L2 urn:other:gold", "raise_level", "L2"),
        ("urn:other:gold L3", "raise_level", "L3"),
        ("L2 L1", "ask", "L1"),
        ("urn:other:gold", "ask", "L1"),
    ] {
        assert_eq!(view(values, &mut low).await, (json!(next), json!(level)), "{values}");
    }
    assert_eq!(view("L2", &mut high).await.0, "ask");
    let request = provider.ask(BUS, BUS_BACK, &[("acr_values", "L2")]).await;
    assert_eq!(
        provider.try_allow(&mut low, &request, "openid").await.code(),
        "identity/forbidden"
    );
    let refusal = async |more: Pairs<'_>, browser: &mut TestTerminal| {
        let request = provider.ask(BUS, BUS_BACK, more).await;
        let path = format!("/api/v1/authorizations/{request}/refusal");
        let reply = browser.post(&path, json!({})).await;
        answer(reply.json()["location"].as_str().unwrap_or_default())["error"].clone()
    };
    assert_eq!(
        refusal(&[("acr_values", "L2")], &mut low).await,
        "unmet_authentication_requirements"
    );
    assert_eq!(
        refusal(&[("acr_values", "L2"), ("prompt", "none")], &mut low).await,
        "interaction_required"
    );
    assert_eq!(refusal(&[("acr_values", "L2")], &mut high).await, "access_denied");
    // No client asks for less than the city wants of it.
    let pushed = asking(BANK, BANK_BACK, &[("acr_values", "L1")]);
    let pushed = provider.as_client(BANK, "/oauth/par", &pushed, &[]).await.json();
    let pushed = pushed["request_uri"].as_str().unwrap_or_default().to_owned();
    let reply = provider.go(&[("client_id", BANK), ("request_uri", &pushed)]).await;
    assert_eq!(provider.view(&mut low, &waiting(&reply)).await["assurance"], "L2");
}

#[tokio::test]
async fn a_client_that_means_somebody_gets_nobody_else() {
    let provider = Provider::open().await;
    let mut zhang = provider.citizen(ZHANG).await;
    let mut other = provider.citizen("13800000002").await;
    let code = provider.code(&mut zhang, BUS, BUS_BACK, "openid").await;
    let tokens = provider.redeem(BUS, &code, BUS_BACK).await.json();
    let hint = tokens["id_token"].as_str().unwrap_or_default().to_owned();
    provider.code(&mut other, BUS, BUS_BACK, "openid").await;
    // Also where the id token has long expired.
    provider.hall.clock.advance(86_400 / 4);
    let request = provider.ask(BUS, BUS_BACK, &[("id_token_hint", &hint)]).await;
    assert_eq!(provider.view(&mut zhang, &request).await["next"], "go_on");
    assert_eq!(provider.view(&mut other, &request).await["next"], "log_in");
    assert_eq!(
        provider.try_allow(&mut other, &request, "openid").await.code(),
        "identity/not_logged_in"
    );
    let quiet = [("id_token_hint", hint.as_str()), ("prompt", "none")];
    let request = provider.ask(BUS, BUS_BACK, &quiet).await;
    assert_eq!(provider.view(&mut other, &request).await["next"], "go_back");
    let path = format!("/api/v1/authorizations/{request}/refusal");
    let reply = other.post(&path, json!({})).await;
    let back = answer(reply.json()["location"].as_str().unwrap_or_default());
    assert_eq!(back["error"], "login_required");
    // What the hall did not say to this client names nobody.
    let forged = must(key_of("another").sign("JWT", &provider.verified(&hint).await));
    assert_eq!(
        refused(&provider, &[("id_token_hint", &forged)]).await["error"],
        "invalid_request"
    );
    let reply = provider
        .go(&asking(CLINIC, CLINIC_BACK, &[("id_token_hint", &hint)]))
        .await;
    assert_eq!(answer(&reply.header("location"))["error"], "invalid_request");
    // Pushed it is the same.
    let pushed = provider
        .post("/oauth/par", &asking(BUS, BUS_BACK, &[("id_token_hint", &forged)]), &[])
        .await;
    assert_eq!(
        (pushed.status, &pushed.json()["error"]),
        (400, &json!("invalid_request"))
    );
}

#[tokio::test]
async fn a_number_that_a_client_knows_is_written_into_the_form_and_nothing_else_is() {
    let provider = Provider::open().await;
    let phone = async |hint: &str| {
        let request = provider.ask(BUS, BUS_BACK, &[("login_hint", hint)]).await;
        let view = provider.view(&mut provider.hall.browser(), &request).await;
        view.get("phone").cloned()
    };
    assert_eq!(phone("+8613800000001").await, Some(json!("13800000001")));
    assert_eq!(phone("138-0000-0001").await, Some(json!("13800000001")));
    for other in ["zhang@example.com", "<script>", "12345"] {
        assert_eq!(phone(other).await, None, "{other}");
    }
    // Whether the hall knows the number makes no difference.
    assert_eq!(phone("13999999999").await, Some(json!("13999999999")));
}
