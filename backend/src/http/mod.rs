//! The HTTP face: every centre's routes in one router, and what holds for all of them.

pub mod cookies;
pub mod extract;
pub mod observe;
pub mod problem;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use onehall_protocol::{API, ErrorCode};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::error::Error;
use crate::{drafts, files, identity, staff};
use crate::state::AppState;

#[derive(OpenApi)]
#[openapi(info(title = "OneHall", description = "One government service hall on every terminal."))]
struct Document;

/// Every route of the API, and the document that describes them.
#[must_use]
pub fn api() -> OpenApiRouter<AppState> {
    let centres = OpenApiRouter::new().merge(identity::routes::routes()).merge(staff::routes::routes()).merge(drafts::routes());
    let uploads = files::routes().layer(DefaultBodyLimit::disable());
    let centres = centres.merge(uploads);
    OpenApiRouter::with_openapi(Document::openapi()).nest(API, centres)
}

/// The whole service.
pub fn router(state: AppState) -> axum::Router {
    let (api, _document) = api().split_for_parts();
    api.method_not_allowed_fallback(method_not_allowed)
        .fallback(nothing_here)
        .layer(DefaultBodyLimit::max(extract::MAX_JSON_BYTES))
        .layer(from_fn(problem::speak))
        .layer(from_fn_with_state(state.clone(), observe::observe))
        .with_state(state)
}

async fn method_not_allowed() -> Response {
    Error::new(ErrorCode::MethodNotAllowed).into_response()
}

async fn nothing_here() -> Response {
    Error::not_found().into_response()
}
