//! Appointments: a citizen's own, made ahead; and the check-in at the hall.

use axum::extract::State;
use onehall_protocol::halls::{
    AppointmentState, AppointmentView, BookAppointment, CheckInByCode, HallRefusal, MoveAppointment, Priority, Slot,
    SlotDay, TicketView,
};
use onehall_protocol::{AppointmentId, ErrorCode, HallCode, Problem, QueueCode, TicketId, Timestamp};
use serde_json::json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::floor::{Queue, day_and_minute};
use super::super::model::{Appointment, Book, CancelAppointment, CheckIn, Moved, Take};
use super::super::view::Place;
use super::super::{follow, not_possible, place, today};
use super::{attempt, line, tell};
use crate::clock::begin_of;
use crate::error::{Error, Result};
use crate::http::extract::{ClientAddress, IdempotencyKeyHeader, Json, Path};
use crate::identity::OwnPages;
use crate::state::AppState;

/// How many codes one network tries in an hour; there are a hundred million, of which a day expects some hundreds.
const CODES_PER_NETWORK_HOUR: u32 = 300;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(slots))
        .routes(routes!(mine, book))
        .routes(routes!(move_to, cancel))
        .routes(routes!(check_in))
        .routes(routes!(check_in_by_code))
}

/// A time of a queue as it may be booked at `now`; the reason where it may not.
fn bookable(at: &Place<'_>, queue: &Queue, starts: Timestamp) -> Result<Moved> {
    let gone = || not_possible(HallRefusal::NoSuchSlot);
    let rules = queue.appointments.as_ref().ok_or_else(gone)?;
    let (day, _) = day_and_minute(starts, at.offset);
    let (today, _) = day_and_minute(at.now, at.offset);
    let slots = at.floor.slots(queue, day, at.offset, at.calendar);
    let (starts, ends) = slots
        .into_iter()
        .find(|(begins, _)| *begins == starts)
        .ok_or_else(gone)?;
    let in_time = at.now.plus_seconds(i64::from(rules.cut_off_minutes) * 60) <= starts;
    if !in_time || starts <= at.now || day > today.plus_days(i64::from(rules.days_ahead)) {
        return Err(gone());
    }
    Ok(Moved {
        day,
        starts,
        ends,
        capacity: rules.capacity,
    })
}

/// The times of a queue for which appointments are made
///
/// Of all days that can be booked now; times that are full have none left.
#[utoipa::path(get, path = "/halls/{hall}/queues/{queue}/slots", tag = "halls",
    params(("hall" = HallCode, Path, description = "Which hall"), ("queue" = QueueCode, Path, description = "Which queue")),
    responses((status = 200, description = "Days with their times", body = Vec<SlotDay>), (status = 404, body = Problem)))]
async fn slots(
    State(state): State<AppState>,
    Path((hall, queue)): Path<(HallCode, QueueCode)>,
) -> Result<Json<Vec<SlotDay>>> {
    let at = Place::of(&state, &hall)?;
    let queue = at.queue(&queue)?;
    let Some(rules) = &queue.appointments else {
        return Ok(Json(Vec::new()));
    };
    let first = today(&state);
    let end = first.plus_days(i64::from(rules.days_ahead) + 1);
    let (from, to) = (begin_of(first, at.offset), begin_of(end, at.offset));
    let booked = state.storage.booked(hall, queue.code.clone(), from, to).await?;
    let mut days = Vec::new();
    for ahead in 0..=i64::from(rules.days_ahead) {
        let day = first.plus_days(ahead);
        let open = at.floor.slots(queue, day, at.offset, at.calendar).into_iter();
        let slots: Vec<Slot> = open
            .filter_map(|(starts, _)| {
                let slot = bookable(&at, queue, starts).ok()?;
                let taken = booked
                    .iter()
                    .find(|(begins, _)| *begins == starts)
                    .map_or(0, |(_, taken)| *taken);
                Some(Slot {
                    starts,
                    ends: slot.ends,
                    left: slot.capacity.saturating_sub(taken),
                })
            })
            .collect();
        if !slots.is_empty() {
            days.push(SlotDay { day, slots });
        }
    }
    Ok(Json(days))
}

/// One's appointments
///
/// Those of today and later, and what became of today's.
#[utoipa::path(get, path = "/appointments", tag = "halls",
    responses((status = 200, description = "The appointments, in order", body = Vec<AppointmentView>),
        (status = 401, body = Problem)), security(("citizen" = [])))]
async fn mine(State(state): State<AppState>, OwnPages(citizen): OwnPages) -> Result<Json<Vec<AppointmentView>>> {
    let from = begin_of(today(&state), state.city.catalog.city.utc_offset_minutes);
    let all = state.storage.appointments_of(citizen.actor.id, from).await?;
    let seen = all.iter().filter_map(|appointment| {
        let at = Place::of(&state, &appointment.hall).ok()?;
        Some(at.appointment(appointment))
    });
    Ok(Json(seen.collect::<Result<_>>()?))
}

/// Make an appointment
///
/// One of each queue, three in all. A time is never given to more than come in it.
#[utoipa::path(post, path = "/appointments", tag = "halls", request_body = BookAppointment,
    params(("Idempotency-Key" = String, Header, description = "Names the attempt")),
    responses((status = 200, description = "The appointment", body = AppointmentView), (status = 401, body = Problem),
        (status = 409, description = "halls/not_possible", body = Problem)), security(("citizen" = [])))]
async fn book(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    Json(ask): Json<BookAppointment>,
) -> Result<Json<AppointmentView>> {
    let at = Place::of(&state, &ask.hall)?;
    let queue = at.queue(&ask.queue)?;
    if let Some(item) = &ask.item
        && !queue.items.contains(item)
    {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("item", "not_of_queue"));
    }
    let id = AppointmentId(state.new_id());
    let person = citizen.actor.id;
    let booked = state
        .storage
        .book(Book {
            id,
            attempt: attempt(&state, key, &person.to_string(), "book", &ask)?,
            person,
            hall: ask.hall.clone(),
            queue: ask.queue.clone(),
            item: ask.item.clone(),
            at: bookable(&at, queue, ask.starts)?,
            code: follow::code_hash(&state.key, &follow::code(&state.key, id)),
            now: at.now,
        })
        .await?;
    Ok(Json(at.appointment(&booked)?))
}

/// Move an appointment to another time
#[utoipa::path(post, path = "/appointments/{id}", tag = "halls", request_body = MoveAppointment,
    params(("id" = AppointmentId, Path, description = "Which"),
        ("Idempotency-Key" = String, Header, description = "Names the attempt")),
    responses((status = 200, description = "The appointment", body = AppointmentView), (status = 404, body = Problem),
        (status = 409, description = "halls/not_possible", body = Problem)), security(("citizen" = [])))]
async fn move_to(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    Path(id): Path<AppointmentId>,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    Json(ask): Json<MoveAppointment>,
) -> Result<Json<AppointmentView>> {
    let (person, now) = (citizen.actor.id, state.clock.now());
    let attempt = attempt(&state, key, &person.to_string(), &format!("move {id}"), &ask)?;
    let was = state.storage.appointment(id, person).await?;
    let at = Place::of(&state, &was.hall)?;
    // What was moved there already is not moved again, whatever the clock says by now.
    if was.starts != ask.starts {
        in_time_to_change(&at, &was)?;
    }
    let to = if was.starts == ask.starts {
        Moved {
            day: day_and_minute(was.starts, at.offset).0,
            starts: was.starts,
            ends: was.ends,
            capacity: u32::MAX,
        }
    } else {
        bookable(&at, at.queue(&was.queue)?, ask.starts)?
    };
    let was = CancelAppointment {
        id,
        person,
        starts: was.starts,
    };
    let moved = state.storage.move_appointment(was, attempt, to, now).await?;
    Ok(Json(at.appointment(&moved)?))
}

fn in_time_to_change(at: &Place<'_>, appointment: &Appointment) -> Result<()> {
    if appointment.state == AppointmentState::Cancelled || at.now <= at.appointment(appointment)?.change_until {
        Ok(())
    } else {
        Err(not_possible(HallRefusal::AppointmentOver))
    }
}

/// Take an appointment back
#[utoipa::path(delete, path = "/appointments/{id}", tag = "halls",
    params(("id" = AppointmentId, Path, description = "Which")),
    responses((status = 200, description = "The appointment", body = AppointmentView), (status = 404, body = Problem),
        (status = 409, description = "halls/not_possible", body = Problem)), security(("citizen" = [])))]
async fn cancel(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    Path(id): Path<AppointmentId>,
) -> Result<Json<AppointmentView>> {
    let person = citizen.actor.id;
    let was = state.storage.appointment(id, person).await?;
    let at = Place::of(&state, &was.hall)?;
    in_time_to_change(&at, &was)?;
    let cancel = CancelAppointment {
        id,
        person,
        starts: was.starts,
    };
    let cancelled = state.storage.cancel_appointment(cancel).await?;
    Ok(Json(at.appointment(&cancelled)?))
}

/// Check in for one's appointment
#[utoipa::path(post, path = "/appointments/{id}/check-in", tag = "halls",
    params(("id" = AppointmentId, Path, description = "Which"),
        ("Idempotency-Key" = String, Header, description = "Names the attempt")),
    responses((status = 200, description = "The number that it became", body = TicketView), (status = 404, body = Problem),
        (status = 409, description = "halls/not_possible", body = Problem)), security(("citizen" = [])))]
async fn check_in(
    State(state): State<AppState>,
    OwnPages(citizen): OwnPages,
    Path(id): Path<AppointmentId>,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
) -> Result<Json<TicketView>> {
    let appointment = state.storage.appointment(id, citizen.actor.id).await?;
    let attempt = attempt(&state, key, &citizen.actor.id.to_string(), "check in", &id)?;
    checked_in(&state, &appointment, attempt).await
}

/// Check in at the hall with the code of an appointment
///
/// Nobody has to be logged in: the code, typed or read from its QR code, says which appointment it is. The answer is a number,
/// and nothing of whose it is.
#[utoipa::path(post, path = "/halls/{hall}/check-in", tag = "halls", request_body = CheckInByCode,
    params(("hall" = HallCode, Path, description = "Which"),
        ("Idempotency-Key" = String, Header, description = "Names the attempt")),
    responses((status = 200, description = "The number that it became", body = TicketView), (status = 404, body = Problem),
        (status = 409, description = "halls/not_possible", body = Problem), (status = 429, body = Problem)))]
async fn check_in_by_code(
    State(state): State<AppState>,
    Path(hall): Path<HallCode>,
    client: ClientAddress,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    Json(ask): Json<CheckInByCode>,
) -> Result<Json<TicketView>> {
    Place::of(&state, &hall)?;
    let code = follow::code_hash(&state.key, &ask.code);
    let client = state.key.keyed_hash("client", &[&client.network()]);
    let now = state.clock.now();
    let found = state
        .storage
        .appointment_by_code(hall.clone(), today(&state), code, (client, CODES_PER_NETWORK_HOUR), now)
        .await?;
    let appointment = found.ok_or_else(|| Error::new(ErrorCode::WrongCode))?;
    let attempt = attempt(&state, key, "", &format!("check in at {hall}"), &ask)?;
    checked_in(&state, &appointment, attempt).await
}

/// An appointment becomes a ticket, where it is time for that.
pub(super) async fn checked_in(
    state: &AppState,
    appointment: &Appointment,
    attempt: super::super::model::Attempt,
) -> Result<Json<TicketView>> {
    let at = Place::of(state, &appointment.hall)?;
    let queue = at.queue(&appointment.queue)?;
    let view = at.appointment(appointment)?;
    if appointment.state == AppointmentState::Booked {
        if at.now < view.check_in_from {
            let from = view.check_in_from;
            let why = json!({ "why": HallRefusal::TooEarly, "from": from });
            return Err(not_possible(HallRefusal::TooEarly).with_details(why));
        }
        if at.now > view.check_in_until {
            return Err(not_possible(HallRefusal::TooLate));
        }
    }
    let starts = appointment.starts;
    let ticket = state
        .storage
        .check_in(CheckIn {
            appointment: appointment.id,
            starts,
            take: Take {
                id: TicketId(state.new_id()),
                attempt,
                hall: appointment.hall.clone(),
                day: today(state),
                queue: queue.code.clone(),
                letter: queue.letter,
                most_waiting: None,
                person: Some(appointment.person),
                priority: Priority::Appointment,
                place: place(Priority::Appointment, at.now, Some(starts)),
                item: appointment.item.clone(),
                client: None,
                now: at.now,
            },
        })
        .await?;
    tell(state, &appointment.hall);
    Ok(Json(at.ticket(&ticket, &line(state, &at).await?)))
}
