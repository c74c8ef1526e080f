//! The audit as administrators read it: it is looked at, filtered and taken along, and nobody changes it.
//!
//! Lines are only added, by the commands that they record; the database refuses everything else. Each is hashed with the hash of
//! the one before, so that a line that was changed or taken out past the database's own guard is found. Who could write the
//! whole chain anew is found by an earlier export, or by its last hash, which stands on the page.

use async_trait::async_trait;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use onehall_protocol::staff::{AuditChain, AuditLine, AuditPage, AuditQuery};
use onehall_protocol::{Date, ErrorCode, Problem, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::model::{AuditAction, AuditEntry, Scope, Staff};
use crate::clock::begin_of;
use crate::error::{Error, Result};
use crate::http::extract::{Json, Query};
use crate::state::AppState;

/// The lines of a page.
const A_PAGE: usize = 50;

/// The most lines of one export; who needs more asks by days.
const MOST_EXPORTED: usize = 100_000;

/// The longest word that is looked for.
const LONGEST: usize = 64;

/// What is asked of the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditQuestion {
    /// Whose accounts may be seen.
    pub scope: Scope,
    /// Who did it, or whose account it is about.
    pub account: Option<String>,
    /// What.
    pub action: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Older than this line.
    pub before: Option<(Timestamp, Uuid)>,
    /// Most lines.
    pub most: usize,
}

/// A line, and by what it is named.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundLine {
    /// Its id.
    pub id: Uuid,
    /// The line.
    pub line: AuditLine,
}

/// The audit in storage.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Lines, the newest first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn audit_lines(&self, question: AuditQuestion) -> Result<Vec<FoundLine>>;

    /// Whether every line is what its hash says, and none is missing.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn audit_chain(&self) -> Result<AuditChain>;

    /// Adds a line of its own.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn note_audit(&self, entry: AuditEntry) -> Result<()>;
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(lines))
        .routes(routes!(chain))
        .routes(routes!(export))
}

/// The audit
///
/// Logins and administration, the newest first: of the accounts that this administrator administers.
#[utoipa::path(get, path = "/staff/audit", tag = "staff",
    params(
        ("account" = Option<String>, Query, description = "Who did it, or whose account it is about"),
        ("action" = Option<String>, Query, description = "What was done: `logged_in`"),
        ("from" = Option<Date>, Query, description = "Not before this day"),
        ("to" = Option<Date>, Query, description = "Not after this one"),
        ("before" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, body = AuditPage), (status = 401, body = Problem),
        (status = 403, body = Problem, description = "identity/forbidden"),
    ), security(("staff" = [])))]
async fn lines(
    State(state): State<AppState>,
    staff: Staff,
    Query(query): Query<AuditQuery>,
) -> Result<Json<AuditPage>> {
    let question = question(&state, &staff, query, A_PAGE + 1)?;
    let mut found = state.storage.audit_lines(question).await?;
    let more = found.len() > A_PAGE;
    found.truncate(A_PAGE);
    let next = found.last().filter(|_| more);
    Ok(Json(AuditPage {
        next: next.map(|last| format!("{}.{}", last.line.at.unix_millis(), last.id)),
        lines: found.into_iter().map(|found| found.line).collect(),
    }))
}

/// Whether the audit is as it was written
///
/// For administrators of the whole hall: every line is hashed again.
#[utoipa::path(get, path = "/staff/audit/chain", tag = "staff", responses(
    (status = 200, body = AuditChain), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/forbidden"),
), security(("staff" = [])))]
async fn chain(State(state): State<AppState>, staff: Staff) -> Result<Json<AuditChain>> {
    match staff.administers()? {
        Scope::Hall => Ok(Json(state.storage.audit_chain().await?)),
        Scope::Authority(_) => Err(ErrorCode::Forbidden.into()),
    }
}

/// Export the audit
///
/// A JSON object a line, the newest first, with the same filters. A line's `hash` is the SHA-256 of the 32 bytes of the hash
/// before and of the JSON list of number, Unix milliseconds, actor's id, subject's id, action, and details as a text. That it was
/// exported is a line of its own.
#[utoipa::path(get, path = "/staff/audit/export", tag = "staff", responses(
    (status = 200, content_type = "application/x-ndjson", body = String), (status = 401, body = Problem),
    (status = 403, body = Problem, description = "identity/forbidden"),
), security(("staff" = [])))]
async fn export(State(state): State<AppState>, staff: Staff, Query(query): Query<AuditQuery>) -> Result<Response> {
    let now = state.clock.now();
    let question = question(&state, &staff, query, MOST_EXPORTED)?;
    let found = state.storage.audit_lines(question).await?;
    let entry = AuditEntry {
        at: now,
        actor: Some(staff.id),
        subject: None,
        action: AuditAction::AuditExported,
        details: serde_json::json!({ "lines": found.len() }),
    };
    state.storage.note_audit(entry).await?;
    let mut text = String::new();
    for found in &found {
        text.push_str(&serde_json::to_string(&found.line)?);
        text.push('\n');
    }
    let day = now.at_offset(state.city.catalog.city.utc_offset_minutes).0;
    let name = format!("attachment; filename=\"audit-{day}.ndjson\"");
    let name = HeaderValue::from_str(&name).map_err(|cause| Error::internal("write a header", cause))?;
    let mut answer = text.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(answer)
}

fn question(state: &AppState, staff: &Staff, query: AuditQuery, most: usize) -> Result<AuditQuestion> {
    let scope = staff.administers()?;
    let offset = state.city.catalog.city.utc_offset_minutes;
    let word = |word: Option<String>, field: &str| match word.map(|word| word.trim().to_owned()) {
        Some(word) if word.len() > LONGEST => Err(invalid(field)),
        word => Ok(word.filter(|word| !word.is_empty())),
    };
    let before = match query.before {
        Some(before) => Some(named(&before).ok_or_else(|| invalid("before"))?),
        None => None,
    };
    Ok(AuditQuestion {
        scope,
        account: word(query.account, "account")?.map(|account| account.to_lowercase()),
        action: word(query.action, "action")?,
        from: query.from.map(|day| begin_of(day, offset)),
        until: query.to.map(|day| begin_of(day.plus_days(1), offset)),
        before,
        most,
    })
}

fn invalid(field: &str) -> Error {
    Error::new(ErrorCode::InvalidParameter).with_field(field, "invalid")
}

fn named(before: &str) -> Option<(Timestamp, Uuid)> {
    let (at, id) = before.split_once('.')?;
    Some((Timestamp::from_unix_millis(at.parse().ok()?), id.parse().ok()?))
}
