//! An identity card at a kiosk: it finds the appointment of today, or draws a number.

use axum::extract::State;
use onehall_protocol::halls::{AppointmentState, CardAtHall, CardSeen, HallRefusal, Priority, TicketView};
use onehall_protocol::{Date, ErrorCode, HallCode, PersonId, Problem, QueueCode, TicketId, Timestamp};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::kiosk::AtKiosk;
use super::super::model::{Appointment, Attempt, Take};
use super::super::view::Place;
use super::super::{not_possible, place, today};
use super::appointments::checked_in;
use super::{attempt, line, tell};
use crate::clock::begin_of;
use crate::error::{Error, Result};
use crate::http::extract::{IdempotencyKeyHeader, Json, Path};
use crate::state::AppState;

/// Who is as old is called earlier; a card shows it, nobody has to say so.
const ELDER_YEARS: i32 = 60;

/// How many numbers one kiosk draws by cards in an hour: more than people can stand in front of it.
const CARDS_PER_KIOSK_HOUR: u32 = 600;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(card))
}

/// An identity card was put on a kiosk's reader
///
/// Checks in for the appointment of today, where it is time for it; else draws a number of the queue, where one is named. Who
/// has a number there already gets that. Only for kiosks of the hall, by their key: who knows an identity number has no card.
#[utoipa::path(post, path = "/halls/{hall}/card", tag = "halls", request_body = CardAtHall,
    params(("hall" = HallCode, Path, description = "Which"),
        ("OneHall-Kiosk" = String, Header, description = "Hall, number and key of the kiosk: `central/3/<key>`"),
        ("Idempotency-Key" = String, Header, description = "Names the attempt")),
    responses((status = 200, description = "What the card led to", body = CardSeen),
        (status = 403, description = "request/forbidden: no kiosk of this hall", body = Problem),
        (status = 409, description = "halls/not_possible", body = Problem)))]
async fn card(
    State(state): State<AppState>,
    Path(hall): Path<HallCode>,
    kiosk: AtKiosk,
    IdempotencyKeyHeader(key): IdempotencyKeyHeader,
    Json(ask): Json<CardAtHall>,
) -> Result<Json<CardSeen>> {
    if kiosk.hall != hall {
        return Err(Error::new(ErrorCode::Forbidden));
    }
    let at = Place::of(&state, &hall)?;
    let person = state.storage.citizen_of_card(ask.citizen_id.clone()).await?;
    let attempt = attempt(&state, key, "card", &format!("card at {hall}"), &ask)?;
    let expected = match person {
        Some(person) => expected(&state, &at, person).await?,
        None => Expected::default(),
    };
    if let Some(appointment) = expected.now {
        let Json(ticket) = checked_in(&state, &appointment, attempt).await?;
        return Ok(Json(CardSeen {
            ticket: Some(ticket),
            from: None,
        }));
    }
    let ticket = match &ask.queue {
        None => None,
        Some(queue) => {
            let drawer = Drawer {
                person,
                born: ask.citizen_id.birth_date(),
                kiosk: &kiosk,
            };
            Some(draw(&state, &at, queue, &drawer, attempt).await?)
        }
    };
    Ok(Json(CardSeen {
        ticket,
        from: expected.later,
    }))
}

/// What a citizen is expected for in a hall today.
#[derive(Default)]
struct Expected {
    /// One may check in for this now, or has done so and has an open number.
    now: Option<Appointment>,
    /// One may check in for the next one then.
    later: Option<Timestamp>,
}

async fn expected(state: &AppState, at: &Place<'_>, person: PersonId) -> Result<Expected> {
    let (day, offset) = (today(state), at.offset);
    let (begin, end) = (begin_of(day, offset), begin_of(day.plus_days(1), offset));
    let all = state.storage.appointments_of(person, begin).await?;
    let mut expected = Expected::default();
    let mut has_number = None;
    for appointment in all {
        if appointment.hall != at.floor.code || appointment.starts < begin || appointment.starts >= end {
            continue;
        }
        let view = at.appointment(&appointment)?;
        match appointment.state {
            AppointmentState::Booked if at.now < view.check_in_from => {
                expected.later = expected.later.or(Some(view.check_in_from));
            }
            AppointmentState::Booked if at.now <= view.check_in_until => {
                expected.now = expected.now.or(Some(appointment));
            }
            AppointmentState::CheckedIn => {
                let ticket = match appointment.ticket {
                    Some(ticket) => state.storage.ticket(ticket).await?,
                    None => None,
                };
                if ticket.is_some_and(|ticket| ticket.state.is_open()) {
                    has_number = has_number.or(Some(appointment));
                }
            }
            _ => {}
        }
    }
    expected.now = expected.now.or(has_number);
    Ok(expected)
}

/// Who draws a number, and where.
struct Drawer<'a> {
    person: Option<PersonId>,
    born: Date,
    kiosk: &'a AtKiosk,
}

async fn draw(
    state: &AppState,
    at: &Place<'_>,
    queue: &QueueCode,
    drawer: &Drawer<'_>,
    attempt: Attempt,
) -> Result<TicketView> {
    let queue = at.queue(queue)?;
    let day = today(state);
    if let Some(person) = drawer.person {
        let open = state.storage.tickets_of(person, day).await?;
        let mine = open
            .into_iter()
            .find(|ticket| ticket.hall == at.floor.code && ticket.queue == queue.code);
        if let Some(ticket) = mine {
            return Ok(at.ticket(&ticket, &line(state, at).await?));
        }
    }
    if !at.floor.gives(queue, at.now, at.offset, at.calendar) {
        return Err(not_possible(HallRefusal::Closed));
    }
    let priority = if drawer.born.years_until(day) >= ELDER_YEARS {
        Priority::Elder
    } else {
        Priority::None
    };
    let kiosk = drawer.kiosk.to_string();
    let taken = state
        .storage
        .take_ticket(Take {
            id: TicketId(state.new_id()),
            attempt,
            hall: at.floor.code.clone(),
            day,
            queue: queue.code.clone(),
            letter: queue.letter,
            most_waiting: Some(queue.most_waiting),
            person: drawer.person,
            priority,
            place: place(priority, at.now, None),
            item: None,
            client: Some((state.key.keyed_hash("kiosk", &[&kiosk]), CARDS_PER_KIOSK_HOUR)),
            now: at.now,
        })
        .await?;
    tell(state, &at.floor.code);
    Ok(at.ticket(&taken, &line(state, at).await?))
}
