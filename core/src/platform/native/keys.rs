//! Keys that sign, in software: made, kept as another secret and used here, for hosts whose key store has none of its own.

use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use zeroize::Zeroizing;

use crate::ports::{NoSecret, SecretStore};

/// The key of this name; a new one where there is none. None where the host keeps no secrets.
///
/// # Errors
/// It cannot be read now: one that a login may be bound to is not replaced.
async fn pair<S: SecretStore + ?Sized>(secrets: &S, name: &str) -> Result<Option<EcdsaKeyPair>, NoSecret> {
    let bytes = match read(secrets, name).await? {
        Some(bytes) => bytes,
        None => {
            let Some(made) = made() else { return Ok(None) };
            secrets.put(name, to_hex(&made)).await;
            // One that is gone tomorrow binds nothing.
            match read(secrets, name).await? {
                Some(kept) if kept == made => kept,
                _ => return Ok(None),
            }
        }
    };
    Ok(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &bytes, &SystemRandom::new()).ok())
}

async fn read<S: SecretStore + ?Sized>(secrets: &S, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, NoSecret> {
    let Some(written) = secrets.get(name).await?.map(Zeroizing::new) else {
        return Ok(None);
    };
    // One of another version is not replaced either.
    from_hex(&written).map(Some).ok_or(NoSecret)
}

fn made() -> Option<Zeroizing<Vec<u8>>> {
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).ok()?;
    Some(Zeroizing::new(made.as_ref().to_vec()))
}

/// The public half: both coordinates.
pub(crate) async fn public<S: SecretStore + ?Sized>(secrets: &S, name: &str) -> Result<Option<[u8; 64]>, NoSecret> {
    let pair = pair(secrets, name).await?;
    Ok(pair.and_then(|pair| pair.public_key().as_ref().strip_prefix(&[4])?.try_into().ok()))
}

/// A signature with the key of this name.
pub(crate) async fn sign<S: SecretStore + ?Sized>(
    secrets: &S,
    name: &str,
    message: &[u8],
) -> Result<Option<[u8; 64]>, NoSecret> {
    let pair = pair(secrets, name).await?;
    Ok(pair.and_then(|pair| pair.sign(&SystemRandom::new(), message).ok()?.as_ref().try_into().ok()))
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
        let public_key = |name| block_on(secrets.public_key(name)).unwrap_or_else(|error| panic!("could not {error}"));
        let key = public_key("one").unwrap_or_else(|| panic!("no key"));
        assert_eq!(public_key("one"), Some(key));
        assert_ne!(public_key("other"), Some(key));
        let signature = block_on(secrets.sign("one", b"text")).ok().flatten();
        let signature = signature.unwrap_or_else(|| panic!("no signature"));
        let point = [&[4][..], &key].concat();
        let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
        assert!(public.verify(b"text", &signature).is_ok() && public.verify(b"other", &signature).is_err());
        block_on(secrets.delete("one"));
        assert_ne!(public_key("one"), Some(key));
    }
}
