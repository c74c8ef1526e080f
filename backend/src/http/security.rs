//! What keeps other sites out: headers on every response, and a check on every mutation.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use onehall_protocol::ErrorCode;

use super::extract::{Terminal, is_mutation};
use crate::error::{Error, Result};
use crate::state::AppState;

/// Nothing from elsewhere, nothing inline; `wasm-unsafe-eval` because the core is WebAssembly.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The camera is for photographing documents and scanning codes; nothing else is asked for.
const PERMISSIONS_POLICY: &str =
    "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), browsing-topics=()";

const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
];

/// Puts the headers on every response; a handler that set one of them itself (a stricter policy on a file) keeps it.
pub async fn headers(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if is_api {
        // What belongs to one citizen is kept nowhere unless its handler says that it may be.
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    if state.config.secure_cookies() {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000; includeSubDomains"));
    }
    response
}

/// Refuses a mutation that another site's page could have caused.
///
/// It must name its terminal in a header (a form cannot, and a script of another site may not), its `Origin`, where one
/// is sent, must be ours, and the browser must not say that another site began it.
pub async fn refuse_cross_site(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if is_mutation(request.method())
        && let Err(error) = check(&state, request.headers())
    {
        return error.into_response();
    }
    next.run(request).await
}

fn check(state: &AppState, headers: &HeaderMap) -> Result<()> {
    let refused = || Error::new(ErrorCode::CrossSite);
    if Terminal::of(headers)?.is_none() {
        return Err(refused());
    }
    if let Some(site) = headers.get("sec-fetch-site")
        && !matches!(site.as_bytes(), b"same-origin" | b"none")
        && !is_ours(state, headers)
    {
        return Err(refused());
    }
    if headers.contains_key(header::ORIGIN) && !is_ours(state, headers) {
        return Err(refused());
    }
    Ok(())
}

/// Whether the `Origin` is the address under which people reach the hall: the configured one, one that is allowed
/// besides, or, where none is configured, that of the `Host` header.
fn is_ours(state: &AppState, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let configured = state.config.public_url.iter().chain(&state.config.allowed_origins);
    if configured
        .into_iter()
        .any(|own| own.trim_end_matches('/').eq_ignore_ascii_case(origin))
    {
        return true;
    }
    if state.config.public_url.is_some() {
        return false;
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let authority = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    authority.is_some() && authority == host
}
