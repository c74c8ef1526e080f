//! The sessions of citizens, as they see and end them.

use onehall_protocol::account::{SessionEnd, SessionEndReason};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{PersonId, Timestamp};

use super::values::{Key, name, named, optional_parsed, time};
use super::{Connection, OptionalExtension, params};
use crate::account::{EndSessions, StoredSession, WhichSessions, session_id};
use crate::error::Result;
use crate::secrets::TokenHash;

pub(super) fn sessions(db: &Connection, person: PersonId, now: Timestamp) -> Result<Vec<StoredSession>> {
    let sessions = db
        .prepare_cached(
            "SELECT token, terminal, name, site, created_at, seen_at, idle_ends_at, kiosk FROM citizen_session
             WHERE person = ?1 AND idle_ends_at > ?2 AND ends_at > ?2 ORDER BY seen_at DESC, token",
        )?
        .query_map(params![person.key(), now.unix_millis()], |row| {
            Ok(StoredSession {
                session: TokenHash(row.get(0)?),
                terminal: named(row, 1)?,
                name: row.get(2)?,
                site: row.get(3)?,
                began_at: time(row, 4)?,
                seen_at: time(row, 5)?,
                idle_ends_at: time(row, 6)?,
                kiosk: optional_parsed(row, 7)?,
            })
        })?
        .collect::<super::Result<_>>()?;
    Ok(sessions)
}

pub(super) fn end(tx: &Connection, end: &EndSessions) -> Result<usize> {
    let all = sessions(tx, end.person, end.now)?;
    let chosen = all.into_iter().filter(|session| match end.which {
        WhichSessions::One(id) => session_id(session.session) == id,
        WhichSessions::AllBut(here) => session.session != here,
    });
    let mut ended = 0;
    for session in chosen {
        end_session(tx, session.session, SessionEndReason::Elsewhere, end.by, end.now)?;
        ended += 1;
    }
    Ok(ended)
}

/// Ends a session for a reason that its terminal is told, with the logins at clients that hang on it.
pub(super) fn end_session(
    tx: &Connection,
    session: TokenHash,
    why: SessionEndReason,
    by: TerminalKind,
    now: Timestamp,
) -> Result<()> {
    tx.prepare_cached("DELETE FROM citizen_session_over WHERE forget_at <= ?1")?
        .execute([now.unix_millis()])?;
    let ends_at = tx
        .prepare_cached("SELECT ends_at FROM citizen_session WHERE token = ?1")?
        .query_row([session.0], |row| time(row, 0))
        .optional()?;
    if let Some(ends_at) = ends_at {
        tx.prepare_cached(
            "INSERT INTO citizen_session_over (token, why, ended_by, ended_at, forget_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (token) DO NOTHING",
        )?
        .execute(params![
            session.0,
            name(&why)?,
            by.as_str(),
            now.unix_millis(),
            ends_at.unix_millis()
        ])?;
        super::oidc::mark_tokens(tx, session)?;
    }
    super::oidc::session_ended(tx, session)?;
    tx.prepare_cached("DELETE FROM citizen_session WHERE token = ?1")?
        .execute([session.0])?;
    Ok(())
}

pub(super) fn session_end(db: &Connection, session: TokenHash, now: Timestamp) -> Result<Option<SessionEnd>> {
    let end = db
        .prepare_cached("SELECT why, ended_by, ended_at FROM citizen_session_over WHERE token = ?1 AND forget_at > ?2")?
        .query_row(params![session.0, now.unix_millis()], |row| {
            Ok(SessionEnd {
                why: named(row, 0)?,
                by: named(row, 1)?,
                at: time(row, 2)?,
            })
        })
        .optional()?;
    Ok(end)
}
