//! Passkeys, and proofs that somebody is there.

use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};
use async_trait::async_trait;
use onehall_protocol::passkeys::{PasskeyView, ProofWay};
use onehall_protocol::{ErrorCode, PasskeyId, PersonId, StaffId, Timestamp};

use super::Database;
use super::identity::{begin_at, citizen, use_code};
use super::values::{Key, id, name, named, optional_time, time};
use crate::error::{Error, Result};
use crate::identity::Citizen;
use crate::identity::passkeys::webauthn::Challenge;
use crate::identity::passkeys::{
    CredentialKey, NewPasskey, PasskeyLogIn, PasskeyStore, PasskeyUse, Proof, StoredPasskey, UseCode,
};
use crate::secrets::TokenHash;

/// Passkeys of one account.
const MOST: i64 = 20;
/// For how long a proof is kept; it counts for less.
const PROOF_KEPT_SECONDS: i64 = 3600;

/// Whose passkeys a table keeps: those of citizens are no good at the console, and the other way round.
pub(super) trait Owner: Key + PartialEq + Copy + Send + 'static {
    /// The table.
    const TABLE: &'static str;
    /// Its column that says whose.
    const COLUMN: &'static str;
}

impl Owner for PersonId {
    const TABLE: &'static str = "passkey";
    const COLUMN: &'static str = "person";
}

impl Owner for StaffId {
    const TABLE: &'static str = "staff_passkey";
    const COLUMN: &'static str = "staff";
}

fn columns<O: Owner>() -> String {
    let (table, owner) = (O::TABLE, O::COLUMN);
    format!("SELECT id, name, created_at, used_at, synced, {owner}, credential, algorithm, public_key FROM {table}")
}

fn passkey<O: Owner>(row: &Row<'_>) -> sql::Result<StoredPasskey<O>> {
    Ok(StoredPasskey {
        view: PasskeyView {
            id: id(row, 0)?,
            name: row.get(1)?,
            created_at: time(row, 2)?,
            used_at: optional_time(row, 3)?,
            synced: row.get(4)?,
        },
        owner: id(row, 5)?,
        credential: row.get(6)?,
        key: CredentialKey {
            algorithm: row.get(7)?,
            bytes: row.get(8)?,
        },
    })
}

fn refused() -> Error {
    Error::new(ErrorCode::PasskeyRefused)
}

/// Keeps a passkey, and uses its challenge up.
pub(super) fn add<O: Owner>(tx: &Connection, new: &NewPasskey<O>) -> Result<PasskeyView> {
    answer(tx, new.made.challenge, new.now)?;
    let (table, owner) = (O::TABLE, O::COLUMN);
    let count: i64 = tx
        .prepare_cached(&format!("SELECT count(*) FROM {table} WHERE {owner} = ?1"))?
        .query_row([new.owner.key()], |row| row.get(0))?;
    if count >= MOST {
        return Err(refused());
    }
    let view = PasskeyView {
        id: new.id,
        name: new.name.clone(),
        created_at: new.now,
        used_at: None,
        synced: new.made.backed_up,
    };
    let kept = tx
        .prepare_cached(&format!(
            "INSERT INTO {table} (id, {owner}, credential, algorithm, public_key, signed, synced, name, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (credential) DO NOTHING"
        ))?
        .execute(params![
            view.id.key(),
            new.owner.key(),
            new.made.credential,
            new.made.key.algorithm,
            new.made.key.bytes,
            i64::from(new.made.count),
            view.synced,
            view.name,
            new.now.unix_millis()
        ])?;
    if kept == 0 { Err(refused()) } else { Ok(view) }
}

/// The passkeys of an account, the oldest first.
pub(super) fn all<O: Owner>(db: &Connection, owner: O) -> Result<Vec<StoredPasskey<O>>> {
    let sql = format!("{} WHERE {} = ?1 ORDER BY created_at, id", columns::<O>(), O::COLUMN);
    let all = db
        .prepare_cached(&sql)?
        .query_map([owner.key()], passkey)?
        .collect::<sql::Result<_>>()?;
    Ok(all)
}

/// A passkey by its id at the authenticator.
pub(super) fn find<O: Owner>(db: &Connection, credential: &[u8]) -> Result<Option<StoredPasskey<O>>> {
    let sql = format!("{} WHERE credential = ?1", columns::<O>());
    Ok(db.prepare_cached(&sql)?.query_row([credential], passkey).optional()?)
}

/// Forgets a passkey.
pub(super) fn remove<O: Owner>(tx: &Connection, owner: O, id: PasskeyId) -> Result<()> {
    let sql = format!("DELETE FROM {} WHERE id = ?1 AND {} = ?2", O::TABLE, O::COLUMN);
    let gone = tx.prepare_cached(&sql)?.execute(params![id.key(), owner.key()])?;
    if gone == 0 { Err(Error::not_found()) } else { Ok(()) }
}

/// Forgets all passkeys of an account.
pub(super) fn remove_all<O: Owner>(tx: &Connection, owner: O) -> Result<()> {
    let sql = format!("DELETE FROM {} WHERE {} = ?1", O::TABLE, O::COLUMN);
    tx.prepare_cached(&sql)?.execute([owner.key()])?;
    Ok(())
}

#[async_trait]
impl PasskeyStore for Database {
    async fn add_passkey(&self, new: NewPasskey) -> Result<PasskeyView> {
        self.write(move |tx| add(tx, &new)).await
    }

    async fn passkeys(&self, person: PersonId) -> Result<Vec<StoredPasskey>> {
        self.read(move |db| all(db, person)).await
    }

    async fn passkey(&self, credential: Vec<u8>) -> Result<Option<StoredPasskey>> {
        self.read(move |db| find(db, &credential)).await
    }

    async fn remove_passkey(&self, person: PersonId, id: PasskeyId) -> Result<()> {
        self.write(move |tx| remove(tx, person, id)).await
    }

    async fn log_in_with_passkey(&self, login: PasskeyLogIn) -> Result<Citizen> {
        self.write(move |tx| {
            let now = login.used.now;
            let person: PersonId = sign(tx, &login.used)?;
            begin_at(tx, login.session, person, login.terminal, &login.place, now)?;
            prove(tx, login.session, ProofWay::Passkey, now)?;
            citizen(tx, login.session, now)?.ok_or_else(|| Error::broken("find the session that was just begun"))
        })
        .await
    }

    async fn prove_with_passkey(&self, session: TokenHash, person: PersonId, used: PasskeyUse) -> Result<()> {
        self.write(move |tx| {
            let owner: PersonId = sign(tx, &used)?;
            if owner != person {
                return Err(refused());
            }
            prove(tx, session, ProofWay::Passkey, used.now)
        })
        .await
    }

    async fn prove_with_code(&self, session: TokenHash, code: UseCode) -> Result<()> {
        // A wrong try is an effect to keep, so it is no `Err` inside the command.
        let right = self
            .write(move |tx| {
                let right = use_code(tx, &code)?;
                if right {
                    prove(tx, session, ProofWay::Code, code.now)?;
                }
                Ok(right)
            })
            .await?;
        if right {
            Ok(())
        } else {
            Err(ErrorCode::WrongCode.into())
        }
    }

    async fn proof(&self, session: TokenHash) -> Result<Option<Proof>> {
        self.read(move |db| {
            let found = db
                .prepare_cached("SELECT way, at FROM session_proof WHERE session = ?1")?
                .query_row([session.0], |row| {
                    Ok(Proof {
                        way: named(row, 0)?,
                        at: time(row, 1)?,
                    })
                });
            Ok(found.optional()?)
        })
        .await
    }
}

/// Uses a challenge up.
fn answer(tx: &Connection, challenge: Challenge, now: Timestamp) -> Result<()> {
    tx.prepare_cached("DELETE FROM passkey_answered WHERE expires_at <= ?1")?
        .execute([now.unix_millis()])?;
    let first = tx
        .prepare_cached(
            "INSERT INTO passkey_answered (challenge, expires_at) VALUES (?1, ?2) ON CONFLICT (challenge) DO NOTHING",
        )?
        .execute(params![challenge.mark, challenge.expires_at.unix_millis()])?;
    if first == 0 { Err(refused()) } else { Ok(()) }
}

/// Notes that a passkey signed, and says whose it is. One that counts must have counted on: two with one count are copies.
pub(super) fn sign<O: Owner>(tx: &Connection, used: &PasskeyUse) -> Result<O> {
    answer(tx, used.challenge, used.now)?;
    let count = i64::from(used.count);
    tx.prepare_cached(&format!(
        "UPDATE {} SET signed = ?2, used_at = ?3, synced = ?4
         WHERE credential = ?1 AND (signed < ?2 OR (signed = 0 AND ?2 = 0)) RETURNING {}",
        O::TABLE,
        O::COLUMN
    ))?
    .query_row(
        params![used.credential, count, used.now.unix_millis(), used.backed_up],
        |row| id(row, 0),
    )
    .optional()?
    .ok_or_else(refused)
}

fn prove(tx: &Connection, session: TokenHash, way: ProofWay, now: Timestamp) -> Result<()> {
    tx.prepare_cached("DELETE FROM session_proof WHERE at < ?1")?
        .execute([now.plus_seconds(-PROOF_KEPT_SECONDS).unix_millis()])?;
    tx.prepare_cached(
        "INSERT INTO session_proof (session, way, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (session) DO UPDATE SET way = excluded.way, at = excluded.at",
    )?
    .execute(params![session.0, name(&way)?, now.unix_millis()])?;
    Ok(())
}
