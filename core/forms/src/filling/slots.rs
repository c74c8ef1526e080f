//! Where the answers of a filling live: a slot for each question in each row, and the rows themselves.

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::drafts::Answers;
use serde_json::Value;

use super::{Filling, fault::AnswerFault};
use crate::definition::Kind;
use crate::form::{Aspect, is_row_id};
use crate::rules::Val;

/// A question (or section, or page) in its row.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) node: u32,
    pub(super) row: u32,
    /// As it was given.
    pub(super) answer: Option<Value>,
    pub(super) shown: bool,
    /// What rules read; unknown while it is hidden.
    pub(super) value: Val,
    pub(super) required: bool,
    pub(super) fault: Option<AnswerFault>,
    /// The rows of a group, in order.
    pub(super) rows: Vec<u32>,
    /// The same, sorted by their ids: one of a thousand is found at every key.
    by_id: Vec<u32>,
}

impl Slot {
    fn new(node: u32, row: u32) -> Slot {
        Slot {
            node,
            row,
            answer: None,
            shown: false,
            value: Val::Unknown,
            required: false,
            fault: None,
            rows: Vec::new(),
            by_id: Vec::new(),
        }
    }
}

/// A row of a group; row 0 is the form itself.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: Box<str>,
    /// The slot of its group; none for the form itself.
    pub(super) group: Option<u32>,
    /// The row around it.
    pub(super) parent: u32,
    /// In how many groups its questions stand.
    pub(super) depth: u8,
    /// The slot of its first question; the others follow.
    pub(super) first: u32,
}

/// Who is in no row: what is left behind by a removed row until it is used again.
pub(super) const NOWHERE: u32 = u32::MAX;

/// How many rows beyond the allowed ones are still kept apart, so that the citizen can choose which to remove.
const SPARE_ROWS: u32 = 50;

/// The row ids in a group's answer, each once, and whether the answer is nothing else than that.
pub(super) fn row_ids(value: Option<&Value>) -> (Vec<&str>, bool) {
    let Some(value) = value else { return (Vec::new(), true) };
    let Some(items) = value.as_array() else {
        return (Vec::new(), value.is_null());
    };
    let mut seen = BTreeSet::new();
    let ids: Vec<&str> = items
        .iter()
        .filter_map(Value::as_str)
        .filter(|id| is_row_id(id) && seen.insert(*id))
        .collect();
    let sound = ids.len() == items.len();
    (ids, sound)
}

impl Filling {
    /// Makes the slots of the form itself and takes in all answers that have one.
    pub(super) fn take_in(&mut self, answers: Answers) {
        self.apart = answers;
        self.apart.retain(|_, value| !value.is_null());
        let pages = self.form.definition().pages.len();
        for node in 0..self.form.top_count() as u32 {
            self.slots.push(Slot::new(node, 0));
        }
        self.rows.push(Row {
            id: "".into(),
            group: None,
            parent: 0,
            depth: 0,
            first: 0,
        });
        for slot in pages as u32..self.form.top_count() as u32 {
            self.adopt(slot);
        }
    }

    /// Gives a new slot the answer that was waiting for it.
    fn adopt(&mut self, slot: u32) {
        let path = self.path_of(slot);
        let is_group = match self
            .form
            .question_of(self.slots[slot as usize].node)
            .map(|question| &question.kind)
        {
            Some(Kind::Group { .. }) => true,
            Some(Kind::Computed { .. } | Kind::Note { .. } | Kind::Section { .. }) | None => return,
            Some(_) => false,
        };
        let Some(value) = self.apart.remove(&path) else { return };
        self.slots[slot as usize].answer = Some(value);
        if is_group {
            self.match_rows(slot);
        }
    }

    /// Makes the rows of a group those that its answer lists. Rows that stay keep their slots, whatever their place.
    pub(super) fn match_rows(&mut self, group: u32) {
        let node = self.slots[group as usize].node;
        let most = match self.form.question_of(node).map(|question| &question.kind) {
            Some(Kind::Group { max_rows, .. }) => max_rows.unwrap_or(50) + SPARE_ROWS,
            _ => return,
        };
        let answer = self.slots[group as usize].answer.take();
        let (ids, _) = row_ids(answer.as_ref());
        let mut before = std::mem::take(&mut self.slots[group as usize].rows);
        let mut rows = Vec::with_capacity(ids.len());
        let mut known: BTreeMap<Box<str>, u32> = BTreeMap::new();
        for row in &before {
            known.insert(self.rows[*row as usize].id.clone(), *row);
        }
        for id in ids.into_iter().take(most as usize) {
            rows.push(known.remove(id).unwrap_or_else(|| self.make_row(group, id)));
        }
        before.retain(|row| known.values().any(|gone| gone == row));
        self.slots[group as usize].answer = answer;
        for row in before {
            self.drop_row(row);
        }
        let mut sorted: BTreeMap<Box<str>, u32> = BTreeMap::new();
        for row in &rows {
            sorted.insert(self.rows[*row as usize].id.clone(), *row);
        }
        self.slots[group as usize].by_id = sorted.values().copied().collect();
        self.slots[group as usize].rows = rows;
        self.wake_readers_of_value(group);
    }

    fn make_row(&mut self, group: u32, id: &str) -> u32 {
        let form = std::sync::Arc::clone(&self.form);
        let node = form.node(self.slots[group as usize].node);
        let parent = self.slots[group as usize].row;
        let depth = node.depth() + 1;
        let (row, first) = match self.spare.entry(self.slots[group as usize].node).or_default().pop() {
            Some((row, first)) => (row, first),
            None => {
                self.rows.push(Row {
                    id: "".into(),
                    group: None,
                    parent: 0,
                    depth: 0,
                    first: 0,
                });
                let first = self.slots.len() as u32;
                self.slots
                    .extend(node.members.iter().map(|member| Slot::new(*member, NOWHERE)));
                (self.rows.len() as u32 - 1, first)
            }
        };
        self.rows[row as usize] = Row {
            id: id.into(),
            group: Some(group),
            parent,
            depth,
            first,
        };
        for (at, member) in node.members.iter().enumerate() {
            let slot = first + at as u32;
            self.slots[slot as usize] = Slot::new(*member, row);
            self.adopt(slot);
            for aspect in [Aspect::Shown, Aspect::Value, Aspect::State] {
                self.wake(slot, aspect);
            }
        }
        row
    }

    /// Takes a row away; its answers wait apart, so that a row that comes back has them again.
    fn drop_row(&mut self, row: u32) {
        let Row { group, first, .. } = self.rows[row as usize].clone();
        let Some(group) = group else { return };
        let group_node = self.slots[group as usize].node;
        let members = self.form.node(group_node).members.len() as u32;
        for slot in first..first + members {
            for inner in std::mem::take(&mut self.slots[slot as usize].rows) {
                self.drop_row(inner);
            }
            if let Some(answer) = self.slots[slot as usize].answer.take() {
                let path = self.path_of(slot);
                self.apart.insert(path, answer);
            }
            self.uncount(slot);
            let node = self.slots[slot as usize].node;
            self.slots[slot as usize] = Slot::new(node, NOWHERE);
        }
        self.rows[row as usize].group = None;
        self.spare.entry(group_node).or_default().push((row, first));
    }

    /// The answer path of a slot; the id of a page.
    pub(super) fn path_of(&self, slot: u32) -> String {
        let slot = &self.slots[slot as usize];
        let mut path = self.path_of_row(slot.row);
        if !path.is_empty() {
            path.push('/');
        }
        path.push_str(&self.form.node(slot.node).id);
        path
    }

    /// `group/row`, or nothing for the form itself.
    pub(super) fn path_of_row(&self, row: u32) -> String {
        match self.rows.get(row as usize) {
            Some(Row {
                group: Some(group), id, ..
            }) => format!("{}/{id}", self.path_of(*group)),
            _ => String::new(),
        }
    }

    /// The slot of an answer path, if there is such a row.
    pub(super) fn slot_at(&self, path: &str) -> Option<u32> {
        let mut steps = path.split('/');
        let mut slot = self.form.top(steps.next()?)?;
        while let Some(id) = steps.next() {
            let rows = &self.slots[slot as usize].by_id;
            let at = rows.partition_point(|row| *self.rows[*row as usize].id < *id);
            let row = rows.get(at).map(|row| &self.rows[*row as usize]);
            let row = row.filter(|row| *row.id == *id)?;
            let group = self.form.node(self.slots[slot as usize].node);
            let child = group.by_id.get(steps.next()?)?;
            slot = row.first + self.form.node(*child).slot;
        }
        Some(slot)
    }
}
