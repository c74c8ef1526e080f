//! What hot updates cost: the pages of the shells, with one text changed and with a page added, each built for release.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::bundle::verify;
use crate::say::say;
use crate::{process, workspace};

/// Which pages were built before, instead of building them: `BEFORE:TEXT:PAGE`, folders.
const BUILT: &str = "ONEHALL_BENCH_PAGES";

/// A text of the pages, and what stands there afterwards.
const TEXT: (&str, &str, &str) = ("ui/src/texts/home.rs", "您要办什么事？", "您今天要办什么事？");

/// The table of pages, and where another one goes in.
const PAGES: (&str, &str) = (
    "ui/src/citizen/app.rs",
    "    (\"/accessibility\", || AccessibilityPage().into_any()),\n",
);

/// Prints a table for docs/benchmarks.md.
///
/// # Errors
/// The pages do not build, or an update does not come.
pub fn bench() -> Result<()> {
    let pages = match std::env::var(BUILT) {
        Ok(folders) => folders.split(':').map(PathBuf::from).collect(),
        Err(_) => build()?,
    };
    let [before, text, page] = pages.as_slice() else {
        bail!("{BUILT} has to name three folders");
    };
    let mut measure = workspace::cargo();
    measure.args([
        "run",
        "--release",
        "-p",
        "onehall-publisher",
        "--features",
        "testing",
        "--example",
        "measure_updates",
        "--",
    ]);
    measure.arg(before);
    for (name, pages) in [("a text changed", text), ("a page added", page)] {
        measure.arg(format!("{name}={}", pages.display()));
    }
    process::run(&mut measure)
}

/// Builds the pages of the commit that is checked out three times, in a folder of its own.
fn build() -> Result<Vec<PathBuf>> {
    let place = workspace::target().join("bench-updates");
    let source = place.join("source");
    if source.exists() {
        fs::remove_dir_all(&source)?;
    }
    verify::unpack(&source, "HEAD")?;
    let mut built = vec![keep(&place, &source, "before")?];
    let (path, from, to) = TEXT;
    let before = change(&source.join(path), from, to)?;
    built.push(keep(&place, &source, "text")?);
    fs::write(source.join(path), before)?;
    let (path, line) = PAGES;
    let added = line.replace("/accessibility", "/accessibility/notes");
    change(&source.join(path), line, &format!("{line}{added}"))?;
    built.push(keep(&place, &source, "page")?);
    Ok(built)
}

/// Builds the pages as they are in the source, and keeps a copy.
fn keep(place: &Path, source: &Path, name: &str) -> Result<PathBuf> {
    say(format!("pages for the measurement: {name}"));
    let words = ["--flavour", "shell"].map(str::to_owned);
    let from = verify::build_in(source, &words)?.join("bundle-shell/shell");
    let to = place.join(name);
    if to.exists() {
        fs::remove_dir_all(&to)?;
    }
    copy(&from, &to)?;
    Ok(to)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("could not list {}", from.display()))? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

/// Puts another text into a file; what it was before.
fn change(path: &Path, from: &str, to: &str) -> Result<String> {
    let before = fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()))?;
    if !before.contains(from) {
        bail!("{} has no `{}` to change", path.display(), from.trim());
    }
    fs::write(path, before.replacen(from, to, 1))?;
    Ok(before)
}
