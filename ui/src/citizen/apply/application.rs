//! A draft that is being filled on this terminal: its answers, and where their saving stands.

use std::cell::RefCell;
use std::sync::Arc;

use futures::future::{AbortHandle, abortable};
use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{ChangeAnswers, DismissLost, FlushDraft, GetDraft, GetForm, GetFormInputs, UploadTo};
use onehall_client::{Event, SaveState};
use onehall_forms::{Filling, Form, Inputs};
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{AnswerChange, Answers, DraftSaved, DraftSummary, DraftView, GivenAnswer};
use onehall_protocol::form_change::FormChange;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CoreError, Date, DraftId, ErrorCode, PersonId, Timestamp};
use serde_json::Value;

use super::submission::Attempt;
use super::unsaved::{LeftAnswer, Unsaved, by_origin, differences, taken_up};
use super::way::CHECK;
use crate::citizen::questions::Answering;
use crate::citizen::questions::elsewhere::Elsewhere;
use crate::citizen::{Hall, use_hall};
use crate::design::states::error_words;
use crate::shell::{Ui, use_ui};

/// A draft that is being filled. Cheap to copy; lives as long as one is on the pages of the draft.
#[derive(Clone, Copy)]
pub struct Application {
    /// What every page shares.
    pub hall: Hall,
    /// What every part of the UI shares.
    pub ui: Ui,
    /// The draft.
    pub id: DraftId,
    /// What lists know of it.
    pub summary: StoredValue<DraftSummary>,
    /// Its answers.
    pub answering: Answering,
    /// Where their saving stands.
    pub saving: RwSignal<SaveState>,
    /// How many answers came from another terminal since one last looked.
    pub merged: RwSignal<usize>,
    /// Which answers those were, the last ones.
    pub came: RwSignal<Vec<GivenAnswer>>,
    /// The terminals on which somebody else has the draft open.
    pub others: RwSignal<Vec<TerminalKind>>,
    /// What became of the draft since its form has a newer version, until one went on.
    pub form_change: RwSignal<Option<FormChange>>,
    /// Whether another terminal took the draft along to another version of its form than the one that is filled here.
    pub outdated: RwSignal<bool>,
    /// The page that is shown.
    pub page: RwSignal<String>,
    /// Whether one has been at the check: Continue then leads back there.
    pub checked: RwSignal<bool>,
    /// The attempt to submit it that is not known to have arrived or failed.
    pub attempt: StoredValue<Option<Attempt>>,
    /// What the backend may not have yet.
    unsaved: StoredValue<Unsaved>,
    /// Ends the waiting of [`Application::flush`].
    flushing: StoredValue<Option<AbortHandle>>,
    /// What was said of changes that were not read yet.
    pokes: StoredValue<Pokes>,
}

/// How long a draft that changed elsewhere has to be quiet before it is read: a save pokes, one's own too.
const QUIET_MS: u64 = 250;

/// How long it is not read at most, however often it changes.
const LONGEST_MS: f64 = 700.0;

/// What was said of changes that were not read yet.
#[derive(Debug, Clone, Copy, Default)]
struct Pokes {
    turn: u32,
    /// When the first of them came, by the page's clock.
    since: Option<f64>,
}

/// A draft with its form, as it was loaded.
#[derive(Clone)]
pub struct LoadedDraft {
    /// The draft.
    pub draft: DraftView,
    /// Its form.
    pub form: LoadedForm,
}

/// A form with what it is evaluated with.
#[derive(Clone)]
pub struct LoadedForm {
    /// The form.
    pub form: Arc<Form>,
    /// The city's working days, and the lists that the form lets choose from.
    pub inputs: Inputs,
}

impl LoadedForm {
    /// The form with answers, evaluated as of a day.
    #[must_use]
    pub fn filling(&self, answers: Answers, as_of: Date) -> Filling {
        Filling::new(Arc::clone(&self.form), answers, self.inputs.context(as_of))
    }
}

/// Loads a draft and its form.
pub async fn load_draft(hall: Hall, id: DraftId) -> Result<LoadedDraft, CoreError> {
    let draft = hall.client.ask(GetDraft { id }).await?;
    let form = load_form(hall, draft.summary.form.clone()).await?;
    Ok(LoadedDraft { draft, form })
}

/// Loads a form, ready to be filled.
pub async fn load_form(hall: Hall, form: FormReference) -> Result<LoadedForm, CoreError> {
    let inputs = hall.client.ask(GetFormInputs { form: form.clone() });
    let definition = hall.client.ask(GetForm { form }).await?;
    // The backend checked it when it loaded its city: what is refused here is of a newer format.
    let unreadable = |_| CoreError::new(ErrorCode::InvalidReply, onehall_protocol::Language::default());
    let form = Form::load(definition).map(Arc::new).map_err(unreadable)?;
    let inputs = inputs.await?;
    Ok(LoadedForm { form, inputs })
}

/// Today, on the city's calendar.
#[must_use]
pub fn today(ui: Ui) -> Date {
    #[allow(clippy::cast_possible_truncation)] // Milliseconds since 1970 fit for the next 200,000 years.
    let now = Timestamp::from_unix_millis(js_sys::Date::now() as i64);
    now.at_offset(ui.utc_offset.get_untracked()).0
}

impl Application {
    /// Takes a draft in hand, until the component that called this is gone.
    pub fn take(loaded: &LoadedDraft) -> Application {
        let (hall, ui) = (use_hall(), use_ui());
        let LoadedDraft { draft, form } = loaded;
        let id = draft.summary.id;
        let filling = form.filling(draft.answers.clone(), today(ui));
        let unsaved = StoredValue::new(Unsaved::over(draft.answers.clone()));
        let page = RwSignal::new(String::new());
        let keep = Callback::new(move |changes: Vec<AnswerChange>| {
            keep(hall, id, unsaved, page.get_untracked(), changes);
        });
        let mut answering = Answering::new(filling, draft.prefilled.clone(), UploadTo::Draft(id), keep);
        let dismiss = Callback::new(move |n| {
            let dismissed = hall.client.ask(DismissLost { id, n });
            spawn_local(async move {
                if let Err(error) = dismissed.await {
                    ui.say_failure(error_words(&error));
                }
            });
        });
        answering.elsewhere = Elsewhere::new(draft.lost.clone(), dismiss);
        let application = Application {
            hall,
            ui,
            id,
            summary: StoredValue::new(draft.summary.clone()),
            answering,
            saving: RwSignal::new(SaveState::Saved {
                at: draft.summary.updated_at,
            }),
            merged: RwSignal::new(0),
            came: RwSignal::new(Vec::new()),
            others: RwSignal::new(Vec::new()),
            form_change: RwSignal::new(draft.form_change.clone()),
            outdated: RwSignal::new(false),
            page,
            checked: RwSignal::new(false),
            attempt: StoredValue::new(None),
            unsaved,
            flushing: StoredValue::new(None),
            pokes: StoredValue::new(Pokes::default()),
        };
        hall.client.on_event(move |event| application.hear(event));
        application.attend();
        application.follow_the_focus();
        application.warn_before_the_tab_closes();
        application.take_up_what_was_left(&draft.answers);
        application
    }

    /// Saves what is not saved, now. Fails where that needs more than a moment: without a network, with a conflict.
    pub async fn flush(self) -> Result<DraftSaved, CoreError> {
        let (flush, handle) = abortable(self.hall.client.ask(FlushDraft { id: self.id }));
        self.flushing.set_value(Some(handle));
        let offline = CoreError::new(ErrorCode::Offline, self.ui.language.get_untracked());
        flush.await.unwrap_or(Err(offline))
    }

    /// Notes the page on which the citizen is; the draft goes on there.
    pub fn be_on(self, page: &str) {
        if self.page.get_untracked() == page {
            return;
        }
        self.page.set(page.to_owned());
        if page == CHECK {
            self.checked.set(true);
        }
        keep(self.hall, self.id, self.unsaved, page.to_owned(), Vec::new());
    }

    fn hear(self, event: Event) {
        match event {
            Event::DraftSaving { id, state } if id == self.id => {
                match state {
                    SaveState::Saved { .. } => {
                        let _ = self.unsaved.try_update_value(Unsaved::all_saved);
                    }
                    SaveState::Waiting { .. } => {
                        if let Some(handle) = self.flushing.try_update_value(Option::take).flatten() {
                            handle.abort();
                        }
                    }
                    _ => {}
                }
                let _ = self.saving.try_set(state);
            }
            Event::DraftMerged { id, answers } if id == self.id => self.merge(answers),
            Event::DraftLost { id, lost } if id == self.id => {
                let _ = self.answering.elsewhere.lost.try_set(lost);
            }
            Event::DraftPresence { id, others } if id == self.id => {
                let _ = self.others.try_set(others);
            }
            Event::DraftChanged { id } if id == self.id => self.read_anew_soon(),
            Event::MayHaveMissed => self.read_anew(),
            _ => {}
        }
    }

    /// Answers of another terminal come in; those that one is changing here stay.
    pub fn merge(self, mut answers: Vec<GivenAnswer>) {
        if self
            .unsaved
            .try_update_value(|unsaved| unsaved.heard(&answers))
            .is_none()
        {
            return;
        }
        self.unsaved
            .with_value(|unsaved| answers.retain(|one| !unsaved.changes.contains_key(&one.path)));
        let known = |one: &GivenAnswer| self.answering.answer_now(&one.path).unwrap_or(Value::Null) == one.value;
        answers.retain(|one| !known(one));
        if answers.is_empty() {
            return;
        }
        self.merged.update(|count| *count += answers.len());
        self.came.set(answers.clone());
        self.answering.take_from_elsewhere(answers);
    }

    /// Answers come in that this very terminal gave, though not this page: a file that was on its way when the page was opened,
    /// what was left unsent before. No news from elsewhere, so nothing is said of them.
    fn take_own(self, answers: Answers) {
        let mine = self.unsaved.try_update_value(|unsaved| unsaved.heard_own(answers));
        if let Some(mine) = mine.filter(|mine| !mine.is_empty()) {
            self.answering.merge(mine);
        }
        self.answering.uploads.forget_arrived();
    }

    /// What waits for a field to be left comes in when it is.
    fn follow_the_focus(self) {
        let handle = window_event_listener(leptos::ev::focusout, move |_| {
            // Where the focus goes is known only after it.
            request_animation_frame(move || self.answering.field_left());
        });
        on_cleanup(move || handle.remove());
    }

    /// Every save pokes, one's own too: while one types, it is not read after each of them.
    fn read_anew_soon(self) {
        let now = js_sys::Date::now();
        let waits = self.pokes.try_update_value(|pokes| {
            pokes.turn = pokes.turn.wrapping_add(1);
            let since = *pokes.since.get_or_insert(now);
            (pokes.turn, now - since)
        });
        let Some((turn, waited)) = waits else { return };
        if waited >= LONGEST_MS {
            return self.read_anew();
        }
        let read = move || {
            if self.pokes.try_with_value(|pokes| pokes.turn) == Some(turn) {
                self.read_anew();
            }
        };
        set_timeout(read, std::time::Duration::from_millis(QUIET_MS));
    }

    fn read_anew(self) {
        let _ = self.pokes.try_update_value(|pokes| pokes.since = None);
        let Some(asked) = self.unsaved.try_with_value(Unsaved::stand) else {
            return;
        };
        spawn_local(async move {
            // Where it does not come now, the next save brings it.
            if let Ok(draft) = self.hall.client.ask(GetDraft { id: self.id }).await
                // What was changed or saved meanwhile may be newer than what was read, and would be taken back by it.
                && self.unsaved.try_with_value(Unsaved::stand) == Some(asked)
            {
                self.take_in(&draft);
            }
        });
    }

    /// The draft as it was read anew: what differs comes in. One that was begun on this terminal may have become part of another
    /// one, which then is the one that is filled.
    pub fn take_in(self, draft: &DraftView) {
        if self
            .summary
            .try_with_value(|summary| summary.form != draft.summary.form || summary.id != draft.summary.id)
            == Some(true)
        {
            self.outdated.set(true);
            return;
        }
        let Some(here) = self.answering.filling.try_with_untracked(Filling::answers) else {
            return;
        };
        let (own, theirs) = by_origin(draft, differences(&here, &draft.answers));
        self.take_own(own);
        self.merge(theirs);
        self.answering.prefilled_now(&draft.prefilled);
        let _ = self.answering.elsewhere.lost.try_set(draft.lost.clone());
    }

    /// Evaluates everything anew, as of today and with what the city has now: a day may have passed since the draft was
    /// opened, or a list has changed.
    pub fn evaluate_anew(self, form: &LoadedForm) {
        let today = today(self.ui);
        self.answering
            .filling
            .update(|filling| *filling = form.filling(filling.answers(), today));
    }

    fn warn_before_the_tab_closes(self) {
        let handle = window_event_listener(leptos::ev::beforeunload, move |event| {
            let saved = self.saving.try_with_untracked(|state| {
                matches!(state, SaveState::Saved { .. } | SaveState::Waiting { kept: true })
            });
            let uploading = self.answering.uploads.running_now();
            if saved == Some(false) || uploading {
                event.prevent_default();
                event.set_return_value(crate::texts::fill::NOT_SAVED_LEAVE.get(self.ui.language.get_untracked()));
            }
        });
        on_cleanup(move || handle.remove());
    }

    /// Keeps what is not saved while one logs in again. Only in the memory of this page, only for the same person.
    pub fn leave_behind(self, person: PersonId) {
        let changes = self.unsaved.with_value(Unsaved::left);
        LEFT.set((!changes.is_empty()).then_some(Left {
            draft: self.id,
            person,
            changes,
        }));
    }

    fn take_up_what_was_left(self, stored: &Answers) {
        let person = self
            .hall
            .session
            .with_untracked(|session| session.as_ref().map(|session| session.actor.id));
        // As long as nobody is logged in it waits; for another person, or another draft, it is dropped.
        let Some(person) = person else { return };
        let Some(left) = LEFT
            .take()
            .filter(|left| left.draft == self.id && left.person == person)
        else {
            return;
        };
        let (mine, theirs) = taken_up(left.changes, stored);
        for (path, value) in mine {
            self.answering.change(&path, value);
        }
        self.merged.set(theirs);
    }
}

/// Gives changes to the core, which saves them.
fn keep(hall: Hall, id: DraftId, unsaved: StoredValue<Unsaved>, page: String, changes: Vec<AnswerChange>) {
    let turn = unsaved
        .try_update_value(|unsaved| unsaved.note(&changes))
        .unwrap_or_default();
    let asked = ChangeAnswers {
        id,
        changes,
        page: (!page.is_empty()).then_some(page),
    };
    let answer = hall.client.ask(asked);
    spawn_local(async move {
        // It only takes the changes; how the saving goes is told by events.
        let _ = answer.await;
        let _ = unsaved.try_update_value(|unsaved| unsaved.handed_over(turn));
    });
}

/// What was not saved when a session ended.
struct Left {
    draft: DraftId,
    person: PersonId,
    changes: Vec<LeftAnswer>,
}

thread_local! {
    static LEFT: RefCell<Option<Left>> = const { RefCell::new(None) };
}
