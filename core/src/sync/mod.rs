//! A copy of the citizen's open drafts and cases on the terminal: what is read where the hall cannot be reached.
//!
//! [`machine`] decides, purely, what is asked for when; `driver` does it. The copy is in memory, and on the terminal's store
//! in the segment `mirror`, which goes with its citizen. Of several cores of one host (tabs of a browser) one keeps the
//! copy up to date; the others read it when they are told.
//!
//! A reply out of the copy is followed by [`Event::ShownAsOf`], so that a page can say how old it is. What is not sent yet of
//! a draft is laid over it, as over one that comes from the hall.

mod driver;
mod machine;
mod mirror;
mod reading;
#[cfg(test)]
mod tests;

use std::sync::Mutex;

use futures::channel::oneshot;
use onehall_client::Event;
#[cfg(feature = "own-terminal")]
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{DraftSummary, StartDraft};
use onehall_protocol::identity::Session;
use onehall_protocol::sync::Entity;
use onehall_protocol::{CoreError, ErrorCode, PersonId, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::held::Held;
use crate::ports::{BoxFuture, Write, boxed};
use crate::{Core, json, lock};
use mirror::Mirror;

/// The segment of the store in which the copy lies.
const SEGMENT: &str = "mirror";
/// Who is logged in: a terminal that starts where the hall cannot be reached goes on with it.
const SESSION: &str = "mirror/session";

/// What a core knows of the copy.
#[derive(Default)]
pub(crate) struct State {
    copy: Mutex<Option<Held<Copy>>>,
    /// Wakes whoever waits to pull.
    nudge: Mutex<Nudge>,
    /// The visit for which the copy is kept already.
    kept_for: Mutex<Option<u64>>,
    /// Held while the copy is written, so that nothing is written behind its erasure.
    writing: futures::lock::Mutex<()>,
}

/// The copy, and when it last was as the hall had it.
struct Copy {
    mirror: Mirror,
    at: Option<i64>,
}

#[derive(Default)]
struct Nudge {
    waits: Option<oneshot::Sender<()>>,
    /// Nobody waited when it came.
    pending: bool,
}

/// What is looked for in the copy.
pub(crate) enum Look {
    /// The drafts, or the cases, as lists show them.
    All(Entity),
    /// One of them.
    One(Entity, Uuid),
    /// The open draft for an item and principal.
    Open(StartDraft),
}

/// What the second part of the program does of it.
enum Part {
    /// Keeps the copy until the citizen leaves.
    Drive(PersonId, u64),
    Find(Look),
}

/// What is found in the copy, as JSON.
#[inline(never)]
fn enter_part(core: Core, part: Part) -> BoxFuture<'static, Option<String>> {
    boxed(async move {
        match part {
            Part::Drive(person, visit) => {
                driver::drive(core, person, visit).await;
                None
            }
            Part::Find(look) => {
                // A page that asks while the terminal starts: the copy is read from the store first.
                let unread = lock(&core.inner.sync.copy).is_none();
                if let Some(person) = core.person().filter(|_| unread) {
                    core.read_copy(person, core.visit()).await;
                }
                core.find(&look)
            }
        }
    })
}

impl Core {
    /// Somebody came: a copy of what is theirs is kept from now on.
    pub(crate) fn keep_copy(&self, session: &Session) {
        let (person, visit) = (session.actor.id, self.visit());
        // Wire types have string keys and no failing serialisers.
        let session = serde_json::to_vec(session).unwrap_or_default();
        // A page that is loaded anew looks its session up again: two who keep one copy would wake each other without end.
        let kept = lock(&self.inner.sync.kept_for).replace(visit) == Some(visit);
        let core = self.clone();
        self.inner.host.spawner.spawn(boxed(async move {
            {
                let _writing = core.inner.sync.writing.lock().await;
                if core.visit() == visit {
                    let _ = core.inner.host.store.put(SESSION, session).await;
                }
            }
            if kept {
                return;
            }
            // Where the second part of the program cannot be had now, the next start tries again.
            if core.load_later().await.is_ok() {
                enter_part(core, Part::Drive(person, visit)).await;
            } else {
                *lock(&core.inner.sync.kept_for) = None;
            }
        }));
    }

    /// Notes for whom who is logged in may act now, for a start where the hall cannot be reached.
    pub(crate) async fn keep_session(&self, session: &Session) {
        let (visit, session) = (self.visit(), serde_json::to_vec(session).unwrap_or_default());
        let _writing = self.inner.sync.writing.lock().await;
        if self.visit() == visit {
            let _ = self.inner.host.store.put(SESSION, session).await;
        }
    }

    /// Who was logged in when this terminal last knew, where that session may still be one.
    pub(crate) async fn kept_session(&self) -> Option<Session> {
        let kept = self.inner.host.store.get(SESSION).await.ok()??;
        let session: Session = json::read(&kept).ok()?;
        (session.expires_at > self.inner.host.clock.now()).then_some(session)
    }

    /// Something may have changed: the copy is brought up to date now.
    pub(crate) fn nudge_copy(&self) {
        let mut nudge = lock(&self.inner.sync.nudge);
        match nudge.waits.take() {
            Some(waits) => drop(waits.send(())),
            None => nudge.pending = true,
        }
    }

    /// Somebody left: what is in memory of them goes at once, and what is kept soon.
    pub(crate) fn forget_copy(&self) {
        *lock(&self.inner.sync.copy) = None;
        // Whoever waits looks up, and sees that they have left.
        self.nudge_copy();
        let core = self.clone();
        let erasing = boxed(async move { core.erase_copy().await });
        self.inner.host.spawner.spawn(erasing);
    }

    /// Somebody left: nothing of the copy stays on the terminal, nor comes after.
    pub(crate) async fn erase_copy(&self) {
        let _writing = self.inner.sync.writing.lock().await;
        // Who came meanwhile writes over it.
        if self.has_session() {
            return;
        }
        let store = &self.inner.host.store;
        let kept = store.scan(SEGMENT).await.unwrap_or_default();
        let gone: Vec<Write> = kept.into_iter().map(|(key, _)| Write::Delete { key }).collect();
        if !gone.is_empty() {
            let _ = store.batch(gone).await;
        }
    }

    /// The hall's answer; where it cannot be reached, what the copy has in its place.
    pub(crate) async fn or_copy<T: DeserializeOwned>(
        &self,
        answer: Result<T, CoreError>,
        look: Look,
    ) -> Result<T, CoreError> {
        let error = match answer {
            Err(error) if error.code == ErrorCode::Offline && self.has_session() => error,
            answer => return answer,
        };
        // Where the second part of the program cannot be had now, there is no copy either.
        if self.load_later().await.is_err() {
            return Err(error);
        }
        let visit = self.visit();
        let found = enter_part(self.clone(), Part::Find(look)).await;
        let found = found.and_then(|text| json::read(text.as_bytes()).ok());
        match found {
            Some(found) if self.visit() == visit => Ok(found),
            _ => Err(error),
        }
    }

    /// The form that a draft or case of the copy is filled with.
    #[cfg(feature = "own-terminal")]
    pub(crate) fn form_in_copy(&self, entity: Entity, id: Uuid) -> Option<FormReference> {
        let view = {
            let copy = lock(&self.inner.sync.copy);
            copy.as_ref()?.mirror.get((entity, id))?.view.clone()
        };
        let mut view: Value = json::read(view.as_bytes()).ok()?;
        json::read_value(view["form"].take()).ok()
    }

    fn find(&self, look: &Look) -> Option<String> {
        let begun = self.begun_drafts();
        let (found, at) = {
            let copy = lock(&self.inner.sync.copy);
            let copy = copy.as_ref()?;
            // A copy that never was whole shows no list: what is missing in it would be taken for not there.
            (found(&copy.mirror, look, self.person()?, begun)?, copy.at?)
        };
        let at = Timestamp::from_unix_millis(at);
        self.emit(&Event::ShownAsOf { at });
        Some(found)
    }
}

/// `begun` are drafts that the hall does not have yet.
fn found(mirror: &Mirror, look: &Look, actor: PersonId, begun: Vec<DraftSummary>) -> Option<String> {
    match look {
        Look::All(entity) => {
            let mut all: Vec<Value> = mirror
                .views(*entity)
                .filter_map(|held| mirror::summary(&held.view))
                .collect();
            if *entity == Entity::Draft {
                all.extend(begun.iter().filter_map(|draft| serde_json::to_value(draft).ok()));
            }
            // The last changed first, as the hall orders them. Its times are texts that sort.
            all.sort_by(|a, b| b["updated_at"].as_str().cmp(&a["updated_at"].as_str()));
            Some(Value::Array(all).to_string())
        }
        Look::One(entity, id) => mirror.get((*entity, *id)).map(|held| held.view.as_ref().to_owned()),
        Look::Open(start) => {
            let principal = start.principal.unwrap_or(actor);
            let theirs = mirror.views(Entity::Draft).filter(|held| held.principal == principal);
            let mut theirs = theirs.filter(|held| {
                let summary = mirror::summary(&held.view);
                summary.is_some_and(|draft| draft["item"].as_str() == Some(start.item.as_str()))
            });
            theirs.next().map(|held| held.view.as_ref().to_owned())
        }
    }
}
