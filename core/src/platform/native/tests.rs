//! The native ports, on real files and a real socket.

mod damaged;
mod engines;
#[cfg(target_os = "linux")]
mod full;
mod killed;
mod stores;
mod typing;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use tokio::runtime::Runtime;

use super::*;
use crate::ports::NoSecret;

pub(crate) fn runtime() -> Runtime {
    Runtime::new().unwrap_or_else(|error| panic!("no runtime: {error}"))
}

/// A folder of this test's own, taken away at its end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("onehall-native-{}-{number}", std::process::id()));
        // A process of the same number may have been killed in it.
        let _ = std::fs::remove_dir_all(&folder);
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A host that keeps no secret.
pub(crate) struct Forgets;

#[async_trait]
impl SecretStore for Forgets {
    async fn get(&self, _: &str) -> Result<Option<String>, NoSecret> {
        Ok(None)
    }
    async fn put(&self, _: &str, _: String) {}
    async fn delete(&self, _: &str) {}
}

pub(super) fn secrets(folder: &Path, runtime: &Runtime) -> Arc<FileSecrets> {
    Arc::new(FileSecrets::new(folder.join("secrets"), runtime.handle().clone()))
}

/// The store of a terminal: encrypted, in sled.
pub(super) fn sealed(folder: &Path, runtime: &Runtime) -> SealedStore {
    let sled = SledStore::open(folder, runtime.handle().clone());
    let sled = sled.unwrap_or_else(|error| panic!("could not {error}"));
    SealedStore::new(Arc::new(sled), secrets(folder, runtime))
}

/// Every file below a folder, with its bytes.
pub(super) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{error}")) {
        let path = entry.unwrap_or_else(|error| panic!("{error}")).path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{error}"));
            found.push((path, bytes));
        }
    }
    found
}

/// Nothing of these texts stands in a file below the folder, nor in a name of one.
pub(super) fn nowhere(folder: &Path, texts: &[&str]) {
    let files = files(folder);
    assert!(!files.is_empty());
    for (path, bytes) in files {
        for text in texts {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            let named = path.to_string_lossy().contains(text);
            assert!(!found && !named, "{text} in {}", path.display());
        }
    }
}

#[test]
fn a_secret_is_readable_by_its_owner_only_and_gone_when_it_is_destroyed() {
    let (folder, runtime) = (Folder::new(), runtime());
    let secrets = FileSecrets::new(folder.0.join("secrets"), runtime.handle().clone());
    futures::executor::block_on(async {
        assert_eq!(secrets.get("token").await, Ok(None));
        secrets.put("token", "t0p".to_owned()).await;
        assert_eq!(secrets.get("token").await, Ok(Some("t0p".to_owned())));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode =
                |path: &str| std::fs::metadata(folder.0.join(path)).map(|data| data.permissions().mode() & 0o777);
            assert_eq!(mode("secrets/token").ok(), Some(0o600));
            assert_eq!(mode("secrets").ok(), Some(0o700));
        }
        secrets.delete("token").await;
        assert_eq!(secrets.get("token").await, Ok(None));
    });
    assert!(!folder.0.join("secrets/token").exists());
}

#[test]
fn a_secret_that_cannot_be_read_is_not_taken_for_none() {
    let (folder, runtime) = (Folder::new(), runtime());
    let secrets = secrets(&folder.0, &runtime);
    // There is something of that name, and no file to be read.
    std::fs::create_dir_all(folder.0.join("secrets/token")).unwrap_or_else(|error| panic!("{error}"));
    futures::executor::block_on(async {
        assert_eq!(secrets.get("token").await, Err(NoSecret));
        assert_eq!(secrets.get("another").await, Ok(None));
        assert_eq!(secrets.public_key("token").await, Err(NoSecret));
    });
    assert!(folder.0.join("secrets/token").is_dir());
}
