//! Contacts, and what was done with an account.

use async_trait::async_trait;
use onehall_protocol::contacts::{AccountDeed, AccountEvent, Contact, ContactKind};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{ContactId, ErrorCode, PersonId, Timestamp};

use super::identity::{PERSON, person, use_code};
use super::values::{Key, id, name, named, parsed, time};
use super::{Connection, Database, OptionalExtension, Row, params};
use crate::error::{Error, Result};
use crate::identity::{Added, ChangeContact, ContactStore, NewContact, Person, StoredContact};

/// Seconds without use after which a phone number may be somebody else's: carriers give one out again after ninety days.
const ASLEEP_AFTER_SECONDS: i64 = 90 * 86_400;
/// What one account may have.
const MOST: usize = 10;
/// The most events that a citizen is shown.
const MOST_EVENTS: u32 = 100;

#[async_trait]
impl ContactStore for Database {
    async fn contacts(&self, person: PersonId) -> Result<Vec<StoredContact>> {
        self.read(move |db| contacts(db, person)).await
    }

    async fn account_events(&self, person: PersonId) -> Result<Vec<AccountEvent>> {
        self.read(move |db| {
            let sql = format!(
                "SELECT what, at, shown, terminal FROM account_event WHERE person = ?1
                 ORDER BY at DESC, sequence DESC LIMIT {MOST_EVENTS}"
            );
            let events = db
                .prepare_cached(&sql)?
                .query_map([person.key()], |row| {
                    Ok(AccountEvent {
                        what: named(row, 0)?,
                        at: time(row, 1)?,
                        shown: row.get(2)?,
                        terminal: named(row, 3)?,
                    })
                })?
                .collect::<super::Result<_>>()?;
            Ok(events)
        })
        .await
    }

    async fn knows_contact(&self, contact: Contact) -> Result<bool> {
        self.read(move |db| Ok(owner(db, &contact)?.is_some())).await
    }

    async fn add_contact(&self, new: NewContact) -> Result<Added> {
        // A wrong try is an effect to keep, so it is no `Err` inside the command.
        self.write(move |tx| add(tx, &new)).await?
    }

    async fn remove_contact(&self, change: ChangeContact) -> Result<Contact> {
        self.write(move |tx| remove(tx, change)).await
    }

    async fn put_contact_first(&self, change: ChangeContact) -> Result<()> {
        self.write(move |tx| put_first(tx, change)).await
    }
}

/// A phone number or an e-mail address from two columns: its kind, and itself.
fn contact(row: &Row<'_>, column: usize) -> super::Result<Contact> {
    Ok(match named(row, column)? {
        ContactKind::Phone => Contact::Phone(parsed(row, column + 1)?),
        ContactKind::Email => Contact::Email(parsed(row, column + 1)?),
    })
}

pub(super) fn contacts(db: &Connection, person: PersonId) -> Result<Vec<StoredContact>> {
    let first: Option<String> = db
        .prepare_cached("SELECT phone FROM person WHERE id = ?1")?
        .query_row([person.key()], |row| row.get(0))
        .optional()?
        .flatten();
    let mut all = db
        .prepare_cached("SELECT id, kind, value, added_at FROM contact WHERE person = ?1 ORDER BY added_at, id")?
        .query_map([person.key()], |row| {
            let contact = contact(row, 1)?;
            Ok(StoredContact {
                id: id(row, 0)?,
                first: matches!(&contact, Contact::Phone(phone) if first.as_deref() == Some(phone.as_str())),
                contact,
                added_at: time(row, 3)?,
            })
        })?
        .collect::<super::Result<Vec<_>>>()?;
    // Who has no phone number is reached by the oldest address.
    if first.is_none()
        && let Some(oldest) = all.first_mut()
    {
        oldest.first = true;
    }
    all.sort_by_key(|one| !one.first);
    Ok(all)
}

/// Whom something logs in.
pub(super) fn owner(db: &Connection, contact: &Contact) -> Result<Option<PersonId>> {
    Ok(db
        .prepare_cached("SELECT person FROM contact WHERE kind = ?1 AND value = ?2")?
        .query_row(params![name(&contact.kind())?, contact.as_str()], |row| id(row, 0))
        .optional()?)
}

pub(super) fn insert(
    tx: &Connection,
    new: ContactId,
    person: PersonId,
    contact: &Contact,
    now: Timestamp,
) -> Result<()> {
    tx.prepare_cached("INSERT INTO contact (id, person, kind, value, added_at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            new.key(),
            person.key(),
            name(&contact.kind())?,
            contact.as_str(),
            now.unix_millis()
        ])?;
    Ok(())
}

/// Notes what was done with an account.
pub(super) fn note(
    tx: &Connection,
    person: PersonId,
    what: AccountDeed,
    shown: Option<&str>,
    terminal: TerminalKind,
    now: Timestamp,
) -> Result<()> {
    let sequence: i64 = tx
        .prepare_cached("SELECT coalesce(max(sequence), 0) + 1 FROM account_event WHERE person = ?1")?
        .query_row([person.key()], |row| row.get(0))?;
    tx.prepare_cached(
        "INSERT INTO account_event (person, sequence, at, what, shown, terminal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        person.key(),
        sequence,
        now.unix_millis(),
        name(&what)?,
        shown,
        terminal.as_str()
    ])?;
    Ok(())
}

fn add(tx: &Connection, new: &NewContact) -> Result<Result<Added>> {
    if !use_code(tx, &new.code)? {
        return Ok(Err(ErrorCode::WrongCode.into()));
    }
    match owner(tx, &new.contact)? {
        Some(owner) if owner == new.person => return Ok(Err(ErrorCode::ContactInUse.into())),
        // Who has had that number for a short time only is not led to the account of who had it before.
        Some(_) if asleep(tx, &new.contact, new.now)?.is_some() => return Ok(Err(ErrorCode::ContactInUse.into())),
        Some(owner) => return Ok(Ok(Added::Elsewhere(owner))),
        None => {}
    }
    let known = contacts(tx, new.person)?;
    if known.len() >= MOST {
        return Ok(Err(Error::too_many(86_400)));
    }
    insert(tx, new.id, new.person, &new.contact, new.now)?;
    if let Contact::Phone(phone) = &new.contact {
        // Who had none has one now.
        tx.prepare_cached("UPDATE person SET phone = ?2 WHERE id = ?1 AND phone IS NULL")?
            .execute(params![new.person.key(), phone.as_str()])?;
    }
    let shown = new.contact.masked();
    note(
        tx,
        new.person,
        AccountDeed::ContactAdded,
        Some(&shown),
        new.terminal,
        new.now,
    )?;
    Ok(Ok(Added::Here))
}

fn remove(tx: &Connection, change: ChangeContact) -> Result<Contact> {
    let all = contacts(tx, change.person)?;
    let (gone, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.id == change.id);
    let gone = gone.into_iter().next().ok_or_else(Error::not_found)?;
    if rest.is_empty() {
        return Err(ErrorCode::LastContact.into());
    }
    take_away(tx, change.person, &gone, &rest)?;
    let shown = gone.contact.masked();
    note(
        tx,
        change.person,
        AccountDeed::ContactRemoved,
        Some(&shown),
        change.terminal,
        change.now,
    )?;
    Ok(gone.contact)
}

/// Whose phone number it is, where the account was not used for so long that the number may be somebody else's now, and holds
/// what is known of a checked identity. Whoever has an e-mail address still has it.
pub(super) fn asleep(db: &Connection, contact: &Contact, now: Timestamp) -> Result<Option<Person>> {
    let Contact::Phone(_) = contact else { return Ok(None) };
    let Some(owner) = owner(db, contact)? else {
        return Ok(None);
    };
    let sql = format!("SELECT {PERSON}, person.seen_at FROM person WHERE id = ?1");
    let (owner, seen_at) = db
        .prepare_cached(&sql)?
        .query_row([owner.key()], |row| Ok((person(row)?, time(row, 8)?)))?;
    let asleep = owner.citizen_id.is_some() && seen_at.plus_seconds(ASLEEP_AFTER_SECONDS) < now;
    Ok(asleep.then_some(owner))
}

/// A phone number is somebody else's now: it logs its account in no more.
pub(super) fn lose(
    tx: &Connection,
    person: PersonId,
    lost: &Contact,
    terminal: TerminalKind,
    now: Timestamp,
) -> Result<()> {
    let all = contacts(tx, person)?;
    let (gone, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.contact == *lost);
    for one in gone {
        take_away(tx, person, &one, &rest)?;
        let shown = one.contact.masked();
        note(tx, person, AccountDeed::NumberLost, Some(&shown), terminal, now)?;
    }
    Ok(())
}

/// Takes one away; where it came first, the oldest other number does so now.
fn take_away(tx: &Connection, person: PersonId, gone: &StoredContact, rest: &[StoredContact]) -> Result<()> {
    tx.prepare_cached("DELETE FROM contact WHERE id = ?1")?
        .execute([gone.id.key()])?;
    if gone.first {
        let next = rest.iter().find(|one| one.contact.kind() == ContactKind::Phone);
        tx.prepare_cached("UPDATE person SET phone = ?2 WHERE id = ?1")?
            .execute(params![person.key(), next.map(|one| one.contact.as_str())])?;
    }
    Ok(())
}

fn put_first(tx: &Connection, change: ChangeContact) -> Result<()> {
    let all = contacts(tx, change.person)?;
    let chosen = all.iter().find(|one| one.id == change.id);
    let chosen = chosen.filter(|one| one.contact.kind() == ContactKind::Phone);
    let chosen = chosen.ok_or_else(Error::not_found)?;
    if chosen.first {
        return Ok(());
    }
    tx.prepare_cached("UPDATE person SET phone = ?2 WHERE id = ?1")?
        .execute(params![change.person.key(), chosen.contact.as_str()])?;
    let shown = chosen.contact.masked();
    note(
        tx,
        change.person,
        AccountDeed::ContactFirst,
        Some(&shown),
        change.terminal,
        change.now,
    )
}
