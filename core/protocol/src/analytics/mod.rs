//! Analytics: what a terminal may count with its citizen's consent, how it is sent, what the staff see of it.
//!
//! Every event is declared in `core/protocol/analytics.json`; [`Event`], [`DECLARED`] and `docs/analytics.md` are made
//! from that file by `cargo xtask analytics`. An event names at most a service item and one value of a short list: there
//! is no field in which a person, a case, a draft or a text could stand.
//!
//! ```
//! use onehall_protocol::analytics::{Event, Hits};
//! let (name, item, detail) = Event::SearchMade { hits: Hits::of(0) }.into_parts();
//! assert_eq!((name, item, detail), ("search_made", None, Some("none")));
//! ```

mod events;

use serde::{Deserialize, Serialize};

use crate::{Date, EventId, ItemCode, Language, Timestamp};

pub use events::{DECLARED, Event, Hits, Minutes, Stars};

/// The most events of one batch.
pub const MOST_EVENTS: usize = 50;

/// For how many days an event may be sent after its own, and for how long its id is kept to know it again.
pub const KEPT_DAYS: i64 = 30;

/// Counts from 1 to this less one are shown as "fewer than": nobody is to be found by being the only one.
pub const SMALLEST_SHOWN: u64 = 5;

/// A text in both languages that is compiled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Title {
    /// In Simplified Chinese.
    pub zh_cn: &'static str,
    /// In English.
    pub en: &'static str,
}

impl Title {
    /// The text in `language`.
    #[must_use]
    pub const fn get(self, language: Language) -> &'static str {
        match language {
            Language::ZhCn => self.zh_cn,
            Language::En => self.en,
        }
    }
}

/// What is declared of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declared {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it is called.
    pub title: Title,
    /// The last day on which it is counted: `2027-11-30`.
    pub expires: &'static str,
    /// Whether it names a service item.
    pub item: bool,
    /// What else it says, if anything.
    pub detail: Option<Detail>,
}

/// The one thing that an event may say beside its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detail {
    /// What it is about.
    pub title: Title,
    /// All that it can be: the value on the wire, and what it is called.
    pub values: &'static [(&'static str, Title)],
}

impl Declared {
    /// The event of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<&'static Declared> {
        DECLARED.iter().find(|declared| declared.name == name)
    }

    /// Whether it is still counted on `day`.
    #[must_use]
    pub fn counts_on(&self, day: Date) -> bool {
        self.expires.parse::<Date>().is_ok_and(|last| day <= last)
    }

    /// The value of its detail that has this name.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<(&'static str, Title)> {
        let values = self.detail?.values;
        values.iter().find(|(value, _)| *value == name).copied()
    }
}

/// An event on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventRecord {
    /// Names it, however often it is sent. The time in it is `at`, not a finer one.
    pub id: EventId,
    /// When, to the minute.
    pub at: Timestamp,
    /// Its name: one of those in `docs/analytics.md`.
    pub event: String,
    /// The service item, for events that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemCode>,
    /// One of the values that its detail can have, for events that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Events, at most [`MOST_EVENTS`] of them. Sent without a login; nothing in it says from whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventBatch {
    /// The events.
    pub events: Vec<EventRecord>,
    /// How many events this terminal gave up since it last sent some, because it had no room for more.
    #[serde(default)]
    pub dropped: u32,
}

/// What became of a batch. All of it is decided: none of its events needs to be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchTaken {
    /// Events that were counted now.
    pub taken: u32,
    /// Events that had been counted before.
    pub known: u32,
    /// Events that are not counted.
    pub refused: Vec<EventRefused>,
}

/// An event that is not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventRefused {
    /// Which.
    pub id: EventId,
    /// Why.
    pub why: RefusedBecause,
}

/// Why an event is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RefusedBecause {
    /// No event of this name is declared.
    UnknownEvent,
    /// The event is not counted any more.
    Expired,
    /// It lacks its item or detail, or has one that it should not have.
    WrongFields,
    /// The catalog has no such item.
    UnknownItem,
    /// It is older than [`KEPT_DAYS`] days.
    TooOld,
    /// The terminal's clock is ahead.
    TooNew,
}

/// By what counts are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum InsightBy {
    /// The day, on the city's clock.
    #[default]
    Day,
    /// The kind of terminal.
    Terminal,
    /// The service item.
    Item,
    /// The event's detail.
    Detail,
}

impl InsightBy {
    /// Every way.
    pub const ALL: [InsightBy; 4] = [InsightBy::Day, InsightBy::Terminal, InsightBy::Item, InsightBy::Detail];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            InsightBy::Day => "day",
            InsightBy::Terminal => "terminal",
            InsightBy::Item => "item",
            InsightBy::Detail => "detail",
        }
    }
}

/// Which counts are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InsightQuery {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// By what they are put together.
    #[serde(default)]
    pub by: InsightBy,
}

/// Counts of events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InsightView {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// By what they are put together.
    pub by: InsightBy,
    /// The rows, by key and event.
    pub rows: Vec<InsightRow>,
}

/// One count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InsightRow {
    /// A day, a kind of terminal, the code of an item, or a value of the event's detail.
    pub key: String,
    /// The event.
    pub event: String,
    /// How many; none where they are fewer than [`SMALLEST_SHOWN`].
    #[serde(default)]
    pub count: Option<u64>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_declared_event_has_a_name_of_its_own_in_both_languages() {
        let names: BTreeSet<_> = DECLARED.iter().map(|declared| declared.name).collect();
        assert_eq!(names.len(), DECLARED.len());
        for declared in DECLARED {
            let details = declared.detail.iter().flat_map(|detail| detail.values);
            for title in details.map(|(_, title)| *title).chain([declared.title]) {
                assert!(Language::ALL.iter().all(|language| !title.get(*language).is_empty()));
            }
        }
    }

    #[test]
    fn what_the_core_records_is_what_is_declared() {
        let item: ItemCode = "passport".parse().unwrap_or_else(|_| panic!("no code"));
        let events = [
            Event::ItemViewed { item: item.clone() },
            Event::SearchMade { hits: Hits::of(3) },
            Event::ApplicationSubmitted {
                item: item.clone(),
                minutes: Minutes::of(61),
            },
            Event::ServiceRated {
                item,
                stars: Stars::of(5),
            },
        ];
        for event in events {
            let (name, item, detail) = event.into_parts();
            let declared = Declared::of(name).unwrap_or_else(|| panic!("{name} is not declared"));
            assert_eq!(declared.item, item.is_some(), "{name}");
            assert_eq!(declared.detail.is_some(), detail.is_some(), "{name}");
            assert!(detail.is_none_or(|detail| declared.value(detail).is_some()), "{name}");
        }
    }

    #[test]
    fn a_count_falls_into_the_bucket_that_begins_at_or_below_it() {
        let found: Vec<&str> = [0, 1, 5, 6, u32::MAX].map(|count| Hits::of(count).as_str()).into();
        assert_eq!(found, ["none", "few", "few", "many", "many"]);
        assert_eq!(Stars::of(1).as_str(), "very_dissatisfied");
        assert_eq!(Stars::of(5).as_str(), "very_satisfied");
    }

    #[test]
    fn an_event_counts_on_its_last_day_and_not_after_it() {
        let declared = Declared {
            expires: "2027-11-30",
            ..DECLARED[0]
        };
        let day = |text: &str| text.parse::<Date>().unwrap_or_else(|_| panic!("no day"));
        assert!(declared.counts_on(day("2027-11-30")));
        assert!(!declared.counts_on(day("2027-12-01")));
    }

    #[test]
    fn the_bytes_of_an_event_stay_as_they_are() {
        let text = r#"{"id":"019ab7e3-5a60-7000-8000-000000000001","at":"2026-11-26T03:31:00.000Z","event":"item_viewed","item":"passport"}"#;
        let record: EventRecord = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(serde_json::to_string(&record).unwrap_or_default(), text);
        assert!(serde_json::from_str::<EventRecord>(&text.replace("\"item\"", "\"person\"")).is_err());
    }
}
