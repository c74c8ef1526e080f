//! Native cores behind the bridge, against a real backend: what every shell relies on.

mod leaving;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use onehall_client::Profile;
use onehall_core::platform::native::{Keep, native};
use onehall_core::{Bridge, Core};
use onehall_protocol::identity::TerminalKind;
use onehall_tests::Outcome;
use onehall_tests::hall::{Hall, Site};
use serde_json::{Value, json};
use tokio::runtime::Handle;

const PHONE: &str = "13800000001";
const ITEM: &str = "vehicle-licence-renewal";
/// Longer than anything here takes, also on a busy machine; less than the 40 seconds after which a silent stream is opened
/// anew.
const PATIENCE: Duration = Duration::from_secs(30);

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
        let deadline = Instant::now() + PATIENCE;
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
    let deadline = Instant::now() + PATIENCE;
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
