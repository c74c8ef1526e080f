//! The questions of a form by their paths without rows.

use std::collections::BTreeMap;

use crate::definition::{Definition, Kind, Page, Question};

/// A question and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Standing<'a> {
    pub(super) question: &'a Question,
    pub(super) page: &'a Page,
}

/// Every question by its path without rows: `shareholders/share`.
pub(super) fn by_path(definition: &Definition) -> BTreeMap<String, Standing<'_>> {
    let mut found = BTreeMap::new();
    for page in &definition.pages {
        collect(&page.questions, page, "", &mut found);
    }
    found
}

fn collect<'a>(questions: &'a [Question], page: &'a Page, around: &str, found: &mut BTreeMap<String, Standing<'a>>) {
    for question in questions {
        let path = format!("{around}{}", question.id);
        collect(children(question), page, &format!("{path}/"), found);
        found.insert(path, Standing { question, page });
    }
}

/// The questions of a group's row; none where it is no group.
pub(super) fn children(question: &Question) -> &[Question] {
    match &question.kind {
        Kind::Group { questions, .. } => questions,
        _ => &[],
    }
}
