//! What a handler takes: every value from outside is parsed here, once, into a type.
//!
//! | extractor | takes | refuses with |
//! |---|---|---|
//! | [`Json`] | a JSON body | `request/invalid_body`, `request/body_too_large`, `request/unsupported_media_type` |
//! | [`Path`], [`Query`] | the address | `request/invalid_parameter` (a path that is none: `request/not_found`) |
//! | [`Terminal`] | header `OneHall-Terminal` | `request/cross_site` on a mutation without it |
//! | [`AcceptLanguage`] | header `Accept-Language` | never |
//! | [`IdempotencyKeyHeader`] | header `Idempotency-Key` | `request/invalid_parameter` |
//! | [`ClientAddress`] | the peer, or what a trusted proxy says of it | never |
//! | `identity::Citizen`, `staff::Staff` | the session cookies | `identity/not_logged_in` |

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, OptionalFromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{ErrorCode, IdempotencyKey, Language};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::state::AppState;

/// The largest JSON body that a route takes, unless it says otherwise: 256 KiB.
pub const MAX_JSON_BYTES: usize = 256 * 1024;

/// The header that names the terminal. A form of another site cannot send it.
pub const TERMINAL_HEADER: &str = "onehall-terminal";

/// A JSON body, in and out. Unknown fields are refused where the type says so (every request of the protocol does).
#[derive(Debug, Clone, Copy, Default)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Json<T>, Error> {
        if !is_json(request.headers()) {
            return Err(Error::new(ErrorCode::UnsupportedMediaType));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(body_error)?;
        let mut deserializer = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let path = error.path().to_string();
            invalid_body(if path == "." { String::new() } else { path }, error.inner())
        })?;
        deserializer
            .end()
            .map_err(|error| invalid_body(String::new(), &error))?;
        Ok(Json(value))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => Error::from(error).into_response(),
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    value
        .split(';')
        .next()
        .is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}

/// What a body that could not be read is refused with.
pub fn body_error(rejection: BytesRejection) -> Error {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::new(ErrorCode::BodyTooLarge),
        _ => Error::new(ErrorCode::InvalidBody).with_details(serde_json::json!({ "reason": "the body broke off" })),
    }
}

/// Names the place and the reason, not the value: what stands there may be personal data on its way into a log.
fn invalid_body(path: String, error: &serde_json::Error) -> Error {
    let (code, reason) = fault(error);
    let refusal = Error::new(ErrorCode::InvalidBody)
        .with_details(serde_json::json!({ "line": error.line(), "column": error.column(), "reason": reason }));
    if path.is_empty() && !matches!(code, "missing" | "unknown") {
        refusal
    } else {
        refusal.with_field(path, code)
    }
}

fn fault(error: &serde_json::Error) -> (&'static str, String) {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    if error.is_syntax() || error.is_eof() {
        return ("syntax", "this is not well-formed JSON".to_owned());
    }
    if text.starts_with("missing field") || text.starts_with("duplicate field") {
        return ("missing", text.to_owned());
    }
    if text.starts_with("unknown field") {
        return ("unknown", text.to_owned());
    }
    let expected = text
        .rsplit_once("expected ")
        .map(|(_, expected)| format!("expected {expected}"));
    (
        "invalid",
        expected.unwrap_or_else(|| "the value is not valid here".to_owned()),
    )
}

/// The variable parts of a path, typed. A part that does not parse names nothing: `request/not_found`.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Path<T>, Error> {
        match <axum::extract::Path<T> as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Path(value)),
            Err(rejection) if rejection.status() == StatusCode::BAD_REQUEST => Err(Error::not_found()),
            Err(rejection) => Err(Error::internal("read the path of a route", rejection)),
        }
    }
}

/// The query of an address, typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>, Error> {
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(value)| Query(value))
            .map_err(|_| Error::new(ErrorCode::InvalidParameter))
    }
}

/// The terminal that a request comes from. Reads default to a browser; mutations must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal(pub TerminalKind);

impl Terminal {
    /// The terminal that the headers name: `None` where they name none, an error where they name one that is none.
    ///
    /// # Errors
    /// `request/invalid_parameter`.
    pub fn of(headers: &HeaderMap) -> Result<Option<TerminalKind>, Error> {
        let Some(value) = headers.get(TERMINAL_HEADER) else {
            return Ok(None);
        };
        let name = value.to_str().unwrap_or_default();
        match serde_json::from_value(serde_json::Value::String(name.to_owned())) {
            // `system` is the backend itself: nobody else may say so.
            Ok(TerminalKind::System) | Err(_) => {
                Err(Error::new(ErrorCode::InvalidParameter).with_field("OneHall-Terminal", "unknown"))
            }
            Ok(kind) => Ok(Some(kind)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Terminal {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Terminal, Error> {
        match Terminal::of(&parts.headers)? {
            Some(kind) => Ok(Terminal(kind)),
            None if is_mutation(&parts.method) => Err(Error::new(ErrorCode::CrossSite)),
            None => Ok(Terminal(TerminalKind::Browser)),
        }
    }
}

/// Whether a request of this method changes something.
#[must_use]
pub fn is_mutation(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The language that the caller wants to be spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcceptLanguage(pub Language);

impl<S: Send + Sync> FromRequestParts<S> for AcceptLanguage {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<AcceptLanguage, Self::Rejection> {
        Ok(AcceptLanguage(accepted_language(&parts.headers)))
    }
}

/// The language of `Accept-Language` with the highest weight that the hall speaks; the first language otherwise.
pub(crate) fn accepted_language(headers: &HeaderMap) -> Language {
    let wanted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let mut best: Option<(f32, Language)> = None;
    for entry in wanted.split(',') {
        let mut parts = entry.trim().split(';');
        let Some(language) = parts.next().and_then(Language::from_tag) else {
            continue;
        };
        let weight = parts
            .find_map(|parameter| parameter.trim().strip_prefix("q="))
            .map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        if weight > 0.0 && best.is_none_or(|(highest, _)| weight > highest) {
            best = Some((weight, language));
        }
    }
    best.map_or_else(Language::default, |(_, language)| language)
}

/// The header `Idempotency-Key`: names one attempt, however often it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdempotencyKeyHeader(pub IdempotencyKey);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKeyHeader {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<IdempotencyKeyHeader, Error> {
        let refusal = |code| Error::new(ErrorCode::InvalidParameter).with_field("Idempotency-Key", code);
        let value = parts
            .headers
            .get("idempotency-key")
            .ok_or_else(|| refusal("required"))?;
        let key = value
            .to_str()
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| refusal("invalid"))?;
        Ok(IdempotencyKeyHeader(key))
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for IdempotencyKeyHeader {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<IdempotencyKeyHeader>, Error> {
        if !parts.headers.contains_key("idempotency-key") {
            return Ok(None);
        }
        <IdempotencyKeyHeader as FromRequestParts<S>>::from_request_parts(parts, state)
            .await
            .map(Some)
    }
}

/// The address that a request comes from: the peer's, or, where the peer is a proxy that the configuration trusts, the
/// one that it names last in `X-Forwarded-For`. For rate limits only: never logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<ClientAddress, Self::Rejection> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        // Only a test that goes round the network has no peer.
        let mut address = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let forwarded = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok());
        // A hop that is no address stays in its place: what stands before it came from whoever it hides.
        let mut hops: Vec<Option<IpAddr>> = forwarded
            .flat_map(|value| value.split(','))
            .map(|hop| hop.trim().parse().ok())
            .collect();
        while state.config.trusted_proxies.contains(&address)
            && let Some(Some(hop)) = hops.pop()
        {
            address = hop;
        }
        Ok(ClientAddress(address))
    }
}

impl ClientAddress {
    /// What limits count by: an IPv4 address, or the /64 network of an IPv6 one, which one household or attacker holds.
    #[must_use]
    pub fn network(self) -> String {
        match self.0.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }
}

/// The value of one cookie.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// Reads the whole body of a request, up to `limit` bytes.
///
/// # Errors
/// `request/body_too_large`.
pub async fn read_body(request: Request, limit: usize) -> Result<Bytes, Error> {
    let (_, body) = request.with_limited_body().into_parts();
    axum::body::to_bytes(body, limit)
        .await
        .map_err(|_| Error::new(ErrorCode::BodyTooLarge))
}
