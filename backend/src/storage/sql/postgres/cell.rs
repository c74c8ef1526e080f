//! Columns of PostgreSQL as those of the store.

use postgres::types::{FromSql, Type};

use crate::storage::sql::fault::{Error, Result};
use crate::storage::sql::row::Column;

type Fault = Box<dyn std::error::Error + Sync + Send>;

/// What stands in a column of a row, borrowed from it.
pub(in crate::storage::sql) fn column(row: &postgres::Row, place: usize) -> Result<Column<'_>> {
    match row.try_get::<_, Option<Cell<'_>>>(place) {
        Ok(cell) => Ok(cell.map_or(Column::Null, |cell| cell.0)),
        Err(_) => Err(Error::column(place, "there is no such column, or none of our types")),
    }
}

struct Cell<'a>(Column<'a>);

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(of: &Type, raw: &'a [u8]) -> std::result::Result<Cell<'a>, Fault> {
        Ok(Cell(match *of {
            Type::BOOL => Column::Integer(i64::from(bool::from_sql(of, raw)?)),
            Type::INT2 => Column::Integer(i64::from(i16::from_sql(of, raw)?)),
            Type::INT4 => Column::Integer(i64::from(i32::from_sql(of, raw)?)),
            Type::INT8 => Column::Integer(i64::from_sql(of, raw)?),
            // What `sum` gives.
            Type::NUMERIC => Column::Integer(whole(raw).ok_or("a number that is not whole")?),
            Type::BYTEA => Column::Blob(<&[u8]>::from_sql(of, raw)?),
            _ => Column::Text(<&str>::from_sql(of, raw)?),
        }))
    }

    fn accepts(of: &Type) -> bool {
        matches!(
            *of,
            Type::BOOL | Type::INT2 | Type::INT4 | Type::INT8 | Type::NUMERIC | Type::BYTEA
        ) || <&str>::accepts(of)
    }
}

/// A NUMERIC that is a whole number: digits to the base of 10,000, the first with the weight that is said.
fn whole(raw: &[u8]) -> Option<i64> {
    let mut parts = raw.chunks_exact(2).map(|pair| i16::from_be_bytes([pair[0], pair[1]]));
    let (count, weight, sign, _scale) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let mut value: i64 = 0;
    for place in 0..=weight.max(-1) {
        let digit = if place < count { parts.next()? } else { 0 };
        value = value.checked_mul(10_000)?.checked_add(i64::from(digit))?;
    }
    let fraction = parts.any(|digit| digit != 0);
    match sign {
        _ if fraction => None,
        0 => Some(value),
        0x4000 => value.checked_neg(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numeric(parts: &[i16]) -> Vec<u8> {
        parts.iter().flat_map(|part| part.to_be_bytes()).collect()
    }

    #[test]
    fn a_sum_is_read_as_a_whole_number_or_not_at_all() {
        for (parts, value) in [
            (&[0, 0, 0, 0][..], Some(0)),
            (&[1, 0, 0, 0, 7], Some(7)),
            (&[1, 1, 0, 0, 3], Some(30_000)),
            (&[2, 1, 0, 0, 3, 9], Some(30_009)),
            (&[1, 0, 0x4000, 0, 12], Some(-12)),
            (&[1, -1, 0, 2, 5000], None),
            (&[2, 0, 0, 2, 1, 5000], None),
            (&[0, 0, -0x4000, 0], None),
            (&[5, 4, 0, 0, 9999, 9999, 9999, 9999, 9999], None),
            (&[1, 0], None),
        ] {
            assert_eq!(whole(&numeric(parts)), value, "{parts:?}");
        }
    }
}
