//! Promises of a login that is bound to a key, over a whole core: a hall that lets it in, gives out tokens and wants proofs.

use async_trait::async_trait;
use futures::future::join_all;
use onehall_client::Event;
use serde_json::json;

use super::*;
use crate::identity::TOKEN;
use crate::platform::memory::MemorySecrets;
use crate::ports::{Host, Http, SecretStore};
use crate::testing::{FailingSecrets, Machine, answer};

/// For how long the hall answers a used refresh token alike, in milliseconds.
const GRACE: i64 = 10_000;
/// Time that passes between two looks at what is waited for.
const TICK: i64 = 100;

type Slow = (&'static str, Shared<oneshot::Receiver<()>>);

/// A hall that lets a terminal in, and gives out tokens; with a nonce for proofs.
#[derive(Default)]
struct Hall {
    asked: Mutex<Vec<(String, Option<String>)>>,
    exchanged: Mutex<usize>,
    confirmed: Mutex<bool>,
    nonce: Mutex<usize>,
    /// An access token that does not count any more.
    taken_back: Mutex<Option<String>>,
    /// Whether it binds what it gives for a code to the key that is shown with it.
    binds: Mutex<bool>,
    /// Whether it is of before there was a login for others, and takes no proofs.
    older: Mutex<bool>,
    /// Whether it cannot be reached at all.
    away: Mutex<bool>,
    /// Whether the citizen ended the session from elsewhere.
    ended: Mutex<bool>,
    /// With what it refuses to say who it is.
    metadata: Mutex<Option<u16>>,
    /// In whose name a session was ended.
    ended_by: Mutex<Vec<String>>,
    /// How many requests for the next tokens it has still to leave without an answer.
    silent: Mutex<usize>,
    /// Where it is slow, and until when.
    slow: Mutex<Option<Slow>>,
}

impl Hall {
    /// Has it answer there once it is told to.
    fn is_slow_at(&self, path: &'static str) -> oneshot::Sender<()> {
        let (answers, slow) = oneshot::channel();
        *lock(&self.slow) = Some((path, slow.shared()));
        answers
    }

    fn says_nothing(&self) -> bool {
        let mut silent = lock(&self.silent);
        let says_nothing = *silent > 0;
        *silent = silent.saturating_sub(1);
        says_nothing
    }
}

#[async_trait]
impl Http for Hall {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        if *lock(&self.away) {
            return Err(NoAnswer);
        }
        let path = request.url.strip_prefix("http://hall").unwrap_or_default().to_owned();
        let header = |name: &str| {
            let found = request.headers.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        };
        let body = String::from_utf8(request.body.clone().unwrap_or_default()).unwrap_or_default();
        lock(&self.asked).push((path.clone(), header("authorization")));
        let wanted = format!("n-{}", lock(&self.nonce));
        let fresh = header("dpop").is_some_and(|proof| {
            let claims: Value =
                serde_json::from_slice(&decoded(proof.split('.').nth(1).unwrap_or_default())).unwrap_or_default();
            claims["nonce"] == wanted
        });
        let stale = |status| {
            let mut told = answer((status, json!({ "error": "use_dpop_nonce" })));
            told.headers.push(("dpop-nonce".to_owned(), wanted.clone()));
            told.headers.push((
                "www-authenticate".to_owned(),
                "DPoP error=\"use_dpop_nonce\"".to_owned(),
            ));
            Ok(told)
        };
        let tokens = |number: usize| {
            Ok(answer((
                200,
                json!({ "access_token": format!("access-{number}"), "refresh_token": format!("refresh-{number}"), "expires_in": 600 }),
            )))
        };
        let slow = lock(&self.slow).clone().filter(|(slow, _)| path == *slow);
        if let Some((_, slow)) = slow {
            let _ = slow.await;
        }
        let session = json!({
            "actor": { "id": crate::testing::PERSON, "kind": "citizen", "name": "张敏" }, "principals": [], "phone": "138****0001",
            "assurance": "L2", "expires_at": crate::testing::AT
        });
        if let (Method::Delete, "/api/v1/identity/session") = (request.method, path.as_str()) {
            lock(&self.ended_by).extend(header("authorization"));
            return Ok(answer((204, Value::Null)));
        }
        match path.as_str() {
            "/.well-known/openid-configuration" if lock(&self.metadata).is_some() => {
                Ok(answer((lock(&self.metadata).unwrap_or(500), Value::Null)))
            }
            "/.well-known/openid-configuration" if *lock(&self.older) => Ok(answer((404, json!(null)))),
            "/.well-known/openid-configuration" => Ok(answer((200, json!({ "issuer": "https://hall.example" })))),
            "/oauth/device" | "/oauth/token" if !fresh => stale(400),
            "/oauth/device" => Ok(answer((
                200,
                json!({
                    "device_code": "secret", "user_code": "BCDF-GHJK", "verification_uri_complete": "https://hall.example/device?code=BCDF-GHJK",
                    "confirmation": "42", "expires_in": 120, "interval": 5, "verification_uri": "https://hall.example/device"
                }),
            ))),
            "/oauth/token" if body.contains("device_code") => match *lock(&self.confirmed) {
                true => tokens(0),
                false => Ok(answer((400, json!({ "error": "authorization_pending" })))),
            },
            "/oauth/token" if *lock(&self.ended) => Ok(answer((400, json!({ "error": "invalid_grant" })))),
            "/oauth/token" if self.says_nothing() => std::future::pending().await,
            "/oauth/token" => {
                let mut exchanged = lock(&self.exchanged);
                *exchanged += 1;
                tokens(*exchanged)
            }
            "/oauth/revoke" => Ok(answer((200, json!(null)))),
            "/api/v1/identity/tokens" if header("dpop").is_some() => {
                assert!(!*lock(&self.older), "it knows no proofs");
                match (fresh, *lock(&self.binds)) {
                    (false, _) => stale(401),
                    (true, true) => Ok(answer((
                        200,
                        json!({
                            "bound": { "access_token": "access-0", "refresh_token": "refresh-0", "expires_in": 600 },
                            "session": session
                        }),
                    ))),
                    (true, false) => Ok(answer((200, json!({ "token": "by-code", "session": session })))),
                }
            }
            "/api/v1/identity/tokens" => Ok(answer((200, json!({ "token": "by-code", "session": session })))),
            _ if header("authorization").is_some_and(|shown| shown == "Bearer by-code") => Ok(answer((200, session))),
            _ if *lock(&self.ended) && header("authorization").is_some_and(|shown| shown == "DPoP refresh-0") => {
                let (status, mut told) = crate::testing::problem(401, "identity/not_logged_in");
                told["details"] = json!({ "ended": { "why": "elsewhere", "by": "browser", "at": crate::testing::AT } });
                Ok(answer((status, told)))
            }
            _ if !fresh => stale(401),
            _ if header("authorization").is_some_and(|shown| lock(&self.taken_back).as_ref() == Some(&shown)) => {
                let mut told = answer((401, json!(null)));
                told.headers
                    .push(("www-authenticate".to_owned(), "DPoP error=\"invalid_token\"".to_owned()));
                Ok(told)
            }
            _ => Ok(answer((200, session))),
        }
    }
}

/// What stands in base64url.
fn decoded(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (mut bytes, mut word, mut bits) = (Vec::new(), 0_u32, 0);
    for digit in text.chars() {
        word = word << 6 | u32::try_from(DIGITS.find(digit).unwrap_or(0)).unwrap_or(0);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((word >> bits & 0xff) as u8);
        }
    }
    bytes
}

fn terminal(hall: &Arc<Hall>) -> (Arc<Machine>, Arc<MemorySecrets>, Core) {
    let machine = Arc::new(Machine::default());
    let secrets = Arc::new(MemorySecrets::default());
    let host = Host {
        secrets: Some(secrets.clone()),
        ..machine.host(hall.clone())
    };
    let core = Core::new(host, "http://hall", onehall_protocol::identity::TerminalKind::Desktop);
    (machine, secrets, core)
}

/// A terminal that a phone has let in.
fn let_in(hall: &Arc<Hall>) -> (Arc<Machine>, Arc<MemorySecrets>, Core) {
    let (machine, secrets, core) = terminal(hall);
    let shown = machine
        .wait(core.begin_phone_login(), TICK)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((shown.code.as_str(), shown.number.as_str()), ("BCDF-GHJK", "42"));
    *lock(&hall.confirmed) = true;
    let end = machine.wait(core.await_phone_login(), 5_000);
    assert!(matches!(end, Ok(PhoneLoginEnd::Granted(_))), "{end:?}");
    (machine, secrets, core)
}

#[test]
fn a_terminal_that_was_let_in_shows_its_token_with_a_proof_and_the_key_stays_in_the_secrets() {
    let hall = Arc::new(Hall::default());
    let (machine, secrets, core) = let_in(&hall);
    assert!(core.has_session() && core.is_bound());
    let asked = lock(&hall.asked).clone();
    let shown = asked.iter().rfind(|(path, _)| path == "/api/v1/identity/session");
    assert_eq!(shown.and_then(|(_, token)| token.as_deref()), Some("DPoP access-0"));
    // The hall wants another nonce now and then: nobody notices.
    *lock(&hall.nonce) += 1;
    assert!(machine.wait(core.list_drafts::<Value>(), TICK).is_ok());
    // A start later the same login goes on, until somebody logs out: then nothing is left.
    assert!(matches!(machine.wait(secrets.get(LOGIN), TICK), Ok(Some(_))));
    machine
        .wait(core.log_out(true), TICK)
        .unwrap_or_else(|error| panic!("{error}"));
    machine.run();
    for name in [LOGIN, KEY] {
        assert_eq!(machine.wait(secrets.get(name), TICK), Ok(None), "{name}");
    }
    assert!(lock(&hall.asked).iter().any(|(path, _)| path == "/oauth/revoke"));
}

/// Logs in by a code.
fn log_in(machine: &Arc<Machine>, core: &Core) {
    let session = machine.wait(core.log_in("13800000001".to_owned(), "123456".to_owned()), TICK);
    assert!(session.is_ok(), "{session:?}");
    machine.run();
}

/// What the last request for the drafts showed.
fn shown(hall: &Hall) -> Option<String> {
    let asked = lock(&hall.asked);
    let last = asked.iter().rfind(|(path, _)| path == "/api/v1/drafts");
    last.and_then(|(_, shown)| shown.clone())
}

#[test]
fn a_login_by_code_is_bound_to_the_key_of_its_terminal_and_a_start_later_goes_on() {
    let hall = Arc::new(Hall::default());
    *lock(&hall.binds) = true;
    let (machine, secrets, core) = terminal(&hall);
    log_in(&machine, &core);
    assert!(core.has_session() && core.is_bound());
    assert_eq!(machine.wait(secrets.get(TOKEN), TICK), Ok(None));
    assert!(machine.wait(core.list_drafts::<Value>(), TICK).is_ok());
    assert_eq!(shown(&hall).as_deref(), Some("DPoP access-0"));
    machine.die();
    drop(core);
    let host = Host {
        secrets: Some(secrets.clone()),
        ..machine.host(hall.clone())
    };
    let again = Core::new(host, "http://hall", onehall_protocol::identity::TerminalKind::Desktop);
    assert!(matches!(machine.wait(again.restore_session(), TICK), Ok(Some(_))));
    machine.pass(600_000);
    assert!(machine.wait(again.list_drafts::<Value>(), TICK).is_ok());
    assert_eq!(shown(&hall).as_deref(), Some("DPoP access-1"));
    // Who logs out leaves nothing behind, and the hall is told.
    machine
        .wait(again.log_out(true), TICK)
        .unwrap_or_else(|error| panic!("{error}"));
    for name in [TOKEN, LOGIN, KEY] {
        assert_eq!(machine.wait(secrets.get(name), TICK), Ok(None), "{name}");
    }
    assert!(lock(&hall.asked).iter().any(|(path, _)| path == "/oauth/revoke"));
}

#[test]
fn a_login_by_code_goes_on_without_a_key_where_the_hall_or_the_terminal_has_none_for_it() {
    // A hall that does not know this terminal, and one that is older than all this.
    for older in [false, true] {
        let hall = Arc::new(Hall::default());
        *lock(&hall.older) = older;
        let (machine, secrets, core) = terminal(&hall);
        log_in(&machine, &core);
        assert!(core.has_session() && !core.is_bound());
        let token = machine.wait(secrets.get(TOKEN), TICK);
        assert_eq!(token, Ok(Some("by-code".to_owned())));
    }
    // A key store that cannot be read.
    let hall = Arc::new(Hall::default());
    *lock(&hall.binds) = true;
    let machine = Arc::new(Machine::default());
    let secrets = Arc::new(FailingSecrets::default());
    let host = Host {
        secrets: Some(secrets.clone()),
        ..machine.host(hall.clone())
    };
    let core = Core::new(host, "http://hall", onehall_protocol::identity::TerminalKind::Mobile);
    lock(&secrets.fails).push(KEY);
    log_in(&machine, &core);
    assert!(core.has_session() && !core.is_bound());
}

#[test]
fn a_login_by_code_ends_the_one_in_whose_place_it_is() {
    let hall = Arc::new(Hall::default());
    *lock(&hall.binds) = true;
    let (machine, secrets, core) = terminal(&hall);
    let ended = || {
        let asked = lock(&hall.asked);
        asked.iter().filter(|(path, _)| path == "/oauth/revoke").count()
    };
    log_in(&machine, &core);
    let key = machine.wait(secrets.get(KEY), TICK);
    log_in(&machine, &core);
    assert_eq!(ended(), 1);
    assert_eq!(machine.wait(secrets.get(KEY), TICK), key);
    // Also where the hall gives a token for whoever has it, now.
    *lock(&hall.binds) = false;
    log_in(&machine, &core);
    assert_eq!(ended(), 2);
    assert!(core.has_session() && !core.is_bound());
    assert_eq!(machine.wait(secrets.get(LOGIN), TICK), Ok(None));
}

#[test]
fn who_logs_in_right_after_another_has_left_has_a_key_of_their_own_that_stays() {
    let hall = Arc::new(Hall::default());
    *lock(&hall.binds) = true;
    let (machine, secrets, core) = terminal(&hall);
    log_in(&machine, &core);
    let first = machine.wait(secrets.get(KEY), TICK);
    // The key is not destroyed yet.
    core.session_ended();
    log_in(&machine, &core);
    let second = machine.wait(secrets.get(KEY), TICK);
    assert!(matches!(second, Ok(Some(_))));
    assert_ne!(first, second);
    assert!(matches!(machine.wait(secrets.get(LOGIN), TICK), Ok(Some(_))));
}

#[test]
fn a_renewal_that_ends_after_somebody_has_left_brings_nothing_of_theirs_back() {
    for another in [false, true] {
        let hall = Arc::new(Hall::default());
        *lock(&hall.binds) = true;
        let (machine, secrets, core) = terminal(&hall);
        log_in(&machine, &core);
        machine.pass(600_000);
        let answers = hall.is_slow_at("/oauth/token");
        let mut request = Box::pin(core.fetch::<Value>(api::get("/drafts")));
        assert!(request.as_mut().now_or_never().is_none());
        machine.run();
        core.session_ended();
        if another {
            log_in(&machine, &core);
        }
        machine.run();
        let kept = machine.wait(secrets.get(LOGIN), TICK);
        let _ = answers.send(());
        machine.run();
        assert_eq!(*lock(&hall.exchanged), 1, "it was renewed after all");
        drop(request);
        assert_eq!(machine.wait(secrets.get(LOGIN), TICK), kept);
        assert_eq!(matches!(kept, Ok(Some(_))), another);
    }
}

#[test]
fn a_login_by_a_phone_ends_the_one_by_a_code_in_whose_place_it_is() {
    let hall = Arc::new(Hall::default());
    let (machine, _, core) = terminal(&hall);
    log_in(&machine, &core);
    assert!(!core.is_bound());
    let begun = machine.wait(core.begin_phone_login(), TICK);
    assert!(begun.is_ok(), "{begun:?}");
    *lock(&hall.confirmed) = true;
    let end = machine.wait(core.await_phone_login(), 5_000);
    assert!(matches!(end, Ok(PhoneLoginEnd::Granted(_))), "{end:?}");
    machine.run();
    let ended = lock(&hall.ended_by).clone();
    assert_eq!(ended, ["Bearer by-code"]);
    assert!(core.has_session() && core.is_bound());
}

#[test]
fn a_hall_whose_metadata_is_refused_for_a_moment_is_not_taken_for_one_that_binds_nothing() {
    let hall = Arc::new(Hall::default());
    *lock(&hall.binds) = true;
    let (machine, _, core) = terminal(&hall);
    *lock(&hall.metadata) = Some(429);
    let refused = machine.wait(core.log_in("13800000001".to_owned(), "123456".to_owned()), TICK);
    assert_eq!(refused.err().map(|error| error.code), Some(ErrorCode::Unavailable));
    *lock(&hall.metadata) = None;
    log_in(&machine, &core);
    assert!(core.is_bound());
}

#[test]
fn a_secret_that_cannot_be_read_for_a_moment_logs_nobody_out() {
    let hall = Arc::new(Hall::default());
    let (machine, kept, first) = let_in(&hall);
    machine.die();
    drop(first);
    let secrets = Arc::new(FailingSecrets {
        kept: kept.clone(),
        fails: Mutex::new(vec![TOKEN, LOGIN]),
    });
    let host = Host {
        secrets: Some(secrets.clone()),
        ..machine.host(hall.clone())
    };
    let core = Core::new(host, "http://hall", onehall_protocol::identity::TerminalKind::Desktop);
    for _ in [TOKEN, LOGIN] {
        let restored = machine.wait(core.restore_session(), TICK);
        let error = restored.err().map(|error| (error.code, error.retryable));
        assert_eq!(error, Some((ErrorCode::StoreUnavailable, true)));
    }
    assert!(matches!(machine.wait(core.restore_session(), TICK), Ok(Some(_))));
    // Nor does a request that its key could not sign: it is not sent.
    let key = machine.wait(kept.get(KEY), TICK);
    lock(&secrets.fails).push(KEY);
    let asked = || machine.wait(core.fetch::<Value>(api::get("/identity/session")), TICK);
    assert_eq!(asked().err().map(|error| error.code), Some(ErrorCode::Offline));
    assert!(asked().is_ok() && core.has_session() && core.is_bound());
    assert_eq!(*lock(&hall.exchanged), 0, "nothing was refused");
    assert_eq!(machine.wait(kept.get(KEY), TICK), key);
}

#[test]
fn a_terminal_whose_session_was_ended_elsewhere_hears_why_also_once_its_token_has_run_out() {
    let hall = Arc::new(Hall::default());
    let (machine, secrets, core) = let_in(&hall);
    machine.run();
    *lock(&hall.ended) = true;
    machine.pass(600_000);
    assert!(machine.wait(core.list_drafts::<Value>(), TICK).is_err());
    machine.run();
    let why = core.why_session_ended().map(|end| end.why);
    assert_eq!(why, Some(onehall_protocol::account::SessionEndReason::Elsewhere));
    assert!(!core.has_session() && !core.is_bound());
    assert_eq!(machine.wait(secrets.get(KEY), TICK), Ok(None));
}

#[test]
fn a_hundred_requests_that_wait_for_the_next_tokens_ask_for_them_once() {
    let hall = Arc::new(Hall::default());
    let (machine, _, core) = let_in(&hall);
    machine.run();
    *lock(&hall.taken_back) = Some("DPoP access-0".to_owned());
    let all: Vec<_> = (0..100).map(|_| core.list_drafts::<Value>()).collect();
    let answers = machine.wait(join_all(all), TICK);
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(*lock(&hall.exchanged), 1);
    // And where the token has run out, before anybody shows it.
    machine.pass(600_000);
    assert!(machine.wait(core.list_drafts::<Value>(), TICK).is_ok());
    assert_eq!(*lock(&hall.exchanged), 2);
}

#[test]
fn a_login_that_nobody_confirmed_leaves_no_key_to_who_comes_next() {
    let hall = Arc::new(Hall::default());
    let (machine, secrets, core) = terminal(&hall);
    let begun = machine.wait(core.begin_phone_login(), TICK);
    assert!(begun.is_ok(), "{begun:?}");
    let key = machine.wait(secrets.get(KEY), TICK);
    assert!(matches!(key, Ok(Some(_))));
    // The hall refuses a session that is nobody's any more: the one that is being confirmed has to do with the same key.
    core.session_ended();
    machine.run();
    assert_eq!(machine.wait(secrets.get(KEY), TICK), key);
    // They put the phone away and take a code.
    let session = machine.wait(core.log_in("13800000001".to_owned(), "123456".to_owned()), TICK);
    assert!(session.is_ok(), "{session:?}");
    machine
        .wait(core.log_out(true), TICK)
        .unwrap_or_else(|error| panic!("{error}"));
    machine.run();
    assert_eq!(machine.wait(secrets.get(KEY), TICK), Ok(None));
}

#[test]
fn what_is_under_way_while_somebody_leaves_makes_no_new_key() {
    let hall = Arc::new(Hall::default());
    let (machine, secrets, core) = let_in(&hall);
    machine.run();
    // The hall wants another nonce for a request, and says so once its citizen has left.
    *lock(&hall.nonce) += 1;
    let answers = hall.is_slow_at("/api/v1/drafts");
    let (asking, asked) = (core.clone(), Arc::new(Mutex::new(None)));
    let heard = asked.clone();
    core.inner.host.spawner.spawn(boxed(async move {
        *lock(&heard) = Some(asking.list_drafts::<Value>().await.err().map(|error| error.code));
    }));
    machine.run();
    assert_eq!(*lock(&asked), None, "it is under way");
    machine
        .wait(core.log_out(true), TICK)
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(machine.wait(secrets.get(KEY), TICK), Ok(None));
    let told = crate::testing::told_by(&core);
    let _ = answers.send(());
    machine.run();
    assert_eq!(*lock(&asked), Some(Some(ErrorCode::Cancelled)));
    assert_eq!(machine.wait(secrets.get(KEY), TICK), Ok(None));
    // The hall was there all the time.
    let offline = |event: &Event| matches!(event, Event::Connection { .. });
    assert!(!lock(&told).iter().any(offline));
    // Nor does a phone that is waited for.
    let begun = machine.wait(core.begin_phone_login(), TICK);
    assert!(begun.is_ok(), "{begun:?}");
    let (waiting, ended) = (core.clone(), Arc::new(Mutex::new(None)));
    let end = ended.clone();
    core.inner.host.spawner.spawn(boxed(async move {
        *lock(&end) = Some(matches!(waiting.await_phone_login().await, Ok(PhoneLoginEnd::Expired)));
    }));
    machine.run();
    machine
        .wait(core.log_out(true), TICK)
        .unwrap_or_else(|error| panic!("{error}"));
    machine.pass(6_000);
    machine.run();
    assert_eq!(*lock(&ended), Some(true));
    assert_eq!(machine.wait(secrets.get(KEY), TICK), Ok(None));
}

#[test]
fn an_answer_that_does_not_come_is_asked_for_again_while_the_hall_answers_alike() {
    let hall = Arc::new(Hall::default());
    let (machine, _, core) = let_in(&hall);
    machine.run();
    *lock(&hall.silent) = 3;
    machine.pass(600_000);
    let began = machine.millis();
    assert!(machine.wait(core.list_drafts::<Value>(), 500).is_ok());
    assert!(machine.millis() - began < GRACE);
    assert_eq!(*lock(&hall.exchanged), 1);
}

#[test]
fn where_there_is_no_network_nobody_waits_for_the_next_tokens_and_nobody_is_logged_out() {
    let hall = Arc::new(Hall::default());
    let (machine, _, core) = let_in(&hall);
    machine.run();
    *lock(&hall.away) = true;
    machine.pass(600_000);
    let asked = || machine.wait(core.fetch::<Value>(api::get("/identity/session")), 500);
    for _ in 0..3 {
        let began = machine.millis();
        assert_eq!(asked().err().map(|error| error.code), Some(ErrorCode::Offline));
        assert!(machine.millis() - began < 1_000);
        machine.pass(60_000);
    }
    *lock(&hall.away) = false;
    machine.pass(60_000);
    assert!(asked().is_ok());
    assert!(core.has_session() && *lock(&hall.exchanged) == 1);
}

#[test]
fn nobody_who_was_not_let_in_is() {
    let hall = Arc::new(Hall::default());
    let (machine, _, core) = terminal(&hall);
    let none = machine.wait(core.await_phone_login(), 5_000);
    assert_eq!(none.err().map(|error| error.code), Some(ErrorCode::NotFound));
    machine
        .wait(core.begin_phone_login(), TICK)
        .unwrap_or_else(|error| panic!("{error}"));
    let end = machine.wait(core.await_phone_login(), 5_000);
    assert!(matches!(end, Ok(PhoneLoginEnd::Expired)), "{end:?}");
    assert!(!core.has_session() && !core.is_bound());
}
