//! `cargo xtask fuzz forms`: definitions, answers, rules, migrations and other systems' forms that are nearly right, for as
//! long as one likes.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::say::say;
use crate::{process, workspace};

/// The package, and the profile that lets nothing overflow unnoticed.
const PACKAGE: &str = "onehall-forms-fuzz";
const PROFILE: &str = "fuzz";

/// How long each target runs where nobody says.
const MINUTES: f64 = 5.0;

/// Runs the targets, each for `--minutes`, as many at once as there are cores. `--only` names one, `--start` begins with
/// other numbers than the run before.
///
/// # Errors
/// It does not build, or something does not hold: the document stands above.
pub fn forms(arguments: &Arguments) -> Result<ExitCode> {
    let minutes: f64 = arguments.value("minutes")?.unwrap_or(MINUTES);
    if !(minutes > 0.0 && minutes < 100_000.0) {
        bail!("`--minutes` cannot be `{minutes}`");
    }
    let start: u64 = arguments.value("start")?.unwrap_or(1);
    say("building the fuzzer");
    let mut build = workspace::cargo();
    build.args(["build", "-p", PACKAGE, "--profile", PROFILE, "--bin", "fuzz"]);
    process::run_quietly("the fuzzer", &mut build).context("could not build the fuzzer")?;
    say(format!("each target for {minutes} minutes"));
    println!("| target | tried | taken | different reactions | the longest |\n|---|---:|---:|---:|---:|");
    let mut fuzz = std::process::Command::new(workspace::target().join(PROFILE).join("fuzz"));
    fuzz.arg(format!("{:.0}", minutes * 60.0)).arg(start.to_string());
    fuzz.args(arguments.text("only"));
    process::run(&mut fuzz)?;
    Ok(ExitCode::SUCCESS)
}
