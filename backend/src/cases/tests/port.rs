//! What holds at the storage port itself, whatever a route checked before: attempts, revisions, results, and the pages of
//! a long queue.

use onehall_forms::ENGINE;
use onehall_protocol::cases::{CaseState, ResultKind};
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::EvaluatedWith;
use onehall_protocol::identity::{PersonKind, PersonView, TerminalKind};
use onehall_protocol::{CaseId, Date, DraftId, ErrorCode, IdempotencyKey, PersonId, Text, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use crate::cases::model::{
    Attempt, NewResult, QueueQuestion, Step, StepWith, StoredEvent, StoredQueue, Submit, Submitted, Viewer, Who,
};
use crate::cases::workflow::{CaseClock, Standing};
use crate::cases::{CaseStore, lost_steps};
use crate::drafts::{DraftStore, OpenDraft};
use crate::error::Result;
use crate::storage::Storage;
use crate::storage::sql::testing::TestDatabase;
use crate::testing::demo_city;

pub(super) struct Place {
    folder: std::path::PathBuf,
    pub(super) sqlite: TestDatabase,
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

pub(super) fn must<T, E: std::fmt::Display>(outcome: std::result::Result<T, E>) -> T {
    outcome.unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> T {
    must(text.parse())
}

pub(super) fn at(seconds: i64) -> Timestamp {
    parsed::<Timestamp>("2026-11-23T01:00:00.000Z").plus_seconds(seconds)
}

pub(super) fn event(step: &str, state: CaseState, seconds: i64) -> StoredEvent {
    StoredEvent {
        sequence: 0,
        at: at(seconds),
        action: parsed("submit"),
        action_name: Text::new("提交申请", "Submitted"),
        step: parsed(step),
        step_name: Text::new("待预审", "Waiting"),
        state,
        who: Who::System,
        terminal: TerminalKind::System,
        reason: None,
    }
}

impl Place {
    pub(super) fn new() -> Place {
        let folder = std::env::temp_dir().join(format!("onehall-queue-{}", Uuid::now_v7()));
        must(std::fs::create_dir_all(&folder));
        let sqlite = TestDatabase::new(&folder, at(0));
        Place { folder, sqlite }
    }

    /// A submission of a new draft, into a step of the simple workflow.
    pub(super) async fn submission(&self, step: &str, due: Option<Date>, seconds: i64) -> Submit {
        let principal = PersonId(Uuid::now_v7());
        let form = FormReference {
            code: parsed("identity-card-renewal"),
            version: 1,
        };
        let open = OpenDraft {
            begun: false,
            id: DraftId(Uuid::now_v7()),
            actor: principal,
            principal,
            item: parsed("identity-card-renewal"),
            form: form.clone(),
            prefilled: Default::default(),
            terminal: TerminalKind::Browser,
            now: at(seconds),
        };
        let (id, draft) = (CaseId(Uuid::now_v7()), open.id);
        must(self.sqlite.open_draft(open).await);
        Submit {
            attempt: Attempt {
                actor: principal,
                key: IdempotencyKey(Uuid::now_v7()),
                payload: [0; 32],
            },
            draft,
            revision: 1,
            id,
            number: ("LC".to_owned(), parsed("2026-11-23")),
            principal: PersonView {
                id: principal,
                kind: PersonKind::Citizen,
                name: String::new(),
                number: None,
            },
            item: parsed("identity-card-renewal"),
            item_name: Text::default(),
            authority: parsed("public-security"),
            form,
            workflow: parsed("simple"),
            standing: Standing {
                step: parsed(step),
                due,
                clock: CaseClock::new(10),
            },
            answers: Default::default(),
            transcript: String::new(),
            evaluated: EvaluatedWith {
                engine: ENGINE,
                as_of: parsed("2026-11-23"),
                calendar: None,
                lists: Default::default(),
            },
            files: Vec::new(),
            event: event(step, CaseState::Submitted, seconds),
        }
    }

    /// Makes a case in a step of the simple workflow.
    pub(super) async fn case(&self, step: &str, due: Option<Date>, seconds: i64) -> CaseId {
        let submit = self.submission(step, due, seconds).await;
        let id = submit.id;
        must(self.sqlite.submit(submit).await);
        id
    }

    /// Ends a case.
    async fn end(&self, case: CaseId, seconds: i64) -> Result<()> {
        let result = NewResult {
            kind: ResultKind::Withdrawn,
            document_number: None,
            reason: None,
            document: None,
        };
        let step = Step {
            case,
            viewer: Viewer::System,
            version: 1,
            attempt: None,
            standing: Standing {
                step: parsed("withdrawn"),
                due: None,
                clock: CaseClock::new(10),
            },
            event: event("withdrawn", CaseState::Withdrawn, seconds),
            with: StepWith {
                result: Some(result),
                ..StepWith::default()
            },
        };
        self.sqlite.step(step).await.map(|_| ())
    }

    async fn page(&self, ended: bool, after: Option<CaseId>, limit: usize) -> Result<StoredQueue> {
        let question = QueueQuestion {
            authority: parsed("public-security"),
            steps: None,
            ended,
            state: None,
            search: None,
            after,
            today: parsed("2026-11-23"),
            limit,
        };
        self.sqlite.queue(question).await
    }

    /// Every page, one after another.
    async fn pages(&self, ended: bool, limit: usize) -> Vec<CaseId> {
        let mut all = Vec::new();
        loop {
            let page = must(self.page(ended, all.last().copied(), limit).await);
            all.extend(page.cases.iter().map(|case| case.id));
            if !page.more {
                return all;
            }
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    must(tokio::runtime::Builder::new_multi_thread().worker_threads(2).build())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn the_pages_hold_every_case_once_the_most_urgent_first(
        cases in prop::collection::vec((prop::option::of(-5i64..5), 0i64..4, any::<bool>()), 0..40),
        limit in 1usize..9,
    ) {
        let place = Place::new();
        runtime().block_on(async {
            let today: Date = parsed("2026-11-23");
            let (mut open, mut ended) = (Vec::new(), Vec::new());
            for (due, seconds, ends) in &cases {
                let due = due.map(|days| today.plus_days(days));
                let id = place.case("submitted", due, *seconds).await;
                if *ends {
                    must(place.end(id, *seconds).await);
                    ended.push((std::cmp::Reverse(*seconds), std::cmp::Reverse(id)));
                    open.push((true, None, *seconds, id));
                } else {
                    open.push((false, due, *seconds, id));
                }
            }
            // What is open comes first, what is due sooner before what is later or never.
            open.sort_by_key(|(ended, due, seconds, id)| (*ended, due.is_none(), *due, *seconds, *id));
            let overdue = open.iter().filter(|(_, due, ..)| due.is_some_and(|due| due < today)).count() as u64;
            let wanted: Vec<CaseId> = open.iter().map(|(.., id)| *id).collect();
            assert_eq!(place.pages(false, limit).await, wanted);
            ended.sort();
            let wanted: Vec<CaseId> = ended.iter().map(|(_, id)| id.0).collect();
            assert_eq!(place.pages(true, limit).await, wanted);
            let first = must(place.page(false, None, limit).await);
            assert_eq!((first.total, first.overdue), (cases.len() as u64, overdue));
        });
    }
}

#[tokio::test]
async fn an_attempt_has_its_effect_once_and_a_key_means_one_thing() {
    let place = Place::new();
    let submit = place.submission("submitted", None, 0).await;
    let first = must(place.sqlite.submit(submit.clone()).await);
    let Submitted::New(receipt) = first else {
        panic!("nothing was made")
    };
    // The retry has a case id of its own and comes later; it gets the receipt of the first.
    let mut again = Submit {
        id: CaseId(Uuid::now_v7()),
        ..submit.clone()
    };
    again.event.at = at(60);
    assert_eq!(must(place.sqlite.submit(again).await), Submitted::Again(receipt));
    let mut other = submit.clone();
    other.attempt.payload = [1; 32];
    let refused = place.sqlite.submit(other).await;
    assert_eq!(
        refused.err().map(|error| error.code()),
        Some(ErrorCode::IdempotencyConflict)
    );
    let mut another_key = submit;
    another_key.attempt.key = IdempotencyKey(Uuid::now_v7());
    let refused = place.sqlite.submit(another_key).await;
    assert_eq!(refused.err().map(|error| error.code()), Some(ErrorCode::DraftSubmitted));
}

#[tokio::test]
async fn a_draft_that_moved_after_the_check_is_noticed_in_the_command_itself() {
    let place = Place::new();
    let submit = place.submission("submitted", None, 0).await;
    let moved = place
        .sqlite
        .submit(Submit {
            revision: 2,
            ..submit.clone()
        })
        .await;
    assert_eq!(moved.err().map(|error| error.code()), Some(ErrorCode::DraftMoved));
    let unknown = place
        .sqlite
        .submit(Submit {
            draft: DraftId(Uuid::now_v7()),
            ..submit.clone()
        })
        .await;
    assert_eq!(unknown.err().map(|error| error.code()), Some(ErrorCode::NotFound));
    assert!(place.sqlite.submit(submit).await.is_ok());
}

#[tokio::test]
async fn a_page_behind_a_case_of_nobody_is_no_page() {
    let place = Place::new();
    let unknown = place.page(false, Some(CaseId(Uuid::now_v7())), 10).await;
    assert_eq!(
        unknown.err().map(|error| error.code()),
        Some(ErrorCode::InvalidParameter)
    );
}

#[tokio::test]
async fn a_case_cannot_end_twice_even_past_its_workflow() {
    let place = Place::new();
    let id = place.case("submitted", None, 0).await;
    must(place.end(id, 1).await);
    let moved = place.end(id, 2).await;
    assert_eq!(moved.err().map(|error| error.code()), Some(ErrorCode::CaseMoved));
    let file = must(place.sqlite.case(id, Viewer::System).await);
    assert_eq!((file.case.version, file.history.len()), (2, 2));
}

#[tokio::test]
async fn a_city_that_lost_a_step_in_which_a_case_stands_is_noticed() {
    let place = Place::new();
    place.case("submitted", None, 0).await;
    let store = place.sqlite.store();
    let storage: &dyn Storage = store.as_ref();
    assert!(must(lost_steps(&demo_city(), storage).await).is_empty());
    place.case("fitting-room", None, 0).await;
    assert_eq!(must(lost_steps(&demo_city(), storage).await), ["simple/fitting-room"]);
}
