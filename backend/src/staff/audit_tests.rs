//! Promises of the audit: read by who may, changed by nobody, and whatever was changed past that is found.

use serde_json::{Value, json};

use super::{AuditAction, AuditEntry};
use crate::clock::Clock;
use crate::testing::{TestHall, TestTerminal};

const AUDIT: &str = "/api/v1/staff/audit";

async fn console(hall: &TestHall, account: &str) -> TestTerminal {
    let mut console = hall.console();
    console.staff_log_in(account).await;
    console
}

async fn good(console: &mut TestTerminal, path: &str) -> Value {
    let reply = console.get(path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.json());
    reply.json()
}

fn lines(page: &Value) -> Vec<Value> {
    page["lines"].as_array().cloned().unwrap_or_default()
}

/// Changes the database past its own guard, as somebody might who has its file.
fn past_the_guard(hall: &TestHall, sql: &str) {
    let text = sql.to_owned();
    let done = hall.database.look(move |db| {
        let server = db.execute_batch("SET session_replication_role = replica").is_ok();
        if !server {
            db.execute_batch("DROP TRIGGER staff_audit_is_not_changed; DROP TRIGGER staff_audit_is_not_deleted;")?;
        }
        db.execute(&text, [])
    });
    assert!(done.is_ok_and(|rows| rows == 1), "{sql}");
}

#[tokio::test]
async fn who_did_what_is_read_filtered_and_page_by_page() {
    let hall = TestHall::open().await;
    let mut admin = console(&hall, "admin").await;
    for _ in 0..3 {
        hall.clock.advance(31);
        console(&hall, "ps-window-2").await;
    }
    let all = lines(&good(&mut admin, AUDIT).await);
    let last = &all[0];
    assert_eq!(
        (&last["action"], &last["actor"]["account"], &last["subject"]["account"]),
        (&json!("logged_in"), &json!("ps-window-2"), &json!("ps-window-2"))
    );
    assert_eq!(last["hash"].as_str().map(str::len), Some(64));
    let numbers: Vec<_> = all.iter().filter_map(|line| line["number"].as_u64()).collect();
    assert_eq!(
        numbers,
        (1..=all.len() as u64).rev().collect::<Vec<_>>(),
        "no number is missing"
    );
    let logins = lines(&good(&mut admin, &format!("{AUDIT}?account=ps-window-2&action=logged_in")).await);
    assert_eq!(logins.len(), 3);
    assert!(lines(&good(&mut admin, &format!("{AUDIT}?from=2026-11-24")).await).is_empty());
    let today = lines(&good(&mut admin, &format!("{AUDIT}?from=2026-11-23&to=2026-11-23")).await);
    assert_eq!(today.len(), all.len());
    // Page by page, each line once.
    for _ in 0..60 {
        let noted = hall.state.storage.note_audit(AuditEntry {
            at: hall.clock.now(),
            actor: None,
            subject: None,
            action: AuditAction::PasswordRefused,
            details: json!({}),
        });
        noted.await.unwrap_or_else(|error| panic!("{error}"));
    }
    let (mut seen, mut path) = (Vec::new(), AUDIT.to_owned());
    loop {
        let page = good(&mut admin, &path).await;
        seen.extend(lines(&page).iter().filter_map(|line| line["number"].as_u64()));
        match page["next"].as_str() {
            Some(next) => path = format!("{AUDIT}?before={next}"),
            None => break,
        }
    }
    assert!(seen.len() > 50);
    assert_eq!(seen, (1..=seen.len() as u64).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn the_audit_is_for_administrators_and_each_sees_their_own_accounts() {
    let hall = TestHall::open().await;
    let mut clerk = console(&hall, "ps-window-2").await;
    for path in ["", "/chain", "/export"] {
        let refused = clerk.get(&format!("{AUDIT}{path}")).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "identity/forbidden"),
            "{path}"
        );
        assert_eq!(hall.console().get(&format!("{AUDIT}{path}")).await.status, 401);
    }
    for method in [
        axum::http::Method::DELETE,
        axum::http::Method::PATCH,
        axum::http::Method::POST,
    ] {
        let mut admin = hall.console();
        hall.clock.advance(31);
        admin.staff_log_in("admin").await;
        assert_eq!(admin.send(method, AUDIT, &[], Vec::new()).await.status, 405);
    }
}

#[tokio::test]
async fn a_line_that_was_changed_or_taken_out_is_found_and_named() {
    for (sql, broken) in [
        ("UPDATE staff_audit SET details = '{\"x\":1}' WHERE number = 2", 2),
        (
            "UPDATE staff_audit SET actor = NULL, subject = NULL WHERE number = 3",
            3,
        ),
        ("DELETE FROM staff_audit WHERE number = 2", 2),
    ] {
        let hall = TestHall::open().await;
        let mut admin = console(&hall, "admin").await;
        hall.clock.advance(31);
        console(&hall, "ps-window-2").await;
        let chain = good(&mut admin, &format!("{AUDIT}/chain")).await;
        assert_eq!(chain["broken_at"], Value::Null);
        assert!(chain["lines"].as_u64().is_some_and(|lines| lines >= 4), "{chain}");
        assert_eq!(chain["head"], lines(&good(&mut admin, AUDIT).await)[0]["hash"]);
        past_the_guard(&hall, sql);
        let chain = good(&mut admin, &format!("{AUDIT}/chain")).await;
        assert_eq!(chain["broken_at"], broken, "{sql}");
    }
}

#[tokio::test]
async fn an_export_holds_every_line_can_be_checked_by_others_and_is_noted() {
    let hall = TestHall::open().await;
    let mut admin = console(&hall, "admin").await;
    hall.clock.advance(31);
    console(&hall, "ps-window-2").await;
    let reply = admin.get(&format!("{AUDIT}/export")).await;
    assert_eq!(
        reply.header("content-disposition"),
        "attachment; filename=\"audit-2026-11-23.ndjson\""
    );
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let exported: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}")))
        .collect();
    let after = lines(&good(&mut admin, AUDIT).await);
    assert_eq!(
        (&after[0]["action"], &after[0]["details"]["lines"]),
        (&json!("audit_exported"), &json!(exported.len()))
    );
    assert_eq!(after[1..], exported);
    // As the documentation of the route says.
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap_or_else(|error| panic!("{error}")))
            .collect()
    };
    let hash = |line: &Value| bytes(line["hash"].as_str().unwrap_or_default());
    for pair in exported.windows(2) {
        let (line, before) = (&pair[0], &pair[1]);
        let at: onehall_protocol::Timestamp = line["at"]
            .as_str()
            .and_then(|at| at.parse().ok())
            .unwrap_or_else(|| panic!("{line}"));
        let list = json!([
            line["number"],
            at.unix_millis(),
            line["actor"]["id"],
            line["subject"]["id"],
            line["action"],
            line["details"].to_string()
        ]);
        let mut whole = hash(before);
        whole.extend(list.to_string().into_bytes());
        assert_eq!(crate::files::sha256_of(&whole).to_vec(), hash(line), "{line}");
    }
}
