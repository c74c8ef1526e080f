//! `cargo xtask bench load`: how many submissions a second the backend takes, at the storage port on both engines and over
//! HTTP, beside a raw loop of fsync and what PostgreSQL's own pgbench inserts, in one run on one disk.

use std::fmt::Write as _;
use std::os::unix::fs::MetadataExt;

use anyhow::{Context, Result};

use crate::say::say;
use crate::toolchain::postgres::Server;
use crate::{process, workspace};

use super::{against_the_hall, backend, duration, figure};

/// Who inserts at once, and for how many seconds: as many as submit at once, and one that waits for each of its commits.
const CLIENTS: [&str; 2] = ["64", "1"];
const SECONDS: &str = "10";

/// The row that is inserted: an id, and as much text as a dozen answers.
const TABLE: &str = "CREATE TABLE one (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), answers TEXT NOT NULL)";
const ANSWERS: usize = 800;

/// What a submission is measured by at the storage port, by its name in the benchmark.
const AT_THE_PORT: [(&str, &str); 4] = [
    ("submit/64", "submit, 64 at once, SQLite"),
    ("submit/64 on PostgreSQL", "submit, 64 at once, PostgreSQL"),
    ("row by row, one commit each", "SQLite, one row, one commit each"),
    ("fsync of 4 KiB", "write 4 KiB and fsync"),
];

/// Measures and prints the tables.
///
/// # Errors
/// Something is missing or does not build, or the hall does not do what it has to.
pub fn bench() -> Result<()> {
    let server = Server::durable()?;
    let data = server.folder().context("the server is not a private one")?;
    if data.metadata()?.dev() != workspace::target().metadata()?.dev() {
        say("PostgreSQL keeps its data on another disk than SQLite: its figures say nothing beside the others");
    }
    say("inserts by pgbench");
    server.database("pgbench")?;
    process::output(&mut server.program("psql", &["--dbname=pgbench", "--command", TABLE])?)?;
    let [many, one] = CLIENTS;
    let (many, one) = ((many, inserts(&server, many)?), (one, inserts(&server, one)?));
    say("submissions at the storage port");
    let port = server.database("port")?;
    let figures = backend("submit", "durable", &[("ONEHALL_BENCH_POSTGRES", &port)])?;
    let mut table = String::from("\n| what | each | a second | beside pgbench |\n|---|---:|---:|---:|\n");
    for (name, title) in AT_THE_PORT {
        let each = figure(&figures, name)?;
        let rate = 1e9 / each;
        let _ = writeln!(
            table,
            "| {title} | {} | {rate:.0} | {:.1}x |",
            duration(each),
            rate / many.1
        );
    }
    for (clients, inserts) in [many, one] {
        let _ = writeln!(
            table,
            "| PostgreSQL, one row, clients of pgbench: {clients} | {} | {inserts:.0} | {:.1}x |",
            duration(1e9 / inserts),
            inserts / many.1
        );
    }
    say("requests over HTTP");
    let hall = server.database("hall")?;
    against_the_hall("load", &[("ONEHALL_BENCH_POSTGRES", &hall)])?;
    println!("{table}");
    Ok(())
}

/// How many single rows a second that many clients of pgbench insert, each its own transaction.
fn inserts(server: &Server, clients: &str) -> Result<f64> {
    let script = workspace::target().join("insert.sql");
    let answers = "a".repeat(ANSWERS);
    std::fs::write(&script, format!("INSERT INTO one (answers) VALUES ('{answers}');\n"))?;
    let script = script.display().to_string();
    let options = [
        "--no-vacuum",
        "--protocol=prepared",
        if clients == "1" { "--jobs=1" } else { "--jobs=2" },
        "--client",
        clients,
        "--time",
        SECONDS,
    ];
    let mut pgbench = server.program("pgbench", &options)?;
    pgbench.args(["--file", &script, "pgbench"]);
    let said = process::output(&mut pgbench)?;
    rate(&said).with_context(|| format!("pgbench gives no rate: {said}"))
}

/// The rate in what pgbench prints.
fn rate(said: &str) -> Option<f64> {
    let line = said.lines().find_map(|line| line.trim().strip_prefix("tps = "))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_rate_of_pgbench_is_read() {
        let said = "number of failed transactions: 0 (0.000%)\nlatency average = 11.9 ms\ntps = 5368.12 (without initial connection time)\n";
        assert_eq!(super::rate(said), Some(5368.12));
        assert_eq!(super::rate("could not connect"), None);
    }
}
