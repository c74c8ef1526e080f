//! When changed answers are sent, as a state machine without I/O: what is pending, what is under way, what to do next.
//!
//! A change is stamped when it is given, with the revision that the citizen had in sight, and keeps both until the hall has it:
//! however late it arrives, the hall merges it as what it was. Answers of other terminals come back with each save; one to a
//! question that the citizen has changed again meanwhile is not taken, because it would overwrite what is being typed. It is
//! the next save that decides, and the hall tells of what did not stand.

use std::collections::BTreeMap;

use onehall_client::SaveState;
use onehall_protocol::drafts::{
    AnswerChange, AnswerOrigin, Answers, Begun, DraftSaved, DraftSummary, GivenAnswer, LostAnswer, Prefilled,
    SaveDraft, StampedChange, StartDraft,
};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::sync::Stamp;
use onehall_protocol::{CoreError, Timestamp, WriterId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Unsent;

/// The most changes that the hall takes at once.
const MOST_AT_ONCE: usize = 500;

/// The hall is left alone for no longer than an hour, whatever it says, in seconds.
const LONGEST_TOLD_S: u64 = 3_600;

/// The revision with which a draft begins at the hall.
const FIRST_REVISION: u64 = 1;

/// What the driver has to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Tell the hall of the draft that was begun here, before anything of it, and report how it went.
    Begin(StartDraft),
    /// Send this, and report how it went.
    Send(SaveDraft),
    /// Nothing: everything is saved, or the citizen has to do something.
    Rest,
}

/// An answer that the hall does not hold yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The answer; null takes it away.
    pub value: Value,
    /// When it was given.
    pub stamp: Stamp,
    /// The revision that the citizen had in sight.
    pub seen: u64,
}

type Changes = BTreeMap<String, Waiting>;

/// The answers that differ at the hall between two revisions, as saves of this core told.
#[derive(Debug, Clone, PartialEq, Default)]
struct Known {
    from: u64,
    to: u64,
    answers: Answers,
}

impl Known {
    /// A save that knew the draft at `base` was taken, and told what else differs since.
    fn saved(&mut self, base: u64, sent: Changes, saved: &DraftSaved) {
        if self.to != base {
            self.from = base;
            self.answers.clear();
        }
        self.to = saved.revision;
        let sent = sent.into_iter().map(|(path, waiting)| (path, waiting.value));
        let others = saved.others.iter().map(|one| (one.path.clone(), one.value.clone()));
        // What stands in the place of what was sent is among the others.
        self.answers.extend(sent.chain(others));
    }

    /// Whether a copy of the draft at this revision becomes that of [`Known::to`] by these answers.
    fn completes(&self, revision: u64) -> bool {
        (self.from..self.to).contains(&revision)
    }
}

/// A draft that the hall does not have: it was begun here, while the hall could not be reached.
#[derive(Debug, Clone, PartialEq)]
struct BegunHere {
    /// What lists show of it.
    summary: DraftSummary,
    /// Whether that it was begun is on the terminal's disk.
    kept: bool,
    /// Whether the hall may have heard of it.
    told: bool,
}

/// The saving of one draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Autosave {
    /// Until the hall has it.
    begun: Option<BegunHere>,
    /// What the citizen has in sight: as the backend last confirmed it, or older where an older copy is shown.
    revision: u64,
    /// An older copy than that is shown since the save that is under way began.
    older: Option<u64>,
    /// Nobody has read it here yet: what is shown is a draft that was begun here and became part of it.
    unread: bool,
    /// What the hall holds that an older copy of the draft lacks.
    known: Known,
    page: Option<String>,
    page_dirty: bool,
    pending: Changes,
    sent: Option<Changes>,
    /// The revision that was known when that was sent.
    sent_base: u64,
    refused: Option<CoreError>,
    failures: u32,
    /// How long the hall wants to be left alone, as it said with the last failure, in milliseconds.
    told: u32,
    saved_at: Timestamp,
    /// Whether what waits is on the terminal's disk, too.
    kept: bool,
    /// Answers that did not stand, as the hall said last.
    lost: Vec<LostAnswer>,
    /// The cores that are gone whose answers were taken up here: what they gave is this terminal's own.
    before: Vec<WriterId>,
}

impl Autosave {
    /// The saving of a draft as the backend just gave it.
    #[must_use]
    pub fn new(revision: u64, saved_at: Timestamp) -> Autosave {
        Autosave {
            begun: None,
            revision,
            older: None,
            unread: false,
            known: Known::default(),
            sent_base: 0,
            page: None,
            page_dirty: false,
            pending: Changes::new(),
            sent: None,
            refused: None,
            failures: 0,
            told: 0,
            saved_at,
            kept: false,
            lost: Vec::new(),
            before: Vec::new(),
        }
    }

    /// The saving of a draft that is begun here. `found`: a core that is gone began it, and may have told the hall.
    #[must_use]
    pub fn begun(summary: DraftSummary, found: bool) -> Autosave {
        Autosave {
            begun: Some(BegunHere {
                summary,
                kept: found,
                told: found,
            }),
            kept: found,
            // The hall could not be reached a moment ago.
            failures: 1,
            ..Autosave::new(0, Timestamp::from_unix_millis(0))
        }
    }

    /// The draft as it was begun here, as long as the hall does not have it.
    #[must_use]
    pub fn begun_here(&self) -> Option<&DraftSummary> {
        self.begun.as_ref().map(|begun| &begun.summary)
    }

    /// That it was begun here, where that is not on the terminal's disk yet.
    #[must_use]
    pub fn begun_unkept(&self) -> Option<&DraftSummary> {
        self.begun
            .as_ref()
            .filter(|begun| !begun.kept)
            .map(|begun| &begun.summary)
    }

    /// That it was begun here is on the terminal's disk.
    pub fn begun_kept(&mut self) {
        if let Some(begun) = &mut self.begun {
            begun.kept = true;
        }
    }

    /// A request to begin it at the hall is about to leave the terminal.
    pub fn telling(&mut self) {
        if let Some(begun) = &mut self.begun {
            begun.told = true;
        }
    }

    /// Whether the hall may have heard of what was begun here.
    #[must_use]
    pub fn may_be_begun(&self) -> bool {
        self.begun.as_ref().is_some_and(|begun| begun.told)
    }

    /// The hall has it. What it filled in comes with the next reading; what others changed since, if it was told before and
    /// that did not get known here, with the next save.
    pub fn began(&mut self, at: Timestamp) {
        self.begun = None;
        self.failures = 0;
        self.revision = FIRST_REVISION;
        self.saved_at = at;
    }

    /// A draft that was begun here became part of this one, and is still what is shown: nothing of this one is in sight until it
    /// is read.
    pub fn unread(&mut self) {
        self.revision = 0;
        self.unread = true;
    }

    /// The saving of a draft whose answers were left waiting by a core that is gone.
    #[must_use]
    pub fn resumed(unsent: Unsent) -> Autosave {
        let mut autosave = Autosave::new(unsent.revision, Timestamp::from_unix_millis(0));
        autosave.take_up(unsent);
        autosave
    }

    /// Takes answers up that were left waiting, as they were given. What was answered here since is newer; of what several
    /// cores left that are gone, the latest counts, in whatever order it is found.
    pub fn take_up(&mut self, unsent: Unsent) {
        for (path, waiting) in unsent.changes {
            let before = &self.before;
            let newer = |held: &Waiting| held.stamp > waiting.stamp || !before.contains(&held.stamp.writer);
            if !self.waits(&path).is_some_and(newer) {
                self.pending.insert(path, waiting.clone());
            }
            if !self.before.contains(&waiting.stamp.writer) {
                self.before.push(waiting.stamp.writer);
            }
        }
        if self.page.is_none() && unsent.page.is_some() {
            self.page = unsent.page;
            self.page_dirty = true;
        }
    }

    /// All that waits, to be kept on the terminal; none where nothing does.
    #[must_use]
    pub fn unsent(&self) -> Option<Unsent> {
        let mut changes = self.sent.clone().unwrap_or_default();
        changes.extend(
            self.pending
                .iter()
                .map(|(path, waiting)| (path.clone(), waiting.clone())),
        );
        (!changes.is_empty()).then(|| Unsent {
            revision: self.revision,
            page: self.page.clone(),
            changes,
        })
    }

    /// How many answers wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let under_way = self.sent.iter().flatten();
        self.pending.len() + under_way.filter(|(path, _)| !self.pending.contains_key(*path)).count()
    }

    /// What waits is on the terminal's disk now, or could not be kept there.
    pub fn kept(&mut self, kept: bool) {
        self.kept = kept;
    }

    /// Takes changes of the citizen, who had the revision `seen` in sight; a later answer to the same question replaces one that
    /// was not sent yet. `stamp` gives each its own.
    pub fn change(
        &mut self,
        changes: Vec<AnswerChange>,
        page: Option<String>,
        seen: u64,
        mut stamp: impl FnMut() -> Stamp,
    ) {
        self.kept = false;
        for AnswerChange { path, value } in changes {
            // What came in while an answer to the same question waited was not shown: it still is not in sight.
            let seen = self.waits(&path).map_or(seen, |waiting| waiting.seen);
            let waiting = Waiting {
                value,
                stamp: stamp(),
                seen,
            };
            self.pending.insert(path, waiting);
        }
        if page.is_some() && page != self.page {
            self.page = page;
            self.page_dirty = true;
        }
        // Whatever was refused is tried again with the new answers.
        self.refused = None;
    }

    /// What to do now.
    pub fn next_step(&mut self) -> Step {
        if self.refused.is_some() {
            return Step::Rest;
        }
        if let Some(BegunHere { summary, .. }) = &self.begun {
            return Step::Begin(StartDraft {
                item: summary.item.clone(),
                principal: Some(summary.principal.id),
                begun: Some(Begun {
                    id: summary.id,
                    form: summary.form.clone(),
                    fill_in: true,
                }),
            });
        }
        let idle = self.pending.is_empty() && !self.page_dirty;
        if self.sent.is_some() || idle {
            return Step::Rest;
        }
        let sending = self.first_pending();
        let mut changes: Vec<StampedChange> = sending
            .iter()
            .map(|(path, waiting)| StampedChange {
                path: path.clone(),
                value: waiting.value.clone(),
                stamp: waiting.stamp,
                seen: waiting.seen,
            })
            .collect();
        changes.sort_by_key(|change| change.stamp);
        self.sent = Some(sending);
        self.sent_base = self.revision;
        self.page_dirty = false;
        Step::Send(SaveDraft {
            base_revision: self.revision,
            changes,
            page: self.page.clone(),
        })
    }

    /// As many of the changes as go at once, in the order in which they were given: the hall takes what a writer gave in that
    /// order, and nothing earlier after it.
    fn first_pending(&mut self) -> Changes {
        if self.pending.len() <= MOST_AT_ONCE {
            return std::mem::take(&mut self.pending);
        }
        let mut stamps: Vec<Stamp> = self.pending.values().map(|waiting| waiting.stamp).collect();
        stamps.sort_unstable();
        let first_left = stamps[MOST_AT_ONCE];
        self.pending
            .extract_if(.., |_, waiting| waiting.stamp < first_left)
            .collect()
    }

    /// The backend took what was sent. Gives the answers that are others than this terminal knows, but for those that the
    /// citizen is changing right now.
    pub fn saved(&mut self, saved: &DraftSaved) -> Vec<GivenAnswer> {
        let sent = self.sent.take().unwrap_or_default();
        self.known.saved(self.sent_base, sent, saved);
        self.failures = 0;
        // What others changed after the older copy is not among `others`: it comes with the next save, which begins there.
        let in_sight = if self.unread { self.revision } else { saved.revision };
        self.revision = self.older.take().unwrap_or(in_sight);
        self.saved_at = saved.saved_at;
        self.lost.clone_from(&saved.lost);
        let others = saved.others.iter();
        others
            .filter(|other| !self.pending.contains_key(&other.path))
            .cloned()
            .collect()
    }

    /// What was sent did not arrive, or was not taken. Everything stays here.
    pub fn failed(&mut self, error: CoreError) {
        self.revision = self.older.take().unwrap_or(self.revision);
        if let Some(mut sent) = self.sent.take() {
            // What the citizen changed meanwhile is newer than what was under way.
            sent.append(&mut self.pending);
            self.pending = sent;
        }
        self.page_dirty = self.page.is_some();
        if error.retryable {
            self.failures = self.failures.saturating_add(1);
            let seconds = error.details["retry_after"].as_u64().unwrap_or(0);
            self.told = seconds.min(LONGEST_TOLD_S) as u32 * 1000;
        } else {
            self.failures = 0;
            self.refused = Some(error);
        }
    }

    /// Brings a copy of the draft, as it was at `revision`, up to what this core knows of the hall: where it cannot be reached,
    /// what was saved a moment ago would seem to be taken back. Gives the revision that the copy has then.
    pub fn catch_up(&self, revision: u64, answers: &mut Answers, prefilled: &mut Vec<Prefilled>) -> u64 {
        if !self.known.completes(revision) {
            return revision;
        }
        for (path, value) in &self.known.answers {
            if value.is_null() {
                answers.remove(path);
            } else {
                answers.insert(path.clone(), value.clone());
            }
        }
        prefilled.retain(|one| !self.known.answers.contains_key(&one.path));
        self.known.to
    }

    /// The draft was read at `revision`, and is shown: what is answered from now on has that in sight. Without a network it
    /// is a copy, which may be older than what was saved from here: nobody has seen then what others changed in between.
    pub fn read_anew(&mut self, revision: u64) {
        self.older = None;
        self.unread = false;
        if revision < self.revision {
            if self.sent.is_some() {
                self.older = Some(revision);
            } else {
                self.revision = revision;
            }
        } else if !self.unsaved() {
            self.revision = revision;
        }
    }

    /// How long to wait before the next try, in milliseconds, after failures: doubling from one second to 30, up to half of that
    /// less by chance, so that those who failed together do not come together; and all that later where the hall said when.
    #[must_use]
    pub fn backoff(&self, chance: u32) -> Option<u32> {
        let doublings = self.failures.checked_sub(1)?.min(5);
        let most = (1000_u32 << doublings).min(30_000);
        Some(self.told + most - chance % (most / 2 + 1))
    }

    /// Whether the hall lacks anything of it: answers, or the draft itself.
    #[must_use]
    pub fn is_behind(&self) -> bool {
        self.begun.is_some() || self.unsaved()
    }

    /// Whether changes wait here that the backend does not hold.
    #[must_use]
    pub fn unsaved(&self) -> bool {
        !self.pending.is_empty() || self.sent.is_some()
    }

    /// Lays what waits here over the answers that the backend holds: the draft as this terminal knows it.
    pub fn lay_over(&self, answers: &mut Answers) {
        let waiting = self.sent.iter().flatten().chain(&self.pending);
        for (path, waiting) in waiting {
            if waiting.value.is_null() {
                answers.remove(path);
            } else {
                answers.insert(path.clone(), waiting.value.clone());
            }
        }
    }

    /// Of where answers came from: what waits here is given here, whatever the hall has; and what it has of this core, `here`,
    /// or of one whose answers were taken up, came from this terminal, too.
    pub fn lay_over_origins(&self, latest: &mut Vec<AnswerOrigin>, here: WriterId, terminal: TerminalKind) {
        latest.retain(|origin| !self.changes(&origin.path));
        for origin in &mut *latest {
            let writer = origin.writer;
            origin.own = writer.is_some_and(|writer| writer == here || self.before.contains(&writer));
        }
        let under_way = self.sent.iter().flatten();
        let under_way = under_way.filter(|(path, _)| !self.pending.contains_key(*path));
        let waiting = self
            .pending
            .iter()
            .chain(under_way)
            .map(|(path, waiting)| AnswerOrigin {
                path: path.clone(),
                terminal,
                at: Timestamp::from_unix_millis(i64::try_from(waiting.stamp.at).unwrap_or(i64::MAX)),
                writer: Some(waiting.stamp.writer),
                own: true,
            });
        latest.extend(waiting);
    }

    fn waits(&self, path: &str) -> Option<&Waiting> {
        let under_way = || self.sent.as_ref().and_then(|sent| sent.get(path));
        self.pending.get(path).or_else(under_way)
    }

    /// Whether an answer waits here that the backend does not hold: the citizen changed or confirmed it.
    #[must_use]
    pub fn changes(&self, path: &str) -> bool {
        self.waits(path).is_some()
    }

    /// Whether nothing will be sent until the citizen does something.
    #[must_use]
    pub fn stuck(&self) -> Option<CoreError> {
        self.refused.clone()
    }

    /// Answers that did not stand, as the hall said last.
    #[must_use]
    pub fn lost(&self) -> &[LostAnswer] {
        &self.lost
    }

    /// The hall said which answers did not stand.
    pub fn heard_lost(&mut self, lost: &[LostAnswer]) {
        self.lost = lost.to_vec();
    }

    /// The revision that the citizen has in sight: the one that the backend last confirmed, if no older copy is shown. Of a draft
    /// that was not read yet it is what the backend confirmed: a submission says by its transcript what it is of.
    #[must_use]
    pub fn revision(&self) -> u64 {
        if self.unread { self.known.to } else { self.revision }
    }

    /// The revision that the citizen has in sight at this moment: also while a save is under way an older copy is all that is
    /// shown.
    #[must_use]
    pub fn in_sight(&self) -> u64 {
        self.older.unwrap_or(self.revision)
    }

    /// What the citizen may be told, and nothing better.
    #[must_use]
    pub fn state(&self) -> SaveState {
        if let Some(error) = &self.refused {
            return SaveState::Refused { error: error.clone() };
        }
        match (self.is_behind(), self.failures > 0) {
            (false, _) => SaveState::Saved { at: self.saved_at },
            (true, true) => SaveState::Waiting { kept: self.kept },
            (true, false) => SaveState::Saving,
        }
    }

    /// When the backend last took something.
    #[must_use]
    pub fn saved_at(&self) -> Timestamp {
        self.saved_at
    }
}

#[cfg(test)]
#[path = "autosave_tests.rs"]
mod tests;
