//! Reading what kiosks are told.

use super::{Entry, Hours, Kiosk, Kiosks, Notice, Theme};
use crate::read::{At, Fields, document};
use crate::{Mistake, Wrong};

/// The format that is read here.
const FORMAT: u64 = 1;

/// The most entries.
const MOST: usize = 2_000;

/// The most services of one entry.
const MOST_SERVICES: usize = 2_000;

/// The devices that a kiosk may have.
const DEVICES: [&str; 6] = ["id_card", "codes", "scanner", "camera", "slips", "documents"];

pub(super) fn kiosks(bytes: &[u8]) -> Result<Kiosks, Mistake> {
    let value = document(bytes, Kiosks::LONGEST)?;
    let whole = At::whole(&value);
    whole.format(FORMAT)?;
    let fields = whole.object(&["format", "version", "kiosks"])?;
    let entries = fields.get("kiosks")?.list(MOST)?;
    Ok(Kiosks {
        version: fields.get("version")?.number(u64::from(u32::MAX))?,
        entries: entries.into_iter().map(entry).collect::<Result<_, Mistake>>()?,
    })
}

fn entry(at: At<'_>) -> Result<Entry, Mistake> {
    let fields = at.object(&[
        "hall",
        "number",
        "theme",
        "elder",
        "devices",
        "services",
        "open",
        "out_of_service",
    ])?;
    let entry = Entry {
        hall: found(&fields, "hall", |at| at.word())?,
        number: found(&fields, "number", |at| at.number(u64::from(u16::MAX)))?,
        says: Kiosk {
            theme: found(&fields, "theme", theme)?,
            elder: found(&fields, "elder", At::yes)?,
            devices: found(&fields, "devices", devices)?,
            services: found(&fields, "services", services)?,
            open: found(&fields, "open", open)?,
            out_of_service: found(&fields, "out_of_service", |at| notice(at.clone()))?,
        },
    };
    // Numbers are given in a hall.
    if entry.number.is_some() && entry.hall.is_none() {
        return Err(Wrong::Missing.at(fields.place("hall")));
    }
    Ok(entry)
}

fn found<'v, T>(
    fields: &Fields<'v>,
    name: &str,
    read: impl FnOnce(&At<'v>) -> Result<T, Mistake>,
) -> Result<Option<T>, Mistake> {
    fields.find(name).as_ref().map(read).transpose()
}

fn theme(at: &At<'_>) -> Result<Theme, Mistake> {
    match at.text(20)? {
        "light" => Ok(Theme::Light),
        "dark" => Ok(Theme::Dark),
        _ => Err(at.wrong(Wrong::Not("`light` or `dark`"))),
    }
}

fn devices(at: &At<'_>) -> Result<Vec<String>, Mistake> {
    for item in at.list(DEVICES.len())? {
        if !DEVICES.contains(&item.text(20)?) {
            return Err(item.wrong(Wrong::Not("a device of a kiosk")));
        }
    }
    at.words(DEVICES.len())
}

fn services(at: &At<'_>) -> Result<Vec<String>, Mistake> {
    let mut codes: Vec<String> = Vec::new();
    for item in at.list(MOST_SERVICES)? {
        codes.push(item.text(64)?.to_owned());
    }
    Ok(codes)
}

fn open(at: &At<'_>) -> Result<Vec<Hours>, Mistake> {
    at.list(21)?.into_iter().map(hours).collect()
}

fn hours(at: At<'_>) -> Result<Hours, Mistake> {
    let place = at.clone();
    let fields = at.object(&["days", "from", "to"])?;
    let days = fields.get("days")?;
    let numbers = days.list(7)?;
    let mut of = Vec::new();
    for day in numbers {
        match day.number(7)? {
            0 => return Err(day.wrong(Wrong::Not("a day of the week, 1 to 7"))),
            number if of.contains(&number) => return Err(day.wrong(Wrong::Twice)),
            number => of.push(number),
        }
    }
    if of.is_empty() {
        return Err(days.wrong(Wrong::Missing));
    }
    let hours = Hours {
        days: of,
        from: time(&fields.get("from")?)?,
        to: time(&fields.get("to")?)?,
    };
    if hours.from >= hours.to {
        return Err(place.wrong(Wrong::Backwards));
    }
    Ok(hours)
}

/// The minute of the day of `08:30`; `24:00` is its end.
fn time(at: &At<'_>) -> Result<u64, Mistake> {
    let text = at.text(5)?;
    let two = |digits: &str| match digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => digits.parse::<u64>().ok(),
        false => None,
    };
    let parts = text
        .split_once(':')
        .and_then(|(hour, minute)| Some((two(hour)?, two(minute)?)));
    match parts {
        Some((hour, minute)) if minute < 60 && hour * 60 + minute <= 24 * 60 => Ok(hour * 60 + minute),
        _ => Err(at.wrong(Wrong::Not("a time of the day such as 08:30"))),
    }
}

fn notice(at: At<'_>) -> Result<Notice, Mistake> {
    let fields = at.object(&["zh-CN", "en"])?;
    let text = |name| Ok::<String, Mistake>(fields.get(name)?.text(400)?.to_owned());
    Ok(Notice {
        chinese: text("zh-CN")?,
        english: text("en")?,
    })
}
