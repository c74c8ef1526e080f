//! Levels.

use crate::storage::sql::{Connection, OptionalExtension, params};
use async_trait::async_trait;
use onehall_protocol::assurance::LevelRaised;
use onehall_protocol::identity::AssuranceLevel;
use onehall_protocol::{CitizenId, ErrorCode, PersonId, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::Database;
use super::identity::{PERSON, count, count_back, person, refuse_beyond};
use super::staff::audit;
use super::values::{Key, id, name, named, optional_parsed, time};
use crate::error::{Error, Result};
use crate::identity::{Counter, LevelStore, NewVisit, Person, RaiseLevel};
use crate::staff::AuditAction;

#[async_trait]
impl LevelStore for Database {
    async fn count_try(&self, counters: Vec<Counter>, now: Timestamp) -> Result<()> {
        self.write(move |tx| {
            for counter in &counters {
                refuse_beyond(tx, counter.kind, &counter.who, counter.period, counter.most, now)?;
            }
            counters
                .iter()
                .try_for_each(|counter| count(tx, counter.kind, &counter.who, now))
        })
        .await
    }

    async fn take_try_back(&self, counters: Vec<Counter>, now: Timestamp) -> Result<()> {
        self.write(move |tx| {
            counters
                .iter()
                .try_for_each(|counter| count_back(tx, counter.kind, &counter.who, now))
        })
        .await
    }

    async fn raise_level(&self, raise: RaiseLevel) -> Result<()> {
        self.write(move |tx| raise_level(tx, &raise)).await
    }

    async fn last_raise(&self, person: PersonId) -> Result<Option<LevelRaised>> {
        self.read(move |db| {
            let last = db
                .prepare_cached("SELECT way, at FROM level_raise WHERE person = ?1 ORDER BY at DESC, id DESC LIMIT 1")?
                .query_row([person.key()], |row| {
                    Ok(LevelRaised {
                        way: named(row, 0)?,
                        at: time(row, 1)?,
                    })
                });
            Ok(last.optional()?)
        })
        .await
    }

    async fn keep_visit(&self, visit: NewVisit) -> Result<()> {
        self.write(move |tx| {
            tx.prepare_cached("DELETE FROM level_visit WHERE expires_at <= ?1")?
                .execute([visit.now.unix_millis()])?;
            let kept = tx
                .prepare_cached("SELECT person FROM level_visit WHERE code = ?1")?
                .query_row([visit.code], |row| id::<PersonId>(row, 0))
                .optional()?;
            if kept.is_some_and(|other| other != visit.person) {
                return Err(ErrorCode::WrongCode.into());
            }
            tx.prepare_cached(
                "INSERT INTO level_visit (person, code, expires_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (person) DO UPDATE SET code = excluded.code, expires_at = excluded.expires_at",
            )?
            .execute(params![visit.person.key(), visit.code, visit.expires_at.unix_millis()])?;
            Ok(())
        })
        .await
    }

    async fn visitor(&self, code: [u8; 32], now: Timestamp) -> Result<Option<Person>> {
        self.read(move |db| {
            let sql = format!(
                "SELECT {PERSON} FROM level_visit v JOIN person ON person.id = v.person WHERE v.code = ?1 AND v.expires_at > ?2"
            );
            let found = db.prepare_cached(&sql)?.query_row(params![code, now.unix_millis()], person);
            Ok(found.optional()?)
        })
        .await
    }
}

fn raise_level(tx: &Connection, raise: &RaiseLevel) -> Result<()> {
    if let Some((_, _, code)) = &raise.by {
        let used = tx
            .prepare_cached("DELETE FROM level_visit WHERE code = ?1 AND person = ?2 AND expires_at > ?3")?
            .execute(params![code, raise.person.key(), raise.now.unix_millis()])?;
        if used == 0 {
            return Err(ErrorCode::WrongCode.into());
        }
    }
    let (number, before): (Option<CitizenId>, AssuranceLevel) = tx
        .prepare_cached("SELECT citizen_id, assurance FROM person WHERE id = ?1")?
        .query_row([raise.person.key()], |row| {
            Ok((optional_parsed(row, 0)?, named(row, 1)?))
        })
        .optional()?
        .ok_or_else(Error::not_found)?;
    if let Some((matched_name, matched)) = &raise.matched {
        if number.is_some_and(|number| number != *matched) {
            return Err(ErrorCode::OtherPerson.into());
        }
        let other = tx
            .prepare_cached("SELECT 1 FROM person WHERE citizen_id = ?1 AND id <> ?2")?
            .exists(params![matched.as_str(), raise.person.key()])?;
        if other {
            return Err(ErrorCode::NumberInUse.into());
        }
        tx.prepare_cached("UPDATE person SET name = ?2, citizen_id = ?3 WHERE id = ?1")?
            .execute(params![raise.person.key(), matched_name, matched.as_str()])?;
    } else if number.is_none() {
        return Err(Error::broken("raise the level of an account without a number"));
    }
    let level = raise.level.max(before);
    tx.prepare_cached("UPDATE person SET assurance = ?2 WHERE id = ?1")?
        .execute(params![raise.person.key(), name(&level)?])?;
    // What an application is told of its citizen at its next look is what holds then.
    tx.prepare_cached("UPDATE oidc_grant SET acr = ?2 WHERE person = ?1")?
        .execute(params![raise.person.key(), name(&level)?])?;
    let (staff, hall) = match &raise.by {
        Some((staff, hall, _)) => (Some(*staff), hall.as_ref().map(|hall| hall.as_str().to_owned())),
        None => (None, None),
    };
    tx.prepare_cached(
        "INSERT INTO level_raise (id, person, level, way, staff, hall, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        *Uuid::now_v7().as_bytes(),
        raise.person.key(),
        name(&level)?,
        name(&raise.way)?,
        staff.map(|staff| staff.key()),
        hall,
        raise.now.unix_millis()
    ])?;
    if let Some(staff) = staff {
        let details = json!({ "person": raise.person, "level": level, "hall": hall });
        audit(tx, raise.now, Some(staff), None, AuditAction::IdentityChecked, details)?;
    }
    Ok(())
}
