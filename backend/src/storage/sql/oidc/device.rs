//! Logins that a machine asks for and a phone confirms.

use onehall_protocol::{ClientId, Timestamp};

use super::super::identity::{count, refuse_beyond};
use super::super::values::{optional_parsed, optional_time, parsed, time};
use super::super::{Connection, OptionalExtension, params};
use super::tokens;
use super::{HOUR, NewGrant, keep_consent, keep_grant};
use crate::error::Result;
use crate::halls::AtKiosk;
use crate::oidc::seconds;
use crate::oidc::store::{AskAgain, Confirm, Given, KeepDevice, LookForDevice, NoLogin, OpenDevice};

/// Codes that are none, from one citizen in an hour.
const WRONG_PER_PERSON: u32 = 10;

pub(super) fn keep(tx: &Connection, keep: &KeepDevice) -> Result<()> {
    let now = keep.now;
    if let Some((client, most)) = &keep.counted {
        refuse_beyond(tx, "oidc-request", client, HOUR, *most, now)?;
        count(tx, "oidc-request", client, now)?;
    }
    tx.prepare_cached("DELETE FROM oidc_device WHERE expires_at <= ?1")?
        .execute([now.plus_seconds(-HOUR).unix_millis()])?;
    tx.prepare_cached(
        "INSERT INTO oidc_device (device, user_code, client, scopes, key_bound, number, opened_at, expires_at, asked_at, wait,
           refused, grant_id, kiosk) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, ?9, 0, NULL, ?10)",
    )?
    .execute(params![
        keep.device.0,
        keep.user_code,
        keep.client.as_str(),
        keep.scopes.to_string(),
        keep.key_bound,
        keep.number,
        now.unix_millis(),
        keep.expires_at.unix_millis(),
        seconds::WAIT,
        keep.kiosk.as_ref().map(ToString::to_string)
    ])?;
    Ok(())
}

/// The question that a code names. One that names none is counted, which is an effect to keep.
pub(super) fn look(tx: &Connection, look: &LookForDevice) -> Result<Option<OpenDevice>> {
    let now = look.now;
    refuse_beyond(tx, "wrong-user-code", &look.person, HOUR, WRONG_PER_PERSON, now)?;
    refuse_beyond(tx, "wrong-client", &look.client, HOUR, look.wrong_per_client_hour, now)?;
    let found = open(tx, look.user_code, now)?;
    if found.is_none() {
        count(tx, "wrong-user-code", &look.person, now)?;
        count(tx, "wrong-client", &look.client, now)?;
    }
    Ok(found)
}

fn open(db: &Connection, user_code: [u8; 32], now: Timestamp) -> Result<Option<OpenDevice>> {
    Ok(db
        .prepare_cached(
            "SELECT client, scopes, number, opened_at, kiosk FROM oidc_device
             WHERE user_code = ?1 AND expires_at > ?2 AND refused = 0 AND grant_id IS NULL",
        )?
        .query_row(params![user_code, now.unix_millis()], |row| {
            Ok(OpenDevice {
                client: parsed::<ClientId>(row, 0)?,
                scopes: parsed(row, 1)?,
                number: row.get(2)?,
                opened_at: time(row, 3)?,
                kiosk: optional_parsed(row, 4)?,
            })
        })
        .optional()?)
}

pub(super) fn confirm(tx: &Connection, confirm: &Confirm) -> Result<bool> {
    let Some(device) = open(tx, confirm.user_code, confirm.now)? else {
        return Ok(false);
    };
    keep_consent(tx, confirm.person, &device.client, &confirm.scopes, confirm.now)?;
    let grant = NewGrant {
        id: confirm.grant,
        person: confirm.person,
        client: &device.client,
        scopes: &confirm.scopes,
        session: confirm.session,
        nonce: None,
        assurance: confirm.assurance,
        auth_time: confirm.auth_time,
        ends_at: confirm.ends_at,
        now: confirm.now,
    };
    keep_grant(tx, &grant)?;
    tx.prepare_cached("UPDATE oidc_device SET grant_id = ?2 WHERE user_code = ?1")?
        .execute(params![confirm.user_code, *confirm.grant.as_bytes()])?;
    Ok(true)
}

pub(super) fn refuse(tx: &Connection, user_code: [u8; 32], now: Timestamp) -> Result<()> {
    tx.prepare_cached(
        "UPDATE oidc_device SET refused = 1 WHERE user_code = ?1 AND expires_at > ?2 AND grant_id IS NULL",
    )?
    .execute(params![user_code, now.unix_millis()])?;
    Ok(())
}

/// A machine asks whether it was let in.
pub(super) fn ask(tx: &Connection, ask: &AskAgain) -> Result<Result<Given, NoLogin>> {
    struct Asked {
        client: ClientId,
        key_bound: Option<String>,
        expires_at: Timestamp,
        asked_at: Option<Timestamp>,
        wait: i64,
        refused: bool,
        grant: Option<[u8; 16]>,
        kiosk: Option<AtKiosk>,
    }
    let now = ask.now;
    let found = tx
        .prepare_cached(
            "SELECT client, key_bound, expires_at, asked_at, wait, refused, grant_id, kiosk FROM oidc_device
             WHERE device = ?1",
        )?
        .query_row([ask.device.0], |row| {
            Ok(Asked {
                client: parsed(row, 0)?,
                key_bound: row.get(1)?,
                expires_at: time(row, 2)?,
                asked_at: optional_time(row, 3)?,
                wait: row.get(4)?,
                refused: row.get(5)?,
                grant: row.get(6)?,
                kiosk: optional_parsed(row, 7)?,
            })
        })
        .optional()?;
    let at = ask.own.as_ref().and_then(|own| own.place.kiosk.as_ref());
    let held = |asked: &Asked| {
        let key = asked.key_bound.is_none() || asked.key_bound == ask.key;
        key && (asked.kiosk.is_none() || asked.kiosk.as_ref() == at)
    };
    let Some(asked) = found.filter(|asked| asked.client == ask.client && held(asked)) else {
        return Ok(Err(NoLogin::Invalid));
    };
    if asked.refused {
        return Ok(Err(NoLogin::Refused));
    }
    if asked.expires_at <= now {
        return Ok(Err(NoLogin::Expired));
    }
    let early = asked.asked_at.is_some_and(|at| at.plus_seconds(asked.wait) > now);
    let wait = if early { asked.wait + seconds::WAIT } else { asked.wait };
    tx.prepare_cached("UPDATE oidc_device SET asked_at = ?2, wait = ?3 WHERE device = ?1")?
        .execute(params![ask.device.0, now.unix_millis(), wait])?;
    if early {
        return Ok(Err(NoLogin::TooEarly));
    }
    let Some(grant) = asked.grant else {
        return Ok(Err(NoLogin::Waiting));
    };
    // It is given once: the machine has it now, and what was shown to the phone is gone.
    tx.prepare_cached("DELETE FROM oidc_device WHERE device = ?1")?
        .execute([ask.device.0])?;
    tokens::first(tx, grant, ask).map(|given| given.ok_or(NoLogin::Invalid))
}
