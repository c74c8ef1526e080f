//! Saving: what is not with the hall yet of each draft, and the driver that sends it.

use futures::channel::oneshot;
use futures::future::select;
use onehall_client::Event;
use onehall_protocol::drafts::{Answers, DraftSaved, DraftView, StartDraft};
use onehall_protocol::{CoreError, DraftId};

use super::{Autosave, Step};
use crate::held::Held;
use crate::ports::boxed;
use crate::{Core, api, lock};

/// How long the citizen may go on typing before changes are sent, in milliseconds.
const DEBOUNCE_MS: u32 = 400;

/// What this core knows of a draft.
pub(super) struct Saving {
    pub(super) autosave: Autosave,
    /// Whether a driver runs; only one does.
    driven: bool,
    /// Wakes the driver out of its waiting.
    hurry: Option<oneshot::Sender<()>>,
    /// Who waits until everything is saved.
    pub(super) waiting: Vec<oneshot::Sender<Result<DraftSaved, CoreError>>>,
    /// The draft of the hall that this one, begun here, is part of.
    pub(super) became: Option<DraftId>,
}

impl Saving {
    pub(super) fn new(autosave: Autosave) -> Held<Saving> {
        Held::new(Saving {
            autosave,
            driven: false,
            hurry: None,
            waiting: Vec::new(),
            became: None,
        })
    }

    /// Brings a draft up to what this core knows of the hall, and lays over it what waits here.
    pub(super) fn complete(&self, draft: &mut DraftView) {
        let revision = draft.summary.revision;
        draft.summary.revision = self
            .autosave
            .catch_up(revision, &mut draft.answers, &mut draft.prefilled);
        self.lay_over(draft);
    }

    pub(super) fn lay_over(&self, draft: &mut DraftView) {
        self.autosave.lay_over(&mut draft.answers);
        draft.prefilled.retain(|one| !self.autosave.changes(&one.path));
    }

    pub(super) fn wake(&mut self) {
        if let Some(hurry) = self.hurry.take() {
            let _ = hurry.send(());
        }
    }

    /// How waiting ends, if it does: all is saved, or nothing goes on without the citizen.
    pub(super) fn ended(&self) -> Option<Result<DraftSaved, CoreError>> {
        if let Some(error) = self.autosave.stuck() {
            return Some(Err(error));
        }
        (!self.autosave.is_behind()).then(|| Ok(self.saved()))
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

impl Core {
    /// Starts the driver of a draft, if none runs.
    pub(super) fn drive(&self, id: DraftId) {
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
                    Step::Send(save) => Ok(save),
                    Step::Begin(start) => Err(start),
                    Step::Rest => {
                        known.driven = false;
                        known.settle();
                        return;
                    }
                }
            };
            let step = match step {
                Ok(save) => save,
                Err(start) => {
                    if self.driven_on(id, start).await {
                        continue;
                    }
                    return;
                }
            };
            let answer = self
                .fetch::<DraftSaved>(api::patch(format!("/drafts/{id}")).json(&step))
                .await;
            let failed = answer.is_err();
            let (base, revision) = (step.base_revision, answer.as_ref().ok().map(|saved| saved.revision));
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
            // At once: from now on they count as in sight.
            if let Some(revision) = revision {
                let answers: Answers = merged.iter().map(|one| (one.path.clone(), one.value.clone())).collect();
                self.inner.filling.saved(id, base..revision, answers);
            }
            if !merged.is_empty() {
                self.emit_of_draft(id, |id| Event::DraftMerged {
                    id,
                    answers: merged.clone(),
                });
            }
            let _ = self.keep_unsent(id).await;
            let state = {
                let saving = lock(&self.inner.drafts.saving);
                let Some(known) = saving.get(&id) else { return };
                known.autosave.state()
            };
            if let Some(lost) = lost {
                self.tell_lost(id, lost);
            }
            self.emit_of_draft(id, |id| Event::DraftSaving {
                id,
                state: state.clone(),
            });
            if failed && self.is_closing() {
                return;
            }
        }
    }

    /// Begins at the hall what was begun here; whether its driver goes on.
    async fn driven_on(&self, id: DraftId, start: StartDraft) -> bool {
        let failed = self.begin_at_hall(id, start).await.err();
        if let Some(error) = &failed
            && self.is_over(id, error).await
        {
            return false;
        }
        let refused = {
            let mut saving = lock(&self.inner.drafts.saving);
            let Some(known) = saving.get_mut(&id) else {
                return false;
            };
            if known.became.is_some() {
                known.driven = false;
                return false;
            }
            match failed {
                Some(error) => known.autosave.failed(error),
                None => return true,
            }
            known.autosave.stuck().is_some()
        };
        if refused {
            // No file need wait for it any longer.
            self.hurry_uploads();
        }
        self.tell_saving(id);
        !self.is_closing()
    }

    /// Whether a draft waits until the hall can be reached again.
    pub(super) fn waits_for_hall(&self, id: DraftId) -> bool {
        let saving = lock(&self.inner.drafts.saving);
        saving.get(&id).is_some_and(|known| known.autosave.backoff(0).is_some())
    }

    /// Waits while the citizen types, or until it is worth trying again; less where somebody hurries.
    async fn wait_for_more(&self, id: DraftId) {
        let (millis, hurried) = {
            let mut saving = lock(&self.inner.drafts.saving);
            let Some(known) = saving.get_mut(&id) else { return };
            let backoff = known.autosave.backoff(self.random());
            if (!known.waiting.is_empty() && backoff.is_none()) || self.is_closing() {
                return;
            }
            let (sender, receiver) = oneshot::channel();
            known.hurry = Some(sender);
            (backoff.unwrap_or(DEBOUNCE_MS), receiver)
        };
        select(self.inner.host.timer.sleep(millis), hurried).await;
    }
}
