//! The database of a store: sled, made to keep what it acknowledged.
//!
//! sled 0.34.7 keeps writes in memory for up to half a second, and its `flush` hands them to the operating system without
//! an fsync on Linux. So a change here is: into the tree, `flush`, then `sync_data` on the database file; it is
//! acknowledged after that. sled finds some damage by a panic, so each of its calls is guarded; it may wait for ever while it
//! closes what it could not write, so whatever may have failed is closed by a thread of its own.
//!
//! Large values are cut into pieces: sled writes those beyond its segments into files of their own, whose life is no part of
//! its log. What has become of space: `rebuild`.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::rebuild;
use crate::ports::{StoreError, Write, is_terminals};

/// The layout of the database: 1 is a tree of values and pieces.
const FORMAT: u32 = 1;
/// Trees of the database.
const VALUES: &str = "values";
const ABOUT: &str = "about";
/// How long somebody waits until a database is closed.
const CLOSES_WITHIN: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 5 });
/// No value in sled is longer.
const PIECE: usize = 48 * 1024;
/// With what the keys of values and of pieces begin.
const VALUE_AT: u8 = b'v';
const PIECE_AT: u8 = b'p';
/// With what a value begins: it follows, or lies in pieces.
const WHOLE: u8 = 0;
const CUT: u8 = 1;

/// An open database.
pub(super) struct Open {
    database: sled::Db,
    values: sled::Tree,
    /// sled's own file, to be synced after it was flushed.
    file: File,
    /// Bytes that were written since somebody looked whether it grew too large.
    pub(super) written: u64,
    /// That which was to take its place, and could not be written.
    pub(super) unwritten: Option<Failed>,
}

/// Why no database is open, and the one that failed, which a thread of its own closes. Until that has ended its file is locked,
/// in this process too.
pub(super) struct Failed {
    pub(super) error: sled::Error,
    /// None where nothing was open.
    closed: Option<Receiver<()>>,
    /// How long it is worth to wait for that.
    patience: Duration,
}

impl Failed {
    /// Closes what failed. Does not wait for it.
    pub(super) fn of(error: sled::Error, database: impl Send + 'static) -> Failed {
        let (closes, closed): (Sender<()>, _) = channel();
        std::thread::spawn(move || {
            let _ = guarded(|| {
                drop(database);
                Ok(())
            });
            drop(closes);
        });
        Failed {
            error,
            closed: Some(closed),
            patience: CLOSES_WITHIN,
        }
    }

    /// Whether it is closed, for which it waits. Nobody waits twice for what may never come.
    pub(super) fn is_closed(&mut self) -> bool {
        let waited = self.closed.as_ref().map(|closed| closed.recv_timeout(self.patience));
        let is_closed = waited != Some(Err(RecvTimeoutError::Timeout));
        if !is_closed {
            self.patience = Duration::ZERO;
        }
        is_closed
    }

    pub(super) fn reason(&self) -> StoreError {
        of_sled(&self.error)
    }

    /// Whether it is the disk's fault, or another process': what is put aside then may be read again tomorrow.
    fn may_pass(&self) -> bool {
        match &self.error {
            error if is_held(error) => true,
            sled::Error::Io(error) => error.kind() != io::ErrorKind::Other,
            _ => false,
        }
    }
}

impl From<sled::Error> for Failed {
    fn from(error: sled::Error) -> Failed {
        Failed {
            error,
            closed: None,
            patience: CLOSES_WITHIN,
        }
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Failed {
        sled::Error::from(error).into()
    }
}

/// Does something with sled, a panic of which is an error like others.
pub(super) fn guarded<T>(work: impl FnOnce() -> sled::Result<T>) -> sled::Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(sled::Error::ReportableBug("it panicked".to_owned())))
}

pub(super) fn of_io(kind: io::ErrorKind) -> StoreError {
    match kind {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => StoreError::Full,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => StoreError::Forbidden,
        _ => StoreError::Broken,
    }
}

fn of_sled(error: &sled::Error) -> StoreError {
    match error {
        error if is_held(error) => StoreError::Locked,
        sled::Error::Io(error) => of_io(error.kind()),
        _ => StoreError::Broken,
    }
}

impl Open {
    /// Opens the database at `place`, whatever state it is found in.
    pub(super) fn at(place: &Path) -> Result<Open, Failed> {
        rebuild::settle(place)?;
        // Its files must not be open under their new name.
        let aside = match Open::prepared(place) {
            Ok((open, true)) => return rebuild::where_too_large(place, open),
            Ok((open, false)) => open.close(Ok("newer"))?,
            Err(mut failed) => {
                tracing::error!(error = %failed.error, "the store does not open");
                if failed.may_pass() || !failed.is_closed() {
                    return Err(failed);
                }
                "broken"
            }
        };
        let kept = rebuild::put_aside(place, aside)?;
        tracing::error!(aside = %kept.display(), "the store is {aside} and was put aside; it is begun anew");
        Open::prepared(place).map(|(open, _)| open)
    }

    /// Opens a database and prepares it. Gives false where a newer version wrote it.
    fn prepared(place: &Path) -> Result<(Open, bool), Failed> {
        let open = Open::database(place)?;
        match guarded(|| open.prepare()) {
            Ok(known) => Ok((open, known)),
            Err(error) => Err(Failed::of(error, open)),
        }
    }

    pub(super) fn database(place: &Path) -> Result<Open, Failed> {
        // Small values of one person: a cache of a gigabyte, which is the default, has no use.
        let config = sled::Config::new()
            .path(place)
            .cache_capacity(8 * 1024 * 1024)
            .flush_every_ms(None);
        let database = guarded(|| patiently(|| config.open(), is_held))?;
        let opened = guarded(|| {
            let file = File::options().write(true).open(place.join("db"))?;
            Ok((database.open_tree(VALUES)?, file))
        });
        match opened {
            Ok((values, file)) => Ok(Open {
                database,
                values,
                file,
                written: 0,
                unwritten: None,
            }),
            Err(error) => Err(Failed::of(error, database)),
        }
    }

    /// Closes it, and waits for that where what was done with it last went well.
    pub(super) fn close<T>(self, done: sled::Result<T>) -> Result<T, Failed> {
        match done {
            Ok(done) => {
                let mut failed = Failed::of(sled::Error::ReportableBug("it does not close".to_owned()), self);
                match failed.is_closed() {
                    true => Ok(done),
                    false => Err(failed),
                }
            }
            Err(error) => Err(Failed::of(error, self)),
        }
    }

    /// Makes sure that the database is of this format: takes over what an older version kept. False where a newer one wrote it.
    fn prepare(&self) -> sled::Result<bool> {
        let about = self.database.open_tree(ABOUT)?;
        if let Some(format) = about.get("format")? {
            let number = <[u8; 4]>::try_from(&format[..]).map(u32::from_le_bytes);
            return Ok(number.is_ok_and(|number| number <= FORMAT));
        }
        // Before there was a format, all of it was the terminal's own, at keys without a segment.
        for entry in self.database.iter() {
            let (key, value) = entry?;
            let key = [&[VALUE_AT][..], b"terminal/", &key].concat();
            self.values.insert(key, [&[WHOLE][..], &value].concat())?;
        }
        self.keep()?;
        about.insert("format", &FORMAT.to_le_bytes())?;
        self.keep()?;
        self.database.clear()?;
        self.keep().map(|()| true)
    }

    fn keep(&self) -> sled::Result<()> {
        self.database.flush()?;
        self.file.sync_data()?;
        Ok(())
    }

    pub(super) fn get(&self, key: &str) -> sled::Result<Option<Vec<u8>>> {
        match self.values.get(value_at(key))? {
            Some(value) => self.whole(&value).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn scan(&self, prefix: &str) -> sled::Result<Vec<(String, Vec<u8>)>> {
        let mut found = Vec::new();
        for entry in self.values.scan_prefix(value_at(prefix)) {
            let (key, value) = entry?;
            found.push((text(&key)?, self.whole(&value)?));
        }
        Ok(found)
    }

    pub(super) fn batch(&mut self, writes: &[Write]) -> sled::Result<()> {
        let mut batch = sled::Batch::default();
        let mut written = 0;
        // Of several changes of one key the last one counts.
        let last: HashMap<&str, &Write> = writes.iter().map(|write| (write.key(), write)).collect();
        for write in last.into_values() {
            let at = value_at(write.key());
            if let Some((id, count)) = self.values.get(&at)?.and_then(|old| cut(&old)) {
                (0..count).for_each(|piece| batch.remove(piece_at(id, piece)));
            }
            match write {
                Write::Delete { .. } => batch.remove(at),
                Write::Put { value, .. } if value.len() < PIECE => batch.insert(at, [&[WHOLE][..], value].concat()),
                Write::Put { value, .. } => {
                    let mut id = [0; 8];
                    getrandom::fill(&mut id).map_err(io::Error::other)?;
                    let id = u64::from_le_bytes(id);
                    let mut count = 0_u32;
                    for piece in value.chunks(PIECE) {
                        batch.insert(piece_at(id, count), piece);
                        count += 1;
                    }
                    batch.insert(at, [&[CUT][..], &id.to_le_bytes(), &count.to_le_bytes()].concat());
                }
            }
            written += match write {
                Write::Put { key, value } => key.len() + value.len(),
                Write::Delete { key } => key.len(),
            };
        }
        self.written += written as u64;
        self.values.apply_batch(batch)?;
        self.keep()
    }

    pub(super) fn erase(&mut self) -> sled::Result<()> {
        let mut writes = Vec::new();
        for key in self.values.scan_prefix([VALUE_AT]).keys() {
            let key = text(&key?)?;
            if !is_terminals(&key) {
                writes.push(Write::Delete { key });
            }
        }
        self.batch(&writes)
    }

    /// A value, put together where it was cut.
    fn whole(&self, value: &[u8]) -> sled::Result<Vec<u8>> {
        let Some((id, count)) = cut(value) else {
            return match value.split_first() {
                Some((&WHOLE, value)) => Ok(value.to_vec()),
                _ => Err(damaged()),
            };
        };
        let mut whole = Vec::new();
        for piece in 0..count {
            whole.extend_from_slice(&self.values.get(piece_at(id, piece))?.ok_or_else(damaged)?);
        }
        Ok(whole)
    }

    /// Bytes that it takes on the disk, and bytes of what it holds.
    pub(super) fn sizes(&self) -> sled::Result<(u64, u64)> {
        let mut live = 0;
        for entry in self.values.iter() {
            let (key, value) = entry?;
            live += key.len() + value.len();
        }
        Ok((self.database.size_on_disk()?, live as u64))
    }

    /// Copies everything into an empty database.
    pub(super) fn copy_into(&self, fresh: &Open) -> sled::Result<()> {
        for entry in self.values.iter() {
            let (key, value) = entry?;
            fresh.values.insert(key, value)?;
        }
        fresh.prepare()?;
        fresh.keep()
    }

    pub(super) fn looked(&mut self) {
        self.written = 0;
    }
}

fn damaged() -> sled::Error {
    sled::Error::Corruption { at: None, bt: () }
}

fn value_at(key: &str) -> Vec<u8> {
    [&[VALUE_AT][..], key.as_bytes()].concat()
}

fn piece_at(id: u64, piece: u32) -> Vec<u8> {
    [&[PIECE_AT][..], &id.to_be_bytes(), &piece.to_be_bytes()].concat()
}

/// Where the pieces of a value lie, and how many.
fn cut(value: &[u8]) -> Option<(u64, u32)> {
    let (id, rest) = value.strip_prefix(&[CUT])?.split_first_chunk()?;
    Some((u64::from_le_bytes(*id), u32::from_le_bytes(rest.try_into().ok()?)))
}

fn text(key: &[u8]) -> sled::Result<String> {
    String::from_utf8(key[1..].to_vec()).map_err(|_| damaged())
}

/// Tries again for a moment: a process that ends just now, or one that this process starts just now, still has the file.
pub(super) fn patiently<T, E>(mut attempt: impl FnMut() -> Result<T, E>, held: impl Fn(&E) -> bool) -> Result<T, E> {
    for _ in 0..20 {
        match attempt() {
            Err(error) if held(&error) => std::thread::sleep(Duration::from_millis(15)),
            outcome => return outcome,
        }
    }
    attempt()
}

/// Whether sled says that another process has its file. It has no kind for it.
fn is_held(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("acquire lock"))
}
