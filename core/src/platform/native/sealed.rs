//! Encrypts what another store keeps: values, and the names of their keys.
//!
//! There are two data keys, in the [`SecretStore`]: the terminal's own and the person's. At a log-out the person's is
//! destroyed, and all that was encrypted with it is noise from then on, whatever becomes of the bytes. A fresh one is made
//! when something of a person is to be kept again.
//!
//! A value at `segment/rest` is kept at `terminal-sealed/S/K` or `person-sealed/S/K`, where `S` is a keyed hash of the segment
//! and `K` one of the whole key; so a whole segment can be scanned, and nobody sees what it is called. What is kept there is
//! [`XCHACHA`], a nonce, and the key's name with the value, encrypted; the place is bound to it, so that a value moved to
//! another place is no value.

use std::sync::Arc;

use async_trait::async_trait;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::secrets::{DataKey, data_key, known_key};
use crate::ports::{SecretStore, Store, StoreError, Write, is_terminals, scanned, segment};

/// The first byte of what is kept: how it is encrypted. Another algorithm (SM4-GCM) gets another number.
const XCHACHA: u8 = 1;
const NONCE: usize = 24;
/// Bytes of a keyed hash that stand in a name.
const NAME: usize = 16;

/// Whose data a key hides: the names of the secret and of the segment in the store below.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Owner {
    secret: &'static str,
    segment: &'static str,
}

const THE_TERMINAL: Owner = Owner {
    secret: "store-key-terminal",
    segment: "terminal-sealed",
};
const A_PERSON: Owner = Owner {
    secret: "store-key-person",
    segment: "person-sealed",
};

/// A store whose values are encrypted and whose keys are hidden.
pub struct SealedStore {
    below: Arc<dyn Store>,
    secrets: Arc<dyn SecretStore>,
    /// One change at a time, so that nothing is written with a key while it is destroyed.
    keys: futures::lock::Mutex<Keys>,
}

#[derive(Default)]
struct Keys {
    terminal: Option<Arc<Key>>,
    person: Option<Arc<Key>>,
    /// Whether what an older version kept in the clear was looked for.
    taken_over: bool,
}

/// What is derived from a data key. Both parts are wiped when it is dropped.
struct Key {
    cipher: XChaCha20Poly1305,
    names: DataKey,
}

impl SealedStore {
    /// Encrypts what `below` keeps, with keys that `secrets` keep.
    #[must_use]
    pub fn new(below: Arc<dyn Store>, secrets: Arc<dyn SecretStore>) -> SealedStore {
        SealedStore {
            below,
            secrets,
            keys: futures::lock::Mutex::default(),
        }
    }

    /// The key of an owner; none where nothing of theirs can be there. One that cannot be read now is no reason to think so.
    async fn known(&self, keys: &mut Keys, owner: Owner) -> Result<Option<Arc<Key>>, StoreError> {
        self.take_over(keys).await?;
        if keys.of(owner).is_none()
            && let Some(data) = known_key(&*self.secrets, owner.secret).await?
        {
            *keys.of(owner) = Some(Arc::new(Key::of(&data)));
        }
        Ok(keys.of(owner).clone())
    }

    /// The key of an owner; a new one where there is none.
    async fn key(&self, keys: &mut Keys, owner: Owner) -> Result<Arc<Key>, StoreError> {
        match self.known(keys, owner).await? {
            Some(key) => Ok(key),
            None => self.fresh(keys, owner).await,
        }
    }

    async fn fresh(&self, keys: &mut Keys, owner: Owner) -> Result<Arc<Key>, StoreError> {
        // Only where it is known that there is no key. What is there yet was hidden by one that is gone: an erasure that the
        // power cut short.
        let noise = self.below.scan(owner.segment).await?;
        let noise: Vec<Write> = noise.into_iter().map(|(key, _)| Write::Delete { key }).collect();
        if !noise.is_empty() {
            self.below.batch(noise).await?;
        }
        let data = data_key(&*self.secrets, owner.secret)
            .await?
            .ok_or(StoreError::Forbidden)?;
        let key = Arc::new(Key::of(&data));
        *keys.of(owner) = Some(key.clone());
        Ok(key)
    }

    /// What a version before this one kept in the clear is encrypted. All of it is the terminal's own.
    async fn take_over(&self, keys: &mut Keys) -> Result<(), StoreError> {
        if keys.taken_over {
            return Ok(());
        }
        let plain = self.below.scan("terminal").await?;
        if plain.is_empty() {
            keys.taken_over = true;
            return Ok(());
        }
        let key = match known_key(&*self.secrets, THE_TERMINAL.secret).await? {
            Some(data) => Arc::new(Key::of(&data)),
            None => self.fresh(keys, THE_TERMINAL).await?,
        };
        keys.taken_over = true;
        let mut writes = Vec::new();
        for (name, value) in plain {
            writes.push(key.put(THE_TERMINAL, &name, &value)?);
            writes.push(Write::Delete { key: name });
        }
        self.below.batch(writes).await
    }
}

impl Keys {
    fn of(&mut self, owner: Owner) -> &mut Option<Arc<Key>> {
        if owner == A_PERSON {
            &mut self.person
        } else {
            &mut self.terminal
        }
    }
}

fn owner(key: &str) -> Owner {
    if is_terminals(key) { THE_TERMINAL } else { A_PERSON }
}

impl Key {
    fn of(data: &DataKey) -> Key {
        let cipher = XChaCha20Poly1305::new((&*hash(data, "values")).into());
        let names = hash(data, "names");
        Key { cipher, names }
    }

    /// Where the values of a segment are kept.
    fn segment(&self, owner: Owner, name: &str) -> String {
        format!("{}/{}/", owner.segment, self.name(segment(name)))
    }

    fn place(&self, owner: Owner, name: &str) -> String {
        // A segment of its own name, and a key: no two of them are the same text.
        self.segment(owner, name) + &self.name(&format!("{name}\0"))
    }

    fn name(&self, text: &str) -> String {
        hash(&self.names, text)[..NAME]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    fn put(&self, owner: Owner, name: &str, value: &[u8]) -> Result<Write, StoreError> {
        let place = self.place(owner, name);
        let length = u16::try_from(name.len()).map_err(|_| StoreError::Full)?;
        let plain = [&length.to_le_bytes()[..], name.as_bytes(), value].concat();
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| StoreError::Forbidden)?;
        let payload = Payload {
            msg: &plain,
            aad: place.as_bytes(),
        };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| StoreError::Full)?;
        Ok(Write::Put {
            value: [&[XCHACHA][..], &nonce, &sealed].concat(),
            key: place,
        })
    }

    /// Name and value of what is kept at a place.
    fn open(&self, place: &str, kept: &[u8]) -> Result<(String, Vec<u8>), StoreError> {
        let (&algorithm, rest) = kept.split_first().ok_or(StoreError::Broken)?;
        match algorithm {
            XCHACHA => {}
            0 => return Err(StoreError::Broken),
            _ => return Err(StoreError::Newer),
        }
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(StoreError::Broken)?;
        let payload = Payload {
            msg: sealed,
            aad: place.as_bytes(),
        };
        let plain = self.cipher.decrypt(&XNonce::from(*nonce), payload);
        let plain = plain.map_err(|_| StoreError::Broken)?;
        let named = || {
            let (length, rest) = plain.split_first_chunk::<2>()?;
            let (name, value) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
            Some((String::from_utf8(name.to_vec()).ok()?, value.to_vec()))
        };
        named().ok_or(StoreError::Broken)
    }
}

fn hash(key: &DataKey, text: &str) -> DataKey {
    // A key of any length will do.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&key[..]) else {
        return DataKey::default();
    };
    mac.update(text.as_bytes());
    DataKey::new(mac.finalize().into_bytes().into())
}

#[async_trait]
impl Store for SealedStore {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let mut keys = self.keys.lock().await;
        let owner = owner(key);
        let Some(secret) = self.known(&mut keys, owner).await? else {
            return Ok(None);
        };
        let place = secret.place(owner, key);
        match self.below.get(&place).await? {
            Some(kept) => {
                let (name, value) = secret.open(&place, &kept)?;
                if name == key {
                    Ok(Some(value))
                } else {
                    Err(StoreError::Broken)
                }
            }
            None => Ok(None),
        }
    }

    async fn scan(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let mut keys = self.keys.lock().await;
        let (owner, prefix) = (owner(prefix), scanned(prefix));
        let Some(secret) = self.known(&mut keys, owner).await? else {
            return Ok(Vec::new());
        };
        let (mut found, mut damaged) = (Vec::new(), Vec::new());
        for (place, kept) in self.below.scan(&secret.segment(owner, &prefix)).await? {
            match secret.open(&place, &kept) {
                Ok(entry) if entry.0.starts_with(&prefix) => found.push(entry),
                Ok(_) => {}
                Err(StoreError::Newer) => return Err(StoreError::Newer),
                Err(_) => damaged.push(Write::Delete { key: place }),
            }
        }
        if !damaged.is_empty() {
            // Said once: who reads anew what was there is not told again.
            self.below.batch(damaged).await?;
            return Err(StoreError::Broken);
        }
        found.sort();
        Ok(found)
    }

    async fn batch(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let mut keys = self.keys.lock().await;
        let mut sealed = Vec::with_capacity(writes.len());
        for write in writes {
            let owner = owner(write.key());
            match write {
                Write::Put { key, value } => sealed.push(self.key(&mut keys, owner).await?.put(owner, &key, &value)?),
                Write::Delete { key } => {
                    if let Some(secret) = self.known(&mut keys, owner).await? {
                        let key = secret.place(owner, &key);
                        sealed.push(Write::Delete { key });
                    }
                }
            }
        }
        self.below.batch(sealed).await
    }

    async fn erase(&self) -> Result<(), StoreError> {
        let mut keys = self.keys.lock().await;
        keys.person = None;
        self.secrets.delete(A_PERSON.secret).await;
        let destroyed = self.secrets.get(A_PERSON.secret).await == Ok(None);
        let erased = self.below.erase().await;
        // One of the two is enough for nothing to be readable; both are wanted.
        if destroyed { erased } else { Err(StoreError::Forbidden) }
    }

    fn lasting(&self) -> Result<(), StoreError> {
        self.below.lasting()
    }
}
