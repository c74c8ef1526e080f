//! What is kept in memory only: a kiosk's session, a guest in a stranger's page, a test.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use async_trait::async_trait;

use crate::lock;
use crate::ports::{Journal, NotKept, SecretStore, Store};

/// A store that ends with the process.
#[derive(Default)]
pub struct MemoryStore(Mutex<HashMap<String, Vec<u8>>>);

#[cfg_attr(target_family = "wasm", async_trait(?Send))]
#[cfg_attr(not(target_family = "wasm"), async_trait)]
impl Store for MemoryStore {
    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        lock(&self.0).get(key).cloned()
    }

    async fn put(&self, key: &str, value: Vec<u8>) {
        lock(&self.0).insert(key.to_owned(), value);
    }

    async fn delete(&self, key: &str) {
        lock(&self.0).remove(key);
    }
}

/// A journal that ends with the process: for tests, which hand it from one core to the next.
#[derive(Default)]
pub struct MemoryJournal(Mutex<BTreeMap<String, Vec<u8>>>);

#[cfg_attr(target_family = "wasm", async_trait(?Send))]
#[cfg_attr(not(target_family = "wasm"), async_trait)]
impl Journal for MemoryJournal {
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept> {
        lock(&self.0).insert(key.to_owned(), value);
        Ok(())
    }

    async fn kept(&self) -> Vec<(String, Vec<u8>)> {
        let kept = lock(&self.0);
        kept.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    async fn forget(&self, key: &str) {
        lock(&self.0).remove(key);
    }

    async fn erase(&self) {
        lock(&self.0).clear();
    }
}

/// Secrets that end with the process.
#[derive(Default)]
pub struct MemorySecrets(Mutex<HashMap<String, String>>);

#[cfg_attr(target_family = "wasm", async_trait(?Send))]
#[cfg_attr(not(target_family = "wasm"), async_trait)]
impl SecretStore for MemorySecrets {
    async fn get(&self, name: &str) -> Option<String> {
        lock(&self.0).get(name).cloned()
    }

    async fn put(&self, name: &str, secret: String) {
        lock(&self.0).insert(name.to_owned(), secret);
    }

    async fn delete(&self, name: &str) {
        lock(&self.0).remove(name);
    }
}
