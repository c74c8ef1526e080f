//! Identity.

use crate::storage::sql::{self, Connection, OptionalExtension, Row, params};
use async_trait::async_trait;
use onehall_protocol::contacts::Contact;
use onehall_protocol::identity::{AssuranceLevel, PersonKind, TerminalKind};
use onehall_protocol::{CitizenId, ContactId, ErrorCode, PersonId, Timestamp};
use subtle::ConstantTimeEq;

use super::Database;
use super::values::{Key, id, name, named, optional_json, optional_parsed, time};
use crate::error::{Error, Result};
use crate::identity::passkeys::UseCode;
use crate::identity::{
    CardLogIn, Citizen, CodeToSend, Confirmed, IdentityStore, Items, Lifetime, LogIn, Person, Place,
};
use crate::oidc::store::Bind;
use crate::secrets::TokenHash;

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;
/// Identity numbers that may be tried in a day of an account that was not used for long.
const MOST_CONFIRMED: u32 = 5;

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

    async fn log_in_confirmed(&self, login: LogIn, confirmed: Confirmed) -> Result<(Citizen, Option<PersonId>)> {
        self.write(move |tx| log_in_confirmed(tx, &login, &confirmed)).await?
    }

    async fn log_in_by_card(&self, login: CardLogIn) -> Result<Citizen> {
        self.write(move |tx| log_in_by_card(tx, &login)).await?
    }

    async fn citizen(&self, session: TokenHash, now: Timestamp) -> Result<Option<Citizen>> {
        self.read(move |db| citizen(db, session, now)).await
    }

    async fn prolong_session(&self, session: TokenHash, idle_ends_at: Timestamp, now: Timestamp) -> Result<()> {
        self.write(move |tx| {
            tx.prepare_cached(
                "UPDATE citizen_session SET seen_at = ?3,
                   idle_ends_at = CASE WHEN ?2 < ends_at THEN ?2 ELSE ends_at END WHERE token = ?1",
            )?
            .execute(params![session.0, idle_ends_at.unix_millis(), now.unix_millis()])?;
            tx.prepare_cached(
                "UPDATE person SET seen_at = ?2
                 WHERE id = (SELECT person FROM citizen_session WHERE token = ?1) AND seen_at < ?3",
            )?
            .execute(params![
                session.0,
                now.unix_millis(),
                now.plus_seconds(-DAY).unix_millis()
            ])?;
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
            // An account that became part of another one is that one.
            let sql = format!(
                "SELECT {PERSON} FROM person WHERE id = coalesce((SELECT person FROM person_merged WHERE id = ?1), ?1)"
            );
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
        "INSERT INTO login_code (phone, code, sent_at, expires_at, tries_left, tries_elsewhere, client)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)
         ON CONFLICT (phone) DO UPDATE SET code = excluded.code, sent_at = excluded.sent_at,
           expires_at = excluded.expires_at, tries_left = excluded.tries_left,
           tries_elsewhere = excluded.tries_elsewhere, client = excluded.client",
    )?
    .execute(params![
        code.phone,
        code.code,
        now.unix_millis(),
        now.plus_seconds(code.limits.expires_after).unix_millis(),
        code.limits.tries,
        code.client
    ])?;
    Ok(())
}

/// Whether a code is the one that was sent; it is used up then. A wrong one is counted, apart for the network from which the code
/// was asked for and for all others: whoever knows somebody's phone number and tries there leaves them their own tries.
pub(super) fn use_code(tx: &Connection, typed: &UseCode) -> Result<bool> {
    let now = typed.now;
    refuse_beyond(
        tx,
        "wrong-client",
        &typed.client,
        HOUR,
        typed.limits.wrong_per_client_hour,
        now,
    )?;
    let kept = tx
        .prepare_cached(
            "SELECT code, expires_at, tries_left, tries_elsewhere, client IS NOT NULL AND client = ?2
             FROM login_code WHERE phone = ?1",
        )?
        .query_row(params![typed.to, typed.client], |row| {
            let here: bool = row.get(4)?;
            let tries: i64 = row.get(if here { 2 } else { 3 })?;
            Ok((row.get::<_, [u8; 32]>(0)?, time(row, 1)?, tries, here))
        })
        .optional()?;
    // The same work whatever is there, so that the time it takes tells nothing.
    let (code, expires_at, tries, here) = kept.unwrap_or(([0; 32], now, 0, true));
    let right = bool::from(code.ct_eq(&typed.code));
    if !(right && expires_at > now && tries > 0) {
        let tried = if here {
            "UPDATE login_code SET tries_left = tries_left - 1 WHERE phone = ?1 AND tries_left > 0"
        } else {
            "UPDATE login_code SET tries_elsewhere = tries_elsewhere - 1 WHERE phone = ?1 AND tries_elsewhere > 0"
        };
        tx.prepare_cached(tried)?.execute([typed.to])?;
        count(tx, "wrong-client", &typed.client, now)?;
        return Ok(false);
    }
    // The row stays, without tries: it still says when the last code was sent.
    tx.prepare_cached("UPDATE login_code SET tries_left = 0, tries_elsewhere = 0 WHERE phone = ?1")?
        .execute([typed.to])?;
    Ok(true)
}

fn log_in(tx: &Connection, login: &LogIn) -> Result<Result<Citizen>> {
    if !use_login_code(tx, login)? {
        return Ok(Err(Error::new(ErrorCode::WrongCode)));
    }
    if super::contacts::asleep(tx, &login.contact, login.now)?.is_some() {
        leave_code(tx, login)?;
        return Ok(Err(ErrorCode::ConfirmIdentity.into()));
    }
    enter(tx, login)
}

fn log_in_confirmed(
    tx: &Connection,
    login: &LogIn,
    confirmed: &Confirmed,
) -> Result<Result<(Citizen, Option<PersonId>)>> {
    let now = login.now;
    if !use_login_code(tx, login)? {
        return Ok(Err(Error::new(ErrorCode::WrongCode)));
    }
    // Where it was used meanwhile there is nothing to confirm.
    let mut lost_by = None;
    if let Some(owner) = super::contacts::asleep(tx, &login.contact, now)? {
        match confirmed {
            Confirmed::Owner(number) => {
                refuse_beyond(tx, "confirm-identity", &login.to, DAY, MOST_CONFIRMED, now)?;
                if owner.citizen_id.as_ref() != Some(number) {
                    count(tx, "confirm-identity", &login.to, now)?;
                    leave_code(tx, login)?;
                    return Ok(Err(ErrorCode::NotMatched.into()));
                }
            }
            Confirmed::NewOwner => {
                super::contacts::lose(tx, owner.id, &login.contact, login.terminal, now)?;
                lost_by = Some(owner.id);
            }
        }
    }
    Ok(enter(tx, login)?.map(|citizen| (citizen, lost_by)))
}

/// A code that was right counts once more, for who typed it.
fn leave_code(tx: &Connection, login: &LogIn) -> Result<()> {
    tx.prepare_cached(
        "UPDATE login_code SET tries_left = CASE WHEN client = ?2 THEN 1 ELSE 0 END,
           tries_elsewhere = CASE WHEN client = ?2 THEN 0 ELSE 1 END WHERE phone = ?1",
    )?
    .execute(params![login.to, login.client])?;
    Ok(())
}

fn use_login_code(tx: &Connection, login: &LogIn) -> Result<bool> {
    let typed = UseCode {
        to: login.to,
        code: login.code,
        client: login.client,
        limits: login.limits,
        now: login.now,
    };
    use_code(tx, &typed)
}

/// Begins the session of who has shown the right code.
fn enter(tx: &Connection, login: &LogIn) -> Result<Result<Citizen>> {
    let now = login.now;
    let Some(actor) = account_of(tx, &login.contact, login.new_person, now)? else {
        return Ok(Err(Error::new(ErrorCode::WrongCode)));
    };
    let begun = begin_at(tx, login.session, actor, login.terminal, &login.place, now)?;
    bind_to(tx, &begun, login.bind.as_ref(), now)?;
    Ok(Ok(begun))
}

fn log_in_by_card(tx: &Connection, login: &CardLogIn) -> Result<Result<Citizen>> {
    let right = use_code(tx, &login.code)?;
    // Looked for whether or not the code was right, so that the time it takes tells nothing.
    match of_card(tx, &login.citizen_id)? {
        Some(owner) if right => {
            let now = login.code.now;
            let begun = begin_at(tx, login.session, owner, TerminalKind::Kiosk, &login.place, now)?;
            bind_to(tx, &begun, login.bind.as_ref(), now)?;
            Ok(Ok(begun))
        }
        _ => Ok(Err(ErrorCode::WrongCode.into())),
    }
}

/// Binds a session that has just begun to the key of its terminal, where that holds one.
fn bind_to(tx: &Connection, begun: &Citizen, bind: Option<&Bind>, now: Timestamp) -> Result<()> {
    match bind {
        Some(bind) => super::oidc::bind_session(tx, begun, bind, now),
        None => Ok(()),
    }
}

/// Whose identity card it is.
pub(super) fn of_card(db: &Connection, number: &CitizenId) -> Result<Option<PersonId>> {
    Ok(db
        .prepare_cached("SELECT id FROM person WHERE citizen_id = ?1 AND kind = 'citizen'")?
        .query_row([number.as_str()], |row| id(row, 0))
        .optional()?)
}

/// Begins a session at a place; who it is that begins it.
pub(super) fn begin_at(
    tx: &Connection,
    session: TokenHash,
    person: PersonId,
    terminal: TerminalKind,
    place: &Place,
    now: Timestamp,
) -> Result<Citizen> {
    begin_session(tx, session, person, terminal, now)?;
    // Of no other terminal it is said that it stands where a kiosk does.
    let kiosk = place.kiosk.as_ref().filter(|_| terminal == TerminalKind::Kiosk);
    let kiosk = kiosk.map(ToString::to_string);
    tx.prepare_cached("UPDATE citizen_session SET name = ?2, site = ?3, kiosk = ?4 WHERE token = ?1")?
        .execute(params![session.0, place.name, place.site, kiosk])?;
    citizen(tx, session, now)?.ok_or_else(|| Error::broken("find the session that was just begun"))
}

/// Begins a session; when it ends whatever happens.
fn begin_session(
    tx: &Connection,
    session: TokenHash,
    person: PersonId,
    terminal: TerminalKind,
    now: Timestamp,
) -> Result<Timestamp> {
    let lifetime = Lifetime::of(terminal);
    let ends_at = now.plus_seconds(lifetime.absolute);
    tx.prepare_cached("DELETE FROM citizen_session WHERE idle_ends_at < ?1")?
        .execute([now.unix_millis()])?;
    tx.prepare_cached(
        "INSERT INTO citizen_session (token, person, terminal, created_at, idle_ends_at, ends_at, seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?4)",
    )?
    .execute(params![
        session.0,
        person.key(),
        terminal.as_str(),
        now.unix_millis(),
        lifetime.idle_end(now, ends_at).unix_millis(),
        ends_at.unix_millis()
    ])?;
    tx.prepare_cached("UPDATE person SET seen_at = ?2 WHERE id = ?1")?
        .execute(params![person.key(), now.unix_millis()])?;
    Ok(ends_at)
}

/// Whether a session counts.
pub(super) fn session_lives(db: &Connection, session: TokenHash, now: Timestamp) -> Result<bool> {
    Ok(db
        .prepare_cached("SELECT 1 FROM citizen_session WHERE token = ?1 AND idle_ends_at > ?2 AND ends_at > ?2")?
        .exists(params![session.0, now.unix_millis()])?)
}

/// The account that something logs in. A phone number that logs nobody in begins one of assurance L1.
fn account_of(tx: &Connection, contact: &Contact, new: PersonId, now: Timestamp) -> Result<Option<PersonId>> {
    let owner = super::contacts::owner(tx, contact)?;
    let (None, Contact::Phone(phone)) = (owner, contact) else {
        return Ok(owner);
    };
    tx.prepare_cached(
        "INSERT INTO person (id, kind, name, phone, assurance, created_at, seen_at) VALUES (?1, ?2, '', ?3, ?4, ?5, ?5)",
    )?
    .execute(params![
        new.key(),
        name(&PersonKind::Citizen)?,
        phone.as_str(),
        name(&AssuranceLevel::L1)?,
        now.unix_millis()
    ])?;
    super::contacts::insert(tx, ContactId(new.0), new, contact, now)?;
    Ok(Some(new))
}

pub(super) fn citizen(db: &Connection, session: TokenHash, now: Timestamp) -> Result<Option<Citizen>> {
    let sql = format!(
        "SELECT {PERSON}, s.terminal, s.idle_ends_at, s.ends_at, s.created_at, s.seen_at, s.site
         FROM citizen_session s JOIN person ON person.id = s.person
         WHERE s.token = ?1 AND s.idle_ends_at > ?2 AND s.ends_at > ?2"
    );
    let found = db
        .prepare_cached(&sql)?
        .query_row(params![session.0, now.unix_millis()], |row| {
            Ok(Citizen {
                actor: person(row)?,
                companies: Vec::new(),
                delegated: Vec::new(),
                delegations_ended: Vec::new(),
                site: row.get(13)?,
                from_here: Items::All,
                reached_at: String::new(),
                session,
                terminal: named(row, 8)?,
                idle_ends_at: time(row, 9)?,
                ends_at: time(row, 10)?,
                began_at: time(row, 11)?,
                seen_at: time(row, 12)?,
            })
        })
        .optional()?;
    let Some(mut citizen) = found else { return Ok(None) };
    citizen.reached_at = match &citizen.actor.phone {
        Some(phone) => phone.masked(),
        None => {
            let known = super::contacts::contacts(db, citizen.actor.id)?;
            known.first().map(|first| first.contact.masked()).unwrap_or_default()
        }
    };
    let sql = format!(
        "SELECT {PERSON} FROM agency JOIN person ON person.id = agency.legal_person
         WHERE agency.agent = ?1 ORDER BY person.name, person.id"
    );
    citizen.companies = db
        .prepare_cached(&sql)?
        .query_map([citizen.actor.id.key()], person)?
        .collect::<sql::Result<_>>()?;
    (citizen.delegated, citizen.delegations_ended) = super::delegations::of_actor(db, citizen.actor.id, now)?;
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

/// Takes one back that was counted for `who` at `at`; of several of one moment the others stay.
pub(super) fn count_back(tx: &Connection, kind: &str, who: &[u8; 32], at: Timestamp) -> Result<()> {
    let counted = tx
        .prepare_cached("DELETE FROM login_count WHERE kind = ?1 AND who = ?2 AND at = ?3")?
        .execute(params![kind, who, at.unix_millis()])?;
    (1..counted).try_for_each(|_| count(tx, kind, who, at))
}

/// Whole seconds from `now` to `then`, rounded up.
pub(super) fn seconds_until(now: Timestamp, then: Timestamp) -> i64 {
    (then.unix_millis() - now.unix_millis() + 999).div_euclid(1000)
}
