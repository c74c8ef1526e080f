//! Halls as they are run: opening hours, queues and their tickets, appointments, who is called to which counter.
//!
//! Nothing here names a citizen: a ticket is a number, and its address (`follow`) is known to whoever drew it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AppointmentId, AuthorityCode, CitizenId, Date, HallCode, ItemCode, QueueCode, Text, TicketId, Timestamp};

/// The number of a counter (窗口), unique in its hall.
pub type CounterNumber = u16;

/// Why something cannot be done in a hall now: `details.why` of `halls/not_possible`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum HallRefusal {
    /// The hall is closed, or its last numbers of the day are drawn.
    Closed,
    /// As many wait as this queue takes.
    QueueFull,
    /// This hall gives numbers only on the spot.
    OnlyAtHall,
    /// The citizen has an open ticket of this queue.
    HasTicket,
    /// Nobody has taken a ticket there, or it has been dealt with already.
    TicketMoved,
    /// No appointment can be made for this time: it is none of the hall's, too near or too far.
    NoSuchSlot,
    /// The time is fully booked.
    SlotFull,
    /// The citizen has an appointment of this queue.
    HasAppointment,
    /// The citizen has as many appointments as one may have.
    TooManyAppointments,
    /// The citizen missed several appointments lately.
    MissedAppointments,
    /// The appointment is over, was taken back, or it is too late to change it.
    AppointmentOver,
    /// One may check in later: `details.from` says when.
    TooEarly,
    /// One could have checked in earlier.
    TooLate,
    /// Somebody else works at this counter.
    CounterTaken,
    /// The clerk works at no counter.
    NoCounter,
    /// The counter has somebody called or served.
    CounterBusy,
    /// The counter is not open at this time.
    CounterClosed,
}

/// A hall as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HallView {
    /// Which.
    pub code: HallCode,
    /// The time of all of this.
    pub now: Timestamp,
    /// Whether it is open.
    pub open: bool,
    /// When that changes: it closes, or opens. None where it does not open within the next weeks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Why it is open otherwise today, on an exceptional day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub today: Option<Text>,
    /// The hours of an ordinary week, from Monday on: `09:00-12:00`.
    pub week: Vec<Vec<String>>,
    /// Whether it is closed on holidays.
    pub closed_on_holidays: bool,
    /// Days with other hours, from today on.
    pub exceptions: Vec<ExceptionalDay>,
    /// Whether one may draw a number before one is there.
    pub from_home: bool,
    /// Its queues; none where it gives no numbers.
    pub queues: Vec<QueueView>,
}

/// A day with other hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExceptionalDay {
    /// Which.
    pub day: Date,
    /// The hours; none where it is closed.
    pub hours: Vec<String>,
    /// Why.
    pub reason: Text,
}

/// A queue as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueView {
    /// Which, in its hall.
    pub code: QueueCode,
    /// The letter of its numbers.
    pub letter: String,
    /// What it is for.
    pub name: Text,
    /// The service items that are handled there.
    pub items: Vec<ItemCode>,
    /// How many wait.
    pub waiting: u32,
    /// How many counters call from it now.
    pub counters: u32,
    /// How long one would wait who came now, in minutes, by how long serving took lately. None where too little was measured,
    /// or no counter calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_minutes: Option<u32>,
    /// Why no number is given on the spot; none where one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refuses: Option<HallRefusal>,
    /// Whether one may make an appointment.
    pub appointments: bool,
}

/// Why somebody is called before others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Priority {
    /// In the order of coming.
    #[default]
    None,
    /// Elderly people.
    Elder,
    /// People with disabilities.
    Disabled,
    /// Who has an appointment. Nobody can claim it.
    Appointment,
}

/// Draws a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakeTicket {
    /// Of which queue.
    pub queue: QueueCode,
    /// What is said of who comes.
    #[serde(default)]
    pub priority: Priority,
}

/// Where a ticket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TicketState {
    /// Waits to be called.
    Waiting,
    /// Is called to a counter.
    Called,
    /// Is served.
    Serving,
    /// Was served.
    Served,
    /// Was called and did not come.
    Missed,
    /// Was given up.
    Left,
    /// The day ended before.
    Expired,
}

impl TicketState {
    /// Whether it is still to be dealt with.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, TicketState::Waiting | TicketState::Called | TicketState::Serving)
    }
}

/// A ticket as whoever drew it sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketView {
    /// Its address: whoever knows it may look at the ticket and give it up.
    pub follow: String,
    /// The hall.
    pub hall: HallCode,
    /// The queue.
    pub queue: QueueCode,
    /// What the queue is for.
    pub queue_name: Text,
    /// The number: `A012`. Given anew each day.
    pub number: String,
    /// Where it stands.
    pub state: TicketState,
    /// How many of its queue are called before it.
    pub before: u32,
    /// How long that may take, in minutes; as of [`QueueView::wait_minutes`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_minutes: Option<u32>,
    /// The counter to which it is called, or at which it is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<u16>,
    /// When it was drawn.
    pub taken_at: Timestamp,
    /// Why it is called before others.
    pub priority: Priority,
}

/// The screen of a hall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DisplayView {
    /// The time of all of this.
    pub now: Timestamp,
    /// Whether the hall is open.
    pub open: bool,
    /// When that changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Who is called, the last call first. Numbers and counters alone.
    pub called: Vec<CalledNumber>,
    /// The queues.
    pub queues: Vec<QueueView>,
}

/// A number that is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalledNumber {
    /// The number.
    pub number: String,
    /// To which counter.
    pub counter: u16,
    /// When it was called last.
    pub at: Timestamp,
    /// How often it was called: a screen says it anew each time.
    pub calls: u32,
    /// Whether whoever it belongs to is at the counter.
    pub serving: bool,
}

/// The times of a day for which appointments are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlotDay {
    /// The day.
    pub day: Date,
    /// Its times that can still be booked or are full, in order.
    pub slots: Vec<Slot>,
}

/// A time for which appointments are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Slot {
    /// When it begins.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// How many more may come then.
    pub left: u32,
}

/// Makes an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookAppointment {
    /// In which hall.
    pub hall: HallCode,
    /// Of which queue.
    pub queue: QueueCode,
    /// For which service item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemCode>,
    /// The beginning of a slot.
    pub starts: Timestamp,
}

/// Moves an appointment to another time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoveAppointment {
    /// The beginning of a slot.
    pub starts: Timestamp,
}

/// Where an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AppointmentState {
    /// Its citizen is expected.
    Booked,
    /// Its citizen is there and has a number.
    CheckedIn,
    /// It was taken back.
    Cancelled,
    /// Nobody came.
    Missed,
}

/// An appointment as its citizen sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppointmentView {
    /// Which.
    pub id: AppointmentId,
    /// The hall.
    pub hall: HallCode,
    /// The queue.
    pub queue: QueueCode,
    /// What the queue is for.
    pub queue_name: Text,
    /// The service item, where it was made for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemCode>,
    /// When it begins.
    pub starts: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
    /// Where it stands.
    pub state: AppointmentState,
    /// The code to check in with at the hall, eight digits.
    pub code: String,
    /// From when on one may check in.
    pub check_in_from: Timestamp,
    /// Until when.
    pub check_in_until: Timestamp,
    /// Until when it may be moved or taken back.
    pub change_until: Timestamp,
    /// The ticket, once its citizen has checked in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

/// Checks in at the hall with the code of an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckInByCode {
    /// The code, as typed or scanned; spaces do not count.
    pub code: String,
}

/// Somebody put their identity card on the reader of a kiosk. Only a kiosk of the hall may say so: it shows its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardAtHall {
    /// The number on the card.
    pub citizen_id: CitizenId,
    /// Draws a number of this queue, where one cannot check in for an appointment now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueCode>,
}

/// What a card led to. It tells nothing of who somebody is, nor whether the hall knows them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardSeen {
    /// The number; none where there is no appointment to check in for now, and no queue was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketView>,
    /// When one may check in for the next appointment of today, where that is later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
}

/// A device of a kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum KioskDevice {
    /// Reads identity cards.
    IdCard,
    /// Reads QR codes and barcodes.
    Codes,
    /// Scans papers.
    Scanner,
    /// Takes pictures of people.
    Camera,
    /// Prints numbers and receipts on a roll.
    Slips,
    /// Prints results on A4.
    Documents,
    /// Shows where to put something, and where to take it.
    Light,
    /// Says whether the case is open.
    Door,
}

/// How a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DeviceState {
    /// It can be used.
    #[default]
    Ready,
    /// It works for somebody.
    Busy,
    /// It is not there, or its plug is out.
    Missing,
    /// A printer without paper.
    OutOfPaper,
    /// A printer in which paper is stuck, or whose cover is open.
    Jammed,
    /// A door that is not shut: somebody is inside.
    Open,
    /// It says that it cannot go on, and not why.
    Broken,
}

/// How a kiosk is, as it says each minute. Nothing of who stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KioskSign {
    /// The version of its program.
    pub version: String,
    /// How many visits have ended since it was started.
    pub visits: u64,
    /// How many of them left something that could not be taken away.
    pub unclean: u64,
    /// Its devices.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, DeviceState>))]
    pub devices: BTreeMap<KioskDevice, DeviceState>,
}

/// A kiosk as those who run its hall see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KioskSeen {
    /// Its number.
    pub number: u16,
    /// Whether it has not been heard of for minutes, or never.
    pub silent: bool,
    /// When it was heard of last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// How it was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign: Option<KioskSign>,
}

/// A hall as its clerks see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FloorView {
    /// The hall as citizens see it.
    pub hall: HallView,
    /// Its counters.
    pub counters: Vec<CounterView>,
    /// The counter at which the clerk works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mine: Option<u16>,
    /// Whom that counter has called or serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_counter: Option<FloorTicket>,
    /// Who waits in queues that the clerk may see, in the order in which they are called.
    pub waiting: Vec<FloorTicket>,
    /// Who was called today and did not come, the last first.
    pub missed: Vec<FloorTicket>,
    /// How many were served today.
    pub served: u32,
    /// Its kiosks, for those who see the whole hall.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kiosks: Vec<KioskSeen>,
}

/// A counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CounterView {
    /// Its number.
    pub number: u16,
    /// The authorities whose clerks work there.
    pub authorities: Vec<AuthorityCode>,
    /// The queues that it calls from.
    pub queues: Vec<QueueCode>,
    /// Its hours, where they are not those of the hall.
    pub hours: Vec<String>,
    /// Whether the clerk who asks may work there.
    pub for_me: bool,
    /// The name of the clerk who works there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clerk: Option<String>,
    /// The number that it has called or serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

/// A ticket as clerks see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FloorTicket {
    /// Which.
    pub id: TicketId,
    /// The number.
    pub number: String,
    /// The queue in which it is now.
    pub queue: QueueCode,
    /// Where it stands.
    pub state: TicketState,
    /// Why it is called before others.
    pub priority: Priority,
    /// When it was drawn.
    pub taken_at: Timestamp,
    /// When it was called last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_at: Option<Timestamp>,
    /// How often it was called.
    pub calls: u32,
    /// For which service item its citizen has an appointment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemCode>,
}

/// What a clerk does with a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum HandleTicket {
    /// Calls it once more; also one that was missed today.
    Recall,
    /// Puts it back behind those who wait now.
    Skip,
    /// Its citizen is at the counter.
    Serve,
    /// Its citizen did not come.
    Missed,
    /// It is done.
    Finish,
    /// It goes on in another queue, where it counts as having come when it came.
    Transfer {
        /// Which.
        queue: QueueCode,
    },
}
