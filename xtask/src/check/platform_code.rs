//! Code that differs between targets stands in the core's ports and platforms, and nowhere else: so every rule that a
//! citizen meets is the same code on every terminal.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Where the product's own code stands.
const SOURCES: [&str; 4] = ["core", "ui", "backend", "mini-app-sdk"];

/// Where a condition on the target may stand.
const ALLOWED: [&str; 2] = ["core/src/ports", "core/src/platform"];

/// Checks the workspace as it stands.
///
/// # Errors
/// A condition on the target outside the places for it.
pub fn check() -> Result<()> {
    let mut wrong = Vec::new();
    for folder in SOURCES {
        for file in files(&workspace::root().join(folder), &["rs"])? {
            let shown = file.strip_prefix(workspace::root()).unwrap_or(&file);
            if ALLOWED.iter().any(|allowed| shown.starts_with(allowed)) {
                continue;
            }
            let text = fs::read_to_string(&file).with_context(|| format!("could not read {}", shown.display()))?;
            for (number, line) in text.lines().enumerate() {
                if depends_on_target(line) {
                    wrong.push(format!("\n  {}:{}: {}", shown.display(), number + 1, line.trim()));
                }
            }
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    bail!(
        "conditions on the target stand only in {}; but:{}",
        ALLOWED.join(" and "),
        wrong.concat()
    );
}

/// Whether a line of code compiles differently on different targets.
fn depends_on_target(line: &str) -> bool {
    let line = line.trim_start();
    let comment = line.starts_with("//");
    let condition = ["cfg(", "cfg!(", "cfg_attr("].iter().any(|start| line.contains(start));
    let target = [
        "target_arch",
        "target_family",
        "target_os",
        "target_env",
        "target_pointer_width",
        "target_vendor",
    ];
    !comment && condition && target.iter().any(|word| line.contains(word))
}

/// The files below a folder whose names end so, in order.
pub(super) fn files(folder: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("could not list {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                if !path.ends_with("node_modules") && !path.ends_with("target") {
                    folders.push(path);
                }
            } else if endings
                .iter()
                .any(|ending| path.extension().is_some_and(|extension| extension == *ending))
            {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::depends_on_target;

    #[test]
    fn conditions_on_the_target_are_seen_and_others_are_not() {
        for line in [
            "#[cfg(target_family = \"wasm\")]",
            "    #[cfg(not(target_arch = \"wasm32\"))]",
            "if cfg!(target_os = \"linux\") {",
            "#[cfg_attr(target_env = \"msvc\", allow(dead_code))]",
        ] {
            assert!(depends_on_target(line), "{line}");
        }
        for line in [
            "#[cfg(test)]",
            "// #[cfg(target_os = \"linux\")]",
            "let target_os = 1;",
            "#[cfg(unix)]",
        ] {
            assert!(!depends_on_target(line), "{line}");
        }
    }
}
