//! A checksum of all rows of a table, whatever the order in which an engine gives them.

use sha2::{Digest, Sha256};

use super::super::{Param, Result, Row, ToSql, Value};

/// How many rows, and the sum of their hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many.
    pub rows: u64,
    high: u128,
    low: u128,
}

impl std::fmt::Display for Sum {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} {:032x}{:032x}", self.rows, self.high, self.low)
    }
}

impl Sum {
    /// Counts a row in.
    pub(super) fn add(&mut self, values: &[Value]) -> Result<()> {
        let mut hash = Sha256::new();
        for value in values {
            let (kind, bytes): (u8, &[u8]) = match value.param()? {
                Param::Null(_) => (0, &[]),
                Param::Integer(number) => {
                    hash.update([1]);
                    hash.update(number.to_be_bytes());
                    continue;
                }
                Param::Text(text) => (2, text.as_bytes()),
                Param::Blob(bytes) => (3, bytes),
            };
            hash.update([kind]);
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        }
        let hash: [u8; 32] = hash.finalize().into();
        let half = |from: usize| {
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&hash[from..from + 16]);
            u128::from_be_bytes(bytes)
        };
        self.rows += 1;
        self.high = self.high.wrapping_add(half(0));
        self.low = self.low.wrapping_add(half(16));
        Ok(())
    }
}

/// All columns of a row.
pub(super) fn values(row: &Row<'_>) -> Result<Vec<Value>> {
    (0..row.column_count()).map(|column| row.get(column)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[&[Value]]) -> Sum {
        let mut sum = Sum::default();
        for row in rows {
            sum.add(row).unwrap_or_else(|error| panic!("{error}"));
        }
        sum
    }

    #[test]
    fn the_order_of_rows_matters_to_nobody_and_every_value_does() {
        let text = |text: &str| Value::Text(text.to_owned());
        let (one, two) = ([text("a"), Value::Integer(1)], [text("b"), Value::Null]);
        assert_eq!(sum(&[&one, &two]), sum(&[&two, &one]));
        // A row that is there twice does not cancel itself out.
        assert_ne!(sum(&[&one, &one]), sum(&[&two, &two]));
        for other in [
            [text("a"), Value::Integer(2)],
            [text("a"), Value::Null],
            [Value::Blob(b"a".to_vec()), Value::Integer(1)],
            [text(""), Value::Integer(1)],
        ] {
            assert_ne!(sum(&[&one]), sum(&[&other]), "{other:?}");
        }
        assert_ne!(sum(&[&[text("ab"), text("c")]]), sum(&[&[text("a"), text("bc")]]));
    }
}
