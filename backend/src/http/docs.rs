//! Pages of the backend's own: the API to browse, the schema of forms, and the demo helper of development mode.

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;

use crate::config::Mode;
use crate::state::AppState;

/// The pages. `document` is the OpenAPI document as JSON.
pub fn pages(document: String, mode: Mode) -> Router<AppState> {
    let document = axum::body::Bytes::from(document);
    let json = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    let mut pages = Router::new()
        .route(
            "/api/openapi.json",
            get(move || async move { (json, document).into_response() }),
        )
        .route("/api/docs", get(|| async { Html(include_str!("pages/docs.html")) }))
        .route(
            "/api/docs/docs.js",
            get(|| async { script(include_str!("pages/docs.js")) }),
        )
        .route(
            "/api/docs/pages.css",
            get(|| async { style(include_str!("pages/pages.css")) }),
        );
    // For editors and other systems' tools; what it is made of never changes while this program runs.
    let schema = axum::body::Bytes::from(format!("{:#}\n", onehall_forms::json_schema()));
    let as_schema = [
        (header::CONTENT_TYPE, "application/schema+json"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    pages = pages.route(
        onehall_forms::SCHEMA_PATH,
        get(move || async move { (as_schema, schema).into_response() }),
    );
    if mode == Mode::Development {
        pages = pages
            .route("/dev", get(|| async { Html(include_str!("pages/dev.html")) }))
            .route("/dev/dev.js", get(|| async { script(include_str!("pages/dev.js")) }));
    }
    pages
}

fn script(text: &'static str) -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        text,
    )
}

fn style(text: &'static str) -> impl IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        text,
    )
}
