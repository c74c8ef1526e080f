//! What an evaluation hangs on besides the form and the answers: the day, the working days, the lists.

use std::collections::BTreeMap;
use std::sync::Arc;

use onehall_protocol::{Date, Language, ListCode, Text};
use serde::{Deserialize, Serialize};

use crate::calendar::WorkingCalendar;

/// What an evaluation hangs on besides the form and the answers. Cheap to clone.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// The day of the evaluation: what `today` is in rules and bounds.
    pub as_of: Date,
    /// The working days of the city. Without them the rules that count them are unknown.
    pub calendar: Option<Arc<Calendar>>,
    /// The lists of which entries are chosen. Where one is not at hand, its entries are not checked.
    pub lists: Lists,
}

impl Context {
    /// The day alone: no calendar, no lists.
    #[must_use]
    pub fn on(as_of: Date) -> Context {
        Context {
            as_of,
            calendar: None,
            lists: Lists::default(),
        }
    }
}

/// The working days of a city, in a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Calendar {
    /// The version: where it is the same, the days are.
    pub version: String,
    /// The days.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub days: WorkingCalendar,
}

/// Lists by code. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lists(Arc<Vec<List>>);

impl Lists {
    /// These lists; of two with the same code the last one counts.
    #[must_use]
    pub fn new(lists: impl IntoIterator<Item = List>) -> Lists {
        let mut all: Vec<List> = Vec::new();
        for list in lists {
            all.retain(|before| before.code != list.code);
            all.push(list);
        }
        Lists(Arc::new(all))
    }

    /// The list of a code, if it is known.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&List> {
        self.0.iter().find(|list| list.code.as_str() == code)
    }
}

/// A list of which forms let choose an entry, in a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct List {
    /// Its code.
    pub code: ListCode,
    /// The version: where it is the same, the entries are.
    pub version: String,
    /// The entries, where they are at hand: a long list is searched at the hall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<ListEntry>>))]
    pub entries: Option<Entries>,
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListEntry {
    /// What the answer holds.
    pub code: String,
    /// What the citizen reads.
    pub label: Text,
    /// The entry above it; none at the top, and in a list that is no hierarchy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// The entries of a list, in its order. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<ListEntry>", into = "Vec<ListEntry>")]
pub struct Entries(Arc<Indexed>);

#[derive(Debug, PartialEq)]
struct Indexed {
    all: Vec<ListEntry>,
    by_code: BTreeMap<Box<str>, u32>,
    /// Whether there are entries below, by place.
    above: Vec<bool>,
}

/// The most levels of a hierarchy that are looked at: what names itself as its own parent has no end.
const MOST_LEVELS: usize = 16;

impl Entries {
    /// All, in their order.
    #[must_use]
    pub fn all(&self) -> &[ListEntry] {
        &self.0.all
    }

    /// The entry of a code; of two the first.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&ListEntry> {
        self.0.all.get(*self.0.by_code.get(code)? as usize)
    }

    /// Whether there is such an entry and none below it.
    #[must_use]
    pub fn is_leaf(&self, code: &str) -> bool {
        let at = self.0.by_code.get(code);
        at.is_some_and(|at| !self.0.above[*at as usize])
    }

    /// The entries right below one, in their order; those at the top for none.
    pub fn below<'a>(&'a self, parent: Option<&'a str>) -> impl Iterator<Item = &'a ListEntry> {
        self.0.all.iter().filter(move |entry| entry.parent.as_deref() == parent)
    }

    /// The way from the top to an entry, with it; empty where there is no such entry.
    #[must_use]
    pub fn way(&self, code: &str) -> Vec<&ListEntry> {
        let mut way = Vec::new();
        let mut next = self.get(code);
        while let Some(entry) = next.filter(|_| way.len() < MOST_LEVELS) {
            way.insert(0, entry);
            next = entry.parent.as_deref().and_then(|parent| self.get(parent));
        }
        way
    }
}

impl From<Vec<ListEntry>> for Entries {
    fn from(all: Vec<ListEntry>) -> Entries {
        let mut by_code: BTreeMap<Box<str>, u32> = BTreeMap::new();
        for (at, entry) in all.iter().enumerate().rev() {
            by_code.insert(entry.code.as_str().into(), at as u32);
        }
        let mut above = vec![false; all.len()];
        for entry in &all {
            if let Some(at) = entry.parent.as_deref().and_then(|parent| by_code.get(parent)) {
                above[*at as usize] = true;
            }
        }
        Entries(Arc::new(Indexed { all, by_code, above }))
    }
}

impl From<Entries> for Vec<ListEntry> {
    fn from(entries: Entries) -> Vec<ListEntry> {
        entries.0.all.clone()
    }
}

/// The label of a region: the whole way to it, `云岭省兰川市河东区`, in English from the smallest on.
#[must_use]
pub fn whole_label<'a>(way: impl IntoIterator<Item = &'a Text>) -> Text {
    let mut whole = Text::default();
    for label in way {
        whole.zh_cn.push_str(label.get(Language::ZhCn));
        let rest = std::mem::take(&mut whole.en);
        whole.en = if rest.is_empty() {
            label.en.clone()
        } else {
            format!("{}, {rest}", label.en)
        };
    }
    whole
}

/// What a terminal needs besides the definition to evaluate a form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Inputs {
    /// The working days, where a rule of the form counts them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
    /// The lists of the form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<List>,
}

impl Inputs {
    /// Those of a form that needs none.
    #[must_use]
    pub fn none() -> Inputs {
        Inputs::default()
    }

    /// The context of an evaluation on a day.
    #[must_use]
    pub fn context(&self, as_of: Date) -> Context {
        Context {
            as_of,
            calendar: self.calendar.clone().map(Arc::new),
            lists: Lists::new(self.lists.iter().cloned()),
        }
    }
}
