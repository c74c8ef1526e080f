//! How the halls are run: `halls/<code>.toml`, one file for each hall that gives numbers or makes appointments.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use onehall_protocol::{AuthorityCode, Date, HallCode, ItemCode, QueueCode, Text};

use super::directory::Directory;
use super::document::{Entry, Source};
use super::finding::{Findings, Names, Sited, once_each};
use crate::halls::{Appointments, Counter, Exception, Floor, Hours, KioskPlace, Queue, Span};

/// The days of the week as a city writes them, Monday first.
const WEEK: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// What the halls' files may name.
pub(super) struct Known<'a> {
    pub(super) directory: &'a Directory,
    /// The service items whose files are sound.
    pub(super) items: &'a BTreeMap<ItemCode, Offered>,
    pub(super) item_codes: &'a Names<ItemCode>,
    /// The city's calendar, as it is written: also holidays that are on a weekend.
    pub(super) calendar: Option<&'a Source>,
}

/// By whom, and in which halls, a service item is handled.
pub(super) struct Offered {
    pub(super) authority: AuthorityCode,
    pub(super) halls: Vec<HallCode>,
}

/// The halls of which there is a file, by code.
pub(super) fn read(
    sources: &[(String, Source)],
    known: &Known<'_>,
    findings: &Findings,
) -> BTreeMap<HallCode, Arc<Floor>> {
    let holidays = Arc::new(holidays(known.calendar));
    let mut floors = BTreeMap::new();
    for (stem, source) in sources {
        let code = match stem.parse::<HallCode>() {
            Ok(code) => code,
            Err(error) => {
                let reason = format!("the file's name `{stem}` is the hall's code, and {error}");
                findings.add(&source.line(1), reason);
                continue;
            }
        };
        let named = Sited {
            value: code.clone(),
            place: source.line(1),
        };
        known.directory.hall_codes.expect(&named, findings);
        let Some(table) = source.table(findings) else { continue };
        let entry = Entry::of_file(source, &table, findings);
        let read = floor(&entry, code.clone(), known, &holidays);
        entry.close();
        floors.extend(read.map(|floor| (code, Arc::new(floor))));
    }
    floors
}

fn holidays(calendar: Option<&Source>) -> BTreeSet<Date> {
    // What is wrong with that file is told where it is read for the authorities.
    let told_elsewhere = Findings::default();
    let table = calendar.and_then(|source| Some((source, source.table(&told_elsewhere)?)));
    table.map_or_else(BTreeSet::new, |(source, table)| {
        let days: Vec<Sited<Date>> = Entry::of_file(source, &table, &told_elsewhere).list("holidays");
        days.into_iter().map(|day| day.value).collect()
    })
}

fn floor(entry: &Entry<'_>, code: HallCode, known: &Known<'_>, holidays: &Arc<BTreeSet<Date>>) -> Option<Floor> {
    let findings = entry.findings();
    let from_home: Option<Sited<bool>> = entry.required("from_home");
    let hours = match entry.entry("hours") {
        Some(table) => Some(hours(table, holidays, entry.entries("exception"))),
        None => {
            findings.add(&entry.place, "`hours` is missing: write [hours]");
            None
        }
    };
    let mut seen = Seen::new();
    let queues: Vec<Queue> = entry
        .entries("queue")
        .into_iter()
        .filter_map(|table| queue(table, &mut seen, known))
        .collect();
    let mut numbers: Names<u16> = Names::of("counter");
    let counters: Vec<Counter> = entry
        .entries("counter")
        .into_iter()
        .filter_map(|table| counter(table, &mut numbers, &seen.codes, known))
        .collect();
    let mut kiosk_numbers: Names<u16> = Names::of("kiosk");
    let kiosks: Vec<KioskPlace> = entry
        .entries("kiosk")
        .into_iter()
        .filter_map(|table| kiosk(table, &mut kiosk_numbers))
        .collect();
    for queue in &queues {
        let place = &seen.places[&queue.code];
        let serves = |counter: &&Counter| counter.queues.contains(&queue.code);
        if !counters.iter().any(|counter| serves(&counter)) {
            findings.add(place, format!("no counter calls from the queue `{}`", queue.code));
            continue;
        }
        for item in &queue.items {
            let Some(Offered { authority, halls }) = known.items.get(item) else {
                continue;
            };
            if !halls.contains(&code) {
                findings.add(place, format!("the guide of `{item}` does not name this hall"));
            }
            let handled = counters
                .iter()
                .filter(serves)
                .any(|counter| counter.authorities.contains(authority));
            if !handled {
                let reason = format!(
                    "no counter of the queue `{}` has a clerk of `{authority}` for `{item}`",
                    queue.code
                );
                findings.add(place, reason);
            }
        }
    }
    Some(Floor {
        code,
        hours: hours?,
        from_home: from_home?.value,
        queues,
        counters,
        kiosks,
    })
}

fn hours(table: Entry<'_>, holidays: &Arc<BTreeSet<Date>>, exceptions: Vec<Entry<'_>>) -> Hours {
    let week = WEEK.map(|day| spans(&table, day));
    let worked = if table.has("worked_weekend") {
        spans(&table, "worked_weekend")
    } else {
        week[0].clone()
    };
    let closed: Option<Sited<bool>> = table.required("closed_on_holidays");
    if week.iter().all(Vec::is_empty) {
        table.findings().add(
            &table.place,
            "a hall that is open on no day of the week gives no numbers",
        );
    }
    table.close();
    let mut days: Names<Date> = Names::of("exceptional day");
    let mut read = BTreeMap::new();
    for entry in exceptions {
        let day: Option<Sited<Date>> = entry.required("day");
        let reason: Option<Sited<Text>> = entry.required("reason");
        if !entry.has("open") {
            let findings = entry.findings();
            findings.add(
                &entry.place,
                "`open` is missing: write [] for a day on which it is closed",
            );
        }
        let hours = spans(&entry, "open");
        if let Some(day) = &day {
            days.take(day.value, &day.place, entry.findings());
        }
        entry.close();
        if let (Some(day), Some(reason)) = (day, reason) {
            let reason = reason.value;
            read.insert(day.value, Exception { hours, reason });
        }
    }
    Hours {
        week,
        worked_weekend: worked,
        holidays: closed.is_some_and(|closed| closed.value).then(|| Arc::clone(holidays)),
        exceptions: read,
    }
}

/// Stretches of a day, in order; none may begin before the one before it has ended.
fn spans(table: &Entry<'_>, key: &'static str) -> Vec<Span> {
    let spans: Vec<Sited<Span>> = table.list(key);
    for pair in spans.windows(2) {
        if pair[1].value.from < pair[0].value.to {
            let reason = format!("{} begins before {} has ended", pair[1].value, pair[0].value);
            table.findings().add(&pair[1].place, reason);
        }
    }
    spans.into_iter().map(|span| span.value).collect()
}

/// What the queues of a hall have given so far.
struct Seen {
    codes: Names<QueueCode>,
    letters: Names<String>,
    items: Names<ItemCode>,
    places: BTreeMap<QueueCode, super::finding::Place>,
}

impl Seen {
    fn new() -> Seen {
        Seen {
            codes: Names::of("queue"),
            letters: Names::of("queue"),
            items: Names::of("queue of this hall"),
            places: BTreeMap::new(),
        }
    }
}

fn queue(entry: Entry<'_>, seen: &mut Seen, known: &Known<'_>) -> Option<Queue> {
    let findings = entry.findings();
    let code: Option<Sited<QueueCode>> = entry.required("code");
    if let Some(code) = &code {
        seen.codes.take(code.value.clone(), &code.place, findings);
        seen.places
            .entry(code.value.clone())
            .or_insert_with(|| code.place.clone());
    }
    let letter: Option<Sited<String>> = entry.required("letter");
    if let Some(letter) = &letter {
        seen.letters.take(letter.value.clone(), &letter.place, findings);
        if !matches!(letter.value.as_bytes(), [b'A'..=b'Z']) {
            entry.find("letter", "`letter` must be one capital letter from A to Z");
        }
    }
    let name = entry.required("name");
    let items: Vec<Sited<ItemCode>> = entry.list("items");
    known.item_codes.expect_all(&items, findings);
    for item in &items {
        seen.items.take(item.value.clone(), &item.place, findings);
    }
    let most_waiting = within(&entry, "most_waiting", 1, 999);
    let last_minutes = within(&entry, "last_minutes", 0, 240);
    let appointments = entry.entry("appointments").map(appointments);
    entry.close();
    Some(Queue {
        code: code?.value,
        letter: letter?.value.chars().next()?,
        name: name?.value,
        items: items.into_iter().map(|item| item.value).collect(),
        most_waiting: most_waiting?.into(),
        last_minutes: last_minutes?,
        appointments: match appointments {
            Some(appointments) => Some(appointments?),
            None => None,
        },
    })
}

fn appointments(entry: Entry<'_>) -> Option<Appointments> {
    let slot_minutes = within(&entry, "slot_minutes", 5, 240);
    let capacity = within(&entry, "capacity", 1, 200);
    let days_ahead = within(&entry, "days_ahead", 1, 90);
    let cut_off_minutes = within(&entry, "cut_off_minutes", 0, 7 * 24 * 60);
    let early_minutes = within(&entry, "early_minutes", 0, 240);
    let late_minutes = within(&entry, "late_minutes", 0, 240);
    if let (Some(cut_off), Some(days)) = (cut_off_minutes, days_ahead)
        && u32::from(cut_off) >= u32::from(days) * 24 * 60
    {
        let reason = "`cut_off_minutes` is as long as `days_ahead`: nothing could ever be booked";
        entry.find("cut_off_minutes", reason);
    }
    entry.close();
    Some(Appointments {
        slot_minutes: slot_minutes?,
        capacity: capacity?.into(),
        days_ahead: days_ahead?,
        cut_off_minutes: cut_off_minutes?,
        early_minutes: early_minutes?,
        late_minutes: late_minutes?,
    })
}

fn counter(entry: Entry<'_>, numbers: &mut Names<u16>, codes: &Names<QueueCode>, known: &Known<'_>) -> Option<Counter> {
    let findings = entry.findings();
    let number: Option<Sited<u16>> = entry.required("number");
    if let Some(number) = &number {
        numbers.take(number.value, &number.place, findings);
        if number.value == 0 {
            entry.find("number", "`number` must be at least 1");
        }
    }
    let authorities: Vec<Sited<AuthorityCode>> = entry.filled_list("authorities");
    known.directory.authority_codes.expect_all(&authorities, findings);
    let queues: Vec<Sited<QueueCode>> = entry.filled_list("queues");
    for queue in &queues {
        codes.expect(queue, findings);
    }
    once_each("queue", &queues, findings);
    let hours = spans(&entry, "hours");
    entry.close();
    Some(Counter {
        number: number?.value,
        authorities: authorities.into_iter().map(|authority| authority.value).collect(),
        queues: queues.into_iter().map(|queue| queue.value).collect(),
        hours,
    })
}

fn kiosk(entry: Entry<'_>, numbers: &mut Names<u16>) -> Option<KioskPlace> {
    let number: Option<Sited<u16>> = entry.required("number");
    if let Some(number) = &number {
        numbers.take(number.value, &number.place, entry.findings());
        if number.value == 0 {
            entry.find("number", "`number` must be at least 1");
        }
    }
    let hash: Option<Sited<String>> = entry.required("key_hash");
    let read = hash.and_then(|hash| {
        let bytes = sha256(&hash.value);
        if bytes.is_none() {
            entry.find(
                "key_hash",
                "`key_hash` must be the SHA-256 of the kiosk's key, 64 digits from 0 to f",
            );
        }
        bytes
    });
    entry.close();
    Some(KioskPlace {
        number: number?.value,
        key_hash: read?,
    })
}

/// A hash in hexadecimal digits.
fn sha256(digits: &str) -> Option<[u8; 32]> {
    let plain = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 64 || !digits.bytes().all(plain) {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&digits[at..at + 2], 16).ok()?;
    }
    Some(hash)
}

/// A whole number that makes sense only between two others.
fn within(entry: &Entry<'_>, key: &'static str, least: u16, most: u16) -> Option<u16> {
    let number: Sited<u16> = entry.required(key)?;
    if !(least..=most).contains(&number.value) {
        entry.find(key, format!("`{key}` must lie between {least} and {most}"));
    }
    Some(number.value)
}
