//! Evaluation of what a change reaches, in the order of the dependency graph.

use std::cmp::Reverse;
use std::sync::Arc;

use super::answer;
use super::fault::{AnswerCode, AnswerFault};
use super::slots::{NOWHERE, row_ids};
use super::{Filling, PageCount};
use crate::decimal::Decimal;
use crate::definition::{ComputedFormat, Kind, MaterialSource, Question};
use crate::form::{Aspect, Form, Node, Reader};
use crate::rules::{Evaluator, Expr, Source, Val};

/// The most values that a computed value may hold, each of its rows written out: a list of all rows for each row is soon
/// more than any memory holds.
const MOST_WRITTEN: usize = 20_000;

/// The answers as a rule in some row sees them.
struct Seen<'a> {
    filling: &'a Filling,
    row: u32,
}

impl Source for Seen<'_> {
    fn answer(&self, node: u32) -> Val {
        let node = self.filling.form.node(node);
        let row = self.filling.row_around(self.row, node.depth());
        let first = self.filling.rows[row as usize].first;
        self.filling.slots[(first + node.slot) as usize].value.clone()
    }

    fn field(&self, row: u32, node: u32) -> Val {
        let slot = self.filling.rows[row as usize].first + self.filling.form.node(node).slot;
        self.filling.slots[slot as usize].value.clone()
    }

    fn field_named(&self, row: u32, name: &str) -> Val {
        let group = self.filling.rows[row as usize].group;
        let group = group.map(|group| self.filling.form.node(self.filling.slots[group as usize].node));
        match group.and_then(|group| group.by_id.get(name)) {
            Some(node) => self.field(row, *node),
            None => Val::Unknown,
        }
    }
}

impl Filling {
    /// Has an aspect of a slot evaluated in the next [`Filling::run`].
    pub(super) fn wake(&mut self, slot: u32, aspect: Aspect) {
        let node = self.slots[slot as usize].node;
        self.queue
            .push(Reverse((self.form.node(node).ranks[aspect as usize], slot)));
    }

    pub(super) fn wake_readers_of_value(&mut self, slot: u32) {
        let form = Arc::clone(&self.form);
        self.wake_readers(slot, &form.node(self.slots[slot as usize].node).value_readers);
    }

    fn wake_readers(&mut self, slot: u32, readers: &[Reader]) {
        let row = self.slots[slot as usize].row;
        for reader in readers {
            let shared = self.row_around(row, reader.shared);
            self.wake_within(shared, reader);
        }
    }

    /// Wakes every slot of the reader's node inside a row.
    fn wake_within(&mut self, row: u32, reader: &Reader) {
        let form = Arc::clone(&self.form);
        let node = form.node(reader.node);
        let (depth, first) = {
            let row = &self.rows[row as usize];
            (row.depth, row.first)
        };
        match node.chain.get(depth as usize) {
            None => self.wake(first + node.slot, reader.aspect),
            Some(group) => {
                let group = first + form.node(*group).slot;
                for at in 0..self.slots[group as usize].rows.len() {
                    let inner = self.slots[group as usize].rows[at];
                    self.wake_within(inner, reader);
                }
            }
        }
    }

    /// The row itself or the one around it that stands in `depth` groups.
    fn row_around(&self, mut row: u32, depth: u8) -> u32 {
        while self.rows[row as usize].depth > depth {
            row = self.rows[row as usize].parent;
        }
        row
    }

    /// Evaluates everything that was woken, and what hangs on it. Gives the slots that a person sees differently now.
    pub(super) fn run(&mut self) -> Vec<u32> {
        let form = Arc::clone(&self.form);
        let mut changed = Vec::new();
        let mut last = None;
        while let Some(Reverse(task)) = self.queue.pop() {
            let (rank, slot) = task;
            let (node, aspect) = form.order()[rank as usize];
            // A row may have gone since it was woken.
            let here = &self.slots[slot as usize];
            if last.replace(task) == Some(task) || here.node != node || here.row == NOWHERE {
                continue;
            }
            self.evaluations += 1;
            let differs = match aspect {
                Aspect::Shown => self.evaluate_shown(&form, slot),
                Aspect::Value => self.evaluate_value(&form, slot),
                Aspect::State => self.evaluate_state(&form, slot),
            };
            if differs {
                changed.push(slot);
            }
            self.settle(form.node(node).page);
        }
        changed.sort_unstable();
        changed.dedup();
        changed
    }

    /// Notes whether a page is on the path now: it is shown and has something to see or to mend. Only whose questions are
    /// evaluated can change that, so that nobody looks at all pages after each key.
    fn settle(&mut self, page: u32) {
        let shown = self.slots[page as usize].shown;
        let count = &mut self.pages[page as usize];
        let on_path = shown && count.seen + count.wrong > 0;
        let before = std::mem::replace(&mut count.on_path, on_path);
        if before == on_path {
            return;
        }
        if count.was_on_path.0 != self.change {
            count.was_on_path = (self.change, before);
        }
        // There and back again is no move.
        if count.was_on_path.1 == on_path {
            self.moved = self.moved.saturating_sub(1);
        } else {
            self.moved += 1;
        }
    }

    fn rule(&self, expr: &Expr, slot: u32) -> Val {
        let seen = Seen {
            filling: self,
            row: self.slots[slot as usize].row,
        };
        Evaluator::new(Some(&seen), Some(&self.context)).eval(expr, &Val::Unknown)
    }

    pub(super) fn holds(&self, rule: Option<&Expr>, slot: u32) -> Option<bool> {
        rule.map_or(Some(true), |rule| self.rule(rule, slot).truth())
    }

    fn evaluate_shown(&mut self, form: &Form, slot: u32) -> bool {
        let here = &self.slots[slot as usize];
        let node = form.node(here.node);
        let around = if here.node == node.page {
            !self.is_jumped_over(node)
        } else {
            self.is_shown_around(node, here.row)
        };
        let shown = around && self.holds(node.visible_when.as_ref(), slot) == Some(true);
        if shown == self.slots[slot as usize].shown {
            return false;
        }
        self.slots[slot as usize].shown = shown;
        if let Some(question) = form.question_of(here_node(self, slot))
            && node.chain.is_empty()
            && is_seen(question)
        {
            let count = &mut self.pages[node.page as usize];
            count.seen = if shown { count.seen + 1 } else { count.seen - 1 };
        }
        self.wake(slot, Aspect::Value);
        self.wake(slot, Aspect::State);
        self.wake_readers(slot, &node.shown_readers);
        true
    }

    /// Whether that is shown in which it stands directly: a section, the row of a group, a page.
    pub(super) fn is_shown_around(&self, node: &Node, row: u32) -> bool {
        let here = &self.rows[row as usize];
        let around = match (node.section, here.group) {
            (Some(section), _) => here.first + self.form.node(section).slot,
            (None, Some(group)) => group,
            (None, None) => node.page,
        };
        self.slots[around as usize].shown
    }

    fn evaluate_value(&mut self, form: &Form, slot: u32) -> bool {
        let here = &self.slots[slot as usize];
        let node = form.node(here.node);
        let Some(question) = form.question_of(here.node) else {
            let jump = self.jump(node, slot);
            self.put_value(slot, node, jump);
            return false;
        };
        if !here.shown {
            return self.put_value(slot, node, Val::Unknown);
        }
        let value = match &question.kind {
            Kind::Computed { .. } => match &node.computed {
                Some(rule) => {
                    let mut room = MOST_WRITTEN;
                    let written = self.written_out(self.rule(rule, slot), &mut room);
                    written.unwrap_or(Val::Unknown)
                }
                None => Val::Unknown,
            },
            Kind::Group { .. } => Val::list(here.rows.iter().map(|row| Val::Row(*row)).collect()),
            kind => here
                .answer
                .as_ref()
                .map_or(Val::Unknown, |answer| answer::read(kind, answer)),
        };
        self.put_value(slot, node, value)
    }

    /// Whether a page before jumps over this one.
    pub(super) fn is_jumped_over(&self, page: &Node) -> bool {
        let before = page.routing.as_ref().and_then(|routing| routing.before);
        let to = before.map(|before| &self.slots[before as usize].value);
        matches!(to, Some(Val::Number(to)) if *to > Decimal::from(i64::from(page.page)))
    }

    /// Where it goes on after a page: where one before it jumps that jumps over it, or else where it jumps itself.
    fn jump(&self, page: &Node, slot: u32) -> Val {
        let Some(routing) = page.routing.as_ref().filter(|routing| !routing.jumps.is_empty()) else {
            return Val::Unknown;
        };
        let before = routing.before.filter(|_| self.is_jumped_over(page));
        if let Some(before) = before {
            return self.slots[before as usize].value.clone();
        }
        let mut jumps = routing.jumps.iter().filter(|_| self.slots[slot as usize].shown);
        let own = jumps.find(|jump| self.holds(jump.when.as_ref(), slot) == Some(true));
        own.map_or(Val::Unknown, |jump| Val::Number(i64::from(jump.page).into()))
    }

    fn put_value(&mut self, slot: u32, node: &Node, value: Val) -> bool {
        if self.slots[slot as usize].value == value {
            return false;
        }
        self.slots[slot as usize].value = value;
        self.wake(slot, Aspect::State);
        self.wake_readers(slot, &node.value_readers);
        true
    }

    fn evaluate_state(&mut self, form: &Form, slot: u32) -> bool {
        let here = &self.slots[slot as usize];
        let node = form.node(here.node);
        let Some(question) = form.question_of(here.node) else {
            return false;
        };
        let (required, fault) = if here.shown {
            let by_rule = node.required_when.is_some() && self.holds(node.required_when.as_ref(), slot) == Some(true);
            let required = (question.required || by_rule) && !is_derived(&question.kind);
            (required, self.fault(node, question, slot, required))
        } else {
            (false, None)
        };
        let differs = here.required != required || here.fault != fault;
        if differs {
            self.uncount(slot);
            let here = &mut self.slots[slot as usize];
            (here.required, here.fault) = (required, fault);
            self.count(slot);
        }
        // What is offered is settled when it is looked at, so a change of it shows only here.
        differs || node.options.as_ref().is_some_and(|options| !options.rules.is_empty())
    }

    fn fault(&self, node: &Node, question: &Question, slot: u32, required: bool) -> Option<AnswerFault> {
        let here = &self.slots[slot as usize];
        if let Kind::Group { min_rows, max_rows, .. } = &question.kind {
            let (ids, sound) = row_ids(here.answer.as_ref());
            let code = if !sound {
                Some(AnswerCode::WrongType)
            } else if ids.len() < (*min_rows).max(u32::from(required)) as usize {
                Some(AnswerCode::TooFewRows)
            } else {
                (ids.len() > max_rows.unwrap_or(50) as usize).then_some(AnswerCode::TooManyRows)
            };
            return code
                .map(AnswerFault::from)
                .or_else(|| self.failed_check(node, slot).filter(|_| !ids.is_empty()));
        }
        if matches!(question.kind, Kind::Computed { .. }) {
            return self.failed_check(node, slot);
        }
        let Some(value) = here.answer.as_ref().filter(|value| !answer::is_blank(value)) else {
            return required.then(|| AnswerCode::Required.into());
        };
        let offered = |text: &str| {
            node.options
                .as_ref()
                .is_some_and(|options| match options.index.get(text) {
                    Some(at) => self.holds(options.rules.get(at), slot) == Some(true),
                    None => false,
                })
        };
        let code = answer::check(node, &question.kind, value, &self.context, &offered);
        match code {
            // Only who must agree has to: an optional declaration may be left alone.
            Some(AnswerCode::NotAgreed) if !required => self.failed_check(node, slot),
            Some(code) => Some(code.into()),
            None => self.failed_check(node, slot),
        }
    }

    fn failed_check(&self, node: &Node, slot: u32) -> Option<AnswerFault> {
        let failed = node
            .checks
            .iter()
            .position(|check| self.rule(check, slot).truth() == Some(false))?;
        Some(AnswerFault {
            code: AnswerCode::CheckFailed,
            check: Some(failed),
        })
    }

    /// A computed value with its rows written out as objects; none where there is no room for so many values.
    fn written_out(&self, value: Val, room: &mut usize) -> Option<Val> {
        *room = room.checked_sub(1)?;
        match value {
            Val::Row(row) => {
                let first = self.rows[row as usize].first;
                let group = self.rows[row as usize]
                    .group
                    .map(|group| self.slots[group as usize].node);
                let members = group.map_or(&[][..], |group| self.form.node(group).members.as_slice());
                let mut fields = Vec::with_capacity(members.len());
                for (at, member) in members.iter().enumerate() {
                    let node = self.form.node(*member);
                    // A section is no field: what stands in it is one of the row's.
                    if !node.is_section {
                        let value = self.slots[first as usize + at].value.clone();
                        fields.push((node.id.to_string(), self.written_out(value, room)?));
                    }
                }
                Some(Val::map(fields.into_iter()))
            }
            Val::List(items) => {
                let mut written = Vec::with_capacity(items.len().min(*room));
                for item in items.iter() {
                    written.push(self.written_out(item.clone(), room)?);
                }
                Some(Val::list(written))
            }
            other => Some(other),
        }
    }

    fn count_of(&mut self, slot: u32) -> Option<(&mut PageCount, bool, bool, bool)> {
        let here = &self.slots[slot as usize];
        let wrong = here.fault.is_some();
        let done = here.required && !wrong;
        let page = self.form.node(here.node).page;
        let required = here.required;
        self.pages
            .get_mut(page as usize)
            .map(|count| (count, wrong, required, done))
    }

    fn count(&mut self, slot: u32) {
        if let Some((count, wrong, required, done)) = self.count_of(slot) {
            count.wrong += usize::from(wrong);
            count.required += usize::from(required);
            count.done += usize::from(done);
        }
    }

    pub(super) fn uncount(&mut self, slot: u32) {
        if let Some((count, wrong, required, done)) = self.count_of(slot) {
            count.wrong -= usize::from(wrong);
            count.required -= usize::from(required);
            count.done -= usize::from(done);
        }
    }
}

fn here_node(filling: &Filling, slot: u32) -> u32 {
    filling.slots[slot as usize].node
}

/// Whether the hall gets it itself, so that it is never required of the citizen.
fn is_derived(kind: &Kind) -> bool {
    matches!(kind, Kind::Material { sources, .. } if sources.contains(&MaterialSource::Derived))
}

/// Whether a person sees the question when it is shown. Of a section one sees what stands in it: a heading over nothing
/// is none.
pub(super) fn is_seen(question: &Question) -> bool {
    !matches!(
        question.kind,
        Kind::Section { .. }
            | Kind::Computed {
                format: ComputedFormat::Hidden,
                ..
            }
    )
}
