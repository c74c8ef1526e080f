//! The answers of a page while they are given: what every question reads and changes, whoever keeps them.

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use onehall_client::citizen::UploadTo;
use onehall_forms::{AnswerCode, AnswerFault, Changed, Filling, message};
use onehall_protocol::drafts::{AnswerChange, Answers, Prefilled};
use onehall_protocol::{FieldError, Language};
use serde_json::Value;

use super::chinese::candidates;
use super::control_id;
use super::elsewhere::Elsewhere;
use super::prefilled::{Sources, by_path};
use super::shown::row_title;
use super::uploads::Uploads;
use crate::design::errors::SummaryLine;
use crate::design::keyboard::write_chinese;
use crate::texts::Words;
use crate::view::memo;

/// Answers that are being given. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Answering {
    /// The form with its answers, and all that follows from them.
    pub filling: RwSignal<Filling>,
    /// Answers that the hall filled in and that nobody changed or confirmed yet, by path: from where.
    pub prefilled: RwSignal<Sources>,
    /// What other terminals did to the answers.
    pub elsewhere: Elsewhere,
    /// Where files go.
    pub uploads: Uploads,
    /// Rows of repeating groups that are open to be changed, by path.
    pub open_rows: RwSignal<BTreeSet<String>>,
    /// Questions that were left, or asked for by Continue: only their faults are shown.
    shown: RwSignal<BTreeSet<String>>,
    /// What the backend found wrong with an answer, until it is changed.
    refused: RwSignal<BTreeMap<String, AnswerCode>>,
    /// Keeps what changed.
    keep: Callback<Vec<AnswerChange>>,
}

impl Answering {
    /// Answers to start from. `keep` gets every change of the citizen's.
    pub fn new(
        filling: Filling,
        prefilled: Vec<Prefilled>,
        to: UploadTo,
        keep: Callback<Vec<AnswerChange>>,
    ) -> Answering {
        write_chinese(candidates);
        Answering {
            filling: RwSignal::new(filling),
            prefilled: RwSignal::new(by_path(prefilled)),
            elsewhere: Elsewhere::default(),
            uploads: Uploads::new(to),
            open_rows: RwSignal::default(),
            shown: RwSignal::default(),
            refused: RwSignal::default(),
            keep,
        }
    }

    /// Takes an answer of the citizen's; null takes it away.
    pub fn change(self, path: &str, value: Value) {
        if let Some(changed) = self.filling.try_update(|filling| filling.set(path, value)) {
            self.changed(changed);
        }
    }

    /// Adds a row to a group, and gives its id.
    pub fn add_row(self, group: &str) -> Option<String> {
        let random = random_bits();
        let (id, changed) = self.filling.try_update(|filling| {
            let id = filling.new_row_id(group, random);
            let changed = filling.add_row(group, &id);
            (id, changed)
        })?;
        self.changed(changed);
        Some(id)
    }

    /// Removes a row of a group, with its answers.
    pub fn remove_row(self, group: &str, row: &str) {
        let changed = self.filling.try_update(|filling| filling.remove_row(group, row));
        self.changed(changed.unwrap_or_default());
    }

    fn changed(self, changed: Changed) {
        let paths = || changed.answers.iter().map(|change| &change.path);
        if self
            .prefilled
            .with_untracked(|prefilled| paths().any(|path| prefilled.contains_key(path)))
        {
            self.prefilled
                .update(|prefilled| prefilled.retain(|path, _| !paths().any(|other| other == path)));
        }
        if self
            .refused
            .with_untracked(|refused| paths().any(|path| refused.contains_key(path)))
        {
            self.refused
                .update(|refused| refused.retain(|path, _| !paths().any(|other| other == path)));
        }
        for change in &changed.answers {
            self.answered_here(&change.path, &change.value);
        }
        if !changed.answers.is_empty() {
            self.keep.run(changed.answers);
        }
    }

    /// Keeps answers as they are: the citizen said that they are right.
    pub(super) fn keep(self, answers: Vec<AnswerChange>) {
        self.keep.run(answers);
    }

    /// Takes answers that another terminal gave. They are not the citizen's change: nothing is kept anew.
    pub fn merge(self, answers: Answers) {
        self.prefilled
            .update(|prefilled| prefilled.retain(|path, _| !answers.contains_key(path)));
        self.filling.update(|filling| {
            filling.set_all(answers);
        });
    }

    /// The answer at a path.
    pub fn answer(self, path: String) -> Memo<Option<Value>> {
        memo(move |_| self.filling.with(|filling| filling.answer(&path).cloned()))
    }

    /// The answer now, without following it.
    pub fn answer_now(self, path: &str) -> Option<Value> {
        // An upload may end after its page is gone.
        self.filling
            .try_with_untracked(|filling| filling.answer(path).cloned())
            .flatten()
    }

    /// Whether the page of these answers is gone.
    pub(super) fn is_gone(self) -> bool {
        self.filling.try_with_untracked(|_| ()).is_none()
    }

    /// Whether an answer is required.
    pub fn required(self, path: String) -> Memo<bool> {
        memo(move |_| {
            self.filling
                .with(|filling| filling.question(&path).is_some_and(|question| question.required))
        })
    }

    /// The question was left: its fault may be shown, if something was answered. What is still empty is not called
    /// missing before Continue is pressed.
    pub fn left(self, path: &str) {
        if self.answer_now(path).is_some() {
            self.show([path.to_owned()]);
        }
    }

    /// Shows the faults of these questions from now on.
    pub fn show(self, paths: impl IntoIterator<Item = String>) {
        let mut paths: Vec<String> = paths.into_iter().collect();
        self.shown
            .with_untracked(|shown| paths.retain(|path| !shown.contains(path)));
        if !paths.is_empty() {
            self.shown.update(|shown| shown.extend(paths));
        }
    }

    /// Marks what the backend refused.
    pub fn refuse(self, fields: &[FieldError]) {
        let mut refused = BTreeMap::new();
        refused.extend(fields.iter().map(|field| {
            let code = AnswerCode::named(&field.code).unwrap_or(AnswerCode::WrongType);
            (field.path.clone(), code)
        }));
        self.refused.set(refused);
    }

    /// What the backend refused, path by path.
    pub fn refused(self) -> RwSignal<BTreeMap<String, AnswerCode>> {
        self.refused
    }

    /// What is wrong with the answer at a path and may be shown now.
    pub fn error(self, path: String) -> Signal<Option<Words>> {
        let fault = memo(move |_| {
            if let Some(code) = self.refused.with(|refused| refused.get(&path).copied()) {
                return Some((path.clone(), code.into()));
            }
            if !self.shown.with(|shown| shown.contains(&path)) {
                return None;
            }
            let fault = self.filling.with(|filling| {
                filling
                    .question(&path)
                    .and_then(|question| question.errors.first().copied())
            });
            fault.map(|fault| (path.clone(), fault))
        });
        Signal::derive(move || fault.get().map(|(path, fault)| self.fault_words(path, fault)))
    }

    fn fault_words(self, path: String, fault: AnswerFault) -> Words {
        Words::made(move |language| {
            self.filling.with_untracked(|filling| {
                let question = filling.form().question(&path);
                question.map_or_else(String::new, |question| {
                    message(question, fault, filling.context(), language)
                })
            })
        })
    }

    /// All that is wrong with these answers, as the lines of a summary; from now on it is shown at the questions, too.
    pub fn point_out(self, errors: &[FieldError]) -> Vec<SummaryLine> {
        self.show(errors.iter().map(|error| error.path.clone()));
        let rows: Vec<String> = errors.iter().flat_map(|error| rows_around(&error.path)).collect();
        if !rows.is_empty() {
            self.open_rows.update(|open| open.extend(rows));
        }
        errors.iter().cloned().map(|error| self.summary_line(error)).collect()
    }

    /// An error as a line of a summary: which question, and what is wrong with it.
    pub fn summary_line(self, error: FieldError) -> SummaryLine {
        let field = Some(control_id(&error.path));
        let words = Words::made(move |language| {
            self.filling.with_untracked(|filling| {
                let said = filling.message(&error, language);
                said_of(&named(filling, &error.path, language), &said, language)
            })
        });
        SummaryLine { field, words }
    }
}

/// What a question asks, and of which row.
#[must_use]
pub fn named(filling: &Filling, path: &str, language: Language) -> String {
    let question = filling.form().question(path);
    let label = question.map(|question| question.label.get(language));
    let row = row_name(filling, path, language);
    let named: Vec<&str> = row.as_deref().into_iter().chain(label).collect();
    named.join(" · ")
}

/// Which question, and what is wrong with it. A label that asks ends with its own sign.
fn said_of(label: &str, said: &str, language: Language) -> String {
    match (language, label.ends_with(['?', '？'])) {
        (Language::ZhCn, true) => format!("{label}{said}"),
        (Language::ZhCn, false) => format!("{label}：{said}"),
        (Language::En, true) => format!("{label} {said}"),
        (Language::En, false) => format!("{label}: {said}"),
    }
}

/// What names the row that a path stands in.
fn row_name(filling: &Filling, path: &str, language: Language) -> Option<String> {
    let row = rows_around(path).pop()?;
    let (group, id) = row.rsplit_once('/')?;
    let group = filling.question(group)?;
    let at = group.rows.iter().position(|row| row.id == id)?;
    let title = row_title(&group, at, group.rows[at].title.as_deref());
    Some(title.get(language).to_owned())
}

/// The paths of the rows that a path stands in, the outermost first: `a/r1/b/r2/c` stands in `a/r1` and `a/r1/b/r2`.
fn rows_around(path: &str) -> Vec<String> {
    let parts: Vec<&str> = path.split('/').collect();
    (2..parts.len()).step_by(2).map(|end| parts[..end].join("/")).collect()
}

fn random_bits() -> u64 {
    let half = || (js_sys::Math::random() * f64::from(u32::MAX)) as u64;
    half() << 32 | half()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_stands_in_its_rows() {
        assert_eq!(rows_around("a/r1/b/r2/c"), ["a/r1", "a/r1/b/r2"]);
        assert_eq!(rows_around("a/r1/c"), ["a/r1"]);
        assert!(rows_around("a").is_empty());
    }
}
