//! A repository with its keys, a mirror of it in memory, and a disk that loses power.

mod disk;
mod repository;

pub use disk::FaultyDisk;
pub use repository::{Layout, Repository};

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use onehall_bundle::{Blob, CspHashes, File, Flavour, Hash, Manifest, Patch, Range, Version, patch};
use time::OffsetDateTime;

use crate::machine::{Native, Told};
use crate::mirror::{FetchError, Mirror, Piece, Take};
use crate::store::Inside;
use crate::{Settings, Watch};

/// The day of all tests.
pub const TODAY: i64 = 1_790_000_000;

pub fn day(days: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(TODAY + days * 86_400).unwrap_or_else(|error| panic!("{error}"))
}

/// What a future gives that waits for nothing outside of this process, or for a socket of it.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap_or_else(|error| panic!("{error}")).block_on(future)
}

/// A mirror of a repository, in memory.
#[derive(Default)]
pub struct MemoryMirror {
    pub files: Mutex<Files>,
}

#[derive(Default, Clone)]
pub struct Files {
    pub metadata: BTreeMap<String, Vec<u8>>,
    pub targets: BTreeMap<String, Vec<u8>>,
    pub blobs: BTreeMap<Hash, Vec<u8>>,
    /// What was asked for, in order.
    pub asked: Vec<String>,
    /// The bytes that went out.
    pub sent: u64,
    /// After so many bytes of a blob the connection breaks.
    pub breaks_after: Option<usize>,
    /// A blob of which nothing comes behind this place, from wherever it is asked for.
    pub stalls_at: Option<(Hash, usize)>,
}

impl MemoryMirror {
    pub fn files(&self) -> MutexGuard<'_, Files> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn small(
        &self,
        which: fn(&Files) -> &BTreeMap<String, Vec<u8>>,
        name: &str,
        most: u64,
    ) -> Result<Option<Vec<u8>>, FetchError> {
        let mut files = self.files();
        files.asked.push(name.to_owned());
        let Some(content) = which(&files).get(name).cloned() else {
            return Ok(None);
        };
        files.sent += content.len() as u64;
        if content.len() as u64 > most {
            Err(FetchError::TooLong)
        } else {
            Ok(Some(content))
        }
    }
}

#[async_trait]
impl Mirror for MemoryMirror {
    async fn metadata(&self, name: &str, most: u64) -> Result<Option<Vec<u8>>, FetchError> {
        self.small(|files| &files.metadata, name, most)
    }

    async fn target(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, FetchError> {
        self.small(|files| &files.targets, path, most)
    }

    async fn blob(&self, blob: Blob, from: u64, take: &mut Take<'_>) -> Result<(), FetchError> {
        let (content, breaks, stalls) = {
            let mut files = self.files();
            files.asked.push(format!("{}+{from}", blob.sha256));
            let stalls = files.stalls_at.filter(|(hash, _)| *hash == blob.sha256);
            (files.blobs.get(&blob.sha256).cloned(), files.breaks_after, stalls)
        };
        let mut content = content.ok_or(FetchError::Missing)?;
        if let Some((_, place)) = stalls {
            content.truncate(place);
        }
        let from = usize::try_from(from).unwrap_or_default();
        let mut sent = 0;
        for piece in content.get(from..).unwrap_or_default().chunks(1000) {
            if breaks.is_some_and(|breaks| sent >= breaks) {
                return Err(FetchError::Unreachable);
            }
            sent += piece.len();
            self.files().sent += piece.len() as u64;
            take(Piece::Bytes(piece))?;
        }
        if stalls.is_some() {
            return Err(FetchError::TooSlow);
        }
        Ok(())
    }
}

/// The bundle inside the application.
pub struct Floor(pub u64, pub BTreeMap<Hash, Arc<[u8]>>);

impl Floor {
    pub fn new(release: u64, contents: &[&[u8]]) -> Arc<Floor> {
        let contents = contents.iter().map(|content| (Hash::of(content), Arc::from(*content)));
        Arc::new(Floor(release, contents.collect()))
    }
}

impl Inside for Floor {
    fn release(&self) -> u64 {
        self.0
    }

    fn content(&self, hash: Hash) -> Option<Arc<[u8]>> {
        self.1.get(&hash).cloned()
    }
}

/// A clock that stands, and what was counted.
#[derive(Default)]
pub struct StoppedClock {
    pub told: Mutex<Vec<Told>>,
    pub days: Mutex<i64>,
}

impl Watch for StoppedClock {
    fn now(&self) -> OffsetDateTime {
        day(*self.days.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn told(&self, told: Told) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(told);
    }
}

pub fn settings() -> Settings {
    let all = Range { first: 1, last: 3 };
    Settings {
        native: Native {
            core: Version([1, 0, 0]),
            profile: "desktop".to_owned(),
            protocol: all,
            data: all,
            inside: 10,
        },
        role: "ui-desktop".to_owned(),
        channel: "stable".to_owned(),
        region: String::new(),
        hall: String::new(),
        kind: "desktop".to_owned(),
        room: crate::download::Room::default(),
    }
}

/// Bytes that do not compress, the same for a name.
pub fn noise(name: &str, length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut number = 0_u64;
    while bytes.len() < length {
        bytes.extend_from_slice(Hash::of(format!("{name} {number}").as_bytes()).to_string().as_bytes());
        number += 1;
    }
    bytes.truncate(length);
    bytes
}

static PROGRAM: LazyLock<Vec<u8>> = LazyLock::new(|| noise("program", 20_000));
static STYLE: LazyLock<Vec<u8>> = LazyLock::new(|| noise("style", 3_000));

/// A bundle: a page, and a program that is nearly the one of the release before.
pub fn contents(release: u64) -> BTreeMap<String, Vec<u8>> {
    let mut program = PROGRAM.clone();
    program.splice(9_000..9_000, format!("release {release}").into_bytes());
    BTreeMap::from([
        ("assets/app.wasm".to_owned(), program),
        ("assets/style.css".to_owned(), STYLE.clone()),
        (
            "index.html".to_owned(),
            format!("<!doctype html>{release}").into_bytes(),
        ),
    ])
}

type Made = (Manifest, BTreeMap<Hash, Vec<u8>>);

/// The manifest of a release with all of its blobs, with patches from `from`.
pub fn bundle(release: u64, from: &[u64]) -> Made {
    // Compressing takes its time where nothing is optimised.
    static MADE: Mutex<BTreeMap<(u64, Vec<u64>), Made>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry((release, from.to_vec()))
        .or_insert_with(|| make_bundle(release, from))
        .clone()
}

fn make_bundle(release: u64, from: &[u64]) -> Made {
    let mut blobs = BTreeMap::new();
    let mut add = |content: &[u8]| {
        blobs.insert(Hash::of(content), content.to_vec());
        Blob::of(content)
    };
    let make = |base: &[u8], content: &[u8]| patch::make(base, content).unwrap_or_else(|error| panic!("{error}"));
    let mut files = Vec::new();
    for (path, content) in contents(release) {
        let mut patches = Vec::new();
        for old in from {
            let base = &contents(*old)[&path];
            if *base != content {
                patches.push(Patch {
                    from: Hash::of(base),
                    blob: add(&make(base, &content)),
                });
            }
        }
        files.push(File {
            path: path.parse().unwrap_or_else(|error| panic!("{path}: {error}")),
            content: add(&content),
            zstd: Some(add(&make(b"", &content))),
            patches,
        });
    }
    let all = Range { first: 1, last: 3 };
    let manifest = Manifest {
        release,
        version: Version([1, u32::try_from(release).unwrap_or_default(), 0]),
        revision: "0123abc".to_owned(),
        flavour: Flavour::Shell,
        profiles: vec!["desktop".to_owned(), "kiosk".to_owned()],
        protocol: all,
        data: all,
        entry: "index.html".parse().unwrap_or_else(|error| panic!("{error}")),
        csp: CspHashes::default(),
        files,
    };
    (manifest, blobs)
}

/// For all terminals.
pub fn offer(manifest: &Manifest) -> onehall_bundle::Offer {
    onehall_bundle::Offer {
        release: manifest.release,
        manifest: Hash::of(&manifest.to_bytes()),
        channels: Vec::new(),
        share: 100,
        salt: format!("salt {}", manifest.release),
        regions: Vec::new(),
        halls: Vec::new(),
        terminals: Vec::new(),
        core_first: None,
        core_last: None,
        forced: false,
    }
}
