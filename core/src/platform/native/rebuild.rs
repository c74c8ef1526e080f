//! A database that grew too large is written anew, and takes the place of the old one in one step.
//!
//! The fresh one is whole and on the disk before the old one is moved to `store.old`; then the fresh one takes its name. So
//! whenever the power goes, [`settle`] finds which one counts: the one that has the name, else the fresh one where an old
//! one is there, for only then is it whole.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::database::{Failed, Open, guarded};
use super::secrets::sync_folder;

/// A database below this is not worth being written anew. sled takes half a megabyte where it holds nothing.
const REBUILD_FROM: u64 = if cfg!(test) { 2 * 1024 * 1024 } else { 8 * 1024 * 1024 };
/// So many bytes are written before somebody looks.
pub(super) const LOOK_AFTER: u64 = REBUILD_FROM / 2;

/// Finishes or undoes what was under way when the process ended.
pub(super) fn settle(place: &Path) -> io::Result<()> {
    let (fresh, old) = (fresh(place), old(place));
    if !is_there(place) && is_there(&old) {
        fs::rename(if is_there(&fresh) { &fresh } else { &old }, place)?;
        place.parent().map_or(Ok(()), sync_folder)?;
    }
    for rest in [fresh, old] {
        if is_there(&rest) {
            fs::remove_dir_all(rest)?;
        }
    }
    Ok(())
}

/// Writes the database anew where it takes more than twice what it holds. Whatever fails, one that is whole is at `place`, or
/// [`settle`] puts it there.
pub(super) fn where_too_large(place: &Path, mut open: Open) -> Result<Open, Failed> {
    open.looked();
    let too_large = guarded(|| open.sizes()).is_ok_and(|(size, live)| size > REBUILD_FROM && size > 2 * live);
    // Beside one that does not close no other is written.
    let waits = |failed: &mut Failed| !failed.is_closed();
    if !too_large || open.unwritten.as_mut().is_some_and(waits) {
        return Ok(open);
    }
    if let Err(mut failed) = write(&fresh(place), &open) {
        tracing::error!(error = %failed.error, "the store could not be made smaller; it stays as it is");
        if failed.is_closed() {
            let _ = fs::remove_dir_all(fresh(place));
        }
        open.unwritten = Some(failed);
        return Ok(open);
    }
    // Its files must not be open under their new name.
    open.close(Ok(()))?;
    if let Err(error) = swap(place) {
        tracing::error!(%error, "the store that was made smaller could not be put in its place");
        settle(place)?;
    }
    Open::database(place)
}

fn write(fresh: &Path, open: &Open) -> Result<(), Failed> {
    if is_there(fresh) {
        fs::remove_dir_all(fresh)?;
    }
    let written = Open::database(fresh)?;
    let copied = guarded(|| open.copy_into(&written));
    written.close(copied)?;
    sync_folder(fresh)?;
    fresh.parent().map_or(Ok(()), sync_folder)?;
    Ok(())
}

fn swap(place: &Path) -> io::Result<()> {
    fs::rename(place, old(place))?;
    fs::rename(fresh(place), place)?;
    place.parent().map_or(Ok(()), sync_folder)?;
    fs::remove_dir_all(old(place))
}

/// Moves a database out of the way, under a name that says why.
pub(super) fn put_aside(place: &Path, why: &str) -> io::Result<PathBuf> {
    let named = |number: u32| place.with_extension(format!("{why}-{number}"));
    let free = (1..).map(named).find(|aside| !is_there(aside));
    let aside = free.ok_or(io::ErrorKind::AlreadyExists)?;
    fs::rename(place, &aside)?;
    place.parent().map_or(Ok(()), sync_folder)?;
    Ok(aside)
}

fn fresh(place: &Path) -> PathBuf {
    place.with_extension("new")
}

fn old(place: &Path) -> PathBuf {
    place.with_extension("old")
}

fn is_there(place: &Path) -> bool {
    fs::symlink_metadata(place).is_ok()
}
