//! Loading a city's folder.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

use onehall_protocol::ItemCode;
use onehall_protocol::catalog::{Catalog, City, LifeEvent, ServiceItem};

use super::content::{CityContent, ItemContent, People};
use super::data::DataNames;
use super::directory::{self, Directory};
use super::document::Source;
use super::finding::{Findings, LoadError, Names, Place};
use super::folder::Folder;
use super::forms::{FormInputs, Forms};
use super::items::{self, Once};
use super::served::Served;
use super::{accounts, calendar, clients, floors, lists, register, version, workflows};

/// Loads a city. Reads files, so it blocks: call it before the server serves, or off its threads.
///
/// # Errors
/// Everything that is wrong with any of its files, by file and line.
pub fn load(folder: &Path) -> Result<CityContent, Vec<LoadError>> {
    let findings = Findings::default();
    let content = read(folder, &findings);
    match content {
        Some(content) if findings.is_empty() => Ok(content),
        _ => Err(findings.into_sorted()),
    }
}

fn read(folder: &Path, findings: &Findings) -> Option<CityContent> {
    let folder = Folder::read(folder, findings);
    let city = folder
        .city
        .as_ref()
        .and_then(|source| directory::city(source, findings));
    let calendar = folder
        .calendar
        .as_ref()
        .and_then(|source| calendar::read(source, findings));
    let directory = Directory::read(&folder, findings);
    let (workflows, workflow_codes) = workflows::read(&folder.workflows, findings);
    let lists = lists::read(&folder.lists, findings);
    let inputs = FormInputs {
        calendar: calendar.as_ref(),
        lists: &lists,
    };
    let forms = Forms::read(&folder.forms, &inputs, findings);

    let mut once = Once::new();
    let mut files = Vec::new();
    for (stem, source) in &folder.items {
        let Some(file) = items::read(stem, source, &directory, &mut once, findings) else {
            continue;
        };
        forms.check(&file, findings);
        if let Some(workflow) = &file.workflow {
            workflow_codes.expect(workflow, findings);
        }
        files.push(file);
    }
    forms.check_data(&DataNames::read(folder.data.as_ref(), findings), &files, findings);
    let proofs = files
        .iter()
        .map(|file| (file.code.clone(), file.proof.proof.clone()))
        .collect();
    let life_events = folder
        .life_events
        .as_ref()
        .map_or_else(Vec::new, |source| directory::life_events(source, &once.codes, findings));

    let people = folder
        .people
        .as_ref()
        .map_or_else(People::default, |source| accounts::people(source, findings));
    let staff = folder
        .staff
        .as_ref()
        .map_or_else(Vec::new, |source| accounts::staff(source, &directory, findings));

    let residents = register::read(folder.register.as_ref(), &people, findings);

    let clients = clients::read(&folder.clients, &directory, findings);

    let offered = files.iter().filter_map(|file| {
        let item = file.item.as_ref()?;
        let offered = floors::Offered {
            authority: item.summary.authority.clone(),
            halls: item.halls.clone(),
        };
        Some((file.code.clone(), offered))
    });
    let known = floors::Known {
        directory: &directory,
        items: &offered.collect(),
        item_codes: &once.codes,
        calendar: folder.calendar.as_ref(),
    };
    let floors = floors::read(&folder.floors, &known, findings);

    let items = files.into_iter().filter_map(|file| Some((file.code, file.item?)));
    // The faults of broken entries are told by now; without them the content can be written.
    let (city, calendar) = (city?, calendar?);
    if !findings.is_empty() {
        return None;
    }
    match serve(city, directory, life_events, items.collect()) {
        Ok((catalog, catalog_document, items)) => Some(CityContent {
            catalog: Arc::new(catalog),
            calendar: Arc::new(calendar),
            people,
            staff,
            residents,
            catalog_document,
            items,
            forms: forms.into_content(),
            lists: lists.lists,
            workflows,
            clients,
            floors,
            proofs,
        }),
        Err(error) => {
            let place = Place {
                file: "city.toml".into(),
                line: 1,
            };
            findings.add(&place, format!("the city cannot be written as JSON: {error}"));
            None
        }
    }
}

type Items = BTreeMap<ItemCode, ItemContent>;

/// Writes what is served. The catalog's version covers the guides, too: a terminal that kept them learns that they
/// changed.
fn serve(
    city: City,
    directory: Directory,
    life_events: Vec<LifeEvent>,
    items: BTreeMap<ItemCode, ServiceItem>,
) -> Result<(Catalog, Served, Items), serde_json::Error> {
    let mut catalog = Catalog {
        version: String::new(),
        city,
        authorities: directory.authorities,
        halls: directory.halls,
        life_events,
        themes: directory.themes,
        items: items.values().map(|item| item.summary.clone()).collect(),
    };
    catalog.version = version::of(&(&catalog, &items))?;
    let document = Served {
        tag: catalog.version.clone(),
        ..Served::of(&catalog)?
    };
    let mut served = Items::new();
    for (code, item) in items {
        let content = ItemContent {
            document: Served::of(&item)?,
            item: Arc::new(item),
        };
        served.insert(code, content);
    }
    Ok((catalog, document, served))
}

impl Directory {
    fn read(folder: &Folder, findings: &Findings) -> Directory {
        fn from<T, C: Ord>(
            source: Option<&Source>,
            what: &'static str,
            read: impl FnOnce(&Source) -> (Vec<T>, Names<C>),
        ) -> (Vec<T>, Names<C>) {
            source.map_or_else(
                || {
                    let mut names = Names::of(what);
                    names.unread();
                    (Vec::new(), names)
                },
                read,
            )
        }
        let (authorities, authority_codes) = from(folder.authorities.as_ref(), "authority", |source| {
            directory::authorities(source, findings)
        });
        let (halls, hall_codes) = from(folder.halls.as_ref(), "hall", |source| {
            directory::halls(source, findings)
        });
        let (themes, theme_codes) = from(folder.themes.as_ref(), "theme", |source| {
            directory::themes(source, findings)
        });
        Directory {
            authorities,
            authority_codes,
            halls,
            hall_codes,
            themes,
            theme_codes,
        }
    }
}

/// What came of checking a city's folder: the report of `onehall city check`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Lines for a person: one per finding, then one that sums up. Ends with a new line.
    pub report: String,
    /// Whether the city can be served. The command's exit code is 0 then, and 1 otherwise.
    pub sound: bool,
}

impl fmt::Display for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report)
    }
}

/// Checks a city's folder and says what it holds, or everything that is wrong with it.
#[must_use]
pub fn check(folder: &Path) -> Checked {
    let mut report = String::new();
    let sound = match load(folder) {
        Ok(city) => {
            let catalog = &city.catalog;
            let online = catalog.items.iter().filter(|item| item.online).count();
            let _ = writeln!(
                report,
                "{} ({}): {} service items, {online} of them online; {} authorities, {} halls, {} themes, \
                 {} life events, {} forms, {} lists, {} workflows. Nothing is wrong.",
                catalog.city.name.zh_cn,
                catalog.city.name.en,
                catalog.items.len(),
                catalog.authorities.len(),
                catalog.halls.len(),
                catalog.themes.len(),
                catalog.life_events.len(),
                city.forms.len(),
                city.lists.len(),
                city.workflows.len(),
            );
            true
        }
        Err(errors) => {
            for error in &errors {
                let _ = writeln!(report, "{error}");
            }
            let things = if errors.len() == 1 { "thing is" } else { "things are" };
            let _ = writeln!(
                report,
                "{} {things} wrong in {}; nothing was loaded.",
                errors.len(),
                folder.display()
            );
            false
        }
    };
    Checked { report, sound }
}
