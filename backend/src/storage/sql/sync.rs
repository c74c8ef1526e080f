//! The logs of changes.

use std::collections::BTreeMap;

use crate::storage::sql::{self, Connection, OptionalExtension, params};
use async_trait::async_trait;
use onehall_protocol::sync::Entity;
use onehall_protocol::{PersonId, Timestamp};
use onehall_sync::{Checksum, Position, Positions};
use uuid::Uuid;

use super::Database;
use super::values::{self, Key};
use super::{cases, drafts};
use crate::error::{Error, Result};
use crate::identity::Reach;
use crate::sync::{
    Logged, Place, PullQuestion, Pulled, SnapshotPage, SnapshotQuestion, StoredChange, StoredThing, SyncStore,
};

/// Logs that something of a principal changed, within the command that changes it.
pub(super) fn log_change(db: &Connection, principal: PersonId, what: Logged, now: Timestamp) -> Result<()> {
    log_changes(db, &[(principal, what)], now)
}

/// Logs several changes of one command. Whoever takes numbers of several principals takes them in the order of these, so
/// that no two commands wait for each other.
pub(super) fn log_changes(db: &Connection, changes: &[(PersonId, Logged)], now: Timestamp) -> Result<()> {
    let mut by_principal: BTreeMap<PersonId, Vec<Logged>> = BTreeMap::new();
    for (principal, what) in changes {
        by_principal.entry(*principal).or_default().push(*what);
    }
    for (principal, things) in by_principal {
        let count = i64::try_from(things.len()).unwrap_or(i64::MAX);
        let last: i64 = db
            .prepare_cached(
                "INSERT INTO sync_head (principal, epoch, seq, trimmed) VALUES (?1, ?2, ?3, 0)
                 ON CONFLICT (principal) DO UPDATE SET seq = sync_head.seq + ?3 RETURNING seq",
            )?
            .query_row(params![principal.key(), now.unix_millis(), count], |row| row.get(0))?;
        for (seq, what) in (last - count + 1..).zip(things) {
            let (entity, id) = what.parts();
            db.prepare_cached("INSERT INTO sync_change (principal, seq, entity, id, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![
                    principal.key(),
                    seq,
                    name(entity),
                    *id.as_bytes(),
                    now.unix_millis()
                ])?;
        }
    }
    Ok(())
}

fn name(entity: Entity) -> &'static str {
    match entity {
        Entity::Draft => "draft",
        Entity::Case => "case",
    }
}

fn named(name: &str) -> Result<Entity> {
    match name {
        "draft" => Ok(Entity::Draft),
        "case" => Ok(Entity::Case),
        _ => Err(Error::broken("read what a logged change is about")),
    }
}

#[derive(Clone, Copy)]
struct Head {
    epoch: u64,
    seq: u64,
    trimmed: u64,
}

fn head(db: &Connection, principal: PersonId) -> Result<Option<Head>> {
    let head = db
        .prepare_cached("SELECT epoch, seq, trimmed FROM sync_head WHERE principal = ?1")?
        .query_row([principal.key()], |row| {
            Ok(Head {
                epoch: row.get(0)?,
                seq: row.get(1)?,
                trimmed: row.get(2)?,
            })
        })
        .optional()?;
    Ok(head)
}

/// From which number a terminal goes on that has read so far; none where the log does not reach back.
fn goes_on(head: Option<Head>, read: Option<Position>) -> Option<u64> {
    match (head, read) {
        (None, None) => Some(0),
        // What was read of a log that is not there was read in another database.
        (None, Some(_)) => None,
        (Some(head), None) => (head.trimmed == 0).then_some(0),
        (Some(head), Some(read)) => {
            let fits = read.epoch == head.epoch && (head.trimmed..=head.seq).contains(&read.seq);
            fits.then_some(read.seq)
        }
    }
}

/// What changed behind a number, each thing once, by its last change.
fn changed(db: &Connection, principal: PersonId, behind: u64, most: usize) -> Result<Vec<(Logged, u64)>> {
    let mut statement = db.prepare_cached(
        "SELECT entity, id, max(seq) AS last FROM sync_change WHERE principal = ?1 AND seq > ?2
         GROUP BY entity, id ORDER BY last LIMIT ?3",
    )?;
    let rows = statement.query_map(params![principal.key(), behind, most as u64], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, [u8; 16]>(1)?,
            row.get::<_, u64>(2)?,
        ))
    })?;
    rows.map(|row| {
        let (entity, id, seq) = row?;
        Ok((Logged::of(named(&entity)?, Uuid::from_bytes(id)), seq))
    })
    .collect()
}

/// Things as they are now, in their order. What is not within reach is not even named.
fn as_they_are(db: &Connection, things: Vec<(PersonId, Logged)>, reach: &Reach) -> Result<Vec<StoredChange>> {
    let (mut drafts, mut cases) = (Vec::new(), Vec::new());
    for (_, what) in &things {
        match what {
            Logged::Draft(id) => drafts.push(*id),
            Logged::Case(id) => cases.push(*id),
        }
    }
    let (mut drafts, mut cases) = (drafts::open_drafts(db, &drafts)?, cases::whole_cases(db, &cases)?);
    let mut changes = Vec::new();
    for (principal, what) in things {
        let thing = match what {
            Logged::Draft(id) => {
                let draft = drafts.remove(&id);
                let item = match &draft {
                    Some(draft) => Some(draft.item.clone()),
                    // Submitted, perhaps: that is told to whoever could have had it.
                    None if !reach.covers_all(principal) => drafts::item_of(db, id)?,
                    None => None,
                };
                if item.is_some_and(|item| !reach.covers(principal, &item)) {
                    continue;
                }
                StoredThing::Draft(id, draft.map(Box::new))
            }
            Logged::Case(id) => match cases.remove(&id) {
                Some(file) if !reach.covers(principal, &file.case.item) => continue,
                file => StoredThing::Case(id, file.map(Box::new)),
            },
        };
        changes.push(StoredChange { principal, thing });
    }
    Ok(changes)
}

fn pull(db: &Connection, question: &PullQuestion) -> Result<Pulled> {
    let (mut positions, mut found, mut more) = (Positions::default(), Vec::new(), false);
    for principal in &question.principals {
        let head = head(db, *principal)?;
        let Some(behind) = goes_on(head, question.positions.get(*principal)) else {
            return Ok(Pulled::TooOld);
        };
        let Some(head) = head else { continue };
        let mut seq = head.seq;
        if behind < head.seq {
            let room = question.limit - found.len();
            let mut news = changed(db, *principal, behind, room + 1)?;
            if news.len() > room {
                more = true;
                news.truncate(room);
                seq = news.last().map_or(behind, |(_, seq)| *seq);
            }
            found.extend(news.into_iter().map(|(what, _)| (*principal, what)));
        }
        let epoch = head.epoch;
        positions.set(*principal, Position { epoch, seq });
    }
    let changes = as_they_are(db, found, &question.reach)?;
    let checksums = if question.checksums && !more {
        let sums = question
            .principals
            .iter()
            .map(|principal| Ok((*principal, checksum(db, *principal, &question.reach)?)));
        Some(sums.collect::<Result<_>>()?)
    } else {
        None
    };
    Ok(Pulled::Page {
        changes,
        positions,
        more,
        checksums,
    })
}

/// The checksum over what there is of a principal: asked of the things themselves and not of the log, so that it also finds
/// what was not logged.
fn checksum(db: &Connection, principal: PersonId, reach: &Reach) -> Result<Checksum> {
    let mut sum = Checksum::default();
    // Codes are read only where they matter: nearly everybody handles their own matters.
    let all = reach.covers_all(principal);
    for (entity, sql) in [
        (
            Entity::Draft,
            "SELECT id, revision, item FROM draft WHERE principal = ?1 AND submitted_case IS NULL",
        ),
        (
            Entity::Case,
            "SELECT id, version, item FROM case_record WHERE principal = ?1",
        ),
    ] {
        let mut statement = db.prepare_cached(sql)?;
        let rows = statement.query_map([principal.key()], |row| {
            Ok((
                row.get::<_, [u8; 16]>(0)?,
                row.get::<_, u64>(1)?,
                row.get::<_, String>(2)?,
            ))
        })?;
        for row in rows {
            let (id, version, item) = row?;
            if all || item.parse().is_ok_and(|item| reach.covers(principal, &item)) {
                sum.add(entity, Uuid::from_bytes(id), version);
            }
        }
    }
    Ok(sum)
}

/// How many changes are looked at in one go for whoever may handle only some matters.
const LOOKED_AT: usize = 100;

fn has_changed(db: &Connection, principals: &[PersonId], positions: &Positions, reach: &Reach) -> Result<bool> {
    for principal in principals {
        let (head, read) = (head(db, *principal)?, positions.get(*principal));
        if head.map(|head| (head.epoch, head.seq)) == read.map(|read| (read.epoch, read.seq)) {
            continue;
        }
        // One who may handle all of a person's matters has each change told; so has one whose place is not in the log any more.
        let Some(mut behind) = goes_on(head, read).filter(|_| !reach.covers_all(*principal)) else {
            return Ok(true);
        };
        loop {
            let news = changed(db, *principal, behind, LOOKED_AT)?;
            let Some((_, last)) = news.last() else { break };
            behind = *last;
            let things = news.into_iter().map(|(what, _)| (*principal, what)).collect();
            if !as_they_are(db, things, reach)?.is_empty() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn snapshot(db: &Connection, question: &SnapshotQuestion) -> Result<SnapshotPage> {
    let mut positions = Positions::default();
    for principal in &question.principals {
        if let Some(Head { epoch, seq, .. }) = head(db, *principal)? {
            positions.set(*principal, Position { epoch, seq });
        }
    }
    let mut found: Vec<Place> = Vec::new();
    for principal in &question.principals {
        for entity in [Entity::Draft, Entity::Case] {
            let behind = match question.after {
                None => Uuid::nil(),
                Some(after) => {
                    let (reached, id) = after.last.parts();
                    match (after.principal, reached).cmp(&(*principal, entity)) {
                        std::cmp::Ordering::Less => Uuid::nil(),
                        std::cmp::Ordering::Equal => id,
                        std::cmp::Ordering::Greater => continue,
                    }
                }
            };
            // One more than the page holds tells whether there is another one.
            let room = (question.limit + 1).saturating_sub(found.len());
            let ids = ids(db, *principal, entity, behind, room)?.into_iter();
            found.extend(ids.map(|id| Place {
                principal: *principal,
                last: Logged::of(entity, id),
            }));
        }
    }
    let more = found.len() > question.limit;
    found.truncate(question.limit);
    let next = found.last().copied().filter(|_| more);
    let found = found.into_iter().map(|Place { principal, last }| (principal, last));
    let mut changes = as_they_are(db, found.collect(), &question.reach)?;
    // In a snapshot nothing comes as gone.
    changes.retain(|change| !matches!(change.thing, StoredThing::Draft(_, None) | StoredThing::Case(_, None)));
    Ok(SnapshotPage {
        positions,
        changes,
        next,
    })
}

/// The ids of a principal's open drafts, or cases, in order.
fn ids(db: &Connection, principal: PersonId, entity: Entity, behind: Uuid, most: usize) -> Result<Vec<Uuid>> {
    let sql = match entity {
        Entity::Draft => {
            "SELECT id FROM draft WHERE principal = ?1 AND submitted_case IS NULL AND id > ?2 ORDER BY id LIMIT ?3"
        }
        Entity::Case => "SELECT id FROM case_record WHERE principal = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
    };
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map(params![principal.key(), *behind.as_bytes(), most as u64], |row| {
        row.get::<_, [u8; 16]>(0)
    })?;
    rows.map(|row| Ok(Uuid::from_bytes(row?))).collect()
}

fn trim(db: &Connection, before: Timestamp, most: usize) -> Result<usize> {
    let old = db
        .prepare_cached(
            "SELECT principal, max(seq) FROM sync_change WHERE at < ?1 GROUP BY principal ORDER BY principal LIMIT ?2",
        )?
        .query_map(params![before.unix_millis(), most as u64], |row| {
            Ok((values::id::<PersonId>(row, 0)?, row.get::<_, u64>(1)?))
        })?
        .collect::<sql::Result<Vec<_>>>()?;
    for (principal, seq) in &old {
        db.prepare_cached("UPDATE sync_head SET trimmed = ?2 WHERE principal = ?1 AND trimmed < ?2")?
            .execute(params![principal.key(), seq])?;
        db.prepare_cached("DELETE FROM sync_change WHERE principal = ?1 AND seq <= ?2")?
            .execute(params![principal.key(), seq])?;
    }
    Ok(old.len())
}

#[async_trait]
impl SyncStore for Database {
    async fn pull(&self, question: PullQuestion) -> Result<Pulled> {
        self.read(move |db| pull(db, &question)).await
    }

    async fn has_changed(&self, principals: Vec<PersonId>, positions: Positions, reach: Reach) -> Result<bool> {
        self.read(move |db| has_changed(db, &principals, &positions, &reach))
            .await
    }

    async fn snapshot(&self, question: SnapshotQuestion) -> Result<SnapshotPage> {
        self.read(move |db| snapshot(db, &question)).await
    }

    async fn trim_changes(&self, before: Timestamp, most: usize) -> Result<usize> {
        self.write(move |db| trim(db, before, most)).await
    }
}
