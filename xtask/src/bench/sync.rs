//! `cargo xtask bench sync`: pulls at the storage port and over HTTP, the saving of an answer by a native terminal, the memory of
//! an open stream of events, and how soon a change is seen on another terminal with fifteen thousand connected.

use std::fmt::Write as _;

use anyhow::Result;

use crate::say::say;

use super::{against_the_hall, backend, duration, figure};

/// What a pull is measured by at the storage port: its name in the benchmark, and that of the rows alone.
const AT_THE_PORT: [(&str, &str, &str); 2] = [
    ("pull, unchanged", "pull/unchanged", "select/unchanged"),
    ("pull of 20 changes", "pull/20 changes", "select/20 changes"),
];

/// Measures and prints the tables.
///
/// # Errors
/// Something is missing or does not build, or the hall does not do what it has to.
pub fn bench() -> Result<()> {
    say("pulls at the storage port");
    let figures = backend("pull", "pull", &[])?;
    let mut table = String::from(
        "\n| at the storage port, SQLite | each | a second | the rows alone, a second |\n|---|---:|---:|---:|\n",
    );
    for (title, pull, select) in AT_THE_PORT {
        let (pull, select) = (figure(&figures, pull)?, figure(&figures, select)?);
        let _ = writeln!(
            table,
            "| {title} | {} | {:.0} | {:.0} |",
            duration(pull),
            1e9 / pull,
            1e9 / select
        );
    }
    say("terminals over HTTP");
    against_the_hall("sync", &[])?;
    println!("{table}");
    Ok(())
}
