//! Python in an environment of its own, for tests that others wrote in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::say::say;
use crate::{process, workspace};

use super::debian;

/// The file that says of which requirements an environment was made.
const STAMP: &str = "made-of";

/// Makes an environment with the packages that `requirements` lists, unless it is there; its folder.
///
/// # Errors
/// Python is missing and cannot be installed, or pip fails.
pub fn environment(name: &str, requirements: &Path) -> Result<PathBuf> {
    let wanted =
        fs::read_to_string(requirements).with_context(|| format!("could not read {}", requirements.display()))?;
    let folder = workspace::target().join("python").join(name);
    if fs::read_to_string(folder.join(STAMP)).is_ok_and(|made_of| made_of == wanted) {
        return Ok(folder);
    }
    if !process::succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
        debian::install("tests in Python", &["python3", "python3-venv"])?;
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    say(format!("getting the Python packages of {name}"));
    process::run_quietly(
        "python3 -m venv",
        Command::new("python3").args(["-m", "venv"]).arg(&folder),
    )?;
    process::run_quietly(
        "pip install",
        pip(&folder).args(["install", "--requirement"]).arg(requirements),
    )?;
    fs::write(folder.join(STAMP), wanted)?;
    Ok(folder)
}

/// Python in an environment.
pub fn python(environment: &Path) -> Command {
    Command::new(environment.join("bin/python"))
}

/// pip in an environment.
pub fn pip(environment: &Path) -> Command {
    let mut pip = python(environment);
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check"]);
    pip
}
