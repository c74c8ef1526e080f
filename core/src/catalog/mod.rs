//! Services, guides, forms and search, over the content of the backend.

mod lists;
mod search;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use onehall_client::SearchHit;
use onehall_forms::Definition;
use onehall_protocol::catalog::{Catalog, FormReference};
use onehall_protocol::{CoreError, ErrorCode, ItemCode, Language};
use serde::de::DeserializeOwned;

use crate::{Core, api, lock};

pub use search::SearchIndex;

/// For how long a catalog is taken as it is before the backend is asked whether there is a newer one, in milliseconds.
const FRESH_MS: i64 = 60_000;

#[derive(Default)]
pub(crate) struct State {
    catalog: Mutex<Option<Kept>>,
    forms: Mutex<HashMap<FormReference, Arc<Definition>>>,
    lists: lists::State,
}

impl State {
    /// The hall evaluates forms with something else than what was read.
    pub(crate) fn inputs_may_be_stale(&self) {
        self.lists.may_be_stale();
    }
}

struct Kept {
    catalog: Arc<Catalog>,
    index: Arc<SearchIndex>,
    checked_at: i64,
}

impl Core {
    pub(crate) async fn catalog(&self) -> Result<Arc<Catalog>, CoreError> {
        Ok(self.catalog_and_index().await?.0)
    }

    async fn catalog_and_index(&self) -> Result<(Arc<Catalog>, Arc<SearchIndex>), CoreError> {
        let now = self.inner.host.clock.now().unix_millis();
        let kept = lock(&self.inner.catalog.catalog)
            .as_ref()
            .map(|kept| (kept.catalog.clone(), kept.index.clone(), kept.checked_at));
        let mut request = api::get("/catalog").open();
        if let Some((catalog, index, checked_at)) = &kept {
            if now - checked_at < FRESH_MS {
                return Ok((catalog.clone(), index.clone()));
            }
            request = request.header("if-none-match", format!("\"{}\"", catalog.version));
        }
        let answer = match (self.send(request).await, kept) {
            (Ok(answer), Some((catalog, index, _))) if answer.status == 304 => {
                self.keep_catalog(&catalog, &index, now);
                return Ok((catalog, index));
            }
            (Ok(answer), _) => answer,
            // An older catalog is better than none.
            (Err(error), Some((catalog, index, _))) if error.retryable => return Ok((catalog, index)),
            (Err(error), _) => return Err(error),
        };
        let catalog: Catalog = crate::json::read(&answer.body).map_err(|_| self.error(ErrorCode::InvalidReply))?;
        let index = Arc::new(SearchIndex::new(&catalog));
        let catalog = Arc::new(catalog);
        self.keep_catalog(&catalog, &index, now);
        Ok((catalog, index))
    }

    fn keep_catalog(&self, catalog: &Arc<Catalog>, index: &Arc<SearchIndex>, now: i64) {
        *lock(&self.inner.catalog.catalog) = Some(Kept {
            catalog: catalog.clone(),
            index: index.clone(),
            checked_at: now,
        });
    }

    pub(crate) async fn search(
        &self,
        query: &str,
        language: Language,
        limit: usize,
    ) -> Result<Vec<SearchHit>, CoreError> {
        let (catalog, index) = self.catalog_and_index().await?;
        Ok(index.search(&catalog, query, language, limit))
    }

    pub(crate) async fn item<T: DeserializeOwned>(&self, code: &ItemCode) -> Result<T, CoreError> {
        self.fetch(api::get(format!("/catalog/items/{code}")).open()).await
    }

    pub(crate) async fn form(&self, form: &FormReference) -> Result<Definition, CoreError> {
        if let Some(definition) = lock(&self.inner.catalog.forms).get(form) {
            return Ok((**definition).clone());
        }
        let definition: Definition = self
            .fetch(api::get(format!("/forms/{}/{}", form.code, form.version)).open())
            .await?;
        // A published version never changes: it can be kept for good.
        lock(&self.inner.catalog.forms).insert(form.clone(), Arc::new(definition.clone()));
        Ok(definition)
    }
}
