//! Measures what updates cost a terminal, over the code that publishes and the code that the shells use: bytes that come,
//! requests, and what a start takes longer. `cargo xtask bench updates` gives it real pages.
//!
//! ```text
//! measure_updates BEFORE NAME=AFTER...
//! ```

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use onehall_bundle::{Blob, Hash, Manifest, Range, Version};
use onehall_publisher::testing::Place;
use onehall_updates::disk::Folder;
use onehall_updates::download::Room;
use onehall_updates::machine::{Native, Told};
use onehall_updates::mirror::{FetchError, FolderMirror, Mirror, Piece, Take};
use onehall_updates::store::Inside;
use onehall_updates::trust::{MetadataFolder, SigstoreTrust};
use onehall_updates::{Outcome, Settings, Updates, Watch};
use time::OffsetDateTime;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How often a start is measured; the middle counts.
const STARTS: usize = 21;

struct Clock;

impl Watch for Clock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }

    fn told(&self, _: Told) {}
}

/// A terminal with nothing inside of it.
struct Nothing;

impl Inside for Nothing {
    fn release(&self) -> u64 {
        0
    }

    fn content(&self, _: Hash) -> Option<Arc<[u8]>> {
        None
    }
}

/// A mirror that counts.
struct Counting {
    inner: FolderMirror,
    bytes: AtomicU64,
    requests: AtomicU64,
}

impl Counting {
    fn count(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    fn small(&self, found: &Option<Vec<u8>>) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.count(found.as_ref().map_or(0, Vec::len));
    }
}

#[async_trait]
impl Mirror for Counting {
    async fn metadata(&self, name: &str, most: u64) -> std::result::Result<Option<Vec<u8>>, FetchError> {
        let found = self.inner.metadata(name, most).await;
        found.inspect(|found| self.small(found))
    }

    async fn target(&self, path: &str, most: u64) -> std::result::Result<Option<Vec<u8>>, FetchError> {
        let found = self.inner.target(path, most).await;
        found.inspect(|found| self.small(found))
    }

    async fn blob(&self, blob: Blob, from: u64, take: &mut Take<'_>) -> std::result::Result<(), FetchError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut counting = |piece: Piece<'_>| {
            if let Piece::Bytes(bytes) = &piece {
                self.count(bytes.len());
            }
            take(piece)
        };
        self.inner.blob(blob, from, &mut counting).await
    }
}

/// A place where somebody publishes, with a terminal.
struct Measured(Place);

impl Measured {
    fn found() -> Result<Measured> {
        Ok(Measured(Place::with_few_keys(
            "measure",
            "ui-desktop",
            OffsetDateTime::now_utc(),
        )?))
    }

    /// Publishes pages as the next release, for all; what the last step took.
    fn publish(&mut self, release: u64, pages: &Path) -> Result<Duration> {
        let pages = pages.display();
        self.0.run(&format!(
            "stage ui-desktop {pages} --version 1.0.0 --revision 0123abc --profile desktop"
        ))?;
        self.0.run(&format!("rollout ui-desktop {release} --share 100"))?;
        self.0.run("sign --key @office/keys/offline.json")?;
        let began = Instant::now();
        self.0.publish()?;
        Ok(began.elapsed())
    }

    fn manifest(&self, release: u64) -> Result<Manifest> {
        let manifests = self.0.office().join("targets/ui-desktop");
        let path = manifests.join(format!("ui-desktop.{release}.json"));
        Ok(Manifest::read(&fs::read(path)?)?)
    }

    fn mirror(&self) -> Arc<Counting> {
        Arc::new(Counting {
            inner: FolderMirror::new(self.0.repository()),
            bytes: AtomicU64::new(0),
            requests: AtomicU64::new(0),
        })
    }

    fn updates(&self) -> Updates<Folder> {
        let all = Range { first: 1, last: 1 };
        let settings = Settings {
            native: Native {
                core: Version([1, 0, 0]),
                profile: "desktop".to_owned(),
                protocol: all,
                data: all,
                inside: 0,
            },
            role: "ui-desktop".to_owned(),
            channel: "stable".to_owned(),
            region: String::new(),
            hall: String::new(),
            kind: "desktop".to_owned(),
            room: Room::default(),
        };
        let folder = Folder::new(self.0.root.join("terminal"));
        Updates::open(folder, Arc::new(Nothing), settings, Arc::new(Clock))
    }

    /// A start whose page comes up, and checks after it: what each of them cost.
    fn start(&self, checks: usize) -> Result<Vec<(Outcome, u64, u64)>> {
        let updates = self.updates();
        updates.ready(updates.boot().nonce);
        let mirror = self.mirror();
        let kept = MetadataFolder::beside(Folder::new(self.0.root.join("terminal")));
        let root = fs::read(self.0.repository().join("metadata/1.root.json"))?;
        let mut trust = SigstoreTrust::new(&root, kept, mirror.clone())?;
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let mut costs = Vec::new();
        for _ in 0..checks {
            let (outcome, _) = runtime.block_on(updates.check(&mut trust, mirror.as_ref()))?;
            let (bytes, requests) = (&mirror.bytes, &mirror.requests);
            costs.push((
                outcome,
                bytes.swap(0, Ordering::Relaxed),
                requests.swap(0, Ordering::Relaxed),
            ));
        }
        Ok(costs)
    }
}

/// The middle of what a start takes until its pages are in memory, each file compared with what was signed.
fn boot(place: &Measured) -> Duration {
    let mut took: Vec<Duration> = (0..STARTS)
        .map(|_| {
            let began = Instant::now();
            let page = place.updates().boot();
            let took = began.elapsed();
            assert!(page.bundle.is_some(), "a release is shown");
            took
        })
        .collect();
    took.sort();
    took[STARTS / 2]
}

/// All files of a folder as an archive that is compressed as a whole.
fn archive(folder: &Path) -> Result<u64> {
    let mut tar = std::process::Command::new("tar");
    tar.args(["-cz", "--exclude=*.br", "-C"]).arg(folder).arg(".");
    Ok(tar.output()?.stdout.len() as u64)
}

fn kilobytes(bytes: u64) -> String {
    format!("{:.1} KB", bytes as f64 / 1024.0)
}

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let before = PathBuf::from(words.next().ok_or("usage: measure_updates BEFORE NAME=AFTER...")?);
    let mut place = Measured::found()?;
    place.publish(1, &before)?;
    let first = place.start(1)?;
    let mut rows = vec![(
        "all of it, on a terminal with nothing".to_owned(),
        1,
        before.clone(),
        first[0].clone(),
    )];
    let mut active = String::new();
    for (number, word) in words.enumerate() {
        let (name, pages) = word.split_once('=').ok_or("NAME=AFTER")?;
        let release = 2 * number as u64 + 2;
        let published = place.publish(release, Path::new(pages))?;
        let began = Instant::now();
        let cost = place.start(1)?.remove(0);
        let came = began.elapsed();
        rows.push((name.to_owned(), release, PathBuf::from(pages), cost));
        // The next one is measured from the same pages again.
        let began = Instant::now();
        place.start(0)?;
        active += &format!(
            "{name}: {} ms to publish it, {} ms until it is on the disk of a terminal that asks, {} ms until a page of it may be drawn.\n",
            published.as_millis(),
            came.as_millis(),
            began.elapsed().as_millis()
        );
        place.publish(release + 1, &before)?;
        place.start(1)?;
        place.start(0)?;
    }
    println!("\n| change | comes in | requests | changed files, compressed | all of it, compressed |");
    println!("|---|---:|---:|---:|---:|");
    for (name, release, pages, (outcome, bytes, requests)) in &rows {
        if !matches!(outcome, Outcome::Staged { .. }) {
            return Err(format!("{name}: it did not come: {outcome:?}").into());
        }
        let old = place.manifest(if *release == 1 { 1 } else { release - 1 })?;
        let changed = place
            .manifest(*release)?
            .files
            .into_iter()
            .filter(|file| *release == 1 || !old.files.iter().any(|other| other.content == file.content));
        let files: u64 = changed
            .map(|file| file.zstd.map_or(file.content.size, |zstd| zstd.size))
            .sum();
        println!(
            "| {name} | {} | {requests} | {} | {} |",
            kilobytes(*bytes),
            kilobytes(files),
            kilobytes(archive(pages)?)
        );
    }
    print!("\n{active}");
    let quiet = place.start(2)?.remove(1);
    println!("\nA check with nothing new: {} request, {} bytes.", quiet.2, quiet.1);
    println!(
        "A start with a release, until its pages are in memory and compared: {:.1} ms.",
        boot(&place).as_secs_f64() * 1e3
    );
    Ok(())
}
