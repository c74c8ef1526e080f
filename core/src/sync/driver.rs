//! Does what the machine asks for.

use std::sync::{Arc, Weak};

use futures::channel::oneshot;
use futures::future::{Either, select};
use onehall_client::Event;
use onehall_protocol::sync::Entity;
use onehall_protocol::{CaseId, CoreError, DraftId, ErrorCode, PersonId};
use serde_json::Value;

use super::machine::{Do, Failure, Happened, Keep, Machine};
use super::mirror::{self, Key, Mirror};
use super::{Copy, SEGMENT, reading};
use crate::held::Held;
use crate::ports::{BoxFuture, Others, Write, boxed};
use crate::{Core, Inner, api, json, lock};

/// Where the note lies of how far the copy is read.
const NOTE: &str = "mirror/note";
/// How many things come at once.
const LIMIT: usize = 100;
/// How long a hall is left alone that waited for nothing, in milliseconds.
const AGAIN_MS: u32 = 1_000;
/// A wait is longer by up to a third, by chance: a hall that comes back is not asked by everybody in the same second.
const SPREAD: u32 = 3;

/// Keeps the copy of a person until they leave, or the core is gone.
pub(super) async fn drive(core: Core, person: PersonId, visit: u64) {
    core.read_copy(person, visit).await;
    let others = core.others(person, visit);
    // A wait alone does not keep a core alive whose UIs are gone.
    let inner = Arc::downgrade(&core.inner);
    drop(core);
    if let Some(others) = &others
        && leads(&inner, visit, others.lead()).await.is_none()
    {
        return;
    }
    let mut driver = Driver {
        inner,
        person,
        visit,
        machine: Machine::default(),
        others,
    };
    driver.run().await;
}

/// Comes back once this core is the one that keeps the copy; with nothing where its citizen has left before.
async fn leads(inner: &Weak<Inner>, visit: u64, mut lead: BoxFuture<'static, ()>) -> Option<()> {
    loop {
        let nudged = Core {
            inner: inner.upgrade()?,
        }
        .next_nudge();
        match select(lead, nudged).await {
            Either::Left(_) => return Some(()),
            Either::Right((_, still)) => lead = still,
        }
        if (Core {
            inner: inner.upgrade()?,
        })
        .visit()
            != visit
        {
            return None;
        }
    }
}

struct Driver {
    inner: Weak<Inner>,
    person: PersonId,
    visit: u64,
    machine: Machine,
    /// The other cores of this host, where there may be some. One of them goes on when this is dropped.
    others: Option<Box<dyn Others>>,
}

impl Driver {
    /// The core, while it is there and its citizen, too.
    fn core(&self) -> Option<Core> {
        let core = Core {
            inner: self.inner.upgrade()?,
        };
        (core.visit() == self.visit).then_some(core)
    }

    async fn run(&mut self) -> Option<()> {
        let core = self.core()?;
        let (mirror, cursor, at) = core.kept_copy(self.person).await;
        let mut todo = self.step(&core, Happened::Began { mirror, cursor, at });
        drop(core);
        loop {
            let mut happened = None;
            for next in todo {
                happened = self.carry_out(next).await?.or(happened);
            }
            // Every list of things to do ends with something that is answered.
            let core = self.core()?;
            todo = self.step(&core, happened.unwrap_or(Happened::Waited));
        }
    }

    fn step(&mut self, core: &Core, happened: Happened) -> Vec<Do> {
        let now = core.inner.host.clock.now().unix_millis();
        let todo = self.machine.step(happened, now);
        // Only now: what is shown is never older than what is asked for next.
        *lock(&core.inner.sync.copy) = Some(Held::new(Copy {
            mirror: self.machine.mirror().clone(),
            at: self.machine.as_of(),
        }));
        todo
    }

    /// Does one thing; gives what came of it. None where the driver ends.
    async fn carry_out(&mut self, next: Do) -> Option<Option<Happened>> {
        let core = self.core()?;
        Some(match next {
            Do::Pull { cursor, checksums } => {
                let path = format!("/sync?cursor={cursor}&limit={LIMIT}&checksums={checksums}");
                let happened = core
                    .pulled_by(path, |body| reading::pulled(body).map(Happened::Pulled))
                    .await;
                if let Happened::Pulled(pulled) = &happened {
                    core.acts_for(&pulled.principals).await;
                }
                Some(happened)
            }
            Do::Snapshot(page) => {
                let page = page.map(|page| format!("&page={page}")).unwrap_or_default();
                let path = format!("/sync/snapshot?limit={LIMIT}{page}");
                Some(
                    core.pulled_by(path, |body| reading::page(body).map(Happened::Page))
                        .await,
                )
            }
            Do::Keep(keep) => {
                if core.keep_on_terminal(self.person, self.visit, keep).await {
                    if let Some(others) = &self.others {
                        others.tell();
                    }
                } else {
                    self.step(&core, Happened::NotKept);
                }
                None
            }
            Do::Tell(keys) => {
                // Where pokes come, whoever shows these was told already.
                if !core.inner.host.pokes.streams() {
                    keys.into_iter().for_each(|key| core.tell(key));
                }
                None
            }
            Do::Wait(millis) => Some(self.wait(core, millis).await?),
        })
    }

    /// Waits for a time, or until there is a reason to look.
    async fn wait(&self, core: Core, millis: u32) -> Option<Happened> {
        let nudged = core.next_nudge();
        let (host, cursor) = (core.inner.host.clone(), self.machine.cursor().map(str::to_owned));
        let mut chance = [0; 4];
        host.rng.fill(&mut chance);
        let millis = millis + u32::from_le_bytes(chance) % (millis / SPREAD + 1);
        let waiting = match cursor.filter(|_| !host.pokes.streams() && millis >= super::machine::FALLBACK_MS) {
            // A host without streams asks the hall to answer when something changes.
            Some(cursor) => boxed(async move {
                let answer: Result<Value, CoreError> =
                    core.fetch(api::get(format!("/sync/wait?cursor={cursor}"))).await;
                let timer = core.inner.host.timer.clone();
                drop(core);
                let changed = answer.as_ref().is_ok_and(|answer| answer["changed"] == true);
                // A hall that stops answers at once, again and again.
                if !changed {
                    timer.sleep(if answer.is_ok() { AGAIN_MS } else { millis }).await;
                }
                changed
            }),
            None => {
                drop(core);
                let sleeping = host.timer.sleep(millis);
                drop(host);
                boxed(async move {
                    sleeping.await;
                    false
                })
            }
        };
        let happened = match select(waiting, nudged).await {
            Either::Left((false, _)) => Happened::Waited,
            Either::Left((true, _)) | Either::Right(_) => Happened::Nudged,
        };
        self.core().map(|_| happened)
    }
}

impl Core {
    /// Comes when the copy is nudged next; at once where it was since it was last waited for.
    fn next_nudge(&self) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        let mut nudge = lock(&self.inner.sync.nudge);
        if std::mem::take(&mut nudge.pending) {
            let _ = sender.send(());
        } else {
            nudge.waits = Some(sender);
        }
        receiver
    }

    async fn pulled_by(&self, path: String, read: impl FnOnce(&[u8]) -> Option<Happened>) -> Happened {
        match self.send(api::get(path)).await {
            Ok(answer) => read(&answer.body).unwrap_or(Happened::Failed(Failure::Refused)),
            Err(error) => Happened::Failed(match error.code {
                ErrorCode::SnapshotRequired | ErrorCode::InvalidCursor => Failure::Snapshot,
                _ if error.retryable || error.code == ErrorCode::Cancelled => Failure::Later,
                _ => Failure::Refused,
            }),
        }
    }

    fn tell(&self, (entity, id): Key) {
        match entity {
            Entity::Draft => self.changed_by_itself(DraftId(id)),
            Entity::Case => self.emit(&Event::CaseChanged { id: CaseId(id) }),
        }
    }

    /// Reads the copy that is kept, for a core that does not keep it up to date itself, or not yet.
    pub(super) async fn read_copy(&self, person: PersonId, visit: u64) {
        let (mirror, cursor, at) = self.kept_copy(person).await;
        let mut copy = lock(&self.inner.sync.copy);
        if self.visit() == visit {
            let at = cursor.is_some().then_some(at);
            *copy = Some(Held::new(Copy { mirror, at }));
        }
    }

    /// The other cores of this host. Whenever one says that it changed something, this one reads it again: the copy, and what
    /// it has to send.
    fn others(&self, person: PersonId, visit: u64) -> Option<Box<dyn Others>> {
        let inner = Arc::downgrade(&self.inner);
        let told = Box::new(move || {
            let Some(inner) = inner.upgrade() else { return };
            let core = Core { inner };
            let spawner = core.inner.host.spawner.clone();
            spawner.spawn(boxed(async move {
                core.read_copy(person, visit).await;
                core.look_at_others(person).await;
            }));
        });
        self.inner.host.pokes.others(told)
    }

    /// The copy as it is kept of a person: what is held, up to where it is read, and of when it is.
    async fn kept_copy(&self, person: PersonId) -> (Mirror, Option<String>, i64) {
        let nothing = (Mirror::default(), None, 0);
        let Ok(kept) = self.inner.host.store.scan(SEGMENT).await else {
            return nothing;
        };
        let (mut things, mut note) = (Vec::new(), None);
        for (key, value) in kept {
            if key == NOTE {
                note = json::read::<Value>(&value).ok();
            } else if let Some(key) = thing(&key) {
                match mirror::taken_up(value) {
                    Some(held) => things.push((key, held)),
                    // Damaged, or of another version: it is read anew as a whole.
                    None => return nothing,
                }
            }
        }
        let Some(note) = note.filter(|note| note["person"].as_str() == Some(&person.to_string())) else {
            return nothing;
        };
        match (note["cursor"].as_str(), note["at"].as_i64()) {
            (Some(cursor), Some(at)) => (Mirror::of(things), Some(cursor.to_owned()), at),
            _ => nothing,
        }
    }

    /// Keeps what changed of the copy: all of it, or nothing. Gives whether it is kept.
    async fn keep_on_terminal(&self, person: PersonId, visit: u64, keep: Keep) -> bool {
        let _writing = self.inner.sync.writing.lock().await;
        // Asked only now: who has left meanwhile leaves nothing behind.
        if self.visit() != visit {
            return true;
        }
        let store = &self.inner.host.store;
        let mut writes = Vec::new();
        if keep.all {
            let Ok(kept) = store.scan(SEGMENT).await else {
                return false;
            };
            let things = kept.into_iter().filter(|(key, _)| thing(key).is_some());
            writes.extend(things.map(|(key, _)| Write::Delete { key }));
        }
        writes.extend(keep.gone.into_iter().map(|key| Write::Delete { key: place(key) }));
        writes.extend(keep.put.into_iter().map(|(key, held)| Write::Put {
            key: place(key),
            value: mirror::kept(&held),
        }));
        let at = keep.at.or_else(|| lock(&self.inner.sync.copy).as_ref()?.at);
        let note = json::object([
            ("person", person.to_string().into()),
            ("cursor", keep.cursor.into()),
            ("at", at.into()),
        ]);
        writes.push(Write::Put {
            key: NOTE.to_owned(),
            value: note.to_string().into_bytes(),
        });
        store.batch(writes).await.is_ok()
    }
}

/// Where a thing lies in the store.
fn place((entity, id): Key) -> String {
    format!("{SEGMENT}/{}/{id}", mirror::name(entity))
}

/// Which thing lies at a key; none where it is none.
fn thing(key: &str) -> Option<Key> {
    let (entity, id) = key.strip_prefix(SEGMENT)?.strip_prefix('/')?.split_once('/')?;
    Some((mirror::entity(entity)?, id.parse().ok()?))
}
