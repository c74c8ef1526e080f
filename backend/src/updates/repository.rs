//! The repository, as files: `metadata/`, `targets/`, `blobs/`.

use std::path::PathBuf;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use onehall_protocol::Problem;
use tower::ServiceExt;
use tower_http::services::ServeDir;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::Error;
use crate::state::AppState;

/// What is named by its content or its version never changes.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// The timestamp, and a version that is not there yet.
const ASK_ANEW: HeaderValue = HeaderValue::from_static("no-cache");

/// The repository below `/updates/`.
#[must_use]
pub fn repository() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(serve))
}

/// Read a file of the update repository
///
/// Nobody has to be logged in: what a terminal takes, keys have signed that are not here. A range is given to whoever asks, so
/// that a download goes on where it broke.
#[utoipa::path(get, path = "/updates/{folder}/{name}", tag = "operations",
    params(
        ("folder" = String, Path, description = "`metadata`, `targets` or `blobs`"),
        ("name" = String, Path, description = "A file of metadata, of a target, or the SHA-256 of a blob"),
    ),
    responses(
        (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = 206, description = "The range that was asked for", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 304, description = "Nothing new since then"),
        (status = 404, description = "No such file, or the hall serves no updates", body = Problem),
    ))]
async fn serve(
    State(state): State<AppState>,
    Path((folder, name)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    let file = match state.config.updates.served() {
        Some(root) if is_public(&folder, &name) => read(root, &folder, &name, &method, &headers).await,
        _ => None,
    };
    let Some(mut response) = file else {
        let mut response = Error::not_found().into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, ASK_ANEW);
        return response;
    };
    let fixed = folder != "metadata" || name.starts_with(|first: char| first.is_ascii_digit());
    let caching = if fixed { IMMUTABLE } else { ASK_ANEW };
    response.headers_mut().insert(header::CACHE_CONTROL, caching);
    response
}

/// Whether a name is one of a repository: plain, so that it leads nowhere else. The `.new` of a file that is being written is none.
fn is_public(folder: &str, name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_name = !name.starts_with('.') && name.len() < 250 && name.bytes().all(plain);
    is_name
        && match folder {
            "metadata" | "targets" => name.ends_with(".json"),
            "blobs" => name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()),
            _ => false,
        }
}

async fn read(root: PathBuf, folder: &str, name: &str, method: &Method, headers: &HeaderMap) -> Option<Response> {
    let uri: Uri = format!("/{folder}/{name}").parse().ok()?;
    let mut inner = Request::builder().method(method).uri(uri);
    for name in [header::RANGE, header::IF_RANGE, header::IF_MODIFIED_SINCE] {
        if let Some(value) = headers.get(&name) {
            inner = inner.header(name, value);
        }
    }
    let response = ServeDir::new(root)
        .oneshot(inner.body(Body::empty()).ok()?)
        .await
        .ok()?;
    matches!(
        response.status(),
        StatusCode::OK | StatusCode::NOT_MODIFIED | StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE
    )
    .then(|| response.map(Body::new))
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn what_is_no_file_of_a_repository_is_not_served() {
        let hash = "0".repeat(64);
        for (folder, name) in [
            ("metadata", "timestamp.json"),
            ("metadata", "3.root.json"),
            ("targets", "00.ui-kiosk.rollout.json"),
            ("blobs", &hash),
        ] {
            assert!(is_public(folder, name), "{folder}/{name}");
        }
        for (folder, name) in [
            ("keys", "online.json"),
            ("..", "plan.json"),
            ("metadata", "../../keys/online.json"),
            ("metadata", "..\\keys.json"),
            ("metadata", ".json"),
            ("metadata", "timestamp.json.new"),
            ("targets", "a"),
            ("blobs", "online.json"),
            ("blobs", &hash[1..]),
        ] {
            assert!(!is_public(folder, name), "{folder}/{name}");
        }
    }
}
