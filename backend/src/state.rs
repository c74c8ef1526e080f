//! What every handler can reach.

use std::ops::Deref;
use std::sync::Arc;

use onehall_protocol::Text;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::city::CityContent;
use crate::clock::Clock;
use crate::config::Config;
use crate::events::Hub;
use crate::files::Files;
use crate::identity::verifier::Verifier;
use crate::messages::{DevelopmentSender, MailSender, MessageSender};
use crate::rng::Rng;
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
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    /// The store.
    pub storage: Arc<dyn Storage>,
    /// The key of this installation.
    pub key: ServerKey,
    /// Sends text messages.
    pub messages: Arc<dyn MessageSender>,
    /// Sends e-mail, where the hall does.
    pub mail: Option<Arc<dyn MailSender>>,
    /// The same sender, where it is the one of development mode: its messages are shown on a page.
    pub development_messages: Option<Arc<DevelopmentSender>>,
    /// Compares people with what is registered of them.
    pub verifier: Arc<dyn Verifier>,
    /// What the city has written: catalog, forms, workflows, calendar.
    pub city: Arc<CityContent>,
    /// Uploaded files: their bytes, and who judges them.
    pub files: Files,
    /// Tells who listens that something changed.
    pub events: Hub,
    /// Decides between two answers to one question that two terminals gave.
    pub merge: onehall_sync::Merge,
    /// Cancelled when the backend begins to stop.
    pub stopping: CancellationToken,
}

impl AppState {
    /// A state of these services.
    #[must_use]
    pub fn new(services: Services) -> AppState {
        AppState(Arc::new(services))
    }

    /// A new id, UUIDv7, of this moment.
    #[must_use]
    pub fn new_id(&self) -> Uuid {
        self.rng.id(self.clock.now())
    }

    /// The name of the hall, as it signs messages.
    #[must_use]
    pub fn hall_name(&self) -> Text {
        self.city.catalog.city.hall_name.clone()
    }

    /// Whether the city has this authority.
    #[must_use]
    pub fn knows_authority(&self, code: &onehall_protocol::AuthorityCode) -> bool {
        self.city
            .catalog
            .authorities
            .iter()
            .any(|authority| authority.code == *code)
    }

    /// Whether the city has this hall.
    #[must_use]
    pub fn knows_hall(&self, code: &onehall_protocol::HallCode) -> bool {
        self.city.catalog.halls.iter().any(|hall| hall.code == *code)
    }
}

impl Deref for AppState {
    type Target = Services;
    fn deref(&self) -> &Services {
        &self.0
    }
}
