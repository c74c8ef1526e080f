//! Promises of the terminals of the hall that log in by a code or a card: what they are given is bound to their key.

use super::dpop::proof_with;
use super::terminal::{Shown, session, text, with_key};
use super::*;
use crate::identity::card_tests;

const TOKENS: &str = "/api/v1/identity/tokens";
const CONFIRMED: &str = "/api/v1/identity/tokens/confirmed";
const CARD_TOKENS: &str = "/api/v1/identity/card/tokens";
const SESSIONS: &str = "/api/v1/account/sessions";

fn proof(provider: &Provider, path: &str) -> String {
    proof_with(provider, "terminal", "POST", &format!("{ISSUER}{path}"), |_| {})
}

/// Sends what logs in, with this proof.
async fn enter(terminal: &mut TestTerminal, path: &str, body: &Value, proof: &str) -> Reply {
    let headers = [("content-type", "application/json"), ("dpop", proof)];
    let body = body.to_string().into_bytes();
    terminal.send(Method::POST, path, &headers, body).await
}

/// A terminal of this kind, and what its citizen types.
async fn asked(provider: &Provider, kind: &str) -> (TestTerminal, Value) {
    let mut terminal = provider.hall.terminal(kind);
    let code = terminal.ask_code(ZHANG).await;
    (terminal, json!({ "phone": ZHANG, "code": code }))
}

/// What a terminal of this kind is given for a code, bound to the key `terminal`.
async fn bound(provider: &Provider, kind: &str) -> Value {
    let (mut terminal, typed) = asked(provider, kind).await;
    let reply = enter(&mut terminal, TOKENS, &typed, &proof(provider, TOKENS)).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    assert!(terminal.cookies.is_empty(), "a token sets no cookie");
    reply.json()["bound"].clone()
}

/// Why a proof or a token is refused.
fn why(reply: &Reply) -> String {
    let challenge = reply.header("www-authenticate");
    challenge.split('"').nth(1).unwrap_or_default().to_owned()
}

async fn refresh(provider: &Provider, client: &str, key: &str, token: &str) -> Value {
    let pairs = [("grant_type", "refresh_token"), ("refresh_token", token)];
    with_key(provider, client, key, "/oauth/token", &pairs).await.json()
}

#[tokio::test]
async fn a_login_by_code_is_worth_nothing_without_the_key_that_its_terminal_holds() {
    let provider = Provider::open().await;
    let (mut terminal, typed) = asked(&provider, "desktop").await;
    // A proof that has to be made again uses up no code.
    let stale = proof_with(&provider, "terminal", "POST", &format!("{ISSUER}{TOKENS}"), |claims| {
        claims["nonce"] = json!("stale");
    });
    let reply = enter(&mut terminal, TOKENS, &typed, &stale).await;
    assert_eq!(reply.code(), "identity/not_logged_in");
    assert_eq!(why(&reply), "use_dpop_nonce");
    let nonce = crate::oidc::dpop::nonce(&provider.hall.state);
    assert_eq!(reply.header("dpop-nonce"), nonce);
    // Nor does one for another address.
    let elsewhere = enter(&mut terminal, TOKENS, &typed, &proof(&provider, CONFIRMED)).await;
    assert_eq!(elsewhere.status, 401);

    let good = proof(&provider, TOKENS);
    let granted = enter(&mut terminal, TOKENS, &typed, &good).await;
    assert_eq!(granted.status, 200, "{}", granted.json());
    let granted = granted.json();
    assert_eq!(granted["session"]["actor"]["name"], "张敏");
    assert_eq!(granted["token"], Value::Null);
    assert_eq!(granted["bound"]["expires_in"], 600);
    let again = enter(&mut terminal, TOKENS, &typed, &good).await;
    assert_eq!(why(&again), "invalid_dpop_proof");

    let access = text(&granted["bound"], "access_token");
    let next = text(&granted["bound"], "refresh_token");
    let reply = session(&access, "terminal").ask(&provider).await;
    assert_eq!((reply.status, &reply.json()["actor"]["name"]), (200, &json!("张敏")));
    for token in [&access, &next] {
        let reply = session(token, "terminal").send(&provider, "Bearer", None).await;
        assert_eq!(reply.code(), "identity/not_logged_in");
    }
    let stolen = session(&access, "another").ask(&provider).await;
    assert_eq!(why(&stolen), "invalid_token");
    let stolen = refresh(&provider, OWN_DESKTOP, "another", &next).await;
    assert_eq!(stolen["error"], "invalid_grant");
    // It ends nobody's login.
    assert_eq!(session(&access, "terminal").ask(&provider).await.status, 200);
}

#[tokio::test]
async fn a_terminal_goes_on_with_the_next_tokens_and_leaves_nothing_when_its_citizen_logs_out() {
    let provider = Provider::open().await;
    let first = text(&bound(&provider, "desktop").await, "refresh_token");
    provider.hall.clock.advance(3_600);
    let next = refresh(&provider, OWN_DESKTOP, "terminal", &first).await;
    assert_eq!((&next["token_type"], &next["scope"]), (&json!("DPoP"), &json!("hall")));
    assert_eq!(next["id_token"], Value::Null);
    // The answer did not arrive, and the terminal slept.
    provider.hall.clock.advance(3_600);
    let heard = refresh(&provider, OWN_DESKTOP, "terminal", &first).await;
    assert_eq!(heard["refresh_token"], next["refresh_token"]);
    let access = text(&heard, "access_token");
    let farewell = Shown {
        method: "DELETE",
        ..session(&access, "terminal")
    };
    assert_eq!(farewell.ask(&provider).await.status, 204);
    assert_eq!(session(&access, "terminal").ask(&provider).await.status, 401);
    let after = refresh(&provider, OWN_DESKTOP, "terminal", &text(&heard, "refresh_token")).await;
    assert_eq!(after["error"], "invalid_grant");
    // A terminal that forgets it without a word to the API says so to the login.
    provider.hall.clock.advance(61);
    let tokens = bound(&provider, "desktop").await;
    let revoke = [("token", tokens["refresh_token"].as_str().unwrap_or_default())];
    let told = provider.as_client(OWN_DESKTOP, "/oauth/revoke", &revoke, &[]).await;
    assert_eq!(told.status, 200);
    let access = text(&tokens, "access_token");
    assert_eq!(session(&access, "terminal").ask(&provider).await.status, 401);
}

#[tokio::test]
async fn a_theft_of_a_login_by_code_ends_its_session() {
    let provider = Provider::open().await;
    let first = text(&bound(&provider, "desktop").await, "refresh_token");
    let next = refresh(&provider, OWN_DESKTOP, "terminal", &first).await;
    let next = refresh(&provider, OWN_DESKTOP, "terminal", &text(&next, "refresh_token")).await;
    let access = text(&next, "access_token");
    assert_eq!(session(&access, "terminal").ask(&provider).await.status, 200);
    provider.hall.clock.advance(60);
    let reused = refresh(&provider, OWN_DESKTOP, "terminal", &first).await;
    assert_eq!(reused["error"], "invalid_grant");
    assert_eq!(session(&access, "terminal").ask(&provider).await.status, 401);
}

#[tokio::test]
async fn an_account_that_was_not_used_for_long_is_bound_to_the_key_as_well() {
    let provider = Provider::open().await;
    let (mut terminal, typed) = asked(&provider, "mobile").await;
    let reply = enter(&mut terminal, CONFIRMED, &typed, &proof(&provider, CONFIRMED)).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    assert_eq!(reply.json()["token"], Value::Null);
    let access = text(&reply.json()["bound"], "access_token");
    assert_eq!(session(&access, "terminal").ask(&provider).await.status, 200);
}

#[tokio::test]
async fn a_card_at_a_kiosk_begins_a_kiosks_session_that_is_bound_to_its_key() {
    let provider = Provider::open().await;
    // Whatever the request says of itself.
    let mut kiosk = provider.hall.terminal("desktop");
    kiosk.headers.push(("onehall-kiosk".to_owned(), AT_CENTRAL.to_owned()));
    let code = card_tests::asked(&provider.hall, &mut kiosk, card_tests::CARD).await;
    let typed = json!({ "citizen_id": card_tests::CARD, "code": code });
    let reply = enter(&mut kiosk, CARD_TOKENS, &typed, &proof(&provider, CARD_TOKENS)).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    let tokens = reply.json()["bound"].clone();
    let access = text(&tokens, "access_token");
    let sessions = Shown {
        path: SESSIONS,
        ..session(&access, "terminal")
    };
    assert_eq!(sessions.ask(&provider).await.code(), "identity/other_terminal");
    let mut browser = provider.citizen(ZHANG).await;
    let listed = browser.get(SESSIONS).await.json();
    let mut all = listed.as_array().into_iter().flatten();
    let kiosk = all.find(|one| one["terminal"] == "kiosk");
    let name = kiosk.map(|kiosk| kiosk["name"].clone());
    assert_eq!(name, Some(json!("兰川市政务服务中心 3 号自助终端")), "{listed}");
    // A quarter of an hour in which nobody was there ends it, whoever holds the key.
    provider.hall.clock.advance(16 * 60);
    let after = refresh(&provider, OWN_KIOSK, "terminal", &text(&tokens, "refresh_token")).await;
    assert_eq!(after["error"], "invalid_grant");
}

#[tokio::test]
async fn who_logs_a_terminal_out_from_elsewhere_has_it_told_so() {
    let provider = Provider::open().await;
    let tokens = bound(&provider, "mobile").await;
    provider.hall.clock.advance(61);
    let mut browser = provider.citizen(ZHANG).await;
    assert_eq!(browser.delete(SESSIONS).await.status, 204);
    for name in ["access_token", "refresh_token"] {
        let reply = session(&text(&tokens, name), "terminal").ask(&provider).await;
        assert_eq!(reply.code(), "identity/not_logged_in");
        assert_eq!(reply.json()["details"]["ended"]["why"], "elsewhere", "{name}");
    }
}

#[tokio::test]
async fn who_is_no_terminal_of_the_hall_or_shows_no_key_gets_a_token_for_whoever_has_it() {
    let provider = Provider::open().await;
    // One that the city has not registered, and one that proves nothing.
    let (mut unknown, typed) = asked(&provider, "mini_app").await;
    let granted = enter(&mut unknown, TOKENS, &typed, &proof(&provider, TOKENS))
        .await
        .json();
    provider.hall.clock.advance(61);
    let (mut keyless, typed) = asked(&provider, "desktop").await;
    let plain = keyless.post(TOKENS, typed).await.json();
    for granted in [granted, plain] {
        assert_eq!(granted["bound"], Value::Null);
        let token = text(&granted, "token");
        let reply = session(&token, "terminal").send(&provider, "Bearer", None).await;
        assert_eq!(reply.status, 200);
    }
    // A hall that is no provider of logins binds nothing: it has no name for a proof to be made for.
    let hall = TestHall::open_with(|config| config.mode = crate::config::Mode::Production).await;
    let mut terminal = hall.terminal("desktop");
    let code = terminal.ask_code(ZHANG).await;
    let typed = json!({ "phone": ZHANG, "code": code });
    let granted = enter(&mut terminal, TOKENS, &typed, &proof(&provider, TOKENS)).await;
    assert_eq!(granted.status, 200, "{}", granted.json());
    assert_eq!(granted.json()["bound"], Value::Null);
}

#[tokio::test]
async fn the_page_of_another_site_is_no_terminal_of_the_hall_whatever_it_says_of_itself() {
    const BANK_SITE: &str = "https://bank.example";
    let provider = Provider::open_with(|config| config.embed_origins = vec![BANK_SITE.to_owned()]).await;
    let (mut page, typed) = asked(&provider, "desktop").await;
    page.headers.push(("origin".to_owned(), BANK_SITE.to_owned()));
    let granted = enter(&mut page, TOKENS, &typed, &proof(&provider, TOKENS)).await;
    assert_eq!(granted.status, 200, "{}", granted.json());
    assert_eq!(granted.json()["bound"], Value::Null);
}

#[test]
fn the_demo_city_has_registered_every_native_terminal() {
    for kind in ["desktop", "mobile", "kiosk"] {
        let id = must(format!("hall-{kind}").parse());
        let client = crate::testing::demo_city().client(&id).cloned();
        let terminal = client.and_then(|client| client.terminal);
        assert_eq!(terminal.map(|terminal| terminal.as_str()), Some(kind));
    }
}
