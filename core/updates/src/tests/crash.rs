//! Power is lost at every operation of an update: whatever the disk then shows, one whole bundle is shown, nothing that was
//! good is lost, and the update still comes.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use async_trait::async_trait;
use onehall_bundle::Hash;
use proptest::prelude::*;
use time::OffsetDateTime;

use super::{City, Terminal, fresh, shown};
use crate::testing::{FaultyDisk, MemoryMirror, wait};
use crate::trust::{Target, Trust, TrustError};
use crate::{Outcome, UpdateError};

/// Who verifies is another test's matter: this one names the targets that there are.
struct Known(BTreeMap<String, Target>);

impl Known {
    fn of(city: &City) -> Known {
        let targets = city.repository.targets.values().flatten().map(|(name, content)| {
            let hash = Hash::of(content).to_string();
            let target = Target {
                path: format!("{hash}.{name}"),
                length: content.len() as u64,
                hashes: BTreeMap::from([("sha256".to_owned(), hash)]),
            };
            (name.clone(), target)
        });
        Known(targets.collect())
    }
}

#[async_trait]
impl Trust for Known {
    async fn refresh(&mut self, _: OffsetDateTime) -> Result<(), TrustError> {
        Ok(())
    }

    async fn unchanged(&mut self, _: OffsetDateTime) -> bool {
        false
    }

    async fn find(&mut self, name: &str, _: OffsetDateTime) -> Result<Option<Target>, TrustError> {
        Ok(self.0.get(name).cloned())
    }
}

/// What the repository has on each of three days.
struct Days {
    days: Vec<(Known, Arc<MemoryMirror>)>,
}

impl Days {
    fn new() -> Days {
        let mut city = City::new();
        let mut days = Vec::new();
        for (release, from) in [(11, vec![10]), (12, vec![11]), (13, vec![11])] {
            city.release(release, &from);
            let mirror = MemoryMirror::default();
            *mirror.files() = city.mirror.files().clone();
            days.push((Known::of(&city), Arc::new(mirror)));
        }
        Days { days }
    }

    fn check(&mut self, terminal: &Terminal<FaultyDisk>, day: usize) -> Result<Outcome, UpdateError> {
        let (trust, mirror) = &mut self.days[day];
        wait(terminal.updates.check(trust, mirror.as_ref())).map(|(outcome, _)| outcome)
    }
}

/// What somebody does in three days, and what has lasted for certain. It ends where power is lost.
struct Life {
    terminal: Terminal<FaultyDisk>,
    /// The releases of which it was told that they are good.
    good: u64,
}

impl Life {
    fn restart(&mut self) -> u64 {
        let disk = Arc::clone(&self.terminal.disk);
        self.terminal = Terminal::new(disk);
        let page = self.terminal.updates.boot();
        shown(&page)
    }

    fn ready(&mut self) {
        let state = self.terminal.updates.state();
        if let Some(boot) = state.boot {
            self.terminal.updates.ready(boot.nonce);
        }
        // For certain, where the disk has done all that it was told until now.
        let kept = self.terminal.updates.state().kept;
        if let Some(committed) = kept.committed.filter(|_| self.terminal.disk.has_power()) {
            self.good = committed.number;
        }
    }
}

/// 11 comes and is good; 12 comes and never draws itself; 13 comes and is good.
fn live(days: &mut Days, disk: Arc<FaultyDisk>) -> Life {
    let mut life = Life {
        terminal: Terminal::new(disk),
        good: 0,
    };
    life.restart();
    let _ = days.check(&life.terminal, 0);
    life.restart();
    life.ready();
    let _ = days.check(&life.terminal, 1);
    life.restart();
    life.restart();
    life.restart();
    let _ = days.check(&life.terminal, 2);
    life.restart();
    life.ready();
    life
}

/// After power was lost, on what the disk shows.
fn comes_back(days: &mut Days, disk: FaultyDisk, good: u64, what: &str) {
    let mut life = Life {
        terminal: Terminal::new(Arc::new(disk)),
        good: 0,
    };
    // Whole, whichever it is: `shown` compares each file.
    let first = life.restart();
    assert!(
        first >= good || first == 12,
        "{what}: {first} is shown after {good} was good"
    );
    // Without a network, as often as it likes: the trials are over, and what was good is there.
    life.restart();
    life.restart();
    let last = life.restart();
    assert!(last >= good, "{what}: {last} is left of {good}");
    // And with one, the newest comes.
    for _ in 0..4 {
        if let Err(error) = days.check(&life.terminal, 2) {
            panic!("{what}: {error}");
        }
        life.restart();
        life.ready();
    }
    let end = life.restart();
    let refused = life.terminal.updates.state().kept.refused;
    let given_up = refused
        .iter()
        .any(|refused| refused.manifest == Hash::of(&crate::testing::bundle(13, &[11]).0.to_bytes()));
    assert!(end == 13 || given_up, "{what}: it ends with {end}");
}

#[test]
fn at_every_operation() {
    let mut days = DAYS.lock().unwrap_or_else(PoisonError::into_inner);
    let whole = Arc::new(FaultyDisk::default());
    let life = live(&mut days, Arc::clone(&whole));
    assert_eq!(
        (shown(&life.terminal.updates.boot()), life.good),
        (13, 13),
        "with power all the time"
    );
    let operations = whole.done();
    assert!(operations > 60, "{operations}");
    for end in 1..=operations {
        let disk = Arc::new(FaultyDisk::default());
        disk.end_at(end);
        let life = live(&mut days, Arc::clone(&disk));
        for seed in 0..3 {
            let what = format!("operation {end} of {operations}, seed {seed}");
            comes_back(&mut days, disk.after_power_loss(seed), life.good, &what);
        }
    }
}

/// They are made once: nothing changes them.
static DAYS: LazyLock<Mutex<Days>> = LazyLock::new(|| Mutex::new(Days::new()));

#[derive(Debug, Clone, Copy)]
enum Deed {
    Restart,
    Check(usize),
    Ready,
    Fail,
    Quiet,
    PowerLoss { after: usize, seed: u64 },
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => Just(Deed::Restart),
        4 => (0_usize..3).prop_map(Deed::Check),
        3 => Just(Deed::Ready),
        1 => Just(Deed::Fail),
        1 => Just(Deed::Quiet),
        3 => (1_usize..40, any::<u64>()).prop_map(|(after, seed)| Deed::PowerLoss { after, seed }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn in_any_order_of_deeds_and_losses(deeds in prop::collection::vec(deed(), 1..24)) {
        let mut days = DAYS.lock().unwrap_or_else(PoisonError::into_inner);
        let mut life = Life { terminal: fresh(), good: 0 };
        life.restart();
        for deed in deeds {
            match deed {
                Deed::Restart => drop(life.restart()),
                Deed::Check(day) => drop(days.check(&life.terminal, day)),
                Deed::Ready => life.ready(),
                Deed::Fail => {
                    if let Some(boot) = life.terminal.updates.state().boot
                        && !life.terminal.updates.failed(boot.nonce).is_empty()
                    {
                        shown(&life.terminal.updates.boot());
                    }
                }
                Deed::Quiet => {
                    if !life.terminal.updates.quiet().is_empty() {
                        shown(&life.terminal.updates.boot());
                    }
                }
                Deed::PowerLoss { after, seed } => {
                    let disk = Arc::clone(&life.terminal.disk);
                    disk.end_at(disk.done() + after);
                    let day = usize::try_from(seed % 3).unwrap_or_default();
                    let _ = days.check(&life.terminal, day);
                    life.restart();
                    life.ready();
                    life.terminal = Terminal::new(Arc::new(disk.after_power_loss(seed)));
                    let first = life.restart();
                    let trial = life.terminal.updates.state().kept.trial.is_some();
                    prop_assert!(first >= life.good || trial, "{first} after {}", life.good);
                }
            }
        }
    }
}

#[test]
fn what_was_verified_of_the_metadata_survives_power_that_is_lost_anywhere() {
    let mut city = City::new();
    city.release(11, &[]);
    let whole = Arc::new(FaultyDisk::default());
    let refresh = |disk: &Arc<FaultyDisk>, city: &City| {
        let terminal = Terminal::new(Arc::clone(disk));
        wait(terminal.trust(city).refresh(crate::testing::day(0)))
    };
    assert_eq!(refresh(&whole, &city), Ok(()));
    for end in 1..=whole.done() {
        let disk = Arc::new(FaultyDisk::default());
        disk.end_at(end);
        let _ = refresh(&disk, &city);
        for seed in 0..4 {
            let after = Arc::new(disk.after_power_loss(seed));
            assert_eq!(refresh(&after, &city), Ok(()), "operation {end}, seed {seed}");
        }
    }
}
