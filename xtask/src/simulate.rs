//! `cargo xtask simulate`: days of the hall on a network that fails, by as many seeds as one likes.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::arguments::Arguments;
use crate::say::say;
use crate::{process, toolchain, workspace};

const PACKAGE: &str = "onehall-simulation";

/// Runs `--seeds` seeds with `--operations` operations in all. `--first` begins with another seed, `--weather` is
/// fine, ordinary or storm, `--bug` puts a mistake in,
/// `--twice` runs each seed twice and compares, `--trace FILE` keeps what happened, `--keep FOLDER` what happened in each seed
/// that broke a promise.
///
/// # Errors
/// It does not build, or a promise does not hold: seed and promise stand above.
pub fn command(arguments: &Arguments) -> Result<ExitCode> {
    toolchain::c_compiler()?;
    say("building the simulation");
    let mut build = workspace::cargo();
    build.args(["build", "--release", "-p", PACKAGE, "--bin", "simulate"]);
    process::run_quietly("the simulation", &mut build).context("could not build the simulation")?;
    let mut simulate = std::process::Command::new(workspace::target().join("release").join("simulate"));
    for name in ["seeds", "first", "operations", "weather", "bug", "trace", "keep"] {
        if let Some(value) = arguments.text(name) {
            simulate.arg(format!("--{name}")).arg(value);
        }
    }
    if arguments.has("twice") {
        simulate.arg("--twice");
    }
    process::run(&mut simulate)?;
    Ok(ExitCode::SUCCESS)
}
