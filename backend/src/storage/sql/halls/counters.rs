//! Counters: who works there, whom they call.

use std::collections::BTreeMap;

use onehall_protocol::halls::{HallRefusal, Priority, TicketState};
use onehall_protocol::{Date, HallCode, QueueCode, StaffId};

use super::super::values::{Key, id, name, parsed};
use super::tickets::{COLUMNS, end, has_open, must_find, read};
use crate::error::{Error, Result};
use crate::halls::{Call, Doing, Handle, Line, Measured, Seat, Sit, Ticket, not_possible, place};
use crate::storage::sql::{self, Connection, OptionalExtension, Row, Value, params, params_from_iter};

/// From how many of the last tickets of a queue its time is measured, and of how many days.
const MEASURED: u32 = 20;
const MEASURED_DAYS: i64 = 14;

/// How many of those who did not come are told of.
const MISSED_TOLD: i64 = 20;

fn read_seat(row: &Row<'_>) -> sql::Result<Seat> {
    Ok(Seat {
        hall: parsed(row, 0)?,
        counter: u16::try_from(row.get::<_, u32>(1)?).unwrap_or(u16::MAX),
        staff: id(row, 2)?,
        name: row.get(3)?,
    })
}

const SEAT: &str = "c.hall, c.counter, c.staff, s.name FROM hall_counter c JOIN staff s ON s.id = c.staff";

pub(super) fn seat(db: &Connection, staff: StaffId, day: Date) -> Result<Option<Seat>> {
    let sql = format!("SELECT {SEAT} WHERE c.staff = ?1 AND c.day = ?2");
    Ok(db
        .prepare_cached(&sql)?
        .query_row(params![staff.key(), day.to_string()], read_seat)
        .optional()?)
}

/// Whom a counter has called or serves.
fn at_counter(db: &Connection, hall: &HallCode, counter: u16, day: Date) -> Result<Option<Ticket>> {
    let sql = format!("SELECT {COLUMNS} FROM hall_ticket WHERE hall = ?1 AND open_counter = ?2 AND day = ?3");
    Ok(db
        .prepare_cached(&sql)?
        .query_row(params![hall.as_str(), u32::from(counter), day.to_string()], read)
        .optional()?)
}

pub(super) fn sit(tx: &Connection, sit: &Sit) -> Result<()> {
    let here = seat(tx, sit.staff, sit.day)?;
    if let Some(here) = &here {
        if here.hall == sit.hall && Some(here.counter) == sit.counter {
            return Ok(());
        }
        if at_counter(tx, &here.hall, here.counter, sit.day)?.is_some() {
            return Err(not_possible(HallRefusal::CounterBusy));
        }
    }
    tx.prepare_cached("DELETE FROM hall_counter WHERE staff = ?1")?
        .execute([sit.staff.key()])?;
    let Some(counter) = sit.counter else { return Ok(()) };
    let taken = tx
        .prepare_cached(
            "SELECT 1 FROM hall_counter c WHERE c.hall = ?1 AND c.counter = ?2 AND c.day = ?3 AND EXISTS
                 (SELECT 1 FROM staff_session s WHERE s.staff = c.staff AND s.idle_ends_at > ?4 AND s.ends_at > ?4)",
        )?
        .exists(params![
            sit.hall.as_str(),
            u32::from(counter),
            sit.day.to_string(),
            sit.now.unix_millis()
        ])?;
    if taken {
        return Err(not_possible(HallRefusal::CounterTaken));
    }
    tx.prepare_cached(
        "INSERT INTO hall_counter (hall, counter, staff, day, since) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (hall, counter) DO UPDATE SET staff = excluded.staff, day = excluded.day, since = excluded.since",
    )?
    .execute(params![
        sit.hall.as_str(),
        u32::from(counter),
        sit.staff.key(),
        sit.day.to_string(),
        sit.now.unix_millis()
    ])?;
    Ok(())
}

/// That whoever calls works at the counter.
fn works_there(tx: &Connection, call: &Call) -> Result<()> {
    match seat(tx, call.staff, call.day)? {
        Some(seat) if seat.hall == call.hall && seat.counter == call.counter => Ok(()),
        _ => Err(not_possible(HallRefusal::NoCounter)),
    }
}

/// The first who waits. Of two counters that call at once the second finds this one called, and takes the next.
pub(super) fn call_next(tx: &Connection, call: &Call) -> Result<Option<Ticket>> {
    works_there(tx, call)?;
    if at_counter(tx, &call.hall, call.counter, call.day)?.is_some() {
        return Err(not_possible(HallRefusal::CounterBusy));
    }
    // No queue at all stands for none, and not for any.
    let places = std::iter::once("NULL")
        .chain(call.queues.iter().map(|_| "?"))
        .collect::<Vec<_>>();
    let sql = format!(
        "SELECT {COLUMNS} FROM hall_ticket WHERE hall = ? AND day = ? AND state = 'waiting' AND queue IN ({})
         ORDER BY place, taken_at, number LIMIT 1",
        places.join(", ")
    );
    let fixed = [call.hall.as_str().to_owned(), call.day.to_string()];
    let queues = call.queues.iter().map(|queue| queue.as_str().to_owned());
    let values = fixed.into_iter().chain(queues).map(Value::Text);
    let next = tx
        .prepare_cached(&sql)?
        .query_row(params_from_iter(values), read)
        .optional()?;
    let Some(next) = next else { return Ok(None) };
    let called = tx
        .prepare_cached(
            "UPDATE hall_ticket SET state = ?2, counter = ?3, open_counter = ?3, called_at = ?4, calls = 1
             WHERE id = ?1 AND state = 'waiting'",
        )?
        .execute(params![
            next.id.key(),
            name(&TicketState::Called)?,
            u32::from(call.counter),
            call.now.unix_millis()
        ])?;
    if called == 0 {
        return Err(not_possible(HallRefusal::TicketMoved));
    }
    must_find(tx, next.id).map(Some)
}

pub(super) fn handle(tx: &Connection, handle: &Handle) -> Result<Ticket> {
    let Handle { call, ticket, doing } = handle;
    works_there(tx, call)?;
    let moved = || not_possible(HallRefusal::TicketMoved);
    let found = must_find(tx, *ticket)?;
    if found.hall != call.hall || found.day != call.day {
        return Err(Error::not_found());
    }
    let here = found.counter == Some(call.counter) && matches!(found.state, TicketState::Called | TicketState::Serving);
    match (doing, found.state) {
        (Doing::Recall, TicketState::Missed) => recall_missed(tx, call, &found),
        _ if !here => Err(moved()),
        (Doing::Recall, TicketState::Called) => {
            tx.prepare_cached("UPDATE hall_ticket SET called_at = ?2, calls = calls + 1 WHERE id = ?1")?
                .execute(params![ticket.key(), call.now.unix_millis()])?;
            must_find(tx, *ticket)
        }
        (Doing::Serve, TicketState::Called) => {
            tx.prepare_cached("UPDATE hall_ticket SET state = ?2 WHERE id = ?1")?
                .execute(params![ticket.key(), name(&TicketState::Serving)?])?;
            must_find(tx, *ticket)
        }
        (Doing::Missed, TicketState::Called) => end(tx, *ticket, TicketState::Missed, call.now),
        (Doing::Finish, _) => end(tx, *ticket, TicketState::Served, call.now),
        (Doing::Skip, TicketState::Called) => {
            // Behind everybody who waits now, whatever precedence they count with.
            wait_again(tx, &found, &found.queue, place(Priority::None, call.now, None) + 999)
        }
        (Doing::Transfer { queue }, _) => transfer(tx, &found, queue),
        _ => Err(moved()),
    }
}

/// Somebody who did not come is there after all.
fn recall_missed(tx: &Connection, call: &Call, missed: &Ticket) -> Result<Ticket> {
    if !call.queues.contains(&missed.queue) {
        return Err(Error::not_found());
    }
    if at_counter(tx, &call.hall, call.counter, call.day)?.is_some() {
        return Err(not_possible(HallRefusal::CounterBusy));
    }
    // Who drew another number meanwhile holds that one as well: this one is served now.
    tx.prepare_cached(
        "UPDATE hall_ticket SET state = ?2, counter = ?3, open_counter = ?3, called_at = ?4, calls = calls + 1,
             ended_at = NULL WHERE id = ?1",
    )?
    .execute(params![
        missed.id.key(),
        name(&TicketState::Called)?,
        u32::from(call.counter),
        call.now.unix_millis()
    ])?;
    must_find(tx, missed.id)
}

fn transfer(tx: &Connection, ticket: &Ticket, queue: &QueueCode) -> Result<Ticket> {
    let person: Option<[u8; 16]> = tx
        .prepare_cached("SELECT open_person FROM hall_ticket WHERE id = ?1")?
        .query_row([ticket.id.key()], |row| row.get(0))?;
    if let Some(person) = person
        && *queue != ticket.queue
        && has_open(tx, &person, (&ticket.hall, queue, ticket.day))?
    {
        return Err(not_possible(HallRefusal::HasTicket));
    }
    wait_again(tx, ticket, queue, ticket.place)
}

fn wait_again(tx: &Connection, ticket: &Ticket, queue: &QueueCode, place: i64) -> Result<Ticket> {
    tx.prepare_cached(
        "UPDATE hall_ticket SET state = ?2, queue = ?3, place = ?4, counter = NULL, open_counter = NULL,
             called_at = NULL WHERE id = ?1",
    )?
    .execute(params![
        ticket.id.key(),
        name(&TicketState::Waiting)?,
        queue.as_str(),
        place
    ])?;
    must_find(tx, ticket.id)
}

pub(super) fn line(db: &Connection, hall: &HallCode, day: Date) -> Result<Line> {
    let sql = format!(
        "SELECT {COLUMNS} FROM hall_ticket WHERE hall = ?1 AND day = ?2 AND state IN ('waiting', 'called', 'serving')
         ORDER BY place, taken_at, number"
    );
    let open = db
        .prepare_cached(&sql)?
        .query_map(params![hall.as_str(), day.to_string()], read)?
        .collect::<sql::Result<Vec<_>>>()?;
    let (waiting, at_counters) = open
        .into_iter()
        .partition(|ticket| ticket.state == TicketState::Waiting);
    let sql = format!(
        "SELECT {COLUMNS} FROM hall_ticket WHERE hall = ?1 AND day = ?2 AND state = 'missed'
         ORDER BY ended_at DESC LIMIT {MISSED_TOLD}"
    );
    let missed = db
        .prepare_cached(&sql)?
        .query_map(params![hall.as_str(), day.to_string()], read)?
        .collect::<sql::Result<_>>()?;
    let sql = format!("SELECT {SEAT} WHERE c.hall = ?1 AND c.day = ?2 ORDER BY c.counter");
    let seats = db
        .prepare_cached(&sql)?
        .query_map(params![hall.as_str(), day.to_string()], read_seat)?
        .collect::<sql::Result<_>>()?;
    let served = db
        .prepare_cached("SELECT count(*) FROM hall_ticket WHERE hall = ?1 AND day = ?2 AND state = 'served'")?
        .query_row(params![hall.as_str(), day.to_string()], |row| row.get(0))?;
    Ok(Line {
        waiting,
        at_counters,
        missed,
        seats,
        measured: measured(db, hall, day)?,
        served,
    })
}

/// How long the last tickets of each queue took, from the call to the end.
fn measured(db: &Connection, hall: &HallCode, day: Date) -> Result<BTreeMap<QueueCode, Measured>> {
    let queues = db
        .prepare_cached("SELECT DISTINCT queue FROM hall_ticket WHERE hall = ?1 AND state = 'served' AND day >= ?2")?
        .query_map(
            params![hall.as_str(), day.plus_days(-MEASURED_DAYS).to_string()],
            |row| parsed::<QueueCode>(row, 0),
        )?
        .collect::<sql::Result<Vec<_>>>()?;
    let mut measured = BTreeMap::new();
    for queue in queues {
        let took = db
            .prepare_cached(&format!(
                "SELECT ended_at - called_at FROM hall_ticket
                 WHERE hall = ?1 AND queue = ?2 AND state = 'served' AND day >= ?3 AND called_at IS NOT NULL
                 ORDER BY ended_at DESC LIMIT {MEASURED}"
            ))?
            .query_map(
                params![hall.as_str(), queue.as_str(), day.plus_days(-MEASURED_DAYS).to_string()],
                |row| row.get::<_, i64>(0),
            )?
            .collect::<sql::Result<Vec<_>>>()?;
        let count = u32::try_from(took.len()).unwrap_or(u32::MAX);
        if count > 0 {
            let mean_millis = took.iter().sum::<i64>() / i64::from(count);
            measured.insert(queue, Measured { count, mean_millis });
        }
    }
    Ok(measured)
}
