//! Files of cases: into a supplement, into a result, and to the clerks who check them.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use onehall_protocol::cases::{ActionInput, CitizenAction};
use onehall_protocol::files::FileView;
use onehall_protocol::{CaseId, ErrorCode, FileId, Problem};

use super::staff::{authority_of, find};
use crate::cases::model::Viewer;
use crate::cases::view;
use crate::cases::workflow::{citizen_actions, staff_actions};
use crate::error::{Error, Result};
use crate::files::NewFile;
use crate::files::routes::{UploadQuery, file_answer, take, takes_files};
use crate::http::extract::{Json, Path, Query, Terminal};
use crate::identity::Citizen;
use crate::staff::Staff;
use crate::state::AppState;

/// The most files that one case may gather, so that nobody fills the disk through it.
const MOST_FILES: usize = 200;

async fn has_room(state: &AppState, case: CaseId) -> Result<()> {
    if state.storage.files_of_case(case).await?.len() < MOST_FILES {
        Ok(())
    } else {
        Err(Error::too_many(3600))
    }
}

/// Add a file to a supplement
///
/// The body is the file's bytes. Possible while the case waits for a supplement. The file counts once the supplement
/// names it.
#[utoipa::path(post, path = "/cases/{id}/files", tag = "files",
    params(("id" = CaseId, Path), ("name" = String, Query, description = "the file's name"),
        ("path" = String, Query, description = "the question that it answers")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, body = FileView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "cases/out_of_state"), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
    ))]
pub(super) async fn upload_for_supplement(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Path(id): Path<CaseId>,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Result<Response> {
    let case = state
        .storage
        .case(id, Viewer::Citizen(citizen.principal_ids()))
        .await?
        .case;
    if !citizen_actions(view::workflow(&state, &case)?, &case.standing).contains(&CitizenAction::Supplement) {
        return Err(ErrorCode::ActionOutOfState.into());
    }
    let path = query.path.clone().filter(|path| takes_files(&state, &case.form, path));
    let path = path.ok_or_else(|| Error::new(ErrorCode::InvalidParameter).with_field("path", "unknown"))?;
    has_room(&state, id).await?;
    let view = take(&state, citizen.actor.id.0, &query, request, |view| NewFile {
        view,
        principal: case.principal.id,
        draft: None,
        case: Some(id),
        path: Some(path),
        released: true,
        origin: None,
    })
    .await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

/// Add a result to a case
///
/// The body is the file's bytes. Possible where an action that this clerk can take now takes a result. The citizen sees
/// the file once that action names it.
#[utoipa::path(post, path = "/staff/cases/{id}/files", tag = "files",
    params(("id" = CaseId, Path), ("name" = String, Query, description = "the file's name")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, body = FileView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "cases/out_of_state"),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem),
    ))]
pub(super) async fn upload_result(
    State(state): State<AppState>,
    staff: Staff,
    _: Terminal,
    Path(id): Path<CaseId>,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Result<Response> {
    let case = find(&state, &staff, id).await?.case;
    let takes_result = |action: &onehall_protocol::cases::StaffAction| {
        action.required.contains(&ActionInput::ResultFile) || action.optional.contains(&ActionInput::ResultFile)
    };
    if !staff_actions(view::workflow(&state, &case)?, &case.standing, &staff.roles)
        .iter()
        .any(takes_result)
    {
        return Err(ErrorCode::ActionOutOfState.into());
    }
    has_room(&state, id).await?;
    let view = take(&state, staff.id.0, &query, request, |view| NewFile {
        view,
        principal: case.principal.id,
        draft: None,
        case: Some(id),
        path: None,
        released: false,
        origin: None,
    })
    .await?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

/// Read a file of a case
///
/// A material or a result of a case of the clerk's authority. That it was looked at is recorded.
#[utoipa::path(get, path = "/staff/files/{id}", tag = "files", params(("id" = FileId, Path)), responses(
    (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
    (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
))]
pub(super) async fn download_for_staff(
    State(state): State<AppState>,
    staff: Staff,
    Path(id): Path<FileId>,
) -> Result<Response> {
    let case = state.storage.case_of_file(id, authority_of(&staff)?).await?;
    let file = state.storage.any_file(id).await?;
    state
        .storage
        .note_access(case, staff.id, Some(id), state.clock.now())
        .await?;
    file_answer(&state, &file).await
}
