//! Answers as they are read: on the check, on a case.

use leptos::prelude::*;
use onehall_forms::{Filling, Kind, QuestionView};
use onehall_protocol::files::FileView;
use onehall_protocol::{Language, Text};

use super::typed;
use super::uploads::files_of;
use crate::design::content::{Fact, Facts};
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
    /// A row of a repeating group begins; its answers follow.
    Row {
        /// Where its answers stand: below this path.
        path: String,
        /// What names it: "shareholder 2: Zhang Min".
        title: Text,
    },
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownAnswer {
    /// Where it stands.
    pub path: String,
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
        let mut lines = Vec::new();
        for question in &view.questions {
            push(question, &mut lines);
        }
        ShownPage {
            id: view.page.id.clone(),
            title: view.page.title.clone(),
            lines,
        }
    });
    pages.filter(|page| !page.lines.is_empty()).collect()
}

/// The answer at one path, where it is shown.
#[must_use]
pub fn lines_at(filling: &Filling, path: &str) -> Vec<ShownLine> {
    let mut lines = Vec::new();
    if let Some(question) = filling.question(path) {
        push(&question, &mut lines);
    }
    lines
}

fn push(question: &QuestionView<'_>, lines: &mut Vec<ShownLine>) {
    let wrong = !question.errors.is_empty();
    match &question.question.kind {
        Kind::Note { .. } => {}
        Kind::Group { .. } => {
            if question.rows.is_empty() || wrong {
                lines.push(ShownLine::Answer(answer(question)));
            }
            for (at, row) in question.rows.iter().enumerate() {
                let title = row_title(question, at, row.title.as_deref());
                let path = format!("{}/{}", question.path, row.id);
                lines.push(ShownLine::Row { path, title });
                for inner in &row.questions {
                    push(inner, lines);
                }
            }
        }
        _ => lines.push(ShownLine::Answer(answer(question))),
    }
}

fn answer(question: &QuestionView<'_>) -> ShownAnswer {
    ShownAnswer {
        path: question.path.clone(),
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

/// The lines of a page as lists of facts: one list for each row of a group, below what names it.
pub fn lines_view(
    lines: Vec<ShownLine>,
    row: impl Fn(Words) -> AnyView,
    value: impl Fn(&ShownAnswer) -> AnyView,
) -> AnyView {
    let mut lists: Vec<(Option<Text>, Vec<Fact>)> = vec![(None, Vec::new())];
    let mut in_row = false;
    for line in lines {
        match line {
            ShownLine::Row { title, .. } => {
                in_row = true;
                lists.push((Some(title), Vec::new()));
            }
            ShownLine::Answer(answer) => {
                // The answers of a row stand under its path; the next question beside the group ends it.
                if in_row && !answer.path.contains('/') {
                    in_row = false;
                    lists.push((None, Vec::new()));
                }
                if let Some((_, facts)) = lists.last_mut() {
                    facts.push(Fact::drawn(Words::from(&answer.label), value(&answer)));
                }
            }
        }
    }
    lists.retain(|(title, facts)| title.is_some() || !facts.is_empty());
    let lists = lists.into_iter().map(|(title, facts)| {
        let title = title.map(|title| row(Words::from(title)));
        view! { <div class="shown-list">{title}<Facts facts=facts/></div> }
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
                {"id": "people", "kind": "group", "label": text("people"), "row_label": text("person"),
                 "row_title": "name", "questions": [
                    {"id": "name", "kind": "text", "label": text("name"), "required": true},
                    {"id": "married", "kind": "yes_no", "label": text("married")}]}]}]});
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
    fn rows_are_named_and_their_answers_follow() {
        let pages = pages(&filling());
        assert_eq!(pages.len(), 1, "a page of notes says nothing: {pages:?}");
        let said: Vec<String> = pages[0]
            .lines
            .iter()
            .map(|line| match line {
                ShownLine::Row { title, .. } => title.en.clone(),
                ShownLine::Answer(answer) => format!(
                    "{}={}{}",
                    answer.label.en,
                    answer.value.en,
                    if answer.wrong { "!" } else { "" }
                ),
            })
            .collect();
        assert_eq!(
            said,
            [
                "Person 1: 张敏",
                "name=张敏",
                "married=Yes",
                "Person 2",
                "name=!",
                "married="
            ]
        );
    }
}
