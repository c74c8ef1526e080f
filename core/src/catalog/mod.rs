//! Services, guides, forms and search, over the content of the backend.

#[cfg(feature = "native")]
mod carried;
mod delta;
mod kept;
mod lists;
mod near;
#[cfg(feature = "native")]
mod offered;
mod search;
#[cfg(feature = "offline-catalog")]
mod whole;
mod written;

#[cfg(feature = "native")]
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use onehall_client::SearchHit;
use onehall_forms::Definition;
use onehall_protocol::catalog::{Catalog, FormReference};
#[cfg(feature = "own-terminal")]
use onehall_protocol::files::FileLimits;
use onehall_protocol::{CoreError, ErrorCode, ItemCode, Language};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::held::Held;
use crate::ports::{SendOutsideWasm, SyncOutsideWasm};
use crate::{Core, json, lock};

#[cfg(feature = "native")]
pub use carried::NotCarried;
pub use search::SearchIndex;
use written::Written;

/// For how long a catalog is taken as it is before the backend is asked whether there is a newer one, in milliseconds.
const FRESH_MS: i64 = 60_000;

/// For how long a document is taken that the hall could not be asked about, in milliseconds: long enough that nobody who
/// types waits with each key.
const UNSURE_MS: i64 = 5_000;

/// When a document counts as read, for [`FRESH_MS`] to be told from.
fn checked(now: i64, fresh: bool) -> i64 {
    if fresh { now } else { now - FRESH_MS + UNSURE_MS }
}

#[derive(Default)]
pub(crate) struct State {
    /// Read into types.
    typed: Mutex<Option<Held<Kept<Catalog>>>>,
    /// As the backend wrote it, for a UI to which it is handed on.
    written: Mutex<Option<Held<Kept<Written>>>>,
    forms: Mutex<HashMap<FormReference, Held<Definition>>>,
    lists: lists::State,
    /// The service items that lists and searches have; none: all.
    #[cfg(feature = "native")]
    offered: Mutex<Option<BTreeSet<String>>>,
    #[cfg(feature = "offline-catalog")]
    whole: whole::State,
}

impl State {
    /// What a file may be that answers a question of a form that was read.
    #[cfg(feature = "own-terminal")]
    pub(crate) fn file_limits(&self, form: &FormReference, path: &str) -> Option<FileLimits> {
        let forms = lock(&self.forms);
        let question = forms.get(form)?.question_at(path)?;
        question.kind.file_limits()
    }

    /// The hall evaluates forms with something else than what was read.
    pub(crate) fn inputs_may_be_stale(&self) {
        self.lists.may_be_stale();
    }
}

struct Kept<T> {
    catalog: Arc<T>,
    index: Arc<SearchIndex>,
    checked_at: i64,
}

/// A catalog, in types or as it was written.
trait Content: Sized + SendOutsideWasm + SyncOutsideWasm + 'static {
    fn read(body: Vec<u8>) -> Option<Self>;
    fn version(&self) -> &str;
    fn index(&self) -> SearchIndex;
    fn place(state: &State) -> &Mutex<Option<Held<Kept<Self>>>>;
}

impl Content for Catalog {
    fn read(body: Vec<u8>) -> Option<Catalog> {
        json::read(&body).ok()
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn index(&self) -> SearchIndex {
        SearchIndex::new(self)
    }

    fn place(state: &State) -> &Mutex<Option<Held<Kept<Catalog>>>> {
        &state.typed
    }
}

impl Content for Written {
    fn read(body: Vec<u8>) -> Option<Written> {
        Written::read(body)
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn index(&self) -> SearchIndex {
        Written::index(self)
    }

    fn place(state: &State) -> &Mutex<Option<Held<Kept<Written>>>> {
        &state.written
    }
}

fn indexed<T: Content>(catalog: T) -> (Arc<T>, Arc<SearchIndex>) {
    let index = catalog.index();
    (Arc::new(catalog), Arc::new(index))
}

impl Core {
    pub(crate) async fn catalog(&self) -> Result<Arc<Catalog>, CoreError> {
        Ok(self.catalog_and_index().await?.0)
    }

    /// The catalog as JSON.
    pub(crate) async fn catalog_written(&self) -> Result<String, CoreError> {
        let (catalog, _) = self.catalog_and_index::<Written>().await?;
        Ok(catalog.text.clone())
    }

    /// How far the city's clocks are from UTC.
    pub(crate) async fn utc_offset_minutes(&self) -> Result<i32, CoreError> {
        let typed = lock(&self.inner.catalog.typed)
            .as_ref()
            .map(|kept| kept.catalog.city.utc_offset_minutes);
        match typed {
            Some(minutes) => Ok(minutes),
            None => Ok(self.catalog_and_index::<Written>().await?.0.utc_offset_minutes),
        }
    }

    async fn catalog_and_index<T: Content>(&self) -> Result<(Arc<T>, Arc<SearchIndex>), CoreError> {
        let place = T::place(&self.inner.catalog);
        let now = self.inner.host.clock.now().unix_millis();
        let known = lock(place)
            .as_ref()
            .map(|kept| (kept.catalog.clone(), kept.index.clone(), kept.checked_at));
        let known = match known {
            Some((catalog, index, checked_at)) if now - checked_at < FRESH_MS => return Ok((catalog, index)),
            Some((catalog, index, _)) => Some((catalog, index)),
            None => self
                .kept_catalog()
                .await
                .and_then(|body| self.read_catalog(body))
                .map(indexed),
        };
        let version = known.as_ref().map(|(catalog, _)| catalog.version());
        let ((catalog, index), fresh) = match (self.newer_catalog(version).await, known) {
            (Ok(None), Some(known)) => (known, true),
            (Ok(body), _) => {
                let catalog = body
                    .and_then(|body| self.read_catalog(body))
                    .ok_or_else(|| self.error(ErrorCode::InvalidReply))?;
                (indexed(catalog), true)
            }
            // An older catalog is better than none.
            (Err(error), Some(known)) if error.retryable => (known, false),
            (Err(error), _) => return Err(error),
        };
        *lock(place) = Some(Held::new(Kept {
            catalog: catalog.clone(),
            index: index.clone(),
            checked_at: checked(now, fresh),
        }));
        #[cfg(feature = "offline-catalog")]
        if fresh {
            self.keep_whole(catalog.version());
        }
        Ok((catalog, index))
    }

    fn read_catalog<T: Content>(&self, body: Vec<u8>) -> Option<T> {
        #[cfg(feature = "native")]
        let body = offered::narrowed(body, lock(&self.inner.catalog.offered).as_ref())?;
        T::read(body)
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

    /// What [`Core::search`] finds, as JSON.
    pub(crate) async fn search_written(
        &self,
        query: &str,
        language: Language,
        limit: usize,
    ) -> Result<Vec<Value>, CoreError> {
        let (catalog, index) = self.catalog_and_index::<Written>().await?;
        Ok(catalog.search(&index, query, language, limit))
    }

    pub(crate) async fn item<T: DeserializeOwned>(&self, code: &ItemCode) -> Result<T, CoreError> {
        let document = self.document(&format!("/catalog/items/{code}")).await?;
        json::read(&document.body).map_err(|_| self.error(ErrorCode::InvalidReply))
    }

    pub(crate) async fn form(&self, form: &FormReference) -> Result<Definition, CoreError> {
        if let Some(definition) = lock(&self.inner.catalog.forms).get(form) {
            return Ok((**definition).clone());
        }
        // A published version never changes: it can be kept for good.
        let document = self
            .unchanging(&format!("/forms/{}/{}", form.code, form.version))
            .await?;
        let definition: Definition = json::read(&document.body).map_err(|_| self.error(ErrorCode::InvalidReply))?;
        lock(&self.inner.catalog.forms).insert(form.clone(), Held::new(definition.clone()));
        Ok(definition)
    }
}
