//! The native ports, on real files and a real socket.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::runtime::Runtime;

use super::*;
use crate::ports::Store;

pub(super) fn runtime() -> Runtime {
    Runtime::new().unwrap_or_else(|error| panic!("no runtime: {error}"))
}

/// A folder of this test's own, taken away at its end.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Folder(std::env::temp_dir().join(format!("onehall-native-{}-{number}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(folder: &Folder, runtime: &Runtime) -> SledStore {
    SledStore::open(&folder.0, runtime.handle().clone()).unwrap_or_else(|error| panic!("could not {error}"))
}

#[test]
fn what_was_kept_is_there_after_a_new_start_and_what_was_forgotten_is_not() {
    let (folder, runtime) = (Folder::new(), runtime());
    let store = open(&folder, &runtime);
    futures::executor::block_on(async {
        store.put("a", b"one".to_vec()).await;
        store.put("b", b"two".to_vec()).await;
        store.delete("b").await;
    });
    drop(store);
    let store = open(&folder, &runtime);
    futures::executor::block_on(async {
        assert_eq!(store.get("a").await.as_deref(), Some(&b"one"[..]));
        assert_eq!(store.get("b").await, None);
    });
}

#[test]
fn a_second_process_is_told_that_the_store_is_in_use() {
    let (folder, runtime) = (Folder::new(), runtime());
    let _first = open(&folder, &runtime);
    let second = SledStore::open(&folder.0, runtime.handle().clone());
    assert!(matches!(second, Err(StoreError::InUse(_))));
}

#[test]
fn a_database_that_does_not_open_is_put_aside_and_begun_anew() {
    let (folder, runtime) = (Folder::new(), runtime());
    drop(open(&folder, &runtime));
    std::fs::write(folder.0.join("store/conf"), b"no configuration of a database").unwrap_or_else(|e| panic!("{e}"));
    let store = open(&folder, &runtime);
    futures::executor::block_on(async {
        store.put("a", b"one".to_vec()).await;
        assert_eq!(store.get("a").await.as_deref(), Some(&b"one"[..]));
    });
    assert!(folder.0.join("store.broken-1/conf").exists());
}

#[test]
fn a_secret_is_readable_by_its_owner_only_and_gone_when_it_is_destroyed() {
    let (folder, runtime) = (Folder::new(), runtime());
    let secrets = FileSecrets::new(folder.0.join("secrets"), runtime.handle().clone());
    futures::executor::block_on(async {
        assert_eq!(secrets.get("token").await, None);
        secrets.put("token", "t0p".to_owned()).await;
        assert_eq!(secrets.get("token").await.as_deref(), Some("t0p"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode =
                |path: &str| std::fs::metadata(folder.0.join(path)).map(|data| data.permissions().mode() & 0o777);
            assert_eq!(mode("secrets/token").ok(), Some(0o600));
            assert_eq!(mode("secrets").ok(), Some(0o700));
        }
        secrets.delete("token").await;
        assert_eq!(secrets.get("token").await, None);
    });
    assert!(!folder.0.join("secrets/token").exists());
}
