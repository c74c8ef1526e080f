//! What a request may take: time, and a panic that stays with it.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use onehall_protocol::ErrorCode;

use crate::error::Error;

/// How long an ordinary request may take until its response begins.
const ORDINARY: Duration = Duration::from_secs(30);
/// How long an upload may take: 10 MiB over a slow mobile connection.
const UPLOAD: Duration = Duration::from_secs(300);

/// Ends an ordinary request that takes too long. A command that was already handed to the store is still carried out:
/// whoever repeats it with the same idempotency key gets its outcome.
pub async fn ordinary_time(request: Request, next: Next) -> Response {
    within(ORDINARY, request, next).await
}

/// Ends an upload that takes too long.
pub async fn upload_time(request: Request, next: Next) -> Response {
    within(UPLOAD, request, next).await
}

async fn within(time: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Error::new(ErrorCode::TimedOut).into_response(),
    }
}

/// Answers for a handler that panicked.
pub async fn contain_panic(request: Request, next: Next) -> Response {
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => Error::broken("answer: the handler panicked").into_response(),
    }
}
