//! Promises of the end of a case's records.

use super::*;
use crate::files::sweep;
use crate::storage::sql::{Connection, migrations};
use crate::testing::files_below;

const DAY: i64 = 86_400;
/// From 2026-11-23 to the same day ten years later.
const TEN_YEARS: i64 = 3653 * DAY;

/// Tables whose rows are of a case: asked of a database that holds nothing but the schema.
fn of_a_case() -> Vec<String> {
    let read = || -> Result<_, Box<dyn std::error::Error>> {
        let schema = Connection::from(rusqlite::Connection::open_in_memory()?);
        migrations::migrate(&schema, migrations::ALL, 0)?;
        let mut found = Vec::new();
        for table in schema.tables()? {
            let sql = "SELECT name FROM pragma_table_info(?1) WHERE name = 'case_id'";
            if table != "case_disposal" && schema.prepare_cached(sql)?.exists([&table])? {
                found.push(table);
            }
        }
        Ok(found)
    };
    read().unwrap_or_else(|error| panic!("{error}"))
}

fn rows(hall: &TestHall, table: &str, column: &str, id: &str) -> i64 {
    let id: Uuid = id.parse().unwrap_or_else(|error| panic!("{error}"));
    let sql = format!("SELECT count(*) FROM {table} WHERE {column} = ?1");
    let counted = hall
        .database
        .look(move |db| db.query_row(&sql, [*id.as_bytes()], |row| row.get(0)));
    counted.unwrap_or_else(|error| panic!("{table}: {error}"))
}

/// A case of a citizen that ended today.
async fn refused(hall: &TestHall, desk: &mut TestTerminal, phone: &str) -> (TestTerminal, String) {
    let mut browser = hall.browser();
    browser.log_in(phone).await;
    let case = apply(hall, &mut browser).await;
    done(desk, &case, "pass-pre-review", json!({})).await;
    done(desk, &case, "refuse-acceptance", json!({ "reason": "重复申请" })).await;
    (browser, case)
}

async fn close_account(hall: &TestHall, browser: &mut TestTerminal) {
    let closing = "/api/v1/account/closing";
    assert!(browser.post(&format!("{closing}/code"), json!({})).await.status < 300);
    let message = hall.messages.sent().first().map(|message| message.text.clone());
    let message = message.unwrap_or_default();
    let mut digits = message.split(|character: char| !character.is_ascii_digit());
    let code = digits.find(|part| part.len() == 6).unwrap_or_default();
    assert_eq!(browser.post(closing, json!({ "code": code })).await.status, 204);
}

async fn dispose(hall: &TestHall) -> usize {
    let disposed = crate::cases::dispose(&hall.state).await;
    disposed.unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn what_outlived_its_citizens_account_is_destroyed_when_its_term_is_over_and_stands_in_the_register() {
    let hall = TestHall::open().await;
    let mut desk = clerk(&hall, "ps-window-2").await;
    let (mut gone, left) = refused(&hall, &mut desk, CITIZEN).await;
    let (_, theirs) = refused(&hall, &mut desk, STRANGER).await;
    let number = desk.get(&format!("/api/v1/staff/cases/{left}")).await.json()["number"].clone();
    close_account(&hall, &mut gone).await;
    let bytes = || files_below(&hall.folder.join("files")).unwrap_or_default();
    let before = bytes();
    assert!(before > 0);

    // On its last day it is there; on the next it is not. That of somebody who is still here stays.
    hall.clock.advance(TEN_YEARS);
    assert_eq!(dispose(&hall).await, 0);
    hall.clock.advance(DAY);
    assert_eq!(dispose(&hall).await, 1);
    assert_eq!(dispose(&hall).await, 0);
    let mut desk = clerk(&hall, "ps-window-2").await;
    let status =
        async |desk: &mut TestTerminal, case: &str| desk.get(&format!("/api/v1/staff/cases/{case}")).await.status;
    assert_eq!(status(&mut desk, &left).await, 404);
    assert_eq!(status(&mut desk, &theirs).await, 200);

    let tables = of_a_case();
    assert!(tables.len() > 7, "{tables:?}");
    for table in &tables {
        assert_eq!(rows(&hall, table, "case_id", &left), 0, "{table}");
    }
    assert_eq!(rows(&hall, "case_record", "id", &left), 0);
    assert_eq!(rows(&hall, "draft", "submitted_case", &left), 0);
    for table in ["case_event", "case_answers", "case_result"] {
        assert!(rows(&hall, table, "case_id", &theirs) > 0, "{table}");
    }
    let register: Vec<String> = hall
        .database
        .look(|db| {
            let mut all = db.prepare_cached("SELECT number FROM case_disposal")?;
            all.query_map([], |row| row.get(0))?.collect()
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(json!(register), json!([number]));
    // The bytes of its files were nobody's then.
    hall.clock.advance(DAY + 1);
    sweep::sweep(&hall.state)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(bytes() < before, "{} of {before}", bytes());
}

#[tokio::test]
async fn a_history_is_not_destroyed_before_its_case_stands_in_the_register_and_that_never() {
    let hall = TestHall::open().await;
    let mut desk = clerk(&hall, "ps-window-2").await;
    let (mut gone, left) = refused(&hall, &mut desk, CITIZEN).await;
    close_account(&hall, &mut gone).await;
    let refuses = |sql: &'static str| hall.database.look(move |db| db.execute(sql, [])).is_err();
    assert!(refuses("DELETE FROM case_event"));
    assert!(rows(&hall, "case_event", "case_id", &left) > 0);
    hall.clock.advance(TEN_YEARS + DAY);
    assert_eq!(dispose(&hall).await, 1);
    assert!(refuses("DELETE FROM case_disposal"));
    assert!(refuses("UPDATE case_disposal SET item = 'other'"));
    assert_eq!(rows(&hall, "case_disposal", "case_id", &left), 1);
}
