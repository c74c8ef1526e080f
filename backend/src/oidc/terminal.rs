//! The hall's own API, for terminals of the hall that log in as clients of the login do: an access token that is bound to a key
//! stands for the session that the terminal got with it (RFC 9449, section 7).
//!
//! Nobody else's token counts here, whatever it may know of the citizen: only that of a client which the city's files say is a
//! terminal of the hall (`first_party`), with the scope for it, and with a proof for this very request.
//!
//! Such a terminal gets its tokens by a phone that lets it in (`device`), or at once where it logs in by a code or a card
//! ([`key_holder`]).

use std::sync::Arc;

use axum::http::header;
use axum::http::request::Parts;
use onehall_protocol::identity::TerminalKind;
use onehall_protocol::{API, ErrorCode};
use serde_json::{Value, json};

use super::clients::Client;
use super::error::{OAuthError, Refused};
use super::params::Issuer;
use super::scopes::Scope;
use super::{dpop, proof};
use crate::error::{Error, Result};
use crate::identity::no_session;
use crate::secrets::TokenHash;
use crate::state::AppState;

/// What the details of a refusal say of the proof: for the headers of the answer.
const PROOF: &str = "dpop";

/// The session of a request that shows a bound token; none where it shows none.
///
/// # Errors
/// `identity/not_logged_in` where token or proof do not count; the details say why, and bring the nonce to use.
pub async fn held_session(parts: &Parts, state: &AppState) -> Result<Option<TokenHash>> {
    let value = parts.headers.get(header::AUTHORIZATION);
    let shown = value.and_then(|value| value.to_str().ok()?.split_once(' '));
    let Some((_, token)) = shown.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("DPoP")) else {
        return Ok(None);
    };
    let token = token.trim();
    let issuer = Issuer::of_parts(parts, state)?;
    let (held, now) = (TokenHash::of(token), state.clock.now());
    let Some(access) = state.storage.access(held, now).await? else {
        // Whoever has a token of what its citizen ended is told so, with its key or without.
        let refusal = no_session(state, held, now).await?;
        return Err(match refusal.details() {
            Value::Null => refused("invalid_token", None),
            _ => refusal,
        });
    };
    let client = state.city.client(&access.login.client);
    let ours = client.is_some_and(|client| client.terminal.is_some()) && access.login.scopes.has(Scope::Hall);
    let Some(bound) = access.key_bound.filter(|_| ours) else {
        return Err(refused("invalid_token", None));
    };
    match proven(parts, state, &issuer, Some(token)).await? {
        Some(key) if key == bound => Ok(Some(access.login.session)),
        _ => Err(refused("invalid_token", None)),
    }
}

/// A terminal of the hall that logs in and has proved to hold a key: what it is given is bound to that.
#[derive(Debug, Clone)]
pub struct KeyHolder {
    /// As which client it is known.
    pub client: Arc<Client>,
    /// The thumbprint of its key.
    pub key: String,
}

/// The terminal of this kind that a login comes from, where it proves to hold a key. None where it brings no proof, where the city
/// has registered no such terminal (`hall-<kind>`), or where the hall is no provider: then the login is bound to nothing.
///
/// # Errors
/// `identity/not_logged_in` where the proof does not count; the details say why, and bring the nonce to use. Nothing of the
/// login was looked at then.
pub(crate) async fn key_holder(parts: &Parts, state: &AppState, terminal: TerminalKind) -> Result<Option<KeyHolder>> {
    let client = proof::registered(state, &format!("hall-{}", terminal.as_str()));
    // A refresh token of one that signs for itself is bound to its own keys.
    let client = client.filter(|client| client.terminal == Some(terminal) && client.is_public());
    let (Some(client), Ok(issuer)) = (client, Issuer::of_parts(parts, state)) else {
        return Ok(None);
    };
    let key = proven(parts, state, &issuer, None).await?;
    Ok(key.map(|key| KeyHolder { client, key }))
}

/// The key that a request to the API proves to hold, as [`dpop::proven`], refused in the words of the API.
async fn proven(parts: &Parts, state: &AppState, issuer: &Issuer, token: Option<&str>) -> Result<Option<String>> {
    // The API is nested: its routes see the rest of the path.
    let at = issuer.at(&format!("{API}{}", parts.uri.path()));
    let proven = dpop::proven(state, &parts.headers, parts.method.as_str(), &at, token).await;
    proven.map_err(|refusal| match refusal {
        Refused::Fault(fault) => fault,
        Refused::Client(refusal) => {
            let (OAuthError { error, .. }, nonce) = refusal.told();
            refused(error, nonce)
        }
    })
}

fn refused(error: &str, nonce: Option<&str>) -> Error {
    metrics::counter!("onehall_oidc_terminal_refusals_total", "error" => error.to_owned()).increment(1);
    let nonce = nonce.map_or(Value::Null, Value::from);
    Error::new(ErrorCode::NotLoggedIn).with_details(json!({ PROOF: { "error": error, "nonce": nonce } }))
}

/// What the headers of a refusal say: how to show a token, and the nonce of the next proof.
pub(crate) struct Challenge<'a> {
    /// For `WWW-Authenticate`.
    pub scheme: String,
    /// For `DPoP-Nonce`.
    pub nonce: Option<&'a str>,
}

/// What the details of a refusal say of the proof of a request; none where it brought none.
pub(crate) fn challenge(details: &Value) -> Option<Challenge<'_>> {
    let proof = details.get(PROOF)?;
    let error = proof.get("error").and_then(Value::as_str)?;
    Some(Challenge {
        scheme: format!("DPoP error=\"{error}\", algs=\"ES256\""),
        nonce: proof.get("nonce").and_then(Value::as_str),
    })
}
