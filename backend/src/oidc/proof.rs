//! How a client shows that it is itself: by an assertion that it signs (`private_key_jwt`), or, if it keeps no secret, not
//! at all. There are no shared secrets: one that leaks from the hall's database would open every client.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use onehall_protocol::{ClientId, Timestamp};
use serde_json::{Map, Value};

use super::clients::{Client, ClientKey, Proof};
use super::error::{Refused, Result};
use super::jose::Signed;
use super::model::seconds;
use super::params::{Issuer, Params};
use super::path;
use crate::state::AppState;

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The longest name of an assertion or of a proof.
pub(super) const LONGEST_NAME: usize = 256;

/// The client of a request at the endpoint `at`, which it has shown to be.
///
/// # Errors
/// `invalid_client`.
pub(super) async fn client(
    state: &AppState,
    issuer: &Issuer,
    at: &str,
    headers: &HeaderMap,
    params: &Params,
) -> Result<Arc<Client>> {
    if headers.contains_key(header::AUTHORIZATION) {
        return Err(Refused::invalid_client_by_header(
            "a client signs an assertion (private_key_jwt); there are no client secrets",
        ));
    }
    if params.get("client_secret").is_some() {
        return Err(Refused::invalid_client(
            "a client signs an assertion (private_key_jwt); there are no client secrets",
        ));
    }
    match (params.get("client_assertion_type"), params.get("client_assertion")) {
        (Some(ASSERTION), Some(assertion)) => asserted(state, issuer, at, params, assertion).await,
        (None, None) => {
            let client = params.get("client_id").and_then(|id| registered(state, id));
            client
                .filter(|client| client.is_public())
                .ok_or_else(|| Refused::invalid_client("there is no such public client"))
        }
        _ => Err(Refused::invalid_client(
            "client_assertion needs the client_assertion_type jwt-bearer",
        )),
    }
}

/// The client of this name.
pub(super) fn registered(state: &AppState, id: &str) -> Option<Arc<Client>> {
    let id: ClientId = id.parse().ok()?;
    state.city.client(&id).cloned()
}

async fn asserted(
    state: &AppState,
    issuer: &Issuer,
    at: &str,
    params: &Params,
    assertion: &str,
) -> Result<Arc<Client>> {
    let unknown = || Refused::invalid_client("no key of a client signed this assertion");
    let signed = Signed::parse(assertion).ok_or_else(unknown)?;
    // Who it says it is decides with which keys it is verified; nothing else of it is believed before.
    let said = signed
        .unverified()
        .get("sub")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let client = said
        .as_deref()
        .and_then(|id| registered(state, id))
        .ok_or_else(unknown)?;
    let Proof::Keys(keys) = &client.proof else {
        return Err(unknown());
    };
    let named = |key: &&ClientKey| signed.header.kid.as_ref().is_none_or(|kid| *kid == key.id);
    let claims = keys.iter().filter(named).find_map(|key| signed.claims(&key.key));
    let claims = claims.ok_or_else(unknown)?;
    if params.get("client_id").is_some_and(|id| id != client.id.as_str()) {
        return Err(Refused::invalid_client(
            "client_id is another than that of the assertion",
        ));
    }
    let now = state.clock.now();
    let (name, until) = counts(&claims, &client.id, issuer, at, now)?;
    let what = state.key.keyed_hash("oidc-assertion", &[client.id.as_str(), &name]);
    if !state.storage.show_once(what, now, until).await? {
        return Err(Refused::invalid_client("this assertion was shown before"));
    }
    Ok(client)
}

/// The name of an assertion, and until when it counts.
fn counts(
    claims: &Map<String, Value>,
    client: &ClientId,
    issuer: &Issuer,
    at: &str,
    now: Timestamp,
) -> Result<(String, Timestamp)> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.get(name).and_then(seconds_of);
    if text("iss") != Some(client.as_str()) || text("sub") != Some(client.as_str()) {
        return Err(Refused::invalid_client("iss and sub of an assertion are the client_id"));
    }
    let audience = match claims.get("aud") {
        Some(Value::String(audience)) => Some(audience.as_str()),
        // For several at once, another of them could show it here.
        Some(Value::Array(audiences)) => match audiences.as_slice() {
            [Value::String(audience)] => Some(audience.as_str()),
            _ => None,
        },
        _ => None,
    };
    let token = issuer.at(path::TOKEN);
    if !audience.is_some_and(|audience| [issuer.0.as_str(), &token, at].contains(&audience)) {
        return Err(Refused::invalid_client(
            "aud of an assertion is this issuer and nobody else",
        ));
    }
    let (soon, late) = (now.plus_seconds(seconds::SKEW), now.plus_seconds(-seconds::SKEW));
    let ends = time("exp").ok_or_else(|| Refused::invalid_client("an assertion needs exp"))?;
    if ends <= late || ends > soon.plus_seconds(seconds::ASSERTION) {
        return Err(Refused::invalid_client(
            "exp of an assertion is past, or more than an hour away",
        ));
    }
    if [time("nbf"), time("iat")]
        .into_iter()
        .flatten()
        .any(|begins| begins > soon)
    {
        return Err(Refused::invalid_client("the assertion does not count yet"));
    }
    match text("jti") {
        Some(name) if !name.is_empty() && name.len() <= LONGEST_NAME => {
            Ok((name.to_owned(), ends.plus_seconds(seconds::SKEW)))
        }
        _ => Err(Refused::invalid_client("an assertion needs jti, of 1 to 256 bytes")),
    }
}

/// A time as JWTs hold it: seconds, perhaps with a fraction.
pub(super) fn seconds_of(value: &Value) -> Option<Timestamp> {
    let seconds = value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds as i64))?;
    Some(Timestamp::from_unix_millis(seconds.checked_mul(1000)?))
}
