//! One connection, whichever engine is behind it. The names are those of rusqlite, and so is what they do.

use std::sync::Arc;

use super::fault::{Error, Result};
use super::params::Params;
use super::postgres::{Entry, Noticed, Session};
use super::row::{Row, Source};

/// A connection. A command gets one inside its savepoint, a question one inside its transaction.
#[derive(Debug)]
pub struct Connection(Engine);

#[derive(Debug)]
enum Engine {
    Sqlite(rusqlite::Connection),
    Postgres(Box<Session>),
}

impl From<rusqlite::Connection> for Connection {
    fn from(connection: rusqlite::Connection) -> Connection {
        Connection(Engine::Sqlite(connection))
    }
}

impl Connection {
    pub(super) fn postgres(session: Session) -> Connection {
        Connection(Engine::Postgres(Box::new(session)))
    }

    /// Prepares a statement, or takes the one that was prepared before from the same text.
    ///
    /// # Errors
    /// If the text is no statement, or names what is not there.
    pub fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>> {
        #[cfg(test)]
        watched::prepared(sql);
        match &self.0 {
            Engine::Sqlite(connection) => Ok(Statement(Prepared::Sqlite(connection.prepare_cached(sql)?))),
            Engine::Postgres(session) => Ok(Statement(Prepared::Postgres(session, session.entry(sql)))),
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
    pub fn query_row<T, P: Params>(&self, sql: &str, params: P, read: impl FnOnce(&Row<'_>) -> Result<T>) -> Result<T> {
        self.prepare_cached(sql)?.query_row(params, read)
    }

    /// Executes statements that take no values and give no rows.
    ///
    /// # Errors
    /// Of the first that fails; those after it are not executed.
    pub fn execute_batch(&self, sql: &str) -> Result<()> {
        match &self.0 {
            Engine::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Engine::Postgres(session) => session.batch(sql),
        }
    }

    /// The tables of the store, by name.
    ///
    /// # Errors
    /// What the engine says.
    pub fn tables(&self) -> Result<Vec<String>> {
        let sql = match &self.0 {
            Engine::Sqlite(_) => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            }
            Engine::Postgres(_) => {
                "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
                 WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1"
            }
        };
        self.prepare_cached(sql)?.query_map([], |row| row.get(0))?.collect()
    }

    /// Begins a transaction that sees one state of the database throughout and changes nothing.
    pub(super) fn begin_read(&self) -> Result<()> {
        match &self.0 {
            Engine::Sqlite(connection) => Ok(connection.prepare_cached("BEGIN")?.execute([]).map(|_| ())?),
            Engine::Postgres(session) => session.batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        }
    }

    /// Ends what [`Connection::begin_read`] began.
    pub(super) fn end_read(&self) -> Result<()> {
        match &self.0 {
            Engine::Sqlite(connection) => Ok(connection.prepare_cached("ROLLBACK")?.execute([]).map(|_| ())?),
            Engine::Postgres(session) => session.batch("ROLLBACK"),
        }
    }

    /// Begins a transaction that changes the schema, and waits for others that do.
    pub(super) fn begin_step(&self) -> Result<()> {
        match &self.0 {
            Engine::Sqlite(_) => self.execute_batch("BEGIN IMMEDIATE"),
            Engine::Postgres(_) => {
                self.execute_batch("BEGIN")?;
                self.execute_batch("LOCK TABLE schema_version IN ACCESS EXCLUSIVE MODE")
            }
        }
    }

    /// Executes a step of the schema, which is written for SQLite.
    pub(super) fn execute_step(&self, sql: &str) -> Result<()> {
        match &self.0 {
            Engine::Sqlite(_) => self.execute_batch(sql),
            Engine::Postgres(_) => self.execute_batch(&super::postgres::schema(sql).map_err(Error::Postgres)?),
        }
    }

    /// Reads each row of a question without values, one after another and never all at once.
    ///
    /// # Errors
    /// What the engine or `read` says.
    pub fn each_row(&self, sql: &str, read: &mut dyn FnMut(&Row<'_>) -> Result<()>) -> Result<()> {
        match &self.0 {
            Engine::Sqlite(_) => {
                let mut statement = self.prepare_cached(sql)?;
                statement.query_map([], read)?.collect()
            }
            Engine::Postgres(session) => session.each(sql, &mut |row| read(&Row(Source::Postgres(row)))),
        }
    }

    /// Lets a column that counts by itself go on behind the rows that are there.
    pub(super) fn count_on(&self, table: &str, column: &str) -> Result<()> {
        let Engine::Postgres(_) = &self.0 else { return Ok(()) };
        let sql = format!("SELECT coalesce(max(\"{column}\"), 0) + 1 FROM \"{table}\"");
        let next: i64 = self.query_row(&sql, [], |row| row.get(0))?;
        self.execute_batch(&format!(
            "ALTER TABLE \"{table}\" ALTER COLUMN \"{column}\" RESTART WITH {next}"
        ))
    }

    /// Whether no transaction is open.
    pub(super) fn is_autocommit(&self) -> bool {
        match &self.0 {
            Engine::Sqlite(connection) => connection.is_autocommit(),
            Engine::Postgres(session) => !session.is_open(),
        }
    }

    /// Whether nothing more can come of it.
    pub(super) fn is_closed(&self) -> bool {
        match &self.0 {
            Engine::Sqlite(_) => false,
            Engine::Postgres(session) => session.is_closed(),
        }
    }

    /// What it noticed since the last question.
    pub(super) fn noticed(&self) -> Noticed {
        match &self.0 {
            Engine::Sqlite(_) => Noticed::default(),
            Engine::Postgres(session) => session.noticed(),
        }
    }
}

/// For tests that compare what is done, whose time nobody can measure without chance.
#[cfg(test)]
pub(crate) mod watched {
    use std::cell::RefCell;

    thread_local! {
        static PREPARED: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
    }

    pub(super) fn prepared(sql: &str) {
        PREPARED.with_borrow_mut(|all| all.iter_mut().for_each(|all| all.push(sql.to_owned())));
    }

    /// The statements that this thread has asked since it was called before, one after another.
    pub(crate) fn statements() -> Vec<String> {
        PREPARED.replace(Some(Vec::new())).unwrap_or_default()
    }
}

/// A statement that is ready to run.
#[derive(Debug)]
pub struct Statement<'c>(Prepared<'c>);

enum Prepared<'c> {
    Sqlite(rusqlite::CachedStatement<'c>),
    Postgres(&'c Session, Arc<Entry>),
}

impl std::fmt::Debug for Prepared<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Prepared::Sqlite(_) => f.write_str("Sqlite"),
            Prepared::Postgres(_, entry) => entry.fmt(f),
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
            Prepared::Postgres(session, entry) => session.execute(entry, &params),
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
            Prepared::Postgres(session, entry) => match session.query(entry, &params)?.first() {
                Some(row) => read(&Row(Source::Postgres(row))),
                None => Err(Error::NoRows),
            },
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
            Prepared::Postgres(session, entry) => Ok(MappedRows {
                rows: Rows::Postgres(session.query(entry, &params)?.into_iter()),
                read,
            }),
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
    Postgres(std::vec::IntoIter<postgres::Row>),
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
            Rows::Postgres(rows) => rows.next().map(|row| (self.read)(&Row(Source::Postgres(&row)))),
        }
    }
}

impl<F> std::fmt::Debug for MappedRows<'_, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MappedRows")
    }
}
