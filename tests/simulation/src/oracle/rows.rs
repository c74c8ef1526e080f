//! The rows of repeating groups: what was added stays, what was taken away goes.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::DraftId;

use super::{End, Findings};
use crate::history::{Arrival, Edit, History, Outcome, Write};
use crate::person::{ROWS, names, rows_of};

/// A row that was added is there, unless somebody took it away who had it in sight.
pub(super) fn stay(history: &History, ends: &BTreeMap<DraftId, End<'_>>, findings: &mut Findings) {
    let mut lists: BTreeMap<DraftId, Vec<&Edit>> = BTreeMap::new();
    for edit in history.edits.iter().filter(|edit| edit.path == ROWS) {
        lists.entry(edit.draft).or_default().push(edit);
    }
    for (draft, lists) in lists {
        let Some(end) = ends.get(&draft).filter(|_| !history.discarded.contains(&draft)) else {
            continue;
        };
        let there = rows_of(end.answers);
        // By whom it is named once more, in ignorance of its going, decides nothing.
        let mut known = BTreeSet::new();
        for (place, edit) in lists.iter().enumerate() {
            // What comes behind a submission is not in it.
            if edit.outcome != Outcome::Done || !end.is_open && !history.took(edit) {
                continue;
            }
            let mine = format!("t{}n", edit.terminal);
            for row in names(&edit.value).into_iter().filter(|row| row.starts_with(&mine)) {
                if !known.insert(row.clone()) {
                    continue;
                }
                findings.looked("rows that were added");
                let taken_away = || {
                    lists[place + 1..]
                        .iter()
                        .any(|other| history.has_seen(other.terminal, &row) && !names(&other.value).contains(&row))
                };
                if !there.contains(&row) && !taken_away() {
                    let what = format!("{row} of t{} in {draft}", edit.terminal);
                    findings.add("a row that was added stays", what);
                }
            }
        }
    }
}

/// A row is gone that somebody took away who had all in sight that others did in it, where nobody has touched it since.
///
/// Only what is beyond doubt is looked at: that the save which took it away was taken, and all before it in sight.
pub(super) fn go(history: &History, ends: &BTreeMap<DraftId, End<'_>>, findings: &mut Findings) {
    for (draft, writes) in history.by_draft() {
        let Some(end) = ends.get(&draft) else {
            continue;
        };
        let there = rows_of(end.answers);
        let known: BTreeSet<String> = writes.iter().flat_map(|write| write.rows()).collect();
        for row in known {
            let touches: Vec<&Write> = writes.iter().copied().filter(|write| write.touches(&row)).collect();
            let taken_away = writes.iter().filter(|write| write.path == ROWS && !write.touches(&row));
            let gone = taken_away.into_iter().any(|list| {
                let arrived = list.taken == Some(true) && matches!(list.arrival(&writes), Arrival::New);
                arrived && touches.iter().all(|touch| touch.is_before(list))
            });
            if gone {
                findings.looked("rows that were taken away");
                if there.contains(&row) {
                    findings.add("a row that was taken away goes", format!("{row} in {draft}"));
                }
            }
        }
    }
}

/// The row in which an answer is.
pub(super) fn row_of(path: &str) -> Option<String> {
    let (row, _) = path.strip_prefix(ROWS)?.strip_prefix('/')?.split_once('/')?;
    Some(row.to_owned())
}

impl Write {
    /// The rows that it names, or answers in.
    fn rows(&self) -> Vec<String> {
        if self.path == ROWS {
            return names(&self.value);
        }
        row_of(&self.path).into_iter().collect()
    }

    fn touches(&self, row: &str) -> bool {
        self.rows().iter().any(|one| one == row)
    }

    /// Whether a list was given with this in sight, and taken after it.
    fn is_before(&self, list: &Write) -> bool {
        // A save that changes nothing counts as one at the next revision all the same.
        let seen = self.revision.is_some_and(|revision| revision < list.seen);
        let own = self.writer() == list.writer() && self.stamp < list.stamp;
        self.taken == Some(false) || self.taken == Some(true) && (seen || own)
    }
}
