//! How often staff may be wrong: an account, a name from one network, a network.

use onehall_protocol::Timestamp;

use super::super::identity::{count, count_back, refuse_beyond, seconds_until};
use super::super::values::{optional_time, time};
use crate::error::{Error, Result};
use crate::staff::Attempt;
use crate::storage::sql::{Connection, OptionalExtension, params};

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;
/// Wrong tries before a name is locked.
const FREE_TRIES: i64 = 5;
/// Seconds of the first lock; each further wrong try doubles them, up to an hour.
const FIRST_LOCK: i64 = 30;

pub(super) fn refuse_while_locked(db: &Connection, attempt: &Attempt) -> Result<()> {
    let now = attempt.now;
    let locked_until = db
        .prepare_cached("SELECT max(locked_until) FROM staff_lock WHERE account IN (?1, ?2)")?
        .query_row([attempt.account, attempt.account_here], |row| optional_time(row, 0))?;
    if let Some(until) = locked_until.filter(|until| *until > now) {
        return Err(Error::too_many(seconds_until(now, until)));
    }
    refuse_beyond(
        db,
        "staff-client",
        &attempt.client,
        HOUR,
        attempt.wrong_per_client_hour,
        now,
    )
}

/// Counts a try as a wrong one, for the client and against what `locked` names: an account, or an account tried from one network.
pub(super) fn count_try(tx: &Connection, locked: [u8; 32], attempt: &Attempt) -> Result<()> {
    let now = attempt.now;
    count(tx, "staff-client", &attempt.client, now)?;
    tx.prepare_cached("DELETE FROM staff_lock WHERE last_at < ?1")?
        .execute([now.plus_seconds(-DAY).unix_millis()])?;
    let failures: i64 = tx
        .prepare_cached(
            "INSERT INTO staff_lock (account, failures, last_at, locked_until) VALUES (?1, 1, ?2, 0)
             ON CONFLICT (account) DO UPDATE SET failures = staff_lock.failures + 1, last_at = excluded.last_at
             RETURNING failures",
        )?
        .query_row(params![locked, now.unix_millis()], |row| row.get(0))?;
    if let Some(until) = locked_until(failures, now) {
        tx.prepare_cached("UPDATE staff_lock SET locked_until = ?2 WHERE account = ?1")?
            .execute(params![locked, until.unix_millis()])?;
    }
    Ok(())
}

/// Takes a try back that was counted by [`count_try`] for the same attempt, and the lock that it brought about. One that
/// another try brought about stays.
pub(super) fn take_back(tx: &Connection, locked: [u8; 32], attempt: &Attempt) -> Result<()> {
    count_back(tx, "staff-client", &attempt.client, attempt.now)?;
    let known = tx
        .prepare_cached("SELECT failures, locked_until FROM staff_lock WHERE account = ?1")?
        .query_row([locked], |row| Ok((row.get::<_, i64>(0)?, time(row, 1)?)))
        .optional()?;
    let Some((failures, until)) = known else {
        return Ok(());
    };
    let own = locked_until(failures, attempt.now) == Some(until) || failures <= FREE_TRIES;
    let until = if own { 0 } else { until.unix_millis() };
    tx.prepare_cached("UPDATE staff_lock SET failures = ?2, locked_until = ?3 WHERE account = ?1")?
        .execute(params![locked, (failures - 1).max(0), until])?;
    Ok(())
}

/// Until when a name is locked that was tried in vain so often.
fn locked_until(failures: i64, now: Timestamp) -> Option<Timestamp> {
    let beyond = u32::try_from(failures.checked_sub(FREE_TRIES)?).ok()?;
    Some(now.plus_seconds((FIRST_LOCK << beyond.min(16)).min(HOUR)))
}
