//! What keeps other sites out: headers on every response, and a check on every mutation.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use onehall_protocol::files::UPLOAD_OFFSET;
use onehall_protocol::{API, ErrorCode};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::cookies;
use super::extract::{TERMINAL_HEADER, Terminal, is_mutation};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::identity::SESSION_COOKIE;
use crate::oidc;
use crate::staff::STAFF_COOKIE;
use crate::state::AppState;

/// Nothing from elsewhere, nothing inline; `wasm-unsafe-eval` because the core is WebAssembly.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
     img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The camera is for photographing documents and scanning codes; nothing else is asked for.
const PERMISSIONS_POLICY: &str =
    "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), serial=(), browsing-topics=()";

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

/// Refuses a mutation that another site's page could have caused. Where no cookie is read, nobody's session can be used.
///
/// It must name its terminal in a header (a form cannot, and a script of another site may not), its `Origin`, where one
/// is sent, must be ours, and the browser must not say that another site began it.
pub async fn refuse_cross_site(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if (is_mutation(request.method()) || is_socket(request.headers()))
        && !oidc::reads_no_cookie(request.uri().path())
        && let Err(error) = check(&state, request.uri().path(), request.headers())
    {
        return error.into_response();
    }
    next.run(request).await
}

/// Whether a request with a cookie asks for a socket. Its answer is not kept from the page of another site that asks, as one over
/// HTTP would be: whoever brings a session by itself must show that the page is ours.
fn is_socket(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).map(HeaderValue::as_bytes);
    upgrade.is_some_and(|to| to.eq_ignore_ascii_case(b"websocket")) && brings_cookie(headers)
}

fn check(state: &AppState, path: &str, headers: &HeaderMap) -> Result<()> {
    let refused = || Error::new(ErrorCode::CrossSite);
    if Terminal::of(headers)?.is_none() {
        return Err(refused());
    }
    if open_to_embedders(path) && is_embedded(&state.config, headers) {
        return Ok(());
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

/// Whether a path is for pages that embed services: what citizens ask, with a token. Not the console, not the session that
/// is a cookie, not what operators and developers look at; and not what a citizen reads and answers on the hall's own pages
/// alone, because who could answer it would let themselves in elsewhere as that citizen.
fn open_to_embedders(path: &str) -> bool {
    let closed = ["/staff", "/dev", "/authorizations", "/devices", "/identity/consents"];
    path.strip_prefix(API).is_some_and(|path| {
        let below = |root: &str| {
            path.strip_prefix(root)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        !closed.into_iter().any(below)
    })
}

/// Whether the request comes from a page that may embed services, and brings no cookie: what it may do is then decided by
/// its token alone, which only a script that was given it can send.
fn is_embedded(config: &Config, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    let allowed = config.embed_origins.iter().map(|origin| origin.trim_end_matches('/'));
    !brings_cookie(headers)
        && origin.is_some_and(|origin| allowed.into_iter().any(|own| own.eq_ignore_ascii_case(origin)))
}

fn brings_cookie(headers: &HeaderMap) -> bool {
    [SESSION_COOKIE, STAFF_COOKIE].iter().any(|name| {
        [false, true]
            .iter()
            .any(|secure| cookies::get(headers, name, *secure).is_some())
    })
}

/// Lets the pages of the sites that may embed services read answers, and those of any site what a client of the login needs
/// that is a page. Without credentials: a browser sends no cookie.
pub fn embedding(config: &Config) -> CorsLayer {
    let own: Vec<String> = config
        .embed_origins
        .iter()
        .map(|origin| origin.trim_end_matches('/').to_owned())
        .collect();
    let allowed = move |origin: &HeaderValue, parts: &Parts| {
        let known = |own: &String| own.as_bytes().eq_ignore_ascii_case(origin.as_bytes());
        let path = parts.uri.path();
        oidc::open_to_scripts(path) || (open_to_embedders(path) && own.iter().any(known))
    };
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allowed))
        .allow_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::ACCEPT,
            header::ACCEPT_LANGUAGE,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            HeaderName::from_static(TERMINAL_HEADER),
            HeaderName::from_static("dpop"),
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static(UPLOAD_OFFSET),
        ])
        .expose_headers([
            header::CONTENT_DISPOSITION,
            header::ETAG,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            HeaderName::from_static(oidc::NONCE_HEADER),
            HeaderName::from_static(UPLOAD_OFFSET),
        ])
        .max_age(std::time::Duration::from_secs(600))
}

/// Whether the `Origin` is the address under which people reach the hall: the configured one, or, where none is
/// configured, that of the `Host` header.
fn is_ours(state: &AppState, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    if let Some(own) = &state.config.public_url {
        return own.trim_end_matches('/').eq_ignore_ascii_case(origin);
    }
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let authority = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    authority.is_some() && authority == host
}
