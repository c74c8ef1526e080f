//! Halls as they are run: numbers of queues, who is called to which counter, appointments.
//!
//! What a hall is (hours, queues, counters) its city writes (`halls/<code>.toml`, [`Floor`]); what happens in it is in the
//! storage. A ticket is a number and no name: whoever drew it knows its address, and may look at it and give it up. The order
//! in which a queue is called is that of one number, [`place`], so nobody is overtaken by more than a fixed time. How long
//! one waits is told from what was measured, or not at all ([`mod@line`]). `docs/halls.md` is for those who run a hall.

mod floor;
mod follow;
mod kiosk;
pub mod line;
mod model;
mod routes;
mod store;
#[cfg(test)]
mod tests;
mod view;

use std::time::Duration;

pub use kiosk::AtKiosk;

pub use floor::{
    Appointments, Counter, Exception, Floor, Hours, InvalidSpan, KioskPlace, Opening, Queue, Span, day_and_minute,
    written,
};
use onehall_protocol::halls::{HallRefusal, Priority};
use onehall_protocol::{Date, ErrorCode, PersonId, Timestamp};
use serde_json::{Value, json};

pub use model::{
    Appointment, Attempt, Book, Call, CancelAppointment, CheckIn, Doing, Handle, Line, Measured, Moved, Seat, Sit,
    Take, Ticket,
};
pub use routes::routes;
pub use store::HallStore;

use crate::clock;
use crate::error::{Error, Result};
use crate::state::AppState;

/// How often days that have ended are looked for.
const EVERY: Duration = Duration::from_secs(60);

/// By how much older and disabled people count as having come earlier, in seconds.
const PRIORITY_SECONDS: i64 = 30 * 60;

/// By how much before their time people with an appointment count as having come, in seconds.
const APPOINTMENT_SECONDS: i64 = 60 * 60;

/// The moment at which a ticket counts as having been drawn, in thousandths of Unix milliseconds: the least is called first.
/// (The thousandths are the number's, so that of two of one millisecond one is first.) Who has precedence counts as having
/// come earlier, so nobody is overtaken by those who come much later, however many have it.
#[must_use]
pub fn place(priority: Priority, now: Timestamp, appointment: Option<Timestamp>) -> i64 {
    let counts_as = match (priority, appointment) {
        (_, Some(starts)) => starts.plus_seconds(-APPOINTMENT_SECONDS),
        (Priority::Elder | Priority::Disabled, None) => now.plus_seconds(-PRIORITY_SECONDS),
        (Priority::None | Priority::Appointment, None) => now,
    };
    counts_as.unix_millis().saturating_mul(1000)
}

/// Refuses what cannot be done in a hall now.
#[must_use]
pub fn not_possible(why: HallRefusal) -> Error {
    Error::new(ErrorCode::NotPossibleInHall).with_details(json!({ "why": why }))
}

/// Closes days that have ended, again and again, until the task is dropped.
pub async fn watch(state: AppState) {
    clock::every(EVERY, || async {
        if let Err(error) = close_days(&state).await {
            tracing::error!(%error, "could not close the days of the halls");
        }
    })
    .await;
}

/// Closes what is open of days that have ended: nobody waits over night. Gives how many tickets and appointments.
///
/// # Errors
/// What the engine says.
pub async fn close_days(state: &AppState) -> Result<u64> {
    let now = state.clock.now();
    state.storage.close_hall_days(today(state), now).await
}

/// What is kept of a citizen, as they take it along.
///
/// # Errors
/// What the engine says.
pub async fn visits_of(state: &AppState, person: PersonId) -> Result<Value> {
    let (tickets, appointments) = state.storage.hall_visits(person).await?;
    let tickets = tickets.iter().map(|one| {
        json!({ "hall": one.hall, "queue": one.queue, "number": one.number, "state": one.state, "priority": one.priority,
            "item": one.item, "taken_at": one.taken_at, "called_at": one.called_at, "counter": one.counter })
    });
    let appointments = appointments.iter().map(|one| {
        json!({ "hall": one.hall, "queue": one.queue, "item": one.item, "starts": one.starts, "ends": one.ends,
            "state": one.state })
    });
    Ok(json!({ "tickets": tickets.collect::<Vec<_>>(), "appointments": appointments.collect::<Vec<_>>() }))
}

/// The day, on the city's clock.
fn today(state: &AppState) -> Date {
    let offset = state.city.catalog.city.utc_offset_minutes;
    state.clock.now().at_offset(offset).0
}
