//! The ceremonies of WebAuthn Level 3, as a relying party that asks for no attestation verifies them (sections 7.1 and 7.2).

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use onehall_protocol::passkeys::PasskeyPurpose;
use onehall_protocol::{ErrorCode, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::cose::{CredentialKey, EDDSA, ES256, RS256};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::secrets::Sealer;

/// Seconds for which a challenge counts.
const CHALLENGE_SECONDS: i64 = 300;
/// The longest id of a credential that the standard allows.
const LONGEST_CREDENTIAL: usize = 1023;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;

/// Who asks: the domain that passkeys are bound to, and the origin of its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    /// None on this machine, where any port is ours.
    origin: Option<String>,
}

impl RelyingParty {
    /// The hall, under the address by which people reach it; on this machine where it has none.
    #[must_use]
    pub fn of(config: &Config) -> RelyingParty {
        let origin = config
            .public_url
            .as_deref()
            .map(|url| url.trim_end_matches('/').to_ascii_lowercase());
        let host = origin.as_deref().and_then(|origin| origin.split_once("://"));
        let host = host.map_or("localhost", |(_, host)| host);
        RelyingParty {
            id: host.split_once(':').map_or(host, |(name, _)| name).to_owned(),
            origin,
        }
    }

    fn is_at(&self, origin: &str) -> bool {
        match &self.origin {
            Some(own) => origin.eq_ignore_ascii_case(own),
            None => {
                let port = origin.strip_prefix("http://localhost:").unwrap_or_default();
                port.parse::<u16>().is_ok()
            }
        }
    }
}

/// What a challenge was given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// For what.
    pub purpose: PasskeyPurpose,
    /// Keyed hash of the session that asked; zeros where nobody is logged in.
    pub session: [u8; 32],
}

/// A challenge that came back, to be used once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    /// By what its use is known.
    pub mark: [u8; 32],
    /// Until when it counts.
    pub expires_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    purpose: PasskeyPurpose,
    session: [u8; 32],
    expires: i64,
}

/// A new challenge, as the options of a ceremony carry it. What is sealed twice never looks alike.
///
/// # Errors
/// Only faults.
pub fn challenge(sealer: &Sealer, asked: Asked, now: Timestamp) -> Result<String> {
    let sealed = Sealed {
        purpose: asked.purpose,
        session: asked.session,
        expires: now.plus_seconds(CHALLENGE_SECONDS).unix_millis(),
    };
    let sealed = sealer.seal(&serde_json::to_vec(&sealed)?);
    Ok(BASE64_URL_SAFE_NO_PAD.encode(sealed.ok_or_else(|| Error::broken("seal a challenge"))?))
}

/// What a device is to keep of a passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Whose it is, too: it is offered without anybody having said who they are.
    Account,
    /// The key, where that suffices: who has said who they are is asked for theirs.
    Key,
}

/// The options with which a browser makes a passkey. `handle` names the account to the authenticator; `known` are those that
/// it has already, of which no second one is made on one device.
#[must_use]
pub fn creation_options(
    rp: &RelyingParty,
    hall: &str,
    challenge: &str,
    (handle, name): (&[u8], &str),
    keeps: Keeps,
    known: &[Vec<u8>],
) -> Value {
    let resident = match keeps {
        Keeps::Account => "required",
        Keeps::Key => "discouraged",
    };
    let exclude = known.iter().map(|id| descriptor(id));
    let algorithms = [ES256, EDDSA, RS256].map(|alg| json!({ "type": "public-key", "alg": alg }));
    json!({
        "rp": { "id": rp.id, "name": hall },
        "user": { "id": BASE64_URL_SAFE_NO_PAD.encode(handle), "name": name, "displayName": name },
        "challenge": challenge,
        "pubKeyCredParams": algorithms,
        "timeout": CHALLENGE_SECONDS * 1000,
        "excludeCredentials": exclude.collect::<Vec<_>>(),
        "authenticatorSelection": { "residentKey": resident, "requireResidentKey": keeps == Keeps::Account,
            "userVerification": "required" },
        "attestation": "none",
    })
}

/// The options with which a browser asks for a passkey: any of this hall's, or one of `allowed`.
#[must_use]
pub fn request_options(rp: &RelyingParty, challenge: &str, allowed: &[Vec<u8>]) -> Value {
    json!({
        "rpId": rp.id,
        "challenge": challenge,
        "timeout": CHALLENGE_SECONDS * 1000,
        "allowCredentials": allowed.iter().map(|id| descriptor(id)).collect::<Vec<_>>(),
        "userVerification": "required",
    })
}

fn descriptor(credential: &[u8]) -> Value {
    json!({ "type": "public-key", "id": BASE64_URL_SAFE_NO_PAD.encode(credential) })
}

/// A passkey that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its id.
    pub credential: Vec<u8>,
    /// Its public key.
    pub key: CredentialKey,
    /// How often it signed, where it counts.
    pub count: u32,
    /// Whether it is kept beyond its device.
    pub backed_up: bool,
    /// The challenge that it answers.
    pub challenge: Challenge,
}

/// An answer that was signed, whose signature is still to be verified with the key of its credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The credential that signed.
    pub credential: Vec<u8>,
    /// How often it signed, where it counts.
    pub count: u32,
    /// Whether it is kept beyond its device.
    pub backed_up: bool,
    /// The challenge that it answers.
    pub challenge: Challenge,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Signed {
    /// Whether it was signed with this key.
    #[must_use]
    pub fn by(&self, key: &CredentialKey) -> bool {
        key.verifies(&self.message, &self.signature)
    }
}

/// The parts of a `RegistrationResponseJSON` and an `AuthenticationResponseJSON` that count. Browsers say more.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    raw_id: String,
    response: Parts,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parts {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// Why an answer does not count is told to nobody: the code says all.
fn refused() -> Error {
    Error::new(ErrorCode::PasskeyRefused)
}

/// A passkey that a browser made for what was `asked`.
///
/// # Errors
/// `identity/passkey_refused`: it is of another site, for another purpose, too late, unverified, or of an unknown algorithm.
pub fn made(rp: &RelyingParty, sealer: &Sealer, answer: &Value, asked: Asked, now: Timestamp) -> Result<Made> {
    let response: Response = Response::deserialize(answer).map_err(|_| refused())?;
    let (challenge, _) = client_data(rp, sealer, &response.response, "webauthn.create", asked, now)?;
    let data = decoded(&response.response.authenticator_data)?;
    let (flags, count, rest) = authenticator_data(rp, &data)?;
    // 16 bytes name the model of the authenticator, two say how long the id is.
    let rest = (flags & HAS_CREDENTIAL != 0)
        .then_some(rest)
        .and_then(|rest| rest.get(16..));
    let (length, rest) = rest
        .and_then(|rest| rest.split_first_chunk::<2>())
        .ok_or_else(refused)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (credential, key) = rest.split_at_checked(length).ok_or_else(refused)?;
    let named = decoded(&response.raw_id)?;
    if credential.is_empty() || credential.len() > LONGEST_CREDENTIAL || named != credential {
        return Err(refused());
    }
    Ok(Made {
        credential: credential.to_vec(),
        key: CredentialKey::read(key).ok_or_else(refused)?,
        count,
        backed_up: flags & BACKED_UP != 0,
        challenge,
    })
}

/// The answer of a passkey to what was `asked`.
///
/// # Errors
/// `identity/passkey_refused`, as [`made`]. The signature is not verified yet: [`Signed::by`].
pub fn signed(rp: &RelyingParty, sealer: &Sealer, answer: &Value, asked: Asked, now: Timestamp) -> Result<Signed> {
    let response: Response = Response::deserialize(answer).map_err(|_| refused())?;
    let (challenge, client_hash) = client_data(rp, sealer, &response.response, "webauthn.get", asked, now)?;
    let data = decoded(&response.response.authenticator_data)?;
    let (flags, count, _) = authenticator_data(rp, &data)?;
    let signature = response.response.signature.as_deref().ok_or_else(refused)?;
    Ok(Signed {
        credential: decoded(&response.raw_id)?,
        count,
        backed_up: flags & BACKED_UP != 0,
        challenge,
        signature: decoded(signature)?,
        message: [&data[..], &client_hash].concat(),
    })
}

/// What the browser says of the ceremony: its kind, the challenge, the page in which it was. Gives the challenge, and the hash
/// that is signed.
fn client_data(
    rp: &RelyingParty,
    sealer: &Sealer,
    parts: &Parts,
    kind: &str,
    asked: Asked,
    now: Timestamp,
) -> Result<(Challenge, [u8; 32])> {
    let bytes = decoded(&parts.client_data)?;
    let data: ClientData = serde_json::from_slice(&bytes).map_err(|_| refused())?;
    let ours = data.kind == kind && rp.is_at(&data.origin) && !data.cross_origin;
    let sealed = decoded(&data.challenge)?;
    let opened = sealer.open(&sealed).ok_or_else(refused)?;
    let known: Sealed = serde_json::from_slice(&opened).map_err(|_| refused())?;
    let fits = known.purpose == asked.purpose && known.session == asked.session;
    let expires_at = Timestamp::from_unix_millis(known.expires);
    if !(ours && fits && expires_at > now) {
        return Err(refused());
    }
    let challenge = Challenge {
        mark: Sha256::digest(&sealed).into(),
        expires_at,
    };
    Ok((challenge, Sha256::digest(&bytes).into()))
}

/// Flags, counter, and what follows them. The person must have been there and been verified by the device.
fn authenticator_data<'a>(rp: &RelyingParty, data: &'a [u8]) -> Result<(u8, u32, &'a [u8])> {
    let (hash, rest) = data.split_first_chunk::<32>().ok_or_else(refused)?;
    let (flags, rest) = rest.split_first().ok_or_else(refused)?;
    let (count, rest) = rest.split_first_chunk::<4>().ok_or_else(refused)?;
    let wanted: [u8; 32] = Sha256::digest(&rp.id).into();
    if *hash != wanted || flags & USER_PRESENT == 0 || flags & USER_VERIFIED == 0 {
        return Err(refused());
    }
    Ok((*flags, u32::from_be_bytes(*count), rest))
}

fn decoded(text: &str) -> Result<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| refused())
}
