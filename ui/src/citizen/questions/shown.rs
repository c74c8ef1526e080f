//! Answers as they are read: on the check, on a case.

use leptos::prelude::*;
use onehall_forms::{Filling, Kind, QuestionView};
use onehall_protocol::files::FileView;
use onehall_protocol::{Language, Text};

use super::typed;
use super::uploads::files_of;
use crate::design::content::{Fact, Facts, heading};
use crate::design::signature::{Strokes, signature_view};
use crate::texts::{Words, fill};
use crate::view::view;

/// A page with its answers.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownPage {
    /// The page.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// Its answers, line by line.
    pub lines: Vec<ShownLine>,
}

/// A line of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum ShownLine {
    /// An answer.
    Answer(ShownAnswer),
    /// A section or a row of a repeating group begins; its answers follow.
    Heading(ShownHeading),
}

/// What stands over answers that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownHeading {
    /// The path of the section or row; the answers of a row stand below it.
    pub path: String,
    /// What names it: "shareholder 2: Zhang Min".
    pub title: Text,
    /// How many other headings it stands in, that of the page not counted.
    pub depth: usize,
    /// Whether it names a row.
    pub of_row: bool,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownAnswer {
    /// Where it stands.
    pub path: String,
    /// The path of the heading directly over it; blank where it is the page's own.
    pub under: String,
    /// What was asked.
    pub label: Text,
    /// What was answered; blank for nothing.
    pub value: Text,
    /// The files, where it is a material.
    pub files: Vec<FileView>,
    /// The lines, where it is a signature that was drawn.
    pub strokes: Strokes,
    /// Whether something is wrong with it.
    pub wrong: bool,
}

/// All answers of the pages on the way, in order. Notes say nothing here.
#[must_use]
pub fn pages(filling: &Filling) -> Vec<ShownPage> {
    let views = filling.pages().into_iter().filter_map(|id| filling.page(id));
    let pages = views.map(|view| {
        let mut lines = Lines::default();
        lines.all(&view.questions);
        ShownPage {
            id: view.page.id.clone(),
            title: view.page.title.clone(),
            lines: lines.said,
        }
    });
    pages.filter(|page| !page.lines.is_empty()).collect()
}

/// The answer at one path, where it is shown.
#[must_use]
pub fn lines_at(filling: &Filling, path: &str) -> Vec<ShownLine> {
    let mut lines = Lines::default();
    if let Some(question) = filling.question(path) {
        lines.push(&question);
    }
    lines.said
}

/// Lines while they are made.
#[derive(Default)]
struct Lines {
    said: Vec<ShownLine>,
    /// The paths of the headings that are open.
    open: Vec<String>,
}

impl Lines {
    fn all(&mut self, questions: &[QuestionView<'_>]) {
        questions.iter().for_each(|question| self.push(question));
    }

    fn push(&mut self, question: &QuestionView<'_>) {
        match &question.question.kind {
            Kind::Note { .. } => {}
            Kind::Section { .. } => {
                let title = question.question.label.clone();
                self.under(question.path.clone(), title, false, &question.questions);
            }
            Kind::Group { .. } => {
                if question.rows.is_empty() || !question.errors.is_empty() {
                    self.answer(question);
                }
                for (at, row) in question.rows.iter().enumerate() {
                    let title = row_title(question, at, row.title.as_deref());
                    self.under(row.path.clone(), title, true, &row.questions);
                }
            }
            _ => self.answer(question),
        }
    }

    /// What stands under a heading. A row is named whatever is in it; a section of notes says nothing.
    fn under(&mut self, path: String, title: Text, of_row: bool, questions: &[QuestionView<'_>]) {
        let before = self.said.len();
        self.said.push(ShownLine::Heading(ShownHeading {
            path: path.clone(),
            title,
            depth: self.open.len(),
            of_row,
        }));
        self.open.push(path);
        self.all(questions);
        self.open.pop();
        if !of_row && self.said.len() == before + 1 {
            self.said.pop();
        }
    }

    fn answer(&mut self, question: &QuestionView<'_>) {
        self.said.push(ShownLine::Answer(ShownAnswer {
            path: question.path.clone(),
            under: self.open.last().cloned().unwrap_or_default(),
            label: question.question.label.clone(),
            value: Text::new(question.display(Language::ZhCn), question.display(Language::En)),
            files: match question.question.kind {
                Kind::Material { .. } => files_of(question.value),
                _ => Vec::new(),
            },
            strokes: match question.question.kind {
                Kind::Signature {} => typed::strokes(question.value),
                _ => Strokes::new(),
            },
            wrong: !question.errors.is_empty(),
        }));
    }
}

/// What names a row: what it is, its number, and the answer that names it.
#[must_use]
pub fn row_title(group: &QuestionView<'_>, at: usize, title: Option<&QuestionView<'_>>) -> Text {
    let Kind::Group { row_label, .. } = &group.question.kind else {
        return Text::default();
    };
    let in_language = |language| {
        let named = title.map(|title| title.display(language)).unwrap_or_default();
        let numbered = capital(row_label.get(language));
        match (language, named.is_empty()) {
            (_, true) => format!("{numbered} {}", at + 1),
            (Language::ZhCn, false) => format!("{numbered} {}：{named}", at + 1),
            (Language::En, false) => format!("{numbered} {}: {named}", at + 1),
        }
    };
    Text::new(in_language(Language::ZhCn), in_language(Language::En))
}

/// The text with a capital, where it begins with an English letter: Chinese has none, and there are tables behind those of
/// other languages.
fn capital(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

/// The lines of a page as lists of facts: one list below each heading, and one for what follows beside it. The headings are of
/// the level `top`, those in others of the levels below.
pub fn lines_view(
    lines: Vec<ShownLine>,
    top: usize,
    class: &'static str,
    value: impl Fn(&ShownAnswer) -> AnyView,
) -> AnyView {
    struct List {
        under: String,
        heading: Option<ShownHeading>,
        facts: Vec<Fact>,
    }
    let mut lists: Vec<List> = Vec::new();
    for line in lines {
        match line {
            ShownLine::Heading(heading) => lists.push(List {
                under: heading.path.clone(),
                heading: Some(heading),
                facts: Vec::new(),
            }),
            ShownLine::Answer(answer) => {
                let fact = Fact::drawn(Words::from(&answer.label), value(&answer));
                match lists.last_mut().filter(|list| list.under == answer.under) {
                    Some(list) => list.facts.push(fact),
                    None => lists.push(List {
                        under: answer.under,
                        heading: None,
                        facts: vec![fact],
                    }),
                }
            }
        }
    }
    let lists = lists.into_iter().map(|list| {
        let title = list
            .heading
            .map(|shown| heading(top + shown.depth, class, None, Words::from(shown.title)));
        let facts = (!list.facts.is_empty()).then(|| view! { <Facts facts=list.facts/> });
        view! { <div class="shown-list">{title}{facts}</div> }
    });
    lists.collect_view().into_any()
}

/// The value of an answer, or that there is none.
pub fn value_view(answer: &ShownAnswer) -> AnyView {
    if !answer.strokes.is_empty() {
        return signature_view(&answer.strokes, fill::SIGNATURE_OF.into());
    }
    if answer.value.zh_cn.is_empty() {
        return view! { <span class="not-answered">{fill::NOT_ANSWERED}</span> }.into_any();
    }
    view! { <span class="answer-value">{Words::from(&answer.value)}</span> }.into_any()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use onehall_forms::{Context, Form};
    use onehall_protocol::drafts::Answers;
    use serde_json::json;

    use super::*;

    fn filling() -> Filling {
        let text = |text: &str| json!({"zh-CN": text, "en": text});
        let form = json!({"schema": "onehall-form/1", "code": "demo", "version": 1, "title": text("t"), "pages": [
            {"id": "note", "title": text("note"), "questions": [
                {"id": "read", "kind": "note", "label": text("read this")}]},
            {"id": "people", "title": text("people"), "questions": [
                {"id": "before", "kind": "section", "label": text("before"), "questions": [
                    {"id": "read_first", "kind": "note", "label": text("read this")}]},
                {"id": "people", "kind": "group", "label": text("people"), "row_label": text("person"),
                 "row_title": "name", "questions": [
                    {"id": "name", "kind": "text", "label": text("name"), "required": true},
                    {"id": "home", "kind": "section", "label": text("home"), "questions": [
                        {"id": "married", "kind": "yes_no", "label": text("married")}]}]},
                {"id": "outer", "kind": "section", "label": text("outer"), "questions": [
                    {"id": "inner", "kind": "section", "label": text("inner"), "questions": [
                        {"id": "one", "kind": "text", "label": text("one")}]},
                    {"id": "two", "kind": "text", "label": text("two")}]},
                {"id": "three", "kind": "text", "label": text("three")}]}]});
        let form = Form::from_value(&form).unwrap_or_else(|findings| panic!("{findings:?}"));
        let answers: Answers = [
            ("people", json!(["r1", "r2"])),
            ("people/r1/name", json!("张敏")),
            ("people/r1/married", json!(true)),
        ]
        .map(|(path, value)| (path.to_owned(), value))
        .into();
        let as_of = "2026-11-23".parse().unwrap_or_else(|error| panic!("{error}"));
        Filling::new(Arc::new(form), answers, Context::on(as_of))
    }

    #[test]
    fn rows_and_sections_are_named_and_their_answers_follow() {
        let pages = pages(&filling());
        assert_eq!(pages.len(), 1, "a page of notes says nothing: {pages:?}");
        let said: Vec<String> = pages[0]
            .lines
            .iter()
            .map(|line| match line {
                ShownLine::Heading(heading) => format!("{} {}", "#".repeat(heading.depth + 1), heading.title.en),
                ShownLine::Answer(answer) => format!(
                    "{}={}{} under {}",
                    answer.label.en,
                    answer.value.en,
                    if answer.wrong { "!" } else { "" },
                    answer.under
                ),
            })
            .collect();
        assert_eq!(
            said,
            [
                "# Person 1: 张敏",
                "name=张敏 under people/r1",
                "## home",
                "married=Yes under people/r1/home",
                "# Person 2",
                "name=! under people/r2",
                "## home",
                "married= under people/r2/home",
                "# outer",
                "## inner",
                "one= under inner",
                "two= under outer",
                "three= under "
            ]
        );
    }
}
