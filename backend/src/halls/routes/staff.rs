//! The hall for those who work at its counters.

use axum::extract::State;
use onehall_protocol::halls::{CounterNumber, FloorView, HallRefusal, HandleTicket};
use onehall_protocol::{ErrorCode, HallCode, IdempotencyKey, Problem, TicketId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::model::{Call, Handle, Sit};
use super::super::view::Place;
use super::super::{not_possible, today};
use super::kiosks::kiosks;
use super::{attempt, line, tell};
use crate::error::{Error, Result};
use crate::http::extract::{IdempotencyKeyHeader, Json, Path};
use crate::staff::Staff;
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(floor))
        .routes(routes!(sit))
        .routes(routes!(stand_up))
        .routes(routes!(call_next))
        .routes(routes!(handle))
}

async fn seen(state: &AppState, at: &Place<'_>, staff: &Staff) -> Result<Json<FloorView>> {
    let mut floor = at.floor(staff, &line(state, at).await?);
    floor.kiosks = kiosks(state, at, staff).await?;
    Ok(Json(floor))
}

/// A hall as its clerks see it
///
/// Its counters, and who waits in the queues of one's authority. For its window clerks, and for administrators.
#[utoipa::path(get, path = "/staff/halls/{hall}", tag = "halls",
    params(("hall" = HallCode, Path, description = "Which")),
    responses((status = 200, description = "The hall", body = FloorView), (status = 403, body = Problem),
        (status = 404, body = Problem)), security(("staff" = [])))]
async fn floor(State(state): State<AppState>, staff: Staff, Path(hall): Path<HallCode>) -> Result<Json<FloorView>> {
    let at = Place::of(&state, &hall)?;
    at.may_look(&staff)?;
    seen(&state, &at, &staff).await
}

/// Work at a counter
///
/// One of one's authority. One works at a single counter; the one of before must have nobody at it.
#[utoipa::path(post, path = "/staff/halls/{hall}/counters/{counter}", tag = "halls",
    params(("hall" = HallCode, Path, description = "Which hall"), ("counter" = u16, Path, description = "Which counter")),
    responses((status = 200, description = "The hall", body = FloorView), (status = 403, body = Problem),
        (status = 409, description = "halls/not_possible", body = Problem)), security(("staff" = [])))]
async fn sit(
    State(state): State<AppState>,
    staff: Staff,
    Path((hall, counter)): Path<(HallCode, CounterNumber)>,
) -> Result<Json<FloorView>> {
    let at = Place::of(&state, &hall)?;
    if at.floor.counter(counter).is_none() {
        return Err(Error::not_found());
    }
    if !at.may_work(&staff, counter) {
        return Err(Error::new(ErrorCode::Forbidden));
    }
    change_seat(&state, &at, &staff, Some(counter)).await
}

/// Stop working at a counter
#[utoipa::path(delete, path = "/staff/halls/{hall}/counters", tag = "halls",
    params(("hall" = HallCode, Path, description = "Which hall")),
    responses((status = 200, description = "The hall", body = FloorView), (status = 403, body = Problem),
        (status = 409, description = "halls/not_possible", body = Problem)), security(("staff" = [])))]
async fn stand_up(State(state): State<AppState>, staff: Staff, Path(hall): Path<HallCode>) -> Result<Json<FloorView>> {
    let at = Place::of(&state, &hall)?;
    at.may_look(&staff)?;
    change_seat(&state, &at, &staff, None).await
}

async fn change_seat(
    state: &AppState,
    at: &Place<'_>,
    staff: &Staff,
    counter: Option<CounterNumber>,
) -> Result<Json<FloorView>> {
    let hall = at.floor.code.clone();
    state
        .storage
        .sit(Sit {
            hall: hall.clone(),
            counter,
            staff: staff.id,
            day: today(state),
            now: at.now,
        })
        .await?;
    tell(state, &hall);
    seen(state, at, staff).await
}

/// What a clerk asks for at the counter where they work.
async fn call(
    state: &AppState,
    at: &Place<'_>,
    staff: &Staff,
    key: IdempotencyKey,
    (what, doing): (&str, &Option<HandleTicket>),
) -> Result<Call> {
    let no_counter = || not_possible(HallRefusal::NoCounter);
    let day = today(state);
    let seat = state.storage.seat(staff.id, day).await?.ok_or_else(no_counter)?;
    let counter = at.floor.counter(seat.counter).filter(|_| seat.hall == at.floor.code);
    let counter = counter.ok_or_else(no_counter)?;
    if !at.may_work(staff, counter.number) {
        return Err(Error::new(ErrorCode::Forbidden));
    }
    Ok(Call {
        attempt: attempt(state, key, &staff.id.to_string(), what, doing)?,
        hall: at.floor.code.clone(),
        day,
        staff: staff.id,
        counter: counter.number,
        queues: counter.queues.clone(),
        now: at.now,
    })
}

/// Call the next to one's counter
///
/// Whoever counts as having come first in the queues of the counter. Where nobody waits, nobody is called. The same attempt
/// calls nobody else.
#[utoipa::path(post, path = "/staff/halls/{hall}/calls", tag = "halls",
    params(("hall" = HallCode, Path, description = "Which hall"),
        ("Idempotency-Key" = String, Header, description = "Names the attempt")),
    responses((status = 200, description = "The hall", body = FloorView), (status = 403, body = Problem),
        (status = 409, description = "halls/not_possible", body = Problem)), security(("staff" = [])))]
async fn call_next(
    State(state): State<AppState>,
    staff: Staff,
    Path(hall): Path<HallCode>,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
) -> Result<Json<FloorView>> {
    let at = Place::of(&state, &hall)?;
    let call = call(&state, &at, &staff, key, (&format!("call in {hall}"), &None)).await?;
    if !at.counter_open(call.counter) {
        return Err(not_possible(HallRefusal::CounterClosed));
    }
    state.storage.call_next(call).await?;
    tell(&state, &hall);
    seen(&state, &at, &staff).await
}

/// Do something with a number: call it again, put it back, serve it, finish it, hand it to another queue
#[utoipa::path(post, path = "/staff/halls/{hall}/tickets/{ticket}", tag = "halls", request_body = HandleTicket,
    params(("hall" = HallCode, Path, description = "Which hall"), ("ticket" = TicketId, Path, description = "Which number"),
        ("Idempotency-Key" = String, Header, description = "Names the attempt")),
    responses((status = 200, description = "The hall", body = FloorView), (status = 403, body = Problem),
        (status = 409, description = "halls/not_possible", body = Problem)), security(("staff" = [])))]
async fn handle(
    State(state): State<AppState>,
    staff: Staff,
    Path((hall, ticket)): Path<(HallCode, TicketId)>,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    Json(doing): Json<HandleTicket>,
) -> Result<Json<FloorView>> {
    let at = Place::of(&state, &hall)?;
    if let HandleTicket::Transfer { queue } = &doing
        && at.floor.queue(queue).is_none()
    {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("queue", "unknown"));
    }
    let asked = Some(doing.clone());
    let call = call(&state, &at, &staff, key, (&format!("handle {ticket}"), &asked)).await?;
    state.storage.handle_ticket(Handle { call, ticket, doing }).await?;
    tell(&state, &hall);
    seen(&state, &at, &staff).await
}
