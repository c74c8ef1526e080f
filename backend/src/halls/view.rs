//! What citizens and clerks are told of a hall.

use onehall_forms::Calendar;
use onehall_protocol::halls::{
    AppointmentView, CalledNumber, CounterNumber, CounterView, DisplayView, FloorTicket, FloorView, HallRefusal,
    HallView, Priority, QueueView, TicketState, TicketView,
};
use onehall_protocol::staff::Role;
use onehall_protocol::{ErrorCode, HallCode, QueueCode, StaffId, Text, Timestamp};

use super::floor::{Floor, Queue, day_and_minute, written};
use super::model::{Appointment, Line, Ticket};
use super::{follow, line, place};
use crate::error::{Error, Result};
use crate::secrets::ServerKey;
use crate::staff::Staff;
use crate::state::AppState;

/// How many calls the screen of a hall shows.
const CALLS_SHOWN: usize = 12;

/// A hall, and what its city says of all halls.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) floor: &'a Floor,
    pub(super) calendar: &'a Calendar,
    pub(super) offset: i32,
    pub(super) key: &'a ServerKey,
    pub(super) now: Timestamp,
}

impl<'a> Place<'a> {
    /// The hall of this code.
    ///
    /// # Errors
    /// `request/not_found` where the city runs none.
    pub(super) fn of(state: &'a AppState, code: &HallCode) -> Result<Place<'a>> {
        let floor = state.city.floor(code).ok_or_else(Error::not_found)?;
        Ok(Place {
            floor,
            calendar: &state.city.calendar,
            offset: state.city.catalog.city.utc_offset_minutes,
            key: &state.key,
            now: state.clock.now(),
        })
    }

    /// A queue of the hall.
    ///
    /// # Errors
    /// `request/not_found`.
    pub(super) fn queue(&self, code: &QueueCode) -> Result<&'a Queue> {
        self.floor.queue(code).ok_or_else(Error::not_found)
    }

    fn queue_name(&self, code: &QueueCode) -> Text {
        // A city may close a queue while somebody waits in it.
        self.floor
            .queue(code)
            .map_or_else(Text::default, |queue| queue.name.clone())
    }

    /// Whether a counter is open now.
    pub(super) fn counter_open(&self, number: CounterNumber) -> bool {
        let minute = day_and_minute(self.now, self.offset).1;
        self.floor
            .counter(number)
            .is_some_and(|counter| counter.hours.is_empty() || counter.hours.iter().any(|span| span.holds(minute)))
    }

    /// Why no number of a queue is given on the spot.
    pub(super) fn refusal(&self, queue: &Queue, line: &Line) -> Option<HallRefusal> {
        if !self.floor.gives(queue, self.now, self.offset, self.calendar) {
            return Some(HallRefusal::Closed);
        }
        (line::waiting(line, &queue.code) >= queue.most_waiting).then_some(HallRefusal::QueueFull)
    }

    fn queue_view(&self, queue: &Queue, line: &Line) -> QueueView {
        let counters = line::staffed(self.floor, line).filter(|counter| counter.queues.contains(&queue.code));
        let last = place(Priority::None, self.now, None).saturating_add(1000);
        QueueView {
            code: queue.code.clone(),
            letter: queue.letter.to_string(),
            name: queue.name.clone(),
            items: queue.items.clone(),
            waiting: line::waiting(line, &queue.code),
            counters: u32::try_from(counters.count()).unwrap_or(u32::MAX),
            wait_minutes: line::wait_minutes(self.floor, line, &queue.code, last, self.now),
            refuses: self.refusal(queue, line),
            appointments: queue.appointments.is_some(),
        }
    }

    pub(super) fn hall(&self, line: &Line) -> HallView {
        let floor = self.floor;
        let opening = floor.hours.at(self.now, self.offset, self.calendar);
        let today = day_and_minute(self.now, self.offset).0;
        HallView {
            code: floor.code.clone(),
            now: self.now,
            open: opening.open,
            until: opening.until,
            today: floor
                .hours
                .exceptions
                .get(&today)
                .map(|exception| exception.reason.clone()),
            week: floor.hours.week.iter().map(|spans| written(spans)).collect(),
            closed_on_holidays: floor.hours.holidays.is_some(),
            exceptions: floor.hours.exceptions_from(today),
            from_home: floor.from_home,
            queues: floor.queues.iter().map(|queue| self.queue_view(queue, line)).collect(),
        }
    }

    pub(super) fn ticket(&self, ticket: &Ticket, line: &Line) -> TicketView {
        let waits = ticket.state == TicketState::Waiting;
        let before = if waits {
            line::before(line, &ticket.queue, ticket.place)
        } else {
            0
        };
        let wait = || line::wait_minutes(self.floor, line, &ticket.queue, ticket.place, self.now);
        TicketView {
            follow: follow::address(self.key, ticket.id),
            hall: ticket.hall.clone(),
            queue: ticket.queue.clone(),
            queue_name: self.queue_name(&ticket.queue),
            number: ticket.number.clone(),
            state: ticket.state,
            before,
            wait_minutes: if waits { wait() } else { None },
            counter: ticket.counter,
            taken_at: ticket.taken_at,
            priority: ticket.priority,
        }
    }

    pub(super) fn display(&self, line: &Line) -> DisplayView {
        let opening = self.floor.hours.at(self.now, self.offset, self.calendar);
        let mut called: Vec<CalledNumber> = line
            .at_counters
            .iter()
            .filter_map(|ticket| {
                Some(CalledNumber {
                    number: ticket.number.clone(),
                    counter: ticket.counter?,
                    at: ticket.called_at?,
                    calls: ticket.calls,
                    serving: ticket.state == TicketState::Serving,
                })
            })
            .collect();
        called.sort_by_key(|called| (std::cmp::Reverse(called.at), called.counter));
        called.truncate(CALLS_SHOWN);
        DisplayView {
            now: self.now,
            open: opening.open,
            until: opening.until,
            called,
            queues: self
                .floor
                .queues
                .iter()
                .map(|queue| self.queue_view(queue, line))
                .collect(),
        }
    }

    pub(super) fn appointment(&self, appointment: &Appointment) -> Result<AppointmentView> {
        let queue = self.floor.queue(&appointment.queue);
        // A city may stop making appointments while some stand: they stand as they were made.
        let rules = queue.and_then(|queue| queue.appointments.as_ref());
        let minutes = |minutes: Option<u16>| i64::from(minutes.unwrap_or(0)) * 60;
        let starts = appointment.starts;
        Ok(AppointmentView {
            id: appointment.id,
            hall: appointment.hall.clone(),
            queue: appointment.queue.clone(),
            queue_name: self.queue_name(&appointment.queue),
            item: appointment.item.clone(),
            starts,
            ends: appointment.ends,
            state: appointment.state,
            code: follow::code(self.key, appointment.id),
            check_in_from: starts.plus_seconds(-minutes(rules.map(|rules| rules.early_minutes))),
            check_in_until: starts.plus_seconds(minutes(rules.map(|rules| rules.late_minutes))),
            change_until: starts.plus_seconds(-minutes(rules.map(|rules| rules.cut_off_minutes))),
            ticket: appointment.ticket.map(|ticket| follow::address(self.key, ticket)),
        })
    }

    /// Whether a clerk may work at a counter: a window clerk of one of its authorities, who sits in this hall or in none.
    pub(super) fn may_work(&self, staff: &Staff, number: CounterNumber) -> bool {
        let counter = self.floor.counter(number);
        staff.has(Role::WindowClerk)
            && staff.hall.as_ref().is_none_or(|hall| *hall == self.floor.code)
            && counter.is_some_and(|counter| {
                staff
                    .authority
                    .as_ref()
                    .is_some_and(|authority| counter.authorities.contains(authority))
            })
    }

    /// Refuses whoever has nothing to do with the hall: its window clerks see it, and administrators.
    ///
    /// # Errors
    /// `identity/forbidden`.
    pub(super) fn may_look(&self, staff: &Staff) -> Result<()> {
        let works = self
            .floor
            .counters
            .iter()
            .any(|counter| self.may_work(staff, counter.number));
        if works || staff.has(Role::Administrator) {
            Ok(())
        } else {
            Err(Error::new(ErrorCode::Forbidden))
        }
    }

    /// The queues that a clerk may see: those of the counters at which they may work; all of them for the whole hall's
    /// administrators.
    fn sees(&self, staff: &Staff, queue: &QueueCode) -> bool {
        let of_authority = || {
            let own = |counter: &&super::Counter| {
                staff
                    .authority
                    .as_ref()
                    .is_some_and(|authority| counter.authorities.contains(authority))
            };
            self.floor
                .counters
                .iter()
                .filter(own)
                .any(|counter| counter.queues.contains(queue))
        };
        self.sees_all(staff) || of_authority()
    }

    /// Whether somebody runs the whole hall.
    pub(super) fn sees_all(&self, staff: &Staff) -> bool {
        staff.has(Role::Administrator) && staff.authority.is_none()
    }

    pub(super) fn floor(&self, staff: &Staff, line: &Line) -> FloorView {
        let id: StaffId = staff.id;
        let mine = line.seats.iter().find(|seat| seat.staff == id).map(|seat| seat.counter);
        let at = |number: CounterNumber| {
            line.at_counters
                .iter()
                .find(move |ticket| ticket.counter == Some(number))
        };
        let counters = self.floor.counters.iter().map(|counter| CounterView {
            number: counter.number,
            authorities: counter.authorities.clone(),
            queues: counter.queues.clone(),
            hours: written(&counter.hours),
            for_me: self.may_work(staff, counter.number),
            clerk: line
                .seats
                .iter()
                .find(|seat| seat.counter == counter.number)
                .map(|seat| seat.name.clone()),
            ticket: at(counter.number).map(|ticket| ticket.number.clone()),
        });
        let seen = |tickets: &[Ticket]| {
            let seen = tickets.iter().filter(|ticket| self.sees(staff, &ticket.queue));
            seen.map(floor_ticket).collect()
        };
        FloorView {
            hall: self.hall(line),
            counters: counters.collect(),
            mine,
            at_counter: mine.and_then(at).map(floor_ticket),
            waiting: seen(&line.waiting),
            missed: seen(&line.missed),
            served: line.served,
            kiosks: Vec::new(),
        }
    }
}

fn floor_ticket(ticket: &Ticket) -> FloorTicket {
    FloorTicket {
        id: ticket.id,
        number: ticket.number.clone(),
        queue: ticket.queue.clone(),
        state: ticket.state,
        priority: ticket.priority,
        taken_at: ticket.taken_at,
        called_at: ticket.called_at,
        calls: ticket.calls,
        item: ticket.item.clone(),
    }
}
