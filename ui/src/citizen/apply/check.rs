//! Checking the answers, and submitting them.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{NewKey, Submit};
use onehall_forms::{Filling, Kind};
use onehall_protocol::drafts::Receipt;
use onehall_protocol::{CaseId, CoreError, ErrorCode, FieldError};

use super::application::{Application, load_draft};
use super::fill::{back_link, case_of, leave_button, step_head};
use super::saving::{save_line, save_notices};
use super::submission::{Attempt, Failure, submission};
use super::way::CHECK;
use crate::citizen::questions::Answering;
use crate::citizen::questions::shown::{self, ShownLine, ShownPage};
use crate::citizen::routes;
use crate::design::button::{Button, Weight};
use crate::design::choices::Checkbox;
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::notice::{Notice, Tag, Tone};
use crate::design::states::error_words;
use crate::router::{NavigateOptions, use_navigate};
use crate::shell::{PageHeading, document};
use crate::texts::{Words, counted, fill};
use crate::view::{live, memo, view};

/// The state of a submission on this page. Cheap to copy.
#[derive(Clone, Copy)]
struct Submitting {
    application: Application,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<(Failure, CoreError)>>,
    errors: RwSignal<Vec<SummaryLine>>,
    declared: RwSignal<bool>,
    /// What changed since one checked it, by path.
    changed: RwSignal<BTreeSet<String>>,
    done: Callback<CaseId>,
}

/// The check: all answers, what is missing, the declaration, the one button.
pub(super) fn check_view(application: Application) -> AnyView {
    let answering = application.answering;
    let navigate = use_navigate();
    let submitting = Submitting {
        application,
        busy: RwSignal::new(false),
        failure: RwSignal::new(None),
        errors: RwSignal::new(Vec::new()),
        declared: RwSignal::new(false),
        changed: RwSignal::default(),
        done: Callback::new(move |case: CaseId| {
            // The draft is no more: going back must not lead to it.
            let options = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(&routes::receipt(case), options);
        }),
    };
    let pages = memo(move |_| answering.filling.with(shown::pages));
    let missing = memo(move |_| all_errors(answering));
    let page_list = move || {
        pages
            .get()
            .into_iter()
            .map(|page| page_section(submitting, page))
            .collect_view()
    };
    let form = view! { <div class="check-pages">{page_list}</div> };
    view! {
        <div class="reading fill">
            {step_head(application, CHECK.to_owned())}
            <PageHeading title=fill::CHECK_TITLE/>
            <p class="lead">{fill::CHECK_HELP}</p>
            {save_notices(application)}
            {changed_notice(submitting)}
            <ErrorSummary errors=submitting.errors/>
            {move || missing_notice(application, &missing.get())}
            {form}
            {declare(submitting)}
            <div role="alert">{move || failure_notice(submitting)}</div>
            <div class="fill-actions">
                <Button
                    label=fill::SUBMIT_NOW
                    weight=Weight::Primary
                    icon="send"
                    busy=submitting.busy
                    on_press=Callback::new(move |()| submitting.press())
                />
                {back_link(application, CHECK.to_owned())}
            </div>
            <p class="submitting" role="status">
                {move || submitting.busy.get().then(|| view! { <span>{fill::SUBMITTING}</span> })}
            </p>
            <div class="fill-foot">{save_line(application)} {leave_button(application)}</div>
        </div>
    }
    .into_any()
}

/// A page of answers, with the link to change them.
fn page_section(submitting: Submitting, page: ShownPage) -> AnyView {
    let id = submitting.application.id;
    let href = format!("{}?from=check", routes::draft_page(id, &page.id));
    let title = Words::from(&page.title);
    let section_id = format!("check.{}", page.id);
    view! {
        <section class="card check-page" aria-labelledby=section_id.clone()>
            <div class="spread">
                <h2 class="check-page-title" id=section_id.clone()>{title.clone()}</h2>
                <a class="check-change" href=href>
                    {crate::texts::general::EDIT}
                    <span class="visually-hidden">" "{title}</span>
                </a>
            </div>
            {answers_view(page.lines, submitting)}
        </section>
    }
    .into_any()
}

/// The lines of a page, each marked where it needs something or is another than one checked.
fn answers_view(lines: Vec<ShownLine>, submitting: Submitting) -> AnyView {
    let row = |title: Words| view! { <h3 class="shown-row">{title}</h3> }.into_any();
    shown::lines_view(lines, row, |answer| {
        let path = answer.path.clone();
        let updated = move || submitting.changed.with(|changed| changed.contains(&path));
        view! {
            {shown::value_view(answer)}
            {answer.wrong.then(|| view! { " " <Tag label=fill::NEEDS_CHANGE tone=Tone::Attention icon="triangle-alert"/> })}
            {move || updated().then(|| view! { " " <Tag label=fill::CHANGED_HERE tone=Tone::Info icon="refresh-cw"/> })}
        }
        .into_any()
    })
}

/// What is wrong with the answers: what the rules find here, and what the backend found.
fn all_errors(answering: Answering) -> Vec<FieldError> {
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

/// The id of the list of what is missing.
const MISSING: &str = "missing";

/// What is still missing, each with the way to it.
fn missing_notice(application: Application, errors: &[FieldError]) -> Option<AnyView> {
    if errors.is_empty() {
        return None;
    }
    let count = errors.len();
    let lines = errors.iter().map(|error| {
        let page = application
            .answering
            .filling
            .with_untracked(|filling| filling.page_of(&error.path).map(str::to_owned));
        let href = format!(
            "{}?from=check",
            routes::draft_page(application.id, &page.unwrap_or_default())
        );
        let words = application.answering.summary_line(error.clone()).words;
        view! { <li><a href=href>{words}</a></li> }
    });
    let lines = lines.collect_view();
    let title = counted(count, fill::MISSING_ONE, fill::MISSING_TITLE);
    Some(
        view! {
            <div id=MISSING tabindex="-1">
                <Notice tone=Tone::Attention title=title>
                    <ul class="missing">{lines}</ul>
                </Notice>
            </div>
        }
        .into_any(),
    )
}

fn changed_notice(submitting: Submitting) -> AnyView {
    live(move || {
        submitting
            .failure
            .with(|failure| matches!(failure, Some((Failure::Changed, _))))
            .then(|| {
                view! {
                    <Notice tone=Tone::Attention title=fill::CHANGED_TITLE role="alert">
                        <p>{fill::CHANGED_TEXT}</p>
                    </Notice>
                }
            })
    })
}

/// The declaration. A form that brings its own has it among its answers: then one sentence says that it holds.
fn declare(submitting: Submitting) -> AnyView {
    let own = submitting.application.answering.filling.with_untracked(has_declaration);
    if own {
        submitting.declared.set(true);
        return view! {
            <section class="declaration">
                <h2 class="check-page-title">{fill::DECLARE_TITLE}</h2>
                <p>{fill::DECLARE_OWN}</p>
            </section>
        }
        .into_any();
    }
    let declared = submitting.declared;
    view! {
        <section class="declaration">
            <h2 class="check-page-title">{fill::DECLARE_TITLE}</h2>
            <p>{fill::DECLARE_TEXT}</p>
            <Checkbox
                id="declare"
                label=fill::DECLARE_AGREE
                checked=declared
                on_change=Callback::new(move |agreed| declared.set(agreed))
            />
        </section>
    }
    .into_any()
}

fn has_declaration(filling: &Filling) -> bool {
    let pages = filling.pages();
    let mut views = pages.into_iter().filter_map(|id| filling.page(id));
    views.any(|page| {
        let kinds = page.questions.iter().map(|question| &question.question.kind);
        kinds.into_iter().any(|kind| matches!(kind, Kind::Declaration { .. }))
    })
}

/// What became of the last press, where it did not succeed.
fn failure_notice(submitting: Submitting) -> Option<AnyView> {
    let (failure, error) = submitting.failure.get()?;
    let said = |title: crate::texts::Phrase, text: Words| {
        view! { <Notice tone=Tone::Bad title=title><p>{text}</p></Notice> }.into_any()
    };
    match failure {
        Failure::NotSent => Some(said(fill::NOT_SENT, fill::NOT_SENT_TEXT.into())),
        Failure::NotSure => Some(said(fill::NOT_SURE, fill::NOT_SURE_TEXT.into())),
        Failure::Refused => Some(said(fill::SUBMIT_FAILED, error_words(&error))),
        Failure::Done => Some(
            view! {
                <Notice tone=Tone::Info title=fill::DRAFT_SUBMITTED>
                    <p><a href=case_of(&error).map_or_else(|| routes::MATTERS.to_owned(), routes::receipt)>{fill::RECEIPT_SEE}</a></p>
                </Notice>
            }
            .into_any(),
        ),
        Failure::Changed | Failure::Answers | Failure::LoggedOut => None,
    }
}

impl Submitting {
    /// The button. Pressed while it is busy, nothing more happens.
    fn press(self) {
        if self.busy.get_untracked() {
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
        self.errors.set(Vec::new());
        self.failure.set(None);
        if !window().navigator().on_line() {
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
                Ok(receipt) => self.done.run(receipt.case_id),
                Err((error, sent)) => self.failed(error, sent).await,
            }
            let _ = self.busy.try_set(false);
        });
    }

    /// Saves what is not saved, then submits. The key is made once and kept until the attempt is known to be over.
    /// With a failure it says whether the submission itself was sent.
    async fn attempt(self) -> Result<Receipt, (CoreError, bool)> {
        let Application {
            hall,
            id,
            answering,
            attempt,
            ..
        } = self.application;
        let unsent = |error| (error, false);
        let submission = |revision| {
            answering
                .filling
                .with_untracked(|filling| submission(filling, revision))
        };
        // An attempt of which nobody knows whether it arrived is made again as it was. Nothing is saved before it: if it
        // did arrive, there is no draft any more that could be saved to.
        let again = attempt
            .get_value()
            .filter(|before| before.submission == submission(before.submission.revision));
        let made = match again {
            Some(again) => again,
            None => {
                let saved = self.application.flush().await.map_err(unsent)?;
                let key = hall.client.ask(NewKey {}).await.map_err(unsent)?;
                let submission = submission(saved.revision);
                let new = Attempt { submission, key };
                attempt.set_value(Some(new.clone()));
                new
            }
        };
        let Attempt { submission, key } = made;
        hall.client
            .ask(Submit { id, submission, key })
            .await
            .map_err(|error| (error, true))
    }

    async fn failed(self, error: CoreError, sent: bool) {
        let failure = Failure::of(&error, sent);
        if !failure.keeps_the_key() {
            self.application.attempt.set_value(None);
        }
        match failure {
            Failure::Changed => self.show_what_changed().await,
            Failure::Done => {
                if let Some(case) = case_of(&error) {
                    return self.done.run(case);
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
    async fn show_what_changed(self) {
        let Application {
            hall, id, answering, ..
        } = self.application;
        let before = answering.filling.with_untracked(Filling::submitted_answers);
        // Where it cannot be read now, what is shown stays; the next press finds out again.
        let Ok(loaded) = load_draft(hall, id).await else { return };
        self.application.take_in(&loaded.draft);
        self.application.evaluate_anew();
        let after = answering.filling.with_untracked(Filling::submitted_answers);
        let changed = before
            .keys()
            .chain(after.keys())
            .filter(|path| before.get(*path) != after.get(*path));
        let mut paths = BTreeSet::new();
        paths.extend(changed.cloned());
        self.changed.set(paths);
        let _ = self.declared.try_set(answering.filling.with_untracked(has_declaration));
    }
}

fn lead_to_what_is_missing() {
    request_animation_frame(|| document::focus_into_view(MISSING));
}
