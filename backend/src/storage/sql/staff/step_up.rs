//! Who sits at a console shows anew that they are there.

use onehall_protocol::{ErrorCode, Timestamp};

use super::tries::{refuse_while_locked, take_back};
use super::{ACCOUNT, audit, second_factor_row, use_up, way_of};
use crate::error::{Error, Result};
use crate::secrets::TokenHash;
use crate::staff::{Attempt, AuditAction, Factor, SecondFactor};
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

pub(super) fn step_up(tx: &Connection, session: TokenHash, shown: &Factor, attempt: &Attempt) -> Result<()> {
    take_back(tx, attempt.account, attempt)?;
    refuse_while_locked(tx, attempt)?;
    // Another request may have used it meanwhile.
    let known = factor(tx, session, attempt.now)?.ok_or_else(|| Error::new(ErrorCode::WrongCode))?;
    use_up(tx, &known, shown)?;
    let staff = known.account.id;
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
        way_of(shown),
    )
}
