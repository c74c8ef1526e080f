//! Public keys as authenticators write them: COSE (RFC 9052) in CBOR (RFC 8949), as far as three algorithms need it.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};

/// ECDSA on P-256 with SHA-256.
pub const ES256: i64 = -7;
/// EdDSA, on Ed25519.
pub const EDDSA: i64 = -8;
/// RSASSA-PKCS1-v1_5 with SHA-256: what older Windows machines have.
pub const RS256: i64 = -257;

const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
const OKP: i64 = 1;
const EC2: i64 = 2;
const RSA: i64 = 3;
const P256: i64 = 1;
const CURVE_25519: i64 = 6;

/// A public key, in one of the algorithms that the hall asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialKey {
    /// The algorithm, by its number in COSE.
    pub algorithm: i64,
    /// The key as `ring` takes it; of RSA the length of the modulus (two bytes), the modulus, the exponent.
    pub bytes: Vec<u8>,
}

impl CredentialKey {
    /// Reads the key at the beginning of `cbor`.
    #[must_use]
    pub fn read(cbor: &[u8]) -> Option<CredentialKey> {
        let map = Reader(cbor).map()?;
        let number = |label| {
            map.iter()
                .find_map(|(key, item)| item.number().filter(|_| *key == label))
        };
        let bytes = |label| {
            map.iter()
                .find_map(|(key, item)| item.bytes().filter(|_| *key == label))
        };
        let algorithm = number(ALGORITHM)?;
        let bytes = match (number(KEY_TYPE)?, algorithm) {
            (EC2, ES256) if number(-1)? == P256 => {
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                (x.len() == 32 && y.len() == 32).then(|| [&[4][..], x, y].concat())?
            }
            (OKP, EDDSA) if number(-1)? == CURVE_25519 => {
                let x = bytes(-2)?;
                (x.len() == 32).then(|| x.to_vec())?
            }
            (RSA, RS256) => {
                let (modulus, exponent) = (bytes(-1)?, bytes(-2)?);
                let length = u16::try_from(modulus.len()).ok().filter(|length| *length >= 256)?;
                [&length.to_be_bytes()[..], modulus, exponent].concat()
            }
            _ => return None,
        };
        Some(CredentialKey { algorithm, bytes })
    }

    /// Whether this key signed `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self.algorithm {
            ES256 => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.bytes).verify(message, signature),
            EDDSA => UnparsedPublicKey::new(&ED25519, &self.bytes).verify(message, signature),
            RS256 => {
                let Some((length, rest)) = self.bytes.split_first_chunk::<2>() else {
                    return false;
                };
                let Some((n, e)) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))) else {
                    return false;
                };
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            _ => return false,
        }
        .is_ok()
    }
}

/// An item of a map of COSE.
enum Item<'a> {
    Number(i64),
    Bytes(&'a [u8]),
}

impl<'a> Item<'a> {
    fn number(&self) -> Option<i64> {
        match self {
            Item::Number(number) => Some(*number),
            Item::Bytes(_) => None,
        }
    }

    fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Item::Number(_) => None,
            Item::Bytes(bytes) => Some(bytes),
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// The major type of an item, and its count or value. Of a definite length only, as CTAP2 demands.
    fn head(&mut self) -> Option<(u8, u64)> {
        let first = self.take(1)?[0];
        let value = match first & 0x1f {
            short @ 0..=23 => u64::from(short),
            24 => u64::from(self.take(1)?[0]),
            25 => u64::from(u16::from_be_bytes(self.take(2)?.try_into().ok()?)),
            26 => u64::from(u32::from_be_bytes(self.take(4)?.try_into().ok()?)),
            _ => return None,
        };
        Some((first >> 5, value))
    }

    fn item(&mut self) -> Option<Item<'a>> {
        let (major, value) = self.head()?;
        Some(match major {
            0 => Item::Number(i64::try_from(value).ok()?),
            1 => Item::Number(-1 - i64::try_from(value).ok()?),
            2 => Item::Bytes(self.take(usize::try_from(value).ok()?)?),
            _ => return None,
        })
    }

    fn map(&mut self) -> Option<Vec<(i64, Item<'a>)>> {
        let (major, count) = self.head()?;
        // No key has more than six entries.
        if major != 5 || count > 16 {
            return None;
        }
        (0..count)
            .map(|_| Some((self.item()?.number()?, self.item()?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of the smallest map: EC2, ES256, P-256.
    fn key(x: &[u8], y: &[u8]) -> Vec<u8> {
        let mut cbor = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, x.len() as u8];
        cbor.extend(x);
        cbor.extend([0x22, 0x58, y.len() as u8]);
        cbor.extend(y);
        cbor
    }

    #[test]
    fn a_key_is_read_with_what_follows_it() {
        let cbor = [key(&[1; 32], &[2; 32]), vec![0xa0]].concat();
        let read = CredentialKey::read(&cbor).unwrap_or_else(|| panic!("a key"));
        assert_eq!(read.algorithm, ES256);
        assert_eq!(read.bytes, [&[4][..], &[1; 32], &[2; 32]].concat());
    }

    #[test]
    fn what_is_no_key_of_ours_is_none() {
        let good = key(&[1; 32], &[2; 32]);
        for cut in 0..good.len() {
            assert_eq!(CredentialKey::read(&good[..cut]), None, "cut at {cut}");
        }
        assert_eq!(CredentialKey::read(&key(&[1; 31], &[2; 32])), None);
        // Another curve, another algorithm, a list instead of a map, a length that is not said.
        for (at, byte) in [(6, 0x02), (4, 0x27), (0, 0x85), (0, 0xbf)] {
            let mut other = good.clone();
            other[at] = byte;
            assert_eq!(CredentialKey::read(&other), None, "{at}");
        }
    }
}
