//! Promises of a move from one database to another.

use onehall_protocol::Timestamp;

use super::*;
use crate::storage::sql::testing::{OnServer, TestDatabase, server};
use crate::storage::sql::{Result, postgres};

pub(super) type Outcome = std::result::Result<(), Box<dyn std::error::Error>>;

fn memory() -> Result<Connection> {
    Ok(rusqlite::Connection::open_in_memory()?.into())
}

/// A database with some rows in several tables.
pub(super) fn filled() -> std::result::Result<Connection, Box<dyn std::error::Error>> {
    let db = memory()?;
    migrations::migrate(&db, migrations::ALL, 0)?;
    for number in 0..1200u32 {
        db.execute(
            "INSERT INTO fact (name, value) VALUES (?1, '值')",
            [format!("{number}")],
        )?;
    }
    let (person, agent) = ([7u8; 16], [9u8; 16]);
    for id in [person, agent] {
        db.execute(
            "INSERT INTO person (id, kind, name, assurance, created_at) VALUES (?1, 'citizen', '', 'l1', 5)",
            [id],
        )?;
    }
    db.execute(
        "INSERT INTO agency (legal_person, agent) VALUES (?1, ?2)",
        [person, agent],
    )?;
    db.execute(
        "INSERT INTO staff_audit (id, at, actor, action, details) VALUES (?1, -3, NULL, 'x', '{}')",
        [agent],
    )?;
    Ok(db)
}

pub(super) fn rows(db: &Connection) -> std::result::Result<Vec<Sum>, Box<dyn std::error::Error>> {
    Ok(tables()?.iter().map(|table| sum_of(db, table)).collect::<Result<_>>()?)
}

/// Every promise, of a move to an empty database that `to` is.
fn holds(to: &Connection) -> Outcome {
    let from = filled()?;
    let moved = copy(&from, to, 0)?;
    let facts = moved.iter().find(|moved| moved.table == "fact").map(|moved| moved.rows);
    assert_eq!(facts, Some(1200));
    assert_eq!(rows(&from)?, rows(to)?);
    assert!(from.is_autocommit() && to.is_autocommit());
    // And back again.
    let back = memory()?;
    copy(to, &back, 0)?;
    assert_eq!(rows(&from)?, rows(&back)?);
    // Nothing is added to what is there.
    let again = copy(&from, to, 0);
    assert!(matches!(again, Err(TransferError::NotEmpty(_))), "{again:?}");
    assert_eq!(rows(&from)?, rows(to)?);
    Ok(())
}

#[test]
fn every_row_arrives_and_nothing_is_added_to_what_is_there() -> Outcome {
    holds(&memory()?)
}

#[test]
fn the_same_holds_of_a_server() -> Outcome {
    let Some(server) = server() else {
        println!("skipped: these tests run on SQLite");
        return Ok(());
    };
    let on_server = OnServer::new(&server);
    holds(&postgres::connect(&on_server.url)?)
}

#[test]
fn a_move_that_fails_on_its_way_leaves_no_row_behind() -> Outcome {
    let folder = std::env::temp_dir().join(format!("onehall-move-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&folder)?;
    let target = TestDatabase::new(&folder, Timestamp::from_unix_millis(0));
    let left = target.look(|to| {
        if server().is_none() {
            to.execute_batch("PRAGMA foreign_keys = ON")?;
        }
        // An agent whom nobody knows: the last of its rows is refused.
        let failed = copy(&filled_badly()?, to, 0);
        assert!(matches!(failed, Err(TransferError::Engine(_))), "{failed:?}");
        let mut left = 0;
        for table in tables().map_err(|_| Error::Lost)? {
            left += sum_of(to, &table)?.rows;
        }
        Ok(left)
    });
    assert_eq!(left?, 0);
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

fn filled_badly() -> Result<Connection> {
    let from = filled().map_err(|_| Error::Lost)?;
    from.execute_batch("PRAGMA foreign_keys = OFF")?;
    from.execute(
        "INSERT INTO agency (legal_person, agent) VALUES (?1, ?2)",
        [[7u8; 16], [1u8; 16]],
    )?;
    Ok(from)
}

#[test]
fn a_database_of_another_version_is_not_read() -> Outcome {
    let from = memory()?;
    migrations::migrate(&from, &migrations::ALL[..3], 0)?;
    assert!(matches!(copy(&from, &memory()?, 0), Err(TransferError::Version)));
    Ok(())
}
