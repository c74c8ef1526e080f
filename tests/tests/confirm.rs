//! A hall whose calendar changes while somebody fills: the core is told, evaluates anew, and the citizen confirms.

use std::path::Path;

use onehall_client::{FileContent, Profile};
use onehall_core::platform::native::{Keep, native};
use onehall_core::{Bridge, Core};
use onehall_protocol::Date;
use onehall_protocol::identity::TerminalKind;
use onehall_tests::Outcome;
use onehall_tests::citizen::{PICTURE, today};
use onehall_tests::hall::{Hall, Site};
use onehall_tests::samples;
use serde_json::{Value, json};
use tokio::runtime::Handle;

/// Draws unemployment benefit.
const PHONE: &str = "13800000010";
const ITEM: &str = "unemployment-benefit";

struct Terminal(Bridge);

impl Terminal {
    async fn outcome(&self, command: Value) -> Outcome<Value> {
        let envelope = json!({ "protocol": 1, "id": 1, "call": { "ask": command } });
        let reply: Value = serde_json::from_str(&self.0.call(&envelope.to_string()).await)?;
        Ok(reply["outcome"].clone())
    }

    async fn ask(&self, name: &str, content: Value) -> Outcome<Value> {
        let outcome = self.outcome(json!({ name: content })).await?;
        let reply = outcome.pointer(&format!("/ok/ask/{name}")).cloned();
        reply.ok_or_else(|| format!("{name}: {outcome}").into())
    }

    async fn submit(&self, draft: &Value, submission: &Value) -> Outcome<Value> {
        let key = self.ask("new_key", json!({})).await?;
        self.outcome(json!({ "submit": { "id": draft, "submission": submission, "key": key } }))
            .await
    }

    /// What a person reads as the last day of the answer.
    async fn answered_by(&self, draft: &Value) -> Outcome<Value> {
        let asked = json!({ "id": draft, "page": "insurance_page" });
        let shown = self.ask("view_draft", asked).await?;
        let questions = shown["page"]["questions"].as_array().cloned().unwrap_or_default();
        let found = questions.into_iter().find(|question| question["path"] == "answered_by");
        Ok(found.map_or(Value::Null, |question| question["computed"].clone()))
    }
}

/// A terminal on which everything is filled in; its draft.
async fn filled(site: &Site) -> Outcome<(Terminal, Value)> {
    let host = native(Keep::Nothing, Handle::current())?;
    let core = Core::new(host, site.url(""), TerminalKind::Desktop);
    let terminal = Terminal(Bridge::new(core, Profile::Desktop, []));
    terminal.ask("request_code", json!({ "phone": PHONE })).await?;
    let code = site.code_for(PHONE).await?;
    terminal.ask("log_in", json!({ "phone": PHONE, "code": code })).await?;
    let draft = terminal.ask("open_draft", json!({ "start": { "item": ITEM } })).await?["id"].clone();
    let mut changes = Vec::new();
    for (path, mut value) in samples::complete(ITEM, today()?)?.answers {
        if samples::is_material(&value) {
            let file = FileContent {
                name: "a.png".to_owned(),
                media_type: "image/png".to_owned(),
                bytes: PICTURE.to_vec(),
            };
            let to = json!({ "kind": "draft", "id": draft });
            let upload = json!({ "to": to, "path": path, "file": file, "transfer": 1 });
            value = json!([terminal.ask("upload_file", upload).await?]);
        }
        changes.push(json!({ "path": path, "value": value }));
    }
    let change = json!({ "id": draft, "changes": changes, "page": null });
    terminal.ask("change_answers", change).await?;
    Ok((terminal, draft))
}

/// The city declares the coming days holidays.
fn holidays(city: &Path, today: Date) -> Outcome {
    let path = city.join("calendar.toml");
    let text = std::fs::read_to_string(&path)?;
    let known = |day: &Date| text.contains(&day.to_string());
    let days = (1..=20).map(|days| today.plus_days(days)).filter(|day| !known(day));
    let days: Vec<String> = days.map(|day| format!("\"{day}\"")).collect();
    let more = format!("holidays = [\n  {},", days.join(", "));
    Ok(std::fs::write(path, text.replacen("holidays = [", &more, 1))?)
}

#[tokio::test]
async fn what_a_new_calendar_changes_is_confirmed_before_it_is_submitted() -> Outcome {
    let mut hall = Hall::open().await?;
    let (terminal, draft) = filled(hall.site()).await?;
    let before = terminal.answered_by(&draft).await?;
    assert!(before.is_string(), "{before}");
    let checked = terminal.ask("prepare_submission", json!({ "id": draft })).await?;
    let today = today()?;
    hall.restart_with(|city| holidays(city, today)).await?;

    let refused = terminal.submit(&draft, &checked).await?;
    let error = &refused["error"];
    assert_eq!(error["code"], "forms/confirm_changes", "{refused}");
    let changes = error["details"]["changes"].as_array().cloned().unwrap_or_default();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(
        (&changes[0]["path"], &changes[0]["what"]),
        (&json!("answered_by"), &json!("value"))
    );
    let now = terminal.answered_by(&draft).await?;
    assert_eq!(
        now, changes[0]["value"],
        "the terminal reads the calendar anew and comes to what the hall says"
    );
    assert_ne!(now, before);

    let mut confirmed = checked.clone();
    confirmed["confirmed"] = error["details"]["transcript"].clone();
    let taken = terminal.submit(&draft, &confirmed).await?;
    let receipt = &taken["ok"]["ask"]["submit"];
    assert_eq!(receipt["transcript"], error["details"]["transcript"], "{taken}");
    let case = terminal.ask("get_case", json!({ "id": receipt["case_id"] })).await?;
    assert_ne!(case["evaluated"]["calendar"], checked["calendar"]);
    Ok(())
}

#[tokio::test]
async fn what_is_checked_anew_needs_no_confirmation_and_a_hash_of_nothing_is_refused() -> Outcome {
    let mut hall = Hall::open().await?;
    let (terminal, draft) = filled(hall.site()).await?;
    let checked = terminal.ask("prepare_submission", json!({ "id": draft })).await?;
    let today = today()?;
    hall.restart_with(|city| holidays(city, today)).await?;
    let refused = terminal.submit(&draft, &checked).await?;
    assert_eq!(refused["error"]["code"], "forms/confirm_changes", "{refused}");

    let again = terminal.ask("prepare_submission", json!({ "id": draft })).await?;
    assert_eq!(again["transcript"], refused["error"]["details"]["transcript"]);
    let mut invented = again.clone();
    invented["transcript"] = "0".repeat(64).into();
    let refused = terminal.submit(&draft, &invented).await?;
    assert_eq!(refused["error"]["code"], "forms/transcript_differs", "{refused}");
    let taken = terminal.submit(&draft, &again).await?;
    assert_eq!(
        taken["ok"]["ask"]["submit"]["transcript"], again["transcript"],
        "{taken}"
    );
    Ok(())
}

#[tokio::test]
async fn lists_are_looked_through_also_without_a_network() -> Outcome {
    let mut hall = Hall::open().await?;
    let (terminal, draft) = filled(hall.site()).await?;
    let codes = |page: &Value| {
        let entries = page["entries"].as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| entry["code"].clone()).collect::<Vec<_>>()
    };
    let search = |query: &str| json!({ "list": "occupations", "query": query, "parent": null });
    let pinyin = terminal.ask("search_list", search("cany")).await?;
    assert_eq!(codes(&pinyin), ["4-03"]);
    // The form was looked at, so its short list is at hand.
    terminal.answered_by(&draft).await?;
    hall.kill().await?;
    assert_eq!(
        terminal.ask("search_list", search("cany")).await?,
        pinyin,
        "found before"
    );
    let other = terminal.ask("search_list", search("汽车")).await?;
    assert_eq!(codes(&other), ["6-22"], "in the list at hand");
    let form = json!({ "form": { "code": ITEM, "version": 2 } });
    let inputs = terminal.ask("get_form_inputs", form).await?;
    assert_eq!(inputs["lists"][0]["version"], pinyin["version"]);
    let elsewhere = json!({ "search_list": { "list": "regions", "query": "x", "parent": null } });
    let refused = terminal.outcome(elsewhere).await?;
    assert_eq!(refused["error"]["code"], "network/offline", "{refused}");
    Ok(())
}
