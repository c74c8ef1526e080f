//! Filling: drafts, autosave, files, submission.

mod autosave;
mod begun;
mod files;
mod presence;
mod saving;
mod unsent;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use futures::channel::oneshot;
use onehall_client::Event;
use onehall_protocol::drafts::{AnswerChange, DraftSaved, DraftView, LostAnswer, StartDraft, SubmitDraft};
use onehall_protocol::sync::Entity;
use onehall_protocol::{CoreError, DraftId, ErrorCode, IdempotencyKey, Timestamp, WriterId};
use onehall_sync::Clock;
use serde::de::DeserializeOwned;

use crate::held::Held;
use crate::ports::{BoxFuture, boxed};
use crate::sync::Look;
use crate::{Core, api, lock};
use saving::Saving;

pub use autosave::{Autosave, Step, Waiting};
pub use unsent::Unsent;
pub(crate) use unsent::left_alone;

pub(crate) struct State {
    /// Stamps what is answered here.
    clock: Mutex<Clock>,
    /// Who has the same drafts open.
    present: presence::State,
    /// The core is being closed: what is unsaved is tried once more and no further.
    closing: AtomicBool,
    /// It will be looked again at what other cores left, which waits for what is answered here.
    #[cfg(feature = "own-terminal")]
    looks_later: AtomicBool,
    saving: Mutex<BTreeMap<DraftId, Held<Saving>>>,
    /// Held while the journal is written, so that the newest state is the last one in it.
    pub(crate) writing: futures::lock::Mutex<()>,
}

impl State {
    /// Nothing is filled yet. `writer` names this core in the stamps of what is answered.
    pub(crate) fn new(writer: WriterId) -> State {
        State {
            clock: Mutex::new(Clock::new(writer)),
            present: presence::State::default(),
            closing: AtomicBool::default(),
            #[cfg(feature = "own-terminal")]
            looks_later: AtomicBool::default(),
            saving: Mutex::default(),
            writing: futures::lock::Mutex::default(),
        }
    }

    pub(crate) fn forget(&self) {
        self.present.forget();
        lock(&self.saving).clear();
    }
}

/// Saves what is not saved of these drafts. One that cannot be saved must not keep another one from it.
#[inline(never)]
fn enter_part(core: Core, drafts: Vec<DraftId>) -> BoxFuture<'static, ()> {
    boxed(async move {
        futures::future::join_all(drafts.into_iter().map(|id| core.flush_draft(id))).await;
    })
}

impl Core {
    pub(crate) async fn list_drafts<T: DeserializeOwned>(&self) -> Result<T, CoreError> {
        self.or_copy(self.fetch(api::get("/drafts")).await, Look::All(Entity::Draft))
            .await
    }

    pub(crate) async fn open_draft(&self, start: StartDraft) -> Result<DraftView, CoreError> {
        // One that was begun here is the one that is meant, whoever of this terminal began it.
        self.inner.outbox.looked().await;
        if let Some(begun) = self.begun_for(&start) {
            return self.draft(begun).await;
        }
        let answer: Result<DraftView, _> = self.fetch(api::post("/drafts").json(&start)).await;
        // What is shown must be what its next answers say that they had in sight.
        if let Ok(draft) = &answer
            && self.saved_beyond(draft)
        {
            return self.draft(draft.summary.id).await;
        }
        let answer = answer.inspect(|draft| self.heard_clock(draft.clock));
        let draft = match self.or_copy(answer, Look::Open(start.clone())).await {
            Ok(draft) => draft,
            Err(error) => self.begin_here(&start, error).await?,
        };
        Ok(self.draft_read(draft))
    }

    /// The draft as the backend holds it, or this terminal's copy where it cannot be reached, with the changes over it that are still on this terminal.
    pub(crate) async fn draft(&self, id: DraftId) -> Result<DraftView, CoreError> {
        let draft = self.read_draft(id).await?;
        Ok(self.draft_read(draft))
    }

    /// The same for this core alone: nobody is shown it, so nothing of it comes in sight.
    pub(crate) async fn look_at_draft(&self, id: DraftId) -> Result<DraftView, CoreError> {
        let mut draft = self.read_draft(id).await?;
        self.clock().receive(draft.clock.saturating_sub(1));
        if let Some(known) = lock(&self.inner.drafts.saving).get(&draft.summary.id) {
            known.complete(&mut draft);
        }
        Ok(draft)
    }

    async fn read_draft(&self, id: DraftId) -> Result<DraftView, CoreError> {
        // One that a core before this one began is not the hall's yet.
        self.inner.outbox.looked().await;
        if let Some(draft) = self.begun_view(id) {
            return Ok(draft);
        }
        let id = self.known_as(id);
        let read = || self.fetch::<DraftView>(api::get(format!("/drafts/{id}")));
        let mut answer = read().await;
        // A save that ended while it was read is missing in it: what was just saved would seem to be taken back.
        if let Ok(draft) = &answer
            && self.saved_beyond(draft)
        {
            answer = read().await;
        }
        let answer = answer.inspect(|draft| self.heard_clock(draft.clock));
        self.or_copy(answer, Look::One(Entity::Draft, id.0)).await
    }

    /// Whether this core saved more of a draft, or showed more, than is in it.
    pub(crate) fn saved_beyond(&self, draft: &DraftView) -> bool {
        self.saved_revision(draft.summary.id) > draft.summary.revision
    }

    /// The hall said what its clock is, this moment.
    fn heard_clock(&self, clock: u64) {
        self.clock().hear(clock, self.now_millis());
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        lock(&self.inner.drafts.clock)
    }

    /// This terminal's own time, in milliseconds since 1970.
    fn now_millis(&self) -> u64 {
        u64::try_from(self.inner.host.clock.now().unix_millis()).unwrap_or(0)
    }

    /// A draft as it was read, now or from what is kept of it: it is what is shown from now on.
    fn draft_read(&self, mut draft: DraftView) -> DraftView {
        // What is answered after this is later than all that is in it.
        self.clock().receive(draft.clock.saturating_sub(1));
        let mut saving = lock(&self.inner.drafts.saving);
        let (revision, at) = (draft.summary.revision, draft.summary.updated_at);
        let known = saving
            .entry(draft.summary.id)
            .or_insert_with(|| Saving::new(Autosave::new(revision, at)));
        known.complete(&mut draft);
        known.autosave.read_anew(draft.summary.revision);
        known.autosave.heard_lost(&draft.lost);
        // An own answer is never told of as somebody else's, whenever it comes back.
        let (here, terminal) = (self.inner.writer, self.inner.terminal);
        known.autosave.lay_over_origins(&mut draft.latest, here, terminal);
        draft
    }

    /// A page shows a draft as it was at this revision, and that these answers did not stand.
    pub(crate) fn shown_at(&self, id: DraftId, revision: u64, lost: &[LostAnswer]) {
        let mut saving = lock(&self.inner.drafts.saving);
        let known = saving.entry(id).or_insert_with(|| {
            let at = self.inner.host.clock.now();
            Saving::new(Autosave::new(revision, at))
        });
        known.autosave.read_anew(revision);
        known.autosave.heard_lost(lost);
    }

    /// This core changed a draft that a page may have open. The page reads it anew, and is told that it is this terminal's own.
    pub(crate) fn changed_by_itself(&self, id: DraftId) {
        self.inner.filling.changed_elsewhere(id);
        self.emit_of_draft(id, |id| Event::DraftChanged { id });
    }

    /// Tells something of a draft, also whoever opened it under an id of this terminal, before it became part of this one.
    pub(crate) fn emit_of_draft(&self, id: DraftId, event: impl Fn(DraftId) -> Event) {
        let begun_as: Vec<DraftId> = {
            let saving = lock(&self.inner.drafts.saving);
            let part_of = saving.iter().filter(|(_, known)| known.became == Some(id));
            part_of.map(|(begun, _)| *begun).collect()
        };
        self.emit(&event(id));
        begun_as.into_iter().for_each(|begun| self.emit(&event(begun)));
    }

    /// Lays the changes over a draft that are still on this terminal.
    pub(crate) fn lay_over(&self, draft: &mut DraftView) {
        if let Some(known) = lock(&self.inner.drafts.saving).get(&draft.summary.id) {
            known.lay_over(draft);
        }
    }

    /// Takes changed answers. Where the terminal can keep them, they are kept when this returns.
    ///
    /// # Errors
    /// `identity/not_logged_in`: there is nobody whose answers they could be.
    pub(crate) async fn change_answers(
        &self,
        id: DraftId,
        changes: Vec<AnswerChange>,
        page: Option<String>,
    ) -> Result<(), CoreError> {
        self.change_having_seen(id, changes, page, None).await
    }

    /// Takes answers that were changed over a draft at the revision `seen`; none where it is what is shown of it.
    pub(crate) async fn change_having_seen(
        &self,
        id: DraftId,
        changes: Vec<AnswerChange>,
        page: Option<String>,
        seen: Option<u64>,
    ) -> Result<(), CoreError> {
        if !self.has_session() {
            return Err(self.error(ErrorCode::NotLoggedIn));
        }
        // What a core that is gone left here is found first: what is answered now is later than that, and its stamp says so.
        self.inner.outbox.looked().await;
        let id = self.known_as(id);
        self.inner.filling.changed_here(id, &changes, page.as_deref());
        let state = {
            let mut saving = lock(&self.inner.drafts.saving);
            let known = saving.entry(id).or_insert_with(|| {
                // A draft that was never read: nothing of it was in sight.
                Saving::new(Autosave::new(0, Timestamp::from_unix_millis(0)))
            });
            let (now, seen) = (self.now_millis(), seen.unwrap_or(known.autosave.in_sight()));
            known.autosave.change(changes, page, seen, || self.clock().tick(now));
            known.autosave.state()
        };
        self.emit_of_draft(id, |id| Event::DraftSaving {
            id,
            state: state.clone(),
        });
        self.drive(id);
        // Not kept on the terminal it still is on its way; what is shown says which of the two holds.
        if self.keep_unsent(id).await.is_ok() && self.waits_for_hall(id) {
            self.tell_saving(id);
        }
        Ok(())
    }

    /// Saves what is not saved, of every draft.
    pub(crate) async fn flush_all_drafts(&self) {
        let unsaved: Vec<DraftId> = {
            let saving = lock(&self.inner.drafts.saving);
            let unsaved = saving.iter().filter(|(_, known)| known.autosave.unsaved());
            unsaved.map(|(id, _)| *id).collect()
        };
        // Only the second part of the program leaves something unsaved.
        if !unsaved.is_empty() {
            enter_part(self.clone(), unsaved).await;
        }
    }

    fn is_closing(&self) -> bool {
        self.inner.drafts.closing.load(Ordering::Relaxed)
    }

    /// The last of the UIs is gone: what is not saved is sent once more, now, and nothing goes on after that.
    pub fn close(&self) {
        self.inner.drafts.closing.store(true, Ordering::Relaxed);
        self.stop_pokes();
        self.hurry_drafts();
    }

    /// Whether answers of a draft are on this terminal that the backend does not hold, or the draft itself.
    pub(crate) fn draft_waits(&self, id: DraftId) -> bool {
        let saving = lock(&self.inner.drafts.saving);
        saving.get(&id).is_some_and(|known| known.autosave.is_behind())
    }

    /// The revision of a draft that the backend last confirmed to this core.
    pub(crate) fn saved_revision(&self, id: DraftId) -> u64 {
        let saving = lock(&self.inner.drafts.saving);
        saving.get(&id).map_or(0, |known| known.autosave.revision())
    }

    /// Everything on this terminal tries again now: the connection is back.
    pub(crate) fn hurry_drafts(&self) {
        for known in lock(&self.inner.drafts.saving).values_mut() {
            known.wake();
        }
    }

    pub(crate) async fn flush_draft(&self, id: DraftId) -> Result<DraftSaved, CoreError> {
        let id = self.known_as(id);
        let waiting = {
            let mut saving = lock(&self.inner.drafts.saving);
            let Some(known) = saving.get_mut(&id) else {
                return Err(self.error(ErrorCode::NotFound));
            };
            if let Some(ended) = known.ended() {
                return ended;
            }
            let (sender, receiver) = oneshot::channel();
            known.waiting.push(sender);
            known.wake();
            receiver
        };
        self.drive(id);
        waiting.await.unwrap_or_else(|_| Err(self.error(ErrorCode::Cancelled)))
    }

    /// Forgets an answer that did not stand: the citizen does not want it back.
    pub(crate) async fn dismiss_lost(&self, id: DraftId, n: u32) -> Result<(), CoreError> {
        self.send_only(api::delete(format!("/drafts/{id}/lost/{n}"))).await?;
        let left = {
            let mut saving = lock(&self.inner.drafts.saving);
            let Some(known) = saving.get_mut(&id) else {
                return Ok(());
            };
            let mut left = known.autosave.lost().to_vec();
            left.retain(|lost| lost.n != n);
            known.autosave.heard_lost(&left);
            left
        };
        self.tell_lost(id, left);
        Ok(())
    }

    fn tell_lost(&self, id: DraftId, lost: Vec<LostAnswer>) {
        self.inner.filling.lost(id, &lost);
        self.emit_of_draft(id, |id| Event::DraftLost { id, lost: lost.clone() });
    }

    pub(crate) async fn discard_draft(&self, id: DraftId) -> Result<(), CoreError> {
        if self.discard_begun(id).await? {
            return Ok(());
        }
        self.send_only(api::delete(format!("/drafts/{id}"))).await?;
        self.thrown_away(id).await;
        Ok(())
    }

    /// Its citizen threw a draft away: nothing of it is wanted any more, nor the files that are on their way to it.
    async fn thrown_away(&self, id: DraftId) {
        self.end_uploads_to(id);
        self.let_go(id, &self.error(ErrorCode::NotFound)).await;
        self.inner.filling.close(id);
    }

    /// Forgets a draft that there is no more. Whoever waits until it is saved is told why it never will be.
    async fn let_go(&self, id: DraftId, error: &CoreError) {
        let known = lock(&self.inner.drafts.saving).remove(&id);
        for waiting in known
            .into_iter()
            .flat_map(|mut known| std::mem::take(&mut known.waiting))
        {
            let _ = waiting.send(Err(error.clone()));
        }
        self.forget_unsent(id).await;
    }

    pub(crate) async fn submit<T: DeserializeOwned>(
        &self,
        id: DraftId,
        submission: SubmitDraft,
        key: IdempotencyKey,
    ) -> Result<T, CoreError> {
        let request = api::post(format!("/drafts/{id}/submission")).key(key).json(&submission);
        let receipt = match self.fetch(request).await {
            Ok(receipt) => receipt,
            Err(error) => {
                if matches!(error.code, ErrorCode::ConfirmChanges | ErrorCode::TranscriptDiffers) {
                    // The hall goes by something else than what this terminal knows: the next look reads it anew.
                    self.inner.catalog.inputs_may_be_stale();
                    self.inner.filling.may_be_stale();
                }
                return Err(error);
            }
        };
        // What was typed after what is submitted here stays: the hall refuses it, and its citizen sees that.
        if !self.draft_waits(id) {
            lock(&self.inner.drafts.saving).remove(&id);
            self.forget_unsent(id).await;
        }
        self.inner.filling.close(id);
        Ok(receipt)
    }
}

#[cfg(test)]
mod opening_tests;
#[cfg(test)]
mod together_tests;
