//! What building and testing need beyond cargo: each part looks whether it is here and gets it where it can.

pub mod debian;
pub mod kotlin;
pub mod nats;
pub mod node;
pub mod postgres;
mod postgres_tls;
pub mod python;
pub mod wasm;

use std::path::PathBuf;

use anyhow::Result;

/// Makes sure that a C compiler is here: SQLite is compiled into the backend.
///
/// # Errors
/// It is missing and cannot be installed.
pub fn c_compiler() -> Result<()> {
    if crate::process::find("cc").is_some() {
        return Ok(());
    }
    debian::install("compiling SQLite into the backend", &["gcc", "libc6-dev"])
}

/// Chromium: Debian's, or the one that `ONEHALL_TEST_CHROMIUM` names.
pub fn chromium() -> PathBuf {
    std::env::var_os("ONEHALL_TEST_CHROMIUM").map_or(PathBuf::from("/usr/bin/chromium"), PathBuf::from)
}

/// Makes sure that Chromium and fonts with Chinese glyphs are here, for the journeys and the screenshots.
///
/// # Errors
/// They are missing and cannot be installed.
pub fn browser() -> Result<()> {
    if std::env::var_os("ONEHALL_TEST_CHROMIUM").is_some() {
        return Ok(());
    }
    debian::install("the tests in a real browser", &["chromium", "fonts-noto-cjk"])
}
