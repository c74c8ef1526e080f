//! Tickets.

use onehall_protocol::halls::{HallRefusal, TicketState};
use onehall_protocol::{Date, HallCode, PersonId, QueueCode, TicketId, Timestamp};

use super::super::identity::{count, refuse_beyond};
use super::super::values::{Key, id, name, named, optional_parsed, optional_time, parsed, time};
use super::{DRAWN, HOUR};
use crate::error::{Error, Result};
use crate::halls::{Take, Ticket, not_possible};
use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};

/// The columns that [`read`] reads, in order.
pub(super) const COLUMNS: &str =
    "id, hall, day, queue, number, state, priority, place, counter, item, taken_at, called_at, calls";

/// A row of [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> sql::Result<Ticket> {
    Ok(Ticket {
        id: id(row, 0)?,
        hall: parsed(row, 1)?,
        day: parsed(row, 2)?,
        queue: parsed(row, 3)?,
        number: row.get(4)?,
        state: named(row, 5)?,
        priority: named(row, 6)?,
        place: row.get(7)?,
        counter: row
            .get::<_, Option<u32>>(8)?
            .and_then(|counter| u16::try_from(counter).ok()),
        item: optional_parsed(row, 9)?,
        taken_at: time(row, 10)?,
        called_at: optional_time(row, 11)?,
        calls: row.get(12)?,
    })
}

pub(super) fn find(db: &Connection, id: TicketId) -> Result<Option<Ticket>> {
    let sql = format!("SELECT {COLUMNS} FROM hall_ticket WHERE id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([id.key()], read).optional()?)
}

pub(super) fn must_find(db: &Connection, id: TicketId) -> Result<Ticket> {
    find(db, id)?.ok_or_else(Error::not_found)
}

pub(super) fn open_of(db: &Connection, person: PersonId, day: Date) -> Result<Vec<Ticket>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM hall_ticket
         WHERE person = ?1 AND day = ?2 AND state IN ('waiting', 'called', 'serving') ORDER BY taken_at, number"
    );
    let all = db
        .prepare_cached(&sql)?
        .query_map(params![person.key(), day.to_string()], read)?
        .collect::<sql::Result<_>>()?;
    Ok(all)
}

pub(super) fn kept_of(db: &Connection, person: PersonId) -> Result<Vec<Ticket>> {
    let sql = format!("SELECT {COLUMNS} FROM hall_ticket WHERE person = ?1 ORDER BY taken_at, number");
    let all = db
        .prepare_cached(&sql)?
        .query_map([person.key()], read)?
        .collect::<sql::Result<_>>()?;
    Ok(all)
}

/// Whether somebody has an open ticket of a queue.
pub(super) fn has_open(
    db: &Connection,
    person: &[u8; 16],
    (hall, queue, day): (&HallCode, &QueueCode, Date),
) -> Result<bool> {
    Ok(db
        .prepare_cached("SELECT 1 FROM hall_ticket WHERE open_person = ?1 AND hall = ?2 AND queue = ?3 AND day = ?4")?
        .exists(params![person, hall.as_str(), queue.as_str(), day.to_string()])?)
}

pub(super) fn take(tx: &Connection, take: &Take) -> Result<Ticket> {
    let person = take.person.map(|person| person.key());
    let day = take.day.to_string();
    if let Some(person) = &person
        && has_open(tx, person, (&take.hall, &take.queue, take.day))?
    {
        return Err(not_possible(HallRefusal::HasTicket));
    }
    if let Some(most) = take.most_waiting {
        let waiting: u32 = tx
            .prepare_cached(
                "SELECT count(*) FROM hall_ticket WHERE hall = ?1 AND day = ?2 AND state = 'waiting' AND queue = ?3",
            )?
            .query_row(params![take.hall.as_str(), day, take.queue.as_str()], |row| row.get(0))?;
        if waiting >= most {
            return Err(not_possible(HallRefusal::QueueFull));
        }
    }
    if let Some((client, most)) = &take.client {
        refuse_beyond(tx, DRAWN, client, HOUR, *most, take.now)?;
        count(tx, DRAWN, client, take.now)?;
    }
    let number: u32 = tx
        .prepare_cached(
            "INSERT INTO hall_number (hall, queue, day, last) VALUES (?1, ?2, ?3, 1)
             ON CONFLICT (hall, queue, day) DO UPDATE SET last = hall_number.last + 1 RETURNING last",
        )?
        .query_row(params![take.hall.as_str(), take.queue.as_str(), day], |row| row.get(0))?;
    tx.prepare_cached(
        "INSERT INTO hall_ticket (id, hall, day, queue, number, state, priority, place, person, open_person, item,
             taken_at, calls)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, 0)",
    )?
    .execute(params![
        take.id.key(),
        take.hall.as_str(),
        day,
        take.queue.as_str(),
        format!("{}{number:03}", take.letter),
        name(&TicketState::Waiting)?,
        name(&take.priority)?,
        take.place + i64::from(number % 1000),
        person,
        take.item.as_ref().map(|item| item.as_str()),
        take.now.unix_millis(),
    ])?;
    must_find(tx, take.id)
}

pub(super) fn leave(tx: &Connection, id: TicketId, now: Timestamp) -> Result<Ticket> {
    let ticket = must_find(tx, id)?;
    match ticket.state {
        TicketState::Waiting | TicketState::Called => end(tx, id, TicketState::Left, now),
        TicketState::Serving => Err(not_possible(HallRefusal::TicketMoved)),
        _ => Ok(ticket),
    }
}

/// A ticket is over: whoever held it may draw another, and the counter is free.
pub(super) fn end(tx: &Connection, id: TicketId, state: TicketState, now: Timestamp) -> Result<Ticket> {
    tx.prepare_cached(
        "UPDATE hall_ticket SET state = ?2, open_person = NULL, open_counter = NULL, ended_at = ?3 WHERE id = ?1",
    )?
    .execute(params![id.key(), name(&state)?, now.unix_millis()])?;
    must_find(tx, id)
}

/// Ends what is open of days before `today`.
pub(super) fn expire(tx: &Connection, today: Date, now: Timestamp) -> Result<usize> {
    Ok(tx
        .prepare_cached(
            "UPDATE hall_ticket SET state = ?2, open_person = NULL, open_counter = NULL, ended_at = ?3
             WHERE state IN ('waiting', 'called', 'serving') AND day < ?1",
        )?
        .execute(params![
            today.to_string(),
            name(&TicketState::Expired)?,
            now.unix_millis()
        ])?)
}
