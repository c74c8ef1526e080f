//! Documents as they are served: written once when the city is loaded, not once per request.

use axum::body::Bytes;
use serde::Serialize;

use super::version;

/// A JSON document and its entity tag.
#[derive(Debug, Clone)]
pub struct Served {
    /// The JSON.
    pub body: Bytes,
    /// A hash of the content, without the quotes of an `ETag`.
    pub tag: String,
}

impl Served {
    pub(super) fn of(content: &impl Serialize) -> Result<Served, serde_json::Error> {
        Ok(Served {
            body: serde_json::to_vec(content)?.into(),
            tag: version::of(content)?,
        })
    }
}
