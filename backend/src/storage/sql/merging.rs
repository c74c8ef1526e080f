//! Two accounts become one: one command.
//!
//! Each table that names a person stands in one of the four lists here; a test asks the schema whether one was forgotten.

use onehall_protocol::contacts::{AccountDeed, Contact};
use onehall_protocol::identity::{AssuranceLevel, PersonKind, PersonView};
use onehall_protocol::{CaseId, DelegationId, DraftId, ErrorCode, ItemCode, PersonId, Timestamp};

use super::identity::{PERSON, person};
use super::sync::log_changes;
use super::values::{Key, id, json, name, optional_id, to_json};
use super::{Connection, OptionalExtension, contacts, delegations, params, sessions};
use crate::account::{Merge, MergeLook, Merged};
use crate::error::{Error, Result};
use crate::identity::Person;
use crate::sync::Logged;

/// What moves as it is: tables, and the column that names a person.
pub(crate) const MOVED: [(&str, &str); 15] = [
    ("draft", "principal"),
    ("draft", "actor"),
    ("draft_begun", "principal"),
    ("file", "principal"),
    ("upload", "principal"),
    ("case_record", "principal"),
    ("case_record", "actor"),
    ("attempt", "actor"),
    ("level_raise", "person"),
    ("passkey", "person"),
    ("contact", "person"),
    ("delegation", "principal"),
    ("delegation", "actor"),
    ("hall_appointment", "person"),
    ("hall_ticket", "person"),
];

/// What moves by a statement of its own: where both may have the same, or a row says more than whose it is.
#[cfg(test)]
pub(crate) const MOVED_WITH_CARE: [(&str, &str); 5] = [
    ("agency", "agent"),
    ("upload", "sender"),
    ("account_event", "person"),
    ("person_merged", "person"),
    ("hall_ticket", "open_person"),
];

/// What ends with the account. What others' applications know of it they know by a subject of its own: each asks anew, and knows
/// the citizen as the account that stays. A log of changes goes on with that one's.
pub(crate) const ENDED: [(&str, &str); 8] = [
    ("account_claim", "person"),
    ("account_claim", "by_person"),
    ("citizen_session", "person"),
    ("oidc_grant", "person"),
    ("oidc_consent", "person"),
    ("level_visit", "person"),
    ("sync_change", "principal"),
    ("sync_head", "principal"),
];

/// What stays as it was written: histories, in which an id of before is still told to be the citizen's (`person_merged`), and
/// what is about to be told to others' applications of sessions that were the account's.
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) const KEPT: [(&str, &str); 6] = [
    ("case_event", "principal"),
    ("case_event", "actor"),
    ("delegation_event", "person"),
    ("oidc_notice", "person"),
    ("agency", "legal_person"),
    ("staff_audit", "actor"),
];

fn whole(db: &Connection, who: PersonId) -> Result<Option<Person>> {
    let sql = format!("SELECT {PERSON} FROM person WHERE id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([who.key()], person).optional()?)
}

fn count(db: &Connection, sql: &str, who: PersonId) -> Result<u32> {
    let count: i64 = db.prepare_cached(sql)?.query_row([who.key()], |row| row.get(0))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Both, where they may be one person: neither is a company, and the numbers of both are not two.
fn both(db: &Connection, into: PersonId, from: PersonId) -> Result<(Person, Person)> {
    let find = |who| {
        whole(db, who)?
            .filter(|person| person.kind == PersonKind::Citizen)
            .ok_or_else(Error::not_found)
    };
    let (into, from) = (find(into)?, find(from)?);
    if into.id == from.id {
        return Err(Error::not_found());
    }
    match (&into.citizen_id, &from.citizen_id) {
        (Some(one), Some(other)) if one != other => Err(ErrorCode::OtherPerson.into()),
        _ => Ok((into, from)),
    }
}

/// The service items of which both have a draft. There is one of each, so their citizen decides which first.
fn in_both(db: &Connection, into: PersonId, from: PersonId) -> Result<Vec<ItemCode>> {
    let items = db
        .prepare_cached(
            "SELECT item FROM draft WHERE principal = ?1 AND submitted_case IS NULL
               AND item IN (SELECT item FROM draft WHERE principal = ?2 AND submitted_case IS NULL) ORDER BY item",
        )?
        .query_map(params![into.key(), from.key()], |row| super::values::parsed(row, 0))?
        .collect::<super::Result<_>>()?;
    Ok(items)
}

pub(super) fn look(db: &Connection, into: PersonId, from: PersonId, now: Timestamp) -> Result<MergeLook> {
    let (into, from) = both(db, into, from)?;
    let contacts = contacts::contacts(db, from.id)?;
    let of = |sql| count(db, sql, from.id);
    Ok(MergeLook {
        contacts: contacts.into_iter().map(|one| one.contact).collect(),
        takes_identity: into.citizen_id.is_none() && from.citizen_id.is_some(),
        drafts: of("SELECT count(*) FROM draft WHERE principal = ?1 AND submitted_case IS NULL")?,
        cases: of("SELECT count(*) FROM case_record WHERE principal = ?1")?,
        passkeys: of("SELECT count(*) FROM passkey WHERE person = ?1")?,
        delegations: of(
            "SELECT count(*) FROM delegation WHERE (principal = ?1 OR actor = ?1) AND state IN ('open', 'active')",
        )?,
        sessions: u32::try_from(sessions::sessions(db, from.id, now)?.len()).unwrap_or(u32::MAX),
        consents: of("SELECT count(*) FROM oidc_consent WHERE person = ?1")?,
        in_both: in_both(db, into.id, from.id)?,
        from,
    })
}

pub(super) fn merge(tx: &Connection, merge: &Merge) -> Result<Merged> {
    let (into, from) = both(tx, merge.into, merge.from)?;
    if !in_both(tx, into.id, from.id)?.is_empty() {
        return Err(ErrorCode::MergeBlocked.into());
    }
    let first = contacts::contacts(tx, from.id)?;
    let mut merged = Merged {
        contacts: first.iter().map(|one| one.contact.clone()).collect(),
        others: Vec::new(),
    };
    end_logins(tx, merge)?;
    between_the_two(tx, merge)?;
    merged.others = counterparts(tx, from.id)?;
    let changed = changes(tx, from.id)?;
    for (table, column) in MOVED {
        tx.prepare_cached(&format!("UPDATE {table} SET {column} = ?1 WHERE {column} = ?2"))?
            .execute(params![into.id.key(), from.id.key()])?;
    }
    move_with_care(tx, merge)?;
    for (table, column) in ENDED {
        tx.prepare_cached(&format!("DELETE FROM {table} WHERE {column} = ?1"))?
            .execute([from.id.key()])?;
    }
    known_as(tx, &into, &from, &changed)?;
    let shown = merged.contacts.first().map(Contact::masked);
    contacts::note(
        tx,
        into.id,
        AccountDeed::Merged,
        shown.as_deref(),
        merge.terminal,
        merge.now,
    )?;
    tx.prepare_cached("INSERT INTO person_merged (id, person, at) VALUES (?1, ?2, ?3)")?
        .execute(params![from.id.key(), into.id.key(), merge.now.unix_millis()])?;
    let changed: Vec<_> = changed.into_iter().map(|what| (into.id, what)).collect();
    log_changes(tx, &changed, merge.now)?;
    Ok(merged)
}

/// The accounts that became part of one, the first first.
pub(super) fn merged_into(db: &Connection, person: PersonId) -> Result<Vec<PersonId>> {
    let ids = db
        .prepare_cached("SELECT id FROM person_merged WHERE person = ?1 ORDER BY at, id")?
        .query_map([person.key()], |row| id::<PersonId>(row, 0))?
        .collect::<super::Result<_>>()?;
    Ok(ids)
}

/// Its terminals are logged out as if the time had run out: what they have not sent yet they keep, until their citizen logs in to
/// the account that it is part of. Others' applications are told.
fn end_logins(tx: &Connection, merge: &Merge) -> Result<()> {
    for session in sessions::sessions(tx, merge.from, merge.now)? {
        super::oidc::session_ended(tx, session.session)?;
    }
    Ok(())
}

/// What one of the two lets the other do is nothing any more.
fn between_the_two(tx: &Connection, merge: &Merge) -> Result<()> {
    let pairs = [(merge.into, merge.from, "actor"), (merge.from, merge.into, "principal")];
    for (principal, actor, gone) in pairs {
        let ids = tx
            .prepare_cached("SELECT id FROM delegation WHERE principal = ?1 AND actor = ?2")?
            .query_map(params![principal.key(), actor.key()], |row| id::<DelegationId>(row, 0))?
            .collect::<super::Result<Vec<_>>>()?;
        for delegation in ids {
            let ended = tx
                .prepare_cached(
                    "UPDATE delegation SET state = 'ended', ended_at = ?2, ended_by = 'principal', code = NULL, phone = NULL
                     WHERE id = ?1 AND state IN ('open', 'active')",
                )?
                .execute(params![delegation.key(), merge.now.unix_millis()])?;
            if ended > 0 {
                delegations::note(tx, delegation, "ended", merge.into, merge.terminal, merge.now)?;
            }
            tx.prepare_cached(&format!("UPDATE delegation SET {gone} = NULL WHERE id = ?1"))?
                .execute([delegation.key()])?;
        }
    }
    Ok(())
}

/// Who has something under way with the account: for them it goes on with the other.
fn counterparts(tx: &Connection, from: PersonId) -> Result<Vec<PersonId>> {
    let mut others = Vec::new();
    for (side, other) in [("principal", "actor"), ("actor", "principal")] {
        let sql = format!("SELECT {other} FROM delegation WHERE {side} = ?1 AND state = 'active'");
        let found = tx
            .prepare_cached(&sql)?
            .query_map([from.key()], |row| optional_id::<PersonId>(row, 0))?
            .collect::<super::Result<Vec<_>>>()?;
        others.extend(found.into_iter().flatten());
    }
    Ok(others)
}

/// What terminals keep copies of.
fn changes(tx: &Connection, from: PersonId) -> Result<Vec<Logged>> {
    let drafts = tx
        .prepare_cached("SELECT id FROM draft WHERE principal = ?1 AND submitted_case IS NULL ORDER BY id")?
        .query_map([from.key()], |row| id::<DraftId>(row, 0))?
        .collect::<super::Result<Vec<_>>>()?;
    let cases = tx
        .prepare_cached("SELECT id FROM case_record WHERE principal = ?1 ORDER BY id")?
        .query_map([from.key()], |row| id::<CaseId>(row, 0))?
        .collect::<super::Result<Vec<_>>>()?;
    let drafts = drafts.into_iter().map(Logged::Draft);
    Ok(drafts.chain(cases.into_iter().map(Logged::Case)).collect())
}

fn move_with_care(tx: &Connection, merge: &Merge) -> Result<()> {
    let both = params![merge.into.key(), merge.from.key()];
    // Both may be agents of one company.
    tx.prepare_cached(
        "DELETE FROM agency WHERE agent = ?2 AND legal_person IN (SELECT legal_person FROM agency WHERE agent = ?1)",
    )?
    .execute(both)?;
    tx.prepare_cached("UPDATE agency SET agent = ?1 WHERE agent = ?2")?
        .execute(params![merge.into.key(), merge.from.key()])?;
    tx.prepare_cached("UPDATE upload SET sender = ?1 WHERE sender = ?2 AND staff = 0")?
        .execute(params![merge.into.key(), merge.from.key()])?;
    // Both may wait in one queue; then both tickets stay, and the second one no more keeps a third from being drawn.
    tx.prepare_cached(
        "UPDATE hall_ticket SET open_person = NULL WHERE open_person = ?2 AND EXISTS (
           SELECT 1 FROM hall_ticket other WHERE other.open_person = ?1 AND other.hall = hall_ticket.hall
             AND other.queue = hall_ticket.queue AND other.day = hall_ticket.day)",
    )?
    .execute(params![merge.into.key(), merge.from.key()])?;
    tx.prepare_cached("UPDATE hall_ticket SET open_person = ?1 WHERE open_person = ?2")?
        .execute(params![merge.into.key(), merge.from.key()])?;
    // Behind what the other has: both are read in the order of their times.
    let last: i64 = tx
        .prepare_cached("SELECT coalesce(max(sequence), 0) FROM account_event WHERE person = ?1")?
        .query_row([merge.into.key()], |row| row.get(0))?;
    tx.prepare_cached("UPDATE account_event SET person = ?1, sequence = sequence + ?3 WHERE person = ?2")?
        .execute(params![merge.into.key(), merge.from.key(), last])?;
    tx.prepare_cached("UPDATE person_merged SET person = ?1 WHERE person = ?2")?
        .execute(params![merge.into.key(), merge.from.key()])?;
    Ok(())
}

/// The account that stays is known as well as either was; its cases say whose they are by its id.
fn known_as(tx: &Connection, into: &Person, from: &Person, moved: &[Logged]) -> Result<()> {
    tx.prepare_cached("DELETE FROM person WHERE id = ?1")?
        .execute([from.id.key()])?;
    let better = if into.citizen_id.is_some() { into } else { from };
    let level: AssuranceLevel = into.assurance.max(from.assurance);
    let phone = into.phone.as_ref().or(from.phone.as_ref());
    let address = into.address.as_ref().or(from.address.as_ref());
    tx.prepare_cached(
        "UPDATE person SET name = ?2, citizen_id = ?3, phone = ?4, address = ?5, assurance = ?6 WHERE id = ?1",
    )?
    .execute(params![
        into.id.key(),
        better.name,
        better.citizen_id.as_ref().map(|number| number.as_str()),
        phone.map(|phone| phone.as_str()),
        address.map(to_json).transpose()?,
        name(&level)?
    ])?;
    tx.prepare_cached("UPDATE oidc_grant SET acr = ?2 WHERE person = ?1")?
        .execute(params![into.id.key(), name(&level)?])?;
    for what in moved {
        let Logged::Case(case) = what else { continue };
        let mut view: PersonView = tx
            .prepare_cached("SELECT principal_view FROM case_record WHERE id = ?1")?
            .query_row([case.key()], |row| json(row, 0))?;
        view.id = into.id;
        tx.prepare_cached("UPDATE case_record SET principal_view = ?2 WHERE id = ?1")?
            .execute(params![case.key(), to_json(&view)?])?;
    }
    Ok(())
}
