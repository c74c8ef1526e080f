//! Cases, and the pokes that tell of their steps.

#[cfg(feature = "own-terminal")]
mod typed;
#[cfg(all(test, feature = "own-terminal"))]
mod typed_tests;

#[cfg(feature = "own-terminal")]
use std::collections::BTreeMap;
use std::sync::Mutex;

use onehall_client::Event;
#[cfg(feature = "own-terminal")]
use onehall_client::TypedSupplement;
use onehall_protocol::cases::{AnswerSupplement, Rating, WithdrawCase};
use onehall_protocol::sync::Entity;
use onehall_protocol::{API, CaseId, CoreError, DraftId, IdempotencyKey};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::ports::{PokeSignal, StreamHandle};
use crate::sync::Look;
use crate::{Core, api, json, lock};

#[derive(Default)]
pub(crate) struct State {
    stream: Mutex<Option<Stream>>,
    offline: Mutex<bool>,
    /// What is typed for supplements on a public machine.
    #[cfg(feature = "own-terminal")]
    typed: Mutex<BTreeMap<CaseId, TypedSupplement>>,
}

struct Stream {
    path: &'static str,
    _handle: Box<dyn StreamHandle>,
}

impl State {
    /// Somebody left: what they typed goes with them.
    #[cfg(feature = "own-terminal")]
    pub(crate) fn forget_typed(&self) {
        lock(&self.typed).clear();
    }

    /// Whether the backend could be reached the last time.
    pub(crate) fn is_online(&self) -> bool {
        !*lock(&self.offline)
    }

    /// Notes whether the backend can be reached; true where that changed.
    pub(crate) fn set_online(&self, online: bool) -> bool {
        let mut offline = lock(&self.offline);
        std::mem::replace(&mut *offline, !online) == online
    }
}

// Replies are read as whatever the caller makes of them: types, or JSON to hand on.
impl Core {
    pub(crate) async fn list_cases<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.or_copy(self.fetch(api::get("/cases")).await, Look::All(Entity::Case))
            .await
    }

    pub(crate) async fn case<T: DeserializeOwned>(&self, id: CaseId) -> Result<T, CoreError> {
        let answer = self.fetch(api::get(format!("/cases/{id}"))).await;
        self.or_copy(answer, Look::One(Entity::Case, id.0)).await
    }

    pub(crate) async fn supplement<T: DeserializeOwned>(
        &self,
        id: CaseId,
        supplement: AnswerSupplement,
        key: IdempotencyKey,
    ) -> Result<T, CoreError> {
        self.fetch(api::post(format!("/cases/{id}/supplement")).key(key).json(&supplement))
            .await
    }

    pub(crate) async fn withdraw<T: DeserializeOwned>(
        &self,
        id: CaseId,
        withdrawal: WithdrawCase,
        key: IdempotencyKey,
    ) -> Result<T, CoreError> {
        self.fetch(api::post(format!("/cases/{id}/withdrawal")).key(key).json(&withdrawal))
            .await
    }

    pub(crate) async fn rate<T: DeserializeOwned>(
        &self,
        id: CaseId,
        rating: Rating,
        key: IdempotencyKey,
    ) -> Result<T, CoreError> {
        self.fetch(api::post(format!("/cases/{id}/rating")).key(key).json(&rating))
            .await
    }

    /// Listens to the poke stream at `path`; one stream at a time.
    pub(crate) fn listen_for_pokes(&self, path: &'static str) {
        if lock(&self.inner.progress.stream)
            .as_ref()
            .is_some_and(|stream| stream.path == path)
        {
            return;
        }
        #[cfg(feature = "native")]
        if self.is_bound() {
            self.listen_bound(path, false);
            return;
        }
        self.begin_stream(path, self.credentials().into_iter().collect(), false);
    }

    /// Begins the stream; `again` where one broke before, so that something may have been missed.
    pub(crate) fn begin_stream(&self, path: &'static str, headers: Vec<(&'static str, String)>, again: bool) {
        let inner = std::sync::Arc::downgrade(&self.inner);
        let broken = Mutex::new(again);
        let listener = Box::new(move |signal| {
            let Some(inner) = inner.upgrade() else { return };
            Core { inner }.poke_signal(&broken, &signal);
        });
        let url = format!("{}{API}{path}", self.inner.base_url);
        let handle = self.inner.host.pokes.listen(&url, headers, listener);
        *lock(&self.inner.progress.stream) = Some(Stream { path, _handle: handle });
    }

    /// The path of the stream that is open, which is let go without being ended yet.
    #[cfg(feature = "native")]
    pub(crate) fn take_stream(&self) -> Option<(&'static str, Box<dyn StreamHandle>)> {
        let stream = lock(&self.inner.progress.stream).take()?;
        Some((stream.path, stream._handle))
    }

    pub(crate) fn stop_pokes(&self) {
        // Taken out first: dropping the handle may call back.
        let stream = lock(&self.inner.progress.stream).take();
        drop(stream);
    }

    fn poke_signal(&self, broken: &Mutex<bool>, signal: &PokeSignal) {
        match signal {
            PokeSignal::Open => {
                self.connection(true);
                if std::mem::replace(&mut *lock(broken), false) {
                    self.nudge_copy();
                    self.hurry_drafts();
                    self.inner.filling.may_be_stale();
                    self.emit(&Event::MayHaveMissed);
                }
            }
            PokeSignal::Broken => {
                *lock(broken) = true;
                self.connection(false);
                #[cfg(feature = "native")]
                self.bound_stream_broke();
            }
            PokeSignal::Poke(text) => self.poked(text),
        }
    }

    /// Reads an [`onehall_protocol::cases::Poke`] where it stands: to read it into its type would bring what reads enums of
    /// that form, for this one alone.
    fn poked(&self, text: &str) {
        let poke: Value = json::read(text.as_bytes()).unwrap_or_default();
        let id: Option<Uuid> = poke["id"].as_str().and_then(|id| id.parse().ok());
        match (poke["kind"].as_str(), id) {
            (Some("case"), Some(id)) => {
                self.nudge_copy();
                self.emit(&Event::CaseChanged { id: CaseId(id) });
            }
            (Some("draft"), Some(id)) => {
                self.nudge_copy();
                self.changed_by_itself(DraftId(id));
            }
            (Some("present"), Some(id)) => self.heard_presence(DraftId(id), poke),
            (Some("queue"), _) => self.emit(&Event::QueueChanged),
            #[cfg(feature = "own-terminal")]
            (Some("session_ended"), _) => self.session_over(),
            #[cfg(not(feature = "own-terminal"))]
            (Some("session_ended"), _) => self.session_ended(),
            // More than was kept for us, or a kind of poke that this core does not know: something changed.
            _ => {
                self.nudge_copy();
                self.inner.filling.may_be_stale();
                self.emit(&Event::MayHaveMissed);
            }
        }
    }
}
