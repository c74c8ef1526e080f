//! What is not sent yet stays on the terminal: a crash, a closed tab or an empty battery takes nothing that was typed.
//!
//! An entry of the journal holds all that waits of one draft, written by one running core. It is written before a change is
//! acknowledged, again after each save, and forgotten when the backend holds everything. Whoever starts and is the same
//! person takes it up.

use std::collections::BTreeMap;
use std::sync::Arc;
#[cfg(feature = "own-terminal")]
use std::sync::atomic::Ordering;

#[cfg(feature = "native")]
use onehall_client::Event;
use onehall_protocol::drafts::Answers;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{DraftId, PersonId, WriterId};
use onehall_sync::Clock;
use serde::{Deserialize, Serialize};

use super::begun::is_known_to_hall;
use super::{Saving, Waiting};
use crate::ports::{BoxFuture, Journal, NotKept, boxed};
use crate::{Core, json, lock};

/// The first and the longest wait before the journal is looked at again that could not be read, in milliseconds.
const LOOK_AGAIN_MS: (u32, u32) = (1_000, 60_000);
/// How long it is waited each time before it is looked again at what another core left of a draft of which something waits here,
/// in milliseconds.
#[cfg(feature = "own-terminal")]
const PUT_OFF_MS: u32 = 10_000;

/// What waits of a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unsent {
    /// The revision on which it stands.
    pub revision: u64,
    /// The page on which the citizen was.
    pub page: Option<String>,
    /// The answers, each with its stamp and with what was in sight.
    pub changes: BTreeMap<String, Waiting>,
}

/// An entry as it was written before answers had stamps.
#[derive(Deserialize)]
struct Unstamped {
    writer: WriterId,
    revision: u64,
    page: Option<String>,
    changes: Answers,
}

impl Unsent {
    /// Reads an entry; none where it is of another version, or damaged. One of the time before stamps counts as given `now`,
    /// by the writer that wrote it.
    pub(super) fn read(entry: &[u8], now: u64) -> Option<Unsent> {
        if let Ok(unsent) = json::read(entry) {
            return Some(unsent);
        }
        let before: Unstamped = json::read(entry).ok()?;
        let mut clock = Clock::new(before.writer);
        let changes = before.changes.into_iter().map(|(path, value)| {
            let (stamp, seen) = (clock.tick(now), before.revision);
            (path, Waiting { value, stamp, seen })
        });
        Some(Unsent {
            revision: before.revision,
            page: before.page,
            changes: changes.collect(),
        })
    }
}

/// Says in the log of a host that has one that an entry is left in the journal, and nothing of what is in it: it is damaged, or
/// of a later version, whose update was taken back, and stays for the one that can read it.
pub(crate) fn left_alone(kind: &'static str) {
    #[cfg(feature = "native")]
    tracing::warn!(kind, "an entry of the journal cannot be read and is left alone");
    #[cfg(not(feature = "native"))]
    let _ = kind;
}

/// Takes up what a core that is gone left waiting.
#[inline(never)]
fn enter_part(core: Core, person: PersonId, mut left: Vec<(String, Vec<u8>)>) -> BoxFuture<'static, ()> {
    boxed(async move {
        let theirs = core.leave_theirs(person, &mut left);
        core.inner.outbox.left_to_others(theirs);
        core.take_up_all(person, left).await;
    })
}

/// With what the keys begin under which a journal gives what another core is about to send, if that is not in its outbox.
fn theirs_prefix(person: PersonId) -> String {
    format!("{person}/theirs/")
}

/// The draft of a key without its person: `draft/<draft>/<writer>`, or `<draft>/<writer>` as keys were written once.
fn draft_of(rest: &str) -> Option<DraftId> {
    let rest = rest.strip_prefix("draft/").unwrap_or(rest);
    rest.split('/').next()?.parse().ok()
}

impl Core {
    /// Where unsent answers are kept. On a public machine nothing stays, whatever its host could keep.
    pub(crate) fn journal(&self) -> Option<&Arc<dyn Journal>> {
        let public = self.inner.terminal == TerminalKind::Kiosk;
        self.inner.host.journal.as_ref().filter(|_| !public)
    }

    pub(super) fn unsent_key(&self, person: PersonId, draft: DraftId) -> String {
        format!("{person}/draft/{draft}/{}", self.inner.writer)
    }

    /// Keeps what waits of a draft as it is now, or forgets it where nothing waits. The newest write is the last one,
    /// however many are under way.
    pub(super) async fn keep_unsent(&self, id: DraftId) -> Result<(), NotKept> {
        let _writing = self.inner.drafts.writing.lock().await;
        // Asked only now: who has left meanwhile leaves nothing behind.
        let (Some(journal), Some(person)) = (self.journal(), self.person()) else {
            return Err(NotKept);
        };
        let key = self.unsent_key(person, id);
        let waits = lock(&self.inner.drafts.saving)
            .get(&id)
            .and_then(|known| known.autosave.unsent());
        let begun = self.keep_begun(&**journal, person, id).await;
        let kept = match waits {
            Some(waits) => match serde_json::to_vec(&waits) {
                Ok(bytes) => journal.keep(&key, bytes).await,
                Err(_) => Err(NotKept),
            },
            None => {
                journal.forget(&key).await;
                Ok(())
            }
        };
        let kept = begun.and(kept);
        if let Some(known) = lock(&self.inner.drafts.saving).get_mut(&id) {
            known.autosave.kept(kept.is_ok());
        }
        kept
    }

    /// Somebody left: nothing of theirs stays, nor comes after.
    pub(crate) async fn erase_unsent(&self) {
        let _writing = self.inner.drafts.writing.lock().await;
        if let Some(journal) = self.journal() {
            journal.erase().await;
        }
    }

    /// Nobody wants what waits of a draft, or the backend has it all.
    pub(super) async fn forget_unsent(&self, id: DraftId) {
        if let (Some(journal), Some(person)) = (self.journal(), self.person()) {
            let _writing = self.inner.drafts.writing.lock().await;
            journal.forget(&self.unsent_key(person, id)).await;
            self.forget_begun(&**journal, person, id).await;
        }
    }

    /// Somebody came: what they typed here before, and what never arrived, is sent. Where it cannot be read now, it is looked
    /// again until it can: until then it counts as something that waits.
    pub(crate) fn look_for_unsent(&self, person: PersonId) {
        // A look alone does not keep a core alive whose UIs are gone.
        let (journal, inner) = (self.journal().cloned(), Arc::downgrade(&self.inner));
        let timer = self.inner.host.timer.clone();
        self.inner.outbox.begin_look();
        self.inner.host.spawner.spawn(boxed(async move {
            let mut again = LOOK_AGAIN_MS.0;
            loop {
                let kept = match &journal {
                    Some(journal) => journal.kept().await,
                    None => Ok(Vec::new()),
                };
                let Some(core) = inner.upgrade().map(|inner| Core { inner }) else {
                    return;
                };
                let found = match kept {
                    // Whoever is here now is looked for by themselves.
                    _ if core.person() != Some(person) => true,
                    Ok(kept) => {
                        // A browser's has no bytes of its own.
                        #[cfg(feature = "native")]
                        if journal.as_ref().is_some_and(|journal| journal.was_damaged()) {
                            core.emit(&Event::MayHaveLost);
                        }
                        core.found_unsent(person, kept).await
                    }
                    Err(NotKept) => false,
                };
                if core.person() == Some(person) {
                    core.inner.outbox.left_unread(!found);
                }
                core.inner.outbox.end_look();
                drop(core);
                if found {
                    return;
                }
                timer.sleep(again).await;
                again = again.saturating_mul(2).min(LOOK_AGAIN_MS.1);
                let core = inner.upgrade().map(|inner| Core { inner });
                let Some(core) = core.filter(|core| core.person() == Some(person)) else {
                    return;
                };
                core.inner.outbox.begin_look();
            }
        }));
    }

    /// Goes on with what is kept of a person. Gives whether it could: where the second part of the program cannot be had now, it
    /// cannot.
    async fn found_unsent(&self, person: PersonId, mut kept: Vec<(String, Vec<u8>)>) -> bool {
        #[cfg(feature = "own-terminal")]
        let inherited = self.inherit(person, &mut kept).await;
        #[cfg(not(feature = "own-terminal"))]
        let inherited = true;
        kept.retain(|(key, _)| key.starts_with(&format!("{person}/")));
        if kept.is_empty() {
            return inherited;
        }
        let loaded = self.load_later().await.is_ok();
        if loaded {
            enter_part(self.clone(), person, kept).await;
        }
        loaded && inherited
    }

    /// Another core of this host (a tab of the browser) changed what it has to send, or is gone: then this one goes on with it.
    pub(crate) async fn look_at_others(&self, person: PersonId) {
        let Some(journal) = self.journal() else { return };
        let Ok(mut kept) = journal.kept().await else {
            if !self.inner.outbox.is_unread() {
                self.look_for_unsent(person);
            }
            return;
        };
        if self.person() != Some(person) {
            return;
        }
        // What this core keeps it knows.
        let (prefix, own) = (format!("{person}/"), self.own_suffix());
        kept.retain(|(key, _)| key.starts_with(&prefix) && !key.ends_with(&own));
        let theirs = self.leave_theirs(person, &mut kept);
        // Here the latest answer to a question would count, and rows that were added on either side be lost: it is the hall that
        // merges them. So what waits here goes first.
        let all = kept.len();
        kept.retain(|(key, _)| {
            let draft = key.strip_prefix(&prefix).and_then(draft_of);
            draft.is_none_or(|draft| !self.waits_here(draft))
        });
        let put_off = all - kept.len();
        self.inner.outbox.left_to_others(theirs + put_off);
        let drafts = kept.iter().any(|(key, _)| {
            let rest = key.strip_prefix(&prefix);
            rest.is_some_and(|rest| !rest.starts_with("outbox/") && !rest.starts_with("elsewhere/"))
        });
        if self.hear_of_outboxes(person, &kept) || drafts {
            self.take_up_all(person, kept).await;
        }
        // A page of others looks again when it is loaded anew.
        #[cfg(feature = "own-terminal")]
        if put_off > 0 {
            self.look_later_at_others();
        }
    }

    /// Looks at what other cores left once there was time to send what waits here.
    #[cfg(feature = "own-terminal")]
    fn look_later_at_others(&self) {
        if self.inner.drafts.looks_later.swap(true, Ordering::Relaxed) {
            return;
        }
        let (inner, sleep) = (Arc::downgrade(&self.inner), self.inner.host.timer.sleep(PUT_OFF_MS));
        self.inner.host.spawner.spawn(boxed(async move {
            sleep.await;
            let Some(inner) = inner.upgrade() else { return };
            let core = Core { inner };
            core.inner.drafts.looks_later.store(false, Ordering::Relaxed);
            if let Some(person) = core.person() {
                core.look_at_others(person).await;
            }
        }));
    }

    /// With what the keys end of what this core keeps itself, but for its outbox.
    fn own_suffix(&self) -> String {
        format!("/{}", self.inner.writer)
    }

    /// Leaves to other cores of this host what they are about to send; gives how much that is. What this one kept before its
    /// citizen came back is its own.
    fn leave_theirs(&self, person: PersonId, left: &mut Vec<(String, Vec<u8>)>) -> usize {
        let (prefix, own) = (theirs_prefix(person), self.own_suffix());
        for (key, _) in left.iter_mut().filter(|(key, _)| key.ends_with(&own)) {
            if let Some(rest) = key.strip_prefix(&prefix) {
                *key = format!("{person}/{rest}");
            }
        }
        let mut theirs = 0;
        left.retain(|(key, value)| {
            let Some(rest) = key.strip_prefix(&prefix) else {
                return true;
            };
            // What became of an id is known for long: nobody waits for that.
            theirs += usize::from(!(rest.starts_with("begun/") && is_known_to_hall(value)));
            false
        });
        theirs
    }

    /// Whether answers of a draft wait here.
    fn waits_here(&self, draft: DraftId) -> bool {
        let draft = self.known_as(draft);
        let saving = lock(&self.inner.drafts.saving);
        saving.get(&draft).is_some_and(|known| known.autosave.unsaved())
    }

    /// Takes up what is nobody's any more: the answers first, for what is submitted waits for them.
    async fn take_up_all(&self, person: PersonId, left: Vec<(String, Vec<u8>)>) {
        self.take_up(person, left.clone()).await;
        self.take_up_outbox(person, left.clone()).await;
        self.take_up_uploads(person, left).await;
    }

    async fn take_up(&self, person: PersonId, left: Vec<(String, Vec<u8>)>) {
        let Some(journal) = self.journal() else { return };
        let prefix = format!("{person}/");
        // The drafts before their answers: those of one that the hall does not have are not sent before it is told of it.
        let begun = self.take_up_begun(person, &left);
        let left = left.into_iter().filter_map(|(key, value)| {
            let draft = key.strip_prefix(&prefix).and_then(draft_of)?;
            let Some(unsent) = Unsent::read(&value, self.now_millis()) else {
                left_alone("draft");
                return None;
            };
            Some((key, self.known_as(draft), unsent))
        });
        // All of them before the disk is asked for anything: a draft that is opened meanwhile would be shown without what was
        // answered in it.
        let taken: Vec<_> = left
            .map(|(key, draft, unsent)| {
                self.take_up_one(draft, unsent);
                (key, draft)
            })
            .collect();
        self.go_on_with_begun(person, begun).await;
        for (key, draft) in taken {
            if self.person() != Some(person) {
                return;
            }
            // Whoever has it open shows it as it was left.
            self.changed_by_itself(draft);
            let own = self.unsent_key(person, draft);
            let kept = self.keep_unsent(draft).await;
            if own != key && kept.is_ok() {
                journal.forget(&key).await;
            }
            // As it stands now: where the disk took its time, the hall may have decided meanwhile.
            self.tell_saving(draft);
            self.drive(draft);
        }
    }

    /// Takes up what waits of one draft, in memory.
    fn take_up_one(&self, draft: DraftId, unsent: Unsent) {
        // What is answered from now on is later than what was left.
        for waiting in unsent.changes.values() {
            self.clock().receive(waiting.stamp.at);
        }
        let mut saving = lock(&self.inner.drafts.saving);
        let known = saving
            .entry(draft)
            .or_insert_with(|| Saving::new(super::Autosave::resumed(unsent.clone())));
        known.autosave.take_up(unsent);
    }

    /// How many answers wait on this terminal that the backend does not hold.
    pub(crate) fn unsent_answers(&self) -> usize {
        let saving = lock(&self.inner.drafts.saving);
        saving.values().map(|known| known.autosave.waiting()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_its_draft_as_it_is_written_now_and_as_it_was_written_before() {
        let id = "01935a00-0000-7000-8000-000000000001";
        let draft = id.parse().ok();
        assert!(draft.is_some());
        assert_eq!(draft_of(&format!("draft/{id}/writer")), draft);
        assert_eq!(draft_of(&format!("{id}/writer")), draft);
        assert_eq!(draft_of(&format!("outbox/{id}")), None);
    }
}
