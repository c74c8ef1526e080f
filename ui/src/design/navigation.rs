//! Where one is, and where one can go: breadcrumb, steps, timeline, tabs, pages.

use leptos::prelude::*;

use super::button::Button;
use super::icon::Icon;
use crate::texts::{Words, general};
use crate::view::view;

/// The way from the home page to here. The page itself is not in it: its heading says where one is.
#[component]
pub fn Crumbs(
    /// Address and name, the first the widest.
    way: Vec<(String, Words)>,
) -> impl IntoView {
    view! {
        <nav class="crumbs" aria-label=general::CRUMBS>
            <ol class="crumbs-list">
                {way.into_iter().map(|(href, name)| view! {
                    <li class="crumb"><a href=href>{name}</a><Icon name="chevron-right"/></li>
                }).collect_view()}
            </ol>
        </nav>
    }
    .into_any()
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Behind.
    Done,
    /// Here.
    Current,
    /// Ahead.
    Ahead,
    /// Behind, and it ended the matter badly.
    Failed,
}

/// One step of a way.
#[derive(Clone)]
pub struct StepRow {
    /// What it is.
    pub name: Words,
    /// More about it: when, by whom, what was said.
    pub notes: Vec<Words>,
    /// Where it stands.
    pub state: StepState,
}

/// The steps of a way, from above to below.
#[component]
pub fn Timeline(
    /// The steps.
    #[prop(into)]
    steps: Signal<Vec<StepRow>>,
) -> impl IntoView {
    let draw = |step: StepRow| {
        let (class, icon, said) = match step.state {
            StepState::Done => ("timeline-step is-done", Some("check"), Some(general::STEP_DONE)),
            StepState::Current => ("timeline-step is-current", None, Some(general::STEP_CURRENT)),
            StepState::Ahead => ("timeline-step is-ahead", None, None),
            StepState::Failed => ("timeline-step is-failed", Some("x"), Some(general::STEP_DONE)),
        };
        view! {
            <li class=class aria-current=(step.state == StepState::Current).then_some("step")>
                <span class="timeline-mark" aria-hidden="true">{icon.map(|icon| view! { <Icon name=icon/> })}</span>
                <div class="timeline-body">
                    <p class="timeline-name">
                        {said.map(|said| view! { <span class="visually-hidden">{said}</span> })}
                        {step.name}
                    </p>
                    {step.notes.into_iter().map(|note| view! { <p class="timeline-note">{note}</p> }).collect_view()}
                </div>
            </li>
        }
        .into_any()
    };
    view! { <ol class="timeline">{move || steps.get().into_iter().map(draw).collect_view()}</ol> }.into_any()
}

/// Steps beside each other with numbers: how far one is in something short.
#[component]
pub fn Steps(
    /// The names.
    #[prop(into)]
    names: Signal<Vec<Words>>,
    /// The step that one is at, from 0.
    #[prop(into)]
    current: Signal<usize>,
) -> impl IntoView {
    let draw = move |(at, name): (usize, Words)| {
        view! {
            <li
                class="step"
                class:is-done=move || at < current.get()
                class:is-current=move || at == current.get()
                aria-current=move || (at == current.get()).then_some("step")
            >
                <span class="step-number" aria-hidden="true">{at + 1}</span>
                <span class="step-name">
                    {move || (at < current.get()).then(|| view! { <span class="visually-hidden">{general::STEP_DONE}</span> })}
                    {name}
                </span>
            </li>
        }
        .into_any()
    };
    view! {
        <ol class="steps" aria-label=general::STEPS>
            {move || names.get().into_iter().enumerate().map(draw).collect_view()}
        </ol>
    }
    .into_any()
}

/// A bar that shows how far one is, 0 to 100, with words beside it.
#[component]
pub fn ProgressBar(
    /// 0 to 100.
    #[prop(into)]
    percent: Signal<u8>,
    /// What it says, to everybody.
    #[prop(into)]
    label: Words,
) -> impl IntoView {
    let for_bar = label.clone();
    view! {
        <div class="progress-row">
            <progress class="progress" max="100" prop:value=move || f64::from(percent.get()) aria-label=for_bar></progress>
            <span class="progress-label" aria-hidden="true">{label}</span>
        </div>
    }
    .into_any()
}

/// Tabs over one list: which part of it is seen. Drawn as a group of toggle buttons, which every keyboard knows.
#[component]
pub fn Tabs(
    /// What they choose between.
    #[prop(into)]
    label: Words,
    /// Value and name, and how many there are of it where that is known.
    #[prop(into)]
    tabs: Signal<Vec<(String, Words, Option<usize>)>>,
    /// The value that is chosen.
    #[prop(into)]
    value: Signal<String>,
    /// Called with the value that is chosen.
    #[prop(into)]
    on_change: Callback<String>,
) -> impl IntoView {
    let draw = move |(mine, name, count): (String, Words, Option<usize>)| {
        let (pressed, chosen) = (mine.clone(), mine);
        view! {
            <button
                type="button"
                class="tab"
                aria-pressed=move || if value.with(|value| *value == pressed) { "true" } else { "false" }
                on:click=move |_| on_change.run(chosen.clone())
            >
                {name}
                {count.map(|count| view! { <span class="tab-count">{count}</span> })}
            </button>
        }
        .into_any()
    };
    view! {
        <div class="tabs" role="group" aria-label=label>{move || tabs.get().into_iter().map(draw).collect_view()}</div>
    }
    .into_any()
}

/// Goes through the pages of a list.
#[component]
pub fn Pagination(
    /// The page that is shown, from 1.
    #[prop(into)]
    page: Signal<usize>,
    /// How many there are.
    #[prop(into)]
    pages: Signal<usize>,
    /// Called with the page to show.
    #[prop(into)]
    on_page: Callback<usize>,
) -> impl IntoView {
    let said = Words::made(move |language| {
        general::PAGE_OF
            .with([page.get().to_string().into(), pages.get().to_string().into()])
            .get(language)
    });
    view! {
        <nav class="pagination" aria-label=general::PAGES hidden=move || pages.get() < 2>
            <Button
                label=general::PAGE_PREVIOUS
                icon="chevron-left"
                disabled=Signal::derive(move || page.get() <= 1)
                on_press=Callback::new(move |()| on_page.run(page.get_untracked().saturating_sub(1).max(1)))
            />
            <span class="pagination-where" aria-live="polite">{said}</span>
            <Button
                label=general::PAGE_NEXT
                icon_after="chevron-right"
                disabled=Signal::derive(move || page.get() >= pages.get())
                on_press=Callback::new(move |()| on_page.run(page.get_untracked() + 1))
            />
        </nav>
    }
    .into_any()
}
