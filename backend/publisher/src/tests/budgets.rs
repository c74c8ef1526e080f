//! What an update may cost on its way to a terminal: the bytes of all that comes, metadata included, and requests. What real pages
//! cost, `cargo xtask bench updates` measures against the same budgets.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use onehall_bundle::patch::testing::program;
use onehall_bundle::{Blob, Hash};
use onehall_updates::Outcome;
use onehall_updates::disk::Folder;
use onehall_updates::mirror::{FetchError, FolderMirror, Mirror, Piece, Take};
use onehall_updates::trust::{MetadataFolder, SigstoreTrust};

use super::Terminal;
use crate::testing::Place;

/// Of a text that changed.
const TEXT: u64 = 16 * 1024;

/// Of a page that was added.
const PAGE: u64 = 48 * 1024;

/// Of a check with nothing new.
const NOTHING_NEW: u64 = 2 * 1024;

/// A mirror that counts.
struct Counting {
    inner: FolderMirror,
    came: Mutex<Came>,
}

#[derive(Debug, Default)]
struct Came {
    bytes: u64,
    asked: Vec<String>,
}

impl Counting {
    fn came(&self) -> MutexGuard<'_, Came> {
        self.came.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, name: &str, bytes: usize) {
        let mut came = self.came();
        came.bytes += bytes as u64;
        came.asked.push(name.to_owned());
    }
}

type Found = Result<Option<Vec<u8>>, FetchError>;

fn length(found: &Found) -> usize {
    found.as_ref().ok().and_then(Option::as_ref).map_or(0, Vec::len)
}

#[async_trait]
impl Mirror for Counting {
    async fn metadata(&self, name: &str, most: u64) -> Found {
        let found = self.inner.metadata(name, most).await;
        self.count(name, length(&found));
        found
    }

    async fn target(&self, path: &str, most: u64) -> Found {
        let found = self.inner.target(path, most).await;
        self.count(path, length(&found));
        found
    }

    async fn blob(&self, blob: Blob, from: u64, take: &mut Take<'_>) -> Result<(), FetchError> {
        let mut bytes = 0;
        let mut counting = |piece: Piece<'_>| {
            if let Piece::Bytes(came) = &piece {
                bytes += came.len();
            }
            take(piece)
        };
        let result = self.inner.blob(blob, from, &mut counting).await;
        self.count(&blob.sha256.to_string(), bytes);
        result
    }
}

/// A terminal starts, its page comes up, and it asks so many times: how the last time ended, and what came with it.
fn ask(terminal: &Terminal, repository: &Path, times: u32) -> (Outcome, Came) {
    let updates = terminal.updates();
    let page = updates.boot();
    updates.ready(page.nonce);
    let mirror = Arc::new(Counting {
        inner: FolderMirror::new(repository),
        came: Mutex::default(),
    });
    let kept = MetadataFolder::beside(Folder::new(&terminal.folder));
    let trust = SigstoreTrust::new(&terminal.root, kept, mirror.clone());
    let mut trust = trust.unwrap_or_else(|error| panic!("{error}"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let mut last = None;
    for _ in 0..times {
        *mirror.came() = Came::default();
        let checked = runtime.block_on(updates.check(&mut trust, mirror.as_ref()));
        last = Some(checked.unwrap_or_else(|error| panic!("{error}")).0);
    }
    let came = std::mem::take(&mut *mirror.came());
    (last.unwrap_or_else(|| panic!("it asked nothing")), came)
}

/// Pages of two programs, the one that a page starts with and the rest, published as the next release for all.
fn publish(place: &mut Place, release: u64, parts: [&[u8]; 2]) {
    let pages = place.root.join("pages");
    let _ = fs::remove_dir_all(&pages);
    let mut files = vec![("index.html".to_owned(), b"<!doctype html>".to_vec())];
    for (name, part) in ["first", "rest"].into_iter().zip(parts) {
        let hash = &Hash::of(part).to_string()[..12];
        files.push((format!("assets/{name}.{hash}.wasm"), part.to_vec()));
    }
    let made = fs::create_dir_all(pages.join("assets"));
    made.unwrap_or_else(|error| panic!("{error}"));
    for (path, content) in files {
        fs::write(pages.join(path), content).unwrap_or_else(|error| panic!("{error}"));
    }
    place.stage();
    place.do_(&format!("rollout ui-desktop {release} --share 100"));
    place.sign(&["d1", "d2"]);
    place.publish().unwrap_or_else(|error| panic!("{error}"));
}

fn texts() -> Vec<String> {
    (0..800).map(|number| format!("text number {number} of many")).collect()
}

#[test]
fn a_text_comes_in_sixteen_kilobytes_a_page_in_forty_eight_and_nothing_new_in_one_request() {
    let mut place = Place::founded("budgets");
    let (terminal, repository) = (place.terminal("terminal"), place.repository());
    let (first, rest): (Vec<i64>, Vec<i64>) = ((1_000..2_000).collect(), (5_000..6_000).collect());
    publish(&mut place, 1, [&program(&texts(), &first), &program(&texts(), &rest)]);
    let (outcome, all) = ask(&terminal, &repository, 1);
    assert!(matches!(outcome, Outcome::Staged { release: 1, .. }), "{outcome:?}");
    assert!(
        all.bytes > 2 * PAGE,
        "{} bytes: the budgets would say nothing",
        all.bytes
    );

    // Both parts name what lies behind the text, and it became longer.
    let mut longer = texts();
    longer[400].push_str(", which became longer");
    publish(&mut place, 2, [&program(&longer, &first), &program(&longer, &rest)]);
    let (outcome, text) = ask(&terminal, &repository, 1);
    assert!(matches!(outcome, Outcome::Staged { release: 2, .. }), "{outcome:?}");
    assert!(text.bytes <= TEXT, "{} bytes: {:?}", text.bytes, text.asked);
    assert!(text.asked.len() <= 16, "{:?}", text.asked);

    let (mut with_page, mut its_texts) = (rest, longer.clone());
    with_page.splice(500..500, 90_000..90_040);
    for number in 0..60 {
        its_texts[300].push_str(&format!("what is said on the page that was added, {number}; "));
    }
    publish(
        &mut place,
        3,
        [&program(&longer, &first), &program(&its_texts, &with_page)],
    );
    let (outcome, page) = ask(&terminal, &repository, 1);
    assert!(matches!(outcome, Outcome::Staged { release: 3, .. }), "{outcome:?}");
    assert!(page.bytes <= PAGE, "{} bytes: {:?}", page.bytes, page.asked);
    assert!(page.asked.len() <= 16, "{:?}", page.asked);

    let (outcome, nothing) = ask(&terminal, &repository, 2);
    assert_eq!(outcome, Outcome::UpToDate);
    assert_eq!(nothing.asked, ["timestamp.json"]);
    assert!(nothing.bytes <= NOTHING_NEW, "{} bytes", nothing.bytes);
}
