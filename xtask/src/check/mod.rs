//! Formatting, lints, documentation and the rules of the house.

pub mod attacks;
pub mod layers;
pub mod licences;
pub mod platform_code;
pub mod sql_subset;
pub mod wasm_graph;

use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::arguments::Arguments;
use crate::say::say;
use crate::toolchain::{self, wasm};
use crate::{analytics, form_schema, process, shells, workspace};

/// The packages that are built natively.
pub const NATIVE: [&str; 17] = [
    "onehall-protocol",
    "onehall-forms",
    "onehall-form-importers",
    "onehall-forms-conformance",
    "onehall-forms-fuzz",
    "onehall-client",
    "onehall-sync",
    "onehall-bundle",
    "onehall-updates",
    "onehall-publisher",
    "onehall-core",
    "onehall-mobile",
    "onehall-mobile-bindgen",
    "onehall-backend",
    "onehall-tests",
    "onehall-simulation",
    "xtask",
];

/// The packages that are compiled to WebAssembly.
pub const WASM: [&str; 4] = [
    "onehall-core",
    "onehall-ui",
    "onehall-mini-app-sdk",
    "onehall-store-conformance",
];

/// One thing that is checked.
pub struct Check {
    /// Its name, as the summary shows it.
    pub name: &'static str,
    /// Does it.
    pub run: fn() -> Result<()>,
}

/// Every check, the quick ones first.
pub const ALL: [Check; 13] = [
    Check {
        name: "layers",
        run: layers::check,
    },
    Check {
        name: "platform code",
        run: platform_code::check,
    },
    Check {
        name: "subset of SQL",
        run: sql_subset::check,
    },
    Check {
        name: "guards of the login",
        run: attacks::check,
    },
    Check {
        name: "analytics",
        run: analytics::check,
    },
    Check {
        name: "what is linked for WebAssembly",
        run: wasm_graph::check,
    },
    Check {
        name: "licences",
        run: licences::check,
    },
    Check {
        name: "formatting",
        run: formatting,
    },
    Check {
        name: "lints",
        run: lints,
    },
    Check {
        name: "schema of forms",
        run: form_schema::check,
    },
    Check {
        name: "lints for wasm",
        run: lints_for_wasm,
    },
    Check {
        name: "lints for shells",
        run: lints_for_shells,
    },
    Check {
        name: "documentation",
        run: documentation,
    },
];

/// `cargo xtask check`.
pub fn command(_: &Arguments) -> Result<ExitCode> {
    let mut parts = crate::test::Parts::default();
    for check in &ALL {
        parts.run(check.name, check.run);
    }
    Ok(parts.close())
}

fn formatting() -> Result<()> {
    component("fmt", "rustfmt")?;
    let mut fmt = workspace::cargo();
    fmt.args(["fmt", "--check"]);
    for package in NATIVE.iter().chain(&shells::PACKAGES).chain(&[
        "onehall-ui",
        "onehall-mini-app-sdk",
        "onehall-store-conformance",
    ]) {
        fmt.args(["-p", package]);
    }
    process::run(&mut fmt)
}

fn lints() -> Result<()> {
    component("clippy", "clippy")?;
    toolchain::c_compiler()?;
    let mut clippy = workspace::cargo();
    clippy.args(["clippy", "--quiet", "--keep-going", "--all-targets"]);
    for package in NATIVE {
        clippy.args(["-p", package]);
    }
    process::run(clippy.args(["--", "-D", "warnings"]))
}

fn lints_for_wasm() -> Result<()> {
    component("clippy", "clippy")?;
    let compiler = wasm::Compiler::prepare()?;
    if matches!(compiler, wasm::Compiler::Debian { .. }) {
        // Clippy comes with one compiler and cannot check with another: the build itself still shows rustc's warnings.
        say("skipped: only rustup's wasm target can be linted");
        return Ok(());
    }
    let mut clippy = compiler.cargo("clippy");
    clippy.args(["--quiet", "--keep-going"]);
    for package in WASM {
        clippy.args(["-p", package]);
    }
    // With the bundles of the shells and of the preview beside the others; that they need no core is what building them shows.
    clippy.args(["--features", "onehall-ui/shell,onehall-ui/preview"]);
    process::run(clippy.args(["--", "-D", "warnings"]))
}

/// Apart from the others: Tauri asks other features of what they share, which would then be compiled anew for all.
fn lints_for_shells() -> Result<()> {
    component("clippy", "clippy")?;
    shells::web_view()?;
    let mut clippy = workspace::cargo();
    clippy.args(["clippy", "--quiet", "--keep-going", "--all-targets"]);
    for package in shells::PACKAGES {
        clippy.args(["-p", package]);
    }
    process::run(clippy.args(["--", "-D", "warnings"]))
}

fn documentation() -> Result<()> {
    let mut doc = workspace::cargo();
    doc.env("RUSTDOCFLAGS", "-D warnings")
        .args(["doc", "--quiet", "--no-deps"]);
    for package in [
        "onehall-protocol",
        "onehall-forms",
        "onehall-form-importers",
        "onehall-client",
        "onehall-sync",
        "onehall-bundle",
        "onehall-updates",
        "onehall-publisher",
        "onehall-core",
        "onehall-mobile",
        "onehall-backend",
    ] {
        doc.args(["-p", package]);
    }
    process::run(doc.arg("--lib"))
}

/// Makes sure that a component of the Rust toolchain is here: cargo has `command` by it.
fn component(command: &str, component: &str) -> Result<()> {
    if process::succeeds(workspace::cargo().args([command, "--version"])) {
        return Ok(());
    }
    say(format!("adding the Rust component {component}"));
    process::run(
        Command::new("rustup")
            .current_dir(workspace::root())
            .args(["component", "add", component]),
    )
}
