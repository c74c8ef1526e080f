//! The form engine for UIs that do not link it: a draft's pages and questions as plain data.
//!
//! A filling is kept for each draft that was looked at. What this terminal changes goes into it at once; what other
//! terminals changed is read before the next look. It knows the revision that it shows: only what a page was shown counts as in
//! sight of its citizen, not what was read to be submitted.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use futures::future::{Either, select};
use onehall_client::{
    DraftForm, FillingProgress, LostShown, PageShown, PageStep, QuestionFault, QuestionShown, RowShown, submission,
};
use onehall_forms::{Context, Filling, Form, QuestionView, display, message, normalise};
use onehall_protocol::drafts::{AnswerChange, Answers, DraftView, LostAnswer, Prefilled, SubmitDraft};
use onehall_protocol::files::FileLimits;
use onehall_protocol::form_change::FormChange;
use onehall_protocol::{CoreError, Date, DraftId, ErrorCode, Language};
use serde_json::Value;

use crate::held::Held;
use crate::ports::boxed;
use crate::{Core, lock};

/// How long answers are being saved before they are submitted as this terminal has them, in milliseconds.
const PATIENCE_MS: u32 = 10_000;
/// As long where the backend could not be reached a moment ago.
const OFFLINE_PATIENCE_MS: u32 = 1_500;

#[derive(Default)]
pub(crate) struct State {
    open: Mutex<HashMap<DraftId, Held<Open>>>,
}

struct Open {
    filling: Filling,
    /// The revision of the draft in it.
    revision: u64,
    item: onehall_protocol::ItemCode,
    /// Where the citizen was last.
    page: Option<String>,
    /// The answers that the hall filled in and that nobody changed or confirmed.
    prefilled: Vec<Prefilled>,
    /// The answers that did not stand against later ones.
    lost: Vec<LostAnswer>,
    /// What became of the draft since its form has a newer version.
    form_change: Option<FormChange>,
    /// Whether something was answered since that was told.
    told: bool,
    /// Something changed elsewhere: read anew before it is shown.
    stale: bool,
}

impl State {
    pub(crate) fn forget(&self) {
        lock(&self.open).clear();
    }

    pub(crate) fn close(&self, id: DraftId) {
        lock(&self.open).remove(&id);
    }

    /// What a file may be that answers a question of a draft that is open.
    pub(crate) fn file_limits(&self, id: DraftId, path: &str) -> Option<FileLimits> {
        let open = lock(&self.open);
        let question = open.get(&id)?.filling.form().question(path)?;
        question.kind.file_limits()
    }

    /// Another terminal changed a draft.
    pub(crate) fn changed_elsewhere(&self, id: DraftId) {
        if let Some(open) = lock(&self.open).get_mut(&id) {
            open.stale = true;
        }
    }

    /// Something may have been missed.
    pub(crate) fn may_be_stale(&self) {
        for open in lock(&self.open).values_mut() {
            open.stale = true;
        }
    }

    /// A save brought a draft from one revision to another; `answers` of other terminals came in with it.
    pub(crate) fn saved(&self, id: DraftId, revisions: Range<u64>, answers: Answers) {
        if let Some(open) = lock(&self.open).get_mut(&id) {
            open.prefilled.retain(|one| !answers.contains_key(&one.path));
            open.filling.set_all(answers);
            if revisions.start <= open.revision {
                open.revision = open.revision.max(revisions.end);
            }
        }
    }

    /// The hall said which answers did not stand.
    pub(crate) fn lost(&self, id: DraftId, lost: &[LostAnswer]) {
        if let Some(open) = lock(&self.open).get_mut(&id) {
            open.lost = lost.to_vec();
        }
    }

    /// This terminal changes answers.
    pub(crate) fn changed_here(&self, id: DraftId, changes: &[AnswerChange], page: Option<&str>) {
        if let Some(open) = lock(&self.open).get_mut(&id) {
            open.prefilled
                .retain(|one| !changes.iter().any(|change| change.path == one.path));
            // Who goes on was told.
            open.told |= !changes.is_empty();
            // One that is given again is back.
            let back = |lost: &LostAnswer| {
                let mut changes = changes.iter();
                changes.any(|change| change.path == lost.path && change.value == lost.value)
            };
            open.lost.retain(|lost| !back(lost));
            let changes = changes.iter().map(|change| (change.path.clone(), change.value.clone()));
            open.filling.set_all(changes);
            if let Some(page) = page {
                open.page = Some(page.to_owned());
            }
        }
    }
}

impl Core {
    /// A draft's path and one page of it: the named one, else the one on which the citizen was, else the first on which
    /// something is wrong, else the last.
    pub(crate) async fn view_draft(&self, id: DraftId, page: Option<&str>) -> Result<DraftForm, CoreError> {
        self.open_filling(id).await?;
        let (shown, revision, lost) = self.page_shown(id, page)?;
        self.shown_at(id, revision, &lost);
        Ok(shown)
    }

    /// What is shown of a draft that is open, the revision of that, and which answers it says did not stand.
    fn page_shown(&self, id: DraftId, page: Option<&str>) -> Result<(DraftForm, u64, Vec<LostAnswer>), CoreError> {
        let language = self.language();
        let open = lock(&self.inner.filling.open);
        let open = open.get(&id).ok_or_else(|| self.error(ErrorCode::NotFound))?;
        let filling = &open.filling;
        let ids = filling.pages();
        if page.is_some_and(|page| !ids.contains(&page)) {
            return Err(self.error(ErrorCode::NotFound));
        }
        let last = open.page.as_deref().filter(|page| ids.contains(page));
        let shown = page
            .or(last)
            .or(filling.first_incomplete_page())
            .or(ids.last().copied());
        let shown = shown
            .and_then(|page| filling.page(page))
            .ok_or_else(|| self.error(ErrorCode::NotFound))?;
        let form = filling.form();
        let steps = ids.iter().filter_map(|id| {
            let page = form.page(id)?;
            Some(PageStep {
                id: page.id.clone(),
                title: page.title.clone(),
                complete: filling.is_page_complete(id),
            })
        });
        let progress = filling.progress();
        let mut questions = questions(&shown.questions, filling.context(), language);
        mark(&mut questions, &open.prefilled);
        mark_lost(&mut questions, &open.lost, filling, language);
        let shown = DraftForm {
            id,
            item: open.item.clone(),
            title: form.definition().title.clone(),
            pages: steps.collect(),
            page: PageShown {
                id: shown.page.id.clone(),
                title: shown.page.title.clone(),
                help: shown.page.help.clone(),
                questions,
            },
            progress: FillingProgress {
                pages: progress.pages,
                complete_pages: progress.complete_pages,
                required: progress.required,
                answered: progress.answered,
            },
            complete: filling.is_complete(),
            form_change: open.form_change.clone().filter(|_| !open.told),
        };
        Ok((shown, open.revision, open.lost.clone()))
    }

    /// Takes what a person typed as the answer to a question, and gives the answer that it was read as.
    pub(crate) async fn type_answer(
        &self,
        id: DraftId,
        path: String,
        text: &str,
        page: Option<String>,
    ) -> Result<Value, CoreError> {
        self.open_filling(id).await?;
        let value = {
            let open = lock(&self.inner.filling.open);
            let form = open.get(&id).map(|open| open.filling.form().clone());
            let question = form.as_ref().and_then(|form| form.question(&path));
            normalise(&question.ok_or_else(|| self.error(ErrorCode::NotFound))?.kind, text)
        };
        let change = AnswerChange {
            path,
            value: value.clone(),
        };
        self.change_answers(id, vec![change], page).await?;
        Ok(value)
    }

    /// What is to be submitted: everything that was changed here is with the backend, and the answers that it holds are
    /// evaluated as of today. Where it may wait and the backend does not answer soon, the answers as this terminal has them:
    /// what is submitted of them goes after them, whatever revision they make.
    pub(crate) async fn prepare_submission(&self, id: DraftId, may_wait: bool) -> Result<SubmitDraft, CoreError> {
        self.open_filling(id).await?;
        if !may_wait {
            self.bring_answers(id).await?;
        } else if !self.saved_soon(id).await? {
            let open = lock(&self.inner.filling.open);
            let open = open.get(&id).ok_or_else(|| self.error(ErrorCode::NotFound))?;
            return self.submission_of(&open.filling, self.saved_revision(id));
        }
        let draft = self.look_at_draft(id).await?;
        if draft.summary.revision > self.saved_revision(id) {
            // Whoever shows it shows it as it was before.
            self.changed_by_itself(id);
        }
        let (form, context) = self.form_and_context(&draft).await?;
        self.submission_of(&Filling::new(form, draft.answers, context), draft.summary.revision)
    }

    /// Brings what was changed here to the backend. Of a draft that nobody was shown here that is nothing.
    async fn bring_answers(&self, id: DraftId) -> Result<(), CoreError> {
        match self.draft_waits(id) {
            true => self.flush_draft(id).await.map(drop),
            false => Ok(()),
        }
    }

    fn submission_of(&self, filling: &Filling, revision: u64) -> Result<SubmitDraft, CoreError> {
        if !filling.is_complete() {
            let mut error = self.error(ErrorCode::InvalidAnswers);
            error.fields = filling.errors();
            return Err(error);
        }
        Ok(submission(filling, revision))
    }

    /// Brings what was changed here to the backend, for as long as somebody waits for it: whether it is there.
    async fn saved_soon(&self, id: DraftId) -> Result<bool, CoreError> {
        let patience = match self.inner.progress.is_online() {
            true => PATIENCE_MS,
            false => OFFLINE_PATIENCE_MS,
        };
        match select(boxed(self.bring_answers(id)), self.inner.host.timer.sleep(patience)).await {
            Either::Left((saved, _)) => saved.map(|()| true),
            Either::Right(_) => Ok(false),
        }
    }

    /// Opens the filling of a draft, or reads it anew where it changed elsewhere.
    async fn open_filling(&self, id: DraftId) -> Result<(), CoreError> {
        // What an earlier core left of it is a part of it: nothing is shown, or submitted, without that.
        self.inner.outbox.looked().await;
        // A filling of yesterday is stale too.
        let as_of = lock(&self.inner.filling.open)
            .get(&id)
            .map(|open| open.filling.context().as_of);
        let today = match as_of {
            Some(as_of) => self.today().await.unwrap_or(as_of),
            None => self.today().await?,
        };
        let seen = self.saved_revision(id);
        let known = lock(&self.inner.filling.open).get_mut(&id).map(|open| {
            // What changes while it is read makes it stale again.
            let stale = std::mem::replace(&mut open.stale, false);
            // What a page was shown already is not shown older.
            stale || open.filling.context().as_of != today || open.revision < seen
        });
        if known == Some(false) {
            return Ok(());
        }
        let visit = self.visit();
        let read = async || {
            let draft = self.look_at_draft(id).await?;
            let (form, context) = self.form_and_context(&draft).await?;
            Ok::<_, CoreError>((draft, form, context))
        };
        let mut answer = read().await;
        // What a save brought while the form was read is missing in it.
        if let Ok((draft, ..)) = &answer
            && self.saved_beyond(draft)
        {
            answer = read().await;
        }
        let (mut draft, form, context) = match answer {
            Ok(read) => read,
            // What is known is shown, and read anew with the next look.
            Err(error) => {
                self.inner.filling.changed_elsewhere(id);
                return if known.is_some() && error.retryable {
                    Ok(())
                } else {
                    Err(error)
                };
            }
        };
        // What was changed here while the answer was on its way.
        self.lay_over(&mut draft);
        let filling = Filling::new(form, draft.answers, context);
        let mut all = lock(&self.inner.filling.open);
        if self.visit() != visit {
            // It was read for somebody who has left.
            return Err(self.error(ErrorCode::Cancelled));
        }
        match all.get_mut(&id) {
            Some(open) => {
                let open = &mut **open;
                // The hall says of a pinned draft with each reading that it is.
                open.told &= open.form_change == draft.form_change;
                open.form_change = draft.form_change;
                (open.filling, open.prefilled, open.lost) = (filling, draft.prefilled, draft.lost);
                open.revision = draft.summary.revision;
            }
            None => {
                let (item, page) = (draft.summary.item, draft.summary.page);
                let open = Open {
                    filling,
                    revision: draft.summary.revision,
                    item,
                    page,
                    prefilled: draft.prefilled,
                    lost: draft.lost,
                    form_change: draft.form_change,
                    told: false,
                    stale: false,
                };
                all.insert(id, Held::new(open));
            }
        }
        Ok(())
    }

    async fn form_and_context(&self, draft: &DraftView) -> Result<(Arc<Form>, Context), CoreError> {
        let definition = self.form(&draft.summary.form).await?;
        // The backend checked it when it loaded its city: what is refused here is of a newer format.
        let form = Form::load(definition).map_err(|_| self.error(ErrorCode::InvalidReply))?;
        let inputs = self.form_inputs(&draft.summary.form).await?;
        let as_of = self.today().await?;
        Ok((Arc::new(form), inputs.context(as_of)))
    }

    /// Today, on the city's calendar.
    async fn today(&self) -> Result<Date, CoreError> {
        let offset = self.utc_offset_minutes().await?;
        Ok(self.inner.host.clock.now().at_offset(offset).0)
    }
}

/// Says of each question where its answer comes from that the hall filled in.
fn mark(questions: &mut [QuestionShown], prefilled: &[Prefilled]) {
    for question in questions {
        let known = prefilled.iter().find(|one| one.path == question.path);
        question.prefilled = known.map(|one| one.source.clone());
        mark(&mut question.questions, prefilled);
        for row in &mut question.rows {
            mark(&mut row.questions, prefilled);
        }
    }
}

/// Says of each question which other answers to it did not stand.
fn mark_lost(questions: &mut [QuestionShown], lost: &[LostAnswer], filling: &Filling, language: Language) {
    for question in questions {
        let of_it = lost.iter().filter(|lost| lost.path == question.path);
        question.lost = of_it
            .map(|lost| LostShown {
                n: lost.n,
                value: lost.value.clone(),
                display: shown(filling, lost, language),
                terminal: lost.terminal,
                at: lost.at,
            })
            .collect();
        mark_lost(&mut question.questions, lost, filling, language);
        for row in &mut question.rows {
            mark_lost(&mut row.questions, lost, filling, language);
        }
    }
}

fn shown(filling: &Filling, lost: &LostAnswer, language: Language) -> String {
    let form = filling.form();
    form.question(&lost.path).map_or_else(String::new, |question| {
        display(question, form.options_of(question), &lost.value, language)
    })
}

fn questions(views: &[QuestionView<'_>], context: &Context, language: Language) -> Vec<QuestionShown> {
    views.iter().map(|view| question(view, context, language)).collect()
}

fn question(view: &QuestionView<'_>, context: &Context, language: Language) -> QuestionShown {
    let fault = |fault: &onehall_forms::AnswerFault| QuestionFault {
        code: fault.code.as_str().to_owned(),
        message: message(view.question, *fault, context, language),
    };
    let row = |row: &onehall_forms::RowView<'_>| RowShown {
        id: row.id.clone(),
        path: row.path.clone(),
        title: row
            .title
            .as_ref()
            .map(|title| title.display(language))
            .unwrap_or_default(),
        questions: questions(&row.questions, context, language),
    };
    QuestionShown {
        path: view.path.clone(),
        definition: view.question.clone(),
        value: view.value.cloned().unwrap_or_default(),
        computed: view.computed.clone().unwrap_or_default(),
        display: view.display(language),
        required: view.required,
        errors: view.errors.iter().map(fault).collect(),
        options: view.options.iter().map(|option| (*option).clone()).collect(),
        rows: view.rows.iter().map(row).collect(),
        questions: questions(&view.questions, context, language),
        prefilled: None,
        lost: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
