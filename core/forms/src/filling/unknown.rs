//! Rules that are unknown: which they are, and what they wait for. For people who write forms.

use super::Filling;
use super::answer::is_blank;
use super::slots::NOWHERE;
use crate::definition::Kind;
use crate::rules::{Expr, Val, Waits};

/// A rule of which it is not known whether it holds, or what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRule {
    /// Whose it is: an answer path, or the id of a page.
    pub path: String,
    /// Whether it is a page's.
    pub of_page: bool,
    /// Where it stands there, as a JSON pointer: `visible_when`, `valid_when/0/rule`, `options/2/visible_when`, `value`.
    pub rule: String,
    /// The answer paths that it reads and that are not known: unanswered, hidden, or computed from such.
    pub waits_for: Vec<String>,
    /// Whether it counts working days, and there is no calendar.
    pub needs_calendar: bool,
}

impl Filling {
    /// The rules that are unknown now, in the order of the form. Only of what is shown, or would be: what nobody sees waits
    /// for nothing.
    #[must_use]
    pub fn unknown_rules(&self) -> Vec<UnknownRule> {
        let mut unknown = Vec::new();
        for page in 0..self.pages.len() as u32 {
            self.unknown_of_page(page, &mut unknown);
            for slot in &self.form.node(page).children {
                self.walk_from(*slot, &mut |slot| self.unknown_of(slot, &mut unknown));
            }
        }
        unknown
    }

    fn unknown_of_page(&self, page: u32, unknown: &mut Vec<UnknownRule>) {
        let node = self.form.node(page);
        if !self.is_jumped_over(node) {
            self.tell(page, "visible_when", node.visible_when.as_ref(), unknown);
        }
        if !self.slots[page as usize].shown {
            return;
        }
        let jumps = node
            .routing
            .as_ref()
            .map_or(&[][..], |routing| routing.jumps.as_slice());
        for (at, jump) in jumps.iter().enumerate() {
            match self.holds(jump.when.as_ref(), page) {
                // The first that is true decides: those behind it are not asked.
                Some(true) => break,
                Some(false) => {}
                None => self.tell(page, &format!("next/{at}/when"), jump.when.as_ref(), unknown),
            }
        }
    }

    fn unknown_of(&self, slot: u32, unknown: &mut Vec<UnknownRule>) {
        let here = &self.slots[slot as usize];
        let node = self.form.node(here.node);
        if !self.is_shown_around(node, here.row) {
            return;
        }
        self.tell(slot, "visible_when", node.visible_when.as_ref(), unknown);
        let Some(question) = self.form.question_of(here.node).filter(|_| here.shown) else {
            return;
        };
        self.tell(slot, "required_when", node.required_when.as_ref(), unknown);
        let is_computed = matches!(question.kind, Kind::Computed { .. });
        if is_computed && here.value == Val::Unknown {
            self.tell_anyway(slot, "value", node.computed.as_ref(), unknown);
        }
        // What is not answered is not checked.
        if is_computed || here.answer.as_ref().is_some_and(|answer| !is_blank(answer)) {
            for (at, check) in node.checks.iter().enumerate() {
                self.tell(slot, &format!("valid_when/{at}/rule"), Some(check), unknown);
            }
        }
        for (at, rule) in node.options.iter().flat_map(|options| &options.rules) {
            self.tell(slot, &format!("options/{at}/visible_when"), Some(rule), unknown);
        }
    }

    /// Tells of a rule where it is unknown.
    fn tell(&self, slot: u32, rule: &str, expr: Option<&Expr>, unknown: &mut Vec<UnknownRule>) {
        if expr.is_some() && self.holds(expr, slot).is_none() {
            self.tell_anyway(slot, rule, expr, unknown);
        }
    }

    fn tell_anyway(&self, slot: u32, rule: &str, expr: Option<&Expr>, unknown: &mut Vec<UnknownRule>) {
        let Some(expr) = expr else { return };
        let (mut waits_for, mut needs_calendar, mut group) = (Vec::new(), false, None);
        expr.waits(&mut |waits| match waits {
            Waits::Calendar => needs_calendar |= self.context.calendar.is_none(),
            Waits::Answer(node) => {
                if !self.form.node(node).members.is_empty() {
                    group = Some(node);
                }
                self.wait_for(self.seen_from(slot, node), &mut waits_for);
            }
            Waits::Field(node) => self.wait_for_all(node, &mut waits_for),
            Waits::Named(id) => {
                if let Some(node) = group.and_then(|group| self.form.node(group).by_id.get(id)) {
                    self.wait_for_all(*node, &mut waits_for);
                }
            }
        });
        unknown.push(UnknownRule {
            path: self.path_of(slot),
            of_page: self.form.question_of(self.slots[slot as usize].node).is_none(),
            rule: rule.to_owned(),
            waits_for,
            needs_calendar,
        });
    }

    /// Waits for a question in every row.
    fn wait_for_all(&self, node: u32, waits_for: &mut Vec<String>) {
        for (at, slot) in self.slots.iter().enumerate() {
            if slot.node == node {
                self.wait_for(at as u32, waits_for);
            }
        }
    }

    fn wait_for(&self, slot: u32, waits_for: &mut Vec<String>) {
        let here = &self.slots[slot as usize];
        if here.row != NOWHERE && here.value == Val::Unknown {
            let path = self.path_of(slot);
            if !waits_for.contains(&path) {
                waits_for.push(path);
            }
        }
    }

    /// The slot of a question in the row of another one, or around it.
    fn seen_from(&self, slot: u32, node: u32) -> u32 {
        let node = self.form.node(node);
        let mut row = self.slots[slot as usize].row;
        while self.rows[row as usize].depth > node.depth() {
            row = self.rows[row as usize].parent;
        }
        self.rows[row as usize].first + node.slot
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use onehall_protocol::drafts::Answers;
    use serde_json::{Value, json};

    use super::*;
    use crate::{Context, Form};

    /// What is unknown: whose rule, which, and for what it waits.
    fn unknown(pages: Value, answers: Value) -> Vec<(String, String, Vec<String>)> {
        let form = json!({"schema": "onehall-form/1", "code": "demo", "version": 1,
            "title": {"zh-CN": "示", "en": "e"}, "pages": with_texts(pages)});
        let form = Form::from_value(&form).unwrap_or_else(|findings| panic!("{findings:?}"));
        let answers: Answers = serde_json::from_value(answers).unwrap_or_else(|error| panic!("{error}"));
        let as_of = "2026-11-23".parse().unwrap_or_else(|error| panic!("{error}"));
        let filling = Filling::new(Arc::new(form), answers, Context::on(as_of));
        let told = filling.unknown_rules().into_iter();
        told.map(|told| {
            let mut waits = told.waits_for;
            waits.extend(told.needs_calendar.then(|| "calendar".to_owned()));
            (told.path, told.rule, waits)
        })
        .collect()
    }

    fn with_texts(mut nodes: Value) -> Value {
        let text = json!({"zh-CN": "示", "en": "e"});
        for node in nodes.as_array_mut().into_iter().flatten() {
            let name = if node.get("kind").is_some() { "label" } else { "title" };
            node[name] = text.clone();
            if let Some(inner) = node.get_mut("questions") {
                *inner = with_texts(inner.take());
            }
        }
        nodes
    }

    fn told(path: &str, rule: &str, waits: &[&str]) -> (String, String, Vec<String>) {
        let waits = waits.iter().map(|path| (*path).to_owned()).collect();
        (path.to_owned(), rule.to_owned(), waits)
    }

    #[test]
    fn a_rule_that_reads_what_is_not_answered_says_what_it_waits_for() {
        let pages = json!([
            {"id": "first", "questions": [
                {"id": "married", "kind": "yes_no"},
                {"id": "income", "kind": "number"},
                {"id": "spouse", "kind": "text", "visible_when": {"var": "married"}},
                {"id": "double", "kind": "computed", "value": {"*": [{"var": "income"}, 2]}},
                {"id": "proof", "kind": "text", "required_when": {">": [{"var": "double"}, 100]}}]},
            {"id": "second", "visible_when": {"and": [{"var": "married"}, {">": [{"var": "income"}, 5]}]},
             "questions": [{"id": "more", "kind": "text", "required_when": {"var": "married"}}]}]);
        assert_eq!(
            unknown(pages.clone(), json!({})),
            [
                told("spouse", "visible_when", &["married"]),
                told("double", "value", &["income"]),
                told("proof", "required_when", &["double"]),
                told("second", "visible_when", &["married", "income"]),
            ],
            "nothing is told of what stands on a page that is not shown"
        );
        assert_eq!(
            unknown(pages.clone(), json!({"married": false})).len(),
            2,
            "`and` is false where one is false"
        );
        assert_eq!(unknown(pages, json!({"married": true, "income": 9})), []);
    }

    #[test]
    fn rows_checks_options_jumps_and_the_calendar_are_told_too() {
        let pages = json!([
            {"id": "first", "next": [{"when": {"var": "quick"}, "page": "last"}], "questions": [
                {"id": "quick", "kind": "yes_no"},
                {"id": "people", "kind": "group", "row_label": {"zh-CN": "示", "en": "e"}, "questions": [
                    {"id": "age", "kind": "number"},
                    {"id": "school", "kind": "text", "visible_when": {"<": [{"var": "row.age"}, 18]}}]},
                {"id": "years", "kind": "computed", "value": {"reduce": [{"var": "people"},
                    {"+": [{"var": "accumulator"}, {"var": "current.age"}]}, 0]}}]},
            {"id": "last", "questions": [
                {"id": "day", "kind": "date", "valid_when": [
                    {"rule": {"is_working_day": [{"var": "day"}]}, "message": {"zh-CN": "示", "en": "e"}}]},
                {"id": "way", "kind": "choice", "options": [
                    {"value": "a", "label": {"zh-CN": "示", "en": "e"}},
                    {"value": "b", "label": {"zh-CN": "示", "en": "e"}, "visible_when": {"var": "quick"}}]}]}]);
        let answers = json!({"people": ["r1", "r2"], "people/r1/age": 7, "day": "2026-12-01"});
        assert_eq!(
            unknown(pages, answers),
            [
                told("first", "next/0/when", &["quick"]),
                told("people/r2/school", "visible_when", &["people/r2/age"]),
                told("years", "value", &["people/r2/age"]),
                told("day", "valid_when/0/rule", &["calendar"]),
                told("way", "options/1/visible_when", &["quick"]),
            ]
        );
    }
}
