//! A form that gets a new version while a draft is open, told over the bridge to a UI that does not link the engine.

use std::path::Path;

use onehall_client::Profile;
use onehall_core::platform::native::{Keep, native};
use onehall_core::{Bridge, Core};
use onehall_protocol::identity::TerminalKind;
use onehall_tests::Outcome;
use onehall_tests::hall::{Hall, Site};
use serde_json::{Value, json};
use tokio::runtime::Handle;

const PHONE: &str = "13800000001";
const ITEM: &str = "residence-permit";

struct Terminal(Bridge);

impl Terminal {
    /// A terminal at which the citizen is logged in, and the citizen's draft.
    async fn with_a_draft(site: &Site) -> Outcome<(Terminal, Value)> {
        let host = native(Keep::Nothing, Handle::current())?;
        let core = Core::new(host, site.url(""), TerminalKind::Desktop);
        let terminal = Terminal(Bridge::new(core, Profile::Desktop, []));
        terminal.ask("request_code", json!({ "phone": PHONE })).await?;
        let code = site.code_for(PHONE).await?;
        terminal.ask("log_in", json!({ "phone": PHONE, "code": code })).await?;
        let draft = terminal.ask("open_draft", json!({ "start": { "item": ITEM } })).await?;
        Ok((terminal, draft["id"].clone()))
    }

    async fn ask(&self, name: &str, content: Value) -> Outcome<Value> {
        let envelope = json!({ "protocol": 1, "id": 1, "call": { "ask": { name: content } } });
        let reply: Value = serde_json::from_str(&self.0.call(&envelope.to_string()).await)?;
        let answer = reply.pointer(&format!("/outcome/ok/ask/{name}")).cloned();
        answer.ok_or_else(|| format!("{name}: {reply}").into())
    }

    async fn view(&self, draft: &Value) -> Outcome<Value> {
        self.ask("view_draft", json!({ "id": draft, "page": "applicant" }))
            .await
    }

    async fn answer(&self, draft: &Value, path: &str, value: Value) -> Outcome {
        let changes = json!([{ "path": path, "value": value }]);
        self.ask(
            "change_answers",
            json!({ "id": draft, "changes": changes, "page": null }),
        )
        .await?;
        self.ask("flush_draft", json!({ "id": draft })).await?;
        Ok(())
    }
}

/// The item's form without the question on education, as its next version.
fn without_education(city: &Path) -> Outcome {
    let item = city.join(format!("items/{ITEM}.toml"));
    let text = std::fs::read_to_string(&item)?;
    let version = |version: u32| format!("form = {{ code = \"{ITEM}\", version = {version} }}");
    let now = (1..100)
        .find(|at| text.contains(&version(*at)))
        .ok_or("the item has no form")?;
    std::fs::write(&item, text.replace(&version(now), &version(now + 1)))?;
    let form = |version: u32| city.join(format!("forms/{ITEM}.v{version}.json"));
    let mut next: Value = serde_json::from_str(&std::fs::read_to_string(form(now))?)?;
    next["version"] = json!(now + 1);
    for page in next["pages"].as_array_mut().ok_or("no pages")? {
        let questions = page["questions"].as_array_mut().ok_or("no questions")?;
        questions.retain(|question| question["id"] != "education");
    }
    Ok(std::fs::write(form(now + 1), next.to_string())?)
}

fn asks(view: &Value, path: &str) -> bool {
    let questions = view["page"]["questions"].as_array().map_or(&[][..], Vec::as_slice);
    questions.iter().any(|question| question["path"] == path)
}

#[tokio::test]
async fn a_draft_that_moves_is_shown_in_its_new_version_and_says_so_until_it_goes_on() -> Outcome {
    let mut hall = Hall::open().await?;
    let (terminal, draft) = Terminal::with_a_draft(hall.site()).await?;
    let before = terminal.view(&draft).await?;
    assert!(
        asks(&before, "education") && before.get("form_change").is_none(),
        "{before}"
    );
    hall.restart_with(without_education).await?;
    // A new look at the draft: as another terminal's change, or a connection that came back, brings one about.
    let moved = terminal.ask("get_draft", json!({ "id": draft })).await?;
    assert_eq!(
        moved["form_change"]["moved"]["differences"][0]["code"], "removed",
        "{moved}"
    );
    let (second, _) = Terminal::with_a_draft(hall.site()).await?;
    let shown = second.view(&draft).await?;
    assert!(!asks(&shown, "education"));
    assert_eq!(shown["form_change"], moved["form_change"]);
    second.answer(&draft, "phone", json!("13800000009")).await?;
    assert!(second.view(&draft).await?.get("form_change").is_none());
    Ok(())
}

#[tokio::test]
async fn a_draft_that_stays_says_which_answer_keeps_it() -> Outcome {
    let mut hall = Hall::open().await?;
    let (terminal, draft) = Terminal::with_a_draft(hall.site()).await?;
    terminal.answer(&draft, "education", json!("bachelor")).await?;
    hall.restart_with(without_education).await?;
    let (second, _) = Terminal::with_a_draft(hall.site()).await?;
    let shown = second.view(&draft).await?;
    assert!(asks(&shown, "education"));
    let reasons = &shown["form_change"]["pinned"]["reasons"];
    assert_eq!(
        (&reasons[0]["path"], &reasons[0]["code"]),
        (&json!("education"), &json!("answer_lost"))
    );
    // Told once, however often the hall says it.
    second.answer(&draft, "phone", json!("13800000009")).await?;
    assert!(second.view(&draft).await?.get("form_change").is_none());
    terminal.answer(&draft, "name", json!("张敏敏")).await?;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        // The draft was read anew once the other terminal's answer is there.
        let shown = second.view(&draft).await?;
        let questions = shown["page"]["questions"].as_array().cloned().unwrap_or_default();
        assert!(shown.get("form_change").is_none(), "{shown}");
        if questions.iter().any(|question| question["value"] == "张敏敏") {
            return Ok(());
        }
        assert!(std::time::Instant::now() < deadline, "it does not hear of the change");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
