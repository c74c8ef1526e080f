//! What a bundle weighs: each file, as it is and as it travels.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::say::size;
use crate::workspace;

/// At the end of the name of what comes later.
pub const LATER: &str = "-later";

/// What the citizen's WebAssembly may weigh on the wire when a page is opened.
const BUDGET: u64 = 400 * 1024;

/// What is not compressed already.
const COMPRESSIBLE: [&str; 6] = ["css", "html", "js", "json", "svg", "wasm"];

/// Writes the brotli form beside each file of a bundle that gains by it.
///
/// # Errors
/// Node fails.
pub fn compress(bundle: &Path) -> Result<()> {
    let list: String = files(bundle)?
        .iter()
        .filter(|file| has_extension(file, &COMPRESSIBLE))
        .map(|file| format!("{}\n", file.display()))
        .collect();
    let mut node = Command::new("node")
        .arg(workspace::root().join("xtask/scripts/compress.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("could not start node")?;
    if let Some(mut input) = node.stdin.take() {
        input.write_all(list.as_bytes())?;
    }
    if !node.wait()?.success() {
        bail!("the bundle could not be compressed");
    }
    Ok(())
}

/// The sizes of each flavour in a line.
///
/// # Errors
/// The bundle cannot be read.
pub fn summary(bundle: &Path) -> Result<String> {
    let mut parts = Vec::new();
    for flavour in flavours(bundle)? {
        let files = weigh(&flavour)?;
        let wire: u64 = files.iter().map(|file| file.wire).sum();
        parts.push(format!("{} {} on the wire", name(&flavour), size(wire)));
    }
    Ok(parts.join(", "))
}

/// The sizes of each file, and how the citizen's program stands to its budget.
///
/// # Errors
/// The bundle cannot be read.
pub fn table(bundle: &Path) -> Result<String> {
    let mut table = String::new();
    for flavour in flavours(bundle)? {
        let files = weigh(&flavour)?;
        let _ = writeln!(table, "\n{:<42} {:>10} {:>10}", name(&flavour), "raw", "brotli");
        for file in &files {
            let _ = writeln!(
                table,
                "  {:<40} {:>10} {:>10}",
                file.name,
                size(file.raw),
                size(file.wire)
            );
        }
        let (raw, wire) = files
            .iter()
            .fold((0, 0), |(raw, wire), file| (raw + file.raw, wire + file.wire));
        let _ = writeln!(table, "  {:<40} {:>10} {:>10}", "in all", size(raw), size(wire));
    }
    if let Some(budget) = citizens(bundle)? {
        let _ = writeln!(table, "\n{}", budget.line());
    }
    Ok(table)
}

/// How the citizen's program stands to its budget, where the bundle holds one.
///
/// # Errors
/// The bundle cannot be read.
pub fn citizens(bundle: &Path) -> Result<Option<Budget>> {
    // The pages of a shell are on its machine already when one is opened.
    let citizen = bundle.join("citizen");
    if !citizen.is_dir() {
        return Ok(None);
    }
    let files = weigh(&citizen)?;
    let first = |file: &Weight| file.name.ends_with(".wasm") && !file.name.contains(LATER);
    Ok(files.into_iter().find(first).map(|program| Budget {
        what: "the citizen's wasm, when a page is opened",
        weight: program.wire,
        allowed: BUDGET,
    }))
}

/// What something weighs, and may.
pub struct Budget {
    /// What it is.
    pub what: &'static str,
    /// Bytes.
    pub weight: u64,
    /// As many bytes as it may have.
    pub allowed: u64,
}

impl Budget {
    /// A line about it.
    pub fn line(&self) -> String {
        let stands = if self.weight <= self.allowed { "within" } else { "OVER" };
        let (weight, allowed) = (size(self.weight), size(self.allowed));
        format!("{}: {weight} {stands} the budget of {allowed}", self.what)
    }
}

/// Holds things to their budgets.
///
/// # Errors
/// Some weigh more than they may: these are named.
pub fn hold(budgets: &[Budget]) -> Result<()> {
    let over: Vec<String> = budgets
        .iter()
        .filter(|budget| budget.weight > budget.allowed)
        .map(|budget| {
            let more = budget.weight - budget.allowed;
            format!("{} ({more} bytes too many)", budget.line())
        })
        .collect();
    if over.is_empty() {
        return Ok(());
    }
    bail!(
        "{}; docs/benchmarks.md says what has made it smaller before",
        over.join("; ")
    )
}

/// What a file weighs.
pub struct Weight {
    /// Its name.
    pub name: String,
    /// Bytes as it is.
    pub raw: u64,
    /// Bytes on the wire: in brotli, where it was compressed.
    pub wire: u64,
}

/// What each file below a folder weighs, the heaviest first.
///
/// # Errors
/// It cannot be read.
pub fn weigh(folder: &Path) -> Result<Vec<Weight>> {
    let mut weights = Vec::new();
    for file in files(folder)? {
        if has_extension(&file, &["br"]) {
            continue;
        }
        let raw = fs::metadata(&file)?.len();
        let mut compressed = file.clone().into_os_string();
        compressed.push(".br");
        let wire = fs::metadata(&compressed).map_or(raw, |small| small.len());
        weights.push(Weight {
            name: name(&file),
            raw,
            wire,
        });
    }
    weights.sort_by_key(|file| std::cmp::Reverse(file.raw));
    Ok(weights)
}

fn flavours(bundle: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(bundle).with_context(|| format!("could not list {}", bundle.display()))?;
    let mut flavours: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    flavours.sort();
    Ok(flavours)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn has_extension(file: &Path, extensions: &[&str]) -> bool {
    file.extension()
        .is_some_and(|extension| extensions.iter().any(|known| extension == *known))
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Budget, hold};

    fn budget(weight: u64) -> Budget {
        Budget {
            what: "a page",
            weight,
            allowed: 2048,
        }
    }

    #[test]
    fn what_weighs_a_byte_more_than_it_may_is_named() {
        assert!(hold(&[budget(2048), budget(0)]).is_ok());
        let said = hold(&[budget(2048), budget(2049)]).map_err(|error| error.to_string());
        assert!(said.is_err_and(|said| said.contains("a page") && said.contains("(1 bytes too many)")));
    }
}
