//! Clients of the login that nobody here wrote, against the real backend: `tests/login`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::toolchain::{debian, node};
use crate::{process, test, workspace};

const FOLDER: &str = "tests/login";
/// Debian's Python, which finds Debian's packages, whatever other one is in the path.
const PYTHON: &str = "/usr/bin/python3";

/// Runs them.
///
/// # Errors
/// A test fails, or something is missing and cannot be installed.
pub fn tests() -> Result<()> {
    test::build_backend(false)?;
    node::packages(FOLDER)?;
    debian::install(
        "a client of the login in Python",
        &["python3-authlib", "python3-requests"],
    )?;
    let folder = workspace::root().join(FOLDER);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    let mut command = Command::new("node");
    command
        .current_dir(folder)
        .args(["--test", "--test-reporter=spec"])
        .args(files)
        .env("ONEHALL_TEST_BACKEND", workspace::backend(false))
        .env("ONEHALL_TEST_CITY", workspace::demo_city())
        .env("ONEHALL_TEST_PYTHON", PYTHON);
    process::run_tests(&mut command)
}
