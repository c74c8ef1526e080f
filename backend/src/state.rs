//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::Config;
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
}

impl AppState {
    /// A state of these services.
    #[must_use]
    pub fn new(services: Services) -> AppState {
        AppState(Arc::new(services))
    }
}

impl Deref for AppState {
    type Target = Services;
    fn deref(&self) -> &Services {
        &self.0
    }
}
