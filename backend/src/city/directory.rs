//! The city itself and what it is made of: authorities, halls, themes, life events.

use onehall_protocol::catalog::{Authority, City, Hall, LifeEvent, Theme};
use onehall_protocol::{AuthorityCode, HallCode, ItemCode, LifeEventCode, ThemeCode};

use super::document::{Entry, Source};
use super::finding::{Findings, Names, Sited, once_each};

/// The parts of a city, and the codes that others may name.
pub(super) struct Directory {
    pub(super) authorities: Vec<Authority>,
    pub(super) authority_codes: Names<AuthorityCode>,
    pub(super) halls: Vec<Hall>,
    pub(super) hall_codes: Names<HallCode>,
    pub(super) themes: Vec<Theme>,
    pub(super) theme_codes: Names<ThemeCode>,
}

pub(super) fn city(source: &Source, findings: &Findings) -> Option<City> {
    let table = source.table(findings)?;
    let entry = Entry::of_file(source, &table, findings);
    let name = entry.required("name");
    let hall_name = entry.required("hall_name");
    let case_prefix: Option<Sited<String>> = entry.required("case_prefix");
    let offset: Option<Sited<i32>> = entry.required("utc_offset_minutes");
    let hotline: Option<Sited<String>> = entry.required("hotline");
    if let Some(prefix) = &case_prefix
        && !((2..=3).contains(&prefix.value.len()) && prefix.value.bytes().all(|byte| byte.is_ascii_uppercase()))
    {
        entry.find("case_prefix", "`case_prefix` must be two or three capital letters");
    }
    // The clocks of the earth run from UTC-12 to UTC+14.
    if offset
        .as_ref()
        .is_some_and(|offset| !(-720..=840).contains(&offset.value))
    {
        entry.find(
            "utc_offset_minutes",
            "`utc_offset_minutes` must lie between -720 and 840",
        );
    }
    entry.close();
    Some(City {
        name: name?.value,
        hall_name: hall_name?.value,
        case_prefix: case_prefix?.value,
        utc_offset_minutes: offset?.value,
        hotline: hotline?.value,
    })
}

pub(super) fn authorities(source: &Source, findings: &Findings) -> (Vec<Authority>, Names<AuthorityCode>) {
    let mut codes = Names::of("authority");
    let mut numbers = Names::of("authority");
    let read = each(source, "authority", findings, |entry| {
        let code = taken(entry, &mut codes);
        let organisation_code: Option<Sited<onehall_protocol::OrganisationCode>> = entry.required("organisation_code");
        if let Some(number) = &organisation_code {
            numbers.take(number.value.clone(), &number.place, findings);
        }
        let (name, duty, phone, address) = (
            entry.required("name"),
            entry.required("duty"),
            entry.required("phone"),
            entry.required("address"),
        );
        Some(Authority {
            code: code?,
            name: name?.value,
            organisation_code: organisation_code?.value,
            duty: duty?.value,
            phone: phone?.value,
            address: address?.value,
        })
    });
    known(read, codes)
}

pub(super) fn halls(source: &Source, findings: &Findings) -> (Vec<Hall>, Names<HallCode>) {
    let mut codes = Names::of("hall");
    let read = each(source, "hall", findings, |entry| {
        let code = taken(entry, &mut codes);
        let (name, address, transport) = (
            entry.required("name"),
            entry.required("address"),
            entry.required("transport"),
        );
        let (phone, hours, kiosks) = (
            entry.required("phone"),
            entry.required("hours"),
            entry.required("kiosks"),
        );
        let accessibility = entry.required("accessibility");
        Some(Hall {
            code: code?,
            name: name?.value,
            address: address?.value,
            transport: transport?.value,
            phone: phone?.value,
            hours: hours?.value,
            kiosks: kiosks?.value,
            accessibility: accessibility?.value,
        })
    });
    known(read, codes)
}

pub(super) fn themes(source: &Source, findings: &Findings) -> (Vec<Theme>, Names<ThemeCode>) {
    let mut codes = Names::of("theme");
    let read = each(source, "theme", findings, |entry| {
        let (code, name, icon) = (taken(entry, &mut codes), entry.required("name"), icon(entry));
        Some(Theme {
            code: code?,
            name: name?.value,
            icon: icon?,
        })
    });
    known(read, codes)
}

pub(super) fn life_events(source: &Source, items: &Names<ItemCode>, findings: &Findings) -> Vec<LifeEvent> {
    let mut codes: Names<LifeEventCode> = Names::of("life event");
    each(source, "life_event", findings, |entry| {
        let code = taken(entry, &mut codes);
        let (name, summary, icon) = (entry.required("name"), entry.required("summary"), icon(entry));
        let listed: Vec<Sited<ItemCode>> = entry.filled_list("items");
        for item in &listed {
            items.expect(item, findings);
        }
        once_each("item", &listed, findings);
        Some(LifeEvent {
            code: code?,
            name: name?.value,
            summary: summary?.value,
            icon: icon?,
            items: listed.into_iter().map(|item| item.value).collect(),
        })
    })
    .unwrap_or_default()
}

/// Reads the tables `[[key]]` of a file that holds nothing else, at least one; none where its syntax is broken.
pub(super) fn each<T>(
    source: &Source,
    key: &'static str,
    findings: &Findings,
    mut read: impl FnMut(&Entry<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let table = source.table(findings)?;
    let file = Entry::of_file(source, &table, findings);
    let entries = file.entries(key);
    if entries.is_empty() {
        findings.add(&file.place, format!("there must be at least one [[{key}]]"));
    }
    file.close();
    let mut all = Vec::new();
    for entry in entries {
        all.extend(read(&entry));
        entry.close();
    }
    Some(all)
}

/// The entries and their codes; with a broken file every code counts as known.
fn known<T, C: Ord>(read: Option<Vec<T>>, mut codes: Names<C>) -> (Vec<T>, Names<C>) {
    if read.is_none() {
        codes.unread();
    }
    (read.unwrap_or_default(), codes)
}

fn taken<C: super::leaf::Leaf + Ord + Clone>(entry: &Entry<'_>, codes: &mut Names<C>) -> Option<C> {
    let code: Sited<C> = entry.required("code")?;
    codes.take(code.value.clone(), &code.place, entry.findings());
    Some(code.value)
}

/// The name of an icon of the UI's set: lower-case letters, digits and hyphens.
fn icon(entry: &Entry<'_>) -> Option<String> {
    let icon: Sited<String> = entry.required("icon")?;
    let shape = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !icon.value.bytes().all(shape) {
        entry.find(
            "icon",
            "`icon` must be an icon's name in lower-case letters, digits and hyphens",
        );
    }
    Some(icon.value)
}
