//! Lists of which forms let choose an entry: `lists/<code>.toml`.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_forms::{Entries, List, ListEntry, ListSearch};
use onehall_protocol::{ListCode, Text};

use super::document::{Entry, Source};
use super::finding::{Findings, Names, Place};
use super::{pinyin, version};

/// A list of the city.
#[derive(Debug)]
pub struct CityList {
    /// The list with all its entries.
    pub list: List,
    /// How entries are found.
    pub search: ListSearch,
    /// How many levels it has; 1 where it is no hierarchy.
    pub levels: usize,
}

/// The lists that could be read, and the codes of all that have a file.
pub(super) struct CityLists {
    /// By code.
    pub(super) lists: BTreeMap<String, Arc<CityList>>,
    pub(super) codes: Names<ListCode>,
}

/// No hierarchy of places or occupations is deeper; one that is has a mistake in it.
const MOST_LEVELS: usize = 8;

pub(super) fn read(sources: &[(String, Source)], findings: &Findings) -> CityLists {
    let mut lists = BTreeMap::new();
    let mut codes = Names::of("list");
    for (stem, source) in sources {
        let code: ListCode = match stem.parse() {
            Ok(code) => code,
            Err(error) => {
                let reason = format!("the file's name `{stem}` is the list's code, and {error}");
                findings.add(&source.line(1), reason);
                continue;
            }
        };
        codes.take(code.clone(), &source.line(1), findings);
        if let Some(list) = list(code.clone(), source, findings) {
            lists.insert(code.to_string(), Arc::new(list));
        }
    }
    CityLists { lists, codes }
}

fn list(code: ListCode, source: &Source, findings: &Findings) -> Option<CityList> {
    let table = source.table(findings)?;
    let file = Entry::of_file(source, &table, findings);
    let edition = file.required::<String>("version");
    let mut read: Vec<(ListEntry, Place)> = Vec::new();
    if !file.holds_any("entries") {
        file.find(
            "entries",
            "a list has `entries`: [{ code = \"…\", zh-CN = \"…\", en = \"…\" }]",
        );
    }
    let mut names = Names::of("entry");
    for entry in file.entries("entries") {
        let code = entry.required::<String>("code");
        let (zh_cn, en) = (entry.required::<String>("zh-CN"), entry.required::<String>("en"));
        let parent = entry.optional::<String>("parent");
        let place = entry.place.clone();
        entry.close();
        if let Some(code) = &code {
            names.take(code.value.clone(), &code.place, findings);
        }
        if let (Some(code), Some(zh_cn), Some(en)) = (code, zh_cn, en) {
            let entry = ListEntry {
                code: code.value,
                label: Text::new(zh_cn.value, en.value),
                parent: parent.as_ref().map(|parent| parent.value.clone()),
            };
            read.push((entry, parent.map_or(place, |parent| parent.place)));
        }
    }
    file.close();
    let edition = edition?.value;
    let (entries, places): (Vec<ListEntry>, Vec<Place>) = read.into_iter().unzip();
    let entries = Entries::from(entries);
    let mut levels = 1;
    for (entry, place) in entries.all().iter().zip(&places) {
        let Some(parent) = &entry.parent else { continue };
        if !names.contains(parent) {
            findings.add(place, format!("there is no entry `{parent}` above `{}`", entry.code));
            continue;
        }
        match entries.way(&entry.code).len() {
            way if way > MOST_LEVELS => {
                let reason = format!(
                    "`{}` lies more than {MOST_LEVELS} levels deep, or below itself",
                    entry.code
                );
                findings.add(place, reason);
            }
            way => levels = levels.max(way),
        }
    }
    Some(CityList {
        list: List {
            version: versioned(&edition, entries.all())?,
            code,
            entries: Some(entries.clone()),
        },
        search: ListSearch::new(entries, &pinyin::spell),
        levels,
    })
}

/// A version that people and machines can both go by: the edition as somebody wrote it, and the begin of the content's hash.
/// So equal versions are equal content, even where somebody forgot to change the edition.
pub(super) fn versioned(edition: &str, content: &(impl serde::Serialize + ?Sized)) -> Option<String> {
    let hash = version::of(content).ok()?;
    Some(format!("{edition}.{}", hash.get(..8)?))
}
