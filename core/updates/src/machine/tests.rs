//! A host that does what it is told, with a disk that keeps only what was written, and can be killed at any event.

use onehall_bundle::{Hash, Range, Version};
use proptest::prelude::*;

use super::{
    Boot, Effect, Event, Kept, Native, Nonce, Refused, Release, STRIKES, Shows, State, Told, Trial, Unfit, Work, start,
    step,
};

const ALL: Range = Range { first: 1, last: 3 };

fn native() -> Native {
    Native {
        core: Version([1, 0, 0]),
        profile: "desktop".to_owned(),
        protocol: ALL,
        data: ALL,
        inside: 10,
    }
}

fn release(number: u64) -> Release {
    Release {
        number,
        manifest: Hash::of(&number.to_be_bytes()),
        protocol: ALL,
        data: ALL,
    }
}

fn trial(number: u64, attempts: u8) -> Trial {
    Trial {
        release: release(number),
        attempts,
    }
}

struct Host {
    state: State,
    disk: Kept,
    /// Whether the disk takes what is written.
    writable: bool,
    whole: fn(Hash) -> bool,
    now: i64,
    boots: u128,
    shown: Option<Boot>,
    /// What the host was asked that is not done by itself.
    asked: Vec<Effect>,
}

impl Host {
    fn new(kept: Kept) -> Host {
        Host {
            state: start(native(), kept.clone()),
            disk: kept,
            writable: true,
            whole: |_| true,
            now: 1_000,
            boots: 0,
            shown: None,
            asked: Vec::new(),
        }
    }

    fn tell(&mut self, event: Event) {
        let (state, effects) = step(self.state.clone(), event, self.now);
        self.state = state;
        for effect in effects {
            match effect {
                Effect::Write if self.writable => {
                    self.disk = self.state.kept.clone();
                    self.tell(Event::Written);
                }
                Effect::Write => self.tell(Event::NotWritten),
                Effect::Show(boot) => {
                    if let Shows::Trial(release) = boot.shows {
                        let written = self
                            .disk
                            .trial
                            .unwrap_or_else(|| panic!("shown before it was written down"));
                        assert!(written.release == release && written.attempts > 0, "{written:?}");
                    }
                    match boot.shows.release().map(|release| release.manifest) {
                        Some(manifest) if !(self.whole)(manifest) => self.tell(Event::Damaged(manifest)),
                        _ => self.shown = Some(boot),
                    }
                }
                other => self.asked.push(other),
            }
        }
    }

    /// A page is shown; which release, with 0 for the one inside.
    fn boot(&mut self) -> u64 {
        self.boots += 1;
        self.tell(Event::Boot(Nonce(self.boots)));
        self.shows()
    }

    fn shows(&self) -> u64 {
        let boot = self.shown.unwrap_or_else(|| panic!("nothing is shown"));
        boot.shows.release().map_or(0, |release| release.number)
    }

    fn ready(&mut self) {
        self.tell(Event::Ready(Nonce(self.boots)));
    }

    /// The program is killed and started again.
    fn restart(&mut self) -> u64 {
        self.state = start(self.state.native.clone(), self.disk.clone());
        self.shown = None;
        self.boot()
    }

    fn offer(&mut self, number: u64) {
        self.check(Some(number), false, false);
    }

    fn check(&mut self, wanted: Option<u64>, forced: bool, revoked: bool) {
        self.tell(Event::CheckDue);
        self.tell(Event::Checked {
            wanted: wanted.map(release),
            forced,
            revoked,
        });
    }

    /// A release is offered and fetched.
    fn stage(&mut self, number: u64) {
        self.offer(number);
        self.tell(Event::Downloaded(release(number).manifest));
    }

    fn asked(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.asked)
    }
}

/// A host on which a release is good.
fn committed(number: u64) -> Host {
    let mut host = Host::new(Kept::default());
    host.boot();
    host.stage(number);
    assert_eq!(host.restart(), number);
    host.ready();
    host.asked();
    assert_eq!(host.disk.committed, Some(release(number)));
    host
}

#[test]
fn a_fresh_installation_shows_what_is_inside_of_it() {
    let mut host = Host::new(Kept::default());
    assert_eq!(host.boot(), 0);
    host.ready();
    assert_eq!(host.disk, Kept::default(), "nothing to write down");
}

#[test]
fn what_was_fetched_is_tried_at_the_next_start_and_good_once_its_page_says_so() {
    let mut host = Host::new(Kept::default());
    host.boot();
    host.stage(11);
    assert_eq!(host.shows(), 0, "the page that is shown stays");
    assert_eq!(host.restart(), 11);
    assert_eq!(host.disk.trial, Some(trial(11, 1)));
    host.ready();
    assert_eq!((host.disk.committed, host.disk.trial), (Some(release(11)), None));
    assert_eq!(host.restart(), 11);
}

#[test]
fn a_page_that_never_draws_itself_is_gone_after_two_starts() {
    let mut host = committed(11);
    host.stage(12);
    assert_eq!((host.restart(), host.restart(), host.restart()), (12, 12, 11));
    assert!(host.asked().contains(&Effect::Tell(Told::RolledBack(12))));
    assert_eq!(host.disk.trial, None);
    host.stage(12);
    assert_eq!(host.restart(), 11, "it is not fetched again either");
}

#[test]
fn a_page_that_fails_is_tried_once_more_in_a_new_web_view_and_then_gone() {
    for failure in [Event::Failed, Event::Late] {
        let mut host = committed(11);
        host.stage(12);
        host.restart();
        host.asked();
        host.tell(failure(Nonce(host.boots)));
        assert_eq!(host.asked(), [Effect::Rebuild]);
        assert_eq!(host.boot(), 12);
        host.tell(failure(Nonce(host.boots)));
        assert_eq!(host.boot(), 11);
        host.ready();
        assert_eq!(host.disk.committed, Some(release(11)));
    }
}

#[test]
fn where_nothing_was_good_before_the_one_inside_is_back() {
    let mut host = Host::new(Kept::default());
    host.boot();
    host.stage(11);
    assert_eq!((host.restart(), host.restart(), host.restart()), (11, 11, 0));
}

#[test]
fn ready_counts_for_the_boot_of_its_number_alone() {
    let mut host = committed(11);
    let old = Nonce(host.boots);
    host.stage(12);
    host.tell(Event::Quiet);
    assert_eq!(host.boot(), 12);
    host.tell(Event::Ready(old));
    host.tell(Event::Ready(Nonce(u128::MAX)));
    host.tell(Event::Failed(old));
    assert_eq!(
        (host.disk.committed, host.disk.trial),
        (Some(release(11)), Some(trial(12, 1)))
    );
    host.ready();
    assert_eq!(host.disk.committed, Some(release(12)));
}

#[test]
fn ready_makes_good_what_was_shown_and_not_what_was_fetched_since() {
    let mut host = committed(11);
    host.stage(12);
    host.restart();
    host.stage(13);
    host.ready();
    assert_eq!(
        (host.disk.committed, host.disk.staged),
        (Some(release(12)), Some(release(13)))
    );
}

#[test]
fn what_cannot_be_written_down_is_not_tried() {
    let mut host = committed(11);
    host.stage(12);
    host.writable = false;
    assert_eq!(host.restart(), 11);
    host.ready();
    assert_eq!(host.disk.committed, Some(release(11)));
    host.writable = true;
    assert_eq!(host.restart(), 12);
}

#[test]
fn a_disk_that_lost_files_costs_the_release_and_not_the_start() {
    let mut host = committed(11);
    host.stage(12);
    host.whole = |manifest| manifest != release(12).manifest;
    assert_eq!(host.restart(), 11);
    assert_eq!((host.disk.trial, host.disk.staged), (None, None));
    host.whole = |_| false;
    assert_eq!(host.restart(), 0);
    assert_eq!(host.disk.committed, None);
    host.asked();
    host.offer(12);
    assert_eq!(
        host.asked(),
        [Effect::Check, Effect::Download(release(12))],
        "and it may come again"
    );
}

#[test]
fn a_new_native_program_shows_nothing_that_it_does_not_understand() {
    for (change, unfit) in [
        (
            (|native| native.protocol = Range { first: 4, last: 9 }) as fn(&mut Native),
            Unfit::Protocol,
        ),
        (|native| native.data = Range { first: 4, last: 4 }, Unfit::Data),
        (|native| native.inside = 12, Unfit::OlderThanInside),
    ] {
        let mut host = committed(11);
        host.stage(12);
        change(&mut host.state.native);
        assert_eq!(host.restart(), 0, "{unfit}");
        assert_eq!(host.disk.needed().count(), 0);
        assert!(host.asked().contains(&Effect::Tell(Told::Dropped(11, unfit))));
    }
    let mut host = committed(11);
    host.state.native.core = Version([2, 0, 0]);
    assert_eq!(
        host.restart(),
        11,
        "a newer program that still understands it goes on with it"
    );
}

#[test]
fn what_failed_under_one_program_may_be_tried_under_another_or_once_its_time_is_over_or_it_is_forgiven() {
    let failed = || {
        let mut host = committed(11);
        host.stage(12);
        for _ in 0..=STRIKES {
            host.restart();
        }
        host.offer(12);
        assert_eq!(host.state.work, Work::Idle, "refused");
        host
    };
    let mut host = failed();
    host.state.native.core = Version([1, 0, 1]);
    host.offer(12);
    assert_ne!(host.state.work, Work::Idle);
    let mut host = failed();
    host.now += super::REFUSED_FOR + 1;
    host.offer(12);
    assert_ne!(host.state.work, Work::Idle);
    let mut host = failed();
    host.tell(Event::Forgiven(release(12).manifest));
    host.offer(12);
    assert_ne!(host.state.work, Work::Idle);
    assert!(host.disk.refused.is_empty());
}

#[test]
fn a_clock_that_is_set_back_makes_nothing_young_again() {
    let mut host = committed(11);
    host.now = 5_000_000;
    host.offer(11);
    host.now = 0;
    host.check(None, false, false);
    assert_eq!(host.disk.latest, 5_000_000);
}

#[test]
fn what_was_revoked_is_gone_at_the_next_start_whatever_else_happens() {
    let mut host = committed(11);
    host.check(None, true, true);
    assert!(host.asked().contains(&Effect::Interrupt));
    assert_eq!(host.shows(), 11, "until drafts are saved");
    assert_eq!(host.disk.committed, None);
    host.tell(Event::Quiet);
    assert_eq!(host.asked(), [Effect::Rebuild]);
    assert_eq!(host.boot(), 0);
    assert_eq!(committed_then_killed(), 0);
}

fn committed_then_killed() -> u64 {
    let mut host = committed(11);
    host.check(None, true, true);
    host.restart()
}

#[test]
fn a_trial_that_is_revoked_does_not_become_good() {
    let mut host = committed(11);
    host.stage(12);
    host.restart();
    host.check(Some(11), true, true);
    host.ready();
    assert_eq!(host.disk.committed, Some(release(11)));
    host.tell(Event::Quiet);
    assert_eq!(host.boot(), 11);
}

#[test]
fn a_release_that_is_taken_back_while_it_waits_is_never_shown() {
    let mut host = committed(11);
    host.stage(12);
    host.check(None, false, false);
    assert_eq!(host.restart(), 11);
}

#[test]
fn nobody_is_disturbed_unless_it_is_forced_and_then_once() {
    let mut host = committed(11);
    host.stage(12);
    assert!(
        !host
            .asked()
            .iter()
            .any(|effect| matches!(effect, Effect::Rebuild | Effect::Interrupt))
    );
    let mut host = committed(11);
    host.check(Some(12), true, false);
    host.tell(Event::Downloaded(release(12).manifest));
    let asked = host.asked();
    assert_eq!(
        asked.iter().filter(|effect| **effect == Effect::Interrupt).count(),
        1,
        "{asked:?}"
    );
    host.check(Some(12), true, false);
    host.restart();
    host.check(Some(12), true, false);
    assert!(!host.asked().contains(&Effect::Interrupt), "once for a release");
}

#[test]
fn a_quiet_moment_ends_no_trial_and_rebuilds_nothing_for_nothing() {
    let mut host = committed(11);
    host.tell(Event::Quiet);
    assert_eq!(host.asked(), []);
    host.stage(12);
    host.restart();
    host.stage(13);
    host.asked();
    host.tell(Event::Quiet);
    assert_eq!(host.asked(), [], "12 has not drawn itself yet");
    host.ready();
    host.asked();
    host.tell(Event::Quiet);
    assert_eq!(host.asked(), [Effect::Rebuild]);
    assert_eq!(host.boot(), 13);
}

#[test]
fn an_answer_that_nobody_waits_for_changes_nothing() {
    let mut host = committed(11);
    let before = host.state.clone();
    for late in [
        Event::Checked {
            wanted: Some(release(12)),
            forced: true,
            revoked: true,
        },
        Event::NotChecked,
        Event::Downloaded(release(12).manifest),
        Event::NotDownloaded(release(12).manifest),
        Event::Damaged(release(12).manifest),
        Event::Written,
        Event::NotWritten,
    ] {
        host.tell(late);
        assert_eq!(host.state, before, "{late:?}");
    }
    host.tell(Event::CheckDue);
    host.tell(Event::CheckDue);
    assert_eq!(host.asked(), [Effect::Check], "one at a time");
}

#[test]
fn what_is_written_down_is_read_again_and_damage_is_read_as_nothing() {
    let kept = Kept {
        committed: Some(release(11)),
        staged: Some(release(13)),
        trial: Some(trial(12, 1)),
        refused: vec![Refused {
            manifest: release(9).manifest,
            core: Version([1, 0, 0]),
            until: 7,
        }],
        interrupted: Some(release(12).manifest),
        latest: 1_790_000_000,
    };
    let bytes = kept.to_bytes();
    assert_eq!(Kept::read(&bytes), Some(kept));
    for end in 0..bytes.len() {
        assert_eq!(Kept::read(&bytes[..end]), None, "{end}");
    }
    assert_eq!(Kept::read(br#"{"refused":[],"latest":0,"other":1}"#), None);
}

#[derive(Debug, Clone)]
enum Deed {
    Restart,
    Rebuild,
    Ready,
    OldReady,
    Fail,
    Check {
        wanted: Option<u64>,
        forced: bool,
        revoked: bool,
    },
    Downloaded(u64),
    NotDownloaded(u64),
    Damage(u64),
    Quiet,
    Forgive(u64),
    Disk(bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    let number = 9_u64..15;
    prop_oneof![
        4 => Just(Deed::Restart),
        2 => Just(Deed::Rebuild),
        4 => Just(Deed::Ready),
        1 => Just(Deed::OldReady),
        2 => Just(Deed::Fail),
        5 => (prop::option::of(number.clone()), any::<bool>(), prop::bool::weighted(0.2))
            .prop_map(|(wanted, forced, revoked)| Deed::Check { wanted, forced, revoked }),
        5 => number.clone().prop_map(Deed::Downloaded),
        1 => number.clone().prop_map(Deed::NotDownloaded),
        1 => number.clone().prop_map(Deed::Damage),
        2 => Just(Deed::Quiet),
        1 => number.prop_map(Deed::Forgive),
        1 => any::<bool>().prop_map(Deed::Disk),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_a_page_is_shown_and_nothing_is_tried_more_than_twice(deeds in prop::collection::vec(deed(), 1..60)) {
        let mut host = Host::new(Kept::default());
        host.boot();
        let mut tries = std::collections::BTreeMap::new();
        for deed in deeds {
            let before = host.boots;
            match deed {
                Deed::Restart => drop(host.restart()),
                Deed::Rebuild => drop(host.boot()),
                Deed::Ready => host.ready(),
                Deed::OldReady => host.tell(Event::Ready(Nonce(host.boots.wrapping_sub(1)))),
                Deed::Fail => {
                    host.tell(Event::Failed(Nonce(host.boots)));
                    if host.asked().contains(&Effect::Rebuild) {
                        host.boot();
                    }
                }
                Deed::Check { wanted, forced, revoked } => host.check(wanted, forced, revoked),
                Deed::Downloaded(number) => host.tell(Event::Downloaded(release(number).manifest)),
                Deed::NotDownloaded(number) => host.tell(Event::NotDownloaded(release(number).manifest)),
                Deed::Damage(number) => host.tell(Event::Damaged(release(number).manifest)),
                Deed::Quiet => host.tell(Event::Quiet),
                Deed::Forgive(number) => {
                    host.tell(Event::Forgiven(release(number).manifest));
                    tries.remove(&number);
                }
                Deed::Disk(writable) => host.writable = writable,
            }
            // Something that fits is always shown.
            let shown = host.shows();
            prop_assert!(shown == 0 || shown > 10, "{shown} is older than the one inside");
            if host.boots > before && let Some(Boot { shows: Shows::Trial(release), .. }) = host.shown {
                let count = tries.entry(release.number).or_insert(0_u8);
                *count += 1;
                prop_assert!(*count <= STRIKES, "{} is tried {count} times", release.number);
            }
            // Good once, damaged and fetched anew: it has its tries again.
            if let Some(committed) = host.state.kept.committed {
                tries.remove(&committed.number);
            }
            // Let go for a reason that is none of its own (revoked, damaged, no longer wanted): it has its tries again.
            let kept = &host.state.kept;
            tries.retain(|number, _| {
                kept.trial.is_some_and(|trial| trial.release.number == *number)
                    || kept.refused.iter().any(|refused| refused.manifest == release(*number).manifest)
            });
        }
    }
}
