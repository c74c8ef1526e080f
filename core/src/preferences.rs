//! How the citizen wants to see things on this terminal, and whether it may count.

use std::sync::atomic::Ordering;

use onehall_client::Preferences;
use onehall_protocol::{CoreError, ErrorCode};

use crate::ports::StoreError;
use crate::{Core, json, lock};

const KEY: &str = "terminal/preferences";

impl Core {
    pub(crate) async fn load_preferences(&self) -> Preferences {
        let preferences = match self.inner.host.store.get(KEY).await {
            Ok(kept) => kept.as_deref().and_then(read).unwrap_or_default(),
            // Not known yet: it is looked again with the next command.
            Err(StoreError::NoKey) => return *lock(&self.inner.preferences),
            // Where nothing can be kept, what was chosen since the start still holds.
            Err(_) => *lock(&self.inner.preferences),
        };
        *lock(&self.inner.preferences) = preferences;
        self.inner.preferences_known.store(true, Ordering::Relaxed);
        self.resume_analytics(preferences).await;
        preferences
    }

    /// Looks at what is kept before anything else is done, also where nobody asks for it: what was allowed and in which language
    /// errors speak holds from the first command on.
    pub(crate) async fn know_preferences(&self) {
        if !self.inner.preferences_known.load(Ordering::Relaxed) {
            self.load_preferences().await;
        }
    }

    /// Chooses how things are shown.
    ///
    /// # Errors
    /// It holds from now on, but could not be kept for the next start.
    pub(crate) async fn set_preferences(&self, preferences: Preferences) -> Result<(), CoreError> {
        let mut preferences = valid(preferences);
        let before = *lock(&self.inner.preferences);
        if preferences.analytics == before.analytics
            && let Some(kept) = self.kept_preferences().await
        {
            // Who changes something else does not give a yes again that was taken back in another tab.
            preferences.analytics = kept.analytics;
        }
        *lock(&self.inner.preferences) = preferences;
        let kept = self.keep_preferences(preferences).await;
        self.without_consent(preferences).await;
        kept.and(self.inner.host.store.lasting())
            .map_err(|error| self.store_error(error))
    }

    /// The preferences as they are kept.
    pub(crate) async fn kept_preferences(&self) -> Option<Preferences> {
        let stored = self.inner.host.store.get(KEY).await.ok()??;
        read(&stored)
    }

    /// Goes back to not having been asked. Whether it was a yes.
    #[cfg(feature = "own-terminal")]
    pub(crate) async fn forget_consent(&self) -> bool {
        lock(&self.inner.preferences).analytics = None;
        let Some(kept) = self.kept_preferences().await else {
            return false;
        };
        let without = Preferences {
            analytics: None,
            ..kept
        };
        if self.keep_preferences(without).await.is_err() {
            // Rather all is forgotten than a yes stays that is no longer one.
            let _ = self.inner.host.store.delete(KEY).await;
        }
        kept.counts()
    }

    async fn keep_preferences(&self, preferences: Preferences) -> Result<(), StoreError> {
        // Wire types have string keys and no failing serialisers; what is empty is read as nothing.
        let bytes = serde_json::to_vec(&preferences).unwrap_or_default();
        self.inner.host.store.put(KEY, bytes).await
    }

    /// What is said of it where something cannot be kept.
    pub(crate) fn store_error(&self, error: StoreError) -> CoreError {
        // Each by itself: what is said of a code is only known where the code is.
        match error {
            StoreError::Full => self.error(ErrorCode::StoreFull),
            StoreError::Locked => self.error(ErrorCode::StoreInUse),
            StoreError::Forbidden | StoreError::Broken | StoreError::Newer => self.error(ErrorCode::StoreUnavailable),
            StoreError::NoKey => CoreError {
                retryable: true,
                ..self.error(ErrorCode::StoreUnavailable)
            },
        }
    }
}

fn read(stored: &[u8]) -> Option<Preferences> {
    json::read(stored).ok().map(valid)
}

/// What was stored by an older or newer version, or by somebody's hand, must not make the page unreadable.
fn valid(preferences: Preferences) -> Preferences {
    Preferences {
        text_percent: preferences.text_percent.clamp(100, 200),
        ..preferences
    }
}
