//! The merge of a repeating group's rows.
//!
//! A terminal says which rows a group has by the whole list of their ids. What it means by that is judged by what it had in
//! sight:
//!
//! - **A row that is new** is added. Two terminals that each add one keep both.
//! - **A row that is not named any more** is taken away where its remover had seen all that others did in it; else it stays.
//! - **An answer given in a row** keeps the row, or brings it back with all its answers. So where one terminal takes a row away
//!   and another, without knowing, goes on filling it, the row stays: to take it away again is one press, to type it again
//!   is not. No typed answer is lost by a row.
//! - **The order** is that of the list with the latest stamp; rows that it does not name follow, the later stamp first.
//!
//! None of that depends on the order in which the lists and answers of different terminals arrive.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::WriterId;
use onehall_protocol::sync::Stamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who gives something, and what they had in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Giving {
    /// When and by whom.
    pub stamp: Stamp,
    /// The revision of the draft that they had in sight.
    pub seen: u64,
    /// The revision that this makes.
    pub revision: u64,
}

/// The rows of a group, those that were taken away included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rows(Vec<Row>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    id: String,
    /// Its place, by the latest list that named it.
    placed: Place,
    added: Touch,
    /// Who did something in it last.
    last: Touch,
    /// And the last who is somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Touch>,
    /// Whose list does not name it any more, whether it went by that or not: who names it again wants it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<Touch>,
    /// Since when it is not there, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gone: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Place {
    by: Stamp,
    at: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Touch {
    writer: WriterId,
    revision: u64,
}

impl Touch {
    fn seen(self, by: Giving) -> bool {
        self.revision <= by.seen || self.writer == by.stamp.writer
    }
}

impl Giving {
    fn touch(self) -> Touch {
        Touch {
            writer: self.stamp.writer,
            revision: self.revision,
        }
    }
}

impl Row {
    fn new(id: &str, placed: Place, by: Giving) -> Row {
        Row {
            id: id.to_owned(),
            placed,
            added: by.touch(),
            last: by.touch(),
            before: None,
            left_out: Vec::new(),
            gone: None,
        }
    }

    fn touched(&mut self, by: Giving) {
        let touch = by.touch();
        if self.last.writer != touch.writer {
            self.before = Some(self.last);
        }
        self.last = touch;
        self.left_out.retain(|left| !left.seen(by));
        self.gone = None;
    }

    /// A list names it.
    fn named(&mut self, placed: Place, by: Giving) {
        self.placed = self.placed.max(placed);
        // Named by one who knows that it was left out, it is wanted; in the list of another it only was still there.
        if self.left_out.iter().any(|left| left.seen(by)) {
            self.touched(by);
        }
    }

    /// A list does not name it.
    fn not_named(&mut self, by: Giving) {
        if !self.added.seen(by) {
            return;
        }
        self.left_out.retain(|left| left.writer != by.stamp.writer);
        self.left_out.push(by.touch());
        // It goes where all that others did in it was in sight.
        let seen = self.last.seen(by) && self.before.is_none_or(|before| before.seen(by));
        if seen && self.gone.is_none() {
            self.gone = Some(by.stamp.at);
        }
    }
}

impl Rows {
    /// The rows of a list that was kept without more.
    #[must_use]
    pub fn kept(list: &[String], stamp: Stamp, revision: u64) -> Rows {
        let mut rows = Rows::default();
        rows.give(
            list,
            Giving {
                stamp,
                seen: 0,
                revision,
            },
        );
        rows
    }

    /// A terminal says that these are the rows.
    pub fn give(&mut self, list: &[String], by: Giving) {
        let mut known: BTreeMap<String, usize> = self.0.iter().map(|row| row.id.clone()).zip(0..).collect();
        for (at, id) in list.iter().enumerate() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let placed = Place { by: by.stamp, at };
            match known.get(id) {
                Some(&row) => self.0[row].named(placed, by),
                None => {
                    known.insert(id.clone(), self.0.len());
                    self.0.push(Row::new(id, placed, by));
                }
            }
        }
        let named: BTreeSet<&String> = list.iter().collect();
        for row in self.0.iter_mut().filter(|row| !named.contains(&row.id)) {
            row.not_named(by);
        }
    }

    /// Somebody answers in a row: it is there. Gives whether it was not before.
    pub fn touch(&mut self, id: &str, by: Giving) -> bool {
        if let Some(row) = self.find(id) {
            let was_gone = row.gone.is_some();
            row.touched(by);
            return was_gone;
        }
        // Any list places it better.
        let nobody = Stamp {
            at: 0,
            count: 0,
            writer: WriterId(Uuid::nil()),
        };
        self.0.push(Row::new(id, Place { by: nobody, at: 0 }, by));
        true
    }

    /// The rows that are there, in order.
    #[must_use]
    pub fn present(&self) -> Vec<String> {
        let mut rows: Vec<&Row> = self.0.iter().filter(|row| row.gone.is_none()).collect();
        rows.sort_by(|a, b| {
            let by = b.placed.by.cmp(&a.placed.by);
            by.then(a.placed.at.cmp(&b.placed.at)).then_with(|| a.id.cmp(&b.id))
        });
        rows.into_iter().map(|row| row.id.clone()).collect()
    }

    /// Whether a row is there.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.0.iter().any(|row| row.id == id && row.gone.is_none())
    }

    /// How many rows are known, with those that were taken away.
    #[must_use]
    pub fn known(&self) -> usize {
        self.0.len()
    }

    /// The rows that were taken away. Their answers are kept, so that a row can come back whole.
    pub fn gone(&self) -> impl Iterator<Item = &str> {
        let gone = self.0.iter().filter(|row| row.gone.is_some());
        gone.map(|row| row.id.as_str())
    }

    /// Since when the first of those is gone that are still known, in milliseconds since 1970.
    #[must_use]
    pub fn first_gone(&self) -> Option<u64> {
        self.0.iter().filter_map(|row| row.gone).min()
    }

    /// Forgets rows that are gone since before a time, and names them: their answers may go.
    pub fn forget_gone(&mut self, before: u64) -> Vec<String> {
        let old = |row: &mut Row| row.gone.is_some_and(|gone| gone < before);
        self.0.extract_if(.., old).map(|row| row.id).collect()
    }

    fn find(&mut self, id: &str) -> Option<&mut Row> {
        self.0.iter_mut().find(|row| row.id == id)
    }
}

/// The rows in which a path stands, outermost first: the path of the group's list, and the row's id. Of `a/r1/b/r2/c` that
/// is `r1` of `a` and `r2` of `a/r1/b`.
pub fn rows_around(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let ends = path.match_indices('/').map(|(at, _)| at);
    let slashes: Vec<usize> = ends.collect();
    (0..slashes.len() / 2).map(move |pair| {
        let (before, behind) = (slashes[2 * pair], slashes[2 * pair + 1]);
        (&path[..before], &path[before + 1..behind])
    })
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
