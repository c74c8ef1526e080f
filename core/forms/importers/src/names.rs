//! Ids: readable, valid, each once.

use std::collections::{BTreeMap, BTreeSet};

/// The ids that are taken in one scope: the pages of a form, its questions, the questions of a group.
#[derive(Debug, Default, Clone)]
pub(crate) struct Names {
    taken: BTreeSet<String>,
    next: BTreeMap<String, u32>,
}

impl Names {
    /// A valid id that is not taken, as near to `wanted` as can be; made of `otherwise` where nothing of it can stay.
    pub(crate) fn take(&mut self, wanted: &str, otherwise: &str) -> String {
        let mut base = snake(wanted);
        if base.is_empty() {
            base = otherwise.to_owned();
        }
        if !base.starts_with(|first: char| first.is_ascii_lowercase()) {
            base = format!("{otherwise}_{base}");
        }
        if matches!(base.as_str(), "row" | "outer_row") {
            base = format!("{base}_{otherwise}");
        }
        // Room for a number behind it, in the 64 characters that an id may have.
        base.truncate(56);
        let base = base.trim_end_matches('_').to_owned();
        if self.taken.insert(base.clone()) {
            return base;
        }
        let mut number = self.next.get(&base).copied().unwrap_or(2);
        loop {
            let id = format!("{base}_{number}");
            number += 1;
            if self.taken.insert(id.clone()) {
                self.next.insert(base, number);
                return id;
            }
        }
    }
}

/// `firstName`, `First name`, `first-name`, `/first-name` as `first_name`. What is no ASCII letter or digit falls away.
pub(crate) fn snake(text: &str) -> String {
    let mut made = String::new();
    let mut before = ' ';
    for letter in text.chars().take(200) {
        if letter.is_ascii_alphanumeric() {
            let new_word = letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
            if new_word && !made.ends_with('_') {
                made.push('_');
            }
            made.push(letter.to_ascii_lowercase());
        } else if letter != '\'' && !made.is_empty() && !made.ends_with('_') {
            made.push('_');
        }
        before = letter;
    }
    made.trim_end_matches('_').to_owned()
}

/// A code of a form or material: lower-case letters, digits and hyphens.
pub(crate) fn code(text: &str, otherwise: &str) -> String {
    let mut code = snake(text).replace('_', "-");
    code.truncate(60);
    let code = code.trim_end_matches('-');
    if code.is_empty() {
        otherwise.to_owned()
    } else {
        code.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, code};

    #[test]
    fn ids_stay_readable_and_are_each_there_once() {
        let mut names = Names::default();
        let ids: Vec<String> = [
            "firstName",
            "First name",
            "first-name",
            "/first-name/",
            "",
            "3rd party",
            "row",
            "姓名",
            "applicant's",
        ]
        .iter()
        .map(|wanted| names.take(wanted, "question"))
        .collect();
        assert_eq!(
            ids,
            [
                "first_name",
                "first_name_2",
                "first_name_3",
                "first_name_4",
                "question",
                "question_3rd_party",
                "row_question",
                "question_2",
                "applicants"
            ]
        );
        let long = "x".repeat(500);
        assert!(names.take(&long, "question").len() <= 64 && names.take(&long, "question").len() <= 64);
        assert_eq!(code("Report a Théft!", "form"), "report-a-th-ft");
        assert_eq!(code("表格", "form"), "form");
    }
}
