//! What the citizen left to this terminal: submissions, supplements, withdrawals and ratings that the hall could not be asked
//! to take, or of which it did not say whether it took them.
//!
//! An entry is in the journal before its command is acknowledged, and again before each try, so that a terminal that dies
//! sends it again as it was. It is sent under the key of its attempt, which the hall keeps with its effect: however often it
//! arrives, it counts once, and the time that counts is the hall's. Where the session ends it stays in the journal until the
//! same person is logged in again; nobody else sees it, and a log-out that the citizen agreed to destroys it.
//!
//! [`queue`] decides; this is its driver. The answers of a draft are brought to the hall by its autosave, its files by their
//! uploads: what is submitted waits for both.

mod queue;

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::channel::oneshot;
use futures::future::{Either, select};
use onehall_client::{Event, Outcome, Queued, TakenBack};
use onehall_protocol::cases::AttemptEnded;
use onehall_protocol::drafts::DraftView;
use onehall_protocol::{CaseId, CoreError, DraftId, ErrorCode, IdempotencyKey, PersonId, Text};
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use queue::Content;
use queue::{Entry, Happened, Queue, Task};

use crate::drafts::left_alone;
use crate::ports::{BoxFuture, boxed};
use crate::{Core, api, json, lock};

/// How long a command waits for the hall before it says that it waits, in milliseconds.
const PATIENCE_MS: u32 = 10_000;
/// As long where answers have to be sent first that could not be sent a moment ago.
const UNSETTLED_PATIENCE_MS: u32 = 1_500;

/// All that the first part of the program knows of it is how much there is.
#[derive(Default)]
pub(crate) struct State {
    all: AtomicUsize,
    open: AtomicUsize,
    /// How much other cores of this host are about to send that is not in an outbox: of drafts, and files.
    theirs: AtomicUsize,
    outbox: Mutex<Option<Box<dyn Any + Send>>>,
    /// How many look for what was left before, and who waits until they have looked.
    looking: AtomicUsize,
    until_looked: Mutex<Vec<oneshot::Sender<()>>>,
    /// Whether the last look came to nothing: what was left before is there, and not known yet.
    unread: AtomicBool,
}

impl State {
    /// Whether nothing waits, and nothing was refused.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.load(Ordering::Relaxed) == 0
    }

    /// How much waits that the hall neither took nor refused, or refused in the moment in which its citizen leaves.
    pub(crate) fn open(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// How many look for what was left before, or will look again: until they have, nobody knows how much that is.
    pub(crate) fn looking(&self) -> usize {
        let unread = usize::from(self.is_unread());
        self.looking.load(Ordering::Relaxed).max(unread)
    }

    /// How much of drafts, and how many files, other cores of this host are about to send, as was last seen.
    pub(crate) fn theirs(&self) -> usize {
        self.theirs.load(Ordering::Relaxed)
    }

    /// So much is left to other cores of this host.
    pub(crate) fn left_to_others(&self, theirs: usize) {
        self.theirs.store(theirs, Ordering::Relaxed);
    }

    /// It is being looked for what was left before.
    pub(crate) fn begin_look(&self) {
        self.looking.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether what was left before could not be read: nobody waits for that, and it is looked again.
    pub(crate) fn left_unread(&self, unread: bool) {
        self.unread.store(unread, Ordering::Relaxed);
    }

    /// Whether what was left before could not be read, and will be looked for again.
    pub(crate) fn is_unread(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
    }

    /// A look has ended.
    pub(crate) fn end_look(&self) {
        if self.looking.fetch_sub(1, Ordering::Relaxed) == 1 {
            // Who waits is woken by what they wait for being gone.
            lock(&self.until_looked).clear();
        }
    }

    /// Waits until what was left before is found, or cannot be read now.
    pub(crate) async fn looked(&self) {
        if self.looking.load(Ordering::Relaxed) > 0 {
            let (sender, looked) = oneshot::channel();
            lock(&self.until_looked).push(sender);
            // It may have ended in between.
            if self.looking.load(Ordering::Relaxed) > 0 {
                let _ = looked.await;
            }
        }
    }

    /// Somebody left. What they left to be sent stays in the journal, unless that is erased.
    pub(crate) fn forget(&self) {
        *lock(&self.outbox) = None;
        self.all.store(0, Ordering::Relaxed);
        self.open.store(0, Ordering::Relaxed);
        self.theirs.store(0, Ordering::Relaxed);
        self.unread.store(false, Ordering::Relaxed);
    }
}

/// What the first part asks of the second.
pub(crate) enum Errand {
    /// Take up what a core that is gone left.
    TakeUp(PersonId, Vec<(String, Vec<u8>)>),
    /// Look at what other cores of this host have.
    Others(PersonId),
    /// The hall can be reached again.
    Online,
    /// Try everything now, and wait until nothing is under way.
    Flush,
}

/// What the second part has of it.
#[derive(Default)]
struct Outbox {
    queue: Queue,
    /// What other cores of this host (tabs of a browser) send.
    elsewhere: Vec<Entry>,
    /// What is done with, though it may still be on the disk for a moment.
    done: Vec<IdempotencyKey>,
    /// Who waits for what becomes of the first try.
    first: HashMap<IdempotencyKey, oneshot::Sender<First>>,
    /// Who waits until nothing is under way.
    resting: Vec<oneshot::Sender<()>>,
    /// What the hall decided against while somebody was leaving: they have not seen that yet.
    unseen: Vec<IdempotencyKey>,
    /// When it is looked at again, in Unix milliseconds.
    alarm: Option<i64>,
}

/// What became of a first try.
enum First {
    Taken(Value),
    Refused(CoreError),
    Waits,
}

/// Does an errand.
#[inline(never)]
fn enter_part(core: Core, errand: Errand) -> BoxFuture<'static, ()> {
    boxed(async move {
        match errand {
            Errand::TakeUp(person, left) => core.take_up_queued(person, left).await,
            Errand::Others(person) => core.look_at_others(person).await,
            Errand::Online => core.turn(Happened::Online),
            Errand::Flush => core.flush_queued().await,
        }
    })
}

fn journal_prefix(person: PersonId) -> String {
    format!("{person}/outbox/")
}

/// With what the keys begin under which a journal gives what another core is about to send.
fn elsewhere_prefix(person: PersonId) -> String {
    format!("{person}/elsewhere/")
}

impl Core {
    /// The hall can be reached again.
    pub(crate) fn hurry_outbox(&self) {
        if self.inner.outbox.open() > 0 {
            let work = enter_part(self.clone(), Errand::Online);
            self.inner.host.spawner.spawn(work);
        }
    }

    /// Looks at what other cores of this host have of who is logged in, for as much as that can be known.
    pub(crate) async fn look_around(&self) {
        if let Some(person) = self.person()
            && self.load_later().await.is_ok()
        {
            enter_part(self.clone(), Errand::Others(person)).await;
        }
    }

    /// Tries to send everything, once.
    pub(crate) async fn flush_outbox(&self) {
        if self.inner.outbox.open() > 0 {
            enter_part(self.clone(), Errand::Flush).await;
        }
    }

    /// Takes up what a core that is gone left to be sent; the second part is there.
    pub(crate) async fn take_up_outbox(&self, person: PersonId, left: Vec<(String, Vec<u8>)>) {
        enter_part(self.clone(), Errand::TakeUp(person, left)).await;
    }

    /// Brings something to the hall. Where that cannot be reached, or does not answer, it waits here, if it may.
    ///
    /// # Errors
    /// What the hall says to the first try; where it may not wait, also that the hall cannot be reached.
    pub(crate) async fn hand_in<T: DeserializeOwned>(
        &self,
        content: Content,
        key: Option<IdempotencyKey>,
        wait_as: Option<Text>,
    ) -> Result<Outcome<T>, CoreError> {
        let key = key.unwrap_or_else(|| self.new_key());
        let reply = match wait_as {
            Some(title) if self.journal().is_some() && self.has_session() => self.leave(content, key, title).await?,
            _ => Outcome::Done(self.try_once(key, content).await?),
        };
        match reply {
            Outcome::Queued { queued } => Ok(Outcome::Queued { queued }),
            Outcome::Done(reply) => json::read_value(reply)
                .map(Outcome::Done)
                .map_err(|_| self.error(ErrorCode::InvalidReply)),
        }
    }

    async fn leave(&self, content: Content, key: IdempotencyKey, title: Text) -> Result<Outcome<Value>, CoreError> {
        let unsettled = matches!(&content, Content::Submission { draft, .. } if self.draft_unsettled(*draft));
        let entry = Entry {
            key,
            content,
            title,
            queued_at: self.inner.host.clock.now(),
            unsettled,
            tries: 0,
            verdict: None,
        };
        let (sender, first) = oneshot::channel();
        let tasks = self.outbox(|outbox| {
            let tasks = outbox.step(self, Happened::Left(Box::new(entry)));
            if outbox.queue.goes_on(key) {
                outbox.first.insert(key, sender);
            } else {
                let _ = sender.send(First::Waits);
            }
            tasks
        });
        // By itself: it goes on where the caller does not wait any longer.
        let core = self.clone();
        self.spawn_queued(async move {
            core.keep_queued(key).await;
            core.carry_out(tasks);
        });
        let patience = if unsettled { UNSETTLED_PATIENCE_MS } else { PATIENCE_MS };
        let first = match select(first, self.inner.host.timer.sleep(patience)).await {
            Either::Left((first, _)) => first,
            // It may just have been decided.
            Either::Right(((), first)) => match self.outbox(|outbox| outbox.first.remove(&key)) {
                Some(_) => Ok(First::Waits),
                None => first.await,
            },
        };
        match first {
            Ok(First::Taken(reply)) => Ok(Outcome::Done(reply)),
            Ok(First::Refused(error)) => Err(error),
            Ok(First::Waits) => {
                // On the disk, if it can be, before it is said.
                self.keep_queued(key).await;
                let shown = self.outbox(|outbox| outbox.queue.shown(key));
                let queued = shown.ok_or_else(|| self.error(ErrorCode::NotLoggedIn))?;
                Ok(Outcome::Queued { queued })
            }
            // The session has ended. It waits for who is logged in again.
            Err(_) => Err(self.error(ErrorCode::NotLoggedIn)),
        }
    }

    /// One try.
    async fn try_once(&self, key: IdempotencyKey, content: Content) -> Result<Value, CoreError> {
        match content {
            Content::Submission { draft, submission } => self.submit(draft, submission, key).await,
            Content::Supplement { case, supplement } => self.supplement(case, supplement, key).await,
            Content::Withdrawal { case, withdrawal } => self.withdraw(case, withdrawal, key).await,
            Content::Rating { case, rating } => self.rate(case, rating, key).await,
        }
    }

    /// What waits, and what the hall refused of it.
    pub(crate) async fn list_queued(&self) -> Vec<Queued> {
        self.inner.outbox.looked().await;
        self.outbox(|outbox| {
            let mut list = outbox.queue.list();
            list.extend(outbox.elsewhere.iter().map(Queue::shown_elsewhere));
            list.sort_by_key(|queued| (queued.queued_at, queued.id));
            list
        })
    }

    /// Another core of this host changed what it has to send, or is gone. Gives whether something was left that nobody sends.
    pub(crate) fn hear_of_outboxes(&self, person: PersonId, left: &[(String, Vec<u8>)]) -> bool {
        if self.person() != Some(person) {
            return false;
        }
        let (own, theirs) = (journal_prefix(person), elsewhere_prefix(person));
        let theirs = left.iter().filter(|(name, _)| name.starts_with(&theirs));
        let theirs: Vec<Entry> = theirs.filter_map(|(_, bytes)| json::read(bytes).ok()).collect();
        let (changed, nobodys) = self.outbox(|outbox| {
            let theirs = theirs.into_iter().filter(|entry| outbox.is_new(entry.key));
            let theirs: Vec<Entry> = theirs.collect();
            let changed = outbox.elsewhere != theirs;
            outbox.elsewhere = theirs;
            let key = |name: &str| name.strip_prefix(&own)?.parse::<IdempotencyKey>().ok();
            let mut keys = left.iter().filter_map(|(name, _)| key(name));
            (changed, keys.any(|key| outbox.is_new(key)))
        });
        if changed {
            self.look();
        }
        nobodys
    }

    /// Tries now to send what waits.
    pub(crate) fn retry_queued(&self, key: IdempotencyKey) -> Result<(), CoreError> {
        if self.outbox(|outbox| outbox.queue.entry(key).is_none()) {
            return Err(self.error(ErrorCode::NotFound));
        }
        self.hurry_drafts();
        self.turn(Happened::Pressed(key));
        Ok(())
    }

    /// Takes back what waits.
    pub(crate) async fn cancel_queued(&self, key: IdempotencyKey) -> Result<TakenBack, CoreError> {
        let entry = self.outbox(|outbox| outbox.queue.entry(key).cloned());
        let entry = entry.ok_or_else(|| self.error(ErrorCode::NotFound))?;
        // What never left, and what was refused, is nowhere else.
        if entry.tries > 0 && entry.verdict.is_none() {
            let asked = self
                .fetch::<AttemptEnded>(api::delete(format!("/attempts/{key}")))
                .await;
            let ended = asked.map_err(|error| match error.code {
                _ if error.retryable => self.error(ErrorCode::MayHaveArrived),
                _ => error,
            })?;
            if let Some(case) = ended.case_id {
                self.turn(Happened::Answered(key, Ok(())));
                self.tell_sent(&entry, case);
                return Ok(TakenBack::Arrived { case });
            }
        }
        self.turn(Happened::TakenBack(key));
        Ok(TakenBack::TakenBack)
    }

    fn outbox<T>(&self, ask: impl FnOnce(&mut Outbox) -> T) -> T
    where
        T: Sized,
    {
        let mut held = lock(&self.inner.outbox.outbox);
        let held = held.get_or_insert_with(|| Box::<Outbox>::default());
        match held.downcast_mut::<Outbox>() {
            Some(outbox) => ask(outbox),
            // Nothing else is ever put there.
            None => ask(&mut Outbox::default()),
        }
    }

    fn spawn_queued(&self, work: impl Future<Output = ()> + crate::ports::SendOutsideWasm + 'static) {
        self.inner.host.spawner.spawn(boxed(work));
    }

    fn turn(&self, happened: Happened) {
        let tasks = self.outbox(|outbox| outbox.step(self, happened));
        self.carry_out(tasks);
    }

    fn carry_out(&self, tasks: Vec<Task>) {
        for task in tasks {
            let core = self.clone();
            match task {
                Task::Settle(key, draft) => self.spawn_queued(async move { core.settle_queued(key, draft).await }),
                Task::Send(key) => self.spawn_queued(async move { core.send_queued(key).await }),
                Task::Keep(key) => self.spawn_queued(async move { core.keep_queued(key).await }),
                Task::Forget(key) => {
                    self.outbox(|outbox| outbox.done.push(key));
                    let Some(person) = self.person() else { continue };
                    self.spawn_queued(async move { core.forget_queued(person, key).await });
                }
            }
        }
        self.look();
    }

    /// Tells how things stand, and comes back when time alone makes a difference.
    fn look(&self) {
        let now = self.inner.host.clock.now().unix_millis();
        let (all, open, resting, alarm) = self.outbox(|outbox| {
            let busy = outbox.queue.under_way();
            let resting = if busy {
                Vec::new()
            } else {
                std::mem::take(&mut outbox.resting)
            };
            let next = outbox.queue.next(now);
            let sooner = next.filter(|next| outbox.alarm.is_none_or(|alarm| *next < alarm));
            if sooner.is_some() {
                outbox.alarm = sooner;
            }
            let theirs = outbox.elsewhere.iter().filter(|entry| entry.verdict.is_none());
            let unseen = outbox.unseen.iter().filter(|key| outbox.queue.entry(**key).is_some());
            let open = outbox.queue.open() + theirs.count() + unseen.count();
            (outbox.queue.len() + outbox.elsewhere.len(), open, resting, sooner)
        });
        self.inner.outbox.all.store(all, Ordering::Relaxed);
        self.inner.outbox.open.store(open, Ordering::Relaxed);
        for waiting in resting {
            let _ = waiting.send(());
        }
        if let Some(at) = alarm {
            let sleep = self.inner.host.timer.sleep(u32::try_from(at - now).unwrap_or(u32::MAX));
            // Waiting alone does not keep a core alive whose UIs are gone.
            let inner = Arc::downgrade(&self.inner);
            self.spawn_queued(async move {
                sleep.await;
                let Some(inner) = inner.upgrade() else { return };
                let core = Core { inner };
                core.outbox(|outbox| outbox.alarm.take_if(|alarm| *alarm <= at));
                core.turn(Happened::Time);
            });
        }
        self.emit(&Event::OutboxChanged);
    }

    /// Whether a draft waits to be submitted.
    pub(crate) fn submission_waits(&self, draft: DraftId) -> bool {
        self.outbox(|outbox| outbox.queue.submits(draft))
    }

    /// A draft turned out to be part of another one: so is what waits of it.
    pub(crate) async fn queued_about(&self, draft: DraftId, other: DraftId) {
        let keys = self.outbox(|outbox| outbox.queue.about_another(draft, other));
        for key in &keys {
            self.keep_queued(*key).await;
        }
        if !keys.is_empty() {
            self.look();
        }
    }

    /// Whether answers or files of a draft are not with the hall.
    fn draft_unsettled(&self, draft: DraftId) -> bool {
        self.draft_waits(draft) || !self.uploads_finished(draft)
    }

    /// Waits until all answers of a draft are with the hall; gives its revision then. Fails for now where files are still on
    /// their way: the answers that name them come after them.
    async fn draft_settled(&self, draft: DraftId) -> Result<u64, CoreError> {
        if !self.uploads_finished(draft) {
            return Err(self.error(ErrorCode::Offline));
        }
        match self.flush_draft(draft).await {
            Ok(saved) => Ok(saved.revision),
            // Nothing of it waits here.
            Err(error) if error.code == ErrorCode::NotFound => {
                let view: DraftView = self.fetch(api::get(format!("/drafts/{draft}"))).await?;
                Ok(view.summary.revision)
            }
            Err(error) => Err(error),
        }
    }

    async fn settle_queued(&self, key: IdempotencyKey, draft: DraftId) {
        match self.draft_settled(draft).await {
            Ok(revision) => self.turn(Happened::Settled(key, Ok(revision))),
            Err(error) => self.not_taken(key, error.clone(), Happened::Settled(key, Err(error))),
        }
    }

    async fn send_queued(&self, key: IdempotencyKey) {
        // As it is sent now it is sent again, whoever sends it.
        self.keep_queued(key).await;
        let Some(entry) = self.outbox(|outbox| outbox.queue.sending(key).cloned()) else {
            return;
        };
        match self.try_once(key, entry.content.clone()).await {
            Ok(reply) => self.taken(&entry, reply),
            Err(error) => self.not_taken(key, error.clone(), Happened::Answered(key, Err(error))),
        }
    }

    fn taken(&self, entry: &Entry, reply: Value) {
        let key = entry.key;
        let (known, first) = self.outbox(|outbox| (outbox.queue.sending(key).is_some(), outbox.first.remove(&key)));
        if !known {
            return;
        }
        self.turn(Happened::Answered(key, Ok(())));
        let said = match first {
            Some(first) => first.send(First::Taken(reply)),
            None => Err(First::Taken(reply)),
        };
        // Nobody waits for the reply any more: it is told.
        let Err(First::Taken(reply)) = said else { return };
        let parsed = |pointer| reply.pointer(pointer).and_then(Value::as_str);
        let case = match &entry.content {
            Content::Submission { draft, .. } => {
                if let Some(item) = parsed("/item").and_then(|item| item.parse().ok()) {
                    self.submitted(*draft, item);
                }
                parsed("/case_id").and_then(|case| case.parse().ok())
            }
            Content::Supplement { case, .. } | Content::Withdrawal { case, .. } | Content::Rating { case, .. } => {
                Some(*case)
            }
        };
        if let Some(case) = case {
            self.tell_sent(entry, case);
        }
    }

    fn tell_sent(&self, entry: &Entry, case: CaseId) {
        self.emit(&Event::OutboxSent {
            about: entry.content.about(),
            title: entry.title.clone(),
            case,
        });
    }

    /// A try came to nothing. Where the citizen still waits for it, what was refused is said to them and not kept.
    fn not_taken(&self, key: IdempotencyKey, error: CoreError, happened: Happened) {
        let (mut tasks, first, decided) = self.outbox(|outbox| {
            let tasks = outbox.step(self, happened);
            let entry = outbox.queue.entry(key);
            let decided = entry.is_some_and(|entry| entry.verdict.is_some());
            if decided && !outbox.resting.is_empty() {
                outbox.unseen.push(key);
            }
            (tasks, outbox.first.remove(&key), decided)
        });
        if let Some(first) = first {
            if decided {
                if first.send(First::Refused(error)).is_ok() {
                    tasks.extend(self.outbox(|outbox| outbox.step(self, Happened::TakenBack(key))));
                }
            } else {
                let _ = first.send(First::Waits);
            }
        }
        self.carry_out(tasks);
    }

    async fn keep_queued(&self, key: IdempotencyKey) {
        let _writing = self.inner.drafts.writing.lock().await;
        // Asked only now: who has left meanwhile leaves nothing behind.
        let (Some(journal), Some(person)) = (self.journal(), self.person()) else {
            return;
        };
        let entry = self.outbox(|outbox| outbox.queue.entry(key).cloned());
        let Some(Ok(bytes)) = entry.map(|entry| serde_json::to_vec(&entry)) else {
            return;
        };
        let kept = journal.keep(&format!("{}{key}", journal_prefix(person)), bytes).await;
        self.outbox(|outbox| outbox.queue.kept(key, kept.is_ok()));
    }

    async fn forget_queued(&self, person: PersonId, key: IdempotencyKey) {
        let _writing = self.inner.drafts.writing.lock().await;
        if let Some(journal) = self.journal() {
            journal.forget(&format!("{}{key}", journal_prefix(person))).await;
        }
    }

    async fn take_up_queued(&self, person: PersonId, left: Vec<(String, Vec<u8>)>) {
        self.hear_of_outboxes(person, &left);
        let prefix = journal_prefix(person);
        for (name, bytes) in left {
            if !name.starts_with(&prefix) {
                continue;
            }
            if self.person() != Some(person) {
                return;
            }
            match json::read::<Entry>(&bytes) {
                Ok(entry) if self.outbox(|outbox| outbox.done.contains(&entry.key)) => {}
                Ok(entry) => {
                    let key = entry.key;
                    let tasks = self.outbox(|outbox| {
                        let tasks = outbox.step(self, Happened::Found(Box::new(entry)));
                        outbox.queue.kept(key, true);
                        tasks
                    });
                    self.carry_out(tasks);
                }
                Err(_) => left_alone("outbox"),
            }
        }
    }

    async fn flush_queued(&self) {
        let (sender, rested) = oneshot::channel();
        self.outbox(|outbox| {
            outbox.unseen.clear();
            outbox.resting.push(sender);
        });
        self.turn(Happened::Online);
        let _ = rested.await;
    }
}

impl Outbox {
    /// Whether an entry is neither in the queue nor done with.
    fn is_new(&self, key: IdempotencyKey) -> bool {
        self.queue.entry(key).is_none() && !self.done.contains(&key)
    }

    fn step(&mut self, core: &Core, happened: Happened) -> Vec<Task> {
        let host = &core.inner.host;
        let mut chance = [0; 4];
        host.rng.fill(&mut chance);
        self.queue.shut(!host.http.may_leave());
        self.queue
            .step(happened, host.clock.now().unix_millis(), u32::from_le_bytes(chance))
    }
}

#[cfg(test)]
mod tests;
