//! The working days of the authorities: `calendar.toml`.

use onehall_forms::Calendar;
use onehall_forms::calendar::WorkingCalendar;
use onehall_protocol::Date;

use super::document::{Entry, Source};
use super::finding::{Findings, Sited, once_each};
use super::lists::versioned;

pub(super) fn read(source: &Source, findings: &Findings) -> Option<Calendar> {
    let table = source.table(findings)?;
    let entry = Entry::of_file(source, &table, findings);
    let covers: Vec<Sited<Date>> = entry.filled_list("covers");
    let holidays: Vec<Sited<Date>> = entry.list("holidays");
    let working_weekends: Vec<Sited<Date>> = entry.list("working_weekends");
    once_each("day", &holidays, findings);
    once_each("day", &working_weekends, findings);
    let [first, last] = covers.as_slice() else {
        if covers.len() != 2 && !covers.is_empty() {
            entry.find(
                "covers",
                "`covers` must be two days, the first and the last: [\"2026-01-01\", \"2026-12-31\"]",
            );
        }
        entry.close();
        return None;
    };
    let (first, last) = (first.value, last.value);
    if first > last {
        entry.find("covers", "`covers` ends before it begins");
    }
    for day in holidays.iter().chain(&working_weekends) {
        if !(first..=last).contains(&day.value) {
            findings.add(&day.place, format!("{} lies outside of what `covers` says", day.value));
        }
    }
    for day in &working_weekends {
        // Monday is 1.
        if day.value.calendar().weekday().number_from_monday() < 6 {
            findings.add(
                &day.place,
                format!("{} is no Saturday or Sunday, so it is worked anyway", day.value),
            );
        }
        if holidays.iter().any(|holiday| holiday.value == day.value) {
            findings.add(&day.place, format!("{} is a holiday too", day.value));
        }
    }
    entry.close();
    let days = |list: Vec<Sited<Date>>| list.into_iter().map(|day| day.value).collect::<Vec<_>>();
    let edition = format!("{}-{}", first.calendar().year(), last.calendar().year());
    let calendar = WorkingCalendar::new(days(holidays), days(working_weekends), first, last);
    Some(Calendar {
        version: versioned(&edition, &calendar)?,
        days: calendar,
    })
}
