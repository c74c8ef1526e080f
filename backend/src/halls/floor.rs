//! How a hall is run, as its city writes it: `halls/<code>.toml`. Pure: given a calendar and a moment it says what is open.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use onehall_forms::Calendar;
use onehall_protocol::halls::{CounterNumber, ExceptionalDay};
use onehall_protocol::{AuthorityCode, Date, HallCode, ItemCode, QueueCode, Text, Timestamp};

use crate::clock::begin_of;

/// How many days ahead is looked for the next opening: longer than any row of holidays.
const IN_SIGHT_DAYS: i64 = 30;

/// How many exceptional days are told of.
const MOST_EXCEPTIONS: usize = 12;

/// A stretch of a day, in minutes from midnight: `09:00-17:30`. Its end does not belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// From this minute on.
    pub from: u16,
    /// Until before this minute.
    pub to: u16,
}

/// The text is no stretch of a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("hours are written 09:00-17:30, and end after they begin")]
pub struct InvalidSpan;

impl Span {
    /// Whether a minute of the day lies in it.
    #[must_use]
    pub fn holds(self, minute: u16) -> bool {
        (self.from..self.to).contains(&minute)
    }
}

impl FromStr for Span {
    type Err = InvalidSpan;
    fn from_str(text: &str) -> Result<Span, InvalidSpan> {
        let minute = |text: &str| -> Option<u16> {
            let (hour, minute) = text.split_once(':')?;
            let plain = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            if !plain(hour) || !plain(minute) {
                return None;
            }
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            let sound = minute < 60 && (hour < 24 || (hour == 24 && minute == 0));
            sound.then_some(hour * 60 + minute)
        };
        let (from, to) = text.split_once('-').ok_or(InvalidSpan)?;
        match (minute(from), minute(to)) {
            (Some(from), Some(to)) if from < to => Ok(Span { from, to }),
            _ => Err(InvalidSpan),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

/// A day with other hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The hours; none where it is closed.
    pub hours: Vec<Span>,
    /// Why.
    pub reason: Text,
}

/// When a hall is open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hours {
    /// The week, from Monday on.
    pub week: [Vec<Span>; 7],
    /// The hours of a Saturday or Sunday that is worked in turn for a holiday.
    pub worked_weekend: Vec<Span>,
    /// The city's holidays, where the hall is closed on them.
    pub holidays: Option<Arc<BTreeSet<Date>>>,
    /// Days with other hours.
    pub exceptions: BTreeMap<Date, Exception>,
}

/// Whether a hall is open, and until when that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// It is.
    pub open: bool,
    /// When it closes, or opens next; none where that is not in sight.
    pub until: Option<Timestamp>,
}

impl Hours {
    /// The hours of a day.
    #[must_use]
    pub fn on(&self, day: Date, calendar: &Calendar) -> &[Span] {
        // Monday is 0.
        let weekday = usize::from(day.calendar().weekday().number_days_from_monday());
        if let Some(exception) = self.exceptions.get(&day) {
            return &exception.hours;
        }
        if weekday >= 5 && calendar.days.is_working_day(day) {
            return &self.worked_weekend;
        }
        match &self.holidays {
            Some(holidays) if holidays.contains(&day) => &[],
            _ => &self.week[weekday],
        }
    }

    /// What holds at `now`, on a clock that is `offset` minutes ahead of UTC.
    #[must_use]
    pub fn at(&self, now: Timestamp, offset: i32, calendar: &Calendar) -> Opening {
        let (today, minute) = day_and_minute(now, offset);
        let moment = |day: Date, minute: u16| begin_of(day, offset).plus_seconds(i64::from(minute) * 60);
        if let Some(span) = self.on(today, calendar).iter().find(|span| span.holds(minute)) {
            return Opening {
                open: true,
                until: Some(moment(today, span.to)),
            };
        }
        let next = (0..=IN_SIGHT_DAYS).find_map(|ahead| {
            let day = today.plus_days(ahead);
            let spans = self.on(day, calendar);
            let span = spans.iter().find(|span| ahead > 0 || span.from > minute)?;
            Some(moment(day, span.from))
        });
        Opening {
            open: false,
            until: next,
        }
    }

    /// The exceptional days from `today` on, as citizens are told of them.
    #[must_use]
    pub fn exceptions_from(&self, today: Date) -> Vec<ExceptionalDay> {
        let told = self.exceptions.range(today..).take(MOST_EXCEPTIONS);
        told.map(|(day, exception)| ExceptionalDay {
            day: *day,
            hours: written(&exception.hours),
            reason: exception.reason.clone(),
        })
        .collect()
    }
}

/// Hours as they are written.
#[must_use]
pub fn written(spans: &[Span]) -> Vec<String> {
    spans.iter().map(Span::to_string).collect()
}

/// The day and the minute of the day, on a clock that is `offset` minutes ahead of UTC.
#[must_use]
pub fn day_and_minute(at: Timestamp, offset: i32) -> (Date, u16) {
    let (day, hour, minute) = at.at_offset(offset);
    (day, u16::from(hour) * 60 + u16::from(minute))
}

/// When appointments of a queue can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointments {
    /// How long one is, in minutes; slots begin with the hours of the hall.
    pub slot_minutes: u16,
    /// How many come in one slot.
    pub capacity: u32,
    /// How many days ahead.
    pub days_ahead: u16,
    /// How long before its beginning a slot is booked, moved or taken back at the latest, in minutes.
    pub cut_off_minutes: u16,
    /// How long before its beginning one may check in.
    pub early_minutes: u16,
    /// How long after its beginning.
    pub late_minutes: u16,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its code, unique in the hall.
    pub code: QueueCode,
    /// The letter of its numbers, unique in the hall.
    pub letter: char,
    /// What it is for.
    pub name: Text,
    /// The service items that are handled there.
    pub items: Vec<ItemCode>,
    /// How many may wait.
    pub most_waiting: u32,
    /// How long before closing the last number is given, in minutes.
    pub last_minutes: u16,
    /// Whether and how appointments are made.
    pub appointments: Option<Appointments>,
}

/// A counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Its number, unique in the hall.
    pub number: CounterNumber,
    /// Whose clerks work there.
    pub authorities: Vec<AuthorityCode>,
    /// The queues that it calls from.
    pub queues: Vec<QueueCode>,
    /// Its hours, where they are not those of the hall.
    pub hours: Vec<Span>,
}

/// A kiosk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KioskPlace {
    /// Its number, unique in the hall.
    pub number: u16,
    /// The SHA-256 of its key. The key itself lies on the kiosk alone.
    pub key_hash: [u8; 32],
}

/// A hall as it is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Floor {
    /// Which hall.
    pub code: HallCode,
    /// When it is open.
    pub hours: Hours,
    /// Whether one may draw a number before one is there.
    pub from_home: bool,
    /// Its queues, in the order in which the city writes them.
    pub queues: Vec<Queue>,
    /// Its counters.
    pub counters: Vec<Counter>,
    /// Its kiosks that show by a key that they are.
    pub kiosks: Vec<KioskPlace>,
}

impl Floor {
    /// A queue by its code.
    #[must_use]
    pub fn queue(&self, code: &QueueCode) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.code == *code)
    }

    /// A counter by its number.
    #[must_use]
    pub fn counter(&self, number: CounterNumber) -> Option<&Counter> {
        self.counters.iter().find(|counter| counter.number == number)
    }

    /// Whether numbers of a queue are given at `now`: the hall is open, and stays so for as long as the last need.
    #[must_use]
    pub fn gives(&self, queue: &Queue, now: Timestamp, offset: i32, calendar: &Calendar) -> bool {
        let (day, minute) = day_and_minute(now, offset);
        let spans = self.hours.on(day, calendar);
        let last = spans.iter().map(|span| span.to).max().unwrap_or(0);
        // A midday break ends nothing: who came before it waits through it.
        spans.iter().any(|span| span.holds(minute)) && minute + queue.last_minutes < last
    }

    /// The slots of a queue on a day: beginning and end.
    #[must_use]
    pub fn slots(&self, queue: &Queue, day: Date, offset: i32, calendar: &Calendar) -> Vec<(Timestamp, Timestamp)> {
        let Some(appointments) = &queue.appointments else {
            return Vec::new();
        };
        let length = appointments.slot_minutes;
        let midnight = begin_of(day, offset);
        let moment = |minute: u16| midnight.plus_seconds(i64::from(minute) * 60);
        let spans = self.hours.on(day, calendar).iter();
        spans
            .flat_map(|span| {
                let count = (span.to - span.from) / length;
                (0..count).map(move |at| span.from + at * length)
            })
            .map(|from| (moment(from), moment(from + length)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use onehall_forms::calendar::WorkingCalendar;

    use super::*;

    const BEIJING: i32 = 480;

    fn parsed<T: FromStr>(text: &str) -> T
    where
        T::Err: fmt::Display,
    {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn spans(text: &[&str]) -> Vec<Span> {
        text.iter().map(|text| parsed(text)).collect()
    }

    /// Two thousand and twenty-six, with New Year and the Sunday that is worked for it.
    fn calendar() -> Calendar {
        let (first, last) = (parsed("2026-01-01"), parsed("2026-12-31"));
        Calendar {
            version: "2026".to_owned(),
            days: WorkingCalendar::new(
                [parsed("2026-01-01"), parsed("2026-01-02")],
                [parsed("2026-01-04")],
                first,
                last,
            ),
        }
    }

    fn hours() -> Hours {
        let day = spans(&["09:00-12:00", "13:30-17:30"]);
        let mut week: [Vec<Span>; 7] = Default::default();
        week[..5].fill(day.clone());
        week[5] = spans(&["09:00-12:00"]);
        let holidays = ["2026-01-01", "2026-01-02", "2026-01-03"].map(parsed);
        Hours {
            week,
            worked_weekend: day,
            holidays: Some(Arc::new(holidays.into_iter().collect())),
            exceptions: BTreeMap::new(),
        }
    }

    fn at(hours: &Hours, local: &str) -> (bool, String) {
        let now: Timestamp = parsed(&format!("{local}:00+08:00"));
        let opening = hours.at(now, BEIJING, &calendar());
        let until = opening.until.map(|until| {
            let (day, minute) = day_and_minute(until, BEIJING);
            format!("{day} {:02}:{:02}", minute / 60, minute % 60)
        });
        (opening.open, until.unwrap_or_default())
    }

    #[test]
    fn hours_are_read_and_written_alike_and_nonsense_is_none() {
        assert_eq!(parsed::<Span>("09:00-17:30").to_string(), "09:00-17:30");
        assert_eq!(parsed::<Span>("00:00-24:00"), Span { from: 0, to: 1440 });
        for nonsense in [
            "9-17",
            "9:00-17:00",
            "17:00-09:00",
            "09:00-09:00",
            "09:60-10:00",
            "23:00-24:01",
            "",
        ] {
            assert_eq!(nonsense.parse::<Span>(), Err(InvalidSpan), "{nonsense}");
        }
    }

    #[test]
    fn a_hall_says_when_it_closes_and_when_it_opens_next() {
        let hours = hours();
        assert_eq!(at(&hours, "2026-03-02T09:00"), (true, "2026-03-02 12:00".to_owned()));
        assert_eq!(at(&hours, "2026-03-02T12:00"), (false, "2026-03-02 13:30".to_owned()));
        assert_eq!(at(&hours, "2026-03-02T17:30"), (false, "2026-03-03 09:00".to_owned()));
        assert_eq!(at(&hours, "2026-03-07T12:00"), (false, "2026-03-09 09:00".to_owned()));
    }

    #[test]
    fn holidays_close_it_also_on_a_saturday_and_a_weekend_worked_in_turn_opens_it() {
        let hours = hours();
        // Thursday to Saturday are New Year; the Sunday after it is worked.
        assert_eq!(at(&hours, "2026-01-01T10:00"), (false, "2026-01-04 09:00".to_owned()));
        assert!(!at(&hours, "2026-01-03T10:00").0);
        assert!(at(&hours, "2026-01-04T16:00").0);
        let always = Hours {
            holidays: None,
            ..hours
        };
        assert!(at(&always, "2026-01-01T10:00").0);
    }

    #[test]
    fn an_exceptional_day_counts_before_everything_else() {
        let mut hours = hours();
        let reason = Text::default();
        let of = |spans: Vec<Span>| Exception {
            hours: spans,
            reason: reason.clone(),
        };
        hours
            .exceptions
            .insert(parsed("2026-01-01"), of(spans(&["10:00-11:00"])));
        hours.exceptions.insert(parsed("2026-03-02"), of(Vec::new()));
        assert!(at(&hours, "2026-01-01T10:30").0);
        assert_eq!(at(&hours, "2026-03-02T10:00"), (false, "2026-03-03 09:00".to_owned()));
        assert_eq!(hours.exceptions_from(parsed("2026-02-01")).len(), 1);
    }

    #[test]
    fn a_hall_that_never_opens_says_no_day() {
        assert_eq!(at(&Hours::default(), "2026-03-02T10:00"), (false, String::new()));
    }

    fn floor(slot_minutes: u16) -> (Floor, Queue) {
        let queue = Queue {
            code: parsed("general"),
            letter: 'A',
            name: Text::default(),
            items: Vec::new(),
            most_waiting: 10,
            last_minutes: 30,
            appointments: Some(Appointments {
                slot_minutes,
                capacity: 2,
                days_ahead: 7,
                cut_off_minutes: 60,
                early_minutes: 30,
                late_minutes: 15,
            }),
        };
        let floor = Floor {
            kiosks: Vec::new(),
            code: parsed("central"),
            hours: hours(),
            from_home: false,
            queues: vec![queue.clone()],
            counters: Vec::new(),
        };
        (floor, queue)
    }

    #[test]
    fn the_last_number_is_given_a_while_before_closing_but_a_midday_break_ends_nothing() {
        let (floor, queue) = floor(30);
        let gives = |local: &str| floor.gives(&queue, parsed(&format!("{local}:00+08:00")), BEIJING, &calendar());
        assert!(!gives("2026-03-02T08:59") && gives("2026-03-02T09:00"));
        assert!(gives("2026-03-02T11:59") && !gives("2026-03-02T12:00"));
        assert!(gives("2026-03-02T16:59") && !gives("2026-03-02T17:00"));
    }

    #[test]
    fn slots_lie_within_the_hours_and_none_is_cut_short() {
        let (floor, queue) = floor(50);
        let slots = floor.slots(&queue, parsed("2026-03-02"), BEIJING, &calendar());
        // Three of fifty minutes before noon, four after the break.
        assert_eq!(slots.len(), 7);
        let last = slots.last().map(|(_, ends)| day_and_minute(*ends, BEIJING).1);
        assert_eq!(last, Some(13 * 60 + 30 + 200));
        assert!(
            floor
                .slots(&queue, parsed("2026-01-01"), BEIJING, &calendar())
                .is_empty()
        );
    }
}
