//! Keys that sign, in software: made, kept as another secret and used here, for hosts whose key store has none of its own.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use zeroize::Zeroizing;

use crate::ports::SecretStore;

/// The key of this name; a new one where there is none. None where the host keeps no secrets.
async fn pair<S: SecretStore + ?Sized>(secrets: &S, name: &str) -> Option<EcdsaKeyPair> {
    let random = SystemRandom::new();
    let kept = secrets.get(name).await.map(Zeroizing::new);
    let known = kept.and_then(|written| from_hex(&written));
    let bytes = match known {
        Some(bytes) => bytes,
        None => {
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok()?;
            let made = Zeroizing::new(made.as_ref().to_vec());
            secrets.put(name, to_hex(&made)).await;
            // One that is gone tomorrow binds nothing.
            let kept = Zeroizing::new(secrets.get(name).await?);
            from_hex(&kept).filter(|kept| *kept == made)?
        }
    };
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes, &random).ok()
}

/// The public half: both coordinates.
pub(crate) async fn public<S: SecretStore + ?Sized>(secrets: &S, name: &str) -> Option<[u8; 64]> {
    let pair = pair(secrets, name).await?;
    pair.public_key().as_ref().strip_prefix(&[4])?.try_into().ok()
}

/// A signature with the key of this name.
pub(crate) async fn sign<S: SecretStore + ?Sized>(secrets: &S, name: &str, message: &[u8]) -> Option<[u8; 64]> {
    let pair = pair(secrets, name).await?;
    pair.sign(&SystemRandom::new(), message).ok()?.as_ref().try_into().ok()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let digits = text.as_bytes().chunks_exact(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.map(byte).collect::<Option<Vec<u8>>>().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;
    use crate::platform::memory::MemorySecrets;

    #[test]
    fn a_key_signs_and_is_the_same_until_it_is_destroyed() {
        let secrets = MemorySecrets::default();
        let key = block_on(secrets.public_key("one")).unwrap_or_else(|| panic!("no key"));
        assert_eq!(block_on(secrets.public_key("one")), Some(key));
        assert_ne!(block_on(secrets.public_key("other")), Some(key));
        let signature = block_on(secrets.sign("one", b"text")).unwrap_or_else(|| panic!("no signature"));
        let point = [&[4][..], &key].concat();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        assert!(public.verify(b"text", &signature).is_ok() && public.verify(b"other", &signature).is_err());
        block_on(secrets.delete("one"));
        assert_ne!(block_on(secrets.public_key("one")), Some(key));
    }
}
