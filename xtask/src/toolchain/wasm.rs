//! Compiling to WebAssembly: rustup's target, or Debian's compiler where that target cannot be fetched.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::say::say;
use crate::{process, workspace};

use super::debian;

/// The target of every wasm build.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's compiler with the sources of its standard library.
const DEBIAN: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// A way to compile to WebAssembly.
#[derive(Debug, Clone)]
pub enum Compiler {
    /// The toolchain that runs this, with its wasm target.
    Toolchain,
    /// Debian's compiler, which builds the standard library too, with this linker.
    Debian {
        /// rustup's own `rust-lld`.
        linker: PathBuf,
    },
}

impl Compiler {
    /// The way that is ready to use now, without installing anything.
    pub fn ready() -> Option<Compiler> {
        if target_is_installed() {
            return Some(Compiler::Toolchain);
        }
        let here = Path::new("/usr/bin/rustc").is_file() && debian::has("rust-web-src") && debian::has("cargo-web");
        linker().filter(|_| here).map(|linker| Compiler::Debian { linker })
    }

    /// Makes sure that one of the ways is ready.
    ///
    /// # Errors
    /// Neither is, nor can be installed.
    pub fn prepare() -> Result<Compiler> {
        if let Some(ready) = Compiler::ready() {
            return Ok(ready);
        }
        if process::find("rustup").is_some() {
            say(format!("adding the Rust target {TARGET}"));
            let mut rustup = Command::new("rustup");
            rustup.current_dir(workspace::root()).args(["target", "add", TARGET]);
            match process::output(&mut rustup) {
                Ok(_) if target_is_installed() => return Ok(Compiler::Toolchain),
                Ok(_) => say("the target is still not there; trying Debian's compiler"),
                Err(error) => say(format!("that failed; trying Debian's compiler ({error:#})")),
            }
        }
        debian::install("compiling the pages to WebAssembly", &DEBIAN).with_context(|| {
            format!("the wasm target of Rust is missing: `rustup target add {TARGET}` would be enough")
        })?;
        Compiler::ready().context("Debian's wasm compiler is installed, but the linker `rust-lld` was not found")
    }

    /// `cargo <command>` for the wasm target.
    pub fn cargo(&self, command: &str) -> Command {
        match self {
            Compiler::Toolchain => {
                let mut cargo = workspace::cargo();
                cargo.args([command, "--target", TARGET]);
                cargo
            }
            Compiler::Debian { linker } => {
                let mut cargo = Command::new("/usr/bin/cargo");
                cargo
                    .current_dir(workspace::root())
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("RUSTC", "/usr/bin/rustc")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                    .args([command, "-Z", "build-std=std,panic_abort", "--target", TARGET]);
                // These would lead Debian's cargo back to rustup's compiler.
                for name in ["RUSTUP_TOOLCHAIN", "CARGO", "RUSTDOC"] {
                    cargo.env_remove(name);
                }
                cargo
            }
        }
    }

    /// What compiles, for a fingerprint.
    pub fn version(&self) -> Result<String> {
        match self {
            Compiler::Toolchain => process::output(rustc().arg("-vV")),
            Compiler::Debian { .. } => process::output(Command::new("/usr/bin/rustc").arg("-vV")),
        }
    }
}

/// The folders in which sources of others lie: crates, and the standard library.
pub fn sources() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let crates = home.and_then(|home| home.join("registry/src").read_dir().ok());
    let mut folders: Vec<PathBuf> = crates
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    if let Ok(sysroot) = process::output(rustc().args(["--print", "sysroot"])) {
        folders.push(Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library"));
    }
    folders
}

fn rustc() -> Command {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(workspace::root());
    rustc
}

fn target_is_installed() -> bool {
    process::output(rustc().args(["--print", "target-libdir", "--target", TARGET]))
        .is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}

/// rustup's own linker for wasm.
fn linker() -> Option<PathBuf> {
    let sysroot = process::output(rustc().args(["--print", "sysroot"])).ok()?;
    let version = process::output(rustc().arg("-vV")).ok()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "))?;
    let linker = Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(host)
        .join("bin/rust-lld");
    linker.is_file().then_some(linker)
}
