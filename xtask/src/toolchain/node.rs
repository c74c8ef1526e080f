//! Node.js and the npm packages of a folder.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::bundle::fingerprint;
use crate::say::say;
use crate::{process, workspace};

use super::debian;

/// The oldest Node.js that the build scripts and the browser tests run on.
pub const OLDEST: u32 = 20;

/// The major version of the installed Node.js.
pub fn version() -> Option<u32> {
    let text = process::output(Command::new("node").arg("--version")).ok()?;
    text.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Makes sure that Node.js and npm are here.
///
/// # Errors
/// They are missing or too old and cannot be installed.
pub fn prepare() -> Result<()> {
    if version().is_none() || process::find("npm").is_none() {
        debian::install("building the pages", &["nodejs", "npm"])?;
    }
    match version() {
        Some(version) if version >= OLDEST => Ok(()),
        Some(version) => bail!("Node.js {version} is too old: install Node.js {OLDEST} or newer (nodejs.org)"),
        None => bail!("Node.js is missing: install Node.js {OLDEST} or newer (nodejs.org)"),
    }
}

/// Installs the npm packages of `folder` (relative to the workspace) exactly as its lock file says, unless they are
/// there already.
///
/// # Errors
/// Node.js is missing, or npm fails.
pub fn packages(folder: &str) -> Result<()> {
    prepare()?;
    let folder = workspace::root().join(folder);
    if installed(&folder) {
        return Ok(());
    }
    say(format!("getting the npm packages of {}", shown(&folder)));
    let mut npm = Command::new("npm");
    npm.current_dir(&folder)
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
    process::run_quietly("npm ci", &mut npm)?;
    fs::write(folder.join(STAMP), lock(&folder)?).context("could not note the installed npm packages")
}

/// Whether the packages of `folder` are installed as its lock file says.
pub fn installed(folder: &Path) -> bool {
    let stamp = fs::read_to_string(folder.join(STAMP));
    matches!((stamp, lock(folder)), (Ok(stamp), Ok(lock)) if stamp == lock)
}

/// Says for which lock file the packages were installed.
const STAMP: &str = "node_modules/.installed-for";

fn lock(folder: &Path) -> Result<String> {
    let file = folder.join("package-lock.json");
    let bytes = fs::read(&file).with_context(|| format!("could not read {}", file.display()))?;
    Ok(fingerprint::of_bytes(&bytes))
}

fn shown(folder: &Path) -> String {
    folder
        .strip_prefix(workspace::root())
        .unwrap_or(folder)
        .display()
        .to_string()
}
