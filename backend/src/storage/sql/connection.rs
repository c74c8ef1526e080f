//! One connection, whichever engine is behind it. The names are those of rusqlite, and so is what they do.

use super::fault::{Error, Result};
use super::params::Params;
use super::row::{Row, Source};

/// A connection. A command gets one inside its savepoint, a question one inside its transaction.
#[derive(Debug)]
pub struct Connection(Engine);

#[derive(Debug)]
enum Engine {
    Sqlite(rusqlite::Connection),
}

impl From<rusqlite::Connection> for Connection {
    fn from(connection: rusqlite::Connection) -> Connection {
        Connection(Engine::Sqlite(connection))
    }
}

impl Connection {
    /// Prepares a statement, or takes the one that was prepared before from the same text.
    ///
    /// # Errors
    /// If the text is no statement, or names what is not there.
    pub fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>> {
        match &self.0 {
            Engine::Sqlite(connection) => Ok(Statement(Prepared::Sqlite(connection.prepare_cached(sql)?))),
        }
    }

    /// Prepares and executes a statement; how many rows it changed.
    ///
    /// # Errors
    /// As [`Connection::prepare_cached`] and [`Statement::execute`].
    pub fn execute<P: Params>(&self, sql: &str, params: P) -> Result<usize> {
        self.prepare_cached(sql)?.execute(params)
    }

    /// Prepares a statement and reads its first row.
    ///
    /// # Errors
    /// As [`Connection::prepare_cached`] and [`Statement::query_row`].
    pub fn query_row<T, P: Params>(
        &self,
        sql: &str,
        params: P,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare_cached(sql)?.query_row(params, read)
    }

    /// Executes statements that take no values and give no rows.
    ///
    /// # Errors
    /// Of the first that fails; those after it are not executed.
    pub fn execute_batch(&self, sql: &str) -> Result<()> {
        match &self.0 {
            Engine::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
        }
    }

    /// Whether no transaction is open.
    pub(super) fn is_autocommit(&self) -> bool {
        match &self.0 {
            Engine::Sqlite(connection) => connection.is_autocommit(),
        }
    }
}

/// A statement that is ready to run.
#[derive(Debug)]
pub struct Statement<'c>(Prepared<'c>);

enum Prepared<'c> {
    Sqlite(rusqlite::CachedStatement<'c>),
}

impl std::fmt::Debug for Prepared<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Prepared::Sqlite(_) => f.write_str("Sqlite"),
        }
    }
}

impl Statement<'_> {
    /// Runs it; how many rows it changed.
    ///
    /// # Errors
    /// What the engine says.
    pub fn execute<P: Params>(&mut self, params: P) -> Result<usize> {
        match &mut self.0 {
            Prepared::Sqlite(statement) => {
                bind(statement, &params)?;
                Ok(statement.raw_execute()?)
            }
        }
    }

    /// Runs it and reads its first row.
    ///
    /// # Errors
    /// [`Error::NoRows`] where there is none (`optional()` makes that a `None`), and what the engine says.
    pub fn query_row<T, P: Params>(&mut self, params: P, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<T> {
        match &mut self.0 {
            Prepared::Sqlite(statement) => {
                bind(statement, &params)?;
                match statement.raw_query().next()? {
                    Some(row) => read(&Row(Source::Sqlite(row))),
                    None => Err(Error::NoRows),
                }
            }
        }
    }

    /// Runs it and reads each row.
    ///
    /// # Errors
    /// What the engine says; each row may fail, too.
    pub fn query_map<T, P: Params, F>(&mut self, params: P, read: F) -> Result<MappedRows<'_, F>>
    where
        F: FnMut(&Row<'_>) -> Result<T>,
    {
        match &mut self.0 {
            Prepared::Sqlite(statement) => {
                bind(statement, &params)?;
                Ok(MappedRows {
                    rows: Rows::Sqlite(statement.raw_query()),
                    read,
                })
            }
        }
    }

    /// Whether it gives a row.
    ///
    /// # Errors
    /// What the engine says.
    pub fn exists<P: Params>(&mut self, params: P) -> Result<bool> {
        match self.query_row(params, |_| Ok(())) {
            Ok(()) => Ok(true),
            Err(Error::NoRows) => Ok(false),
            Err(other) => Err(other),
        }
    }
}

fn bind(statement: &mut rusqlite::Statement<'_>, params: &impl Params) -> Result<()> {
    let mut place = 0;
    params.each(&mut |param| {
        place += 1;
        Ok(statement.raw_bind_parameter(place, param)?)
    })?;
    if place == statement.parameter_count() {
        Ok(())
    } else {
        Err(Error::Bind("the statement has another number of places"))
    }
}

/// What a statement found, row by row.
pub struct MappedRows<'s, F> {
    rows: Rows<'s>,
    read: F,
}

enum Rows<'s> {
    Sqlite(rusqlite::Rows<'s>),
}

impl<T, F> Iterator for MappedRows<'_, F>
where
    F: FnMut(&Row<'_>) -> Result<T>,
{
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        match &mut self.rows {
            Rows::Sqlite(rows) => match rows.next() {
                Ok(row) => row.map(|row| (self.read)(&Row(Source::Sqlite(row)))),
                Err(cause) => Some(Err(cause.into())),
            },
        }
    }
}

impl<F> std::fmt::Debug for MappedRows<'_, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MappedRows")
    }
}
