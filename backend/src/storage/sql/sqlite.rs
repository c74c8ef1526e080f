//! SQLite: the embedded engine. WAL, `synchronous=FULL`, one writer thread with group commit, several readers.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::fault::Result;

/// A connection as every one of ours is.
fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    keep_prepared(&connection)?;
    Ok(connection)
}

/// Keeps statements prepared. Without the planner's guarantee of stability SQLite plans a statement anew whenever the values
/// of certain places are others than before (a limit, a bound of a range), which costs more than to carry it out.
fn keep_prepared(connection: &Connection) -> Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(())
}

/// A database that ends with its connection.
pub(super) fn in_memory() -> Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.pragma_update(None, "foreign_keys", true)?;
    keep_prepared(&connection)?;
    Ok(connection)
}

/// A database that is one file whenever nobody writes to it.
pub(super) fn single_file(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// The connection of the writer.
pub(super) fn writer(path: &Path) -> Result<Connection> {
    let connection = connect(path)?;
    // What a savepoint may have to undo stays in memory: on disk it costs more than the command itself.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // 16 MiB of pages, and as much log before it is carried over into the database: that costs two more fsyncs.
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn reader(path: &Path) -> Result<Connection> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_planned_once_whatever_its_values_are() -> rusqlite::Result<()> {
        let connection = in_memory().expect("a database in memory");
        connection.execute_batch("CREATE TABLE thing (id INTEGER PRIMARY KEY, at INTEGER)")?;
        let sql = "SELECT id FROM thing WHERE at > ?1 ORDER BY id LIMIT ?2";
        for most in 1..4 {
            let mut asked = connection.prepare_cached(sql)?;
            while asked.query([10, most])?.next()?.is_some() {}
        }
        let planned_anew = connection.prepare_cached(sql)?.get_status(StatementStatus::RePrepare);
        assert_eq!(planned_anew, 0);
        Ok(())
    }
}
