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
use crate::shell::{Loaded, load, use_ui};
use crate::texts::{Words, format, home};
use crate::view::{keyed, live, memo, view};

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
            {cases.once(SkeletonKind::Rows, move || list(drafts, cases))}
        </Section>
    }
    .into_any()
}

/// A matter in the list.
enum Row {
    Draft(Box<DraftSummary>),
    Case(Box<CaseSummary>),
}

impl Row {
    /// Another one where the matter has moved.
    fn key(&self) -> String {
        match self {
            Row::Draft(draft) => format!("{} {}", draft.id, draft.updated_at.unix_millis()),
            Row::Case(case) => format!("{} {}", case.id, case.version),
        }
    }

    fn draw(self) -> AnyView {
        match self {
            Row::Draft(draft) => draft_row(&draft),
            Row::Case(case) => case_row(&case),
        }
    }
}

fn list(drafts: Loaded<Vec<DraftSummary>>, cases: Loaded<Vec<CaseSummary>>) -> AnyView {
    let rows = move || {
        let drafts = drafts.with_ready(Clone::clone).unwrap_or_default();
        rows(drafts, &cases.with_ready(Clone::clone).unwrap_or_default())
    };
    let none = memo(move |_| rows().is_empty());
    live(move || match none.get() {
        true => view! { <p class="muted">{home::MATTERS_NONE}</p> }.into_any(),
        false => {
            let rows = keyed(rows, Row::key, Row::draw);
            view! { <ul class="rows">{rows}</ul> }.into_any()
        }
    })
}

fn rows(drafts: Vec<DraftSummary>, cases: &[CaseSummary]) -> Vec<Row> {
    let drafts = drafts.into_iter().take(SHOWN).map(|draft| Row::Draft(Box::new(draft)));
    // What waits for the citizen comes first; else the order of the core, the last changed first.
    let cases = by_rank(cases, |case| case.status.waits_for != WaitsFor::Citizen);
    let cases = cases.into_iter().take(SHOWN);
    drafts
        .chain(cases.map(|case| Row::Case(Box::new(case.clone()))))
        .collect()
}

fn draft_row(draft: &DraftSummary) -> AnyView {
    let ui = use_ui();
    let name: Words = (&draft.item_name).into();
    // The city's clock may come after the row.
    let at = draft.updated_at;
    let saved = Words::made(move |language| {
        let at = format::moment_words(at, ui.utc_offset.get());
        home::DRAFT_LAST.with([at]).get(language)
    });
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
