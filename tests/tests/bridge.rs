//! Native cores behind the bridge, against a real backend: what every shell relies on.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use onehall_client::Profile;
use onehall_core::platform::native::{InUse, Keep, native};
use onehall_core::{Bridge, Core};
use onehall_protocol::identity::TerminalKind;
use onehall_tests::Outcome;
use onehall_tests::hall::{Hall, Site};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::watch;

const PHONE: &str = "13800000001";
const ITEM: &str = "vehicle-licence-renewal";

/// A terminal: a core behind its bridge, and the events that it told.
struct Terminal {
    bridge: Bridge,
    events: Arc<Mutex<Vec<Value>>>,
}

impl Terminal {
    fn start(site: &Site, kind: TerminalKind, keep: Keep) -> Outcome<Terminal> {
        Terminal::start_at(&site.url(""), kind, keep, Handle::current())
    }

    fn start_at(address: &str, kind: TerminalKind, keep: Keep, runtime: Handle) -> Outcome<Terminal> {
        let host = native(keep, runtime)?;
        let core = Core::new(host, address, kind);
        let bridge = Bridge::new(core, Profile::Desktop, ["print".to_owned()]);
        let events = Arc::new(Mutex::new(Vec::new()));
        let heard = events.clone();
        bridge.subscribe(Box::new(move |text| {
            let message: Value = serde_json::from_str(&text).unwrap_or_default();
            if let Ok(mut heard) = heard.lock() {
                heard.push(message["event"].clone());
            }
        }));
        Ok(Terminal { bridge, events })
    }

    async fn call(&self, envelope: Value) -> Outcome<Value> {
        Ok(serde_json::from_str(&self.bridge.call(&envelope.to_string()).await)?)
    }

    async fn outcome(&self, command: Value) -> Outcome<Value> {
        static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let id = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let reply = self
            .call(json!({ "protocol": 1, "id": id, "call": { "ask": command } }))
            .await?;
        Ok(reply["outcome"].clone())
    }

    /// The content of the reply to a command that goes well.
    async fn ask(&self, command: Value) -> Outcome<Value> {
        let name = command
            .as_object()
            .and_then(|command| command.keys().next().cloned())
            .unwrap_or_default();
        let outcome = self.outcome(command).await?;
        let reply = outcome.pointer(&format!("/ok/ask/{name}")).cloned();
        reply.ok_or_else(|| format!("{name}: {outcome}").into())
    }

    async fn log_in(&self, site: &Site, phone: &str) -> Outcome<Value> {
        self.ask(json!({ "request_code": { "phone": phone } })).await?;
        let code = site.code_for(phone).await?;
        self.ask(json!({ "log_in": { "phone": phone, "code": code } })).await
    }

    /// Waits until an event of this kind came.
    async fn heard(&self, kind: &str) -> Outcome {
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline {
            let came = self
                .events
                .lock()
                .is_ok_and(|events| events.iter().any(|event| event["kind"] == kind));
            if came {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Err(format!("no event {kind} came").into())
    }
}

fn answer(draft: &Value, path: &str, value: Value) -> Value {
    json!({ "change_answers": { "id": draft["id"], "changes": [{ "path": path, "value": value }], "page": null } })
}

#[tokio::test]
async fn whatever_comes_over_the_bridge_gets_a_reply_with_a_code() -> Outcome {
    let hall = Hall::open().await?;
    let terminal = Terminal::start(hall.site(), TerminalKind::Desktop, Keep::Nothing)?;
    for (envelope, id, code) in [
        ("", 0, "bridge/invalid_envelope"),
        ("[]", 0, "bridge/invalid_envelope"),
        (r#"{"protocol":1,"id":-3,"call":{}}"#, 0, "bridge/invalid_envelope"),
        (
            r#"{"protocol":1,"id":4,"call":{"fly":{}}}"#,
            4,
            "bridge/invalid_envelope",
        ),
        (
            r#"{"protocol":1,"id":5,"call":{"ask":{"get_case":{"id":"x"}}}}"#,
            5,
            "bridge/invalid_envelope",
        ),
        (
            r#"{"protocol":1,"id":6,"call":{"ask":{"list_cases":{}}},"more":1}"#,
            6,
            "bridge/invalid_envelope",
        ),
        (
            r#"{"protocol":9,"id":7,"call":{"of":"the future"}}"#,
            7,
            "bridge/protocol_mismatch",
        ),
        (
            r#"{"protocol":1,"id":8,"call":{"hello":{"protocols":{"min":8,"max":9},"version":"9.0.0"}}}"#,
            8,
            "bridge/protocol_mismatch",
        ),
        (
            r#"{"protocol":1,"id":9,"call":{"ask":{"list_cases":{}}}}"#,
            9,
            "identity/not_logged_in",
        ),
    ] {
        let reply: Value = serde_json::from_str(&terminal.bridge.call(envelope).await)?;
        assert_eq!(reply["id"], id, "{envelope}");
        assert_eq!(reply["outcome"]["error"]["code"], code, "{envelope}: {reply}");
    }
    let deep = format!("{}{}", r#"{"protocol":1,"id":1,"call":"#, "[".repeat(100_000));
    let reply: Value = serde_json::from_str(&terminal.bridge.call(&deep).await)?;
    assert_eq!(reply["outcome"]["error"]["code"], "bridge/invalid_envelope");

    let hello = json!({ "hello": { "protocols": { "min": 1, "max": 4 }, "version": "1.2.3" } });
    let reply = terminal.call(json!({ "protocol": 1, "id": 10, "call": hello })).await?;
    let welcome = &reply["outcome"]["ok"]["hello"];
    assert_eq!(welcome["protocol"], 1, "{reply}");
    assert_eq!(welcome["terminal"], "desktop");
    assert_eq!(welcome["capabilities"], json!(["print"]));
    Ok(())
}

#[tokio::test]
async fn a_call_can_be_ended_and_its_number_used_again() -> Outcome {
    // Nobody answers here: a socket that listens and never reads.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let host = native(Keep::Nothing, Handle::current())?;
    let core = Core::new(host, format!("http://{}", silent.local_addr()?), TerminalKind::Desktop);
    let bridge = Bridge::new(core, Profile::Desktop, []);
    let envelope = |id: u64, call: Value| json!({ "protocol": 1, "id": id, "call": call }).to_string();
    let ask = envelope(1, json!({ "ask": { "get_catalog": {} } }));

    let (waiting, asked) = (bridge.clone(), ask.clone());
    let call = tokio::spawn(async move { waiting.call(&asked).await });
    // The request is on its way once somebody connects.
    let _connection = silent.accept().await?;
    let twice: Value = serde_json::from_str(&bridge.call(&ask).await)?;
    assert_eq!(
        twice["outcome"]["error"]["code"], "bridge/invalid_envelope",
        "one number, one call at a time"
    );
    let cancel = envelope(2, json!({ "cancel": { "id": 1 } }));
    let cancelled: Value = serde_json::from_str(&bridge.call(&cancel).await)?;
    assert_eq!(cancelled["outcome"]["ok"]["cancel"], true);
    let ended: Value = serde_json::from_str(&call.await?)?;
    assert_eq!(ended["outcome"]["error"]["code"], "client/cancelled");
    let again: Value = serde_json::from_str(&bridge.call(&cancel).await)?;
    assert_eq!(again["outcome"]["ok"]["cancel"], false);
    Ok(())
}

#[tokio::test]
async fn what_one_terminal_answers_another_sees_and_two_answers_to_one_question_are_for_the_citizen_to_decide()
-> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let kiosk = Terminal::start(site, TerminalKind::Kiosk, Keep::Nothing)?;
    let phone = Terminal::start(site, TerminalKind::Mobile, Keep::Nothing)?;
    kiosk.log_in(site, PHONE).await?;
    phone.log_in(site, PHONE).await?;
    let open = json!({ "open_draft": { "start": { "item": ITEM } } });
    let draft = kiosk.ask(open.clone()).await?;
    assert_eq!(phone.ask(open).await?["id"], draft["id"], "one citizen, one draft");
    let id = &draft["id"];
    let view = json!({ "view_draft": { "id": id, "page": "vehicle_page" } });
    let flush = json!({ "flush_draft": { "id": id } });
    assert_eq!(
        phone.ask(view.clone()).await?["page"]["questions"][0]["value"],
        Value::Null
    );

    kiosk.ask(answer(&draft, "plate", json!("陕A7K392"))).await?;
    let seen_here = kiosk.ask(view.clone()).await?;
    assert_eq!(
        seen_here["page"]["questions"][0]["value"], "陕A7K392",
        "at once, before it is saved"
    );
    kiosk.ask(flush.clone()).await?;
    phone.heard("draft_changed").await?;
    assert_eq!(
        phone.ask(view.clone()).await?["page"]["questions"][0]["value"],
        "陕A7K392"
    );

    // Both answer another question each: neither is lost.
    kiosk.ask(answer(&draft, "vehicle_kind", json!("small"))).await?;
    phone.ask(answer(&draft, "vin_end", json!("3X0871"))).await?;
    kiosk.ask(flush.clone()).await?;
    phone.ask(flush.clone()).await?;
    let merged = phone.ask(view.clone()).await?;
    assert_eq!(merged["page"]["questions"][1]["value"], "small");
    assert_eq!(merged["page"]["questions"][2]["value"], "3X0871");

    // Both answer the same one, before either hears of the other.
    kiosk.ask(answer(&draft, "plate", json!("陕A00001"))).await?;
    kiosk.ask(flush.clone()).await?;
    phone.ask(answer(&draft, "plate", json!("陕A00002"))).await?;
    phone.ask(flush.clone()).await?;
    // The later one stands, the other one is told of, and one press brings it back.
    for terminal in [&kiosk, &phone] {
        let question = until(terminal, &view, |question| question["lost"][0]["n"].is_u64()).await?;
        assert_eq!(question["value"], "陕A00002");
        assert_eq!(
            (&question["lost"][0]["display"], &question["lost"][0]["terminal"]),
            (&json!("陕A00001"), &json!("kiosk"))
        );
    }
    kiosk.ask(answer(&draft, "plate", json!("陕A00001"))).await?;
    kiosk.ask(flush.clone()).await?;
    for terminal in [&kiosk, &phone] {
        let question = until(terminal, &view, |question| question["value"] == "陕A00001").await?;
        assert_eq!(
            question["lost"],
            Value::Null,
            "who brought it back had the other one in sight"
        );
    }
    Ok(())
}

/// The first question of a page, once it is as wanted.
async fn until(terminal: &Terminal, view: &Value, wanted: impl Fn(&Value) -> bool) -> Outcome<Value> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let question = terminal.ask(view.clone()).await?["page"]["questions"][0].clone();
        if wanted(&question) {
            return Ok(question);
        }
        if Instant::now() > deadline {
            return Err(format!("it does not come to that: {question}").into());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_the_hall_filled_in_says_so_until_somebody_changes_or_confirms_it() -> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let kiosk = Terminal::start(site, TerminalKind::Kiosk, Keep::Nothing)?;
    let phone = Terminal::start(site, TerminalKind::Mobile, Keep::Nothing)?;
    kiosk.log_in(site, PHONE).await?;
    phone.log_in(site, PHONE).await?;
    let draft = kiosk
        .ask(json!({ "open_draft": { "start": { "item": ITEM } } }))
        .await?;
    let view = json!({ "view_draft": { "id": draft["id"], "page": "owner_page" } });
    let marked = |shown: &Value| {
        let questions = shown["page"]["questions"].as_array().cloned().unwrap_or_default();
        let marked = questions
            .iter()
            .filter(|question| question["prefilled"]["kind"] == "profile");
        marked.map(|question| question["path"].clone()).collect::<Vec<_>>()
    };
    let all = [json!("name"), json!("citizen_id"), json!("phone")];
    assert_eq!(marked(&kiosk.ask(view.clone()).await?), all);
    assert_eq!(marked(&phone.ask(view.clone()).await?), all);

    // Confirmed by the same answer again, changed by another one; here at once, elsewhere once it is saved.
    kiosk
        .ask(answer(&draft, "name", draft["answers"]["name"].clone()))
        .await?;
    kiosk.ask(answer(&draft, "phone", json!("13900000000"))).await?;
    assert_eq!(marked(&kiosk.ask(view.clone()).await?), all[1..2]);
    kiosk.ask(json!({ "flush_draft": { "id": draft["id"] } })).await?;
    phone.heard("draft_changed").await?;
    assert_eq!(marked(&phone.ask(view).await?), all[1..2]);

    // Nothing was handed in before: nothing is offered, and what is not offered cannot be taken over. Nor by a case that is none.
    let to = json!({ "kind": "draft", "id": draft["id"] });
    let offers = json!({ "offered_files": { "to": to, "material": "id-card" } });
    assert_eq!(kiosk.ask(offers).await?, json!([]));
    let no_case = json!({ "kind": "case", "id": draft["id"] });
    let offers = json!({ "offered_files": { "to": no_case, "material": "id-card" } });
    assert_eq!(kiosk.outcome(offers).await?["error"]["code"], "request/not_found");
    let reuse = json!({ "file": draft["id"], "path": "id_card" });
    for to in [to, no_case] {
        let refused = kiosk
            .outcome(json!({ "reuse_offered": { "to": to, "reuse": reuse } }))
            .await?;
        assert_eq!(refused["error"]["code"], "request/not_found");
    }
    Ok(())
}

async fn restored(site: &Site, folder: &Path) -> Outcome<Value> {
    let terminal = started_again(site, folder).await?;
    terminal.ask(json!({ "restore_session": {} })).await
}

#[tokio::test]
async fn a_terminal_that_starts_again_knows_its_citizen_until_they_log_out() -> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let folder = tempfile::tempdir()?;
    {
        let terminal = Terminal::start(site, TerminalKind::Desktop, Keep::Folder(folder.path().to_owned()))?;
        assert_eq!(terminal.ask(json!({ "restore_session": {} })).await?, Value::Null);
        terminal.log_in(site, PHONE).await?;
        let second = native(Keep::Folder(folder.path().to_owned()), Handle::current());
        assert!(matches!(second, Err(InUse(_))), "one process at a time");
    }
    assert_eq!(restored(site, folder.path()).await?["actor"]["name"], "张敏");
    {
        let terminal = started_again(site, folder.path()).await?;
        terminal.ask(json!({ "restore_session": {} })).await?;
        terminal.ask(json!({ "log_out": {} })).await?;
    }
    assert_eq!(restored(site, folder.path()).await?, Value::Null);
    let mut files = vec![folder.path().to_owned()];
    while let Some(place) = files.pop() {
        if place.is_dir() {
            files.extend(
                std::fs::read_dir(place)?
                    .map(|entry| entry.map(|entry| entry.path()))
                    .collect::<Result<Vec<_>, _>>()?,
            );
        } else {
            assert!(
                !place.ends_with("secrets/session-token"),
                "the token is destroyed at log-out"
            );
        }
    }
    Ok(())
}

/// A hall that is far away: what is asked of it arrives, and what it answers comes, when it is let through.
struct FarAway {
    address: String,
    asking: watch::Sender<bool>,
    answering: watch::Sender<bool>,
}

/// Passes on what comes while the gate is open.
async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut gate: watch::Receiver<bool>) {
    let mut bytes = vec![0; 64 * 1024];
    while let Ok(read) = from.read(&mut bytes).await {
        if read == 0 || gate.wait_for(|open| *open).await.is_err() || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

impl FarAway {
    async fn from(site: &Site) -> Outcome<FarAway> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let (asking, answering) = (watch::Sender::new(true), watch::Sender::new(true));
        let (asks, answers) = (asking.subscribe(), answering.subscribe());
        let hall = format!("127.0.0.1:{}", site.port());
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let Ok(far) = TcpStream::connect(&hall).await else {
                    return;
                };
                let (near_in, near_out) = near.into_split();
                let (far_in, far_out) = far.into_split();
                tokio::spawn(pass(near_in, far_out, asks.clone()));
                tokio::spawn(pass(far_in, near_out, answers.clone()));
            }
        });
        Ok(FarAway {
            address,
            asking,
            answering,
        })
    }

    /// Keeps back what the hall answers.
    fn hold(&self, held: bool) {
        self.answering.send_replace(!held);
    }

    /// Keeps back what the hall is asked.
    fn cut(&self, cut: bool) {
        self.asking.send_replace(!cut);
    }
}

#[tokio::test]
async fn an_answer_for_somebody_who_has_left_is_seen_by_nobody() -> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let far = FarAway::from(site).await?;
    let host = native(Keep::Nothing, Handle::current())?;
    let bridge = Bridge::new(
        Core::new(host, far.address.clone(), TerminalKind::Kiosk),
        Profile::Kiosk,
        [],
    );
    let kiosk = Arc::new(Terminal {
        bridge,
        events: Arc::default(),
    });
    kiosk.log_in(site, PHONE).await?;
    let draft = kiosk
        .ask(json!({ "open_draft": { "start": { "item": ITEM } } }))
        .await?;
    let view = json!({ "view_draft": { "id": draft["id"], "page": null } });

    // What is asked for next is the draft.
    kiosk.ask(json!({ "get_catalog": {} })).await?;

    far.hold(true);
    let (asking, asked) = (kiosk.clone(), view.clone());
    let late = tokio::spawn(async move { asking.outcome(asked).await });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let leaving = kiosk.clone();
    let log_out = tokio::spawn(async move { leaving.outcome(json!({ "log_out": {} })).await });
    let deadline = Instant::now() + Duration::from_secs(10);
    let unknown = json!({ "change_answers": { "id": draft["id"], "changes": [], "page": null } });
    while kiosk.outcome(unknown.clone()).await?["error"]["code"] != "identity/not_logged_in" {
        assert!(
            Instant::now() < deadline,
            "the person is forgotten before the hall was told"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    far.hold(false);
    assert_eq!(late.await??["error"]["code"], "client/cancelled");
    log_out.await??;

    kiosk.log_in(site, "13800000002").await?;
    let seen = kiosk.outcome(view).await?;
    assert_eq!(seen["error"]["code"], "request/not_found", "{seen}");
    Ok(())
}

#[tokio::test]
async fn what_was_answered_a_moment_before_the_log_out_is_kept() -> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let kiosk = Terminal::start(site, TerminalKind::Kiosk, Keep::Nothing)?;
    kiosk.log_in(site, PHONE).await?;
    let draft = kiosk
        .ask(json!({ "open_draft": { "start": { "item": ITEM } } }))
        .await?;
    kiosk.ask(answer(&draft, "plate", json!("陕A7K392"))).await?;
    kiosk.ask(json!({ "log_out": {} })).await?;
    kiosk.log_in(site, PHONE).await?;
    let again = kiosk.ask(json!({ "get_draft": { "id": draft["id"] } })).await?;
    assert_eq!(again["answers"]["plate"], "陕A7K392");
    Ok(())
}

/// A desktop in a folder that another one has just left.
async fn started_again(site: &Site, folder: &Path) -> Outcome<Terminal> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match Terminal::start(site, TerminalKind::Desktop, Keep::Folder(folder.to_owned())) {
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            Ok(terminal) => return Ok(terminal),
        }
    }
}

/// A desktop that types an answer while nothing of it arrives.
async fn typed_without_a_network(
    runtime: Handle,
    site: &Site,
    far: &FarAway,
    folder: &Path,
) -> Outcome<(Terminal, Value)> {
    let keep = Keep::Folder(folder.to_owned());
    let desktop = Terminal::start_at(&far.address, TerminalKind::Desktop, keep, runtime)?;
    desktop.log_in(site, PHONE).await?;
    let draft = desktop
        .ask(json!({ "open_draft": { "start": { "item": ITEM } } }))
        .await?;
    far.cut(true);
    desktop.ask(answer(&draft, "plate", json!("陕A7K392"))).await?;
    Ok((desktop, draft))
}

#[tokio::test]
async fn what_was_typed_without_a_network_outlives_a_crash_and_is_sent_by_the_next_start() -> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let far = FarAway::from(site).await?;
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let (desktop, draft) = typed_without_a_network(runtime.handle().clone(), site, &far, folder.path()).await?;
    // The process ends in the middle of everything; what it was about to do is not done.
    runtime.shutdown_background();
    drop(desktop);
    far.cut(false);

    let again = started_again(site, folder.path()).await?;
    again.ask(json!({ "restore_session": {} })).await?;
    let deadline = Instant::now() + Duration::from_secs(10);
    let other = Terminal::start(site, TerminalKind::Mobile, Keep::Nothing)?;
    other.log_in(site, PHONE).await?;
    loop {
        let seen = other.ask(json!({ "get_draft": { "id": draft["id"] } })).await?;
        if seen["answers"]["plate"] == "陕A7K392" {
            break;
        }
        assert!(Instant::now() < deadline, "it does not arrive: {seen}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // It is sent once: what another terminal answers afterwards stays.
    other.ask(answer(&draft, "plate", json!("陕A00001"))).await?;
    other.ask(json!({ "flush_draft": { "id": draft["id"] } })).await?;
    drop(again);
    let third = started_again(site, folder.path()).await?;
    third.ask(json!({ "restore_session": {} })).await?;
    let seen = third.ask(json!({ "get_draft": { "id": draft["id"] } })).await?;
    assert_eq!(seen["answers"]["plate"], "陕A00001");
    Ok(())
}

#[tokio::test]
async fn a_log_out_that_would_lose_answers_waits_for_a_word() -> Outcome {
    let hall = Hall::open().await?;
    let site = hall.site();
    let far = FarAway::from(site).await?;
    let folder = tempfile::tempdir()?;
    let (desktop, draft) = typed_without_a_network(Handle::current(), site, &far, folder.path()).await?;

    let refused = desktop.outcome(json!({ "log_out": {} })).await?;
    assert_eq!(refused["error"]["code"], "drafts/unsent", "{refused}");
    assert_eq!(
        refused["error"]["details"],
        json!({ "answers": 1, "queued": 0, "files": 0 })
    );
    // Nobody was logged out, and what was typed is still on its way.
    desktop.ask(answer(&draft, "plate", json!("陕A00002"))).await?;
    far.cut(false);
    desktop.ask(json!({ "flush_draft": { "id": draft["id"] } })).await?;

    far.cut(true);
    desktop.ask(answer(&draft, "plate", json!("陕A00003"))).await?;
    let leaving = desktop.outcome(json!({ "log_out": { "discard_unsent": true } }));
    let (_, ()) = tokio::join!(leaving, async {
        tokio::time::sleep(Duration::from_secs(3)).await;
        far.cut(false);
    });
    assert!(
        !folder.path().join("journal").exists(),
        "nothing of it stays on the terminal"
    );
    assert!(!folder.path().join("secrets/journal-key").exists());
    // Who comes next has nothing of it waiting, and leaves without being asked.
    desktop.log_in(site, PHONE).await?;
    desktop.ask(json!({ "log_out": {} })).await?;
    Ok(())
}
