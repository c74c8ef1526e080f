//! Cases.

mod disposal;
mod earlier;
mod handed_in;
mod queue;
mod rows;
mod step;
mod submit;

use std::collections::BTreeMap;

use crate::storage::sql::{self, Connection, OptionalExtension, params};
use async_trait::async_trait;
use onehall_protocol::drafts::Receipt;
use onehall_protocol::{
    AuthorityCode, CaseId, Date, ErrorCode, FileId, IdempotencyKey, PersonId, StaffId, StateCode, Timestamp,
    WorkflowCode,
};

use super::Database;
use super::values::{self, Key};
use crate::cases::model::{
    Attempt, AttemptPlace, CaseFile, QueueQuestion, Step, StoredCase, StoredQueue, Submit, Submitted, SweptAttempts,
    Viewer,
};
use crate::cases::store::CaseStore;
use crate::error::{Error, Result};
use crate::identity::Reach;

/// Milliseconds after which a second look of the same clerk at the same thing is noted again.
const ACCESS_AGAIN_AFTER: i64 = 3_600_000;

/// What is kept of an attempt that was ended before it had an effect: the hash of no payload, and no case.
const ENDED_PAYLOAD: [u8; 32] = [0; 32];
const NO_CASE: CaseId = CaseId(uuid::Uuid::nil());

/// What an attempt came to before: the case, and the answer that was given.
fn attempted(db: &Connection, attempt: &Attempt) -> Result<Option<(CaseId, Option<Receipt>)>> {
    let found = db
        .prepare_cached("SELECT payload, case_id, reply FROM attempt WHERE actor = ?1 AND key = ?2")?
        .query_row(params![attempt.actor.key(), attempt.key.key()], |row| {
            Ok((
                row.get::<_, [u8; 32]>(0)?,
                values::id::<CaseId>(row, 1)?,
                values::optional_json(row, 2)?,
            ))
        })
        .optional()?;
    match found {
        Some((payload, _, _)) if payload != attempt.payload => Err(ErrorCode::IdempotencyConflict.into()),
        Some((_, case, reply)) => Ok(Some((case, reply))),
        None => Ok(None),
    }
}

fn keep_attempt(
    db: &Connection,
    attempt: &Attempt,
    case: CaseId,
    reply: Option<&Receipt>,
    at: Timestamp,
) -> Result<()> {
    db.prepare_cached("INSERT INTO attempt (actor, key, payload, case_id, reply, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![
            attempt.actor.key(),
            attempt.key.key(),
            attempt.payload,
            case.key(),
            reply.map(values::to_json).transpose()?,
            at.unix_millis()
        ])?;
    Ok(())
}

/// Attempts behind a place, each with when it had its effect.
fn attempts_behind(db: &Connection, behind: AttemptPlace, most: u32) -> Result<Vec<(AttemptPlace, i64)>> {
    let mut statement = db.prepare_cached(
        "SELECT actor, key, at FROM attempt WHERE (actor, key) > (?1, ?2) ORDER BY actor, key LIMIT ?3",
    )?;
    let rows = statement.query_map(params![behind.actor.key(), behind.key.key(), most], |row| {
        let (actor, key) = (values::id(row, 0)?, values::id(row, 1)?);
        Ok((AttemptPlace { actor, key }, row.get(2)?))
    })?;
    Ok(rows.collect::<sql::Result<_>>()?)
}

/// Cases with all that belongs to them, whosever they are.
pub(super) fn whole_cases(db: &Connection, ids: &[CaseId]) -> Result<BTreeMap<CaseId, CaseFile>> {
    let ids: Vec<_> = ids.iter().map(Key::key).collect();
    let files = rows::case_files(db, rows::cases(db, &ids)?)?;
    Ok(files.into_iter().map(|file| (file.case.id, file)).collect())
}

#[async_trait]
impl CaseStore for Database {
    async fn receipt(&self, attempt: Attempt) -> Result<Option<Receipt>> {
        match self.read(move |db| attempted(db, &attempt)).await? {
            Some((_, Some(receipt))) => Ok(Some(receipt)),
            Some((_, None)) => Err(ErrorCode::IdempotencyConflict.into()),
            None => Ok(None),
        }
    }

    async fn attempted(&self, attempt: Attempt) -> Result<Option<CaseId>> {
        Ok(self
            .read(move |db| attempted(db, &attempt))
            .await?
            .map(|(case, _)| case))
    }

    async fn end_attempt(&self, actor: PersonId, key: IdempotencyKey, at: Timestamp) -> Result<Option<CaseId>> {
        self.write(move |db| {
            let found = db
                .prepare_cached("SELECT case_id FROM attempt WHERE actor = ?1 AND key = ?2")?
                .query_row(params![actor.key(), key.key()], |row| values::id::<CaseId>(row, 0))
                .optional()?;
            if found.is_none() {
                let payload = ENDED_PAYLOAD;
                keep_attempt(db, &Attempt { actor, key, payload }, NO_CASE, None, at)?;
            }
            Ok(found.filter(|case| *case != NO_CASE))
        })
        .await
    }

    async fn sweep_attempts(&self, behind: AttemptPlace, before: Timestamp, most: u32) -> Result<SweptAttempts> {
        // Looked for beside whoever writes, in the order of the table: an index by time would cost each submission.
        let looked_at = self.read(move |db| attempts_behind(db, behind, most)).await?;
        let next = looked_at.last().map(|(place, _)| *place);
        let gone: Vec<AttemptPlace> = looked_at
            .into_iter()
            .filter_map(|(place, at)| (at < before.unix_millis()).then_some(place))
            .collect();
        let count = gone.len();
        if count > 0 {
            self.write(move |db| {
                let mut delete = db.prepare_cached("DELETE FROM attempt WHERE actor = ?1 AND key = ?2")?;
                for AttemptPlace { actor, key } in &gone {
                    delete.execute(params![actor.key(), key.key()])?;
                }
                Ok(())
            })
            .await?;
        }
        Ok(SweptAttempts { next, count })
    }

    async fn submit(&self, submit: Submit) -> Result<Submitted> {
        // Written out here and not on the writer's thread, which everybody waits for.
        let answers = values::to_json(&submit.answers)?;
        self.write(move |db| submit::submit(db, &submit, &answers)).await
    }

    async fn dispose_cases(&self, before: Timestamp, now: Timestamp, most: u32) -> Result<usize> {
        self.write(move |db| disposal::dispose(db, before, now, most)).await
    }

    async fn cases(&self, reach: Reach) -> Result<Vec<StoredCase>> {
        self.read(move |db| {
            let mut cases = Vec::new();
            for principal in reach.principals() {
                let mut statement = db.prepare_cached(&format!(
                    "SELECT {} FROM case_record WHERE principal = ?1",
                    rows::COLUMNS
                ))?;
                for case in statement.query_map([principal.key()], rows::case)? {
                    let case = case?;
                    if reach.covers(principal, &case.item) {
                        cases.push(case);
                    }
                }
            }
            cases.sort_by(|a: &StoredCase, b| b.updated_at.cmp(&a.updated_at).then(b.id.cmp(&a.id)));
            Ok(cases)
        })
        .await
    }

    async fn case(&self, id: CaseId, viewer: Viewer) -> Result<CaseFile> {
        self.read(move |db| rows::case_file(db, rows::find(db, id, &viewer)?))
            .await
    }

    async fn step(&self, step: Step) -> Result<CaseFile> {
        let answers = step
            .with
            .handed_in
            .as_ref()
            .map(|handed_in| values::to_json(&handed_in.answers))
            .transpose()?;
        self.write(move |db| step::step(db, &step, answers.as_deref())).await
    }

    async fn queue(&self, question: QueueQuestion) -> Result<StoredQueue> {
        self.read(move |db| queue::queue(db, &question)).await
    }

    async fn overdue(
        &self,
        today: Date,
        steps: Vec<(WorkflowCode, StateCode)>,
        limit: usize,
    ) -> Result<Vec<StoredCase>> {
        self.read(move |db| queue::overdue(db, today, &steps, limit)).await
    }

    async fn steps_in_use(&self) -> Result<Vec<(WorkflowCode, StateCode)>> {
        self.read(|db| {
            let mut statement = db.prepare_cached("SELECT DISTINCT workflow, step FROM case_record ORDER BY 1, 2")?;
            let steps = statement.query_map([], |row| Ok((values::parsed(row, 0)?, values::parsed(row, 1)?)))?;
            Ok(steps.collect::<sql::Result<_>>()?)
        })
        .await
    }

    async fn case_of_file(&self, file: FileId, authority: AuthorityCode) -> Result<CaseId> {
        self.read(move |db| {
            let case = db
                .prepare_cached(
                    "SELECT c.id FROM file f LEFT JOIN draft d ON d.id = f.draft
                     JOIN case_record c ON c.id = coalesce(f.case_id, d.submitted_case)
                     WHERE f.id = ?1 AND c.authority = ?2",
                )?
                .query_row(params![file.key(), authority.as_str()], |row| values::id(row, 0))
                .optional()?;
            case.ok_or_else(Error::not_found)
        })
        .await
    }

    async fn note_access(&self, case: CaseId, staff: StaffId, file: Option<FileId>, at: Timestamp) -> Result<()> {
        let (now, file) = (at.unix_millis(), file.map(|file| file.key()));
        let known = self
            .read(move |db| {
                let known = db
                    .prepare_cached(
                        "SELECT 1 FROM case_access WHERE case_id = ?1 AND staff = ?2 AND at > ?4
                             AND (file = ?3 OR (file IS NULL AND ?3 IS NULL)) LIMIT 1",
                    )?
                    .exists(params![case.key(), staff.key(), file, now - ACCESS_AGAIN_AFTER])?;
                Ok(known)
            })
            .await?;
        if known {
            return Ok(());
        }
        self.write(move |db| {
            db.prepare_cached("INSERT INTO case_access (case_id, staff, file, at) VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![case.key(), staff.key(), file, now])?;
            Ok(())
        })
        .await
    }
}
