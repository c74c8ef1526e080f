//! A disk in memory that loses power at a given operation and then shows what a disk may show.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::disk::Disk;

#[derive(Default)]
pub struct FaultyDisk {
    inner: Mutex<Inner>,
}

#[derive(Default, Clone)]
struct Inner {
    files: Vec<Content>,
    /// The names as a program sees them.
    names: BTreeMap<String, usize>,
    /// The names that last.
    lasting: BTreeMap<String, usize>,
    done: usize,
    /// The operation at which power is lost.
    ends_at: Option<usize>,
    /// Whether the disk takes anything.
    full: bool,
}

#[derive(Default, Clone)]
struct Content {
    now: Vec<u8>,
    /// What lasts; none where it is the same.
    lasting: Option<Vec<u8>>,
}

impl Content {
    fn change(&mut self, change: impl FnOnce(&mut Vec<u8>)) {
        self.lasting.get_or_insert_with(|| self.now.clone());
        change(&mut self.now);
    }
}

fn no_power() -> io::Error {
    io::Error::other("there is no power")
}

impl FaultyDisk {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many operations there were that change something.
    pub fn done(&self) -> usize {
        self.lock().done
    }

    /// Whether everything so far was done.
    pub fn has_power(&self) -> bool {
        let inner = self.lock();
        inner.ends_at.is_none_or(|end| inner.done < end)
    }

    /// Power is lost in the operation of this number, counted from the first one.
    pub fn end_at(&self, operation: usize) {
        self.lock().ends_at = Some(operation);
    }

    /// From now on there is no room.
    pub fn fill(&self, full: bool) {
        self.lock().full = full;
    }

    /// Changes a byte in the middle of a file.
    pub fn damage(&self, path: &str) {
        let mut inner = self.lock();
        let file = inner
            .names
            .get(path)
            .copied()
            .unwrap_or_else(|| panic!("there is no {path}"));
        let middle = inner.files[file].now.len() / 2;
        inner.files[file].now[middle] ^= 1;
    }

    pub fn names(&self) -> Vec<String> {
        self.lock().names.keys().cloned().collect()
    }

    /// What another start may find after power was lost: of each name the old or the new file, of each file that was not
    /// synced the old content, the new one, a part of it, or as much of nothing.
    pub fn after_power_loss(&self, seed: u64) -> FaultyDisk {
        let before = self.lock().clone();
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut choose = |most: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % (most as u64).max(1)).unwrap_or_default()
        };
        let mut after = Inner::default();
        let names: BTreeSet<&String> = before.names.keys().chain(before.lasting.keys()).collect();
        for name in names {
            let (new, old) = (before.names.get(name), before.lasting.get(name));
            let Some(file) = (if choose(2) == 0 { new } else { old }) else {
                continue;
            };
            let content = &before.files[*file];
            let now = match &content.lasting {
                None => content.now.clone(),
                Some(lasting) => match choose(4) {
                    0 => lasting.clone(),
                    1 => content.now.clone(),
                    2 => content.now[..choose(content.now.len() + 1)].to_vec(),
                    _ => vec![0; content.now.len()],
                },
            };
            after.names.insert(name.clone(), after.files.len());
            after.files.push(Content { now, lasting: None });
        }
        after.lasting = after.names.clone();
        FaultyDisk {
            inner: Mutex::new(after),
        }
    }
}

impl Inner {
    /// Whether an operation is the last one, which may be done in part.
    fn last(&mut self) -> io::Result<bool> {
        if self.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.done += 1;
        match self.ends_at {
            Some(end) if self.done > end => Err(no_power()),
            Some(end) => Ok(self.done == end),
            None => Ok(false),
        }
    }

    fn file(&mut self, path: &str) -> usize {
        if let Some(file) = self.names.get(path) {
            return *file;
        }
        self.files.push(Content::default());
        self.names.insert(path.to_owned(), self.files.len() - 1);
        self.files.len() - 1
    }
}

fn unless(last: bool) -> io::Result<()> {
    if last { Err(no_power()) } else { Ok(()) }
}

impl Disk for FaultyDisk {
    fn read(&self, path: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        let inner = self.lock();
        let Some(file) = inner.names.get(path) else {
            return Ok(None);
        };
        let content = inner.files[*file].now.clone();
        if content.len() as u64 > most {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Some(content))
    }

    fn write(&self, path: &str, content: &[u8]) -> io::Result<()> {
        let mut inner = self.lock();
        let last = inner.last()?;
        let file = inner.file(path);
        let end = if last { content.len() / 2 } else { content.len() };
        inner.files[file].change(|now| *now = content[..end].to_vec());
        unless(last)
    }

    fn append(&self, path: &str, content: &[u8]) -> io::Result<()> {
        let mut inner = self.lock();
        let last = inner.last()?;
        let file = inner.file(path);
        let end = if last { content.len() / 2 } else { content.len() };
        inner.files[file].change(|now| now.extend_from_slice(&content[..end]));
        unless(last)
    }

    fn sync(&self, path: &str) -> io::Result<()> {
        let mut inner = self.lock();
        unless(inner.last()?)?;
        let file = inner.names.get(path).copied().ok_or(io::ErrorKind::NotFound)?;
        inner.files[file].lasting = None;
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut inner = self.lock();
        let last = inner.last()?;
        let file = inner.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        inner.names.insert(to.to_owned(), file);
        unless(last)
    }

    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        let mut inner = self.lock();
        unless(inner.last()?)?;
        let within = |name: &str| name.rsplit_once('/').map_or("", |(folder, _)| folder) == folder;
        let now: Vec<(String, usize)> = inner
            .names
            .iter()
            .filter(|(name, _)| within(name))
            .map(|(name, file)| (name.clone(), *file))
            .collect();
        inner.lasting.retain(|name, _| !within(name));
        inner.lasting.extend(now);
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut inner = self.lock();
        let last = inner.last()?;
        inner.names.remove(path);
        unless(last)
    }

    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        let inner = self.lock();
        let within = inner.names.iter().filter_map(|(name, file)| {
            let (place, name) = name.rsplit_once('/')?;
            (place == folder).then(|| (name.to_owned(), inner.files[*file].now.len() as u64))
        });
        Ok(within.collect())
    }
}
