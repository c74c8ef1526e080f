//! The client core of OneHall: identity, catalog, form filling and progress, written once for every terminal.
//!
//! The core does no I/O of its own. What it needs from its host stands in [`ports`]; [`platform`] holds the ports of the
//! hosts that we ship. [`Core`] carries out the commands of `onehall-client`.
//!
//! - `identity`: the session of this terminal.
//! - `catalog`: services, guides, search.
//! - `drafts`: autosave, files, submission.
//! - `filling`: the form engine, for UIs that do not link it.
//! - `outbox`: what waits to be submitted until the hall can be reached.
//! - `progress`: cases, and the pokes that tell of their steps.
//! - `sync`: a copy of drafts and cases, for where the hall cannot be reached.
//! - `uploads`: files on their way to the hall.
//! - `staff`: what the console asks.
//! - `steps`: which steps of cases are news; on native terminals.
//! - `account`: sessions elsewhere, who acts for whom, one's own data.
//! - `halls`: numbers of queues, appointments; on terminals of the hall's own.
//! - `analytics`: counts what is done here, where its citizen said yes.

mod account;
mod analytics;
mod api;
mod bridge;
mod catalog;
mod client;
mod drafts;
mod filling;
#[cfg(feature = "own-terminal")]
mod halls;
mod held;
mod identity;
mod json;
mod later;
mod outbox;
pub mod platform;
pub mod ports;
mod preferences;
mod progress;
mod reach;
mod relay;
mod staff;
#[cfg(feature = "native")]
mod steps;
mod sync;
#[cfg(test)]
mod testing;
mod uploads;

pub use analytics::{Pace, Queue, Upload};
pub use bridge::Bridge;
#[cfg(feature = "native")]
pub use catalog::NotCarried;
pub use catalog::SearchIndex;
pub use client::{LocalClient, LocalStaffClient};
pub use drafts::{Autosave, Step};
#[cfg(feature = "native")]
pub use steps::{NewStep, Steps};

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use onehall_client::{Event, Preferences, citizen, staff as staff_commands};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CoreError, ErrorCode, IdempotencyKey, Language, WriterId};

use crate::ports::Host;

/// The core. Cheap to clone: clones share everything.
#[derive(Clone)]
pub struct Core {
    inner: Arc<Inner>,
}

struct Inner {
    host: Host,
    terminal: TerminalKind,
    base_url: String,
    /// Names this running core to the backend.
    writer: WriterId,
    listeners: Mutex<Listeners>,
    preferences: Mutex<Preferences>,
    /// Whether what is kept of them was looked at.
    preferences_known: AtomicBool,
    identity: identity::State,
    catalog: catalog::State,
    drafts: drafts::State,
    filling: filling::State,
    outbox: outbox::State,
    progress: progress::State,
    uploads: uploads::State,
    sync: sync::State,
    analytics: analytics::State,
    #[cfg(feature = "own-terminal")]
    halls: halls::State,
}

type Listener = Arc<ports::EventListener>;

#[derive(Default)]
struct Listeners {
    next: u64,
    all: Vec<(u64, Listener)>,
}

/// A lock that a panic elsewhere does not take away.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Core {
    /// A core over a host's ports. `base_url` is the backend's origin without a slash at the end; empty for "where the
    /// page came from".
    #[must_use]
    pub fn new(host: Host, base_url: impl Into<String>, terminal: TerminalKind) -> Core {
        let writer = WriterId(new_uuid(&host));
        Core {
            #[allow(clippy::arc_with_non_send_sync)] // Send and Sync wherever the host's ports are: not in a browser.
            inner: Arc::new(Inner {
                host,
                terminal,
                base_url: base_url.into(),
                writer,
                listeners: Mutex::default(),
                preferences: Mutex::default(),
                preferences_known: AtomicBool::default(),
                identity: identity::State::default(),
                catalog: catalog::State::default(),
                drafts: drafts::State::new(writer),
                filling: filling::State::default(),
                outbox: outbox::State::default(),
                progress: progress::State::default(),
                uploads: uploads::State::default(),
                sync: sync::State::default(),
                analytics: analytics::State::default(),
                #[cfg(feature = "own-terminal")]
                halls: halls::State::default(),
            }),
        }
    }

    /// Carries out a command of the citizen's UI.
    ///
    /// # Errors
    /// One [`CoreError`] with a stable code, in the language of the preferences.
    #[allow(clippy::unit_arg)] // Some requests are answered by nothing, in the same shape as the others.
    pub async fn dispatch(&self, command: citizen::Command) -> Result<citizen::Reply, CoreError> {
        use citizen::{Command as C, Reply as R};
        if !matches!(command, C::GetPreferences(_)) {
            self.know_preferences().await;
        }
        let asked = self.asked(&command);
        let reply = match command {
            C::GetPreferences(_) => R::GetPreferences(self.load_preferences().await),
            C::SetPreferences(ask) => R::SetPreferences(self.set_preferences(ask.preferences).await?),
            C::RestoreSession(_) => R::RestoreSession(self.restore_session().await?),
            C::RequestCode(ask) => R::RequestCode(self.request_code(ask.phone).await?),
            C::LogIn(ask) => R::LogIn(self.log_in(ask.phone, ask.code).await?),
            C::LogOut(ask) => R::LogOut(self.log_out(ask.discard_unsent).await?),
            C::WhySessionEnded(_) => R::WhySessionEnded(self.why_session_ended()),
            C::GetCatalog(_) => R::GetCatalog((*self.catalog().await?).clone()),
            C::SearchCatalog(ask) => R::SearchCatalog(self.search(&ask.query, ask.language, ask.limit).await?),
            C::GetItem(ask) => R::GetItem(self.item(&ask.code).await?),
            C::ListDrafts(_) => R::ListDrafts(self.list_drafts().await?),
            C::ListCases(_) => R::ListCases(self.list_cases().await?),
            command => {
                // Who has nothing waiting need not load the second part to know it.
                if matches!(command, C::ListQueued(_)) {
                    self.inner.outbox.looked().await;
                    if self.inner.outbox.is_empty() {
                        return Ok(R::ListQueued(Vec::new()));
                    }
                }
                self.load_later().await?;
                later::enter_part(self.clone(), command).await?
            }
        };
        self.watch(asked, &reply);
        Ok(reply)
    }

    /// Carries out a command of the staff console.
    ///
    /// # Errors
    /// As [`Core::dispatch`].
    pub async fn dispatch_staff(&self, command: staff_commands::Command) -> Result<staff_commands::Reply, CoreError> {
        self.staff(command).await
    }

    /// Sends what is not with the hall yet, of every draft, and comes back when that was tried: the pages are about to go. What
    /// could not be sent stays in this core.
    pub async fn save_all(&self) {
        self.flush_all_drafts().await;
    }

    /// Calls `listener` with each event until [`Core::unsubscribe`] is called with the number that this gives.
    pub fn subscribe(&self, listener: Box<ports::EventListener>) -> u64 {
        let mut listeners = lock(&self.inner.listeners);
        listeners.next += 1;
        let number = listeners.next;
        listeners.all.push((number, Arc::from(listener)));
        number
    }

    /// Takes a listener off.
    pub fn unsubscribe(&self, number: u64) {
        lock(&self.inner.listeners).all.retain(|(other, _)| *other != number);
    }

    /// A key that names a new attempt.
    fn new_key(&self) -> IdempotencyKey {
        IdempotencyKey(new_uuid(&self.inner.host))
    }

    fn emit(&self, event: &Event) {
        // The lock is not held while listeners run: a listener may dispatch.
        let all: Vec<Listener> = lock(&self.inner.listeners)
            .all
            .iter()
            .map(|(_, listener)| listener.clone())
            .collect();
        for listener in all {
            listener(event);
        }
    }

    fn language(&self) -> Language {
        lock(&self.inner.preferences).language.unwrap_or_default()
    }

    /// Always inlined: where the code is known, its own sentence is all that is carried of the texts of every code.
    #[inline(always)]
    fn error(&self, code: ErrorCode) -> CoreError {
        self.error_saying(code, code.texts())
    }

    #[inline(never)]
    fn error_saying(&self, code: ErrorCode, texts: &[&str; 2]) -> CoreError {
        CoreError::saying(code, texts, self.language())
    }
}

/// A UUIDv7.
fn new_uuid(host: &Host) -> uuid::Uuid {
    let mut random = [0; 10];
    host.rng.fill(&mut random);
    let millis = u64::try_from(host.clock.now().unix_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
