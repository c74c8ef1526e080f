//! What is wrong with a city's files: where, and why.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// One thing that somebody has to change before the city can be served.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct LoadError {
    /// The file, relative to the city's folder: `items/passport.toml`.
    pub file: String,
    /// The line, from 1. What concerns the whole file stands on line 1.
    pub line: usize,
    /// What is wrong, one sentence fragment. Holds no phone number, identity number, password or secret.
    pub reason: String,
}

/// A line of a file, to come back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: Arc<str>,
    pub(super) line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A value, and the line on which it stands.
#[derive(Debug, Clone)]
pub(super) struct Sited<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

/// Everything found so far.
#[derive(Debug, Default)]
pub(super) struct Findings(RefCell<Vec<LoadError>>);

impl Findings {
    pub(super) fn add(&self, place: &Place, reason: impl Into<String>) {
        self.0.borrow_mut().push(LoadError {
            file: place.file.to_string(),
            line: place.line,
            reason: reason.into(),
        });
    }

    /// All of it, by file and line, each once.
    pub(super) fn into_sorted(self) -> Vec<LoadError> {
        let mut errors = self.0.into_inner();
        errors.sort();
        errors.dedup();
        errors
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }
}

/// Names of one kind, each of which may be given once: codes, numbers, accounts.
///
/// A name is known as soon as it was read, even where the rest of its entry is wrong, so that one mistake does not
/// make every reference to it look like another.
#[derive(Debug)]
pub(super) struct Names<K> {
    what: &'static str,
    places: BTreeMap<K, Place>,
    unread: bool,
}

impl<K: Ord> Names<K> {
    /// Of things that a finding calls `what`: "authority".
    pub(super) fn of(what: &'static str) -> Names<K> {
        Names {
            what,
            places: BTreeMap::new(),
            unread: false,
        }
    }

    /// The file that gives the names could not be read, which was told; so any reference may lead somewhere.
    pub(super) fn unread(&mut self) {
        self.unread = true;
    }

    /// Takes a name; a second one of its kind is a finding, which says where the first one stands.
    pub(super) fn take(&mut self, name: K, place: &Place, findings: &Findings) {
        match self.places.get(&name) {
            Some(first) => findings.add(place, format!("another {} has this already, at {first}", self.what)),
            None => {
                self.places.insert(name, place.clone());
            }
        }
    }

    pub(super) fn contains(&self, name: &K) -> bool {
        self.places.contains_key(name)
    }

    /// That a reference leads somewhere.
    pub(super) fn expect(&self, reference: &Sited<K>, findings: &Findings)
    where
        K: fmt::Display,
    {
        if !self.unread && !self.contains(&reference.value) {
            findings.add(
                &reference.place,
                format!("there is no {} `{}`", self.what, reference.value),
            );
        }
    }

    /// That references lead somewhere, and none twice.
    pub(super) fn expect_all(&self, references: &[Sited<K>], findings: &Findings)
    where
        K: fmt::Display,
    {
        for reference in references {
            self.expect(reference, findings);
        }
        once_each(self.what, references, findings);
    }
}

/// That no value of a list stands in it twice.
pub(super) fn once_each<T: PartialEq>(what: &str, list: &[Sited<T>], findings: &Findings) {
    for (index, item) in list.iter().enumerate() {
        if list[..index].iter().any(|earlier| earlier.value == item.value) {
            findings.add(&item.place, format!("this {what} stands in the list twice"));
        }
    }
}
