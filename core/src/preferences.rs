//! How the citizen wants to see things on this terminal, and whether it may count.

use onehall_client::Preferences;

use crate::{Core, json, lock};

const KEY: &str = "preferences";

impl Core {
    pub(crate) async fn load_preferences(&self) -> Preferences {
        let preferences = self.kept_preferences().await.unwrap_or_default();
        *lock(&self.inner.preferences) = preferences;
        self.resume_analytics(preferences).await;
        preferences
    }

    pub(crate) async fn set_preferences(&self, preferences: Preferences) {
        let mut preferences = valid(preferences);
        let before = *lock(&self.inner.preferences);
        if preferences.analytics == before.analytics
            && let Some(kept) = self.kept_preferences().await
        {
            // Who changes something else does not give a yes again that was taken back in another tab.
            preferences.analytics = kept.analytics;
        }
        *lock(&self.inner.preferences) = preferences;
        self.keep_preferences(preferences).await;
        self.without_consent(preferences).await;
    }

    /// The preferences as they are kept.
    pub(crate) async fn kept_preferences(&self) -> Option<Preferences> {
        let stored = self.inner.host.store.get(KEY).await?;
        json::read(&stored).ok().map(valid)
    }

    /// Goes back to not having been asked. Whether it was a yes.
    pub(crate) async fn forget_consent(&self) -> bool {
        lock(&self.inner.preferences).analytics = None;
        let Some(kept) = self.kept_preferences().await else {
            return false;
        };
        self.keep_preferences(Preferences {
            analytics: None,
            ..kept
        })
        .await;
        kept.counts()
    }

    async fn keep_preferences(&self, preferences: Preferences) {
        if let Ok(bytes) = serde_json::to_vec(&preferences) {
            self.inner.host.store.put(KEY, bytes).await;
        }
    }
}

/// What was stored by an older or newer version, or by somebody's hand, must not make the page unreadable.
fn valid(preferences: Preferences) -> Preferences {
    Preferences {
        text_percent: preferences.text_percent.clamp(100, 200),
        ..preferences
    }
}
