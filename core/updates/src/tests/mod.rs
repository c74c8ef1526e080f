//! The whole of it: signed metadata, download, trial and return, attacks on each, and power lost at every operation.

mod attacks;
mod crash;
mod flow;
mod hostile;
mod killed;
mod told;

use std::sync::Arc;

use onehall_bundle::{Halts, Policy};

use crate::disk::Disk;
use crate::testing::{
    FaultyDisk, Floor, MemoryMirror, Repository, StoppedClock, bundle, contents, offer, settings, wait,
};
use crate::trust::{MetadataFolder, SigstoreTrust};
use crate::{Ask, Outcome, Page, Settings, UpdateError, Updates};

/// A city's repository, a mirror of it, and the root that is built into an application.
struct City {
    repository: Repository,
    mirror: Arc<MemoryMirror>,
    root: Vec<u8>,
    policy: Policy,
    halts: Halts,
}

impl City {
    fn new() -> City {
        let mirror = Arc::new(MemoryMirror::default());
        let mut repository = Repository::new();
        let root = repository.publish_root(&mut mirror.files());
        let mut city = City {
            repository,
            mirror,
            root,
            policy: Policy::default(),
            halts: Halts::default(),
        };
        city.publish();
        city
    }

    /// Adds a release, for all, with patches from others.
    fn release(&mut self, number: u64, patches_from: &[u64]) {
        let (manifest, blobs) = bundle(number, patches_from);
        self.mirror.files().blobs.extend(blobs);
        self.repository
            .add("ui-desktop", &format!("ui-desktop.{number}.json"), manifest.to_bytes());
        self.policy.offers.push(offer(&manifest));
        self.publish();
    }

    fn publish(&mut self) {
        self.repository
            .add("ui-desktop", "ui-desktop.rollout.json", self.policy.to_bytes());
        self.repository
            .add("halts", "ui-desktop.halts.json", self.halts.to_bytes());
        self.repository.publish(&mut self.mirror.files());
    }
}

/// One terminal, whose disk outlives its program.
struct Terminal<D: Disk> {
    disk: Arc<D>,
    updates: Updates<Arc<D>>,
    watch: Arc<StoppedClock>,
    settings: Settings,
}

impl<D: Disk + 'static> Terminal<D> {
    fn new(disk: Arc<D>) -> Terminal<D> {
        Terminal::with(disk, settings())
    }

    fn with(disk: Arc<D>, settings: Settings) -> Terminal<D> {
        let watch = Arc::new(StoppedClock::default());
        let old = contents(10);
        let floor = Floor::new(10, &old.values().map(Vec::as_slice).collect::<Vec<_>>());
        let updates = Updates::open(Arc::clone(&disk), floor, settings.clone(), watch.clone());
        Terminal {
            disk,
            updates,
            watch,
            settings,
        }
    }

    /// The program is killed and started again.
    fn restart(self) -> Terminal<D> {
        Terminal::with(self.disk, self.settings)
    }

    fn days_later(&self, days: i64) {
        *self
            .watch
            .days
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = days;
    }

    fn trust(&self, city: &City) -> SigstoreTrust {
        let kept = MetadataFolder::beside(Arc::clone(&self.disk));
        let trust = SigstoreTrust::new(&city.root, kept, city.mirror.clone());
        trust.unwrap_or_else(|error| panic!("{error}"))
    }

    fn check(&self, city: &City) -> Result<(Outcome, Vec<Ask>), UpdateError> {
        wait(self.updates.check(&mut self.trust(city), city.mirror.as_ref()))
    }

    fn staged(&self, city: &City) -> Outcome {
        self.check(city).unwrap_or_else(|error| panic!("{error}")).0
    }
}

/// A terminal as it comes from the factory.
fn fresh() -> Terminal<FaultyDisk> {
    Terminal::new(Arc::default())
}

/// The release that a page shows, every file of which is the one of that release; 0 for the one inside.
fn shown(page: &Page) -> u64 {
    let Some(bundle) = &page.bundle else { return 0 };
    let release = bundle.manifest.release;
    let files: Vec<(String, Vec<u8>)> = bundle
        .paths()
        .map(|path| {
            (
                path.to_owned(),
                bundle.file(path).map(|file| file.to_vec()).unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        files,
        contents(release).into_iter().collect::<Vec<_>>(),
        "release {release} as a whole"
    );
    release
}
