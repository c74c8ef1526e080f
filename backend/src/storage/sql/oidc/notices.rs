//! Sessions that end, and the clients that are told so.

use async_trait::async_trait;
use onehall_protocol::Timestamp;

use super::super::values::{id, parsed};
use super::super::{Connection, Database, params};
use crate::error::Result;
use crate::oidc::Scope;
use crate::oidc::notices::{Notice, NoticeStore, wait_after};
use crate::secrets::TokenHash;

#[async_trait]
impl NoticeStore for Database {
    async fn take_notices(&self, now: Timestamp, most: u32) -> Result<Vec<Notice>> {
        // Most of the time there is none: a look by a reader keeps the writer free.
        let any = self.read(move |db| Ok(!due(db, now, 1)?.is_empty())).await?;
        if !any {
            return Ok(Vec::new());
        }
        self.write(move |tx| {
            let due = due(tx, now, most)?;
            for notice in &due {
                tx.prepare_cached(
                    "UPDATE oidc_notice SET tries = tries + 1, due_at = ?3 WHERE session = ?1 AND client = ?2",
                )?
                .execute(params![
                    notice.session.0,
                    notice.client.as_str(),
                    now.plus_seconds(wait_after(notice.tries)).unix_millis()
                ])?;
            }
            Ok(due)
        })
        .await
    }

    async fn notice_done(&self, session: TokenHash, client: onehall_protocol::ClientId) -> Result<()> {
        self.write(move |tx| {
            tx.prepare_cached("DELETE FROM oidc_notice WHERE session = ?1 AND client = ?2")?
                .execute(params![session.0, client.as_str()])?;
            Ok(())
        })
        .await
    }

    async fn end_with_sessions(&self, now: Timestamp, most: u32) -> Result<u32> {
        let ended = self.read(move |db| ended(db, now, most)).await?;
        if ended.is_empty() {
            return Ok(0);
        }
        self.write(move |tx| {
            // One that has begun to count again meanwhile does not exist: a session that has ended stays so.
            for session in &ended {
                session_ended(tx, *session)?;
            }
            Ok(u32::try_from(ended.len()).unwrap_or(most))
        })
        .await
    }
}

fn due(db: &Connection, now: Timestamp, most: u32) -> Result<Vec<Notice>> {
    Ok(db
        .prepare_cached(
            "SELECT session, client, person, tries FROM oidc_notice WHERE due_at <= ?1 ORDER BY due_at, session, client LIMIT ?2",
        )?
        .query_map(params![now.unix_millis(), most], |row| {
            Ok(Notice {
                session: TokenHash(row.get(0)?),
                client: parsed(row, 1)?,
                person: id(row, 2)?,
                tries: row.get(3)?,
            })
        })?
        .collect::<super::super::Result<_>>()?)
}

/// Sessions on which something hangs and that count no more.
fn ended(db: &Connection, now: Timestamp, most: u32) -> Result<Vec<TokenHash>> {
    Ok(db
        .prepare_cached(
            "SELECT DISTINCT g.session FROM oidc_grant g WHERE g.session_ended = 0 AND NOT EXISTS
               (SELECT 1 FROM citizen_session s WHERE s.token = g.session AND s.idle_ends_at > ?1 AND s.ends_at > ?1)
             LIMIT ?2",
        )?
        .query_map(params![now.unix_millis(), most], |row| Ok(TokenHash(row.get(0)?)))?
        .collect::<super::super::Result<_>>()?)
}

/// Marks the tokens by which a terminal of the hall holds its session as that one is marked whose end it is to be told: nobody
/// holds what the session itself is named by. Of its refresh tokens the last two, because it may not have heard of the last.
pub(in crate::storage::sql) fn mark_tokens(tx: &Connection, session: TokenHash) -> Result<()> {
    for tokens in [
        "SELECT t.token FROM oidc_access t JOIN oidc_grant g ON g.id = t.grant_id
         WHERE g.session = ?1 AND g.own_session = 1",
        "SELECT t.token FROM oidc_refresh t JOIN oidc_grant g ON g.id = t.grant_id
         WHERE g.session = ?1 AND g.own_session = 1 ORDER BY t.issued_at DESC LIMIT 2",
    ] {
        let sql = format!(
            "INSERT INTO citizen_session_over (token, why, ended_by, ended_at, forget_at)
             SELECT held.token, o.why, o.ended_by, o.ended_at, o.forget_at
             FROM citizen_session_over o CROSS JOIN ({tokens}) held WHERE o.token = ?1 ON CONFLICT (token) DO NOTHING"
        );
        tx.prepare_cached(&sql)?.execute([session.0])?;
    }
    Ok(())
}

/// A session of the hall has ended. So do the logins at clients that were allowed in it, but for those that were to go on while
/// the citizen is away; and every client is told, but for terminals of the hall, whose own session it was.
pub(in crate::storage::sql) fn session_ended(tx: &Connection, session: TokenHash) -> Result<()> {
    let lasts = format!("%{}%", Scope::OfflineAccess.name());
    tx.prepare_cached(
        "INSERT INTO oidc_notice (session, client, person, tries, due_at)
         SELECT DISTINCT session, client, person, 0, 0 FROM oidc_grant
         WHERE session = ?1 AND session_ended = 0 AND own_session = 0
         ON CONFLICT (session, client) DO NOTHING",
    )?
    .execute([session.0])?;
    tx.prepare_cached("DELETE FROM oidc_grant WHERE session = ?1 AND scopes NOT LIKE ?2")?
        .execute(params![session.0, lasts])?;
    tx.prepare_cached("UPDATE oidc_grant SET session_ended = 1 WHERE session = ?1")?
        .execute([session.0])?;
    Ok(())
}
