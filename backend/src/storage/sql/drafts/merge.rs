//! The merge of a save: field by field, by the stamps of those who gave the answers.
//!
//! A stamp is put right before it counts: not far ahead of the hall's clock, and not before what its writer had in sight. Then
//! the later one stands. What a move to another version of the form wrote stands against whoever did not see the move: their
//! answer was given to another question.

use std::collections::{BTreeMap, BTreeSet};

use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};
use onehall_protocol::drafts::{GivenAnswer, StampedChange};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::sync::Stamp;
use onehall_protocol::{DraftId, ErrorCode, Timestamp, WriterId};
use onehall_sync::{Giving, Rows, Stands, after, clamped, rows_around};
use serde_json::Value;
use uuid::Uuid;

use super::lost;
use crate::drafts::{MOST_ROWS, SaveCommand};
use crate::error::Result;
use crate::storage::sql::values::{self, Key};

/// An answer as it is held.
pub(super) struct Register {
    pub(super) value: Value,
    /// The revision at which it was given.
    revision: u64,
    /// Nobody, where the hall wrote it.
    writer: Option<WriterId>,
    stamp: Stamp,
    terminal: TerminalKind,
    prefilled: bool,
    pub(super) rows: Option<Rows>,
}

const REGISTER: &str = "value, given_revision, writer, stamp_at, stamp_count, terminal, prefilled, group_rows";

fn register(row: &Row<'_>) -> sql::Result<Register> {
    let writer: Option<WriterId> = values::optional_id(row, 2)?;
    Ok(Register {
        value: values::json(row, 0)?,
        revision: row.get(1)?,
        writer,
        stamp: Stamp {
            at: row.get(3)?,
            count: row.get(4)?,
            writer: writer.unwrap_or(WriterId(Uuid::nil())),
        },
        terminal: values::named(row, 5)?,
        prefilled: row.get(6)?,
        rows: values::optional_json(row, 7)?,
    })
}

pub(super) fn held(db: &Connection, draft: DraftId, path: &str) -> Result<Option<Register>> {
    let mut statement = db.prepare_cached(&format!(
        "SELECT {REGISTER} FROM draft_answer WHERE draft = ?1 AND path = ?2"
    ))?;
    Ok(statement.query_row(params![draft.key(), path], register).optional()?)
}

impl Register {
    /// The rows of a group; of one that was kept before rows were merged, those of its list.
    pub(super) fn rows(&self) -> Rows {
        let kept = || Rows::kept(&ids(&self.value).unwrap_or_default(), self.stamp, self.revision);
        self.rows.clone().unwrap_or_else(kept)
    }

    /// Whether whoever gives the change had this answer in sight.
    fn seen(&self, change: &StampedChange) -> bool {
        self.revision <= change.seen || self.writer == Some(change.stamp.writer)
    }
}

/// The ids of rows, where a value is a list of them.
pub(super) fn ids(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::Array(ids) => ids.iter().map(|id| id.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// What a save did.
pub(super) struct Merged {
    /// Whether any answer is another than before.
    pub(super) differs: bool,
}

/// Merges the changes of a save into a draft that has `revision` once something differs.
pub(super) fn merge(db: &Connection, command: &SaveCommand, revision: u64) -> Result<Merged> {
    let mut merging = Merging {
        db,
        command,
        revision,
        terminal: values::name(&command.terminal)?,
        arrived: BTreeMap::new(),
        rows: BTreeMap::new(),
        differs: false,
    };
    let mut changes: Vec<&StampedChange> = command.save.changes.iter().collect();
    changes.sort_by_key(|change| change.stamp);
    let mut latest = BTreeMap::new();
    for change in changes {
        if merging.is_new(change)? {
            latest.insert(change.stamp.writer, change.stamp);
            merging.take(change)?;
        }
    }
    for stamp in latest.values() {
        merging.arrived(stamp)?;
    }
    for (group, rows) in &merging.rows {
        if rows.known() > MOST_ROWS {
            return Err(ErrorCode::DraftFull.into());
        }
        keep_rows(db, command.id, group, rows)?;
    }
    Ok(Merged {
        differs: merging.differs,
    })
}

struct Merging<'a> {
    db: &'a Connection,
    command: &'a SaveCommand,
    revision: u64,
    terminal: String,
    /// How far the changes of each writer had arrived before this save.
    arrived: BTreeMap<WriterId, Option<(u64, u32)>>,
    /// The rows of the groups that this save is about, by their paths: read once and kept once, however many answers.
    rows: BTreeMap<String, Rows>,
    differs: bool,
}

impl Merging<'_> {
    fn id(&self) -> [u8; 16] {
        self.command.id.key()
    }

    /// Whether a change has not arrived before.
    fn is_new(&mut self, change: &StampedChange) -> Result<bool> {
        let Stamp { at, count, writer } = change.stamp;
        let before = match self.arrived.get(&writer) {
            Some(before) => *before,
            None => {
                let before = self
                    .db
                    .prepare_cached("SELECT stamp_at, stamp_count FROM draft_writer WHERE draft = ?1 AND writer = ?2")?
                    .query_row(params![self.id(), writer.key()], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                self.arrived.insert(writer, before);
                before
            }
        };
        Ok(before.is_none_or(|before| (at, count) > before))
    }

    fn arrived(&self, stamp: &Stamp) -> Result<()> {
        self.db
            .prepare_cached(
                "INSERT INTO draft_writer (draft, writer, stamp_at, stamp_count) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (draft, writer) DO UPDATE SET stamp_at = excluded.stamp_at, stamp_count = excluded.stamp_count",
            )?
            .execute(params![self.id(), stamp.writer.key(), stamp.at, stamp.count])?;
        Ok(())
    }

    fn take(&mut self, change: &StampedChange) -> Result<()> {
        if change.value.is_null() {
            // A row that is taken away keeps its answers, so that it can come back whole.
            if self.goes_with_its_row(&change.path) {
                return Ok(());
            }
        } else {
            for (group, row) in rows_around(&change.path) {
                self.answered_in(group, row, change)?;
            }
        }
        let held = held(self.db, self.command.id, &change.path)?;
        let ids = ids(&change.value).filter(|_| self.command.groups.contains(&change.path));
        match (ids, held) {
            (Some(ids), held) => self.rows(change, held, &ids),
            (None, None) if change.value.is_null() => Ok(()),
            (None, None) => self.write(change, self.stamp(change, None), &change.value),
            (None, Some(held)) => self.answer(change, &held),
        }
    }

    /// Whether this save leaves out the row that an answer stands in.
    fn goes_with_its_row(&self, path: &str) -> bool {
        let lists = |group: &str| self.command.save.changes.iter().rfind(|change| change.path == group);
        rows_around(path).any(|(group, row)| {
            let ids = lists(group).and_then(|change| ids(&change.value));
            ids.is_some_and(|ids| !ids.iter().any(|id| id == row))
        })
    }

    /// The stamp as it counts.
    fn stamp(&self, change: &StampedChange, seen: Option<Stamp>) -> Stamp {
        let now = u64::try_from(self.command.now.unix_millis()).unwrap_or(0);
        let stamp = clamped(change.stamp, now);
        seen.map_or(stamp, |seen| after(stamp, seen))
    }

    fn giving(&self, change: &StampedChange, stamp: Stamp) -> Giving {
        Giving {
            stamp,
            seen: change.seen,
            revision: self.revision,
        }
    }

    /// One answer against the one that is held.
    fn answer(&mut self, change: &StampedChange, held: &Register) -> Result<()> {
        // What the hall filled in and nobody confirmed stands against nobody, though it was filled in after they answered: who
        // began a draft without the hall could not see it.
        let seen = held.seen(change) || held.prefilled;
        let stamp = self.stamp(change, seen.then_some(held.stamp));
        if held.value == change.value {
            // Nothing changes, but that the citizen confirms what the hall filled in; and it was said later now.
            lost::brought_back(self.db, self.command.id, &change.path, &change.value)?;
            return if stamp > held.stamp || held.prefilled {
                self.confirm(change, stamp.max(held.stamp))
            } else {
                Ok(())
            };
        }
        let moved = held.writer.is_none() && !held.prefilled && !seen;
        let stands = if moved {
            Stands::Held
        } else {
            (self.command.merge)(&held.stamp, &stamp)
        };
        let losing = match stands {
            Stands::Given if seen => None,
            Stands::Given => Some((&held.value, held.terminal, held.stamp)),
            Stands::Held => Some((&change.value, self.command.terminal, stamp)),
        };
        if let Some((value, terminal, stamp)) = losing.filter(|(value, ..)| !value.is_null()) {
            let answer = GivenAnswer {
                path: change.path.clone(),
                value: value.clone(),
                terminal,
                at: time(stamp),
            };
            lost::keep(self.db, self.command.id, &answer, stamp.writer, self.command.now)?;
        }
        match stands {
            Stands::Given => self.write(change, stamp, &change.value),
            Stands::Held => Ok(()),
        }
    }

    /// A group's list against the rows that are held.
    fn rows(&mut self, change: &StampedChange, held: Option<Register>, ids: &[String]) -> Result<()> {
        let seen = held.as_ref().filter(|held| held.seen(change)).map(|held| held.stamp);
        let stamp = self.stamp(change, seen);
        let mut rows = self.rows_of(&change.path, held.as_ref());
        rows.give(ids, self.giving(change, stamp));
        let present = rows.present();
        self.rows.insert(change.path.clone(), rows);
        let value = if present.is_empty() && change.value.is_null() {
            Value::Null
        } else {
            present.clone().into()
        };
        let given: BTreeSet<&String> = ids.iter().collect();
        for id in present.iter().filter(|id| !given.contains(id)) {
            // Whoever left it out has its answers no more: they come with the reply.
            self.bump(&change.path, id)?;
        }
        match held {
            Some(held) if held.value == value => {
                if held.prefilled || stamp > held.stamp {
                    self.confirm(change, stamp.max(held.stamp))?;
                }
            }
            held => {
                let held_stamp = held.map_or(stamp, |held| held.stamp);
                self.write(change, stamp.max(held_stamp), &value)?;
            }
        }
        Ok(())
    }

    /// The rows of a group as they are by now; `held` is what is kept of its list.
    fn rows_of(&mut self, group: &str, held: Option<&Register>) -> Rows {
        let by_now = self.rows.remove(group);
        by_now.unwrap_or_else(|| held.map(Register::rows).unwrap_or_default())
    }

    /// Somebody answers in a row: it is there, or comes back.
    fn answered_in(&mut self, group: &str, row: &str, change: &StampedChange) -> Result<()> {
        let stamp = self.stamp(change, None);
        let giving = self.giving(change, stamp);
        if let Some(rows) = self.rows.get_mut(group)
            && rows.has(row)
        {
            rows.touch(row, giving);
            return Ok(());
        }
        let held = held(self.db, self.command.id, group)?;
        let mut rows = self.rows_of(group, held.as_ref());
        if rows.touch(row, giving) {
            let list = StampedChange {
                path: group.to_owned(),
                ..change.clone()
            };
            let stamp = held.map_or(stamp, |held| held.stamp);
            self.write(&list, stamp, &rows.present().into())?;
            self.bump(group, row)?;
        }
        self.rows.insert(group.to_owned(), rows);
        Ok(())
    }

    /// The answers of a row count as changed: terminals that dropped them get them again.
    fn bump(&mut self, group: &str, row: &str) -> Result<()> {
        self.differs = true;
        self.db
            .prepare_cached(
                "UPDATE draft_answer SET revision = ?3 WHERE draft = ?1 AND substr(path, 1, length(?2)) = ?2",
            )?
            .execute(params![self.id(), format!("{group}/{row}/"), self.revision])?;
        Ok(())
    }

    /// The answer is as it was, said anew.
    fn confirm(&self, change: &StampedChange, stamp: Stamp) -> Result<()> {
        self.db
            .prepare_cached(
                "UPDATE draft_answer SET prefilled = 0, prefilled_from = NULL, writer = ?3, stamp_at = ?4, stamp_count = ?5
                 WHERE draft = ?1 AND path = ?2",
            )?
            .execute(params![self.id(), change.path, stamp.writer.key(), stamp.at, stamp.count])?;
        Ok(())
    }

    fn write(&mut self, change: &StampedChange, stamp: Stamp, value: &Value) -> Result<()> {
        self.differs = true;
        self.db
            .prepare_cached(
                "INSERT INTO draft_answer (draft, path, value, revision, given_revision, writer, terminal, at, stamp_at, stamp_count)
                 VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (draft, path) DO UPDATE SET value = excluded.value, revision = excluded.revision, given_revision = excluded.given_revision,
                     writer = excluded.writer, terminal = excluded.terminal, at = excluded.at,
                     stamp_at = excluded.stamp_at, stamp_count = excluded.stamp_count, prefilled = 0, prefilled_from = NULL",
            )?
            .execute(params![
                self.id(),
                change.path,
                values::to_json(value)?,
                self.revision,
                stamp.writer.key(),
                self.terminal,
                self.command.now.unix_millis(),
                stamp.at,
                stamp.count
            ])?;
        lost::brought_back(self.db, self.command.id, &change.path, value)
    }
}

/// Keeps the rows of a group beside its list.
pub(super) fn keep_rows(db: &Connection, draft: DraftId, path: &str, rows: &Rows) -> Result<()> {
    db.prepare_cached("UPDATE draft_answer SET group_rows = ?3, row_gone_at = ?4 WHERE draft = ?1 AND path = ?2")?
        .execute(params![draft.key(), path, values::to_json(rows)?, rows.first_gone()])?;
    Ok(())
}

pub(super) fn time(stamp: Stamp) -> Timestamp {
    Timestamp::from_unix_millis(i64::try_from(stamp.at).unwrap_or(i64::MAX))
}

/// The beginnings of the paths of rows that were taken away: what stands there is kept, and not shown.
pub(super) fn hidden(db: &Connection, draft: DraftId) -> Result<Vec<String>> {
    let mut statement = db.prepare_cached(
        "SELECT path, group_rows FROM draft_answer WHERE draft = ?1 AND row_gone_at IS NOT NULL ORDER BY path",
    )?;
    let groups = statement.query_map([draft.key()], |row| {
        Ok((row.get::<_, String>(0)?, values::json::<Rows>(row, 1)?))
    })?;
    let mut hidden = Vec::new();
    for group in groups {
        let (path, rows) = group?;
        hidden.extend(hidden_by(&path, &rows));
    }
    Ok(hidden)
}

/// The beginnings of the paths of the rows of a group that were taken away.
pub(super) fn hidden_by(path: &str, rows: &Rows) -> impl Iterator<Item = String> {
    rows.gone().map(move |row| format!("{path}/{row}/"))
}

/// Whether an answer stands in a row that was taken away.
pub(super) fn is_hidden(hidden: &[String], path: &str) -> bool {
    hidden.iter().any(|row| path.starts_with(row.as_str()))
}

/// Answers that changed since a revision, the latest first.
pub(super) fn changed_since(db: &Connection, draft: DraftId, revision: u64, most: usize) -> Result<Vec<GivenAnswer>> {
    let hidden = hidden(db, draft)?;
    // What the engine cannot count to, no draft comes to either.
    let revision = i64::try_from(revision).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(
        "SELECT path, value, terminal, stamp_at FROM draft_answer WHERE draft = ?1 AND revision > ?2
         ORDER BY revision DESC, path",
    )?;
    let rows = statement.query_map(params![draft.key(), revision], given)?;
    let mut changed = Vec::new();
    for row in rows {
        let answer = row?;
        if !is_hidden(&hidden, &answer.path) && changed.len() < most {
            changed.push(answer);
        }
    }
    Ok(changed)
}

fn given(row: &Row<'_>) -> sql::Result<GivenAnswer> {
    Ok(GivenAnswer {
        path: row.get(0)?,
        value: values::json(row, 1)?,
        terminal: values::named(row, 2)?,
        at: values::time(row, 3)?,
    })
}

/// What a terminal does not know after its save: what changed since what it had seen, and what stands where it sent
/// something else.
pub(super) fn others(db: &Connection, command: &SaveCommand) -> Result<Vec<GivenAnswer>> {
    let sent: BTreeMap<&str, &Value> = command
        .save
        .changes
        .iter()
        .map(|change| (change.path.as_str(), &change.value))
        .collect();
    let mut others = changed_since(db, command.id, command.save.base_revision, usize::MAX)?;
    others.retain(|other| sent.get(other.path.as_str()).is_none_or(|sent| **sent != other.value));
    let hidden = hidden(db, command.id)?;
    for (path, value) in sent {
        if is_hidden(&hidden, path) || others.iter().any(|other| other.path == path) {
            continue;
        }
        let held = db
            .prepare_cached("SELECT path, value, terminal, stamp_at FROM draft_answer WHERE draft = ?1 AND path = ?2")?
            .query_row(params![command.id.key(), path], given)
            .optional()?;
        others.extend(held.filter(|held| held.value != *value));
    }
    others.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(others)
}
