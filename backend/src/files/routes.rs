//! Files over HTTP: into a draft, out of it, and back to their citizen.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use onehall_forms::{Kind, MaterialSource};
use onehall_protocol::catalog::FormReference;
use onehall_protocol::files::{FileView, MAX_FILE_BYTES};
use onehall_protocol::{DraftId, ErrorCode, FileId, Problem};
use serde::Deserialize;
use tokio_util::io::ReaderStream;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::upload::too_large;
use super::{FileName, NewFile, StoredFile};
use crate::error::{Error, Result};
use crate::http::extract::{Path, Query, Terminal};
use crate::identity::Citizen;
use crate::state::AppState;

/// The routes of files; hung where uploads are, because they take large bodies.
#[must_use]
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(upload))
        .routes(routes!(remove))
        .routes(routes!(download))
}

/// What an upload says of itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UploadQuery {
    /// The file's name.
    pub name: String,
    /// The question that it answers.
    #[serde(default)]
    pub path: Option<String>,
}

/// Adds a file to an open draft. The body is the file's bytes.
#[utoipa::path(post, path = "/drafts/{id}/files", tag = "files",
    params(("id" = DraftId, Path), ("name" = String, Query, description = "the file's name"),
        ("path" = String, Query, description = "the question that it answers")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 201, body = FileView), (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem, description = "drafts/submitted, files/too_many"), (status = 413, body = Problem),
        (status = 415, body = Problem), (status = 422, body = Problem), (status = 503, body = Problem),
))]
async fn upload(
    State(state): State<AppState>,
    citizen: Citizen,
    _: Terminal,
    Path(id): Path<DraftId>,
    Query(query): Query<UploadQuery>,
    request: Request,
) -> Result<Response> {
    // Whose draft it is comes first: nobody's files are read for a draft that is not theirs.
    let draft = state.storage.draft(id, citizen.principal_ids()).await?;
    if draft.submitted_case.is_some() {
        return Err(ErrorCode::DraftSubmitted.into());
    }
    let path = query
        .path
        .clone()
        .filter(|path| takes_uploads(&state, &draft.form, path));
    let path = path.ok_or_else(|| Error::new(ErrorCode::InvalidParameter).with_field("path", "unknown"))?;
    let view = take(&state, citizen.actor.id.0, &query, request, |view| NewFile {
        view,
        principal: draft.principal,
        draft: Some(id),
        case: None,
        path: Some(path),
        released: true,
        origin: None,
    })
    .await?;
    Ok((StatusCode::CREATED, crate::http::extract::Json(view)).into_response())
}

/// Whether a form asks for files at a path.
#[must_use]
pub fn takes_files(state: &AppState, form: &FormReference, path: &str) -> bool {
    let content = state.city.form(&form.code, form.version);
    let question = content.and_then(|content| content.form.question(path));
    question.is_some_and(|question| matches!(question.kind, Kind::Material { .. }))
}

/// Whether a form takes an upload at a path: files, and not only those that the hall has.
fn takes_uploads(state: &AppState, form: &FormReference, path: &str) -> bool {
    let content = state.city.form(&form.code, form.version);
    let question = content.and_then(|content| content.form.question(path));
    question.is_some_and(
        |question| matches!(&question.kind, Kind::Material { sources, .. } if sources.contains(&MaterialSource::Upload)),
    )
}

/// Receives a file of `sender` (a person or a member of staff), keeps its bytes and what is known of it. For every route that takes one.
///
/// # Errors
/// The refusals of [`super::Files::receive`], and of the store.
pub async fn take(
    state: &AppState,
    sender: Uuid,
    query: &UploadQuery,
    request: Request,
    file: impl FnOnce(FileView) -> NewFile,
) -> Result<FileView> {
    let name = FileName::parse(&query.name)?;
    if content_length(request.headers()).is_some_and(|length| length > MAX_FILE_BYTES) {
        return Err(too_large());
    }
    let claimed = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let received = state
        .files
        .receive(
            sender,
            &name,
            claimed.as_deref(),
            request.into_body(),
            state.clock.now(),
        )
        .await?;
    let view = state.files.keep(received).await?;
    if let Err(error) = state.storage.add_file(file(view.clone())).await {
        state.files.remove(&[view.id]).await;
        return Err(error);
    }
    Ok(view)
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
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
    state.storage.remove_file(draft, file, citizen.principal_ids()).await?;
    state.files.remove(&[file]).await;
    Ok(StatusCode::NO_CONTENT)
}

/// Reads a file of one's own: a material, or a result.
#[utoipa::path(get, path = "/files/{id}", tag = "files", params(("id" = FileId, Path)), responses(
    (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
    (status = 401, body = Problem), (status = 404, body = Problem),
))]
async fn download(State(state): State<AppState>, citizen: Citizen, Path(id): Path<FileId>) -> Result<Response> {
    let file = state.storage.file(id, citizen.principal_ids()).await?;
    file_answer(&state, &file).await
}

/// A file as an answer: never rendered in our origin's name, always with its own.
///
/// # Errors
/// `backend/internal` where the bytes are gone.
pub async fn file_answer(state: &AppState, file: &StoredFile) -> Result<Response> {
    let bytes = state
        .files
        .blobs
        .open(file.view.id)
        .await
        .map_err(|cause| Error::internal("open the bytes of a file", cause))?;
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
