//! Secrets in files that only their owner reads: what there is where an operating system has no key store.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use crate::ports::{NoSecret, SecretStore};

/// A key that what is kept is encrypted with.
pub(super) type DataKey = Zeroizing<[u8; 32]>;

/// The data key of this name; none where there is none.
///
/// # Errors
/// It cannot be read now, or is none that this version knows: what it hides stays as it is.
pub(super) async fn known_key(secrets: &dyn SecretStore, name: &str) -> Result<Option<DataKey>, NoSecret> {
    let Some(written) = secrets.get(name).await?.map(Zeroizing::new) else {
        return Ok(None);
    };
    let key = from_hex(&written);
    if key.is_none() {
        tracing::error!(
            secret = name,
            "a data key is damaged, or of another version: what it hides is left alone"
        );
    }
    key.map(Some).ok_or(NoSecret)
}

/// A data key of this name; a new one where there is none, and only there. None where the host keeps no secrets: what is
/// written with a key that is gone tomorrow is not kept.
///
/// # Errors
/// As [`known_key`].
pub(super) async fn data_key(secrets: &dyn SecretStore, name: &str) -> Result<Option<DataKey>, NoSecret> {
    if let Some(key) = known_key(secrets, name).await? {
        return Ok(Some(key));
    }
    let mut key = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *key).map_err(|_| NoSecret)?;
    secrets.put(name, to_hex(&key[..])).await;
    Ok(known_key(secrets, name).await?.filter(|kept| *kept == key))
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<DataKey> {
    let mut bytes = Zeroizing::new([0; 32]);
    if text.len() != 64 {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

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

    /// Does something with a file. None where there is no such file, which is nothing that failed.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<Option<T>, NoSecret> {
        match self.runtime.spawn_blocking(work).await {
            Ok(Ok(value)) => Ok(Some(value)),
            Ok(Err(error)) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "a secret could not be kept or read");
                Err(NoSecret)
            }
            Err(_) => Err(NoSecret),
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

/// What was added to, renamed in or taken out of a folder is so on the disk, too.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened, and needs not be.
    if cfg!(unix) {
        File::open(folder)?.sync_all()
    } else {
        Ok(())
    }
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
    fs::rename(fresh, place)?;
    sync_folder(folder)
}

/// Overwrites a secret before its name is taken away: a file that is only unlinked can be found again on many disks.
fn destroy(folder: &Path, name: &str) -> io::Result<()> {
    let place = folder.join(name);
    let length = fs::metadata(&place)?.len();
    let mut file = File::options().write(true).open(&place)?;
    file.write_all(&vec![0; usize::try_from(length).unwrap_or(0)])?;
    file.sync_all()?;
    fs::remove_file(place)?;
    sync_folder(folder)
}

#[async_trait]
impl SecretStore for FileSecrets {
    async fn get(&self, name: &str) -> Result<Option<String>, NoSecret> {
        let place = self.folder.join(name);
        let secret = self.work(move || fs::read_to_string(place)).await?;
        // Overwritten, and its name not yet taken away when the power went.
        Ok(secret.filter(|secret| !secret.contains('\0')))
    }

    async fn put(&self, name: &str, secret: String) {
        let (folder, name, secret) = (self.folder.clone(), name.to_owned(), Zeroizing::new(secret));
        let _ = self.work(move || write(&folder, &name, &secret)).await;
    }

    async fn delete(&self, name: &str) {
        let (folder, name) = (self.folder.clone(), name.to_owned());
        let _ = self.work(move || destroy(&folder, &name)).await;
    }
}
