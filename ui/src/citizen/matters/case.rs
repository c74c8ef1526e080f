//! A case: where it stands first, then what happened, then what was filled in.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::ReadFile;
use onehall_protocol::cases::{Actor, CaseEvent, CaseView, CitizenAction, Supplement, WaitsFor};
use onehall_protocol::files::FileView;

use super::list::glance_tone;
use super::loaded::{CaseHere, LoadedCase, authority_words, case_here};
use super::rating::rating_section;
use super::result::result_section;
use super::standing::{Glance, about_time, glance, headline, tag};
use super::withdraw::withdraw_button;
use crate::citizen::apply::terminal_words;
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::questions::shown::{self, ShownPage};
use crate::citizen::{Hall, printing, routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::content::{Disclosure, Fact, Facts, Section};
use crate::design::icon::Icon;
use crate::design::navigation::{Crumbs, StepRow, StepState, Timeline};
use crate::design::notice::{Notice, Tag, Tone};
use crate::design::states::error_words;
use crate::shell::{PageHeading, document, use_ui};
use crate::texts::{Words, fill, format, matters as words};
use crate::view::{live, memo, view};

/// `/matters/{case}`.
#[component]
pub fn CasePage() -> impl IntoView {
    view! { <LoggedIn>{case_here(true).view(case_view)}</LoggedIn> }.into_any()
}

/// A part of the case that is drawn anew only where it changed.
fn part<T: PartialEq + Send + Sync + Clone + 'static>(
    here: CaseHere,
    read: impl Fn(&CaseView) -> T + Send + Sync + 'static,
    draw: impl Fn(T) -> AnyView + Send + 'static,
) -> AnyView {
    let part = memo(move |_| here.now.with(|now| now.as_ref().map(|loaded| read(&loaded.case))));
    live(move || part.get().map(&draw))
}

fn case_view(here: CaseHere, loaded: LoadedCase) -> AnyView {
    let hall = use_hall();
    let case = loaded.case.summary;
    let (id, item) = (case.id, case.item.clone());
    let (title, above) = (
        Words::from(&case.item_name),
        words::CASE_OF.with([case.number.to_string().into()]),
    );
    let authority = authority_words(hall, case.authority.clone());
    let crumbs = vec![(routes::MATTERS.to_owned(), Words::from(words::TITLE))];
    let standing = part(here, Clone::clone, move |case| standing_view(hall, here, &case));
    let result = part(
        here,
        |case| (case.result.clone(), case.can.contains(&CitizenAction::Rate)),
        move |(result, _)| result.map_or_else(|| ().into_any(), |result| result_section(hall, result)),
    );
    let rating = part(
        here,
        |case| {
            (
                case.summary.id,
                case.rating.clone(),
                case.can.contains(&CitizenAction::Rate),
            )
        },
        move |(id, rating, can)| rating_section(here, id, rating, can),
    );
    let timeline = part(here, |case| case.clone(), move |case| timeline_view(hall, &case));
    let withdraw = part(
        here,
        |case| (case.summary.id, case.can.contains(&CitizenAction::Withdraw)),
        move |(id, can)| if can { withdraw_button(here, id) } else { ().into_any() },
    );
    let answers = part(
        here,
        |case| case.answers.clone(),
        move |_| {
            here.now
                .get_untracked()
                .map_or_else(|| ().into_any(), |loaded| answers_view(hall, &loaded))
        },
    );
    let facts = facts_view(case, authority);
    view! {
        <Reading>
            <Crumbs way=crumbs/>
            <PageHeading title=title above=above/>
            {standing}
            {result}
            {rating}
            {timeline}
            {facts}
            {answers}
            <div class="buttons">
                <ButtonLink href=routes::receipt(id) label=words::RECEIPT icon="qr-code"/>
                <ButtonLink href=routes::item(&item) label=words::GUIDE icon="book-open"/>
                {withdraw}
            </div>
        </Reading>
    }
    .into_any()
}

/// Who waits for what until when, and the one thing to do about it.
fn standing_view(hall: Hall, here: CaseHere, case: &CaseView) -> AnyView {
    let ui = use_ui();
    let status = &case.summary.status;
    let (tone, icon) = glance_tone(glance(status));
    let authority = authority_words(hall, case.summary.authority.clone());
    let times = about_time(status, &ui.hotline.get_untracked());
    let times = times.into_iter().map(|time| view! { <p>{time}</p> }).collect_view();
    let supplement = case
        .supplement
        .as_ref()
        .filter(|_| status.waits_for == WaitsFor::Citizen);
    let asked = supplement.map(|supplement| asked_view(here, supplement));
    let can = case.can.contains(&CitizenAction::Supplement);
    let action = can.then(|| {
        let href = routes::supplement(case.summary.id);
        view! { <ButtonLink href=href label=words::SUPPLEMENT_START weight=Weight::Primary icon="file-up"/> }
    });
    view! {
        <section class=format!("standing standing-{}", tone.name()) aria-labelledby="standing-title">
            <div class="standing-head">
                <Icon name=icon class="icon-large"/>
                <h2 class="standing-title" id="standing-title">{headline(case, &authority)}</h2>
                {(glance(status) != Glance::You).then(|| view! { <Tag label=tag(status) tone=tone/> })}
            </div>
            <p class="standing-next">{Words::from(&status.next)}</p>
            <div class="standing-times">{times}</div>
            {asked}
            {action}
        </section>
    }
    .into_any()
}

/// What is asked of the citizen, thing by thing.
fn asked_view(here: CaseHere, supplement: &Supplement) -> AnyView {
    let label = |path: &str| {
        here.now.with_untracked(|now| {
            let form = now.as_ref()?.form.as_ref()?;
            form.form.question(path).map(|question| Words::from(&question.label))
        })
    };
    let items = supplement.items.iter().map(|item| {
        let reason = Words::from(item.reason.as_str());
        let said = match label(&item.path) {
            Some(label) => words::SUPPLEMENT_ITEM.with([label, reason]),
            None => reason,
        };
        view! { <li>{said}</li> }
    });
    let items = items.collect_view();
    view! {
        <div class="standing-asked">
            <p><strong>{words::SUPPLEMENT_LIST}</strong></p>
            <ul class="bullets">{items}</ul>
            {supplement.note.clone().map(|note| view! { <p>{words::SUPPLEMENT_NOTE.with([note.into()])}</p> })}
        </div>
    }
    .into_any()
}

/// What happened, the last thing first.
fn timeline_view(hall: Hall, case: &CaseView) -> AnyView {
    let offset = use_ui().utc_offset.get_untracked();
    let ended = case.summary.status.waits_for == WaitsFor::Nobody;
    let refused = matches!(glance(&case.summary.status), Glance::Refused);
    let last = case.history.len().saturating_sub(1);
    let rows = case.history.iter().enumerate().rev().map(|(at, event)| StepRow {
        name: event_name(event),
        notes: event_notes(hall, event, offset),
        state: match (at == last, ended, refused) {
            (true, false, _) => StepState::Current,
            (true, true, true) => StepState::Failed,
            _ => StepState::Done,
        },
    });
    let rows: Vec<StepRow> = rows.collect();
    view! {
        <Section id="timeline" title=words::TIMELINE>
            <Timeline steps=Signal::stored(rows)/>
        </Section>
    }
    .into_any()
}

/// What a person did is named as they know it; what the authority did by where it led: the name of its action is the
/// clerk's button.
fn event_name(event: &CaseEvent) -> Words {
    match event.actor {
        Actor::Person { .. } => Words::from(&event.action_name),
        Actor::Staff { .. } | Actor::System => Words::from(&event.step_name),
    }
}

/// When, by whom, from where, and what was said with it.
fn event_notes(hall: Hall, event: &CaseEvent, offset: i32) -> Vec<Words> {
    let who = match &event.actor {
        Actor::Person { name, acts_for } => match acts_for {
            Some(principal) => words::ACTED_FOR.with([name.as_str().into(), principal.as_str().into()]),
            None => Words::from(name.as_str()),
        },
        Actor::Staff {
            authority: Some(authority),
            ..
        } => authority_words(hall, authority.clone()),
        Actor::Staff { authority: None, .. } | Actor::System => words::BY_SYSTEM.into(),
    };
    let when = format::moment_words(event.at, offset);
    let terminal = match event.actor {
        Actor::Person { .. } => Some(words::FROM_TERMINAL.with([terminal_words(event.terminal)])),
        _ => None,
    };
    let line = Words::made(move |language| {
        let parts = [
            Some(when.get(language)),
            Some(who.get(language)),
            terminal.as_ref().map(|words| words.get(language)),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    });
    let mut notes = vec![line];
    notes.extend(
        event
            .reason
            .as_deref()
            .filter(|reason| !reason.is_empty())
            .map(Words::from),
    );
    notes
}

fn facts_view(case: onehall_protocol::cases::CaseSummary, authority: Words) -> AnyView {
    let offset = use_ui().utc_offset.get_untracked();
    let facts = vec![
        Fact::new(words::NUMBER, case.number.to_string()),
        Fact::new(words::AUTHORITY, authority),
        Fact::new(words::APPLICANT, case.principal.name),
        Fact::new(words::SUBMITTED_AT, format::moment_words(case.submitted_at, offset)),
    ];
    view! { <div class="card"><Facts facts=facts/></div> }.into_any()
}

/// The answers as they were filled in, folded away.
fn answers_view(hall: Hall, loaded: &LoadedCase) -> AnyView {
    let offset = use_ui().utc_offset.get_untracked();
    let Some(filling) = loaded.filling(offset) else {
        return ().into_any();
    };
    let pages = shown::pages(&filling);
    view! {
        <div class="disclosures">
            <Disclosure summary=words::ANSWERS_SHOW>
                {pages.into_iter().map(|page| answer_page(hall, page)).collect_view()}
            </Disclosure>
        </div>
    }
    .into_any()
}

fn answer_page(hall: Hall, page: ShownPage) -> AnyView {
    let lines = shown::lines_view(page.lines, 4, "shown-row", |answer| {
        if answer.files.is_empty() {
            return shown::value_view(answer);
        }
        let files = answer.files.iter().cloned().map(|file| file_button(hall, file));
        files.collect_view().into_any()
    });
    view! {
        <h3 class="answers-title">{Words::from(page.title)}</h3>
        {lines}
    }
    .into_any()
}

/// A file that one can have: it is read by the core and saved on this terminal.
pub(super) fn file_button(hall: Hall, file: FileView) -> AnyView {
    if document::cannot("save") {
        // Named or printed, not handed out: what is saved on a public machine stays there.
        let elsewhere = words::RESULT_ELSEWHERE.with([file.name.as_str().into()]);
        return printing::file_button(hall, file, elsewhere);
    }
    let label = words::RESULT_DOWNLOAD.with([file.name.as_str().into()]);
    let (busy, read) = reader(hall, file);
    view! { <Button label=label icon="download" weight=Weight::Quiet busy=busy on_press=read/> }.into_any()
}

/// Reads a file and saves it on this terminal; says so, or why not.
pub(super) fn reader(hall: Hall, file: FileView) -> (RwSignal<bool>, Callback<()>) {
    let (ui, busy) = (use_ui(), RwSignal::new(false));
    let read = Callback::new(move |()| {
        let (id, name) = (file.id, file.name.clone());
        busy.set(true);
        spawn_local(async move {
            match hall.client.ask(ReadFile { id }).await {
                Ok(content) => {
                    document::save_file(&name, &content.media_type, &content.bytes);
                    ui.say(words::RESULT_DOWNLOADED.with([name.into()]));
                }
                Err(error) => ui.say_failure(error_words(&error)),
            }
            let _ = busy.try_set(false);
        });
    });
    (busy, read)
}

/// Something that could not be done with a case.
pub(super) fn refusal(error: Option<Words>) -> AnyView {
    let notice = error.map(|error| view! { <Notice tone=Tone::Bad title=fill::SUBMIT_FAILED><p>{error}</p></Notice> });
    view! { <div role="alert">{notice}</div> }.into_any()
}
