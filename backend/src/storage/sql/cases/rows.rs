//! How cases stand in rows.

use std::collections::BTreeMap;

use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};
use onehall_protocol::cases::{EarlierAnswers, Rating, Supplement};
use onehall_protocol::catalog::FormReference;
use onehall_protocol::drafts::{Answers, EvaluatedWith};
use onehall_protocol::identity::PersonView;
use onehall_protocol::{CaseId, CaseNumber, FileId, Timestamp};

use super::super::files;
use super::super::many::{Id, rows_of};
use super::super::values::{self, Key};
use crate::cases::model::{CaseFile, StoredCase, StoredEvent, StoredResult, Viewer, Who};
use crate::cases::workflow::{CaseClock, Standing};
use crate::error::{Error, Result};

/// The columns of [`case`].
pub(super) const COLUMNS: &str = "id, number, draft, principal_view, actor, item, authority, form_code, form_version, \
     workflow, submitted_at, updated_at, version, state, step, due, clock_promised, clock_used, clock_since, clock_begun";

/// A case from a row of [`COLUMNS`].
pub(super) fn case(row: &Row<'_>) -> sql::Result<StoredCase> {
    Ok(StoredCase {
        id: values::id(row, 0)?,
        number: CaseNumber(row.get(1)?),
        draft: values::id(row, 2)?,
        principal: values::json::<PersonView>(row, 3)?,
        actor: values::id(row, 4)?,
        item: values::parsed(row, 5)?,
        authority: values::parsed(row, 6)?,
        form: FormReference {
            code: values::parsed(row, 7)?,
            version: row.get(8)?,
        },
        workflow: values::parsed(row, 9)?,
        submitted_at: values::time(row, 10)?,
        updated_at: values::time(row, 11)?,
        version: row.get(12)?,
        state: values::named(row, 13)?,
        standing: Standing {
            step: values::parsed(row, 14)?,
            due: values::optional_parsed(row, 15)?,
            clock: CaseClock {
                promised: row.get(16)?,
                used: row.get(17)?,
                since: values::optional_parsed(row, 18)?,
                begun: row.get(19)?,
            },
        },
    })
}

/// A case that this viewer may see.
pub(super) fn find(db: &Connection, id: CaseId, viewer: &Viewer) -> Result<StoredCase> {
    let found = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM case_record WHERE id = ?1"))?
        .query_row([id.key()], case)
        .optional()?;
    let case = found.ok_or_else(Error::not_found)?;
    match viewer {
        Viewer::Citizen(reach) => reach.admit(case.principal.id, &case.item)?,
        Viewer::Authority(authority) if case.authority != *authority => return Err(Error::not_found()),
        Viewer::Authority(_) | Viewer::System => {}
    }
    Ok(case)
}

/// Cases by their ids, whosever they are; none for an id that names none.
pub(super) fn cases(db: &Connection, ids: &[Id]) -> Result<Vec<StoredCase>> {
    let sql = format!("SELECT {COLUMNS} FROM case_record WHERE id IN ({{ids}})");
    Ok(rows_of(db, &sql, ids, case)?.into_values().flatten().collect())
}

/// All that belongs to a case.
pub(super) fn case_file(db: &Connection, case: StoredCase) -> Result<CaseFile> {
    let files = case_files(db, vec![case])?;
    files.into_iter().next().ok_or_else(|| Error::broken("read a case"))
}

/// All that belongs to cases.
pub(super) fn case_files(db: &Connection, cases: Vec<StoredCase>) -> Result<Vec<CaseFile>> {
    let ids: Vec<Id> = cases.iter().map(|case| case.id.key()).collect();
    let drafts: Vec<Id> = cases.iter().map(|case| case.draft.key()).collect();
    let mut answers = answers(db, &ids)?;
    let mut files = files::of_cases(db, &ids, &drafts)?;
    let mut histories = histories(db, &ids)?;
    let mut supplements = open_supplements(db, &ids)?;
    let mut ends = ends(db, &ids)?;
    let mut ratings = ratings(db, &ids)?;
    let all = cases.into_iter().map(|case| {
        let id = case.id.key();
        let mut answers = answers.remove(&id).unwrap_or_default();
        let last = answers
            .pop()
            .ok_or_else(|| Error::broken("read the answers of a case"))?;
        let of_case = files.remove(&id).unwrap_or_default().into_iter();
        let (materials, documents): (Vec<_>, Vec<_>) = of_case.partition(|file| file.path.is_some());
        let end = ends.remove(&id).and_then(|mut ends| ends.pop());
        Ok(CaseFile {
            answers: last.answers,
            answers_revision: last.revision,
            transcript: last.transcript,
            evaluated: last.evaluated,
            earlier: answers.into_iter().map(Revision::earlier).collect(),
            history: histories.remove(&id).unwrap_or_default(),
            supplement: supplements.remove(&id).and_then(|mut open| open.pop()),
            result: end.map(|End { result, document }| StoredResult {
                file: documents
                    .into_iter()
                    .map(|document| document.view)
                    .find(|view| Some(view.id) == document),
                ..result
            }),
            rating: ratings.remove(&id).and_then(|mut ratings| ratings.pop()),
            files: materials.into_iter().map(|file| file.view).collect(),
            case,
        })
    });
    all.collect()
}

/// The answers of a case as they were once.
struct Revision {
    revision: u32,
    at: Timestamp,
    answers: Answers,
    transcript: String,
    evaluated: Option<EvaluatedWith>,
}

impl Revision {
    fn earlier(self) -> EarlierAnswers {
        EarlierAnswers {
            revision: self.revision,
            at: self.at,
            answers: self.answers,
        }
    }
}

/// The answers, the last ones at the end.
fn answers(db: &Connection, ids: &[Id]) -> Result<BTreeMap<Id, Vec<Revision>>> {
    let sql = "SELECT case_id, revision, at, answers, transcript, evaluated FROM case_answers
         WHERE case_id IN ({ids}) ORDER BY case_id, revision";
    rows_of(db, sql, ids, |row| {
        Ok(Revision {
            revision: row.get(1)?,
            at: values::time(row, 2)?,
            answers: values::json(row, 3)?,
            transcript: row.get(4)?,
            evaluated: values::optional_json(row, 5)?,
        })
    })
}

fn histories(db: &Connection, ids: &[Id]) -> Result<BTreeMap<Id, Vec<StoredEvent>>> {
    let sql =
        "SELECT case_id, sequence, at, action, action_name, step, step_name, state, actor_kind, actor, actor_name,
             terminal, reason
         FROM case_event WHERE case_id IN ({ids}) ORDER BY case_id, sequence";
    rows_of(db, sql, ids, |row| {
        let name = |row: &Row<'_>| Ok::<_, sql::Error>(row.get::<_, Option<String>>(10)?.unwrap_or_default());
        Ok(StoredEvent {
            sequence: row.get(1)?,
            at: values::time(row, 2)?,
            action: values::parsed(row, 3)?,
            action_name: values::json(row, 4)?,
            step: values::parsed(row, 5)?,
            step_name: values::json(row, 6)?,
            state: values::named(row, 7)?,
            who: match row.get::<_, String>(8)?.as_str() {
                "person" => Who::Person {
                    id: values::id(row, 9)?,
                    name: name(row)?,
                },
                "staff" => Who::Staff {
                    id: values::id(row, 9)?,
                    name: name(row)?,
                },
                _ => Who::System,
            },
            terminal: values::named(row, 11)?,
            reason: row.get(12)?,
        })
    })
}

/// What is asked for, the last at the end.
fn open_supplements(db: &Connection, ids: &[Id]) -> Result<BTreeMap<Id, Vec<Supplement>>> {
    let sql = "SELECT case_id, requested_at, items, note, due FROM case_supplement
         WHERE case_id IN ({ids}) AND answered_at IS NULL ORDER BY case_id, sequence";
    rows_of(db, sql, ids, |row| {
        Ok(Supplement {
            requested_at: values::time(row, 1)?,
            items: values::json(row, 2)?,
            note: row.get(3)?,
            due: values::parsed(row, 4)?,
        })
    })
}

/// How a case ended.
struct End {
    /// Without its document.
    result: StoredResult,
    document: Option<FileId>,
}

fn ends(db: &Connection, ids: &[Id]) -> Result<BTreeMap<Id, Vec<End>>> {
    let sql = "SELECT case_id, kind, at, document_number, reason, file FROM case_result WHERE case_id IN ({ids})";
    rows_of(db, sql, ids, |row| {
        let result = StoredResult {
            kind: values::named(row, 1)?,
            at: values::time(row, 2)?,
            document_number: row.get(3)?,
            reason: row.get(4)?,
            file: None,
        };
        Ok(End {
            result,
            document: values::optional_id(row, 5)?,
        })
    })
}

fn ratings(db: &Connection, ids: &[Id]) -> Result<BTreeMap<Id, Vec<Rating>>> {
    let sql = "SELECT case_id, stars, tags, comment FROM case_rating WHERE case_id IN ({ids})";
    rows_of(db, sql, ids, |row| {
        Ok(Rating {
            stars: row.get(1)?,
            tags: values::json(row, 2)?,
            comment: row.get(3)?,
        })
    })
}

/// Adds to the history, in the place behind its last event. Gives the place.
pub(super) fn add_next_event(db: &Connection, case: &StoredCase, event: &StoredEvent) -> Result<u64> {
    let sequence: u64 = db
        .prepare_cached("SELECT coalesce(max(sequence), 0) + 1 FROM case_event WHERE case_id = ?1")?
        .query_row([case.id.key()], |row| row.get(0))?;
    add_event(db, case, event, sequence)?;
    Ok(sequence)
}

/// Adds to the history in this place, from 1.
pub(super) fn add_event(db: &Connection, case: &StoredCase, event: &StoredEvent, sequence: u64) -> Result<()> {
    let (kind, actor, name) = match &event.who {
        Who::Person { id, name } => ("person", Some(id.key()), Some(name)),
        Who::Staff { id, name } => ("staff", Some(id.key()), Some(name)),
        Who::System => ("system", None, None),
    };
    db.prepare_cached(
        "INSERT INTO case_event (case_id, sequence, at, action, action_name, step, step_name, state, principal,
             actor_kind, actor, actor_name, terminal, reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        case.id.key(),
        sequence,
        event.at.unix_millis(),
        event.action.as_str(),
        values::to_json(&event.action_name)?,
        event.step.as_str(),
        values::to_json(&event.step_name)?,
        values::name(&event.state)?,
        case.principal.id.key(),
        kind,
        actor,
        name,
        event.terminal.as_str(),
        event.reason,
    ])?;
    Ok(())
}
