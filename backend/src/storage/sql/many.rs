//! One question about many things, in the place of one for each: a page of a pull is twenty things and more, and each of them
//! stands in half a dozen tables.

use std::collections::BTreeMap;

use super::{Connection, Row, params_from_iter};
use crate::error::Result;

/// An id as it stands in a column.
pub(super) type Id = [u8; 16];

/// How many ids a statement has places for: few kinds of statements, so that each stays prepared.
const PLACES: [usize; 4] = [1, 4, 16, 64];

/// Reads the rows of `sql`, which says `{ids}` where the ids stand and begins with the column of the one that a row belongs to.
/// Gives the rows of each id in the order that `sql` says; nothing for an id without any.
pub(super) fn rows_of<T>(
    db: &Connection,
    sql: &str,
    ids: &[Id],
    mut read: impl FnMut(&Row<'_>) -> super::Result<T>,
) -> Result<BTreeMap<Id, Vec<T>>> {
    let mut found: BTreeMap<Id, Vec<T>> = BTreeMap::new();
    let most = PLACES[PLACES.len() - 1];
    for some in ids.chunks(most) {
        let places = PLACES.into_iter().find(|places| *places >= some.len()).unwrap_or(most);
        let mut statement = db.prepare_cached(&sql.replace("{ids}", &vec!["?"; places].join(", ")))?;
        // An id that is named again finds nothing more.
        let last = some[some.len() - 1];
        let ids = some.iter().copied().chain(std::iter::repeat(last)).take(places);
        let rows = statement.query_map(params_from_iter(ids), |row| Ok((row.get::<_, Id>(0)?, read(row)?)))?;
        for row in rows {
            let (id, value) = row?;
            found.entry(id).or_default().push(value);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::sql::sqlite;

    #[test]
    fn each_of_any_number_gets_its_own_rows_once_and_in_order() -> Result<()> {
        let db: Connection = sqlite::in_memory()?.into();
        db.execute_batch("CREATE TABLE part (thing BLOB NOT NULL, n INTEGER NOT NULL)")?;
        let id = |number: u8| [number; 16];
        for number in 0..200_u8 {
            for n in (0..u32::from(number % 3)).rev() {
                db.execute("INSERT INTO part (thing, n) VALUES (?1, ?2)", (id(number), n))?;
            }
        }
        for count in [0, 1, 2, 4, 5, 16, 17, 63, 64, 65, 128, 200_u8] {
            let ids: Vec<Id> = (0..count).map(id).collect();
            let sql = "SELECT thing, n FROM part WHERE thing IN ({ids}) ORDER BY thing, n";
            let found = rows_of(&db, sql, &ids, |row| row.get::<_, u32>(1))?;
            let expected: BTreeMap<Id, Vec<u32>> = (0..count)
                .filter(|number| number % 3 > 0)
                .map(|number| (id(number), (0..u32::from(number % 3)).collect()))
                .collect();
            assert_eq!(found, expected, "{count}");
        }
        Ok(())
    }
}
