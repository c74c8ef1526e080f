//! One's matters in short: what waits for the citizen, what was begun, what goes on.

use leptos::prelude::*;
use onehall_client::Event;
use onehall_client::citizen::{ListCases, ListDrafts};
use onehall_protocol::cases::{CaseSummary, WaitsFor};
use onehall_protocol::drafts::DraftSummary;

use crate::citizen::order::by_rank;
use crate::citizen::outbox::queued_section;
use crate::citizen::{routes, use_hall};
use crate::design::content::{LinkRow, Section};
use crate::design::notice::{Tag, Tone};
use crate::design::states::SkeletonKind;
use crate::shell::{load, use_ui};
use crate::texts::{Words, format, home};
use crate::view::{live, view};

const SHOWN: usize = 3;

/// Matters in short. Follows the core's events.
#[component]
pub fn MattersInShort() -> impl IntoView {
    let hall = use_hall();
    let client = hall.client;
    let drafts = load(move || client.ask(ListDrafts {}));
    let cases = load(move || client.ask(ListCases {}));
    client.on_event(move |event| match event {
        Event::CaseChanged { .. } => cases.reload(),
        Event::DraftChanged { .. } => drafts.reload(),
        Event::MayHaveMissed | Event::OutboxSent { .. } => {
            cases.reload();
            drafts.reload();
        }
        _ => {}
    });
    let more = view! { <a href=routes::MATTERS>{home::ALL}</a> }.into_any();
    view! {
        {queued_section()}
        <Section id="matters" title=home::MATTERS more=more>
            {cases.view(SkeletonKind::Rows, move |cases| {
                let cases = cases.clone();
                live(move || drawn(&drafts.with_ready(Clone::clone).unwrap_or_default(), &cases))
            })}
        </Section>
    }
    .into_any()
}

fn drawn(drafts: &[DraftSummary], cases: &[CaseSummary]) -> AnyView {
    // What waits for the citizen comes first; else the order of the core, the last changed first.
    let cases = by_rank(cases, |case| case.status.waits_for != WaitsFor::Citizen);
    let rows: Vec<_> = drafts
        .iter()
        .take(SHOWN)
        .map(draft_row)
        .chain(cases.into_iter().take(SHOWN).map(case_row))
        .collect();
    if rows.is_empty() {
        return view! { <p class="muted">{home::MATTERS_NONE}</p> }.into_any();
    }
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

fn draft_row(draft: &DraftSummary) -> AnyView {
    let ui = use_ui();
    let name: Words = (&draft.item_name).into();
    let saved = home::DRAFT_LAST.with([format::moment_words(draft.updated_at, ui.utc_offset.get())]);
    let facts = view! { <Tag label=home::DRAFT_GO_ON tone=Tone::Info icon="pencil"/><span>{saved}</span> }.into_any();
    view! {
        <LinkRow href=routes::draft(draft.id) title=view! { {name} }.into_any() facts=facts icon="file-text"/>
    }
    .into_any()
}

fn case_row(case: &CaseSummary) -> AnyView {
    let name: Words = (&case.item_name).into();
    let waits = case.status.waits_for == WaitsFor::Citizen;
    let step: Words = (&case.status.step_name).into();
    let due = case.status.due.map(|due| home::DUE.with([format::date_words(due)]));
    let facts = view! {
        <Tag label=step tone=if waits { Tone::Attention } else { Tone::Info }/>
        {waits.then(|| view! { <strong>{home::WAITS_FOR_YOU}</strong> })}
        {due.map(|due| view! { <span>{due}</span> })}
        <span class="code">{case.number.to_string()}</span>
    }
    .into_any();
    view! {
        <LinkRow
            href=routes::case(case.id)
            title=view! { {name} }.into_any()
            text=&case.status.next
            facts=facts
            icon="file-check"
        />
    }
    .into_any()
}
