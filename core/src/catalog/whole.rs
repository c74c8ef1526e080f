//! Every guide, and the form of every item that can be applied for online, kept on the terminal before anybody reads it: what a
//! citizen needs where there is no network is not what they read while there was one.
//!
//! It waits until the first page has been usable for a moment, longer on a weak line, and is not done at all where the
//! citizen's browser says that it saves data. The index of the hall says what there is; what is lacking comes as one pack the
//! first time, and document by document where little changed. Nothing depends on it: a document that is not here is asked for
//! as ever.

use std::sync::{Arc, Mutex};

use onehall_protocol::CoreError;
use onehall_protocol::identity::TerminalKind;
use serde_json::Value;

use super::kept::{kept, place, written};
use crate::ports::{Line, Write, boxed};
use crate::{Core, api, json, lock};

/// Which index is kept whole: its entity tag.
const NOTE: &str = "terminal-catalog/contents";
/// How long after the catalog it begins, in milliseconds.
const AFTER_MS: u32 = 3_000;
const AFTER_ON_WEAK_LINE_MS: u32 = 30_000;
/// How long the hall is not asked again under one version of the catalog, in milliseconds.
const AGAIN_MS: i64 = 3_600_000;
/// As many documents are asked for one by one.
const FEW: usize = 8;

#[derive(Default)]
pub(super) struct State {
    /// The version of the catalog for which it was begun, and when.
    begun: Mutex<Option<(String, i64)>>,
}

impl Core {
    /// The hall confirmed its catalog: what that leads to is kept, too.
    pub(super) fn keep_whole(&self, version: &str) {
        let after = match self.inner.host.http.line() {
            Line::Good => AFTER_MS,
            Line::Weak => AFTER_ON_WEAK_LINE_MS,
            Line::SavesData => return,
        };
        if self.inner.terminal == TerminalKind::Console {
            return;
        }
        let now = self.inner.host.clock.now().unix_millis();
        {
            let mut begun = lock(&self.inner.catalog.whole.begun);
            let known = begun.as_ref();
            if known.is_some_and(|(known, at)| known == version && now - at < AGAIN_MS) {
                return;
            }
            *begun = Some((version.to_owned(), now));
        }
        // Waiting alone does not keep a core alive whose UIs are gone.
        let (waited, inner) = (self.inner.host.timer.sleep(after), Arc::downgrade(&self.inner));
        self.inner.host.spawner.spawn(boxed(async move {
            waited.await;
            let Some(inner) = inner.upgrade() else { return };
            let core = Core { inner };
            // Tried again with the next look at the catalog, where it was the network that failed.
            if core.bring_contents().await.is_err_and(|error| error.retryable) {
                *lock(&core.inner.catalog.whole.begun) = None;
            }
        }));
    }

    async fn bring_contents(&self) -> Result<(), CoreError> {
        let store = &*self.inner.host.store;
        // A store that cannot be read keeps nothing either.
        let Ok(known) = store.get(NOTE).await else {
            return Ok(());
        };
        let mut request = api::get("/catalog/contents").open();
        if let Some(tag) = known.and_then(|tag| String::from_utf8(tag).ok()) {
            request = request.header("if-none-match", tag);
        }
        let answer = self.send(request).await?;
        let (Some(tag), false) = (answer.header("etag").map(str::to_owned), answer.status == 304) else {
            return Ok(());
        };
        let index: Value = json::read(&answer.body).unwrap_or_default();
        let mut lacking = Vec::new();
        for (path, tag) in index["documents"].as_object().into_iter().flatten() {
            let here = kept(store, path).await.and_then(|document| document.tag);
            if here.as_deref() != tag.as_str() {
                lacking.push(path.as_str());
            }
        }
        if lacking.len() > FEW {
            let pack = self.send(api::get("/catalog/contents/pack").open()).await?;
            let pack: Value = json::read(&pack.body).unwrap_or_default();
            let documents = pack["documents"].as_array().into_iter().flatten();
            let writes = documents.filter_map(|document| {
                let (path, tag) = (document["path"].as_str()?, document["tag"].as_str()?);
                let body = document["body"].to_string();
                lacking.contains(&path).then(|| Write::Put {
                    key: place(path),
                    value: written(path, tag, body.as_bytes()),
                })
            });
            // Where there is no room for all of it, what is read is kept as before.
            if store.batch(writes.collect()).await.is_err() {
                return Ok(());
            }
        } else {
            for path in lacking {
                self.document(path).await?;
            }
        }
        let _ = store.put(NOTE, tag.into_bytes()).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use serde_json::json;

    use super::*;
    use crate::platform::memory::MemoryStore;
    use crate::ports::{Host, Http, HttpRequest, HttpResponse, NoAnswer};
    use crate::testing::Machine;

    /// A hall whose guides count up, and what it was asked.
    #[derive(Default)]
    struct Hall {
        machine: Arc<Machine>,
        guides: Mutex<Vec<u32>>,
        asked: Mutex<Vec<String>>,
        away: Mutex<bool>,
        saves_data: bool,
    }

    fn reply(tag: &str, body: &Value) -> HttpResponse {
        HttpResponse {
            status: 200,
            headers: vec![("etag".to_owned(), tag.to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    #[async_trait]
    impl Http for Hall {
        async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
            if *lock(&self.away) {
                return Err(NoAnswer);
            }
            let path = request.url.trim_start_matches("/api/v1").to_owned();
            lock(&self.asked).push(path.clone());
            let guides = lock(&self.guides).clone();
            let document = |number: usize| {
                let (path, tag) = (
                    format!("/catalog/items/guide-{number}"),
                    format!("W/\"{}\"", guides[number]),
                );
                json!({"path": path, "tag": tag, "body": {"n": guides[number]}})
            };
            let documents: Vec<Value> = (0..guides.len()).map(document).collect();
            let answer = match path.as_str() {
                "/catalog/contents" => {
                    let tag = format!("W/\"{guides:?}\"");
                    let known = request
                        .headers
                        .iter()
                        .any(|(name, value)| *name == "if-none-match" && *value == tag);
                    let index: serde_json::Map<String, Value> = documents
                        .iter()
                        .map(|one| (one["path"].as_str().unwrap_or_default().to_owned(), one["tag"].clone()))
                        .collect();
                    let mut answer = reply(&tag, &json!({"documents": index}));
                    answer.status = if known { 304 } else { 200 };
                    answer
                }
                "/catalog/contents/pack" => reply("W/\"pack\"", &json!({"documents": documents})),
                path => match documents.iter().find(|one| one["path"] == path) {
                    Some(one) => reply(one["tag"].as_str().unwrap_or_default(), &one["body"]),
                    None => return Err(NoAnswer),
                },
            };
            Ok(answer)
        }

        fn line(&self) -> Line {
            if self.saves_data { Line::SavesData } else { Line::Good }
        }
    }

    impl Hall {
        fn with(guides: usize) -> Hall {
            Hall {
                guides: Mutex::new(vec![1; guides]),
                ..Hall::default()
            }
        }

        /// A core starts over a store, and hears that the catalog is the hall's.
        fn start(self: &Arc<Hall>, store: &Arc<MemoryStore>, version: &str) -> Core {
            let host = Host {
                store: store.clone(),
                ..self.machine.host(self.clone())
            };
            let core = Core::new(host, "", TerminalKind::Browser);
            core.keep_whole(version);
            core
        }

        fn asked(&self) -> Vec<String> {
            let mut asked = std::mem::take(&mut *lock(&self.asked));
            // A core that found the hall away looks for it by itself.
            asked.retain(|path| path != "/catalog");
            asked
        }

        fn wait(&self, millis: u32) {
            self.machine.pass(i64::from(millis));
        }
    }

    async fn read(store: &MemoryStore, number: usize) -> Option<String> {
        let document = kept(store, &format!("/catalog/items/guide-{number}")).await?;
        String::from_utf8(document.body).ok()
    }

    #[test]
    fn all_guides_are_kept_at_the_first_start_and_afterwards_only_what_changed_comes() {
        futures::executor::block_on(async {
            let (hall, store) = (Arc::new(Hall::with(20)), Arc::new(MemoryStore::default()));
            let core = hall.start(&store, "1");
            hall.wait(AFTER_MS - 1);
            assert!(hall.asked().is_empty(), "the first page comes first");
            hall.wait(1);
            assert_eq!(hall.asked(), ["/catalog/contents", "/catalog/contents/pack"]);
            for number in 0..20 {
                assert_eq!(read(&store, number).await.as_deref(), Some("{\"n\":1}"));
            }
            // It is what a page reads where there is no network.
            *lock(&hall.away) = true;
            let document = core.document("/catalog/items/guide-7").await;
            assert_eq!(document.map(|document| document.body).ok(), Some(b"{\"n\":1}".to_vec()));
            *lock(&hall.away) = false;

            core.keep_whole("1");
            hall.wait(AFTER_MS);
            assert!(hall.asked().is_empty(), "once in a while");
            let _again = hall.start(&store, "1");
            hall.wait(AFTER_MS);
            assert_eq!(hall.asked(), ["/catalog/contents"]);

            lock(&hall.guides)[3] = 2;
            let _later = hall.start(&store, "2");
            hall.wait(AFTER_MS);
            assert_eq!(hall.asked(), ["/catalog/contents", "/catalog/items/guide-3"]);
            assert_eq!(read(&store, 3).await.as_deref(), Some("{\"n\":2}"));
        });
    }

    #[test]
    fn a_line_that_fails_is_tried_again_and_one_that_saves_data_is_left_alone() {
        let (hall, store) = (Arc::new(Hall::with(20)), Arc::new(MemoryStore::default()));
        *lock(&hall.away) = true;
        let core = hall.start(&store, "1");
        hall.wait(AFTER_MS);
        *lock(&hall.away) = false;
        core.keep_whole("1");
        hall.wait(AFTER_MS);
        assert!(hall.asked().contains(&"/catalog/contents/pack".to_owned()));

        let saving = Hall {
            saves_data: true,
            ..Hall::with(20)
        };
        let (hall, store) = (Arc::new(saving), Arc::new(MemoryStore::default()));
        let _core = hall.start(&store, "1");
        hall.wait(AFTER_ON_WEAK_LINE_MS);
        assert!(hall.asked().is_empty());
    }
}
