//! `cargo xtask package`: the desktop as a package that a person installs, made by Tauri's own bundler; the hall as an archive that
//! a city unpacks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::arguments::Arguments;
use crate::say::say;
use crate::shells::{self, Shell};
use crate::toolchain::node;
use crate::{bundle, process, test, workspace};

/// The desktop's folder: its configuration, and the bundler as an npm package.
const DESKTOP: &str = "shells/desktop";

/// Builds the desktop with its pages inside and packs it; `--dev` packs a debug build, which is told where its pages are.
///
/// # Errors
/// Something is missing and cannot be installed, or does not build.
pub fn command(arguments: &Arguments) -> Result<ExitCode> {
    if arguments.has("hall") {
        let before = arguments.text("before").map(Path::new);
        say(format!("the hall: {}", hall(before)?.display()));
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.has("dev") {
        shells::build(&[Shell::Desktop], false)?;
        say(format!("the package: {}", packed(false)?.display()));
        return Ok(ExitCode::SUCCESS);
    }
    let number: u64 = arguments.value("release")?.unwrap_or(1);
    shells::web_view()?;
    bundle::build_shell(bundle::Profile::Release)?;
    let mut build = workspace::cargo();
    build
        .args(["build", "--release", "-p", "onehall-desktop"])
        .env("ONEHALL_SHELL_PAGES", workspace::shell_bundle().join("shell"))
        .env("ONEHALL_SHELL_RELEASE", number.to_string());
    process::run_quietly("desktop", &mut build).context("could not build the desktop")?;
    say(format!("the package: {}", packed(true)?.display()));
    Ok(ExitCode::SUCCESS)
}

/// Packs the hall: its one program, its pages and those of the form preview beside it, the demo city to begin with; of the
/// package that the city runs before this one, if given, what pages that are open may still ask for.
///
/// # Errors
/// Something is missing and cannot be installed, or does not build.
fn hall(before: Option<&Path>) -> Result<PathBuf> {
    bundle::build(bundle::Profile::Release)?;
    bundle::build_preview(bundle::Profile::Release)?;
    test::build_backend(true)?;
    let name = format!("onehall-{}-{}", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH);
    let packages = workspace::target().join("packages");
    let folder = packages.join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(folder.join("ui"))?;
    let program = workspace::backend(true);
    fs::copy(&program, folder.join("onehall")).with_context(|| format!("could not copy {}", program.display()))?;
    let parts = [
        (workspace::bundle().join("citizen"), "ui/citizen"),
        (workspace::bundle().join("console"), "ui/console"),
        (workspace::preview_bundle().join("preview"), "ui/preview"),
        (workspace::demo_city(), "demo-city"),
    ];
    for (from, to) in parts {
        let mut copy = Command::new("cp");
        copy.arg("-r").arg(&from).arg(folder.join(to));
        process::run_quietly("package", &mut copy)?;
    }
    // It may be of the same name, and is read before the new one is written.
    match before {
        Some(package) => pages_before(package, &folder)?,
        None => say("no page that is open goes on with its own files: `--before` names the package that they are of"),
    }
    let archive = folder.with_file_name(format!("{name}.tar.gz"));
    let mut tar = Command::new("tar");
    tar.args(["--owner=0", "--group=0", "-C"])
        .arg(&packages)
        .arg("-czf")
        .arg(&archive)
        .arg(&name);
    process::run_quietly("package", &mut tar)?;
    Ok(archive)
}

/// Takes from a package of the hall the files that its pages name by their hashes, and lays them beside the pages in `folder`.
///
/// # Errors
/// It is no package of the hall.
fn pages_before(package: &Path, folder: &Path) -> Result<()> {
    let before = folder.join("ui.before");
    fs::create_dir_all(&before)?;
    let mut tar = Command::new("tar");
    // Below a folder with the name of its version.
    tar.arg("-xzf")
        .arg(package)
        .arg("-C")
        .arg(&before)
        .args(["--strip-components=2", "--wildcards"])
        .args(["*/ui/citizen/assets", "*/ui/console/assets"]);
    process::run_quietly("package", &mut tar).with_context(|| format!("{} has no pages", package.display()))
}

/// Packs the desktop that is built, for Debian.
///
/// # Errors
/// The bundler cannot be had, or fails.
pub fn packed(release: bool) -> Result<PathBuf> {
    node::packages(DESKTOP)?;
    let folder = workspace::root().join(DESKTOP);
    let mut bundler = Command::new(folder.join("node_modules/.bin/tauri"));
    bundler
        .current_dir(&folder)
        .args(["bundle", "--ci", "--bundles", "deb"]);
    if !release {
        bundler.arg("--debug");
    }
    // Whatever shell this is: it looks for the build where cargo puts it.
    bundler.env("CARGO_TARGET_DIR", workspace::target());
    process::run_quietly("package", &mut bundler).context("could not pack the desktop")?;
    let built = workspace::target().join(if release { "release" } else { "debug" });
    let packages = built.join("bundle/deb");
    let version = env!("CARGO_PKG_VERSION");
    let found = std::fs::read_dir(&packages).with_context(|| format!("could not read {}", packages.display()))?;
    let mut found = found.filter_map(|entry| Some(entry.ok()?.path()));
    let wanted = format!("onehall-desktop_{version}_");
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&wanted) && name.ends_with(".deb")
    };
    match found.find(is_ours) {
        Some(package) => Ok(package),
        None => bail!("there is no package of version {version} in {}", packages.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_package_before_what_open_pages_ask_for_is_laid_beside_the_pages() -> Result<()> {
        let root = std::env::temp_dir().join(format!("onehall-package-{}", std::process::id()));
        for path in [
            "onehall-0.0.9/ui/citizen/index.html",
            "onehall-0.0.9/ui/citizen/assets/app-0123.js",
            "onehall-0.0.9/ui/console/assets/console-0123.js",
            "onehall-0.0.9/ui/preview/assets/preview-0123.js",
            "onehall-0.0.9/ui.before/citizen/assets/app-0012.js",
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap_or(&root))?;
            fs::write(path, "before")?;
        }
        let archive = root.join("before.tar.gz");
        let packed = Command::new("tar")
            .arg("-C")
            .arg(&root)
            .arg("-czf")
            .arg(&archive)
            .arg("onehall-0.0.9")
            .status()?;
        let folder = root.join("onehall-0.1.0");
        let laid = pages_before(&archive, &folder);
        let is_there = |path: &str| folder.join("ui.before").join(path).exists();
        let found = [
            "citizen/assets/app-0123.js",
            "console/assets/console-0123.js",
            "citizen/index.html",
            "preview",
            "citizen/assets/app-0012.js",
        ]
        .map(is_there);
        let nothing = pages_before(&root.join("gone.tar.gz"), &folder);
        fs::remove_dir_all(&root)?;
        assert!(packed.success() && laid.is_ok(), "{laid:?}");
        assert_eq!(found, [true, true, false, false, false]);
        assert!(nothing.is_err());
        Ok(())
    }
}
