//! Filling: drafts, autosave, files, submission.

mod autosave;
mod presence;
mod unsent;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use futures::channel::oneshot;
use futures::future::select;
use onehall_client::{Event, FileContent};
use onehall_protocol::drafts::{AnswerChange, Answers, DraftSaved, DraftView, LostAnswer, StartDraft, SubmitDraft};
use onehall_protocol::files::{ReuseFile, UploadTo};
use onehall_protocol::sync::Entity;
use onehall_protocol::{CoreError, DraftId, ErrorCode, FileId, IdempotencyKey, MaterialCode, Timestamp, WriterId};
use onehall_sync::Clock;
use serde::de::DeserializeOwned;

use crate::held::Held;
use crate::ports::{BoxFuture, boxed};
use crate::sync::Look;
use crate::{Core, api, lock};

pub use autosave::{Autosave, Step, Waiting};
pub use unsent::Unsent;

/// How long the citizen may go on typing before changes are sent, in milliseconds.
const DEBOUNCE_MS: u32 = 400;

pub(crate) struct State {
    /// Stamps what is answered here.
    clock: Mutex<Clock>,
    /// Who has the same drafts open.
    present: presence::State,
    /// The core is being closed: what is unsaved is tried once more and no further.
    closing: AtomicBool,
    saving: Mutex<BTreeMap<DraftId, Held<Saving>>>,
    /// Held while the journal is written, so that the newest state is the last one in it.
    pub(crate) writing: futures::lock::Mutex<()>,
}

struct Saving {
    autosave: Autosave,
    /// Whether a driver runs; only one does.
    driven: bool,
    /// Wakes the driver out of its waiting.
    hurry: Option<oneshot::Sender<()>>,
    /// Who waits until everything is saved.
    waiting: Vec<oneshot::Sender<Result<DraftSaved, CoreError>>>,
}

impl State {
    /// Nothing is filled yet. `writer` names this core in the stamps of what is answered.
    pub(crate) fn new(writer: WriterId) -> State {
        State {
            clock: Mutex::new(Clock::new(writer)),
            present: presence::State::default(),
            closing: AtomicBool::default(),
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
        let answer: Result<DraftView, _> = self.fetch(api::post("/drafts").json(&start)).await;
        // What is shown must be what its next answers say that they had in sight.
        if let Ok(draft) = &answer
            && self.saved_beyond(draft)
        {
            return self.draft(draft.summary.id).await;
        }
        let answer = answer.inspect(|draft| self.heard_clock(draft.clock));
        let draft = self.or_copy(answer, Look::Open(start)).await?;
        Ok(self.draft_read(draft))
    }

    /// The draft as the backend holds it, or this terminal's copy where it cannot be reached, with the changes over it that are still on this terminal.
    pub(crate) async fn draft(&self, id: DraftId) -> Result<DraftView, CoreError> {
        let read = || self.fetch::<DraftView>(api::get(format!("/drafts/{id}")));
        let mut answer = read().await;
        // A save that ended while it was read is missing in it: what was just saved would seem to be taken back.
        if let Ok(draft) = &answer
            && self.saved_beyond(draft)
        {
            answer = read().await;
        }
        let answer = answer.inspect(|draft| self.heard_clock(draft.clock));
        let draft = self.or_copy(answer, Look::One(Entity::Draft, id.0)).await?;
        Ok(self.draft_read(draft))
    }

    /// Whether this core saved more of a draft than is in it.
    fn saved_beyond(&self, draft: &DraftView) -> bool {
        let saving = lock(&self.inner.drafts.saving);
        let known = saving.get(&draft.summary.id);
        known.is_some_and(|known| known.autosave.revision() > draft.summary.revision)
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
        known.autosave.read_anew(revision);
        known.lay_over(&mut draft);
        known.autosave.heard_lost(&draft.lost);
        // An own answer is never told of as somebody else's, whenever it comes back.
        let (here, terminal) = (self.inner.writer, self.inner.terminal);
        known.autosave.lay_over_origins(&mut draft.latest, here, terminal);
        draft
    }

    /// This core changed a draft that a page may have open. The page reads it anew, and is told that it is this terminal's own.
    pub(crate) fn changed_by_itself(&self, id: DraftId) {
        self.inner.filling.changed_elsewhere(id);
        self.emit(&Event::DraftChanged { id });
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
        if !self.has_session() {
            return Err(self.error(ErrorCode::NotLoggedIn));
        }
        self.inner.filling.changed_here(id, &changes, page.as_deref());
        let state = {
            let mut saving = lock(&self.inner.drafts.saving);
            let known = saving.entry(id).or_insert_with(|| {
                // A draft that was never read: nothing of it was in sight.
                Saving::new(Autosave::new(0, Timestamp::from_unix_millis(0)))
            });
            let now = self.now_millis();
            known.autosave.change(changes, page, || self.clock().tick(now));
            known.autosave.state()
        };
        self.emit(&Event::DraftSaving { id, state });
        self.drive(id);
        // Not kept on the terminal it still is on its way; what is shown says which of the two holds.
        let _ = self.keep_unsent(id).await;
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

    /// Starts the driver of a draft, if none runs.
    fn drive(&self, id: DraftId) {
        {
            let mut saving = lock(&self.inner.drafts.saving);
            match saving.get_mut(&id) {
                Some(known) if !known.driven => known.driven = true,
                _ => return,
            }
        }
        let core = self.clone();
        self.inner
            .host
            .spawner
            .spawn(boxed(async move { core.driver(id).await }));
    }

    async fn driver(&self, id: DraftId) {
        loop {
            self.wait_for_more(id).await;
            let step = {
                let mut saving = lock(&self.inner.drafts.saving);
                let Some(known) = saving.get_mut(&id) else { return };
                match known.autosave.next_step() {
                    Step::Send(save) => save,
                    Step::Rest => {
                        known.driven = false;
                        known.settle();
                        return;
                    }
                }
            };
            let answer = self
                .fetch::<DraftSaved>(api::patch(format!("/drafts/{id}")).json(&step))
                .await;
            let failed = answer.is_err();
            let (merged, lost) = {
                let mut saving = lock(&self.inner.drafts.saving);
                let Some(known) = saving.get_mut(&id) else { return };
                let lost = known.autosave.lost().to_vec();
                let merged = match answer {
                    Ok(saved) => {
                        self.clock().receive(saved.clock.saturating_sub(1));
                        self.heard_clock(saved.clock);
                        known.autosave.saved(&saved)
                    }
                    Err(error) => {
                        known.autosave.failed(error);
                        Vec::new()
                    }
                };
                let now_lost = known.autosave.lost();
                (merged, (lost != now_lost).then(|| now_lost.to_vec()))
            };
            let _ = self.keep_unsent(id).await;
            let state = {
                let saving = lock(&self.inner.drafts.saving);
                let Some(known) = saving.get(&id) else { return };
                known.autosave.state()
            };
            if !merged.is_empty() {
                let answers: Answers = merged.iter().map(|one| (one.path.clone(), one.value.clone())).collect();
                self.inner.filling.merged(id, &answers);
                self.emit(&Event::DraftMerged { id, answers: merged });
            }
            if let Some(lost) = lost {
                self.tell_lost(id, lost);
            }
            self.emit(&Event::DraftSaving { id, state });
            if failed && self.is_closing() {
                return;
            }
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

    /// Waits while the citizen types, or until it is worth trying again; less where somebody hurries.
    async fn wait_for_more(&self, id: DraftId) {
        let (millis, hurried) = {
            let mut saving = lock(&self.inner.drafts.saving);
            let Some(known) = saving.get_mut(&id) else { return };
            let backoff = known.autosave.backoff();
            if (!known.waiting.is_empty() && backoff.is_none()) || self.is_closing() {
                return;
            }
            let (sender, receiver) = oneshot::channel();
            known.hurry = Some(sender);
            (backoff.unwrap_or(DEBOUNCE_MS), receiver)
        };
        select(self.inner.host.timer.sleep(millis), hurried).await;
    }

    /// Whether answers of a draft are on this terminal that the backend does not hold.
    pub(crate) fn draft_waits(&self, id: DraftId) -> bool {
        let saving = lock(&self.inner.drafts.saving);
        saving.get(&id).is_some_and(|known| known.autosave.unsaved())
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
        self.emit(&Event::DraftLost { id, lost });
    }

    pub(crate) async fn discard_draft(&self, id: DraftId) -> Result<(), CoreError> {
        self.send_only(api::delete(format!("/drafts/{id}"))).await?;
        lock(&self.inner.drafts.saving).remove(&id);
        self.forget_unsent(id).await;
        self.inner.filling.close(id);
        Ok(())
    }

    pub(crate) async fn offered_files<T: DeserializeOwned>(
        &self,
        to: UploadTo,
        material: &MaterialCode,
    ) -> Result<T, CoreError> {
        let place = place_of(to);
        self.fetch(api::get(format!("{place}/materials/{material}/offers")))
            .await
    }

    pub(crate) async fn reuse_offered<T: DeserializeOwned>(
        &self,
        to: UploadTo,
        reuse: &ReuseFile,
    ) -> Result<T, CoreError> {
        let place = place_of(to);
        self.fetch(api::post(format!("{place}/files/reuse")).json(reuse)).await
    }

    pub(crate) async fn remove_file(&self, draft: DraftId, file: FileId) -> Result<(), CoreError> {
        self.send_only(api::delete(format!("/drafts/{draft}/files/{file}")))
            .await
    }

    pub(crate) async fn read_file(&self, id: FileId) -> Result<FileContent, CoreError> {
        self.read_file_at(format!("/files/{id}")).await
    }

    pub(crate) async fn read_file_at(&self, path: String) -> Result<FileContent, CoreError> {
        let answer = self.send(api::get(path)).await?;
        let name = answer
            .header("content-disposition")
            .and_then(file_name)
            .unwrap_or_else(|| "file".to_owned());
        let media_type = answer
            .header("content-type")
            .unwrap_or("application/octet-stream")
            .to_owned();
        Ok(FileContent {
            name,
            media_type,
            bytes: answer.body,
        })
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

impl Saving {
    fn new(autosave: Autosave) -> Held<Saving> {
        Held::new(Saving {
            autosave,
            driven: false,
            hurry: None,
            waiting: Vec::new(),
        })
    }

    fn lay_over(&self, draft: &mut DraftView) {
        self.autosave.lay_over(&mut draft.answers);
        draft.prefilled.retain(|one| !self.autosave.changes(&one.path));
    }

    fn wake(&mut self) {
        if let Some(hurry) = self.hurry.take() {
            let _ = hurry.send(());
        }
    }

    /// How waiting ends, if it does: all is saved, or nothing goes on without the citizen.
    fn ended(&self) -> Option<Result<DraftSaved, CoreError>> {
        if let Some(error) = self.autosave.stuck() {
            return Some(Err(error));
        }
        (!self.autosave.unsaved()).then(|| Ok(self.saved()))
    }

    fn saved(&self) -> DraftSaved {
        DraftSaved {
            revision: self.autosave.revision(),
            saved_at: self.autosave.saved_at(),
            clock: 0,
            others: Vec::new(),
            lost: self.autosave.lost().to_vec(),
        }
    }

    /// The driver rests: whoever waits is told.
    fn settle(&mut self) {
        let outcome = match self.autosave.stuck() {
            Some(error) => Err(error),
            None => Ok(self.saved()),
        };
        for waiting in self.waiting.drain(..) {
            let _ = waiting.send(outcome.clone());
        }
    }
}

/// The path of what files go to.
fn place_of(to: UploadTo) -> String {
    match to {
        UploadTo::Draft(draft) => format!("/drafts/{draft}"),
        UploadTo::Case(case) => format!("/cases/{case}"),
    }
}

/// The name in a `Content-Disposition` header: `filename*=UTF-8''…` (RFC 6266) or `filename="…"`.
fn file_name(header: &str) -> Option<String> {
    if let Some((_, encoded)) = header.split_once("filename*=UTF-8''") {
        let encoded = encoded.split(';').next()?.trim();
        return percent_decoded(encoded);
    }
    let (_, quoted) = header.split_once("filename=\"")?;
    Some(quoted.split('"').next()?.to_owned())
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod opening_tests;
#[cfg(test)]
mod together_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_chinese_name() {
        let header = "attachment; filename=\"notice.pdf\"; filename*=UTF-8''%E9%80%9A%E7%9F%A5.pdf";
        assert_eq!(file_name(header).as_deref(), Some("通知.pdf"));
        assert_eq!(file_name("inline; filename=\"a.png\"").as_deref(), Some("a.png"));
        assert_eq!(file_name("inline"), None);
    }
}
