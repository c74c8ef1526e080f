//! A case: what was applied for, with what, what happened, and what the clerk can do now.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;
use onehall_client::Event;
use onehall_client::staff::{GetCase, GetForm, ReadFile};
use onehall_forms::{Context, Filling, Form};
use onehall_protocol::cases::{Actor, CaseEvent, StaffCaseView};
use onehall_protocol::files::FileView;
use onehall_protocol::{CaseId, CoreError, ErrorCode};

use super::act::Actions;
use super::desk::use_desk;
use super::queue::tone;
use super::routes;
use crate::citizen::matters::standing::{days_left, glance};
use crate::citizen::place::WithAside;
use crate::citizen::questions::shown::{self, ShownLine, ShownPage};
use crate::design::content::{Fact, Facts, Section};
use crate::design::icon::Icon;
use crate::design::navigation::{Crumbs, StepRow, StepState, Timeline};
use crate::design::notice::{Notice, Tag, Tone};
use crate::design::states::{SkeletonKind, error_words};
use crate::shell::{Loaded, PageHeading, document, load, use_ui};
use crate::texts::{Words, console, format};

/// A case with its answers as they are read.
#[derive(Clone)]
pub struct Opened {
    /// The case.
    pub case: StaffCaseView,
    /// Its answers, page by page.
    pub pages: Arc<Vec<ShownPage>>,
}

/// The page of a case.
#[component]
pub fn CasePage() -> impl IntoView {
    let desk = use_desk();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<CaseId>().ok())));
    let opened: Loaded<Opened> = load(move || {
        let id = id.get();
        async move {
            let id = id.ok_or_else(|| CoreError::new(ErrorCode::NotFound, Default::default()))?;
            let case = desk.core.ask(GetCase { id }).await?;
            let pages = match desk.core.ask(GetForm { form: case.case.form.clone() }).await {
                Ok(definition) => Form::load(definition).map(|form| pages_of(form, &case)).unwrap_or_default(),
                Err(error) => return Err(error),
            };
            Ok(Opened { case, pages: Arc::new(pages) })
        }
    });
    desk.core.on_event(move |event| match event {
        Event::CaseChanged { id: changed } if Some(changed) == id.get_untracked() => opened.reload(),
        Event::QueueChanged | Event::MayHaveMissed => opened.reload(),
        _ => {}
    });
    view! {
        <Crumbs way=vec![(routes::QUEUE.to_owned(), console::QUEUE_TITLE.into())]/>
        {opened.view(SkeletonKind::Text, move |now| view! { <CaseView now=now.clone() opened=opened/> }.into_any())}
    }
    .into_any()
}

/// The answers as they were evaluated on the day of the submission.
fn pages_of(form: Form, case: &StaffCaseView) -> Vec<ShownPage> {
    let (as_of, _, _) = case.case.summary.submitted_at.at_offset(480);
    let filling = Filling::new(Arc::new(form), case.case.answers.clone(), Context { as_of });
    shown::pages(&filling)
}

#[component]
fn CaseView(
    /// The case.
    now: Opened,
    /// Where it is loaded.
    opened: Loaded<Opened>,
) -> impl IntoView {
    let ui = use_ui();
    let offset = ui.utc_offset.get();
    let case = now.case.case.clone();
    let summary = case.summary.clone();
    let status = summary.status.clone();
    let number = summary.principal.number.clone();
    let mut facts = vec![
        Fact::drawn(
            console::CASE_STATE,
            view! { <Tag label=Words::from(&status.step_name) tone=tone(glance(&status))/> }.into_any(),
        ),
        Fact::new(
            console::CASE_APPLICANT,
            match number {
                Some(number) => format!("{} {number}", summary.principal.name),
                None => summary.principal.name.clone(),
            },
        ),
        Fact::new(console::CASE_SUBMITTED, format::moment_words(summary.submitted_at, offset)),
    ];
    if let Some(due) = status.due {
        let left = status.days_left.map(days_left);
        let value = view! { {format::date_words(due)} {left.map(|left| view! { <span class="quiet">{left}</span> })} };
        facts.push(Fact::drawn(console::CASE_DUE, value.into_any()));
    }
    if status.clock_paused {
        facts.push(Fact::new(console::CASE_PROMISED, console::CASE_CLOCK_PAUSED));
    } else if let Some(until) = status.promised_until {
        facts.push(Fact::new(console::CASE_PROMISED, format::date_words(until)));
    }
    let side = view! {
        <Section id="facts" title=console::CASE_STATE><Facts facts=facts/></Section>
        <Actions now=now.clone() opened=opened/>
    };
    let asked = case.supplement.clone().map(|supplement| {
        let pages = now.pages.clone();
        let items = supplement.items.into_iter().map(move |item| {
            let label = label_of(&pages, &item.path);
            view! { <li><strong>{label}</strong>": "{item.reason}</li> }
        });
        view! {
            <Notice tone=Tone::Attention title=console::CASE_SUPPLEMENT>
                <p>{console::CASE_SUPPLEMENT_DUE.with([format::date_words(supplement.due)])}</p>
                <ul>{items.collect_view()}</ul>
                {supplement.note.map(|note| view! { <p>{note}</p> })}
            </Notice>
        }
    });
    let result = case.result.clone().map(|result| {
        view! {
            <Section id="result" title=console::CASE_RESULT>
                {result.document_number.map(|number| view! { <p>{console::ACT_DOCUMENT}" "{number}</p> })}
                {result.reason.map(|reason| view! { <p class="console-reason">{reason}</p> })}
                {result.file.map(|file| view! { <ul class="files-list"><FileLine file=file/></ul> })}
            </Section>
        }
    });
    let rating = case.rating.clone().map(|rating| {
        view! {
            <Section id="rating" title=console::CASE_RATING>
                <p>{console::CASE_RATING_STARS.with([rating.stars.to_string().into()])}</p>
                {rating.comment.map(|comment| view! { <p class="console-reason">{comment}</p> })}
            </Section>
        }
    });
    let history = steps(&case.history, offset);
    let body = view! {
        <PageHeading title=Words::from(&summary.item_name) above=console::CASE_ABOVE.with([summary.number.to_string().into()])/>
        {asked}
        {result}
        {rating}
        <Section id="answers" title=console::CASE_ANSWERS>
            {now.pages.iter().map(page_view).collect_view()}
        </Section>
        <Section id="history" title=console::CASE_HISTORY><Timeline steps=history/></Section>
    };
    view! { <WithAside aside=side.into_any()>{body}</WithAside> }.into_any()
}

/// The label of the question at a path; the path itself where it is not shown any more.
pub(super) fn label_of(pages: &[ShownPage], path: &str) -> Words {
    let lines = pages.iter().flat_map(|page| &page.lines);
    let mut answers = lines.filter_map(|line| match line {
        ShownLine::Answer(answer) => Some(answer),
        ShownLine::Row { .. } => None,
    });
    answers.find(|answer| answer.path == path).map_or_else(|| Words::from(path), |answer| Words::from(&answer.label))
}

fn page_view(page: &ShownPage) -> AnyView {
    let lines = page.lines.iter().map(|line| match line {
        ShownLine::Row { title } => {
            view! { <div class="fact fact-row"><dt class="fact-name">{Words::from(title)}</dt><dd></dd></div> }.into_any()
        }
        ShownLine::Answer(answer) => {
            let value = if answer.files.is_empty() {
                shown::value_view(answer)
            } else {
                let files = answer.files.iter().map(|file| view! { <FileLine file=file.clone()/> });
                view! { <ul class="files-list">{files.collect_view()}</ul> }.into_any()
            };
            view! {
                <div class="fact">
                    <dt class="fact-name">{Words::from(&answer.label)}</dt>
                    <dd class="fact-value">{value}</dd>
                </div>
            }
            .into_any()
        }
    });
    view! {
        <section class="console-page">
            <h3 class="console-page-title">{Words::from(&page.title)}</h3>
            <dl class="facts">{lines.collect_view()}</dl>
        </section>
    }
    .into_any()
}

/// A file that can be read.
#[component]
fn FileLine(
    /// The file.
    file: FileView,
) -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let id = file.id;
    let busy = RwSignal::new(false);
    let read = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let answer = desk.core.ask(ReadFile { id }).await;
            let _ = busy.try_set(false);
            match answer {
                Ok(content) => document::save_file(&content.name, &content.media_type, &content.bytes),
                Err(error) => ui.say_failure(error_words(&error)),
            }
        });
    };
    let size = format::size(file.size);
    let label = console::DOWNLOAD_FILE.with([file.name.clone().into()]);
    view! {
        <li class="console-file">
            <button type="button" class="button button-quiet" aria-label=label aria-busy=move || busy.get().then_some("true") on:click=read>
                <Icon name="file-text"/><span class="button-label">{file.name.clone()}</span>
            </button>
            <span class="quiet">{size}</span>
        </li>
    }
    .into_any()
}

fn steps(history: &[CaseEvent], utc_offset: i32) -> Vec<StepRow> {
    let last = history.len();
    history
        .iter()
        .enumerate()
        .rev()
        .map(|(at, event)| {
            let who: Words = match &event.actor {
                Actor::Person { name } => name.as_str().into(),
                Actor::Staff { name, authority } => match (name, authority) {
                    (Some(name), _) => name.as_str().into(),
                    (None, Some(authority)) => use_desk().authority(authority.clone()),
                    (None, None) => "".into(),
                },
                Actor::System => console::HISTORY_SYSTEM.into(),
            };
            let mut notes = vec![console::HISTORY_BY.with([format::moment_words(event.at, utc_offset), who])];
            notes.extend(event.reason.as_deref().map(Words::from));
            StepRow {
                name: Words::from(&event.action_name),
                notes,
                state: if at + 1 == last { StepState::Current } else { StepState::Done },
            }
        })
        .collect()
}
