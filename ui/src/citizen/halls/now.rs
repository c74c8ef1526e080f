//! What is said of a hall and its queues as they are now.

use leptos::prelude::*;
use onehall_protocol::halls::{HallView, Priority, QueueView};
use onehall_protocol::{Language, Timestamp};

use crate::design::notice::{Tag, Tone};
use crate::texts::{Phrase, Words, counted, format, halls as words};
use crate::view::view;

/// A time of day on the city's clock: `17:30`.
pub fn clock(at: Timestamp, offset: i32) -> String {
    let (_, hour, minute) = at.at_offset(offset);
    format!("{hour:02}:{minute:02}")
}

/// A time of day, with its day where that is not the day of `now`.
pub fn when(at: Timestamp, now: Timestamp, offset: i32) -> Words {
    let (day, today) = (at.at_offset(offset).0, now.at_offset(offset).0);
    let time = clock(at, offset);
    if day == today {
        words::TODAY_AT.with([time.into()])
    } else {
        words::ON_AT.with([format::date_words(day), time.into()])
    }
}

/// Until when it is open, or when it opens.
pub fn opening(open: bool, until: Option<Timestamp>, now: Timestamp, offset: i32) -> Words {
    match (open, until) {
        (true, Some(until)) => words::CLOSES_AT.with([clock(until, offset).into()]),
        (false, Some(until)) => words::OPENS_AT.with([when(until, now, offset)]),
        (_, None) => words::OPENS_UNKNOWN.into(),
    }
}

/// Whether a hall is open, and until when that holds.
pub fn standing(hall: &HallView, offset: i32) -> AnyView {
    let (label, tone, icon) = if hall.open {
        (words::OPEN, Tone::Good, "circle-check")
    } else {
        (words::CLOSED, Tone::Attention, "clock")
    };
    let until = opening(hall.open, hall.until, hall.now, offset);
    let today = hall.today.as_ref().map(Words::from);
    view! {
        <p class="hall-now">
            <Tag label=label tone=tone icon=icon/>
            <span>{until}</span>
        </p>
        {today.map(|today| view! { <p class="hall-today">{today}</p> })}
    }
    .into_any()
}

/// How many wait.
pub fn waiting(queue: &QueueView) -> Words {
    match queue.waiting {
        0 => words::WAITING_NONE.into(),
        waiting => counted(waiting as usize, words::WAITING_ONE, words::WAITING_MORE),
    }
}

/// How long one would wait: nothing is said that was not measured.
pub fn wait(queue: &QueueView) -> Words {
    match queue.wait_minutes {
        Some(0) => words::WAIT_NONE.into(),
        Some(minutes) => words::WAIT_ABOUT.with([minutes.to_string().into()]),
        None => words::WAIT_UNKNOWN.into(),
    }
}

/// How many counters call.
pub fn counters(queue: &QueueView) -> Words {
    match queue.counters {
        0 => words::COUNTERS_NONE.into(),
        counters => counted(counters as usize, words::COUNTERS_ONE, words::COUNTERS_MORE),
    }
}

/// Why somebody is called before others; none for who is not.
pub fn priority(priority: Priority) -> Option<Phrase> {
    match priority {
        Priority::None => None,
        Priority::Elder => Some(words::PRIORITY_ELDER),
        Priority::Disabled => Some(words::PRIORITY_DISABLED),
        Priority::Appointment => Some(words::PRIORITY_APPOINTMENT),
    }
}

/// The hours of a day: `09:00–12:00, 13:30–17:30`.
pub fn hours(spans: &[String]) -> Words {
    if spans.is_empty() {
        return words::DAY_CLOSED.into();
    }
    let spans: Vec<String> = spans.iter().map(|span| span.replace('-', "–")).collect();
    Words::made(move |language| {
        spans.join(match language {
            Language::ZhCn => "、",
            Language::En => ", ",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn it_is_said_when_a_hall_closes_and_on_which_day_it_opens() {
        let now = at("2026-11-23T09:45:00Z");
        let said = |open, until: Option<&str>, language| opening(open, until.map(at), now, 480).get(language);
        assert_eq!(
            said(true, Some("2026-11-23T09:50:00Z"), Language::En),
            "Closes at 17:50"
        );
        assert_eq!(
            said(false, Some("2026-11-23T10:30:00Z"), Language::ZhCn),
            "今天 18:30 开始办公"
        );
        assert_eq!(
            said(false, Some("2026-11-24T01:00:00Z"), Language::En),
            "Opens on 24 November 2026 at 09:00"
        );
        assert!(said(false, None, Language::En).contains("call"));
    }

    #[test]
    fn hours_read_as_people_write_them() {
        let spans = ["09:00-12:00".to_owned(), "13:30-17:30".to_owned()];
        assert_eq!(hours(&spans).get(Language::ZhCn), "09:00–12:00、13:30–17:30");
        assert_eq!(hours(&[]).get(Language::En), "Closed");
    }
}
