//! How cases stand in rows.

use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};
use onehall_protocol::cases::{EarlierAnswers, Rating, Supplement};
use onehall_protocol::catalog::FormReference;
use onehall_protocol::files::FileView;
use onehall_protocol::identity::PersonView;
use onehall_protocol::{CaseId, CaseNumber};

use super::super::files;
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
    let may_see = |case: &StoredCase| match viewer {
        Viewer::Citizen(principals) => principals.contains(&case.principal.id),
        Viewer::Authority(authority) => case.authority == *authority,
        Viewer::System => true,
    };
    found.filter(may_see).ok_or_else(Error::not_found)
}

/// All that belongs to a case.
pub(super) fn case_file(db: &Connection, case: StoredCase) -> Result<CaseFile> {
    let (answers_revision, answers, transcript, evaluated) = db
        .prepare_cached(
            "SELECT revision, answers, transcript, evaluated FROM case_answers
             WHERE case_id = ?1 ORDER BY revision DESC LIMIT 1",
        )?
        .query_row([case.id.key()], |row| {
            let evaluated = values::optional_json(row, 3)?;
            Ok((row.get(0)?, values::json(row, 1)?, row.get(2)?, evaluated))
        })?;
    let earlier = earlier_answers(db, case.id, answers_revision)?;
    let of_case = files::of_case(db, case.id)?;
    let (materials, documents): (Vec<_>, Vec<_>) = of_case.into_iter().partition(|file| file.path.is_some());
    Ok(CaseFile {
        answers,
        answers_revision,
        transcript,
        evaluated,
        earlier,
        history: history(db, case.id)?,
        supplement: open_supplement(db, case.id)?,
        result: result(
            db,
            case.id,
            &documents.into_iter().map(|file| file.view).collect::<Vec<_>>(),
        )?,
        rating: rating(db, case.id)?,
        files: materials.into_iter().map(|file| file.view).collect(),
        case,
    })
}

fn earlier_answers(db: &Connection, id: CaseId, last: u32) -> Result<Vec<EarlierAnswers>> {
    let mut statement = db.prepare_cached(
        "SELECT revision, at, answers FROM case_answers WHERE case_id = ?1 AND revision < ?2 ORDER BY revision",
    )?;
    let earlier = statement.query_map(params![id.key(), last], |row| {
        Ok(EarlierAnswers {
            revision: row.get(0)?,
            at: values::time(row, 1)?,
            answers: values::json(row, 2)?,
        })
    })?;
    Ok(earlier.collect::<sql::Result<_>>()?)
}

fn history(db: &Connection, id: CaseId) -> Result<Vec<StoredEvent>> {
    let mut statement = db.prepare_cached(
        "SELECT sequence, at, action, action_name, step, step_name, state, actor_kind, actor, actor_name, terminal, reason
         FROM case_event WHERE case_id = ?1 ORDER BY sequence",
    )?;
    let events = statement.query_map([id.key()], |row| {
        let name = |row: &Row<'_>| Ok::<_, sql::Error>(row.get::<_, Option<String>>(9)?.unwrap_or_default());
        Ok(StoredEvent {
            sequence: row.get(0)?,
            at: values::time(row, 1)?,
            action: values::parsed(row, 2)?,
            action_name: values::json(row, 3)?,
            step: values::parsed(row, 4)?,
            step_name: values::json(row, 5)?,
            state: values::named(row, 6)?,
            who: match row.get::<_, String>(7)?.as_str() {
                "person" => Who::Person {
                    id: values::id(row, 8)?,
                    name: name(row)?,
                },
                "staff" => Who::Staff {
                    id: values::id(row, 8)?,
                    name: name(row)?,
                },
                _ => Who::System,
            },
            terminal: values::named(row, 10)?,
            reason: row.get(11)?,
        })
    })?;
    Ok(events.collect::<sql::Result<_>>()?)
}

fn open_supplement(db: &Connection, id: CaseId) -> Result<Option<Supplement>> {
    let supplement = db
        .prepare_cached(
            "SELECT requested_at, items, note, due FROM case_supplement
             WHERE case_id = ?1 AND answered_at IS NULL ORDER BY sequence DESC LIMIT 1",
        )?
        .query_row([id.key()], |row| {
            Ok(Supplement {
                requested_at: values::time(row, 0)?,
                items: values::json(row, 1)?,
                note: row.get(2)?,
                due: values::parsed(row, 3)?,
            })
        });
    Ok(supplement.optional()?)
}

fn result(db: &Connection, id: CaseId, documents: &[FileView]) -> Result<Option<StoredResult>> {
    let result = db
        .prepare_cached("SELECT kind, at, document_number, reason, file FROM case_result WHERE case_id = ?1")?
        .query_row([id.key()], |row| {
            let file = values::optional_id(row, 4)?;
            Ok(StoredResult {
                kind: values::named(row, 0)?,
                at: values::time(row, 1)?,
                document_number: row.get(2)?,
                reason: row.get(3)?,
                file: documents.iter().find(|view| Some(view.id) == file).cloned(),
            })
        });
    Ok(result.optional()?)
}

fn rating(db: &Connection, id: CaseId) -> Result<Option<Rating>> {
    let rating = db
        .prepare_cached("SELECT stars, tags, comment FROM case_rating WHERE case_id = ?1")?
        .query_row([id.key()], |row| {
            Ok(Rating {
                stars: row.get(0)?,
                tags: values::json(row, 1)?,
                comment: row.get(2)?,
            })
        });
    Ok(rating.optional()?)
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
