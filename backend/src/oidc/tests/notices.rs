//! Promises of what clients hear when a session of the hall ends.

use std::sync::Mutex;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::oidc::notices;
use crate::oidc::params::Issuer;

/// The clinic: answers as it is told to, and remembers what it heard.
#[derive(Clone, Default)]
struct Clinic {
    heard: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<Option<StatusCode>>>,
}

impl Clinic {
    fn serve(&self) -> CancellationToken {
        let clinic = self.clone();
        let hear = move |said: String| async move {
            let said: BTreeMap<String, String> = form_urlencoded::parse(said.as_bytes()).into_owned().collect();
            let token = said.get("logout_token").cloned().unwrap_or_default();
            clinic.heard.lock().unwrap_or_else(|lock| lock.into_inner()).push(token);
            let answer = *clinic.answers.lock().unwrap_or_else(|lock| lock.into_inner());
            // Elsewhere is nowhere that the hall should go.
            let elsewhere = [(header::LOCATION, "/elsewhere")];
            (answer.unwrap_or(StatusCode::OK), elsewhere).into_response()
        };
        let router: Router = Router::new().route("/logged-out", post(hear.clone())).route(
            "/elsewhere",
            post(hear.clone()).get(|| async { StatusCode::IM_A_TEAPOT }),
        );
        let listener = must(clinic_listens().try_clone());
        must(listener.set_nonblocking(true));
        let listener = must(tokio::net::TcpListener::from_std(listener));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await });
        stop
    }

    fn answers(&self, status: StatusCode) {
        *self.answers.lock().unwrap_or_else(|lock| lock.into_inner()) = Some(status);
    }

    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(|lock| lock.into_inner()))
    }
}

fn issuer() -> Option<Issuer> {
    Some(Issuer(ISSUER.to_owned()))
}

async fn tell(provider: &Provider) {
    must(notices::tell(&provider.hall.state, &must(notices::http()), issuer().as_ref()).await);
}

/// What waits to be told, and how often it was tried. Takes it away.
async fn waiting(provider: &Provider) -> Vec<(String, u32)> {
    let later = provider.hall.clock.now().plus_seconds(10 * 86_400);
    let storage = &provider.hall.state.storage;
    let mut waiting = Vec::new();
    for notice in must(storage.take_notices(later, 100).await) {
        waiting.push((notice.client.to_string(), notice.tries));
        must(storage.notice_done(notice.session, notice.client).await);
    }
    waiting.sort();
    waiting
}

#[tokio::test]
async fn a_client_hears_in_a_signed_token_that_the_session_has_ended_until_it_says_that_it_heard() {
    let provider = Provider::open().await;
    let clinic = Clinic::default();
    let _stop = clinic.serve().drop_guard();
    let mut browser = provider.citizen(ZHANG).await;
    let code = provider
        .code(&mut browser, CLINIC, CLINIC_BACK, "openid offline_access")
        .await;
    let tokens = provider.redeem(CLINIC, &code, CLINIC_BACK).await.json();
    let id_token = provider.verified(tokens["id_token"].as_str().unwrap_or_default()).await;
    tell(&provider).await;
    assert_eq!(clinic.heard(), [""; 0], "the session lives");

    clinic.answers(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(browser.delete("/api/v1/identity/session").await.status, 204);
    tell(&provider).await;
    let first = clinic.heard();
    assert_eq!(first.len(), 1);
    let signed = Signed::parse(&first[0]).unwrap_or_else(|| panic!("{first:?}"));
    assert_eq!(signed.header.typ.as_deref(), Some("logout+jwt"));
    let says = provider.verified(&first[0]).await;
    let now = in_seconds(provider.hall.clock.now());
    for (name, value) in [
        ("iss", json!(ISSUER)),
        ("aud", json!(CLINIC)),
        ("sub", id_token["sub"].clone()),
        ("sid", id_token["sid"].clone()),
        ("iat", json!(now)),
        ("exp", json!(now + 120)),
        (
            "events",
            json!({ "http://schemas.openid.net/event/backchannel-logout": {} }),
        ),
    ] {
        assert_eq!(says[name], value, "{name}");
    }
    // A logout token must not be taken for an id token.
    assert!(says.get("nonce").is_none() && says["jti"].is_string());

    // It is told again, later each time; nor does a redirect count, which is not followed.
    tell(&provider).await;
    assert_eq!(clinic.heard(), [""; 0], "it was told again at once");
    provider.hall.clock.advance(10);
    clinic.answers(StatusCode::TEMPORARY_REDIRECT);
    tell(&provider).await;
    let second = clinic.heard();
    assert_eq!(second.len(), 1, "the hall went where it was sent");
    assert_ne!(provider.verified(&second[0]).await["jti"], says["jti"]);
    provider.hall.clock.advance(10);
    tell(&provider).await;
    assert_eq!(clinic.heard(), [""; 0]);
    provider.hall.clock.advance(10);
    clinic.answers(StatusCode::NO_CONTENT);
    // Two replicas look at the same time: one of them tells.
    let other = provider.hall.replica();
    let (http, issuer) = (must(notices::http()), issuer());
    let (one, two) = tokio::join!(
        notices::tell(&provider.hall.state, &http, issuer.as_ref()),
        notices::tell(&other.state, &http, issuer.as_ref())
    );
    must(one.and(two));
    assert_eq!(clinic.heard().len(), 1);
    assert!(waiting(&provider).await.is_empty());
    // What was to last goes on: the client was told of the session, not of the end of what it may do.
    let refresh = tokens["refresh_token"].as_str().unwrap_or_default();
    assert_eq!(provider.refresh(CLINIC, refresh).await.status, 200);
}

#[tokio::test]
async fn what_cannot_be_delivered_waits_and_keeps_nobody_else_waiting() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    // The bus has no address at which it could hear, the bank's answers nobody.
    let code = provider.code(&mut browser, BUS, BUS_BACK, "openid").await;
    assert_eq!(provider.redeem(BUS, &code, BUS_BACK).await.status, 200);
    let pushed = provider
        .as_client(BANK, "/oauth/par", &asking(BANK, BANK_BACK, &[]), &[])
        .await
        .json();
    let pushed = pushed["request_uri"].as_str().unwrap_or_default().to_owned();
    let reply = provider.go(&[("client_id", BANK), ("request_uri", &pushed)]).await;
    let request = super::waiting(&reply);
    provider.allow(&mut browser, &request, "openid").await;
    browser.delete("/api/v1/identity/session").await;
    tell(&provider).await;
    assert_eq!(waiting(&provider).await, [("bank".to_owned(), 1)]);
}

#[tokio::test]
async fn whatever_ends_a_session_tells_its_clients_and_ends_what_they_have() {
    let provider = Provider::open().await;
    let login = async |browser: &mut TestTerminal, scopes: &str| {
        let code = provider.code(browser, BUS, BUS_BACK, scopes).await;
        provider.redeem(BUS, &code, BUS_BACK).await.json()["access_token"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    // A login in place of another, on the same terminal.
    let mut browser = provider.citizen(ZHANG).await;
    let access = login(&mut browser, "openid").await;
    provider.hall.clock.advance(61);
    browser.log_in(ZHANG).await;
    assert_eq!(provider.userinfo(&access).await.status, 401);
    assert_eq!(waiting(&provider).await, [("bus".to_owned(), 0)]);
    // A session that nobody used any more: nobody ended it, so somebody looks.
    let access = login(&mut browser, "openid offline_access").await;
    must(notices::end(&provider.hall.state).await);
    assert_eq!(provider.userinfo(&access).await.status, 200, "the session lives");
    assert!(waiting(&provider).await.is_empty());
    provider.hall.clock.advance(12 * 3600);
    must(notices::end(&provider.hall.state).await);
    assert_eq!(waiting(&provider).await, [("bus".to_owned(), 0)]);
    // It is told once, though what lasts goes on.
    must(notices::end(&provider.hall.state).await);
    assert!(waiting(&provider).await.is_empty());
}

#[tokio::test]
async fn a_login_without_anything_that_lasts_lives_as_long_as_the_session() {
    let provider = Provider::open().await;
    let mut browser = provider.citizen(ZHANG).await;
    let code = provider.code(&mut browser, BUS, BUS_BACK, "openid").await;
    assert_eq!(provider.redeem(BUS, &code, BUS_BACK).await.status, 200);
    // Long after its tokens: the client is still to hear of the end.
    for _ in 0..13 {
        provider.hall.clock.advance(12 * 3600 - 60);
        assert_eq!(browser.get("/api/v1/identity/session").await.status, 200);
        must(notices::end(&provider.hall.state).await);
    }
    let mut other = provider.citizen("13800000002").await;
    provider.code(&mut other, BUS, BUS_BACK, "openid").await;
    browser.delete("/api/v1/identity/session").await;
    assert_eq!(waiting(&provider).await, [("bus".to_owned(), 0)]);
}
