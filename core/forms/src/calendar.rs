//! Working days of a city: Monday to Friday, but for its holidays, and with the weekends that are worked in turn.

use onehall_protocol::Date;
use serde::{Deserialize, Serialize};

/// The working days of a city, exact within the days that it covers, Monday to Friday outside of them.
///
/// ```
/// use onehall_forms::calendar::WorkingCalendar;
/// let day = |text: &str| text.parse().unwrap_or_else(|error| panic!("{error}"));
/// let calendar = WorkingCalendar::new([day("2026-10-01")], [day("2026-10-10")], day("2026-01-01"), day("2026-12-31"));
/// // Wednesday, one working day later: Thursday is a holiday.
/// assert_eq!(calendar.plus_working_days(day("2026-09-30"), 1), day("2026-10-02"));
/// assert_eq!(calendar.working_days_between(day("2026-10-09"), day("2026-10-12")), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct WorkingCalendar {
    /// Holidays from Monday to Friday, sorted: the others change nothing.
    holidays: Vec<Date>,
    /// Saturdays and Sundays that are worked, sorted.
    working_weekends: Vec<Date>,
    first: Date,
    last: Date,
}

/// A calendar as a city writes it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    covers: [Date; 2],
    holidays: Vec<Date>,
    working_weekends: Vec<Date>,
}

impl TryFrom<Written> for WorkingCalendar {
    type Error = &'static str;
    fn try_from(written: Written) -> Result<WorkingCalendar, &'static str> {
        let [first, last] = written.covers;
        if first > last {
            return Err("covers ends before it begins");
        }
        Ok(WorkingCalendar::new(
            written.holidays,
            written.working_weekends,
            first,
            last,
        ))
    }
}

impl From<WorkingCalendar> for Written {
    fn from(calendar: WorkingCalendar) -> Written {
        Written {
            covers: [calendar.first, calendar.last],
            holidays: calendar.holidays,
            working_weekends: calendar.working_weekends,
        }
    }
}

/// The furthest that [`WorkingCalendar::plus_working_days`] goes: about 38 years.
const FURTHEST: i32 = 10_000;

impl WorkingCalendar {
    /// A calendar that covers the days from `first` to `last`. A holiday on a weekend, and a worked day that is none,
    /// change nothing; nor does any day outside of what is covered.
    #[must_use]
    pub fn new(
        holidays: impl IntoIterator<Item = Date>,
        working_weekends: impl IntoIterator<Item = Date>,
        first: Date,
        last: Date,
    ) -> WorkingCalendar {
        let covered = |day: &Date| (first..=last).contains(day);
        let mut holidays: Vec<Date> = holidays
            .into_iter()
            .filter(|day| covered(day) && !is_weekend(*day))
            .collect();
        let mut working_weekends: Vec<Date> = working_weekends
            .into_iter()
            .filter(|day| covered(day) && is_weekend(*day))
            .collect();
        for days in [&mut holidays, &mut working_weekends] {
            days.sort_unstable();
            days.dedup();
        }
        WorkingCalendar {
            holidays,
            working_weekends,
            first,
            last,
        }
    }

    /// Whether the city has said which days around `day` are worked. Outside, Monday to Friday is a guess.
    #[must_use]
    pub fn covers(&self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// Whether the authorities work on `day`.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        if is_weekend(day) {
            self.working_weekends.binary_search(&day).is_ok()
        } else {
            self.holidays.binary_search(&day).is_err()
        }
    }

    /// The day on which `count` working days after `day` have passed: `day` itself does not count, the day that comes
    /// out does. Zero is `day`. Negative goes back, so that `working_days_between(day, it)` is `count` again.
    #[must_use]
    pub fn plus_working_days(&self, day: Date, count: i32) -> Date {
        let count = count.clamp(-FURTHEST, FURTHEST);
        let mut at = day;
        for _ in 0..count {
            at = self.next(at.plus_days(1), 1);
        }
        for _ in count..0 {
            // Over the working day that is taken back, and on to the one before it.
            at = self.next(self.next(at, -1).plus_days(-1), -1);
        }
        at
    }

    /// The first working day from `day` on, in steps of `step` days; the calendar's end where there is none.
    fn next(&self, day: Date, step: i64) -> Date {
        let mut at = day;
        while !self.is_working_day(at) {
            let further = at.plus_days(step);
            if further == at {
                break;
            }
            at = further;
        }
        at
    }

    /// How many working days lie after `from`, up to and with `to`; negative where `to` is earlier.
    #[must_use]
    pub fn working_days_between(&self, from: Date, to: Date) -> i32 {
        let within = |days: &[Date]| {
            days.partition_point(|day| *day <= to) as i64 - days.partition_point(|day| *day <= from) as i64
        };
        let count = weekdays_until(to) - weekdays_until(from) - within(&self.holidays) + within(&self.working_weekends);
        i32::try_from(count).unwrap_or(i32::MAX)
    }
}

fn is_weekend(day: Date) -> bool {
    day.calendar().weekday().number_from_monday() > 5
}

/// How many days from Monday to Friday there are up to and with `day`, counted from a Sunday long ago.
fn weekdays_until(day: Date) -> i64 {
    // Julian day 0 was a Monday.
    let days = i64::from(day.calendar().to_julian_day()) + 1;
    days.div_euclid(7) * 5 + days.rem_euclid(7).min(5)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn october() -> WorkingCalendar {
        let days = |texts: &[&str]| texts.iter().map(|text| day(text)).collect::<Vec<_>>();
        WorkingCalendar::new(
            days(&[
                "2026-10-01",
                "2026-10-02",
                "2026-10-03",
                "2026-10-05",
                "2026-10-06",
                "2026-10-07",
            ]),
            days(&["2026-09-20", "2026-10-10"]),
            day("2026-01-01"),
            day("2026-12-31"),
        )
    }

    #[test]
    fn holidays_are_skipped_and_worked_weekends_count() {
        let calendar = october();
        assert_eq!(calendar.plus_working_days(day("2026-09-30"), 1), day("2026-10-08"));
        assert_eq!(calendar.plus_working_days(day("2026-10-08"), 2), day("2026-10-10"));
        assert_eq!(calendar.plus_working_days(day("2026-10-08"), 3), day("2026-10-12"));
        assert_eq!(calendar.plus_working_days(day("2026-10-08"), -1), day("2026-09-30"));
        assert_eq!(calendar.working_days_between(day("2026-10-08"), day("2026-09-30")), -1);
        assert_eq!(calendar.working_days_between(day("2026-10-08"), day("2026-10-08")), 0);
    }

    #[test]
    fn outside_of_what_it_covers_it_guesses_and_says_so() {
        let calendar = october();
        assert!(calendar.covers(day("2026-12-31")) && !calendar.covers(day("2027-01-01")));
        assert!(calendar.is_working_day(day("2027-01-01")));
    }

    #[test]
    fn a_calendar_is_read_as_a_city_writes_it() -> Result<(), serde_json::Error> {
        let text =
            r#"{"covers":["2026-01-01","2026-12-31"],"holidays":["2026-10-01"],"working_weekends":["2026-10-10"]}"#;
        let calendar: WorkingCalendar = serde_json::from_str(text)?;
        assert_eq!(serde_json::to_string(&calendar)?, text);
        let one_day = text.replace("2026-12-31", "2026-01-01");
        assert!(
            serde_json::from_str::<WorkingCalendar>(&one_day).is_ok_and(|calendar| calendar.covers(day("2026-01-01")))
        );
        assert!(serde_json::from_str::<WorkingCalendar>(&text.replace("2026-12-31", "2025-12-31")).is_err());
        Ok(())
    }

    proptest! {
        #[test]
        fn counting_on_and_counting_between_agree(start in 0i64..700, count in -200i32..200) {
            let calendar = october();
            let from = day("2026-01-01").plus_days(start);
            let to = calendar.plus_working_days(from, count);
            prop_assert_eq!(calendar.working_days_between(from, to), count);
            prop_assert!(count == 0 || calendar.is_working_day(to));
        }

        #[test]
        fn who_starts_later_or_counts_further_ends_no_earlier(start in 0i64..700, count in -200i32..200) {
            let calendar = october();
            let from = day("2026-01-01").plus_days(start);
            let to = calendar.plus_working_days(from, count);
            prop_assert!(calendar.plus_working_days(from.plus_days(1), count) >= to);
            prop_assert!(calendar.plus_working_days(from, count + 1) > to);
        }

        #[test]
        fn the_count_is_that_of_the_days_one_by_one(start in 0i64..700, length in 0i64..400) {
            let calendar = october();
            let from = day("2025-06-01").plus_days(start);
            let counted = (1..=length).filter(|n| calendar.is_working_day(from.plus_days(*n))).count();
            prop_assert_eq!(calendar.working_days_between(from, from.plus_days(length)), counted as i32);
        }
    }
}
