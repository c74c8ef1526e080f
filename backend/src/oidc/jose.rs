//! Signed JSON (RFC 7515, 7517, 7518, 7638), as much of it as the provider needs, over `ring`, which TLS links anyway.
//!
//! The hall signs with ES256 alone. What others sign (client assertions, DPoP proofs) is verified with an algorithm that
//! the key decides, never the header: a header that names another is refused, so that there is neither `none` nor a
//! public key that somebody uses as a shared secret.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// How others may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
}

impl Algorithm {
    /// All, the best first.
    pub const ALL: [Algorithm; 3] = [Algorithm::Es256, Algorithm::Ps256, Algorithm::Rs256];

    /// Its name in a header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Algorithm::Es256 => "ES256",
            Algorithm::Ps256 => "PS256",
            Algorithm::Rs256 => "RS256",
        }
    }
}

/// Bytes as base64url without padding.
#[must_use]
pub fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Bytes of base64url without padding.
#[must_use]
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

/// SHA-256 of a text, as base64url: what a code challenge (RFC 7636) and `ath` (RFC 9449) are.
#[must_use]
pub fn sha256_base64url(text: &str) -> String {
    base64url(&Sha256::digest(text))
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// On the curve P-256: both coordinates.
    P256 {
        /// 32 bytes.
        x: [u8; 32],
        /// 32 bytes.
        y: [u8; 32],
    },
    /// RSA of 2048 bits or more.
    Rsa {
        /// The modulus.
        n: Vec<u8>,
        /// The exponent.
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// The key of a JWK. One that holds a private part is none: whoever sent it has given it away.
    ///
    /// # Errors
    /// What is wrong with it, fit to be shown.
    pub fn of_jwk(jwk: &Map<String, Value>) -> Result<PublicKey, &'static str> {
        if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]
            .iter()
            .any(|part| jwk.contains_key(*part))
        {
            return Err("holds a private part");
        }
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let bytes = |name: &str| text(name).and_then(from_base64url);
        match text("kty") {
            Some("EC") if text("crv") == Some("P-256") => {
                let coordinate = |name: &str| bytes(name).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
                match (coordinate("x"), coordinate("y")) {
                    (Some(x), Some(y)) => Ok(PublicKey::P256 { x, y }),
                    _ => Err("needs `x` and `y` of 32 bytes each in base64url"),
                }
            }
            Some("EC") => Err("is on a curve other than P-256"),
            Some("RSA") => match (bytes("n"), bytes("e")) {
                (Some(n), Some(e)) if n.first() != Some(&0) && (256..=1024).contains(&n.len()) && !e.is_empty() => {
                    Ok(PublicKey::Rsa { n, e })
                }
                _ => Err("needs `n` of 2048 bits or more and `e` in base64url"),
            },
            _ => Err("is neither of kty EC nor of kty RSA"),
        }
    }

    /// The key as a JWK, without what says how it is used.
    #[must_use]
    pub fn jwk(&self) -> Map<String, Value> {
        let members = match self {
            PublicKey::P256 { x, y } => {
                json!({ "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y) })
            }
            PublicKey::Rsa { n, e } => json!({ "kty": "RSA", "n": base64url(n), "e": base64url(e) }),
        };
        match members {
            Value::Object(members) => members,
            _ => unreachable!("it was made of members"),
        }
    }

    /// Its thumbprint (RFC 7638), as base64url.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        // The required members alone, in the order of their names, without space: as the standard says.
        let canonical = match self {
            PublicKey::P256 { x, y } => {
                format!(
                    r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#,
                    base64url(x),
                    base64url(y)
                )
            }
            PublicKey::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, base64url(e), base64url(n)),
        };
        sha256_base64url(&canonical)
    }

    /// Whether this key can be used with an algorithm.
    fn allows(&self, algorithm: Algorithm) -> bool {
        matches!(
            (self, algorithm),
            (PublicKey::P256 { .. }, Algorithm::Es256) | (PublicKey::Rsa { .. }, Algorithm::Ps256 | Algorithm::Rs256)
        )
    }

    fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.allows(algorithm) {
            return false;
        }
        match self {
            PublicKey::P256 { x, y } => {
                let point = [&[4][..], x, y].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(message, signature).is_ok()
            }
            PublicKey::Rsa { n, e } => {
                let parameters = match algorithm {
                    Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
                    _ => &RSA_PKCS1_2048_8192_SHA256,
                };
                let key = RsaPublicKeyComponents { n, e };
                key.verify(parameters, message, signature).is_ok()
            }
        }
    }
}

/// The header of a signed text. Members that nobody here reads are passed over, `crit` is refused.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Header {
    /// The algorithm, by name.
    pub alg: String,
    /// What it is.
    #[serde(default)]
    pub typ: Option<String>,
    /// Which key signed it.
    #[serde(default)]
    pub kid: Option<String>,
    /// The key itself, where the text brings it along.
    #[serde(default)]
    pub jwk: Option<Map<String, Value>>,
    #[serde(default)]
    crit: Option<Value>,
}

/// A signed text in its compact form, not verified yet.
#[derive(Debug)]
pub struct Signed<'a> {
    /// Its header.
    pub header: Header,
    signed: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Signed<'a> {
    /// Takes it apart; none where it is no such text.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Signed<'a>> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&from_base64url(header)?).ok()?;
        let parsed = Signed {
            header,
            signed,
            payload: from_base64url(payload)?,
            signature: from_base64url(signature)?,
        };
        parsed.header.crit.is_none().then_some(parsed)
    }

    /// What it says, whoever wrote that: to find out whose key verifies it, and for nothing else.
    #[must_use]
    pub fn unverified(&self) -> Map<String, Value> {
        serde_json::from_slice(&self.payload).unwrap_or_default()
    }

    /// The claims, if `key` signed them.
    #[must_use]
    pub fn claims(&self, key: &PublicKey) -> Option<Map<String, Value>> {
        let named = |algorithm: &Algorithm| algorithm.name() == self.header.alg;
        let algorithm = Algorithm::ALL.into_iter().find(named)?;
        key.verifies(algorithm, self.signed.as_bytes(), &self.signature)
            .then(|| serde_json::from_slice(&self.payload).ok())
            .flatten()
    }
}

/// A key pair that signs with ES256.
pub struct SigningKey {
    pair: EcdsaKeyPair,
    public: PublicKey,
    id: String,
}

impl SigningKey {
    /// A new one, as the bytes to keep (PKCS#8).
    ///
    /// # Errors
    /// Only where the machine has no randomness.
    pub fn generate() -> Result<Vec<u8>> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let document = made.map_err(|_| Error::broken("make a signing key"))?;
        Ok(document.as_ref().to_vec())
    }

    /// The key of kept bytes.
    ///
    /// # Errors
    /// Where they are none.
    pub fn of(pkcs8: &[u8]) -> Result<SigningKey> {
        let broken = || Error::broken("read a signing key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new())
            .map_err(|_| broken())?;
        let point = pair.public_key().as_ref().strip_prefix(&[4]).ok_or_else(broken)?;
        let (x, y) = point.split_first_chunk::<32>().ok_or_else(broken)?;
        let public = PublicKey::P256 {
            x: *x,
            y: y.try_into().map_err(|_| broken())?,
        };
        let id = public.thumbprint();
        Ok(SigningKey { pair, public, id })
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Its name: the thumbprint of its public half.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Signs claims as a JWT of type `typ`.
    ///
    /// # Errors
    /// Where the claims cannot be JSON, or the machine has no randomness.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String> {
        self.sign_with(&json!({ "alg": "ES256", "typ": typ, "kid": self.id }), claims)
    }

    /// As [`SigningKey::sign`], under a header of the caller's.
    ///
    /// # Errors
    /// As there.
    pub fn sign_with(&self, header: &Value, claims: &impl Serialize) -> Result<String> {
        let header = base64url(&serde_json::to_vec(header)?);
        let payload = base64url(&serde_json::to_vec(claims)?);
        let signed = format!("{header}.{payload}");
        let signature = self
            .pair
            .sign(&SystemRandom::new(), signed.as_bytes())
            .map_err(|_| Error::broken("sign"))?;
        Ok(format!("{signed}.{}", base64url(signature.as_ref())))
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};

    use super::*;

    fn key() -> SigningKey {
        let made = SigningKey::generate().and_then(|bytes| SigningKey::of(&bytes));
        made.unwrap_or_else(|error| panic!("{error}"))
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn what_a_key_signed_verifies_with_it_and_only_unchanged() {
        let (key, other) = (key(), key());
        let text = key
            .sign("JWT", &json!({ "sub": "a" }))
            .unwrap_or_else(|error| panic!("{error}"));
        let claims = |text: &str, key: &SigningKey| Signed::parse(text).and_then(|signed| signed.claims(key.public()));
        assert_eq!(claims(&text, &key), Some(object(json!({ "sub": "a" }))));
        assert_eq!(claims(&text, &other), None);
        let forged = format!(
            "{}.{}",
            base64url(br#"{"alg":"ES256"}"#),
            text.split_once('.').unwrap_or_default().1
        );
        assert_eq!(claims(&forged, &key), None);
    }

    #[test]
    fn the_header_does_not_choose_how_a_key_is_used() {
        let key = key();
        let payload = base64url(br#"{"sub":"a"}"#);
        let claims = |text: &str| {
            let signed = Signed::parse(text).unwrap_or_else(|| panic!("{text}"));
            signed.claims(key.public())
        };
        // No signature at all.
        for algorithm in ["none", "HS256", "RS256", "ES256"] {
            let header = base64url(json!({ "alg": algorithm }).to_string().as_bytes());
            assert_eq!(claims(&format!("{header}.{payload}.")), None, "{algorithm}");
        }
        // A signature with the public key as if it were a secret, however that is written.
        let PublicKey::P256 { x, y } = key.public() else {
            panic!("{key:?}")
        };
        let point = [&[4][..], x, y].concat();
        let jwk = Value::Object(key.public().jwk()).to_string().into_bytes();
        for secret in [jwk, point[1..].to_vec(), base64url(&point).into_bytes(), point] {
            let signed = format!("{}.{payload}", base64url(br#"{"alg":"HS256"}"#));
            let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap_or_else(|error| panic!("{error}"));
            mac.update(signed.as_bytes());
            let text = format!("{signed}.{}", base64url(&mac.finalize().into_bytes()));
            assert_eq!(claims(&text), None, "{} bytes", secret.len());
        }
        // A good signature under a header that names another algorithm.
        let other = key.sign_with(&json!({ "alg": "RS256" }), &json!({ "sub": "a" }));
        let other = other.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(claims(&other), None);
    }

    #[test]
    fn a_text_that_asks_to_be_understood_in_another_way_is_refused() {
        let critical = key().sign_with(&json!({ "alg": "ES256", "crit": ["exp"] }), &json!({}));
        assert!(Signed::parse(&critical.unwrap_or_else(|error| panic!("{error}"))).is_none());
    }

    /// The example of RFC 7638, section 3.1.
    #[test]
    fn a_thumbprint_is_the_one_of_the_standard() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs\
                 tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91\
                 CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let jwk = object(json!({ "kty": "RSA", "n": n, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29" }));
        let key = PublicKey::of_jwk(&jwk).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn a_key_with_its_private_part_is_no_public_key() {
        let key = key();
        let mut jwk = key.public().jwk();
        assert_eq!(PublicKey::of_jwk(&jwk).as_ref(), Ok(key.public()));
        jwk.insert("d".to_owned(), json!("AAAA"));
        assert_eq!(PublicKey::of_jwk(&jwk), Err("holds a private part"));
    }
}
