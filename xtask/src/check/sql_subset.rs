//! The backend's SQL keeps to what PostgreSQL-compatible distributed databases run: no advisory locks, no LISTEN and NOTIFY, and
//! no number of a sequence, which others may commit later than a higher one, where a terminal could take it for a place in a
//! row of changes.

use std::fs;

use anyhow::{Context, Result, bail};

use super::platform_code::files;
use crate::workspace;

/// Words of SQL that stand for it. Those of a language are compared as SQL is written here, in capitals.
const STATEMENTS: [&str; 6] = ["LISTEN", "UNLISTEN", "NOTIFY", "SEQUENCE", "SERIAL", "BIGSERIAL"];
/// Functions: what begins so.
const FUNCTIONS: [&str; 6] = [
    "pg_advisory",
    "pg_try_advisory",
    "pg_notify",
    "nextval",
    "currval",
    "lastval",
];

/// Checks the statements and the schema of the backend.
///
/// # Errors
/// A statement outside the subset.
pub fn check() -> Result<()> {
    let mut wrong = Vec::new();
    for file in files(&workspace::root().join("backend/src"), &["rs", "sql"])? {
        let shown = file.strip_prefix(workspace::root()).unwrap_or(&file);
        let text = fs::read_to_string(&file).with_context(|| format!("could not read {}", shown.display()))?;
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = outside(line) {
                wrong.push(format!("\n  {}:{}: {word}", shown.display(), number + 1));
            }
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!(
        "not every database that the backend may be kept in knows:{}",
        wrong.concat()
    );
}

/// A word of a line that is outside the subset; none in a comment.
fn outside(line: &str) -> Option<&str> {
    let line = line.trim_start();
    if line.starts_with("//") || line.starts_with("--") {
        return None;
    }
    let mut words = line.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    words.find(|word| {
        let function = word.to_ascii_lowercase();
        STATEMENTS.contains(word) || FUNCTIONS.iter().any(|start| function.starts_with(start))
    })
}

#[cfg(test)]
mod tests {
    use super::outside;

    #[test]
    fn what_is_outside_is_found_in_statements_alone() {
        for (line, found) in [
            ("\"SELECT pg_advisory_xact_lock(1)\"", Some("pg_advisory_xact_lock")),
            ("SELECT PG_TRY_ADVISORY_LOCK(1);", Some("PG_TRY_ADVISORY_LOCK")),
            ("    db.execute_batch(\"LISTEN pokes\")?;", Some("LISTEN")),
            ("SELECT nextval('change_seq')", Some("nextval")),
            ("    n BIGSERIAL PRIMARY KEY,", Some("BIGSERIAL")),
            ("BEGIN ISOLATION LEVEL SERIALIZABLE", None),
            ("use tokio::sync::Notify; // listen", None),
            ("// no NOTIFY", None),
            ("-- no NOTIFY", None),
        ] {
            assert_eq!(outside(line), found, "{line}");
        }
    }
}
