//! What every store promises, tried in Chromium: on a browser's database, on the storage of a mini-program, on hosts' own.

use std::fs;

use anyhow::Result;

use crate::bundle::{Profile, program};
use crate::say::say;
use crate::toolchain::node;
use crate::toolchain::wasm::Compiler;
use crate::{process, test, workspace};

const PACKAGE: &str = "onehall-store-conformance";

/// Builds the checks as WebAssembly and runs them on each engine of `tests/store/engines.mjs`.
///
/// # Errors
/// A tool is missing and cannot be installed, it does not build, or an engine breaks a promise.
pub fn run() -> Result<()> {
    let compiler = Compiler::prepare()?;
    // wasm-opt.
    node::packages("ui")?;
    say("building what every store promises as WebAssembly");
    program::compile(&compiler, Profile::Release, PACKAGE, &[])?;
    let built = program::finish(Profile::Release, "onehall_store_conformance")?;
    let folder = workspace::target().join("store-conformance");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("conformance.js"), &built.module)?;
    fs::write(folder.join("conformance.wasm"), &built.wasm)?;
    let mut command = test::journey_command("--test")?;
    command
        .current_dir(workspace::root().join("tests/store"))
        .env("ONEHALL_TEST_STORE", folder)
        .env("ONEHALL_TEST_HOSTS", workspace::root().join("core/js"))
        .args(["--test-reporter=spec", "store.test.mjs"]);
    process::run_tests(&mut command)
}
