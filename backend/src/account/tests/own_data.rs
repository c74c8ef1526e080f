//! One's own data, and the end of the account.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{DELEGATIONS, WANG_LEI, ZHANG_MIN, begin, good, text};
use crate::cases::tests::{apply, clerk, done, fill};
use crate::storage::sql::{Connection, migrations};
use crate::testing::{TestHall, TestTerminal};

const DATA: &str = "/api/v1/account/data";
const CLOSING: &str = "/api/v1/account/closing";
const ITEM: &str = "identity-card-renewal";

/// The files of an archive, by name.
pub(super) fn unpacked(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let (mut at, mut files) = (0, Vec::new());
    while archive[at] != 0 {
        let head = &archive[at..at + 512];
        let field = |from: usize, to: usize| {
            let text = String::from_utf8_lossy(&head[from..to]).into_owned();
            text.trim_end_matches(['\0', ' ']).to_owned()
        };
        let size = usize::from_str_radix(&field(124, 136), 8).unwrap_or_else(|error| panic!("{error}"));
        files.push((field(0, 100), archive[at + 512..at + 512 + size].to_vec()));
        at += 512 + size.div_ceil(512) * 512;
    }
    assert_eq!(archive.len(), at + 1024, "it ends with two empty blocks");
    files
}

/// Asks for the code that closes an account, and reads it from the message.
async fn closing_code(hall: &TestHall, terminal: &mut TestTerminal) -> String {
    good(terminal.post(&format!("{CLOSING}/code"), json!({})).await);
    let message = hall.messages.sent().first().map(|message| message.text.clone());
    let message = message.unwrap_or_else(|| panic!("no message"));
    let mut digits = message.split(|character: char| !character.is_ascii_digit());
    digits
        .find(|part| part.len() == 6)
        .unwrap_or_else(|| panic!("no code: {message}"))
        .to_owned()
}

/// How many rows of any table name a person.
pub(super) fn rows_of(hall: &TestHall, table: &str, column: &str, person: &str) -> i64 {
    let person: Uuid = person.parse().unwrap_or_else(|error| panic!("{error}"));
    let sql = format!("SELECT count(*) FROM {table} WHERE {column} = ?1");
    let rows = hall
        .database
        .look(move |db| db.query_row(&sql, [*person.as_bytes()], |row| row.get(0)));
    rows.unwrap_or_else(|error| panic!("{error}"))
}

/// Every column of every table, asked likewise.
pub(super) fn schema() -> Vec<(String, String)> {
    let read = || -> Result<_, Box<dyn std::error::Error>> {
        let schema = Connection::from(rusqlite::Connection::open_in_memory()?);
        migrations::migrate(&schema, migrations::ALL, 0)?;
        let mut found = Vec::new();
        for table in schema.tables()? {
            let sql = "SELECT name FROM pragma_table_info(?1)";
            for column in schema.prepare_cached(sql)?.query_map([&table], |row| row.get(0))? {
                found.push((table.clone(), column?));
            }
        }
        Ok(found)
    };
    read().unwrap_or_else(|error| panic!("{error}"))
}

/// The tables whose rows refer to a person, each with its column: asked of a database that holds nothing but the schema.
pub(super) fn refers_to_a_person() -> Vec<(String, String)> {
    let read = || -> Result<_, Box<dyn std::error::Error>> {
        let schema = Connection::from(rusqlite::Connection::open_in_memory()?);
        migrations::migrate(&schema, migrations::ALL, 0)?;
        let mut found = Vec::new();
        for table in schema.tables()? {
            let sql = "SELECT \"from\" FROM pragma_foreign_key_list(?1) WHERE \"table\" = 'person'";
            for column in schema.prepare_cached(sql)?.query_map([&table], |row| row.get(0))? {
                found.push((table.clone(), column?));
            }
        }
        Ok(found)
    };
    read().unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn a_citizen_takes_all_of_their_data_along_and_nobody_elses() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let me = browser.log_in(ZHANG_MIN).await["actor"].clone();
    let case = apply(&hall, &mut browser).await;
    let draft = good(begin(&mut browser, "residence-permit", None).await);
    let scope = json!({ "role": "helper", "submits": true, "until": "2026-12-31" });
    good(
        browser
            .post(DELEGATIONS, json!({ "phone": WANG_LEI, "scope": scope }))
            .await,
    );
    let mut other = hall.browser();
    other.log_in(WANG_LEI).await;
    begin(&mut other, "residence-permit", None).await;

    let reply = browser.get(DATA).await;
    assert_eq!(
        (reply.status, reply.header("content-type").as_str()),
        (200, "application/x-tar")
    );
    assert_eq!(reply.header("content-length"), reply.body.len().to_string());
    assert!(reply.header("cache-control").contains("no-store"));
    let files = unpacked(&reply.body);
    assert_eq!(files[0].0, "README.txt");
    let data: Value = serde_json::from_slice(&files[1].1).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(data["format"], "onehall-own-data/1");
    let person = &data["person"];
    assert_eq!(
        (&person["id"], &person["name"], &person["phone"]),
        (&me["id"], &me["name"], &json!(ZHANG_MIN))
    );
    assert!(person["citizen_id"].as_str().is_some_and(|number| number.len() == 18));
    let count = |what: &str| data[what].as_array().map_or(0, Vec::len);
    assert_eq!(["sessions", "delegations", "drafts", "cases"].map(count), [1, 1, 1, 1]);
    assert_eq!(data["drafts"][0]["id"], draft["id"]);
    let told = &data["cases"][0];
    assert_eq!(
        (&told["id"], &told["history"][0]["actor"]["name"]),
        (&json!(case), &me["name"])
    );
    // Every file is there, whole, and what is told of it is so.
    let told = data["files"].as_array().cloned().unwrap_or_default();
    assert!(!told.is_empty());
    assert_eq!(told.len() + 2, files.len());
    for (one, (name, content)) in told.iter().zip(&files[2..]) {
        assert_eq!(one["place"], name.as_str());
        let hash: String = crate::files::sha256_of(content)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(one["sha256"], hash);
    }
    let whole = String::from_utf8_lossy(&files[1].1);
    assert!(
        !whole.contains(WANG_LEI),
        "who was invited is known by the masked number alone"
    );
}

#[tokio::test]
async fn what_somebody_does_for_a_company_is_not_theirs_to_take_along() {
    let hall = TestHall::open().await;
    let mut agent = hall.browser();
    let session = agent.log_in("13800000007").await;
    let company = text(&session["principals"][1]["id"]);
    good(begin(&mut agent, "food-business-licence", Some(&company)).await);
    let own = good(begin(&mut agent, "residence-permit", None).await);
    let files = unpacked(&agent.get(DATA).await.body);
    let data: Value = serde_json::from_slice(&files[1].1).unwrap_or_else(|error| panic!("{error}"));
    let drafts: Vec<_> = data["drafts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(drafts, [&own["id"]]);
    assert_eq!(data["companies"][0]["id"], json!(company));
}

#[tokio::test]
async fn an_account_with_an_open_case_is_not_closed() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    browser.log_in(ZHANG_MIN).await;
    let case = apply(&hall, &mut browser).await;
    let seen = good(browser.get(CLOSING).await);
    assert_eq!(
        (&seen["open_cases"][0]["id"], &seen["phone"]),
        (&json!(case), &json!("138****0001"))
    );
    let code = closing_code(&hall, &mut browser).await;
    let refused = browser.post(CLOSING, json!({ "code": code })).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "identity/open_cases"));
    assert_eq!(browser.get(CLOSING).await.status, 200);
    // Withdrawn, it is no reason any more; the same code still counts.
    let version = good(browser.get(&format!("/api/v1/cases/{case}")).await)["version"].clone();
    good(
        browser
            .post(
                &format!("/api/v1/cases/{case}/withdrawal"),
                json!({ "version": version }),
            )
            .await,
    );
    assert_eq!(browser.post(CLOSING, json!({ "code": code })).await.status, 204);
}

#[tokio::test]
async fn a_closed_account_leaves_what_the_law_keeps_and_nothing_else() {
    let hall = TestHall::open().await;
    let mut browser = hall.browser();
    let session = browser.log_in(ZHANG_MIN).await;
    let me = text(&session["actor"]["id"]);
    let case = apply(&hall, &mut browser).await;
    let mut desk = clerk(&hall, "ps-window-2").await;
    done(&mut desk, &case, "pass-pre-review", json!({})).await;
    done(&mut desk, &case, "refuse-acceptance", json!({ "reason": "重复申请" })).await;
    let draft = fill(&hall, &mut browser, ITEM).await.draft;
    let scope = json!({ "role": "helper", "submits": true, "until": "2026-12-31" });
    let invited = good(
        browser
            .post(DELEGATIONS, json!({ "phone": WANG_LEI, "scope": scope }))
            .await,
    );
    let mut helper = hall.browser();
    helper.log_in(WANG_LEI).await;
    let answer = format!("{DELEGATIONS}/{}/answer", text(&invited["delegation"]["id"]));
    good(helper.post(&answer, json!({ "agree": true })).await);
    hall.clock.advance(61);
    let mut phone = hall.terminal("mobile");
    phone.log_in(ZHANG_MIN).await;

    let seen = good(browser.get(CLOSING).await);
    assert_eq!(
        (&seen["drafts"], &seen["sessions"], &seen["delegations"]),
        (&json!(1), &json!(2), &json!(1))
    );
    assert_eq!(seen["kept_cases"][0]["until"], "2036-11-23");
    assert_eq!(seen["open_cases"], json!([]));
    hall.clock.advance(61);
    // A login code is none for this, and five wrong ones use the right one up.
    let login = browser.ask_code(ZHANG_MIN).await;
    assert_eq!(
        browser.post(CLOSING, json!({ "code": login })).await.code(),
        "identity/wrong_code"
    );
    let code = closing_code(&hall, &mut browser).await;
    assert_eq!(browser.post(CLOSING, json!({ "code": code })).await.status, 204);

    for terminal in [&mut browser, &mut phone] {
        let told = terminal.get("/api/v1/identity/session").await;
        assert_eq!(told.json()["details"]["ended"]["why"], "closed");
    }
    // Every table that refers to a person knows this one no more.
    let referring = refers_to_a_person();
    assert!(referring.len() > 4, "{referring:?}");
    for (table, column) in &referring {
        assert_eq!(rows_of(&hall, table, column, &me), 0, "{table}.{column}");
    }
    for (table, column) in [
        ("person", "id"),
        ("attempt", "actor"),
        ("sync_head", "principal"),
        ("sync_change", "principal"),
    ] {
        assert_eq!(rows_of(&hall, table, column, &me), 0, "{table}");
    }
    assert_eq!(
        rows_of(&hall, "draft", "principal", &me),
        1,
        "the one that the kept case was made of"
    );
    let gone = helper.get(&draft).await;
    assert!(matches!(gone.status, 403 | 404), "{}", gone.status);
    let seen = good(helper.get(DELEGATIONS).await);
    assert_eq!(
        (&seen["all"][0]["state"], &seen["all"][0]["principal"]),
        (&json!("ended"), &Value::Null)
    );
    // The authority's record stands, with its files.
    let kept = good(desk.get(&format!("/api/v1/staff/cases/{case}")).await);
    assert_eq!(kept["principal"]["name"], "张敏");
    // The same number begins anew and knows nothing of it.
    hall.clock.advance(61);
    let anew = hall.browser().log_in(ZHANG_MIN).await;
    assert_eq!((&anew["actor"]["name"], &anew["assurance"]), (&json!(""), &json!("L1")));
    assert_ne!(anew["actor"]["id"], session["actor"]["id"]);
}
