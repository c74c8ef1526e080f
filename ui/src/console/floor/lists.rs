//! Who waits, who did not come, and what the other counters do.

use leptos::prelude::*;
use onehall_protocol::halls::{FloorTicket, FloorView, HandleTicket};

use super::acting::{Acting, Doing};
use super::{queue_names, words};
use crate::citizen::halls::priority_name;
use crate::design::button::Button;
use crate::design::content::{Column, Section, Table};
use crate::texts::Words;
use crate::view::view;

/// How many of those who wait are listed; how many there are is said beside it.
const LISTED: usize = 30;

/// Who waits, in the order in which they are called.
pub(super) fn waiting(floor: &FloorView) -> AnyView {
    let count = Words::from(floor.waiting.len().to_string());
    let content = if floor.waiting.is_empty() {
        view! { <p>{words::WAITING_NONE}</p> }.into_any()
    } else {
        let columns = vec![
            Column::new(words::NUMBER),
            Column::new(words::QUEUE),
            Column::new(words::WHY),
            Column::new(words::SINCE),
        ];
        let rows = floor
            .waiting
            .iter()
            .take(LISTED)
            .map(|ticket| waiting_row(floor, ticket));
        let rows: Vec<_> = rows.collect();
        view! { <Table caption=words::WAITING columns=columns rows=rows caption_hidden=true/> }.into_any()
    };
    let title = Words::made(move |language| format!("{} · {}", words::WAITING.get(language), count.get(language)));
    view! { <Section id="floor-waiting" title=title>{content}</Section> }.into_any()
}

fn waiting_row(floor: &FloorView, ticket: &FloorTicket) -> Vec<AnyView> {
    let waited = (floor.hall.now.unix_millis() - ticket.taken_at.unix_millis()).max(0) / 60_000;
    let why = priority_name(ticket.priority);
    vec![
        view! { <strong>{ticket.number.clone()}</strong> }.into_any(),
        view! { {queue_names(floor, std::slice::from_ref(&ticket.queue))} }.into_any(),
        view! { {why.map(|why| view! { {why} })} }.into_any(),
        view! { {words::WAITED.with([waited.to_string().into()])} }.into_any(),
    ]
}

/// Who was called and did not come, each to be called once more.
pub(super) fn missed(floor: &FloorView, acting: Acting) -> AnyView {
    if floor.missed.is_empty() {
        return ().into_any();
    }
    let busy = Signal::derive(move || acting.busy.get());
    let free = floor.at_counter.is_none();
    let rows = floor.missed.iter().map(|ticket| {
        let id = ticket.id;
        let again = Callback::new(move |()| {
            acting.act(Doing {
                ticket: id,
                what: HandleTicket::Recall,
            });
        });
        let label = words::RECALL_OF.with([ticket.number.clone().into()]);
        // Somebody else is at the counter: first things first.
        let button = free.then(|| view! { <Button label=label busy=busy on_press=again/> });
        view! {
            <li class="floor-row">
                <strong>{ticket.number.clone()}</strong>
                <span>{queue_names(floor, std::slice::from_ref(&ticket.queue))}</span>
                {button}
            </li>
        }
        .into_any()
    });
    let rows = rows.collect_view();
    view! {
        <Section id="floor-missed" title=words::MISSED_TITLE><ul class="floor-rows">{rows}</ul></Section>
    }
    .into_any()
}

/// All counters of the hall.
pub(super) fn counters(floor: &FloorView) -> AnyView {
    let rows = floor.counters.iter().map(|counter| {
        let who = match (&counter.clerk, &counter.ticket) {
            (Some(clerk), _) => words::COUNTER_BY.with([clerk.clone().into()]),
            (None, _) => words::COUNTER_FREE.into(),
        };
        let with = counter
            .ticket
            .as_ref()
            .map(|ticket| words::COUNTER_AT.with([ticket.clone().into()]));
        view! {
            <li class="floor-row">
                <strong>{words::COUNTER.with([counter.number.to_string().into()])}</strong>
                <span>{queue_names(floor, &counter.queues)}</span>
                <span class="muted">{who}{with.map(|with| view! { " · " {with} })}</span>
            </li>
        }
        .into_any()
    });
    let rows = rows.collect_view();
    view! {
        <Section id="floor-counters" title=words::FLOOR><ul class="floor-rows">{rows}</ul></Section>
    }
    .into_any()
}
