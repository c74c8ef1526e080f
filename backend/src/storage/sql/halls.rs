//! Halls: tickets, counters, appointments.

mod appointments;
mod counters;
mod kiosks;
mod tickets;

use std::collections::BTreeMap;

use async_trait::async_trait;
use onehall_protocol::halls::KioskSign;
use onehall_protocol::{
    AppointmentId, CitizenId, Date, ErrorCode, HallCode, PersonId, QueueCode, StaffId, TicketId, Timestamp,
};

use super::values::Key;
use super::{Connection, Database, OptionalExtension, params};
use crate::error::{Error, Result};
use crate::halls::{
    Appointment, Attempt, Book, Call, CancelAppointment, CheckIn, HallStore, Handle, Line, Moved, Seat, Sit, Take,
    Ticket,
};

/// What limits count tickets of kiosks as, and tries of codes.
const DRAWN: &str = "hall-ticket";
const CODES: &str = "hall-code";
const HOUR: i64 = 3600;

/// How long tickets, appointments and attempts are kept, in days.
const TICKET_DAYS: i64 = 30;
const APPOINTMENT_DAYS: i64 = 90;
const ATTEMPT_SECONDS: i64 = 2 * 86_400;

/// What came of an attempt that was made before: the ticket or appointment, or that there was none.
fn attempted(db: &Connection, attempt: &Attempt) -> Result<Option<Option<[u8; 16]>>> {
    let found = db
        .prepare_cached("SELECT payload, subject FROM hall_attempt WHERE key = ?1")?
        .query_row([attempt.key.key()], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, Option<[u8; 16]>>(1)?))
        })
        .optional()?;
    match found {
        Some((payload, _)) if payload != attempt.payload => Err(ErrorCode::IdempotencyConflict.into()),
        Some((_, subject)) => Ok(Some(subject)),
        None => Ok(None),
    }
}

fn keep_attempt(db: &Connection, attempt: &Attempt, subject: Option<[u8; 16]>, now: Timestamp) -> Result<()> {
    db.prepare_cached("INSERT INTO hall_attempt (key, payload, subject, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![attempt.key.key(), attempt.payload, subject, now.unix_millis()])?;
    Ok(())
}

/// The ticket that an attempt made before.
fn ticket_of_attempt(db: &Connection, attempt: &Attempt) -> Result<Option<Ticket>> {
    match attempted(db, attempt)? {
        Some(Some(id)) => tickets::must_find(db, TicketId::from_key(id)).map(Some),
        // The key of something that gives no ticket: its payload would have differed.
        Some(None) => Err(Error::broken("read what an attempt made")),
        None => Ok(None),
    }
}

#[async_trait]
impl HallStore for Database {
    async fn take_ticket(&self, take: Take) -> Result<Ticket> {
        self.write(move |tx| {
            if let Some(ticket) = ticket_of_attempt(tx, &take.attempt)? {
                return Ok(ticket);
            }
            let ticket = tickets::take(tx, &take)?;
            keep_attempt(tx, &take.attempt, Some(ticket.id.key()), take.now)?;
            Ok(ticket)
        })
        .await
    }

    async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>> {
        self.read(move |db| tickets::find(db, id)).await
    }

    async fn tickets_of(&self, person: PersonId, day: Date) -> Result<Vec<Ticket>> {
        self.read(move |db| tickets::open_of(db, person, day)).await
    }

    async fn leave_queue(&self, id: TicketId, now: Timestamp) -> Result<Ticket> {
        self.write(move |tx| tickets::leave(tx, id, now)).await
    }

    async fn hall_line(&self, hall: HallCode, day: Date) -> Result<Line> {
        self.read(move |db| counters::line(db, &hall, day)).await
    }

    async fn seat(&self, staff: StaffId, day: Date) -> Result<Option<Seat>> {
        self.read(move |db| counters::seat(db, staff, day)).await
    }

    async fn sit(&self, sit: Sit) -> Result<()> {
        self.write(move |tx| counters::sit(tx, &sit)).await
    }

    async fn call_next(&self, call: Call) -> Result<Option<Ticket>> {
        self.write(move |tx| {
            if let Some(called) = attempted(tx, &call.attempt)? {
                return match called {
                    Some(id) => tickets::must_find(tx, TicketId::from_key(id)).map(Some),
                    None => Ok(None),
                };
            }
            let called = counters::call_next(tx, &call)?;
            keep_attempt(
                tx,
                &call.attempt,
                called.as_ref().map(|ticket| ticket.id.key()),
                call.now,
            )?;
            Ok(called)
        })
        .await
    }

    async fn handle_ticket(&self, handle: Handle) -> Result<Ticket> {
        self.write(move |tx| {
            if let Some(ticket) = ticket_of_attempt(tx, &handle.call.attempt)? {
                return Ok(ticket);
            }
            let ticket = counters::handle(tx, &handle)?;
            keep_attempt(tx, &handle.call.attempt, Some(ticket.id.key()), handle.call.now)?;
            Ok(ticket)
        })
        .await
    }

    async fn booked(
        &self,
        hall: HallCode,
        queue: QueueCode,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(Timestamp, u32)>> {
        self.read(move |db| appointments::booked(db, &hall, &queue, from, to))
            .await
    }

    async fn book(&self, book: Book) -> Result<Appointment> {
        self.write(move |tx| {
            if let Some(subject) = attempted(tx, &book.attempt)? {
                let id = subject.ok_or_else(|| Error::broken("read what an attempt made"))?;
                return appointments::of_person(tx, AppointmentId::from_key(id), book.person);
            }
            let appointment = appointments::book(tx, &book)?;
            keep_attempt(tx, &book.attempt, Some(appointment.id.key()), book.now)?;
            Ok(appointment)
        })
        .await
    }

    async fn appointments_of(&self, person: PersonId, from: Timestamp) -> Result<Vec<Appointment>> {
        self.read(move |db| appointments::all_of(db, person, from)).await
    }

    async fn appointment(&self, id: AppointmentId, person: PersonId) -> Result<Appointment> {
        self.read(move |db| appointments::of_person(db, id, person)).await
    }

    async fn appointment_by_code(
        &self,
        hall: HallCode,
        day: Date,
        code: [u8; 32],
        tries: ([u8; 32], u32),
        now: Timestamp,
    ) -> Result<Option<Appointment>> {
        // Each try counts, the right one as well: so none is read and then not counted.
        self.write(move |tx| {
            let (client, most) = tries;
            super::identity::refuse_beyond(tx, CODES, &client, HOUR, most, now)?;
            super::identity::count(tx, CODES, &client, now)?;
            appointments::by_code(tx, &hall, day, &code)
        })
        .await
    }

    async fn citizen_of_card(&self, number: CitizenId) -> Result<Option<PersonId>> {
        self.read(move |db| super::identity::of_card(db, &number)).await
    }

    async fn note_kiosk(&self, hall: HallCode, number: u16, sign: KioskSign, now: Timestamp) -> Result<()> {
        self.write(move |tx| kiosks::note(tx, &hall, number, &sign, now)).await
    }

    async fn kiosk_signs(&self, hall: HallCode) -> Result<BTreeMap<u16, (Timestamp, KioskSign)>> {
        self.read(move |db| kiosks::of(db, &hall)).await
    }

    async fn move_appointment(
        &self,
        was: CancelAppointment,
        attempt: Attempt,
        to: Moved,
        now: Timestamp,
    ) -> Result<Appointment> {
        self.write(move |tx| {
            if attempted(tx, &attempt)?.is_some() {
                return appointments::of_person(tx, was.id, was.person);
            }
            let moved = appointments::move_to(tx, &was, &to)?;
            keep_attempt(tx, &attempt, Some(moved.id.key()), now)?;
            Ok(moved)
        })
        .await
    }

    async fn cancel_appointment(&self, cancel: CancelAppointment) -> Result<Appointment> {
        self.write(move |tx| appointments::cancel(tx, &cancel)).await
    }

    async fn check_in(&self, check_in: CheckIn) -> Result<Ticket> {
        self.write(move |tx| appointments::check_in(tx, &check_in)).await
    }

    async fn hall_visits(&self, person: PersonId) -> Result<(Vec<Ticket>, Vec<Appointment>)> {
        self.read(move |db| Ok((tickets::kept_of(db, person)?, appointments::kept_of(db, person)?)))
            .await
    }

    async fn close_hall_days(&self, today: Date, now: Timestamp) -> Result<u64> {
        self.write(move |tx| {
            let ended = tickets::expire(tx, today, now)? + appointments::miss(tx, today)?;
            tx.prepare_cached("DELETE FROM hall_counter WHERE day < ?1")?
                .execute([today.to_string()])?;
            tx.prepare_cached("DELETE FROM hall_number WHERE day < ?1")?
                .execute([today.to_string()])?;
            for (table, days) in [("hall_ticket", TICKET_DAYS), ("hall_appointment", APPOINTMENT_DAYS)] {
                tx.prepare_cached(&format!("DELETE FROM {table} WHERE day < ?1"))?
                    .execute([today.plus_days(-days).to_string()])?;
            }
            tx.prepare_cached("DELETE FROM hall_attempt WHERE at < ?1")?
                .execute([now.plus_seconds(-ATTEMPT_SECONDS).unix_millis()])?;
            tx.prepare_cached("DELETE FROM login_count WHERE kind IN (?1, ?2) AND at < ?3")?
                .execute(params![DRAWN, CODES, now.plus_seconds(-HOUR).unix_millis()])?;
            Ok(ended as u64)
        })
        .await
    }
}
