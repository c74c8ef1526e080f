//! Whether two builds of one commit give the same bytes: then whoever has the commit can say that what is signed was made of
//! it. Each build is in a folder of its own, of another name, and from nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::say::say;
use crate::{process, workspace};

use super::fingerprint;

/// Builds the commit that is checked out twice, and compares. `words` are the options of `bundle`; what is not committed is in
/// neither build.
///
/// # Errors
/// A build fails, or a file differs.
pub fn verify(words: &[String], bundle: &str) -> Result<()> {
    let commit = process::output(git().args(["rev-parse", "HEAD"]))?;
    let commit = commit.trim();
    let place = std::env::temp_dir().join(format!("onehall-verify-{}", std::process::id()));
    let removed = Removed(place.clone());
    let mut built = Vec::new();
    for name in ["one", "the-other"] {
        say(format!("building {commit} in {}", place.join(name).display()));
        built.push(build(&place.join(name), commit, words)?.join(bundle));
    }
    let (one, other) = (contents(&built[0])?, contents(&built[1])?);
    drop(removed);
    let differing = differing(&one, &other);
    if !differing.is_empty() {
        bail!("two builds of {commit} differ in {}", differing.join(", "));
    }
    for (path, hash) in &one {
        println!("{hash}  {path}");
    }
    say(format!(
        "two builds of {commit} are the same in all {} files",
        one.len()
    ));
    Ok(())
}

fn git() -> Command {
    let mut git = Command::new("git");
    git.current_dir(workspace::root());
    git
}

/// Removes a folder, whatever happens.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The target folder of a build of a commit in an empty folder.
fn build(folder: &Path, commit: &str, words: &[String]) -> Result<PathBuf> {
    unpack(folder, commit)?;
    build_in(folder, words)
}

/// Puts the files of a commit into a folder.
///
/// # Errors
/// Git does not know the commit, or the folder cannot be written.
pub fn unpack(folder: &Path, commit: &str) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("could not create {}", folder.display()))?;
    let mut archive = git();
    let mut archive = archive
        .args(["archive", "--format=tar", commit])
        .stdout(Stdio::piped())
        .spawn()
        .context("could not start git")?;
    let unpacked = Command::new("tar")
        .args(["-x", "-C"])
        .arg(folder)
        .stdin(archive.stdout.take().map_or(Stdio::null(), Stdio::from))
        .status()
        .context("could not start tar")?;
    if !(archive.wait()?.success() && unpacked.success()) {
        bail!("the commit could not be unpacked");
    }
    Ok(())
}

/// Builds the pages of the project in another folder; its own target folder.
///
/// # Errors
/// They do not build.
pub fn build_in(folder: &Path, words: &[String]) -> Result<PathBuf> {
    let target = folder.join("target");
    let mut cargo = workspace::cargo();
    cargo
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", &target)
        .args(["xtask", "bundle"])
        .args(words);
    process::run_quietly("the pages", &mut cargo)?;
    Ok(target)
}

/// The hash of each file below a folder, by its path.
fn contents(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("could not list {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
            let name = path
                .strip_prefix(folder)
                .unwrap_or(&path)
                .to_string_lossy()
                .into_owned();
            found.insert(name, fingerprint::of_bytes(&bytes));
        }
    }
    if found.is_empty() {
        bail!("{} is empty", folder.display());
    }
    Ok(found)
}

/// The files that are not the same in both, or in one alone.
fn differing(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<String> {
    let all: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    all.into_iter()
        .filter(|path| one.get(*path) != other.get(*path))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_differs_or_is_in_one_build_alone_is_named() {
        let files = |all: &[(&str, &str)]| {
            let all = all.iter().map(|(path, hash)| ((*path).to_owned(), (*hash).to_owned()));
            all.collect::<BTreeMap<_, _>>()
        };
        let one = files(&[("a", "1"), ("b", "2"), ("c", "3")]);
        assert!(differing(&one, &one.clone()).is_empty());
        let other = files(&[("a", "1"), ("b", "4"), ("d", "3")]);
        assert_eq!(differing(&one, &other), ["b", "c", "d"]);
    }
}
