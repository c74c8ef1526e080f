//! Rows on their way out of a statement.

use rusqlite::types::ValueRef;

use super::fault::{Error, Result};
use super::params::Value;

/// The place of a column, from 0.
pub trait RowIndex: Copy {
    /// As a number.
    fn place(self) -> usize;
}

impl RowIndex for usize {
    fn place(self) -> usize {
        self
    }
}

/// A row of what a statement found.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a>(pub(super) Source<'a>);

#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// What stands in a column.
    ///
    /// # Errors
    /// If there is no such column, or it holds something else.
    pub fn get<I: RowIndex, T: FromColumn>(&self, column: I) -> Result<T> {
        let place = column.place();
        T::from_column(self.column(place)?).map_err(|wanted| Error::column(place, format!("it is no {wanted}")))
    }

    /// How many columns it has.
    #[must_use]
    pub fn column_count(&self) -> usize {
        match self.0 {
            Source::Sqlite(row) => row.as_ref().column_count(),
            Source::Postgres(row) => row.len(),
        }
    }

    fn column(&self, place: usize) -> Result<Column<'_>> {
        match self.0 {
            Source::Sqlite(row) => match row.get_ref(place)? {
                ValueRef::Null => Ok(Column::Null),
                ValueRef::Integer(value) => Ok(Column::Integer(value)),
                ValueRef::Blob(bytes) => Ok(Column::Blob(bytes)),
                ValueRef::Text(text) => std::str::from_utf8(text)
                    .map(Column::Text)
                    .map_err(|cause| Error::column(place, cause)),
                ValueRef::Real(_) => Err(Error::column(place, "it is a fraction")),
            },
            Source::Postgres(row) => super::postgres::column(row, place),
        }
    }
}

/// What stands in a column, borrowed from the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column<'a> {
    /// NULL.
    Null,
    /// An integer, a time, a boolean.
    Integer(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

/// What can be read from a column.
pub trait FromColumn: Sized {
    /// The value.
    ///
    /// # Errors
    /// What was wanted, where it is something else.
    fn from_column(column: Column<'_>) -> std::result::Result<Self, &'static str>;
}

macro_rules! integers {
    ($($of:ty),+) => {$(
        impl FromColumn for $of {
            fn from_column(column: Column<'_>) -> std::result::Result<Self, &'static str> {
                match column {
                    Column::Integer(value) => <$of>::try_from(value).map_err(|_| "number of this size"),
                    _ => Err("number"),
                }
            }
        }
    )+};
}
integers!(i32, i64, u8, u16, u32, u64, usize);

impl FromColumn for bool {
    fn from_column(column: Column<'_>) -> std::result::Result<bool, &'static str> {
        match column {
            Column::Integer(value) => Ok(value != 0),
            _ => Err("boolean"),
        }
    }
}

impl FromColumn for String {
    fn from_column(column: Column<'_>) -> std::result::Result<String, &'static str> {
        match column {
            Column::Text(text) => Ok(text.to_owned()),
            _ => Err("text"),
        }
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(column: Column<'_>) -> std::result::Result<Vec<u8>, &'static str> {
        match column {
            Column::Blob(bytes) => Ok(bytes.to_vec()),
            _ => Err("bytes"),
        }
    }
}

impl<const N: usize> FromColumn for [u8; N] {
    fn from_column(column: Column<'_>) -> std::result::Result<[u8; N], &'static str> {
        match column {
            Column::Blob(bytes) => bytes.try_into().map_err(|_| "bytes of this length"),
            _ => Err("bytes"),
        }
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(column: Column<'_>) -> std::result::Result<Option<T>, &'static str> {
        match column {
            Column::Null => Ok(None),
            other => T::from_column(other).map(Some),
        }
    }
}

impl FromColumn for Value {
    fn from_column(column: Column<'_>) -> std::result::Result<Value, &'static str> {
        Ok(match column {
            Column::Null => Value::Null,
            Column::Integer(value) => Value::Integer(value),
            Column::Text(text) => Value::Text(text.to_owned()),
            Column::Blob(bytes) => Value::Blob(bytes.to_vec()),
        })
    }
}
