//! Content hashes: of what a bundle is made of, so that a warm start does no needless work, and of what is in it, so
//! that a browser may keep each file for ever.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::workspace;

/// Everything in the workspace that a bundle is made of.
pub const INPUTS: [&str; 9] = [
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "core",
    "ui",
    "xtask/Cargo.toml",
    "xtask/src/bundle",
    "xtask/src/toolchain/wasm.rs",
    "xtask/scripts",
];

/// Folders whose files are in no bundle.
const NO_INPUTS: [&str; 4] = ["node_modules", "tests", "benches", "target"];

/// The hash of some bytes: 64 hexadecimal digits.
pub fn of_bytes(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// A short hash for a file name.
pub fn short(bytes: &[u8]) -> String {
    of_bytes(bytes)[..16].to_owned()
}

/// The hash of everything that a bundle is made of; `how` says what else decides: profile and compiler.
///
/// # Errors
/// A file cannot be read.
pub fn of_inputs(how: &[&str]) -> Result<String> {
    let mut files = Vec::new();
    for input in INPUTS {
        collect(&workspace::root().join(input), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    for word in how {
        hash.update(word);
        hash.update([0]);
    }
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("could not read {}", file.display()))?;
        // Lengths keep the end of one file from being the start of the next.
        let name = file.strip_prefix(workspace::root()).unwrap_or(&file);
        hash.update(name.to_string_lossy().as_bytes());
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(&bytes);
    }
    Ok(hex(&hash.finalize()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(|| format!("could not list {}", path.display()))? {
        let entry = entry?.path();
        let documentation = entry.extension().is_some_and(|extension| extension == "md");
        if !documentation && !NO_INPUTS.iter().any(|name| entry.ends_with(name)) {
            collect(&entry, files)?;
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fingerprint_stays_while_nothing_changes_and_follows_the_profile() -> anyhow::Result<()> {
        let release = super::of_inputs(&["wasm-release"])?;
        assert_eq!(release, super::of_inputs(&["wasm-release"])?);
        assert_ne!(release, super::of_inputs(&["wasm-dev"])?);
        Ok(())
    }
}
