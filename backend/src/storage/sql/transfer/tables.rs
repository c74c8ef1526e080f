//! What tables there are, and in which order they can be filled: asked of a database that holds nothing but the schema.

use super::super::{Connection, MigrationError, Result, migrations};

/// A table of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The column that counts by itself, where it has one.
    pub counted: Option<String>,
}

impl Table {
    /// `"a", "b"`.
    pub(super) fn columns(&self) -> String {
        let quoted: Vec<String> = self.columns.iter().map(|name| format!("\"{name}\"")).collect();
        quoted.join(", ")
    }
}

/// Every table with rows of the hall, each behind those that its rows refer to. `schema_version` is no such table: each
/// database says of itself which schema it has.
///
/// # Errors
/// If the steps of the schema do not run.
pub fn tables() -> Result<Vec<Table>, MigrationError> {
    let empty = Connection::from(rusqlite::Connection::open_in_memory().map_err(super::super::Error::from)?);
    migrations::migrate(&empty, migrations::ALL, 0)?;
    let mut waiting = Vec::new();
    for name in empty.tables()?.into_iter().filter(|name| name != "schema_version") {
        let table = described(&empty, name)?;
        let refers: Vec<String> = empty
            .prepare_cached("SELECT \"table\" FROM pragma_foreign_key_list(?1)")?
            .query_map([&table.name], |row| row.get(0))?
            .collect::<Result<_>>()?;
        waiting.push((table, refers));
    }
    let mut ordered: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let known = |name: &str, own: &str| name == own || ordered.iter().any(|table: &Table| table.name == name);
        let (ready, rest): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .partition(|(table, refers)| refers.iter().all(|name| known(name, &table.name)));
        // Two that refer to each other could not be filled at all.
        if ready.is_empty() {
            let names: Vec<String> = rest.into_iter().map(|(table, _)| table.name).collect();
            return Err(MigrationError::Circle(names.join(", ")));
        }
        ordered.extend(ready.into_iter().map(|(table, _)| table));
        waiting = rest;
    }
    Ok(ordered)
}

fn described(empty: &Connection, name: String) -> Result<Table> {
    let columns: Vec<(String, String, u32)> = empty
        .prepare_cached("SELECT name, type, pk FROM pragma_table_info(?1) ORDER BY cid")?
        .query_map([&name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_>>()?;
    let key: Vec<&(String, String, u32)> = columns.iter().filter(|(_, _, place)| *place > 0).collect();
    let counted = match key.as_slice() {
        [(column, kind, _)] if kind == "INTEGER" => Some(column.clone()),
        _ => None,
    };
    Ok(Table {
        name,
        columns: columns.into_iter().map(|(column, _, _)| column).collect(),
        counted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_after_those_that_it_refers_to() -> Result<(), MigrationError> {
        let tables = tables()?;
        let place = |name: &str| tables.iter().position(|table| table.name == name);
        assert!(place("person") < place("citizen_session"));
        assert!(place("draft") < place("draft_answer"));
        assert!(place("case_record") < place("case_event"));
        assert!(place("schema_version").is_none() && place("fact").is_some());
        let access = tables.iter().find(|table| table.name == "case_access");
        assert_eq!(access.and_then(|table| table.counted.as_deref()), Some("id"));
        assert!(tables.iter().filter(|table| table.counted.is_some()).count() >= 1);
        Ok(())
    }
}
