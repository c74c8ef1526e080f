//! Keys that sign: encrypted on the disk by a passphrase, or in a token.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use onehall_bundle::metadata::{NotSigned, PublicKey, Signer};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::{Deserialize, Serialize};

use crate::office::Failure;
use crate::token::{Token, point};

/// The shortest passphrase.
pub const SHORTEST: usize = 12;

/// The most memory that a file may ask for to be opened, in KiB.
const MOST_MEMORY: u32 = 1024 * 1024;

/// The file of a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum KeyFile {
    /// The key is in it, encrypted.
    Sealed(Sealed),
    /// It says how a token is asked.
    Token(Token),
}

impl KeyFile {
    /// Its name among people.
    pub fn name(&self) -> &str {
        match self {
            KeyFile::Sealed(sealed) => &sealed.name,
            KeyFile::Token(token) => &token.name,
        }
    }

    /// What verifies its signatures: 64 hexadecimal digits for Ed25519, a PEM for P-256.
    pub fn public(&self) -> &str {
        match self {
            KeyFile::Sealed(sealed) => &sealed.public,
            KeyFile::Token(token) => &token.public,
        }
    }

    /// Opens the key; a token asks for what it needs itself.
    pub fn open(&self, passphrase: impl FnOnce() -> String) -> Result<OpenKey, Failure> {
        match self {
            KeyFile::Sealed(sealed) => sealed.open(&passphrase()).map(OpenKey::Pair),
            KeyFile::Token(token) => Ok(OpenKey::Token(token.clone())),
        }
    }
}

/// A key as it lies on the disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// Its name among people.
    pub name: String,
    /// What verifies its signatures: 64 hexadecimal digits.
    pub public: String,
    /// The memory that guessing costs, in KiB, and how often it is gone through.
    memory: u32,
    passes: u32,
    salt: String,
    nonce: String,
    sealed: String,
}

/// A key that can sign.
pub enum OpenKey {
    /// It was in a file.
    Pair(Ed25519KeyPair),
    /// It is in a token.
    Token(Token),
}

impl Sealed {
    /// A new key of Ed25519.
    pub fn create(name: &str, passphrase: &str) -> Result<Sealed, Failure> {
        if passphrase.chars().count() < SHORTEST {
            return Err(Failure::ShortPassphrase);
        }
        let seed: [u8; 32] = random()?;
        let (salt, nonce): ([u8; 16], [u8; 24]) = (random()?, random()?);
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| Failure::Machine("make a key"))?;
        let mut file = Sealed {
            name: name.to_owned(),
            public: hexadecimal(pair.public_key().as_ref()),
            memory: if cfg!(test) { 64 } else { 64 * 1024 },
            passes: if cfg!(test) { 1 } else { 3 },
            salt: hexadecimal(&salt),
            nonce: hexadecimal(&nonce),
            sealed: String::new(),
        };
        let payload = Payload {
            msg: &seed,
            aad: file.public.as_bytes(),
        };
        let sealed = file.cipher(passphrase)?.encrypt(&XNonce::from(nonce), payload);
        file.sealed = hexadecimal(&sealed.map_err(|_| Failure::Machine("encrypt a key"))?);
        Ok(file)
    }

    fn open(&self, passphrase: &str) -> Result<Ed25519KeyPair, Failure> {
        let wrong = || Failure::WrongPassphrase(self.name.clone());
        let nonce: [u8; 24] = bytes(&self.nonce)
            .and_then(|nonce| nonce.try_into().ok())
            .ok_or_else(wrong)?;
        let sealed = bytes(&self.sealed).ok_or_else(wrong)?;
        let payload = Payload {
            msg: &sealed,
            aad: self.public.as_bytes(),
        };
        let seed = self
            .cipher(passphrase)?
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| wrong())?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| wrong())?;
        if hexadecimal(pair.public_key().as_ref()) != self.public {
            return Err(wrong());
        }
        Ok(pair)
    }

    fn cipher(&self, passphrase: &str) -> Result<XChaCha20Poly1305, Failure> {
        let params = Params::new(self.memory.min(MOST_MEMORY), self.passes, 1, None);
        let argon = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            params.map_err(|_| Failure::Machine("derive a key"))?,
        );
        let salt = bytes(&self.salt).ok_or(Failure::Machine("derive a key"))?;
        let mut key = [0; 32];
        argon
            .hash_password_into(passphrase.as_bytes(), &salt, &mut key)
            .map_err(|_| Failure::Machine("derive a key"))?;
        Ok(XChaCha20Poly1305::new(&key.into()))
    }
}

impl Signer for OpenKey {
    fn public_key(&self) -> PublicKey {
        match self {
            OpenKey::Pair(pair) => {
                let mut public = [0; 32];
                public.copy_from_slice(pair.public_key().as_ref());
                PublicKey::Ed25519(public)
            }
            OpenKey::Token(token) => token.public_key(),
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, NotSigned> {
        match self {
            OpenKey::Pair(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            OpenKey::Token(token) => token.sign(message),
        }
    }
}

/// The public key that is written as 64 hexadecimal digits (Ed25519) or as a PEM (P-256).
pub fn public_key(text: &str) -> Option<PublicKey> {
    match point(text) {
        Some(_) => Some(PublicKey::P256(text.to_owned())),
        None => Some(PublicKey::Ed25519(bytes(text)?.try_into().ok()?)),
    }
}

/// Whether a signature of a key is one of this message.
pub fn verifies(public: &str, message: &[u8], signature: &str) -> bool {
    let Some(signature) = bytes(signature) else {
        return false;
    };
    let algorithm: &dyn VerificationAlgorithm;
    let key = match point(public) {
        Some(point) => {
            algorithm = &ECDSA_P256_SHA256_ASN1;
            point
        }
        None => {
            algorithm = &ED25519;
            let Some(public) = bytes(public) else { return false };
            public
        }
    };
    UnparsedPublicKey::new(algorithm, key)
        .verify(message, &signature)
        .is_ok()
}

pub fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Failure::Machine("draw a number"))?;
    Ok(bytes)
}

pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    text.len()
        .is_multiple_of(2)
        .then(|| (0..text.len()).step_by(2).map(pair).collect())?
}
