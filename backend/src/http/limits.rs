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

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;
    use crate::http::problem;

    async fn answer(router: Router) -> (u16, serde_json::Value) {
        let request = Request::builder()
            .uri("/")
            .body(Body::empty())
            .unwrap_or_else(|error| panic!("{error}"));
        let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap_or_default();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test]
    async fn a_handler_that_panics_answers_with_a_problem_that_says_nothing() {
        async fn handler() {
            panic!("a secret");
        }
        let router = Router::new()
            .route("/", get(handler))
            .layer(from_fn(contain_panic))
            .layer(from_fn(problem::speak));
        let (status, problem) = answer(router).await;
        assert_eq!(
            (status, &problem["code"]),
            (500, &serde_json::json!("backend/internal"))
        );
        assert!(!problem.to_string().contains("secret"));
    }

    #[tokio::test]
    async fn a_handler_that_never_answers_is_given_up() {
        async fn handler() {
            std::future::pending::<()>().await;
        }
        let limit = from_fn(|request: Request, next: Next| within(Duration::ZERO, request, next));
        let router = Router::new()
            .route("/", get(handler))
            .layer(limit)
            .layer(from_fn(problem::speak));
        let (status, problem) = answer(router).await;
        assert_eq!(
            (status, &problem["code"]),
            (504, &serde_json::json!("backend/timed_out"))
        );
        assert_eq!(problem["retryable"], true);
    }
}
