//! Keys that no file holds: in a token, a module, a service. A program asks them, whichever the vendor gives: it gets the message
//! on its standard input, and gives the signature on its standard output. `pkcs11-tool --sign` is one, so are the tools of
//! clouds. What it asks its user, it asks at the terminal; what it says goes to standard error.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use onehall_bundle::metadata::{NotSigned, PublicKey, Signer};
use serde::{Deserialize, Serialize};

use crate::key::{hexadecimal, public_key, verifies};
use crate::office::Failure;

/// What stands before the point in the public key of P-256 (RFC 5480).
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// What stands before the point in the public key of Ed25519 (RFC 8410).
const ED25519: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// A key in a token, as an office knows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Its name among people.
    pub name: String,
    /// What verifies its signatures: a PEM for P-256, 64 hexadecimal digits for Ed25519.
    pub public: String,
    /// The program and its words.
    program: Vec<String>,
}

impl Token {
    /// A key whose public part is this PEM, asked by a program.
    pub fn new(name: &str, pem: &str, program: Vec<String>) -> Result<Token, Failure> {
        let public = public_of(pem).ok_or(Failure::Nothing(
            "this is no public key of P-256 or Ed25519 (-----BEGIN PUBLIC KEY-----)",
        ))?;
        if program.is_empty() {
            return Err(Failure::Nothing("a token is asked by a program: -- PROGRAM WORDS..."));
        }
        Ok(Token {
            name: name.to_owned(),
            public,
            program,
        })
    }

    /// The program with the message; its signature. Nothing that does not verify is taken: a wrong slot, a raw signature where
    /// DER is meant, or a program that answers whatever it is asked is noticed before anything is written.
    fn ask(&self, message: &[u8]) -> Result<Vec<u8>, NotSigned> {
        let failed = |why: String| NotSigned(format!("{}: {why}", self.name));
        let run = || -> io::Result<_> {
            let mut running = Command::new(&self.program[0])
                .args(&self.program[1..])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()?;
            if let Some(mut input) = running.stdin.take() {
                // A program that does not read to the end says itself what is wrong.
                let _ = input.write_all(message);
            }
            running.wait_with_output()
        };
        let output = run().map_err(|error| failed(format!("{}: {error}", self.program[0])))?;
        if !output.status.success() {
            return Err(failed(format!("{} ended with {}", self.program[0], output.status)));
        }
        if !verifies(&self.public, message, &hexadecimal(&output.stdout)) {
            return Err(failed("what it gave is no signature of this key".to_owned()));
        }
        Ok(output.stdout)
    }
}

impl Signer for Token {
    fn public_key(&self) -> PublicKey {
        // It was read when the token was made or its file was.
        public_key(&self.public).unwrap_or(PublicKey::P256(String::new()))
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, NotSigned> {
        self.ask(message)
    }
}

/// A public key as an office writes it, of its PEM.
fn public_of(pem: &str) -> Option<String> {
    let der = der(pem)?;
    if let Some(point) = der.strip_prefix(&ED25519).filter(|point| point.len() == 32) {
        return Some(hexadecimal(point));
    }
    p256(&der)?;
    // One form, whatever breaks and spaces its file had.
    let text = STANDARD.encode(&der);
    let (first, second) = text.split_at(64);
    Some(format!("{BEGIN}\n{first}\n{second}\n{END}\n"))
}

fn der(pem: &str) -> Option<Vec<u8>> {
    let body = pem.trim().strip_prefix(BEGIN)?.strip_suffix(END)?;
    STANDARD.decode(body.split_whitespace().collect::<String>()).ok()
}

fn p256(der: &[u8]) -> Option<&[u8]> {
    der.strip_prefix(&P256)
        .filter(|point| point.len() == 65 && point[0] == 4)
}

/// The point of a public key of P-256 that is written as a PEM.
pub fn point(pem: &str) -> Option<Vec<u8>> {
    p256(&der(pem)?).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `openssl genpkey`; the private parts were thrown away.
    const P256_KEY: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEHZW87zg/6SxaXFxArUeC5UejpBe+
l4bnSrFpnz9ycRfqPWA94ms7teuTuj8YczjWwmJ2gTnItYSSmi7qWcDU2Q==
-----END PUBLIC KEY-----
";
    const ED25519_KEY: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAOT+laLxTYUnl7F0RGOns6OxTh0ovqZCkd3XGbAwY0iE=
-----END PUBLIC KEY-----";

    #[test]
    fn a_public_key_has_one_form_whatever_file_it_came_in() {
        let words = || vec!["true".to_owned()];
        let of = |pem: &str| Token::new("li-na", pem, words()).map(|token| token.public).ok();
        assert_eq!(of(P256_KEY).as_deref(), Some(P256_KEY));
        assert_eq!(of(&P256_KEY.replace('\n', "\r\n  ")).as_deref(), Some(P256_KEY));
        let ed25519 = "393fa568bc536149e5ec5d1118e9ece8ec53874a2fa990a47775c66c0c18d221";
        assert_eq!(of(ED25519_KEY).as_deref(), Some(ed25519));
        for wrong in [
            "",
            "key",
            BEGIN,
            &P256_KEY[..120],
            &P256_KEY.replace("MFkw", "MFkx"),
            &P256_KEY.replace("QgAE", "QgAD"),
        ] {
            assert_eq!(of(wrong), None, "{wrong}");
        }
        assert!(Token::new("li-na", P256_KEY, Vec::new()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_signs_nothing_or_something_else_is_not_believed() {
        for (words, says) in [
            (vec!["sh", "-c", "cat"], "no signature of this key"),
            (vec!["sh", "-c", "cat >/dev/null; exit 3"], "ended with"),
            (vec!["onehall-no-such-program"], "onehall-no-such-program"),
        ] {
            let words = words.into_iter().map(str::to_owned).collect();
            let token = Token::new("li-na", P256_KEY, words).unwrap_or_else(|error| panic!("{error}"));
            match token.sign(b"message") {
                Err(NotSigned(why)) => assert!(why.contains(says) && why.starts_with("li-na"), "{why}"),
                Ok(_) => panic!("it is believed"),
            }
        }
    }
}
