//! What every store promises, on each engine of a native host.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::runtime::Runtime;

use super::{Folder, runtime, sealed, secrets};
use crate::platform::conformance::{Engine, run};
use crate::platform::memory::{MemorySecrets, MemoryStore};
use crate::platform::native::{SealedStore, SledStore};
use crate::ports::Store;

struct Opened<F> {
    open: F,
    lasts: bool,
}

#[async_trait]
impl<F: Fn() -> Arc<dyn Store> + Send + Sync> Engine for Opened<F> {
    async fn open(&self) -> Arc<dyn Store> {
        (self.open)()
    }

    fn lasts(&self) -> bool {
        self.lasts
    }

    fn too_much(&self) -> Option<usize> {
        None
    }
}

fn keeps_its_promises(lasts: bool, open: impl Fn(&Runtime, &Folder) -> Arc<dyn Store> + Send + Sync) {
    let (runtime, folder) = (runtime(), Folder::new());
    let engine = Opened {
        open: || open(&runtime, &folder),
        lasts,
    };
    let outcomes = runtime.block_on(run(&engine));
    assert!(outcomes.len() >= 12);
    let broken: Vec<_> = outcomes.iter().filter(|outcome| outcome.broken.is_some()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn memory_keeps_its_promises() {
    keeps_its_promises(false, |_, _| Arc::new(MemoryStore::default()));
}

#[test]
fn sled_keeps_its_promises() {
    keeps_its_promises(true, |runtime, folder| {
        let store = SledStore::open(&folder.0, runtime.handle().clone());
        Arc::new(store.unwrap_or_else(|error| panic!("could not {error}")))
    });
}

#[test]
fn what_is_encrypted_in_sled_keeps_its_promises() {
    keeps_its_promises(true, |runtime, folder| Arc::new(sealed(&folder.0, runtime)));
}

#[test]
fn what_is_encrypted_in_memory_keeps_its_promises() {
    let below = Arc::new(MemoryStore::default());
    let secrets = Arc::new(MemorySecrets::default());
    keeps_its_promises(true, move |_, _| {
        Arc::new(SealedStore::new(below.clone(), secrets.clone()))
    });
}

#[test]
fn an_engine_that_breaks_a_promise_is_caught() {
    /// Forgets the last value of each batch.
    struct Forgetful(MemoryStore);
    #[async_trait]
    impl Store for Forgetful {
        async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, crate::ports::StoreError> {
            self.0.get(key).await
        }
        async fn scan(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, crate::ports::StoreError> {
            self.0.scan(prefix).await
        }
        async fn batch(&self, mut writes: Vec<crate::ports::Write>) -> Result<(), crate::ports::StoreError> {
            if writes.len() > 1 {
                writes.pop();
            }
            self.0.batch(writes).await
        }
        async fn erase(&self) -> Result<(), crate::ports::StoreError> {
            self.0.erase().await
        }
    }
    let engine = Opened {
        open: || Arc::new(Forgetful(MemoryStore::default())) as Arc<dyn Store>,
        lasts: false,
    };
    let outcomes = futures::executor::block_on(run(&engine));
    let broken = outcomes.iter().filter(|outcome| outcome.broken.is_some()).count();
    assert!(broken >= 2, "{outcomes:#?}");
}

#[test]
fn the_secrets_of_a_store_are_where_secrets_are() {
    let (runtime, folder) = (runtime(), Folder::new());
    let store = sealed(&folder.0, &runtime);
    runtime.block_on(async {
        assert_eq!(store.put("cases/1", b"one".to_vec()).await, Ok(()));
        assert_eq!(store.put("terminal/1", b"one".to_vec()).await, Ok(()));
    });
    drop(secrets(&folder.0, &runtime));
    for name in ["store-key-person", "store-key-terminal"] {
        assert!(folder.0.join("secrets").join(name).exists(), "{name}");
    }
    runtime.block_on(async { assert_eq!(store.erase().await, Ok(())) });
    assert!(!folder.0.join("secrets/store-key-person").exists());
    assert!(folder.0.join("secrets/store-key-terminal").exists());
}
