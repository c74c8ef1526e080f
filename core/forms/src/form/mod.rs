//! A form that was loaded: checked, numbered, its rules compiled, its dependency graph laid.

mod about;
mod check;
mod finding;
mod loading;
mod nodes;
mod order;
mod routing;
mod schema;
mod shape;
mod wrong;

use std::collections::{BTreeMap, BTreeSet};

use onehall_protocol::ListCode;
use serde_json::Value;

pub use finding::Finding;
pub(crate) use nodes::{Aspect, Node, Reader, choices, options_of, question_at};
pub use schema::{SCHEMA_PATH, json_schema};
pub(crate) use wrong::Wrong;

use crate::definition::{Choice, Definition, Page, Question};

/// A form that was checked when it was loaded, ready to be filled. Cheap to share: keep it in an `Arc`.
#[derive(Debug)]
pub struct Form {
    definition: Definition,
    nodes: Vec<Node>,
    top: BTreeMap<Box<str>, u32>,
    order: Vec<(u32, Aspect)>,
    calendar: bool,
    /// The lists of which an entry is chosen, each once.
    lists: Vec<ListCode>,
}

impl Form {
    /// Reads and checks a definition.
    ///
    /// ```
    /// use onehall_forms::Form;
    /// let form = Form::parse(r#"{"schema": "onehall-form/1", "code": "demo", "version": 1,
    ///     "title": {"zh-CN": "示例", "en": "Demo"},
    ///     "pages": [{"id": "you", "title": {"zh-CN": "您", "en": "You"}, "questions": [
    ///         {"id": "name", "kind": "text", "label": {"zh-CN": "姓名", "en": "Name"}, "requird": true}]}]}"#);
    /// let finding = &form.err().ok_or("should have findings")?[0];
    /// assert_eq!((finding.path.as_str(), finding.code), ("/pages/0/questions/0/requird", "unknown_field"));
    /// # Ok::<(), &'static str>(())
    /// ```
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place; the first thousand things where there are more. Faults of the
    /// shape hide those of the content.
    pub fn parse(json: &str) -> Result<Form, Vec<Finding>> {
        let unreadable = |error: serde_json::Error| {
            let said = error.to_string();
            vec![Finding::new("", Wrong::NoJson { said })]
        };
        Form::from_value(&serde_json::from_str(json).map_err(unreadable)?)
    }

    /// As [`Form::parse`], from JSON that was read already.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn from_value(value: &Value) -> Result<Form, Vec<Finding>> {
        let findings = shape::check(value);
        if !findings.is_empty() {
            return Err(finding::told(findings));
        }
        let definition = serde::Deserialize::deserialize(value).map_err(|error: serde_json::Error| {
            let said = error.to_string();
            vec![Finding::new("", Wrong::NotAsRead { said })]
        })?;
        Form::load(definition)
    }

    /// Checks a definition and prepares it.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn load(definition: Definition) -> Result<Form, Vec<Finding>> {
        loading::load(definition).map_err(finding::told)
    }

    /// The definition.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The page with this id.
    #[must_use]
    pub fn page(&self, id: &str) -> Option<&Page> {
        self.definition.pages.iter().find(|page| page.id == id)
    }

    /// The question at an answer path: `name`, `shareholders/r1/name`, whether or not there is such a row.
    #[must_use]
    pub fn question(&self, path: &str) -> Option<&Question> {
        self.question_of(self.node_at(path)?)
    }

    /// How many headings stand around what an answer path or the id of a section leads to, below that of its page: one for
    /// each section and each row in which it stands.
    ///
    /// ```
    /// use onehall_forms::Form;
    /// let form = Form::parse(r#"{"schema": "onehall-form/1", "code": "demo", "version": 1,
    ///     "title": {"zh-CN": "示例", "en": "Demo"},
    ///     "pages": [{"id": "you", "title": {"zh-CN": "您", "en": "You"}, "questions": [
    ///         {"id": "reach", "kind": "section", "label": {"zh-CN": "联系方式", "en": "How to reach you"}, "questions": [
    ///             {"id": "phone", "kind": "phone", "label": {"zh-CN": "手机", "en": "Mobile"}}]}]}]}"#);
    /// let form = form.map_err(|findings| format!("{findings:?}"))?;
    /// assert_eq!((form.headings_around("reach"), form.headings_around("phone")), (0, 1));
    /// # Ok::<(), String>(())
    /// ```
    #[must_use]
    pub fn headings_around(&self, path: &str) -> usize {
        let Some(node) = self.node_at(path) else { return 0 };
        let sections =
            |node: u32| std::iter::successors(self.node(node).section, |section| self.node(*section).section);
        let rows = self.node(node).chain.iter().map(|group| 1 + sections(*group).count());
        sections(node).count() + rows.sum::<usize>()
    }

    /// The options of a question that has some, wherever they are written and whether or not they are offered.
    #[must_use]
    pub fn options_of<'a>(&'a self, question: &'a Question) -> &'a [Choice] {
        options_of(&question.kind).map_or(&[], |options| choices(&self.definition, options))
    }

    /// Whether a rule counts working days, so that an evaluation needs the city's calendar.
    #[must_use]
    pub fn uses_calendar(&self) -> bool {
        self.calendar
    }

    /// The codes of the lists of which an entry is chosen.
    #[must_use]
    pub fn lists(&self) -> BTreeSet<&str> {
        let mut lists = BTreeSet::new();
        for list in &self.lists {
            lists.insert(list.as_str());
        }
        lists
    }

    /// The node of an answer path, by its shape alone.
    pub(crate) fn node_at(&self, path: &str) -> Option<u32> {
        let mut steps = path.split('/');
        let mut node = *self.top.get(steps.next()?)?;
        while let Some(row) = steps.next() {
            if !is_row_id(row) {
                return None;
            }
            node = *self.nodes[node as usize].by_id.get(steps.next()?)?;
        }
        Some(node)
    }

    /// The question of this id that stands in no group.
    pub(crate) fn top(&self, id: &str) -> Option<u32> {
        self.top.get(id).copied()
    }

    pub(crate) fn node(&self, node: u32) -> &Node {
        &self.nodes[node as usize]
    }

    pub(crate) fn question_of(&self, node: u32) -> Option<&Question> {
        question_at(&self.definition, &self.nodes.get(node as usize)?.steps)
    }

    /// How many nodes stand outside groups: pages and their questions.
    pub(crate) fn top_count(&self) -> usize {
        self.definition.pages.len() + self.top.len()
    }

    pub(crate) fn order(&self) -> &[(u32, Aspect)] {
        &self.order
    }
}

/// Whether the text may name a row: 1 to 32 letters, digits and hyphens.
#[must_use]
pub fn is_row_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
