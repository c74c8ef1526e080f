//! A catalog that was carried to the terminal, for one that has never reached its hall: what `onehall city snapshot` writes, and
//! signed updates bring, over a network or on a stick. Whoever hands it in has verified it.

use serde_json::Value;
use thiserror::Error;

use super::delta::PLACE;
use super::kept::{place, written};
use crate::ports::Write;
use crate::{Core, json, lock};

/// The version of the catalog that was carried here last.
const NOTE: &str = "terminal-catalog/carried";

/// The form of such a document that is read here.
const FORMAT: u64 = 1;

/// Why a catalog was not taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotCarried {
    /// It is none, or one of another form.
    #[error("it is no catalog that this program reads")]
    Unreadable,
    /// The store failed.
    #[error("it could not be kept")]
    NotKept,
}

impl Core {
    /// Takes up a catalog that was carried here, with its guides and forms; whether it did. What the hall said itself stays,
    /// however old it is: it is not known which of the two is newer, and the hall is asked anyway once it can be reached.
    ///
    /// # Errors
    /// It cannot be read or not be kept. What was here before is still there.
    pub async fn take_carried_catalog(&self, document: &[u8]) -> Result<bool, NotCarried> {
        let document: Value = json::read(document).map_err(|_| NotCarried::Unreadable)?;
        let catalog = &document["catalog"];
        let version = catalog["version"].as_str().filter(|_| document["format"] == FORMAT);
        let version = version.ok_or(NotCarried::Unreadable)?;
        let documents = document["documents"].as_array().ok_or(NotCarried::Unreadable)?;
        let store = &*self.inner.host.store;
        let note = store.get(NOTE).await.map_err(|_| NotCarried::NotKept)?;
        if let Some(kept) = self.kept_catalog().await {
            let kept: Value = json::read(&kept).unwrap_or_default();
            let carried = note.as_deref() == kept["version"].as_str().map(str::as_bytes);
            if !carried || kept["version"] == version {
                return Ok(false);
            }
        }
        let mut writes = vec![
            Write::Put {
                key: PLACE.to_owned(),
                value: catalog.to_string().into_bytes(),
            },
            Write::Put {
                key: NOTE.to_owned(),
                value: version.as_bytes().to_vec(),
            },
        ];
        for document in documents {
            let (Some(path), Some(tag)) = (document["path"].as_str(), document["tag"].as_str()) else {
                return Err(NotCarried::Unreadable);
            };
            writes.push(Write::Put {
                key: place(path),
                value: written(path, tag, document["body"].to_string().as_bytes()),
            });
        }
        store.batch(writes).await.map_err(|_| NotCarried::NotKept)?;
        // What was read before is not shown any longer.
        *lock(&self.inner.catalog.typed) = None;
        *lock(&self.inner.catalog.written) = None;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::executor::block_on;
    use onehall_protocol::identity::TerminalKind;
    use serde_json::json;

    use super::*;
    use crate::platform::memory::MemoryStore;
    use crate::ports::Host;
    use crate::testing::{Away, Machine};

    fn core(store: &Arc<MemoryStore>) -> Core {
        let host = Host {
            store: store.clone(),
            ..Arc::new(Machine::default()).host(Arc::new(Away))
        };
        Core::new(host, "", TerminalKind::Kiosk)
    }

    fn snapshot(version: &str) -> Vec<u8> {
        let guide = json!({"path": "/catalog/items/guide-1", "tag": "W/\"1\"", "body": {"of": version}});
        json!({"format": 1, "catalog": {"version": version, "items": []}, "documents": [guide]})
            .to_string()
            .into_bytes()
    }

    async fn shown(core: &Core) -> (Option<String>, Option<String>) {
        let kept = core.kept_catalog().await;
        let kept: Option<Value> = kept.and_then(|kept| serde_json::from_slice(&kept).ok());
        let guide = core.document("/catalog/items/guide-1").await.ok();
        (
            kept.and_then(|kept| kept["version"].as_str().map(str::to_owned)),
            guide.and_then(|guide| String::from_utf8(guide.body).ok()),
        )
    }

    #[test]
    fn a_terminal_that_never_reached_its_hall_shows_what_was_carried_to_it_and_then_what_is_newer() {
        block_on(async {
            let core = core(&Arc::default());
            assert_eq!(shown(&core).await, (None, None));
            for version in ["a", "b"] {
                assert_eq!(core.take_carried_catalog(&snapshot(version)).await, Ok(true));
                let guide = format!("{{\"of\":\"{version}\"}}");
                assert_eq!(shown(&core).await, (Some(version.to_owned()), Some(guide)));
                assert_eq!(
                    core.take_carried_catalog(&snapshot(version)).await,
                    Ok(false),
                    "it is here"
                );
            }
        });
    }

    #[test]
    fn what_the_hall_said_itself_is_not_replaced() {
        block_on(async {
            let store = Arc::<MemoryStore>::default();
            let core = core(&store);
            core.take_carried_catalog(&snapshot("a"))
                .await
                .unwrap_or_else(|error| panic!("{error}"));
            let said = json!({"version": "hall", "items": []}).to_string().into_bytes();
            let kept = crate::ports::Store::put(&*store, PLACE, said).await;
            kept.unwrap_or_else(|error| panic!("{error:?}"));
            assert_eq!(core.take_carried_catalog(&snapshot("b")).await, Ok(false));
            assert_eq!(shown(&core).await.0.as_deref(), Some("hall"));
        });
    }

    #[test]
    fn a_terminal_that_offers_some_services_lists_and_finds_these_alone() {
        block_on(async {
            let core = core(&Arc::default());
            let item = |code: &str| json!({"code": code, "name": {"zh-CN": "办证", "en": "A card"}});
            let catalog = json!({
                "version": "a", "city": {"utc_offset_minutes": 480}, "authorities": [], "items": [item("one"), item("two")],
            });
            let carried = json!({"format": 1, "catalog": catalog, "documents": []}).to_string();
            let taken = core.take_carried_catalog(carried.as_bytes()).await;
            assert_eq!(taken, Ok(true));
            let listed = async || {
                let text = core.catalog_written().await.unwrap_or_default();
                let tree: Value = serde_json::from_str(&text).unwrap_or_default();
                let found = core.search_written("card", onehall_protocol::Language::En, 9).await;
                (
                    tree["items"].as_array().map(Vec::len),
                    found.map(|found| found.len()).ok(),
                )
            };
            assert_eq!(listed().await, (Some(2), Some(2)));
            core.offer_only(["two".to_owned(), "gone".to_owned()].into());
            assert_eq!(listed().await, (Some(1), Some(1)));
        });
    }

    #[test]
    fn what_is_no_catalog_changes_nothing() {
        block_on(async {
            let core = core(&Arc::default());
            core.take_carried_catalog(&snapshot("a"))
                .await
                .unwrap_or_else(|error| panic!("{error}"));
            for wrong in [
                "",
                "[]",
                r#"{"format":2,"catalog":{"version":"b"},"documents":[]}"#,
                r#"{"format":1,"catalog":{},"documents":[]}"#,
                r#"{"format":1,"catalog":{"version":"b"}}"#,
                r#"{"format":1,"catalog":{"version":"b"},"documents":[{"path":"/catalog/items/guide-1"}]}"#,
            ] {
                let taken = core.take_carried_catalog(wrong.as_bytes()).await;
                assert_eq!(taken, Err(NotCarried::Unreadable), "{wrong}");
            }
            assert_eq!(shown(&core).await.0.as_deref(), Some("a"));
        });
    }
}
