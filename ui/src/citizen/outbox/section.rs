//! What waits on this device, as a part of a page of lists.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{ListQueued, RetryQueued};
use onehall_client::{Event, Queued, QueuedState};
use onehall_protocol::Language;

use super::{conflict_words, name, place, tag};
use crate::citizen::{Hall, routes, use_hall};
use crate::design::button::{Button, ButtonLink};
use crate::design::content::Section;
use crate::design::notice::Tag;
use crate::design::states::error_words;
use crate::shell::{load, use_ui};
use crate::texts::{Words, format, outbox as words};
use crate::view::{effect, keyed, live, memo, view};

/// What waits, is refused or needs a decision, each with what can be done. Nothing where there is nothing.
pub fn queued_section() -> AnyView {
    let hall = use_hall();
    let queued = load(move || hall.client.ask(ListQueued {}));
    hall.client.on_event(move |event| {
        if matches!(event, Event::OutboxChanged) {
            queued.reload();
        }
    });
    let list = memo(move |_| queued.with_ready(Clone::clone).unwrap_or_default());
    let any = memo(move |_| list.with(|list| !list.is_empty()));
    let ui = use_ui();
    effect(move || {
        if list.with(|list| list.iter().any(waits_here)) {
            ui.keep_for_good();
        }
    });
    let lead = Words::made(move |language| {
        let clearable = ui.may_be_cleared.get().then(|| words::SECTION_CLEARABLE.get(language));
        [words::SECTION_TEXT.get(language), clearable.unwrap_or_default()].join(match language {
            Language::ZhCn => "",
            Language::En => " ",
        })
    });
    live(move || {
        let lead = lead.clone();
        any.get().then(|| {
            // A row stays while what it says changes, and with it the place of who is on it.
            let rows = keyed(
                move || list.get(),
                |queued: &Queued| queued.id.to_string(),
                move |queued| row(hall, queued, list),
            );
            view! {
                <Section id="queued" title=words::SECTION>
                    <p class="section-lead">{lead}</p>
                    <ul class="rows">{rows}</ul>
                </Section>
            }
        })
    })
}

fn row(hall: Hall, queued: Queued, list: Memo<Vec<Queued>>) -> AnyView {
    let id = queued.id;
    let title = name(queued.about, &queued.title);
    let offset = use_ui().utc_offset.get_untracked();
    let now = memo(move |_| {
        let found = list.with(|list| list.iter().find(|queued| queued.id == id).cloned());
        found.unwrap_or_else(|| queued.clone())
    });
    let hand = memo(move |_| now.with(|now| Hand::of(&now.state)));
    view! {
        <li class="row draft-row">
            <div class="row-body">
                <p class="draft-name">{title}</p>
                {live(move || {
                    let (label, tone, icon) = now.with(|now| tag(&now.state, now.left));
                    let said = now.with(|now| line(now, offset));
                    view! {
                        <div class="row-facts"><Tag label=label tone=tone icon=icon/></div>
                        <p class="row-text">{said}</p>
                    }
                })}
            </div>
            <div class="draft-actions">
                {live(move || action(hall, &now.get_untracked(), hand.get()))}
                <ButtonLink href=routes::queued(id) label=words::SEE/>
            </div>
        </li>
    }
    .into_any()
}

/// Whether something is in this browser, to be sent, so that it matters what the browser keeps.
fn waits_here(queued: &Queued) -> bool {
    queued.kept && !queued.state.needs_a_decision()
}

/// In whose hand something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hand {
    /// It goes by itself.
    Ours,
    /// The citizen decides.
    Theirs,
    /// Another window has it.
    Elsewhere,
}

impl Hand {
    fn of(state: &QueuedState) -> Hand {
        match state {
            QueuedState::Elsewhere => Hand::Elsewhere,
            state if state.needs_a_decision() => Hand::Theirs,
            _ => Hand::Ours,
        }
    }
}

/// The first thing to do about it.
fn action(hall: Hall, queued: &Queued, hand: Hand) -> AnyView {
    match hand {
        Hand::Ours => {}
        Hand::Theirs => {
            let (href, label) = place(queued);
            return view! { <ButtonLink href=href label=label/> }.into_any();
        }
        Hand::Elsewhere => return ().into_any(),
    }
    let (ui, id) = (use_ui(), queued.id);
    let send = move |()| {
        spawn_local(async move {
            if let Err(error) = hall.client.ask(RetryQueued { id }).await {
                ui.say_failure(error_words(&error));
            }
        });
    };
    view! { <Button label=words::SEND_NOW icon="send" on_press=Callback::new(send)/> }.into_any()
}

/// One sentence on where it stands.
fn line(queued: &Queued, offset: i32) -> Words {
    match &queued.state {
        QueuedState::Refused { error } => error_words(error),
        QueuedState::Conflict { .. } => conflict_words(queued.about).into(),
        QueuedState::Elsewhere => words::LINE_ELSEWHERE.into(),
        _ if queued.left => words::LINE_LEFT.into(),
        _ if !queued.kept => words::LINE_NOT_KEPT.into(),
        _ => words::LINE_WAITING.with([format::moment_words(queued.queued_at, offset)]),
    }
}
