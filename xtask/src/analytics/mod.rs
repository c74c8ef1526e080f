//! `cargo xtask analytics`: from `core/protocol/analytics.json`, the one place where an event is declared, to the types
//! that the core records and the page that people read.

mod page;
mod schema;
mod types;

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::say::say;
use crate::workspace;
use schema::Schema;

const SCHEMA: &str = "core/protocol/analytics.json";
const TYPES: &str = "core/protocol/src/analytics/events.rs";
const PAGE: &str = "docs/analytics.md";

/// Writes what is made of the schema.
///
/// # Errors
/// The schema is not valid, or a file cannot be written.
pub fn command(_: &Arguments) -> Result<ExitCode> {
    for (path, text) in made(&read()?)? {
        fs::write(workspace::root().join(path), text).with_context(|| format!("could not write {path}"))?;
        say(format!("wrote {path}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks that the schema is valid, that no event of it has expired, and that what is made of it is up to date.
///
/// # Errors
/// One of these does not hold.
pub fn check() -> Result<()> {
    let schema = read()?;
    let expired = schema.expired(&today());
    if !expired.is_empty() {
        bail!(
            "no longer to be counted: {}; take them out of {SCHEMA}, or review them and give them a new date",
            expired.join(", ")
        );
    }
    for (path, text) in made(&schema)? {
        let kept = fs::read_to_string(workspace::root().join(path)).unwrap_or_default();
        if kept != text {
            bail!("{path} is not what {SCHEMA} says: run `cargo xtask analytics`");
        }
    }
    Ok(())
}

fn read() -> Result<Schema> {
    let text =
        fs::read_to_string(workspace::root().join(SCHEMA)).with_context(|| format!("could not read {SCHEMA}"))?;
    Schema::parse(&text).with_context(|| format!("{SCHEMA} is not valid"))
}

fn made(schema: &Schema) -> Result<[(&'static str, String); 2]> {
    Ok([(TYPES, types::write(schema)?), (PAGE, page::write(schema))])
}

/// Today, `2026-11-26`, in UTC.
fn today() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |passed| passed.as_secs());
    day_of(i64::try_from(seconds / 86_400).unwrap_or(0))
}

/// The calendar day that is so many days after 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn day_of(days: i64) -> String {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Runs text through rustfmt with the project's settings.
fn formatted(text: &str) -> Result<String> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new("rustfmt")
        .current_dir(Path::new(workspace::root()))
        .args(["--edition", "2024"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("could not run rustfmt: `rustup component add rustfmt`")?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("rustfmt does not understand what was made of {SCHEMA}");
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_one_of_the_calendar() {
        for (days, day) in [
            (0, "1970-01-01"),
            (11_016, "2000-02-29"),
            (20_783, "2026-11-26"),
            (20_818, "2026-12-31"),
        ] {
            assert_eq!(day_of(days), day);
        }
    }

    #[test]
    fn the_shipped_schema_is_valid_and_what_is_made_of_it_is_up_to_date() -> Result<()> {
        let schema = read()?;
        for (path, text) in made(&schema)? {
            assert_eq!(fs::read_to_string(workspace::root().join(path))?, text, "{path}");
        }
        Ok(())
    }
}
