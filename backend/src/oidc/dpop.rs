//! Proofs of possession (RFC 9449): a token that is bound to a key is worth nothing without it.
//!
//! A proof counts once, on whichever replica, and only with a nonce of the hall: then it was made just now, whatever the
//! clock of the terminal says. Nonces are not kept: they follow from the key of the installation and the time.

use axum::http::{HeaderMap, HeaderValue};
use onehall_protocol::Timestamp;
use reqwest::Url;
use serde_json::{Map, Value};

use super::error::{NONCE_HEADER, Refused, Result};
use super::jose::{PublicKey, Signed, base64url, sha256_base64url};
use super::proof::LONGEST_NAME;
use crate::state::AppState;

/// Seconds for which one nonce is given out; it counts for as long again.
const NONCE_SECONDS: i64 = 300;

fn nonce_of(state: &AppState, window: i64) -> String {
    let hash = state.key.keyed_hash("oidc-nonce", &[&window.to_string()]);
    base64url(&hash[..16])
}

fn window(now: Timestamp) -> i64 {
    now.unix_millis().div_euclid(NONCE_SECONDS * 1000)
}

/// The nonce for the next proof.
pub(super) fn nonce(state: &AppState) -> String {
    nonce_of(state, window(state.clock.now()))
}

/// Puts the nonce for the next proof into an answer.
pub(super) fn hand_out_nonce(state: &AppState, headers: &mut HeaderMap) {
    if let Ok(value) = HeaderValue::from_str(&nonce(state)) {
        headers.insert(NONCE_HEADER, value);
    }
}

/// The key that a request proves to hold, by its thumbprint; none where it brings no proof. `token` is the access token that
/// is shown with it.
///
/// # Errors
/// `invalid_dpop_proof`, or `use_dpop_nonce` with the nonce to use.
pub(super) async fn proven(
    state: &AppState,
    headers: &HeaderMap,
    method: &str,
    url: &str,
    token: Option<&str>,
) -> Result<Option<String>> {
    let wrong = |description| Refused::because("invalid_dpop_proof", description);
    let mut proofs = headers.get_all("dpop").iter();
    let (proof, more) = (proofs.next(), proofs.next());
    let Some(proof) = proof else { return Ok(None) };
    if more.is_some() {
        return Err(wrong("there is more than one proof"));
    }
    let signed = proof.to_str().ok().and_then(Signed::parse);
    let signed = signed.ok_or_else(|| wrong("the proof is no signed JWT"))?;
    if signed.header.typ.as_deref() != Some("dpop+jwt") {
        return Err(wrong("typ of a proof is dpop+jwt"));
    }
    let jwk = signed
        .header
        .jwk
        .as_ref()
        .ok_or_else(|| wrong("a proof brings its key as jwk"))?;
    let key = PublicKey::of_jwk(jwk).map_err(wrong)?;
    if !matches!(key, PublicKey::P256 { .. }) {
        return Err(wrong("a proof is signed with ES256"));
    }
    let claims = signed
        .claims(&key)
        .ok_or_else(|| wrong("the proof is not signed by its key"))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("htm") != Some(method) {
        return Err(wrong("htm of the proof is another method"));
    }
    if !text("htu").is_some_and(|shown| same_place(shown, url)) {
        return Err(wrong("htu of the proof is another address"));
    }
    if token.is_some() && text("ath") != token.map(sha256_base64url).as_deref() {
        return Err(wrong("ath of the proof is not of the token that comes with it"));
    }
    let name = text("jti").filter(|name| !name.is_empty() && name.len() <= LONGEST_NAME);
    let name = name.ok_or_else(|| wrong("a proof needs jti, of 1 to 256 bytes"))?;
    if !claims.get("iat").is_some_and(Value::is_number) {
        return Err(wrong("a proof needs iat"));
    }
    if !is_fresh(state, &claims) {
        return Err(
            Refused::because("use_dpop_nonce", "make the proof with the nonce of this answer").with_nonce(nonce(state)),
        );
    }
    let (thumbprint, now) = (key.thumbprint(), state.clock.now());
    let what = state.key.keyed_hash("oidc-proof", &[&thumbprint, name]);
    let until = now.plus_seconds(2 * NONCE_SECONDS);
    if !state.storage.show_once(what, now, until).await? {
        return Err(wrong("this proof was shown before"));
    }
    Ok(Some(thumbprint))
}

/// Whether a proof was made with a nonce that counts.
fn is_fresh(state: &AppState, claims: &Map<String, Value>) -> bool {
    let window = window(state.clock.now());
    let shown = claims.get("nonce").and_then(Value::as_str);
    shown.is_some_and(|shown| {
        [window, window - 1]
            .iter()
            .any(|window| nonce_of(state, *window) == shown)
    })
}

/// Whether two addresses are one, without what is asked there (RFC 9449, section 4.3).
fn same_place(shown: &str, own: &str) -> bool {
    let bare = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    bare(shown).is_some_and(|shown| Some(shown) == bare(own))
}
