//! Halls and tickets, open to everybody.

use axum::extract::State;
use axum::response::Response;
use onehall_protocol::halls::{DisplayView, HallRefusal, HallView, Priority, TakeTicket, TicketView};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{ErrorCode, HallCode, Problem, TicketId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::kiosk::AtKiosk;
use super::super::model::Take;
use super::super::view::Place;
use super::super::{follow, not_possible, place, today};
use super::{attempt, line, tell};
use crate::error::{Error, Result};
use crate::events;
use crate::http::extract::{ClientAddress, IdempotencyKeyHeader, Json, Path, Terminal};
use crate::identity::OwnPages;
use crate::state::AppState;

/// How many numbers the kiosks of one network draw in an hour without a login: more than any hall serves.
const TICKETS_PER_NETWORK_HOUR: u32 = 600;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(halls))
        .routes(routes!(one_hall))
        .routes(routes!(display))
        .routes(routes!(take))
        .routes(routes!(my_tickets))
        .routes(routes!(ticket, leave))
        .routes(routes!(hall_events))
}

/// The halls, as they are now
///
/// Those that give numbers or make appointments: hours, queues, how many wait.
#[utoipa::path(get, path = "/halls", tag = "halls",
    responses((status = 200, description = "The halls, in the order of the catalog", body = Vec<HallView>)))]
async fn halls(State(state): State<AppState>) -> Result<Json<Vec<HallView>>> {
    let mut halls = Vec::new();
    for hall in &state.city.catalog.halls {
        if let Ok(place) = Place::of(&state, &hall.code) {
            halls.push(place.hall(&line(&state, &place).await?));
        }
    }
    Ok(Json(halls))
}

/// A hall, as it is now
#[utoipa::path(get, path = "/halls/{hall}", tag = "halls",
    params(("hall" = HallCode, Path, description = "Which")),
    responses((status = 200, description = "The hall", body = HallView), (status = 404, body = Problem)))]
async fn one_hall(State(state): State<AppState>, Path(hall): Path<HallCode>) -> Result<Json<HallView>> {
    let place = Place::of(&state, &hall)?;
    Ok(Json(place.hall(&line(&state, &place).await?)))
}

/// The screen of a hall: who is called to which counter
///
/// Numbers and counters alone; open to everybody.
#[utoipa::path(get, path = "/halls/{hall}/display", tag = "halls",
    params(("hall" = HallCode, Path, description = "Which")),
    responses((status = 200, description = "Who is called", body = DisplayView), (status = 404, body = Problem)))]
async fn display(State(state): State<AppState>, Path(hall): Path<HallCode>) -> Result<Json<DisplayView>> {
    let place = Place::of(&state, &hall)?;
    Ok(Json(place.display(&line(&state, &place).await?)))
}

/// Draw a number
///
/// Without a login at a kiosk of the hall; on other terminals with one, and only where the hall gives numbers before one is
/// there. A citizen has one open number of each queue.
#[utoipa::path(post, path = "/halls/{hall}/tickets", tag = "halls", request_body = TakeTicket,
    params(("hall" = HallCode, Path, description = "Which"), ("Idempotency-Key" = String, Header, description = "Names the attempt")),
    responses((status = 200, description = "The number", body = TicketView), (status = 401, body = Problem),
        (status = 409, description = "halls/not_possible", body = Problem)))]
async fn take(
    State(state): State<AppState>,
    Path(hall): Path<HallCode>,
    citizen: Result<OwnPages>,
    (Terminal(terminal), known, client): (Terminal, Option<AtKiosk>, ClientAddress),
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    Json(ask): Json<TakeTicket>,
) -> Result<Json<TicketView>> {
    let at = Place::of(&state, &hall)?;
    let queue = at.queue(&ask.queue)?;
    let at_hall = terminal == TerminalKind::Kiosk;
    let citizen = match citizen {
        Ok(OwnPages(citizen)) => Some(citizen),
        Err(error) if at_hall && error.code() == ErrorCode::NotLoggedIn => None,
        Err(error) => return Err(error),
    };
    if ask.priority == Priority::Appointment {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("priority", "not_to_claim"));
    }
    if !at_hall && !at.floor.from_home {
        return Err(not_possible(HallRefusal::OnlyAtHall));
    }
    if !at.floor.gives(queue, at.now, at.offset, at.calendar) {
        return Err(not_possible(HallRefusal::Closed));
    }
    let person = citizen.map(|citizen| citizen.actor.id);
    let who = person.map(|person| person.to_string()).unwrap_or_default();
    let client = || {
        (
            state.key.keyed_hash("client", &[&client.network()]),
            TICKETS_PER_NETWORK_HOUR,
        )
    };
    let taken = state
        .storage
        .take_ticket(Take {
            id: TicketId(state.new_id()),
            attempt: attempt(&state, key, &who, &format!("take {hall}"), &ask)?,
            hall: hall.clone(),
            day: today(&state),
            queue: queue.code.clone(),
            letter: queue.letter,
            most_waiting: Some(queue.most_waiting),
            person,
            priority: ask.priority,
            place: place(ask.priority, at.now, None),
            item: None,
            // What a kiosk's key proves needs no guess by its network.
            client: (person.is_none() && known.is_none_or(|kiosk| kiosk.hall != hall)).then(client),
            now: at.now,
        })
        .await?;
    tell(&state, &hall);
    Ok(Json(at.ticket(&taken, &line(&state, &at).await?)))
}

/// One's numbers of today
#[utoipa::path(get, path = "/tickets", tag = "halls",
    responses((status = 200, description = "Those that are still to be dealt with", body = Vec<TicketView>),
        (status = 401, body = Problem)), security(("citizen" = [])))]
async fn my_tickets(State(state): State<AppState>, OwnPages(citizen): OwnPages) -> Result<Json<Vec<TicketView>>> {
    let tickets = state.storage.tickets_of(citizen.actor.id, today(&state)).await?;
    let mut seen = Vec::new();
    for ticket in tickets {
        // A hall that its city runs no more calls nobody.
        if let Ok(at) = Place::of(&state, &ticket.hall) {
            seen.push(at.ticket(&ticket, &line(&state, &at).await?));
        }
    }
    Ok(Json(seen))
}

/// A number, as it stands now
///
/// For whoever knows its address: it stands on the slip and in the QR code of the kiosk.
#[utoipa::path(get, path = "/tickets/{follow}", tag = "halls",
    params(("follow" = String, Path, description = "The address of the number")),
    responses((status = 200, description = "The number", body = TicketView), (status = 404, body = Problem)))]
async fn ticket(State(state): State<AppState>, Path(given): Path<String>) -> Result<Json<TicketView>> {
    let id = follow::ticket(&state.key, &given).ok_or_else(Error::not_found)?;
    let ticket = state.storage.ticket(id).await?.ok_or_else(Error::not_found)?;
    let at = Place::of(&state, &ticket.hall)?;
    // Of another day nobody waits, also where that day was not closed yet.
    let line = state.storage.hall_line(ticket.hall.clone(), ticket.day).await?;
    let mut view = at.ticket(&ticket, &line);
    if ticket.day != today(&state) && view.state.is_open() {
        view.state = onehall_protocol::halls::TicketState::Expired;
        (view.before, view.wait_minutes) = (0, None);
    }
    Ok(Json(view))
}

/// Give a number up
#[utoipa::path(delete, path = "/tickets/{follow}", tag = "halls",
    params(("follow" = String, Path, description = "The address of the number")),
    responses((status = 200, description = "The number", body = TicketView), (status = 404, body = Problem),
        (status = 409, description = "halls/not_possible: it is served", body = Problem)))]
async fn leave(State(state): State<AppState>, Path(given): Path<String>) -> Result<Json<TicketView>> {
    let id = follow::ticket(&state.key, &given).ok_or_else(Error::not_found)?;
    let ticket = state.storage.leave_queue(id, state.clock.now()).await?;
    tell(&state, &ticket.hall);
    let at = Place::of(&state, &ticket.hall)?;
    Ok(Json(at.ticket(&ticket, &line(&state, &at).await?)))
}

/// Pokes for whoever looks at a hall
///
/// Server-sent events named `poke`: something moved there, read anew. Open to everybody.
#[utoipa::path(get, path = "/halls/{hall}/events", tag = "halls",
    params(("hall" = HallCode, Path, description = "Which")),
    responses((status = 200, description = "A stream of pokes", content_type = "text/event-stream"),
        (status = 404, body = Problem), (status = 429, body = Problem)))]
async fn hall_events(
    State(state): State<AppState>,
    Path(hall): Path<HallCode>,
    asked: events::Asked,
) -> Result<Response> {
    Place::of(&state, &hall)?;
    events::stream_of_hall(state, hall, asked)
}
