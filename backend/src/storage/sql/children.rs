//! Accounts of children, which their guardians open.

use onehall_protocol::account::{DelegationRole, Side};
use onehall_protocol::contacts::Contact;
use onehall_protocol::identity::{AssuranceLevel, PersonKind};
use onehall_protocol::{ErrorCode, PersonId, Timestamp};

use super::contacts::contacts;
use super::delegations::{find, note};
use super::values::{Key, id, name};
use super::{Connection, OptionalExtension, params};
use crate::account::{OpenChild, StoredDelegation};
use crate::error::Result;

pub(super) fn open(tx: &Connection, open: &OpenChild) -> Result<StoredDelegation> {
    let known: Option<PersonId> = tx
        .prepare_cached("SELECT id FROM person WHERE citizen_id = ?1")?
        .query_row([open.number.as_str()], |row| id(row, 0))
        .optional()?;
    let child = match known {
        Some(child) if !contacts(tx, child)?.is_empty() => return Err(ErrorCode::NumberInUse.into()),
        Some(child) => child,
        None => {
            tx.prepare_cached(
                "INSERT INTO person (id, kind, name, citizen_id, assurance, created_at, seen_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
            )?
            .execute(params![
                open.person.key(),
                name(&PersonKind::Citizen)?,
                open.name,
                open.number.as_str(),
                name(&AssuranceLevel::L2)?,
                open.now.unix_millis()
            ])?;
            open.person
        }
    };
    let acts = tx
        .prepare_cached(
            "SELECT id FROM delegation WHERE principal = ?1 AND actor = ?2 AND by_register = 1 AND state = 'active'",
        )?
        .query_row(params![child.key(), open.guardian.key()], |row| id(row, 0))
        .optional()?;
    if let Some(acts) = acts {
        return find(tx, acts);
    }
    tx.prepare_cached(
        "INSERT INTO delegation (id, principal, actor, asked_by, role, submits, last_day, until, state, asked_at, answer_until,
             answered_at, by_register)
         VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?7, 'active', ?8, ?8, ?8, 1)",
    )?
    .execute(params![
        open.delegation.key(),
        child.key(),
        open.guardian.key(),
        name(&Side::Actor)?,
        name(&DelegationRole::Guardian)?,
        open.last_day.to_string(),
        open.until.unix_millis(),
        open.now.unix_millis()
    ])?;
    note(tx, open.delegation, "opened", open.guardian, open.terminal, open.now)?;
    find(tx, open.delegation)
}

/// Whether guardians act for an account, or nobody but they ever did.
pub(super) enum Guarded {
    /// They do.
    Now,
    /// They did: what logs them in.
    Once(Vec<Contact>),
}

/// How a child's account stands with its guardians; nobody is named of an account that was never a child's.
pub(super) fn guarded(db: &Connection, child: PersonId, now: Timestamp) -> Result<Guarded> {
    let guardians = db
        .prepare_cached(
            "SELECT actor, state = 'active' AND until > ?2 FROM delegation
             WHERE principal = ?1 AND by_register = 1 AND actor IS NOT NULL ORDER BY asked_at, id",
        )?
        .query_map(params![child.key(), now.unix_millis()], |row| {
            Ok((id::<PersonId>(row, 0)?, row.get::<_, bool>(1)?))
        })?
        .collect::<super::Result<Vec<_>>>()?;
    if guardians.iter().any(|(_, acts)| *acts) {
        return Ok(Guarded::Now);
    }
    let mut told = Vec::new();
    for (guardian, _) in guardians {
        for known in contacts(db, guardian)? {
            if !told.contains(&known.contact) {
                told.push(known.contact);
            }
        }
    }
    Ok(Guarded::Once(told))
}
