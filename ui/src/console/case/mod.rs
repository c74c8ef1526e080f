//! A case: what was applied for, with what, what happened, and what the clerk can do now.
//!
//! The page follows the case while it is open. Each part is drawn anew only when it has changed, so that somebody who
//! reads, or stands on a button, keeps their place.

mod answers;
mod compare;
mod evaluated;
mod history;
mod next;
mod reading;
mod viewer;

use std::sync::Arc;

use leptos::prelude::*;
use onehall_client::Event;
use onehall_client::staff::{GetCase, GetForm, GetFormInputs};
use onehall_forms::Form;
use onehall_protocol::cases::{CaseResult, CaseSummary, Rating, ResultKind, StaffCaseView, Supplement, WaitsFor};
use onehall_protocol::drafts::Answers;
use onehall_protocol::{CaseId, CoreError, ErrorCode};

use super::act::{ActDialog, Acting, ActionButtons};
use super::desk::{Desk, use_desk};
use super::queue::due_view;
use super::standing::{tag_icon, tone};
use crate::citizen::apply::LoadedForm;
use crate::citizen::place::{Wide, WithAside};
use crate::design::button::ButtonLink;
use crate::design::content::{Fact, Facts, Section};
use crate::design::navigation::{Crumbs, Timeline};
use crate::design::notice::{Notice, Tag, Tone};
use crate::design::states::{ErrorState, Skeleton, SkeletonKind};
use crate::router::use_params_map;
use crate::shell::{Loaded, PageHeading, Remote, load, use_ui};
use crate::texts::{Words, console, format};
use crate::view::view;
use answers::answers_view;
use evaluated::evaluated_view;
use history::{actor, steps};
use next::NextCase;
pub(super) use reading::{AskablePage, NamedFile, Reading};
use viewer::{FileLine, FileViewer, Viewing};

/// A case with the form that it was filled with.
#[derive(Clone)]
pub(super) struct Opened {
    /// The case.
    pub case: StaffCaseView,
    /// Its form: that of its pinned version, which never changes.
    pub form: LoadedForm,
}

impl PartialEq for Opened {
    fn eq(&self, other: &Opened) -> bool {
        self.case == other.case
    }
}

/// The case that the page shows, once it is there. Changes only when the case does.
pub(super) type Now = Memo<Option<Opened>>;

/// A part of the case that changes by itself.
fn part<T: PartialEq + Send + Sync + 'static>(
    now: Now,
    read: impl Fn(&Opened) -> T + Send + Sync + 'static,
) -> Memo<Option<T>> {
    Memo::new(move |_| now.with(|now| now.as_ref().map(&read)))
}

#[derive(Clone, PartialEq)]
enum Stage {
    Loading,
    Failed(CoreError),
    There,
}

/// The page of a case.
#[component]
pub(super) fn CasePage() -> impl IntoView {
    let desk = use_desk();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<CaseId>().ok())));
    let opened: Loaded<Opened> = load(move || fetch(desk, id.get()));
    // Another case is another page: nothing of the last one stays in sight.
    Effect::new(move |last: Option<Option<CaseId>>| {
        let id = id.get();
        if last.is_some_and(|last| last != id) {
            opened.state().set(Remote::Loading);
        }
        id
    });
    desk.core.on_event(move |event| match event {
        Event::CaseChanged { id: changed } if Some(changed) == id.get_untracked() => opened.reload(),
        Event::MayHaveMissed => opened.reload(),
        _ => {}
    });
    let stage = Memo::new(move |_| {
        opened.state().with(|state| match state {
            Remote::Loading => Stage::Loading,
            Remote::Failed(error) => Stage::Failed(error.clone()),
            Remote::Ready(_) => Stage::There,
        })
    });
    let now: Now = Memo::new(move |_| opened.with_ready(Clone::clone));
    view! {
        <Wide>
            <Crumbs way=vec![(desk.queue_address(), console::QUEUE_TITLE.into())]/>
            {move || match stage.get() {
                Stage::Loading => view! { <Skeleton kind=SkeletonKind::Text/> }.into_any(),
                Stage::Failed(error) => view! { <Missing error=error opened=opened/> }.into_any(),
                Stage::There => view! { <CaseView now=now opened=opened/> }.into_any(),
            }}
        </Wide>
    }
    .into_any()
}

async fn fetch(desk: Desk, id: Option<CaseId>) -> Result<Opened, CoreError> {
    let refusal = |code| CoreError::new(code, Default::default());
    let id = id.ok_or_else(|| refusal(ErrorCode::NotFound))?;
    let case = desk.core.ask(GetCase { id }).await?;
    let reference = case.case.form.clone();
    let inputs = desk.core.ask(GetFormInputs {
        form: reference.clone(),
    });
    let form = desk.core.ask(GetForm { form: reference }).await?;
    // A form that this console cannot read must not look like a case without answers.
    let form = Form::load(form).map_err(|_| refusal(ErrorCode::InvalidReply))?;
    let (form, inputs) = (Arc::new(form), inputs.await?);
    Ok(Opened {
        case,
        form: LoadedForm { form, inputs },
    })
}

/// The case did not come: there is none, it is another authority's, or the hall cannot be reached.
#[component]
fn Missing(
    /// Why.
    error: CoreError,
    /// Where it is loaded.
    opened: Loaded<Opened>,
) -> impl IntoView {
    let desk = use_desk();
    let title = if error.code == ErrorCode::NotFound {
        console::CASE_NOT_FOUND
    } else {
        console::CASE_TITLE
    };
    let text = (error.code == ErrorCode::NotFound).then(|| view! { <p>{console::CASE_NOT_FOUND_TEXT}</p> });
    let state = (error.code != ErrorCode::NotFound).then(|| {
        view! { <ErrorState error=error retry=Callback::new(move |()| opened.restart())/> }
    });
    let back = desk.queue_address();
    view! {
        <PageHeading title=title/>
        {text}
        {state}
        <p><ButtonLink href=Signal::stored(back) label=console::CASE_BACK icon="arrow-left"/></p>
    }
    .into_any()
}

#[component]
fn CaseView(
    /// The case.
    now: Now,
    /// Where it is loaded.
    opened: Loaded<Opened>,
) -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    Viewing::provide();
    let reading = Memo::new(move |_| {
        let utc_offset = ui.utc_offset.get();
        now.with(|now| {
            now.as_ref()
                .map(|now| Reading::of(&now.form, &now.case.case, utc_offset))
        })
        .unwrap_or_default()
    });
    let summary = part(now, |now| now.case.case.summary.clone());
    let supplement = part(now, |now| now.case.case.supplement.clone());
    let result = part(now, |now| now.case.case.result.clone());
    let rating = part(now, |now| now.case.case.rating.clone());
    let history = part(now, |now| now.case.case.history.clone());
    let evaluated = part(now, |now| (now.case.case.form.clone(), now.case.case.evaluated.clone()));
    let acting: RwSignal<Option<Acting>> = RwSignal::new(None);

    // Somebody else took the case on: what is on the screen has just changed under the reader's eyes.
    Effect::new(move |seen: Option<Option<u64>>| {
        let version = summary.with(|summary| summary.as_ref().map(|summary| summary.version));
        let moved = matches!((seen.flatten(), version), (Some(seen), Some(version)) if seen < version);
        if moved && !desk.is_own_step(version) {
            let who = history.with_untracked(|history| {
                let last = history.as_ref().and_then(|history| history.last());
                last.map(|event| (actor(desk, &event.actor), Words::from(&event.action_name)))
            });
            if let Some((who, what)) = who {
                ui.say(console::CASE_CHANGED.with([who, what]));
            }
        }
        version
    });

    let files = Signal::derive(move || {
        let mut files = reading.with(Reading::files);
        // A file that a supplement replaced is looked at beside the one that came for it.
        let utc_offset = ui.utc_offset.get();
        files.extend(now.with(|now| {
            now.as_ref()
                .map(|now| earlier_files(now, utc_offset))
                .unwrap_or_default()
        }));
        let mut seen = std::collections::BTreeSet::new();
        files.retain(|named| seen.insert(named.file.id));
        let result = result.get().flatten().and_then(|result| result.file);
        files.extend(result.map(|file| NamedFile {
            label: console::CASE_RESULT.into(),
            file,
        }));
        files
    });
    let first = untrack(|| summary.get());
    let (title, above) = match &first {
        Some(summary) => (
            Words::from(&summary.item_name),
            console::CASE_ABOVE.with([summary.number.to_string().into()]),
        ),
        None => (console::CASE_TITLE.into(), console::CASE_TITLE.into()),
    };
    let ended = move || summary.with(|summary| summary.as_ref().is_some_and(is_ended));
    let timeline = Signal::derive(move || {
        let utc_offset = ui.utc_offset.get();
        history
            .get()
            .map(|history| steps(desk, &history, ended(), utc_offset))
            .unwrap_or_default()
    });
    let side = view! {
        <ActionButtons now=now acting=acting/>
        {move || {
            let idle = now.with(|now| now.as_ref().filter(|now| now.case.actions.is_empty()).map(|now| now.case.case.summary.id));
            idle.map(|id| view! { <NextCase done=id/> })
        }}
    };
    view! {
        <WithAside aside=side.into_any()>
            <div class="console-case-head">
                <PageHeading title=title above=above/>
                {move || summary.get().map(|summary| reading.with(|reading| standing(&summary, reading, ui.utc_offset.get())))}
            </div>
            {move || supplement.get().flatten().map(|supplement| asked(supplement, &reading.get()))}
            {move || result.get().flatten().map(|result| result_view(result, ui.utc_offset.get()))}
            {move || rating.get().flatten().map(rating_view)}
            <Section id="answers" title=console::CASE_ANSWERS>
                {answers_view(now, reading)}
                {move || evaluated.get().map(|(form, with)| evaluated_view(&form, with))}
            </Section>
            <Section id="history" title=console::CASE_HISTORY><Timeline steps=timeline/></Section>
        </WithAside>
        <FileViewer files=files/>
        {move || acting.get().map(|act| view! { <ActDialog act=act now=now reading=reading opened=opened acting=acting/> })}
    }
    .into_any()
}

/// The files of the answers before each supplement.
fn earlier_files(now: &Opened, utc_offset: i32) -> Vec<NamedFile> {
    let earlier = now.case.earlier.iter();
    let reading = |answers: Answers| Reading::earlier(&now.form, &now.case.case, answers, utc_offset);
    earlier.flat_map(|one| reading(one.answers.clone()).files()).collect()
}

fn is_ended(summary: &CaseSummary) -> bool {
    summary.status.waits_for == WaitsFor::Nobody
}

/// Where the case stands: the first thing to know, above everything else.
fn standing(summary: &CaseSummary, reading: &Reading, utc_offset: i32) -> AnyView {
    let status = &summary.status;
    let applicant = match &summary.principal.number {
        // The same number is never shown in two ways on one page.
        Some(number) => {
            let number = reading.in_full(number).unwrap_or(number);
            format!("{} {number}", summary.principal.name)
        }
        None => summary.principal.name.clone(),
    };
    let waits = match status.waits_for {
        WaitsFor::Authority => console::WAITS_AUTHORITY,
        WaitsFor::Citizen => console::WAITS_CITIZEN,
        WaitsFor::ThirdParty => console::WAITS_THIRD,
        WaitsFor::Nobody => console::WAITS_NOBODY,
    };
    let mut facts = vec![
        Fact::drawn(
            console::CASE_STATE,
            view! {
                <Tag label=Words::from(&status.step_name) tone=tone(status) icon=tag_icon(status)/>
                <span class="quiet">{waits}</span>
            }
            .into_any(),
        ),
        Fact::new(console::CASE_APPLICANT, applicant),
        Fact::new(
            console::CASE_SUBMITTED,
            format::moment_words(summary.submitted_at, utc_offset),
        ),
    ];
    if status.due.is_some() {
        facts.push(Fact::drawn(console::CASE_DUE, due_view(status)));
    }
    if status.clock_paused {
        facts.push(Fact::new(console::CASE_PROMISED, console::CASE_CLOCK_PAUSED));
    } else if let Some(until) = status.promised_until {
        facts.push(Fact::new(console::CASE_PROMISED, format::date_words(until)));
    }
    view! { <div class="console-standing"><Facts facts=facts/></div> }.into_any()
}

/// What the applicant was asked for and has not handed in yet.
fn asked(supplement: Supplement, reading: &Reading) -> AnyView {
    let items: Vec<_> = supplement
        .items
        .into_iter()
        .map(|item| view! { <li><strong>{reading.label_of(&item.path)}</strong>{console::COLON}{item.reason}</li> })
        .collect();
    view! {
        <Notice tone=Tone::Info title=console::CASE_SUPPLEMENT>
            <p>{console::CASE_SUPPLEMENT_DUE.with([format::date_words(supplement.due)])}</p>
            <ul class="bullets">{items}</ul>
            {supplement.note.map(|note| view! { <p class="console-said">{note}</p> })}
        </Notice>
    }
    .into_any()
}

fn result_view(result: CaseResult, utc_offset: i32) -> AnyView {
    let kind = match result.kind {
        ResultKind::Issued => console::RESULT_ISSUED,
        ResultKind::Rejected => console::RESULT_REJECTED,
        ResultKind::NotAccepted => console::RESULT_NOT_ACCEPTED,
        ResultKind::SupplementLapsed => console::RESULT_LAPSED,
        ResultKind::Withdrawn => console::RESULT_WITHDRAWN,
        ResultKind::Terminated => console::RESULT_TERMINATED,
        ResultKind::Transferred => console::RESULT_TRANSFERRED,
    };
    let mut facts = vec![
        Fact::new(console::RESULT_KIND, kind),
        Fact::new(console::RESULT_AT, format::moment_words(result.at, utc_offset)),
    ];
    facts.extend(
        result
            .document_number
            .map(|number| Fact::new(console::ACT_DOCUMENT, number)),
    );
    facts.extend(
        result
            .reason
            .filter(|reason| !reason.is_empty())
            .map(|reason| Fact::new(console::ACT_REASON, reason)),
    );
    facts.extend(result.file.map(|file| {
        let named = NamedFile {
            label: console::CASE_RESULT.into(),
            file,
        };
        Fact::drawn(
            console::ACT_FILE,
            view! { <ul class="console-files"><FileLine named=named/></ul> }.into_any(),
        )
    }));
    view! {
        <Section id="result" title=console::CASE_RESULT><div class="console-standing"><Facts facts=facts/></div></Section>
    }
    .into_any()
}

fn rating_view(rating: Rating) -> AnyView {
    view! {
        <Section id="rating" title=console::CASE_RATING>
            <p>{console::CASE_RATING_STARS.with([rating.stars.to_string().into()])}</p>
            {rating.comment.map(|comment| view! { <p class="console-said">{comment}</p> })}
        </Section>
    }
    .into_any()
}
