//! Declares the plugin's commands, so that a window must be permitted each of them, and puts into the program what it is
//! given: its pages, and the root that its updates are trusted by.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/packed.rs"]
#[allow(dead_code)]
mod packed;

fn main() -> io::Result<()> {
    tauri_plugin::Builder::new(&["dispatch", "listen", "report"]).build();
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let pages = given("ONEHALL_SHELL_PAGES");
    let release = given("ONEHALL_SHELL_RELEASE");
    let packed = match pages {
        None => Vec::new(),
        Some(folder) => {
            // Without a number every release would be newer than what is inside.
            let release = release.as_deref().and_then(|release| release.parse().ok());
            let release =
                release.ok_or_else(|| io::Error::other("ONEHALL_SHELL_RELEASE: the release that the pages are"))?;
            watch(Path::new(&folder))?;
            packed::pack(release, &packed::gather(Path::new(&folder))?)
        }
    };
    fs::write(out.join("pages.bin"), packed)?;
    let root = match given("ONEHALL_SHELL_ROOT") {
        None => Vec::new(),
        Some(file) => {
            println!("cargo::rerun-if-changed={file}");
            fs::read(file)?
        }
    };
    fs::write(out.join("root.json"), root)
}

/// What the environment gives to the build.
fn given(name: &str) -> Option<String> {
    println!("cargo::rerun-if-env-changed={name}");
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn watch(folder: &Path) -> io::Result<()> {
    if !folder.join("index.html").is_file() {
        return Err(io::Error::other(format!("{} has no index.html", folder.display())));
    }
    println!("cargo::rerun-if-changed={}", folder.display());
    Ok(())
}
