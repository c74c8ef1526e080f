//! Drafts over HTTP. The submission of a draft is the cases' route.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use onehall_forms::{Form, Kind};
use onehall_protocol::assurance::AssuredAt;
use onehall_protocol::cases::Poke;
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{DraftSaved, DraftSummary, DraftView, SaveDraft, StampedChange, StartDraft};
use onehall_protocol::{DraftId, ErrorCode, ItemCode, PersonId, Problem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::migration::{take_along, take_back};
use super::{
    FirstAnswer, Knowledge, LateAnswers, MOST_ROWS, OpenDraft, Opened, SaveCommand, StoredDraft, clock_of,
    first_answers, lost, presence, reuse,
};
use crate::beside;
use crate::error::{Error, Result};
use crate::events::Channel;
use crate::http::extract::{Json, Path, Terminal};
use crate::identity::{Citizen, Person, require_level};
use crate::state::AppState;

/// Most changes in one save.
const MOST_CHANGES: usize = 500;

/// Longest path of an answer: a question in a row of a group in a row of a group.
const LONGEST_PATH: usize = 400;

/// The longest id of a row.
const LONGEST_ROW: usize = 64;

/// Longest name of a page.
const LONGEST_PAGE: usize = 64;

/// The latest time that a stamp may say, in milliseconds since 1970: the year 10889. What is beyond is no clock's.
const LATEST_STAMP: u64 = 1 << 48;

/// The routes of drafts.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(open, list))
        .routes(routes!(read, save, discard))
        .routes(routes!(lost::dismiss))
        .routes(routes!(presence::say))
        .routes(routes!(reuse::offers))
        .routes(routes!(reuse::take_over))
}

fn summary(state: &AppState, citizen: &Citizen, draft: &StoredDraft) -> Result<DraftSummary> {
    let principal = citizen.principal(Some(draft.principal))?;
    let item = state
        .city
        .item(&draft.item)
        .ok_or_else(|| Error::broken("find the service item of a draft"))?;
    Ok(DraftSummary {
        id: draft.id,
        item: draft.item.clone(),
        item_name: item.summary.name.clone(),
        principal: principal.view(),
        updated_at: draft.updated_at,
        terminal: draft.terminal,
        page: draft.page.clone(),
        form: draft.form.clone(),
        revision: draft.revision,
    })
}

/// An open draft as its citizen sees it, taken along to the newest version of its form if it may go.
pub(crate) async fn view(state: &AppState, citizen: &Citizen, draft: StoredDraft) -> Result<DraftView> {
    let (draft, form_change) = take_along(state, citizen, draft).await?;
    Ok(DraftView {
        summary: summary(state, citizen, &draft)?,
        clock: clock_of(draft.clock, state.clock.now()),
        answers: draft.answers,
        prefilled: draft.prefilled,
        form_change,
        lost: draft.lost,
        latest: draft.latest,
    })
}

/// Starts a draft, or gives the open one of the same principal and item.
#[utoipa::path(post, path = "/drafts", tag = "drafts", request_body = StartDraft, responses(
    (status = 201, body = DraftView, description = "A new draft, filled in with what the hall knows"),
    (status = 200, body = DraftView, description = "The draft that was open already, from whatever terminal"),
    (status = 401, body = Problem), (status = 403, body = Problem, description = "identity/level_too_low"),
    (status = 404, body = Problem, description = "No such item, or not your principal"),
    (status = 422, body = Problem, description = "catalog/not_online"),
))]
async fn open(
    axum::extract::State(state): axum::extract::State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Json(start): Json<StartDraft>,
) -> Result<Response> {
    let terminal = citizen.terminal;
    let principal = citizen.principal(start.principal)?;
    let item = state.city.item(&start.item).ok_or_else(Error::not_found)?;
    citizen.reach().admit_to_begin(principal.id, &start.item)?;
    let mut form = item
        .form
        .clone()
        .filter(|_| item.summary.online)
        .ok_or(ErrorCode::NotApplicable)?;
    // What was filled where the hall could not be reached is taken, and asked for the level when it is handed in.
    if start.begun.is_none() {
        require_level(&citizen, item, AssuredAt::Start)?;
    }
    let fills_in = start.begun.as_ref().is_none_or(|begun| begun.fill_in);
    // What is filled at a terminal is taken along from there, as any draft of an older version is.
    if let Some(filled) = start.begun.as_ref().map(|begun| &begun.form)
        && filled.code == form.code
        && filled.version < form.version
        && state.city.form(&filled.code, filled.version).is_some()
    {
        form = filled.clone();
    }
    let prefilled = match fills_in {
        true => of_a_new_draft(&state, &citizen, principal, &start.item, &form).await?,
        false => Vec::new(),
    };
    let open = OpenDraft {
        id: start
            .begun
            .as_ref()
            .map_or_else(|| DraftId(state.new_id()), |begun| begun.id),
        begun: start.begun.is_some(),
        actor: citizen.actor.id,
        principal: principal.id,
        item: start.item,
        prefilled,
        form,
        terminal,
        now: state.clock.now(),
    };
    let (status, draft) = match state.storage.open_draft(open).await? {
        Opened::New(draft) => (StatusCode::CREATED, draft),
        Opened::Existing(draft) => (StatusCode::OK, still_open(draft)?),
    };
    Ok((status, Json(view(&state, &citizen, draft).await?)).into_response())
}

/// A draft, unless it is a case by now.
fn still_open(draft: StoredDraft) -> Result<StoredDraft> {
    match draft.submitted_case {
        None => Ok(draft),
        Some(case) => {
            let details = serde_json::json!({ "case_id": case });
            Err(Error::new(ErrorCode::DraftSubmitted).with_details(details))
        }
    }
}

/// The answers with which a new draft begins; none where one is open already, which keeps its own.
async fn of_a_new_draft(
    state: &AppState,
    citizen: &Citizen,
    principal: &Person,
    item: &ItemCode,
    form: &FormReference,
) -> Result<Vec<FirstAnswer>> {
    let open = state.storage.list_drafts(vec![principal.id].into()).await?;
    if open.iter().any(|draft| draft.item == *item) {
        return Ok(Vec::new());
    }
    let content = state
        .city
        .form(&form.code, form.version)
        .ok_or_else(|| Error::broken("find the form of a service item"))?;
    known_already(state, citizen, principal.id, &content.form).await
}

/// The answers to this form that the hall knows of a principal.
pub(super) async fn known_already(
    state: &AppState,
    citizen: &Citizen,
    principal: PersonId,
    form: &Arc<Form>,
) -> Result<Vec<FirstAnswer>> {
    let principal = citizen.principal(Some(principal))?;
    let (past, today) = reuse::past(state, &citizen.reach(), principal.id).await?;
    let (form, profile, kind) = (Arc::clone(form), citizen.profile(principal), principal.kind);
    let context = state.city.context(&form, today);
    // Twenty cases with large answers take a while: not on a thread that serves others.
    beside::run("fill in a draft", move || {
        let known = Knowledge {
            kind,
            profile: &profile,
            past: &past,
        };
        first_answers(&form, known, &context)
    })
    .await
}

/// The open drafts, the last changed first.
#[utoipa::path(get, path = "/drafts", tag = "drafts", responses(
    (status = 200, body = Vec<DraftSummary>), (status = 401, body = Problem),
))]
async fn list(
    axum::extract::State(state): axum::extract::State<AppState>,
    citizen: Citizen,
) -> Result<Json<Vec<DraftSummary>>> {
    let drafts = state.storage.list_drafts(citizen.reach()).await?;
    drafts
        .iter()
        .map(|draft| summary(&state, &citizen, draft))
        .collect::<Result<_>>()
        .map(Json)
}

/// A draft with its answers.
#[utoipa::path(get, path = "/drafts/{id}", tag = "drafts", params(("id" = DraftId, Path)), responses(
    (status = 200, body = DraftView), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem, description = "drafts/submitted; `details.case_id` names the case"),
))]
async fn read(
    axum::extract::State(state): axum::extract::State<AppState>,
    citizen: Citizen,
    Path(id): Path<DraftId>,
) -> Result<Json<DraftView>> {
    let draft = state.storage.draft(id, citizen.reach()).await?;
    if let Some(case) = draft.submitted_case {
        let details = serde_json::json!({ "case_id": case });
        return Err(Error::new(ErrorCode::DraftSubmitted).with_details(details));
    }
    Ok(Json(view(&state, &citizen, draft).await?))
}

/// Saves changed answers: all are merged in, as one step. Where another terminal gave another answer the later one stands.
#[utoipa::path(patch, path = "/drafts/{id}", tag = "drafts", params(("id" = DraftId, Path)), request_body = SaveDraft,
    responses(
        (status = 200, body = DraftSaved), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "drafts/submitted"),
))]
async fn save(
    axum::extract::State(state): axum::extract::State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Path(id): Path<DraftId>,
    Json(mut save): Json<SaveDraft>,
) -> Result<Json<DraftSaved>> {
    let terminal = citizen.terminal;
    if save.changes.len() > MOST_CHANGES {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("changes", "too_many"));
    }
    for (place, change) in save.changes.iter().enumerate() {
        if !is_path(&change.path) {
            return Err(Error::new(ErrorCode::InvalidBody).with_field(format!("changes[{place}].path"), "invalid"));
        }
        if change.stamp.at > LATEST_STAMP {
            return Err(Error::new(ErrorCode::InvalidBody).with_field(format!("changes[{place}].stamp"), "invalid"));
        }
    }
    let head = state.storage.draft_head(id, citizen.reach()).await?;
    if let Err(unknown) = known_to_the_form(&state, &head.form, &save)
        && !take_back(&state, &citizen.reach(), id, &save).await?
    {
        // What an older version asked is late, not wrong: it must not hold up the rest for good.
        let changes = late_answers(&state, &head.form, &mut save);
        if changes.is_empty() || known_to_the_form(&state, &head.form, &save).is_err() {
            return Err(unknown);
        }
        let late = LateAnswers {
            id,
            reach: citizen.reach(),
            changes,
            terminal,
            now: state.clock.now(),
        };
        state.storage.keep_late(late).await?;
    }
    let groups = groups(&state, &head.form, &save);
    for (place, change) in save.changes.iter().enumerate() {
        if groups.contains(&change.path) && !names_rows(&change.value) {
            return Err(Error::new(ErrorCode::InvalidBody).with_field(format!("changes[{place}].value"), "invalid"));
        }
    }
    let command = SaveCommand {
        id,
        reach: citizen.reach(),
        groups,
        save,
        merge: state.merge,
        terminal,
        now: state.clock.now(),
    };
    let saved = state.storage.save_draft(command).await?;
    state.events.poke(&Channel::Person(head.principal), &Poke::Draft { id });
    Ok(Json(saved))
}

/// Which of the changed answers are lists of rows.
fn groups(state: &AppState, form: &FormReference, save: &SaveDraft) -> BTreeSet<String> {
    let Some(content) = state.city.form(&form.code, form.version) else {
        return BTreeSet::new();
    };
    let is_group = |path: &&String| {
        let question = content.form.question(path);
        question.is_some_and(|question| matches!(question.kind, Kind::Group { .. }))
    };
    save.changes
        .iter()
        .map(|change| &change.path)
        .filter(is_group)
        .cloned()
        .collect()
}

/// Takes the answers out of a save whose questions the draft's form has no more, but an older version of it had.
fn late_answers(state: &AppState, form: &FormReference, save: &mut SaveDraft) -> Vec<StampedChange> {
    let asked = |version: u32, path: &str| {
        let content = state.city.form(&form.code, version);
        content.is_some_and(|content| content.form.question(path).is_some())
    };
    let changes = std::mem::take(&mut save.changes);
    let is_late = |change: &StampedChange| {
        !change.value.is_null()
            && !asked(form.version, &change.path)
            && (1..form.version).any(|version| asked(version, &change.path))
    };
    let (late, others) = changes.into_iter().partition(is_late);
    save.changes = others;
    late
}

/// Refuses answers and pages that the draft's form does not have: nobody stores other things in a draft.
fn known_to_the_form(state: &AppState, form: &FormReference, save: &SaveDraft) -> Result<()> {
    let content = state.city.form(&form.code, form.version);
    let form = &content.ok_or_else(|| Error::broken("find the form of a draft"))?.form;
    let unknown = save
        .changes
        .iter()
        .find(|change| !change.value.is_null() && form.question(&change.path).is_none());
    if let Some(change) = unknown {
        return Err(Error::new(ErrorCode::InvalidAnswers).with_field(change.path.clone(), "unknown_path"));
    }
    // Not only the form's pages: the answers are checked on a page of their own.
    if save.page.as_deref().is_some_and(|page| page.len() > LONGEST_PAGE) {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("page", "too_long"));
    }
    Ok(())
}

/// Whether a text has the shape of an answer's path.
fn is_path(path: &str) -> bool {
    path.len() <= LONGEST_PATH && path.split('/').all(is_part)
}

fn is_part(part: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    !part.is_empty() && part.bytes().all(allowed)
}

/// Whether a value is a list of rows: each by an id that can stand in a path, once.
fn names_rows(value: &serde_json::Value) -> bool {
    let Some(rows) = value.as_array() else {
        return value.is_null();
    };
    let ids = rows.iter().map(serde_json::Value::as_str);
    let ids: Option<BTreeSet<&str>> = ids
        .map(|id| id.filter(|id| id.len() <= LONGEST_ROW && is_part(id)))
        .collect();
    rows.len() <= MOST_ROWS && ids.is_some_and(|ids| ids.len() == rows.len())
}

/// Throws a draft away, with its files.
#[utoipa::path(delete, path = "/drafts/{id}", tag = "drafts", params(("id" = DraftId, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
    (status = 409, body = Problem, description = "drafts/submitted"),
))]
async fn discard(
    axum::extract::State(state): axum::extract::State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Path(id): Path<DraftId>,
) -> Result<StatusCode> {
    let head = state.storage.draft_head(id, citizen.reach()).await?;
    let files = state
        .storage
        .discard_draft(id, citizen.reach(), state.clock.now())
        .await?;
    state.files.remove(&files).await;
    state.events.poke(&Channel::Person(head.principal), &Poke::Draft { id });
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::is_path;

    #[test]
    fn a_path_names_questions_and_rows_and_nothing_else() {
        for path in ["name", "shareholders/r1/name", "a_b/0f-3/c/9/d"] {
            assert!(is_path(path), "{path}");
        }
        for path in [
            "",
            "/name",
            "name/",
            "a//b",
            "a.b",
            "a b",
            "名",
            "../x",
            &"a/".repeat(300),
        ] {
            assert!(!is_path(path), "{path}");
        }
    }
}
