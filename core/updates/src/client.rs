//! One terminal's updates: the machine, with a disk, a mirror and a verifier at its edge.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use onehall_bundle::{Block, Halts, Hash, InstallId, Kiosks, Manifest, Mistake, Policy, Running, Terminal};
use time::OffsetDateTime;

use crate::carried::{CATALOG, KIOSKS};
use crate::disk::{Disk, replace};
use crate::download::{Cost, Room, disk_error, download};
use crate::machine::{Effect, Event, Native, Nonce, Release, State, Told, Unfit, Work, start, step};
use crate::mirror::{FetchError, Mirror};
use crate::store::{Bundle, Inside, Store};
use crate::trust::{Trust, TrustError};

/// The file with the number that this installation drew.
const INSTALL: &str = "install";

/// What decides here which releases this terminal takes. None of it can be set by a page.
#[derive(Debug, Clone)]
pub struct Settings {
    /// This program.
    pub native: Native,
    /// The role that signs for this kind of terminal, with which the names of its targets begin: `ui-desktop`.
    pub role: String,
    /// `stable`, or another that its operator set.
    pub channel: String,
    /// Its region; empty: none.
    pub region: String,
    /// Its hall; empty: none.
    pub hall: String,
    /// Its kind, as on the wire.
    pub kind: String,
    /// What a download may use.
    pub room: Room,
}

/// What tells the time, and hears what is counted.
pub trait Watch: Send + Sync {
    /// The time of this terminal.
    fn now(&self) -> OffsetDateTime;
    /// Something to count. It is called while the state is held: it must ask nothing of the updates.
    fn told(&self, told: Told);
}

/// What the shell is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// End the web view and show a new one, which begins with [`Updates::boot`].
    Rebuild,
    /// Save drafts, say that the page starts again, then [`Updates::quiet`].
    Interrupt,
}

/// A page that is about to be shown.
#[derive(Debug, Clone)]
pub struct Page {
    /// What only this page is told, and says when it has drawn itself.
    pub nonce: Nonce,
    /// Its bundle; none: the one inside the application.
    pub bundle: Option<Bundle>,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Another one is under way.
    Busy,
    /// There is nothing newer for this terminal.
    UpToDate,
    /// A release is on the disk and waits for the next start or a quiet moment.
    Staged {
        /// Its number.
        release: u64,
        /// What it cost.
        cost: Cost,
    },
}

/// Why a check ended without one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// The metadata does not count.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// Something did not come.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// What was signed cannot be read here.
    #[error("{document}: {mistake}")]
    Signed {
        /// Which.
        document: String,
        /// What is wrong in it.
        mistake: Mistake,
    },
    /// The manifest is not the one that the policy names.
    #[error("release {0} has another manifest than the policy names")]
    OtherManifest(u64),
    /// The release is not for this program.
    #[error("release {0} is not for this program: {1}")]
    Unfit(u64, Unfit),
}

/// One terminal's updates.
pub struct Updates<D> {
    store: Store<D>,
    settings: Settings,
    install: InstallId,
    watch: Arc<dyn Watch>,
    state: Mutex<State>,
    /// When the whole of the repository was looked at last, in seconds since 1970; none where something has changed here since.
    settled: Mutex<Option<i64>>,
}

/// For so many seconds an unchanged timestamp is enough: a new root can be published without a new timestamp.
const SETTLED_FOR: i64 = 24 * 3600;

impl<D: Disk> Updates<D> {
    /// Takes up what is on the disk. Nothing is fetched, and nothing is written but the number of a new installation.
    pub fn open(disk: D, inside: Arc<dyn Inside>, settings: Settings, watch: Arc<dyn Watch>) -> Updates<D> {
        let store = Store::new(disk, inside);
        let state = Mutex::new(start(settings.native.clone(), store.kept()));
        let install = install_id(store.disk());
        Updates {
            store,
            settings,
            install,
            watch,
            state,
            settled: Mutex::new(None),
        }
    }

    /// What is on the disk.
    pub fn store(&self) -> &Store<D> {
        &self.store
    }

    /// The state as it is.
    pub fn state(&self) -> State {
        self.lock().clone()
    }

    /// A page is about to be shown: which bundle it is made of. An attempt is on the disk when this returns.
    pub fn boot(&self) -> Page {
        let nonce = Nonce(u128::from_be_bytes(random()));
        let done = self.tell(Event::Boot(nonce));
        Page {
            nonce,
            bundle: done.shown.flatten(),
        }
    }

    /// A page says that it has drawn itself and its self-test went well.
    pub fn ready(&self, nonce: Nonce) {
        self.tell(Event::Ready(nonce));
    }

    /// A page says that it cannot go on.
    pub fn failed(&self, nonce: Nonce) -> Vec<Ask> {
        self.tell(Event::Failed(nonce)).asked
    }

    /// A page has not been ready in its time, in a window that is seen.
    pub fn late(&self, nonce: Nonce) -> Vec<Ask> {
        self.tell(Event::Late(nonce)).asked
    }

    /// Nobody would be disturbed now.
    pub fn quiet(&self) -> Vec<Ask> {
        self.tell(Event::Quiet).asked
    }

    /// Asks the repository, and fetches what this terminal should have. Where it is dropped, what came so far stays.
    ///
    /// # Errors
    /// The repository cannot be reached or is not believed, or what it has is not for this program. What runs goes on.
    pub async fn check(&self, trust: &mut dyn Trust, mirror: &dyn Mirror) -> Result<(Outcome, Vec<Ask>), UpdateError> {
        if !self.tell(Event::CheckDue).effects.contains(&Effect::Check) {
            return Ok((Outcome::Busy, Vec::new()));
        }
        let _under_way = UnderWay(self);
        let now = self.now();
        let settled = self
            .settled()
            .filter(|at| (0..SETTLED_FOR).contains(&(now.unix_timestamp() - at)));
        if settled.is_some() && trust.unchanged(now).await {
            return Ok((Outcome::UpToDate, Vec::new()));
        }
        *self.settled() = None;
        trust.refresh(now).await?;
        let (event, wanted) = self.decide(trust, mirror, now).await?;
        let mut done = self.tell(event);
        let fetch = |effect: &Effect| match effect {
            Effect::Download(release) => Some(*release),
            _ => None,
        };
        let outcome = match (done.effects.iter().find_map(fetch), wanted) {
            (Some(release), Some((bytes, manifest))) => {
                let cost = self.fetch(mirror, &bytes, &manifest).await?;
                done.asked.extend(self.tell(Event::Downloaded(release.manifest)).asked);
                Outcome::Staged {
                    release: release.number,
                    cost,
                }
            }
            _ => Outcome::UpToDate,
        };
        // After the pages: what travels beside them and does not come keeps none of them, and is asked for again with the
        // next check.
        match self.carry(trust, mirror, now).await {
            Ok(()) => *self.settled() = Some(now.unix_timestamp()),
            Err(error) if outcome == Outcome::UpToDate && done.asked.is_empty() => return Err(error),
            Err(_) => {}
        }
        Ok((outcome, done.asked))
    }

    /// What the signed policy means for this terminal, with the manifest of what it should have.
    async fn decide(
        &self,
        trust: &mut dyn Trust,
        mirror: &dyn Mirror,
        now: OffsetDateTime,
    ) -> Result<(Event, Option<(Vec<u8>, Manifest)>), UpdateError> {
        let role = &self.settings.role;
        let name = format!("{role}.rollout.json");
        let policy = match signed(trust, mirror, &name, Policy::LONGEST, now).await? {
            Some(bytes) => Policy::read(&bytes).map_err(|mistake| UpdateError::Signed {
                document: name,
                mistake,
            })?,
            None => Policy::default(),
        };
        let name = format!("{role}.halts.json");
        let mut halts = match signed(trust, mirror, &name, Policy::LONGEST, now).await? {
            Some(bytes) => Halts::read(&bytes).map_err(|mistake| UpdateError::Signed {
                document: name,
                mistake,
            })?,
            None => Halts::default(),
        };
        for manifest in &policy.forgiven {
            self.tell(Event::Forgiven(*manifest));
        }
        let state = self.state();
        // What failed here is passed over, so that the next best one may come.
        let core = self.settings.native.core;
        let failed = state
            .kept
            .refused
            .iter()
            .filter(|refused| state.kept.refuses(refused.manifest, core, now.unix_timestamp()));
        halts
            .blocks
            .extend(failed.map(|refused| Block::Halted(refused.manifest)));
        let shown = state.boot.and_then(|boot| boot.shows.release());
        let running = Running {
            release: shown.map_or(self.settings.native.inside, |release| release.number),
            manifest: shown.map(|release| release.manifest),
        };
        let decision = policy.decide(&halts, &self.terminal(), running);
        let mut wanted = None;
        if let Some(offer) = &decision.wanted {
            let number = offer.release;
            let name = format!("{role}.{number}.json");
            let bytes = signed(trust, mirror, &name, Manifest::LONGEST, now).await?;
            let bytes = bytes.ok_or_else(|| TrustError::Missing(name.clone()))?;
            if Hash::of(&bytes) != offer.manifest {
                return Err(UpdateError::OtherManifest(number));
            }
            let manifest = Manifest::read(&bytes).map_err(|mistake| UpdateError::Signed {
                document: name,
                mistake,
            })?;
            if manifest.release != number {
                return Err(UpdateError::OtherManifest(number));
            }
            match self.settings.native.takes(&manifest) {
                Ok(()) => wanted = Some((bytes, manifest)),
                // Where it runs what was revoked it must go back all the same.
                Err(_) if decision.revoked => {}
                Err(unfit) => return Err(UpdateError::Unfit(number, unfit)),
            }
        }
        let event = Event::Checked {
            wanted: wanted
                .as_ref()
                .map(|(bytes, manifest)| Release::of(manifest, Hash::of(bytes))),
            forced: decision.forced,
            revoked: decision.revoked,
        };
        Ok((event, wanted))
    }

    /// The catalog of the hall that travels with the pages, as it was verified last: for a terminal that reaches no hall.
    pub fn catalog(&self) -> Option<Vec<u8>> {
        CATALOG.kept(self.store.disk())
    }

    /// What kiosks are told, as it was verified last.
    pub fn kiosks(&self) -> Option<Kiosks> {
        kept_kiosks(self.store.disk())
    }

    /// Keeps what travels beside the pages. What one of them lacks keeps no other from coming.
    async fn carry(&self, trust: &mut dyn Trust, mirror: &dyn Mirror, now: OffsetDateTime) -> Result<(), UpdateError> {
        let (disk, role) = (self.store.disk(), &self.settings.role);
        let catalog = CATALOG.carry(disk, role, trust, mirror, now).await;
        let kiosks = KIOSKS.carry(disk, role, trust, mirror, now).await;
        catalog.and(kiosks)
    }

    async fn fetch(&self, mirror: &dyn Mirror, bytes: &[u8], manifest: &Manifest) -> Result<Cost, UpdateError> {
        self.store.keep_manifest(bytes).map_err(disk_error)?;
        Ok(download(&self.store, mirror, manifest, self.settings.room).await?)
    }

    fn terminal(&self) -> Terminal {
        let settings = &self.settings;
        Terminal {
            channel: settings.channel.clone(),
            region: settings.region.clone(),
            hall: settings.hall.clone(),
            kind: settings.kind.clone(),
            core: settings.native.core,
            install: self.install,
        }
    }

    /// The time by which a signature is judged: a clock that was set back does not make an old one young.
    fn now(&self) -> OffsetDateTime {
        let verified = OffsetDateTime::from_unix_timestamp(self.lock().kept.latest);
        self.watch.now().max(verified.unwrap_or(OffsetDateTime::UNIX_EPOCH))
    }

    fn settled(&self) -> MutexGuard<'_, Option<i64>> {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the machine and does what it says, one event at a time.
    fn tell(&self, event: Event) -> Done {
        let mut done = Done::default();
        let mut state = self.lock();
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            let now = self.watch.now().unix_timestamp();
            let (next, effects) = step(state.clone(), event, now);
            *state = next;
            for effect in effects {
                match effect {
                    Effect::Write => events.push_back(match self.store.keep(&state.kept) {
                        Ok(()) => Event::Written,
                        Err(error) => {
                            tracing::warn!(kind = ?error.kind(), "the state of updates was not written down");
                            Event::NotWritten
                        }
                    }),
                    Effect::Show(boot) => match boot.shows.release() {
                        None => done.shown = Some(None),
                        Some(release) => match self.store.open(release) {
                            Some(bundle) => done.shown = Some(Some(bundle)),
                            None => events.push_back(Event::Damaged(release.manifest)),
                        },
                    },
                    Effect::Collect => {
                        let fetched = match state.work {
                            Work::Downloading { release, .. } => Some(release),
                            _ => None,
                        };
                        let needed: Vec<Release> = state.kept.needed().chain(fetched).collect();
                        if let Err(error) = self.store.collect(&needed) {
                            tracing::debug!(kind = ?error.kind(), "old files of updates stay for now");
                        }
                    }
                    Effect::Rebuild => done.asked.push(Ask::Rebuild),
                    Effect::Interrupt => done.asked.push(Ask::Interrupt),
                    Effect::Tell(told) => {
                        if matches!(told, Told::RolledBack(_) | Told::Damaged(_) | Told::Revoked(_)) {
                            // What it should have is to be decided on anew.
                            *self.settled() = None;
                        }
                        self.watch.told(told);
                    }
                    Effect::Check | Effect::Download(_) => done.effects.push(effect),
                }
            }
        }
        done
    }
}

/// What came of an event.
#[derive(Default)]
struct Done {
    /// What is to be shown: a bundle, or the one inside the application.
    shown: Option<Option<Bundle>>,
    asked: Vec<Ask>,
    /// What takes its time.
    effects: Vec<Effect>,
}

/// A check that ends in whatever way ends for the machine too.
struct UnderWay<'u, D: Disk>(&'u Updates<D>);

impl<D: Disk> Drop for UnderWay<'_, D> {
    fn drop(&mut self) {
        let work = self.0.lock().work;
        match work {
            Work::Idle => {}
            Work::Checking => drop(self.0.tell(Event::NotChecked)),
            Work::Downloading { release, .. } => drop(self.0.tell(Event::NotDownloaded(release.manifest))),
        }
    }
}

/// What kiosks are told, as it was verified last and lies on this disk: for whoever starts before there are any updates.
pub fn kept_kiosks(disk: &dyn Disk) -> Option<Kiosks> {
    KIOSKS.kept(disk).and_then(|kept| Kiosks::read(&kept).ok())
}

/// A small target, whole and checked; none where no role names it.
pub(crate) async fn signed(
    trust: &mut dyn Trust,
    mirror: &dyn Mirror,
    name: &str,
    longest: usize,
    now: OffsetDateTime,
) -> Result<Option<Vec<u8>>, UpdateError> {
    let Some(target) = trust.find(name, now).await? else {
        return Ok(None);
    };
    if target.length > longest as u64 {
        return Err(FetchError::TooLong.into());
    }
    let bytes = mirror
        .target(&target.path, target.length)
        .await?
        .ok_or(FetchError::Missing)?;
    if !target.is(&bytes) {
        return Err(FetchError::WrongContent.into());
    }
    Ok(Some(bytes))
}

/// The number of this installation. Where it cannot be kept it is drawn anew each time, and shares are less steady.
fn install_id(disk: &dyn Disk) -> InstallId {
    let kept = disk.read(INSTALL, 16).ok().flatten();
    if let Some(kept) = kept.and_then(|bytes| <[u8; 16]>::try_from(bytes).ok()) {
        return InstallId(kept);
    }
    let drawn = random();
    if let Err(error) = replace(disk, INSTALL, &drawn) {
        tracing::warn!(kind = ?error.kind(), "the number of this installation was not kept");
    }
    InstallId(drawn)
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    if let Err(error) = getrandom::fill(&mut bytes) {
        // A nonce that can be guessed would let an old page vouch for a new one; there is no such system that we run on.
        tracing::error!(%error, "this system gives no random numbers");
    }
    bytes
}
