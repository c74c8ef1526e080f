//! A case moves one step on: one command, all or nothing.

use crate::storage::sql::{Connection, params};
use onehall_protocol::{CaseId, ErrorCode, FileId};

use super::super::sync::log_change;
use super::super::values::{self, Key};
use super::{attempted, handed_in, keep_attempt, rows};
use crate::cases::model::{Asked, CaseFile, NewResult, ResultDocument, Step, StoredCase, Viewer};
use crate::error::{Error, Result};
use crate::sync::Logged;

pub(super) fn step(db: &Connection, step: &Step, answers: Option<&str>) -> Result<CaseFile> {
    if let Some(attempt) = &step.attempt
        && let Some((case, _)) = attempted(db, attempt)?
    {
        return rows::case_file(db, rows::find(db, case, &step.viewer)?);
    }
    let case = rows::find(db, step.case, &step.viewer)?;
    move_on(db, step)?;
    let sequence = rows::add_next_event(db, &case, &step.event)?;
    let at = step.event.at.unix_millis();
    // Whatever was asked for is over when the case moves on: handed in, taken back, or lapsed.
    db.prepare_cached("UPDATE case_supplement SET answered_at = ?2 WHERE case_id = ?1 AND answered_at IS NULL")?
        .execute(params![case.id.key(), at])?;
    if let Some(Asked { items, note, due }) = &step.with.asked {
        db.prepare_cached(
            "INSERT INTO case_supplement (case_id, sequence, items, note, due, requested_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![case.id.key(), sequence, values::to_json(items)?, note, due.to_string(), at])?;
    }
    if let (Some(with), Some(answers)) = (&step.with.handed_in, answers) {
        for file in &with.files {
            handed_in::file_is_of_case(db, &case, file)?;
        }
        let revision = db
            .prepare_cached("SELECT max(revision) + 1 FROM case_answers WHERE case_id = ?1")?
            .query_row([case.id.key()], |row| row.get(0))?;
        handed_in::keep(
            db,
            (case.id, revision),
            answers,
            &with.transcript,
            &with.evaluated,
            step.event.at,
        )?;
    }
    if let Some(result) = &step.with.result {
        end(db, &case, result, at)?;
    }
    if let Some(rating) = &step.with.rating {
        let tags = values::to_json(&rating.tags)?;
        db.prepare_cached("INSERT INTO case_rating (case_id, stars, tags, comment, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![case.id.key(), rating.stars, tags, rating.comment, at])?;
    }
    if let Some(attempt) = &step.attempt {
        keep_attempt(db, attempt, case.id, None, step.event.at)?;
    }
    log_change(db, case.principal.id, Logged::Case(case.id), step.event.at)?;
    rows::case_file(db, rows::find(db, case.id, &Viewer::System)?)
}

/// Compare and set: of two who decided on the same version, one wins.
fn move_on(db: &Connection, step: &Step) -> Result<()> {
    let Step { standing, event, .. } = step;
    let ended = step.with.result.is_some();
    let moved = db
        .prepare_cached(
            "UPDATE case_record SET version = version + 1, updated_at = ?3, step = ?4, state = ?5, ended = CASE WHEN ?6 = 1 THEN 1 ELSE ended END,
                 due = ?7, clock_used = ?8, clock_since = ?9, clock_begun = ?10
             WHERE id = ?1 AND version = ?2",
        )?
        .execute(params![
            step.case.key(),
            step.version,
            event.at.unix_millis(),
            standing.step.as_str(),
            values::name(&event.state)?,
            ended,
            standing.due.map(|due| due.to_string()),
            standing.clock.used,
            standing.clock.since.map(|since| since.to_string()),
            standing.clock.begun,
        ])?;
    if moved == 1 {
        Ok(())
    } else {
        Err(ErrorCode::CaseMoved.into())
    }
}

/// The one result of a case. A second one breaks the primary key, and with it the whole step.
fn end(db: &Connection, case: &StoredCase, result: &NewResult, at: i64) -> Result<()> {
    let file = match &result.document {
        Some(ResultDocument::Uploaded(file)) => Some(release(db, case.id, *file)?),
        Some(ResultDocument::Made(file)) => {
            super::super::files::insert(db, file)?;
            Some(file.view.id)
        }
        None => None,
    };
    db.prepare_cached(
        "INSERT INTO case_result (case_id, kind, at, document_number, reason, file) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        case.id.key(),
        values::name(&result.kind)?,
        at,
        result.document_number,
        result.reason,
        file.map(|file| file.key()),
    ])?;
    Ok(())
}

/// Lets the citizen read a result that a clerk uploaded to this case.
fn release(db: &Connection, case: CaseId, file: FileId) -> Result<FileId> {
    let released = db
        .prepare_cached("UPDATE file SET released = 1 WHERE id = ?1 AND case_id = ?2 AND path IS NULL")?
        .execute(params![file.key(), case.key()])?;
    if released == 1 {
        Ok(file)
    } else {
        Err(Error::new(ErrorCode::ActionIncomplete).with_field("file", "unknown_file"))
    }
}
