//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use onehall_protocol::Text;

use crate::clock::Clock;
use crate::config::Config;
use crate::messages::MessageSender;
use crate::secrets::ServerKey;
use crate::storage::Storage;

/// The services of the backend, shared by every handler. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Services>);

/// What [`AppState`] holds. A centre that needs something of its own adds a field here and fills it in `start`.
#[derive(Debug)]
pub struct Services {
    /// The configuration in force.
    pub config: Config,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The store.
    pub storage: Arc<dyn Storage>,
    /// The key of this installation.
    pub key: ServerKey,
    /// Sends text messages.
    pub messages: Arc<dyn MessageSender>,
}

impl AppState {
    /// A state of these services.
    #[must_use]
    pub fn new(services: Services) -> AppState {
        AppState(Arc::new(services))
    }

    /// The name of the hall, as it signs messages.
    #[must_use]
    pub fn hall_name(&self) -> Text {
        Text::new("政务服务大厅", "Government Service Hall")
    }
}

impl Deref for AppState {
    type Target = Services;
    fn deref(&self) -> &Services {
        &self.0
    }
}
