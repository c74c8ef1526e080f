//! The questions and sections of a form by their paths without rows.

use std::collections::BTreeMap;

use crate::definition::{Definition, Kind, Page, Question};

/// A question or section, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Standing<'a> {
    pub(super) question: &'a Question,
    pub(super) page: &'a Page,
    /// The section in which it stands directly, on the page or in the row.
    pub(super) section: Option<&'a str>,
}

impl Standing<'_> {
    /// Where it stands, as people who write forms find it: `page`, `page/section`.
    pub(super) fn place(&self) -> String {
        match self.section {
            Some(section) => format!("{}/{section}", self.page.id),
            None => self.page.id.clone(),
        }
    }
}

/// All that stands on the pages of a form, each by its path without rows: `shareholders/share`. Sections are no step of it.
#[derive(Default)]
pub(super) struct Standings<'a> {
    pub(super) questions: BTreeMap<String, Standing<'a>>,
    pub(super) sections: BTreeMap<String, Standing<'a>>,
}

impl<'a> Standings<'a> {
    pub(super) fn of(definition: &'a Definition) -> Standings<'a> {
        let mut found = Standings::default();
        for page in &definition.pages {
            found.collect(&page.questions, page, None, "");
        }
        found
    }

    fn collect(&mut self, questions: &'a [Question], page: &'a Page, section: Option<&'a str>, around: &str) {
        for question in questions {
            let path = format!("{around}{}", question.id);
            let standing = Standing {
                question,
                page,
                section,
            };
            match &question.kind {
                Kind::Section { questions } => {
                    self.collect(questions, page, Some(&question.id), around);
                    self.sections.insert(path, standing);
                }
                _ => {
                    self.collect(children(question), page, None, &format!("{path}/"));
                    self.questions.insert(path, standing);
                }
            }
        }
    }
}

/// What stands in a section or in the rows of a group; nothing where it is neither.
pub(super) fn children(question: &Question) -> &[Question] {
    match &question.kind {
        Kind::Group { questions, .. } | Kind::Section { questions } => questions,
        _ => &[],
    }
}
