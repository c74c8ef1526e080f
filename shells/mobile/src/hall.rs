//! The core of an application.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use onehall_client::bridge::{Outcome, PROTOCOLS, Reply};
use onehall_core::platform::native::{Keep, native};
use onehall_core::{Bridge, Core};
use onehall_protocol::ErrorCode;
use tokio::runtime::{Handle, Runtime};
use tokio::task::JoinHandle;

use crate::config::{Settings, fault};
use crate::host::Secrets;
use crate::{Config, EventListener, LogSink, OpenError, SecretStore, log};

/// Threads of the core. It mostly waits for the network; a phone's screen needs the rest.
const THREADS: usize = 2;

/// How long [`OneHall::shut_down`] waits for a write that is under way.
const LAST_WRITES: Duration = Duration::from_secs(5);

/// The core of an application. One for a data folder at a time; free to call from any thread.
#[derive(uniffi::Object)]
pub struct OneHall(Mutex<Option<Running>>);

struct Running {
    bridge: Bridge,
    runtime: Runtime,
}

#[uniffi::export]
impl OneHall {
    /// Opens the core: reads the configuration, opens the store, starts the threads. Reaches no network.
    ///
    /// # Errors
    /// [`OpenError`] with the code `client/invalid_configuration` or `client/store_in_use`. A folder that cannot be used is no
    /// reason not to start: what is to be kept is then kept in memory, and said not to stay.
    #[uniffi::constructor]
    pub fn open(
        config: Config,
        secrets: Arc<dyn SecretStore>,
        events: Arc<dyn EventListener>,
        log: Option<Arc<dyn LogSink>>,
    ) -> Result<Arc<OneHall>, OpenError> {
        if let Some(sink) = log {
            log::send_to(sink);
        }
        let settings = Settings::read(&config)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("onehall")
            .enable_all()
            .build()
            .map_err(|error| OpenError::new(ErrorCode::ClientFault, error))?;
        let secrets = Arc::new(Secrets {
            store: secrets,
            runtime: runtime.handle().clone(),
        });
        let keep = Keep::FolderAndSecrets(PathBuf::from(config.data_folder), secrets);
        let host = native(keep, runtime.handle().clone())?;
        let bridge = Bridge::new(
            Core::new(host, settings.base_url, settings.terminal),
            settings.profile,
            config.capabilities,
        );
        bridge.subscribe(Box::new(move |event| {
            if events.on_event(event).is_err() {
                tracing::warn!("the application's listener failed");
            }
        }));
        Ok(Arc::new(OneHall(Mutex::new(Some(Running { bridge, runtime })))))
    }

    /// Carries out the call in `envelope` and gives its reply, both JSON as `onehall_client::bridge` has it. Never fails: what
    /// goes wrong is an outcome in the reply. Whoever drops it ends the call (a cancelled coroutine of Kotlin does, a
    /// cancelled task of Swift does not: that one sends `cancel`).
    pub async fn call(&self, envelope: String) -> String {
        let Some((runtime, bridge)) = self.running() else {
            return refused(&envelope, ErrorCode::Cancelled);
        };
        // On the core's own threads, not on the caller's, which may be the one that draws.
        let called = envelope.clone();
        let mut call = EndOnDrop(runtime.spawn(async move { bridge.call(&called).await }));
        match (&mut call.0).await {
            Ok(reply) => reply,
            Err(end) if end.is_panic() => refused(&envelope, ErrorCode::ClientFault),
            Err(_) => refused(&envelope, ErrorCode::Cancelled),
        }
    }

    /// Ends everything: calls that are under way reply `client/cancelled`, as do later ones; the data folder is free
    /// for another `open`. What was acknowledged is kept. Waits for the last writes, so not for the thread that draws.
    pub fn shut_down(&self) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Running { bridge, runtime }) = running else {
            return;
        };
        // A listener that shuts down stands on one of the threads that are to end: it cannot wait for itself.
        if Handle::try_current().is_ok() {
            drop(bridge);
            runtime.shutdown_background();
        } else {
            let _ = runtime.block_on(async { tokio::time::timeout(LAST_WRITES, bridge.core().keep_counted()).await });
            drop(bridge);
            runtime.shutdown_timeout(LAST_WRITES);
        }
    }
}

impl OneHall {
    fn running(&self) -> Option<(Handle, Bridge)> {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running
            .as_ref()
            .map(|running| (running.runtime.handle().clone(), running.bridge.clone()))
    }
}

impl Drop for OneHall {
    fn drop(&mut self) {
        self.shut_down();
    }
}

struct EndOnDrop(JoinHandle<String>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A reply that the core could not give.
fn refused(envelope: &str, code: ErrorCode) -> String {
    let envelope: serde_json::Value = serde_json::from_str(envelope).unwrap_or_default();
    let reply = Reply {
        protocol: PROTOCOLS.max,
        id: envelope["id"].as_u64().unwrap_or(0),
        outcome: Outcome::Error(fault(code)),
    };
    // A wire type: string keys, no failing serialisers.
    serde_json::to_string(&reply).unwrap_or_default()
}
