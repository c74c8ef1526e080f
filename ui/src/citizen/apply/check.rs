//! Checking the answers, and submitting them.

use leptos::prelude::*;
use onehall_protocol::{CoreError, FieldError};

use super::application::Application;
use super::changes::changes_view;
use super::fill::{back_link, case_of, leave_button, step_head};
use super::saving::{save_line, save_notices};
use super::submission::Failure;
use super::submitting::{MISSING, MOVED, Submitting, all_errors, has_declaration};
use super::together::continue_button;
use super::way::CHECK;
use crate::citizen::account::{levels_of, proof_asked, proof_view, too_low};
use crate::citizen::questions::prefilled;
use crate::citizen::questions::shown::{self, ShownLine, ShownPage};
use crate::citizen::routes;
use crate::design::button::{Button, Weight};
use crate::design::choices::Checkbox;
use crate::design::content::Facts;
use crate::design::errors::ErrorSummary;
use crate::design::notice::{Notice, Tag, Tone};
use crate::design::states::error_words;
use crate::router::{NavigateOptions, use_navigate};
use crate::shell::PageHeading;
use crate::texts::{Words, changes, counted, elsewhere, fill};
use crate::view::{live, memo, view};

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
        moved: RwSignal::default(),
        unread: StoredValue::new(0),
        to_confirm: RwSignal::new(None),
        confirmed: RwSignal::new(false),
        leave: Callback::new(move |href: String| {
            // The draft is no more, or waits: going back must not lead to it.
            let options = NavigateOptions {
                replace: true,
                ..NavigateOptions::default()
            };
            navigate(&href, options);
        }),
    };
    submitting.follow_what_comes();
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
            {confirm_notice(submitting)}
            <ErrorSummary errors=submitting.errors/>
            {move || missing_notice(application, &missing.get())}
            {prefilled::check_notice(answering)}
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
            <div class="fill-foot">{save_line(application)} {continue_button(application)} {leave_button(application)}</div>
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
    shown::lines_view(lines, 3, "shown-row", |answer| {
        let path = answer.path.clone();
        let updated = move || submitting.changed.with(|changed| changed.contains(&path));
        view! {
            {shown::value_view(answer)}
            {answer.wrong.then(|| view! { " " <Tag label=fill::NEEDS_CHANGE tone=Tone::Attention icon="triangle-alert"/> })}
            {prefilled::check_tag(submitting.application.answering, &answer.path)}
            {move || updated().then(|| view! { " " <Tag label=fill::CHANGED_HERE tone=Tone::Info icon="refresh-cw"/> })}
        }
        .into_any()
    })
}

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
                let moved = submitting.moved.get();
                if moved.is_empty() {
                    return view! {
                        <Notice tone=Tone::Attention title=fill::CHANGED_TITLE role="alert">
                            <p>{fill::CHANGED_TEXT}</p>
                        </Notice>
                    }
                    .into_any();
                }
                let offset = submitting.application.ui.utc_offset.get();
                let facts = moved.iter().map(|line| line.fact(offset)).collect::<Vec<_>>();
                view! {
                    <div id=MOVED tabindex="-1">
                        <Notice tone=Tone::Attention title=elsewhere::MOVED_TITLE role="alert">
                            <p>{elsewhere::MOVED_TEXT}</p>
                            <Facts facts=facts/>
                        </Notice>
                    </div>
                }
                .into_any()
            })
    })
}

/// What the hall's newer rules change, to be confirmed.
fn confirm_notice(submitting: Submitting) -> AnyView {
    live(move || {
        let to_confirm = submitting.to_confirm.get();
        to_confirm.map(|to_confirm| changes_view(&to_confirm, submitting.confirmed))
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

/// What became of the last press, where it did not succeed.
fn failure_notice(submitting: Submitting) -> Option<AnyView> {
    let (failure, error) = submitting.failure.get()?;
    let said = |title: crate::texts::Phrase, text: Words| {
        view! { <Notice tone=Tone::Bad title=title><p>{text}</p></Notice> }.into_any()
    };
    match failure {
        Failure::Level => Some(level_notice(submitting, &error)),
        Failure::Proof => {
            let ways = proof_asked(&error).unwrap_or_default();
            Some(proof_view(&ways, Callback::new(move |()| submitting.press())))
        }
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
        Failure::Answers if !is_asked_here(submitting, &error) => Some(
            view! {
                <Notice tone=Tone::Bad title=changes::OUTDATED>
                    <p>{changes::OUTDATED_TEXT}</p>
                    <Button
                        label=changes::RELOAD
                        icon="refresh-cw"
                        on_press=Callback::new(|()| {
                            let _ = window().location().reload();
                        })
                    />
                </Notice>
            }
            .into_any(),
        ),
        Failure::Changed | Failure::Confirm | Failure::Answers | Failure::LoggedOut => None,
    }
}

/// The way to the level that is asked for, and back to this page.
fn level_notice(submitting: Submitting, error: &CoreError) -> AnyView {
    let back = routes::draft_page(submitting.application.id, CHECK);
    match levels_of(error) {
        Some((required, has)) => too_low(required, has, &back),
        None => {
            let words = error_words(error);
            view! { <Notice tone=Tone::Bad title=fill::SUBMIT_FAILED><p>{words}</p></Notice> }.into_any()
        }
    }
}

/// Whether all that the backend found wrong can be answered on this page: newer rules may ask for more than it knows.
fn is_asked_here(submitting: Submitting, error: &CoreError) -> bool {
    submitting.application.answering.filling.with_untracked(|filling| {
        let mut fields = error.fields.iter();
        fields.all(|field| filling.question(&field.path).is_some())
    })
}
