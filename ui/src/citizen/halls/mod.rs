//! Halls as they are now: who waits, numbers, appointments, the screen of a hall.

mod booking;
mod card;
mod check_in;
mod display;
mod hall;
mod list;
mod now;
mod ticket;
mod visits;

pub use booking::BookPage;
pub use check_in::CheckInPage;
pub use display::DisplayPage;
pub use hall::HallPage;
pub use list::HallsPage;
pub use now::priority as priority_name;
pub use ticket::TicketPage;
pub use visits::VisitsPage;

use std::time::Duration;

use leptos::prelude::*;
use onehall_client::Event;
use onehall_client::citizen::WatchHall;
use onehall_protocol::halls::HallRefusal;
use onehall_protocol::{CoreError, ErrorCode, HallCode};

use super::hall::Client;
use super::use_hall;
use crate::design::states::error_words;
use crate::texts::{Words, halls as words};

/// How often what is shown is asked for anew, whatever is heard: pokes get lost, and waits get shorter by themselves.
const EVERY: Duration = Duration::from_secs(20);

/// Calls `again` whenever something moves in a hall, and now and then, until the page is gone.
fn keep_fresh(client: Client, hall: impl Fn() -> Option<HallCode> + 'static, again: impl Fn() + Clone + 'static) {
    let watch = move |code: Option<HallCode>| {
        let asked = client.ask(WatchHall { code });
        leptos::task::spawn_local(async move { drop(asked.await) });
    };
    crate::view::effect(move || watch(hall()));
    let heard = again.clone();
    client.on_event(move |event| match event {
        Event::QueueChanged | Event::MayHaveMissed | Event::Connection { online: true } => heard(),
        _ => {}
    });
    let clock = set_interval_with_handle(again, EVERY);
    on_cleanup(move || {
        if let Ok(clock) = clock {
            clock.clear();
        }
        watch(None);
    });
}

/// The name of a hall, as the catalog has it.
fn hall_name(code: impl Fn() -> Option<HallCode> + Send + Sync + 'static) -> Words {
    let hall = use_hall();
    Words::made(move |language| {
        let code = code();
        let named = hall.catalog.with_ready(|catalog| {
            let found = catalog.halls.iter().find(|hall| Some(&hall.code) == code.as_ref());
            found.map(|found| found.name.get(language).to_owned())
        });
        named.flatten().unwrap_or_else(|| words::HALL.get(language).to_owned())
    })
}

/// Why something was refused, as citizens are told.
fn refusal(error: &CoreError) -> Words {
    let why = serde_json::from_value::<HallRefusal>(error.details["why"].clone());
    match (error.code, why) {
        (ErrorCode::NotPossibleInHall, Ok(why)) => refusal_words(why).map_or_else(|| error_words(error), Words::from),
        (ErrorCode::WrongCode, _) => words::WHY_CODE.into(),
        _ => error_words(error),
    }
}

/// What a refusal says; none for those that only clerks get.
fn refusal_words(why: HallRefusal) -> Option<crate::texts::Phrase> {
    Some(match why {
        HallRefusal::Closed => words::WHY_CLOSED,
        HallRefusal::QueueFull => words::WHY_FULL,
        HallRefusal::OnlyAtHall => words::ONLY_AT_HALL,
        HallRefusal::HasTicket => words::WHY_HAS_TICKET,
        HallRefusal::TicketMoved => words::WHY_MOVED,
        HallRefusal::NoSuchSlot => words::WHY_NO_SLOT,
        HallRefusal::SlotFull => words::WHY_SLOT_FULL,
        HallRefusal::HasAppointment => words::WHY_HAS_APPOINTMENT,
        HallRefusal::TooManyAppointments => words::WHY_TOO_MANY,
        HallRefusal::MissedAppointments => words::WHY_MISSED,
        HallRefusal::AppointmentOver => words::WHY_OVER,
        HallRefusal::TooEarly => words::WHY_EARLY,
        HallRefusal::TooLate => words::WHY_LATE,
        HallRefusal::CounterTaken | HallRefusal::NoCounter | HallRefusal::CounterBusy | HallRefusal::CounterClosed => {
            return None;
        }
    })
}
