//! What others test a client of The Update Framework with, against ours; and keys in a token that speaks PKCS#11.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::toolchain::{debian, python};
use crate::{process, toolchain, workspace};

/// The folder of what runs the tests.
const TESTS: &str = "tests/tuf";

/// Where the module of SoftHSM may lie.
const MODULES: [&str; 2] = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so"];

/// Runs python-tuf's own tests of its client against `onehall-tuf-client`.
///
/// # Errors
/// Something is missing and cannot be installed, or a test fails.
pub fn conformance() -> Result<()> {
    toolchain::c_compiler()?;
    if process::find("faketime").is_none() {
        debian::install("tests in other times", &["faketime"])?;
    }
    let folder = workspace::root().join(TESTS);
    let requirements = folder.join("requirements.txt");
    let environment = python::environment("tuf", &requirements)?;
    let source = source(&environment, &fs::read_to_string(&requirements)?)?;
    let mut build = workspace::cargo();
    build.args(["build", "-p", "onehall-updates", "--bin", "onehall-tuf-client"]);
    process::run_quietly("onehall-tuf-client", &mut build)?;
    let client = workspace::target().join("debug/onehall-tuf-client");
    let mut run = python::python(&environment);
    run.current_dir(&folder)
        .arg("run.py")
        .arg(source)
        .env("ONEHALL_TEST_TUF_CLIENT", client);
    // Nothing of the tests is left in the repository.
    process::run(run.env("PYTHONDONTWRITEBYTECODE", "1"))?;
    token()
}

/// Has a key in SoftHSM sign a release.
fn token() -> Result<()> {
    let found = || MODULES.into_iter().find(|module| Path::new(module).is_file());
    if found().is_none() || process::find("pkcs11-tool").is_none() {
        debian::install("keys in a token", &["softhsm2", "opensc", "openssl"])?;
    }
    let module = found().context("there is no module of SoftHSM")?;
    let mut test = workspace::cargo();
    test.args([
        "test",
        "-p",
        "onehall-publisher",
        "--lib",
        "--",
        "--ignored",
        "token_of_pkcs11",
    ])
    .env("ONEHALL_TEST_PKCS11", module);
    process::run(&mut test)
}

/// The source distribution of `tuf`, which brings the tests, unpacked.
fn source(environment: &std::path::Path, requirements: &str) -> Result<PathBuf> {
    let pinned = requirements.lines().find(|line| line.starts_with("tuf=="));
    let pinned = pinned.context("the requirements pin no version of tuf")?;
    let name = pinned.replace("==", "-");
    let unpacked = environment.join(&name);
    if unpacked.join("tests").is_dir() {
        return Ok(unpacked);
    }
    let mut download = python::pip(environment);
    download
        .args(["download", "--no-deps", "--no-binary", "tuf", pinned, "--dest"])
        .arg(environment);
    process::run_quietly("pip download", &mut download)?;
    let mut unpack = python::python(environment);
    unpack
        .args(["-m", "tarfile", "--extract"])
        .arg(environment.join(format!("{name}.tar.gz")))
        .arg(environment);
    process::run_quietly("unpacking the tests", &mut unpack)?;
    Ok(unpacked)
}
