//! A connection to PostgreSQL with its prepared statements, and what it noticed since the last command.

use std::cell::{Cell, RefCell, RefMut};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator as _;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::text;
use crate::storage::sql::fault::{Error, Result};
use crate::storage::sql::params::{Kind, Param, Params};

/// Statements that a connection keeps prepared; beyond that it begins anew.
const MOST_STATEMENTS: usize = 512;

/// What a connection noticed since somebody asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::storage::sql) struct Noticed {
    /// A statement failed: what its savepoint did is to be undone, whatever the command made of it.
    pub failed: bool,
    /// Another transaction came first: all of this one is to be done anew.
    pub conflict: bool,
    /// A row is there already that this transaction may not have seen: once more, then it is so.
    pub collision: bool,
    /// The connection is gone.
    pub lost: bool,
}

/// A statement by its text.
#[derive(Debug)]
pub(in crate::storage::sql) struct Entry {
    text: String,
    prepared: OnceLock<postgres::Statement>,
}

/// A connection.
pub(in crate::storage::sql) struct Session {
    // Taken out only at the end.
    client: RefCell<Option<postgres::Client>>,
    statements: RefCell<HashMap<Box<str>, Arc<Entry>>>,
    noticed: Cell<Noticed>,
    open: Cell<bool>,
}

impl Session {
    pub(super) fn new(client: postgres::Client) -> Session {
        Session {
            client: RefCell::new(Some(client)),
            statements: RefCell::default(),
            noticed: Cell::default(),
            open: Cell::new(false),
        }
    }

    /// What was noticed since the last question.
    pub(in crate::storage::sql) fn noticed(&self) -> Noticed {
        self.noticed.take()
    }

    /// Whether nothing more can come of this connection.
    pub(in crate::storage::sql) fn is_closed(&self) -> bool {
        self.client.borrow().as_ref().is_none_or(postgres::Client::is_closed)
    }

    /// Whether a transaction is open, as far as [`Session::batch`] was told.
    pub(in crate::storage::sql) fn is_open(&self) -> bool {
        self.open.get()
    }

    pub(in crate::storage::sql) fn entry(&self, sql: &str) -> Arc<Entry> {
        let mut statements = self.statements.borrow_mut();
        if let Some(entry) = statements.get(sql) {
            return Arc::clone(entry);
        }
        if statements.len() >= MOST_STATEMENTS {
            statements.clear();
        }
        let entry = Arc::new(Entry {
            text: text::places(sql),
            prepared: OnceLock::new(),
        });
        statements.insert(sql.into(), Arc::clone(&entry));
        entry
    }

    pub(in crate::storage::sql) fn execute<P: Params>(&self, entry: &Entry, params: &P) -> Result<usize> {
        self.run(entry, params, |client, statement, values| {
            client.execute(statement, values)
        })
        .map(|rows| usize::try_from(rows).unwrap_or(usize::MAX))
    }

    pub(in crate::storage::sql) fn query<P: Params>(&self, entry: &Entry, params: &P) -> Result<Vec<postgres::Row>> {
        self.run(entry, params, |client, statement, values| {
            client.query(statement, values)
        })
    }

    /// Gives each row of a question without values to `read`, as they come.
    pub(in crate::storage::sql) fn each(
        &self,
        sql: &str,
        read: &mut dyn FnMut(&postgres::Row) -> Result<()>,
    ) -> Result<()> {
        let mut client = self.client()?;
        let none: [&(dyn ToSql + Sync); 0] = [];
        let outcome = client.query_raw(sql, none).map(|mut rows| {
            loop {
                match rows.next() {
                    Ok(Some(row)) => match read(&row) {
                        Ok(()) => {}
                        Err(error) => return Ok(Err(error)),
                    },
                    Ok(None) => return Ok(Ok(())),
                    Err(cause) => return Err(cause),
                }
            }
        });
        drop(client);
        outcome
            .and_then(|outcome| outcome)
            .map_err(|cause| self.fault(&cause))?
    }

    fn run<T, P: Params>(
        &self,
        entry: &Entry,
        params: &P,
        run: impl FnOnce(
            &mut postgres::Client,
            &postgres::Statement,
            &[&(dyn ToSql + Sync)],
        ) -> std::result::Result<T, postgres::Error>,
    ) -> Result<T> {
        let mut values = Vec::new();
        params.each(&mut |param| {
            values.push(param);
            Ok(())
        })?;
        let mut client = self.client()?;
        let outcome = prepared(&mut client, entry, &values).and_then(|statement| {
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
            if statement.params().len() != values.len() {
                return Ok(Err(Error::Bind("the statement has another number of places")));
            }
            run(&mut client, &statement, &values).map(Ok)
        });
        drop(client);
        outcome.map_err(|cause| self.fault(&cause))?
    }

    /// Runs statements that take no values. `BEGIN`, `COMMIT` and `ROLLBACK` come by this way only.
    pub(in crate::storage::sql) fn batch(&self, sql: &str) -> Result<()> {
        let outcome = self.client()?.batch_execute(sql);
        match sql.split([' ', ';']).next() {
            Some("BEGIN") => self.open.set(outcome.is_ok()),
            Some("COMMIT") => self.open.set(false),
            Some("ROLLBACK") if !sql.contains(" TO ") => self.open.set(false),
            _ => {}
        }
        outcome.map_err(|cause| self.fault(&cause))
    }

    fn client(&self) -> Result<RefMut<'_, postgres::Client>> {
        RefMut::filter_map(self.client.borrow_mut(), Option::as_mut).map_err(|_| Error::Lost)
    }

    /// What is known of a failure, free of values: PostgreSQL's own details quote them.
    fn fault(&self, cause: &postgres::Error) -> Error {
        let mut noticed = self.noticed.get();
        noticed.failed = true;
        let state = cause.code();
        match state {
            Some(state)
                if *state == SqlState::T_R_SERIALIZATION_FAILURE || *state == SqlState::T_R_DEADLOCK_DETECTED =>
            {
                noticed.conflict = true;
            }
            Some(state) if *state == SqlState::UNIQUE_VIOLATION => noticed.collision = true,
            Some(state) if is_end(state) => noticed.lost = true,
            Some(_) => {}
            None => noticed.lost |= cause.is_closed() || std::error::Error::source(cause).is_some_and(is_io),
        }
        self.noticed.set(noticed);
        if noticed.lost {
            return Error::Lost;
        }
        let what = match (state, cause.as_db_error()) {
            (Some(state), Some(said)) => {
                // The message of a syntax error or an unknown name is about the statement, not about its values.
                let words = if state.code().starts_with("42") || state.code().starts_with("P0") {
                    said.message()
                } else {
                    said.constraint().unwrap_or_default()
                };
                format!("{} {words}", state.code())
            }
            _ => "a value was not understood".to_owned(),
        };
        Error::Postgres(what)
    }
}

/// The states with which a connection ends, or with which a server takes none: shut down, starting, too many.
fn is_end(state: &SqlState) -> bool {
    let code = state.code();
    code.starts_with("08") || code.starts_with("57P") || code == "53300" || code == "25P03"
}

fn is_io(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<std::io::Error>()
}

fn prepared(
    client: &mut postgres::Client,
    entry: &Entry,
    values: &[Param<'_>],
) -> std::result::Result<postgres::Statement, postgres::Error> {
    if let Some(statement) = entry.prepared.get() {
        return Ok(statement.clone());
    }
    // Said and not left to be guessed: what stands in `?1 IS NULL` alone has no type of its own.
    let types: Vec<Type> = values.iter().map(type_of).collect();
    let statement = client.prepare_typed(&entry.text, &types)?;
    Ok(entry.prepared.get_or_init(|| statement).clone())
}

fn type_of(value: &Param<'_>) -> Type {
    match value {
        Param::Integer(_) | Param::Null(Kind::Integer) => Type::INT8,
        Param::Text(_) | Param::Null(Kind::Text) => Type::TEXT,
        Param::Blob(_) | Param::Null(Kind::Blob) => Type::BYTEA,
        Param::Null(Kind::Any) => Type::UNKNOWN,
    }
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Param::Null(_) => Ok(IsNull::Yes),
            Param::Integer(value) => match *of {
                Type::BOOL => (*value != 0).to_sql(of, out),
                Type::INT4 => i32::try_from(*value)?.to_sql(of, out),
                Type::INT8 => value.to_sql(of, out),
                _ => Err("a number for another column".into()),
            },
            Param::Text(text) => text.to_sql(of, out),
            Param::Blob(bytes) => bytes.to_sql(of, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl Drop for Session {
    fn drop(&mut self) {
        // A client waits for the server when it goes; the threads of the runtime must not wait.
        if let Some(client) = self.client.get_mut().take() {
            let _ = std::thread::Builder::new().spawn(move || drop(client));
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}
