//! nats-server, for the tests of several replicas: they start and stop it themselves, on a port of their own.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::debian;
use crate::process;

/// The variable with the path of the program; where it is set, that one is used.
pub const PROGRAM: &str = "ONEHALL_TEST_NATS";

/// Debian's package.
pub const PACKAGE: &str = "nats-server";

/// The program that is here.
pub fn found() -> Option<PathBuf> {
    match std::env::var_os(PROGRAM) {
        Some(program) => Some(program.into()),
        // Debian's place is in root's PATH alone.
        None => process::find("nats-server")
            .or_else(|| Some(PathBuf::from("/usr/sbin/nats-server")).filter(|path| path.is_file())),
    }
}

/// The program, installed where it is missing.
///
/// # Errors
/// It is missing and cannot be installed.
pub fn program() -> Result<PathBuf> {
    if let Some(found) = found() {
        return Ok(found);
    }
    debian::install("the tests of several replicas", &[PACKAGE])?;
    found().context("nats-server was installed, and is not in PATH")
}
