//! Filling a draft, one thing per page.

use std::future::pending;

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::ListQueued;
use onehall_client::{QueuedAbout, SaveState};
use onehall_forms::Filling;
use onehall_protocol::{CaseId, CoreError, DraftId, ErrorCode, FieldError, IdempotencyKey};

use super::application::{Application, LoadedDraft, load_draft};
use super::check::check_view;
use super::saving::{save_line, save_notices};
use super::together::{also_open, continue_button};
use super::way::{self, CHECK};
use crate::citizen::questions::{prefilled, questions};
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::dialog::Dialog;
use crate::design::errors::{ErrorSummary, SummaryLine};
use crate::design::navigation::ProgressBar;
use crate::design::states::{EmptyState, ErrorState, Skeleton, SkeletonKind};
use crate::router::{NavigateOptions, use_navigate, use_params_map, use_query_map};
use crate::shell::{PageHeading, Remote, load, use_ui};
use crate::texts::{Words, fill, general, outbox};
use crate::view::{effect, live, memo, view};

/// `/drafts/{draft}` and its pages. Stays while one goes from page to page: so do the answers.
#[component]
pub fn FillPage() -> impl IntoView {
    let (hall, ui, params) = (use_hall(), use_ui(), use_params_map());
    let draft = memo(move |_| params.with(|params| params.get("draft").and_then(|id| id.parse::<DraftId>().ok())));
    let loaded = load(move || {
        // Logged in again, it is read again.
        let (known, logged_in) = (hall.session_known.get(), hall.logged_in());
        let (draft, language) = (draft.get(), ui.language);
        async move {
            let error = |code| CoreError::new(code, language.get_untracked());
            if !known {
                return pending().await;
            }
            match (logged_in, draft) {
                (false, _) => Err(error(ErrorCode::NotLoggedIn)),
                (true, None) => Err(error(ErrorCode::NotFound)),
                (true, Some(id)) => load_draft(hall, id).await,
            }
        }
    });
    // Looked at once: who submits here leaves this page by themselves.
    let waits = load(move || {
        let (known, logged_in, draft) = (hall.session_known.get(), hall.logged_in(), draft.get());
        async move {
            if !known {
                return pending().await;
            }
            let Some(draft) = draft.filter(|_| logged_in) else {
                return Ok(None);
            };
            let queued = hall.client.ask(ListQueued {}).await.unwrap_or_default();
            let waiting = queued
                .into_iter()
                .find(|queued| queued.about == QueuedAbout::Submission(draft) && !queued.state.needs_a_decision());
            Ok(waiting.map(|queued| queued.id))
        }
    });
    // Drawn once for each draft: a reading that fails later, or comes again, must not take the answers off the page.
    let phase = memo(move |_| {
        match waits.with_ready(|waits| *waits) {
            Some(None) => {}
            Some(Some(queued)) => return Phase::Waits(queued),
            _ => return Phase::Loading,
        }
        loaded.state().with(|state| match state {
            Remote::Loading => Phase::Loading,
            Remote::Ready(loaded) => Phase::Ready(loaded.draft.summary.id),
            Remote::Failed(error) => Phase::Failed(error.clone()),
        })
    });
    live(move || match phase.get() {
        Phase::Loading => waiting(),
        Phase::Waits(queued) => it_waits(queued),
        Phase::Ready(_) => {
            let anew = Callback::new(move |()| loaded.restart());
            untrack(|| loaded.with_ready(|draft| filling(draft, anew))).unwrap_or_else(waiting)
        }
        Phase::Failed(error) => match error.code {
            ErrorCode::NotLoggedIn => logged_out(),
            ErrorCode::NotFound | ErrorCode::DraftSubmitted => gone(&error),
            _ => {
                let retry = Callback::new(move |()| loaded.restart());
                view! {
                    <div class="reading">
                        <PageHeading title=fill::APPLY_TITLE/>
                        <ErrorState error=error retry=retry/>
                    </div>
                }
                .into_any()
            }
        },
    })
}

#[derive(Clone, PartialEq)]
enum Phase {
    Loading,
    Ready(DraftId),
    /// It is submitted, and waits on this device.
    Waits(IdempotencyKey),
    Failed(CoreError),
}

fn waiting() -> AnyView {
    view! { <div class="reading"><Skeleton kind=SkeletonKind::Form/></div> }.into_any()
}

/// What waits to be submitted is not changed under the hand of who sends it.
fn it_waits(queued: IdempotencyKey) -> AnyView {
    view! {
        <div class="reading">
            <PageHeading title=outbox::DRAFT_WAITS/>
            <EmptyState icon="hourglass" title=outbox::DRAFT_WAITS text=outbox::DRAFT_WAITS_TEXT>
                <ButtonLink href=routes::queued(queued) label=outbox::SEE weight=Weight::Primary/>
            </EmptyState>
        </div>
    }
    .into_any()
}

fn gone(error: &CoreError) -> AnyView {
    let submitted = error.code == ErrorCode::DraftSubmitted;
    let title = if submitted {
        fill::DRAFT_SUBMITTED
    } else {
        fill::DRAFT_GONE
    };
    let text = if submitted {
        fill::DRAFT_SUBMITTED_TEXT
    } else {
        fill::DRAFT_GONE_TEXT
    };
    let (href, label) = match case_of(error) {
        Some(case) => (routes::receipt(case), fill::RECEIPT_SEE),
        None => (routes::MATTERS.to_owned(), fill::TO_MATTERS),
    };
    view! {
        <div class="reading">
            <PageHeading title=title/>
            <EmptyState icon="file-text" title=title text=text>
                <ButtonLink href=href label=label weight=Weight::Primary/>
            </EmptyState>
        </div>
    }
    .into_any()
}

/// The case that a submitted draft became, where the error says it.
pub(super) fn case_of(error: &CoreError) -> Option<CaseId> {
    error.details.get("case_id")?.as_str()?.parse().ok()
}

/// Says that one has to log in, and leads back here afterwards.
pub(super) fn logged_out() -> AnyView {
    let navigate = use_navigate();
    let log_in = move |()| navigate(&routes::login(&here()), NavigateOptions::default());
    let (title, text) = (fill::LOGGED_OUT_TITLE, fill::LOGGED_OUT_TEXT);
    view! {
        <div class="reading">
            <PageHeading title=title/>
            <EmptyState icon="log-in" title=title text=text>
                <Button label=fill::LOG_IN_AGAIN weight=Weight::Primary on_press=Callback::new(log_in)/>
            </EmptyState>
        </div>
    }
    .into_any()
}

/// The address of the page that is shown.
fn here() -> String {
    let location = window().location();
    format!(
        "{}{}",
        location.pathname().unwrap_or_default(),
        location.search().unwrap_or_default()
    )
}

/// A draft that is there: its pages, as the address says. `anew` reads it again, with its form.
fn filling(loaded: &LoadedDraft, anew: Callback<()>) -> AnyView {
    let application = Application::take(loaded);
    effect(move || {
        if application.outdated.get() {
            anew.run(());
        }
    });
    let (params, navigate) = (use_params_map(), use_navigate());
    // The address says it only where the page is opened anew: the router does not tell of another query on the same route.
    let from_check = use_query_map().with_untracked(|query| query.get("from").as_deref() == Some("check"));
    application.checked.set(from_check);
    let resumed = application.answering.filling.with_untracked(|filling| {
        let pages = pages_of(filling);
        way::resume(&pages, loaded.draft.summary.page.as_deref()).to_owned()
    });
    let page = memo(move |_| params.with(|params| params.get("page")));
    effect(move || {
        // The address of the draft itself leads to where one was.
        if page.get().is_none() {
            let options = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(&routes::draft_page(application.id, &resumed), options);
        }
    });
    let person = application.hall.session.get_untracked().map(|session| session.actor.id);
    live(move || {
        if !application.hall.logged_in() {
            if let Some(person) = person {
                application.leave_behind(person);
            }
            return logged_out();
        }
        match page.get() {
            None => waiting(),
            Some(page) if page == CHECK => {
                application.be_on(CHECK);
                check_view(application)
            }
            Some(page) => {
                application.be_on(&page);
                page_view(application, page)
            }
        }
    })
}

/// The pages on the way.
pub(super) fn pages_of(filling: &Filling) -> Vec<String> {
    filling.pages().into_iter().map(str::to_owned).collect()
}

fn page_view(application: Application, page: String) -> AnyView {
    let answering = application.answering;
    let found = answering.filling.with_untracked(|filling| {
        let view = filling.page(&page)?;
        Some((Words::from(&view.page.title), view.page.help.clone().map(Words::from)))
    });
    let Some((title, help)) = found else {
        return off_the_way(application);
    };
    let errors = RwSignal::new(Vec::<SummaryLine>::new());
    let waiting = RwSignal::new(false);
    let back_to_check = application.checked;
    let navigate = use_navigate();
    let go_on = {
        let page = page.clone();
        move || {
            let wrong = answering.filling.with_untracked(|filling| errors_of(filling, &page));
            errors.set(answering.point_out(&wrong));
            if !wrong.is_empty() {
                return;
            }
            if answering.uploads.running_now() {
                waiting.set(true);
                return;
            }
            let next = answering.filling.with_untracked(|filling| {
                if back_to_check.get_untracked() {
                    CHECK.to_owned()
                } else {
                    way::after(&pages_of(filling), &page).to_owned()
                }
            });
            answering.confirm_page(&page);
            application.merged.set(0);
            application.form_change.set(None);
            navigate(&routes::draft_page(application.id, &next), NavigateOptions::default());
        }
    };
    let submitted = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        go_on();
    };
    // What was pointed out goes away when all of it is mended.
    let mended = {
        let page = page.clone();
        memo(move |_| answering.filling.with(|filling| filling.is_page_complete(&page)))
    };
    effect(move || {
        if mended.get() && errors.with_untracked(|errors| !errors.is_empty()) {
            errors.set(Vec::new());
        }
    });
    let asked = page.clone();
    let body = questions(answering, move |filling| {
        filling.page(&asked).map(|view| view.questions)
    });
    let continue_label = Words::made(move |language| {
        let phrase = if back_to_check.get() {
            fill::SAVE_AND_CHECK
        } else {
            general::CONTINUE
        };
        phrase.get(language).to_owned()
    });
    view! {
        <div class="reading fill">
            {step_head(application, page.clone())}
            <PageHeading title=title/>
            {help.map(|help| view! { <p class="lead">{help}</p> })}
            {save_notices(application)}
            <ErrorSummary errors=errors/>
            <form class="fill-form" novalidate=true on:submit=submitted>
                {body}
                <div role="status">
                    {move || (waiting.get() && answering.uploads.running())
                        .then(|| view! { <p class="field-hint">{fill::UPLOADS_RUNNING}</p> })}
                </div>
                {prefilled::page_notice(answering, page.clone())}
                <div class="fill-actions">
                    <Button label=continue_label weight=Weight::Primary icon_after="arrow-right" submit=true/>
                    {back_link(application, page)}
                </div>
            </form>
            <div class="fill-foot">{save_line(application)} {continue_button(application)} {leave_button(application)}</div>
        </div>
    }
    .into_any()
}

/// What is wrong on a page, also in the rows on it.
fn errors_of(filling: &Filling, page: &str) -> Vec<FieldError> {
    let mut errors = filling.errors();
    errors.retain(|error| filling.page_of(&error.path) == Some(page));
    errors
}

/// What one applies for, for whom, and how far one is.
pub(super) fn step_head(application: Application, page: String) -> AnyView {
    let (item, principal) = application
        .summary
        .with_value(|summary| (Words::from(&summary.item_name), summary.principal.name.clone()));
    let step = memo(move |_| {
        application
            .answering
            .filling
            .with(|filling| way::step(&pages_of(filling), &page))
            .unwrap_or((1, 1))
    });
    let label = Words::made(move |language| {
        let (at, of) = step.get();
        fill::STEP_OF
            .with([at.to_string().into(), of.to_string().into()])
            .get(language)
    });
    let percent = Signal::derive(move || {
        let (at, of) = step.get();
        u8::try_from(at * 100 / of.max(1)).unwrap_or(100)
    });
    view! {
        <div class="fill-head">
            <p class="fill-item">
                <strong>{item}</strong>
                <span class="fill-principal">{fill::APPLYING_FOR.with([principal.into()])}</span>
            </p>
            <ProgressBar percent=percent label=label/>
            {also_open(application)}
        </div>
    }
    .into_any()
}

/// Back to the page before, as a link: it keeps what is on this page, finished or not.
pub(super) fn back_link(application: Application, page: String) -> AnyView {
    let before = memo(move |_| {
        application
            .answering
            .filling
            .with(|filling| way::before(&pages_of(filling), &page).map(str::to_owned))
    });
    live(move || {
        before.get().map(|before| {
            let href = routes::draft_page(application.id, &before);
            view! { <ButtonLink href=href label=general::BACK icon="arrow-left"/> }
        })
    })
}

/// Saves and leaves for one's matters. Where it cannot be saved one is asked.
pub(super) fn leave_button(application: Application) -> AnyView {
    let (busy, asked) = (RwSignal::new(false), RwSignal::new(false));
    let navigate = use_navigate();
    let go = Callback::new(move |()| navigate(routes::MATTERS, NavigateOptions::default()));
    let leave = move |()| {
        busy.set(true);
        spawn_local(async move {
            let flushed = application.flush().await;
            if busy.try_set(false).is_some() {
                return;
            }
            let kept = application
                .saving
                .with_untracked(|state| matches!(state, SaveState::Waiting { kept: true }));
            match flushed {
                Ok(_) => go.run(()),
                Err(_) if kept => {
                    application.ui.say(fill::WAITING_KEPT);
                    go.run(());
                }
                Err(_) => asked.set(true),
            }
        });
    };
    view! {
        <Button label=fill::SAVE_AND_LEAVE weight=Weight::Quiet icon="save" busy=busy on_press=Callback::new(leave)/>
        <Dialog id="leave-unsaved" title=fill::NOT_SAVED_TITLE open=asked>
            <p>{fill::NOT_SAVED_TEXT}</p>
            <div class="buttons">
                <Button label=fill::STAY weight=Weight::Primary on_press=Callback::new(move |()| asked.set(false))/>
                <Button label=fill::LEAVE_ANYWAY weight=Weight::Danger on_press=go/>
            </div>
        </Dialog>
    }
    .into_any()
}

/// A page that is not on the way, or not any more: another answer made it needless.
fn off_the_way(application: Application) -> AnyView {
    let href = Signal::derive(move || {
        let page = application.answering.filling.with(|filling| {
            let next = filling.first_incomplete_page().unwrap_or(CHECK);
            next.to_owned()
        });
        routes::draft_page(application.id, &page)
    });
    view! {
        <div class="reading">
            <PageHeading title=fill::NO_SUCH_PAGE/>
            <EmptyState icon="file-text" title=fill::NO_SUCH_PAGE>
                <ButtonLink href=href label=fill::TO_CURRENT_PAGE weight=Weight::Primary/>
            </EmptyState>
        </div>
    }
    .into_any()
}
