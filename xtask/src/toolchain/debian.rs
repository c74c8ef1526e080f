//! Debian packages, where this is a Debian.

use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Result, bail};

use crate::process;
use crate::say::say;

/// Whether a package is installed.
pub fn has(package: &str) -> bool {
    process::output(Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]))
        .is_ok_and(|status| status == "installed")
}

/// Whether packages can be installed without asking anybody: apt is here and we are root.
pub fn can_install() -> bool {
    process::find("apt-get").is_some()
        && process::output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}

/// What a person types to get these packages.
pub fn advice(packages: &[&str]) -> String {
    match process::find("apt-get") {
        Some(_) => format!("sudo apt-get install --yes {}", packages.join(" ")),
        None => format!("install what Debian calls: {}", packages.join(", ")),
    }
}

/// Installs those of these packages that are missing.
///
/// # Errors
/// Something is missing and cannot be installed here: one line says what to type.
pub fn install(purpose: &str, packages: &[&str]) -> Result<()> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !has(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !can_install() {
        bail!(
            "{purpose} needs {}, which is not here: {}",
            missing.join(", "),
            advice(&missing)
        );
    }
    refresh_lists()?;
    say(format!("installing for {purpose}: {}", missing.join(", ")));
    let mut apt = apt();
    apt.args(["install", "--yes", "--no-install-recommends"]).args(&missing);
    process::run_quietly("apt-get install", &mut apt)
}

/// `apt-get update`, once in a run: the lists of a fresh machine are empty or old.
fn refresh_lists() -> Result<()> {
    static DONE: OnceLock<()> = OnceLock::new();
    if DONE.get().is_none() {
        say("refreshing the package lists");
        process::run_quietly("apt-get update", apt().arg("update"))?;
        DONE.get_or_init(|| ());
    }
    Ok(())
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.env("DEBIAN_FRONTEND", "noninteractive")
        .args(["-o", "DPkg::Lock::Timeout=120"]);
    apt
}
