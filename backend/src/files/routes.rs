//! Files over HTTP: into a draft, out of it, and back to their citizen.

use async_trait::async_trait;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use onehall_forms::{Kind, MaterialSource};
use onehall_protocol::catalog::FormReference;
use onehall_protocol::files::{BeginUpload, FileLimits, UPLOAD_OFFSET, UploadTo, UploadView};
use onehall_protocol::{DraftId, ErrorCode, FileId, IdempotencyKey, Problem, UploadId};
use tokio_util::io::ReaderStream;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_axum::routes;

use super::uploading::{self, Allowed, Place};
use super::{Sender, StoredFile};
use crate::cases;
use crate::error::{Error, Result};
use crate::http::extract::{IdempotencyKeyHeader, Json, MAX_JSON_BYTES, Path, Terminal};
use crate::identity::Citizen;
use crate::state::AppState;

/// The routes of files; hung where uploads are, because they take large bodies.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(beginnings(routes!(begin)))
        .routes(routes!(status, append, end))
        .routes(routes!(remove))
        .routes(routes!(download))
}

/// Where an upload begins, only a small body comes.
pub fn beginnings(routes: UtoipaMethodRouter<AppState>) -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes)
        .layer(DefaultBodyLimit::max(MAX_JSON_BYTES))
}

/// Begin an upload
///
/// To an open draft, or to a case that waits for a supplement. The same `Idempotency-Key` gives the same upload, however often
/// it is sent, and says how far it is: who was interrupted begins like this. Then bring the bytes by `PATCH`.
#[utoipa::path(post, path = "/uploads", tag = "files", request_body = BeginUpload,
    params(("Idempotency-Key" = IdempotencyKey, Header, description = "names this upload")),
    responses(
        (status = 201, body = UploadView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "drafts/submitted, cases/out_of_state, files/too_many, request/idempotency_conflict"),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem, description = "too many are unfinished"),
    ))]
async fn begin(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    Json(wanted): Json<BeginUpload>,
) -> Result<Response> {
    begun(uploading::begin(&state, &citizen, key, wanted).await?)
}

/// Bring bytes of an upload
///
/// The header `Upload-Offset` says at which byte they begin: where the upload goes on. At most `chunk` bytes, and at least
/// 64 KiB but for the last ones. With the last bytes comes the file, or why it is refused; a request without bytes at the end
/// asks for that again. After a broken connection `GET` says where to go on.
#[utoipa::path(patch, path = "/uploads/{id}", tag = "files",
    params(("id" = UploadId, Path), ("Upload-Offset" = u64, Header, description = "the place of the first byte")),
    request_body(content = Vec<u8>, content_type = "application/partial-upload"),
    responses(
        (status = 200, body = UploadView), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem, description = "files/upload_offset: `details.offset` says where it goes on"),
        (status = 413, body = Problem), (status = 415, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem), (status = 503, body = Problem),
    ))]
async fn append(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Path(id): Path<UploadId>,
    request: Request,
) -> Result<Response> {
    reaches(&state, &citizen, id).await?;
    appended(state, citizen, id, request).await
}

/// Lets the page of another site at uploads of its services alone.
///
/// # Errors
/// `identity/other_terminal` for those of others.
async fn reaches(state: &AppState, citizen: &Citizen, id: UploadId) -> Result<()> {
    if citizen.site.is_none() {
        return Ok(());
    }
    let upload = state.storage.upload(id, citizen.sender()).await?.new;
    let to = upload.draft.map(UploadTo::Draft).or(upload.case.map(UploadTo::Case));
    let Some(to) = to else { return Ok(()) };
    match citizen.place(state, to, upload.path.as_deref()).await {
        Err(error) if error.code() == ErrorCode::OtherTerminal => Err(error),
        // Whatever else may be said of the place is said where the file is made.
        _ => Ok(()),
    }
}

/// Ask where an upload stands
///
/// Also as `HEAD`: the header `Upload-Offset` says it.
#[utoipa::path(get, path = "/uploads/{id}", tag = "files", params(("id" = UploadId, Path)), responses(
    (status = 200, body = UploadView), (status = 401, body = Problem), (status = 404, body = Problem),
))]
async fn status(State(state): State<AppState>, citizen: Citizen, Path(id): Path<UploadId>) -> Result<Response> {
    reaches(&state, &citizen, id).await?;
    stands(uploading::status(&state, &citizen, id).await?)
}

/// End an upload
///
/// Nothing of it stays.
#[utoipa::path(delete, path = "/uploads/{id}", tag = "files", params(("id" = UploadId, Path)), responses(
    (status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
))]
async fn end(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Path(id): Path<UploadId>,
) -> Result<StatusCode> {
    reaches(&state, &citizen, id).await?;
    uploading::end(&state, &citizen, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The answer to who began an upload.
///
/// # Errors
/// Only if it cannot be written.
pub fn begun(view: UploadView) -> Result<Response> {
    let mut answer = stands(view)?;
    *answer.status_mut() = StatusCode::CREATED;
    Ok(answer)
}

/// The answer that says where an upload stands.
///
/// # Errors
/// Only if it cannot be written.
pub fn stands(view: UploadView) -> Result<Response> {
    let offset = view.offset;
    let mut answer = Json(view).into_response();
    answer.headers_mut().insert(UPLOAD_OFFSET, offset.into());
    Ok(answer)
}

/// Adds the bytes of a request. What was begun goes on where the connection breaks: so what came is kept, and a file is
/// judged whether or not somebody waits for the verdict.
///
/// # Errors
/// Those of [`uploading::append`].
pub async fn appended(
    state: AppState,
    who: impl Allowed + 'static,
    id: UploadId,
    request: Request,
) -> Result<Response> {
    let offset = uploading::offset_of(request.headers())?;
    let adding = tokio::spawn(async move { uploading::append(&state, &who, id, offset, request.into_body()).await });
    let added = adding
        .await
        .map_err(|cause| Error::internal("add to an upload", cause))?;
    match added {
        Ok(view) => stands(view),
        Err(error) => {
            let offset = error.details().get("offset").and_then(serde_json::Value::as_u64);
            let mut answer = error.into_response();
            if let Some(offset) = offset {
                answer.headers_mut().insert(UPLOAD_OFFSET, offset.into());
            }
            Ok(answer)
        }
    }
}

#[async_trait]
impl Allowed for Citizen {
    fn sender(&self) -> Sender {
        Sender::Citizen(self.actor.id)
    }

    async fn place(&self, state: &AppState, to: UploadTo, path: Option<&str>) -> Result<Place> {
        let id = match to {
            UploadTo::Draft(id) => id,
            UploadTo::Case(id) => return cases::place_of_supplement(state, self, id, path).await,
        };
        let draft = state.storage.draft_head(id, self.reach()).await?;
        if draft.submitted_case.is_some() {
            return Err(ErrorCode::DraftSubmitted.into());
        }
        let (path, limits) = taken_at(state, &draft.form, path)?;
        Ok(Place {
            principal: draft.principal,
            draft: Some(id),
            case: None,
            path: Some(path),
            released: true,
            limits,
        })
    }
}

/// The form asks for no file at this path.
pub fn unknown_path() -> Error {
    Error::new(ErrorCode::InvalidParameter).with_field("path", "unknown")
}

/// Where a form takes an upload, files and not only those that the hall has: the path, and what a file may be there.
///
/// # Errors
/// `request/invalid_parameter`: it takes none there.
pub fn taken_at(state: &AppState, form: &FormReference, path: Option<&str>) -> Result<(String, FileLimits)> {
    let content = state.city.form(&form.code, form.version);
    let question = path
        .zip(content)
        .and_then(|(path, content)| content.form.question(path));
    let kind = question.map(|question| &question.kind);
    let takes =
        |kind: &&Kind| matches!(kind, Kind::Material { sources, .. } if sources.contains(&MaterialSource::Upload));
    let limits = kind.filter(takes).and_then(Kind::file_limits);
    let (path, limits) = path.zip(limits).ok_or_else(unknown_path)?;
    Ok((path.to_owned(), limits))
}

/// Takes a file out of an open draft.
#[utoipa::path(delete, path = "/drafts/{id}/files/{file}", tag = "files",
    params(("id" = DraftId, Path), ("file" = FileId, Path)),
    responses((status = 204), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "drafts/submitted")))]
async fn remove(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Path((draft, file)): Path<(DraftId, FileId)>,
) -> Result<StatusCode> {
    state.storage.remove_file(draft, file, citizen.reach()).await?;
    state.files.remove(&[file]).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads a file of one's own: a material, or a result.
#[utoipa::path(get, path = "/files/{id}", tag = "files", params(("id" = FileId, Path)), responses(
    (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
    (status = 401, body = Problem), (status = 404, body = Problem),
))]
async fn download(State(state): State<AppState>, citizen: Citizen, Path(id): Path<FileId>) -> Result<Response> {
    let file = state.storage.file(id, citizen.reach()).await?;
    file_answer(&state, &file).await
}

/// A file as an answer: never rendered in our origin's name, always with its own.
///
/// # Errors
/// `backend/internal` where the bytes are gone.
pub async fn file_answer(state: &AppState, file: &StoredFile) -> Result<Response> {
    let bytes = state.files.open(file).await?;
    let mut answer = Body::from_stream(ReaderStream::new(bytes)).into_response();
    let headers = answer.headers_mut();
    let value = |text: &str| HeaderValue::from_str(text).map_err(|cause| Error::internal("write a header", cause));
    headers.insert(header::CONTENT_TYPE, value(&file.view.media_type)?);
    headers.insert(header::CONTENT_LENGTH, file.view.size.into());
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition(&file.view.name))?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("sandbox; default-src 'none'"),
    );
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(answer)
}

/// `attachment` with the name in RFC 6266's two forms: ASCII for the old, UTF-8 for the rest.
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && c != '"' && c != '\\' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(
            disposition("通知 \"1\".pdf"),
            "attachment; filename=\"____1_.pdf\"; filename*=UTF-8''%E9%80%9A%E7%9F%A5%20%221%22.pdf"
        );
    }
}
