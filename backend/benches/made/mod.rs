//! What the benchmarks are fed with: drafts of an identity card, and what makes cases of them.

use std::path::{Path, PathBuf};

use onehall_backend::cases::model::{Attempt, StoredEvent, Submit, Who};
use onehall_backend::cases::workflow::{CaseClock, Standing};
use onehall_backend::drafts::{DraftStore, FirstAnswer, OpenDraft};
use onehall_backend::storage::sql::Database;
use onehall_forms::ENGINE;
use onehall_protocol::cases::CaseState;
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{Answers, EvaluatedWith, PrefillSource};
use onehall_protocol::identity::{PersonKind, PersonView, TerminalKind};
use onehall_protocol::{CaseId, Date, DraftId, IdempotencyKey, PersonId, Text, Timestamp};
use serde_json::json;
use uuid::Uuid;

/// The value, or the end of the benchmark.
pub fn must<T, E: std::fmt::Display>(outcome: Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

/// What a text names.
pub fn parsed<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Display,
{
    must(text.parse())
}

/// A folder of its own, on the file system of the target folder, which is a disk where `/tmp` may not be.
pub struct Folder(pub PathBuf);

impl Folder {
    /// A new one.
    pub fn new() -> Folder {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", Uuid::now_v7()));
        must(std::fs::create_dir_all(&path));
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The time of the benchmarks.
pub fn now() -> Timestamp {
    parsed("2026-11-23T01:00:00.000Z")
}

/// A dozen answers, as the form of an identity card has them.
pub fn answers() -> Answers {
    let text = |number: usize| (format!("question_{number}"), json!("兰川市城关区民安街道滨河东路18号"));
    (0..12).map(text).collect()
}

/// A new draft.
pub fn new_draft(principal: PersonId, item: &str) -> OpenDraft {
    OpenDraft {
        id: DraftId(Uuid::now_v7()),
        begun: false,
        actor: principal,
        principal,
        item: parsed(item),
        form: FormReference {
            code: parsed("identity-card-renewal"),
            version: 1,
        },
        prefilled: Vec::new(),
        terminal: TerminalKind::Browser,
        now: now(),
    }
}

/// Opens a new draft.
pub async fn draft(sqlite: &Database, principal: PersonId, item: &str) -> DraftId {
    let open = new_draft(principal, item);
    let id = open.id;
    must(sqlite.open_draft(open).await);
    id
}

/// What makes a case of a draft.
pub fn submission(draft: DraftId, principal: PersonId) -> Submit {
    let today: Date = parsed("2026-11-23");
    let step = "submitted";
    Submit {
        attempt: Attempt {
            actor: principal,
            key: IdempotencyKey(Uuid::now_v7()),
            payload: [7; 32],
        },
        draft,
        revision: 1,
        id: CaseId(Uuid::now_v7()),
        number: ("LC".to_owned(), today),
        principal: PersonView {
            id: principal,
            kind: PersonKind::Citizen,
            name: "张敏".to_owned(),
            number: Some("620***********3827".to_owned()),
        },
        item: parsed("identity-card-renewal"),
        item_name: Text::new("居民身份证换领", "Identity card renewal"),
        authority: parsed("public-security"),
        form: FormReference {
            code: parsed("identity-card-renewal"),
            version: 1,
        },
        workflow: parsed("simple"),
        standing: Standing {
            step: parsed(step),
            due: Some(today),
            clock: CaseClock::new(10),
        },
        answers: answers(),
        transcript: "0".repeat(64),
        evaluated: EvaluatedWith {
            engine: ENGINE,
            as_of: today,
            calendar: None,
            lists: Default::default(),
        },
        files: Vec::new(),
        event: StoredEvent {
            sequence: 0,
            at: now(),
            action: parsed("submit"),
            action_name: Text::new("提交申请", "Submitted"),
            step: parsed(step),
            step_name: Text::new("待预审", "Waiting for pre-review"),
            state: CaseState::Submitted,
            who: Who::Person {
                id: principal,
                name: "张敏".to_owned(),
            },
            terminal: TerminalKind::Browser,
            reason: None,
        },
    }
}

/// A draft that begins with a dozen answers.
pub fn filled_draft(principal: PersonId, item: &str) -> OpenDraft {
    let prefilled = answers().into_iter().map(|(path, value)| FirstAnswer {
        path,
        value,
        source: PrefillSource::Profile,
    });
    OpenDraft {
        prefilled: prefilled.collect(),
        ..new_draft(principal, item)
    }
}
