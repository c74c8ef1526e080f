//! The form engine on every target: natively, in Node.js and in Chromium, asked the same.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::bundle::{Profile, program};
use crate::say::say;
use crate::toolchain::wasm::Compiler;
use crate::toolchain::{self, node};
use crate::{process, test, workspace};

const PACKAGE: &str = "onehall-forms-conformance";

/// Builds the engine as it ships for each target, and compares what it decides.
///
/// # Errors
/// It does not build, or two targets decide differently.
pub fn run() -> Result<()> {
    toolchain::c_compiler()?;
    let mut native = workspace::cargo();
    native.args(["build", "--release", "-p", PACKAGE, "--bin", "conformance"]);
    process::run_quietly("conformance", &mut native).context("could not build the native side")?;

    let folder = wasm()?;
    let mut compare = test::journey_command("--test")?;
    compare
        .current_dir(workspace::root().join("tests/conformance"))
        .env(
            "ONEHALL_TEST_CONFORMANCE",
            workspace::target().join("release/conformance"),
        )
        .env("ONEHALL_TEST_CONFORMANCE_WASM", folder)
        .args(["--test-reporter=spec", "conformance.test.mjs"]);
    process::run_tests(&mut compare)
}

/// Builds the engine as it ships in WebAssembly. The folder has `conformance.js` and `conformance.wasm` in it.
///
/// # Errors
/// A tool is missing and cannot be installed, or it does not build.
pub fn wasm() -> Result<PathBuf> {
    let compiler = Compiler::prepare()?;
    // wasm-opt.
    node::packages("ui")?;
    say("building the form engine as WebAssembly");
    program::compile(&compiler, Profile::Release, PACKAGE, &[])?;
    let built = program::finish(Profile::Release, "onehall_forms_conformance")?;
    let folder = workspace::target().join("conformance");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("conformance.js"), &built.module)?;
    fs::write(folder.join("conformance.wasm"), &built.wasm)?;
    Ok(folder)
}
