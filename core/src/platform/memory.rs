//! What is kept in memory only: a kiosk's session, a guest in a stranger's page, a test.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use async_trait::async_trait;

use crate::lock;
use crate::ports::{Journal, NoSecret, NotKept, SecretStore, Store, StoreError, Write, is_terminals, scanned};

/// A store that ends with the process.
#[derive(Default)]
pub struct MemoryStore {
    values: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Why this is memory, where it was to be a disk.
    instead: Option<StoreError>,
}

impl MemoryStore {
    /// A store in place of one that cannot be had.
    #[must_use]
    pub fn instead(why: StoreError) -> MemoryStore {
        MemoryStore {
            instead: Some(why),
            ..MemoryStore::default()
        }
    }
}

#[cfg_attr(target_family = "wasm", async_trait(?Send))]
#[cfg_attr(not(target_family = "wasm"), async_trait)]
impl Store for MemoryStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(lock(&self.values).get(key).cloned())
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let prefix = scanned(prefix);
        let values = lock(&self.values);
        let found = values.range(prefix.clone()..);
        let found = found.take_while(|(key, _)| key.starts_with(&prefix));
        Ok(found.map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    async fn batch(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut values = lock(&self.values);
        for write in writes {
            match write {
                Write::Put { key, value } => values.insert(key, value),
                Write::Delete { key } => values.remove(&key),
            };
        }
        Ok(())
    }

    async fn erase(&self) -> Result<(), StoreError> {
        lock(&self.values).retain(|key, _| is_terminals(key));
        Ok(())
    }

    fn lasting(&self) -> Result<(), StoreError> {
        self.instead.map_or(Ok(()), Err)
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

    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept> {
        let kept = lock(&self.0);
        Ok(kept.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
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
    async fn get(&self, name: &str) -> Result<Option<String>, NoSecret> {
        Ok(lock(&self.0).get(name).cloned())
    }

    async fn put(&self, name: &str, secret: String) {
        lock(&self.0).insert(name.to_owned(), secret);
    }

    async fn delete(&self, name: &str) {
        lock(&self.0).remove(name);
    }
}
