//! Documents that a terminal may keep: entity tags and `304 Not Modified` (RFC 9110, section 13).

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::city::Served;

/// How long a terminal may keep a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Kept, but asked for before each use: the city may change it.
    AskFirst,
    /// Never changes: a published version of a form.
    ForGood,
}

impl Keep {
    fn cache_control(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Keep::AskFirst => "no-cache",
            Keep::ForGood => "public, max-age=31536000, immutable",
        })
    }
}

/// The entity tag of a document. Weak, because the same content is also sent compressed: those bytes differ.
pub(super) fn etag(tag: &str) -> String {
    format!("W/\"{tag}\"")
}

/// The document, or that the terminal's copy is the current one.
pub(super) fn serve(document: &Served, keep: Keep, request: &HeaderMap) -> Response {
    let etag = HeaderValue::from_str(&etag(&document.tag));
    let known = names(request, &document.tag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], document.body.clone()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, keep.cache_control());
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = etag {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// Whether `If-None-Match` names the tag, by weak comparison.
fn names(request: &HeaderMap, tag: &str) -> bool {
    let lists = request.get_all(header::IF_NONE_MATCH).iter();
    let mut known = lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','));
    known.any(|known| {
        let known = known.trim();
        let opaque = known.strip_prefix("W/").unwrap_or(known);
        known == "*" || opaque.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) == Some(tag)
    })
}
