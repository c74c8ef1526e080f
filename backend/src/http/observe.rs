//! One line of log and one count for each request: what was asked (the route's pattern), what came of it, how long it
//! took. No query strings, no ids in paths, no addresses, no names.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use uuid::Uuid;

use super::problem::ProblemCode;
use crate::state::AppState;

/// The id of a request, UUIDv7: in the header `X-Request-Id`, in its problem, in the log.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Uuid);

/// Names the request, times it, logs it, counts it.
pub async fn observe(State(_state): State<AppState>, mut request: Request, next: Next) -> Response {
    let id = RequestId(Uuid::now_v7());
    request.extensions_mut().insert(id);
    let method = known(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map(|path| path.as_str().to_owned());
    let started = Instant::now();
    let mut response = next.run(request).await;
    let elapsed = started.elapsed();
    if let Ok(value) = HeaderValue::from_str(&id.0.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    let route = route.unwrap_or_else(|| "other".to_owned());
    let status = response.status().as_u16();
    let code = response.extensions().get::<ProblemCode>().map(|code| code.0.as_str());
    tracing::info!(
        target: "onehall::access",
        request_id = %id.0,
        method,
        route = %route,
        status,
        code,
        microseconds = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    let labels = [
        ("method", method.to_owned()),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::counter!("onehall_http_requests_total", &labels).increment(1);
    metrics::histogram!("onehall_http_request_seconds", &labels[..2]).record(elapsed.as_secs_f64());
    response
}

/// The name of a method. Anybody can make up others: each would be a line of the metrics for ever.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN
        .into_iter()
        .find(|name| *name == method.as_str())
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_that_somebody_made_up_adds_nothing_to_the_metrics() -> Result<(), Box<dyn std::error::Error>> {
        assert_eq!(known(&Method::PATCH), "PATCH");
        for made_up in ["X1", "get", "13800000001"] {
            assert_eq!(known(&Method::from_bytes(made_up.as_bytes())?), "other");
        }
        Ok(())
    }
}
