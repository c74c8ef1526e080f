//! Answers that did not stand: kept for a while, told of, brought back or dismissed.

use std::collections::BTreeMap;

use crate::storage::sql::{self, Connection, params};
use onehall_protocol::drafts::{GivenAnswer, LostAnswer};
use onehall_protocol::{DraftId, Timestamp, WriterId};
use onehall_sync::Rows;
use serde_json::Value;

use super::merge::keep_rows;
use crate::drafts::{MOST_LOST, MOST_LOST_CHARACTERS, Swept};
use crate::error::Result;
use crate::storage::sql::many::{Id, rows_of};
use crate::storage::sql::values::{self, Key};

/// Keeps an answer that did not stand; the last one of a writer to a question takes the place of the one before.
pub(super) fn keep(
    db: &Connection,
    draft: DraftId,
    answer: &GivenAnswer,
    writer: WriterId,
    now: Timestamp,
) -> Result<()> {
    if of_question(db, draft, &answer.path)?
        .iter()
        .any(|(_, value)| *value == answer.value)
    {
        return Ok(());
    }
    let n: u32 = db
        .prepare_cached("UPDATE draft SET lost_made = lost_made + 1 WHERE id = ?1 RETURNING lost_made")?
        .query_row([draft.key()], |row| row.get(0))?;
    db.prepare_cached(
        "INSERT INTO draft_lost (draft, n, path, writer, value, terminal, at, kept_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (draft, path, writer) DO UPDATE SET n = excluded.n, value = excluded.value,
             terminal = excluded.terminal, at = excluded.at, kept_at = excluded.kept_at",
    )?
    .execute(params![
        draft.key(),
        n,
        answer.path,
        writer.key(),
        values::to_json(&answer.value)?,
        values::name(&answer.terminal)?,
        answer.at.unix_millis(),
        now.unix_millis()
    ])?;
    let kept = db
        .prepare_cached("SELECT n, length(value) FROM draft_lost WHERE draft = ?1 ORDER BY n DESC")?
        .query_map([draft.key()], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<sql::Result<Vec<(u32, u64)>>>()?;
    if let Some(n) = first_to_go(&kept) {
        db.prepare_cached("DELETE FROM draft_lost WHERE draft = ?1 AND n <= ?2")?
            .execute(params![draft.key(), n])?;
    }
    Ok(())
}

/// From which one on, the latest first and each with its length, there is no room.
fn first_to_go(kept: &[(u32, u64)]) -> Option<u32> {
    let mut characters = 0u64;
    let mut numbered = kept.iter().enumerate();
    let gone = numbered.find(|(place, (_, length))| {
        characters = characters.saturating_add(*length);
        *place >= MOST_LOST || (*place > 0 && characters > MOST_LOST_CHARACTERS)
    });
    gone.map(|(_, (n, _))| *n)
}

fn of_question(db: &Connection, draft: DraftId, path: &str) -> Result<Vec<(u32, Value)>> {
    let mut statement = db.prepare_cached("SELECT n, value FROM draft_lost WHERE draft = ?1 AND path = ?2")?;
    let rows = statement.query_map(params![draft.key(), path], |row| {
        Ok((row.get(0)?, values::json(row, 1)?))
    })?;
    Ok(rows.collect::<sql::Result<_>>()?)
}

/// An answer stands: where it was lost, it is back.
pub(super) fn brought_back(db: &Connection, draft: DraftId, path: &str, value: &Value) -> Result<()> {
    for (n, lost) in of_question(db, draft, path)? {
        if lost == *value {
            dismiss(db, draft, n)?;
        }
    }
    Ok(())
}

/// Forgets one. Gives whether there was one.
pub(super) fn dismiss(db: &Connection, draft: DraftId, n: u32) -> Result<bool> {
    let gone = db
        .prepare_cached("DELETE FROM draft_lost WHERE draft = ?1 AND n = ?2")?
        .execute(params![draft.key(), n])?;
    Ok(gone > 0)
}

/// All of a draft, the latest first.
pub(super) fn all(db: &Connection, draft: DraftId) -> Result<Vec<LostAnswer>> {
    let mut lost = of_drafts(db, &[draft.key()])?;
    Ok(lost.remove(&draft.key()).unwrap_or_default())
}

/// All of drafts, by draft, the latest first.
pub(super) fn of_drafts(db: &Connection, drafts: &[Id]) -> Result<BTreeMap<Id, Vec<LostAnswer>>> {
    let sql =
        "SELECT draft, n, path, value, terminal, at FROM draft_lost WHERE draft IN ({ids}) ORDER BY draft, n DESC";
    rows_of(db, sql, drafts, |row| {
        Ok(LostAnswer {
            n: row.get(1)?,
            path: row.get(2)?,
            value: values::json(row, 3)?,
            terminal: values::named(row, 4)?,
            at: values::time(row, 5)?,
        })
    })
}

/// The draft is no draft any more: what did not stand in it goes, and what was in rows that were taken away.
pub(super) fn forget(db: &Connection, draft: DraftId) -> Result<()> {
    db.prepare_cached("DELETE FROM draft_lost WHERE draft = ?1")?
        .execute([draft.key()])?;
    db.prepare_cached("DELETE FROM draft_writer WHERE draft = ?1")?
        .execute([draft.key()])?;
    let mut statement =
        db.prepare_cached("SELECT path, group_rows FROM draft_answer WHERE draft = ?1 AND row_gone_at IS NOT NULL")?;
    let groups = statement
        .query_map([draft.key()], |row| Ok((row.get(0)?, values::json(row, 1)?)))?
        .collect::<sql::Result<Vec<(String, Rows)>>>()?;
    for (path, rows) in groups {
        forget_rows(db, draft, &path, rows, u64::MAX)?;
    }
    Ok(())
}

/// Deletes what has been kept long enough: `before` is when it was kept at the latest. At most `most` of each.
pub(super) fn sweep(db: &Connection, before: Timestamp, most: u32) -> Result<Swept> {
    let answers = db
        .prepare_cached(
            "DELETE FROM draft_lost WHERE (draft, n) IN (SELECT draft, n FROM draft_lost WHERE kept_at < ?1 LIMIT ?2)",
        )?
        .execute(params![before.unix_millis(), most])?;
    let groups = db
        .prepare_cached("SELECT draft, path, group_rows FROM draft_answer WHERE row_gone_at < ?1 LIMIT ?2")?
        .query_map(params![before.unix_millis(), most], |row| {
            Ok((values::id(row, 0)?, row.get(1)?, values::json(row, 2)?))
        })?
        .collect::<sql::Result<Vec<(DraftId, String, Rows)>>>()?;
    let before = u64::try_from(before.unix_millis()).unwrap_or(0);
    let mut rows = 0;
    for (draft, path, kept) in groups {
        rows += forget_rows(db, draft, &path, kept, before)?;
    }
    Ok(Swept { answers, rows })
}

fn forget_rows(db: &Connection, draft: DraftId, path: &str, mut rows: Rows, before: u64) -> Result<usize> {
    let gone = rows.forget_gone(before);
    for row in &gone {
        db.prepare_cached("DELETE FROM draft_answer WHERE draft = ?1 AND substr(path, 1, length(?2)) = ?2")?
            .execute(params![draft.key(), format!("{path}/{row}/")])?;
    }
    keep_rows(db, draft, path, &rows)?;
    Ok(gone.len())
}
