//! The questions of a page or row one after the other, whatever sections they stand in.

use super::{Definition, Kind, Page, Question};

/// These questions and those of the sections among them, in the order of the form. Sections themselves ask nothing and are
/// left out; so are the questions of a group's rows.
///
/// ```
/// use onehall_forms::{Question, asked};
/// let questions: Vec<Question> = serde_json::from_str(r#"[
///     {"id": "name", "kind": "text", "label": {"zh-CN": "姓名", "en": "Name"}},
///     {"id": "reach", "kind": "section", "label": {"zh-CN": "联系方式", "en": "How to reach you"}, "questions": [
///         {"id": "phone", "kind": "phone", "label": {"zh-CN": "手机", "en": "Mobile"}}]}]"#)?;
/// let ids: Vec<&str> = asked(&questions).map(|question| question.id.as_str()).collect();
/// assert_eq!(ids, ["name", "phone"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn asked(questions: &[Question]) -> impl Iterator<Item = &Question> + Clone {
    Asked {
        open: vec![questions.iter()],
    }
}

/// The rest of what is open, the innermost section last.
#[derive(Debug, Clone)]
struct Asked<'a> {
    open: Vec<std::slice::Iter<'a, Question>>,
}

impl<'a> Iterator for Asked<'a> {
    type Item = &'a Question;

    fn next(&mut self) -> Option<&'a Question> {
        loop {
            match self.open.last_mut()?.next() {
                None => drop(self.open.pop()),
                Some(Question {
                    kind: Kind::Section { questions },
                    ..
                }) => self.open.push(questions.iter()),
                question => return question,
            }
        }
    }
}

impl Page {
    /// The questions of the page, those in its sections too; not those in the rows of groups.
    pub fn asked(&self) -> impl Iterator<Item = &Question> + Clone {
        asked(&self.questions)
    }
}

impl Definition {
    /// The question that an answer path leads to, `children/r1/name`; of a form that was not loaded.
    #[must_use]
    pub fn question_at(&self, path: &str) -> Option<&Question> {
        let mut steps = path.split('/');
        let first = steps.next()?;
        let mut question = self.asked().find(|question| question.id == first)?;
        while steps.next().is_some() {
            let (Kind::Group { questions, .. }, Some(id)) = (&question.kind, steps.next()) else {
                return None;
            };
            question = asked(questions).find(|question| question.id == id)?;
        }
        Some(question)
    }

    /// The questions of all pages, those in sections too; not those in the rows of groups.
    pub fn asked(&self) -> impl Iterator<Item = &Question> + Clone {
        self.pages.iter().flat_map(Page::asked)
    }
}
