//! Secrets: random tokens, the key of this installation, and what is made with it.
//!
//! The key is 32 random bytes in the data folder (`secret.key`, readable by its owner only), made at the first start.
//! What is short enough to be guessed (one-time codes, phone numbers, addresses of clients) is stored as a hash with
//! that key, so that a copy of the database alone gives nothing away; second factors are sealed with it.

use std::fmt;
use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::rng::Rng;

/// `N` bytes of the machine's randomness.
///
/// # Panics
/// If the machine has none: nothing that needs it could go on safely.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Fills `bytes` with the machine's randomness.
///
/// # Panics
/// As [`random`].
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).unwrap_or_else(|error| panic!("no randomness: {error}"));
}

/// A number below `bound`, each as likely as the other.
#[must_use]
pub fn random_below(rng: &dyn Rng, bound: u32) -> u32 {
    let limit = u32::MAX - u32::MAX % bound;
    loop {
        let mut bytes = [0; 4];
        rng.fill(&mut bytes);
        let number = u32::from_le_bytes(bytes);
        if number < limit {
            return number % bound;
        }
    }
}

/// A bearer token: 256 random bits, handed out once and stored as its hash only.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one.
    #[must_use]
    pub fn generate(rng: &dyn Rng) -> Token {
        let mut bytes = [0; 32];
        rng.fill(&mut bytes);
        Token(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The token as the caller holds it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// SHA-256 of a token: names a session or ticket in the database.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenHash(pub [u8; 32]);

impl TokenHash {
    /// The hash of a token that a caller sent.
    #[must_use]
    pub fn of(token: &str) -> TokenHash {
        TokenHash(Sha256::digest(token).into())
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({:02x}{:02x}…)", self.0[0], self.0[1])
    }
}

/// The key of this installation.
#[derive(Clone)]
pub struct ServerKey([u8; 32]);

impl ServerKey {
    /// A key that lives as long as the value: for tests.
    #[must_use]
    pub fn ephemeral() -> ServerKey {
        ServerKey(random())
    }

    /// The key in the file at `path`, made if there is none.
    ///
    /// # Errors
    /// If the file cannot be read or made, or holds no key.
    pub fn load(path: &Path) -> std::io::Result<ServerKey> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let invalid = || std::io::Error::new(std::io::ErrorKind::InvalidData, "it holds no key");
                let bytes = BASE64_URL_SAFE_NO_PAD.decode(text.trim()).map_err(|_| invalid())?;
                Ok(ServerKey(bytes.try_into().map_err(|_| invalid())?))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = ServerKey::ephemeral();
                let fresh = path.with_extension("key.new");
                let mut options = std::fs::OpenOptions::new();
                options.write(true).create(true).truncate(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut file = options.open(&fresh)?;
                file.write_all(BASE64_URL_SAFE_NO_PAD.encode(key.0).as_bytes())?;
                file.sync_all()?;
                std::fs::rename(&fresh, path)?;
                Ok(key)
            }
            Err(error) => Err(error),
        }
    }

    /// What tells it from other keys and gives nothing of it away.
    #[must_use]
    pub fn mark(&self) -> [u8; 32] {
        self.keyed_hash("mark", &[])
    }

    /// A hash of `parts` with this key, for one `purpose`. Parts are kept apart: ("ab", "c") is not ("a", "bc").
    #[must_use]
    pub fn keyed_hash(&self, purpose: &str, parts: &[&str]) -> [u8; 32] {
        // The trait is named because the cipher's `KeyInit` offers the same method.
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.0)
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        for part in std::iter::once(&purpose).chain(parts) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// `plain`, encrypted and authenticated (XChaCha20-Poly1305; the first byte names the algorithm).
    ///
    /// # Errors
    /// Only if `plain` is larger than memory allows.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>> {
        self.sealer(&[])
            .seal(plain)
            .ok_or_else(|| Error::broken("seal a secret"))
    }

    /// What [`ServerKey::seal`] sealed.
    ///
    /// # Errors
    /// If it was sealed with another key, or changed since.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>> {
        self.sealer(&[]).open(sealed).ok_or_else(|| {
            Error::broken("open a sealed secret: the data folder's secret.key is not the one it was sealed with")
        })
    }

    /// What seals for one purpose; what it sealed is opened for no other.
    #[must_use]
    pub fn sealer(&self, purpose: &[&str]) -> Sealer {
        Sealer(XChaCha20Poly1305::new(&self.keyed_hash("seal", purpose).into()))
    }
}

/// Encrypts and authenticates for one purpose: [`ServerKey::sealer`].
#[derive(Clone)]
pub struct Sealer(XChaCha20Poly1305);

impl Sealer {
    /// `plain`, encrypted and authenticated (XChaCha20-Poly1305; the first byte names the algorithm). None only if it is
    /// larger than memory allows.
    #[must_use]
    pub fn seal(&self, plain: &[u8]) -> Option<Vec<u8>> {
        let nonce = random::<24>();
        let sealed = self.0.encrypt(&XNonce::from(nonce), plain).ok()?;
        Some([&[1][..], &nonce, &sealed].concat())
    }

    /// What was sealed; none if it was with another key, for another purpose, or changed since.
    #[must_use]
    pub fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        let (algorithm, rest) = sealed.split_first()?;
        let (nonce, sealed) = rest.split_first_chunk::<24>()?;
        if *algorithm != 1 {
            return None;
        }
        self.0.decrypt(&XNonce::from(*nonce), sealed).ok()
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_with_its_key_only_and_only_unchanged() {
        let key = ServerKey::ephemeral();
        let mut sealed = key.seal(b"second factor").unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(key.open(&sealed).ok().as_deref(), Some(&b"second factor"[..]));
        assert!(ServerKey::ephemeral().open(&sealed).is_err());
        assert_eq!(key.sealer(&["another purpose"]).open(&sealed), None);
        if let Some(last) = sealed.last_mut() {
            *last ^= 1;
        }
        assert!(key.open(&sealed).is_err());
    }

    #[test]
    fn parts_of_a_keyed_hash_are_kept_apart() {
        let key = ServerKey::ephemeral();
        assert_ne!(key.keyed_hash("a", &["bc", "d"]), key.keyed_hash("a", &["b", "cd"]));
        assert_ne!(key.keyed_hash("a", &["b"]), key.keyed_hash("b", &["b"]));
    }

    #[test]
    fn the_key_is_made_once_and_readable_by_its_owner_only() -> std::io::Result<()> {
        let folder = std::env::temp_dir().join(format!("onehall-key-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(&folder)?;
        let path = folder.join("secret.key");
        let first = ServerKey::load(&path)?;
        assert_eq!(first.0, ServerKey::load(&path)?.0);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path)?.permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, "no key")?;
        assert!(ServerKey::load(&path).is_err());
        std::fs::remove_dir_all(&folder)
    }
}
