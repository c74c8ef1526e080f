//! What is compiled to WebAssembly: nothing of a native host reaches it.

use anyhow::{Context, Result, bail};

use crate::toolchain::wasm;
use crate::{process, workspace};

/// Crates that belong to a native host.
const NATIVE_ONLY: [&str; 7] = ["mio", "reqwest", "rustls", "sled", "tauri", "tokio", "uniffi"];

/// A program that is compiled to WebAssembly.
struct Program {
    package: &'static str,
    /// How it is built, where not with its default features.
    features: &'static [&'static str],
    /// Crates of ours that it must not link besides.
    not: &'static [&'static str],
}

const PROGRAMS: [Program; 3] = [
    Program {
        package: "onehall-ui",
        features: &[],
        not: &[],
    },
    // The page in a shell speaks to the native core over the bridge.
    Program {
        package: "onehall-ui",
        features: &["--no-default-features", "--features", "shell"],
        not: &["onehall-core"],
    },
    Program {
        package: "onehall-mini-app-sdk",
        features: &[],
        not: &[],
    },
];

/// Checks what each program links.
///
/// # Errors
/// A crate of a native host, named with the program that it reached.
pub fn check() -> Result<()> {
    for program in &PROGRAMS {
        let mut tree = workspace::cargo();
        tree.args(["tree", "--quiet", "-p", program.package, "--target", wasm::TARGET])
            .args(["-e", "normal", "--prefix", "none", "--format", "{lib}"])
            .args(program.features);
        let linked = process::output(&mut tree).context("cargo does not say what is linked")?;
        let wrong = wrong(&linked, program.not);
        if !wrong.is_empty() {
            bail!(
                "{} {} links {} for WebAssembly",
                program.package,
                program.features.join(" "),
                wrong.join(", ")
            );
        }
    }
    Ok(())
}

/// The crates that must not be linked, out of all that are.
fn wrong<'a>(linked: &'a str, not: &[&str]) -> Vec<&'a str> {
    // A library's name has underscores where its package has hyphens.
    let is = |line: &str, name: &&str| line.trim().replace('_', "-") == **name;
    let mut wrong: Vec<&str> = linked
        .lines()
        .map(str::trim)
        .filter(|line| NATIVE_ONLY.iter().chain(not).any(|name| is(line, name)))
        .collect();
    wrong.sort_unstable();
    wrong.dedup();
    wrong
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_crate_of_a_native_host_is_named_once_and_others_are_not() {
        let linked = "onehall_ui\ntokio\nonehall_core\nserde\ntokio\ntokio_stream\nsled\n";
        assert_eq!(super::wrong(linked, &[]), ["sled", "tokio"]);
        assert_eq!(
            super::wrong(linked, &["onehall-core"]),
            ["onehall_core", "sled", "tokio"]
        );
    }
}
