//! Staff.

mod step_up;
mod tries;

use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};
use async_trait::async_trait;
use onehall_protocol::passkeys::PasskeyView;
use onehall_protocol::staff::Role;
use onehall_protocol::{ErrorCode, PasskeyId, StaffId, Timestamp};
use serde_json::json;

use self::tries::{count_try, refuse_while_locked, take_back};
use super::Database;
use super::passkeys;
use super::values::{Key, id, json as json_column, named, optional_id, optional_parsed, optional_time, time, to_json};
use crate::error::{Error, Result};
use crate::identity::passkeys::{NewPasskey, StoredPasskey};
use crate::secrets::TokenHash;
use crate::staff::{
    Attempt, AuditAction, AuditEntry, ChangeAccount, CreateAccount, Credentials, Enter, Factor, NewTicket, Scope,
    SecondFactor, Staff, StaffAccount, StaffStore, lifetime,
};

/// Tries of one ticket.
const TICKET_TRIES: i64 = 5;

const ACCOUNT: &str = "staff.id, staff.account, staff.name, staff.roles, staff.authority, staff.hall, staff.active, \
     staff.totp_secret IS NOT NULL, staff.change_password, staff.last_login, \
     (SELECT count(*) FROM staff_passkey WHERE staff_passkey.staff = staff.id)";

/// An account from the columns [`ACCOUNT`], which come first in the row.
fn account(row: &Row<'_>) -> sql::Result<StaffAccount> {
    Ok(StaffAccount {
        id: id(row, 0)?,
        account: row.get(1)?,
        name: row.get(2)?,
        roles: json_column(row, 3)?,
        authority: optional_parsed(row, 4)?,
        hall: optional_parsed(row, 5)?,
        active: row.get(6)?,
        second_factor: row.get(7)?,
        change_password: row.get(8)?,
        last_login: optional_time(row, 9)?,
        passkeys: row.get(10)?,
    })
}

#[async_trait]
impl StaffStore for Database {
    async fn credentials(&self, name: String, attempt: Attempt) -> Result<Option<Credentials>> {
        self.write(move |db| {
            refuse_while_locked(db, &attempt)?;
            count_try(db, attempt.account_here, &attempt)?;
            let sql = format!("SELECT {ACCOUNT}, staff.password_hash FROM staff WHERE account = ?1 AND active = 1");
            let found = db.prepare_cached(&sql)?.query_row([&name], |row| {
                Ok(Credentials {
                    account: account(row)?,
                    password_hash: row.get(11)?,
                })
            });
            Ok(found.optional()?)
        })
        .await
    }

    async fn password_refused(&self, staff: Option<StaffId>, attempt: Attempt) -> Result<()> {
        self.write(move |tx| audit(tx, attempt.now, None, staff, AuditAction::PasswordRefused, json!({})))
            .await
    }

    async fn password_taken(&self, new: NewTicket) -> Result<()> {
        self.write(move |tx| {
            let now = new.attempt.now;
            take_back(tx, new.attempt.account_here, &new.attempt)?;
            refuse_while_locked(tx, &new.attempt)?;
            tx.prepare_cached("DELETE FROM staff_ticket WHERE expires_at < ?1")?
                .execute([now.unix_millis()])?;
            tx.prepare_cached(
                "INSERT INTO staff_ticket (token, staff, enrol, expires_at, tries_left) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                new.ticket.0,
                new.staff.key(),
                new.enrol,
                new.expires_at.unix_millis(),
                TICKET_TRIES
            ])?;
            audit(tx, now, None, Some(new.staff), AuditAction::PasswordTaken, json!({}))
        })
        .await
    }

    async fn second_factor(&self, ticket: TokenHash, now: Timestamp) -> Result<Option<SecondFactor>> {
        self.read(move |db| second_factor(db, ticket, now)).await
    }

    async fn try_second_factor(&self, ticket: TokenHash, attempt: Attempt) -> Result<Option<SecondFactor>> {
        self.write(move |tx| {
            let Some(known) = second_factor(tx, ticket, attempt.now)? else {
                return Ok(None);
            };
            refuse_while_locked(tx, &attempt)?;
            count_try(tx, attempt.account, &attempt)?;
            add_tries(tx, ticket, -1)?;
            Ok(Some(known))
        })
        .await
    }

    async fn take_second_factor_back(&self, ticket: TokenHash, attempt: Attempt) -> Result<()> {
        self.write(move |tx| {
            take_back(tx, attempt.account, &attempt)?;
            add_tries(tx, ticket, 1)
        })
        .await
    }

    async fn second_factor_refused(&self, ticket: TokenHash, attempt: Attempt) -> Result<()> {
        self.write(move |tx| {
            let staff = tx
                .prepare_cached("SELECT staff FROM staff_ticket WHERE token = ?1")?
                .query_row([ticket.0], |row| id(row, 0))
                .optional()?;
            audit(
                tx,
                attempt.now,
                None,
                staff,
                AuditAction::SecondFactorRefused,
                json!({}),
            )
        })
        .await
    }

    async fn enter(&self, enter: Enter, attempt: Attempt) -> Result<Staff> {
        self.write(move |tx| self::enter(tx, &enter, &attempt)).await
    }

    async fn try_step_up(&self, session: TokenHash, attempt: Attempt) -> Result<Option<SecondFactor>> {
        self.write(move |tx| {
            let known = step_up::factor(tx, session, attempt.now)?;
            refuse_while_locked(tx, &attempt)?;
            count_try(tx, attempt.account, &attempt)?;
            Ok(known)
        })
        .await
    }

    async fn step_up_refused(&self, staff: StaffId, attempt: Attempt) -> Result<()> {
        self.write(move |tx| {
            let what = AuditAction::SecondFactorRefused;
            audit(tx, attempt.now, Some(staff), Some(staff), what, json!({}))
        })
        .await
    }

    async fn step_up(&self, session: TokenHash, factor: Factor, attempt: Attempt) -> Result<()> {
        self.write(move |tx| step_up::step_up(tx, session, &factor, &attempt))
            .await
    }

    async fn staff_passkeys(&self, staff: StaffId) -> Result<Vec<StoredPasskey<StaffId>>> {
        self.read(move |db| passkeys::all(db, staff)).await
    }

    async fn staff_passkey(&self, credential: Vec<u8>) -> Result<Option<StoredPasskey<StaffId>>> {
        self.read(move |db| passkeys::find(db, &credential)).await
    }

    async fn add_staff_passkey(&self, new: NewPasskey<StaffId>) -> Result<PasskeyView> {
        self.write(move |tx| {
            let view = passkeys::add(tx, &new)?;
            let (owner, what) = (Some(new.owner), AuditAction::PasskeyAdded);
            audit(tx, new.now, owner, owner, what, json!({}))?;
            Ok(view)
        })
        .await
    }

    async fn remove_staff_passkey(&self, staff: StaffId, id: PasskeyId, now: Timestamp) -> Result<()> {
        self.write(move |tx| {
            passkeys::remove(tx, staff, id)?;
            audit(
                tx,
                now,
                Some(staff),
                Some(staff),
                AuditAction::PasskeyRemoved,
                json!({}),
            )
        })
        .await
    }

    async fn staff(&self, session: TokenHash, now: Timestamp) -> Result<Option<Staff>> {
        self.read(move |db| staff(db, session, now)).await
    }

    async fn prolong_staff_session(&self, session: TokenHash, idle_ends_at: Timestamp) -> Result<()> {
        self.write(move |tx| {
            tx.prepare_cached("UPDATE staff_session SET idle_ends_at = CASE WHEN ?2 < ends_at THEN ?2 ELSE ends_at END WHERE token = ?1")?
                .execute(params![session.0, idle_ends_at.unix_millis()])?;
            Ok(())
        })
        .await
    }

    async fn staff_log_out(&self, session: TokenHash, now: Timestamp) -> Result<Option<StaffId>> {
        self.write(move |tx| {
            let staff = tx
                .prepare_cached("DELETE FROM staff_session WHERE token = ?1 RETURNING staff")?
                .query_row([session.0], |row| id(row, 0))
                .optional()?;
            if staff.is_some() {
                audit(tx, now, staff, staff, AuditAction::LoggedOut, json!({}))?;
            }
            Ok(staff)
        })
        .await
    }

    async fn staff_accounts(&self, scope: Scope) -> Result<Vec<StaffAccount>> {
        self.read(move |db| {
            let sql = format!("SELECT {ACCOUNT} FROM staff ORDER BY account");
            let mut accounts = db
                .prepare_cached(&sql)?
                .query_map([], account)?
                .collect::<sql::Result<Vec<_>>>()?;
            accounts.retain(|account| scope.covers(account.authority.as_ref()));
            Ok(accounts)
        })
        .await
    }

    async fn create_staff(&self, create: CreateAccount) -> Result<StaffAccount> {
        self.write(move |tx| {
            let new = NewStaff {
                id: create.id,
                account: &create.account,
                name: &create.name,
                roles: &create.roles,
                authority: create.authority.as_ref().map(|code| code.as_str()),
                hall: create.hall.as_ref().map(|code| code.as_str()),
                password_hash: Some(&create.password_hash),
                change_password: true,
                totp_secret: None,
            };
            if !insert(tx, &new, create.now)? {
                return Err(Error::new(ErrorCode::AccountTaken).with_field("account", "taken"));
            }
            let details = json!({ "roles": create.roles, "authority": create.authority });
            audit(
                tx,
                create.now,
                create.by,
                Some(create.id),
                AuditAction::AccountCreated,
                details,
            )?;
            find(tx, create.id)?.ok_or_else(Error::not_found)
        })
        .await
    }

    async fn change_staff(&self, change: ChangeAccount) -> Result<StaffAccount> {
        self.write(move |tx| self::change(tx, &change)).await
    }

    async fn last_totp_step(&self, name: String) -> Result<Option<u64>> {
        self.read(move |db| {
            let step = db
                .prepare_cached("SELECT totp_last_step FROM staff WHERE account = ?1")?
                .query_row([name], |row| row.get::<_, Option<i64>>(0))
                .optional()?;
            Ok(step.flatten().and_then(|step| u64::try_from(step).ok()))
        })
        .await
    }

    async fn audit(&self, most: u32) -> Result<Vec<AuditEntry>> {
        self.read(move |db| {
            let sql = "SELECT at, actor, subject, action, details FROM staff_audit ORDER BY at DESC, id DESC LIMIT ?1";
            let entries = db
                .prepare_cached(sql)?
                .query_map([most], |row| {
                    Ok(AuditEntry {
                        at: time(row, 0)?,
                        actor: optional_id(row, 1)?,
                        subject: optional_id(row, 2)?,
                        action: named(row, 3)?,
                        details: json_column(row, 4)?,
                    })
                })?
                .collect::<sql::Result<_>>()?;
            Ok(entries)
        })
        .await
    }
}

/// A new account, as its row.
pub(super) struct NewStaff<'a> {
    pub id: StaffId,
    pub account: &'a str,
    pub name: &'a str,
    pub roles: &'a [Role],
    pub authority: Option<&'a str>,
    pub hall: Option<&'a str>,
    pub password_hash: Option<&'a str>,
    pub change_password: bool,
    pub totp_secret: Option<&'a [u8]>,
}

/// Inserts an account; false where the name is taken.
pub(super) fn insert(tx: &Connection, new: &NewStaff<'_>, now: Timestamp) -> Result<bool> {
    let inserted = tx
        .prepare_cached(
            "INSERT INTO staff (id, account, name, roles, authority, hall, active, password_hash, change_password,
                                totp_secret, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?8, ?9, ?10) ON CONFLICT (account) DO NOTHING",
        )?
        .execute(params![
            new.id.key(),
            new.account,
            new.name,
            to_json(new.roles)?,
            new.authority,
            new.hall,
            new.password_hash,
            new.change_password,
            new.totp_secret,
            now.unix_millis()
        ])?;
    Ok(inserted == 1)
}

fn find(db: &Connection, staff: StaffId) -> Result<Option<StaffAccount>> {
    let sql = format!("SELECT {ACCOUNT} FROM staff WHERE id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([staff.key()], account).optional()?)
}

fn second_factor(db: &Connection, ticket: TokenHash, now: Timestamp) -> Result<Option<SecondFactor>> {
    let sql = format!(
        "SELECT {ACCOUNT}, staff.password_hash, coalesce(staff.totp_secret, t.enrol), staff.totp_last_step
         FROM staff_ticket t JOIN staff ON staff.id = t.staff
         WHERE t.token = ?1 AND t.expires_at > ?2 AND t.tries_left > 0 AND staff.active = 1"
    );
    let found = db
        .prepare_cached(&sql)?
        .query_row(params![ticket.0, now.unix_millis()], second_factor_row);
    Ok(found.optional()?)
}

/// A second factor from an account, its password, the secret and the last step.
fn second_factor_row(row: &Row<'_>) -> sql::Result<SecondFactor> {
    Ok(SecondFactor {
        account: account(row)?,
        password_hash: row.get(11)?,
        secret: row.get(12)?,
        last_step: row.get::<_, Option<i64>>(13)?.and_then(|step| u64::try_from(step).ok()),
    })
}

fn enter(tx: &Connection, enter: &Enter, attempt: &Attempt) -> Result<Staff> {
    let wrong = || Error::new(ErrorCode::WrongCode);
    let now = enter.now;
    take_back(tx, attempt.account, attempt)?;
    add_tries(tx, enter.ticket, 1)?;
    refuse_while_locked(tx, attempt)?;
    // All that was checked before is checked again: another request may have used ticket or factor meanwhile.
    let known = second_factor(tx, enter.ticket, now)?.ok_or_else(wrong)?;
    let staff_id = known.account.id;
    use_up(tx, &known, &enter.factor)?;
    tx.prepare_cached("DELETE FROM staff_ticket WHERE token = ?1")?
        .execute([enter.ticket.0])?;
    tx.prepare_cached(
        "UPDATE staff SET last_login = ?2, password_hash = coalesce(?3, password_hash),
           change_password = CASE WHEN ?3 IS NULL THEN change_password ELSE 0 END
         WHERE id = ?1",
    )?
    .execute(params![staff_id.key(), now.unix_millis(), enter.new_password])?;
    tx.prepare_cached("DELETE FROM staff_lock WHERE account IN (?1, ?2)")?
        .execute([attempt.account, attempt.account_here])?;
    let told = |action, details| audit(tx, now, Some(staff_id), Some(staff_id), action, details);
    let own = |action| told(action, json!({}));
    if !known.account.second_factor {
        own(AuditAction::SecondFactorEnrolled)?;
    }
    if enter.new_password.is_some() {
        end_sessions(tx, staff_id)?;
        own(AuditAction::PasswordChanged)?;
    }
    told(AuditAction::LoggedIn, way_of(&enter.factor))?;
    let ends_at = now.plus_seconds(lifetime().absolute);
    tx.prepare_cached("DELETE FROM staff_session WHERE idle_ends_at < ?1")?
        .execute([now.unix_millis()])?;
    tx.prepare_cached(
        "INSERT INTO staff_session (token, staff, created_at, idle_ends_at, ends_at, proved_at) VALUES (?1, ?2, ?3, ?4, ?5, ?3)",
    )?
    .execute(params![
        enter.session.0,
        staff_id.key(),
        now.unix_millis(),
        lifetime().idle_end(now, ends_at).unix_millis(),
        ends_at.unix_millis()
    ])?;
    staff(tx, enter.session, now)?.ok_or_else(|| Error::broken("find the session that was just begun"))
}

/// Uses up the second factor by which somebody shows who they are. A code also enrols what it was made with.
fn use_up(tx: &Connection, known: &SecondFactor, factor: &Factor) -> Result<()> {
    match factor {
        Factor::Code(step) => {
            if known.last_step.is_some_and(|last| *step <= last) {
                return Err(Error::new(ErrorCode::WrongCode));
            }
            tx.prepare_cached("UPDATE staff SET totp_secret = ?2, totp_last_step = ?3 WHERE id = ?1")?
                .execute(params![
                    known.account.id.key(),
                    known.secret,
                    i64::try_from(*step).unwrap_or(i64::MAX)
                ])?;
            Ok(())
        }
        Factor::Passkey(used) => {
            let owner: StaffId = passkeys::sign(tx, used)?;
            if owner == known.account.id {
                Ok(())
            } else {
                Err(Error::new(ErrorCode::PasskeyRefused))
            }
        }
    }
}

/// What the audit says of a second factor, where it was no code.
fn way_of(factor: &Factor) -> serde_json::Value {
    match factor {
        Factor::Code(_) => json!({}),
        Factor::Passkey(_) => json!({ "passkey": true }),
    }
}

fn staff(db: &Connection, session: TokenHash, now: Timestamp) -> Result<Option<Staff>> {
    let sql = format!(
        "SELECT {ACCOUNT}, s.idle_ends_at, s.ends_at, s.proved_at FROM staff_session s JOIN staff ON staff.id = s.staff
         WHERE s.token = ?1 AND s.idle_ends_at > ?2 AND s.ends_at > ?2 AND staff.active = 1"
    );
    let found = db
        .prepare_cached(&sql)?
        .query_row(params![session.0, now.unix_millis()], |row| {
            Ok(Staff {
                account: account(row)?,
                session,
                idle_ends_at: time(row, 11)?,
                ends_at: time(row, 12)?,
                proved_at: time(row, 13)?,
            })
        });
    Ok(found.optional()?)
}

fn change(tx: &Connection, change: &ChangeAccount) -> Result<StaffAccount> {
    let before = find(tx, change.id)?
        .filter(|account| change.scope.covers(account.authority.as_ref()))
        .ok_or_else(Error::not_found)?;
    let handles_cases = |roles: &Vec<Role>| roles.iter().any(|role| *role != Role::Administrator);
    if before.authority.is_none() && change.roles.as_ref().is_some_and(handles_cases) {
        return Err(Error::new(ErrorCode::InvalidBody).with_field("roles", "authority_required"));
    }
    let administrators = hall_administrators(tx)?;
    tx.prepare_cached(
        "UPDATE staff SET name = coalesce(?2, name), roles = coalesce(?3, roles), active = coalesce(?4, active),
           password_hash = coalesce(?5, password_hash),
           change_password = CASE WHEN ?5 IS NULL THEN change_password ELSE 1 END,
           totp_secret = CASE WHEN ?6 = 1 THEN NULL ELSE totp_secret END,
           totp_last_step = CASE WHEN ?6 = 1 THEN NULL ELSE totp_last_step END
         WHERE id = ?1",
    )?
    .execute(params![
        change.id.key(),
        change.name,
        change.roles.as_ref().map(to_json).transpose()?,
        change.active,
        change.password_hash,
        change.reset_second_factor
    ])?;
    if administrators > 0 && hall_administrators(tx)? == 0 {
        return Err(Error::new(ErrorCode::LastAdministrator));
    }
    let removes_passkeys = change.reset_second_factor || change.remove_passkeys;
    if removes_passkeys {
        passkeys::remove_all(tx, change.id)?;
    }
    if change.active == Some(false) || change.password_hash.is_some() || removes_passkeys {
        end_sessions(tx, change.id)?;
    }
    let details = json!({
        "name": change.name.is_some(),
        "roles": change.roles,
        "active": change.active,
        "password": change.password_hash.is_some(),
        "second_factor": change.reset_second_factor,
        "passkeys": removes_passkeys,
    });
    audit(
        tx,
        change.now,
        change.by,
        Some(change.id),
        AuditAction::AccountChanged,
        details,
    )?;
    find(tx, change.id)?.ok_or_else(Error::not_found)
}

/// Those who can still administer the whole hall.
fn hall_administrators(db: &Connection) -> Result<usize> {
    let sql = format!("SELECT {ACCOUNT} FROM staff WHERE active = 1 AND authority IS NULL");
    let accounts = db
        .prepare_cached(&sql)?
        .query_map([], account)?
        .collect::<sql::Result<Vec<_>>>()?;
    Ok(accounts
        .iter()
        .filter(|account| account.roles.contains(&Role::Administrator))
        .count())
}

/// Ends all sessions and open logins of an account.
fn end_sessions(tx: &Connection, staff: StaffId) -> Result<()> {
    tx.prepare_cached("DELETE FROM staff_session WHERE staff = ?1")?
        .execute([staff.key()])?;
    tx.prepare_cached("DELETE FROM staff_ticket WHERE staff = ?1")?
        .execute([staff.key()])?;
    Ok(())
}

fn add_tries(tx: &Connection, ticket: TokenHash, tries: i64) -> Result<()> {
    tx.prepare_cached("UPDATE staff_ticket SET tries_left = tries_left + ?2 WHERE token = ?1")?
        .execute(params![ticket.0, tries])?;
    Ok(())
}

/// Adds a line to the audit, in the transaction of what it records.
pub(super) fn audit(
    tx: &Connection,
    at: Timestamp,
    actor: Option<StaffId>,
    subject: Option<StaffId>,
    action: AuditAction,
    details: serde_json::Value,
) -> Result<()> {
    super::audit::add(tx, at, actor, subject, action, &details)
}
