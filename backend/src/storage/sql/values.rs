//! How our types stand in columns: ids as BLOB(16), times as INTEGER of Unix milliseconds, codes as TEXT, the rest as
//! TEXT of JSON.

use std::str::FromStr;

use onehall_protocol::{
    AppointmentId, CaseId, ClaimId, ContactId, DelegationId, DraftId, EventId, FileId, IdempotencyKey, PasskeyId,
    PersonId, StaffId, TicketId, Timestamp, UploadId, WriterId,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{Row, RowIndex};
use crate::error::{Error, Result};

/// An id as its 16 bytes.
pub trait Key: Sized {
    /// The bytes, to bind as a parameter.
    fn key(&self) -> [u8; 16];
    /// The id of the bytes.
    fn from_key(bytes: [u8; 16]) -> Self;
}

macro_rules! keys {
    ($($id:ty),+) => {$(
        impl Key for $id {
            fn key(&self) -> [u8; 16] {
                *self.0.as_bytes()
            }
            fn from_key(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }
    )+};
}
keys!(
    AppointmentId,
    CaseId,
    ClaimId,
    ContactId,
    DelegationId,
    DraftId,
    EventId,
    FileId,
    IdempotencyKey,
    PasskeyId,
    PersonId,
    StaffId,
    TicketId,
    UploadId,
    WriterId
);

/// Reads an id.
///
/// # Errors
/// If the column holds no 16 bytes.
pub fn id<T: Key>(row: &Row<'_>, column: impl RowIndex) -> super::Result<T> {
    Ok(T::from_key(row.get(column)?))
}

/// Reads an id that may be missing.
///
/// # Errors
/// If the column holds neither NULL nor 16 bytes.
pub fn optional_id<T: Key>(row: &Row<'_>, column: impl RowIndex) -> super::Result<Option<T>> {
    Ok(row.get::<_, Option<[u8; 16]>>(column)?.map(T::from_key))
}

/// Reads a point in time.
///
/// # Errors
/// If the column holds no integer.
pub fn time(row: &Row<'_>, column: impl RowIndex) -> super::Result<Timestamp> {
    Ok(Timestamp::from_unix_millis(row.get(column)?))
}

/// Reads a point in time that may be missing.
///
/// # Errors
/// If the column holds neither NULL nor an integer.
pub fn optional_time(row: &Row<'_>, column: impl RowIndex) -> super::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_unix_millis))
}

/// Reads a code, an identifier or a date: anything that parses from its text.
///
/// # Errors
/// If the text is none of `T`. The error does not quote it.
pub fn parsed<T: FromStr>(row: &Row<'_>, column: impl RowIndex) -> super::Result<T> {
    parse(column.place(), &row.get::<_, String>(column)?)
}

/// Reads a code, an identifier or a date that may be missing.
///
/// # Errors
/// If there is a text and it is none of `T`.
pub fn optional_parsed<T: FromStr>(row: &Row<'_>, column: impl RowIndex) -> super::Result<Option<T>> {
    row.get::<_, Option<String>>(column)?
        .map(|text| parse(column.place(), &text))
        .transpose()
}

fn parse<T: FromStr>(column: usize, text: &str) -> super::Result<T> {
    text.parse().map_err(|_| {
        let what = format!("not a stored {}", std::any::type_name::<T>());
        super::Error::column(column, what)
    })
}

/// Reads what was stored by [`to_json`].
///
/// # Errors
/// If the text is no JSON of the shape of `T`. The error does not quote it.
pub fn json<T: DeserializeOwned>(row: &Row<'_>, column: impl RowIndex) -> super::Result<T> {
    from_json(column.place(), &row.get::<_, String>(column)?)
}

/// Reads what was stored by [`to_json`] and may be missing.
///
/// # Errors
/// If there is a text that is no JSON of the shape of `T`.
pub fn optional_json<T: DeserializeOwned>(row: &Row<'_>, column: impl RowIndex) -> super::Result<Option<T>> {
    row.get::<_, Option<String>>(column)?
        .map(|text| from_json(column.place(), &text))
        .transpose()
}

fn from_json<T: DeserializeOwned>(column: usize, text: &str) -> super::Result<T> {
    serde_json::from_str(text).map_err(|cause| super::Error::column(column, Error::from(cause)))
}

/// A value as the JSON text of a column.
///
/// # Errors
/// If the value cannot be JSON (a map with keys that are no texts).
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// The name of a plain enum as it stands on the wire: `in_review`.
///
/// # Errors
/// If the value is no plain enum.
pub fn name<T: Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(name) => Ok(name),
        _ => Err(Error::broken("store an enum that is more than a name")),
    }
}

/// Reads a plain enum by its name on the wire.
///
/// # Errors
/// If there is no such name.
pub fn named<T: DeserializeOwned>(row: &Row<'_>, column: impl RowIndex) -> super::Result<T> {
    serde_json::from_value(serde_json::Value::String(row.get(column)?))
        .map_err(|cause| super::Error::column(column.place(), Error::from(cause)))
}
