//! What waits to be sent, as a state machine without I/O: what goes when, in which order, and what an answer means.
//!
//! - Of what is about one draft or case, the next is sent when the one before is decided. Nothing else waits for anything:
//!   what fails keeps nothing from being sent that is about another matter.
//! - An entry is sent under one key, however often it is tried, and from its first try on with one content.
//! - Nothing leaves the queue but what the hall took, what the citizen took back, and what the citizen replaced before it was
//!   sent or after it was refused.

use onehall_client::{Queued, QueuedAbout, QueuedState};
use onehall_protocol::cases::{AnswerSupplement, Rating, WithdrawCase};
use onehall_protocol::drafts::SubmitDraft;
use onehall_protocol::{CaseId, CoreError, DraftId, ErrorCode, IdempotencyKey, Text, Timestamp};
use serde::{Deserialize, Serialize};

/// How long to wait after the first failure, in milliseconds; twice as long after each further one.
const FIRST_WAIT: i64 = 1_000;
/// The longest that is waited without being told to.
const LONGEST_WAIT: i64 = 30_000;
/// The longest that a hall may tell to wait.
const LONGEST_TOLD: i64 = 3_600_000;
/// How soon it is looked again whether anything can leave the terminal.
const LOOK_AGAIN: i64 = 3_000;
/// How many are under way at once.
const AT_ONCE: usize = 4;

/// What is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A draft is submitted.
    Submission {
        /// Which.
        draft: DraftId,
        /// What the citizen checked.
        submission: SubmitDraft,
    },
    /// A supplement is handed in.
    Supplement {
        /// Of which case.
        case: CaseId,
        /// The answers.
        supplement: AnswerSupplement,
    },
    /// A case is taken back.
    Withdrawal {
        /// Which.
        case: CaseId,
        /// Why.
        withdrawal: WithdrawCase,
    },
    /// A service is rated.
    Rating {
        /// Of which case.
        case: CaseId,
        /// The rating.
        rating: Rating,
    },
}

impl Content {
    /// What it is about.
    #[must_use]
    pub fn about(&self) -> QueuedAbout {
        match self {
            Content::Submission { draft, .. } => QueuedAbout::Submission(*draft),
            Content::Supplement { case, .. } => QueuedAbout::Supplement(*case),
            Content::Withdrawal { case, .. } => QueuedAbout::Withdrawal(*case),
            Content::Rating { case, .. } => QueuedAbout::Rating(*case),
        }
    }
}

/// The draft or case that something is about: what is about the same is sent one after the other.
fn subject(about: QueuedAbout) -> uuid::Uuid {
    match about {
        QueuedAbout::Submission(draft) => draft.0,
        QueuedAbout::Supplement(case) | QueuedAbout::Withdrawal(case) | QueuedAbout::Rating(case) => case.0,
    }
}

/// Something that waits, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Names the attempt, on every try.
    pub key: IdempotencyKey,
    /// What is sent.
    pub content: Content,
    /// What the citizen knows it by.
    pub title: Text,
    /// When it was left here.
    pub queued_at: Timestamp,
    /// Whether answers of its draft were not with the hall when it was left: they go first, and it then names the revision
    /// that they made. What the citizen checked is its transcript, which does not change.
    pub unsettled: bool,
    /// How often it has left this terminal.
    pub tries: u32,
    /// What the hall decided against it, where it did.
    pub verdict: Option<Verdict>,
}

/// What the hall decided against an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It was refused.
    Refused(CoreError),
    /// It is not what it was when the citizen checked it.
    Conflict(CoreError),
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// It is sent, not before this moment.
    Waiting(i64),
    /// Its draft is being brought to the hall.
    Settling,
    /// It is under way.
    Sending,
    /// Nobody is logged in for whom it could be sent.
    Parked,
}

#[derive(Debug, Clone)]
struct Place {
    entry: Entry,
    stand: Stand,
    failures: u32,
    /// The earliest moment at which a network that is back makes it tried again. It may be back for other requests only, and
    /// come and go with each of them.
    not_before: i64,
    kept: bool,
}

impl Place {
    /// Whether it may still be sent by itself.
    fn open(&self) -> bool {
        self.entry.verdict.is_none()
    }
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Happened {
    /// The citizen leaves something here. Under the same key it is the same attempt.
    Left(Box<Entry>),
    /// Something was found that was left before.
    Found(Box<Entry>),
    /// The draft of an entry is with the hall at this revision, or cannot be brought there.
    Settled(IdempotencyKey, Result<u64, CoreError>),
    /// The hall answered a try, or did not.
    Answered(IdempotencyKey, Result<(), CoreError>),
    /// The hall can be reached again.
    Online,
    /// The citizen wants it tried now.
    Pressed(IdempotencyKey),
    /// It is known not to have arrived, and nobody wants it any more.
    TakenBack(IdempotencyKey),
    /// Time passed.
    Time,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// Bring the draft of this entry to the hall.
    Settle(IdempotencyKey, DraftId),
    /// Keep the entry as it is now, then send it.
    Send(IdempotencyKey),
    /// Keep the entry as it is now.
    Keep(IdempotencyKey),
    /// Forget the entry.
    Forget(IdempotencyKey),
}

/// All that waits, in the order in which it was left.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    places: Vec<Place>,
    /// It is known that nothing would leave the terminal: nothing is tried, so that it is known not to have arrived.
    shut: bool,
}

impl Queue {
    /// What happened, and what is to be done now. `now` is in Unix milliseconds, `chance` any number: it spreads the tries of
    /// many terminals.
    pub fn step(&mut self, happened: Happened, now: i64, chance: u32) -> Vec<Task> {
        let mut tasks = Vec::new();
        match happened {
            Happened::Left(entry) => {
                self.replace(&entry, &mut tasks);
                self.put(*entry, now);
            }
            Happened::Found(entry) => self.put(*entry, now),
            Happened::Settled(key, Ok(revision)) => {
                if let Some(place) = self.find(key, Stand::Settling) {
                    if let Content::Submission { submission, .. } = &mut place.entry.content {
                        submission.revision = revision;
                    }
                    place.entry.unsettled = false;
                    place.stand = Stand::Waiting(now);
                }
            }
            Happened::Settled(key, Err(error)) => {
                if let Some(place) = self.find(key, Stand::Settling) {
                    place.judge(error, true, now, chance);
                    tasks.push(Task::Keep(key));
                }
            }
            Happened::Answered(key, Ok(())) => self.remove(key, &mut tasks),
            Happened::Answered(key, Err(error)) => {
                if let Some(place) = self.find(key, Stand::Sending) {
                    place.judge(error, false, now, chance);
                    tasks.push(Task::Keep(key));
                }
            }
            Happened::Online => {
                for place in &mut self.places {
                    if let Stand::Waiting(until) = &mut place.stand {
                        *until = (*until).min(place.not_before.max(now));
                    }
                }
            }
            Happened::Pressed(key) => self.pressed(key, now),
            Happened::TakenBack(key) => self.remove(key, &mut tasks),
            Happened::Time => {}
        }
        self.begin(now, &mut tasks);
        tasks
    }

    /// Notes whether anything can leave the terminal.
    pub fn shut(&mut self, shut: bool) {
        self.shut = shut;
    }

    /// What the citizen leaves anew replaces what was left before of it and surely did not arrive.
    fn replace(&mut self, entry: &Entry, tasks: &mut Vec<Task>) {
        let about = entry.content.about();
        let replaced = |place: &Place| {
            let sure = !place.open() || place.entry.tries == 0;
            place.entry.content.about() == about && place.entry.key != entry.key && sure
        };
        let gone: Vec<_> = self
            .places
            .iter()
            .filter(|place| replaced(place))
            .map(|place| place.entry.key)
            .collect();
        for key in gone {
            self.remove(key, tasks);
        }
    }

    fn put(&mut self, entry: Entry, now: i64) {
        if self.places.iter().any(|place| place.entry.key == entry.key) {
            return self.pressed(entry.key, now);
        }
        // What is found from before stands before what was left since.
        let since = |entry: &Entry| (entry.queued_at, entry.key);
        let behind = self.places.partition_point(|other| since(&other.entry) < since(&entry));
        let place = Place {
            entry,
            stand: Stand::Waiting(now),
            failures: 0,
            not_before: now,
            kept: false,
        };
        self.places.insert(behind, place);
    }

    fn pressed(&mut self, key: IdempotencyKey, now: i64) {
        if let Some(place) = self.places.iter_mut().find(|place| place.entry.key == key) {
            // What changed since it was checked is never sent as it was.
            if matches!(place.entry.verdict, Some(Verdict::Refused(_))) {
                place.entry.verdict = None;
                place.stand = Stand::Waiting(now);
            }
            if let Stand::Waiting(until) = &mut place.stand {
                *until = now;
            }
        }
    }

    fn remove(&mut self, key: IdempotencyKey, tasks: &mut Vec<Task>) {
        let before = self.places.len();
        self.places.retain(|place| place.entry.key != key);
        if self.places.len() < before {
            tasks.push(Task::Forget(key));
        }
    }

    /// Begins with all that can be begun.
    fn begin(&mut self, now: i64, tasks: &mut Vec<Task>) {
        let mut under_way = self.places.iter().filter(|place| place.stand == Stand::Sending).count();
        for at in 0..self.places.len() {
            let place = &self.places[at];
            let about = subject(place.entry.content.about());
            // Not before what was left earlier, and not beside what is under way.
            let first = |(other_at, other): (usize, &Place)| {
                let before = other_at < at || matches!(other.stand, Stand::Sending | Stand::Settling);
                other_at != at && other.open() && before && subject(other.entry.content.about()) == about
            };
            let due = matches!(place.stand, Stand::Waiting(until) if until <= now);
            if !due || !place.open() || self.places.iter().enumerate().any(first) {
                continue;
            }
            let shut = self.shut;
            let place = &mut self.places[at];
            match &place.entry.content {
                _ if shut => place.stand = Stand::Waiting(now + LOOK_AGAIN),
                Content::Submission { draft, .. } if place.entry.unsettled => {
                    place.stand = Stand::Settling;
                    tasks.push(Task::Settle(place.entry.key, *draft));
                }
                _ if under_way < AT_ONCE => {
                    under_way += 1;
                    place.stand = Stand::Sending;
                    place.entry.tries = place.entry.tries.saturating_add(1);
                    tasks.push(Task::Send(place.entry.key));
                }
                _ => {}
            }
        }
    }

    /// Whether this draft is to be submitted, and the hall has not said no.
    #[must_use]
    pub fn submits(&self, draft: DraftId) -> bool {
        let about = QueuedAbout::Submission(draft);
        let mut places = self.places.iter();
        places.any(|place| place.open() && place.entry.content.about() == about)
    }

    /// What is about one draft is about another one from now on: nothing of it has left yet, since the hall does not know the
    /// first. Gives which.
    pub fn about_another(&mut self, draft: DraftId, other: DraftId) -> Vec<IdempotencyKey> {
        let mut keys = Vec::new();
        for place in &mut self.places {
            if let Content::Submission { draft: about, .. } = &mut place.entry.content
                && *about == draft
            {
                *about = other;
                keys.push(place.entry.key);
            }
        }
        keys
    }

    /// When time alone makes something happen after `now`, in Unix milliseconds.
    #[must_use]
    pub fn next(&self, now: i64) -> Option<i64> {
        let waiting = self.places.iter().filter(|place| place.open());
        let due = waiting.filter_map(|place| match place.stand {
            Stand::Waiting(until) if until > now => Some(until),
            _ => None,
        });
        due.min()
    }

    /// Whether something becomes of this entry without time passing.
    #[must_use]
    pub fn goes_on(&self, key: IdempotencyKey) -> bool {
        let place = self.places.iter().find(|place| place.entry.key == key);
        place.is_some_and(|place| place.open() && matches!(place.stand, Stand::Sending | Stand::Settling))
    }

    /// Whether something is on its way.
    #[must_use]
    pub fn under_way(&self) -> bool {
        let mut places = self.places.iter();
        places.any(|place| place.open() && matches!(place.stand, Stand::Sending | Stand::Settling))
    }

    /// An entry.
    #[must_use]
    pub fn entry(&self, key: IdempotencyKey) -> Option<&Entry> {
        let place = self.places.iter().find(|place| place.entry.key == key);
        place.map(|place| &place.entry)
    }

    /// An entry that is under way.
    #[must_use]
    pub fn sending(&self, key: IdempotencyKey) -> Option<&Entry> {
        let place = self.places.iter().find(|place| place.entry.key == key);
        place
            .filter(|place| place.stand == Stand::Sending)
            .map(|place| &place.entry)
    }

    /// Notes whether an entry is on the terminal's disk.
    pub fn kept(&mut self, key: IdempotencyKey, kept: bool) {
        if let Some(place) = self.places.iter_mut().find(|place| place.entry.key == key) {
            place.kept = kept;
        }
    }

    /// All that waits, as the citizen sees it.
    #[must_use]
    pub fn list(&self) -> Vec<Queued> {
        self.places.iter().map(Place::shown).collect()
    }

    /// One of it.
    #[must_use]
    pub fn shown(&self, key: IdempotencyKey) -> Option<Queued> {
        let place = self.places.iter().find(|place| place.entry.key == key);
        place.map(Place::shown)
    }

    /// How much of it the hall neither took nor refused.
    #[must_use]
    pub fn open(&self) -> usize {
        self.places.iter().filter(|place| place.open()).count()
    }

    /// How much there is.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// An entry that another core of this host sends, as the citizen sees it.
    #[must_use]
    pub fn shown_elsewhere(entry: &Entry) -> Queued {
        Queued {
            id: entry.key,
            about: entry.content.about(),
            title: entry.title.clone(),
            queued_at: entry.queued_at,
            state: QueuedState::Elsewhere,
            kept: true,
            left: entry.tries > 0,
        }
    }

    fn find(&mut self, key: IdempotencyKey, stand: Stand) -> Option<&mut Place> {
        let mut places = self.places.iter_mut();
        places.find(|place| place.entry.key == key && place.stand == stand)
    }
}

impl Place {
    /// What an error means. A draft that cannot be brought to the hall is for the citizen to look at.
    fn judge(&mut self, error: CoreError, of_draft: bool, now: i64, chance: u32) {
        self.stand = Stand::Parked;
        match error.code {
            ErrorCode::NotLoggedIn | ErrorCode::Cancelled => {}
            ErrorCode::DraftMoved | ErrorCode::TranscriptDiffers | ErrorCode::ConfirmChanges | ErrorCode::CaseMoved => {
                self.entry.verdict = Some(Verdict::Conflict(error))
            }
            _ if error.retryable => {
                self.failures = self.failures.saturating_add(1);
                let told = error.details.get("retry_after").and_then(serde_json::Value::as_i64);
                let told = told.unwrap_or(0).clamp(0, LONGEST_TOLD / 1000) * 1000;
                let wait = backoff(self.failures, chance);
                self.not_before = now + (wait / 4).max(told);
                self.stand = Stand::Waiting(now + wait.max(told));
            }
            _ if of_draft => self.entry.verdict = Some(Verdict::Conflict(error)),
            _ => self.entry.verdict = Some(Verdict::Refused(error)),
        }
    }

    fn shown(&self) -> Queued {
        let state = match (&self.entry.verdict, self.stand) {
            (Some(Verdict::Refused(error)), _) => QueuedState::Refused { error: error.clone() },
            (Some(Verdict::Conflict(error)), _) => QueuedState::Conflict { error: error.clone() },
            (None, Stand::Sending) => QueuedState::Sending,
            (None, Stand::Waiting(_) | Stand::Settling | Stand::Parked) => QueuedState::Waiting,
        };
        Queued {
            id: self.entry.key,
            about: self.entry.content.about(),
            title: self.entry.title.clone(),
            queued_at: self.entry.queued_at,
            state,
            kept: self.kept,
            left: self.entry.tries > 0,
        }
    }
}

/// Between half of it and all of it: doubling from [`FIRST_WAIT`] to [`LONGEST_WAIT`].
fn backoff(failures: u32, chance: u32) -> i64 {
    let most = (FIRST_WAIT << failures.saturating_sub(1).min(10)).min(LONGEST_WAIT);
    most / 2 + i64::from(chance) * (most - most / 2) / i64::from(u32::MAX)
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
