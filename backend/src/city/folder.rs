//! The files of a city's folder.

use std::io;
use std::path::Path;

use super::document::Source;
use super::finding::{Findings, Place};

/// What was read of a folder. A file that could not be read is a finding and stands nowhere else.
pub(super) struct Folder {
    pub(super) city: Option<Source>,
    pub(super) calendar: Option<Source>,
    pub(super) authorities: Option<Source>,
    pub(super) halls: Option<Source>,
    pub(super) themes: Option<Source>,
    pub(super) life_events: Option<Source>,
    pub(super) people: Option<Source>,
    pub(super) staff: Option<Source>,
    pub(super) data: Option<Source>,
    pub(super) register: Option<Source>,
    /// `items/<name>.toml`, with their names, in the order of these.
    pub(super) items: Vec<(String, Source)>,
    /// `forms/<name>.json`
    pub(super) forms: Vec<(String, Source)>,
    /// `lists/<name>.toml`
    pub(super) lists: Vec<(String, Source)>,
    /// `workflows/<name>.toml`
    pub(super) workflows: Vec<(String, Source)>,
    /// `halls/<name>.toml`
    pub(super) floors: Vec<(String, Source)>,
    /// `clients/<name>.toml`
    pub(super) clients: Vec<(String, Source)>,
}

const NEEDED: [&str; 6] = [
    "city.toml",
    "calendar.toml",
    "authorities.toml",
    "halls.toml",
    "themes.toml",
    "life-events.toml",
];
const OPTIONAL: [&str; 4] = ["people.toml", "staff.toml", "data.toml", "register.toml"];

impl Folder {
    pub(super) fn read(folder: &Path, findings: &Findings) -> Folder {
        let needed = |name: &str| file(folder, name, true, findings);
        let optional = |name: &str| file(folder, name, false, findings);
        let [city, calendar, authorities, halls, themes, life_events] = NEEDED.map(needed);
        let [people, staff, data, register] = OPTIONAL.map(optional);
        // A misspelt `hall.toml` would otherwise be passed over in silence.
        for name in names(folder).unwrap_or_default() {
            let known = NEEDED.contains(&name.as_str()) || OPTIONAL.contains(&name.as_str());
            if name.ends_with(".toml") && !known {
                let list = [NEEDED.as_slice(), &OPTIONAL].concat().join(", ");
                whole(
                    &name,
                    findings,
                    format!("a city has no file of this name; it has {list}"),
                );
            }
        }
        Folder {
            city,
            calendar,
            authorities,
            halls,
            themes,
            life_events,
            people,
            staff,
            data,
            register,
            items: files(folder, "items", ".toml", findings),
            forms: files(folder, "forms", ".json", findings),
            lists: files(folder, "lists", ".toml", findings),
            workflows: files(folder, "workflows", ".toml", findings),
            floors: files(folder, "halls", ".toml", findings),
            clients: files(folder, "clients", ".toml", findings),
        }
    }
}

fn whole(name: &str, findings: &Findings, reason: impl Into<String>) {
    let place = Place {
        file: name.into(),
        line: 1,
    };
    findings.add(&place, reason);
}

fn file(folder: &Path, name: &str, needed: bool, findings: &Findings) -> Option<Source> {
    match std::fs::read(folder.join(name)) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Some(Source::new(name, text)),
            Err(error) => {
                let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let place = Place {
                    file: name.into(),
                    line: valid.iter().filter(|byte| **byte == b'\n').count() + 1,
                };
                findings.add(&place, "the text is not UTF-8");
                None
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound && !needed => None,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            whole(name, findings, "the file is missing");
            None
        }
        Err(error) => {
            whole(name, findings, format!("the file cannot be read: {error}"));
            None
        }
    }
}

/// The files of a folder inside, by name without the ending; a folder that is not there is empty.
fn files(folder: &Path, inside: &str, ending: &str, findings: &Findings) -> Vec<(String, Source)> {
    let names = match names(&folder.join(inside)) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            whole(inside, findings, format!("the folder cannot be read: {error}"));
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for name in names {
        let path = format!("{inside}/{name}");
        match name.strip_suffix(ending) {
            Some(stem) => found.extend(file(folder, &path, true, findings).map(|source| (stem.to_owned(), source))),
            None => whole(
                &path,
                findings,
                format!("only files ending in {ending} belong into {inside}/"),
            ),
        }
    }
    found
}

/// What a folder holds, in order, without what editors and systems hide.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}
