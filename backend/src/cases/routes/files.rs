//! Files of cases: into a supplement, into a result, and to the clerks who check them.

use async_trait::async_trait;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use onehall_protocol::cases::{ActionInput, CitizenAction};
use onehall_protocol::files::{BeginUpload, FileLimits, UploadTo, UploadView};
use onehall_protocol::{CaseId, ErrorCode, FileId, IdempotencyKey, Problem, UploadId};

use super::staff::{authority_of, find};
use crate::cases::model::{CaseFile, Viewer};
use crate::cases::view;
use crate::cases::workflow::{citizen_actions, staff_actions};
use crate::error::{Error, Result};
use crate::files::Sender;
use crate::files::routes::{appended, begun, file_answer, stands, taken_at, unknown_path};
use crate::files::uploading::{self, Allowed, Place};
use crate::http::extract::{IdempotencyKeyHeader, Json, Path, Terminal};
use crate::identity::Citizen;
use crate::staff::Staff;
use crate::state::AppState;

/// A case of the citizen's that waits for a supplement.
///
/// # Errors
/// `request/not_found`, `cases/out_of_state`.
pub(super) async fn waits_for_supplement(state: &AppState, citizen: &Citizen, id: CaseId) -> Result<CaseFile> {
    let file = state.storage.case(id, Viewer::Citizen(citizen.reach())).await?;
    let actions = citizen_actions(view::workflow(state, &file.case)?, &file.case.standing);
    if !actions.contains(&CitizenAction::Supplement) {
        return Err(ErrorCode::ActionOutOfState.into());
    }
    Ok(file)
}

/// Where a citizen's file of a supplement goes: to a case that waits for one.
///
/// # Errors
/// `request/not_found`, `cases/out_of_state`, `request/invalid_parameter` where the form takes no upload at `path`.
pub async fn place_of_supplement(state: &AppState, citizen: &Citizen, id: CaseId, path: Option<&str>) -> Result<Place> {
    let case = waits_for_supplement(state, citizen, id).await?.case;
    let (path, limits) = taken_at(state, &case.form, path)?;
    Ok(Place {
        principal: case.principal.id,
        draft: None,
        case: Some(id),
        path: Some(path),
        released: true,
        limits,
    })
}

#[async_trait]
impl Allowed for Staff {
    fn sender(&self) -> Sender {
        Sender::Staff(self.id)
    }

    /// A result: to a case where an action that this clerk can take now takes one.
    async fn place(&self, state: &AppState, to: UploadTo, path: Option<&str>) -> Result<Place> {
        let UploadTo::Case(id) = to else {
            return Err(Error::not_found());
        };
        if path.is_some() {
            return Err(unknown_path());
        }
        let case = find(state, self, id).await?.case;
        let takes_result = |action: &onehall_protocol::cases::StaffAction| {
            action.required.contains(&ActionInput::ResultFile) || action.optional.contains(&ActionInput::ResultFile)
        };
        if !staff_actions(view::workflow(state, &case)?, &case.standing, &self.roles)
            .iter()
            .any(takes_result)
        {
            return Err(ErrorCode::ActionOutOfState.into());
        }
        Ok(Place {
            principal: case.principal.id,
            draft: None,
            case: Some(id),
            path: None,
            released: false,
            limits: FileLimits::default(),
        })
    }
}

/// Begin the upload of a result
///
/// Possible where an action that this clerk can take now takes a result. The citizen sees the file once that action names it.
#[utoipa::path(post, path = "/staff/uploads", tag = "files", request_body = BeginUpload,
    params(("Idempotency-Key" = IdempotencyKey, Header, description = "names this upload")),
    responses(
        (status = 201, body = UploadView), (status = 401, body = Problem), (status = 403, body = Problem),
        (status = 404, body = Problem), (status = 409, body = Problem, description = "cases/out_of_state, files/too_many"),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
    ))]
pub(super) async fn begin_result(
    State(state): State<AppState>,
    staff: Staff,
    _: Terminal,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    Json(wanted): Json<BeginUpload>,
) -> Result<Response> {
    begun(uploading::begin(&state, &staff, key, wanted).await?)
}

/// Bring bytes of a result
#[utoipa::path(patch, path = "/staff/uploads/{id}", tag = "files",
    params(("id" = UploadId, Path), ("Upload-Offset" = u64, Header, description = "the place of the first byte")),
    request_body(content = Vec<u8>, content_type = "application/partial-upload"),
    responses(
        (status = 200, body = UploadView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "files/upload_offset: `details.offset` says where it goes on"),
        (status = 413, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
    ))]
pub(super) async fn append_result(
    State(state): State<AppState>,
    staff: Staff,
    _: Terminal,
    Path(id): Path<UploadId>,
    request: Request,
) -> Result<Response> {
    appended(state, staff, id, request).await
}

/// Ask where the upload of a result stands
#[utoipa::path(get, path = "/staff/uploads/{id}", tag = "files", params(("id" = UploadId, Path)), responses(
    (status = 200, body = UploadView), (status = 401, body = Problem), (status = 404, body = Problem),
))]
pub(super) async fn result_status(
    State(state): State<AppState>,
    staff: Staff,
    Path(id): Path<UploadId>,
) -> Result<Response> {
    stands(uploading::status(&state, &staff, id).await?)
}

/// End the upload of a result
#[utoipa::path(delete, path = "/staff/uploads/{id}", tag = "files", params(("id" = UploadId, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
))]
pub(super) async fn end_result(
    State(state): State<AppState>,
    staff: Staff,
    _: Terminal,
    Path(id): Path<UploadId>,
) -> Result<StatusCode> {
    uploading::end(&state, &staff, id).await?;
    Ok(StatusCode::NO_CONTENT)
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
