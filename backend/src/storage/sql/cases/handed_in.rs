//! What is handed in with a case, the first time and with each supplement: its answers, and the files that they name.

use onehall_protocol::drafts::EvaluatedWith;
use onehall_protocol::{CaseId, ErrorCode, Timestamp};

use super::super::values::{self, Key};
use crate::cases::model::{NamedFile, StoredCase};
use crate::error::{Error, Result};
use crate::storage::sql::{Connection, OptionalExtension, params};

/// Keeps answers as this revision of those of a case.
pub(super) fn keep(
    db: &Connection,
    (case, revision): (CaseId, u64),
    answers: &str,
    transcript: &str,
    evaluated: &EvaluatedWith,
    at: Timestamp,
) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO case_answers (case_id, revision, answers, transcript, at, evaluated) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        case.key(),
        revision,
        answers,
        transcript,
        at.unix_millis(),
        values::to_json(evaluated)?,
    ])?;
    Ok(())
}

/// A file that an answer names came with the draft, or was uploaded to the case since; and for this very question.
pub(super) fn file_is_of_case(db: &Connection, case: &StoredCase, file: &NamedFile) -> Result<()> {
    let known = db
        .prepare_cached(
            "SELECT sha256, size, media_type, name, source FROM file
             WHERE id = ?1 AND path = ?2 AND principal = ?3 AND (case_id = ?4 OR draft = ?5)",
        )?
        .query_row(
            params![
                file.view.id.key(),
                file.path,
                case.principal.id.key(),
                case.id.key(),
                case.draft.key()
            ],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, u64>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, String>(3)?,
                    values::optional_json(row, 4)?,
                ))
            },
        )
        .optional()?;
    let named = (
        &file.view.sha256,
        file.view.size,
        &file.view.media_type,
        &file.view.name,
        &file.view.source,
    );
    match &known {
        Some((sha256, size, media_type, name, source)) if (sha256, *size, media_type, name, source) == named => Ok(()),
        _ => Err(Error::new(ErrorCode::InvalidAnswers).with_field(&file.path, "unknown_file")),
    }
}
