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
    /// What is shown on it, in order: questions, and sections with theirs.
    pub questions: Vec<QuestionView<'a>>,
    /// Whether nothing on it is wrong.
    pub complete: bool,
}

impl<'a> PageView<'a> {
    /// Its questions that are shown, those of its sections in their places; the sections themselves left out.
    pub fn asked(&self) -> impl Iterator<Item = &QuestionView<'a>> {
        asked(&self.questions)
    }
}

/// A question that is shown, or a section in which one is.
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
    /// What is shown in a section; never empty there.
    pub questions: Vec<QuestionView<'a>>,
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
    /// What is shown in it, as on a page.
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
            questions: self.views(at, 0),
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
        if !here.shown || here.row == NOWHERE {
            return None;
        }
        let questions = match self.form.node(here.node).is_section {
            true => self.views(here.node, here.row),
            false => Vec::new(),
        };
        // Of a section one sees what stands in it.
        if questions.is_empty() && !is_seen(question) {
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
            questions,
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

    /// What is shown of that which stands directly in a page or section, or in a row of a group.
    fn views(&self, around: u32, row: u32) -> Vec<QuestionView<'_>> {
        let first = self.rows[row as usize].first;
        let children = self.form.node(around).children.iter();
        children
            .filter_map(|child| self.view(first + self.form.node(*child).slot))
            .collect()
    }

    fn row(&self, row: u32, group: &Question) -> RowView<'_> {
        let here = &self.rows[row as usize];
        let node = here.group.map(|group| self.slots[group as usize].node);
        let questions = node.map_or_else(Vec::new, |node| self.views(node, row));
        let title = match &group.kind {
            Kind::Group {
                row_title: Some(title), ..
            } => asked(&questions).find(|view| view.question.id == *title),
            _ => None,
        };
        RowView {
            id: here.id.to_string(),
            path: self.path_of_row(row),
            title: title.cloned().map(Box::new),
            questions,
        }
    }

    /// Visits the slots of all questions and sections, hidden ones too, in the order of the form.
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
        let node = self.form.node(here.node);
        let mut within = |row: u32| {
            let first = self.rows[row as usize].first;
            for child in &node.children {
                self.walk_from(first + self.form.node(*child).slot, visit);
            }
        };
        if node.is_section {
            within(here.row);
        }
        for row in &here.rows {
            within(*row);
        }
    }
}

/// These questions one after the other, those of sections in their places.
fn asked<'v, 'a>(views: &'v [QuestionView<'a>]) -> impl Iterator<Item = &'v QuestionView<'a>> {
    let mut open = vec![views.iter()];
    std::iter::from_fn(move || {
        loop {
            match open.last_mut()?.next() {
                None => drop(open.pop()),
                Some(view) if view.questions.is_empty() => return Some(view),
                Some(section) => open.push(section.questions.iter()),
            }
        }
    })
}

/// A computed value as it leaves the engine: an amount as a text with two decimals, all else as it is.
pub(super) fn computed(value: &Val, format: ComputedFormat) -> Value {
    match (format, value) {
        (ComputedFormat::Money, Val::Number(amount)) => Value::String(amount.to_fixed(2)),
        _ => value.to_json(),
    }
}
