//! The HTTP face: every centre's routes in one router, and what holds for all of them.
//!
//! From the outside in, a request passes: the log and its id ([`observe`]), the security headers (`security`), the one
//! place that writes problems ([`problem`]), the net for panics (`limits`), compression (`compress`), and, for the API,
//! the check against other sites and the time limit.

mod compress;
pub mod cookies;
mod docs;
pub mod extract;
mod limits;
pub mod observe;
pub mod openapi;
pub mod problem;
mod security;
#[cfg(test)]
mod tests;
mod ui;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use onehall_protocol::{API, ErrorCode};
use utoipa_axum::router::OpenApiRouter;

use crate::config::Mode;
use crate::error::Error;
use crate::state::AppState;
use crate::{
    account, cases, catalog, drafts, events, files, halls, identity, insight, messages, oidc, operations, staff, sync,
    updates,
};

/// Every ordinary route of the API: small bodies, quick answers.
fn ordinary(mode: Mode) -> OpenApiRouter<AppState> {
    let routes = OpenApiRouter::new()
        .merge(catalog::routes::routes())
        .merge(catalog::delta_routes())
        .merge(identity::routes::routes())
        .merge(account::routes())
        .merge(oidc::routes())
        .merge(drafts::routes())
        .merge(cases::routes())
        .merge(events::routes())
        .merge(halls::routes())
        .merge(insight::routes())
        .merge(sync::routes())
        .merge(updates::routes())
        .merge(staff::routes::routes());
    if mode == Mode::Development {
        routes.merge(messages::routes::routes())
    } else {
        routes
    }
}

/// Routes that take files: each counts what comes by itself, and gets more time.
fn uploads() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().merge(files::routes()).merge(cases::file_routes())
}

/// Every route of the API, and the document that describes them.
fn api(mode: Mode) -> OpenApiRouter<AppState> {
    let ordinary = ordinary(mode)
        .layer(DefaultBodyLimit::max(extract::MAX_JSON_BYTES))
        .layer(from_fn(limits::ordinary_time));
    let uploads = uploads()
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(limits::upload_time));
    let login = oidc::protocol_routes()
        .layer(DefaultBodyLimit::max(oidc::MAX_FORM_BYTES))
        .layer(from_fn(limits::ordinary_time));
    OpenApiRouter::with_openapi(openapi::base())
        .nest(API, ordinary.merge(uploads))
        .merge(login)
        .merge(operations::routes::routes())
        .merge(updates::repository())
}

/// The OpenAPI document of everything that `mode` serves, as JSON.
///
/// # Errors
/// Only if the document cannot be written.
pub fn document(mode: Mode) -> Result<String, Error> {
    write(api(mode).into_openapi())
}

fn write(described: utoipa::openapi::OpenApi) -> Result<String, Error> {
    Ok(serde_json::to_string_pretty(&openapi::complete(described))?)
}

/// The whole service.
///
/// # Errors
/// Only if the OpenAPI document cannot be written.
pub fn router(state: AppState) -> Result<axum::Router, Error> {
    let mode = state.config.mode;
    let (api, described) = api(mode).split_for_parts();
    Ok(api
        .merge(docs::pages(write(described)?, mode))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(ui::serve)
        .layer(from_fn_with_state(state.clone(), security::refuse_cross_site))
        .layer(security::embedding(&state.config))
        .layer(from_fn(compress::compress))
        .layer(from_fn(limits::contain_panic))
        .layer(from_fn(problem::speak))
        .layer(from_fn_with_state(state.clone(), security::headers))
        .layer(from_fn_with_state(state.clone(), observe::observe))
        .with_state(state))
}

async fn method_not_allowed() -> Response {
    Error::new(ErrorCode::MethodNotAllowed).into_response()
}
