//! Every crate that OneHall is built from can be used under a licence that asks for no more than being named, and comes
//! from the registry.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{process, workspace};

/// Permissive licences, by their SPDX names.
const PERMISSIVE: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    // Of data: the root certificates that browsers trust.
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates under the Mozilla Public License 2.0, which asks that whoever changes their files publishes the change. We take
/// them as they are, in shells and in tools; none is in a page or in the backend.
const MPL: [&str; 13] = [
    // UniFFI, for phones.
    "uniffi",
    "uniffi_bindgen",
    "uniffi_core",
    "uniffi_internal_macros",
    "uniffi_macros",
    "uniffi_meta",
    "uniffi_pipeline",
    "uniffi_udl",
    // Below Tauri, for desktop and kiosk.
    "cssparser",
    "cssparser-macros",
    "dtoa-short",
    "option-ext",
    "selectors",
];

/// Checks every crate that cargo resolves.
///
/// # Errors
/// A crate under another licence, or from somewhere else.
pub fn check() -> Result<()> {
    let text = process::output(workspace::cargo().args(["metadata", "--locked", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&text).context("`cargo metadata` is not JSON")?;
    let packages = metadata["packages"]
        .as_array()
        .context("`cargo metadata` names no packages")?;
    let wrong: Vec<String> = packages.iter().filter_map(complaint).collect();
    if !wrong.is_empty() {
        bail!("{} crates cannot be used as they are:{}", wrong.len(), wrong.concat());
    }
    Ok(())
}

fn complaint(package: &Value) -> Option<String> {
    let name = package["name"].as_str().unwrap_or("a crate without a name");
    let licence = package["license"].as_str().unwrap_or("none named");
    let taken_as_it_is = licence == "MPL-2.0" && MPL.contains(&name);
    if !(is_permissive(licence) || taken_as_it_is) {
        return Some(format!("\n  {name}: its licence is {licence}"));
    }
    match package["source"].as_str() {
        // A crate of the workspace has no source.
        None => None,
        Some(source) if source.starts_with("registry+") => None,
        Some(source) => Some(format!("\n  {name}: it comes from {source}")),
    }
}

/// Whether one of the alternatives of an SPDX expression asks for permissive licences only.
fn is_permissive(expression: &str) -> bool {
    // `/` is how crates wrote OR before SPDX.
    let expression = expression.replace('/', " OR ");
    let parts = top_level(&expression, " OR ");
    if parts.len() > 1 {
        return parts.into_iter().any(is_permissive);
    }
    let parts = top_level(&expression, " AND ");
    if parts.len() > 1 {
        return parts.into_iter().all(is_permissive);
    }
    let single = expression.trim();
    match single.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => is_permissive(inner),
        None => PERMISSIVE.contains(&single.split_whitespace().collect::<Vec<_>>().join(" ").as_str()),
    }
}

/// The parts between a word, where it does not stand in parentheses.
fn top_level<'a>(expression: &'a str, word: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0_i32, 0);
    for (at, letter) in expression.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 && at >= from && expression[at..].starts_with(word) => {
                parts.push(&expression[from..at]);
                from = at + word.len();
            }
            _ => {}
        }
    }
    parts.push(&expression[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{complaint, is_permissive};

    #[test]
    fn the_mozilla_licence_is_taken_from_crates_that_are_named_here() {
        let package = |name: &str, licence: &str| json!({ "name": name, "license": licence, "source": null });
        assert_eq!(complaint(&package("uniffi_core", "MPL-2.0")), None);
        assert!(complaint(&package("uniffi_core", "GPL-3.0-only")).is_some());
        assert!(complaint(&package("stranger", "MPL-2.0")).is_some());
    }

    #[test]
    fn a_licence_is_taken_when_one_of_its_alternatives_is_permissive() {
        for licence in [
            "MIT",
            "MIT OR Apache-2.0",
            "Apache-2.0 / MIT",
            "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        ] {
            assert!(is_permissive(licence), "{licence}");
        }
        for licence in [
            "GPL-3.0-only",
            "MIT AND GPL-2.0",
            "(GPL-2.0 OR AGPL-3.0) AND MIT",
            "none named",
            "",
            "SSPL-1.0",
        ] {
            assert!(!is_permissive(licence), "{licence}");
        }
    }
}
