//! Secrets in files that only their owner reads: what there is where an operating system has no key store.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio::runtime::Handle;

use crate::ports::SecretStore;

/// Secrets in a folder, a file each.
pub struct FileSecrets {
    folder: PathBuf,
    runtime: Handle,
}

impl FileSecrets {
    /// Secrets in `folder`, which is made with the first one.
    #[must_use]
    pub fn new(folder: PathBuf, runtime: Handle) -> FileSecrets {
        FileSecrets { folder, runtime }
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Option<T> {
        match self.runtime.spawn_blocking(work).await {
            Ok(Ok(value)) => Some(value),
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => None,
            Ok(Err(error)) => {
                tracing::error!(%error, "a secret could not be kept or read");
                None
            }
            Err(_) => None,
        }
    }
}

/// Makes a folder that only its owner enters.
pub(super) fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write(folder: &Path, name: &str, secret: &str) -> io::Result<()> {
    private_folder(folder)?;
    let (place, fresh) = (folder.join(name), folder.join(format!("{name}.new")));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    fs::rename(fresh, place)
}

#[async_trait]
impl SecretStore for FileSecrets {
    async fn get(&self, name: &str) -> Option<String> {
        let place = self.folder.join(name);
        self.work(move || fs::read_to_string(place)).await
    }

    async fn put(&self, name: &str, secret: String) {
        let (folder, name) = (self.folder.clone(), name.to_owned());
        self.work(move || write(&folder, &name, &secret)).await;
    }

    async fn delete(&self, name: &str) {
        let place = self.folder.join(name);
        self.work(move || fs::remove_file(place)).await;
    }
}
