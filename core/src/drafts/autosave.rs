//! When changed answers are sent, as a state machine without I/O: what is pending, what is under way, what to do next.

use std::collections::BTreeMap;

use onehall_client::SaveState;
use onehall_client::citizen::Keep;
use onehall_protocol::drafts::{AnswerChange, AnswerConflict, Answers, DraftSaved, SaveDraft};
use onehall_protocol::{CoreError, ErrorCode, Timestamp, WriterId};
use serde_json::Value;

use super::Unsent;

/// What the driver has to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Send this, and report how it went.
    Send(SaveDraft),
    /// Nothing: everything is saved, or the citizen has to decide.
    Rest,
}

/// The saving of one draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Autosave {
    writer: WriterId,
    revision: u64,
    page: Option<String>,
    page_dirty: bool,
    pending: BTreeMap<String, Value>,
    sent: Option<BTreeMap<String, Value>>,
    conflicts: Vec<AnswerConflict>,
    refused: Option<CoreError>,
    failures: u32,
    saved_at: Timestamp,
    /// Whether what waits is on the terminal's disk, too.
    kept: bool,
}

impl Autosave {
    /// The saving of a draft as the backend just gave it.
    #[must_use]
    pub fn new(writer: WriterId, revision: u64, saved_at: Timestamp) -> Autosave {
        Autosave {
            writer,
            revision,
            page: None,
            page_dirty: false,
            pending: BTreeMap::new(),
            sent: None,
            conflicts: Vec::new(),
            refused: None,
            failures: 0,
            saved_at,
            kept: false,
        }
    }

    /// The saving of a draft whose answers were left waiting by a core that is gone.
    #[must_use]
    pub fn resumed(unsent: Unsent) -> Autosave {
        let mut autosave = Autosave::new(unsent.writer, unsent.revision, Timestamp::from_unix_millis(0));
        autosave.take_up(unsent);
        autosave
    }

    /// Takes answers up that were left waiting. What was answered here since is newer.
    pub fn take_up(&mut self, unsent: Unsent) {
        for (path, value) in unsent.changes {
            let newer = self.sent.as_ref().is_some_and(|sent| sent.contains_key(&path));
            if !newer {
                self.pending.entry(path).or_insert(value);
            }
        }
        if self.page.is_none() && unsent.page.is_some() {
            self.page = unsent.page;
            self.page_dirty = true;
        }
        if self.sent.is_none() && self.failures == 0 {
            // Judged from where it was written: an answer that another terminal gave since is a conflict, not overwritten.
            self.revision = self.revision.min(unsent.revision);
        }
    }

    /// All that waits, to be kept on the terminal; none where nothing does.
    #[must_use]
    pub fn unsent(&self) -> Option<Unsent> {
        let changes: Answers = self
            .sent
            .iter()
            .flatten()
            .chain(&self.pending)
            .map(clone_pair)
            .collect();
        (!changes.is_empty()).then(|| Unsent {
            writer: self.writer,
            revision: self.revision,
            page: self.page.clone(),
            changes,
        })
    }

    /// How many answers wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let under_way = self.sent.iter().flatten();
        self.pending.len() + under_way.filter(|(path, _)| !self.pending.contains_key(*path)).count()
    }

    /// What waits is on the terminal's disk now, or could not be kept there.
    pub fn kept(&mut self, kept: bool) {
        self.kept = kept;
    }

    /// Takes changes of the citizen; a later answer to the same question replaces one that was not sent yet.
    pub fn change(&mut self, changes: Vec<AnswerChange>, page: Option<String>) {
        self.kept = false;
        for change in changes {
            // An answer given again after a conflict is a decision for it.
            self.conflicts.retain(|conflict| conflict.path != change.path);
            self.pending.insert(change.path, change.value);
        }
        if page.is_some() && page != self.page {
            self.page = page;
            self.page_dirty = true;
        }
        // Whatever was refused is tried again with the new answers.
        self.refused = None;
    }

    /// What to do now.
    pub fn next_step(&mut self) -> Step {
        let idle = self.pending.is_empty() && !self.page_dirty;
        if self.sent.is_some() || idle || !self.conflicts.is_empty() || self.refused.is_some() {
            return Step::Rest;
        }
        let sending = std::mem::take(&mut self.pending);
        let changes = sending
            .iter()
            .map(|(path, value)| AnswerChange {
                path: path.clone(),
                value: value.clone(),
            })
            .collect();
        self.sent = Some(sending);
        self.page_dirty = false;
        Step::Send(SaveDraft {
            base_revision: self.revision,
            writer: self.writer,
            changes,
            page: self.page.clone(),
        })
    }

    /// The backend took what was sent. Gives the answers of other terminals that came with it, but for those that the
    /// citizen is changing right now.
    pub fn saved(&mut self, saved: &DraftSaved) -> Answers {
        self.sent = None;
        self.failures = 0;
        self.revision = saved.revision;
        self.saved_at = saved.saved_at;
        let others = saved
            .others
            .iter()
            .filter(|(path, _)| !self.pending.contains_key(*path));
        let mut new = Answers::new();
        new.extend(others.map(clone_pair));
        new
    }

    /// What was sent did not arrive, or was not taken. Everything stays here.
    pub fn failed(&mut self, error: CoreError) {
        if let Some(mut sent) = self.sent.take() {
            // What the citizen changed meanwhile is newer than what was under way.
            sent.append(&mut self.pending);
            self.pending = sent;
        }
        self.page_dirty = self.page.is_some();
        if error.code == ErrorCode::DraftConflict {
            self.failures = 0;
            let conflicts = error.details.get("conflicts").cloned().unwrap_or_default();
            self.conflicts = crate::json::read_value(conflicts).unwrap_or_default();
            if self.conflicts.is_empty() {
                self.refused = Some(error);
            }
        } else if error.retryable {
            self.failures = self.failures.saturating_add(1);
        } else {
            self.failures = 0;
            self.refused = Some(error);
        }
    }

    /// The backend's draft was read anew at `revision`: the base of what is sent next. Needed before a conflict is
    /// decided, so that the decision is about what the backend holds now.
    pub fn read_anew(&mut self, revision: u64) {
        if self.sent.is_none() {
            self.revision = self.revision.max(revision);
        }
    }

    /// The citizen decided a conflict. Gives the answer that now stands, where it is not the terminal's own.
    pub fn resolve(&mut self, path: &str, keep: Keep) -> Option<(String, Value)> {
        let at = self.conflicts.iter().position(|conflict| conflict.path == path)?;
        let conflict = self.conflicts.remove(at);
        self.revision = self.revision.max(conflict.revision);
        if keep == Keep::Mine {
            return None;
        }
        self.pending.remove(path);
        Some((conflict.path, conflict.value))
    }

    /// How long to wait before the next try, in milliseconds, after failures: doubling from one second to 30.
    #[must_use]
    pub fn backoff(&self) -> Option<u32> {
        (self.failures > 0).then(|| 1000u32.saturating_mul(1 << (self.failures - 1).min(5)).min(30_000))
    }

    /// Whether changes wait here that the backend does not hold.
    #[must_use]
    pub fn unsaved(&self) -> bool {
        !self.pending.is_empty() || self.sent.is_some()
    }

    /// Lays what waits here over the answers that the backend holds: the draft as this terminal knows it.
    pub fn lay_over(&self, answers: &mut Answers) {
        let waiting = self.sent.iter().flatten().chain(&self.pending);
        for (path, value) in waiting {
            if value.is_null() {
                answers.remove(path);
            } else {
                answers.insert(path.clone(), value.clone());
            }
        }
    }

    /// Whether an answer waits here that the backend does not hold: the citizen changed or confirmed it.
    #[must_use]
    pub fn changes(&self, path: &str) -> bool {
        self.pending.contains_key(path) || self.sent.as_ref().is_some_and(|sent| sent.contains_key(path))
    }

    /// Whether nothing will be sent until the citizen does something.
    #[must_use]
    pub fn stuck(&self) -> Option<CoreError> {
        self.refused.clone()
    }

    /// Conflicts that wait for the citizen.
    #[must_use]
    pub fn conflicts(&self) -> &[AnswerConflict] {
        &self.conflicts
    }

    /// The revision that the backend last confirmed.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// What the citizen may be told, and nothing better.
    #[must_use]
    pub fn state(&self) -> SaveState {
        if let Some(error) = &self.refused {
            return SaveState::Refused { error: error.clone() };
        }
        if !self.conflicts.is_empty() {
            return SaveState::Conflict {
                conflicts: self.conflicts.clone(),
            };
        }
        match (self.unsaved(), self.failures > 0) {
            (false, _) => SaveState::Saved { at: self.saved_at },
            (true, true) => SaveState::Waiting { kept: self.kept },
            (true, false) => SaveState::Saving,
        }
    }

    /// When the backend last took something.
    #[must_use]
    pub fn saved_at(&self) -> Timestamp {
        self.saved_at
    }
}

fn clone_pair((path, value): (&String, &Value)) -> (String, Value) {
    (path.clone(), value.clone())
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Language;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn start() -> Autosave {
        Autosave::new(WriterId(uuid::Uuid::nil()), 1, Timestamp::from_unix_millis(0))
    }

    fn change(path: &str, value: Value) -> Vec<AnswerChange> {
        vec![AnswerChange {
            path: path.to_owned(),
            value,
        }]
    }

    fn saved(revision: u64) -> DraftSaved {
        DraftSaved {
            revision,
            saved_at: Timestamp::from_unix_millis(5),
            others: Answers::new(),
        }
    }

    fn error(code: ErrorCode) -> CoreError {
        CoreError::new(code, Language::En)
    }

    #[test]
    fn changes_made_while_a_save_is_under_way_are_sent_after_it() {
        let mut autosave = start();
        autosave.change(change("name", json!("a")), None);
        assert!(matches!(autosave.next_step(), Step::Send(_)));
        autosave.change(change("name", json!("b")), None);
        assert_eq!(autosave.next_step(), Step::Rest);
        autosave.saved(&saved(2));
        assert_eq!(autosave.state(), SaveState::Saving);
        let Step::Send(second) = autosave.next_step() else {
            panic!("nothing sent")
        };
        assert_eq!((second.base_revision, second.changes), (2, change("name", json!("b"))));
    }

    #[test]
    fn a_draft_read_anew_shows_what_waits_here() {
        let mut autosave = start();
        autosave.change(change("name", json!("sent")), None);
        autosave.change(change("old", Value::Null), None);
        autosave.next_step();
        autosave.change(change("phone", json!("pending")), None);
        let mut answers: Answers = [("name", "stored"), ("old", "stored"), ("other", "stored")]
            .map(|(path, value)| (path.to_owned(), json!(value)))
            .into();
        autosave.lay_over(&mut answers);
        let expected = [("name", "sent"), ("other", "stored"), ("phone", "pending")];
        assert_eq!(
            answers,
            expected.map(|(path, value)| (path.to_owned(), json!(value))).into()
        );
    }

    #[test]
    fn without_a_network_nothing_is_called_saved() {
        let mut autosave = start();
        autosave.change(change("name", json!("a")), None);
        autosave.next_step();
        autosave.failed(error(ErrorCode::Offline));
        assert_eq!(autosave.state(), SaveState::Waiting { kept: false });
        autosave.kept(true);
        assert_eq!(autosave.state(), SaveState::Waiting { kept: true });
        assert_eq!(autosave.backoff(), Some(1000));
        assert!(matches!(autosave.next_step(), Step::Send(_)));
    }

    #[test]
    fn a_conflict_waits_for_the_citizen_and_either_answer_can_stay() {
        let conflicts = json!({"conflicts": [{"path": "name", "value": "theirs", "revision": 7, "terminal": "kiosk", "at": "2026-11-23T00:00:00.000Z"}]});
        let conflict = CoreError {
            details: conflicts,
            ..error(ErrorCode::DraftConflict)
        };
        let mut autosave = start();
        autosave.change(change("name", json!("mine")), None);
        autosave.next_step();
        autosave.failed(conflict.clone());
        assert_eq!(autosave.next_step(), Step::Rest);

        let mut mine = autosave.clone();
        assert_eq!(mine.resolve("name", Keep::Mine), None);
        let Step::Send(again) = mine.next_step() else {
            panic!("nothing sent")
        };
        assert_eq!((again.base_revision, again.changes), (7, change("name", json!("mine"))));

        assert_eq!(
            autosave.resolve("name", Keep::Theirs),
            Some(("name".to_owned(), json!("theirs")))
        );
        assert!(!autosave.unsaved());
    }

    #[test]
    fn what_a_core_that_is_gone_left_waiting_is_sent_by_the_next_one() {
        let mut first = start();
        first.change(change("name", json!("sent")), Some("page".to_owned()));
        first.next_step();
        first.change(change("phone", json!("pending")), None);
        let unsent = first.unsent().unwrap_or_else(|| panic!("nothing waits"));
        let mut second = Autosave::resumed(unsent.clone());
        let Step::Send(all) = second.next_step() else {
            panic!("nothing sent")
        };
        assert_eq!((all.base_revision, all.writer, all.changes.len()), (1, first.writer, 2));
        assert_eq!(all.page.as_deref(), Some("page"));
        second.saved(&saved(2));
        assert_eq!(second.unsent(), None);

        // Who has answered anew meanwhile keeps the newer answer.
        let mut third = start();
        third.change(change("name", json!("newer")), None);
        third.take_up(unsent);
        let Step::Send(all) = third.next_step() else {
            panic!("nothing sent")
        };
        let names: Vec<_> = all
            .changes
            .iter()
            .map(|change| (change.path.as_str(), &change.value))
            .collect();
        assert_eq!(names, [("name", &json!("newer")), ("phone", &json!("pending"))]);
    }

    #[test]
    fn what_was_refused_is_kept_and_tried_again_with_the_next_change() {
        let mut autosave = start();
        autosave.change(change("name", json!("a")), None);
        autosave.next_step();
        autosave.failed(error(ErrorCode::NotLoggedIn));
        assert!(matches!(autosave.state(), SaveState::Refused { .. }));
        assert_eq!(autosave.next_step(), Step::Rest);
        autosave.change(change("phone", json!("b")), None);
        let Step::Send(all) = autosave.next_step() else {
            panic!("nothing sent")
        };
        assert_eq!(all.changes.len(), 2);
    }

    proptest! {
        /// Whatever happens on the way, the last answer to each question arrives.
        #[test]
        fn no_answer_is_lost_on_the_way(events in prop::collection::vec((0u8..4, 0u8..3, 0u32..100), 1..60)) {
            let mut autosave = start();
            let mut backend = Answers::new();
            let mut wanted = Answers::new();
            let mut revision = 1;
            let mut way: Option<SaveDraft> = None;
            let mut run = |autosave: &mut Autosave, way: &mut Option<SaveDraft>, arrives: bool, backend: &mut Answers| {
                let Some(sent) = way.take() else { return };
                if arrives {
                    revision += 1;
                    backend.extend(sent.changes.into_iter().map(|change| (change.path, change.value)));
                    autosave.saved(&saved(revision));
                } else {
                    autosave.failed(error(ErrorCode::Offline));
                }
            };
            for (event, path, value) in events {
                match event {
                    0 | 1 => {
                        let path = format!("q{path}");
                        wanted.insert(path.clone(), json!(value));
                        autosave.change(change(&path, json!(value)), None);
                    }
                    2 => run(&mut autosave, &mut way, value % 2 == 0, &mut backend),
                    _ => if let Step::Send(sent) = autosave.next_step() { way = Some(sent) },
                }
            }
            for _ in 0..4 {
                run(&mut autosave, &mut way, true, &mut backend);
                if let Step::Send(sent) = autosave.next_step() { way = Some(sent) }
            }
            run(&mut autosave, &mut way, true, &mut backend);
            prop_assert_eq!(backend, wanted);
            prop_assert!(!autosave.unsaved());
        }
    }
}
