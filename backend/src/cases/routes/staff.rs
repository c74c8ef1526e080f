//! The console's side: the queue, a case, and what a clerk does with it.

use axum::extract::State;
use onehall_forms::Filling;
use onehall_protocol::cases::{
    ActOnCase, CaseState, CaseSummary, QueuePage, QueueQuery, QueueScope, StaffCaseView, SupplementItem,
    is_document_number,
};
use onehall_protocol::staff::Role;
use onehall_protocol::{AuthorityCode, CaseId, ErrorCode, Problem};

use super::typed;
use crate::cases::act::{self, Acting, Inputs};
use crate::cases::model::{CaseFile, QueueQuestion, QueueSearch, Viewer, Who};
use crate::cases::view;
use crate::cases::workflow::Act;
use crate::error::{Error, Result};
use crate::http::extract::{Json, Path, Query, Terminal};
use crate::staff::Staff;
use crate::state::AppState;

/// How many cases a page of the queue holds.
const PAGE: usize = 50;
const LONGEST_SEARCH: usize = 100;
const LONGEST_REASON: usize = 1000;
const LONGEST_NUMBER: usize = 64;
const MOST_ITEMS: usize = 50;
const LONGEST_ITEM: usize = 500;

/// The roles that handle cases. Administrators administer accounts: cases are none of their business.
const ROLES: [Role; 4] = [Role::WindowClerk, Role::Reviewer, Role::Approver, Role::Issuer];

/// The authority whose cases a clerk handles.
///
/// # Errors
/// `identity/forbidden` for staff who handle none.
pub(super) fn authority_of(staff: &Staff) -> Result<AuthorityCode> {
    let handles = ROLES.into_iter().any(|role| staff.has(role));
    staff
        .authority
        .clone()
        .filter(|_| handles)
        .ok_or_else(|| ErrorCode::Forbidden.into())
}

/// A case of the clerk's authority. Another's does not exist for them.
pub(super) async fn find(state: &AppState, staff: &Staff, id: CaseId) -> Result<CaseFile> {
    state.storage.case(id, Viewer::Authority(authority_of(staff)?)).await
}

/// The queue
///
/// The most urgent case first: by the last day of its step, then by the time of its submission. What has ended is told
/// the last first. `after` names the last case of the page before.
#[utoipa::path(get, path = "/staff/cases", tag = "staff cases",
    params(
        ("scope" = Option<QueueScope>, Query, description = "what waits for the clerk's roles (default), everything of \
            the authority, or what has ended"),
        ("state" = Option<CaseState>, Query), ("search" = Option<String>, Query, description = "part of a case number \
            or of an item's name"), ("after" = Option<CaseId>, Query),
    ),
    responses((status = 200, body = QueuePage), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub(super) async fn queue(
    State(state): State<AppState>,
    staff: Staff,
    Query(query): Query<QueueQuery>,
) -> Result<Json<QueuePage>> {
    let authority = authority_of(&staff)?;
    let steps = match query.scope {
        QueueScope::Mine => {
            let mine = state.city.workflows().flat_map(|(code, workflow)| {
                workflow
                    .states_for(&staff.roles)
                    .into_iter()
                    .map(move |step| (code.clone(), step.clone()))
            });
            Some(mine.collect())
        }
        QueueScope::Authority | QueueScope::Ended => None,
    };
    let search = typed(query.search, "search", LONGEST_SEARCH, || {
        ErrorCode::InvalidParameter.into()
    })?;
    let question = QueueQuestion {
        authority,
        steps,
        ended: query.scope == QueueScope::Ended,
        state: query.state,
        search: search.map(|search| meant(&state, &search)),
        after: query.after,
        today: view::today(&state, state.clock.now()),
        limit: PAGE,
    };
    let found = state.storage.queue(question).await?;
    let cases: Vec<CaseSummary> = found
        .cases
        .iter()
        .map(|case| view::summary(&state, case))
        .collect::<Result<_>>()?;
    Ok(Json(QueuePage {
        cases,
        total: found.total,
        overdue: found.overdue,
        more: found.more,
    }))
}

/// What a search can mean: a number, if it has only its characters, and items by their names.
fn meant(state: &AppState, search: &str) -> QueueSearch {
    let number = search
        .chars()
        .all(|character| character.is_ascii_alphanumeric() || "- ".contains(character));
    let letters = search
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_uppercase());
    let words = search.to_lowercase();
    let named = |name: &str| name.to_lowercase().contains(&words);
    let items = state
        .city
        .items()
        .filter(|item| named(&item.summary.name.zh_cn) || named(&item.summary.name.en));
    QueueSearch {
        number: if number { letters.collect() } else { String::new() },
        items: items.map(|item| item.summary.code.clone()).collect(),
    }
}

/// A case of the clerk's authority
///
/// With its answers, files and history, and with what this clerk can do now. That it was looked at is recorded.
#[utoipa::path(get, path = "/staff/cases/{id}", tag = "staff cases", params(("id" = CaseId, Path)), responses(
    (status = 200, body = StaffCaseView), (status = 401, body = Problem), (status = 403, body = Problem),
    (status = 404, body = Problem, description = "No such case, or another authority's"),
))]
pub(super) async fn one(
    State(state): State<AppState>,
    staff: Staff,
    Path(id): Path<CaseId>,
) -> Result<Json<StaffCaseView>> {
    let file = find(&state, &staff, id).await?;
    state.storage.note_access(id, staff.id, None, state.clock.now()).await?;
    view::for_staff(&state, file, &staff.roles).map(Json)
}

/// Act on a case
///
/// `version` is the one that the clerk decided on: of two clerks who act at once, one wins and the other gets
/// `cases/moved`. What an action needs is told with the case.
#[utoipa::path(post, path = "/staff/cases/{id}/actions", tag = "staff cases", params(("id" = CaseId, Path)),
    request_body = ActOnCase, responses(
        (status = 200, body = StaffCaseView), (status = 401, body = Problem),
        (status = 403, body = Problem, description = "identity/forbidden: not with these roles; identity/step_up_required: what decides or ends the matter asks for the second factor of a moment ago"),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "cases/moved, cases/out_of_state"),
        (status = 422, body = Problem, description = "cases/incomplete with `fields`"),
    ))]
pub(super) async fn act(
    State(state): State<AppState>,
    staff: Staff,
    Terminal(terminal): Terminal,
    Path(id): Path<CaseId>,
    Json(request): Json<ActOnCase>,
) -> Result<Json<StaffCaseView>> {
    let file = find(&state, &staff, id).await?;
    let workflow = view::workflow(&state, &file.case)?;
    let action = workflow.action(&request.action);
    if action.is_some_and(|action| action.is_for(&staff.roles) && workflow.is_final(action)) {
        staff.require_proof(state.clock.now())?;
    }
    let refusal = || Error::new(ErrorCode::ActionIncomplete);
    let inputs = Inputs {
        reason: typed(request.reason, "reason", LONGEST_REASON, refusal)?,
        items: missing(&state, &file, request.items)?,
        document_number: number_of(request.document_number)?,
        file: request.file,
        ..Inputs::default()
    };
    let acting = Acting {
        who: Who::Staff {
            id: staff.id,
            name: staff.name.clone(),
        },
        viewer: Viewer::Authority(authority_of(&staff)?),
        terminal,
    };
    let act = Act::Staff {
        action: &request.action,
        roles: &staff.roles,
    };
    let file = act::take(&state, &file, request.version, act, acting, inputs).await?;
    metrics::counter!("onehall_case_actions_total").increment(1);
    view::for_staff(&state, file, &staff.roles).map(Json)
}

/// The number of a certificate or decision, which people type from the document and quote ever after.
fn number_of(typed_number: Option<String>) -> Result<Option<String>> {
    let refusal = || Error::new(ErrorCode::ActionIncomplete);
    let number = typed(typed_number, "document_number", LONGEST_NUMBER, refusal)?;
    match number {
        Some(number) if !is_document_number(&number) => Err(refusal().with_field("document_number", "no_number")),
        number => Ok(number),
    }
}

/// What a clerk asks for: questions that the citizen sees, each once, each with a reason.
fn missing(state: &AppState, file: &CaseFile, items: Vec<SupplementItem>) -> Result<Vec<SupplementItem>> {
    let refusal = || Error::new(ErrorCode::ActionIncomplete);
    if items.is_empty() {
        return Ok(items);
    }
    if items.len() > MOST_ITEMS {
        return Err(refusal().with_field("items", "too_many"));
    }
    let reference = &file.case.form;
    let content = state
        .city
        .form(&reference.code, reference.version)
        .ok_or_else(|| Error::broken("find the form of a case"))?;
    let context = view::context(state, file, &content.form);
    let filling = Filling::new(std::sync::Arc::clone(&content.form), file.answers.clone(), context);
    let mut checked: Vec<SupplementItem> = Vec::new();
    for (place, item) in items.into_iter().enumerate() {
        if filling.question(&item.path).is_none() {
            return Err(refusal().with_field(format!("items[{place}].path"), "unknown"));
        }
        if checked.iter().any(|other| other.path == item.path) {
            return Err(refusal().with_field(format!("items[{place}].path"), "twice"));
        }
        let field = format!("items[{place}].reason");
        let reason = typed(Some(item.reason), &field, LONGEST_ITEM, refusal)?;
        let reason = reason.ok_or_else(|| refusal().with_field(field, "required"))?;
        checked.push(SupplementItem {
            path: item.path,
            reason,
        });
    }
    Ok(checked)
}
