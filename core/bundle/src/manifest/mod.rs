//! The manifest of a bundle: what is signed, and by which each byte that a page gets is checked.

mod read;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};

use crate::canonical::canonical;
use crate::{FileName, Hash, Version};

/// The manifest of one bundle.
///
/// ```json
/// {"format":1,"release":10420,"version":"1.42.0","revision":"3f2a…","flavour":"shell","profiles":["desktop","kiosk"],
///  "protocol":{"first":1,"last":2},"data":{"first":1,"last":1},"entry":"index.html","csp":{"scripts":[],"styles":[]},
///  "files":[{"path":"index.html","sha256":"…","size":1520,"zstd":{"sha256":"…","size":700},
///            "patches":[{"from":"…","sha256":"…","size":90}]}]}
/// ```
/// (here with breaks; as it travels it is canonical JSON.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Grows with each release of a repository, whatever the version is called; also a return to old content gets a new one.
    pub release: u64,
    /// What people call it.
    pub version: Version,
    /// The commit that it was built from.
    pub revision: String,
    /// Whether the pages carry the core or speak to one.
    pub flavour: Flavour,
    /// The layouts that it was made for, by the names that they have in pages: `desktop`, `kiosk`.
    pub profiles: Vec<String>,
    /// The protocols of the bridge that its pages speak.
    pub protocol: Range,
    /// The forms of what lies on the terminal that its pages understand.
    pub data: Range,
    /// The page that is shown for every address of a page.
    pub entry: FileName,
    /// What its pages have inline, by hash; ours have nothing.
    pub csp: CspHashes,
    /// Its files, by path.
    pub files: Vec<File>,
}

/// Whether the pages carry the core or speak to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// They carry the core, for a browser.
    Web,
    /// They speak to the core of a shell.
    Shell,
}

impl Flavour {
    /// The name in a manifest.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Flavour::Web => "web",
            Flavour::Shell => "shell",
        }
    }
}

/// A range of versions of an agreement, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
}

impl Range {
    /// Whether there is a version in both.
    #[must_use]
    pub const fn meets(self, other: Range) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// Hashes for a content security policy, such as `sha256-…`, of inline scripts and styles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CspHashes {
    /// Of scripts.
    pub scripts: Vec<String>,
    /// Of styles.
    pub styles: Vec<String>,
}

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it is in the bundle.
    pub path: FileName,
    /// The content, by which it is served.
    pub content: Blob,
    /// The same, compressed by zstd.
    pub zstd: Option<Blob>,
    /// The same, as differences to older contents.
    pub patches: Vec<Patch>,
}

/// A content by its name and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blob {
    /// Its name.
    pub sha256: Hash,
    /// Its bytes.
    pub size: u64,
}

impl Blob {
    /// The blob of these bytes.
    #[must_use]
    pub fn of(content: &[u8]) -> Blob {
        Blob {
            sha256: Hash::of(content),
            size: content.len() as u64,
        }
    }
}

/// A difference to an older content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patch {
    /// The older content.
    pub from: Hash,
    /// The difference.
    pub blob: Blob,
}

impl Manifest {
    /// The most bytes that a manifest may have.
    pub const LONGEST: usize = 256 * 1024;

    /// The most files.
    pub const MOST_FILES: usize = 1_000;

    /// The largest file.
    pub const LARGEST_FILE: u64 = 32 << 20;

    /// The largest bundle, all files together: a terminal holds it in memory.
    pub const LARGEST: u64 = 64 << 20;

    /// The most patches of one file.
    pub const MOST_PATCHES: usize = 8;

    /// Reads a manifest.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read(bytes: &[u8]) -> Result<Manifest, crate::Mistake> {
        read::manifest(bytes)
    }

    /// The manifest as it is signed and sent. Files, patches and profiles are put in order, so that one bundle has one manifest.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut files: Vec<&File> = self.files.iter().collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let mut profiles = self.profiles.clone();
        profiles.sort();
        let value = json!({
            "format": read::FORMAT,
            "release": self.release,
            "version": self.version.to_string(),
            "revision": self.revision,
            "flavour": self.flavour.name(),
            "profiles": profiles,
            "protocol": range(self.protocol),
            "data": range(self.data),
            "entry": self.entry.as_str(),
            "csp": { "scripts": self.csp.scripts, "styles": self.csp.styles },
            "files": files.into_iter().map(file).collect::<Vec<_>>(),
        });
        // Whole numbers alone: there is always a form.
        canonical(&value).unwrap_or_default()
    }

    /// The file at a path.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path.as_str() == path)
    }

    /// The bytes of all files.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.files.iter().map(|file| file.content.size).sum()
    }
}

fn range(range: Range) -> Value {
    json!({ "first": range.first, "last": range.last })
}

fn file(file: &File) -> Value {
    let mut fields = json!({
        "path": file.path.as_str(),
        "sha256": file.content.sha256.to_string(),
        "size": file.content.size,
    });
    if let Some(zstd) = file.zstd {
        fields["zstd"] = blob(zstd);
    }
    if !file.patches.is_empty() {
        let mut patches = file.patches.clone();
        patches.sort_by_key(|patch| patch.from);
        fields["patches"] = patches
            .iter()
            .map(|patch| {
                let mut fields = blob(patch.blob);
                fields["from"] = patch.from.to_string().into();
                fields
            })
            .collect();
    }
    fields
}

fn blob(blob: Blob) -> Value {
    json!({ "sha256": blob.sha256.to_string(), "size": blob.size })
}
