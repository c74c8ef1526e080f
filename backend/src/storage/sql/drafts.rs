//! Drafts.

mod answers;
mod lost;
mod merge;

use std::collections::BTreeMap;

use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};
use async_trait::async_trait;
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{AnswerChange, Answers, DraftSaved, GivenAnswer, SaveDraft};
use onehall_protocol::sync::Stamp;
use onehall_protocol::{CaseId, DraftId, ErrorCode, FileId, ItemCode, Timestamp, WriterId};
use onehall_sync::Giving;
use uuid::Uuid;

use super::Database;
use super::many::rows_of;
use super::sync::log_change;
use super::values::{self, Key};
use crate::drafts::{
    DraftStore, FirstAnswer, LateAnswers, MOST_ANSWERS, MOST_CHANGES_TOLD, MOST_CHARACTERS, MOST_WRITERS, MoveDraft,
    OpenDraft, Opened, SaveCommand, StoredDraft, Swept, clock_of,
};
use crate::error::{Error, Result};
use crate::identity::Reach;
use crate::sync::Logged;

const COLUMNS: &str = "id, actor, principal, item, form_code, form_version, revision, page, updated_at, terminal, \
     submitted_case, moved_from";

fn stored(row: &Row<'_>) -> sql::Result<StoredDraft> {
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
        clock: 0,
        lost: Vec::new(),
        latest: Vec::new(),
    })
}

fn find(db: &Connection, id: DraftId, reach: &Reach) -> Result<StoredDraft> {
    let draft = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM draft WHERE id = ?1"))?
        .query_row([id.key()], stored)
        .optional()?
        .ok_or_else(Error::not_found)?;
    reach.admit(draft.principal, &draft.item)?;
    Ok(draft)
}

fn find_open(db: &Connection, id: DraftId, reach: &Reach) -> Result<StoredDraft> {
    let draft = find(db, id, reach)?;
    if draft.submitted_case.is_some() {
        return Err(ErrorCode::DraftSubmitted.into());
    }
    Ok(draft)
}

/// Fills in the answers, and what is told of them.
fn with_answers(db: &Connection, mut draft: StoredDraft) -> Result<StoredDraft> {
    answers::fill_in(db, std::slice::from_mut(&mut draft))?;
    Ok(draft)
}

/// Drafts with their answers, whosever they are; none for one that is not open.
pub(super) fn open_drafts(db: &Connection, ids: &[DraftId]) -> Result<BTreeMap<DraftId, StoredDraft>> {
    let ids: Vec<_> = ids.iter().map(Key::key).collect();
    let sql = format!("SELECT {COLUMNS} FROM draft WHERE id IN ({{ids}}) AND submitted_case IS NULL");
    let mut drafts: Vec<_> = rows_of(db, &sql, &ids, stored)?.into_values().flatten().collect();
    answers::fill_in(db, &mut drafts)?;
    Ok(drafts.into_iter().map(|draft| (draft.id, draft)).collect())
}

/// Which service item a draft is for, whatever became of it; none where it is there no more.
pub(super) fn item_of(db: &Connection, id: DraftId) -> Result<Option<ItemCode>> {
    let mut statement = db.prepare_cached("SELECT item FROM draft WHERE id = ?1")?;
    Ok(statement
        .query_row([id.key()], |row| values::parsed(row, 0))
        .optional()?)
}

/// A draft with its answers, for a submission inside one storage command.
pub(super) fn draft_to_submit(db: &Connection, id: DraftId, reach: &Reach) -> Result<StoredDraft> {
    with_answers(db, find(db, id, reach)?)
}

/// Notes which case a draft became, inside the storage command that makes the case.
pub(super) fn mark_submitted(db: &Connection, id: DraftId, case: CaseId, now: Timestamp) -> Result<()> {
    db.prepare_cached("UPDATE draft SET submitted_case = ?2, updated_at = ?3 WHERE id = ?1")?
        .execute(params![id.key(), case.key(), now.unix_millis()])?;
    lost::forget(db, id)
}

/// Starts a draft, or finds the one that is meant.
fn open_draft(db: &Connection, open: &OpenDraft) -> Result<Opened> {
    if open.begun
        && let Some(known) = begun_before(db, open)?
    {
        return Ok(Opened::Existing(draft_to_submit(
            db,
            known,
            &Reach::all_of(&[open.principal]),
        )?));
    }
    let existing = db
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM draft WHERE principal = ?1 AND item = ?2 AND submitted_case IS NULL"
        ))?
        .query_row(params![open.principal.key(), open.item.as_str()], stored)
        .optional()?;
    if let Some(existing) = existing {
        note_begun(db, open, existing.id)?;
        return Ok(Opened::Existing(with_answers(db, existing)?));
    }
    let terminal = values::name(&open.terminal)?;
    let made = db
        .prepare_cached(
            "INSERT INTO draft (id, actor, principal, item, form_code, form_version, revision, created_at, updated_at, terminal)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7, ?8) ON CONFLICT (id) DO NOTHING",
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
    if made == 0 {
        // An id that a terminal chose, and that is taken: nothing is said of whose.
        return Err(Error::not_found());
    }
    note_begun(db, open, open.id)?;
    fill_in(db, open.id, &open.prefilled, (1, &terminal), open.now)?;
    log_change(db, open.principal, Logged::Draft(open.id), open.now)?;
    Ok(Opened::New(draft_to_submit(
        db,
        open.id,
        &Reach::all_of(&[open.principal]),
    )?))
}

/// What came of a draft that a terminal began, where it said so before.
fn begun_before(db: &Connection, open: &OpenDraft) -> Result<Option<DraftId>> {
    let mut statement = db.prepare_cached("SELECT draft FROM draft_begun WHERE id = ?1 AND principal = ?2")?;
    Ok(statement
        .query_row(params![open.id.key(), open.principal.key()], |row| values::id(row, 0))
        .optional()?)
}

/// Drafts that terminals began before a moment and that are there no more. One that is submitted is there as long as its case.
fn begun_and_gone(db: &Connection, before: Timestamp, most: u32) -> Result<Vec<DraftId>> {
    let mut statement = db.prepare_cached(
        "SELECT id FROM draft_begun WHERE at < ?1
         AND NOT EXISTS (SELECT 1 FROM draft WHERE draft.id = draft_begun.draft) LIMIT ?2",
    )?;
    let rows = statement.query_map(params![before.unix_millis(), most], |row| values::id(row, 0))?;
    Ok(rows.collect::<sql::Result<_>>()?)
}

fn note_begun(db: &Connection, open: &OpenDraft, draft: DraftId) -> Result<()> {
    if !open.begun {
        return Ok(());
    }
    let noted = db
        .prepare_cached(
            "INSERT INTO draft_begun (id, principal, draft, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO NOTHING",
        )?
        .execute(params![
            open.id.key(),
            open.principal.key(),
            draft.key(),
            open.now.unix_millis()
        ])?;
    if noted == 0 {
        return Err(Error::not_found());
    }
    Ok(())
}

/// Merges a save into a draft, as one step.
fn save(db: &Connection, command: &SaveCommand) -> Result<DraftSaved> {
    let SaveCommand {
        id,
        save,
        terminal,
        now,
        ..
    } = command;
    let draft = find_open(db, *id, &command.reach)?;
    let merged = merge::merge(db, command, draft.revision + 1)?;
    let revision = draft.revision + u64::from(merged.differs);
    if merged.differs {
        let (answers, characters) = held(db, *id)?;
        if answers > MOST_ANSWERS || characters > MOST_CHARACTERS || writers(db, *id)? > MOST_WRITERS {
            return Err(ErrorCode::DraftFull.into());
        }
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
        values::name(terminal)?,
        seen
    ])?;
    log_change(db, draft.principal, Logged::Draft(*id), *now)?;
    Ok(DraftSaved {
        revision,
        saved_at: *now,
        clock: clock_of(latest_stamp(db, *id)?, *now),
        others: merge::others(db, command)?,
        lost: lost::all(db, *id)?,
    })
}

fn latest_stamp(db: &Connection, id: DraftId) -> Result<u64> {
    let mut statement = db.prepare_cached("SELECT coalesce(max(stamp_at), 0) FROM draft_answer WHERE draft = ?1")?;
    Ok(statement.query_row([id.key()], |row| row.get(0))?)
}

/// The revision that a save knows of. What SQLite cannot count to, no draft comes to either.
fn seen(save: &SaveDraft) -> i64 {
    i64::try_from(save.base_revision).unwrap_or(i64::MAX)
}

/// Moves an open draft to another version of its form. Nothing where it is not any more what was decided on.
fn move_draft(db: &Connection, command: &MoveDraft) -> Result<Option<StoredDraft>> {
    let draft = find_open(db, command.id, &command.reach)?;
    // A move counts the revision up: where it is the same, so is the version.
    if draft.revision != command.revision {
        return Ok(None);
    }
    let revision = draft.revision + 1;
    for change in &command.changes {
        db.prepare_cached(
            "UPDATE draft_answer SET value = ?3, revision = ?4, given_revision = ?4, writer = NULL, at = ?5
             WHERE draft = ?1 AND path = ?2",
        )?
        .execute(params![
            command.id.key(),
            change.path,
            values::to_json(&change.value)?,
            revision,
            command.now.unix_millis()
        ])?;
        keep_rows_of_move(db, command, change, revision)?;
    }
    let terminal = values::name(&draft.terminal)?;
    fill_in(db, command.id, &command.prefilled, (revision, &terminal), command.now)?;
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
    log_change(db, draft.principal, Logged::Draft(command.id), command.now)?;
    draft_to_submit(db, command.id, &command.reach).map(Some)
}

/// Writes what the hall knows, as answers that nobody changed or confirmed; none where something was answered.
fn fill_in(
    db: &Connection,
    draft: DraftId,
    known: &[FirstAnswer],
    (revision, terminal): (u64, &str),
    now: Timestamp,
) -> Result<()> {
    for first in known {
        db.prepare_cached(
            "INSERT INTO draft_answer (draft, path, value, revision, terminal, at, prefilled, prefilled_from, stamp_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?6) ON CONFLICT (draft, path) DO NOTHING",
        )?
        .execute(params![
            draft.key(),
            first.path,
            values::to_json(&first.value)?,
            revision,
            terminal,
            now.unix_millis(),
            values::to_json(&first.source)?
        ])?;
    }
    Ok(())
}

/// The rows of a group whose list a move rewrites.
fn keep_rows_of_move(db: &Connection, command: &MoveDraft, change: &AnswerChange, revision: u64) -> Result<()> {
    let rows = merge::held(db, command.id, &change.path)?.and_then(|held| held.rows);
    let (Some(mut rows), Some(ids)) = (rows, merge::ids(&change.value)) else {
        return Ok(());
    };
    let stamp = Stamp {
        at: u64::try_from(command.now.unix_millis()).unwrap_or(0),
        count: 0,
        writer: WriterId(Uuid::nil()),
    };
    let all_seen = Giving {
        stamp,
        seen: u64::MAX,
        revision,
    };
    rows.give(&ids, all_seen);
    merge::keep_rows(db, command.id, &change.path, &rows)
}

/// How many answers a draft holds, and of how many characters.
fn held(db: &Connection, id: DraftId) -> Result<(u32, u64)> {
    let mut statement =
        db.prepare_cached("SELECT count(*), coalesce(sum(length(value)), 0) FROM draft_answer WHERE draft = ?1")?;
    Ok(statement.query_row([id.key()], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

fn writers(db: &Connection, id: DraftId) -> Result<u32> {
    let mut statement = db.prepare_cached("SELECT count(*) FROM draft_writer WHERE draft = ?1")?;
    Ok(statement.query_row([id.key()], |row| row.get(0))?)
}

#[async_trait]
impl DraftStore for Database {
    async fn open_draft(&self, open: OpenDraft) -> Result<Opened> {
        self.write(move |db| open_draft(db, &open)).await
    }

    async fn list_drafts(&self, reach: Reach) -> Result<Vec<StoredDraft>> {
        self.read(move |db| {
            let mut drafts = Vec::new();
            for principal in reach.principals() {
                let mut statement = db.prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM draft WHERE principal = ?1 AND submitted_case IS NULL"
                ))?;
                for draft in statement.query_map([principal.key()], stored)? {
                    let draft = draft?;
                    if reach.covers(principal, &draft.item) {
                        drafts.push(draft);
                    }
                }
            }
            drafts.sort_by(|a: &StoredDraft, b| b.updated_at.cmp(&a.updated_at).then(a.id.cmp(&b.id)));
            Ok(drafts)
        })
        .await
    }

    async fn draft_head(&self, id: DraftId, reach: Reach) -> Result<StoredDraft> {
        self.read(move |db| find(db, id, &reach)).await
    }

    async fn draft(&self, id: DraftId, reach: Reach) -> Result<StoredDraft> {
        self.read(move |db| draft_to_submit(db, id, &reach)).await
    }

    async fn save_draft(&self, command: SaveCommand) -> Result<DraftSaved> {
        self.write(move |db| save(db, &command)).await
    }

    async fn keep_late(&self, late: LateAnswers) -> Result<()> {
        self.write(move |db| {
            let draft = find_open(db, late.id, &late.reach)?;
            for change in &late.changes {
                let answer = GivenAnswer {
                    path: change.path.clone(),
                    value: change.value.clone(),
                    terminal: late.terminal,
                    // No later than now, whatever the terminal's clock says.
                    at: merge::time(change.stamp).min(late.now),
                };
                lost::keep(db, late.id, &answer, change.stamp.writer, late.now)?;
            }
            log_change(db, draft.principal, Logged::Draft(late.id), late.now)
        })
        .await
    }

    async fn changed_since(&self, id: DraftId, reach: Reach, revision: u64) -> Result<Vec<GivenAnswer>> {
        self.read(move |db| {
            find(db, id, &reach)?;
            merge::changed_since(db, id, revision, MOST_CHANGES_TOLD)
        })
        .await
    }

    async fn dismiss_lost(&self, id: DraftId, reach: Reach, n: u32, now: Timestamp) -> Result<()> {
        self.write(move |db| {
            let draft = find_open(db, id, &reach)?;
            if lost::dismiss(db, id, n)? {
                log_change(db, draft.principal, Logged::Draft(id), now)?;
            }
            Ok(())
        })
        .await
    }

    async fn sweep_drafts(&self, before: Timestamp, most: u32) -> Result<Swept> {
        self.write(move |db| lost::sweep(db, before, most)).await
    }

    async fn sweep_begun(&self, before: Timestamp, most: u32) -> Result<usize> {
        // Looked for beside whoever writes: there may be many, and hardly any to delete.
        let gone = self.read(move |db| begun_and_gone(db, before, most)).await?;
        if gone.is_empty() {
            return Ok(0);
        }
        self.write(move |db| {
            let mut delete = db.prepare_cached("DELETE FROM draft_begun WHERE id = ?1")?;
            for id in &gone {
                delete.execute([id.key()])?;
            }
            Ok(gone.len())
        })
        .await
    }

    async fn move_draft(&self, command: MoveDraft) -> Result<Option<StoredDraft>> {
        self.write(move |db| move_draft(db, &command)).await
    }

    async fn discard_draft(&self, id: DraftId, reach: Reach, now: Timestamp) -> Result<Vec<FileId>> {
        self.write(move |db| {
            let draft = find_open(db, id, &reach)?;
            let files = db
                .prepare_cached("SELECT id FROM file WHERE draft = ?1")?
                .query_map([id.key()], |row| values::id(row, 0))?
                .collect::<sql::Result<Vec<FileId>>>()?;
            for file in &files {
                super::files::doubt(db, *file)?;
            }
            db.prepare_cached("DELETE FROM file WHERE draft = ?1")?
                .execute([id.key()])?;
            db.prepare_cached("DELETE FROM draft WHERE id = ?1")?
                .execute([id.key()])?;
            log_change(db, draft.principal, Logged::Draft(id), now)?;
            Ok(files)
        })
        .await
    }
}
