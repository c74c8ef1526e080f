//! A whole database goes from one place to another: every row, counted and compared, or nothing.

mod sum;
mod tables;

use std::collections::BTreeMap;

use super::{Connection, Error, MigrationError, Value, migrations, params_from_iter};

pub use sum::Sum;
pub use tables::{Table, tables};

/// Values that one statement carries at most, and the bytes after which it is sent.
const MOST_VALUES: usize = 2000;
const MOST_BYTES: usize = 4 << 20;

/// Why nothing was moved. Each reads as one sentence.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// Where it comes from has another schema.
    #[error("the database to read is of another version of onehall; run `onehall migrate` on it first")]
    Version,
    /// Where it goes to holds something.
    #[error("the database to write holds rows already (table {0}); choose an empty one")]
    NotEmpty(String),
    /// What arrived is not what left.
    #[error(
        "table {table} arrived with other rows than it left with ({left} left, {arrived} arrived); nothing was kept"
    )]
    Differs {
        /// Which.
        table: String,
        /// Rows that left.
        left: u64,
        /// Rows that arrived.
        arrived: u64,
    },
    /// The schema does not fit.
    #[error(transparent)]
    Schema(#[from] MigrationError),
    /// An engine says no.
    #[error("{0}")]
    Engine(#[from] Error),
}

/// What became of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its name.
    pub table: String,
    /// How many rows arrived.
    pub rows: u64,
}

/// Copies every row. Both connections end without an open transaction; `to` holds all or nothing of it.
///
/// # Errors
/// [`TransferError`].
pub fn copy(from: &Connection, to: &Connection, now_millis: i64) -> Result<Vec<Moved>, TransferError> {
    if !migrations::is_current(from)? {
        return Err(TransferError::Version);
    }
    migrations::migrate(to, migrations::ALL, now_millis)?;
    from.begin_read()?;
    let outcome = to
        .begin_step()
        .map_err(TransferError::from)
        .and_then(|()| copy_rows(from, to));
    let outcome = match outcome {
        Ok(moved) => to.execute_batch("COMMIT").map(|()| moved).map_err(TransferError::from),
        Err(error) => Err(error),
    };
    for connection in [from, to] {
        if !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
    }
    outcome
}

fn copy_rows(from: &Connection, to: &Connection) -> Result<Vec<Moved>, TransferError> {
    let tables = tables()?;
    for table in &tables {
        if sum_of(to, table)?.rows > 0 {
            return Err(TransferError::NotEmpty(table.name.clone()));
        }
    }
    let mut moved = Vec::with_capacity(tables.len());
    for table in &tables {
        let left = copy_table(from, to, table)?;
        let arrived = sum_of(to, table)?;
        if left != arrived {
            return Err(TransferError::Differs {
                table: table.name.clone(),
                left: left.rows,
                arrived: arrived.rows,
            });
        }
        if let Some(column) = &table.counted {
            to.count_on(&table.name, column)?;
        }
        moved.push(Moved {
            table: table.name.clone(),
            rows: arrived.rows,
        });
    }
    Ok(moved)
}

/// The sum of all rows of a table.
///
/// # Errors
/// What the engine says.
pub fn sum_of(connection: &Connection, table: &Table) -> Result<Sum, Error> {
    let mut sum = Sum::default();
    let sql = format!("SELECT {} FROM \"{}\"", table.columns(), table.name);
    connection.each_row(&sql, &mut |row| sum.add(&sum::values(row)?))?;
    Ok(sum)
}

/// The sums of all tables of a database, by their names, whatever schema it has. One that is called `but` is left out.
///
/// # Errors
/// What the engine says.
pub fn sums(database: &Connection, but: &str) -> Result<BTreeMap<String, String>, Error> {
    let tables = database.tables()?.into_iter().filter(|table| table != but);
    tables
        .map(|table| {
            let mut sum = Sum::default();
            let sql = format!("SELECT * FROM \"{table}\"");
            database.each_row(&sql, &mut |row| sum.add(&sum::values(row)?))?;
            Ok((table, sum.to_string()))
        })
        .collect()
}

fn copy_table(from: &Connection, to: &Connection, table: &Table) -> Result<Sum, Error> {
    let mut sum = Sum::default();
    let width = table.columns.len();
    let mut waiting: Vec<Value> = Vec::new();
    let mut bytes = 0;
    let sql = format!("SELECT {} FROM \"{}\"", table.columns(), table.name);
    from.each_row(&sql, &mut |row| {
        let values = sum::values(row)?;
        sum.add(&values)?;
        bytes += values.iter().map(size).sum::<usize>();
        waiting.extend(values);
        if waiting.len() + width > MOST_VALUES || bytes > MOST_BYTES {
            bytes = 0;
            insert(to, table, std::mem::take(&mut waiting))?;
        }
        Ok(())
    })?;
    insert(to, table, waiting)?;
    Ok(sum)
}

fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Integer(_) => 8,
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
    }
}

fn insert(to: &Connection, table: &Table, values: Vec<Value>) -> Result<(), Error> {
    if values.is_empty() {
        return Ok(());
    }
    let places = vec!["?"; table.columns.len()].join(", ");
    let rows = vec![format!("({places})"); values.len() / table.columns.len()].join(", ");
    let sql = format!("INSERT INTO \"{}\" ({}) VALUES {rows}", table.name, table.columns());
    to.execute(&sql, params_from_iter(values))?;
    Ok(())
}

#[cfg(test)]
mod live_tests;
#[cfg(test)]
mod tests;
