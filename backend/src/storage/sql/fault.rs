//! What can go wrong with a statement, whichever engine runs it.

use std::error::Error as StdError;

/// Why a statement, or the reading of its rows, failed. None of them quotes a value.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row was asked for, and there is none.
    #[error("the statement gave no row")]
    NoRows,
    /// What stands in a column is not what it should be.
    #[error("column {0} holds something else")]
    Column(usize, #[source] Box<dyn StdError + Send + Sync>),
    /// A value cannot stand in a column, or their number is not that of the places.
    #[error("cannot bind a value: {0}")]
    Bind(&'static str),
    /// A text with a NUL in it: whoever sent it is told so.
    #[error("a text holds a NUL")]
    Nul,
    /// The engine gave up the transaction (disk full, I/O error, a lost connection), or the command ended it itself.
    #[error("the transaction was lost")]
    Lost,
    /// The server cannot be reached, or lets nobody in.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// SQLite says no.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL says no: the state, and the name of the constraint.
    #[error("PostgreSQL says {0}")]
    Postgres(String),
}

/// What the statements of the store return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A column whose value is none of what it should hold. `cause` must not quote it.
    pub fn column(column: usize, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
        Error::Column(column, cause.into())
    }
}

/// Makes "no row" a `None`.
pub trait OptionalExtension<T> {
    /// The row; `None` where there is none.
    ///
    /// # Errors
    /// All others.
    fn optional(self) -> Result<Option<T>>;
}

impl<T> OptionalExtension<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(row) => Ok(Some(row)),
            Err(Error::NoRows) => Ok(None),
            Err(other) => Err(other),
        }
    }
}
