//! When what is asked for, and what comes of the answer: a state machine without I/O.
//!
//! Whoever drives it does what [`Machine::step`] gives, and tells what came of it, one thing at a time. So one terminal has
//! at most one request of synchronisation under way, and whatever is told in between is not lost: it is looked after when
//! that one is answered.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::PersonId;
use onehall_sync::Checksum;

use super::mirror::{Change, Held, Key, Mirror};

/// How long nothing may be heard until it is asked all the same, in milliseconds: pokes get lost.
pub(crate) const FALLBACK_MS: u32 = 60_000;
/// How long the first failure waits, and the longest that one does.
const RETRY_MS: u32 = 2_000;
const LONGEST_RETRY_MS: u32 = 60_000;
/// How long a hall is left alone that refuses for good, as one does that is older than this core.
const REFUSED_MS: u32 = 600_000;
/// After so many pulls a checksum is asked for.
const PULLS_PER_CHECKSUM: u32 = 10;
/// How long a difference is left alone that a snapshot did not mend, in milliseconds; twice as long each time.
const HEAL_AGAIN_MS: i64 = 600_000;
const LONGEST_HEAL_AGAIN_MS: i64 = 86_400_000;
/// How old the note of when all was as the hall had it may become on the disk, in milliseconds.
const NOTE_AGAIN_MS: i64 = 300_000;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happened {
    /// This core looks after the copy from now on, and found this kept.
    Began {
        /// The copy.
        mirror: Mirror,
        /// Up to where it is read; none of one that was never whole.
        cursor: Option<String>,
        /// When it last was as the hall had it.
        at: i64,
    },
    /// Something may have changed: a poke came, the connection is back.
    Nudged,
    /// It was waited for as long as was asked.
    Waited,
    /// A pull was answered.
    Pulled(Pulled),
    /// A page of a snapshot was answered.
    Page(Page),
    /// What was asked for was not answered so.
    Failed(Failure),
    /// What was to be kept is not: there is no room, or it is forbidden.
    NotKept,
}

/// The answer to a pull.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pulled {
    pub(crate) changes: Vec<Change>,
    pub(crate) cursor: String,
    pub(crate) more: bool,
    pub(crate) principals: BTreeSet<PersonId>,
    pub(crate) checksums: BTreeMap<PersonId, Checksum>,
}

/// The answer to a page of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) changes: Vec<Change>,
    pub(crate) end: End,
    pub(crate) principals: BTreeSet<PersonId>,
}

/// How a page ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// With another page.
    Next(String),
    /// As the last one, with the cursor of when the snapshot began.
    Cursor(String),
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The hall cannot bring this copy up to date: another is needed.
    Snapshot,
    /// It may go better later.
    Later,
    /// It will not go better soon.
    Refused,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Do {
    /// Asks what changed.
    Pull {
        /// Since when.
        cursor: String,
        /// With checksums.
        checksums: bool,
    },
    /// Asks for a page of a snapshot; none for the first.
    Snapshot(Option<String>),
    /// Keeps the copy on the terminal: all of it together, or nothing.
    Keep(Keep),
    /// Tells the pages that these things changed.
    Tell(Vec<Key>),
    /// Waits for so long, or until it is nudged.
    Wait(u32),
}

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keep {
    /// What came or changed.
    pub(crate) put: Vec<(Key, Held)>,
    /// What went.
    pub(crate) gone: Vec<Key>,
    /// Whatever else is kept goes, too.
    pub(crate) all: bool,
    /// Up to where it is read.
    pub(crate) cursor: String,
    /// When it was as the hall had it; none where more is on its way.
    pub(crate) at: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Phase {
    /// Nothing is under way.
    #[default]
    Resting,
    Pulling,
    /// A snapshot comes; so far, these.
    Reading(Vec<Change>),
}

/// The state. See the module's documentation.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    mirror: Mirror,
    cursor: Option<String>,
    /// When the copy last was as the hall had it, and of when the note on the disk says so.
    at: Option<i64>,
    noted: i64,
    phase: Phase,
    /// Something may have changed since what is under way was asked for.
    nudged: bool,
    failures: u32,
    /// Snapshots since the last pull that went well: a hall that refuses what it gave is not asked without end.
    restarts: u32,
    pulls: u32,
    /// How often a snapshot was read because of a checksum, and when last.
    heals: u32,
    healed_at: i64,
    /// Something could not be kept: what is on the disk is left as it was, which is whole of its time.
    unkept: bool,
}

impl Machine {
    /// What the terminal holds now.
    pub(crate) fn mirror(&self) -> &Mirror {
        &self.mirror
    }

    /// When it last was as the hall had it, in milliseconds since 1970; none where it never was whole.
    pub(crate) fn as_of(&self) -> Option<i64> {
        self.at
    }

    /// Up to where it is read.
    pub(crate) fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Takes what happened at a moment, and gives what is to be done, in this order.
    pub(crate) fn step(&mut self, happened: Happened, now: i64) -> Vec<Do> {
        match happened {
            Happened::Began { mirror, cursor, at } => {
                self.at = cursor.is_some().then_some(at);
                (self.mirror, self.cursor, self.noted) = (mirror, cursor, at);
                (self.phase, self.pulls) = (Phase::Resting, PULLS_PER_CHECKSUM);
                self.ask()
            }
            Happened::Nudged if self.phase != Phase::Resting => {
                self.nudged = true;
                Vec::new()
            }
            Happened::Nudged | Happened::Waited => match self.phase {
                Phase::Resting => self.ask(),
                // A wait that ended behind its time.
                _ => Vec::new(),
            },
            Happened::Pulled(pulled) => self.pulled(pulled, now),
            Happened::Page(page) => self.page(page, now),
            Happened::Failed(failure) => self.failed(failure),
            Happened::NotKept => {
                self.unkept = true;
                Vec::new()
            }
        }
    }

    /// Asks for what is wanted next.
    fn ask(&mut self) -> Vec<Do> {
        self.nudged = false;
        match &self.cursor {
            Some(cursor) => {
                self.phase = Phase::Pulling;
                let checksums = self.pulls >= PULLS_PER_CHECKSUM;
                vec![Do::Pull {
                    cursor: cursor.clone(),
                    checksums,
                }]
            }
            None => {
                self.phase = Phase::Reading(Vec::new());
                vec![Do::Snapshot(None)]
            }
        }
    }

    fn rest(&mut self, millis: u32) -> Vec<Do> {
        self.phase = Phase::Resting;
        if self.nudged {
            self.ask()
        } else {
            vec![Do::Wait(millis)]
        }
    }

    fn pulled(&mut self, pulled: Pulled, now: i64) -> Vec<Do> {
        if self.phase != Phase::Pulling {
            return Vec::new();
        }
        if pulled.more && self.cursor.as_ref() == Some(&pulled.cursor) {
            // A hall that has more and does not go on would be asked without end.
            return self.failed(Failure::Later);
        }
        (self.failures, self.restarts) = (0, 0);
        let mut keep = Keep {
            put: Vec::new(),
            gone: self.mirror.keep_only(&pulled.principals),
            all: false,
            cursor: pulled.cursor.clone(),
            at: None,
        };
        let mut changed = keep.gone.clone();
        for change in pulled.changes {
            // Of somebody whose matters the citizen handles no longer nothing is held.
            let of_theirs = pulled.principals.contains(&change.principal);
            let (key, held) = (change.key, change.now.clone());
            if of_theirs && self.mirror.take(change) {
                changed.push(key);
                match held {
                    Some(held) => keep.put.push((key, held)),
                    None => keep.gone.push(key),
                }
            }
        }
        let moved = self.cursor.as_ref() != Some(&pulled.cursor);
        self.cursor = Some(pulled.cursor);
        if !pulled.more {
            (self.at, keep.at) = (Some(now), Some(now));
        }
        let mut todo = Vec::new();
        let stale = keep.at.is_some() && now - self.noted >= NOTE_AGAIN_MS;
        if !self.unkept && (moved || stale || !changed.is_empty()) {
            self.noted = keep.at.unwrap_or(self.noted);
            todo.push(Do::Keep(keep));
        }
        if !changed.is_empty() {
            todo.push(Do::Tell(changed));
        }
        if pulled.more {
            todo.extend(self.ask_on());
            return todo;
        }
        self.pulls += 1;
        if !pulled.checksums.is_empty() {
            self.pulls = 0;
            let same = |(principal, sum): (&PersonId, &Checksum)| self.mirror.checksum(*principal) == *sum;
            if pulled.checksums.iter().all(same) {
                self.heals = 0;
            } else if self.may_heal(now) {
                (self.heals, self.healed_at) = (self.heals.saturating_add(1), now);
                self.phase = Phase::Reading(Vec::new());
                todo.push(Do::Snapshot(None));
                return todo;
            }
        }
        todo.extend(self.rest(FALLBACK_MS));
        todo
    }

    /// Goes on with a pull that has more. What it was nudged for meanwhile may not be in it.
    fn ask_on(&mut self) -> Vec<Do> {
        let nudged = self.nudged;
        let todo = self.ask();
        self.nudged = nudged;
        todo
    }

    fn may_heal(&self, now: i64) -> bool {
        let wait = HEAL_AGAIN_MS << self.heals.saturating_sub(1).min(16);
        self.heals == 0 || now - self.healed_at >= wait.min(LONGEST_HEAL_AGAIN_MS)
    }

    fn page(&mut self, page: Page, now: i64) -> Vec<Do> {
        let Phase::Reading(mut read) = std::mem::take(&mut self.phase) else {
            return Vec::new();
        };
        read.extend(page.changes);
        let cursor = match page.end {
            End::Next(next) => {
                self.phase = Phase::Reading(read);
                return vec![Do::Snapshot(Some(next))];
            }
            End::Cursor(cursor) => cursor,
        };
        let mut mirror = Mirror::default();
        for change in read
            .into_iter()
            .filter(|change| page.principals.contains(&change.principal))
        {
            mirror.take(change);
        }
        let before = std::mem::replace(&mut self.mirror, mirror);
        let changed = differences(&before, &self.mirror);
        self.cursor = Some(cursor.clone());
        (self.at, self.noted) = (Some(now), now);
        // What changed while it was read comes with a pull, and a checksum says whether it is whole.
        self.pulls = PULLS_PER_CHECKSUM;
        let mut todo = Vec::new();
        if !self.unkept {
            todo.push(Do::Keep(Keep {
                put: self.mirror.iter().map(|(key, held)| (*key, held.clone())).collect(),
                gone: Vec::new(),
                all: true,
                cursor,
                at: Some(now),
            }));
        }
        if !changed.is_empty() {
            todo.push(Do::Tell(changed));
        }
        todo.extend(self.ask_on());
        todo
    }

    fn failed(&mut self, failure: Failure) -> Vec<Do> {
        let reading = matches!(self.phase, Phase::Reading(_));
        self.phase = Phase::Resting;
        match failure {
            // A page that is refused so belongs to a snapshot that cannot go on; it begins anew, but not at once.
            Failure::Snapshot if !reading => {
                self.cursor = None;
                self.restarts += 1;
                if self.restarts == 1 {
                    return self.ask_on();
                }
            }
            Failure::Snapshot | Failure::Later => {}
            Failure::Refused => return vec![Do::Wait(REFUSED_MS)],
        }
        let wait = RETRY_MS << self.failures.min(5);
        self.failures = self.failures.saturating_add(1);
        // Whoever is nudged while nothing comes through is heard when it does.
        vec![Do::Wait(wait.min(LONGEST_RETRY_MS))]
    }
}

/// What is other in one copy than in another.
fn differences(before: &Mirror, after: &Mirror) -> Vec<Key> {
    let gone = before.iter().filter(|(key, _)| after.get(**key).is_none());
    let other = after.iter().filter(|(key, held)| before.get(**key) != Some(*held));
    gone.chain(other).map(|(key, _)| *key).collect()
}

#[cfg(test)]
mod tests;
