//! What halls keep, as whole commands. Each is right alone, on any replica: nobody is called twice, nothing is overbooked.

use std::collections::BTreeMap;

use async_trait::async_trait;
use onehall_protocol::halls::KioskSign;
use onehall_protocol::{AppointmentId, CitizenId, Date, HallCode, PersonId, QueueCode, StaffId, TicketId, Timestamp};

use super::model::{
    Appointment, Attempt, Book, Call, CancelAppointment, CheckIn, Handle, Line, Moved, Seat, Sit, Take, Ticket,
};
use crate::error::Result;

/// Tickets, counters and appointments.
#[async_trait]
pub trait HallStore: Send + Sync {
    /// Draws a number. The same attempt gives the same ticket.
    ///
    /// # Errors
    /// `halls/not_possible` (`queue_full`, `has_ticket`); `request/too_many`; `request/idempotency_conflict`.
    async fn take_ticket(&self, take: Take) -> Result<Ticket>;

    /// A ticket.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn ticket(&self, id: TicketId) -> Result<Option<Ticket>>;

    /// The open tickets of a citizen on a day, the first drawn first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn tickets_of(&self, person: PersonId, day: Date) -> Result<Vec<Ticket>>;

    /// Gives a ticket up that waits or is called; one that is over stays as it is.
    ///
    /// # Errors
    /// `halls/not_possible` (`ticket_moved`) while it is served.
    async fn leave_queue(&self, id: TicketId, now: Timestamp) -> Result<Ticket>;

    /// A hall's day.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn hall_line(&self, hall: HallCode, day: Date) -> Result<Line>;

    /// Where a clerk works on a day.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn seat(&self, staff: StaffId, day: Date) -> Result<Option<Seat>>;

    /// A clerk begins at a counter, or stops. Whose session has ended, or who sat there on another day, makes room.
    ///
    /// # Errors
    /// `halls/not_possible` (`counter_taken`; `counter_busy` where the one that is left has somebody at it).
    async fn sit(&self, sit: Sit) -> Result<()>;

    /// Calls the next; none where nobody waits. The same attempt gives the same ticket.
    ///
    /// # Errors
    /// `halls/not_possible` (`no_counter`, `counter_busy`).
    async fn call_next(&self, call: Call) -> Result<Option<Ticket>>;

    /// Does something with a ticket. The same attempt has one effect.
    ///
    /// # Errors
    /// `halls/not_possible` (`no_counter`, `counter_busy`, `ticket_moved`, `has_ticket`).
    async fn handle_ticket(&self, handle: Handle) -> Result<Ticket>;

    /// How many appointments there are, by beginning, from `from` until before `to`.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn booked(
        &self,
        hall: HallCode,
        queue: QueueCode,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(Timestamp, u32)>>;

    /// Makes an appointment. The same attempt gives the same one.
    ///
    /// # Errors
    /// `halls/not_possible` (`slot_full`, `has_appointment`, `too_many_appointments`, `missed_appointments`).
    async fn book(&self, book: Book) -> Result<Appointment>;

    /// The appointments of a citizen that end after `from`, in order.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn appointments_of(&self, person: PersonId, from: Timestamp) -> Result<Vec<Appointment>>;

    /// One of a citizen's appointments.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn appointment(&self, id: AppointmentId, person: PersonId) -> Result<Appointment>;

    /// The appointment of a day to which a code belongs.
    ///
    /// # Errors
    /// `request/too_many` beyond `tries` for the client in an hour.
    async fn appointment_by_code(
        &self,
        hall: HallCode,
        day: Date,
        code: [u8; 32],
        tries: ([u8; 32], u32),
        now: Timestamp,
    ) -> Result<Option<Appointment>>;

    /// The citizen whose number stands on an identity card.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn citizen_of_card(&self, number: CitizenId) -> Result<Option<PersonId>>;

    /// Notes how a kiosk says that it is.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn note_kiosk(&self, hall: HallCode, number: u16, sign: KioskSign, now: Timestamp) -> Result<()>;

    /// How the kiosks of a hall said that they are, each with when.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn kiosk_signs(&self, hall: HallCode) -> Result<BTreeMap<u16, (Timestamp, KioskSign)>>;

    /// Moves an appointment that stands at `was.starts`. The same attempt has one effect.
    ///
    /// # Errors
    /// `halls/not_possible` (`slot_full`, `appointment_over`).
    async fn move_appointment(
        &self,
        was: CancelAppointment,
        attempt: Attempt,
        to: Moved,
        now: Timestamp,
    ) -> Result<Appointment>;

    /// Takes an appointment back; one that was taken back already stays so.
    ///
    /// # Errors
    /// `halls/not_possible` (`appointment_over`).
    async fn cancel_appointment(&self, cancel: CancelAppointment) -> Result<Appointment>;

    /// Somebody with an appointment is there: it becomes a ticket, once.
    ///
    /// # Errors
    /// `halls/not_possible` (`appointment_over`, `has_ticket`).
    async fn check_in(&self, check_in: CheckIn) -> Result<Ticket>;

    /// All that is kept of a citizen: tickets and appointments, the earliest first.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn hall_visits(&self, person: PersonId) -> Result<(Vec<Ticket>, Vec<Appointment>)>;

    /// Closes what is open of days before `today`, and forgets what is old. Gives how many were closed.
    ///
    /// # Errors
    /// Only faults of the store.
    async fn close_hall_days(&self, today: Date, now: Timestamp) -> Result<u64>;
}
