//! Identity.

use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};
use async_trait::async_trait;
use onehall_protocol::identity::{AssuranceLevel, PersonKind};
use onehall_protocol::{ErrorCode, PersonId, PhoneNumber, Timestamp};
use subtle::ConstantTimeEq;

use super::Database;
use super::values::{Key, id, name, named, optional_json, optional_parsed, time};
use crate::error::{Error, Result};
use crate::identity::{Citizen, CodeToSend, IdentityStore, Lifetime, LogIn, Person};
use crate::secrets::TokenHash;

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

pub(super) const PERSON: &str = "person.id, person.kind, person.name, person.citizen_id, person.organisation_code, person.phone, person.address, person.assurance";

/// A person from the columns [`PERSON`], which come first in the row.
pub(super) fn person(row: &Row<'_>) -> sql::Result<Person> {
    Ok(Person {
        id: id(row, 0)?,
        kind: named(row, 1)?,
        name: row.get(2)?,
        citizen_id: optional_parsed(row, 3)?,
        organisation_code: optional_parsed(row, 4)?,
        phone: optional_parsed(row, 5)?,
        address: optional_json(row, 6)?,
        assurance: named(row, 7)?,
    })
}

#[async_trait]
impl IdentityStore for Database {
    async fn take_code(&self, code: CodeToSend) -> Result<()> {
        self.write(move |tx| take_code(tx, &code)).await
    }

    async fn log_in(&self, login: LogIn) -> Result<Citizen> {
        // A wrong try is an effect to keep, so it is no `Err` inside the command.
        self.write(move |tx| log_in(tx, &login)).await?
    }

    async fn citizen(&self, session: TokenHash, now: Timestamp) -> Result<Option<Citizen>> {
        self.read(move |db| citizen(db, session, now)).await
    }

    async fn prolong_session(&self, session: TokenHash, idle_ends_at: Timestamp) -> Result<()> {
        self.write(move |tx| {
            tx.prepare_cached("UPDATE citizen_session SET idle_ends_at = CASE WHEN ?2 < ends_at THEN ?2 ELSE ends_at END WHERE token = ?1")?
                .execute(params![session.0, idle_ends_at.unix_millis()])?;
            Ok(())
        })
        .await
    }

    async fn log_out(&self, session: TokenHash) -> Result<Option<PersonId>> {
        self.write(move |tx| {
            super::oidc::session_ended(tx, session)?;
            let ended = tx
                .prepare_cached("DELETE FROM citizen_session WHERE token = ?1 RETURNING person")?
                .query_row([session.0], |row| id(row, 0));
            Ok(ended.optional()?)
        })
        .await
    }

    async fn person(&self, id: PersonId) -> Result<Option<Person>> {
        self.read(move |db| {
            let sql = format!("SELECT {PERSON} FROM person WHERE id = ?1");
            Ok(db.prepare_cached(&sql)?.query_row([id.key()], person).optional()?)
        })
        .await
    }
}

fn take_code(tx: &Connection, code: &CodeToSend) -> Result<()> {
    let now = code.now;
    tx.prepare_cached("DELETE FROM login_count WHERE at < ?1")?
        .execute([now.plus_seconds(-DAY).unix_millis()])?;
    tx.prepare_cached("DELETE FROM login_code WHERE expires_at < ?1")?
        .execute([now.plus_seconds(-DAY).unix_millis()])?;

    let sent_at = tx
        .prepare_cached("SELECT sent_at FROM login_code WHERE phone = ?1")?
        .query_row([code.phone], |row| time(row, 0))
        .optional()?;
    if let Some(again_at) = sent_at.map(|at| at.plus_seconds(code.limits.resend_after))
        && again_at > now
    {
        return Err(Error::too_many(seconds_until(now, again_at)));
    }
    let limits = &code.limits;
    for (kind, who, period, most) in [
        ("code-phone", &code.phone, HOUR, limits.per_phone_hour),
        ("code-phone", &code.phone, DAY, limits.per_phone_day),
        ("code-client", &code.client, HOUR, limits.per_client_hour),
        ("code-client", &code.client, DAY, limits.per_client_day),
    ] {
        refuse_beyond(tx, kind, who, period, most, now)?;
    }
    count(tx, "code-phone", &code.phone, now)?;
    count(tx, "code-client", &code.client, now)?;
    tx.prepare_cached(
        "INSERT INTO login_code (phone, code, sent_at, expires_at, tries_left) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (phone) DO UPDATE SET code = excluded.code, sent_at = excluded.sent_at,
           expires_at = excluded.expires_at, tries_left = excluded.tries_left",
    )?
    .execute(params![
        code.phone,
        code.code,
        now.unix_millis(),
        now.plus_seconds(code.limits.expires_after).unix_millis(),
        code.limits.tries
    ])?;
    Ok(())
}

fn log_in(tx: &Connection, login: &LogIn) -> Result<Result<Citizen>> {
    let now = login.now;
    refuse_beyond(
        tx,
        "wrong-client",
        &login.client,
        HOUR,
        login.limits.wrong_per_client_hour,
        now,
    )?;
    let kept = tx
        .prepare_cached("SELECT code, expires_at, tries_left FROM login_code WHERE phone = ?1")?
        .query_row([login.phone_hash], |row| {
            Ok((row.get::<_, [u8; 32]>(0)?, time(row, 1)?, row.get::<_, i64>(2)?))
        })
        .optional()?;
    // The same work whatever is there, so that the time it takes tells nothing.
    let (code, expires_at, tries_left) = kept.unwrap_or(([0; 32], now, 0));
    let right = bool::from(code.ct_eq(&login.code));
    if !(right && expires_at > now && tries_left > 0) {
        tx.prepare_cached("UPDATE login_code SET tries_left = tries_left - 1 WHERE phone = ?1 AND tries_left > 0")?
            .execute([login.phone_hash])?;
        count(tx, "wrong-client", &login.client, now)?;
        return Ok(Err(Error::new(ErrorCode::WrongCode)));
    }
    // The row stays, without tries: it still says when the last code was sent.
    tx.prepare_cached("UPDATE login_code SET tries_left = 0 WHERE phone = ?1")?
        .execute([login.phone_hash])?;
    let actor = account_of(tx, &login.phone, login.new_person, now)?;
    let lifetime = Lifetime::of(login.terminal);
    let ends_at = now.plus_seconds(lifetime.absolute);
    tx.prepare_cached("DELETE FROM citizen_session WHERE idle_ends_at < ?1")?
        .execute([now.unix_millis()])?;
    tx.prepare_cached(
        "INSERT INTO citizen_session (token, person, terminal, created_at, idle_ends_at, ends_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        login.session.0,
        actor.key(),
        login.terminal.as_str(),
        now.unix_millis(),
        lifetime.idle_end(now, ends_at).unix_millis(),
        ends_at.unix_millis()
    ])?;
    citizen(tx, login.session, now)?
        .ok_or_else(|| Error::broken("find the session that was just begun"))
        .map(Ok)
}

/// The account of a phone number; a new one of assurance L1 where there is none.
fn account_of(tx: &Connection, phone: &PhoneNumber, new: PersonId, now: Timestamp) -> Result<PersonId> {
    tx.prepare_cached(
        "INSERT INTO person (id, kind, name, phone, assurance, created_at) VALUES (?1, ?2, '', ?3, ?4, ?5)
         ON CONFLICT (phone) DO NOTHING",
    )?
    .execute(params![
        new.key(),
        name(&PersonKind::Citizen)?,
        phone.as_str(),
        name(&AssuranceLevel::L1)?,
        now.unix_millis()
    ])?;
    Ok(tx
        .prepare_cached("SELECT id FROM person WHERE phone = ?1")?
        .query_row([phone.as_str()], |row| id(row, 0))?)
}

fn citizen(db: &Connection, session: TokenHash, now: Timestamp) -> Result<Option<Citizen>> {
    let sql = format!(
        "SELECT {PERSON}, s.terminal, s.idle_ends_at, s.ends_at, s.created_at FROM citizen_session s JOIN person ON person.id = s.person
         WHERE s.token = ?1 AND s.idle_ends_at > ?2 AND s.ends_at > ?2"
    );
    let found = db
        .prepare_cached(&sql)?
        .query_row(params![session.0, now.unix_millis()], |row| {
            Ok(Citizen {
                actor: person(row)?,
                companies: Vec::new(),
                session,
                terminal: named(row, 8)?,
                idle_ends_at: time(row, 9)?,
                ends_at: time(row, 10)?,
                began_at: time(row, 11)?,
            })
        })
        .optional()?;
    let Some(mut citizen) = found else { return Ok(None) };
    let sql = format!(
        "SELECT {PERSON} FROM agency JOIN person ON person.id = agency.legal_person
         WHERE agency.agent = ?1 ORDER BY person.name, person.id"
    );
    citizen.companies = db
        .prepare_cached(&sql)?
        .query_map([citizen.actor.id.key()], person)?
        .collect::<sql::Result<_>>()?;
    Ok(Some(citizen))
}

/// Refuses where `who` has been counted `most` times within the last `period` seconds.
pub(super) fn refuse_beyond(
    tx: &Connection,
    kind: &str,
    who: &[u8; 32],
    period: i64,
    most: u32,
    now: Timestamp,
) -> Result<()> {
    // The one that has to fall out of the period before the next may come: the `most`-th from the end.
    let blocking = tx
        .prepare_cached(
            "SELECT at FROM login_count WHERE kind = ?1 AND who = ?2 AND at > ?3 ORDER BY at DESC LIMIT 1 OFFSET ?4",
        )?
        .query_row(
            params![
                kind,
                who,
                now.plus_seconds(-period).unix_millis(),
                i64::from(most.max(1)) - 1
            ],
            |row| time(row, 0),
        )
        .optional()?;
    match blocking {
        Some(at) => Err(Error::too_many(seconds_until(now, at.plus_seconds(period)))),
        None => Ok(()),
    }
}

/// Counts one for `who`.
pub(super) fn count(tx: &Connection, kind: &str, who: &[u8; 32], now: Timestamp) -> Result<()> {
    tx.prepare_cached("INSERT INTO login_count (kind, who, at) VALUES (?1, ?2, ?3)")?
        .execute(params![kind, who, now.unix_millis()])?;
    Ok(())
}

/// Whole seconds from `now` to `then`, rounded up.
pub(super) fn seconds_until(now: Timestamp, then: Timestamp) -> i64 {
    (then.unix_millis() - now.unix_millis() + 999).div_euclid(1000)
}
