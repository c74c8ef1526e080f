//! Who asks for an account to which they can no longer log in.

use onehall_protocol::contacts::AccountDeed;
use onehall_protocol::{ClaimId, ErrorCode, PersonId, Timestamp};
use serde_json::json;

use super::children::{Guarded, guarded};
use super::contacts::{contacts, note};
use super::identity::seconds_until;
use super::staff::audit;
use super::values::{Key, id, time};
use super::{Connection, OptionalExtension, params};
use crate::account::{Claim, NewClaim, StoredClaim};
use crate::error::{Error, Result};
use crate::staff::AuditAction;

/// Seconds for which nobody asks anew for an account whose citizen has stopped it.
const STOPPED_SECONDS: i64 = 7 * 86_400;

const COLUMNS: &str = "id, person, by_person, asked_at, ripe_at, staff IS NOT NULL";

fn stored(row: &super::Row<'_>) -> super::Result<StoredClaim> {
    Ok(StoredClaim {
        id: id(row, 0)?,
        person: id(row, 1)?,
        by: id(row, 2)?,
        asked_at: time(row, 3)?,
        ripe_at: time(row, 4)?,
        at_window: row.get(5)?,
    })
}

/// What is open for or by an account, the oldest first.
pub(super) fn open(db: &Connection, person: PersonId) -> Result<Vec<StoredClaim>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM account_claim WHERE (person = ?1 OR by_person = ?1) AND stopped_at IS NULL ORDER BY asked_at, id"
    );
    let claims = db
        .prepare_cached(&sql)?
        .query_map([person.key()], stored)?
        .collect::<super::Result<_>>()?;
    Ok(claims)
}

/// Asks for the account of an identity number that document and face have shown to be the asking one's.
pub(super) fn claim(tx: &Connection, new: &NewClaim) -> Result<Claim> {
    let person: PersonId = tx
        .prepare_cached("SELECT id FROM person WHERE citizen_id = ?1 AND kind = 'citizen'")?
        .query_row([new.number.as_str()], |row| id(row, 0))
        .optional()?
        .ok_or_else(Error::not_found)?;
    if person == new.by {
        return Err(Error::not_found());
    }
    let known: Option<String> = tx
        .prepare_cached("SELECT citizen_id FROM person WHERE id = ?1")?
        .query_row([new.by.key()], |row| row.get(0))?;
    if known.is_some() {
        return Err(ErrorCode::OtherPerson.into());
    }
    let logs_in = contacts(tx, person)?;
    let guardians = match guarded(tx, person, new.now)? {
        Guarded::Now => return Err(ErrorCode::Forbidden.into()),
        Guarded::Once(guardians) if logs_in.is_empty() => guardians,
        Guarded::Once(_) => Vec::new(),
    };
    use_visit(tx, new)?;
    let stopped = tx
        .prepare_cached(
            "SELECT stopped_at FROM account_claim WHERE person = ?1 AND stopped_by = ?1 ORDER BY stopped_at DESC LIMIT 1",
        )?
        .query_row([person.key()], |row| time(row, 0))
        .optional()?;
    if new.by_clerk.is_none()
        && let Some(again_at) = stopped.map(|at| at.plus_seconds(STOPPED_SECONDS))
        && again_at > new.now
    {
        return Err(Error::too_many(seconds_until(new.now, again_at)));
    }
    let before = open(tx, new.by)?;
    if let Some(known) = before.into_iter().find(|one| one.person == person && one.by == new.by) {
        return Ok(Claim {
            claim: known,
            contacts: Vec::new(),
            guardians: Vec::new(),
        });
    }
    tx.prepare_cached(
        "INSERT INTO account_claim (id, person, by_person, asked_at, ripe_at, staff) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        new.id.key(),
        person.key(),
        new.by.key(),
        new.now.unix_millis(),
        new.ripe_at.unix_millis(),
        new.by_clerk.as_ref().map(|(staff, ..)| staff.key())
    ])?;
    let deed = match &new.by_clerk {
        Some((staff, hall, _)) => {
            let details = json!({ "claim": new.id, "person": person, "by": new.by, "hall": hall });
            audit(tx, new.now, Some(*staff), None, AuditAction::RecoveryBegun, details)?;
            AccountDeed::ClaimedAtWindow
        }
        None => AccountDeed::Claimed,
    };
    note(tx, person, deed, None, new.terminal, new.now)?;
    Ok(Claim {
        claim: StoredClaim {
            id: new.id,
            person,
            by: new.by,
            asked_at: new.now,
            ripe_at: new.ripe_at,
            at_window: new.by_clerk.is_some(),
        },
        contacts: logs_in.into_iter().map(|one| one.contact).collect(),
        guardians,
    })
}

/// Uses the code up that was shown to a clerk.
fn use_visit(tx: &Connection, new: &NewClaim) -> Result<()> {
    let Some((.., code)) = &new.by_clerk else { return Ok(()) };
    let used = tx
        .prepare_cached("DELETE FROM level_visit WHERE code = ?1 AND person = ?2 AND expires_at > ?3")?
        .execute(params![code, new.by.key(), new.now.unix_millis()])?;
    if used == 0 {
        Err(ErrorCode::WrongCode.into())
    } else {
        Ok(())
    }
}

/// Either of the two stops it.
pub(super) fn stop(tx: &Connection, stop: &crate::account::StopClaim) -> Result<StoredClaim> {
    let claims = open(tx, stop.person)?;
    let claim = claims.into_iter().find(|one| one.id == stop.id);
    let claim = claim.ok_or_else(Error::not_found)?;
    tx.prepare_cached("UPDATE account_claim SET stopped_at = ?2, stopped_by = ?3 WHERE id = ?1")?
        .execute(params![claim.id.key(), stop.now.unix_millis(), stop.person.key()])?;
    note(
        tx,
        claim.person,
        AccountDeed::ClaimStopped,
        None,
        stop.terminal,
        stop.now,
    )?;
    Ok(claim)
}

/// Whether a claim of this account is open, and since when it can be taken up.
pub(super) fn ripe(db: &Connection, by: PersonId, claim: ClaimId, now: Timestamp) -> Result<PersonId> {
    let claims = open(db, by)?;
    let claim = claims.into_iter().find(|one| one.id == claim && one.by == by);
    let claim = claim.ok_or_else(Error::not_found)?;
    if claim.ripe_at > now {
        return Err(Error::too_many(seconds_until(now, claim.ripe_at)));
    }
    Ok(claim.person)
}
