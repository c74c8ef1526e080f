//! The audit of staff: lines that are only added, each hashed with the one before.

use async_trait::async_trait;
use onehall_protocol::staff::{AuditChain, AuditLine, AuditPerson};
use onehall_protocol::{StaffId, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::values::{Key, json, name, optional_id, time, to_json};
use super::{Connection, Database, OptionalExtension, Row, Value, params, params_from_iter};
use crate::error::Result;
use crate::staff::{AuditAction, AuditEntry, AuditQuestion, AuditStore, FoundLine, Scope};

/// How many lines are hashed at once.
const AT_ONCE: u64 = 2000;

/// A line as it is hashed.
struct Hashed {
    number: u64,
    at: i64,
    actor: Option<StaffId>,
    subject: Option<StaffId>,
    action: String,
    details: String,
}

impl Hashed {
    /// SHA-256 over the hash of the line before and the line as a JSON list: number, Unix milliseconds, actor, subject, action,
    /// details as they were written.
    fn hash(&self, before: &[u8]) -> Result<[u8; 32]> {
        let line = (
            self.number,
            self.at,
            self.actor,
            self.subject,
            &self.action,
            &self.details,
        );
        let hash = Sha256::new()
            .chain_update(before)
            .chain_update(serde_json::to_vec(&line)?);
        Ok(hash.finalize().into())
    }
}

/// Adds a line, in the transaction of what it records.
pub(super) fn add(
    tx: &Connection,
    at: Timestamp,
    actor: Option<StaffId>,
    subject: Option<StaffId>,
    action: AuditAction,
    details: &serde_json::Value,
) -> Result<()> {
    let last = tx
        .prepare_cached("SELECT number, hash FROM staff_audit WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Vec<u8>>(1)?)))
        .optional()?;
    let (number, before) = match last {
        Some((number, hash)) => (number + 1, hash),
        None => (1, before_the_chain(tx)?.to_vec()),
    };
    let line = Hashed {
        number,
        at: at.unix_millis(),
        actor,
        subject,
        action: name(&action)?,
        details: to_json(details)?,
    };
    let hash = line.hash(&before)?;
    tx.prepare_cached(
        "INSERT INTO staff_audit (id, at, actor, subject, action, details, number, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        *Uuid::now_v7().as_bytes(),
        line.at,
        actor.map(|id| id.key()),
        subject.map(|id| id.key()),
        line.action,
        line.details,
        number,
        hash
    ])?;
    Ok(())
}

/// The hash on which the chain stands: over all lines that are older than it.
fn before_the_chain(db: &Connection) -> Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let sql = "SELECT at, actor, subject, action, details FROM staff_audit WHERE number IS NULL ORDER BY at, id";
    let mut statement = db.prepare_cached(sql)?;
    for line in statement.query_map([], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            optional_id::<StaffId>(row, 1)?,
            optional_id::<StaffId>(row, 2)?,
            row.get::<_, String>(3)?,
            row.get::<_, String>(4)?,
        ))
    })? {
        hash.update(serde_json::to_vec(&line?)?);
    }
    Ok(hash.finalize().into())
}

fn chain(db: &Connection) -> Result<AuditChain> {
    let mut before = before_the_chain(db)?.to_vec();
    let mut lines = 0;
    loop {
        let sql = format!(
            "SELECT number, at, actor, subject, action, details, hash FROM staff_audit WHERE number > ?1
             ORDER BY number LIMIT {AT_ONCE}"
        );
        let mut statement = db.prepare_cached(&sql)?;
        let page = statement
            .query_map([lines], |row| {
                let line = Hashed {
                    number: row.get(0)?,
                    at: row.get(1)?,
                    actor: optional_id(row, 2)?,
                    subject: optional_id(row, 3)?,
                    action: row.get(4)?,
                    details: row.get(5)?,
                };
                Ok((line, row.get::<_, Option<Vec<u8>>>(6)?))
            })?
            .collect::<super::Result<Vec<_>>>()?;
        if page.is_empty() {
            let head = (lines > 0).then(|| hex(&before));
            return Ok(AuditChain {
                lines,
                broken_at: None,
                head,
            });
        }
        for (line, hash) in page {
            let right = line.hash(&before)?;
            // The number is hashed, too: one that is missing breaks the line behind it.
            if hash.as_deref() != Some(right.as_slice()) {
                return Ok(AuditChain {
                    lines,
                    broken_at: Some(lines + 1),
                    head: None,
                });
            }
            (before, lines) = (right.to_vec(), line.number);
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn found(db: &Connection, question: &AuditQuestion) -> Result<Vec<FoundLine>> {
    let mut conditions = vec!["1 = 1".to_owned()];
    let mut values: Vec<Value> = Vec::new();
    let mut place = |value: Value| {
        values.push(value);
        values.len()
    };
    if let Scope::Authority(authority) = &question.scope {
        let at = place(Value::Text(authority.as_str().to_owned()));
        conditions.push(format!("(actor.authority = ?{at} OR subject.authority = ?{at})"));
    }
    if let Some(account) = &question.account {
        let at = place(Value::Text(account.clone()));
        conditions.push(format!("(actor.account = ?{at} OR subject.account = ?{at})"));
    }
    if let Some(action) = &question.action {
        let at = place(Value::Text(action.clone()));
        conditions.push(format!("line.action = ?{at}"));
    }
    if let Some(from) = question.from {
        let at = place(Value::Integer(from.unix_millis()));
        conditions.push(format!("line.at >= ?{at}"));
    }
    if let Some(until) = question.until {
        let at = place(Value::Integer(until.unix_millis()));
        conditions.push(format!("line.at < ?{at}"));
    }
    if let Some((before, id)) = question.before {
        let time = place(Value::Integer(before.unix_millis()));
        let id = place(Value::Blob(id.as_bytes().to_vec()));
        conditions.push(format!(
            "(line.at < ?{time} OR (line.at = ?{time} AND line.id < ?{id}))"
        ));
    }
    let sql = format!(
        "SELECT line.id, line.number, line.at, line.action, line.details, line.hash,
             actor.id, actor.account, actor.name, subject.id, subject.account, subject.name
         FROM staff_audit line LEFT JOIN staff actor ON actor.id = line.actor
             LEFT JOIN staff subject ON subject.id = line.subject
         WHERE {} ORDER BY line.at DESC, line.id DESC LIMIT {}",
        conditions.join(" AND "),
        question.most
    );
    let person = |row: &Row<'_>, first: usize| -> super::Result<Option<AuditPerson>> {
        let Some(id) = optional_id::<StaffId>(row, first)? else {
            return Ok(None);
        };
        Ok(Some(AuditPerson {
            id,
            account: row.get(first + 1)?,
            name: row.get(first + 2)?,
        }))
    };
    let lines = db
        .prepare_cached(&sql)?
        .query_map(params_from_iter(values), |row| {
            Ok(FoundLine {
                id: Uuid::from_bytes(row.get(0)?),
                line: AuditLine {
                    number: row.get(1)?,
                    at: time(row, 2)?,
                    action: row.get(3)?,
                    details: json(row, 4)?,
                    hash: row.get::<_, Option<Vec<u8>>>(5)?.map(|hash| hex(&hash)),
                    actor: person(row, 6)?,
                    subject: person(row, 9)?,
                },
            })
        })?
        .collect::<super::Result<_>>()?;
    Ok(lines)
}

#[async_trait]
impl AuditStore for Database {
    async fn audit_lines(&self, question: AuditQuestion) -> Result<Vec<FoundLine>> {
        self.read(move |db| found(db, &question)).await
    }

    async fn audit_chain(&self) -> Result<AuditChain> {
        self.read(chain).await
    }

    async fn note_audit(&self, entry: AuditEntry) -> Result<()> {
        self.write(move |tx| add(tx, entry.at, entry.actor, entry.subject, entry.action, &entry.details))
            .await
    }
}
