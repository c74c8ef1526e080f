//! How the hall is used: counts of one event in a range of days, by day, terminal, item or its detail.

use std::collections::BTreeMap;

use leptos::prelude::*;
use onehall_client::staff::GetInsight;
use onehall_protocol::Date;
use onehall_protocol::analytics::{DECLARED, Declared, InsightBy, InsightQuery, InsightView};
use onehall_protocol::staff::Role;

use super::desk::{Desk, use_desk};
use super::{not_allowed, routes};
use crate::citizen::apply::{terminal_words, today};
use crate::citizen::place::Wide;
use crate::design::choices::{ChoiceOption, Select};
use crate::design::content::{Column, Table};
use crate::design::navigation::Tabs;
use crate::design::states::{EmptyState, SkeletonKind};
use crate::router::{NavigateOptions, use_navigate, use_query_map};
use crate::shell::{Loaded, PageHeading, Remote, load, use_ui};
use crate::texts::{Words, format, insight};
use crate::view::view;

const RANGES: [i64; 3] = [7, 30, 90];

/// What is asked for. It stands in the address: one comes back to it, and shows it to others.
#[derive(Clone, Copy, PartialEq)]
struct Asked {
    days: i64,
    by: InsightBy,
    event: &'static Declared,
}

impl Asked {
    fn read(days: Option<String>, by: Option<String>, event: Option<String>) -> Asked {
        let days = days
            .and_then(|days| days.parse().ok())
            .filter(|days| RANGES.contains(days));
        let event = event.and_then(|name| Declared::of(&name)).unwrap_or(&DECLARED[0]);
        let by = by.and_then(|name| InsightBy::ALL.into_iter().find(|by| by.as_str() == name));
        Asked {
            days: days.unwrap_or(RANGES[1]),
            by: by.unwrap_or_default(),
            event,
        }
        .fitting()
    }

    /// An event without item or detail cannot be put together by it.
    fn fitting(mut self) -> Asked {
        let lacks = match self.by {
            InsightBy::Item => !self.event.item,
            InsightBy::Detail => self.event.detail.is_none(),
            InsightBy::Day | InsightBy::Terminal => false,
        };
        if lacks {
            self.by = InsightBy::Day;
        }
        self
    }

    fn address(self) -> String {
        routes::insight(self.days, self.by.as_str(), self.event.name)
    }
}

/// The numbers.
#[component]
pub(super) fn InsightPage() -> impl IntoView {
    let desk = use_desk();
    if untrack(|| desk.has(Role::Administrator)) {
        view! { <Numbers/> }.into_any()
    } else {
        not_allowed(insight::TITLE)
    }
}

#[component]
fn Numbers() -> impl IntoView {
    let desk = use_desk();
    let ui = use_ui();
    let query = use_query_map();
    let navigate = use_navigate();
    let asked =
        Memo::new(move |_| query.with(|query| Asked::read(query.get("days"), query.get("by"), query.get("event"))));
    // Another event is in the same answer.
    let question = Memo::new(move |_| asked.with(|asked| (asked.days, asked.by)));
    let numbers: Loaded<InsightView> = load(move || {
        let (days, by) = question.get();
        let to = today(ui);
        let query = InsightQuery {
            from: to.plus_days(1 - days),
            to,
            by,
        };
        desk.core.ask(GetInsight { query })
    });
    Effect::new(move |last: Option<(i64, InsightBy)>| {
        let now = question.get();
        if last.is_some_and(|last| last != now) {
            // What is shown is not what is asked for.
            numbers.state().set(Remote::Loading);
        }
        now
    });
    let go = Callback::new(move |asked: Asked| {
        let options = NavigateOptions {
            replace: true,
            scroll: false,
        };
        navigate(&asked.fitting().address(), options);
    });
    let now = move || asked.get_untracked();
    let events = DECLARED
        .iter()
        .map(|declared| ChoiceOption::new(declared.name, title_of(declared)));
    let ranges = [insight::DAYS_7, insight::DAYS_30, insight::DAYS_90];
    let ranges = RANGES
        .iter()
        .zip(ranges)
        .map(|(days, name)| (days.to_string(), Words::from(name), None));
    let ways = Signal::derive(move || ways(asked.get().event));
    view! {
        <Wide>
            <PageHeading title=insight::TITLE/>
            <div class="insight-filters">
                <Select id="insight-event" label=insight::EVENT options=Signal::stored(events.collect::<Vec<_>>()) always=true
                    value=Signal::derive(move || asked.get().event.name.to_owned())
                    on_change=Callback::new(move |name: String| {
                        go.run(Asked { event: Declared::of(&name).unwrap_or(&DECLARED[0]), ..now() });
                    })/>
                <Tabs label=insight::RANGE tabs=Signal::stored(ranges.collect::<Vec<_>>())
                    value=Signal::derive(move || asked.get().days.to_string())
                    on_change=Callback::new(move |days: String| go.run(Asked { days: days.parse().unwrap_or(RANGES[1]), ..now() }))/>
                <Tabs label=insight::BY tabs=ways
                    value=Signal::derive(move || asked.get().by.as_str().to_owned())
                    on_change=Callback::new(move |name: String| {
                        let by = InsightBy::ALL.into_iter().find(|by| by.as_str() == name).unwrap_or_default();
                        go.run(Asked { by, ..now() });
                    })/>
            </div>
            {numbers.view(SkeletonKind::Rows, move |numbers| {
                let numbers = numbers.clone();
                // The answer that is shown says by what it is put together: the address may be ahead of it.
                (move || shown(desk, &numbers, asked.get().event)).into_any()
            })}
            <p class="quiet">{insight::HONEST}{insight::HIDDEN}</p>
        </Wide>
    }
    .into_any()
}

fn title_of(declared: &'static Declared) -> Words {
    Words::made(move |language| declared.title.get(language).to_owned())
}

/// By what an event can be put together.
fn ways(event: &'static Declared) -> Vec<(String, Words, Option<usize>)> {
    let way = |by: InsightBy, name: Words| (by.as_str().to_owned(), name, None);
    let mut ways = vec![
        way(InsightBy::Day, insight::BY_DAY.into()),
        way(InsightBy::Terminal, insight::BY_TERMINAL.into()),
    ];
    if event.item {
        ways.push(way(InsightBy::Item, insight::BY_ITEM.into()));
    }
    if let Some(detail) = event.detail {
        let name = Words::made(move |language| detail.title.get(language).to_owned());
        ways.push(way(InsightBy::Detail, name));
    }
    ways
}

/// A row: its key, and how many; none for a few.
type Row = (String, Option<u64>);

/// The rows of an event: days in a row, the last first; everything else, the most first.
fn rows(view: &InsightView, event: &str) -> Vec<Row> {
    let mine = view.rows.iter().filter(|row| row.event == event);
    let mut rows: Vec<Row> = mine.map(|row| (row.key.clone(), row.count)).collect();
    if view.by == InsightBy::Day && !rows.is_empty() {
        let known: BTreeMap<String, Option<u64>> = rows.into_iter().collect();
        let mut day = view.to;
        rows = Vec::new();
        while day >= view.from {
            let key = day.to_string();
            let count = known.get(&key).copied().unwrap_or(Some(0));
            rows.push((key, count));
            day = day.plus_days(-1);
        }
    } else {
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    }
    rows
}

fn shown(desk: Desk, view: &InsightView, event: &'static Declared) -> AnyView {
    let rows = rows(view, event.name);
    if rows.is_empty() {
        return view! { <EmptyState icon="inbox" title=insight::EMPTY text=insight::EMPTY_TEXT/> }.into_any();
    }
    let total: u64 = rows.iter().map(|(_, count)| count.unwrap_or(1)).sum();
    let exact = rows.iter().all(|(_, count)| count.is_some());
    let phrase = if exact { insight::TOTAL } else { insight::TOTAL_LEAST };
    let most = rows.iter().filter_map(|(_, count)| *count).max().unwrap_or(0).max(5);
    let head: Words = match (view.by, event.detail) {
        (InsightBy::Day, _) => insight::COLUMN_DAY.into(),
        (InsightBy::Terminal, _) => insight::COLUMN_TERMINAL.into(),
        (InsightBy::Detail, Some(detail)) => Words::made(move |language| detail.title.get(language).to_owned()),
        _ => insight::COLUMN_ITEM.into(),
    };
    let by = view.by;
    let cells = rows.into_iter().map(|(key, count)| {
        let name = name_of(desk, by, event, key);
        vec![view! { {name} }.into_any(), count_view(count, most)]
    });
    let columns = vec![Column::new(head), Column::new(insight::COLUMN_COUNT)];
    view! {
        <p class="console-count" role="status">{phrase.with([format::grouped(&total.to_string()).into()])}</p>
        <div class="insight-table">
            <Table caption=title_of(event) caption_hidden=true columns=columns rows=cells.collect()/>
        </div>
    }
    .into_any()
}

/// A number, and a bar beside it that is as long as the number is large.
fn count_view(count: Option<u64>, most: u64) -> AnyView {
    let part = count.unwrap_or(2) * 100 / most;
    let number: Words = match count {
        Some(count) => format::grouped(&count.to_string()).into(),
        None => insight::FEW.into(),
    };
    view! {
        <span class="insight-count">
            <span class="insight-number" class:quiet=count.is_none()>{number}</span>
            <span class="insight-track" aria-hidden="true">
                <span class="insight-bar" class:insight-few=count.is_none() style:inline-size=format!("{part}%")></span>
            </span>
        </span>
    }
    .into_any()
}

/// What a key is called.
fn name_of(desk: Desk, by: InsightBy, event: &'static Declared, key: String) -> Words {
    match by {
        InsightBy::Day => key.parse::<Date>().map_or(key.into(), format::date_words),
        InsightBy::Terminal => serde_json::from_value(serde_json::Value::String(key)).map_or("".into(), terminal_words),
        InsightBy::Detail => match event.value(&key) {
            Some((_, title)) => Words::made(move |language| title.get(language).to_owned()),
            None => key.into(),
        },
        InsightBy::Item => Words::made(move |language| {
            let name = desk.catalog.with_ready(|catalog| {
                let item = catalog.items.iter().find(|item| item.code.as_str() == key)?;
                Some(item.name.get(language).to_owned())
            });
            name.flatten().unwrap_or_else(|| key.clone())
        }),
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::analytics::InsightRow;

    use super::*;

    fn view(by: InsightBy, rows: &[(&str, Option<u64>)]) -> InsightView {
        let day = |text: &str| text.parse().unwrap_or_else(|_| panic!("no day"));
        InsightView {
            from: day("2026-11-24"),
            to: day("2026-11-26"),
            by,
            rows: rows
                .iter()
                .map(|(key, count)| InsightRow {
                    key: (*key).to_owned(),
                    event: "item_viewed".to_owned(),
                    count: *count,
                })
                .collect(),
        }
    }

    #[test]
    fn a_day_without_events_is_a_day() {
        let view = view(InsightBy::Day, &[("2026-11-24", Some(7)), ("2026-11-26", None)]);
        let expected = [("2026-11-26", None), ("2026-11-25", Some(0)), ("2026-11-24", Some(7))];
        assert_eq!(
            rows(&view, "item_viewed"),
            expected.map(|(key, count)| (key.to_owned(), count))
        );
        assert!(rows(&view, "case_viewed").is_empty());
    }

    #[test]
    fn the_most_comes_first_and_the_few_last() {
        let view = view(
            InsightBy::Terminal,
            &[("browser", None), ("kiosk", Some(9)), ("mobile", Some(12))],
        );
        let keys: Vec<String> = rows(&view, "item_viewed").into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["mobile", "kiosk", "browser"]);
    }

    #[test]
    fn an_address_that_asks_for_what_an_event_has_not_shows_its_days() {
        let read =
            |by: &str, event: &str| Asked::read(Some("7".to_owned()), Some(by.to_owned()), Some(event.to_owned()));
        assert_eq!(read("item", "search_made").by, InsightBy::Day);
        assert_eq!(read("detail", "search_made").by, InsightBy::Detail);
        assert_eq!(read("detail", "item_viewed").by, InsightBy::Day);
        let strange = Asked::read(
            Some("8".to_owned()),
            Some("person".to_owned()),
            Some("nothing".to_owned()),
        );
        assert_eq!(
            (strange.days, strange.by, strange.event.name),
            (30, InsightBy::Day, "item_viewed")
        );
    }
}
