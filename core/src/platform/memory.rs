//! What is kept in memory only: a kiosk's session, a guest in a stranger's page, a test.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;

use crate::lock;
use crate::ports::{SecretStore, Store};

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
