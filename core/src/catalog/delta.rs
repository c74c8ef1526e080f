//! The catalog stays on the terminal. A start begins with it, and only what changed since travels.

use onehall_protocol::catalog::ContentDelta;
use onehall_protocol::{CoreError, ErrorCode};
use serde_json::Value;

use crate::ports::{BoxFuture, boxed};
use crate::{Core, api, json};

/// Where the catalog lies in the store, as the hall wrote it.
pub(super) const PLACE: &str = "terminal-catalog/current";

/// Makes the catalog that is kept into the one that a delta leads to.
#[inline(never)]
fn enter_part(kept: Vec<u8>, delta: Value) -> BoxFuture<'static, Option<Vec<u8>>> {
    boxed(async move { changed(&kept, delta) })
}

impl Core {
    /// The catalog that this terminal kept.
    pub(super) async fn kept_catalog(&self) -> Option<Vec<u8>> {
        self.inner.host.store.get(PLACE).await.ok()?
    }

    /// The hall's catalog, where it is not the version that is known. It is kept, where that is possible.
    pub(super) async fn newer_catalog(&self, known: Option<&str>) -> Result<Option<Vec<u8>>, CoreError> {
        let newer = match known {
            Some(known) => match self.catalog_since(known).await? {
                Since::Same => return Ok(None),
                Since::Newer(body) => Some(body),
                Since::Unknown => None,
            },
            None => None,
        };
        let body = match newer {
            Some(body) => body,
            None => self.send(api::get("/catalog").open()).await?.body,
        };
        // Not kept, the next start fetches it again.
        let _ = self.inner.host.store.put(PLACE, body.clone()).await;
        Ok(Some(body))
    }

    async fn catalog_since(&self, known: &str) -> Result<Since, CoreError> {
        let path = format!("/catalog/delta?from={}", api::query_value(known));
        let mut delta: Value = match self.fetch(api::get(path).open()).await {
            Ok(delta @ Value::Object(_)) => delta,
            Ok(_) => return Ok(Since::Unknown),
            // A hall that is older than this core, or an answer of another shape: the whole catalog says it all.
            Err(error) if matches!(error.code, ErrorCode::NotFound | ErrorCode::InvalidReply) => {
                return Ok(Since::Unknown);
            }
            Err(error) => return Err(error),
        };
        if delta["version"] == known {
            return Ok(Since::Same);
        }
        if delta["whole"].is_object() {
            return Ok(Since::Newer(delta["whole"].take().to_string().into_bytes()));
        }
        let kept = self.kept_catalog().await;
        let (Some(kept), Ok(())) = (kept, self.load_later().await) else {
            return Ok(Since::Unknown);
        };
        // What is kept may be another tab's newer one, which the delta does not fit.
        delta["from"] = known.into();
        Ok(enter_part(kept, delta).await.map_or(Since::Unknown, Since::Newer))
    }
}

/// What the hall says of a version.
enum Since {
    Same,
    Newer(Vec<u8>),
    /// Nothing that helps.
    Unknown,
}

fn changed(kept: &[u8], mut delta: Value) -> Option<Vec<u8>> {
    let Value::Object(kept) = json::read(kept).ok()? else {
        return None;
    };
    if kept.get("version") != Some(&delta["from"]) {
        return None;
    }
    let change: ContentDelta = json::read_value(delta["delta"].take()).ok()?;
    let now = onehall_sync::apply(kept, change)?;
    // It leads to what it says, or it was none for this catalog.
    (now.get("version") == Some(&delta["version"])).then(|| Value::Object(now).to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_delta_is_taken_for_the_version_that_it_is_of_and_no_other() {
        let kept = json!({ "version": "1", "items": [{ "code": "a" }, { "code": "b", "n": 1 }] });
        let delta = |from: &str, version: &str| {
            json!({ "from": from, "version": "2", "delta": { "set": { "version": version },
                "lists": { "items": { "put": [{ "code": "b", "n": 2 }] } } } })
        };
        let bytes = kept.to_string().into_bytes();
        let now = changed(&bytes, delta("1", "2")).and_then(|now| json::read::<Value>(&now).ok());
        assert_eq!(
            now,
            Some(json!({ "version": "2", "items": [{ "code": "a" }, { "code": "b", "n": 2 }] }))
        );
        assert_eq!(changed(&bytes, delta("0", "2")), None);
        assert_eq!(changed(&bytes, delta("1", "3")), None);
        assert_eq!(changed(b"damaged", delta("1", "2")), None);
    }
}
