//! The server of a preview: the pages, and what they are told.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::sse::{Event, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use futures::{Stream, StreamExt, stream};
use tokio::sync::watch;
use tokio_stream::wrappers::WatchStream;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use super::seen::Surroundings;

/// The page in the frame: the citizen's.
pub const FORM: &str = "form.html";

/// As strict as the hall's; only that a page of this origin may stand in a frame of it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'";

const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

#[derive(Clone)]
struct Shown {
    pages: PathBuf,
    around: Arc<Surroundings>,
    told: watch::Receiver<Arc<str>>,
}

/// The preview's routes. `port` is where it listens: who names another host came by a name that somebody else gave this
/// machine, and is refused.
pub fn router(pages: &Path, port: u16, around: Arc<Surroundings>, told: watch::Receiver<Arc<str>>) -> Router {
    let shown = Shown {
        pages: pages.to_owned(),
        around,
        told,
    };
    let immutable = HeaderValue::from_static("public, max-age=31536000, immutable");
    let assets = tower::ServiceBuilder::new()
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, immutable))
        .service(ServeDir::new(pages.join("assets")).precompressed_br());
    Router::new()
        .route("/", get(desk))
        .route("/preview/events", get(events))
        .nest_service("/assets", assets)
        .fallback(get(form))
        .with_state(shown)
        .layer(from_fn_with_state(port, only_here))
        .layer(from_fn(headers))
}

/// The author's page.
async fn desk(State(shown): State<Shown>) -> Response {
    page(&shown.pages.join("index.html")).await
}

/// The citizen's page, at every address of the citizen's UI.
async fn form(State(shown): State<Shown>, headers: HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accept.unwrap_or_default().contains("text/html") {
        page(&shown.pages.join(FORM)).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

async fn page(file: &Path) -> Response {
    match tokio::fs::read_to_string(file).await {
        Ok(html) => ([(header::CACHE_CONTROL, "no-cache")], Html(html)).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What is in the file, now and whenever that is something else; before it, once, the city's calendar and lists.
async fn events(State(shown): State<Shown>) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let inputs = Event::default().event("inputs").json_data(&*shown.around);
    let seen = WatchStream::new(shown.told).map(|seen| Ok(Event::default().event("seen").data(&*seen)));
    Sse::new(stream::iter([inputs]).chain(seen))
}

async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn only_here(State(port): State<u16>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let here = ["127.0.0.1", "localhost"];
    if here.iter().any(|name| host == Some(&format!("{name}:{port}"))) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, "this preview is for this machine only\n").into_response()
    }
}
