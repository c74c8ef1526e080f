//! A number, and where it stands. Whoever waits has this page open in the hand, so it says by itself what changes.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{GetTicket, LeaveQueue};
use onehall_protocol::halls::{TicketState, TicketView};

use super::now::{clock, priority};
use super::{hall_name, keep_fresh, refusal};
use crate::citizen::place::Reading;
use crate::citizen::printing::slip_button;
use crate::citizen::{routes, use_hall};
use crate::design::button::{Button, ButtonLink, Weight};
use crate::design::dialog::ConfirmDialog;
use crate::design::navigation::Crumbs;
use crate::design::qr::Qr;
use crate::design::states::SkeletonKind;
use crate::router::use_params_map;
use crate::shell::kiosk::Slip;
use crate::shell::{Loaded, PageHeading, Profile, Ui, load, use_ui};
use crate::texts::{Words, counted, devices, find, format, halls as words};
use crate::view::{live, memo, view};

/// `/tickets/:follow`.
#[component]
pub fn TicketPage() -> impl IntoView {
    let hall = use_hall();
    let parameters = use_params_map();
    let follow = memo(move |_| parameters.with(|parameters| parameters.get("follow").unwrap_or_default()));
    let ticket = load(move || {
        let follow = follow.get();
        async move { hall.client.ask(GetTicket { follow }).await }
    });
    let of_hall = memo(move |_| ticket.with_ready(|ticket| ticket.hall.clone()));
    keep_fresh(hall.client, move || of_hall.get(), move || ticket.reload());
    let kiosk = use_ui().profile.get_untracked() == Profile::Kiosk;
    view! {
        <Reading>
            <Crumbs way=vec![(routes::HALLS.to_owned(), find::HALLS_TITLE.into())]/>
            <PageHeading title=words::TICKET/>
            <div class="ticket-said" role="status" aria-live="polite">{said(ticket)}</div>
            {ticket.view(SkeletonKind::Text, move |ticket| card(ticket, kiosk))}
            {leave(ticket)}
        </Reading>
    }
    .into_any()
}

/// What decides the sentence that is said.
fn stands(ticket: &TicketView) -> (TicketState, u32, Option<u16>) {
    (ticket.state, ticket.before, ticket.counter)
}

/// The sentence that matters now.
fn sentence((state, before, counter): (TicketState, u32, Option<u16>)) -> Words {
    let counter = || Words::from(counter.map_or_else(String::new, |counter| counter.to_string()));
    match state {
        TicketState::Waiting => match before {
            0 => words::BEFORE_NONE.into(),
            before => counted(before as usize, words::BEFORE_ONE, words::BEFORE_MORE),
        },
        TicketState::Called => words::TICKET_CALLED.with([counter()]),
        TicketState::Serving => words::TICKET_SERVING.with([counter()]),
        TicketState::Served => words::TICKET_SERVED.into(),
        TicketState::Missed => words::TICKET_MISSED.into(),
        TicketState::Left => words::TICKET_LEFT.into(),
        TicketState::Expired => words::TICKET_EXPIRED.into(),
    }
}

/// Made anew only where the sentence is another, so that it is read out once.
fn said(ticket: Loaded<TicketView>) -> AnyView {
    let now = memo(move |_| ticket.with_ready(stands));
    live(move || {
        now.get().map(|stands| {
            let class = if stands.0 == TicketState::Called {
                "ticket-called"
            } else {
                "ticket-stands"
            };
            view! { <p class=class>{sentence(stands)}</p> }
        })
    })
}

fn card(ticket: &TicketView, kiosk: bool) -> AnyView {
    let ui = use_ui();
    let offset = ui.utc_offset.get();
    let (hall, queue): (_, Words) = (ticket.hall.clone(), (&ticket.queue_name).into());
    let name = hall_name(move || Some(hall.clone()));
    let more: Option<Words> = match ticket.state {
        TicketState::Waiting => ticket.wait_minutes.map(|minutes| match minutes {
            0 => words::TICKET_WAIT_NONE.into(),
            minutes => words::TICKET_WAIT.with([minutes.to_string().into()]),
        }),
        TicketState::Called => Some(words::TICKET_CALLED_TEXT.with([ticket.number.clone().into()])),
        TicketState::Served => Some(words::TICKET_SERVED_TEXT.into()),
        TicketState::Missed => ticket
            .counter
            .map(|counter| words::TICKET_MISSED_TEXT.with([counter.to_string().into()])),
        TicketState::Expired => Some(words::TICKET_EXPIRED_TEXT.into()),
        TicketState::Serving | TicketState::Left => None,
    };
    let before = priority(ticket.priority).map(|why| view! { <p class="small muted">{why}</p> });
    let follow = (kiosk && ticket.state.is_open()).then(|| follow_code(ticket.clone(), name.clone()));
    let remember = ticket
        .state
        .is_open()
        .then(|| view! { <p class="muted">{words::TICKET_REMEMBER}</p> });
    let done = kiosk.then(|| view! { <ButtonLink href=routes::HOME.to_owned() label=words::KIOSK_DONE weight=Weight::Primary icon="check"/> });
    view! {
        <div class="card ticket">
            <p class="ticket-number">{ticket.number.clone()}</p>
            <p>{words::TICKET_AT.with([name, queue])}</p>
            {more.map(|more| view! { <p class="ticket-more">{more}</p> })}
            {before}
            <p class="small muted">{words::TICKET_TAKEN.with([clock(ticket.taken_at, offset).into()])}</p>
            {remember}
            {follow}
            <div class="buttons buttons-center">{done}</div>
        </div>
    }
    .into_any()
}

/// The way to this page on a phone, and the same on paper.
fn follow_code(ticket: TicketView, name: Words) -> AnyView {
    let (hall, ui) = (use_hall(), use_ui());
    let address = RwSignal::new(None::<String>);
    let path = routes::ticket(&ticket.follow);
    spawn_local(async move {
        let _ = address.try_set(Some(hall.address_of(&path).await));
    });
    live(move || {
        address.get().map(|address| {
            let (ticket, name, code) = (ticket.clone(), name.clone(), address.clone());
            let slip = move || slip(&ticket, &name, code.clone(), ui);
            view! {
                <p>{words::TICKET_FOLLOW}</p>
                <div class="continue-code"><Qr text=address label=words::TICKET_QR/></div>
                <div class="buttons buttons-center">{slip_button(devices::PRINT_NUMBER, slip)}</div>
            }
        })
    })
}

/// A number on paper, in the language of the page.
fn slip(ticket: &TicketView, hall: &Words, code: String, ui: Ui) -> Slip {
    let language = ui.language.get_untracked();
    let offset = ui.utc_offset.get_untracked();
    let (day, time) = (ticket.taken_at.at_offset(offset).0, clock(ticket.taken_at, offset));
    let taken = words::TICKET_TAKEN.with([Words::from(format!("{} {time}", format::date(day, language)))]);
    let why = priority(ticket.priority).map(|why| why.get(language).to_owned());
    let lines = [
        Some(ticket.queue_name.get(language).to_owned()),
        why,
        Some(taken.get(language)),
    ];
    Slip {
        title: hall.get(language),
        big: ticket.number.clone(),
        lines: lines.into_iter().flatten().collect(),
        code: Some(code),
        below: words::TICKET_FOLLOW.get(language).to_owned(),
    }
}

fn leave(ticket: Loaded<TicketView>) -> AnyView {
    let (hall, ui) = (use_hall(), use_ui());
    let (open, busy) = (RwSignal::new(false), RwSignal::new(false));
    let can = memo(move |_| {
        ticket
            .with_ready(|ticket| {
                let can = matches!(ticket.state, TicketState::Waiting | TicketState::Called);
                can.then(|| (ticket.follow.clone(), ticket.number.clone()))
            })
            .flatten()
    });
    let title = Words::made(move |language| {
        let number = can.get().map(|(_, number)| number).unwrap_or_default();
        words::LEAVE_ASK.with([number.into()]).get(language)
    });
    let go = Callback::new(move |()| {
        let Some((follow, _)) = can.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            let answer = hall.client.ask(LeaveQueue { follow }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            open.set(false);
            match answer {
                Ok(left) => ticket.put(left),
                Err(error) => {
                    ui.say_failure(refusal(&error));
                    ticket.reload();
                }
            }
        });
    });
    view! {
        {move || can.get().map(|_| view! {
            <p><Button label=words::LEAVE weight=Weight::Quiet icon="circle-x" on_press=Callback::new(move |()| open.set(true))/></p>
        })}
        <ConfirmDialog id="leave-queue" title=title text=words::LEAVE_TEXT confirm=words::LEAVE danger=true
            open=open busy=busy on_confirm=go/>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;

    use super::*;

    fn ticket(state: &str, before: u32) -> TicketView {
        let view = serde_json::json!({"follow": "f", "hall": "central", "queue": "household",
            "queue_name": {"zh-CN": "户籍", "en": "Household"}, "number": "A012", "state": state, "before": before,
            "counter": 3, "taken_at": "2026-11-26T01:00:00.000Z", "priority": "none"});
        serde_json::from_value(view).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn whoever_is_called_is_told_where_to_go() {
        assert_eq!(
            sentence(stands(&ticket("called", 0))).get(Language::En),
            "Please go to counter 3"
        );
        assert_eq!(
            sentence(stands(&ticket("waiting", 0))).get(Language::ZhCn),
            "下一个就是您"
        );
        assert_eq!(
            sentence(stands(&ticket("waiting", 1))).get(Language::En),
            "1 person before you"
        );
        assert_eq!(
            sentence(stands(&ticket("waiting", 12))).get(Language::ZhCn),
            "前面还有 12 人"
        );
    }
}
