//! What of a draft's answers the hall may not have yet, and what came to it from elsewhere meanwhile; without a page.

use std::collections::BTreeMap;

use onehall_protocol::drafts::{AnswerChange, Answers, DraftView, GivenAnswer};
use serde_json::Value;

/// Answers of a draft: those that this terminal gave, and those of others with where they came from; where that is not told,
/// from where the draft was changed last.
pub(super) fn by_origin(draft: &DraftView, answers: Answers) -> (Answers, Vec<GivenAnswer>) {
    let (mut own, mut theirs) = (Answers::new(), Vec::new());
    for (path, value) in answers {
        let origin = draft.latest.iter().find(|origin| origin.path == path);
        // What the hall filled in is nobody's news, and says so at its question.
        let filled_in = draft.prefilled.iter().any(|one| one.path == path);
        if filled_in || origin.is_some_and(|origin| origin.own) {
            own.insert(path, value);
            continue;
        }
        let last = (draft.summary.terminal, draft.summary.updated_at);
        let (terminal, at) = origin.map_or(last, |origin| (origin.terminal, origin.at));
        theirs.push(GivenAnswer {
            path,
            value,
            terminal,
            at,
        });
    }
    (own, theirs)
}

/// What differs in `there` from `here`: new values, and null for what is not there any more.
pub(super) fn differences(here: &Answers, there: &Answers) -> Answers {
    let changed = there.iter().filter(|(path, value)| here.get(*path) != Some(*value));
    let gone = here.keys().filter(|path| !there.contains_key(*path));
    let mut differences = Answers::new();
    differences.extend(changed.map(|(path, value)| (path.clone(), value.clone())));
    differences.extend(gone.map(|path| (path.clone(), Value::Null)));
    differences
}

/// Changes that the backend may not have yet, and what it is known to have.
#[derive(Debug, Default)]
pub(super) struct Unsaved {
    known: Answers,
    pub(super) changes: BTreeMap<String, (Value, u64)>,
    turn: u64,
    handed: u64,
}

impl Unsaved {
    pub(super) fn over(known: Answers) -> Unsaved {
        Unsaved {
            known,
            ..Unsaved::default()
        }
    }

    pub(super) fn note(&mut self, changes: &[AnswerChange]) -> u64 {
        self.turn += 1;
        for change in changes {
            self.changes
                .insert(change.path.clone(), (change.value.clone(), self.turn));
        }
        self.turn
    }

    /// The core has everything up to this turn: what it says from now on counts for it.
    pub(super) fn handed_over(&mut self, turn: u64) {
        self.handed = self.handed.max(turn);
    }

    /// The backend has all that the core had.
    pub(super) fn all_saved(&mut self) {
        let handed = self.handed;
        let saved = |_: &String, (_, turn): &mut (Value, u64)| *turn <= handed;
        for (path, (value, _)) in self.changes.extract_if(.., saved) {
            self.known.insert(path, value);
        }
    }

    /// How far it is: as long as this is the same, nothing was changed here and nothing was saved.
    pub(super) fn stand(&self) -> (u64, usize) {
        (self.turn, self.changes.len())
    }

    /// The backend has these answers of another terminal.
    pub(super) fn heard(&mut self, answers: &[GivenAnswer]) {
        let answers = answers.iter().map(|one| (one.path.clone(), one.value.clone()));
        self.known.extend(answers);
    }

    /// This terminal gave these answers before. Gives those of them that are not being changed here.
    pub(super) fn heard_own(&mut self, mut answers: Answers) -> Answers {
        answers.retain(|path, _| !self.changes.contains_key(path));
        let own = answers.iter().map(|(path, value)| (path.clone(), value.clone()));
        self.known.extend(own);
        answers
    }

    pub(super) fn left(&self) -> Vec<LeftAnswer> {
        let left = |(path, (value, _)): (&String, &(Value, u64))| LeftAnswer {
            path: path.clone(),
            value: value.clone(),
            before: self.known.get(path).cloned().unwrap_or_default(),
        };
        self.changes.iter().map(left).collect()
    }
}

/// An answer that was not saved when a session ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeftAnswer {
    path: String,
    value: Value,
    /// What the backend had.
    before: Value,
}

/// Of what was left: the changes to make again, and how many answers the backend now knows otherwise than before. Those
/// stay as they are there: another terminal decided meanwhile, and nothing is overwritten in silence.
pub(super) fn taken_up(left: Vec<LeftAnswer>, stored: &Answers) -> (Vec<(String, Value)>, usize) {
    let now = |path: &str| stored.get(path).cloned().unwrap_or_default();
    let all = left.len();
    let mine = left
        .into_iter()
        .filter(|answer| [&answer.before, &answer.value].contains(&&now(&answer.path)));
    let mine: Vec<_> = mine.map(|answer| (answer.path, answer.value)).collect();
    let theirs = all - mine.len();
    (mine, theirs)
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Timestamp;
    use onehall_protocol::identity::TerminalKind;
    use serde_json::json;

    use super::*;

    fn change(path: &str, value: Value) -> Vec<AnswerChange> {
        vec![AnswerChange {
            path: path.to_owned(),
            value,
        }]
    }

    fn answers(list: &[(&str, Value)]) -> Answers {
        list.iter()
            .map(|(path, value)| ((*path).to_owned(), value.clone()))
            .collect()
    }

    #[test]
    fn what_is_typed_while_a_save_ends_still_counts_as_unsaved() {
        let mut unsaved = Unsaved::default();
        let first = unsaved.note(&change("name", json!("a")));
        unsaved.handed_over(first);
        unsaved.note(&change("phone", json!("b")));
        unsaved.all_saved();
        assert_eq!(unsaved.changes.keys().collect::<Vec<_>>(), ["phone"]);
    }

    #[test]
    fn a_reading_from_before_a_change_or_a_save_is_told_from_one_after_it() {
        let mut unsaved = Unsaved::default();
        let nothing = unsaved.stand();
        let turn = unsaved.note(&change("name", json!("a")));
        let changed = unsaved.stand();
        assert_ne!(changed, nothing);
        unsaved.handed_over(turn);
        assert_eq!(unsaved.stand(), changed);
        unsaved.all_saved();
        assert_ne!(unsaved.stand(), changed, "it was read before it was saved");
        let saved = unsaved.stand();
        unsaved.heard(&[GivenAnswer {
            path: "phone".to_owned(),
            value: json!("1"),
            terminal: TerminalKind::Kiosk,
            at: Timestamp::from_unix_millis(0),
        }]);
        assert_eq!(unsaved.stand(), saved);
    }

    #[test]
    fn what_was_left_is_taken_up_but_for_what_another_terminal_decided() {
        let mut unsaved = Unsaved::over(answers(&[("name", json!("a")), ("phone", json!("1"))]));
        let turn = unsaved.note(&change("city", json!("saved")));
        unsaved.handed_over(turn);
        unsaved.all_saved();
        unsaved.note(&change("name", json!("ab")));
        unsaved.note(&change("phone", json!("2")));
        unsaved.note(&change("city", Value::Null));
        let stored = answers(&[
            ("name", json!("a")),
            ("phone", json!("elsewhere")),
            ("city", json!("saved")),
        ]);
        let (mine, theirs) = taken_up(unsaved.left(), &stored);
        assert_eq!(
            mine,
            [("city".to_owned(), Value::Null), ("name".to_owned(), json!("ab"))]
        );
        assert_eq!(theirs, 1);
    }

    #[test]
    fn an_answer_of_this_terminal_is_no_news_and_takes_nothing_that_is_being_changed() {
        let text = json!({"zh-CN": "一", "en": "one"});
        let at = "2026-11-26T01:00:00.000Z";
        let origin = |path: &str, own: bool| json!({"path": path, "terminal": "browser", "at": at, "own": own});
        let draft = json!({"id": "01935a00-0000-7000-8000-0000000000d1", "item": "passport", "item_name": text,
            "updated_at": at, "terminal": "browser", "form": {"code": "passport", "version": 1}, "revision": 3,
            "principal": {"id": "01935a00-0000-7000-8000-000000000001", "kind": "citizen", "name": "张敏"},
            "answers": {}, "latest": [origin("photo", true), origin("phone", false)]});
        let draft: DraftView = serde_json::from_value(draft).unwrap_or_else(|error| panic!("{error}"));
        let came = answers(&[("photo", json!(["file"])), ("phone", json!("2")), ("old", json!(1))]);
        let (own, theirs) = by_origin(&draft, came);
        assert_eq!(own, answers(&[("photo", json!(["file"]))]));
        let theirs: Vec<_> = theirs.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(
            theirs,
            ["old", "phone"],
            "of what is not known it is not said that it is one's own"
        );

        let mut unsaved = Unsaved::default();
        unsaved.note(&change("photo", json!(["another"])));
        assert_eq!(unsaved.heard_own(own), Answers::new());
    }

    #[test]
    fn what_another_terminal_took_away_is_taken_away_here() {
        let here = answers(&[("a", json!(1)), ("b", json!(2)), ("c", json!(3))]);
        let there = answers(&[("a", json!(1)), ("b", json!(5)), ("d", json!(4))]);
        let expected = answers(&[("b", json!(5)), ("c", Value::Null), ("d", json!(4))]);
        assert_eq!(differences(&here, &there), expected);
    }
}
