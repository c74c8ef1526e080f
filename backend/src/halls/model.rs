//! Tickets, appointments, and what is done with them.

use std::collections::BTreeMap;

use onehall_protocol::halls::{AppointmentState, CounterNumber, HandleTicket, Priority, TicketState};
use onehall_protocol::{
    AppointmentId, Date, HallCode, IdempotencyKey, ItemCode, PersonId, QueueCode, StaffId, TicketId, Timestamp,
};

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Which.
    pub id: TicketId,
    /// The hall.
    pub hall: HallCode,
    /// The day.
    pub day: Date,
    /// The queue in which it is now.
    pub queue: QueueCode,
    /// The number: `A012`.
    pub number: String,
    /// Where it stands.
    pub state: TicketState,
    /// Why it is called before others.
    pub priority: Priority,
    /// The moment at which it counts as having come: the least is called first.
    pub place: i64,
    /// The counter that called it.
    pub counter: Option<CounterNumber>,
    /// The service item, of an appointment.
    pub item: Option<ItemCode>,
    /// When it was drawn.
    pub taken_at: Timestamp,
    /// When it was called last.
    pub called_at: Option<Timestamp>,
    /// How often it was called.
    pub calls: u32,
}

/// Names one attempt of something, however often it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// The key.
    pub key: IdempotencyKey,
    /// A hash of who asked for what.
    pub payload: [u8; 32],
}

/// Draws a number.
#[derive(Debug, Clone)]
pub struct Take {
    /// The ticket's id.
    pub id: TicketId,
    /// Names the attempt.
    pub attempt: Attempt,
    /// In which hall.
    pub hall: HallCode,
    /// On which day.
    pub day: Date,
    /// Of which queue.
    pub queue: QueueCode,
    /// The letter of its numbers.
    pub letter: char,
    /// How many may wait; none where whoever comes has an appointment.
    pub most_waiting: Option<u32>,
    /// Whose it is, where somebody is logged in.
    pub person: Option<PersonId>,
    /// Why it is called before others.
    pub priority: Priority,
    /// The moment at which it counts as having come.
    pub place: i64,
    /// The service item, of an appointment.
    pub item: Option<ItemCode>,
    /// For the limit of tickets without a login: keyed hash of the client's address, and how many it may draw in an hour.
    pub client: Option<([u8; 32], u32)>,
    /// Now.
    pub now: Timestamp,
}

/// A clerk at a counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The hall.
    pub hall: HallCode,
    /// The counter.
    pub counter: CounterNumber,
    /// Who.
    pub staff: StaffId,
    /// Their name.
    pub name: String,
}

/// A clerk begins at a counter, or stops at all.
#[derive(Debug, Clone)]
pub struct Sit {
    /// The hall.
    pub hall: HallCode,
    /// The counter; none to stop.
    pub counter: Option<CounterNumber>,
    /// Who.
    pub staff: StaffId,
    /// On which day.
    pub day: Date,
    /// Now.
    pub now: Timestamp,
}

/// Calls the next to a counter.
#[derive(Debug, Clone)]
pub struct Call {
    /// Names the attempt.
    pub attempt: Attempt,
    /// The hall.
    pub hall: HallCode,
    /// The day.
    pub day: Date,
    /// Who calls.
    pub staff: StaffId,
    /// To which counter.
    pub counter: CounterNumber,
    /// From which queues.
    pub queues: Vec<QueueCode>,
    /// Now.
    pub now: Timestamp,
}

/// What is done with a ticket.
pub type Doing = HandleTicket;

/// Does something with a ticket.
#[derive(Debug, Clone)]
pub struct Handle {
    /// As of a call: who, where, when; the queues are those of the counter.
    pub call: Call,
    /// Which ticket.
    pub ticket: TicketId,
    /// What.
    pub doing: Doing,
}

/// How long serving took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// Of how many tickets.
    pub count: u32,
    /// From the call to the end, on the average, in milliseconds.
    pub mean_millis: i64,
}

/// A hall's day, as far as it must be known to say who waits how long.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// Who waits, in the order in which they are called.
    pub waiting: Vec<Ticket>,
    /// Who is called or served.
    pub at_counters: Vec<Ticket>,
    /// Who did not come, the last first.
    pub missed: Vec<Ticket>,
    /// Who works at which counter.
    pub seats: Vec<Seat>,
    /// How long serving took lately, by queue.
    pub measured: BTreeMap<QueueCode, Measured>,
    /// How many were served today.
    pub served: u32,
}

/// An appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// Which.
    pub id: AppointmentId,
    /// Whose.
    pub person: PersonId,
    /// The hall.
    pub hall: HallCode,
    /// The queue.
    pub queue: QueueCode,
    /// The service item.
    pub item: Option<ItemCode>,
    /// When it begins.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// Where it stands.
    pub state: AppointmentState,
    /// The ticket that it became.
    pub ticket: Option<TicketId>,
}

/// A time to come at, of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved {
    /// The day.
    pub day: Date,
    /// The beginning.
    pub starts: Timestamp,
    /// The end.
    pub ends: Timestamp,
    /// How many come then.
    pub capacity: u32,
}

/// Makes an appointment.
#[derive(Debug, Clone)]
pub struct Book {
    /// Its id.
    pub id: AppointmentId,
    /// Names the attempt.
    pub attempt: Attempt,
    /// Whose it is.
    pub person: PersonId,
    /// The hall.
    pub hall: HallCode,
    /// The queue.
    pub queue: QueueCode,
    /// The service item.
    pub item: Option<ItemCode>,
    /// When.
    pub at: Moved,
    /// A keyed hash of the code to check in with.
    pub code: [u8; 32],
    /// Now.
    pub now: Timestamp,
}

/// Takes an appointment back.
#[derive(Debug, Clone, Copy)]
pub struct CancelAppointment {
    /// Which.
    pub id: AppointmentId,
    /// Whose.
    pub person: PersonId,
    /// When it begins, as it was read: one that was moved meanwhile is another.
    pub starts: Timestamp,
}

/// Somebody with an appointment is there.
#[derive(Debug, Clone)]
pub struct CheckIn {
    /// Which appointment.
    pub appointment: AppointmentId,
    /// When it begins, as it was read.
    pub starts: Timestamp,
    /// The ticket that it becomes.
    pub take: Take,
}
