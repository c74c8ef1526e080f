//! What changed of a case's answers.

use std::collections::BTreeSet;

use onehall_protocol::drafts::Answers;
use serde_json::Value;

/// What is handed in: every answer that was asked for, changed or not, and all that is other than before; null for one
/// that was taken away.
pub(super) fn new_answers(before: &Answers, now: &Answers, asked: &BTreeSet<String>) -> Answers {
    let belongs = |path: &str| asked.iter().any(|asked| belongs(path, asked));
    let changed = now
        .iter()
        .filter(|(path, value)| belongs(path) || before.get(*path) != Some(*value))
        .map(|(path, value)| (path.clone(), value.clone()));
    let gone = before.keys().chain(asked).filter(|path| !now.contains_key(*path));
    let mut new = Answers::new();
    new.extend(changed.chain(gone.map(|path| (path.clone(), Value::Null))));
    new
}

/// Whether a path is what was asked for, or stands in its rows.
pub(super) fn belongs(path: &str, asked: &str) -> bool {
    path.strip_prefix(asked)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether all that stands at a path, or in its rows, is as it was.
pub(super) fn is_untouched(before: &Answers, now: &Answers, path: &str) -> bool {
    fn at<'a>(answers: &'a Answers, path: &'a str) -> impl Iterator<Item = (&'a String, &'a Value)> {
        answers.iter().filter(move |(inner, _)| belongs(inner, path))
    }
    at(before, path).eq(at(now, path))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_in_the_rows_of_what_was_asked_for_is_a_change_of_it() {
        let before: Answers = [("rows", json!(["r1"])), ("rows/r1/x", json!(7)), ("rowsy", json!(0))]
            .map(|(path, value)| (path.to_owned(), value))
            .into();
        let with = |path: &str, value: Value| {
            let mut now = before.clone();
            now.insert(path.to_owned(), value);
            now
        };
        assert!(is_untouched(&before, &before, "rows"));
        assert!(is_untouched(&before, &with("rowsy", json!(1)), "rows"));
        assert!(!is_untouched(&before, &with("rows/r1/x", json!(8)), "rows"));
        assert!(!is_untouched(&before, &with("rows/r1/y", json!(8)), "rows"));
        assert!(!is_untouched(&before, &Answers::new(), "rows"));
        assert!(is_untouched(&before, &before, "empty"));
    }

    #[test]
    fn all_that_was_asked_for_is_handed_in_and_besides_it_only_what_is_new() {
        let answers = |list: &[(&str, Value)]| -> Answers {
            list.iter()
                .map(|(path, value)| ((*path).to_owned(), value.clone()))
                .collect()
        };
        let before = answers(&[
            ("a", json!(1)),
            ("b", json!(2)),
            ("c", json!(3)),
            ("rows", json!(["r1"])),
            ("rows/r1/x", json!(7)),
            ("rowsy", json!(0)),
        ]);
        let mut now = before.clone();
        now.insert("b".to_owned(), json!(4));
        now.remove("c");
        let asked = ["rows", "empty"].map(str::to_owned).into();
        let expected = answers(&[
            ("b", json!(4)),
            ("c", Value::Null),
            ("empty", Value::Null),
            ("rows", json!(["r1"])),
            ("rows/r1/x", json!(7)),
        ]);
        assert_eq!(new_answers(&before, &now, &asked), expected);
    }
}
