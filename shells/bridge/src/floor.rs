//! The bundle that always boots: the one inside the program, or a folder while one develops.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use onehall_bundle::Hash;
use onehall_updates::store::Inside;

use crate::packed;

/// The page of every address that is not a file.
pub const INDEX: &str = "index.html";

/// What is shown where there is no bundle.
const MISSING: &[u8] = include_bytes!("missing.html");
const MISSING_STYLE: &[u8] = include_bytes!("missing.css");

/// The pages that were built into the program; empty where none were.
static BUILT_IN: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pages.bin"));

/// A whole bundle in memory, which needs no signature: what is shown where there is nothing better.
pub struct Floor {
    release: u64,
    files: BTreeMap<String, Arc<[u8]>>,
    /// Made when an update asks for it, not at each start.
    by_hash: OnceLock<HashMap<Hash, Arc<[u8]>>>,
}

impl std::fmt::Debug for Floor {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Floor")
            .field("release", &self.release)
            .field("files", &self.files.len())
            .finish()
    }
}

impl Floor {
    /// Whether pages were built into this program.
    pub fn is_built_in() -> bool {
        !BUILT_IN.is_empty()
    }

    /// The pages inside the program; none where none were built in.
    pub fn built_in() -> Option<Floor> {
        let (release, files) = packed::unpack(BUILT_IN)?;
        let files = files.into_iter().map(|(path, content)| (path, Arc::from(content)));
        Some(Floor::of(release, files.collect()))
    }

    /// The bundle in a folder, as it is now. Nobody signed it. Where there is none, a page says so.
    pub fn folder(folder: &Path) -> Floor {
        let found = packed::gather(folder).ok().filter(|files| files.contains_key(INDEX));
        let files = match found {
            Some(files) => files
                .into_iter()
                .map(|(path, content)| (path, content.into()))
                .collect(),
            None => BTreeMap::from([
                (INDEX.to_owned(), MISSING.into()),
                ("missing.css".to_owned(), MISSING_STYLE.into()),
            ]),
        };
        // Every release that was signed is newer.
        Floor::of(0, files)
    }

    fn of(release: u64, files: BTreeMap<String, Arc<[u8]>>) -> Floor {
        Floor {
            release,
            files,
            by_hash: OnceLock::new(),
        }
    }

    /// The file at a path.
    pub fn file(&self, path: &str) -> Option<&Arc<[u8]>> {
        self.files.get(path)
    }
}

impl Inside for Floor {
    fn release(&self) -> u64 {
        self.release
    }

    fn content(&self, hash: Hash) -> Option<Arc<[u8]>> {
        let hashed = || {
            self.files
                .values()
                .map(|content| (Hash::of(content), content.clone()))
                .collect()
        };
        self.by_hash.get_or_init(hashed).get(&hash).cloned()
    }
}
