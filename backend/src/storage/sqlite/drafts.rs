//! Drafts in SQLite.

use async_trait::async_trait;
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{AnswerConflict, Answers, DraftSaved, PrefillSource, Prefilled, SaveDraft};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{CaseId, DraftId, ErrorCode, FileId, PersonId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use super::Sqlite;
use super::values::{self, Key};
use crate::drafts::{DraftStore, MOST_ANSWERS, MoveDraft, OpenDraft, Opened, SaveCommand, SaveOutcome, StoredDraft};
use crate::error::{Error, Result};

const COLUMNS: &str = "id, actor, principal, item, form_code, form_version, revision, page, updated_at, terminal, \
     submitted_case, moved_from";

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredDraft> {
    Ok(StoredDraft {
        id: values::id(row, 0)?,
        actor: values::id(row, 1)?,
        principal: values::id(row, 2)?,
        item: values::parsed(row, 3)?,
        form: FormReference {
            code: values::parsed(row, 4)?,
            version: row.get(5)?,
        },
        revision: row.get(6)?,
        page: row.get(7)?,
        updated_at: values::time(row, 8)?,
        terminal: values::named(row, 9)?,
        submitted_case: values::optional_id(row, 10)?,
        moved_from: row.get(11)?,
        answers: Answers::new(),
        prefilled: Vec::new(),
    })
}

fn find(db: &Connection, id: DraftId, principals: &[PersonId]) -> Result<StoredDraft> {
    let draft = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM draft WHERE id = ?1"))?
        .query_row([id.key()], stored)
        .optional()?;
    draft
        .filter(|draft| principals.contains(&draft.principal))
        .ok_or_else(Error::not_found)
}

fn find_open(db: &Connection, id: DraftId, principals: &[PersonId]) -> Result<StoredDraft> {
    let draft = find(db, id, principals)?;
    if draft.submitted_case.is_some() {
        return Err(ErrorCode::DraftSubmitted.into());
    }
    Ok(draft)
}

/// Fills in the answers.
fn with_answers(db: &Connection, mut draft: StoredDraft) -> Result<StoredDraft> {
    let mut statement = db.prepare_cached(
        "SELECT path, value, prefilled, prefilled_from FROM draft_answer WHERE draft = ?1 AND value <> 'null' ORDER BY path",
    )?;
    let rows = statement.query_map([draft.id.key()], |row| {
        Ok((
            row.get::<_, String>(0)?,
            values::json::<Value>(row, 1)?,
            row.get::<_, bool>(2)?,
            values::optional_json::<PrefillSource>(row, 3)?,
        ))
    })?;
    for row in rows {
        let (path, value, prefilled, source) = row?;
        if prefilled {
            draft.prefilled.push(Prefilled {
                path: path.clone(),
                // A draft of the time when there was no other source says none.
                source: source.unwrap_or(PrefillSource::Profile),
            });
        }
        draft.answers.insert(path, value);
    }
    Ok(draft)
}

/// A draft with its answers, for a submission inside one storage command.
pub(super) fn draft_to_submit(db: &Connection, id: DraftId, principals: &[PersonId]) -> Result<StoredDraft> {
    with_answers(db, find(db, id, principals)?)
}

/// Notes which case a draft became, inside the storage command that makes the case.
pub(super) fn mark_submitted(db: &Connection, id: DraftId, case: CaseId, now: Timestamp) -> Result<()> {
    db.prepare_cached("UPDATE draft SET submitted_case = ?2, updated_at = ?3 WHERE id = ?1")?
        .execute(params![id.key(), case.key(), now.unix_millis()])?;
    Ok(())
}

struct Register {
    value: Value,
    revision: u64,
    writer: Option<[u8; 16]>,
    terminal: TerminalKind,
    at: Timestamp,
}

fn register(row: &Row<'_>) -> rusqlite::Result<Register> {
    Ok(Register {
        value: values::json(row, 0)?,
        revision: row.get(1)?,
        writer: row.get(2)?,
        terminal: values::named(row, 3)?,
        at: values::time(row, 4)?,
    })
}

fn save(db: &Connection, command: &SaveCommand) -> Result<SaveOutcome> {
    let SaveCommand {
        id,
        save,
        terminal,
        now,
        ..
    } = command;
    let draft = find_open(db, *id, &command.principals)?;
    let mut conflicts = Vec::new();
    let mut changed = Vec::new();
    for change in &save.changes {
        let known = db
            .prepare_cached(
                "SELECT value, revision, writer, terminal, at FROM draft_answer WHERE draft = ?1 AND path = ?2",
            )?
            .query_row(params![id.key(), change.path], register)
            .optional()?;
        match known {
            // A confirmation by the citizen of a value that the hall filled in is a change, too: it is no longer prefilled.
            Some(known) if known.value == change.value => changed.push((change, false)),
            Some(known) if known.revision > save.base_revision && known.writer != Some(save.writer.key()) => {
                conflicts.push(AnswerConflict {
                    path: change.path.clone(),
                    value: known.value,
                    revision: known.revision,
                    terminal: known.terminal,
                    at: known.at,
                });
            }
            None if change.value.is_null() => {}
            _ => changed.push((change, true)),
        }
    }
    if !conflicts.is_empty() {
        return Ok(SaveOutcome::Conflict(conflicts));
    }
    let differs = changed.iter().any(|(_, differs)| *differs);
    let revision = draft.revision + u64::from(differs);
    let terminal = values::name(terminal)?;
    for (change, differs) in &changed {
        if !differs {
            db.prepare_cached(
                "UPDATE draft_answer SET prefilled = 0, prefilled_from = NULL WHERE draft = ?1 AND path = ?2",
            )?
            .execute(params![id.key(), change.path])?;
            continue;
        }
        db.prepare_cached(
            "INSERT INTO draft_answer (draft, path, value, revision, writer, terminal, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (draft, path) DO UPDATE SET value = excluded.value, revision = excluded.revision,
                 writer = excluded.writer, terminal = excluded.terminal, at = excluded.at, prefilled = 0, prefilled_from = NULL",
        )?
        .execute(params![
            id.key(),
            change.path,
            values::to_json(&change.value)?,
            revision,
            save.writer.key(),
            terminal,
            now.unix_millis()
        ])?;
    }
    if differs && answers_held(db, *id)? > MOST_ANSWERS {
        return Err(ErrorCode::DraftFull.into());
    }
    // Who changes an answer with the revision of a move in sight was told of the move.
    let seen = (!save.changes.is_empty()).then(|| seen(save));
    db.prepare_cached(
        "UPDATE draft SET revision = ?2, page = coalesce(?3, page), updated_at = ?4, terminal = ?5,
             moved_from = CASE WHEN moved_at <= ?6 THEN NULL ELSE moved_from END WHERE id = ?1",
    )?
    .execute(params![
        id.key(),
        revision,
        save.page,
        now.unix_millis(),
        terminal,
        seen
    ])?;
    Ok(SaveOutcome::Saved(DraftSaved {
        revision,
        saved_at: *now,
        others: others(db, command)?,
    }))
}

/// The revision that a save knows of. What SQLite cannot count to, no draft comes to either.
fn seen(save: &SaveDraft) -> i64 {
    i64::try_from(save.base_revision).unwrap_or(i64::MAX)
}

/// Moves an open draft to another version of its form. Nothing where it is not any more what was decided on.
fn move_draft(db: &Connection, command: &MoveDraft) -> Result<Option<StoredDraft>> {
    let draft = find_open(db, command.id, &command.principals)?;
    // A move counts the revision up: where it is the same, so is the version.
    if draft.revision != command.revision {
        return Ok(None);
    }
    let revision = draft.revision + 1;
    for change in &command.changes {
        db.prepare_cached(
            "UPDATE draft_answer SET value = ?3, revision = ?4, writer = NULL, at = ?5 WHERE draft = ?1 AND path = ?2",
        )?
        .execute(params![
            command.id.key(),
            change.path,
            values::to_json(&change.value)?,
            revision,
            command.now.unix_millis()
        ])?;
    }
    // Of several moves that nobody was told of, the first one's version is the one that the citizen knows; a draft that is
    // back there has not moved.
    db.prepare_cached(
        "UPDATE draft SET form_code = ?2, form_version = ?3, revision = ?4, moved_at = ?4,
             moved_from = nullif(coalesce(moved_from, ?5), ?3) WHERE id = ?1",
    )?
    .execute(params![
        command.id.key(),
        command.to.code.as_str(),
        command.to.version,
        revision,
        command.from.version
    ])?;
    draft_to_submit(db, command.id, &command.principals).map(Some)
}

fn answers_held(db: &Connection, id: DraftId) -> Result<u32> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM draft_answer WHERE draft = ?1")?;
    Ok(statement.query_row([id.key()], |row| row.get(0))?)
}

/// What other writers changed since the revision that the terminal has seen.
fn others(db: &Connection, command: &SaveCommand) -> Result<Answers> {
    let seen = seen(&command.save);
    let mut statement = db.prepare_cached(
        "SELECT path, value FROM draft_answer WHERE draft = ?1 AND revision > ?2 AND writer IS NOT ?3",
    )?;
    let rows = statement.query_map(params![command.id.key(), seen, command.save.writer.key()], |row| {
        Ok((row.get::<_, String>(0)?, values::json::<Value>(row, 1)?))
    })?;
    let mut others = rows.collect::<rusqlite::Result<Answers>>()?;
    for change in &command.save.changes {
        others.remove(&change.path);
    }
    Ok(others)
}

#[async_trait]
impl DraftStore for Sqlite {
    async fn open_draft(&self, open: OpenDraft) -> Result<Opened> {
        self.write(move |db| {
            let existing = db
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM draft WHERE principal = ?1 AND item = ?2 AND submitted_case IS NULL"
                ))?
                .query_row(params![open.principal.key(), open.item.as_str()], stored)
                .optional()?;
            if let Some(existing) = existing {
                return Ok(Opened::Existing(with_answers(db, existing)?));
            }
            let terminal = values::name(&open.terminal)?;
            db.prepare_cached(
                "INSERT INTO draft (id, actor, principal, item, form_code, form_version, revision, created_at, updated_at, terminal)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7, ?8)",
            )?
            .execute(params![
                open.id.key(),
                open.actor.key(),
                open.principal.key(),
                open.item.as_str(),
                open.form.code.as_str(),
                open.form.version,
                open.now.unix_millis(),
                terminal
            ])?;
            for first in &open.prefilled {
                db.prepare_cached(
                    "INSERT INTO draft_answer (draft, path, value, revision, terminal, at, prefilled, prefilled_from)
                     VALUES (?1, ?2, ?3, 1, ?4, ?5, 1, ?6)",
                )?
                .execute(params![
                    open.id.key(),
                    first.path,
                    values::to_json(&first.value)?,
                    terminal,
                    open.now.unix_millis(),
                    values::to_json(&first.source)?
                ])?;
            }
            Ok(Opened::New(draft_to_submit(db, open.id, &[open.principal])?))
        })
        .await
    }

    async fn list_drafts(&self, principals: Vec<PersonId>) -> Result<Vec<StoredDraft>> {
        self.read(move |db| {
            let mut drafts = Vec::new();
            for principal in principals {
                let mut statement = db.prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM draft WHERE principal = ?1 AND submitted_case IS NULL"
                ))?;
                for draft in statement.query_map([principal.key()], stored)? {
                    drafts.push(draft?);
                }
            }
            drafts.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then(a.id.cmp(&b.id)));
            Ok(drafts)
        })
        .await
    }

    async fn draft_head(&self, id: DraftId, principals: Vec<PersonId>) -> Result<StoredDraft> {
        self.read(move |db| find(db, id, &principals)).await
    }

    async fn draft(&self, id: DraftId, principals: Vec<PersonId>) -> Result<StoredDraft> {
        self.read(move |db| draft_to_submit(db, id, &principals)).await
    }

    async fn save_draft(&self, command: SaveCommand) -> Result<SaveOutcome> {
        self.write(move |db| save(db, &command)).await
    }

    async fn move_draft(&self, command: MoveDraft) -> Result<Option<StoredDraft>> {
        self.write(move |db| move_draft(db, &command)).await
    }

    async fn discard_draft(&self, id: DraftId, principals: Vec<PersonId>) -> Result<Vec<FileId>> {
        self.write(move |db| {
            find_open(db, id, &principals)?;
            let files = db
                .prepare_cached("SELECT id FROM file WHERE draft = ?1")?
                .query_map([id.key()], |row| values::id(row, 0))?
                .collect::<rusqlite::Result<Vec<FileId>>>()?;
            db.prepare_cached("DELETE FROM file WHERE draft = ?1")?
                .execute([id.key()])?;
            db.prepare_cached("DELETE FROM draft WHERE id = ?1")?
                .execute([id.key()])?;
            Ok(files)
        })
        .await
    }
}
