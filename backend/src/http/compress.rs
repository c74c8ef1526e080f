//! Compression of what gains by it, for whoever accepts it.
//!
//! The body of [`Compression`] has room for the state of every encoder, some kilobytes, whether it encodes or not: what is
//! not compressed goes round it. A stream of events stays open for hours, and ten thousand of them are open at once.

use std::convert::Infallible;
use std::future::ready;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tower::{ServiceExt, service_fn};
use tower_http::compression::Compression;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate, SizeAbove};

/// What is not larger fits into a packet as it is: beginning an encoder for it costs more than all else that an answer takes.
const WORTH_IT: u64 = 1024;

/// Compresses the response where it may be and its reader accepts that.
pub async fn compress(request: Request, next: Next) -> Response {
    let accepted = request.headers().get_all(header::ACCEPT_ENCODING);
    let accepted: Vec<HeaderValue> = accepted.iter().cloned().collect();
    let mut response = next.run(request).await;
    // Streams of events are never held back by a compressor that waits for more.
    let gains = DefaultPredicate::new()
        .and(SizeAbove::new(WORTH_IT))
        .and(NotForContentType::const_new("text/event-stream"));
    let headers = response.headers();
    let as_it_is = headers.contains_key(header::CONTENT_ENCODING) || headers.contains_key(header::CONTENT_RANGE);
    if as_it_is || !gains.should_compress(&response) {
        return response;
    }
    if accepted.is_empty() {
        // A cache must know that others may get it compressed.
        let varies = HeaderValue::from_static("accept-encoding");
        response.headers_mut().append(header::VARY, varies);
        return response;
    }
    let mut asked = axum::http::Request::new(());
    for value in accepted {
        asked.headers_mut().append(header::ACCEPT_ENCODING, value);
    }
    let mut response = Some(response);
    let answered = service_fn(move |_| ready(Ok::<_, Infallible>(response.take().unwrap_or_default())));
    match Compression::new(answered).compress_when(gains).oneshot(asked).await {
        Ok(compressed) => compressed.map(Body::new),
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::response::IntoResponse;
    use axum::routing::get;

    use super::*;

    /// The encoding and `Vary` of a response of this media type to somebody who accepts this.
    async fn answer(media_type: &'static str, accepts: Option<&str>) -> (Option<String>, Option<String>) {
        let text = move || async move { ([(header::CONTENT_TYPE, media_type)], "a".repeat(2000)).into_response() };
        let router = Router::new().route("/", get(text)).layer(from_fn(compress));
        let mut request = Request::new(Body::empty());
        if let Some(accepts) = accepts {
            let accepts = HeaderValue::from_str(accepts).unwrap_or_else(|error| panic!("{error}"));
            request.headers_mut().insert(header::ACCEPT_ENCODING, accepts);
        }
        let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
        let value = |name| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        (value(header::CONTENT_ENCODING), value(header::VARY))
    }

    #[tokio::test]
    async fn who_accepts_it_gets_it_compressed_and_others_as_it_is() {
        let varies = Some("accept-encoding".to_owned());
        let json = "application/json";
        assert_eq!(answer(json, Some("br")).await, (Some("br".to_owned()), varies.clone()));
        assert_eq!(
            answer(json, Some("gzip")).await,
            (Some("gzip".to_owned()), varies.clone())
        );
        assert_eq!(answer(json, Some("identity")).await, (None, varies.clone()));
        assert_eq!(answer(json, None).await, (None, varies));
    }

    #[tokio::test]
    async fn a_stream_of_events_and_a_picture_go_out_as_they_are() {
        for media_type in ["text/event-stream", "image/png"] {
            assert_eq!(answer(media_type, Some("br, gzip")).await, (None, None), "{media_type}");
        }
    }
}
