//! Reads a TOML file field by field, so that every fault of a file is told, each with its line.
//!
//! serde would stop at the first one. Here a reader asks an [`Entry`] for each field that it knows; what is missing or
//! no such value becomes a finding, and [`Entry::close`] makes one of each key that nobody asked for.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::finding::{Findings, Place, Sited};
use super::leaf::Leaf;

/// A file of the city.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: Arc<str>,
    pub(super) text: String,
    /// Where each line ends: a file of a thousand keys is asked for the place of each.
    line_ends: Vec<usize>,
}

impl Source {
    pub(super) fn new(name: &str, text: String) -> Source {
        Source {
            name: name.into(),
            line_ends: text.match_indices('\n').map(|(end, _)| end).collect(),
            text,
        }
    }

    /// The line of a byte.
    pub(super) fn place(&self, offset: usize) -> Place {
        self.line(self.line_ends.partition_point(|end| *end < offset) + 1)
    }

    /// A line, from 1.
    pub(super) fn line(&self, line: usize) -> Place {
        Place {
            file: self.name.clone(),
            line,
        }
    }

    /// The file as a table; none where its syntax is broken, of which every fault is a finding.
    pub(super) fn table(&self, findings: &Findings) -> Option<Spanned<DeTable<'_>>> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        for error in &errors {
            let place = self.place(error.span().map_or(0, |span| span.start));
            findings.add(&place, error.message().trim().replace('\n', ", "));
        }
        errors.is_empty().then_some(table)
    }
}

/// A table of a file, while it is read.
pub(super) struct Entry<'a> {
    source: &'a Source,
    table: &'a DeTable<'a>,
    pub(super) place: Place,
    findings: &'a Findings,
    asked: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Entry<'a> {
    /// The whole file.
    pub(super) fn of_file(source: &'a Source, table: &'a Spanned<DeTable<'a>>, findings: &'a Findings) -> Entry<'a> {
        Entry::new(source, table.get_ref(), source.line(1), findings)
    }

    fn new(source: &'a Source, table: &'a DeTable<'a>, place: Place, findings: &'a Findings) -> Entry<'a> {
        Entry {
            source,
            table,
            place,
            findings,
            asked: RefCell::default(),
        }
    }

    fn get(&self, key: &'static str) -> Option<(Range<usize>, &'a Spanned<DeValue<'a>>)> {
        self.asked.borrow_mut().insert(key);
        let (name, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some((name.span(), value))
    }

    fn read<T: Leaf>(&self, key: &str, node: &Spanned<DeValue<'a>>) -> Option<Sited<T>> {
        let place = self.source.place(node.span().start);
        let mut faults = Vec::new();
        let value = T::read(node, &mut faults);
        let refused = !faults.is_empty();
        for fault in faults {
            let place = self.source.place(fault.offset);
            self.findings.add(&place, format!("`{key}` {}", fault.reason));
        }
        value.filter(|_| !refused).map(|value| Sited { value, place })
    }

    /// A field that must be there.
    pub(super) fn required<T: Leaf>(&self, key: &'static str) -> Option<Sited<T>> {
        match self.get(key) {
            Some((_, node)) => self.read(key, node),
            None => {
                self.findings.add(&self.place, format!("`{key}` is missing"));
                None
            }
        }
    }

    /// A field that may be there.
    pub(super) fn optional<T: Leaf>(&self, key: &'static str) -> Option<Sited<T>> {
        let (_, node) = self.get(key)?;
        self.read(key, node)
    }

    /// A list; empty where it is absent.
    pub(super) fn list<T: Leaf>(&self, key: &'static str) -> Vec<Sited<T>> {
        let Some((_, node)) = self.get(key) else {
            return Vec::new();
        };
        let Some(items) = node.get_ref().as_array() else {
            self.findings.add(
                &self.source.place(node.span().start),
                format!("`{key}` must be a list: [ … ]"),
            );
            return Vec::new();
        };
        items.iter().filter_map(|item| self.read(key, item)).collect()
    }

    /// A list that holds something.
    pub(super) fn filled_list<T: Leaf>(&self, key: &'static str) -> Vec<Sited<T>> {
        let list = self.list(key);
        match self.get(key) {
            None => self.findings.add(&self.place, format!("`{key}` is missing")),
            Some((name, node)) if node.get_ref().as_array().is_some_and(|items| items.is_empty()) => {
                self.findings
                    .add(&self.source.place(name.start), format!("`{key}` is empty"));
            }
            Some(_) => {}
        }
        list
    }

    /// A table inside this one.
    pub(super) fn entry(&self, key: &'static str) -> Option<Entry<'a>> {
        match self.get(key) {
            Some((name, node)) => self.as_entry(key, node, name.start),
            None => None,
        }
    }

    /// The tables of a list of tables, `[[key]]`; none where it is absent.
    pub(super) fn entries(&self, key: &'static str) -> Vec<Entry<'a>> {
        let Some((name, node)) = self.get(key) else {
            return Vec::new();
        };
        let Some(items) = node.get_ref().as_array() else {
            self.findings.add(
                &self.source.place(name.start),
                format!("`{key}` must be written [[{key}]]"),
            );
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| self.as_entry(key, item, item.span().start))
            .collect()
    }

    fn as_entry(&self, key: &str, node: &'a Spanned<DeValue<'a>>, offset: usize) -> Option<Entry<'a>> {
        let place = self.source.place(offset);
        match node.get_ref().as_table() {
            Some(table) => Some(Entry::new(self.source, table, place, self.findings)),
            None => {
                self.findings.add(&place, format!("`{key}` must be a table"));
                None
            }
        }
    }

    /// Whether the key is there, be its value right or wrong.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    /// Whether the key holds a list with something in it, be that right or wrong.
    pub(super) fn holds_any(&self, key: &'static str) -> bool {
        let list = self.get(key).and_then(|(_, node)| node.get_ref().as_array());
        list.is_some_and(|items| !items.is_empty())
    }

    /// The line of a key, or that of the table where it is absent.
    pub(super) fn place_of(&self, key: &str) -> Place {
        let name = self.table.iter().find(|(name, _)| name.get_ref() == key);
        name.map_or_else(|| self.place.clone(), |(name, _)| self.source.place(name.span().start))
    }

    /// A finding on the line of a key.
    pub(super) fn find(&self, key: &str, reason: impl Into<String>) {
        self.findings.add(&self.place_of(key), reason);
    }

    /// Everything found so far in any file.
    pub(super) fn findings(&self) -> &'a Findings {
        self.findings
    }

    /// Ends the reading: a key that nobody asked for is a finding.
    pub(super) fn close(self) {
        let asked = self.asked.into_inner();
        for (name, _) in self.table {
            if !asked.contains(name.get_ref().as_ref()) {
                let known: Vec<_> = asked.iter().copied().collect();
                self.findings.add(
                    &self.source.place(name.span().start),
                    format!("unknown key `{}`; known here: {}", name.get_ref(), known.join(", ")),
                );
            }
        }
    }
}
