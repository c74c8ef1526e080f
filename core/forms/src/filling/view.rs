//! What a person sees of a filling.

use serde_json::Value;

use super::fault::AnswerFault;
use super::{Filling, run::is_seen, slots::NOWHERE};
use crate::definition::{Choice, ComputedFormat, Kind, Page, Question};
use crate::rules::Val;

/// A page on the path, with the questions that are shown on it.
#[derive(Debug, Clone)]
pub struct PageView<'a> {
    /// The page.
    pub page: &'a Page,
    /// Its questions that are shown, in order.
    pub questions: Vec<QuestionView<'a>>,
    /// Whether nothing on it is wrong.
    pub complete: bool,
}

/// A question that is shown.
#[derive(Debug, Clone)]
pub struct QuestionView<'a> {
    /// Its answer path: `shareholders/r1/name`.
    pub path: String,
    /// The question.
    pub question: &'a Question,
    /// Its answer as it was given; none for kinds that are not answered.
    pub value: Option<&'a Value>,
    /// What the engine computed, for a question of kind `computed`; null where it is not known.
    pub computed: Option<Value>,
    /// Whether an answer is required now.
    pub required: bool,
    /// What is wrong: at most one thing at a time.
    pub errors: Vec<AnswerFault>,
    /// The options that are offered now.
    pub options: Vec<&'a Choice>,
    /// The rows of a group.
    pub rows: Vec<RowView<'a>>,
    /// All options, offered or not: an answer is shown with its label even where it is no longer offered.
    pub(crate) choices: &'a [Choice],
}

/// A row of a repeating group.
#[derive(Debug, Clone)]
pub struct RowView<'a> {
    /// Its id.
    pub id: String,
    /// Its path: `shareholders/r1`.
    pub path: String,
    /// The question whose answer names the row, if the group has one and it is shown.
    pub title: Option<Box<QuestionView<'a>>>,
    /// Its questions that are shown.
    pub questions: Vec<QuestionView<'a>>,
}

/// How far a filling is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Pages on the path.
    pub pages: usize,
    /// Pages on the path where nothing is wrong.
    pub complete_pages: usize,
    /// Shown questions that need an answer.
    pub required: usize,
    /// Those of them that have a sound one.
    pub answered: usize,
}

impl Filling {
    /// The ids of the pages on the path, in order: those that are shown and have something to see.
    #[must_use]
    pub fn pages(&self) -> Vec<&str> {
        self.page_path()
            .into_iter()
            .map(|page| &*self.form.node(page).id)
            .collect()
    }

    /// A page on the path.
    #[must_use]
    pub fn page(&self, id: &str) -> Option<PageView<'_>> {
        let at = self
            .page_path()
            .into_iter()
            .find(|page| *self.form.node(*page).id == *id)?;
        Some(PageView {
            page: &self.form.definition().pages[at as usize],
            questions: self
                .form
                .node(at)
                .children
                .iter()
                .filter_map(|slot| self.view(*slot))
                .collect(),
            complete: self.pages[at as usize].wrong == 0,
        })
    }

    /// Whether the page is on the path and nothing on it is wrong.
    #[must_use]
    pub fn is_page_complete(&self, id: &str) -> bool {
        let page = self
            .page_path()
            .into_iter()
            .find(|page| *self.form.node(*page).id == *id);
        page.is_some_and(|page| self.pages[page as usize].wrong == 0)
    }

    /// The first page on the path on which something is wrong.
    #[must_use]
    pub fn first_incomplete_page(&self) -> Option<&str> {
        let page = self
            .page_path()
            .into_iter()
            .find(|page| self.pages[*page as usize].wrong > 0)?;
        Some(&self.form.node(page).id)
    }

    /// The page on the path after this one; none after the last, the first one for a page that is not on the path.
    #[must_use]
    pub fn next_page(&self, id: &str) -> Option<&str> {
        let pages = self.pages();
        let next = pages.iter().position(|page| *page == id).map_or(0, |at| at + 1);
        pages.get(next).copied()
    }

    /// The page on which the question of an answer path stands.
    #[must_use]
    pub fn page_of(&self, path: &str) -> Option<&str> {
        let node = self.form.node(self.form.node_at(path)?);
        Some(&self.form.node(node.page).id)
    }

    /// A question, if it is shown.
    #[must_use]
    pub fn question(&self, path: &str) -> Option<QuestionView<'_>> {
        self.view(self.slot_at(path)?)
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let mut progress = Progress::default();
        for page in self.page_path() {
            let count = self.pages[page as usize];
            progress.pages += 1;
            progress.complete_pages += usize::from(count.wrong == 0);
            progress.required += count.required;
            progress.answered += count.done;
        }
        progress
    }

    /// The view of a slot, if it is shown.
    fn view(&self, slot: u32) -> Option<QuestionView<'_>> {
        let here = &self.slots[slot as usize];
        let question = self.form.question_of(here.node)?;
        if !here.shown || here.row == NOWHERE || !is_seen(question) {
            return None;
        }
        let computed = match &question.kind {
            Kind::Computed { format, .. } => Some(computed(&here.value, *format)),
            _ => None,
        };
        Some(QuestionView {
            path: self.path_of(slot),
            question,
            value: here.answer.as_ref(),
            computed,
            required: here.required,
            errors: here.fault.into_iter().collect(),
            options: self.offered(slot, question),
            rows: here.rows.iter().map(|row| self.row(*row, question)).collect(),
            choices: self.form.options_of(question),
        })
    }

    fn offered<'a>(&'a self, slot: u32, question: &'a Question) -> Vec<&'a Choice> {
        let node = self.form.node(self.slots[slot as usize].node);
        let Some(options) = &node.options else {
            return Vec::new();
        };
        let offered = |at: usize| match options.rules.get(&(at as u32)) {
            Some(rule) => self.holds(Some(rule), slot) == Some(true),
            None => true,
        };
        let choices = self.form.options_of(question).iter().enumerate();
        choices
            .filter(|(at, _)| offered(*at))
            .map(|(_, choice)| choice)
            .collect()
    }

    fn row(&self, row: u32, group: &Question) -> RowView<'_> {
        let here = &self.rows[row as usize];
        let children = match &group.kind {
            Kind::Group { questions, .. } => questions.len() as u32,
            _ => 0,
        };
        let questions: Vec<QuestionView<'_>> = (here.first..here.first + children)
            .filter_map(|slot| self.view(slot))
            .collect();
        let title = match &group.kind {
            Kind::Group {
                row_title: Some(title), ..
            } => questions.iter().find(|view| view.question.id == *title),
            _ => None,
        };
        RowView {
            id: here.id.to_string(),
            path: self.path_of_row(row),
            title: title.cloned().map(Box::new),
            questions,
        }
    }

    /// Visits the slots of all questions, hidden ones too, in the order of the form.
    pub(super) fn walk(&self, visit: &mut dyn FnMut(u32)) {
        for page in 0..self.pages.len() {
            for slot in &self.form.node(page as u32).children {
                self.walk_from(*slot, visit);
            }
        }
    }

    pub(super) fn walk_from(&self, slot: u32, visit: &mut dyn FnMut(u32)) {
        visit(slot);
        let here = &self.slots[slot as usize];
        let children = self.form.node(here.node).children.len() as u32;
        for row in &here.rows {
            let first = self.rows[*row as usize].first;
            for inner in first..first + children {
                self.walk_from(inner, visit);
            }
        }
    }
}

/// A computed value as it leaves the engine: an amount as a text with two decimals, all else as it is.
pub(super) fn computed(value: &Val, format: ComputedFormat) -> Value {
    match (format, value) {
        (ComputedFormat::Money, Val::Number(amount)) => Value::String(amount.to_fixed(2)),
        _ => value.to_json(),
    }
}
