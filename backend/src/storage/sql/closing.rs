//! The end of an account: one command.

use onehall_protocol::account::SessionEndReason;
use onehall_protocol::{DelegationId, DraftId, ErrorCode, FileId, PersonId, UploadId};

use super::identity::use_code;
use super::values::{Key, id, optional_id};
use super::{Connection, delegations, files, params, sessions, uploads};
use crate::account::{CloseAccount, Closed};
use crate::error::Result;
use crate::identity::passkeys::UseCode;

/// What hangs on a person and goes with them: tables, and the column that names whose it is.
const OWN: [(&str, &str); 15] = [
    ("agency", "agent"),
    ("level_raise", "person"),
    ("level_visit", "person"),
    ("passkey", "person"),
    ("contact", "person"),
    ("account_event", "person"),
    ("person_merged", "person"),
    ("account_claim", "person"),
    ("account_claim", "by_person"),
    ("oidc_consent", "person"),
    ("oidc_grant", "person"),
    ("attempt", "actor"),
    ("draft_begun", "principal"),
    ("hall_appointment", "person"),
    ("hall_ticket", "person"),
];

/// Of whom nothing changes any more.
const LOGS: [&str; 2] = ["sync_change", "sync_head"];

pub(super) fn close(tx: &Connection, close: &CloseAccount) -> Result<Result<Closed>> {
    let CloseAccount { person, now, .. } = *close;
    let open = tx
        .prepare_cached("SELECT 1 FROM case_record WHERE principal = ?1 AND ended = 0 LIMIT 1")?
        .exists([person.key()])?;
    if open {
        return Err(ErrorCode::OpenCases.into());
    }
    let typed = UseCode {
        to: close.phone,
        code: close.code,
        client: close.client,
        limits: close.limits,
        now,
    };
    if !use_code(tx, &typed)? {
        return Ok(Err(ErrorCode::WrongCode.into()));
    }
    let mut closed = Closed::default();
    take_drafts(tx, person, &mut closed)?;
    for upload in ids::<UploadId>(tx, "SELECT id FROM upload WHERE sender = ?1 AND staff = 0", person)? {
        closed.blobs.extend(uploads::forget(tx, upload)?);
    }
    for session in sessions::sessions(tx, person, now)? {
        sessions::end_session(tx, session.session, SessionEndReason::Closed, close.terminal, now)?;
    }
    tx.prepare_cached("DELETE FROM citizen_session WHERE person = ?1")?
        .execute([person.key()])?;
    end_delegations(tx, close, &mut closed)?;
    for (table, column) in OWN {
        tx.prepare_cached(&format!("DELETE FROM {table} WHERE {column} = ?1"))?
            .execute([person.key()])?;
    }
    for table in LOGS {
        tx.prepare_cached(&format!("DELETE FROM {table} WHERE principal = ?1"))?
            .execute([person.key()])?;
    }
    tx.prepare_cached("DELETE FROM person WHERE id = ?1")?
        .execute([person.key()])?;
    Ok(Ok(closed))
}

fn ids<T: Key>(tx: &Connection, sql: &str, of: PersonId) -> Result<Vec<T>> {
    let ids = tx
        .prepare_cached(sql)?
        .query_map([of.key()], |row| id(row, 0))?
        .collect::<super::Result<_>>()?;
    Ok(ids)
}

/// Drafts that nobody submitted, with their files. Those of cases that are kept are what the cases were made of.
fn take_drafts(tx: &Connection, person: PersonId, closed: &mut Closed) -> Result<()> {
    let open = "SELECT id FROM draft WHERE principal = ?1 AND submitted_case IS NULL";
    for draft in ids::<DraftId>(tx, open, person)? {
        let of_draft: Vec<FileId> = tx
            .prepare_cached("SELECT id FROM file WHERE draft = ?1")?
            .query_map([draft.key()], |row| id(row, 0))?
            .collect::<super::Result<_>>()?;
        for file in &of_draft {
            files::doubt(tx, *file)?;
        }
        closed.blobs.extend(of_draft);
        tx.prepare_cached("DELETE FROM file WHERE draft = ?1")?
            .execute([draft.key()])?;
        tx.prepare_cached("DELETE FROM draft WHERE id = ?1")?
            .execute([draft.key()])?;
    }
    Ok(())
}

/// What is under way between this person and others ends; the others keep the line, without a name.
fn end_delegations(tx: &Connection, close: &CloseAccount, closed: &mut Closed) -> Result<()> {
    for (side, other) in [("principal", "actor"), ("actor", "principal")] {
        let sql = format!("SELECT id, {other} FROM delegation WHERE {side} = ?1 AND state IN ('open', 'active')");
        let ended = tx
            .prepare_cached(&sql)?
            .query_map([close.person.key()], |row| {
                Ok((id::<DelegationId>(row, 0)?, optional_id::<PersonId>(row, 1)?))
            })?
            .collect::<super::Result<Vec<_>>>()?;
        for (delegation, with) in ended {
            tx.prepare_cached(
                "UPDATE delegation SET state = 'ended', ended_at = ?2, ended_by = ?3, code = NULL, phone = NULL WHERE id = ?1",
            )?
            .execute(params![delegation.key(), close.now.unix_millis(), side])?;
            delegations::note(tx, delegation, "ended", close.person, close.terminal, close.now)?;
            closed.others.extend(with);
        }
    }
    Ok(())
}
