//! What the engine says of the answers.

use std::sync::Arc;

use leptos::prelude::*;
use onehall_forms::UnknownRule;
use serde_json::Value;

use super::state::{Desk, use_desk};
use crate::design::notice::{Tag, Tone};
use crate::preview::report::{ErrorLine, PageLine, QuestionLine, Report};
use crate::texts::{Phrase, Words, preview};
use crate::view::{live, memo, view};

/// The most lines of a list that are drawn: a form may have thousands of questions.
const MOST: usize = 200;

/// All of it. Each part is drawn anew only where it is another one: what is open stays open.
#[component]
pub fn Says() -> impl IntoView {
    let desk = use_desk();
    let known = memo(move |_| desk.report.with(Option::is_some));
    live(move || known.get().then(|| parts(desk)))
}

fn parts(desk: Desk) -> AnyView {
    let of = move |read: fn(&Report) -> Vec<AnyView>| {
        move || {
            desk.report
                .with(|report| report.as_ref().map(|report| read(report)).unwrap_or_default())
        }
    };
    let count = move |read: fn(&Report) -> usize| {
        memo(move |_| {
            desk.report
                .with(|report| report.as_ref().map_or(0, |report| read(report)))
        })
    };
    let progress = Words::made(move |language| {
        let progress = desk
            .report
            .with(|report| report.as_ref().map(|report| report.progress))
            .unwrap_or_default();
        let numbers = [
            progress.complete_pages,
            progress.pages,
            progress.answered,
            progress.required,
        ];
        preview::PROGRESS
            .with(numbers.map(|number| number.to_string().into()))
            .get(language)
    });
    let pages = move || {
        let (report, here) = (desk.report.get(), desk.page.get());
        report.map(|report| pages(desk, &report, here.as_deref()))
    };
    let document = move || desk.report.with(|report| report.as_ref().map(document));
    let errors = move || {
        let report = desk.report.get();
        report.map(|report| limited(report.errors.iter().map(|line| error(desk, line)).collect()))
    };
    view! {
        <section class="desk-part" aria-labelledby="desk-says">
            <h2 id="desk-says" class="desk-part-title">{preview::ENGINE_TITLE}</h2>
            <p class="desk-progress">{progress}</p>
            {part("pages", preview::PAGES, count(|report| report.pages.len()), true, live(pages))}
            {part("errors", preview::ERRORS, count(|report| report.errors.len()), true, live(errors))}
            {part("computed", preview::COMPUTED, count(|report| report.computed.len()), false, live(of(computed)))}
            {part("unknown", preview::UNKNOWN, count(|report| report.unknown.len()), false, live(of(unknown)))}
            {part("kept", preview::KEPT, count(|report| report.kept.len()), false, live(of(kept)))}
            <details class="desk-details" id="desk-document">
                <summary>{preview::DOCUMENT}</summary>
                {document}
            </details>
        </section>
    }
    .into_any()
}

/// A part that opens, with how much is in it.
fn part(id: &'static str, title: Phrase, count: Memo<usize>, open: bool, body: AnyView) -> AnyView {
    view! {
        <details class="desk-details" id=format!("desk-{id}") open=open>
            <summary>{title}" "<span class="desk-count">{move || count.get().to_string()}</span></summary>
            {move || (count.get() == 0).then(|| view! { <p class="desk-none">{preview::NONE}</p> })}
            {body}
        </details>
    }
    .into_any()
}

fn limited(mut lines: Vec<AnyView>) -> Vec<AnyView> {
    if lines.len() > MOST {
        let more = lines.len() - MOST;
        lines.truncate(MOST);
        let words = preview::MORE.with([more.to_string().into()]);
        lines.push(view! { <p class="desk-none">{words}</p> }.into_any());
    }
    lines
}

fn error(desk: Desk, line: &ErrorLine) -> AnyView {
    let path = line.path.clone();
    let page = line.page.clone();
    let name = match page {
        Some(page) => view! {
            <button type="button" class="desk-go" on:click=move |_| desk.go(&page)><code>{path}</code></button>
        }
        .into_any(),
        None => view! { <code>{path}</code> }.into_any(),
    };
    view! {
        <p class="desk-line">{name}" "<code class="desk-tag">{line.code.clone()}</code>" "{Words::from(&line.message)}</p>
    }
    .into_any()
}

/// The pages; the one on which one is, with its questions.
fn pages(desk: Desk, report: &Arc<Report>, here: Option<&str>) -> AnyView {
    let first = || {
        report
            .pages
            .iter()
            .find(|page| page.on_path)
            .map(|page| page.id.as_str())
    };
    let here = here.or_else(first);
    let lines = report
        .pages
        .iter()
        .map(|page| page_line(desk, page, here == Some(page.id.as_str())));
    view! { <ol class="desk-pages">{limited(lines.collect())}</ol> }.into_any()
}

fn page_line(desk: Desk, page: &PageLine, here: bool) -> AnyView {
    let id = page.id.clone();
    let title = Words::from(&page.title);
    let (tone, word) = match (page.on_path, page.complete) {
        (false, _) => (Tone::Plain, preview::OFF_PATH),
        (true, true) => (Tone::Good, preview::COMPLETE),
        (true, false) => (Tone::Info, preview::ON_PATH),
    };
    let code = page.id.clone();
    let name = if page.on_path {
        let label = preview::GO.with([title.clone()]);
        view! {
            <button
                type="button"
                class="desk-go"
                aria-label=label
                aria-current=here.then_some("page")
                on:click=move |_| desk.go(&id)
            >
                {title}
            </button>
        }
        .into_any()
    } else {
        view! { <span class="desk-off">{title}</span> }.into_any()
    };
    let questions = here.then(|| {
        let lines = limited(page.questions.iter().map(question_line).collect());
        view! { <ul class="desk-questions">{lines}</ul> }
    });
    view! {
        <li class="desk-page">
            <p class="desk-line">{name}" "<code>{code}</code>" "<Tag tone=tone label=word/></p>
            {questions}
        </li>
    }
    .into_any()
}

fn question_line(line: &QuestionLine) -> AnyView {
    let shown = if line.shown { preview::SHOWN } else { preview::HIDDEN };
    let required = line.required.filter(|_| line.shown).map(|required| {
        let word = if required { preview::REQUIRED } else { preview::OPTIONAL };
        view! { " · "{word} }
    });
    view! {
        <li class="desk-question" class:is-hidden=!line.shown>
            <code>{line.path.clone()}</code>
            <span class="desk-question-label">{Words::from(&line.label)}</span>
            <span class="desk-question-state">
                {shown}{required}
                {line.error.clone().map(|code| view! { " "<code class="desk-tag">{code}</code> })}
            </span>
        </li>
    }
    .into_any()
}

fn computed(report: &Report) -> Vec<AnyView> {
    limited(report.computed.iter().map(value_line).collect())
}

fn kept(report: &Report) -> Vec<AnyView> {
    let mut lines = limited(report.kept.iter().map(value_line).collect());
    if !lines.is_empty() {
        lines.insert(0, view! { <p class="desk-none">{preview::KEPT_HELP}</p> }.into_any());
    }
    lines
}

fn value_line((path, value): &(String, Value)) -> AnyView {
    let value: Words = match value {
        Value::Null => preview::UNKNOWN_VALUE.into(),
        Value::String(text) => text.clone().into(),
        other => other.to_string().into(),
    };
    view! {
        <p class="desk-line"><code>{path.clone()}</code>" "<span class="desk-value">{value}</span></p>
    }
    .into_any()
}

fn unknown(report: &Report) -> Vec<AnyView> {
    limited(report.unknown.iter().map(unknown_line).collect())
}

fn unknown_line(rule: &UnknownRule) -> AnyView {
    let mut waits: Vec<Words> = rule.waits_for.iter().map(|path| path.clone().into()).collect();
    waits.extend(rule.needs_calendar.then(|| Words::from(preview::WAITS_CALENDAR)));
    let why = if waits.is_empty() {
        preview::WAITS_NOTHING.into()
    } else {
        let all = Words::made(move |language| {
            let all: Vec<String> = waits.iter().map(|words| words.get(language)).collect();
            all.join(", ")
        });
        preview::WAITS.with([all])
    };
    view! {
        <p class="desk-line">
            <code>{rule.path.clone()}</code>" "<code class="desk-tag">{rule.rule.clone()}</code>" "{why}
        </p>
    }
    .into_any()
}

fn document(report: &Arc<Report>) -> AnyView {
    view! {
        <p class="desk-none">{preview::DOCUMENT_HELP}</p>
        <p class="desk-line"><code>{report.transcript.clone()}</code></p>
        <pre class="desk-json" tabindex="0" role="region" aria-label=preview::DOCUMENT><code>{report.document.clone()}</code></pre>
    }
    .into_any()
}
