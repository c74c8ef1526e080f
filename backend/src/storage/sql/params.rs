//! Values on their way into a statement. Both engines know the same four kinds: an integer, a text, bytes, nothing.

use std::borrow::Cow;

use rusqlite::types::{ToSqlOutput, ValueRef};

use super::fault::{Error, Result};

/// What a column can hold. Booleans are integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// INTEGER; BIGINT on PostgreSQL.
    Integer,
    /// TEXT.
    Text,
    /// BLOB; BYTEA on PostgreSQL.
    Blob,
    /// Whatever the statement makes of it.
    Any,
}

/// A value to bind, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Param<'a> {
    /// NULL, of a column of this kind.
    Null(Kind),
    /// An integer, a time, a boolean.
    Integer(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Param::Null(_) => ValueRef::Null,
            Param::Integer(value) => ValueRef::Integer(*value),
            Param::Text(text) => ValueRef::Text(text.as_bytes()),
            Param::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// What can be bound.
pub trait ToSql {
    /// The value as it is bound.
    ///
    /// # Errors
    /// Where it is a number that no column can hold, or a text with a NUL in it.
    fn param(&self) -> Result<Param<'_>>;
}

/// What can be bound and has a kind even where there is no value.
pub trait Typed {
    /// The kind of its column.
    const KIND: Kind;
}

/// A value of any kind, owned: for statements that are put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// NULL.
    Null,
    /// An integer.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl ToSql for Value {
    fn param(&self) -> Result<Param<'_>> {
        Ok(match self {
            Value::Null => Param::Null(Kind::Any),
            Value::Integer(value) => Param::Integer(*value),
            Value::Text(text) => text_param(text)?,
            Value::Blob(bytes) => Param::Blob(bytes),
        })
    }
}

macro_rules! integers {
    ($($of:ty),+) => {$(
        impl Typed for $of {
            const KIND: Kind = Kind::Integer;
        }
        impl ToSql for $of {
            fn param(&self) -> Result<Param<'_>> {
                match i64::try_from(*self) {
                    Ok(value) => Ok(Param::Integer(value)),
                    Err(_) => Err(Error::Bind("the number is too large for a column")),
                }
            }
        }
    )+};
}
integers!(bool, i32, i64, u8, u16, u32, u64, usize);

macro_rules! typed {
    ($($of:ty, $kind:ident, $self:ident => $param:expr;)+) => {$(
        impl Typed for $of {
            const KIND: Kind = Kind::$kind;
        }
        impl ToSql for $of {
            fn param(&self) -> Result<Param<'_>> {
                let $self = self;
                Ok(Param::$kind($param))
            }
        }
    )+};
}
typed! {
    [u8], Blob, bytes => bytes;
    Vec<u8>, Blob, bytes => bytes.as_slice();
}

macro_rules! texts {
    ($($of:ty),+) => {$(
        impl Typed for $of {
            const KIND: Kind = Kind::Text;
        }
        impl ToSql for $of {
            fn param(&self) -> Result<Param<'_>> {
                text_param(self)
            }
        }
    )+};
}
texts!(str, String, Cow<'_, str>);

/// PostgreSQL has no place for a NUL in a text. What one engine cannot keep the other one does not either, so that a city can move
/// from one to the other.
fn text_param(text: &str) -> Result<Param<'_>> {
    if text.contains('\0') {
        return Err(Error::Nul);
    }
    Ok(Param::Text(text))
}

impl<const N: usize> Typed for [u8; N] {
    const KIND: Kind = Kind::Blob;
}

impl<const N: usize> ToSql for [u8; N] {
    fn param(&self) -> Result<Param<'_>> {
        Ok(Param::Blob(self))
    }
}

impl<T: Typed + ?Sized> Typed for &T {
    const KIND: Kind = T::KIND;
}

impl<T: ToSql + ?Sized> ToSql for &T {
    fn param(&self) -> Result<Param<'_>> {
        (**self).param()
    }
}

impl<T: Typed> Typed for Option<T> {
    const KIND: Kind = T::KIND;
}

impl<T: ToSql + Typed> ToSql for Option<T> {
    fn param(&self) -> Result<Param<'_>> {
        self.as_ref().map_or(Ok(Param::Null(T::KIND)), ToSql::param)
    }
}

/// All values of a statement, in the order of its places: `?1` is the first.
pub trait Params {
    /// Gives each to `to`.
    ///
    /// # Errors
    /// What `to` says, or a value that cannot be bound.
    fn each<'a>(&'a self, to: &mut dyn FnMut(Param<'a>) -> Result<()>) -> Result<()>;
}

impl Params for &[&dyn ToSql] {
    fn each<'a>(&'a self, to: &mut dyn FnMut(Param<'a>) -> Result<()>) -> Result<()> {
        self.iter().try_for_each(|value| to(value.param()?))
    }
}

impl<const N: usize> Params for &[&dyn ToSql; N] {
    fn each<'a>(&'a self, to: &mut dyn FnMut(Param<'a>) -> Result<()>) -> Result<()> {
        self.iter().try_for_each(|value| to(value.param()?))
    }
}

/// No values: `[]`.
impl Params for [&dyn ToSql; 0] {
    fn each<'a>(&'a self, _: &mut dyn FnMut(Param<'a>) -> Result<()>) -> Result<()> {
        Ok(())
    }
}

macro_rules! arrays {
    ($($count:literal)+) => {$(
        impl<T: ToSql> Params for [T; $count] {
            fn each<'a>(&'a self, to: &mut dyn FnMut(Param<'a>) -> Result<()>) -> Result<()> {
                self.iter().try_for_each(|value| to(value.param()?))
            }
        }
    )+};
}
arrays!(1 2 3 4 5 6);

macro_rules! tuples {
    ($(($($of:ident $place:tt),+))+) => {$(
        impl<$($of: ToSql),+> Params for ($($of,)+) {
            fn each<'a>(&'a self, to: &mut dyn FnMut(Param<'a>) -> Result<()>) -> Result<()> {
                $(to(self.$place.param()?)?;)+
                Ok(())
            }
        }
    )+};
}
tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
}

/// Values of which only the run knows how many there are.
#[derive(Debug)]
pub struct ParamsFromIter<T>(Vec<T>);

/// Binds what an iterator gives.
pub fn params_from_iter<I: IntoIterator>(values: I) -> ParamsFromIter<I::Item>
where
    I::Item: ToSql,
{
    ParamsFromIter(values.into_iter().collect())
}

impl<T: ToSql> Params for ParamsFromIter<T> {
    fn each<'a>(&'a self, to: &mut dyn FnMut(Param<'a>) -> Result<()>) -> Result<()> {
        self.0.iter().try_for_each(|value| to(value.param()?))
    }
}

/// Values of several types: `params![id.key(), "name", 7]`.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$(&$value as &dyn $crate::storage::sql::ToSql),*] as &[&dyn $crate::storage::sql::ToSql]
    };
}
pub(crate) use params;
