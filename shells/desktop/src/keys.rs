//! Keys and tokens: in the key store of the operating system where one is there, else in files that only their owner reads.
//!
//! What lies in a file is moved into the key store once, and leaves the file only after the key store gave it back. From then on the
//! folder knows that its secrets lie elsewhere ([`MARK`]): where the key store is then locked or gone, they cannot be read now, which is
//! not the same as that there are none. What cannot be kept there waits in a file, and counts until it can.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use futures::lock::Mutex;
use onehall_bridge::{NoSecret, SecretStore};
use tauri::async_runtime;
use zeroize::Zeroizing;

/// The key store cannot be asked now: it is not there, or locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away;

/// A key store. Each call may wait, for a person too.
pub trait Vault: Send + Sync + 'static {
    /// Whether it is there and takes secrets without asking anybody.
    fn is_open(&self) -> bool;
    /// The secret of a folder; none where it is known that there is none.
    ///
    /// # Errors
    /// That is not known now.
    fn get(&self, folder: &str, name: &str) -> Result<Option<String>, Away>;
    /// Keeps a secret in place of the one before. Asks nobody.
    ///
    /// # Errors
    /// It is not kept.
    fn put(&self, folder: &str, name: &str, secret: &str) -> Result<(), Away>;
    /// Destroys a secret, where there is one. Asks nobody.
    ///
    /// # Errors
    /// It may be there still.
    fn delete(&self, folder: &str, name: &str) -> Result<(), Away>;
}

/// The file that says that this folder's secrets lie in the key store, and by which word they are found there. It is no secret.
const MARK: &str = "in-key-store";

/// The file that says of a secret that it is destroyed, where it may still lie in the key store.
fn gone(name: &str) -> String {
    format!("{name}.gone")
}

/// Secrets of one folder, which this process holds: nobody else changes them.
pub struct Keys<V> {
    vault: Arc<V>,
    files: Arc<dyn SecretStore>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By which word the folder's secrets lie in the key store; none: none does. Not looked yet, where there is nothing.
    folder: Option<Option<String>>,
    /// What was read of the key store or written into it: it is slow, and each request is signed.
    known: HashMap<String, Option<Zeroizing<String>>>,
    /// What was tried to be moved since the start.
    tried: HashSet<String>,
    /// There was no open key store when it was first needed: files are used until the next start.
    without: bool,
}

impl<V: Vault> Keys<V> {
    /// Secrets in `vault`, or in `files`.
    pub fn new(vault: V, files: Arc<dyn SecretStore>) -> Keys<V> {
        Keys {
            vault: Arc::new(vault),
            files,
            state: Mutex::default(),
        }
    }

    /// Asks the key store where somebody may be waited for.
    async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&V) -> Result<T, Away> + Send + 'static,
    ) -> Result<T, Away> {
        let vault = Arc::clone(&self.vault);
        let asked = async_runtime::spawn_blocking(move || ask(&vault));
        asked.await.unwrap_or(Err(Away))
    }

    /// By which word the folder's secrets lie in the key store.
    async fn folder(&self, state: &mut State) -> Result<Option<String>, NoSecret> {
        if let Some(folder) = &state.folder {
            return Ok(folder.clone());
        }
        let folder = self.files.get(MARK).await?;
        state.folder = Some(folder.clone());
        Ok(folder)
    }

    /// As [`Keys::folder`]; a new word where there is none and the key store is open.
    async fn marked(&self, state: &mut State) -> Option<String> {
        if let Some(folder) = self.folder(state).await.ok()? {
            return Some(folder);
        }
        // Asked once in a start: one that hangs would be waited for with each secret.
        if state.without {
            return None;
        }
        if self.ask(|vault| Ok(vault.is_open())).await != Ok(true) {
            eprintln!(
                "onehall-desktop: no key store of this computer is open: keys are kept in files of their owner's"
            );
            state.without = true;
            return None;
        }
        let mut word = [0; 16];
        getrandom::fill(&mut word).ok()?;
        let word: String = word.iter().map(|byte| format!("{byte:02x}")).collect();
        // Before anything lies there: what nobody knows of would be made a second time.
        self.files.put(MARK, word.clone()).await;
        if self.files.get(MARK).await != Ok(Some(word.clone())) {
            return None;
        }
        state.folder = Some(Some(word.clone()));
        Some(word)
    }

    /// Puts a secret into the key store. Whether that gives it back.
    async fn keep(&self, state: &mut State, name: &str, secret: &Zeroizing<String>) -> bool {
        let is_new = matches!(self.folder(state).await, Ok(None));
        let Some(folder) = self.marked(state).await else {
            return false;
        };
        let (word, of) = (folder.clone(), name.to_owned());
        let (name, secret) = (name.to_owned(), secret.clone());
        let kept = self.ask(move |vault| {
            vault.put(&folder, &name, &secret)?;
            Ok(vault.get(&folder, &name)?.map(Zeroizing::new) == Some(secret))
        });
        let kept = kept.await == Ok(true);
        if !kept && is_new {
            // Nothing stays there that no log-out would find.
            let _ = self.ask(move |vault| vault.delete(&word, &of)).await;
            self.files.delete(MARK).await;
            state.folder = None;
        }
        kept
    }

    /// A secret lies in the key store: what counts more than that goes, the file last. Whenever the power goes, one of the two is
    /// this secret, and none brings back the one before.
    async fn taken(&self, name: &str) {
        self.files.delete(&gone(name)).await;
        self.files.delete(name).await;
    }

    /// Destroys a secret in the key store; where that cannot be, it is noted, and tried again when somebody asks for it.
    async fn destroy(&self, folder: String, name: &str) {
        let gone = gone(name);
        self.files.put(&gone, "gone".to_owned()).await;
        let name = name.to_owned();
        if self.ask(move |vault| vault.delete(&folder, &name)).await.is_ok() {
            self.files.delete(&gone).await;
        }
    }

    /// What the key store has of a name.
    async fn kept(&self, folder: String, name: &str) -> Result<Option<Zeroizing<String>>, NoSecret> {
        if self.files.get(&gone(name)).await?.is_some() {
            self.destroy(folder, name).await;
            return Ok(None);
        }
        let name = name.to_owned();
        let found = self.ask(move |vault| vault.get(&folder, &name)).await;
        found.map(|found| found.map(Zeroizing::new)).map_err(|Away| NoSecret)
    }
}

#[async_trait]
impl<V: Vault> SecretStore for Keys<V> {
    async fn get(&self, name: &str) -> Result<Option<String>, NoSecret> {
        let mut state = self.state.lock().await;
        let text = |secret: &Zeroizing<String>| secret.to_string();
        if let Some(known) = state.known.get(name) {
            return Ok(known.as_ref().map(text));
        }
        // One in a file was not moved yet, or is newer than the one in the key store.
        if let Some(secret) = self.files.get(name).await?.map(Zeroizing::new) {
            if state.tried.insert(name.to_owned()) && self.keep(&mut state, name, &secret).await {
                self.taken(name).await;
                state.known.insert(name.to_owned(), Some(secret.clone()));
            }
            return Ok(Some(text(&secret)));
        }
        let Some(folder) = self.folder(&mut state).await? else {
            return Ok(None);
        };
        let kept = self.kept(folder, name).await?;
        let found = kept.as_ref().map(text);
        state.known.insert(name.to_owned(), kept);
        Ok(found)
    }

    async fn put(&self, name: &str, secret: String) {
        let mut state = self.state.lock().await;
        let secret = Zeroizing::new(secret);
        state.known.remove(name);
        // One of before in a file would count more than this one in the key store, and so would a note that it is destroyed.
        if self.files.get(name).await != Ok(None) || self.files.get(&gone(name)).await != Ok(None) {
            self.files.put(name, secret.to_string()).await;
        }
        if self.keep(&mut state, name, &secret).await {
            self.taken(name).await;
            state.known.insert(name.to_owned(), Some(secret));
        } else {
            self.files.put(name, secret.to_string()).await;
        }
    }

    async fn delete(&self, name: &str) {
        let mut state = self.state.lock().await;
        state.known.remove(name);
        self.files.delete(name).await;
        match self.folder(&mut state).await {
            Ok(None) => {}
            Ok(Some(folder)) => {
                self.destroy(folder, name).await;
                state.known.insert(name.to_owned(), None);
            }
            // Whether any lies there is not known now.
            Err(NoSecret) => self.files.put(&gone(name), "gone".to_owned()).await,
        }
    }
}

#[cfg(test)]
mod tests;
