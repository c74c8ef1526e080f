//! Drafts that are begun while the hall cannot be reached, from a guide and a form that are on this terminal.
//!
//! Such a draft has an id that this terminal made. That it was begun is in the journal before it is shown, as an entry of its
//! own beside its answers, and the hall is told of it before anything else of it is sent. However often the hall is told, it
//! begins the draft once. Where one is open there for the same service and principal, begun meanwhile on another terminal, the
//! answers given here are merged into that one as any others are, and whatever was about the id of this terminal is about the
//! other draft from then on: a submission that waits as well, which the hall only takes if nothing else came into it.
//!
//! Where the hall does not want the draft, because it was submitted elsewhere before this terminal heard that the hall had it, nothing
//! that is about it waits any longer: its files end, and what is to be submitted says why it cannot be.
//!
//! A public machine keeps nothing, and begins nothing by itself.

use onehall_client::Event;
use onehall_client::citizen::Command as C;
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{DraftSummary, DraftView, StartDraft};
use onehall_protocol::files::UploadTo;
use onehall_protocol::{CoreError, DraftId, ErrorCode, PersonId, Text, WriterId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Autosave, Saving, Step, left_alone};
use crate::ports::{Journal, NotKept};
use crate::{Core, api, json, lock, new_uuid};

/// For how long it is known what became of an id of this terminal, in milliseconds: an address that was opened with it.
const KNOWN_FOR_MS: u64 = 30 * 24 * 3_600_000;

/// What is kept of a draft that was begun here.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// As lists show it.
    draft: DraftSummary,
    /// The draft of the hall that it became part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    became: Option<DraftId>,
}

/// With what the keys of such entries begin. An earlier version of the program passes them over.
fn journal_prefix(person: PersonId) -> String {
    format!("{person}/begun/")
}

/// Whether an entry tells only of what a draft that was begun here became part of.
pub(super) fn is_known_to_hall(entry: &[u8]) -> bool {
    json::read::<Kept>(entry).is_ok_and(|kept| kept.became.is_some())
}

/// When an id was made, in milliseconds since 1970.
fn made_at(id: DraftId) -> u64 {
    let [a, b, c, d, e, f, ..] = *id.0.as_bytes();
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

impl Core {
    fn begun_key(&self, person: PersonId, draft: DraftId) -> String {
        format!("{}{draft}/{}", journal_prefix(person), self.inner.writer)
    }

    /// Begins a draft here. `offline` is what is said where that is not possible: its guide or its form is not on this terminal.
    pub(super) async fn begin_here(&self, start: &StartDraft, offline: CoreError) -> Result<DraftView, CoreError> {
        if self.journal().is_none() || offline.code != ErrorCode::Offline {
            return Err(offline);
        }
        let visit = self.visit();
        let session = self.kept_session().await.ok_or_else(|| offline.clone())?;
        let principal = start.principal.unwrap_or(session.actor.id);
        let mut principals = session.principals.into_iter();
        let principal = principals
            .find(|person| person.id == principal)
            .ok_or_else(|| self.error(ErrorCode::NotFound))?;
        let mut item: Value = self.item(&start.item).await?;
        if item["online"] != Value::Bool(true) || item["form"].is_null() {
            return Err(self.error(ErrorCode::NotApplicable));
        }
        let unreadable = |_| self.error(ErrorCode::InvalidReply);
        let form: FormReference = json::read_value(item["form"].take()).map_err(unreadable)?;
        let item_name: Text = json::read_value(item["name"].take()).map_err(unreadable)?;
        // Whatever it takes to fill it in is here, or it is not begun.
        self.form(&form).await?;
        self.form_inputs(&form).await?;
        if self.visit() != visit {
            return Err(self.error(ErrorCode::Cancelled));
        }
        // It may have been begun while this was looked up.
        let id = self.begun_for(start).unwrap_or_else(|| {
            let id = DraftId(new_uuid(&self.inner.host));
            let summary = DraftSummary {
                id,
                item: start.item.clone(),
                item_name,
                principal,
                updated_at: self.inner.host.clock.now(),
                terminal: self.inner.terminal,
                page: None,
                form,
                revision: 0,
            };
            let saving = Saving::new(Autosave::begun(summary, false));
            lock(&self.inner.drafts.saving).insert(id, saving);
            id
        });
        let _ = self.keep_unsent(id).await;
        self.tell_saving(id);
        self.drive(id);
        self.begun_view(id).ok_or_else(|| self.error(ErrorCode::NotFound))
    }

    /// The draft for the same service and principal that was begun here and that the hall does not have yet.
    pub(super) fn begun_for(&self, start: &StartDraft) -> Option<DraftId> {
        let principal = start.principal.or_else(|| self.person())?;
        let saving = lock(&self.inner.drafts.saving);
        let mut begun = saving.values().filter_map(|known| known.autosave.begun_here());
        begun
            .find(|draft| draft.item == start.item && draft.principal.id == principal)
            .map(|draft| draft.id)
    }

    /// A draft that was begun here, as long as the hall does not have it.
    pub(crate) fn begun_view(&self, id: DraftId) -> Option<DraftView> {
        let summary = {
            let saving = lock(&self.inner.drafts.saving);
            saving.get(&id)?.autosave.begun_here()?.clone()
        };
        Some(DraftView {
            summary,
            answers: Default::default(),
            prefilled: Vec::new(),
            form_change: None,
            clock: 0,
            lost: Vec::new(),
            latest: Vec::new(),
        })
    }

    /// The drafts that were begun here and that the hall does not have yet.
    pub(crate) fn begun_drafts(&self) -> Vec<DraftSummary> {
        let saving = lock(&self.inner.drafts.saving);
        let begun = saving.values().filter_map(|known| known.autosave.begun_here());
        begun.cloned().collect()
    }

    /// Whether a draft was begun here and the hall does not have it yet.
    pub(crate) fn is_begun(&self, id: DraftId) -> bool {
        let saving = lock(&self.inner.drafts.saving);
        saving
            .get(&id)
            .is_some_and(|known| known.autosave.begun_here().is_some())
    }

    /// The id under which the hall has a draft, or will have it.
    pub(crate) fn known_as(&self, id: DraftId) -> DraftId {
        let saving = lock(&self.inner.drafts.saving);
        saving.get(&id).and_then(|known| known.became).unwrap_or(id)
    }

    /// To what files go, as the hall knows it.
    pub(crate) fn goes_to(&self, to: UploadTo) -> UploadTo {
        match to {
            UploadTo::Draft(draft) => UploadTo::Draft(self.known_as(draft)),
            case => case,
        }
    }

    /// A page may have opened a draft under an id that the hall knows another one by.
    pub(crate) fn about_known(&self, command: &mut C) {
        let id = match command {
            C::GetDraft(ask) => &mut ask.id,
            C::ChangeAnswers(ask) => &mut ask.id,
            C::ViewDraft(ask) => &mut ask.id,
            C::TypeAnswer(ask) => &mut ask.id,
            C::PrepareSubmission(ask) => &mut ask.id,
            C::FlushDraft(ask) => &mut ask.id,
            C::DismissLost(ask) => &mut ask.id,
            C::AttendDraft(ask) => &mut ask.id,
            C::DiscardDraft(ask) => &mut ask.id,
            C::AttachFile(ask) => &mut ask.draft,
            C::RemoveFile(ask) => &mut ask.draft,
            C::Submit(ask) => &mut ask.id,
            C::UploadFile(ask) => return ask.to = self.goes_to(ask.to),
            C::ListUploads(ask) => return ask.to = self.goes_to(ask.to),
            C::OfferedFiles(ask) => return ask.to = self.goes_to(ask.to),
            C::ReuseOffered(ask) => return ask.to = self.goes_to(ask.to),
            _ => return,
        };
        *id = self.known_as(*id);
    }

    /// Tells the hall of a draft that was begun here.
    pub(super) async fn begin_at_hall(&self, id: DraftId, mut start: StartDraft) -> Result<(), CoreError> {
        if let Some(begun) = &mut start.begun {
            begun.fill_in = !self.submission_waits(id);
        }
        if self.inner.host.http.may_leave()
            && let Some(known) = lock(&self.inner.drafts.saving).get_mut(&id)
        {
            known.autosave.telling();
        }
        let draft: DraftView = self.fetch(api::post("/drafts").json(&start)).await?;
        self.heard_clock(draft.clock);
        self.clock().receive(draft.clock.saturating_sub(1));
        if draft.summary.id == id {
            self.began(id, &draft).await;
        } else {
            self.became(id, &draft).await?;
        }
        // Files that were chosen for it waited.
        self.hurry_uploads();
        Ok(())
    }

    async fn began(&self, id: DraftId, draft: &DraftView) {
        {
            let mut saving = lock(&self.inner.drafts.saving);
            let Some(known) = saving.get_mut(&id) else { return };
            known.autosave.began(draft.summary.updated_at);
        }
        {
            let _writing = self.inner.drafts.writing.lock().await;
            if let (Some(journal), Some(person)) = (self.journal(), self.person()) {
                self.forget_begun(&**journal, person, id).await;
            }
        }
        self.tell_saving(id);
        // What the hall filled in is there to be read, and the copy lacks the draft.
        self.changed_by_itself(id);
        self.nudge_copy();
    }

    /// Another draft is open at the hall: this one becomes part of it.
    ///
    /// What was answered here has a writer of its own then, named as the draft was. The hall takes what a writer gave in its order,
    /// and nothing earlier after it; this core may have answered in the other draft since.
    ///
    /// # Errors
    /// As if the hall could not be reached, as long as something waits for the other draft that is an answer to the same question:
    /// the rows of a group are merged by the hall, and not here.
    async fn became(&self, id: DraftId, draft: &DraftView) -> Result<(), CoreError> {
        let other = draft.summary.id;
        let begun = {
            let mut saving = lock(&self.inner.drafts.saving);
            let Some(unsent) = saving.get(&id).map(|known| known.autosave.unsent()) else {
                return Ok(());
            };
            let waits = |path: &String| saving.get(&other).is_some_and(|known| known.autosave.changes(path));
            if unsent.iter().any(|unsent| unsent.changes.keys().any(waits)) {
                return Err(self.error(ErrorCode::Offline));
            }
            let Some(known) = saving.get_mut(&id) else {
                return Ok(());
            };
            let Some(begun) = known.autosave.begun_here().cloned() else {
                return Ok(());
            };
            let waiting = std::mem::take(&mut known.waiting);
            known.autosave = Autosave::new(0, draft.summary.updated_at);
            known.became = Some(other);
            let known = saving
                .entry(other)
                .or_insert_with(|| Saving::new(Autosave::new(0, draft.summary.updated_at)));
            known.autosave.unread();
            if let Some(mut unsent) = unsent {
                for waiting in unsent.changes.values_mut() {
                    waiting.stamp.writer = WriterId(id.0);
                }
                known.autosave.take_up(unsent);
            }
            known.waiting.extend(waiting);
            begun
        };
        self.inner.filling.close(id);
        self.uploads_go_to(id, other);
        self.queued_about(id, other).await;
        // Whatever is kept first: a core that starts in between tells the hall again, and hears the same.
        let _ = self.keep_unsent(other).await;
        {
            let _writing = self.inner.drafts.writing.lock().await;
            if let (Some(journal), Some(person)) = (self.journal(), self.person()) {
                let kept = Kept {
                    draft: begun,
                    became: Some(other),
                };
                if let Ok(bytes) = serde_json::to_vec(&kept)
                    && journal.keep(&self.begun_key(person, id), bytes).await.is_ok()
                {
                    journal.forget(&self.unsent_key(person, id)).await;
                }
            }
        }
        self.tell_saving(other);
        self.changed_by_itself(id);
        self.changed_by_itself(other);
        self.nudge_copy();
        self.drive(other);
        Ok(())
    }

    /// The hall had begun it already, and what came of it is submitted or gone: where nothing was answered here since, nobody
    /// need be told. Gives whether that is so.
    pub(super) async fn is_over(&self, id: DraftId, error: &CoreError) -> bool {
        let over = matches!(error.code, ErrorCode::DraftSubmitted | ErrorCode::NotFound);
        let nothing_waits = || {
            let saving = lock(&self.inner.drafts.saving);
            saving
                .get(&id)
                .is_some_and(|known| known.autosave.may_be_begun() && !known.autosave.unsaved())
        };
        if !over || !nothing_waits() {
            return false;
        }
        self.let_go(id, error).await;
        self.changed_by_itself(id);
        true
    }

    /// Whether a file waits until the hall has the draft that it is for.
    ///
    /// # Errors
    /// Why the hall did not want the draft, where it said so: nothing that is for it can be sent then.
    pub(crate) fn waits_for_draft(&self, to: UploadTo) -> Result<bool, CoreError> {
        let UploadTo::Draft(id) = to else { return Ok(false) };
        let saving = lock(&self.inner.drafts.saving);
        let begun = saving.get(&id).filter(|known| known.autosave.begun_here().is_some());
        match begun.map(|known| known.autosave.stuck()) {
            Some(Some(refused)) => Err(refused),
            begun => Ok(begun.is_some()),
        }
    }

    /// Keeps that a draft was begun here, where that is not kept yet. Whoever calls it holds the lock of the journal.
    pub(super) async fn keep_begun(&self, journal: &dyn Journal, person: PersonId, id: DraftId) -> Result<(), NotKept> {
        let begun = {
            let saving = lock(&self.inner.drafts.saving);
            saving.get(&id).and_then(|known| known.autosave.begun_unkept().cloned())
        };
        let Some(draft) = begun else { return Ok(()) };
        let kept = Kept { draft, became: None };
        let bytes = serde_json::to_vec(&kept).map_err(|_| NotKept)?;
        journal.keep(&self.begun_key(person, id), bytes).await?;
        if let Some(known) = lock(&self.inner.drafts.saving).get_mut(&id) {
            known.autosave.begun_kept();
        }
        Ok(())
    }

    /// Takes up, in memory, what a core that is gone began. Gives what is to be done about the entries in the journal.
    pub(super) fn take_up_begun(&self, person: PersonId, left: &[(String, Vec<u8>)]) -> Vec<TakenUp> {
        let prefix = journal_prefix(person);
        let left = left.iter().filter(|(key, _)| key.starts_with(&prefix));
        // One of a later version, whose update was taken back, stays for the one that can read it.
        let left = left.filter_map(|(key, value)| {
            let kept = json::read::<Kept>(value).inspect_err(|_| left_alone("begun"));
            Some((key, value, kept.ok()?))
        });
        let mut saving = lock(&self.inner.drafts.saving);
        left.map(|(key, value, kept)| {
            let id = kept.draft.id;
            let is_over = kept.became.is_some() && self.now_millis().saturating_sub(made_at(id)) > KNOWN_FOR_MS;
            let known = saving.entry(id).or_insert_with(|| match kept.became {
                Some(_) => Saving::new(Autosave::new(0, kept.draft.updated_at)),
                None => Saving::new(Autosave::begun(kept.draft, true)),
            });
            known.became = kept.became.or(known.became);
            TakenUp {
                id,
                key: key.clone(),
                value: (!is_over).then(|| value.clone()),
            }
        })
        .collect()
    }

    /// Has the entries of what was taken up under this core's own name, and goes on with it.
    pub(super) async fn go_on_with_begun(&self, person: PersonId, taken: Vec<TakenUp>) {
        for TakenUp { id, key, value } in taken {
            let Some(journal) = self.journal() else { return };
            if self.person() != Some(person) {
                return;
            }
            let own = self.begun_key(person, id);
            if own != key || value.is_none() {
                let _writing = self.inner.drafts.writing.lock().await;
                let moved = match value {
                    Some(value) => journal.keep(&own, value).await.is_ok(),
                    None => true,
                };
                if moved {
                    journal.forget(&key).await;
                }
            }
            if self.is_begun(id) {
                self.tell_saving(id);
                self.drive(id);
            }
        }
    }

    /// Throws away what was begun here. Gives whether that is all: the hall never heard of it, or did not want it.
    ///
    /// # Errors
    /// The hall may have heard of it, and cannot be reached now; or it turns out to be part of another draft, which nobody
    /// looked at who threw this one away.
    pub(super) async fn discard_begun(&self, id: DraftId) -> Result<bool, CoreError> {
        let known = {
            let mut saving = lock(&self.inner.drafts.saving);
            let autosave = saving.get_mut(&id).map(|known| &mut known.autosave);
            let begun = autosave.filter(|autosave| autosave.begun_here().is_some());
            begun.map(|autosave| (autosave.may_be_begun(), autosave.next_step()))
        };
        match known {
            None => Ok(false),
            Some((true, Step::Begin(start))) => {
                self.begin_at_hall(id, start).await?;
                match self.known_as(id) == id {
                    true => Ok(false),
                    false => Err(self.error(ErrorCode::DraftMoved)),
                }
            }
            Some(_) => {
                self.thrown_away(id).await;
                Ok(true)
            }
        }
    }

    /// How the saving of a draft stands.
    pub(super) fn tell_saving(&self, id: DraftId) {
        let state = {
            let saving = lock(&self.inner.drafts.saving);
            saving.get(&id).map(|known| known.autosave.state())
        };
        if let Some(state) = state {
            self.emit_of_draft(id, |id| Event::DraftSaving {
                id,
                state: state.clone(),
            });
        }
    }

    /// Forgets that a draft was begun here. Whoever calls it holds the lock of the journal.
    pub(super) async fn forget_begun(&self, journal: &dyn Journal, person: PersonId, id: DraftId) {
        journal.forget(&self.begun_key(person, id)).await;
    }
}

/// An entry of the journal that was taken up.
pub(super) struct TakenUp {
    id: DraftId,
    key: String,
    /// None where nobody need know it any more.
    value: Option<Vec<u8>>,
}

#[cfg(test)]
#[path = "begun_tests.rs"]
mod tests;
