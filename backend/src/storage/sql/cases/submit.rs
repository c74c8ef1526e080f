//! A draft becomes a case: one command, all or nothing.

use crate::storage::sql::{Connection, OptionalExtension, params};
use onehall_protocol::drafts::Receipt;
use onehall_protocol::{CaseNumber, Date, DraftId, ErrorCode};

use super::super::drafts;
use super::super::sync::log_changes;
use super::super::values::{self, Key};
use super::{attempted, handed_in, keep_attempt, rows};
use crate::cases::case_number;
use crate::cases::model::{StoredCase, Submit, Submitted};
use crate::error::{Error, Result};
use crate::sync::Logged;

pub(super) fn submit(db: &Connection, submit: &Submit, answers: &str) -> Result<Submitted> {
    if let Some((_, receipt)) = attempted(db, &submit.attempt)? {
        // The key of a supplement is none of a submission: its payload would have differed.
        return receipt
            .map(Submitted::Again)
            .ok_or_else(|| Error::broken("read a receipt"));
    }
    draft_is_the_one_checked(db, submit.draft, submit.revision)?;
    let now = submit.event.at;
    let number = next_number(db, &submit.number.0, submit.number.1)?;
    let case = StoredCase {
        id: submit.id,
        number: number.clone(),
        draft: submit.draft,
        principal: submit.principal.clone(),
        actor: submit.attempt.actor,
        item: submit.item.clone(),
        authority: submit.authority.clone(),
        form: submit.form.clone(),
        workflow: submit.workflow.clone(),
        submitted_at: now,
        updated_at: now,
        version: 1,
        state: submit.event.state,
        standing: submit.standing.clone(),
    };
    for file in &submit.files {
        handed_in::file_is_of_case(db, &case, file)?;
    }
    insert(db, &case)?;
    handed_in::keep(db, (case.id, 1), answers, &submit.transcript, &submit.evaluated, now)?;
    rows::add_event(db, &case, &submit.event, 1)?;
    drafts::mark_submitted(db, submit.draft, case.id, now)?;
    let changed = [Logged::Draft(submit.draft), Logged::Case(case.id)];
    log_changes(db, &changed.map(|what| (case.principal.id, what)), now)?;
    let receipt = Receipt {
        case_id: case.id,
        number,
        item: case.item,
        item_name: submit.item_name.clone(),
        submitted_at: now,
        key: submit.attempt.key,
        transcript: submit.transcript.clone(),
    };
    keep_attempt(db, &submit.attempt, case.id, Some(&receipt), now)?;
    Ok(Submitted::New(receipt))
}

fn draft_is_the_one_checked(db: &Connection, draft: DraftId, checked: u64) -> Result<()> {
    let found = db
        .prepare_cached("SELECT revision, submitted_case IS NOT NULL FROM draft WHERE id = ?1")?
        .query_row([draft.key()], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, bool>(1)?)))
        .optional()?;
    match found {
        None => Err(Error::not_found()),
        Some((_, true)) => Err(ErrorCode::DraftSubmitted.into()),
        Some((revision, false)) if revision != checked => Err(ErrorCode::DraftMoved.into()),
        Some(_) => Ok(()),
    }
}

fn next_number(db: &Connection, prefix: &str, day: Date) -> Result<CaseNumber> {
    let running: u64 = db
        .prepare_cached(
            "INSERT INTO case_counter (day, last) VALUES (?1, 1)
             ON CONFLICT (day) DO UPDATE SET last = case_counter.last + 1 RETURNING last",
        )?
        .query_row([day.to_string()], |row| row.get(0))?;
    Ok(case_number(prefix, day, running))
}

fn insert(db: &Connection, case: &StoredCase) -> Result<()> {
    let clock = case.standing.clock;
    db.prepare_cached(
        "INSERT INTO case_record (id, number, draft, actor, principal, principal_view, item, authority, form_code,
             form_version, workflow, submitted_at, updated_at, version, step, state, ended, due, clock_promised,
             clock_used, clock_since, clock_begun)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?13, ?14, ?15, 0, ?16, ?17, ?18, ?19, ?20)",
    )?
    .execute(params![
        case.id.key(),
        case.number.0,
        case.draft.key(),
        case.actor.key(),
        case.principal.id.key(),
        values::to_json(&case.principal)?,
        case.item.as_str(),
        case.authority.as_str(),
        case.form.code.as_str(),
        case.form.version,
        case.workflow.as_str(),
        case.submitted_at.unix_millis(),
        case.version,
        case.standing.step.as_str(),
        values::name(&case.state)?,
        case.standing.due.map(|due| due.to_string()),
        clock.promised,
        clock.used,
        clock.since.map(|since| since.to_string()),
        clock.begun,
    ])?;
    Ok(())
}
