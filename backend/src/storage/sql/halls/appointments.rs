//! Appointments.

use onehall_protocol::halls::{AppointmentState, HallRefusal};
use onehall_protocol::{AppointmentId, Date, HallCode, PersonId, QueueCode, Timestamp};

use super::super::values::{Key, id, name, named, optional_id, optional_parsed, parsed, time};
use super::tickets;
use crate::error::{Error, Result};
use crate::halls::{Appointment, Book, CancelAppointment, CheckIn, Moved, Ticket, not_possible};
use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};

/// How many appointments one person has at once, in all halls.
const MOST_OPEN: u32 = 3;
/// How many one person makes in a day, those that were taken back again among them.
const MOST_IN_A_DAY: u32 = 6;
/// How many may be missed within so many days before no more can be made.
const MOST_MISSED: u32 = 3;
const MISSED_DAYS: i64 = 30;
const DAY: i64 = 86_400;

const COLUMNS: &str = "id, person, hall, queue, item, starts, ends, state, ticket";

fn read(row: &Row<'_>) -> sql::Result<Appointment> {
    Ok(Appointment {
        id: id(row, 0)?,
        person: id(row, 1)?,
        hall: parsed(row, 2)?,
        queue: parsed(row, 3)?,
        item: optional_parsed(row, 4)?,
        starts: time(row, 5)?,
        ends: time(row, 6)?,
        state: named(row, 7)?,
        ticket: optional_id(row, 8)?,
    })
}

fn find(db: &Connection, id: AppointmentId) -> Result<Appointment> {
    let sql = format!("SELECT {COLUMNS} FROM hall_appointment WHERE id = ?1");
    db.prepare_cached(&sql)?
        .query_row([id.key()], read)
        .optional()?
        .ok_or_else(Error::not_found)
}

pub(super) fn of_person(db: &Connection, id: AppointmentId, person: PersonId) -> Result<Appointment> {
    find(db, id).and_then(|found| {
        if found.person == person {
            Ok(found)
        } else {
            Err(Error::not_found())
        }
    })
}

pub(super) fn all_of(db: &Connection, person: PersonId, from: Timestamp) -> Result<Vec<Appointment>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM hall_appointment WHERE person = ?1 AND ends > ?2 AND state <> 'cancelled' ORDER BY starts, id"
    );
    let all = db
        .prepare_cached(&sql)?
        .query_map(params![person.key(), from.unix_millis()], read)?
        .collect::<sql::Result<_>>()?;
    Ok(all)
}

pub(super) fn kept_of(db: &Connection, person: PersonId) -> Result<Vec<Appointment>> {
    let sql = format!("SELECT {COLUMNS} FROM hall_appointment WHERE person = ?1 ORDER BY starts, id");
    let all = db
        .prepare_cached(&sql)?
        .query_map([person.key()], read)?
        .collect::<sql::Result<_>>()?;
    Ok(all)
}

pub(super) fn booked(
    db: &Connection,
    hall: &HallCode,
    queue: &QueueCode,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<(Timestamp, u32)>> {
    let all = db
        .prepare_cached(
            "SELECT starts, count(*) FROM hall_appointment
             WHERE hall = ?1 AND queue = ?2 AND starts >= ?3 AND starts < ?4 AND state <> 'cancelled'
             GROUP BY starts ORDER BY starts",
        )?
        .query_map(
            params![hall.as_str(), queue.as_str(), from.unix_millis(), to.unix_millis()],
            |row| Ok((time(row, 0)?, row.get(1)?)),
        )?
        .collect::<sql::Result<_>>()?;
    Ok(all)
}

fn one_number(tx: &Connection, sql: &str, person: PersonId, from: Timestamp) -> Result<u32> {
    Ok(tx
        .prepare_cached(sql)?
        .query_row(params![person.key(), from.unix_millis()], |row| row.get(0))?)
}

/// That there is room at a time. Counted in the command that takes it, so the last place is taken once.
fn has_room(tx: &Connection, hall: &HallCode, queue: &QueueCode, at: &Moved) -> Result<()> {
    let taken: u32 = tx
        .prepare_cached(
            "SELECT count(*) FROM hall_appointment
             WHERE hall = ?1 AND queue = ?2 AND starts = ?3 AND state <> 'cancelled'",
        )?
        .query_row(params![hall.as_str(), queue.as_str(), at.starts.unix_millis()], |row| {
            row.get(0)
        })?;
    if taken < at.capacity {
        Ok(())
    } else {
        Err(not_possible(HallRefusal::SlotFull))
    }
}

/// What one person may have, so that nobody keeps times from others.
fn within_limits(tx: &Connection, book: &Book) -> Result<()> {
    let Book { person, now, .. } = *book;
    let same = tx
        .prepare_cached(
            "SELECT 1 FROM hall_appointment
             WHERE person = ?1 AND hall = ?2 AND queue = ?3 AND state = 'booked' AND ends > ?4",
        )?
        .exists(params![
            person.key(),
            book.hall.as_str(),
            book.queue.as_str(),
            now.unix_millis()
        ])?;
    if same {
        return Err(not_possible(HallRefusal::HasAppointment));
    }
    let missed = "SELECT count(*) FROM hall_appointment WHERE person = ?1 AND starts > ?2 AND state = 'missed'";
    if one_number(tx, missed, person, now.plus_seconds(-MISSED_DAYS * DAY))? >= MOST_MISSED {
        return Err(not_possible(HallRefusal::MissedAppointments));
    }
    let open = "SELECT count(*) FROM hall_appointment WHERE person = ?1 AND ends > ?2 AND state = 'booked'";
    let made = "SELECT count(*) FROM hall_appointment WHERE person = ?1 AND booked_at > ?2";
    let many = one_number(tx, open, person, now)? >= MOST_OPEN
        || one_number(tx, made, person, now.plus_seconds(-DAY))? >= MOST_IN_A_DAY;
    if many {
        return Err(not_possible(HallRefusal::TooManyAppointments));
    }
    Ok(())
}

pub(super) fn book(tx: &Connection, book: &Book) -> Result<Appointment> {
    within_limits(tx, book)?;
    has_room(tx, &book.hall, &book.queue, &book.at)?;
    tx.prepare_cached(
        "INSERT INTO hall_appointment (id, person, hall, queue, item, day, starts, ends, state, code, booked_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        book.id.key(),
        book.person.key(),
        book.hall.as_str(),
        book.queue.as_str(),
        book.item.as_ref().map(|item| item.as_str()),
        book.at.day.to_string(),
        book.at.starts.unix_millis(),
        book.at.ends.unix_millis(),
        name(&AppointmentState::Booked)?,
        book.code,
        book.now.unix_millis(),
    ])?;
    find(tx, book.id)
}

pub(super) fn by_code(db: &Connection, hall: &HallCode, day: Date, code: &[u8; 32]) -> Result<Option<Appointment>> {
    // Two of a day might have one code: the one that is expected counts.
    let sql = format!(
        "SELECT {COLUMNS} FROM hall_appointment WHERE hall = ?1 AND day = ?2 AND code = ?3
         ORDER BY CASE WHEN state = 'booked' THEN 0 ELSE 1 END, starts LIMIT 1"
    );
    Ok(db
        .prepare_cached(&sql)?
        .query_row(params![hall.as_str(), day.to_string(), code], read)
        .optional()?)
}

/// The appointment, where it still stands as it was read.
fn as_read(tx: &Connection, id: AppointmentId, starts: Timestamp) -> Result<Appointment> {
    let found = find(tx, id)?;
    if found.state == AppointmentState::Booked && found.starts == starts {
        Ok(found)
    } else {
        Err(not_possible(HallRefusal::AppointmentOver))
    }
}

pub(super) fn move_to(tx: &Connection, was: &CancelAppointment, to: &Moved) -> Result<Appointment> {
    of_person(tx, was.id, was.person)?;
    let found = as_read(tx, was.id, was.starts)?;
    if to.starts != found.starts {
        has_room(tx, &found.hall, &found.queue, to)?;
    }
    tx.prepare_cached("UPDATE hall_appointment SET day = ?2, starts = ?3, ends = ?4 WHERE id = ?1")?
        .execute(params![
            was.id.key(),
            to.day.to_string(),
            to.starts.unix_millis(),
            to.ends.unix_millis()
        ])?;
    find(tx, was.id)
}

pub(super) fn cancel(tx: &Connection, cancel: &CancelAppointment) -> Result<Appointment> {
    let found = of_person(tx, cancel.id, cancel.person)?;
    if found.state == AppointmentState::Cancelled {
        return Ok(found);
    }
    as_read(tx, cancel.id, cancel.starts)?;
    tx.prepare_cached("UPDATE hall_appointment SET state = ?2 WHERE id = ?1")?
        .execute(params![cancel.id.key(), name(&AppointmentState::Cancelled)?])?;
    find(tx, cancel.id)
}

pub(super) fn check_in(tx: &Connection, check_in: &CheckIn) -> Result<Ticket> {
    let found = find(tx, check_in.appointment)?;
    // However often one checks in, and by whatever way, it is one ticket.
    if let (AppointmentState::CheckedIn, Some(ticket)) = (found.state, found.ticket) {
        return tickets::must_find(tx, ticket);
    }
    as_read(tx, check_in.appointment, check_in.starts)?;
    let ticket = tickets::take(tx, &check_in.take)?;
    tx.prepare_cached("UPDATE hall_appointment SET state = ?2, ticket = ?3 WHERE id = ?1")?
        .execute(params![
            found.id.key(),
            name(&AppointmentState::CheckedIn)?,
            ticket.id.key()
        ])?;
    Ok(ticket)
}

/// Nobody came: of days before `today`.
pub(super) fn miss(tx: &Connection, today: Date) -> Result<usize> {
    Ok(tx
        .prepare_cached("UPDATE hall_appointment SET state = ?2 WHERE state = 'booked' AND day < ?1")?
        .execute(params![today.to_string(), name(&AppointmentState::Missed)?])?)
}
