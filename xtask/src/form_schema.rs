//! `cargo xtask schema`: the JSON Schema of the forms' format, as the engine makes it of its own tables, in a file that
//! editors and other systems read without a hall.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::say::say;
use crate::{process, workspace};

const FILE: &str = "docs/schemas/onehall-form-1.schema.json";

/// Writes the file.
///
/// # Errors
/// The engine does not build, or the file cannot be written.
pub fn command(_: &Arguments) -> Result<ExitCode> {
    fs::write(workspace::root().join(FILE), made()?).with_context(|| format!("could not write {FILE}"))?;
    say(format!("wrote {FILE}"));
    Ok(ExitCode::SUCCESS)
}

/// Checks that the file is what the engine says.
///
/// # Errors
/// It is not, or the engine does not build.
pub fn check() -> Result<()> {
    let kept = fs::read_to_string(workspace::root().join(FILE)).unwrap_or_default();
    if kept != made()? {
        bail!("{FILE} is not what the engine reads: run `cargo xtask schema`");
    }
    Ok(())
}

fn made() -> Result<String> {
    let mut example = workspace::cargo();
    example.args(["run", "--quiet", "-p", "onehall-forms", "--example", "json_schema"]);
    process::output(&mut example)
}
