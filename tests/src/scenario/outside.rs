//! What does not happen on the terminal of a journey: a phone that shows a code, a clerk who acts. Over HTTP, so that
//! every runner reaches it, a page of another origin included.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::Outcome;
use crate::citizen::{read, today};
use crate::hall::Site;
use crate::staff::Clerk;

/// The demo city's administrator.
const ADMINISTRATOR: &str = "admin";

/// A terminal gathers what it counts for a while before it sends it.
const COUNTED_WITHIN: Duration = Duration::from_secs(60);

/// What can be asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Ask {
    /// The newest one-time code of a phone: `{"code": "123456"}`.
    Code { phone: String },
    /// Waits until administrators see that events of this name were counted, as of this terminal: `{"counted": true}`.
    Counted { event: String },
    /// An action of a member of staff on a case, by what the console's API takes besides the version.
    Clerk {
        account: String,
        case: String,
        action: String,
        #[serde(default)]
        with: serde_json::Map<String, Value>,
    },
}

#[derive(Clone)]
struct Outside {
    site: Site,
    /// The kind of terminal that all of it happens on.
    terminal: String,
    /// A clerk's one-time password is good once: each logs in once.
    clerks: Arc<Mutex<HashMap<String, Clerk>>>,
}

/// Serves on a free port of this machine until the process ends; gives the address. `terminal` is the kind of the journey's terminal.
///
/// # Errors
/// There is no free port.
pub async fn serve(site: Site, terminal: String) -> Outcome<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = format!("http://{}/", listener.local_addr()?);
    let router = Router::new()
        .route("/", post(answer))
        .route(
            "/",
            any(|| async { open_to_all(StatusCode::NO_CONTENT, String::new()) }),
        )
        .with_state(Outside {
            site,
            terminal,
            clerks: Arc::default(),
        });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

async fn answer(State(outside): State<Outside>, body: String) -> Response {
    match outside.carry_out(&body).await {
        Ok(value) => open_to_all(StatusCode::OK, value.to_string()),
        Err(error) => open_to_all(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}

/// Any page may read this: it lives on a machine of tests, for a test.
fn open_to_all(status: StatusCode, body: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
    ];
    (status, headers, body).into_response()
}

impl Outside {
    async fn carry_out(&self, body: &str) -> Outcome<Value> {
        match serde_json::from_str(body)? {
            Ask::Code { phone } => Ok(json!({ "code": self.site.code_for(&phone).await? })),
            Ask::Counted { event } => self.counted(&event).await,
            Ask::Clerk {
                account,
                case,
                action,
                mut with,
            } => {
                let clerk = self.clerk(&account).await?;
                let case = format!("/staff/cases/{case}");
                let view: Value = read(clerk.request(&self.site, Method::GET, &case)).await?;
                with.insert("action".to_owned(), action.into());
                with.insert("version".to_owned(), view["version"].clone());
                let acted = clerk.request(&self.site, Method::POST, &format!("{case}/actions"));
                let view: Value = read(acted.json(&with)).await?;
                Ok(json!({ "state": view["status"]["state"] }))
            }
        }
    }

    async fn counted(&self, event: &str) -> Outcome<Value> {
        let clerk = self.clerk(ADMINISTRATOR).await?;
        let today = today()?;
        let insight = format!("/staff/insight?by=terminal&from={}&to={today}", today.plus_days(-1));
        let deadline = Instant::now() + COUNTED_WITHIN;
        loop {
            let view: Value = read(clerk.request(&self.site, Method::GET, &insight)).await?;
            let rows = view["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
            let keys: Vec<&Value> = rows
                .iter()
                .filter(|row| row["event"] == event)
                .map(|row| &row["key"])
                .collect();
            match keys[..] {
                [] => {}
                [key] if *key == self.terminal => return Ok(json!({ "counted": true })),
                _ => return Err(format!("{event} was counted of {keys:?} and not of {}", self.terminal).into()),
            }
            if Instant::now() > deadline {
                return Err(format!("no event {event} was counted: {view}").into());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn clerk(&self, account: &str) -> Outcome<Clerk> {
        let mut clerks = self.clerks.lock().await;
        if let Some(clerk) = clerks.get(account) {
            return Ok(clerk.clone());
        }
        let clerk = Clerk::login(&self.site, account).await?;
        clerks.insert(account.to_owned(), clerk.clone());
        Ok(clerk)
    }
}
