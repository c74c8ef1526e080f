//! Sessions: seen, ended, and what a terminal may do that is not one's own.

use axum::http::Method;
use onehall_protocol::PersonId;
use onehall_protocol::cases::Poke;
use serde_json::{Value, json};

use super::{BANK, DELEGATIONS, SESSIONS, WANG_LEI, ZHANG_MIN, begin, good, text, with_token};
use crate::clock::Clock;
use crate::events::Channel;
use crate::oidc::tests::{AT_CENTRAL, OWN_DESKTOP, OWN_KIOSK, Provider, let_in};
use crate::testing::TestHall;

const SESSION: &str = "/api/v1/identity/session";

#[tokio::test]
async fn every_terminal_is_listed_with_what_it_is_and_when_it_was_used() {
    let mut provider = Provider::open().await;
    let mut browser = provider.hall.browser();
    browser.headers.push((
        "user-agent".to_owned(),
        "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0".to_owned(),
    ));
    browser.log_in(ZHANG_MIN).await;
    provider.hall.clock.advance(61);
    let mut kiosk = provider.hall.terminal("kiosk");
    let key = ("onehall-kiosk".to_owned(), AT_CENTRAL.to_owned());
    kiosk.headers.push(key.clone());
    kiosk.log_in(ZHANG_MIN).await;
    // Those that a phone let in say it with their tokens. Where a kiosk stands its key shows, and no other terminal stands there.
    let agent = ("user-agent".to_owned(), "OneHall/0.1.0 (linux)".to_owned());
    provider.wire.headers = vec![agent.clone(), key];
    let_in(&provider, OWN_DESKTOP, "terminal", &mut browser).await;
    provider.wire.headers = vec![agent];
    let_in(&provider, OWN_KIOSK, "terminal", &mut browser).await;
    let hall = &provider.hall;
    hall.clock.advance(300);
    let began = hall.clock.now().plus_seconds(-361).to_string();
    let listed = good(browser.get(SESSIONS).await);
    assert_eq!(listed.as_array().map(Vec::len), Some(4));
    let mine = &listed[0];
    assert_eq!(
        (&mine["terminal"], &mine["name"], &mine["here"]),
        (&json!("browser"), &json!("Firefox · Linux"), &json!(true))
    );
    assert_eq!(mine["began_at"], began);
    assert_eq!(mine["seen_at"], hall.clock.now().to_string(), "this request is a use");
    let others = listed.as_array().into_iter().flatten().skip(1);
    let mut others: Vec<_> = others
        .map(|other| (text(&other["name"]), text(&other["terminal"]), other["here"] == true))
        .collect();
    others.sort_unstable();
    let other = |name: &str, terminal: &str| (name.to_owned(), terminal.to_owned(), false);
    assert_eq!(
        others,
        [
            other("Linux", "desktop"),
            other("兰川市政务服务中心 3 号自助终端", "kiosk"),
            other("兰川市政务服务中心 3 号自助终端", "kiosk")
        ]
    );
    let english = ("accept-language".to_owned(), "en".to_owned());
    browser.headers.push(english);
    let listed = good(browser.get(SESSIONS).await).to_string();
    assert!(listed.contains("Kiosk 3, Lanchuan Central Service Hall"), "{listed}");
    // Of nobody else.
    hall.clock.advance(61);
    let mut stranger = hall.browser();
    stranger.log_in(WANG_LEI).await;
    assert_eq!(good(stranger.get(SESSIONS).await).as_array().map(Vec::len), Some(1));
    let id = text(&mine["id"]);
    let refused = stranger.delete(&format!("{SESSIONS}/{id}")).await;
    assert_eq!((refused.status, refused.code().as_str()), (404, "request/not_found"));
    assert_eq!(browser.get(SESSION).await.status, 200);
}

#[tokio::test]
async fn an_ended_session_stops_at_once_and_its_terminal_is_told_why() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let me = browser.log_in(ZHANG_MIN).await;
    let me: PersonId = text(&me["actor"]["id"])
        .parse()
        .unwrap_or_else(|error| panic!("{error}"));
    hall.clock.advance(61);
    let (mut desktop, _) = with_token(&hall, "desktop", None, ZHANG_MIN).await;
    let mut listener = hall.state.events.listen(vec![Channel::Person(me)]);
    let listed = good(browser.get(SESSIONS).await);
    let other = listed
        .as_array()
        .and_then(|all| all.iter().find(|one| one["here"] == false))
        .unwrap_or_else(|| panic!("{listed}"));
    let ended = browser.delete(&format!("{SESSIONS}/{}", text(&other["id"]))).await;
    assert_eq!(ended.status, 204);
    assert_eq!(listener.next().await, Some(vec![Poke::SessionEnded]));
    let told = desktop.get(SESSION).await;
    assert_eq!((told.status, told.code().as_str()), (401, "identity/not_logged_in"));
    let why = json!({ "why": "elsewhere", "by": "browser", "at": hall.clock.now().to_string() });
    assert_eq!(told.json()["details"]["ended"], why);
    // One that ends itself, or runs out, is told no such thing.
    assert_eq!(browser.delete(SESSION).await.status, 204);
    assert_eq!(browser.get(SESSION).await.json()["details"], Value::Null);
    // And the mark goes when the session would have.
    hall.clock.advance(8 * 86_400);
    assert_eq!(desktop.get(SESSION).await.json()["details"], Value::Null);
}

#[tokio::test]
async fn all_others_end_and_the_one_that_asks_stays() {
    let hall = TestHall::open().await;
    let mut others = Vec::new();
    for kind in ["desktop", "mobile"] {
        others.push(with_token(&hall, kind, None, ZHANG_MIN).await.0);
        hall.clock.advance(61);
    }
    let mut browser = hall.browser();
    browser.log_in(ZHANG_MIN).await;
    assert_eq!(browser.delete(SESSIONS).await.status, 204);
    for other in &mut others {
        assert_eq!(other.get(SESSION).await.json()["details"]["ended"]["why"], "elsewhere");
    }
    assert_eq!(browser.get(SESSION).await.status, 200);
    assert_eq!(good(browser.get(SESSIONS).await).as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_belongs_to_the_account_is_changed_on_a_terminal_of_ones_own_alone() {
    let hall = TestHall::open_with(|config| config.embed_origins = vec![BANK.to_owned()]).await;
    let mut kiosk = hall.terminal("kiosk");
    kiosk.log_in(ZHANG_MIN).await;
    // What the session began as counts, not what the request says of itself.
    let mut disguised = kiosk.clone();
    disguised.headers = vec![("onehall-terminal".to_owned(), "browser".to_owned())];
    hall.clock.advance(61);
    // A page of another site says that it is a browser, and is none.
    let (embedded, _) = with_token(&hall, "browser", Some(BANK), ZHANG_MIN).await;
    let scope = json!({ "role": "helper", "submits": true, "until": "2026-12-31" });
    let id = "01935a00-0000-7000-8000-000000000001";
    for terminal in [kiosk, disguised, embedded] {
        let asked: [(Method, String, Value); 8] = [
            (Method::GET, SESSIONS.to_owned(), Value::Null),
            (Method::DELETE, SESSIONS.to_owned(), Value::Null),
            (Method::DELETE, format!("{SESSIONS}/{id}"), Value::Null),
            (Method::GET, DELEGATIONS.to_owned(), Value::Null),
            (Method::POST, DELEGATIONS.to_owned(), json!({ "scope": scope })),
            (
                Method::POST,
                format!("{DELEGATIONS}/requests"),
                json!({ "phone": WANG_LEI, "scope": scope }),
            ),
            (
                Method::POST,
                format!("{DELEGATIONS}/{id}/answer"),
                json!({ "agree": true }),
            ),
            (Method::DELETE, format!("{DELEGATIONS}/{id}"), Value::Null),
        ];
        for (method, path, body) in asked {
            let mut terminal = terminal.clone();
            let body = body.to_string().into_bytes();
            let reply = terminal
                .send(method.clone(), &path, &[("content-type", "application/json")], body)
                .await;
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (403, "identity/other_terminal"),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn a_sites_token_reaches_the_services_that_the_site_is_registered_for() {
    let hall = TestHall::open_with(|config| {
        config.embed_origins = vec![BANK.to_owned(), "https://shop.example".to_owned()];
        config.embed_services = vec![format!("{BANK} residence-permit")];
    })
    .await;
    let mut browser = hall.browser();
    browser.log_in(ZHANG_MIN).await;
    let other = good(begin(&mut browser, "identity-card-renewal", None).await);
    let (id, allowed) = (
        text(&other["id"]),
        good(begin(&mut browser, "residence-permit", None).await),
    );
    hall.clock.advance(61);
    // It says that it is a browser; it is listed as what it is.
    let (mut embedded, _) = with_token(&hall, "browser", Some(BANK), ZHANG_MIN).await;
    let sessions = good(browser.get(SESSIONS).await);
    let there = sessions
        .as_array()
        .into_iter()
        .flatten()
        .find(|one| one["name"] == BANK);
    assert_eq!(there.map(|one| &one["terminal"]), Some(&json!("mini_app")));
    let listed = good(embedded.get("/api/v1/drafts").await);
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["id"], allowed["id"]);
    for reply in [
        embedded.get(&format!("/api/v1/drafts/{id}")).await,
        embedded.delete(&format!("/api/v1/drafts/{id}")).await,
        begin(&mut embedded, "vehicle-licence-renewal", None).await,
    ] {
        assert_eq!((reply.status, reply.code().as_str()), (403, "identity/other_terminal"));
    }
    let copy = good(embedded.get("/api/v1/sync/snapshot").await);
    let held: Vec<_> = copy["changes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(held, [&allowed["id"]], "nor does the copy hold more");
    // The checksum is over what the terminal may hold, or it would read a snapshot for ever.
    let cursor = text(&copy["cursor"]);
    let pulled = good(
        embedded
            .get(&format!("/api/v1/sync?cursor={cursor}&checksums=true"))
            .await,
    );
    let me = text(&allowed["principal"]["id"]);
    let mut sum = onehall_sync::Checksum::default();
    let id = text(&allowed["id"]).parse().unwrap_or_else(|error| panic!("{error}"));
    let revision = allowed["revision"].as_u64().unwrap_or_default();
    sum.add(onehall_protocol::sync::Entity::Draft, id, revision);
    assert_eq!(pulled["checksums"][&me], sum.to_string());

    // The token is that site's: elsewhere it is none.
    for site in [None, Some("https://shop.example")] {
        let mut thief = embedded.clone();
        thief.headers.retain(|(name, _)| name != "origin");
        thief
            .headers
            .extend(site.map(|site| ("origin".to_owned(), site.to_owned())));
        assert_eq!(thief.get(SESSION).await.code(), "identity/not_logged_in", "{site:?}");
    }
    assert_eq!(embedded.get(SESSION).await.status, 200);
    // A site without a list reaches everything.
    hall.clock.advance(61);
    let (mut shop, _) = with_token(&hall, "mini_app", Some("https://shop.example"), ZHANG_MIN).await;
    assert_eq!(good(shop.get("/api/v1/drafts").await).as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_sites_token_reaches_nothing_of_the_account() {
    let hall = TestHall::open_with(|config| {
        config.embed_origins = vec![BANK.to_owned()];
        config.embed_services = vec![format!("{BANK} residence-permit")];
    })
    .await;
    let (mut embedded, _) = with_token(&hall, "browser", Some(BANK), ZHANG_MIN).await;
    let document = json!({ "name": "张敏", "citizen_id": "620102198805143827" });
    let picture = json!({ "picture": "/9j/4AAQSkZJRgABAQEAYABgAAD/2Q==" });
    let confirm = json!({ "number": "11", "scopes": ["openid"] });
    for (what, reply) in [
        ("profile", embedded.get("/api/v1/identity/profile").await),
        ("consents", embedded.get("/api/v1/identity/consents").await),
        ("a consent", embedded.delete("/api/v1/identity/consents/bank").await),
        ("passkeys", embedded.get("/api/v1/identity/passkeys").await),
        (
            "document",
            embedded.post("/api/v1/identity/level/document", document).await,
        ),
        ("face", embedded.post("/api/v1/identity/level/face", picture).await),
        ("visit", embedded.post("/api/v1/identity/level/visit", json!({})).await),
        ("a machine", embedded.get("/api/v1/devices/BCDFGHJK").await),
        (
            "letting it in",
            embedded.post("/api/v1/devices/BCDFGHJK/grant", confirm).await,
        ),
        (
            "refusing it",
            embedded.post("/api/v1/devices/BCDFGHJK/refusal", json!({})).await,
        ),
        (
            "an application",
            embedded
                .post("/api/v1/authorizations/nobody/grant", json!({ "scopes": [] }))
                .await,
        ),
        ("data", embedded.get("/api/v1/account/data").await),
    ] {
        // What a page of another site never calls is refused before anybody looks who asks.
        let refusals = ["identity/other_terminal", "request/cross_site"];
        let code = reply.code();
        assert!(
            reply.status == 403 && refusals.contains(&code.as_str()),
            "{what}: {code}"
        );
    }
    // Who it is for, and what stands between them and handing in, it is told.
    good(embedded.get("/api/v1/identity/session").await);
    good(embedded.get("/api/v1/identity/level").await);
}
