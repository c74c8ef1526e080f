//! How the citizen wants to see things on this terminal.

use onehall_client::Preferences;

use crate::{Core, lock};

const KEY: &str = "preferences";

impl Core {
    pub(crate) async fn load_preferences(&self) -> Preferences {
        let stored = self.inner.host.store.get(KEY).await;
        let preferences = stored
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let preferences = valid(preferences);
        *lock(&self.inner.preferences) = preferences;
        preferences
    }

    pub(crate) async fn set_preferences(&self, preferences: Preferences) {
        let preferences = valid(preferences);
        *lock(&self.inner.preferences) = preferences;
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
