//! What the application gives the core: implemented in Kotlin or Swift, called from Rust.

use std::sync::Arc;

use async_trait::async_trait;
use onehall_core::ports;
use tokio::runtime::Handle;

/// What the application's own code could not do.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum HostError {
    /// It failed, or threw something else.
    #[error("the application failed")]
    Failed {
        /// Why. It goes nowhere: what an application throws may have anything in it.
        reason: String,
    },
}

/// Whatever is thrown is an answer: without this, an exception in a listener would end the call that it listens to.
impl From<uniffi::UnexpectedUniFFICallbackError> for HostError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> HostError {
        HostError::Failed { reason: error.reason }
    }
}

/// Where the session's secrets are kept: the Keystore of Android, the Keychain of iOS. Called on threads that may wait.
#[uniffi::export(foreign)]
pub trait SecretStore: Send + Sync {
    /// The secret of this name; none where there is none.
    ///
    /// # Errors
    /// It cannot be read now. It is not taken as absent: what it hides stays as it is, and it is asked for again.
    fn get(&self, name: String) -> Result<Option<String>, HostError>;

    /// Keeps a secret.
    ///
    /// # Errors
    /// It cannot be kept: the next start begins logged out.
    fn put(&self, name: String, secret: String) -> Result<(), HostError>;

    /// Destroys a secret; there need not be one.
    ///
    /// # Errors
    /// It cannot be destroyed.
    fn delete(&self, name: String) -> Result<(), HostError>;
}

/// Gets what the core tells by itself. Called on a thread of the core: hand it on and return.
#[uniffi::export(foreign)]
pub trait EventListener: Send + Sync {
    /// An event, an `EventMessage` as JSON.
    ///
    /// # Errors
    /// None that means something: the core goes on.
    fn on_event(&self, event: String) -> Result<(), HostError>;
}

/// Gets what the core would write to a log, free of personal data.
#[uniffi::export(foreign)]
pub trait LogSink: Send + Sync {
    /// A line. `level` is `error`, `warn` or `info`.
    ///
    /// # Errors
    /// None that means something: the line is lost.
    fn log(&self, level: String, message: String) -> Result<(), HostError>;
}

/// The application's secrets as a port of the core. A key store may take its time, so it is asked on threads for that.
pub(crate) struct Secrets {
    pub(crate) store: Arc<dyn SecretStore>,
    pub(crate) runtime: Handle,
}

impl Secrets {
    async fn work<T: Send + 'static>(
        &self,
        what: &'static str,
        work: impl FnOnce(&dyn SecretStore) -> Result<T, HostError> + Send + 'static,
    ) -> Result<T, ports::NoSecret> {
        let store = self.store.clone();
        match self.runtime.spawn_blocking(move || work(&*store)).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(HostError::Failed { .. })) | Err(_) => {
                tracing::error!("the application's key store could not {what} a secret");
                Err(ports::NoSecret)
            }
        }
    }
}

#[async_trait]
impl ports::SecretStore for Secrets {
    async fn get(&self, name: &str) -> Result<Option<String>, ports::NoSecret> {
        let name = name.to_owned();
        self.work("read", move |store| store.get(name)).await
    }

    async fn put(&self, name: &str, secret: String) {
        let name = name.to_owned();
        let _ = self.work("keep", move |store| store.put(name, secret)).await;
    }

    async fn delete(&self, name: &str) {
        let name = name.to_owned();
        let _ = self.work("destroy", move |store| store.delete(name)).await;
    }
}
