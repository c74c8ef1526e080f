//! The one button of the check: what is asked before it is sent, and what becomes of it.

use std::collections::BTreeSet;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{NewKey, Submit};
use onehall_client::{Outcome, submission};
use onehall_forms::{Filling, Kind};
use onehall_protocol::drafts::{Receipt, SubmitDraft};
use onehall_protocol::{CoreError, ErrorCode, FieldError};

use super::application::{Application, load_draft, load_form};
use super::changes::{AGREE, CHANGES, ToConfirm, told};
use super::fill::case_of;
use super::moved::{self, MovedLine};
use super::submission::{Attempt, Failure};
use crate::citizen::questions::Answering;
use crate::citizen::routes;
use crate::design::errors::SummaryLine;
use crate::shell::{Profile, document};
use crate::texts::{changes, fill};
use crate::view::effect;

/// The id of the list of what is missing.
pub(super) const MISSING: &str = "missing";

/// The id of what another terminal changed.
pub(super) const MOVED: &str = "moved";

/// How long what another terminal changed stands here before a press can mean it: one quicker was on its way already.
const READ: Duration = Duration::from_secs(1);

/// The state of a submission on this page. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Submitting {
    pub(super) application: Application,
    pub(super) busy: RwSignal<bool>,
    pub(super) failure: RwSignal<Option<(Failure, CoreError)>>,
    pub(super) errors: RwSignal<Vec<SummaryLine>>,
    pub(super) declared: RwSignal<bool>,
    /// What changed since one checked it, by path.
    pub(super) changed: RwSignal<BTreeSet<String>>,
    /// What other terminals changed since then, with the old and the new.
    pub(super) moved: RwSignal<Vec<MovedLine>>,
    /// How many of these changes came so lately that nobody can have read them.
    pub(super) unread: StoredValue<usize>,
    /// What the hall's newer rules change, until it is submitted with them.
    pub(super) to_confirm: RwSignal<Option<ToConfirm>>,
    /// Whether one agrees to that.
    pub(super) confirmed: RwSignal<bool>,
    /// Goes on to an address: the draft is no more, or waits.
    pub(super) leave: Callback<String>,
}

impl Submitting {
    /// The button. Pressed while it is busy, nothing more happens.
    pub(super) fn press(self) {
        if self.busy.get_untracked() {
            return;
        }
        if self.unread.get_value() > 0 {
            document::focus_into_view(MOVED);
            return;
        }
        if untrack(|| !all_errors(self.application.answering).is_empty()) {
            lead_to_what_is_missing();
            return;
        }
        if !self.declared.get_untracked() {
            let words = fill::DECLARE_FIRST.into();
            self.errors.set(vec![SummaryLine {
                field: Some("declare".to_owned()),
                words,
            }]);
            return;
        }
        let waits = self.to_confirm.with_untracked(Option::is_some);
        if waits && !self.confirmed.get_untracked() {
            self.errors.set(vec![SummaryLine {
                field: Some(AGREE.to_owned()),
                words: changes::AGREE_FIRST.into(),
            }]);
            return;
        }
        self.errors.set(Vec::new());
        self.failure.set(None);
        // A public machine keeps nothing: there it is sent now, or not at all.
        let public = self.application.ui.profile.get_untracked() == Profile::Kiosk;
        if public && !window().navigator().on_line() {
            self.fail(
                CoreError::new(ErrorCode::Offline, self.application.ui.language.get_untracked()),
                false,
            );
            return;
        }
        self.busy.set(true);
        spawn_local(async move {
            let outcome = self.attempt().await;
            if self.busy.try_get_untracked().is_none() {
                return;
            }
            match outcome {
                Ok(Outcome::Done(receipt)) => self.leave.run(routes::receipt(receipt.case_id)),
                Ok(Outcome::Queued { queued }) => self.leave.run(routes::queued(queued.id)),
                Err((error, sent)) => self.failed(error, sent).await,
            }
            let _ = self.busy.try_set(false);
        });
    }

    /// Saves what is not saved, then submits. The key is made once and kept until the attempt is known to be over.
    /// With a failure it says whether the submission itself was sent.
    async fn attempt(self) -> Result<Outcome<Receipt>, (CoreError, bool)> {
        let Application {
            hall,
            id,
            answering,
            attempt,
            summary,
            ..
        } = self.application;
        let unsent = |error| (error, false);
        let public = self.application.ui.profile.get_untracked() == Profile::Kiosk;
        let confirmed = self
            .to_confirm
            .with_untracked(|waits| waits.as_ref().map(|waits| waits.transcript.clone()));
        let submission = |revision| {
            let made = answering
                .filling
                .with_untracked(|filling| submission(filling, revision));
            SubmitDraft {
                confirmed: confirmed.clone(),
                ..made
            }
        };
        // An attempt of which nobody knows whether it arrived is made again as it was. Nothing is saved before it: if it
        // did arrive, there is no draft any more that could be saved to.
        let again = attempt
            .get_value()
            .filter(|before| before.submission == submission(before.submission.revision));
        let checked = answering.filling.with_untracked(Filling::submitted_answers);
        let made = match again {
            Some(again) => again,
            None => {
                let revision = match self.application.flush().await {
                    Ok(saved) => saved.revision,
                    // The core sends the answers before the submission, which then names the revision that they make.
                    Err(error) if error.retryable && !public => summary.with_value(|summary| summary.revision),
                    Err(error) => return Err(unsent(error)),
                };
                // What came with the saving nobody has checked yet.
                if answering.filling.with_untracked(Filling::submitted_answers) != checked {
                    let language = self.application.ui.language.get_untracked();
                    return Err(unsent(CoreError::new(ErrorCode::DraftMoved, language)));
                }
                let key = hall.client.ask(NewKey {}).await.map_err(unsent)?;
                let submission = submission(revision);
                let new = Attempt { submission, key };
                attempt.set_value(Some(new.clone()));
                new
            }
        };
        let Attempt { submission, key } = made;
        let wait_as = Some(summary.with_value(|summary| summary.item_name.clone()));
        let submit = Submit {
            id,
            submission,
            key,
            wait_as,
        };
        hall.client.ask(submit).await.map_err(|error| (error, true))
    }

    async fn failed(self, error: CoreError, sent: bool) {
        let failure = Failure::of(&error, sent);
        if !failure.keeps_the_key() {
            self.application.attempt.set_value(None);
        }
        match failure {
            Failure::Changed => self.show_what_changed(&error).await,
            Failure::Confirm => self.ask_to_confirm(&error).await,
            Failure::Done => {
                if let Some(case) = case_of(&error) {
                    return self.leave.run(routes::receipt(case));
                }
            }
            Failure::Answers => {
                self.application.answering.refuse(&error.fields);
                lead_to_what_is_missing();
            }
            _ => {}
        }
        self.fail(error, sent);
    }

    fn fail(self, error: CoreError, sent: bool) {
        let _ = self.failure.try_set(Some((Failure::of(&error, sent), error)));
    }

    /// Reads the draft anew, shows it, and marks what is not as it was checked.
    async fn show_what_changed(self, error: &CoreError) {
        let Application {
            hall, id, answering, ..
        } = self.application;
        let _ = self.to_confirm.try_set(None);
        let shown = answering.filling.with_untracked(Clone::clone);
        let before = shown.submitted_answers();
        // Where it cannot be read now, what is shown stays; the next press finds out again.
        let Ok(loaded) = load_draft(hall, id).await else { return };
        self.application.take_in(&loaded.draft);
        self.application.evaluate_anew(&loaded.form);
        let after = answering.filling.with_untracked(Filling::submitted_answers);
        let changed = before
            .keys()
            .chain(after.keys())
            .filter(|path| before.get(*path) != after.get(*path));
        let mut paths = BTreeSet::new();
        paths.extend(changed.cloned());
        self.changed.set(paths);
        let came = moved::told(&error.details).unwrap_or_default();
        let lines = answering.filling.with_untracked(|now| moved::lines(&came, &shown, now));
        self.tell_moved(lines);
        let _ = self.declared.try_set(answering.filling.with_untracked(has_declaration));
    }

    /// Adds to what other terminals changed, each once, and waits with the next press until it can have been read.
    fn tell_moved(self, lines: Vec<MovedLine>) {
        if lines.is_empty() {
            return;
        }
        let _ = self.moved.try_update(|moved| {
            for line in lines {
                if !moved.contains(&line) {
                    moved.push(line);
                }
            }
        });
        let _ = self.unread.try_update_value(|unread| *unread += 1);
        let read = move || {
            let _ = self.unread.try_update_value(|unread| *unread -= 1);
        };
        set_timeout(read, READ);
    }
}

impl Submitting {
    /// What another terminal changes while one checks is shown as changed, and asked about again: who declared something
    /// declared it of what was there.
    pub(super) fn follow_what_comes(self) {
        let came = self.application.came;
        came.set(Vec::new());
        let before = StoredValue::new(self.application.answering.filling.with_untracked(Clone::clone));
        effect(move || {
            let came = came.get();
            let answering = self.application.answering;
            let now = answering.filling.with_untracked(Clone::clone);
            let shown = before.try_update_value(|before| std::mem::replace(before, now));
            let (Some(shown), false) = (shown, came.is_empty()) else {
                return;
            };
            let lines = answering.filling.with_untracked(|now| moved::lines(&came, &shown, now));
            if lines.is_empty() {
                return;
            }
            self.changed
                .update(|changed| changed.extend(came.into_iter().map(|one| one.path)));
            self.tell_moved(lines);
            self.declared.set(answering.filling.with_untracked(has_declaration));
            let language = self.application.ui.language.get_untracked();
            let _ = self.failure.try_set(Some((
                Failure::Changed,
                CoreError::new(ErrorCode::DraftMoved, language),
            )));
        });
    }

    /// Evaluates with what the city has now, and says what changes. A page that cannot do that (its engine is another one)
    /// stays as it is, and says what the hall told.
    async fn ask_to_confirm(self, error: &CoreError) {
        let Application { hall, answering, .. } = self.application;
        let Some(told) = told(&error.details) else { return };
        let before = answering.filling.with_untracked(Clone::clone);
        let form = self.application.summary.with_value(|summary| summary.form.clone());
        if let Ok(form) = load_form(hall, form).await {
            self.application.evaluate_anew(&form);
        }
        let Some(to_confirm) = answering
            .filling
            .try_with_untracked(|now| ToConfirm::of(told, &before, now))
        else {
            return;
        };
        self.changed.set(to_confirm.paths.clone());
        self.confirmed.set(false);
        self.to_confirm.set(Some(to_confirm));
        let _ = self.declared.try_set(answering.filling.with_untracked(has_declaration));
        request_animation_frame(|| document::focus_into_view(CHANGES));
    }
}

fn lead_to_what_is_missing() {
    request_animation_frame(|| document::focus_into_view(MISSING));
}

/// What is wrong with the answers: what the rules find here, and what the backend found.
pub(super) fn all_errors(answering: Answering) -> Vec<FieldError> {
    let mut errors = answering.filling.with(Filling::errors);
    answering.refused().with(|refused| {
        for (path, code) in refused {
            if !errors.iter().any(|error| error.path == *path) {
                errors.push(FieldError {
                    path: path.clone(),
                    code: code.as_str().to_owned(),
                });
            }
        }
    });
    errors
}

/// Whether the form brings a declaration of its own.
pub(super) fn has_declaration(filling: &Filling) -> bool {
    let pages = filling.pages();
    let mut views = pages.into_iter().filter_map(|id| filling.page(id));
    views.any(|page| {
        let mut kinds = page.asked().map(|question| &question.question.kind);
        kinds.any(|kind| matches!(kind, Kind::Declaration { .. }))
    })
}
