//! Who sits at a console shows anew that they are there.

use onehall_protocol::{ErrorCode, Timestamp};
use serde_json::json;

use super::super::values::Key;
use super::tries::{refuse_while_locked, take_back};
use super::{ACCOUNT, audit, second_factor_row};
use crate::error::{Error, Result};
use crate::secrets::TokenHash;
use crate::staff::{Attempt, AuditAction, SecondFactor};
use crate::storage::sql::{Connection, OptionalExtension, params};

/// What the second factor of who sits at a console is checked against; none where the session is none, or nothing is enrolled.
pub(super) fn factor(db: &Connection, session: TokenHash, now: Timestamp) -> Result<Option<SecondFactor>> {
    let sql = format!(
        "SELECT {ACCOUNT}, staff.password_hash, staff.totp_secret, staff.totp_last_step
         FROM staff_session s JOIN staff ON staff.id = s.staff
         WHERE s.token = ?1 AND s.idle_ends_at > ?2 AND s.ends_at > ?2 AND staff.active = 1 AND staff.totp_secret IS NOT NULL"
    );
    let found = db
        .prepare_cached(&sql)?
        .query_row(params![session.0, now.unix_millis()], second_factor_row);
    Ok(found.optional()?)
}

pub(super) fn step_up(tx: &Connection, session: TokenHash, step: u64, attempt: &Attempt) -> Result<()> {
    let wrong = || Error::new(ErrorCode::WrongCode);
    take_back(tx, attempt.account, attempt)?;
    refuse_while_locked(tx, attempt)?;
    // Another request may have used the code meanwhile.
    let known = factor(tx, session, attempt.now)?.ok_or_else(wrong)?;
    if known.last_step.is_some_and(|last| step <= last) {
        return Err(wrong());
    }
    let staff = known.account.id;
    tx.prepare_cached("UPDATE staff SET totp_last_step = ?2 WHERE id = ?1")?
        .execute(params![staff.key(), i64::try_from(step).unwrap_or(i64::MAX)])?;
    tx.prepare_cached("DELETE FROM staff_lock WHERE account = ?1")?
        .execute([attempt.account])?;
    tx.prepare_cached("UPDATE staff_session SET proved_at = ?2 WHERE token = ?1")?
        .execute(params![session.0, attempt.now.unix_millis()])?;
    audit(
        tx,
        attempt.now,
        Some(staff),
        Some(staff),
        AuditAction::SteppedUp,
        json!({}),
    )
}
