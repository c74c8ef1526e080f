//! The schema, one step after another. A step that was published never changes: a later one changes what it made.
//!
//! Each step is a file `migrations/NNNN_name.sql`, listed in [`ALL`]. The table `schema_version` says which steps a
//! database has, with a hash of each, so that neither a newer database nor a changed step goes unnoticed.

use sha2::{Digest, Sha256};

use super::{Connection, Error, params};

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its place: steps run in the order of their numbers.
    pub number: u32,
    /// Its name, for people.
    pub name: &'static str,
    /// Its statements.
    pub sql: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal;)+) => {
        /// Every step, in order.
        pub const ALL: &[Migration] = &[$(Migration {
            number: $number,
            name: $name,
            sql: include_str!(concat!("migrations/", $name, ".sql")),
        },)+];
    };
}

// 1-9 foundation, identity, staff; 10-19 drafts and files; 20-29 cases; 30-39 insight; 40-49 sync; 50-59 oidc and accounts; 60-61 halls; 62- whatever came then.
migrations! {
    1 "0001_foundation";
    2 "0002_identity";
    3 "0003_staff";
    10 "0010_drafts_and_files";
    11 "0011_prefill_and_reuse";
    12 "0012_drafts_move";
    13 "0013_drafts_merge";
    16 "0016_uploads";
    17 "0017_blobs";
    18 "0018_drafts_begun";
    20 "0020_cases";
    21 "0021_evaluated_with";
    22 "0022_case_disposal";
    30 "0030_insight";
    40 "0040_sync";
    41 "0041_catalog_versions";
    50 "0050_oidc";
    51 "0051_oidc_device";
    52 "0052_oidc_logout";
    54 "0054_accounts";
    55 "0055_contacts";
    56 "0056_own_account";
    57 "0057_audit_chain";
    58 "0058_merged";
    60 "0060_halls";
    61 "0061_hall_appointments";
    62 "0062_updates";
    63 "0063_step_up";
    64 "0064_children";
    65 "0065_kiosk_signs";
    67 "0067_staff_passkeys";
    68 "0068_update_networks";
    69 "0069_kiosk_places";
    70 "0070_finished_uploads";
}

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database knows steps that this program does not.
    #[error(
        "the database was written by a newer version of onehall (it has schema step {0}, this version ends at {1})"
    )]
    Newer(u32, u32),
    /// A step was changed after it had been applied.
    #[error("schema step {0} ({1}) of the database is not the one of this version of onehall")]
    Changed(u32, &'static str),
    /// A step failed; nothing of it was kept.
    #[error("schema step {0} ({1}) failed: {2}")]
    Failed(u32, &'static str, Error),
    /// Tables that refer to each other in a circle.
    #[error("tables refer to each other in a circle: {0}")]
    Circle(String),
    /// The version table could not be read or written.
    #[error(transparent)]
    Engine(#[from] Error),
}

/// Brings the database to the newest schema; `steps` in order. Each step is one transaction. The steps that this did.
///
/// # Errors
/// See [`MigrationError`]; the database then stands after the last step that succeeded.
pub fn migrate(
    connection: &Connection,
    steps: &[Migration],
    now_millis: i64,
) -> Result<Vec<Migration>, MigrationError> {
    if !connection.tables()?.iter().any(|table| table == "schema_version") {
        let made = connection.execute_step(
            "CREATE TABLE schema_version (
                number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL)",
        );
        // Another process may have made it at the same time.
        if made.is_err() && !connection.tables()?.iter().any(|table| table == "schema_version") {
            made?;
        }
    }
    let applied: Vec<(u32, String)> = connection
        .prepare_cached("SELECT number, sha256 FROM schema_version ORDER BY number")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<super::Result<_>>()?;
    let newest = steps.iter().map(|step| step.number).max().unwrap_or(0);
    for (number, sha256) in &applied {
        let Some(step) = steps.iter().find(|step| step.number == *number) else {
            return Err(MigrationError::Newer(*number, newest));
        };
        if fingerprint(step) != *sha256 {
            return Err(MigrationError::Changed(step.number, step.name));
        }
    }
    let mut new = Vec::new();
    for step in steps
        .iter()
        .filter(|step| !applied.iter().any(|(number, _)| *number == step.number))
    {
        let outcome = apply(connection, step, now_millis);
        if !connection.is_autocommit() {
            connection.execute_batch("ROLLBACK")?;
        }
        if outcome.map_err(|cause| MigrationError::Failed(step.number, step.name, cause))? {
            new.push(*step);
        }
    }
    Ok(new)
}

/// Whether a database has every step of this version, and no other.
///
/// # Errors
/// What the engine says.
pub fn is_current(connection: &Connection) -> super::Result<bool> {
    if !connection.tables()?.iter().any(|table| table == "schema_version") {
        return Ok(false);
    }
    let applied: Vec<(u32, String)> = connection
        .prepare_cached("SELECT number, sha256 FROM schema_version ORDER BY number")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<super::Result<_>>()?;
    Ok(applied.len() == ALL.len()
        && ALL
            .iter()
            .all(|step| applied.contains(&(step.number, fingerprint(step)))))
}

/// Applies a step; false where another process did so meanwhile.
fn apply(connection: &Connection, step: &Migration, now_millis: i64) -> super::Result<bool> {
    connection.begin_step()?;
    let known = connection
        .prepare_cached("SELECT 1 FROM schema_version WHERE number = ?1")?
        .exists([step.number])?;
    if known {
        return Ok(false);
    }
    connection.execute_step(step.sql)?;
    connection.execute(
        "INSERT INTO schema_version (number, name, sha256, applied_at) VALUES (?1, ?2, ?3, ?4)",
        params![step.number, step.name, fingerprint(step), now_millis],
    )?;
    connection.execute_batch("COMMIT")?;
    Ok(true)
}

fn fingerprint(step: &Migration) -> String {
    Sha256::digest(step.sql)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory() -> crate::storage::sql::Result<Connection> {
        Ok(rusqlite::Connection::open_in_memory()?.into())
    }

    const ONE: Migration = Migration {
        number: 1,
        name: "one",
        sql: "CREATE TABLE one (a INTEGER)",
    };
    const TWO: Migration = Migration {
        number: 2,
        name: "two",
        sql: "CREATE TABLE two (a INTEGER); CREATE TABLE one (a)",
    };

    #[test]
    fn the_shipped_steps_are_in_order_and_run() -> Result<(), Box<dyn std::error::Error>> {
        assert!(ALL.is_sorted_by(|a, b| a.number < b.number));
        let connection = memory()?;
        migrate(&connection, ALL, 0)?;
        migrate(&connection, ALL, 0)?;
        Ok(())
    }

    #[test]
    fn a_database_of_a_newer_version_is_refused() -> Result<(), Box<dyn std::error::Error>> {
        let connection = memory()?;
        let newer = Migration {
            number: 7,
            name: "seven",
            sql: "CREATE TABLE seven (a INTEGER)",
        };
        migrate(&connection, &[ONE, newer], 0)?;
        assert!(matches!(
            migrate(&connection, &[ONE], 0),
            Err(MigrationError::Newer(7, 1))
        ));
        Ok(())
    }

    #[test]
    fn a_step_that_was_changed_afterwards_is_noticed() -> Result<(), Box<dyn std::error::Error>> {
        let connection = memory()?;
        migrate(&connection, &[ONE], 0)?;
        let changed = Migration {
            sql: "CREATE TABLE one (b INTEGER)",
            ..ONE
        };
        assert!(matches!(
            migrate(&connection, &[changed], 0),
            Err(MigrationError::Changed(1, "one"))
        ));
        Ok(())
    }

    #[test]
    fn a_step_that_fails_leaves_nothing_behind() -> Result<(), Box<dyn std::error::Error>> {
        let connection = memory()?;
        assert!(matches!(
            migrate(&connection, &[ONE, TWO], 0),
            Err(MigrationError::Failed(2, "two", _))
        ));
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'two'", [], |row| {
            row.get(0)
        })?;
        assert_eq!(tables, 0);
        Ok(())
    }
}
