//! The keys that sign, and their turns.
//!
//! A key is published a day before it signs, so that whoever keeps the set of keys knows it by then, and for two days after
//! its successor began to sign, so that whatever it signed can still be verified. Turns need no clock of their own: whoever
//! needs the keys and finds the newest one old makes the next. The pairs are sealed with the key of the installation.

use onehall_protocol::Timestamp;
use serde_json::{Map, Value, json};

use super::jose::{PublicKey, Signed, SigningKey};
use super::store::KeptKey;
use crate::error::{Error, Result};
use crate::state::AppState;

/// How long a key is the newest: 30 days.
const TURN: i64 = 30 * 86_400;
/// How long one is published before it signs.
pub(super) const LEAD: i64 = 86_400;
/// How long one is published after its successor began to sign. Longer than anything that is signed counts.
pub(super) const KEEP: i64 = 2 * 86_400;

/// Every key that is published, the oldest first. Makes one where it is time.
async fn kept(state: &AppState) -> Result<Vec<KeptKey>> {
    let now = state.clock.now();
    let keys = state.storage.signing_keys().await?;
    let since = now.plus_seconds(-TURN);
    let until = now.plus_seconds(-LEAD - KEEP);
    let is_time = keys.last().is_none_or(|newest| newest.created_at <= since);
    let has_gone = keys.get(1).is_some_and(|second| second.created_at <= until);
    if !is_time && !has_gone {
        return Ok(keys);
    }
    let pair = SigningKey::generate()?;
    let key = SigningKey::of(&pair)?;
    let new = KeptKey {
        id: key.id().to_owned(),
        sealed: state.key.seal(&pair)?,
        jwk: serde_json::to_string(&key.public().jwk())?,
        created_at: now,
    };
    state.storage.turn_signing_keys(new, since, until).await
}

/// The one that signs at `now`: the newest that has been known for long enough, or the first.
fn signs(keys: &[KeptKey], now: Timestamp) -> Option<&KeptKey> {
    let known = |key: &&KeptKey| key.created_at.plus_seconds(LEAD) <= now;
    keys.iter().rev().find(known).or(keys.first())
}

/// The key that signs now.
///
/// # Errors
/// Faults of the store.
pub(super) async fn signing(state: &AppState) -> Result<SigningKey> {
    let keys = kept(state).await?;
    let key = signs(&keys, state.clock.now()).ok_or_else(|| Error::broken("find a signing key"))?;
    SigningKey::of(&state.key.open(&key.sealed)?)
}

/// The claims of a text that one of the published keys signed; none where none of them did.
///
/// # Errors
/// Faults of the store.
pub(super) async fn verified(state: &AppState, signed: &Signed<'_>) -> Result<Option<Map<String, Value>>> {
    for key in kept(state).await? {
        if signed.header.kid.as_deref() == Some(key.id.as_str()) {
            let jwk: Map<String, Value> = serde_json::from_str(&key.jwk)?;
            let public = PublicKey::of_jwk(&jwk).map_err(|_| Error::broken("read a published key"))?;
            return Ok(signed.claims(&public));
        }
    }
    Ok(None)
}

/// The set of keys as it is published.
///
/// # Errors
/// Faults of the store.
pub(super) async fn published(state: &AppState) -> Result<Value> {
    let mut keys = Vec::new();
    for key in kept(state).await? {
        let mut jwk: Map<String, Value> = serde_json::from_str(&key.jwk)?;
        jwk.extend([
            ("kid".to_owned(), json!(key.id)),
            ("use".to_owned(), json!("sig")),
            ("alg".to_owned(), json!("ES256")),
        ]);
        keys.push(Value::Object(jwk));
    }
    Ok(json!({ "keys": keys }))
}
