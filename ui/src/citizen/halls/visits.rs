//! One's numbers of today, and one's appointments.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{CancelAppointment, CheckIn, ListAppointments, ListTickets, NewKey};
use onehall_protocol::AppointmentId;
use onehall_protocol::halls::{AppointmentState, AppointmentView, TicketView};

use super::now::{clock, when};
use super::{hall_name, refusal};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::content::{LinkRow, Section};
use crate::design::dialog::ConfirmDialog;
use crate::design::navigation::Crumbs;
use crate::design::notice::{Tag, Tone};
use crate::design::qr::Qr;
use crate::design::states::{EmptyState, SkeletonKind};
use crate::router::{NavigateOptions, use_navigate};
use crate::shell::{PageHeading, load, use_ui};
use crate::texts::{Words, counted, find, halls as words};
use crate::view::{effect, view};

/// `/visits`.
#[component]
pub fn VisitsPage() -> impl IntoView {
    view! { <LoggedIn>{page()}</LoggedIn> }.into_any()
}

fn page() -> AnyView {
    let hall = use_hall();
    let visits = load(move || {
        let (tickets, appointments) = (hall.client.ask(ListTickets {}), hall.client.ask(ListAppointments {}));
        async move { Ok((tickets.await?, appointments.await?)) }
    });
    super::keep_fresh(hall.client, || None, move || visits.reload());
    let cancelling = RwSignal::new(None::<AppointmentId>);
    let again = Callback::new(move |()| visits.reload());
    view! {
        <Reading>
            <Crumbs way=vec![(routes::HALLS.to_owned(), find::HALLS_TITLE.into())]/>
            <PageHeading title=words::MINE/>
            {visits.view(SkeletonKind::Rows, move |(tickets, appointments)| all(tickets, appointments, cancelling, again))}
            {cancel_dialog(cancelling, again)}
        </Reading>
    }
    .into_any()
}

fn all(
    tickets: &[TicketView],
    appointments: &[AppointmentView],
    cancelling: RwSignal<Option<AppointmentId>>,
    again: Callback<()>,
) -> AnyView {
    if tickets.is_empty() && appointments.is_empty() {
        return view! {
            <EmptyState icon="ticket" title=words::VISITS_NONE text=words::VISITS_NONE_TEXT>
                <ButtonLink href=routes::HALLS.to_owned() label=find::HALLS_TITLE icon="map-pin"/>
            </EmptyState>
        }
        .into_any();
    }
    let numbers = (!tickets.is_empty()).then(|| {
        let rows = tickets.iter().map(ticket_row).collect_view();
        view! {
            <Section id="my-tickets" title=words::MY_TICKETS><ul class="rows">{rows}</ul></Section>
        }
    });
    let booked = (!appointments.is_empty()).then(|| {
        let cards = appointments
            .iter()
            .map(|one| card(one, cancelling, again))
            .collect_view();
        view! {
            <Section id="my-appointments" title=words::MY_APPOINTMENTS><ul class="stack">{cards}</ul></Section>
        }
    });
    view! { {numbers}{booked} }.into_any()
}

fn ticket_row(ticket: &TicketView) -> AnyView {
    let title = view! { <span class="ticket-short">{ticket.number.clone()}</span> }.into_any();
    let stands = match (ticket.counter, ticket.before) {
        (Some(counter), _) => words::TICKET_CALLED.with([counter.to_string().into()]),
        (None, 0) => words::BEFORE_NONE.into(),
        (None, before) => counted(before as usize, words::BEFORE_ONE, words::BEFORE_MORE),
    };
    let hall = ticket.hall.clone();
    let place = words::TICKET_AT.with([hall_name(move || Some(hall.clone())), (&ticket.queue_name).into()]);
    let facts = view! { <span>{place}</span> }.into_any();
    view! { <LinkRow href=routes::ticket(&ticket.follow) title=title text=stands facts=facts icon="ticket"/> }
        .into_any()
}

fn card(one: &AppointmentView, cancelling: RwSignal<Option<AppointmentId>>, again: Callback<()>) -> AnyView {
    let ui = use_ui();
    let offset = ui.utc_offset.get();
    let now = now();
    let (hall, queue): (_, Words) = (one.hall.clone(), (&one.queue_name).into());
    let (starts, ends) = (when(one.starts, now, offset), clock(one.ends, offset));
    let time = Words::made(move |language| format!("{}–{ends}", starts.get(language)));
    let booked = one.state == AppointmentState::Booked;
    let state = match one.state {
        AppointmentState::CheckedIn => Some((words::APPOINTMENT_CHECKED_IN, Tone::Good, "circle-check")),
        AppointmentState::Missed => Some((words::APPOINTMENT_MISSED, Tone::Attention, "clock-alert")),
        AppointmentState::Booked if now > one.check_in_until => {
            Some((words::APPOINTMENT_MISSED, Tone::Attention, "clock-alert"))
        }
        AppointmentState::Booked | AppointmentState::Cancelled => None,
    };
    let tag = state.map(|(label, tone, icon)| view! { <p><Tag label=label tone=tone icon=icon/></p> });
    let open = booked && now <= one.check_in_until;
    let may_check_in = open && now >= one.check_in_from;
    let code = open.then(|| {
        let (first, rest) = one.code.split_at(one.code.len().min(4));
        let from = (!may_check_in).then(|| words::APPOINTMENT_FROM.with([when(one.check_in_from, now, offset)]));
        view! {
            <p class="appointment-code">{words::APPOINTMENT_CODE.with([format!("{first} {rest}").into()])}</p>
            <div class="continue-code"><Qr text=one.code.clone() label=words::CHECK_IN/></div>
            <p class="small muted">{words::APPOINTMENT_CODE_TEXT}</p>
            {from.map(|from| view! { <p>{from}</p> })}
        }
    });
    let check_in = may_check_in.then(|| check_in_button(one.id, again));
    let ticket = one.ticket.as_ref().map(|follow| {
        view! { <ButtonLink href=routes::ticket(follow) label=words::APPOINTMENT_TICKET icon="ticket" weight=Weight::Primary/> }
    });
    let (id, changeable) = (one.id, booked && now <= one.change_until);
    let change = changeable.then(|| {
        let cancel = Callback::new(move |()| cancelling.set(Some(id)));
        view! {
            <ButtonLink href=routes::rebook(&one.hall, &one.queue, id) label=words::MOVE icon="calendar-days"/>
            <Button label=words::CANCEL weight=Weight::Quiet icon="circle-x" on_press=cancel/>
        }
    });
    view! {
        <li class="card" id=format!("appointment-{id}")>
            <h3 class="card-title">{time}</h3>
            <p>{words::TICKET_AT.with([hall_name(move || Some(hall.clone())), queue])}</p>
            {tag}
            {code}
            <div class="buttons">{check_in}{ticket}{change}</div>
        </li>
    }
    .into_any()
}

/// The time of this terminal, to say what can be done now; the hall decides by its own.
fn now() -> onehall_protocol::Timestamp {
    onehall_protocol::Timestamp::from_unix_millis(js_sys::Date::now() as i64)
}

fn check_in_button(id: AppointmentId, again: Callback<()>) -> AnyView {
    let (hall, ui, navigate) = (use_hall(), use_ui(), use_navigate());
    let busy = RwSignal::new(false);
    let go = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            let answer = match hall.client.ask(NewKey {}).await {
                Ok(key) => hall.client.ask(CheckIn { id, key }).await,
                Err(error) => Err(error),
            };
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(ticket) => navigate(&routes::ticket(&ticket.follow), NavigateOptions::default()),
                Err(error) => {
                    ui.say_failure(refusal(&error));
                    again.run(());
                }
            }
        });
    });
    view! { <Button label=words::CHECK_IN_HERE icon="circle-check" weight=Weight::Primary busy=busy on_press=go/> }
        .into_any()
}

fn cancel_dialog(cancelling: RwSignal<Option<AppointmentId>>, again: Callback<()>) -> AnyView {
    let (hall, ui) = (use_hall(), use_ui());
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    effect(move || open.set(cancelling.with(Option::is_some)));
    effect(move || {
        if !open.get() && cancelling.with_untracked(Option::is_some) {
            cancelling.set(None);
        }
    });
    let go = Callback::new(move |()| {
        let Some(id) = cancelling.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            let answer = hall.client.ask(CancelAppointment { id }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            cancelling.set(None);
            match answer {
                Ok(_) => ui.say(words::CANCELLED),
                Err(error) => ui.say_failure(refusal(&error)),
            }
            again.run(());
            crate::shell::document::focus(crate::shell::HEADING);
        });
    });
    view! {
        <ConfirmDialog id="cancel-appointment" title=words::CANCEL_ASK text=words::CANCEL_TEXT confirm=words::CANCEL
            danger=true open=open busy=busy on_confirm=go/>
    }
    .into_any()
}
