//! Who stands beside the hall's store and writes down, in the order of commits, what changed and what was logged.
//!
//! It is made of triggers, so that no command of the hall can forget it, and lies in tables of its own, so that it stays when
//! the log is trimmed.

use onehall_backend::storage::sql::{Connection, Database, Row};
use onehall_protocol::PersonId;
use onehall_protocol::sync::Entity;
use uuid::Uuid;

const TABLES: &str = "
    CREATE TABLE witness (
        n INTEGER PRIMARY KEY AUTOINCREMENT, principal BLOB NOT NULL, seq INTEGER, entity TEXT NOT NULL, id BLOB NOT NULL
    );
    CREATE TRIGGER witness_logged AFTER INSERT ON sync_change BEGIN
        INSERT INTO witness (principal, seq, entity, id) VALUES (NEW.principal, NEW.seq, NEW.entity, NEW.id);
    END;
    CREATE TRIGGER witness_draft_made AFTER INSERT ON draft BEGIN
        INSERT INTO witness (principal, entity, id) VALUES (NEW.principal, 'draft', NEW.id);
    END;
    CREATE TRIGGER witness_draft_changed AFTER UPDATE OF revision, submitted_case, lost_made ON draft BEGIN
        INSERT INTO witness (principal, entity, id) VALUES (NEW.principal, 'draft', NEW.id);
    END;
    CREATE TRIGGER witness_draft_gone AFTER DELETE ON draft BEGIN
        INSERT INTO witness (principal, entity, id) VALUES (OLD.principal, 'draft', OLD.id);
    END;
    CREATE TRIGGER witness_case_made AFTER INSERT ON case_record BEGIN
        INSERT INTO witness (principal, entity, id) VALUES (NEW.principal, 'case', NEW.id);
    END;
    CREATE TRIGGER witness_case_changed AFTER UPDATE OF version ON case_record BEGIN
        INSERT INTO witness (principal, entity, id) VALUES (NEW.principal, 'case', NEW.id);
    END;";

/// What the witness saw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saw {
    pub(crate) principal: PersonId,
    /// Under which number of the principal it was logged; none where the thing itself changed.
    pub(crate) logged_as: Option<u64>,
    pub(crate) thing: (Entity, Uuid),
}

/// The log as it is kept, of one principal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept {
    pub(crate) principal: PersonId,
    /// The last number that was given, and up to which they are not kept any more.
    pub(crate) last: u64,
    pub(crate) trimmed: u64,
    /// How many are kept, and from which to which.
    pub(crate) count: u64,
    pub(crate) from: Option<u64>,
    pub(crate) to: Option<u64>,
}

type Outcome<T> = Result<T, onehall_backend::error::Error>;

/// Begins to look.
pub(crate) async fn begin(database: &Database) -> Outcome<()> {
    put_in(database, TABLES).await
}

/// Puts statements into the store.
pub(crate) async fn put_in(database: &Database, sql: &'static str) -> Outcome<()> {
    database.write(move |db| Ok(db.execute_batch(sql)?)).await
}

/// All that it saw, in order.
pub(crate) async fn saw(database: &Database) -> Outcome<Vec<Saw>> {
    seen(database, "SELECT principal, seq, entity, id FROM witness ORDER BY n").await
}

/// What a log that was never trimmed says by itself, where nobody stands beside it.
pub(crate) async fn logged(database: &Database) -> Outcome<Vec<Saw>> {
    seen(
        database,
        "SELECT principal, seq, entity, id FROM sync_change ORDER BY principal, seq",
    )
    .await
}

async fn seen(database: &Database, sql: &'static str) -> Outcome<Vec<Saw>> {
    rows(database, sql, |row| {
        let entity = match row.get::<_, String>(2)?.as_str() {
            "draft" => Entity::Draft,
            _ => Entity::Case,
        };
        Ok(Saw {
            principal: person(row)?,
            logged_as: row.get(1)?,
            thing: (entity, Uuid::from_bytes(row.get(3)?)),
        })
    })
    .await
}

/// The logs as they are kept.
pub(crate) async fn logs(database: &Database) -> Outcome<Vec<Kept>> {
    let sql = "SELECT head.principal, head.seq, head.trimmed, count(change.seq), min(change.seq), max(change.seq)
        FROM sync_head head LEFT JOIN sync_change change ON change.principal = head.principal
        GROUP BY head.principal, head.seq, head.trimmed";
    rows(database, sql, |row| {
        Ok(Kept {
            principal: person(row)?,
            last: row.get(1)?,
            trimmed: row.get(2)?,
            count: row.get(3)?,
            from: row.get(4)?,
            to: row.get(5)?,
        })
    })
    .await
}

type Sql<T> = onehall_backend::storage::sql::Result<T>;

fn person(row: &Row<'_>) -> Sql<PersonId> {
    Ok(PersonId(Uuid::from_bytes(row.get(0)?)))
}

async fn rows<T: Send + 'static>(
    database: &Database,
    sql: &'static str,
    read: impl Fn(&Row<'_>) -> Sql<T> + Send + 'static,
) -> Outcome<Vec<T>> {
    let all = move |db: &Connection| Ok(db.prepare_cached(sql)?.query_map([], read)?.collect::<Sql<Vec<T>>>()?);
    database.read(all).await
}
