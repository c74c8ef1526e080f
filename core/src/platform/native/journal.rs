//! The journal of a native terminal: a small file that only grows, so that what was typed survives a crash and a power cut.
//!
//! A record is its length, a checksum and what it says, encrypted; it is acknowledged after `fsync`. A record that was
//! being written when the power went is found by its checksum and cut off. Damage in the middle costs the records that it
//! touches: behind it, whatever can be deciphered is a record again. sled is not asked to keep any of it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use tokio::runtime::Handle;

use super::secrets::{data_key, known_key, private_folder, sync_folder};
use crate::lock;
use crate::ports::{Journal, NoSecret, NotKept, SecretStore};

/// The name of the data key among the secrets.
const KEY: &str = "journal-key";
/// What the file begins with: which format it is.
const MAGIC: &[u8; 8] = b"OHJRNL1\n";
/// Length and checksum.
const HEAD: usize = 8;
const NONCE: usize = 24;
/// The nonce, the tag of the cipher, and a record that says nothing.
const SHORTEST: usize = NONCE + 16 + 3;
/// No record is longer: a length beyond it is damage.
const LONGEST: usize = 16 * 1024 * 1024;
/// A file below this is not worth being written anew.
const COMPACT_FROM: u64 = 64 * 1024;

/// A journal in a file.
pub struct FileJournal {
    open: Arc<Mutex<Option<Open>>>,
    place: PathBuf,
    secrets: Arc<dyn SecretStore>,
    runtime: Handle,
    /// One at a time opens, keeps or erases.
    turn: futures::lock::Mutex<()>,
}

struct Open {
    file: File,
    /// Where the last sound record ends.
    end: u64,
    cipher: XChaCha20Poly1305,
    live: BTreeMap<String, Vec<u8>>,
    /// It was damaged, and nobody asked since.
    damaged: bool,
    /// The folder says on the disk, too, that the file of this name is this one.
    named: bool,
}

impl FileJournal {
    /// The journal in the file `place`, whose data key `secrets` keep. It is opened when it is first asked for.
    #[must_use]
    pub fn new(place: PathBuf, secrets: Arc<dyn SecretStore>, runtime: Handle) -> FileJournal {
        FileJournal {
            open: Arc::default(),
            place,
            secrets,
            runtime,
            turn: futures::lock::Mutex::new(()),
        }
    }

    /// Does something with the open journal, which is opened where it is not. None where there is no key and none is to be
    /// made: nothing is kept then.
    ///
    /// A journal whose key cannot be read now is not opened: all its records would be those of another key.
    async fn work<T: Send + 'static>(
        &self,
        make_key: bool,
        work: impl FnOnce(&mut Open, &Path) -> io::Result<T> + Send + 'static,
    ) -> Result<Option<T>, NotKept> {
        let _turn = self.turn.lock().await;
        let mut key = None;
        if lock(&self.open).is_none() {
            let found = match make_key {
                true => data_key(&*self.secrets, KEY).await,
                false => known_key(&*self.secrets, KEY).await,
            };
            key = found.map_err(|NoSecret| NotKept)?;
            if key.is_none() {
                // A host that keeps no secrets keeps no key either.
                return if make_key { Err(NotKept) } else { Ok(None) };
            }
        }
        let (open, place) = (self.open.clone(), self.place.clone());
        let done = self.runtime.spawn_blocking(move || {
            let mut open = lock(&open);
            if let Some(key) = key {
                *open = Some(Open::at(&place, &key)?);
            }
            let journal = open.as_mut().ok_or(io::ErrorKind::NotFound)?;
            work(journal, &place)
        });
        match done.await {
            Ok(Ok(value)) => Ok(Some(value)),
            Ok(Err(error)) => {
                tracing::error!(%error, "the journal could not be read or written");
                Err(NotKept)
            }
            Err(_) => Err(NotKept),
        }
    }
}

#[async_trait]
impl Journal for FileJournal {
    async fn keep(&self, key: &str, value: Vec<u8>) -> Result<(), NotKept> {
        let key = key.to_owned();
        let kept = self.work(true, move |open, place| open.keep(place, key, Some(value)));
        kept.await.map(drop)
    }

    async fn kept(&self) -> Result<Vec<(String, Vec<u8>)>, NotKept> {
        let kept = self.work(false, |open, _| Ok(open.live.clone())).await?;
        Ok(kept.unwrap_or_default().into_iter().collect())
    }

    async fn forget(&self, key: &str) {
        let key = key.to_owned();
        // Lost with the power it comes back, is sent again, and the backend knows it already.
        let _ = self
            .work(false, move |open, place| {
                if open.live.contains_key(&key) {
                    open.keep(place, key, None)
                } else {
                    Ok(())
                }
            })
            .await;
    }

    async fn erase(&self) {
        let _turn = self.turn.lock().await;
        self.secrets.delete(KEY).await;
        let (open, place) = (self.open.clone(), self.place.clone());
        let done = self.runtime.spawn_blocking(move || {
            *lock(&open) = None;
            fs::remove_file(place)
        });
        if let Ok(Err(error)) = done.await
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::error!(%error, "the journal could not be taken away; its key is destroyed");
        }
    }

    fn was_damaged(&self) -> bool {
        let mut open = lock(&self.open);
        open.as_mut().is_some_and(|open| std::mem::take(&mut open.damaged))
    }
}

impl Open {
    /// Reads the file and cuts off what is no whole record at its end. What cannot be deciphered (its key was destroyed) counts
    /// as nothing. A damaged file is put aside and written anew with what could be read of it.
    fn at(place: &Path, key: &[u8; 32]) -> io::Result<Open> {
        if let Some(folder) = place.parent() {
            private_folder(folder)?;
        }
        let mut file = private(place, false)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let cipher = XChaCha20Poly1305::new(key.into());
        let read = read(&bytes, &cipher);
        let mut open = Open {
            file,
            end: read.end,
            cipher,
            live: read.live,
            damaged: read.damaged,
            // A process that ended while it wrote the file anew may have left that open.
            named: false,
        };
        let cut = bytes.len() as u64 - read.end;
        if read.damaged {
            let aside = put_aside(place, &bytes)?;
            open.compact(place)?;
            let (lost, kept) = (read.skipped + cut, open.live.len());
            tracing::error!(
                aside,
                lost,
                kept,
                "the journal was damaged: a copy was put aside, what could be read is kept"
            );
        } else if cut > 0 || read.end == 0 {
            if cut > 0 {
                tracing::warn!(
                    bytes = cut,
                    "a record at the end of the journal was not whole and was cut off"
                );
            }
            open.file.set_len(read.end)?;
            if read.end == 0 {
                open.write(MAGIC)?;
            } else {
                open.file.sync_all()?;
            }
            open.sync_name(place)?;
        }
        Ok(open)
    }

    /// Appends a record. After a failure the file ends where it ended before.
    fn keep(&mut self, place: &Path, key: String, value: Option<Vec<u8>>) -> io::Result<()> {
        let record = record(&self.cipher, &key, value.as_deref())?;
        self.sync_name(place)?;
        self.write(&record)?;
        match value {
            Some(value) => self.live.insert(key, value),
            None => self.live.remove(&key),
        };
        let live: usize = self.live.iter().map(|(key, value)| key.len() + value.len() + 64).sum();
        if self.end > COMPACT_FROM && self.end > 2 * live as u64 {
            self.compact(place)?;
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let written = self
            .file
            .seek(SeekFrom::Start(self.end))
            .and_then(|_| self.file.write_all(bytes))
            .and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => self.end += bytes.len() as u64,
            // Half a record before the next one would look like damage.
            Err(_) => self.file.set_len(self.end)?,
        }
        written
    }

    /// Writes what is live into a new file, which takes the place of the old one in one step.
    fn compact(&mut self, place: &Path) -> io::Result<()> {
        let fresh = place.with_extension("new");
        let mut bytes = MAGIC.to_vec();
        for (key, value) in &self.live {
            bytes.extend(record(&self.cipher, key, Some(value))?);
        }
        let mut file = private(&fresh, true)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, place)?;
        // From here on this is the file of that name: nobody would find what is written into the old one.
        (self.file, self.end, self.named) = (file, bytes.len() as u64, false);
        self.sync_name(place)
    }

    /// Has the folder name this file on the disk, too: until then a power cut may bring back the one before, without what was
    /// kept in this one.
    fn sync_name(&mut self, place: &Path) -> io::Result<()> {
        if !self.named {
            place.parent().map_or(Ok(()), sync_folder)?;
            self.named = true;
        }
        Ok(())
    }
}

/// A file that only its owner reads and writes, made where there is none; emptied where it is to begin anew.
fn private(place: &Path, anew: bool) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(anew);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(place)
}

/// What a file says.
struct Content {
    live: BTreeMap<String, Vec<u8>>,
    /// Where the last sound record ends; 0 where there is none and the file does not begin as one of ours.
    end: u64,
    /// So many bytes before the end are no record.
    skipped: u64,
    /// Something is wrong that is no torn write.
    damaged: bool,
}

fn read(bytes: &[u8], cipher: &XChaCha20Poly1305) -> Content {
    let mut at = if bytes.starts_with(MAGIC) { MAGIC.len() } else { 0 };
    let mut read = Content {
        live: BTreeMap::new(),
        end: at as u64,
        skipped: 0,
        // A file that was begun when the power went is shorter; anything else is not ours to throw away.
        damaged: at == 0 && !MAGIC.starts_with(bytes) && bytes.iter().any(|byte| *byte != 0),
    };
    loop {
        let found = match framed(bytes, at) {
            // In its place a record counts by its checksum: one of another key was erased, and goes with the next compaction.
            Some(sealed) if at > 0 => Some((at, sealed)),
            _ => (at..bytes.len()).find_map(|from| {
                let sealed = framed(bytes, from)?;
                opened(cipher, sealed).map(|_| (from, sealed))
            }),
        };
        let Some((from, sealed)) = found else {
            read.damaged |= !torn(&bytes[at..]);
            return read;
        };
        match opened(cipher, sealed) {
            Some((key, Some(value))) => read.live.insert(key, value),
            Some((key, None)) => read.live.remove(&key),
            None => None,
        };
        read.damaged |= from > at;
        read.skipped += (from - at) as u64;
        at = from + HEAD + sealed.len();
        read.end = at as u64;
    }
}

/// The length and the checksum that a record begins with.
fn head(record: &[u8]) -> Option<(usize, u32)> {
    let (length, rest) = record.split_first_chunk::<4>()?;
    let (sum, _) = rest.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*length) as usize, u32::from_le_bytes(*sum)))
}

/// What a whole record at this place has sealed.
fn framed(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let record = bytes.get(at..)?;
    let (length, sum) = head(record)?;
    if !(SHORTEST..=LONGEST).contains(&length) {
        return None;
    }
    let sealed = record.get(HEAD..HEAD + length)?;
    (crc32fast::hash(sealed) == sum).then_some(sealed)
}

/// Whether the end of a file may be what is left of one write that was cut short; zeros that a file system left count as one.
fn torn(rest: &[u8]) -> bool {
    let one = head(rest).is_none_or(|(length, _)| length <= LONGEST && rest.len() <= HEAD + length);
    one || rest.iter().all(|byte| *byte == 0)
}

/// A record: what is to be kept at a key, or that nothing is.
fn record(cipher: &XChaCha20Poly1305, key: &str, value: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let length = u16::try_from(key.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut plain = vec![u8::from(value.is_some())];
    plain.extend(length.to_le_bytes());
    plain.extend(key.as_bytes());
    plain.extend(value.unwrap_or_default());
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(io::Error::other)?;
    let payload = Payload {
        msg: &plain,
        aad: MAGIC,
    };
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| io::ErrorKind::InvalidData)?;
    let body = [&nonce[..], &sealed].concat();
    if body.len() > LONGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut record = Vec::with_capacity(HEAD + body.len());
    record.extend((body.len() as u32).to_le_bytes());
    record.extend(crc32fast::hash(&body).to_le_bytes());
    record.extend(body);
    Ok(record)
}

fn opened(cipher: &XChaCha20Poly1305, sealed: &[u8]) -> Option<(String, Option<Vec<u8>>)> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let payload = Payload {
        msg: sealed,
        aad: MAGIC,
    };
    let plain = cipher.decrypt(&XNonce::from(*nonce), payload).ok()?;
    let (&kept, rest) = plain.split_first()?;
    let (length, rest) = rest.split_first_chunk::<2>()?;
    let (key, value) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    let key = String::from_utf8(key.to_vec()).ok()?;
    Some((key, (kept == 1).then(|| value.to_vec())))
}

/// Puts a copy of a damaged journal beside it. Gives its name without the folder, which may say who somebody is.
fn put_aside(place: &Path, bytes: &[u8]) -> io::Result<String> {
    let named = |number: u32| place.with_extension(format!("damaged-{number}"));
    let free = |aside: &PathBuf| match fs::read(aside) {
        // What another try left of this copy.
        Ok(there) => bytes.starts_with(&there),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    let aside = (1..).map(named).find(free).unwrap_or_else(|| named(1));
    let mut copy = private(&aside, true)?;
    copy.write_all(bytes)?;
    copy.sync_all()?;
    Ok(aside.file_name().unwrap_or_default().to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests;
