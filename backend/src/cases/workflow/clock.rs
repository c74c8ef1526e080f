//! The promised days of one case: working days in which the authority had to act.

use onehall_forms::calendar::WorkingCalendar;
use onehall_protocol::Date;

use super::definition::ClockMode;

/// Counts working days while the authority must act, and stands still while anybody else must.
///
/// It counts a day if it ran when that day began: the day of the acceptance is free, the day on which a supplement is
/// asked for is the authority's, and the day on which the citizen hands it in is free again. Stopping and starting it
/// within a day changes nothing, so no day is lost or won by pausing.
///
/// The clock is a small value that is stored with the case: what was promised stays, even if the service item changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseClock {
    /// Working days that were promised, counted from the acceptance; 0 is "on the same day".
    pub promised: u16,
    /// Working days used before `since`.
    pub used: u32,
    /// The day since which it runs; none while it stands.
    pub since: Option<Date>,
    /// Whether it has ever run: whether the case has been accepted.
    pub begun: bool,
}

impl CaseClock {
    /// A clock that has not begun.
    #[must_use]
    pub fn new(promised: u16) -> CaseClock {
        CaseClock {
            promised,
            used: 0,
            since: None,
            begun: false,
        }
    }

    /// The clock after the case entered a state of this mode.
    #[must_use]
    pub fn enter(self, mode: ClockMode, today: Date, calendar: &WorkingCalendar) -> CaseClock {
        match mode {
            ClockMode::Running => CaseClock {
                since: self.since.or(Some(today)),
                begun: true,
                ..self
            },
            ClockMode::Paused | ClockMode::Stopped => CaseClock {
                used: self.used(today, calendar),
                since: None,
                ..self
            },
        }
    }

    /// Working days that the authority has used.
    #[must_use]
    pub fn used(self, today: Date, calendar: &WorkingCalendar) -> u32 {
        let running = self
            .since
            .map_or(0, |since| calendar.working_days_between(since, today));
        self.used.saturating_add(u32::try_from(running).unwrap_or(0))
    }

    /// Working days left of what was promised; negative once they are used up.
    #[must_use]
    pub fn left(self, today: Date, calendar: &WorkingCalendar) -> i32 {
        let used = i32::try_from(self.used(today, calendar)).unwrap_or(i32::MAX);
        i32::from(self.promised).saturating_sub(used)
    }

    /// The last day of what was promised, while the clock runs.
    #[must_use]
    pub fn until(self, calendar: &WorkingCalendar) -> Option<Date> {
        let left = i32::from(self.promised).saturating_sub(i32::try_from(self.used).unwrap_or(i32::MAX));
        self.since.map(|since| calendar.plus_working_days(since, left))
    }
}
