//! What the hall publishes beside the catalog, kept on the terminal: guides, forms, what they are evaluated with, lists. Without
//! a network it is answered from there; with one it is asked for anew by its tag, and comes again only where it changed.
//!
//! It is the same for everybody, so it is the terminal's own and outlives a log-out; but for lists, which tell what somebody
//! typed.

use onehall_protocol::CoreError;

use crate::ports::{Store, is_terminals};
use crate::{Core, api};

/// Guides, forms: as many as the hall has.
const CONTENT: &str = "terminal-content";
/// Pages of long lists, a person's: whoever types makes a new one with each key, so only so many are kept.
const LISTS: &str = "lists";
const MOST_LISTS: u32 = 200;

/// A document as it was last read.
pub(super) struct Document {
    /// The hall's mark of this content.
    pub(super) tag: Option<String>,
    pub(super) body: Vec<u8>,
    /// Whether the hall said so now.
    pub(super) fresh: bool,
}

/// Where a document lies. A page of a list takes the place of another one, after a while.
pub(super) fn place(path: &str) -> String {
    if path.starts_with("/lists/") {
        let hash = path.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        });
        return format!("{LISTS}/{}", hash % MOST_LISTS);
    }
    format!("{CONTENT}{path}")
}

/// A document as it is kept: its path and its tag, each behind its length, and the body.
pub(super) fn written(path: &str, tag: &str, body: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(4 + path.len() + tag.len() + body.len());
    for text in [path, tag] {
        kept.extend(u16::try_from(text.len()).unwrap_or(0).to_le_bytes());
        kept.extend(text.as_bytes());
    }
    kept.extend(body);
    kept
}

fn text(kept: &[u8]) -> Option<(&str, &[u8])> {
    let (length, rest) = kept.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    Some((std::str::from_utf8(text).ok()?, rest))
}

fn read(kept: &[u8], path: &str) -> Option<Document> {
    let (known, rest) = text(kept)?;
    let (tag, body) = text(rest)?;
    (known == path).then(|| Document {
        tag: Some(tag.to_owned()).filter(|tag| !tag.is_empty()),
        body: body.to_vec(),
        fresh: false,
    })
}

pub(super) async fn kept(store: &dyn Store, path: &str) -> Option<Document> {
    let kept = store.get(&place(path)).await.ok()??;
    read(&kept, path)
}

impl Core {
    /// A document of the hall's content, as it is now; where the hall cannot be reached, as it was when it was last read.
    ///
    /// # Errors
    /// As the hall says; or it cannot be reached, and the document is not here.
    pub(super) async fn document(&self, path: &str) -> Result<Document, CoreError> {
        let store = &*self.inner.host.store;
        let kept = kept(store, path).await;
        let mut request = api::get(path).open();
        if let Some(tag) = kept.as_ref().and_then(|kept| kept.tag.as_ref()) {
            request = request.header("if-none-match", tag.clone());
        }
        match (self.send(request).await, kept) {
            (Ok(answer), Some(kept)) if answer.status == 304 => Ok(Document { fresh: true, ..kept }),
            (Ok(answer), _) => {
                let tag = answer.header("etag").map(str::to_owned);
                let place = place(path);
                if is_terminals(&place) || self.has_session() {
                    // Where there is no room for it, it is asked for again.
                    let kept = written(path, tag.as_deref().unwrap_or_default(), &answer.body);
                    let _ = store.put(&place, kept).await;
                }
                Ok(Document {
                    tag,
                    body: answer.body,
                    fresh: true,
                })
            }
            // An older one is better than none.
            (Err(error), Some(kept)) if error.retryable => Ok(kept),
            (Err(error), _) => Err(error),
        }
    }

    /// A document that never changes once it is published: asked for once.
    pub(super) async fn unchanging(&self, path: &str) -> Result<Document, CoreError> {
        match kept(&*self.inner.host.store, path).await {
            Some(kept) => Ok(kept),
            None => self.document(path).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_as_it_was_written_and_for_its_own_path_alone() {
        let kept = written("/catalog", "\"v1\"", b"{}");
        let found = read(&kept, "/catalog").map(|found| (found.tag, found.body));
        assert_eq!(found, Some((Some("\"v1\"".to_owned()), b"{}".to_vec())));
        assert!(read(&kept, "/catalog/items/passport").is_none());
        for length in 0..kept.len() - 2 {
            assert!(read(&kept[..length], "/catalog").is_none(), "{length}");
        }
        assert_eq!(read(&written("/a", "", b""), "/a").map(|found| found.tag), Some(None));
    }

    #[test]
    fn pages_of_lists_have_only_so_many_places() {
        let paths = (0..5_000).map(|number| place(&format!("/lists/regions?query={number}")));
        let places: std::collections::BTreeSet<_> = paths.collect();
        assert!(places.len() <= MOST_LISTS as usize && places.len() > 190);
        assert_eq!(
            place("/catalog/items/passport"),
            "terminal-content/catalog/items/passport"
        );
    }
}
