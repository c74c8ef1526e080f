//! Codes, access tokens, refresh tokens.
//!
//! A login at a client is one row that everything else hangs on, and ends as a whole. What is refused for having been used
//! before ends it: that is an effect to keep, so it is no `Err` inside a command.

use onehall_protocol::{ClientId, Timestamp};
use subtle::ConstantTimeEq;

use super::super::identity::{PERSON, begin_at, person, session_lives};
use super::super::values::{named, optional_time, parsed, time};
use super::super::{Connection, OptionalExtension, Row, params};
use super::{NewGrant, keep_grant};
use crate::error::Result;
use crate::identity::Citizen;
use crate::oidc::store::{AskAgain, Bind, Given, NotGiven, OwnSession, Redeem, Refresh};
use crate::oidc::{Access, Login, Scope, Scopes, access_until, seconds};
use crate::secrets::TokenHash;

/// A login, behind the columns of its person.
const LOGIN: &str =
    "g.id, g.client, g.scopes, g.session, g.nonce, g.acr, g.auth_time, g.key_bound, g.ends_at, g.own_session";
/// The first column behind those of [`PERSON`] and [`LOGIN`].
const REST: usize = 18;

struct Grant {
    id: [u8; 16],
    login: Login,
    key_bound: Option<String>,
    ends_at: Timestamp,
    /// Whether it is a terminal of the hall, whose session is its own.
    own: bool,
}

fn login(row: &Row<'_>) -> super::super::Result<Grant> {
    Ok(Grant {
        id: row.get(8)?,
        login: Login {
            person: person(row)?,
            client: parsed(row, 9)?,
            scopes: parsed(row, 10)?,
            session: TokenHash(row.get(11)?),
            nonce: row.get(12)?,
            assurance: named(row, 13)?,
            auth_time: time(row, 14)?,
        },
        key_bound: row.get(15)?,
        ends_at: time(row, 16)?,
        own: row.get(17)?,
    })
}

/// Ends a login, and with it all that came of it: also the session of a terminal of the hall.
fn end(tx: &Connection, grant: [u8; 16]) -> Result<()> {
    tx.prepare_cached(
        "DELETE FROM citizen_session WHERE token IN (SELECT session FROM oidc_grant WHERE id = ?1 AND own_session = 1)",
    )?
    .execute([grant])?;
    tx.prepare_cached("DELETE FROM oidc_grant WHERE id = ?1")?
        .execute([grant])?;
    Ok(())
}

pub(super) fn redeem(tx: &Connection, redeem: &Redeem) -> Result<Result<Given, NotGiven>> {
    struct Code {
        grant: Grant,
        redirect_uri: String,
        challenge: String,
        key_bound: Option<String>,
        expires_at: Timestamp,
        used: bool,
    }
    let now = redeem.now;
    let sql = format!(
        "SELECT {PERSON}, {LOGIN}, c.redirect_uri, c.challenge, c.key_bound, c.expires_at, c.used_at FROM oidc_code c
         JOIN oidc_grant g ON g.id = c.grant_id JOIN person ON person.id = g.person WHERE c.code = ?1"
    );
    let code = tx
        .prepare_cached(&sql)?
        .query_row([redeem.code.0], |row| {
            Ok(Code {
                grant: login(row)?,
                redirect_uri: row.get(REST)?,
                challenge: row.get(REST + 1)?,
                key_bound: row.get(REST + 2)?,
                expires_at: time(row, REST + 3)?,
                used: optional_time(row, REST + 4)?.is_some(),
            })
        })
        .optional()?;
    let Some(code) = code.filter(|code| code.grant.login.client == redeem.client) else {
        return Ok(Err(NotGiven::Invalid));
    };
    if code.used {
        end(tx, code.grant.id)?;
        return Ok(Err(NotGiven::Reused));
    }
    let shown = bool::from(code.challenge.as_bytes().ct_eq(redeem.challenge.as_bytes()));
    let held = code.key_bound.is_none() || code.key_bound == redeem.key;
    if !shown || !held || code.redirect_uri != redeem.redirect_uri || code.expires_at <= now {
        // Whoever holds a code without what belongs to it is not who asked for it: it must not stay to be tried.
        end(tx, code.grant.id)?;
        return Ok(Err(NotGiven::Invalid));
    }
    tx.prepare_cached("UPDATE oidc_code SET used_at = ?2 WHERE code = ?1")?
        .execute(params![redeem.code.0, now.unix_millis()])?;
    bind(tx, code.grant.id, &redeem.key, redeem.binds_refresh)?;
    let grant = with_session(tx, code.grant, redeem.own.as_ref(), now)?;
    give(tx, grant, redeem.access, redeem.refresh, &redeem.key, None, now).map(Ok)
}

/// Binds the refresh tokens of a login to a key, where they are.
fn bind(tx: &Connection, grant: [u8; 16], key: &Option<String>, binds: bool) -> Result<()> {
    tx.prepare_cached("UPDATE oidc_grant SET key_bound = ?2 WHERE id = ?1")?
        .execute(params![grant, key.clone().filter(|_| binds)])?;
    Ok(())
}

/// Begins the session of a terminal of the hall. From then on the login hangs on that one, not on the one that it was allowed
/// in: whoever lets a kiosk in by their phone may put the phone away.
fn with_session(tx: &Connection, grant: Grant, own: Option<&OwnSession>, now: Timestamp) -> Result<Grant> {
    let Some(own) = own else {
        return Ok(grant);
    };
    let begun = begin_at(tx, own.session, grant.login.person.id, own.terminal, &own.place, now)?;
    hang_on(tx, grant, &begun)
}

/// Hangs a login on the session that its terminal has for itself.
fn hang_on(tx: &Connection, grant: Grant, begun: &Citizen) -> Result<Grant> {
    let (session, ends_at) = (begun.session, begun.ends_at);
    tx.prepare_cached("UPDATE oidc_grant SET session = ?2, own_session = 1, ends_at = ?3 WHERE id = ?1")?
        .execute(params![grant.id, session.0, ends_at.unix_millis()])?;
    Ok(Grant {
        login: Login { session, ..grant.login },
        ends_at,
        own: true,
        ..grant
    })
}

/// The first tokens of a terminal of the hall whose session has just begun by itself, with a code or a card.
pub(in crate::storage::sql) fn bind_session(
    tx: &Connection,
    begun: &Citizen,
    bound: &Bind,
    now: Timestamp,
) -> Result<()> {
    let login = Login {
        person: begun.actor.clone(),
        client: bound.client.clone(),
        scopes: bound.scopes.clone(),
        session: begun.session,
        nonce: None,
        assurance: begun.actor.assurance,
        auth_time: begun.began_at,
    };
    let new = NewGrant {
        id: bound.grant,
        person: login.person.id,
        client: &login.client,
        scopes: &login.scopes,
        session: login.session,
        nonce: None,
        assurance: login.assurance,
        auth_time: login.auth_time,
        ends_at: begun.ends_at,
        now,
    };
    keep_grant(tx, &new)?;
    let (id, key) = (*bound.grant.as_bytes(), Some(bound.key.clone()));
    bind(tx, id, &key, true)?;
    let grant = Grant {
        id,
        login,
        key_bound: key.clone(),
        ends_at: begun.ends_at,
        own: true,
    };
    let grant = hang_on(tx, grant, begun)?;
    give(tx, grant, bound.access, bound.refresh, &key, None, now)?;
    Ok(())
}

/// The first tokens of a login that no code leads to; none where it has ended.
pub(super) fn first(tx: &Connection, grant: [u8; 16], ask: &AskAgain) -> Result<Option<Given>> {
    let (key, now) = (&ask.key, ask.now);
    let sql = format!(
        "SELECT {PERSON}, {LOGIN} FROM oidc_grant g JOIN person ON person.id = g.person WHERE g.id = ?1 AND g.ends_at > ?2"
    );
    let found = tx
        .prepare_cached(&sql)?
        .query_row(params![grant, now.unix_millis()], login)
        .optional()?;
    let Some(found) = found else { return Ok(None) };
    bind(tx, grant, key, ask.binds_refresh)?;
    let found = with_session(tx, found, ask.own.as_ref(), now)?;
    give(tx, found, ask.access, ask.refresh, key, None, now).map(Some)
}

/// Keeps an access token of a login, and a refresh token where it may have one.
fn give(
    tx: &Connection,
    grant: Grant,
    access: TokenHash,
    refresh: TokenHash,
    key: &Option<String>,
    scopes: Option<&Scopes>,
    now: Timestamp,
) -> Result<Given> {
    let all = grant.login.scopes.clone();
    let scopes = scopes.unwrap_or(&all);
    let expires_at = access_until(now, grant.ends_at);
    tx.prepare_cached("DELETE FROM oidc_access WHERE expires_at <= ?1")?
        .execute([now.unix_millis()])?;
    // Both may have been given before, to a client that asks again.
    tx.prepare_cached(
        "INSERT INTO oidc_access (token, grant_id, scopes, key_bound, issued_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (token) DO UPDATE SET scopes = excluded.scopes, issued_at = excluded.issued_at,
           expires_at = excluded.expires_at",
    )?
    .execute(params![
        access.0,
        grant.id,
        scopes.to_string(),
        key,
        now.unix_millis(),
        expires_at.unix_millis()
    ])?;
    // A terminal of the hall stays as long as its session does.
    let stays = grant.own || all.has(Scope::OfflineAccess);
    if stays {
        tx.prepare_cached(
            "INSERT INTO oidc_refresh (token, grant_id, issued_at, expires_at, used_at, gave, used_with)
             VALUES (?1, ?2, ?3, ?4, NULL, NULL, NULL)
             ON CONFLICT (token) DO UPDATE SET issued_at = excluded.issued_at, expires_at = excluded.expires_at",
        )?
        .execute(params![
            refresh.0,
            grant.id,
            now.unix_millis(),
            now.plus_seconds(seconds::REFRESH).min(grant.ends_at).unix_millis()
        ])?;
    }
    Ok(Given {
        login: Login {
            scopes: scopes.clone(),
            ..grant.login
        },
        at: now,
        expires_at,
        key_bound: key.clone(),
        refresh: stays,
    })
}

pub(super) fn refresh(tx: &Connection, refresh: &Refresh) -> Result<Result<Given, NotGiven>> {
    struct Kept {
        grant: Grant,
        expires_at: Timestamp,
        used_at: Option<Timestamp>,
        gave: Option<[u8; 32]>,
        used_with: Option<String>,
    }
    let now = refresh.now;
    let sql = format!(
        "SELECT {PERSON}, {LOGIN}, r.expires_at, r.used_at, r.gave, r.used_with FROM oidc_refresh r
         JOIN oidc_grant g ON g.id = r.grant_id JOIN person ON person.id = g.person WHERE r.token = ?1"
    );
    let kept = tx
        .prepare_cached(&sql)?
        .query_row([refresh.token.0], |row| {
            Ok(Kept {
                grant: login(row)?,
                expires_at: time(row, REST)?,
                used_at: optional_time(row, REST + 1)?,
                gave: row.get(REST + 2)?,
                used_with: row.get(REST + 3)?,
            })
        })
        .optional()?;
    let mine = |kept: &Kept| {
        let held = kept.grant.key_bound.is_none() || kept.grant.key_bound == refresh.key;
        kept.grant.login.client == refresh.client && held
    };
    let Some(kept) = kept.filter(mine) else {
        return Ok(Err(NotGiven::Invalid));
    };
    if let Some(used_at) = kept.used_at {
        // A client that did not hear the answer asks again, or was asked twice on the way: it gets the same one.
        let same = kept.used_with == refresh.key;
        let soon = used_at.plus_seconds(seconds::GRACE) > now;
        let access = match kept.gave.filter(|_| same && soon) {
            Some(gave) => access(tx, TokenHash(gave), now)?,
            None => None,
        };
        if let Some(access) = access {
            return Ok(Ok(Given {
                login: access.login,
                at: used_at,
                expires_at: access.expires_at,
                key_bound: access.key_bound,
                refresh: true,
            }));
        }
        // Whoever holds the key is given it anew, however late, as long as nobody has gone on: they slept, or were ended before
        // they had kept it.
        let by_key = same && refresh.key.is_some();
        if !(by_key && is_unused(tx, refresh.next, kept.grant.id)?) {
            end(tx, kept.grant.id)?;
            return Ok(Err(NotGiven::Reused));
        }
    }
    let lives = !kept.grant.own || session_lives(tx, kept.grant.login.session, now)?;
    if kept.expires_at <= now || kept.grant.ends_at <= now || !lives {
        end(tx, kept.grant.id)?;
        return Ok(Err(NotGiven::Invalid));
    }
    let wider = |scopes: &Scopes| !scopes.within(&kept.grant.login.scopes);
    if refresh.scopes.as_ref().is_some_and(wider) {
        return Ok(Err(NotGiven::Scopes));
    }
    tx.prepare_cached("UPDATE oidc_refresh SET used_at = ?2, gave = ?3, used_with = ?4 WHERE token = ?1")?
        .execute(params![
            refresh.token.0,
            now.unix_millis(),
            refresh.access.0,
            refresh.key
        ])?;
    let scopes = refresh.scopes.as_ref();
    give(tx, kept.grant, refresh.access, refresh.next, &refresh.key, scopes, now).map(Ok)
}

/// Whether a refresh token of a login was given and not used yet.
fn is_unused(db: &Connection, token: TokenHash, grant: [u8; 16]) -> Result<bool> {
    Ok(db
        .prepare_cached("SELECT 1 FROM oidc_refresh WHERE token = ?1 AND grant_id = ?2 AND used_at IS NULL")?
        .exists(params![token.0, grant])?)
}

pub(super) fn access(db: &Connection, token: TokenHash, now: Timestamp) -> Result<Option<Access>> {
    let sql = format!(
        "SELECT {PERSON}, {LOGIN}, a.scopes, a.key_bound, a.issued_at, a.expires_at FROM oidc_access a
         JOIN oidc_grant g ON g.id = a.grant_id JOIN person ON person.id = g.person
         WHERE a.token = ?1 AND a.expires_at > ?2 AND g.ends_at > ?2"
    );
    Ok(db
        .prepare_cached(&sql)?
        .query_row(params![token.0, now.unix_millis()], |row| {
            Ok(Access {
                login: Login {
                    scopes: parsed(row, REST)?,
                    ..login(row)?.login
                },
                key_bound: row.get(REST + 1)?,
                issued_at: time(row, REST + 2)?,
                expires_at: time(row, REST + 3)?,
            })
        })
        .optional()?)
}

pub(super) fn refresh_token(db: &Connection, token: TokenHash, now: Timestamp) -> Result<Option<Access>> {
    let sql = format!(
        "SELECT {PERSON}, {LOGIN}, r.issued_at, r.expires_at FROM oidc_refresh r
         JOIN oidc_grant g ON g.id = r.grant_id JOIN person ON person.id = g.person
         WHERE r.token = ?1 AND r.used_at IS NULL AND r.expires_at > ?2 AND g.ends_at > ?2"
    );
    Ok(db
        .prepare_cached(&sql)?
        .query_row(params![token.0, now.unix_millis()], |row| {
            let grant = login(row)?;
            Ok(Access {
                login: grant.login,
                key_bound: grant.key_bound,
                issued_at: time(row, REST)?,
                expires_at: time(row, REST + 1)?,
            })
        })
        .optional()?)
}

pub(super) fn revoke(tx: &Connection, token: TokenHash, client: &ClientId) -> Result<()> {
    let mine = params![token.0, client.as_str()];
    tx.prepare_cached(
        "DELETE FROM oidc_access WHERE token = ?1 AND grant_id IN (SELECT id FROM oidc_grant WHERE client = ?2)",
    )?
    .execute(mine)?;
    let grant = tx
        .prepare_cached(
            "SELECT g.id FROM oidc_refresh r JOIN oidc_grant g ON g.id = r.grant_id WHERE r.token = ?1 AND g.client = ?2",
        )?
        .query_row(mine, |row| row.get(0))
        .optional()?;
    match grant {
        Some(grant) => end(tx, grant),
        None => Ok(()),
    }
}
