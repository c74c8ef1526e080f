//! `cargo xtask history`: people before real machines that are killed again and again, and what must hold of it.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::say::say;
use crate::toolchain::{self, nats, postgres};
use crate::{process, test, workspace};

const PACKAGE: &str = "onehall-simulation";

/// Runs for `--seconds` seconds (60), or until `--operations` operations are carried out, on `--db` postgres (two replicas) or
/// sqlite (one process). `--seed` is of the people's choices, `--weather` is fine, ordinary or storm, `--bug` puts a mistake
/// in, `--trace FILE` keeps what happened, `--dev` takes debug builds.
///
/// # Errors
/// It does not build, or a promise does not hold: which one stands above.
pub fn command(arguments: &Arguments) -> Result<ExitCode> {
    let db = arguments.one_of("db", &["postgres", "sqlite"])?.unwrap_or("postgres");
    let mut history = prepare(!arguments.has("dev"))?;
    for name in ["seconds", "operations", "seed", "weather", "bug", "trace"] {
        if let Some(value) = arguments.text(name) {
            history.arg(format!("--{name}")).arg(value);
        }
    }
    run(db, &mut history)?;
    Ok(ExitCode::SUCCESS)
}

/// A few seconds of it on both engines, for every run of the tests.
///
/// # Errors
/// As [`command`].
pub fn slices() -> Result<()> {
    for db in ["postgres", "sqlite"] {
        run(db, prepare(false)?.args(["--seconds", "8", "--rest", "0"]))?;
    }
    Ok(())
}

fn run(db: &str, history: &mut Command) -> Result<()> {
    if db == "sqlite" {
        return process::run(history);
    }
    let server = postgres::Server::start()?;
    history
        .arg("--postgres")
        .arg(server.url())
        .arg("--nats")
        .arg(nats::program()?);
    process::run(history)
}

/// Builds what is needed.
fn prepare(release: bool) -> Result<Command> {
    toolchain::c_compiler()?;
    say("building the backend and those who use it");
    test::build_backend(release)?;
    let mut build = workspace::cargo();
    build.args(["build", "-p", PACKAGE, "--bin", "history"]);
    if release {
        build.arg("--release");
    }
    process::run_quietly("the history check", &mut build).context("could not build the history check")?;
    let backend = workspace::backend(release);
    let mut history = Command::new(backend.with_file_name("history"));
    history.arg("--backend").arg(backend);
    Ok(history)
}
