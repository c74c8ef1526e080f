//! Who acts for whom.

use std::collections::BTreeMap;

use async_trait::async_trait;
use onehall_protocol::account::{DelegationEnd, DelegationState, SessionEnd, Side};
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{ClaimId, DelegationId, ErrorCode, ItemCode, PersonId, Timestamp};

use super::identity::{PERSON, count, person, refuse_beyond};
use super::values::{Key, id, name, named, optional_id, optional_json, optional_time, parsed, time, to_json};
use super::{Connection, Database, OptionalExtension, Row, params, sessions};
use crate::account::{
    AccountStore, AnswerTo, AskFor, Claim, CloseAccount, Closed, EndDelegation, EndSessions, LookForCode, Merge,
    MergeLook, Merged, NewClaim, OpenChild, StopClaim, StoredClaim, StoredDelegation, StoredSession, Waits,
};
use crate::error::{Error, Result};
use crate::files::StoredFile;
use crate::identity::{Delegated, Items, Person};
use crate::secrets::TokenHash;

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;
/// The most delegations that one person is shown.
const MOST: u32 = 300;

const COLUMNS: &str = "id, principal, actor, asked_by, phone_shown, role, items, submits, last_day, until, state, asked_at, \
     answer_until, answered_at, ended_at, ended_by, by_register";

fn stored(row: &Row<'_>) -> super::Result<StoredDelegation> {
    let ended_at = optional_time(row, 14)?;
    let ended = match ended_at {
        Some(at) => Some(DelegationEnd {
            at,
            by: named(row, 15)?,
        }),
        None => None,
    };
    Ok(StoredDelegation {
        id: id(row, 0)?,
        principal: optional_id(row, 1)?,
        principal_person: None,
        actor: optional_id(row, 2)?,
        actor_person: None,
        asked_by: named(row, 3)?,
        phone: row.get(4)?,
        role: named(row, 5)?,
        items: optional_json(row, 6)?,
        submits: row.get(7)?,
        last_day: parsed(row, 8)?,
        until: time(row, 9)?,
        state: named(row, 10)?,
        asked_at: time(row, 11)?,
        answer_until: time(row, 12)?,
        answered_at: optional_time(row, 13)?,
        ended,
        by_register: row.get(16)?,
    })
}

/// For whom a person may act besides, and for whom they once might.
pub(super) fn of_actor(db: &Connection, actor: PersonId, now: Timestamp) -> Result<(Vec<Delegated>, Vec<PersonId>)> {
    let sql = format!(
        "SELECT {PERSON}, d.items, d.submits, d.state, d.until FROM delegation d JOIN person ON person.id = d.principal
         WHERE d.actor = ?1 AND d.state IN ('active', 'ended') ORDER BY person.name, person.id, d.asked_at"
    );
    let found = db
        .prepare_cached(&sql)?
        .query_map([actor.key()], |row| {
            let items = optional_json::<Vec<ItemCode>>(row, 8)?;
            let delegated = Delegated {
                principal: person(row)?,
                items: items.map_or(Items::All, |items| Items::Only(items.into_iter().collect())),
                submits: row.get(9)?,
            };
            let active = named::<DelegationState>(row, 10)? == DelegationState::Active && time(row, 11)? > now;
            Ok((delegated, active))
        })?
        .collect::<super::Result<Vec<(Delegated, bool)>>>()?;
    let (active, ended): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, active)| *active);
    let ended = ended.into_iter().map(|(delegated, _)| delegated.principal.id);
    Ok((
        active.into_iter().map(|(delegated, _)| delegated).collect(),
        ended.collect(),
    ))
}

pub(super) fn find(db: &Connection, delegation: DelegationId) -> Result<StoredDelegation> {
    let found = db
        .prepare_cached(&format!("SELECT {COLUMNS} FROM delegation WHERE id = ?1"))?
        .query_row([delegation.key()], stored)
        .optional()?;
    with_people(db, found.ok_or_else(Error::not_found)?)
}

fn with_people(db: &Connection, mut delegation: StoredDelegation) -> Result<StoredDelegation> {
    delegation.principal_person = known(db, delegation.principal)?;
    delegation.actor_person = known(db, delegation.actor)?;
    Ok(delegation)
}

fn known(db: &Connection, who: Option<PersonId>) -> Result<Option<Person>> {
    let Some(who) = who else { return Ok(None) };
    let sql = format!("SELECT {PERSON} FROM person WHERE id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([who.key()], person).optional()?)
}

fn all(
    db: &Connection,
    person: PersonId,
    companies: &[PersonId],
    phones: &[[u8; 32]],
) -> Result<Vec<StoredDelegation>> {
    let mut found: BTreeMap<DelegationId, StoredDelegation> = BTreeMap::new();
    let mut gather = |column: &str, value: &[u8]| -> Result<()> {
        let also = if column == "phone" { "AND state = 'open'" } else { "" };
        let sql = format!(
            "SELECT {COLUMNS} FROM delegation WHERE {column} = ?1 {also} ORDER BY asked_at DESC, id DESC LIMIT {MOST}"
        );
        let mut statement = db.prepare_cached(&sql)?;
        for delegation in statement.query_map([value], stored)? {
            let delegation = delegation?;
            found.insert(delegation.id, delegation);
        }
        Ok(())
    };
    gather("principal", &person.key())?;
    for company in companies {
        gather("principal", &company.key())?;
    }
    gather("actor", &person.key())?;
    for phone in phones {
        gather("phone", phone)?;
    }
    let mut delegations: Vec<_> = found
        .into_values()
        .map(|delegation| with_people(db, delegation))
        .collect::<Result<_>>()?;
    delegations.sort_by(|a, b| b.asked_at.cmp(&a.asked_at).then(b.id.cmp(&a.id)));
    Ok(delegations)
}

pub(super) fn note(
    tx: &Connection,
    delegation: DelegationId,
    what: &str,
    who: PersonId,
    terminal: TerminalKind,
    now: Timestamp,
) -> Result<()> {
    let sequence: i64 = tx
        .prepare_cached("SELECT coalesce(max(sequence), 0) + 1 FROM delegation_event WHERE delegation = ?1")?
        .query_row([delegation.key()], |row| row.get(0))?;
    tx.prepare_cached(
        "INSERT INTO delegation_event (delegation, sequence, at, what, person, terminal) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        delegation.key(),
        sequence,
        now.unix_millis(),
        what,
        who.key(),
        terminal.as_str()
    ])?;
    Ok(())
}

fn ask(tx: &Connection, ask: &AskFor) -> Result<StoredDelegation> {
    let (who, most) = &ask.counted;
    refuse_beyond(tx, "delegation-ask", who, DAY, *most, ask.now)?;
    count(tx, "delegation-ask", who, ask.now)?;
    let (principal, actor) = match ask.asked_by {
        Side::Principal => (Some(ask.known.key()), None),
        Side::Actor => (None, Some(ask.known.key())),
    };
    let (phone, shown, code) = match &ask.waits {
        Waits::Phone(phone, shown) => (Some(*phone), Some(shown.as_str()), None),
        Waits::Code(code) => (None, None, Some(*code)),
    };
    tx.prepare_cached(
        "INSERT INTO delegation (id, principal, actor, asked_by, phone, phone_shown, code, role, items, submits, last_day,
             until, state, asked_at, answer_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'open', ?13, ?14)",
    )?
    .execute(params![
        ask.id.key(),
        principal,
        actor,
        name(&ask.asked_by)?,
        phone,
        shown,
        code,
        name(&ask.scope.role)?,
        ask.scope.items.as_ref().map(to_json).transpose()?,
        ask.scope.submits,
        ask.scope.until.to_string(),
        ask.until.unix_millis(),
        ask.now.unix_millis(),
        ask.answer_until.unix_millis()
    ])?;
    note(tx, ask.id, "asked", ask.by, ask.terminal, ask.now)?;
    find(tx, ask.id)
}

/// A wrong code is an effect to keep, so it is no `Err` inside the command.
fn by_code(tx: &Connection, look: &LookForCode) -> Result<Option<StoredDelegation>> {
    let (who, most) = &look.counted;
    refuse_beyond(tx, "delegation-code", who, HOUR, *most, look.now)?;
    let found = tx
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM delegation WHERE code = ?1 AND state = 'open' AND answer_until > ?2 AND until > ?2"
        ))?
        .query_row(params![look.code, look.now.unix_millis()], stored)
        .optional()?;
    match found {
        Some(delegation) => with_people(tx, delegation).map(Some),
        None => {
            count(tx, "delegation-code", who, look.now)?;
            Ok(None)
        }
    }
}

fn answer(tx: &Connection, answer: &AnswerTo) -> Result<StoredDelegation> {
    let delegation = find(tx, answer.id)?;
    let waits = tx
        .prepare_cached("SELECT phone, code FROM delegation WHERE id = ?1")?
        .query_row([answer.id.key()], |row| {
            Ok((row.get::<_, Option<[u8; 32]>>(0)?, row.get::<_, Option<[u8; 32]>>(1)?))
        })?;
    let theirs = match waits {
        (Some(phone), _) => answer.phones.contains(&phone),
        (None, Some(code)) => answer.code == Some(code),
        (None, None) => false,
    };
    let own = delegation.principal == Some(answer.person) || delegation.actor == Some(answer.person);
    if delegation.state_at(answer.now) != DelegationState::Open || !theirs || own {
        return Err(Error::not_found());
    }
    let column = match delegation.asked_by {
        Side::Principal => "actor",
        Side::Actor => "principal",
    };
    let state = if answer.agree { "active" } else { "declined" };
    // A code counts once, and who was asked is known by more than a number now.
    tx.prepare_cached(&format!(
        "UPDATE delegation SET {column} = ?2, state = ?3, answered_at = ?4, code = NULL, phone = NULL WHERE id = ?1"
    ))?
    .execute(params![
        answer.id.key(),
        answer.person.key(),
        state,
        answer.now.unix_millis()
    ])?;
    let what = if answer.agree { "agreed" } else { "declined" };
    note(tx, answer.id, what, answer.person, answer.terminal, answer.now)?;
    find(tx, answer.id)
}

fn end(tx: &Connection, end: &EndDelegation) -> Result<StoredDelegation> {
    let delegation = find(tx, end.id)?;
    let own = |principal: PersonId| principal == end.person || end.companies.contains(&principal);
    let by = match (delegation.principal, delegation.actor) {
        (Some(principal), _) if own(principal) => Side::Principal,
        (_, Some(actor)) if actor == end.person => Side::Actor,
        _ => return Err(Error::not_found()),
    };
    let state = match delegation.state_at(end.now) {
        // A child does not appoint its guardians, and does not dismiss them.
        DelegationState::Active if delegation.by_register && by == Side::Principal => {
            return Err(ErrorCode::Forbidden.into());
        }
        DelegationState::Active => "ended",
        DelegationState::Open if delegation.asked_by == by => "withdrawn",
        _ => return Err(Error::not_found()),
    };
    tx.prepare_cached(
        "UPDATE delegation SET state = ?2, ended_at = ?3, ended_by = ?4, code = NULL, phone = NULL WHERE id = ?1",
    )?
    .execute(params![end.id.key(), state, end.now.unix_millis(), name(&by)?])?;
    note(tx, end.id, state, end.person, end.terminal, end.now)?;
    find(tx, end.id)
}

#[async_trait]
impl AccountStore for Database {
    async fn sessions(&self, person: PersonId, now: Timestamp) -> Result<Vec<StoredSession>> {
        self.read(move |db| sessions::sessions(db, person, now)).await
    }

    async fn end_sessions(&self, end: EndSessions) -> Result<usize> {
        self.write(move |tx| sessions::end(tx, &end)).await
    }

    async fn session_end(&self, session: TokenHash, now: Timestamp) -> Result<Option<SessionEnd>> {
        self.read(move |db| sessions::session_end(db, session, now)).await
    }

    async fn delegations(
        &self,
        person: PersonId,
        companies: Vec<PersonId>,
        phones: Vec<[u8; 32]>,
    ) -> Result<Vec<StoredDelegation>> {
        self.read(move |db| all(db, person, &companies, &phones)).await
    }

    async fn ask_for_delegation(&self, ask: AskFor) -> Result<StoredDelegation> {
        self.write(move |tx| self::ask(tx, &ask)).await
    }

    async fn delegation_by_code(&self, look: LookForCode) -> Result<Option<StoredDelegation>> {
        self.write(move |tx| by_code(tx, &look)).await
    }

    async fn answer_delegation(&self, answer: AnswerTo) -> Result<StoredDelegation> {
        self.write(move |tx| self::answer(tx, &answer)).await
    }

    async fn end_delegation(&self, end: EndDelegation) -> Result<StoredDelegation> {
        self.write(move |tx| self::end(tx, &end)).await
    }

    async fn files_of_person(&self, person: PersonId) -> Result<Vec<StoredFile>> {
        self.read(move |db| super::files::of_person(db, person)).await
    }

    async fn close_account(&self, close: CloseAccount) -> Result<Closed> {
        // A wrong try is an effect to keep, so it is no `Err` inside the command.
        self.write(move |tx| super::closing::close(tx, &close)).await?
    }

    async fn look_at_merge(&self, into: PersonId, from: PersonId, now: Timestamp) -> Result<MergeLook> {
        self.read(move |db| super::merging::look(db, into, from, now)).await
    }

    async fn merge_accounts(&self, merge: Merge) -> Result<Merged> {
        self.write(move |tx| super::merging::merge(tx, &merge)).await
    }

    async fn merged_into(&self, person: PersonId) -> Result<Vec<PersonId>> {
        self.read(move |db| super::merging::merged_into(db, person)).await
    }

    async fn open_child(&self, open: OpenChild) -> Result<StoredDelegation> {
        self.write(move |tx| super::children::open(tx, &open)).await
    }

    async fn claims(&self, person: PersonId) -> Result<Vec<StoredClaim>> {
        self.read(move |db| super::claims::open(db, person)).await
    }

    async fn claim_account(&self, claim: NewClaim) -> Result<Claim> {
        self.write(move |tx| super::claims::claim(tx, &claim)).await
    }

    async fn stop_claim(&self, stop: StopClaim) -> Result<StoredClaim> {
        self.write(move |tx| super::claims::stop(tx, &stop)).await
    }

    async fn ripe_claim(&self, by: PersonId, claim: ClaimId, now: Timestamp) -> Result<PersonId> {
        self.read(move |db| super::claims::ripe(db, by, claim, now)).await
    }
}
