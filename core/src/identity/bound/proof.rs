//! Proofs that this terminal holds its key (DPoP, RFC 9449): one for each request.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::ports::{NoSecret, SecretStore};

/// The name of the key among the secrets.
pub(super) const KEY: &str = "login-key";

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Bytes as base64url without padding.
pub(super) fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for piece in bytes.chunks(3) {
        let word = piece
            .iter()
            .enumerate()
            .fold(0_u32, |word, (place, byte)| word | u32::from(*byte) << (16 - 8 * place));
        for digit in 0..=piece.len() {
            text.push(char::from(DIGITS[(word >> (18 - 6 * digit) & 63) as usize]));
        }
    }
    text
}

/// What a proof is made for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    /// `GET`.
    pub method: &'a str,
    /// The address, without what is asked there.
    pub url: &'a str,
    /// The access token that is shown with it.
    pub token: Option<&'a str>,
    /// What the hall said that it should be made with.
    pub nonce: Option<&'a str>,
    /// A name that no other proof has.
    pub name: &'a str,
    /// Seconds since 1970.
    pub at: i64,
}

/// The proof for a request; none where this host keeps no keys.
///
/// # Errors
/// The key cannot be read now.
pub(super) async fn proof(secrets: &dyn SecretStore, request: Request<'_>) -> Result<Option<String>, NoSecret> {
    let Some(key) = secrets.public_key(KEY).await? else {
        return Ok(None);
    };
    let (x, y) = key.split_at(32);
    let header = json!({
        "typ": "dpop+jwt", "alg": "ES256",
        "jwk": { "kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y) },
    });
    let mut claims = json!({ "htm": request.method, "htu": request.url, "jti": request.name, "iat": request.at });
    let more = [
        ("nonce", request.nonce.map(str::to_owned)),
        ("ath", request.token.map(|token| base64url(&Sha256::digest(token)))),
    ];
    for (name, value) in more {
        if let Some(value) = value {
            claims[name] = Value::from(value);
        }
    }
    let text = |value: &Value| base64url(value.to_string().as_bytes());
    let signed = format!("{}.{}", text(&header), text(&claims));
    let signature = secrets.sign(KEY, signed.as_bytes()).await?;
    Ok(signature.map(|signature| format!("{signed}.{}", base64url(&signature))))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;
    use crate::platform::memory::MemorySecrets;

    #[test]
    fn bytes_are_written_as_the_standard_says() {
        // RFC 4648, section 10, and what is only of this alphabet.
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64url(bytes.as_bytes()), text);
        }
        assert_eq!(base64url(&[0xfb, 0xff, 0xfe]), "-__-");
    }

    #[test]
    fn a_proof_says_for_what_it_is() {
        let request = Request {
            method: "GET",
            url: "https://hall.example/api/v1/drafts",
            token: Some("token"),
            nonce: None,
            name: "one",
            at: 7,
        };
        let made = block_on(proof(&MemorySecrets::default(), request)).ok().flatten();
        let made = made.unwrap_or_else(|| panic!("no proof"));
        let parts: Vec<&str> = made.split('.').collect();
        // The signature of ES256 is 64 bytes.
        assert_eq!((parts.len(), parts[2].len()), (3, 86));
        let claims = json!({
            "htm": "GET", "htu": "https://hall.example/api/v1/drafts", "jti": "one", "iat": 7,
            "ath": base64url(&Sha256::digest("token")),
        });
        assert_eq!(parts[1], base64url(claims.to_string().as_bytes()));
    }
}
