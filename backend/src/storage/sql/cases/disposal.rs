//! Destroys the records of cases, and notes that in the register.

use onehall_protocol::{CaseId, DraftId, FileId, Timestamp, UploadId};

use super::super::values::{Key, id};
use super::super::{Connection, files, params, uploads};
use crate::error::Result;
use crate::storage::sql;

/// What hangs on a case, besides its files.
const PARTS: [&str; 7] = [
    "case_rating",
    "case_result",
    "case_supplement",
    "case_answers",
    "case_event",
    "case_access",
    "attempt",
];

/// Destroys the records of at most `most` cases that ended before `before` and whose principal has no account any more.
pub(super) fn dispose(tx: &Connection, before: Timestamp, now: Timestamp, most: u32) -> Result<usize> {
    let over = tx
        .prepare_cached(
            "SELECT c.id, c.draft FROM case_record c JOIN case_result r ON r.case_id = c.id
             WHERE c.ended = 1 AND r.at < ?1 AND NOT EXISTS (SELECT 1 FROM person WHERE person.id = c.principal)
             ORDER BY r.at, c.id LIMIT ?2",
        )?
        .query_map(params![before.unix_millis(), most], |row| {
            Ok((id::<CaseId>(row, 0)?, id::<DraftId>(row, 1)?))
        })?
        .collect::<sql::Result<Vec<_>>>()?;
    for (case, draft) in &over {
        // In the register first: only then may the history go.
        tx.prepare_cached(
            "INSERT INTO case_disposal (case_id, number, item, authority, ended_at, disposed_at)
             SELECT c.id, c.number, c.item, c.authority, r.at, ?2 FROM case_record c JOIN case_result r ON r.case_id = c.id
             WHERE c.id = ?1",
        )?
        .execute(params![case.key(), now.unix_millis()])?;
        take_files(tx, *case, *draft)?;
        for part in PARTS {
            tx.prepare_cached(&format!("DELETE FROM {part} WHERE case_id = ?1"))?
                .execute([case.key()])?;
        }
        tx.prepare_cached("DELETE FROM case_record WHERE id = ?1")?
            .execute([case.key()])?;
        tx.prepare_cached("DELETE FROM draft_begun WHERE draft = ?1")?
            .execute([draft.key()])?;
        tx.prepare_cached("DELETE FROM draft WHERE id = ?1")?
            .execute([draft.key()])?;
    }
    Ok(over.len())
}

fn take_files(tx: &Connection, case: CaseId, draft: DraftId) -> Result<()> {
    let of_both = (case.key(), draft.key());
    let uploads = tx
        .prepare_cached("SELECT id FROM upload WHERE case_id = ?1 OR draft = ?2")?
        .query_map(of_both, |row| id::<UploadId>(row, 0))?
        .collect::<sql::Result<Vec<_>>>()?;
    for upload in uploads {
        uploads::forget(tx, upload)?;
    }
    let files = tx
        .prepare_cached("SELECT id FROM file WHERE case_id = ?1 OR draft = ?2")?
        .query_map(of_both, |row| id::<FileId>(row, 0))?
        .collect::<sql::Result<Vec<_>>>()?;
    for file in files {
        files::doubt(tx, file)?;
        tx.prepare_cached("DELETE FROM file WHERE id = ?1")?
            .execute([file.key()])?;
    }
    Ok(())
}
