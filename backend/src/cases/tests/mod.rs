//! Promises of cases, asked over HTTP of a whole hall: real routes, real SQLite, a clock that stands until it is moved.

mod attempts;
mod citizen;
mod disposal;
mod inputs;
mod lapse;
mod level;
mod port;
mod races;
mod staff;
mod submission;

use std::sync::Arc;

use axum::http::Method;
use onehall_forms::Filling;
use onehall_protocol::Date;
use onehall_protocol::drafts::{Answers, SubmitDraft};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::Clock;
use crate::testing::{Reply, TestHall, TestTerminal, save_body};

/// A PDF as far as its first bytes say.
pub(crate) const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n";

pub(crate) const CITIZEN: &str = "13800000001";
pub(crate) const STRANGER: &str = "13800000003";
/// Agent of the company that runs a small restaurant.
pub(crate) const AGENT: &str = "13800000007";

const IDENTITY_CARD: &str = "identity-card-renewal";
const RESTAURANT: &str = "food-business-licence";
/// Its form lets choose an occupation, and counts working days.
const BENEFIT: &str = "unemployment-benefit";
/// Asks for the highest level, and for a proof that its citizen is there.
const STARTUP: &str = "small-business-start";

fn today(hall: &TestHall) -> Date {
    hall.clock.now().at_offset(480).0
}

/// The first complete answers to the form of a service item, as its citizen would give them today.
fn sample(hall: &TestHall, item: &str) -> Map<String, Value> {
    let text = match item {
        IDENTITY_CARD => include_str!("../../../tests/demo-answers/identity-card-renewal.json"),
        RESTAURANT => include_str!("../../../tests/demo-answers/food-business-licence.json"),
        BENEFIT => include_str!("../../../tests/demo-answers/unemployment-benefit.json"),
        STARTUP => include_str!("../../../tests/demo-answers/small-business-start.json"),
        other => panic!("no answers to {other}"),
    };
    let file: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    let answers = file["complete"][0]["answers"].as_object().cloned().unwrap_or_default();
    answers
        .into_iter()
        .map(|(path, value)| (path, on_day(value, today(hall))))
        .collect()
}

/// Days are written from today on, also in the parts of an answer.
fn on_day(value: Value, today: Date) -> Value {
    match (value["$day"].as_i64(), value) {
        (Some(days), _) => today.plus_days(days).to_string().into(),
        (None, Value::Object(parts)) => parts
            .into_iter()
            .map(|(name, part)| (name, on_day(part, today)))
            .collect(),
        (None, value) => value,
    }
}

fn is_material(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|files| files.iter().any(|file| file.get("sha256").is_some()))
}

fn path_of(view: &Value) -> String {
    format!("/api/v1/drafts/{}", view["id"].as_str().unwrap_or_default())
}

async fn upload(terminal: &mut TestTerminal, to: &str, path: &str, name: &str) -> Reply {
    terminal.upload(to, Some(path), name, "application/pdf", PDF).await
}

/// Saves answers; gives the draft's new revision.
async fn save(terminal: &mut TestTerminal, draft: &str, revision: u64, answers: &Map<String, Value>) -> u64 {
    let changes: Vec<_> = answers
        .iter()
        .map(|(path, value)| json!({ "path": path, "value": value }))
        .collect();
    let body = save_body(&revision.into(), &changes);
    let saved = terminal.patch(draft, body).await;
    assert_eq!(saved.status, 200, "{}", saved.json());
    saved.json()["revision"].as_u64().unwrap_or_default()
}

/// A draft that is filled and can be submitted: its address, and what is to be sent.
pub(crate) struct Ready {
    pub(crate) draft: String,
    pub(crate) submission: Value,
}

impl Ready {
    pub(crate) async fn submit(&self, terminal: &mut TestTerminal, key: Uuid) -> Reply {
        submit(terminal, &self.draft, &self.submission, key).await
    }
}

async fn submit(terminal: &mut TestTerminal, draft: &str, submission: &Value, key: Uuid) -> Reply {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", &key.to_string()),
    ];
    let body = submission.to_string().into_bytes();
    terminal
        .send(Method::POST, &format!("{draft}/submission"), &headers, body)
        .await
}

/// What a terminal sends when the citizen submits these answers.
pub(crate) fn submission(hall: &TestHall, item: &str, answers: &Map<String, Value>, revision: u64) -> Value {
    let item = item.parse().unwrap_or_else(|error| panic!("{error}"));
    let city = &hall.state.city;
    let reference = city
        .item(&item)
        .and_then(|item| item.form.clone())
        .unwrap_or_else(|| panic!("no form"));
    let content = city
        .form(&reference.code, reference.version)
        .unwrap_or_else(|| panic!("no form"));
    let answers: Answers = answers.clone().into_iter().collect();
    let form = Arc::clone(&content.form);
    let context = city.context(&form, today(hall));
    let filling = Filling::new(form, answers, context);
    let with = filling.evaluated_with();
    let submission = SubmitDraft {
        revision,
        as_of: with.as_of,
        engine: with.engine,
        transcript: filling.transcript(),
        calendar: with.calendar,
        lists: with.lists,
        marks: filling.marks(),
        confirmed: None,
    };
    serde_json::to_value(submission).unwrap_or_else(|error| panic!("{error}"))
}

/// Fills the form of an item with what `change` makes of complete answers.
async fn fill_with(
    hall: &TestHall,
    terminal: &mut TestTerminal,
    item: &str,
    principal: Option<&Value>,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Ready {
    let mut start = json!({ "item": item });
    if let Some(principal) = principal {
        start["principal"] = principal.clone();
    }
    let view = terminal.post("/api/v1/drafts", start).await;
    assert!(view.status == 200 || view.status == 201, "{}", view.json());
    let view = view.json();
    let draft = path_of(&view);
    let mut answers = sample(hall, item);
    for (path, value) in &mut answers {
        if is_material(value) {
            let file = upload(terminal, &draft, path, "material.pdf").await;
            assert_eq!(file.status, 201, "{}", file.json());
            *value = json!([file.json()]);
        }
    }
    change(&mut answers);
    let revision = save(
        terminal,
        &draft,
        view["revision"].as_u64().unwrap_or_default(),
        &answers,
    )
    .await;
    Ready {
        draft,
        submission: submission(hall, item, &answers, revision),
    }
}

pub(crate) async fn fill(hall: &TestHall, terminal: &mut TestTerminal, item: &str) -> Ready {
    fill_with(hall, terminal, item, None, |_| {}).await
}

/// As [`fill`], of somebody for whom the citizen acts.
pub(crate) async fn fill_for(hall: &TestHall, terminal: &mut TestTerminal, item: &str, principal: &Value) -> Ready {
    fill_with(hall, terminal, item, Some(principal), |_| {}).await
}

/// Applies for a new identity card; gives the case's id.
pub(crate) async fn apply(hall: &TestHall, terminal: &mut TestTerminal) -> String {
    let reply = fill(hall, terminal, IDENTITY_CARD)
        .await
        .submit(terminal, Uuid::now_v7())
        .await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    reply.json()["case_id"].as_str().unwrap_or_default().to_owned()
}

/// Applies for a restaurant's licence, for the company; gives the case's id.
async fn apply_for_company(hall: &TestHall, terminal: &mut TestTerminal, session: &Value) -> String {
    let company = &session["principals"][1]["id"];
    let ready = fill_with(hall, terminal, RESTAURANT, Some(company), |_| {}).await;
    let reply = ready.submit(terminal, Uuid::now_v7()).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    reply.json()["case_id"].as_str().unwrap_or_default().to_owned()
}

/// A console at which this member of staff is logged in.
pub(crate) async fn clerk(hall: &TestHall, account: &str) -> TestTerminal {
    let mut console = hall.console();
    console.staff_log_in(account).await;
    console
}

/// Acts on a case as it is now.
pub(crate) async fn act(console: &mut TestTerminal, case: &str, action: &str, with: Value) -> Reply {
    let version = console.get(&format!("/api/v1/staff/cases/{case}")).await.json()["version"].clone();
    let mut body = json!({ "action": action, "version": version });
    for (key, value) in with.as_object().cloned().unwrap_or_default() {
        body[key] = value;
    }
    console.post(&format!("/api/v1/staff/cases/{case}/actions"), body).await
}

/// Acts, and is sure that it went well.
pub(crate) async fn done(console: &mut TestTerminal, case: &str, action: &str, with: Value) -> Value {
    let reply = act(console, case, action, with).await;
    assert_eq!(reply.status, 200, "{action}: {}", reply.json());
    reply.json()
}

async fn look(terminal: &mut TestTerminal, case: &str) -> Value {
    let reply = terminal.get(&format!("/api/v1/cases/{case}")).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()
}

/// Hands a supplement in.
async fn hand_in(terminal: &mut TestTerminal, case: &str, version: &Value, answers: Value, key: Uuid) -> Reply {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", &key.to_string()),
    ];
    let body = json!({ "version": version, "answers": answers })
        .to_string()
        .into_bytes();
    terminal
        .send(
            Method::POST,
            &format!("/api/v1/cases/{case}/supplement"),
            &headers,
            body,
        )
        .await
}

/// Looks into the database past the port: to count what may be there once only.
fn count(hall: &TestHall, sql: &str) -> i64 {
    hall.database
        .look(|db| db.query_row(sql, [], |row| row.get(0)))
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn fields(reply: &Reply) -> Vec<(String, String)> {
    let fields = reply.json()["fields"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    fields
        .iter()
        .map(|field| (text(&field["path"]), text(&field["code"])))
        .collect()
}

fn field(path: &str, code: &str) -> (String, String) {
    (path.to_owned(), code.to_owned())
}
