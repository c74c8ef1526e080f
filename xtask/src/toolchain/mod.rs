//! What building and testing need beyond cargo: each part looks whether it is here and gets it where it can.

pub mod debian;
pub mod node;
pub mod wasm;

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

/// Where Debian's Chromium is.
pub const CHROMIUM: &str = "/usr/bin/chromium";

/// Makes sure that Chromium and fonts with Chinese glyphs are here, for the journeys and the screenshots.
///
/// # Errors
/// They are missing and cannot be installed.
pub fn browser() -> Result<()> {
    debian::install("the tests in a real browser", &["chromium", "fonts-noto-cjk"])
}
