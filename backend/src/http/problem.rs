//! Errors on the wire: RFC 9457 problem details.
//!
//! A handler returns [`Error`]; its response carries it, unspoken, in an extension. The middleware [`speak`] knows the
//! request (its id, its language) and makes the problem of it, in one place for every route, extractor and fallback.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use onehall_protocol::ErrorCode;

use super::extract::accepted_language;
use super::observe::RequestId;
use crate::error::Error;
use crate::oidc;

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";

/// The code of the error that a response speaks of: for the log and the metrics.
#[derive(Debug, Clone, Copy)]
pub struct ProblemCode(pub ErrorCode);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = match self.code().status() {
            0 => StatusCode::INTERNAL_SERVER_ERROR,
            status => StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// Turns an error that a response carries into its problem.
pub async fn speak(request: Request, next: Next) -> Response {
    let language = accepted_language(request.headers());
    let request_id = request.extensions().get::<RequestId>().map(|id| id.0.to_string());
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<Arc<Error>>() else {
        return response;
    };
    let problem = error.problem(language, request_id);
    if problem.status >= 500 {
        tracing::error!(request_id = problem.request_id, %error, "a request failed");
    }
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if problem.status == 401 {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("OneHall-Session"));
    }
    if let Some(challenge) = oidc::challenge(&problem.details) {
        if let Ok(scheme) = HeaderValue::from_str(&challenge.scheme) {
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(nonce) = challenge.nonce.and_then(|nonce| HeaderValue::from_str(nonce).ok()) {
            headers.insert(oidc::NONCE_HEADER, nonce);
        }
    }
    if let Some(seconds) = problem.details.get("retry_after").and_then(serde_json::Value::as_i64)
        && let Ok(value) = HeaderValue::from_str(&seconds.to_string())
    {
        headers.insert(header::RETRY_AFTER, value);
    }
    *response.body_mut() = body.into();
    response.extensions_mut().insert(ProblemCode(problem.code));
    response
}
