//! Promises of what is not asked twice, asked over HTTP of a whole hall: answers and files of earlier cases.
//!
//! The city is the demo city with two small forms in the place of two of its own: one applies by the first, then by the
//! second, which asks for some of the same things.

mod files;
mod limits;
mod supplement;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use axum::http::Method;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::cases::tests::{AGENT, CITIZEN, STRANGER, clerk, done, submission};
use crate::city::{self, CityContent};
use crate::testing::{Reply, TestHall, TestTerminal, copy_folder, save_body};

/// The first item, whose result is a certificate; and the second.
const FIRST: &str = "identity-card-renewal";
const SECOND: &str = "residence-permit";
/// Agent of the same company as [`AGENT`], and of another one.
const OTHER_AGENT: &str = "13800000008";

fn label(text: &str) -> Value {
    json!({ "zh-CN": text, "en": text })
}

fn question(id: &str, kind: &str, more: Value) -> Value {
    let mut question = json!({ "id": id, "kind": kind, "label": label(id) });
    for (key, value) in more.as_object().cloned().unwrap_or_default() {
        question[key] = value;
    }
    question
}

fn named(id: &str, kind: &str, name: &str) -> Value {
    question(id, kind, json!({ "prefill": name }))
}

fn choice(id: &str, name: &str, values: &[&str]) -> Value {
    let options: Vec<Value> = values
        .iter()
        .map(|value| json!({ "value": value, "label": label(value) }))
        .collect();
    question(id, "choice", json!({ "prefill": name, "options": options }))
}

fn people(id: &str) -> Value {
    let inside = json!([
        named("full", "text", "guardian.name"),
        named("phone", "phone", "guardian.phone")
    ]);
    let group = json!({ "prefill": "guardians", "row_label": label("one"), "questions": inside });
    question(id, "group", group)
}

fn material(id: &str, code: &str, sources: &[&str]) -> Value {
    question(id, "material", json!({ "material": code, "sources": sources }))
}

fn trusted(mut material: Value, grade: &str) -> Value {
    material["trust_grade"] = json!(grade);
    material
}

fn form(code: &str, questions: &[Value]) -> String {
    json!({ "schema": "onehall-form/1", "code": code, "version": 1, "title": label(code),
        "pages": [{ "id": "p", "title": label("p"), "questions": questions }] })
    .to_string()
}

const DATA: &str = r#"
guardians = "group"
[guardian]
name = "text"
phone = "phone"
[person]
employer = "text"
status = "choice"
card_number = "text"
lives_in = "text"
[contact]
name = "text"
"#;

const OUTPUT: &str = r#"[output]
material = "id-card"
facts = [{ name = "person.card_number", from = "document_number" }, { name = "person.lives_in", answer = "town" }]
"#;

fn city() -> Arc<CityContent> {
    static CITY: OnceLock<Arc<CityContent>> = OnceLock::new();
    Arc::clone(CITY.get_or_init(|| city_with(material("photo", "photo", &["upload", "case"]))))
}

/// The same with this question for the photo of the second form.
fn city_with(photo: Value) -> Arc<CityContent> {
    let folder = std::env::temp_dir().join(format!("onehall-city-{}", Uuid::now_v7()));
    copy_folder(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("demo-city"), &folder);
    let write = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).unwrap_or_else(|error| panic!("{name}: {error}"));
    };
    let data = std::fs::read_to_string(folder.join("data.toml")).unwrap_or_default();
    write("data.toml", &merged(&data, DATA));
    for item in [FIRST, SECOND] {
        let name = format!("items/{item}.toml");
        let text = std::fs::read_to_string(folder.join(&name)).unwrap_or_else(|error| panic!("{error}"));
        write(&name, &with_version_one(item, &without_proof(&text)));
    }
    let name = format!("items/{FIRST}.toml");
    let text = std::fs::read_to_string(folder.join(&name)).unwrap_or_else(|error| panic!("{error}"));
    write(&name, &text.replace("[output]\n", OUTPUT));
    let first = [
        named("name", "text", "person.name"),
        named("employer", "text", "person.employer"),
        choice("status", "person.status", &["single", "married", "widowed"]),
        question("town", "text", json!({})),
        named("contact", "text", "contact.name"),
        people("guardians"),
        material("photo", "photo", &["upload"]),
        material("old_card", "old-card", &["upload", "case"]),
        trusted(
            material("household_register", "household-register", &["upload", "case"]),
            "B",
        ),
    ];
    write(&format!("forms/{FIRST}.v1.json"), &form(FIRST, &first));
    let second = [
        named("applicant", "text", "person.name"),
        named("works_at", "text", "person.employer"),
        choice("status", "person.status", &["single", "married"]),
        named("card", "text", "person.card_number"),
        named("town", "text", "person.lives_in"),
        named("contact", "text", "contact.name"),
        people("parents"),
        material("id_card", "id-card", &["upload", "e_certificate"]),
        material("id_card_copy", "id-card", &["upload", "case"]),
        photo,
        material("residence_proof", "residence-proof", &["upload"]),
        material("employment_proof", "employment-proof", &["e_certificate"]),
        material("school_proof", "school-proof", &["upload"]),
    ];
    write(&format!("forms/{SECOND}.v1.json"), &form(SECOND, &second));
    let city = city::load(&folder).unwrap_or_else(|findings| panic!("{findings:#?}"));
    let _ = std::fs::remove_dir_all(&folder);
    Arc::new(city)
}

/// The city's names of data, and ours: what both name is the city's own.
fn merged(theirs: &str, ours: &str) -> String {
    let read = |text: &str| toml::from_str::<toml::Table>(text).unwrap_or_else(|error| panic!("{error}"));
    let mut all = read(theirs);
    for (key, value) in read(ours) {
        match (all.get_mut(&key).and_then(toml::Value::as_table_mut), value) {
            (Some(table), toml::Value::Table(more)) => table.extend(more),
            (_, value) => {
                all.insert(key, value);
            }
        }
    }
    all.to_string()
}

/// The item's file with its form in version 1.
fn with_version_one(item: &str, text: &str) -> String {
    let line = |line: &str| match line.strip_prefix(&format!("form = {{ code = \"{item}\"")) {
        Some(_) => format!("form = {{ code = \"{item}\", version = 1 }}"),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The item's file without what its certificate proves.
fn without_proof(text: &str) -> String {
    let is_proof = |line: &str| {
        ["material = ", "own_when = ", "facts = "]
            .iter()
            .any(|key| line.starts_with(key))
    };
    text.lines()
        .filter(|line| !is_proof(line))
        .collect::<Vec<_>>()
        .join("\n")
}

async fn hall() -> TestHall {
    let mut hall = TestHall::open().await;
    hall.restart_with(city());
    hall
}

fn at(draft: &Value, rest: &str) -> String {
    format!("/api/v1/drafts/{}{rest}", draft["id"].as_str().unwrap_or_default())
}

async fn open(terminal: &mut TestTerminal, item: &str, principal: Option<&Value>) -> Value {
    let mut start = json!({ "item": item });
    if let Some(principal) = principal {
        start["principal"] = principal.clone();
    }
    let reply = terminal.post("/api/v1/drafts", start).await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.json());
    reply.json()
}

async fn upload(terminal: &mut TestTerminal, draft: &Value, path: &str, content: &str) -> Reply {
    let bytes = format!("%PDF-1.7\n{content}").into_bytes();
    let name = format!("{path}.pdf");
    terminal
        .upload(&at(draft, ""), Some(path), &name, "application/pdf", &bytes)
        .await
}

async fn save(terminal: &mut TestTerminal, draft: &Value, answers: &Map<String, Value>) -> Value {
    let changes: Vec<_> = answers
        .iter()
        .map(|(path, value)| json!({ "path": path, "value": value }))
        .collect();
    let body = save_body(&draft["revision"], &changes);
    let saved = terminal.patch(&at(draft, ""), body).await;
    assert_eq!(saved.status, 200, "{}", saved.json());
    saved.json()
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// What one says in the first application.
fn said() -> Map<String, Value> {
    object(json!({
        "name": "张敏", "employer": "云帆公司", "status": "widowed", "town": "兰川", "contact": "李经理",
        "guardians": ["r1"], "guardians/r1/full": "王磊", "guardians/r1/phone": "13800000003",
    }))
}

/// Submits a draft with these answers alone.
async fn submit(
    hall: &TestHall,
    terminal: &mut TestTerminal,
    item: &str,
    draft: &Value,
    mut answers: Map<String, Value>,
) -> Reply {
    for path in object(draft["answers"].clone()).keys() {
        answers.entry(path.clone()).or_insert(Value::Null);
    }
    let saved = save(terminal, draft, &answers).await;
    answers.retain(|_, value| !value.is_null());
    let body = submission(hall, item, &answers, saved["revision"].as_u64().unwrap_or_default());
    let key = Uuid::now_v7().to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", key.as_str())];
    terminal
        .send(
            Method::POST,
            &at(draft, "/submission"),
            &headers,
            body.to_string().into_bytes(),
        )
        .await
}

/// Applies by the first form, with two files; gives the case's id.
async fn apply(hall: &TestHall, terminal: &mut TestTerminal, principal: Option<&Value>) -> String {
    let draft = open(terminal, FIRST, principal).await;
    let mut answers = said();
    for path in ["photo", "old_card", "household_register"] {
        let file = upload(terminal, &draft, path, path).await;
        assert_eq!(file.status, 201, "{}", file.json());
        answers.insert(path.to_owned(), json!([file.json()]));
    }
    let reply = submit(hall, terminal, FIRST, &draft, answers).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    reply.json()["case_id"].as_str().unwrap_or_default().to_owned()
}

async fn issue(hall: &TestHall, case: &str, number: &str) {
    for (account, action, with) in [
        ("ps-window", "pass-pre-review", json!({})),
        ("ps-window", "accept", json!({})),
        ("ps-approver", "approve", json!({})),
        ("ps-issuer", "issue", json!({ "document_number": number })),
    ] {
        done(&mut clerk(hall, account).await, case, action, with).await;
    }
}

/// Where each answer of a draft comes from that was filled in.
fn sources(draft: &Value) -> Value {
    let mut kinds = json!({});
    for one in draft["prefilled"].as_array().into_iter().flatten() {
        kinds[one["path"].as_str().unwrap_or_default()] = one["source"]["kind"].clone();
    }
    kinds
}

async fn offers(terminal: &mut TestTerminal, draft: &Value, material: &str) -> Reply {
    terminal.get(&at(draft, &format!("/materials/{material}/offers"))).await
}

async fn take_over(terminal: &mut TestTerminal, draft: &Value, path: &str, file: &Value) -> Reply {
    let body = json!({ "path": path, "file": file });
    terminal.post(&at(draft, "/files/reuse"), body).await
}

#[tokio::test]
async fn what_was_said_once_is_not_asked_again_and_says_where_it_comes_from() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let case = apply(&hall, &mut citizen, None).await;
    issue(&hall, &case, "K-7").await;
    let draft = open(&mut citizen, SECOND, None).await;
    assert_eq!(
        draft["answers"],
        json!({
            "applicant": "张敏", "works_at": "云帆公司", "card": "K-7", "town": "兰川", "contact": "李经理",
            "parents": ["r1"], "parents/r1/full": "王磊", "parents/r1/phone": "13800000003",
        }),
        "the status is none of the options any more"
    );
    assert_eq!(
        sources(&draft),
        json!({
            "applicant": "profile", "works_at": "case", "card": "certificate", "town": "certificate", "contact": "case",
            "parents": "case", "parents/r1/full": "case", "parents/r1/phone": "case",
        })
    );
    let source = |path: &str| {
        let all = draft["prefilled"].as_array().cloned().unwrap_or_default();
        let found = all.into_iter().find(|one| one["path"] == *path);
        found.unwrap_or_default()["source"].clone()
    };
    let number = citizen.get(&format!("/api/v1/cases/{case}")).await.json()["number"].clone();
    assert_eq!(
        source("works_at"),
        json!({ "kind": "case", "case": case, "number": number, "at": "2026-11-23T01:00:00.000Z",
            "item_name": { "zh-CN": "居民身份证换领", "en": "Identity card renewal" } })
    );
    assert_eq!(
        (&source("card")["case"], &source("card")["number"]),
        (&json!(case), &json!("K-7"))
    );

    // One is confirmed, one is changed, the others still wait.
    save(
        &mut citizen,
        &draft,
        &object(json!({ "works_at": "云帆公司", "contact": "赵经理" })),
    )
    .await;
    let left = sources(&citizen.get(&at(&draft, "")).await.json());
    assert_eq!((&left["works_at"], &left["contact"]), (&Value::Null, &Value::Null));
    assert_eq!(left["card"], "certificate");
    // What is open already keeps what is in it.
    let again = open(&mut citizen, SECOND, None).await;
    assert_eq!(again["answers"]["contact"], "赵经理");
}

#[tokio::test]
async fn nobody_gets_what_somebody_else_said() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let case = apply(&hall, &mut citizen, None).await;
    issue(&hall, &case, "K-7").await;
    let mut stranger = hall.browser();
    stranger.log_in(STRANGER).await;
    let draft = open(&mut stranger, SECOND, None).await;
    assert_eq!(draft["answers"], json!({ "applicant": "王磊" }));
    for material in ["photo", "id-card"] {
        assert_eq!(offers(&mut stranger, &draft, material).await.json(), json!([]));
    }
    // Nor by naming it: neither the file nor the draft.
    let theirs = open(&mut citizen, SECOND, None).await;
    let file = offers(&mut citizen, &theirs, "photo").await.json()[0]["id"].clone();
    let certificate = offers(&mut citizen, &theirs, "id-card").await.json()[0]["id"].clone();
    assert!(file.is_string() && certificate.is_string());
    let gone = |reply: Reply| assert_eq!((reply.status, reply.code().as_str()), (404, "request/not_found"));
    gone(take_over(&mut stranger, &draft, "photo", &file).await);
    gone(take_over(&mut stranger, &draft, "id_card", &certificate).await);
    gone(take_over(&mut stranger, &theirs, "photo", &file).await);
    gone(offers(&mut stranger, &theirs, "photo").await);
}

#[tokio::test]
async fn a_company_and_its_agents_keep_their_data_apart() {
    let hall = hall().await;
    let mut agent = hall.browser();
    let session = agent.log_in(AGENT).await;
    let company = session["principals"][1]["id"].clone();
    // The agent's own matter, with the agent's own files.
    apply(&hall, &mut agent, None).await;
    let draft = open(&mut agent, SECOND, Some(&company)).await;
    assert_eq!(draft["answers"], json!({}), "nothing of the agent's own");
    assert_eq!(offers(&mut agent, &draft, "photo").await.json(), json!([]));

    // The company's matter: what is the company's comes back, to each of its agents; what is a person's does not.
    apply(&hall, &mut agent, Some(&company)).await;
    let mut other = hall.browser();
    let session = other.log_in(OTHER_AGENT).await;
    let discarded = agent.delete(&at(&draft, "")).await;
    assert_eq!(discarded.status, 204);
    let draft = open(&mut other, SECOND, Some(&company)).await;
    assert_eq!(
        draft["answers"],
        json!({ "contact": "李经理", "parents": ["r1"], "parents/r1/full": "王磊", "parents/r1/phone": "13800000003" })
    );
    assert_eq!(
        offers(&mut other, &draft, "photo")
            .await
            .json()
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    // Another company of the same agent's, and the agent's own matter, know nothing of it.
    let companies = session["principals"].as_array().cloned().unwrap_or_default();
    let another = companies
        .iter()
        .find(|one| one["kind"] == "legal_person" && one["id"] != company);
    let another = another.unwrap_or_else(|| panic!("{companies:?}"))["id"].clone();
    let draft = open(&mut other, SECOND, Some(&another)).await;
    assert_eq!(draft["answers"], json!({}));
    assert_eq!(offers(&mut other, &draft, "photo").await.json(), json!([]));
    let own = open(&mut other, SECOND, None).await;
    assert_eq!(own["answers"], json!({ "applicant": "周健" }));
    assert_eq!(offers(&mut other, &own, "photo").await.json(), json!([]));
}

#[tokio::test]
async fn what_an_authority_refused_or_asked_for_again_is_not_used_again() {
    let hall = hall().await;
    let mut citizen = hall.browser();
    citizen.log_in(CITIZEN).await;
    let case = apply(&hall, &mut citizen, None).await;
    let mut window = clerk(&hall, "ps-window").await;
    let items =
        json!([{ "path": "employer", "reason": "与社保记录不一致。" }, { "path": "photo", "reason": "反光。" }]);
    done(
        &mut window,
        &case,
        "return",
        json!({ "reason": "请修改。", "items": items }),
    )
    .await;
    let draft = open(&mut citizen, SECOND, None).await;
    assert_eq!(
        (&draft["answers"]["works_at"], &draft["answers"]["contact"]),
        (&Value::Null, &json!("李经理"))
    );
    assert_eq!(offers(&mut citizen, &draft, "photo").await.json(), json!([]));

    // Taken back by the citizen: what nobody found fault with can be used, and the rest still not.
    let version = citizen.get(&format!("/api/v1/cases/{case}")).await.json()["version"].clone();
    let path = format!("/api/v1/cases/{case}/withdrawal");
    let withdrawn = citizen.post(&path, json!({ "version": version })).await;
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.json());
    assert_eq!(citizen.delete(&at(&draft, "")).await.status, 204);
    let draft = open(&mut citizen, SECOND, None).await;
    assert_eq!(
        (&draft["answers"]["works_at"], &draft["answers"]["contact"]),
        (&Value::Null, &json!("李经理"))
    );
    assert_eq!(citizen.delete(&at(&draft, "")).await.status, 204);

    // Refused: what it says may be the reason.
    let case = apply(&hall, &mut citizen, None).await;
    done(
        &mut window,
        &case,
        "refuse-acceptance",
        json!({ "reason": "不属于本机关职权。" }),
    )
    .await;
    let draft = open(&mut citizen, SECOND, None).await;
    assert_eq!(sources(&draft)["contact"], "case");
    let from = draft["prefilled"].as_array().cloned().unwrap_or_default();
    assert!(from.iter().all(|one| one["source"]["case"] != *case), "{from:?}");
}
