//! The UI bundle, from a folder: `citizen/` at `/`, `console/` at `/console/`.
//!
//! Files under `assets/` have a hash in their names and never change; everything else is asked for anew each time. A
//! page of the UI that is no file (`/services/passport`) gets the index, but only where a person navigates: a missing
//! script is a missing script. Where a `.br` stands beside a file, it is sent to whoever takes it.
//!
//! The bundle before this one may stand beside it, `ui.before` beside `ui`: its `assets/` go on being served, so that a page
//! that was open when the bundles were exchanged misses no part of itself.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use onehall_protocol::ErrorCode;
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::error::Error;
use crate::state::AppState;

const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_ANEW: HeaderValue = HeaderValue::from_static("no-cache");

/// Serves whatever is no route of the API.
pub async fn serve(State(state): State<AppState>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    if path == "/api" || path.starts_with("/api/") {
        return Error::not_found().into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        return Error::new(ErrorCode::MethodNotAllowed).into_response();
    }
    if path == "/console" {
        return Redirect::permanent("/console/").into_response();
    }
    let navigation = is_navigation(&headers);
    let Some(folder) = &state.config.ui else {
        return if navigation {
            no_ui()
        } else {
            Error::not_found().into_response()
        };
    };
    let (flavour, inner) = match path.strip_prefix("/console/") {
        Some(rest) => ("console", format!("/{rest}")),
        None => ("citizen", path.to_owned()),
    };
    let is_asset = inner.starts_with("/assets/");
    let caching = if is_asset { IMMUTABLE } else { ASK_ANEW };
    let mut found = file(folder.join(flavour), &inner, &method, &headers).await;
    if found.is_none()
        && is_asset
        && let Some(before) = before(folder)
    {
        found = file(before.join(flavour), &inner, &method, &headers).await;
    }
    let mut response = match found {
        Some(response) => response,
        None if navigation && !is_asset => match file(folder.join(flavour), "/index.html", &method, &headers).await {
            Some(response) => response,
            None => return no_ui(),
        },
        None => return Error::not_found().into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, caching);
    response
}

/// Where the bundle before this one is.
fn before(folder: &Path) -> Option<PathBuf> {
    let mut name = folder.file_name()?.to_owned();
    name.push(".before");
    Some(folder.with_file_name(name))
}

/// Whether a person goes to a page, rather than a page asking for a part of itself.
fn is_navigation(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    accept.split(',').any(|part| part.trim().starts_with("text/html"))
}

/// The file at `path` in `root`, if there is one. Whatever leads out of the folder is none.
async fn file(root: PathBuf, path: &str, method: &Method, headers: &HeaderMap) -> Option<Response> {
    let mut inner = Request::builder().method(method).uri(path.parse::<Uri>().ok()?);
    for name in [header::ACCEPT_ENCODING, header::IF_MODIFIED_SINCE, header::RANGE] {
        if let Some(value) = headers.get(&name) {
            inner = inner.header(name, value);
        }
    }
    let inner = inner.body(Body::empty()).ok()?;
    let response = ServeDir::new(root).precompressed_br().oneshot(inner).await.ok()?;
    match response.status() {
        StatusCode::OK | StatusCode::NOT_MODIFIED | StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            Some(response.map(Body::new))
        }
        _ => None,
    }
}

fn no_ui() -> Response {
    (StatusCode::NOT_FOUND, Html(include_str!("pages/no-ui.html"))).into_response()
}
