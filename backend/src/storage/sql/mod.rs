//! The store in a database. One text of each statement, in the SQL that every engine knows.
//!
//! A centre's store is `sql/<centre>.rs` with `impl XStore for Database`. It calls [`Database::write`] with a closure
//! that holds a whole command, and [`Database::read`] with one that holds a whole question:
//!
//! ```no_run
//! # use onehall_backend::{error::Result, storage::sql::Database};
//! # async fn rename(database: &Database, id: [u8; 16], name: String) -> Result<()> {
//! database
//!     .write(move |tx| {
//!         tx.prepare_cached("UPDATE person SET name = ?2 WHERE id = ?1")?.execute((id, &name))?;
//!         Ok(())
//!     })
//!     .await
//! # }
//! ```
//!
//! The closure gets a [`Connection`] inside a savepoint: it must not begin, commit or roll back by itself, and an `Err`
//! undoes all that it did. It runs on the writer's thread, so it computes nothing slow (no hashing of passwords there).
//! It may be run again where an engine undid its group, so it changes nothing but the database.
//!
//! # The SQL
//!
//! What SQLite and PostgreSQL read alike: places `?1` (or `?`, in order), `INSERT .. ON CONFLICT (..) DO ..`,
//! `RETURNING`, row values, `coalesce`, `nullif`, `CASE`. Ids BLOB(16), times INTEGER of Unix milliseconds, booleans
//! INTEGER 0/1 (a condition says `active = 1`), JSON TEXT. Not: `INSERT OR`, `json_each`, rowids, `IS ?` of values,
//! `min`/`max` of two values, a bare column name where `ON CONFLICT .. DO UPDATE` could mean two.

mod audit;
mod blobs;
mod cases;
mod catalog;
mod children;
mod claims;
mod closing;
mod connection;
mod contacts;
mod database;
mod delegations;
mod drafts;
mod fault;
mod files;
mod founding;
mod halls;
mod identity;
mod inline;
mod insight;
mod levels;
mod many;
pub(crate) mod merging;
pub mod migrations;
mod oidc;
mod params;
mod passkeys;
mod postgres;
mod readers;
mod row;
mod sessions;
mod sqlite;
mod staff;
mod sync;
pub mod transfer;
mod updates;
mod uploads;
pub mod values;
mod writer;

#[cfg(test)]
pub(crate) use connection::watched;
pub use connection::{Connection, MappedRows, Statement};
pub use database::{Connections, Database, OpenError, Place};
pub use fault::{Error, OptionalExtension, Result};
pub use migrations::MigrationError;
pub(crate) use params::params;
pub use params::{Kind, Param, Params, ParamsFromIter, ToSql, Typed, Value, params_from_iter};
pub use postgres::{PostgresUrl, UrlError};
pub use row::{Column, FromColumn, Row, RowIndex};

/// A connection to a server, for what no hall does. Blocks.
///
/// # Errors
/// It cannot be reached.
pub fn connect_server(url: &PostgresUrl) -> Result<Connection> {
    postgres::connect(url)
}

/// A connection to a file of SQLite, made where it is missing.
///
/// # Errors
/// What SQLite says.
pub fn connect_file(path: &std::path::Path) -> Result<Connection> {
    Ok(sqlite::writer(path)?.into())
}

/// A connection to a backup: one file, without a log beside it.
///
/// # Errors
/// What SQLite says.
pub fn connect_backup(path: &std::path::Path) -> Result<Connection> {
    Ok(sqlite::single_file(path)?.into())
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
