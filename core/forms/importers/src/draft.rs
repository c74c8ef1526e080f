//! A definition while it is made.

use std::collections::BTreeMap;

use onehall_forms::{Check, Choice, ComputedFormat, Definition, Kind, NoteTone, Page, Question, SCHEMA, asked};
use onehall_protocol::{FormCode, Text};
use serde_json::{Value, json};

use crate::finding::{ImportFinding, Report, refused};
use crate::kinds::{self, Wanted};
use crate::names::{self, Names};
use crate::rules;
use crate::text::{self, Texts};

/// The most pages and questions of a form, and options of one question.
pub(crate) const MOST_PAGES: usize = 2_000;
const MOST_QUESTIONS: usize = 20_000;
const MOST_OPTIONS: usize = 10_000;
/// The most values in all rules together.
const MOST_IN_RULES: usize = 1_000_000;

/// What an importer works on.
pub(crate) struct Draft {
    pub(crate) report: Report,
    pub(crate) texts: Texts,
    pub(crate) title: Option<Text>,
    pub(crate) code: Option<String>,
    pub(crate) pages: Vec<Page>,
    pub(crate) page_names: Names,
    pub(crate) question_names: Names,
    /// Where in the source pages (`page:id`) and questions (`group/question`) come from.
    pub(crate) origins: BTreeMap<String, String>,
    questions: usize,
    options: usize,
    rules: usize,
}

impl Draft {
    pub(crate) fn new(language: &str) -> Draft {
        Draft {
            report: Report::default(),
            texts: Texts::new(language),
            title: None,
            code: None,
            pages: Vec::new(),
            page_names: Names::default(),
            question_names: Names::default(),
            origins: BTreeMap::new(),
            questions: 0,
            options: 0,
            rules: 0,
        }
    }

    /// A question as it stands before conditions are put to it.
    pub(crate) fn question(
        &mut self,
        id: String,
        groups: &[String],
        label: Text,
        kind: Kind,
        path: &str,
    ) -> Result<Question, ImportFinding> {
        self.questions += 1;
        if self.questions > MOST_QUESTIONS {
            return Err(refused(
                path,
                "too_many_questions",
                format!("a form of more than {MOST_QUESTIONS} questions is not imported"),
            ));
        }
        let place = groups
            .iter()
            .chain([&id])
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("/");
        self.origins.insert(place, path.to_owned());
        Ok(Question {
            id,
            label,
            help: kinds::help(&kind),
            required: false,
            required_when: None,
            visible_when: None,
            valid_when: Vec::new(),
            sensitive: false,
            prefill: None,
            kind,
        })
    }

    /// A text to read.
    pub(crate) fn note(
        &mut self,
        names: &mut Names,
        groups: &[String],
        text: Text,
        tone: NoteTone,
        path: &str,
    ) -> Result<Question, ImportFinding> {
        let id = names.take("note", "note");
        let kind = kinds::kind(Wanted::Note(tone), path, &mut self.report);
        self.question(id, groups, text, kind, path)
    }

    /// Questions under a heading.
    pub(crate) fn section(
        &mut self,
        names: &mut Names,
        groups: &[String],
        heading: Heading<'_>,
        questions: Vec<Question>,
        path: &str,
    ) -> Result<Question, ImportFinding> {
        // Behind a question of the same name, which conditions of the source may name.
        let id = names.take(&format!("{} section", heading.name), "section");
        let mut section = self.question(id, groups, heading.title, Kind::Section { questions }, path)?;
        section.help = heading.help;
        Ok(section)
    }

    /// A value that rules read and nobody sees.
    pub(crate) fn hidden(
        &mut self,
        id: String,
        groups: &[String],
        label: Text,
        value: Value,
        path: &str,
    ) -> Result<Question, ImportFinding> {
        let kind = Kind::Computed {
            value,
            format: ComputedFormat::Hidden,
        };
        self.question(id, groups, label, kind, path)
    }

    /// Counts what a rule is made of: short conditions that many questions hang on make long forms.
    pub(crate) fn count_rule(&mut self, rule: &Value, path: &str) -> Result<(), ImportFinding> {
        self.count_size(rules::size(rule), path)
    }

    /// As [`Draft::count_rule`], by the number of values.
    pub(crate) fn count_size(&mut self, size: usize, path: &str) -> Result<(), ImportFinding> {
        self.rules = self.rules.saturating_add(size);
        if self.rules > MOST_IN_RULES {
            let message = format!("its conditions, written out, have more than {MOST_IN_RULES} values");
            return Err(refused(path, "too_large", message));
        }
        Ok(())
    }

    /// Puts values that only rules read where they are always there: at the end of a page that everybody sees, so that no
    /// place moves; else on a page of their own, on which nobody sees anything.
    pub(crate) fn put_hidden(&mut self, questions: Vec<Question>, path: &str) {
        if questions.is_empty() {
            return;
        }
        if let Some(page) = self.pages.iter_mut().find(|page| page.visible_when.is_none()) {
            page.questions.extend(questions);
            return;
        }
        let mut page = self.page("routing", Text::new("路径", "Path"), path);
        page.questions = questions;
        self.pages.push(page);
    }

    /// Counts options, which a file may have many of.
    pub(crate) fn count_options(&mut self, count: usize, path: &str) -> Result<(), ImportFinding> {
        self.options += count;
        if count > MOST_OPTIONS || self.options > 20 * MOST_OPTIONS {
            return Err(refused(
                path,
                "too_many_options",
                format!("more than {MOST_OPTIONS} options of one question are not imported"),
            ));
        }
        Ok(())
    }

    /// An empty page, not yet part of the form.
    pub(crate) fn page(&mut self, wanted: &str, title: Text, path: &str) -> Page {
        let id = self.page_names.take(wanted, "page");
        self.origins.insert(format!("page:{id}"), path.to_owned());
        Page {
            id,
            title,
            help: None,
            visible_when: None,
            questions: Vec::new(),
            next: Vec::new(),
        }
    }

    /// The definition, before the engine has looked at it.
    pub(crate) fn definition(&mut self, code: Option<&str>) -> Result<Definition, ImportFinding> {
        if self.pages.iter().all(|page| page.questions.is_empty()) {
            return Err(refused("", "no_questions", "there is no question in it"));
        }
        self.pages.retain(|page| !page.questions.is_empty());
        if self.pages.len() > MOST_PAGES {
            return Err(too_many_pages());
        }
        let title = self
            .title
            .clone()
            .or_else(|| self.pages.first().map(|page| page.title.clone()))
            .unwrap_or_else(|| Text::new("…", "…"));
        let wanted = code
            .map(str::to_owned)
            .or(self.code.clone())
            .unwrap_or_else(|| title.en.clone());
        let code = names::code(&wanted, "form");
        let code: FormCode = code
            .parse()
            .map_err(|_| refused("", "bad_code", format!("`{code}` is no code of a form")))?;
        Ok(Definition {
            schema: SCHEMA.to_owned(),
            code,
            version: 1,
            title,
            pages: std::mem::take(&mut self.pages),
            code_tables: BTreeMap::new(),
        })
    }
}

/// The refusal of a form with more pages than are imported.
pub(crate) fn too_many_pages() -> ImportFinding {
    refused(
        "",
        "too_many_pages",
        format!("a form of more than {MOST_PAGES} pages is not imported"),
    )
}

/// An option.
pub(crate) fn choice(value: String, label: Text) -> Choice {
    Choice {
        value,
        label,
        help: None,
        visible_when: None,
    }
}

/// What must hold of an answer, and what is said where it does not.
pub(crate) fn check(rule: Value, message: Text) -> Check {
    Check { rule, message }
}

/// How many sections of a source may nest on a page or in a row before their titles are only read.
pub(crate) const SECTIONS: usize = 3;

/// What stands over a section.
pub(crate) struct Heading<'a> {
    /// What the source calls the section.
    pub(crate) name: &'a str,
    pub(crate) title: Text,
    pub(crate) help: Option<Text>,
}

impl Heading<'_> {
    /// The same as a text to read, where there is no section.
    pub(crate) fn in_one(self) -> Text {
        text::under(self.title, self.help)
    }
}

/// The question or section at these steps: page, question, question in the group or section …
pub(crate) fn question_at<'q>(pages: &'q mut [Page], steps: &[usize]) -> Option<&'q mut Question> {
    let (page, rest) = steps.split_first()?;
    let (first, inner) = rest.split_first()?;
    let mut question = pages.get_mut(*page)?.questions.get_mut(*first)?;
    for step in inner {
        let (Kind::Group { questions, .. } | Kind::Section { questions }) = &mut question.kind else {
            return None;
        };
        question = questions.get_mut(*step)?;
    }
    Some(question)
}

/// That there are so many rows where there is any: a check of a group that may be left empty.
pub(crate) fn rows_at_least(min: u32, reference: &str) -> Option<Check> {
    let message = Text::new(format!("至少 {min} 项。"), format!("At least {min} of them."));
    let rule = json!({">=": [{"count": rules::var(reference)}, min]});
    (min > 1).then(|| check(rule, message))
}

/// A group, where a row is asked these questions.
pub(crate) fn group(questions: Vec<Question>, min_rows: u32, max_rows: Option<u32>, row_label: Text) -> Kind {
    let most = max_rows.map(|most| most.clamp(1, 1_000));
    let row_title = asked(&questions)
        .find(|question| matches!(question.kind, Kind::Text { .. } | Kind::Choice { .. }))
        .map(|question| question.id.clone());
    Kind::Group {
        questions,
        min_rows: min_rows.min(most.unwrap_or(50)),
        max_rows: most,
        row_label,
        row_title,
    }
}
