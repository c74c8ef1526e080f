//! A native host: HTTP by reqwest, what stays on the terminal by sled, tasks and time by tokio.
//!
//! Every port does its work on the runtime that it was given, so the core's futures may be polled by anybody: Tauri,
//! UniFFI, a test.

mod database;
mod events;
mod http;
mod journal;
pub(crate) mod keys;
mod rebuild;
mod sealed;
mod secrets;
mod store;
#[cfg(test)]
pub(crate) mod tests;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use onehall_protocol::Timestamp;
use tokio::runtime::Handle;

use super::memory::{MemorySecrets, MemoryStore};
use crate::ports::{BoxFuture, Clock, Host, Journal, Rng, SecretStore, Spawner, Store, Timer};

pub use journal::FileJournal;
pub use sealed::SealedStore;
pub use secrets::FileSecrets;
pub use store::{InUse, OpenError, SledStore};

/// Where a native terminal keeps what it keeps.
pub enum Keep {
    /// In memory: nothing is left when the process ends (a kiosk's session).
    Nothing,
    /// In this folder; secrets in files that only their owner reads.
    Folder(PathBuf),
    /// In this folder; secrets where the host keeps them (the key store of a phone).
    FolderAndSecrets(PathBuf, Arc<dyn SecretStore>),
}

/// The ports of a native host, on `runtime`. Where the disk is full, read-only or broken, the core runs on memory, and the
/// store says so ([`Store::lasting`]).
///
/// # Errors
/// Another process holds the folder.
pub fn native(keep: Keep, runtime: Handle) -> Result<Host, InUse> {
    native_at(keep, None, runtime)
}

/// As [`native`], of a terminal that shows with each request what proves that it is a kiosk of a hall: `central/3/<key>`.
///
/// # Errors
/// As there.
pub fn native_at(keep: Keep, kiosk: Option<&str>, runtime: Handle) -> Result<Host, InUse> {
    let http = Arc::new(http::Client::new(kiosk, runtime.clone()));
    let host = Arc::new(Native {
        runtime: runtime.clone(),
    });
    let (folder, secrets): (Option<PathBuf>, Arc<dyn SecretStore>) = match keep {
        Keep::Nothing => (None, Arc::new(MemorySecrets::default())),
        Keep::Folder(folder) => {
            let secrets = FileSecrets::new(folder.join("secrets"), runtime.clone());
            (Some(folder), Arc::new(secrets))
        }
        Keep::FolderAndSecrets(folder, secrets) => (Some(folder), secrets),
    };
    let (store, journal): (Arc<dyn Store>, Option<Arc<dyn Journal>>) = match folder {
        None => (Arc::new(MemoryStore::default()), None),
        Some(folder) => {
            // The store is opened first: it makes sure that no other process has the folder.
            let store: Arc<dyn Store> = match SledStore::open(&folder, runtime.clone()) {
                Ok(store) => Arc::new(SealedStore::new(Arc::new(store), secrets.clone())),
                Err(OpenError::InUse(in_use)) => return Err(in_use),
                Err(OpenError::Store(why)) => Arc::new(MemoryStore::instead(why)),
            };
            let journal = FileJournal::new(folder.join("journal"), secrets.clone(), runtime);
            (store, Some(Arc::new(journal)))
        }
    };
    Ok(Host {
        http: http.clone(),
        pokes: http,
        store,
        journal,
        clock: host.clone(),
        timer: host.clone(),
        spawner: host.clone(),
        rng: host,
        secrets: Some(secrets),
        later: None,
    })
}

/// Chooses the cryptography of TLS for this process, unless that was done. Whoever makes an HTTP client of their own
/// beside the core's needs it too.
pub fn choose_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

struct Native {
    runtime: Handle,
}

impl Clock for Native {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Timestamp::from_unix_millis(since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Timer for Native {
    fn sleep(&self, millis: u32) -> BoxFuture<'static, ()> {
        let _runtime = self.runtime.enter();
        Box::pin(tokio::time::sleep(Duration::from_millis(u64::from(millis))))
    }
}

impl Spawner for Native {
    fn spawn(&self, work: BoxFuture<'static, ()>) {
        self.runtime.spawn(work);
    }
}

impl Rng for Native {
    fn fill(&self, bytes: &mut [u8]) {
        // Without random numbers no key is unique: a panic is the honest end.
        getrandom::fill(bytes).unwrap_or_else(|error| panic!("no random numbers: {error}"));
    }
}

/// A task that ends when this is dropped.
struct Task(tokio::task::JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
