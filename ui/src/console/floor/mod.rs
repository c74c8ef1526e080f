//! Where a clerk works at a counter: calls the next, and says what became of them.

mod acting;
mod kiosks;
mod lists;

use leptos::prelude::*;
use onehall_client::Event;
use onehall_client::staff::{GetFloor, ListHalls};
use onehall_protocol::halls::{CounterView, FloorTicket, FloorView};
use onehall_protocol::staff::Role;
use onehall_protocol::{HallCode, Language, QueueCode};

use self::acting::{Acting, Doing};
use super::desk::use_desk;
use super::{not_allowed, routes};
use crate::citizen::place::{Reading, Wide};
use crate::design::button::{Button, Weight};
use crate::design::choices::{ChoiceOption, Select};
use crate::design::content::{LinkRow, Section};
use crate::design::notice::{Notice, Tag, Tone};
use crate::design::states::SkeletonKind;
use crate::router::use_query_map;
use crate::shell::{PageHeading, load};
use crate::texts::{Words, floor as words};
use crate::view::{live, memo, view};

/// How often the page is asked for anew, whatever is heard.
const EVERY: std::time::Duration = std::time::Duration::from_secs(20);

/// `/console/halls`: `?hall=` names the hall; without it the clerk's own, or one to choose.
#[component]
pub fn FloorPage() -> impl IntoView {
    let desk = use_desk();
    if !untrack(|| desk.has(Role::WindowClerk) || desk.has(Role::Administrator)) {
        return not_allowed(words::TITLE);
    }
    let query = use_query_map();
    let hall = memo(move |_| {
        let named = query
            .with(|query| query.get("hall"))
            .and_then(|hall| hall.parse::<HallCode>().ok());
        named.or_else(|| {
            desk.session
                .with(|session| session.as_ref().and_then(|session| session.hall.clone()))
        })
    });
    live(move || match hall.get() {
        Some(hall) => floor_page(hall),
        None => choose_hall(),
    })
}

/// The name of a hall, as the catalog has it.
fn hall_name(code: HallCode) -> Words {
    let desk = use_desk();
    Words::made(move |language| {
        let named = desk.catalog.with_ready(|catalog| {
            let found = catalog.halls.iter().find(|hall| hall.code == code);
            found.map(|found| found.name.get(language).to_owned())
        });
        named.flatten().unwrap_or_else(|| code.to_string())
    })
}

fn choose_hall() -> AnyView {
    let desk = use_desk();
    let halls = load(move || desk.core.ask(ListHalls {}));
    view! {
        <Reading>
            <PageHeading title=words::TITLE/>
            {halls.view(SkeletonKind::Rows, |halls| {
                let rows = halls.iter().map(|hall| {
                    let name = hall_name(hall.code.clone());
                    let title = view! { {name} }.into_any();
                    view! { <LinkRow href=routes::floor(&hall.code) title=title icon="map-pin"/> }
                });
                view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
            })}
        </Reading>
    }
    .into_any()
}

fn floor_page(code: HallCode) -> AnyView {
    let desk = use_desk();
    let of = code.clone();
    let floor = load(move || {
        let hall = of.clone();
        async move { desk.core.ask(GetFloor { hall }).await }
    });
    desk.core.on_event(move |event| match event {
        Event::QueueChanged | Event::MayHaveMissed | Event::Connection { online: true } => floor.reload(),
        _ => {}
    });
    let clock = set_interval_with_handle(move || floor.reload(), EVERY);
    on_cleanup(move || {
        if let Ok(clock) = clock {
            clock.clear();
        }
    });
    let acting = Acting::new(code.clone(), floor);
    let refused = live(move || {
        acting
            .refused
            .get()
            .map(|why| view! { <Notice tone=Tone::Bad><p>{why}</p></Notice> })
    });
    let display = format!("/display/{code}");
    view! {
        <Wide>
            <PageHeading title=words::TITLE above=hall_name(code)/>
            <div role="alert">{refused}</div>
            <p class="visually-hidden" role="status" aria-live="polite">{live(move || acting.said.get().map(|said| view! { {said} }))}</p>
            {floor.view(SkeletonKind::Cards, move |floor| page(floor, acting))}
            <p><a href=display target="_blank" rel="noopener">{words::DISPLAY}</a></p>
        </Wide>
    }
    .into_any()
}

fn page(floor: &FloorView, acting: Acting) -> AnyView {
    let place = match floor.mine {
        Some(counter) => view! {
            {current(floor, counter, acting)}
            {lists::waiting(floor)}
            {lists::missed(floor, acting)}
        }
        .into_any(),
        None => choose_counter(floor, acting),
    };
    view! {
        {place}
        {lists::counters(floor)}
        {kiosks::kiosks(floor)}
        <p class="muted">{words::SERVED.with([floor.served.to_string().into()])}</p>
    }
    .into_any()
}

fn choose_counter(floor: &FloorView, acting: Acting) -> AnyView {
    let mine: Vec<&CounterView> = floor.counters.iter().filter(|counter| counter.for_me).collect();
    if mine.is_empty() {
        return view! { <Notice tone=Tone::Info><p>{words::NONE}</p></Notice>{lists::waiting(floor)} }.into_any();
    }
    let counters = mine.into_iter().map(|counter| {
        let number = counter.number;
        let queues = queue_names(floor, &counter.queues);
        let taken = counter.clerk.clone();
        let who = match &taken {
            Some(clerk) => words::COUNTER_BY.with([clerk.clone().into()]),
            None => words::COUNTER_FREE.into(),
        };
        let sit = Callback::new(move |()| acting.sit(Some(number)));
        let label = words::SIT_OF.with([number.to_string().into()]);
        view! {
            <li class="card">
                <h3 class="card-title">{words::COUNTER.with([number.to_string().into()])}</h3>
                <p>{queues}</p>
                <p class="small muted">{who}</p>
                <Button label=label weight=Weight::Primary busy=acting.busy on_press=sit/>
            </li>
        }
        .into_any()
    });
    let counters = counters.collect_view();
    view! {
        <Section id="choose-counter" title=words::CHOOSE>
            <p>{words::CHOOSE_TEXT}</p>
            <ul class="grid">{counters}</ul>
        </Section>
        {lists::waiting(floor)}
    }
    .into_any()
}

/// The names of queues, in a row.
fn queue_names(floor: &FloorView, codes: &[QueueCode]) -> Words {
    let names: Vec<onehall_protocol::Text> = floor
        .hall
        .queues
        .iter()
        .filter(|queue| codes.contains(&queue.code))
        .map(|queue| queue.name.clone())
        .collect();
    Words::made(move |language| {
        let names = names.iter().map(|name| name.get(language));
        let names: Vec<&str> = names.collect();
        names.join(if language == Language::ZhCn { "、" } else { ", " })
    })
}

/// Whom the counter has called, and what can be done with them.
fn current(floor: &FloorView, counter: u16, acting: Acting) -> AnyView {
    let queues = floor.counters.iter().find(|one| one.number == counter);
    let queues = queues.map_or_else(Vec::new, |one| one.queues.clone());
    let waiting: u32 = floor
        .hall
        .queues
        .iter()
        .filter(|queue| queues.contains(&queue.code))
        .map(|queue| queue.waiting)
        .sum();
    let content = match &floor.at_counter {
        Some(ticket) => called(floor, ticket, acting),
        None => {
            let call = Callback::new(move |()| acting.call_next());
            let stop = Callback::new(move |()| acting.sit(None));
            view! {
                <p class="floor-number">{words::NOBODY}</p>
                <p>{words::NOBODY_TEXT.with([waiting.to_string().into()])}</p>
                <div class="buttons">
                    <Button id="call-next" label=words::CALL icon="bell" weight=Weight::Primary busy=acting.busy on_press=call/>
                    <Button label=words::STOP weight=Weight::Quiet busy=acting.busy on_press=stop/>
                </div>
            }
            .into_any()
        }
    };
    view! {
        <section class="card floor-now" aria-labelledby="floor-now-title">
            <h2 class="card-title" id="floor-now-title">{words::COUNTER.with([counter.to_string().into()])}</h2>
            {content}
        </section>
    }
    .into_any()
}

fn called(floor: &FloorView, ticket: &FloorTicket, acting: Acting) -> AnyView {
    use onehall_protocol::halls::{HandleTicket, TicketState};
    let id = ticket.id;
    let serving = ticket.state == TicketState::Serving;
    let button = move |label: crate::texts::Phrase, weight: Weight, what: HandleTicket| {
        let press = Callback::new(move |()| {
            acting.act(Doing {
                ticket: id,
                what: what.clone(),
            })
        });
        view! { <Button label=label weight=weight busy=acting.busy on_press=press/> }.into_any()
    };
    let buttons = if serving {
        vec![button(words::FINISH, Weight::Primary, HandleTicket::Finish)]
    } else {
        vec![
            button(words::SERVE, Weight::Primary, HandleTicket::Serve),
            button(words::RECALL, Weight::Secondary, HandleTicket::Recall),
            button(words::MISSED, Weight::Secondary, HandleTicket::Missed),
            button(words::SKIP, Weight::Secondary, HandleTicket::Skip),
            button(words::FINISH, Weight::Quiet, HandleTicket::Finish),
        ]
    };
    let state = if serving {
        words::STATE_SERVING
    } else {
        words::STATE_CALLED
    };
    let tone = if serving { Tone::Good } else { Tone::Attention };
    let why = crate::citizen::halls::priority_name(ticket.priority)
        .map(|why| view! { <Tag label=why tone=Tone::Info icon="star"/> });
    let calls = (!serving && ticket.calls > 1).then(|| words::CALLS.with([ticket.calls.to_string().into()]));
    view! {
        <p class="floor-number">{ticket.number.clone()}</p>
        <div class="tags"><Tag label=state tone=tone icon="bell"/>{why}</div>
        <p>{queue_names(floor, std::slice::from_ref(&ticket.queue))}</p>
        {calls.map(|calls| view! { <p class="small muted">{calls}</p> })}
        <div class="buttons">{buttons}</div>
        {transfer(floor, ticket, acting)}
    }
    .into_any()
}

fn transfer(floor: &FloorView, ticket: &FloorTicket, acting: Acting) -> AnyView {
    use onehall_protocol::halls::HandleTicket;
    let others: Vec<ChoiceOption> = floor
        .hall
        .queues
        .iter()
        .filter(|queue| queue.code != ticket.queue)
        .map(|queue| ChoiceOption::new(queue.code.as_str(), &queue.name))
        .collect();
    let Some(first) = others.first().map(|option| option.value.clone()) else {
        return ().into_any();
    };
    let chosen = RwSignal::new(first);
    let id = ticket.id;
    let go = Callback::new(move |()| {
        if let Ok(queue) = chosen.get_untracked().parse::<QueueCode>() {
            let what = HandleTicket::Transfer { queue };
            acting.act(Doing { ticket: id, what });
        }
    });
    view! {
        <details class="floor-transfer">
            <summary>{words::TRANSFER}</summary>
            <div class="stack">
                <Select id="transfer-to" label=words::TRANSFER_TO options=Signal::stored(others) value=chosen always=true
                    on_change=Callback::new(move |value| chosen.set(value))/>
                <Button label=words::TRANSFER_GO busy=acting.busy on_press=go/>
            </div>
        </details>
    }
    .into_any()
}
