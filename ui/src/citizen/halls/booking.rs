//! A time to come to a hall: chosen for the first time, or another one than before.

use leptos::prelude::*;
use leptos::task::spawn_local;
use onehall_client::citizen::{BookAppointment, ListSlots, MoveAppointment, NewKey};
use onehall_protocol::halls::{self, Slot, SlotDay};
use onehall_protocol::{
    AppointmentId, CoreError, ErrorCode, HallCode, IdempotencyKey, ItemCode, Language, QueueCode, Timestamp,
};

use super::now::clock;
use super::{hall_name, refusal};
use crate::citizen::place::{LoggedIn, Reading};
use crate::citizen::{routes, use_hall};
use crate::design::content::Section;
use crate::design::dialog::ConfirmDialog;
use crate::design::navigation::Crumbs;
use crate::design::notice::{Notice, Tone};
use crate::design::states::{EmptyState, SkeletonKind};
use crate::router::{NavigateOptions, use_navigate, use_params_map, use_query_map};
use crate::shell::{Loaded, PageHeading, load, use_ui};
use crate::texts::{Words, find, format, halls as words};
use crate::view::{live, view};

/// `/halls/:hall/book/:queue`; `?item=` names the service item, `?move=` the appointment that is moved.
#[component]
pub fn BookPage() -> impl IntoView {
    view! { <LoggedIn>{page()}</LoggedIn> }.into_any()
}

/// What is booked, and where it stands.
#[derive(Clone, Copy)]
struct Booking {
    place: StoredValue<Option<(HallCode, QueueCode)>>,
    item: StoredValue<Option<ItemCode>>,
    moved: StoredValue<Option<AppointmentId>>,
    chosen: RwSignal<Option<Slot>>,
    open: RwSignal<bool>,
    busy: RwSignal<bool>,
    refused: RwSignal<Option<Words>>,
    /// Names the attempt for a time, until it was answered.
    key: StoredValue<Option<(Timestamp, IdempotencyKey)>>,
    slots: Loaded<Vec<SlotDay>>,
}

fn page() -> AnyView {
    let hall = use_hall();
    let (parameters, query) = (use_params_map().get_untracked(), use_query_map().get_untracked());
    let part = |name| parameters.get(name).unwrap_or_default();
    let place = match (part("hall").parse::<HallCode>(), part("queue").parse::<QueueCode>()) {
        (Ok(hall), Ok(queue)) => Some((hall, queue)),
        _ => None,
    };
    let asked = place.clone();
    let slots = load(move || {
        let asked = asked.clone();
        async move {
            match asked {
                Some((of, queue)) => hall.client.ask(ListSlots { hall: of, queue }).await,
                None => Err(CoreError::new(ErrorCode::NotFound, Language::default())),
            }
        }
    });
    let of_query = |name| query.get(name).unwrap_or_default();
    let moved: Option<AppointmentId> = of_query("move").parse().ok();
    let booking = Booking {
        place: StoredValue::new(place.clone()),
        item: StoredValue::new(of_query("item").parse().ok()),
        moved: StoredValue::new(moved),
        chosen: RwSignal::new(None),
        open: RwSignal::new(false),
        busy: RwSignal::new(false),
        refused: RwSignal::new(None),
        key: StoredValue::new(None),
        slots,
    };
    let name = hall_name(move || place.as_ref().map(|(hall, _)| hall.clone()));
    let title = if moved.is_some() {
        words::MOVE_TITLE
    } else {
        words::BOOK_TITLE
    };
    let refused = live(move || {
        booking
            .refused
            .get()
            .map(|why| view! { <Notice tone=Tone::Bad><p>{why}</p></Notice> })
    });
    view! {
        <Reading>
            <Crumbs way=vec![(routes::HALLS.to_owned(), find::HALLS_TITLE.into())]/>
            <PageHeading title=title above=name/>
            <p class="lead">{words::BOOK_TEXT}</p>
            <div role="alert">{refused}</div>
            {slots.view(SkeletonKind::Rows, move |days| all(days, booking))}
            {confirm(booking)}
        </Reading>
    }
    .into_any()
}

fn all(days: &[SlotDay], booking: Booking) -> AnyView {
    if days.is_empty() {
        return view! { <EmptyState icon="calendar-days" title=words::SLOTS_NONE text=words::SLOTS_NONE_TEXT/> }
            .into_any();
    }
    let offset = use_ui().utc_offset.get();
    let days = days.iter().map(|day| {
        let slots = day
            .slots
            .iter()
            .map(|slot| slot_button(*slot, offset, booking))
            .collect_view();
        let name = format::date_words(day.day);
        let weekday = weekday(day.day);
        let title = Words::made(move |language| format!("{} · {}", name.get(language), weekday.get(language)));
        view! {
            <Section id=format!("day-{}", day.day) title=title>
                <ul class="slots">{slots}</ul>
            </Section>
        }
    });
    view! { {days.collect_view()} }.into_any()
}

fn weekday(day: onehall_protocol::Date) -> crate::texts::Phrase {
    match day.calendar().weekday().number_days_from_monday() {
        0 => words::MONDAY,
        1 => words::TUESDAY,
        2 => words::WEDNESDAY,
        3 => words::THURSDAY,
        4 => words::FRIDAY,
        5 => words::SATURDAY,
        _ => words::SUNDAY,
    }
}

fn span(slot: Slot, offset: i32) -> String {
    format!("{}–{}", clock(slot.starts, offset), clock(slot.ends, offset))
}

fn slot_button(slot: Slot, offset: i32, booking: Booking) -> AnyView {
    let full = slot.left == 0;
    let left = if full {
        Words::from(words::SLOT_FULL)
    } else {
        words::SLOT_LEFT.with([slot.left.to_string().into()])
    };
    let press = move |_| {
        if !full {
            booking.refused.set(None);
            booking.chosen.set(Some(slot));
            booking.open.set(true);
        }
    };
    view! {
        <li>
            <button type="button" class="slot" aria-disabled=full.then_some("true") on:click=press>
                <span class="slot-time">{span(slot, offset)}</span>
                <span class="slot-left">{left}</span>
            </button>
        </li>
    }
    .into_any()
}

fn confirm(booking: Booking) -> AnyView {
    let clock_of = use_ui();
    let text = Words::made(move |language| {
        let offset = clock_of.utc_offset.get();
        booking.chosen.get().map_or_else(String::new, |slot| {
            let day = format::date(slot.starts.at_offset(offset).0, language);
            format!("{day} {}", span(slot, offset))
        })
    });
    let moves = booking.moved.with_value(Option::is_some);
    let title = if moves { words::MOVE_ASK } else { words::BOOK_ASK };
    let navigate = use_navigate();
    let (hall, ui) = (use_hall(), use_ui());
    let go = Callback::new(move |()| {
        let Some(slot) = booking.chosen.get_untracked() else {
            return;
        };
        booking.busy.set(true);
        spawn_local(async move {
            let answer = book(hall.client, booking, slot.starts).await;
            if booking.busy.try_set(false).is_some() {
                return;
            }
            booking.open.set(false);
            match answer {
                Ok(()) => {
                    ui.say(if moves { words::MOVED } else { words::BOOKED });
                    navigate(routes::VISITS, NavigateOptions::default());
                }
                Err(error) => {
                    if !error.retryable {
                        booking.key.set_value(None);
                    }
                    booking.refused.set(Some(refusal(&error)));
                    // What is left may be another number by now.
                    booking.slots.reload();
                }
            }
        });
    });
    view! {
        <ConfirmDialog id="book" title=title text=text confirm=words::BOOK_GO open=booking.open busy=booking.busy on_confirm=go/>
    }
    .into_any()
}

async fn book(client: crate::citizen::hall::Client, booking: Booking, starts: Timestamp) -> Result<(), CoreError> {
    let Some((hall, queue)) = booking.place.get_value() else {
        return Err(CoreError::new(ErrorCode::NotFound, Language::default()));
    };
    let known = booking
        .key
        .get_value()
        .filter(|(at, _)| *at == starts)
        .map(|(_, key)| key);
    let key = match known {
        Some(key) => key,
        None => client.ask(NewKey {}).await?,
    };
    booking.key.set_value(Some((starts, key)));
    match booking.moved.get_value() {
        Some(id) => {
            let to = halls::MoveAppointment { starts };
            client.ask(MoveAppointment { id, to, key }).await.map(drop)
        }
        None => {
            let item = booking.item.get_value();
            let appointment = halls::BookAppointment {
                hall,
                queue,
                item,
                starts,
            };
            client.ask(BookAppointment { appointment, key }).await.map(drop)
        }
    }
}
