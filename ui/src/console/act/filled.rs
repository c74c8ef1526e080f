//! What a clerk has filled in for an action: checked, sent, and kept where the dialog was left before it was sent.

use leptos::prelude::*;
use onehall_protocol::cases::{ActOnCase, ActionInput, StaffAction, SupplementItem, is_document_number};
use onehall_protocol::files::FileView;
use onehall_protocol::{ActionCode, CaseId, CoreError, StaffId};

use crate::design::errors::SummaryLine;
use crate::design::file_field::{FileRow, FileState};
use crate::design::states::error_words;
use crate::texts::{Words, console};

pub(super) const REASON: &str = "act-reason";
pub(super) const ITEMS: &str = "act-items";
pub(super) const DOCUMENT: &str = "act-document";
pub(super) const FILE: &str = "act-file";
pub(super) const SURE: &str = "act-sure";

/// Most characters of a reason, of what is wrong with one thing, and of a number: as the backend takes them.
pub(super) const LONGEST_REASON: u32 = 1000;
pub(super) const LONGEST_ITEM: u32 = 500;
pub(super) const LONGEST_NUMBER: u32 = 64;

/// The control of the reason for asking for `path` again.
pub(super) fn item_id(path: &str) -> String {
    format!("act-item-{}", path.replace('/', "-"))
}

/// What was typed for an action and not sent. It stays on this page only, for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::console) struct Unsent {
    /// Who typed it.
    pub staff: StaffId,
    /// The case.
    pub case: CaseId,
    /// The action.
    pub action: ActionCode,
    /// The session ended in the middle: the dialog comes up again by itself.
    pub interrupted: bool,
    reason: String,
    ticked: Vec<String>,
    reasons: Vec<(String, String)>,
    document_number: String,
}

/// What the clerk has filled in.
#[derive(Clone, Copy)]
pub(super) struct Filled {
    pub reason: RwSignal<String>,
    pub ticked: RwSignal<Vec<String>>,
    reasons: RwSignal<Vec<(String, String)>>,
    pub document_number: RwSignal<String>,
    pub file: RwSignal<Option<FileView>>,
    pub file_row: RwSignal<Vec<FileRow>>,
    pub sure: RwSignal<bool>,
}

impl Filled {
    /// Nothing, or what was left.
    pub fn new(left: Option<Unsent>) -> Filled {
        let (reason, ticked, reasons, number) = match left {
            Some(left) => (left.reason, left.ticked, left.reasons, left.document_number),
            None => Default::default(),
        };
        Filled {
            reason: RwSignal::new(reason),
            ticked: RwSignal::new(ticked),
            reasons: RwSignal::new(reasons),
            document_number: RwSignal::new(number),
            file: RwSignal::new(None),
            file_row: RwSignal::new(Vec::new()),
            sure: RwSignal::new(false),
        }
    }

    /// What is left behind where it was not sent; nothing where nothing was typed.
    pub fn left(self, staff: StaffId, case: CaseId, action: ActionCode, interrupted: bool) -> Option<Unsent> {
        let left = Unsent {
            staff,
            case,
            action,
            interrupted,
            reason: self.reason.get_untracked(),
            ticked: self.ticked.get_untracked(),
            reasons: self.reasons.get_untracked(),
            document_number: self.document_number.get_untracked(),
        };
        let typed =
            !left.reason.trim().is_empty() || !left.ticked.is_empty() || !left.document_number.trim().is_empty();
        typed.then_some(left)
    }

    /// Why `path` is asked for again.
    pub fn reason_of(self, path: &str) -> String {
        let of_path = |(known, _): &&(String, String)| known == path;
        self.reasons.with(|reasons| {
            reasons
                .iter()
                .find(of_path)
                .map(|(_, reason)| reason.clone())
                .unwrap_or_default()
        })
    }

    /// Sets why `path` is asked for again.
    pub fn set_reason_of(self, path: &str, reason: String) {
        self.reasons.update(|reasons| {
            reasons.retain(|(known, _)| known != path);
            reasons.push((path.to_owned(), reason));
        });
    }

    /// What is missing for this action.
    pub fn missing(self, action: &StaffAction, label_of: impl Fn(&str) -> Words) -> Vec<SummaryLine> {
        let mut lines = Vec::new();
        let mut add = |field: &str, words: Words| {
            lines.push(SummaryLine {
                field: Some(field.to_owned()),
                words,
            })
        };
        let required = |input| action.required.contains(&input);
        if required(ActionInput::SupplementItems) && self.ticked.with_untracked(Vec::is_empty) {
            add(ITEMS, console::ACT_MISSING_ITEMS.into());
        }
        for path in self.ticked.get_untracked() {
            if untrack(|| self.reason_of(&path)).trim().is_empty() {
                add(
                    &item_id(&path),
                    console::ACT_MISSING_ITEM_REASON.with([label_of(&path)]),
                );
            }
        }
        if required(ActionInput::Reason) && self.reason.with_untracked(|text| text.trim().is_empty()) {
            add(REASON, console::ACT_MISSING_REASON.into());
        }
        let number = self.document_number.with_untracked(|text| text.trim().to_owned());
        if number.is_empty() && required(ActionInput::DocumentNumber) {
            add(DOCUMENT, console::ACT_MISSING_DOCUMENT.into());
        } else if !number.is_empty() && !is_document_number(&number) {
            add(DOCUMENT, console::ACT_NO_NUMBER.into());
        }
        let uploading = |row: &FileRow| matches!(row.state, FileState::Uploading(_) | FileState::Waiting(_));
        let failed = |row: &FileRow| !row.state.counts();
        if self.file_row.with_untracked(|rows| rows.iter().any(uploading)) {
            add(FILE, console::ACT_FILE_WAIT.into());
        } else if self.file_row.with_untracked(|rows| rows.iter().any(failed)) {
            add(FILE, console::ACT_FILE_FAILED.into());
        } else if required(ActionInput::ResultFile) && self.file.with_untracked(Option::is_none) {
            add(FILE, console::ACT_MISSING_FILE.into());
        }
        if action.adverse && !self.sure.get_untracked() {
            add(SURE, console::ACT_MISSING_SURE.into());
        }
        lines
    }

    /// The action as it is sent.
    pub fn action(self, action: &StaffAction, version: u64) -> ActOnCase {
        let text = |signal: RwSignal<String>| {
            let text = signal.get_untracked().trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        let items = self.ticked.get_untracked().into_iter().map(|path| {
            let reason = untrack(|| self.reason_of(&path)).trim().to_owned();
            SupplementItem { path, reason }
        });
        ActOnCase {
            action: action.code.clone(),
            version,
            reason: text(self.reason),
            items: items.collect(),
            document_number: text(self.document_number),
            file: self.file.with_untracked(|file| file.as_ref().map(|file| file.id)),
        }
    }

    /// What the backend found wrong, led to the controls.
    pub fn refused(self, error: &CoreError) -> Vec<SummaryLine> {
        let words = error_words(error);
        if error.fields.is_empty() {
            return vec![SummaryLine { field: None, words }];
        }
        let ticked = self.ticked.get_untracked();
        let control = |path: &str| match path {
            "reason" => Some(REASON.to_owned()),
            "document_number" => Some(DOCUMENT.to_owned()),
            "file" => Some(FILE.to_owned()),
            "items" => Some(ITEMS.to_owned()),
            path => {
                let place: usize = path.strip_prefix("items[")?.split(']').next()?.parse().ok()?;
                ticked.get(place).map(|path| item_id(path))
            }
        };
        let line = |field: &onehall_protocol::FieldError| SummaryLine {
            field: control(&field.path),
            words: match field.code.as_str() {
                "too_long" => console::ACT_TOO_LONG.into(),
                "no_number" => console::ACT_NO_NUMBER.into(),
                _ => words.clone(),
            },
        };
        error.fields.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::{ErrorCode, FieldError, Language, Text};

    use super::*;

    fn action(required: Vec<ActionInput>, adverse: bool) -> StaffAction {
        StaffAction {
            code: "act".parse().unwrap_or_else(|error| panic!("{error}")),
            name: Text::new("办", "Act"),
            required,
            optional: Vec::new(),
            adverse,
        }
    }

    fn fields(lines: &[SummaryLine]) -> Vec<&str> {
        lines.iter().filter_map(|line| line.field.as_deref()).collect()
    }

    #[test]
    fn everything_that_is_missing_is_named_at_once() {
        let _owner = leptos::reactive::owner::Owner::new();
        _owner.with(|| {
            let filled = Filled::new(None);
            let action = action(
                vec![
                    ActionInput::Reason,
                    ActionInput::SupplementItems,
                    ActionInput::DocumentNumber,
                ],
                true,
            );
            let missing = filled.missing(&action, |path: &str| Words::from(path));
            assert_eq!(fields(&missing), [ITEMS, REASON, DOCUMENT, SURE]);
            filled.ticked.set(vec!["people/r1/name".to_owned()]);
            filled.reason.set("  ".to_owned());
            filled.document_number.set("见附件".to_owned());
            filled.sure.set(true);
            assert_eq!(
                fields(&filled.missing(&action, |path: &str| Words::from(path))),
                ["act-item-people-r1-name", REASON, DOCUMENT]
            );
            filled.document_number.set(" 1号 ".to_owned());
            assert_eq!(
                fields(&filled.missing(&action, |path: &str| Words::from(path))),
                ["act-item-people-r1-name", REASON]
            );
            filled.set_reason_of("people/r1/name", "看不清".to_owned());
            filled.reason.set("请补正".to_owned());
            assert!(filled.missing(&action, |path: &str| Words::from(path)).is_empty());
            let sent = filled.action(&action, 7);
            assert_eq!(
                (sent.version, sent.reason.as_deref(), sent.items.len()),
                (7, Some("请补正"), 1)
            );
        });
    }

    #[test]
    fn what_the_backend_refuses_leads_to_the_control_that_it_is_about() {
        let _owner = leptos::reactive::owner::Owner::new();
        _owner.with(|| {
            let filled = Filled::new(None);
            filled.ticked.set(vec!["a".to_owned(), "b".to_owned()]);
            let mut error = CoreError::new(ErrorCode::ActionIncomplete, Language::En);
            let field = |path: &str, code: &str| FieldError {
                path: path.to_owned(),
                code: code.to_owned(),
            };
            error.fields = vec![
                field("items[1].reason", "too_long"),
                field("reason", "required"),
                field("odd", "x"),
            ];
            let lines = filled.refused(&error);
            assert_eq!(fields(&lines), ["act-item-b", REASON]);
            assert_eq!(lines.len(), 3);
            assert!(lines[0].words.get(Language::En).contains("long"));
        });
    }

    #[test]
    fn only_what_was_typed_is_left_behind() -> Result<(), Box<dyn std::error::Error>> {
        let _owner = leptos::reactive::owner::Owner::new();
        _owner.with(|| {
            let staff = "01935a00-0000-7000-8000-000000000001".parse()?;
            let case = "01935a00-0000-7000-8000-000000000002".parse()?;
            let filled = Filled::new(None);
            assert_eq!(filled.left(staff, case, "act".parse()?, true), None);
            filled.reason.set("一半".to_owned());
            let left = filled.left(staff, case, "act".parse()?, true);
            assert_eq!(Filled::new(left).reason.get_untracked(), "一半");
            Ok(())
        })
    }
}
