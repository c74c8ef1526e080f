//! Cases as they are kept.

use onehall_protocol::cases::{CaseState, EarlierAnswers, Rating, ResultKind, Supplement, SupplementItem};
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{Answers, EvaluatedWith, Receipt};
use onehall_protocol::files::FileView;
use onehall_protocol::identity::{PersonView, TerminalKind};
use onehall_protocol::{
    ActionCode, AuthorityCode, CaseId, CaseNumber, Date, DraftId, FileId, IdempotencyKey, ItemCode, PersonId, StaffId,
    StateCode, Text, Timestamp, WorkflowCode,
};

use super::workflow::Standing;
use crate::files::NewFile;
use crate::identity::Reach;

/// A case as it is kept, without its answers and history.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCase {
    /// Its id.
    pub id: CaseId,
    /// Its number.
    pub number: CaseNumber,
    /// The draft that it was.
    pub draft: DraftId,
    /// Whose matter it is, as known when it was submitted.
    pub principal: PersonView,
    /// Who submitted it.
    pub actor: PersonId,
    /// The service item.
    pub item: ItemCode,
    /// Its authority.
    pub authority: AuthorityCode,
    /// The form that it was filled with.
    pub form: FormReference,
    /// The workflow that it follows.
    pub workflow: WorkflowCode,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// When something last happened.
    pub updated_at: Timestamp,
    /// Counts up with each step.
    pub version: u64,
    /// The common state.
    pub state: CaseState,
    /// Where it stands.
    pub standing: Standing,
}

/// A case with all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFile {
    /// The case.
    pub case: StoredCase,
    /// The last answers.
    pub answers: Answers,
    /// Which revision of them: 1 as submitted, one more with each supplement.
    pub answers_revision: u32,
    /// Hash of the evaluation of these answers.
    pub transcript: String,
    /// With what they were evaluated; none of a case that is older than this record.
    pub evaluated: Option<EvaluatedWith>,
    /// The answers before each supplement, oldest first.
    pub earlier: Vec<EarlierAnswers>,
    /// All that happened, oldest first.
    pub history: Vec<StoredEvent>,
    /// What the citizen was last asked for and has not handed in.
    pub supplement: Option<Supplement>,
    /// How it ended.
    pub result: Option<StoredResult>,
    /// How it was rated.
    pub rating: Option<Rating>,
    /// The files that belong to it, the result's not among them.
    pub files: Vec<FileView>,
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// A citizen, for themselves or for another.
    Person {
        /// Their account.
        id: PersonId,
        /// Their name.
        name: String,
    },
    /// A clerk of the case's authority.
    Staff {
        /// Their account.
        id: StaffId,
        /// Their name.
        name: String,
    },
    /// A clock that ran out.
    System,
}

/// One step in the life of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Place in the history, from 1; 0 before it is kept.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// The action.
    pub action: ActionCode,
    /// Its name that day.
    pub action_name: Text,
    /// Where it led, in the workflow's word.
    pub step: StateCode,
    /// That state's name that day.
    pub step_name: Text,
    /// Where it led, in the common word.
    pub state: CaseState,
    /// Who did it.
    pub who: Who,
    /// From where.
    pub terminal: TerminalKind,
    /// What was said with it.
    pub reason: Option<String>,
}

/// The result as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredResult {
    /// How it ended.
    pub kind: ResultKind,
    /// When.
    pub at: Timestamp,
    /// The number of the certificate or decision.
    pub document_number: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The document.
    pub file: Option<FileView>,
}

/// Names one attempt of a citizen's mutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Whose attempt: a key means nothing beyond its owner.
    pub actor: PersonId,
    /// The key.
    pub key: IdempotencyKey,
    /// Hash of what is asked for: the route, what it is about, and the body.
    pub payload: [u8; 32],
}

/// A place among all attempts, in the order in which they are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptPlace {
    /// Whose attempt stands there.
    pub actor: PersonId,
    /// Its key.
    pub key: IdempotencyKey,
}

impl Default for AttemptPlace {
    /// Before all of them.
    fn default() -> AttemptPlace {
        AttemptPlace {
            actor: PersonId(uuid::Uuid::nil()),
            key: IdempotencyKey(uuid::Uuid::nil()),
        }
    }
}

/// What came of a look for attempts that were kept long enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweptAttempts {
    /// The last one that was looked at; none where there was none.
    pub next: Option<AttemptPlace>,
    /// How many went.
    pub count: usize,
}

/// A file that answers a question, as the answer names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// The question.
    pub path: String,
    /// The file, as the answer has it: must be what is kept of it.
    pub view: FileView,
}

/// Makes a case of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Submit {
    /// Names the attempt.
    pub attempt: Attempt,
    /// The draft.
    pub draft: DraftId,
    /// Its revision that was checked.
    pub revision: u64,
    /// The case's id.
    pub id: CaseId,
    /// What its number begins with, and its day.
    pub number: (String, Date),
    /// Whose matter it is.
    pub principal: PersonView,
    /// The service item, its name, and its authority.
    pub item: ItemCode,
    /// The item's name, for the receipt.
    pub item_name: Text,
    /// The authority.
    pub authority: AuthorityCode,
    /// The form.
    pub form: FormReference,
    /// The workflow.
    pub workflow: WorkflowCode,
    /// Where it stands first.
    pub standing: Standing,
    /// The answers.
    pub answers: Answers,
    /// Hash of their evaluation.
    pub transcript: String,
    /// With what they were evaluated.
    pub evaluated: EvaluatedWith,
    /// The files that they name.
    pub files: Vec<NamedFile>,
    /// The first event.
    pub event: StoredEvent,
}

/// What came of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    /// A case was made.
    New(Receipt),
    /// This attempt had made it before.
    Again(Receipt),
}

/// Who may look at a case: for anybody else it does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// A citizen, with what they may handle.
    Citizen(Reach),
    /// A clerk of this authority.
    Authority(AuthorityCode),
    /// The hall itself.
    System,
}

/// Takes a case one step on: all of it, or nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The case.
    pub case: CaseId,
    /// Who acts must be allowed to see it.
    pub viewer: Viewer,
    /// The version that was decided on: another one is `cases/moved`.
    pub version: u64,
    /// Names the attempt, where a citizen may retry it.
    pub attempt: Option<Attempt>,
    /// Where it stands then.
    pub standing: Standing,
    /// What is added to the history.
    pub event: StoredEvent,
    /// What comes with it.
    pub with: StepWith,
}

/// What comes with a step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepWith {
    /// What the citizen is asked for.
    pub asked: Option<Asked>,
    /// What the citizen hands in.
    pub handed_in: Option<HandedIn>,
    /// How the matter ends.
    pub result: Option<NewResult>,
    /// The citizen's rating.
    pub rating: Option<Rating>,
}

/// A supplement that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// All that is missing.
    pub items: Vec<SupplementItem>,
    /// A note to the citizen.
    pub note: Option<String>,
    /// The last day.
    pub due: Date,
}

/// A supplement that is handed in.
#[derive(Debug, Clone, PartialEq)]
pub struct HandedIn {
    /// The whole answers, with the new ones in them.
    pub answers: Answers,
    /// Hash of their evaluation.
    pub transcript: String,
    /// With what they were evaluated.
    pub evaluated: EvaluatedWith,
    /// The files that they name.
    pub files: Vec<NamedFile>,
}

/// How a matter ends.
#[derive(Debug, Clone, PartialEq)]
pub struct NewResult {
    /// How.
    pub kind: ResultKind,
    /// The number of the certificate or decision.
    pub document_number: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The document.
    pub document: Option<ResultDocument>,
}

/// The document of a result.
#[derive(Debug, Clone, PartialEq)]
pub enum ResultDocument {
    /// A file that a clerk uploaded to this case.
    Uploaded(FileId),
    /// A notice that the hall made; its bytes are kept already.
    Made(Box<NewFile>),
}

/// What a clerk's queue is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueQuestion {
    /// Of which authority.
    pub authority: AuthorityCode,
    /// Only cases in one of these steps.
    pub steps: Option<Vec<(WorkflowCode, StateCode)>>,
    /// Only what has ended, the last first; otherwise the most urgent first.
    pub ended: bool,
    /// Only this state.
    pub state: Option<CaseState>,
    /// Only what is looked for.
    pub search: Option<QueueSearch>,
    /// Begin behind this case.
    pub after: Option<CaseId>,
    /// The day, to count what is overdue.
    pub today: Date,
    /// Most cases of the page.
    pub limit: usize,
}

/// What is looked for in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueSearch {
    /// Letters and digits of a case number, in capitals; empty where no number can be meant.
    pub number: String,
    /// Service items that are meant.
    pub items: Vec<ItemCode>,
}

/// A page of a queue as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredQueue {
    /// The cases.
    pub cases: Vec<StoredCase>,
    /// How many there are in all.
    pub total: u64,
    /// How many of them are overdue.
    pub overdue: u64,
    /// Whether there are more.
    pub more: bool,
}
