//! What an update has on the disk.
//!
//! ```text
//! state.json             what is written down of releases, replaced as a whole
//! releases/<sha256>      manifests
//! blobs/<sha256>         contents, shared between releases
//! parts/<sha256>         what is being fetched
//! tuf/...                signed metadata, as it came
//! ```
//! Whoever can write to this folder cannot make a page of it: a manifest is found by the hash that was signed, a content
//! by the hash in its manifest, and each is hashed when it is read. A bundle is read as a whole before its first byte is
//! served, and served from memory, so what changes on the disk later changes no page.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;

use onehall_bundle::{Blob, Hash, Manifest};

use crate::disk::{Disk, replace};
use crate::machine::{Kept, Release};

const STATE: &str = "state.json";
const RELEASES: &str = "releases";
const BLOBS: &str = "blobs";
const PARTS: &str = "parts";

/// The most bytes of `state.json`.
const LONGEST_STATE: u64 = 64 * 1024;

/// The bundle inside the application. Its files are used where they are: none of them is copied.
pub trait Inside: Send + Sync {
    /// Its release.
    fn release(&self) -> u64;
    /// One of its contents.
    fn content(&self, hash: Hash) -> Option<Arc<[u8]>>;
}

/// A whole bundle in memory, each file of it checked.
#[derive(Clone)]
pub struct Bundle {
    /// Its manifest.
    pub manifest: Arc<Manifest>,
    files: Arc<BTreeMap<String, Arc<[u8]>>>,
}

impl std::fmt::Debug for Bundle {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Bundle")
            .field("release", &self.manifest.release)
            .field("files", &self.files.len())
            .finish()
    }
}

impl Bundle {
    /// The file at a path such as `assets/shell.0123.js`. There is no other place that it could come from.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&Arc<[u8]>> {
        self.files.get(path)
    }

    /// The paths of all files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }
}

/// The folder of updates.
pub struct Store<D> {
    disk: D,
    inside: Arc<dyn Inside>,
}

impl<D: Disk> Store<D> {
    /// The store in a folder, beside the bundle inside the application.
    pub fn new(disk: D, inside: Arc<dyn Inside>) -> Store<D> {
        Store { disk, inside }
    }

    /// The disk.
    pub fn disk(&self) -> &D {
        &self.disk
    }

    /// What was written down; nothing where it cannot be read.
    pub fn kept(&self) -> Kept {
        let bytes = self.disk.read(STATE, LONGEST_STATE).ok().flatten();
        bytes.and_then(|bytes| Kept::read(&bytes)).unwrap_or_default()
    }

    /// Writes down.
    ///
    /// # Errors
    /// It may not last.
    pub fn keep(&self, kept: &Kept) -> io::Result<()> {
        replace(&self.disk, STATE, &kept.to_bytes())
    }

    /// The manifest of a release, where it is here and undamaged.
    pub fn manifest(&self, hash: Hash) -> Option<Manifest> {
        let longest = Manifest::LONGEST as u64;
        let bytes = self.disk.read(&format!("{RELEASES}/{hash}"), longest).ok()??;
        (Hash::of(&bytes) == hash)
            .then(|| Manifest::read(&bytes).ok())
            .flatten()
    }

    /// Keeps a manifest.
    ///
    /// # Errors
    /// It may not last.
    pub fn keep_manifest(&self, bytes: &[u8]) -> io::Result<()> {
        replace(&self.disk, &format!("{RELEASES}/{}", Hash::of(bytes)), bytes)
    }

    /// A content, where it is here and undamaged.
    pub fn content(&self, blob: Blob) -> Option<Arc<[u8]>> {
        let right = |content: &[u8]| content.len() as u64 == blob.size && Hash::of(content) == blob.sha256;
        if let Some(content) = self.inside.content(blob.sha256).filter(|content| right(content)) {
            return Some(content);
        }
        let content = self.disk.read(&format!("{BLOBS}/{}", blob.sha256), blob.size).ok()??;
        right(&content).then(|| content.into())
    }

    /// A content of any size, where it is here and undamaged: what a patch was made from.
    pub fn base(&self, hash: Hash) -> Option<Arc<[u8]>> {
        if let Some(content) = self.inside.content(hash) {
            return (Hash::of(&content) == hash).then_some(content);
        }
        let content = self
            .disk
            .read(&format!("{BLOBS}/{hash}"), Manifest::LARGEST_FILE)
            .ok()??;
        (Hash::of(&content) == hash).then(|| content.into())
    }

    /// Keeps a content.
    ///
    /// # Errors
    /// It may not last.
    pub fn keep_content(&self, content: &[u8]) -> io::Result<()> {
        replace(&self.disk, &format!("{BLOBS}/{}", Hash::of(content)), content)
    }

    /// What came of a blob so far.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn part(&self, blob: Blob) -> io::Result<Vec<u8>> {
        match self.disk.read(&format!("{PARTS}/{}", blob.sha256), blob.size) {
            Ok(part) => Ok(part.unwrap_or_default()),
            // Longer than the blob: it is none of it.
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                self.drop_part(blob.sha256)?;
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }

    /// How much came of a blob so far.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn part_size(&self, hash: Hash) -> io::Result<u64> {
        let (parts, name) = (self.disk.list(PARTS)?, hash.to_string());
        Ok(parts
            .iter()
            .find(|(part, _)| *part == name)
            .map_or(0, |(_, size)| *size))
    }

    /// Adds what came of a blob.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn add_part(&self, hash: Hash, bytes: &[u8]) -> io::Result<()> {
        self.disk.append(&format!("{PARTS}/{hash}"), bytes)
    }

    /// Forgets what came of a blob.
    ///
    /// # Errors
    /// It is still there.
    pub fn drop_part(&self, hash: Hash) -> io::Result<()> {
        self.disk.remove(&format!("{PARTS}/{hash}"))
    }

    /// Opens a release as a whole; none where anything of it is missing or damaged.
    pub fn open(&self, release: Release) -> Option<Bundle> {
        let manifest = self.manifest(release.manifest)?;
        let mut files = BTreeMap::new();
        for file in &manifest.files {
            files.insert(file.path.as_str().to_owned(), self.content(file.content)?);
        }
        Some(Bundle {
            manifest: Arc::new(manifest),
            files: Arc::new(files),
        })
    }

    /// The bytes of all contents and parts.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn size(&self) -> io::Result<u64> {
        let mut size = 0;
        for folder in [BLOBS, PARTS] {
            size += self.disk.list(folder)?.iter().map(|(_, size)| size).sum::<u64>();
        }
        Ok(size)
    }

    /// Removes what none of these releases needs, and what is being fetched for none of them.
    ///
    /// # Errors
    /// The first thing that could not be removed; the rest is.
    pub fn collect(&self, needed: &[Release]) -> io::Result<()> {
        let mut names = BTreeSet::new();
        for release in needed {
            names.insert(release.manifest.to_string());
            let Some(manifest) = self.manifest(release.manifest) else {
                continue;
            };
            for file in &manifest.files {
                names.insert(file.content.sha256.to_string());
                names.extend(file.zstd.map(|blob| blob.sha256.to_string()));
                names.extend(file.patches.iter().map(|patch| patch.blob.sha256.to_string()));
            }
        }
        let mut result = Ok(());
        for folder in [RELEASES, BLOBS, PARTS] {
            for (name, _) in self.disk.list(folder)? {
                if !names.contains(&name) {
                    result = result.and(self.disk.remove(&format!("{folder}/{name}")));
                }
            }
        }
        result
    }
}
