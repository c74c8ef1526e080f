//! Promises of the account, asked of whole routes.

mod children;
mod claiming;
mod delegations;
mod merging;
mod own_data;
mod sessions;
mod sites;

use serde_json::{Value, json};

use crate::testing::{Reply, TestHall, TestTerminal};

const SESSIONS: &str = "/api/v1/account/sessions";
const DELEGATIONS: &str = "/api/v1/account/delegations";

/// A site whose pages embed services.
const BANK: &str = "https://bank.example";

/// 张敏, 王磊, and 马文斌, of whom the hall knows the phone number alone.
const ZHANG_MIN: &str = "13800000001";
const WANG_LEI: &str = "13800000003";
const MA_WENBIN: &str = "13800000013";

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

#[track_caller]
fn good(reply: Reply) -> Value {
    assert!(reply.status < 300, "{} {}", reply.status, reply.json());
    reply.json()
}

/// Opens a draft for somebody.
async fn begin(terminal: &mut TestTerminal, item: &str, principal: Option<&str>) -> Reply {
    terminal
        .post("/api/v1/drafts", json!({ "item": item, "principal": principal }))
        .await
}

/// Logs a terminal in that holds its token itself, in the pages of a site where one is named.
async fn with_token(hall: &TestHall, kind: &str, site: Option<&str>, phone: &str) -> (TestTerminal, Value) {
    let mut terminal = hall.terminal(kind);
    if let Some(site) = site {
        terminal.headers.push(("origin".to_owned(), site.to_owned()));
    }
    let code = terminal.ask_code(phone).await;
    let granted = good(
        terminal
            .post("/api/v1/identity/tokens", json!({ "phone": phone, "code": code }))
            .await,
    );
    let bearer = format!("Bearer {}", text(&granted["token"]));
    terminal.headers.push(("authorization".to_owned(), bearer));
    (terminal, granted)
}
