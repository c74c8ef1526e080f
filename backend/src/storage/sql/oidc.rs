//! The provider: keys, requests and consent. Tokens: `tokens`.

mod device;
mod notices;
mod tokens;

use async_trait::async_trait;
use onehall_protocol::identity::AssuranceLevel;
use onehall_protocol::{ClientId, PersonId, Timestamp};
use uuid::Uuid;

pub(super) use notices::{mark_tokens, session_ended};
pub(super) use tokens::bind_session;

use super::identity::{count, refuse_beyond};
use super::values::{Key, json, name, parsed, time, to_json};
use super::{Connection, Database, OptionalExtension, Row, params};
use crate::error::Result;
use crate::oidc::store::{
    Agree, AskAgain, Confirm, Consent, Given, KeepDevice, KeepRequest, KeptKey, LookForDevice, NoLogin, NotGiven,
    OidcStore, OpenDevice, OpenPushed, Redeem, Refresh,
};
use crate::oidc::{Access, AuthorizationRequest, OpenRequest, Scopes};
use crate::secrets::TokenHash;

const HOUR: i64 = 3600;

#[async_trait]
impl OidcStore for Database {
    async fn signing_keys(&self) -> Result<Vec<KeptKey>> {
        self.read(signing_keys).await
    }

    async fn turn_signing_keys(&self, new: KeptKey, since: Timestamp, until: Timestamp) -> Result<Vec<KeptKey>> {
        self.write(move |tx| turn_signing_keys(tx, &new, since, until)).await
    }

    async fn keep_request(&self, keep: KeepRequest) -> Result<()> {
        self.write(move |tx| keep_request(tx, &keep)).await
    }

    async fn open_pushed(&self, open: OpenPushed) -> Result<Option<AuthorizationRequest>> {
        self.write(move |tx| {
            let opened = tx
                .prepare_cached(
                    "UPDATE oidc_request SET id = ?3, pushed = 0, opened_at = ?4, expires_at = ?5
                     WHERE id = ?1 AND client = ?2 AND pushed = 1 AND expires_at > ?4 RETURNING request",
                )?
                .query_row(
                    params![
                        open.pushed.0,
                        open.client.as_str(),
                        open.id.0,
                        open.now.unix_millis(),
                        open.expires_at.unix_millis()
                    ],
                    |row| json(row, 0),
                )
                .optional()?;
            Ok(opened)
        })
        .await
    }

    async fn open_request(&self, id: TokenHash, now: Timestamp) -> Result<Option<OpenRequest>> {
        self.read(move |db| open_request(db, id, now)).await
    }

    async fn drop_request(&self, id: TokenHash) -> Result<bool> {
        self.write(move |tx| {
            let dropped = tx
                .prepare_cached("DELETE FROM oidc_request WHERE id = ?1 AND pushed = 0")?
                .execute([id.0])?;
            Ok(dropped > 0)
        })
        .await
    }

    async fn agree(&self, agree: Agree) -> Result<bool> {
        self.write(move |tx| self::agree(tx, &agree)).await
    }

    async fn consents(&self, person: PersonId, client: Option<ClientId>) -> Result<Vec<Consent>> {
        self.read(move |db| {
            let client = client.as_ref().map(ClientId::as_str);
            let rows = db
                .prepare_cached(
                    "SELECT client, scopes, given_at FROM oidc_consent
                     WHERE person = ?1 AND client = coalesce(?2, client) ORDER BY given_at DESC, client",
                )?
                .query_map(params![person.key(), client], consent)?
                .collect::<super::Result<_>>()?;
            Ok(rows)
        })
        .await
    }

    async fn withdraw_consent(&self, person: PersonId, client: ClientId) -> Result<bool> {
        self.write(move |tx| {
            let mine = (person.key(), client.as_str());
            tx.prepare_cached(
                "DELETE FROM citizen_session WHERE token IN
                   (SELECT session FROM oidc_grant WHERE person = ?1 AND client = ?2 AND own_session = 1)",
            )?
            .execute(mine)?;
            let ended = tx
                .prepare_cached("DELETE FROM oidc_grant WHERE person = ?1 AND client = ?2")?
                .execute(mine)?;
            let taken = tx
                .prepare_cached("DELETE FROM oidc_consent WHERE person = ?1 AND client = ?2")?
                .execute(mine)?;
            Ok(ended + taken > 0)
        })
        .await
    }

    async fn redeem(&self, redeem: Redeem) -> Result<Result<Given, NotGiven>> {
        self.write(move |tx| tokens::redeem(tx, &redeem)).await
    }

    async fn refresh(&self, refresh: Refresh) -> Result<Result<Given, NotGiven>> {
        self.write(move |tx| tokens::refresh(tx, &refresh)).await
    }

    async fn access(&self, token: TokenHash, now: Timestamp) -> Result<Option<Access>> {
        self.read(move |db| tokens::access(db, token, now)).await
    }

    async fn refresh_token(&self, token: TokenHash, now: Timestamp) -> Result<Option<Access>> {
        self.read(move |db| tokens::refresh_token(db, token, now)).await
    }

    async fn revoke(&self, token: TokenHash, client: ClientId) -> Result<()> {
        self.write(move |tx| tokens::revoke(tx, token, &client)).await
    }

    async fn keep_device(&self, keep: KeepDevice) -> Result<()> {
        self.write(move |tx| device::keep(tx, &keep)).await
    }

    async fn look_for_device(&self, look: LookForDevice) -> Result<Option<OpenDevice>> {
        self.write(move |tx| device::look(tx, &look)).await
    }

    async fn confirm_device(&self, confirm: Confirm) -> Result<bool> {
        self.write(move |tx| device::confirm(tx, &confirm)).await
    }

    async fn refuse_device(&self, user_code: [u8; 32], now: Timestamp) -> Result<()> {
        self.write(move |tx| device::refuse(tx, user_code, now)).await
    }

    async fn ask_again(&self, ask: AskAgain) -> Result<Result<Given, NoLogin>> {
        self.write(move |tx| device::ask(tx, &ask)).await
    }

    async fn show_once(&self, what: [u8; 32], now: Timestamp, until: Timestamp) -> Result<bool> {
        self.write(move |tx| {
            tx.prepare_cached("DELETE FROM oidc_shown WHERE expires_at <= ?1")?
                .execute([now.unix_millis()])?;
            let shown = tx
                .prepare_cached(
                    "INSERT INTO oidc_shown (what, expires_at) VALUES (?1, ?2) ON CONFLICT (what) DO NOTHING",
                )?
                .execute(params![what, until.unix_millis()])?;
            Ok(shown > 0)
        })
        .await
    }
}

fn signing_keys(db: &Connection) -> Result<Vec<KeptKey>> {
    let key = |row: &Row<'_>| {
        Ok(KeptKey {
            id: row.get(0)?,
            sealed: row.get(1)?,
            jwk: row.get(2)?,
            created_at: time(row, 3)?,
        })
    };
    Ok(db
        .prepare_cached("SELECT id, sealed, jwk, created_at FROM oidc_key ORDER BY created_at, id")?
        .query_map([], key)?
        .collect::<super::Result<_>>()?)
}

fn turn_signing_keys(tx: &Connection, new: &KeptKey, since: Timestamp, until: Timestamp) -> Result<Vec<KeptKey>> {
    let mut keys = signing_keys(tx)?;
    // Another replica may have made one meanwhile.
    if keys.last().is_none_or(|newest| newest.created_at <= since) {
        tx.prepare_cached("INSERT INTO oidc_key (id, sealed, jwk, created_at) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![new.id, new.sealed, new.jwk, new.created_at.unix_millis()])?;
        keys.push(new.clone());
    }
    // A key goes when its successor has signed for long enough that nothing of it can still count.
    let gone = keys.windows(2).take_while(|pair| pair[1].created_at <= until).count();
    for key in keys.drain(..gone) {
        tx.prepare_cached("DELETE FROM oidc_key WHERE id = ?1")?
            .execute([&key.id])?;
    }
    Ok(keys)
}

fn keep_request(tx: &Connection, keep: &KeepRequest) -> Result<()> {
    let now = keep.now;
    if let Some((client, most)) = &keep.counted {
        refuse_beyond(tx, "oidc-request", client, HOUR, *most, now)?;
        count(tx, "oidc-request", client, now)?;
    }
    tx.prepare_cached("DELETE FROM oidc_request WHERE expires_at <= ?1")?
        .execute([now.unix_millis()])?;
    tx.prepare_cached(
        "INSERT INTO oidc_request (id, client, pushed, request, opened_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        keep.id.0,
        keep.request.client.as_str(),
        keep.pushed,
        to_json(&keep.request)?,
        now.unix_millis(),
        keep.expires_at.unix_millis()
    ])?;
    Ok(())
}

fn open_request(db: &Connection, id: TokenHash, now: Timestamp) -> Result<Option<OpenRequest>> {
    Ok(db
        .prepare_cached("SELECT request, opened_at FROM oidc_request WHERE id = ?1 AND pushed = 0 AND expires_at > ?2")?
        .query_row(params![id.0, now.unix_millis()], |row| {
            Ok(OpenRequest {
                request: json(row, 0)?,
                opened_at: time(row, 1)?,
            })
        })
        .optional()?)
}

fn consent(row: &Row<'_>) -> super::Result<Consent> {
    Ok(Consent {
        client: parsed(row, 0)?,
        scopes: parsed(row, 1)?,
        given_at: time(row, 2)?,
    })
}

fn agree(tx: &Connection, agree: &Agree) -> Result<bool> {
    let Some(open) = open_request(tx, agree.request, agree.now)? else {
        return Ok(false);
    };
    let (request, now) = (&open.request, agree.now);
    tx.prepare_cached("DELETE FROM oidc_request WHERE id = ?1")?
        .execute([agree.request.0])?;
    keep_consent(tx, agree.person, &request.client, &agree.scopes, now)?;
    let grant = NewGrant {
        id: agree.grant,
        person: agree.person,
        client: &request.client,
        scopes: &agree.scopes,
        session: agree.session,
        nonce: request.nonce.as_deref(),
        assurance: agree.assurance,
        auth_time: agree.auth_time,
        ends_at: agree.ends_at,
        now,
    };
    keep_grant(tx, &grant)?;
    tx.prepare_cached(
        "INSERT INTO oidc_code (code, grant_id, redirect_uri, challenge, key_bound, expires_at, used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)",
    )?
    .execute(params![
        agree.code.0,
        *agree.grant.as_bytes(),
        request.redirect_uri,
        request.challenge,
        request.key_bound,
        agree.code_until.unix_millis()
    ])?;
    Ok(true)
}

/// Adds to what a citizen has allowed to a client.
fn keep_consent(tx: &Connection, person: PersonId, client: &ClientId, scopes: &Scopes, now: Timestamp) -> Result<()> {
    let before: Option<Consent> = tx
        .prepare_cached("SELECT client, scopes, given_at FROM oidc_consent WHERE person = ?1 AND client = ?2")?
        .query_row(params![person.key(), client.as_str()], consent)
        .optional()?;
    let all = before.map_or_else(|| scopes.clone(), |before| before.scopes.or(scopes));
    tx.prepare_cached(
        "INSERT INTO oidc_consent (person, client, scopes, given_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (person, client) DO UPDATE SET scopes = excluded.scopes, given_at = excluded.given_at",
    )?
    .execute(params![
        person.key(),
        client.as_str(),
        all.to_string(),
        now.unix_millis()
    ])?;
    Ok(())
}

/// A login at a client that begins.
struct NewGrant<'a> {
    id: Uuid,
    person: PersonId,
    client: &'a ClientId,
    scopes: &'a Scopes,
    session: TokenHash,
    nonce: Option<&'a str>,
    assurance: AssuranceLevel,
    auth_time: Timestamp,
    ends_at: Timestamp,
    now: Timestamp,
}

fn keep_grant(tx: &Connection, grant: &NewGrant<'_>) -> Result<()> {
    tx.prepare_cached("DELETE FROM oidc_grant WHERE ends_at <= ?1")?
        .execute([grant.now.unix_millis()])?;
    tx.prepare_cached(
        "INSERT INTO oidc_grant (id, person, client, scopes, session, nonce, acr, auth_time, key_bound, created_at, ends_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, ?9, ?10)",
    )?
    .execute(params![
        *grant.id.as_bytes(),
        grant.person.key(),
        grant.client.as_str(),
        grant.scopes.to_string(),
        grant.session.0,
        grant.nonce,
        name(&grant.assurance)?,
        grant.auth_time.unix_millis(),
        grant.now.unix_millis(),
        grant.ends_at.unix_millis()
    ])?;
    Ok(())
}
