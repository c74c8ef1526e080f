//! What cases need of a storage engine.

use async_trait::async_trait;
use onehall_protocol::drafts::Receipt;
use onehall_protocol::{
    AuthorityCode, CaseId, Date, FileId, IdempotencyKey, PersonId, StaffId, StateCode, Timestamp, WorkflowCode,
};

use super::model::{
    Attempt, AttemptPlace, CaseFile, QueueQuestion, Step, StoredCase, StoredQueue, Submit, Submitted, SweptAttempts,
    Viewer,
};
use crate::error::Result;
use crate::identity::Reach;

/// Cases in storage. A case that the viewer may not see is not found.
#[async_trait]
pub trait CaseStore {
    /// The receipt of an attempt that made a case before.
    ///
    /// # Errors
    /// `request/idempotency_conflict` where the key came with another payload.
    async fn receipt(&self, attempt: Attempt) -> Result<Option<Receipt>>;

    /// The case on which an attempt had its effect before.
    ///
    /// # Errors
    /// `request/idempotency_conflict` where the key came with another payload.
    async fn attempted(&self, attempt: Attempt) -> Result<Option<CaseId>>;

    /// Ends an attempt: gives the case on which it had its effect, or sees to it that it has none any more. What is sent under
    /// its key later is a `request/idempotency_conflict`.
    ///
    /// # Errors
    /// What the engine says.
    async fn end_attempt(&self, actor: PersonId, key: IdempotencyKey, at: Timestamp) -> Result<Option<CaseId>>;

    /// Makes a case of a draft: number, answers, files, first event, the mark on the draft and the attempt, at once.
    ///
    /// # Errors
    /// `request/idempotency_conflict`; `drafts/submitted`; `drafts/moved` where the draft has another revision by now;
    /// `forms/invalid_answers` where a file that the answers name is not (or no longer) one of the draft's.
    async fn submit(&self, submit: Submit) -> Result<Submitted>;

    /// Destroys the records of cases that ended before `before` and whose principal has no account any more, at most `most`,
    /// and notes each in the register. How many it were.
    ///
    /// # Errors
    /// What the engine says.
    async fn dispose_cases(&self, before: Timestamp, now: Timestamp, most: u32) -> Result<usize>;

    /// The cases within reach, the last changed first.
    ///
    /// # Errors
    /// What the engine says.
    async fn cases(&self, reach: Reach) -> Result<Vec<StoredCase>>;

    /// A case with all that belongs to it.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn case(&self, id: CaseId, viewer: Viewer) -> Result<CaseFile>;

    /// Takes a case one step on, if it still has the version that was decided on. An attempt that had its effect before
    /// has no second one. Gives the case as it is then.
    ///
    /// # Errors
    /// `request/not_found`, `cases/moved`, `request/idempotency_conflict`; `forms/invalid_answers` and
    /// `cases/incomplete` where a file that is named is not one of the case's.
    async fn step(&self, step: Step) -> Result<CaseFile>;

    /// A page of a queue.
    ///
    /// # Errors
    /// `request/invalid_parameter` where the case to begin behind is none of the authority's.
    async fn queue(&self, question: QueueQuestion) -> Result<StoredQueue>;

    /// The cases in these steps whose last day has passed, oldest first.
    ///
    /// # Errors
    /// What the engine says.
    async fn overdue(
        &self,
        today: Date,
        steps: Vec<(WorkflowCode, StateCode)>,
        limit: usize,
    ) -> Result<Vec<StoredCase>>;

    /// Looks at `most` attempts behind a place, and deletes those from before a moment.
    ///
    /// # Errors
    /// What the engine says.
    async fn sweep_attempts(&self, behind: AttemptPlace, before: Timestamp, most: u32) -> Result<SweptAttempts>;

    /// The steps in which cases stand, open or ended.
    ///
    /// # Errors
    /// What the engine says.
    async fn steps_in_use(&self) -> Result<Vec<(WorkflowCode, StateCode)>>;

    /// The case of this authority to which a file belongs: it came with the draft, with a supplement, or is a result.
    ///
    /// # Errors
    /// `request/not_found`.
    async fn case_of_file(&self, file: FileId, authority: AuthorityCode) -> Result<CaseId>;

    /// Notes that a clerk looked at a case, or at a file of it; once an hour is enough to know.
    ///
    /// # Errors
    /// What the engine says.
    async fn note_access(&self, case: CaseId, staff: StaffId, file: Option<FileId>, at: Timestamp) -> Result<()>;
}
