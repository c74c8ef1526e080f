//! All of one's drafts and cases.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::Event;
use onehall_client::citizen::{DiscardDraft, ListCases, ListDrafts};
use onehall_protocol::cases::{CaseSummary, WaitsFor};
use onehall_protocol::drafts::DraftSummary;

use super::loaded::authority_words;
use super::standing::{Glance, glance, line, tag};
use crate::citizen::apply::terminal_words;
use crate::citizen::later::expect_later;
use crate::citizen::order::by_rank;
use crate::citizen::outbox::queued_section;
use crate::citizen::place::{LoggedIn, Wide};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::content::{LinkRow, Section};
use crate::design::dialog::ConfirmDialog;
use crate::design::notice::{Tag, Tone};
use crate::design::states::{EmptyState, SkeletonKind, error_words};
use crate::shell::{Loaded, PageHeading, load, use_ui};
use crate::texts::{Words, format, matters as words};
use crate::view::{effect, view};

/// `/matters`: what waits for the citizen first, then drafts, what is under way, what has ended.
#[component]
pub fn MattersPage() -> impl IntoView {
    view! { <LoggedIn>{matters_view()}</LoggedIn> }.into_any()
}

/// Everything that the page shows.
#[derive(Debug, Clone, PartialEq, Default)]
struct Matters {
    drafts: Vec<DraftSummary>,
    waiting: Vec<CaseSummary>,
    under_way: Vec<CaseSummary>,
    ended: Vec<CaseSummary>,
}

impl Matters {
    /// Sorted by who has to act. What waits for the citizen stands by its last day, the nearest first.
    fn of(drafts: Vec<DraftSummary>, cases: Vec<CaseSummary>) -> Matters {
        let mut matters = Matters {
            drafts,
            ..Matters::default()
        };
        for case in cases {
            match case.status.waits_for {
                WaitsFor::Citizen => matters.waiting.push(case),
                WaitsFor::Authority | WaitsFor::ThirdParty => matters.under_way.push(case),
                WaitsFor::Nobody => matters.ended.push(case),
            }
        }
        matters.waiting = by_rank(matters.waiting, |case| (case.status.due.is_none(), case.status.due));
        matters
    }

    fn is_empty(&self) -> bool {
        self.drafts.is_empty() && self.waiting.is_empty() && self.under_way.is_empty() && self.ended.is_empty()
    }
}

fn matters_view() -> AnyView {
    expect_later();
    let (hall, ui) = (use_hall(), use_ui());
    let matters = load(move || {
        let (drafts, cases) = (hall.client.ask(ListDrafts {}), hall.client.ask(ListCases {}));
        async move {
            let (drafts, cases) = futures::join!(drafts, cases);
            Ok(Matters::of(drafts?, cases?))
        }
    });
    hall.client.on_event(move |event| match event {
        Event::CaseChanged { .. } => {
            matters.reload();
            ui.say(words::UPDATED_SOMETHING);
        }
        Event::DraftChanged { .. } | Event::OutboxSent { .. } | Event::MayHaveMissed => matters.reload(),
        _ => {}
    });
    let leaving = RwSignal::new(None::<DraftSummary>);
    view! {
        <Wide>
            <PageHeading title=words::TITLE/>
            {queued_section()}
            {matters.view(SkeletonKind::Rows, move |matters| sections(hall, matters, leaving))}
            {discard_dialog(hall, matters, leaving)}
        </Wide>
    }
    .into_any()
}

fn sections(hall: Hall, matters: &Matters, leaving: RwSignal<Option<DraftSummary>>) -> AnyView {
    if matters.is_empty() {
        return view! {
            <EmptyState icon="files" title=words::NONE_TITLE text=words::NONE_TEXT>
                <ButtonLink href=routes::SERVICES label=words::FIND_SERVICE weight=Weight::Primary/>
            </EmptyState>
        }
        .into_any();
    }
    let cases = |id: &'static str, title: crate::texts::Phrase, cases: &[CaseSummary]| {
        (!cases.is_empty()).then(|| {
            let rows = cases.iter().map(|case| case_row(hall, case)).collect_view();
            view! { <Section id=id title=title><ul class="rows">{rows}</ul></Section> }
        })
    };
    let drafts = (!matters.drafts.is_empty()).then(|| {
        let rows = matters
            .drafts
            .iter()
            .map(|draft| draft_row(hall, draft, leaving))
            .collect_view();
        view! { <Section id="drafts" title=words::DRAFTS><ul class="rows">{rows}</ul></Section> }
    });
    view! {
        {cases("waiting", words::WAITING_FOR_YOU, &matters.waiting)}
        {drafts}
        {cases("under-way", words::UNDER_WAY, &matters.under_way)}
        {cases("ended", words::ENDED, &matters.ended)}
    }
    .into_any()
}

/// The colour and the sign of a glance.
pub(super) fn glance_tone(glance: Glance) -> (Tone, &'static str) {
    match glance {
        Glance::You => (Tone::Attention, "bell"),
        Glance::Late => (Tone::Bad, "clock"),
        Glance::Running => (Tone::Info, "hourglass"),
        Glance::Paused => (Tone::Plain, "pause"),
        Glance::Good => (Tone::Good, "circle-check"),
        Glance::Refused => (Tone::Bad, "circle-x"),
        Glance::Over => (Tone::Plain, "minus"),
    }
}

/// Whose matter it is, where one handles matters of several.
fn principal_words(hall: Hall, name: &str) -> Option<Words> {
    let several = hall
        .session
        .with_untracked(|session| session.as_ref().is_some_and(|session| session.principals.len() > 1));
    several.then(|| words::FOR_PRINCIPAL.with([name.into()]))
}

/// A case in a list: what it is, how it stands, who has to act.
pub fn case_row(hall: Hall, case: &CaseSummary) -> AnyView {
    let ui = use_ui();
    let (tone, icon) = glance_tone(glance(&case.status));
    let authority = authority_words(hall, case.authority.clone());
    let said = line(case, &authority, ui.utc_offset.get_untracked());
    let facts = view! {
        <Tag label=tag(&case.status) tone=tone icon=icon/>
        <span class="case-number">{case.number.to_string()}</span>
        {principal_words(hall, &case.principal.name).map(|words| view! { <span>{words}</span> })}
    };
    view! {
        <LinkRow
            href=routes::case(case.id)
            title=view! { {Words::from(&case.item_name)} }.into_any()
            text=said
            facts=facts.into_any()
        />
    }
    .into_any()
}

fn draft_row(hall: Hall, draft: &DraftSummary, leaving: RwSignal<Option<DraftSummary>>) -> AnyView {
    let offset = use_ui().utc_offset.get_untracked();
    let name = Words::from(&draft.item_name);
    let when = words::DRAFT_CHANGED.with([
        format::moment_words(draft.updated_at, offset),
        terminal_words(draft.terminal),
    ]);
    let asked = draft.clone();
    view! {
        <li class="row draft-row">
            <div class="row-body">
                <p class="draft-name">{name.clone()}</p>
                <p class="row-text">{when}</p>
                {principal_words(hall, &draft.principal.name).map(|words| view! { <p class="row-text">{words}</p> })}
            </div>
            <div class="draft-actions">
                <ButtonLink href=routes::draft(draft.id) label=words::DRAFT_CONTINUE_OF.with([name.clone()])/>
                <Button
                    label=words::DRAFT_DISCARD_OF.with([name])
                    icon="trash-2"
                    icon_only=true
                    weight=Weight::Quiet
                    on_press=Callback::new(move |()| leaving.set(Some(asked.clone())))
                />
            </div>
        </li>
    }
    .into_any()
}

fn discard_dialog(hall: Hall, matters: Loaded<Matters>, leaving: RwSignal<Option<DraftSummary>>) -> AnyView {
    let ui = use_ui();
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    effect(move || open.set(leaving.with(Option::is_some)));
    effect(move || {
        if !open.get() && leaving.with_untracked(Option::is_some) {
            leaving.set(None);
        }
    });
    let named = Words::made(move |language| {
        leaving
            .with(|draft| draft.as_ref().map(|draft| draft.item_name.get(language).to_owned()))
            .unwrap_or_default()
    });
    let discard = move |()| {
        let Some(draft) = leaving.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            let outcome = hall.client.ask(DiscardDraft { id: draft.id }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            leaving.set(None);
            match outcome {
                Ok(()) => ui.say(words::DRAFT_DISCARDED),
                Err(error) => ui.say_failure(error_words(&error)),
            }
            matters.reload();
            crate::shell::document::focus(crate::shell::HEADING);
        });
    };
    view! {
        <ConfirmDialog
            id="discard"
            title=words::DRAFT_DISCARD_ASK
            text=words::DRAFT_DISCARD_TEXT.with([named])
            confirm=words::DRAFT_DISCARD
            danger=true
            open=open
            busy=busy
            on_confirm=Callback::new(discard)
        />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(id: u8, waits_for: &str, due: Option<&str>) -> CaseSummary {
        let mut status = serde_json::json!({"state": "in_review", "step": "a", "step_name": {"zh-CN": "一", "en": "one"},
            "waits_for": waits_for, "next": {"zh-CN": "一", "en": "one"}, "clock_paused": false});
        if let Some(due) = due {
            status["due"] = due.into();
        }
        let case = serde_json::json!({"id": format!("01935a00-0000-7000-8000-00000000000{id}"), "number": format!("LC-{id}"),
            "item": "a", "item_name": {"zh-CN": "一", "en": "one"}, "authority": "a", "status": status,
            "principal": {"id": "01935a00-0000-7000-8000-000000000009", "kind": "citizen", "name": "张敏"},
            "submitted_at": "2026-11-20T01:00:00.000Z", "updated_at": "2026-11-20T01:00:00.000Z", "version": 1});
        serde_json::from_value(case).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn what_waits_for_the_citizen_comes_first_and_the_nearest_day_before_the_others() {
        let matters = Matters::of(
            Vec::new(),
            vec![
                case(1, "nobody", None),
                case(2, "citizen", None),
                case(3, "citizen", Some("2026-12-09")),
                case(4, "authority", Some("2026-11-30")),
                case(5, "citizen", Some("2026-11-30")),
            ],
        );
        let numbers = |cases: &[CaseSummary]| cases.iter().map(|case| case.number.0.clone()).collect::<Vec<_>>();
        assert_eq!(numbers(&matters.waiting), ["LC-5", "LC-3", "LC-2"]);
        assert_eq!(numbers(&matters.under_way), ["LC-4"]);
        assert_eq!(numbers(&matters.ended), ["LC-1"]);
        assert!(!matters.is_empty() && Matters::default().is_empty());
    }
}
